# Promise: a call of gRPC is answered by the same bits as a request over HTTP,
# in a frame with a status behind it; a call that is refused has its status
# alone.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Compress::Deflate ();
use IO::Compress::Gzip ();
use MaasTest;
use MaasTest::Grpc;
use Test::More;

my $t = MaasTest->new;
$t->model('m', sizes => [ 4, 3, 2 ], labels => [ 'no', 'yes' ]);
$t->write_file('users', "u:{PLAIN}p\n");
chmod 0644, $t->dir . '/users';
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    limit_req_zone $server_name zone=a:64k rate=1r/m;
    log_format model '$status $maas_model $maas_label $request_uri';
    gzip on;
    gzip_types *;
    gzip_min_length 1;
    gzip_proxied any;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT2%% http2;
        access_log %%TESTDIR%%/model.log model;
        location / { maas_serve; }
        location = /page { internal; alias %%TESTDIR%%/users; }
    }
    server {
        listen 127.0.0.1:%%PORT3%% http2;
        location / {
            maas_serve;
            maas_headers on;
            maas_max_rows 2;
            client_max_body_size 1k;
            error_page 400 404 501 /page;
        }
        location = /page { internal; alias %%TESTDIR%%/users; }
    }
    server {
        listen 127.0.0.1:%%PORT4%% http2;
        server_name main;
        location / { maas_serve; deny all; }
        location /limit/ { maas_serve; limit_req zone=a; limit_req_status 429; }
        location /busy/ { maas_serve; limit_req zone=a; }
        location /who/ {
            maas_serve;
            auth_basic closed;
            auth_basic_user_file %%TESTDIR%%/users;
        }
        location /gone/ { maas_serve; return 404; }
        location /inference.GRPCInferenceService/ {
            maas_serve;
            client_max_body_size 5;
            error_page 413 = @unavailable;
        }
        location @unavailable {
            default_type application/grpc;
            add_header grpc-status 14 always;
            return 204;
        }
    }
}
EOC

my $json = '{"inputs":[{"name":"input","datatype":"FP32","shape":[2,4],'
    . '"data":[1,2,3,4,-1,0.5,0.25,8]}]}';
my @rows = ([ 1, 2, 3, 4 ], [ -1, 0.5, 0.25, 8 ]);
my $good = MaasTest::Grpc::infer_message(rows => \@rows);

$t->known_good('/v2/models/m/infer', $json);
$t->run;

my @want = @{ $t->post('/v2/models/m/infer', $json)->json
    ->{outputs}[0]{data} };
my $bits = pack 'f<*', @want;
my $g = MaasTest::Grpc->new($t->port(2));

sub good {
    my ($a, $what) = @_;
    is($a->{wrong}, undef, "$what: an answer");
    is($a->{code}, 0, "$what: 0") or diag($a->{text});
    is(defined $a->{message} && pack('f<*',
        MaasTest::Grpc::floats($a->{message})), $bits, "$what: the same bits");
    return;
}

sub refused {
    my ($a, $code, $text, $what) = @_;
    is($a->{wrong}, undef, "$what: an answer");
    is($a->{code}, $code, "$what: $code");
    ok($a->{only}, "$what: a status alone");
    like($a->{text}, $text, "$what: a sentence");
    return;
}

good($g->infer($good), 'raw');
good($g->infer(MaasTest::Grpc::infer_message(rows => \@rows, typed => 1)),
    'typed');
good($g->infer($good, 'content-type' => 'application/grpc+proto'), '+proto');
good($g->infer($good, 'content-type' => 'application/grpc;x=y'), 'a parameter');
good($g->infer($good, te => undef), 'no te');
good($g->infer($good, 'grpc-timeout' => '10S'), 'time enough');
good($g->infer($good, 'accept-encoding' => 'gzip'), 'not compressed');

is($t->h2($t->port(2), POST => '/v2/models/m/infer', $json)->body,
    $t->post('/v2/models/m/infer', $json)->body, 'JSON over HTTP/2 is JSON');

my $a = $g->infer(MaasTest::Grpc::infer_message(rows => \@rows, id => 'x"1'));
is(MaasTest::Grpc::fields($a->{message})->{3}[0], 'x"1', 'an id is echoed');

###############################################################################
# compressed messages

IO::Compress::Gzip::gzip(\$good => \my $gzip);
IO::Compress::Deflate::deflate(\$good => \my $deflate);

sub compressed {
    my ($bytes, $encoding) = @_;
    return $g->call("$MaasTest::Grpc::service/ModelInfer",
        MaasTest::Grpc::framed($bytes, 1), 'grpc-encoding' => $encoding);
}

good(compressed($gzip, 'gzip'), 'gzip');
good(compressed($deflate, 'deflate'), 'deflate');
good($g->infer($good, 'grpc-encoding' => 'gzip'), 'not, though it might be');
refused(compressed($gzip, 'snappy'), 12, qr/grpc-encoding is not/, 'snappy');
is(compressed($gzip, 'snappy')->{headers}{'grpc-accept-encoding'},
    'identity,deflate,gzip', 'which says what is');
refused(compressed($gzip, 'identity'), 3, qr/flagged as compressed/, 'identity');
refused(compressed(substr($gzip, 0, -9), 'gzip'), 3,
    qr/message is not whole gzip data, as grpc-encoding/, 'cut off');
refused(compressed('', 'gzip'), 3, qr/not whole/, 'nothing of gzip');

###############################################################################
# refused by us

refused($g->infer(MaasTest::Grpc::infer_message(rows => \@rows, model => 'x')),
    5, qr/no such model/, 'no model');
refused($g->infer(MaasTest::Grpc::infer_message(rows => \@rows,
    version => '7')), 5, qr/no such model/, 'no version');
refused($g->infer(MaasTest::Grpc::infer_message(rows => [ [ 1, 2 ] ])),
    3, qr/shape/, 'a wrong shape');
refused($g->call('/nothing.Of/TheKind', MaasTest::Grpc::framed('')),
    12, qr/no such method/, 'no method');
refused($g->infer($good, 'grpc-timeout' => '1n'), 4, qr/deadline/,
    'a nanosecond');
refused($g->infer($good, 'content-encoding' => 'gzip'), 12,
    qr/Content-Encoding/, 'Content-Encoding');
refused($g->infer(MaasTest::Grpc::infer_message(rows => \@rows,
    model => "\xc3\xa9%\n")), 5, qr/no such model/, 'an odd name');

my $small = MaasTest::Grpc->new($t->port(3));
good($small->infer($good), 'within limits');
refused($small->infer(MaasTest::Grpc::infer_message(rows => [ (@rows) x 2 ])),
    8, qr/2/, 'too many rows');
refused($small->infer($good . ' ' x 2000), 8,
    qr/^Request Entity Too Large$/, 'too many bytes');
refused($small->infer("\x0a\x01x"), 5, qr/no such model/,
    'whatever pages there are');

my $h = $small->infer($good)->{headers};
is_deeply([ @$h{qw(maas-model maas-version maas-label)} ],
    [ 'm', 1, join ',', map { $want[ 2 * $_ ] > $want[ 2 * $_ + 1 ] ? 'no'
        : 'yes' } 0, 1 ], 'headers with the model');

###############################################################################
# refused by nginx

my $other = MaasTest::Grpc->new($t->port(4));

refused($other->call('/x', ''), 7, qr/^Forbidden$/, 'deny');
refused($other->call('/who/x', ''), 16, qr/^Unauthorized$/, 'auth_basic');
refused($other->call('/gone/x', ''), 12, qr/^Not Found$/, 'return 404');
$other->call('/limit/x', '');
refused($other->call('/limit/x', ''), 8, qr/^Too Many Requests$/, 'limit_req');
refused($other->call('/busy/x', ''), 14, qr/^Service Temporarily/, '503');

$a = $other->infer($good);
is($a->{headers}{'grpc-status'}, 14, 'a page of their own for gRPC');

###############################################################################
# other ways to ask

my $plain = $t->post("$MaasTest::Grpc::service/ModelInfer",
    MaasTest::Grpc::framed($good), 'Content-Type' => 'application/grpc');
is($plain->status, 505, 'HTTP/1.1: its own status');
is($plain->error, 'gRPC needs HTTP/2', 'and a sentence in JSON');

$a = $g->answer(do {
    my $s = $g->stream;
    $g->frame('HEADERS', 5, $s, $g->block($g->request(
        "$MaasTest::Grpc::service/ModelInfer", ':method' => 'GET',
        $g->headers)));
    $s;
});
is($a->{headers}{':status'}, 405, 'GET: its own status');

$a = $g->call("$MaasTest::Grpc::service/ModelInfer",
    MaasTest::Grpc::framed($good), 'content-type' => 'application/grpc+json');
is($a->{headers}{':status'}, 404, 'JSON in gRPC is none');

###############################################################################
# what logs have

my @log = grep { m{ModelInfer} } split /\n/, $t->read_file('model.log');
like($log[0], qr/^200 m (?:no|yes) /, 'an answer');
is((grep { m{^404 - - } } @log) > 0, 1, 'no model: as in HTTP');
is((grep { m{^504 m - } } @log) > 0, 1, 'the deadline');

undef $_ for $g, $small, $other;
$t->done;
