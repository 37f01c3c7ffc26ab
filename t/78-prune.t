#!/usr/bin/perl

# Promise: maas-trainer prune takes out of a network what matters least: of
# neurons rows and columns are gone and the file is smaller, weights become
# zeros and stay so while the rest is trained; --max-drop ends it in time.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(write_model);
use MaasTest::Trees qw(random_trees);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $state = 3;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

sub run_ok {
    my (@args) = @_;
    my ($rc, $out, $err) = $t->trainer(@args);
    is($rc, 0, "@args") or diag($err);
    return $out;
}

sub document {
    return decode_json(run_ok('inspect', '--json', $_[0]))->{document};
}

sub tensor {
    my ($file, $name) = @_;
    my $bytes = $t->read_file($file);
    my $size = unpack 'Q<', $bytes;
    my $e = decode_json(substr $bytes, 8, $size)->{$name} or return;
    my ($from, $to) = @{ $e->{data_offsets} };
    return unpack 'f<*', substr $bytes, 8 + $size + $from, $to - $from;
}

###############################################################################
# neurons: of four, one says nothing new (always 3), one goes nowhere, one
# hardly counts; without training what is left is what it was

my @columns = map { { name => $_, kind => 'number' } } 'x', 'y';
write_model("$dir/four.st", doc => { version => 1, name => 'm',
        task => 'regression',
        inputs => { kind => 'columns', columns => \@columns },
        layers => [ { kind => 'dense', units => 4, activation => 'relu' },
            { kind => 'dense', units => 1 } ],
        training => { data => { target => 'k' } } },
    tensors => { 'layers.0.weight' => [[2, 4], [ 1, 0, 5, 1, 1, 0, 5, -1 ]],
        'layers.0.bias' => [[4], [ 0, 3, 0, 0 ]],
        'layers.1.weight' => [[4, 1], [ 2, 1e-3, 0, 0.001 ]],
        'layers.1.bias' => [[1], [ 0.5 ]] });
$t->write_file('k.csv', "x,y,k\n" . join '',
    map { my ($x, $y) = (rnd(), rnd()); sprintf "%.5f,%.5f,%.5f\n", $x, $y,
        2 * ($x + $y) + 0.503 } 1 .. 200);
my $out = decode_json(run_ok(qw(prune four.st -o one.st --data k.csv --neurons
    0.75 --rounds 1 --epochs 0 --json)));
is_deeply($out->{units}, [1, 1], 'one of four is left');
is_deeply([ tensor('one.st', 'layers.0.weight') ], [ 1, 1 ], 'the right one');
is_deeply([ tensor('one.st', 'layers.1.weight') ], [ 2 ], 'and its way on');
my ($bias) = tensor('one.st', 'layers.1.bias');
cmp_ok(abs($bias - 0.5033), '<', 0.0003,
    'what the others said on average is in the bias');
is($out->{after}{bytes}, -s "$dir/one.st", 'the size');
is(document('one.st')->{layers}[0]{units}, 1, 'units in the document');

###############################################################################
# a network that was trained

$t->write_file('ring.csv', "x,y,k\n" . join '',
    map { my ($x, $y) = map { 4 * rnd() - 2 } 1, 2; sprintf "%.4f,%.4f,%s\n",
        $x, $y, $x * $x + $y * $y < 2 ? 'in' : 'out' } 1 .. 2000);
run_ok(qw(fit -q -d ring.csv -o ring.st --epochs 30 --lr 0.01 --hidden),
    '64:tanh,48:leaky_relu:0.1');
my @args = qw(prune ring.st --data ring.csv);

$out = decode_json(run_ok(@args, qw(-o half.st --neurons 0.75 --json
    --lr 0.003)));
is_deeply($out->{units}, [16, 12, 1], 'a quarter of the neurons');
is(scalar @{ $out->{steps} }, 4, 'in four steps');
cmp_ok($out->{after}{bytes}, '<', $out->{before}{bytes}, 'a smaller file');
cmp_ok($out->{after}{accuracy}, '>', $out->{before}{accuracy} - 0.03,
    'about as good');
my $doc = document('half.st');
is($doc->{layers}[1]{alpha}, 0.1, 'the alpha stays');
my ($record) = @{ $doc->{training}{compression} };
is_deeply([ @$record{qw(how of share epochs from data rows)} ],
    [ 'prune', 'neurons', 0.75, 200, 'ring.st', 'ring.csv', 1800 ],
    'the record');
is_deeply($record->{after}, $out->{after}, 'and what came of it')
    if delete $record->{after}{microseconds}
    && delete $out->{after}{microseconds};

# without training it is worse: it is trained

my $raw = decode_json(run_ok(@args, qw(-o raw.st --neurons 0.75 --epochs 0
    --json)));
cmp_ok($raw->{lost}, '>', $out->{lost}, 'worse without training');

# the same bits again, with any number of threads

run_ok(@args, qw(-o again.st --neurons 0.75 --lr 0.003 --threads 2));
is_deeply([ tensor('again.st', 'layers.1.weight') ],
    [ tensor('half.st', 'layers.1.weight') ], 'the same bits');

# zeros

$out = run_ok(@args, qw(-o zeros.st --sparsity 0.6 --lr 0.003));
for my $i (0, 1) {
    my @w = tensor('zeros.st', "layers.$i.weight");
    my $zeros = grep { $_ == 0 } @w;
    is($zeros, int(0.6 * @w), "layer $i: so many zeros, after training");
}
is(scalar(grep { $_ == 0 } tensor('zeros.st', 'layers.2.weight')), 0,
    'none in the last');
my ($before, $after) = map { $out =~ /^$_ +(\d+) /m } 'before', 'after';
cmp_ok(abs($before - $after), '<', 2000, 'the file is as large as it was');
like($out, qr/^network   2-64-48-1, with zeros among its weights$/m, 'is said');

# --max-drop: the last step that was good

$out = run_ok(@args, qw(-o drop.st --neurons 0.98 --rounds 7 --epochs 1
    --max-drop 3));
like($out, qr/^\d +0\.\d+ +[\d.]+  too much: it was not done$/m, 'it ended');
my ($lost) = $out =~ /^(.*)\n.*too much/m;
my $units = document('drop.st')->{layers}[0]{units};
cmp_ok($units, '>', 1, 'before it was too much');
cmp_ok($units, '<', 64, 'but smaller');

# then quantized

run_ok(qw(quantize half.st -o half8.st --data ring.csv));
is_deeply([ map { $_->{how} } @{ document('half8.st')
    ->{training}{compression} } ], [ 'prune', 'quantize' ],
    'both are in the record');
like(run_ok(qw(inspect half8.st)), qr/^smaller     prune 0\.75 of neurons, from ring\.st
(?:.*\n){3}smaller     quantize int8, from half\.st$/m, 'and in inspect');

###############################################################################
# refused

my ($layer, $tensors) = random_trees(in => 2, out => 1);
write_model("$dir/trees.st", doc => { version => 3, name => 'trees',
        task => 'binary', inputs => { kind => 'columns',
            columns => \@columns },
        layers => [ { %$layer, activation => 'sigmoid' } ] },
    tensors => $tensors);
run_ok(qw(fit -q -d ring.csv -o ln.st --epochs 1 --hidden), '8:relu:ln');
run_ok(qw(fit -q -d ring.csv -o flat.st --epochs 1 --hidden none));

$t->write_file('one.csv', join '', (split /^/,
    $t->read_file('ring.csv'))[ 0, 1 ]);
like(run_ok(qw(prune ring.st --data one.csv --neurons 0.5 --rounds 1 -o
    none.st)), qr/^1 +0\.500 +-$/m, 'nothing to measure with is no number');

for ([ 1, qr/trees\.st: a model of trees has no neurons/, 'trees.st',
        '--data', 'ring.csv', '--neurons', 0.5 ],
    [ 1, qr/ln\.st: expected a chain of dense layers/, 'ln.st', '--data',
        'ring.csv', '--neurons', 0.5 ],
    [ 1, qr/half8\.st: expected a chain/, 'half8.st', '--data', 'ring.csv',
        '--neurons', 0.5 ],
    [ 1, qr/flat\.st: it has no hidden layer/, 'flat.st', '--data',
        'ring.csv', '--neurons', 0.5 ],
    [ 1, qr/a share of 0\.9 loses [\d.]+, more than --max-drop 0/, 'ring.st',
        '--data', 'ring.csv', '--neurons', 0.9, '--rounds', 1, '--epochs', 0,
        '--max-drop', 0 ],
    [ 2, qr/--max-drop: measured with what\? one\.csv has 1 rows/, 'ring.st',
        '--data', 'one.csv', '--neurons', 0.5, '--max-drop', 1 ],
    [ 2, qr/--data is missing/, 'ring.st', '--neurons', 0.5 ],
    [ 2, qr/one of --neurons X/, 'ring.st', '--data', 'ring.csv' ],
    [ 2, qr/one of --neurons X/, 'ring.st', '--data', 'ring.csv',
        '--neurons', 0.5, '--sparsity', 0.5 ],
    [ 2, qr/--neurons/, 'ring.st', '--data', 'ring.csv', '--neurons', 1 ])
{
    my ($want, $re, @more) = @$_;
    my ($rc, undef, $err) = $t->trainer('prune', '-o', 'no.st', @more);
    is($rc, $want, "@more");
    like($err, $re, 'is said');
}

ok(!-e "$dir/no.st", 'nothing was written');

done_testing();
