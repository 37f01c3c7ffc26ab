#!/usr/bin/perl

# Promise: the commands of docs/explain.md do what the page shows.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/explain.md");
my $t = MaasTest->new;

# The data and the model that training.md makes
my $training = MaasTest::Proc::slurp("$MaasTest::top/docs/training.md");
my ($make) = $training =~ /^```sh\n(make_payments.*?)^```/ms
    or BAIL_OUT('training.md makes no payments');
my ($rc, $out, $err) = $t->command('sh', '-ec', $make);
is($rc, 0, 'the data of training.md') or diag($err);
($rc, $out, $err) = $t->trainer(qw(fit --data payments.csv --target outcome
    -o payments.safetensors));
is($rc, 0, 'a model') or diag($err);

# What a command prints begins as the page has it, and nothing is to be said
# beside it; numbers of a row that is in words add up

my ($commands, $sums) = (0, 0);

while ($page =~ /^\$ ((?:build\/maas-trainer|head) \S.*)\n([^`\$]*)/mg) {
    my ($command, $shown) = ($1, $2);
    my $line = $command =~ s{^build/}{$MaasTest::build/}r;
    ($rc, $out, $err) = $t->command('sh', '-ec', $line);
    is($rc, 0, $command) or diag($err);
    is($err, '', 'no warning');
    $commands++;
    my ($want) = split /\n/, $shown;
    ($line) = split /\n/, $out;
    next if !defined $want || $want eq '';

    if ($want !~ /^row \d/) {
        is($line, $want, 'as the page shows');
        next;
    }

    for ($want, $line) {
        like($_, qr/^row \d+: \S+ = bias \S+(?:, \w+ \S+){4}$/, 'in words');
        my ($score, @adds) = (split /: /)[1]
            =~ /(?<!\S)([-+]?\d\S*?)(?=,|\s|$)/g;
        $score -= $_ for @adds;
        cmp_ok(abs $score, '<', 1e-3, 'the sum is the score');
        $sums++;
    }
}

cmp_ok($commands, '>=', 5, 'commands');
is($sums, 2, 'sums');
like($t->read_file('why.csv'), qr/^row,.*\n(?:\d.*\n){3000}\z/, 'a file');

done_testing();
