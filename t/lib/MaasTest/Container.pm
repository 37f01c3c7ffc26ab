package MaasTest::Container;

# Builds an image of the Containerfile and runs it, with Debian's buildah and
# podman, in a store of its own.  The image's base is made by debootstrap.
# Nothing here knows what is in the image.
#
#     my $c = MaasTest::Container->new($t);
#     $c->image and my $run = $c->start([ '-v', ... ], MAAS_PORT => ...);
#
# MAAS_SLOW: the module is built in the image, too; otherwise the one of this
# build is taken for the first stage.  MAAS_CONTAINERS=none: where no engine can
# run, as in the chroot of .ci/debian, tests of containers are skipped.

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

# What a test of containers cannot do without, and programs of its own
sub needed {
    my (@programs) = @_;
    plan(skip_all => 'no containers here')
        if ($ENV{MAAS_CONTAINERS} || '') eq 'none';
    MaasTest::missing('root: overlays are mounted') if $> != 0;
    my @missing = grep { system("command -v $_ >" . '/dev/null') }
        'podman', 'buildah', @programs;
    MaasTest::missing("@missing") if @missing;
    return;
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

# The archive of a clean root of this Debian, or nothing and a failed test
sub _archive {
    my ($suite) = MaasTest::Proc::slurp('/etc/os-release')
        =~ /^VERSION_CODENAME=(\S+)/m;
    mkdir "$MaasTest::top/build/deb";
    my $archive = "$MaasTest::top/build/deb/root-$suite.tar";
    my $wrong = MaasTest::Root::archive($suite, $archive);
    is($wrong, '', "a root of $suite");
    return $wrong eq '' ? $archive : undef;
}

# The image: what `inspect` says of it, or nothing and a failed test
sub image {
    my ($self) = @_;
    my $archive = $self->_archive or return;
    my $base = 'localhost/debian';
    my ($bad, undef, $why) = $self->podman('import', '-q', $archive, $base);
    is($bad, 0, 'a base') or diag($why);
    my $t = $self->{t};
    my @module;

    if (!$ENV{MAAS_SLOW}) {
        my $dir = $t->dir . '/build';
        system('mkdir', '-p', "$dir/src/build");
        system('cp', "$MaasTest::build/ngx_http_maas_module.so",
            "$dir/src/build");
        @module = ('--build-context', "build=$dir");
    }

    my ($rc, $out, $err) = $t->command('make', '-s', '-C', $MaasTest::top,
        'image', "ENGINE=buildah @{ $self->{store} }", "DEBIAN=$base",
        'IMAGE=localhost/ngx-maas', 'IMAGE_FLAGS=--isolation chroot --network'
        . " host --pull-never @module");
    is($rc, 0, 'make image') or diag($out, $err);
    return if $rc;

    $self->_choose_runtime('localhost/ngx-maas');
    ($rc, $out) = $self->podman('image', 'inspect', 'localhost/ngx-maas');
    return JSON::PP::decode_json($out)->[0];
}

# The folder of a clean root of this Debian with packages, for `podman run
# --rootfs`; or nothing and a failed test
sub root {
    my ($self, @packages) = @_;
    my $archive = $self->_archive or return;
    my $root = $self->{t}->dir . '/root';
    mkdir $root;
    my ($rc, $out, $err) = $self->{t}->command('sh', '-ec', 'tar -x -C "$1" <"$2"'
        . '; chroot "$1" sh -ec "export DEBIAN_FRONTEND=noninteractive;'
        . ' apt-get update -qq; apt-get install -qq -y --no-install-recommends'
        . ' $3"; rm -f "$1/usr/sbin/policy-rc.d"', 'sh', $root, $archive,
        "@packages");
    is($rc, 0, 'a root') or diag($out, $err);
    $self->_choose_runtime('--rootfs', "$root:O") if !$rc;
    return $rc ? undef : $root;
}

# crun knows no mix of cgroups of both versions
sub _choose_runtime {
    my ($self, @image) = @_;
    for my $runtime (undef, 'runc') {
        $self->{runtime} = $runtime;
        return if !($self->podman('run', '--rm', $self->_limits,
            '--entrypoint', '/bin/true', @image))[0];
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
