#!/usr/bin/perl

# Promise: clients of gRPC that are written in Go work against ours with the
# .proto files of conf/grpc/: grpcurl and ghz.  Not a file of `make test`, since
# Debian's Go is too old for them: make test-grpc-go.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP ();
use MaasTest;
use Test::More;

my $bin = "$MaasTest::top/build/go/bin";
my @proto = ('-import-path', "$MaasTest::top/conf/grpc", '-proto');
my $service = 'inference.GRPCInferenceService';
my $t = MaasTest->new;

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        keepalive_requests 1000000;
        location / { maas_serve; }
    }
}
EOC

my $v2 = '{"inputs":[{"name":"input","datatype":"FP32","shape":[1,4],'
    . '"data":[1,2,3,4]}]}';
$t->known_good('/v2/models/m/infer', $v2);
$t->run;

my $where = '127.0.0.1:' . $t->port(1);

sub grpcurl {
    my ($file, $method, $message) = @_;
    return $t->command('timeout', 60, "$bin/grpcurl", '-plaintext', @proto,
        "$file.proto", '-d', $message, $where, $method);
}

my $infer = '{"model_name":"m","inputs":[{"name":"input","datatype":"FP32",'
    . '"shape":[1,4],"contents":{"fp32_contents":[1,2,3,4]}}]}';
my ($rc, $said, $why) = grpcurl('inference', "$service/ModelInfer", $infer);
is($rc, 0, 'grpcurl: a prediction') or diag($why);
is_deeply([ map { sprintf '%.6g', $_ } @{ JSON::PP::decode_json($said)
    ->{outputs}[0]{contents}{fp32Contents} } ], [ map { sprintf '%.6g', $_ }
    @{ $t->post('/v2/models/m/infer', $v2)->json->{outputs}[0]{data} } ],
    'grpcurl: that of JSON');

($rc, $said) = grpcurl('health', 'grpc.health.v1.Health/Check', '{}');
is(JSON::PP::decode_json($said)->{status}, 'SERVING', 'grpcurl: health');
($rc, undef, $why) = grpcurl('inference', "$service/ModelMetadata",
    '{"name":"none"}');
like($why, qr/Code: NotFound\s+Message: there is no such model/,
    'grpcurl: an error');
($rc, undef, $why) = $t->command('timeout', 60, "$bin/grpcurl", '-plaintext',
    $where, 'list');
like($why, qr/does not support the reflection API/, 'grpcurl: no reflection');

($rc, $said, $why) = $t->command('timeout', 120, "$bin/ghz", '--insecure',
    '--proto', "$MaasTest::top/conf/grpc/inference.proto", '--call',
    "$service.ModelInfer", '-d', $infer, '-n', 2000, '-c', 8, '-O', 'json',
    $where);
is($rc, 0, 'ghz') or diag($why);
is_deeply(JSON::PP::decode_json($said)->{statusCodeDistribution},
    { OK => 2000 }, 'ghz: all were answered');

$t->done;
