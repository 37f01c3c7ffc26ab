#!/usr/bin/perl

# Promise: docs/operate.md is true: nginx takes what it shows without a warning,
# and it does what the page says; every line that the module logs, every reason
# of a failure (in docs/directives.md) and every alert has its entry.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use MaasTest;
use MaasTest::Tls;
use Test::More;

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/operate.md");
my @blocks = $page =~ /^```nginx\n(.*?)^```/msg;
my @type = ('Content-Type' => 'application/json');
my $row = '{"inputs":[{"name":"input","datatype":"FP32","shape":[1,4],'
    . '"data":[1,2,3,4]}]}';
my $infer = '/v2/models/m/infer';

###############################################################################
# what is shown does what is said

# A server of a block, and one beside it that is always asked the same
sub server {
    my ($block) = @_;
    my $t = MaasTest->new;
    $t->model('m', sizes => [ 4, 3, 2 ]);
    $block = "server {\nlisten 8080;\n$block}\n" if $block !~ /^server/m;
    $block =~ s/listen 8\d+/listen 127.0.0.1:%%PORT1%%/g;
    $t->conf("%%GLOBALS%%\nevents { }\nhttp {\n%%GLOBALS_HTTP%%\n"
        . "maas_model m m.safetensors;\n$block\nserver {\n"
        . "listen 127.0.0.1:%%PORT%%; access_log off;\n"
        . "location / { maas_serve; } } }\n");
    $t->known_good($infer, $row, @type);
    return $t;
}

sub started {
    my ($block) = @_;
    my $t = server($block);
    my ($rc, $said) = $t->check_conf;
    is($rc, 0, 'nginx -t') or diag($said);
    unlike($said, qr/\[warn\]/, 'without a warning');
    return $t->run;
}

# A request of the block's server
sub ask {
    my ($t, @headers) = @_;
    return $t->at($t->port(1), 'POST', $infer, $row, @type, @headers);
}

sub MaasTest::at {
    my ($t, $port, @request) = @_;
    my $text = $t->request(@request, Connection => 'close');
    return ($t->answers($t->send($text, port => $port)))[0];
}

my %does = (
    maas_metrics => sub {
        my $t = started(@_);
        like($t->at($t->port(1), 'GET', '/metrics')->body,
            qr/^nv_inference_count\{model="m",version="1"\} 1$/m, 'metrics');
        return $t;
    },

    ssl_verify_client => sub {
        my ($block) = @_;
        my $t = server($block);
        mkdir $t->dir . '/tls';
        for (qw(server clients billing other)) {
            MaasTest::Tls::certificate($t, $_);
        }
        for ([ qw(req -new -key billing.key -subj /CN=billing -out
                billing.csr) ], [ qw(x509 -req -in billing.csr -CA clients.crt
                -CAkey clients.key -set_serial 1 -days 9 -out billing.crt) ])
        {
            my ($rc, undef, $err) = $t->command('openssl', @$_);
            is($rc, 0, $_->[0]) or diag($err);
        }
        rename $t->dir . "/$_", $t->dir . "/tls/$_"
            for qw(server.crt server.key clients.crt);
        my ($rc, $said) = $t->check_conf;
        is($rc, 0, 'nginx -t') or diag($said);
        unlike($said, qr/\[warn\]/, 'without a warning');
        $t->run;

        my $curl = sub {
            my ($rc, $out) = $t->command('curl', '-s', '-w', "\n%{http_code}",
                '--cacert', 'tls/server.crt', '--connect-to',
                'server:443:127.0.0.1:' . $t->port(1), '-d', $row,
                "https://server$infer", @_);
            return $out;
        };
        like($curl->(qw(--cert billing.crt --key billing.key)),
            qr/"outputs".*\n200\z/s, 'a client of ours');
        like($curl->(), qr/\n400\z/, 'one without a certificate');
        like($curl->(qw(--cert other.crt --key other.key)), qr/\n400\z/,
            'one that somebody else signed');
        return $t;
    },

    'limit_req ' => sub {
        my ($block) = @_;
        my $t = server($block =~ s/50r\/s/6r\/m/r);
        $t->write_file('keys.map', qq("a-long-secret" billing;\n)
            . qq("another" shop;\n));
        $t->run;
        my $none = ask($t);
        is($none->status, 401, 'no key');
        isnt($none->error, '', 'JSON');
        is(ask($t, 'X-API-Key' => 'wrong')->status, 401, 'a wrong one');
        my @got = map { ask($t, 'X-API-Key' => 'a-long-secret') } 1 .. 25;
        my @no = grep { $_->status == 429 } @got;
        is(scalar(grep { $_->status == 200 } @got), 25 - @no, 'the others');
        cmp_ok(scalar @no, '>', 1, 'too fast');
        cmp_ok(scalar @no, '<', 5, 'after the burst');
        isnt($no[0]->error, '', 'JSON');
        is(ask($t, 'X-API-Key' => 'another')->status, 200, 'another key');
        return $t;
    },

    maas_cache => sub {
        my $t = started(@_);
        ask($t) for 1 .. 3;
        my $stats = $t->get('/v2/models/m/stats')->json->{model_stats}[0];
        is($stats->{inference_stats}{cache_hit}{count}, 2, 'hits');
        is($stats->{inference_stats}{cache_miss}{count}, 1, 'the first');
        return $t;
    },

    'escape=json' => sub {
        my $t = started(@_);
        ask($t);
        $t->at($t->port(1), 'POST', $infer, '[', @type);
        my @lines;
        $t->wait_for(sub { 2 <= (@lines = split /\n/, logged($t, 'maas.json'))
        });
        my @log = map { JSON::PP::decode_json($_) } @lines;
        is_deeply([ map { [ @$_{qw(status model rows)} ] } @log ],
            [ [ 200, 'm', 1 ], [ 400, 'm', '' ] ], 'logged');
        is_deeply([ grep { $log[0]{$_} eq '' } keys %{ $log[0] } ], [],
            'with all that it says');
        return $t;
    },

    split_clients => sub {
        my ($block) = @_;
        my $t = started($block =~ s/1%( +)1/50%${1}1/r);
        ask($t) for 1 .. 64;
        $t->at($t->port(1), 'POST', $infer, '[', @type);
        ok($t->wait_for(sub { logged($t, 'failed.log') =~ /\n/ }), 'failed');
        my $n = () = logged($t, 'sample.log') =~ /\n/g;
        cmp_ok($n, '>', 0, 'a sample is logged');
        cmp_ok($n, '<', 65, 'not all');
        like(logged($t, 'failed.log'), qr{\A\S+ \S+ 400 m/1 .*\n\z},
            'the one that failed');
        my $seconds = qr/\d+\.\d{6}/;
        my $times = join ' \\+ ', map { "$_ \\d\\.\\d{6}" }
            qw(queue compute write);
        my $begin = '\S+ \S+ 200 m/1 \S+ \S+ rows=1 batch=\d+ \d\.\d{6}';
        like(logged($t, 'sample.log'),
            qr{^$begin = parse \d\.\d{6} \+ $times\n}m,
            'where the time went');
        my ($slow) = $block =~ /~(\S+) +0; +# below 10 ms/;
        ok(($_ =~ /$slow/ ? 1 : 0) == ($_ < 0.01 ? 1 : 0), "slow: $_")
            for qw(0.000041 0.009999 0.010000 0.100000 1.000000 10.000041);
        return $t;
    },
);

sub logged {
    my ($t, $name) = @_;
    return -e $t->dir . "/$name" ? $t->read_file($name) : '';
}

for my $block (@blocks) {
    my @known = grep { $block =~ /\Q$_/ } sort keys %does;
    my ($first) = $block =~ /\A(.*)/;
    is(scalar @known, 1, "one test for the block that begins: $first")
        or next;
    subtest $known[0] => sub { $does{ $known[0] }->($block)->done };
}

my ($replace) = $page =~ /^```sh\n(install .*?)^```/ms;

subtest 'a new file in place of the old one' => sub {
    my $t = MaasTest->new;
    mkdir $t->dir . '/models';
    $t->model('models/payments', name => 'payments', sizes => [ 4, 3, 2 ]);
    $t->conf("%%GLOBALS%%\nevents { }\nhttp {\n%%GLOBALS_HTTP%%\n"
        . "maas_model payments models/payments.safetensors;\n"
        . "server { listen 127.0.0.1:%%PORT%%; maas_headers on;\n"
        . "location / { maas_serve; } } }");
    my $ask = $infer =~ s/m\/infer/payments/r;
    $t->known_good("$ask/infer", $row, @type);
    $t->run;
    my $before = $t->get($ask)->json->{sha256};

    $t->model('new', name => 'payments', sizes => [ 4, 3, 2 ],
        seed => 9);
    my ($rc, $out, $err) = $t->command('sh', '-ec',
        $replace =~ s/^nginx -s reload.*//mr);
    is($rc, 0, 'the commands of the page') or diag($err);
    is($t->get($ask)->json->{sha256}, $before, 'the old one serves');
    ok($t->reload, 'a reload');
    my $now = $t->get($ask)->json->{sha256};
    (undef, $out) = $t->command('sha256sum', 'new.safetensors',
        'models/payments.safetensors');
    is($out, "$now  new.safetensors\n$now  models/payments.safetensors\n",
        'sha256sum says what the metadata say');
    isnt($now, $before, 'another model');
    is_deeply([ glob $t->dir . '/models/*' ],
        [ $t->dir . '/models/payments.safetensors' ], 'nothing is left');
    $t->rebase->known_good("$ask/infer", $row, @type);
    $t->{good_body} = $t->post("$ask/infer", $row, @type)->body;
    $t->done;
};

###############################################################################
# nothing is left out

my $text = $page =~ s/\s+/ /gr;
my (@files, @missing) = glob "$MaasTest::top/ngx_maas_module/{*,*/*}.[ch]";
my $checked = 0;

# Calls of a log function that may be seen at run time: their texts as they are
# logged, with an ellipsis for what is put in
for my $file (@files) {
    my $c = MaasTest::Proc::slurp($file);
    while ($c =~ /\bngx_(?:conf_)?log_error
        (\((?:[^()"]|"(?:\\.|[^"\\])*"|(?1))*\))/gx)
    {
        my $call = $1;
        next if $call =~ /\A\(\s*NGX_LOG_(?:EMERG|INFO|DEBUG)/;
        my ($format) = ($call =~ s/ngx_close_file_n/"close()"/r)
            =~ /((?:"(?:\\.|[^"\\])*"\s*)+)/;
        my $line = join '', $format =~ /"((?:\\.|[^"\\])*)"/g;
        $line =~ s/\\(.)/$1/g;
        $line =~ s/%[*0-9.]*[uxXm]*[VvsizdlDLAOPTMpcfN]/\x{1}/g;
        $line =~ s/(?:\x{1}[ ,]*)+\z/\x{1}/;
        $line =~ s/%%/%/g;
        $checked++;
        next if $line =~ /\Amaas: \x{1}/;         # sentences: a row for all
        $line =~ s/\x{1}+/\xe2\x80\xa6/g;
        push @missing, "$file: $line" if index($text, "`$line") < 0;
    }
}

is(join("\n", @missing), '', 'each log line is in docs/operate.md');
cmp_ok($checked, '>', 10, 'log lines');

my $directives = MaasTest::Proc::slurp("$MaasTest::top/docs/directives.md");
my $counts = MaasTest::Proc::slurp(
    "$MaasTest::top/ngx_maas_module/ngx_http_maas_count.h");
my @reasons = $counts =~ /\bX\(\w+, +"(\w+)"\)/g;
cmp_ok(scalar @reasons, '>', 10, 'reasons');
is(join(' ', grep { $directives !~ /^\|[^|]*`$_`[^|]*\|/m } @reasons), '',
    'each reason of maas_failures_total is in docs/directives.md');

my @alerts = MaasTest::Proc::slurp("$MaasTest::top/conf/alerts.yml")
    =~ /- alert: (\w+)/g;
is(join(' ', grep { $page !~ /^\|[^|]*\b$_\b[^|]*\|/m } @alerts), '',
    'each alert');

done_testing();
