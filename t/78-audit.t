#!/usr/bin/perl

# Promise: audit finds the rows of a model that has learnt them by heart, and
# next to none of one that was trained with differential privacy, whose bound it
# keeps.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

my $state = 5;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }
sub normal { my $s = -6; $s += rnd() for 1 .. 12; $s }

# What can be known is little: the rest is noise, to be learnt by heart

sub table {
    my ($name, $n) = @_;
    my @rows = join ',', (map { "c$_" } 0 .. 11), 'kind', 'y';
    for (1 .. $n) {
        my @x = map { normal() } 0 .. 11;
        push @rows, join ',', @x, $x[3] > 0 ? 'blue' : 'red',
            $x[0] + $x[1] + 1.5 * normal() > 0 ? 'yes' : 'no';
    }
    $t->write_file($name, join("\n", @rows) . "\n");
}

table('train.csv', 400);
table('other.csv', 1500);

sub ok_run {
    my ($rc, $out, $err) = $t->trainer(@_);
    is($rc, 0, "@_[0, 1]") or diag($err);
    return $out;
}

my @fit = qw(fit -d train.csv -q --json --validation 0 --folds 0);
my @with = qw(--data train.csv --held-out other.csv);
ok_run(@fit, qw(-o heart.st --hidden 256:relu --epochs 150 --patience 0),
    qw(--weight-decay 0 --lr 0.005));
my $heart = decode_json(ok_run('audit', 'heart.st', @with,
    qw(--shadows 8 --json)));
is($heart->{members}, 400, 'rows that it was trained on');
is($heart->{held_out}, 1500, 'and others');
is($heart->{n_shadows}, 8, 'shadows');
is($heart->{bound}, undef, 'nothing bounds it');

for my $attack (qw(loss shadows)) {
    my $auc = $heart->{$attack}{auc};
    cmp_ok($auc->{value}, '>', 0.6, "$attack: finds rows learnt by heart");
    cmp_ok($auc->{low}, '<', $auc->{value}, 'an interval');
    cmp_ok($auc->{high}, '>', $auc->{value}, 'around it');
    ok(defined $heart->{$attack}{'tpr_at_0.001'}{value}, 'at 0.1 %');
}

cmp_ok($heart->{shadows}{auc}{value}, '>', $heart->{loss}{auc}{value} + 0.02,
    'shadows know which rows are hard');
cmp_ok($heart->{shadows}{'tpr_at_0.01'}{value}, '>', 0.05,
    'and find some rows for sure');

# the same with privacy

my @private = (qw(fit -d train.csv -q --json -o private.st --dp-epsilon 1),
    qw(--dp-delta 1e-4 --dp-public prepare));
ok_run(@private);
my $private = decode_json(ok_run('audit', 'private.st', @with,
    qw(--shadows 4 --json --report private.html)));

for my $attack (qw(loss shadows)) {
    cmp_ok($private->{$attack}{auc}{value}, '<',
        $heart->{$attack}{auc}{value} - 0.05, "$attack: finds less");

    # at 0.1 % these are one row or two: chance would fail one time in sixty

    cmp_ok($private->{$attack}{'tpr_at_0.01'}{low}, '<=',
        $private->{bound}{'tpr_at_0.01'}, 'no more than the bound');
    ok(defined $private->{bound}{'tpr_at_0.001'}, 'at 0.1 %, too');
}

cmp_ok(abs($private->{bound}{'tpr_at_0.01'} - exp($private->{bound}{epsilon})
    / 100 - 1e-4), '<', 1e-9, 'the bound: e^epsilon FPR + delta');

# the page says the same

my ($card) = $t->read_file('private.html')
    =~ m{<h2>Who was in the training data</h2>(.*?)</section>}s;
like($card, qr/400 rows that it was trained on, 1500 others, 4 shadow models/,
    'a card of the report');

for my $attack (qw(loss shadows)) {
    my $cells = join '', map { my ($v, $unit, $form) = @$_;
        sprintf "<td>$form ($form to $form)</td>", map { $unit * $_ }
            @$v{qw(value low high)} } [ $private->{$attack}{auc}, 1, '%.4f' ],
        map { [ $private->{$attack}{$_}, 100, '%.2f' ] }
        qw(tpr_at_0.001 tpr_at_0.01);
    like($card, qr{<td>$attack</td>\Q$cells\E</tr>}, "$attack: its figures");
}

like($card, qr{<td>at most, by epsilon [\d.]+</td><td></td><td>0\.2\d</td>(?#
    )<td>2\.7\d</td>}, 'and the bound');

# by its record, the rows that validated are no members; text

ok_run(qw(fit -d train.csv -q --json -o m.st --folds 0 --epochs 3));
like(ok_run('audit', 'm.st', @with),
    qr/^rows        360 trained on, 1500 held out\nloss        AUC 0\.\d+ \(0\.\d+ to 0\.\d+\); at 0\.1 % false alarms [\d.]+ % found \(.*\); at 1 % false alarms [\d.]+ % found \([\d.]+ to [\d.]+\)\n\z/,
    'text');
like(ok_run('audit', 'private.st', @with, qw(--shadows 2)),
    qr/^privacy     epsilon (?:1|0\.99\d*): no attack finds more than 0\.2\d % at 0\.1 % false alarms, 2\.7\d % at 1 %$/m,
    'the bound');
ok_run('audit', 'm.st', @with, qw(--report m.html));
unlike($t->read_file('m.html'), qr/<td>shadows|at most, by/, 'nothing more');
table('few.csv', 50);
like(ok_run(qw(audit m.st --data train.csv --held-out few.csv)),
    qr/at 1 % false alarms: too few rows held out/, 'few rows');

# numbers to predict

my @numbers = map { my ($x, $y) = (rnd(), rnd());
    join ',', $x, $y, $x + 2 * $y + 0.1 * rnd() } 1 .. 200;
$t->write_file('n.csv', join("\n", 'a,b,y', @numbers) . "\n");
$t->write_file('turned.csv', join("\n", 'a,b,y', reverse @numbers) . "\n");
ok_run(qw(fit -d n.csv -q --json -o n.st --epochs 5 --folds 0));
my $n = decode_json(ok_run(qw(audit n.st --data n.csv --held-out turned.csv --json),
    qw(--shadows 2)));
cmp_ok(abs($n->{loss}{auc}{value} - 0.5), '<', 0.1,
    'the same rows twice are guessing');

# what cannot be

my ($code, undef, $same) = $t->trainer(qw(audit n.st --data n.csv --held-out
    n.csv));
is($code, 1, 'the file of the training is not held out');
like($same, qr/--held-out n\.csv: the same rows as --data/, 'is said');

for (['--data is missing', qw(audit m.st)],
    ['--held-out is missing', qw(audit m.st -d train.csv)],
    ['other.csv', qw(audit m.st), @with, qw(--report other.csv)],
    ['m.st', qw(audit m.st), @with, qw(--report m.st)])
{
    my ($why, @command) = @$_;
    my ($rc, undef, $err) = $t->trainer(@command);
    is($rc, $why =~ m{missing} ? 2 : 1, "$why: exit code");
    like($err, qr/\Q$why\E/, 'is said');
}

###############################################################################
# docs/privacy.md: its command runs as it stands there

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/privacy.md");
my ($part) = $page =~ /^## What a model gives away\n(.*?)(?=^## |\z)/ms;
my @shell = $part =~ /^```sh\n(.*?)^```/msg;
is(scalar @shell, 1, 'the page: a block of commands');
local $ENV{PATH} = "$MaasTest::build:$ENV{PATH}";
rename "$dir/$_->[0]", "$dir/$_->[1]" for ['m.st', 'churn.safetensors'],
    ['train.csv', 'churn.csv'], ['other.csv', 'later.csv'];
my ($rc, $out, $err) = $t->command('sh', '-ec', $shell[0]);
is($rc, 0, 'runs') or diag($err);
like($out, qr/^shadows     AUC/m, 'and says so');

done_testing;
