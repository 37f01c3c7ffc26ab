#!/usr/bin/perl

# Promise: a training with differential privacy spends what was asked for and
# no more, says what it spent, and leaves nothing of its rows in file, log or
# report that was not declared public.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub refused {
    my ($why, $name, @command) = @_;
    my ($rc, $out, $err) = $t->trainer(@command);
    is($rc, 2, "$name: exit code");
    like($err, $why, "$name: is said");
}

###############################################################################
# privacy: figures of docs and of dp-accounting

my @plan = qw(privacy --rows 60000 --batch 256 --epochs 15 --delta 1e-5);
my ($rc, $out, $err) = $t->trainer(@plan, qw(--noise 1.3));
is($rc, 0, 'privacy') or diag($err);
like($out, qr/^steps       3516, each sees a row with probability 0\.00426667$/m,
    'steps');
like($out, qr/^epsilon     0\.864\d+ at delta 1e-05 /m, 'epsilon');
like($out, qr/^ +0\.95456\d by Renyi divergence of order 17$/m, 'Renyi');
like($out, qr/^ +1\.1922\d by the older conversion of it$/m, 'classic');

($rc, $out, $err) = $t->trainer(@plan, qw(--noise 1.3 --json));
is($rc, 0, 'privacy --json') or diag($err);
my $json = decode_json($out);
cmp_ok(abs($json->{epsilon} - 0.8646), '<', 0.001, 'epsilon');
cmp_ok(abs($json->{epsilon_rdp} - 0.954564), '<', 1e-5, 'epsilon_rdp');
cmp_ok(abs($json->{epsilon_classic} - 1.1923), '<', 1e-4, 'epsilon_classic');
is($json->{steps}, 3516, 'steps');
is($json->{sampling}, 'poisson', 'sampling');
is($json->{adjacency}, 'add or remove one row', 'adjacency');

($rc, $out, $err) = $t->trainer(@plan, qw(--epsilon 3 --json));
is($rc, 0, 'noise for a budget') or diag($err);
$json = decode_json($out);
cmp_ok($json->{epsilon}, '<=', 3, 'not above it');
cmp_ok($json->{epsilon}, '>', 2.99, 'and near it');
cmp_ok(abs($json->{noise} - 0.728), '<', 0.002, 'the noise');

refused(qr/^maas-trainer privacy: --batch is missing\n/, 'no batch',
    qw(privacy --rows 10 --noise 1));
refused(qr/--noise and --epsilon: expected one of them\n/, 'neither', @plan);
refused(qr/--noise and --epsilon: expected one of them\n/, 'both', @plan,
    qw(--noise 1 --epsilon 1));
refused(qr/--batch 11: expected no more than --rows 10\n/, 'batch',
    qw(privacy --rows 10 --batch 11 --epochs 1 --delta 0.1 --noise 1));
refused(qr/--epochs: these are 3e\+10 steps; expected 1e\+09 at most/, 'steps',
    qw(privacy --rows 30 --batch 1 --epochs 1e9 --delta 0.1 --noise 1));
refused(qr/"x" stands alone: expected options\n/, 'argument', @plan, 'x');

###############################################################################
# fit: a table

my @rows = ('a,kind,b,y');

for my $i (1 .. 600) {
    my ($a, $b) = (($i * 7919 % 1000) / 1000, ($i * 104729 % 997) / 997);
    push @rows, join ',', $a, $i % 3 ? 'red' : 'blue', $b,
        $a + $b > 1 ? 'yes' : 'no';
}

$t->write_file('d.csv', join("\n", @rows) . "\n");
my @fit = (qw(fit -d d.csv --epochs 8 --hidden 16:tanh -o m.st --lr 0.05));
my @dp = (@fit, qw(--dp-epsilon 2 --dp-delta 1e-4));

refused(qr/means, ranges and categories of columns would come from the training rows without noise .*--dp-public prepare/,
    'preparation', @dp);
refused(qr/--dp-delta is missing/, 'delta', @fit, qw(--dp-epsilon 2));
refused(qr/--dp-clip: of how much privacy\? --dp-epsilon or --dp-noise is missing/,
    'clip alone', @fit, qw(--dp-clip 1));
refused(qr/--dp-epsilon and --dp-noise: expected one of them/, 'both', @dp,
    qw(--dp-noise 1));
refused(qr/--dp-delta 0\.01: with 600 training rows .*expected less than 0\.00166667/,
    'a large delta', @fit, qw(--dp-epsilon 2 --dp-delta 0.01),
    qw(--dp-public prepare));
refused(qr/--dp-public: "x": expected some of prepare, reference, validation and losses/,
    'word', @dp, '--dp-public', 'prepare,x');

for my $leak (['--validation', 0.2], ['--valid', 'd.csv'], ['--patience', 3]) {
    refused(qr/$leak->[0]: the best epoch, early stopping and calibration would look at rows without noise: expected --dp-public validation/,
        $leak->[0], @dp, qw(--dp-public prepare), @$leak);
}

refused(qr/--cost: the threshold would be read off rows without noise/, 'cost',
    @dp, qw(--dp-public prepare --cost 1:2));
refused(qr/--folds: each fold would spend the budget again/, 'folds', @dp,
    qw(--dp-public prepare --folds 3));
refused(qr/--mixup: a mixed row belongs to two/, 'mixup', @dp,
    qw(--dp-public prepare --mixup 0.2));
refused(qr/--teacher with privacy: what it knows of the rows is in no budget/,
    'teacher', @dp, qw(--dp-public prepare --teacher t.st));
refused(qr/--clip-norm: .* expected --dp-clip/, 'clip-norm', @dp,
    qw(--dp-public prepare --clip-norm 1));
refused(qr/--class-weight balanced: counts the training rows of each class/,
    'class weights', @dp, qw(--class-weight balanced));
refused(qr/--hidden: with privacy, what a row adds must not depend on others: expected no bn/,
    'batch norm', @dp, qw(--dp-public prepare --hidden 8:relu:bn));
refused(qr/^maas-trainer tune: --dp-epsilon: each trial would spend the budget again/,
    'tune', qw(tune -d d.csv -o c --dp-epsilon 2 --dp-delta 1e-4));

($rc, $out, $err) = $t->trainer(@dp, qw(--dp-public prepare --log l.jsonl),
    qw(--report r.html));
is($rc, 0, 'fit with privacy') or diag($err);
like($out, qr/^privacy   epsilon (?:2|1\.99\d*) at delta 0\.0001 /m, 'spent');
like($out, qr/^          noise [\d.]+, gradients of rows clipped to 1, \d+ steps/m,
    'how');
like($out, qr/public by your word: prepare$/m, 'what is public');
unlike($out, qr/training loss/, 'no loss of training rows');
like($out, qr/ 0 for validation$/m, 'no validation');

my $document = decode_json(($t->trainer('inspect', 'm.st', '--json'))[1])
    ->{document};
my $said = $document->{training}{privacy};
is($said->{sampling}, 'poisson', 'the file: sampling');
is($said->{adjacency}, 'add or remove one row', 'adjacency');
is($said->{delta}, 1e-4, 'delta');
cmp_ok($said->{epsilon}, '<=', 2, 'epsilon');
cmp_ok($said->{epsilon}, '>', 1.99, 'is spent');
cmp_ok($said->{epsilon_rdp}, '>', 2, 'epsilon_rdp');
cmp_ok($said->{epsilon_classic}, '>', $said->{epsilon_rdp}, 'epsilon_classic');
is_deeply($said->{public}, ['prepare'], 'public');
is_deeply($said->{withheld}, [qw(reference validation losses)], 'withheld');
is($document->{reference}, undef, 'no counts of values');
is($document->{training}{data}{crc32c}, undef, 'no checksum of the rows');
is($document->{training}{metrics}{training_loss}, undef, 'no loss');

# the accountant agrees, of all that the file says

($rc, $out) = $t->trainer('privacy', '--json', '--rows', 600, '--batch',
    int($said->{q} * 600 + 0.5), '--noise', $said->{noise}, '--delta', 1e-4,
    '--epochs', $said->{steps} * $said->{q});
$json = decode_json($out);
is($json->{steps}, $said->{steps}, 'privacy: the same steps');
cmp_ok(abs($json->{epsilon} - $said->{epsilon}), '<', 1e-6, 'and epsilon');

my @log = map { decode_json($_) } split /\n/, $t->read_file('l.jsonl');
is(scalar @log, 8, 'the log');
is(scalar(grep { defined $_->{loss} } @log), 0, 'has no losses');
my $html = $t->read_file('r.html');
like($html, qr/epsilon_rdp/, 'the report says what was spent');
unlike($html, qr/bit for bit/, 'and promises no same file');
unlike($html, qr/Loss by epoch/, 'and draws no losses');
unlike($html, qr/>Columns</, 'nor what is in the columns of training');
for (['prepare,validation', 0], ['prepare,reference', 1]) {
    my ($public, $is) = @$_;
    ($rc, $out, $err) = $t->trainer(@dp, '--dp-public', $public,
        qw(--report r2.html));
    is($rc, 0, "$public: a report") or diag($err);
    is($t->read_file('r2.html') =~ />Columns</ ? 1 : 0, $is,
        'columns with the word for it alone');
}
like(($t->trainer('inspect', 'm.st'))[1], qr/^ +privacy \{"epsilon":/m,
    'inspect');

# noise is never from the seed: the same command, other weights

my $first = $t->read_file('m.st');
($rc, undef, $err) = $t->trainer(@dp, qw(--dp-public prepare));
is($rc, 0, 'again') or diag($err);
isnt($t->read_file('m.st'), $first, 'other bits');

# everything is public: the best epoch, calibration, figures

($rc, $out, $err) = $t->trainer(@dp, qw(--dp-public),
    'prepare,reference,validation,losses', '--json', qw(--threads 2));
is($rc, 0, 'all is public') or diag($err);
$json = decode_json($out);
is_deeply($json->{privacy}{withheld}, [], 'nothing withheld');
ok(defined $json->{training_loss}, 'losses');
cmp_ok($json->{validation}{rows}, '==', 61, 'validation rows');
$document = decode_json(($t->trainer('inspect', 'm.st', '--json'))[1])
    ->{document};
ok(defined $document->{reference}, 'counts of values');

# by noise, and steps that see no row at all; layers of all kinds

($rc, $out, $err) = $t->trainer(@fit, qw(--dp-noise 0.8 --dp-delta 1e-3),
    qw(--dp-public prepare --batch 1 --epochs 2 --json --hidden),
    '8:gelu:ln,8:tanh:ln:drop=0.1:res', qw(--optimizer momentum --ema 0.9));
is($rc, 0, 'by noise') or diag($err);
$json = decode_json($out);
is($json->{privacy}{noise}, 0.8, 'as it was said');
is($json->{privacy}{steps}, 1200, 'steps');
cmp_ok($json->{privacy}{epsilon}, '>', 0, 'epsilon');

# more privacy is more noise

my %noise;

for my $epsilon (0.5, 8) {
    ($rc, $out, $err) = $t->trainer(@fit, '--dp-epsilon', $epsilon,
        qw(--dp-delta 1e-4 --dp-public prepare --json));
    is($rc, 0, "epsilon $epsilon") or diag($err);
    $noise{$epsilon} = decode_json($out)->{privacy}{noise};
}

cmp_ok($noise{0.5}, '>', 2 * $noise{8}, 'more privacy is more noise');

# a training that stops and goes on counts all of its steps

my @resume = (@fit, qw(--dp-noise 2 --dp-delta 1e-4 --dp-public prepare),
    qw(--json --checkpoint c));
($rc, $out, $err) = $t->trainer(@resume);
is($rc, 0, 'a checkpoint') or diag($err);
my $steps = decode_json($out)->{privacy}{steps};
($rc, $out, $err) = $t->trainer(@resume, '--resume');
is($rc, 0, 'resumed') or diag($err);
is(decode_json($out)->{privacy}{steps}, $steps, 'the same steps');

###############################################################################
# fit: pictures, whose bytes have a range of their own

($rc, undef, $err) = $t->trainer(qw(synth pictures --train 3000 --test 500));
is($rc, 0, 'pictures') or diag($err);
($rc, $out, $err) = $t->trainer(qw(fit -d pictures -o p.st --dp-epsilon 8),
    qw(--dp-delta 1e-5 --json));
is($rc, 0, 'pictures with privacy, nothing is public') or diag($err);
$json = decode_json($out);
is_deeply($json->{privacy}{public}, [], 'nothing');
cmp_ok($json->{test_accuracy}, '>', 0.5, 'and it learns');
$document = decode_json(($t->trainer('inspect', 'p.st', '--json'))[1])
    ->{document};
is($document->{training}{settings}{'dp-features'}, 'edges', 'from edges');
is($document->{reference}, undef, 'no means of the training rows');
is(join(' ', map { $_->{units} } @{ $document->{layers} }), '2048 64 10',
    'a layer more');

($rc, $out, $err) = $t->trainer(qw(fit -d pictures -o p.st --dp-epsilon 8),
    qw(--dp-delta 1e-5 --json --hidden), '16:tanh:ln,16:tanh:res',
    qw(--dp-features edges --validation 0.2 --dp-public validation));
is($rc, 0, 'edges and more layers') or diag($err);
$json = decode_json($out);
cmp_ok(abs($json->{validation_score} - $json->{validation}{accuracy}), '<',
    0.004, 'the file answers as the network in training did');
cmp_ok($json->{validation_score}, '>', 0.3, 'and knows something');

($rc, $out, $err) = $t->trainer(qw(fit -d pictures -o p.st --dp-epsilon 8),
    qw(--dp-delta 1e-5 --epochs 1 --dp-features none));
is($rc, 0, 'pixels') or diag($err);
like($out, qr/^network   784-64-10,/m, 'are the input');
refused(qr/--dp-features edges: expected pictures of bytes/, 'edges of columns',
    @dp, qw(--dp-public prepare --dp-features edges));
refused(qr/--dp-features: of how much privacy\?/, 'edges alone', @fit,
    qw(--dp-features edges));

###############################################################################
# docs/privacy.md: its commands run as they stand there

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/privacy.md");
my ($part) = $page =~ /^## Training with differential privacy\n(.*?)(?=^## |\z)/ms;
my @shell = $part =~ /^```sh\n(.*?)^```/msg;
is(scalar @shell, 2, 'the page: blocks of commands');
local $ENV{PATH} = "$MaasTest::build:$ENV{PATH}";
$t->write_file('payments.csv', join("\n", 'amount,country,late,outcome',
    map { join ',', 10 + $_ * 37 % 400, ('it', 'fr', 'de')[$_ % 3], $_ % 7,
        $_ % 7 > 4 ? 'bad' : 'good' } 1 .. 1500) . "\n");

for (@shell) {
    ($rc, $out, $err) = $t->command('sh', '-ec', $_);
    is($rc, 0, 'run') or diag($err);
}

like($out, qr/^epsilon +0\.8646/m, 'and say what the page says');
like($out, qr/"noise":0\.728/, 'of the second, too');

done_testing;
