#!/usr/bin/perl

# Promise: a model file says how the values of each column were spread in
# training, in the bins that the engine puts them in, and inspect shows it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use List::Util qw(sum0);
use MaasTest;
use Test::More;

my $t = MaasTest->new;

sub reference {
    my ($columns, @rows) = @_;
    $t->write_file('t.csv', "$columns,y\n" . join '', map {
        join(',', @{$rows[$_]}, $_ % 2) . "\n" } 0 .. $#rows);
    my ($rc, undef, $err) = $t->trainer(qw(fit -q -d t.csv -o m.st --epochs 1
        --folds 0));
    is($rc, 0, "fit $columns") or diag($err);
    ($rc, my $out) = $t->trainer(qw(inspect --json m.st));
    is($rc, 0, 'the file keeps all rules');
    return decode_json($out)->{document}{reference}{columns};
}

sub shown {
    my ($rc, $out) = $t->trainer(qw(inspect m.st));
    return $out;
}

###############################################################################
# deciles; few values; gaps; dates; what a category lists, hashes, or has not

my @city = (('rome') x 5, ('oslo') x 3, ('lima') x 2);
my @day = map { sprintf '%d-%02d-01', 2000 + $_, 1 + $_ } 0 .. 9;
my $r = reference('age,size,gap,vip,city,shop,when', map { [
    $_ % 1000 / 8, $_ % 3, $_ % 4 ? $_ % 4 : '', $_ % 5 ? 'yes' : 'no',
    $_ == 7 ? 'nowhere' : $city[$_ % 10], 's' . $_ % 97, $day[$_ % 10]
    ] } 0 .. 1999);

is_deeply($r->{age}{edges}, [ map { $_ * 12.5 } 1 .. 9 ], 'deciles');
is_deeply($r->{age}{counts}, [ (200) x 10 ], 'as many rows in each');
ok(!exists $r->{age}{missing}, 'none is missing');
is($r->{age}{high}, 124.875, 'what was there before');
is_deeply([ @{$r->{size}}{qw(edges counts)} ], [ [ 1, 2 ], [ 667, 667, 666 ] ],
    'as few bins as values');
is_deeply([ @{$r->{gap}}{qw(edges counts missing)} ],
    [ [ 2, 3 ], [ 500, 500, 500 ], 500 ], 'missing ones apart');
is_deeply($r->{vip}{counts}, [ 400, 1600 ], 'false, true');
is_deeply([ @{$r->{city}}{qw(counts unknown)} ], [ [ 1000, 599, 400 ], 1 ],
    'by frequency, and a value that was left out');
is(sum0(@{$r->{shop}{counts}}), 2000, 'groups of hashes');
is(scalar @{$r->{shop}{counts}}, 16, 'so many of them');
is_deeply($r->{when}{counts}, [ (200) x 10 ], 'dates');

my $shown = shown();
like($shown, qr/^reference   rows of training\n/m, 'inspect shows it');
like($shown, qr/^ +age: below 12\.5 10\.0 %, 12\.5 to 25 10\.0 %, .*, (?#
    )112\.5 and up 10\.0 %$/m, 'numbers');
like($shown, qr/^ +gap: .*, missing 25\.0 %$/m, 'gaps');
like($shown, qr/^ +city: rome 50\.0 %, oslo .*, unknown 0\.1 %$/m,
    'categories');
like($shown, qr/^ +when: below 2001-02-01 10\.0 %, 2001-02-01 to 2002-03-01 /m,
    'dates');

###############################################################################
# so many values that some share a bin; few rows; numbers that single precision
# rounds stay in the bin that begins with them

$r = reference('k', map { [ 'v' . ($_ % 40 < 30 ? $_ % 40 : 0) ] } 0 .. 3999);
is(scalar @{$r->{k}{counts}}, 21, 'twenty values, and the others');
is_deeply([ @{$r->{k}{counts}}[0, 1, 20] ], [ 1100, 100, 1000 ], 'counts');
like(shown(), qr/other known values 25\.0 %/, 'are named');

$r = reference('x,k', map { [ $_, 'abcdefgh' =~ /(.)/g ? chr(97 + $_ % 8) : 1 ]
    } 0 .. 59);
is_deeply($r->{x}{counts}, [ 30, 30 ], 'two bins of 60 rows');
is(scalar @{$r->{k}{counts}}, 3, 'a bin for every 50 rows');

$r = reference('x', map { [ ('0.1', '0.7', '1e-7', '3.3333333')[$_ % 4] ] }
    0 .. 399);
is_deeply($r->{x}{counts}, [ (100) x 4 ], 'an edge is in its bin');

###############################################################################
# nothing of it where there are no columns

$t->trainer(qw(synth digits --train 60 --test 20));
my ($rc) = $t->trainer(qw(fit -q -d digits -o d.st --epochs 1 --folds 0));
is($rc, 0, 'fit pictures');
(undef, my $out) = $t->trainer(qw(inspect --json d.st));
my $none = decode_json($out)->{document}{reference};
is(join(' ', sort keys %$none), 'baseline rows', 'a tensor has means alone');
is(scalar @{ $none->{baseline} }, 784, 'a mean for each number');

done_testing();
