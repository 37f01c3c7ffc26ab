#!/usr/bin/perl

# Promise: what an output's path leads to stays what it is: a device, a pipe
# or an open descriptor is written to, a link stays a link, a file keeps its
# mode and owner.  Nothing is read and written, or written twice, by slip.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use POSIX qw(mkfifo);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
my @fit = (qw(fit -q -d d.csv --epochs 2 --hidden 4 --name m));

$t->write_file('d.csv', join '', "x,y\n",
    map { $_ / 10 . ',' . ($_ % 3) . "\n" } 1 .. 60);

my ($rc, $out, $err) = $t->trainer(@fit, '-o', 'm.st');
is($rc, 0, 'fit') or diag($err);
my $model = $t->read_file('m.st');

# In a shell, with the trainer as $T; ends it if it hangs
sub shell {
    my ($command) = @_;
    local $ENV{T} = $trainer;
    return $t->command('timeout', 60, 'bash', '-c', $command);
}

sub fits {
    my ($name, @more) = @_;
    my ($rc, $out, $err) = $t->trainer(@fit, @more);
    is($rc, 0, $name) or diag($err);
}

sub refused {
    my ($re, @more) = @_;
    my ($rc, $out, $err) = $t->trainer(@more);
    is($rc, 1, "@more[-4 .. -1]");
    like($err, qr/^maas-trainer: $re\n\z/, 'in a sentence');
    is($out, '', 'before anything else');
}

sub nothing_left {
    opendir my $d, $dir or die;
    is_deeply([ grep { /\.tmp/ } readdir $d ], [], 'nothing else is left');
}

###############################################################################

subtest 'links' => sub {
    mkdir "$dir/far";
    $t->write_file('far/real.st', 'old');
    chmod 0640, "$dir/far/real.st";
    chown 1234, 1234, "$dir/far/real.st" if $> == 0;
    my @before = (stat "$dir/far/real.st")[2, 4, 5];

    symlink 'far/real.st', "$dir/link.st";
    symlink 'link.st', "$dir/twice.st";
    fits('a link to a link', '-o', 'twice.st');
    is(readlink "$dir/$_->[0]", $_->[1], "$_->[0] is one")
        for [ 'twice.st', 'link.st' ], [ 'link.st', 'far/real.st' ];
    ok($t->read_file('far/real.st') eq $model, 'it leads to the model');
    is_deeply([ (stat "$dir/far/real.st")[2, 4, 5] ], \@before,
        'mode and owner as before');

    symlink 'far/new.st', "$dir/to-new.st";
    fits('a link to nothing yet', '-o', 'to-new.st');
    ok(-l "$dir/to-new.st", 'is one');
    ok($t->read_file('far/new.st') eq $model, 'it leads to the model');

    symlink 'around', "$dir/around";
    my ($rc, undef, $err) = $t->trainer(@fit, '-o', 'around');
    is($rc, 1, 'a link to itself');
    like($err, qr/^maas-trainer: around: .*symbolic links\n\z/, 'is said');

    for my $o (qw(report log checkpoint)) {
        symlink "far/$o", "$dir/$o";
        fits("--$o", "--$o", $o, '-o', 'n.st');
        ok(-l "$dir/$o", 'is a link still');
        ok(-s "$dir/far/$o", 'to what was written');
    }
    ok(-s "$dir/far/checkpoint.1", 'older checkpoints are beside it');
    fits('and are found', qw(--checkpoint checkpoint --resume -o n.st));
    opendir my $d, "$dir/far" or die;
    is_deeply([ grep { /\.tmp/ } readdir $d ], [], 'nothing else is left');
};

subtest 'pipes' => sub {
    mkfifo("$dir/pipe", 0600) or die;

    for my $o (qw(output report checkpoint)) {
        my ($rc, $out, $err) = shell('cat pipe >got & "$T" '
            . "@fit --epochs 1 --$o pipe" . ($o eq 'output' ? ''
            : ' -o n.st') . '; rc=$?; wait; exit $rc');
        is($rc, 0, "--$o") or diag($err);
        ok(-p "$dir/pipe", 'is a pipe still');
        ok(-s "$dir/got", 'and got it');
        ok(!-e "$dir/pipe.1", 'and did not move');
    }

    my ($rc, $out, $err) = shell("cat pipe >got & \"\$T\" @fit -o pipe; wait");
    ok($t->read_file('got') eq $model, 'the same bytes');

    ($rc, $out, $err) = shell(
        "(head -c 1 pipe >got) & \"\$T\" @fit --hidden 1024,512 -o pipe");
    is($rc, 1, 'a reader that goes away');
    like($err, qr/^maas-trainer: pipe: cannot be written: Broken pipe\n\z/,
        'is said');

    symlink '/proc/self/fd/1', "$dir/stdout";   # as /dev/stdout, without risk
    for my $to ('stdout', '/dev/fd/1', '/proc/self/fd/1') {
        ($rc, $out, $err) = shell("\"\$T\" @fit -o $to | cat");
        ok($out eq $model, "$to: the model alone");
        like($err, qr/validation|accuracy|rows/, 'text goes elsewhere');
    }
    ($rc, $out, $err) = shell("\"\$T\" @fit -o /dev/fd/5 5>got");
    ok($t->read_file('got') eq $model, '/dev/fd/5: the model');
    ok(-l "$dir/stdout", 'a link is one still');

    ($rc, $out, $err) = shell("\"\$T\" @fit -o got >got");
    is($rc, 1, 'standard output, by name');
    like($err, qr/^maas-trainer: got: is standard output, too: /, 'is said');

    ($rc, $out, $err) = shell("\"\$T\" @fit --log l.st -o n.st >&-");
    is($rc, 0, 'standard output is closed');
    is_deeply([ grep { !eval { decode_json($_) } } split /\n/,
        $t->read_file('l.st') ], [], 'its text is in no file');
};

subtest 'read and written, written twice' => sub {
    link "$dir/m.st", "$dir/hard.st";
    symlink 'm.st', "$dir/soft.st";
    mkdir "$dir/in";
    symlink 'in', "$dir/in2";
    my $twice = sub { qr/\S*: would be written twice, also as \S*: expected (?#
        )a file for each/ };

    for ([ '-o', 'new.st', '--report', 'new.st' ],
        [ '-o', 'new.st', '--report', './new.st' ],
        [ '-o', 'new.st', '--report', "$dir/new.st" ],
        [ '-o', 'in/new.st', '--checkpoint', 'in2/new.st' ],
        [ '-o', 'to-new.st', '--log', 'far/new.st' ],
        [ '-o', 'm.st', '--log', 'hard.st' ],
        [ '-o', 'soft.st', '--report', 'm.st' ],
        [ '-o', 'c.1', '--checkpoint', 'c' ],
        [ '-o', 'c.2', qw(--checkpoint-keep 3 --checkpoint c) ],
        [ '-o', 'pipe', '--report', 'pipe' ],
        [ '-o', 'm.st', '--log', 'l', '--report', 'l' ]) {
        refused($twice->(), @fit, @$_);
    }
    refused($twice->(), qw(tune -d d.csv -o new --state ./new));

    my $read = qr/\S*: is read, too: expected another file to write to/;
    $t->write_file('c.conf', "epochs = 1\n");
    symlink 'd.csv', "$dir/d.link";
    $t->write_file('d.csv.1', $t->read_file('d.csv'));
    refused($read, @fit, qw(--config c.conf -o c.conf));
    refused($read, @fit, qw(-d d.csv -o d.link));
    refused($read, @fit, qw(-d d.csv.1 -o x.st --checkpoint d.csv));
    refused($read, qw(tune -d d.csv --config c.conf -o c.conf));
    refused($read, qw(evaluate m.st -d d.csv --report m.st));
    refused($read, qw(evaluate m.st -d d.csv --report), "$dir/d.link");
    ($rc, $out, $err) = $t->trainer(qw(synth in --train 20 --test 20));
    is($rc, 0, 'digits') or diag($err);
    refused($read, qw(fit -d in -o), "in/$_") for
        'train-images-idx3-ubyte', 't10k-labels-idx1-ubyte';
    refused($read, qw(fit -d in/train-images-idx3-ubyte -o
        in2/train-labels-idx1-ubyte));
    ok($t->read_file('m.st') eq $model, 'the model is as it was');
};

subtest 'synth' => sub {
    mkdir "$dir/drawn";
    my $name = 'train-labels-idx1-ubyte';
    symlink "../far/$name", "$dir/drawn/$name";
    ($rc, $out, $err) = $t->trainer(qw(synth drawn --train 20 --test 20));
    is($rc, 0, 'digits') or diag($err);
    ok(-l "$dir/drawn/$name", 'a link is one still');
    is($t->read_file("far/$name"), $t->read_file("in/$name"), 'to the bytes');
};

subtest '--config' => sub {
    my ($rc, $out, $err) = shell('printf "epochs = 2\nname = m\n" >pipe & "$T" '
        . 'fit -q -d d.csv --hidden 4 --config pipe -o c.st');
    is($rc, 0, 'from a pipe') or diag($err);
    ok($t->read_file('c.st') eq $model, 'with its settings');
    ($rc, $out, $err) = shell('"$T" fit -q -d d.csv -o x.st --config '
        . '<(yes "# and so on")');
    is($rc, 1, 'without an end');
    like($err, qr/^maas-trainer: \S+: over 1048576 bytes: expected lines /,
        'is said');
    $t->write_file('c.conf', "epochs = 1\n\0epochs = 2\n");
    refused(qr/c\.conf:2: a zero byte: expected lines "option = value"/,
        @fit, qw(-o x.st --config c.conf));
};

nothing_left();
done_testing();
