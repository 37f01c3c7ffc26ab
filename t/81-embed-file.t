# Layers of kind "embed" and dense ones in groups in model files: what is
# computed, by hand, from columns and over HTTP; what is refused (R19, R21, R36,
# R39, R43).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $json = JSON::PP->new->canonical;

my %type = (U32 => 'L<*', U8 => 'C*', F32 => 'f<*');

sub tensor {
    my ($dtype, $v, @shape) = @_;
    return { dtype => $dtype, shape => @shape ? \@shape : [ scalar @$v ],
        bytes => pack($type{$dtype}, @$v) };
}

# age: (age - 30) / 10, missing or not, three bins; city: a table of two values
# and others, one-hot with others; then sums of halves, and of all:
#   8 numbers -> 2 groups of 4, a unit each -> the sum of both

my $spread = { columns => {
    age => { mean => 30, low => 0, high => 60, edges => [ 20, 40 ],
        counts => [ 2, 1, 1 ], missing => 1 },
    city => { counts => [ 1, 2 ], missing => 3, unknown => 4 } } };

sub model {
    my (%o) = @_;
    my %embed = (kind => 'embed', units => 8, items => 4, numbers => 12,
        %{ $o{embed} || {} });
    my %dense = (kind => 'dense', units => 2, groups => 2,
        %{ $o{dense} || {} });
    my %tensors = (
        'layers.0.item'   => tensor(U8 => [ 1, 3, 4, 5 ]),
        'layers.0.from'   => tensor(U32 => [ 0, 0, 1, 1 ]),
        'layers.0.width'  => tensor(U32 => [ 1, 3, 1, 3 ]),
        'layers.0.at'     => tensor(U32 => [ 0, 4, 8, 11, 12 ]),
        'layers.0.number' => tensor(F32 => [ 30, 0.1, 0, 5, 0, 20, 40, 80,
            100, 200, 300, 1 ]),
        'layers.1.weight' => tensor(F32 => [ 1, 1, 1, 1, 1, 10, 20, 30 ],
            8, 1),
        'layers.1.bias'   => tensor(F32 => [ 0, 0.5 ]),
        'layers.2.weight' => tensor(F32 => [ 1, 1 ], 2, 1),
        'layers.2.bias'   => tensor(F32 => [ 0 ]),
        %{ $o{tensors} || {} },
    );

    return write_model("$dir/m.st", doc => {
        version => $o{version} || 5, name => 'm', task => 'regression',
        inputs => { kind => 'columns', columns => [
            { name => 'age', missing => 'nan' },
            { name => 'city', kind => 'category', codes => JSON::PP::true,
                values => [ 'rome', 'oslo' ] } ] },
        layers => [ $o{first} || \%embed, \%dense,
            { kind => 'dense', units => 1 } ],
        $o{reference} ? (reference => $o{reference}) : (),
    }, tensors => \%tensors);
}

model(reference => $spread);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.st;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict m; }
        location /s/ { maas_serve; }
    }
}
EOC
$t->known_good('/p', '{"age": 30, "city": "rome"}',
    'Content-Type' => 'application/json');
$t->run;

# of age: the number, then bins; of city: the table's row, then 10, 20 or 30

for ([ '{"age": 30, "city": "rome"}', 0 + 1.5 + 100 + 10.5 ],
    [ '{"age": 50, "city": "oslo"}', 2 + 2.25 + 200 + 20.5 ],
    [ '{"age": 10, "city": "bonn"}', -2 + 0.5 + 300 + 30.5 ],
    [ '{"age": 1000, "city": null}', 97 + 3 + 300 + 30.5 ],
    [ '{"city": "rome"}', 5 + 100 + 10.5 ])
{
    my ($row, $want) = @$_;
    my $said = $t->post('/p', $row, 'Content-Type' => 'application/json')->body;
    my ($y) = $said =~ /(-?[\d.]+)/;
    cmp_ok(abs(($y // 1e9) - $want), '<', 1e-4, $row) or diag($said);
}

my ($rc, $out);

# what adds: of the network the way from the mean embedding of training, by
# column, since all is linear: of ages 10, 30 and 50 in bins of 2, 1 and 1 rows
# the third is missing in one row of 5; rome, oslo, others and none are 1 to 4

model(reference => $spread);
$t->write_file('r.csv', "age,city\n50,oslo\n,rome\n");
($rc, $out) = $t->trainer('explain', 'm.st', '-d', 'r.csv', '--json');
is($rc, 0, 'explain');
my @said = map { $json->decode($_) } split /\n/, $out;
# bins of 10, 30 and 50: 0.5, 1 + 0.5, 2 + 0.25; numbers -2, 0, 2, missing 5
my $age = (2 * (-2 + 0.5) + (0 + 1.5) + (2 + 2.25) + 5) / 5;
my $city = (1 * 110 + 2 * 220 + 7 * 330) / 10;
cmp_ok(abs($said[0]{base} - $age - $city - 0.5), '<', 1e-4,
    'the base is the mean of training');
for ([ 0, age => 4.25 - $age ], [ 0, city => 220 - $city ],
    [ 1, age => 5 - $age ], [ 1, city => 110 - $city ])
{
    my ($row, $name, $want) = @$_;
    cmp_ok(abs($said[$row]{attributions}{$name} - $want), '<', 1e-4,
        "row $row: $name");
}
($rc, $out) = $t->trainer('explain', 'm.st', '-d', 'r.csv', '--json',
    '--baseline', 'age=30,city=rome');
is($rc, 0, 'explain from a row');
@said = map { $json->decode($_) } split /\n/, $out;
cmp_ok(abs($said[0]{base} - 112), '<', 1e-4, 'the base is that row');
cmp_ok(abs($said[0]{attributions}{age} - 2.75), '<', 1e-4, 'age');
cmp_ok(abs($said[0]{attributions}{city} - 110), '<', 1e-4, 'city');
model();

my $said = $t->post('/s/v1/models/m:explain',
    '{"instances": [{"age": 50, "city": "oslo"}]}',
    'Content-Type' => 'application/json')->body;
my $told = $json->decode($said)->{explanations}[0];
cmp_ok(abs($told->{score} - 224.75), '<', 1e-4, 'explained by nginx: the score')
    or diag($said);
cmp_ok(abs($told->{base} + $told->{attributions}{age}
    + $told->{attributions}{city} - 224.75), '<', 1e-4, 'of which it is all');

# dates: eight days of the years from 2000 on; months from 1 on

write_model("$dir/d.st", doc => {
    version => 5, name => 'd', task => 'regression',
    inputs => { kind => 'columns', columns => [ { name => 'day',
        kind => 'date', format => 'iso',
        parts => [ { part => 'year' }, { part => 'month_number' } ] } ] },
    layers => [ { kind => 'embed', units => 2, items => 1, numbers => 2 },
        { kind => 'dense', units => 1 } ],
    reference => { columns => { day => { edges => [ 2000, 2010 ],
        counts => [ 0, 4, 0 ] } } },
}, tensors => {
    'layers.0.item' => tensor(U8 => [0]), 'layers.0.from' => tensor(U32 => [0]),
    'layers.0.width' => tensor(U32 => [2]), 'layers.0.at' => tensor(U32 => [ 0, 2 ]),
    'layers.0.number' => tensor(F32 => [ 2000, 1 ]),
    'layers.1.weight' => tensor(F32 => [ 1, 0.01 ], 2, 1),
    'layers.1.bias' => tensor(F32 => [ 20 ]) });
$t->write_file('d.csv', "day\n2004-12-24\n");
($rc, $out) = $t->trainer('explain', 'd.st', '-d', 'd.csv', '--json');
is($rc, 0, 'explain a date');
@said = map { $json->decode($_) } split /\n/, $out;
cmp_ok(abs($said[0]{base} - 4.5 - 0.065), '<', 1e-4, 'the mean day')
    or diag($out);
cmp_ok(abs($said[0]{attributions}{day} + 0.5 - 0.055), '<', 1e-4,
    'years and months');

sub refused {
    my ($what, $re, %o) = @_;
    model(%o);
    my ($rc, $out, $err) = $t->trainer('inspect', 'm.st');
    is($rc, 1, "$what: refused");
    like($err, $re, 'with a sentence');
    return;
}

($rc, $out) = $t->trainer('inspect', 'm.st');
is($rc, 0, 'inspect');
like($out, qr/embed/, 'names the kind');

refused('a number of version 4', qr/R19: layer 0: kind "embed" is of version 5/,
    version => 4);
refused('a layer of it', qr/R36: layer 0: a layer of kind "dense" takes the/,
    first => { kind => 'dense', units => 8 }, tensors => {
        'layers.0.weight' => tensor(F32 => [ (0) x 16 ], 2, 8),
        'layers.0.bias' => tensor(F32 => [ (0) x 8 ]) });
refused('no items', qr/R19: layer 0: items is not an integer from 1/,
    embed => { items => 0 });
refused('two groups of nine', qr/R21: layer 1 has 3 groups, which do not/,
    dense => { groups => 3 });
refused('half a group', qr/R19: layer 1: groups is not an integer/,
    dense => { groups => 1.5 });
refused('a weight for all', qr/R22: tensor "layers.1.weight" of shape \[8,1\]/,
    tensors => { 'layers.1.weight' => tensor(F32 => [ (1) x 16 ], 8, 2) });
refused('a kind', qr/R43: layer 0: item 1 is of kind 9: expected 0 to 6/,
    tensors => { 'layers.0.item' => tensor(U8 => [ 1, 9, 4, 5 ]) });
refused('numbers of another type', qr/R8: tensor "layers.0.from" is not U32/,
    tensors => { 'layers.0.from' => tensor(F32 => [ 0, 0, 1, 1 ]) });
refused('knots', qr/R43: layer 0: item 1: its knots do not rise/,
    tensors => { 'layers.0.number' => tensor(F32 => [ 30, 0.1, 0, 5, 0, 20, 20,
        80, 100, 200, 300, 1 ]) });
refused('a knot without end', qr/R24: tensor "layers.0.number"/,
    tensors => { 'layers.0.number' => tensor(F32 => [ 30, 0.1, 0, 5, 0, 20,
        '+inf', 80, 100, 200, 300, 1 ]) });

$t->done;
