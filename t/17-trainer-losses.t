#!/usr/bin/perl

# Promise: --loss quantile=X learns the number that a share X of the truths is
# below, --loss poisson rates of counts that are never below 0; the figures of
# such a model are those of its loss, every program gives its answers, and what
# makes no sense is refused with a way out.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub ok_run { return $t->trains(@_) }

sub document {
    my ($file) = @_;
    return decode_json(ok_run('inspect', $file, '--json'))->{document};
}

sub refused { return $t->refuses(@_) }

# numbers of a small generator, the same everywhere
my $state = 20;

sub unit {
    $state = ($state * 1103515245 + 12345) % 2147483648;
    return ($state + 0.5) / 2147483648;
}

sub normal { return sqrt(-2 * log unit()) * cos(6.283185307179586 * unit()) }

sub poisson {
    my ($rate) = @_;
    my ($n, $p, $least) = (0, unit(), exp(-$rate));
    while ($p > $least) { $p *= unit(); $n++ }
    return $n;
}

sub table {
    my ($rows) = @_;
    my @lines = map {
        my $x = 2 * unit() - 1;
        my $y = 3 * $x + (1.5 + $x) * normal();
        join ',', (map { sprintf '%.5g', $_ } $x, $y), poisson(exp(1 + $x))
    } 1 .. $rows;
    return @lines;
}

my @train = table(3000);
my @test = table(1000);
$t->write_file('train.csv', join "\n", 'x,y,count', @train, '');
$t->write_file('test.csv', join "\n", 'x,y,count', @test, '');

###############################################################################
# quantiles

my @fit = qw(fit -d train.csv --epochs 30 --effort quick -q -o);
@fit = grep { !/^(?:--effort|quick)$/ } @fit
    if ($t->trainer(qw(fit --help)))[1] !~ /--effort/;

my %low;

for my $level (0.1, 0.5, 0.9) {
    ok_run(@fit, "q$level.st", '-t', 'y', '--ignore', 'count', '--loss',
        "quantile=$level");
    my $j = decode_json(ok_run('evaluate', "q$level.st", qw(-d test.csv --json)));
    cmp_ok(abs($j->{below} - $level), '<', 0.04,
        "a share $level of the truths is not above: $j->{below}");
    cmp_ok($j->{pinball}, '<', 0.8 * $j->{baseline}{pinball},
        "loss $j->{pinball}, of a constant $j->{baseline}{pinball}");
    cmp_ok(abs($j->{baseline}{below} - $level), '<', 0.01, 'that constant');
    ok(exists $j->{intervals}{pinball}, 'with an interval');

    # the figures are those of the definition
    my @y = map { $_->{prediction} } map { decode_json($_) } split /\n/,
        ok_run('predict', "q$level.st", qw(-d test.csv --format jsonl));
    my ($loss, $below) = (0, 0);
    for my $i (0 .. $#test) {
        my $e = $y[$i] - (split /,/, $test[$i])[1];
        $loss += ($e > 0 ? (1 - $level) * $e : -$level * $e) / @test;
        $below += ($e >= 0) / @test;
    }
    cmp_ok(abs($loss - $j->{pinball}), '<', 1e-5, 'pinball loss');
    cmp_ok(abs($below - $j->{below}), '<', 0.0021, 'share');
}

is(document('q0.9.st')->{training}{settings}{loss}, 'quantile=0.9',
    'the record says it');
is(document('q0.9.st')->{version}, 1, 'no new version');
like(ok_run(qw(evaluate q0.9.st -d test.csv --bootstrap 0)),
    qr/^below +0\.\d+  baseline 0\.9/m, 'as text');

###############################################################################
# counts

ok_run(@fit, 'poisson.st', qw(-t count --ignore y --task regression --loss poisson));
my $doc = document('poisson.st');
is($doc->{version}, 5, 'counts: version 5');
is("$doc->{layers}[-1]{kind} $doc->{layers}[-1]{form}", 'target exp',
    'the last layer');
my $j = decode_json(ok_run(qw(evaluate poisson.st -d test.csv --json)));
ok(!exists $j->{pinball}, 'no figure of quantiles');
cmp_ok($j->{deviance}, '<', 0.95 * $j->{baseline}{deviance},
    "deviance $j->{deviance}, of a constant $j->{baseline}{deviance}");
my @said = map { decode_json($_)->{prediction} } split /\n/,
    ok_run(qw(predict poisson.st -d test.csv --format jsonl));
is(scalar(grep { $_ <= 0 } @said), 0, 'rates are above 0');
my ($deviance, $error, $mean) = (0, 0, 0);

for my $i (0 .. $#test) {
    my ($x, undef, $n) = split /,/, $test[$i];
    $mean += ($said[$i] - $n) / @test;
    $error += abs($said[$i] / exp(1 + $x) - 1) / @test;
    $deviance += 2 * (($n ? $n * log($n / $said[$i]) : 0) - $n + $said[$i])
        / @test;
}

cmp_ok(abs($deviance - $j->{deviance}), '<', 1e-4, 'deviance');
cmp_ok($error, '<', 0.15, "near the true rates: $error");
cmp_ok(abs($mean), '<', 0.2, "their mean is right: $mean");

my ($rc, $twice) = $t->trainer(@fit, 'again.st', qw(-t count --ignore y
    --task regression --loss poisson --threads 1 --name poisson.st));
ok(MaasTest::Proc::slurp("$dir/again.st")
    eq MaasTest::Proc::slurp("$dir/poisson.st"), 'the same bits with one thread');

# others go on with it: fewer bits, reasons, code
ok_run(qw(quantize poisson.st -d train.csv -o small.st));
my $small = decode_json(ok_run(qw(evaluate small.st -d test.csv --json)));
cmp_ok($small->{deviance}, '<', 1.05 * $j->{deviance}, 'quantized');
like(ok_run(qw(predict poisson.st -d test.csv --reasons 1)), qr/\bx\b/,
    'reasons');
refused(1, qr/expected a chain of dense layers/, qw(prune poisson.st -d
    train.csv --neurons 0.5 -o p.st));
ok_run(qw(prune q0.9.st -d train.csv --neurons 0.5 -o p.st));
$j = decode_json(ok_run(qw(evaluate p.st -d test.csv --json)));
cmp_ok(abs($j->{below} - 0.9), '<', 0.05, "a quantile stays one: $j->{below}");

###############################################################################
# the same of what is tried by itself: trees and networks

$t->write_file('few.csv', join "\n", 'x,y,count', @train[0 .. 499], '');
ok_run(qw(fit -d few.csv -q -o a.st -t y --ignore count --loss quantile=0.8));
$j = decode_json(ok_run(qw(evaluate a.st -d test.csv --json)));
cmp_ok(abs($j->{below} - 0.8), '<', 0.05, "a share 0.8: $j->{below}");
cmp_ok($j->{pinball}, '<', 0.75 * $j->{baseline}{pinball}, 'better');
ok_run(qw(fit -d few.csv -q -o a.st -t count --ignore y --task regression
    --loss poisson));
$j = decode_json(ok_run(qw(evaluate a.st -d test.csv --json)));
cmp_ok($j->{deviance}, '<', 0.7 * $j->{baseline}{deviance}, 'counts');
@said = map { decode_json($_)->{prediction} } split /\n/,
    ok_run(qw(predict a.st -d test.csv --format jsonl));
is(scalar(grep { $_ < 0 } @said), 0, 'none is below 0');
refused(1, qr/the target has -\S+: expected counts or rates of 0 or more/,
    qw(fit -d few.csv -q -o a.st -t y --ignore count --loss poisson));

# tune compares by what is asked for, in folds, too
$t->write_file('tiny.csv', join "\n", 'x,y,count', @train[0 .. 299], '');
my $tuned = ok_run(qw(tune -d tiny.csv -t y --ignore count --loss quantile=0.9
    --trials 1 --epochs 3 -q -o best.conf));
my ($least) = MaasTest::Proc::slurp("$dir/best.conf") =~ /validation loss (\S+),/;
cmp_ok($least, '<', 2, "folds: a pinball loss, not squares: $least");

###############################################################################
# refused

refused(2, qr/--loss: "quantile": expected quantile=X, a number above 0 and below 1/,
    @fit, 'm.st', '--loss', 'quantile');
refused(2, qr/expected quantile=X/, @fit, 'm.st', '--loss', "quantile=$_")
    for 0, 1, 'x', 'nan';
refused(2, qr/--loss: "quantil=0.5": expected one of .*quantile/,
    @fit, 'm.st', '--loss', 'quantil=0.5');
refused(2, qr/--loss: quantile does not go with the task/, @fit, 'm.st',
    qw(-t count --task classification --loss quantile=0.5));
refused(1, qr/--loss poisson: the target is -\S+ in some row: expected counts or rates of 0 or more/,
    @fit, 'm.st', qw(-t y --loss poisson));

# a loss of numbers says what few whole numbers are

$t->write_file('counts.csv', "x,n\n" . join '', map { $_ % 7 . ',' . $_ % 3
    . "\n" } 1 .. 120);
for my $loss (qw(poisson quantile=0.7)) {
    like(ok_run(qw(fit -q -d counts.csv --effort quick --epochs 2 --folds 0 -o
        c.st --loss), $loss), qr/, target "n": numbers; /,
        "--loss $loss: counts are numbers");
    is(document('c.st')->{task}, 'regression', 'a regression');
}

# no deviance of what is no count

ok_run(qw(fit -q -d counts.csv --effort quick --epochs 2 --folds 0 -o c.st
    --loss poisson));
$t->write_file('below.csv', "x,n\n1,2\n2,-1\n3,1\n");
like(ok_run(qw(evaluate c.st -d below.csv)), qr/^deviance +-$/m,
    'a dash where a truth is below 0');

refused(2, qr/--teacher: --loss poisson/, @fit, 'm.st', qw(-t count
    --ignore y --task regression --loss poisson --teacher poisson.st));

done_testing;
