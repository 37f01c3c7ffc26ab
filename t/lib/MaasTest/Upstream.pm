package MaasTest::Upstream;

# A server behind nginx that says what it was sent, to the byte: a process of
# its own, one connection after the other.  The answer's headers:
#     X-Length, X-MD5     of the body, chunks taken apart
#     X-Bot               that header of the request
#     X-Head              names of the request's headers
# Its status is 200, or X-Status of the request.
#
#     my $up = MaasTest::Upstream->new($t->port(2));
#     ... proxy_pass http://127.0.0.1:%%PORT2%%; ...
#     $up->stop;

use strict;
use warnings;

use Digest::MD5 'md5_hex';
use IO::Socket::INET;
use POSIX ();

sub new {
    my ($class, $port) = @_;
    my $listen = IO::Socket::INET->new(Listen => 64, ReuseAddr => 1,
        LocalAddr => '127.0.0.1', LocalPort => $port) or die "listen: $!";
    my $pid = fork // die "fork: $!";

    if (!$pid) {
        local $SIG{PIPE} = 'IGNORE';
        while (my $s = $listen->accept) {
            _serve($s);
            close $s;
        }
        POSIX::_exit(0);
    }

    return bless { pid => $pid }, $class;
}

sub stop {
    my ($self) = @_;
    kill 'KILL', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

sub _serve {
    my ($s) = @_;
    my $in = '';

    my $more = sub { return sysread $s, $in, 65536, length $in };

    while ($in !~ /\r\n\r\n/) { $more->() or return }

    $in =~ s/^(.*?\r\n)\r\n//s;
    my $head = $1;
    my $body = '';

    if ($head =~ /^Transfer-Encoding: chunked/mi) {
        while (1) {
            while ($in !~ /^[0-9a-f]+\r\n/) { $more->() or return }
            $in =~ s/^([0-9a-f]+)\r\n//;
            my $n = hex $1;
            while (length $in < $n + 2) { $more->() or return }
            $body .= substr $in, 0, $n, '';
            substr $in, 0, 2, '';
            last if !$n;
        }

    } elsif ($head =~ /^Content-Length: (\d+)/mi) {
        my $n = $1;
        while (length $in < $n) { $more->() or return }
        $body = $in;
    }

    my ($bot) = $head =~ /^X-Bot: (.*?)\r/mi;
    my ($status) = $head =~ /^X-Status: (\d+)/mi;
    my $names = lc join ' ', $head =~ /^([\w-]+):/mg;

    syswrite $s, "HTTP/1.0 " . ($status // 200) . " OK\r\nX-Length: " . length($body)
        . "\r\nX-MD5: " . md5_hex($body) . "\r\nX-Bot: " . ($bot // '')
        . "\r\nX-Head: $names\r\nContent-Length: 2\r\n\r\nok";
    return;
}

1;
