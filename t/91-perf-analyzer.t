#!/usr/bin/perl

# Promise: perf_analyzer, Triton's load tester, runs against v2 to its end, by
# HTTP and by gRPC, and the statistics it reads from the server are those of its
# own requests.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $perf = "$MaasTest::top/build/perf-analyzer";
MaasTest::missing('perf_analyzer: make build/perf-analyzer/.done')
    unless -x "$perf/bin/perf_analyzer";

my $t = MaasTest->new;

$t->model('m', sizes => [ 8, 16, 3 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    access_log off;
    keepalive_requests 1000000;
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /m { maas_predict m; }
        location = /metrics { maas_metrics; }
    }
    server {
        listen 127.0.0.1:%%PORT1%% http2;
        location / { maas_serve; }
    }
}
EOC
$t->known_good('/m', '[1,2,3,4,5,6,7,8]');
$t->run;

my $url = '127.0.0.1:' . $t->port;
my @grpc = ('-i', 'grpc', '-u', '127.0.0.1:' . $t->port(1));
$ENV{LD_LIBRARY_PATH} = "$perf/nvidia/cuda_runtime/lib";

sub perf {
    my ($name, @options) = @_;
    my ($status, $said, $why) = $t->command('timeout', 120,
        "$perf/bin/perf_analyzer", '-m', 'm', '-i', 'http', '-u', $url,
        '--measurement-mode', 'count_windows',
        '--measurement-request-count', 200, '-r', 3, '-s', 1e6, @options);
    is($status, 0, $name) or diag($said, $why);
    my ($server) = $said =~ /^  Server: \n((?:    .*\n)+)/m;
    my ($rows) = ($server // '') =~ /Inference count: (\d+)/;
    my ($requests) = ($server // '') =~ /Successful request count: (\d+)/;
    cmp_ok($requests // 0, '>=', 200, "$name: requests, by our counters");
    return ($rows // 0, $requests // 1, $said);
}

sub each_has {
    my ($name, $rows, @options) = @_;
    my ($got, $requests) = perf($name, @options);
    is($got / $requests, $rows, "$name: rows a request");
}

each_has('binary', 1);
each_has('JSON, eight rows', 8, '-b', 8,
    qw(--input-tensor-format json --output-tensor-format json));
each_has('asynchronous, several at once', 1, '-a', '--concurrency-range', 8);
each_has('gRPC', 1, @grpc);
each_has('gRPC, eight rows, compressed', 8, @grpc, '-b', 8,
    '--grpc-compression-algorithm', 'gzip');
each_has('gRPC, asynchronous, several at once', 1, @grpc, '-a',
    '--concurrency-range', 8);

my (undef, undef, $said) = perf('concurrency in steps, with metrics',
    '--concurrency-range', '1:2', '--collect-metrics', '--metrics-url',
    "$url/metrics", '--metrics-interval', 50);
is(scalar(() = $said =~ /^Concurrency: \d, throughput: /mg), 2,
    'two levels');
like($said, qr/Server Prometheus Metrics/, 'which it reads');

$t->done;
