#!/usr/bin/perl

# Promise: the tables of docs/wire.md and docs/grpc.md name tests that exist, a
# test in each row, and no route of the module is missing from wire.md's.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest::Proc;
use Test::More;

my $top = "$FindBin::Bin/..";
my $text = MaasTest::Proc::slurp("$top/docs/wire.md");

# Rows of the tables whose last column is "test"
my ($inside, @rows);

for my $line (split /\n/,
    $text . MaasTest::Proc::slurp("$top/docs/grpc.md")) {
    $inside = 0 if $line !~ /^\|/;
    $inside = 1, next if $line =~ /\| test \|$/;
    push @rows, $line if $inside && $line !~ /^\|[-|]+\|$/;
}

cmp_ok(scalar @rows, '>', 40, 'rows with a test');

my @wrong;

for my $row (@rows) {
    my ($last) = $row =~ /\|([^|]*)\|$/;
    my @names = $last =~ /`([^`]+)`/g;
    push @wrong, "no test in: $row" if !@names;
    for my $name (@names) {
        push @wrong, "there is no $name: $row"
            if !-e "$top/t/$name" && !-e "$top/t/unit/$name.c";
    }
}

is(join("\n", @wrong), '', 'name tests that exist');

my $routes = MaasTest::Proc::slurp(
    "$top/ngx_maas_module/routes/ngx_http_maas_v2.c");
my @paths = grep { length } $routes =~ /^    \{ "([^"]*)"/mg;

cmp_ok(scalar @paths, '>', 12, 'routes');
is(join(' ', grep { index($text, $_) < 0 } @paths), '',
    'every route is in the tables');

done_testing();
