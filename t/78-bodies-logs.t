# Promise: no byte of a request's body comes into the error log, whatever is
# wrong with it and in whatever form it is, not even at level debug.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Compress::Zlib ();
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @csv = ('Content-Type' => 'text/csv');
my @form = ('Content-Type' => 'application/x-www-form-urlencoded');
my @octets = ('Content-Type' => 'application/octet-stream');

$t->model('table', sizes => [ 4, 3 ], inputs => { kind => 'columns',
    columns => [ { name => 'age', kind => 'number' },
        { name => 'tool', kind => 'category', values => [qw(a b)] },
        { name => 'ok', kind => 'boolean' } ] });
$t->model('tensor', sizes => [ 4, 3, 2 ]);
$t->model('huge', sizes => [ 1, 1 ], task => 'regression', tensors => {
    'layers.0.weight' => [ [ 1, 1 ], [3e38] ],
    'layers.0.bias' => [ [1], [3e38] ] });

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    error_log %%TESTDIR%%/debug.log debug;
    client_body_buffer_size 128;
    maas_model table %%TESTDIR%%/table.safetensors;
    maas_model tensor %%TESTDIR%%/tensor.safetensors;
    maas_model huge %%TESTDIR%%/huge.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /table { maas_predict table; }
        location = /tensor { maas_predict tensor; }
        location = /huge { maas_predict huge; }
        location = /shadow { maas_predict table; maas_shadow tensor; }
        location = /fields {
            maas_feature_body on;
            maas_set $said table label default=none;
            add_header Said $said;
            return 200;
        }
        location = /small { maas_predict table; client_max_body_size 40; }
        location = /good { maas_predict tensor; }
    }
}
EOC
$t->known_good('/good', '[1,2,3,4]', @json);
$t->run;

# a word and a number that stand nowhere else, plain and as other bytes
my ($word, $number) = ('Geheimnisvoll', '4929123456781234');

my @bodies = (
    [ 'a column', 400, '/table', qq([{"$word":1}]), @json ],
    [ 'a value', 400, '/table', qq([{"age":"$word"}]), @json ],
    [ 'a number', 400, '/table', qq([{"age":1,"ok":$number}]), @json ],
    [ 'a category', 200, '/table',
        qq([{"age":1,"tool":"$word","ok":true}]), @json ],
    [ 'no JSON', 400, '/table', qq([{"age":$word}]), @json ],
    [ 'cut off', 400, '/table', qq([{"age":1,"tool":"$word), @json ],
    [ 'a list', 400, '/table', qq([[$number,"$word","$word"]]), @json ],
    [ 'too many', 400, '/table', qq([[1,"$word",true,$number]]), @json ],
    [ 'a column nearly', 400, '/table',
        qq([{"A-g-e":$number,"tool":"$word"}]), @json ],
    [ 'CSV whose first line is a row', 400, '/table', "$word,$number,x\n", @csv ],
    [ 'CSV values', 400, '/table', "age,tool,ok\n$word,$word,$word\n", @csv ],
    [ 'CSV twice', 400, '/table', "age,age,$word\n1,2,3\n", @csv ],
    [ 'CSV quotes', 400, '/table', "age,tool,ok\n1,\"$word\n", @csv ],
    [ 'a form', 400, '/table', "age=$word&tool=$word", @form ],
    [ 'a field', 400, '/table', "$word=$number", @form ],
    [ 'v1', 400, '/table', qq({"instances":[{"$word":$number}]}), @json ],
    [ 'v1 columns', 400, '/table', qq({"inputs":{"$word":[$number]}}), @json ],
    [ 'v1 classify', 400, '/v1/models/table:classify',
        qq({"examples":[{"age":"$word"}],"context":{"ok":"$word"}}), @json ],
    [ 'v1 member', 400, '/v1/models/table:predict', qq({"$word":1}), @json ],
    [ 'v1 signature', 400, '/v1/models/table:predict',
        qq({"signature_name":"$word","instances":[{"age":$number}]}), @json ],
    [ 'v2 input', 400, '/v2/models/table/infer', qq({"inputs":[{"name":"$word",)
        . '"datatype":"FP32","shape":[1],"data":[1]}]}', @json ],
    [ 'v2 datatype', 400, '/v2/models/table/infer', '{"inputs":[{"name":"age",'
        . qq("datatype":"$word","shape":[1],"data":[$number]}]}), @json ],
    [ 'v2 text', 400, '/v2/models/table/infer', '{"inputs":[{"name":"age",'
        . qq("datatype":"BYTES","shape":[1],"data":["$word"]}]}), @json ],
    [ 'v2 output', 400, '/v2/models/tensor/infer', '{"inputs":[{"name":"input",'
        . '"datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}],'
        . qq("outputs":[{"name":"$word"}]}), @json ],
    [ 'v2 parameter', 400, '/v2/models/tensor/infer', '{"inputs":[{"name":'
        . '"input","datatype":"FP32","shape":[1,4],"data":[1,2,3,4],'
        . qq("parameters":{"binary_data_size":"$word"}}]}), @json ],
    [ 'tensor', 400, '/tensor', "[1,2,3,$word]", @json ],
    [ 'a long number', 400, '/tensor', "[1,2,3,$number${number}e400]", @json ],
    [ 'bytes', 400, '/tensor', $word, @octets ],
    [ 'a picture', 400, '/tensor', "\x89PNG$word", 'Content-Type' => 'image/png' ],
    [ 'another type', 415, '/tensor', $word, 'Content-Type' => 'text/x' ],
    [ 'in a file', 400, '/table', '[{"age":1' . ' ' x 5000 . ",$word}]", @json ],
    [ 'compressed', 400, '/table', Compress::Zlib::memGzip(qq([{"$word":1}])),
        @json, 'Content-Encoding' => 'gzip' ],
    [ 'compressed badly', 400, '/table', $word, @json,
        'Content-Encoding' => 'gzip' ],
    [ 'too large', 413, '/small', qq([{"tool":"$word$word$word$word"}]), @json ],
    [ 'too many rows', 413, '/tensor', '[' . join(',', ("[$number,1,1,1]") x 300)
        . ']', @json ],
    [ 'not finite', 500, '/huge', '[9]', @json ],
    [ 'a shadow', 200, '/shadow', qq([{"age":1,"tool":"$word","ok":true}]),
        @json ],
    [ 'fields', 200, '/fields', qq({"age":"$word","tool":"$word"}), @json ],
    [ 'fields, cut off', 200, '/fields', qq({"age":"$word), @json ],
    [ 'fields of a form', 200, '/fields', "age=$word&$word=$number", @form ],
    [ 'by GET', 405, '/table', undef ],
);

for (@bodies) {
    my ($name, $status, $uri, $body, @headers) = @$_;
    my $answer = defined $body ? $t->post($uri, $body, @headers) : $t->get($uri);
    is($answer->status, $status, $name) or diag($answer->body);
    my $debug = $t->read_file('debug.log') . $t->log;
    ok($debug !~ /$word|$number/i, 'nothing of it is in a log')
        or diag($debug =~ /^(.*(?:$word|$number).*)$/mi);
}

my $debug = $t->read_file('debug.log');
my $nginx = $ENV{MAAS_NGINX} // '/usr/sbin/nginx';
like($debug, qr/\[debug\]/, 'which is one for debugging')
    if `$nginx -V 2>&1` =~ /--with-debug/;
my @said = $debug =~ /\[info\][^\n]* maas: ([^\n]*), request_id/g;
cmp_ok(@said, '>', 30, 'and has a line for each refusal');
like($said[0], qr/^a name that the model has not, expected "age", "tool", (?#
    )"ok"$/, 'which says what was expected');
like($t->post('/table', qq([{"$word":1}]), @json)->error, qr/$word/,
    'the client is told which name');

$t->done;
