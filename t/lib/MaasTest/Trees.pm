package MaasTest::Trees;

# Ensembles of trees made from a seed, as layers of kind trees for
# MaasTest::Model: every flag, leaf and option that a file may have.
# Not here: models of other libraries.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(random_trees);

# (layer, tensors) of layer 0.  Options: in, trees, nodes (of a tree), out,
# compare, sum ('F32' or 'F64'), vector, sets, linear, flags (a list to draw
# from), seed, and members of the layer in `more`.

sub random_trees {
    my (%o) = (in => 5, trees => 9, nodes => 6, out => 1, compare => 'F32',
        sum => 'F32', flags => [0], seed => 1, @_);
    my $seed = $o{seed};
    my $random = sub {
        $seed = ($seed * 1103515245 + 12345) % 2**31;
        return int($seed / 2**16) % $_[0];
    };
    my $real = sub { $random->(20001) / 10000 - 1 };
    my (@size, @feature, @threshold, @left, @right, @flags, @cover);

    for my $tree (1 .. $o{trees}) {
        my $n = $tree % 5 == 3 ? 0 : 1 + $random->($o{nodes});
        push @size, $n;
        # nodes hang themselves in at a free place before them
        my (@l, @r, @free);
        @free = ([ 0, 0 ], [ 0, 1 ]) if $n;
        for my $i (1 .. $n - 1) {
            my $at = splice @free, $random->(scalar @free), 1;
            ($at->[1] ? \@r : \@l)->[0][ $at->[0] ] = $i;
            push @free, [ $i, 0 ], [ $i, 1 ];
        }
        my $leaf = 0;
        for (@free) {
            ($_->[1] ? \@r : \@l)->[0][ $_->[0] ] = -1 - $leaf++;
        }
        push @left, @{ $l[0] || [] };
        push @right, @{ $r[0] || [] };
        for (1 .. $n) {
            my $flag = $o{flags}[ $random->(scalar @{ $o{flags} }) ];
            push @flags, $flag;
            push @feature, $random->($o{in});
            push @threshold, $flag & 1 ? $random->($o{sets})
                : $flag & 16 ? $random->(5) - 1 : $random->(41) / 20 - 1;
        }
    }

    my $leaves = @left + @size;
    my $width = $o{vector} ? $o{out} : 1;
    my $floats = sub { my ($type, @v) = @_;
        return { dtype => $type, shape => [ scalar @v ],
            bytes => pack($type eq 'F64' ? 'd<*' : 'f<*', @v) } };
    my $whole = sub { my ($type, $as, @v) = @_;
        return { dtype => $type, shape => [ scalar @v ],
            bytes => pack($as, @v) } };
    my %t = (
        size => $whole->('U32', 'V*', @size),
        feature => $whole->('U32', 'V*', @feature),
        left => $whole->('I32', 'l<*', @left),
        right => $whole->('I32', 'l<*', @right),
        flags => $whole->('U8', 'C*', @flags),
        threshold => $floats->($o{compare}, @threshold),
        value => $floats->($o{sum}, map { $real->() } 1 .. $leaves * $width),
        base => $floats->($o{sum},
            map { ($o{far} || 0) + $real->() } 1 .. $o{out}),
    );
    $t{value}{shape} = [ $leaves, $o{out} ] if $o{vector};
    my %layer = (kind => 'trees', trees => $o{trees} + 0,
        nodes => scalar @left, outputs => $o{out} + 0, %{ $o{more} || {} });
    $layer{vector} = 1 if $o{vector};

    $t{output} = $whole->('U32', 'V*', map { $random->($o{out}) } @size)
        if $o{out} > 1 && !$o{vector};

    if ($o{sets}) {
        my @words = map { $_ % 3 } 1 .. $o{sets};
        my @at = (0);
        push @at, $at[-1] + $_ for @words;
        $layer{sets} = $o{sets};
        $layer{words} = $at[-1];
        $t{set} = $whole->('U32', 'V*', @at);
        $t{word} = $whole->('U32', 'V*',
            map { $random->(2**15) * 2**16 + $random->(2**16) } 1 .. $at[-1]);
    }

    if ($o{linear}) {
        my @at = (0);
        push @at, $at[-1] + $random->(4) for 1 .. $leaves;
        $layer{terms} = $at[-1];
        $t{term} = $whole->('U32', 'V*', @at);
        $t{term_feature} = $whole->('U32', 'V*',
            map { $random->($o{in}) } 1 .. $at[-1]);
        $t{coefficient} = $floats->('F64', map { $real->() } 1 .. $at[-1]);
        $t{constant} = $floats->('F64', map { $real->() } 1 .. $leaves);
    }

    return (\%layer, { map { ("layers.0.$_" => $t{$_}) } keys %t });
}

1;
