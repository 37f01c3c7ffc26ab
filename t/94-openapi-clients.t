#!/usr/bin/perl

# Promise: the OpenAPI documents are such that generators make clients of them:
# openapi-generator in Python, TypeScript, Go and Java and openapi-python-client
# without a warning, of names of models and columns that are hard on them, too.
# The clients in Python then ask the real server.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $bin = "$MaasTest::top/build/venv/bin";
MaasTest::missing('build/venv with openapi-generator: make build/venv/.done')
    unless -x "$bin/openapi-generator-cli" && -x "$bin/openapi-python-client";

my $t = MaasTest->new;

$t->model('fraud', sizes => [ 8, 1 ], task => 'binary',
    labels => [qw(fine fraud)],
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number', missing => 1 },
        { name => 'member?', kind => 'boolean' },
        { name => 'country', kind => 'category', values => [ 'DE', 'FR' ] },
        { name => 'note', kind => 'text', hash => 4, ngrams => [ 3, 3 ] } ] });
$t->model('digits', sizes => [ 64, 8, 10 ],
    inputs => { kind => 'tensor', shape => [ 8, 8 ], name => 'x' });

# Some clash, are words of a language or of a generator, or end a text of it
my @names = ('a b', 'a_b', 'A-b', 'class', 'self', 'json', 'model_config',
    '1st', 'no"te', 'größe', '$ref', 'from', 'additional_properties', 'schema',
    '__init__', 'type', 'nil', '日本', '<i>', '%', 'back\\slash', 'to_dict',
    '*/', "'", 'id', '`x`', 'required', 'int', 'string', "line\nbreak",
    '/* c', '${x}', 'default', 'date');
$t->model('hard', sizes => [ @names + 4, 1 ], task => 'regression',
    inputs => { kind => 'columns', columns => [
        (map { { name => $_, kind => 'number' } } @names),
        { name => 'cat', kind => 'category',
          values => [ 'plain', '*/', 'x"y', "l\nm" ] } ] });

# a-b and a_b, version 2 of digits and digits_2
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model fraud %%TESTDIR%%/fraud.safetensors;
    maas_model digits %%TESTDIR%%/digits.safetensors;
    maas_model digits %%TESTDIR%%/digits.safetensors version=2 label=new;
    maas_model digits_2 %%TESTDIR%%/digits.safetensors;
    maas_model digits_1 %%TESTDIR%%/fraud.safetensors;
    maas_model a-b %%TESTDIR%%/fraud.safetensors;
    maas_model a_b %%TESTDIR%%/digits.safetensors;
    maas_model class %%TESTDIR%%/hard.safetensors;
    maas_model 1st %%TESTDIR%%/hard.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
    }
}
EOC
$t->known_good('/v2/models/fraud/infer', '{"inputs":['
    . '{"name":"amount","shape":[1],"datatype":"FP32","data":[1]},'
    . '{"name":"member?","shape":[1],"datatype":"BOOL","data":[true]},'
    . '{"name":"country","shape":[1],"datatype":"BYTES","data":["DE"]},'
    . '{"name":"note","shape":[1],"datatype":"BYTES","data":["x"]}]}',
    'Content-Type' => 'application/json');
$t->run;

my $url = 'http://127.0.0.1:' . $t->port;
local $ENV{PATH} = "$bin:$ENV{PATH}";       # of ruff
local $ENV{PYTHONDONTWRITEBYTECODE} = 1;

sub run_quietly {
    my ($name, $bad, @command) = @_;
    my ($status, $said, $why) = $t->command(@command);
    is($status, 0, $name) or diag($said, $why);
    unlike("$said$why", $bad, 'without a warning');
    return $said;
}

# Java's has no use for examples; one has no names for lists and maps
my $warning = qr/^\[error\]|\bERROR\b|- attribute|unused
    |\bWARN\b(?!.*(?:Ignoring\ complex\ example|the\ schema\ name:\ null))/imx;

my %of = (fraud => '/v2/models/fraud', hard => '/v2/models/class',
    server => '/v2');

for my $name (sort keys %of) {
    $t->write_file("$name.json", $t->get("$of{$name}/docs/openapi.json")->body);
    run_quietly("$name: openapi-generator finds no fault", $warning,
        "$bin/openapi-generator-cli", 'validate', '--recommend',
        '-i', "$name.json");
    run_quietly("$name: openapi-python-client", qr/warning|unable/i,
        "$bin/openapi-python-client", 'generate', '--path', "$name.json",
        '--output-path', $name eq 'fraud' ? 'generated' : $name,
        '--meta', 'none', '--fail-on-warning');
}

# All that is generated is code that Python can read
for my $name (sort keys %of) {
    for my $language ($name eq 'fraud' ? qw(python typescript-fetch go java)
        : 'python')
    {
        run_quietly("$name: openapi-generator, $language",
            $warning, "$bin/openapi-generator-cli", 'generate',
            '-i', "$name.json", '-g', $language, '-o', "$name-$language");
    }
    run_quietly("$name: modules", qr/Warning|Error/, "$bin/python", '-c',
        "import sys; sys.path.insert(0, '$name-python')\n"
        . "import openapi_client.models, openapi_client.api");
}
run_quietly('hard: modules', qr/Warning|Error/, "$bin/python", '-c',
    'import server.models, server.client, hard.models');

my $clients = "$MaasTest::top/t/clients";
local $ENV{PYTHONPATH} = $t->dir . '/fraud-python:' . $t->dir;

for my $client ([ openapi_generator => 7 ], [ openapi_python_client => 5 ]) {
    my ($name, $steps) = @$client;
    my $said = run_quietly("$name asks the server", qr/Traceback/,
        "$bin/python", "$clients/$name.py", $url);
    is(scalar(() = $said =~ /^ok /mg), $steps, 'all steps');
}

# Names: of schemas in the document of the server, of a row's properties
my $doc = $t->get('/v2/docs/openapi.json')->json;
my %rows = map { $_ => 1 } grep { /^Row_/ }
    keys %{ $doc->{components}{schemas} };
is(join(' ', sort keys %rows), 'Row_1st Row_a_b_model6 Row_class '
    . 'Row_digits_1_model5 Row_fraud', 'rows of models');
my $row = $doc->{components}{schemas}{Row_class};
is(join(' ', grep { !exists $row->{properties}{$_} } @names),
    "a b a_b A-b no\"te additional_properties 日本 % back\\slash to_dict */ ' `x` "
    . "line\nbreak /* c", 'what no program can name is left to the rest');
ok($row->{additionalProperties}, 'which is allowed');

$t->done;
