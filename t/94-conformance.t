#!/usr/bin/perl

# Promise: the OpenAPI documents are valid and true.  schemathesis makes up
# requests from them, right and wrong ones, and finds neither a 5xx nor an
# answer that a document does not describe, nor a wrong request that passes.
# CONFORMANCE_TIME: seconds, 10; make conformance gives it 120, and then the
# seed is another one each time.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $bin = "$MaasTest::top/build/venv/bin";
MaasTest::missing('build/venv with schemathesis: make build/venv/.done')
    unless -x "$bin/schemathesis";

my $time = $ENV{CONFORMANCE_TIME} || 10;
my $seed = $ENV{CONFORMANCE_TIME} ? int rand 1e9 : 1;
my $checks = join ',', qw(not_a_server_error status_code_conformance
    content_type_conformance response_headers_conformance
    response_schema_conformance negative_data_rejection
    allow_header_conformance);

my $t = MaasTest->new;

$t->model('iris', sizes => [ 4, 8, 3 ], labels => [qw(a b c)]);
$t->model('digits', sizes => [ 64, 8, 10 ],
    inputs => { kind => 'tensor', shape => [ 8, 8 ], name => 'x' });
$t->model('price', sizes => [ 2, 1 ], task => 'regression',
    inputs => { kind => 'columns', columns => [
        map { { name => $_, kind => 'number' } } qw(rooms age) ] });
$t->model('fraud', sizes => [ 8, 1 ], task => 'binary',
    labels => [qw(fine fraud)],
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number' },
        { name => 'member', kind => 'boolean' },
        { name => 'country', kind => 'category', values => [ 'DE', 'FR' ] },
        { name => 'note', kind => 'text', hash => 4, ngrams => [ 3, 3 ] } ] });
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model iris %%TESTDIR%%/iris.safetensors;
    maas_model iris %%TESTDIR%%/iris.safetensors version=2 label=new;
    maas_model digits %%TESTDIR%%/digits.safetensors;
    maas_model price %%TESTDIR%%/price.safetensors;
    maas_model fraud %%TESTDIR%%/fraud.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location /ml/ { maas_serve; }
        location = /p { maas_predict iris; }
    }
}
EOC
$t->known_good('/p', '[1,2,3,4]', 'Content-Type' => 'application/json');
$t->run;

my $url = 'http://127.0.0.1:' . $t->port;
my @documents = map { "$_/docs/openapi.json" } '/v2', '/ml/v2',
    '/v2/models/iris', '/v2/models/iris/versions/1', '/v2/models/digits',
    '/v2/models/price', '/v2/models/fraud', '/ml/v2/models/iris';

for my $uri (@documents) {
    $t->write_file('openapi.json', $t->get($uri)->body);
    my ($status, $said, $why) = $t->command("$bin/openapi-spec-validator",
        'openapi.json');
    is($status, 0, "$uri is valid") or diag($said, $why);
}

my %share = ('/v2' => 0.7, '/v2/models/digits' => 0.15,
    '/ml/v2/models/iris' => 0.15);

for my $of (sort keys %share) {
    my $seconds = int($time * $share{$of} + 1);
    my ($status, $said, $why) = $t->command('timeout', $seconds + 120,
        "$bin/schemathesis", '--config-file',
        "$MaasTest::top/t/clients/schemathesis.toml", 'run', "$url$of/docs/openapi.json",
        '--max-time', $seconds, '--seed', $seed, '--checks', $checks,
        '--phases', 'examples,coverage,fuzzing', '--no-color');
    is($status, 0, "schemathesis, by the document of $of")
        or diag($said, $why);
    my ($cases) = $said =~ /(\d+) generated/;
    cmp_ok($cases // 0, '>', 0, ($cases // 0) . ' requests');
}

my %codes;
$codes{$_}++ for $t->read_file('access.log') =~ /" (\d{3}) /g;
note(join ', ', map { "$_: $codes{$_}" } sort keys %codes);
is(join(' ', grep { /^5/ } keys %codes), '', 'no 5xx');
cmp_ok($codes{200} // 0, '>', 0, 'some were right');
cmp_ok($codes{400} // 0, '>', 0, 'some were wrong');

$t->done;
