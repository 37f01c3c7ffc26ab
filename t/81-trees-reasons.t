# predict --reasons: what is said of a row, by hand, and what has no reasons.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model qw(write_model);
use JSON::PP;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

my %type = (U32 => 'L<*', I32 => 'l<*', U8 => 'C*', F32 => 'f<*', F64 => 'd<*');

sub tensor {
    my ($dtype, @v) = @_;
    return { dtype => $dtype, shape => [ scalar @v ],
        bytes => pack($type{$dtype}, @v) };
}

# x0 <= 0.5 ? 1 : (x1 <= 2 ? 10 : 100) of 8 rows, where 4, 3 and 1 came, and
# 1000 whatever comes

sub model {
    my (%o) = @_;
    my %layer = (kind => 'trees', trees => 2, nodes => 2, cover => 1,
        %{ $o{layer} || {} });
    my %tensors = (
        size      => tensor(U32 => 2, 0),
        feature   => tensor(U32 => 0, 1),
        threshold => tensor(F32 => 0.5, 2),
        left      => tensor(I32 => -1, -2),
        right     => tensor(I32 => 1, -3),
        flags     => tensor(U8 => 0, 0),
        value     => tensor(F32 => 1, 10, 100, 1000),
        base      => tensor(F32 => 0.25),
        cover     => tensor(F64 => 8, 4, 4, 3, 1, 8),
        %{ $o{tensors} || {} },
    );
    delete $tensors{$_} for @{ $o{without} || [] };

    return write_model("$dir/m.st", doc => {
        version => 3, name => 'm', task => $o{task} || 'regression',
        inputs => $o{inputs} || { kind => 'tensor', shape => [ $o{in} || 2 ] },
        layers => [ \%layer, @{ $o{more} || [] } ],
        $o{labels} ? (outputs => { name => 'output', labels => $o{labels} })
            : (),
    }, tensors => { map { ("layers.0.$_" => $tensors{$_}) } keys %tensors });
}

sub reasons {
    my ($rows, $n, @o) = @_;
    $t->write_file('r.csv', $rows);
    my ($rc, $out, $err) = $t->trainer('predict', 'm.st', '-d', 'r.csv',
        '--reasons', $n, @o);
    diag($err) if $rc;
    return $out;
}

# Of nothing known 16.75; of x0 = 0.6 alone 32.5, of x1 = 9 alone 50.5, of both
# 100: x0 adds (15.75 + 49.5) / 2, x1 (33.75 + 67.5) / 2

my @plain = ('--header', 'no');
model();
is(reasons("0.6,9\n", 5, @plain), "row 1: 1100.25 = bias 1017, number 2 "
    . "+50.625, number 1 +32.625\n", 'numbers of a tensor');
is(reasons("0.6,9\n0,9\n", 1, @plain), "row 1: 1100.25 = bias 1017, number 2 "
    . "+50.625, others +32.625\nrow 2: 1001.25 = bias 1017, number 1 -32.625, "
    . "others +16.875\n", 'the largest one');

my $json = decode_json(reasons("0.6,9\n", 1, @plain, '--json'));
is_deeply($json, { outputs => [ 1100.25 ], reasons => [ { score => 1100.25,
    bias => 1017, columns => [ { name => 'number 2', adds => 50.625 } ],
    others => 32.625 } ] }, 'JSON');

# A second tree asks x2: what is not told is both that are left

model(in => 3, layer => { nodes => 3 }, tensors => {
    size => tensor(U32 => 2, 1), feature => tensor(U32 => 0, 1, 2),
    threshold => tensor(F32 => 0.5, 2, 3), left => tensor(I32 => -1, -2, -1),
    right => tensor(I32 => 1, -3, -2), flags => tensor(U8 => 0, 0, 0),
    value => tensor(F32 => 1, 10, 100, 1000, 1002),
    cover => tensor(F64 => 8, 4, 4, 3, 1, 8, 4, 4) });
is(reasons("0.6,9,5\n", 1, @plain), "row 1: 1102.25 = bias 1018, number 2 "
    . "+50.625, others +33.625\n", 'several others');

# What is prepared before the trees: (x - 1) 2; more rows than at a time

model(inputs => { kind => 'tensor', shape => [ 2 ], shift => 1, factor => 2 });
my @lines = map { /: (\S+) = bias 1017,/ } split /\n/,
    reasons("1.3,5.5\n1,5.5\n1.3,1\n" x 13, 1, @plain);
is("@lines", join(' ', ('1100.25 1001.25 1010.25') x 13), 'scores');
my @first = map { /bias 1017, (number \d \S+),/ } split /\n/,
    reasons("1.3,5.5\n1,5.5\n1.3,1\n" x 13, 1, @plain);
is("@first", join(' ', ('number 2 +50.625 number 1 -32.625 number 2 -16.875')
    x 13), 'and reasons of prepared rows');

# Slots of a column add up: x0 is "a" or not, x1 is "b" or not, x2 is nothing

model(in => 3, tensors => { threshold => tensor(F32 => 0.5, 0.5) },
    inputs => { kind => 'columns', columns => [
        { name => 'plan', kind => 'category', values => [ 'a', 'b' ] },
        { name => 'age', kind => 'number' } ] });
is(reasons("age,plan\n3,a\n4,b\n", 9),
    "row 1: 1010.25 = bias 1017, plan -6.75\n"
    . "row 2: 1001.25 = bias 1017, plan -15.75\n", 'a column');

# Two outputs

model(task => 'classification', labels => [ 'no', 'yes' ],
    layer => { outputs => 2, transform => 'softmax' },
    tensors => { output => tensor(U32 => 1, 0), base => tensor(F32 => 0, 0),
        value => tensor(F32 => 1, 2, 3, 4) });
my $two = reasons("0.6,9\n", 2, @plain);
is($two, "row 1, no: 4 = bias 4\nrow 1, yes: 3 = bias 1.625, number 1 "
    . "+0.8125, number 2 +0.5625\n", 'two outputs: scores before the softmax');
$json = decode_json(reasons("0.6,9\n", 2, @plain, '--json'));
is($json->{reasons}[1]{output}, 'yes', 'an output has a name');
is($json->{label}, 'no', 'and the row its label');

# What has no reasons

sub none {
    my ($what, $why, @o) = @_;
    my ($rc, $out, $err) = $t->trainer('predict', 'm.st', '-d', 'r.csv',
        @plain, '--reasons', 3, @o);
    is($rc, @o ? 2 : 1, "none: $what");
    is($out, '', 'no output');
    return like($err, qr/^maas-trainer(?: predict)?: (?:m\.st: no reasons: )?\Q$why\E/,
        'in a sentence');
}

model(layer => { cover => 0 }, without => [ 'cover' ]);
none('no cover', 'the model does not say how many rows of training came to '
    . "each leaf (\"cover\")\n");

model(layer => { base_last => 1, combine => 'max' });
none('a maximum', "the trees are not summed\n");

# An activation behind them is of the answer: scores are those before it

my $alone = do { model(); reasons("0.6,9\n", 3, @plain) };
model(more => [ { kind => 'activation', activation => 'tanh' } ]);
is(reasons("0.6,9\n", 3, @plain), $alone, 'an activation behind trees');

model(layer => { transform => 'sigmoid' },
    more => [ { kind => 'activation', activation => 'tanh' } ]);
none('layers', 'm.st: no explanations: a layer of kind "trees" has a '
    . 'transform, and other layers behind it or beside it' . "\n");

model();
none('raw', '--reasons prints lines, or JSON', '--raw');
none('csv', '--reasons prints lines, or JSON', '--format', 'csv');

done_testing();
