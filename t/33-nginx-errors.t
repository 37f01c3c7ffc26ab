# What nginx itself refuses under one of our locations is JSON too, and other
# modules around a prediction keep their meaning.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Uncompress::Gunzip ();
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $row = '[1,2,3,4]';

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->write_file('users', "u:{PLAIN}p\n");
chmod 0644, $t->dir . '/users';
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    limit_req_zone $server_name zone=a:64k rate=1r/m;
    limit_req_zone $server_name zone=b:64k rate=1r/m;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT2%% http2;
        server_name main;
        error_page 404 = /p;

        location = /p { maas_predict m; }
        location /ml/ { maas_serve; }
        location = /small { maas_predict m; client_max_body_size 5; }
        location = /deny { maas_predict m; deny all; }
        location = /auth {
            maas_predict m;
            auth_basic closed;
            auth_basic_user_file %%TESTDIR%%/users;
        }
        location = /limit { maas_predict m; limit_req zone=a; }
        location = /limit429 {
            maas_predict m;
            limit_req zone=b;
            limit_req_status 429;
        }
        location = /return { maas_predict m; return 410; }
        location = /own {
            maas_predict m;
            client_max_body_size 5;
            error_page 413 /sorry;
        }
        location = /sorry { internal; return 413 "sorry\n"; }

        location /mine/ {
            maas_serve;
            maas_max_rows 1;
            error_page 400 404 405 413 415 501 /page;
        }
        location = /mine/p { maas_predict m; error_page 405 /page; }
        location = /mine/status { maas_status; error_page 405 /page; }
        location = /page { internal; alias %%TESTDIR%%/users; }
        location /other/ {
            maas_serve;
            error_page 404 415 = @elsewhere;
            error_page 400 = @elsewhere;
        }
        location @elsewhere { proxy_pass http://127.0.0.1:%%PORT3%%; }
        location /loop/ { maas_serve; error_page 404 = /loop/nothing; }

        location = /named { error_page 418 = @predict; return 418; }
        location @predict { maas_predict m; }
        location = /rewritten { rewrite ^ /p last; }
        location = /tried { root %%TESTDIR%%; try_files /none /p; }

        location = /gzip {
            maas_predict m;
            gzip on;
            gzip_types application/json;
            gzip_min_length 1;
        }

        location = /mirrored { maas_predict m; mirror /copy; }
        location = /copy { internal; proxy_pass http://127.0.0.1:%%PORT1%%; }
        location = /mirror {
            mirror /p;
            proxy_pass http://127.0.0.1:%%PORT1%%;
        }
        location = /asks { auth_request /p; return 200; root %%TESTDIR%%; }
        location = /asks/users { auth_request /p; alias %%TESTDIR%%/users; }
        location = /yes { return 204; }
        location = /no { return 403; }
        location = /behind/yes { auth_request /yes; maas_predict m; }
        location = /behind/no { auth_request /no; maas_predict m; }
        location = /added {
            add_before_body /ml/v2/models/m;
            add_after_body /p;
            default_type text/html;
            alias %%TESTDIR%%/users;
        }
        location = /proxied {
            proxy_pass http://127.0.0.1:%%PORT%%/p;
            proxy_http_version 1.1;
            proxy_request_buffering off;
        }
    }
    server {
        listen 127.0.0.1:%%PORT1%%;
        return 200 "upstream\n";
    }
    server {
        listen 127.0.0.1:%%PORT3%%;
        location / { maas_predict m; }
    }
}
EOC
$t->known_good('/p', $row, @type);
$t->run;
my $want = $t->post('/p', $row, @type)->body;

sub refused {
    my ($uri, $status, @headers) = @_;
    my $no = $t->post($uri, $row, @type, @headers);
    is($no->status, $status, "$uri: $status");
    isnt($no->error, '', 'JSON with an error');
    is($no->header('Content-Type'), 'application/json', 'its type');
    is($no->header('Content-Length'), length $no->body, 'its length');
    unlike($no->body, qr/</, 'no page');
    return $no;
}

subtest 'refused by nginx' => sub {
    refused('/small', 413);
    refused('/deny', 403);
    like(refused('/auth', 401)->header('WWW-Authenticate'), qr/closed/,
        'the challenge is still there');
    is($t->post('/auth', $row, @type, Authorization => 'Basic dTpw')->body,
        $want, 'and with the password the answer');
    refused('/return', 410);
    refused('/behind/no', 403);
    is($t->post('/limit', $row, @type)->body, $want, 'first of two');
    refused('/limit', 503);
    is($t->post('/limit429', $row, @type)->body, $want, 'first of two');
    refused('/limit429', 429);

    my $h2 = $t->h2($t->port(2), 'GET', '/deny');
    is($h2->status, 403, '403 in HTTP/2');
    isnt($h2->error, '', 'JSON');

    my $head = $t->http('HEAD', '/deny');
    is($head->status, 403, 'HEAD');
    is($head->header('Content-Type'), 'application/json', 'its type');

    my @two = $t->pipeline($t->request('POST', '/deny', $row, @type),
        $t->request('POST', '/p', $row, @type, Connection => 'close'));
    is(join(' ', map { $_->status } @two), '403 200', 'the connection lives');

    my $own = $t->post('/own', $row, @type);
    is($own->status, 413, 'with a page of the administrator: 413');
    is($own->body, "sorry\n", 'which is kept');
};

# error_page is the administrator's, whoever found the error
subtest 'refused by the module, with an error_page' => sub {
    my @rows = ('/mine/v2/models/m/infer', '{"inputs":[{"name":"input",'
        . '"shape":[2,4],"datatype":"FP32","data":[1,2,3,4,5,6,7,8]}]}');
    for my $case (
        [ 400, 'POST', '/mine/v2/models/m/infer', '{', @type ],
        [ 404, 'GET', '/mine/v2/models/none' ],
        [ 404, 'POST', '/mine/nothing', $row, @type ],
        [ 405, 'GET', '/mine/v2/models/m/infer' ],
        [ 405, 'GET', '/mine/p' ],
        [ 405, 'POST', '/mine/status', $row, @type ],
        [ 413, 'POST', @rows, @type ],
        [ 415, 'POST', '/mine/v2/models/m/infer', $row,
            'Content-Type' => 'image/gif' ],
        [ 501, 'POST', '/mine/v2/repository/models/m/load', '{}', @type ])
    {
        my ($status, @request) = @$case;
        my $got = $t->http(@request);
        is($got->status, $status, "$status: @request[0, 1]");
        is($got->body, "u:{PLAIN}p\n", 'the page');
        like($got->header('Allow'), qr/GET|POST/, 'Allow stays')
            if $status == 405;
    }
    is($t->get('/mine/v2/models/m')->json->{name}, 'm', 'what is no error');

    for my $case ([ '/other/nothing', @type ],
        [ '/other/v2/models/m/infer', @type ],
        [ '/other/v2/models/none/infer', @type ])
    {
        my ($uri, @headers) = @$case;
        my $got = $t->post($uri, $row, @headers);
        is($got->body, $want, "$uri: another server gets method and body");
    }
    my $no = $t->post('/loop/x', $row, @type);
    is($no->status, 404, 'an error page that fails as well');
    isnt($no->error, '', 'is JSON');
};

subtest 'ways to a prediction' => sub {
    for my $uri ('/nowhere', '/ml/../nothing') {
        my $no = $t->post($uri, $row, @type);
        is($no->status, 405, "$uri: an error page is asked with GET");
        is($no->header('Allow'), 'POST', 'Allow');
        isnt($no->error, '', 'JSON');
    }
    for my $uri (qw(/named /rewritten /tried /behind/yes /proxied)) {
        my $answer = $t->post($uri, $row, @type);
        is($answer->status, 200, $uri);
        is($answer->body, $want, 'the same bits');
    }
};

subtest 'gzip' => sub {
    my $answer = $t->post('/gzip', $row, @type, 'Accept-Encoding' => 'gzip');
    is($answer->header('Content-Encoding'), 'gzip', 'compressed');
    my ($in, $out) = $answer->body;
    IO::Uncompress::Gunzip::gunzip(\$in => \$out);
    is($out, $want, 'to the same');
    is($t->post('/gzip', $row, @type)->body, $want, 'not for others');
    my $bad = $t->post('/gzip', '[', @type, 'Accept-Encoding' => 'gzip');
    is($bad->status, 400, 'an error');
    ($in, $out) = $bad->body;
    IO::Uncompress::Gunzip::gunzip(\$in => \$out);
    like($out, qr/^\{"error":"byte 1: /, 'is compressed as well');
};

subtest 'subrequests' => sub {
    for my $n (1 .. 3) {
        is($t->post('/mirrored', $row, @type)->body, $want, "mirrored, $n");
        is($t->post('/mirror', $row, @type)->body, "upstream\n",
            "as a mirror, $n");
    }
    is($t->get('/asks/users')->status, 500, 'as an auth_request: GET only');
    $t->allow(qr/auth request unexpected status/);
    my $added = $t->get('/added')->body;
    like($added, qr/^\{"name":"m",.*\}u:\{PLAIN\}p\n\{"error":/s,
        'before and after a page');
};

$t->done;
