# maas_predict takes v2 JSON, bare arrays and raw floats, answers in the same
# form with the same bits, and refuses in one sentence that names the place.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model qw(float32 forward);
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @octets = ('Content-Type' => 'application/octet-stream');

my $m = $t->model('m', sizes => [ 4, 3, 2 ]);
$t->model('big', sizes => [ 1, 1 ], task => 'regression');
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model big %%TESTDIR%%/big.safetensors;
    client_max_body_size 20m;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict m; maas_max_rows 8; }
        location = /big { maas_predict big; }
        location = /invocations { maas_predict m; }
        location /v2/ { maas_serve; }
    }
}
EOC
$t->known_good('/p', '[1,2,3,4]', @json);
$t->run;

sub v2 {
    my ($data, $shape) = @_;
    return '{"inputs":[{"name":"input","datatype":"FP32",'
        . qq("shape":[$shape],"data":[$data]}]});
}

subtest 'what was found of a type is of its place' => sub {
    for my $time (1, 2) {
        for my $type ('text/csv', 'application/json', 'text/csv; charset=x') {
            my $body = $type =~ /json/ ? v2('1,2,3,4', '1,4') : "1,2,3,4\n";
            my @type = ('Content-Type' => $type);
            is($t->post('/p', $body, @type)->status,
                $type =~ /x$/ ? 415 : 200, "$type, $time");
            is($t->post('/v2/models/m/infer', $body, @type)->status,
                $type =~ /csv/ ? 415 : 200, "$type for v2, $time");
        }
    }
};

subtest 'three forms' => sub {
    my $rows = $t->post('/p', '[[1,-2,0.5,3],[0,0,0,1e-3]]', @json);
    is($rows->status, 200, 'rows');
    is($rows->header('Content-Type'), 'application/json', 'JSON');
    my @y = map { @$_ } @{ $rows->json };
    my @want = (forward($m, 1, -2, 0.5, 3), forward($m, 0, 0, 0, 1e-3));
    is(scalar @y, 4, 'two numbers a row');
    cmp_ok(abs($y[$_] - $want[$_]), '<', 1e-6, "number $_") for 0 .. 3;

    my $one = $t->post('/p', '[1,-2,0.5,3]', @json);
    is_deeply($one->json, [ $rows->json->[0] ], 'one row, not nested');

    my $v2 = $t->post('/p', v2('1,-2,0.5,3,0,0,0,1e-3', '2,4'), @json);
    is_deeply($v2->json->{outputs}[0]{data}, \@y, 'v2, the same numbers');
    is_deeply($v2->json->{outputs}[0]{shape}, [ 2, 2 ], 'its shape');

    my $raw = $t->post('/p', pack('f<8', 1, -2, 0.5, 3, 0, 0, 0, 1e-3),
        @octets);
    is($raw->header('Content-Type'), 'application/octet-stream', 'raw');
    is($raw->body, pack('f<4', map { float32($_) } @y), 'the same bits');

    for my $type (undef, '', 'text/plain', 'application/json; charset=utf-8',
        'APPLICATION/JSON', 'application/x-www-form-urlencoded', 'text/json',
        'Text/JSON;charset=UTF-8', 'application/cloudevents+json',
        'application/vnd.api+JSON ; v=1')
    {
        is($t->post('/p', '[1,-2,0.5,3]', 'Content-Type' => $type)->body,
            $one->body, 'as ' . ($type // 'nothing'));
    }
};

subtest 'types of vendors' => sub {
    my $ask = v2('1,2,3,4', '1,4') =~ s/\}\z/,"parameters":{"binary_data_output":true}}/r;
    my %vendor = map { $_ => "application/vnd.$_-triton.binary+json" }
        qw(sagemaker vertex-ai);
    my $type = sub {
        my ($uri, @headers) = @_;
        my $answer = $t->post($uri, $ask, @headers);
        my $n = $answer->header('Inference-Header-Content-Length');
        is(length($answer->body) - $n, 8, 'bytes behind the JSON');
        return $answer->header('Content-Type') =~ s/=$n$/=N/r;
    };
    is($type->('/p', @json), 'application/octet-stream', 'none');
    for (sort keys %vendor) {
        my $size = ';json-header-size=';
        is($type->('/p', 'Content-Type' => $vendor{$_} . $size . length $ask),
            "$vendor{$_}${size}N", "$_: of the request");
        is($type->('/p', @json, Accept => "text/html, $vendor{$_};q=1,*/*"),
            "$vendor{$_}${size}N", 'by Accept');
    }
    is($type->('/p', @json, Accept => '*/*, application/json'),
        'application/octet-stream', 'Accept of others');
    is($type->('/invocations', @json),
        "$vendor{sagemaker};json-header-size=N", 'where SageMaker asks');
    is($t->post('/invocations', '[1,2,3,4]', @json)->header('Content-Type'),
        'application/json', 'JSON is JSON');
    is($t->post('/invocations', pack('f<4', 1 .. 4), @octets)
        ->header('Content-Type'), 'application/octet-stream', 'raw is raw');
};

subtest 'media types' => sub {
    for my $type ('multipart/form-data; boundary=x', 'application/xml',
        'application/jsonx', 'application/octet-streams', 'a/x+jsonx',
        'a/b; c=d+json',
        'application/python-pickle')
    {
        my $no = $t->post('/p', '[1,2,3,4]', 'Content-Type' => $type);
        is($no->status, 415, $type);
        like($no->error, qr/^Content-Type is not .*, expected \S+, .* or \S+$/,
            'says so');
    }
    for my $coding ('br', 'zstd', 'identity, gzip') {
        my $no = $t->post('/p', '[1,2,3,4]', @json,
            'Content-Encoding' => $coding);
        is($no->status, 415, $coding);
        like($no->error, qr/^Content-Encoding is not /, 'says so');
    }
    is($t->post('/p', '[1,2,3,4]', @json, 'Content-Encoding' => 'identity')
        ->status, 200, 'identity');
};

subtest 'refused' => sub {
    my @cases = (
        [ 'one short',     '[1,2,3]', qr/expected 4 numbers, got 3/ ],
        [ 'one long',      '[1,2,3,4,5]', qr/expected 4 numbers, got 5/ ],
        [ 'ragged',        '[[1,2,3,4],[1,2,3]]', qr/byte \d+: rows of diff/ ],
        [ 'mixed',         '[1,[2],3,4]', qr/byte 3: / ],
        [ 'string',        '[1,2,"3",4]', qr/byte 5: expected a number/ ],
        [ 'null',          '[1,2,null,4]', qr/byte 5: expected a number/ ],
        [ 'NaN',           '[1,2,NaN,4]', qr/byte 5: expected a number/ ],
        [ 'Infinity',      '[1,-Infinity,3,4]', qr/byte 3: expected a numb/ ],
        [ 'hex',           '[0x1,2,3,4]', qr/byte 2: / ],
        [ 'leading zero',  '[01,2,3,4]', qr/byte 1: / ],
        [ 'bare point',    '[1.,2,3,4]', qr/byte \d+: / ],
        [ 'plus',          '[+1,2,3,4]', qr/byte 1: expected a number/ ],
        [ 'over FP32',     '[1e39,2,3,4]', qr/byte 1: out of range for FP32/ ],
        [ 'over double',   '[1,1e400,3,4]', qr/byte 3: out of range/ ],
        [ 'trailing',      '[1,2,3,4] x', qr/byte 10: more text after/ ],
        [ 'NUL behind',    "[1,2,3,4]\0", qr/byte 9: more text after/ ],
        [ 'trailing comma', '[1,2,3,4,]', qr/byte 9: expected a number/ ],
        [ 'unclosed',      '[1,2,3,4', qr/byte 8: expected .*ends here/ ],
        [ 'BOM',           "\xef\xbb\xbf[1,2,3,4]", qr/byte 0: / ],
        [ 'empty',         '', qr/byte 0: expected an array.*ends here/ ],
        [ 'blank',         " \n ", qr/byte 3: expected an array.*ends here/ ],
        [ 'no rows',       '[]', qr/no numbers, expected rows of 4/ ],
        [ 'empty row',     '[[]]', qr/no numbers, expected rows of 4/ ],
        [ 'a number',      '7', qr/byte 0: expected an array/ ],
        [ 'a string',      '"x"', qr/byte 0: expected an array/ ],
        [ 'deep',          '[' x 100_000, qr/byte \d+: nested deeper/ ],
        [ 'deep object',   '{"a":' x 10_000, qr/byte \d+: nested too deep/ ],
        [ 'no inputs',     '{}', qr/no "inputs"/ ],
        [ 'empty inputs',  '{"inputs":[]}', qr/no input, expected "input"/ ],
        [ 'count, shape',  v2('1,2,3', '1,4'), qr/expected 4 numbers for sh/ ],
        [ 'wrong shape',   v2('1,2,3', '3,1'), qr/shape \[3,1\] does not/ ],
        [ 'negative',      v2('1,2,3,4', '-1,4'), qr/byte \d+: / ],
        [ 'shape wraps',   v2('1,2,3,4', '4294967296,4294967296,4'),
            qr/shape \[4294967296,/ ],
        [ 'huge rows',     v2('1,2,3,4', '2305843009213693952,4'),
            qr/^2305843009213693952 rows, at most 8 are/ ],
        [ 'twice',         '{"id":"a","id":"b","inputs":[]}',
            qr/byte \d+: "id" is there twice/ ],
        [ 'other name',    v2('1,2,3,4', '1,4') =~ s/"input"/"other"/r,
            qr/unknown input "other", expected "input"/ ],
        [ 'shared memory', '{"inputs":[{"name":"input","datatype":"FP32",'
            . '"shape":[1,4],"parameters":{"shared_memory_region":"/x"}}]}',
            qr/shared memory is not supported/ ],
    );

    for my $case (@cases) {
        my ($what, $body, $re) = @$case;
        my $no = $t->post('/p', $body, @json);
        is($no->status, $what eq 'huge rows' ? 413 : 400, $what) or diag($no->body);
        like($no->error, $re, 'names the place');
        unlike($no->error, qr{/|0x|\.so|\.c\b}, 'and nothing of ours');
    }
};

subtest 'raw floats' => sub {
    for my $case ([ '', qr/the body is empty/ ],
        [ 'x' x 15, qr/rows of 16 bytes, .* got 15 bytes/ ],
        [ 'x' x 17, qr/rows of 16 bytes, .* got 17 bytes/ ],
        [ pack('f<4', 1, 2, 'nan', 4), qr/number 2 is not finite/ ],
        [ pack('f<4', 1, 'inf', 3, 4), qr/number 1 is not finite/ ])
    {
        my ($body, $re) = @$case;
        my $no = $t->post('/p', $body, @octets);
        is($no->status, 400, length($body) . ' bytes');
        like($no->error, $re, 'says why');
    }
};

subtest 'rows' => sub {
    for my $n (1, 7, 8, 9) {
        my @answers = (
            $t->post('/p', '[' . join(',', ('[1,2,3,4]') x $n) . ']', @json),
            $t->post('/p', v2(join(',', (1 .. 4) x $n), "$n,4"), @json),
            $t->post('/p', pack('f<*', (1 .. 4) x $n), @octets));
        is($_->status, $n > 8 ? 413 : 200, "$n rows") for @answers;
        next if $n <= 8;
        is($_->error, '9 rows, at most 8 are allowed', 'says so')
            for @answers;
    }

    my $digits = $t->post('/p', '[' . '1' x 1_000_000 . ',2,3,4]', @json);
    is($digits->status, 400, 'a million digits');
    is($t->post('/big', '[0.' . '1' x 100_000 . ']', @json)->body,
        $t->post('/big', '[0.1111111111111]', @json)->body, 'a long fraction');
};

$t->done;
