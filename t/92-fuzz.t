#!/usr/bin/perl

# Promise: no bytes crash the readers of model files, of request bodies and of
# ClientHellos.  A fixed number of mutations of valid inputs; `make fuzz` does more of them,
# under sanitizers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @sources = sort glob "$MaasTest::top/t/fuzz/fuzz_*.c";
cmp_ok(scalar @sources, '>', 1, 'there are fuzz programs');

for my $source (@sources) {
    my ($name) = $source =~ m{([^/]+)\.c$};
    my $runs = $ENV{MAAS_ASAN} ? 2000 : 20000;
    my ($rc, $out, $err) = $t->command("$MaasTest::build/fuzz/$name", $runs,
        1 + int rand 1e9);
    is($rc, 0, "$name ends well") or diag($err);
    like($out, qr/^[1-9]\d* seeds, $runs mutations, [1-9]/, "$name did its work");

    my @kept = glob "$MaasTest::top/t/fuzz/corpus/$name/*";
    next if !@kept;
    ($rc, $out, $err) = $t->command("$MaasTest::build/fuzz/$name", '-r',
        @kept);
    is($rc, 0, "$name: what was once found") or diag($err);
}

done_testing();
