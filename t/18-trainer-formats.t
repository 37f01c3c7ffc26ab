#!/usr/bin/perl

# Promise: JSON lines, NumPy arrays, other separators and standard input are
# read as CSV is, to the same model; what is broken in them is refused with
# file, line or byte, and reason.

use strict;
use warnings;

use Compress::Zlib qw(memGzip);
use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @fit = qw(-q -o m.st --name same --epochs 2);

sub said {
    my (@args) = @_;
    my ($rc, undef, $err) = $t->trainer('fit', @fit, @args);
    is($rc, 0, "fit @args") or diag($err);
    return ($t->trainer(qw(predict m.st -d d.csv --header yes)))[1];
}

sub refused {
    my ($name, $text, $re, @args) = @_;
    $t->write_file($name, $text);
    my ($rc, undef, $err) = $t->trainer('fit', @fit, '-o', 'x.st', '-d', $name,
        @args);
    is($rc, 1, "refused: $re");
    like($err, qr/^maas-trainer: $name:? ?$re\n\z/, 'says where and why');
}

###############################################################################
# the same rows in other clothes

my @rows = map { [ $_ / 8, $_ % 7 - 3, $_ % 3 ? 'a' : 'b' ] } 1 .. 60;
my $lines = sub { my $by = shift; join '', map { join($by, @$_) . "\n" }
    ['x', 'y', 'c'], @rows };
my $json = join '', map { qq({"x":$_->[0],"y":$_->[1],"c":"$_->[2]"}\n) } @rows;

$t->write_file('d.csv', $lines->(','));
$t->write_file('semi.csv', $lines->(';'));
$t->write_file('d.tsv', $lines->("\t"));
$t->write_file('tabs.txt', $lines->("\t"));
$t->write_file('d.jsonl', $json);
$t->write_file('d.ndjson.gz', memGzip($json =~ s/\n/\r\n\n/gr));

my $want = said(qw(-d d.csv));
is(said('-d', $_), $want, "$_ gives the same model")
    for qw(semi.csv d.tsv tabs.txt d.jsonl d.ndjson.gz);

# days that are digits are numbers of JSON

my @days = map { [ 20240100 + $_ % 28 + 1, $_ % 5 ] } 1 .. 60;
$t->write_file('days.csv', join '', map { join(',', @$_) . "\n" }
    [ 'date', 'c' ], @days);
$t->write_file('days.jsonl', join '', map {
    qq({"date":$_->[0],"c":$_->[1]}\n) } @days);
my @said;
for my $file (qw(days.csv days.jsonl)) {
    my ($rc, undef, $err) = $t->trainer('fit', @fit, '-d', $file, qw(-t c));
    is($rc, 0, "fit -d $file") or diag($err);
    push @said, map { ($t->trainer(qw(predict m.st -d), $_))[1] }
        qw(days.csv days.jsonl);
}
like($said[0], qr/\d\n.*\d\n/, 'days');
is(join('', @said), $said[0] x 4, 'the same ones as text and as numbers');

for my $file (qw(d.csv d.jsonl d.ndjson.gz)) {
    my ($rc) = $t->command('sh', '-c', 'in=$1; shift; exec "$0" "$@" <"$in"',
        $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer", $file, 'fit', @fit, qw(-d -));
    is($rc, 0, "$file from standard input");
    is(($t->trainer(qw(predict m.st -d d.csv)))[1], $want, 'the same model');
}

# escapes, order and names that come late

$t->write_file('late.jsonl', join '', map {
    qq({"c":"\\u0061\\ud83d\\ude00","k":null} \n{"y":$_,"c":"b\\n"}\n) } 1 .. 20);
said(qw(-d late.jsonl --target c));
my $doc = ($t->trainer(qw(inspect m.st)))[1];
like($doc, qr/^labels +a\x{f0}\x{9f}\x{98}\x{80}, b$/m, 'escapes of JSON');
like($doc, qr/1 columns: y$/m, 'a name that comes late');

my $good = qq({"x":1,"c":"a"}\n{"x":2,"c":"b"}\n) x 10;
refused('j.jsonl', $good . "[1]\n", qr/21: no object: expected .*/);
refused('j.jsonl', $good . "{\"x\":1,}\n", qr/21: not JSON: .*/);
refused('j.jsonl', $good . "{\"x\":1\n", qr/21: not JSON: .*/);
refused('j.jsonl', $good . "{\"x\":[1]}\n", qr/21: column "x" holds an object (?#
    )or a list: .*/);
refused('j.jsonl', $good . "{\"x\":1,\"x\":2}\n",
    qr/21: column "x" holds the same name twice/);
refused('j.jsonl', $good . "{\"x\":\"one\",\"c\":\"a\"}\n",
    qr/21: column "x" holds "one": expected a number .*/);
refused('j.jsonl', $good . "{\"x\":1e39,\"c\":\"a\"}\n",
    qr/21: column "x" holds .*single precision/);
refused('j.jsonl', $good . "{\"x\":1,\"c\":\"\\u0000\"}\n",
    qr/21: column "c" holds an escape that is no character/);
refused('j.jsonl', $good . "{\"\":1,\"c\":\"a\"}\n", qr/21: a name of 0 bytes.*/);
refused('j.jsonl', $good . "{\"x\":1,\"c\":\"\xc3\xa9\xff\"}\n",
    qr/21: not JSON: .*/);
refused('j.jsonl', "{}\n", qr/no rows: expected .*/);
refused('u.csv', "x,c\n" . "1,\xc3\xa9\n2,b\n" x 10 . "3,\xff\n",
    qr/22:2: column "c" holds bytes that are not UTF-8/);

$t->write_file('skip.jsonl', $good . "{\"x\":\"one\"}\nnonsense\n");
my ($rc, undef, $err) = $t->trainer('fit', @fit, qw(-d skip.jsonl --on-error
    skip));
is($rc, 0, 'skipped');
like($err, qr/skip\.jsonl: 1 row skipped; the first: skip\.jsonl:22: /, 'said');

###############################################################################
# NumPy

sub npy {
    my ($descr, $shape, $bytes, $order) = @_;
    my $head = sprintf "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }",
        $descr, $order || 'False', $shape;
    $head .= ' ' x (63 - (10 + length $head) % 64) . "\n";
    return "\x93NUMPY\1\0" . pack('v', length $head) . $head . $bytes;
}

my @x = map { [ $_ / 8, $_ % 7 - 3 ] } 1 .. 60;
my @y = map { $_ % 3 } 1 .. 60;
my $flat = pack 'd<*', map { @$_ } @x;

$t->write_file('n.csv', join '', map { "$x[$_][0],$x[$_][1],$y[$_]\n" } 0 .. 59);
$t->write_file('xy.npy', npy('<f8', '60, 3', pack 'd<*',
    map { (@{$x[$_]}, $y[$_]) } 0 .. 59));
$t->write_file('x.npy', npy('<f8', '60, 2', $flat));
$t->write_file('y.npy', npy('<i8', '60,', pack 'q<*', @y));
$t->write_file('xf.npy', npy('>f4', '60, 2', pack('f>*', (map { $_->[0] } @x),
    (map { $_->[1] } @x)), 'True'));
$t->write_file('yb.npy', npy('|u1', '60, 1', pack 'C*', @y));

sub numbers {
    my ($data) = @_;
    my ($rc, undef, $err) = $t->trainer('fit', @fit, '-d', $data);
    is($rc, 0, "fit -d $data") or diag($err);
    return ($t->trainer(qw(predict m.st -d x.npy)))[1];
}

$want = numbers('n.csv');
is(() = $want =~ /\n/g, 60, 'rows of an array');
is(numbers($_), $want, "$_ gives the same model")
    for 'xy.npy', 'x.npy,y.npy', 'xf.npy,yb.npy';

$t->write_file('i.npy', npy('|u1', '60, 3, 4', pack 'C*', map { $_ % 256 }
    1 .. 720));
($rc, undef, $err) = $t->trainer('fit', @fit, '-d', 'i.npy,y.npy');
is($rc, 0, 'pictures') or diag($err);
like(($t->trainer(qw(inspect m.st)))[1], qr/3 x 4 image/, 'are known as such');

my $whole = npy('<f8', '60, 2', $flat);
refused('b.npy', substr($whole, 0, 5), qr/byte 0: not the beginning .*/);
refused('b.npy', $whole =~ s/NUMPY/NUMPI/r, qr/byte 0: not the beginning .*/);
refused('b.npy', $whole =~ s/NUMPY\x01/NUMPY\x07/r, qr/byte 0: not the beginning .*/);
refused('b.npy', substr($whole, 0, 40), qr/byte 8: a header of .*/);
refused('b.npy', substr($whole, 0, -1), qr/byte 128: 959 bytes .*expected 960.*/);
refused('b.npy', $whole . 'x', qr/byte 128: 961 bytes .*/);
refused('b.npy', npy('<f8', '60, 99999999999999999999', $flat),
    qr/byte 10: the shape is too large/);
refused('b.npy', npy('<f8', '4294967296, 4294967296', $flat),
    qr/byte 10: the shape is too large/);
refused('b.npy', npy('|O', '60, 2', $flat), qr/byte 10: the type .*/);
refused('b.npy', npy('<f8', '120,', $flat), qr/byte 10: expected an array .*/);
refused('b.npy', npy('<f8', '-60, 2', $flat), qr/byte 10: the shape .*/);
refused('b.npy', $whole =~ s/'shape'/'shapo'/r, qr/byte 10: the header .*/);
refused('b.npy', npy('<f8', '1, 2', pack 'd<*', 'inf', 1),
    qr/.*"inf": expected a number .* single precision/);
refused('b.npy', npy('<f8', '1, 2', pack 'd<*', -1e39, 1),
    qr/.*"-1e\+39": expected a number .* single precision/);
refused('b.npy', npy('<f8', '2, 2', pack 'd<*', 1, 2, 1, '-inf'),
    qr/.*column "column2" holds "-inf": expected a finite number/);
refused('b.npy', npy('<c8', '60, 2', $flat),
    qr/byte 10: the type '<c8': expected floats of 16 to 64 bits, .*/);

# half precision: 1.0 to 60.0 without a loss, as bits

my @half = map { my $e = int(log($_) / log(2) + 1e-9);
    ($e + 15) << 10 | int(1024 * ($_ / 2 ** $e - 1)) } 1 .. 60;
$t->write_file('h.npy', npy('<f2', '60, 1', pack 'v*', @half));
$t->write_file('s.npy', npy('<f4', '60, 1', pack 'f<*', 1 .. 60));
my @halves = map { my ($code, undef, $said) = $t->trainer('fit', @fit, '-d',
    "$_.npy,y.npy"); is($code, 0, "fit $_.npy") or diag($said);
    ($t->trainer(qw(predict m.st -d s.npy)))[1] } qw(h s);
is($halves[0], $halves[1], 'half precision gives the same model');

$t->write_file('short.npy', npy('<i8', '59,', pack 'q<*', @y[1 .. 59]));
($rc, undef, $err) = $t->trainer('fit', @fit, '-d', 'x.npy,short.npy');
is($rc, 1, 'targets that do not fit');
like($err, qr/short\.npy: byte 10: expected one number for each of the 60/,
    'say so');

###############################################################################
# how much rows count

my @w = map { ($_, $_ % 4 ? 1 : 0, $_ % 2 ? 'a' : 'b') } 1 .. 40;
$t->write_file('w.csv', "x,w,c\n" . join '', map { join(',', @w[$_ * 3 ..
    $_ * 3 + 2]) . "\n" } 0 .. 39);
$t->write_file('w2.csv', "x,w,c\n" . join '', map { join(',', $w[$_ * 3],
    8 * $w[$_ * 3 + 1], $w[$_ * 3 + 2]) . "\n" } 0 .. 39);
my @light = qw(--validation 0 --weight w);
said(qw(-d w.csv), @light);
my $light = ($t->trainer(qw(predict m.st -d w.csv)))[1];
said(qw(-d w2.csv), @light);
is(($t->trainer(qw(predict m.st -d w.csv)))[1], $light,
    'only the ratio of weights counts');
said(qw(-d w.csv --ignore w --validation 0));
isnt(($t->trainer(qw(predict m.st -d w.csv)))[1], $light, 'and it does count');

said(qw(-d w.csv --ignore w --validation 0 --class-weight), 'a:3,b:1');
my $three = ($t->trainer(qw(predict m.st -d w.csv)))[1];
said(qw(-d w.csv --ignore w --validation 0 --class-weight), 'a:6,b:2');
is(($t->trainer(qw(predict m.st -d w.csv)))[1], $three, 'weights of classes');

for (['a:x', qr/expected CLASS:X/], ['z:1', qr/no class "z"/],
    ['a', qr/expected CLASS:X/], ['a:-1', qr/expected CLASS:X/])
{
    my ($rc, undef, $err) = $t->trainer('fit', @fit, qw(-d w.csv
        --class-weight), $_->[0]);
    is($rc, 2, "--class-weight $_->[0]");
    like($err, $_->[1], 'says why');
}

done_testing();
