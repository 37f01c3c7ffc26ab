#!/usr/bin/perl

# Promise: a large CSV is read on all cores, and nothing tells of it: the same
# columns, weights, warnings and errors for any number of threads.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
my $ROWS = 120_000;

# quoted ends of lines where a part might end, blank lines, each kind of column,
# more texts than are kept, few odd ones and many, late and early
my @rows = map {
    my $i = $_;
    my @odd = $i % 9000 == 17 ? ('n/a', '$5', '1.234', '07')[$i / 9000 % 4]
        : $i % 37;
    join(',', "id-$i", ($i * 37 % 100_000) / 8, @odd,
        $i % 11 ? "k" . $i * 7919 % 15_000 : '',
        $i % 3000 == 5 ? qq("two\n\nlines, ""x"" $i") : "t$i" . 'x' x ($i % 40),
        sprintf('%04d-%02d-%02d', 1990 + $i % 30, 1 + $i % 12, 1 + $i % 28),
        $i % 3 ? 'yes' : 'no', $i * 7 % 10 > $i % 4 ? 'p' : 'q')
        . ($i % 5 ? "\n" : "\r\n") . ($i % 7001 ? '' : "\n");
} 1 .. $ROWS;
my $names = "name,a,b,c,d,e,f,y\n";
my @fit = (qw(fit --seed 1 --epochs 1 --hidden 4 -t y --hash 16
    --split), 'time=e');

$t->write_file('d.csv', $names, @rows);
cmp_ok(-s $t->dir . '/d.csv', '>', 7 << 20, 'a file of many parts');

# what is said, without times
sub run {
    my ($threads, @args) = @_;
    my ($rc, $out, $err) = $t->command($trainer, @args,
        '--threads', $threads);
    $out =~ s/^time .*\n//mg;
    return "$rc\n$out\n$err";
}

sub same {
    my ($name, @args) = @_;
    my $one = run(1, @args);
    is(run($_, @args), $one, "$name: $_ threads") for 2, 5;
    return $one;
}

sub weights {
    my $file = MaasTest::Proc::slurp($t->dir . "/$_[0]");
    return substr $file, 8 + unpack 'Q<', $file;
}

my $one = same('fit', @fit, qw(-d d.csv -o m.st));
like($one, qr/120000 rows of 7 columns/, 'all rows') or diag($one);
my $weights = weights('m.st');
run(1, @fit, qw(-d d.csv -o one.st));
ok(weights('one.st') eq $weights, 'weights');

# numbers said: rows that cannot be read, the first of them first

$rows[$_] =~ s/^[^,]*,[^,]*,[^,]*/id,1,bad/ for 30_000, 50_001, 119_999;
$t->write_file('bad.csv', $names, @rows);
$rows[70_000] =~ s/^/too,many,fields,/;
$rows[90_000] =~ s/^/"quoted"x,/;
$t->write_file('worse.csv', $names, @rows);
my @columns = ('--columns', 'b=number,name=id', qw(--na-values n/a));
my $bad = same('an error', @fit, @columns, qw(-d bad.csv -o bad.st));
like($bad, qr/^1\n\n.*bad\.csv:\d+:3: column "b" holds "bad": expected/s,
    'the first one') or diag($bad);
my $skip = same('skipped', @fit, @columns, qw(-d worse.csv -o m.st --on-error
    skip));
like($skip, qr/5 rows skipped; the first: worse\.csv:\d+:3/, 'five') or
    diag($skip);

done_testing();
