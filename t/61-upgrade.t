# Promise: another binary or module takes over without a reload losing anything:
# USR2, then WINCH and QUIT of the old master, as docs/operate.md says; and the
# way back.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use POSIX ();
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $row = '[1,2,3,4]';

$t->model('m', sizes => [ 4, 3, 2 ]);

# The harness keeps its nginx in the foreground, and that takes no USR2: this
# one is a daemon, and ours to end, since orphans come to us
my $port = $t->port(1);
my $conf = $t->expand(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT1%%;
        location / { maas_serve; }
        location = /p { maas_predict m; }
        location = /slow { maas_predict m; client_body_timeout 20s; }
    }
}
EOC
$conf =~ s/daemon off/daemon on/;
$conf =~ s/nginx\.pid/daemon.pid/;
$t->write_file('daemon.conf', $conf);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    server { listen 127.0.0.1:%%PORT%%; location / { maas_predict m; } }
}
EOC
$t->known_good('/', $row, @type);
$t->run;

my $nginx = $ENV{MAAS_NGINX} || '/usr/sbin/nginx';
my ($rc, $out, $err) = $t->command($nginx, '-p', $t->dir . '/', '-c',
    'daemon.conf', '-e', $t->dir . '/error.log');
is($rc, 0, 'a daemon') or diag($err);

sub master {
    my ($name) = @_;
    my $file = $t->dir . "/$name";
    return -e $file && $t->read_file($name) =~ /^(\d+)/ ? $1 : 0;
}

sub post {
    my $text = $t->request('POST', '/p', $row, @type, Connection => 'close');
    my $sock = eval { $t->connect($port) } or return;
    return ($t->answers($t->send($text, socket => $sock)))[0];
}

ok($t->wait_for(sub { master('daemon.pid') && post() }), 'it answers');
my $want = post()->body;

# Requests until the file `stop` is there: how many were right, what else came
sub client {
    my ($n) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    my ($right, %other) = (0);
    until (-e $t->dir . '/stop') {
        my $answer = post();
        my $got = !$answer ? 'no answer' : $answer->short ? 'cut off'
            : $answer->status;
        $got eq 200 && $answer->body eq $want ? $right++ : $other{$got}++;
    }
    $t->write_file("client$n", "$right\n", map { "$_: $other{$_}\n" }
        keys %other);
    POSIX::_exit(0);
}

# Both masters are there, each with workers
sub upgrade {
    my ($old) = @_;
    kill 'USR2', $old;
    return $t->wait_for(sub {
        my $new = master('daemon.pid');
        return $new && $new != $old && master('daemon.pid.oldbin') == $old
            && MaasTest::Proc::workers($new) == 2 && $new;
    });
}

sub gone {
    my ($pid) = @_;
    return $t->wait_for(sub {
        1 while waitpid(-1, POSIX::WNOHANG()) > 0;
        return !-e "/proc/$pid/stat";
    });
}

my @clients = map { client($_) } 1, 2;
my $text = $t->request('POST', '/slow', $row, @type, Connection => 'close');
my $half = length($text) - 4;
my $old = master('daemon.pid');

for my $way ('forth', 'back', 'forth') {
    my $held = $t->send(substr($text, 0, $half), port => $port, keep => 1);
    post();                         # so that a worker has it

    my $new = upgrade($old);
    ok($new, "$way: a new master beside the old one");
    kill 'WINCH', $old;
    my @end = $way eq 'forth' ? ($old, $new) : ($new, $old);
    if ($way eq 'back') {
        ok($t->wait_for(sub { MaasTest::Proc::workers($old) <= 1 }),
            'old workers end');
        kill 'HUP', $old;
        ok($t->wait_for(sub { MaasTest::Proc::workers($old) >= 2 }),
            'and come back');
    }
    my ($answer) = $t->answers($t->send(substr($text, $half),
        socket => $held));
    is($answer && $answer->body, $want, "$way: a request from before");
    kill 'QUIT', $end[0];
    ok(gone($end[0]), "$way: one of them ends");
    ok($t->wait_for(sub { master('daemon.pid') == $end[1] }),
        "$way: the other one remains");
    $old = $end[1];
}

$t->write_file('stop', '');
waitpid $_, 0 for @clients;

for my $n (1, 2) {
    my ($right, $other) = $t->read_file("client$n") =~ /^(\d+)\n(.*)/s;
    cmp_ok($right // 0, '>', 20, "client $n: $right answers");
    is($other, '', 'and nothing else');
}

kill 'QUIT', $old;
ok(gone($old), 'it ends');

$t->done;
