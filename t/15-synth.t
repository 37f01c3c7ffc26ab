#!/usr/bin/perl

# Promise: `maas-trainer synth` draws the same digits for the same seed, in
# files that are read as MNIST's are; what it learns from them reads MNIST.

use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Proc;
use Test::More;

my $build = $ENV{MAAS_BUILD} || 'build';
$build = "$FindBin::Bin/../$build" unless $build =~ m{^/};

my $trainer = $ENV{MAAS_TRAINER} || "$build/maas-trainer";
my $dir = tempdir('maas-synth-XXXXXX', TMPDIR => 1, CLEANUP => 1);

my @names = qw(train-images-idx3-ubyte train-labels-idx1-ubyte
    t10k-images-idx3-ubyte t10k-labels-idx1-ubyte);

# exit code, standard output, standard error

sub run {
    my @cmd = @_;

    my $pid = fork();
    die "fork: $!" unless defined $pid;

    if ($pid == 0) {
        open STDOUT, '>', "$dir/out" or die;
        open STDERR, '>', "$dir/err" or die;
        exec($trainer, @cmd) or die "$trainer: $!";
    }

    waitpid $pid, 0;

    return ($?, MaasTest::Proc::slurp("$dir/out"),
        MaasTest::Proc::slurp("$dir/err"));
}

sub files {
    my ($name) = @_;
    return map { MaasTest::Proc::slurp("$dir/$name/$_") } @names;
}

###############################################################################

subtest 'files' => sub {
    my ($status, $out, $err) = run('synth', "$dir/a", '--train', '70',
        '--test=30', '--seed', '5');

    is($status, 0, 'exit code');
    like($out, qr/^drew 70 \+ 30 digits of 28x28 pixels \(seed 5\)/, 'says');
    is($err, '', 'nothing else');

    my @f = files('a');

    is(unpack('H*', substr $f[0], 0, 16), '00000803000000460000001c0000001c',
        'head of the pictures');
    is(unpack('H*', substr $f[3], 0, 8), '000008010000001e',
        'head of the labels');
    is(length $f[0], 16 + 70 * 784, 'training pictures');
    is(length $f[1], 8 + 70, 'training labels');
    is(length $f[2], 16 + 30 * 784, 'test pictures');
    is(length $f[3], 8 + 30, 'test labels');

    my %n;
    $n{$_}++ for unpack 'x8C*', $f[1];
    is_deeply(\%n, { map { $_ => 7 } 0 .. 9 }, 'as many of each digit');

    opendir my $d, "$dir/a" or die;
    is_deeply([ sort grep { !/^\./ } readdir $d ], [ sort @names ],
        'no other files');
};

subtest 'seeds' => sub {
    run('synth', "$dir/b", qw(--train 70 --test 30 --seed 5));
    ok(join('', files('a')) eq join('', files('b')), 'the same again');

    run('synth', "$dir/b", qw(--train 70 --test 30 --seed 6));
    ok((files('a'))[0] ne (files('b'))[0], 'another seed, written over');

    run('synth', "$dir/b", qw(--train 33 --test 10 --seed 5));
    my ($long, $short) = ((files('a'))[0], (files('b'))[0]);
    ok(substr($long, 16, 33 * 784) eq substr($short, 16),
        'fewer are the first of more');

    ok(index($long, substr((files('b'))[2], 16, 784)) < 0,
        'test pictures are others');
};

subtest 'size' => sub {
    my ($status) = run('synth', "$dir/c", qw(--train 10 --test 10 --size 14));
    my ($images) = files('c');

    is($status, 0, 'exit code');
    is(unpack('H*', substr $images, 8, 8), '0000000e0000000e', 'in the head');
    is(length $images, 16 + 10 * 14 * 14, 'in the length');
};

subtest 'usage' => sub {
    my ($status, $out, $err) = run('synth', '--help');
    is($status, 0, 'help is no failure');
    like($out, qr/--train.*--test.*--seed.*--size/s, 'names the options');

    for (
        [ [],                         qr/a folder to write to is missing/ ],
        [ [ 'a', 'b' ],               qr/expected one, a folder to write/ ],
        [ [ 'a', '--train', '0' ],    qr/--train takes .* not "0"/ ],
        [ [ 'a', '--train', '-1' ],   qr/--train takes .* not "-1"/ ],
        [ [ 'a', '--test', '10x' ],   qr/--test takes .* not "10x"/ ],
        [ [ 'a', '--test', '10000001' ], qr/--test takes/ ],
        [ [ 'a', '--seed', '' ],      qr/--seed takes .* not ""/ ],
        [ [ 'a', '--seed', '18446744073709551616' ], qr/--seed takes/ ],
        [ [ 'a', '--size', '13' ],    qr/--size takes .* 14 to 128/ ],
        [ [ 'a', '--size', '129' ],   qr/--size takes/ ],
        [ [ 'a', '--bad' ],           qr/--bad/ ],
    ) {
        my ($args, $re) = @$_;
        my $name = join ' ', @$args;
        chdir $dir or die;
        my ($code, $said, $why) = run('synth', @$args);
        chdir '/' or die;
        is($code >> 8, 2, "exit code of: $name");
        like($why, qr/\A[^\n]*$re[^\n]*\n(?:try: [^\n]*\n)?\z/, "one line for: $name");
    }
};

subtest 'failures' => sub {
    my ($status, $out, $err) = run('synth', "$dir/no/such");
    is($status >> 8, 1, 'no folder to make it in');
    like($err, qr/\A[^\n]*cannot make the folder [^\n]*No such[^\n]*\n\z/,
        'says so');

    mkdir "$dir/d" or die;

    # a file may have 100 kB: the pictures do not fit

    my $line = "ulimit -f 100; trap '' XFSZ; exec '$trainer' synth '$dir/d'"
        . " --train 1000 --test 10 2>'$dir/err' >'$dir/out'";
    my $pid = fork();
    die "fork: $!" unless defined $pid;

    if ($pid == 0) {
        exec('sh', '-c', $line) or die;
    }

    waitpid $pid, 0;
    is($? >> 8, 1, 'no room');
    like(MaasTest::Proc::slurp("$dir/err"),
        qr/\A[^\n]*train-images-idx3-ubyte: File too large\n\z/, 'says so');
    is_deeply([ glob "$dir/d/* $dir/d/.*tmp*" ], [], 'nothing is left');
};

subtest 'learned from drawings, reads MNIST' => sub {
    my $mnist = MaasTest::mnist();

    run('synth', "$dir/e");
    my ($status, undef, $err) = run('fit', '--data', "$dir/e", '-q',
        '--hidden', '64:relu,64:relu', '--epochs', '10', '--batch', '32',
        '-o', "$dir/e.safetensors");
    is($status, 0, 'trained') or diag($err);

    ($status, my $out) = run('evaluate', "$dir/e.safetensors", '--data',
        $mnist);
    my ($accuracy) = $out =~ /^accuracy\s+([\d.]+)/m;
    cmp_ok($accuracy // 0, '>=', 0.94, 'accuracy, of 10000 pictures');
    diag("accuracy on MNIST: " . ($accuracy // 'none')) if $ENV{MAAS_VERBOSE};
};

done_testing();
