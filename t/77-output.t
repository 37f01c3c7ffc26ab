# Promise: with maas_output no answer, in whatever form, variable or header,
# says more than it allows, and what the model says, counts and is compared by
# stays that of its own numbers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(dense_model);
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @csv = ('Content-Type' => 'text/csv');
my @octets = ('Content-Type' => 'application/octet-stream');

sub columns {
    my (@names) = @_;
    return (inputs => { kind => 'columns', columns => [ map { { name => $_,
        kind => 'number', missing => 0 } } @names ] });
}

# models of one column whose weights are 0, and whose answer is a constant
sub constant {
    my ($name, $biases, %o) = @_;
    my $n = @$biases;
    my %m = dense_model(name => $name, sizes => [ 1, $n ], columns('x'), %o);
    $m{tensors} = { 'layers.0.weight' => [ [ 1, $n ], [ (0) x $n ] ],
        'layers.0.bias' => [ [$n], $biases ] };
    $m{doc}{version} = 2;
    $t->model($name, %m);
    return;
}

# probabilities 0.0943 0.2563 0.6337 0.0157; weights make "d" of it
my @four = (labels => [qw(a b c d)]);
my @logits = (0, 1, 1.905, -1.79);
constant('four', \@logits, @four);
constant('odd', \@logits, @four,
    outputs => { decision_weights => [ 1, 1, 1, 99 ] });
constant('yes', [0.4], task => 'binary', labels => [qw(no yes)],
    outputs => { threshold => 0.595 });                # 0.59869
constant('price', [1234.5678], task => 'regression');
constant('many', [ map { sin } 1 .. 300 ]);
$t->model('slow', sizes => [ 64, 512, 512, 2 ]);

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 1;
thread_pool small threads=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model four %%TESTDIR%%/four.safetensors;
    maas_model odd %%TESTDIR%%/odd.safetensors;
    maas_model yes %%TESTDIR%%/yes.safetensors;
    maas_model price %%TESTDIR%%/price.safetensors;
    maas_model many %%TESTDIR%%/many.safetensors;
    maas_model slow %%TESTDIR%%/slow.safetensors;

    log_format ml '$request_uri $maas_label $maas_score $p_c $score $label '
                  '$step';
    access_log %%TESTDIR%%/ml.log ml;

    maas_set $p_c four probability=c;
    maas_set $score four score;
    maas_set $label four label;
    maas_set $step four step=0.63,0.64;

    server {
        listen 127.0.0.1:%%PORT%%;

        location / { maas_serve; maas_output top=2 round=2; }
        location /plain/ { maas_serve; }
        location /bare/ { maas_serve; maas_output labels-only; }
        location = /four { maas_predict four; maas_output top=2 round=2; }
        location = /odd { maas_predict odd; maas_output top=2; }
        location = /odd1 { maas_predict odd; maas_output top=1; }
        location = /only { maas_predict odd; maas_output labels-only; }
        location = /yes { maas_predict yes; maas_output round=1; }
        location = /yesno { maas_predict yes; maas_output labels-only; }
        location = /price { maas_predict price; maas_output round=1; }
        location = /whole { maas_predict four; }
        location = /many { maas_predict many; maas_output top=3; }
        location = /large { maas_predict four; maas_output top=1;
                            maas_batch 2; }
        location = /pool { maas_predict four; maas_output labels-only;
                           maas_offload pool=small above=0us; }
        location = /poollarge { maas_predict four; maas_output labels-only;
                           maas_offload pool=small above=0us; maas_batch 2; }
        location = /shadow { maas_predict four; maas_output labels-only;
                             maas_shadow odd; }
        location = /status { maas_status; }
        location = /metrics { maas_metrics; }

        location /var {
            maas_output round=1 top=1;
            return 200 "$p_c $score $label $step";
            location /var/only {
                maas_output labels-only;
                return 200 "$p_c $score $label $step";
            }
            location /var/off {
                maas_output off;
                return 200 "$p_c $score $label $step";
            }
            location /var/two {
                set $first $score;
                rewrite ^ /var/off/x?$score last;
            }
        }
    }
}
EOC
$t->known_good('/whole', '[{"x":1}]', @json);
$t->run;

sub tensor {
    my ($n, $more) = @_;
    return '{"inputs":[{"name":"x","datatype":"FP32","shape":[' . $n
        . ',1],"data":[' . join(',', (1) x $n) . ']}]' . ($more // '') . '}';
}

subtest 'the largest, rounded' => sub {
    is($t->post('/four', '[{"x":1}]', @json)->body, '[[0,0.26,0.63,0]]',
        'rows');
    is($t->post('/four', "x\n1\n2\n", @csv)->body, "0,0.26,0.63,0\n" x 2,
        'CSV');
    is($t->post('/four', 'x=1', 'Content-Type' =>
        'application/x-www-form-urlencoded')->body, '[[0,0.26,0.63,0]]',
        'a form');
    is($t->post('/four', '{"instances":[{"x":1}]}', @json)->body,
        '{"predictions":[[0.0,0.26,0.63,0.0]]}', 'v1');
    is($t->post('/v1/models/four:classify', '{"examples":[{"x":1}]}', @json)
        ->body, '{"results":[[["c",0.63],["a",0.0],["b",0.26],["d",0.0]]]}',
        'classes, what is said first');
    my $floats = pack 'f<4', 0, 0.26, 0.63, 0;
    is($t->post('/four', pack('f<', 1), @octets)->body, $floats, 'bytes');
    is_deeply($t->post('/v2/models/four/infer', tensor(1), @json)->json
        ->{outputs}[0]{data}, [ 0, 0.26, 0.63, 0 ], 'v2');
    my $binary = $t->post('/v2/models/four/infer', tensor(1,
        ',"parameters":{"binary_data_output":true}'), @json);
    is(substr($binary->body,
        $binary->header('Inference-Header-Content-Length')), $floats,
        'v2 as bytes');
    is_deeply($t->post('/v2/models/four/infer', tensor(1, ',"outputs":[{'
        . '"name":"output","parameters":{"classification":4}},{"name":"label"}]'),
        @json)->json->{outputs}[0]{data},
        [ '0.63:2:c', '0.26:1:b', '0:0:a', '0:3:d' ], 'v2, by rank');
    is($t->post('/whole', '[{"x":1}]', @json)->body =~ tr/0-9//, 36,
        'not where nobody asked for it');
    is($t->post('/plain/v1/models/price:predict', '{"instances":[1]}', @json)
        ->body, '{"predictions":[[1234.5677]]}', 'nor of another model');
    my @many = grep { $_ } @{ $t->post('/many', '[{"x":1}]', @json)->json->[0] };
    is(@many, 3, 'of many');
};

subtest 'what is said comes of the whole numbers' => sub {
    my $odd = $t->post('/odd', '[{"x":1}]', @json);
    like($odd->body, qr/^\[\[0,0,0\.63\d+,0\.0157\d+\]\]$/, 'and counts');
    is($odd->header('Maas-Label'), 'd', 'header');
    like($t->post('/odd1', '[{"x":1}]', @json)->body,
        qr/^\[\[0,0,0,0\.0157\d+\]\]$/, 'before the largest');
    is_deeply($t->post('/v2/models/odd/infer', tensor(2, ',"outputs":[{"name":'
        . '"decision"},{"name":"label"}]'), @json)->json->{outputs}[$_]{data},
        [ (3, 'd')[$_], (3, 'd')[$_] ], 'v2') for 0, 1;
    my $yes = $t->post('/yes', '[{"x":1}]', @json);
    is($yes->body, '[[0.6]]', 'rounded');
    is($yes->header('Maas-Label'), 'yes', 'above the threshold');
};

subtest 'labels only' => sub {
    is($t->post('/only', '[{"x":1},{"x":2}]', @json)->body,
        '[[0,0,0,1],[0,0,0,1]]', 'by weights');
    is($t->post('/yesno', '[{"x":1}]', @json)->body, '[[1]]', 'yes');
    is($t->post('/bare/v1/models/yes:classify', '{"examples":[{"x":1}]}',
        @json)->body, '{"results":[[["yes",1.0],["no",0.0]]]}', 'and not no');
    is($t->post('/bare/v2/models/price/infer', tensor(1), @json)->json
        ->{outputs}[0]{data}[0], 1234.5677, 'a price has no label');
    is($t->post('/price', '[{"x":1}]', @json)->body, '[[1234.6]]',
        'but decimals');
};

subtest 'many rows, threads' => sub {
    my $rows = '[' . join(',', ('{"x":1}') x 50) . ']';
    like($t->post('/large', $rows, @json)->body,
        qr/^\[(?:\[0,0,0\.63\d+,0\],?){50}\]$/, 'in turns');
    is($t->post('/poollarge', $rows, @json)->body,
        '[' . join(',', ('[0,0,1,0]') x 50) . ']', 'in a thread');
    is($t->post('/pool', '[{"x":1}]', @json)->body, '[[0,0,1,0]]',
        'a batch in one');
};

subtest 'variables' => sub {
    is($t->get('/var')->body, '0.600000 0.600000 c 1', 'rounded');
    is($t->get('/var/only')->body, '1.000000 1.000000 c 1', 'by label');
    like($t->get('/var/off')->body, qr/^(0\.63(?!0000)\d{4}) \1 c 1$/, 'off');
    like($t->get('/var/two')->body, qr/^(0\.63(?!0000)\d{4}) \1 c 1$/,
        'each location its own');
    $t->wait_for(sub { $t->read_file('ml.log') =~ m{/var/two} });
    my $log = $t->read_file('ml.log');
    like($log, qr{^/four c 0\.630000 }m, 'of answers');
    like($log, qr{^/only d 1\.000000 }m, 'and their labels');
    like($log, qr{^/yes yes 0\.600000 }m, 'and scores');
    like($log, qr{^/whole c 0\.63(?!0000)\d{4} }m, 'whole ones');
};

subtest 'a shadow compares whole numbers' => sub {
    $t->post('/shadow', '[{"x":1}]', @json) for 1 .. 3;
    my $pair = {};
    $t->wait_for(sub {
        ($pair) = @{ $t->get('/status', undef, Accept => 'application/json')
            ->json->{shadows} };
        return $pair->{rows} == 3;
    });
    is($pair->{mean_absolute_difference}, 0, 'the same numbers');
    is($pair->{agreement}, 0, 'other weights');
};

subtest 'refused' => sub {
    my %bad = (
        'top=0' => qr/invalid parameter "top=0", expected "top=" and a number/,
        'top=x' => qr/invalid parameter "top=x"/,
        'round=7' => qr/invalid parameter "round=7", expected .* 0 to 6/,
        'round=-1' => qr/invalid parameter "round=-1"/,
        'round=1 round=2' => qr/invalid parameter "round=2"/,
        'labels-only labels-only' => qr/invalid parameter "labels-only"/,
        'off top=1' => qr/invalid parameter "off"/,
        'labels' => qr/invalid parameter "labels"/,
        'top=1 labels-only' => qr/has "top=" and "labels-only", of which/,
        'top=1; maas_output top=1' => qr/"maas_output" directive is duplicate/,
    );
    for my $args (sort keys %bad) {
        my ($failed, $said) = check("location / { maas_predict four;
            maas_output $args; }");
        is($failed, 1, $args);
        like($said, $bad{$args}, 'says why');
    }
    my ($failed, $said) = check('location = /p { maas_predict price; '
        . 'maas_output labels-only; }');
    is($failed, 1, 'a price without decimals');
    like($said, qr/maas_output in location "\/p" takes nothing from answers of (?#
        )model "price", whose task is regression: add "round=", or (?#
        )"maas_output off" there/, 'says why');
    ($failed, $said) = check('maas_output top=1; location = /y { maas_predict yes; }');
    is($failed, 1, 'one number');
    like($said, qr/task is binary: add "round=" or "labels-only"/, 'says why');
    ($failed, $said) = check('maas_output top=1; location = /y { maas_predict yes; '
        . 'maas_output off; }');
    is($failed, 0, 'off');
    ($failed, $said) = check('location / { maas_serve; maas_output top=1; }');
    is($failed, 0, 'many models');
    like($said, qr/\[warn\].*takes nothing from answers of model "yes"/,
        'a warning');
};

sub check {
    my ($server) = @_;
    my $conf = join "\n", '%%GLOBALS%%', 'events { }', 'http {',
        '%%GLOBALS_HTTP%%', (map { "maas_model $_ %%TESTDIR%%/$_.safetensors;" }
        qw(four yes price)), 'server { listen 127.0.0.1:%%PORT%%;', $server,
        '} }';
    return $t->check_conf($conf);
}

$t->done;
