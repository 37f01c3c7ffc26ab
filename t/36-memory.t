# Promise: no request gets more rows into a model than there is memory for.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $in = 500;

$t->model('m', sizes => [ $in, 3, 2 ], labels => [ 'a', 'b' ]);
$t->conf(<<'EOC');
%%GLOBALS%%
thread_pool default threads=2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
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

$t->done;
