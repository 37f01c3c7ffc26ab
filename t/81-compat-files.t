#!/usr/bin/perl

# Promise: what version 0.1.0 trained is trained to the same bits, and what it
# said of its files is said to the byte: every command of t/compat/commands,
# with each set of kernels; t/compat/changed.jsonl lists what was meant to
# change, and why.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Compat;
use Test::More;

my $version = MaasTest::Compat::version(MaasTest->new);

###############################################################################
# what came of the commands with each set of kernels; trained bits are also
# those of the C library, so that there is a file for each

my $checked = 0;

for my $set (@MaasTest::Compat::sets) {
    my $t = MaasTest->new;

    if (!MaasTest::Compat::with_set($t, $set)) {
        diag("NOT CHECKED: this CPU has no kernels of the set $set");
        next;
    }

    my $name = "$set-" . MaasTest::Compat::arithmetic($t, $set) . '.jsonl';
    my @sums = MaasTest::Compat::entries("weights/$name");

    if (!@sums) {
        diag("NOT CHECKED: t/compat/weights has no $name: this machine computes "
            . 'exp() and its kin, or approximations, in other bits (see '
            . 't/compat/make)');
        next;
    }

    $checked++;
    my %sums = map { $_->{name} => $_ } @sums;

    for my $group (MaasTest::Compat::groups($set)) {
        MaasTest::Compat::lay_out($t);

        subtest "$set, $group" => sub {
            my @kept = MaasTest::Compat::entries("commands/$group.jsonl");
            my %changed = MaasTest::Compat::changed("commands/$group.jsonl");
            my %place = map { $kept[$_]{name} => $_ } 0 .. $#kept;
            my @commands = MaasTest::Compat::commands($set, \@kept);
            ok(scalar @commands, 'commands');

            for my $command (@commands) {
                my $is = MaasTest::Compat::carry_out($t, $command, $version);
                my $was = { %$command, %{ delete
                    $sums{"$group: $command->{name}"} || {} } };
                my $wrong = MaasTest::Compat::differs($was, $is);
                my $new = $changed{ $place{ $command->{name} } };

                if ($new) {
                    isnt($wrong, '', "changed: $command->{name}");
                    is($is->{rc}, $new->{rc}, "$new->{why}: $command->{name}");
                    next;
                }

                is($wrong, '', $command->{name});
            }
        };
    }

    is(join(', ', sort keys %sums), '', "$set: all that is kept was asked");

    # activations go by the CPU, not by the model: those of AVX2, and none
    if ($set ne 'avx512') {
        my ($rc, $out, $err) = $t->command('sh', '-c', 'cd "$1" && exec "$2"',
            'sh', $MaasTest::top, "$MaasTest::build/unit/test_compat");
        is($rc, 0, "$set: test_compat") or diag($out, $err);
    }

    # models that are kept are what these commands write, with the arithmetic
    # of then
    next if $name ne 'avx512-9fa134b5-9d3b79b2.jsonl';
    for my $model (qw(fit-mixed fit-price fit-digits)) {
        my ($was) = grep { $_->{name} =~ /: \Q$model\E$/ } @sums;
        is($was->{sums}{"$model.safetensors"}, MaasTest::Compat::sum(
            "$model.safetensors", MaasTest::Proc::slurp(
            "$MaasTest::Compat::dir/models/$model.safetensors")),
            "models/$model.safetensors");
    }
}

MaasTest::missing('checksums for the arithmetic of this machine')
    if !$checked;

done_testing();
