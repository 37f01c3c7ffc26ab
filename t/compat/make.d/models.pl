# Model files by hand for t/compat/make: each kind of layer, activation, input
# and task, in widths that leave kernels a rest.

package Compat::Models;

use strict;
use warnings;
use utf8;

use MaasTest::Model;

my $state;

sub random {            # -1 .. 1
    $state = ($state * 1103515245 + 12345) % 2**31;
    return $state / 2**30 - 1;
}

sub float { return MaasTest::Model::float32($_[0]) }

# Options of model_bytes() from layers in short: [units, activation, more...]
# is dense, [kind => more...] another.  `in`: numbers a row.

sub net {
    my ($name, $in, $layers, %doc) = @_;
    my (@layers, %tensors, %width);
    my $last = $in;
    $state = unpack '%31N*', "$name    ";
    $width{input} = $in;

    for my $i (0 .. $#$layers) {
        my ($what, @more) = @{ $layers->[$i] };
        my ($kind, $act) = ($what, undef);
        ($kind, $act) = ('dense', shift @more) if $what =~ /^\d+$/;
        my %layer = (kind => $kind, @more);
        my $w = $layer{inputs} ? $width{ $layer{inputs}[0] } : $last;
        $layer{activation} = $act if defined $act;

        if ($kind eq 'dense') {
            my $spread = sqrt(6 / ($w + $what));
            $layer{units} = $what + 0;
            $tensors{"layers.$i.weight"} = [ [ $w + 0, $what + 0 ],
                [ map { float($spread * random()) } 1 .. $w * $what ] ];
            $tensors{"layers.$i.bias"} = [ [ $what + 0 ],
                [ map { float(0.1 * random()) } 1 .. $what ] ];
            $w = $what;

        } elsif ($kind eq 'layer_norm') {
            $tensors{"layers.$i.weight"} = [ [ $w + 0 ],
                [ map { float(1 + 0.3 * random()) } 1 .. $w ] ];
            $tensors{"layers.$i.bias"} = [ [ $w + 0 ],
                [ map { float(0.2 * random()) } 1 .. $w ] ];
        }

        $width{ $layer{name} } = $w if $layer{name};
        $last = $w;
        push @layers, \%layer;
    }

    return (
        doc => {
            version => 1,
            name    => $name,
            task    => 'regression',
            inputs  => { kind => 'tensor', shape => [ $in + 0 ] },
            outputs => {},
            %doc,
            layers  => \@layers,
        },
        tensors => \%tensors,
        crc     => 1,
    );
}

sub tensor {
    my ($shape, %more) = @_;
    return (inputs => { kind => 'tensor', shape => $shape, %more });
}

sub columns { return (inputs => { kind => 'columns', columns => [@_] }) }

our @activations = qw(linear relu leaky_relu elu gelu sigmoid tanh softmax);

my $true = JSON::PP::true();

sub all {
    my %m;
    my $add = sub { my ($name) = @_; $m{$name} = { net(@_) } };

    # each activation after a product, with widths that are no multiples
    for my $act (@activations) {
        my @alpha = $act eq 'leaky_relu' ? (alpha => 0.2)
            : $act eq 'elu' ? (alpha => 0.7) : ();
        $add->("act-$act", 13, [ [ 37, $act, @alpha ], [ 21, $act, @alpha ],
            [ 3, 'linear' ] ], outputs => { labels => [qw(a b c)] });
        $add->("last-$act", 6, [ [ 5, $act, @alpha ] ]);
    }

    # and as layers of their own
    $add->('acts', 11, [ [ 29, 'linear' ], map { [ 'activation',
        activation => $_, $_ eq 'elu' ? (alpha => 1.25) : () ] }
        qw(tanh leaky_relu gelu elu sigmoid linear relu softmax) ]);

    # blocks of k, strips of n, and their rests
    $add->('wide', 300, [ [ 17, 'relu' ], [ 200, 'relu' ], [ 70, 'tanh' ],
        [ 3, 'linear' ] ]);
    $add->('deep-k', 1100, [ [ 9, 'leaky_relu' ], [ 1, 'linear' ] ]);
    $add->('k128', 128, [ [ 65, 'relu' ], [ 64, 'relu' ], [ 16, 'softmax' ] ],
        task => 'classification');
    $add->('k129', 129, [ [ 49, 'gelu' ], [ 2, 'softmax' ] ],
        task => 'classification');
    $add->('one', 1, [ [ 1, 'linear' ] ]);
    $add->('one-three', 1, [ [ 7, 'elu' ], [ 3, 'linear' ] ]);

    # graphs
    $add->('residual', 20, [
        [ 24, 'relu', name => 'a' ],
        [ 24, 'gelu', name => 'b' ],
        [ 'add', inputs => [ 'a', 'b' ], name => 'ab' ],
        [ 'layer_norm', name => 'n', activation => 'relu' ],
        [ 24, 'tanh', name => 'c' ],
        [ 'add', inputs => [ 'c', 'ab' ], activation => 'leaky_relu',
            name => 'd' ],
        [ 'layer_norm', epsilon => 0.01, inputs => ['d'] ],
        [ 4, 'softmax' ],
    ], task => 'classification', outputs => {
        labels => [ 'a<b', 'c"d', 'Zürich', 'x' ], name => 'probabilities' });
    $add->('skip', 70, [
        [ 'layer_norm', name => 'n' ],
        [ 'add', inputs => [ 'n', 'input' ], name => 's' ],
        [ 70, 'linear', name => 'd' ],
        [ 'add', inputs => [ 's', 'd' ] ],
        [ 'activation', activation => 'sigmoid' ],
        [ 1, 'sigmoid' ],
    ], task => 'binary');

    # tensors of each rank
    $add->('t1', 6, [ [ 4, 'relu' ], [ 1, 'linear' ] ], tensor([6],
        shift => 2.5, factor => 0.3, scaling => 'standard'),
        outputs => { labels => ['price'] });
    $add->('t2', 12, [ [ 7, 'relu' ], [ 3, 'softmax' ] ],
        tensor([ 3, 4 ], name => 'x'), task => 'classification',
        outputs => { labels => [qw(ant bee cat)], name => 'y' });
    $add->('t3', 12, [ [ 9, 'tanh' ], [ 1, 'sigmoid' ] ],
        tensor([ 2, 3, 2 ], factor => 0.1), task => 'binary',
        outputs => { labels => [ 'fine', 'fraud' ], threshold => 0.3 });
    $add->('t4', 16, [ [ 5, 'elu' ], [ 12, 'softmax' ] ],
        tensor([ 2, 2, 2, 2 ], shift => -1), task => 'classification');

    $add->('image', 35, [ [ 8, 'relu' ], [ 4, 'softmax' ] ],
        tensor([ 7, 5 ], image => $true, factor => 0.003921569,
            scaling => 'minmax', name => 'picture'),
        task => 'classification', outputs => { labels => [ map { "$_" } 0 .. 3 ] });

    # tables
    my @all = (
        { name => 'amount', kind => 'number', scaling => 'standard',
            shift => 50, factor => 0.02, missing => 12.5,
            missing_slot => $true },
        { name => 'age', kind => 'number', scaling => 'robust', shift => 40,
            factor => 0.05, clip => 3 },
        { name => 'rank', kind => 'number', scaling => 'quantile',
            knots => [ -2, -0.5, 0.25, 1, 8 ],
            levels => [ -3, -1, 0, 0.5, 2 ], missing => 0, clip => 2 },
        { name => 'member', kind => 'boolean', shift => 0.5, factor => 2,
            missing => 0.25, missing_slot => $true },
        { name => 'flag', kind => 'boolean' },
        { name => 'country', kind => 'category', other => $true,
            values => [ 'DE', 'FR', 'Zürich', 'a "b", c', '12' ],
            missing_slot => $true },
        { name => 'city', kind => 'category', values => [qw(x y z)] },
        { name => 'shop', kind => 'category', hash => 7 },
        { name => 'note', kind => 'text', hash => 19, ngrams => [ 2, 3 ],
            missing_slot => $true },
        { name => 'größe x', kind => 'text', hash => 5, ngrams => [ 1, 1 ] },
    );
    $add->('table', 49, [ [ 18, 'relu' ], [ 3, 'softmax' ] ],
        columns(@all), task => 'classification',
        outputs => { labels => [ 'good', 'bad', 'ugly' ] });
    $add->('plain', 3, [ [ 4, 'relu' ], [ 2, 'linear' ] ], columns(
        { name => 'a', kind => 'number', shift => 1, factor => 0.5 },
        { name => 'b' }, { name => 'c', clip => 2, missing => 7 }),
        outputs => { labels => [ 'low', 'high' ] });
    $add->('single', 9, [ [ 1, 'sigmoid' ] ], columns(
        { name => 'text', kind => 'text', hash => 9, ngrams => [ 1, 4 ] }),
        task => 'binary');
    $add->('number', 1, [ [ 1, 'linear' ] ], columns({ name => 'n',
        missing => 3, shift => 2 }));

    return \%m;
}

1;
