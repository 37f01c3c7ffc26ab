package MaasTest::H2;

# A client of HTTP/2 (RFC 9113) that sends what it is told to, right or wrong:
# frames, blocks of headers, bodies in pieces.
#
#     my $c = MaasTest::H2->new($port);
#     my $s = $c->open('/path', 'content-type' => 'application/grpc');
#     $c->data($s, $bytes, 1);                # 1: the end of the stream
#     my $a = $c->answer($s);                 # see there
#     $c->frame($type, $flags, $stream, $payload);
#     $c->bytes($raw);
#
# Not here: gRPC (MaasTest::Grpc).

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY SO_LINGER SOL_SOCKET);
use Time::HiRes qw(time);

our %type = (DATA => 0, HEADERS => 1, PRIORITY => 2, RST_STREAM => 3,
    SETTINGS => 4, PUSH_PROMISE => 5, PING => 6, GOAWAY => 7,
    WINDOW_UPDATE => 8, CONTINUATION => 9);

my $preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
my $patience = $ENV{MAAS_ASAN} ? 60 : 20;
my $window = 0x7fffffff;    # ours: as wide as it gets

# RFC 7541, appendices A and B: the names of the static table, and of each byte
# the bits of its Huffman code, which is canonical

my @names = (undef, qw(:authority :method :method :path :path :scheme :scheme
    :status :status :status :status :status :status :status accept-charset
    accept-encoding accept-language accept-ranges accept
    access-control-allow-origin age allow authorization cache-control
    content-disposition content-encoding content-language content-length
    content-location content-range content-type cookie date etag expect expires
    from host if-match if-modified-since if-none-match if-range
    if-unmodified-since last-modified link location max-forwards
    proxy-authenticate proxy-authorization range referer refresh retry-after
    server set-cookie strict-transport-security transfer-encoding user-agent
    vary via www-authenticate));
my %values = (8 => 200, 9 => 204, 10 => 206, 11 => 304, 12 => 400, 13 => 404,
    14 => 500);
my @bits = qw(13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28
    30 28 28 28 28 28 28 28 28 28 6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5
    6 6 6 6 6 6 6 7 8 15 6 12 10 13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7
    7 8 7 8 13 19 13 14 6 15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7
    15 11 14 13 28 20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23
    24 23 23 23 23 21 22 23 22 23 23 24 22 21 20 22 22 23 23 21 23 22 22 24 21
    22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23 26 26 20 19 22 23
    22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27
    27 20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23 26 27 26 26 27 27 27 27
    27 28 27 27 27 27 27 26 30);

my %huffman = do {
    my ($code, $len, %h) = (0, 0);
    for my $c (sort { $bits[$a] <=> $bits[$b] || $a <=> $b } 0 .. 255) {
        $code <<= $bits[$c] - $len;
        $len = $bits[$c];
        $h{ sprintf '%0*b', $len, $code++ } = chr $c;
    }
    %h;
};

###############################################################################
# headers

sub _text {
    my ($s) = @_;
    return _number(length $s, 7, 0) . $s;
}

sub _number {
    my ($n, $prefix, $first) = @_;
    my $max = (1 << $prefix) - 1;
    return chr($first | $n) if $n < $max;
    my $out = chr($first | $max);
    for ($n -= $max; $n > 127; $n >>= 7) {
        $out .= chr($n & 127 | 128);
    }
    return $out . chr $n;
}

# A block of literal headers

sub block {
    my ($self, @headers) = @_;
    my $out = '';
    while (my ($name, $value) = splice @headers, 0, 2) {
        $out .= "\0" . _text($name) . _text($value);
    }
    return $out;
}

sub _read_number {
    my ($in, $prefix) = @_;
    my $max = (1 << $prefix) - 1;
    my $n = ord(substr $$in, 0, 1, '') & $max;
    return $n if $n < $max;
    for (my $shift = 0; ; $shift += 7) {
        my $c = ord substr $$in, 0, 1, '';
        $n += ($c & 127) << $shift;
        return $n if $c < 128;
    }
}

sub _read_text {
    my ($in) = @_;
    my $coded = ord($$in) & 128;
    my $s = substr $$in, 0, _read_number($in, 7), '';
    return $s unless $coded;

    my ($out, $code) = ('', '');
    for my $bit (split //, unpack 'B*', $s) {
        $code .= $bit;
        next unless exists $huffman{$code};
        $out .= $huffman{$code};
        $code = '';
    }
    return $out;
}

# nginx never refers to what it has said before: there is no dynamic table.

sub _headers {
    my ($in) = @_;
    my %h;

    while (length $in) {
        my $c = ord $in;

        if ($c & 128) {
            my $i = _read_number(\$in, 7);
            $h{ $names[$i] } = $values{$i};
        }
        elsif (($c & 0xe0) == 0x20) {
            _read_number(\$in, 5);
        }
        else {
            my $i = _read_number(\$in, $c & 64 ? 6 : 4);
            my $name = $i ? $names[$i] : _read_text(\$in);
            $h{$name} = _read_text(\$in);
        }
    }

    return \%h;
}

###############################################################################
# a connection

# `raw`: nothing is sent yet

sub new {
    my ($class, $port, %o) = @_;
    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
        or die "connect: $!";
    $s->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    binmode $s;

    my $self = bless { socket => $s, in => '', next => 1, streams => {},
        window => 65535, initial => 65535 }, $class;

    if (!$o{raw}) {
        $self->bytes($preface);
        $self->frame('SETTINGS', 0, 0, pack 'nN', 4, $window);
        $self->frame('WINDOW_UPDATE', 0, 0, pack 'N', $window - 65535);
    }

    return $self;
}

sub preface { return $preface }

# What a peer has closed is not to end the test.

sub bytes {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $end = time + $patience;

    while (length $bytes && !$self->{closed}) {
        my $n = syswrite $self->{socket}, $bytes;
        if (!defined $n) {
            $self->{closed} = 1;
            return;
        }
        substr $bytes, 0, $n, '';
        die 'a peer that does not read' if time > $end;
    }
    return;
}

sub frame_bytes {
    my ($self, $type, $flags, $stream, $payload) = @_;
    $type = $type{$type} if exists $type{$type};
    return substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload;
}

sub frame {
    my ($self, @frame) = @_;
    return $self->bytes($self->frame_bytes(@frame));
}

# The headers of a POST, and others behind them or in their place; undef: it is
# left out

sub request {
    my ($self, $path, @more) = @_;
    my @h = (':method' => 'POST', ':scheme' => 'http', ':path' => $path,
        ':authority' => 'localhost');

    while (my ($name, $value) = splice @more, 0, 2) {
        my ($i) = grep { $h[ 2 * $_ ] eq $name } 0 .. $#h / 2;
        if (!defined $i) {
            push @h, $name, $value;
        }
        elsif (defined $value) {
            $h[ 2 * $i + 1 ] = $value;
        }
        else {
            splice @h, 2 * $i, 2;
        }
    }

    return grep { defined } map { defined $h[ 2 * $_ + 1 ]
        ? @h[ 2 * $_, 2 * $_ + 1 ] : () } 0 .. $#h / 2;
}

# A stream that begins: the number of it

sub stream {
    my ($self) = @_;
    my $stream = $self->{next};
    $self->{next} += 2;
    $self->{streams}{$stream} = { window => $self->{initial}, data => '' };
    return $stream;
}

sub open {
    my ($self, $path, @headers) = @_;
    my $stream = $self->stream;
    $self->frame('HEADERS', 4, $stream,
        $self->block($self->request($path, @headers)));
    return $stream;
}

# A body, as fast as the other side lets it come

sub data {
    my ($self, $stream, $bytes, $end) = @_;
    my $s = $self->{streams}{$stream};
    my $at = 0;

    while (1) {
        my $n = length($bytes) - $at;
        ($n > $_) and $n = $_ for 16384, $s->{window}, $self->{window};

        if ($n <= 0 && $at < length $bytes) {
            return if $s->{done} || !$self->_more;
            next;
        }

        my $last = $at + $n == length $bytes;
        $self->frame('DATA', $last && $end ? 1 : 0, $stream,
            substr $bytes, $at, $n);
        $at += $n;
        $_->{window} -= $n for $s, $self;
        return if $last;
    }
}

# One more frame; false if there is none

sub _more {
    my ($self) = @_;
    my $select = IO::Select->new($self->{socket});

    until (length $self->{in} >= 9
        && length $self->{in} >= 9 + (unpack('N', $self->{in}) >> 8))
    {
        die 'no frame for too long' unless $select->can_read($patience);
        my $n = sysread $self->{socket}, $self->{in}, 65536, length $self->{in};
        if (!$n) {
            $self->{closed} = 1;
            return 0;
        }
    }

    my ($len, $type, $flags, $stream) = unpack 'NXCCN', $self->{in};
    my $payload = substr substr($self->{in}, 0, 9 + ($len >> 8), ''), 9;
    $self->_take($type, $flags, $stream, $payload);
    return 1;
}

sub _take {
    my ($self, $type, $flags, $stream, $payload) = @_;
    my $s = $self->{streams}{$stream} ||= { window => 0, data => '' };

    if ($type == $type{DATA}) {
        $s->{data} .= $payload;
    }
    elsif ($type == $type{HEADERS}) {
        die 'headers in pieces' unless $flags & 4;
        $s->{ $s->{headers} ? 'trailers' : 'headers' } = _headers($payload);
    }
    elsif ($type == $type{RST_STREAM}) {
        $s->{rst} = unpack 'N', $payload;
        $s->{done} = 1;
    }
    elsif ($type == $type{SETTINGS} && !($flags & 1)) {
        my %set = unpack '(nN)*', $payload;
        $_->{window} += ($set{4} // $self->{initial}) - $self->{initial}
            for values %{ $self->{streams} };
        $self->{initial} = $set{4} if defined $set{4};
        $self->frame('SETTINGS', 1, 0, '');
    }
    elsif ($type == $type{PING} && !($flags & 1)) {
        $self->frame('PING', 1, 0, $payload);
    }
    elsif ($type == $type{WINDOW_UPDATE}) {
        ($stream ? $s : $self)->{window} += unpack 'N', $payload;
    }
    elsif ($type == $type{GOAWAY}) {
        $self->{goaway} = [ unpack 'NN', $payload ];
    }

    $s->{done} = 1 if $flags & 1 && ($type == 0 || $type == 1);
    return;
}

# Of a stream, once it is over: {headers}, {data}, {trailers}, each if there
# were any; {rst}: its error; {closed}: the connection is gone

sub answer {
    my ($self, $stream) = @_;
    my $s = $self->{streams}{$stream};

    while (!$s->{done}) {
        if (!$self->_more) {
            $s->{closed} = 1;
            last;
        }
    }

    delete $self->{streams}{$stream};
    return $s;
}

# Until the other side closes: {goaway} = [last stream, error]

sub drain {
    my ($self) = @_;
    1 while !$self->{closed} && $self->_more;
    return $self->{goaway};
}

# Away, without a word

sub reset {
    my ($self) = @_;
    $self->{socket}->setsockopt(SOL_SOCKET, SO_LINGER, pack 'll', 1, 0);
    close $self->{socket};
    return;
}

1;
