#!/usr/bin/perl

# Promise: `maas-trainer fit` learns each task from a CSV file, keeps the best
# weights, and gives the same bits for the same seed, however it is told.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;
use Time::HiRes qw(sleep);

my $t = MaasTest->new;

# the same rows on every machine

my $seed = 1;
sub unit { $seed = ($seed * 1103515245 + 12345) % 2147483648;
    return $seed / 2147483648 }

my (@classes, @binary, @numbers);

for (1 .. 600) {
    my ($x, $y) = map { sprintf '%.4f', 2 * unit() - 1 } 1, 2;
    my $kind = $x > 0 ? ($y > 0 ? 'north east' : 'south east') : 'west';
    push @classes, "$x,$y,$kind";
    push @binary, "$x,$y," . ($x * $y > 0 ? 'yes' : 'no');
    push @numbers, sprintf '%s,%s,%.4f', $x, $y, 3 * $x - 2 * $y + 10;
}

sub csv { my ($name, @rows) = @_;
    return $t->write_file($name, join("\n", @rows) . "\n") }

csv('classes.csv', 'x,y,where', @classes);
csv('binary.csv', 'x,y,same', @binary);
csv('numbers.csv', 'x,y,z', @numbers);
csv('bare.csv', @classes);

sub fit {
    my ($rc, $out, $err) = $t->trainer('fit', '--json', '-q', @_);
    is($rc, 0, "fit @_") or diag($err);
    return $rc ? {} : decode_json($out);
}

sub document { return (inspect(@_))->{document} }

sub inspect {
    my ($rc, $out) = $t->trainer('inspect', '--json', @_);
    is($rc, 0, "inspect @_");
    return decode_json($out);
}

###############################################################################
# each task

my $r = fit(qw(-d classes.csv -o c.safetensors --epochs 40),
    qw(--hidden), '64:relu,64:relu');
is($r->{task}, 'classification', 'texts are classes');
cmp_ok($r->{validation_score}, '>', 0.93, 'classes are learned');
is($r->{parameters}, 3 * 64 + 65 * 64 + 65 * 3, 'parameters');
is(-s $t->dir . '/c.safetensors', $r->{size}, 'size');

my $doc = document('c.safetensors');
is_deeply($doc->{outputs}{labels}, ['north east', 'south east', 'west'],
    'labels in order');
is_deeply([map { $_->{name} } @{$doc->{inputs}{columns}}], ['x', 'y'],
    'columns without the target');
is($doc->{inputs}{columns}[0]{scaling}, 'standard', 'standard scaling');
is_deeply([map { $_->{activation} } @{$doc->{layers}}],
    [qw(relu relu softmax)], 'layers');
is($doc->{training}{data}{target}, 'where', 'the target is on record');
is($doc->{training}{data}{training_rows}, 540, 'rows for training');
is($doc->{training}{data}{validation_rows}, 60, 'rows for validation');
is($doc->{training}{seed}, 1, 'the seed is on record');
is($doc->{training}{settings}{optimizer}, 'adam', 'and the settings');
like($doc->{training}{data}{crc32c}, qr/^[0-9a-f]{8}$/, 'and the data');
is($doc->{name}, 'c', 'named after its file');

$r = fit(qw(-d binary.csv -o b.safetensors --epochs 60 --target same));
is($r->{task}, 'binary', 'two texts are binary');
cmp_ok($r->{validation_score}, '>', 0.9, 'binary is learned');
is(document('b.safetensors')->{layers}[-1]{activation}, 'sigmoid', 'sigmoid');

$r = fit(qw(-d numbers.csv -o n.safetensors --target 3 --hidden 16:tanh),
    qw(--epochs 100 --lr 0.01));
is($r->{task}, 'regression', 'numbers are numbers');
cmp_ok($r->{validation_score}, '>', 0.98, 'numbers are learned');
is(document('n.safetensors')->{outputs}{labels}[0], 'z', 'named');

fit(qw(-d bare.csv -o bare.safetensors --epochs 1));
is(document('bare.safetensors')->{inputs}{columns}[1]{name}, 'column2',
    'a file without names');

fit(qw(-d classes.csv -o one.safetensors --epochs 1 --hidden none --name n-1));
$doc = document('one.safetensors');
is(scalar @{$doc->{layers}}, 1, 'no hidden layer');
is($doc->{name}, 'n-1', '--name');

# each optimiser, loss and scaling runs and learns something

for my $o (qw(sgd momentum nesterov rmsprop adam adamw)) {
    my $got = fit(qw(-d classes.csv -o o.safetensors --epochs 20 --optimizer),
        $o, qw(--clip-norm 5 --l2 0.0001 --lr), $o eq 'sgd' ? 0.1 : 0.01);
    cmp_ok($got->{validation_score}, '>', 0.85, $o);
}

for my $loss (qw(mse mae huber)) {
    my $got = fit(qw(-d numbers.csv -o o.safetensors --epochs 60 --lr 0.01),
        '--loss', $loss);
    cmp_ok($got->{validation_score}, '>', 0.95, $loss);
}

for my $loss (qw(categorical_crossentropy sparse_categorical_crossentropy)) {
    my $got = fit(qw(-d classes.csv -o o.safetensors --epochs 20 --lr 0.01),
        '--loss', $loss);
    cmp_ok($got->{validation_score}, '>', 0.9, $loss);
}

for my $scaling (qw(none standard minmax robust)) {
    my $got = fit(qw(-d classes.csv -o o.safetensors --epochs 20 --lr 0.01),
        '--scaling', $scaling);
    cmp_ok($got->{validation_score}, '>', 0.85, "scaling $scaling");
    is(document('o.safetensors')->{inputs}{columns}[0]{scaling}, $scaling,
        'on record');
}

###############################################################################
# the same bits

my @same = qw(-d classes.csv --epochs 3 --name same);
fit(@same, '-o', 's1.safetensors');
fit(@same, '-o', 's2.safetensors');
fit(@same, '-o', 's3.safetensors', '--seed', 2);
is($t->read_file('s1.safetensors'), $t->read_file('s2.safetensors'),
    'same seed, same bits');
isnt($t->read_file('s1.safetensors'), $t->read_file('s3.safetensors'),
    'another seed, others');
isnt(document('s1.safetensors')->{inputs}{columns}[0]{shift},
    document('s3.safetensors')->{inputs}{columns}[0]{shift},
    'its training rows are others too');

$t->write_file('fit.conf', "# as above\n\n data = classes.csv \nepochs=3\n"
    . "name =  same\nseed = 9\njson = no\n");
fit(qw(--seed 1 --config fit.conf -o s4.safetensors));
is($t->read_file('s1.safetensors'), $t->read_file('s4.safetensors'),
    'a config file says the same, the command line wins');

###############################################################################
# the best weights, early stopping, validation

$r = fit(qw(-d binary.csv -o e.safetensors --epochs 500 --patience 3 --lr 0.05),
    qw(--schedule constant));
ok($r->{stopped_early}, 'stops early');
is($r->{epochs}, $r->{best_epoch} + 3, 'after the patience');

# measured on the same validation rows by another path: the file holds the
# best epoch's weights, not the last's

csv('train.csv', 'x,y,same', @binary[0 .. 399]);
csv('held.csv', 'x,y,same', @binary[400 .. 599]);
$r = fit(qw(-d train.csv --valid held.csv -o v.safetensors --epochs 40),
    qw(--lr 0.1 --schedule constant --patience 0 --batch 8),
    qw(--calibration none));
cmp_ok($r->{best_epoch}, '<', 40, 'the last epoch is not the best');
my ($rc, $out) = $t->trainer(qw(evaluate v.safetensors -d held.csv --json));
my $e = decode_json($out);
cmp_ok(abs($e->{loss} - $r->{validation_loss}), '<', 1e-3,
    'the best weights are in the file');
is($e->{accuracy}, $r->{validation_score}, 'accuracy too');

# scaling knows the training rows alone: a wild validation row changes nothing

csv('wild.csv', 'x,y,same', @binary[400 .. 598], '1e6,-1e6,yes');
fit(qw(-d train.csv --valid wild.csv -o w.safetensors --epochs 1));
is_deeply(document('w.safetensors')->{inputs},
    document('v.safetensors')->{inputs}, 'scaling saw no validation row');

# a test set changes nothing but the report

fit(qw(-d train.csv -o t1.safetensors --epochs 2 --name t));
$r = fit(qw(-d train.csv -o t2.safetensors --epochs 2 --name t --test
    held.csv));
is($r->{test_rows}, 200, 'test rows');
($rc, $out) = $t->trainer(qw(evaluate t2.safetensors -d held.csv --json));
is(decode_json($out)->{accuracy}, $r->{test_accuracy}, 'test accuracy');
my @p = map { ($t->trainer('predict', $_, '-d', 'held.csv'))[1] }
    't1.safetensors', 't2.safetensors';
is($p[0], $p[1], 'the same weights with and without a test set');

###############################################################################
# progress, Ctrl-C

($rc, $out, my $err) = $t->trainer(qw(fit -d classes.csv -o p.safetensors
    --epochs 2));
is($rc, 0, 'fit');
is($err, '', 'quiet where there is no terminal');
like($out, qr/^model +p\.safetensors, \d+ bytes$/m, 'result');

my $dir = $t->dir;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
my $pid = fork // die;

if (!$pid) {
    chdir $dir;
    open STDOUT, '>', 'int.out';
    open STDERR, '>', 'int.err';
    exec $trainer, qw(fit -d classes.csv -o i.safetensors --epochs 1000000
        --patience 0 --schedule constant --progress lines) or die;
}

ok($t->wait_for(sub { $t->read_file('int.err') =~ /^epoch 3/m }), 'trains');
kill 'INT', $pid;
waitpid $pid, 0;
is($?, 0, 'Ctrl-C is no failure');
like($t->read_file('int.out'), qr/^interrupted: the best weights so far are/m,
    'says so');
($rc) = $t->trainer(qw(inspect i.safetensors));
is($rc, 0, 'and the file is good');

###############################################################################
# usage

for (
    [['fit'], 2, qr/--data is missing/],
    [[qw(fit -d classes.csv)], 2, qr/--output is missing/],
    [[qw(fit -d classes.csv -o x --epochs 0)], 2,
        qr/--epochs: "0": expected a whole number from 1 to/],
    [[qw(fit -d classes.csv -o x --epochs 1.5)], 2, qr/whole number/],
    [[qw(fit -d classes.csv -o x --lr nan)], 2, qr/--lr: "nan": expected/],
    [[qw(fit -d classes.csv -o x --optimizer adamm)], 2,
        qr/--optimizer: "adamm": expected one of sgd, momentum/],
    [[qw(fit -d classes.csv -o x --hidden 64:rellu)], 2,
        qr/--hidden: "rellu" is not an activation: expected relu/],
    [[qw(fit -d classes.csv -o x --hidden 0)], 2, qr/"0" is not a layer/],
    [[qw(fit -d classes.csv -o x --hidden), '8,'], 2, qr/last comma/],
    [[qw(fit -d classes.csv -o x --loss binary_crossentropy)], 2,
        qr/--loss: binary_crossentropy does not go with the task/],
    [[qw(fit -d classes.csv -o x --name), 'a b'], 2, qr/--name: "a b"/],
    [[qw(fit -d classes.csv -o x --nonsense)], 2, qr/unrecognized option/],
    [[qw(fit -d classes.csv -o x y)], 2, qr/"y" stands alone: expected options, such as --data y/],
    [[qw(fit --config none.conf)], 1, qr/none\.conf: cannot be opened/],
    [[qw(fit -d classes.csv -o x --task regression)], 1,
        qr/the target holds "\w+( \w+)?": regression expects/],
    [[qw(fit -d classes.csv -o x --task binary)], 1,
        qr/3 different targets: a binary task expects 2/],
    [[qw(fit -d numbers.csv -o x --optimizer sgd --lr 1e6 --scaling none)], 1,
        qr/the loss is not finite from the first epoch on/],
) {
    my ($args, $code, $re) = @$_;
    my ($got, undef, $said) = $t->trainer(@$args, '-q');
    is($got, $code, "exit code: @$args");
    like($said, $re, 'what is wrong');
}

for (["epochs = 3\nepoks = 3\n", qr/bad\.conf:2: unknown option "epoks"/],
    ["\nepochs\n", qr/bad\.conf:2: expected "option = value"/],
    ["epochs = many\n", qr/bad\.conf:1: epochs: "many": expected a whole/])
{
    $t->write_file('bad.conf', $_->[0]);
    my ($got, undef, $said) = $t->trainer(qw(fit --config bad.conf));
    is($got, 2, 'a bad config file');
    like($said, $_->[1], 'says where');
}

ok(!-e "$dir/x", 'none of them wrote a file');
($rc, $out) = $t->trainer('fit', '--help');
is($rc, 0, '--help');
like($out, qr/--clip-norm=X/, 'lists the options');
like($out, qr/--columns=LIST[^-]*\b$_\b/, "and $_ as a kind of column")
    for qw(number boolean category text date ignore id weight);

done_testing();
