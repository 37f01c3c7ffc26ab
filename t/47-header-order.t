# Promise: $maas_header_order is the SHA-256 of the names that the page says,
# over HTTP/1 and HTTP/2; it changes with their order and with no value, and
# not with what one client sends at times.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
$t->model('m', sizes => [ 4, 3, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    log_format order "$status $maas_header_order|";
    access_log %%TESTDIR%%/order.log order;
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        location / { maas_predict m; }
        location /v { return 200 $maas_header_order; }
    }
}
EOC
$t->known_good('/', '[1,2,3,4]');
$t->run;

sub hash { return substr sha256_hex(join ',', @_), 0, 12 }

sub order {
    my (@lines) = @_;
    my $got = $t->send(join("\r\n", 'GET /v HTTP/1.1', @lines, '', ''),
        timeout => 2);
    return ($t->answers($got))[0]->body;
}

my @end = ('Connection: close');

is(order('Host: a', @end), hash('host', 'connection'), 'two names');
is(order('hOST:  b', 'CONNECTION: close'), hash('host', 'connection'),
    'neither letters nor values matter');
is(order(@end, 'Host: a'), hash('connection', 'host'), 'the order does');
is(order('Host: a', 'Accept: 1', 'Accept: 2', @end),
    hash('host', 'accept', 'accept', 'connection'), 'a name twice');

my @many = map { "x-$_-" . 'y' x 40 } 1 .. 90;
is(order('Host: a', map({ "$_: 1" } @many), @end),
    hash('host', @many, 'connection'), 'many long names');

# what the page says is left out, whatever else is there

for my $name (qw(Authorization Cache-Control Content-Type Content-Language
    Cookie If-None-Match If-Range Origin Pragma Proxy-Authorization Range
    Referer))
{
    is(order('Host: a', "$name: x", 'Accept: x', @end),
        hash('host', 'accept', 'connection'), "$name is left out");
}

is($t->post('/v', '{}', Expect => 'x')->body, hash('connection', 'host'),
    'and what belongs to a body');
is($t->post('/v', $t->chunked('{}', 1), 'Transfer-Encoding' => 'chunked')->body,
    hash('connection', 'host'), 'in pieces, too');

for my $name (qw(Cookies Content Contents If Ranges Ori X-Referer
    Cookie-Monster Expectation))
{
    is(order('Host: a', "$name: x", @end),
        hash('host', lc $name, 'connection'), "$name counts");
}

# no names at all; no headers yet

my $got = $t->send("GET /v HTTP/1.0\r\n\r\n");
is(($t->answers($got))[0]->body, '0' x 12, 'no name');
$t->send("BAD\r\n\r\n");
$t->send("GET /v HTTP/1.1\r\nHost: a\r\nAccept: x\r\nHost: b\r\n\r\n");
$t->wait_for(sub { $t->read_file('order.log') =~ /400.*\n.*400/ });
like($t->read_file('order.log'), qr/^400 -\|$/m, 'no headers');
like($t->read_file('order.log'), qr/^400 [0-9a-f]{12}\|$/m,
    'headers up to what is wrong with them');

# HTTP/2: curl says user-agent and accept first

my @h2 = ('user-agent', 'accept');
is($t->h2($t->port(1), 'GET', '/v')->body, hash(@h2), 'HTTP/2');
is($t->h2($t->port(1), 'GET', '/v', undef, 'X-B' => 1, Cookie => 'a=b',
    'X-A' => 1)->body, hash(@h2, 'x-b', 'x-a'), 'with more of them');

$t->done;
