#!/usr/bin/perl

# Promise: models of CatBoost in JSON answer as CatBoost does: sums in every
# bit, with missing values, categories that are one hot and values on and beside
# borders; what is no such model is refused with a sentence.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use File::Copy qw(copy);
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $python = "$MaasTest::top/build/import-venv/bin/python";

-x $python or MaasTest::missing('build/import-venv: make test makes it');

my ($rc, $out, $err) = $t->command($python,
    "$MaasTest::top/t/import/catboost_models.py", $dir);
is($rc, 0, 'models are made') or BAIL_OUT($err);

my @kinds = split ' ', $t->read_file('kinds');
cmp_ok(scalar @kinds, '>=', 18, 'of many kinds');

sub import_model {
    my ($file, $to, @more) = @_;
    my ($status, $says, $why) = $t->trainer('import', $file, '-o', $to,
        '--name', 'm', @more);
    return ($status, $says . $why);
}

for my $kind (@kinds) {
    my ($status, $says) = import_model("$kind.json", "$kind.st",
        '--check', "$kind.csv", '--expected', "$kind.out");
    is($status, 0, "$kind: answers within 1e-6") or diag($says), next;
    like($says, qr/^model       m, of CatBoost 1\.2\.10$/m, 'the source');
    like($says, qr/^checked     2000 rows/m, 'all rows');

    ($status, $out, $err) = $t->trainer('predict', "$kind.st", '-d',
        "$kind.csv", '--raw');
    my @got = split /[,\n]/, $out;
    my @want = split /[,\n]/, $t->read_file("$kind.raw");
    cmp_ok(scalar @want, '>=', 2000, 'sums');
    is(scalar @got, scalar @want, "$kind: as many sums") or diag($err);
    is(scalar(grep { !defined $got[$_] || $got[$_] != $want[$_] } 0 .. $#want),
        0, "$kind: sums in every bit");
}

like((import_model('multiclass.json', 'other.st'))[1],
    qr/^classes     high, low, mid$/m, 'classes come along');

###############################################################################
# what is refused

sub refused {
    my ($file, $re, @more) = @_;
    my ($status, $says) = import_model($file, 'no.st', @more);
    is($status, 1, "refused: $re");
    like($says, qr/^maas-trainer: \Q$file\E: [^\n]+\n\z/, 'one sentence');
    return like($says, $re, 'that says it');
}

sub changed {
    my ($kind, $re, $change) = @_;
    my $doc = decode_json($t->read_file("$kind.json"));
    $change->(($doc->{oblivious_trees} || $doc->{trees})->[0], $doc,
        $doc->{features_info});
    $t->write_file('bad.json', JSON::PP->new->canonical->utf8->encode($doc));
    return refused('bad.json', $re);
}

refused('hashes.json', qr/feature 1 \("colour"\): .* pool=train_pool/);
refused('counters.json', qr/OnlineCtr.*: colour, shop: .* one_hot_max_size/);
refused('own.cbm', qr/save_model\("model\.json", format="json"\)/);
refused('rmse.json', qr/leave --best out/, '--best');

changed('rmse', qr/tree 0: the number of its leaf values/,
    sub { pop @{$_[0]{leaf_values}} });
changed('rmse', qr/tree 1: expected up to 24 splits, and 1 leaf values/,
    sub { pop @{$_[1]{oblivious_trees}[1]{leaf_values}} });
changed('rmse', qr/tree 0: a split by a number has no border/,
    sub { $_[0]{splits}[0]{float_feature_index} = 9 });
changed('hotsymmetrictree', qr/a split by 12345, which features_info does not/,
    sub { my @s = map { @{$_->{splits}} } @{$_[1]{oblivious_trees}};
        $_->{value} = 12345 for grep { exists $_->{value} } @s });
changed('rmse', qr/a split of type "TextFeature": expected FloatFeature or/,
    sub { $_[0]{splits}[0]{split_type} = 'TextFeature' });
changed('rmse', qr/feature 1 is no number and no category: texts/,
    sub { $_[2]{float_features}[1]{flat_feature_index} = 7 });
changed('rmse', qr/"float_features": expected 5 features, each with a feature/,
    sub { $_[2]{float_features}[1]{feature_index} = 0 });
changed('rmse', qr/feature 0 has no name, but others have/,
    sub { $_[2]{float_features}[0]{feature_id} =
        $_[2]{float_features}[0]{feature_name} = '' });
changed('rmse', qr/the loss "Own" is not known here/,
    sub { $_[1]{model_info}{params}{loss_function}{type} = 'Own' });
changed('rmse', qr/model_info says no loss/,
    sub { delete $_[1]{model_info} });
changed('multiclass', qr/class_names are 2: expected 3/,
    sub { pop @{$_[1]{model_info}{class_params}{class_names}} });
changed('rmse', qr/"scale_and_bias": expected a number and a list of 1/,
    sub { $_[1]{scale_and_bias} = [ 1, [ 0, 0 ] ] });
changed('lossguide', qr/tree 0: a split without "left" or "right"/,
    sub { delete $_[0]{right} });
changed('lossguide', qr/tree \d+: a leaf has nothing: expected a value of 1/,
    sub { my $n = $_[0]; $n = $n->{right} while $n->{right};
        delete $n->{value} });

my $deep = '{"value":1}';
$deep = qq({"left":$deep,"right":{"value":2},"split":{}}) for 1 .. 300;
my $json = $t->read_file('rmse.json');

for ([ substr($json, 0, length($json) / 2), qr/byte \d+: expected / ],
    [ qq({"features_info":{},"trees":[$deep]}),
        qr/more than 256 lists and objects within each other/ ],
    [ '{"features_info":{}}', qr/expected a list "oblivious_trees" or/ ])
{
    $t->write_file('bad.json', $_->[0]);
    refused('bad.json', $_->[1]);
}

ok(!-e "$dir/no.st", 'nothing was written');

###############################################################################
# what the page says, and nginx

open my $fh, '<:encoding(UTF-8)', "$MaasTest::top/docs/import.md" or die;
my $page = do { local $/; <$fh> };
my ($part) = $page =~ /^## CatBoost\n(.*?)(?:^## |\z)/ms;
my ($command) = $part =~ /^```sh\n(.*?)^```$/ms;
copy("$dir/hotsymmetrictree.json", "$dir/model.json") or die;

{
    local $ENV{PATH} = "$MaasTest::build:$ENV{PATH}";
    ($rc, $out, $err) = $t->command('sh', '-c', $command);
    is($rc, 0, 'the command of the page') or diag($err);
}

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model hot %%TESTDIR%%/model.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_predict hot; }
    }
}
EOC
$t->known_good('/', '{"age": 1, "colour": "red", "income": 0, "shop": 101}');
$t->run;

my ($head, @rows) = split /\n/, $t->read_file('hotsymmetrictree.csv');
my @want = split /\n/, $t->read_file('hotsymmetrictree.out');
my $is = $t->post('/', join("\n", $head, @rows[0 .. 99]) . "\n",
    'Content-Type' => 'text/csv');
is($is->status, 200, 'nginx takes rows');
my @numbers = map { (split /,/)[-1] } split /\n/, $is->body;
is(scalar(grep { abs($numbers[$_] - $want[$_]) > 1e-6 } 0 .. 99), 0,
    'and answers as CatBoost');

$t->done;
