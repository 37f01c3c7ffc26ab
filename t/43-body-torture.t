# A body whose fields are features may end anywhere, come slowly, or not at all:
# nothing is left behind, and who comes next is served.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Compress::Zlib ();
use Digest::MD5 'md5_hex';
use MaasTest;
use MaasTest::Upstream;
use Test::More;
use Time::HiRes 'sleep';

my $t = MaasTest->new;

$t->model('size', doc => {
        version => 1, name => 'size', task => 'regression',
        inputs => { kind => 'columns', columns => [
            { name => 'size', kind => 'number' } ] },
        layers => [ { kind => 'dense', units => 1, activation => 'linear' } ],
    }, tensors => {
        'layers.0.weight' => [ [ 1, 1 ], [ 2 ] ],
        'layers.0.bias' => [ [ 1 ], [ 0 ] ],
    });

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model size size.safetensors;
    maas_memory 64k;

    log_format f escape=none '$request_uri $status $b $maas_features_size';
    access_log %%TESTDIR%%/f.log f;

    client_body_buffer_size 64;
    maas_feature_body on;
    maas_set $b size score default=none;

    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        root %%TESTDIR%%/none;
        proxy_set_header X-Bot $b;
        add_header X $b always;
        error_page 400 /failed;

        location / { proxy_pass http://127.0.0.1:%%PORT2%%; }
        location /pool {
            maas_offload pool above=0us;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /late {
            client_body_timeout 1;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location = /failed { try_files /none =418; }
        location = /predict { maas_feature_body off; maas_predict size; }
    }
}
EOC
$t->known_good('/predict', '{"size":3}');

my $up = MaasTest::Upstream->new($t->port(2));
$t->run;

my @json = ('Content-Type' => 'application/json');
my @chunked = (@json, 'Transfer-Encoding' => 'chunked');
my $body = '{"x":"' . 'y' x 100 . '","size":4}';

sub good {
    my ($what, $answer, $sent) = @_;
    is($answer && $answer->header('X-Bot'), 8, $what);
    is($answer && $answer->header('X-MD5'), md5_hex($sent // $body),
        "$what: its body");
    return;
}

for my $uri ('/', '/pool') {
    my $plain = $t->request('POST', $uri, $body, @json);
    my $pieces = $t->request('POST', $uri, $t->chunked($body, 7), @chunked);
    my $gzip = $t->request('POST', $uri, Compress::Zlib::memGzip($body), @json,
        'Content-Encoding' => 'gzip');

    for ([ plain => $plain ], [ chunks => $pieces ], [ gzip => $gzip ]) {
        my ($what, $request) = @$_;
        my $from = index($request, "\r\n\r\n") + 2;

        for my $n ($from .. length($request) - 1) {
            my $part = substr $request, 0, $n;
            $t->send($part, rst => 1) if $n % 3;
            $t->send($part, fin => 1, timeout => 5) if $n % 3 == 0;
        }

        good("$uri $what: the next one", $t->post($uri, $body, @json));
    }

    # each byte alone

    good("$uri $_->[0] byte by byte", ($t->answers($t->send(
        $_->[1] =~ s/\r\nHost/\r\nConnection: close\r\nHost/r,
        drip => 3, pause => 0.001)))[0])
        for [ plain => $plain ], [ chunks => $pieces ];

    # what follows on the connection is a request of its own

    my @answers = $t->answers($t->send($plain . $pieces
        . $t->request('POST', $uri, '{"size":4}', @json, Connection => 'close'),
        drip => 50, pause => 0.001));
    is(join(' ', map { $_->header('X-Bot') } @answers), '8 8 8',
        "$uri: a pipeline in pieces");
}

# bodies that are malformed as messages

for ([ 'a bad chunk' => "zz\r\n" ], [ 'a huge chunk' => 'f' x 17 . "\r\n" ]) {
    my ($what, $bad) = @$_;
    my ($answer) = $t->answers($t->send($t->request('POST', '/', $bad, @chunked,
        Connection => 'close')));
    is($answer->status . ' ' . $answer->header('X'), '418 none',
        "$what: an error page");
}

# memory that there is not

my $long = '{"x":"' . 'y' x 50000 . '","size":4}';
for my $uri ('/', '/pool') {
    my $answer = $t->post($uri, $long, @json);
    is($answer->header('X-Bot'), 'none', "$uri: no room for it");
    is($answer->header('X-MD5'), md5_hex($long), 'it goes on');
    good("$uri: the next one", $t->post($uri, $body, @json));
}

# A slow client is not waited for, and neither does anybody else wait

my @slow = map { $t->send($t->request('POST', '/late', $body, @json,
    Connection => 'close') =~ s/.{20}\z//sr, keep => 1) } 1 .. 20;
good('others meanwhile', $t->post('/', $body, @json));
is($t->receive($_), '', 'too slow: closed') for @slow;

# A stream is reset

$t->write_file('slow', $body x 1000);
for (1 .. 3) {
    my ($rc) = $t->command('curl', '-s', '-m', '0.2', '-o', 'out',
        '--limit-rate', '1000', '--http2-prior-knowledge', '--data-binary',
        '@slow', '-H', 'Content-Type: application/json',
        '-H', 'Content-Length:', 'http://127.0.0.1:' . $t->port(1) . '/');
    is($rc, 28, 'an HTTP/2 stream is reset');
}
good('HTTP/2: the next one', $t->h2($t->port(1), 'POST', '/', $body));

# A reload while bodies come

my @half = map { $t->send($t->request('POST', $_, $body, @json,
    Connection => 'close') =~ s/.{20}\z//sr, keep => 1) } ('/', '/pool') x 5;
$t->post('/', $body, @json);                # the worker has them
ok($t->reload(overlap => 1), 'reload');
my $rest = substr $body, -20;
good('a body over a reload', ($t->answers($t->send($rest,
    socket => $_)))[0]) for @half;
ok($t->wait_for(sub {
    my @left = MaasTest::Proc::children($t->master);
    return $t->workers == 1 && @left == 1;
}), 'the old worker ended');
$t->rebase;

# A line of the log is one whatever happened

my @lines = grep { !m{^/predict } } split /\n/, $t->read_file('f.log');
cmp_ok(scalar @lines, '>', 500, 'a log of all');
is(join("\n", grep { !m{^/\S* \d+ (?:none|8) (?:null|\{(?:"size":4)?\})$} }
    @lines), '', 'whose lines are whole');

$up->stop;
$t->done;
