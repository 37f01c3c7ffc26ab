#!/usr/bin/perl

# Promise: whether a CSV file begins with names is seen by what stands below
# them, what is not plain is said, and --header decides.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;

sub fit {
    my ($text, @args) = @_;
    $t->write_file('d.csv', $text);
    my ($rc, $out, $err) = $t->trainer(qw(fit -q --json -d d.csv -o m.st
        --epochs 1 --hidden none), @args);
    (my $name = substr $text, 0, 30) =~ s/\n/ /g;
    $err =~ s/^maas-trainer: warning: the model is not clearly .*\n//mg;
    is($rc, 0, "fit $name @args") or diag($err);
    $err =~ s/^maas-trainer: warning: .*\n//mg;
    my $r = $rc ? { rows => 0, columns => [] } : decode_json($out);
    return ("$r->{rows}: " . join(' ', map { $_->{name} } @{$r->{columns}}),
        $err);
}

sub plain {
    my ($want, @args) = @_;
    my ($got, $err) = fit(@args);
    is($got, $want, 'rows and names');
    is($err, '', 'nothing to say');
    return;
}

sub doubted {
    my ($want, $re, @args) = @_;
    my ($got, $err) = fit(@args);
    is($got, $want, 'rows and names');
    like($err, $re, 'said');
    return;
}

sub rows { my ($code) = @_; return join '', map { $code->($_) . "\n" } 1 .. 40 }

my $names = qr/^maas-trainer: d\.csv:1: taken for names, .*--header no says/;
my $row = qr/^maas-trainer: d\.csv:1: taken for a row, .*--header yes says/;
my $mixed = rows(sub { "$_[0].5," . $_[0] % 7 . ',' . ($_[0] % 2 ? 'a' : 'b') });
my $texts = rows(sub { join ',', map { (qw(p q r))[$_] } $_[0] % 3,
    $_[0] % 2, ($_[0] + 1) % 2 });

# names

plain('40: x y c', "x,y,c\n$mixed");
plain('40: x c column3', "x,c,\n" . rows(sub { "$_[0]," . $_[0] % 2 . ',1' }),
    qw(-t c));
plain('40: x column2 c', "x,,c\n$mixed");
plain('40: index a y', ",a,y\n" . rows(sub { "$_[0]," . $_[0] % 5 . ','
    . $_[0] % 2 }));
plain('40: x y c', "x,y,c,\n$mixed");
plain('40: x y c', "x,y,c\n" . $mixed =~ s/\n/,\n/gr);
plain('40: x1 Q2 c', "x1,Q2,c\n$mixed");
plain('40: one two three', "one,two,three\n$texts");
plain('40: a y', "a,y\n" . rows(sub { "text $_[0]," . $_[0] % 2 }));

doubted('40: 0 1 target', $names, "0,1,target\n$mixed");
doubted('40: 2019 2020 c', $names, "2019,2020,c\n$mixed");
doubted('40: age 7', $names, "age,7\n" . rows(sub { "$_[0]," . $_[0] % 2 }));
doubted('40: 0 1 2', $names, "0,1,2\n" . rows(sub { "0.$_[0],$_[0],"
    . $_[0] % 2 }));
doubted('40: index 0 1 2', $names, ",0,1,2\n" . rows(sub { "$_[0],0.$_[0],"
    . "$_[0]," . $_[0] % 2 }));

doubted('40: 400.5 401.0 401.5 y', $names, "400.5,401.0,401.5,y\n"
    . rows(sub { "$_[0].5," . $_[0] % 7 . ",1." . $_[0] % 3 . ','
    . ($_[0] % 2 ? 'a' : 'b') }));
doubted('40: y 1.5e3 1.4e3 1.3e3', $names, "y,1.5e3,1.4e3,1.3e3\n"
    . rows(sub { $_[0] / 4 . ",$_[0].5," . $_[0] % 7 . ",1." . $_[0] % 3 }),
    qw(-t y));
doubted('41: column1 column2 column3 column4', $row, "1.5,2.5,3.75,x\n"
    . rows(sub { "$_[0].5," . $_[0] % 7 . ",1." . $_[0] % 3 . ','
    . ($_[0] % 2 ? 'a' : 'b') }));
doubted('40: country 1990 1991 1992', $names, "country,1990,1991,1992\n"
    . rows(sub { join ',', "c$_[0]", map { $_[0] * $_ } 1 .. 3 }));

# days over numbers, as of sales a day; days over days are values

plain('40: 2024-01 2024-02 c', "2024-01,2024-02,c\n$mixed");
plain('40: 01.02.2024 02.02.2024 y', "01.02.2024,02.02.2024,y\n"
    . rows(sub { join ',', $_[0] * 3, "$_[0].5", $_[0] % 2 }));
plain('41: column1 column2', "2024-01-01,5\n" . rows(sub { sprintf
    '2024-%02d-%02d,%d', 1 + $_[0] % 3, 1 + $_[0] % 28, $_[0] % 2 }));
plain('41: column1 column2', "20240101,5\n" . rows(sub { sprintf
    '2024%02d%02d,%d', 1 + $_[0] % 3, 1 + $_[0] % 28, $_[0] % 2 }));

# a separator at the end of every line is no column

plain('40: x y c', "x,y,c,\n" . $mixed =~ s/\n/,\n/gr);
plain('40: column1 column2 column3', $mixed =~ s/\n/,\n/gr);

# rows

doubted('41: column1 column2 column3', $row, "Ann,30,7\n"
    . rows(sub { "N$_[0],$_[0]," . $_[0] % 2 }));
plain('41: column1 column2 column3', "1.5,7,a\n$mixed");
plain('41: column1 column2 column3', "NA,7,b\n$mixed");
plain('41: column1 column2 column3', "1.5,,b\n$mixed");
doubted('41: column1 column2 column3', $row, "r,q,p\n$texts");

# as said

plain('40: column1 column2 column3', $mixed, qw(--header no));
plain('40: 1.5 7 a', "1.5,7,a\n$mixed", qw(--header yes));
plain('41: column1 column2 column3', "r,q,p\n$texts", qw(--header no));

# lines before

doubted('40: x y c', qr/^maas-trainer: d\.csv: 2 lines before line 3 passed over$/,
    "# made by hand\n#\nx,y,c\n$mixed");
plain('40: x y c', "# x,y,c\n$mixed");
doubted('40: x y c', qr/1 line before line 2/, "# of x, y\nx,y,c\n$mixed");
plain('41: colour n c', "colour,n,c\n#ff0000,1,a\n"
    . rows(sub { "#ff0000," . $_[0] % 7 . ',' . ($_[0] % 2 ? 'a' : 'b') }));
plain('40: column1 column2 column3', rows(sub { '#f' . $_[0] % 3 . ','
    . $_[0] % 7 . ',' . ($_[0] % 2 ? 'a' : 'b') }));
plain('40: x y c', "sep=;\n" . "x,y,c\n$mixed" =~ tr/,/;/r);
doubted('40: x y c', qr/separated by blanks/, "x,y,c\n$mixed" =~ tr/,/ /r);
plain('40: x y c', "x,y,c\n$mixed" =~ tr/,/|/r);

# bad rows are skipped, wherever they begin

doubted('40: x y c', qr/2 rows skipped; the first: d\.csv:2:3: /,
    qq(x,y,c\n1,2,"a\n$mixed) . qq(1,"2"2,b\n), qw(--on-error skip));

done_testing();
