# maas_track: what is known of a client before its request, over all workers,
# reloads and killed workers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

my $t = MaasTest->new;

# the text of all values for one table
my $all = join ' ', map { "$_=\$c_$_" } qw(1m 10m gap gap_dev last age errors
    404 paths bytes);

$t->model('m', sizes => [ 4, 3, 2 ]);
# whatever it is given: the number itself
$t->model('same', doc => {
    version => 1, name => 'same', task => 'regression',
    inputs => { kind => 'columns', columns => [
        { name => 'n', kind => 'number' },
        { name => 'gap', kind => 'number', missing => 0 } ] },
    layers => [ { kind => 'dense', units => 1, activation => 'linear' } ],
}, tensors => {
    'layers.0.weight' => [ [ 2, 1 ], [ 1, 0 ] ],
    'layers.0.bias' => [ [ 1 ], [ 0 ] ],
});
$t->write_file('page.html', "page\n");
$t->write_file('parts.html', qq{<!--#include virtual="/part?k=ssi" -->}
    . qq{<!--#include virtual="/part?k=ssi" -->});

sub conf {
    my (%o) = @_;
    my $window = $o{window} || '1s,1m,10m';
    return <<EOC;
%%GLOBALS%%
worker_processes 4;
events { }
http {
    %%GLOBALS_HTTP%%
    log_format late '\$arg_k \$status late=\$late_1m';
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model same %%TESTDIR%%/same.safetensors;
    maas_feature n \$c_1m;
    maas_feature gap \$c_gap;
    maas_set \$score same score;
    maas_track \$c key=\$arg_k size=1m window=$window;
    maas_track \$all key=\$server_port window=10m;
    maas_track \$late key=\$sent_http_x_who size=512k window=1m;
    maas_track \$self key=\$self_1m size=512k window=1m;
    limit_req_zone \$arg_k zone=slow:1m rate=1r/m;
    add_header X-Worker \$pid always;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        root %%TESTDIR%%;
        location / { return 200 "$all\n"; }
        location /file { alias %%TESTDIR%%/page.html; add_header X-M \$c_1m always; }
        location /gone { return 404; }
        location /fails { return 500; }
        location /forbidden { deny all; }
        location /close { return 444; }
        location /slow { limit_req zone=slow burst=5; try_files /page.html =404; }
        location /ssi { ssi on; default_type text/html; alias %%TESTDIR%%/parts.html; }
        location /score { return 200 "\$score \$maas_features_same"; }
        location /self { return 200 "\$self_1m;"; }
        location /part { return 200 "\$c_1m;"; }
        location /moved { error_page 404 /file?\$args; return 404; }
        location /who { set \$early "\$late_1m"; add_header X-Who \$arg_k; access_log %%TESTDIR%%/late.log late; return 204; }
        location = /metrics { maas_metrics; }
        location = /p { maas_predict m; }
    }
}
EOC
}

$t->conf(conf());
$t->known_good('/p', '[1,2,3,4]', 'Content-Type' => 'application/json');
$t->run;

sub seen {
    my ($k, $uri) = @_;
    my $answer = $t->get(($uri || '/') . "?k=$k") or return {};
    return { worker => $answer->header('X-Worker'),
        map { /(\w+)=(\S*)/ } split ' ', $answer->body };
}

sub metric {
    my ($name, $track) = @_;
    my ($n) = $t->get('/metrics')->body
        =~ /^maas_track_$name\{track="$track"\} (\d+)$/m;
    return $n;
}

###############################################################################

my $first = seen('a');
delete $first->{worker};
is_deeply($first, { '1m' => 0, '10m' => 0, gap => '', gap_dev => '', last => '',
    age => '0.000', errors => '', 404 => '', paths => 0, bytes => 0 },
    'nothing is known of a client that is new');

# each request sees those before it, whichever worker had them
my (%workers, @wrong);
for my $n (1 .. 80) {
    my $seen = seen('a');
    $workers{ $seen->{worker} }++;
    push @wrong, "$n: $seen->{'1m'} $seen->{'10m'}"
        if $seen->{'1m'} != $n || $seen->{'10m'} != $n;
}
is(join(', ', @wrong), '', 'all requests before are counted, and no other');
cmp_ok(scalar keys %workers, '>', 1, 'by several workers');

my $seen = seen('a');
like($seen->{$_}, qr/^\d+\.\d{6}$/, "value $_") for qw(gap gap_dev errors 404);
like($seen->{$_}, qr/^\d+\.\d{3}$/, "value $_") for qw(last age);
cmp_ok($seen->{gap}, '<=', $seen->{age} + 0.001, 'gaps are parts of the age');
is($seen->{errors}, '0.000000', 'no errors');
is($seen->{paths}, 1, 'one path');

is(seen('b')->{'1m'}, 0, 'another client has a count of its own');

###############################################################################

# ends: 1 of 4 is a 404, one more an error
seen('ends');
my $bytes = length $t->get('/gone?k=ends')->{head};
$t->get('/fails?k=ends');
$t->get('/file?k=ends');
$seen = seen('ends');
# older ones weigh a little less
cmp_ok(abs($seen->{errors} - 0.5), '<', 0.05, 'share of 4xx and 5xx');
cmp_ok(abs($seen->{404} - 0.25), '<', 0.05, 'share of 404');
cmp_ok($seen->{bytes}, '>', 3 * $bytes, 'bytes');
cmp_ok($seen->{bytes}, '<', 20 * $bytes, 'not too many');
is($seen->{'1m'}, 4, 'requests that end in the rewrite phase are counted');
cmp_ok($seen->{paths}, '>', 1, 'paths, of which few may look the same');

$t->get('/forbidden?k=early');
$t->send($t->request('GET', '/close?k=early', undef));
is(seen('early')->{'1m'}, 2, 'refused, or not answered: counted all the same');

# distinct paths; what stands behind `?` is not of them
$t->get("/many/$_?k=paths&x=$_") for 1 .. 40;
$t->get("/many/1?k=paths&x=$_") for 1 .. 40;
$seen = seen('paths', '/many/1');
is($seen->{'1m'}, 80, 'eighty requests');
cmp_ok(abs($seen->{paths} - 40), '<', 10, "forty paths: $seen->{paths}");

# inner requests are none of the client's
is($t->get('/ssi?k=ssi')->body, '0;0;', 'subrequests see what the page did');
is(seen('ssi')->{'1m'}, 1, 'and count nothing');
is($t->get('/ssi')->body, ';;', 'also if they alone had a key');
is(seen('ssi')->{'1m'}, 2, 'which is not looked for');
is($t->get('/moved?k=moved')->header('X-M'), 0, 'after a redirect, too');
$seen = seen('moved');
is($seen->{'1m'}, 1, 'one request');
is($seen->{errors}, '1.000000', 'with the status that was sent');

# as features
is(join('|', map { $t->get('/score?k=score')->body } 1 .. 2),
    '0 {"n":0,"gap":null}|1 {"n":1,"gap":null}', 'a model is given them');

# before limit_req, so that waiting ones are seen
my @slow = map { $t->send($t->request('GET', '/slow?k=slow', undef),
    keep => 1) } 1 .. 3;
ok($t->wait_for(sub {
    my $log = $t->log;
    return 2 == (() = $log =~ /delaying request/g);
}), 'two wait');
is(seen('slow')->{'1m'}, 3, 'requests that limit_req holds are counted');
close $_ for @slow;

###############################################################################

# without a key nothing is counted, and no value told
my $before = metric('requests_total', 'c');
like($t->get('/')->body, qr/^1m= 10m= gap= .* bytes=$/, 'no key, no values');
is(metric('requests_total', 'c'), $before, 'and nothing is counted');

# a key that comes late counts at the end, with what was known before
$t->get('/who?k=x') for 1 .. 3;
ok($t->wait_for(sub { $t->read_file('late.log') =~ /late=2/ }), 'logged');
is(join('|', split /\n/, $t->read_file('late.log')),
    'x 204 late=0|x 204 late=1|x 204 late=2',
    'a key of the answer, also if it was asked for before');

# nor one that asks for itself
is($t->get('/self')->body, ';', 'a key of its own value');

# what is no request at all
my $port = $t->port;
my ($n) = metric('requests_total', 'all');
$t->send($_) for "\0\n", "GET / HTTP/1.1\r\n\r\n", "x\r\n\r\n",
    "GET http:// HTTP/1.1\r\n\r\n", 'G' x 20000 . "\r\n\r\n";
ok($t->wait_for(sub { metric('requests_total', 'all') > $n + 1 }),
    'malformed ones are counted');

is(metric('keys', 'all'), 1, 'keys of a table');
is(metric('evictions_total', 'all'), 0, 'evictions_total');

###############################################################################

# clients of their own at the same time, while nginx reloads and a worker is
# killed: a request that got its answer is counted
sub client {
    my ($n) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    my $ok = 0;
    until (-e $t->dir . '/stop') {
        my $answer = eval { $t->get('/many/x?k=load') };
        $ok++ if $answer && $answer->status == 200 && !$answer->short;
    }
    $t->write_file("client$n", $ok);
    POSIX::_exit(0);
}

my @clients = map { client($_) } 1 .. 3;

for (1 .. 10) {
    my $now = seen('load')->{'10m'};
    ok($t->wait_for(sub { seen('load')->{'10m'} > $now + 20 }), 'load');
    $t->reload(overlap => 1);
}
$t->wait_for(sub { $t->workers == 4 });
$t->kill_worker;
$t->write_file('stop', '');
waitpid $_, 0 for @clients;

my $sum = 0;
$sum += $t->read_file("client$_") for 1 .. 3;
$seen = seen('load')->{'10m'};
cmp_ok($seen, '>=', 0.999 * $sum, "all $sum are counted: $seen");
cmp_ok($sum, '>', 500, 'there were enough of them');
ok($t->wait_for(sub {
    my @left = MaasTest::Proc::children($t->master);
    return $t->workers == 4 && @left == 4;
}), 'the old workers ended');
$t->rebase;
cmp_ok(seen('a')->{'10m'}, '==', 82, 'and what was known before');

# other windows: the table begins anew, the others stay
$t->conf(conf(window => '1m,10m'));
ok($t->reload, 'other windows');
is(seen('a')->{'10m'}, 0, 'nothing is known');
like($t->log, qr/\[notice\].*maas_track "\$c" has other windows or another size/,
    'and the log says so');
unlike($t->log, qr/maas_track "\$all"/, 'of that one alone');
cmp_ok(metric('requests_total', 'all'), '>', $sum, 'the other table is kept');

###############################################################################

# the newest stay: 1 MB does not hold so many
for my $n (1 .. 25) {
    $t->pipeline((map { $t->request('GET', "/?k=e$n-$_", undef) } 1 .. 200),
        $t->request('GET', '/?k=last', undef, Connection => 'close'));
}
cmp_ok(metric('evictions_total', 'c'), '>', 1000, 'keys were evicted');
cmp_ok(metric('keys', 'c'), '<', 4000, 'the table is full');
is(seen('last')->{'1m'}, 25, 'the newest one is there');

###############################################################################

# what nginx -t says

sub says {
    my ($line, $before) = @_;
    my ($rc, $said) = $t->check_conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    @{[ $before // '' ]}
    maas_track $line;
    server { listen 127.0.0.1:%%PORT1%%; }
}
EOC
    return "$rc " . join ' ', grep { /maas_track|variable/ } split /\n/, $said;
}

my $key = 'key=$binary_remote_addr';

for (
    ["\$ip $key", 'has no window='],
    ['$ip', 'has no key='],
    ['$ip window=1m', 'has no key='],
    ['$ip key= window=1m', 'has no key='],
    ["\$ip $key window=", 'window "" is no time of 1s to 30d'],
    ["\$ip $key window=10", 'window "10" is no time of 1s to 30d with its unit'],
    ["\$ip $key window=0s", 'window "0s" is no time of 1s to 30d'],
    ["\$ip $key window=31d", 'window "31d" is no time'],
    ["\$ip $key window=soon", 'window "soon" is no time'],
    ["\$ip $key 'window=1m 1s'", 'window "1m 1s" is no time'],
    ["\$ip $key window=1m,,2m", 'window "" is no time'],
    ["\$ip $key window=1m,60s", 'window "60s" is there twice'],
    ["\$ip $key window=1s,2s,3s,4s,5s,6s,7s,8s,9s", 'has more than 8 windows'],
    ["\$ip $key window=1m window=2m", '"window=2m" is none of key=, size= and window=, or there twice'],
    ["\$ip $key window=1m zone=a", '"zone=a" is none of'],
    ["\$ip $key window=1m size=10q", '"10q" is no size'],
    ["\$ip $key window=1m size=32k", 'size is less than'],
    ["\$ip $key window=1m size=0", 'size is less than'],
    ["\$ip $key window=1m size=1m size=2m", '"size=2m" is none of key=, size= and window=, or there twice'],
    ["ip $key window=1m", '"ip" is no name of a variable, expected "\$", letters'],
    ["\$ $key window=1m", '"\$" is no name'],
    ["\$a-b $key window=1m", '"\$a-b" is no name'],
    ["\$http $key window=1m", '"\$http_1m" would be one of "\$http_*"'],
    ["\$1 $key window=1m", '"\$1" is no name'],
    ["\$ip $key window=1m", '"\$ip" is there already',
        "maas_track \$ip $key window=2m;"],
    ["\$ip $key window=1m", 'there is a variable "\$ip_gap" already',
        'map $uri $ip_gap { default 1; }'],
    ["\$ip 'key=\$nothing' window=1m", 'unknown "nothing" variable'],
) {
    my ($line, $says, $before) = @$_;
    like(says($line, $before), qr/^1 .*\[emerg\].*\Q@{[ $says =~ s{\\}{}gr ]}\E/,
        $line);
}

like(says('$ip key=all window=1m'),
    qr/^0 .*\[warn\].*key "all" has no variable, so all requests are of one/,
    'a key without variables');
is(says("\$ip $key window=1m,1s,8d3h size=100m"), '0 ', 'any order, any time');

$t->done;
