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

sub ok_run {
    my ($rc, $out, $err) = $t->trainer(@_);
    is($rc, 0, "@_") or diag($err);
    return $out;
}

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

my $r = decode_json(ok_run(qw(fit -q --json --config one.conf -o m.st)));
cmp_ok(abs($r->{validation_loss} - $j->{trials}[0]{validation_loss}), '<',
    1e-9, 'fit --config gives what the table says');
is($r->{validation_score}, $j->{trials}[0]{validation_score}, 'score too');
like($t->read_file('one.conf'), qr/^# maas-trainer tune: trial \d of 9, (?#
    )validation loss [\d.]+\ndata = d\.csv\nhidden = \S+\nlr = [\d.]+\n(?#
    )epochs = 18\n/, 'a config file');

# two at a time: the same

ok_run(@tune, qw(-o two.conf --jobs 2));
ok($t->read_file('one.conf') eq $t->read_file('two.conf'),
    'how many run at a time changes nothing');
isnt(ok_run(@tune[0 .. 8], qw(--seed 5 -o other.conf)),
    ok_run(@tune, qw(-o two.conf)), 'another seed, other trials');

my $text = ok_run(@tune, qw(-o two.conf));
like($text, qr/^trial +epochs +loss +score +lr +decay +batch +hidden\n +\d /,
    'the table');
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
) {
    my ($args, $code, $re) = @$_;
    my ($got, undef, $said) = $t->trainer(@$args);
    is($got, $code, "exit code: @$args[8 .. $#$args]");
    like($said, $re, 'what is wrong');
}

is(join(' ', glob "$dir/*.tmp*"), '', 'no folder is left by these');
is((ok_run('tune', '--help') =~ /--jobs=N/) + 0, 1, '--help');

done_testing();
