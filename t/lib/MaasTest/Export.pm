package MaasTest::Export;

# What tests of exports share: rows to run, and answers side by side.
# Not here: models (MaasTest::Model, MaasTest::Trees).

use strict;
use warnings;

use Exporter 'import';
use Test::More;

our @EXPORT_OK = qw(numbers rows same);

sub numbers {
    my ($text) = @_;
    return map { [ split /[ ,]/ ] } split /\n/, $text;
}

# Rows of n numbers, some of them whole, some multiples of 1/20; below $most.
# Some are one of @odd.

sub rows {
    my ($n, $rows, $most, @odd) = @_;
    my $seed = 7;
    my $random = sub {
        $seed = ($seed * 1103515245 + 12345) % 2**31;
        return int($seed / 2**16);
    };
    return join '', map { join(',', map {
        my $kind = $random->() % 4;
        $kind == 0 && @odd ? $odd[ $random->() % @odd ]
            : $kind == 1 ? $random->() % ($most + 5) - 5
            : $kind == 2 ? $random->() % 65 / 20 - 1.6
            : $random->() / 10000 - 1.6
    } 1 .. $n) . "\n" } 1 .. $rows;
}

# Both are the same floats, or at most so far from each other, by the larger of
# 1 and the number

sub same {
    my ($name, $got, $want, $far) = @_;
    is(scalar @$got, scalar @$want, "$name: rows");
    my ($wrong, $most, $n) = (0, 0, 0);
    for my $i (0 .. $#$want) {
        for my $k (0 .. $#{ $want->[$i] }) {
            my ($g, $w) = map { unpack 'f', pack 'f', $_->[$i][$k] } $got,
                $want;
            $n++;
            $wrong++ if $g != $w;
            my $by = abs($g - $w) / (abs($w) > 1 ? abs $w : 1);
            $most = $by if $by > $most || $by != $by;
        }
    }
    cmp_ok($n, '>=', @$want, "$name: numbers");
    if ($far) {
        cmp_ok($most, '<', $far, "$name: $n numbers");
    } else {
        is($wrong, 0, "$name: $n numbers, every bit") or diag("by $most");
    }
}

1;
