# Promise: a request that is sampled is a line that OpenTelemetry's own messages
# are read from, with what the request took as spans that nest and add up, and
# with nothing private.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use MaasTest;
use MaasTest::Grpc;
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv: make build/venv/.done') unless -x $python;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @parts = qw(body parse queue compute write);
my ($trace, $parent) = ('0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331');

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->model('many', sizes => [ 64, 256, 2 ]);
$t->model('table', sizes => [ 1, 2 ], inputs => { kind => 'columns',
    columns => [ { name => 'x', kind => 'number' } ] });
$t->model('huge', sizes => [ 1, 1 ], task => 'regression', doc => {
    version => 1, name => 'huge', task => 'regression',
    inputs => { kind => 'tensor', shape => [1] },
    layers => [ { kind => 'dense', units => 1, activation => 'linear' } ] },
    tensors => { 'layers.0.weight' => [ [ 1, 1 ], [3e38] ],
        'layers.0.bias' => [ [1], [3e38] ] });

$t->conf(<<'EOC');
%%GLOBALS%%
thread_pool full threads=1 max_queue=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors version=7;
    maas_model many %%TESTDIR%%/many.safetensors;
    maas_model huge %%TESTDIR%%/huge.safetensors;
    maas_model table %%TESTDIR%%/table.safetensors version=3;

    log_format otlp escape=none '$maas_span';
    log_format times escape=json '{"trace":"$maas_trace_id",'
        '"span":"$maas_span_id","parse":"$maas_time_parse",'
        '"queue":"$maas_time_queue","compute":"$maas_time_compute",'
        '"write":"$maas_time_write","seconds":"$request_time"}';
    access_log %%TESTDIR%%/spans.jsonl otlp if=$maas_sampled;
    access_log %%TESTDIR%%/again.jsonl otlp if=$maas_sampled;
    access_log %%TESTDIR%%/times.jsonl times if=$maas_sampled;

    maas_trace on "service=a \"b\" <ü>";
    upstream self { server 127.0.0.1:%%PORT%%; }

    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;

        location / { maas_serve; }
        location = /m { maas_predict m; }
        location = /pool { maas_predict m; maas_offload pool above=0us; }
        location = /full { maas_predict m;
            maas_offload pool=full above=0us; }
        location = /slow { maas_predict many; maas_max_rows 4000;
            maas_offload pool=full above=0us; }
        location = /huge { maas_predict huge; }
        location = /cached { maas_predict m; maas_cache zone=c:1m; }
        location = /off { maas_trace off; maas_predict m; }
        location = /never { maas_trace ratio=0; maas_predict m; }
        location = /paged { maas_predict m; error_page 400 = /page; }
        location = /page { return 200; }
        location = /main {
            mirror /sub;
            proxy_set_header traceparent $maas_traceparent;
            proxy_pass http://self/m;
        }
        location = /sub { internal; log_subrequest on; return 204; }
        location = /behind { mirror /asked; proxy_pass http://self/off; }
        location = /asked { internal; maas_predict m; }
        location = /scored {
            maas_feature x $arg_x;
            maas_set $label table label default=none;
            maas_set $score table score;
            add_header X-Label "$label $score";
            return 204;
        }
        location /a.Service/ { add_header grpc-status $arg_code; return 200; }
        location ~ ^/odd"\\d { return 200; }
        location = /gone { return 502; }
    }
}
EOC
$t->known_good('/m', '[1,2,3,4]', @json);
$t->run;

my $seen = 0;

# The next n lines of the log as the messages that they are, once they are there
sub lines {
    my ($n) = @_;
    my @lines;
    $t->wait_for(sub {
        @lines = split /\n/, $t->read_file('spans.jsonl');
        return @lines >= $seen + $n;
    }, 5);
    my @new = @lines[ $seen .. $#lines ];
    $seen = @lines;
    is(scalar @new, $n, "$n logged") or diag(join "\n", @new);
    $t->write_file('new.jsonl', map { "$_\n" } @new);
    my ($rc, $out, $err) = $t->command($python, '-B',
        "$MaasTest::top/t/clients/otlp_lines.py", $t->dir . '/new.jsonl');
    is($rc, 0, 'as OpenTelemetry reads it') or diag($err);
    return map { JSON::PP->new->utf8->decode($_) } split /\n/, $out;
}

# The span of the request, and those below by name
sub spans {
    my ($line) = @_;
    my ($server, @below) = @{ $line->{spans} };
    return ($server, map { $_->{name} => $_ } @below);
}

# All that is true of any line: one trace, ids that differ, children in order
# within their parent
sub is_whole {
    my ($line, $what, @names) = @_;
    my ($server, @below) = @{ $line->{spans} };
    is(join(' ', map { $_->{name} } @below), "@names", "$what: its spans");
    my %ids = map { $_->{span} => 1 } $server, @below;
    is(scalar keys %ids, 1 + @below, 'ids differ');
    is(scalar(grep { $_->{trace} eq $server->{trace} } @below), scalar @below,
        'one trace');
    my $at = $server->{from};
    for (@below) {
        is("$_->{parent} $_->{kind}", "$server->{span} 1", "$_->{name}: below");
        is($_->{from}, $at, 'begins where the one before ends');
        $at = $_->{to};
    }
    cmp_ok($at, '<=', $server->{to}, 'within the request');
    return;
}

# The same line of the second log: read twice, a span has the same ids
sub again {
    my @ids = map { [ map { $_ =~ /Id":"(\w+)"/g } (split /\n/,
        $t->read_file($_))[ $seen - 1 ] ] } qw(spans.jsonl again.jsonl);
    return is_deeply($ids[0], $ids[1], 'twice the same ids');
}

my ($first) = lines(1);

subtest 'a prediction' => sub {
    is_whole($first, 'a row', @parts);
    my ($server, %part) = spans($first);
    is_deeply($server->{attributes}, {
        'http.request.method' => 'POST', 'url.scheme' => 'http',
        'url.path' => '/m', 'http.route' => '/m',
        'http.response.status_code' => 200,
        'network.protocol.version' => '1.1',
        'maas.model.name' => 'm', 'maas.model.version' => '7',
        'maas.model.file' => sha256_hex($t->read_file('m.safetensors')),
        'maas.model.generation' => 1,
        'maas.model.task' => 'classification', 'maas.rows' => 1,
        'maas.batch.rows' => 1,
    }, 'what is said of it') or diag(explain($server));
    is_deeply([ @{$server}{qw(name kind parent state code message)} ],
        [ 'POST /m', 2, '', '', 0, '' ], 'a server, the first of its trace');
    is($server->{flags}, 0x103, 'its flags');
    is_deeply($first->{resource}{'service.name'}, "a \"b\" <\x{fc}>", 'of whom');
    like($first->{resource}{'host.name'}, qr/./, 'where');
    is($first->{scope}[0], 'ngx_maas', 'by whom');
    again();
    my ($times) = map { JSON::PP::decode_json($_) }
        split /\n/, $t->read_file('times.jsonl');
    is("$times->{trace} $times->{span}", "$server->{trace} $server->{span}",
        'another log has its ids');
    for (@parts[ 1 .. 4 ]) {
        is(sprintf('%.6f', int(($part{$_}{to} - $part{$_}{from}) / 1000) / 1e6),
            $times->{$_}, "$_ took as long as its variable says");
    }
    cmp_ok(abs($server->{to} / 1e9 - time), '<', 3600, 'by the clock');
};

subtest 'a parent' => sub {
    $t->post('/m?secret=1', '[1,2,3,4]', @json, 'X-Key' => 'secret',
        traceparent => "00-$trace-$parent-01", tracestate => "a=\"1\\2\",b=2");
    my ($line) = lines(1);
    is_whole($line, 'with one', @parts);
    my ($server) = spans($line);
    is_deeply([ @{$server}{qw(trace parent state flags)} ],
        [ $trace, $parent, "a=\"1\\2\",b=2", 0x301 ], 'which is remote');
    unlike((split /\n/, $t->read_file('spans.jsonl'))[-1],
        qr/secret|127\.0\.0\.1|X-Key|\[1,2/, 'nothing private');
    $t->post('/m', '[1,2,3,4]', @json, traceparent =>
        "00-$trace-$parent-00");
    $t->post($_, '[1,2,3,4]', @json) for '/off', '/never';
    $t->post('/never', '[1,2,3,4]', @json, traceparent =>
        "00-$trace-$parent-01");
    ($line) = lines(1);
    is((spans($line))[0]{attributes}{'url.path'}, '/never',
        'what is not sampled is not logged');
};

subtest 'ways to compute' => sub {
    $t->post('/pool', '[1,2,3,4]', @json);
    $t->post('/v2/models/m/infer', '{"inputs":[{"name":"input","datatype":'
        . '"FP32","shape":[2,4],"data":[1,2,3,4,5,6,7,8]}]}', @json);
    $t->h2($t->port(1), 'POST', '/m', '[1,2,3,4]');
    $t->post('/m', '[' . join(',', ('[1,2,3,4]') x 200) . ']', @json);
    my @lines = lines(4);
    is_whole($_, 'each', @parts) for @lines;
    my @a = map { (spans($_))[0]{attributes} } @lines;
    is($a[0]{'http.route'}, '/pool', 'in a thread');
    is("$a[1]{'http.route'} $a[1]{'url.path'} $a[1]{'maas.rows'}",
        '/ /v2/models/m/infer 2', 'v2');
    is($a[2]{'network.protocol.version'}, '2', 'HTTP/2');
    is("$a[3]{'maas.rows'} $a[3]{'maas.batch.rows'}", '200 200',
        'more rows than a batch');

    my @answers = $t->pipeline(map { $t->request('POST', '/m', '[1,2,3,4]',
        @json, $_ == 9 ? (Connection => 'close') : ()) } 1 .. 9);
    is(scalar @answers, 9, 'on one connection');
    my %traces = map { (spans($_))[0]{trace} => 1 } lines(9);
    is(scalar keys %traces, 9, 'each is a trace');
};

subtest 'a cache' => sub {
    $t->post('/cached', $_, @json) for '[9,2,3,4]', '[9,2,3,4]',
        '[[9,2,3,4],[8,2,3,4]]';
    my @lines = lines(3);
    is_whole($_, 'each', @parts) for @lines;
    is(join(' ', map { (spans($_))[0]{attributes}{'maas.cache'} } @lines),
        'MISS HIT PARTIAL', 'what it had');
};

subtest 'failures' => sub {
    my @cases = (
        [ '/m', '[1,2,3]', 400, 'shape', 0, 'body parse' ],
        [ '/m', '{', 400, 'value', 0, 'body parse' ],
        [ '/m', '[' . join(',', ('[1,2,3,4]') x 257) . ']', 413, 'too_large',
            0, 'body parse' ],
        [ '/huge', '[2]', 500, 'not_finite', 2, "@parts" ],
        [ '/v2/models/none/infer', '{}', 404, undef, 0, '' ],
        [ '/gone', '', 502, '502', 2, '' ],
        [ '/gone', '{}', 502, '502', 2, '' ],
    );
    $t->post($_->[0], $_->[1], @json) for @cases;
    my @lines = lines(scalar @cases);
    for (@cases) {
        my ($uri, undef, $status, $type, $code, $names) = @$_;
        my $line = shift @lines;
        is_whole($line, "$uri: $status", split / /, $names);
        my ($server, %part) = spans($line);
        is($server->{attributes}{'http.response.status_code'}, $status,
            'its status');
        is($server->{attributes}{'error.type'}, $type, 'why');
        is("$server->{code} $server->{message}", $code ? "2 $type" : '0 ',
            'the server\'s fault or not');
        next if $names !~ /parse$/;
        is("$part{parse}{code} $part{parse}{message}", "2 $type",
            'the part that failed');
        like($t->log, qr/maas: .*, trace_id: $server->{trace}, client: /,
            'the error log has the trace');
    }
    $t->post('/off', '[1]', @json);
    like((grep { /maas: / } split /\n/, $t->log)[-1],
        qr/, request_id: \w+, client: .*"POST \/off /, 'or there is none');
    is($t->get('/m')->status, 405, 'a method');
    is($t->post('/m', 'x', 'Content-Type' => 'image/x')->status, 415, 'a type');
    my ($method, $type) = map { (spans($_))[0] } lines(2);
    is_deeply([ @{$method}{qw(name code)} ], [ 'GET /m', 0 ], 'GET');
    is($type->{attributes}{'error.type'}, 'media_type', 'before the body');
};

subtest 'no thread is free' => sub {
    my $slow = $t->request('POST', '/slow', pack('f<*', (1) x (64 * 4000)),
        'Content-Type' => 'application/octet-stream', Connection => 'close');
    my $n = 0;
    ok($t->wait_for(sub {
        my @slow = map { $t->send($slow, keep => 1) } 1 .. 4;
        my $refused = $t->post('/full', '[1,2,3,4]', @json)->status == 503;
        $t->receive($_) for @slow;
        $n += 5;
        return $refused;
    }), 'one is refused');
    my ($line) = grep { my ($server) = spans($_);
        $server->{attributes}{'http.route'} eq '/full' && $server->{code} }
        lines($n);
    is_whole($line, 'waited in vain', qw(body parse queue));
    my ($server, %part) = spans($line);
    is("$server->{message} $part{queue}{message}", 'busy busy', 'it says why');
};

subtest 'no request' => sub {
    $t->send($_) for "\0\1\r\n\r\n", "GET /\r\n\r\n",
        "BREW /pot HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        'GET /' . 'a' x 9000 . " HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: " . 'a' x 9000 . "\r\n\r\n",
        "POST /m HTTP/1.1\r\nHost: a\r\nContent-Length: 5x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n";
    my @lines = lines(7);
    is_whole($_, 'each') for @lines;
    my @a = map { (spans($_))[0]{attributes} } @lines;
    is_deeply([ map { $_->{'http.response.status_code'} } @a ],
        [ 400, 200, 404, 414, 400, 400, 400 ], 'as nginx answers');
    is_deeply([ map { $_->{'http.request.method'} } @a[ 0, 1, 2, 5 ] ],
        [ '_OTHER', 'GET', '_OTHER', 'POST' ], 'methods');
    is("$a[2]{'http.request.method_original'} " . (spans($lines[2]))[0]{name},
        'BREW HTTP /', 'as it was, and a name without it');
    is($a[1]{'network.protocol.version'}, '0.9', 'an old one');
};

subtest 'a client that goes' => sub {
    $t->send("POST /m HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n[1,",
        rst => 1);
    my ($line) = lines(1);
    my ($server) = spans($line);
    is("$server->{attributes}{'error.type'} $server->{code}", 'closed 0',
        'is not the server\'s fault');
    is_whole($line, 'without a body');
};

subtest 'texts' => sub {
    my %paths = (
        '/"\\' => '/"\\', "/\xc3\xbc" => "/\x{fc}",
        "/\xff\xc3" => "/\x{fffd}\x{fffd}", '/a%22%0a%5c' => '/a%22%0a%5c',
        '/<script>' => '/<script>', "/a?b=\"" => '/a', '/a#b' => '/a',
        '/odd"1?x' => '/odd"1', "/\xf0\x9f\x98\x80" => "/\x{1f600}",
        '/' . 'a' x 2000 => '/' . 'a' x 1023,
        'http://a/b' => '/b',
    );
    my @sent = sort keys %paths;
    $t->send("GET $_ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        for @sent;
    my @lines = lines(scalar @sent);
    for my $sent (@sent) {
        my ($server) = spans(shift @lines);
        is($server->{attributes}{'url.path'}, $paths{$sent},
            substr $sent =~ s/[^ -~]/?/gr, 0, 40);
        is($server->{attributes}{'http.route'}, '^/odd"\d', 'an odd name')
            if $sent =~ /odd/;
    }
};

subtest 'redirects, subrequests, upstreams' => sub {
    $t->post('/paged', '[', @json);
    my ($line) = lines(1);
    is_whole($line, 'an error page', qw(body parse));
    my ($server) = spans($line);
    is_deeply([ $server->{name}, @{ $server->{attributes} }{qw(url.path
        http.request.method maas.model.name)} ], [ 'POST /page', '/paged',
        'POST', 'm' ], 'what was asked for, and what answered');

    is($t->post('/main', '[1,2,3,4]', @json)->status, 200, 'proxied');
    my %by = map { my ($s) = spans($_); $s->{attributes}{'url.path'} => $s }
        lines(3);
    my ($main, $sub, $up) = @by{qw(/main /sub /m)};
    is_deeply([ @{$main}{qw(parent kind)} ], [ '', 2 ], 'the main request');
    is_deeply([ @{$sub}{qw(trace parent kind)} ],
        [ $main->{trace}, $main->{span}, 1 ], 'a subrequest is below it');
    is_deeply([ @{$up}{qw(trace parent kind flags)} ],
        [ $main->{trace}, $main->{span}, 2, 0x303 ], 'so is an upstream');
    is($up->{attributes}{'maas.model.name'}, 'm', 'which predicts');
    isnt($sub->{span}, $main->{span}, 'with an id of its own');
};

subtest 'models of subrequests and variables' => sub {
    for my $case ([ '[1,2,3,4]', undef, 'parse queue compute write' ],
        [ '[1,2,3]', 'shape', 'parse' ])
    {
        my ($body, $why, $names) = @$case;
        $t->post('/behind', $body, @json);
        my ($line) = lines(1);
        my ($server, $sub, @below) = @{ $line->{spans} };
        is_deeply([ $server->{name}, $server->{code}, @{$sub}{qw(name parent
            kind)}, @{ $sub->{attributes} }{qw(maas.model.name error.type)} ],
            [ 'POST /behind', 0, 'predict m', $server->{span}, 1, 'm', $why ],
            'a subrequest without a line');
        is(join(' ', map { $_->{name} } @below), $names, 'what it took');
        is(scalar(grep { $_->{parent} eq $sub->{span} } @below), scalar @below,
            'below it');
        is($below[0]{from}, $sub->{from}, 'as long');
        cmp_ok($below[-1]{to}, '<=', $sub->{to}, 'as it took');
        cmp_ok($sub->{to}, '<=', $server->{to}, 'within its request');
    }
    like($t->get('/scored?x=1')->header('X-Label'), qr/^class\d 0/, 'scored');
    is($t->get('/scored?x=none')->header('X-Label'), 'none', 'not scored');
    my ($yes, $no) = map { (spans($_))[0]{attributes} } lines(2);
    is($yes->{'maas.scored'}, 'table:3', 'by which model, once');
    is($no->{'maas.scored'}, undef, 'or by none');
};

subtest 'gRPC' => sub {
    my @cases = ([ 0, 0, undef ], [ 3, 0, undef ], [ 13, 2, '13' ],
        [ 12, 2, '12' ], [ 14, 2, '14' ], [ '', 0, undef ], [ 'x', 0, undef ]);
    $t->h2($t->port(1), 'POST', "/a.Service/Do?code=$_->[0]", undef,
        'Content-Type' => 'application/grpc') for @cases;
    my @lines = lines(scalar @cases);
    for (@cases) {
        my ($status, $code, $why) = @$_;
        my ($server) = spans(shift @lines);
        is_deeply([ @{ $server->{attributes} }{qw(rpc.system rpc.service
            rpc.method rpc.grpc.status_code error.type)} ], [ 'grpc',
            'a.Service', 'Do', $status =~ /\d/ ? $status : undef, $why ],
            "status $status");
        is("$server->{code} $server->{message}", $why ? "2 $why" : '0 ',
            'the server\'s fault or not');
        is($server->{name}, $status eq 12 ? 'POST /a.Service/'
            : 'a.Service/Do', 'its name');
    }
    $t->h2($t->port(1), 'POST', $_, undef, 'Content-Type' => 'application/grpc')
        for '/', '/a', '//Do', '/a.Service/', '/a.Service/Do/';
    $t->post('/a.Service/Do', '{}', 'Content-Type' => 'application/grpc');
    $t->h2($t->port(1), 'POST', '/a.Service/Do', undef, @json);
    is(join(' ', grep { defined } map { (spans($_))[0]{attributes}
        {'rpc.system'} } lines(7)), '', 'what is no call');

    my $g = MaasTest::Grpc->new($t->port(1));
    my $good = MaasTest::Grpc::infer_message(rows => [ [ 1, 2, 3, 4 ] ]);
    is($g->infer($_->[0])->{code}, $_->[1], "ModelInfer: $_->[1]")
        for [ $good, 0 ], [ MaasTest::Grpc::infer_message(rows => [ [1] ]),
            3 ];
    my ($yes, $no) = lines(2);
    is_whole($yes, 'a prediction', @parts);
    my ($server) = spans($yes);
    is_deeply([ $server->{name}, @{ $server->{attributes} }{qw(
        rpc.grpc.status_code maas.model.name maas.rows)} ],
        [ 'inference.GRPCInferenceService/ModelInfer', 0, 'm', 1 ],
        'what it was');
    ($server) = spans($no);
    is_deeply([ $server->{code}, @{ $server->{attributes} }{qw(
        rpc.grpc.status_code error.type)} ], [ 0, 3, 'shape' ],
        'one that is refused');
};

$t->done;
