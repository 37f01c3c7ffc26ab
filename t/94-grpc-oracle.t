#!/usr/bin/perl

# Promise: messages of gRPC mean what the same bodies of v2 mean, to the bit and
# to the sentence, in whatever way protobuf lets a client write them, and Google's
# own library reads the answers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv with the clients: make build/venv/.done')
    unless -x $python;

my $t = MaasTest->new;
my @oracle = ($python, '-B', "$MaasTest::top/t/clients/grpc_oracle.py");
my ($rc, undef, $err) = $t->command(@oracle, 'write', $t->dir);
is($rc, 0, 'models are written') or diag($err);

my $models = join "\n    ", map { "maas_model $_ %%TESTDIR%%/$_.safetensors;" }
    qw(same deep table picture pets);
$t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    $models
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        keepalive_requests 1000000;
        location / { maas_serve; }
        location = /same { maas_predict same; }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        listen 127.0.0.1:%%PORT3%% http2;
        keepalive_requests 1000000;
        location / { maas_serve; maas_output top=2 round=1; }
    }
}
EOC
$t->known_good('/same', '[1,2,3,4,5]', 'Content-Type' => 'application/json');
$t->run;

# the second server's answers say less than the model knows

for ([ 0, 1, 1500 ], [ 2, 3, 200, 'pets' ]) {
    my ($http, $grpc, $n, @models) = @$_;
    my $seed = int rand 1e9;
    ($rc, my $out, $err) = $t->command(@oracle,
        map({ '127.0.0.1:' . $t->port($_) } $http, $grpc), $n, $seed, @models);
    is($rc, 0, "seed $seed") or diag($err);
    like($out, qr/^ok $n requests, [1-9]\d{2,} answers/, 'all were asked');
}

$t->done;
