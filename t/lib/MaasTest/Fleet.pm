package MaasTest::Fleet;

# Four instances and a router, each an nginx of its own with what stands in
# conf/fleet/; clients that write down what they were answered.
#
#     my $f = MaasTest::Fleet->new;
#     $f->put('a', 1, 7);                 # model a, version 1, generation 7
#     $f->run;
#     ... $f->router, $f->instance(0) are MaasTest ...
#     $f->done;

use strict;
use warnings;

use MaasTest;
use MaasTest::Grpc;
use MaasTest::Swap;
use POSIX qw(:sys_wait_h);
use Test::More ();

our $n = 4;

# The example with the harness's module, pid, logs and temporary folders; the
# first port of it is the first of the harness

sub template {
    my ($name) = @_;
    my $text = MaasTest::Proc::slurp("$MaasTest::top/conf/fleet/$name.conf");

    $text =~ s{^load_module \.\./ngx_http_maas_module\.so;\n}{%%GLOBALS%%}m
        or die "$name: no load_module";
    $text =~ s/^(?:pid|error_log|worker_processes) .*\n//mg;
    $text =~ s/^ +(?:access_log off;|\w+_temp_path .*)\n//mg;
    $text =~ s/^http \{\n/http {\n%%GLOBALS_HTTP%%access_log off;\n/m;
    $text =~ s/watch=2s/watch=100ms/g;
    $text =~ s/^( +listen )127\.0\.0\.1:80\d\d/${1}127.0.0.1:%%PORT%%/m;
    $text =~ s/^( +listen )127\.0\.0\.1:90\d\d/${1}127.0.0.1:%%PORT1%%/m;
    return $text;
}

# Options: instance, router: code that changes the text of a template

sub new {
    my ($class, %o) = @_;
    my $self = bless { %o }, $class;
    $self->{instances} = [ map { MaasTest->new } 1 .. $n ];
    $self->{up} = MaasTest->new;
    return $self;
}

sub router { return $_[0]{up} }
sub instance { return $_[0]{instances}[ $_[1] ] }
sub instances { return @{ $_[0]{instances} } }
sub address { return '127.0.0.1:' . $_[0]->instance($_[1])->port }

# A generation of a version of a model, in the folders of all instances, or of
# one: it is the same file

sub put {
    my ($self, $name, $version, $g, @of) = @_;
    for my $t (@of ? @of : $self->instances) {
        for my $folder ('models', "models/$name", "models/$name/$version") {
            mkdir $t->dir . "/$folder";
            chmod 0755, $t->dir . "/$folder";
        }
        MaasTest::Swap::put($t, "models/$name/$version/model", $g,
            hidden => 64);
    }
    return;
}

# v2's request for a row

our $body = '{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32",'
    . "\"data\":$MaasTest::Swap::row}]}";

sub infer { return "/v2/models/$_[0]/infer" }

sub run {
    my ($self) = @_;
    my $same = sub { $_[0] };

    for my $t ($self->instances) {
        $t->conf(($self->{instance} || $same)->(template('instance')));
        $t->known_good(infer($self->{good}), $body);
        $t->run;
    }

    # they are alike; later, some begin with the router's connections
    my %fds;
    $fds{ $_->rebase->{fds} }++ for $self->instances;
    ($self->{fds}) = sort { $fds{$b} <=> $fds{$a} } keys %fds;

    my $text = template('router');
    for my $i (0 .. $n - 1) {
        my $t = $self->instance($i);
        my @port = (8081 + $i, 9081 + $i);
        $text =~ s/(127\.0\.0\.1):$port[$_]\b/"$1:" . $t->port($_)/ge for 0, 1;
    }
    $self->router->conf(($self->{router} || $same)->($text));
    $self->router->known_good(infer($self->{good}), $body);
    $self->router->run;
    return $self;
}

# An instance ends at once, all of it, or as `nginx -s quit` ends it

sub kill_instance {
    my ($self, $i) = @_;
    my $t = $self->instance($i);
    my @pids = ($t->master, $t->workers);
    kill 'KILL', @pids;                 # workers become ours
    $t->{pid} = undef;
    return $t->wait_for(sub {
        @pids = grep { waitpid($_, WNOHANG) == 0 || kill 0, $_ } @pids;
        return !@pids;
    });
}

sub quit_instance {
    my ($self, $i) = @_;
    my $t = $self->instance($i);
    kill 'QUIT', $t->master;
    my $ok = $t->wait_for(sub { waitpid($t->master, WNOHANG) > 0 });
    $t->{pid} = undef;
    return $ok;
}

###############################################################################
# clients

# What an answer of v2 is: "VERSION:GENERATION" where all that it says of its
# version agrees, or else what is wrong

sub what {
    my ($head, $json) = @_;
    my ($status) = $head =~ m{^HTTP/1\.1 (\d+)};
    return "status $status" if $status != 200;
    my ($said) = $json =~ /"model_version":"(\d+)"/;
    my ($header) = $head =~ /^Maas-Version: (\d+)\r?$/mi;
    my $g = MaasTest::Swap::generation($json);
    return "no answer: $json" if !defined $said || !defined $g;
    return "versions $said and $header" if $said ne ($header // '');
    return "$said:$g";
}

# Requests for these models, or URIs, all the time

sub load {
    my ($self, @models) = @_;
    my @uris = map { m{/} ? $_ : infer($_) } @models;
    return MaasTest::Swap::load($self->router, uris => \@uris, clients => 2,
        connections => 24, what => \&what, body => { map { $_ => $body } @uris });
}

# Calls of gRPC, a connection each, until `grpc_stop` is there

sub grpc_load {
    my ($self, $clients, @models) = @_;
    my $t = $self->router;
    unlink glob $t->dir . '/grpc_stop ' . $t->dir . '/grpc.*';
    my @pids;

    for my $c (1 .. $clients) {
        my $pid = fork // die "fork: $!";
        if ($pid) {
            push @pids, $pid;
            next;
        }
        my %n;
        eval { _calls($t, \%n, @models); 1 } or $n{"died $@"}++;
        $t->write_file("grpc.$c", map { "$n{$_} $_\n" } keys %n);
        POSIX::_exit(0);
    }
    return \@pids;
}

sub _calls {
    my ($t, $n, @models) = @_;
    my $g = MaasTest::Grpc->new($t->port(1));
    my $end = $t->dir . '/grpc_stop';

    for (my $i = 0; !-e $end; $i++) {
        my $model = $models[ $i % @models ];
        my $a = $g->infer(MaasTest::Grpc::infer_message(model => $model,
            rows => [ [ 1, 2, 3, 4 ] ]));
        my $what = $a->{wrong} ? "wrong $a->{wrong}" : $a->{code} ? "code $a->{code}"
            : do {
                my @y = MaasTest::Grpc::floats($a->{message});
                my ($version) = @{ MaasTest::Grpc::fields($a->{message})->{2} };
                "$version:" . (MaasTest::Swap::generation(
                    '[[' . join(',', @y) . ']]') // "@y");
            };
        $n->{"$model $what"}++;
    }
    return;
}

sub grpc_stop {
    my ($self, $pids) = @_;
    my $t = $self->router;
    $t->write_file('grpc_stop', '');
    waitpid $_, 0 for @$pids;
    my (%n, $all);
    for (map { split /\n/ } map { MaasTest::Proc::slurp($_) }
        glob $t->dir . '/grpc.*') {
        my ($n, $what) = /^(\d+) (.*)/ or next;
        $n{$what} += $n;
        $all += $n;
    }
    return (\%n, $all // 0);
}

# How many answers there were of each kind, by "MODEL WHAT"; and in all

sub stop {
    my ($self, $load) = @_;
    my ($lines, $all) = MaasTest::Swap::stop($self->router, $load);
    my %n;
    for (@$lines) {
        my ($model) = $_->[1] =~ m{/models/([^/]+)};
        $n{"$model $_->[5]"} += $_->[4];
    }
    return (\%n, $all);
}

# The checks of all five.  The router keeps connections to instances, on
# purpose: that is what it has open.  Afterwards instances have none.

sub done {
    my ($self) = @_;
    my $router = $self->router;
    my $workers = $router->{workers};
    $router->post(infer($self->{good}), $body);
    $router->rebase;
    $router->{workers} = $workers;
    $_->{fds} = $self->{fds} for $self->instances;
    $_->invariants for $router, $self->instances;
    Test::More::done_testing();
    return;
}

1;
