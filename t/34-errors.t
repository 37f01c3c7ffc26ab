# Whoever refuses a request under one of our locations, nginx or the module
# and at whatever moment, the client reads {"error": "..."} with the right
# status, and what belongs to the status stays.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my @close = (Connection => 'close');
my $row = '[1,2,3,4]';
my $v2 = '{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32",'
    . '"data":[1,2,3,4]}]}';
my @raised = (400 .. 407, 409 .. 418, 421 .. 424, 426, 428, 429, 431, 451,
    500 .. 505, 507, 511);

$t->model('m', sizes => [ 4, 3, 2 ]);
my %big = MaasTest::Model::dense_model(sizes => [ 1, 1 ],
    task => 'regression');
$big{tensors}{'layers.0.weight'} = [ [ 1, 1 ], [1e30] ];
$t->model('big', %big);
$t->write_file('plain', 'not a folder');
my $returns = join "\n", map { "location = /return/$_ { maas_predict m; "
    . "return $_; }\nlocation = /v2/return/$_ { maas_serve; return $_ "
    . "'<b>text</b>'; }" } @raised;

$t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model big %%TESTDIR%%/big.safetensors;
    limit_req_zone \$server_name zone=a:64k rate=1r/m;
    log_format id '\$request_id';
    limit_conn_zone \$server_name zone=c:64k;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT2%% http2;
        server_name main;
        root %%TESTDIR%%;
        location / { maas_serve; }
        location = /p { maas_predict m; }
        location = /ids { maas_predict m;
            access_log %%TESTDIR%%/ids.log id; }
        $returns
        location = /auth/401 { auth_request /ask/401; maas_predict m; }
        location = /auth/403 { auth_request /ask/403; maas_predict m; }
        location = /auth/500 { auth_request /ask/404; maas_predict m; }
        location = /auth/502 { auth_request /ask/502; maas_predict m; }
        location /v2/auth/ { auth_request /ask/401; maas_serve; }
        location /ask/ {
            internal;
            proxy_pass http://127.0.0.1:%%PORT1%%;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
        }
        location = /ask/502 { proxy_pass http://127.0.0.1:%%PORT3%%; }
        location = /any { satisfy any; deny all; auth_request /ask/401;
            maas_predict m; }
        location = /except { limit_except POST { deny all; }
            maas_predict m; }
        location = /internal { internal; maas_predict m; }
        location = /req { limit_req zone=a; maas_predict m; }
        location = /conn { limit_conn c 1; maas_predict m; }
        location = /conn429 { limit_conn c 1; limit_conn_status 429;
            maas_predict m; }
        location = /small { client_max_body_size 100; maas_predict m; }
        location = /v2/models/m/versions/1/infer { client_max_body_size 10;
            maas_serve; }
        location = /slow { client_body_timeout 1s; maas_predict m; }
        location = /file { client_body_in_file_only clean;
            client_body_temp_path %%TESTDIR%%/plain; maas_predict m; }
        location = /if { maas_predict m; if (\$http_x_no) { return 403; } }
        location = /status { maas_status; }
        location = /metrics { maas_metrics; }
    }
    server {
        listen 127.0.0.1:%%PORT1%%;
        location /ask/401 { add_header WWW-Authenticate 'Bearer realm="x"'
            always; return 401; }
        location /ask/403 { return 403; }
    }
}
EOC
$t->known_good('/p', $row, @type);
$t->run;

sub holds {
    my ($no, $status, $what) = @_;
    my @wrong = grep { $_ } (
        !$no && 'no answer',
        $no && $no->status != $status && 'status ' . $no->status,
        $no && $no->error eq '' && 'no {"error"} in ' . $no->body,
        $no && $no->error =~ m{[<>]|/\w+/|0x|\.so} && 'leaks: ' . $no->error,
        $no && ($no->header('Content-Type') // '') ne 'application/json'
            && 'another type',
        $no && $no->header('Content-Length') != length $no->body
            && 'another length',
    );
    return is(join('; ', @wrong), '', "$what: $status");
}

subtest 'return' => sub {
    for my $status (@raised) {
        holds($t->get("/return/$status"), $status, 'GET');
        holds($t->post("/v2/return/$status", $v2, @type), $status,
            'POST, with a text');
    }
};

subtest 'access' => sub {
    my $no = $t->post('/auth/401', $row, @type);
    holds($no, 401, 'auth_request');
    is($no->header('WWW-Authenticate'), 'Bearer realm="x"', 'the challenge');
    holds($t->post('/v2/auth/x', $row, @type), 401, 'auth_request, v2');
    holds($t->post('/auth/403', $row, @type), 403, 'auth_request');
    holds($t->post('/auth/500', $row, @type), 500, 'auth_request fails');
    holds($t->post('/auth/502', $row, @type), 500, 'nobody to ask');
    $t->allow(qr/auth request unexpected status/);
    holds($t->post('/any', $row, @type), 401, 'satisfy any');
    holds($t->get('/except'), 403, 'limit_except');
    is($t->post('/except', $row, @type)->status, 200, 'and POST');
    holds($t->post('/internal', $row, @type), 404, 'internal');
    holds($t->post('/if', $row, @type, 'X-No' => 1), 403, 'if');
};

subtest 'limits' => sub {
    is($t->post('/req', $row, @type)->status, 200, 'the first');
    holds($t->post('/req', $row, @type), 503, 'limit_req');

    my $text = $t->request('POST', '/conn', $row, @type, @close);
    my $held = $t->send(substr($text, 0, -2), keep => 1);
    ok($t->wait_for(sub { $t->post('/conn', $row, @type)->status == 503 }),
        'one is held');
    holds($t->post('/conn', $row, @type), 503, 'limit_conn');
    holds($t->post('/conn429', $row, @type), 429, 'limit_conn_status');
    like($t->send(substr($text, -2), socket => $held), qr/ 200 OK/,
        'the one that was held');
};

subtest 'bodies' => sub {
    my $long = $row . ' ' x 200;
    holds($t->post('/small', $long, @type), 413, 'Content-Length');
    holds(($t->answers($t->send($t->request('POST', '/small',
        $t->chunked($long, 50), 'Transfer-Encoding' => 'chunked',
        @close))))[0], 413, 'chunks');
    holds($t->post('/v2/models/m/versions/1/infer', $v2, @type), 413, 'v2');
    holds($t->post('/small', $long, @type, Expect => '100-continue'), 413,
        'Expect');
    holds(($t->answers($t->send($t->request('POST', '/p', "zz\r\n$row",
        'Transfer-Encoding' => 'chunked', @close))))[0], 400, 'no chunk');
    holds($t->post('/p', $row, 'Content-Type' => 'text/xml'), 415, 'type');
    holds($t->post('/p', $row, 'Content-Encoding' => 'br'), 415, 'coding');
    holds($t->post('/file', $row, @type), 500, 'no place for a file');
    $t->allow(qr/\(20: Not a directory\)/);

    my $text = $t->request('POST', '/slow', $row, @type, @close);
    is($t->send(substr($text, 0, -2)), '', 'a body that never ends: closed');
    like($t->read_file('access.log'), qr{"POST /slow HTTP/1.1" 408 },
        'and logged as 408');
};

subtest 'a result that is not finite' => sub {
    my $ask = '{"inputs":[{"name":"input","shape":[1],"datatype":"FP32",'
        . '"data":[1e30]}]}';
    my $no = $t->post('/v2/models/big/infer', $ask, @type);
    holds($no, 500, 'v2');
    is($no->error, 'the result is not finite', 'says so');
    (my $fine = $ask) =~ s/1e30/1/;
    is($t->post('/v2/models/big/infer', $fine, @type)->status, 200,
        'another row is answered');
};

subtest 'methods' => sub {
    for my $case ([ '/p', 'POST' ], [ '/v2/models/m/infer', 'POST' ],
        [ '/v2/repository/index', 'POST' ], [ '/v2/models/m', 'GET, HEAD' ],
        [ '/v2', 'GET, HEAD' ], [ '/v2/models/stats', 'GET, HEAD' ],
        [ '/status', 'GET, HEAD' ], [ '/metrics', 'GET, HEAD' ])
    {
        my ($uri, $allow) = @$case;
        for my $method (qw(PUT DELETE PATCH OPTIONS PROPFIND),
            $allow eq 'POST' ? 'GET' : 'POST')
        {
            my $no = $t->http($method, $uri, 'x');
            holds($no, 405, "$method $uri");
            is($no->header('Allow'), $allow, 'Allow');
            is($no->error, "Method Not Allowed, expected $allow", 'says so');
        }
    }
};

subtest 'what is logged' => sub {
    my $id = sub { $t->post('/ids', $_[0], @type) };
    $id->($v2 =~ s/\[1,4\]/[1,5]/r =~ s/^\{/{"id":"a1",/r);
    $id->('{"inputs":7,"id":"' . 'b' x 100 . '"}');
    $id->("{\"inputs\":7,\"id\":\"\xc2\x9b\x7f\"}");
    $t->http('PUT', '/ids');
    my @lines = grep { /"\w+ \/ids / } split /\n/, $t->log;
    my ($of) = $t->read_file('ids.log') =~ /^(\w{32})$/m or die 'no ids';
    is(scalar @lines, 4, 'a line each');
    like($lines[0], qr/\[info\].* maas: shape \[1,5\] does not hold rows of 4 (?#
        )numbers, id: "a1", request_id: $of, client: /, 'the sentence');
    like($lines[1], qr/, id: "b{79}, request_id: \w{32}, /, 'a long id');
    like($lines[2], qr/, id: "\?{3}", request_id: /, 'no control characters');
    like($lines[3], qr/ maas: Method Not Allowed, expected POST, request_id: /,
        'without a body');
};

subtest 'HTTP/2 and HEAD' => sub {
    for my $case ([ GET => '/return/429', 429 ], [ GET => '/p', 405 ],
        [ POST => '/p', 400, '[' ], [ GET => '/except', 403 ],
        [ GET => '/auth/401', 401 ], [ GET => '/v2/none', 404 ])
    {
        my ($method, $uri, $status, $body) = @$case;
        holds($t->h2($t->port(2), $method, $uri, $body), $status,
            "HTTP/2 $method $uri");
    }
    for my $uri ('/return/410', '/auth/403', '/p', '/v2/none') {
        my $head = $t->http('HEAD', $uri);
        my $get = $t->get($uri);
        is($head->header('Content-Length'), length $get->body,
            "HEAD $uri: the length that GET has");
        is($head->body, '', 'no body');
    }
};

subtest 'before a location is known it is nginx that speaks' => sub {
    for my $bytes ("GET /p%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /p HTTP/1.1\r\n\r\n", "TRACE /p HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /" . 'x' x 20000 . " HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /../x HTTP/1.1\r\nHost: x\r\n\r\n")
    {
        my ($no) = $t->answers($t->send($bytes));
        like($no->status, qr/^4\d\d$/, substr($bytes, 0, 12) . ': refused');
    }
};

$t->done;
