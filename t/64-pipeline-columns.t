# Promise: models of a mean or a gate that read columns each in their own way
# get what they would get alone, to the bit, in every form.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(float32);
use Test::More;

my $t = MaasTest->new;
my $json = JSON::PP->new->canonical->allow_nonref;
my @json = ('Content-Type' => 'application/json');

my %column = (
    amount  => { kind => 'number', missing => 3, shift => 1, factor => 0.1 },
    age     => { kind => 'number', missing => 40, shift => 45, factor => 0.1 },
    country => { kind => 'category', values => [ 'DE', 'FR' ],
                 other => JSON::PP::true },
);

# a model of columns by name, each with something of its own

my %columns;
sub model {
    my ($name, $seed, @columns) = @_;
    my $slots = 0;
    my @c = map {
        my ($n, %own) = ref $_ ? @$_ : $_;
        my %c = (%{ $column{$n} }, %own, name => $n);
        $slots += $c{kind} eq 'category' ? @{ $c{values} } + 1
            : 1;
        \%c;
    } @columns;
    $columns{$name} = [ map { $_->{name} } @c ];
    $t->model($name, sizes => [ $slots, 5, 1 ], task => 'binary',
        seed => $seed, inputs => { kind => 'columns', columns => \@c },
        last => 'sigmoid');
    return;
}

model('a', 8, 'amount', 'age', 'country');
model('b', 2, [ country => values => [ 'PL', 'FR', 'DE' ] ],
    [ amount => missing => 7 ]);
delete $column{age}{missing};
model('d', 4, 'age', 'amount');
$t->model('e', sizes => [ 1, 1 ], task => 'binary', inputs => {
    kind => 'columns', columns => [
        { name => 'amount', kind => 'category', values => ['x'] } ] });
$t->model('f', sizes => [ 1, 1 ], task => 'binary', inputs => {
    kind => 'columns', columns => [ { name => 'age', kind => 'number' } ] });

model('n1', 9, 'amount', 'age');
$column{age}{missing} = 44;
model('n2', 6, 'age', [ amount => missing => 7 ]);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_models %%TESTDIR%%/*.safetensors;
    maas_pipeline mean mean=a,b,d weights=3,1,2;
    maas_pipeline gate gate=a above=0.5 then=b else=gate;
    maas_pipeline back gate=b above=0.5 then=a else=0;
    maas_pipeline both gate=mean above=0.5 then=b else=gate;
    maas_pipeline numbers mean=n1,n2;
    maas_pipeline larger gate=n2 above=0.5 then=n1 else=gate;
    maas_feature amount $arg_amount;
    maas_feature age $arg_age;
    maas_feature country $arg_country;
    maas_set $says mean score;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location /row/ { maas_predict mean; }
        location = /set { return 200 $says; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->known_good('/v1/models/a:predict', '{"instances":[{"amount":1,"age":2,'
    . '"country":"DE"}]}',
    @json);
$t->run;

srand 5;
my @rows = map { {
    amount  => rand() < 0.2 ? undef : float32(20 * rand() - 8),
    age     => int(90 * rand()),
    country => (undef, 'DE', 'FR', 'PL', 'XX')[ rand 5 ],
} } 1 .. 120;

sub ask {
    my ($name, $rows) = @_;
    my $answer = $t->post("/v1/models/$name:predict",
        $json->encode({ instances => $rows }), @json);
    return $answer->body if $answer->status != 200;
    return [ map { float32(ref $_ ? $_->[0] : $_) }
        @{ $answer->json->{predictions} } ];
}

# what a model would get alone

sub alone {
    my ($name) = @_;
    return ask($name, [ map { my %r = %$_;
        +{ map { ($_ => $r{$_}) } @{ $columns{$name} } } } @rows ]);
}

my %of = map { $_ => alone($_) } 'a', 'b', 'd', 'n1', 'n2';
my $mean = [ map { float32((3 * $of{a}[$_] + $of{b}[$_] + 2 * $of{d}[$_]) / 6) }
    0 .. $#rows ];

is_deeply(ask('mean', \@rows), $mean, 'a mean');
is_deeply(ask('gate', \@rows), [ map { $of{a}[$_] > 0.5 ? $of{b}[$_]
    : $of{a}[$_] } 0 .. $#rows ], 'a gate');
is_deeply(ask('back', \@rows), [ map { $of{b}[$_] > 0.5 ? $of{a}[$_] : 0 }
    0 .. $#rows ], 'the other way round');
is_deeply(ask('both', \@rows), [ map { $mean->[$_] > 0.5 ? $of{b}[$_]
    : $mean->[$_] } 0 .. $#rows ], 'a mean as a gate');

# numbers alone: a row is a tensor, too

my @numbers = map { my %r = %$_; delete $r{country}; \%r } @rows;
my $half = [ map { float32(($of{n1}[$_] + $of{n2}[$_]) / 2) } 0 .. $#rows ];
is_deeply(ask('numbers', \@numbers), $half, 'a mean of numbers');
is_deeply(ask('larger', \@numbers), [ map { $of{n2}[$_] > 0.5 ? $of{n1}[$_]
    : $of{n2}[$_] } 0 .. $#rows ], 'a gate of numbers');
my @whole = grep { defined $rows[$_]{amount} } 0 .. $#rows;
is_deeply([ map { float32($_) } @{ $t->post('/v2/models/numbers/infer',
    $json->encode({ inputs => [ { name => 'input', datatype => 'FP32',
        shape => [ scalar @whole, 2 ], data => [ map { @{ $rows[$_] }
            {qw(amount age)} } @whole ] } ] }), @json)
    ->json->{outputs}[0]{data} } ], [ @{$half}[@whole] ], 'as a tensor');
like($t->post('/v1/models/numbers:predict', '{"instances":[{"amount":1}]}',
    @json)->error, qr/"age"/, 'one requires it');

for my $name ('a', 'b', 'd', 'n1', 'n2') {
    my $pass = grep { $_ > 0.5 } @{ $of{$name} };
    ok($pass > 5 && $pass < 115, "$name says yes $pass times");
}

my $some = [ @rows[ 0 .. 9 ] ];
my $want = [ @{$mean}[ 0 .. 9 ] ];

sub floats { return [ map { float32($_) } grep { /\d/ } split /[\[\],\s]+/,
    $_[0] ] }

my @order = ('amount', 'age', 'country');
my $csv = join '', map { my $r = $_; join(',', map { $r->{$_} // '' } @order)
    . "\n" } @$some;
is_deeply(floats($t->post('/row/', join(',', @order) . "\n$csv",
    'Content-Type' => 'text/csv')->body), $want, 'CSV with names');
is_deeply(floats($t->post('/row/', $csv, 'Content-Type' => 'text/csv')->body),
    $want, 'CSV without: columns in the order of the models');
is_deeply(floats($t->post('/row/', $json->encode([ map { [ @$_{@order} ] }
    @$some ]), @json)->body), $want, 'lists');
is_deeply([ map { my $r = $_; float32($t->post('/row/', join('&', map {
    "$_=" . ($r->{$_} // '') } @order), 'Content-Type' =>
    'application/x-www-form-urlencoded')->body =~ s/[\[\]]//gr) } @$some ],
    $want, 'forms');
is_deeply([ map { my $r = $_; $t->get('/set?' . join '&', map {
    "$_=" . ($r->{$_} // '') } @order)->body } @$some ],
    [ map { sprintf '%.6f', $_ } @$want ], 'variables');
is_deeply([ map { float32($_) } @{ $t->post('/v2/models/mean/infer',
    $json->encode({ inputs => [ map { my $c = $_; {
        name => $c, shape => [10], datatype => $c eq 'country' ? 'BYTES'
            : 'FP32', data => [ map { $_->{$c} } @$some ] } } @order ] }),
    @json)->json->{outputs}[0]{data} } ], $want, 'v2');
is_deeply([ map { $_->{name} } @{ $t->get('/v2/models/mean')->json->{inputs} } ],
    \@order, 'metadata');

like($t->post('/v1/models/mean:predict', '{"instances":[{"amount":1,'
    . '"country":"DE"}]}', @json)->error, qr/"age"/,
    'what one of them must have, all must');
like($t->post('/v1/models/mean:predict', '{"instances":[{"amount":"x",'
    . '"age":1}]}', @json)->error, qr/column "amount": expected a number/,
    'a bad value');
like($t->post('/v1/models/mean:predict', '{"instances":[{"amount":1,'
    . '"age":1,"sum":2}]}', @json)->error, qr/sum/, 'no such column');

my $missing = grep { !defined $_->{amount} } @rows;
like($t->get('/metrics')->body, qr/^maas_missing_values_total\{model="gate",
    [^}]*column="amount"\}[ ]$missing$/mx, 'missing values are counted once');

sub refused {
    my ($line, $re) = @_;
    my $conf = $t->read_file('nginx.conf');
    $conf =~ s/maas_pipeline.*\n//g;
    $conf =~ s/(maas_models .*\n)/$1maas_pipeline mean $line;\n/;
    my ($rc, $said) = $t->check_conf($conf);
    ok($rc != 0 && $said =~ $re, $line) or diag($said);
    return;
}

refused('mean=a,e', qr/column "amount" is of kind number in "a", category in "e"/);
refused('mean=f,b,e', qr/"amount" is of kind number in "b", category in "e"/);

$t->done;
