#!/usr/bin/perl

# Promise: the commands of docs/import.md for LightGBM, scikit-learn and PyTorch
# (but its Python) and those of docs/export.md run as they stand there.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $python = "$MaasTest::top/build/import-venv/bin/python";
my $before = "exec(open('$MaasTest::top/t/import/doc_models.py').read())\n";

-x $python or MaasTest::missing('build/import-venv: make test makes it');
local $ENV{PATH} = "$MaasTest::build:$ENV{PATH}";

# Blocks of a part of a page: its kind, its text

sub blocks {
    my ($page, $part) = @_;
    my $text = MaasTest::Proc::slurp("$MaasTest::top/docs/$page");
    my ($of) = $text =~ /^## \Q$part\E\n(.*?)(?=^## |\z)/ms
        or BAIL_OUT("no part $part");
    return map { [ /^(\w*)\n(.*)/s ] } $of =~ /^```(\w*\n.*?)^```$/msg;
}

sub run_ok {
    my ($what, @command) = @_;
    my ($rc, $out, $err) = $t->command(@command);
    is($rc, 0, $what) or diag($err);
    return $out;
}

sub python_ok {
    my ($what, @lines) = @_;
    $t->write_file('page.py', join "\n", $before, @lines);
    return run_ok($what, $python, 'page.py');
}

my @kinds;

# import.md

@kinds = blocks('import.md', 'LightGBM');
is(join(' ', map { $_->[0] } @kinds), 'python ', 'LightGBM: what is there');
python_ok('LightGBM: saved', $kinds[0][1],
    'np.savetxt("predictions.csv", booster.predict(X))');
like(run_ok('LightGBM: imported', 'sh', '-c', $kinds[1][1]),
    qr/^model +model, of LightGBM/, 'and said');

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/import.md");
my ($first) = $page =~ /^```\n(maas-trainer import .*?)^```$/ms;
like(run_ok('the first command', 'sh', '-c', $first),
    qr/^checked +400 rows, at most \S+ apart/m, 'with its proof');

@kinds = blocks('import.md', 'From scikit-learn');
is(join(' ', map { $_->[0] } @kinds), 'python ', 'scikit-learn: what is there');
python_ok('scikit-learn: saved', $kinds[0][1],
    'np.savetxt("predictions.csv", pipeline.predict_proba(X)[:, 1])');
like(run_ok('scikit-learn: imported', 'sh', '-c', $kinds[1][1]),
    qr/^checked +400 rows, at most \S+ apart/m, 'with its proof');

@kinds = blocks('import.md', 'From PyTorch');
is(join(' ', map { $_->[0] } @kinds), 'python ', 'PyTorch: what is there');
my $networks = "$MaasTest::top/t/import/networks";
$t->write_file('model.onnx', MaasTest::Proc::slurp("$networks/torch-mlp.onnx"));
$t->write_file('torch-mlp.onnx.data',
    MaasTest::Proc::slurp("$networks/torch-mlp.onnx.data"));
like(run_ok('PyTorch: imported', 'sh', '-c', $kinds[1][1]),
    qr/^model +model, of ONNX of pytorch/, 'and said');

# export.md

python_ok('a model', 'churn()');
run_ok('is imported', qw(maas-trainer import churn.json -o churn.safetensors));
$t->write_file('row.csv', "age,city\n41.5,rome\n");
my ($want) = run_ok('what it says', qw(maas-trainer predict churn.safetensors
    -d row.csv)) =~ /([\d.e-]+)\n\z/;

sub near {
    my ($what, $text) = @_;
    my ($is) = $text =~ /([\d.]+(?:e-\d+)?)\]*\n\z/;
    cmp_ok(abs(($is // 9) - $want), '<=', 1e-6, "$what: $want");
    return;
}

@kinds = blocks('export.md', 'ONNX');
is(join(' ', map { $_->[0] } @kinds), 'sh python', 'ONNX: what is there');
run_ok('to ONNX', 'sh', '-c', $kinds[0][1]);
near('ONNX', python_ok('runs', $kinds[1][1], 'print(answers)'));

@kinds = blocks('export.md', 'C');
is(join(' ', map { $_->[0] } @kinds), 'sh c sh', 'C: what is there');
run_ok('to C', 'sh', '-c', $kinds[0][1]);
(my $body = $kinds[1][1]) =~ s/\A(void .*;)[^\n]*\n//;
$t->write_file('main.c', qq{#include "churn.c"\n#include <stdio.h>\n$1\n}
    . "int main(void)\n{\n$body\nprintf(\"%.9g\\n\", y[0]);\nreturn 0;\n}\n");
run_ok('compiled', qw(cc -O1 -o lines main.c -lm));
near('C', run_ok('runs', "$dir/lines"));
near('main()', run_ok('with --main', 'sh', '-c', $kinds[2][1]));

@kinds = blocks('export.md', 'LightGBM');
is(join(' ', map { $_->[0] } @kinds), 'sh python', 'LightGBM: what is there');
run_ok('to LightGBM', 'sh', '-c', $kinds[0][1]);
near('LightGBM', python_ok('runs', $kinds[1][1],
    'print(booster.predict(pd.DataFrame({"age": np.float32([41.5]),',
    '    "city": pd.Categorical(["rome"], booster.pandas_categorical[0])})))'));

done_testing();
