# Tables for t/compat/make: what the trainings of commands.pl read.

package Compat::Data;

use strict;
use warnings;

my $state = 1;

sub unit { $state = ($state * 1103515245 + 12345) % 2**31;
    return $state / 2**31 }

sub coordinates { return map { sprintf '%.4f', 2 * unit() - 1 } 1, 2 }

sub all {
    my %d;

    for my $i (1 .. 300) {
        my ($x, $y) = coordinates();
        $d{'classes.csv'} .= "$x,$y," . ($x > 0 ? $y > 0 ? 'north east'
            : 'south east' : 'west') . "\n";
        $d{'binary.csv'} .= "$x,$y," . ($x * $y > 0 ? 'yes' : 'no') . "\n";
        $d{'numbers.csv'} .= sprintf "%s,%s,%.4f\n", $x, $y,
            3 * $x - 2 * $y + 10;
    }

    # enough rows for a calibration; few of the second kind
    for my $i (1 .. 900) {
        my ($x, $y) = coordinates();
        my $rare = $x + $y + 0.7 * unit() > 1;
        $d{'rare.csv'} .= sprintf "%s,%s,%d,%s\n", $x, $y, 1 + 3 * unit(),
            $rare ? 'fraud' : 'fine';
    }

    my @city = ('DE', 'FR', 'a "b"', 'x y', 'PL', 'US');
    my @word = qw(late paid never again soon);

    for my $i (1 .. 260) {
        my ($x, $y) = (unit(), unit());
        $d{'mixed.csv'} .= join(',',
            unit() < 0.1 ? '' : sprintf('%.3f', exp(6 * $x)),
            $i % 9 ? sprintf('%d', 18 + 60 * $y) : 'NA',
            (map { my $s = $city[ @city * unit() ** 2 ]; $s =~ s/"/""/g;
                $s =~ /"/ ? qq("$s") : $s } 1),
            unit() < 0.4 ? 'yes' : 'no',
            'shop' . int(90 * unit()),
            join(' ', map { $word[ @word * unit() ] } 1 .. 3),
            sprintf('u%04d', $i), sprintf('%.2f', 2 * unit()),
            $x > 0.7 ? 'gone' : $y > 0.5 ? 'new' : 'old') . "\n";
        $d{'lines.jsonl'} .= sprintf '{"a":%.3f,"b":%s,"c":"%s","y":%.3f}'
            . "\n", $x, $i % 5 ? $y > 0.5 ? 'true' : 'false' : 'null',
            $word[ $i % 5 ], $x * 2 + $y;
    }

    my %head = (
        'classes.csv' => 'x,y,where', 'binary.csv' => 'x,y,same',
        'numbers.csv' => 'x,y,z', 'rare.csv' => 'x,y,times,outcome',
        'mixed.csv' => 'amount,age,city,vip,shop,note,user,weight,state',
    );
    $d{$_} = "$head{$_}\n$d{$_}" for keys %head;
    ($d{'table.tsv'} = join '', map { "$_\n" } (split /\n/,
        $d{'classes.csv'})[ 0 .. 80 ]) =~ s/,/\t/g;

    my $header = "{'descr': '<f8', 'fortran_order': False, 'shape': (60, 4), }";
    $header .= ' ' x (-(10 + length($header) + 1) % 64) . "\n";
    $d{'array.npy'} = "\x93NUMPY\1\0" . pack('v', length $header) . $header
        . pack 'd<*', map { my ($x, $y) = (unit(), unit());
            ($x, $y, $_ % 7 ? unit() : 'nan', $x > $y ? 1 : 0) } 1 .. 60;

    # for models that are made by hand
    $d{'plain.csv'} = "c,b,a\n" . join '', map { sprintf "%s,%.3f,%.4g\n",
        $_ % 4 ? $_ : '', 3 * unit(), 100 * unit() } 1 .. 20;
    $d{'table.csv'} = "note,age,flag,country,amount,rank,member,city,shop,"
        . "gr\xc3\xb6\xc3\x9fe x\n" . join '', map { my $i = $_;
        my $country = $city[ @city * unit() ] =~ s/"/""/gr;
        $country = qq("$country") if $country =~ /"/;
        join(',', $word[ $i % 5 ], 20 + $i, $i % 2 ? 'yes' : 'no', $country,
            $i % 3 ? sprintf('%.2f', 90 * unit()) : '',
            sprintf('%.3f', 8 * unit() - 2), ('', 'true', 'false')[ $i % 3 ],
            substr('xyzw', $i % 4, 1), "shop $i", $i) . "\n" } 1 .. 30;
    $d{'bad.csv'} = "a,b\n1,2\n3\n4,5\n";
    $d{'empty.csv'} = "\n";
    $d{'words.csv'} = "a,b\n1,2\nx,3\n4,5\n" . "6,7\n" x 20;

    # settings
    $d{'fit.conf'} = <<'END';
# as in docs/networks.md
data = classes.csv
epochs = 4
layer = 20 relu bn drop=0.2
layer = 20 gelu ln res
lr = 0.005
END

    return \%d;
}

1;
