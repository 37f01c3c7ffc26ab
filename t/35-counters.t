# Counters are right whatever happens to workers: many of them, killed ones,
# two generations at once; and their zone never fills up with models of the
# past.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $row = '[1,2,3,4]';

$t->model('m', sizes => [ 4, 3, 2 ]);

sub template {
    my ($zone, @names) = @_;
    my $models = join "\n",
        map { "maas_model $_ %%TESTDIR%%/m.safetensors;" } 'm', @names;
    return <<"EOC";
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    $zone
    $models
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location / { maas_serve; }
        location = /p { maas_predict m; }
        location = /pool { maas_predict m; maas_offload pool above=0us; }
        location = /after { maas_predict m; post_action /done; }
        location = /paged { maas_predict m; error_page 400 /done; }
        location = /mirrored { maas_predict m; mirror /p; }
        location = /done { internal; return 204; }
    }
}
EOC
}

$t->conf(template(''));
$t->known_good('/p', $row, @type);
$t->run;

my $more = 0;      # rows beyond the first of a request

# What is in the zone, when all that was answered is counted
sub counts {
    my ($want) = @_;
    my $s;
    $t->wait_for(sub {
        $s = $t->get('/v2/models/m/stats')->json->{model_stats}[0];
        return $s->{inference_count} >= $want;
    });
    return join ' ', $s->{inference_count},
        $s->{inference_stats}{success}{count} + $more;
}

my $n = (split ' ', counts(1))[0];

sub infer {
    my ($times) = @_;
    $t->post('/p', $row, @type) for 1 .. $times;
    return $n += $times;
}

subtest 'workers' => sub {
    infer(100);
    is(counts($n), "$n $n", 'two of them make one sum');
    ok($t->kill_worker, 'one is killed');
    is(counts($n), "$n $n", 'what it counted stays');
    infer(50);
    is(counts($n), "$n $n", 'the next one goes on');
};

subtest 'passes elsewhere' => sub {
    my $stats = sub {
        my $want = shift;
        counts($want);
        my $s = $t->get('/v2/models/m/stats')->json->{model_stats}[0];
        return @$s{qw(inference_count execution_count inference_stats)};
    };
    my @before = $stats->($n);
    for my $rows (1, 200) {
        my $many = '[' . join(',', ($row) x $rows) . ']';
        for my $uri ('/p', '/pool') {
            my $i = $before[2];
            is($t->post($uri, $many, @type)->status, 200, "$rows at $uri");
            my @after = $stats->($n += $rows);
            $more += $rows - 1;
            is($after[0] - $before[0], $rows, 'rows');
            cmp_ok($after[1] - $before[1], '>=', 1, 'passes');
            my $parts = 0;
            for my $part (qw(queue compute_input compute_infer
                compute_output))
            {
                my $ns = $after[2]{$part}{ns} - $i->{$part}{ns};
                $parts += $ns;
                cmp_ok($ns, '>=', 0, "$part does not go back");
                cmp_ok($ns, '<', 60e9, 'nor is it nonsense');
            }
            is($parts, $after[2]{success}{ns} - $i->{success}{ns},
                'the parts are the whole');
            @before = @after;
        }
    }
};

subtest 'requests that are not just one' => sub {
    my $failed = sub { $t->get('/v2/models/m/stats')->json->{model_stats}[0]
        {inference_stats}{fail}{count} };
    my $before = $failed->();
    is($t->post('/after', $row, @type)->status, 200, 'with a post_action');
    is(counts(++$n), "$n $n", 'counted');
    is($t->post('/mirrored', $row, @type)->status, 200, 'with a subrequest');
    is(counts($n += 2), "$n $n", 'both of them');
    is($failed->(), $before, 'no failure');

    is($t->post($_, '[', @type)->status, 400, "$_: refused")
        for '/after', '/paged', '/p';
    ok($t->wait_for(sub { $failed->() == $before + 3 }), 'three failures');
    is(counts($n), "$n $n", 'nothing else');
};

subtest 'generations' => sub {
    my $text = $t->request('POST', '/p', $row, @type, Connection => 'close');
    my @held = map { $t->send(substr($text, 0, -2), keep => 1) } 1 .. 5;
    ok($t->wait_for(sub { $t->get('/v2')->status == 200 }), 'requests held');
    ok($t->reload(overlap => 1), 'a reload meanwhile');
    infer(20);
    is(counts($n), "$n $n", 'the new workers count');
    like($t->send(substr($text, -2), socket => $_), qr/ 200 OK/,
        'an old one answers') for @held;
    $n += @held;
    is(counts($n), "$n $n", 'and is counted');
    ok($t->wait_for(sub { $t->workers == 2 }), 'the old ones end');
    $t->rebase;
};

# Eight lanes: the last one is for all who find no other.

subtest 'more processes than lanes' => sub {
    my $text = $t->request('POST', '/p', $row, @type, Connection => 'close');
    my $ends = substr $text, -2, 2, '';
    my @held;
    for (1 .. 6) {
        push @held, map { $t->send($text, keep => 1) } 1 .. 5;
        ok($t->wait_for(sub { $t->get('/v2')->status == 200 }), 'held');
        ok($t->reload(overlap => 1), "reload $_");
    }
    my $processes = () = MaasTest::Proc::children($t->master);
    cmp_ok($processes, '>', 8, "$processes of them");
    infer(50);
    is(counts($n), "$n $n", 'the new ones count');
    like($t->send($ends, socket => $_), qr/ 200 OK/, 'an old one answers')
        for @held;
    $n += @held;
    is(counts($n), "$n $n", 'and is counted');
    ok($t->wait_for(sub { $t->workers == 2 }), 'the old ones end');
    $t->rebase;
};

subtest 'the size of the zone' => sub {
    for my $case ([ '1k', qr/must be between/ ], [ '2000m', qr/must be between/ ],
        [ 'x', qr/invalid value/ ])
    {
        my ($size, $why) = @$case;
        my ($rc, $said) = $t->check_conf(template("maas_zone $size;"));
        is($rc, 1, "maas_zone $size");
        like($said, $why, 'says why');
    }
    my ($rc, $said) = $t->check_conf(template('maas_zone 64k;',
        map { "m$_" } 1 .. 100));
    is($rc, 1, 'no room for so many models');
    like($said, qr/\[emerg\].*maas_zone: 65536 bytes have no room/, 'says so');
    ($rc) = $t->check_conf(template('', map { "m$_" } 1 .. 100));
    is($rc, 0, 'without a size there is');
};

subtest 'models that come and go' => sub {
    $t->conf(template('maas_zone 64k;'));
    ok($t->reload, 'another size');
    $n = $more = 0;
    is(counts(0), '0 0', 'is another zone');
    infer(3);
    for my $round (1 .. 12) {
        $t->conf(template('maas_zone 64k;', map { "r${round}x$_" } 1 .. 5));
        ok($t->reload, "five new ones, $round");
        $t->post("/v2/models/r${round}x1/infer", '{', @type);
        my $fail;           # counted by the other worker in a moment
        $t->wait_for(sub {
            $fail = $t->get("/v2/models/r${round}x1/stats")->json
                ->{model_stats}[0]{inference_stats}{fail}{count};
        }, 2);
        is($fail, 1, 'start from nothing');
    }
    is(counts($n), "$n $n", 'and the one that stays keeps its own');

    # one that fails after the zone is ready
    my $busy = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "listen: $!";
    my $port = $busy->sockport;
    $t->conf(template('maas_zone 64k;', map { "q$_" } 1 .. 5)
        =~ s/(listen) 127/listen 127.0.0.1:$port; $1 127/r);
    ok($t->reload_refused(qr/bind\(\) .* failed/), 'a reload that fails later');
    ok($t->wait_for(sub { $t->log =~ /still could not bind/ }), 'for good');
    is($t->get('/v2/models/r12x1/stats')->json
        ->{model_stats}[0]{inference_stats}{fail}{count}, 1,
        'leaves counters as they were');
    $t->conf(template('maas_zone 64k;', map { "q$_" } 1 .. 5));
    ok($t->reload, 'and one that does not fail');
    $t->post('/v2/models/q1/infer', '{', @type);
    is($t->get("/v2/models/q$_/stats")->json->{model_stats}[0]
        {inference_stats}{fail}{count}, $_ == 1 ? 1 : 0, "q$_ has its own")
        for 1 .. 5;
    $t->rebase;
};

$t->done;
