#!/usr/bin/perl

# Promise: a network taught by others (fit --teacher, distil) learns what they
# say, on average where they are several, by its own labels, on rows without a
# truth too; who cannot teach is refused with a sentence.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(write_model);
use MaasTest::Trees qw(random_trees);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $state = 7;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }
sub sum { my $s = 0; $s += $_ for @_; return $s }
sub near { my ($got, $want, $within, $name) = @_;
    cmp_ok(abs($got - $want), '<', $within, $name) or diag("$got, not $want") }

my @columns = map { { name => $_, kind => 'number' } } 'x', 'y';

# one that says the same of every row
sub constant {
    my ($name, $task, $act, $labels, @bias) = @_;
    write_model("$dir/$name", doc => { version => 1, name => 'c',
            task => $task,
            inputs => { kind => 'columns', columns => \@columns },
            layers => [ { kind => 'dense', units => scalar @bias,
                    activation => $act } ],
            outputs => $labels ? { labels => $labels } : {},
            training => { data => { target => 'class' } } },
        tensors => { 'layers.0.weight' => [[2, scalar @bias],
                [(0) x (2 * @bias)]],
            'layers.0.bias' => [[scalar @bias], [@bias]] });
    return $name;
}

sub rows {
    my ($name, $n, $class, $truth) = @_;
    my $text = $class ? "x,y,class\n" : "x,y\n";
    for (1 .. $n) {
        my ($x, $y) = map { sprintf '%.4f', 4 * rnd() - 2 } 1, 2;
        $text .= join(',', $x, $y, $class ? $truth->($x, $y) : ()) . "\n";
    }
    $t->write_file($name, $text);
    return $name;
}

sub ring { my ($x, $y) = @_; return $x * $x + $y * $y < 2 ? 'in' : 'out' }

sub run_ok {
    my (@args) = @_;
    my ($rc, $out, $err) = $t->trainer(@args);
    is($rc, 0, "@args") or diag($err);
    return $out;
}

# (label, probability of "out") of each row; of two labels
sub answers {
    my ($model, $data) = @_;
    my $labels = decode_json(run_ok('inspect', '--json', $model))
        ->{document}{outputs}{labels};
    return [ map { my ($label, $p) = split /,/;
        [ $label, $labels->[1] eq 'out' ? $p : 1 - $p ] }
        split /\n/, run_ok('predict', $model, '--data', $data) ];
}

rows('few.csv', 80, 1, \&ring);
rows('many.csv', 1500, 1, \&ring);
rows('test.csv', 600, 1, \&ring);
rows('bare.csv', 3000, 0);
my @usual = qw(-q --calibration none --folds 0 --validation 0 --hidden 16:tanh
    --batch 16 --weight-decay 0);

###############################################################################
# what is said alone is learnt: the mean of two, whose labels stand in another
# order; T and the rest change nothing of what it is in the end

constant('a.st', 'classification', 'softmax', ['in', 'out'],
    log(0.8), log(0.2));
constant('b.st', 'binary', 'sigmoid', ['out', 'in'], log(0.4 / 0.6));

for my $temperature (1, 3) {
    run_ok('distil', '--teacher', 'a.st,b.st',
        qw(--data few.csv -o mean.st --alpha 1 --epochs 60 --lr 0.01), '--temperature', $temperature, @usual);
    my $y = answers('mean.st', 'test.csv');
    near(sum(map { $_->[1] } @$y) / @$y, 0.4, 0.02,
        "the mean of both, at $temperature");
}

# with nothing of the teacher it is a training as any other, to the bit

for my $hidden ('16:tanh', 'none') {
    run_ok(qw(fit --data few.csv -o plain.st --epochs 5), @usual, '--hidden',
        $hidden);
    run_ok(qw(fit --data few.csv -o taught.st --epochs 5 --teacher a.st
        --alpha 0 --temperature 3), @usual, '--hidden', $hidden);
    is_deeply(answers('taught.st', 'test.csv'), answers('plain.st',
        'test.csv'), "--alpha 0, $hidden");
}

# numbers: the teacher's goes into the target

constant('five.st', 'regression', 'linear', undef, 5);
rows('one.csv', 100, 1, sub { 1 + $_[0] });
run_ok(qw(fit --teacher five.st --data one.csv --target class --task regression
    -o between.st --alpha 0.75 --epochs 100 --lr 0.01), @usual);
my @said = split /\n/, run_ok(qw(predict between.st --data one.csv));
near(sum(@said) / @said, 4, 0.1, 'three quarters of 5 and one of 1');

###############################################################################
# rows without a truth: what 80 do not tell

run_ok(qw(fit --data many.csv -o teacher.st --epochs 40 --hidden), '64:relu',
    qw(-q --lr 0.01));
run_ok(qw(fit --data few.csv -o alone.st --epochs 40 --lr 0.01), @usual);
my $out = decode_json(run_ok(qw(distil --teacher teacher.st --data few.csv
    --unlabelled bare.csv --test test.csv -o student.st --epochs 20 --lr 0.01
    --json), @usual));
my ($alone) = run_ok(qw(evaluate alone.st --data test.csv --json))
    =~ /"accuracy":([\d.]+)/;
cmp_ok($out->{test_accuracy}, '>', $alone + 0.02,
    "with unlabelled rows: better than $alone alone");
is($out->{unlabelled_rows}, 3000, 'so many');
is($out->{teachers}, 1, 'by one');
is($out->{teacher}{bytes}, -s "$dir/teacher.st", 'its size');
cmp_ok($out->{teacher}{accuracy}, '>', 0.9, 'how good it is itself');
cmp_ok($out->{microseconds}, '>', 0, 'the time of a row');
near($out->{teacher}{accuracy}, (run_ok(qw(evaluate teacher.st --data test.csv
    --json)) =~ /"accuracy":([\d.]+)/)[0], 1e-6, 'as evaluate has it');

my $doc = decode_json(run_ok(qw(inspect --json student.st)))->{document};
my $record = $doc->{training}{teacher};
is($record->{models}[0]{name}, 'teacher.st', 'the record names the teacher');
like($record->{models}[0]{crc32c}, qr/^[0-9a-f]{8}$/, 'and its checksum');
is($record->{unlabelled}{rows}, 3000, 'and the rows');
is_deeply([ @{ $doc->{training}{settings} }{qw(temperature alpha)} ], [2, 0.9],
    'and how it was');
is(join(',', sort keys %{ (decode_json(run_ok(qw(inspect --json alone.st)))
    ->{document}{training}{settings}) }) =~ /alpha|temperature|teacher/, '',
    'nothing of it without one');

like(run_ok(qw(inspect student.st)), qr/^smaller     distil, from teacher\.st
.*
before +$out->{teacher}{bytes} +- +[\d.]+
after +$out->{size} +- +[\d.]+$/m, 'inspect has a table');

# the same bits again, and with threads

run_ok(qw(distil --teacher teacher.st --data few.csv --unlabelled bare.csv
    --test test.csv -o student2.st --epochs 20 --lr 0.01 --threads 2), @usual,
    '--name', 'student.st');
ok($t->read_file("student2.st") eq $t->read_file("student.st"), "the same bits");

# trees teach, too

my ($layer, $tensors) = random_trees(in => 2, out => 1);
write_model("$dir/trees.st", doc => { version => 3, name => 'trees',
        task => 'binary', inputs => { kind => 'columns',
            columns => \@columns },
        layers => [ { %$layer, activation => 'sigmoid' } ],
        outputs => { labels => ['in', 'out'] },
        training => { data => { target => 'class' } } }, tensors => $tensors);
my $p = answers('trees.st', 'test.csv');
run_ok(qw(distil --teacher trees.st --data few.csv --unlabelled bare.csv
    -o of-trees.st --alpha 1 --epochs 30 --lr 0.01), @usual);
my $q = answers('of-trees.st', 'test.csv');
cmp_ok(sum(map { $p->[$_][0] eq $q->[$_][0] } 0 .. $#$p) / @$p,
    '>', 0.8, 'and says what they say');

$out = run_ok('distil', '--teacher', 'a.st,b.st',
    qw(--data few.csv -o m.st --epochs 1 --test test.csv), @usual);
like($out, qr/^taught by 2 models: .*\n +bytes +us a row +accuracy\nbefore +\d+ +[\d.]+ +0\.\d+\nafter +\d+ +[\d.]+ +0\.\d+$/m,
    'a table of before and after');

###############################################################################
# refused

constant('three.st', 'classification', 'softmax', ['in', 'out', 'on'], 0, 0, 0);
constant('other.st', 'classification', 'softmax', ['in', 'off'], 0, 0);

my @fit = qw(fit --data few.csv -o no.st -q --epochs 1);

for ([ 1, qr/five\.st: it is for regression, the data for binary/,
        '--teacher', 'five.st' ],
    [ 1, qr/three\.st: it knows 3 classes, the data has 2/,
        '--teacher', 'three.st' ],
    [ 1, qr/"out"/, '--teacher', 'other.st' ],
    [ 1, qr/no-such/, '--teacher', 'a.st,no-such.st' ],
    [ 1, qr/a\.st/, '--teacher', 'a.st', '--log', 'a.st' ],
    [ 2, qr/--teacher is missing/, '--alpha', '0.5' ],
    [ 2, qr/--teacher is missing/, '--unlabelled', 'bare.csv' ],
    [ 2, qr/--teacher with privacy: what it knows/, '--teacher', 'a.st',
        '--dp-noise', 1, '--dp-delta', 1e-5 ],
    [ 2, qr/--folds and --teacher/, '--teacher', 'a.st', '--folds', 3 ],
    [ 2, qr/not standard input/, '--teacher', 'a.st', '--data', '-' ],
    [ 2, qr/--loss mse: expected a cross-entropy/,
        '--teacher', 'a.st', '--loss', 'mse' ],
    [ 2, qr/--temperature/, '--teacher', 'a.st', '--temperature', 0 ],
    [ 2, qr/--alpha/, '--teacher', 'a.st', '--alpha', 2 ])
{
    my ($want, $re, @args) = @$_;
    my ($rc, undef, $err) = $t->trainer(@fit, @args);
    is($rc, $want, "@args");
    like($err, $re, 'is said');
}

my ($rc, undef, $err) = $t->trainer(qw(distil --data few.csv -o no.st));
is($rc, 2, 'distil without a teacher');
like($err, qr/--teacher is missing: the model to learn from/, 'is said');
ok(!-e "$dir/no.st", 'nothing was written');

($rc, undef, $err) = $t->trainer(qw(tune --data few.csv -o no.conf --teacher),
    'a.st');
is($rc, 2, 'tune with one');
like($err, qr/--teacher: trials may be measured by folds/, 'is said');

done_testing();
