#!/usr/bin/perl

# Promise: the harness sees what it claims to see.  Each invariant is broken
# on purpose against an nginx without our module; the client's tricks are
# tried on answers that are known.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;

BEGIN { $ENV{MAAS_SO} = 'none' }

use MaasTest;
use MaasTest::Model qw(crc32c dense_model forward model_bytes);

my $conf = <<'EOC';
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        location / { return 200 "$request_method $arg_x"; }
        location /json { return 200 '{"a": [1, 2.5]}'; }
        location /error { return 400 '{"error": "so"}'; }
        location /put { dav_methods PUT; root %%TESTDIR%%; }
        location /pid { return 200 $pid; }
    }
}
EOC

# A test file made of the code given, run by itself: what it printed

sub broken {
    my ($code) = @_;
    my $file = File::Temp->new(SUFFIX => '.t');
    print $file <<"EOT" . $code;
use strict; use warnings;
use lib '$FindBin::Bin/lib';
use MaasTest; use Test::More;
my \$t = MaasTest->new;
\$t->conf(<<'EOC');
${conf}EOC
EOT
    close $file;
    local $ENV{MAAS_VERBOSE};
    local $ENV{MAAS_LEAVE};
    my $out = `$^X $file 2>&1`;
    return ($out, $?);
}

###############################################################################

my $t = MaasTest->new;
$t->conf($conf);
$t->known_good('/?x=7');
mkdir $t->dir . '/put';
chmod 0777, $t->dir . '/put';
$t->run;

subtest 'HTTP/2 in the words of this nginx' => sub {
    unlike($t->log, qr/deprecated/, 'no warning');
    is(MaasTest::_http2_of_server("server {\n listen 1;\n listen 2 ssl http2;\n"
        . " listen 3 http2 reuseport;\n}\nserver {\n listen 2 ssl http2;\n}"),
        "server {\n listen 1;\n listen 2 ssl; http2 on;\n"
        . " listen 3 reuseport;\n}\nserver {\n listen 2 ssl; http2 on;\n}",
        'once a server');
};

subtest 'client' => sub {
    my $a = $t->get('/?x=1');
    is($a->status, 200, 'status');
    is($a->body, 'GET 1', 'body');
    is($a->header('Content-Length'), 5, 'a header');
    is($t->post('/?x=1', 'abc')->body, 'POST 1', 'method');
    is($t->http('HEAD', '/')->body, '', 'HEAD has no body');
    is_deeply($t->get('/json')->json, { a => [ 1, 2.5 ] }, 'JSON');
    is($t->get('/error')->error, 'so', 'error body');

    my $one = $t->request('GET', '/?x=1');
    my $end = $t->request('GET', '/?x=2', undef, Connection => 'close');

    is_deeply([ map { $_->body } $t->pipeline($one, $one, $end) ],
        [ 'GET 1', 'GET 1', 'GET 2' ], 'pipeline');
    is(($t->answers($t->send($end, split => [ 3, 20 ])))[0]->body, 'GET 2',
        'split');
    is(($t->answers($t->send($end, drip => 7)))[0]->body, 'GET 2', 'drip');
    is($t->send($one, rst => 1), undef, 'reset');
    is($t->send('GET / HT', fin => 1), '', 'half a request, half-closed');

    my $s = $t->send($one, keep => 1);
    like($t->receive($s, until => qr/GET 1/), qr/GET 1$/, 'kept open');
    close $s;

    my $h2 = $t->h2($t->port(1), 'GET', '/?x=3');
    is($h2->status . $h2->body, '200GET 3', 'HTTP/2');
    is($t->h2($t->port(1), 'PUT', '/put/h', 'hij')->status, 201, 'a body');
    is($t->read_file('put/h'), 'hij', 'its bytes');

    my $chunks = $t->request('PUT', '/put/c', $t->chunked('abcdefg', 2),
        'Transfer-Encoding' => 'chunked', Connection => 'close');
    is(($t->answers($t->send($chunks)))[0]->status, 201, 'chunked');
    is($t->read_file('put/c'), 'abcdefg', 'its bytes');

    my ($cut) = $t->answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    ok($cut->short, 'an answer that was cut off');
};

subtest 'life' => sub {
    my $before = $t->get('/pid')->body;
    is(($t->workers)[0], $before, 'the worker');
    ok($t->reload, 'reload');
    isnt($t->get('/pid')->body, $before, 'another worker');
    ok($t->kill_worker, 'killed and followed by another');
    isnt(($t->workers)[0], $before, 'which is new');

    my $good = $t->read_file('nginx.conf');
    $t->write_file('nginx.conf', "nonsense;\n$good");
    ok($t->reload_refused(qr/unknown directive "nonsense"/), 'refused');
    $t->write_file('nginx.conf', $good);

    my ($rc, $said) = $t->check_conf("nonsense;\n$conf");
    is($rc, 1, 'nginx -t fails');
    like($said, qr/unknown directive/, 'and says why');
    ($rc, $said) = $t->check_conf($conf);
    is($rc, 0, 'nginx -t passes') or diag $said;
};

subtest 'programs' => sub {
    is_deeply([ $t->command('sh', '-c', 'echo a; echo b >&2; exit 3') ],
        [ 3, "a\n", "b\n" ], 'status and both streams');
    is(($t->command('sh', '-c', 'kill -11 $$'))[0], 139, 'a signal');
};

subtest 'model files' => sub {
    is(crc32c('123456789'), 0xe3069283, 'CRC-32C');

    my %m = dense_model(sizes => [ 2, 1 ], task => 'regression');
    @{ $m{tensors}{'layers.0.weight'}[1] } = (2, 3);
    @{ $m{tensors}{'layers.0.bias'}[1] } = (0.5);
    is_deeply([ forward(\%m, 10, 1) ], [ 23.5 ], 'a forward pass');

    my ($p, $q) = forward({ dense_model(sizes => [ 3, 4, 2 ]) }, 1, 2, 3);
    cmp_ok(abs($p + $q - 1), '<', 1e-12, 'softmax');

    my $bytes = model_bytes(%m, crc => 1);
    my ($crc) = $bytes =~ /"maas_crc32c":"([0-9a-f]{8})"/;
    $bytes =~ s/$crc/00000000/;
    is(sprintf('%08x', crc32c($bytes)), $crc, 'checksum');
    is(unpack('Q<', $bytes) % 8, 0, 'tensors are aligned');
    is(substr($bytes, -8), pack('f<2', 2, 3), 'tensors at the end');
};

subtest 'invariants' => sub {
    my ($out) = broken('$t->known_good("/")->run; $t->done;');
    is($out =~ s/^ok //mg, 6, 'all six hold') or diag $out;

    for (
        [ 'I1', q{open my $f, '>>', $t->dir . '/error.log';
                  print $f "x [alert] y\n"; close $f;} ],
        [ 'I2', q{open my $f, '>>', $t->dir . '/stderr';
                  print $f "x: runtime error: y\n"; close $f;} ],
        [ 'I3', q{kill 'KILL', $t->workers; sleep 1;
                  $t->allow(qr/signal 9/);} ],
        [ 'I4', q{open my $f, '>>', $t->dir . '/error.log';
                  print $f "open socket #3 left in connection 1\n";
                  close $f;} ],
        [ 'I4', q{kill 'STOP', $t->master;} ],
        [ 'I5', q{our $s = $t->send($t->request('GET', '/'), keep => 1);} ],
        [ 'I6', q{my $c = $t->read_file('nginx.conf'); $c =~ s/arg_x/uri/;
                  $t->write_file('nginx.conf', $c); $t->reload;} ],
    ) {
        my ($name, $code) = @$_;
        my ($out, $rc) = broken('$t->known_good("/")->run;'
            . $code . '$t->done;');
        like($out, qr/^not ok \d+ - $name/m, "$name is seen") or diag $out;
        is(() = $out =~ /^not ok/mg, 1, 'and no other') or diag $out;
        isnt($rc, 0, 'as a failure');
    }

    ($out, my $rc) = broken('$t->run; $t->done;');
    like($out, qr/^not ok \d+ - I6/m, 'no known-good prediction');

    ($out, $rc) = broken('$t->known_good("/")->run; ok(1); done_testing();');
    isnt($rc, 0, 'done() forgotten');

    ($out, $rc) = broken('$t->known_good("/error")->run; $t->done;');
    isnt($rc, 0, 'a known-good request that fails');

    for ([ 'a child', 'if (!fork) { exec "sleep", 987654 }' ],
        [ 'an orphan', 'system "sleep 987654 &"' ],
        [ 'a daemon', 'system "setsid sh -c \'sleep 987654 & :\' &"' ]) {
        ($out, $rc) = broken('$t->known_good("/")->run;' . $_->[1]
            . '; $t->done;');
        isnt($rc, 0, "$_->[0] that is left behind");
        like($out, qr/^# left behind: process \d+, sleep 987654$/m, 'is said');
        is(() = $out =~ /left behind/g, 1, 'and no other');
        my ($pid) = $out =~ /left behind: process (\d+)/;
        ok($pid && !(grep { $_ == $pid } MaasTest::Proc::descendants($$)),
            'and ended');
    }

    local $ENV{CI} = 'true';
    ($out, $rc) = broken('MaasTest::missing("a thing");');
    like($out, qr/^not ok 1 - missing: a thing/m, 'nothing is skipped in CI');
    isnt($rc, 0, 'but fails');

    $ENV{CI} = '';
    ($out, $rc) = broken('MaasTest::missing("a thing");');
    like($out, qr/^1\.\.0 # SKIP a thing/m, 'elsewhere a skip');
};

$t->done;
