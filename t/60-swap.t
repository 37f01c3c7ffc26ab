# Promise: files replaced under load, by watched swaps and by reloads, lose no
# request, and no answer is of two generations or of one that is over; memory,
# open files and log lines are as many as before.
# MAAS_SLOW: two hundred of each, otherwise a few dozen.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use MaasTest;
use MaasTest::Swap;
use Test::More;
use Time::HiRes qw(sleep time);

my ($swaps, $reloads) = $ENV{MAAS_SLOW} ? (200, 200) : (12, 10);
my @names = ('a', 'b', 'c');
my %uri = (a => '/a', b => '/b', c => '/c');

my $t = MaasTest->new;
my $mb = 1.06;          # of weights of each, as they are packed

MaasTest::Swap::put($t, $_, 1) for @names;
$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 4;
events { }
http {
    %%GLOBALS_HTTP%%
    access_log off;
    keepalive_requests 100000000;
    add_header X-Worker $pid always;
    maas_model a a.safetensors watch=100ms;
    maas_model b b.safetensors watch=100ms max=2m;
    maas_model c c.safetensors watch=100ms;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location = /a { maas_predict a; }
        location = /b { maas_predict b; maas_offload pool above=0us; }
        location = /c { maas_predict c; maas_shadow a; }
        location = /good { maas_predict known; }
        location = /metrics { maas_metrics; }
    }
    maas_model known known.safetensors;
}
EOC
$t->model('known', sizes => [ 4, 3, 2 ]);
$t->known_good('/good', $MaasTest::Swap::row);
$t->run;

my $g = 1;
my %when = map { $_ => [ [ 1, 0, 1 ] ] } values %uri;
my %sum;                # by model and generation

sub put {
    $g++;
    for my $name (@names) {
        push @{ $when{ $uri{$name} } }, [ $g, time ];
        MaasTest::Swap::put($t, $name, $g);
        $sum{$name}{$g} = sha256_hex($t->read_file("$name.safetensors"));
    }
    return;
}

sub all_have {
    $when{$_}[-1][2] = time for values %uri;
    return;
}

# Lines of the log that say so of a model, with what is there in parentheses

sub said {
    my ($re) = @_;
    return [ $t->log =~ /^$re/mg ];
}

subtest 'watched swaps' => sub {
    my $clients = MaasTest::Swap::load($t, uris => [ values %uri ]);
    my $lines = MaasTest::Swap::lines($t, '/a');
    my ($switched, $before, $during) = (0);

    for my $n (1 .. $swaps) {
        put();
        my $ok = 1;
        for my $uri (values %uri) {
            $ok &&= MaasTest::Swap::all($t, $lines, $uri, $g);
        }
        $switched++ if $ok;
        all_have();
        # before that not all workers have been asked everything
        $before = MaasTest::Swap::memory($t) if $n == $swaps / 2;
        $during = $t->_fds if $n == $swaps / 2;
        sleep 0.03 * ($n % 5);
    }
    is($switched, $swaps, 'all workers had each of them');

    my $after = MaasTest::Swap::memory($t);
    my $fds = $t->_fds;
    my ($answers, $n) = MaasTest::Swap::stop($t, $clients);
    close $_ for values %$lines;

    cmp_ok($n, '>', 20 * $swaps, "$n answers");
    is(MaasTest::Swap::wrong($answers, \%when), '', 'none was wrong');

    is($fds, $during, 'as many open files');
    # AddressSanitizer keeps what was freed
    cmp_ok($after->{private} - $before->{private}, '<', 2048,
        "kB that processes have of their own: $before->{private}, "
        . $after->{private}) unless $ENV{MAAS_ASAN};
    cmp_ok($after->{shared} - $before->{shared}, '<', 1024 * $mb,
        "kB that they share: $before->{shared}, $after->{shared}");

    my $quiet = $t->wait_for(sub {
        return MaasTest::Swap::memory($t)->{shared} < 1024 * (3.5 * $mb + 1);
    });
    ok($quiet, 'one copy of each remains')
        or diag(MaasTest::Swap::memory($t)->{shared}, ' kB');
};

subtest 'what is said of them' => sub {
    for my $name (@names) {
        my @wrong = grep {
            my $sum = $sum{$name}{$_};
            1 != @{ said(qr/.*\[notice\].*"$name".*$sum/) };
        } 2 .. $g;
        is("@wrong", '', "$name: one line with the checksum for each");
    }
    is_deeply(said(qr/(.*\[(?:warn|error)\].*)/), [], 'and nothing bad');

    my $text = $t->get('/metrics')->body;
    for my $name (@names) {
        my ($n) = $text
            =~ /^maas_model_swaps_total\{model="$name",version="1"\} (\d+)$/m;
        is($n, $swaps, "$name: swaps are counted");
        my @info = $text =~ /^maas_model_info\{model="$name",.*sha256="(\w+)"/mg;
        is("@info", $sum{$name}{$g}, "$name: one checksum, the last");
    }
    my %seen;
    is(join("\n", grep { $seen{$_}++ } $text =~ /^([^#]\S*) /mg), '',
        'no series twice');
};

subtest 'reloads' => sub {
    my $clients = MaasTest::Swap::load($t, uris => [ values %uri ],
        keep => 0);
    my ($good, $before) = (0);

    for my $n (1 .. $reloads) {
        put();
        $good++ if $t->reload;
        all_have();
        $before = MaasTest::Swap::memory($t) if $n == 3;
    }
    is($good, $reloads, 'reloads');

    my $after = MaasTest::Swap::memory($t);
    my ($answers, $n) = MaasTest::Swap::stop($t, $clients);
    cmp_ok($n, '>', 10 * $reloads, "$n answers");
    is(MaasTest::Swap::wrong($answers, \%when), '', 'none was wrong');
    cmp_ok($after->{private} - $before->{private}, '<', 4096,
        "kB that processes have of their own: $before->{private}, "
        . $after->{private});
    cmp_ok($after->{shared} - $before->{shared}, '<', 1024 * $mb,
        "kB that they share: $before->{shared}, $after->{shared}");
};

subtest 'and on' => sub {
    my $lines = MaasTest::Swap::lines($t, '/a');
    put();
    ok(MaasTest::Swap::all($t, $lines, $_, $g), "$_ is swapped after them")
        for values %uri;
    close $_ for values %$lines;
};

$t->rebase;
$t->done;
