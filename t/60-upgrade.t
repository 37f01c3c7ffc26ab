# A new nginx and a new module take over by USR2 without losing a request, the
# old ones come back in time of need, and each answers with its own model; a
# file that is watched is everybody's.
# MAAS_NGINX_NEXT, MAAS_SO_NEXT: the new ones, of another build.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use File::Copy ();
use File::Temp ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

my ($bin, %old, %next);

BEGIN {
    my $build = $ENV{MAAS_BUILD} || 'build';
    $build = "$FindBin::Bin/../$build" unless $build =~ m{^/};
    %old = (nginx => $ENV{MAAS_NGINX} || '/usr/sbin/nginx',
        'maas.so' => $ENV{MAAS_SO} || "$build/ngx_http_maas_module.so");
    %next = (nginx => $ENV{MAAS_NGINX_NEXT} || $old{nginx},
        'maas.so' => $ENV{MAAS_SO_NEXT} || $old{'maas.so'});
    $bin = File::Temp->newdir('maas-bin-XXXXXX', TMPDIR => 1);
    chmod 0755, "$bin";
    $ENV{MAAS_NGINX} = "$bin/nginx";
    $ENV{MAAS_SO} = "$bin/maas.so";
}

use MaasTest;

# What is run now stays what it is: another file gets its name

sub install {
    my (%files) = @_;
    for my $name (sort keys %files) {
        File::Copy::copy($files{$name}, "$bin/new") or die "$name: $!";
        chmod 0755, "$bin/new";
        rename "$bin/new", "$bin/$name" or die "$name: $!";
    }
    return;
}

install(%old);

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $row = '[1,2,3,4]';

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->model('w', sizes => [ 4, 3, 2 ], seed => 20);
$t->conf(<<'EOC');
%%GLOBALS%%
daemon on;
env LD_PRELOAD;         # a sanitizer's, for the next one
env ASAN_OPTIONS;
env UBSAN_OPTIONS;
worker_processes 2;
thread_pool maas threads=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model w %%TESTDIR%%/w.safetensors watch=200ms max=1m;
    maas_track $seen key=$binary_remote_addr window=10s;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict m; }
        location = /w { maas_predict w; }
        location = /off { maas_predict m; maas_offload pool=maas above=1us; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->known_good('/p', $row, @type);
$t->run;

my %model;      # what each answers
my %watched = (file => 0);

sub answer { return $t->post($_[0] || '/p', $row, @type)->body }

sub whose {
    my ($got) = @_;
    return (grep { $model{$_} eq $got } keys %model)[0] // $got;
}

sub answers_now {
    return join ' ', map { whose(answer($_)) } ('/p', '/off') x 4;
}

# Another file for who watches it, and who answers is said to have it

sub watched {
    my ($what) = @_;
    my $now = $watched{file}++;
    $watched{seen}{ answer('/w') } = 1;    # some may be behind
    $t->model('next', sizes => [ 4, 3, 2 ], seed => 21 + $now);
    rename $t->dir . '/next.safetensors', $t->dir . '/w.safetensors';
    $watched{answer} = $t->wait_for(sub {
        my $is = answer('/w');
        return !$watched{seen}{$is} && $is;
    }, 120);
    $watched{seen}{ $watched{answer} } = 1;
    ok($watched{answer}, "$what: a file is taken over");
    return;
}

sub all_watch {
    my ($what) = @_;
    ok($t->wait_for(sub { 12 == grep { answer('/w') eq $watched{answer} }
        1 .. 12 }, 120), "$what: by all");
    return;
}

sub pid_in { return $t->read_file($_[0]) =~ /^(\d+)/ ? $1 : 0 }

sub is_gone { return !MaasTest::Proc::slurp("/proc/$_[0]/cmdline") }

$model{old} = answer();
my ($first) = $t->master;

###############################################################################
# two clients all the time, and one request that begins before each step

sub client {
    my ($n) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    my ($right, %other) = (0);
    until (-e $t->dir . '/stop') {
        my $answer = eval { $t->post($n == 1 ? '/p' : '/off', $row, @type) };
        my $got = !$answer ? 'no answer' . ($@ // '')
            : $answer->short ? 'cut off' : $answer->status;
        $got eq 200 ? $right++ : $other{$got}++;
        sleep 0.01;         # who looks for files has the lowest priority
    }
    $t->write_file("client$n", "$right\n", map { "$_: $other{$_}\n" }
        keys %other);
    POSIX::_exit(0);
}

my @clients = map { client($_) } 1, 2;
my $text = $t->request('POST', '/p', $row, @type, Connection => 'close');
my $half = length($text) - 4;

sub across {
    my ($who, $what, $step) = @_;
    my $s = $t->send(substr($text, 0, $half), keep => 1);
    answer();               # a worker has taken it by now
    $step->();
    my ($a) = $t->answers($t->send(substr($text, $half), socket => $s));
    like($a && whose($a->body), $who, "$what: what began before is answered");
    return;
}

###############################################################################

sub upgrade {
    my ($what) = @_;
    my $at = length $t->log;
    kill 'USR2', $t->master;
    ok($t->wait_for(sub { pid_in('nginx.pid.oldbin') == $first }),
        "$what: the old master makes room");
    my $new = $t->follow;
    ok($t->wait_for(sub { $t->workers == 2 }), "$what: new workers")
        or diag(substr $t->log, $at);
    return $new;
}

install(%next);
$t->model('m', sizes => [ 4, 3, 2 ], seed => 9);
my $second;

across(qr/^old$/, 'USR2', sub { $second = upgrade('USR2') });
is(scalar(MaasTest::Proc::workers($first)), 2, 'both serve');
watched('both');
all_watch('both');

across(qr/^(?:old|new)$/, 'WINCH', sub {
    kill 'WINCH', $first;
    ok($t->wait_for(sub { !MaasTest::Proc::workers($first) }),
        'WINCH: the old workers go');
    $model{new} = answer();
});
isnt($model{new}, $model{old}, 'the new ones have the new model');
is(answers_now(), join(' ', ('new') x 8), 'and nobody else answers');
watched('new ones alone');

# and back: old workers start again from what the old master has

across(qr/^new$/, 'back', sub {
    kill 'HUP', $first;
    ok($t->wait_for(sub { MaasTest::Proc::workers($first) == 2 }),
        'back: old workers again');
    kill 'QUIT', $second;
    ok($t->wait_for(sub { !MaasTest::Proc::workers($second) }),
        'back: the new ones go');
});
$t->follow;
ok($t->wait_for(sub { waitpid($second, POSIX::WNOHANG); is_gone($second) }),
    'back: their master, too');
is($t->master, $first, 'the old master is the one again');
is(answers_now(), join(' ', ('old') x 8), 'with the old model');
all_watch('what came meanwhile');
watched('old ones again');
all_watch('old ones again');

# and for good; the first does not come back

$second = upgrade('again');
across(qr/^(?:old|new)$/, 'QUIT', sub {
    kill 'QUIT', $first;
    ok($t->wait_for(sub { !MaasTest::Proc::workers($first) }),
        'QUIT: the old workers go');
});
ok($t->wait_for(sub { waitpid($first, POSIX::WNOHANG); is_gone($first) }),
    'QUIT: their master, too');
is(answers_now(), join(' ', ('new') x 8), 'the new model');
all_watch('the file of then');
watched('at the end');
all_watch('at the end');

$t->write_file('stop', '');
waitpid $_, 0 for @clients;

for my $n (1, 2) {
    my ($right, $other) = $t->read_file("client$n") =~ /^(\d+)\n(.*)/s;
    cmp_ok($right // 0, '>', 20, "client $n: $right answers");
    is($other, '', 'and nothing else');
}

# the new master has counters of its own, which go on over a reload

my $count = sub {
    my ($n) = $t->get('/metrics')->body
        =~ /^nv_inference_request_success\{[^}]*\} (\d+)/m;
    return $n;
};
my $before = $count->();
answer() for 1 .. 5;
ok($t->wait_for(sub { $count->() >= $before + 5 }), 'requests are counted');
$before = $count->();
ok($t->reload, 'a reload');
is($count->(), $before, 'and the counters kept');

$t->{good_body} = $model{new};
$t->rebase;
$t->done;
