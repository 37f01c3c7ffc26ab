#!/usr/bin/perl

# Promise: what version 0.1.0 answered is answered to the byte, with its own
# files; t/compat/changed.jsonl lists what was meant to change, and why.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Compat;
use Test::More;

my $t = MaasTest->new;
my $version = MaasTest::Compat::version($t);

# the kernels of AVX2 and AVX-512 give the same bits; OpenBLAS has its own

MaasTest::missing('a CPU with AVX2: OpenBLAS gives other bits than those kept')
    if MaasTest::Compat::kernels($t) eq 'blas';

MaasTest::Compat::serve($t);

my @groups = map { s{.*/}{}r } sort glob "$MaasTest::Compat::dir/answers/*";
cmp_ok(scalar @groups, '>=', 10, 'groups of requests');

for my $group (@groups) {
    subtest $group => sub {
        my @entries = MaasTest::Compat::entries("answers/$group");
        my %changed = MaasTest::Compat::changed("answers/$group");
        ok(scalar @entries, 'requests');

        for my $i (0 .. $#entries) {
            my $was = $entries[$i];
            my $wrong = MaasTest::Compat::wrong($t, $was, $version);
            (my $name = defined $was->{more} ? $was->{name}
                : "$was->{uri}: $was->{name}")
                =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
            $name = substr $name, 0, 150;

            if (my $new = delete $changed{$i}) {
                isnt($wrong->{why}, '', "changed: $name");
                is($wrong->{status}, $new->{status}, "$new->{why}: $name");
                ok(!MaasTest::Compat::is_prediction($was),
                    "no prediction: $name");
                next;
            }

            is($wrong->{why}, '', $name);
        }

        is(join(' ', sort keys %changed), '', 'what changed is there');
    };
}

$t->done;
