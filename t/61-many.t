#!/usr/bin/perl

# Promise: with a thousand models each answers as itself, and what is said of
# all of them stays usable: index, metrics, pages, documents.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(forward);
use Test::More;

my $n = 1000;
my $t = MaasTest->new;
my @row = (0.5, -1, 2, 0.25);
my (%want, @models);

# by name, in an order that is not that of names; one has three versions, of
# which the newest stands in the middle

for my $i (0 .. $n - 1) {
    my $name = sprintf 'm%03x-%u', ($i * 617) % $n, $i;
    my $model = $t->model($name, sizes => [ 4, 3, 1 ], seed => 7 * $i + 1,
        task => 'regression');
    ($want{$name}) = forward($model, @row);
    push @models, $name;
}

my @lines = map { "maas_model $_ %%TESTDIR%%/$_.safetensors;" } @models;
my $many = $models[500];
my %version = (3 => $models[1], 12 => $models[2], 7 => $models[3]);

$lines[500] = join ' ', map { "maas_model $many %%TESTDIR%%/"
    . "$version{$_}.safetensors version=$_;" } 3, 12, 7;
$want{$many} = $want{ $version{12} };

my @read = sort { $a <=> $b } map { sprintf '%.4f', $_ } values %want;
cmp_ok(scalar(grep { $read[$_] ne $read[ $_ - 1 ] } 1 .. $#read), '>',
    0.9 * $n, 'models differ in what they say');

$t->conf(<<"EOC");
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    @lines
    server {
        listen 127.0.0.1:%%PORT%%;
        keepalive_requests 10000;
        location / { maas_serve; }
        location = /one { maas_predict $models[-1]; }
        location = /metrics { maas_metrics; }
        location = /status { maas_status; }
    }
}
EOC
$t->known_good('/one', JSON::PP::encode_json([ \@row ]),
    'Content-Type' => 'application/json');
$t->run;

###############################################################################

# What each of some models says of the row, all asked on one connection
sub says {
    my @names = @_;
    my $body = JSON::PP::encode_json({ instances => [ \@row ] });
    my @requests = map { $t->request('POST', "/v1/models/$names[$_]:predict",
        $body, 'Content-Type' => 'application/json',
        $_ == $#names ? (Connection => 'close') : ()) } 0 .. $#names;

    return map { my ($x) = $_->body =~ /predictions":\s*\[+([-+.\de]+)/;
        $_->status == 200 ? $x // 'none' : $_->status }
        $t->pipeline(@requests);
}

sub each_answers {
    my ($what) = @_;
    my @got = map { says(@models[ $_ .. $_ + 99 ]) }
        map { 100 * $_ } 0 .. $n / 100 - 1;
    my @wrong = grep { $got[$_] !~ /^[-+.\de]+$/
        || abs($got[$_] - $want{ $models[$_] }) > 1e-5 } 0 .. $n - 1;
    is(scalar @got, $n, "$what: as many answers");
    is(join(' ', map { "$models[$_]: $got[$_]" } @wrong), '',
        "$what: each answers as itself");
    return;
}

each_answers('start');

is_deeply([ map { sprintf '%.5f', $_ } says(map { "$many/versions/$_" }
    3, 12, 7) ], [ map { sprintf '%.5f', $want{ $version{$_} } } 3, 12, 7 ],
    'versions by number');
is(join(' ', says("$many/versions/8", 'm', "${many}0", 'none')),
    '404 404 404 404', 'no such model, no such version');

###############################################################################

my $index = $t->post('/v2/repository/index', '')->json;
is(join("\n", map { "$_->{name} $_->{version}" } @$index), join("\n",
    map { $_ eq $many ? ("$_ 3", "$_ 12", "$_ 7") : "$_ 1" } @models),
    'the index lists all, in order');
is(join(' ', @{ $t->get('/v2/models')->json->{models} }),
    join(' ', @models), 'a name once');
is(join(' ', @{ $t->get("/v2/models/$many")->json->{versions} }), '3 12 7',
    'its versions');
is(join(' ', map { $_->{version} }
    @{ $t->get("/v2/models/$many/stats")->json->{model_stats} }), '3 12 7',
    'its statistics');
is(scalar @{ $t->get('/v2/models/stats')->json->{model_stats} }, $n + 2,
    'statistics of all');

my $metrics = $t->get('/metrics')->body;
my (%series, @bad);

for (split /\n/, $metrics) {
    next if /^# (?:HELP|TYPE) \w+ ./;
    push @bad, $_ unless /^(\w+(?:\{[^}]*\})?) [-+.\deE]+(?:Inf|NaN)?$/
        && !$series{$1}++;
}

is(join("\n", @bad[ 0 .. ($#bad > 9 ? 9 : $#bad) ]), '',
    '/metrics is in order, no series stands twice');

is(scalar(grep { /^nv_inference_request_success\{/ } keys %series), $n + 2,
    'all models are counted');
my ($first) = $metrics =~
    /^nv_inference_request_success\{model="\Q$models[7]\E",version="1"} (\d+)/m;
is($first, 1, 'each for itself');

my $status = $t->get('/status', undef, Accept => 'application/json');
is(scalar @{ $status->json->{models} }, $n + 2, 'the page has all');
like($t->get('/status')->body, qr/\Q$models[-1]\E.*<\/html>/s,
    'as a page for people');

# a path for each would be a document of 17 MB

my $doc = $t->get('/v2/docs/openapi.json');
cmp_ok(length $doc->body, '<', 100_000, 'the document of all is short');
my $paths = $doc->json->{paths};
is(scalar(grep { m{/models/\{model\}} } keys %$paths), 12,
    'with a model as parameter');
is_deeply([ grep { my ($op) = grep { ref eq 'HASH' } values %{ $paths->{$_} };
        my ($p) = @{ $op->{parameters} || [] };
        (m/\{model\}/ xor $p && $p->{in} eq 'path' && $p->{required}
            && $p->{name} eq 'model' && $p->{example} eq $models[0]) }
    sort keys %$paths ], [], 'which every such path says');
my %defined = map { $_ => 1 } keys %{ $doc->json->{components}{schemas} };
is(join(' ', grep { !$defined{$_} }
    $doc->body =~ m{"#/components/schemas/(\w+)"}g), '',
    'references lead somewhere');
unlike($doc->body, qr/@[A-Z_]+@/, 'no mark is left');
is($t->get("/v2/models/$models[9]/docs/openapi.json")->json->{info}{title},
    $models[9], 'each has its own');

###############################################################################

ok($t->reload, 'reload');
each_answers('reload');
ok($t->kill_worker, 'a worker dies');
each_answers('another worker');
$t->rebase;

$t->done;
