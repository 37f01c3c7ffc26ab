#!/usr/bin/perl

# Promise: a layer of kind multiply is the product of two values, in nginx as in
# the trainer; values of different width are refused by R21, earlier versions by
# R19.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub model {
    my ($name, %o) = @_;
    my $units = $o{units} || 2;
    write_model("$dir/$name.st",
        doc => { version => $o{version} || 5, name => $name,
            task => 'regression',
            inputs => { kind => 'tensor', shape => [2] },
            layers => [ { kind => 'dense', units => $units },
                { kind => 'multiply', inputs => [ 'layers.0', 'input' ],
                  activation => 'relu' },
                { kind => 'multiply', inputs => [ 'layers.1', 'layers.1' ],
                  %{ $o{layer} || {} } } ] },
        tensors => {
            'layers.0.weight' => [ [ 2, $units ],
                [ 1, 2, -1, 0.5, (1) x (2 * $units - 4) ] ],
            'layers.0.bias' => [ [$units], [ 0.5, -1, (0) x ($units - 2) ] ] });
    return;
}

# all of it is exact in single precision

sub want {
    my ($u, $v) = @_;
    my @y = (($u - $v + 0.5) * $u, (2 * $u + 0.5 * $v - 1) * $v);
    return [ map { $_ < 0 ? 0 : $_ * $_ } @y ];
}

model('gate');
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model gate %%TESTDIR%%/gate.st;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /gate { maas_predict gate; }
    }
}
EOC
my @json = ('Content-Type' => 'application/json');
$t->known_good('/gate', '[0.5,0.5]', @json);
$t->run;

my @rows = ([ 0, 0 ], [ 0.5, -2 ], [ -3, 3 ], [ 16, -8 ], [ 4, 1 ]);
my @want = map { want(@$_) } @rows;
is_deeply($t->post('/gate', '[' . join(',', map { '[' . join(',', @$_) . ']' }
    @rows) . ']', @json)->json, \@want, 'nginx');

$t->write_file('rows.csv', join '', map { join(',', @$_) . "\n" } @rows);
my ($rc, $out, $err) = $t->trainer('predict', 'gate.st', '-d', 'rows.csv',
    '--header', 'no');
is($rc, 0, 'predict') or diag($err);
is_deeply([ map { [ map { $_ + 0 } split /,/ ] } split /\n/, $out ], \@want,
    'the trainer');

($rc, $out, $err) = $t->trainer('explain', 'gate.st', '-d', 'rows.csv',
    '--header', 'no', '--baseline', 'zero', '--steps', 64);
is($rc, 0, 'explain') or diag($err);
my (undef, undef, $score, $base, $error) = split /,/, (split /\n/, $out)[5];
is("$score $base", '196 0', 'explain: both ends');
cmp_ok(abs $error, '<', 1e-4, 'explain: attributions add up');

###############################################################################
# what is refused

sub refused {
    my ($re, %o) = @_;
    model('bad', %o);
    my ($rc, undef, $err) = $t->trainer('inspect', 'bad.st');
    is($rc, 1, "$re: status");
    like($err, $re, "$re");
    return;
}

refused(qr/R19: layer 1: kind "multiply" is of version 5/, version => 4);
refused(qr/R19: layer 2: unknown member "low"/, layer => { low => 0 });
refused(qr/R21: layer 1 multiplies 3 numbers by 2/, units => 3);
refused(qr/R20: layer 2: inputs is not a list of 2 earlier layers/,
    layer => { inputs => ['layers.1'] });

$t->done;
