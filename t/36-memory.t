# Promise: no request gets more rows into a model than there is memory for, nor
# keeps a worker longer than its size gives it the right to.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Compress::Zlib qw(compress crc32);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $in = 500;

$t->model('m', sizes => [ $in, 3, 2 ], labels => [ 'a', 'b' ]);
$t->model('picture', sizes => [ 12, 5, 2 ], inputs => { kind => 'tensor',
    shape => [ 4, 3 ], name => 'x', image => JSON::PP::true });
$t->model('table', sizes => [ 5, 3, 2 ], inputs => { kind => 'columns',
    columns => [ { name => 'n', kind => 'number' },
        { name => 't', kind => 'text', hash => 4, ngrams => [ 1, 2 ] } ] });
$t->conf(<<'EOC');
%%GLOBALS%%
thread_pool default threads=2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model picture %%TESTDIR%%/picture.safetensors;
    maas_model table %%TESTDIR%%/table.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /table { maas_predict table; }
        location /pool/ { maas_serve; maas_offload pool above=0us; }
        location /few/ { maas_serve; maas_max_rows 50; maas_batch 8; }
    }
}
EOC

my @json = ('Content-Type' => 'application/json');
my $row = '[' . join(',', map { $_ / 8 } 1 .. $in) . ']';
my $classify = '/v1/models/m:classify';

$t->known_good($classify, qq({"examples":[{"input":$row}]}), @json);
$t->run;

# All numbers in the context that examples share: three bytes a row
subtest 'rows that share their numbers' => sub {
    my $want = $t->post($classify, qq({"examples":[{"input":$row}]}), @json)
        ->json->{results}[0];

    for my $root ('', '/pool', '/few') {
        my $most = $root eq '/few' ? 50 : 256;
        for my $n (1, 2, 9, 50, 256, 257) {
            my $rows = join ',', ('{}') x $n;
            my $got = $t->post("$root$classify",
                qq({"context":{"input":$row},"examples":[$rows]}), @json);
            if ($n > $most) {
                is($got && $got->status, 413, "$root: $n rows");
            } else {
                is_deeply($got && $got->json, { results => [ ($want) x $n ] },
                    "$root: $n rows");
            }
        }
    }
};

# A PNG of a black square, a few hundred bytes for millions of pixels
sub square {
    my ($side) = @_;
    my $chunk = sub { pack('N', length $_[1]) . "$_[0]$_[1]"
        . pack 'N', crc32("$_[0]$_[1]") };
    return encode_base64("\x89PNG\r\n\x1a\n"
        . $chunk->('IHDR', pack 'NNC5', $side, $side, 1, 0, 0, 0, 0)
        . $chunk->('IDAT', compress("\0" x ($side * ($side / 8 + 1))))
        . $chunk->('IEND', ''), '');
}

subtest 'many large pictures' => sub {
    my $one = square(2048);
    my $small = square(1024);
    for my $case ([ 200, $one ], [ 413, $one, $one ], [ 200, ($small) x 4 ],
        [ 413, ($small) x 5 ])
    {
        my ($status, @pictures) = @$case;
        my $list = join ',', map { qq({"b64":"$_"}) } @pictures;
        for my $key ('instances', 'inputs') {
            my $got = $t->post('/v1/models/picture:predict',
                qq({"$key":[$list]}), @json);
            is($got->status, $status, @pictures . " as $key");
        }
    }
    my $got = $t->post('/v1/models/picture:classify', qq({"context":{"x":)
        . qq({"b64":"$one"}},"examples":[{},{}]}), @json);
    is($got->status, 413, 'one in a context');
};

# A header of CSV is read once, and blanks before it are passed over
subtest 'a long header' => sub {
    my $want = $t->post('/table', "n,t\n" . "1,a\n" x 200,
        'Content-Type' => 'text/csv')->body;
    is(scalar(() = $want =~ /\n/g), 200, 'rows');
    for my $blanks (500, 513, 900_000) {
        my $got = $t->post('/table', ' ' x $blanks . "n,t\n"
            . "1,a\n" x 200, 'Content-Type' => 'text/csv');
        is($got->body, $want, "$blanks blanks");
    }
};

$t->done;
