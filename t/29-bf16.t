#!/usr/bin/perl

# Promise: a file with weights of BF16, written by hand, gives the numbers that
# docs/model-format.md says, in nginx and from the command line.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(float32 write_model);
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my ($in, $hidden, $out) = (11, 7, 3);

# few bits each: all sums are exact, in whatever order
my @w0 = map { ($_ * 37 % 33 - 16) / 16 } 1 .. $in * $hidden;
my @w1 = map { ($_ * 91 % 9 - 4) / 4 } 1 .. $hidden * $out;
my @b0 = map { ($_ - 3) / 4 } 0 .. $hidden - 1;
my @b1 = map { $_ / 8 } 0 .. $out - 1;

sub bf16 {
    my ($shape, @v) = @_;
    return { dtype => 'BF16', shape => $shape,
        bytes => pack 'S<*', map { unpack('L<', pack 'f<', $_) >> 16 } @v };
}

sub model {
    my ($name, @rows) = @_;
    return write_model($t->dir . "/$name.safetensors",
        doc => {
            version => 4,
            name    => $name,
            task    => 'regression',
            inputs  => { kind => 'tensor', shape => [$in] },
            layers  => [
                { kind => 'dense', units => $hidden, activation => 'relu',
                    @rows },
                { kind => 'dense', units => $out, @rows }
            ],
            outputs => {},
        },
        tensors => {
            'layers.0.weight' => bf16([ $in, $hidden ], @w0),
            'layers.0.bias'   => [ [$hidden], \@b0 ],
            'layers.1.weight' => bf16([ $hidden, $out ], @w1),
            'layers.1.bias'   => [ [$out], \@b1 ],
        },
        crc => 1);
}

model('half');
model('full', activations => 'bf16');

# to the nearest, ties to even
sub rounded {
    my $u = unpack 'L<', pack 'f<', $_[0];
    $u = $u + 0x7fff + ($u >> 16 & 1) & 0xffff0000;
    return unpack 'f<', pack 'L<', $u;
}

sub dense {
    my ($x, $n, $w, $bias) = @_;
    my @y = @$bias;
    for my $i (0 .. $#$x) {
        $y[$_] += $x->[$i] * $w->[ $i * $n + $_ ] for 0 .. $n - 1;
    }
    return @y;
}

sub expected {
    my ($how, @row) = @_;
    my @h = dense([ map { $how->($_) } @row ], $hidden, \@w0, \@b0);
    @h = map { $how->($_ < 0 ? 0 : $_) } @h;
    return [ dense(\@h, $out, \@w1, \@b1) ];
}

my @rows = map {
    my $r = $_;
    [ map { (($r * 31 + $_ * 17) % 1021 - 510) / 256 } 0 .. $in - 1 ]
} 1 .. 40;

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model half %%TESTDIR%%/half.safetensors;
    maas_model full %%TESTDIR%%/full.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /half { maas_predict half; }
        location = /full { maas_predict full; }
    }
}
EOC

$t->known_good('/half', JSON::PP->new->encode($rows[0]), @type);
$t->run;

for (['half', sub { $_[0] }, 'F32'], ['full', \&rounded, 'BF16']) {
    my ($name, $how, $rows) = @$_;

    my $answer = sub {
        my $r = $t->post("/$name", JSON::PP->new->encode($_[0]), @type);
        is($r->status, 200, 'an answer') or diag($r->body);
        return [ map { [ map { float32($_) } @$_ ] }
            @{ decode_json($r->body) } ];
    };

    my $all = $answer->(\@rows);
    is_deeply($all, [ map { expected($how, @$_) } @rows ],
        "$name: the numbers of 40 rows");
    is_deeply($answer->([$_]), [ shift @$all ], 'a row alone')
        for @rows[ 0 .. 4 ];

    my ($rc, $said) =
        $t->trainer('inspect', $t->dir . "/$name.safetensors");
    is($rc, 0, 'inspect');
    like($said, qr/dense 7 relu, weights BF16, rows $rows, 182 bytes\n/,
        'the precision and size of a layer');
}

isnt(join(' ', @{ expected(\&rounded, @{ $rows[0] }) }),
    join(' ', @{ expected(sub { $_[0] }, @{ $rows[0] }) }),
    'rounding makes a difference');

my ($rc, undef, $said) = $t->trainer('export', $t->dir . '/full.safetensors',
    '--to', 'onnx', '-o', $t->dir . '/x.onnx');
is($rc, 1, 'export');
like($said, qr/layer 0 has weights of BF16, which are not exported/,
    'is refused');

$t->done;
