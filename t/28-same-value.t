# A value is the same value in every form and spelling: what a column's record
# says of numbers, booleans, codes, decimal commas and dates holds in CSV, in
# forms of browsers, in JSON and in binary tensors, to the bit.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(dense_model);
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my $big = '9007199254740993';          # 2^53 + 1, which no double is

my @names = qw(shop paid zip price day stamp);
my %model = dense_model(sizes => [ 4 + 2 + 4 + 1 + 3 + 1, 6, 1 ],
    task => 'regression', activation => 'tanh', inputs => {
    kind => 'columns', columns => [
        { name => 'shop', kind => 'category', compare => 'number',
            values => [ '101', '0.1', $big ], other => JSON::PP::true },
        { name => 'paid', kind => 'category', compare => 'boolean',
            values => [ 'true', 'false' ] },
        { name => 'zip', kind => 'category', compare => 'text',
            values => [ '01234', '1234', '1.0' ], other => JSON::PP::true },
        { name => 'price', kind => 'number', factor => 1e-3, decimal => ',',
            thousands => '.', units => [ 'EUR', '%' ] },
        { name => 'day', kind => 'date', format => 'dmy', parts => [
            { part => 'seconds', shift => 1.7e9, factor => 1e-8 },
            { part => 'month' } ] },
        { name => 'stamp', kind => 'date', format => 'unix', parts => [
            { part => 'seconds', shift => 1.7e9, factor => 1e-8 } ] },
    ] });
$model{doc}{version} = 2;
$model{doc}{other_columns} = [ { name => 'y', role => 'target', at => 6 },
    { name => 'kunde "nr"', role => 'id', at => 0 } ];
$t->model('m', %model);

my %days = dense_model(sizes => [ 1, 1 ], task => 'regression', inputs => {
    kind => 'columns', columns => [ { name => 'day', kind => 'date',
        format => 'iso', parts => [ { part => 'seconds', shift => 1.7e9,
            factor => 1e-8 } ] } ] });
$days{doc}{version} = 2;
$t->model('days', %days);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model days %%TESTDIR%%/days.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /p { maas_predict m; }
    }
}
EOC
my $plain = '{"shop":101,"paid":true,"zip":"01234","price":1234.5,'
    . '"day":"31.12.2024","stamp":1735603200}';
$t->known_good('/p', $plain, @json);
$t->run;

# The numbers of an answer as they are written
sub numbers {
    my ($answer) = @_;
    return $answer->status . ' ' . $answer->body if $answer->status != 200;
    my ($data) = $answer->body =~ /"(?:data|predictions|outputs)":\[(?!\{)(.*)\]/;
    return join ' ', ($data // $answer->body) =~ /-?[\d.]+(?:e-?\d+)?/g;
}

sub bare { return numbers($t->post('/p', $_[0], @json)) }

# one input of v2; its value as JSON, or as bytes
sub input {
    my ($name, $type, $value) = @_;
    return qq({"name":"$name","shape":[1],"datatype":"$type","data":[$value]});
}

sub v2 {
    return numbers($t->post('/v2/models/m/infer', '{"inputs":['
        . join(',', @_) . ']}', @json));
}

my %pack = (INT64 => 'q<', UINT64 => 'Q<', INT32 => 'l<', FP64 => 'd<',
    FP32 => 'f<', BOOL => 'C', BYTES => 'V/a');

sub binary {
    my ($heads, $tail) = ('', '');
    for (@_) {
        my ($name, $type, $value) = @$_;
        my $bytes = pack $pack{$type}, $value;
        $heads .= ',' if $heads;
        $heads .= qq({"name":"$name","shape":[1,1],"datatype":"$type",)
            . qq("parameters":{"binary_data_size":${\ length $bytes}}});
        $tail .= $bytes;
    }
    my $head = qq({"inputs":[$heads]});
    return numbers($t->post('/v2/models/m/infer', "$head$tail",
        'Inference-Header-Content-Length' => length $head));
}

my $want = bare($plain);
like($want, qr/^-?\d/, 'answered');

subtest 'every form' => sub {
    my @text = ('101.0', 'TRUE', '01234', '1.234,50 EUR', '31.12.2024',
        '1735603200');
    my %text;
    @text{@names} = @text;
    my $strings = JSON::PP->new->encode(\%text);
    my @csv = ('Content-Type' => 'text/csv');
    my $line = join(',', map { /,/ ? qq("$_") : $_ } @text);

    is(bare($strings), $want, 'an object of strings');
    is(bare("[$plain]"), $want, 'a list of an object');
    is(bare('[' . join(',', map { qq("$_") } @text) . ']'), $want, 'in order');
    is(numbers($t->post('/p', "$line\n", @csv)), $want, 'CSV');
    is(numbers($t->post('/p', join(',', @names) . "\n$line\n", @csv)), $want,
        'CSV with names');
    is(numbers($t->post('/p', join('&', map { "$_=" . $text{$_} =~ s/ /+/gr }
        @names), 'Content-Type' => 'application/x-www-form-urlencoded')),
        $want, 'a form');
    for my $row ($plain, $strings) {
        is(numbers($t->post('/v1/models/m:predict',
            qq({"instances":[$row]}), @json)), $want, 'v1 instances');
        is(numbers($t->post('/v1/models/m:regress',
            qq({"examples":[$row]}), @json) ) =~ s/ .*//r, $want,
            'v1 regress');
        is(numbers($t->post('/v1/models/m:predict', '{"inputs":'
            . $row =~ s/:("[^"]*"|[^,}]*)/:[$1]/gr . '}', @json)), $want,
            'v1 inputs');
    }
    my @types = qw(INT64 BOOL BYTES FP64 BYTES UINT64);
    my @values = (101, 'true', '"01234"', '1234.5', '"31.12.2024"',
        1735603200);
    my @inputs = map { input($names[$_], $types[$_], $values[$_]) } 0 .. 5;
    is(v2(@inputs), $want, 'v2');
    is(v2(map { input($_, 'BYTES', qq("$text{$_}")) } @names), $want,
        'v2, all text');
    my @bytes = map { [ $names[$_], $types[$_], $values[$_] eq 'true' ? 1
        : $values[$_] =~ s/"//gr ] } 0 .. 5;
    is(binary(@bytes), $want, 'v2 binary');
    is(binary(map { [ $_, 'BYTES', $text{$_} ] } @names),
        $want, 'v2 binary, all text');
};

# A column's value in many spellings and forms; '"..."' are strings
sub alike {
    my ($name, $column, @spelt) = @_;
    my %got;
    for my $value (@spelt) {
        my $row = $plain =~ s/"$column":("[^"]*"|[^,}]*)/"$column":$value/r;
        $got{ bare($row) } .= " $value";
        next if $value !~ /^"(.*)"$/ || $value =~ /\\/;
        my ($header) = join ',', @names;
        my %r = (%{ JSON::PP::decode_json($plain) }, paid => 'true',
            zip => '01234', price => '1234,5', $column => $1);
        $got{ numbers($t->post('/p', "$header\n" . join(',', map {
            qq("$r{$_}") } @names) . "\n", 'Content-Type' => 'text/csv')) }
            .= " CSV $value";
    }
    is(join('; ', values %got), join('; ', (values %got)[0]), $name);
    return (keys %got)[0];
}

subtest 'numbers as categories' => sub {
    is(alike('a number', 'shop', '101', '101.0', '1.01e2', '1010E-1', '"101"',
        '"101.0"', '"1.01e2"', '" 101 "', '"+101"', '"101."', '"0101"',
        '"1\u00301"'), $want, 'as before');
    my $tenth = alike('a fraction', 'shop', '0.1', '0.10', '1e-1', '"0.10"', '".1"');
    my $id = alike('64 bits', 'shop', $big, "$big.0", qq("$big"), qq("$big.00"));
    my $other = alike('another', 'shop', '9007199254740992', '"x"', '7');
    my %seen;
    $seen{$_}++ for $want, $tenth, $id, $other;
    is(keys %seen, 4, 'four values');

    my @rest = ([ 'paid', 'BOOL', 1 ], [ 'zip', 'BYTES', '01234' ],
        [ 'price', 'FP64', 1234.5 ], [ 'day', 'BYTES', '31.12.2024' ],
        [ 'stamp', 'FP64', 1735603200 ]);
    my @json_rest = map { input($_->[0], $_->[1], $_->[1] eq 'BYTES'
        ? qq("$_->[2]") : $_->[1] eq 'BOOL' ? 'true' : $_->[2]) } @rest;
    for my $case ([ 'INT64', $big, $id ], [ 'UINT64', $big, $id ],
        [ 'BYTES', $big, $id ], [ 'FP64', '0.1', $tenth ],
        [ 'FP32', '0.1', $tenth ], [ 'BYTES', '0.10', $tenth ],
        [ 'INT64', '-5', $other ], [ 'UINT64', '18446744073709551615', $other ],
        [ 'INT32', '101', $want ], [ 'FP32', '101', $want ])
    {
        my ($type, $value, $same) = @$case;
        is(v2(input('shop', $type, $type eq 'BYTES' ? qq("$value") : $value),
            @json_rest), $same, "$value as $type");
        is(binary([ 'shop', $type, $value ], @rest),
            $same, "$value as $type, binary");
    }
};

subtest 'other kinds' => sub {
    is(alike('true', 'paid', 'true', '"true"', '"True"', '"TRUE"'), $want,
        'booleans');
    isnt(bare($plain =~ s/true/"False"/r), $want, 'false is not true');
    is(bare($plain =~ s/true/"FALSE"/r), bare($plain =~ s/true/false/r),
        'false');
    my $code = alike('a code', 'zip', '"01234"', '"\u003001234"' =~ s/\\u0030//r);
    is($code, $want, 'with its zero');
    isnt(alike('without', 'zip', '"1234"', '1234'), $code,
        'without it it is another');
    is(alike('digits as they stand', 'zip', '"1.0"', '1.0'),
        bare($plain =~ s/"01234"/1.0/r), 'of JSON, too');
    is(alike('money', 'price', '1234.5', '1.2345e3', '"1234,5"',
        '"1.234,50"', '"1.234,5 EUR"', '"EUR 1234,5"'), $want, 'a price');
    is(alike('a date', 'day', '"31.12.2024"', '"31/12/2024"', '"31-12-2024"',
        '"31.12.2024 00:00"'), $want, 'a date');
    is(alike('a moment', 'stamp', '1735603200', '1735603200.0', '"1735603200"',
        '1.7356032e9'), $want, 'a moment');
};

subtest 'dates that are digits' => sub {
    my %as = map { $_ => numbers($t->post('/v1/models/days:predict',
        qq({"instances":[{"day":$_}]}), @json)) }
        qw("2024-05-01" "20240501" 20240501 "20240502" 20240502);
    is($as{$_}, $as{'"2024-05-01"'}, "$_ as it is written")
        for qw("20240501" 20240501);
    is($as{20240502}, $as{'"20240502"'}, 'to the last digit');
    isnt($as{20240502}, $as{20240501}, 'which says another day');
    is(numbers($t->post('/v2/models/days/infer', '{"inputs":['
        . input('day', 'INT64', '20240502') . ']}', @json)), $as{20240502},
        'in 64 bits');
};

subtest 'what is no input is passed over' => sub {
    my $more = $plain =~ s/\}$/,"y":[{"a":null}],"kunde \\"nr\\"":7}/r;
    is(bare($more), $want, 'bare');
    is(numbers($t->post('/v1/models/m:predict', qq({"instances":[$more]}),
        @json)), $want, 'v1');
    my $lists = '{"inputs":' . $plain =~ s/:("[^"]*"|[^,}]*)/:[$1]/gr . '}';
    is(numbers($t->post('/v1/models/m:predict', $lists
        =~ s/\}\}/,"y":[{"a":null}]}}/r, @json)), $want, 'v1 inputs');
    like(numbers($t->post('/v1/models/m:predict', $lists
        =~ s/\}\}/,"z":[1]}}/r, @json)), qr/^400 .*unknown column \\"z\\", /,
        'but no other name');
    my @rest = map { input($_, 'BYTES', JSON::PP->new->allow_nonref->encode(
        { shop => '101', paid => 'true', zip => '01234', price => '1234,5',
        day => '31.12.2024', stamp => '1735603200' }->{$_})) } @names;
    is(v2('{"name":"y"}', @rest[ 0 .. 2 ],
        input('kunde \\"nr\\"', 'INT64', 7), @rest[ 3 .. 5 ],
        '{"data":[1],"shape":null,"name":"y"}'), $want, 'v2');
    is(binary([ 'y', 'FP32', 1 ], [ shop => 'INT32', 101 ],
        [ y => 'BYTES', 'abc' ], [ paid => 'BOOL', 1 ],
        [ zip => 'BYTES', '01234' ], [ price => 'FP32', 1234.5 ],
        [ day => 'BYTES', '31.12.2024' ], [ stamp => 'INT64', 1735603200 ],
        [ y => 'INT64', 1 ]), $want, 'v2 binary');
    is(numbers($t->post('/p', 'y=1&shop=101&paid=true&zip=01234&price=1234,5&'
        . 'kunde+%22nr%22=7&day=31.12.2024&stamp=1735603200', 'Content-Type' =>
        'application/x-www-form-urlencoded')), $want, 'a form');
    like(bare($plain =~ s/"day"/"dai"/r), qr/^400 .*unknown column \\"dai\\", /,
        'but nothing else');
    like(v2(input('y', 'FP32', 1)), qr/^400 .*no input for column \\"shop\\"/,
        'and it is no input');
};

$t->done;
