#!/usr/bin/perl

# Promise: stock clients of other model servers work against ours unmodified.

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

# a model that Python's safetensors wrote by docs/model-format.md

my ($rc, undef, $err) = $t->command($python,
    "$MaasTest::top/t/clients/write_model.py", 'm.safetensors');
is($rc, 0, 'a file written by safetensors') or diag($err);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors version=3;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /m { maas_predict m; }
    }
}
EOC
$t->known_good('/m', '[1,2]', 'Content-Type' => 'application/json');
$t->run;

for my $client (qw(tritonclient_http.py)) {
    my ($status, $said, $why) = $t->command($python,
        "$MaasTest::top/t/clients/$client", '127.0.0.1:' . $t->port(0),
        'm.safetensors');
    is($status, 0, $client) or diag($said, $why);
    my @steps = $said =~ /^ok (.+)$/mg;
    is(scalar @steps, 8, "$client went through its steps");
}

$t->done;
