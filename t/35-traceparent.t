# Promise: a client's traceparent is read by the rules of W3C Trace Context, an
# upstream gets the trace with our span in it, and what is sampled is what
# maas_trace says.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $trace = '0af7651916cd43dd8448eb211c80319c';
my $span = 'b7ad6b7169203331';
my $said = '"$maas_traceparent|$maas_tracestate|$maas_trace_id|'
    . '$maas_span_id|$maas_sampled"';

$t->model('m', sizes => [ 4, 2 ]);
my %ways = (
    on => 'maas_trace on;',
    none => 'maas_trace ratio=0;',
    all => 'maas_trace ratio=1.0 parent=on;',
    some => 'maas_trace ratio=0.3;',
    join => 'maas_trace ratio=0.3 parent=join;',
    anew => 'maas_trace ratio=0 parent=off;',
    off => 'maas_trace off;',
    inherited => '',
);
my $locations = join "\n", map { "location = /$_ { $ways{$_} return 200 $said; }" }
    sort keys %ways;

$t->conf(<<"EOC");
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_trace ratio=0;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        $locations
        location = /m { maas_predict m; }
        location /up/ {
            maas_trace on;
            proxy_set_header traceparent \$maas_traceparent;
            proxy_set_header tracestate \$maas_tracestate;
            add_header X-Span "\$maas_trace_id-\$maas_span_id";
            proxy_pass http://127.0.0.1:%%PORT1%%/;
        }
        location = /up/off {
            maas_trace off;
            proxy_set_header traceparent \$maas_traceparent;
            proxy_set_header tracestate \$maas_tracestate;
            proxy_pass http://127.0.0.1:%%PORT1%%/;
        }
        location = /redirected {
            maas_trace on;
            add_header X-Early \$maas_span_id;
            set \$early \$maas_span_id;
            error_page 405 = /after?\$early;
            maas_predict m;
        }
        location = /after { maas_trace ratio=0; return 200 "\$args|\$maas_span_id"; }
    }
    server {
        listen 127.0.0.1:%%PORT1%%;
        location / {
            return 200 "\$http_traceparent|\$http_tracestate";
        }
    }
}
EOC
$t->known_good('/m', '[1,2,3,4]');
$t->run;

# What a location says: traceparent, tracestate, trace, span, sampled
sub said {
    my ($uri, @headers) = @_;
    return split /\|/, $t->get($uri, undef, @headers)->body, -1;
}

# Does the ratio take it, as TraceIdRatioBased decides?
sub taken {
    my ($id, $ratio) = @_;
    return unpack('x8 Q>', pack 'H*', $id) >> 1 < $ratio * 2**63 ? 1 : 0;
}

subtest 'a trace begins' => sub {
    my %seen;
    for my $uri ('/on', '/all', '/none', '/inherited') {
        my ($parent, $state, $id, $own, $sampled) = said($uri,
            tracestate => 'a=1');
        like($id, qr/^[0-9a-f]{32}$/, "$uri: a trace");
        like($own, qr/^[0-9a-f]{16}$/, 'a span');
        my $yes = $uri =~ /on$|all/ ? 1 : 0;
        is($sampled, $yes, 'sampled or not');
        is($parent, "00-$id-$own-0" . (2 | $yes), 'what goes on: random, too');
        is($state, '', 'a tracestate without a traceparent is none');
        ok(!$seen{$id}++ && !$seen{$own}++, 'it is new');
    }
};

# By version, trace, parent, flags and what follows: t/unit/test_traceparent.c
# has more of them
my @good = (
    [ "00-$trace-$span-01", 1, 1 ],
    [ "00-$trace-$span-00", 0, 0 ],
    [ "00-$trace-$span-03", 1, 3 ],
    [ "00-$trace-$span-02", 0, 2 ],
    [ "00-$trace-$span-fd", 1, 1 ],
    [ "  00-$trace-$span-01  ", 1, 1 ],
    [ "cc-$trace-$span-01", 1, 1 ],
    [ "cc-$trace-$span-00-later", 0, 0 ],
);
my @bad = (
    "ff-$trace-$span-01", "00-$trace-$span-01-", "00-$trace-$span-01-x",
    "cc-$trace-$span-01x", '00-' . '0' x 32 . "-$span-01",
    "00-$trace-" . '0' x 16 . '-01', "00-\U$trace\E-$span-01",
    "00-$trace-\U$span\E-01", "00-$trace-$span", "00-$trace-$span-1", '',
    'x', '-' x 55, "00-$trace-$span-01,00-$trace-$span-01", "00-$trace-$span-0\x80",
    substr("00-$trace-$span-01", 1), "00-$trace-$span-01" . 'a' x 2000,
);

subtest 'a trace goes on' => sub {
    for my $case (@good) {
        my ($header, $sampled, $flags) = @$case;
        for my $uri ('/on', '/none') {
            my @said = said($uri, TraceParent => $header,
                tracestate => 'a=1,b=2');
            is($said[2], $trace, "$uri: $header");
            isnt($said[3], $span, 'with another span');
            is_deeply([ @said[ 0, 1, 4 ] ], [ sprintf('00-%s-%s-%02x', $trace,
                $said[3], $flags), 'a=1,b=2', $sampled ], 'and its flags');
        }
    }
    is((said('/on', traceparent => "00-$trace-$span-00", tracestate => 'a=1',
        TraceState => 'b=2', TRACESTATE => 'c=3'))[1], 'a=1,b=2,c=3',
        'states in several headers');
    is((said('/on', traceparent => "00-$trace-$span-00"))[1], '', 'no state');
};

subtest 'what is none begins another' => sub {
    for my $header (@bad) {
        my @said = said('/none', traceparent => $header, tracestate => 'a=1');
        isnt($said[2], $trace, $header =~ s/[^ -~]/?/gr);
        is("$said[1]|$said[4]", '|0', 'on its own terms');
    }
    my @twice = said('/on', map { (traceparent => "00-$trace-$span-01") } 1, 2);
    isnt($twice[2], $trace, 'two headers');
};

subtest 'ratios' => sub {
    my %n = (own => 0, joined => 0);
    for my $i (1 .. 300) {
        my @own = said('/some');
        is($own[4], taken($own[2], 0.3), "$own[2] is its own") or last;
        $n{own} += $own[4];
        my $id = substr sha256_hex($i), 0, 32;
        my @joined = said('/join', traceparent => "00-$id-$span-0" . $i % 2);
        is("$joined[2] $joined[4]", "$id " . taken($id, 0.3),
            "$id: whatever its parent does") or last;
        $n{joined} += $joined[4];
        my @parent = said('/some', traceparent => "00-$id-$span-0" . $i % 2);
        is("$parent[2] $parent[4]", "$id " . $i % 2, 'or as its parent')
            or last;
    }
    is($n{joined}, scalar(grep { taken(substr(sha256_hex($_), 0, 32), 0.3) }
        1 .. 300), 'of known ids');
    cmp_ok($n{joined}, '>', 60, 'some');
    cmp_ok($n{joined}, '<', 120, 'not most');
};

subtest 'ids do not repeat' => sub {
    my %seen;
    for my $i (1 .. 20) {
        my @answers = $t->pipeline(map { $t->request('GET', '/on', undef,
            $_ == 20 ? (Connection => 'close') : ()) } 1 .. 20);
        $seen{$_}++ for map { (split /\|/, $_->body)[ 2, 3 ] } @answers;
    }
    is(scalar keys %seen, 800, 'of two workers');
};

subtest 'parent=off, off' => sub {
    my @anew = said('/anew', traceparent => "00-$trace-$span-01",
        tracestate => 'a=1');
    isnt($anew[2], $trace, 'nobody reads it');
    is("$anew[1]|$anew[4]", '|0', 'nor its state, nor its flag');
    is_deeply([ said('/off', traceparent => 'what came', tracestate => 'a=1') ],
        [ 'what came', 'a=1', '', '', '' ], 'off: it passes through');
    is_deeply([ said('/off') ], [ ('') x 5 ], 'off: nothing');
};

subtest 'upstreams' => sub {
    my @parent = (traceparent => "00-$trace-$span-01", tracestate => 'a=1');
    my $answer = $t->get('/up/x', undef, @parent);
    my ($own) = $answer->header('X-Span') =~ /^$trace-([0-9a-f]{16})$/;
    isnt($own, $span, 'our span');
    is($answer->body, "00-$trace-$own-01|a=1", 'is its parent');
    $answer = $t->get('/up/x', undef, tracestate => 'a=1');
    is($answer->body, '00-' . $answer->header('X-Span') . '-03|',
        'of a trace that begins here, without a state');
    is($t->get('/up/off', undef, @parent)->body, "00-$trace-$span-01|a=1",
        'off: as it came');
};

subtest 'redirects' => sub {
    my ($early, $late) = split /\|/, $t->get('/redirected')->body;
    like($early, qr/^[0-9a-f]{16}$/, 'a span');
    is($late, $early, 'that a redirect keeps');
};

my $sentence = qr/invalid parameter "[^"]*", expected "on", "off" alone, /;

subtest 'wrong lines' => sub {
    for my $line ('maas_trace yes', 'maas_trace ratio=2', 'maas_trace ratio=',
        'maas_trace ratio=.5', 'maas_trace ratio=1.', 'maas_trace ratio=-1',
        'maas_trace ratio=0.1.2', 'maas_trace ratio=1e-2',
        'maas_trace ratio=1.000000000000001', 'maas_trace ratio=50%',
        'maas_trace ratio=0.0000000000000001', 'maas_trace parent=yes',
        'maas_trace parent=', 'maas_trace service=', "maas_trace service=\xff",
        'maas_trace ratio=1 off', 'maas_trace off ratio=1',
        'maas_trace on on')
    {
        my $conf = $t->{template} =~ s/maas_trace ratio=0;/$line;/r;
        my ($rc, $out) = $t->check_conf($conf);
        isnt($rc, 0, $line =~ s/[^ -~]/?/gr);
        like($out, $sentence, 'in one line');
        is(scalar(() = $out =~ /\[emerg\]/g), 1, 'and no more');
    }
    for my $case ([ 'maas_trace', 'invalid number of arguments' ],
        [ 'maas_trace on ratio=1 parent=on service=a',
            'invalid number of arguments' ],
        [ 'maas_trace on; maas_trace off', 'is duplicate' ])
    {
        my ($rc, $out) = $t->check_conf($t->{template}
            =~ s/maas_trace ratio=0;/$case->[0];/r);
        isnt($rc, 0, $case->[0]);
        like($out, qr/\Q$case->[1]\E/, 'says so');
    }
};

# A server with one line of its own
sub warned {
    my ($lines) = @_;
    my ($rc, $out) = $t->check_conf("%%GLOBALS%%\nevents { }\nhttp {\n"
        . "%%GLOBALS_HTTP%%\nserver {\nlisten 127.0.0.1:%%PORT%%;\n$lines\n}\n}\n");
    is($rc, 0, "$lines: a warning at most");
    return join '', $out =~ /\[warn\] (?:\S+#\S+ )?(.*maas_trace.*)/g;
}

subtest 'the page' => sub {
    my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/tracing.md");
    my @blocks = $page =~ /^```nginx\n(.*?)^```/msg;
    is(scalar @blocks, 2, 'blocks of docs/tracing.md');
    my $dir = $t->dir;
    my ($rc, $out) = $t->check_conf("%%GLOBALS%%\nevents { }\nhttp {\n"
        . "%%GLOBALS_HTTP%%\nmaas_model m %%TESTDIR%%/m.safetensors;\n"
        . ($blocks[0] =~ s/listen 8080/listen 127.0.0.1:%%PORT%%/r
            =~ s{ (spans\.jsonl)}{ $dir/$1}r
            =~ s/maas_serve;/maas_serve; $blocks[1]/r) . "\n}\n");
    is($rc, 0, 'work') or diag($out);
    unlike($out, qr/warn/, 'without a warning');
};

subtest 'nobody reads it, nobody makes it' => sub {
    like(warned('maas_trace on;'), qr/^maas_trace is on, but no log or header/,
        'on, not read');
    like(warned('add_header A $maas_span;'), qr/^"\$maas_span" or .* is used,/,
        'read, not on');
    is(warned($_), '', $_) for 'maas_trace on; add_header A $maas_trace_id;',
        'maas_trace on; add_header A $maas_sampled;',
        'add_header A $maas_traceparent;', 'maas_trace off;';
};

$t->done;
