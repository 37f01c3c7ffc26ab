# The page of requests is one that a newcomer can follow: predictions first, each
# with a line for a shell that works as it stands.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasBrowser;
use MaasTest;
use Test::More;

MaasTest::missing('Chromium and its driver') unless MaasBrowser::programs();

my $t = MaasTest->new;

$t->model('pair', task => 'binary', sizes => [ 4, 1 ],
    inputs => { kind => 'columns', columns => [
        { name => 'it\'s "it"', kind => 'number' },
        { name => 'country', kind => 'category',
          values => [ "d'or", 'FR', '$HOME' ] } ] });

my $many = join '', map { "maas_model m$_ %%TESTDIR%%/pair.safetensors;\n" }
    1 .. 120;

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model pair %%TESTDIR%%/pair.safetensors version=1;
    maas_model pair %%TESTDIR%%/pair.safetensors version=2;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location "/a 'b/" { maas_serve; }
    }
}
EOC
$t->known_good('/v1/models/pair:predict', '{"instances":[{"it\'s \"it\"":1,'
    . '"country":"FR"}]}', 'Content-Type' => 'application/json');
$t->run;

my $origin = 'http://127.0.0.1:' . $t->port;
my $b = MaasBrowser->new;

# What the shell gets by the line of a request that is open, and what Send does
sub both {
    my ($id, $name) = @_;
    $b->js('const e = document.getElementById(arguments[0]); e.open = true;',
        $id);
    $b->wait_js('return document.querySelector(`#${arguments[0]} .curl`)',
        $id);
    my $line = $b->js('return document.querySelector(`#${arguments[0]} .curl`)'
        . '.textContent', $id);
    $t->write_file('line.sh', $line);
    my $shell = eval { JSON::PP::decode_json(qx(sh @{[ $t->dir ]}/line.sh)) };
    $b->js('document.querySelector(`#${arguments[0]} .send`).click()', $id);
    ok($b->wait_js('return document.querySelector(`#${arguments[0]} '
        . '[role=status] pre`)', $id), "$name: an answer");
    my $page = $b->js('return JSON.parse(document.querySelector('
        . '`#${arguments[0]} [role=status] pre`).textContent)', $id);
    is_deeply($shell, $page, "$name: the shell gets the same");
    return $page;
}


subtest 'of a model' => sub {
    $b->get("$origin/v2/models/pair/docs");
    is_deeply($b->js('return [...document.querySelectorAll("section td")]'
        . '.map(td => td.textContent)'), [ 'country',
        'string, optional', "d'or, FR, \$HOME; null: missing", "it's \"it\"", 'number', '' ], 'what a row is');
    is_deeply($b->js('return [...document.querySelectorAll("summary code")]'
        . '.slice(0, 3).map(e => e.textContent)'), [ '/v2/models/pair/infer',
        '/v1/models/pair:predict', '/v2/models/pair/explain' ],
        'predictions first');
    is(both('infer_pair', 'v2')->{model_version}, 2, 'the newest version');
    ok(both('v1Predict_pair', 'v1')->{predictions}, 'a prediction');
    is(both('model_pair', 'without a body')->{name}, 'pair', 'metadata');

    $b->js('const a = document.querySelector("#v1Predict_pair textarea");'
        . 'a.value = JSON.stringify({ instances: [{ "it\'s \"it\"": 7,'
        . ' country: "$HOME" }] });'
        . 'a.dispatchEvent(new Event("input", { bubbles: true }))');
    ok(both('v1Predict_pair', 'as it was changed')->{predictions}, 'and more');
};


subtest 'of the server' => sub {
    $b->get("$origin/a%20'b/docs#v1Predict_pair_1");
    is($b->js('return [...document.querySelectorAll("h2")].map(e =>'
        . 'e.textContent).join()'), 'pair,The server', 'models, then the rest');
    ok($b->js('return document.getElementById("v1Predict_pair_1").open'),
        'the request of the address');
    is(both('infer_pair_1', 'below a prefix')->{model_version}, 1,
        'one version');
    is(both('repositoryIndex', 'nothing but POST')->[0]{name}, 'pair',
        'works as well');
    $b->js('const f = document.getElementById("find"); f.value = "v1 METADATA";'
        . 'f.dispatchEvent(new Event("input"))');
    is($b->js('return [...document.querySelectorAll(".request")]'
        . '.filter(e => e.checkVisibility()).map(e =>'
        . 'e.querySelector("code").textContent).join(" ")'),
        "/a 'b/v1/models/pair/metadata /a 'b/v1/models/pair/versions/1/metadata",
        'found by words');
    is_deeply([ $b->console ], [], 'the console is empty');
};


subtest 'of many models' => sub {
    $t->conf($t->{template} =~ s/(?=    server)/$many/r);
    undef $b;                  # an old worker would wait for it
    $t->reload;
    $b = MaasBrowser->new;
    $b->get("$origin/docs");
    is($b->js('return document.querySelector("h2").textContent'), 'Any model',
        'the name is a parameter');
    is(both('model_by_name', 'the one that is proposed')->{name}, 'pair', 'it');
    $b->js('const i = document.querySelector("#model_by_name input");'
        . 'i.value = "m77"; i.dispatchEvent(new Event("input"))');
    is(both('model_by_name', 'another one')->{name}, 'm77', 'is asked for');
};


undef $b;
$t->invariants;
done_testing();
