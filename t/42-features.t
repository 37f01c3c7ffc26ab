# maas_feature, maas_set, maas_deny: predictions from a request's own fields.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use Test::More;

my $true = JSON::PP::true;

# The amount alone decides, in steps that are easy to say: the logit is
# amount - 3, plus 10 if the tool is curl, plus 100 if it is missing.

my %bots = (
    doc => {
        version => 1, name => 'bots', task => 'binary',
        inputs => { kind => 'columns', columns => [
            { name => 'amount', kind => 'number', missing => 0,
                missing_slot => $true },
            { name => 'tool', kind => 'category', values => [ 'wget', 'curl' ] },
        ] },
        layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
        outputs => { labels => [ 'person', 'bot' ], threshold => 0.8 },
    },
    tensors => {
        'layers.0.weight' => [ [ 4, 1 ], [ 1, 100, 0, 10 ] ],
        'layers.0.bias' => [ [ 1 ], [ -3 ] ],
    },
);

sub price {
    my ($k) = @_;
    return (doc => {
        version => 1, name => 'price', task => 'regression',
        inputs => { kind => 'columns', columns => [
            { name => 'size', kind => 'number' } ] },
        layers => [ { kind => 'dense', units => 1, activation => 'linear' } ],
    }, tensors => {
        'layers.0.weight' => [ [ 1, 1 ], [ $k ] ],
        'layers.0.bias' => [ [ 1 ], [ 0 ] ],
    });
}

my %kinds = (
    doc => {
        version => 1, name => 'kinds', task => 'classification',
        inputs => { kind => 'columns', columns => [
            { name => 'x', kind => 'number' } ] },
        layers => [ { kind => 'dense', units => 3, activation => 'softmax' } ],
        outputs => { labels => [ 'a', 'b b', 'c' ] },
    },
    tensors => {
        'layers.0.weight' => [ [ 1, 3 ], [ 1, 0, -1 ] ],
        'layers.0.bias' => [ [ 3 ], [ 0, 0, 0 ] ],
    },
);

my $t = MaasTest->new;

$t->model('bots', %bots);
$t->model('price-1', price(2));
$t->model('price-2', price(3));
$t->model('kinds', %kinds);
$t->model('strict', price(1));

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model bots bots.safetensors;
    maas_model price price-1.safetensors version=1;
    maas_model price price-2.safetensors version=2;
    maas_model kinds kinds.safetensors;
    maas_model strict strict.safetensors;

    log_format f escape=none '$request_uri $bot $maas_features_bots '
                             '$maas_features';
    access_log %%TESTDIR%%/f.log f;

    map $bot $verdict { default people; "~^0\.[89]|^1" robots; }

    maas_feature tool $arg_tool;

    server {
        listen 127.0.0.1:%%PORT%%;

        maas_feature amount $arg_amount;
        maas_set $bot bots score;

        location / {
            maas_set $label bots label;
            maas_set $no bots probability=person;
            maas_set $yes bots probability=bot;
            maas_set $decision bots decision;
            maas_set $step bots step=0.5,0.9;
            add_header X "$bot $label $no $yes $decision $step $verdict";
            return 200 ok;
        }

        location = /inline {
            maas_feature amount "$arg_a$arg_b";
            return 200 $bot;
        }

        location = /if {
            if ($verdict = robots) { return 403; }
            return 200 $bot;
        }

        location /deny {
            maas_set $gate bots decision;
            maas_deny $gate;
            try_files /none =204;
            location = /deny/429 { maas_deny $gate 429; try_files /n =204; }
            location = /deny/off { maas_deny off; try_files /n =204; }
        }

        location = /redirect {
            maas_feature amount 3;
            set $seen $bot;
            rewrite ^ /end last;
        }

        location = /end { return 200 "$seen $bot"; }

        location = /error {
            error_page 404 = /end;
            set $seen $bot;
            try_files /none =404;
        }

        location = /price {
            maas_feature size $arg_size;
            maas_set $newest price score;
            maas_set $first price:1 score default=none;
            return 200 "$newest $first";
        }

        location = /own {
            maas_feature size $arg_size;
            maas_feature size $arg_own model=price;
            maas_set $newest price score;
            maas_set $first strict score;
            return 200 "$newest $first";
        }

        location = /kinds {
            maas_feature x $arg_x;
            maas_set $class kinds label;
            maas_set $best kinds score;
            maas_set $b kinds "probability=b b";
            return 200 "$class $best $b";
        }

        location = /strict {
            maas_feature size $arg_size;
            maas_set $strict strict score default=0;
            return 200 "[$strict]";
        }

        location = /circle {
            maas_feature size $round;
            maas_set $round price score default=5;
            return 200 "$round";
        }

        location = /chain {
            maas_feature size $bot;
            maas_set $newest price score;
            return 200 "$newest";
        }

        location = /up { proxy_pass http://127.0.0.1:%%PORT%%/seen;
            proxy_set_header X-Bot $bot; }
        location = /seen { return 200 "up $http_x_bot"; }

        location /v2 { maas_serve; }
        location = /metrics { maas_metrics; }
    }
}
EOC

$t->known_good('/v2/models/price/versions/2/infer',
    '{"inputs":[{"name":"size","datatype":"FP32","shape":[1,1],"data":[2]}]}');
$t->run;

sub p { return sprintf '%.6f', unpack 'f', pack 'f', 1 / (1 + exp -$_[0]) }

###############################################################################
# what a variable says

for ([ '?amount=3.5', 0.5 ], [ '?amount=4', 1 ], [ '?amount=1&tool=curl', 8 ],
    [ '?amount=1&tool=wget', -2 ], [ '?amount=2.0&tool=other', -1 ],
    [ '?amount=5', 2 ], [ '?amount=6', 3 ], [ '', 97 ], [ '?amount=', 97 ],
    [ '?amount=none', 97 ], [ '?amount=1e99', 97 ])
{
    my ($args, $z) = @$_;
    my $p = p($z);
    my $said = $p > 0.8 ? 1 : 0;
    my $r = $t->get("/$args");
    is($r->header('X'), join(' ', $p, $said ? 'bot' : 'person', p(-$z), $p,
        $said, ($p > 0.5) + ($p > 0.9), $p >= 0.8 ? 'robots' : 'people'),
        "all of a binary model: $args");
}

is($t->get('/kinds?x=0.5')->body =~ s/ .*//r, 'a', 'a class');
like($t->get('/kinds?x=0')->body, qr/^a 0\.333333 0\.333333$/,
    'the likeliest, and a label with a blank');
like($t->get('/kinds?x=-9')->body, qr/^c 0\.99\d+ 0\.000\d+$/, 'another class');

is($t->get('/price?size=1.5')->body, '4.5 3',
    'regression: shortest decimal; newest version, a given one');
is($t->get('/own?size=1&own=2')->body, '6 1', 'a feature of one model wins');
is($t->get('/strict?size=4')->body, '[4]', 'a required column');
is($t->get('/strict')->body, '[0]', 'without it the default');
is($t->get('/strict?size=x')->body, '[0]', 'and where it is not to be read');
like($t->log, qr/\[error\].* maas_set: model "strict": column "size" has no value; the default is used/,
    'which is said');
is(() = $t->log =~ /the default is used/g, 1, 'once');
is($t->get('/circle')->body, 5, 'a circle is cut: inside it is missing');

###############################################################################
# where it is evaluated

is($t->get('/inline?a=3&b=.5')->body, p(0.5), 'a text of several variables');
is($t->get('/if?amount=9')->status, 403, 'if: refused');
is($t->get('/if?amount=1')->body, p(-2), 'if: passed');
is($t->get('/deny?amount=9')->status, 403, 'maas_deny');
is($t->get('/deny?amount=1')->status, 204, 'maas_deny: 0 passes');
is($t->get('/deny/429?amount=9')->status, 429, 'a line replaces that above');
is($t->get('/deny/off?amount=9')->status, 204, 'off');
is($t->get('/redirect?amount=1')->body, p(0) . ' ' . p(-2),
    'each location has its features');
is($t->get('/error?amount=1')->body, p(-2) . ' ' . p(-2),
    'the same features elsewhere: kept, though arguments are gone');
is($t->get('/chain?amount=3')->body, 1.5, 'a score feeds another model');
is($t->get('/up?amount=3')->body, 'up 0.500000', 'a header to an upstream');

###############################################################################
# logs

sub logged {
    my ($uri) = @_;
    my $r = $t->get($uri);
    my ($line) = grep { index($_, "$uri ") == 0 }
        reverse split /\n/, $t->read_file('f.log');
    return substr $line, 1 + length $uri;
}

is(logged('/x?amount=3&tool=curl'),
    p(10) . ' {"amount":3,"tool":"curl"} {"amount":3,"tool":"curl"}',
    'a log has what was used');
is(logged('/x?amount=3.50&tool=12'),
    p(0.5) . ' {"amount":3.50,"tool":"12"} {"amount":3.50,"tool":"12"}',
    'numbers as they came; a category in quotes');
is(logged('/x?amount=abc'), p(97) . ' {"amount":null,"tool":null} '
    . '{"amount":"abc","tool":null}', 'what cannot be read');
is(logged('/x?amount=007'), p(4) . ' {"amount":"007","tool":null} '
    . '{"amount":"007","tool":null}', 'no number of JSON');
is(logged('/x?amount=1e99'), p(97) . ' {"amount":null,"tool":null} '
    . '{"amount":"1e99","tool":null}', 'too large');
is(logged("/x?amount=3&tool=\xff\"\xc3\xa4"), p(0)
    . qq( {"amount":3,"tool":"\xef\xbf\xbd\\"\xc3\xa4"} )
    . qq({"amount":3,"tool":"\xef\xbf\xbd\\"\xc3\xa4"}), 'no UTF-8');

###############################################################################
# counters

sub counts {
    my ($model, @names) = @_;
    my $text = $t->get('/metrics')->body;
    return map { $text =~ /^maas_variable_$_\{model="$model",version="1"\} (\d+)$/m
        ? $1 : 'none' } @names;
}

my @names = qw(requests_total failures_total missing_total);
my @before = counts('bots', @names);
$t->get('/?amount=1&tool=curl');
$t->get('/?amount=x');
my @after = counts('bots', @names);
is($after[0] - $before[0], 3, 'requests that were scored, /metrics itself, too');
is($after[1] - $before[1], 0, 'failures');
is($after[2] - $before[2], 4, 'missing features');
is((counts('strict', 'failures_total'))[0], 2, 'failures of another model');

###############################################################################
# configurations that are refused

sub refused {
    my ($what, $http, $server, $re) = @_;
    my ($rc, $said) = $t->check_conf(<<EOC);
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model bots bots.safetensors;
    maas_model price price-1.safetensors;
    maas_model kinds kinds.safetensors;
    maas_model strict strict.safetensors;
    maas_model iris iris.safetensors;
    $http
    server { listen 127.0.0.1:%%PORT%%; $server }
}
EOC
    $rc ? is($rc, 1, $what) : is($re =~ /warn/, 1, $what);
    like($said, $re, "$what: said");
    return;
}

$t->model('iris', sizes => [ 4, 3, 3 ]);

refused('two models with one name in variables', 'maas_model a-b price-1.safetensors;
    maas_model a_b price-2.safetensors; log_format x $maas_features_a_b;', '',
    qr/variable "\$maas_features_a_b" could be of maas_model "a-b" or "a_b"/);

for (
    [ 'no such column', 'maas_feature amuont $arg_a;',
        qr/maas_feature: "amuont" is no column of any maas_model in \S+check.conf:23 / ],
    [ 'no such column of a model', 'maas_feature size $arg_a model=bots;',
        qr/"size" is no column of maas_model bots in/ ],
    [ 'no such model', 'maas_feature size $arg_a model=none;',
        qr/maas_feature: no maas_model "none" in/ ],
    [ 'a column twice', 'maas_feature size 1; maas_feature size 2;',
        qr/column "size" has a maas_feature here already/ ],
    [ 'a parameter', 'maas_feature size 1 modal=bots;',
        qr/invalid parameter "modal=bots"/ ],
    [ 'an unknown variable', 'maas_feature size $nothing;',
        qr/unknown "nothing" variable/ ],
    [ 'no model', 'maas_set $x none score;', qr/maas_set: no maas_model "none"/ ],
    [ 'no version', 'maas_set $x bots:7 score;',
        qr/maas_set: no maas_model "bots" version 7/ ],
    [ 'a bad version', 'maas_set $x bots:seven score;',
        qr/invalid model "bots:seven"/ ],
    [ 'no variable', 'maas_set x bots score;',
        qr/"x" is no name of a variable, expected "\$", letters/ ],
    (map { [ "a variable $_ that nobody can read", "maas_set $_ bots score;",
        qr/is no name of a variable/ ] } '$', '$1', '$a-b', '"$a b"', '${a}'),
    (map { [ "a variable $_ that hides another", "maas_set $_ bots score;",
        qr/would be one of "\$[a-z_]+\*", which are there already/ ] }
        '$http_x', '$arg_x', '$maas_features_bots'),
    [ 'a default with a variable', 'maas_set $x bots score default=$uri;',
        qr/"default=\$uri", expected a text without variables/ ],
    [ 'a model twice', 'maas_feature size 1 model=strict model=price;',
        qr/invalid parameter "model=price", expected .* once/ ],
    [ 'a name that nobody can deny by', 'maas_deny "$maas state";',
        qr/"\$maas state" is no name of a variable/ ],
    [ 'nginx\'s own', 'maas_set $uri bots score;', qr/the duplicate "uri" variable/ ],
    [ 'a variable twice', 'maas_set $x bots score; maas_set $x bots label;',
        qr/"maas_set" directive has this variable twice/ ],
    [ 'a bad what', 'maas_set $x bots scores;', qr/invalid parameter "scores"/ ],
    [ 'no reasons', 'maas_set $x bots reasons=0;',
        qr/"reasons=" is how many columns are told .*, expected 1 to 16/ ],
    [ 'no label', 'maas_set $x bots probability=robot;',
        qr/"robot" is no label of model "bots", expected one of 2, "\w+" to "\w+"/ ],
    [ 'a probability of none', 'maas_set $x price probability=robot;',
        qr/"robot" is no label of model "price", which has none/ ],
    [ 'a decision of three', 'maas_set $x kinds decision;',
        qr/"decision" needs a model of two labels, unlike model "kinds"/ ],
    [ 'a label of none', 'maas_set $x price label;',
        qr/there are no labels of model "price"/ ],
    [ 'steps', 'maas_set $x bots step=0.9,0.5;',
        qr/"step=" needs ascending numbers with commas for model "bots"/ ],
    [ 'steps of text', 'maas_set $x bots step=0.9,high;', qr/"step=" needs/ ],
    [ 'steps of nothing', 'maas_set $x bots step=0.9,;', qr/"step=" needs/ ],
    [ 'a tensor', 'maas_set $x iris score;',
        qr/model "iris" reads a tensor, and has no columns/ ],
    [ 'a status', 'maas_deny $uri 200;', qr/invalid status "200"/ ],
    [ 'no variable to deny', 'maas_deny uri;', qr/invalid parameter "uri"/ ],
    [ 'features of no model', 'location / { return 200 $maas_features_none; }',
        qr/no maas_model "none" for variable "\$maas_features_none"/ ],
    [ 'nothing feeds it', 'location / { maas_set $x strict score; }',
        qr/\[warn\].* maas_set: no maas_feature for "size", which model "strict" requires, so that "\$x" is always the default in \S+:23/ ],
    [ 'nothing feeds it anywhere', 'maas_set $x bots score;
        location /a { maas_set $y bots score; }',
        qr/\[warn\].* maas_set: no maas_feature for any column of model "bots", so that "\$x" is the same for all requests in \S+:23$/m ],
)
{
    my ($what, $server, $re) = @$_;
    refused($what, '', "\n$server", $re);
}

refused('a map of the same name', '',
    '} map $uri $x { default 1; } server { maas_set $x bots score;',
    qr/variable "\$x" belongs to another directive/);
refused('a map behind', '',
    'maas_set $x bots score; } map $uri $x { default 1; } server {',
    qr/variable "\$x" belongs to another directive, too/);

$t->done;
