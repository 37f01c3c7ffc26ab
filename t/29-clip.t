#!/usr/bin/perl

# Promise: a layer of kind clip keeps numbers within its bounds, in nginx as in
# the trainer, also where weights are less exact; bounds that make no sense are
# refused by R44, what is no number by R19.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

my %model = (
    both => { low => 0, high => 6 },
    low => { low => -0.5 },
    high => { high => 1.25 },
);

sub model {
    my ($name, $bounds, %o) = @_;
    write_model("$dir/$name.st",
        doc => { version => $o{version} || 5, name => $name,
            task => 'regression',
            inputs => { kind => 'tensor', shape => [2] },
            layers => [ { kind => 'dense', units => 3 },
                { kind => 'clip', %$bounds }, { kind => 'dense', units => 2 } ] },
        tensors => {
            'layers.0.weight' => [ [ 2, 3 ], [ 1, 2, -1, 0.5, -2, 1 ] ],
            'layers.0.bias' => [ [3], [ 0.5, 0, -1 ] ],
            'layers.2.weight' => [ [ 3, 2 ], [ 1, 0, 0.5, 1, 2, -4 ] ],
            'layers.2.bias' => [ [2], [ 0, 1 ] ] });
    return;
}

# all of it is exact in single precision

sub want {
    my ($bounds, $u, $v) = @_;
    my @y = ($u + 0.5 * $v + 0.5, 2 * $u - 2 * $v, $v - $u - 1);
    for (@y) {
        $_ = $bounds->{low} if defined $bounds->{low} && $_ < $bounds->{low};
        $_ = $bounds->{high} if defined $bounds->{high}
            && $_ > $bounds->{high};
    }
    return [ $y[0] + 0.5 * $y[1] + 2 * $y[2], $y[1] - 4 * $y[2] + 1 ];
}

model($_, $model{$_}) for sort keys %model;
my $models = join '', map { "maas_model $_ %%TESTDIR%%/$_.st;\n" }
    sort keys %model;
my $places = join '', map { "location = /$_ { maas_predict $_; }\n" }
    sort keys %model;
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
$t->known_good('/both', '[0.5,0.5]', @json);
$t->run;

my @rows = ([ 0, 0 ], [ 0.75, -2 ], [ -3, 3 ], [ 96, -32 ], [ -96, 40 ],
    [ 4, 1 ]);
$t->write_file('rows.csv', join '', map { join(',', @$_) . "\n" } @rows);

# what the trainer says of them

sub answers {
    my ($file) = @_;
    my ($rc, $out, $err) = $t->trainer('predict', $file, '-d', 'rows.csv',
        '--header', 'no');
    is($rc, 0, "$file: predict") or diag($err);
    return map { [ map { $_ + 0 } (split /,/)[-2, -1] ] }
        grep { /^[-\d]/ } split /\n/, $out;
}

for my $name (sort keys %model) {
    my @want = map { want($model{$name}, @$_) } @rows;
    is_deeply($t->post("/$name", '[' . join(',', map {
        '[' . join(',', @$_) . ']' } @rows) . ']', @json)->json, \@want,
        "$name: nginx");
    is_deeply([ answers("$name.st") ], \@want, "$name: the trainer");
}

# it is said, and explained

my ($rc, $out, $err) = $t->trainer('inspect', 'both.st');
like($out, qr/^ +clip: low 0, high 6$/m, 'inspect: both bounds');
($rc, $out, $err) = $t->trainer('inspect', 'high.st');
like($out, qr/^ +clip: high 1\.25$/m, 'inspect: one');

$t->write_file('two.csv', "2,0\n4,0\n");
($rc, $out, $err) = $t->trainer('explain', 'both.st', '-d', 'two.csv',
    '--header', 'no', '--baseline', 'zero', '--steps', 256);
is($rc, 0, 'explain') or diag($err);
my @why = map { [ (split /,/)[ 4 .. 6 ] ] } split /\n/, $out;
is("$why[1][0] $why[1][1]", '0 4', 'explain: within bounds, and below one');
cmp_ok(abs($why[2][1] - 7), '<', 0.02, 'explain: what is beyond adds nothing');

# weights of fewer bits: these ones are exact in BF16

my %far = ('bf16-weights' => 0, 'int8-weights' => 0.5);

for my $how (sort keys %far) {
    ($rc, $out, $err) = $t->trainer('quantize', 'both.st', '--to', $how,
        '-o', "$how.st");
    is($rc, 0, "quantize to $how") or diag($err);
    my @got = answers("$how.st");
    for my $r (0 .. $#rows) {
        my $want = want($model{both}, @{ $rows[$r] });
        cmp_ok(abs($got[$r][$_] - $want->[$_]), '<=', $far{$how},
            "$how: row $r, number $_") for 0, 1;
    }
}

###############################################################################
# what is refused

sub refused {
    my ($re, $bounds, %o) = @_;
    model('bad', $bounds, %o);
    my ($rc, undef, $err) = $t->trainer('inspect', 'bad.st');
    is($rc, 1, "$re: status");
    like($err, $re, "$re");
    return;
}

refused(qr/R19: layer 1: kind "clip" is of version 5/, { low => 0 },
    version => 4);
refused(qr/R19: layer 1: low is not a finite number/, { low => $_ })
    for '0', 1e39, -1e39, [];
refused(qr/R19: layer 1: high is not a finite number/, { high => $_ })
    for 'inf', 1e39, -1e39, {};
refused(qr/R19: layer 1: unknown member "alpha2"/, { low => 0, alpha2 => 1 });
refused(qr/R44: layer 1: has no bound: expected low, high or both/, {});
refused(qr/R44: layer 1: low 1 is above high 0\.5/, { low => 1, high => 0.5 });

model('same', { low => 2, high => 2 });
is(($t->trainer('inspect', 'same.st'))[0], 0, 'bounds may be the same');

$t->done;
