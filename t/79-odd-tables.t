#!/usr/bin/perl

# Promise: odd tables give a model or one sentence that says what is wrong with
# them, and nothing is said of their columns that is not so.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $state = 5;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

sub table {
    my ($names, $n, $row) = @_;
    $t->write_file('d.csv', join '', "$names\n",
        map { join(',', $row->($_)) . "\n" } 1 .. $n);
}

sub fit { return $t->trainer(qw(fit -q -d d.csv -o m.st), @_) }

sub fine {
    my ($what, @args) = @_;
    my ($rc, $out, $err) = fit(@args);
    is($rc, 0, $what) or diag($err);
    return ($out, $err);
}

sub refused {
    my ($re, $what, @args) = @_;
    my ($rc, undef, $err) = fit(@args);
    is($rc, 1, "$what: status");
    like($err, $re, "$what: sentence");
}

###############################################################################
# groups: of two, one is left to learn from in each fold

table('g,a,y', 60, sub { my $x = rnd(); ($_[0] % 2, $x, $x > 0.5 ? 'u' : 'v') });
fine('two groups, two folds', qw(--split group=g --folds 2));
fine('and a share of its rows', qw(--split group=g --folds 2 --validation 0.2));

table('g,a,y', 60, sub { my $x = rnd(); (1, $x, $x > 0.5 ? 'u' : 'v') });
refused(qr/--split: all rows have the same group: there is nothing to validate/,
    'one group', qw(--split group=g));

###############################################################################
# targets

table('a,y,z', 60, sub { (rnd(), $_[0] == 30 ? '1e39' : rnd(), rnd()) });
refused(qr/d\.csv: the target "1e39": expected numbers that fit in single/,
    'a target beyond', qw(--target y));
refused(qr/the target "1e39": expected numbers that fit in single/,
    'one of two', '--target', 'y,z');

table('a,b,y', 60, sub { (rnd(), rnd(), 5.3) });
unlike((fine('one target'))[1], qr/gives the target away/,
    'it is given away by nothing');

###############################################################################
# a value that is missing is one more value, and beside no other

table('a,leak,y', 400, sub { my $y = rnd() > 0.5;
    (rnd(), $y ? rnd() : rnd() < 0.3 ? '' : 2 + rnd(), $y ? 'yes' : 'no') });
like((fine('many values, some missing', qw(--model trees)))[1],
    qr/"leak" alone gives the target away \(100\.0 % of the mistakes/,
    'all of it is told');

done_testing();
