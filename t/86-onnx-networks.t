#!/usr/bin/perl

# Promise: networks that PyTorch and Keras export answer as ONNX Runtime does,
# within 1e-6; ONNX files that are broken or hostile get a sentence.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
my $python = "$MaasTest::top/build/import-venv/bin/python";
my $import = "$MaasTest::top/t/import";

sub import_file {
    my ($path, @more) = @_;
    return $t->command($trainer, 'import', $path, '-o',
        "$dir/out.safetensors", @more);
}

###############################################################################

my ($rc, $out, $err) = $t->command($python, "$import/onnx_answers.py",
    "$import/networks", $dir);
is($rc, 0, 'what ONNX Runtime says') or diag($err);

my @files = sort glob "$import/networks/*.onnx";
cmp_ok(scalar @files, '>=', 20, 'networks of both');

for my $path (@files) {
    my ($name) = $path =~ m{([^/]+)\.onnx$};

    if ($name =~ /conv/) {
        ($rc, $out, $err) = import_file($path);
        is($rc, 1, "$name: refused");
        like($err, qr/: Conv "[^"]+": .*pictures .* later version\n\z/,
            "$name: by the name of its operator");
        next;
    }

    # what ONNX Runtime does not run has its answers beside it
    my $base = -e "$dir/$name.csv" ? "$dir/$name"
        : "$import/networks/" . ($name =~ s/-tf2onnx//r);
    ($rc, $out, $err) = import_file($path, '--check', "$base.csv",
        '--expected', "$base.expected");
    is($rc, 0, $name) or diag($err);
    my ($far) = $out =~ /rows, at most (\S+) apart/;
    cmp_ok($far // 1, '<=', 1e-6, "$name: as far as that");
}

# Bounds are layers that have slopes: such networks are explained, and go out as
# ONNX again

for (['keras-scaled', 1], ['torch-acts', 2], ['torch-wide-old', 1]) {
    my ($name, $clips) = @$_;
    import_file("$import/networks/$name.onnx");
    (undef, $out) = $t->trainer('inspect', 'out.safetensors');
    is(() = $out =~ /^ +clip: low /mg, $clips, "$name: bounds");
    unlike($out, qr/^ +trees /m, "$name: no trees");

    my $rows = (grep { -e } "$dir/$name.csv", "$import/networks/$name.csv")[0];
    ($rc, $out, $err) = $t->trainer('explain', 'out.safetensors', '-d', $rows,
        '--baseline', 'zero', '--top', 1);
    is($rc, 0, "$name: explained") or diag($err);
    ($rc, $out, $err) = $t->trainer('export', 'out.safetensors', '-o',
        'out.onnx');
    is($rc, 0, "$name: goes out again") or diag($err);
    ($rc, $out, $err) = import_file("$dir/out.onnx", '--check', $rows,
        '--expected', $rows =~ s/csv$/expected/r);
    is($rc, 0, "$name: and comes in") or diag($err);
}

###############################################################################

# Weights beside the model: a bare name, no link, and all of it

my $model = MaasTest::Proc::slurp("$import/networks/torch-mlp.onnx");
my $data = MaasTest::Proc::slurp("$import/networks/torch-mlp.onnx.data");
my $place = 'torch-mlp.onnx.data';

sub beside {
    my ($name, $re) = @_;
    my ($code, undef, $why) = import_file("$dir/m.onnx");
    is($code, 1, "$name: exit code");
    like($why, $re, $name);
    return;
}

$t->write_file('m.onnx', $model);
beside('weights are not there', qr/weights are in "\Q$place\E", which is not there; it belongs beside/);

$t->write_file($place, substr $data, 0, 100);
beside('they are cut', qr/"\Q$place\E" is too short: a tensor is at bytes \d+ to \d+ of 100; is it whole\?/);

$t->write_file('elsewhere', $data);
unlink "$dir/$place";
symlink 'elsewhere', "$dir/$place" or die;
beside('they are a link', qr/"\Q$place\E", which is a link/);
unlink "$dir/$place";

mkdir "$dir/$place";
beside('they are a folder', qr/"\Q$place\E" is not a file/);
rmdir "$dir/$place";

$t->write_file($place, $data);
is((import_file("$dir/m.onnx"))[0], 0, 'they are there');

for my $to ('../../../../etc/pas', '/etc/passwd/.......', '...................',
    "a\0.................")
{
    (my $bad = $model) =~ s/\Q$place\E/$to/g;
    $t->write_file('m.onnx', $bad);
    beside('weights elsewhere', qr/only a bare name of a file beside the model is read/);
}

###############################################################################

# Hostile files, each made of its parts

($rc, $out, $err) = $t->command($python, "$import/onnx_hostile.py", $dir);
is($rc, 0, 'hostile files are made') or diag($err);

my %why = (
    'cycle' => qr/: Relu "second": takes "a", which is made after it|: Relu "first": takes "b", which is made after it/,
    'twice' => qr/: Relu "second": "y" is made twice/,
    'nothing' => qr/: Relu "first": takes "z", which nothing before it makes/,
    'count' => qr/a tensor of 1000000000000 numbers has /,
    'dims' => qr/a tensor with a dimension of 18446744073709551615/,
    'matrix' => qr/: MatMul "first": a matrix for 4 numbers a row, which has 3/,
    'filled' => qr/"first": 65536 numbers along axis 2: expected 1048576 at most/,
    'batch' => qr/shape in which rows are mixed/,
    'two' => qr/the model has two answers, "y" and "z"; take one with --answer/,
    'label' => qr/the model's answer is a label, and no numbers/,
    'double-child' => qr/node \d+ is a child of two nodes, or in a circle/,
    'circle' => qr/node \d+ is a child of two nodes, or in a circle/,
    'child' => qr/node 0 has a child 9, which is not in tree 0/,
    'feature' => qr/a node looks at number 7 of 2/,
    'mode' => qr/node 0 is of mode "BRANCH_MAYBE"/,
    'leaf' => qr/weight 0 is of node 0 of tree 0, which is no leaf/,
    'lists' => qr/1 numbers in nodes_featureids, 3 expected/,
    'set' => qr/node 0 looks for 1\.5 in a set; whole numbers from 0 to 65535/,
    'custom' => qr/: Frobnicate "first": an operator that is not known here/,
    'tanh-gelu' => qr/: Gelu "first": approximate=tanh; export it with the exact one/,
    'tanh-pow' => qr/: Pow "first": .*is it a GELU by tanh, export the exact one, approximate=none/,
    'sparse' => qr/the graph has sparse tensors/,
    'unknown-size' => qr/input "x": how many numbers a row has is not said/,
    'doubled' => qr/: Concat "c\d+": of more than 1048576 numbers a row/,
    'shared' => qr/not enough memory: the model takes much more than a file of/,
    'name' => qr/is no tensor of float, double, int64 or string/,
    'gather' => qr/: Gather "second": takes nothing/,
    'perm' => qr/: Transpose "first": perm is no order of two dimensions/,
    'double' => qr/: Concat "many": of more than 1048576 numbers a row/,
);

for my $name (sort keys %why) {
    ($rc, $out, $err) = import_file("$dir/h-$name.onnx");
    is($rc, 1, "$name: exit code");
    like($err, $why{$name}, $name);
    is(($err =~ tr/\n//), 1, "$name: one sentence");
}

# Doubles in a network are said

$t->write_file('double.csv', "0.1,0.2,0.3\n1,2,-4\n");
$t->write_file('double.expected', "0.06,0.06\n-0.1,-0.1\n");
($rc, $out, $err) = import_file("$dir/h-wide.onnx", '--check',
    "$dir/double.csv", '--expected', "$dir/double.expected");
is($rc, 0, 'a network of doubles') or diag($err);
like($out, qr/^note +input "x" has doubles, and rows and layers here have floats/m,
    'it is said');

# Matrices in the order that the file says, and what it says of itself is not
# for a terminal

$t->write_file('row.csv', "1,0,0\n");

for (['same', '0,1,2'], ['turned', '0,3,6'], ['default', '0,3,6']) {
    my ($name, $want) = @$_;
    $t->write_file('want.csv', "$want\n");
    ($rc, $out, $err) = import_file("$dir/h-order-$name.onnx", '--check',
        "$dir/row.csv", '--expected', "$dir/want.csv");
    is($rc, 0, "order of dimensions: $name") or diag($err);
    unlike($out, qr/[^\n -~]/, "$name: plain text");
    is(($out =~ tr/\n//), 4, "$name: four lines");
}

# Numbers of a row that come again and again are long to write, but a model

($rc, $out, $err) = import_file("$dir/h-selected.onnx");
is($rc, 0, 'a row 131072 times') or diag($err);

# Cut anywhere

my $whole = MaasTest::Proc::slurp("$import/networks/torch-residual.onnx");
my @silent;

for my $n (map { 37 * $_ } 0 .. length($whole) / 37) {
    $t->write_file('cut.onnx', substr $whole, 0, $n);
    ($rc, $out, $err) = import_file("$dir/cut.onnx");
    push @silent, "$n: $rc $err" if $rc != 1 || $err !~ /\A[^\n]+\n\z/;
}

is("@silent", '', 'cut files: one sentence each');

done_testing();
