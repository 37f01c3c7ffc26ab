# maas_feature_body: fields of a body as features.  Whoever answers gets the body
# as it came.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Compress::Zlib ();
use Digest::MD5 'md5_hex';
use JSON::PP ();
use MaasTest;
use MaasTest::Upstream;
use Test::More;

my $true = JSON::PP::true;

# The logit is amount - 3, plus 10 if the tool is curl, plus 100 if the amount
# is missing.

my $t = MaasTest->new;

$t->model('bots', doc => {
        version => 1, name => 'bots', task => 'binary',
        inputs => { kind => 'columns', columns => [
            { name => 'amount', kind => 'number', missing => 0,
                missing_slot => $true },
            { name => 'tool', kind => 'category', values => [ 'wget', 'curl' ] },
            { name => 'yes', kind => 'boolean', missing => 0 },
        ] },
        layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
        outputs => { labels => [ 'person', 'bot' ] },
    },
    tensors => {
        'layers.0.weight' => [ [ 5, 1 ], [ 1, 100, 0, 10, 0.5 ] ],
        'layers.0.bias' => [ [ 1 ], [ -3 ] ],
    });

$t->model('size', doc => {
        version => 1, name => 'size', task => 'regression',
        inputs => { kind => 'columns', columns => [
            { name => 'size', kind => 'number' } ] },
        layers => [ { kind => 'dense', units => 1, activation => 'linear' } ],
    }, tensors => {
        'layers.0.weight' => [ [ 1, 1 ], [ 2 ] ],
        'layers.0.bias' => [ [ 1 ], [ 0 ] ],
    });

# the same by another column, which is required

$t->model('other', doc => {
        version => 1, name => 'other', task => 'binary',
        inputs => { kind => 'columns', columns => [
            { name => 'more', kind => 'number' } ] },
        layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
        outputs => { labels => [ 'person', 'bot' ] },
    }, tensors => {
        'layers.0.weight' => [ [ 1, 1 ], [1] ],
        'layers.0.bias' => [ [ 1 ], [ 0 ] ],
    });

my $conf = <<'EOC';
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model bots bots.safetensors;
    maas_model size size.safetensors;
    maas_model other other.safetensors;

    log_format f escape=none '$request_uri $bot $maas_features_bots';
    access_log %%TESTDIR%%/f.log f;

    map $bot $key { default ""; "~^0\.9|^1" $uri; }
    limit_req_zone $key zone=z:1m rate=1r/m;

    client_body_buffer_size 1k;
    maas_feature_body on;
    maas_set $bot bots score default=none;

    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;

        proxy_set_header X-Bot $bot;
        add_header X $bot always;
        root %%TESTDIR%%/none;

        location / { try_files /none =204; }
        location /up { proxy_pass http://127.0.0.1:%%PORT2%%; }
        location /up/stream {
            proxy_request_buffering off;
            proxy_http_version 1.1;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /up/off {
            maas_feature_body off;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /up/small {
            client_max_body_size 500;
            error_page 413 = @small;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location @small { try_files /none =204; }
        location /up/0 {
            client_max_body_size 0;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /up/mirror {
            mirror /mirrored;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /mirrored { internal; proxy_pass http://127.0.0.1:%%PORT2%%; }
        location /up/404 {
            maas_feature_body off;
            proxy_set_header X-Status 404;
            proxy_intercept_errors on;
            error_page 404 = @end;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /up/post {
            maas_feature_body off;
            post_action /posted;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /unbuffered {
            maas_feature_body off;
            proxy_request_buffering off;
            proxy_http_version 1.1;
            error_page 502 = @end;
            proxy_pass http://127.0.0.1:%%PORT3%%;
        }
        location /posted { internal; try_files /none =204; }
        location /line {
            maas_feature tool $arg_tool;
            try_files /none =204;
        }
        location /off {
            maas_feature_body off;
            try_files /none =204;
        }
        location /other {
            maas_set $twice size score default=none;
            add_header X "$bot $twice" always;
            try_files /none =204;
        }
        location /limit { limit_req zone=z; try_files /none =204; }
        location /deny {
            maas_set $robot bots decision;
            maas_deny $robot;
            try_files /none =204;
        }
        location /early {
            set $seen $bot;
            add_header X "$seen $bot" always;
            try_files /none =204;
        }
        location /return { return 200 $bot; }
        location /error {
            add_header X "" always;
            error_page 404 = /end;
            try_files /none =404;
        }
        location /named {
            maas_feature_body off;
            error_page 404 = @end;
            try_files /none =404;
        }
        location @end { add_header X "named $bot" always; try_files /none =204; }
        location = /end { add_header X "end $bot" always; try_files /none =204; }
        location /sub {
            auth_request /auth;
            auth_request_set $from $upstream_http_x_bot;
            add_header X "$from $bot" always;
            try_files /none =204;
        }
        location /sub/off {
            maas_feature_body off;
            auth_request /auth;
            auth_request_set $from $upstream_http_x_bot;
            add_header X "$from" always;
            try_files /none =204;
        }
        location = /auth {
            internal;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-Bot $bot;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /shadow { maas_shadow other; try_files /none =204; }
        location = /predict {
            maas_set $other size score;
            maas_predict bots;
        }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->conf($conf);
$t->known_good('/predict', '{"amount":3}');

my $up = MaasTest::Upstream->new($t->port(2));
$t->run;

my @json = ('Content-Type' => 'application/json');
my @form = ('Content-Type' => 'application/x-www-form-urlencoded');
my @csv = ('Content-Type' => 'text/csv');
my $none = 'none';

sub p { return sprintf '%.6f', unpack 'f', pack 'f', 1 / (1 + exp -$_[0]) }

sub counts {
    my ($model) = @_;
    my $text = $t->get('/metrics')->body;
    return map { $text =~
        /^maas_variable_${_}_total\{model="$model",version="1"\} (\d+)$/m
        ? $1 : 'no' } qw(requests failures early missing);
}

# what is counted of model bots while code runs; a look at it is a request, too

sub counted {
    my ($code) = @_;
    my @before = counts('bots');
    $code->();
    my @after = counts('bots');
    return join ' ', map { $after[$_] - $before[$_] } 0 .. 3;
}

###############################################################################
# forms

for (
    [ '{"amount":5}', 2, @json ],
    [ '[ {"amount" : 5, "tool":"curl"} ]', 12, @json ],
    [ '{"amount":"5","yes":true}', 2.5, @json ],
    [ '{"amount":5,"yes":"no","more":{"a":[1,2]}}', 2, @json ],
    [ '{"\u0061mount":5,"t\u006fol":"c\u0075rl"}', 12, @json ],
    [ '{"amount":4}', 1 ],
    [ '{"amount":4}', 1, 'Content-Type' => 'text/plain' ],
    [ '{"amount":4}', 1, 'Content-Type' => 'application/x+json;a=b' ],
    [ '{"amount":4}', 1, @form ],
    [ 'amount=4&tool=c%75rl', 11, @form ],
    [ "amount;tool\n1;curl\n", 8, @csv ],
    [ "tool,amount\r\n\"wget\",2.5", -0.5, @csv ],
    [ '{"amount":null}', 97, @json ],
    [ '{"amount":[5]}', 97, @json ],
    [ '{"amount":"five"}', 97, @json ],
    [ '{"amount":1e99}', 97, @json ],
    [ '{"amount":5,"amount":6}', 97, @json ],
    [ '{"amount":5,"amount":[]}', 97, @json ],
    [ 'amount=4&amount=4', 97, @form ],
    [ '{}', 97, @json ],
    [ '', 97, @json ],
) {
    my ($body, $z, @type) = @$_;
    is($t->post('/', $body, @type)->header('X'), p($z),
        length $body ? $body =~ s/\s+/ /gr : 'an empty body');
}

is($t->get('/')->header('X'), p(97), 'no body');
is($t->post('/off', '{"amount":5}', @json)->header('X'), p(97), 'off');

for my $body ('{"amount":5,"tool":"curl","yes":false}',
    '{"amount":" 1.5","tool":7,"yes":1}')
{
    my ($p) = $t->post('/predict', $body, @json)->body =~ /^\[\[(.*)\]\]$/;
    is($t->post('/', $body, @json)->header('X'), sprintf('%.6f', $p),
        "as for the model itself: $body");
}

###############################################################################
# what is no record: the default, counted and said

my @bad = (
    [ '{"amount":5', @json ], [ '[{"amount":5},{"amount":6}]', @json ],
    [ '5', @json ], [ '[]', @json ], [ "amount\n5\n6\n", @csv ],
    [ 'amount=%4', @form ], [ '--x', 'Content-Type' => 'multipart/form-data' ],
    [ '{"amount":5}', @json, 'Content-Encoding' => 'br' ],
    [ '{"amount":5}', @json, 'Content-Encoding' => 'gzip' ],
    [ '{"amount":5,"x":"' . 'x' x 65536 . '"}', @json ],
);

is(counted(sub {
    for (@bad) {
        my ($body, @type) = @$_;
        my $r = $t->post('/', $body, @type);
        is($r->status, 204, 'it goes on: ' . substr $body =~ s/\n/ /gr, 0, 20);
        is($r->header('X'), $none, 'the default');
    }
}), '1 10 0 0', 'each is a failure');

my @said = $t->log =~ /(maas_set: .*)/g;
is(@said, 1, 'said once a minute');
like($said[0], qr/^maas_set: model "bots": no fields of the body: byte 11: expected .*; the default is used/,
    'what was wrong');

# who reads it by another of two headers would see something else

my $twice = sub {
    my ($header, @values) = @_;
    my $request = $t->request('POST', '/', '{"amount":5}',
        Connection => 'close');
    my $lines = join '', map { "$header: $_\r\n" } @values;
    return ($t->answers($t->send($request =~ s/Host/${lines}Host/r)))[0]
        ->header('X');
};

is($twice->('Content-Type', 'application/json'), p(2), 'one type');
is($twice->('Content-Type', 'application/json', 'text/csv'), $none, 'of two');
is($twice->('Content-Encoding', 'identity', 'gzip'), $none, 'two codings');

# what was sent on unbuffered is not whole

my $part = $t->send($t->request('POST', '/unbuffered', 'amount=59999', @form,
    Connection => 'close') =~ s/9999\z//r, keep => 1);
ok($t->wait_for(sub { $t->log =~ m{connect\(\) failed .* "POST /unbuffered} }),
    'there is no upstream');
like($t->send('9999', socket => $part), qr/^X: named none\r$/m,
    'an error page behind proxy_request_buffering off');

###############################################################################
# lines and levels

is($t->post('/line?tool=curl', '{"amount":3,"tool":"wget"}', @json)
    ->header('X'), p(10), 'a line wins');
is($t->post('/line', '{"amount":3,"tool":"curl"}', @json)->header('X'), p(0),
    'also where it has nothing');
is($t->post('/other', '{"amount":3,"size":4}', @json)->header('X'),
    p(0) . ' 8', 'each model has its columns');
is($t->post('/other', '{"am\u006funt":3,"siz\u0065":"\u0034"}', @json)
    ->header('X'), p(0) . ' 8', 'of decoded text, too');
is($t->post('/other', '{"amount":3}', @json)->header('X'), p(0) . ' none',
    'a required column is not there');

###############################################################################
# logs

sub logged {
    my ($uri, $body, @headers) = @_;
    $t->post($uri, $body, @headers);
    my $line = $t->wait_for(sub {          # it is written behind the answer
        return (grep { index($_, "$uri ") == 0 }
            split /\n/, $t->read_file('f.log'))[0];
    });
    return substr $line // '', 1 + length $uri;
}

is(logged('/log1', '{"amount":3.50,"tool":12,"yes":false,"more":1}', @json),
    p(0.5) . ' {"amount":3.50,"tool":12,"yes":false}', 'as it came');
is(logged('/log2', '{"amount":"3","tool":"a\"\u0000","yes":"x"}', @json),
    p(0) . qq( {"amount":3,"tool":"a\\"\xef\xbf\xbd","yes":null}),
    'texts, and what cannot be read');
is(logged('/log3', "amount=3&tool=\xff", @form),
    p(0) . qq( {"amount":3,"tool":"\xef\xbf\xbd","yes":null}), 'no UTF-8');
is(logged('/line?tool=b&log', '{"amount":3,"tool":"wget"}', @json),
    p(0) . ' {"amount":3,"tool":"b","yes":null}', 'a line');
is(logged('/log4', '{"amount":', @json), $none . ' {}', 'no record');
is(logged('/return?log', '{"amount":3}', @json), $none . ' null',
    'what never came so far');
is(logged('/log5', ''), p(97) . ' {}', 'without a body');

# and the trainer makes the same of a log

my (@scores, @lines);
for my $case ([ '{"amount":1.25,"tool":"curl","yes":true}', @json ],
    [ '{"amount":" 1.5","tool":12,"yes":1}', @json ],
    [ '{"amount":true,"tool":true,"yes":"no"}', @json ],
    [ '{"amount":"x","tool":"c\u0075rl","yes":7}', @json ],
    [ '{"amount":-0.0,"tool":1.50}', @json ],
    [ 'amount=0042&tool=wget&yes=on', @form ],
    [ "amount,tool\n1e-3,\"a \"\"b\"\"\"\n", @csv ])
{
    my ($score, $line) = split / /, logged('/log/' . @lines, @$case), 2;
    push @scores, $score;
    push @lines, "$line\n";
}
$t->write_file('log.jsonl', @lines);
my ($code, $out, $err) = $t->trainer('predict', '--json', '--data',
    $t->dir . '/log.jsonl', 'bots.safetensors');
is($code, 0, 'predict reads the log') or diag($err);
is(join(' ', map { sprintf '%.6f', $_ } $out =~ /"outputs":\[([^\]]+)\]/g),
    join(' ', @scores), 'and says the same');

###############################################################################
# before limits, but not earlier

is($t->post('/limit', '{"amount":9}', @json)->status, 204, 'limit_req: first');
is($t->post('/limit', '{"amount":9}', @json)->status, 503, 'the second');
is($t->post('/limit', '{"amount":1}', @json)->status, 204, 'no bot: no limit');
is($t->post('/deny', '{"amount":9}', @json)->status, 403, 'maas_deny');
is($t->post('/deny', '{"amount":1}', @json)->status, 204, 'which passes');

is(counted(sub {
    is($t->post('/early', '{"amount":3}', @json)->header('X'),
        "$none " . p(0), 'set: the default, which is not kept');
}), '2 0 1 2', 'counted, once');
is($t->post('/return', '{"amount":3}', @json)->body, $none, 'return');
is($t->get('/early')->header('X'), p(97) . ' ' . p(97),
    'without a body it is not early');

###############################################################################
# redirects, subrequests, pipelines

is($t->post('/error', '{"amount":3}', @json)->header('X'), 'end ' . p(0),
    'an internal redirect');
is($t->post('/named', '{"amount":3}', @json)->header('X'), 'named ' . p(0),
    'to a location that reads bodies');
is($t->post('/sub', '{"amount":3}', @json)->header('X'), p(0) . ' ' . p(0),
    'a subrequest has the same score');
is($t->post('/sub/off', '{"amount":3}', @json)->header('X'), $none,
    'and reads no body');

my @answers = $t->pipeline(
    map { $t->request('POST', '/', qq({"amount":$_}), @json,
        $_ == 5 ? (Connection => 'close') : ()) } 1 .. 5);
is(join(' ', map { $_->header('X') } @answers),
    join(' ', map { p($_ - 3) } 1 .. 5), 'a pipeline');

###############################################################################
# a shadow has its own columns of the same body

unlike($t->log . $t->read_file('stderr'), qr/maas_shadow: no maas_feature/,
    'nginx knows that they may be there');
$t->post('/shadow', '{"amount":1,"more":2}', @json);
$t->post('/shadow', '{"amount":4,"more":"1"}', @json);
$t->post('/shadow', '{"amount":4}', @json);
$t->post('/shadow', '{"amount":4', @json);
my %shadow = (rows => 2, agreed => 1, failed => 1);
ok($t->wait_for(sub {
    my $text = $t->get('/metrics')->body;
    return !grep { $text !~
        /^maas_shadow_${_}_total\{[^}]*"other"[^}]*\} $shadow{$_}$/m
    } keys %shadow;
}, 5), 'what it saw is counted') or diag($t->get('/metrics')->body =~
    /^(maas_shadow_.*)/mg);

###############################################################################
# the body goes on as it came

my $small = '{"amount":3, "tool" : "wget" }';
my $file = '{"amount":3,"x":"' . 'y' x 5000 . '"}';
my $long = '{"amount":3,"x":"' . 'z' x 99999 . '"}';
my $gzip = Compress::Zlib::memGzip($file);

sub passed {
    my ($what, $answer, $body, $bot) = @_;
    is($answer && $answer->header('X-MD5'), md5_hex($body), "$what: the body");
    is($answer && $answer->header('X-Bot'), $bot, "$what: the score");
    return;
}

for my $uri ('/up', '/up/stream', '/up/0') {
    passed("$uri small", $t->post($uri, $small, @json), $small, p(0));
    passed("$uri file", $t->post($uri, $file, @json), $file, p(0));
    passed("$uri long", $t->post($uri, $long, @json), $long, $none);
    passed("$uri no record", $t->post($uri, '{"a', @json), '{"a', $none);
    passed("$uri gzip", $t->post($uri, $gzip, @json,
        'Content-Encoding' => 'gzip'), $gzip, p(0));
    passed("$uri form", $t->post($uri, 'amount=3', @form), 'amount=3', p(0));
    for ($small, $file) {
        passed("$uri HTTP/2", $t->h2($t->port(1), 'POST', $uri, $_), $_, p(0));
        passed("$uri HTTP/2 without a length", $t->h2($t->port(1), 'POST',
            $uri, $_, 'Content-Length' => ''), $_, p(0));
    }

    for my $body ($small, $file) {
        my $chunked = $t->request('POST', $uri, $t->chunked($body, 700), @json,
            'Transfer-Encoding' => 'chunked', Connection => 'close');
        passed("$uri chunked", ($t->answers($t->send($chunked)))[0], $body,
            p(0));
        my $drip = $t->request('POST', $uri, $body, @json,
            Connection => 'close');
        passed("$uri in pieces", ($t->answers($t->send($drip,
            drip => 1 + int length($drip) / 9)))[0], $body, p(0));
    }
}

is($t->post('/up', $gzip, @json, 'Content-Encoding' => 'gzip')
    ->header('X-Head') =~ /content-encoding/, 1, 'it stays compressed');
passed('off', $t->post('/up/off', $small, @json), $small, p(97));
passed('none', $t->get('/up'), '', p(97));

for my $body ($small, $file) {
    passed('mirror', $t->post('/up/mirror', $body, @json), $body, p(0));
    is($t->post('/up/404', $body, @json)->header('X'), 'named ' . p(0),
        'a page for an error of the upstream');
}
is(logged('/up/post', $file, @json), "$none {}",
    'the file is gone once the upstream has answered');

my $s = $t->send("POST /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    . "Content-Type: application/json\r\nExpect: 100-continue\r\n"
    . "Content-Length: " . length($small) . "\r\n\r\n", keep => 1);
is($t->receive($s, until => qr/\r\n\r\n/), "HTTP/1.1 100 Continue\r\n\r\n",
    'Expect: it is asked for');
passed('Expect', ($t->answers($t->send($small, socket => $s)))[0], $small,
    p(0));

my $chunked = $t->request('POST', '/up/small', $t->chunked($file, 100), @json,
    'Transfer-Encoding' => 'chunked', Connection => 'close');
my $answer = ($t->answers($t->send($chunked)))[0];
is($answer->status . ' ' . $answer->header('X'), "204 $none",
    'too large: an error page that reads bodies, too');

###############################################################################

my ($rc, $said) = $t->check_conf($conf =~ s/(feature_body) on/$1 yes/r);
is($rc, 1, 'on or off');
like($said, qr/invalid value "yes" in "maas_feature_body" directive/, 'said');

$up->stop;
$t->done;
