# Promise: a pipeline is a model as others are, and answers with the bits of its
# models, asked one after the other by hand.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Grpc;
use MaasTest::Model qw(float32);
use Test::More;

my $t = MaasTest->new;
my $json = JSON::PP->new->canonical->allow_nonref;
my @json = ('Content-Type' => 'application/json');
my @octets = ('Content-Type' => 'application/octet-stream');

my %scaled = (kind => 'tensor', shape => [8], shift => 0.25, factor => 3);
my %columns = (kind => 'columns', columns => [
    map { { name => $_, kind => 'number', shift => 2, factor => 0.5 } }
        qw(a b c d) ]);

$t->model('embed', sizes => [ 4, 6, 8 ], task => 'regression', last => 'tanh');
$t->model('head', sizes => [ 8, 5, 3 ], seed => 7, inputs => \%scaled,
    labels => [ 'low', 'mid', 'high' ]);
$t->model('tail', sizes => [ 3, 2 ], task => 'regression', seed => 9);
$t->model("c$_", sizes => [ 4, 9, 3 ], seed => 20 + $_,
    labels => [ 'low', 'mid', 'high' ]) for 1 .. 3;
$t->model("b$_", sizes => [ 4, 3, 1 ], task => 'binary', seed => 30 + $_,
    inputs => \%columns) for 1, 2;
$t->model('gate', sizes => [ 4, 1 ], task => 'binary', seed => 44);
$t->model('rank', sizes => [ 4, 7, 2 ], task => 'regression', seed => 50);
$t->model('known', sizes => [ 4, 3, 2 ]);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
thread_pool default threads=2;
http {
    %%GLOBALS_HTTP%%
    maas_pipeline chain embed,head label=best;
    maas_pipeline long embed,head,tail version=3;
    maas_pipeline mean mean=c1,c2:1,c3;
    maas_pipeline heavy mean=c1,c2,c3 weights=1,2.5,4e-1;
    maas_pipeline doubt mean=b1,b2 threshold=0.9;
    maas_pipeline stop gate=gate above=0.5 then=rank else=-1,0.125;
    maas_pipeline both gate=gate above=0.5 then=c1 else=mid;
    maas_pipeline self gate=b1 above=0.5 then=b2 else=gate;
    maas_pipeline nested gate=gate above=0.5 then=mean else=high;
    maas_models %%TESTDIR%%/*.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        location / { maas_serve; }
        location = /good { maas_predict known; }
        location = /chain { maas_predict chain; maas_headers on; }
        location = /pool { maas_predict nested; maas_offload pool above=0us; }
        location = /top { maas_predict heavy; maas_output top=1 round=2; }
        location = /few { maas_predict mean; maas_max_rows 5; }
        location = /shadow { maas_predict c1; maas_shadow mean; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->known_good('/good', '[1,2,3,4]');
$t->run;

srand 3;
my @rows = map { [ map { float32(4 * rand() - 2) } 1 .. 4 ] } 1 .. 150;

# rows of a model's answer, each number in single precision

sub ask {
    my ($name, $rows, $uri) = @_;
    my $answer = $t->post($uri || "/v1/models/$name:predict",
        $json->encode($uri ? $rows : { inputs => $rows }), @json);
    return [ $answer->status, $answer->body ] if $answer->status != 200;
    my $is = $answer->json;
    $is = ref $is eq 'HASH' ? $is->{outputs} : $is;
    return [ map { [ map { float32($_) } ref $_ ? @$_ : $_ ] } @$is ];
}

# by v2 with raw numbers

sub raw {
    my ($name, $rows, $columns) = @_;
    my $in = pack 'f<*', map { @$_ } @$rows;
    my $n = @{ $rows->[0] };
    my $head = $json->encode({
        inputs => [ { name => 'input', datatype => 'FP32',
            shape => [ scalar @$rows, $n ],
            parameters => { binary_data_size => length $in } } ],
        parameters => { binary_data_output => JSON::PP::true } });
    my $answer = $t->post("/v2/models/$name/infer", $head . $in, @octets,
        'Inference-Header-Content-Length' => length $head);
    return [ $answer->status, $answer->body ] if $answer->status != 200;
    my $skip = $answer->header('Inference-Header-Content-Length');
    my @out = unpack 'f<*', substr $answer->body, $skip;
    my $wide = @out / @$rows;
    return [ map { [ splice @out, 0, $wide ] } 1 .. @$rows ];
}

my %part = map { $_ => raw($_, \@rows) } qw(embed c1 c2 c3 gate rank);
$part{$_} = ask($_, \@rows) for 'b1', 'b2';
is(scalar @{ $part{$_} }, @rows, "$_ has a row a row") for sort keys %part;
my $head = raw('head', $part{embed});

sub mean {
    my ($w, @of) = @_;
    my $all = 0;
    $all += $_ for @$w;
    return [ map { my $r = $_; [ map {
        my ($k, $sum) = ($_, 0);
        $sum += $w->[$_] * $of[$_][$r][$k] for 0 .. $#of;
        float32($sum / $all) } 0 .. $#{ $of[0][$r] } ] } 0 .. $#rows ];
}

sub gated {
    my ($gate, $then, $else) = @_;
    return [ map { $gate->[$_][0] > 0.5 ? $then->[$_]
        : $else ? $else : $gate->[$_] } 0 .. $#rows ];
}

my $mean = mean([ 1, 1, 1 ], @part{qw(c1 c2 c3)});
my %want = (
    chain  => $head,
    long   => raw('tail', $head),
    mean   => $mean,
    heavy  => mean([ 1, 2.5, 0.4 ], @part{qw(c1 c2 c3)}),
    doubt  => mean([ 1, 1 ], @part{qw(b1 b2)}),
    stop   => gated(@part{qw(gate rank)}, [ -1, 0.125 ]),
    both   => gated(@part{qw(gate c1)}, [ 0, 1, 0 ]),
    self   => gated(@part{qw(b1 b2)}),
    nested => gated($part{gate}, $mean, [ 0, 0, 1 ]),
);

for my $name (sort keys %want) {
    my %there = map { ("@$_" => 1) } @{ $want{$name} };
    cmp_ok(keys %there, '>', 20, "$name: rows differ");
    is_deeply(ask($name, \@rows), $want{$name}, "$name, as JSON");
    is_deeply(raw($name, \@rows), $want{$name}, "$name, as raw numbers")
        if $name !~ /doubt|self/;
    is_deeply([ map { @{ ask($name, [$_]) } } @rows[ 0 .. 9 ] ],
        [ @{ $want{$name} }[ 0 .. 9 ] ], "$name, row by row");
}

my $passing = grep { $_->[0] > 0.5 } @{ $part{gate} };
ok($passing > 10 && $passing < 140, "the gate lets $passing of 150 pass");

###############################################################################
# as other models are

my @together = $t->pipeline(map { $t->request('POST',
    '/v1/models/nested:predict', $json->encode({ inputs => [$_] }), @json) }
    @rows[ 0 .. 39 ]);
is_deeply([ map { [ map { float32($_) } @{ $_->json->{outputs}[0] } ] }
    @together ],
    [ @{ $want{nested} }[ 0 .. 39 ] ], 'requests one behind the other');

my $meta = $t->get('/v2/models/chain')->json;
is_deeply([ $meta->{name}, @{ $meta->{versions} } ], [ 'chain', '1' ],
    'metadata');
is_deeply($meta->{inputs}[0]{shape}, [ -1, 4 ], 'inputs of the first model');
is_deeply($meta->{outputs}[0]{shape}, [ -1, 3 ], 'outputs of the last one');
is($t->get('/v2/models/long/versions/3/ready')->status, 200, 'a version');
is($t->get('/v2/models/long/versions/1/ready')->status, 404, 'that is all');

my $grpc = MaasTest::Grpc->new($t->port(1))->infer(
    MaasTest::Grpc::infer_message(model => 'nested', rows => \@rows));
is($grpc->{code}, 0, 'gRPC') or diag($grpc->{text});
is_deeply([ MaasTest::Grpc::floats($grpc->{message}) ],
    [ map { @$_ } @{ $want{nested} } ], 'has the same bits');

my $csv = join '', map { join(',', @$_) . "\n" } @rows[ 0 .. 4 ];
is_deeply([ map { [ map { float32($_) } @$_ ] } @{ $t->post('/few',
    $json->encode([ @rows[ 0 .. 4 ] ]), @json)->json } ],
    [ @{$mean}[ 0 .. 4 ] ], 'maas_predict');
like($t->post('/few', $json->encode([ @rows[ 0 .. 5 ] ]), @json)->error,
    qr/5/, 'maas_max_rows');
is($t->post('/few', $csv, 'Content-Type' => 'text/csv')->status, 200, 'CSV');

is_deeply(ask('nested', \@rows, '/pool'), $want{nested}, 'in the pool');

my $top = $t->post('/top', $json->encode([ $rows[0] ]), @json)->json;
is(scalar(grep { $_ > 0 } @{ $top->[0] }), 1, 'maas_output');

my $answer = $t->post('/chain', $json->encode([ $rows[0] ]), @json);
my ($best) = sort { $head->[0][$b] <=> $head->[0][$a] } 0 .. 2;
is($answer->header('Maas-Label'), (qw(low mid high))[$best], 'its label');
my $sum = $answer->header('Maas-File');
like($sum, qr/^[0-9a-f]{64}$/, 'a digest');

is($t->post('/shadow', $json->encode([ @rows[ 0 .. 39 ] ]), @json)->status, 200,
    'a pipeline as a shadow');
ok($t->wait_for(sub { $t->get('/metrics')->body =~
    /^maas_shadow_rows_total\{model="c1",[^}]*shadow="mean"[^}]*\}[ ]40$/m }),
    'sees all rows') or diag(grep { /^maas_shadow/ } split /^/, $t->get('/metrics')->body);

my $yes = grep { $_->[0] > 0.9 } @{ $want{doubt} };
my $metrics = $t->get('/metrics')->body;
like($metrics, qr/^maas_model_info\{[^}]*model="chain"[^}]*sha256="$sum"/m,
    'maas_metrics names it') or diag(grep { /chain/ } split /^/, $metrics);
like($metrics, qr/^nv_inference_count\{model="nested",[^}]*\} [1-9]/m,
    'and counts rows') or diag(grep { /nested/ } split /^/, $metrics);

like($t->post('/v1/models/chain:predict', '{"inputs":[[1,2,3]]}',
    @json)->error, qr/4/, 'a row that is short');
is($t->get('/v2/models/chain/docs/openapi.json')->status, 200, 'OpenAPI');
is($t->get('/')->status, 200, 'the page');
like($t->log, qr/maas_model "chain" version 1: generation 1, SHA-256 $sum/,
    'the log names it');

$t->done;
