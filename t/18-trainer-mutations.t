#!/usr/bin/perl

# Promise: whatever bytes stand in a file of data, the trainer reads it or ends
# with one sentence and exit code 1; it never crashes.

use strict;
use warnings;

use Compress::Zlib qw(memGzip);
use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $runs = $ENV{MAAS_ASAN} ? 25 : 60;

srand($ENV{MAAS_SEED} || 1);

my $csv = "n,k,t,y\n" . join '', map { "$_.5," . ('a', '"b,c"', '')[$_ % 3]
    . ",some words $_ of many," . $_ % 2 . "\n" } 1 .. 30;
my $json = join '', map { qq({"n":$_.5e0,"k":"\\u00e9\\n$_","b":)
    . ($_ % 3 ? 'true' : 'null') . qq(,"y":"$_"}\n) =~ s/"(\d+)"\}/$1 % 2 . '}'/er }
    1 .. 30;
my $head = "{'descr': '<f8', 'fortran_order': False, 'shape': (30, 3), }";
my $npy = "\x93NUMPY\1\0" . pack('v', length $head) . $head . pack 'd<*',
    map { ($_, $_ % 5, $_ % 2) } 1 .. 30;
my $idx = pack('CCCC N*', 0, 0, 8, 3, 30, 2, 2) . join '', map { chr($_ % 256) }
    1 .. 120;
my $labels = pack('CCCC N', 0, 0, 8, 1, 30) . join '', map { chr($_ % 2) }
    1 .. 30;

sub mutate {
    my ($bytes) = @_;
    my @special = ("\0", "\xff", '"', ',', "\n", '{', '}', '[', '\\', '-', '9',
        'e', "'", '(', "\xc3", pack('N', 0xffffffff), '9' x 30);

    for (0 .. int rand 4) {
        my $at = int rand length $bytes;
        my $how = int rand 5;

        if ($how == 0) { substr($bytes, $at, 1) = chr int rand 256 }
        elsif ($how == 1) { substr($bytes, $at, 0) = $special[rand @special] }
        elsif ($how == 2) { substr($bytes, $at, int rand 20) = '' }
        elsif ($how == 3) { substr($bytes, $at, 1) = $special[rand @special] }
        else { $bytes .= substr $bytes, $at, int rand 40 }
        last if !length $bytes;
    }

    return $bytes;
}

my $log = join '', map { qq({"id":"r$_","s":2,"f":{"n":$_.5,"k":"a\\"$_"}}\n) }
    1 .. 30;
my $told = "id,y\n" . join '', map { "r$_," . $_ % 2 . "\n" } 1 .. 30;

$t->write_file('labels', $labels);
$t->write_file('log', $log);
$t->write_file('told.csv', $told);

# what names a file of data on the command line, where it is not --data NAME

my %args = (
    'images' => [qw(-d), 'images,labels'],
    'd.npy' => [qw(-d d.npy --target 3)],
    'log' => [qw(-d log --features f --labels told.csv --on id)],
    'text' => [qw(-d text --features f --labels told.csv --on id)],
    'told.csv' => [qw(-d log --features f --labels told.csv --on id)],
);

for (['d.csv', $csv], ['d.jsonl', $json], ['d.npy', $npy], ['images', $idx],
    ['d.csv.gz', memGzip($csv)], ['log', $log], ['told.csv', $told],
    ['text', $log =~ s/"f":(\{.*\})\}/'"f":"' . $1 =~ s{([\\"])}{\\$1}gr
        . '"}'/gre])
{
    my ($name, $bytes) = @$_;
    my @data = @{ $args{$name} || [ '-d', $name, '--target', 'y' ] };
    my %codes;

    $t->write_file($name, $bytes);
    my ($rc, undef, $err) = $t->trainer(qw(fit -q -o m.st --epochs 1), @data)
        if $name ne 'images';
    is($rc, 0, "$name as it should be") or diag($err) if $name ne 'images';

    for my $run (1 .. $runs) {
        my $bad = mutate($bytes);
        $t->write_file($name, $bad);
        ($rc, undef, $err) = $t->trainer(qw(fit -q -o m.st --epochs 1
            --hidden none), @data, '--on-error',
            qw(stop skip missing)[$run % 3]);
        $codes{$rc}++;

        if ($rc > 1 || $err =~ /Sanitizer|runtime error/) {
            fail("$name, run $run");
            diag(unpack('H*', $bad), "\n$err");
        }
    }

    is(join(' ', grep { !/^[01]$/ } keys %codes), '', "$name: read or refused");
    cmp_ok($codes{1} || 0, '>', 0, "$name: some are refused");
    $t->write_file($name, $bytes);
}

done_testing();
