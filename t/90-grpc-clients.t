#!/usr/bin/perl

# Promise: stock clients of gRPC work against ours unmodified, by cleartext and
# by TLS, where one port has gRPC and JSON.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Tls;
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv with the clients: make build/venv/.done')
    unless -x $python;

my $t = MaasTest->new;
my ($rc, undef, $err) = $t->command($python, '-B',
    "$MaasTest::top/t/clients/write_model.py", 'm.safetensors');
is($rc, 0, 'a file written by safetensors') or diag($err);

$t->model('named', sizes => [ 3, 3 ], inputs => { kind => 'columns',
    columns => [ { name => 'form', kind => 'category',
        values => [ 'round', 'square' ] }, { name => 'size',
        kind => 'number' } ] });
MaasTest::Tls::certificate($t, 'localhost');

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors version=3 label=new;
    maas_model named %%TESTDIR%%/named.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        listen 127.0.0.1:%%PORT2%% ssl http2;
        ssl_certificate %%TESTDIR%%/localhost.crt;
        ssl_certificate_key %%TESTDIR%%/localhost.key;
        gzip on;
        gzip_types *;
        gzip_min_length 1;
        location / { maas_serve; }
        location = /m { maas_predict m; }
    }
}
EOC
$t->known_good('/m', '[1,2]', 'Content-Type' => 'application/json');
$t->run;

# a client, its steps, and what it has to know of TLS
for ([ 'tritonclient_grpc.py', 19, 1 ], [ 'tritonclient_grpc_aio.py', 7, 1 ],
    [ 'tritonclient_grpc_aio.py', 7, 2, 'localhost.crt' ],
    [ 'kserve_grpc.py', 4, 1 ], [ 'kserve_grpc.py', 4, 2, 'localhost.crt' ])
{
    my ($name, $steps, $port, @more) = @$_;
    my $host = @more ? 'localhost' : '127.0.0.1';
    my ($status, $said, $why) = $t->command($python, '-B',
        "$MaasTest::top/t/clients/$name", "$host:" . $t->port($port),
        'm.safetensors', @more);
    is($status, 0, @more ? "$name, TLS" : $name) or diag($said, $why);
    is(scalar(() = $said =~ /^ok .+$/mg), $steps, 'went through its steps');
}

# the same port of TLS, for those who speak neither HTTP/2 nor gRPC

my ($body) = MaasTest::Tls::ask($t, $t->port(2), '/v2/models/m/ready',
    '-servername', 'localhost', '-alpn', 'http/1.1');
like($body, qr/"ready":true/, 'JSON by HTTP/1.1 on it');

$t->done;
