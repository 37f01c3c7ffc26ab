#!/usr/bin/perl

# Promise: what bench/real_tables.py says of answers is right: ranks with
# ties, gaps, wins and CPU over the folds that all have, and a page of which
# each program writes its own part.  Its answers themselves take hours.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use File::Temp qw(tempdir);
use MaasTest::Proc;
use Test::More;

chdir "$FindBin::Bin/.." or die;

my $dir = tempdir(CLEANUP => 1);

sub python {
    my ($code) = @_;
    open my $f, '>', "$dir/x.py" or die;
    print {$f} "import json, sys\nsys.dont_write_bytecode = True\n",
        "sys.path.insert(0, 'bench')\n", $code;
    close $f or die;
    my $out = `python3 $dir/x.py 2>&1`;
    chomp $out;
    return $out;
}

my $answers = <<'E';
import real_report
facts = {'a': {'task': 'bin', 'rows': 9, 'columns': 2},
         'b': {'task': 'reg', 'rows': 9, 'columns': 3}}
def one(score, loss=None, cpu=1):
    return {'score': score, 'cpu': cpu,
            **({} if loss is None else {'log_loss': loss})}
answers = {w: {} for w in ('x',) + real_report.RIVALS + ('RealMLP',)}
answers['x'] = {'a': {0: one(80, .5), 1: one(90, .3)}, 'b': {0: one(70)}}
answers['LightGBM'] = {'a': {0: one(82, .4, 2), 1: one(92, .2, 2)},
                       'b': {0: one(60, None, 3)}}
answers['MLP'] = {'a': {0: one(80, .6)}, 'b': {0: one(70)}}
s = real_report.Standing(answers, 'x', facts)
E

sub standing { return python($answers . "print(json.dumps($_[0]))\n") }

is(standing('s.ranks'),
    '{"x": [2.5, 1.5], "LightGBM": [1.0, 3.0], "MLP": [2.5, 1.5]}',
    'ranks, ties share');
is(standing('[s.gaps["x"], s.gaps["LightGBM"]]'), '[[2, 0], [0, 10]]',
    'gaps to the best, of those folds that all have');
is(standing('s.loss_ranks'), '{"x": [2.0], "LightGBM": [1.0], "MLP": [3.0]}',
    'log loss: of classes alone, the lowest first');
is(standing('s.wins["LightGBM"]'), '[0.5, 2, 4, 0, 3, 7]',
    'wins, tables, difference, wins in log loss, CPU of both');
is(standing('s.wins["MLP"]'), '[0.5, 2, 0, 1, 2, 2]', 'a tie is half a win');
like(standing('real_report.page(answers, ["x"], facts, {"x": "--a"})'),
    qr/\\n\| a \| 9 \| 2 \| accuracy \| 1 \| 80.00 \| 82.00 \| 80.00 \| 0/,
    'a row a table');

# Parts of the page

my $page = "$dir/T.md";

is(python(<<"E"), "# Tables\n\n## A\n\nnew\n\n## B\n\nb", 'parts of a page');
import tables_page
tables_page.put('$page', 'A', 'a\\n\\nold')
tables_page.put('$page', 'B', 'b')
tables_page.put('$page', 'A', 'new')
print(open('$page').read().strip())
E

like(MaasTest::Proc::slurp('bench/TABLES.md'), qr/^# Tables\n\n## Small/,
    'the page has that form');

# Folds, by rows

is(python('import real_data; print([real_data.fold_count(n) for n in '
        . '(6500, 6501, 12500, 12501)])'), '[5, 3, 3, 1]', 'folds by rows');

done_testing();
