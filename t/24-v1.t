# maas_serve speaks TensorFlow Serving's and KServe's v1: predict in rows and
# columns, classify, regress, status and metadata, with its statuses and words.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model qw(forward);
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');

my $m1 = $t->model('one', sizes => [ 4, 3, 2 ], labels => [ 'a<b', 'c"d' ],
    inputs => { kind => 'tensor', shape => [ 2, 2 ], name => 'x' });
my $m2 = $t->model('two', sizes => [ 4, 3, 2 ], seed => 7,
    inputs => { kind => 'tensor', shape => [ 2, 2 ], name => 'x' });
my $price = $t->model('price', sizes => [ 1, 3, 1 ], task => 'regression');
$t->model('fraud', sizes => [ 3, 1 ], task => 'binary',
    labels => [ 'fine', 'fraud' ]);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/one.safetensors label=stable;
    maas_model m %%TESTDIR%%/two.safetensors version=12 label=canary;
    maas_model price %%TESTDIR%%/price.safetensors;
    maas_model fraud %%TESTDIR%%/fraud.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; maas_max_rows 8; }
        location /ml/ { maas_serve; }
        location /only/v1/ { maas_serve; }
        location = /p { maas_predict m version=1; }
    }
}
EOC

my $row = '[[1,-2],[0.5,3]]';
my $zero = '[[0,0],[0,1e-3]]';
my $predict = '/v1/models/m/versions/1:predict';
$t->known_good($predict, qq({"instances":[$row]}), @type);
$t->run;

sub ask { return $t->post($_[0], $_[1], @type) }

sub near {
    my ($got, $want, $name) = @_;
    my @far = grep { abs($got->[$_] - $want->[$_]) > 1e-6 } 0 .. $#$want;
    ok(@$got == @$want && !@far, $name) or diag("@$got, expected @$want");
}

my @y1 = forward($m1, 1, -2, 0.5, 3);
my @z1 = forward($m1, 0, 0, 0, 1e-3);

subtest 'predict' => sub {
    my $one = ask($predict, qq({"instances":[$row]}));
    is($one->status, 200, 'a row');
    is($one->header('Content-Type'), 'application/json', 'JSON');
    is_deeply([ keys %{ $one->json } ], ['predictions'], 'predictions');
    near($one->json->{predictions}[0], \@y1, 'the numbers');

    my $two = ask($predict, qq({"instances":[$row,$zero]}));
    is_deeply($two->json->{predictions}[0], $one->json->{predictions}[0],
        'two rows: the first with the same bits');
    near($two->json->{predictions}[1], \@z1, 'the second');

    is(ask($predict, qq({"instances":[{"x":$row},{"x":$zero}]}))->body,
        $two->body, 'objects');
    is(ask($predict, '{"instances":[[1,-2,0.5,3],[0,0,0,1e-3]]}')->body,
        $two->body, 'flat rows');

    my $columns = ask($predict, qq({"inputs":[$row,$zero]}));
    is_deeply($columns->json, { outputs => $two->json->{predictions} },
        'columns');
    is(ask($predict, qq({"inputs":{"x":[$row,$zero]}}))->body,
        $columns->body, 'columns by name');

    is($t->post($predict, qq({"instances":[$row]}))->body, $one->body,
        'no Content-Type');
    is_deeply(ask('/v1/models/price:predict', '{"instances":[1,2.5]}')
        ->json->{predictions}, ask('/v1/models/price:predict',
        '{"instances":[[1],[2.5]]}')->json->{predictions}, 'plain numbers');

    is(ask('/p', qq({"instances":[$row],"parameters":{"a":1}}))->body,
        $one->body, 'through maas_predict');
    is(ask('/p', qq({"parameters":{},"instances":[$row]}))->body,
        $one->body, 'in any order');
};

subtest 'versions and labels' => sub {
    my $body = qq({"instances":[$row]});
    my $old = ask($predict, $body)->body;
    my $new = ask('/v1/models/m:predict', $body)->body;
    isnt($new, $old, 'the newest answers');
    is(ask('/v1/models/m/versions/12:predict', $body)->body, $new, 'by version');
    is(ask('/v1/models/m/versions/0012:predict', $body)->body, $new, 'with zeros');
    for my $zero (qw(0 000)) {
        is(ask("/v1/models/m/versions/$zero:predict", $body)->body, $new,
            "version $zero is the newest");
    }
    is_deeply([ map { $_->{version} } @{ $t->get('/v1/models/m/versions/0')
        ->json->{model_version_status} } ], ['12'], 'its status');
    is($t->get('/v1/models/m/versions/0/metadata')->json->{model_spec}{version},
        '12', 'its metadata');
    is(ask('/v1/models/no/versions/0:predict', $body)->error,
        'Servable not found for request: Specific(no, 0)', 'but of a model');
    is(ask('/v1/models/m/labels/stable:predict', $body)->body, $old,
        'stable');
    is(ask('/v1/models/m/labels/canary:predict', $body)->body, $new,
        'canary');
    is(ask('/V1/Models/m/Versions/1:PREDICT', $body)->body, $old,
        'no case');
    is(ask("/ml$predict", $body)->body, $old, 'below another root');
    is(ask("/only$predict", $body)->body, $old, 'a location of v1 alone');
};

subtest 'classify and regress' => sub {
    my $two = ask('/v1/models/m/versions/1:classify',
        qq({"examples":[{"x":$row},{}],"context":{"x":$zero}}))->json;
    is_deeply([ map { [ map { $_->[0] } @$_ ] } @{ $two->{results} } ],
        [ [ 'a<b', 'c"d' ], [ 'a<b', 'c"d' ] ], 'labels');
    near([ map { map { $_->[1] } @$_ } @{ $two->{results} } ],
        [ @y1, @z1 ], 'scores');

    my $fraud = ask('/v1/models/fraud:classify',
        '{"examples":[{"input":[1,2,3]}]}')->json->{results}[0];
    is_deeply([ map { $_->[0] } @$fraud ], [ 'fine', 'fraud' ], 'binary');
    cmp_ok(abs($fraud->[0][1] + $fraud->[1][1] - 1), '<', 1e-6, 'sum 1');

    my $price = ask('/v1/models/price:regress',
        '{"examples":[{"input":2},{"input":[3]}]}')->json->{results};
    is_deeply($price, [ map { $_->[0] } @{ ask('/v1/models/price:predict',
        '{"instances":[2,3]}')->json->{predictions} } ], 'regress');
};

subtest 'status and metadata' => sub {
    is_deeply($t->get('/')->json, { status => 'alive' }, 'alive');
    is_deeply($t->get('/ml/')->json, { status => 'alive' }, 'alive below');
    is_deeply($t->get('/v1/models')->json,
        { models => [qw(m price fraud)] }, 'models');
    is_deeply($t->get('/v1/models/')->json,
        { models => [qw(m price fraud)] }, 'a slash at the end');

    my $version = sub { {
        version => $_[0], state => 'AVAILABLE',
        status => { error_code => 'OK', error_message => '' } } };
    my $m = $t->get('/v1/models/m')->json;
    ok($m->{ready}, 'ready');
    is($m->{name}, 'm', 'name');
    is_deeply([ sort { $a->{version} <=> $b->{version} }
        @{ $m->{model_version_status} } ],
        [ $version->('1'), $version->('12') ], 'versions');
    for my $path (qw(versions/12 labels/canary)) {
        is_deeply($t->get("/v1/models/m/$path")->json->{model_version_status},
            [ $version->('12') ], $path);
    }

    my $meta = $t->get('/v1/models/m/versions/1/metadata')->json;
    is_deeply($meta->{model_spec},
        { name => 'm', signature_name => '', version => '1' }, 'model_spec');
    my $def = $meta->{metadata}{signature_def}{signature_def}{serving_default};
    is($def->{method_name}, 'tensorflow/serving/predict', 'method');
    is($def->{inputs}{x}{dtype}, 'DT_FLOAT', 'dtype');
    is_deeply([ map { $_->{size} } @{ $def->{inputs}{x}{tensor_shape}{dim} } ],
        [ -1, 2, 2 ], 'input shape');
    is_deeply([ map { $_->{size} }
        @{ $def->{outputs}{output}{tensor_shape}{dim} } ], [ -1, 2 ],
        'output shape');
    is($t->get('/v1/models/m/labels/stable/metadata')->json
        ->{model_spec}{version}, '1', 'by label');
    is($t->http('HEAD', '/v1/models/m')->body, '', 'HEAD');
};

subtest 'refused' => sub {
    my $body = qq({"instances":[$row]});
    my @cases = (
        [ POST => '/v1/models/no:predict', 404,
            'Servable not found for request: Latest(no)' ],
        [ POST => '/v1/models/m/versions/3:predict', 404,
            'Servable not found for request: Specific(m, 3)' ],
        [ POST => '/v1/models/m/labels/x:predict', 400,
            'Unrecognized servable version label: x' ],
        [ POST => '/v1/models/m/versions/9999999999999999999:predict', 400,
            'Failed to convert version' ],
        [ POST => '/v1/models/m:generate', 400, 'Malformed request: POST' ],
        [ POST => '/v1/models/:predict', 400, 'Malformed request: POST' ],
        [ POST => '/v1/models/m/versions/v1:predict', 400,
            'Malformed request: POST' ],
        [ GET => '/v1', 400, 'Malformed request: GET' ],
        [ GET => '/v1/modelsx', 400, 'Malformed request: GET' ],
        [ GET => '/v1/models/m/', 400, 'Malformed request: GET' ],
        [ GET => '/v1/models/m/config', 400, 'Malformed request: GET' ],
        [ GET => '/v1/models/m/versions/', 400, 'Malformed request: GET' ],
        [ GET => '/v1/models/%ff%22%0a', 404,
            'Could not find any versions of model ?"?' ],
        [ GET => '/v1/models/m/versions/3', 404,
            'Could not find version 3 of model m' ],
        [ GET => '/v1/models/no/metadata', 404,
            'Servable not found for request: Latest(no)' ],
        [ GET => '/v1/models/m:predict', 405,
            'Method Not Allowed, expected POST' ],
        [ POST => '/v1/models/m', 405,
            'Method Not Allowed, expected GET, HEAD' ],
        [ DELETE => '/v1/models/m/metadata', 405,
            'Method Not Allowed, expected GET, HEAD' ],
        [ POST => '/', 405,
            'Method Not Allowed, expected GET, HEAD' ],
        [ GET => '/v3/models', 404, 'Not Found' ],
    );
    for my $case (@cases) {
        my ($method, $path, $status, $error) = @$case;
        my $no = $t->http($method, $path, $method eq 'GET' ? undef : $body,
            @type);
        is($no->status, $status, "$method $path");
        is($no->error, $error, $error);
    }
    is($t->get('/v1/models/m:predict')->header('Allow'), 'POST', 'Allow');

    my @bodies = (
        [ '', 400, qr/^JSON Parse error: The document is empty$/ ],
        [ '{"instances":[', 400, qr/^JSON Parse error: .* at offset: 14$/ ],
        [ '{"x":1}', 400, qr/^Missing 'inputs' or 'instances' key$/ ],
        [ '{"instances":[[1,2,3]]}', 400, qr/^shape \[1,3\] does not hold rows of 4/ ],
        [ '{"instances":[' . join(',', ($row) x 9) . ']}', 413,
            qr/^9 rows, at most 8/ ],
        [ '{"instances":[' . join(',', (qq({"x":$row})) x 9) . ']}', 413,
            qr/^more than 8 rows/ ],
    );
    for my $case (@bodies) {
        my $no = ask('/v1/models/m:predict', $case->[0]);
        is($no->status, $case->[1], substr $case->[0], 0, 40);
        like($no->error, $case->[2], 'the words');
    }
    for my $vendor ('sagemaker', 'vertex-ai') {
        my $type = "application/vnd.$vendor-triton.binary+json;"
            . 'json-header-size=';
        my $body = qq({"instances":[$row]});
        for ([ length $body, 200 ], [ length($body) + 1, 400 ], [ 'x', 400 ]) {
            is($t->http('POST', '/v1/models/m:predict', $body,
                'Content-Type' => $type . $_->[0])->status, $_->[1],
                "a body of $vendor, size $_->[0]");
        }
    }
    is(ask('/v1/models/m:regress', '{"examples":[{}]}')->status, 400,
        'regress of classes');
    is(ask('/v1/models/price:classify', '{"examples":[{}]}')->status, 400,
        'classify of a price');
};

$t->done;
