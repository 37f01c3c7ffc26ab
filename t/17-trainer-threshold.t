#!/usr/bin/perl

# Promise: rare classes can be made to count, and where "yes" begins is chosen
# by cost or by a rate of false alarms on the validation rows, stands in the
# file, and is what predict and evaluate go by.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;

srand 5;

sub rows {
    my ($file, $n) = @_;
    my $text = "x,z,c\n";

    for (1 .. $n) {
        my $yes = rand() < 0.15;
        my $x = ($yes ? 1.2 : 0) + rand(2) + rand(2) - 2;
        $text .= sprintf "%.3f,%.3f,%s\n", $x, rand, $yes ? 'fraud' : '-';
    }

    $t->write_file($file, $text);
}

rows('train.csv', 600);
rows('held.csv', 400);
rows('test.csv', 400);

sub fit {
    my ($rc, $out, $err) = $t->trainer(qw(fit -q --json -d train.csv --valid
        held.csv -o m.st --epochs 20), @_);
    is($rc, 0, "fit @_") or diag($err);
    return decode_json($out);
}

sub document {
    return decode_json(($t->trainer(qw(inspect --json m.st)))[1])->{document};
}

sub confusion {
    my ($rc, $out) = $t->trainer(qw(evaluate m.st --json -d), $_[0]);
    return decode_json($out)->{confusion};
}

my $r = fit();
ok(!exists $r->{threshold}, 'nothing asked for, nothing chosen');
my $plain = confusion('test.csv');

$r = fit(qw(--cost 1:20));
cmp_ok($r->{threshold}, '<', 0.3, 'a dear miss: a low threshold');
my $doc = decode_json(($t->trainer(qw(inspect --json m.st)))[1])->{document};
cmp_ok(abs($doc->{outputs}{threshold} - $r->{threshold}), '<', 1e-6,
    'it stands in the file');
my $dear = confusion('test.csv');
cmp_ok($dear->[1][0], '<', $plain->[1][0], 'fewer misses');
cmp_ok($dear->[0][1], '>', $plain->[0][1], 'more false alarms');

my ($rc, $out) = $t->trainer(qw(predict m.st -d test.csv));
my ($said, $wrong) = (0, 0);

for (split /\n/, $out) {
    my ($label, $p) = split /,/;
    $said += $label eq 'fraud';
    $wrong += ($label eq 'fraud') != ($p > $doc->{outputs}{threshold});
}

is($wrong, 0, 'predict goes by it');
is($said, $dear->[0][1] + $dear->[1][1], 'and so does evaluate');

for my $rate (0.02, 0.1) {
    fit('--false-alarms', $rate);
    my $c = confusion('held.csv');
    cmp_ok($c->[0][1] / ($c->[0][0] + $c->[0][1]), '<=', $rate,
        "at most $rate of false alarms on the rows that chose");
    cmp_ok($c->[1][1], '>', 0, 'and something is found');
}

fit(qw(--class-weight balanced --calibration none));
my $balanced = confusion('test.csv');
cmp_ok($balanced->[1][0], '<', $plain->[1][0], 'classes that count the same: '
    . 'fewer misses');

###############################################################################
# rows count by their weights, as evaluate judges them

for (qw(train held)) {
    my ($head, @lines) = split /\n/, $t->read_file("$_.csv");
    my $i = 0;
    $t->write_file("w$_.csv", join '', "w,$head\n", map { (0, 1, 1, 5)[
        $i++ * 7 % 4] . ",$_\n" } @lines);
}

sub weighted {
    my ($rc, $out, $err) = $t->trainer(qw(fit -q --json -d wtrain.csv --valid
        wheld.csv --weight w -o m.st --epochs 20), @_);
    is($rc, 0, "fit with weights @_") or diag($err);
    return decode_json($out)->{threshold};
}

my @held = map { [split /,/] } (split /\n/, $t->read_file('wheld.csv'))[1 .. 400];

# weights of false alarms and of misses above a threshold
sub mistakes {
    my ($above, @p) = @_;
    my ($alarms, $misses) = (0, 0);

    for (0 .. $#held) {
        my ($w, $yes) = ($held[$_][0], $held[$_][3] eq 'fraud');
        $alarms += $w if $p[$_] > $above && !$yes;
        $misses += $w if $p[$_] <= $above && $yes;
    }

    return ($alarms, $misses);
}

my $above = weighted(qw(--cost 1:5));
my @p = map { (split /,/)[1] } split /\n/,
    ($t->trainer(qw(predict m.st -d wheld.csv)))[1];
my $cost = sub { my ($alarms, $misses) = mistakes(@_); $alarms + 5 * $misses };
my ($least) = sort { $a <=> $b } map { $cost->($_, @p) } 0, @p;
is($cost->($above, @p), $least, 'the least cost by weight');

weighted(qw(--false-alarms 0.05));
my $by = confusion('wheld.csv');
cmp_ok($by->[0][1] / ($by->[0][0] + $by->[0][1]), '<=', 0.05,
    'at most so many false alarms by weight');

###############################################################################
# probabilities stay those of the data, whatever the classes count: what is said
# is the same as with those that were trained, and the threshold says so

sub answers {
    my ($rc, $out) = $t->trainer(qw(predict m.st -d), $_[0]);
    my @row = map { [split /,/] } split /\n/, $out;
    my ($labels, $sum) = ('', 0);

    for (@row) {
        $labels .= "$_->[0] ";
        $sum += $_->[1];
    }

    return ($labels, $sum / @row);
}

sub rate { my @l = split /\n/, $t->read_file($_[0]);
    return grep(/fraud/, @l) / $#l }

for my $w ('balanced', 'fraud:4', '-:0.1,fraud:3') {
    $r = fit(qw(--calibration none --class-weight), $w);
    my ($was, $high) = answers('test.csv');
    cmp_ok($high, '>', 1.5 * rate('test.csv'), "$w: as trained, too high");
    ok(!exists $r->{threshold}, 'and nothing moved');

    $r = fit('--class-weight', $w);
    my ($is, $mean) = answers('test.csv');
    is($is, $was, "$w: the same labels");
    cmp_ok(abs($mean - rate('train.csv')), '<', 0.03, 'as frequent as they are');
    cmp_ok($r->{threshold} // 1, '<', 0.3, 'the threshold is where it was meant');
    my ($rc, $out) = $t->trainer(qw(evaluate m.st --json -d test.csv
        --bootstrap 0));
    cmp_ok(decode_json($out)->{calibration_error}, '<', 0.08, 'calibrated');
}

fit(qw(--class-weight balanced --loss), $_) for qw(mse mae);
cmp_ok(abs((answers('test.csv'))[1] - rate('train.csv')), '<', 0.03,
    'of a loss that makes no probabilities, too');

my (undef, $mean) = do { fit(qw(--label-smoothing 0.3)); answers('test.csv') };
cmp_ok(abs($mean - rate('train.csv')), '<', 0.03, 'smoothing adds none');

$r = fit(qw(--class-weight balanced --cost 1:1));
my $even = confusion('held.csv');
$r = fit(qw(--cost 1:1));
cmp_ok(abs($even->[1][0] + $even->[0][1] - confusion('held.csv')->[1][0]
    - confusion('held.csv')->[0][1]), '<', 12, '--cost wins: by what it costs');

###############################################################################
# of three classes: weights of the decision

$t->write_file($_->[0], join '', "x,z,c\n", map {
    my $c = $_ % 25 == 0 ? 'rare' : $_ % 5 == 0 ? 'some' : 'usual';
    my $x = ($c eq 'rare' ? 1.5 : $c eq 'some' ? -1 : 0) + rand(2) + rand(2) - 2;
    sprintf "%.3f,%.3f,%s\n", $x, rand, $c } 1 .. $_->[1])
    for ['train.csv', 2000], ['held.csv', 1000], ['test.csv', 1000];

sub shares {
    my ($rc, $out) = $t->trainer(qw(predict m.st -d test.csv));
    my @row = map { [split /,/] } split /\n/, $out;
    my @mean;

    for my $row (@row) {
        $mean[$_] += $row->[1 + $_] / @row for 0 .. 2;
    }

    return (join(' ', map { $_->[0] } @row), @mean);
}

fit();
is(document()->{version}, 1, 'no weights: version 1');
$plain = confusion('test.csv');

for my $w ('balanced', 'rare:10') {
    fit(qw(--calibration none --class-weight), $w);
    my ($was, @high) = shares();
    cmp_ok($high[0], '>', 0.08, "$w: as trained, too high");
    ok(!exists document()->{outputs}{decision_weights}, 'and nothing moved');

    fit('--class-weight', $w);
    my ($is, @mean) = shares();
    my @differ = grep { (split / /, $is)[$_] ne (split / /, $was)[$_] } 0 .. 999;
    cmp_ok(scalar @differ, '<', 3, "$w: the same labels, but for ties");
    cmp_ok(abs($mean[0] - 0.04), '<', 0.015, 'as frequent: rare');
    cmp_ok(abs($mean[1] - 0.16), '<', 0.03, 'some');
    cmp_ok(abs($mean[2] - 0.8), '<', 0.03, 'usual');
    my $doc = document();
    is($doc->{version}, 2, 'a new member: version 2');
    is(scalar @{ $doc->{outputs}{decision_weights} }, 3, 'a weight for each');
    cmp_ok(confusion('test.csv')->[0][0], '>', $plain->[0][0] + 5,
        'evaluate goes by them: more are found');
}

###############################################################################

rows('train.csv', 100);

for ([[qw(--cost 5)], qr/--cost: "5": expected X:Y/],
    [[qw(--cost 0:0)], qr/--cost: "0:0"/],
    [[qw(--cost 1:2 --false-alarms 0.1)], qr/expected one of them/],
    [[qw(--false-alarms 1.5)], qr/--false-alarms: "1\.5": expected/],
    [[qw(--cost 1:2 --target x)], qr/--cost is for two classes/],
    [[qw(--class-weight balanced --target x)], qr/is for classes/])
{
    my ($rc, undef, $err) = $t->trainer(qw(fit -q -d train.csv -o x.st --epochs
        1), @{$_->[0]});
    is($rc, 2, "refused: @{$_->[0]}");
    like($err, $_->[1], 'says why');
}

done_testing();
