#!/usr/bin/perl

# Promise: `export --to c` writes a file of C99 that any compiler takes without
# a warning, and that answers as the engine does: trees and plain layers to the
# bit, curved activations to 1e-6.

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

my $t = MaasTest->new;
my $dir = $t->dir;

my @strict = qw(-std=c99 -O2 -Wall -Wextra -pedantic -Werror
    -Wmissing-prototypes);
my @eager = qw(-std=gnu11 -O3 -march=native -Wall -Wextra -Werror);

sub ok_run { return $t->trains(@_) }

# What the compiled program answers, by two compilations

sub compiled {
    my ($name, $rows, @options) = @_;
    my $out = ok_run('export', "$name.st", '-o', "$name.c", '--main',
        @options);
    like($out, qr/^wrote +$name\.c, C, \d+ bytes$/m, "$name: is said");
    my @answers;
    for my $flags (\@strict, \@eager) {
        my ($rc, $said, $err) = $t->command('gcc', @$flags, '-o', $name,
            "$name.c", '-lm');
        is($rc, 0, "$name: @$flags[0, 1]") or diag($err);
        is($said . $err, '', "$name: no word of the compiler");
        ($rc, $said, $err) = $t->command('sh', '-c', "./$name <$rows");
        is($rc, 0, "$name: runs") or diag($err);
        push @answers, $said;
    }
    is($answers[1], $answers[0], "$name: the same of both") if !grep {
        /exp|tanh|erf/ } MaasTest::Proc::slurp("$dir/$name.c");
    return numbers($answers[0]);
}

sub check {
    my ($name, $far, %model) = @_;
    write_model("$dir/$name.st", %model);
    my $rows = $model{rows} || "rows$model{in}.csv";
    my @got = compiled($name, $rows);
    my @want = numbers(ok_run('predict', "$name.st", '-d', $rows,
        '--header', 'no'));
    same($name, \@got, \@want, $far);
}

$t->write_file('rows4.csv', rows(4, 200, 2) . "0,0,0,0\n-1,-2,0,-3\n");
$t->write_file('rows5.csv', rows(5, 200, 65));
$t->write_file('odd5.csv', rows(5, 400, 65, '', 1e-40, -1e-36, 0, -0.5,
    0.30000000000000004, 1e30));

###############################################################################
# networks

sub tensor { { kind => 'tensor', shape => [ @_ ] } }

check("dense_$_", 0, in => 4, dense_model(sizes => [ 4, 9, 3 ],
    task => 'regression', activation => $_)) for qw(linear relu leaky_relu);
check("dense_$_", 1e-6, in => 4, dense_model(sizes => [ 4, 9, 3 ],
    task => 'regression', last => 'softmax', activation => $_)) for qw(elu gelu silu sigmoid tanh);

check("by_$_", 0, in => 4, tensors => {},
    doc => { version => 3, name => "by_$_", task => 'regression',
        inputs => tensor(2, 2), layers => [
            { kind => 'normalize', by => $_, activation => 'leaky_relu' } ] })
    for qw(l1 l2 max);

# bounds: both, one, and behind each other

check("clip_$_->[0]", 0, in => 4, tensors => {},
    doc => { version => 5, name => "clip_$_->[0]", task => 'regression',
        inputs => tensor(2, 2), layers => [
            { kind => 'clip', %{ $_->[1] }, activation => 'leaky_relu' },
            { kind => 'clip', high => 1.75 } ] })
    for [ both => { low => -1, high => 1.5 } ], [ low => { low => -0.3 } ],
        [ high => { high => 0 } ];

# a gate, squared, in two dimensions

check('gate', 0, in => 4,
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

check('embed', 0, in => 5, rows => 'odd5.csv', embed_model());

# scores of two numbers in units of a target, by each way back

my @target_scale = (2, 1, 0.5, -1, 3, 40, -1, 0.25, -4, -90, 20, 300);
my @target_line = map { my $k = $_; [ map { [ $_ * 1.5 - 4,
    $k + $_ ** 2 - 5 * $_ ] } 0 .. 6 ] } 0, 1;

for (qw(identity exp symexp levels)) {
    my $levels = $_ eq 'levels';
    check("target_$_", $_ eq 'exp' || $_ eq 'symexp' ? 1e-6 : 0, in => 4,
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
my $w = $dense{tensors}{'layers.1.weight'};
my $b = $dense{tensors}{'layers.1.bias'};
write_model("$dir/parts.st",
    doc => { version => 1, name => '9-parts', task => 'regression',
        inputs => { %{ tensor(2, 2) }, shift => 0.3, factor => 0.7 },
        layers => [
            { kind => 'flatten', name => 'flat' },
            { kind => 'layer_norm', epsilon => 1e-3 },
            { kind => 'dense', units => 4, activation => 'leaky_relu',
              alpha => 0.2, name => 'dense' },
            { kind => 'add', inputs => [ 'dense', 'flat' ] },
            { kind => 'activation', activation => 'leaky_relu',
              alpha => 0.5 } ] },
    tensors => {
        'layers.1.weight' => [ [4], [ 1, 2, -1, 0.5 ] ],
        'layers.1.bias' => [ [4], [ 0, 0.1, 0.2, 0.3 ] ],
        'layers.2.weight' => [ [ 4, 4 ], $w->[1] ],
        'layers.2.bias' => [ [4], $b->[1] ] });
my @got = compiled('parts', 'rows4.csv');
my ($rc, $out, $err) = $t->trainer('predict', 'parts.st', '-d', 'rows4.csv',
    '--header', 'no');
is($rc, 0, 'predict') or diag($err);
same('parts', \@got, [ numbers($out) ], 0);
like(MaasTest::Proc::slurp("$dir/parts.c"), qr/^m9_parts_predict\(/m,
    'a name of C');

###############################################################################
# trees

sub trees {
    my ($name, $far, %o) = @_;
    my ($layer, $tensors) = random_trees(%o);
    check($name, $far, in => 5, tensors => $tensors,
        doc => { version => 3, name => $name, task => 'regression',
            inputs => tensor(5),
            layers => [$layer] });
}

# rows with values that are not there, in single and double precision

sub odd {
    my ($name, $dtype, %o) = @_;
    my ($layer, $tensors) = random_trees(trees => 60, flags => [ 0 .. 63 ],
        sets => 5, compare => $dtype, %o);
    check($name, 0, in => 5, rows => 'odd5.csv', tensors => $tensors,
        doc => { version => 3, name => $name, task => 'regression',
            inputs => { %{ tensor(5) }, dtype => $dtype, missing => 'nan' },
            layers => [$layer] });
}

my @all = (0, 2, 4, 6, 8, 10, 12, 14, 16, 22, 1, 3, 5, 7, 33, 39);
trees('plain', 0, trees => 40);
trees('flags', 0, trees => 60, flags => \@all, sets => 4, seed => 3);
trees('double', 0, trees => 30, compare => 'F64', sum => 'F64', seed => 4);
trees('mixed', 0, trees => 30, compare => 'F64', seed => 5,
    more => { divide => 7, base_last => 1, tiny => 1 });
trees('vector', 0, trees => 30, out => 3, vector => 1, sum => 'F64',
    more => { transform => 'signed_square' });
trees('outputs', 0, trees => 30, out => 3, seed => 6,
    more => { transform => 'step' });
trees('linear', 0, trees => 30, linear => 1, sum => 'F64', seed => 8);
trees('linear_f', 0, trees => 30, linear => 1, seed => 9);
trees('n' x 64, 0, trees => 60, flags => \@all, sets => 4, out => 3,
    linear => 1, seed => 10);
trees('v' x 64, 0, trees => 9, out => 3, vector => 1);
odd('single', 'F32', seed => 11);
odd('wide', 'F64', seed => 12, sum => 'F64');
odd('tiny', 'F64', seed => 13, more => { tiny => 1 });
odd('gaps', 'F64', seed => 14, sum => 'F64', linear => 1);
trees("most_$_", 0, trees => 30, out => 2, seed => 2,
    more => { combine => $_, base_last => 1 }) for qw(min max);
for (qw(F32 F64)) {
    trees("sigmoid$_", 1e-7, sum => $_, more => { transform => 'sigmoid',
        slope => 1.5 });
    trees("softmax$_", 1e-7, sum => $_, out => 3,
        more => { transform => 'softmax' });
    trees("exp$_", 1e-6, sum => $_, more => { transform => 'exp' });
    trees("softplus$_", 1e-6, sum => $_, more => { transform => 'softplus' });
    trees("far$_", 1e-6, sum => $_, far => 900,
        more => { transform => 'softplus' });
}

###############################################################################
# columns: values that are missing, unknown, scaled, bent and hashed

my @columns = (
    { name => 'age "*/ ??/', kind => 'number', shift => 38.6,
      factor => 0.073, clip => 2, missing => 40, missing_slot => \1,
      missing_values => [ '-1', 'none' ] },
    { name => "st\x{e4}dte", kind => 'category',
      values => [ 'rom', 'a "b"??/\\', "k\x{f6}ln" ], other => \1,
      missing_slot => \1, missing_values => ['?'] },
    { name => 'bent', kind => 'number', missing => 0,
      knots => [ -2, 0, 0.5, 3 ], levels => [ 1, -1, 2, 0.25 ] },
    { name => 'vip', kind => 'boolean', factor => 2, missing => 0 },
    { name => 'zip', kind => 'category', hash => 7 },
    { name => 'plan', kind => 'category', values => [ '1', '2', '30' ],
      compare => 'number' },
);
my $slots = 2 + 5 + 1 + 1 + 7 + 3;
my %net = dense_model(sizes => [ $slots, 6, 3 ], task => 'regression');
$net{doc}{version} = 2;
$net{doc}{name} = 'columns';
$net{doc}{inputs} = { kind => 'columns', columns => \@columns };
$net{doc}{outputs}{labels} = [ 'a', "\x{2028}\\*/", '??/' ];
write_model("$dir/columns.st", %net);

my $lines = '';
my @values = ([ 38, -1, '', 90.5, -300 ],
    [ 'rom', '', 'x', "k\xc3\xb6ln", ' rom ', '?', 'a' ],
    [ 0.25, -5, 7, '', 0.5, 3 ], [ 0, 1, '' ],
    [ '', 'ab', 12, "\xc3\xa9" ], [ 1, 2, 30, 4, '', '0x1e' ]);
for my $i (0 .. 299) {
    $lines .= join(',', map { $values[$_][ ($i * ($_ + 3) + $i / 7)
        % @{ $values[$_] } ] } 0 .. $#values) . "\n";
}
$t->write_file('columns.txt', $lines);
$t->write_file('columns.csv', qq{"age ""*/ ??/",st\xc3\xa4dte,bent,vip,zip,plan\n}
    . $lines);
@got = compiled('columns', 'columns.txt');
($rc, $out, $err) = $t->trainer('predict', 'columns.st', '-d', 'columns.csv');
is($rc, 0, 'predict') or diag($err);
same('columns', \@got, [ numbers($out) ], 0);

# what cannot be read is said with its line; a value that must be there is asked
# for

$t->write_file('bad.txt', "38,rom,0,2,,1\n");
($rc, undef, $err) = $t->command('sh', '-c', './columns <bad.txt');
is($rc, 1, 'a boolean of 2');
is($err, "line 1, column vip\n", 'is named');

for my $text ('0x26', 'nan(1)', '0x1p3') {
    $t->write_file('bad.txt', "$text,rom,0,1,,1\n");
    ($rc, undef, $err) = $t->command('sh', '-c', './columns <bad.txt');
    is($rc, 1, "a number $text");
    like($err, qr/^line 1, column age /, 'is named, too');
}

###############################################################################
# what cannot be done

sub refused {
    my ($want, $re, @args) = @_;
    my ($rc, $out, $err) = $t->trainer('export', @args);
    is($rc, $want, "export @args");
    like($err, $re, 'is said');
    is(scalar(grep { length } split /\n/, $err) <= 2, 1, 'in a sentence');
}

push @columns, { name => 'note', kind => 'text', hash => 4,
    ngrams => [ 2, 3 ] };
write_model("$dir/text.st", dense_model(sizes => [ $slots + 4, 2 ]), doc => {
    %{ $net{doc} }, outputs => {}, layers => [ { kind => 'dense',
    units => 2 } ] });
refused(1, qr/: column "note" is a text, which has no code in C: with --tensor/,
    'text.st', '-o', 'text.c');
ok(!-e "$dir/text.c", 'no file');
like(ok_run('export', 'text.st', '-o', 'text.c', '--tensor'),
    qr/^note +void columns_predict\(const float x\[23\], float y\[2\]\)$/m,
    'the row is the input');
refused(1, qr/: 1 layer, the first of kind dense: expected one of trees, /,
    'text.st', '-o', 'text.txt');
refused(2, qr/--output is missing/, 'text.st');
refused(2, qr/text\.txt2: expected a name that ends in \.onnx, .*, or --to/, 'text.st',
    '-o', 'text.txt2');
refused(2, qr/--to: "java": expected/, 'text.st', '-o', 'x', '--to', 'java');
refused(2, qr/--name: "1x": expected a letter/, 'text.st', '-o', 'x.c',
    '--name', '1x');
refused(2, qr/--name: more than 64 characters/, 'text.st', '-o', 'x.c',
    '--name', 'x' x 65);
refused(1, qr/columns\.csv: R\d/, 'columns.csv', '-o', 'x.c');
refused(1, qr/text\.st/, 'text.st', '-o', 'text.st', '--to', 'c', '--tensor');

my %wide = dense_model(sizes => [ 4, 300000, 1 ], task => 'regression');
write_model("$dir/wide.st", %wide);
refused(1, qr/take 1200004 bytes of stack, more than the 1048576/, 'wide.st',
    '-o', 'wide.c');

($rc, $out, $err) = $t->trainer('export', 'dense_relu.st', '-o', '-', '--to',
    'c', '--name', 'mine_2');
is($rc, 0, 'to standard output');
like($out, qr/^mine_2_predict\(const float \*x, float \*y\)$/m, 'with a name');
like($err, qr/^wrote +-, C, \d+ bytes$/m, 'the rest goes elsewhere');

done_testing;
