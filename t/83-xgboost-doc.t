#!/usr/bin/perl

# Promise: "From XGBoost to nginx in two minutes" works as it stands in
# docs/import.md, command by command, and prints what the page says.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $python = "$MaasTest::top/build/import-venv/bin/python";

-x $python or MaasTest::missing('build/import-venv: make test makes it');

open my $fh, '<', "$MaasTest::top/docs/import.md" or die;
my $page = do { local $/; <$fh> };
my ($part) = $page =~ /^## From XGBoost to nginx[^\n]*\n(.*?)^## /ms;
my @blocks = $part =~ /^```(\w*\n.*?)^```$/msg;
my ($train, $import, $printed, $conf, $curl) = map { s/^\w*\n//r } @blocks;
is(scalar @blocks, 5, 'what the page shows');

$t->write_file('train.py', $train);
my ($rc, $out, $err) = $t->command($python, 'train.py');
is($rc, 0, 'training') or diag($err);

local $ENV{PATH} = "$MaasTest::build:$ENV{PATH}";
($rc, $out, $err) = $t->command('sh', '-c', $import);
is($rc, 0, 'import') or diag($err);
is($out, $printed, 'prints what the page says');

$conf =~ s{ fraud\.safetensors}{ %%TESTDIR%%/fraud.safetensors}
    or fail('where the model is');
$conf =~ s{127\.0\.0\.1:8080}{127.0.0.1:%%PORT%%} or fail('where it listens');
$t->conf("%%GLOBALS%%\nevents { }\nhttp {\n%%GLOBALS_HTTP%%\n$conf}\n");
$t->known_good('/fraud', '{"amount": 1, "hour": 1, "country": "FR"}');
$t->run;

my $port = $t->port;
$curl =~ s{127\.0\.0\.1:8080}{127.0.0.1:$port};
($rc, $out, $err) = $t->command('sh', '-c', "curl -s $1")
    if $curl =~ /^curl (.*)/s;
is($rc, 0, 'curl') or diag($err);
my ($p) = $out =~ /([\d.]+(?:e-?\d+)?)[\]}\s]*$/;
cmp_ok($p, '>', 0.9, "a fraud: $out");

my $paid = $t->post('/fraud', '{"amount": 20, "hour": 12, "country": "DE"}');
($p) = $paid->body =~ /([\d.]+(?:e-?\d+)?)[\]}\s]*$/;
cmp_ok($p, '<', 0.1, 'and none: ' . $paid->body);

$t->done;
