#!/usr/bin/perl

# Promise: an output that is a device is written to and stays one; an input
# that has no end ends with a sentence.  The devices are made in a folder of
# the test's own.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
my @fit = (qw(fit -q -d d.csv --epochs 2 --hidden 4 --name m));
my %node = (null => 3, zero => 5, full => 7);

for (sort keys %node) {
    my $made = system("mknod $dir/$_ c 1 $node{$_} 2>$dir/why") == 0
        && open my $f, '<', "$dir/$_";
    MaasTest::missing('mknod, which root has') unless $made;
}

$t->write_file('d.csv', join '', "x,y\n",
    map { $_ / 10 . ',' . ($_ % 3) . "\n" } 1 .. 60);

sub fits {
    my ($name, @more) = @_;
    my ($rc, $out, $err) = $t->trainer(@fit, @more);
    is($rc, 0, $name) or diag($err);
}

fits('fit', '-o', 'm.st');

###############################################################################

# a folder that cannot be written to is no matter of a device in it
for my $o (qw(output report checkpoint log)) {
    fits("--$o", "--$o", 'null', '--epochs', 3,
        $o eq 'output' ? () : qw(-o n.st));
    ok(-c "$dir/null", 'is a device still');
    ok(!-e "$dir/null.1", 'and did not move');
}

fits('many in one', qw(-o null --report null --log null));
my ($rc, $out, $err) = $t->trainer(qw(tune -q -d d.csv -o null --state
    null --trials 2 --epochs 1 --hidden 2));
is($rc, 0, 'tune') or diag($err);
ok(-c "$dir/null", 'is a device still');

($rc, $out, $err) = $t->trainer(@fit, '-o', 'full');
is($rc, 1, 'a full one');
is($err, "maas-trainer: full: cannot be written: No space left on "
    . "device\n", 'is said');
($rc, $out, $err) = $t->command('sh', '-c', '"$0" inspect m.st >full',
    $trainer);
is($rc, 1, 'standard output is full');
is($err, "maas-trainer: standard output cannot be written to\n", 'is said');

for ([ fit => 'd.csv', '-o', 'x.st', '--config' ],
    [ 'inspect' ], [ qw(fit d.csv -o x.st --resume --checkpoint) ]) {
    my @command = $_->[0] eq 'fit' ? (@fit, @$_[2 .. $#$_]) : @$_;
    ($rc, $out, $err) = $t->command('timeout', 60, $trainer, @command,
        'zero');
    is($rc, 1, "@$_ zero");
    like($err, qr/^maas-trainer: zero(?::1)?: .*expected .*\n\z/,
        'without an end: one sentence');
}

done_testing();
