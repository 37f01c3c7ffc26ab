#!/usr/bin/perl

# Promise: a layer of kind target answers in units of what was learnt, within
# its bounds, in nginx as in the trainer; a file whose layer makes no sense is
# refused by rule R42, and one of an earlier version by R19.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

# two numbers: a, b, factor, shift, low, high of each
my @scale = (2, 1, 0.5, -1, 3, 40, -1, 0.25, -4, -90, 20, 300);
my @knot = (-2, 0, 1, -1, 0.5, 4);
my @level = (0, 1, 5, 3, -2, 8);

sub model {
    my ($form, %o) = @_;
    my $levels = $form eq 'levels';
    write_model("$dir/$form.st",
        doc => { version => $o{version} || 5, name => $form,
            task => 'regression',
            inputs => { kind => 'tensor', shape => [2] },
            layers => [ { kind => 'target', form => $form,
                $levels ? (knots => 3) : (), %{ $o{layer} || {} } } ] },
        tensors => {
            'layers.0.scale' => [ [ 6, 2 ], $o{scale} || \@scale ],
            $levels || $o{lines} ? ('layers.0.knot' => [ [ 2, 3 ],
                $o{knot} || \@knot ],
                'layers.0.level' => [ [ 2, 3 ], \@level ]) : () });
    return;
}

sub line {
    my ($k, $z) = @_;
    my @x = @knot[ 3 * $k .. 3 * $k + 2 ];
    my @y = @level[ 3 * $k .. 3 * $k + 2 ];
    return $y[0] if $z <= $x[0];
    for (1, 2) {
        return $y[ $_ - 1 ] + ($z - $x[ $_ - 1 ]) / ($x[$_] - $x[ $_ - 1 ])
            * ($y[$_] - $y[ $_ - 1 ]) if $z <= $x[$_];
    }
    return $y[2];
}

my %way = (
    identity => sub { $_[1] },
    exp => sub { exp $_[1] },
    symexp => sub { $_[1] < 0 ? 1 - exp(-$_[1]) : exp($_[1]) - 1 },
    levels => \&line,
);

sub want {
    my ($form, @x) = @_;
    return map {
        my $k = $_;
        my ($a, $b, $factor, $shift, $low, $high)
            = map { $scale[ 2 * $_ + $k ] } 0 .. 5;
        my $y = $way{$form}->($k, $x[$k] * $a + $b) * $factor + $shift;
        $y < $low ? $low : $y > $high ? $high : $y;
    } 0, 1;
}

model($_) for sort keys %way;
my $models = join '', map { "maas_model $_ %%TESTDIR%%/$_.st;\n" }
    sort keys %way;
my $places = join '', map { "location = /$_ { maas_predict $_; }\n" }
    sort keys %way;
$t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    $models
    server {
        listen 127.0.0.1:%%PORT%%;
        $places
    }
}
EOC
my @json = ('Content-Type' => 'application/json');
$t->known_good('/exp', '[0.5,0.5]', @json);
$t->run;

for my $form (sort keys %way) {
    for my $x ([ 0, 0 ], [ 0.75, -2 ], [ -3, 3 ], [ 90, 90 ], [ -90, -90 ]) {
        my $y = $t->post("/$form", '[' . join(',', @$x) . ']', @json)
            ->json->[0];
        my @want = want($form, @$x);
        cmp_ok(abs($y->[$_] - $want[$_]), '<=', 1e-5 * (1 + abs $want[$_]),
            "$form of @$x, number $_") or diag("$y->[$_], not $want[$_]")
            for 0, 1;
    }
}

###############################################################################
# what is refused

sub refused {
    my ($re, $form, %o) = @_;
    model($form, %o);
    my ($rc, undef, $err) = $t->trainer('inspect', "$form.st");
    is($rc, 1, "$re: status");
    like($err, $re, "$re");
    return;
}

refused(qr/R19: layer 0: kind "target" is of version 5/, 'exp', version => 4);
refused(qr/R19: layer 0: form is not identity, exp, symexp or levels/, 'exp',
    layer => { form => 'log' });
refused(qr/R19: layer 0: knots is not 0 to 256/, 'levels',
    layer => { knots => 257 });
refused(qr/R42: layer 0: has 3 knots: expected 2 or more with levels, else none/,
    'exp', layer => { knots => 3 });
refused(qr/R42: layer 0: has 0 knots/, 'levels', layer => { knots => 0 });
refused(qr/R42: layer 0: number 1: low is above high/, 'identity',
    scale => [ @scale[ 0 .. 8 ], 301, 20, 300 ]);
refused(qr/R42: layer 0: number 1: knot 2 is not above the one before/,
    'levels', knot => [ -2, 0, 1, -1, 4, 4 ]);
refused(qr/R22: no layer uses tensor "layers.0.(?:knot|level)"/, 'exp',
    lines => 1);
refused(qr/R22: tensor "layers.0.knot" of shape \[2,4\] is not there/,
    'levels', layer => { knots => 4 });

$t->done;
