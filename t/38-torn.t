# Promise: streams that are reset in whatever state, and workers whose time to
# quit is over while threads and turns are at work, leave nothing behind.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;
use Time::HiRes 'sleep';

my $t = MaasTest->new;
my @octets = ('Content-Type' => 'application/octet-stream');
my $in = 32;

$t->model('m', sizes => [ $in, 700, 700, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
worker_shutdown_timeout 100ms;
thread_pool default threads=2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_max_rows 20000;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        location = /in { maas_predict m; }
        location = /pool { maas_predict m; maas_offload pool above=0us; }
        location = /mirrored { mirror /mirror; maas_predict m;
            maas_offload pool above=0us; }
        location = /mirror { internal; maas_predict m;
            maas_offload pool above=0us; }
    }
}
EOC
my @uris = qw(/in /pool /mirrored);

sub rows { return pack 'f<*', map { $_ % 7 / 7 } 1 .. $_[0] * $in }
my ($one, $many, $most) = (rows(1), rows(100), rows(15_000));

$t->known_good('/in', $one, @octets);
$t->run;
my $want = $t->post('/in', $one, @octets)->body;

# A frame of HTTP/2, and headers without compression
sub frame {
    my ($type, $flags, $stream, $payload) = @_;
    return substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload;
}

sub head {
    my ($stream, %h) = @_;
    my $block = join '', map { pack 'C C/a C/a', 0, $_, $h{$_} }
        sort { $a cmp $b } keys %h;
    return frame(1, 4, $stream, $block);
}

sub post_frames {
    my ($stream, $uri, $body) = @_;
    my @data = unpack '(a16000)*', $body;
    return (head($stream, ':method' => 'POST', ':path' => $uri,
            ':scheme' => 'http', ':authority' => 'localhost',
            'content-type' => 'application/octet-stream',
            'content-length' => length $body),
        map { frame(0, $_ == $#data ? 1 : 0, $stream, $data[$_]) }
            0 .. $#data);
}

sub reset_frame { return frame(3, 0, $_[0], pack 'N', 8) }

my $preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(4, 0, 0, '');

# Each stream is reset behind its n-th frame: at once, or when the worker has
# begun with it; then the connection is closed or reset.
for my $uri (@uris) {
    my @wrong;
    for my $late (0, 1) {
        for my $n (0 .. 3) {
            my ($bytes, $resets, $stream) = ($preface, '', 1);
            for my $body (($one, $many) x 6) {
                my @frames = post_frames($stream, $uri, $body);
                $bytes .= join '', @frames[ 0 .. ($n < $#frames ? $n
                    : $#frames) ];
                $late ? $resets .= reset_frame($stream)
                    : $bytes .= reset_frame($stream);
                $stream += 2;
            }
            my $s = $t->send($bytes, port => $t->port(1), keep => 1);
            sleep 0.005 if $late;
            $t->send($resets, socket => $s, $n % 2 ? (rst => 1)
                : (keep => 1));
            close $s;
            my $next = $t->post('/pool', $one, @octets);
            push @wrong, "$late $n" if !$next || $next->body ne $want;
        }
    }
    is("@wrong", '', "$uri: streams are reset");
}

# Streams of a connection that is dropped while all of them wait for threads
my $bytes = $preface . join '', map { post_frames(2 * $_ + 1, '/pool', $many) }
    0 .. 4;
for (1 .. 10) {
    my $s = $t->send($bytes, port => $t->port(1), keep => 1);
    sleep 0.002;
    $t->send('', socket => $s, rst => 1);
}
is($t->post('/pool', $one, @octets)->body, $want, 'connections are dropped');

# The time is over long before the work is: connections are closed, threads
# come back to requests that have ended, the worker goes.
for my $uri (@uris) {
    my @sockets = map { $t->send($t->request('POST', $uri, $_, @octets),
        keep => 1) } ($most) x 3, ($one) x 5;
    sleep 0.1;
    ok($t->reload, "$uri: a worker quits in spite of its work");
    close $_ for @sockets;
    is($t->post('/pool', $one, @octets)->body, $want, 'the next one answers');
}
$t->rebase;

$t->done;
