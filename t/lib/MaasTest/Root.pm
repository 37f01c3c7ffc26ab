package MaasTest::Root;

# A clean root of a Debian release: made by debootstrap from the mirrors of
# this machine's apt, and kept as an archive.  Nothing is mounted, and what
# packages would start in it does not start.

use strict;
use warnings;

use MaasTest::Proc;

# (address, release, component) of the sources of Debian's packages here, for
# another suite if one is given

sub sources {
    my ($suite) = @_;
    my ($here) = MaasTest::Proc::slurp('/etc/os-release')
        =~ /^VERSION_CODENAME=(\S+)/m;
    my %seen;

    return map { [ $_->[0], $_->[1] =~ s/^\Q$here\E/$suite/r, $_->[2] ] }
        grep { $_->[1] =~ /^\Q$here\E(?:-updates|-security)?$/ }
        map { [ split ] } grep { !$seen{$_}++ } `apt-get indextargets --format \\
            '\$(REPO_URI) \$(RELEASE) \$(COMPONENT)' 'Created-By: Packages'`;
}

# The archive of a root with lists of packages, made if it is not there.
# Returns what went wrong, or ''.

sub archive {
    my ($suite, $archive) = @_;
    return '' if -s $archive;

    my @sources = sources($suite);
    my ($main) = map { $_->[0] } grep { $_->[1] eq $suite } @sources;
    return "apt here has no source of Debian's packages" if !$main;

    my $root = "$archive.root";
    my $log = "$archive.log";
    system('rm', '-rf', $root);
    return "debootstrap $suite: see $log" if system("debootstrap"
        . " --variant=minbase '$suite' '$root' '$main' >'$log' 2>&1");

    _write("$root/etc/apt/sources.list", map { "deb @$_\n" } @sources);
    _write("$root/etc/apt/apt.conf.d/90here", grep { !/IndexTargets/ }
        `apt-config dump --format '%f "%v";%n' Acquire`);
    _write("$root/etc/dpkg/dpkg.cfg.d/90quick", "force-unsafe-io\n");
    _write("$root/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n");
    chmod 0755, "$root/usr/sbin/policy-rc.d";

    return "apt-get update in $suite: see $log"
        if system("chroot '$root' apt-get -q update >>'$log' 2>&1")
        || system("tar -c -C '$root' . >'$archive.new'");
    rename "$archive.new", $archive or return "$archive: $!";
    system('rm', '-rf', $root);
    return '';
}

sub _write {
    my ($path, @text) = @_;
    open my $fh, '>', $path or die "$path: $!";
    print $fh @text;
    close $fh or die "$path: $!";
    return;
}

1;
