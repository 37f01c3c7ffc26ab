#!/usr/bin/perl

# Promise: --folds trains K times without a K-th of the rows and measures that;
# preparation and training never see it, and the model is the one without folds.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use List::Util qw(sum);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $seed = 1;
sub unit { $seed = ($seed * 1103515245 + 12345) % 2147483648;
    return $seed / 2147483648 }

my (@classes, @numbers, @noise);

for (1 .. 400) {
    my ($x, $y) = map { sprintf '%.4f', 2 * unit() - 1 } 1, 2;
    push @classes, "$x,$y," . ($x * $y > 0 ? 'yes' : 'no');
    push @numbers, sprintf '%s,%s,%.4f', $x, $y, 3 * $x - 2 * $y + 10;
    push @noise, "$x,$y," . (unit() > 0.5 ? 'yes' : 'no');
}

sub csv { my ($name, @rows) = @_;
    return $t->write_file($name, join("\n", 'x,y,z', @rows) . "\n") }

csv('classes.csv', @classes);
csv('numbers.csv', @numbers);
csv('noise.csv', @noise);

sub fit {
    my ($rc, $out, $err) = $t->trainer('fit', '--json', '-q', @_);
    is($rc, 0, "fit @_") or diag($err);
    return $rc ? {} : decode_json($out);
}

my $r = fit(qw(-d classes.csv -o c.safetensors --folds 5 --epochs 60 --lr 0.01
    --name m));
my @scores = @{ $r->{folds}{scores} };
is(scalar @scores, 5, 'five scores');
cmp_ok(abs($r->{folds}{mean} - sum(@scores) / 5), '<', 1e-12, 'their mean');
cmp_ok($r->{folds}{mean}, '>', 0.9, 'learned');
cmp_ok($r->{folds}{deviation}, '>', 0, 'they differ');
ok(!grep({ abs($_ * 80 - int($_ * 80 + 0.5)) > 1e-9 } @scores),
    'each of a fifth of the rows');

fit(qw(-d classes.csv -o w.safetensors --epochs 60 --lr 0.01 --name m));
ok($t->read_file('c.safetensors') eq $t->read_file('w.safetensors'),
    'the model is the one without folds');

my $again = fit(qw(-d classes.csv -o c.safetensors --folds 5 --epochs 60
    --lr 0.01 --threads 1));
is_deeply($again->{folds}, $r->{folds}, 'the same scores one by one');
$again = fit(qw(-d classes.csv -o c.safetensors --folds 5 --epochs 60
    --lr 0.01 --seed 2));
isnt($again->{folds}{mean}, $r->{folds}{mean}, 'another seed deals anew');

$r = fit(qw(-d numbers.csv -o n.safetensors --folds 4 --epochs 60));
cmp_ok($r->{folds}{mean}, '>', 0.97, 'numbers: R2');

# a network that learns rows by heart knows nothing of those kept back

$r = fit(qw(-d noise.csv -o x.safetensors --folds 5 --epochs 150 --lr 0.01
    --validation 0 --weight-decay 0 --hidden), '128:relu,128:relu');
cmp_ok($r->{training_loss}, '<', 0.64, 'some of it by heart');
cmp_ok($r->{folds}{mean}, '<', 0.62, 'nothing leaks');

my ($rc, $out) = $t->trainer(qw(fit -q -d classes.csv -o c.safetensors --folds
    3 --epochs 5));
like($out, qr/^folds +accuracy 0\.\d{4}, deviation 0\.\d{4}, of 3:(?: 0\.\d{4}){3}$/m,
    'in words');

for (
    [2, qr/--folds: expected 2 or more/, qw(--folds 1)],
    [2, qr/and no --valid/, qw(--folds 3 --valid noise.csv)],
    [1, qr/--folds 300: there are only 400 rows/, qw(--folds 300)],
    [1, qr/not finite from the first epoch on.*nothing is written/, qw(--folds 3 --optimizer sgd
        --lr 1e6 --target-scaling none --scaling none), '-t', 'x'],
) {
    my ($code, $re, @args) = @$_;
    my ($rc, undef, $err) = $t->trainer(qw(fit -q -d classes.csv -o no),
        @args);
    is($rc, $code, "@args");
    like($err, $re, 'what is wrong');
}

ok(!-e $t->dir . '/no', 'no file');

###############################################################################
# few rows to validate: folds by themselves, and they stand in the record

sub training {
    my (undef, $out) = $t->trainer(qw(inspect --json), @_);
    return decode_json($out)->{document}{training};
}

csv('some.csv', @classes[0 .. 199]);
$r = fit(qw(-d some.csv -o s.safetensors --epochs 30 --lr 0.01 --name m));
is(scalar @{ $r->{folds}{scores} }, 5, '20 rows would validate: five folds');
my $f = training('s.safetensors')->{folds};
is_deeply($f, $r->{folds}, 'they are in the record');
cmp_ok(abs($f->{mean} - sum(@{ $f->{scores} }) / 5), '<', 1e-12, 'mean');
cmp_ok(abs($f->{figures}{accuracy}{mean} - $f->{mean}), '<', 1e-12,
    'of each figure');
cmp_ok($f->{figures}{auc}{mean}, '>', 0.9, 'AUC too');
$again = fit(qw(-d some.csv -o s.safetensors --epochs 30 --lr 0.01 --name m
    --folds 5));
is_deeply($again->{folds}, $r->{folds}, 'the same as if asked for');

for ([qw(-d some.csv --folds 0)], [qw(-d some.csv --valid classes.csv)],
    [qw(-d some.csv --test classes.csv)])
{
    $again = fit(@$_, qw(-o o.safetensors --epochs 3));
    ok(!exists $again->{folds}, "none: @$_");
}

csv('many.csv', (@classes) x 3);
$again = fit(qw(-d many.csv -o o.safetensors --epochs 2));
ok(!exists $again->{folds}, '120 rows validate: none');

# weights of classes are no part of the measure: always "no" is not 50 %

csv('rare.csv', map { $_ % 3 ? $classes[$_] =~ s/yes$/no/r : $classes[$_] }
    0 .. $#classes);
my @by = map { fit(qw(-d rare.csv -o o.safetensors --epochs 20 --folds 3), @$_)
    ->{folds}{figures}{accuracy}{mean} } [], [qw(--class-weight balanced)];
cmp_ok(abs($by[0] - $by[1]), '<', 0.3, 'accuracy of rows as they are');

(undef, $out) = $t->trainer(qw(fit -d some.csv -o s.safetensors --epochs 3));
like($out, qr/^folds +only 20 rows validate: 5 folds measure all 200 (?#
    )\(--folds 0: none\)$/m, 'says so');

done_testing();
