# What adds to a score, on the wire: v1's :explain, v2's explain and its
# parameter, maas_explain for raw routes, in all forms; alone, in batches, in
# turns and in threads.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Trees qw(random_trees);
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');

# logit: amount - 3, plus 10 if the tool is curl: what each adds is known.

my %fraud = (
    doc => {
        version => 1, name => 'fraud', task => 'binary',
        inputs => { kind => 'columns', columns => [
            { name => 'amount', kind => 'number' },
            { name => 'a "tool"', kind => 'category',
                values => [ 'wget', 'curl' ] },
        ] },
        layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
        outputs => { labels => [ 'fine', 'fraud' ] },
    },
    tensors => {
        'layers.0.weight' => [ [ 3, 1 ], [ 1, 0, 10 ] ],
        'layers.0.bias' => [ [ 1 ], [ -3 ] ],
    },
);

my %kinds = (
    doc => {
        version => 1, name => 'kinds', task => 'classification',
        inputs => { kind => 'tensor', shape => [ 2, 2 ], name => 'x' },
        layers => [ { kind => 'flatten' },
            { kind => 'dense', units => 3, activation => 'softmax' } ],
        outputs => { labels => [ 'a', 'b&b', 'c' ] },
    },
    tensors => {
        'layers.1.weight' => [ [ 4, 3 ],
            [ 1, 0, -1, 2, 0, -2, 0, 0, 0, 4, 1, -4 ] ],
        'layers.1.bias' => [ [ 3 ], [ 0.5, 0, 0 ] ],
    },
);

$t->model('fraud', %fraud);
$t->model('kinds', %kinds);
my ($layer, $tensors) = random_trees(in => 4);
$t->model('leaves', doc => { version => 3, name => 'leaves',
    task => 'regression', inputs => { kind => 'tensor', shape => [4] },
    layers => [$layer] }, tensors => $tensors);
# relu layers: no file of theirs is exact
$t->model('deep', sizes => [ 8, 16, 16, 3 ], seed => 3);

mkdir $t->dir . '/keys';
chmod 0700, $t->dir . '/keys';
my ($sealed) = $t->trainer(qw(encrypt fraud.safetensors --new-key keys/k.hex
    -o sealed.safetensors));
is($sealed, 0, 'an encrypted model');

$t->conf(<<'EOC');
%%GLOBALS%%
thread_pool own threads=2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model fraud fraud.safetensors version=3 label=live;
    maas_model kinds kinds.safetensors;
    maas_model deep deep.safetensors;
    maas_model leaves leaves.safetensors;
    maas_model sealed sealed.safetensors key=keys/k.hex;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        location / { maas_serve; maas_max_rows 64; }
        location /pool/ {
            maas_serve;
            maas_offload pool=own above=1us;
        }
        location /blunt/ { maas_serve; maas_output labels-only; }
        location /off/ { maas_serve; maas_explain off; }
        location /preset/ { maas_serve; maas_explain top=1 steps=4; }
        location = /raw { maas_predict fraud; maas_explain top=1; }
        location = /all { maas_predict fraud; maas_explain top=all; }
        location = /pic { maas_predict kinds; maas_explain top=2
            baseline=zero; }
        location = /plain { maas_predict fraud; }
        location = /metrics { maas_metrics; }
    }
}
EOC

my $v1 = '/v1/models/fraud:explain';
my $one = '{"instances":[{"amount":5,"a \\"tool\\"":"curl"}]}';
my $four = '{"name":"amount","shape":[1],"datatype":"FP32","data":[4]},'
    . '{"name":"a \\"tool\\"","shape":[1],"datatype":"BYTES","data":[""]}';
$t->known_good($v1, $one, @json);
$t->run;

sub ask { return $t->post($_[0], $_[1], @json) }

# Does every explanation add up: base and what is added, but for the error?

sub adds_up {
    my ($told, $name) = @_;
    my @off = grep {
        my $all = $_->{base} + $_->{error};
        $all += $_ for flat($_->{attributions});
        abs($all - $_->{score}) > 1e-5 * (1 + abs $_->{score});
    } @$told;
    return ok(@$told && !@off, $name);
}

sub flat {
    return map { ref eq 'HASH' ? values %$_ : ref ? flat(@$_) : $_ } @_;
}

subtest 'v1' => sub {
    my $r = ask($v1, $one);
    is($r->status, 200, 'a row') or diag $r->body;
    is_deeply($r->json, {
        predictions => ask('/v1/models/fraud:predict', $one)
            ->json->{predictions},
        explanations => [ { score => 12, base => -3, error => 0,
            label => 'fraud', attributions => { amount => 5,
                'a "tool"' => 10 } } ],
    }, 'what each column adds to the score of the second label');

    for my $path ('/v1/models/fraud/versions/3:explain',
        '/v1/models/fraud/labels/live:EXPLAIN')
    {
        is(ask($path, $one)->body, $r->body, $path);
    }

    my $first = ask("$v1?label=fine", $one)->json->{explanations}[0];
    is_deeply($first, { score => -12, base => 3, error => 0, label => 'fine',
        attributions => { amount => -5, 'a "tool"' => -10 } },
        'label= chooses the first one');

    like(ask("$v1?top=1&utm=x", $one)->body,
        qr/"attributions":\{"a \\"tool\\"":10\}/, 'top=1; others pass');
    like(ask("$v1?top=2", $one)->body,
        qr/"attributions":\{"a \\"tool\\"":10,"amount":5\}/,
        'the largest first');
    like(ask("$v1?top=2", '{"instances":[{"amount":-1}]}')->body,
        qr/"attributions":\{"amount":-1\}/, 'none that adds nothing');

    my $columns = ask($v1, '{"inputs":{"amount":[5,6],'
        . '"a \\"tool\\"":["curl","wget"]}}');
    is_deeply([ map { $_->{score} } @{ $columns->json->{explanations} } ],
        [ 12, 3 ], 'column format');
    ok($columns->json->{outputs}, 'whose predictions are outputs');

    my $none = ask($v1, '{"instances":[]}');
    is($none->status, 400, 'no rows') or diag $none->body;

    is($t->get($v1)->status, 405, 'GET');
    is_deeply(ask('/v1/models/sealed:explain', $one)->json, $r->json,
        'encrypted: the same');
};

subtest 'tensors' => sub {
    my $at = '/v1/models/kinds:explain';
    my $body = '{"instances":[[[1,2],[3,4]],[[-1,-2],[0,-4]]]}';
    my $r = ask($at, $body);
    is_deeply($r->json->{explanations}, [
        { score => 21.5, base => 0.5, error => 0, label => 'a',
            attributions => [ [ 1, 4 ], [ 0, 16 ] ] },
        { score => 21, base => 0, error => 0, label => 'c',
            attributions => [ [ 1, 4 ], [ 0, 16 ] ] },
    ], 'the likeliest label of each; in the shape of a row')
        or diag $r->body;

    is_deeply(ask("$at?label=b%26b", $body)->json->{explanations}[0],
        { score => 4, base => 0, error => 0, label => 'b&b',
            attributions => [ [ 0, 0 ], [ 0, 4 ] ] }, 'label=, escaped');

    like(ask("$at?top=2", $body)->body,
        qr/"attributions":\{"3":16,"1":4\}/, 'top= by place');
};

subtest 'networks' => sub {
    my @rows = map { [ map { sin $_ } $_ .. $_ + 7 ] } 1 .. 6;
    my $body = JSON::PP->new->encode({ instances => \@rows });
    my $r = ask('/v1/models/deep:explain', $body);
    adds_up($r->json->{explanations}, 'they add up, with the error');

    for my $i (0 .. $#rows) {
        my $alone = ask('/v1/models/deep:explain',
            JSON::PP->new->encode({ instances => [ $rows[$i] ] }))->json;
        is_deeply([ $alone->{explanations}[0], $alone->{predictions}[0] ],
            [ $r->json->{explanations}[$i], $r->json->{predictions}[$i] ],
            "row $i alone: the same");
    }

    is(ask('/pool/v1/models/deep:explain', $body)->body, $r->body,
        'the same in a thread');
};

subtest 'v2' => sub {
    my $at = '/v2/models/fraud/explain';
    my $in = '{"name":"amount","shape":[2,1],"datatype":"FP32","data":[5,-1]},'
        . '{"name":"a \\"tool\\"","shape":[2],"datatype":"BYTES",'
        . '"data":["curl","wget"]}';
    my $r = ask($at, qq({"id":"7","inputs":[$in]}));
    is($r->status, 200, 'explain') or diag $r->body;
    my %out = map { $_->{name} => $_ } @{ $r->json->{outputs} };
    my $infer = ask('/v2/models/fraud/infer', qq({"id":"7","inputs":[$in]}));
    is_deeply($out{output}, $infer->json->{outputs}[0], 'as infer says');
    is_deeply($out{attributions}, { name => 'attributions',
        datatype => 'FP64', shape => [ 2, 2 ], data => [ 5, 10, -1, 0 ] },
        'attributions');
    is_deeply($out{base}, { name => 'base', datatype => 'FP64',
        shape => [2], data => [ -3, -3 ] }, 'base');
    is_deeply($out{explained_score}{data}, [ 12, -4 ], 'score');
    is_deeply($out{explained_error}{data}, [ 0, 0 ], 'error');
    is_deeply($out{explained_label}, { name => 'explained_label',
        datatype => 'BYTES', shape => [2], data => [ 'fraud', 'fraud' ] },
        'label');
    is(ask('/v2/models/fraud/versions/3/explain',
        qq({"id":"7","inputs":[$in]}))->body, $r->body, 'by version');

    my $infer_at = '/v2/models/fraud/infer';
    my $top = ask($infer_at,
        qq({"parameters":{"explain":"top=2&label=fine"},"inputs":[$in]}));
    is($top->status, 200, 'a parameter of infer') or diag $top->body;
    %out = map { $_->{name} => $_ } @{ $top->json->{outputs} };
    is_deeply($out{reasons}, { name => 'reasons', datatype => 'BYTES',
        shape => [ 2, 2 ], data => [ 'a "tool"', 'amount', 'amount', '' ] },
        'names, largest first');
    is_deeply($out{attributions}{data}, [ -10, -5, 1, 0 ],
        'what they add, as many');

    is(ask($infer_at, qq({"parameters":{"explain":false},"inputs":[$in]}))
        ->body, ask($infer_at, qq({"inputs":[$in]}))->body, 'false: no');
    is(ask($infer_at,
        qq({"id":"7","parameters":{"explain":true},"inputs":[$in]}))->body,
        $r->body, 'true: all');

    my $binary = ask($at, qq({"parameters":{"binary_data_output":true},)
        . qq("inputs":[$in]}));
    my $len = $binary->header('Inference-Header-Content-Length');
    my $head = JSON::PP->new->decode(substr $binary->body, 0, $len);
    my ($p, %bytes) = ($len);
    for my $o (@{ $head->{outputs} }) {
        my $n = $o->{parameters}{binary_data_size};
        $bytes{ $o->{name} } = substr $binary->body, $p, $n;
        $p += $n;
    }
    is($p, length $binary->body, 'binary outputs fill the body');
    is_deeply([ unpack 'd<*', $bytes{attributions} ], [ 5, 10, -1, 0 ],
        'as doubles');
    is($bytes{explained_label}, pack('(L</a*)*', 'fraud', 'fraud'), 'BYTES');

    my $some = ask($at, qq({"inputs":[$in],"outputs":[{"name":"output"},)
        . '{"name":"base","parameters":{"binary_data":true}}]}');
    $head = JSON::PP->new->decode(substr $some->body, 0,
        $some->header('Inference-Header-Content-Length') // 0);
    is_deeply([ map { $_->{parameters}{binary_data_size} // 0 }
        @{ $head->{outputs} } ], [ 0, 0, 16, 0, 0, 0 ], 'one as bytes');

    my $x = '{"name":"x","shape":[1,2,2],"datatype":"FP32","data":[1,2,3,4]}';
    %out = map { $_->{name} => $_ }
        @{ ask('/v2/models/kinds/explain', qq({"inputs":[$x]}))
            ->json->{outputs} };
    is_deeply($out{attributions}{shape}, [ 1, 2, 2 ],
        'of a tensor in its shape');

    my $whole = $t->post('/v2/models/kinds/explain', pack('f<4', 1 .. 4),
        'Content-Type' => 'application/octet-stream',
        'Inference-Header-Content-Length' => 0);
    $head = JSON::PP->new->decode(substr $whole->body, 0,
        $whole->header('Inference-Header-Content-Length') // 0);
    is(scalar(grep { $_->{parameters}{binary_data_size} }
        @{ $head->{outputs} }), scalar keys %out,
        'a body without JSON: all as bytes');
};

subtest 'raw routes' => sub {
    my $row = '[5, "curl"]';
    my $p = ask('/plain', $row)->json;
    is_deeply(ask('/raw', $row)->json, { predictions => $p,
        explanations => [ { score => 12, base => -3, error => 0,
            label => 'fraud', attributions => { 'a "tool"' => 10 } } ] },
        'JSON');
    is(ask('/raw', $one)->body, ask("$v1?top=1", $one)->body, 'v1');
    like(ask('/raw', qq({"inputs":[$four]}))->body, qr/"reasons"/, 'v2');

    my $csv = sub {
        return $t->post($_[0], $_[1], 'Content-Type' => 'text/csv')->body
    };
    my $y = $csv->('/plain', "5,curl\n-2,\n");
    my ($y1, $y2) = split /\n/, $y;
    is($csv->('/raw', "5,curl\n-2,\n"),
        qq($y1,12,-3,"a ""tool""",10\n$y2,-5,-3,amount,-2\n),
        'CSV: score, base, names and what they add');
    is($csv->('/all', "5,curl\n-2,\n"),
        "$y1,12,-3,5,10\n$y2,-5,-3,-2,0\n", 'all of them, in order');

    my $form = $t->post('/raw', 'amount=5&a+%22tool%22=curl',
        'Content-Type' => 'application/x-www-form-urlencoded');
    is($form->body, ask('/raw', $row)->body, 'a form');

    is_deeply(ask('/pic', '[1,2,3,4]')->json->{explanations}[0]{attributions},
        { 3 => 16, 1 => 4 }, 'a tensor');

    my $bytes = $t->post('/pic', pack('f<4', 1 .. 4),
        'Content-Type' => 'application/octet-stream');
    is($bytes->status, 400, 'raw floats have no place for it');
    like($bytes->error, qr/no place for reasons: send JSON or CSV/, 'as said');
};

subtest 'what is refused' => sub {
    for my $case (
        [ "$v1?top=0", qr/"top=" is how many reasons .* 1 to 64, or all/ ],
        [ "$v1?top=65", qr/1 to 64/ ],
        [ "$v1?top=1&top=2", qr/"top=" is there twice/ ],
        [ "$v1?steps=257", qr/"steps=" is how many nodes .* 1 to 256/ ],
        [ "$v1?steps=", qr/"steps="/ ],
        [ "$v1?baseline=max", qr/"baseline=" .* expected mean or zero/ ],
        [ "$v1?label=other", qr/"label=" is no label of the model/ ],
        [ "$v1?label=%f", qr/bad escape/ ],
    ) {
        my $r = ask($case->[0], $one);
        is($r->status, 400, $case->[0]);
        like($r->error, $case->[1], 'a sentence');
    }

    my $in = $four;

    for my $case (
        [ '"tip=3"', qr/"explain": expected "top=N", "steps=N"/ ],
        [ '3', qr/byte \d+: "explain": expected true, false or a text/ ],
        [ '"label=' . 'x' x 2000 . '"', qr/no label/ ],
        [ '"label=' . 'x' x 5000 . '"', qr/longer than 4096 bytes/, 413 ],
    ) {
        my $r = ask('/v2/models/fraud/infer',
            qq({"inputs":[$in],"parameters":{"explain":$case->[0]}}));
        is($r->status, $case->[2] // 400, 'explain: '
            . substr $case->[0], 0, 20);
        like($r->error, $case->[1], 'a sentence');
    }

    my $named = ask('/v2/models/fraud/infer',
        qq({"inputs":[$in],"outputs":[{"name":"base"}]}));
    is($named->status, 400, 'an output that is not explained');
    like($named->error, qr/need "parameters": \{"explain": true\}/, 'as said');

    my $leaves = ask('/v1/models/leaves:explain', '{"instances":[[1,2,3,4]]}');
    is($leaves->status, 400, 'trees that do not say how many rows came by');
    like($leaves->error, qr/^the model has no explanations: .*\w/, 'as said');

    my $nine = ask($v1, '{"instances":['
        . join(',', ('{"amount":1}') x 9) . ']}');
    is($nine->status, 413, 'too many rows');
    like($nine->error, qr/^9 rows to be explained, at most 8 are/, 'as said');
    is(ask($v1, '{"instances":[' . join(',', ('{"amount":1}') x 8) . ']}')
        ->status, 200, 'as many as may be');

    is(ask('/off/v1/models/fraud:explain', $one)->status, 404, 'v1 is off');
    is(ask('/blunt/v1/models/fraud:explain', $one)->status, 404,
        'maas_output is not undone');
    is(ask('/off/v2/models/fraud/explain', '{}')->status, 404, 'v2 is off');
    my $off = ask('/off/v2/models/fraud/infer',
        qq({"inputs":[$in],"parameters":{"explain":true}}));
    is($off->status, 400, 'the parameter is off');
    like($off->error, qr/explanations are off here/, 'as said');
    is(ask('/plain', qq({"inputs":[$in],"parameters":{"explain":true}}))
        ->status, 400, 'a raw route has none of its own');
};

subtest 'a location says what requests do not' => sub {
    is(ask("/preset$v1", $one)->body, ask("$v1?top=1", $one)->body, 'top');
    is(ask("/preset$v1?top=all", $one)->body, ask($v1, $one)->body,
        'a request does');
    is(ask('/preset/v1/models/fraud:predict', $one)->body,
        ask('/v1/models/fraud:predict', $one)->body,
        'predict is not explained');
};

subtest 'HTTP/2, chunks, a turn of requests' => sub {
    my $r = $t->h2($t->port(1), POST => $v1, $one);
    is($r->body, ask($v1, $one)->body, 'HTTP/2');

    my @r = $t->pipeline((map { $t->request(POST => $_, $one, @json) } $v1, '/v1/models/fraud:predict', "/pool$v1"), $t->request(POST => $v1, $one, @json,
        Connection => 'close'));
    is_deeply([ map { $_->body } @r[ 2, 3 ] ], [ ($r->body) x 2 ],
        'pipelined, between others');
};

subtest 'counters' => sub {
    my ($n) = $t->get('/metrics')->body
        =~ /^maas_explained_rows_total\{model="deep",version="1"\} (\d+)$/m;
    is($n, 18, 'rows that were explained');
};

subtest 'configurations' => sub {
    for my $case (
        [ 'maas_serve; maas_explain;', qr/number of arguments/ ],
        [ 'maas_serve; maas_explain top=0;', qr/"top=0", expected "off", or/ ],
        [ 'maas_serve; maas_explain label=x;', qr/"label=x", expected/ ],
        [ 'maas_serve; maas_explain top=1&steps=2;', qr/expected "off", or/ ],
        [ 'maas_serve; maas_explain off; maas_explain top=1;',
            qr/is duplicate/ ],
        [ 'maas_serve; maas_explain top=1; maas_output labels-only;',
            qr/maas_explain would tell what maas_output leaves out in/ ],
        [ 'maas_predict leaves; maas_explain top=1;',
            qr/maas_explain: model "leaves" has no explanations, which are asked for: \w/ ],
        [ 'maas_serve; maas_explain steps=8 baseline=mean top=all;' ],
        [ 'maas_predict leaves;' ],
    ) {
        my ($text, $re) = @$case;
        my ($rc, $says) = $t->check_conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model leaves leaves.safetensors;
    server {
        listen 127.0.0.1:%%PORT2%%;
        location / { $text }
    }
}
EOC
        is($rc, $re ? 1 : 0, $text) or diag $says;
        like($says, $re, 'as nginx -t says') if $re;
    }
};

$t->done;
