#!/usr/bin/perl

# Promise: labels of another file find their rows by a key, byte for byte: in
# fit, evaluate and tune they give what the same labels in the rows give; rows
# without one are left out and counted, and nothing is guessed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $json = JSON::PP->new->canonical->utf8;

# keys that are the same number, or nearly the same text

my @key = ('1e10', '10000000000', '1E10', '01', '1', '1.0', ' 7', 'A1', 'a1',
    'aa', "\x{e9}", "e\x{301}", map { sprintf '%08x-4b1e', $_ * 2654435761 }
    1 .. 110);
my @row = map { { request_id => $key[$_], x => $_ % 7 + 0.5 * ($_ % 3),
    agent => "a" . $_ % 4, bot => $_ % 3 ? 'no' : 'yes' } } 0 .. $#key;
my %told = map { $_ => 1 } grep { $_ % 11 } 0 .. $#row;

sub csv {
    my ($name, @lines) = @_;
    my $text = join '', map { join(',', map {
        my $s = defined $_ ? $_ : ''; utf8::encode($s); $s } @$_) . "\n" } @lines;
    return $t->write_file($name, $text);
}

my @names = qw(request_id x agent);
csv('rows.csv', [ @names ], map { my $r = $_; [ @$r{@names} ] } @row);
csv('whole.csv', [ @names, 'bot' ], map { my $r = $_;
    [ @$r{@names, 'bot'} ] } @row[sort { $a <=> $b } keys %told]);
my @labels = map { [ $row[$_]{request_id}, $row[$_]{bot} ] }
    sort { $b <=> $a } keys %told;
csv('labels.csv', [qw(request_id bot)], @labels, [ 'zz', 'yes' ]);
$t->write_file('rows.jsonl', join '', map { my $r = $_;
    $json->encode({ map { $_ => $r->{$_} } @names }) . "\n" } @row);
$t->write_file('log.jsonl', join '', map { my $r = $_; $json->encode({
    id => "x", request_id => $r->{request_id}, status => 200, bot => 'x',
    features => { x => $r->{x}, agent => $r->{agent} } }) . "\n" } @row);

sub fit {
    my ($model, @args) = @_;
    my ($rc, $out, $err) = $t->trainer(qw(fit -q --epochs 3 --folds 0 -o),
        $model, @args);
    is($rc, 0, "fit @args") or diag($err);
    return ($out, $err);
}

sub refused {
    my ($code, $re, @args) = @_;
    my ($rc, undef, $err) = $t->trainer(@args);
    is($rc, $code, "refused: @args");
    like($err, $re, 'says why');
    return;
}

sub predicted {
    my ($model, $data) = @_;
    my ($rc, $out, $err) = $t->trainer('predict', $model, '-d', $data,
        qw(-f csv));
    is($rc, 0, "predict $data") or diag($err);
    return $out;
}

my @join = qw(--labels labels.csv --on request_id);

###############################################################################
# the same as labels in the rows

fit('whole.st', qw(-d whole.csv -t bot --id request_id));
my $said = predicted('whole.st', 'rows.csv');
my $n = keys %told;
my $line = qr/^labels    labels\.csv: $n of ${\ scalar @row} rows have one; (?#
    )1 of ${\ ($n + 1)} without a row$/m;

for my $data (qw(rows.csv rows.jsonl)) {
    my ($out, $err) = fit('join.st', '-d', $data, @join);
    like($out, $line, "$data: counted");
    like($out, qr/request_id +id +the key of --labels/, 'the key is no input');
    like($out, qr/bot +target/, 'the label is the target');
    unlike($err, qr/left out/, 'no warning');
    my $same = predicted('join.st', 'rows.csv');
    is($same, $said, "$data: the same model") if $data eq 'rows.csv';
    like($same, qr/^request_id,/, 'whose rows have the key for a name');

    is_deeply({ %{ decode_json(($t->trainer('evaluate', 'whole.st', '-d', $data,
        @join, '--json'))[1]) }, labels => undef },
        { %{ decode_json(($t->trainer(qw(evaluate whole.st -d whole.csv --json))
        )[1]) }, labels => undef }, "$data: evaluate");
}

is_deeply(decode_json(($t->trainer(qw(evaluate join.st -d rows.csv --json),
    @join))[1])->{labels}, { name => 'labels.csv', on => 'request_id', rows => @row + 0, labelled => $n, keys => $n + 1,
    without_row => 1, again => 0, changed => 0 }, 'evaluate: JSON');
like(($t->trainer(qw(evaluate join.st -d rows.csv), @join))[1],
    qr/^labels +labels\.csv: $n of/, 'evaluate: text');

my ($out) = fit('log.st', qw(-d log.jsonl --features features), @join);
like($out, $line, 'a log: counted');
unlike($out, qr/^ +status/m, 'a log: the features alone');
fit('join.st', qw(-d rows.jsonl), @join);
is(predicted('log.st', 'log.jsonl'), predicted('join.st', 'rows.jsonl'),
    'a log: the same answers');
is(decode_json((fit('json.st', qw(-d rows.csv --json), @join))[0])
    ->{labels}{labelled}, $n, 'fit: JSON');
(undef, my $of) = fit('valid.st', qw(-d rows.csv --valid rows.jsonl --test
    rows.csv), @join);
like($of, qr/^maas-trainer: rows\.jsonl: ${\ (@row - $n)} of ${\ scalar @row} (?#
    )rows left out: no label in labels\.csv$/m, 'of other rows, too');

my ($rc, undef, $err) = $t->trainer(qw(tune --trials 2 --epochs 1 -o best.conf
    -d log.jsonl --features features), @join);
is($rc, 0, 'tune') or diag($err);
like($t->read_file('best.conf'), qr/^labels = labels\.csv\n/m, 'keeps them');
fit('best.st', qw(-c best.conf));

is_deeply(decode_json(($t->trainer(qw(inspect --json json.st)))[1])
    ->{document}{training}{data}{labels}, { name => 'labels.csv',
    on => 'request_id', rows => @row + 0, labelled => $n, keys => $n + 1,
    without_row => 1, again => 0, changed => 0 }, 'the model file keeps them');

# numbers to predict, as text and in JSON

$t->write_file('n.jsonl', join '', map { $json->encode({
    request_id => $_->{request_id}, due => $_->{x} * 3 }) . "\n" } @row);
($out) = fit('n.st', qw(-d rows.csv --labels n.jsonl --on request_id));
like($out, qr/target "due": numbers/, 'numbers');

###############################################################################
# several columns, several labels of a key, several rows of one

csv('more.csv', [qw(why request_id bot)], map { [ 'w', @$_ ] } @labels);
fit('more.st', qw(-d rows.csv --labels more.csv --on request_id -t bot));
is(predicted('more.st', 'rows.csv'), $said, '--target is of the labels');
refused(1, qr/more\.csv:1: 2 columns beside "request_id": expected one, or (?#
    )--target/, qw(fit -q -o x.st -d rows.csv --labels more.csv --on request_id));
($rc) = $t->trainer(qw(evaluate more.st -d rows.csv --labels more.csv --on
    request_id));
is($rc, 0, 'evaluate knows the name of the target');

csv('later.csv', [qw(request_id bot)], (map { [ $_->[0],
    $_->[1] eq 'yes' ? 'no' : 'yes' ] } @labels[0 .. 4]), $labels[9], @labels,
    [ $labels[0][0], '' ]);
($out, $err) = fit('later.st', qw(-d rows.csv --labels later.csv --on
    request_id));
is(predicted('later.st', 'rows.csv'), $said, 'the last label of a key counts');
like($err, qr/later\.csv: 5 labels are another than before for the same (?#
    )"request_id": the last one counts/, 'which is said');

csv('retry.csv', [ @names ], map { my $r = $_; ([ @$r{@names} ]) x 2 } @row);
($out) = fit('retry.st', qw(-d retry.csv), @join);
like($out, qr/: ${\ (2 * $n)} of ${\ (2 * @row)} rows have one/,
    'all rows of a key have its label');

csv('few.csv', [qw(request_id bot)], @labels[0 .. 19]);
($out) = fit('few.st', qw(-d rows.csv --labels few.csv --on request_id));
like($out, qr/: 20 of \d+ rows have one/, 'a few of many rows');

###############################################################################
# what cannot be

my @fit = qw(fit -q -o x.st -d);
refused(2, qr/--labels and --on: expected both/, @fit, qw(rows.csv --labels
    labels.csv));
refused(2, qr/--labels and --on: expected both/, qw(evaluate whole.st -d rows.csv
    --on request_id));
refused(2, qr/expected one of them from standard input/, @fit, qw(- --labels -
    --on request_id));
refused(1, qr/labels\.csv:1: no column "id" for --on: expected/, @fit,
    qw(rows.csv --labels labels.csv --on id));
csv('id.csv', [qw(id bot)], @labels);
refused(1, qr/rows\.csv:1: no column "id" for --on: expected it in this file (?#
    )and in id\.csv/, @fit, qw(rows.csv --labels id.csv --on id));
refused(1, qr/rows\.jsonl:1: no column "id" for --on/, @fit,
    qw(rows.jsonl --labels id.csv --on id));
csv('other.csv', [qw(request_id bot)], map { [ "n$_", 'yes' ] } 1 .. 9);
refused(1, qr/rows\.csv: none of 122 rows has a label: expected values of (?#
    )"request_id" that stand in other\.csv, too/, @fit, qw(rows.csv --labels
    other.csv --on request_id));
refused(1, qr/whole\.csv: the column "bot" stands in labels\.csv, too/, @fit,
    'whole.csv', @join);
refused(1, qr/log\.jsonl(?::1)?: the column "bot" stands in labels\.csv, too/,
    @fit, 'log.jsonl', @join);
refused(1, qr/more\.csv:1: no column "x" for --target/, @fit, qw(rows.csv
    --labels more.csv --on request_id -t x));
refused(1, qr/none\.csv: cannot be opened/, @fit, qw(rows.csv --labels none.csv
    --on request_id));
refused(1, qr/labels\.csv/, qw(fit -q -o labels.csv -d rows.csv), @join);
mkdir $t->dir . '/d';
refused(1, qr/--labels is for tables: expected CSV or JSON/, @fit, 'd', @join);
csv('bad.csv', [qw(request_id bot)], [qw(a b c)]);
refused(1, qr/bad\.csv:2:3: 3 fields/, @fit, qw(rows.csv --labels bad.csv --on
    request_id));
like(($t->trainer(qw(predict whole.st -d rows.csv), @join))[2],
    qr/predict: .*labels/, 'predict needs no labels');

done_testing();
