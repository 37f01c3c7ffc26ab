# Promise: calls of gRPC that are in flight come to a right end: large ones, in
# turns of the event loop or in a thread; past their deadline, cancelled, or with
# a reload, a swap or an old connection around them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Compress::Gzip ();
use MaasTest;
use MaasTest::Grpc;
use Test::More;
use Time::HiRes 'sleep';

my $t = MaasTest->new;
my @octets = ('Content-Type' => 'application/octet-stream');
my $in = 1000;

$t->model('m', sizes => [ 4, 3, 2 ], labels => [ 'no', 'yes' ]);
$t->model('s', sizes => [ 4, 3, 2 ], labels => [ 'no', 'yes' ]);
$t->model('large', sizes => [ $in, 8, 2 ]);
$t->model('slow', sizes => [ 4, 1000, 1000, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
thread_pool one threads=1 max_queue=64;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model s %%TESTDIR%%/s.safetensors watch=100ms;
    maas_model large %%TESTDIR%%/large.safetensors;
    maas_model slow %%TESTDIR%%/slow.safetensors;
    maas_max_rows 5500;
    log_format batch '$maas_model $maas_batch $server_protocol';
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT2%% http2;
        access_log %%TESTDIR%%/batch.log batch;
        client_body_buffer_size 1m;
        location / { maas_serve; maas_shadow m of=s; }
        location = /m { maas_predict m; }
        location = /large { maas_predict large; }
        location = /slow { maas_predict slow; }
        location = /metrics { maas_metrics; }
    }
    server {
        listen 127.0.0.1:%%PORT3%% http2;
        location / { maas_serve; maas_offload pool=one above=0us; }
    }
    server {
        listen 127.0.0.1:%%PORT4%% http2;
        keepalive_requests 3;
        client_body_timeout 1s;
        location / { maas_serve; maas_output round=1; }
    }
    server {
        listen 127.0.0.1:%%PORT5%% http2;
        sendfile_max_chunk 16k;
        location / { maas_serve; }
        location = /m { maas_predict m; }
    }
}
EOC

my @row = (1, 2, 3, 4);
my $small = MaasTest::Grpc::infer_message(rows => [ \@row ]);

# n rows of a model, as bytes and as a message

sub rows {
    my ($n, $width) = @_;
    return pack 'f<*', map { ($_ * 7919 % 1000) / 1000 } 1 .. $n * $width;
}

sub message {
    my ($model, $n, $width) = @_;
    my ($b, $v) = (\&MaasTest::Grpc::bytes_field, \&MaasTest::Grpc::varint);
    return $b->(1, $model) . $b->(5, $b->(1, 'input') . $b->(2, 'FP32')
        . $b->(3, $v->($n) . $v->($width))) . $b->(7, rows($n, $width));
}

sub bits {
    my ($a) = @_;
    return $a->{wrong} // $a->{text} unless defined $a->{message};
    return pack 'f<*', MaasTest::Grpc::floats($a->{message});
}

sub begin {
    my ($g, $message, @headers) = @_;
    my $s = $g->begin("$MaasTest::Grpc::service/ModelInfer", @headers);
    $g->data($s, MaasTest::Grpc::framed($message), 1);
    return $s;
}

$t->known_good('/m', '[1,2,3,4]');
$t->run;

my $want = $t->post('/m', pack('f<*', @row), @octets)->body;
my ($g, $pool) = map { MaasTest::Grpc->new($t->port($_)) } 2, 3;

###############################################################################
# large ones

my $rows = 5000;
my $large = message('large', $rows, $in);       # 20 MB
my $answer = $t->post('/large', rows($rows, $in), @octets)->body;

is(length $answer, 8 * $rows, 'over HTTP');
ok(bits($g->infer($large)) eq $answer, '20 MB: the same bits');
ok(bits($pool->infer($large)) eq $answer, 'in a thread, too');

# an answer that is more than what nginx sends at once, 2 MB where not said
my $long = $t->post('/m', rows($rows, 4), @octets)->body;
{
    my $c = MaasTest::Grpc->new($t->port(5));
    for my $others (0, 1) {
        my @s = map { begin($c, message('m', $rows, 4)) } 0 .. $others;
        ok(bits($c->end($_)) eq $long, "in parts, $others others") for @s;
    }
    my $json = '[' . join(',', ('[1,2,3,4]') x $rows) . ']';
    ok($t->h2($t->port(5), 'POST', '/m', $json)->body
        eq $t->post('/m', $json, 'Content-Type' => 'application/json')->body,
        'and over HTTP/2 without gRPC');
}

IO::Compress::Gzip::gzip(\$large => \my $gzip, -Level => 1);

for ([ 'in turns' => $g ], [ 'in a thread' => $pool ]) {
    my ($how, $c) = @$_;
    ok(bits($c->call("$MaasTest::Grpc::service/ModelInfer",
        MaasTest::Grpc::framed($gzip, 1), 'grpc-encoding' => 'gzip'))
        eq $answer, "gzip, $how");
    is($c->infer(message('large', 5501, $in))->{code}, 8, "too many, $how");
    is($c->infer(substr $large, 0, -1)->{code}, 3, "a byte short, $how");
    is($c->infer(message('nothing', 1000, $in))->{code}, 5, "no model, $how");
}

# a frame whose head is in one buffer and whose message is in others, or in a file

my $s = $g->begin("$MaasTest::Grpc::service/ModelInfer");
$g->data($s, $_) for unpack '(a3)*', substr MaasTest::Grpc::framed($large), 0, 30;
$g->data($s, substr(MaasTest::Grpc::framed($large), 30), 1);
ok(bits($g->end($s)) eq $answer, 'in drops, then a flood');

###############################################################################
# together with others

my $request = $t->request(POST => '/m', pack('f<*', @row), @octets,
    Connection => 'close');
my $socket = $t->send(substr($request, 0, -1), keep => 1);
$t->get('/metrics');                    # it has come

kill STOP => my ($worker) = $t->workers;
my @streams = map { begin($g, $small) } 1 .. 3;
syswrite $socket, substr $request, -1;
kill CONT => $worker;

is(bits($g->end($_)), $want, 'one of three') for @streams;
is(($t->answers($t->receive($socket)))[0]->body, $want, 'and one over HTTP');
ok($t->wait_for(sub { $t->read_file('batch.log') =~ m{^m 4 HTTP/1.1$}m }),
    'ran in one pass');
is(() = $t->read_file('batch.log') =~ m{^m 4 HTTP/2.0$}mg, 3, 'all of them');

###############################################################################
# deadlines

my $heavy = message('slow', 5000, 4);
my $heavy_answer = $t->post('/slow', rows(5000, 4), @octets)->body;

# 20 GFLOP take longer
my $a = $g->infer($heavy, 'grpc-timeout' => '20m');
is($a->{code}, 4, 'over before all rows have run');
like($a->{text}, qr/deadline is over/, 'which is said');

my @before = map { begin($pool, $heavy) } 1, 2;
my @late = map { begin($pool, message('slow', $_, 4), 'grpc-timeout' => '3m') }
    1, 200, 5000;
is($pool->end($_)->{code}, 4, 'over before a thread had time') for @late;
ok(bits($pool->end($_)) eq $heavy_answer, 'those before it are answered')
    for @before;

$s = $g->begin("$MaasTest::Grpc::service/ModelInfer", 'grpc-timeout' => '1m');
sleep 0.05;
$g->data($s, MaasTest::Grpc::framed($small), 1);
is($g->end($s)->{code}, 4, 'over before the message was whole');

like($t->get('/metrics')->body,
    qr/^maas_failures_total\{model="m",version="1",reason="timeout"\} 1$/m,
    'and counted');

###############################################################################
# cancelled

for my $c ($g, $pool) {
    @streams = map { begin($c, $_ % 2 ? $heavy : $large) } 1 .. 6;
    $c->frame('RST_STREAM', 0, $_, pack 'N', 8) for @streams;
    is(bits($c->infer($small)), $want, 'cancelled in flight');
}

for my $port (2, 3) {
    my $c = MaasTest::Grpc->new($t->port($port));
    begin($c, $_ % 2 ? $heavy : $small) for 1 .. 6;
    $c->reset;
    is(bits(MaasTest::Grpc->new($t->port($port))->infer($small)), $want,
        'gone in flight');
}

###############################################################################
# connections that end

my $old = MaasTest::Grpc->new($t->port(4));
@streams = map { begin($old, $small) } 1 .. 3;
my @blunt = map { bits($old->end($_)) } @streams;
ok(defined $old->{goaway} || $old->drain, 'GOAWAY after three');
is(scalar(grep { $_ eq $blunt[0] } @blunt), 3, 'which were answered');
is_deeply([ map { sprintf '%.1f', $_ } unpack 'f<*', $blunt[0] ],
    [ map { sprintf '%.1f', $_ } unpack 'f<*', $want ], 'as maas_output has it');
isnt($blunt[0], $want, 'not as it is without');

$old = MaasTest::Grpc->new($t->port(4));
$s = $old->begin("$MaasTest::Grpc::service/ModelInfer");
$old->data($s, substr MaasTest::Grpc::framed($small), 0, 9);
$a = $old->end($s);
ok(defined $a->{rst} || $a->{closed}, 'a message that never ends is');

###############################################################################
# swaps

my $first = bits($g->infer(MaasTest::Grpc::infer_message(model => 's',
    rows => [ \@row ])));
is($first, $want, 'a model that is watched');

# its message is not whole when the file changes: the new one has it
$s = $g->begin("$MaasTest::Grpc::service/ModelInfer");
my $frame = MaasTest::Grpc::framed(MaasTest::Grpc::infer_message(model => 's',
    rows => [ \@row ]));
$g->data($s, substr $frame, 0, 20);

$t->model('other', sizes => [ 4, 3, 2 ], seed => 5, labels => [ 'no', 'yes' ]);
rename $t->dir . '/other.safetensors', $t->dir . '/s.safetensors' or die $!;
my $new;
ok($t->wait_for(sub {
    $new = bits($g->infer(MaasTest::Grpc::infer_message(model => 's',
        rows => [ \@row ])));
    return $new ne $first;
}), 'a swap');

$g->data($s, substr($frame, 20), 1);
is(bits($g->end($s)), $new, 'a call has what is there when it is whole');

like($t->get('/metrics')->body,
    qr/^maas_shadow_rows_total\{[^}]*\} [1-9]/m, 'and a shadow has seen it');

###############################################################################
# reload

my $c = MaasTest::Grpc->new($t->port(3));
@before = map { begin($c, $heavy) } 1, 2;
$c->answer(begin($c, 'x'));             # all of them have come
$t->reload;
ok(bits($c->end($_)) eq $heavy_answer, 'a reload: the old worker answers')
    for @before;
ok(defined $c->{goaway} || $c->drain, 'and says good-bye');
is(bits(MaasTest::Grpc->new($t->port(3))->infer($small)), $want,
    'the new one goes on');

undef $_ for $g, $pool, $c, $old;
$t->done;
