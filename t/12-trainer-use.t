#!/usr/bin/perl

# Promise: `evaluate`, `predict` and `inspect` say what a model does, in text
# and JSON; figures are what their definitions say; a file that breaks a rule
# is refused with the rule's number.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub ok_run { return $t->trains(@_) }

sub model {
    my ($name, $doc, @layers) = @_;
    my (%tensors, $n);

    for (@layers) {
        my ($shape, $w, $b) = @$_;
        $n //= 0;
        $tensors{"layers.$n.weight"} = [$shape, $w];
        $tensors{"layers.$n.bias"} = [[$shape->[1]], $b];
        $n++;
    }

    write_model("$dir/$name", doc => { version => 1, %$doc },
        tensors => \%tensors);
}

sub near { my ($got, $want, $name) = @_;
    cmp_ok(abs($got - $want), '<', 1e-6, $name) or diag("$got, not $want") }

###############################################################################
# a classifier that says the larger of its two columns; columns by name

model('pick.st', {
    name => 'pick', task => 'classification',
    inputs => { kind => 'columns', columns => [
        { name => 'left', kind => 'number' },
        { name => 'right', kind => 'number' } ] },
    layers => [ { kind => 'dense', units => 3, activation => 'softmax' } ],
    outputs => { labels => ['left', 'a "b", c', 'none'] },
    training => { data => { target => 'side' } },
}, [[2, 3], [1, 0, 0, 0, 1, 0], [0, 0, 0.25]]);

$t->write_file('sides.csv', <<'CSV');
right,id,side,left
0,1,left,2
0,2,left,1
3,3,"a ""b"", c",0
0.5,4,left,0
0,5,none,0
3,6,none,0
CSV

my $j = decode_json(ok_run(qw(evaluate pick.st --json -d sides.csv)));
is($j->{rows}, 6, 'rows');
near($j->{accuracy}, 4 / 6, 'accuracy');
is_deeply($j->{confusion}, [[2, 1, 0], [0, 1, 0], [0, 1, 1]], 'confusion');
near($j->{classes}[1]{precision}, 1 / 3, 'precision');
near($j->{classes}[1]{recall}, 1, 'recall');
near($j->{classes}[0]{f1}, 2 * 1 * (2 / 3) / (1 + 2 / 3), 'F1');

# by hand: softmax, loss, AUC of each class by pairs, calibration by bins

my @rows = ([2, 0, 0], [1, 0, 0], [0, 3, 1], [0, 0.5, 0], [0, 0, 2],
    [0, 3, 2]);      # the third and the last are a tie
my (@p, $loss, @bins);

for (@rows) {
    my ($l, $r, $c) = @$_;
    my @e = map { exp } $l, $r, 0.25;
    my $sum = $e[0] + $e[1] + $e[2];
    my @q = map { $_ / $sum } @e;
    push @p, \@q;
    $loss -= log($q[$c]) / 6;
    my ($best) = sort { $q[$b] <=> $q[$a] } 0 .. 2;
    my $bin = int($q[$best] * 15);
    $bins[$bin][0] += $q[$best];
    $bins[$bin][1] += $best == $c;
}

near($j->{loss}, $loss, 'loss');
my $ece = 0;
$ece += abs($_->[0] - $_->[1]) / 6 for grep { $_ } @bins;
near($j->{calibration_error}, $ece, 'calibration error');

my $auc = 0;

for my $c (0 .. 2) {
    my ($pairs, $good) = (0, 0);

    for my $i (grep { $rows[$_][2] == $c } 0 .. 5) {
        for my $k (grep { $rows[$_][2] != $c } 0 .. 5) {
            $pairs++;
            my $d = sprintf('%.9f', $p[$i][$c] - $p[$k][$c]);
            $good += $d > 0 ? 1 : $d == 0 ? 0.5 : 0;
        }
    }

    $auc += $good / $pairs / 3;
}

near($j->{auc}, $auc, 'AUC');

my $text = ok_run(qw(evaluate pick.st -d sides.csv));
like($text, qr/^accuracy +0\.6667  baseline 0\.5000$/m, 'text: accuracy');
like($text, qr/^left +1\.0000 +0\.6667 +0\.8000$/m, 'text: a class');
like($text, qr/^none +0 +1 +1$/m, 'text: confusion');

# predict: labels in CSV form and the numbers, without a target too

my @lines = split /\n/, ok_run(qw(predict pick.st -d sides.csv));
is(scalar @lines, 6, 'a line for each row');
like($lines[0], qr/^left,0\.\d+,0\.\d+,0\.\d+$/, 'a line');
like($lines[2], qr/^"a ""b"", c",/, 'a label with a comma');

my @json = map { decode_json($_) }
    split /\n/, ok_run(qw(predict pick.st --json -d sides.csv));
is($json[2]{label}, 'a "b", c', 'JSON: label');

for my $i (0 .. 5) {
    my @got = (split /,/, $lines[$i])[-3 .. -1];
    is("@{$json[$i]{outputs}}", "@{[map { $_ + 0 } @got]}",
        'JSON: the same numbers');
    near($got[$_], $p[$i][$_], 'as computed here') for 0 .. 2;
}

$t->write_file('plain.csv', "left,right\n2,0\n0,3\n");
is(ok_run(qw(predict pick.st -d plain.csv)), "$lines[0]\n$lines[2]\n",
    'without the target');
$t->write_file('bare.csv', "2,0\n0,3\n");
is(ok_run(qw(predict pick.st -d bare.csv)), "$lines[0]\n$lines[2]\n",
    'without names');

###############################################################################
# binary and regression

model('b.st', { name => 'b', task => 'binary',
    inputs => { kind => 'tensor', shape => [1] },
    layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
    outputs => { labels => ['no', 'yes'] } }, [[1, 1], [1], [0]]);
$t->write_file('b.csv', "-1,no\n2,yes\n1,no\n3,yes\n");

$j = decode_json(ok_run(qw(evaluate b.st --json -d b.csv -t 2)));
is_deeply($j->{confusion}, [[1, 1], [0, 2]], 'binary confusion');
near($j->{auc}, 1, 'binary AUC');
is((split /\n/, ok_run(qw(predict b.st -d b.csv -t 2)))[0],
    'no,0.26894143', 'binary line');

model('r.st', { name => 'r', task => 'regression',
    inputs => { kind => 'tensor', shape => [1] },
    layers => [ { kind => 'dense', units => 1 } ],
    outputs => {} }, [[1, 1], [2], [1]]);
$t->write_file('r.csv', "0,1\n1,4\n2,5\n3,6\n");
$j = decode_json(ok_run(qw(evaluate r.st --json -d r.csv -t 2)));
near($j->{mae}, 0.5, 'MAE');
near($j->{mse}, 0.5, 'MSE');
near($j->{rmse}, sqrt 0.5, 'RMSE');
near($j->{r2}, 1 - 2 / 14, 'R2');
is(ok_run(qw(predict r.st -d r.csv -t 2)), "1\n3\n5\n7\n", 'lines');
like(ok_run(qw(evaluate r.st -d r.csv -t 2)), qr/^R2 +0\.8571  baseline 0\.0000$/m, 'text');

###############################################################################
# inspect

$text = ok_run(qw(inspect pick.st));
like($text, qr/^name +pick$/m, 'name');
like($text, qr/^input +input: 2 columns: left, right$/m, 'input');
like($text, qr/^parameters +9$/m, 'parameters');
like($text, qr/^ +dense 3 softmax$/m, 'layer');
like($text, qr/^labels +left, a "b", c, none$/m, 'labels');
$j = decode_json(ok_run(qw(inspect --json pick.st)));
is($j->{document}{name}, 'pick', 'JSON');
is($j->{parameters}, 9, 'parameters');

my $bytes = $t->read_file('pick.st');
$t->write_file('cut.st', substr $bytes, 0, -1);
$t->write_file('empty.st', '');
$t->write_file('junk.st', 'nothing of a model' x 9);

for (['cut.st', qr/R1[0-3]: /], ['empty.st', qr/R1: /],
    ['junk.st', qr/R[23]: /])
{
    for my $cmd (['inspect'], ['predict', '-d', 'bare.csv'],
        ['evaluate', '-d', 'sides.csv'])
    {
        my ($rc, $out, $err) = $t->trainer(@$cmd, $_->[0]);
        is($rc, 1, "$cmd->[0] $_->[0]: exit code");
        like($err, qr/^maas-trainer: $_->[0]: $_->[1].+\n\z/, 'the rule');
        is($out, '', 'nothing else');
    }
}

###############################################################################
# what cannot be

for (
    [[qw(evaluate pick.st)], 2, qr/--data is missing/],
    [[qw(evaluate -d x)], 2, qr/a model file is missing/],
    [[qw(evaluate pick.st -d x --part half)], 2, qr/expected test or train/],
    [[qw(predict pick.st -d sides.csv --header maybe)], 2, qr/yes or no/],
    [[qw(inspect)], 2, qr/a model file is missing/],
    [[qw(inspect none.st)], 1, qr/none\.st: cannot be opened/],
    [[qw(evaluate pick.st -d plain.csv)], 1, qr/no column "side"/],
    [[qw(evaluate b.st -d b.csv)], 1, qr/2 columns without the target/],
    [[qw(evaluate b.st -d r.csv -t 2)], 1,
        qr/the target "4" is none of the 2 labels of the model "b"/],
    [[qw(predict pick.st -d r.csv)], 0, qr/^\z/],
) {
    my ($args, $code, $re) = @$_;
    my ($rc, undef, $err) = $t->trainer(@$args);
    is($rc, $code, "exit code: @$args");
    like($err, $re, 'what is wrong');
}

$t->write_file('left.csv', "left,wrong\n1,2\n");
my ($rc, undef, $err) = $t->trainer(qw(predict pick.st -d left.csv));
is($rc, 1, 'a column is missing');
like($err, qr/left\.csv:1: no column "right", which the model "pick" expects/,
    'which');

model('huge.st', { name => 'huge', task => 'regression',
    inputs => { kind => 'tensor', shape => [1] },
    layers => [ { kind => 'dense', units => 1 } ],
    outputs => {} }, [[1, 1], [1e38], [0]]);
($rc, undef, $err) = $t->trainer(qw(predict huge.st -d r.csv -t 2));
is($rc, 0, 'large');
$t->write_file('far.csv', "1,0\n9,0\n");
($rc, undef, $err) = $t->trainer(qw(predict huge.st -d far.csv -t 2));
is($rc, 1, 'too large');
like($err, qr/: row 2: an answer is not finite: the numbers are too large (?#
    )for this model$/m, 'says where');

for my $mode (qw(skip missing)) {
    my @far = (qw(predict huge.st -d far.csv -t 2 --on-error), $mode);
    ($rc, my $out, $err) = $t->trainer(@far);
    is($rc, 0, "--on-error $mode") or diag($err);
    is($out, "1e38\n", 'has the others');
    like($err, qr/: far\.csv: 1 row skipped: an answer is not finite: /, 'says so');
    ($rc, $out) = $t->trainer(@far, qw(-f csv));
    is($out, "row,prediction\n1,1e38\n2,\n", 'CSV has a line for each row');
    ($rc, $out) = $t->trainer(@far, qw(-f jsonl));
    like($out, qr/^\{"row":2,"error":"an answer is not finite: .*"\}$/m,
        'JSON says why');
}

# such a row has its id

model('hugh.st', { name => 'hugh', task => 'regression', version => 2,
    inputs => { kind => 'columns', columns => [
        { name => 'a', kind => 'number' } ] },
    other_columns => [ { name => 'who', role => 'id', at => 1 } ],
    training => { data => { id => 'who' } },
    layers => [ { kind => 'dense', units => 1 } ],
    outputs => {} }, [[1, 1], [1e38], [0]]);
$t->write_file('who.csv', "a,who\n1,ann\n9,bob\nx,cy\n2,dan\n");
is(($t->trainer(qw(predict hugh.st -d who.csv --id who -f csv --on-error
    skip)))[1], "who,prediction\nann,1e38\nbob,\ncy,\ndan,2e38\n",
    'a row by its name');
like(($t->trainer(qw(predict hugh.st -d who.csv --id who --on-error
    skip --reasons 1)))[2], qr/row 2: an answer is not finite/, 'or refused');

done_testing();
