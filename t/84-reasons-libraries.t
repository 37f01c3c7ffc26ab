#!/usr/bin/perl

# Promise: reasons of an imported model are those that its library gives:
# LightGBM's pred_contrib, XGBoost's pred_contribs, CatBoost's ShapValues.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP;
use List::Util qw(max);
use MaasTest;
use Test::More;

my $python = "$MaasTest::top/build/import-venv/bin/python";
MaasTest::missing('build/import-venv: make build/import-venv/.done')
    unless -x $python;

my $t = MaasTest->new;

# Of the largest number; XGBoost's own are single

my %within = (catboost => 1e-12, lightgbm => 1e-12,
    xgboost => 2e-6);
my %models = (catboost => 1, lightgbm => 5, xgboost => 4);
my @names = qw(age income city visits score);

sub numbers {
    my ($reasons) = @_;
    my %adds = map { $_->{name} => $_->{adds} } @{ $reasons->{columns} };
    return (map({ $adds{$_} // 0 } @names), $reasons->{bias});
}

for my $library (sort keys %within) {
    mkdir $t->dir . "/$library";
    my ($rc, $out, $err) = $t->command($python,
        "$MaasTest::top/t/import/reasons_models.py", $t->dir . "/$library",
        $library);
    is($rc, 0, "$library trains") or BAIL_OUT($err);

    my @models = sort map { m{([^/]+/[^/]+)\.model$} }
        glob $t->dir . "/$library/*.model";
    is(scalar @models, $models{$library}, "models of $library");

    for my $m (@models) {
        ($rc, $out, $err) = $t->trainer('import', "$m.model", '-o',
            "$m.safetensors");
        is($rc, 0, "$m: import") or diag($err);
        ($rc, $out, $err) = $t->trainer('predict', "$m.safetensors", '--data',
            "$m.csv", '--reasons', 9, '--json');
        is($rc, 0, "$m: predict") or diag($err);

        my @reasons = map { @{ decode_json($_)->{reasons} } } split /\n/, $out;
        my @want = map { [ split /,/ ] } split /\n/, $t->read_file("$m.phi");
        is(scalar @reasons, scalar @want, "$m: all rows and outputs");
        cmp_ok(scalar @want, '>=', 100, "$m: there are some");

        my $scale = max(map { map { abs } @$_ } @want);
        my ($off, $sums) = (0, 0);
        for my $i (0 .. $#reasons) {
            my @got = numbers($reasons[$i]);
            $off = max($off, map { abs($got[$_] - $want[$i][$_]) } 0 .. $#got);
            my $sum = 0;
            $sum += $_ for @got;
            $sums = max($sums, abs($sum - $reasons[$i]{score}));
        }
        cmp_ok($off / $scale, '<=', $within{$library},
            sprintf '%s: as the library has them (%.2g of %.2g)', $m, $off,
            $scale);
        cmp_ok($sums / $scale, '<=', $library eq 'xgboost' ? 1e-6 : 1e-13,
            "$m: sums are scores");
    }
}

done_testing();
