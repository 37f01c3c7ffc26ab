package MaasTest::Grpc;

# Calls of gRPC as their bytes: messages of protobuf, frames, and what comes
# back.
#
#     my $g = MaasTest::Grpc->new($port);     # a connection
#     my $a = $g->infer($message);            # or ->call($path, $body, headers)
#     is($a->{code}, 0); $a->{message}; MaasTest::Grpc::floats($a);
#
# Not here: HTTP/2 (MaasTest::H2).

use strict;
use warnings;

use parent 'MaasTest::H2';

our $service = '/inference.GRPCInferenceService';

###############################################################################
# messages

sub varint {
    my ($n) = @_;
    my $out = '';
    for (; $n > 127; $n >>= 7) {
        $out .= chr($n & 127 | 128);
    }
    return $out . chr $n;
}

# Fields: of bytes, of a number

sub bytes_field { return varint($_[0] << 3 | 2) . varint(length $_[1]) . $_[1] }
sub number_field { return varint($_[0] << 3) . varint($_[1]) }

# A ModelInferRequest of one tensor of FP32: model, rows => [[...] ...];
# version, id, name => of the input, typed => 1: contents, not raw; more:
# fields behind it

sub infer_message {
    my (%o) = @_;
    my @rows = @{ $o{rows} };
    my $numbers = pack 'f<*', map { @$_ } @rows;

    my $tensor = bytes_field(1, $o{name} // 'input') . bytes_field(2, 'FP32')
        . bytes_field(3, join '', map { varint($_) } scalar @rows,
            scalar @{ $rows[0] });
    $tensor .= bytes_field(5, bytes_field(6, $numbers)) if $o{typed};

    return bytes_field(1, $o{model} // 'm')
        . (defined $o{version} ? bytes_field(2, $o{version}) : '')
        . (defined $o{id} ? bytes_field(3, $o{id}) : '')
        . bytes_field(5, $tensor)
        . ($o{typed} ? '' : bytes_field(7, $numbers)) . ($o{more} // '');
}

# The fields of a message: number => [values], bytes as they stand

sub fields {
    my ($m) = @_;
    my %f;

    while (length $m) {
        my $key = _read_varint(\$m);
        my $value = $key % 8 == 0 ? _read_varint(\$m)
            : $key % 8 == 2 ? substr $m, 0, _read_varint(\$m), ''
            : substr $m, 0, $key % 8 == 1 ? 8 : 4, '';
        push @{ $f{ $key >> 3 } }, $value;
    }

    return \%f;
}

sub _read_varint {
    my ($m) = @_;
    my ($n, $shift) = (0, 0);
    while (1) {
        my $c = ord substr $$m, 0, 1, '';
        $n |= ($c & 127) << $shift;
        return $n if $c < 128;
        $shift += 7;
    }
}

# The numbers of a ModelInferResponse, raw or typed

sub floats {
    my ($message) = @_;
    my $f = fields($message);
    return unpack 'f<*', $f->{6}[0] if $f->{6};
    my $contents = fields($f->{5}[0])->{5};
    return unpack 'f<*', fields($contents->[0])->{6}[0];
}

sub framed {
    my ($message, $flag) = @_;
    return pack('CN', $flag // 0, length $message) . $message;
}

###############################################################################
# calls

# What a client would make of an answer: {code}, {text}, {only} if it was a
# status alone, {message} if there was one.  Else {wrong}.

sub judge {
    my ($a) = @_;
    my ($h, $t) = @$a{ 'headers', 'trailers' };

    if (!$h) {
        $a->{wrong} = $a->{closed} ? 'closed' : 'no headers';
        return $a;
    }

    my $said = $t // $h;
    $a->{only} = !$t;
    $a->{code} = $said->{'grpc-status'};
    $a->{text} = ($said->{'grpc-message'} // '')
        =~ s/%([0-9A-F]{2})/chr hex $1/gre;

    my @wrong;
    push @wrong, "status $h->{':status'}" if $h->{':status'} ne 200;
    push @wrong, 'no grpc-status' unless defined $a->{code};
    push @wrong, 'content-type' if ($h->{'content-type'} // '')
        ne 'application/grpc';
    push @wrong, "header $_" for grep { exists $h->{$_} }
        qw(content-length etag last-modified content-encoding accept-ranges);

    if ($t) {
        my ($flag, $len) = unpack 'CN', $a->{data};
        push @wrong, 'frame' if length $a->{data} < 5 || $flag != 0
            || $len != length($a->{data}) - 5;
        $a->{message} = substr $a->{data}, 5;
    }
    elsif (length $a->{data}) {
        push @wrong, 'a body without trailers';
    }

    $a->{wrong} = join ', ', @wrong if @wrong;
    return $a;
}

sub headers {
    my ($self, @headers) = @_;
    return ('content-type' => 'application/grpc', te => 'trailers', @headers);
}

sub begin {
    my ($self, $path, @headers) = @_;
    return $self->open($path, $self->headers(@headers));
}

sub end { return judge($_[0]->answer($_[1])) }

# A whole body, frame and all

sub call {
    my ($self, $path, $body, @headers) = @_;
    my $stream = $self->begin($path, @headers);
    $self->data($stream, $body, 1);
    return $self->end($stream);
}

sub infer {
    my ($self, $message, @headers) = @_;
    return $self->call("$service/ModelInfer", framed($message), @headers);
}

1;
