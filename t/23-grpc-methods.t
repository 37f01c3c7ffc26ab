#!/usr/bin/perl

# Promise: the .proto files of conf/grpc/ compile, and all methods of gRPC
# without a prediction say what the JSON routes say, with the right codes where
# they refuse; TensorFlow Serving's Predict says what its REST does.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use MaasTest;
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv with the clients: make build/venv/.done')
    unless -x $python;

my $t = MaasTest->new;

$t->model('m', sizes => [ 4, 3, 2 ], labels => [ 'yes', 'no' ],
    inputs => { kind => 'tensor', shape => [ 2, 2 ], name => 'x' });
$t->model('price', sizes => [ 3, 1 ], task => 'regression');
my %weighted = MaasTest::Model::dense_model(name => 'weighted',
    sizes => [ 3, 2 ], outputs => { decision_weights => [ 1, 2 ] });
$weighted{doc}{version} = 2;
$t->model('weighted', %weighted);
$t->model('bank', sizes => [ 3, 4, 1 ], task => 'binary',
    outputs => { labels => [ 'fine', 'fraud' ], threshold => 0.25 },
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number' },
        { name => 'new', kind => 'boolean' },
        { name => 'age', kind => 'number' } ] });

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model m %%TESTDIR%%/m.safetensors version=12 label=new;
    maas_model price %%TESTDIR%%/price.safetensors;
    maas_model bank %%TESTDIR%%/bank.safetensors;
    maas_model weighted %%TESTDIR%%/weighted.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; maas_headers on; }
        location /inference.GRPCInferenceService/ { maas_serve; }
        location = /price { maas_predict price; }
    }
    server {
        listen 127.0.0.1:%%PORT1%% http2;
        location / { maas_serve; maas_headers on; }
    }
    server {
        listen 127.0.0.1:%%PORT2%% http2;
        location /inference.GRPCInferenceService/ { maas_serve; }
        location = /grpc.health.v1.Health/Check { maas_serve; }
        location /tensorflow.serving. { maas_serve; }
        location /ml/ { maas_serve; }
        location / { return 404; }
    }
}
EOC
$t->known_good('/price', '[1,2,3]', 'Content-Type' => 'application/json');
$t->run;
$t->post('/price', '[[1,2,3],[4,5,6],[1,1,1],[1,2,1],[0,0,0],[1,4,1]]',
    'Content-Type' => 'application/json');

my ($rc, $said, $why) = $t->command($python, '-m', 'grpc_tools.protoc',
    "-I$MaasTest::top/conf/grpc", '--python_out=' . $t->dir,
    '--grpc_python_out=' . $t->dir,
    glob "$MaasTest::top/conf/grpc/*.proto");
is($rc, 0, 'the .proto files compile') or diag($said, $why);

for ([ 'grpc_methods.py', 12 ], [ 'tfserving_grpc.py', 5 ]) {
    my ($name, $steps) = @$_;
    ($rc, $said, $why) = $t->command($python, '-B',
        "$MaasTest::top/t/clients/$name", '127.0.0.1:' . $t->port(1),
        '127.0.0.1:' . $t->port, $t->dir);
    is($rc, 0, "stubs made of them: $name") or diag($said, $why);
    is(scalar(() = $said =~ /^ok /mg), $steps, 'all steps');
}

subtest 'locations of services' => sub {
    ($rc, $said, $why) = $t->command($python, '-B',
        "$MaasTest::top/t/clients/grpc_paths.py", '127.0.0.1:' . $t->port(2));
    is($rc, 0, 'gRPC') or diag($said, $why);
    is(scalar(() = $said =~ /^ok /mg), 2, 'all steps');

    my $base = '/inference.GRPCInferenceService';
    is($t->get("$base$_")->status, 404,
        "$_ is no place of JSON there") for qw(/v2 /v1/models / /ServerLive);
};

$t->done;
