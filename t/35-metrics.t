# Promise: what Prometheus reads of models is what happened: each request in one
# bucket of each histogram, each row under what was said of it, each failure
# under its reason; exact with four workers, and over reloads.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use POSIX ();
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $row = '[1,2,3,4]';
my @labels = ("back\\slash", "say \"x\"", "line\nbreak, {a=\"b\"}");

$t->model('m', sizes => [ 4, 3, 3 ], labels => \@labels);
$t->model('c', sizes => [ 2, 1 ], task => 'binary', inputs => {
    kind => 'columns', columns => [
        map { { name => $_, kind => 'number', missing => 0 } } 'a', 'b' ] });
$t->model('r', sizes => [ 1, 1 ], task => 'regression');
$t->model('wide', sizes => [ 1, 70 ],
    labels => [ '(others)', map { "l$_" } 1 .. 69 ]);
$t->model('huge', doc => { version => 1, name => 'huge', task => 'regression',
        inputs => { kind => 'tensor', shape => [1] }, outputs => {},
        layers => [ { kind => 'dense', units => 1, activation => 'linear' } ] },
    tensors => { 'layers.0.weight' => [ [ 1, 1 ], [1e30] ],
        'layers.0.bias' => [ [1], [0] ] });

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 4;
thread_pool tight threads=1 max_queue=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model c %%TESTDIR%%/c.safetensors label=live;
    maas_model r %%TESTDIR%%/r.safetensors version=7;
    maas_model wide %%TESTDIR%%/wide.safetensors;
    maas_model huge %%TESTDIR%%/huge.safetensors;
    maas_max_rows 2000;
    client_body_timeout 1s;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location / { maas_serve; }
        location = /metrics { maas_metrics; }
        location = /m { maas_predict m; }
        location = /c { maas_predict c; }
        location = /wide { maas_predict wide; }
        location = /huge { maas_predict huge; }
        location = /pool { maas_predict m; maas_offload pool above=0us; }
        location = /after { maas_predict m; post_action /m; }
        location = /mirrored { maas_predict m; mirror /m; }
        location = /asks { auth_request /scored; alias %%TESTDIR%%/page; }
        location = /asks/m { auth_request /m; alias %%TESTDIR%%/page; }
        location = /scored {
            maas_feature a $http_a;
            maas_feature b $http_b;
            maas_set $said c label;
            set $what $said;
            add_header Said $what;
            return 204;
        }
    }
}
EOC
$t->write_file('page', 'a page');
$t->known_good('/m', $row, @type);
$t->run;

my $text;

# {model}{metric and labels but those of the model} => value
sub metrics {
    my %v;
    $text = $t->get('/metrics')->body;
    $v{$2}{ $1 . ($3 // '') } = $4
        while $text =~ /^(\w+)\{model="(\w+)",version="\d+"(?:,(.+))?\} (\S+)$/mg;
    return \%v;
}

# What has changed of a model, by what is counted at all
sub more {
    my ($model, $before) = @_;
    my $now = metrics();
    return { map { my $d = $now->{$model}{$_} - ($before->{$model}{$_} // 0);
        $d ? ($_ => $d) : () } grep { !/_us$|_sum|_bucket|timestamp/ }
        keys %{ $now->{$model} } };
}

# The same once it is what it should be: other workers may be a moment late
sub counts {
    my ($model, $before, $want, $name) = @_;
    my $got;
    $t->wait_for(sub {
        $got = more($model, $before);
        return join(' ', map { "$_$got->{$_}" } sort keys %$got)
            eq join(' ', map { "$_$want->{$_}" } sort keys %$want);
    }, 5);
    is_deeply($got, $want, $name) or diag(explain($got));
}

sub success {
    my ($rows, $said) = @_;
    return { nv_inference_request_success => 1, nv_inference_count => $rows,
        nv_inference_exec_count => 1,
        (map { ("maas_${_}_count" => 1) } qw(request_duration_seconds
            parse_duration_seconds queue_duration_seconds
            compute_duration_seconds write_duration_seconds request_rows
            batch_rows)),
        map { (qq{maas_answers_totallabel="$_"} => $said->{$_}) } keys %$said };
}

sub escaped { return $_[0] =~ s/([\\"])/\\$1/gr =~ s/\n/\\n/gr }

subtest 'before the first request' => sub {
    my $v = metrics();
    is($v->{r}{nv_inference_request_success}, 0, 'a counter of a model');
    is($v->{r}{maas_request_duration_seconds_count}, 0, 'its histogram');
    is_deeply([ grep { /maas_(?:parse|failures|answers)/ } keys %{ $v->{r} } ],
        [], 'of which nobody asked there is no more');
    like($text, qr/^maas_model_info\{model="c",version="1",task="binary",sha256="[0-9a-f]{64}",label="live",file="c\.safetensors"\} 1$/m,
        'what it is');
    my ($loaded) = $text =~ /^maas_model_loaded_timestamp_seconds\{model="r",version="7"\} (\d+)$/m;
    my ($file) = $text =~ /^maas_model_file_timestamp_seconds\{model="r",version="7"\} (\d+)$/m;
    is($file, (stat $t->dir . '/r.safetensors')[9], 'when it was written');
    cmp_ok($loaded, '>=', $file, 'and loaded');
};

subtest 'rows, and what is said of them' => sub {
    my $le = 1;
    for my $case ([ '/m', 1 ], [ '/m', 3 ], [ '/m', 40 ], [ '/m', 1500 ],
        [ '/pool', 2 ], [ '/pool', 33 ], [ '/pool', 1500 ])
    {
        my ($uri, $rows) = @$case;
        my $before = metrics();
        my $many = join ',', map { rand(9) - 4 } 1 .. 4 * $rows;
        my $out = $t->post($uri, '{"inputs":[{"name":"input","shape":['
            . "$rows,4],\"datatype\":\"FP32\",\"data\":[$many]}],"
            . '"outputs":[{"name":"decision"}]}', @type)->json->{outputs};
        my %said;
        $said{ escaped($labels[$_]) }++ for @{ $out->[0]{data} };
        counts('m', $before, success($rows, \%said), "$rows at $uri");
        1 while ($le = $rows > 1 ? 2 ** POSIX::ceil(log($rows) / log 2) : 1) < $rows;
        my $now = metrics();
        for my $name ('maas_request_rows', 'maas_batch_rows') {
            for my $bound (1, 2, 4, 32, 64, 1024, 2048, 4096, '+Inf') {
                my $key = qq{${name}_bucketle="$bound"};
                is($now->{m}{$key} - ($before->{m}{$key} // 0),
                    $bound eq '+Inf' || $bound >= $rows ? 1 : 0,
                    "$name: $rows, $bound");
            }
            is($now->{m}{"${name}_sum"} - ($before->{m}{"${name}_sum"} // 0),
                $rows, 'their sum');
        }
    }
};

subtest 'phases' => sub {
    my $v = metrics()->{m};
    my $sum = 0;
    for my $phase (qw(parse queue compute write request)) {
        my $name = "maas_${phase}_duration_seconds";
        my @n = map { $v->{"${name}_bucketle=\"$_\""} }
            map { sprintf '%.6f', 1e-6 * 2 ** $_ }
            $phase eq 'request' ? 3 .. 22 : 0 .. 22;
        is(scalar(grep { defined } @n), $phase eq 'request' ? 20 : 23,
            "$phase: bounds");
        push @n, $v->{qq{${name}_bucketle="+Inf"}};
        is("@n", join(' ', sort { $a <=> $b } @n), 'buckets include others');
        is($n[-1], $v->{"${name}_count"}, 'the last one is all');
        is($n[-1], $v->{nv_inference_request_success}, 'of all requests');
        $sum += $v->{"${name}_sum"} * ($phase eq 'request' ? -1 : 1);
    }
    cmp_ok(abs $sum, '<', 5e-6, 'the phases are the request');
};

subtest 'many labels' => sub {
    my $before = metrics();
    my $n = 500;
    $t->post('/wide', '[' . join(',', map { '[' . (rand(20) - 10) . ']' }
        1 .. $n) . ']', @type);
    metrics();
    my %said = $text =~ /^maas_answers_total\{model="wide",version="1",label="(.*)"\} (\d+)$/mg;
    is(keys %said, 63, 'so many series at most');
    ok(exists $said{'(others)'}, 'the rest is one');
    my $sum = 0;
    $sum += $_ for values %said;
    is($sum, $n, 'and nothing is lost');
};

subtest 'failures' => sub {
    my $long = '[' . join(',', ($row) x 2001) . ']';
    my $half = substr $t->request('POST', '/m', $row, @type), 0, -3;
    my %failed = (nv_inference_request_failure => 1);
    for my $case (
        [ value => m => sub { $t->post('/m', '[', @type) }, 400 ],
        [ column => c => sub { $t->post('/c', '{"a":1,"nope":2}', @type) }, 400 ],
        [ column => c => sub { $t->post('/c', 'a=1&A=2',
            'Content-Type' => 'application/x-www-form-urlencoded') }, 400 ],
        [ column => c => sub { $t->post('/c', "a,bb\n1,2\n",
            'Content-Type' => 'text/csv') }, 400 ],
        [ shape => m => sub { $t->post('/v2/models/m/infer', '{"inputs":[{"name":"input","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}', @type) }, 400 ],
        [ too_large => m => sub { $t->post('/m', $long, @type) }, 413 ],
        [ unsupported => m => sub { $t->post('/v2/models/m/infer', '{"inputs":[{"name":"input","shape":[1,4],"datatype":"BYTES","data":["1","2","3","4"]}]}', @type) }, 400 ],
        [ media_type => m => sub { $t->post('/m', $row, @type,
            'Content-Encoding' => 'br') }, 415 ],
        [ not_finite => huge => sub { $t->post('/huge', '[1e30]', @type) }, 500 ],
        [ timeout => m => sub { $t->send($half); undef }, 0 ],
        [ closed => m => sub { close $t->send($half, keep => 1); undef }, 0 ])
    {
        my ($why, $model, $do, $status) = @$case;
        my $before = metrics();
        my $answer = $do->();
        is($answer->status, $status, "$why: status") if $status;
        counts($model, $before, { %failed,
            $why eq 'not_finite' ? (nv_inference_exec_count => 1,
                maas_batch_rows_count => 1) : (),
            qq{maas_failures_totalreason="$why"} => 1 }, "$why: counted");
    }

    # not requests to the model, as others count them
    for my $case ([ method => sub { $t->get('/m') }, 405 ],
        [ method => sub { $t->get('/v2/models/m/infer') }, 405 ],
        [ media_type => sub { $t->post('/m', $row,
            'Content-Type' => 'text/html') }, 415 ])
    {
        my ($why, $do, $status) = @$case;
        my $before = metrics();
        is($do->()->status, $status, "$why: status");
        counts('m', $before, { qq{maas_failures_totalreason="$why"} => 1 },
            "$why: counted");
    }
};

subtest 'subrequests' => sub {
    my ($said) = map { escaped($_) } $t->post('/v2/models/m/infer',
        '{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32",'
        . '"data":[1,2,3,4]}],"outputs":[{"name":"label"}]}', @type)->json
        ->{outputs}[0]{data}[0];
    for my $uri ('/mirrored', '/after') {
        my $before = metrics();
        is($t->post($uri, $row, @type)->status, 200, $uri);
        my $one = success(1, { $said => 1 });
        my $passes = $uri eq '/after' ? 2 : 1;      # they may ride together
        counts('m', $before, { map { $_ => $one->{$_}
            * (/exec|batch/ ? $passes : 2) } keys %$one },
            "$uri: both are counted");
    }

    my $before = metrics();
    my @h = (A => 1, B => 2);
    my $asked = $t->get('/scored', undef, @h)->header('Said');
    is($t->get('/asks', undef, @h)->body, 'a page', 'an auth_request');
    counts('c', $before, { maas_variable_requests_total => 2,
        qq{maas_answers_totallabel="$asked"} => 2 }, 'is counted');
    $before = metrics();
    is($t->get('/asks/m')->status, 500, 'one that asks by GET');
    counts('m', $before, { 'maas_failures_totalreason="method"' => 1 },
        'is counted, too');
    $t->allow(qr/auth request unexpected status: 405/);
};

# A client of its own: requests until the file `stop` is there, then a file with
# how many were right and how many were refused
sub client {
    my ($n) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    my ($i, $right, $rows, $refused, $other) = (0, 0, 0, 0, 0);
    my $bad = $t->request('POST', '/m', '[', @type, Connection => 'close');
    until (-e $t->dir . '/stop') {
        my $k = 1 + $i++ % 3;
        my $many = '[' . join(',', ($row) x $k) . ']';
        my $ask = $t->request('POST', '/m', $many, @type);
        for ($t->pipeline($ask, $ask, $ask, $bad)) {
            if ($_->status == 200) { $right++; $rows += $k }
            elsif ($_->status == 400) { $refused++ }
            else { $other++ }
        }
    }
    $t->write_file("client$n", "$right $rows $refused $other");
    POSIX::_exit(0);
}

subtest 'four workers, reloads' => sub {
    my $before = metrics()->{m};
    my @clients = map { client($_) } 1 .. 4;
    for (1 .. 5) {
        ok($t->reload, "reload $_");
        my $v = metrics()->{m};
        cmp_ok($v->{nv_inference_request_success}, '>',
            $before->{nv_inference_request_success}, 'meanwhile some answers');
    }
    $t->write_file('stop', '');
    waitpid $_, 0 for @clients;

    my @sum = (0) x 4;
    for my $n (1 .. 4) {
        my @n = split ' ', $t->read_file("client$n");
        $sum[$_] += $n[$_] for 0 .. 3;
    }
    cmp_ok($sum[0], '>', 500, "$sum[0] answers");
    is($sum[3], 0, 'and nothing else');

    my $v;
    my $said = sub { my $s = 0; $s += $_[0]{$_} // 0
        for grep { /^maas_answers/ } keys %{ $_[0] }; return $s };
    $t->wait_for(sub { $v = metrics()->{m};
        return $v->{nv_inference_request_success}
            - $before->{nv_inference_request_success} >= $sum[0] });
    for my $case ([ nv_inference_request_success => 0 ],
        [ nv_inference_count => 1 ], [ nv_inference_request_failure => 2 ],
        [ 'maas_failures_totalreason="value"' => 2 ],
        [ maas_request_duration_seconds_count => 0 ],
        [ maas_queue_duration_seconds_count => 0 ],
        [ maas_request_rows_count => 0 ], [ maas_request_rows_sum => 1 ],
        [ maas_batch_rows_sum => 1 ])
    {
        my ($name, $i) = @$case;
        is($v->{$name} - $before->{$name}, $sum[$i], $name);
    }
    is($said->($v) - $said->($before), $sum[1], 'answers');
    $t->rebase;
};

subtest 'a zone without room for all of it' => sub {
    $t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_zone 64k;
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model m1 %%TESTDIR%%/m.safetensors;
    maas_model m2 %%TESTDIR%%/m.safetensors;
    maas_model m3 %%TESTDIR%%/m.safetensors;
    maas_model m4 %%TESTDIR%%/m.safetensors;
    maas_model m5 %%TESTDIR%%/m.safetensors;
    maas_model m6 %%TESTDIR%%/m.safetensors;
    maas_model m7 %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /metrics { maas_metrics; }
        location = /m { maas_predict m; }
    }
}
EOC
    ok($t->reload, 'as it is');
    is($t->post('/m', $row, @type)->status, 200, 'is asked');
    is($t->post('/m', '[', @type)->status, 400, 'and asked in vain');
    $t->wait_for(sub { metrics()->{m}{nv_inference_request_failure} });
    my $v = metrics()->{m};
    is($v->{nv_inference_request_success}, 1, 'counted');
    is($v->{maas_request_duration_seconds_count}, 1, 'and its time');
    is($v->{nv_inference_request_failure}, 1, 'and the failure');
    is_deeply([ grep { /parse|failures|answers/ } keys %$v ], [],
        'what has no room is not there');
    $t->rebase;
};

$t->done;
