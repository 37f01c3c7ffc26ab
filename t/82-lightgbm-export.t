#!/usr/bin/perl

# Promise: trees go out as LightGBM's text, and LightGBM has the same scores
# with it: to the bit for models that came from there.  What its text cannot
# say is refused.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $python = "$MaasTest::top/build/import-venv/bin/python";
MaasTest::missing('build/import-venv: make build/import-venv/.done')
    unless -x $python;

my $t = MaasTest->new;
my @models = qw(binary multiclass ova linear rf rf_multiclass dart poisson
    lambda sqrt zero_as_missing one_leaf own frame ordered);

sub python {
    my ($script, @args) = @_;
    my ($rc, $out, $err) = $t->command($python,
        "$MaasTest::top/t/import/$script.py", $t->dir, @args);
    is($rc, 0, $script) or BAIL_OUT($err);
    return $out;
}

sub export {
    my ($m, @more) = @_;
    return $t->trainer('export', "$m.safetensors", '--to', 'lightgbm', '-o',
        "$m.back", @more);
}

python('lightgbm_models', @models);

for my $m (@models) {
    my ($rc, $out, $err) = $t->trainer('import', "$m.txt", '-o',
        "$m.safetensors");
    is($rc, 0, "$m comes in") or diag($err);
    ($rc, $out, $err) = export($m);
    is($rc, 0, "$m goes out") or diag($err);
    like($out, qr/^wrote +$m\.back, LightGBM's text, \d+ bytes$/m, 'is said');
}

my $back = python('lightgbm_back', @models);
is($back, join('', map { "$_ 0 0.0\n" } @models), 'the same in LightGBM');

# and what went out comes in again: all but the statistics is the same

for my $m (@models) {
    my ($rc, $out, $err) = $t->trainer('import', "$m.back", '-o',
        "$m.again", '--check', "$m.csv", '--expected', "$m.raw", '--raw',
        '--tolerance', 0);
    is($rc, 0, "$m comes back") or diag($err);
}

###############################################################################
# Trees of another kind: bases, single precision, leaves of several numbers,
# outputs in any order, sets that no value is in

my %type = (U32 => 'L<*', I32 => 'l<*', U8 => 'C*', F32 => 'f<*', F64 => 'd<*');

sub trees {
    my ($name, $doc, $layer, %tensors) = @_;
    write_model($t->dir . "/$name.safetensors", doc => {
        version => 3, name => $name, task => 'regression',
        inputs => { kind => 'columns', columns => [
            { name => 'a b', kind => 'number', missing => 'nan' },
            { name => 'c', kind => 'category', codes => \1,
                values => [qw(x y z)], compare => 'text' } ] },
        layers => [ { kind => 'trees', trees => 2, nodes => 2, %$layer } ],
        %$doc,
    }, tensors => { map {
        my ($type, @v) = @{ $tensors{$_} };
        my $n = $_ eq 'value' && $layer->{vector} ? 2 : 1;
        ("layers.0.$_" => { dtype => $type,
            shape => $n == 1 ? [ scalar @v ] : [ @v / $n, $n ],
            bytes => pack($type{$type}, @v) })
    } keys %tensors });
    return;
}

my %two = (size => [ U32 => 1, 1 ], feature => [ U32 => 0, 0 ],
    threshold => [ F32 => 0.5, -1 ], left => [ I32 => -1, -1 ],
    right => [ I32 => -2, -2 ], flags => [ U8 => 6, 4 ],
    value => [ F32 => 1, 2.5, -3, 4 ], base => [ F32 => 0.25 ]);

trees('float', {}, {}, %two);
trees('last', {}, { base_last => 1, divide => 2 }, %two);
trees('average', {}, { divide => 2 }, %two, base => [ F32 => 0 ]);
trees('vector', {}, { vector => 1, outputs => 2 }, %two,
    value => [ F32 => 1 .. 8 ], base => [ F32 => 0, 1 ]);
trees('uneven', {}, { outputs => 2 }, %two, output => [ U32 => 1, 1 ],
    base => [ F32 => 0, 0 ]);
trees('set', {}, { sets => 1, words => 1 }, %two, feature => [ U32 => 0, 1 ],
    threshold => [ F32 => 0.5, 0 ], flags => [ U8 => 6, 0x27 ],
    set => [ U32 => 0, 1 ], word => [ U32 => 2 ]);

$t->write_file('rows.csv', "a b,c\n", map { "$_\n" } ',', '0.5,x', '0.6,y',
    '-1,z', '-1.5,new', ',y', '3,', '0,x');
$t->write_file('ask.py', <<'PY');
import sys
import lightgbm as lgb
import numpy as np
rows = np.array([[np.nan, np.nan], [0.5, 0], [np.float32(0.6), 1], [-1, 2],
    [-1.5, np.nan], [np.nan, 1], [3, np.nan], [0, 0]])
b = lgb.Booster(model_file=sys.argv[1])
for row in b.predict(rows, raw_score=len(sys.argv) > 2).reshape(8, -1):
    print(*row, sep=",")
PY

for my $m (qw(float last average vector uneven set)) {
    my ($rc, $out, $err) = export($m);
    is($rc, 0, "$m goes out") or diag($err);
    like($out, qr/^note .*numpy\.float32/m, "$m: single precision is said");
    ($rc, my $want, $err) = $t->trainer('predict', "$m.safetensors",
        '--data', 'rows.csv', '--raw');
    is($rc, 0, "$m: predict") or diag($err);
    ($rc, my $got, $err) = $t->command($python, 'ask.py', "$m.back");
    is($rc, 0, "$m: LightGBM loads it") or diag($err);

    my @want = split /[,\n]/, $want;
    my @got = split /[,\n]/, $got;
    my @off = grep { abs($got[$_] - $want[$_]) > 1e-6 } 0 .. $#want;
    ok(@want >= 8 && @got == @want && !@off, "$m: the same numbers")
        or diag("$got\n$want");
}

# No

trees('equal', {}, {}, %two, flags => [ U8 => 6, 0x14 ]);
trees('step', {}, { transform => 'step' }, %two);
trees('least', {}, { combine => 'min', base_last => 1 }, %two);
trees('one-hot', { inputs => { kind => 'columns', columns => [
    { name => 'c', kind => 'category', values => [qw(x y)] } ] } }, {}, %two);
trees('filled', { inputs => { kind => 'columns', columns => [
    { name => 'a', kind => 'number', missing => 3 } ] } }, {}, %two);
trees('scaled', { inputs => { kind => 'tensor', shape => [1], shift => 2 } },
    {}, %two);
$t->model('dense', sizes => [ 2, 3, 1 ]);

for (['equal', qr/tree 1, node 0 asks whether feature 0 is equal/],
    ['step', qr/no objective of LightGBM/], ['least', qr/are not added/],
    ['one-hot', qr/column c becomes 2 numbers of a row \(category\)/],
    ['filled', qr/column a has 3 where no value is sent/],
    ['scaled', qr/the tensor is scaled before the trees/],
    ['dense', qr/the first of kind dense: .* export to ONNX or C/])
{
    my ($m, $re) = @$_;
    my ($rc, $out, $err) = export($m);
    is($rc, 1, "$m is refused");
    like($err, $re, 'why');
    ok(!-e $t->dir . "/$m.back", 'nothing is written');
}

my ($rc, $out, $err) = export('one-hot', '--tensor');
is($rc, 0, 'with --tensor it is a row of numbers') or diag($err);

done_testing();
