#!/usr/bin/perl

# Promise: attributions are those that Captum gives, with the same baseline and
# nodes: t/explain/captum.json has networks, rows and its values, which
# t/explain/make_captum.py wrote.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP;
use List::Util qw(max);
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $cases = decode_json(MaasTest::Proc::slurp(
    "$FindBin::Bin/explain/captum.json"));
cmp_ok(scalar @$cases, '>=', 7, 'networks');

for my $c (@$cases) {
    my $name = $c->{activation};
    my ($in, @units) = @{ $c->{sizes} };
    my (%tensors, @layers);

    for my $i (0 .. $#units) {
        my ($w, $b) = @{ $c->{weights}[$i] };
        $tensors{"layers.$i.weight"} = [ [ $c->{sizes}[$i], $units[$i] ], $w ];
        $tensors{"layers.$i.bias"} = [ [ $units[$i] ], $b ];
        push @layers, { kind => 'dense', units => $units[$i], activation =>
            $i < $#units ? $name : 'softmax',
            $i < $#units && $name eq 'leaky_relu' ? (alpha => 0.01) : () };
    }

    write_model("$dir/m.safetensors", tensors => \%tensors, doc => {
        version => 1, name => 'm', task => 'classification',
        inputs => { kind => 'tensor', shape => [ $in ] }, layers => \@layers,
        outputs => { labels => [ map { "class$_" } 1 .. $units[-1] ] },
        reference => { baseline => $c->{baseline} } });
    $t->write_file('rows.csv', join '', map { join(',', @$_) . "\n" }
        @{ $c->{rows} });

    my ($rc, $out, $err) = $t->trainer('explain', 'm.safetensors', '-d',
        'rows.csv', '--header', 'no', '--json', '--steps', $c->{steps},
        '--label', "class" . ($c->{output} + 1));
    is($rc, 0, $name) or diag($err);
    my @got = map { decode_json($_) } split /\n/, $out;
    is(scalar @got, scalar @{ $c->{rows} }, "$name: rows");
    my ($off, $score, $error) = (0, 0, 0);

    for my $i (0 .. $#got) {
        my $want = $c->{attributions}[$i];
        my $scale = max(map { abs } @$want);
        $off = max($off, map { abs($got[$i]{attributions}{"number " . ($_ + 1)}
            - $want->[$_]) / $scale } 0 .. $#$want);
        $score = max($score, abs($got[$i]{score} - $c->{score}[$i]) / $scale);

        # Captum's is the sum minus the difference of scores
        $error = max($error, abs($got[$i]{error} + $c->{delta}[$i]) / $scale);
    }

    cmp_ok($off, '<=', 1e-5, sprintf '%s, %d nodes: as Captum has them (%.1e)',
        $name, $c->{steps}, $off);
    cmp_ok($score, '<=', 1e-5, "$name: scores");
    cmp_ok($error, '<=', 1e-5, "$name: what is missing of completeness");
}

done_testing();
