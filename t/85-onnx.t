#!/usr/bin/perl

# Promise: what scikit-learn, LightGBM and XGBoost export as ONNX answers as ONNX
# Runtime does, within 1e-6 on 1000 rows; what is not understood is named.

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
    my ($name, @more) = @_;
    return $t->command($trainer, 'import', "$dir/$name.onnx", '-o',
        "$dir/$name.safetensors", @more);
}

###############################################################################

my ($rc, $out, $err) = $t->command($python, "$import/onnx_sklearn.py", $dir);
is($rc, 0, 'models are made') or diag($err);
my @names = split /\n/, $out;
cmp_ok(scalar @names, '>=', 88, 'kinds of them');

# ... and trees as no converter writes them

($rc, $out, $err) = $t->command($python, "$import/onnx_trees.py", $dir);
is($rc, 0, 'trees are made') or diag($err);
push @names, split /\n/, $out;
cmp_ok(scalar @names, '>=', 80, 'kinds of them');

for my $name (@names) {
    my @answer = $name eq 'isolation-samples' ? ('--answer', 'score_samples')
        : ();
    ($rc, $out, $err) = import_file($name, '--check', "$dir/$name.csv",
        '--expected', "$dir/$name.expected", @answer,
        $name =~ /^kernel/ ? ('--tolerance', 1e-5) : ());
    is($rc, 0, $name) or diag($err);
    my ($far) = $out =~ /1000 rows, at most (\S+) apart/;
    cmp_ok($far // 1, '<=', $name =~ /^kernel/ ? 1e-5 : 1e-6,
        "$name: as far as that");
}

# Of several outputs one is asked for; a label, too, where it is computed

($rc, $out, $err) = import_file('isolation-samples');
is($rc, 1, 'two answers: one is to be taken');
like($err, qr/two answers, "scores" and "score_samples"; take one with --answer/,
    'two answers: how');
($rc, $out, $err) = import_file('isolation-samples', '--answer', 'score');
like($err, qr/there is no output "score", expected one of "label", "scores", "s/,
    'an answer that is none');

my @far = map { s/\n//r } split /^/, $t->read_file('isolation.expected');
$t->write_file('label.expected', join '', map { $_ < 0 ? "-1\n" : "1\n" } @far);
($rc, $out, $err) = import_file('isolation', '--answer', 'label', '--check',
    "$dir/isolation.csv", '--expected', "$dir/label.expected");
is($rc, 0, 'labels of an isolation forest') or diag($err);
cmp_ok(scalar(grep { $_ < 0 } @far), '>', 50, 'both of them');
cmp_ok(scalar(grep { $_ >= 0 } @far), '>', 50, 'both of them');

# What may differ is said

my %note = (
    'kernel-score' => qr/^note +the answer is decision_function of the SVC: above 0 is its second class/m,
    'isotonic-tree' => qr/^note +a table, as of isotonic calibration/m,
    'isotonic-linear' => qr/^note +a table, as of isotonic calibration, says what stands at its nearest point/m,
    'set-many' => qr/^note +trees look for whole numbers in sets: 1\.5 counts as/m,
    'flags-cut' => qr/^note +whole numbers are categories: 1\.5 is none of/m,
    'columns-strict' => qr/^note +categories that are not in the list of column "city" and others are zeros here/m,
);

(undef, $out) = import_file('maxabs');
like($out, qr/^note +column "f0" is scaled before trees: beside a threshold/m,
    'maxabs: notes');

for my $name (qw(kernel-score kernel-one isotonic-linear isotonic-tree set-one set-many columns columns-strict flags flags-cut)) {
    (undef, $out) = import_file($name);
    my $re = $note{$name} || qr/\A(?!.*(?:in sets|are zeros here|1\.5 is none|scaled before))/s;
    like($out, $re, "$name: notes");
}

# Labels, also where they stand beside the answer

my %classes = (ada3 => 'high, low, middle', ada2 => '0, 1',
    'isotonic-forest' => 'high, low, middle', 'isotonic-tree' => '0, 1',
    logistic3 => 'high, low, middle', ovr => '0, 1, 2',
    bagging3 => 'high, low, middle', 'bagging-two' => '0, 1',
    calibrated3 => 'high, low, middle', 'calibrated-one' => '0, 1',
    bayes3 => 'high, low, middle', 'sgd-log' => '0, 1, 2');

for my $name (sort keys %classes) {
    (undef, $out) = import_file($name);
    like($out, qr/^classes +\Q$classes{$name}\E$/m, "$name: labels");
}

# The numbers are looked at: one that is off is found

my $expected = $t->read_file('linear.expected');
$expected =~ s/\n[^\n]+/\n0.5/;
$t->write_file('wrong.expected', $expected);
($rc, $out, $err) = import_file('linear', '--check', "$dir/linear.csv",
    '--expected', "$dir/wrong.expected");
is($rc, 1, 'a wrong number is seen');
like($err, qr/row 2: .* where 0\.5 is expected/, 'and the row named');

# What it became

sub layers {
    my ($name) = @_;
    my $file = $t->read_file("$name.safetensors");
    my ($doc) = $file =~ /"maas": ?"(.*?[^\\])"/s;
    $doc =~ s/\\"/"/g;
    return $doc;
}

like(layers('columns'), qr/"name":\s*"city".*"values":\s*\["bonn"/,
    'one-hot: a category with its values');
like(layers('columns-places'),
    qr/"name":\s*"city"[^}]*"values":\s*\["bonn"[^}]*"codes":\s*true/,
    'places: a category with its list');
like(layers('columns'), qr/"name":\s*"age".*?"missing":\s*5\d/,
    'imputer: what stands for a missing number');
like(layers('scaled'), qr/"name":\s*"f0".*?"factor"/, 'scaler: columns');
like(layers('logistic3'), qr/"labels":\s*\["high",\s*"low",\s*"middle"\]/,
    'labels');
like(layers('logistic2'), qr/"task":\s*"binary"/, 'two classes');
for my $name (qw(bagging-two bagging3 bagging-numbers ada3 bins
    isolation-missing))
{
    my $doc = layers($name);
    is(() = $doc =~ /"kind":\s*"trees"/g, 1, "$name: one ensemble");
}

like(layers('clip'), qr/"kind":\s*"clip"/, 'bounds');
like(layers('norm2'), qr/"kind":\s*"normalize"/, 'a norm');

###############################################################################

# All that skl2onnx converts: each is understood, or its operator is named

($rc, $out, $err) = $t->command($python, "$import/onnx_all.py", $dir);
is($rc, 0, 'one of each estimator') or diag($err);
my ($taken, %refused) = (0);

for my $name (split /\n/, $out) {
    ($rc, undef, $err) = import_file($name);

    if ($rc == 0) {
        $taken++;

        # all numbers, or that of the second class
        my ($one) = grep { ($t->command($trainer, 'import',
            "$dir/$name.onnx", '-o', "$dir/all.safetensors", '--check',
            "$dir/$name.csv", '--expected', "$dir/$name.$_",
            '--tolerance', '1e-5'))[0] == 0 }
            qw(expected second);
        ok($one, "$name: as ONNX Runtime");
        next;
    }

    $refused{$name} = $err;
    is($rc, 1, "$name: exit code");
    like($err, qr/^maas-trainer: [^\n]+\.onnx: [A-Z]\w+(?: "[^"]*")?: [^\n]{20,}\n\z/,
        "$name: one sentence that names an operator");
}

cmp_ok($taken, '>=', 45, "$taken are understood");
cmp_ok(scalar keys %refused, '>=', 12, keys(%refused) . ' are refused');

done_testing();
