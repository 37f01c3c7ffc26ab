# Promise: whatever is among the instances of a fleet, one that is silent, of
# another version or no such server at all, the answer is well formed, in time,
# and says what it could not take; a wrong configuration is refused.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use MaasTest;
use MaasTest::Prometheus;
use Test::More;

MaasTest::Prometheus::program('promtool');

my $t = MaasTest->new;
my $silent = IO::Socket::INET->new(Listen => 128, LocalAddr => '127.0.0.1',
    ReuseAddr => 1) or die $!;
my $port = $silent->sockport;
my $long = 'x' x 6000;
my $deep = '[' x 40 . ']' x 40;
my @fakes = (
    [ qq(# HELP x An x\n# TYPE x counter\nx{k="v"} 1\n),
      '{"models":[],"text":"</script>"}' ],
    [ "# HELP x Others call it so\n# TYPE x counter\nx 2\n# HELP new Of a "
      . qq(version to come\n# TYPE new gauge\nnew{instance="q"} 3\n),
      ' {"new":{"er":[1,2,null]}} ' ],
    [ "# TYPE x gauge\nx 3\nnonsense\n# TYPE y gauge\ny 4\n", '{"a":1' ],
    [ '<html>', '[1]' ],
    [ '', '{}' ],
    [ "$long 1\n", qq({"a":"$long"}) ],
    [ qq(bad{a="\xff"} 1\ngood 1\n), qq({"a":"\xff"}) ],
    [ "z 1\n", qq({"a":$deep}) ],
);
my $servers = '';

for my $i (1 .. @fakes) {
    mkdir $t->dir . "/$i";
    chmod 0755, $t->dir . "/$i";
    $t->write_file("$i/m", $fakes[$i - 1][0]);
    $t->write_file("$i/s", $fakes[$i - 1][1]);
    $servers .= "server { listen 127.0.0.1:%%PORT$i%%; root %%TESTDIR%%/$i; }\n";
}

my $list = join '', map { "server 127.0.0.1:%%PORT$_%%;\n" } 1 .. @fakes;

$t->model('m');
$t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m m.safetensors;
    upstream fakes { $list }
    upstream odd {
        server 127.0.0.1:$port;
        server 127.0.0.1:%%PORT20%% backup weight=7;
        server 127.0.0.1:%%PORT1%% down;
        server 127.0.0.1:%%PORT1%%;
        server unix:%%TESTDIR%%/a.sock;
    }
    $servers
    server { listen unix:%%TESTDIR%%/a.sock; location / { return 404; } }
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT19%% http2;
        location = /metrics { maas_fleet metrics fakes /ask/m max=5000; }
        location = /fleet { maas_fleet status fakes /ask/s max=5000; }
        location = /odd { maas_fleet status odd /ask/s timeout=300ms; }
        location = /cut { maas_fleet status cut /ask-cut; }
        location = /sub { mirror /metrics; return 200 "\$maas_instance."; }
        location /ask/ {
            internal;
            rewrite ^/ask(/.*)\$ \$1 break;
            proxy_pass http://\$maas_instance;
        }
        location = /loose { maas_fleet status cut /ask-loose; }
        location = /ask-loose {
            proxy_pass http://\$maas_instance;
            proxy_http_version 1.1;
            proxy_buffering off;
        }
        location = /ask-cut {
            proxy_http_version 1.1; proxy_pass http://\$maas_instance; }
        location / { maas_serve; }
    }
    upstream cut { server 127.0.0.1:%%PORT20%%; }
}
EOC
$t->known_good('/v2/models/m/infer', '{"inputs":[{"name":"input","shape":[1,4],'
    . '"datatype":"FP32","data":[1,2,3,4]}]}');
$t->run;

my @name = map { '127.0.0.1:' . $t->port($_) } 0 .. 20;

sub lines {
    my ($text, $name) = @_;
    my %at = map { $name[$_] => $_ } 1 .. @fakes;
    return { map { /^\Q$name\E\{instance="([^"]*)"([^}]*)\} (\S+)$/
        ? (($at{$1} // $1) . $2 => $3) : () } split /\n/, $text };
}


subtest 'metrics' => sub {
    my $text = $t->get('/metrics')->body;
    my $heads = $text =~ s/^(good|z)\{/# HELP $1 -\n# TYPE $1 gauge\n$1\{/mgr
        =~ s/^(?=# TYPE y)/# HELP y -\n/mr;     # that fakes do not have
    is(join("\n", MaasTest::Prometheus::wrong($heads)), '', 'are well formed');
    my ($rc, $said) = MaasTest::Prometheus::promtool($t, $text, 'check',
        'metrics');
    unlike($said, qr/error/, 'for promtool as well');
    is_deeply(lines($text, 'maas_instance_up'), { 1 => 1, 2 => 1, 3 => 1,
        4 => 0, 5 => 1, 6 => 0, 7 => 1, 8 => 1 }, 'who has metrics');
    is_deeply(lines($text, 'maas_instance_left_out_lines'), { 1 => 0, 2 => 0,
        3 => 3, 5 => 0, 7 => 1, 8 => 0 }, 'what is left out');
    is_deeply(lines($text, 'x'), { '1,k="v"' => 1, 2 => 2 }, 'of one type');
    is_deeply(lines($text, 'new'), { '2,exported_instance="q"' => 3 },
        'what is not known passes');
    is_deeply([ map { lines($text, $_) } qw(y good z bad) ],
        [ { 3 => 4 }, { 7 => 1 }, { 8 => 1 }, {} ], 'and what is good');
    like($text, qr/^# HELP x An x\n# TYPE x counter\nx\{/m, 'one head');
};


subtest 'JSON' => sub {
    my $body = $t->get('/fleet?format=json')->body;
    my $json = $t->get('/fleet?format=json')->json->{instances};
    is_deeply([ map { $_->{error} // 'up' } @$json ], [ 'up', 'up',
        ('the answer is no JSON object') x 2, 'up',
        'the answer is longer than max=',
        ('the answer is no JSON object') x 2 ], 'who is up');
    is($json->[0]{live}{text}, '</script>', 'as it was');
    unlike($body, qr{</script>}, 'and harmless in a page');
    is_deeply($json->[1]{live}, { new => { er => [ 1, 2, undef ] } },
        'what is not known passes');
};


subtest 'odd ones' => sub {
    my $json = $t->get('/odd?format=json')->json->{instances};
    is_deeply([ map { join ' ', @$_{qw(instance weight backup down)},
        $_->{error} // 'up' } @$json ], [
        "127.0.0.1:$port 1 0 0 no answer in time",
        "$name[20] 7 1 0 no answer",
        "$name[1] 1 0 1 up",
        'unix:' . $t->dir . '/a.sock 1 0 0 the answer has status 404',
    ], 'silent, gone, taken out, at a socket');
    is($t->get('/odd?format=json', undef, Authorization => 'Basic eDp5')
        ->status, 200, 'a client with a password');
};


subtest 'subrequests' => sub {
    is($t->get('/sub')->body, '.', 'nobody is asked there');
    is($t->get('/sub')->status, 200, 'and nothing is harmed');
};


# What clients send does not go to instances
subtest 'headers' => sub {
    my $server = IO::Socket::INET->new(Listen => 8, ReuseAddr => 1,
        LocalAddr => $name[20]) or die $!;
    my $s = $t->send($t->request('GET', '/cut?format=json', undef,
        Authorization => 'Basic eDp5', Cookie => 'secret=1',
        'Accept-Encoding' => 'gzip', Connection => 'close'), keep => 1);
    my $c = $server->accept;
    sysread $c, my $head, 65536;
    like($head, qr{^GET /ask-cut\?page=live&format=json HTTP/1\.1\r\n}, 'asked');
    unlike($head, qr/secret|Basic|gzip/, 'without them');
    syswrite $c, "HTTP/1.0 500 None\r\n\r\n{}";
    close $c;
    my ($answer) = $t->answers($t->receive($s));
    is($answer->json->{instances}[0]{error}, 'the answer has status 500', 'no');

    # whole, begun, not yet there
    for my $body ("Content-Length: 5\r\n\r\nhello",
        "Content-Length: 5\r\n\r\nh", "Content-Length: 5\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nh")
    {
        my $s = $t->send("GET /cut?format=json HTTP/1.1\r\nHost: a\r\n$body",
            keep => 1);
        my $c = $server->accept;
        sysread $c, my $head, 65536;
        unlike($head, qr/^(?:content-length|transfer-encoding)/mi,
            'nor how long a body is: ' . $body =~ s/\s+/ /gr);
        close $c;
        close $s;
    }

    for my $case (
        [ '1.0', 'Content-Length: 100', '{}', 'the answer is cut' ],
        [ '1.0', 'Content-Length: 2', '{}', undef ],
        [ '1.0', 'X: y', '{}', undef ],
        [ '1.1', 'Transfer-Encoding: chunked', "2\r\n{}\r\n",
          'the answer is cut' ],
        [ '1.1', 'Transfer-Encoding: chunked', "2\r\n{}\r\n0\r\n\r\n", undef ],
        [ '1.0', 'Content-Encoding: gzip', '{}', 'the answer is compressed' ],
        [ '', '', '', 'no answer' ],
    ) {
        for my $uri ('/cut', '/loose') {
            my ($version, $header, $body, $error) = @$case;
            my $s = $t->send($t->request('GET', "$uri?format=json", undef,
                Connection => 'close'), keep => 1);
            my $c = $server->accept;
            sysread $c, my $head, 65536;
            syswrite $c, "HTTP/$version 200 OK\r\n$header\r\n\r\n$body"
                if $version;
            close $c;
            my ($answer) = $t->answers($t->receive($s));
            is($answer->json->{instances}[0]{error}, $error, "$uri: $header");
        }
    }
};


# One that is late, before others on the connection and in the worker
subtest 'connections' => sub {
    my @uris = map { "$_?format=json" } '/odd', '/fleet', '/odd', '/cut';
    my @got = $t->pipeline(map { $t->request('GET', $uris[$_], undef,
        $_ == $#uris ? (Connection => 'close') : ()) } 0 .. $#uris);
    is_deeply([ map { scalar @{ $_->json->{instances} } } @got ],
        [ 4, scalar @fakes, 4, 1 ], 'pipelined');

    my $h2 = $t->h2($t->port(19), 'GET', '/odd?format=json');
    is(scalar @{ $h2->json->{instances} }, 4, 'HTTP/2');
    like($t->h2($t->port(19), 'GET', '/metrics')->body, qr/^maas_instance_up/m,
        'metrics as well');

    my $s = $t->send($t->request('GET', '/odd?format=json', undef,
        Connection => 'close'), keep => 1);
    select undef, undef, undef, 0.1;
    $t->reload(overlap => 1);
    my ($answer) = $t->answers($t->receive($s));
    is(scalar @{ $answer->json->{instances} }, 4, 'a reload meanwhile');

    $t->reload;
    $t->rebase;
    for my $n (1 .. 30) {
        my $s = $t->send($t->request('GET', '/odd', undef), keep => 1);
        select undef, undef, undef, 0.02 * ($n % 20);
        close $s;
    }
    is($t->get('/fleet')->status, 200, 'clients that go away at any time');
};


subtest 'configurations' => sub {
    my $try = sub {
        my ($line, $re) = @_;
        my ($rc, $said) = $t->check_conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    upstream u { server 127.0.0.1:1; }
    server {
        listen 127.0.0.1:%%PORT9%%;
        location /a { proxy_pass http://127.0.0.1:%%PORT9%%; }
        location / { $line }
    }
}
EOC
        is($rc, 1, "$line: refused");
        like($said, $re, 'with a reason');
        is(scalar(() = $said =~ /\[emerg\]/g), 1, 'in one line');
    };
    my $ok = 'maas_fleet status u /a';
    $try->('maas_fleet numbers u /a;', qr/shows no "numbers", expected "metrics" or "status"/);
    $try->('maas_fleet status v /a;', qr{there is no upstream "v" in .*check\.conf:\d+});
    $try->('maas_fleet status 127.0.0.1 /a;', qr/there is no upstream/);
    $try->('maas_fleet status u a;', qr/cannot ask at "a", expected the URI/);
    $try->("$ok timeout=;", qr/invalid parameter "timeout=".*timeout=2s/);
    $try->("$ok timeout=0;", qr/invalid parameter/);
    $try->("$ok max=0;", qr/invalid parameter "max=0".*max=4m/);
    $try->("$ok max=2g;", qr/invalid parameter/);
    $try->("$ok max=1m time=1s;", qr/invalid parameter "time=1s"/);
    $try->("$ok; $ok;", qr/"maas_fleet" directive is duplicate/);
    $try->("$ok; maas_metrics;", qr/conflicts with another handler/);
    $try->("$ok; proxy_pass http://u;", qr/maas_fleet conflicts with another handler/);
    $try->('maas_fleet status u;', qr/invalid number of arguments/);
};


$t->done;
