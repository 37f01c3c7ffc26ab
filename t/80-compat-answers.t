#!/usr/bin/perl

# Promise: what version 0.1.0 answered is answered to the byte: every request
# of t/compat/answers, good and bad, gets the same status, headers and body.

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
        ok(scalar @entries, 'requests');

        for my $was (@entries) {
            if (defined $was->{more}) {
                my $is = MaasTest::Compat::check($t, $was);
                is("$is->{rc} $is->{said}", "$was->{rc} $was->{said}",
                    $was->{name});
                next;
            }
            my $is = MaasTest::Compat::ask($t, $was, $version);
            my $wrong = MaasTest::Compat::unlike_before($was, $is);
            (my $name = "$was->{uri}: $was->{name}")
                =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
            is($wrong, '', length $name > 150 ? substr $name, 0, 150 : $name);
        }
    };
}

$t->done;
