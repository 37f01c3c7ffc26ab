#!/usr/bin/perl

# Promise: data that cannot be read is refused with one sentence that names
# the file, the line and column or byte, the reason and what was expected; the
# exit code is 1, and nothing is written.

use strict;
use warnings;

use Compress::Zlib qw(memGzip);
use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub refused {
    my ($data, $re, $name, @more) = @_;
    my ($rc, $out, $err) = $t->trainer('fit', '-q', '-d', $data, '-o', 'm.st',
        '--epochs', 1, @more);

    is($rc, 1, "$name: exit code");
    like($err, qr/^maas-trainer: $re\n\z/, "$name: sentence");
    is($out, '', "$name: no result");
}

sub accepted {
    my ($data, $name, @more) = @_;
    my ($rc, undef, $err) = $t->trainer('fit', '-q', '-d', $data, '-o', 'ok.st',
        '--epochs', 1, @more);
    is($rc, 0, $name) or diag($err);
}

###############################################################################
# CSV

my $rows = join '', map { "$_," . $_ % 7 . ',' . ($_ % 2 ? 'a' : 'b') . "\n" }
    1 .. 30;
my $good = "x,y,c\n$rows";

$t->write_file('sales-idx1.csv', "a,b,target\n$rows");
accepted($t->dir . '/sales-idx1.csv', 'a CSV whose name has "-idx" in it');

sub csv { my ($text) = @_; $t->write_file('d.csv', $text); return 'd.csv' }

accepted(csv($good), 'good');
accepted(csv($good =~ s/\n/\r\n/gr), 'lines of Windows');
accepted(csv("\xef\xbb\xbf$good"), 'byte order mark');
accepted(csv($good . "\n\n"), 'empty lines');
accepted(csv($good =~ s/\n\z//r), 'no last line end');
accepted(csv($good =~ s/,/ , /gr =~ s/^x , y , c$/x,y,c/mr), 'blanks');
accepted(csv($good =~ s/^(\d+),/"$1",/mgr), 'quotes');
$t->write_file('d.csv.gz', memGzip($good));
accepted('d.csv.gz', 'gzip');
$t->write_file('d.tsv', $good =~ s/,/\t/gr);
accepted('d.tsv', 'tabs');
accepted(csv("7,8,9\n" . $rows), 'numbers first, taken as data',
    qw(--header no));

refused('none.csv', qr/none\.csv: cannot be opened: No such file.*/,
    'no file');
refused(csv(''), qr/d\.csv: no rows: expected a CSV file.*/, 'empty');
refused(csv("x,y,c\n"), qr/d\.csv: no rows: expected rows of data below.*/,
    'names alone');
refused(csv($good . "5,6\n"), qr/d\.csv:32:2: 2 fields: expected 3 as.*/,
    'a short row');
refused(csv($good =~ s/^(5,.*)$/$1,9/mr), qr/d\.csv:6:4: 4 fields: expected 3.*/,
    'a long row');
refused(csv($good =~ s/^5,5,/5,five,/mr),
    qr/d\.csv:6:2: column "y" holds "five": expected a number \(no numbers: (?#
    )"five" \(1\); --na-values if they mean missing\)/, 'text');
refused(csv($good =~ s/^5,5,/5,0x10,/mr),
    qr/d\.csv:6:2: column "y" holds "0x10": expected a number .*/, 'hexadecimal');
refused(csv($good =~ s/^5,5,/5,inf,/mr),
    qr/d\.csv:6:2: column "y" holds "inf": expected a number .*/, 'infinity');
refused(csv($good =~ s/^5,5,/5,1e39,/mr),
    qr/d\.csv:6:2: column "y" holds "1e39": .*single precision/, 'too large');
accepted(csv($good =~ s/^5,5,/5,,/mr =~ s/^6,6,/6,NA,/mr), 'missing values');
accepted(csv($good =~ s/^5,5,a/5,5,/mr), 'missing target');
refused(csv($good), qr/d\.csv:1: no column "z" for --target: expected one of (?#
    )the names \("x" to "c"\) or a number from 1 to 3/, 'unknown target',
    qw(--target z));
refused(csv($good), qr/d\.csv:1: no column "4" for --target: .*/,
    'target too far', qw(--target 4));
refused(csv($good =~ s/^x,y/x,x/r),
    qr/d\.csv:1:2: the name "x" stands twice: expected different names/,
    'names');
refused(csv($good . "\"5,6,a\n7,8,b\n"),
    qr/d\.csv:32:1: a quote that does not end/, 'quote');
refused(csv($good =~ s/^5,5,/5,"5"x,/mr),
    qr/d\.csv:6:2: expected a comma or the end of the line behind a quoted (?#
    )field/, 'text behind a quote');
refused(csv($good =~ s/^5,5,/5,5\0,/mr),
    qr/d\.csv:6:2: a zero byte: expected text/, 'zero byte');
refused(csv("c\n" . "a\nb\n" x 5), qr/d\.csv:1: one column only: .*/,
    'one column');
refused(csv($good =~ s/,[ab]$/,a/mgr),
    qr/d\.csv: all rows have the target "a": expected at least two classes/,
    'one class');

# lines are counted through quoted line ends

refused(csv($good . "1,2,\"a\nb\"\n3,4,b\n5,no,b\n"),
    qr/d\.csv:35:2: column "y" holds "no": expected a number .*/,
    'line ends in quotes');

my $gz = memGzip($good x 50);
$t->write_file('cut.csv.gz', substr $gz, 0, length($gz) / 2);
refused('cut.csv.gz', qr/cut\.csv\.gz:\d+: cannot be read: .*|(?#
    )cut\.csv\.gz:\d+:\d: .*/, 'half a gzip file');

###############################################################################
# IDX

sub idx {
    my ($type, $dims, $bytes) = @_;
    return pack('CCCC', 0, 0, $type, scalar @$dims) . pack('N*', @$dims)
        . $bytes;
}

my $n = 40;
my $images = idx(8, [$n, 3, 4], join '', map { chr($_ * 31 % 256) }
    1 .. $n * 12);
my $labels = idx(8, [$n], join '', map { chr($_ % 4) } 1 .. $n);

sub pair {
    my ($i, $l) = @_;
    $t->write_file('i', $i);
    $t->write_file('l', $l);
    return 'i,l';
}

accepted(pair($images, $labels), 'a pair');
accepted(pair(memGzip($images), memGzip($labels)), 'a packed pair');
accepted(pair($images, idx(12, [$n], pack('l>*', map { $_ % 3 - 1 } 1 .. $n))),
    'labels of four bytes, below zero');
accepted(pair(idx(13, [$n, 5], pack('f>*', map { $_ / 7 } 1 .. $n * 5)),
    $labels), 'floats');

mkdir "$dir/folder" or die;
$t->write_file('folder/train-images-idx3-ubyte', $images);
refused('folder', qr{folder: the folder has train-images-idx3-ubyte, but no (?#
    )train-labels-idx1-ubyte, plain or \.gz}, 'a folder without labels');
$t->write_file('folder/train-labels-idx1-ubyte.gz', memGzip($labels));
accepted('folder', 'a folder');
accepted('folder/train-images-idx3-ubyte', 'labels beside', '--quiet')
    if rename "$dir/folder/train-labels-idx1-ubyte.gz",
    "$dir/folder/train-labels-idx1-ubyte"
    and $t->write_file('folder/train-labels-idx1-ubyte', $labels);

mkdir "$dir/void" or die;
refused('void', qr/void: the folder has no train-images-idx3-ubyte.*/,
    'an empty folder');
refused(pair(substr($images, 0, 100), $labels),
    qr/i: byte 100: the file ends 396 bytes too early.*/, 'cut');
refused(pair(substr($images, 0, 9), $labels),
    qr/i: byte 9: the file ends 3 bytes too early.*/, 'cut in the header');
refused(pair('', $labels), qr/i: byte 0: the file ends 4 bytes too early.*/,
    'empty');
refused(pair("\0\1" . substr($images, 2), $labels),
    qr/i: byte 0: 00010803 is not the beginning of an IDX file: .*/, 'magic');
refused(pair("\0\0\7" . substr($images, 3), $labels),
    qr/i: byte 0: 00000703 is not the beginning .*/, 'type');
refused(pair($images . 'x', $labels),
    qr/i: byte 496: the file goes on after the data.*/, 'too long');
refused(pair($images, idx(8, [$n - 1], "\1" x ($n - 1))),
    qr/l: byte 4: 39 labels, but i has 40 rows: expected as many/, 'counts');
refused(pair($images, $images), qr/l: byte 3: 3 dimensions: expected 1.*/,
    'images as labels');
refused(pair($labels, $labels), qr/i: byte 3: 1 dimension: expected rows.*/,
    'labels as images');
refused(pair(idx(8, [$n, 0, 4], ''), $labels),
    qr/i: byte 8: dimension 2 is 0: expected at least 1.*/, 'a zero');
refused(pair(idx(8, [0xffffffff, 0xffffffff, 4], ''), $labels),
    qr/i: byte 8: dimension 2 is 4294967295: .*/, 'dimensions that overflow');
refused(pair(idx(8, [$n, 65535, 4], ''), $labels),
    qr/i: byte 4: the header says 10485600 bytes, which cannot be in a file (?#
    )of 16/, 'dimensions that no file of its size holds');
refused(pair(idx(13, [1, 2], pack('f>*', 1, 'nan')), idx(8, [1], 'a')),
    qr/i: row 1, number 2: expected a finite number/, 'not a number');
refused(pair($images, idx(8, [$n], "\1" x $n)),
    qr/l: all rows have the target "1": .*/, 'one class');
refused(pair($images, $labels), qr/i: IDX files have no column "c".*/,
    'a target', qw(--target c));

my $packed = memGzip($images);
refused(pair(substr($packed, 0, length($packed) - 30), $labels),
    qr/i: byte \d+: .*/, 'half a packed file');
substr($packed, length($packed) / 2, 4) = 'rust';
refused(pair($packed, $labels), qr/i: byte \d+: .*/, 'a spoilt packed file');

###############################################################################

opendir my $d, $dir or die;
is(join(' ', grep { /^m\.st/ || /tmp/ } readdir $d), '', 'nothing is left');

done_testing();
