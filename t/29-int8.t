# Promise: a file with weights of int8, written by hand, gives the numbers that
# docs/model-format.md says, in nginx and from the command line.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(float32 write_model);
use POSIX ();
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my ($in, $hidden, $out) = (10, 7, 3);

# scales are powers of two and biases multiples of them: all is exact
my @w0 = map { $_ * 37 % 255 - 127 } 1 .. $in * $hidden;
my @w1 = map { $_ * 91 % 255 - 127 } 1 .. $hidden * $out;
my @b0 = map { ($_ - 3) / 4 } 0 .. $hidden - 1;
my @b1 = map { $_ / 8 } 0 .. $out - 1;
my ($x, $h, $s0, $s1) = (1 / 8, 1 / 2, 1 / 64, 1 / 128);

sub int8 {
    my ($shape, @v) = @_;
    return { dtype => 'I8', shape => $shape, bytes => pack 'c*', @v };
}

my %file = (
    doc => {
        version => 4,
        name    => 'q',
        task    => 'regression',
        inputs  => { kind => 'tensor', shape => [$in] },
        layers  => [
            {
                kind         => 'dense',
                units        => $hidden,
                activation   => 'relu',
                input_scale  => $x,
                input_zero   => 128,
                output_scale => $h
            },
            { kind => 'dense', units => $out, input_scale => $h }
        ],
        outputs => {},
    },
    tensors => {
        'layers.0.weight' => int8([ $in, $hidden ], @w0),
        'layers.0.scale'  => [ [$hidden], [ ($s0) x $hidden ] ],
        'layers.0.bias'   => [ [$hidden], \@b0 ],
        'layers.1.weight' => int8([ $hidden, $out ], @w1),
        'layers.1.scale'  => [ [$out], [ ($s1) x $out ] ],
        'layers.1.bias'   => [ [$out], \@b1 ],
    },
    crc => 1,
);

write_model($t->dir . '/q.safetensors', %file);

# the nearest whole number, of ties the even one
sub nearest {
    my ($v) = @_;
    my $low = POSIX::floor($v);
    my $rest = $v - $low;
    return $low + ($rest > 0.5 || ($rest == 0.5 && $low % 2));
}

sub code {
    my ($v, $scale, $zero) = @_;
    my $q = nearest($v / $scale) + $zero;
    return $q < 0 ? 0 : $q > 255 ? 255 : $q;
}

sub dense {
    my ($q, $zero, $n, $w, $scale, $bias) = @_;
    my @y = @$bias;
    for my $i (0 .. $#$q) {
        $y[$_] += ($q->[$i] - $zero) * $w->[ $i * $n + $_ ] * $scale
            for 0 .. $n - 1;
    }
    return @y;
}

sub expected {
    my (@row) = @_;
    my @h = dense([ map { code($_, $x, 128) } @row ], 128, $hidden, \@w0,
        $x * $s0, \@b0);
    @h = map { code($_ < 0 ? 0 : $_, $h, 0) } @h;
    return [ dense(\@h, 0, $out, \@w1, $h * $s1, \@b1) ];
}

my @rows = map {
    my $r = $_;
    [ map { (($r * 31 + $_ * 17) % 61 - 30) / 16 } 0 .. $in - 1 ]
} 1 .. 40;
push @rows, [ (1e30) x $in ], [ (-1e30) x $in ], [ (0.1875) x $in ];

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model q %%TESTDIR%%/q.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict q; }
    }
}
EOC

$t->known_good('/p', JSON::PP->new->encode($rows[0]), @type);
$t->run;

my $answer = sub {
    my $r = $t->post('/p', JSON::PP->new->encode($_[0]), @type);
    is($r->status, 200, 'an answer') or diag($r->body);
    return [ map { [ map { float32($_) } @$_ ] } @{ decode_json($r->body) } ];
};

my $all = $answer->(\@rows);
is_deeply($all, [ map { expected(@$_) } @rows ], 'the numbers of 43 rows');
is_deeply($answer->([$_]), [ shift @$all ], 'a row alone') for @rows[ 0 .. 4 ];

my ($rc, $said) = $t->trainer('inspect', $t->dir . '/q.safetensors');
is($rc, 0, 'inspect');
like($said, qr/dense 7 relu, weights I8, rows U8, 126 bytes\n/,
    'the precision and size of a layer');
like($said, qr/dense 3 linear, weights I8, rows U8, 45 bytes\n/, 'and another');
unlike($said, qr/scale/, 'members are not repeated');

($rc, $said) =
    $t->trainer('inspect', $t->dir . '/q.safetensors', '--json');
is_deeply(
    decode_json($said)->{layers},
    [
        { kind => 'dense', weights => 'I8', rows => 'U8', bytes => 126 },
        { kind => 'dense', weights => 'I8', rows => 'U8', bytes => 45 }
    ],
    'in JSON'
);

for my $to (qw(c onnx)) {
    ($rc, undef, $said) = $t->trainer('export', $t->dir . '/q.safetensors', '--to',
        $to, '-o', $t->dir . '/q.out');
    is($rc, 1, "export to $to");
    like($said, qr/layer 0 has weights of I8, which are not exported: export /,
        'is refused with a way out');
}

# weights alone: rows stay floats
delete @$_{qw(input_scale input_zero output_scale)} for @{ $file{doc}{layers} };
write_model($t->dir . '/w.safetensors', %file);
($rc, $said) = $t->trainer('inspect', $t->dir . '/w.safetensors');
like($said, qr/dense 7 relu, weights I8, rows F32, 126 bytes\n/,
    'weights alone');

$t->done;
