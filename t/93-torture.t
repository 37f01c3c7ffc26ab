#!/usr/bin/perl

# Promise: any single allocation may fail.  For N = 1, 2, 3 ... the Nth one of
# the worker fails during a request: the client gets an answer or a closed
# connection, and the next request is answered as ever.  The same for loading.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Compress::Zlib ();
use JSON::PP ();
use MIME::Base64 ();
use MaasTest;
use MaasTest::Grpc;
use Test::More;
use Time::HiRes 'sleep';

my $preload = "$MaasTest::build/failmalloc.so";

BAIL_OUT("$preload is not built") unless -e $preload;

my $t = MaasTest->new;
$t->write_file('hash.key', 'k' x 32);
my $ctl = $t->write_file('ctl', pack 'q3', 0, 0, 0);
chmod 0666, $ctl;
$t->env(LD_PRELOAD => $preload, FAILMALLOC => $ctl);

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->model('n', sizes => [ 4, 5, 2 ]);
$t->model('picture', sizes => [ 4, 3, 2 ], inputs => { kind => 'tensor',
    shape => [ 2, 2 ], image => JSON::PP::true });
$t->model('table', sizes => [ 5, 3, 2 ], inputs => { kind => 'columns',
    columns => [ { name => 'n', kind => 'number' },
        { name => 't', kind => 'text', hash => 4, ngrams => [ 1, 2 ] } ] });
my $conf = <<'EOC';
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    client_body_buffer_size 256;
    connection_pool_size 256;       # every few bytes an allocation
    request_pool_size 256;
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model n %%TESTDIR%%/n.safetensors;
    maas_model picture %%TESTDIR%%/picture.safetensors;
    maas_model table %%TESTDIR%%/table.safetensors;
    maas_features_log table hash=t key=hash.key;
    maas_track $c key=$arg_n window=1m;
    log_format own '$maas_model $maas_label $maas_score $maas_rows $maas_time '
                   '$maas_time_compute $maas_file';
    log_format spans escape=none '$maas_span';
    log_format features escape=none '$label|$c_1m|$maas_features_table|$maas_features';
    upstream fleet { server 127.0.0.1:%%PORT%%; }
    server {
        listen 127.0.0.1:%%PORT1%% http2;
        # nginx dies by itself where a request line of HTTP/2 is not in
        # the first block, for which there is no memory
        request_pool_size 8k;
        location / { maas_serve; }
    }
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /rows { maas_predict m; }
        location = /picture { maas_predict picture; }
        location = /table { maas_predict table; }
        location = /own {
            maas_predict m;
            maas_headers on;
            add_header X-Own "$maas_label $maas_score" always;
            access_log %%TESTDIR%%/own.log own;
            error_page 400 = @other;
        }
        location @other { maas_predict table;
            access_log %%TESTDIR%%/own.log own; }
        location = /gate {
            maas_feature n $arg_n;
            maas_feature t $arg_t;
            maas_set $label table label default=none;
            maas_set $step table step=0.1,0.999999 default=0;
            maas_deny $step 429;
            access_log %%TESTDIR%%/features.log features;
            add_header X-Label "$label|$c_1m|$step" always;
            try_files /none =204;
        }
        location = /why { maas_predict n; maas_explain top=2; }
        location = /why/pool {
            maas_predict n;
            maas_explain top=all;
            maas_offload pool above=0us;
        }
        location /reasons {
            maas_feature n $arg_n;
            maas_feature t $arg_t;
            maas_set $why table reasons=2 default=none;
            add_header X-Why $why always;
            try_files /none =204;
            location = /reasons/pool {
                maas_offload pool above=0us;
                try_files /none =204;
            }
        }
        location = /blunt { maas_predict m; maas_output top=1 round=2; }
        location = /kept { maas_predict m; maas_cache zone=kept:1m; }
        location = /page { maas_status; }
        location = /metrics { maas_metrics; }
        location = /fleet { maas_fleet status fleet /ask/page; }
        location = /all { maas_fleet metrics fleet /ask/metrics; }
        location /ask/ {
            internal;
            rewrite ^/ask(/.*)$ $1 break;
            proxy_pass http://$maas_instance;
        }
        location = /pool { maas_predict m; maas_offload pool above=0us; }
        location /fields {
            maas_feature_body on;
            maas_set $said table label default=none;
            add_header X "$said|$maas_features_table" always;
            try_files /none =204;
            location = /fields/pool { maas_offload pool above=0us;
                try_files /none =204; }
        }
        location = /trace {
            maas_predict m;
            maas_trace ratio=1;
            access_log %%TESTDIR%%/spans.jsonl spans if=$maas_sampled;
            add_header X-Trace "$maas_traceparent|$maas_tracestate" always;
        }
        location = /shadow { maas_predict m; maas_shadow n; }
        location = /later {
            maas_predict m;
            maas_shadow n;
            maas_offload pool above=0us;
        }
    }
}
EOC
$t->conf($conf);
$t->known_good('/rows', '[1,2,3,4]');
$t->run;

# nginx itself says [emerg] or [crit] when memory is out
$t->allow(qr/\[(?:emerg|crit|alert)\].*(?:12: Cannot allocate memory|12: )/);

###############################################################################

sub arm {
    my ($pid, $n) = @_;
    open my $fh, '+<:raw', $ctl or die $!;
    syswrite $fh, pack 'q3', $pid, $n, 0;
    close $fh;
    return;
}

sub counted { return (unpack 'q3', $t->read_file('ctl'))[ 1, 2 ] }

# Fails allocation 1, 2, 3 ... of a request until none is left to fail.
# Returns how many could fail; complains about answers that are not among
# those that may be.

sub torture {
    my ($name, $code, $may) = @_;
    my $pid = ($t->workers)[0];
    my ($struck, @wrong) = (0);

    for my $n (1 .. 1000) {
        arm($pid, $n);
        my $answer = $code->();
        my (undef, $hit) = counted();
        arm(0, 0);

        my $status = $answer ? $answer->status : 'closed';
        push @wrong, "$n: $status" if $status !~ $may;
        push @wrong, "$n: the worker is gone" and last
            if ($t->workers)[0] != $pid;
        push @wrong, "$n: another answer afterwards"
            if ($t->_good->body // '') ne $t->{good_body};

        last if !$hit;
        $struck++;
    }

    is(join("\n", @wrong), '', $name);
    cmp_ok($struck, '>', 0, "$name: $struck allocations failed");
    return;
}

my $fine = qr/^(?:200|500|503|closed)$/;
my $row = '[1,2,3,4]';
my $v2 = '{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32",'
    . '"data":[1,2,3,4]}]}';
my $big = '[' . join(',', ($row) x 100) . ']';

torture('bare rows', sub { $t->post('/rows', $row) }, $fine);
torture('variables', sub { $t->post('/own', $row) }, $fine);
torture('variables over a redirect', sub { $t->post('/own',
    '{"n":1,"t":"a"}') }, $fine);

# a text that nginx has measured is the one that it copies

my %said;

sub says {
    my ($name, $answer) = @_;
    my $text = $answer && $answer->header($name);
    $said{$text}++ if defined $text;
    return $answer;
}

sub said {
    my ($what, $re) = @_;
    cmp_ok(scalar keys %said, '>', 1, "$what: texts");
    is(join("\n", grep { !/$re/ } keys %said), '', "$what: whole ones");
    %said = ();
    return;
}

my $object = qr/null|\{(?:"n":1,"t":"\S+")?\}/;

torture('a gate', sub { says('X-Label', $t->get("/gate?n=1&t=ab\xff")) },
    qr/^(?:204|429|500|503|closed)$/);
said('a gate', qr/^(?:none\|\d*\|0|class\d\|\d*\|[012])$/);
$said{$_}++ for split /\n/, $t->read_file('features.log');
said('its log', qr/^(?:none|class\d|)\|\d*\|(?:$object|)\|(?:$object|)$/);
my @parent = (traceparent => '00-' . '1' x 32 . '-' . '2' x 16 . '-01',
    tracestate => 'a=1', TraceState => 'b=2');
torture('a trace', sub { says('X-Trace', $t->post('/trace', $row, @parent)) },
    $fine);
said('a trace', qr/^(?:00-1{32}-[0-9a-f]{16}-01)?\|(?:a=1,b=2)?$/);
my @spans = grep { $_ ne '' } split /\n/, $t->read_file('spans.jsonl');
cmp_ok(scalar @spans, '>', 1, 'a trace: spans');
is(scalar(grep { eval { JSON::PP::decode_json($_) } } @spans), scalar @spans,
    'a trace: whole ones');
torture('a body in a file', sub { $t->post('/rows', $big) }, $fine);
torture('a row in a thread', sub { $t->post('/pool', $row) }, $fine);
torture('rows in a thread', sub { $t->post('/pool', $big) }, $fine);
# what comes behind the answer, too
torture("a shadow at $_", sub {
    my $answer = $t->post($_, $row);
    sleep 0.03;
    return $answer;
}, $fine) for '/shadow', '/later';
torture('v2', sub { $t->post('/v2/models/m/infer', $v2) }, $fine);
torture('v1', sub { $t->post('/v1/models/m:predict',
    qq({"instances":[$row]})) }, $fine);
torture('v1 metadata', sub { $t->get('/v1/models/table/metadata') }, $fine);

torture('reasons in an answer', sub { $t->post('/why', $row) }, $fine);
torture('reasons of rows', sub { $t->post('/why', "[$row,$row,$row]") },
    $fine);
torture('reasons in a thread', sub { $t->post('/why/pool', $row) }, $fine);
torture('reasons in v1', sub { $t->post('/v1/models/table:explain?top=1',
    '{"instances":[{"n":1,"t":"a"}]}') }, $fine);
torture('reasons in v2', sub { $t->post('/v2/models/m/explain', $v2) },
    $fine);
torture("reasons at $_", sub { says('X-Why', $t->get("$_?n=1&t=ab")) },
    qr/^(?:204|500|503|closed)$/) for '/reasons', '/reasons/pool';
said('reasons', qr/^(?:none|[nt] [-+]\S+(?:, [nt] [-+]\S+)?)$/);
torture('a blunt answer', sub { $t->post('/blunt', $row) }, $fine);

my $new = 0;
my $fresh = sub { '[1,2,3,' . ++$new . ']' };
torture('an answer that is kept', sub { $t->post('/kept', $fresh->()) },
    $fine);
torture('one that was', sub { $t->post('/kept', $row) }, $fine);
torture('some that were', sub { $t->post('/kept', "[$row," . $fresh->()
    . ",$row]") }, $fine);
torture('many that were', sub { $t->post('/kept', '[' . join(',', ($row) x 99,
    $fresh->()) . ']') }, $fine);

# an interlaced PNG of 1 x 1
my $chunk = sub { pack('N', length $_[1]) . "$_[0]$_[1]"
    . pack 'N', Compress::Zlib::crc32("$_[0]$_[1]") };
my $png = "\x89PNG\r\n\x1a\n"
    . $chunk->('IHDR', pack 'NNC5', 1, 1, 8, 0, 0, 0, 1)
    . $chunk->('IDAT', Compress::Zlib::compress("\0\x80"))
    . $chunk->('IEND', '');
my $b64 = MIME::Base64::encode_base64($png, '');

torture('a PNG', sub { $t->post('/picture', $png) }, $fine);
torture('a PGM', sub { $t->post('/picture', 'P2 1 1 1 1') }, $fine);
torture('a picture in JSON', sub { $t->post('/v1/models/picture:predict',
    qq({"instances":[{"b64":"$b64"}]})) }, $fine);
torture('an escaped text', sub { $t->post('/table',
    '{"n":1,"t":"a\\"b"}') }, $fine);
torture('CSV', sub { $t->post('/table', qq(1,"a ""b"""\n),
    'Content-Type' => 'text/csv') }, $fine);
torture('a form', sub { $t->post('/table', 'n=1&t=a%20b',
    'Content-Type' => 'application/x-www-form-urlencoded') }, $fine);
my $goes_on = qr/^(?:204|500|503|closed)$/;
my @gzip = ('Content-Encoding' => 'gzip');
my $fields = '{"n":1,"t":"a\\"b","more":[1,"' . 'x' x 300 . '"]}';
torture('fields', sub { says('X', $t->post('/fields', '{"n":1}')) }, $goes_on);
said('fields', qr/^(?:none|class\d)\|(?:null|\{(?:"n":1,"t":null)?\}|)$/);
torture('fields in a file', sub { $t->post('/fields', $fields) }, $goes_on);
torture('fields in gzip', sub { $t->post('/fields',
    Compress::Zlib::memGzip($fields), @gzip) }, $goes_on);
torture('fields for a thread', sub { $t->post('/fields/pool', $fields) },
    $goes_on);
torture('metadata', sub { $t->get('/v2/models/m') }, $fine);
torture('the list of models', sub { $t->get('/v2/models') }, $fine);
torture('the page', sub { $t->get('/page') }, $fine);
torture('a refused body', sub { $t->post('/rows', '[1,2,3]') },
    qr/^(?:400|500|503|closed)$/);
torture('statistics', sub { $t->get('/v2/models/stats') }, $fine);
torture('the metrics', sub { $t->get('/metrics') }, $fine);
torture('the page of a fleet', sub { $t->get('/fleet') }, $fine);
torture('metrics of a fleet', sub { $t->get('/all') }, $fine);
torture('a document', sub { $t->get('/v2/docs/openapi.json') }, $fine);
torture('the index', sub { $t->post('/v2/repository/index', '{}') }, $fine);
torture('a body in gzip', sub { $t->post('/rows',
    Compress::Zlib::memGzip($big), 'Content-Encoding' => 'gzip') }, $fine);
torture('another coding', sub { $t->post('/rows', $row,
    'Content-Encoding' => 'br') }, qr/^(?:415|500|503|closed)$/);
torture('a missing model', sub { $t->get('/v2/models/none') },
    qr/^(?:404|500|503|closed)$/);
torture('a chunked body', sub {
    ($t->answers($t->send($t->request('POST', '/rows',
        $t->chunked($big, 100), 'Transfer-Encoding' => 'chunked',
        Connection => 'close'))))[0] }, $fine);

# gRPC: codes in the place of statuses

sub grpc {
    my ($path, $message) = @_;
    my $said = MaasTest::Grpc->new($t->port(1))->call($path,
        MaasTest::Grpc::framed($message));
    return if $said->{wrong};
    return MaasTest::Answer->new(status => $said->{code});
}

my $base = '/inference.GRPCInferenceService';
my $name = MaasTest::Grpc::bytes_field(1, 'table');
my $codes = qr/^(?:0|13|14|closed)$/;

for my $typed (0, 1) {
    torture('gRPC: ' . ($typed ? 'typed' : 'raw'), sub {
        grpc("$base/ModelInfer", MaasTest::Grpc::infer_message(
            rows => [ [ 1, 2, 3, 4 ] ], typed => $typed)) }, $codes);
}

torture("gRPC: $_", sub { grpc("$base/$_", $name) }, $codes)
    for qw(ModelReady ModelMetadata ModelConfig ModelStatistics);
torture("gRPC: $_", sub { grpc("$base/$_", '') }, $codes)
    for qw(ServerMetadata RepositoryIndex LogSettings);
torture('gRPC: health', sub { grpc('/grpc.health.v1.Health/List', '') },
    $codes);
torture('gRPC: signatures', sub {
    grpc('/tensorflow.serving.PredictionService/GetModelMetadata',
        MaasTest::Grpc::bytes_field(1, $name)
        . MaasTest::Grpc::bytes_field(2, 'signature_def')) }, $codes);
torture('gRPC: no model', sub { grpc("$base/ModelConfig", '') },
    qr/^(?:5|13|14|closed)$/);
torture('gRPC: no method', sub { grpc("$base/None", '') },
    qr/^(?:12|13|14|closed)$/);

###############################################################################

# Loading, in nginx -t

arm(-1, 1 << 40);
my ($rc) = $t->check_conf;
my $total = (1 << 40) - (counted())[0];
is($rc, 0, "nginx -t makes $total allocations");

my ($ours, @wrong) = (0);

for my $n (1 .. $total) {
    arm(-1, $n);
    ($rc, my $said) = $t->check_conf;
    push @wrong, "$n: status $rc" if $rc != 0 && $rc != 1;
    $ours++ if $rc == 1 && $said =~ /maas_model:.*memory/;
}

arm(0, 0);
is(join('; ', @wrong), '', 'loading passes or fails, and never crashes');
cmp_ok($ours, '>', 0, "$ours times the model's loader said so");

$t->done;
