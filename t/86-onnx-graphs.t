#!/usr/bin/perl

# Promise: what graphs do with dimensions, whole numbers and constants is what
# ONNX Runtime does, within 1e-6, or it is refused by the node's name: nothing
# that looks alike is taken for it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $python = "$MaasTest::top/build/import-venv/bin/python";
MaasTest::missing('build/import-venv: make build/import-venv/.done')
    unless -x $python;

my $t = MaasTest->new;
my ($rc, $out, $err) = $t->command($python,
    "$MaasTest::top/t/import/onnx_graphs.py", $t->dir);
is($rc, 0, 'graphs are made') or BAIL_OUT($err);

my %why = (
    'power-of-row' => qr/: Pow "y": input 1 depends on the row, where constan/,
    'table' => qr/: MatMul "y": takes distances to a table of numbers, which/,
    'bins-fall' => qr/: Less "b": of other than .* bins that rise: let thresh/,
    'nearest-falls' => qr/ "e": points of a table that do not rise: point 1 /,
    'beside' => qr/: Concat "e": .* more than one dimension: /,
    'beside-end' => qr/: Concat "e": .* more than one dimension: /,
    'columns-beside' => qr/: Concat "e": .* more than one dimension: /,
    'across' => qr/: Softmax "f": over axis 1 of 3 dimensions, not over the/,
    'as-int' => qr/column "f0" is rounded to a whole number, .* without the /,
    'as-bool' => qr/column "f0" is rounded to a whole number, .* without the /,
    'as-half' => qr/: Cast "a": .* export the model in single precision\n/,
    'near-sigmoid' => qr/: Div "y": by a value of the row, which is done here/,
    'greater-itself' => qr/: Greater "a": of other than a row's numbers and one/,
    'greater-two' => qr/: Greater "c": of other than a row's numbers and one /,
    'greater-each' => qr/: Greater "b": of other than .* let thresholds be colum/,
    'rms-about-mean' => qr/: Div "y": by a value of the row, which is done/,
    'scores-shares' => qr/: Div "y": by a value of the row, which is done/,
    'other-sum' => qr/: Div "y": by a value of the row, which is done here/,
    'shares-or-five' => qr/: Add "i": takes a sum, a largest number or a log/,
    'log-softmax' => qr/: takes the log of a softmax; export the model with a/,
    'stack-softmax' => qr/: Softmax "d": takes numbers of a shape in which rows/,
    'stack-all' => qr/: ReduceMean "y": of several models, not over them\n/,
    'prelu-each' => qr/: PRelu "y": a slope for each number; one for all/,
    'max-two' => qr/: Max "y": of several values of a row; of one and a/,
    'clip-crossed' => qr/: Clip "y": bounds of 1 and 0\.5 leave no number: /,
    'clip-beyond' => qr/: Min "y": bounds of -inf and -3\.40282e\+38 leave/,
    (map { ("each-$_" => qr/: \w+ "y": of 6 numbers a row in two shapes, one /) }
        qw(add sub mul)),
    'some-rows' => qr/: Slice "b": along 2 axes, or of some rows\n/,
    'one-row' => qr/input "m" is one row for any number of rows, .*Rescaling/,
    'all-rows' => qr/: Tanh "b": .* shape in which rows are mixed/,
    'celu-below' => qr/: Celu "y": alpha is -2; a number above 0 was expected/,
    'leaf-keys' => qr/: LabelEncoder "c": has the key 1 twice\n/,
    'leaf-category' => qr/: OneHotEncoder "c": has the category 1 twice\n/,
    'leaf-far' => qr/: Cast "c": makes a whole number of 2\.5e\+09, which /,
    'leaf-bins' => qr/: Less "b": of other than a row's numbers and one const/,
    'sign-halves' => qr/: Div "c": of whole numbers of a row, which is round/,
    'sign-truth' => qr/: Cast "b": rounds numbers of a row to whole ones /,
    'bins-none' => qr/: Less "b": of other than a row's numbers and one const/,
    'bins-many' => qr/: Less "b": of 1025 bins; up to 1024 are known\n/,
    'filled-far' => qr/: ConstantOfShape "a": 1\.04858e\+06 numbers along axis 2/,
    'svm-logistic' => qr/: SVMClassifier "l": a post_transform LOGISTIC, where/,
    'svm-regressor' => qr/: 2 coefficients, where n_supports says other\n/,
    'svm-classifier' => qr/: 2 coefficients, where vectors_per_class says /,
    'svm-params' => qr/: 1 kernel_params, where 3 were expected\n/,
    'outer' => qr/: Mul "m": of constants of 6 and 6 numbers\n/,
);

for my $name (split /\n/, $out) {
    my $refused = $name =~ s/^-//;
    ($rc, my $said, $err) = $t->trainer('import', "$name.onnx", '-o', 'm.st',
        '--check', "$name.csv", '--expected', "$name.expected");

    if ($refused) {
        is($rc, 1, "$name: refused");
        like($err, $why{$name} || qr/^no reason/, "$name: why");
        is(($err =~ tr/\n//), 1, "$name: one sentence");
        next;
    }

    is($rc, 0, $name) or diag($err);
    like($said, qr/^checked +200 rows/m, "$name: all rows");

    if ($name =~ /^svm(?:-far)?$/) {
        my $note = qr/^note .*give the kernel within about (\S+);/m;
        is($said =~ $note ? $1 : 'exactly', $name eq 'svm' ? 'exactly'
            : '1e-05', "$name: how exactly");
    }

    if ($name eq 'clip-chain') {
        (undef, $said) = $t->trainer('inspect', 'm.st');
        is(join(' ', $said =~ /^ +clip: (.*)$/mg),
            'low -0.5, high 0.6', "$name: one of three");
    }
}

# what docs/import.md says of explanations, and of what goes out again

my %goes = ('not' => 1, 'bins-Less' => 1, abs => 0, 'exp-within' => 0, gate => 2);

for my $name (sort keys %goes) {
    $t->trainer('import', "$name.onnx", '-o', 'm.st');
    ($rc, undef, $err) = $t->trainer('explain', 'm.st', '-d', "$name.csv",
        '--baseline', 'zero');
    is($rc, $goes{$name} == 2 ? 0 : 1, "$name: explained, or not") or diag($err);
    ($rc, undef, $err) = $t->trainer('export', 'm.st', '-o', 'm.onnx');
    is($rc, $goes{$name} ? 0 : 1, "$name: goes out as ONNX, or not") or diag($err);
    is(($t->trainer('export', 'm.st', '-o', 'm.c'))[0], 0, "$name: as C");
}

done_testing();
