#!/usr/bin/perl

# Promise: every command of docs/compress.md works as it stands there, in
# order, and what comes out is smaller and about as good.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/compress.md");
my @blocks = $page =~ /^```sh\n(.*?)^```$/msg;
cmp_ok(scalar @blocks, '>=', 2, 'commands');

symlink $MaasTest::build, "$dir/build" or die "symlink: $!";

my $mark = '=== block';
$t->write_file('doc.sh', "set -e\n" . join '',
    map { "echo '$mark $_'\n$blocks[$_]" } 0 .. $#blocks);
my ($rc, $out, $err) = $t->command('sh', 'doc.sh');
is($rc, 0, 'every command ends well') or diag($err, $out);

my %out;
while ($out =~ /\Q$mark\E (\d+)\n(.*?)(?=\Q$mark\E|\z)/sg) { $out{$1} = $2 }
is(scalar keys %out, scalar @blocks, 'all of them were run');

# what a block, named by a part of it, printed: bytes and accuracy before and
# after

sub sides {
    my ($part, $smaller, $lost) = @_;
    my ($n) = grep { $blocks[$_] =~ /\Q$part\E/ } 0 .. $#blocks;
    my ($said) = "$out{$n}\n" =~ /^(before .*\nafter .*)/m;
    ($said) = $out{$n} =~ /.*^(before .*\nafter .*)/ms
        if $part =~ /pruned$/;
    my @before = $said =~ /^before +(\d+) +([\d.]+) +([\d.]+)$/m;
    my @after = $said =~ /^after +(\d+) +([\d.]+) +([\d.]+)$/m;
    is(scalar @before + @after, 6, "$part: a table") or diag($out{$n});
    cmp_ok($after[0], '<', $before[0] / $smaller, "$part: smaller");
    cmp_ok($after[2], '>', $before[2] - $lost, "$part: as good");
    return;
}

sides('maas-trainer distil', 10, 0.03);

sides('maas-trainer quantize big', 3, 0.01);
sides('maas-trainer prune', 8, 0.02);
sides('maas-trainer quantize pruned', 1.8, 0.02);

my ($n) = grep { $blocks[$_] =~ /maas-trainer inspect/ } 0 .. $#blocks;
like($out{$n}, qr/^0 +\d+ +256  int8 +\d+ +[-\d.]+$/m, 'a line of a layer');

done_testing();
