# Reloads under load with variables, tracking and a shadow: no request fails,
# every score is right, and what was counted of clients is kept.
# MAAS_SLOW: two hundred reloads, otherwise thirty.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use POSIX ();
use Test::More;

my $reloads = $ENV{MAAS_SLOW} ? 200 : 30;
my $t = MaasTest->new;

sub model {
    my ($name, $weight) = @_;
    return $t->model($name, doc => {
        version => 1, name => $name, task => 'binary',
        inputs => { kind => 'columns', columns => [
            { name => 'amount', kind => 'number', missing => 0 } ] },
        layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
        outputs => { labels => [ 'no', 'yes' ] },
    }, tensors => {
        'layers.0.weight' => [ [ 1, 1 ], [ $weight ] ],
        'layers.0.bias' => [ [ 1 ], [ 0 ] ],
    });
}

model('m', 1);
model('s', 2);

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    log_format f escape=none '$arg_k $m $seen_10m $status';
    access_log %%TESTDIR%%/f.log f;

    maas_model m m.safetensors;
    maas_model s s.safetensors;
    maas_track $seen key=$arg_k size=1m window=10m;

    server {
        listen 127.0.0.1:%%PORT%%;
        maas_feature amount $arg_amount;
        maas_set $m m score;
        location = /v { maas_shadow s of=m; add_header X "$m $seen_10m"; return 200; }
        location = /p { maas_predict m; maas_shadow s; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->known_good('/p', '[1]', 'Content-Type' => 'application/json');
$t->run;

# Requests of one client after the other until the file `stop` is there: each
# has its own score, and the count of those before

sub client {
    my ($k) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    my ($n, %wrong) = (0);
    until (-e $t->dir . '/stop') {
        my $amount = $n % 7 - 3;
        my $answer = eval { $t->get("/v?k=$k&amount=$amount") };
        my $want = sprintf '%.6f %d', 1 / (1 + exp -$amount), $n;
        my $got = !$answer || $answer->status != 200 ? 'failed'
            : $answer->header('X');
        $wrong{"$got, not $want"}++ if $got ne $want;
        $n++;
    }
    $t->write_file("client-$k", "$n\n", map { "$_\n" } sort keys %wrong);
    POSIX::_exit(0);
}

my @clients = map { client($_) } 'a', 'b';
my $good = 0;

for my $n (1 .. $reloads) {
    $good++ if $t->reload(overlap => 1);
}
is($good, $reloads, 'reloads');

$t->write_file('stop', '');
waitpid $_, 0 for @clients;

my $all = 0;
for my $k ('a', 'b') {
    my ($n, $wrong) = $t->read_file("client-$k") =~ /^(\d+)\n(.*)/s;
    cmp_ok($n // 0, '>', $reloads, "client $k: $n requests");
    is($wrong, '', 'each with its score and the count of those before');
    $all += $n // 0;
}

ok($t->wait_for(sub {
    my @left = MaasTest::Proc::children($t->master);
    return $t->workers == 2 && @left == 2;
}), 'the old workers ended');
$t->rebase;

my $text = $t->get('/metrics')->body;
my ($scored) = $text =~ /^maas_variable_requests_total\{model="m",version="1"\} (\d+)$/m;
cmp_ok($scored, '>=', $all, 'all of them are counted, over all reloads');

$t->done;
