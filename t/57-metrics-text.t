# Promise: what maas_metrics says is the text format that Prometheus reads: no
# series twice and every HELP and TYPE once, also after reloads that change the
# models and after new files of watched ones; promtool has nothing to say of our
# own names.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Prometheus;
use Test::More;

# Names of earlier versions that Prometheus would have otherwise: they stay,
# with a good one beside each
my %old = (maas_variable_duration_us => 'maas_variable_duration_seconds_total');

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');

# x + y - 1, and what it is called is no plain name
my %sum = (doc => {
    version => 1, name => 'sum', task => 'binary',
    inputs => { kind => 'columns', columns => [
        { name => "x \"\\\nz", kind => 'number', missing => 0 },
        { name => 'y', kind => 'category', values => [ 'a', "\\b\nc" ] } ] },
    layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
    outputs => { labels => [ "\"no\\\nw", 'yes' ] },
}, tensors => {
    'layers.0.weight' => [ [ 3, 1 ], [ 1, 1, 2 ] ],
    'layers.0.bias' => [ [1], [-1] ],
});

$t->model('sum', %sum);
$t->model('m', sizes => [ 4, 3, 2 ]);

# another file for each n: with labels and a column of its own
sub seen {
    my ($n) = @_;
    $t->model('seen.new', doc => {
        version => 1, name => 'seen', task => 'classification',
        inputs => { kind => 'columns', columns => [
            { name => 'x', kind => 'number', missing => 0 },
            { name => "only$n", kind => 'number', missing => 0 } ] },
        layers => [ { kind => 'dense', units => 3, activation => 'softmax' } ],
        outputs => { labels => [ 'a', "b$n", 'c' ] },
    }, tensors => {
        'layers.0.weight' => [ [ 2, 3 ], [ 1, 0, -1, 0, 1, 0 ] ],
        'layers.0.bias' => [ [3], [ 0, 0, $n ] ],
    });
    rename $t->dir . '/seen.new.safetensors',
        $t->dir . '/seen.safetensors' or die "rename: $!";
    return;
}

seen(0);

sub conf {
    my (@models) = @_;
    my $models = join "\n",
        map { "    maas_model $_->[0] $_->[1].safetensors version=$_->[2];" }
            [ sum => 'sum', 1 ], [ sum => 'sum', 2 ], @models;
    return <<"EOC";
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
$models
    maas_model seen seen.safetensors watch=100ms;
    maas_track \$client key=\$remote_addr size=1m window=10s;
    maas_feature y \$arg_y;
    maas_set \$sum sum:1 score;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location / { maas_serve; }
        location = /sum {
            maas_predict sum version=1;
            maas_shadow sum:2;
            maas_cache zone=answers:1m;
        }
        location = /var { add_header X-Sum \$sum\$client_10s; return 204; }
        location = /metrics { maas_metrics; }
    }
}
EOC
}

$t->conf(conf([ m => 'm', 1 ]));
$t->known_good('/sum', '[{"x \"\\\\\nz":1,"y":"a"}]', @type);
$t->run;

sub traffic {
    for my $body ('[[1,"a"],[2,"c"]]', '[[null,"a"]]', '[', '[["x","y"]]') {
        $t->post('/sum', $body, @type);
    }
    $t->get("/var?y=$_") for 'a', 'z', '';
    $t->post('/v2/models/seen/infer', '[[1,2],[null,-9]]', @type);
    return;
}

my $last;

sub right {
    my ($what) = @_;
    traffic();
    $last = $t->get('/metrics')->body;
    is_deeply([ MaasTest::Prometheus::wrong($last) ], [], "$what: the format");

    my ($rc, $said) = MaasTest::Prometheus::promtool($t, $last, 'check',
        'metrics');
    my @said = grep { !/^nv_inference_/ && !$old{ (split)[0] } }
        split /\n/, $said;
    is(join("\n", @said), '', "$what: promtool");
    isnt($rc, 1, "$what: promtool reads it");
    return;
}

# what the two look for is found
my $bad = qq{# HELP a_total x\n# TYPE a_total counter\na_total{b="1"} 1\n};
is_deeply([ MaasTest::Prometheus::wrong($bad) ], [], 'right');
isnt(scalar(() = MaasTest::Prometheus::wrong($_)), 0, "wrong: $_") for
    "${bad}a_total{b=\"1\"} 2\n", "$bad# HELP a_total x\n",
    qq{${bad}a_total{b="\n"} 2\n} =~ s/\n(?="\})/\\x/r, "${bad}a_total 2 x\n",
    $bad =~ s/# TYPE.*\n//r, $bad =~ s/\n\z//r;
isnt((MaasTest::Prometheus::promtool($t, "a 1\n", 'check', 'metrics'))[0], 0,
    'promtool looks');

right('at the start');
ok($last =~ /^$old{$_}\{/m, "$_ has a better name beside it")
    for sort keys %old;

for my $round (1 .. 3) {
    $t->conf(conf(map { [ "m$round$_" => 'm', 1 ] } 1 .. $round));
    ok($t->reload, "reload $round");
    right("after reload $round");
    ok($last =~ /\{model="m$round$round",/, 'with the new models');
    ok($last !~ /\{model="m",/, 'without those of before');
}

$t->conf(conf([ m => 'm', 1 ]));
ok($t->reload, 'back again');
ok($t->kill_worker, 'a worker is killed');
right('after that');

for my $n (1 .. 4) {
    seen($n);
    ok($t->wait_for(sub {
        $t->get('/v2/models/seen')->body =~ /"b$n"/
            && $t->get('/v2/models/seen')->body =~ /"b$n"/;
    }), "a new file, $n");
    right("after swap $n");
}

$t->rebase;
$t->done;
