# Promise: whichever process dies or starts in the middle of swaps, all answer
# with the current generation, and somebody goes on looking after the files.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Swap;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = MaasTest->new;
my $dir = $t->dir;
my $big = 2048;         # hidden: 17 MB, which takes its time
my @small = (hidden => 16);

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes WORKERS;
MORE
events { }
http {
    %%GLOBALS_HTTP%%
    add_header X-Worker $pid always;
    maas_model m m.safetensors watch=100ms;
    maas_model big big.safetensors watch=100ms;
    maas_model good good.safetensors;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location = /m { maas_predict m; }
        location = /big { maas_predict big; }
        location = /good { maas_predict good; }
        location = /metrics { maas_metrics; }
    }
}
EOC

sub with {
    my ($workers, $more) = @_;
    return $conf =~ s/WORKERS/$workers/r =~ s/MORE/$more/r;
}

MaasTest::Swap::put($t, $_, 1, @small) for 'm', 'good';
MaasTest::Swap::put($t, 'big', 1, hidden => $big);
$t->conf(with(4, ''));
$t->known_good('/good', $MaasTest::Swap::row);
$t->run;

my %g = (m => 1, big => 1);

sub put {
    my ($name) = @_;
    MaasTest::Swap::put($t, $name, ++$g{$name},
        $name eq 'big' ? (hidden => $big) : @small);
    return;
}

# All workers, the present ones, answer with the current generations

sub all_have {
    my ($what, @names) = @_;
    my $lines = MaasTest::Swap::lines($t, '/good');
    ok(MaasTest::Swap::all($t, $lines, "/$_", $g{$_}),
        "$what: all have generation $g{$_} of $_") for @names;
    close $_ for values %$lines;
    return;
}

# Who holds the lease: its pid stands before the line of a swap

sub holder {
    my $at = length $t->log;
    put('m');
    my $pid;
    $t->wait_for(sub {
        ($pid) = substr($t->log, $at)
            =~ /\[notice\] (\d+)#\S+ .*maas_model "m".*SHA-256/;
        return $pid;
    });
    return $pid;
}

# The first answers of a new worker, on connections of their own

sub first_answers {
    my ($old) = @_;
    my %old = map { $_ => 1 } @$old;
    my (%got, %seen);
    $t->wait_for(sub {
        my $answer = $t->post('/m', $MaasTest::Swap::row) or return;
        my $pid = $answer->header('X-Worker');
        return if $old{$pid};
        $got{ MaasTest::Swap::generation($answer->body) // 'wrong' }++;
        $seen{$pid}++;
        return $seen{$pid} > 3;
    });
    return join ' ', sort keys %got;
}

subtest 'at rest' => sub {
    my $holder = holder();
    ok($holder, 'a worker holds the lease');
    my @others = grep { $_ != $holder } $t->workers;

    ok($t->kill_worker($holder), 'it is killed');
    is(first_answers(\@others), $g{m}, 'the next one is up to date at once');
    put($_) for 'm', 'big';
    all_have('swaps go on', 'm', 'big');
    my $next = holder();
    isnt($next, $holder, 'another looks after the files');

    my ($other) = grep { $_ != $next } $t->workers;
    @others = grep { $_ != $other } $t->workers;
    ok($t->kill_worker($other), 'one that does not is killed');
    is(first_answers(\@others), $g{m}, 'the next one is up to date at once');
    is(holder(), $next, 'the same worker goes on');
    all_have('and', 'm');
};

subtest 'while it loads' => sub {
    my $caught = 0;
    for my $n (1 .. 4) {
        my $holder = holder();
        my $before = $g{big};
        put('big');
        $caught++ if $t->wait_for(sub {
            return MaasTest::Proc::status($holder, 'Threads') > 1 }, 3);
        sleep 0.02 * $n;
        ok($t->kill_worker($holder), 'its holder is killed');
        my $lines = MaasTest::Swap::lines($t, '/good');
        my %got;
        $got{ (MaasTest::Swap::ask($t, $_, '/big'))[1] }++
            for values %$lines;
        is(join(' ', grep { $_ ne $before && $_ ne $g{big} } keys %got), '',
            'nothing else answers');
        close $_ for values %$lines;
        all_have('another takes over', 'big');
    }
    cmp_ok($caught, '>', 0, "in $caught cases a thread was at work");
};

subtest 'reload' => sub {
    put('m');
    all_have('before', 'm');
    ok($t->reload, 'nothing else is new');
    all_have('after', 'm', 'big');
    put('big');
    sleep 0.1;
    ok($t->reload, 'while a file is loaded');
    all_have('after', 'm', 'big');
    put($_) for 'm', 'big';
    all_have('swaps go on', 'm', 'big');
    my $n = () = $t->log =~ /\[notice\].*maas_model "m".*SHA-256/g;
    put('m');
    all_have('and on', 'm');
    is(scalar(() = $t->log =~ /\[notice\].*maas_model "m".*SHA-256/g),
        $n + 1, 'by one worker');
};

subtest 'one worker' => sub {
    $t->conf(with(1, ''));
    ok($t->reload, 'reload to one worker');
    all_have('it has', 'm', 'big');
    my $holder = holder();
    is($holder, ($t->workers)[0], 'it looks after the files');
    ok($t->kill_worker, 'it is killed');
    put('m');
    all_have('the next one does', 'm', 'big');
    $t->conf(with(2, ''));
    ok($t->reload, 'reload to two');
    put('m');
    all_have('they do', 'm');
};

my $memory = MaasTest::Swap::memory($t);
cmp_ok($memory->{shared}, '<', 1.2 * 1024 * 18, 'one copy is left after all');

subtest 'a single process' => sub {
    my $one = MaasTest->new;
    MaasTest::Swap::put($one, $_, 1, @small) for 'm', 'good', 'big';
    $one->conf(with(1, 'master_process off;'));
    my $pid = $one->_spawn('stderr', $one->_command('nginx.conf'));
    my $is = sub {
        my ($g) = @_;
        return $one->wait_for(sub {
            my $answer = eval { $one->post('/m', $MaasTest::Swap::row) };
            return $answer && $answer->body eq MaasTest::Swap::answer($g);
        });
    };
    ok($is->(1), 'serves');
    for my $g (2, 3) {
        MaasTest::Swap::put($one, 'm', $g, @small);
        ok($is->($g), "and swaps: $g");
    }
    kill 'QUIT', $pid;
    waitpid $pid, 0;
    is($?, 0, 'and ends well');
    unlike($one->log, qr/\[(?:alert|crit|emerg)\]/, 'with a clean log');
};

# the end comes while a file is loaded: I4
put('big');
sleep 0.1;
$t->rebase;
$t->done;
