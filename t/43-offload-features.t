# maas_offload for variables: a request waits for the thread that scores it, in
# front of limit_req; whatever happens to it meanwhile.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Proc;
use MaasTest::Upstream;
use Test::More;
use Time::HiRes 'sleep';

my $t = MaasTest->new;

# size * k; the same through wide layers, whose numbers are not 0, which would
# be left out

sub number {
    my ($k, @wide) = @_;
    my @sizes = (1, @wide, 1);
    my (@layers, %tensors);

    for my $i (0 .. $#sizes - 1) {
        my ($in, $out) = @sizes[ $i, $i + 1 ];
        my @w = ((1) x $out, (0) x (($in - 1) * $out));
        $w[0] = $k if $i == 0;
        push @layers, { kind => 'dense', units => $out,
            activation => 'linear' };
        $tensors{"layers.$i.weight"} = [ [ $in, $out ], \@w ];
        $tensors{"layers.$i.bias"} = [ [$out], [ (0) x $out ] ];
    }

    return (doc => { version => 1, name => 'number', task => 'regression',
        inputs => { kind => 'columns', columns => [
            { name => 'size', kind => 'number' } ] },
        layers => \@layers }, tensors => \%tensors);
}

$t->model('twice', number(2));
$t->model('thrice', number(3));
$t->model('body', number(5));
$t->model('slow', number(4, 1200, 1200, 1200));

my $conf = <<'EOC';
%%GLOBALS%%
thread_pool own threads=2;
thread_pool one threads=1;
thread_pool tiny threads=1 max_queue=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model twice twice.safetensors;
    maas_model thrice thrice.safetensors;
    maas_model body body.safetensors;
    maas_model slow slow.safetensors;

    log_format f escape=none '$request_uri $two $maas_features_twice $status';
    access_log %%TESTDIR%%/f.log f;

    map $two $key { default ""; "~^1." $uri; }
    limit_req_zone $key zone=z:1m rate=1r/m;

    maas_feature size $arg_size model=twice;
    maas_feature size $arg_size model=thrice;
    maas_feature size $arg_size model=slow;
    maas_set $two twice score default=none;
    maas_offload pool=own above=0us;

    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        root %%TESTDIR%%/none;
        add_header X $two always;

        location / { try_files /none =204; }
        location /in { maas_offload off; try_files /none =204; }
        location /late { maas_offload pool above=100s; try_files /none =204; }
        location /three {
            maas_set $three thrice score default=none;
            maas_set $six slow score default=none;
            maas_set $again thrice score default=none;
            add_header X "$two $three $six $again" always;
            try_files /none =204;
        }
        location /json {
            maas_feature_body on;
            maas_set $b body score default=none;
            add_header X $b always;
            try_files /none =204;
        }
        location /limit { limit_req zone=z; try_files /none =204; }
        location /early {
            set $seen $two;
            add_header X "$seen $two" always;
            try_files /none =204;
        }
        location /early/late {
            maas_offload pool above=100s;
            set $seen $two;
            add_header X "$seen $two" always;
            try_files /none =204;
        }
        location /error {
            error_page 404 = @named;
            try_files /none =404;
        }
        location @named {
            maas_offload off;
            maas_set $three thrice score;
            add_header X "named $two $three" always;
            try_files /none =204;
        }
        location /sub {
            maas_offload off;
            maas_set $two thrice score;
            auth_request /auth;
            auth_request_set $from $upstream_http_x_bot;
            add_header X "$from $two" always;
            try_files /none =204;
        }
        location = /auth {
            internal;
            maas_feature size $http_size model=twice;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-Bot $two;
            proxy_pass http://127.0.0.1:%%PORT2%%;
        }
        location /tiny {
            maas_set $six slow score default=none;
            maas_offload pool=tiny above=0s;
            add_header X $six always;
            try_files /none =204;
        }
        location /one {
            maas_set $six slow score default=none;
            maas_offload pool=one above=0s;
            add_header X $six always;
            try_files /none =204;
        }
        location /big { root %%TESTDIR%%; }
        location /slow {
            maas_set $six slow score default=none;
            add_header X $six always;
            try_files /none =204;
        }
        location = /predict { maas_offload off; maas_predict twice; }
        location = /metrics { maas_offload off; maas_metrics; }
    }
}
EOC
$t->conf($conf);
$t->write_file('big', 'x' x 8e6 . 'end');
$t->known_good('/predict', '{"size":3}');

my $up = MaasTest::Upstream->new($t->port(2));
$t->run;

my @json = ('Content-Type' => 'application/json');

# nice values of the worker's threads: one that has run a model has 10

sub nice {
    my ($pid) = $t->workers;
    return join ' ', sort map {
        (split ' ', MaasTest::Proc::slurp($_) =~ s/^.*\) //sr)[16]
    } glob "/proc/$pid/task/*/stat";
}

sub counts {
    my $text = $t->get('/metrics')->body;
    return map { $text =~
        /^maas_variable_${_}_total\{model="$_[0]",version="1"\} (\d+)$/m
        ? $1 : 'no' } qw(requests failures early);
}

is($t->get('/in?size=4')->header('X'), 8, 'off');
is($t->get('/late?size=4')->header('X'), 8, 'not worth a thread');
unlike(nice(), qr/10/, 'no thread has run a model');
is($t->get('/?size=3')->header('X'), 6, 'a score');
like(nice(), qr/10/, 'of a thread');

is($t->get('/?size=x')->header('X'), 'none', 'a required column');
is($t->get('/three?size=3')->header('X'), '6 9 12 9', 'several models');
is($t->post('/json', '{"size":5}', @json)->header('X'), 25,
    'of a body, for which it waits first');
is($t->post('/json', '{"size":', @json)->header('X'), 'none', 'no record');
is($t->h2($t->port(1), 'GET', '/three?size=2')->header('X'), '4 6 8 6',
    'HTTP/2');
is($t->get('/limit?size=6')->status, 204, 'limit_req: the first');
is($t->get('/limit?size=6')->status, 503, 'the second');
is($t->get('/limit?size=1')->status, 204, 'no limit');

my @before = counts('twice');
is($t->get('/early?size=3')->header('X'), 'none 6', 'set: the default');
is($t->get('/early/late?size=3')->header('X'), 'none 6',
    'also where it would be quick');
my @after = counts('twice');
is($after[2] - $before[2], 2, 'counted');

is($t->get('/error?size=3')->header('X'), 'named 6 9', 'a redirect');
is($t->http('GET', '/sub?size=3', undef, Size => 5)->header('X'), '10 9',
    'a subrequest does not wait');

my @answers = $t->pipeline(
    map { $t->request('GET', "/slow?size=$_", undef,
        $_ == 5 ? (Connection => 'close') : ()) } 1 .. 5);
is(join(' ', map { $_->header('X') } @answers), '4 8 12 16 20', 'a pipeline');

$t->get('/?size=3&log');
like($t->wait_for(sub { (grep { /&log / } split /\n/,
    $t->read_file('f.log'))[0] }), qr/ 6 \{"size":3\} 204$/, 'a log');

###############################################################################

subtest 'a full pool' => sub {
    my @sockets = map { $t->send($t->request('GET', "/tiny?size=$_", undef,
        Connection => 'close'), keep => 1) } 1 .. 40;
    my %got;
    for my $n (1 .. 40) {
        my ($answer) = $t->answers($t->receive($sockets[ $n - 1 ]));
        is($answer->status, 204, 'it goes on');
        $got{ $answer->header('X') eq 4 * $n ? 'score'
            : $answer->header('X') }++;
    }
    is($got{score} + $got{none}, 40, 'scores or the default');
    cmp_ok($got{score}, '>', 0, 'some have a score');
    cmp_ok($got{none}, '>', 0, 'some do not');
    like($t->log, qr/maas_set: model "slow": the thread pool is full/, 'said');
};

# Many wait for one thread, the last of them on this connection

sub behind {
    my ($s, $uri) = @_;
    my @others = map { $t->send($t->request('GET', "/one?size=$_", undef,
        Connection => 'close'), keep => 1) } 1 .. 200;
    $t->send($t->request('GET', $uri), socket => $s, keep => 1);
    return @others;
}

subtest 'events while it waits' => sub {
    my $s = $t->send($t->request('GET', '/big'), keep => 1);
    sleep 0.1;                             # it gets no further: write events
    $t->receive($s, until => qr/end\z/);
    my @others = behind($s, '/one?size=5');
    sleep 0.01;
    $t->send($t->request('GET', '/one?size=7', undef, Connection => 'close'),
        socket => $s, keep => 1);
    is(join(' ', map { $_->header('X') } $t->answers($t->receive($s))),
        '20 28', 'it has its score, and so has the next one');
    $t->receive($_) for @others;
};

subtest 'the client is gone' => sub {
    # before its turn comes, if the machine lets us
    my $said = '';
    for my $try (1 .. 20) {
        my $s = $t->connect;
        my @others = behind($s, "/one?size=5&gone$try");
        sleep 0.005;
        $t->send('', socket => $s, rst => 1);
        $t->receive($_) for @others;
        $said = $t->wait_for(sub { (grep { /&gone$try / } split /\n/,
            $t->read_file('f.log'))[0] });
        last if $said =~ / 499$/;
    }
    like($said, qr/ 499$/, 'which is seen at once');

    for my $uri ('/slow', '/tiny', '/three') {
        $t->send($t->request('GET', "$uri?size=3"), rst => 1) for 1 .. 20;
        for (1 .. 10) {
            my $s = $t->send($t->request('GET', "$uri?size=3"), keep => 1);
            sleep 0.002;
            $t->send('', socket => $s, rst => 1);
        }
        is($t->get('/?size=3')->header('X'), 6, "$uri: the next one");
        my ($rc) = $t->command('curl', '-s', '-m', '0.002', '-o', 'out',
            '--http2-prior-knowledge', ('http://127.0.0.1:' . $t->port(1)
            . "$uri?size=3") x 20);
        is($t->get('/?size=3')->header('X'), 6, 'HTTP/2: the next one');
    }
};

subtest 'a reload waits' => sub {
    my @sockets = map { $t->send($t->request('GET', "/slow?size=$_", undef,
        Connection => 'close'), keep => 1) } 1 .. 30;
    $t->get('/in');                        # the worker has them
    ok($t->reload(overlap => 1), 'reload');
    is(join(' ', map { (($t->answers($t->receive($_)))[0])->header('X') }
        @sockets), join(' ', map { 4 * $_ } 1 .. 30), 'answered');
    ok($t->wait_for(sub {
        my @left = MaasTest::Proc::children($t->master);
        return $t->workers == 1 && @left == 1;
    }), 'the old workers ended');
    $t->rebase;
};

$up->stop;
$t->done;
