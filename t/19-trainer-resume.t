#!/usr/bin/perl

# Promise: a training that was killed or interrupted and is resumed writes the
# file of an undisturbed one, to the bit; checkpoints rotate; one that is
# damaged or of another training is refused.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
my @how = (qw(-d digits --epochs 40 --batch 64 --patience 0 --ema 0.95
    --schedule plateau --plateau 1 --lr 0.01 --augment shift=1 --mixup 0.2),
    '--hidden', '256:bn:drop=0.1,48:ln', qw(--name r));

my ($rc) = $t->trainer(qw(synth digits --train 3000 --test 100 --seed 5));
is($rc, 0, 'digits');

($rc, undef, my $err) = $t->trainer('fit', '-q', @how,
    qw(-o whole.safetensors --threads 1));
is($rc, 0, 'undisturbed') or diag($err);
my $whole = $t->read_file('whole.safetensors');

# starts, and sends a signal when so many epochs were reported

sub disturb {
    my ($signal, $epochs, @more) = @_;
    my $pid = fork // die;

    if (!$pid) {
        chdir $dir;
        open STDOUT, '>', 'out';
        open STDERR, '>', 'err';
        exec $trainer, 'fit', @how, qw(--checkpoint c --progress lines), @more
            or die;
    }

    ok($t->wait_for(sub { $t->read_file('err') =~ /^epoch $epochs/m }),
        "$epochs epochs");
    kill $signal, $pid;
    waitpid $pid, 0;
    return $?;
}

# killed early, killed again on the way, interrupted, then to the end

is(disturb('KILL', 3, qw(-o r.safetensors)), 9, 'killed');
ok(-s "$dir/c" || -s "$dir/c.1", 'a checkpoint is there');
ok(!-e "$dir/r.safetensors", 'and no model');
unlink "$dir/err";
is(disturb('KILL', 6, qw(-o r.safetensors --resume --threads 1)), 9,
    'killed again');
like($t->read_file('err'), qr/^resumed after epoch \d/m, 'it was resumed');
unlink "$dir/err";
is(disturb('INT', 9, qw(-o r.safetensors --resume)), 0, 'interrupted');
ok(-s "$dir/r.safetensors", 'the best so far is written');

for ('resumed to the end', 'nothing left to do') {
    ($rc, undef, $err) = $t->trainer('fit', @how,
        qw(--checkpoint c --resume -o r.safetensors));
    is($rc, 0, $_) or diag($err);
    ok($t->read_file('r.safetensors') eq $whole, 'the same bits');
}

# rotation: two files by default, as many as asked for

ok(-s "$dir/c.1" && !-e "$dir/c.2", 'two are kept');
$t->trainer('fit', '-q', @how, qw(--epochs 4 --checkpoint k --checkpoint-keep 3
    -o k.safetensors));
ok(-s "$dir/k.2" && !-e "$dir/k.3", 'or three');
$t->trainer('fit', '-q', @how, qw(--epochs 4 --checkpoint e --checkpoint-every
    3 --checkpoint-keep 9 -o e.safetensors));
ok(-s "$dir/e.1" && !-e "$dir/e.2", 'every third epoch, and the last');

# the newest is gone between two renames: the one before it is good as well

unlink "$dir/c";
($rc, undef, $err) = $t->trainer('fit', @how,
    qw(--checkpoint c --resume -o r.safetensors));
like($err, qr/^resumed after epoch 39$/m, 'from the older one');
ok($t->read_file('r.safetensors') eq $whole, 'the same bits');

# refused

my $good = $t->read_file('c');
my @broken = (
    ['', qr/c: too short for a checkpoint/],
    [substr($good, 0, length($good) - 1), qr/not a whole checkpoint/],
    [substr($good, 0, 999) . chr(ord(substr $good, 999, 1) ^ 1)
        . substr($good, 1000), qr/not a whole checkpoint/],
    ['x' x 5000, qr/not a whole checkpoint/],
);

for (@broken) {
    $t->write_file('c', $_->[0]);
    ($rc, undef, $err) = $t->trainer('fit', '-q', @how,
        qw(--checkpoint c --resume -o no.safetensors));
    is($rc, 1, 'a broken checkpoint');
    like($err, $_->[1], 'says what it is');
}

$t->write_file('c', $good);

for ([qw(--seed 2)], [qw(--lr 0.02)], [qw(--hidden 8)], [qw(--epochs 41)],
    [qw(--validation 0.2)])
{
    ($rc, undef, $err) = $t->trainer('fit', '-q', @how, @$_,
        qw(--checkpoint c --resume -o no.safetensors));
    is($rc, 1, "@$_ is another training");
    like($err, qr/from a training with other data or settings/, 'says so');
}

($rc, undef, $err) = $t->trainer(qw(fit -d digits -o no --resume));
is($rc, 2, '--resume alone');
like($err, qr/--checkpoint is missing/, 'says what is missing');
ok(!-e "$dir/no.safetensors", 'none of them wrote a model');

done_testing();
