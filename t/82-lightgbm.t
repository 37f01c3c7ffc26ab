#!/usr/bin/perl

# Promise: an imported model of LightGBM, of whatever kind, has its raw scores
# to the bit and its probabilities within 1e-7, for values on and beside
# thresholds, zeros of any kind, NaN and categories.

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
    "$MaasTest::top/t/import/lightgbm_models.py", $t->dir);
is($rc, 0, 'LightGBM trains') or BAIL_OUT($err);

my @models = sort map { m{([^/]+)\.txt$} } glob $t->dir . '/*.txt';
is(scalar @models, 30, 'models of all kinds');

# What the file says besides, for some of them

my %says = (
    binary => [ qr/task +binary, objective binary sigmoid:1\n/,
        qr/classes +0, 1\n/, qr/inputs +8 numbers, in double precision\n/,
        qr/features have no names: a row is 8 numbers/ ],
    goss => [ qr/inputs +8 columns, in double precision\n/ ],
    multiclass => [ qr/task +classification/, qr/classes +0, 1, 2\n/ ],
    rf => [ qr/a random forest\): sums are divided by 15\n/ ],
    linear => [ qr/15 of 15 trees have linear leaves/ ],
    own => [ qr/no objective .*: answers are raw scores/,
        qr/task +regression\n/ ],
    ova => [ qr/no list of values in the file: 2 of the features \(c5, c6\)/ ],
    frame => [ qr/column city: 5 categories of pandas: rome, z\xc3\xbcrich, /,
        qr/column member: 2 categories of pandas: false, true\n/ ],
    ordered => [ qr/column size: 3 categories of pandas: small, middle, la/ ],
);

sub bits {
    my ($text) = @_;
    return map { unpack 'H*', pack 'd>', $_ } split /[,\n]/, $text;
}

for my $m (@models) {
    ($rc, $out, $err) = $t->trainer('import', "$m.txt", '-o',
        "$m.safetensors", '--check', "$m.csv", '--expected', "$m.out",
        '--tolerance', '1e-7');
    is($rc, 0, "$m: probabilities") or diag($err);
    like($out, qr/^checked +2000 rows/m, "$m: all rows");
    like($out, $_, "$m: is told") for @{ $says{$m} || [] };

    ($rc, $out, $err) = $t->trainer('predict', "$m.safetensors", '--data',
        "$m.csv", '--raw');
    is($rc, 0, "$m: predict --raw") or diag($err);

    my @got = bits($out);
    my @want = bits($t->read_file("$m.raw"));
    my @off = grep { $got[$_] ne $want[$_] } 0 .. $#want;
    ok(@got == @want && @want >= 2000 && !@off, "$m: raw scores to the bit")
        or diag(scalar(@got), ' numbers, ', scalar(@want), ' expected, ',
            scalar(@off), ' differ, the first is ', $off[0] // 'none');
}

# --check tells who is off

my @lines = split /^/, $t->read_file('binary.out');
$lines[6] = '0.123' . "\n";
$t->write_file('wrong.out', @lines);
($rc, $out, $err) = $t->trainer(qw(import binary.txt -o w.safetensors --check
    binary.csv --expected wrong.out));
is($rc, 1, 'a wrong expectation');
like($err, qr/row 7: .* where 0\.123\d* is expected; 1 of 2000 numbers/,
    'is named');

# A file that ends after any of its lines is one sentence, but for what may be
# left out; so is one with other bytes in it, if it is not another model.

my $whole = $t->read_file('frame.txt');
my $needed = index($whole, "end of parameters\n") + 18;
my $head = index $whole, "Tree=2\n";
my ($taken, $unclear, $n) = (0, 0, 0);

sub refused {
    my ($text) = @_;
    $t->write_file('cut.txt', $text);
    ($rc, $out, $err) = $t->trainer(qw(import cut.txt -o cut.safetensors));
    $unclear++ if $rc > 1 || ($rc == 1
        && $err !~ /\Amaas-trainer: cut\.txt: [^\n]{10,}\n\z/);
    return $rc != 0;
}

for (my $at = 0; $at < $head; $at = 1 + index $whole, "\n", $at) {
    $n++;
    $taken++ if !refused(substr $whole, 0, $at);
}

$taken++ if !refused(substr $whole, 0, $needed - 1 - length 'parameters');
cmp_ok($n, '>', 50, 'cut after each line of the header and two trees');
is($taken, 0, 'none is taken');

srand($ENV{MAAS_SEED} || 82);
for (1 .. 60) {
    my $text = $whole;
    substr($text, rand $head, rand 8) = ('9' x 20, "\n", '-1', "\0", '=', '')[
        rand 6] for 0 .. rand 2;
    refused($text);
}
is($unclear, 0, 'one sentence each') or diag($err);

done_testing();
