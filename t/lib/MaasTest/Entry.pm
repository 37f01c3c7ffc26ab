package MaasTest::Entry;

# Runs conf/container/entry as a process of a test, with nginx and the module
# of this build, on loopback.  Nothing here knows containers.
#
#     my $e = MaasTest::Entry->new($t);
#     my $run = $e->start([ $folder ], MODEL_NAME => 'm');
#     $run->get('/v2'); $run->end;

use strict;
use warnings;

use MaasTest;
use MaasTest::Http;
use MaasTest::Proc;
use POSIX ();
use Test::More;

my $n = 0;

sub new {
    my ($class, $t) = @_;
    return bless { t => $t }, $class;
}

# What it is given when a test says nothing else
sub _environment {
    my ($self, %env) = @_;
    my $tmp = $self->{t}->dir . '/tmp' . ++$n;
    mkdir $tmp;
    chmod 0777, $tmp;
    if ($ENV{MAAS_ASAN}) {
        chomp(my @libs = map { `gcc -print-file-name=$_` }
            'libasan.so', 'libubsan.so');
        %env = (LD_PRELOAD => join(':', @libs),
            ASAN_OPTIONS => 'detect_leaks=0', %env);
    }
    return (PATH => $ENV{PATH}, TMPDIR => $tmp, MAAS_WORKERS => 1,
        MAAS_ADDRESS => '127.0.0.1', MAAS_NGINX => $MaasTest::nginx,
        MAAS_MODULE => "$MaasTest::build/ngx_http_maas_module.so",
        MAAS_CONF => '/nowhere', %env);
}

sub _spawn {
    my ($out, $env, @command) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    %ENV = %$env;
    open STDIN, '<', '/dev/null';
    open STDOUT, '>>', $out or die "$out: $!";
    open STDERR, '>&', \*STDOUT;
    exec { $command[0] } @command or POSIX::_exit(127);
}

# It ends by itself: (status, what it said)
sub refused {
    my ($self, $args, $env, @before) = @_;
    my %env = $self->_environment(%$env);
    my $pid = _spawn("$env{TMPDIR}/said", \%env, @before,
        "$MaasTest::top/conf/container/entry", @$args);
    my $ended = $self->{t}->wait_for(sub {
        waitpid($pid, POSIX::WNOHANG()) == $pid });
    my $status = $?;
    kill 'KILL', $pid if !$ended;
    return ($ended ? $status >> 8 : 'still runs',
        MaasTest::Proc::slurp("$env{TMPDIR}/said"));
}

# It runs: an object, or nothing and a failed test
sub start {
    my ($self, $args, %env) = @_;
    my $run;
    for (1 .. 3) {
        $run = $self->_start($args, %env);
        return $run if !$run->{ended};
        last if $run->said !~ /Address already in use/;
    }
    fail('it starts');
    diag($run->said);
    return;
}

sub _start {
    my ($self, $args, %env) = @_;
    my @ports = map { MaasTest::free_port() } 1 .. 3;
    %env = $self->_environment(MAAS_PORT => $ports[0],
        MAAS_GRPC_PORT => $ports[1], MAAS_METRICS_PORT => $ports[2], %env);
    my $run = bless { t => $self->{t}, ports => \@ports,
        out => "$env{TMPDIR}/said", tmp => $env{TMPDIR} }, 'MaasTest::Entry::Run';
    $run->{pid} = _spawn($run->{out}, \%env,
        "$MaasTest::top/conf/container/entry", @$args);

    $self->{t}->wait_for(sub {
        return $run->{ended} = 1
            if waitpid($run->{pid}, POSIX::WNOHANG()) == $run->{pid};
        # it listens before it knows signals
        return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $ports[2]) && $run->status('/v2/health/live', 2) == 200;
    });
    return $run;
}

package MaasTest::Entry::Run;

use strict;
use warnings;

sub said { return MaasTest::Proc::slurp($_[0]{out}) }

sub conf { return MaasTest::Proc::slurp("$_[0]{tmp}/ngx-maas/nginx.conf") }

sub pid { return $_[0]{pid} }

# 0: for clients, 1: HTTP/2, 2: for who watches
sub port { return $_[0]{ports}[ $_[1] // 0 ] }

sub url { return 'http://127.0.0.1:' . port(@_) }

sub request {
    my ($self, $port, @request) = @_;
    my $t = $self->{t};
    my ($answer) = $t->answers($t->send($t->request(@request,
        Connection => 'close'), port => $self->port($port)));
    return $answer || MaasTest::Answer->new(status => 0, body => '');
}

sub get { return $_[0]->request($_[2] || 0, 'GET', $_[1], undef) }

sub status { return get(@_)->status }

sub post {
    my ($self, $uri, $body) = @_;
    return $self->request(0, 'POST', $uri, $body,
        'Content-Type' => 'application/json');
}

# of the pages for who watches
sub json {
    my ($self, $uri) = @_;
    return $self->get($uri, 2)->json;
}

# A signal, and the status it ends with
sub end {
    my ($self, $signal) = @_;
    kill $signal || 'QUIT', $self->{pid};
    my $ended = $self->{t}->wait_for(sub {
        waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid} });
    kill 'KILL', $self->{pid} if !$ended;
    return Test::More::is($ended && $?, 0, 'it ends');
}

1;
