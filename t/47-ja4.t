# Promise: $maas_ja4 and $maas_ja4_ro are what FoxIO's text says of the
# ClientHello that a client sent, however it came; whatever else comes leaves
# the worker alive and the variables empty.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Tls;
use Test::More;

my $t = MaasTest->new;
$t->model('m', sizes => [ 4, 3, 2 ]);
MaasTest::Tls::certificate($t, $_) for 'localhost', 'other';
$t->write_file('echo.html', '<!--#echo var="maas_ja4" -->');

my $served = 'return 200 "$maas_ja4 $maas_ja4_ro $ssl_session_reused '
    . '$ssl_server_name $server_name";';
my $template = <<'EOC';
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    log_format ja4 "$status $maas_ja4|";
    maas_model m %%TESTDIR%%/m.safetensors;
    ssl_certificate %%TESTDIR%%/localhost.crt;
    ssl_certificate_key %%TESTDIR%%/localhost.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:1m;
    ssl_session_tickets off;
    large_client_header_buffers 4 4k;

    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_predict m; }
        location /v { SERVED }
    }

    server {
        listen 127.0.0.1:%%PORT1%% ssl http2;
        server_name first;
        access_log %%TESTDIR%%/ja4.log ja4;
        location / { SERVED }
        location /ssi {
            ssi on;
            default_type text/html;
            alias %%TESTDIR%%/echo.html;
        }
    }

    server {
        listen 127.0.0.1:%%PORT1%% ssl http2;
        server_name other;
        ssl_certificate %%TESTDIR%%/other.crt;
        ssl_certificate_key %%TESTDIR%%/other.key;
        location / { SERVED }
    }

    # a client that begins with another curve has to say hello again
    server {
        listen 127.0.0.1:%%PORT2%% ssl;
        server_name again;
        ssl_ecdh_curve secp521r1;
        ssl_early_data on;
        location / { SERVED }
    }

    # of its default server there is nothing but a context
    server {
        listen 127.0.0.1:%%PORT3%% ssl;
        ssl_reject_handshake on;
    }

    server {
        listen 127.0.0.1:%%PORT3%% ssl;
        server_name named;
        location /v { SERVED }
        location /f { FEATURES }
    }
}
EOC

# first without them: then nothing is kept, not even for SSI

my $without = $template =~ s/SERVED/return 200 none;/gr
    =~ s/\$status \$maas_ja4/\$status/r;
$t->conf($without =~ s/FEATURES/return 200 none;/r);
$t->known_good('/', '[1,2,3,4]');
$t->run;

my ($got) = MaasTest::Tls::ask($t, $t->port(1), '/ssi');
is($got, '(none)', 'nobody reads them: nothing is kept');

# then one of them, as a feature and nowhere else

my $features = 'maas_feature hello $maas_ja4_ro log; '
    . 'return 200 $maas_features;';
$t->conf($without =~ s/FEATURES/$features/r);
ok($t->reload, 'a reload with one') or die $t->log;
($got, my $sent) = MaasTest::Tls::ask($t, $t->port(3), '/f', '-servername',
    'named');
is($got, '{"hello":"' . (MaasTest::Tls::ja4($sent))[1] . '"}',
    'a feature, behind a server that rejects');

$t->conf($template =~ s/SERVED/$served/gr =~ s/FEATURES/$features/r);
ok($t->reload, 'a reload with them') or die $t->log;
$t->rebase;

($got, $sent) = MaasTest::Tls::ask($t, $t->port(1), '/ssi');
is($got, (MaasTest::Tls::ja4($sent))[0], 'somebody does: SSI has it, too');

###############################################################################
# clients: each sends another ClientHello, and says which

my @clients = (
    [ 'TLS 1.3', 1, qr/^t13i/, '-tls1_3', '-noservername' ],
    [ 'TLS 1.2', 1, qr/^t12i/, '-tls1_2', '-noservername' ],
    [ 'either', 1, qr/^t13i.{4}00/, '-noservername' ],
    [ 'a name', 1, qr/^t13d/, '-servername', 'first' ],
    [ 'ALPN', 1, qr/^t13d\d{4}h1_/, '-alpn', 'http/1.1', '-servername', 'a' ],
    [ 'ALPN of odd bytes', 1, qr/^t13d\d{4}7e_/, '-alpn', '~~,.n,http/1.1',
        '-servername', 'a' ],
    # and, before OpenSSL 3.4, one that only signals
    [ 'one cipher', 1, qr/^t12d0[12]/, '-tls1_2', '-cipher',
        'ECDHE-ECDSA-AES128-GCM-SHA256', '-servername', 'a' ],
    [ 'few algorithms', 1, qr/^t13d/, '-sigalgs',
        'ECDSA+SHA256:RSA-PSS+SHA256', '-servername', 'a' ],
    [ 'another server by its name', 1, qr/^t13d.* other other$/,
        '-servername', 'other' ],
    [ 'hello again', 2, qr/^t13i/, '-groups', 'X25519:P-521',
        '-noservername' ],
);

for (@clients) {
    my ($name, $port, $re, @args) = @$_;
    my ($body, $hello, @more) = MaasTest::Tls::ask($t, $t->port($port), '/v',
        @args);
    is(scalar @more, $port - 1, "$name: so many ClientHellos more");
    my ($ja4, $ja4_ro) = MaasTest::Tls::ja4($hello);
    is(join(' ', (split ' ', $body)[0, 1]), "$ja4 $ja4_ro", $name);
    like($body, $re, "$name: and so it is");
}

# the second one differs where the first had early data: the first counts

my @again = ('-groups', 'X25519:P-521', '-servername', 'again');
$t->write_file('early', "GET /early HTTP/1.1\r\n");
MaasTest::Tls::ask($t, $t->port(2), '/v', @again, '-sess_out', 's');
my ($said, @both) = MaasTest::Tls::ask($t, $t->port(2), '/v', @again,
    '-sess_in', 's', '-early_data', 'early');
is(scalar @both, 2, 'early data, and hello again');
isnt(join(' ', MaasTest::Tls::ja4($both[1])),
    join(' ', MaasTest::Tls::ja4($both[0])), 'not the same');
is(join(' ', (split ' ', $said)[0, 1]),
    join(' ', MaasTest::Tls::ja4($both[0])), 'the first one counts');

# a session that goes on: its ClientHello has a ticket or a PSK

for my $version ('-tls1_2', '-tls1_3') {
    my @args = ($version, '-servername', 'first');
    MaasTest::Tls::ask($t, $t->port(1), '/v', @args, '-sess_out', 's');
    my ($body, $hello) = MaasTest::Tls::ask($t, $t->port(1), '/v', @args,
        '-sess_in', 's');
    my @got = split ' ', $body;
    is("$got[0] $got[1] $got[2]", join(' ', MaasTest::Tls::ja4($hello), 'r'),
        "a session goes on, $version");
}

# in pieces: several records, as many writes

for my $size (1, 5, 100) {
    my $port = MaasTest::Tls::relay($t, $t->port(1), $size);
    my ($body, $hello) = MaasTest::Tls::ask($t, $port, '/v', '-alpn',
        'http/1.1');
    is(join(' ', (split ' ', $body)[0, 1]),
        join(' ', MaasTest::Tls::ja4($hello)), "records of $size bytes");
}

# at the limit of 16384 bytes, and above

sub long {
    my ($bytes) = @_;
    my @names = ('http/1.1', map { 'x' x 250 } 1 .. int $bytes / 251);
    my $left = $bytes % 251;
    push @names, 'y' x ($left - 1) if $left > 1;
    return MaasTest::Tls::ask($t, $t->port(1), '/v', '-servername', 'first',
        '-alpn', join ',', @names);
}

my (undef, $short) = long(251);
my $over = length($short) - 251;

for my $size (16384, 16385, 60000) {
    my ($body, $hello) = long($size - $over);
    is(length $hello, $size, "a ClientHello of $size bytes");
    my $want = $size > 16384 ? ' '
        : join ' ', MaasTest::Tls::ja4($hello);
    is($body =~ s/ \. first first$//r, $want, 'what is said of it');
}

###############################################################################
# several requests: HTTP/2, keep-alive

for my $http ('--http2', '--http1.1') {
    my ($rc, $out) = $t->command('curl', '-s', '-k', $http, '-w', "\n",
        ("https://127.0.0.1:" . $t->port(1) . '/v') x 3);
    my @lines = split /\n/, $out;
    is(scalar @lines, 3, "$http: three answers");
    is(scalar(grep { $_ eq $lines[0] } @lines), 3, 'all the same');
    like($lines[0], qr/^t13i\d{4}h[12]_[0-9a-f]{12}_[0-9a-f]{12} t13i/,
        'a fingerprint');
}

is($t->get('/v')->body, ' ' x 4, 'plain HTTP has none');

###############################################################################
# no TLS, half of it, and what only looks like it

my ($body, $hello) = MaasTest::Tls::ask($t, $t->port(1), '/v', '-alpn',
    'http/1.1', '-servername', 'first');
$t->allow(qr/\[crit\].*SSL_do_handshake\(\) failed/);
srand 47;

my @garbage = ("GET / HTTP/1.0\r\n\r\n", "\0" x 300, "\x80\x2e\x01\x03\x01"
    . "\0" x 60, "\x16\x03\x01\xff\xff" . 'x' x 70000,
    map { pack 'a3 n/a', "\x16\x03\x01", $_ }
        '', "\1", "\1\0\0\0", "\1\xff\xff\xff", "\1\0\x41\0" . 'x' x 16000,
        map({ substr $hello, 0, int rand length $hello } 1 .. 20),
        map { my $h = $hello; substr $h, int(rand length $h), 1,
            chr int rand 256 for 1 .. 4; $h } 1 .. 200);

for my $bytes (@garbage) {
    $t->send($bytes, port => $t->port(1), fin => 1);
}

$t->send("\x16\x03\x01\x02\x00" . substr($hello, 0, 100), port => $t->port(1),
    rst => 1);

my $log = $t->read_file('ja4.log');
like($log, qr/^400 -\|$/m, 'a request without TLS where TLS is asked for');
like($log, qr/^200 t13d\d{4}h1_/m, 'a fingerprint in a log');

my ($again) = MaasTest::Tls::ask($t, $t->port(1), '/v', '-alpn', 'http/1.1',
    '-servername', 'first');
is($again, $body, 'afterwards all is as before');

$t->done;
