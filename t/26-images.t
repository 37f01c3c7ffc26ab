# A model of pictures takes PNG and PGM files, as bodies of maas_predict and as
# base64 in v1, and answers as if it had got the numbers of their pixels.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Compress::Zlib qw(compress crc32);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $picture = { kind => 'tensor', shape => [ 4, 3 ], name => 'x',
    image => JSON::PP::true, factor => 1 / 255 };

$t->model('m', sizes => [ 12, 5, 2 ], inputs => $picture);
$t->model('numbers', sizes => [ 12, 5, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model numbers %%TESTDIR%%/numbers.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; maas_max_rows 4; }
        location = /p { maas_predict m; }
        location = /numbers { maas_predict numbers; }
    }
}
EOC

my @png = ('Content-Type' => 'image/png');
my @json = ('Content-Type' => 'application/json');
my @pixels = (0, 255, 9, 100, 30, 31, 32, 33, 250, 251, 252, 7);

# A PNG by hand: grey, 8 bits, no filter
sub png_chunk {
    my ($name, $data) = @_;
    return pack('N', length $data) . $name . $data
        . pack('N', crc32($name . $data));
}

sub png {
    my ($width, $height, @grey) = @_;
    my $rows = '';
    $rows .= "\0" . pack 'C*', splice @grey, 0, $width while @grey;
    return "\x89PNG\r\n\x1a\n"
        . png_chunk('IHDR', pack 'NNC5', $width, $height, 8, 0, 0, 0, 0)
        . png_chunk('tEXt', "Comment\0nothing")
        . png_chunk('IDAT', compress($rows)) . png_chunk('IEND', '');
}

my $png = png(3, 4, @pixels);
my $pgm = "P5\n3 4\n255\n" . pack 'C*', @pixels;

$t->known_good('/p', $png, @png);
$t->run;

my $want = $t->post('/p', '[' . join(',', @pixels) . ']', @json)->body;

subtest 'bodies' => sub {
    my $answer = $t->post('/p', $png, @png);
    is($answer->status, 200, 'PNG');
    is($answer->header('Content-Type'), 'application/json', 'JSON');
    is($answer->body, $want, 'as the numbers');

    is($t->post('/p', $pgm, 'Content-Type' => 'image/x-portable-graymap')
        ->body, $want, 'PGM');
    is($t->post('/p', "P2 3 4 255 @pixels\n", 'Content-Type' =>
        'image/x-portable-graymap')->body, $want, 'PGM in text');
    for my $type (undef, 'application/x-www-form-urlencoded', 'text/plain',
        'image/png; x=y')
    {
        is($t->post('/p', $png, 'Content-Type' => $type)->body, $want,
            'PNG as ' . ($type // 'nothing'));
        is($t->post('/p', $pgm, 'Content-Type' => $type)->body, $want,
            'PGM as ' . ($type // 'nothing'));
    }

    my @large = map { my $y = $_; map { my $x = $_;
        ($pixels[ 3 * int($y / 5) + int($x / 7) ]) x 1 } 0 .. 20 } 0 .. 19;
    is($t->post('/p', png(21, 20, @large), @png)->body, $want,
        'each pixel 7 x 5 times');
};

subtest 'in v1' => sub {
    my $b64 = encode_base64($png, '');
    my $two = $t->post('/v1/models/m:predict',
        qq({"instances":[{"b64":"$b64"},{"x":{"b64":"$b64"}}]}), @json);
    is($two->status, 200, 'two pictures');
    my $row = JSON::PP::decode_json($want);
    is_deeply($two->json->{predictions}, [ @$row, @$row ], 'the numbers');
    is($t->post('/v1/models/m:predict', '{"instances":['
        . join(',', (qq({"b64":"$b64"})) x 5) . ']}', @json)->status, 413,
        'more than maas_max_rows');
    like($t->post('/v1/models/m:predict', '{"instances":[{"b64":"x"}]}',
        @json)->error, qr/^byte 21: Unable to base64 decode$/, 'no base64');
};

subtest 'in v2' => sub {
    my $b64 = encode_base64($png, '');
    my $row = JSON::PP::decode_json($want)->[0];
    my $ask = sub {
        my ($shape, $data, $type) = @_;
        return $t->post('/v2/models/m/infer', '{"inputs":[{"name":"x","shape":'
            . qq([$shape],"data":$data,"datatype":"${\ ($type // 'BYTES')}"}]}),
            @json);
    };
    for my $case ([ 1, qq(["$b64"]) ], [ '1,1', qq([ [ "$b64" ] ]) ],
        [ 1, qq([{"b64":"$b64"}]) ], [ 1, '["' . encode_base64($pgm, '')
        =~ s/=/\\u003d/gr . '"]' ])
    {
        my $answer = $ask->(@$case);
        is($answer->status, 200, "$case->[0]: " . substr $case->[1], 0, 12)
            or diag($answer->body);
        is_deeply($answer->json->{outputs}[0]{data}, $row, 'the numbers');
    }
    is_deeply($ask->(3, "[\"$b64\",\"$b64\",\"$b64\"]")->json->{outputs}[0]{data},
        [ @$row, @$row, @$row ], 'three');
    for my $bad ([ 2, qq(["$b64"]), 400, qr/expected 2 pictures .*, got fewer/ ],
        [ 1, qq(["$b64","$b64"]), 400, qr/expected 1 pictures .*, got more/ ],
        [ '4,3', qq(["$b64"]), 400, qr/shape \[4,3\], expected \[rows\] or / ],
        [ 1, '["x"]', 400, qr/Unable to base64 decode/ ],
        [ 1, qq([["$b64","$b64"]]), 400, qr/expected a list of one picture/ ],
        [ 1, '[7]', 400, qr/^byte \d+: expected an object/ ],
        [ 4, qq(["$b64"]), 400, qr/^tensor "x": expected 4 pictures/ ],
        [ 5, qq(["$b64"]), 413, qr/^5 rows, at most 4/ ],
        [ 4, '[]', 400, qr/expected 4 pictures for its shape, got fewer/ ])
    {
        my ($shape, $data, $status, $error) = @$bad;
        my $no = $ask->($shape, $data);
        is($no->status, $status, "$shape, " . substr $data, 0, 12);
        like($no->error, $error, 'says so');
    }
    like($t->post('/numbers', '{"inputs":[{"name":"input","shape":[1],'
        . qq("datatype":"BYTES","data":["$b64"]}]}), @json)->error,
        qr/takes numbers, not BYTES/, 'a model of plain numbers');

    my $binary = sub {
        my ($n, $bytes, $size) = @_;
        my $head = qq({"inputs":[{"name":"x","shape":[$n],"datatype":"BYTES",)
            . '"parameters":{"binary_data_size":' . ($size // length $bytes)
            . '}}]}';
        return $t->post('/v2/models/m/infer', "$head$bytes",
            'Inference-Header-Content-Length' => length $head);
    };
    is_deeply($binary->(2, pack 'V/a V/a', $png, $pgm)->json
        ->{outputs}[0]{data}, [ @$row, @$row ], 'as bytes');
    for my $bad ([ 2, pack('V/a', $png), qr/^row 1: a picture that does not/ ],
        [ 1, pack('V/a V/a', $png, $pgm), qr/bytes more than its pictures/ ],
        [ 1, pack('Va*', 1 << 31, $png), qr/more than the body|row 0: a pict/ ],
        [ 1, pack('V/a', 'x' x 40), qr/^row 0: neither a PNG nor a PGM/ ],
        [ 1, 'abc', qr/^row 0: a picture that does not end/ ])
    {
        my ($n, $bytes, $error) = @$bad;
        my $no = $binary->($n, $bytes);
        is($no->status, 400, length($bytes) . ' bytes');
        like($no->error, $error, 'says so');
    }
};

subtest 'refused' => sub {
    my $bomb = substr($png, 0, 16) . pack('NN', 16384, 16384)
        . substr $png, 24;
    my @cases = (
        [ 'cut', substr($png, 0, 60), 400, qr/^the PNG picture is damaged/ ],
        [ 'a changed byte', $png =~ s/(IDAT..)./$1X/sr, 400, qr/damaged/ ],
        [ 'more behind', $png . 'x', 400, qr/^1 bytes more than the PNG/ ],
        [ 'a bomb', $bomb, 413, qr/^a picture of 16384 x 16384 pixels, at/ ],
        [ 'JPEG', "\xff\xd8\xff\xe0", 400, qr/^neither a PNG nor a PGM/ ],
        [ 'nothing', '', 400, qr/^neither a PNG nor a PGM/ ],
        [ 'JSON', '[1]', 400, qr/^neither a PNG nor a PGM/ ],
    );
    for my $case (@cases) {
        my ($name, $body, $status, $error) = @$case;
        my $no = $t->post('/p', $body, @png);
        is($no->status, $status, $name);
        like($no->error, $error, 'says so');
    }

    is($t->post('/numbers', $png, @png)->error,
        'the model does not take pictures', 'a model of numbers');
    is($t->post('/numbers', $png)->status, 400, 'nor by its first bytes');
    is($t->post('/v2/models/m/infer', $png, @png)->status, 415,
        'not in the protocols');
    is($t->post('/p', $png, 'Content-Type' => 'image/jpeg')->status, 415,
        'JPEG by name');
};

$t->done;
