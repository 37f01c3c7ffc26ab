package MaasTest::Tls;

# TLS as a client sees it: what it sent, JA4 of that as FoxIO's text says, and
# a relay that cuts it up.  Knows nothing of nginx nor of our C.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use IO::Select;
use IO::Socket::INET;

# A key and a certificate for a name: NAME.key and NAME.crt in the folder

sub certificate {
    my ($t, $name) = @_;
    my ($rc, undef, $err) = $t->command('openssl', 'req', '-x509', '-nodes',
        '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
        '-keyout', "$name.key", '-out', "$name.crt", '-days', 30,
        '-subj', "/CN=$name");
    die "openssl req: $err" if $rc;
    return;
}

# One request through openssl s_client with more arguments, for a host of the
# name in -servername: the body of the answer, and the ClientHellos.

sub ask {
    my ($t, $port, $uri, @args) = @_;
    my $dir = $t->dir;
    my $quoted = join ' ', map { "'$_'" } @args;
    my ($host) = $quoted =~ /-servername' '(\w+)/;
    $host //= 'localhost';
    $t->write_file('tls.send', "GET $uri HTTP/1.1\r\nHost: $host\r\n"
        . "Connection: close\r\n\r\n");
    unlink "$dir/tls.msg";
    my $got = `cd '$dir' && openssl s_client -quiet -connect 127.0.0.1:$port -msg -msgfile tls.msg $quoted <tls.send 2>tls.err`;
    my ($answer) = $t->answers($got);
    return ($answer && $answer->status == 200 ? $answer->body
            : "no answer: $got" . $t->read_file('tls.err'),
        hellos($t->read_file('tls.msg')));
}

# ClientHellos in what -msgfile wrote

sub hellos {
    my ($text) = @_;
    my @hellos = $text =~ /^>>>[^\n]*, ClientHello\n((?: +[0-9a-f ]+\n)+)/mg;
    return map { pack 'H*', s/\s//gr } @hellos;
}

# JA4 and JA4_ro of a ClientHello

sub ja4 {
    my ($hello, $transport) = @_;
    my ($version, $session) = unpack 'x4 n x32 C/a', $hello;
    my ($ciphers, $methods, $extensions)
        = unpack 'n/a C/a n/a', substr $hello, 39 + length $session;
    my $lists = sub { map { sprintf '%04x', $_ } unpack 'n*', $_[0] };
    my $real = sub { grep { !/^(.)a\1a$/ } @_ };
    my @ciphers = $real->($lists->($ciphers));
    my (@types, %body);

    while (length($extensions // '')) {
        my ($type, $body) = unpack 'n n/a', $extensions;
        substr $extensions, 0, 4 + length $body, '';
        push @types, sprintf '%04x', $type;
        $body{ $types[-1] } = $body;
    }

    @types = $real->(@types);
    my @versions = $real->($lists->(unpack 'C/a', $body{'002b'} // "\0"));
    my ($last) = sort { $b cmp $a } @versions, @versions ? ()
        : sprintf '%04x', $version;
    my ($alpn) = unpack 'x2 C/a', $body{'0010'} // "\0\0\0";
    my $ends = !length $alpn ? '00'
        : $alpn =~ /^[0-9A-Za-z](?:.*[0-9A-Za-z])?$/s
            ? substr($alpn, 0, 1) . substr $alpn, -1
        : substr(unpack('H*', $alpn), 0, 1) . substr unpack('H*', $alpn), -1;
    my @signed = $real->($lists->(unpack 'n/a', $body{'000d'} // "\0\0"));

    my $first = join '', $transport // 't',
        { '0304' => '13', '0303' => '12', '0302' => '11', '0301' => '10' }
            ->{$last} // '00',
        exists $body{'0000'} ? 'd' : 'i',
        (map { sprintf '%02d', $_ > 99 ? 99 : $_ } scalar @ciphers,
            scalar @types), $ends;
    my $end = @signed ? '_' . join ',', @signed : '';
    my @hashed = (join(',', sort @ciphers), join ',',
        sort grep { !/^00[01]0$/ } @types);
    $hashed[1] .= $end if length $hashed[1];

    return (join('_', $first, map { length $_
        ? substr(sha256_hex($_), 0, 12) : '0' x 12 } @hashed),
        join('_', $first, join(',', @ciphers), join ',', @types) . $end);
}

# Starts a relay to a port: of what a client sends first, a whole TLS record,
# it makes records of $size bytes, each in a write of its own.  Serves one
# connection.  Returns its port.

sub relay {
    my ($t, $to, $size) = @_;
    my $listen = IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
        LocalAddr => '127.0.0.1') or die "relay: $!";
    my $pid = fork // die "fork: $!";
    return $listen->sockport if $pid;

    my $client = $listen->accept;
    my $server = $t->connect($to);
    my $bytes = '';
    while (length $bytes < 5
        || length $bytes < 5 + unpack 'x3 n', $bytes) {
        sysread $client, $bytes, 65536, length $bytes or last;
    }
    my ($head, $body) = unpack 'a3 n/a', $bytes;
    syswrite $server, pack 'a3 n/a', $head, $_ for unpack "(a$size)*", $body;
    syswrite $server, substr $bytes, 5 + length $body;

    my $select = IO::Select->new($client, $server);
    COPY: while (my @ready = $select->can_read(10)) {
        for my $from (@ready) {
            sysread $from, my $some, 65536 or last COPY;
            syswrite $from == $client ? $server : $client, $some;
        }
    }
    $_->close for $client, $server;
    POSIX::_exit(0);
}

1;
