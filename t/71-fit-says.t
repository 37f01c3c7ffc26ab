#!/usr/bin/perl

# Promise: `fit` says what should be known before a model is believed: figures
# beside baselines, and warnings, on stderr, in --json and in the record; and is
# silent where there is nothing to say.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Encode qw(decode);
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $state = 11;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }
sub normal { my $s = -6; $s += rnd() for 1 .. 12; $s }

# rows() of n hashes by sub; -> d.csv
sub table {
    my ($n, $names, $row) = @_;
    my @names = split / /, $names;
    $t->write_file('d.csv', join '', join(',', @names) . "\n",
        map { my %r = $row->($_); join(',', @r{@names}) . "\n" } 1 .. $n);
}

# what it says: (JSON, warnings, record)
sub fit {
    my ($rc, $out, $err) = $t->trainer(qw(fit --json -q -d d.csv -o m.st), @_);
    is($rc, 0, "fit @_") or diag($err);
    my $r = decode_json($out);
    my ($in) = ($t->trainer(qw(inspect --json m.st)))[1];
    my $record = decode_json($in)->{document}{training};
    my @said = map { decode('UTF-8', $_) }
        $err =~ /^maas-trainer: warning: (.*)$/mg;
    is_deeply($r->{warnings}, \@said, 'the same on stderr and in --json');
    is_deeply($record->{warnings}, \@said, 'and in the record');
    return ($r, join("\n", @said), $record);
}

sub near { my ($got, $want, $by, $name) = @_;
    cmp_ok(abs($got - $want), '<=', $by, $name) or diag("$got, not $want") }

###############################################################################
# figures beside baselines: what evaluate says of the same rows

table(2000, 'a b y', sub { my ($x, $z) = (normal(), normal());
    (a => $x, b => $z, y => $x + 0.3 * $z + normal() > 1.5 ? 'yes' : 'no') });
my @lines = split /(?<=\n)/, $t->read_file('d.csv');
$t->write_file('held.csv', join '', $lines[0], @lines[1501 .. 2000]);
$t->write_file('d.csv', join '', @lines[0 .. 1500]);

sub evaluate { my ($rc, $out) = $t->trainer(qw(evaluate m.st --json --bootstrap
    0 -d), @_); decode_json($out) }

my ($r, $said, $record) = fit(qw(--valid held.csv --epochs 15));
my $e = evaluate('held.csv');
my $yes = grep { /yes/ } @lines[1501 .. 2000];
near($r->{validation}{$_}, $e->{$_}, 1e-5, "validation $_")
    for qw(accuracy f1 auc pr_auc loss calibration_error);
near($r->{validation}{baseline}{accuracy}, 1 - $yes / 500, 1e-5,
    'the share of the largest class');
near($r->{validation}{baseline}{pr_auc}, $yes / 500, 1e-5, 'of the second');
is($r->{validation}{baseline}{auc}, 0.5, 'chance ranks nothing');
is_deeply($record->{validation}, $r->{validation}, 'in the record');
is($said, '', 'nothing to warn of');

($r, $said, $record) = fit(qw(--test held.csv --epochs 15));
near($r->{test}{auc}, evaluate('held.csv')->{auc}, 1e-5, 'of a test part');
is_deeply($record->{test}, $r->{test}, 'in the record');
is($record->{validation}{rows}, 150, 'beside the validation part');

my (undef, $text) = $t->trainer(qw(fit -q -d d.csv -o m.st --test held.csv
    --epochs 15));
like($text, qr/^figures +rows +accuracy +F1 +AUC +PR\ AUC\n(?#
    )validation +150(?: +0\.\d{4}){4}\n(?#
    )\ \ baseline(?: +0\.\d{4}){4}\ \ always\ "no"\n(?#
    )test +500(?: +0\.\d{4}){4}\n\ \ baseline/m, 'as text');

# with weights: as evaluate has them, and probabilities of their frequencies

table(2000, 'a w y', sub { my $x = normal(); my $y = $x + normal() > 1.2;
    (a => $x, w => $y ? 3 : 1, y => $y ? 'yes' : 'no') });
@lines = split /(?<=\n)/, $t->read_file('d.csv');
$t->write_file('held.csv', join '', $lines[0], @lines[1501 .. 2000]);
$t->write_file('d.csv', join '', @lines[0 .. 1500]);
($r) = fit(qw(--valid held.csv --epochs 15 --weight w --class-weight balanced));
$e = evaluate('held.csv');
near($r->{validation}{$_}, $e->{$_}, 1e-5, "weights: validation $_")
    for qw(accuracy f1 loss calibration_error);
$yes = grep { /yes/ } @lines[1501 .. 2000];
near($r->{validation}{baseline}{pr_auc}, 3 * $yes / (500 + 2 * $yes), 1e-5,
    'and their shares');
cmp_ok($e->{calibration_error}, '<', 0.07, 'of which probabilities are');

table(1500, 'a b y', sub { my ($x, $z) = (normal(), normal());
    (a => $x, b => $z, y => 50 + 3 * $x - $z + normal()) });
($r) = fit(qw(--epochs 15));
my $v = $r->{validation};
near($v->{baseline}{r2}, 0, 1e-9, 'numbers: the mean explains nothing');
near(1 - ($v->{rmse} / $v->{baseline}{rmse}) ** 2, $v->{r2}, 1e-4,
    'and R2 is by how much better than it');
cmp_ok($v->{mae}, '<', $v->{baseline}{mae}, 'MAE');
(undef, $text) = $t->trainer(qw(fit -q -d d.csv -o m.st --epochs 15));
like($text, qr/^figures +rows +MAE +RMSE +R2\n.*\n {2}baseline.* always the mean$/m,
    'as text');

table(1500, 'a b y', sub { my ($x, $z) = (normal(), normal());
    (a => $x, b => $z, y => $x + normal() > 0.7 ? 'x' : $z > 0 ? 'y' : 'z') });
($r) = fit(qw(--epochs 15));
cmp_ok($r->{validation}{f1}, '>', $r->{validation}{baseline}{f1} + 0.1,
    'three classes: macro F1');

###############################################################################
# no better than the baseline

my $no = qr/not clearly better than the baseline/;

table(1500, 'a b y', sub { (a => normal(), b => normal(),
    y => rnd() < 0.5 ? 'yes' : 'no') });
like((fit(qw(--epochs 10)))[1], qr/^the model is $no: accuracy 0\.\d+ on 150 (?#
    )validation rows; always "(?:yes|no)": 0\.\d+$/m, 'noise');

table(1500, 'a b y', sub { (a => normal(), b => normal(),
    y => rnd() < 0.05 ? 'yes' : 'no') });
like((fit(qw(--epochs 10)))[1], $no, 'noise and a rare class');
like((fit(qw(--epochs 10 --class-weight balanced)))[1], $no, 'with weights');

table(1500, 'a b y', sub { (a => normal(), b => normal(), y => normal()) });
like((fit(qw(--epochs 10)))[1], qr/$no: RMSE [\d.]+ on 150 validation rows; (?#
    )always their mean: [\d.]+/, 'numbers');

table(1500, 'a b y', sub { (a => normal(), b => normal(),
    y => int 4 * rnd()) });
like((fit(qw(--epochs 10)))[1], $no, 'four classes');

table(300, 'a b y', sub { (a => normal(), b => normal(),
    y => rnd() < 0.5 ? 'yes' : 'no') });
like((fit(qw(--epochs 20)))[1], qr/$no: .* on 300 rows, in folds;/,
    'few rows: by folds');

table(1500, 'a b y', sub { my $x = normal();
    (a => $x, b => normal(), y => rnd() < 1 / (1 + exp(3.5 - $x)) ? 'yes'
        : 'no') });
($r, $said) = fit(qw(--epochs 15));
like($said, qr/accuracy .* no better than always "no"|not clearly better/,
    'a rare class that is never said');
unlike((fit(qw(--epochs 15 --cost 1:20)))[1], qr/no better than always/,
    'nor with a threshold of its own');

###############################################################################
# one column alone

my %leak = (        # y is 0 or 1 and what comes of a column
    'a copy'                  => sub { $_[0] },
    'turned around'           => sub { 1 - $_[0] },
    'in words'                => sub { $_[0] ? 'paid' : 'open' },
    'missing where it is not' => sub { $_[0] ? int 9 * rnd() + 1 : '' },
    'many values'             => sub { $_[0] + 0.2 * rnd() },
    'noise beside'            => sub { $_[0] + 0.28 * normal() },
    'two ends'                => sub { $_[0] ? (rnd() < 0.5 ? -2 : 2)
        + 0.1 * normal() : 0.1 * normal() },
    'a date of repayment'     => sub { $_[0] ? sprintf '2024-01-%02d',
        1 + 28 * rnd() : '' },
    'a code of two'           => sub { ($_[0] ? 'R' : 'N')
        . int 5 * rnd() },
);

my $gone = qr/[\d.]+ % of the mistakes of one answer for all rows are gone/;

for my $name (sort keys %leak) {
    table(600, 'a leak b y', sub { my $x = normal(); my $y = $x + normal() > 0;
        (a => $x, b => normal(), y => $y ? 'yes' : 'no',
            leak => $leak{$name}->($y ? 1 : 0)) });
    like((fit(qw(--epochs 2 --folds 0)))[1],
        qr/^the column "leak" alone gives the target away \($gone\): .*(?#
        )--ignore it$/m,
        $name);
}

my %none = (
    'a good column'    => sub { $_[0] + 0.6 * normal() },
    'an id'            => sub { sprintf 'c%05d', 1e5 * rnd() },
    'a number of each' => sub { $_[1] * 3 },
    'noise'            => sub { normal() },
    'one in a hundred' => sub { $_[0] && rnd() < 0.01 ? 'x' : 'o' },
);

for my $name (sort keys %none) {
    table(600, 'a leak b y', sub { my $x = normal(); my $y = $x + normal() > 0;
        (a => $x, b => normal(), y => $y ? 'yes' : 'no',
            leak => $none{$name}->($y ? 1 : 0, $_[0])) });
    unlike((fit(qw(--epochs 2 --folds 0)))[1], qr/gives the target away/,
        "none: $name");
}

table(30, 'a b y', sub { (a => $_[0], b => normal(), y => $_[0] > 25 ? 1 : 0) });
unlike((fit(qw(--epochs 2)))[1], qr/gives the target away/,
    'none: so few rows that chance does it');

table(600, 'a euro y', sub { my $x = 100 * rnd();
    (a => normal(), euro => sprintf('%.2f', $x), y => sprintf '%.2f',
        1.09 * $x ** 1.1) });
like((fit(qw(--epochs 2 --folds 0)))[1], qr/"euro" alone .* of the target's variance/,
    'numbers: the same in another unit');
table(600, 'a b y', sub { my $x = normal();
    (a => $x, b => normal(), y => 3 * $x + normal()) });
unlike((fit(qw(--epochs 2 --folds 0)))[1], qr/gives the target/,
    'none: a good column');

###############################################################################
# few rows to validate, rare classes

table(1500, 'a y', sub { my $x = normal(); (a => $x, y => $_[0] % 300 == 0 ? 'x'
    : $_[0] % 20 == 0 ? 'y' : $x + normal() > 0 ? 'v' : 'w') });
(undef, $said) = fit(qw(--epochs 5));
like($said, qr/^rare classes: "x" 4 have fewer than 10 rows for training:/m,
    'to learn from');
like($said, qr/^rare classes: "x" 1, "y" 7 have fewer than 10 rows (?#
    )for validation:/m, 'to measure with');

table(300, 'a y', sub { my $x = normal(); (a => $x, y => $x > rnd() ? 1 : 0) });
like((fit(qw(--epochs 5 --folds 0)))[1], qr/^only 30 rows validate: figures of (?#
    )so few may be off by 0\.18/m, 'few rows to validate');
like((fit(qw(--epochs 5 --folds 0 --validation 0)))[1], qr/^no rows validate:/m,
    'none of them');
unlike((fit(qw(--epochs 5)))[1], qr/rows validate/, 'folds instead');

# long labels are cut between characters: the file can be read

table(300, 'a y', sub { (a => normal(), y => ($_[0] % 50 ? 'x' : 'y' )
    . "\xc3\xa9" x 60) });
($r, $said) = fit(qw(--epochs 1));
like($said, qr/^rare classes: "y\xe9{19}" /m, 'a long label');

###############################################################################
# probabilities of a loss that makes none

like((fit(qw(--epochs 5 --loss mae)))[1], qr/^--loss mae: .*probabilities$/m,
    'mae');
like((fit(qw(--epochs 5 --loss mae --calibration none)))[1],
    qr/^--loss mae: /m, 'nor calibrated');

# large numbers are whole ones, not powers of ten

table(300, 'a b y', sub { (a => normal(), b => 300000 + 100 * normal(),
    y => 400000 + 200000 * normal()) });
my (undef, $large, $warned) = $t->trainer(qw(fit -q -d d.csv -o m.st --epochs
    2 --folds 0 --report large.html));
like($large, qr/^  baseline +\d{6} +\d{6} +0  always the mean$/m,
    'errors of houses');
like($warned, qr/RMSE \d{6} on 30 .*; always their mean: \d{6}$/m, 'warned');
my $judged = ($t->trainer(qw(evaluate m.st -d d.csv --bootstrap 50)))[1];
like($judged, qr/^RMSE +\d{6}  \(\d+ to \d+\)  baseline \d{6}$/m, 'judged');
my $page = do { local (@ARGV, $/) = $t->dir . '/large.html'; <> };
like($page, qr{<span>MAE</span><b>\d{6}</b><span>\d+ to \d+</span>},
    'reported');
like($page, qr{<span>MSE</span><b>\d\.?\d*e\+10</b>}, 'no wider than a tile');
like($page, qr{class="tick"[^>]*>\d(?:\.\d+)?e10</text>}, 'nor an axis');
like($page, qr{<td>-?\d+(?:\.\d+)? to \d+, mean \d{6}</td>}, 'of a column');

done_testing();
