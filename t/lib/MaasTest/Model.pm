package MaasTest::Model;

# Writes model files by hand, valid or broken on purpose, following
# docs/model-format.md; an independent witness of what the engine reads.
# Not a trainer: weights are given or made from a seed.

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();

our @EXPORT_OK = qw(write_model model_bytes dense_model forward crc32c
    float32);

my $json = JSON::PP->new->canonical->utf8->allow_nonref;

###############################################################################

# write_model($path, doc => {...}, tensors => {name => [[shape], [floats]]},
#     crc => 1, ...): options as for model_bytes

sub write_model {
    my ($path, %o) = @_;
    open my $fh, '>:raw', $path or die "$path: $!";
    print $fh model_bytes(%o);
    close $fh or die "$path: $!";
    return $path;
}

# The bytes of a file.
#   doc       the `maas` document, a structure or JSON text
#   tensors   name => [[shape], [floats]], or
#             name => {dtype =>, shape =>, bytes =>}
#   metadata  more keys of __metadata__
#   header    sub that may change the header structure before it is written
#   text      sub that may change the header's text: returns the new text
#   crc       true: with a right checksum
#   tail      bytes after the last tensor

sub model_bytes {
    my (%o) = @_;
    my ($at, $data, %header) = (0, '');

    for my $name (sort keys %{ $o{tensors} }) {
        my $t = $o{tensors}{$name};
        $t = {
            dtype => 'F32',
            shape => $t->[0],
            bytes => pack('f<*', @{ $t->[1] }),
        } if ref $t eq 'ARRAY';

        my $end = $at + length $t->{bytes};
        $header{$name} = {
            dtype        => $t->{dtype},
            shape        => $t->{shape},
            data_offsets => [ $at, $end ],
        };
        $data .= $t->{bytes};
        $at = $end;
    }

    my $doc = $o{doc};
    $doc = $json->encode($doc) if ref $doc;
    $doc = characters($doc);

    $header{__metadata__} = { %{ $o{metadata} || {} } };
    $header{__metadata__}{maas} = $doc if defined $doc;
    $header{__metadata__}{maas_crc32c} = '0' x 8 if $o{crc};

    $o{header}->(\%header) if $o{header};

    my $text = $json->encode(\%header);
    $text = $o{text}->($text) if $o{text};
    $text .= ' ' x (-length($text) % 8);

    my $bytes = pack('Q<', length $text) . $text . $data . ($o{tail} // '');

    if ($o{crc}) {
        my $crc = sprintf '%08x', crc32c($bytes);
        $bytes =~ s/"maas_crc32c":"\K0{8}/$crc/ or die 'no checksum';
    }

    return $bytes;
}

# JSON text, which will be encoded as a string once more: as characters

sub characters {
    my ($text) = @_;
    utf8::decode($text) if defined $text && !utf8::is_utf8($text);
    return $text;
}

###############################################################################

# (doc, tensors) of a network of dense layers: dense_model(sizes => [4, 3, 2])
# Options: activation, last, task, name, seed, labels, inputs, outputs.  Weights
# are made from the seed and spread as Glorot's.


sub dense_model {
    my (%o) = @_;
    my @sizes = @{ $o{sizes} || [ 4, 3, 2 ] };
    my $task = $o{task} || 'classification';
    my $seed = $o{seed} || 1;
    my (@layers, %tensors);

    my %last = (
        classification => 'softmax',
        binary         => 'sigmoid',
        regression     => 'linear',
    );

    my $random = sub {      # -1 .. 1
        $seed = ($seed * 1103515245 + 12345) % 2**31;
        return $seed / 2**30 - 1;
    };

    for my $i (0 .. $#sizes - 1) {
        my ($in, $out) = @sizes[ $i, $i + 1 ];
        my $spread = sqrt(6 / ($in + $out));
        my $act = $o{activation} || 'relu';
        $act = $o{last} || $last{$task} if $i == $#sizes - 1;

        push @layers, { kind => 'dense', units => $out + 0,
            activation => $act };
        $tensors{"layers.$i.weight"} = [ [ $in + 0, $out + 0 ],
            [ map { float32($spread * $random->()) } 1 .. $in * $out ] ];
        $tensors{"layers.$i.bias"} = [ [ $out + 0 ],
            [ map { float32(0.1 * $random->()) } 1 .. $out ] ];
    }

    my %outputs = %{ $o{outputs} || {} };
    my $labels = $o{labels};
    $labels ||= [ map { "class$_" } 0 .. $sizes[-1] - 1 ]
        if $task eq 'classification';
    $labels ||= [ 'no', 'yes' ] if $task eq 'binary';
    $outputs{labels} = $labels if $labels;

    my %doc = (
        version => 1,
        name    => $o{name} || 'test',
        task    => $task,
        inputs  => $o{inputs} || { kind => 'tensor', shape => [ $sizes[0] ] },
        layers  => \@layers,
        outputs => \%outputs,
    );

    return (doc => \%doc, tensors => \%tensors);
}

# The answer of such a network to one row, in double precision

my %act = (
    linear  => sub { $_[0] },
    relu    => sub { $_[0] > 0 ? $_[0] : 0 },
    sigmoid => sub { 1 / (1 + exp -$_[0]) },
    tanh    => sub { my $e = exp(-2 * abs $_[0]);
                     ($_[0] < 0 ? -1 : 1) * (1 - $e) / (1 + $e) },
    softmax => sub { $_[0] },
);

sub forward {
    my ($model, @x) = @_;
    my $doc = $model->{doc};
    my $shift = $doc->{inputs}{shift} // 0;
    my $factor = $doc->{inputs}{factor} // 1;
    @x = map { ($_ - $shift) * $factor } @x;

    for my $i (0 .. $#{ $doc->{layers} }) {
        my ($act, $n) = @{ $doc->{layers}[$i] }{qw(activation units)};
        my $w = $model->{tensors}{"layers.$i.weight"}[1];
        my @y = @{ $model->{tensors}{"layers.$i.bias"}[1] };

        for my $k (0 .. $#x) {
            $y[$_] += $x[$k] * $w->[ $k * $n + $_ ] for 0 .. $n - 1;
        }

        @x = map { $act{$act}->($_) } @y;

        if ($act eq 'softmax') {
            my ($max) = sort { $b <=> $a } @x;
            my $sum = 0;
            $sum += $_ = exp($_ - $max) for @x;
            $_ /= $sum for @x;
        }
    }

    return @x;
}

###############################################################################

# a number rounded to single precision

sub float32 { return unpack 'f', pack 'f', $_[0] }

# RFC 3720 B.4

my @table = map {
    my $c = $_;
    $c = $c & 1 ? 0x82f63b78 ^ ($c >> 1) : $c >> 1 for 1 .. 8;
    $c;
} 0 .. 255;

sub crc32c {
    my ($bytes) = @_;
    my $c = 0xffffffff;
    $c = $table[ ($c ^ $_) & 255 ] ^ ($c >> 8) for unpack 'C*', $bytes;
    return $c ^ 0xffffffff;
}

1;
