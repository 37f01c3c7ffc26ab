#!/usr/bin/perl

# Promise: `tune` finds settings that `fit --config` takes and that give what
# the table says; how many trials run at a time changes nothing, and a search
# that was ended goes on where it was.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";

sub ok_run { return $t->trains(@_) }

sub lines { return [split /\n/, $t->read_file($_[0])] }

my $state = 5;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

$t->write_file('d.csv', join '', "a,b,c,k\n",
    map { my ($x, $y) = (rnd(), rnd());
        join(',', $x, $y, rnd(), sin(6 * $x) + 0.3 * rnd() > $y ? 'in' : 'out')
        . "\n" } 1 .. 400);

###############################################################################
# a search, and what it says

my @tune = qw(tune -d d.csv --trials 9 --epochs 18 --validation 0.3 --seed 4);
my $j = decode_json(ok_run(@tune, qw(-o one.conf --jobs 1 --json)));

is(scalar @{ $j->{trials} }, 9, 'all trials are shown');
is($j->{ran}, 9 + 3 + 1, 'halving: nine, three, one');
is(join(' ', map { $_->{epochs} } @{ $j->{trials} }), '18 6 6 2 2 2 2 2 2',
    'with a ninth, a third, all of the epochs');
my ($first) = grep { $_->{trial} == 0 } @{ $j->{trials} };
is($first->{hidden}, '128:relu', 'trial 0 is what fit would choose');
my %seen;
$seen{"$_->{hidden} $_->{lr} $_->{batch}"}++ for @{ $j->{trials} };
is(scalar keys %seen, 9, 'all are different');

# the same numbers from fit

my $r = decode_json(ok_run(qw(fit -q --json --folds 5 --config one.conf -o
    m.st)));
my $best = $j->{trials}[0];
is($j->{folds}, 5, 'by folds: 120 rows for validation are few');
cmp_ok(abs($r->{folds}{loss} - $best->{validation_loss}), '<', 1e-9,
    'fit --config gives what the table says');
cmp_ok(abs($r->{folds}{mean} - $best->{validation_score}), '<', 1e-9,
    'score too');
cmp_ok(abs($r->{folds}{deviation} - $best->{deviation}), '<', 1e-9,
    'and how much folds differ');
like($t->read_file('one.conf'), qr/^# maas-trainer tune: trial \d of 9, (?#
    )validation loss [\d.]+, mean of 5 folds\ndata = d\.csv\n(?#
    )hidden = \S+\nlr = [\d.]+\nepochs = 18\n/, 'a config file');

# two at a time: the same

ok_run(@tune, qw(-o two.conf --jobs 2));
ok($t->read_file('one.conf') eq $t->read_file('two.conf'),
    'how many run at a time changes nothing');
isnt(ok_run(@tune[0 .. 8], qw(--seed 5 -o other.conf)),
    ok_run(@tune, qw(-o two.conf)), 'another seed, other trials');

my $text = ok_run(@tune, qw(-o two.conf));
like($text, qr/^trial +epochs +loss +score +lr +decay +batch +hidden\n +\d /,
    'the table');
like($text, qr/^loss and score are means of 5 folds of the 400 rows$/m,
    'how they were compared');
like($text, qr/^two\.conf: the settings of trial \d, for fit --config$/m,
    'and where it is');

###############################################################################
# ended and gone on with

my @whole = @{ lines('one.conf.trials') };
is(scalar @whole, 1 + 13, 'a line for each, and a first one');
$t->write_file('three.conf.trials', join('', map { "$_\n" } @whole[0 .. 6])
    . substr($whole[7], 0, 20));
$j = decode_json(ok_run(@tune, qw(-o three.conf --json)));
is($j->{ran}, 13 - 6, 'only what was left; a line that was cut is left too');
ok($t->read_file('one.conf') eq $t->read_file('three.conf'), 'the same end');
$j = decode_json(ok_run(@tune, qw(-o three.conf --json)));
is($j->{ran}, 0, 'nothing is left then');

$j = decode_json(ok_run(@tune[0 .. 2], qw(--trials 12), @tune[5 .. $#tune],
    qw(-o three.conf --json)));
cmp_ok($j->{ran}, '<', 9, 'more trials: some are there already');
cmp_ok($j->{ran}, '>=', 3, 'the new ones are not');

# a signal to the program alone

my $pid = fork // die;
if (!$pid) {
    chdir $dir;
    open STDOUT, '>', 'out';
    open STDERR, '>', 'err';
    exec $trainer, @tune[0 .. 2], qw(--trials 300 --epochs 90 --patience 0
        --jobs 2 -o int.conf) or die;
}
ok($t->wait_for(sub { -e "$dir/int.conf.trials"
    && @{ lines('int.conf.trials') } > 3 }), 'it is on its way');
kill 'INT', $pid;
waitpid $pid, 0;
is($? >> 8, 1, 'interrupted');
like($t->read_file('err'), qr/interrupted: int\.conf\.trials has the trials (?#
    )so far, the same command goes on/, 'says what to do');
ok(!-e "$dir/int.conf", 'no settings');
is(join(' ', glob "$dir/*.tmp*"), '', 'no folder is left');

###############################################################################
# by what trials are compared

my @short = qw(tune --trials 2 --epochs 1 --json -o by.conf);
$t->write_file('big.csv', join '', "a,b,k\n",
    map { my $x = rnd(); join(',', $x, rnd(), $x > 0.5 ? 'p' : 'q') . "\n" }
    1 .. 2000);
for (
    [[qw(-d big.csv)], 0, 'rows enough for validation: by them'],
    [[qw(-d big.csv --validation 0.09)], 5, 'a few less: by folds'],
    [[qw(-d big.csv --folds 3)], 3, 'as --folds says'],
    [[qw(-d d.csv --valid d.csv)], 0, 'rows of their own: by them'],
) {
    my ($args, $folds, $name) = @$_;
    unlink "$dir/by.conf.trials";
    my $by = decode_json(ok_run(@short, @$args));
    is($by->{folds}, $folds, $name);
    my $kept = $t->read_file('by.conf') =~ /^folds = (\d+)$/m ? $1 : 0;
    is($kept, $args->[2] && $args->[2] eq '--folds' ? 3 : 0,
        'only what was said is for fit');
    my $fit = decode_json(ok_run(qw(fit -q --json --config by.conf -o by.st),
        $folds ? ('--folds', $folds) : ()));
    is($folds ? $fit->{folds}{loss} : $fit->{validation_loss},
        $by->{trials}[0]{validation_loss}, 'the loss is that of fit');
}

# a search is of its data

unlink "$dir/by.conf.trials";
ok_run(@short, qw(-d big.csv));
$t->write_file('big.csv', $t->read_file('big.csv') . "0.1,0.2,q\n");
my ($rc, undef, $err) = $t->trainer(@short, qw(-d big.csv));
is($rc, 1, 'other data');
like($err, qr/by\.conf\.trials: is of other data: big\.csv has changed since/,
    'says so');
my $old = $t->read_file('by.conf.trials');
$old =~ s/^(\{"search":"[^"]*").*/$1}/;
$t->write_file('by.conf.trials', $old);
is(decode_json(ok_run(@short, qw(-d big.csv)))->{ran}, 0,
    'a state of 0.1.0 says nothing of data: it goes on');

###############################################################################
# all that fit knows is kept: by its --help, a value for each

my %value = (
    valid => 'valid.csv', test => 'd.csv', target => 'k', columns => 'a=number',
    ignore => 'c', id => 'b', weight => 'w', 'one-hot' => 7, hash => 9,
    'class-weight' => 'in:2,out:1', cost => '1:10', 'false-alarms' => 0.25,
    'on-error' => 'skip', header => 'yes', encoding => 'latin1',
    task => 'binary', name => 'other', scaling => 'minmax', hidden => '8:tanh', init => 'he',
    loss => 'binary_crossentropy', optimizer => 'adamw', lr => 0.03,
    schedule => 'linear', warmup => 1, 'lr-final' => 0.1, 'step-every' => 2,
    'step-factor' => 0.5, plateau => 3, epochs => 2, batch => 16,
    validation => 0.25, split => 'group=b', folds => 3, patience => 7, momentum => 0.8, rho => 0.8,
    beta1 => 0.8, beta2 => 0.9, epsilon => 1e-6, 'weight-decay' => 0.25,
    l2 => 0.01, 'clip-norm' => 2, calibration => 'none', ema => 0.5,
    'label-smoothing' => 0.1, mixup => 0.2, 'target-scaling' => 'none',
    decimal => '.', thousands => "'", 'na-values' => '?,none',
    encoding => 'latin1', split => 'group=c',
);
# of one run, tune's own, or told apart below
my %not = map { $_ => 1 } qw(output config threads checkpoint checkpoint-every
    checkpoint-keep resume report log json progress quiet help data seed
    augment labels on features portable model effort monotone
    teacher unlabelled temperature alpha
    dp-epsilon dp-delta dp-noise dp-clip dp-public dp-features);

($rc, undef, $err) = $t->trainer(qw(tune -d d.csv -o x.conf --model trees));
is($rc, 2, 'trees are not tuned');
like($err, qr/^maas-trainer tune: --model trees: settings of a network are (?#
    )searched: expected no --model, or fit/m, 'it says so');

$t->write_file('valid.csv', $t->read_file('d.csv'));
my $row = 0;
$t->write_file('w.csv', join '', map { $row++ ? "1,$_\n" : "w,$_\n" }
    @{ lines('d.csv') });
my @names = ok_run('fit', '--help') =~ /^  (?:-\w,|   ) --([\w-]+)/mg;
cmp_ok(scalar @names, '>', 50, 'options of fit');
is(join(' ', grep { !$not{$_} && !exists $value{$_} } @names), '',
    'all of them are here');

for my $name (grep { exists $value{$_} } @names) {
    my $data = $name eq 'weight' ? 'w.csv' : 'd.csv';
    my @more = $name eq 'target-scaling' ? qw(-t a) : qw(-t k);
    @more = (@more, qw(--epochs 1)) if $name ne 'epochs';
    @more = () if $name eq 'target';
    unlink "$dir/opt.conf.trials";
    ok_run(qw(tune --trials 1 -o opt.conf -d), $data, @more,
        "--$name=$value{$name}");
    like($t->read_file('opt.conf'), qr/^$name = \Q$value{$name}\E$/m,
        "$name is kept");
}

# by a file, with the value that is usual, by a part of its name

$t->write_file('usual.conf', "batch = 32\nseed = 7\n");
for (['--config', 'usual.conf'], ['--bat', 32], ['-b32']) {
    unlink "$dir/opt.conf.trials";
    my $u = decode_json(ok_run(qw(tune --trials 6 --json -o opt.conf -d d.csv
        --epochs 1 --hidden 4), @$_));
    is_deeply([grep { $_->{batch} != 32 } @{ $u->{trials} }], [],
        "@$_: what is said is not searched");
    is($t->read_file('opt.conf') =~ /^seed = 7$/m ? 1 : 0,
        $_->[0] eq '--config' ? 1 : 0, "@$_: the seed of fit");
}

# blanks at the ends of a value stay

for my $value (' ', ' x', 'x ', '" x"', '"x"') {
    unlink "$dir/opt.conf.trials";
    ok_run(qw(tune --trials 1 --epochs 1 -o opt.conf -d d.csv), '--na-values',
        $value);
    ok_run(qw(fit -q -c opt.conf -o blank.st));
    is(decode_json(ok_run(qw(inspect --json blank.st)))
        ->{document}{training}{settings}{'na-values'}, $value,
        "'$value' comes back from the file");
}

# a table of very many columns: fit's words on them are long

my $wide = join(',', map { "a_column_of_a_long_name_$_" } 1 .. 2000) . ",y\n";
$wide .= join(',', map({ int 9 * rnd() } 1 .. 2000), rnd() > 0.5 ? 'p' : 'q')
    . "\n" for 1 .. 40;
$t->write_file('wide.csv', $wide);
ok_run(qw(tune --trials 1 --epochs 1 --hidden 2 -d wide.csv -o wide.conf));

# trials do not all say what is to be said of the data

$t->write_file('bad.csv', $t->read_file('d.csv') . "x,x,x,in\n");
unlink "$dir/opt.conf.trials";
(undef, undef, $err) = $t->trainer(qw(tune --trials 4 -o opt.conf --epochs 1
    --on-error skip -d bad.csv));
cmp_ok(scalar(() = $err =~ /1 row skipped/g), '<=', 2,
    'not once for each trial') or diag($err);

###############################################################################
# what is given is not searched

$j = decode_json(ok_run(@tune, qw(-o fixed.conf --hidden 16:tanh --batch 64
    --json)));
is_deeply([grep { $_->{hidden} ne '16:tanh' || $_->{batch} != 64 }
    @{ $j->{trials} }], [], 'hidden and batch stay');
%seen = map { $_->{lr} => 1 } @{ $j->{trials} };
cmp_ok(scalar keys %seen, '>', 5, 'rates do not');

for (
    [[@tune], 2, qr/--output is missing/],
    [[@tune, qw(-o x --trials 0)], 2, qr/--trials: "0": expected a whole/],
    [[@tune, qw(-o x --validation 0)], 2, qr/leaves nothing to choose by/],
    [[@tune, qw(-o x --report r.html)], 2, qr/are for one training/],
    [[@tune, qw(-o x --nonsense)], 2, qr/unrecognized option/],
    [[@tune, qw(-o x --hidden 8:rellu)], 2, qr/"rellu"/],
    [[@tune, qw(-o x --state one.conf.trials --lr 0.1)], 1,
        qr/one\.conf\.trials: is of another search/],
    [[@tune, qw(-o no/x)], 1, qr/the folder no cannot be written to/],
    [[@tune, '-o'], 2, qr/-o: nothing follows/],
    [[@tune, qw(-o x -d -)], 2, qr/--data: "-" can be read only once/],
    [[@tune, qw(-o x --target), "k\n"], 2, qr/--target: a value with line ends/],
) {
    my ($args, $code, $re) = @$_;
    my ($got, undef, $said) = $t->trainer(@$args);
    is($got, $code, "exit code: @$args[8 .. $#$args]");
    like($said, $re, 'what is wrong');
}

is(join(' ', glob "$dir/*.tmp*"), '', 'no folder is left by these');
is((ok_run('tune', '--help') =~ /--jobs=N/) + 0, 1, '--help');

done_testing();
