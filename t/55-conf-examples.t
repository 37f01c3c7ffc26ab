# Every example in conf/ starts as it is and does what its head says.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Grpc;
use Test::More;

my @models = (
    digits => [ sizes => [ 784, 4, 10 ], labels => [ map { "$_" } 0 .. 9 ],
        inputs => { kind => 'tensor', shape => [ 28, 28 ],
                    image => JSON::PP::true, factor => 0.003921569 } ],
    iris => [ sizes => [ 4, 3, 3 ] ],
    payments => [ sizes => [ 3, 4, 1 ], task => 'binary',
        labels => [ 'fine', 'fraud' ],
        inputs => { kind => 'columns', columns => [
            map { { name => $_, kind => 'number' } }
                qw(amount age_days foreign) ] } ],
    'price-1' => [ sizes => [ 2, 3, 1 ], task => 'regression', seed => 1 ],
    'price-2' => [ sizes => [ 2, 3, 1 ], task => 'regression', seed => 2 ],
);

my $json = 'application/json';
my %row = (
    digits   => '[[' . join(',', (0) x 784) . ']]',
    iris     => '[[1,2,3,4]]',
    payments => '[[120.5,3,0]]',
    price    => '[[1,2]]',
);


# A v2 request for one row
sub v2 {
    my ($name) = @_;
    my ($data) = $row{$name} =~ /([\d.,]+)/;
    my $n = $data =~ tr/,// + 1;
    my $shape = $name eq 'digits' ? '1,28,28' : "1,$n";
    return qq({"inputs":[{"name":"input","datatype":"FP32",)
        . qq("shape":[$shape],"data":[$data]}]});
}


# The example with the harness's module, pid, logs and temporary folders, and
# with free ports; all else as it stands
sub template {
    my ($name) = @_;
    my $text = MaasTest::Proc::slurp("$MaasTest::top/conf/$name.conf");

    like($text, qr/^# \w.*\n(?:#.*\n)*\n/, "$name: says what it shows");
    like($text, qr{^#     nginx -p build/demo -c ../../conf/$name.conf }m,
        "$name: and how to run it");
    unlike($text, qr{^[^#\n]*\s/(?:tmp|home|root|usr|etc|var)/}m,
        "$name: no path of a machine");

    my $pid = $name eq 'demo' ? 'nginx' : $name;
    like($text, qr/^pid \Q$pid\E\.pid;$/m, "$name: make demo-stop ends the demo");

    my ($n, %port) = (0);
    $text =~ s{127\.0\.0\.1:(\d+)}{
        $port{$1} //= $n++;
        '127.0.0.1:%%PORT' . ($port{$1} || '') . '%%'}ge;

    $text =~ s{^load_module \.\./ngx_http_maas_module\.so;\n}{%%GLOBALS%%}m;
    $text =~ s/^(?:pid|error_log|worker_processes) .*\n//mg;
    $text =~ s/^ +(?:access_log off;|\w+_temp_path .*)\n//mg;
    $text =~ s/^http \{\n/http {\n%%GLOBALS_HTTP%%/m;

    return $text;
}


my @started;

sub example {
    my ($name, $good, $body, $tests, @others) = @_;
    my $t = MaasTest->new;
    push @started, $name;
    my @headers = $name eq 'private' ? ('X-Key' => 'a-long-secret') : ();

    my %models = (@models, @others);
    for my $model (sort keys %models) {
        $t->model($model, name => $model, @{ $models{$model} });
    }

    $t->conf(template($name));
    my ($rc, $said) = $t->check_conf;
    is($rc, 0, "$name: nginx -t") or diag($said);

    $t->known_good($good, $body, 'Content-Type' => $json, @headers);
    $t->run;
    $tests->($t);
    $t->invariants;
}


sub status_names {
    my ($t, $uri) = @_;
    my $answer = $t->get($uri, undef, Accept => $json);
    return join ' ', map { "$_->{name}/$_->{version}" }
        @{ $answer->json->{models} };
}


example(demo => '/v2/models/digits/infer', v2('digits'), sub {
    my ($t) = @_;

    like($t->get('/')->body, qr/<canvas/, 'demo: the page');
    is(status_names($t, '/'), 'digits/1 iris/1 payments/1',
        'demo: the page as JSON');
    is($t->get('/v2/models/digits')->json->{name}, 'digits',
        'demo: metadata');
    is_deeply($t->post('/digit', $row{digits}, 'Content-Type' => $json)->json,
        [ $t->post('/v2/models/digits/infer', v2('digits'),
            'Content-Type' => $json)->json->{outputs}[0]{data} ],
        'demo: the same from the short form');
    is($t->get('/elsewhere')->status, 404, 'demo: nothing else');
});


example(scoring => '/api/score', '[120.5,3,0]', sub {
    my ($t) = @_;
    my $path = '/api/score';
    my @type = ('Content-Type' => $json);

    my $one = $t->post($path, '[120.5,3,0]', @type);
    is($one->status, 200, 'scoring: a row');

    my $two = $t->post($path, '[[120.5,3,0],[9.99,840,1]]', @type);
    is(scalar @{ $two->json }, 2, 'scoring: rows');
    is($two->json->[0][0], $one->json->[0][0], 'scoring: the same score');

    my $many = '[' . join(',', ('[1,2,3]') x 65) . ']';
    my $refused = $t->post($path, $many, @type);
    is($refused->status, 413, 'scoring: more rows than maas_max_rows');
    isnt($refused->error, '', 'scoring: and a reason');

    is($t->get('/')->body, "the application\n", 'scoring: the application');
    is($t->get($path)->status, 405, 'scoring: GET is refused');

    my @codes = map { $_->status } $t->pipeline(
        (map { $t->request('POST', $path, '[1,2,3]', @type) } 1 .. 400),
        $t->request('POST', $path, '[1,2,3]', @type,
            Connection => 'close'));
    is(scalar(grep { $_ != 200 && $_ != 429 } @codes), 0,
        'scoring: only 200 and 429');
    is(scalar @codes, 401, 'scoring: all were answered');
});


example(versions => '/price', $row{price}, sub {
    my ($t) = @_;
    my @type = ('Content-Type' => $json);
    my $ask = sub { $t->post($_[0], v2('price'), @type)
        ->json->{outputs}[0]{data}[0] };

    my $v1 = $ask->('/ml/v2/models/price/versions/1/infer');
    my $v2 = $ask->('/ml/v2/models/price/versions/2/infer');
    isnt($v1, $v2, 'versions: two answers');
    is($ask->('/ml/v2/models/price/infer'), $v2, 'versions: the newest');
    is($t->post('/price', $row{price}, @type)->json->[0][0], $v1,
        'versions: the route keeps to version 1');
    is(status_names($t, '/ml/'), 'price/1 price/2 payments/1',
        'versions: the page has all');
    is($t->get('/v2')->status, 404, 'versions: nothing above /ml/');
});


example(shadow => '/price', $row{price}, sub {
    my ($t) = @_;
    my @type = ('Content-Type' => $json);
    my $seen = qr/^maas_shadow_rows_total\{model="price",version="1",
        shadow="price",shadow_version="2"\}[ ][1-9]/mx;

    is($t->post('/price', '[[1,2],[3,4]]', @type)->status, 200,
        'shadow: the first version answers');
    ok($t->wait_for(sub { $t->get('/metrics')->body =~ $seen }, 5),
        'shadow: the second has seen it');
});


example(private => '/v2/models/digits/infer', v2('digits'), sub {
    my ($t) = @_;

    is($t->get('/')->status, 200, 'private: the page');

    my $no = $t->get('/v2/models/digits');
    is($no->status, 403, 'private: a stranger');
    isnt($no->error, '', 'private: and a reason');
    my $none = $t->get('/v2/models/digits', undef, 'X-Key' => 'wrong');
    is($none->status, 403, 'private: with a wrong key');
    is($t->get('/v2/models/digits', undef, 'X-Key' => 'a-long-secret')
        ->status, 200, 'private: with a key');

    like($t->get('/metrics')->body,
        qr/^nv_inference_count\{model="digits",version="1"\} [1-9]/m,
        'private: the counters');
    is($t->get('/v2/models/stats')->json->{model_stats}[0]{name}, 'digits',
        'private: as an object');
});


example(sagemaker => '/invocations', '{"instances":[[120.5,3,0]]}', sub {
    my ($t) = @_;
    my $path = '/invocations';
    my $v2 = '{"inputs":[{"name":"input","shape":[1,3],"datatype":"FP32",'
        . '"parameters":{"binary_data_size":12}}],'
        . '"parameters":{"binary_data_output":true}}';
    my $vendor = 'application/vnd.sagemaker-triton.binary+json'
        . ';json-header-size=';

    is($t->get('/ping')->status, 200, 'sagemaker: ping');

    my $v1 = $t->post($path, '{"instances":[[120.5,3,0]]}',
        'Content-Type' => $json)->json->{predictions};
    is_deeply($t->post($path, '[[120.5,3,0]]')->json, $v1,
        'sagemaker: a bare row has the same score');

    my $answer = $t->post($path, $v2 . pack('f<3', 120.5, 3, 0),
        'Content-Type' => $vendor . length $v2);
    my ($n) = $answer->header('Content-Type') =~ /^\Q$vendor\E(\d+)$/;
    ok($n, 'sagemaker: its type');
    my $head = JSON::PP::decode_json(substr $answer->body, 0, $n);
    is($head->{outputs}[0]{parameters}{binary_data_size}, 4,
        'sagemaker: its JSON');
    cmp_ok(abs(unpack('f<', substr $answer->body, $n) - $v1->[0][0]), '<',
        1e-7, 'sagemaker: the same score as bytes');

    for my $size ('', 'x', '-1', 1 + length($v2) + 12) {
        is($t->post($path, $v2 . pack('f<3', 1, 2, 3),
            'Content-Type' => $vendor . $size)->status, 400,
            "sagemaker: json-header-size '$size'");
    }
    is($t->post($path, $v2, 'Content-Type' => $vendor =~ s/;.*//r)->status,
        400, 'sagemaker: no json-header-size');
});


example(grpc => '/v2/models/iris/infer', v2('iris'), sub {
    my ($t) = @_;
    my $client = MaasTest::Grpc->new($t->port(1));
    my $said = $client->infer(MaasTest::Grpc::infer_message(model => 'iris',
        rows => [ [ 1, 2, 3, 4 ] ]));
    is($said->{code}, 0, 'grpc: a prediction') or diag($said->{text});
    is_deeply([ map { sprintf '%.6f', $_ } MaasTest::Grpc::floats(
        $said->{message}) ],
        [ map { sprintf '%.6f', $_ } @{ $t->post('/v2/models/iris/infer',
            v2('iris'), 'Content-Type' => $json)
            ->json->{outputs}[0]{data} } ], 'grpc: that of JSON');
});


my $vertex = '/v1/endpoints/1/deployedModels/2';

example(vertex => "$vertex:predict", '{"instances":[[120.5,3,0]]}', sub {
    my ($t) = @_;

    is($t->get($vertex)->status, 200, 'vertex: health');
    is_deeply([ keys %{ $t->post("$vertex:predict",
        '{"parameters":{"a":[1]},"instances":[[120.5,3,0],[9.99,840,1]]}',
        'Content-Type' => $json)->json } ], ['predictions'],
        'vertex: with parameters before');
    is($t->get("$vertex:predict")->status, 405, 'vertex: GET is refused');
});


example(log => '/score', '[120.5,3,0]', sub {
    my ($t) = @_;
    my @type = ('Content-Type' => $json);
    my $one = $t->post('/score', '[[120.5,3,0],[9.99,840,1]]', @type);
    is($one->header('Maas-Model'), undef, 'log: no headers');
    my $two = $t->post('/v2/models/payments/infer', '{', @type);
    is($two->header('Maas-Model'), 'payments', 'log: headers');

    my @lines;
    $t->wait_for(sub { 3 <= (@lines = split /\n/,
        $t->read_file('predictions.log')) });
    my @log = map { JSON::PP::decode_json($_) } @lines[ 1, 2 ];
    is_deeply([ sort keys %{ $log[0] } ], [ sort qw(time request_id client uri
        status model version file label score rows batch seconds parse queue
        compute write) ], 'log: all of it');
    is_deeply([ grep { $log[0]{$_} eq '' } keys %{ $log[0] } ], [],
        'log: is known');
    is_deeply([ @{ $log[0] }{qw(uri status model rows batch)} ],
        [ '/score', 200, 'payments', 2, 2 ], 'log: a request');
    cmp_ok(abs($log[0]{score} - $one->json->[0][0]), '<', 1e-6,
        'log: its score');
    is_deeply([ @{ $log[1] }{qw(status model label rows file)} ],
        [ 400, 'payments', '', '', $two->header('Maas-File') ],
        'log: one that failed');
});


example(trace => '/score', '[120.5,3,0]', sub {
    my ($t) = @_;
    my $one = $t->post('/score', '[[120.5,3,0]]', 'Content-Type' => $json);
    my $id = '0af7651916cd43dd8448eb211c80319c';
    my $two = $t->get('/application', undef,
        traceparent => "00-$id-b7ad6b7169203331-01");
    my ($span) = $two->body =~ /^00-$id-([0-9a-f]{16})-01$/;
    isnt($span, 'b7ad6b7169203331', 'trace: the application gets our span');
    is($two->header('Trace'), $id, 'trace: so does the client');

    my @lines;
    $t->wait_for(sub { 3 <= (@lines = split /\n/,
        $t->read_file('spans.jsonl')) }, 5);
    my @spans = map { JSON::PP::decode_json($_)->{resourceSpans}[0]
        {scopeSpans}[0]{spans} } @lines[ 1, 2 ];
    is(join(' ', map { $_->{name} } @{ $spans[0] }),
        'POST /score body parse queue compute write', 'trace: a prediction');
    is($spans[0][0]{traceId}, $one->header('Trace'), 'trace: its id');
    is("$spans[1][0]{traceId} $spans[1][0]{spanId}", "$id $span",
        'trace: the application\'s');
});


# Payments whose amount alone decides: the logit is amount / 100 - 5.  Without
# an amount the model says nothing.

my @gate = (payments => [ doc => {
    version => 1, name => 'payments', task => 'binary',
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number' },
        { name => 'hour', kind => 'number', missing => 12 },
        { name => 'country', kind => 'category', values => [ 'DE', 'NG' ] },
        { name => 'new_device', kind => 'boolean', missing => 0 } ] },
    layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
    outputs => { labels => [ 'fine', 'fraud' ], threshold => 0.8 },
}, tensors => {
    'layers.0.weight' => [ [ 5, 1 ], [ 0.01, 0, 0, 0, 0 ] ],
    'layers.0.bias' => [ [1], [-5] ],
} ]);


# The answer's body, or its status if that is not 200
sub pay {
    my ($t, $args, @headers) = @_;
    my $answer = $t->get("/pay?$args", undef, @headers);
    return $answer->status == 200 ? $answer->body =~ s/\n//r
        : $answer->status;
}

my $rest = 'hour=3&country=NG&new_device=yes';


example(gate => '/pay?amount=1', '', sub {
    my ($t) = @_;
    is(pay($t, "amount=100&$rest"), 'the application', 'gate: unlikely');
    is(pay($t, "amount=600&$rest"), 429, 'gate: suspected');
    is(pay($t, "amount=1000&$rest"), 403, 'gate: sure');
    is(pay($t, "amount=much&$rest"), 'the application', 'gate: unknown');
    is(pay($t, ''), 'the application', 'gate: nothing');
    is($t->get('/else?amount=1000')->body, "the application\n",
        'gate: elsewhere');
}, @gate);


example(enrich => '/pay?amount=1', '', sub {
    my ($t) = @_;
    is(pay($t, "amount=100&$rest"), 'label fine, score 0.017986',
        'enrich: low');
    is(pay($t, "amount=1000"), 'label fraud, score 0.993307', 'enrich: high');
    for my $args ('amount=1000', 'amount=none', '') {
        my @bare = (pay($t, $args), $t->get("/pay?$args")->header('X-Label'));
        for ([ 'X-Score', 'X-Label' ], [ 'x-score', 'X-LABEL' ],
            [ 'X_Score', 'X_Label' ])
        {
            my @fake = ($_->[0] => '0.000001', $_->[1] => 'fine');
            is_deeply([ pay($t, $args, @fake), $t->get("/pay?$args", undef,
                @fake)->header('X-Label') ], \@bare,
                "enrich: $_->[0] of a client");
        }
    }
    is(pay($t, ''), 'label , score ', 'enrich: the model says nothing');
    my @log;
    $t->wait_for(sub { 5 <= (@log = split /\n/, $t->read_file('scored.log'))
    });
    is_deeply(JSON::PP::decode_json($log[2]), { uri => '/pay', status => '200',
        label => 'fraud', score => '0.993307' }, 'enrich: the log');
}, @gate);


example(route => '/pay?amount=1', '', sub {
    my ($t) = @_;
    is(pay($t, "amount=630&$rest"), 'the usual way', 'route: 0.785835');
    is(pay($t, "amount=640&$rest"), 'looked at twice', 'route: 0.802184');
    is(pay($t, 'amount=9000'), 'looked at twice', 'route: 1');
    is(pay($t, 'amount=0'), 'the usual way', 'route: low');
    is(pay($t, '', 'X-Score' => 1), 'the usual way', 'route: unknown');
}, @gate);


example(limit => '/pay?amount=1', '', sub {
    my ($t) = @_;
    is(join(' ', map { pay($t, "amount=1000&$rest") } 1 .. 4),
        'the application the application the application 429',
        'limit: suspected');
    is(join(' ', map { pay($t, "amount=600&$rest") } 1 .. 20),
        join(' ', ('the application') x 20), 'limit: others have none');
    is(pay($t, ''), 'the application', 'limit: unknown');
    is(pay($t, 'amount=9000'), 429, 'limit: still');
}, @gate);


example(explain => '/pay?amount=1', '', sub {
    my ($t) = @_;
    my $one = $t->get("/pay?amount=1000&$rest");
    is($one->header('Why'), 'amount +10', 'explain: a header');
    is($t->get('/pay')->header('Why'), 'unknown', 'explain: the model says '
        . 'nothing');
    is($t->post('/v1/models/payments:explain', '{}', 'Content-Type' => $json)
        ->status, 404, 'explain: nobody may ask');
    is_deeply($t->post('/score', '[1000,3,"NG",true]', 'Content-Type' => $json)
        ->json->{explanations}[0]{attributions}, { amount => 10 },
        'explain: in answers');
    my @log;
    $t->wait_for(sub { 3 <= (@log = split /\n/, $t->read_file('why.log')) });
    is_deeply(JSON::PP::decode_json($log[1]), { uri => '/pay',
        score => '0.993307', why => 'amount +10' }, 'explain: the log');
}, @gate);


example('body-gate' => '/pay', '{"amount":1}', sub {
    my ($t) = @_;
    my $form = 'application/x-www-form-urlencoded';
    my @fake = ('X-Fraud' => '0.000001');
    for my $case ([ '{"amount":600,"country":"DE"}', $json ],
        [ '{ "new_device": true, "amount": 600.0 }', $json ],
        [ 'amount=600&hour=3', $form ], [ "hour,amount\n3,600\n", 'text/csv' ])
    {
        my ($body, $type) = @$case;
        my $answer = $t->post('/pay', $body, 'Content-Type' => $type, @fake);
        is($answer->header('X-Seen'), '0.731059', "body-gate: $type");
        like($answer->body, qr/^\D*0\.73105/, 'body-gate: the body is there');
        is($t->post('/pay', $body =~ s/600/1000/r, 'Content-Type' => $type,
            @fake)->status, 403, 'body-gate: sure');
    }
    for my $body ('{"amount":', '{"amount":"much"}', '', '[]') {
        my $answer = $t->post('/pay', $body, 'Content-Type' => $json, @fake);
        is($answer->status, 400, "body-gate: not known: $body");
        is($answer->header('X-Seen'), '0', 'body-gate: the application says');
    }
    is($t->post('/else', '{"amount":1000}', 'Content-Type' => $json)->status,
        200, 'body-gate: elsewhere');
}, @gate);


my $two = '{"inputs":[{"name":"input","datatype":"FP32","shape":[1,2],'
    . '"data":[80,3]}]}';
my @price = map { my $k = $_; ("price-$k" => [ doc => {
    version => 1, name => 'price', task => 'regression',
    inputs => { kind => 'columns', columns => [
        map { { name => $_, kind => 'number' } } qw(area rooms) ] },
    layers => [ { kind => 'dense', units => 1, activation => 'linear' } ],
}, tensors => {
    'layers.0.weight' => [ [ 2, 1 ], [ $k, 1000 ] ],
    'layers.0.bias' => [ [1], [0] ],
} ]) } 1, 2;

example(canary => '/price', $two, sub {
    my ($t) = @_;
    my %users;
    for my $user (1 .. 100) {
        my @user = ('X-User' => $user);
        my $seen = $t->get('/?area=80&rooms=3', undef, @user, 'X-Version' => 3,
            'X-Price' => 1)->body;
        my $answer = $t->post('/price', $two, @user, 'Content-Type' => $json);
        my $version = $answer->header('Maas-Version');
        my $price = $answer->json->{outputs}[0]{data}[0];
        push @{ $users{"$price by version $version, $seen"} }, $user;
    }
    is(join('', sort keys %users), join('', map { "$_, $_\n" }
        '3080 by version 1', '3160 by version 2'), 'canary: one for a user');
    my ($few) = map { scalar @{ $users{$_} } } grep { /2$/m } keys %users;
    cmp_ok($few, '>=', 3, 'canary: some have the new one');
    cmp_ok($few, '<=', 25, 'canary: most have not');
    like($t->get('/?area=80&rooms=3')->body, qr/by version 1$/,
        'canary: who is no user has not');
    is($t->post("/v2/models/price/versions/2/infer", $two)->status, 404,
        'canary: nobody chooses');
    my ($one, $other) = map { $t->get('/?area=&rooms=3', undef,
        'X-User' => $_->[0])->body } sort { $a->[0] <=> $b->[0] } values %users;
    like($_, qr/^ by version [12]$/, 'canary: an area is missing')
        for $one, $other;
}, @price);


example(pipeline => '/price', '[{"area":80,"rooms":3}]', sub {
    my ($t) = @_;
    my @type = ('Content-Type' => $json);
    my $rows = '[{"area":80,"rooms":3},{"area":500000,"rooms":1}]';

    is_deeply($t->post('/price', $rows, @type)->json, [ [3140], [876000] ],
        'pipeline: the mean of 3080 and 3160');
    is_deeply($t->post('/dear', $rows, @type)->json, [ [3080], [1001000] ],
        'pipeline: the second looks at what is dear');
    is(status_names($t, '/'), 'price/1 price/2 both/1 dear/1',
        'pipeline: the page has all');
}, @price);


push @started, 'bots';                  # t/49-bots.t

my @all = map { m{([\w-]+)\.conf$} } glob "$MaasTest::top/conf/*.conf";
is("@all", join(' ', sort @started), 'every example was started');

done_testing();
