#!/usr/bin/perl

# Promise: rows of which most numbers are zero, such as those of texts and of
# categories with many values, take the memory of the others: fit, evaluate
# and predict do not need rows x slots.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $ROWS = 40000;
my $COLUMNS = 4;
my $SLOTS = 512;                # of a text
my $DENSE = $ROWS * $COLUMNS * $SLOTS * 4;

my $t = MaasTest->new;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
my @words = qw(ab cat dog sun sea red low top fig oak elm bay car bus);

$t->write_file('d.csv', "a,b,c,d,y\n", map {
    my $i = $_;
    join(',', map({ $words[($i * $_ + $i / 7) % 14]
        . $words[$i / $_ % 14] } 1 .. $COLUMNS), $i % 3 ? 'p' : 'q') . "\n";
} 1 .. $ROWS);

# KB of address space that the matrix alone would take; OpenBLAS asks for 128 MB
# a thread, and asks for ever
my $limit = int $DENSE / 1024;
$ENV{OPENBLAS_NUM_THREADS} = 1;

for ([ qw(fit -q -d d.csv -t y --columns), 'a=text,b=text,c=text,d=text',
        qw(--epochs 1 --hidden 4 --threads 1 -o m.st) ],
    [ qw(evaluate m.st -d d.csv --importance --repeats 1 --bootstrap 0) ],
    [ qw(predict m.st -d d.csv) ]) {
    my ($rc, $out, $err) = $t->command('bash', '-c',
        'ulimit -v "$0"; exec "$@"', $limit, $trainer, @$_);
    is($rc, 0, "$_->[0] in $limit KB") or diag($err);
    is(($out =~ tr/\n//), $ROWS, 'all rows') if $_->[0] eq 'predict';
}

done_testing();
