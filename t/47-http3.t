# Promise: HTTP/3 is one more way in, where nginx has it: the same bytes as
# over HTTP/1.1, whoever computes them, and a client that goes away costs
# nothing.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Tls;
use Test::More;

my $t = MaasTest->new;
MaasTest::Tls::certificate($t, 'localhost');
$t->model('m', sizes => [ 4, 3, 2 ]);
$t->model('c', sizes => [ 2, 3, 1 ], task => 'binary', labels => [ 'no', 'yes' ],
    inputs => { kind => 'columns', columns => [ map { { name => $_,
        kind => 'number' } } qw(a b) ] });
$t->model('wide', sizes => [ 64, 512, 512, 2 ]);

my $conf = <<'EOC';
%%GLOBALS%%
thread_pool maas threads=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model c %%TESTDIR%%/c.safetensors;
    maas_model wide %%TESTDIR%%/wide.safetensors;
    ssl_certificate %%TESTDIR%%/localhost.crt;
    ssl_certificate_key %%TESTDIR%%/localhost.key;
    client_max_body_size 8m;

    # a client that is gone without a word is waited for so long
    client_header_timeout 3s;
    client_body_timeout 3s;
    keepalive_timeout 3s;

    server {
        listen 127.0.0.1:%%PORT%%;
        QUIC
        server_name localhost;
        location = /p { maas_predict m; }
        location = /thread { maas_predict wide; maas_offload pool=maas above=1us; }
        location = /v {
            maas_feature_body on;
            maas_set $score c score;
            proxy_set_header X-Score $score;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location = /active { return 200 $connections_active; }
        location = /who { return 200 "$server_protocol $maas_ja4"; }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        location / { return 200 "$http_x_score $content_length"; }
    }
}
EOC

if (`$MaasTest::nginx -V 2>&1` !~ /--with-http_v3_module/) {
    my ($rc, $said) = $t->check_conf($conf =~ s/QUIC/listen 127.0.0.1:1 quic;/r);
    isnt($rc, 0, 'this nginx has no HTTP/3');
    like($said, qr/invalid parameter "quic"|quic" parameter requires/, 'as it says');
    done_testing();
    exit;
}

MaasTest::missing('a curl with HTTP/3') if `curl -V` !~ /\bHTTP3\b/;

$t->conf($conf =~ s/QUIC/listen 127.0.0.1:%%PORT1%% quic;/r);
$t->known_good('/p', '[1,2,3,4]');
$t->run;

sub curl {
    my (@args) = @_;
    return ('curl', '-s', '-k', '--http3-only', '-m', 20, @args);
}

sub h3 {
    my ($uri, $body) = @_;
    my @args = ('-w', '\n%{http_code} %{http_version}',
        'https://localhost:' . $t->port(1) . $uri,
        '--resolve', 'localhost:' . $t->port(1) . ':127.0.0.1');
    if (defined $body) {
        $t->write_file('h3.send', $body);
        unshift @args, '-H', 'Content-Type: application/json',
            '--data-binary', '@h3.send';
    }
    my ($rc, $out, $err) = $t->command(curl(@args));
    return $rc == 0 ? $out : "curl: $rc $err";
}

sub same {
    my ($uri, $body, $what) = @_;
    my $answer = $t->post($uri, $body);
    is(h3($uri, $body), $answer->body . "\n" . $answer->status . ' 3', $what);
    return;
}

same('/p', '[1,2,3,4]', 'a row');
same('/p', '[' . join(',', ('[1,2,3,4]') x 256) . ']', 'many');
same('/p', '[' . join(',', ("[1,2,3,4" . ' ' x 20000 . ']') x 200) . ']',
    'more than a buffer');
same('/p', '[1,2,3]', 'refused');
same('/p', '[' . join(',', ('[1,2,3,4]') x 257) . ']', 'too many');
same('/thread', '[' . join(',', map { "[$_" . ',0.5' x 63 . ']' } 1 .. 64)
    . ']', 'in a thread');

same('/v', '{"a":1,"b":-2}', 'a score, and the body goes on');
like($t->post('/v', '{"a":1,"b":-2}')->body, qr/^0\.\d+ 14$/, 'which is one');
like(h3('/who'), qr{^HTTP/3\.0 (?:q13d\S+)?\n200 3$}, 'JA4 of QUIC or none');

###############################################################################
# who goes away: before the body is whole, and while a thread computes

my $wide = '[' . join(',', map { "[$_" . ',0.5' x 63 . ']' } 1 .. 256) . ']';
$t->write_file('wide.send', $wide);

for my $n (1 .. 10) {
    $t->command(curl('-m', 0.05 + 0.01 * $n, '--limit-rate',
        $n % 2 ? '10K' : '10M', '-H', 'Content-Type: application/json',
        '--data-binary', '@wide.send', 'https://127.0.0.1:' . $t->port(1)
        . '/thread'));
}

same('/thread', $wide, 'others are served');
ok($t->wait_for(sub { $t->get('/active')->body eq '1' }), 'and nobody is left');

$t->done;
