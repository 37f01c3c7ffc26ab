package MaasTest::Proc;

# Readings from /proc: workers, open files, memory, threads; which processes a
# test has left behind.  Nothing here changes another process.

use strict;
use warnings;

use POSIX ();

# Of this process from now on: who loses a parent among its descendants becomes
# its child, also a daemon.  False where that is not known.

sub adopt {
    my %prctl = (x86_64 => 157, aarch64 => 167, riscv64 => 167, i686 => 172);
    my $number = $prctl{ (POSIX::uname())[4] } or return;
    return syscall($number, 36, 1, 0, 0, 0) == 0;   # PR_SET_CHILD_SUBREAPER
}

# pids of the living below a process, children first

sub descendants {
    my ($parent) = @_;
    return map { ($_, descendants($_)) } children($parent);
}

sub command {
    my ($pid) = @_;
    return join ' ', split /\0/, slurp("/proc/$pid/cmdline");
}

sub slurp {
    my ($path) = @_;
    open my $fh, '<:raw', $path or return '';
    local $/;
    return scalar(<$fh>) // '';
}

# pids of the living children of a process

sub children {
    my ($parent) = @_;
    my @pids;

    for my $stat (glob '/proc/[0-9]*/stat') {
        my ($pid, $rest) = slurp($stat) =~ /^(\d+) \(.*\) (.*)$/s or next;
        my ($state, $ppid) = split ' ', $rest;
        push @pids, $pid if $ppid == $parent && $state ne 'Z';
    }

    return sort { $a <=> $b } @pids;
}

# nginx gives its processes titles

sub workers {
    my ($master) = @_;
    return grep {
        my $title = slurp("/proc/$_/cmdline");
        $title =~ /worker process/ && $title !~ /shutting down/;
    } children($master);
}

# number of open files, or what they are

sub fds {
    my ($pid) = @_;
    my @fds = glob "/proc/$pid/fd/*";
    return wantarray ? map { readlink($_) // '?' } @fds : scalar @fds;
}

# a number from /proc/PID/status: VmRSS (kB), RssAnon (kB), Threads ...

sub status {
    my ($pid, $key) = @_;
    my ($n) = slurp("/proc/$pid/status") =~ /^\Q$key\E:\s+(\d+)/m;
    return $n;
}

1;
