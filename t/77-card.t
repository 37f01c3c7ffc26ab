#!/usr/bin/perl

# Promise: model cards say what the file says, and no more; as CycloneDX they
# are valid, whatever the model and however columns and labels are called.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use MaasTest;
use MaasTest::Model;
use Test::More;

my $python = "$MaasTest::top/build/trust-venv/bin/python";
MaasTest::missing('build/trust-venv: make build/trust-venv/.done')
    unless -x $python;

my $t = MaasTest->new;
my $dir = $t->dir;
my @cards;

# names that Markdown and HTML would take for their own
my @names = ('amount|x', '<b>city</b>', '`age`');
my @csv = join ',', @names, 'paid *';
push @csv, join ',', $_ * 7 % 100, ('A', 'B|C', '"')[ $_ % 3 ] =~ s/"/""""/r,
    $_ % 50, $_ * 7 % 100 > 49 ? 'yes' : '_no_' for 1 .. 300;
$t->write_file('loans.csv', join("\n", @csv) . "\n");
my ($rc, undef, $err) = $t->trainer(qw(fit --data loans.csv --target),
    'paid *', qw(-o loans.safetensors --epochs 2 --folds 3 --seed 5));
is($rc, 0, 'a model') or diag($err);

sub card {
    my ($path, @args) = @_;
    my ($rc, $out, $err) = $t->trainer('card', $path, @args);
    is($rc, 0, "$path: @args") or diag($err);
    return $out;
}

sub bom {
    my ($path) = @_;
    my $text = card($path, '--format', 'cyclonedx');
    my $file = 'bom' . @cards . '.json';
    $t->write_file($file, $text);
    push @cards, $file;
    return JSON::PP::decode_json($text);
}

my $bom = bom('loans.safetensors');
my $model = $bom->{metadata}{component};
my $file = $t->read_file('loans.safetensors');
is($model->{name}, 'loans', 'the name');
is($model->{hashes}[0]{content}, sha256_hex($file), 'the SHA-256');
my %metric = map { ("$_->{type}, $_->{slice}" => $_->{value}) }
    @{ $model->{modelCard}{quantitativeAnalysis}{performanceMetrics} };

(undef, my $json) = $t->trainer(qw(inspect loans.safetensors --json));
$json = JSON::PP::decode_json($json);
is($json->{sha256}, sha256_hex($file), 'inspect --json says it, too');
my $training = $json->{document}{training};
cmp_ok(abs($metric{'accuracy, validation'}
    - $training->{validation}{accuracy}), '<', 1e-5, 'accuracy');
ok(exists $metric{'accuracy, validation, baseline'}, 'of the baseline');
cmp_ok(abs($metric{'accuracy, mean of 3 folds'}
    - $training->{folds}{mean}), '<', 1e-5, 'of folds');
my $of = $model->{modelCard}{modelParameters};
is($of->{task}, 'binary', 'the task');
is_deeply([ map { $_->{format} } @{ $of->{inputs} } ],
    [ "$names[0]: number", "$names[1]: category", "$names[2]: number" ],
    'columns');
is_deeply([ map { $_->{format} } @{ $of->{outputs} } ],
    [ 'probabilities: _no_', 'probabilities: yes' ], 'labels');
is($bom->{components}[0]{name}, 'loans.csv', 'the data');
my %property = map { $_->{name} => $_->{value} } @{ $model->{properties} };
is($property{'maas:settings.epochs'}, 2, 'settings');
is($property{'maas:seed'}, 5, 'the seed');

my $md = card('loans.safetensors');
like($md, qr/^# loans$/m, 'Markdown: the name');
like($md, qr/^\| SHA-256 \| @{[ sha256_hex($file) ]} \|$/m, 'the SHA-256');
like($md, qr/^\| amount\\\|x \| number/m, 'a bar is no cell');
like($md, qr/^\| \\<b\\>city/m, 'no HTML');
like($md, qr/^probabilities: \\_no\\_, yes$/m, 'no emphasis');
is(scalar(grep { (() = s/\\.//gr =~ /\|/g) !~ /^(?:0|3|4)$/ } split /\n/, $md),
    0, 'rows of tables are whole');
card('loans.safetensors', '-o', 'card.md');
is($t->read_file('card.md'), $md, 'to a file');

# what was done later, and with privacy: tables, no JSON
($rc, undef, $err) = $t->trainer(qw(fit --data loans.csv --target), 'paid *',
    qw(-o private.safetensors --epochs 2 --dp-noise 2 --dp-delta 1e-5
    --dp-public prepare));
is($rc, 0, 'a model with privacy') or diag($err);
like($err, qr/no rows validate: .*\(--dp-public validation or --test\)/,
    'what is advised can be done with privacy');
($rc, undef, $err) = $t->trainer(qw(quantize private.safetensors --to bf16
    -o small.safetensors));
is($rc, 0, 'made smaller') or diag($err);
$md = card('small.safetensors');
like($md, qr/^## privacy\n\n\| \| \|\n\|---\|---\|\n\| epsilon \| [\d.]+ \|\n/m,
    'privacy');
like($md, qr/^\| kept \| none \|$/m, 'an empty one');
like($md, qr/^\| withheld 1 \| reference \|$/m, 'lists');
like($md, qr/^## compression\n\n.*^\| before, bytes \| \d+ \|$/ms,
    'what made it smaller');
unlike($md, qr/\{/, 'no JSON');

# files of all kinds, also with no record at all
my $models = "$MaasTest::top/t/compat/models";
for (qw(plain image table t3 fit-digits fit-mixed fit-price wide skip)) {
    my $bom = bom("$models/$_.safetensors");
    ok(exists $bom->{metadata}{component}{modelCard}, "$_: a card");
    card("$models/$_.safetensors");
}
$t->model('bare', sizes => [ 4, 2 ]);
my $bare = bom('bare.safetensors')->{metadata}{component};
ok(!exists $bare->{modelCard}{modelParameters}{$_}, "no $_ is known")
    for qw(approach datasets);
unlike(card('bare.safetensors'), qr/## (?:Training|How|Settings)/,
    'nor said');

my ($status, $said, $why) = $t->command($python, '-B',
    "$MaasTest::top/t/trust/cards.py", @cards);
is($status, 0, 'the validator runs') or diag($why);
is_deeply([ split /\n/, $said ], [ map { "$_ valid" } @cards ],
    'all are valid');

($status, undef, $why) = $t->trainer('card', 'loans.csv');
is($status, 1, 'no model');
like($why, qr/^maas-trainer: loans\.csv: R\d+: /, 'is said');
($status) = $t->trainer('card', 'bare.safetensors', '--format', 'x');
is($status, 2, 'no format');

done_testing();
