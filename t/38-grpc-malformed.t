# Promise: whatever is wrong with a call of gRPC, its frame, its message, its
# headers or the frames of HTTP/2 around it, it gets the right code, and the next
# call its answer: the worker lives, and nothing is lost.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Compress::Deflate ();
use IO::Compress::Gzip ();
use IO::Compress::RawDeflate ();
use MaasTest;
use MaasTest::Grpc;
use Test::More;

my $t = MaasTest->new;
$t->model('m', sizes => [ 4, 3, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    client_max_body_size 64k;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /metrics { maas_metrics; }
    }
    server {
        listen 127.0.0.1:%%PORT2%% http2;
        # what is torn is counted as a flood
        keepalive_requests 100000;
        location / { maas_serve; }
    }
}
EOC

my $json = '{"inputs":[{"name":"input","datatype":"FP32","shape":[2,4],'
    . '"data":[1,2,3,4,-1,0.5,0.25,8]}]}';
my $good = MaasTest::Grpc::infer_message(
    rows => [ [ 1, 2, 3, 4 ], [ -1, 0.5, 0.25, 8 ] ]);
my $path = "$MaasTest::Grpc::service/ModelInfer";

$t->known_good('/v2/models/m/infer', $json);
$t->run;

my ($worker) = $t->workers;
my $bits = pack 'f<*', @{ $t->post('/v2/models/m/infer', $json)->json
    ->{outputs}[0]{data} };

my ($kinds, $g, $memory) = (0);

sub fresh { return $g = MaasTest::Grpc->new($t->port(2)) }

sub used {
    return $t->get('/metrics')->body =~ /^maas_memory_used_bytes (\d+)/m ? $1
        : undef;
}

# Is a good call answered, on the same connection if that is there?

sub lives {
    my ($what) = @_;
    fresh() if !$g || $g->{closed} || $g->{goaway};
    my $a = $g->infer($good);
    my $wrong = $a->{wrong} // ($a->{code} ne 0 ? $a->{text}
        : pack('f<*', MaasTest::Grpc::floats($a->{message})) ne $bits
        ? 'other bits' : undef);
    is($wrong, undef, "$what: the next one is answered");
    return;
}

# One of the codes, or an HTTP status (over 99); what came, for the message

sub is_code {
    my ($a, $want, $what) = @_;
    my $got = $a->{wrong} && $a->{headers} && $a->{headers}{':status'} ne 200
        ? $a->{headers}{':status'}
        : $a->{wrong} // $a->{code} // 'nothing';
    my @want = ref $want ? @$want : $want;
    ok((grep { $got eq $_ } @want) > 0, "$what: @want")
        or diag("got $got: " . ($a->{text} // ''));
    return;
}

sub kind {
    my ($what, $want, $body, @headers) = @_;
    $kinds++;
    is_code($g->call($path, $body, @headers), $want, $what);
    lives($what);
    return;
}

sub message {
    my ($what, $want, $message, @headers) = @_;
    return kind($what, $want, MaasTest::Grpc::framed($message), @headers);
}

fresh();
lives('at first');
$memory = used();
ok(defined $memory, 'memory that is used');

###############################################################################
# frames

my $frame = MaasTest::Grpc::framed($good);
my $n = length $good;

kind('no message', 12, '');
kind("$_ bytes", 3, substr $frame, 0, $_) for 1 .. 4;
kind('a head alone', 3, substr $frame, 0, 5);
kind('cut off by ' . $_, 3, substr $frame, 0, -$_) for 1, 2, 7, $n - 1;
kind("flag $_", 3, chr($_) . substr $frame, 1)
    for 2, 3, 4, 8, 16, 32, 64, 127, 128, 254, 255;
kind("length $_", 3, pack('CN', 0, $_) . $good)
    for $n + 1, $n + 2, $n + 255, $n + 65536, 1 << 24, (1 << 31) - 1, 1 << 31,
        (1 << 32) - 1;
kind("length less $_", 3, pack('CN', 0, $n - $_) . $good) for 1 .. 4;
kind("length less $_", 12, pack('CN', 0, $n - $_) . $good) for 5, 6, 20, $n;
kind('the other end first', 3, pack('CV', 0, $n) . $good);
kind('no frame', 3, $good);
kind('JSON', 3, $json);
kind('two messages', 12, $frame x 2);
kind('three messages', 12, $frame x 3);
kind('and an empty one', 12, $frame . pack 'CN', 0, 0);
kind('an empty one first', 12, pack('CN', 0, 0) . $frame);
kind("$_ more bytes", 3, $frame . "\0" x $_) for 1 .. 4;
kind('half of a second', 12, $frame . substr $frame, 0, 20);
kind('HTTP in it', 3, "POST / HTTP/1.1\r\n\r\n");
kind('as gRPC-Web ends', 12, $frame . "\x80\0\0\0\x0fgrpc-status:0\r\n");
kind('zeros', 12, "\0" x 100);
kind('ones', 3, "\xff" x 100);

###############################################################################
# compressed

IO::Compress::Gzip::gzip(\$good => \my $gzip);
IO::Compress::Deflate::deflate(\$good => \my $zlib);
IO::Compress::RawDeflate::rawdeflate(\$good => \my $raw);
IO::Compress::Gzip::gzip(\(my $zeros = "\0" x 1_000_000) => \my $bomb);
IO::Compress::Gzip::gzip(\(my $empty = '') => \my $nothing);

sub packed {
    my ($what, $want, $bytes, @encoding) = @_;
    return kind($what, $want, MaasTest::Grpc::framed($bytes, 1),
        map { ('grpc-encoding' => $_) } @encoding);
}

packed("flagged, $_", 12, $gzip, $_) for qw(snappy br zstd lz4 stream/gzip gzip2
    compress null *), 'gzip,deflate';
packed('flagged, no encoding', 3, $gzip);
packed('flagged, but identity', 3, $good, 'identity');
packed('flagged, not compressed', 3, $good, 'gzip');
packed('gzip as deflate', 3, $gzip, 'deflate');
packed('zlib as gzip', 3, $zlib, 'gzip');
packed('raw as deflate', 3, $raw, 'deflate');
packed('nothing', 3, '', 'gzip');
packed('nothing as deflate', 3, '', 'deflate');
packed("gzip, $_ bytes", 3, substr($gzip, 0, $_), 'gzip')
    for 1, 2, 5, 10, 11, 20, length($gzip) - 8, length($gzip) - 1;
packed("zlib, $_ bytes", 3, substr($zlib, 0, $_), 'deflate')
    for 1, 2, 3, length($zlib) - 4, length($zlib) - 1;
packed('a wrong sum', 3, $gzip ^ ("\0" x (length($gzip) - 8) . "\1"), 'gzip');
packed('a wrong length', 3, $gzip ^ ("\0" x (length($gzip) - 1) . "\1"), 'gzip');
packed('a wrong sum of zlib', 3, $zlib ^ ("\0" x (length($zlib) - 1) . "\1"),
    'deflate');
packed('a method of none', 3, $gzip ^ "\0\0\7", 'gzip');
packed('flags of the future', 3, $gzip ^ "\0\0\0\xe0", 'gzip');
packed('bytes behind zlib', 3, "$zlib!", 'deflate');
packed('bytes behind gzip', 3, "$gzip!", 'gzip');
packed('gzip of nothing', 5, $nothing, 'gzip');
packed('a bomb', 8, $bomb, 'gzip');
packed('a bomb behind it', 8, $gzip . $bomb, 'gzip');

###############################################################################
# messages

my ($number, $bytes, $varint) = (\&MaasTest::Grpc::number_field,
    \&MaasTest::Grpc::bytes_field, \&MaasTest::Grpc::varint);
my $numbers = pack 'f<*', 1, 2, 3, 4, -1, 0.5, 0.25, 8;

# A ModelInferRequest, parts of it replaced; '' leaves one out

sub request {
    my (%o) = @_;
    my $shape = $o{shape} // [ 2, 4 ];
    my $tensor = join '', $o{name} // $bytes->(1, 'input'),
        $o{type} // $bytes->(2, 'FP32'),
        ref $shape ? $bytes->(3, join '', map { $varint->($_) } @$shape) : $shape,
        $o{tensor} // '';
    return join '', $o{first} // '', $o{model} // $bytes->(1, 'm'),
        ($o{input} // $bytes->(5, $tensor)) x ($o{inputs} // 1),
        $o{raw} // $bytes->(7, $numbers), $o{last} // '';
}

my $minus = "\xff" x 9 . "\1";      # -1 as an int64

message('nothing at all', 5, '');
message('no model', 5, request(model => ''));
message('an empty name', 5, request(model => $bytes->(1, '')));
message('a name of zeros', 5, request(model => $bytes->(1, "\0")));
message('no UTF-8 in the name', 5, request(model => $bytes->(1, "\xff\xfe")));
message('a long name', 5, request(model => $bytes->(1, 'm' x 20000)));
message('a name twice', 5, request(last => $bytes->(1, 'x')));
message("version $_", 5, request(last => $bytes->(2, $_)))
    for '0', '-1', '2', 'x', '1.0', "1\0", '99999999999999999999';

message("$_->[0]", 3, request(first => $_->[1])) for
    [ 'field 0', $varint->(0) . "\0" ],
    [ 'field 2^29', $varint->(1 << 32) . "\0" ],
    [ 'a group', "\x0b\x0c" ], [ 'the end of a group', "\x0c" ],
    [ 'wire type 6', "\x0e" ], [ 'wire type 7', "\x0f" ],
    [ 'a key of 11 bytes', "\x80" x 10 . "\1" ],
    [ 'a number of 11 bytes', "\x50" . "\x80" x 10 . "\1" ];
message("at the end, $_->[0]", 3, request(last => $_->[1])) for
    [ 'half of a key', "\x80" ], [ 'a key alone', "\x50" ],
    [ 'half of a number', "\x50\x80" ], [ 'a length alone', "\x52" ],
    [ 'half of a length', "\x52\x80" ], [ 'a byte too few', "\x52\5four" ],
    [ '3 bytes of 4', "\x55abc" ], [ '7 bytes of 8', "\x51abcdefg" ],
    [ 'a length of 2^31', "\x52" . $varint->(1 << 31) ],
    [ 'a length of 2^32 + 1', "\x52" . $varint->((1 << 32) + 1) . 'x' ],
    [ 'a length of -1', "\x52$minus" ];
message("cut off at $_", [ 3, 5 ], substr $good, 0, $_)
    for 1 .. 8, 10, 15, 20, 25, 30, $n - 32, $n - 1;

message('a shape of -1', 3, request(shape => $bytes->(3, $minus . "\4")));
message('a shape of 0', 3, request(shape => [ 2, 0 ]));
message('a shape of many', 3, request(shape => [ 3, 4 ]));
message('a shape of few', 3, request(shape => [ 1, 4 ]));
message('the other way', 3, request(shape => [ 4, 2 ]));
message('a shape of 2^62', 8, request(shape => [ 1 << 62, 4 ]));
message('2^32 times 2^32', 3, request(shape => [ 1 << 32, 1 << 32 ]));
message('half of a shape', 3, request(shape => $bytes->(3, "\2\x80")));
message('a shape as text', 3, request(shape => $bytes->(3, '2,4')));
message('no shape', 3, request(shape => ''));
message('a hundred dimensions', 3, request(shape => [ (1) x 98, 2, 4 ]));
message("type $_", 3, request(type => $bytes->(2, $_)))
    for '', 'FP', 'fp32', 'FLOAT', 'FP64', 'INT8', 'BYTES', 'BOOL', "FP32\0";
message('no type', 3, request(type => ''));
message('another input', 3, request(name => $bytes->(1, 'other')));
message('two of it', 3, request(inputs => 2));
message('no input', 3, request(input => ''));
message('an empty input', 3, request(input => $bytes->(5, '')));
message('an input that is a number', 3, request(input => $number->(5, 1)));
message('half of an input', 3, request(input => $bytes->(5, "\x0a\x09in")));
message('no numbers', 3, request(raw => ''));
message('an empty tensor', 3, request(raw => $bytes->(7, '')));
message("$_ bytes of numbers", 3, request(raw => $bytes->(7, 'x' x $_)))
    for 1, 3, 4, 16, 31, 33, 36, 64;
message('two tensors', 3, request(last => $bytes->(7, $numbers)));
message('both kinds of numbers', 3, request(tensor =>
    $bytes->(5, $bytes->(6, $numbers))));
message('numbers of a wrong kind', 3, request(raw => '', tensor =>
    $bytes->(5, $bytes->(3, "\1\2\3\4\5\6\7\x08"))));
message('half of a number', 3, request(raw => '', tensor =>
    $bytes->(5, $bytes->(6, substr $numbers, 1))));
message("$_->[0] in it", 3, request(raw => $bytes->(7,
    pack 'f<*', 1 .. 7, $_->[1])))
    for [ 'NaN', 'nan' ], [ 'infinity', 'inf' ], [ '-infinity', '-inf' ];
message('an output of none', 3, request(last => $bytes->(6, $bytes->(1, 'x'))));
message('an output without a name', 3, request(last => $bytes->(6, '')));
message('too many rows', 8, request(shape => [ 300, 4 ],
    raw => $bytes->(7, "\0" x 4800)));
message('too many bytes', 8, request(last => $bytes->(9, 'x' x 70000)));

###############################################################################
# headers

kind("grpc-timeout \"$_\"", 3, $frame, 'grpc-timeout' => $_)
    for '', 'S', '1', '1x', '-1S', '+1S', '1.5S', '123456789S', '1 S', '1s',
        '0x1S', '1Sec', 'infinity', '1SS', '1,S', 'NaN';
kind("grpc-timeout $_", 4, $frame, 'grpc-timeout' => $_) for '0n', '1n', '0H';
kind("grpc-timeout $_", 0, $frame, 'grpc-timeout' => $_)
    for '99999999H', '99999999M', '99999999S', '99999999m', '60S';
kind("type $_", 404, $frame, 'content-type' => $_)
    for 'application/grpc-web', 'application/grpc+json', 'application/grpcx',
        'application/gRPC+', 'application/x-protobuf';
kind('no type', 404, $frame, 'content-type' => undef);
kind("Content-Encoding $_", 12, $frame, 'content-encoding' => $_)
    for 'gzip', 'deflate', 'br', 'snappy';
kind('te of none', 0, $frame, te => 'gzip');
kind('a length too long', 3, $frame, 'content-length' => length($frame) + 1);
kind('a length too short', 3, $frame, 'content-length' => length($frame) - 1);

sub path {
    my ($p, $want, $method) = @_;
    $kinds++;
    is_code($g->call($p, $frame, ':method' => $method // 'POST'), $want,
        'path ' . substr $p, 0, 60);
    lives($p);
    return;
}

path($_, 12) for '/', '//', '/x', '/inference.GRPCInferenceService',
    '/inference.GRPCInferenceService/', '/inference.GRPCInferenceService/Nothing',
    '/inference.GRPCInferenceService/modelinfer', "$path/", "$path/x",
    '/inference.GRPCInferenceService/ModelInfer%20', '/v2/models/m/infer',
    '/' . 'x' x 2000, '/grpc.reflection.v1alpha.ServerReflection/'
    . 'ServerReflectionInfo', '/.Nothing/ModelInfer',
    '/inference.GRPCInferenceService/../ModelInfer';
path($_, 0) for "$path?x=y", '/inference.GRPCInferenceService/./ModelInfer',
    '/inference.GRPCInferenceService/Model%49nfer';
path('/%00/ModelInfer', 400);
path($path, [ 404, 405 ], $_) for 'GET', 'PUT', 'DELETE', 'OPTIONS';

###############################################################################
# frames of HTTP/2

my $n_headers = 0;

sub block { return $g->block($g->request($path, $g->headers(@_))) }

# On a stream of its own; what it does there, then the code, or what becomes of
# the connection: 'goaway', 'rst'

sub stream {
    my ($what, $want, $do) = @_;
    $kinds++;
    my $s = $g->stream;
    $do->($s);
    my $a = MaasTest::Grpc::judge($g->answer($s));
    is_code({ %$a, $a->{rst} && !$a->{headers} ? (wrong => 'rst')
        : $g->{goaway} && !$a->{headers} ? (wrong => 'goaway') : () }, $want,
        $what);
    lives($what);
    return;
}

sub body {
    my ($s, @frames) = @_;
    $g->frame('HEADERS', 4, $s, block());
    $g->frame('DATA', 0, $s, $_) for @frames[ 0 .. $#frames - 1 ];
    $g->frame('DATA', 1, $s, $frames[-1]);
    return;
}

stream("DATA of $_ and the rest", 0, sub {
    body($_[0], substr($frame, 0, $_), substr $frame, $_) }) for 0 .. 12;
stream('DATA, byte by byte', 0, sub { body($_[0], split //, $frame) });
stream('empty DATA at the end', 0, sub { body($_[0], $frame, '') });
stream('empty DATA all over', 0, sub { body($_[0], '', map { ($_, '') }
    unpack '(a9)*', $frame) });
stream('empty DATA alone', 12, sub { body($_[0], '') });
stream('no DATA', 12, sub { $g->frame('HEADERS', 5, $_[0], block()) });
stream('DATA with padding', 0, sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('DATA', 9, $_[0], chr(200) . $frame . "\0" x 200);
});
stream('padding alone', 12, sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('DATA', 9, $_[0], chr(20) . "\0" x 20);
});
stream('HEADERS with padding', 0, sub {
    $g->frame('HEADERS', 12, $_[0], chr(30) . block() . "\0" x 30);
    $g->frame('DATA', 1, $_[0], $frame);
});
stream('HEADERS with a priority', 0, sub {
    $g->frame('HEADERS', 0x24, $_[0], pack('NC', 0, 15) . block());
    $g->frame('DATA', 1, $_[0], $frame);
});
stream("CONTINUATION of $_ bytes each", 0, sub {
    my @parts = unpack "(a$_)*", block();
    $g->frame('HEADERS', 0, $_[0], shift @parts);
    my $last = pop @parts;
    $g->frame('CONTINUATION', 0, $_[0], $_) for @parts;
    $g->frame('CONTINUATION', 4, $_[0], $last);
    $g->frame('DATA', 1, $_[0], $frame);
}) for 10, 50, 100;
stream('a PING between', 0, sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('PING', 0, 0, 'x' x 8);
    $g->frame('DATA', 1, $_[0], $frame);
});
stream('a frame of an unknown type', 0, sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame(99, 0xff, $_[0], 'x' x 100);
    $g->frame('DATA', 1, $_[0], $frame);
});
stream('trailers behind the message', [ 0, 'goaway', 'rst' ], sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('DATA', 0, $_[0], $frame);
    $g->frame('HEADERS', 5, $_[0], $g->block('x-more' => 1));
});
stream('DATA after the end', [ 0, 'rst', 'goaway' ], sub {
    body($_[0], $frame);
    $g->frame('DATA', 1, $_[0], $frame);
});

# nobody waits for an answer

sub gone {
    my ($what, $do) = @_;
    $kinds++;
    $do->($g->stream);
    lives($what);
    return;
}

gone('reset before the message', sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('RST_STREAM', 0, $_[0], pack 'N', 8);
});
gone("reset after $_ bytes", sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('DATA', 0, $_[0], substr $frame, 0, $_);
    $g->frame('RST_STREAM', 0, $_[0], pack 'N', 8);
}) for 0, 4, 5, 6, 20, length $frame;
gone('reset with the message', sub {
    $g->bytes(join '', $g->frame_bytes('HEADERS', 4, $_[0], block()),
        $g->frame_bytes('DATA', 1, $_[0], $frame),
        $g->frame_bytes('RST_STREAM', 0, $_[0], pack 'N', 8));
});
gone('gone before the message', sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->reset;
    fresh();
});
gone('gone in the message', sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('DATA', 0, $_[0], substr $frame, 0, 20);
    $g->reset;
    fresh();
});
gone('gone with the message', sub {
    body($_[0], $frame);
    $g->reset;
    fresh();
});

gone('a frame that is never whole', sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->bytes(pack('NXCCN', 0xfffff0 << 8, 0, 0, $_[0]) . $frame);
    $g->reset;
    fresh();
});

# the connection is over: what came on it and was not wrong is answered

sub breaks {
    my ($what, $do) = @_;
    $kinds++;
    $do->($g->stream);
    ok($g->drain || $g->{closed}, "$what: the end");
    lives($what);
    return;
}

breaks('HEADERS on no stream', sub { $g->frame('HEADERS', 5, 0, block()) });
breaks('HEADERS on an even stream', sub { $g->frame('HEADERS', 5, 1000, block()) });
breaks('DATA on no stream', sub { $g->frame('DATA', 1, 0, $frame) });
breaks('more padding than DATA', sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('DATA', 9, $_[0], chr(200) . 'x' x 20);
});
breaks('CONTINUATION of nothing', sub { $g->frame('CONTINUATION', 4, $_[0], block()) });
breaks('DATA in a block of headers', sub {
    $g->frame('HEADERS', 0, $_[0], block());
    $g->frame('DATA', 1, $_[0], $frame);
});
breaks('a block that ends in a header', sub {
    $g->frame('HEADERS', 5, $_[0], substr block(), 0, -3);
});
breaks('a header of the dynamic table', sub {
    $g->frame('HEADERS', 5, $_[0], "\xff\x7f");
});
breaks('SETTINGS of 5 bytes', sub { $g->frame('SETTINGS', 0, 0, 'x' x 5) });
breaks('PING of 7 bytes', sub { $g->frame('PING', 0, 0, 'x' x 7) });
breaks('RST_STREAM of 3 bytes', sub {
    $g->frame('HEADERS', 4, $_[0], block());
    $g->frame('RST_STREAM', 0, $_[0], 'xxx');
});
breaks('a window of 0 more', sub { $g->frame('WINDOW_UPDATE', 0, 0, pack 'N', 0) });
breaks('a window too wide', sub {
    $g->frame('WINDOW_UPDATE', 0, 0, pack 'N', 0x7fffffff) for 1, 2;
});
breaks('PUSH_PROMISE of a client', sub {
    $g->frame('PUSH_PROMISE', 4, $_[0], pack('N', 2) . block());
});
breaks('GOAWAY of a client', sub {
    $g->frame('GOAWAY', 0, 0, pack 'NN', 0, 0);
    shutdown $g->{socket}, 1;
});

cmp_ok($kinds, '>=', 200, "$kinds kinds");
is(used(), $memory, 'as much memory is used as before');

###############################################################################
# chance

srand 17;
my %seen;

for my $i (1 .. 1000) {
    my $body = $frame;

    for (0 .. int rand 3) {
        my $at = int rand length $body;
        my $what = int rand 4;
        $what == 0 ? substr($body, $at, 1, chr int rand 256)
            : $what == 1 ? substr($body, $at, 1, chr(ord(substr $body, $at, 1)
                ^ 1 << int rand 8))
            : $what == 2 ? substr($body, $at, 1 + int rand 9, '')
            : substr($body, $at, 0, substr $body, int rand length $body, 9);
        last if length $body == 0;
    }

    my $a = $g->call($path, $body);
    my $code = $a->{wrong} // $a->{code};
    $seen{$code}++;
    fail("mutation $i: $code") unless $code =~ /^(?:0|3|5|8|12)$/;
    fresh() if $g->{closed} || $g->{goaway};
}

diag('1000 mutations: ' . join ', ', map { "$seen{$_} times $_" }
    sort keys %seen) if $ENV{MAAS_VERBOSE};
cmp_ok($seen{3}, '>', 300, 'mutations are refused');
cmp_ok($seen{0}, '>', 30, 'but where they do no harm');
lives('after 1000 mutations');
is(used(), $memory, 'memory again');
is(($t->workers)[0], $worker, 'the same worker');
is(join('', grep { /\[(?:error|warn)\]/ && !/too large chunked|a temporary file/ }
    split /^/, $t->log), '', 'of which no log complains');

undef $g;
$t->done;
