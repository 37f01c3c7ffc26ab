#!/usr/bin/perl

# Promise: `export --to onnx` writes what onnx.checker takes and what ONNX
# Runtime answers as the engine does, from the values of columns on.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Embed qw(embed_model);
use MaasTest::Export qw(numbers rows same);
use MaasTest::Model qw(write_model dense_model);
use MaasTest::Trees qw(random_trees);
use Test::More;

my $python = "$MaasTest::top/build/import-venv/bin/python";
MaasTest::missing('build/import-venv: make build/import-venv/.done')
    if !-x $python;

my $t = MaasTest->new;
my $dir = $t->dir;
my @models;          # name, rows, how far, what the engine says

sub ok_run { return $t->trains(@_) }

# Written now, run together at the end

sub exported {
    my ($name, $far, $rows, %o) = @_;
    my $out = ok_run('export', "$name.st", '-o', "$name.onnx",
        @{ $o{options} || [] });
    like($out, qr/^wrote +$name\.onnx, ONNX, \d+ bytes$/m, "$name: is said");
    push @models, [ $name, $o{onnx_rows} || $rows, $far,
        [ numbers(ok_run('predict', "$name.st", '-d', $rows,
            @{ $o{predict} || [] })) ] ];
    return $out;
}

sub check {
    my ($name, $far, %model) = @_;
    write_model("$dir/$name.st", %model);
    return exported($name, $far, $model{rows} || "rows$model{in}.csv",
        predict => [ '--header', 'no' ]);
}

$t->write_file('rows4.csv', rows(4, 200, 2) . "0,0,0,0\n-1,-2,0,-3\n");
$t->write_file('rows5.csv', rows(5, 200, 65));
$t->write_file('odd5.csv', rows(5, 400, 65, '', 1e-40, -1e-36, 0, -0.5,
    0.30000000000000004, 1e30));

###############################################################################
# networks

sub tensor { { kind => 'tensor', shape => [ @_ ] } }

check("dense_$_", 1e-6, in => 4, dense_model(sizes => [ 4, 9, 3 ],
    task => 'regression', last => 'softmax', activation => $_))
    for qw(linear relu leaky_relu elu gelu silu sigmoid tanh);

check("by_$_", 1e-6, in => 4, tensors => {},
    doc => { version => 3, name => "by_$_", task => 'regression',
        inputs => tensor(2, 2), layers => [
            { kind => 'normalize', by => $_, activation => 'leaky_relu' } ] })
    for qw(l1 l2 max);

# bounds: both, one, and behind each other

check("clip_$_->[0]", 1e-6, in => 4, tensors => {},
    doc => { version => 5, name => "clip_$_->[0]", task => 'regression',
        inputs => tensor(2, 2), layers => [
            { kind => 'clip', %{ $_->[1] }, activation => 'leaky_relu' },
            { kind => 'clip', high => 1.75 } ] })
    for [ both => { low => -1, high => 1.5 } ], [ low => { low => -0.3 } ],
        [ high => { high => 0 } ];

# a gate, squared, in two dimensions

check('gate', 1e-6, in => 4,
    doc => { version => 5, name => 'gate', task => 'regression',
        inputs => tensor(2, 2), layers => [
            { kind => 'dense', units => 4, activation => 'relu' },
            { kind => 'flatten', inputs => ['input'] },
            { kind => 'multiply', inputs => [ 'layers.1', 'layers.0' ],
              activation => 'leaky_relu' },
            { kind => 'multiply', inputs => [ 'layers.2', 'layers.2' ] },
            { kind => 'add', inputs => [ 'layers.3', 'layers.1' ] } ] },
    tensors => {
        'layers.0.weight' => [ [ 4, 4 ], [ map { sin($_) } 1 .. 16 ] ],
        'layers.0.bias' => [ [4], [ 0.5, 0, -0.5, 1 ] ] });

# embeddings, groups, and trees beside them

check('embed', 1e-5, in => 5, rows => 'odd5.csv', embed_model());

# scores of two numbers in units of a target, by each way back

my @target_scale = (2, 1, 0.5, -1, 3, 40, -1, 0.25, -4, -90, 20, 300);
my @target_line = map { my $k = $_; [ map { [ $_ * 1.5 - 4,
    $k + $_ ** 2 - 5 * $_ ] } 0 .. 6 ] } 0, 1;

for (qw(identity exp symexp levels)) {
    my $levels = $_ eq 'levels';
    check("target_$_", 1e-5, in => 4,
        doc => { version => 5, name => "target_$_", task => 'regression',
            inputs => tensor(4), layers => [
                { kind => 'dense', units => 2 },
                { kind => 'target', form => $_, $levels ? (knots => 7) : () } ] },
        tensors => {
            'layers.0.weight' => [ [ 4, 2 ], [ 1, 2, -1, 0.5, 0.25, 1, 1, 1 ] ],
            'layers.0.bias' => [ [2], [ 0.5, -1 ] ],
            'layers.1.scale' => [ [ 6, 2 ], \@target_scale ],
            $levels ? ('layers.1.knot' => [ [ 2, 7 ],
                [ map { map { $_->[0] } @$_ } @target_line ] ],
                'layers.1.level' => [ [ 2, 7 ],
                [ map { map { $_->[1] } @$_ } @target_line ] ]) : () });
}

my %dense = dense_model(sizes => [ 4, 4, 4, 2 ], task => 'regression');
check('parts', 1e-6, in => 4,
    doc => { version => 1, name => '9-parts', task => 'regression',
        inputs => { %{ tensor(2, 2) }, shift => 0.3, factor => 0.7,
            name => 'output' },
        layers => [
            { kind => 'layer_norm', epsilon => 1e-3, activation => 'softmax',
              name => 'norm' },
            { kind => 'dense', units => 4, activation => 'leaky_relu',
              alpha => 0.2, name => 'dense' },
            { kind => 'flatten', name => 'flat', inputs => ['norm'] },
            { kind => 'add', inputs => [ 'dense', 'flat' ] },
            { kind => 'activation', activation => 'elu', alpha => 0.5 } ] },
    tensors => {
        'layers.0.weight' => [ [4], [ 1, 2, -1, 0.5 ] ],
        'layers.0.bias' => [ [4], [ 0, 0.1, 0.2, 0.3 ] ],
        'layers.1.weight' => [ [ 4, 4 ],
            $dense{tensors}{'layers.1.weight'}[1] ],
        'layers.1.bias' => [ [4], $dense{tensors}{'layers.1.bias'}[1] ] });
like(ok_run('export', 'parts.st', '-o', 'parts.onnx'),
    qr/^note +the output is "output_": an input has the name "output"$/m,
    'two of one name');

###############################################################################
# trees

sub trees {
    my ($name, $far, %o) = @_;
    my ($layer, $tensors) = random_trees(%o);
    return check($name, $far, in => 5, tensors => $tensors,
        doc => { version => 3, name => $name, task => 'regression',
            inputs => tensor(5), layers => [$layer] });
}

my @flags = (0, 2, 4, 6, 16, 18, 22);
like(trees('plain', 1e-6, trees => 40, flags => \@flags),
    qr/^note +opset 17, ai\.onnx\.ml 3$/m, 'its versions');
like(trees('sets', 1e-6, trees => 60, flags => [ 1, 3, 5, 7 ], sets => 4,
    sum => 'F64'), qr/ml 5: ONNX Runtime 1\.20 or newer$/m, 'and newer ones');
trees('floor', 1e-6, trees => 60, flags => [ 33, 39 ], sets => 4);
trees('zeros', 1e-6, trees => 40, flags => [ 8, 10, 14 ]);
trees('double', 1e-6, trees => 30, compare => 'F64', sum => 'F64', seed => 4,
    flags => \@flags);
trees('mixed', 1e-6, trees => 30, compare => 'F64', seed => 5,
    more => { divide => 7, base_last => 1, tiny => 1 });
# rows with values that are not there, in single and double precision

sub odd {
    my ($name, $dtype, $sum, @flags) = @_;
    my ($layer, $tensors) = random_trees(trees => 60, flags => \@flags,
        sets => 5, compare => $dtype, sum => $sum);
    check($name, 1e-6, in => 5, rows => 'odd5.csv', tensors => $tensors,
        doc => { version => 3, name => $name, task => 'regression',
            inputs => { %{ tensor(5) }, dtype => $dtype, missing => 'nan' },
            layers => [$layer] });
}

odd('single', 'F32', 'F32', 0, 2, 4, 6, 16, 18, 20, 22);
odd('wide', 'F64', 'F64', 0, 2, 4, 6, 16, 18, 20, 22);
odd('between', 'F64', 'F32', 1, 3, 5, 7);
odd('below', 'F32', 'F64', 33, 35, 37, 39);
odd('nothing', 'F64', 'F64', 8, 10, 12, 14);

trees('vector', 1e-6, trees => 30, out => 3, vector => 1);
trees('outputs', 0, trees => 30, out => 3, seed => 6, vector => 1, sum => 'F64',
    more => { transform => 'step' });
trees("most_$_", 1e-6, trees => 30, out => 2, seed => 2,
    more => { combine => $_, base_last => 1 }) for qw(min max);
for (qw(F32 F64)) {
    trees("sigmoid$_", 1e-6, sum => $_, more => { transform => 'sigmoid',
        slope => 1.5 });
    trees("softmax$_", 1e-6, sum => $_, out => 3,
        more => { transform => 'softmax' });
    trees("exp$_", 1e-6, sum => $_, more => { transform => 'exp' });
    trees("softplus$_", 1e-6, sum => $_, more => { transform => 'softplus' });
    trees("far$_", 1e-6, sum => $_, far => 900,
        more => { transform => 'softplus' });
    trees("square$_", 1e-6, sum => $_, out => 2, vector => 1,
        more => { transform => 'signed_square' });
}

sub refused {
    my ($re, $name, @options) = @_;
    my ($rc, $out, $err) = $t->trainer('export', "$name.st", '-o', 'x.onnx',
        @options);
    is($rc, 1, "$name: refused");
    like($err, $re, 'and said');
    ok(!-e "$dir/x.onnx", 'no file');
}

for ([ 'linear', qr/layer 0: its leaves are linear, which no operator/,
        linear => 1, sum => 'F64' ],
    [ 'ways', qr/layer 0: one of its features is read in two ways, which/,
        flags => [ 0, 8 ] ])
{
    my ($name, $re, %o) = @$_;
    my ($layer, $tensors) = random_trees(trees => 60, %o);
    write_model("$dir/$name.st", tensors => $tensors, doc => { version => 3,
        name => $name, task => 'regression', inputs => tensor(5),
        layers => [$layer] });
    refused($re, $name);
}

###############################################################################
# columns: values that are missing, unknown, scaled and bent

my @columns = (
    { name => 'age', kind => 'number', shift => 38.6, factor => 0.073,
      clip => 2, missing => 40, missing_slot => \1,
      missing_values => [ '-1', 'none' ] },
    { name => "st\x{e4}dte", kind => 'category',
      values => [ 'rom', 'a "b"\\', "k\x{f6}ln" ], other => \1,
      missing_slot => \1, missing_values => ['?'] },
    { name => 'a', kind => 'number', missing => 2, factor => 0.5, clip => 3 },
    { name => 'b', kind => 'number', missing => -1, shift => 3 },
    { name => 'bent', kind => 'number', missing => 0, missing_slot => \1,
      knots => [ -2, 0, 0.5, 3 ], levels => [ 1, -1, 2, 0.25 ] },
    { name => 'line', kind => 'number', missing => 0, shift => 0.1,
      knots => [ -2, 1 ], levels => [ 1, -1 ], clip => 0.7 },
    { name => '/vip', kind => 'boolean', factor => 2, missing => 0 },
    { name => 'plan', kind => 'category', values => [ '1', '2', '30' ],
      compare => 'number' },
    { name => 'more', kind => 'category', values => ['x'],
      missing_slot => \1 },
    { name => 'others', kind => 'category', values => [ 'x', 'y' ],
      other => \1 },
);
my $slots = 2 + 5 + 1 + 1 + 2 + 1 + 1 + 3 + 2 + 3;
my %net = dense_model(sizes => [ $slots, 6, 3 ], task => 'classification',
    labels => [ 'a', "\x{e4}\"", 'c' ]);
$net{doc}{version} = 2;
$net{doc}{task} = 'regression';
$net{doc}{inputs} = { kind => 'columns', columns => \@columns };
write_model("$dir/columns.st", %net);

my $lines = "age,st\xc3\xa4dte,a,b,bent,line,/vip,plan,more,others\n";
my @values = ([ 38, -1, '', 90.5, -300 ],
    [ 'rom', '', 'x', "k\xc3\xb6ln", ' rom ', '?', 'a' ], [ 1, '', -40 ],
    [ '', 5 ], [ 0.25, -5, 7, '', 0.5, 3, 0, -2, 2.5 ],
    [ -3, -2, 0, 1, 1.1, 7, '' ], [ 0, 1, '' ], [ 1, 2, 30, 4, '' ],
    [ 'x', 'y', '' ], [ '', 'x', 'y', 'z' ]);
for my $i (0 .. 299) {
    $lines .= join(',', map { $values[$_][ ($i * ($_ + 3) + $i / 7)
        % @{ $values[$_] } ] } 0 .. $#values) . "\n";
}
$t->write_file('columns.csv', $lines);
exported('columns', 1e-6, 'columns.csv');

# the row of slots is the input of the same model

my $row = join(',', map { $_ * 0.25 - 2 } 1 .. $slots) . "\n";
$t->write_file('slots.csv', $row);
ok_run('export', 'columns.st', '-o', 'slots.c', '--tensor', '--main');
my ($rc, $out, $err) = $t->command('sh', '-c',
    'gcc -O1 -o slots slots.c -lm && ./slots <slots.csv');
is($rc, 0, 'the same in C') or diag($err);
ok_run('export', 'columns.st', '-o', 'slots.onnx', '--tensor');
push @models, [ 'slots', 'slots.csv', 1e-6, [ numbers($out) ] ];

for ([ text => qr/column "odd" is a text, which ONNX has no operator for: with/,
        hash => 4, ngrams => [ 2, 3 ] ],
    [ category => qr/column "odd" is a hashed category, which/, hash => 4 ],
    [ date => qr/column "odd" is a date, which/, format => 'iso',
        parts => [ { part => 'year' } ] ])
{
    my ($kind, $re, %more) = @$_;
    my %odd = dense_model(sizes => [ $kind eq 'date' ? 1 : 4, 2 ]);
    $odd{doc}{version} = 2;
    $odd{doc}{inputs} = { kind => 'columns', columns => [ { name => 'odd',
        kind => $kind, %more } ] };
    write_model("$dir/odd_$kind.st", %odd);
    refused($re, "odd_$kind");
    ok_run('export', "odd_$kind.st", '-o', 'y.onnx', '--tensor');
}

###############################################################################
# what fit makes of a table

my $table = "city,size,old,price\n";
for my $i (0 .. 399) {
    my ($city, $size) = (qw(rom oslo bern)[ $i % 3 ], $i * 7 % 90);
    $table .= join(',', $city, $i % 11 ? $size : '', $i % 2 ? 'yes' : 'no',
        1000 + 10 * $size + 400 * ($i % 3) - 90 * ($i % 2)) . "\n";
}
$t->write_file('houses.csv', $table);
ok_run(qw(fit -d houses.csv -t price -o houses.st --epochs 3 --threads 1));
$t->write_file('homes.csv', $table =~ s/,yes,/,1,/gr =~ s/,no,/,0,/gr);
exported('houses', 1e-6, 'houses.csv', onnx_rows => 'homes.csv');
ok_run(qw(fit -d houses.csv -t city -o city.st --epochs 3 --threads 1
    --hidden 16:silu));
ok_run('export', 'city.st', '-o', 'city.onnx');

###############################################################################
# all in one process

($rc, $out, $err) = $t->command($python,
    "$MaasTest::top/t/import/run_onnx.py",
    map { ("$_->[0].onnx", $_->[1]) } @models);
is($rc, 0, 'ONNX Runtime') or diag($err);
my %got = $out =~ /^== (\S+)\.onnx\n((?:(?!==).*\n)*)/mg;

for (@models) {
    my ($name, undef, $far, $want) = @$_;
    same($name, [ numbers($got{$name} // '') ], $want, $far);
}

# what graphs have no place for

($rc, $out, $err) = $t->command($python, '-c', 'import json, onnx; '
    . 'm = onnx.load("city.onnx"); print(json.dumps({p.key: p.value '
    . 'for p in m.metadata_props}, sort_keys=True))');
like($out, qr/"labels": "\[\\"bern\\",\\"oslo\\",\\"rom\\"\]"/, 'labels');
like($out, qr/"task": "classification"/, 'and the task') or diag($err);

done_testing;
