#!/usr/bin/perl

# Promise: a model file is written whole or not at all: what cannot be written
# leaves the old file as it was and nothing beside it; what is written follows
# docs/model-format.md to the byte.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(crc32c);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my @fit = (qw(fit -q -d d.csv --epochs 1 --hidden), "64,64", "-o");

$t->write_file('d.csv', join '', "x,y\n",
    map { $_ / 10 . ',' . ($_ % 3) . "\n" } 1 .. 60);

sub listing {
    opendir my $d, $dir or die;
    return join ' ', sort grep { !/^\.|^command/ } readdir $d;
}

my ($rc, undef, $err) = $t->trainer(@fit, 'm.safetensors');
is($rc, 0, 'fit') or diag($err);
my $old = $t->read_file('m.safetensors');
my $before = listing();

###############################################################################
# the bytes

my ($n) = unpack 'Q<', $old;
my $text = substr $old, 8, $n;
my $header = decode_json($text);
my $meta = delete $header->{__metadata__};

is($n % 8, 0, 'tensors begin at a multiple of 8');
like($text, qr/^\{.*\} *\z/s, 'padded with spaces');
is_deeply([sort keys %$header], [map { ("layers.$_.bias", "layers.$_.weight") }
    0 .. 2], 'tensors');
is_deeply($header->{'layers.0.weight'},
    { dtype => 'F32', shape => [1, 64], data_offsets => [0, 256] }, 'one');

my $at = 0;

for (map { ("layers.$_.weight", "layers.$_.bias") } 0 .. 2) {
    my $size = 4;
    $size *= $_ for @{$header->{$_}{shape}};
    is_deeply($header->{$_}{data_offsets}, [$at, $at + $size],
        "$_ without a gap");
    $at += $size;
}

is(length $old, 8 + $n + $at, 'nothing behind them');

my $crc = $meta->{maas_crc32c};
my $zeroed = $old;
substr($zeroed, index($zeroed, "\"$crc\"") + 1, 8) = '0' x 8;
is(sprintf('%08x', crc32c($zeroed)), $crc, 'checksum');
is_deeply([sort keys %$meta], [qw(maas maas_crc32c)], 'keys of ours');
is(decode_json($meta->{maas})->{version}, 1, 'document');

###############################################################################
# what goes wrong

sub refused {
    my ($path, $re, $name) = @_;
    my ($got, $out, $said) = $t->trainer(@fit, $path);
    is($got, 1, "$name: exit code");
    like($said, qr/^maas-trainer: $re\n\z/, "$name: sentence");
    is($out, '', "$name: no result");
}

refused('no/m.safetensors', qr{no/m\.safetensors: the folder no cannot be (?#
    )written to: No such file or directory}, 'no folder');
refused('d.csv/m', qr{d\.csv/m: the folder d\.csv cannot be .*}, 'no folder');
mkdir "$dir/folder";
refused('folder', qr{folder: the name of a folder: expected .*}, 'a folder');
rmdir "$dir/folder";

# the disk is full after 1 KB: stands for ENOSPC, which needs a file system

my ($code, $out, $said) = $t->command('bash', '-c',
    'ulimit -f 1; trap "" XFSZ; exec "$@"', 'bash',
    $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer", @fit,
    'm.safetensors');
is($code, 1, 'a full disk: exit code');
like($said, qr/^maas-trainer: m\.safetensors: cannot be written: File too (?#
    )large; nothing was changed\n\z/m, 'sentence');
is($t->read_file('m.safetensors'), $old, 'the old file is as it was');

# without the trap the signal is held back until nothing is left behind

($code, $out, $said) = $t->command('bash', '-c', 'ulimit -f 1; exec "$@"',
    'bash', $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer", @fit,
    'm.safetensors');
isnt($code, 0, 'killed by the limit or refused');
is($t->read_file('m.safetensors'), $old, 'the old file is as it was');

is(listing(), $before, 'nothing is left behind by all that');

($rc) = $t->trainer(@fit, 'm.safetensors', '--seed', 2);
is($rc, 0, 'and a good one');
isnt($t->read_file('m.safetensors'), $old, 'replaces it');
is(listing(), $before, 'leaving nothing else');

done_testing();
