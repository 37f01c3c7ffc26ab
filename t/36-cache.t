# Promise: with maas_cache an answer is the same bytes, whether rows ran or not;
# what is counted, said of a request and seen by shadows stays what it was.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Grpc;
use Test::More;
use Time::HiRes qw(sleep);

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @csv = ('Content-Type' => 'text/csv');
my @octets = ('Content-Type' => 'application/octet-stream');

my @columns = (inputs => { kind => 'columns', columns => [
    { name => 'a', kind => 'number', missing => 0.5 },
    { name => 'b', kind => 'category', values => [qw(x y)] } ] });

$t->model('m', sizes => [ 4, 5, 3 ], labels => [qw(red green blue)]);
$t->model('other', sizes => [ 4, 5, 3 ], labels => [qw(red green blue)],
    seed => 9);
$t->model('reg', sizes => [ 2, 3, 1 ], task => 'regression');
$t->model('cols', sizes => [ 3, 4, 1 ], task => 'binary', @columns);
$t->model('huge', doc => { version => 1, name => 'huge', task => 'regression',
        inputs => { kind => 'tensor', shape => [1] }, outputs => {},
        layers => [ { kind => 'dense', units => 1, activation => 'linear' } ] },
    tensors => { 'layers.0.weight' => [ [ 1, 1 ], [1e30] ],
        'layers.0.bias' => [ [1], [0] ] });

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    log_format cache '$uri $maas_cache $maas_batch $maas_label';
    access_log %%TESTDIR%%/cache.log cache;
    add_header X-Cache $maas_cache;
    add_header X-Worker $pid;
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model other %%TESTDIR%%/other.safetensors;
    maas_model reg %%TESTDIR%%/reg.safetensors;
    maas_model cols %%TESTDIR%%/cols.safetensors;
    maas_model huge %%TESTDIR%%/huge.safetensors;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location /plain { maas_serve; maas_cache off; }
        location /cached { maas_serve; maas_cache zone=all:256k; }
        location = /m { maas_predict m; maas_cache off; }
        location = /metrics { maas_metrics; }
        location = /status { maas_status; }
        maas_cache zone=some:1m;
        location = /c/m { maas_predict m; }
        location = /c/reg { maas_predict reg; }
        location = /c/cols { maas_predict cols; }
        location = /c/huge { maas_predict huge; }
        location = /c/off { maas_predict m; maas_cache off; }
        location = /c/pool { maas_predict m; maas_offload pool above=0us; }
        location = /c/all {
            maas_predict m;
            maas_batch 2;
            maas_offload pool above=0us;
        }
        location = /c/few { maas_predict m; maas_batch 2; }
        location = /c/why { maas_predict cols; maas_explain top=1; }
        location = /c/blunt { maas_predict m; maas_output labels-only; }
        location = /c/round { maas_predict m; maas_output round=1; }
        location = /c/ttl { maas_predict m; maas_cache zone=some ttl=1s; }
        location = /c/hour { maas_predict m; maas_cache zone=some ttl=1h; }
        location = /c/shadow { maas_predict m; maas_shadow other; }
        location = /c/mirrored { maas_predict m; mirror /c/hour; }
        location = /c/if {
            if ($arg_a) { set $x 1; }
            maas_predict m;
        }
        location /var {
            maas_feature a $arg_a;
            maas_feature b $arg_b;
            maas_set $v cols score;
            maas_set $why cols reasons=1;
            add_header X-V $v;
            try_files /none =204;
            location = /var/off { maas_cache off; try_files /none =204; }
            location = /var/pool {
                maas_offload pool above=0us;
                try_files /none =204;
            }
            location = /var/why {
                add_header X-V "$v $why";
                try_files /none =204;
            }
        }
        location = /p/reg { maas_predict reg; maas_cache off; }
        location = /p/cols { maas_predict cols; maas_cache off; }
        location = /p/blunt { maas_predict m; maas_output labels-only;
            maas_cache off; }
        location = /p/round { maas_predict m; maas_output round=1;
            maas_cache off; }
    }
    server {
        listen 127.0.0.1:%%PORT1%% http2;
        location / { maas_serve; maas_cache zone=some; }
    }
    server {
        listen 127.0.0.1:%%PORT2%% http2;
        location / { maas_serve; }
    }
}
EOC
$t->conf($conf);
$t->known_good('/c/m', '[1,2,3,4]', @json);
$t->run;

my $n = 0;
my $word = sub { return $_[0]->header('x-cache') // '-' };

# Numbers that nobody asked before
sub fresh { return map { (++$n % 3 - 1 || 1) * $n / 64 } 1 .. $_[0] }

# The same body at two places, twice at the second: bytes, and what $maas_cache
# said
sub same {
    my ($plain, $cached, $body, $what, @headers) = @_;
    my @a = map { $t->post($_, $body, @headers) } $plain, $cached, $cached;
    is($a[0]->status, 200, "$what: an answer") or diag($a[0]->body);
    is(join(' ', map { $word->($_) } @a), '- MISS HIT', "$what: in the cache");
    is($a[$_]->body, $a[0]->body, "$what: the same bytes") for 1, 2;
    is($a[$_]->header('content-type'), $a[0]->header('content-type'),
        "$what: type") for 1, 2;
    return;
}

sub metrics {
    my %v;
    my $text = $t->get('/metrics')->body;
    $v{$1} = $2 while $text =~ /^(\S+) (\S+)$/mg;
    return \%v;
}

# what has changed of the zone `some` and of the model m
sub more {
    my ($before) = @_;
    my $now = metrics();
    my %d = map { $_ => $now->{$_} - ($before->{$_} // 0) }
        grep { /^maas_cache_|^maas_(?:un)?cached_|^nv_inference_(?:count|exec)|^maas_answers/
            && /zone="some"|model="m"/ } keys %$now;
    return join ' ', map { s/^maas_|nv_inference_//r =~ s/[{].*[}]//r . "=$d{$_}" }
        sort grep { $d{$_} } keys %d;
}

subtest 'forms' => sub {
    my @row = fresh(4);
    my $row = join ',', @row;
    same('/m', '/c/m', "[$row]", 'a row', @json);
    is($word->($t->post('/c/m', pack('f<*', @row), @octets)), 'HIT',
        'its bytes are the same row');
    is($word->($t->post('/c/m', "[[$row]]", @json)), 'HIT', 'as rows');
    is($word->($t->post('/c/m', "$row\n", @csv)), 'HIT', 'as CSV');

    $row = join ',', fresh(4);
    same('/plain/v1/models/m:predict', '/cached/v1/models/m:predict',
        "{\"instances\":[[$row]]}", 'v1', @json);
    $row = join ',', fresh(4);
    my $v2 = "{\"id\":\"7\",\"inputs\":[{\"name\":\"input\",\"shape\":[1,4],"
        . "\"datatype\":\"FP32\",\"data\":[$row]}]}";
    same('/plain/v2/models/m/infer', '/cached/v2/models/m/infer', $v2, 'v2',
        @json);
    my $answer = $t->post('/cached/v2/models/m/infer', $v2 =~ s/"7"/"8"/r,
        @json);
    is($word->($answer) . $answer->json->{id}, 'HIT8',
        'what is not of the row is not of the cache');

    my $head = '{"inputs":[{"name":"input","shape":[2,4],"datatype":"FP32",'
        . '"parameters":{"binary_data_size":32}}],"outputs":[{"name":"output",'
        . '"parameters":{"binary_data":true}}]}';
    same('/plain/v2/models/m/infer', '/cached/v2/models/m/infer',
        $head . pack('f<*', fresh(8)), 'v2 with binary data', @octets,
        'Inference-Header-Content-Length' => length $head);
    same('/p/reg', '/c/reg', '[[1,2],[3,4],[5,6]]', 'a regression', @json);
    same('/p/cols', '/c/cols', '[{"a":7,"b":"y"},{"b":"x"},{"a":null}]',
        'columns', @json);
    same('/p/cols', '/c/cols', "a,b\n8,y\n9,z\n", 'columns as CSV', @csv);
    is($word->($t->post('/c/cols', '[[8,"y"],[9,"neither"]]', @json)), 'HIT',
        'of other texts for the same numbers');
};

subtest 'bits alone make a row' => sub {
    my @zero = ($n + 0.5) x 3;
    $n++;
    my $send = sub { $word->($t->post('/c/m', pack('f<*', @zero, $_[0]),
        @octets)) };
    is(join(' ', map { $send->($_) } 0, -0.0, 0, -0.0), 'MISS MISS HIT HIT',
        'a zero of another sign is another row');
};

subtest 'models' => sub {
    my $row = '[' . join(',', fresh(4)) . ']';
    my @models = qw(m other m other);
    my @a = map { $t->post("/cached/v1/models/$_:predict",
        "{\"instances\":[$row]}", @json) } @models;
    is(join(' ', map { $word->($_) } @a), 'MISS MISS HIT HIT',
        'each has answers of its own');
    isnt($a[0]->body, $a[1]->body, 'which differ');
    is($a[2]->body, $a[0]->body, 'of the first');
    is($a[3]->body, $a[1]->body, 'and of the other');
};

subtest 'rows of one request' => sub {
    my @rows = map { [ fresh(4) ] } 1 .. 6;
    my $body = sub { JSON::PP::encode_json([ @rows[@_] ]) };
    my $both = sub {
        my ($what, $said, @which) = @_;
        my $cached = $t->post('/c/m', $body->(@which), @json);
        is($word->($cached), $said, $what);
        is($cached->body, $t->post('/m', $body->(@which), @json)->body,
            "$what: the same bytes");
    };
    my $before = metrics();
    $both->('two of them', 'MISS', 1, 4);
    $both->('one of these and others', 'PARTIAL', 0, 4, 3);
    $both->('the last and the first', 'PARTIAL', 1, 2, 0);
    $both->('all', 'PARTIAL', 0 .. 5);
    $both->('in another order, and twice', 'HIT', 5, 4, 4, 0, 1, 2, 3, 5);
    my $zone = metrics();
    my $d = sub { $zone->{$_[0]} - $before->{$_[0]} };
    is($d->('maas_cache_hits_total{zone="some"}'), 1 + 2 + 5 + 8, 'rows hit');
    is($d->('maas_cache_misses_total{zone="some"}'), 2 + 2 + 1 + 1, 'rows ran');
    is($d->('maas_cache_entries{zone="some"}'), 6, 'are there now');
    is($d->('nv_inference_count{model="m",version="1"}'), 2 * (2 + 3 + 3 + 6 + 8),
        'all are counted as predicted');
    is($d->('nv_inference_exec_count{model="m",version="1"}'), 5 + 4,
        'and passes, of which the last request needed none');

    # the same row three times, of which none is known
    @rows = ([ fresh(4) ]) x 3;
    $both->('three times the same', 'MISS', 0 .. 2);
    $both->('again', 'HIT', 0 .. 2);
};

subtest 'counters' => sub {
    my $row = '[' . join(',', fresh(4)) . ']';
    my $label = (qw(red green blue))[ $t->post('/m', "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,4],"
        . "\"datatype\":\"FP32\",\"data\":$row}],\"outputs\":[{\"name\":"
        . '"decision"}]}', @json)->json->{outputs}[0]{data}[0] ];
    my $before = metrics();
    $t->post('/c/m', $row, @json) for 1 .. 3;
    $t->wait_for(sub { more($before) =~ /answers_total=3/ }, 5);
    is(more($before), 'answers_total=3 cache_entries=1 cache_hits_total=2 '
        . 'cache_misses_total=1 cached_rows_total=2 uncached_rows_total=1 '
        . 'count=3 exec_count=1', 'of three requests');
    my $now = metrics();
    my $said = "maas_answers_total{model=\"m\",version=\"1\",label=\"$label\"}";
    is($now->{$said} - $before->{$said}, 3, 'what the model said');
    my $h = 'maas_request_duration_seconds_count{model="m",version="1"}';
    is($now->{$h} - $before->{$h}, 3, 'each is in the histogram');

    my $stats = sub { $t->get('/plain/v2/models/m/stats')
        ->json->{model_stats}[0]{inference_stats} };
    my $was = $stats->();
    $row = '[' . join(',', fresh(4)) . ']';
    $t->post('/c/m', $row, @json) for 1 .. 3;
    my $is = $stats->();
    is($is->{cache_hit}{count} - $was->{cache_hit}{count}, 2,
        "Triton's statistics: hits");
    is($is->{cache_miss}{count} - $was->{cache_miss}{count}, 1, 'misses');
    cmp_ok($is->{"cache_$_"}{ns}, '>', $was->{"cache_$_"}{ns}, "ns of a $_")
        for qw(hit miss);

    my $enabled = sub { $t->get("/$_[0]/v2/models/m/config")
        ->json->{response_cache}{enable} };
    ok($enabled->('cached'), "Triton's configuration: a cache");
    ok(!$enabled->('plain'), 'and none');

    my ($zone) = grep { $_->{zone} eq 'some' }
        @{ $t->get('/status?page=live&format=json')->json->{caches} };
    $now = metrics();
    is($zone->{$_}, $now->{"maas_cache_${_}_total{zone=\"some\"}"}, "JSON: $_")
        for qw(hits misses evicted);
    is($zone->{entries}, $now->{'maas_cache_entries{zone="some"}'},
        'JSON: entries');
    is($zone->{size}, 1024 * 1024, 'JSON: size');
};

subtest 'variables' => sub {
    my $before = metrics();
    my $zone = sub { metrics()->{"maas_cache_$_[0]_total{zone=\"some\"}"}
        - $before->{"maas_cache_$_[0]_total{zone=\"some\"}"} };
    for my $a (101, 102) {
        my $plain = $t->get("/var/off?a=$a&b=y")->header('x-v');
        like($plain, qr/^[01]\.\d+$/, 'a score');
        for my $uri ($a == 101 ? ('/var', '/var', '/var/pool', '/var/why')
            : ('/var/pool', '/var', '/var/pool'))
        {
            like($t->get("$uri?a=$a&b=y")->header('x-v'), $uri eq '/var/why'
                ? qr/^$plain [ab] [-+]\S+$/ : qr/^$plain$/, "$uri: the same");
        }
    }
    is($zone->('misses') . ' ' . $zone->('hits'), '2 5', 'two rows ran');
    is($word->($t->post('/c/cols', '[{"a":101,"b":"y"}]', @json)), 'HIT',
        'a served row is the same');
    $t->post('/c/cols', '[{"a":103}]', @json);
    $before = metrics();
    $t->get('/var?a=103');
    is($zone->('hits'), 1, 'and the other way round');
    is(metrics()->{'maas_variable_requests_total{model="cols",version="1"}'}
        - $before->{'maas_variable_requests_total{model="cols",version="1"}'},
        1, 'requests are counted');
};

subtest 'gRPC' => sub {
    my @rows = map { [ fresh(4) ] } 1 .. 3;
    my @calls = map { MaasTest::Grpc::infer_message(model => 'm',
        rows => [ @rows[@$_] ]) } [0], [ 0 .. 2 ], [ 2, 0 ];
    my ($cached, $plain) = map { MaasTest::Grpc->new($t->port($_)) } 1, 2;
    my $before = metrics();
    for my $i (0 .. $#calls, 0 .. $#calls) {
        my ($a, $b) = map { $_->infer($calls[$i]) } $cached, $plain;
        is($a->{code}, 0, "call $i");
        is($a->{message}, $b->{message}, 'the same bytes');
    }
    my $now = metrics();
    my %d = map { $_ => $now->{"maas_cache_$_\{zone=\"some\"}"}
        - $before->{"maas_cache_$_\{zone=\"some\"}"} }
        qw(hits_total misses_total);
    is("$d{misses_total} $d{hits_total}", '3 9', 'each row ran once');
    is($word->($t->post('/c/m', JSON::PP::encode_json(\@rows), @json)), 'HIT',
        'and is there for HTTP');
};

subtest 'elsewhere' => sub {
    my $row = '[' . join(',', fresh(4)) . ']';
    is($word->($t->post('/c/off', $row, @json)), '-', 'off');
    is($word->($t->post('/c/m', $row, @json)), 'MISS', 'so it is not known');
    is($word->($t->post('/c/pool', $row, @json)), 'HIT', 'with threads');
    $row = '[' . join(',', fresh(4)) . ']';
    is($word->($t->post('/c/pool', $row, @json)), 'MISS', 'from a thread');
    is($word->($t->post('/c/m', $row, @json)), 'HIT', 'it is kept as well');
    is($word->($t->post('/c/if?a=1', $row, @json)), 'HIT', 'in an if');

    same('/m', '/c/few', pack('f<*', fresh($_ * 4)), "$_ rows, batches of 2",
        @octets) for 2, 3, 17;
    is($word->($t->post('/c/all', pack('f<*', fresh(1000)), @octets)), 'BYPASS',
        'a thread for it alone');
    is($word->($t->post('/c/m', '[1,2', @json)), '-', 'an error');

    $row = '[' . join(',', fresh(4)) . ']';
    my $want = $t->post('/m', $row, @json)->body;
    my $ask = sub { $t->request('POST', $_[0], $row, @json, @_[ 1 .. $#_ ]) };
    my $text = $ask->('/c/m', Connection => 'close');
    for my $said ('MISS', 'HIT') {
        my ($late) = $t->answers($t->send($text, split => [ 9,
            length($text) - 3 ]));
        is($word->($late) . $late->body, $said . $want, "a late body: $said");
    }
    my @many = $t->pipeline((map { $ask->($_ % 2 ? '/c/m' : '/c/mirrored') }
        1 .. 99), $text);
    is(scalar(grep { $_->status == 200 && $word->($_) eq 'HIT'
        && $_->body eq $want } @many), 100, 'many on one connection');
    (my $chunked) = $t->answers($t->send($t->request('POST', '/c/m',
        $t->chunked($row, 2), @json, 'Transfer-Encoding' => 'chunked',
        Connection => 'close')));
    is($word->($chunked) . $chunked->body, "HIT$want", 'in chunks');
    is($word->($t->post('/c/why', '[{"a":7,"b":"y"}]', @json)), 'BYPASS',
        'reasons are computed');

    for my $kind ('blunt', 'round') {
        $row = '[' . join(',', fresh(4)) . ']';
        same("/p/$kind", "/c/$kind", $row, "maas_output $kind", @json);
        is($t->post('/c/m', $row, @json)->body, $t->post('/m', $row, @json)->body,
            "$kind: the whole answer is kept");
    }

    for (1, 2) {
        my $huge = $t->post('/c/huge', '[1e30]', @json);
        is($huge->status, 500, 'an answer that is not finite');
    }

    $row = '[' . join(',', fresh(4)) . ']';
    my $shadow = 'maas_shadow_rows_total{model="m",version="1",shadow="other",shadow_version="1"}';
    my $before = metrics();
    is($word->($t->post('/c/shadow', $row, @json)), $_, "with a shadow: $_")
        for qw(MISS HIT HIT);
    $t->wait_for(sub { metrics()->{$shadow} - $before->{$shadow} >= 3 }, 5);
    is(metrics()->{$shadow} - $before->{$shadow}, 3, 'which sees all');

    # workers write their lines when they come to it
    my @lines;
    $t->wait_for(sub { 3 == (@lines = sort
        $t->read_file('cache.log') =~ m{^/c/shadow (.*)\n}mg) });
    like("@lines", qr/^HIT - (red|green|blue) HIT - \1 MISS 1 \1$/,
        'a log: no batch, but a label');
};

subtest 'ttl' => sub {
    my $row = '[' . join(',', fresh(4)) . ']';
    is($word->($t->post('/c/ttl', $row, @json)), 'MISS', 'new');
    sleep 1.2;
    is($word->($t->post('/c/hour', $row, @json)), 'HIT', 'kept by this one');
    my $before = metrics();
    is($word->($t->post('/c/ttl', $row, @json)), 'MISS', 'too old for that one');
    my $now = metrics();
    is($now->{$_} - $before->{$_}, 0, $_) for 'maas_cache_entries{zone="some"}',
        'maas_cache_evicted_total{zone="some"}';
    is($word->($t->post('/c/m', $row, @json)), 'HIT', 'without one');
};

# connections until one is of another worker
sub at_worker {
    my ($pid, $row) = @_;
    for (1 .. 200) {
        my $a = $t->post('/c/m', $row, @json);
        return $word->($a) if ($a->header('x-worker') == $pid) == $_[2];
    }
    return 'none';
}

subtest 'workers, reloads' => sub {
    my $row = '[' . join(',', fresh(4)) . ']';
    my $first = $t->post('/c/m', $row, @json);
    is($word->($first), 'MISS', 'one worker');
    is(at_worker($first->header('x-worker'), $row, 0), 'HIT', 'the other');

    my $before = metrics();
    $t->reload;
    is($word->($t->post('/c/m', $row, @json)), 'HIT', 'after a reload');
    my $now = metrics();
    is($now->{'maas_cache_hits_total{zone="some"}'},
        $before->{'maas_cache_hits_total{zone="some"}'} + 1, 'counters go on');

    $t->kill_worker((grep { 1 } $t->workers)[0]);
    is($word->($t->post('/c/m', $row, @json)), 'HIT', 'after a worker was killed');

    $t->conf($conf =~ s/some:1m/some:2m/r);
    $t->reload;
    like($t->log, qr/\[notice\].*maas_cache zone "some" has another size, or longer answers: it begins empty/,
        'another size is said');
    unlike($t->log, qr/maas_cache zone "all"/, 'of that one alone');
    is($word->($t->post('/c/m', $row, @json)), 'MISS', 'nothing is known');
};

subtest 'more rows than there is room for' => sub {
    my ($rows, $before) = (8000, metrics());
    my $per = 40;
    for (1 .. $rows / $per) {
        my $many = JSON::PP::encode_json([ map { [ fresh(4) ] } 1 .. $per ]);
        my $a = $t->post('/cached/v1/models/m:predict', "{\"instances\":$many}",
            @json);
        $a->status == 200 && $word->($a) eq 'MISS' or return fail('asked');
    }
    my $now = metrics();
    my %d = map { my $m = $_; $m => $now->{"maas_cache_$m\{zone=\"all\"}"}
        - $before->{"maas_cache_$m\{zone=\"all\"}"} }
        qw(entries evicted_total misses_total);
    is($d{misses_total}, $rows, 'all ran');
    is($d{entries} + $d{evicted_total}, $rows, 'are there or made room');
    cmp_ok($d{evicted_total}, '>', $rows / 2, 'many did');
    cmp_ok($now->{'maas_cache_entries{zone="all"}'}, '>', 40 * 50,
        'and the zone is full');
};

$t->done;
