# Promise: under load an answer of maas_cache is never another row's nor another
# file's: while files are swapped, the zone overflows, nginx is reloaded and
# workers are killed at any moment.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Swap;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @octets = ('Content-Type' => 'application/octet-stream');
my ($swaps, $kills) = $ENV{MAAS_SLOW} ? (100, 100) : (10, 6);

MaasTest::Swap::put($t, $_, 1, hidden => 64) for 'a', 'b';
$t->model('m', sizes => [ 4, 6, 3 ]);
$t->model('n', sizes => [ 4, 6, 9 ], seed => 3);

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 3;
events { }
http {
    %%GLOBALS_HTTP%%
    access_log off;
    keepalive_requests 100000000;
    add_header X-Worker $pid always;
    add_header X-Cache $maas_cache always;
    maas_model a a.safetensors watch=100ms;
    maas_model b b.safetensors watch=100ms;
    maas_model m m.safetensors;
    maas_model n n.safetensors;
    maas_pipeline both mean=a,b;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        maas_cache zone=small:85k;
        location = /a { maas_predict a; }
        location = /b { maas_predict b; maas_offload pool above=0us; }
        location = /both { maas_predict both; }
        location = /m { maas_predict m; }
        location = /n { maas_predict n; }
        location = /plain/m { maas_predict m; maas_cache off; }
        location = /plain/n { maas_predict n; maas_cache off; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->known_good('/m', '[1,2,3,4]', @json);
$t->run;

sub metric {
    my ($name) = @_;
    return ($t->get('/metrics')->body
        =~ /^maas_cache_$name\{zone="small"\} (\d+)$/m)[0];
}

my %g = (a => 1, b => 1);
my %when = map { $_ => [ [ 1, 0, 1 ] ] } '/a', '/b';

subtest 'swaps' => sub {
    # the same rows again and again
    my $clients = MaasTest::Swap::load($t, uris => [ '/a', '/b' ], body => {
        '/b' => '[[1,2,3,4],[5,6,7,8],[1,2,3,4]]' });
    my $lines = MaasTest::Swap::lines($t, '/a');
    my $switched = 0;

    for (1 .. $swaps) {
        for my $name ('a', 'b') {
            push @{ $when{"/$name"} }, [ ++$g{$name}, time ];
            MaasTest::Swap::put($t, $name, $g{$name}, hidden => 64);
        }
        $switched++ if MaasTest::Swap::all($t, $lines, '/a', $g{a})
            && MaasTest::Swap::all($t, $lines, '/b', $g{b});
        $when{$_}[-1][2] = time for '/a', '/b';
        sleep 0.02;
    }

    my ($answers, $n) = MaasTest::Swap::stop($t, $clients);
    close $_ for values %$lines;
    is($switched, $swaps, 'all workers had each file');
    is(MaasTest::Swap::wrong($answers, \%when), '', 'no answer was wrong');
    cmp_ok(metric('hits_total'), '>', $n, "most of $n were not computed");
};

subtest 'a file that was there before' => sub {
    my $hits = metric('hits_total');
    my $lines = MaasTest::Swap::lines($t, '/a');
    MaasTest::Swap::put($t, 'a', $g{a} - 1, hidden => 64);
    ok(MaasTest::Swap::all($t, $lines, '/a', $g{a} - 1), 'is served');
    close $_ for values %$lines;
    my $answer = $t->post('/a', $MaasTest::Swap::row, @json);
    is($answer->header('x-cache'), 'HIT', 'its answers are still there');
    is(MaasTest::Swap::generation($answer->body), $g{a} - 1, 'its own');
};

subtest 'a pipeline' => sub {
    my $lines = MaasTest::Swap::lines($t, '/both');
    my $n = 0;
    for my $g (201 .. 204) {
        MaasTest::Swap::put($t, $_, $g, hidden => 64) for 'a', 'b';
        $n++ if MaasTest::Swap::all($t, $lines, '/both', $g)
            && $t->post('/both', $MaasTest::Swap::row, @json)
                ->header('x-cache') eq 'HIT';
    }
    is($n, 4, 'has the answers of its models');
    close $_ for values %$lines;
};

# Until the file `stop` is there: any of many rows of two models, one or more in
# a request, and what came that is not what it should be

my @rows = map { pack 'f<*', map { rand(8) - 4 } 1 .. 4 } 1 .. 1500;
my %want;

sub client {
    my ($n) = @_;
    my ($right, %wrong) = (0);
    srand $n;

    while (!-e $t->dir . '/stop') {
        my @asked = map {
            my $r = int rand @rows - 3;
            [ $_ % 2 ? '/m' : '/n', $r, 1 + int rand 3 ];
        } 1 .. 16;
        my $s = eval { $t->connect } or next;
        my @got = $t->answers($t->send(join('', map {
            my ($uri, $r, $k) = @{ $asked[$_] };
            $t->request('POST', $uri, join('', @rows[ $r .. $r + $k - 1 ]),
                @octets, $_ == $#asked ? (Connection => 'close') : ());
        } 0 .. $#asked), socket => $s));

        for my $i (0 .. $#got) {
            my ($uri, $r, $k) = @{ $asked[$i] };
            next if $got[$i]->short || $got[$i]->status == 0;   # it was killed
            my $want = join '', @{ $want{$uri} }[ $r .. $r + $k - 1 ];
            if ($got[$i]->status == 200 && $got[$i]->body eq $want) {
                $right++;
            } else {
                $wrong{ $got[$i]->status . " $uri, $k rows" }++;
            }
        }
    }
    $t->write_file("said.$n", join "\n", $right, map { "$_ ($wrong{$_})" }
        sort keys %wrong);
    return;
}

subtest 'many rows, workers that are killed' => sub {
    for my $uri ('/m', '/n') {
        for (my $r = 0; $r < @rows; $r += 50) {
            push @{ $want{$uri} }, unpack $uri eq '/m' ? '(a12)*' : '(a36)*',
                $t->post("/plain$uri", join('', @rows[ $r .. $r + 49 ]),
                    @octets)->body;
        }
        is(scalar @{ $want{$uri} }, @rows, "$uri: what is right");
    }
    unlink $t->dir . '/stop';

    my @pids = map {
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            eval { client($_); 1 } or $t->write_file("said.$_", "0\n$@");
            POSIX::_exit(0);
        }
        $pid;
    } 1 .. 3;

    my $evicted = metric('evicted_total');
    my $ok = 0;
    for (1 .. $kills) {
        sleep 0.1 + rand 0.1;
        $ok++ if $t->kill_worker(($t->workers)[ int rand 3 ]);
        $t->reload if $_ % 3 == 0;
    }
    is($ok, $kills, 'workers were killed');
    ok($t->wait_for(sub { metric('evicted_total') - $evicted > 1000 }),
        'answers made room');
    cmp_ok(metric('entries'), '<=', 20 * 64, 'no more than have room');

    $t->write_file('stop', '');
    waitpid $_, 0 for @pids;
    for (1 .. 3) {
        my ($right, @wrong) = split /\n/, $t->read_file("said.$_");
        is("@wrong", '', 'no answer was wrong');
        cmp_ok($right, '>', 0, "of $right");
    }
};

$t->done;
