#!/usr/bin/perl

# Promise: what people have after training goes into --check as it is: frames
# with booleans as pandas writes them, tables of probabilities with a header;
# what does not fit is said in one sentence.  --labels names the classes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $python = "$MaasTest::top/build/import-venv/bin/python";

-x $python or MaasTest::missing('build/import-venv: make test makes it');

$t->write_file('train.py', <<'EOP');
import lightgbm
import numpy as np
import pandas as pd
import xgboost

rng = np.random.default_rng(3)
frame = pd.DataFrame({
    "amount": rng.normal(size=800), "known": rng.random(800) < 0.5,
    "kind": pd.Categorical(rng.choice(["a", "b", "c"], 800))})
paid = np.where(frame.known ^ (frame.amount > 0), "no", "yes")
frame.to_csv("rows.csv", index=False)

model = lightgbm.LGBMClassifier(n_estimators=5, n_jobs=1, verbose=-1)
model.fit(frame, paid)
model.booster_.save_model("l.txt")
both = pd.DataFrame(model.predict_proba(frame), columns=model.classes_)
both.to_csv("both.csv", index=False)
both.yes.to_csv("yes.csv", index=False)
both.yes.to_csv("number.csv", index=False, header=["1"])
np.savetxt("raw.csv", model.predict_proba(frame, raw_score=True))

model = xgboost.XGBClassifier(n_estimators=5, n_jobs=1,
                              enable_categorical=True)
model.fit(frame, paid == "yes")
model.save_model("x.json")
np.savetxt("x.csv", model.predict_proba(frame)[:, 1])
EOP

my ($rc, $out, $err) = $t->command($python, 'train.py');
is($rc, 0, 'training') or BAIL_OUT($err);
like($t->read_file('rows.csv'), qr/,(?:True|False),/, 'booleans are words');

sub import_model {
    my ($file, $expected, @more) = @_;
    my @r = $t->trainer('import', $file, '-o', 'm.st',
        $expected ? ('--check', 'rows.csv', '--expected', $expected) : (),
        @more);
    return "$r[0] $r[1]$r[2]";
}

for (['l.txt', 'yes.csv'], ['x.json', 'x.csv'], ['l.txt', 'raw.csv', '--raw'])
{
    my $says = import_model(@$_);
    like($says, qr/^0 .*^checked +800 rows, /ms, "@$_");
    like($says, qr/^columns +amount, known, kind \(category\)$/m, 'columns');
}

for (['both.csv', qr/both\.csv:2: 2 numbers where the model has 1: of (?#
        )two classes give the second one/],
    ['raw.csv', qr/ 800 numbers are off by more than 1e-06; those are no (?#
        )probabilities: are they scores \(--raw\)\?/],
    ['number.csv', qr/has 801 lines of numbers, --check has 800 rows: is (?#
        )the first line a header of numbers\?/],
    ['rows.csv', qr/rows\.csv:2: "(?:True|False),[abc]" is no number/])
{
    my ($file, $re) = @$_;
    like(import_model('l.txt', $file), qr/^1 .*^maas-trainer: [^\n]*$re/ms,
        $file);
}
(my $endless = $t->read_file('yes.csv')) =~ s/\A(.*\n.*\n)[^\n]+/$1inf/;
$t->write_file('inf.csv', $endless);
like(import_model('l.txt', 'inf.csv'), qr/^1 .*^maas-trainer: row \d+: \S+ (?#
    )where inf is expected; 1 of 800 numbers are off/ms, 'inf');
$t->write_file('bom.csv', "\xef\xbb\xbf" . join "\n", grep { /^[\d.]/ }
    split /\n/, $t->read_file('yes.csv'));
like(import_model('l.txt', 'bom.csv'), qr/^0 .*^checked +800 rows, /ms,
    'a byte order mark');
$t->write_file('yes.npy', "\x93NUMPY\1\0v\0{}\n");
like(import_model('l.txt', 'yes.npy'),
    qr/^1 .*^maas-trainer: --expected: \S+ is no text: .*savetxt/ms, 'NumPy');
like(import_model('x.json', 'yes.csv'),
    qr/ of 800 numbers are off by more than 1e-06$/m, 'no scores');

###############################################################################
# names of classes

like(import_model('l.txt'), qr/^classes +0, 1\nnote .*--labels gives them/ms,
    'numbers');
my $named = import_model('l.txt', undef, '--labels', 'no,yes');
like($named, qr/^classes +no, yes$/m, 'names');
unlike($named, qr/--labels/, 'and no word of it');
like(($t->trainer('inspect', 'm.st'))[1], qr/^labels +no, yes$/m,
    'they are in the file');
like(import_model('x.json', undef, '--labels', 'no,yes'),
    qr/^0 .*^classes +no, yes$/ms, 'of XGBoost');

for (['no', qr/l\.txt: --labels: "no": expected 2 names/],
    ['a,b,c', qr/expected 2 names, with commas between them/],
    ['a,a', qr/label "a" stands twice/], ['a,', qr/label 1 is not a text/])
{
    like(import_model('l.txt', undef, '--labels', $_->[0]),
        qr/^1 maas-trainer: [^\n]*$_->[1]/, "--labels $_->[0]");
}

###############################################################################
# booleans in C

import_model('x.json');
($rc, $out, $err) = $t->trainer(qw(export m.st -o m.c --main));
is($rc, 0, 'export') or diag($err);
($rc, $out, $err) = $t->command('gcc', qw(-std=c99 -Wall -Wextra -Werror -o m
    m.c -lm));
is($rc, 0, 'compiled') or diag($err);
($rc, $out, $err) = $t->command('sh', '-c', 'tail -n +2 rows.csv | ./m');
my @got = split /\n/, $out;
my @want = split /\n/, $t->read_file('x.csv');
is(scalar(grep { abs($got[$_] - $want[$_]) > 1e-6 } 0 .. $#want), 0,
    'answers of C');

# Which output is a question of ONNX files

like(import_model('l.txt', undef, '--answer', 'probability'),
    qr/^1 .*l\.txt: --answer: "probability", where a file of LightGBM has one answer; leave it out\n\z/s,
    '--answer elsewhere');

done_testing();
