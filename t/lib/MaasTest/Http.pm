package MaasTest::Http;

# A client that can misbehave: splits, drips, half-closes, resets, pipelines.
# Methods of MaasTest; knows ports and bytes, nothing of nginx.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use Socket qw(SOL_SOCKET SO_LINGER IPPROTO_TCP TCP_NODELAY SHUT_WR);
use Time::HiRes qw(sleep time);

my $timeout = 10;

###############################################################################
# requests

# Text of a request: request('POST', '/uri', $body, 'Header' => 'value', ...).
# Content-Length is given where there is a body, unless a header of the
# caller's says how it is framed.

sub request {
    my ($self, $method, $uri, $body, @headers) = @_;
    my $text = "$method $uri HTTP/1.1\r\n";
    my %given;

    while (my ($name, $value) = splice @headers, 0, 2) {
        $given{ lc $name } = 1;
        $text .= "$name: $value\r\n" if defined $value;
    }

    $text .= "Host: localhost\r\n" unless $given{host};
    $text .= 'Content-Length: ' . length($body) . "\r\n"
        if defined $body && !$given{'content-length'}
            && !$given{'transfer-encoding'};

    return "$text\r\n" . ($body // '');
}

# The same as chunks of $size bytes, with Transfer-Encoding: chunked

sub chunked {
    my ($self, $body, $size) = @_;
    my $text = '';
    $text .= sprintf "%x\r\n%s\r\n", length $_, $_
        for unpack "(a$size)*", $body;
    return "${text}0\r\n\r\n";
}

# One exchange on a connection of its own.  Returns an answer (see parse()),
# or undef where there was none.
#     $t->http('POST', '/v2/models/m/infer', $body, 'Content-Type' => '...')

sub http {
    my ($self, $method, $uri, $body, @headers) = @_;
    my $text = $self->request($method, $uri, $body, @headers,
        Connection => 'close');
    return ($self->answers($self->send($text), $method))[0];
}

sub get  { my $self = shift; return $self->http('GET', @_) }
sub post { my $self = shift; return $self->http('POST', @_) }

# Several requests in one write on one connection; the last one should say
# Connection: close.  Returns the answers.

sub pipeline {
    my ($self, @requests) = @_;
    return $self->answers($self->send(join '', @requests));
}

# HTTP/2 without TLS, through curl.  port: a `listen ... http2` one.

sub h2 {
    my ($self, $port, $method, $uri, $body, @headers) = @_;
    my $dir = $self->{dir};
    my @args = ('-s', '-S', '--http2-prior-knowledge', '-X', $method,
        '-m', $timeout, '-D', "$dir/h2.head", '-o', "$dir/h2.body");

    if (defined $body) {
        $self->write_file('h2.send', $body);
        push @args, '--data-binary', "\@$dir/h2.send",
            '-H', 'Content-Type: application/json';
    }

    while (my ($name, $value) = splice @headers, 0, 2) {
        push @args, '-H', "$name: $value";
    }

    unlink "$dir/h2.head", "$dir/h2.body";
    push @args, '-I' if $method eq 'HEAD';
    my $rc = system 'curl', @args, "http://127.0.0.1:$port$uri";
    return undef if $rc;

    my $head = $self->read_file('h2.head');
    $head =~ s/^(?:HTTP\S+ 1\d\d.*?\r\n\r\n)+//s;
    my %answer = _head($head);
    $answer{body} = -e "$dir/h2.body" ? $self->read_file('h2.body') : '';
    return MaasTest::Answer->new(%answer);
}

###############################################################################
# raw bytes

sub connect {
    my ($self, $port) = @_;
    my $s = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1',
        PeerPort => $port || $self->port,
        Proto    => 'tcp',
    ) or die "connect: $!";
    $s->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    binmode $s;
    return $s;
}

# Sends bytes and returns all that comes back until the other side closes.
#   port    => where to, if not the first one
#   socket  => use this one
#   split   => [offsets]: separate writes there, with a pause between
#   drip    => bytes in each write
#   pause   => seconds between writes, 0.01
#   fin     => half-close after the last byte
#   rst     => reset after the last byte; nothing is read
#   keep    => do not read: returns the socket
#   timeout => seconds without a byte, 10

sub send {
    my ($self, $bytes, %o) = @_;
    my $s = $o{socket} || $self->connect($o{port});
    my @pieces = ($bytes);

    if ($o{split}) {
        my $at = 0;
        @pieces = ();
        for my $to (@{ $o{split} }, length $bytes) {
            push @pieces, substr $bytes, $at, $to - $at;
            $at = $to;
        }

    } elsif ($o{drip}) {
        @pieces = unpack "(a$o{drip})*", $bytes;
    }

    local $SIG{PIPE} = 'IGNORE';
    my $first = 1;

    for my $piece (@pieces) {
        sleep($o{pause} // 0.01) unless $first;
        $first = 0;
        last unless _write($s, $piece);
    }

    $s->shutdown(SHUT_WR) if $o{fin};

    if ($o{rst}) {
        $s->setsockopt(SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0);
        close $s;
        return;
    }

    return $s if $o{keep};
    return $self->receive($s, %o);
}

# All that comes until end of file, or `until` matches, or nothing comes

sub receive {
    my ($self, $s, %o) = @_;
    my $select = IO::Select->new($s);
    my $got = '';

    while ($select->can_read($o{timeout} // $timeout)) {
        my $n = sysread $s, $got, 65536, length $got;
        last unless $n;
        last if $o{until} && $got =~ $o{until};
    }

    return $got;
}

# The other side may answer and close before it read everything: what it said
# is then read all the same

sub _write {
    my ($s, $bytes) = @_;
    my $at = 0;
    my $end = time + $timeout;
    my $select = IO::Select->new($s);

    while ($at < length $bytes && time < $end) {
        $select->can_write(1) or next;
        my $n = syswrite $s, $bytes, 65536, $at;
        return 0 unless $n;
        $at += $n;
    }

    return $at == length $bytes;
}

###############################################################################
# answers

# The answers in a stream of bytes: a list of MaasTest::Answer.  $method: what
# was asked for, since the answer to HEAD has no body.

sub answers {
    my ($self, $bytes, $method) = @_;
    my @answers;

    while ($bytes =~ s/^(HTTP\/1\.[01] .*?\r\n\r\n)//s) {
        my %a = _head($1);

        if ($a{status} =~ /^1/) {
            push @{ $self->{interim} }, $a{status};
            next;
        }

        if (($method || '') eq 'HEAD' || $a{status} =~ /^(?:204|304)$/) {
            $a{body} = '';

        } elsif (defined $a{headers}{'content-length'}) {
            my $n = $a{headers}{'content-length'};
            $a{short} = 1 if length $bytes < $n;
            $a{body} = substr $bytes, 0, $n, '';

        } elsif (($a{headers}{'transfer-encoding'} || '') eq 'chunked') {
            $a{body} = '';
            $a{short} = 1;
            while ($bytes =~ s/^([0-9a-f]+)\r\n//i) {
                my $n = hex $1;
                $a{body} .= substr $bytes, 0, $n, '' if $n <= length $bytes;
                $bytes =~ s/^\r\n// or last;
                delete $a{short} if !$n;
                last if !$n;
            }

        } else {
            $a{body} = $bytes;
            $bytes = '';
        }

        push @answers, MaasTest::Answer->new(%a);
    }

    push @answers, MaasTest::Answer->new(status => 0, body => $bytes)
        if length $bytes;

    return @answers;
}

sub _head {
    my ($head) = @_;
    my ($status) = $head =~ /^HTTP\/[\d.]+ (\d+)/;
    my %headers;

    while ($head =~ /^([^\s:]+):[ \t]*(.*?)[ \t]*\r?$/mg) {
        my $name = lc $1;
        $headers{$name} = exists $headers{$name} ? "$headers{$name}, $2" : $2;
    }

    return (status => $status // 0, headers => \%headers, head => $head);
}

###############################################################################

# status, headers (names in lower case), body, head (text), short (cut off)

package MaasTest::Answer;

sub new     { my ($class, %a) = @_; return bless {%a}, $class }
sub status  { return $_[0]{status} }
sub body    { return $_[0]{body} }
sub short   { return $_[0]{short} }
sub header  { return $_[0]{headers}{ lc $_[1] } }

# the body as a structure, or undef if it is not JSON

sub json {
    return eval { JSON::PP->new->utf8->allow_nonref->decode($_[0]{body}) };
}

# the text of an error body, or '' if it is not one

sub error {
    my $json = $_[0]->json;
    return ref $json eq 'HASH' && keys %$json == 1 ? $json->{error} // ''
        : '';
}

1;
