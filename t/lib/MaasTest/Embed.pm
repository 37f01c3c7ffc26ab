package MaasTest::Embed;

# A model file of embeddings for MaasTest::Model: every kind of item, two
# groups behind them, and trees beside them.
# Not here: what it answers.

use strict;
use warnings;

use Exporter 'import';
use MaasTest::Trees qw(random_trees);

our @EXPORT_OK = qw(embed_model);

my %type = (U32 => 'L<*', U8 => 'C*', F32 => 'f<*');

sub tensor {
    my ($dtype, $v, @shape) = @_;
    return { dtype => $dtype, shape => @shape ? \@shape : [ scalar @$v ],
        bytes => pack($type{$dtype}, @$v) };
}

# (doc, tensors) of five numbers, any of which may be missing; codes are 3 and
# 4.  Option: name.

sub embed_model {
    my (%o) = (name => 'embed', @_);
    my $seed = 5;
    my $real = sub {
        $seed = ($seed * 1103515245 + 12345) % 2**31;
        return int($seed / 2**16) / 2**14 - 1;
    };
    my @items = (
        [ 0, 0, 2, 0.5, 2 ],                                 # copy
        [ 1, 2, 1, 1, 0.25, 3, -0.5 ],                       # number
        [ 1, 1, 1, 0, 0.5, 0, 0.25 ],
        [ 2, 2, 1 ],                                         # missing
        [ 3, 0, 5, -2, -1, -0.5, 0, 0.75, 2 ],               # bins
        [ 4, 3, 3, map { $real->() } 1 .. 3 * 6 ],           # table
        [ 5, 4, 4, 1 ],                                      # one-hot
        [ 5, 3, 3, 0 ],
        [ 6, 2, 4, 0.25, 1.5, 2, 0.5, 3, map { $real->() }   # periodic
            1 .. 2 * 3 + 4 * 4 ],
        [ 6, 0, 1, 0, 0.5, 0, 0.125, 1, 0.7, -0.2, 2, -1 ],
    );
    my (@number, @at, $units);
    for (@items) {
        push @at, scalar @number;
        push @number, @$_[ 3 .. $#$_ ];
        $units += $_->[2];
    }
    my ($trees, $tensors) = random_trees(in => 5, trees => 20, out => 2,
        flags => [ 4, 6, 20, 22 ], more => {});
    my $n = scalar @items;

    return (
        doc => { version => 5, name => $o{name}, task => 'regression',
            inputs => { kind => 'tensor', shape => [5], missing => 'nan' },
            layers => [
                { kind => 'embed', units => $units, items => $n,
                    numbers => scalar @number },
                { kind => 'dense', units => 6, activation => 'relu' },
                { kind => 'dense', units => 4, groups => 2,
                    activation => 'leaky_relu' },
                { kind => 'dense', units => 2 },
                { %$trees, inputs => ['input'] },
                { kind => 'add', inputs => [ 'layers.3', 'layers.4' ] } ] },
        tensors => {
            'layers.0.item' => tensor(U8 => [ map { $_->[0] } @items ]),
            'layers.0.from' => tensor(U32 => [ map { $_->[1] } @items ]),
            'layers.0.width' => tensor(U32 => [ map { $_->[2] } @items ]),
            'layers.0.at' => tensor(U32 => [ @at, scalar @number ]),
            'layers.0.number' => tensor(F32 => \@number),
            'layers.1.weight' => tensor(F32 =>
                [ map { $real->() } 1 .. $units * 6 ], $units, 6),
            'layers.1.bias' => tensor(F32 => [ map { $real->() } 1 .. 6 ]),
            'layers.2.weight' => tensor(F32 =>
                [ map { $real->() } 1 .. 12 ], 6, 2),
            'layers.2.bias' => tensor(F32 => [ map { $real->() } 1 .. 4 ]),
            'layers.3.weight' => tensor(F32 =>
                [ map { $real->() } 1 .. 8 ], 4, 2),
            'layers.3.bias' => tensor(F32 => [ 0.5, -0.25 ]),
            map { my $to = s/^layers\.0/layers.4/r; ($to => $tensors->{$_}) }
                keys %$tensors } );
}

1;
