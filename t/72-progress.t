#!/usr/bin/perl

# Promise: on a terminal `fit` draws one line over and over, no wider than the
# terminal, with bar, losses, the best so far and the time left; elsewhere it
# is quiet unless it was asked for lines; --log has a JSON line for each epoch.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";

$t->write_file('d.csv', join '', "x,y\n",
    map { $_ / 100 . ',' . (($_ > 3000) == ($_ % 7 > 0) ? 'a' : 'b') . "\n" }
    1 .. 6000);

# stderr of a run is a terminal of 80, or 40, columns: all it was sent

$t->write_file('terminal.py', <<'PY');
import fcntl, os, pty, struct, sys, termios
columns, command = int(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.dup2(os.open("out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.execv(command[0], command)
text = b""
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    text += more
sys.stdout.buffer.write(text)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY

my @fit = ('fit', '-d', 'd.csv', qw(-o m.st --epochs 60 --patience 0 --batch 1
    --hidden 256:relu --log log));
my ($rc, $seen, $err) = $t->command('python3', 'terminal.py', 80, $trainer, @fit);
is($rc, 0, 'fit on a terminal') or diag($err);

my @drawn = grep { length } split /\r|\n/, $seen;
my @bars = grep { /^\[/ } @drawn;
s/\e\[K//g for @bars;
cmp_ok(scalar @bars, '>', 1, 'a line, drawn over and over');
like($bars[-1], qr{^\[#+-*\] \d+/60  loss \d\.\d{4}  best \d\.\d{4} (?#
    )\(epoch \d+\)  [\d.:]+(?: s)? left}, 'bar, losses, the best, time left');
is(scalar(grep { length > 79 } @bars), 0, 'none wider than the terminal');
my @filled = map { tr/#// } @bars;
is("@filled", join(' ', sort { $a <=> $b } @filled), 'the bar grows');
like($seen, qr/\r\e\[K\z/, 'it is wiped in the end');
is(scalar(() = $seen =~ /\n/g),
    scalar(() = $seen =~ m{\r\e\[Kepoch \d+/60: [^\n]*left(?: \*)?\r\n}g),
    'the other lines are those of a second each');
like($t->read_file('out'), qr/^best +epoch \d+ of 60/m, 'the result elsewhere');

($rc, $seen) = $t->command('python3', 'terminal.py', 40, $trainer, @fit);
s/\e\[K//g for @bars = grep { /^\[/ } split /\r|\n/, $seen;
is(scalar(grep { length > 39 } @bars), 0, 'nor than a narrow one');

($rc, $seen) = $t->command('python3', 'terminal.py', 80, $trainer, @fit, '-q');
is($seen, '', '--quiet');

# the log

my @log = map { decode_json($_) } split /\n/, $t->read_file('log');
is(scalar @log, 60, 'a line for each epoch');
is(join(' ', map { $_->{epoch} } @log), "@{[1 .. 60]}", 'in order');
is(join(' ', sort keys %{ $log[0] }),
    'accuracy best epoch loss rate seconds validation_loss', 'members');
ok($log[0]{best}, 'the first is the best of all before');
my $least = 9;
for (@log) {
    is(!!$_->{best}, !!($_->{validation_loss} < $least), "best: $_->{epoch}");
    $least = $_->{validation_loss} if $_->{best};
}
cmp_ok($log[59]{rate}, '<', 1e-9, 'the rate at the end of a cosine');
cmp_ok($log[59]{seconds}, '>', $log[0]{seconds}, 'seconds go on');

# no terminal

($rc, undef, $err) = $t->trainer(@fit[0 .. 4], qw(--epochs 2));
is($err, '', 'quiet');
($rc, undef, $err) = $t->trainer(@fit[0 .. 4], qw(--epochs 2 --progress lines
    --validation 0));
is(() = $err =~ m{^epoch \d/2: loss \d\.\d{4}, [\d.]+[kM]? rows/s, (?#
    )[\d.:]+(?: s)? left \*$}mg, 2, 'lines if asked for') or diag($err);
unlike($err, qr/[\r\e]/, 'plain');
($rc, undef, $err) = $t->trainer(@fit[0 .. 4], qw(--epochs 2 --log no/log));
is($rc, 1, 'a log in no folder');
like($err, qr{no/log: cannot be written to: No such file}, 'says so');

done_testing();
