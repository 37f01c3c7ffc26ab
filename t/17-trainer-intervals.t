#!/usr/bin/perl

# Promise: predict --interval X says between which numbers a share X of the
# truths lies, wider where rows are scattered more; evaluate says what they
# cover; a file that cannot tell says so.

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

sub refused { return $t->refuses(@_) }

# numbers of a small generator, the same everywhere
my $state = 20;

sub unit {
    $state = ($state * 1103515245 + 12345) % 2147483648;
    return ($state + 0.5) / 2147483648;
}

sub normal { return sqrt(-2 * log unit()) * cos(6.283185307179586 * unit()) }

# scattered the more the larger x is
sub table {
    return map {
        my $x = 5 * unit();
        join ',', $_, map { sprintf '%.5g', $_ } $x,
            10 + 3 * $x + (0.2 + $x) * normal()
    } 1 .. $_[0];
}

my @new = table(4000);
$t->write_file('train.csv', join "\n", 'id,x,y', table(4000), '');
$t->write_file('new.csv', join "\n", 'id,x,y', @new, '');

my @quick = ($t->trainer(qw(fit --help)))[1] =~ /--effort/
    ? qw(--effort quick) : ();
my @fit = (qw(fit -d train.csv -t y --id id -q --epochs 20 --validation 0.3
    -o), 'm.st', @quick);
ok_run(@fit);

# what the file says covers new rows as it says

for my $level (0.5, 0.8, 0.9, 0.95) {
    my $j = decode_json(ok_run(qw(evaluate m.st -d new.csv --json --bootstrap
        0 --interval), $level))->{prediction_intervals};
    is($j->{level}, $level, 'the level');
    cmp_ok(abs($j->{covered}[0] - $level), '<', 0.02,
        "$level: $j->{covered}[0] are within");
    cmp_ok($j->{width}[0], '>', 0, "$j->{width}[0] wide");
}

my ($head, @lines) = split /\n/, ok_run(qw(predict m.st -d new.csv --format csv
    --interval 0.9));
is($head, 'id,prediction,low,high', 'CSV: names');
my (%n, %covered, %width, $sum);

for my $i (0 .. $#lines) {
    my ($id, $y, $low, $high) = split /,/, $lines[$i];
    my ($want_id, $x, $truth) = split /,/, $new[$i];
    my $part = $x < 2.5 ? 'narrow' : 'wide';
    $n{$part}++;
    $covered{$part} += $truth >= $low && $truth <= $high;
    $width{$part} += $high - $low;
    $sum += $id == $want_id && $low < $high;
}

is($sum, 4000, 'a line for each row');
cmp_ok(abs($covered{$_} / $n{$_} - 0.9), '<', 0.04, "$_: covered")
    for qw(narrow wide);
cmp_ok($width{wide} / $n{wide}, '>', 1.8 * $width{narrow} / $n{narrow},
    'wider where rows are scattered');
my $j = decode_json(ok_run(qw(evaluate m.st -d new.csv --json)));
is($j->{prediction_intervals}{level}, 0.9, 'by itself 90 %');
cmp_ok(abs($j->{prediction_intervals}{covered}[0]
    - ($covered{narrow} + $covered{wide}) / 4000), '<', 1e-3,
    'the same rows are within');
like(ok_run(qw(evaluate m.st -d new.csv --bootstrap 0)),
    qr/^Intervals of prediction for 90 % of the rows:\ny +0\.\d{4} within, \S+ wide on average$/m,
    'as text');

my ($first) = split /\n/, ok_run(qw(predict m.st -d new.csv --format jsonl
    --interval 0.9));
$j = decode_json($first);
my @csv = split /,/, $lines[0];
is_deeply([ @$j{qw(id prediction low high)} ], [ map { $_ + 0 } @csv ],
    'JSON lines: the same');

# rows that cannot be read have no interval, but their commas
$t->write_file('bad.csv', "id,x\n1,2\n2,what\n3,4\n");
my @bad = split /\n/, ok_run(qw(predict m.st -d bad.csv --on-error skip --format
    csv --interval 0.9));
is($bad[2], '2,,,', 'a row that was skipped');

# the answers are what they were, and other files go on with it
is(ok_run(qw(predict m.st -d new.csv --format csv)) =~ s/\n.*//sr,
    'id,prediction', 'without --interval: as ever');
ok_run(qw(quantize m.st -d train.csv -o small.st));
refused(1, qr/has no residuals to make intervals of/, qw(predict small.st -d
    new.csv --format csv --interval 0.9));

# of what is tried by itself: by rows that were not learnt from
$t->write_file('few.csv', join "\n", 'id,x,y', table(600), '');
ok_run(qw(fit -d few.csv -t y --id id -q -o a.st));
$j = decode_json(ok_run(qw(evaluate a.st -d new.csv --json)));
cmp_ok(abs($j->{prediction_intervals}{covered}[0] - 0.9), '<', 0.03,
    "by folds: $j->{prediction_intervals}{covered}[0]");

# what cannot be

refused(2, qr/--interval: 0: expected a share above 0 and below 1/,
    qw(predict m.st -d new.csv --format csv --interval 0));
refused(2, qr/--interval: "2": expected a number from 0 to 1/,
    qw(evaluate m.st -d new.csv --interval 2));
refused(2, qr/--interval has columns with names: expected --format csv or/,
    qw(predict m.st -d new.csv --interval 0.9));
refused(1, qr/--interval 0\.999: the rows that validated the model "m.st" are too few for it: expected at most 0\.99\b/,
    qw(predict m.st -d new.csv --format csv --interval 0.999));
$t->write_file('classes.csv', "x,y\n" . "1,a\n2,b\n" x 40);
ok_run(qw(fit -d classes.csv -q -o c.st --epochs 2 --folds 0), @quick);
refused(2, qr/--interval is for numbers: the model "c.st" is for binary/,
    qw(predict c.st -d classes.csv --format csv --interval 0.9));
my @few = grep { !/^(?:--validation|0\.3)$/ } @fit;
ok_run(@few, qw(--validation 0));
refused(1, qr/has no residuals to make intervals of: expected a regression by fit, of which 20 rows/,
    qw(predict m.st -d new.csv --format csv --interval 0.9));
ok_run(@few, qw(--loss quantile=0.5));
refused(1, qr/has no residuals/, qw(evaluate m.st -d new.csv --interval 0.9));

done_testing;
