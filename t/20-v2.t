# maas_serve speaks the Open Inference Protocol v2 over JSON, binary tensors
# included, and every refusal is JSON with the right status.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(forward);
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');

my $m1 = $t->model('one', name => 'inside', sizes => [ 4, 3, 2 ],
    labels => [ 'a<b', 'c"d' ],
    inputs => { kind => 'tensor', shape => [ 2, 2 ], name => 'x' });
my $m2 = $t->model('two', name => 'inside', sizes => [ 4, 3, 2 ], seed => 7,
    inputs => { kind => 'tensor', shape => [ 2, 2 ], name => 'x' });
my $price = $t->model('price', sizes => [ 3, 1 ], task => 'regression');

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/one.safetensors;
    maas_model m %%TESTDIR%%/two.safetensors version=12;
    maas_model price %%TESTDIR%%/price.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location /ml/ { maas_serve; }
        location /api/v2/ml/ { maas_serve; }
        location /part/v2/models/m { maas_serve; }
        location = /part/v2/health/live { maas_serve; }
        location /part/v1/models/m { maas_serve; }
    }
}
EOC

sub v2 {
    my ($data, $shape, $more, $tensor) = @_;
    return '{' . ($more // '') . '"inputs":[{"name":"x","datatype":"FP32",'
        . qq("shape":[$shape],"data":$data) . ($tensor // '') . '}]}';
}

my $infer = '/v2/models/m/versions/1/infer';
my $flat = v2('[1,-2,0.5,3]', '1,2,2');
$t->known_good($infer, $flat, @type);
$t->run;

subtest 'routes' => sub {
    my $server = $t->get('/v2');
    is($server->header('Content-Type'), 'application/json', 'type');
    is($server->json->{name}, 'ngx_maas', 'server');
    is_deeply($server->json->{extensions},
        [ 'binary_tensor_data', 'classification', 'model_configuration',
            'statistics' ], 'extensions');
    is($t->get('/v2/')->body, $server->body, 'a slash at the end');
    ok($t->get('/v2/health/live')->json->{live}, 'live');
    ok($t->get('/v2/health/ready')->json->{ready}, 'ready');
    is_deeply($t->get('/v2/models')->json, { models => [ 'm', 'price' ] },
        'a name once');

    my $meta = $t->get('/v2/models/m');
    is_deeply($meta->json, {
        name => 'm', versions => [ '1', '12' ],
        platform => 'maas_safetensors',
        inputs => [ { name => 'x', datatype => 'FP32',
            shape => [ -1, 2, 2 ] } ],
        outputs => [ { name => 'output', datatype => 'FP32',
            shape => [ -1, 2 ] }, { name => 'label', datatype => 'BYTES',
            shape => [ -1, 1 ] }, { name => 'decision',
            datatype => 'INT64', shape => [ -1, 1 ] } ],
        task => 'classification', labels => [ 'class0', 'class1' ],
        columns => [],
    }, 'metadata');
    is_deeply($t->get('/v2/models/m/versions/1')->json->{labels},
        [ 'a<b', 'c"d' ], 'metadata of a version');
    is_deeply($t->get('/v2/models/m/versions/1/ready')->json,
        { name => 'm', ready => JSON::PP::true }, 'ready, with a version');
    is($t->get('/v2/models/m/ready')->status, 200, 'ready');
    is($t->get('/ml/v2/models/m')->body, $meta->body, 'under a prefix');
};

subtest 'locations' => sub {
    for my $uri ('/api/v2/ml/v2/models/m', '/part/v2/models/m',
        '/part/v2/models/m/versions/1/config', '/part/v2/health/live',
        '/part/v1/models/m')
    {
        is($t->get($uri)->status, 200, $uri);
    }
    for my $uri ('/api/v2/models/m', '/part/v2/models/price',
        '/part/v2/health/ready', '/part/v2', '/part/v2/models/m/v2/models/m')
    {
        is($t->get($uri)->status, 404, "not $uri");
    }
};

subtest 'infer' => sub {
    my $answer = $t->post($infer, $flat, @type);
    my $json = $answer->json;
    is($answer->status, 200, 'answered');
    is($json->{model_name}, 'm', 'the name that nginx gives');
    is($json->{model_version}, '1', 'version');
    ok(!exists $json->{id}, 'no id where none was');
    is_deeply([ @{ $json->{outputs}[0] }{qw(name datatype)} ],
        [ 'output', 'FP32' ], 'output');
    is_deeply($json->{outputs}[0]{shape}, [ 1, 2 ], 'shape');

    my @y = forward($m1, 1, -2, 0.5, 3);
    for my $i (0, 1) {
        cmp_ok(abs($json->{outputs}[0]{data}[$i] - $y[$i]), '<', 1e-6,
            "number $i");
    }

    for my $case ([ nested => v2('[[[1,-2],[0.5,3]]]', '1,2,2') ],
        [ 'without rows' => v2('[1,-2,0.5,3]', '2,2') ],
        [ 'other spelling' => v2('[ 1e0 , -20E-1,5e-1 ,3.000]', '1,2,2') ],
        [ spaces => " \r\n\t$flat \n" ])
    {
        my ($what, $body) = @$case;
        is($t->post($infer, $body, @type)->body, $answer->body, $what);
    }

    my @z = forward($m2, 1, -2, 0.5, 3);
    my $newest = $t->post('/v2/models/m/infer', $flat, @type)->json;
    is($newest->{model_version}, '12', 'without a version the newest');
    cmp_ok(abs($newest->{outputs}[0]{data}[0] - $z[0]), '<', 1e-6,
        'and its number');

    my $one = $t->post('/v2/models/price/infer', '{"inputs":[{"name":"input",'
        . '"datatype":"FP64","shape":[2,3],"data":[1,2,3,-1,0,4]}]}', @type)
        ->json->{outputs}[0];
    is_deeply($one->{shape}, [ 2, 1 ], 'two rows');
    cmp_ok(abs($one->{data}[1] - (forward($price, -1, 0, 4))[0]), '<', 1e-5,
        'the second');
};

subtest 'id' => sub {
    for my $id ('"42"', '"\u00e9\"x"', '"' . 'i' x 5000 . '"') {
        my $answer = $t->post($infer,
            v2('[1,2,3,4]', '1,2,2', qq("id":$id,)), @type);
        like($answer->body, qr/"id":\Q$id\E[,}]/, substr $id, 0, 10);
    }
};

subtest 'null is absent' => sub {
    # as the types of KServe, MLServer and Go clients print what is not set
    my $nulls = '{"id":null,"parameters":null,"inputs":[{"name":"x","shape":'
        . '[1,2,2],"datatype":"FP32","parameters":null,"data":[1,-2,0.5,3]}],'
        . '"outputs":null}';
    my $answer = $t->post($infer, $nulls, @type);
    is($answer->status, 200, 'answered') or diag($answer->body);
    is($answer->body, $t->post($infer, $flat, @type)->body, 'as without');
    is($t->post($infer, v2('[1,-2,0.5,3]', '1,2,2', '"outputs":[{"name":'
        . '"output","parameters":{"classification":null}}],'), @type)->body,
        $answer->body, 'in outputs');
    is($t->post($infer, '{"inputs":null}', @type)->error,
        'the request has no "inputs"', 'but not what is needed');
};

subtest 'binary' => sub {
    my $text = $t->post($infer, $flat, @type)->json->{outputs}[0]{data};
    my $raw = pack 'f<4', 1, -2, 0.5, 3;
    my $size = ',"parameters":{"binary_data_size":16}';
    my $head = '{"parameters":{"binary_data_output":true},"inputs":[{"name":'
        . qq("x","datatype":"FP32","shape":[1,2,2]$size}]});
    my @len = ('Inference-Header-Content-Length' => length $head);

    my $answer = $t->post($infer, "$head$raw", @len);
    is($answer->status, 200, 'binary in and out') or diag($answer->body);
    is($answer->header('Content-Type'), 'application/octet-stream', 'type');
    my $n = $answer->header('Inference-Header-Content-Length');
    my $json = JSON::PP::decode_json(substr $answer->body, 0, $n);
    is($json->{outputs}[0]{parameters}{binary_data_size}, 8, 'its size');
    my @y = map { MaasTest::Model::float32($_) } @$text;
    is(substr($answer->body, $n), pack('f<2', @y), 'the same bits');

    my @zero = ('Inference-Header-Content-Length' => 0);
    my $bare = $t->post($infer, $raw, @zero);
    is($bare->status, 200, 'one raw tensor, no JSON') or diag($bare->body);

    for my $bad (length("$head$raw") + 1, '-1', '9' x 30, 'x', '') {
        my $no = $t->post($infer, "$head$raw",
            'Inference-Header-Content-Length' => $bad);
        is($no->status, 400, "header length '$bad'");
        like($no->error, qr/^Inference-Header-Content-Length /, 'says so');
    }
    for my $cut (substr($raw, 0, 15), "${raw}x") {
        my $no = $t->post($infer, "$head$cut", @len);
        is($no->status, 400, length($cut) . ' bytes for a tensor of 16');
        like($no->error, qr/expected 16 bytes|belong to no tensor/, 'says so');
    }
};

subtest 'refused' => sub {
    for my $uri ('/v2/x', '/v2/models/none', '/v2/models/m/versions/3',
        '/v2/models/m/versions/01', '/v2/models/m/x', '/v2/models/M',
        '/v2/models/m/infer/x', '/v2/health', '/v2/health/dead', '/v2x',
        '/v2/models/m/versions/1/infer/a/b/c/d', '/v2/models/%2e%2e/m/x',
        '/ml/x', '/v2/models/one.safetensors', '/v2/models/m%00')
    {
        my $no = $t->get($uri);
        my $want = $uri =~ /%00/ ? qr/^400$/ : qr/^404$/;
        like($no->status, $want, $uri);
        isnt($no->error, '', 'JSON') if $no->status == 404;
    }
    for my $case ([ GET => $infer, 'POST' ], [ PUT => $infer, 'POST' ],
        [ DELETE => $infer, 'POST' ], [ OPTIONS => $infer, 'POST' ],
        [ POST => '/v2', 'GET, HEAD' ], [ POST => '/v2/models', 'GET, HEAD' ],
        [ PATCH => '/v2/models/m', 'GET, HEAD' ],
        [ POST => '/v2/health/live', 'GET, HEAD' ])
    {
        my ($method, $uri, $allow) = @$case;
        my $no = $t->http($method, $uri, $method eq 'GET' ? undef : 'x');
        is($no->status, 405, "$method $uri");
        is($no->header('Allow'), $allow, 'Allow');
        isnt($no->error, '', 'JSON');
    }
    for my $uri ('/v2', '/v2/models/m', '/v2/health/ready') {
        my ($get, $head) = map { $t->http($_, $uri) } qw(GET HEAD);
        my @h = map { my %h = %{ $_->{headers} }; delete $h{date}; \%h }
            $get, $head;
        is_deeply($h[1], $h[0], "HEAD $uri: the headers of GET");
        is($t->send($t->request('HEAD', $uri, undef, Connection => 'close'))
            =~ /\r\n\r\n(.*)/s && $1, '', 'no body');
    }
};

$t->done;
