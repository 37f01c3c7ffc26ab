# Promise: a worker that starts after swaps finds room for what is served by
# then, whatever the sizes were that the configuration was read with.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Swap;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
# A model of so many inputs, as generation $g of one file

sub put {
    my ($name, $in, $g) = @_;
    MaasTest::Swap::put($t, $name, $g, hidden => 2, in => $in);
    return;
}

put('first', 4, 1);
put('second', 100_000, 1);
put('good', 4, 1);

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_memory 600k;
    maas_batch 1;
    maas_max_rows 1;
    maas_model first first.safetensors watch=100ms max=16m;
    maas_model second second.safetensors watch=100ms max=16m;
    maas_model good good.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /first { maas_predict first; }
        location = /second { maas_predict second; }
        location = /good { maas_predict good; }
        location / { maas_serve; }
    }
}
EOC
$t->known_good('/good', '[1,2,3,4]');
$t->run;

put('second', 4, 2);
ok($t->wait_for(sub { $t->log =~ /"second" version 1: generation 2/ }),
    'the second becomes small');
put('first', 100_000, 2);
ok($t->wait_for(sub { $t->log =~ /"first" version 1: generation 2/ }),
    'the first becomes large');

ok($t->kill_worker, 'another worker');
is($t->post('/second', '[1,2,3,4]')->body, MaasTest::Swap::answer(2),
    'which serves what is small,');
is($t->post('/first', '[' . join(',', (1) x 100_000) . ']')->body,
    MaasTest::Swap::answer(2), 'and what is large');

$t->rebase;
$t->done;
