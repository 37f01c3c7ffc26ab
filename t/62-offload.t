# Promise: what maas_offload sends to a thread pool comes back with the same
# bits, does not hold up others, and is dropped cleanly when its client goes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Select;
use MaasTest;
use Test::More;
use Time::HiRes 'sleep';

my $t = MaasTest->new;
my @octets = ('Content-Type' => 'application/octet-stream');
my @close = (Connection => 'close');
my $in = 32;

$t->model('m', sizes => [ $in, 1000, 1000, 2 ]);
my $conf = <<'EOC';
%%GLOBALS%%
thread_pool tiny threads=1 max_queue=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_max_rows 4000;
    maas_offload %%OFFLOAD%%;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        location /in/ { maas_serve; }
        location = /in { maas_predict m; maas_offload off; }
        location /pool/ { maas_serve; maas_offload pool above=0us; }
        location = /pool { maas_predict m; maas_offload pool above=0us; }
        location = /late { maas_predict m; maas_offload pool above=100s; }
        location = /tiny { maas_predict m; maas_offload pool=tiny above=0s; }
        location = /mirrored { mirror /mirror; maas_predict m; }
        location = /mirror { maas_predict m; maas_offload pool above=0us; }
        location = /other { return 204; }
    }
}
EOC
(my $good = $conf) =~ s/%%OFFLOAD%%/off/;
$t->conf($good);

# n rows of bytes, all different
sub rows {
    my ($n) = @_;
    return pack 'f<*', map { ($_ * 7919 % 1000) / 1000 } 1 .. $n * $in;
}

my $row = '[' . join(',', map { $_ / 8 } 1 .. $in) . ']';
my $v2 = qq({"inputs":[{"name":"input","shape":[1,$in],"datatype":"FP32",)
    . qq("data":$row}]});
$t->known_good('/pool', $row);
$t->run;

subtest 'the same bits' => sub {
    for my $case ([ '', $row ], [ '', "[$row,$row]" ],
        [ '/v2/models/m/infer', $v2 ], [ '', rows(1), @octets ],
        [ '', rows(64), @octets ], [ '', rows(300), @octets ])
    {
        my ($uri, $body, @type) = @$case;
        my $want = $t->post("/in$uri", $body, @type);
        is($want->status, 200, length($body) . " bytes$uri");
        is($t->post("/pool$uri", $body, @type)->body, $want->body, 'pool');
        is($t->post('/late', $body, @type)->body, $want->body, 'too cheap')
            unless $uri;
        is($t->h2($t->port(1), 'POST', "/pool$uri", $body)->body,
            $want->body, 'HTTP/2') unless @type;
    }
    is($t->post('/mirrored', $row)->body, $t->post('/in', $row)->body,
        'a subrequest runs it too');
};

subtest 'refused as ever' => sub {
    for my $body ('[1,2]', '[' . '[1],' x 100 . '[1]]', "[$row" . ' ' x 9999) {
        my $want = $t->post('/in', $body);
        is($want->status, 400, $want->error);
        is($t->post('/pool', $body)->body, $want->body, 'pool');
    }
    is($t->post('/pool', rows(4001), @octets)->status, 413, 'too many rows');
};

subtest 'many at once' => sub {
    my @body = map { '[' . join(',', ($_ / 16) x $in) . ']' } 1 .. 40;
    my @want = map { $t->post('/in', $_)->body } @body;
    my @sockets = map { $t->send($t->request('POST', '/pool', $_, @close),
        keep => 1) } @body;
    my @got = map { ($t->answers($t->receive($_)))[0] } @sockets;
    is_deeply([ map { $_ ? $_->body : 'none' } @got ], \@want, 'each its own');
};

# Others are answered while 4000 rows run, in a thread or turn by turn
for my $uri ('/pool', '/in') {
    my $s = $t->send($t->request('POST', $uri, rows(4000), @octets, @close),
        keep => 1);
    my ($others, $select) = (0, IO::Select->new($s));
    $others++ while !$select->can_read(0) && $t->get('/other')->status == 204;
    cmp_ok($others, '>', 10, "$uri: others were answered meanwhile ($others)");
    my ($answer) = $t->answers($t->receive($s));
    is($answer->status, 200, 'and so was it');
    is(length $answer->body, 4000 * 8, 'all of it');
}

subtest 'a full pool' => sub {
    my @sockets = map { $t->send($t->request('POST', '/tiny', rows(2000),
        @octets, @close), keep => 1) } 1 .. 8;
    my %got;
    for my $s (@sockets) {
        my ($answer) = $t->answers($t->receive($s));
        $got{ $answer->status }++;
        next if $answer->status == 200;
        is($answer->error, 'too busy, try again', 'says so');
        is($answer->header('Retry-After'), 1, 'and when');
    }
    is($got{200} + $got{503}, 8, 'each is answered');
    cmp_ok($got{503}, '>', 0, 'some are refused');
    is($t->post('/tiny', $row)->status, 200, 'the next is not');
};

subtest 'the client is gone' => sub {
    my $want = $t->post('/in', $row)->body;
    for my $uri ('/pool', '/tiny', '/in') {
        $t->send($t->request('POST', $uri, $_), rst => 1) for ($row) x 20;
        for (1 .. 5) {
            my $s = $t->send($t->request('POST', $uri, rows(2000), @octets),
                keep => 1);
            sleep 0.005;
            $t->send('', socket => $s, rst => 1);
        }
        is($t->post('/pool', $row)->body, $want, "$uri: the next one");
    }
    $t->write_file('rows', rows(4000));
    for my $uri ('/pool', '/in') {
        my ($rc) = $t->command('curl', '-s', '-m', '0.015', '-o', 'out',
            '--http2-prior-knowledge', '--data-binary', '@rows', '-H',
            'Content-Type: application/octet-stream',
            'http://127.0.0.1:' . $t->port(1) . $uri);
        is($rc, 28, "$uri: an HTTP/2 stream is reset");
        is($t->post('/pool', $row)->body, $want, 'the next one');
    }
};

subtest 'a reload waits for threads' => sub {
    for my $uri ('/pool', '/in') {
        my @sockets = map { $t->send($t->request('POST', $uri, rows(4000),
            @octets, @close), keep => 1) } 1 .. 8;
        $t->get('/other');                 # the worker has them
        ok($t->reload(overlap => 1), "$uri: reload");
        my @answers = map { ($t->answers($t->receive($_)))[0] } @sockets;
        is_deeply([ map { $_ ? length $_->body : 'none' } @answers ],
            [ (4000 * 8) x 8 ], 'answered whole');
    }
    ok($t->wait_for(sub {
        my @left = MaasTest::Proc::children($t->master);
        return $t->workers == 1 && @left == 1;
    }), 'the old workers ended');
    $t->rebase;
};

subtest 'what the directive refuses' => sub {
    for my $bad ([ 'on', qr/invalid parameter "on"/ ],
        [ 'pool', qr/needs a time such as "above=250us"/ ],
        [ 'pool above=5', qr/expected a time/ ],
        [ 'pool above=-1s', qr/expected a time/ ],
        [ 'pool above=99999999999999s', qr/expected a time/ ],
        [ 'pool above=1ms nice=20', qr/"nice=20".* 0 to 19/ ],
        [ 'pool above=1ms nice=-1', qr/"nice=-1".* 0 to 19/ ],
        [ 'pool= above=1ms', qr/invalid parameter "pool="/ ],
        [ 'pool=none above=1ms', qr/unknown thread pool "none"/ ],
        [ 'off; maas_offload off', qr/is duplicate/ ])
    {
        (my $text = $conf) =~ s/%%OFFLOAD%%/$bad->[0]/;
        my ($rc, $said) = $t->check_conf($text);
        is($rc, 1, $bad->[0]);
        like($said, $bad->[1], 'says why');
    }
};

$t->done;
