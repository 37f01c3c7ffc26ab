#!/usr/bin/perl

# Promise: the image of the Containerfile runs as a cluster runs it: as a user
# without a name and without rights, with a root that is read only, within its
# quota; it is ready when models are loaded, drains when it is stopped, and
# keeps nothing.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use MaasTest;
use MaasTest::Container;
use MaasTest::Grpc;
use POSIX ();
use Test::More;

MaasTest::Container::needed();

my $t = MaasTest->new;
my $c = MaasTest::Container->new($t);
my $dir = $t->dir;
my $image = $c->image or BAIL_OUT('no image');
my @type = ('Content-Type' => 'application/json');
my $infer = '{"inputs":[{"name":"input","datatype":"FP32","shape":[1,4],'
    . '"data":[1,2,3,4]}]}';

mkdir "$dir/models";
$t->model('models/churn', name => 'churn', sizes => [ 4, 3, 2 ]);
my @ports = map { MaasTest::free_port() } 1 .. 3;
my @usual = ('-v', "$dir/models:/mnt/models:ro", '-e', 'MAAS_ADDRESS=127.0.0.1',
    '-e', "MAAS_PORT=$ports[0]", '-e', "MAAS_GRPC_PORT=$ports[1]", '-e',
    "MAAS_METRICS_PORT=$ports[2]");
my @hard = ('--read-only', '--read-only-tmpfs=false', '--tmpfs', '/tmp');

sub ask {
    my ($port, @request) = @_;
    my ($answer) = $t->answers($t->send($t->request(@request,
        Connection => 'close'), port => $ports[$port]));
    return $answer || MaasTest::Answer->new(status => 0, body => '');
}

sub ready {
    my ($name) = @_;
    my $ok = $t->wait_for(sub {
        return 1 if IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $ports[0])
            && ask(0, 'GET', '/v2/health/ready', undef)->status == 200;
        return $c->state($name, '.State.Status') eq 'exited' && 'no';
    });
    return is($ok, 1, 'ready') || diag($c->logs($name));
}

sub ended {
    my ($name) = @_;
    ok($t->wait_for(sub { $c->state($name, '.State.Status') eq 'exited' }),
        'it ends');
    return $c->state($name, '.State.ExitCode');
}

###############################################################################
# what the image says of itself

my $config = $image->{Config};
is($config->{User}, '1000:0', 'a user');
is_deeply($config->{Entrypoint}, [ '/usr/bin/maas-entry' ], 'an entry');
is_deeply($config->{Cmd}, [ '/mnt/models' ], 'its argument');
is($config->{StopSignal}, 'SIGQUIT', 'a signal');
is(join(' ', sort keys %{ $config->{ExposedPorts} }),
    '8080/tcp 8081/tcp 9000/tcp', 'ports');
my ($version) = MaasTest::Proc::slurp("$MaasTest::top/CHANGES")
    =~ /^Changes with ngx_maas (\S+)/m;
is($config->{Labels}{'org.opencontainers.image.version'}, $version, 'a label');

my (undef, $out) = $c->run([ '--user', '0', '--entrypoint', 'sh' ], '-c',
    'command -v gcc make maas-trainer; ls /src; ls -A /var/lib/apt/lists'
    . ' /tmp; find / -xdev -name "*.[ch]" -path "*maas*"');
is($out, "/tmp:\n\n/var/lib/apt/lists:\n", 'no compiler, no source, no lists');

###############################################################################
# as a cluster runs it

my $name = $c->start([ @usual, @hard, '--memory', '128m', '--cpus', '0.7' ]);
ready($name);

my $answer = ask(0, 'POST', '/v2/models/churn/infer', $infer, @type);
is($answer->status, 200, 'v2') or diag($answer->body);
is(ask(0, 'POST', '/v1/models/churn:predict', '{"instances":[[1,2,3,4]]}',
    @type)->status, 200, 'v1');
like(ask(2, 'GET', '/metrics', undef)->body,
    qr/^nv_inference_count\{model="churn",version="1"\} 2$/m, 'metrics');
is(($t->command('curl', '-sS', '--fail', '--http2-prior-knowledge', '-d',
    $infer, "http://127.0.0.1:$ports[1]/v2/models/churn/infer"))[0], 0,
    'HTTP/2');
my $grpc = MaasTest::Grpc->new($ports[1])->infer(MaasTest::Grpc::infer_message(
    model => 'churn', rows => [ [ 1, 2, 3, 4 ] ]));
is($grpc->{code}, 0, 'gRPC');
is(join(' ', MaasTest::Grpc::floats($grpc->{message})),
    join(' ', map { unpack 'f', pack 'f', $_ }
        @{ $answer->json->{outputs}[0]{data} }), 'the same numbers');

my $pid = $c->state($name, '.State.Pid');
my $status = MaasTest::Proc::slurp("/proc/$pid/status");
like($status, qr/^Uid:\s+1000\s+1000\s+1000\s+1000$/m, 'user 1000');
like($status, qr/^CapEff:\s+0+$/m, 'without rights');
like($status, qr/^NoNewPrivs:\s+1$/m, 'and none to get');
like(MaasTest::Proc::command($pid), qr/^nginx: master process/,
    'nginx is the first process');
is(scalar(my @workers = MaasTest::Proc::workers($pid)), 1,
    'as many workers as the quota has CPUs, rounded up');
like((MaasTest::Proc::slurp("/proc/$pid/mounts") =~ m{^(\S+ / .*)$}m)[0],
    qr/ ro,/, 'the root is read only');
my $conf = MaasTest::Proc::slurp("/proc/$pid/root/tmp/ngx-maas/nginx.conf");
my ($memory) = $conf =~ /^ +maas_memory (\d+)m;$/m;
cmp_ok($memory, '<', 128, 'memory within the limit');
cmp_ok($memory, '>', 64, 'and most of it');

# it drains: half of a body, the signal, the rest

my $text = $t->request('POST', '/v2/models/churn/infer', $infer, @type);
my $before = MaasTest::Proc::fds($workers[0]);
my $socket = $t->send(substr($text, 0, -20), port => $ports[0], keep => 1);
ok($t->wait_for(sub { MaasTest::Proc::fds($workers[0]) > $before }),
    'a request begins');
my $stop = fork // die;
if (!$stop) {
    $c->podman('stop', '-t', '30', $name);
    POSIX::_exit(0);
}
ok($t->wait_for(sub { !IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $ports[0]) }), 'nobody else is let in');
my ($late) = $t->answers($t->send(substr($text, -20), socket => $socket));
is($late && $late->body, $answer->body, 'the same answer while it stops');
waitpid $stop, 0;
is(ended($name), 0, 'without an error');
like($c->logs($name), qr/signal 3 \(SIGQUIT\).*gracefully/s, 'by SIGQUIT');

###############################################################################
# another user, the same container again, SIGTERM

$name = $c->start([ @usual, '--user', '1000650000:0' ]);
ready($name);
is(ask(0, 'POST', '/v2/models/churn/infer', $infer, @type)->body,
    $answer->body, 'any user');
$c->podman('restart', '-t', '10', $name);
ready($name);
unlike(ask(2, 'GET', '/metrics', undef)->body, qr/nv_inference_count\{[^}]*\} [1-9]/,
    'started again, it knows nothing');
$c->podman('kill', '-s', 'TERM', $name);
is(ended($name), 0, 'SIGTERM, too');

my @said = $c->run([ @usual, '-e', 'MODEL_NAME=stats', @hard ]);
is($said[0], 1, 'what is wrong ends it');
like($said[2], qr/^maas-entry: MODEL_NAME: expected .*\n\z/, 'in one line');
@said = $c->run([ @hard ]);
like($said[2], qr{^maas-entry: no models in /mnt/models: .*\n\z}, 'no models');

###############################################################################
# as KServe runs a modelcar: another container of the pod has the file, and
# links the folder to what it sees

mkdir "$dir/shared";
chmod 0777, "$dir/shared";
my $car = $c->start([ '-v', "$dir/shared:/mnt", '-v',
    "$dir/models:/models:ro", '--entrypoint', 'sh' ], '-c',
    'sleep 1; ln -sf /proc/$$/root/models /mnt/models && sleep 60');
$name = $c->start([ grep({ !/models/ && $_ ne '-v' } @usual), @hard,
    '-v', "$dir/shared:/mnt", '--pid', "container:$car", '-e',
    'MODEL_NAME=isvc', '-e', 'MAAS_WAIT=30' ]);
ready($name);
is(ask(0, 'POST', '/v2/models/isvc/infer', $infer, @type)->status, 200,
    'a model of a modelcar');
$c->podman('stop', '-t', '10', $name);
is(ended($name), 0, 'stopped, beside other processes');

done_testing();
