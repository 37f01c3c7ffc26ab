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

my @rows = map { my $amount = $_ * 37 % 500; my $country = (qw(de fr it))[$_ % 3];
    join ',', $amount, $country, $_ % 24,
        $amount > 300 || $country eq 'it' && $amount > 100 ? 'fraud' : 'ok'
    } 1 .. 300;
my $head = "amount,country,hour,outcome\n";
$t->write_file('d.csv', $head . join("\n", @rows) . "\n");
$t->write_file('new.csv', $head . join("\n", @rows[0 .. 4]) . "\n");
$t->write_file('that.csv', $head . $rows[5] . "\n");
my ($rc, $out, $err) = $t->trainer(qw(fit -d d.csv -t outcome --hidden 8
    --epochs 20 -o payments.safetensors));
is($rc, 0, 'a model') or diag($err);

# What a command prints begins as the page has it

my $commands = 0;

while ($page =~ /^\$ build\/maas-trainer (\S.*)\n([^`\$]*)/mg) {
    my ($command, $shown) = ($1, $2);
    ($rc, $out, $err) = $t->trainer(split ' ', $command);
    is($rc, 0, $command) or diag($err);
    $commands++;
    my ($want) = split /\n/, $shown;
    my ($line) = split /\n/, $out;
    next if !defined $want || $want eq '';
    my $is = $want =~ /^row \d/ ? qr/^row \d+: \S+ = bias \S+(?:, \w+ \S+){4}$/
        : qr/^\Q$want\E$/;
    like($want, $is, 'the page has it so') if $want =~ /^row \d/;
    like($line, $is, 'as the page shows');
}

cmp_ok($commands, '>=', 4, 'commands');
like($t->read_file('why.csv'), qr/^row,.*\n(?:\d.*\n){5}\z/, 'a file');

done_testing();
