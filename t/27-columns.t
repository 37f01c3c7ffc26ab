# A model of a table takes raw business fields in every form, and answers with
# the bits that maas-trainer predict prints for the same rows.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $json = JSON::PP->new->canonical->allow_nonref;
my @json = ('Content-Type' => 'application/json');
my @octets = ('Content-Type' => 'application/octet-stream');
my @csv = ('Content-Type' => 'text/csv');
my @form = ('Content-Type' => 'application/x-www-form-urlencoded');

###############################################################################
# a table of each kind of column, and a model of it

my @names = qw(amount age member country note);
my @country = ('DE', 'FR', "Z\x{fc}rich", 'a "b", c');
my @word = qw(late paid never again);

srand 7;
my @rows = map { [
    sprintf('%.3g', 1e3 * rand),
    $_ % 5 ? 18 + $_ % 60 : '',
    $_ % 2 ? 'true' : 'false',
    $country[ rand @country ],
    join(' ', map { $word[ rand @word ] } 1 .. 3),
] } 1 .. 200;

sub csv_field {
    my ($s) = @_;
    $s =~ s/"/""/g;
    utf8::encode($s);
    return $s =~ /[",\n]/ ? qq("$s") : $s;
}

sub csv_line { return join(',', map { csv_field($_) } @_) . "\n" }

sub table {
    my ($file, @lines) = @_;
    $t->write_file($file, join '', map { csv_line(@$_) } @lines);
    return $t->dir . "/$file";
}

my $data = table('train.csv', [ @names, 'y' ],
    map { [ @$_, $_->[0] > 500 || $_->[2] eq 'true' ? 'bad' : 'good' ] }
    @rows);
my ($rc, undef, $err) = $t->trainer('fit', '-q', '--data', $data, '--target',
    'y', '--epochs', 3, '--hidden', '8:relu', '--columns',
    'country=category,note=text,member=boolean', '-o', 'm.safetensors');
is($rc, 0, 'trained') or diag($err);

my @test = @rows[ 0 .. 6 ];      # the fifth has no age
my $test = table('test.csv', [@names], @test);
($rc, my $out, $err) = $t->trainer('predict', '--json', '--data', $test,
    'm.safetensors');
is($rc, 0, 'predicted') or diag($err);

# the text of each number, as it stands
my @want = $out =~ /"outputs":\[([^\]]+)\]/g;
is(@want, @test, 'a line a row');
my $want = '[' . join(',', map { "[$_]" } @want) . ']';
my $flat = join ',', @want;

$t->model('plain', sizes => [ 2, 3, 1 ], task => 'regression',
    inputs => { kind => 'columns', columns => [
        { name => 'a', kind => 'number' },
        { name => 'b', kind => 'number' } ] });

$t->model('long', sizes => [ 20, 1 ], task => 'regression',
    inputs => { kind => 'columns', columns => [
        map { { name => $_ x 250, kind => 'number' } } 'a' .. 't' ] });

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model plain %%TESTDIR%%/plain.safetensors;
    maas_model long %%TESTDIR%%/long.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /p { maas_predict m; }
        location = /plain { maas_predict plain; }
        location = /long { maas_predict long; }
    }
}
EOC
$t->known_good('/p', '{"amount":3}', @json);
$t->run;

# One row as a structure: numbers as numbers, what is missing left out
sub record {
    my ($row) = @_;
    my %r;
    @r{@names} = @$row;
    $r{$_} += 0 for grep { $r{$_} ne '' } qw(amount age);
    $r{member} = $r{member} eq 'true' ? JSON::PP::true : JSON::PP::false;
    delete $r{age} if $r{age} eq '';
    return \%r;
}

my @records = map { record($_) } @test;
my $utf8 = JSON::PP->new->canonical->utf8;

sub predictions {
    my ($answer) = @_;
    is($answer->status, 200, 'answered') or diag($answer->body);
    return $answer->body =~ /^\{"(?:predictions|outputs)":(.*)\}$/ ? $1 : '';
}

subtest 'v1' => sub {
    my $path = '/v1/models/m:predict';
    is(predictions($t->post($path, $utf8->encode({ instances => \@records }),
        @json)), $want, 'objects');
    is(predictions($t->post($path, $utf8->encode({ instances => [ map { [
        map { $_ eq '' ? undef : $_ } @$_ ] } @test ] }), @json)), $want,
        'values in order, all as text');
    is(predictions($t->post($path, $utf8->encode({ inputs => { map {
        my $name = $_; ($name => [ map { $_->{$name} } @records ])
        } @names } }), @json)), $want, 'columns');
    is(predictions($t->post('/p', $utf8->encode({ instances => \@records }),
        @json)), $want, 'through maas_predict');

    my $results = $t->post('/v1/models/m:classify', $utf8->encode({
        context => { member => 'true' }, examples => [ map { {
        %$_, country => [ $_->{country} ] } } @records ] }), @json)->json;
    is(scalar @{ $results->{results} }, @test, 'classify');
    is_deeply($t->post('/v1/models/m:classify', $utf8->encode({ context => {
        member => 'true', more => 1 }, examples => [ map { { %$_,
        colour => [1] } } @records ] }), @json)->json, $results,
        'features that the model has not');
};

subtest 'bare JSON' => sub {
    is($t->post('/p', $utf8->encode(\@records), @json)->body, $want,
        'objects');
    is($t->post('/p', $utf8->encode($records[0]), @json)->body,
        "[[$want[0]]]", 'one object');
    is($t->post('/p', $utf8->encode($test[0]), @json)->body, "[[$want[0]]]",
        'values in order');
};

subtest 'CSV' => sub {
    my $lines = join '', map { csv_line(@$_) } @test;
    my $answer = $t->post('/p', $lines, @csv);
    is($answer->body, join('', map { "$_\n" } @want), 'lines');
    is($answer->header('Content-Type'), 'text/csv', 'as CSV');
    is($t->post('/p', csv_line(@names) . $lines, @csv)->body, $answer->body,
        'with names');
    is($t->post('/p', csv_line(reverse @names) . join('', map {
        csv_line(reverse @$_) } @test), @csv)->body, $answer->body,
        'in another order');
    is($t->post('/p', csv_line(@names[0, 2 .. 4]) . csv_line(
        @{ $test[4] }[0, 2 .. 4]), @csv)->body, "$want[4]\n",
        'without a column');
};

subtest 'a form' => sub {
    my $escape = sub {
        my ($s) = @_;
        utf8::encode($s);
        $s =~ s/([^\w.-])/sprintf '%%%02X', ord $1/ge;
        return $s =~ s/%20/+/gr;
    };
    for my $i (0, 4) {
        my $body = join '&', map { "$names[$_]=" . $escape->($test[$i][$_]) }
            reverse 0 .. 4;
        is($t->post('/p', $body, @form)->body, "[[$want[$i]]]", "row $i");
    }
    is($t->post('/p', $utf8->encode($records[0]), @form)->body,
        "[[$want[0]]]", 'JSON by curl -d');
};

subtest 'v2' => sub {
    my %type = (amount => 'FP32', age => 'FP64', member => 'BOOL',
        country => 'BYTES', note => 'BYTES');
    my %number = (FP32 => 'f<', FP64 => 'd<', BOOL => 'C');
    my $path = '/v2/models/m/infer';

    my @inputs = map { my $name = $_; { name => $name,
        datatype => $type{$name}, shape => [ scalar @test ],
        data => [ map { $_->{$name} } @records ] } } @names;
    my $answer = $t->post($path, $utf8->encode({ inputs => \@inputs }),
        @json);
    is($answer->status, 200, 'JSON') or diag($answer->body);
    like($answer->body, qr/"data":\[\Q$flat\E\]/, 'the bits');

    my $tail = '';
    for my $input (@inputs) {
        my $bytes = join '', map {
            my $v = $_;
            utf8::encode($v) if defined $v && $input->{datatype} eq 'BYTES';
            $input->{datatype} eq 'BYTES' ? pack('V/a', $v)
                : pack $number{ $input->{datatype} },
                !defined $v ? 'nan' : $input->{datatype} eq 'BOOL' ? !!$v : $v;
        } @{ delete $input->{data} };
        $input->{shape} = [ scalar @test, 1 ];
        $input->{parameters}{binary_data_size} = length $bytes;
        $tail .= $bytes;
    }
    my $head = $utf8->encode({ inputs => \@inputs });
    $answer = $t->post($path, $head . $tail,
        'Inference-Header-Content-Length' => length $head);
    is($answer->status, 200, 'binary') or diag($answer->body);
    like($answer->body, qr/"data":\[\Q$flat\E\]/, 'the bits');
};

subtest 'plain numbers' => sub {
    my $rows = $t->post('/plain', '[[1,2.5],[3,4]]', @json)->body;
    is($t->post('/plain', '[{"b":2.5,"a":1},{"a":"3","b":[4]}]', @json)->body,
        $rows, 'objects');
    is($t->post('/plain', '[[1,"2.5"],[3,4]]', @json)->body, $rows,
        'text among numbers');
    is($t->post('/plain', "b,a\n2.5,1\n4,3\n", @csv)->body =~ s/\n/,/gr,
        $rows =~ s/^\[\[|\]\]$//gr =~ s/\],\[/,/gr . ',', 'CSV');
    my $data = $rows =~ s/^\[\[|\]\]$//gr =~ s/\],\[/,/gr;
    for my $inputs ('{"name":"input","shape":[2,2],"datatype":"FP32",'
        . '"data":[1,2.5,3,4]}', '{"name":"b","shape":[2],"datatype":"FP32",'
        . '"data":[2.5,4]},{"name":"a","shape":[2,1],"datatype":"INT8",'
        . '"data":[[1],[3]]}')
    {
        like($t->post('/v2/models/plain/infer', qq({"inputs":[$inputs]}),
            @json)->body, qr/"data":\[\Q$data\E\]/, 'v2');
    }
};

subtest 'metadata' => sub {
    my @type = qw(FP32 FP32 BOOL BYTES BYTES);
    my $v2 = $t->get('/v2/models/m')->json;
    is_deeply($v2->{inputs}, [ map { { name => $names[$_],
        datatype => $type[$_], shape => [ -1, 1 ] } } 0 .. 4 ],
        'v2: an input a column');
    is_deeply($v2->{columns}, \@names, 'their names');
    is_deeply([ map { "$_->{name} $_->{data_type} @{ $_->{dims} }" }
        @{ $t->get('/v2/models/m/config')->json->{input} } ],
        [ map { "$names[$_] TYPE_" . ($type[$_] =~ s/BYTES/STRING/r) . ' 1' }
        0 .. 4 ], 'config');
    is_deeply([ map { "$_->{name} @{ $_->{shape} }" }
        @{ $t->get('/v2/models/plain')->json->{inputs} } ], ['input -1 2'],
        'plain numbers stay one tensor');

    my $v1 = $t->get('/v1/models/m/metadata')->json->{metadata}
        {signature_def}{signature_def}{serving_default}{inputs};
    is_deeply({ map { $_ => $v1->{$_}{dtype} } keys %$v1 }, {
        amount => 'DT_FLOAT', age => 'DT_FLOAT', member => 'DT_BOOL',
        country => 'DT_STRING', note => 'DT_STRING' }, 'v1');
};

subtest 'as many rows as there may be' => sub {
    my %row = map { $_ x 250 => 1.234567890123 } 'a' .. 't';
    my $body = $utf8->encode({ instances => [ (\%row) x 256 ] });
    is($t->post('/long', $body, @json)->status, 200,
        'names are thought of');
};

subtest 'refused' => sub {
    my @cases = (
        [ '/p', '[{"amount":1,"colour":2}]', \@json,
            qr/^byte 14: unknown column "colour", expected "amount", / ],
        [ '/p', '{"colour":2}', \@json,
            qr/^byte 2: .*, expected "amount", "age", "member", "country", / ],
        [ '/p', '[{"amount":"much"}]', \@json,
            qr/^byte 11: column "amount": expected a number/ ],
        [ '/p', '[[1,2,true]]', \@json,
            qr/^byte 1: expected a value for each of 5 columns, got 3/ ],
        [ '/p', "1,2\n", \@csv, qr/^byte 0: a line of 2 fields/ ],
        [ '/p', '', \@form, qr/^the form has no name=value$/ ],
        [ '/p', '1,2,true', \@form, qr/^byte 0: no "=" in this form, (?#
            )expected name=value, or the Content-Type of .* as text\/csv$/ ],
        [ '/p', '&&', \@form, qr/^the form has no name=value$/ ],
        [ '/p', 'amount=1&colour=2', \@form,
            qr/^byte 9: unknown column "colour", expected "amount", "age"/ ],
        [ '/long', '{"x":1}', \@json,
            qr/^byte 2: unknown column "x", expected ... \(20 in all\)$/ ],
        [ '/p', pack('f<8', 1 .. 8), \@octets,
            qr/^raw numbers are no rows of this model, which takes / ],
        [ '/v2/models/m/infer', pack('f<8', 1 .. 8),
            [ 'Inference-Header-Content-Length' => 0 ],
            qr/, which takes values of its columns, "amount", "age", / ],
        [ '/v2/models/m/infer', '{"inputs":[{"name":"input","shape":[1,8],'
            . '"datatype":"FP32","data":[1,2,3,4,5,6,7,8]}]}', \@json,
            qr/, which takes values of its columns, "amount", "age", / ],
        [ '/v2/models/m/infer', '{"inputs":[{"name":"colour","shape":[1],'
            . '"datatype":"FP32","data":[1]}]}', \@json,
            qr/^byte 20: unknown input "colour", expected "amount", / ],
        [ '/p', '', \@csv, qr/^no rows/ ],
        [ '/v1/models/m:predict', '{"inputs":{"amount":[1]}}', \@json,
            qr/^Missing named input: age in 'inputs' object/ ],
        [ '/v2/models/m/infer', '{"inputs":[{"name":"amount","shape":[1],'
            . '"datatype":"FP32","data":[1]}]}', \@json,
            qr/^no input for column "age"/ ],
    );
    for my $case (@cases) {
        my ($path, $body, $type, $error) = @$case;
        my $no = $t->post($path, $body, @$type);
        is($no->status, 400, $body);
        like($no->error, $error, 'says so');
    }
    is($t->post('/v1/models/m:predict', "1,2\n", @csv)->status, 415,
        'CSV is no protocol');
};

$t->done;
