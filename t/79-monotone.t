#!/usr/bin/perl

# Promise: with --monotone the answers of trees rise or fall with a column
# as it says, whatever the rows say; what cannot be is refused.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;

my $state = 5;
sub unit { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

# numbers rise with a and fall with b, but for waves and noise

my $csv = "a,b,word,y,yes,kind\n";
for (1 .. 400) {
    my ($a, $b) = (unit(), unit());
    my $y = 3 * $a - 2 * $b + sin(25 * $a) + sin(25 * $b) + unit();
    $csv .= join(',', $a, $b, (qw(red green))[2 * unit()], $y,
        $y > 0.5 ? 'yes' : 'no', (qw(x y z))[3 * unit()]) . "\n";
}
$t->write_file('d.csv', $csv);

my $grid = "a,b,word\n";
$grid .= join(',', $_ < 200 ? $_ / 200 : 0.5,
    $_ < 200 ? 0.3 : ($_ - 200) / 200, 'red') . "\n" for 0 .. 399;
$t->write_file('grid.csv', $grid);

sub fit {
    my ($target, @args) = @_;
    my @others = grep { $_ ne $target } qw(y yes kind);
    return $t->trainer(qw(fit -q -d d.csv -o m.st --model trees --effort quick
        --folds 0), '--target', $target, '--ignore', join(',', @others), @args);
}

# Of both halves of the grid: how often the answer goes up, and down

sub steps {
    my ($column) = @_;
    my ($rc, $out, $err) = $t->trainer(qw(predict m.st -d grid.csv
        --format csv));
    is($rc, 0, 'predict') or diag($err);
    my ($head, @rows) = split /\n/, $out;
    my ($at) = grep { (split /,/, $head)[$_] =~ $column }
        0 .. split(/,/, $head) - 1;
    my @v = map { (split /,/)[$at] } @rows;
    my @n;
    for my $half (0, 200) {
        my @d = map { $v[$half + $_] - $v[$half + $_ - 1] } 1 .. 199;
        push @n, scalar(grep { $_ > 1e-6 } @d), scalar(grep { $_ < -1e-6 } @d);
    }
    return @n;
}

is((fit('y'))[0], 0, 'without') or diag((fit('y'))[2]);
my ($up, $down, $up_b, $down_b) = steps(qr/prediction/);
cmp_ok($down, '>', 3, 'waves are learnt: a');
cmp_ok($up_b, '>', 3, 'b');

for (['y', qr/prediction/], ['yes', qr/yes/]) {
    my ($target, $column) = @$_;
    my ($rc, undef, $err) = fit($target, '--monotone', 'a=+1,b=-1');
    is($rc, 0, "$target") or diag($err);
    ($up, $down, $up_b, $down_b) = steps($column);
    is("$down $up_b", '0 0', "$target: never the other way");
    cmp_ok($up, '>', 3, "$target: it rises");
    cmp_ok($down_b, '>', 3, "$target: it falls");
}

like(($t->trainer('inspect', '--json', 'm.st'))[1],
    qr/"monotone":"a=\+1,b=-1"/, 'it is in the record');

for (['y', 'c=1', qr/no column "c" among those that are learnt from/],
    ['y', 'word=1', qr/"word" is no column of numbers/],
    ['y', 'a=2', qr/expected NAME=\+1 or NAME=-1, not "a=2"/],
    ['y', 'a', qr/not "a"/], ['y', '=1', qr/not "=1"/],
    ['y', 'a=1,a=-1', qr/"a" is named twice/],
    ['kind', 'a=1', qr/the target has 3 classes/])
{
    my ($target, $list, $re) = @$_;
    my ($rc, undef, $err) = fit($target, '--monotone', $list);
    is($rc, 2, "$target: $list: status");
    like($err, $re, "$target: $list");
}

my ($rc, undef, $err) = $t->trainer(qw(fit -d d.csv -o m.st --target y
    --monotone a=1));
is($rc, 2, 'networks do not keep to it');
like($err, qr/--model trees/, 'is said');

done_testing();
