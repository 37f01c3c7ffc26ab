# The OpenAPI documents are about the models that are served: every path in
# them is there, every reference leads somewhere, every example is answered; and
# they are plain: each schema is named and used, none is a choice of several.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');

$t->model('m', sizes => [ 4, 3, 2 ], labels => [ 'a"b', 'c' ],
    inputs => { kind => 'tensor', shape => [ 2, 2 ], name => 'x' });
$t->model('price', sizes => [ 3, 1 ], task => 'regression');
$t->model('wide', sizes => [ 5000, 1 ], task => 'regression');
$t->model('table', sizes => [ 8, 4, 1 ], task => 'binary',
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number' },
        { name => 'member', kind => 'boolean' },
        { name => 'coun"try', kind => 'category', values => [ 'D"E', 'FR' ] },
        { name => 'note', kind => 'text', hash => 4, ngrams => [ 3, 3 ] } ] });
$t->model('rooms', sizes => [ 2, 1 ], task => 'regression',
    inputs => { kind => 'columns', columns => [
        map { { name => $_, kind => 'number' } } qw(rooms age) ] });

# Columns of which training saw something, and dates of all forms
my @forms = qw(iso dmy mdy unix unix_ms);
my %m = MaasTest::Model::dense_model(sizes => [ 2 + @forms, 1 ],
    task => 'regression', inputs => { kind => 'columns', columns => [
        { name => 'age', kind => 'number', missing => 1 },
        { name => 'city', kind => 'category', values => [ 'rome' ] },
        map { { name => $_, kind => 'date', format => $_,
            parts => [ { part => 'year' } ] } } @forms ] });
$m{doc}{version} = 2;
$m{doc}{reference} = { columns => { city => { usual => 'oslo' },
    age => { mean => 38.6, low => 17, high => 90 } } };
$t->model('seen', %m);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model m %%TESTDIR%%/m.safetensors version=12 label=new;
    maas_model price %%TESTDIR%%/price.safetensors;
    maas_model wide %%TESTDIR%%/wide.safetensors;
    maas_model table %%TESTDIR%%/table.safetensors;
    maas_model rooms %%TESTDIR%%/rooms.safetensors;
    maas_model seen %%TESTDIR%%/seen.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location '/a"b/' { maas_serve; }
        location = /p { maas_predict m; }
    }
}
EOC
$t->known_good('/p', '[1,2,3,4]', @type);
$t->run;

# Everything under a key, anywhere
sub found {
    my ($key, $at) = @_;
    return map { found($key, $_) } @$at if ref $at eq 'ARRAY';
    return if ref $at ne 'HASH';
    return map { ($_ eq $key && !ref $at->{$_} ? $at->{$_} : (),
        found($key, $at->{$_})) } sort keys %$at;
}

# Where there is an array without items
sub arrays_without {
    my ($at, $name) = @_;
    return map { arrays_without($_, $name) } @$at if ref $at eq 'ARRAY';
    return if ref $at ne 'HASH';
    return (($at->{type} // '') eq 'array' && !$at->{items} ? $name : (),
        map { arrays_without($at->{$_}, $_) } sort keys %$at);
}

sub resolves {
    my ($doc, $ref) = @_;
    my (undef, @steps) = split m{/}, $ref;
    for (@steps) {
        return 0 if !exists $doc->{$_};
        $doc = $doc->{$_};
    }
    return 1;
}

sub document {
    my ($uri) = @_;
    my $answer = $t->get($uri);
    is($answer->status, 200, $uri);
    unlike($answer->body, qr/@[A-Z_]+@/, 'no mark is left');
    my $doc = $answer->json;
    is($doc->{openapi}, '3.0.3', 'JSON of OpenAPI');
    is(join(' ', grep { !resolves($doc, $_) } found('$ref', $doc)), '',
        'references lead somewhere');
    is(join(' ', grep { my $name = $_; !grep { m{/\Q$name\E$} }
        found('$ref', $doc) } sort keys %{ $doc->{components}{schemas} }), '',
        'every schema is used');
    unlike($answer->body, qr/"(?:anyOf|oneOf|not)"/, 'no choices');
    is(join(' ', arrays_without($doc->{components}, 'components')), '',
        'every array says of what');
    my %ids;
    $ids{$_}++ for found('operationId', $doc);
    is(join(' ', grep { $ids{$_} > 1 } keys %ids), '', 'ids are unique');
    return $doc;
}

# Each path of a document answers the method that it says
sub paths_answer {
    my ($doc) = @_;
    for my $path (sort keys %{ $doc->{paths} }) {
        my ($method) = grep { $_ ne 'parameters' }
            keys %{ $doc->{paths}{$path} };
        my $op = $doc->{paths}{$path}{$method};
        next if $path =~ m{/(?:infer|explain)$|:\w+$};
        my $answer = $t->http(uc $method, $path, $method eq 'post' ? '{}'
            : undef, @type);
        is($answer->status, 200, "$method $path");
        my $schema = $op->{responses}{200}{content}{'application/json'}
            {schema}{'$ref'} or next;
        my ($name) = $schema =~ /(\w+)$/;
        my $json = $answer->json;
        is(join(' ', grep { !exists $json->{$_} }
            @{ $doc->{components}{schemas}{$name}{required} }), '',
            "has what $name must have") if ref $json eq 'HASH';
    }
}

sub examples {
    my ($doc) = @_;
    my @found;
    for my $path (grep { m{/(?:infer|explain)$|:(?:predict|explain)$} } sort keys
        %{ $doc->{paths} })
    {
        my $examples = $doc->{paths}{$path}{post}{requestBody}{content}
            {'application/json'}{examples};
        for my $name (sort keys %$examples) {
            my $answer = $t->post($path,
                JSON::PP::encode_json($examples->{$name}{value}), @type);
            is($answer->status, 200, "$path: example \"$name\"")
                or diag($answer->body);
            push @found, "$path $name" if $path !~ /explain$/;
        }
    }
    return @found;
}

subtest 'of a model' => sub {
    my $doc = document('/v2/models/m/docs/openapi.json');
    is(join(' ', sort keys %{ $doc->{paths} }), join(' ', map {
        "/$_" } (map { "v1/models/m$_" } '', '/metadata', ':classify',
        ':explain', ':predict', ':regress'), map { "v2/models/m$_" } '', '/config',
        '/explain', '/infer', '/ready', '/stats'), 'its paths');
    is_deeply($doc->{servers}, [ { url => '/' } ], 'where');
    is($doc->{info}{title}, 'm', 'its name');
    is($doc->{info}{version}, '12', 'the newest version');
    paths_answer($doc);
    is(scalar examples($doc), 2, 'a row, the best class');

    my $old = document('/v2/models/m/versions/1/docs/openapi.json');
    ok($old->{paths}{'/v2/models/m/versions/1/infer'}, 'paths of a version');
    is(scalar examples($old), 2, 'and its examples');
    my $label = document('/v2/models/m/versions/new/docs/openapi.json');
    ok($label->{paths}{'/v2/models/m/versions/12/infer'}, 'of a label');

    is(scalar examples(document('/v2/models/price/docs/openapi.json')), 2,
        'no classes, no example of them; one of v1');
    is(scalar examples(document('/v2/models/wide/docs/openapi.json')), 0,
        'no example of 5000 numbers');
    is($t->get('/v2/models/none/docs/openapi.json')->status, 404, 'no model');
    is($t->post('/v2/models/m/docs/openapi.json', '')->status, 405, 'POST');
    is($t->get('/a%22b/v2/models/m/docs/openapi.json')->json->{servers}[0]
        {url}, '/a"b', 'under a prefix');
};

subtest 'of models of columns' => sub {
    my $doc = document('/v2/models/table/docs/openapi.json');
    my $row = $doc->{components}{schemas}{Row_table};
    is(join(' ', map { "$_:$row->{properties}{$_}{type}" }
        sort keys %{ $row->{properties} }),
        'amount:number member:boolean note:string', 'columns have types');
    is(join(' ', sort @{ $row->{required} || [] }), 'amount member',
        'and are required, or not');
    ok($row->{properties}{note}{nullable}, 'what is not may be null');
    ok($row->{additionalProperties}, 'coun"try is no name in a program');
    is($doc->{components}{schemas}{Predict_table}{properties}{instances}
        {items}{'$ref'}, '#/components/schemas/Row_table', 'for v1');
    my ($infer) = map { $_->{value} } values %{ $doc->{paths}
        {'/v2/models/table/infer'}{post}{requestBody}{content}
        {'application/json'}{examples} };
    is(join(' ', map { "$_->{name}:$_->{datatype}" } @{ $infer->{inputs} }),
        'amount:FP32 member:BOOL coun"try:BYTES note:BYTES',
        'the example of v2 says its inputs');
    is(scalar examples($doc), 3, 'examples that have them all');
    paths_answer($doc);

    $doc = document('/v2/models/rooms/docs/openapi.json');
    is(scalar examples($doc), 2, 'a tensor of plain numbers, objects in v1');

    $doc = document('/v2/models/seen/docs/openapi.json');
    is(scalar examples($doc), 2, 'dates of all forms');
    $row = $doc->{paths}{'/v1/models/seen:predict'}{post}{requestBody}
        {content}{'application/json'}{examples}{row}{value}{instances}[0];
    is("$row->{age} $row->{city} $row->{dmy}", '39 oslo 31.12.2024',
        'usual values');
    is($doc->{components}{schemas}{Row_seen}{properties}{age}{description},
        '17 to 90 in training; null: missing', 'and what training saw');

    my $instance = document('/v2/models/m/docs/openapi.json')
        ->{components}{schemas}{Predict_m}{properties}{instances}{items};
    is("$instance->{maxItems} $instance->{items}{maxItems}", '2 2',
        'a tensor has lists in its shape');
};

subtest 'of the server' => sub {
    my $doc = document('/v2/docs/openapi.json');
    is($doc->{info}{title}, 'ngx_maas', 'its name');
    paths_answer($doc);
    is(scalar examples($doc), 2 * 3 + 2 * 2 + 3 * 2 + 2 * 2 + 2 * 2,
        'examples of all models');
    is(scalar(grep { m{/infer$} } keys %{ $doc->{paths} }), 3 + 5 * 2,
        'with and without versions');
};

$t->done;
