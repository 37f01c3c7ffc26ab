#!/usr/bin/perl

# Promise: what nobody asked for is chosen by the data, is in the record, and
# numbers of any size can be predicted with it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;

sub ok_run { return $t->trains(@_) }

sub settings {
    my ($file) = @_;
    return decode_json(ok_run('inspect', '--json', $file))
        ->{document}{training}{settings};
}

my $state = 3;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

# a plane far from zero, in units far from one

my @rows = map { my @x = map { rnd() } 1 .. 3;
    [@x, 5e6 + 2e4 * $x[0] - 1e4 * $x[1] + 100 * (rnd() - 0.5)] } 1 .. 500;
my $csv = sub { join '', "a,b,c,price\n", map { join(',', @$_) . "\n" } @_ };
$t->write_file('d.csv', $csv->(@rows[0 .. 299]));
$t->write_file('held.csv', $csv->(@rows[300 .. 499]));

my $r = decode_json(ok_run(qw(fit -q --json --effort quick -d d.csv --valid held.csv
    -o m.st)));
cmp_ok($r->{validation_score}, '>', 0.99, 'R2 of numbers about 5e6');

my $e = decode_json(ok_run(qw(evaluate m.st --json -d held.csv)));
cmp_ok(abs($e->{r2} - $r->{validation_score}), '<', 1e-3,
    'it is in the file');
cmp_ok(abs($e->{mse} / $r->{validation_loss} - 1), '<', 0.02,
    'the loss is in units of the data');

my $s = settings('m.st');
is($s->{epochs}, 200, 'passes for 300 rows');
is($s->{patience}, 40, 'and patience with them');
is($s->{hidden}, '128:relu', 'the network of a small table');
cmp_ok(abs($s->{lr} - 0.002), '<', 1e-9, 'its rate');
is($s->{weight_decay} // $s->{'weight-decay'}, 1, 'its decay');

# every one of them can be said

ok_run(qw(fit -q -d d.csv --epochs 7 --hidden 8:tanh --lr 0.01
    --weight-decay 0 -o said.st));
$s = settings('said.st');
is("$s->{epochs} $s->{hidden} " . ($s->{'weight-decay'} + 0), '7 8:tanh 0',
    'said, and done');

# validation rows have no part in the scaling of the target

$t->write_file('wild.csv', $csv->(@rows[300 .. 498], [0, 0, 0, 1e9]));
my @p = map {
    ok_run(qw(fit -q -d d.csv --epochs 1 -o), "$_.st", '--valid', "$_.csv");
    ok_run('predict', "$_.st", qw(-d d.csv));
} qw(held wild);
is($p[0], $p[1], 'no validation row is in the scaling of the target');

# without it the plane is out of reach

$r = decode_json(ok_run(qw(fit -q --json -d d.csv --valid held.csv
    --target-scaling none --epochs 20 -o none.st)));
cmp_ok($r->{validation_score}, '<', 0, 'none: it is off');

# more rows: two layers, fewer passes, less decay

$t->write_file('big.csv', $csv->((@rows) x 14));
ok_run(qw(fit -q -d big.csv --batch 256 -o big.st));
$s = settings('big.st');
is($s->{hidden}, '128:relu,128:relu', 'the network of a larger table');
is($s->{epochs}, 200, 'passes: few steps each with such batches');
cmp_ok(abs($s->{'weight-decay'} - 2000 / 6300), '<', 1e-6, 'decay');

ok_run(qw(fit -q -d d.csv --epochs 1 --optimizer sgd -o sgd.st));
$s = settings('sgd.st');
is($s->{lr} . ' ' . $s->{'weight-decay'}, '0.01 0', 'sgd is left as it is');

###############################################################################
# nothing in the record is "auto": it is what was used

sub is_used {
    my ($name, $want, @args) = @_;
    ok_run(qw(fit -q --epochs 2 --folds 0 -o used.st), @args);
    $s = settings('used.st');
    is(join(' ', grep { ($s->{$_} // '') =~ /^auto$/ } sort keys %$s), '',
        "$name: nothing is auto");
    is($s->{$_}, $want->{$_}, "$name: $_") for sort keys %$want;
}

$t->write_file('c.csv', join '', "a,b,y\n", map { join(',', $_->[0],
    exp(9 * $_->[1]), $_->[2] > 0.5 ? 'p' : 'q') . "\n" } @rows);
$t->write_file('bare.csv', join '', map { join(',', @$_) . "\n" } @rows);
$t->write_file('l.jsonl', join '', map {
    qq({"a":$_->[0],"b":"@{[$_->[2] > 0.4 ? 'w' : 'v']}",)
    . qq("y":"@{[int 3 * $_->[1]]}"}\n) } @rows);

is_used('numbers', { task => 'regression', loss => 'mse', init => 'he, glorot',
    scaling => 'standard', header => 'yes', batch => 32, folds => 0 },
    qw(-d d.csv));
is_used('two classes', { task => 'binary', loss => 'binary_crossentropy',
    header => 'yes' }, qw(-d c.csv));
is_used('no names', { header => 'no' }, qw(-d bare.csv));
is_used('three classes', { task => 'classification',
    loss => 'sparse_categorical_crossentropy', init => 'glorot',
    scaling => 'standard' }, qw(-d l.jsonl --hidden), '8:tanh');
is_used('none to scale', { scaling => 'none' }, qw(-d l.jsonl --ignore a));
is_used('said', { loss => 'mae', init => 'he', scaling => 'robust' },
    qw(-d d.csv --loss mae --init he --scaling robust));
is_used('steps', { 'step-every' => 1, batch => 270 }, qw(-d d.csv --epochs 3
    --schedule step --batch 1000));
is_used('validation elsewhere', { validation => undef }, qw(-d d.csv --valid
    held.csv));

ok_run(qw(synth digits --train 60 --test 20));
is_used('pictures', { scaling => 'minmax', header => undef }, qw(-d digits));

ok_run(qw(fit -q -d d.csv --epochs 1 -o used.st));
is(settings('used.st')->{folds}, 5, 'folds that nobody asked for');
ok_run(qw(fit -q -d c.csv --epochs 1 --class-weight balanced -o used.st));
my $w = decode_json(ok_run(qw(inspect --json used.st)))
    ->{document}{training}{class_weights};
my $p = grep { $_->[2] > 0.5 } @rows;
cmp_ok(abs($w->{p} / $w->{q} * $p / (500 - $p) - 1), '<', 0.05,
    'what "balanced" was');

done_testing();
