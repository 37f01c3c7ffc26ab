#!/usr/bin/perl

# Promise: maas-trainer quantize writes a network with weights of 8 bits as
# docs/compress.md says: rounded by the largest of a column, ranges from the
# rows that it was given, in integers from layer to layer; layers stay floats
# where --max-drop or --keep want it; the record and the table say what it cost.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Embed qw(embed_model);
use MaasTest::Model qw(write_model);
use MaasTest::Trees qw(random_trees);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $state = 3;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }
sub near { my ($got, $want, $within, $name) = @_;
    cmp_ok(abs($got - $want), '<=', $within, $name) or diag("$got, not $want") }

sub run_ok {
    my (@args) = @_;
    my ($rc, $out, $err) = $t->trainer(@args);
    is($rc, 0, "@args") or diag($err);
    return $out;
}

# the document, and numbers of a tensor
sub document {
    return decode_json(run_ok('inspect', '--json', $_[0]))->{document};
}

sub tensor {
    my ($file, $name) = @_;
    my $bytes = $t->read_file($file);
    my $size = unpack 'Q<', $bytes;
    my $e = decode_json(substr $bytes, 8, $size)->{$name} or return;
    my ($from, $to) = @{ $e->{data_offsets} };
    my $form = { F32 => 'f<*', I8 => 'c*', BF16 => 'S<*' }->{ $e->{dtype} };
    return ($e->{dtype},
        unpack $form, substr $bytes, 8 + $size + $from, $to - $from);
}

my @columns = map { { name => $_, kind => 'number' } } 'x', 'y';

sub model {
    my ($name, $layers, @tensors) = @_;
    my ($i, %tensors) = (0);

    for (@tensors) {
        my ($in, $units, $w, $b) = @$_;
        $tensors{"layers.$i.weight"} = [[$in, $units], $w];
        $tensors{"layers.$i.bias"} = [[$units], $b];
        $i++;
    }

    write_model("$dir/$name", doc => { version => 1, name => 'm',
            task => 'classification',
            inputs => { kind => 'columns', columns => \@columns },
            layers => $layers, outputs => { labels => ['p', 'q'] },
            training => { data => { target => 'k' } } },
        tensors => \%tensors);
    return $name;
}

sub dense { my ($units, $act, %more) = @_;
    return { kind => 'dense', units => $units, activation => $act, %more } }

###############################################################################
# numbers that can be seen through

model('tiny.st', [ dense(3, 'relu'), dense(2, 'softmax') ],
    [ 2, 3, [ 1, -0.5, 0, 0.25, 2, 0 ], [ 0.125, 0, 0 ] ],
    [ 3, 2, [ 1, -3, -1, 1.5, 0.5, 0 ], [ 0, 0.5 ] ]);
$t->write_file('four.csv', "x,y,k\n2,-1,p\n-4,3,q\n1,1,p\n0,0.5,q\n");
run_ok(qw(quantize tiny.st -o q.st --data four.csv --valid four.csv));

is_deeply([ tensor('q.st', 'layers.0.weight') ],
    [ 'I8', 127, -32, 0, 32, 127, 0 ], 'weights, by the largest of a column');
my (undef, @scale) = tensor('q.st', 'layers.0.scale');
near($scale[0], 1 / 127, 1e-9, 'its scale');
near($scale[1], 2 / 127, 1e-9, 'that of another');
is($scale[2], 1, 'of a column of zeros');
is_deeply([ tensor('q.st', 'layers.0.bias') ], [ 'F32', 0.125, 0, 0 ],
    'biases stay');

my $doc = document('q.st');
my ($one, $two) = @{ $doc->{layers} };
is($doc->{version}, 4, 'version 4');
near($one->{input_scale}, 4 / 128, 1e-7, 'values from -4 to 3: by the lowest');
is($one->{input_zero}, 128, 'about 128');
near($one->{output_scale}, 8 / 255, 1e-7, 'up to 8 after relu');
is($one->{output_zero} || 0, 0, 'from 0 on');
is($two->{input_scale}, $one->{output_scale}, 'the next goes on with it');
is($two->{output_scale} || 0, 0, 'the last one says floats');
is($doc->{training}{data}{target}, 'k', 'the rest of the record is there');

my ($record) = @{ $doc->{training}{compression} };
is($record->{how}, 'quantize', 'recorded');
is($record->{to}, 'int8', 'to what');
is($record->{from}, 'tiny.st', 'of which file');
is($record->{before}{bytes}, -s "$dir/tiny.st", 'its size');
is($record->{after}{bytes}, -s "$dir/q.st", 'and that of this one');
is($record->{rows}, 4, 'rows that gave ranges');

like(run_ok('inspect', 'q.st'), qr/^smaller     quantize int8, from tiny\.st
 +bytes +us a row +accuracy
before +$record->{before}{bytes} +[\d.]+ +1\.0000
after +$record->{after}{bytes} +[\d.]+ +[\d.]+$/m, 'inspect has a table');

run_ok(qw(evaluate q.st --data four.csv --report q.html));
like($t->read_file("q.html"), qr{>Smaller\ and\ faster<.*
<tr><td>tiny\.st</td><td>$record->{before}{bytes}</td>.*
<tr><td>quantize\ int8</td><td>$record->{after}{bytes}</td>}xs,
    'and the report');

# weights alone need no rows, and rows stay floats

my $out = run_ok(qw(quantize tiny.st -o w.st --to int8-weights));
is_deeply([ tensor('w.st', 'layers.1.weight') ],
    [ 'I8', 127, -127, -127, 64, 64, 0 ], 'int8-weights');
ok(!document('w.st')->{layers}[0]{input_scale}, 'no ranges');
like($out, qr/^before +\d+ +- +-$/m, 'nothing is measured');

# 16 bits: to the nearest, of two the even one, and nothing becomes infinite

model('sixteen.st', [ dense(3, 'relu'), dense(2, 'softmax') ],
    [ 2, 3, [ 1 + 2**-8, 1 + 3 * 2**-8, 3.4028234e38, -1 - 2**-9, 0, 1e-40 ],
        [ 0, 0, 0 ] ], [ 3, 2, [ (0) x 6 ], [ 0, 0.1 ] ]);
$t->write_file('zero.csv', "x,y\n0,0\n");
my @bits = (0x3f80, 0x3f82, 0x7f7f, 0xbf80, 0, 1);

for my $to (qw(bf16 bf16-weights)) {
    run_ok('quantize', 'sixteen.st', '--to', $to, '-o', 's.st');
    is_deeply([ tensor('s.st', 'layers.0.weight') ], [ 'BF16', @bits ], $to);
    is(document('s.st')->{layers}[0]{activations} || 'float',
        $to eq 'bf16' ? 'bf16' : 'float', 'and rows');
    my ($rc) = $t->trainer(qw(predict s.st --data zero.csv));
    is($rc, 0, 'it runs');
}

# few rows: half of them judge

is(decode_json(run_ok(qw(quantize tiny.st -o q.st --json --data four.csv)))
    ->{judged_rows}, 2, 'two of four judge');

###############################################################################
# a layer that cannot be quantized: what counts is small beside a weight that
# is multiplied by next to nothing

my $rows = "x,y,k\n";
for (1 .. 400) {
    my ($x, $y) = (2 * rnd() - 1, 1e-6 * rnd());
    $rows .= sprintf "%.6f,%.9f,%s\n", $x, $y, $x > 0 ? 'q' : 'p';
}
$t->write_file('rows.csv', $rows);
my @hard = ([ 2, 2, [ 1, -1, 3000, 3000 ], [ 0, 0 ] ],
    [ 2, 2, [ -1, 1, 1, -1 ], [ 0, 0 ] ]);
model('hard.st', [ dense(2, 'relu', name => 'first'), dense(2, 'softmax') ],
    @hard);
my @args = qw(quantize hard.st -o h.st --valid rows.csv --data rows.csv);

my $got = decode_json(run_ok(@args, qw(--json --max-drop 100)));
is($got->{max_drop}, undef, 'no bound');
is(join(' ', map { $_->{precision} } @{ $got->{layers} }), 'int8 int8',
    'any drop: all of it');
cmp_ok($got->{lost}, '>', 10, 'much is lost');
cmp_ok($got->{layers}[0]{alone}, '>', 10, 'by the first layer');
near($got->{layers}[1]{alone}, 0, 1, 'not by the second');
near($got->{after}{accuracy}, (run_ok(qw(evaluate h.st --data rows.csv
    --json)) =~ /"accuracy":([\d.]+)/)[0], 1e-6, 'as evaluate has it');

$got = decode_json(run_ok(@args, '--json'));
is(join(' ', map { $_->{precision} } @{ $got->{layers} }), 'float int8',
    'nothing said: nobody loses much unseen');
is($got->{max_drop}, 0.1, 'a tenth of a point');
my $aloud = run_ok(@args);
like($aloud, qr/^0 .* float .*  for --max-drop$/m, 'the layer');
like($aloud, qr/^lost      [-\d.]+ of the 0\.1 that --max-drop allows\n(?#
    )layers that stay floats for it: 1 of 2; --max-drop 100 takes them/m,
    'said aloud, with a way out');

$got = decode_json(run_ok(@args, qw(--json --max-drop 1)));
is(join(' ', map { $_->{precision} } @{ $got->{layers} }), 'float int8',
    '--max-drop: the first one stays');
cmp_ok($got->{lost}, '<=', 1, 'and little is lost');
is_deeply(document('h.st')->{training}{compression}[0]{kept}, [0],
    'the record says so');
ok(!document('h.st')->{layers}[0]{output_scale}, 'a layer of floats');

for ('0', 'first') {
    my $said = run_ok(@args, '--keep', $_);
    like($said, qr/^0 +2 +2  float +24 +[\d.]+  as asked$/m, "--keep $_");
    like($said, qr/^1 +2 +2  int8 +20 +[-\d.]+$/m, 'the other one is not kept');
}

is((tensor('h.st', 'layers.0.weight'))[0], 'F32', 'floats in the file');

# rows that count more

$t->write_file('heavy.csv', "x,y,k,w\n1,-1,p,9\n1,-1,q,1\n1,-1,q,1\n");
write_model("$dir/heavy.st", doc => { version => 2, name => 'm',
        task => 'classification',
        inputs => { kind => 'columns', columns => \@columns },
        layers => [ dense(2, 'softmax') ],
        outputs => { labels => ['p', 'q'] },
        other_columns => [ { name => 'w', role => 'weight',
            kind => 'number' } ],
        training => { data => { target => 'k' } } },
    tensors => { 'layers.0.weight' => [[2, 2], [ 1, 0, 0, 0 ]],
        'layers.0.bias' => [[2], [ 0, 0 ]] });
$got = decode_json(run_ok(qw(quantize heavy.st -o heavy8.st --to int8-weights
    --valid heavy.csv --json)));
near($got->{after}{accuracy}, 9 / 11, 1e-5, 'rows that count more');

# numbers

$t->write_file('numbers.csv', "x,y,k\n" . join '',
    map { my $x = rnd(); my $y = rnd(); sprintf "%.5f,%.5f,%.5f\n", $x, $y,
        1000 * (sin(3 * $x) + $y) } 1 .. 400);
run_ok(qw(fit -q -d numbers.csv -o n.st --hidden), '32:tanh', qw(--epochs 100
    --lr 0.02 --folds 0));
$got = decode_json(run_ok(qw(quantize n.st -o n8.st --data numbers.csv
    --max-drop 3 --json)));
cmp_ok($got->{lost}, '<=', 3, 'per cent of RMSE');
cmp_ok($got->{after}{r2}, '>', 0.8, 'R2 after');
cmp_ok($got->{after}{microseconds}, '>', 0, 'time after');

# layers between dense ones: values go through them as floats

run_ok(qw(fit -q -d numbers.csv -o res.st --epochs 60 --lr 0.02 --folds 0
    --hidden), '16:relu:bn,16:gelu:res,16:tanh:ln,8:softmax,8:leaky_relu');
$got = decode_json(run_ok(qw(quantize res.st -o res8.st --data numbers.csv
    --json)));
my @layers = @{ document('res8.st')->{layers} };
is(join(' ', map { $_->{kind} . ($_->{output_scale} ? ' >' : '') } @layers),
    'dense dense add dense layer_norm dense dense > dense',
    'integers where both ends are dense');
cmp_ok($got->{after}{r2}, '>', $got->{before}{r2} - 0.05, 'and about as good');

# once more on what came out

my ($rc, undef, $err) = $t->trainer(qw(quantize q.st -o qq.st --data
    four.csv));
is($rc, 1, 'twice');
like($err, qr/q\.st: no dense layer has weights of floats: is it quantized/,
    'is said');

###############################################################################
# refused

my ($layer, $tensors) = random_trees(in => 2, out => 1);
write_model("$dir/trees.st", doc => { version => 3, name => 'trees',
        task => 'binary', inputs => { kind => 'columns',
            columns => \@columns },
        layers => [ { %$layer, activation => 'sigmoid' } ] },
    tensors => $tensors);

# trees and a network, of whose layers one has groups

write_model("$dir/mixed.st", embed_model());
run_ok(qw(quantize mixed.st -o mixed16.st --to bf16-weights));
is((tensor('mixed16.st', 'layers.1.weight'))[0], 'BF16', 'beside trees');
is((tensor('mixed16.st', 'layers.2.weight'))[0], 'F32', 'groups stay');

$t->write_file('one.csv', join '', (split /^/,
    $t->read_file('four.csv'))[ 0, 1 ]);

for ([ 1, qr/trees\.st: a model of trees has no weights/,
        'trees.st', '--data', 'rows.csv' ],
    [ 1, qr/mixed16\.st: its dense layers of floats have groups, which/,
        'mixed16.st', '--to', 'bf16-weights' ],
    [ 2, qr/--data is missing: by its rows --to int8 finds/, 'tiny.st' ],
    [ 2, qr/--max-drop: measured with what\?/, 'tiny.st', '--to',
        'int8-weights', '--max-drop', 1 ],
    [ 2, qr/--max-drop: measured with what\? one\.csv has 1 rows, of which/,
        'tiny.st', '--data', 'one.csv', '--max-drop', 1 ],
    [ 2, qr/--keep: "2": expected numbers, from 0, or names/, 'tiny.st',
        '--data', 'four.csv', '--keep', 2 ],
    [ 2, qr/--keep: "x": expected/, 'tiny.st', '--data', 'four.csv', '--keep',
        'x' ],
    [ 2, qr/--to: "int4": expected one of int8, int8-weights, bf16/, 'tiny.st',
        '--to', 'int4' ],
    [ 1, qr/no\.csv/, 'tiny.st', '--data', 'no.csv' ])
{
    my ($want, $re, @more) = @$_;
    ($rc, undef, $err) = $t->trainer('quantize', '-o', 'no.st', @more);
    is($rc, $want, "@more");
    like($err, $re, 'is said');
}

# of a model with privacy no row is read off by the way

write_model("$dir/private.st", doc => { version => 1, name => 'm',
        task => 'regression',
        inputs => { kind => 'columns', columns => \@columns },
        layers => [ dense(2, 'relu'), dense(1, 'linear') ],
        training => { data => { target => 'k' }, privacy => {} } },
    tensors => { 'layers.0.weight' => [[2, 2], [ 1, 2, 3, 4 ]],
        'layers.0.bias' => [[2], [ 0, 0 ]],
        'layers.1.weight' => [[2, 1], [ 1, 2 ]],
        'layers.1.bias' => [[1], [ 0 ]] });

for my $command ([ 'quantize' ], [qw(prune --neurons 0.5)]) {
    my @run = (@$command, qw(private.st --data numbers.csv -o p.st));
    ($rc, undef, $err) = $t->trainer(@run);
    is($rc, 2, "$command->[0] of a model with privacy");
    like($err, qr/was trained with privacy, and what is read off/, 'is said');
    run_ok(@run, '--public');
}

run_ok(qw(quantize private.st --to int8-weights -o p.st));

# records that somebody else wrote: what is not known is not said

for my $training ('"a text"', '{"compression":"x"}',
    '{"compression":[1,{"how":2,"before":{"bytes":1e300},"after":[]}]}',
    '{"teacher":{"models":"x","bytes":-1}}',
    '{"teacher":{},"compression":[{"before":{"bytes":1e300}}]}')
{
    write_model("$dir/odd.st", doc => { version => 1, name => 'm',
            task => 'regression', inputs => { kind => 'tensor',
                shape => [2] }, layers => [ dense(1, 'linear') ],
            training => decode_json("[$training]")->[0] },
        tensors => { 'layers.0.weight' => [[2, 1], [ 1, 2 ]],
            'layers.0.bias' => [[1], [ 0 ]] });
    run_ok(qw(inspect odd.st));
    run_ok(qw(quantize odd.st --to int8-weights -o odd8.st));
    like(run_ok(qw(inspect odd8.st)),
        qr/^smaller     quantize int8-weights, from odd\.st$/m, $training);
}

($rc, undef, $err) = $t->trainer(qw(quantize tiny.st --to int8-weights -o
    tiny.st));
is($rc, 1, 'onto itself');
ok(!-e "$dir/no.st", 'nothing was written');

done_testing();
