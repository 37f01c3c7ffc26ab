#!/usr/bin/perl

# Promise: stock clients of other model servers work against ours unmodified,
# also where nginx compresses all that it may.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

# client and its steps
my @clients = (
    [ 'tritonclient_http.py', 16 ],
    [ 'tritonclient_aio.py', 7 ],
    [ 'kserve_rest.py', 6 ],
);

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv with the clients: make build/venv/.done')
    unless -x $python;

# a model that Python's safetensors wrote by docs/model-format.md

sub start {
    my ($more) = @_;
    my $t = MaasTest->new;
    my ($rc, undef, $err) = $t->command($python, '-B',
        "$MaasTest::top/t/clients/write_model.py", 'm.safetensors');
    is($rc, 0, 'a file written by safetensors') or diag($err);

    $t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    $more
    maas_model m %%TESTDIR%%/m.safetensors version=3;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /m { maas_predict m; }
    }
}
EOC
    $t->known_good('/m', '[1,2]', 'Content-Type' => 'application/json');
    return $t->run;
}

my $gzip = 'gzip on; gzip_types application/json application/octet-stream; '
    . 'gzip_min_length 1; gzip_proxied any;';

for my $more ('', $gzip) {
    for my $client (@clients) {
        my ($name, $steps) = @$client;
        my $t = start($more);
        my ($status, $said, $why) = $t->command($python, '-B',
            "$MaasTest::top/t/clients/$name", '127.0.0.1:' . $t->port(0),
            'm.safetensors');
        is($status, 0, $more ? "$name, with gzip" : $name)
            or diag($said, $why);
        my @steps = $said =~ /^ok (.+)$/mg;
        is(scalar @steps, $steps, 'went through its steps');
        $t->invariants;
    }
}

done_testing();
