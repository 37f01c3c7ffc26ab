#!/usr/bin/perl

# Promise: norms, dropout and additions train, and the file answers as the
# trainer did; threads, batches that are shared and layers that are split change
# no bit, and with --portable and relu no CPU does; what varies the rows varies them the
# same way each time.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(sha256_hex);
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

my ($rc) = $t->trainer(qw(synth digits --train 1500 --test 300 --seed 3));
is($rc, 0, 'digits');

sub fit {
    my ($rc, $out, $err) = $t->trainer(qw(fit --json -q --name x -d digits),
        @_);
    is($rc, 0, "fit @_") or diag($err);
    return $rc ? {} : decode_json($out);
}

sub layers {
    my ($rc, $out) = $t->trainer('inspect', '--json', @_);
    return decode_json($out)->{document}{layers};
}

###############################################################################
# the file's layers

my %want = (
    '32:relu:bn' => [qw(dense dense)],
    '32:silu' => [qw(dense dense)],
    '32:relu:ln:drop=0.1' => [qw(dense layer_norm dense)],
    '32,32:gelu:res' => [qw(dense dense add dense)],
    '32:tanh,32:elu:bn,32:relu:ln:drop=0.1:res=2'
        => [qw(dense dense dense layer_norm add dense)],
);

for my $spec (sort keys %want) {
    my $r = fit('--hidden', $spec, qw(--epochs 12 --lr 0.003 -o a.safetensors));
    is_deeply([map { $_->{kind} } @{ layers('a.safetensors') }], $want{$spec},
        "layers of $spec");
    cmp_ok($r->{test_accuracy}, '>', 0.7, 'learned');

    # the engine, on the file, finds what the trainer found on the last epoch
    fit('--hidden', $spec, qw(--epochs 12 --lr 0.003 -o v.safetensors
        --valid digits --patience 0 --calibration none));
    my ($rc, $out) = $t->trainer(qw(evaluate v.safetensors --json -d), 'digits',
        '--part', 'train');
    my $e = eval { decode_json($out) } // {};
    my (undef, $doc) = $t->trainer(qw(inspect v.safetensors --json));
    my $m = decode_json($doc)->{document}{training}{metrics};
    cmp_ok(abs(($e->{loss} // 9) - $m->{validation_loss}), '<', 2e-4,
        'the file is the network');
}

###############################################################################
# the same bits

sub same {
    my ($what, $one, $two, @args) = @_;
    fit(@args, @$one, '-o', 's1.safetensors');
    fit(@args, @$two, '-o', 's2.safetensors');
    ok($t->read_file('s1.safetensors') eq $t->read_file('s2.safetensors'),
        $what);
}

my @wide = qw(--epochs 2 --batch 64 --hidden);

same('threads: split layers', [qw(--threads 1)], [qw(--threads 2)], @wide,
    '256:relu:bn,256:gelu:ln:res,256:drop=0.2:res=2,40');
same('threads: three of them', [qw(--threads 1)], [qw(--threads 3)], @wide,
    '200,130:softmax:ln,96');
same('threads: rows, then columns on the way back', [qw(--threads 1)],
    [qw(--threads 3)], @wide, '640:softmax:bn,640:softmax:bn');
same('threads: a dense first layer', [qw(--threads 1)], [qw(--threads 2)],
    @wide, '256,256', '--scaling', 'standard');
same('threads: varied and mixed rows, clipped, averaged', [qw(--threads 1)],
    [qw(--threads 2)], @wide, '256,256', qw(--optimizer momentum --clip-norm 1
    --ema 0.99 --mixup 0.3 --label-smoothing 0.1 --augment),
    'shift=2,rotate=10,scale=0.1,shear=0.1,elastic=1');
same('threads: noise', [qw(--threads 1)], [qw(--threads 2)], @wide, '256,256',
    qw(--augment noise=0.1 --batch 33));

$t->write_file('net.conf', "# the same in lines\nlayer = 32 tanh bn\n"
    . "layer = 32 elu 0.5  ln drop=0.1\nlayer=32:res=2:he\n");
same('a list of layers', ['--hidden',
    '32:tanh:bn,32:elu:0.5:ln:drop=0.1,32:res=2:he'], [qw(-c net.conf)],
    qw(--epochs 1));

###############################################################################
# the same bits as on a CPU with AVX-512, and on those without AVX2 and without
# AVX-512 that qemu makes

$t->write_file('whole.csv', "a,b,c,y\n", map { join(',', $_ % 7, $_ % 11,
    $_ * 37 % 101, ($_ % 7) * ($_ % 11) + $_ * 37 % 101) . "\n" } 1 .. 700);
($rc) = $t->trainer(qw(fit -q --portable --data whole.csv --hidden),
    '48:relu,24:relu', qw(--epochs 20 -o whole.safetensors));
is($rc, 0, 'fit --portable');
my $file = $t->read_file('whole.safetensors');
is(sha256_hex(substr $file, 8 + unpack 'Q<', $file),
    '78e41acb8598d80a3648193c31d1fdd3dec180f99ee78ba302ac39b57ab6aa58',
    'these bits on any CPU');

###############################################################################
# what varies training

my $plain = fit(qw(--epochs 2 -o p.safetensors));

for my $how ([qw(--augment shift=1)], [qw(--augment elastic=1)],
    [qw(--augment rotate=5)], [qw(--augment noise=0.05)], [qw(--mixup 0.2)],
    [qw(--label-smoothing 0.1)], [qw(--ema 0.9)], [qw(--schedule one-cycle)],
    [qw(--schedule step)], [qw(--warmup 1)], ['--hidden', '64:drop=0.1,64'])
{
    my $r = fit(qw(--epochs 2 -o o.safetensors), @$how);
    isnt($r->{test_loss}, $plain->{test_loss}, "@$how does something");
    cmp_ok($r->{test_accuracy}, '>', 0.5, 'and learns');
}

###############################################################################
# usage

for (
    ['--hidden', '8:bn:rellu', qr/"rellu" is not an item: expected relu/],
    ['--hidden', '8:' . 'long' x 40, qr/"(?:long){5}" is not an activation: (?#
        )expected relu, .*, he, glorot$/m],
    ['--hidden', '8:drop=2', qr/drop=2: expected a share from 0 to 0\.95/],
    ['--hidden', '8:res', qr/hidden layer 1: res=1: there are only 0 layers/],
    ['--hidden', '8,9:res', qr/hidden layer 2: res=1 adds 8 numbers to 9/],
    ['--hidden', '8,8:res=0', qr/res=0: expected how many layers below/],
    ['--augment', 'turn=1', qr/--augment: "turn": expected shift, rotate/],
    ['--augment', 'shift', qr/--augment: shift: expected a number from 0 to/],
    ['--augment', 'scale=5', qr/scale: expected a number from 0 to 0\.9/],
    ['--schedule', 'cosinus', qr/expected one of constant, linear, cosine/],
    ['--threads', '65', qr/--threads: "65": expected a whole number/],
) {
    my ($option, $value, $re) = @$_;
    my ($rc, undef, $err) = $t->trainer(qw(fit -q -d digits -o no), $option,
        $value);
    is($rc, 2, "$option $value");
    like($err, $re, 'what is wrong');
}

$t->write_file('n.csv', "a,b\n1,2.5\n2,3.5\n3,1.25\n4,9.5\n");

for (['--augment', 'shift=1', qr/the data has no pictures/],
    ['--label-smoothing', 0.1, qr/the target is a number/])
{
    my ($rc, undef, $err) = $t->trainer(qw(fit -q -d n.csv -o no --task
        regression), @$_[0, 1]);
    is($rc, 2, "@$_[0, 1]");
    like($err, $_->[2], 'what is wrong');
}

done_testing();
