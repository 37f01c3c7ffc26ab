# What is asked of nginx for t/compat/make: groups of requests, every form of
# body, every refusal.

package Compat::Requests;

use strict;
use warnings;
use utf8;

use Compress::Zlib ();
use JSON::PP ();
use MIME::Base64 qw(encode_base64);

my $json = JSON::PP->new->canonical->utf8->allow_nonref;
my @json = ('Content-Type' => 'application/json');
my @csv = ('Content-Type' => 'text/csv');
my @form = ('Content-Type' => 'application/x-www-form-urlencoded');
my @octets = ('Content-Type' => 'application/octet-stream');
my @png = ('Content-Type' => 'image/png');

my (%group, $to);

sub post {
    my ($name, $uri, $body, @headers) = @_;
    utf8::encode($body) if utf8::is_utf8($body);
    push @{ $group{$to} }, { name => $name, method => 'POST', uri => $uri,
        body => $body, headers => [@headers] };
    return;
}

sub get {
    my ($uri, $method) = @_;
    push @{ $group{$to} }, { name => 'it', method => $method || 'GET',
        uri => $uri, headers => [] };
    return;
}

my $state = 11;

sub random { $state = ($state * 1103515245 + 12345) % 2**31;
    return $state / 2**31 }

# numbers in many spellings
sub number {
    my $x = 8 * random() - 4;
    my $how = int 8 * random();
    return $how == 0 ? sprintf('%.0f', $x) : $how == 1 ? sprintf('%.3e', $x)
        : $how == 2 ? sprintf('%.17g', $x) : $how == 3 ? '0'
        : $how == 4 ? sprintf('%.2E', $x / 1000) : sprintf('%.4g', $x);
}

sub numbers { my ($n) = @_; return join ',', map { number() } 1 .. $n }

sub rows {
    my ($rows, $in) = @_;
    return '[' . join(',', map { '[' . numbers($in) . ']' } 1 .. $rows) . ']';
}

sub nested {
    my ($first, @more) = @_;
    return '[' . (@more ? join(',', map { nested(@more) } 1 .. $first)
        : numbers($first)) . ']';
}

sub v2 {
    my ($name, $shape, $data, $type, $more, $top) = @_;
    return '{' . ($top // '') . qq("inputs":[{"name":"$name","shape":[$shape],)
        . '"datatype":"' . ($type // 'FP32') . '"'
        . (defined $data ? qq(,"data":$data) : '') . ($more // '') . '}]}';
}

my %shape = (one => [1], 'one-three' => [1], 'last-softmax' => [6],
    residual => [20], skip => [70], t1 => [6], t2 => [ 3, 4 ],
    t3 => [ 2, 3, 2 ], t4 => [ 2, 2, 2, 2 ], 'act-gelu' => [13],
    'act-softmax' => [13], wide => [300], image => [ 7, 5 ], m => [6]);
my %input = (t2 => 'x', image => 'picture');

sub in { my $n = 1; $n *= $_ for @{ $shape{ $_[0] } }; return $n }
sub input { return $input{ $_[0] } // 'input' }

###############################################################################

sub v2_json {
    $to = 'v2';
    for my $m (sort keys %shape) {
        my @shape = @{ $shape{$m} };
        my $x = input($m);
        my @rows = $m eq 'wide' ? 1 : in($m) > 20 ? (1, 7)
            : $m =~ /^(?:t2|one)\z/ ? (1, 7, 33, 200) : (1, 7, 33);
        for my $n (@rows) {
            post("$m $n rows", "/v2/models/$m/infer", v2($x, join(',', $n,
                @shape), '[' . numbers($n * in($m)) . ']'), @json);
        }
        post("$m nested", "/v2/models/$m/infer", v2($x, join(',', 2, @shape),
            nested(2, @shape)), @json);
        post("$m one row without rows", "/v2/models/$m/infer",
            v2($x, join(',', @shape), '[' . numbers(in($m)) . ']'), @json);
        post("$m no rows", "/v2/models/$m/infer",
            v2($x, join(',', 0, @shape), '[]'), @json);
        post("$m classification", "/v2/models/$m/infer",
            v2($x, join(',', 3, @shape), '[' . numbers(3 * in($m)) . ']',
            undef, undef, '"outputs":[{"name":"' . ($m eq 'residual'
            ? 'probabilities' : $m eq 't2' ? 'y' : 'output')
            . '","parameters":{"classification":' . (2 + @rows) . '}}],'),
            @json);
    }

    for my $k (0, 1, 2, 3, 4, 99, -1, '1.5', '"2"', 'true') {
        post("classification $k", '/v2/models/t2/infer', v2('x', '2,3,4',
            rows(1, 24) =~ s/^.|.$//gr, undef, undef, '"outputs":[{"name":'
            . qq("y","parameters":{"classification":$k}}],)), @json);
    }
    for my $id ('"42"', '"\u00e9\"x"', '""', '7', 'null', '"' . 'i' x 300 . '"')
    {
        post("id $id", '/v2/models/t1/infer', v2('input', '1,6',
            '[1,2,3,4,5,6]', undef, undef, qq("id":$id,)), @json);
    }

    my %data = (BOOL => [qw(true false)], INT8 => [ -128, 127, 0, 5 ],
        INT16 => [ -32768, 32767, 12 ], INT32 => [ -2147483648, 2147483647 ],
        INT64 => [ '-9223372036854775808', '9223372036854775807', 3 ],
        UINT8 => [ 0, 255, 7 ], UINT16 => [ 0, 65535 ],
        UINT32 => [ 0, 4294967295, 16777217 ],
        UINT64 => [ 0, '18446744073709551615', 1 ],
        FP16 => [ '65504', '0.1', '-6e-8', '1.0009' ],
        BF16 => [ '1e38', '0.1', '3.14159', '-2.7' ],
        FP32 => [ '3.4028235e38', '1e-45', '0.1', '-0' ],
        FP64 => [ '0.1', '1e30', '16777217.5', '3.3333333333333333' ]);
    for my $type (sort keys %data) {
        my @d = @{ $data{$type} };
        post("type $type", '/v2/models/act-softmax/infer', v2('input', '1,13',
            '[' . join(',', map { $d[ $_ % @d ] } 0 .. 12) . ']', $type),
            @json);
        post("type $type of table", '/v2/models/one/infer', v2('input',
            scalar @d, '[' . join(',', @d) . ']', $type), @json);
        post("type $type, bad: $_", '/v2/models/one/infer', v2('input', '1',
            "[$_]", $type), @json) for '1.5', '-1', '70000', '1e400', '"1"',
            'null', 'true', '99999999999999999999', 'NaN', '1e0', '2.0',
            '256', '-129';
    }
    post("type $_", '/v2/models/one/infer', v2('input', '1', '[1]', $_), @json)
        for 'fp32', 'BYTES', 'FP8', '', 'INT128';

    for my $path ('/pool/v2/models/t2/infer', '/batch/v2/models/t2/infer',
        '/v2/models/t2/versions/1/infer', '/few/v2/models/t2/infer')
    {
        for my $n (1, 8, 33, 100, 256, 257) {
            $state = 400 + $n;
            next if $n == 100 && $path !~ /batch/;
            post("$path $n", $path, v2('x', "$n,3,4", '[' . numbers(12 * $n)
                . ']'), @json);
        }
    }
    post("version $_", "/v2/models/m/versions/$_/infer", v2('input', '1,6',
        '[1,2,3,-4,5,6]'), @json) for 1, 12, 'stable', 'new', 2, '01', 'old';
    post('through maas_predict', '/p/t2', v2('x', '2,3,4', nested(2, 12)),
        @json);
    return;
}

###############################################################################

sub binary {
    my ($name, $uri, $head, $tail, @more) = @_;
    return post($name, $uri, $head . $tail,
        'Inference-Header-Content-Length' => length $head, @more);
}

sub floats { my ($n) = @_; return pack 'f<*', map { 4 * random() - 2 } 1 .. $n }

sub v2_binary {
    $to = 'v2-binary';
    my $out = '"parameters":{"binary_data_output":true},';

    for my $m (sort keys %shape) {
        my $x = input($m);
        for my $n (in($m) > 20 ? (1, 7) : (1, 7, 33)) {
            my $shape = join ',', $n, @{ $shape{$m} };
            my $raw = floats($n * in($m));
            my $size = ',"parameters":{"binary_data_size":' . length($raw)
                . '}';
            my $uri = "/v2/models/$m/infer";
            binary("$m $n in", $uri, v2($x, $shape, undef, undef, $size), $raw)
                if $n < 33;
            binary("$m $n in and out", $uri, v2($x, $shape, undef, undef,
                $size, $out), $raw);
            binary("$m $n raw", $uri, '', $raw) if $n == 1;
            post("$m $n out", $uri, v2($x, $shape, '[' . numbers($n * in($m))
                . ']', undef, undef, $out), @json) if $n < 33;
        }
    }

    $state = 5;
    my $raw = floats(2400);
    binary('t2 200 in and out', '/v2/models/t2/infer', v2('x', '200,3,4',
        undef, undef, ',"parameters":{"binary_data_size":9600}', $out), $raw);
    binary('t2 200 pool', '/pool/v2/models/t2/infer', v2('x', '200,3,4',
        undef, undef, ',"parameters":{"binary_data_size":9600}', $out), $raw);
    binary('t2 4 raw', '/v2/models/t2/infer', '', substr $raw, 0, 192);

    my $one = substr $raw, 0, 48;
    my $size = ',"parameters":{"binary_data_size":48}';
    for my $outputs ('{"name":"y","parameters":{"binary_data":true}}',
        '{"name":"y","parameters":{"binary_data":false}}',
        '{"name":"y","parameters":{"binary_data":true,"classification":2}}',
        '{"name":"y"}', '{"name":"z"}', '', '{"name":"y"},{"name":"y"}')
    {
        binary("outputs $outputs", '/v2/models/t2/infer', v2('x', '1,3,4',
            undef, undef, $size, qq("outputs":[$outputs],)), $one);
        binary("all and outputs $outputs", '/v2/models/t2/infer',
            v2('x', '1,3,4', undef, undef, $size,
            qq("outputs":[$outputs],$out)), $one);
    }

    my %pack = (INT8 => 'c', INT16 => 's<', INT32 => 'l<', INT64 => 'q<',
        UINT8 => 'C', UINT16 => 'S<', UINT32 => 'L<', UINT64 => 'Q<',
        FP32 => 'f<', FP64 => 'd<', FP16 => 'S<', BF16 => 'S<', BOOL => 'C');
    for my $type (sort keys %pack) {
        my @v = map { $type eq 'BOOL' ? $_ % 2 : $type eq 'FP16'
            ? 0x3000 + 321 * $_ : $type eq 'BF16' ? 0x3f80 + 7 * $_
            : $type =~ /^FP/ ? $_ / 7 - 1 : $type =~ /^U/ ? 9 * $_
            : 9 * $_ - 50 } 1 .. 12;
        my $bytes = pack "$pack{$type}*", @v;
        my $n = length $bytes;
        my $has = qq(,"parameters":{"binary_data_size":$n});
        binary("type $type", '/v2/models/t4/infer', v2('input', '1,2,2,2,2',
            undef, $type, ',"parameters":{"binary_data_size":' . $n / 12 * 16
            . '}'), $bytes . substr $bytes, 0, $n / 3);
        binary("type $type in and out", '/v2/models/t2/infer',
            v2('x', '1,3,4', undef, $type, $has, $out), $bytes);
        binary("type $type, one short", '/v2/models/t2/infer',
            v2('x', '1,3,4', undef, $type, $has), substr $bytes, 0, -1);
        binary("type $type, all ones", '/v2/models/t2/infer',
            v2('x', '1,3,4', undef, $type, $has), "\xff" x $n);
    }

    binary('a byte more', '/v2/models/t2/infer', v2('x', '1,3,4', undef, undef,
        $size), "${one}x");
    binary('data too', '/v2/models/t2/infer', v2('x', '1,3,4',
        '[1,2,3,4,5,6,7,8,9,10,11,12]', undef, $size), $one);
    binary('NaN', '/v2/models/t2/infer', v2('x', '1,3,4', undef, undef,
        $size), pack 'f<*', 1 .. 11, 'nan');
    binary('infinite', '/v2/models/t2/infer', v2('x', '1,3,4', undef, undef,
        $size), pack 'f<*', 1 .. 11, '-inf');
    binary("raw $_ bytes", '/v2/models/t2/infer', '', 'x' x $_)
        for 0, 1, 47, 49, 96;
    for my $n (-1, 'x', '', '9' x 30, 200, '1.5', ' 5') {
        post("length $n", '/v2/models/t2/infer', v2('x', '1,3,4', undef,
            undef, $size) . $one, 'Inference-Header-Content-Length' => $n);
    }

    for my $type ('vnd.sagemaker-triton', 'vnd.vertex-ai-triton') {
        my $head = v2('x', '1,3,4', undef, undef, $size, $out);
        my $n = length $head;
        post("$type", '/p/t2', $head . $one, 'Content-Type' =>
            "application/$type.binary+json;json-header-size=$n");
        post("$type, size $_", '/p/t2', $head . $one, 'Content-Type' =>
            "application/$type.binary+json$_") for ';json-header-size=9999',
            '', ';json-header-size=x';
    }
    return;
}

###############################################################################

sub v1 {
    $to = 'v1';
    for my $m (sort keys %shape) {
        my $x = input($m);
        my @shape = @{ $shape{$m} };
        for my $n ($m eq 'wide' ? 1 : in($m) > 20 ? (1, 7) : (1, 7, 33)) {
            post("$m $n rows", "/v1/models/$m:predict", '{"instances":'
                . nested($n, @shape) . '}', @json);
        }
        next if $m eq 'wide';
        post("$m flat rows", "/v1/models/$m:predict", '{"instances":'
            . rows(2, in($m)) . '}', @json);
        post("$m columns", "/v1/models/$m:predict", '{"inputs":'
            . nested(3, @shape) . '}', @json);
        post("$m columns by name", "/v1/models/$m:predict",
            qq({"inputs":{"$x":) . nested(3, @shape) . '}}', @json);
        post("$m objects", "/v1/models/$m:predict", '{"instances":['
            . join(',', map { qq({"$x":) . nested(@shape) . '}' } 1 .. 2)
            . '],"signature_name":"serving_default"}', @json);
        post("$m classify", "/v1/models/$m:classify", '{"examples":['
            . join(',', map { qq({"$x":) . nested(@shape) . '}' } 1 .. 3)
            . ']}', @json);
        post("$m regress", "/v1/models/$m:regress", '{"examples":['
            . join(',', map { qq({"$x":) . nested(@shape) . '}' } 1 .. 3)
            . ']}', @json);
        post("$m context", "/v1/models/$m:classify", '{"context":'
            . qq({"$x":) . nested(@shape) . '},"examples":[{},{}]}', @json);
    }
    post('200 rows', '/v1/models/t2:predict', '{"instances":' . rows(200, 12)
        . '}', @json);
    post('200 rows, pool', '/pool/v1/models/t2:predict', '{"instances":'
        . rows(200, 12) . '}', @json);
    post('257 rows', '/v1/models/one:predict', '{"instances":[' . numbers(257)
        . ']}', @json);

    my $row = '[1,2,3,4,5,-6]';
    for my $path (qw(m m/versions/1 m/versions/12 m/versions/0012 m/labels/new
        m/labels/stable m/versions/2 m/labels/none none m/versions/x
        M m/versions/99999999999999999999))
    {
        post("path $path", "/v1/models/$path:predict",
            qq({"instances":[$row]}), @json);
    }
    post('no case', '/V1/Models/m/Versions/1:PREDICT',
        qq({"instances":[$row]}), @json);
    post('through maas_predict', '/p/m', qq({"instances":[$row,$row]}), @json);

    for my $bad ('', '{', '{}', '[]', '[1,2]', '7', '{"instances":7}',
        '{"instances":[]}', '{"inputs":[]}', '{"instances":{}}',
        qq({"instances":[$row],"inputs":[$row]}), '{"instances":[[1,2]]}',
        '{"instances":[[1,2,3,4,5,NaN]]}', '{"instances":[[1,2,3,4,5,"6"]]}',
        '{"instances":[[1,2,3,4,5,6,7]]}', '{"instances":[[1,2,3],[4,5,6]]}',
        '{"instances":[{"x":[1,2,3,4,5,6]}]}', '{"instances":[{}]}',
        qq({"instances":[$row,{"input":$row}]}),
        qq({"instances":[$row],"signature_name":"other"}),
        qq({"instances":[$row],"signature_name":7}),
        qq({"instances":[$row]} x), qq({"instances":[$row],}),
        '{"instances":[[1e39,2,3,4,5,6]]}', '{"instances":[null]}',
        '{"instances":["x"]}', '{"examples":[{"input":[1,2,3,4,5,6]}]}',
        qq({"instances":[$row],"instances":[$row]}),
        '{"inputs":{"y":[[1,2,3,4,5,6]]}}', '{"inputs":{}}',
        '{"instances":[{"b64":"AAAA"}]}', '{"instances":' . '[' x 40)
    {
        post("bad $bad", '/v1/models/m:predict', $bad, @json);
        post("bad, classify $bad", '/v1/models/m:classify', $bad =~
            s/instances/examples/gr, @json);
    }
    get($_) for qw(/ /v1/models /v1/models/m /v1/models/m/versions/1
        /v1/models/m/labels/new /v1/models/m/labels/old /v1/models/none
        /v1/models/m/metadata /v1/models/m/versions/1/metadata
        /v1/models/table/metadata /v1/models/plain/metadata
        /v1/models/t4/metadata /v1/models/image/metadata /v1/models/m:predict
        /v1/models/m/versions/2/metadata /v1 /v1/x /v1/models/one:guess);
    return;
}

###############################################################################

sub bare {
    $to = 'rows';
    for my $m (qw(one one-three last-softmax residual skip t1 t2 t3 t4 image)) {
        my @shape = @{ $shape{$m} };
        post("$m $_ rows", "/p/$m", rows($_, in($m)), @json)
            for in($m) > 20 ? (1, 7) : (1, 7, 33);
        post("$m nested", "/p/$m", nested(2, @shape), @json);
        post("$m one row", "/p/$m", '[' . numbers(in($m)) . ']', @json);
        post("$m bytes $_", "/p/$m", floats($_ * in($m)), @octets)
            for 1, 7, 33;
        post("$m CSV $_", "/p/$m", join('', map { numbers(in($m)) . "\n" }
            1 .. $_), @csv) for 1, 7;
    }
    post('t2 200 rows', '/p/t2', rows(200, 12), @json);
    post('t2 200 rows, pool', '/p/pool', rows(200, 12), @json);
    post('t2 200 rows of bytes', '/p/t2', floats(2400), @octets);
    post('t2 200 lines', '/p/t2', join('', map { numbers(12) . "\r\n" }
        1 .. 200), @csv);
    post('t2 names', '/p/t2', "a,b,c\n" . numbers(12) . "\n", @csv);
    post('t2 quotes', '/p/t2', join(',', map { qq("$_.5") } 1 .. 12) . "\n",
        @csv);

    my @spell = qw(0 -0 1 -1 0.1 1e0 1E+2 1e-2 123456789 0.30000000000000004
        1.17549435e-38 1e-45 1e-46 1e-400 3.4028234e38 3.4028236e38
        16777217 16777216.5 9007199254740993 0.000001 1.5e3 4.35 2.2250738e-308
        8388608.5 8388609.5 1.00000005960464477539 7.0064923216240854e-46);
    post('spellings', '/p/one', '[' . join(',', @spell) . ']', @json);
    post("spelling $_", '/p/one', "[$_]", @json) for @spell, '01', '.5', '1.',
        '+1', '1e', '0x1', 'Infinity', 'NaN', '-NaN', '--1', '1e+', '1 2',
        '1_0', '3.5e38', '-3.5e38', '1e99999999999', '1' x 60, '0.' . '1' x 60;
    post("blanks", '/p/one', " \n[\t1 ,\r\n2 ] \n", @json);
    for my $type (undef, '', 'text/plain', 'application/json; charset=utf-8',
        'APPLICATION/JSON', 'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x', 'application/xml', 'image/jpeg',
        'application/octet-streams', 'text/html')
    {
        post('type ' . ($type // 'none'), '/p/one', '[1,2]',
            'Content-Type' => $type);
    }

    for my $bad ('[1,2,3]', '[1,2,3,4,5,6,7]', '[[1,2,3,4,5,6],[1]]',
        '[1,[2],3,4,5,6]', '[1,2,"3",4,5,6]', '[1,null,3,4,5,6]',
        '[1,true,3,4,5,6]', '[1,2,3,4,5,6] x', "[1,2,3,4,5,6]\0",
        '[1,2,3,4,5,6,]', '[1,2,3,4,5,6', "\xef\xbb\xbf[1,2,3,4,5,6]", '',
        " \n ", '[]', '[[]]', '7', '"x"', '[' x 100, '{"a":' x 100, '{}',
        '{"inputs":[]}', '{"input":[1,2,3,4,5,6]}', '[[[1,2,3,4,5,6]]]',
        '{"instances":1}', "[1,2,3,4,5,6\xff]", '[1,,2,3,4,5]', '{"a":1,}',
        "[1,2,3,4,5,\"\xc3\"]", '{"inputs":{}}', '{"inputs":[{}]}', 'nul',
        '[1 2]', "{\"a\x01\":1}", '{"a":"\\q"}', '{"a":"\\ud800"}')
    {
        post("bad $bad", '/p/t1', $bad, @json);
    }
    post("bytes bad $_", '/p/t1', 'x' x $_, @octets) for 0, 1, 23, 25;
    post('bytes NaN', '/p/t1', pack('f<*', 1, 2, 'nan', 4, 5, 6), @octets);
    post('CSV bad', '/p/t1', $_, @csv) for '', "1,2\n", "1,2,3,4,5,x\n",
        "a,b\nc,d\n", "1,2,3,4,5,6\n1,2\n", "1,2,3,4,5,\"6\n",
        "1,2,3,4,5,\n", "1,2,3,4,5,nan\n", "1,2,3,4,5,1e39\n", "\n\n";
    post('form', '/p/t1', 'a=1', @form);
    post("few $_", '/p/few', rows($_, 12), @json) for 8, 9, 20;
    post("few bytes $_", '/p/few', floats(12 * $_), @octets) for 8, 9;
    post("few CSV $_", '/p/few', join('', map { numbers(12) . "\n" } 1 .. $_),
        @csv) for 8, 9;
    post('small', '/p/small', '[' . numbers(12) . ' ' x 300 . ']', @json);
    post('denied', '/p/denied', '[' . numbers(12) . ']', @json);
    return;
}

###############################################################################

sub v2_refused {
    $to = 'v2-refused';
    my $d = '[1,2,3,4,5,6,7,8,9,10,11,12]';
    my $good = v2('x', '1,3,4', $d);
    for my $bad ('', '{', '[]', '[1,2]', '7', '{}', '{"inputs":7}',
        '{"inputs":[]}', '{"inputs":[7]}', '{"inputs":[{}]}',
        $good =~ s/"x"/"other"/r, $good =~ s/"name":"x",//r,
        $good =~ s/"shape":\[1,3,4\],//r, $good =~ s/"datatype":"FP32",//r,
        $good =~ s/,"data":.*\]}/}]}/r, v2('x', '1,12', $d), v2('x', '3,4', $d),
        v2('x', '12', $d), v2('x', '1,4,3', $d), v2('x', '', $d),
        v2('x', '-1,3,4', $d), v2('x', '1.5,3,4', $d), v2('x', '"1",3,4', $d),
        v2('x', '2,3,4', $d), v2('x', '1,3,4', '[1,2]'),
        v2('x', '1,3,4', '[1,2,3,4,5,6,7,8,9,10,11,12,13]'),
        v2('x', '1,3,4', '[[1,2,3,4],[5,6,7,8],[9,10,11,12]]'),
        v2('x', '1,3,4', '[[[1,2,3,4],[5,6,7,8],[9,10,11]]]'),
        v2('x', '1,3,4', '7'), v2('x', '1,3,4', '[null]'),
        v2('x', '1,3,4', '["a"]'), v2('x', '1,3,4', '[1,2,3,4,5,6,7,8,9,10,'
        . '11,1e39]'), v2('x', '4294967296,4294967296,4', $d),
        v2('x', '2305843009213693952,3,4', $d), v2('x', '257,3,4', $d),
        v2('x', '1,3,4', $d, undef, ',"name":"x"'),
        v2('x', '1,3,4', $d, undef, ',"data":[1]'),
        v2('x', '1,3,4', $d, undef, ',"extra":{"a":[1,{"b":null}]}'),
        v2('x', '1,3,4', $d, undef, ',"extra":{"a":[1,}'),
        v2('x', '1,3,4', $d, undef, ',"parameters":{"shared_memory_region":'
            . '"/x"}'),
        v2('x', '1,3,4', $d, undef, ',"parameters":{"binary_data_size":48}'),
        v2('x', '1,3,4', $d, undef, ',"parameters":7'),
        v2('x', '1,3,4', $d, undef, undef, '"id":"a","id":"b",'),
        v2('x', '1,3,4', $d, undef, undef, '"parameters":{"a":1,"b":[2]},'),
        v2('x', '1,3,4', $d, undef, undef, '"parameters":[],'),
        v2('x', '1,3,4', $d, undef, undef, '"outputs":[{"name":"other"}],'),
        v2('x', '1,3,4', $d, undef, undef, '"outputs":[],'),
        v2('x', '1,3,4', $d, undef, undef, '"outputs":7,'),
        v2('x', '1,3,4', $d, undef, undef, '"outputs":[{"name":"y"}],'),
        v2('x', '1,3,4', $d, undef, undef, '"model_name":"z","a\u00e9":1,'),
        "$good x", $good =~ s/}\z/,}/r, $good =~ s/}]}\z/},{"name":"x"}]}/r,
        $good =~ s/12\]/12,]/r, $good =~ s/"inputs"/"input\\u0073"/r,
        "\xef\xbb\xbf$good", '{"a":' x 20, $good =~ s/x/x\xff/r)
    {
        my $short = length $bad > 200 ? substr $bad, 0, 200 : $bad;
        post($short, '/v2/models/t2/infer', $bad, @json);
    }
    for my $case ([ GET => '/v2/models/t2/infer' ], [ PUT => '/v2' ],
        [ POST => '/v2' ], [ DELETE => '/v2/models/t2' ], [ PATCH => '/p/t1' ],
        [ GET => '/p/t1' ], [ POST => '/status' ], [ OPTIONS => '/v1/models' ],
        [ GET => '/v1/models/m:predict' ], [ POST => '/v2/health/live' ],
        [ HEAD => '/v2/models/t2/infer' ])
    {
        get($case->[1], $case->[0]);
    }
    get($_) for qw(/v2/x /v2/models/none /v2/models/t2/versions/3 /v2/health
        /v2/models/t2/versions/01 /v2/models/t2/x /v2/models/T2 /v2x /none
        /v2/models/t2/infer/x /v2/health/dead /v2/models/%2e%2e/t2/x
        /v2/models/t2/generate /v2/systemsharedmemory/status
        /v2/cudasharedmemory/status /v2/models/none/infer);
    post('json type', '/v2/models/t2/infer', $good, 'Content-Type' => $_)
        for 'text/plain', 'text/csv', 'image/png', 'application/xml',
        'application/x-www-form-urlencoded', 'application/octet-stream';
    return;
}

###############################################################################
# tables

my @names = ('amount', 'age', 'rank', 'member', 'flag', 'country', 'city',
    'shop', 'note', 'größe x');
my @country = ('DE', 'FR', 'Zürich', 'a "b", c', '12', 'XX', ' DE ');
my @words = qw(late paid Never again ÄÖ x);

# a row: texts of all columns; undef is missing
sub record {
    my ($i) = @_;
    my $maybe = sub { random() < 0.15 ? undef : $_[0] };
    return [
        $maybe->(sprintf '%.3g', 200 * random() - 50),
        sprintf('%d', 18 + 60 * random()),
        $maybe->(sprintf '%.4f', 12 * random() - 3),
        $maybe->((qw(true false))[ 2 * random() ]),
        (qw(true false))[ 2 * random() ],
        $maybe->($country[ @country * random() ]),
        $maybe->((qw(x y z w))[ 4 * random() ]),
        $maybe->('shop ' . int 40 * random()),
        $maybe->(join ' ', map { $words[ @words * random() ] }
            1 .. 1 + 4 * random()),
        $maybe->((qw(groß klein 7 µ))[ 4 * random() ]),
    ];
}

my %text = map { $_ => 1 } 5 .. 9;

sub value {
    my ($i, $v) = @_;
    return 'null' if !defined $v;
    return $text{$i} ? $json->encode($v) : $v;
}

sub object {
    my ($r, $all) = @_;
    return '{' . join(',', map { $json->encode($names[$_]) . ':'
        . value($_, $r->[$_]) } grep { $all || defined $r->[$_] } 0 .. 9)
        . '}';
}

sub list { my ($r) = @_;
    return '[' . join(',', map { value($_, $r->[$_]) } 0 .. 9) . ']' }

sub csv_field {
    my ($s) = @_;
    return '' if !defined $s;
    $s =~ s/"/""/g;
    utf8::encode($s);
    return $s =~ /[",]/ ? qq("$s") : $s;
}

sub csv_line { return join(',', map { csv_field($_) } @_) . "\n" }

sub form_body {
    my ($r) = @_;
    my $escape = sub { my ($s) = @_;
        utf8::encode($s);
        return $s =~ s/([^\w.-])/sprintf '%%%02X', ord $1/ger =~ s/%20/+/gr };
    return join '&', map { $escape->($names[$_]) . '='
        . $escape->($r->[$_] // '') } 0 .. 9;
}

sub table {
    $to = 'table';
    $state = 77;
    my @r = map { record($_) } 1 .. 200;
    my ($v1, $p) = ('/v1/models/table:predict', '/p/table');

    for my $n (1, 7, 33, 200) {
        my @some = @r[ 0 .. $n - 1 ];
        my $objects = '[' . join(',', map { object($_) } @some) . ']';
        my $lists = '[' . join(',', map { list($_) } @some) . ']';
        post("objects $n", $p, $objects, @json);
        post("v1 objects $n", $v1, qq({"instances":$objects}), @json);
        post("CSV $n", $p, join('', map { csv_line(@$_) } @some), @csv);
        next if $n > 33;
        post("lists $n", $p, $lists, @json);
        post("v1 lists $n", $v1, qq({"instances":$lists}), @json);
        post("v1 columns $n", $v1, '{"inputs":{' . join(',', map { my $i = $_;
            $json->encode($names[$i]) . ':[' . join(',', map { value($i,
            $_->[$i]) } @some) . ']' } 0 .. 9) . '}}', @json);
        post("v1 classify $n", '/v1/models/table:classify', '{"examples":['
            . join(',', map { object($_) } @some)
            . '],"context":{"city":"x"}}', @json);
        post("CSV with names $n", $p, csv_line(@names) . join('',
            map { csv_line(@$_) } @some), @csv);
        post("CSV in another order $n", $p, csv_line(reverse @names)
            . join('', map { csv_line(reverse @$_) } @some), @csv);
        post("CSV without some $n", $p, csv_line(@names[ 1, 4 .. 6 ])
            . join('', map { csv_line(@$_[ 1, 4 .. 6 ]) } @some), @csv);
        columns_v2($n, @some);
    }
    post("one object $_", $p, object($r[$_], 1), @json) for 0 .. 5;
    post("one list $_", $p, list($r[$_]), @json) for 0 .. 5;
    post("form $_", $p, form_body($r[$_]), @form) for 0 .. 12;
    post('pool', '/pool/v1/models/table:predict', '{"instances":['
        . join(',', map { object($_) } @r) . ']}', @json);
    post('all kinds of values', $p, $_, @json)
        for '{"age":"40","flag":1,"country":12,"note":true,"shop":1.5}',
        '{"age":[40],"flag":["yes"],"country":{"b64":"REU="}}',
        '{"age":4e1,"flag":"OFF","member":0,"amount":"na","shop":1e3}',
        '{"age":40,"flag":"f","shop":12345678901234567,"note":0.1}',
        '{"age":40,"flag":false,"note":"  A  b\tC ","city":" x "}',
        '{"age":1e30,"flag":true,"rank":-1e30}',
        '{"age":40,"flag":true,"rank":0.25,"city":"\u0078","note":""}',
        '{"age":40,"flag":true,"member":"n/a","amount":null,"rank":"?"}';

    my $ok = '"age":40,"flag":true';
    for my $bad ('{}', '[]', '[[]]', '{"age":40}', "{$ok,\"colour\":2}",
        "{$ok,\"age\":41}", "{$ok,\"amount\":\"much\"}",
        "{$ok,\"member\":\"maybe\"}", "{$ok,\"member\":2}",
        "{$ok,\"amount\":1e39}", "{$ok,\"amount\":NaN}",
        "{$ok,\"amount\":[1,2]}", "{$ok,\"amount\":{}}",
        "{$ok,\"note\":[]}", "{$ok,\"note\":{\"b64\":\"x\"}}",
        '[1,40,2]', '[1,40,2,true,true,"DE","x","s","n","g",5]',
        "[{$ok},7]", "[{$ok},[1]]", "{$ok,\"note\":\"\xff\"}", "[{$ok}",
        "{$ok,\"note\":\"\\ud800\"}", "{$ok}}", '"x"', '7', 'null',
        "{$ok,\"amount\":\"" . '1' x 401 . '"}')
    {
        post("bad $bad", $p, $bad, @json);
        post("bad in v1 $bad", $v1, qq({"instances":[$bad]}), @json);
    }
    post("bad CSV $_", $p, $_, @csv) for '', "\n", "1,40\n", csv_line(@names),
        csv_line(1, 'x', 3, 'true', 'true', '', '', '', '', ''),
        csv_line(1, '', 3, 'true', 'true', '', '', '', '', ''),
        csv_line(1, 4, 3, 'true', 'true', '', '', '', '', '', 9),
        "age,flag\n40,true,1\n", "age,colour\n40,1\n", "age,age\n40,1\n",
        "age,flag\n40,\"true\n", "age,flag\n40,\"tr\"ue\n", "age,flag\n40\n";
    post("bad form $_", $p, $_, @form) for '', '&&', 'age', 'age=40',
        'age=40&flag=true&colour=2', 'age=40&flag=true&age=3',
        'age=%4&flag=true', 'age=%zz&flag=1', 'age=x&flag=1',
        'age=40&flag=true&note=%ff', '=1';
    for my $bad ('{"inputs":{"age":[1]}}', '{"inputs":{}}', '{"inputs":[]}',
        '{"inputs":{"age":1}}', '{"instances":[]}', '{"instances":7}',
        '{"examples":[]}')
    {
        post("bad v1 $bad", $v1, $bad, @json);
    }
    post("bad v2 $_", '/v2/models/table/infer', $_, @json)
        for v2('age', '1', '[1]'), v2('input', '1,49', '[1]'),
        v2('age', '2,1', '[1,2]'), v2('colour', '1', '[1]'),
        v2('note', '1', '[1]', 'BYTES'), v2('note', '1', '["a"]', 'FP32'),
        v2('age', '1,2', '[1,2]');
    post('plain', '/p/plain', $_, @json) for '[[1,2.5,3],[3,4,5]]', '[1,2,3]',
        '[{"b":2.5,"a":1},{"a":"3","b":[4],"c":null}]', '[[1,"2.5",null]]',
        '{"a":1}', '[1,2]', '[[1,2,3],[1,2]]', '[[1,null,3]]', '{"a":1,"b":2}';
    post('plain CSV', '/p/plain', $_, @csv) for "b,a\n2.5,1\n4,3\n",
        "1,2,3\n", "1,2\n", "a,b,c\n1,2,\n";
    post('plain v2', '/v2/models/plain/infer', $_, @json)
        for v2('input', '2,3', '[1,2,3,4,5,6]'), v2('a', '1', '[1]'),
        '{"inputs":[{"name":"b","shape":[2],"datatype":"FP32","data":[2.5,4]},'
        . '{"name":"a","shape":[2,1],"datatype":"INT8","data":[[1],[3]]},'
        . '{"name":"c","shape":[2],"datatype":"FP64","data":[null,0.5]}]}';
    post('plain bytes', '/p/plain', floats(21), @octets);
    post('plain v1', '/v1/models/plain:predict', $_, @json)
        for '{"instances":[[1,2,3],[4,5,6]]}', '{"inputs":[[1,2,3]]}',
        '{"inputs":{"a":[1],"b":[2],"c":[3],"d":[4]}}';
    post('single', '/p/single', $_, @json) for '["some text","other"]',
        '"text"', '[{"text":"some text"}]', '[["some text"],["other"]]',
        '["ÄÖÜ ß","日本語のテキスト","😀 smile"]', '[null,""]';
    post('single v1', '/v1/models/single:predict', $_, @json)
        for '{"instances":["some text","other",null]}',
        '{"inputs":["some text"]}', '{"inputs":{"text":["a","b"]}}';
    post('single form', '/p/single', 'text=some+text%21', @form);
    post('single CSV', '/p/single', "some text\n\"o,\"\"ther\"\n", @csv);
    post('number', '/p/number', $_, @json) for '[1,2,3.5]', '[null]', '7',
        '[[1],[null]]', '{"n":1}', '["1e2","?"]';
    return;
}

sub columns_v2 {
    my ($n, @some) = @_;
    my @type = qw(FP32 FP64 FP32 BOOL BOOL BYTES BYTES BYTES BYTES BYTES);
    my %number = (FP32 => 'f<', FP64 => 'd<', BOOL => 'C');
    my (@inputs, @heads, $tail);
    $tail = '';

    for my $i (0 .. 9) {
        my @v = map { $_->[$i] } @some;
        @v = map { $_ // 'false' } @v if $type[$i] eq 'BOOL';
        my $bytes = join '', map {
            my $v = $_;
            utf8::encode($v) if defined $v && $type[$i] eq 'BYTES';
            $type[$i] eq 'BYTES' ? pack('V/a', $v // '')
                : pack $number{ $type[$i] }, !defined $v ? 'nan'
                    : $type[$i] eq 'BOOL' ? $v eq 'true' : $v } @v;
        my $name = $json->encode($names[$i]);
        push @inputs, qq({"name":$name,"datatype":"$type[$i]","shape":[$n],)
            . '"data":[' . join(',', map { value($i, $_) } @v) . ']}';
        push @heads, qq({"name":$name,"datatype":"$type[$i]","shape":[$n,1],)
            . '"parameters":{"binary_data_size":' . length($bytes) . '}}';
        $tail .= $bytes;
    }

    my $uri = '/v2/models/table/infer';
    post("v2 $n", $uri, '{"inputs":[' . join(',', @inputs) . ']}', @json);
    post("v2 classification $n", $uri, '{"outputs":[{"name":"output",'
        . '"parameters":{"classification":2}}],"inputs":['
        . join(',', @inputs) . ']}', @json);
    binary("v2 binary $n", $uri, '{"parameters":{"binary_data_output":true},'
        . '"inputs":[' . join(',', @heads) . ']}', $tail);
    binary("v2 binary $n, cut", $uri, '{"inputs":[' . join(',', @heads)
        . ']}', substr $tail, 0, -1) if $n == 1;
    return;
}

###############################################################################
# models that the trainer wrote: data as in make.d/data.pl

sub trained {
    $to = 'trained';
    my @lines = split /\n/, MaasTest::Proc::slurp(
        "$MaasTest::Compat::dir/data/mixed.csv");
    my ($head, @rest) = map { s/(?:,[^,]*){3}\z//r } @lines;
    post("mixed CSV $_", '/p/mixed', join("\n", $head, @rest[ 0 .. $_ - 1 ])
        . "\n", @csv) for 1, 7, 33, 200;
    @lines = split /\n/, MaasTest::Proc::slurp(
        "$MaasTest::Compat::dir/data/numbers.csv");
    ($head, @rest) = map { s/,[^,]*\z//r } @lines;
    post("price CSV $_", '/p/price', join("\n", $head, @rest[ 0 .. $_ - 1 ])
        . "\n", @csv) for 1, 7, 33;
    post('price v1', '/v1/models/price:regress', '{"examples":[{"x":0.5,"y":'
        . '-0.25},{"x":1,"y":1}]}', @json);
    $state = 9;
    my $pixels = sub { '[' . join(',', map { random() < 0.7 ? 0
        : int 256 * random() } 1 .. 196) . ']' };
    post("digits $_", '/p/digits', '[' . join(',', map { $pixels->() }
        1 .. $_) . ']', @json) for 1, 7;
    post('digits v2', '/v2/models/digits/infer', v2('input', '3,14,14',
        '[' . join(',', map { int(256 * random()) } 1 .. 588) . ']', 'UINT8',
        undef, '"outputs":[{"name":"probabilities","parameters":'
        . '{"classification":3}}],'), @json);
    return;
}

###############################################################################
# pictures

sub chunk {
    my ($name, $data) = @_;
    return pack('N', length $data) . $name . $data
        . pack('N', Compress::Zlib::crc32($name . $data));
}

# bits of depth, colour type, rows of bytes with their filters
sub png {
    my ($w, $h, $depth, $type, $data, %more) = @_;
    return "\x89PNG\r\n\x1a\n"
        . chunk('IHDR', pack 'NNC5', $w, $h, $depth, $type, 0, 0,
            $more{interlace} || 0)
        . ($more{before} || '')
        . chunk('IDAT', Compress::Zlib::compress($data)) . chunk('IEND', '');
}

sub lines {
    my ($h, $bytes, @filters) = @_;
    return join '', map { chr($filters[ $_ % @filters ])
        . pack 'C*', map { int 256 * random() } 1 .. $bytes } 0 .. $h - 1;
}

sub image {
    $to = 'image';
    $state = 3;
    my $p = '/p/image';
    my %channels = (0 => 1, 2 => 3, 3 => 1, 4 => 2, 6 => 4);
    my $palette = chunk('PLTE', pack 'C*', map { int 256 * random() }
        1 .. 768);
    my @all;

    for my $size ([ 5, 7 ], [ 10, 14 ], [ 3, 2 ], [ 23, 17 ], [ 1, 1 ],
        [ 64, 48 ])
    {
        my ($w, $h) = @$size;
        for my $kind ([ 8, 0 ], [ 8, 2 ], [ 8, 6 ], [ 16, 0 ], [ 16, 6 ],
            [ 8, 4 ], [ 1, 0 ], [ 2, 0 ], [ 4, 0 ], [ 8, 3 ], [ 16, 2 ])
        {
            my ($depth, $type) = @$kind;
            next if $w > 20 && $depth * $channels{$type} > 8;
            my $bytes = int(($w * $channels{$type} * $depth + 7) / 8);
            my $file = png($w, $h, $depth, $type,
                lines($h, $bytes, 0 .. 4), before => $type == 3 ? $palette
                : '');
            push @all, $file if $w < 6;
            post("PNG $w x $h, type $type, $depth bits", $p, $file, @png);
        }
        my $pgm = "P5\n$w $h\n255\n" . lines($h, $w - 1, 200, 7);
        post("PGM $w x $h", $p, $pgm,
            'Content-Type' => 'image/x-portable-graymap');
        post("PGM of 16 bits $w x $h", $p, "P5 $w $h 65535\n"
            . lines($h, 2 * $w - 1, 1), 'Content-Type' => undef);
        post("PGM in text $w x $h", $p, "P2\n# no\n$w $h 100\n"
            . join(' ', map { int 101 * random() } 1 .. $w * $h) . "\n",
            'Content-Type' => 'text/plain');
    }

    # interlaced: passes of Adam7, no filters
    my $passes = '';
    for ([ 0, 0, 8, 8 ], [ 4, 0, 8, 8 ], [ 0, 4, 4, 8 ], [ 2, 0, 4, 4 ],
        [ 0, 2, 2, 4 ], [ 1, 0, 2, 2 ], [ 0, 1, 1, 2 ])
    {
        my ($x, $y, $dx, $dy) = @$_;
        my ($w, $h) = (int((9 - $x + $dx - 1) / $dx),
            int((11 - $y + $dy - 1) / $dy));
        $passes .= lines($h, $w, 0) if $w > 0 && $h > 0;
    }
    post('interlaced', $p, png(9, 11, 8, 0, $passes, interlace => 1), @png);

    my $png = $all[0];
    my @b64 = map { encode_base64($_, '') } @all[ 0 .. 4 ];
    post('b64', '/v1/models/image:predict', '{"instances":[' . join(',',
        map { qq({"b64":"$_"}) } @b64) . ']}', @json);
    post('b64 by name', '/v1/models/image:predict', '{"instances":['
        . join(',', map { qq({"picture":{"b64":"$_"}}) } @b64[ 0, 1 ]) . ']}',
        @json);
    post('b64 classify', '/v1/models/image:classify', '{"examples":['
        . join(',', map { qq({"picture":{"b64":"$_"}}) } @b64[ 2, 3 ]) . ']}',
        @json);
    post("b64 bad $_", '/v1/models/image:predict',
        qq({"instances":[{"b64":"$_"}]}), @json) for 'x', '', 'AAAA', '====',
        substr($b64[0], 0, 40), "$b64[0]AA";
    post('b64 with blanks', '/v1/models/image:predict', '{"instances":[{"b64":'
        . '"' . substr($b64[0], 0, 8) . '\n' . substr($b64[0], 8) . '"}]}',
        @json);
    post('b64 bare', $p, qq([{"b64":"$b64[0]"}]), @json);

    my %bad = (
        cut => substr($png, 0, 60), empty => '', json => '[1]',
        changed => $png =~ s/(IDAT..)./$1X/sr, more => "${png}x",
        bomb => substr($png, 0, 16) . pack('NN', 16384, 16384) . substr($png,
            24), wide => png(20000, 1, 8, 0, "\0" . "\1" x 20000),
        jpeg => "\xff\xd8\xff\xe0", crc => $png =~ s/.{8}\z/12345678/sr,
        'no size' => png(0, 5, 8, 0, ''), 'pgm cut' => "P5 5 7 255\n123",
        'pgm max' => "P5 5 7 70000\n123", 'pgm text' => "P2 5 7 255 1 2 x",
        'pgm size' => "P5 0 7 255\n", 'pgm 0' => "P5 2 2 0\nabcd",
        'pgm more' => "P5 1 1 255\nab", ppm => "P6 1 1 255\nabc",
        'pgm over' => "P2 1 1 10 11", 'plte' => png(2, 2, 8, 3, lines(2, 2,
            0)),
    );
    post("bad $_", $p, $bad{$_}, @png) for sort keys %bad;
    post('for numbers', '/p/t2', $png, @png);
    post('for numbers, by its bytes', '/p/t2', $png);
    post('in v2', '/v2/models/image/infer', $png, @png);
    post('JPEG', $p, $png, 'Content-Type' => 'image/jpeg');
    post("as $_", $p, $png, 'Content-Type' => $_) for 'image/png; x=y',
        'application/x-www-form-urlencoded', 'text/plain', 'image/gif';
    return;
}

###############################################################################

sub coding {
    $to = 'coding';
    $state = 21;
    my $body = v2('x', '33,3,4', '[' . numbers(33 * 12) . ']');
    my $gzip = Compress::Zlib::memGzip($body);
    my $deflate = Compress::Zlib::compress($body);
    my $uri = '/v2/models/t2/infer';
    my @gzip = ('Content-Encoding' => 'gzip');

    post('gzip', $uri, $gzip, @json, @gzip);
    post('deflate', $uri, $deflate, @json, 'Content-Encoding' => 'deflate');
    post('x-gzip', $uri, $gzip, @json, 'Content-Encoding' => 'x-gzip');
    post('gzip of rows', '/p/t1', Compress::Zlib::memGzip('[1,2,3,4,5,6]'),
        @json, @gzip);
    post('gzip of CSV', '/p/t1', Compress::Zlib::memGzip("1,2,3,4,5,6\n"),
        @csv, @gzip);
    post('gzip of bytes', '/p/t1', Compress::Zlib::memGzip(floats(12)),
        @octets, @gzip);
    post('gzip of v1', '/v1/models/t1:predict', Compress::Zlib::memGzip(
        '{"instances":[[1,2,3,4,5,6]]}'), @json, @gzip);
    my $head = v2('x', '1,3,4', undef, undef,
        ',"parameters":{"binary_data_size":48}');
    post('gzip of binary', $uri, Compress::Zlib::memGzip($head . floats(12)),
        @gzip, 'Inference-Header-Content-Length' => length $head);
    post('two members', '/p/t1', Compress::Zlib::memGzip('[1,2,3,')
        . Compress::Zlib::memGzip('4,5,6]'), @json, @gzip);
    post('cut', $uri, substr($gzip, 0, -1), @json, @gzip);
    post('more', $uri, "${gzip}x", @json, @gzip);
    post('no gzip', $uri, $body, @json, @gzip);
    post('deflate as gzip', $uri, $deflate, @json, @gzip);
    post('gzip as deflate', $uri, $gzip, @json,
        'Content-Encoding' => 'deflate');
    post('nothing', $uri, '', @json, @gzip);
    post('bad JSON', $uri, Compress::Zlib::memGzip('{"inputs"'), @json, @gzip);
    post('a bomb', '/p/small', Compress::Zlib::memGzip(' ' x 100_000), @json,
        @gzip);
    post("coding $_", '/p/t1', '[1,2,3,4,5,6]', @json,
        'Content-Encoding' => $_) for 'br', 'zstd', 'gzip, gzip', 'identity',
        'Identity', '', 'compress';
    return;
}

###############################################################################

sub meta {
    $to = 'meta';
    get($_) for qw(/v2 /v2/ /v2/health/live /v2/health/ready /v2/models
        /v2/logging /v2/trace/setting /v2/models/t2/trace/setting
        /v2/docs/openapi.json /v2/models/m/ready /v2/models/m/versions/1/ready
        /v2/models/m/versions/12 /v2/models/m/versions/new
        /v2/models/m/versions/12/config /v2/models/m/docs/openapi.json);
    for my $m (qw(m one residual t1 t2 t3 t4 image table plain single number
        mixed digits price wide))
    {
        get("/v2/models/$m");
        get("/v2/models/$m/config");
        get("/v2/models/$m/docs/openapi.json");
    }
    get('/v2/models/t2', 'HEAD');
    get('/v2/docs/openapi.json', 'HEAD');
    get('/few/v2/models/t2/config');
    get('/few/v2/docs/openapi.json');
    post('index', '/v2/repository/index', $_, @json) for '', '{}',
        '{"ready":true}', '{"ready":false}', '{"ready":7}', '[', '{"a":[1]}';
    post('load', '/v2/repository/models/m/load', '{}', @json);
    post('unload', '/v2/repository/models/m/unload', '', @json);
    post('trace', '/v2/trace/setting', '{}', @json);

    # a model that nothing else asks
    get('/v2/models/stats-of/stats');
    post('counted', '/v2/models/stats-of/infer', v2('input', '3,6', '['
        . join(',', 1 .. 18) . ']'), @json);
    post('counted, bad', '/v2/models/stats-of/infer', '{', @json);
    get('/v2/models/stats-of/stats');
    get('/v2/models/stats-of/versions/1/stats');
    push @{ $group{$to} }, { name => 'the page', method => 'GET',
        uri => '/status', headers => [] }, { name => 'the page as JSON', method => 'GET',
        uri => '/status', headers => [ Accept => 'application/json' ] };
    return;
}

# what the groups above left out of the sentences

sub more {
    $to = 'more';
    my ($t2, $table) = ('/v2/models/t2/infer', '/v2/models/table/infer');
    my $d = '[1,2,3,4,5,6,7,8,9,10,11,12]';
    my $bin = ',"parameters":{"binary_data_size":48}';

    binary('a tail of nobody', $t2, v2('x', '1,3,4', $d), 'xxxx');
    binary('another size', $t2, v2('x', '1,3,4', undef, undef,
        ',"parameters":{"binary_data_size":44}'), 'x' x 44);
    binary('FP64 beyond FP32', $t2, v2('x', '1,3,4', undef, 'FP64',
        ',"parameters":{"binary_data_size":96}'), pack 'd<*', 1 .. 11, 1e39);
    binary('BYTES', $t2, v2('x', '1,3,4', undef, 'BYTES', $bin), 'x' x 48);
    binary('zero rows', $t2, v2('x', '0,3,4', undef, undef,
        ',"parameters":{"binary_data_size":0}'), '');
    post('9 dimensions', $t2, v2('x', '1,1,1,1,1,1,1,3,4', $d), @json);
    post('8 dimensions', $t2, v2('x', '1,1,1,1,1,1,3,4', $d), @json);
    post('an output without a name', $t2, v2('x', '1,3,4', $d, undef, undef,
        '"outputs":[{"parameters":{}}],'), @json);
    post('JSON beyond its length', '/p/t2', v2('x', '1,3,4', $d),
        'Content-Type' => 'application/vnd.sagemaker-triton.binary+json;'
        . 'json-header-size=5000');
    post("no comma $_", $t2, $_, @json) for '{"inputs" 1}', '{"id":"a" "b"}',
        '{"a":{"b":1 "c":2}}', '{"a":[1 2]}', '{"id":"a"]', '{1:2}',
        '{"a":tru}', '{"a":"\\u12"}', "{\"a\":\"\t\"}", '{"a":-}', '{"a":1e}';
    post('both inputs', '/v2/models/plain/infer', '{"inputs":['
        . '{"name":"a","shape":[1],"datatype":"FP32","data":[1]},'
        . '{"name":"input","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}',
        @json);

    my $col = sub { my ($name, $rows, $type, $rest) = @_;
        qq({"name":"$name","shape":[$rows],"datatype":"$type",$rest}) };
    my $size = sub { '"parameters":{"binary_data_size":' . $_[0] . '}' };
    post('rows differ', $table, '{"inputs":[' . $col->('age', 1, 'FP32',
        '"data":[1]') . ',' . $col->('flag', 2, 'BOOL', '"data":[true,true]')
        . ']}', @json);
    post('values short', $table, '{"inputs":[' . $col->('age', 2, 'FP32',
        '"data":[1]') . ']}', @json);
    post('values over', $table, '{"inputs":[' . $col->('age', 1, 'FP32',
        '"data":[1,2]') . ']}', @json);
    binary('another size of a column', $table, '{"inputs":[' . $col->('age', 2,
        'FP32', $size->(4)) . ']}', 'xxxx');
    binary('a text beyond', $table, '{"inputs":[' . $col->('note', 1, 'BYTES',
        $size->(5)) . ']}', pack('V', 9) . 'x');
    binary('more than texts', $table, '{"inputs":[' . $col->('note', 1,
        'BYTES', $size->(9)) . ']}', pack('V/a', 'a') . 'more');
    binary('a tail of no column', $table, '{"inputs":[' . $col->('age', 1,
        'FP32', '"data":[1]') . ']}', 'more');

    post("columns $_", '/v1/models/plain:predict', qq({"inputs":$_}), @json)
        for '{"a":[1,2],"b":[1],"c":[1,2]}', '{"a":[],"b":[],"c":[]}',
        '{"a":[1],"b":[1,2],"c":[1]}', '{"a":[1],"a":[2],"b":[1],"c":[1]}',
        '{"a":[[1]],"b":[1],"c":[1]}', '{"a":["x"],"b":[1],"c":[1]}';
    post("object $_", '/v1/models/t1:predict', qq({"instances":[$_]}), @json)
        for '{"input":[1,2,3,4,5,6],"input":[1,2,3,4,5,6]}',
        '{"input":"x"}', '{"input":null}', '{"input":{}}', '{"input":7}';
    post("picture $_", '/v1/models/image:predict', qq({"instances":[$_]}),
        @json) for '"x"', '{"picture":"x"}', 'true', '{"picture":{"b64":7}}',
        '{"picture":{"c64":"x"}}', '{"b64":"x","b64":"y"}';
    post("examples $_", '/v1/models/t1:classify', $_, @json) for '{}',
        '{"examples":[]}', '{"examples":7}', '{"context":{}}',
        '{"examples":[7]}', '{"context":7,"examples":[{}]}';
    post("examples of numbers $_", '/v1/models/t1:regress', $_, @json)
        for '{}', '{"examples":[]}', '{"examples":{}}';
    post('a long context', '/v1/models/single:classify', '{"context":{"text":"'
        . 'x' x 30000 . '"},"examples":[' . join(',', ('{}') x 150) . ']}',
        @json);
    post("rows $_", '/p/t4', $_, @json)
        for '[[[[[1,2],[3,4]],[[5,6],[7,8]]],[[[1,2],[3,4]],[[5,6],[7]]]]]',
        '[[[[1,2],[3,4]],[[5,6],[7,8]]],[1,2]]',
        '[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16],[[1]]]',
        '[[[1,2],[3,4]],[[1,2],[3,4]]]', '[[[[1,2]]]]';
    post("PGM $_", '/p/image', $_, 'Content-Type' => 'image/x-portable-graymap')
        for "P5 2 2 255x123", "P5 20000 2 255\n", "P2 2 2 255 1 2 3",
        "P5 16384 16384 255\n", "P5 x", "P5 2 2 255\n1234\n", 'P5';
    post('a form for numbers', '/p/t2', 'a=1&b=2', @form);
    get('/v1/models/m/versions/7');
    get('/v1/models/m/labels/x');
    get('/metrics');
    get("/return/$_") for 400, 402, 403, 404, 405, 406, 410 .. 418, 421,
        422, 426, 428, 429, 431, 451, 500 .. 505, 507, 599;
    post("return $_", "/return/$_", '[1]', @json) for 404, 429, 503;
    return;
}

###############################################################################
# what nginx -t says; MORE stands in http, LOCATION in server

sub conf {
    $to = 'conf';
    my $file = 'maas_model m %%COMPAT%%/models/t1.safetensors';
    my @more = ("$file;", "$file version=0;", "$file version=x;",
        "$file version=02;", "$file version=2 label=;", "$file fast;",
        "$file version=2 version=3;", 'maas_model a/b x;',
        'maas_model stats x;', 'maas_model ' . 'n' x 65 . ' x;',
        'maas_model m;', 'maas_model n %%TESTDIR%%/none;',
        'maas_model n %%TESTDIR%%;', 'maas_model n %%COMPAT%%/nginx.conf;',
        'maas_serve;', 'maas_max_rows 0;', 'maas_max_rows x;',
        'maas_max_rows 2000000;', 'maas_batch 5000;', 'maas_batch 0;',
        'maas_batch 1; maas_batch 2;', 'maas_zone 1;', 'maas_zone x;',
        'maas_zone 2m; maas_zone 2m;', 'maas_zone 8k;', 'maas_offload on;',
        'maas_offload pool;', 'maas_offload pool above=x;',
        'maas_offload pool above=1s nice=20;', 'maas_offload off above=1s;',
        'maas_offload pool=none above=1s;', 'maas_offload off; maas_offload off;',
        'maas_offload pool above=1s fast;', "$file version=2 label=x; $file "
        . 'version=3 label=x;', 'maas_status;', 'maas_metrics;');
    my @location = ("$file;", 'location /x { maas_predict none; }',
        'location /x { maas_predict m version=9; }',
        'location /x { maas_predict m version=x; }',
        'location /x { maas_predict m fast; }',
        'location /x { maas_predict m; maas_predict m; }',
        'location /x { maas_predict m; maas_serve; }',
        'location /x { maas_serve; maas_status; }',
        'location ~ x { maas_serve; }', 'location = /x { maas_serve; }',
        'location /x { maas_predict; }', 'location /x { maas_metrics on; }',
        'location /x { maas_zone 1m; }', 'location /x { maas_predict m; }');
    push @{ $group{$to} }, map { { name => $_, more => $_, location => '' } }
        @more;
    push @{ $group{$to} }, map { { name => $_, more => '', location => $_ } }
        @location;
    return;
}

sub all {
    %group = ();
    more();
    conf();
    v2_json();
    v2_binary();
    v1();
    bare();
    v2_refused();
    table();
    trained();
    image();
    coding();
    meta();
    return \%group;
}

1;
