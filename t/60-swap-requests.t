# Promise: a request has the generation that is current once its body is there
# until it ends, wherever it is by then; and no generation is there for longer.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Select;
use MaasTest;
use MaasTest::Swap;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = MaasTest->new;
my $row = $MaasTest::Swap::row;
my @type = ('Content-Type' => 'application/json');
my @large = (hidden => 1024);
my $copy = 4.3 * 1024;          # kB of such a model

MaasTest::Swap::put($t, $_, 1, hidden => 64) for 'a', 's', 'good';
MaasTest::Swap::put($t, 'large', 1, @large);
MaasTest::Swap::put($t, $_, 1, variable => 1) for 'v', 'named';
MaasTest::Swap::put($t, 'wide', 1, hidden => 256, outputs => 4096);

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    access_log off;
    keepalive_requests 100000000;
    add_header X-Worker $pid always;
    maas_model a a.safetensors watch=100ms;
    maas_model s s.safetensors watch=100ms;
    maas_model v v.safetensors watch=100ms;
    maas_model named named.safetensors watch=100ms;
    log_format lasting escape=none
        '{"id":"lasting","score":"$v","named":"$n","features":$maas_features_v}';
    maas_model large large.safetensors watch=100ms;
    maas_model wide wide.safetensors watch=100ms;
    maas_model good good.safetensors;
    server {
        listen 127.0.0.1:%%PORT%% reuseport sndbuf=16k;
        location = /a { maas_predict a; maas_shadow s; }
        location = /pool { maas_predict a; maas_offload pool above=0us; }
        location = /mirrored { mirror /mirror; maas_predict a; }
        location = /mirror { internal; maas_predict a; maas_offload pool above=0us; }
        location = /named { maas_feature x $arg_x; maas_set $n named score; return 200 "$n "; }
        location = /proxied {
            maas_feature x $arg_x;
            maas_set $v v score;
            maas_set $n named score;
            proxy_set_header X-Score $v;
            proxy_set_header X-Named $n;
            proxy_pass http://127.0.0.1:%%PORT1%%;
            access_log %%TESTDIR%%/lasting.log lasting;
        }
        location = /v { maas_feature x $arg_x; maas_set $v v score; return 200 $v; }
        location = /body {
            maas_feature_body on;
            maas_set $w v score;
            maas_offload pool above=0us;
            add_header X-Is $w;
            try_files /none =204;
        }
        location = /large { maas_predict large; }
        location = /wide { maas_predict wide; }
        location = /slow { maas_predict large; maas_offload pool above=0us; }
        location = /good { maas_predict good; }
        location / { maas_serve; }
    }
}
EOC
$t->known_good('/good', $row);
$t->run;

my %g = (a => 1, s => 1, v => 1, named => 1, large => 1, wide => 1);
my $lines = MaasTest::Swap::lines($t, '/good');

sub put {
    my ($name, %o) = @_;
    MaasTest::Swap::put($t, $name, ++$g{$name}, %o,
        $name eq 'v' || $name eq 'named' ? (variable => 1) : $name eq 'large' ? @large
            : $name eq 'wide' ? (hidden => 256, outputs => 4096)
            : (hidden => 64));
    return;
}

sub large_is {
    my ($what) = @_;
    return ok(MaasTest::Swap::all($t, $lines, '/large', $g{large}),
        "$what: generation $g{large}");
}

# How many copies of `large` there are beside all else

my $else;

sub copies {
    my $kb = MaasTest::Swap::memory($t)->{shared};
    $else //= $kb - $copy;
    return int(($kb - $else) / $copy + 0.5);
}

sub copies_become {
    my ($n, $what) = @_;
    $t->wait_for(sub { copies() == $n });
    return is(copies(), $n, $what);
}

subtest 'all ways at once' => sub {
    my $v2 = '/v2/models/a/infer';
    my %model = ('/a' => 'a', '/pool' => 'a', '/mirrored' => 'a',
        $v2 => 'a', '/v?x=3' => 'v', '/body' => 'v');
    my %when = map { $_ => [ [ 1, 0, 1 ] ] } keys %model;
    my $clients = MaasTest::Swap::load($t, uris => [ sort keys %model ],
        body => {
            '/pool' => '[' . join(',', ($row) x 100) . ']',
            '/body' => '{"x":5}',
            $v2 => qq({"inputs":[{"name":"input","shape":[1,4],)
                . qq("datatype":"FP32","data":$row}]}),
        });

    my $swaps = $ENV{MAAS_SLOW} ? 200 : 8;
    my $good = 0;
    for my $n (1 .. $swaps) {
        my @time = (time, 0);
        put($_) for 'a', 's', 'v';
        push @{ $when{$_} }, [ $g{ $model{$_} }, @time ] for keys %model;
        $good++ if MaasTest::Swap::all($t, $lines, '/a', $g{a})
            && MaasTest::Swap::all($t, $lines, '/v', $g{v});
        $when{$_}[-1][2] = time for keys %model;
    }
    is($good, $swaps, 'swaps');
    my ($answers, $n) = MaasTest::Swap::stop($t, $clients);
    cmp_ok($n, '>', 20 * $swaps, "$n answers");
    is(MaasTest::Swap::wrong($answers, \%when), '', 'none was wrong');
};

# The beginning of a request, which a worker has; its end brings the answer

my $text = $t->request('POST', '/large', $row, @type);
my $half = length($text) - 5;

sub begin {
    my $s = $t->send(substr($text, 0, $half), keep => 1);
    sleep 0.1;
    return $s;
}

sub finish {
    my ($s, $bytes) = @_;
    $t->send($bytes // substr($text, $half), socket => $s, keep => 1);
    my $got = $t->receive($s, until => qr/\r\n\r\n[^\r\n]+\z/);
    my ($answer) = $t->answers($got);
    return $answer ? MaasTest::Swap::generation($answer->body)
        // $answer->status : 'no answer';
}

subtest 'a body on its way' => sub {
    copies_become(1, 'one copy');
    my @s = map { begin() } 1 .. 4;
    for (1 .. 10) {
        put('large');
        large_is('a swap');
    }
    copies_become(1, 'requests that wait for bodies keep none');
    is(finish(shift @s), $g{large}, 'and have the last one') for 1 .. 2;

    put('large', in => 6);
    ok($t->wait_for(sub {
        return !grep { (MaasTest::Swap::ask($t, $_, '/large'))[1]
            ne 'status 400' } values %$lines;
    }), 'the new one has other inputs');
    my $s = shift @s;
    is(finish($s), 400, 'which a body that came late has not');
    put('large');
    large_is('and back');
    is(finish($s, $text), $g{large}, 'the connection goes on');
    is(finish(shift @s), $g{large}, 'and the others');
};

# An answer of 2 MB that nobody reads

sub unread {
    my $s = $t->send($t->request('POST', '/wide', '[' . join(',', ($row) x 100)
        . ']', @type, Connection => 'close'), keep => 1);
    IO::Select->new($s)->can_read(10);
    return $s;
}

subtest 'an answer on its way' => sub {
    my $first = $g{wide};
    my @s = unread();
    for (1 .. 7) {
        put('wide');
        ok(MaasTest::Swap::all($t, $lines, '/wide', $g{wide}),
            "generation $g{wide}, whoever does not read");
        push @s, unread();
    }

    my $last = $g{wide};
    copies_become(1, 'answers that are made keep none');
    for (1 .. 3) {
        put('wide');
        ok(MaasTest::Swap::all($t, $lines, '/wide', $g{wide}),
            'more of them than there are slots');
    }

    my $read = sub {
        my ($answer) = $t->answers($t->receive($_[0]));
        close $_[0];
        return $answer && MaasTest::Swap::generation($answer->body) // 'none';
    };
    is(join(' ', map { $read->($_) } @s), join(' ', $first .. $last),
        'each answer is of where it began');
    copies_become(1, 'no more than at the beginning are left');
};

# What waits for an upstream, such as a WebSocket, while generations pass

subtest 'a request that lasts' => sub {
    my $upstream = IO::Socket::INET->new(Listen => 8,
        LocalAddr => "127.0.0.1:" . $t->port(1), ReuseAddr => 1) or die $!;
    my @first = ($g{v}, $g{named});
    my $s = $t->send($t->request('GET', '/proxied?x=7', undef,
        Connection => 'close'), keep => 1);
    IO::Select->new($upstream)->can_read(10) or die 'no request upstream';
    my $c = $upstream->accept;
    sysread $c, my $head, 65536;
    like($head, qr/^X-Score: $first[0]\r$/m, 'a score goes upstream');

    for (1 .. 9) {
        put('v');
        put('named');
        ok($t->wait_for(sub {
            $t->get('/v')->body eq $g{v} && $t->get('/named')->body =~ /^$g{named} /;
        }), 'a generation passes');
    }
    is(scalar(() = $t->log =~ /\[warn\].*waits/g), 0, 'none is kept');

    syswrite $c, "HTTP/1.0 204 No Content\r\n\r\n";
    close $c;
    my ($answer) = $t->answers($t->receive($s));
    is($answer->status, 204, 'the answer comes');
    ok($t->wait_for(sub {
        -e $t->dir . '/lasting.log'
            && $t->read_file('lasting.log') =~ /"id":"lasting"/;
    }), 'and is logged');
    like($t->read_file('lasting.log'), qr/"score":"$first[0]","named":"$first[1]\.?\d*",/,
        'with what was said at its beginning');
    like($t->read_file('lasting.log'), qr/"features":\{"x":7\}/, 'and of what');
};

subtest 'in a thread' => sub {
    my $many = '[' . join(',', ($row) x 256) . ']';
    my $request = $t->request('POST', '/slow', $many, @type);
    my $wrong = 0;

    for my $n (1 .. 5) {
        my @s = map { $t->send($request, keep => 1) } 1 .. 4;
        put('large');
        large_is('a swap');
        for my $s (@s) {
            my ($answer) = $t->answers($t->receive($s,
                until => qr/\]\]\z/));
            my $is = $answer && MaasTest::Swap::generation($answer->body)
                // 0;
            $wrong++ if $is != $g{large} && $is != $g{large} - 1;
            close $s;
        }
    }
    is($wrong, 0, 'each answer is of one generation');

    my @gone = map { $t->send($request, keep => 1) } 1 .. 4;
    put('large');
    close $_ for @gone;
    large_is('clients are gone meanwhile');
    copies_become(1, 'one copy is left');
};

close $_ for values %$lines;
$t->done;
