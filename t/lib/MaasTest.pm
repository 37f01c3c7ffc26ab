package MaasTest;

# Starts a real nginx with our module in a directory of its own, and holds it
# to six invariants at the end of every test file (STYLE of the project):
#     I1  no alert, crit or emerg in error.log
#     I2  nothing from a sanitizer
#     I3  the same worker processes, unless the test says otherwise
#     I4  QUIT ends within 5 seconds and leaves no open socket
#     I5  no more open files than at the start
#     I6  a known-good prediction still gives the same bytes
#
#     my $t = MaasTest->new;
#     $t->model('m');                         # %%TESTDIR%%/m.safetensors
#     $t->conf(<<'EOC');                      # %%GLOBALS%% %%PORT%% ...
#     $t->known_good('/v2/models/m/infer', $body);
#     $t->run;
#     ... tests, with MaasTest::Http's methods ...
#     $t->done;                               # six more, then done_testing
#
# A process that a test file leaves behind fails it, also an orphan or a daemon.
#
# Environment: MAAS_BUILD (build), MAAS_NGINX, MAAS_SO (`none`: nginx
# as it is), MAAS_TRAINER, MAAS_ASAN
# (preload its run-time), MAAS_LEAVE (keep the directory), MAAS_VERBOSE (debug
# log on stderr), MAAS_DATA (folder with mnist/), MAAS_SLOW, CI.

use strict;
use warnings;

use parent 'MaasTest::Http';

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp ();
use IO::Socket::INET;
use MaasTest::Http;
use MaasTest::Model;
use MaasTest::Proc;
use POSIX qw(:sys_wait_h);
use Test::More;
use Time::HiRes qw(sleep time);

our $top = abs_path(dirname(__FILE__) . '/../..');
our $build = $ENV{MAAS_BUILD} || 'build';
$build = "$top/$build" unless $build =~ m{^/};

our $nginx = $ENV{MAAS_NGINX} || '/usr/sbin/nginx';
my $so = $ENV{MAAS_SO} || "$build/ngx_http_maas_module.so";
my $trainer = $ENV{MAAS_TRAINER} || "$build/maas-trainer";

my $patience = $ENV{MAAS_ASAN} ? 60 : 20;   # seconds, for start and reload
my $version;        # of nginx, once it was asked
my @alive;          # file lexicals of a test are gone when END runs
my $owner = $$;     # a child of a test has nothing to clean up

MaasTest::Proc::adopt();

$SIG{INT} = $SIG{TERM} = sub { exit 1 };

END {
    my $rc = $?;

    for my $t (grep { defined $_ && $_->{pid} } @alive) {
        $t->_kill;
        diag('done() was not called: the invariants were not checked');
        $rc ||= 1;
    }

    @alive = ();
    $rc ||= 1 if $owner == $$ && _left();
    $? = $rc;
}

# Processes that a test started and did not end: they are said, and ended

sub _left {
    my ($end, @left) = time + 5;

    while (@left = MaasTest::Proc::descendants($$)) {
        last if time > $end;
        sleep 0.05;
    }

    diag("left behind: process $_, " . MaasTest::Proc::command($_)) for @left;

    for (1 .. 20) {
        my @now = MaasTest::Proc::descendants($$) or last;
        kill 'KILL', @now;
        sleep 0.05;
        1 while waitpid(-1, WNOHANG) > 0;
    }

    return @left;
}

###############################################################################
# before the start

sub new {
    my ($class) = @_;
    my $dir = File::Temp->newdir('maas-XXXXXX', TMPDIR => 1,
        CLEANUP => !$ENV{MAAS_LEAVE});
    chmod 0755, "$dir";         # started by root, workers are someone else
    my $self = bless { tmp => $dir, dir => "$dir", ports => [],
        allowed => [], env => {} }, $class;
    push @alive, $self;
    diag("left: $dir") if $ENV{MAAS_LEAVE};
    return $self;
}

sub dir { return $_[0]{dir} }

sub write_file {
    my ($self, $name, @content) = @_;
    open my $fh, '>:raw', "$self->{dir}/$name" or die "$name: $!";
    print $fh @content;
    close $fh or die "$name: $!";
    return "$self->{dir}/$name";
}

sub read_file {
    my ($self, $name) = @_;
    return MaasTest::Proc::slurp("$self->{dir}/$name");
}

# A model file NAME.safetensors: of dense layers, from MaasTest::Model's
# dense_model() options, or as `doc` and `tensors` say.  Returns what was
# written, for forward().

sub model {
    my ($self, $name, %o) = @_;
    my %m = $o{doc} ? %o
        : (MaasTest::Model::dense_model(name => $name, %o), %o);
    MaasTest::Model::write_model("$self->{dir}/$name.safetensors", %m);
    return \%m;
}

# A port that is free now, below those that the system hands out by itself

sub free_port {
    for (1 .. 1000) {
        my $port = 10000 + int rand 20000;
        my $s = IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
            LocalAddr => '127.0.0.1', LocalPort => $port) or next;
        close $s;
        return $port;
    }
    die 'no free port';
}

# The n-th port, 0 first; taken when first asked for

sub port {
    my ($self, $n) = @_;
    return $self->{ports}[ $n || 0 ] ||= free_port();
}

# The configuration: a template with
#     %%GLOBALS%%        module, pid, error log; one worker if not said, no
#                        daemon
#     %%GLOBALS_HTTP%%   access log and temporary folders
#     %%PORT%% %%PORT1%% ...   free ports
#     %%TESTDIR%%

sub conf {
    my ($self, $text, $name) = @_;
    $self->{template} = $text unless $name;
    return $self->write_file($name || 'nginx.conf', $self->expand($text));
}

sub expand {
    my ($self, $text) = @_;
    my $dir = $self->{dir};
    my $level = $ENV{MAAS_VERBOSE} ? 'debug' : 'info';

    my $globals = $so eq 'none' ? '' : "load_module $so;\n";
    $globals .= "pid $dir/nginx.pid;\nerror_log $dir/error.log $level;\n";
    $globals .= "daemon off;\n" unless $text =~ /^\s*daemon/m;
    $globals .= "error_log stderr debug;\n" if $ENV{MAAS_VERBOSE};
    $globals .= "worker_processes 1;\n"
        unless $text =~ /^\s*worker_processes/m;

    my $http = "access_log $dir/access.log;\n"
        . join '', map { "${_}_temp_path $dir/$_;\n" }
            qw(client_body proxy fastcgi uwsgi scgi);

    $text = _http2_of_server($text) if nginx_version() >= 1_025_001;
    # connections to upstreams are kept since then: I5
    $text =~ s/^(\s*upstream\s[^}]*)\}/$1keepalive 0; }/gm
        if nginx_version() >= 1_029_007;
    $text =~ s/%%GLOBALS%%/$globals/g;
    $text =~ s/%%GLOBALS_HTTP%%/$http/g;
    $text =~ s/%%TESTDIR%%/$dir/g;
    $text =~ s/%%PORT(\d*)%%/$self->port($1 || 0)/ge;

    return $text;
}

# The version as a number: 1.26.3 is 1026003

sub nginx_version {
    $version ||= `$nginx -v 2>&1` =~ m{/(\d+)\.(\d+)\.(\d+)}
        ? ($1 * 1000 + $2) * 1000 + $3 : 1;
    return $version;
}

# `listen ... http2;` as an nginx wants it that has the directive

sub _http2_of_server {
    my ($text) = @_;
    my @servers = split /^(?=\s*server\s*\{)/m, $text;

    for (@servers) {
        my $on = ' http2 on;';
        s/^(\s*listen\b[^;]*?) http2\b([^;]*;)/my $now = $on; $on = '';
            "$1$2$now"/gme;
    }

    return join '', @servers;
}

# The prediction of I6: asked after the start and at the end

sub known_good {
    my ($self, $uri, $body, @headers) = @_;
    $self->{good} = [ $uri, $body, @headers ];
    return $self;
}

# The environment of nginx: a library to preload, what it reads

sub env {
    my ($self, %env) = @_;
    %{ $self->{env} } = (%{ $self->{env} }, %env);
    return $self;
}

###############################################################################
# start and stop

sub _spawn {
    my ($self, $out, @args) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    open STDOUT, '>>', "$self->{dir}/$out" or die $!;
    open STDERR, '>&', \*STDOUT or die $! unless $ENV{MAAS_VERBOSE};

    %ENV = (%ENV, %{ $self->{env} });
    my @preload = $self->{env}{LD_PRELOAD} || ();

    if ($ENV{MAAS_ASAN}) {
        for my $lib ('libubsan.so', 'libasan.so') {
            chomp(my $path = `gcc -print-file-name=$lib`);
            unshift @preload, $path;
        }
        $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
        $ENV{UBSAN_OPTIONS} = 'print_stacktrace=1';
    }

    $ENV{LD_PRELOAD} = join ':', @preload if @preload;

    # the END block is the parent's
    exec { $args[0] } @args or do {
        print STDERR "$args[0]: $!\n";
        POSIX::_exit(127);
    };
}

# The master first, which would start workers again; those that it leaves
# become ours

sub _kill {
    my ($self) = @_;
    my @workers = MaasTest::Proc::children($self->{pid});

    kill 'KILL', $self->{pid};
    waitpid $self->{pid}, 0;
    push @workers, grep { grep { index($_, "$self->{dir}/") == 0 }
        MaasTest::Proc::fds($_) } MaasTest::Proc::children($$);
    kill 'KILL', @workers;
    $self->{pid} = undef;
    return;
}

sub _command {
    my ($self, $conf) = @_;
    my $dir = $self->{dir};
    return ($nginx, '-p', "$dir/", '-c', "$dir/$conf", '-e',
        "$dir/error.log");
}

# nginx -t with a configuration: (exit status, what it said)

sub check_conf {
    my ($self, $template) = @_;
    $self->conf($template, 'check.conf') if defined $template;
    unlink "$self->{dir}/check.out";
    my $pid = $self->_spawn('check.out',
        $self->_command(defined $template ? 'check.conf' : 'nginx.conf'),
        '-t');
    waitpid $pid, 0;
    $self->allow(qr/\[emerg\] $pid#/);
    return ($? & 127 ? $? : $? >> 8, $self->read_file('check.out'));
}

sub run {
    my ($self) = @_;

    for my $try (1 .. 3) {
        $self->{ended} = '';
        $self->{pid} = $self->_spawn('stderr', $self->_command('nginx.conf'));
        last if $self->_wait(sub { $self->_listens }) && !$self->{ended};

        my $said = $self->read_file('stderr') . $self->log;
        $self->_kill unless $self->{ended};
        $self->{pid} = undef;
        die "nginx did not start:\n$self->{ended}$said"
            if $try == 3 || $said !~ /Address already in use/;

        # somebody was faster: other ports
        $self->{ports} = [];
        unlink "$self->{dir}/error.log", "$self->{dir}/stderr";
        $self->conf($self->{template});
    }

    if ($self->{template} =~ /^\s*daemon on;/m) {
        waitpid $self->{pid}, 0;        # it has left a child to us
        $self->follow;
    }

    # all of them, even if one that was faster answers already
    my ($n) = $self->{template} =~ /^\s*worker_processes\s+(\d+);/m;
    $n = 1 if !$n || $self->{template} =~ /^\s*master_process\s+off;/m;
    $self->_wait(sub { $self->workers >= $n }) or die 'no workers';

    if ($self->{good}) {
        my $answer = $self->_good;
        die 'known_good: no answer' unless $answer;
        die 'known_good: ' . $answer->status . ' ' . $answer->body
            if $answer->status != 200;
        $self->{good_body} = $answer->body;
    }

    $self->{workers} = [ $self->workers ];
    $self->{fds} = $self->_settled_fds;
    return $self;
}

# Does it listen?  Also true when it ended instead: run() then finds out.

sub _listens {
    my ($self) = @_;
    my $daemon = $self->{template} =~ /^\s*daemon on;/m;
    return $self->{ended} = "ended with wait status $?\n"
        if !$daemon && waitpid($self->{pid}, WNOHANG) > 0;
    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->port, Timeout => 1);
    return defined $s;
}

# Until the code says true: its value, or false when patience ends

sub _wait {
    my ($self, $code, $seconds) = @_;
    my $end = time + ($seconds || $patience);
    while (1) {
        my $value = $code->();
        return $value if $value;
        return if time > $end;
        sleep 0.02;
    }
}

sub wait_for { return _wait(@_) }

sub _good {
    my ($self) = @_;
    return $self->http('POST', @{ $self->{good} });
}

# Signals.  reload() waits until new workers serve and the old are gone; an
# unchanged number of files is still asked of them.

sub reload {
    my ($self, %o) = @_;
    my %old = map { $_ => 1 } $self->workers;
    kill 'HUP', $self->{pid};

    my $ok = $self->_wait(sub {
        my @new = grep { !$old{$_} } $self->workers;
        my @gone = grep { -e "/proc/$_/stat" && kill 0, $_ } keys %old;
        return @new && (!@gone || $o{overlap});
    });
    $self->{workers} = [ $self->workers ];
    return $ok;
}

# A reload that must be refused: true if the log says so and nothing changed

sub reload_refused {
    my ($self, $re) = @_;
    my $before = join ' ', $self->workers;
    my $at = length $self->log;
    kill 'HUP', $self->{pid};

    my $said = $self->_wait(sub {
        my $new = substr $self->log, $at;
        return $new =~ /\[emerg\]/ && $new;
    });
    $self->allow(qr/\[emerg\]/);
    return $said && $said =~ $re && $before eq join ' ', $self->workers;
}

# Kills a worker and waits for the next one

sub kill_worker {
    my ($self, $pid) = @_;
    my $n = $self->workers;
    $pid ||= ($self->workers)[0];
    kill 'KILL', $pid;
    $self->allow(qr/\[alert\].* worker process $pid exited on signal 9/);
    my $ok = $self->_wait(sub {
        my @now = $self->workers;
        return @now == $n && !grep { $_ == $pid } @now;
    });
    $self->{workers} = [ $self->workers ];
    return $ok;
}

sub master { return $_[0]{pid} }

# The master from now on: the one of nginx.pid, once it is another

sub follow {
    my ($self) = @_;
    my $pid = $self->_wait(sub {
        my ($now) = $self->read_file('nginx.pid') =~ /^(\d+)$/m;
        return $now && $now != $self->{pid} && $now;
    }) or die 'no other master';
    $self->{pid} = $pid;
    return $pid;
}

# A list; in scalar context the number

sub workers {
    my ($self) = @_;
    my @pids = MaasTest::Proc::workers($self->{pid});
    return @pids;
}

# The present workers and files are the ones to hold on to: for a test that
# changes them on purpose

sub rebase {
    my ($self) = @_;
    $self->{workers} = [ $self->workers ];
    $self->{fds} = $self->_settled_fds;
    return $self;
}

sub log { return $_[0]->read_file('error.log') }

# Lines of the error log that I1 passes over

sub allow {
    my ($self, $re) = @_;
    push @{ $self->{allowed} }, $re;
    return $self;
}

###############################################################################
# the end

# Open files of the workers by kind, after connections had time to close

sub _fds {
    my ($self) = @_;
    return join ', ', map { scalar MaasTest::Proc::fds($_) }
        $self->{pid}, $self->workers;
}

sub _settled_fds {
    my ($self) = @_;
    my ($last, $same) = ('', 0);
    $self->_wait(sub {
        my $now = $self->_fds;
        $same = $now eq $last ? $same + 1 : 0;
        $last = $now;
        return $same >= 3;
    }, 5);
    return $last;
}

sub _bad_lines {
    my ($self) = @_;
    my @bad = grep { /\[(?:alert|crit|emerg)\]/ } split /\n/, $self->log;
    for my $re (@{ $self->{allowed} }) {
        @bad = grep { $_ !~ $re } @bad;
    }
    return @bad;
}

# The six invariants; afterwards nginx is gone

sub invariants {
    my ($self) = @_;

    if ($self->{good}) {
        my $answer = $self->_good;
        is($answer && $answer->body, $self->{good_body},
            'I6 the known-good prediction gives the same bytes');
    } else {
        fail('I6 no known-good prediction was named');
    }

    is(join(' ', $self->workers), join(' ', @{ $self->{workers} }),
        'I3 the same workers');

    $self->_wait(sub { $self->_fds eq $self->{fds} }, 5);
    is($self->_fds, $self->{fds}, 'I5 no open files were left')
        or diag(map { "$_\n" } map { MaasTest::Proc::fds($_) }
            $self->workers);

    kill 'QUIT', $self->{pid};
    my $gone = $self->_wait(sub { waitpid($self->{pid}, WNOHANG) > 0 },
        $ENV{MAAS_ASAN} ? 20 : 5);
    my $status = $?;
    my ($left) = $self->log =~ /(.*open socket #\d+ left.*)/;
    is($gone ? $left // "status $status" : 'did not end', 'status 0',
        'I4 QUIT ends in time and leaves no open socket');
    $self->_kill unless $gone;
    $self->{pid} = undef;

    is(join("\n", $self->_bad_lines), '', 'I1 nothing bad in error.log');

    my ($report) = ($self->log . $self->read_file('stderr'))
        =~ /(.*(?:Sanitizer|runtime error:).*)/;
    is($report, undef, 'I2 nothing from a sanitizer')
        or diag($self->read_file('stderr'));

    return;
}

sub done {
    my ($self) = @_;
    $self->invariants;
    done_testing();
    return;
}

###############################################################################
# beside nginx

# The trainer: (exit status, stdout, stderr)

sub trainer {
    my ($self, @args) = @_;
    return $self->command($trainer, @args);
}

# It is to end well: its stdout

sub trains {
    my ($self, @args) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 2;
    my ($rc, $out, $err) = $self->trainer(@args);
    is($rc, 0, "@args") or diag($err);
    return $out;
}

# It is to refuse, with that status and a sentence like that

sub refuses {
    my ($self, $want, $re, @args) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 2;
    my ($rc, undef, $err) = $self->trainer(@args);
    is($rc, $want, "@args: status");
    like($err, $re, "@args: sentence");
    return;
}

# Any program, in the test's folder: (exit status or signal, stdout, stderr)

sub command {
    my ($self, @args) = @_;
    my @files = map { "$self->{dir}/command.$_" } 'out', 'err';
    my $pid = fork // die "fork: $!";

    if (!$pid) {
        chdir $self->{dir};
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', $files[0];
        open STDERR, '>', $files[1];
        exec { $args[0] } @args or POSIX::_exit(127);
    }

    waitpid $pid, 0;
    my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    return ($status, map { MaasTest::Proc::slurp($_) } @files);
}

# What a test cannot do without is missing: skips the whole file with a loud
# reason, and fails where nothing may be skipped

sub missing {
    my ($why) = @_;

    if ($ENV{CI}) {
        fail("missing: $why");
        done_testing();
        exit 1;
    }

    diag("SKIPPED: $why");
    plan(skip_all => $why);
    return;
}

# The folder with the four files of MNIST, or the end of the test

sub mnist {
    my $dir = ($ENV{MAAS_DATA} || '/nonexistent') . '/mnist';
    missing('MNIST: MAAS_DATA is not set to a folder with mnist/ in it')
        unless -e "$dir/train-images-idx3-ubyte.gz";
    return $dir;
}

1;
