#!/usr/bin/perl

# Promise: all 10 000 MNIST test images get from nginx exactly the labels and,
# bit for bit, the numbers that maas-trainer predict gives.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Uncompress::Gunzip qw(gunzip);
use MaasTest;
use Test::More;

use constant { IMAGES => 10000, PIXELS => 784, ROWS => 200 };

my $mnist = MaasTest::mnist();
my $t = MaasTest->new;

my ($rc, undef, $err) = $t->trainer('fit', '-q', '-d', $mnist,
    '--hidden', '64:relu,64:relu', qw(--epochs 1 --batch 32 -o m.safetensors));
is($rc, 0, 'fit') or diag($err);

($rc, my $out) = $t->trainer('predict', 'm.safetensors', '-d', $mnist);
is($rc, 0, 'predict');
my @want = map { [ split /,/ ] } split /\n/, $out;
is(scalar @want, IMAGES, 'a line for each image');

gunzip("$mnist/t10k-images-idx3-ubyte.gz", \my $idx) or die;
my @image = map { substr $idx, 16 + $_ * PIXELS, PIXELS } 0 .. IMAGES - 1;

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model digits %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /digits { maas_predict digits; }
    }
}
EOC

my @json = ('Content-Type' => 'application/json');
my @octets = ('Content-Type' => 'application/octet-stream');
my $first = '[' . join(',', unpack 'C*', $image[0]) . ']';

$t->known_good('/digits', $first, @json);
$t->run;

# numbers as they stand in the text: equal text is equal bits, since the
# shortest decimal of a float belongs to no other

sub numbers {
    my ($text) = @_;
    return [ $text =~ /-?\d[\d.eE+-]*/g ];
}

sub best {
    my ($p) = @_;
    my $best = 0;
    for (1 .. $#$p) { $best = $_ if $p->[$_] > $p->[$best] }
    return $best;
}

sub differ {
    my ($got, @rows) = @_;
    my $wrong = 0;
    for my $row (@rows) {
        my @p = splice @$got, 0, 10;
        my ($label, @numbers) = @{ $want[$row] };
        $wrong++ if @p != 10 || "@p" ne "@numbers" || best(\@p) != $label;
    }
    return $wrong + @$got;
}

sub infer {
    my ($data, $rows) = @_;
    return $t->post('/v2/models/digits/infer', '{"inputs":[{"name":"input",'
        . "\"shape\":[$rows,28,28],\"datatype\":\"FP32\",\"data\":[$data]}]}",
        @json);
}

my ($wrong, $answers) = (0, 0);

for (my $i = 0; $i < IMAGES; $i += ROWS) {
    my $r = infer(join(',', map { unpack 'C*', $_ } @image[ $i .. $i + ROWS - 1 ]),
        ROWS);
    my ($data) = $r->body =~ /"data":\[(.*?)\]/ or next;
    $answers++;
    $wrong += differ(numbers($data), $i .. $i + ROWS - 1);
}

is($answers, IMAGES / ROWS, 'every request was answered');
is($wrong, 0, 'all images, ' . ROWS . ' rows a request, v2 JSON');

$wrong = $answers = 0;

for (my $i = 0; $i < IMAGES; $i += ROWS) {
    my $r = $t->post('/digits',
        pack('f<*', map { unpack 'C*', $_ } @image[ $i .. $i + ROWS - 1 ]),
        @octets);
    my @y = unpack 'f<*', $r->body;
    $answers += $r->status == 200;
    for my $row ($i .. $i + ROWS - 1) {
        my (undef, @numbers) = @{ $want[$row] };
        $wrong++ if pack('f<10', splice @y, 0, 10) ne pack 'f<10', @numbers;
    }
}

is($answers, IMAGES / ROWS, 'every request was answered');
is($wrong, 0, 'all images as bytes');

# alone, and side by side in one batch of the worker

$wrong = 0;

for my $i (map { 7 * $_ } 0 .. 299) {
    my $r = $t->post('/digits', '[' . join(',', unpack 'C*', $image[$i]) . ']',
        @json);
    $wrong += differ(numbers($r->body), $i);
}

is($wrong, 0, '300 images, one a request');

$t->done;
