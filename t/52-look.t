# All pages on a phone and on a desk, in light and in dark, with reasons and a
# heat map where the try-it page has them: nothing is wider than the screen, every
# text can be read, and keys reach every control.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasBrowser;
use MaasLook;
use MaasTest;
use Test::More;

MaasTest::missing('Chromium and its driver') unless MaasBrowser::programs();

my $t = MaasTest->new;
my $long = 'a_column_whose_name_is_longer_than_any_screen_is_' x 4;

$t->model('digits', sizes => [ 49, 4 ], task => 'classification',
    inputs => { kind => 'tensor', shape => [ 7, 7 ],
        image => JSON::PP::true });
$t->model('pair', task => 'binary', sizes => [ 6, 1 ],
    labels => [ 'fine', '<b>bad</b>' x 20 ],
    inputs => { kind => 'columns', columns => [
        (map { { name => $_, kind => 'number' } } 'amount', $long,
            "\x{202E}\x{645}\x{631}\x{62D}"),
        { name => 'country', kind => 'category', values => [qw(DE FR)] },
        { name => 'member', kind => 'boolean' } ] });

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model digits %%TESTDIR%%/digits.safetensors;
    maas_model pair %%TESTDIR%%/pair.safetensors;
    maas_model pair %%TESTDIR%%/pair.safetensors version=2 label=canary;
    maas_track $client key=$remote_addr window=10s,1m,10m,1h;
    upstream fleet { server 127.0.0.1:%%PORT%%; server 127.0.0.1:%%PORT1%%; }
    server {
        listen 127.0.0.1:%%PORT%%;
        client_header_buffer_size 8k;
        location = / { maas_status; }
        location = /fleet { maas_fleet status fleet /ask; }
        location = /ask { proxy_pass http://$maas_instance/?$args; }
        location / { maas_serve; maas_shadow pair:2 of=pair:1; }
    }
}
EOC
$t->known_good('/v2/models/digits/infer', '{"inputs":[{"name":"input",'
    . '"datatype":"FP32","shape":[1,7,7],"data":[' . join(',', 1 .. 49)
    . ']}]}', 'Content-Type' => 'application/json');
$t->run;

my $b = MaasBrowser->new;
my $origin = 'http://127.0.0.1:' . $t->port;
my $row = { amount => 1, $long => 2, "\x{202E}\x{645}\x{631}\x{62D}" => 3,
    country => 'DE', member => JSON::PP::true };

$t->post('/v1/models/pair/versions/1:predict', JSON::PP::encode_json(
    { instances => [$row] }), 'Content-Type' => 'application/json')
    for 1 .. 20;

my %pages = (
    '/#digits%3A1' => 'return document.querySelector("#pad").width > 0',
    '/#digits%3A1 ' => 'return !document.getElementById("warm").hidden',
    '/#pair%3A1' => 'return document.querySelector("#bars").children.length'
        . ' == 2 && !document.getElementById("why").hidden'
        . ' && document.querySelectorAll("#reasons li").length > 1',
    '/?page=live#pair%3A1' => 'return !document.getElementById("detail")'
        . '.hidden && document.querySelector("#requests").innerText != "\u2013"',
    '/fleet' => 'return document.querySelectorAll("#instances tbody tr").length'
        . ' == 2 && document.querySelector("#requests").innerText != "\u2013"',
    '/docs' => 'return document.querySelectorAll("details").length > 0',
    '/v2/models/pair/docs' => 'const all = [...document.querySelectorAll('
        . '"details")]; all.forEach(e => { e.open = true; });'
        . 'return all.length > 0 && all.every(e => e.childElementCount > 1)',
);

# A stroke on the pad, of which the page then says why (the page with a blank)

sub drawn {
    my ($browser) = @_;
    ok($browser->wait_js('return document.querySelector("#pad").width > 0'),
        'a pad');
    $browser->draw('#pad', [ [ 0.2, 0.2 ], [ 0.8, 0.2 ], [ 0.5, 0.8 ] ]);
    return;
}


# A number in each field, so that there is something to say why

sub filled {
    my ($browser) = @_;
    ok($browser->wait_js('return document.querySelectorAll('
        . '"#form input").length > 2'), 'a form');
    $browser->js('[...document.querySelectorAll("#form input")]'
        . '.forEach((e, i) => { e.value = 7 - 3 * i;'
        . 'e.dispatchEvent(new Event("input", { bubbles: true })); })');
    return;
}


for my $page (sort keys %pages) {
    subtest $page => sub {
        for my $width (390, 1280) {
            for my $scheme (qw(light dark)) {
                my $name = "$scheme, $width";
                MaasLook::at($b, $width, $scheme);
                $b->get('about:blank');
                $b->get($origin . $page =~ s/ //r);
                drawn($b) if $page =~ / /;
                filled($b) if $page =~ m{^/#pair};
                ok($b->wait_js($pages{$page}), "$name: it is there");
                is(join("\n", MaasLook::wide($b)), '', "$name: it fits");
                is(join("\n", MaasLook::contrast($b)), '',
                    "$name: it can be read");
                is(join("\n", MaasLook::unreached($b)), '',
                    "$name: keys reach all of it");
            }
        }
    };
}

is_deeply([ $b->console ], [], 'the console is empty');

undef $b;
$t->invariants;
done_testing();
