#!/usr/bin/perl

# Promise: docs/grpc.md is true: nginx takes its configurations without a
# warning and they do what is said, its program runs, and its tables have all
# methods and codes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Grpc;
use MaasTest::Tls;
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv with the clients: make build/venv/.done')
    unless -x $python;

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/grpc.md");
my @blocks = $page =~ /^```nginx\n(.*?)^```/msg;
my ($program) = $page =~ /^```python\n(.*?)^```/ms;
is(scalar @blocks, 3, 'configurations');

my $infer = MaasTest::Grpc::infer_message(model => 'iris',
    rows => [ [ 5.1, 3.5, 1.4, 0.2 ] ]);

# The server of a block: 8001 is port 1, 8080 is port 2, 8443 is port 3
sub started {
    my ($block) = @_;
    my $t = MaasTest->new;
    my $dir = $t->dir;
    $t->model('iris', sizes => [ 4, 3, 3 ],
        outputs => { name => 'probabilities' });
    MaasTest::Tls::certificate($t, 'server');
    my %port = (8001 => 1, 8080 => 2, 8443 => 3);
    $block =~ s/listen (8\d+)/listen 127.0.0.1:%%PORT$port{$1}%%/g;
    $block =~ s{/etc/nginx/}{$dir/}g;
    $t->conf("%%GLOBALS%%\nevents { }\nhttp {\n%%GLOBALS_HTTP%%\n"
        . "maas_model iris iris.safetensors;\n$block\nserver {\n"
        . "listen 127.0.0.1:%%PORT%%; location / { maas_serve; } } }\n");
    my ($rc, $said) = $t->check_conf;
    is($rc, 0, 'nginx -t') or diag($said);
    unlike($said, qr/\[warn\]/, 'without a warning');
    $t->known_good('/v2/models/iris/infer', '{"inputs":[{"name":"input",'
        . '"datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}]}');
    return $t->run;
}

sub code { return MaasTest::Grpc->new($_[0]->port(1))->call($_[1],
    MaasTest::Grpc::framed($_[2] // ''))->{code} }

my $service = '/inference.GRPCInferenceService';

subtest 'a port for gRPC, one for JSON' => sub {
    my $t = started($blocks[0]);
    is(MaasTest::Grpc->new($t->port(1))->infer($infer)->{code}, 0, 'gRPC');
    my $text = $t->request('GET', '/v2/models/iris/ready', undef,
        Connection => 'close');
    is(($t->answers($t->send($text, port => $t->port(2))))[0]->status, 200,
        'JSON');

    my $port = $t->port(1);
    $program =~ s/:8001/:$port/ or die;
    $t->write_file('program.py', $program);
    my ($rc, $said, $why) = $t->command($python, '-B', 'program.py');
    is($rc, 0, 'the program') or diag($why);
    like($said, qr/^\[\[0\.\d+ +0\.\d+ +0\.\d+\]\]$/, 'says numbers');
    $t->invariants;
};

subtest 'TLS: both on one port' => sub {
    my $t = started($blocks[1]);
    my ($body) = MaasTest::Tls::ask($t, $t->port(3), '/v2/models/iris/ready',
        '-servername', 'server', '-alpn', 'http/1.1');
    like($body, qr/"ready":true/, 'HTTP/1.1');
    my ($rc, $said, $why) = $t->command($python, '-B', '-c', <<'EOP',
import sys, grpc
root = grpc.ssl_channel_credentials(open("server.crt", "rb").read())
channel = grpc.secure_channel("127.0.0.1:" + sys.argv[1], root,
    [("grpc.ssl_target_name_override", "server")])
live = channel.unary_unary("/inference.GRPCInferenceService/ServerLive",
    lambda x: x, lambda x: x)
print(live(b"", timeout=20))
EOP
        $t->port(3));
    is($said, "b'\\x08\\x01'\n", 'gRPC') or diag($why);
    $t->invariants;
};

subtest 'a location for each service' => sub {
    my $t = started($blocks[2]);
    is(code($t, "$service/ServerLive"), 0, 'a method');
    is(code($t, "$service/RepositoryIndex"), 7, 'one that is denied');
    is(code($t, '/grpc.health.v1.Health/Check'), 0, 'health');
    $t->allow(qr/forbidden by rule|No such file/);
    $t->invariants;
};

# its tables

my $source = MaasTest::Proc::slurp(
    "$MaasTest::top/ngx_maas_module/routes/ngx_http_maas_grpc.c");
my @methods = $source =~ /^    \{ "(\w+)",/mg;
cmp_ok(scalar @methods, '>', 25, 'methods');
is(join(' ', grep { $page !~ /^\|[^|]*`$_`/m } @methods), '',
    'all of them are on the page');

my ($names) = MaasTest::Proc::slurp(
    "$MaasTest::top/ngx_maas_module/routes/ngx_http_maas_grpc_ask.c")
    =~ /names\[\] = \{(.*?)\};/s;
is(join(' ', grep { index($page, "`$_`") < 0 } $names =~ /"([^"]+)"/g), '',
    'all services');

my ($codes) = MaasTest::Proc::slurp(
    "$MaasTest::top/ngx_maas_module/answers/ngx_http_maas_response.h")
    =~ /^enum \{\n(    NGX_HTTP_MAAS_GRPC_CANCELLED.*?)\};/ms;
my $used = join '', map { MaasTest::Proc::slurp($_) }
    map { glob "$MaasTest::top/ngx_maas_module/$_/*.c" }
    qw(answers request routes);     # trace/ also knows those of others
my ($table) = $page =~ /^## Codes\n(.*?)^## /ms;
my %codes = $codes =~ /(\w+) = (\d+)/g;
my @said = grep { $_->[1] > 2 && $used =~ /\b$_->[0]\b/ }
    map { [ $_, $codes{$_} ] } sort keys %codes;
cmp_ok(scalar @said, '>', 7, 'codes that are said here');
is(join(' ', map { $_->[0] } grep { $table !~ /\b$_->[1] [A-Z]/ } @said),
    '', 'all of them are on the page');

done_testing();
