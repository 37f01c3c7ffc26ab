# Bodies in gzip and in deflate (zlib format) are read like plain ones, under
# the same limit; a bomb, a cut or another coding is refused.  Predictions may
# go out compressed; what clients cannot undo never does.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Compress::Zlib ();
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my ($row, $uri) = ('[1,2,3,4]', '/v2/models/m/infer');
my @coding = map { [ 'Content-Encoding' => $_ ] } qw(gzip deflate);

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    gzip on;
    gzip_types application/json application/octet-stream;
    gzip_min_length 1;
    gzip_proxied any;
    gzip_vary on;
    server {
        listen 127.0.0.1:%%PORT%%;
        client_body_buffer_size 1k;
        location / { maas_serve; }
        location = /p { maas_predict m; }
        location = /small { maas_predict m; client_max_body_size 1000; }
        location = /free { maas_predict m; client_max_body_size 0; }
        location = /deny { maas_predict m; deny all; }
        location = /page { maas_status; }
    }
}
EOC
$t->known_good('/p', $row, @type);
$t->run;
my $want = $t->post('/p', $row, @type)->body;

sub pack_as {
    my ($coding, $plain) = @_;
    return $coding eq 'gzip' ? Compress::Zlib::memGzip($plain)
        : Compress::Zlib::compress($plain);
}

sub v2 {
    my ($n) = @_;
    return qq({"inputs":[{"name":"input","datatype":"FP32","shape":[$n,4],)
        . '"data":[' . join(',', map { $_ / 7 } 1 .. 4 * $n) . ']}]}';
}

for my $coding (@coding) {
    my $name = $coding->[1];
    subtest "a body in $name" => sub {
        is($t->post('/p', pack_as($name, $row), @type, @$coding)->body, $want,
            'the same answer');
        for my $n (1, 200) {
            my $plain = $t->post($uri, v2($n), @type);
            my $packed = pack_as($name, v2($n));
            is($t->post($uri, $packed, @type, @$coding)->body, $plain->body,
                "$n rows");
            is($t->send($t->request('POST', $uri, $t->chunked($packed, 7),
                    @type, @$coding, 'Transfer-Encoding' => 'chunked',
                    Connection => 'close')) =~ /\r\n\r\n(.*)/s && $1,
                $plain->body, "$n rows in chunks");
        }

        my $raw = pack 'f<4', 1, 2, 3, 4;
        my $head = '{"inputs":[{"name":"input","datatype":"FP32","shape":'
            . '[1,4],"parameters":{"binary_data_size":16}}]}';
        is($t->post($uri, pack_as($name, "$head$raw"), @$coding,
                'Inference-Header-Content-Length' => length $head)
            ->json->{outputs}[0]{shape}[1], 2,
            'the length of the JSON is that of the plain one');

        my $packed = pack_as($name, v2(200));
        for my $bad (substr($packed, 0, -1), substr($packed, 0, 20), 'x',
            v2(1), "${packed}x", pack_as($name eq 'gzip' ? 'deflate' : 'gzip',
                v2(1)))
        {
            my $no = $t->post($uri, $bad, @type, @$coding);
            is($no->status, 400, length($bad) . ' bytes that are something '
                . 'else');
            like($no->error, qr/Content-Encoding/, 'says so');
        }
        is($t->post($uri, '', @type, @$coding)->status, 400, 'nothing');

        my $pad = sub { ' ' x ($_[0] - length $row) . $row };
        is($t->post('/small', pack_as($name, $pad->(1000)), @type, @$coding)
            ->body, $want, 'as long as the limit');
        for my $size (1001, 4000, 50_000_000) {
            my $no = $t->post('/small', pack_as($name, ' ' x $size), @type,
                @$coding);
            is($no->status, 413, "$size bytes of 1000");
        }
        my $bomb = $t->post('/free', pack_as($name, ' ' x 50_000_000), @type,
            @$coding);
        is($bomb->status, 413, 'also where plain bodies have no limit');
        like($bomb->error, qr/more than \d+ bytes when it is decompressed/,
            'says so');
    };
}

subtest 'codings' => sub {
    my $gzip = pack_as('gzip', $row);
    is($t->post('/p', $gzip, @type, 'Content-Encoding' => $_)->body, $want,
        $_) for qw(GZIP x-gzip);
    is($t->post('/p', $row, @type, 'Content-Encoding' => $_)->body, $want,
        "'$_'") for qw(identity Identity), '';
    my $two = pack_as('gzip', substr $row, 0, 4) . pack_as('gzip',
        substr $row, 4);
    is($t->post('/p', $two, @type, 'Content-Encoding' => 'gzip')->body, $want,
        'a gzip file of two');
    for my $coding ('br', 'zstd', 'gzip, gzip', 'compress', 'gzi', 'x') {
        for my $to ('/p', $uri, '/v2/repository/index') {
            my $no = $t->post($to, $row, @type, 'Content-Encoding' => $coding);
            is($no->status, 415, "$coding for $to");
            is($no->header('Accept-Encoding'), 'gzip, deflate',
                'what would do');
            isnt($no->error, '', 'JSON');
        }
    }
    is(scalar @{ $t->post('/v2/repository/index', pack_as('gzip', '{}'),
        @type, 'Content-Encoding' => 'gzip')->json }, 1, 'an index');
};

subtest 'answers' => sub {
    my @accept = ('Accept-Encoding' => 'gzip, deflate, br');
    for my $case ([ $uri, v2(20) ], [ '/p', "[$row,$row]" ]) {
        my $answer = $t->post(@$case, @type, @accept);
        is($answer->header('Content-Encoding'), 'gzip', "$case->[0]: gzip");
        is($answer->header('Vary'), 'Accept-Encoding', 'Vary');
        is(Compress::Zlib::memGunzip($answer->body),
            $t->post(@$case, @type)->body, 'to the same');
    }

    my $head = '{"parameters":{"binary_data_output":true},' . substr v2(20), 1;
    my $binary = $t->post($uri, $head, @type, @accept);
    my $plain = Compress::Zlib::memGunzip($binary->body);
    my $n = $binary->header('Inference-Header-Content-Length');
    is(length($plain) - $n, 20 * 2 * 4, 'the length of its JSON is plain');

    for my $get (qw(/v2 /v2/health/ready /v2/models /v2/models/m
        /v2/models/m/config /v2/models/m/stats /v2/models/stats /v2/logging
        /v2/models/none /deny /none))
    {
        my $answer = $t->get($get, undef, @accept);
        is($answer->header('Content-Encoding'), undef, "$get: plain");
        ok($answer->json, 'JSON');
    }
    my $no = $t->post($uri, '[', @type, @accept);
    is($no->header('Content-Encoding'), undef, 'an error: plain');
    is($t->get('/page', undef, @accept, Accept => 'application/json')
        ->header('Content-Encoding'), 'gzip', 'the page is for browsers');
};

$t->done;
