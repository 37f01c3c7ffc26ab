# Rows of doubles and values that are not there: a number one step beside a
# threshold of double precision is on its own side of it in every form, null,
# NaN and nothing go to the layers as what they are, and a category that is not
# known is one of them; the same row has the same answer on each path.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @csv = ('Content-Type' => 'text/csv');
my @form = ('Content-Type' => 'application/x-www-form-urlencoded');
my @bytes = ('Content-Type' => 'application/octet-stream');

my $below = '0.09999999999999999';         # 0.1 and its neighbours
my $at = '0.1';
my $above = '0.10000000000000002';

my %type = (U32 => 'L<*', I32 => 'l<*', U8 => 'C*', F32 => 'f<*', F64 => 'd<*');

sub tensor {
    my ($dtype, @v) = @_;
    return { dtype => $dtype, shape => [ scalar @v ],
        bytes => pack($type{$dtype}, @v) };
}

# Three trees, each of one number of the row:
#   a   no value: 8; below 0.1: 1; 0.1: 2; above: 4
#   c   no value: 80; the first of its list: 10, the second: 20, others: 40
#   b   no value: 800; up to 0.5: 100, above: 200
# `low`, the first two thresholds: F32 if rows are

sub trees {
    my ($name, $inputs, $dtype) = @_;
    my ($low, $mid) = $dtype eq 'F64' ? ($below, $at) : (0, 0.5);
    write_model($t->dir . "/$name.safetensors", doc => {
        version => 3, name => $name, task => 'regression', inputs => $inputs,
        layers => [ { kind => 'trees', trees => 3, nodes => 8, sets => 2,
            words => 2 } ],
    }, tensors => { map { @$_ }
        [ 'layers.0.size'      => tensor(U32 => 3, 3, 2) ],
        [ 'layers.0.feature'   => tensor(U32 => 0, 0, 0, 1, 1, 1, 2, 2) ],
        [ 'layers.0.threshold' => tensor($dtype => -1e30, $low, $mid, -1e30, 0,
            1, -1e30, 0.5) ],
        [ 'layers.0.left'      => tensor(I32 => -1, -2, -3, -1, -2, -3, -1,
            -2) ],
        [ 'layers.0.right'     => tensor(I32 => 1, 2, -4, 1, 2, -4, 1, -3) ],
        [ 'layers.0.flags'     => tensor(U8 => 6, 4, 4, 6, 5, 5, 6, 4) ],
        [ 'layers.0.value'     => tensor(F64 => 8, 1, 2, 4, 80, 10, 20, 40, 800,
            100, 200) ],
        [ 'layers.0.base'      => tensor(F64 => 0) ],
        [ 'layers.0.set'       => tensor(U32 => 0, 1, 2) ],
        [ 'layers.0.word'      => tensor(U32 => 1, 2) ],
    });
    return;
}

my @columns = ({ name => 'a', kind => 'number', missing => 'nan' },
    { name => 'c', kind => 'category', values => [ 'x', 'y', 'z' ],
        codes => JSON::PP::true, compare => 'text' },
    { name => 'b', kind => 'boolean', missing => 'nan' });
my %plain = (kind => 'columns', dtype => 'F64', columns => [ map {
    { name => $_, kind => 'number', missing => 'nan' } } qw(a c b) ]);

trees('m', { kind => 'columns', dtype => 'F64', columns => \@columns }, 'F64');
trees('p', \%plain, 'F64');
trees('w', { kind => 'tensor', shape => [3], dtype => 'F64',
    missing => 'nan' }, 'F64');
trees('s', { kind => 'tensor', shape => [3], missing => 'nan' }, 'F32');
trees('f', { kind => 'columns', columns => \@columns }, 'F32');
trees('all', { kind => 'columns', dtype => 'F64',
    columns => [ { name => 'a', kind => 'number' }, @columns[ 1, 2 ] ] },
    'F64');

$t->conf(<<'EOC');
%%GLOBALS%%
thread_pool threads threads=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_zone 1m;
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model twin %%TESTDIR%%/m.safetensors;
    maas_model p %%TESTDIR%%/p.safetensors;
    maas_model w %%TESTDIR%%/w.safetensors;
    maas_model s %%TESTDIR%%/s.safetensors;
    maas_model f %%TESTDIR%%/f.safetensors;
    maas_model all %%TESTDIR%%/all.safetensors;
    maas_feature a $arg_a model=m;
    maas_feature c $arg_c model=m;
    maas_feature b $arg_b model=m;
    maas_set $score m score default=none;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /m { maas_predict m; maas_shadow twin; }
        location = /p { maas_predict p; }
        location = /w { maas_predict w; }
        location = /s { maas_predict s; }
        location = /f { maas_predict f; }
        location = /all { maas_predict all; }
        location = /away { maas_predict m; maas_batch 1;
            maas_offload pool=threads above=1us; }
        location = /many { maas_predict w; maas_batch 2; maas_max_rows 5000; }
        location = /score { return 200 "$score"; }
        location = /metrics { maas_metrics; }
        location = /page { maas_status; }
    }
}
EOC
$t->known_good('/m', qq({"a":$at,"c":"x","b":true}), @json);
$t->run;

# The numbers of an answer

sub numbers {
    my ($answer) = @_;
    return $answer->status . ' ' . $answer->body if $answer->status != 200;
    my ($data) = $answer->body
        =~ /"(?:data|predictions|outputs)":\[(?!\{)(.*)\]/;
    return join ' ', map { s/\.0$//r }           # as v1 writes them
        ($data // $answer->body) =~ /-?[\d.]+(?:e-?\d+)?/g;
}

sub post { return numbers($t->post(@_)) }

my %answer = ($below => 1, $at => 2, $above => 4, null => 8);
my @rows = map { my $a = $_; map { my $c = $_; map { [ $a, $c, $_ ] }
    qw(true false null) } '"x"', '"z"', '"new"', 'null' } sort keys %answer;

sub want {
    my ($a, $c, $b) = @{ $_[0] };
    return $answer{$a} + { '"x"' => 10, '"z"' => 40, '"new"' => 80,
        null => 80 }->{$c} + { true => 200, false => 100, null => 800 }->{$b};
}

sub object { return '{"a":' . $_[0][0] . ',"c":' . $_[0][1] . ',"b":' . $_[0][2]
    . '}' }

my $all = join ' ', map { want($_) } @rows;
my @text = map { [ map { s/^"|"$//gr } map { $_ eq 'null' ? '' : $_ } @$_ ] }
    @rows;

subtest 'rows of columns' => sub {
    my @objects = map { object($_) } @rows;
    my @arrays = map { '[' . join(',', @$_) . ']' } @rows;

    is(post('/m', '[' . join(',', @objects) . ']', @json), $all, 'objects');
    is(post('/m', '[' . join(',', @arrays) . ']', @json), $all, 'arrays');
    is(post('/v1/models/m:predict', '{"instances":['
        . join(',', @objects) . ']}', @json), $all, 'instances of v1');
    is(post('/v1/models/m:predict', '{"inputs":{' . join(',', map {
        my $i = $_; qq("${\ (qw(a c b))[$i]}":[)
        . join(',', map { $_->[$i] } @rows) . ']' } 0 .. 2) . '}}', @json),
        $all, 'inputs of v1');
    is(post('/m', join("\n", 'a,c,b', map { join ',', @$_ } @text) . "\n",
        @csv), $all, 'CSV');
    for my $i (0, 5, 11, 20, 35, 47) {
        is(post('/m', join('&', "a=$text[$i][0]", "c=$text[$i][1]",
            "b=$text[$i][2]"), @form), want($rows[$i]), "a form, row $i");
        is($t->get("/score?a=$text[$i][0]&c=$text[$i][1]&b=$text[$i][2]")->body,
            want($rows[$i]), "a variable, row $i");
        is(post('/m', object($rows[$i]), @json), want($rows[$i]),
            "alone, row $i");
        is(post('/away', object($rows[$i]), @json), want($rows[$i]),
            "in a thread, row $i");
    }
    is(post('/m', '[{}]', @json), 888, 'nothing is there');
    is($t->get('/score')->body, 888, 'nor for a variable');
    is(post('/m', '{"a":"NaN","c":"","b":"null"}', @json), 888,
        'texts for nothing');
    is(post('/m', qq({"a":"$above","c":"y","b":"no"}), @json), 124,
        'a number as a text');
};

sub input {
    my ($name, $type, $data, $shape) = @_;
    return qq({"name":"$name","shape":[$shape],"datatype":"$type",)
        . qq("data":[$data]});
}

sub v2 {
    my ($model, @inputs) = @_;
    return post("/v2/models/$model/infer",
        '{"inputs":[' . join(',', @inputs) . ']}', @json);
}

# [name, type, shape, bytes]

sub binary {
    my ($model, @inputs) = @_;
    my $head = '{"inputs":[' . join(',', map { qq({"name":"$_->[0]",)
        . qq("shape":[$_->[2]],"datatype":"$_->[1]","parameters":)
        . qq({"binary_data_size":${\ length $_->[3]}}}) } @inputs) . ']}';
    return post("/v2/models/$model/infer",
        $head . join('', map { $_->[3] } @inputs),
        'Inference-Header-Content-Length' => length $head);
}

my @a = ($below, $at, $above, 'null');
my @numbers = map { $_ eq 'null' ? 'nan' + 0 : $_ + 0 } @a;

subtest 'v2, columns' => sub {
    my ($c, $b) = (input('c', 'BYTES', '"x","y","z","q"', 4),
        input('b', 'BOOL', 'true,false,true,false', 4));
    is(v2('m', input('a', 'FP64', join(',', @a), 4), $c, $b),
        '211 122 244 188', 'FP64');
    is(v2('m', input('a', 'FP32', '0.1,0.09999999,1e-3,null', 4), $c, $b),
        '214 121 241 188', 'FP32 is that number in single precision');
    is(v2('m', input('a', 'INT64', '0,1,-9007199254740993,null', 4), $c, $b),
        '211 124 241 188', 'INT64');
    is(binary('m', [ 'a', 'FP64', 4, pack 'd<*', @numbers ],
        [ 'c', 'BYTES', 4, pack '(V/a)*', qw(x y z q) ],
        [ 'b', 'BOOL', 4, pack 'C*', 1, 0, 1, 0 ]), '211 122 244 188',
        'FP64 in bytes');
    is(binary('m', [ 'a', 'FP32', 4, pack 'f<*', 0.1, 0.0999, 0.1001, 'nan' ],
        [ 'c', 'BYTES', 4, pack '(V/a)*', qw(x y z q) ],
        [ 'b', 'BOOL', 4, pack 'C*', 1, 0, 1, 0 ]), '214 121 244 188',
        'FP32 in bytes');
};

subtest 'numbers alone' => sub {
    my @three = map { "$_,1,1" } @a;
    my $flat = pack 'd<*', map { ($_, 1, 1) } @numbers;
    my $answers = '221 222 224 228';

    for my $m (qw(p w)) {
        my $list = '[' . join(',', map { "[$_]" } @three) . ']';
        is(post("/$m", $list, @json), $answers, "$m: rows");
        is(post("/$m", "[$three[2]]", @json), 224, "$m: a row");
        is(post("/v1/models/$m:predict", qq({"instances":$list}), @json),
            $answers, "$m: v1");
        is(v2($m, input('input', 'FP64', join(',', @three), '4,3')), $answers,
            "$m: v2");
        is(v2($m, qq({"name":"input","shape":[4,3],"data":$list,)
            . '"datatype":"FP64"}'), $answers, "$m: nested, type behind it");
        is(v2($m, input('input', 'FP32', '0.1,1,1', '1,3')), 224,
            "$m: FP32 in JSON");
        is(v2($m, input('input', 'UINT8', '0,1,1', '1,3')), 221, "$m: UINT8");
        is(binary($m, [ 'input', 'FP64', '4,3', $flat ]), $answers,
            "$m: v2 in bytes");
        is(binary($m, [ 'input', 'FP32', '2,3', pack 'f<*', 0.1, 1, 1,
            'nan', 'nan', 'nan' ]), '224 888', "$m: FP32 in bytes");
        is(join(' ', unpack 'f<*', $t->post("/$m", $flat, @bytes)->body),
            $answers, "$m: bytes");
        is(post("/$m", join("\n", map { s/null//r } @three) . "\n", @csv),
            $answers, "$m: CSV");
    }
    is(post('/v1/models/w:predict', '{"instances":['
        . join(',', map { qq({"input":[$_]}) } @three) . ']}', @json),
        $answers, 'named in v1');
    is(post('/many', '[' . join(',', ("[$above,null,0]") x 1501) . ']', @json),
        join(' ', (184) x 1501), 'many rows');
};

subtest 'single precision' => sub {
    is(post('/s', '[[0,1,0],[0.5,0,null],[null,2,1],[0.75,null,1]]', @json),
        '121 812 248 284', 'null in rows');
    is(post('/s', '[[0,1,0],[0.5,0,0.5]]', @json), '121 112', 'none');
    is(v2('s', input('input', 'INT32', 'null,1,1,1,0,null', '2,3')), '228 814',
        'null among integers');
    is(binary('s', [ 'input', 'FP64', '1,3', pack 'd<*', 'nan', 1, 0 ]), 128,
        'NaN in bytes');
    is(join(' ', unpack 'f<*', $t->post('/s', pack('f<*', 'nan', 1, 0),
        @bytes)->body), 128, 'NaN in raw bytes');
    is(post('/s', ",1,0\nNA,1,1\n", @csv), '128 228', 'CSV');
    is(post('/f', '[{"a":0.5,"c":"y","b":null},{"c":"?"},[null,"z",false]]',
        @json), '822 888 148', 'columns');
};

subtest 'what is refused' => sub {
    my ($no, $yes) = (qr/^400 /, qr/^\d/);
    like(post('/w', '[1e309,1,1]', @json), qr/400 .*out of range for FP64/,
        'beyond FP64');
    like(post('/w', '[1e300,1,1]', @json), qr/^224$/, 'beyond FP32');
    like(post('/s', '[1e39,1,1]', @json), qr/400 .*out of range for FP32/,
        'FP32');
    like(post('/s', '[nul,1,1]', @json), qr/400 .*a number or null/, 'no null');
    like(post('/m', '{"a":1e309}', @json),
        qr/400 .*fits in double precision/, 'of a column');
    like(v2('w', input('input', 'FP32', '1e39,1,1', '1,3')),
        qr/400 .*out of range for FP32/, 'FP32 beyond its range');
    like(v2('m', input('a', 'FP32', '1e39', 1), input('c', 'BYTES', '"x"', 1),
        input('b', 'BOOL', 'true', 1)), qr/400 .*out of range for FP32/,
        'and of a column');
    like(numbers($t->post('/w', pack('d<*', 1, 'inf', 1), @bytes)),
        qr/400 .*number 1 is not finite/, 'infinity');
    like(numbers($t->post('/w', 'x' x 12, @bytes)),
        qr/400 .*rows of 24 bytes, 3 numbers of FP64/, 'half a row');
    like(post('/all', '{"c":"x"}', @json), qr/400 .*"a\\?" has no value/,
        'a value that must be there');
    like(post('/all', '[[null,"x",true]]', @json), qr/400 .*"a\\?" has no val/,
        'null for it');
    like(post('/all', qq({"a":$at,"a":1}), @json), qr/400 .*twice/, 'twice');
    like(post('/m', '{"a":null,"a":1}', @json), qr/400 .*twice/,
        'nothing, and something');
};

subtest 'what is said of them' => sub {
    my $of = sub { return JSON::PP::decode_json($t->get($_[0])->body) };
    is($of->('/v2/models/w')->{inputs}[0]{datatype}, 'FP64', 'v2, a tensor');
    is($of->('/v2/models/p')->{inputs}[0]{datatype}, 'FP64', 'plain columns');
    is_deeply([ map { $_->{datatype} } @{ $of->('/v2/models/m')->{inputs} } ],
        [ 'FP64', 'BYTES', 'BOOL' ], 'columns');
    is($of->('/v2/models/s')->{inputs}[0]{datatype}, 'FP32', 'floats');
    is($of->('/v2/models/w/config')->{input}[0]{data_type}, 'TYPE_FP64',
        'config');
    like($t->get('/v1/models/w/metadata')->body, qr/DT_DOUBLE/, 'v1');
    like($t->get('/page')->body, qr/"datatype":"FP64"/, 'the page');
    like($t->get('/metrics')->body, qr/maas_missing_values_total\{model="m",
        version="1",column="a"\}\ [1-9]/x, 'missing values are counted');
    like($t->get('/metrics')->body, qr/maas_unknown_values_total\{model="m",
        version="1",column="c"\}\ [1-9]/x, 'and unknown ones');
    like($t->get('/metrics')->body, qr/maas_missing_values_total\{model="p",
        version="1",column="a"\}\ 8\n/x, 'of rows of numbers alone as well');
    like($t->get('/metrics')->body, qr/maas_shadow_failed_total\{.*\} 0\n/,
        'a shadow reads them');
    like($t->get('/metrics')->body, qr/maas_shadow_absolute_diff.*\} 0\n/,
        'and has the same answers');
    ok($t->wait_for(sub { $t->get('/metrics')->body
        =~ /maas_shadow_rows_total\{.*\} [1-9]/ }), 'of some rows');
};

subtest 'the trainer' => sub {
    my $said = join "\n", map { want($_) } @rows;
    $t->write_file('m.csv', join("\n", 'a,c,b', map { join ',', @$_ } @text)
        . "\n");
    $t->write_file('m.jsonl', join("\n", map { object($_) } @rows) . "\n");
    for my $file ('m.csv', 'm.jsonl') {
        for my $raw ([], ['--raw']) {
            my ($rc, $out, $err) = $t->trainer('predict', 'm.safetensors', '-d',
                $file, @$raw);
            is($out, "$said\n", "$file @$raw") or diag($err);
        }
    }

    my $head = "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 3), }";
    $t->write_file('w.npy', "\x93NUMPY\x01\x00" . pack('v', 118)
        . sprintf('%-117s', $head) . "\n"
        . pack 'd<*', map { ($_, 1, 1) } @numbers);
    my (undef, $out, $err) = $t->trainer('predict', 'w.safetensors', '-d',
        'w.npy');
    is($out, "221\n222\n224\n228\n", 'NPY of doubles') or diag($err);

    $t->write_file('y.csv', join("\n", 'a,c,b,y', map { join(',',
        @{ $text[$_] }, want($rows[$_])) } 0 .. $#rows) . "\n");
    (undef, $out, $err) = $t->trainer('evaluate', 'm.safetensors', '-d',
        'y.csv', '--target', 'y', '--json');
    is(eval { JSON::PP::decode_json($out)->{mae} }, 0, 'evaluate')
        or diag($out, $err);
};

# booleans of training, which the file has as numbers, as pandas writes them

subtest 'words for numbers' => sub {
    is(post('/p', '{"b":true}', @json), 288, 'true for a number');
    is(post('/p', '{"b":"True"}', @json), 288, 'as a text');
    is(post('/p', 'b=FALSE', @form), 188, 'false in a form');
    is(post('/p', "a,c,b\n,,True\n,,false\n", @csv), '288 188', 'in CSV');
    like(post('/p', '{"b":"yes"}', @json), qr/"b\W+: expected a number/,
        'other words are none');
    like(post('/all', '{"a":"True"}', @json), qr/"a\W+: expected a number/,
        'nor is a number that has to be there');
    $t->write_file('words.csv', "a,c,b\n,,True\n,,false\n");
    is(($t->trainer('predict', 'p.safetensors', '-d', 'words.csv'))[1],
        "288\n188\n", 'the trainer reads the same');
};

$t->done;
