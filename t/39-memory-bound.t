# Promise: what models and requests take of a worker's memory is bounded by
# maas_memory, which nginx -t checks; no worker dies of it, and while one client
# sends much, others are answered.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Compress::Zlib ();
use IO::Select;
use MaasTest;
use MaasTest::Proc;
use Test::More;

my $t = MaasTest->new;
my @json = (Host => 'localhost', 'Content-Type' => 'application/json');
my @close = (Connection => 'close');
my $slots = 65536;

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->model('slow', sizes => [ 4, 1000, 1000, 2 ]);
$t->model('wide', sizes => [ $slots, 2 ], inputs => { kind => 'columns',
    columns => [ { name => 't', kind => 'text', hash => $slots,
        ngrams => [ 1, 1 ] } ] });

my $conf = <<'EOC';
%%GLOBALS%%
thread_pool default threads=2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model slow %%TESTDIR%%/slow.safetensors;
    maas_model wide %%TESTDIR%%/wide.safetensors;
    client_max_body_size 200m;
    MORE
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /m { maas_predict m; }
        location = /pool/m { maas_predict m; maas_offload pool above=100us; }
        location = /slow { maas_predict slow; maas_max_rows 4000; }
        location = /wide { maas_predict wide; }
        location = /pool/wide { maas_predict wide;
            maas_offload pool above=0us; }
        location /v2 { maas_serve; }
        location = /other { return 204; }
    }
}
EOC

sub with { my ($more) = @_; return $conf =~ s/MORE/$more/r }

$t->conf(with('maas_memory 200m;'));
$t->known_good('/m', '[1,2,3,4]', @json);
$t->run;

my $none = 'maas_memory: \d+ bytes cannot hold a batch of one row of each '
    . 'model';

subtest 'what nginx -t says' => sub {
    for my $size ('1k', '200k') {
        my ($rc, $said) = $t->check_conf(with("maas_memory $size;"));
        is($rc, 1, "maas_memory $size");
        like($said, qr/\[emerg\] $none,.*"wide"/, 'too little');
    }
    my ($rc, $said) = $t->check_conf(with('maas_memory x;'));
    is($rc, 1, 'no size');
    ($rc, $said) = $t->check_conf(with('maas_memory 8m;'));
    is($rc, 0, 'enough for some rows');
    like($said, qr/\[warn\] maas_batch: model "wide" .* of \d rows, not 64/,
        'says for how many');
    like($said, qr/\[warn\] maas_max_rows: .* "wide" .* some \d\d rows, not 256/,
        'in a request as well');
    unlike($said, qr/"m"/, 'and nothing of what fits');
    ($rc, $said) = $t->check_conf(with('maas_memory 1g;'));
    is($rc, 0, 'enough for all');
    unlike($said, qr/maas_/, 'and nothing to say');

    $t->conf(with('maas_memory 200k;'));
    ok($t->reload_refused(qr/$none/), 'a reload is refused');
};

my $word = '{"t":"a b"}';
my $want = $t->post('/wide', "[$word]", @json)->json;

subtest 'smaller batches' => sub {
    for my $more ('maas_batch 4096;', 'maas_batch 4096; maas_memory 32m;') {
        $t->conf(with($more));
        ok($t->reload, $more);
        for my $uri ('/wide', '/pool/wide') {
            for my $n (1, 2, 9, 12) {
                my $got = $t->post($uri, '[' . join(',', ($word) x $n) . ']',
                    @json);
                is_deeply($got->json, [ (@$want) x $n ], "$uri: $n rows");
            }
        }
        # ASan's run-time reserves terabytes of its own
        my $kb = MaasTest::Proc::status(($t->workers)[0],
            $ENV{MAAS_ASAN} ? 'VmRSS' : 'VmData');
        cmp_ok($kb, '<', 800_000, 'memory of the worker, kb');
    }
};

# A few hundred bytes that mean 64 megabytes
my $bomb = '[' . join(',', ('{}') x 256) . ']';

subtest 'small bodies, large rows' => sub {
    $t->conf(with('maas_memory 200m;'));
    ok($t->reload, 'for three of them');
    for my $uri ('/wide', '/pool/wide') {
        my @sockets = map { $t->send($t->request('POST', $uri, $bomb, @json,
            @close), keep => 1) } 1 .. 12;
        my %got;
        for my $s (@sockets) {
            my ($answer) = $t->answers($t->receive($s));
            $got{ $answer ? $answer->status : 'none' }++;
            next if !$answer || $answer->status != 503;
            is($answer->header('Retry-After'), 1, 'says when to come again');
            is($answer->error, 'too busy, try again', 'and why');
        }
        is(($got{200} // 0) + ($got{503} // 0), 12, "$uri: all are answered");
        cmp_ok($got{200} // 0, '>', 0, 'some with rows');
        is($t->post('/m', '[1,2,3,4]', @json)->status, 200, 'others live');

        # clients that keep the connection, and so the request, half open
        my @open = map {
            my $s = $t->send($t->request('POST', $uri, $bomb, @json, @close)
                . 'more', keep => 1);
            my $head = '';
            sysread $s, $head, 100;
            like($head, qr/^HTTP\/1.1 200/, 'nothing of those before is kept');
            $s;
        } 1 .. 6;
    }

    # long texts are not many rows, whatever their bytes would be enough for
    my $text = join ' ', map { "word$_," } 1 .. 2000;
    my $one = $t->post('/wide', qq([{"t":"$text"}]), @json)->body;
    for my $uri ('/wide', '/pool/wide') {
        for my $rows (1, 9) {
            my $body = '[' . join(',', (qq({"t":"$text"})) x $rows) . ']';
            my @sockets = map { $t->send($t->request('POST', $uri, $body, @json,
                @close), keep => 1) } 1 .. 12;
            my @got = map { ($t->answers($t->receive($_)))[0] } @sockets;
            my $want = '[' . join(',', (substr $one, 1, -1) x $rows) . ']';
            is_deeply([ map { $_ ? $_->body : 'none' } @got ], [ ($want) x 12 ],
                "$uri: $rows long texts");
        }
    }

    # what will never fit is not "try again"
    $t->conf(with('maas_memory 64m; maas_max_rows 100000;'));
    ok($t->reload, 'many rows allowed, and little memory');
    for my $uri ('/wide', '/pool/wide') {
        my $no = $t->post($uri, '[' . join(',', ('{}') x 1000) . ']', @json);
        is($no->status, 413, "$uri: more than there will ever be");
        like($no->error, qr/more memory than one may have here, \d+ bytes/,
            'says so');
    }
    $t->conf(with('maas_memory 200m;'));
    ok($t->reload, 'back');
    $t->rebase;
};

# How many requests of others are answered until $s has its answer; some are
# enough
sub others {
    my ($s) = @_;
    my ($n, $select) = (0, IO::Select->new($s));
    $n++ while $n < 200 && !$select->can_read(0)
        && $t->get('/other')->status == 204;
    return $n;
}

subtest 'compressed bombs' => sub {
    my $zip = Compress::Zlib::memGzip(' ' x 60_000_000 . '[1,2,3,4]');
    for my $uri ('/m', '/pool/m') {
        my $s = $t->send($t->request('POST', $uri, $zip, @json, @close,
            'Content-Encoding' => 'gzip'), keep => 1);
        my $others = others($s);
        cmp_ok($others, '>', 20, "$uri: others were answered ($others)");
        my ($answer) = $t->answers($t->receive($s));
        is($answer->status, 200, 'and so was it');
    }
    my $over = Compress::Zlib::memGzip(' ' x 210_000_000);
    for my $uri ('/m', '/pool/m', '/v2/repository/index') {
        my $no = $t->post($uri, $over, @json, 'Content-Encoding' => 'gzip');
        is($no->status, 413, "$uri: more than a body may have");
    }
};

subtest 'bodies in files' => sub {
    my $body = ' ' x 40_000_000 . '[1,2,3,4]';
    for my $uri ('/m', '/pool/m') {
        my $text = $t->request('POST', $uri, $body, @json, @close);
        my $s = $t->send(substr($text, 0, -1), keep => 1);
        $t->get('/other');
        syswrite $s, substr $text, -1;
        my $others = others($s);
        cmp_ok($others, '>', 5, "$uri: others were answered ($others)");
        my ($answer) = $t->answers($t->receive($s));
        is($answer->status, 200, 'and so was it');
    }
    is($t->post('/v2/repository/index', $body, @json)->status, 413,
        'where no long body makes sense');
};

# one pass of all of them in a turn of the event loop
subtest 'many with many rows' => sub {
    my $rows = pack 'f<*', (1) x (4 * 2000);
    my @sockets = map { $t->send($t->request('POST', '/slow', $rows, @close,
        'Content-Type' => 'application/octet-stream'), keep => 1) } 1 .. 10;
    my $others = others($sockets[0]);
    cmp_ok($others, '>', 40, "others were answered ($others)");
    for my $s (@sockets) {
        my ($answer) = $t->answers($t->receive($s));
        is($answer && $answer->status, 200, 'and so was each');
    }
};

# workers that find no memory when they start; ASan's run-time would give up
subtest 'memory that is not there' => sub {
    my $have = MaasTest::Proc::status($t->master, 'VmSize') * 1024;
    my ($rc) = $t->command('prlimit', '--pid', $t->master,
        '--as=' . ($have + 300_000_000));
    is($rc, 0, 'a limit of the system');
    $t->conf(with('maas_memory 8g; maas_batch 4096;'));
    ok($t->reload, 'a reload for more');
    $t->allow(qr/\[emerg\].* (?:posix_memalign|memalign)\(64, \d+\) failed/);
    like($t->log, qr/\[error\] .*"wide": warm-up: no memory for a batch/,
        'workers say what they miss');
    is($t->post('/wide', $word, @json)->status, 500, 'as do they to clients');
    is($t->post('/m', '[1,2,3,4]', @json)->status, 200, 'the rest is there');
    $t->rebase;
} unless $ENV{MAAS_ASAN};

$t->done;
