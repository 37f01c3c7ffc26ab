#!/usr/bin/perl

# Promise: `evaluate` says how sure its figures are and which columns the
# answers hang on; `fit` calibrates probabilities without changing an answer.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub ok_run { return $t->trains(@_) }

# numbers without end: the same in every run

my $state = 7;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

###############################################################################
# a model that looks at one column of three, and one that is a line

write_model("$dir/one.st", doc => { version => 1,
    name => 'one', task => 'binary',
    inputs => { kind => 'columns', columns => [
        map { { name => $_, kind => 'number' } } qw(blind seen weak) ] },
    layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
    outputs => { labels => ['no', 'yes'] },
    training => { data => { target => 'y' } },
}, tensors => { 'layers.0.weight' => [[3, 1], [0, 8, 0.5]],
    'layers.0.bias' => [[1], [-4]] });

my @rows = map { [rnd(), rnd(), rnd()] } 1 .. 400;
my @y = map { 8 * $_->[1] + 0.5 * $_->[2] - 4 > 4 * (rnd() - 0.5) ? 'yes' : 'no' }
    @rows;
$t->write_file('d.csv', join '', "blind,seen,weak,y\n",
    map { join(',', @{ $rows[$_] }, $y[$_]) . "\n" } 0 .. $#rows);

my $j = decode_json(ok_run(qw(evaluate one.st --json -d d.csv --importance)));
my %by = map { $_->{column} => $_ } @{ $j->{importance} };

is(join(' ', map { $_->{column} } @{ $j->{importance} }[0 .. 1]), 'seen weak',
    'importance: what it looks at first');
is($by{blind}{accuracy_lost}, 0, 'a column of no weight: nothing lost');
is($by{blind}{loss_gained}, 0, 'nor gained');
cmp_ok($by{seen}{accuracy_lost}, '>', 0.2, 'the column that decides');
cmp_ok($by{seen}{accuracy_lost}, '<', $j->{accuracy} - 0.3,
    'about a half is right by chance');
cmp_ok($by{seen}{deviation}, '>', 0, 'it varies');
cmp_ok($by{weak}{loss_gained}, '>', 0, 'the weak one too');

my $i = $j->{intervals};
for (qw(accuracy loss f1 auc pr_auc)) {
    cmp_ok($i->{$_}[0], '<', $i->{$_}[1], "$_: an interval");
}
ok(!exists $i->{calibration_error}, 'none of a calibration error');
my $width = 2 * 1.96 * sqrt($j->{accuracy} * (1 - $j->{accuracy}) / 400);
cmp_ok(abs(($i->{accuracy}[1] - $i->{accuracy}[0]) / $width - 1), '<', 0.2,
    'as wide as a binomial is');

is(ok_run(qw(evaluate one.st --json -d d.csv --importance)),
    ok_run(qw(evaluate one.st --json -d d.csv --importance)),
    'the same seed, the same text');
isnt(ok_run(qw(evaluate one.st --json -d d.csv)),
    ok_run(qw(evaluate one.st --json -d d.csv --seed 2)),
    'another seed, other rounds');
ok(!exists decode_json(ok_run(qw(evaluate one.st --json -d d.csv
    --bootstrap 0)))->{intervals}, 'no rounds, no intervals');

# numbers that are all the same: there is no variance to explain, although their
# mean is rounded

write_model("$dir/same.st", doc => { version => 1,
    name => 'same', task => 'regression',
    inputs => { kind => 'columns', columns => [
        { name => 'seen', kind => 'number' } ] },
    layers => [ { kind => 'dense', units => 1 } ], outputs => {},
    training => { data => { target => 'y' } },
}, tensors => { 'layers.0.weight' => [[1, 1], [0]],
    'layers.0.bias' => [[1], [5.5]] });
$t->write_file('same.csv', "seen,y\n" . "1,5.5\n" x 100);
like(ok_run(qw(evaluate same.st -d same.csv --bootstrap 0)), qr/^R2 +-(?: |$)/m,
    'no R2 of a constant');

# rows of one class: what cannot be said is a dash

$t->write_file('sure.csv', join '', "blind,seen,weak,y\n",
    map { join(',', @{ $rows[$_] }, 'yes') . "\n" } 0 .. 49);
like(ok_run(qw(evaluate one.st -d sure.csv --bootstrap 0)), qr/^loss +\S+ +(?#
    )baseline 0\.0000\nF1 .*\nAUC +-\nPR AUC +-$/m,
    'rows of one class');

my $text = ok_run(qw(evaluate one.st -d d.csv --importance --repeats 2));
like($text,
    qr/^accuracy +0\.\d{4}  \(0\.\d{4} to 0\.\d{4}\)  baseline 0\.\d{4}$/m,
    'text: an interval and the baseline');
my $yes = grep { $_ eq 'yes' } @y;
my ($share, $most) = $yes > 200 ? ($yes / 400, 'yes') : (1 - $yes / 400, 'no');
like($text, qr/^accuracy .* baseline \Q@{[ sprintf '%.4f', $share ]}\E$/m,
    'the share of the largest class');
like($text, qr/^Baseline: always "$most"\.$/m, 'which one that is');
like($text, qr/^AUC .* baseline 0\.5000$/m, 'chance ranks nothing');
like($text, qr/^without the column +accuracy lost .*\n^seen +0\.\d+ +0\.\d+/m,
    'text: importance');

# numbers

write_model("$dir/line.st", doc => { version => 1,
    name => 'line', task => 'regression',
    inputs => { kind => 'columns', columns => [
        map { { name => $_, kind => 'number' } } qw(blind seen weak) ] },
    layers => [ { kind => 'dense', units => 1, activation => 'linear' } ],
    outputs => { labels => ['n'] },
    training => { data => { target => 'n' } },
}, tensors => { 'layers.0.weight' => [[3, 1], [0, 8, 0.5]],
    'layers.0.bias' => [[1], [0]] });
$t->write_file('n.csv', join '', "blind,seen,weak,n\n",
    map { join(',', @$_, 8 * $_->[1] + $_->[2]) . "\n" } @rows);
$j = decode_json(ok_run(qw(evaluate line.st --json -d n.csv --importance)));
is($j->{importance}[0]{column}, 'seen', 'regression: importance');
cmp_ok($j->{importance}[0]{r2_lost}, '>', 1.5,
    'twice the variance and more is lost');
cmp_ok($j->{intervals}{rmse}[0], '<', $j->{rmse}, 'an interval of RMSE');
cmp_ok($j->{intervals}{rmse}[1], '>', $j->{rmse}, 'around it');

# one class only: there is nothing to confuse

write_model("$dir/single.st", doc => { version => 1,
    name => 'single', task => 'classification',
    inputs => { kind => 'columns', columns => [
        { name => 'a', kind => 'number' } ] },
    layers => [ { kind => 'dense', units => 1, activation => 'softmax' } ],
    outputs => { labels => ['x'] },
}, tensors => { 'layers.0.weight' => [[1, 1], [2]],
    'layers.0.bias' => [[1], [0]] });
$t->write_file('x.csv', "a,y\n1,x\n2,x\n");
$j = decode_json(ok_run(qw(evaluate single.st --json -d x.csv -t y)));
is_deeply($j->{confusion}, [[2]], 'one class: said of every row');
is($j->{accuracy}, 1, 'one class: always right');
is($j->{loss}, 0, 'one class: sure of it');

###############################################################################
# calibration: trained too long, on labels of which a fifth is wrong

my @noisy = map { [$_->[0], $_->[1], rnd() < 0.2 ? 'a' : $_->[1] > 0.5 ? 'b' : 'c'] }
    map { [rnd(), rnd()] } 1 .. 1600;
$t->write_file('train.csv', join '', "u,v,k\n",
    map { join(',', @$_) . "\n" } @noisy[0 .. 299]);
$t->write_file('held.csv', join '', "u,v,k\n",
    map { join(',', @$_) . "\n" } @noisy[300 .. 899]);
$t->write_file('new.csv', join '', "u,v,k\n",
    map { join(',', @$_) . "\n" } @noisy[900 .. 1599]);

my @fit = (qw(fit -q --json -d train.csv --valid held.csv --epochs 60),
    qw(--patience 0 --lr 0.02 --schedule constant --batch 8 --name n));
my $plain = decode_json(ok_run(@fit, qw(--calibration none -o plain.st)));
my $warm = decode_json(ok_run(@fit, qw(-o warm.st)));
is($plain->{temperature}, 1, 'none');
isnt($warm->{temperature}, 1, 'a temperature by default');
cmp_ok($warm->{temperature}, '>', 0.5, 'of a sensible size');

like(ok_run(qw(inspect --json warm.st)), qr/"temperature":\s*\d/,
    'the record has it');
my @e = map { decode_json(ok_run('evaluate', $_, qw(--json -d held.csv))) }
    qw(plain.st warm.st);
is($e[1]{accuracy}, $e[0]{accuracy}, 'no answer is another');
cmp_ok($e[1]{loss}, '<', $e[0]{loss}, 'less loss where it was fitted');

# the answers are softmax(z / T): differences of logarithms shrink by T

my @p = map { [map { [(split /,/)[1 .. 3]] }
    split /\n/, ok_run('predict', $_, qw(-d new.csv))] } qw(plain.st warm.st);
my $worst = 0;
for my $row (0 .. 99) {
    my @d = map { log($p[$_][$row][0]) - log($p[$_][$row][1]) } 0, 1;
    my $off = abs($d[0] / $warm->{temperature} - $d[1]);
    $worst = $off if $off > $worst;
}
cmp_ok($worst, '<', 1e-3, 'it is in the answers');

$warm = decode_json(ok_run(qw(fit -q --json -d train.csv --epochs 3 -o x.st)));
is($warm->{temperature}, 1, 'thirty rows are no ground for one');

###############################################################################
# usage

for (
    [[qw(evaluate one.st -d d.csv --bootstrap -1)], 2,
        qr/--bootstrap: "-1": expected a whole number from 0 to/],
    [[qw(evaluate one.st -d d.csv --repeats 0)], 2, qr/--repeats: "0"/],
    [[qw(predict one.st -d d.csv --importance)], 2,
        qr/unrecognized option '--importance'/],
    [[qw(fit -d d.csv -o x --calibration yes)], 2,
        qr/--calibration: "yes": expected one of temperature, none/],
) {
    my ($args, $code, $re) = @$_;
    my ($got, undef, $said) = $t->trainer(@$args);
    is($got, $code, "exit code: @$args");
    like($said, $re, 'what is wrong');
}

done_testing();
