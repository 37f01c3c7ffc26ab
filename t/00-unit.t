#!/usr/bin/perl

# Promise: every C unit test passes.  Each binary of build/unit/ that has a
# source in t/unit/ is a subtest; its TAP is checked, not only its exit code.

use strict;
use warnings;

use FindBin;
use Test::More;

my $top = "$FindBin::Bin/..";
my $build = $ENV{MAAS_BUILD} || 'build';
$build = "$top/$build" unless $build =~ m{^/};

$ENV{CMOCKA_MESSAGE_OUTPUT} = 'TAP';
$ENV{ASAN_OPTIONS} = 'detect_leaks=1';
$ENV{UBSAN_OPTIONS} //= 'print_stacktrace=1';

###############################################################################

# TAP of one binary -> what is wrong with it, or nothing; cmocka prints a
# plan for each group, so that a binary may have more than one

sub complaints {
    my ($tap, $status) = @_;
    my @wrong;

    my $planned = 0;
    $planned += $1 while $tap =~ /^1\.\.(\d+)\s*$/mg;

    my @lines = $tap =~ /^((?:not )?ok \d+\b.*)$/mg;

    push @wrong, 'no plan' if $tap !~ /^1\.\.\d+\s*$/m;
    push @wrong, 'a plan of nothing' if $tap =~ /^1\.\.0\b/m;
    push @wrong, "planned $planned, ran " . @lines if @lines != $planned;
    push @wrong, $_ for grep { /^not ok/ } @lines;
    push @wrong, "$_" for grep { /#\s*skip/i && $ENV{CI} } @lines;
    push @wrong, "wait status $status" if $status;

    return @wrong;
}

###############################################################################

subtest 'the checks themselves' => sub {
    is(join('; ', complaints("1..1\nok 1 - a\n# ok - all\n", 0)), '', 'good');
    is(join('; ', complaints("1..1\nok 1\n1..2\nok 1\nok 2\n", 0)), '',
        'two groups');

    for (
        [ "",                             0,   qr/no plan/,   'nothing' ],
        [ "ok 1 - a\n",                   0,   qr/no plan/,   'no plan' ],
        [ "1..0\n",                       0,   qr/nothing/,   'empty plan' ],
        [ "1..2\nok 1 - a\n",             0,   qr/ran 1/,     'too few' ],
        [ "1..1\nnot ok 1 - a\n",         0,   qr/not ok 1/,  'a failure' ],
        [ "1..1\nok 1 - a\n",             256, qr/status 256/, 'exit code' ],
        [ "1..1\nok 1 - a\n",             11,  qr/status 11/, 'a signal' ],
    ) {
        my ($tap, $status, $re, $name) = @$_;
        like(join('; ', complaints($tap, $status)), $re, $name);
    }
};

my @sources = sort glob "$top/t/unit/test_*.c";
ok(scalar @sources, 'there are unit tests');

for my $source (@sources) {
    my ($name) = $source =~ m{([^/]+)\.c$};
    my $bin = "$build/unit/$name";

    subtest $name => sub {
        ok(-x $bin, 'built') or return;

        my $tap = `cd '$top' && '$bin' 2>&1`;
        my @wrong = complaints($tap, $?);

        is(scalar @wrong, 0, 'passes') or diag(join "\n", @wrong, $tap);
    };
}

done_testing();
