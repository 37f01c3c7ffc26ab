#!/usr/bin/perl

# Promise: --split time=COLUMN validates with the newest rows and
# --split group=COLUMN with groups that training has not seen, and so do folds,
# however the column is written and whatever else it is for.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use POSIX qw(strftime);
use Test::More;

my $t = MaasTest->new;
my $state = 5;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

sub fit {
    my ($rc, $out, $err) = $t->trainer(qw(fit --json -q -d d.csv -o m.st
        --epochs 30 --lr 0.01), @_);
    is($rc, 0, "fit @_") or diag($err);
    return $rc ? {} : decode_json($out);
}

sub document {
    return decode_json(($t->trainer(qw(inspect --json m.st)))[1])->{document};
}

###############################################################################
# the newest tenth of 300 rows, in no order in the file, is all "late"

my %time = (
    'numbers'          => sub { $_[0] },
    'years and parts'  => sub { sprintf '%.2f', 1990 + $_[0] / 12 },
    'ISO dates'        => sub { strftime('%Y-%m-%d', gmtime 86400 * $_[0]) },
    'ISO, with a time' => sub { strftime('%Y-%m-%dT%H:%M:%SZ',
        gmtime 1.6e9 + 5000 * $_[0]) },
    'D.M.Y'            => sub { strftime('%d.%m.%Y', gmtime 86400 * $_[0]) },
    'M/D/Y'            => sub { strftime('%m/%d/%Y', gmtime 86400 * $_[0]) },
    'milliseconds'     => sub { 1.6e12 + 1e7 * $_[0] },
);

sub table {
    my ($when) = @_;
    my @rows = map { my $x = rnd(); sprintf "%s,%.4f,%s\n", $when->($_), $x,
        $_ >= 270 ? 'late' : $x + 0.2 * rnd() > 0.6 ? 'a' : 'b' } 0 .. 299;
    @rows = @rows[sort { ($a * 7919) % 300 <=> ($b * 7919) % 300 } 0 .. 299];
    $t->write_file('d.csv', join '', "at,x,y\n", @rows);
}

my $late = qr/^rare classes: "late" 0 have fewer than 10 rows for training/;

for my $name (sort keys %time) {
    table($time{$name});

    for my $args ([], [qw(--ignore at)]) {
        my $r = fit(qw(--split time=at --folds 0), @$args);
        ok(scalar(grep { /$late/ } @{ $r->{warnings} }),
            "$name @$args: the newest validate");
        is($r->{validation}{rows}, 30, 'and they alone');
    }
}

table($time{'ISO dates'});
is(fit(qw(--split random --folds 0))->{validation}{rows}, 30, 'at random');
ok(!grep({ /$late/ } @{ fit('--folds', 0)->{warnings} }), 'as without');
fit(qw(--split time=at --folds 0));
is(document()->{training}{settings}{split}, 'time=at', 'in the record');
is(scalar(grep { $_->{name} eq 'at' } @{ document()->{inputs}{columns} }), 1,
    'and an input as before');

# folds: a span behind those that train; the last one has nothing but "late"

my $r = fit(qw(--split time=at --folds 9));
is(scalar @{ $r->{folds}{scores} }, 9, 'nine spans');
is($r->{folds}{scores}[8], 0, 'the last was never seen');
cmp_ok($r->{folds}{scores}[4], '>', 0.7, 'those before were');
$r = fit(qw(--split time=at));
is(scalar @{ $r->{folds}{scores} }, 5, 'few rows: by itself');

# rows of one time stay together

$t->write_file('d.csv', join '', "at,x,y\n", map {
    join(',', int($_ / 25), rnd(), rnd() > 0.5 ? 'a' : 'b') . "\n" } 0 .. 299);
is(fit(qw(--split time=at --folds 0))->{validation}{rows}, 25,
    'the nearest to a tenth');
is(fit(qw(--split time=at --folds 0 --validation 0.2))->{validation}{rows}, 50,
    'and to a fifth');

###############################################################################
# groups: each has a label of its own, which the column gives away

my @label = map { rnd() > 0.5 ? 'a' : 'b' } 0 .. 39;
$t->write_file('d.csv', join '', "who,x,y\n", map {
    my $g = int 40 * rnd();
    join(',', "p$g", rnd(), $label[$g]) . "\n" } 0 .. 599);

my @cat = qw(--columns who=category);
cmp_ok(fit(@cat, qw(--folds 0))->{validation}{accuracy}, '>', 0.95,
    'at random: seen before');
$r = fit(@cat, qw(--split group=who --folds 0 --validation 0.3));
cmp_ok($r->{validation}{accuracy}, '<', 0.85, 'groups: not seen');
cmp_ok(abs($r->{validation}{rows} - 180), '<', 20, 'about the share');

$r = fit(@cat, qw(--split group=who --folds 4));
cmp_ok($r->{folds}{mean}, '<', 0.8, 'nor in folds');
cmp_ok(fit(@cat, qw(--folds 4))->{folds}{mean}, '>', 0.95, 'which see them else');

fit(qw(--split group=who --folds 0));
is(join(' ', map { $_->{name} } @{ document()->{inputs}{columns} }), 'x',
    'by itself the column is no input');

my $a = fit(qw(--split group=who --folds 0));
my $b = fit(qw(--split group=who --folds 0 --seed 2));
isnt($a->{validation}{loss}, $b->{validation}{loss}, 'another seed, others');

# rows of no group are each their own; one group is larger than all others

$t->write_file('d.csv', join '', "who,x,y\n", map {
    join(',', $_ < 200 ? 'big' : $_ < 250 ? '' : "g$_", rnd(),
        rnd() > 0.5 ? 'a' : 'b') . "\n" } 0 .. 299);
is(fit(qw(--split group=who --folds 0))->{validation}{rows}, 30,
    'the big one is passed over');

my ($rc, $out, $err) = $t->trainer(qw(fit -q -d d.csv -o m.st --epochs 1 --split
    group=who));
like($out, qr/270 for training, 30 for validation, of 101 groups whole ones$/m,
    'is said');

###############################################################################

$t->write_file('same.csv', join '', "at,x,y\n", map { "5,$_," . ($_ % 2)
    . "\n" } 1 .. 40);
$t->write_file('words.csv', join '', "at,x,y\n", map { "t$_,$_," . ($_ % 2)
    . "\n" } 1 .. 40);
$t->trainer(qw(synth digits --train 30 --test 10));

for (
    [2, qr/--split: "tme=at": expected random, time=COLUMN or group=COLUMN/,
        qw(d.csv --split tme=at)],
    [2, qr/--split: "time=": expected/, qw(d.csv --split time=)],
    [2, qr/--split and --valid: expected one/, qw(d.csv --valid d.csv
        --split group=who)],
    [1, qr/no column "whom" for --split \(did you mean "who"\?\)/,
        qw(d.csv --split group=whom)],
    [1, qr/--split: the column "y" is the target/, qw(d.csv --split group=y)],
    [1, qr/--split: all rows have the same time/, qw(same.csv --split time=at)],
    [1, qr/--split: all rows have the same group/,
        qw(same.csv --split group=at)],
    [1, qr/--split time: column "at" holds "t1": expected numbers, or dates/,
        qw(words.csv --split time=at)],
    [1, qr/--folds 200: there are only 101 groups/, qw(d.csv --split group=who
        --folds 200)],
    [1, qr/--split time=at: the data has no columns/, qw(digits --split
        time=at)],
) {
    my ($code, $re, @args) = @$_;
    my ($rc, undef, $err) = $t->trainer(qw(fit -q -o no --epochs 1 -d), @args);
    is($rc, $code, "@args");
    like($err, $re, 'what is wrong');
}

ok(!-e $t->dir . '/no', 'no file');

done_testing();
