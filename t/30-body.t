# The same request gives the same bits in whatever way its body arrives, and
# the body of a refused request is never taken for a request.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my @close = (Connection => 'close');

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        location = /p { maas_predict m; }
        location = /p/tiny { maas_predict m; client_body_buffer_size 16; }
        location = /p/file { maas_predict m; client_body_in_file_only on; }
        location = /p/clean { maas_predict m; client_body_in_file_only clean; }
        location = /p/single {
            maas_predict m;
            client_body_in_single_buffer on;
            client_body_buffer_size 1k;
        }
        location = /p/max { maas_predict m; client_max_body_size 1000; }
        location /v2/ { maas_serve; }
        location = /secret { return 200 smuggled; }
    }
}
EOC

my $body = '[' . join(',', map { "[$_,0.5,-2e-1,4.25]" } 1 .. 20) . ']';
$t->known_good('/p', $body, @type);
$t->run;
my $want = $t->post('/p', $body, @type)->body;

# the answer to raw bytes, or what went wrong
sub raw {
    my ($bytes, %o) = @_;
    my @answers = $t->answers($t->send($bytes, %o));
    return 'answers: ' . @answers if @answers != 1;
    return $answers[0]->status == 200 ? $answers[0]->body
        : $answers[0]->status . ' ' . $answers[0]->body;
}

sub chunks {
    my ($uri, $size) = @_;
    return $t->request('POST', $uri, $t->chunked($body, $size), @type, @close,
        'Transfer-Encoding' => 'chunked');
}

subtest 'buffers' => sub {
    my $n = 0;
    for my $uri (map { "/p$_" } '', '/tiny', '/file', '/clean', '/single') {
        my $text = $t->request('POST', $uri, $body, @type, @close);
        my $head = index($text, "\r\n\r\n") + 4;
        is(raw($text), $want, "$uri in one piece");
        is(raw($text, split => [$head]), $want, "$uri: head, body");
        is(raw($text, split => [ $head + 5, $head + 40 ]), $want,
            "$uri: two buffers and more");
        is(raw($text, split => [ $head - 2, length($text) - 1 ]), $want,
            "$uri: the last byte late");
        is(raw(chunks($uri, $_)), $want, "$uri in chunks of $_")
            for 1, 7, length $body;
        is($t->h2($t->port(1), 'POST', $uri, $body)->body, $want,
            "$uri through HTTP/2");
    }
    my @left = glob $t->dir . '/client_body/*';
    is(scalar @left, 8, 'only client_body_in_file_only on keeps files');
    is((stat $_)[7], length $body, 'whole') for $left[0];
};

subtest 'every split of a short request' => sub {
    my $text = $t->request('POST', '/p', '[1,2,3,4]', @type, @close);
    my $short = $t->post('/p', '[1,2,3,4]', @type)->body;
    my %got;
    $got{ raw($text, split => [$_], pause => 0.002) }++
        for 1 .. length($text) - 1;
    is_deeply([ keys %got ], [$short], 'one answer at every byte');
    is(raw($text, drip => 1, pause => 0.001), $short, 'byte by byte');
    is(raw(chunks('/p', 300), drip => 3, pause => 0.001), $want,
        'chunks in drops');
};

subtest 'sizes' => sub {
    my $row = '[1,2,3,4]';
    for my $uri ('/p/max', '/p') {
        my $exact = $row . ' ' x (1000 - length $row);
        is($t->post($uri, $exact, @type)->status, 200, "$uri: 1000 bytes");
        my $over = $t->post($uri, "$exact ", @type);
        is($over->status, $uri eq '/p' ? 200 : 413, "$uri: 1001");
        isnt($over->error, '', 'JSON') if $uri ne '/p';
        my $chunked = ($t->answers($t->send($t->request('POST', $uri,
            $t->chunked("$exact ", 100), @type, @close,
            'Transfer-Encoding' => 'chunked'))))[0];
        is($chunked->status, $over->status, 'the same in chunks');
    }
    for my $n ('4611686018427387904', '9223372036854775808', '-5', '5x') {
        my $no = ($t->answers($t->send($t->request('POST', '/p', '[1]', @type,
            @close, 'Content-Length' => $n))))[0];
        is($no->status, $n =~ /^46/ ? 413 : 400, "Content-Length: $n");
    }
    my $big = '[' . join(',', ('[1.25,2,3,4]') x 256) . ']';
    is(scalar @{ $t->post('/p', $big, @type)->json }, 256,
        'as many rows as maas_max_rows, without a word on sizes');
};

subtest 'cut off' => sub {
    my $text = $t->request('POST', '/p', $body, @type);
    is($t->send(substr($text, 0, -1), fin => 1), '', 'short: no answer');
    is($t->send(substr(chunks('/p', 9), 0, -5), fin => 1), '',
        'chunks without an end: no answer');
    $t->send(substr($text, 0, -$_), rst => 1) for 1 .. 20;
    is($t->post('/p', $body, @type)->body, $want, 'the next one');
};

subtest 'headers' => sub {
    for my $h ([ 'If-None-Match' => '*' ], [ 'If-Match' => '"x"' ],
        [ 'If-Modified-Since' => 'Thu, 01 Jan 2037 00:00:00 GMT' ],
        [ 'If-Unmodified-Since' => 'Thu, 01 Jan 1970 00:00:00 GMT' ],
        [ Range => 'bytes=0-3' ])
    {
        my $answer = $t->post('/p', $body, @type, @$h);
        is($answer->status, 200, $h->[0]);
        is($answer->body, $want, 'all of it');
    }

    $t->{interim} = [];
    is($t->post('/p', $body, @type, Expect => '100-continue')->body, $want,
        'Expect');
    is_deeply($t->{interim}, [100], '100 comes first');
    $t->{interim} = [];
    is($t->post('/p/max', 'x' x 1001, Expect => '100-continue')->status, 413,
        'Expect, too large');
    is_deeply($t->{interim}, [], 'no 100');
    is($t->post('/p', '', @type, 'Content-Length' => 0)->status, 400,
        'no body');
};

subtest 'pipeline' => sub {
    my $large = '[' . join(',', ("[1,2,3,4]") x 100) . ']';
    my @bodies = ('[1,2,3,4]', $large, '[4,3,2,1]', $body);
    for my $uri ('/p', '/p/tiny') {
        my @got = $t->pipeline(map { $t->request('POST', $uri, $bodies[$_],
            @type, $_ == $#bodies ? @close : ()) } 0 .. $#bodies);
        is_deeply([ map { $_->body } @got ],
            [ map { $t->post('/p', $_, @type)->body } @bodies ],
            "$uri: four in order");
    }
};

subtest 'the body of a refused request' => sub {
    my $inner = "GET /secret HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for my $case ([ PUT => '/p', 405 ], [ GET => '/p', 405 ],
        [ POST => '/v2/none', 404 ], [ POST => '/v2/models/x/infer', 404 ],
        [ POST => '/p', 415, 'Content-Type' => 'text/xml' ],
        [ POST => '/p', 415, 'Content-Encoding' => 'br' ],
        [ POST => '/p', 400, 'Content-Encoding' => 'gzip' ],
        [ POST => '/p', 400 ], [ GET => '/v2/models', 200 ],
        [ POST => '/v2/models', 405 ])
    {
        my ($method, $uri, $status, @h) = @$case;
        for my $pad (0, 100_000) {
            my $trick = ' ' x $pad . $inner;
            my @got = $t->pipeline($t->request($method, $uri, $trick, @h),
                $t->request('POST', '/p', $body, @type, @close));
            is(join(' ', map { $_->status } @got), "$status 200",
                "$method $uri @h: body passed over, next one answered");
            is($got[-1]->body, $want, 'rightly');
        }
    }
    unlike($t->read_file('access.log'), qr/secret/, 'nothing was smuggled');
};

$t->done;
