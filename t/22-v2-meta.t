# Configuration, statistics, the repository, settings: what load testers and
# dashboards of Triton ask before and after they infer.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my ($true, $false) = (JSON::PP::true, JSON::PP::false);

$t->model('m', sizes => [ 4, 3, 2 ],
    inputs => { kind => 'tensor', shape => [ 2, 2 ], name => 'x' });
$t->model('other', sizes => [ 3, 1 ], task => 'regression');
my $conf = <<'EOC';
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model m %%TESTDIR%%/m.safetensors version=12 label=new;
    maas_model other %%TESTDIR%%/other.safetensors;
    maas_max_rows 40;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /other { maas_predict other; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->conf($conf);
$t->known_good('/other', '[1,2,3]', @type);
$t->run;

sub v2 {
    my ($n) = @_;
    return qq({"inputs":[{"name":"x","datatype":"FP32","shape":[$n,2,2],)
        . '"data":[' . join(',', (1) x (4 * $n)) . ']}]}';
}

sub stats { return $t->get($_[0])->json->{model_stats} }

subtest 'config' => sub {
    my %shape = (is_shape_tensor => $false, is_non_linear_format_io => $false);
    my $config = $t->get('/v2/models/m/config')->json;
    is_deeply($config, {
        name => 'm', platform => 'maas_safetensors', backend => 'maas',
        runtime => '',
        version_policy => { specific => { versions => [ 1, 12 ] } },
        max_batch_size => 40,
        input => [ { name => 'x', data_type => 'TYPE_FP32',
            format => 'FORMAT_NONE', dims => [ 2, 2 ], optional => $false,
            allow_ragged_batch => $false, %shape } ],
        output => [ map { { name => $_->[0], data_type => $_->[1],
            dims => [ $_->[2] ], label_filename => '', %shape } }
            [ 'output', 'TYPE_FP32', 2 ], [ 'label', 'TYPE_STRING', 1 ],
            [ 'decision', 'TYPE_INT64', 1 ] ],
        batch_input => [], batch_output => [],
        optimization => { priority => 'PRIORITY_DEFAULT',
            eager_batching => $false },
        instance_group => [ { name => 'm', kind => 'KIND_CPU', count => 1,
            gpus => [], passive => $false } ],
        default_model_filename => '', cc_model_filenames => {},
        metric_tags => {}, model_warmup => [], parameters => {},
        dynamic_batching => { preferred_batch_size => [],
            max_queue_delay_microseconds => 0 },
        model_transaction_policy => { decoupled => $false },
        response_cache => { enable => $false },
    }, 'the configuration');
    is($t->get('/v2/models/m/versions/1/config')->status, 200, 'a version');
    is($t->get('/v2/models/m/versions/2/config')->status, 404, 'no version');
    is($t->get('/v2/models/m/versions/new/config')->status, 200, 'a label');
    is($t->get('/v2/models/m/versions/old/config')->status, 404, 'no label');
};

subtest 'statistics' => sub {
    my %none = (count => 0, ns => 0);
    my $first = stats('/v2/models/m/versions/1/stats')->[0];
    my ($memory) = @{ delete $first->{memory_usage} };
    is("$memory->{type} $memory->{id}", 'CPU 0', 'memory');
    cmp_ok($memory->{byte_size}, '>=', 4 * 4, 'of weights');
    is_deeply($first, {
        name => 'm', version => '1', last_inference => 0,
        inference_count => 0, execution_count => 0, response_stats => {},
        batch_stats => [], inference_stats => {
            map { $_ => {%none} } qw(success fail queue compute_input
                compute_infer compute_output cache_hit cache_miss) },
    }, 'a complete object before the first request');

    my $uri = '/v2/models/m/versions/1/infer';
    is($t->post($uri, v2($_), @type)->status, 200, "$_ rows") for 1, 7, 40;
    is($t->post($uri, v2(41), @type)->status, 413, 'too many');
    is($t->post($uri, '{', @type)->status, 400, 'no JSON');
    is($t->get($uri)->status, 405, 'not for a model: a method');
    is($t->post('/v2/models/none/infer', v2(1))->status, 404, 'no model');

    my ($s) = @{ stats('/v2/models/m/versions/1/stats') };
    is($s->{inference_count}, 48, 'rows');
    is($s->{execution_count}, 3, 'forward passes');
    cmp_ok(abs($s->{last_inference} / 1000 - time), '<', 600, 'when');
    my $i = $s->{inference_stats};
    is($i->{success}{count}, 3, 'successes');
    is($i->{fail}{count}, 2, 'failures');
    is($i->{$_}{count}, 3, $_)
        for qw(queue compute_input compute_infer compute_output);
    my $parts = 0;
    $parts += $i->{$_}{ns}
        for qw(queue compute_input compute_infer compute_output);
    is($parts, $i->{success}{ns}, 'the parts are the whole');
    is_deeply([ map { "$_->{batch_size}: $_->{compute_infer}{count}" }
        @{ $s->{batch_stats} } ], [ '1: 1', '4: 1', '32: 1' ], 'by rows');
    my $passes = 0;
    $passes += $_->{compute_infer}{ns} for @{ $s->{batch_stats} };
    is($passes, $i->{compute_infer}{ns}, 'times of passes');
    cmp_ok($i->{$_}{ns}, '>', 0, "$_ took time")
        for qw(success compute_input compute_infer compute_output);

    is_deeply([ map { "$_->{name}/$_->{version}" }
        @{ stats('/v2/models/stats') } ], [ 'm/1', 'm/12', 'other/1' ],
        'of all models');
    is_deeply([ map { $_->{version} } @{ stats('/v2/models/m/stats') } ],
        [ '1', '12' ], 'of all versions');

    is_deeply([ map { $_->{version} }
        @{ stats('/v2/models/m/versions/new/stats') } ], [ '12' ], 'by label');

    my ($other) = @{ stats('/v2/models/other/stats') };
    my $before = $other->{inference_count};
    $t->post('/other', '[[1,2,3],[4,5,6]]', @type);
    is(stats('/v2/models/other/stats')->[0]{inference_count}, $before + 2,
        'maas_predict counts as well');
};

subtest 'parameters that mean nothing here' => sub {
    my $plain = $t->post('/v2/models/m/infer', v2(1), @type)->body;
    for my $more ('"sequence_id":7,"sequence_start":true,"sequence_end":false',
        '"priority":1,"timeout":10,"headers":{"a":[1]}', '"triton_x":"y"')
    {
        is($t->post('/v2/models/m/infer', '{"parameters":{' . $more . '},'
            . substr(v2(1), 1), @type)->body, $plain, $more);
    }
};

subtest 'pipelined requests ride together' => sub {
    my $before = stats('/v2/models/m/versions/12/stats')->[0];
    my $uri = '/v2/models/m/infer';
    my @all = $t->pipeline((map { $t->request('POST', $uri, v2(1), @type) }
        1 .. 9), $t->request('POST', $uri, v2(1), @type,
            Connection => 'close'));
    is(scalar(grep { $_->status == 200 } @all), 10, 'ten answers');
    my $after = stats('/v2/models/m/versions/12/stats')->[0];
    is($after->{inference_count} - $before->{inference_count}, 10, 'rows');
    cmp_ok($after->{execution_count} - $before->{execution_count}, '<=', 10,
        'in no more passes');
};

subtest 'repository' => sub {
    my $all = [ map { { name => $_->[0], version => $_->[1],
        state => 'READY', reason => '' } }
        [ m => '1' ], [ m => '12' ], [ other => '1' ] ];
    for my $body ('', '{}', '{"ready":true}', '{"ready":false,"x":[{}]}') {
        is_deeply($t->post('/v2/repository/index', $body, @type)->json, $all,
            "index of '$body'");
    }
    is_deeply($t->http('POST', '/v2/repository/index')->json, $all,
        'without a body');
    for my $bad ('{"ready":1}', '[]', '{', '{"ready":true}x') {
        my $no = $t->post('/v2/repository/index', $bad, @type);
        is($no->status, 400, "index of $bad");
        isnt($no->error, '', 'says why');
    }
    is($t->get('/v2/repository/index')->header('Allow'), 'POST', 'method');
    for my $verb (qw(load unload)) {
        my $no = $t->post("/v2/repository/models/m/$verb",
            '{"parameters":{"unload_dependents":false}}', @type);
        is($no->status, 501, $verb);
        like($no->error, qr/configuration/, 'says what does it');
        is($t->post("/v2/repository/models/none/$verb", '{}')->status, 404,
            "$verb of no model");
    }
};

subtest 'settings' => sub {
    for my $uri ('/v2/trace/setting', '/v2/models/m/trace/setting') {
        my $trace = $t->get($uri)->json;
        is_deeply($trace->{trace_level}, [ 'OFF' ], "$uri: off");
        is(scalar(grep { ref $_ eq 'HASH' } values %$trace), 0, 'flat');
    }
    my $log = $t->get('/v2/logging')->json;
    is($log->{log_file}, '', 'no path');
    is_deeply([ @$log{qw(log_error log_warning log_info)} ],
        [ $true, $true, $true ], 'what error_log says');
    for my $uri ('/v2/trace/setting', '/v2/logging') {
        my $no = $t->post($uri, '{"trace_level":["TIMESTAMPS"]}', @type);
        is($no->status, 405, "$uri is not to be set");
        is($no->header('Allow'), 'GET, HEAD', 'Allow');
    }
    for my $uri (qw(systemsharedmemory/status cudasharedmemory/status
        systemsharedmemory/region/a/register models/m/generate
        models/m/versions//infer repository repository/models/m/x))
    {
        my $no = $t->post("/v2/$uri", '{}', @type);
        is($no->status, 404, "$uri: there is none");
        isnt($no->error, '', 'JSON');
    }
};

subtest 'metrics' => sub {
    my $answer = $t->get('/metrics');
    is($answer->header('Content-Type'), 'text/plain; version=0.0.4', 'type');
    my %value = $answer->body =~ /^([^#\s]\S*) (\S+)$/mg;
    my $labels = '{model="m",version="1"}';
    is($value{"nv_inference_request_success$labels"}, 3, 'successes');
    is($value{"nv_inference_request_failure$labels"}, 2, 'failures');
    is($value{"nv_inference_count$labels"}, 48, 'rows');
    is($value{"nv_inference_exec_count$labels"}, 3, 'passes');
    is($value{"maas_request_duration_seconds_count$labels"}, 3, 'histogram');
    is($value{'maas_request_duration_seconds_bucket{model="m",version="1",'
        . 'le="+Inf"}'}, 3, 'its last bucket');
    my @bounds = $answer->body
        =~ /^maas_request_duration_seconds_bucket\{model="m",version="1",le="([\d.]+)"/mg;
    is("@bounds[0, 1, -1]", '0.000008 0.000016 4.194304', 'its bounds');
    my @lines = split /\n/, $answer->body;
    is(scalar(grep { !/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? [\d.]+)$/ } @lines),
        0, 'every line is one of the format');
    is($t->post('/metrics', 'x')->status, 405, 'GET only');
};

subtest 'a reload keeps counters' => sub {
    my $before = stats('/v2/models/m/versions/1/stats')->[0];
    ok($t->reload, 'the same configuration');
    is_deeply(stats('/v2/models/m/versions/1/stats')->[0], $before, 'kept');

    (my $less = $conf) =~ s/maas_model m \S+ version=12 label=new;//;
    $t->conf($less);
    ok($t->reload, 'a version less');
    is_deeply([ map { $_->{version} } @{ stats('/v2/models/m/stats') } ],
        [ '1' ], 'it is gone');
    is_deeply(stats('/v2/models/m/versions/1/stats')->[0], $before, 'kept');
    is($t->post('/v2/models/m/infer', v2(2), @type)->status, 200, 'counts');

    $t->conf($conf);
    ok($t->reload, 'with it again');
    is(stats('/v2/models/m/versions/1/stats')->[0]{inference_count},
        $before->{inference_count} + 2, 'goes on');
    is(stats('/v2/models/m/versions/12/stats')->[0]{inference_count}, 14,
        'its counters were kept for it');
};

$t->done;
