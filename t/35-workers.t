# Promise: maas_metrics says how many workers there are, how many died, what they
# have of maas_memory, and what is left of maas_zone.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $row = '[' . join(',', 1 .. 64) . ']';

$t->model('m', sizes => [ 64, 3, 2 ]);

sub conf {
    my ($workers, $more) = @_;
    return <<"EOC";
%%GLOBALS%%
worker_processes $workers;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_memory 8m;
    @{[ $more || '' ]}
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict m; maas_max_rows 4096; }
        location = /metrics { maas_metrics; }
    }
}
EOC
}

$t->conf(conf(2));
$t->known_good('/p', $row, @type);
$t->run;

sub metric {
    my ($name) = @_;
    my ($v) = $t->get('/metrics')->body =~ /^maas_$name ([\d.]+)$/m;
    return $v // 'none';
}

# when old ones are gone
sub workers {
    my ($n) = @_;
    $t->wait_for(sub { metric('workers') eq $n });
    return metric('workers');
}

subtest 'workers' => sub {
    is(workers(2), 2, 'two');
    is(metric('worker_deaths_total'), 0, 'none has died');
    cmp_ok(metric('zone_free_bytes'), '>', metric('zone_size_bytes') / 2,
        'more than half of the zone is left');
    ok($t->kill_worker, 'one is killed') for 1 .. 3;
    is(workers(2), 2, 'two again');
    is(metric('worker_deaths_total'), 3, 'three have died');

    for my $n (4, 1, 2) {
        $t->conf(conf($n));
        ok($t->reload, "a reload to $n");
        is(workers($n), $n, 'so many');
        is(metric('worker_deaths_total'), 3, 'none of them has died');
    }
    ok($t->kill_worker, 'another one');
    is(metric('worker_deaths_total'), 4, 'is counted');
};

subtest 'memory' => sub {
    $t->conf(conf(1));
    ok($t->reload, 'one worker');
    is(workers(1), 1, 'alone');
    my ($used, $peak) = map { metric("memory_${_}_bytes") } 'used', 'peak';
    is(metric('memory_limit_bytes'), 8 * 1024 * 1024, 'the limit');
    cmp_ok($used, '>', 0, 'what it is sure to need');
    cmp_ok($used, '<', 4 * 1024 * 1024, 'less than half');
    is($peak, $used, 'is the most so far');

    my $n = 4000;
    my $many = '[' . join(',', ($row) x $n) . ']';
    is($t->post('/p', $many, @type)->status, 200, 'a large request');
    cmp_ok(metric('memory_peak_bytes'), '>=', $used + $n * 64 * 4,
        'its rows are in the peak');
    is(metric('memory_used_bytes'), $used, 'and given back');
    $t->rebase;
};

subtest 'no room' => sub {
    my ($n, $rc) = (16, 1);
    while ($n > 0 && $rc) {
        $n--;
        ($rc) = $t->check_conf(conf(1, 'maas_zone 64k;' . join ' ',
            map { "maas_model m$_ %%TESTDIR%%/m.safetensors;" } 1 .. $n));
    }
    rename $t->dir . '/check.conf', $t->dir . '/nginx.conf';
    ok($t->reload, "a small zone is full of $n models");
    is(metric('workers'), 'none', 'this has no room');
    my ($free, $size) = map { metric("zone_${_}_bytes") } 'free', 'size';
    cmp_ok($free, '<=', $size / 2, 'no more than half is left');
    cmp_ok($size, '<=', 65536, 'of all');
    is($t->post('/p', $row, @type)->status, 200, 'it serves');
    $t->rebase;
};

$t->done;
