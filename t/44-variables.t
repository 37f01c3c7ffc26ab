# Variables of served locations: what was asked, said and needed, in logs,
# headers, subrequests and after redirects; the headers of maas_headers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(dense_model);
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @names = qw(model version label score rows batch time time_parse time_queue
    time_compute time_write file);

# a model that adds nothing: its output is the last activation of x * w + b
sub constant {
    my ($name, $weights, $biases, %o) = @_;
    my %m = dense_model(name => $name, sizes => [ 1, scalar @$biases ], %o);
    $m{tensors} = { 'layers.0.weight' => [ [ 1, scalar @$biases ], $weights ],
        'layers.0.bias' => [ [ scalar @$biases ], $biases ] };
    $m{doc}{version} = 2;
    $t->model($name, %m);
    return;
}

constant('fraud', [1], [0], task => 'binary', labels => [ 'fine', 'fraud' ],
    outputs => { threshold => 0.2 });
constant('three', [ 0, 0, 0 ], [ 1, 0.5, 0 ], labels => [ 'a', 'b', "c\n\"c" ],
    outputs => { decision_weights => [ 1, 1, 9 ] });
constant('price', [ 0.1, 3 ], [ 0, 7 ], task => 'regression');
constant('named', [ 0, 0 ], [ 0, 1 ], labels => [ 'a', "b\r\nX-Evil: 1" ],
    inputs => { kind => 'columns', columns => [ { name => 'x',
        kind => 'number' } ] });
$t->model('slow', sizes => [ 64, 512, 512, 2 ]);
constant('huge', [3e38], [3e38], task => 'regression');

my $log = join ',', map { qq("$_":"\$maas_$_") } @names;

$t->conf(<<"EOC");
%%GLOBALS%%
thread_pool full threads=1 max_queue=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model fraud %%TESTDIR%%/fraud.safetensors version=7;
    maas_model three %%TESTDIR%%/three.safetensors;
    maas_model price %%TESTDIR%%/price.safetensors;
    maas_model named %%TESTDIR%%/named.safetensors;
    maas_model slow %%TESTDIR%%/slow.safetensors;
    maas_model huge %%TESTDIR%%/huge.safetensors;

    log_format ml escape=json '{"uri":"\$uri","asked":"\$request_uri",'
        '"status":"\$status",$log}';
    log_format plain '\$request_uri|\$maas_model|\$maas_label|\$maas_time';
    access_log %%TESTDIR%%/ml.log ml;
    access_log %%TESTDIR%%/plain.log plain;

    map "\$maas_label:\$maas_score" \$mapped { volatile; default "<\$maas_label>"; }
    limit_req_zone \$http_x_limit zone=l:64k rate=1r/m;
    limit_req_status 429;

    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;

        location / { maas_serve; }
        location = /status { maas_status; }
        location = /fraud { maas_predict fraud; }
        location = /three { maas_predict three; }
        location = /price { maas_predict price; }
        location = /huge { maas_predict huge; }
        location = /few { maas_predict fraud; maas_batch 2; }
        location = /pool { maas_predict fraud; maas_offload pool above=0us; }
        location = /full { maas_predict fraud;
            maas_offload pool=full above=0us; }
        location = /slow { maas_predict slow; maas_max_rows 4000;
            maas_offload pool=full above=0us; }
        location = /limited { maas_predict fraud; limit_req zone=l; }

        location = /shown {
            maas_predict fraud;
            error_page 422 = /page;
            add_header X-All "\$maas_model/\$maas_version \$maas_label/\$maas_score \$maas_rows/\$maas_batch" always;
            add_header X-Map \$mapped always;
            add_header X-Time "\$maas_time \$maas_time_parse \$maas_time_queue \$maas_time_compute \$maas_time_write" always;
        }
        location = /early {
            set \$early "\$maas_label\$maas_time\$mapped";
            if (\$maas_score = none) { return 403; }
            maas_predict fraud;
            add_header X-Early "[\$early]";
        }
        location = /paged { maas_predict fraud; error_page 400 = /page; }
        location = /named { maas_predict fraud; error_page 400 = \@named; }
        location = /next { maas_predict fraud; error_page 400 = \@next; }
        location = /after { maas_predict fraud; post_action /page; }
        location = /said {
            maas_feature x \$arg_x;
            maas_set \$said named label;
            maas_predict named;
            add_header X-Label "\$maas_label|\$said";
        }
        location = /page { return 200 "page of \$maas_model\\n"; }
        location \@named { return 200 "named for \$maas_model\\n"; }
        location \@next { maas_predict price; }

        location = /mirrored {
            mirror /sub;
            proxy_pass http://127.0.0.1:%%PORT2%%/;
        }
        location = /sub { maas_predict fraud; log_subrequest on; }
        location = /other { mirror /elsewhere; maas_predict fraud; }
        location = /elsewhere { log_subrequest on; return 200; }

        location /headed/ {
            maas_headers on;
            location = /headed/fraud { maas_predict fraud; }
            location = /headed/off { maas_headers off; maas_predict fraud; }
            location /headed/ { maas_serve; }
        }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        location / { return 200 upstream; }
    }
}
EOC
$t->known_good('/fraud', '[[-1]]', @json);
$t->run;

my %file = map { $_ => sha256_hex($t->read_file("$_.safetensors")) }
    qw(fraud three price named slow huge);
my $seen = 0;

# The next n lines of the log, once they are there; none is left out
sub logged {
    my ($n) = @_;
    my @lines;
    $t->wait_for(sub {
        @lines = split /\n/, $t->read_file('ml.log');
        return @lines >= $seen + $n;
    }, 5);
    my @new = @lines[ $seen .. $#lines ];
    $seen = @lines;
    is(scalar @new, $n, "$n logged") or diag(join "\n", @new);
    return map { JSON::PP::decode_json($_) } @new;
}

sub spent {
    my ($line) = @_;
    my @parts = map { $line->{"time_$_"} } qw(parse queue compute write);
    like($_, qr/^\d+\.\d{6}$/, "$line->{asked}: seconds")
        for $line->{time}, @parts;
    my $sum = 0;
    $sum += $_ for @parts;
    cmp_ok(abs($sum - $line->{time}), '<', 5e-6, 'the parts are the whole');
    return;
}

sub is_known {
    my ($line, $what, @want) = @_;
    return is_deeply([ @{$line}{qw(model version label score rows)} ], \@want,
        $what) || diag(explain($line));
}

my ($first) = logged(1);
is_known($first, 'a row', 'fraud', '7', 'fraud', '0.268941', '1');
is($first->{batch}, 1, 'ran alone');
is($first->{file}, $file{fraud}, 'the file');
spent($first);

subtest 'every form' => sub {
    my $v2 = '{"inputs":[{"name":"input","datatype":"FP32","shape":[2,1],';
    my $binary = $v2 . '"parameters":{"binary_data_size":8}}]}';
    my @cases = (
        [ '/fraud', '[[-1],[-2]]', @json ],
        [ '/fraud', "-1\n-2\n", 'Content-Type' => 'text/csv' ],
        [ '/fraud', pack('f<2', -1, -2),
            'Content-Type' => 'application/octet-stream' ],
        [ '/fraud', $v2 . '"data":[-1,-2]}]}', @json ],
        [ '/fraud', '{"instances":[-1,-2]}', @json ],
        [ '/v1/models/fraud:predict', '{"instances":[-1,-2]}', @json ],
        [ '/v1/models/fraud:classify',
            '{"examples":[{"input":-1},{"input":-2}]}', @json ],
        [ '/v2/models/fraud/infer', $v2 . '"data":[-1,-2]}],'
            . '"outputs":[{"name":"label"}]}', @json ],
        [ '/v2/models/fraud/versions/7/infer', $binary . pack('f<2', -1, -2),
            @json, 'Inference-Header-Content-Length' => length $binary ],
        map { [ $_, '[[-1],[-2]]', @json ] } qw(/few /pool /shown /early),
    );
    for (@cases) {
        my ($uri, $body, @headers) = @$_;
        my $answer = $t->post($uri, $body, @headers);
        is($answer->status, 200, $uri) or diag($answer->body);
        my ($line) = logged(1);
        is_known($line, "$uri, $headers[1]", 'fraud', '7', 'fraud',
            '0.268941', '2');
        is($line->{batch}, 2, 'rows of its pass');
        spent($line);
    }
    is($t->h2($t->port(1), 'POST', '/fraud', '[-3]')->status, 200, 'HTTP/2');
    is_known(logged(1), 'HTTP/2', 'fraud', '7', 'fine', '0.047426', '1');
};

subtest 'every task' => sub {
    $t->post('/three', '[1]', @json);
    is_known(logged(1), 'the label by weights, the likeliest\'s probability',
        'three', '1', 'c "c', '0.506480', '1');
    $t->post('/price', '[[1],[9]]', @json);
    is_known(logged(1), 'a number, shortest, the first of two', 'price', '1',
        '', '0.1', '2');
    $t->post('/v1/models/price:regress', '{"examples":[{"input":2}]}', @json);
    logged(1);
};

subtest 'many rows' => sub {
    for my $uri ('/fraud', '/few', '/pool') {
        my $body = '[' . join(',', ('[-1]') x 33, ('[-9]') x 167) . ']';
        is($t->post($uri, $body, @json)->status, 200, $uri);
        my ($line) = logged(1);
        is_known($line, 'the first of 200', 'fraud', '7', 'fraud', '0.268941',
            '200');
        is($line->{batch}, 200, 'rows of its pass');
        spent($line);
    }
    my @answers = $t->pipeline(map { $t->request('POST', '/fraud', '[[1]]',
        @json, $_ == 5 ? (Connection => 'close') : ()) } 1 .. 5);
    is(scalar(grep { $_->status == 200 } @answers), 5, 'pipelined');
    is($_->{label}, 'fraud', 'each has its own') for logged(5);
};

subtest 'headers' => sub {
    my $answer = $t->post('/shown', '[[-1],[-2]]', @json);
    is($answer->header('X-All'), 'fraud/7 fraud/0.268941 2/2', 'all');
    is($answer->header('X-Map'), '<fraud>', 'in a map');
    my ($line) = logged(1);
    is($answer->header('X-Time'), join(' ', map { $line->{"time$_"} } '',
        qw(_parse _queue _compute _write)), 'times are those of the log');
    is($t->post('/shown', '[', @json)->header('X-All'), 'fraud/7 / /',
        'of an error what is known');
    logged(1);
    my $evil = $t->post('/said?x=1', '[1]', @json);
    is($evil->header('X-Label'), 'b  X-Evil: 1|b  X-Evil: 1', 'one line');
    is($evil->header('X-Evil'), undef, 'no other');
    logged(1);
    is($t->post('/early', '[[-1]]', @json)->header('X-Early'), '[<>]',
        'too early: nothing');
    is_known(logged(1), 'and it is there later', 'fraud', '7', 'fraud',
        '0.268941', '1');
};

subtest 'errors' => sub {
    for my $case ([ '/fraud', '[[1],', 400, '' ],
        [ '/v2/models/fraud/infer', '{', 400, '' ],
        [ '/pool', '[[1],', 400, '' ],
        [ '/fraud', '[' . join(',', (1) x 257) . ']', 413, '' ],
        [ '/huge', '[2]', 500, '1' ])
    {
        my ($uri, $body, $status, $rows) = @$case;
        is($t->post($uri, $body, @json)->status, $status, "$uri: $status");
        my ($line) = logged(1);
        my $huge = $uri eq '/huge';
        is_known($line, "$uri: the model, no label", $huge ? ('huge', '1')
            : ('fraud', '7'), '', '', $rows);
        is($line->{file}, $file{ $huge ? 'huge' : 'fraud' }, 'and its file');
        like($line->{time}, qr/^\d\.\d{6}$/, 'and the time');
        $huge ? spent($line) : is($line->{time_compute}, '', 'nothing ran');
    }
    is($t->post('/v2/models/fraud/infer', '1', 'Content-Type' => 'image/x')
        ->status, 415, 'before the body is read');
    my ($line) = logged(1);
    is_known($line, 'the model', 'fraud', '7', '', '', '');
    is($line->{time}, '', 'no time');
    is($t->get('/fraud')->status, 405, 'another method');
    is_known(logged(1), 'the model of the location', 'fraud', '7', '', '', '');
    is($t->post('/v2/models/none/infer', '{}', @json)->status, 404, 'no model');
    is_known(logged(1), 'nothing', ('') x 5);
    is($t->post('/limited', '[[1]]', @json, 'X-Limit' => 1)->status, $_,
        "limit_req: $_") for 200, 429;
    is_known((logged(2))[1], 'refused by others', 'fraud', '7', '', '', '');
    $t->get('/v2/models/fraud');
    is_known(logged(1), 'metadata is no prediction', ('') x 5);
};

subtest 'no thread is free' => sub {
    my $n = 0;
    my $slow = $t->request('POST', '/slow', pack('f<*', (1) x (64 * 4000)),
        'Content-Type' => 'application/octet-stream', Connection => 'close');
    ok($t->wait_for(sub {
        my @slow = map { $t->send($slow, keep => 1) } 1 .. 4;
        my $refused = $t->post('/full', '[[-1]]', @json)->status == 503;
        $t->receive($_) for @slow;
        $n += 5;
        return $refused;
    }), 'one is refused');
    my @lines = logged($n);
    my ($line) = grep { $_->{asked} eq '/full' && $_->{status} == 503 } @lines;
    is_known($line, 'rows, no label', 'fraud', '7', '', '', '1');
    is(join('', @{$line}{qw(batch time_queue time_compute time_write)}), '',
        'and nothing of the pass before');
    ($line) = grep { $_->{asked} eq '/slow' && $_->{status} == 200 } @lines;
    like($line->{label}, qr/^class[01]$/, 'of 1 MB in a thread all is known');
    is("$line->{rows} $line->{batch}", '4000 4000', 'its rows');
    spent($line);
};

subtest 'redirects' => sub {
    for my $case ([ '/paged', '/page', 'page of fraud' ],
        [ '/named', '/named', 'named for fraud' ])
    {
        my ($uri, $at, $body) = @$case;
        is($t->post($uri, '[', @json)->body, "$body\n", "$uri: on the page");
        my ($line) = logged(1);
        is($line->{uri}, $at, 'redirected');
        is_known($line, 'and it is known', 'fraud', '7', '', '', '');
        like($line->{time}, qr/^\d\.\d{6}$/, 'with its time');
    }
    is($t->post('/after', '[[-1]]', @json)->status, 200, 'post_action');
    my ($line) = logged(1);
    is($line->{uri}, '/page', 'is where it is logged');
    is_known($line, 'all is known', 'fraud', '7', 'fraud', '0.268941', '1');
    spent($line);
    is($t->post('/next', '{"inputs":[[1]]}', @json)->status, 400, 'another');
    is_known(logged(1), 'the model that was asked last', 'price', '1', '', '',
        '');
};

subtest 'subrequests' => sub {
    is($t->post('/mirrored', '[[-1]]', @json)->body, 'upstream', 'a mirror');
    my %by = map { $_->{uri} => $_ } logged(3);
    is_known($by{'/sub'}, 'it has its own', 'fraud', '7', 'fraud',
        '0.268941', '1');
    is_known($by{'/mirrored'}, 'which is nobody else\'s', ('') x 5);
    is($t->post('/other', '[[-1]]', @json)->status, 200, 'and beside one');
    %by = map { $_->{uri} => $_ } logged(2);
    is_known($by{'/elsewhere'}, 'of another', ('') x 5);
    is_known($by{'/other'}, 'which hides nothing', 'fraud', '7', 'fraud', '0.268941', '1');
};

subtest 'plain logs' => sub {
    $t->get('/elsewhere');
    logged(1);
    my $text = $t->read_file('plain.log');
    like($text, qr{^/elsewhere\|-\|-\|-$}m, 'nothing is "-"');
    like($text, qr{^/price\|price\|-\|\d\.\d{6}$}m, 'a price has no label');
};

subtest 'maas_headers' => sub {
    my @headers = qw(Maas-Model Maas-Version Maas-File);
    for my $uri ('/headed/fraud', '/headed/v2/models/fraud/infer') {
        for my $body ('[[-1]]', '[', '{"inputs":[{"name":"input",'
            . '"datatype":"FP32","shape":[1,1],"data":[1]}]}')
        {
            my $answer = $t->post($uri, $body, @json);
            is_deeply([ map { $answer->header($_) } @headers ],
                [ 'fraud', '7', $file{fraud} ], "$uri: " . $answer->status);
        }
    }
    for my $answer ($t->post('/headed/off', '[[-1]]', @json),
        $t->post('/fraud', '[[-1]]', @json), $t->get('/headed/v2/models/fraud'))
    {
        is($answer->status, 200, 'without');
        is($answer->header($_), undef, "no $_") for @headers;
    }
    logged(9);
    my ($rc, $said) = $t->check_conf($t->{template}
        =~ s/maas_headers on/maas_headers yes/r);
    is($rc, 1, 'another value');
    like($said, qr/invalid value "yes" in "maas_headers" directive, (?#
        )it must be "on" or "off"/, 'is refused');
};

subtest 'the file' => sub {
    is($t->get('/headed/v2/models/fraud')->json->{sha256}, $file{fraud},
        'metadata with headers');
    is($t->get('/v2/models/fraud')->json->{sha256}, undef, 'and without');
    my $status = $t->get('/status', undef, Accept => 'application/json')->json;
    is_deeply({ map { @{$_}{qw(name sha256)} } @{ $status->{models} } },
        \%file, 'status');
    logged(3);
};

subtest 'aborted' => sub {
    my $text = $t->request('POST', '/fraud', '[[-1]]', @json);
    $t->send(substr($text, 0, -2), rst => 1);
    my ($line) = logged(1);
    is_known($line, 'in the body', 'fraud', '7', '', '', '');
    is($line->{time}, '', 'no time');
};

$t->done;
