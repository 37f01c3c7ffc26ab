#!/usr/bin/perl

# Promise: text files in other encodings and JSON in other shapes are read as
# the same rows; what is no text is refused with what to do instead.

use strict;
use warnings;

use Encode qw(encode);
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $json = JSON::PP->new->canonical->utf8;
my @fit = qw(fit -q -o m.st --name m --epochs 2 --hidden none -t y);

my @rows = map { { a => $_, c => $_ % 3 ? "z\x{fc}ri" : 'rome', y => $_ % 2 } }
    1 .. 40;
my $text = join '', "a,c,y\n", map { "$_->{a},$_->{c},$_->{y}\n" } @rows;

# Predictions of what was trained on a file, and what was said

sub said {
    my ($name, $bytes, @args) = @_;
    $t->write_file($name, $bytes);
    my ($rc, undef, $err) = $t->trainer(@fit, '-d', $name, @args);
    is($rc, 0, "fit $name @args") or diag($err);
    $err =~ s/^maas-trainer: warning: the model is not clearly .*\n//mg;
    my @answers = map { ($t->trainer(qw(predict m.st -d), $_, $_ eq $name
        ? @args : ()))[1] } $name, 'utf8.csv';
    is($answers[0], $answers[1], "predict $name");
    return ($answers[1], $err);
}

$t->write_file('utf8.csv', encode('UTF-8', $text));
my ($want, $nothing) = said('utf8.csv', encode('UTF-8', $text));
is($nothing, '', 'UTF-8 is not worth a word');

sub same {
    my ($re, @args) = @_;
    my ($answers, $err) = said(@args);
    is($answers, $want, "$args[0]: the same rows");
    like($err, $re, "$args[0]: said");
    return;
}

###############################################################################
# encodings

my $as = sub { my ($e) = @_;
    qr/^maas-trainer: \S+: read as \Q$e\E; --encoding says another$/m };

same(qr/^\z/, 'bom.csv', "\xef\xbb\xbf" . encode('UTF-8', $text));
same($as->('UTF-16LE'), 'le.csv', "\xff\xfe" . encode('UTF-16LE', $text));
same($as->('UTF-16BE'), 'be.csv', "\xfe\xff" . encode('UTF-16BE', $text));
same($as->('UTF-16LE'), 'bare-le.csv', encode('UTF-16LE', $text));
same($as->('UTF-16BE'), 'bare-be.csv', encode('UTF-16BE', $text));
same($as->('UTF-32LE'), 'le32.csv', "\xff\xfe\0\0" . encode('UTF-32LE', $text));
same($as->('windows-1252'), 'latin1.csv', encode('ISO-8859-1', $text));
same(qr/^\z/, 'said.csv', encode('ISO-8859-1', $text), qw(--encoding latin1));
same(qr/^\z/, 'cp437.csv', encode('cp437', $text), qw(--encoding cp437));
same(qr/^\z/, 'utf8-said.csv', encode('UTF-8', $text), qw(--encoding UTF-8));

$t->write_file('euro.csv', encode('cp1252', $text =~ s/rome/10 \x{20ac}/gr));
my ($rc, undef, $err) = $t->trainer(@fit, qw(-d euro.csv));
like($err, $as->('windows-1252'), 'a byte that Latin-1 has not');
like(($t->trainer(qw(inspect --json m.st)))[1], qr/10 \xe2\x82\xac/,
    'is a euro');
$t->write_file('c1.csv', encode('ISO-8859-1', $text =~ s/rome/ro\x{81}me/gr));
($rc, undef, $err) = $t->trainer(@fit, qw(-d c1.csv));
like($err, $as->('latin1'), 'a byte that windows-1252 has not');

sub refused {
    my ($name, $bytes, $re, @args) = @_;
    $t->write_file($name, $bytes);
    my ($rc, undef, $err) = $t->trainer(@fit, '-d', $name, @args);
    is($rc, 1, "refused: $name");
    like($err, qr/^maas-trainer: $name: $re\n\z/, 'says what it is');
    return;
}

refused('utf8.csv', encode('UTF-8', $text), qr/--encoding: "utf-9" is not (?#
    )known: expected utf-8, .*/, qw(--encoding utf-9));
refused('half.csv', encode('UTF-16LE', $text) . 'x', qr/byte \d+ is no UTF-16LE.*/);
$t->write_file('broken.csv', encode('UTF-8', $text) . "1,\xff,1\n");
($rc, undef, $err) = $t->trainer(@fit, qw(-d broken.csv));
is($rc, 1, 'UTF-8 with a broken character is no other encoding');
like($err, qr/broken\.csv:42:2: column "c" holds bytes that are not UTF-8/,
    'the row is refused');

###############################################################################
# no text

my @foreign = (
    [ "PK\3\4...xl/workbook.xml", qr/an Excel file \(\.xlsx\): expected text; save it as CSV UTF-8.*/ ],
    [ "PK\3\4...content.xml", qr/a spreadsheet \(\.ods\).*/ ],
    [ "PK\3\4...d.csv", qr/a zip archive: expected text; unpack it/ ],
    [ "PAR1\x15\0", qr/a Parquet file: expected text; save it as CSV .*to_csv.*/ ],
    [ "ARROW1\0\0", qr/an Arrow \(Feather\) file.*/ ],
    [ "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", qr/an Excel file \(\.xls\).*/ ],
    [ "SQLite format 3\0", qr/an SQLite database: .*sqlite3 -csv.*/ ],
    [ "\x89HDF\r\n\x1a\n\0", qr/an HDF5 file.*/ ],
    [ "\x80\x04\x95\0\0", qr/a pickle.*/ ],
    [ "\x93NUMPY\1\0", qr/a NumPy array.*/ ],
);
refused("f$_", $foreign[$_][0] . 'x' x 20, $foreign[$_][1]) for 0 .. $#foreign;
same(qr/^\z/, 'par1.csv', encode('UTF-8', $text));

###############################################################################
# JSON that is one value

my @names = qw(a c y);
my $pretty = JSON::PP->new->canonical->utf8->pretty;

same(qr/^\z/, 'records.json', $json->encode(\@rows));
same(qr/^\z/, 'pretty.json', "\n" . $pretty->encode(\@rows));
same(qr/^\z/, 'columns.json', '{' . join(',', map { my $n = $_;
    qq("$n":{) . join(',', map { qq("$_":) . JSON::PP->new->utf8->allow_nonref
    ->encode($rows[$_]{$n}) } 0 .. $#rows) . '}' } @names) . '}');
same(qr/^\z/, 'lists.json', $pretty->encode({ map { my $n = $_;
    $n => [ map { $_->{$n} } @rows ] } @names }));
same(qr/^\z/, 'index.json', '{' . join(',', map { qq("$_":)
    . $json->encode($rows[$_]) } 0 .. $#rows) . '}');
same(qr/^\z/, 'split.json', $json->encode({ columns => \@names, index => [ 1 .. 40 ],
    data => [ map { my $r = $_; [ map { $r->{$_} } @names ] } @rows ] }));

$t->write_file('one.json', $pretty->encode({ a => 1, c => 'rome' }));
$t->write_file('line.json', $json->encode({ a => 1, c => 'rome' }) . "\n");
my @one = map { ($t->trainer(qw(predict m.st -d), $_))[1] } qw(one.json line.json);
is($one[0], $one[1], 'one object on several lines');
like($one[0], qr/^[01],[\d.e-]+\n\z/, 'is a row');

sub bad {
    my ($text, $re) = @_;
    $t->write_file('bad.json', $text);
    my ($rc, undef, $err) = $t->trainer(@fit, qw(-d bad.json));
    is($rc, 1, "refused: $re");
    like($err, qr/^maas-trainer: bad\.json:$re\n\z/, 'says where and why');
    return;
}

bad('[{"a":1,"y":2}', qr/1: not JSON: .*/);
bad("[{\"a\":1,\"y\":2},\n{\"a\":1 \"y\":2}]", qr/2: not JSON: .*/);
bad('[{"a":1,"y":"p"},[2]]', qr/ row 2: no object: expected .*/);
bad('[{"a":1,"y":"p"},{"a":"x","y":"p"},{"a":1,"y":{}}]',
    qr/ row 3: column "y" holds an object or a list.*/);
bad('{"a":[1,2],"y":[1]}', qr/1: fewer rows than in the first column.*/);
bad('{"a":[1,2],"y":[1,2,3]}', qr/1: more rows than in the first column.*/);
bad('{"a":{"0":1,"1":2},"y":{"0":1,"2":2}}',
    qr/1: a row that the first column has not.*/);
bad('{"a":[1,2],"y":{"0":1}}', qr/1: a column that is not like the first.*/);
bad('{"columns":["a","y"],"data":[[1,2],[3]]}', qr/1: fewer values than columns/);
bad('{"columns":["a","y"],"data":[[1,2,3]]}', qr/1: more values than columns/);
bad('[]', qr/ no rows.*/);

$t->write_file('skip.json', $json->encode([ @rows, [], { a => 'x', c => 'rome',
    y => 1 } ]));
($rc, undef, $err) = $t->trainer(@fit, qw(-d skip.json --on-error skip));
is($rc, 0, 'rows that cannot be read are skipped');
like($err, qr/2 rows skipped; the first: skip\.json: row 41: no object/, 'said');

done_testing();
