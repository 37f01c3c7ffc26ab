# Layers of kind "trees" in model files: what is computed, by hand, and what is
# refused, clause by clause (R37).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

my %type = (U32 => 'L<*', I32 => 'l<*', U8 => 'C*', F32 => 'f<*', F64 => 'd<*');

sub tensor {
    my ($dtype, $v, @shape) = @_;
    return { dtype => $dtype, shape => @shape ? \@shape : [ scalar @$v ],
        bytes => pack($type{$dtype}, @$v) };
}

# Two trees of two numbers:
#   x0 <= 0.5 ? 1 : (x1 <= 2 ? 10 : 100),  and  1000 whatever comes

sub model {
    my (%o) = @_;
    my %layer = (kind => 'trees', trees => 2, nodes => 2,
        %{ $o{layer} || {} });
    my %tensors = (
        size      => tensor(U32 => [ 2, 0 ]),
        feature   => tensor(U32 => [ 0, 1 ]),
        threshold => tensor(F32 => [ 0.5, 2 ]),
        left      => tensor(I32 => [ -1, -2 ]),
        right     => tensor(I32 => [ 1, -3 ]),
        flags     => tensor(U8 => [ 0, 0 ]),
        value     => tensor(F32 => [ 1, 10, 100, 1000 ]),
        base      => tensor(F32 => [ 0.25 ]),
        %{ $o{tensors} || {} },
    );
    delete @tensors{ @{ $o{without} || [] } };

    return write_model("$dir/m.st", doc => {
        version => $o{version} || 3, name => 'm', task => $o{task} || 'regression',
        inputs => { kind => 'tensor', shape => [ $o{in} || 2 ] },
        layers => [ \%layer ],
    }, tensors => { map { ("layers.0.$_" => $tensors{$_}) } keys %tensors });
}

sub answers {
    my ($rows, @o) = @_;
    $t->write_file('r.csv', $rows);
    my ($rc, $out, $err) = $t->trainer('predict', 'm.st', '-d', 'r.csv',
        '--header', 'no', @o);
    diag($err) if $rc;
    return join ' ', split /\n/, $out;
}

model();
is(answers("0.5,9\n0.6,2\n0.6,2.1\n"), '1001.25 1010.25 1100.25',
    'left if x <= threshold');

model(tensors => { flags => tensor(U8 => [ 16, 0 ]) });
is(answers("0.5,9\n0.4,9\n"), '1001.25 1100.25', 'or if x = threshold');

model(layer => { base_last => 1, divide => 2 });
is(answers("0,0\n"), '500.625', 'base_last, divide');

model(layer => { base_last => 1, combine => 'max' });
is(answers("0,0\n"), '1000.25', 'max');
model(layer => { base_last => 1, combine => 'min' });
is(answers("1,9\n"), '100.25', 'min');

for ([ sigmoid => 0.7310586 ], [ exp => 2.7182817 ], [ softplus => 1.3132616 ],
    [ signed_square => 1 ], [ step => 1 ])
{
    my ($name, $want) = @$_;
    model(layer => { transform => $name }, tensors => {
        value => tensor(F32 => [ 0.75, 0, 0, 0 ]) });
    cmp_ok(abs(answers("0,0\n") - $want), '<', 1e-6, $name);
    is(answers("0,0\n", '--raw'), '1', "$name, raw");
}

for my $sum (qw(F32 F64)) {
    model(layer => { transform => 'softplus' }, tensors => {
        value => tensor($sum => [ 1000, 0, 0, 0 ]),
        base => tensor($sum => [ 0 ]) });
    is(answers("0,0\n"), '1000', "softplus of what has no exp, $sum");
}

model(layer => { transform => 'sigmoid', slope => 0 });
is(answers("0,0\n"), '0.5', 'slope');

model(layer => { outputs => 2, vector => 1 }, tensors => {
    value => tensor(F64 => [ 1, 2, 3, 4, 5, 6, 7, 8 ], 4, 2),
    base  => tensor(F64 => [ 0.5, 0 ]) });
is(answers("0,0\n0.6,2\n"), '8.5,10 10.5,12', 'vectors');

model(layer => { outputs => 2 }, tensors => {
    output => tensor(U32 => [ 1, 0 ]), base => tensor(F32 => [ 0, 0 ]) });
is(answers("0,0\n"), '1000,1', 'outputs of trees');

my %sets = (layer => { sets => 2, words => 3 }, tensors => {
    set => tensor(U32 => [ 0, 1, 3 ]), word => tensor(U32 => [ 5, 0, 1 ]),
    threshold => tensor(F32 => [ 0, 1 ]), flags => tensor(U8 => [ 1, 33 ]) });
model(%sets);
is(answers("0,0\n2.9,0\n-0.5,0\n1,32\n1,32.5\n1,31\n1,64\n"),
    '1001.25 1001.25 1001.25 1010.25 1010.25 1100.25 1100.25',
    'sets, truncated');
$sets{tensors}{flags} = tensor(U8 => [ 33, 33 ]);
model(%sets);
is(answers("-0.5,0\n"), '1100.25', 'and rounded down');

model(layer => { terms => 2 }, tensors => {
    term => tensor(U32 => [ 0, 2, 2, 2, 2 ]),
    term_feature => tensor(U32 => [ 0, 1 ]),
    coefficient => tensor(F64 => [ 2, 3 ]),
    constant => tensor(F64 => [ 7, 0, 0, 0 ]) });
is(answers("0.5,1\n1,1\n"), '11.25 0.25', 'linear leaves');

model(layer => { tiny => 1 }, tensors => {
    threshold => tensor(F32 => [ -1e-36, 2 ]) });
is(answers("-1e-35,0\n"), '1010.25', 'tiny');

model(layer => { transform => "exp" });
like(($t->trainer("inspect", "m.st"))[1],
    qr{^ +trees: trees 2, nodes 2, transform exp$}m, "inspect");

# what is refused; the model of each was fine before

for (
    [ 'too few splits', 'trees of 1 nodes, but 2 are there',
        tensors => { size => tensor(U32 => [ 1, 0 ]) } ],
    [ 'too many', 'tree 0 has 3 nodes, which are more than there are',
        tensors => { size => tensor(U32 => [ 3, 0 ]) } ],
    [ 'a feature', 'tree 0, node 1: feature 2 of 2',
        tensors => { feature => tensor(U32 => [ 0, 2 ]) } ],
    [ 'flags', 'tree 0, node 0: unknown flags',
        tensors => { flags => tensor(U8 => [ 64, 0 ]) } ],
    [ 'a set', 'tree 0, node 0: its threshold is no set of 0',
        tensors => { flags => tensor(U8 => [ 1, 0 ]) } ],
    [ 'half a set', 'tree 0, node 0: its threshold is no set of 2', %sets,
        tensors => { %{ $sets{tensors} },
            threshold => tensor(F32 => [ 0.5, 1 ]) } ],
    (map { [ "child $_->[0]", 'tree 0, node 0: a child is no later node or ' .
        'leaf of the tree, or has two parents',
        tensors => { right => tensor(I32 => [ $_->[1], -3 ]) } ] }
        [ 'is the root', 0 ], [ 'beyond', 2 ], [ 'leaf beyond', -4 ],
        [ 'far', 2147483647 ], [ 'far leaf', -2147483648 ],
        [ 'of two', -1 ]),
    [ 'sets that fall', 'sets do not follow one another from 0 to 3 words',
        %sets, tensors => { %{ $sets{tensors} },
            set => tensor(U32 => [ 0, 4, 3 ]) } ],
    [ 'terms', 'terms of leaves do not follow one another from 0 to 1',
        layer => { terms => 1 }, tensors => {
            term => tensor(U32 => [ 0, 2, 1, 1, 1 ]),
            term_feature => tensor(U32 => [0]),
            coefficient => tensor(F64 => [2]),
            constant => tensor(F64 => [ 7, 0, 0, 0 ]) } ],
    [ 'a feature of a term', 'a linear leaf has feature 2 of 2',
        layer => { terms => 1 }, tensors => {
            term => tensor(U32 => [ 0, 1, 1, 1, 1 ]),
            term_feature => tensor(U32 => [2]),
            coefficient => tensor(F64 => [2]),
            constant => tensor(F64 => [ 7, 0, 0, 0 ]) } ],
    [ 'an output', 'tree 1 adds to output 2 of 2', layer => { outputs => 2 },
        tensors => { output => tensor(U32 => [ 0, 2 ]),
            base => tensor(F32 => [ 0, 0 ]) } ],
    [ 'a cover', 'a cover is below 0', layer => { cover => 1 },
        tensors => { cover => tensor(F64 => [ 1, 1, 1, 1, -1, 1 ]) } ],
    [ 'types', 'base is not of the type of value',
        tensors => { base => tensor(F64 => [0]) } ],
    [ 'a base before', 'a base before the trees, which are not summed',
        layer => { combine => 'min' } ],
    [ 'linear vectors', 'linear leaves of several numbers',
        layer => { outputs => 2, vector => 1, terms => 1 }, tensors => {
            value => tensor(F32 => [ (0) x 8 ], 4, 2),
            base => tensor(F32 => [ 0, 0 ]),
            term => tensor(U32 => [ 0, 1, 1, 1, 1 ]),
            term_feature => tensor(U32 => [0]),
            coefficient => tensor(F64 => [2]),
            constant => tensor(F64 => [ 7, 0, 0, 0 ]) } ],
    )
{
    my ($what, $why, %o) = @$_;
    refused($what, "R37: layer 0: $why", %o);
}

refused('a type', 'R8: tensor "layers.0.value" is not F32 or F64',
    tensors => { value => tensor(U32 => [ 0, 0, 0, 0 ]) });
refused('a leaf', 'R24: tensor "layers.0.value" has a weight that is not ' .
    'finite', tensors => { value => tensor(F64 => [ 0, 0, 0, 9**9**9 ]),
        base => tensor(F64 => [0]) });
refused('no tensor', 'R22: tensor "layers.0.left" of shape [2] is not there',
    without => ['left']);
refused('one too many', 'R22: no layer uses tensor "layers.0.set"',
    tensors => { set => tensor(U32 => [ 0, 0 ]) });
refused('a transform', 'R19: layer 0: unknown transform',
    layer => { transform => 'probit' });
refused('a number as one', 'R19: layer 0: unknown transform',
    layer => { transform => 1 });
refused('no trees', 'R19: layer 0: trees is not an integer from 1 to ' .
    '1073741824', layer => { trees => 0 });
refused('version 2', 'R19: layer 0: kind "trees" is of version 3',
    version => 2);
refused('a slope', 'R19: layer 0: slope is not a number',
    layer => { slope => 'steep' });

sub refused {
    my ($what, $why, %o) = @_;
    model(%o);
    my ($rc, undef, $err) = $t->trainer('inspect', 'm.st');
    is($rc, 1, "$what is refused");
    is($err, "maas-trainer: m.st: $why\n", 'in a sentence');
    return;
}

done_testing();
