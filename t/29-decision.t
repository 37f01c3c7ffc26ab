# What a model says, by its threshold or its weights and not by the largest
# probability, is said in every answer: header, classes, outputs, metadata.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(dense_model forward);
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');

# a model that adds nothing: the probability of "fraud" is sigmoid(x)
sub constant {
    my ($model, $weights, $biases) = @_;
    my %m = %$model;
    my $n = @$biases;
    $m{tensors} = { 'layers.0.weight' => [ [ @$weights / $n, $n ], $weights ],
        'layers.0.bias' => [ [$n], $biases ] };
    return %m;
}

my %fraud = constant({ dense_model(sizes => [ 1, 1 ], task => 'binary',
    labels => [ 'fine', 'fraud, "sure"' ], outputs => { threshold => 0.2 }) },
    [1], [0]);
my %three = constant({ dense_model(sizes => [ 1, 3 ],
    labels => [ 'a', "Z\x{fc}rich", 'c' ],
    outputs => { decision_weights => [ 1, 1, 9 ] }) }, [ 0, 0, 0 ],
    [ 1, 0.5, 0 ]);
$three{doc}{version} = 2;
$t->model('fraud', %fraud);
$t->model('three', %three);
$t->model('price', sizes => [ 1, 1 ], task => 'regression');
$t->model('label', sizes => [ 1, 2 ], labels => [ 'x', 'y' ],
    outputs => { name => 'label' });

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model fraud %%TESTDIR%%/fraud.safetensors;
    maas_model three %%TESTDIR%%/three.safetensors;
    maas_model price %%TESTDIR%%/price.safetensors;
    maas_model label %%TESTDIR%%/label.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /fraud { maas_predict fraud; }
        location = /three { maas_predict three; }
        location = /price { maas_predict price; }
        location = /few { maas_predict fraud; maas_batch 2; }
    }
}
EOC
$t->known_good('/fraud', '[[-1]]', @json);
$t->run;

my $sure = 'fraud%2C%20%22sure%22';

# logits of 0.27 and 0.12: above the threshold and below it, both below half
my @x = (-1, -2);

sub tensor {
    my ($values, $more) = @_;
    my $n = @$values;
    return '{"inputs":[{"name":"input","datatype":"FP32","shape":[' . $n
        . ',1],"data":[' . join(',', @$values) . ']}]' . ($more // '') . '}';
}

sub outputs {
    my ($model, $more, $values) = @_;
    my $answer = $t->post("/v2/models/$model/infer", tensor($values // \@x,
        qq(,"outputs":[$more])), @json);
    is($answer->status, 200, $more) or diag($answer->body);
    return $answer->json->{outputs};
}

subtest 'the header' => sub {
    my %bodies = (
        '[[-1],[-2]]' => [@json],
        "-1\n-2\n" => [ 'Content-Type' => 'text/csv' ],
        pack('f<2', @x) => [ 'Content-Type' => 'application/octet-stream' ],
        tensor(\@x) => [@json],
        '{"instances":[-1,-2]}' => [@json],
    );
    for my $body (sort keys %bodies) {
        my ($type) = $bodies{$body}[1];
        my $answer = $t->post('/fraud', $body, @{ $bodies{$body} });
        is($answer->header('Maas-Label'), "$sure,fine", "$type, $answer->{body}"
            =~ s/[^\x20-\x7e]/?/gr);
        is($t->post('/few', $body, @{ $bodies{$body} })
            ->header('Maas-Label'), "$sure,fine", 'the same in batches of two');
    }
    my $bare = $t->post('/fraud', '[-1]', @json);
    is($bare->header('Maas-Label'), $sure, 'one row');
    like($bare->body, qr/^\[\[0\.268941\d*\]\]$/, 'in the shape as ever');
    is($t->post('/three', '[[1]]', @json)->header('Maas-Label'), 'c',
        'by weights');
    is($t->post('/v1/models/fraud:predict', '{"instances":[0]}', @json)
        ->header('Maas-Label'), $sure, 'v1');
    is($t->post('/price', '[1]', @json)->header('Maas-Label'), undef,
        'a price has none');
    is($t->post('/fraud', '[]', @json)->header('Maas-Label'), undef,
        'nor has an error');
    is($t->post('/fraud', '[' . join(',', (1) x 32) . ']', @json)
        ->header('Maas-Label'), join(',', ($sure) x 32), '32 rows');
    is($t->post('/fraud', '[' . join(',', (1) x 33) . ']', @json)
        ->header('Maas-Label'), undef, 'not of more');
    is($t->post('/three', '[[1]]', @json)->json->[0][0] > 0.5, 1,
        'another is likelier');
};

subtest 'classes' => sub {
    my $results = $t->post('/v1/models/fraud:classify',
        '{"examples":[{"input":-1},{"input":-2}]}', @json)->json->{results};
    is_deeply([ map { [ map { $_->[0] } @$_ ] } @$results ],
        [ [ 'fraud, "sure"', 'fine' ], [ 'fine', 'fraud, "sure"' ] ],
        'v1: what is said first');
    cmp_ok($results->[0][0][1], '<', 0.5, 'with its probability');

    my $two = outputs('fraud', '{"name":"output","parameters":'
        . '{"classification":1}}')->[0]{data};
    is_deeply([ map { s/^[^:]*://r } @$two ], [ '1:fraud, "sure"', '0:fine' ],
        'v2: what is said');
    my $three = outputs('three', '{"name":"output","parameters":'
        . '{"classification":3}}', [1])->[0]{data};
    is_deeply([ map { s/^[^:]*://r } @$three ], [ '2:c', '0:a',
        "1:Z\x{fc}rich" ], 'then by probability');
};

subtest 'outputs' => sub {
    my $all = outputs('fraud',
        '{"name":"label"},{"name":"output"},{"name":"decision"}');
    is_deeply([ map { @{$_}{qw(name datatype)} } @$all ],
        [ qw(label BYTES output FP32 decision INT64) ], 'as they are asked for');
    is_deeply($_->{shape}, [ 2, 1 ], "shape of $_->{name}") for @$all;
    is_deeply($all->[0]{data}, [ 'fraud, "sure"', 'fine' ], 'labels');
    is_deeply($all->[2]{data}, [ 1, 0 ], 'places');
    is_deeply(outputs('three', '{"name":"label"}')->[0]{data}, [ 'c', 'c' ],
        'by weights');

    my $answer = $t->post('/v2/models/fraud/infer', tensor(\@x, ',"outputs":['
        . '{"name":"output","parameters":{"binary_data":false}},'
        . '{"name":"label"},{"name":"decision"}],"parameters":'
        . '{"binary_data_output":true}'), @json);
    my $n = $answer->header('Inference-Header-Content-Length');
    is(substr($answer->body, $n), pack('(V/a)2 q<2', 'fraud, "sure"', 'fine',
        1, 0), 'as bytes, one in JSON');
    is_deeply([ map { $_->{parameters} ? $_->{parameters}{binary_data_size}
        : @{ $_->{data} } . ' numbers' } @{ JSON::PP::decode_json(substr
        $answer->body, 0, $n)->{outputs} } ], [ '2 numbers', 25, 16 ], 'sizes');

    for my $case ([ price => '{"name":"label"}',
            qr/^byte \d+: unknown output "label", expected "output"$/ ],
        [ fraud => '{"name":"labels"}', qr/: unknown output "labels", (?#
            )expected "output", "label", "decision"$/ ],
        [ fraud => '{"name":"label"},{"name":"label"}',
            qr/^output "label" is there twice$/ ],
        [ fraud => '{"name":"label","parameters":{"classification":1}}',
            qr/^output "label" has no classes to rank$/ ])
    {
        my ($model, $more, $error) = @$case;
        my $no = $t->post("/v2/models/$model/infer", tensor([1],
            qq(,"outputs":[$more])), @json);
        is($no->status, 400, "$model: $more");
        like($no->error, $error, 'says so');
    }
    is_deeply(outputs('label', '{"name":"label"}', [0])->[0]{datatype}, 'FP32',
        'the name that the file gives comes first');
};

subtest 'metadata' => sub {
    my $meta = $t->get('/v2/models/fraud')->json;
    is($meta->{threshold}, 0.2, 'threshold');
    is_deeply([ map { "$_->{name} $_->{datatype}" } @{ $meta->{outputs} } ],
        [ 'output FP32', 'label BYTES', 'decision INT64' ], 'outputs');
    is_deeply($t->get('/v2/models/three')->json->{decision_weights},
        [ 1, 1, 9 ], 'weights');
    my $price = $t->get('/v2/models/price')->json;
    ok(!exists $price->{threshold}, 'a price has none');
    is_deeply([ map { $_->{name} } @{ $price->{outputs} } ], ['output'],
        'and its number alone');
    is_deeply([ map { $_->{name} } @{ $t->get('/v2/models/label')->json
        ->{outputs} } ], [qw(label decision)], 'a name once');

    my $config = $t->get('/v2/models/fraud/config')->json;
    is($config->{parameters}{threshold}{string_value}, '0.2', 'config');
    is($t->get('/v2/models/three/config')->json->{parameters}{decision_weights}
        {string_value}, '[1,1,9]', 'weights, too');
    is_deeply([ map { "$_->{name} $_->{data_type} @{ $_->{dims} }" }
        @{ $config->{output} } ], [ 'output TYPE_FP32 1',
        'label TYPE_STRING 1', 'decision TYPE_INT64 1' ], 'its outputs');
    my $v1 = $t->get('/v1/models/fraud/metadata')->json;
    is($v1->{threshold}, 0.2, 'v1');
    is_deeply($v1->{labels}, [ 'fine', 'fraud, "sure"' ], 'and labels');
};

subtest 'inspect' => sub {
    my %said = map { my (undef, $out) = $t->trainer('inspect',
        "$_.safetensors"); ($_ => $out) } qw(fraud three price);
    like($said{fraud}, qr/^threshold   0\.2: above it the second label is (?#
        )said$/m, 'threshold');
    like($said{three}, qr/^weights     1, 1, 9: the label with the largest /m,
        'weights');
    unlike($said{price}, qr/^(?:threshold|weights) /m, 'a price has none');
};

$t->done;
