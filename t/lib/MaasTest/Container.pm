package MaasTest::Container;

# Builds an image of the Containerfile and runs it, with Debian's buildah and
# podman, in a store of its own.  The image's base is made by debootstrap.
# Nothing here knows what is in the image.
#
#     my $c = MaasTest::Container->new($t);
#     $c->image and my $run = $c->start([ '-v', ... ], MAAS_PORT => ...);
#
# MAAS_SLOW: the module is built in the image, too; otherwise the one of this
# build is taken for the first stage.

use strict;
use warnings;

use MaasTest;
use MaasTest::Proc;
use MaasTest::Root;
use Test::More;

my @open;

END {
    my $rc = $?;
    $_->clean for @open;
    $? = $rc;
}

sub new {
    my ($class, $t) = @_;
    my $self = bless { t => $t, n => 0 }, $class;
    my $dir = $t->dir;          # short: podman wants less than 50 letters
    $self->{store} = [ '--root', "$dir/store", '--runroot', "$dir/run",
        '--storage-driver', 'overlay' ];
    push @open, $self;
    return $self;
}

sub podman {
    my ($self, @args) = @_;
    return $self->{t}->command('podman', @{ $self->{store} },
        '--cgroup-manager', 'cgroupfs', '--events-backend', 'none',
        $self->{runtime} ? ('--runtime', $self->{runtime}) : (), @args);
}

# An image with a clean root of this Debian: its name, or nothing and a failed
# test
sub base {
    my ($self) = @_;
    my ($suite) = MaasTest::Proc::slurp('/etc/os-release')
        =~ /^VERSION_CODENAME=(\S+)/m;
    mkdir "$MaasTest::top/build/deb";
    my $archive = "$MaasTest::top/build/deb/root-$suite.tar";
    my $wrong = MaasTest::Root::archive($suite, $archive);
    return !fail("a root of $suite: $wrong") && undef if $wrong;

    my $name = "localhost/$suite";
    my ($rc, $out, $err) = $self->podman('import', '-q', $archive, $name);
    is($rc, 0, "a base of $suite") or diag($err);
    return $rc ? undef : $name;
}

# The image: what `inspect` says of it, or nothing and a failed test
sub image {
    my ($self) = @_;
    my $base = $self->base or return;
    my $t = $self->{t};
    my @module;

    if (!$ENV{MAAS_SLOW}) {
        my $dir = $t->dir . '/build';
        system('mkdir', '-p', "$dir/src/build");
        system('cp', "$MaasTest::build/ngx_http_maas_module.so",
            "$dir/src/build");
        @module = ('--build-context', "build=$dir");
    }

    $self->build('ngx-maas', $MaasTest::top, '--build-arg', "DEBIAN=$base",
        '--build-arg', 'VERSION=1.2.3', @module) or return;
    my ($rc, $out) = $self->podman('image', 'inspect', 'localhost/ngx-maas');
    return JSON::PP::decode_json($out)->[0];
}

# An image localhost/NAME of a folder with a Containerfile: true, or a failed
# test
sub build {
    my ($self, $name, $dir, @options) = @_;
    my ($rc, $out, $err) = $self->{t}->command('buildah', @{ $self->{store} },
        'build', '--isolation', 'chroot', '--network', 'host', '--pull-never',
        @options, '-f', "$dir/Containerfile", '-t', "localhost/$name", $dir);
    is($rc, 0, "the image $name") or diag($out, $err);
    $self->_choose_runtime("localhost/$name") if !$rc;
    return !$rc;
}

# crun knows no mix of cgroups of both versions
sub _choose_runtime {
    my ($self, $image) = @_;
    for my $runtime (undef, 'runc') {
        $self->{runtime} = $runtime;
        return if !($self->podman('run', '--rm', $self->_limits,
            '--entrypoint', 'true', $image))[0];
    }
    return;
}

# What a hardened container has: limits that even a restricted root may set
sub _limits {
    return qw(--network host --ulimit nofile=1024:1024 --ulimit nproc=512:512
        --cap-drop ALL --security-opt no-new-privileges);
}

# A container to its end: (status, output, errors)
sub run {
    my ($self, $options, @command) = @_;
    return $self->podman('run', '--rm', $self->_limits, @$options,
        'localhost/ngx-maas', @command);
}

# A container that goes on: its name, or nothing and a failed test
sub start {
    my ($self, $options, @command) = @_;
    my $name = 'c' . ++$self->{n};
    my ($rc, $out, $err) = $self->podman('run', '-d', '--name', $name,
        $self->_limits, @$options, 'localhost/ngx-maas', @command);
    is($rc, 0, 'a container starts') or diag($out, $err);
    return $rc ? undef : $name;
}

# A member of what `inspect` says: '.State.Pid'
sub state {
    my ($self, $name, $what) = @_;
    my ($rc, $out) = $self->podman('inspect', '--format', "{{$what}}", $name);
    chomp $out;
    return $out;
}

sub logs {
    my ($self, $name) = @_;
    my ($rc, $out, $err) = $self->podman('logs', $name);
    return "$out$err";
}

sub clean {
    my ($self) = @_;
    $self->podman('rm', '-f', '-a', '-t', '0');
    $self->podman('image', 'rm', '-f', '-a');
    my $overlay = $self->{t}->dir . '/store/overlay';
    system('umount', $overlay)
        if MaasTest::Proc::slurp('/proc/mounts') =~ / \Q$overlay\E /;
    return;
}

1;
