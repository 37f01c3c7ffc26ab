#!/usr/bin/perl

# Promise: models of XGBoost, JSON and UBJSON, answer as XGBoost does: margins
# in every bit, with missing values, categories and values on and beside
# thresholds; what is no such model is refused with a sentence.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json encode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $python = "$MaasTest::top/build/import-venv/bin/python";

-x $python or MaasTest::missing('build/import-venv: make test makes it');

my ($rc, $out, $err) = $t->command($python,
    "$MaasTest::top/t/import/xgboost_models.py", $dir);
is($rc, 0, 'models are made') or BAIL_OUT($err);

my @kinds = split ' ', $t->read_file('kinds');
cmp_ok(scalar @kinds, '>=', 27, 'of many kinds');

sub import_model {
    my ($file, $to, @more) = @_;
    my ($status, $says, $why) = $t->trainer('import', $file, '-o', $to,
        '--name', 'm', @more);
    return ($status, $says . $why);
}

# Rows of numbers, and how many of them differ from others by more than that

sub lines { return map { [ split /,/ ] } split /\n/, $_[0] }

sub differing {
    my ($is, $want, $most) = @_;
    my @got = lines($is);
    my @to = lines($want);
    return 'rows: ' . @got . ' for ' . @to if @got != @to;
    my $n = 0;
    for my $i (0 .. $#to) {
        return "numbers: @{$got[$i]}" if @{$got[$i]} != @{$to[$i]};
        $n += grep { !(abs($got[$i][$_] - $to[$i][$_]) <= $most) }
            0 .. $#{$to[$i]};
    }
    return $n;
}

###############################################################################

for my $kind (@kinds) {
    my @best = $kind eq 'best' ? '--best' : ();
    my ($status, $says) = import_model("$kind.json", "$kind.st", @best);
    is($status, 0, "$kind: imported") or diag($says), next;
    like($says, qr/^model       m, of XGBoost 3\.2\.0$/m, 'the source');

    ($status, $says) = import_model("$kind.ubj", 'other.st', @best);
    ok($t->read_file('other.st') eq $t->read_file("$kind.st"),
        "$kind: UBJSON gives the same file") or diag($says);

    ($status, $out, $err) = $t->trainer('predict', "$kind.st", '-d',
        "$kind.csv", '--raw');
    is(differing($out, $t->read_file("$kind.raw"), 0), 0,
        "$kind: margins in every bit") or diag($err);

    next if $kind eq 'softmax';     # says the class only
    ($status, $says) = import_model("$kind.json", 'other.st', @best,
        '--check', "$kind.csv", '--expected', "$kind.out",
        '--tolerance', 1e-7);
    is($status, 0, "$kind: answers within 1e-7") or diag($says);
}

###############################################################################
# what people are told

sub says {
    my ($kind, $re, @more) = @_;
    my ($status, $says) = import_model("$kind.json", 'other.st', @more);
    return like($says, $re, "$kind: $re");
}

says('all', qr/all 30 trees, .* takes the first \d+, .*--best/);
says('best', qr/trees up to best_iteration \d+: \d+ of 30$/m, '--best');
says('logistic', qr/no best_iteration: .* take all/, '--best');
says('codes', qr/column "c" is a category .* send the codes/);
says('softmax', qr/the probabilities of all classes/);
says('logitraw', qr/above 0 is the second class/);
says('multilabel', qr/2 targets: /);
says('linear3', qr/start from the first one/);
unlike((import_model('categories.json', 'other.st'))[1], qr/note/,
    'nothing to say of a whole file');

###############################################################################
# what is refused

my $good = decode_json($t->read_file('categories.json'));

# A model that is changed by a function

sub changed {
    my ($kind, $change) = @_;
    my $doc = decode_json($t->read_file("$kind.json"));
    my $learner = $doc->{learner};
    my $model = $learner->{gradient_booster}{model};
    $change->($model->{trees}[0], $model, $learner);
    $t->write_file('bad.json', encode_json($doc));
    return 'bad.json';
}

my @bad = (
    [ qr/tree 0, node 1: a child is no node/,
        sub { $_[0]{left_children}[1] = 9999 } ],
    [ qr/tree 0, node \d+: it has two parents, or is below itself/,
        sub { $_[0]{left_children}[1] = 1 } ],
    [ qr/tree 0, node \d+: it has two parents/,
        sub { $_[0]{right_children}[0] = $_[0]{left_children}[0] } ],
    [ qr/tree 0, node 0: feature 77 of 6/,
        sub { $_[0]{split_indices}[0] = 77 } ],
    [ qr/tree 0: "split_conditions" has \d+ numbers: expected \d+/,
        sub { pop @{$_[0]{split_conditions}} } ],
    [ qr/tree 0: "default_left" is nothing: expected a list of numbers/,
        sub { delete $_[0]{default_left} } ],
    [ qr/tree 0: set 0 of categories is not within/,
        sub { $_[0]{categories_sizes}[0] = 1e9 } ],
    [ qr/tree 0: set \d+ of categories is not .*, or not its own/, sub {
        $_[0]{categories_segments} = [ map { 0 } @{$_[0]{categories_nodes}} ];
        $_[0]{categories_sizes} = [ map { scalar @{$_[0]{categories}} }
            @{$_[0]{categories_nodes}} ] } ],
    [ qr/tree 0, node \d+: a category is no whole number from 0/,
        sub { $_[0]{categories} = [ map { -1 } @{$_[0]{categories}} ] } ],
    [ qr/tree 0, node \d+: its split is by a set of categories that is not/,
        sub { $_[0]{"categories_$_"} = [] for qw(nodes segments sizes) } ],
    [ qr/tree_info says that tree 0 adds to output 5 of 1/,
        sub { $_[1]{tree_info}[0] = 5 } ],
    [ qr/"tree_info" or "weight_drop" does not have 8 numbers/,
        sub { pop @{$_[1]{tree_info}} } ],
    [ qr/"trees" is a list of numbers: expected a list of one tree or more/,
        sub { $_[1]{trees} = [] } ],
    [ qr/tree 0: "left_children" is nothing/,
        sub { delete $_[0]{left_children} } ],
    [ qr/the objective "my:own" is not known .* convert the model to ONNX/,
        sub { $_[2]{objective}{name} = 'my:own' } ],
    [ qr/the booster is "forest": expected gbtree, dart or gblinear/,
        sub { $_[2]{gradient_booster}{name} = 'forest' } ],
    [ qr/"base_score" is no number, and no list/,
        sub { $_[2]{learner_model_param}{base_score} = '[0.5,]' } ],
    [ qr/base_score has 2 numbers for 3 outputs/, sub {
        $_[2]{learner_model_param}{base_score} = '[0.5,1]';
        $_[2]{learner_model_param}{num_target} = '3' } ],
    [ qr/"num_feature" is no whole number from 0 to/,
        sub { $_[2]{learner_model_param}{num_feature} = '1e30' } ],
    [ qr/"feature_names" is a list of 5: expected 6, one a feature/,
        sub { pop @{$_[2]{feature_names}} } ],
    [ qr/feature "age" has a type that is not float, q, int, i or c/,
        sub { $_[2]{feature_types}[0] = 'embedding' } ],
    [ qr/feature 3: it has a category that is not ASCII/,
        sub { $_[1]{cats}{enc}[3]{values}[1] = -61 } ],
    [ qr/feature 3: its categories do not lie within their bytes/,
        sub { $_[1]{cats}{enc}[3]{offsets}[2] = 999 } ],
);

for my $case (@bad) {
    my ($re, $change) = @$case;
    my ($status, $says) = import_model(changed('categories', $change),
        'no.st');
    is($status, 1, "refused: $re");
    like($says, qr/^maas-trainer: bad\.json: [^\n]+\n\z/, 'one sentence');
    like($says, $re, 'that says it');
}

($rc, $out) = import_model(changed('vector',
    sub { delete $_[0]{leaf_weights} }), 'no.st');
like($out, qr/save the model with XGBoost 3, or train with multi_strategy/,
    'vectors of old');
($rc, $out) = import_model(changed('linear',
    sub { pop @{$_[1]{weights}} }), 'no.st');
like($out, qr/"weights" is a list of numbers of 5: expected 6/, 'weights');

# what older and newer ones wrote in another way is the same

for (['logistic', 'base_score without a list', sub {
        $_[2]{learner_model_param}{base_score} =~ tr/[]//d }],
    ['logistic', 'default_left as true and false', sub {
        $_ = [ map { $_ ? JSON::PP::true : JSON::PP::false } @$_ ]
            for map { $_->{default_left} } @{$_[1]{trees}} }],
    ['logistic', 'no categories, no statistics', sub {
        delete @$_{qw(split_type categories categories_nodes
            categories_segments categories_sizes base_weights loss_changes)}
            for @{$_[1]{trees}};
        delete $_[1]{cats} }],
    ['dart', 'weight_drop within the model', sub {
        my $booster = $_[2]{gradient_booster};
        $booster->{model} = (delete $booster->{gbtree})->{model};
        $booster->{model}{weight_drop} = delete $booster->{weight_drop} }])
{
    my ($kind, $what, $change) = @$_;
    my ($status, $says) = import_model(changed($kind, $change), 'other.st');
    ok($t->read_file('other.st') eq $t->read_file("$kind.st"), $what)
        or diag($says);
}

# other files of XGBoost, and half of one

my $json = $t->read_file('logistic.json');
my $ubj = $t->read_file('logistic.ubj');

for (['[{"nodeid":0,"depth":0}]', qr/save_model\("model\.json"\) instead/],
    ["booster[0]:\n0:[f0<1]", qr/a dump of XGBoost's trees/],
    ["binf\0\0\0\0", qr/old binary form: load it with XGBoost 3\.0 or older/],
    [substr($json, 0, 5000), qr/byte \d+: expected .*, but the file ends here/],
    [substr($ubj, 0, 5000), qr/byte \d+: expected /],
    ["$json x", qr/byte \d+: expected the end of the file/],
    ['{"learner":' . '[' x 1000, qr/more than 256 lists and objects within/],
    ['{"learner":1}', qr/"learner" is a number: expected an object/],
    ["{L\0\0\0\0\0\0\0\7learner{L\0\0\0\0\0\0\0\1a[\$d#L\x7f\0\0\0\0\0\0\0",
        qr/byte \d+: expected a length that the file has bytes for/])
{
    $t->write_file('bad.json', $_->[0]);
    my ($status, $says) = import_model('bad.json', 'no.st');
    is($status, 1, 'refused') or diag($says);
    like($says, $_->[1], "$_->[1]");
}

ok(!-e "$dir/no.st", 'nothing was written');

###############################################################################
# nginx

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model codes %%TESTDIR%%/codes.st;
    maas_model categories %%TESTDIR%%/categories.st;
    server {
        listen 127.0.0.1:%%PORT%%;
        location /codes { maas_predict codes; }
        location /categories { maas_predict categories; }
    }
}
EOC
$t->known_good('/codes', '[{"a":0.5,"b":1,"c":3,"d":-1,"e":0.25}]');
$t->run;

for my $kind ('codes', 'categories') {
    my ($head, @rows) = split /\n/, $t->read_file("$kind.csv");
    my @want = split /\n/, $t->read_file("$kind.out");
    my $is = $t->post("/$kind", join("\n", $head, @rows[0 .. 99]) . "\n",
        'Content-Type' => 'text/csv');
    is($is->status, 200, "$kind: nginx takes rows");
    my @numbers = map { (split /,/)[-1] } split /\n/, $is->body;
    is(scalar(grep { abs($numbers[$_] - $want[$_]) > 1e-7 } 0 .. 99), 0,
        "$kind: and answers as XGBoost");
}

$t->done;
