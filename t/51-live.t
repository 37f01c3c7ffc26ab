# The page of what is happening in a real browser: its numbers are what was
# asked, they move by themselves, and names that would be code do no harm.

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
my $evil = '<script>window.hurt=1</script>"\'&';

$t->model('pair', task => 'binary', sizes => [ 2, 1 ],
    labels => [ 'fine', $evil ],
    inputs => { kind => 'columns', columns => [
        map { { name => $_, kind => 'number' } } 'amount', $evil ] });
$t->model('says', task => 'classification', sizes => [ 1, 70 ],
    labels => [ map { "label $_" } 1 .. 70 ]);
$t->model('next', task => 'regression', sizes => [ 2, 1 ], seed => 5);
$t->model('moving', task => 'regression', sizes => [ 2, 1 ]);
$t->model('small', task => 'regression', sizes => [ 2, 1 ]);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model pair %%TESTDIR%%/pair.safetensors;
    maas_model small %%TESTDIR%%/small.safetensors version=1;
    maas_model small %%TESTDIR%%/small.safetensors version=2 label=canary;
    maas_model says %%TESTDIR%%/says.safetensors;
    maas_model moving %%TESTDIR%%/moving.safetensors watch=1s;
    maas_track $who key=$http_x_who window=10s,1m,1h;
    server {
        listen 127.0.0.1:%%PORT%%;
        client_header_buffer_size 8k;
        location = /status { maas_status; }
        location = /kept { maas_predict pair; maas_cache zone=answers:1m; }
        location / {
            maas_serve;
            maas_shadow small:2 of=small:1;
            add_header X-Key $who_key;
        }
    }
}
EOC
$t->known_good('/v2/models/pair/infer', '{"inputs":[{"name":"input",'
    . '"datatype":"FP32","shape":[1,2],"data":[1,2]}]}',
    'Content-Type' => 'application/json');
$t->run;

my $origin = 'http://127.0.0.1:' . $t->port;
my @json = ('Content-Type' => 'application/json');

sub ask {
    my ($n, $who, $rows) = @_;
    for (1 .. $n) {
        my $body = JSON::PP::encode_json({ instances => [ ([ 1, 2 ])
            x ($rows || 1) ] });
        my $answer = $t->post('/v1/models/small/versions/1:predict', $body,
            @json, $who ? ('X-Who' => $who) : ());
        $answer->status == 200 or return fail('asked');
    }
    return;
}

sub live {
    return $t->get('/status?page=live&format=json' . ($_[0] || ''))->json;
}

sub model {
    my ($json, $name, $version) = @_;
    return (grep { $_->{name} eq $name && $_->{version} eq $version }
        @{ $json->{models} })[0];
}


subtest 'JSON' => sub {
    my $json = live();
    is_deeply([ sort keys %$json ], [ qw(bounds caches memory models now
        shadows tracks version worker workers) ], 'members');
    is_deeply([ map { "$_->{name}:$_->{version}" } @{ $json->{models} } ],
        [ qw(pair:1 small:1 small:2 says:1 moving:1) ], 'models as configured');
    is(model($json, 'small', 2)->{label}, 'canary', 'a label');
    is($json->{worker}, ($t->workers)[0], 'the worker that answers');
    is($json->{workers}{n}, 1, 'and how many there are');

    my $before = model($json, 'small', 1);
    ask(7, undef, 3);
    $t->post('/v1/models/small/versions/1:predict', '{', @json);
    my $after = model(live(), 'small', 1);
    is_deeply([ map { $after->{$_} - $before->{$_} }
        qw(requests failures rows passes) ], [ 7, 1, 21, 7 ], 'exact counts');
    my $n = 0;
    $n += $_ for @{ $after->{durations} };
    is($n, $after->{requests}, 'each request is in the histogram');
    cmp_ok(@{ $after->{durations} }, '<=', @{ $json->{bounds} } + 1,
        'by its bounds');

    my $detail = live('&model=small&version=1')->{detail};
    is_deeply([ @$detail{qw(name version task parameters)} ],
        [ 'small', 1, 'regression', 3 ], 'one model in detail');
    is($detail->{ns}{read} + $detail->{ns}{queue} + $detail->{ns}{compute}
        + $detail->{ns}{write}, $detail->{ns}{all}, 'where the time went');
    is_deeply($detail->{batches}, [ 0, 7 ], 'rows of passes');
    is_deeply($detail->{reasons}, [ [ 'value', 1 ] ], 'why one failed');
    ok(!exists $detail->{answers}, 'it says no label');
    is(live('&model=small')->{detail}{version}, 2, 'the newest');
    ok(!exists live()->{detail}, 'no other is');

    is($t->get('/status?page=live', undef, Accept => 'application/json')
        ->json->{worker}, $json->{worker}, 'by Accept as well');
    like($t->get('/status?page=live')->header('Content-Type'), qr/^text\/html/,
        'a page for people');
    is_deeply([ sort keys %{ $t->get('/status?format=json')->json } ],
        [ qw(models shadows version) ], 'the other page as JSON');
    is_deeply([ map { $_->{name} } @{ $t->get('/status?format=json&model=pair')
        ->json->{models} } ], ['pair'], 'of one model');

    for (['page=lively', 400, 'page is "try" or "live"'],
        ['format=xml', 400, 'format is "html" or "json"'],
        ['format=json&model=none', 404, 'there is no such model or version'],
        ['format=json&model=pair&version=9', 404,
            'there is no such model or version'])
    {
        my $answer = $t->get("/status?$_->[0]");
        is_deeply([ $answer->status, $answer->json ],
            [ $_->[1], { error => $_->[2] } ], $_->[0]);
    }
    is($t->post('/status?page=live', '')->status, 405, 'to be read');
};


subtest 'answers by label' => sub {
    my $body = '{"instances":[' . join(',', map { "[$_]" } -20 .. 20) . ']}';
    my %said = (map({ ("label $_" => 0) } 1 .. 63), others => 0);
    my $p = $t->post('/v1/models/says:predict', $body, @json)
        ->json->{predictions};
    for my $row (@$p) {
        my ($best) = sort { $row->[$b] <=> $row->[$a] || $a <=> $b } 0 .. 69;
        $said{ $best < 63 ? 'label ' . ($best + 1) : 'others' }++;
    }
    my $answers = live('&model=says')->{detail}{answers};
    is(scalar @$answers, 64, 'no more than these');
    is_deeply({ map { $_->[0] // 'others' => $_->[1] } @$answers }, \%said,
        'each as often as it was said');
    cmp_ok(scalar(grep { $_ } values %said), '>', 1, 'more than one of them');
};


subtest 'clients' => sub {
    ask(9, 'one');
    ask(20, 'two');
    ask(1, 'three');
    my $track = live()->{tracks}[0];
    is_deeply([ @$track{qw(name windows keys requests order looked)} ],
        [ 'who', [qw(10s 1m 1h)], 3, 30, 1, 1 ], 'a table of them');
    is_deeply([ map { $_->{requests}[1] } @{ $track->{top} } ], [ 20, 9, 1 ],
        'busiest first');
    like($_->{key}, qr/^[0-9a-f]{8}$/, 'by a hash') for @{ $track->{top} };
    is($t->get('/v2', undef, 'X-Who' => 'two')->header('X-Key'),
        $track->{top}[0]{key}, 'that a log has as well');
};


my $b = MaasBrowser->new(width => 1280, height => 1000);

sub text {
    return $b->js('return document.querySelector(arguments[0]).innerText',
        $_[0]);
}

# Until an element says what it should; what it said at the end
sub says {
    my ($selector, $re, $name) = @_;
    $b->wait_js('const e = document.querySelector(arguments[0]);'
        . 'return e && new RegExp(arguments[1]).test(e.innerText)',
        $selector, "$re");
    like(text($selector), qr/$re/, $name);
}

# A cell of the table of models by the text of its heading
sub cell {
    my ($name, $head) = @_;
    return $b->js('const [name, head] = arguments;'
        . 'const at = [...document.querySelectorAll("#models thead th")]'
        . '.findIndex(th => th.innerText == head);'
        . 'return [...document.querySelectorAll("#models tbody tr")]'
        . '.find(tr => tr.cells[0].innerText == name).cells[at].innerText',
        $name, $head);
}


subtest 'numbers move' => sub {
    $b->get("$origin/status?page=live#small%3A1");
    is(text('#chosen'), 'small, version 1', 'the model of the address');
    is(text('nav [aria-current]'), 'What is happening', 'which page it is');
    my $count = model(live(), 'small', 1)->{requests};
    is(cell('small 1', 'All requests'), $count, 'what was counted');
    ask(60, 'two', 2);
    says('#c-batches .ends', '^2', 'passes of two rows');
    is(cell('small 1', 'All requests'), $count + 60, 'without a reload');
    says('#requests', '[1-9]', 'requests a second');
    says('#p50', '\d [mµ]?s', 'how long half of them take');
    is($b->js('return document.querySelectorAll("#c-phases li").length'), 4,
        'where the time goes');
    says('#tracks tbody', '81\s+81\s+81', 'the busiest client');
    says('#c-shadows tbody', 'small 1\s+small 2\s+\d+', 'the shadow');

    $t->post('/kept', '[1,2]', @json) for 1 .. 4;
    says('#c-caches tbody', 'answers\s+75\s?%\s+4\s+1\s+0', 'a cache');

    $t->post('/v1/models/pair:predict', '{', @json);
    says('#failures', '^1$', 'a failure');
    is(cell('pair 1', 'Failures'), 1, 'of that model');
};


subtest 'one of them' => sub {
    $b->js('document.querySelector("#models tbody a").focus()');
    $b->keys("\x{E007}");
    says('#chosen', 'pair, version 1', 'chosen with the keyboard');
    says('#c-facts', 'binary', 'its facts');
    $b->js('const th = [...document.querySelectorAll("#models thead th")]'
        . '.find(th => th.innerText == "All requests");'
        . 'th.firstChild.click()');
    is($b->js('return document.querySelector("#models tbody").innerText')
        =~ /^small 1\b/, 1, 'sorted, the most first');
    is($b->js('return document.querySelector("[aria-sort]").innerText'),
        "All requests \x{2193}" =~ s/ .$//r, 'which is said');
};


subtest 'a swap' => sub {
    is(cell('moving 1', 'Generation'), 1, 'the first generation');
    $b->js('location.hash = "moving%3A1"');
    rename $t->dir . '/next.safetensors', $t->dir . '/moving.safetensors';
    says('#c-facts', 'Generation\s+2\s+Swaps\s+1', 'the next one');
    is(model(live(), 'moving', 1)->{generation}, 2, 'in JSON as well');
    $b->js('location.hash = "small%3A1"');
    says('#chosen', 'small, version 1', 'back');
};


# With names of the worst kind, of all that may have a name

my $inject = <<'EOJ';
const fetched = window.fetch, evil = arguments[0];
const long = 'x'.repeat(300), right = '\u202Eright to left \u0645\u0631';
let n = 0;
window.fetch = async (...args) => {
    const json = await (await fetched(...args)).json();
    n++;
    for (const m of json.models) {
        Object.assign(m, { generation: 3, loaded: json.now / 1000 - 120,
            swaps: 2, refused: 1, label: evil });
    }
    if (json.detail) {
        json.detail.answers = [[evil, 90 * n], [long, 9 * n], [right, n]];
        json.detail.reasons = [[evil, 3], [long, 1]];
        json.detail.drift = [
            { column: 'calm', kind: 'number', psi_1h: 0.02, psi_1d: 0.01,
              rows_1h: 900, rows_1d: 9000, missing: 0, unknown: 0,
              bins: ['< 1', '>= 1'], reference: [0.5, 0.5],
              hour: [0.4, 0.6], day: [0.5, 0.5] },
            { column: evil, kind: 'category', psi_1h: 0.31, psi_1d: 0.1,
              rows_1h: 900, rows_1d: 9000, missing: 12, unknown: 34,
              bins: [evil, long, right], reference: [0.7, 0.2, 0.1],
              hour: [0.2, 0.3, 0.5], day: [0.7, 0.2, 0.1] },
            { column: long, kind: 'number', psi_1h: null, psi_1d: null,
              rows_1h: 3, rows_1d: 3, missing: 0, unknown: 0,
              bins: ['a'], reference: [1], hour: [1], day: [1] },
            { column: right, kind: 'text', missing: 5, unknown: 0 } ];
    }
    return new Response(JSON.stringify(json));
};
EOJ

subtest 'hostile names' => sub {
    $b->js($inject, $evil);
    says('#c-answers ol', '90 %', 'answers by label');
    is($b->js('return document.querySelector("#c-answers b").textContent'),
        $evil, 'names are text');
    is($b->js('return [...document.querySelectorAll("#c-drift tbody tr")]'
        . '.map(tr => [...tr.cells].slice(2).map(td => td.textContent).join())'
        . '.join("; ")'), '0.31 shifted,0.10 moved,12,34; '
        . '0.02 stable,0.01 stable,0,0; few rows,few rows,0,0; '
        . "\x{2013},\x{2013},5,0", 'inputs, the most moved first');
    is($b->js('return document.querySelector("#c-drift .pair").ariaLabel'),
        "$evil: 70 % in training, 20 % in the last hour; " . 'x' x 300
        . ": 20 % in training, 30 % in the last hour; \x{202E}right to left "
        . "\x{645}\x{631}: 10 % in training, 50 % in the last hour",
        'bars are told');
    is($b->js('return document.querySelectorAll("script").length'), 2,
        'no element more');
    is($b->js('return window.hurt'), undef, 'nothing ran');
    is(cell("small 1, $evil", 'Generation'), 3, 'generations');
    like(text('#c-facts'), qr/Swaps\n2; refused: 1/, 'and swaps');
};


subtest 'only while somebody looks' => sub {
    my $timers = <<'EOJ';
    const set = window.setTimeout, clear = window.clearTimeout;
    window.waiting = new Set();
    window.setTimeout = (f, ms) => {
        const id = set(() => { window.waiting.delete(id); f(); }, ms);
        window.waiting.add(id);
        return id;
    };
    window.clearTimeout = id => { window.waiting.delete(id); clear(id); };
    window.seen = hidden => {
        Object.defineProperty(document, 'hidden', { configurable: true,
            get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
    };
EOJ
    $b->cdp('Page.addScriptToEvaluateOnNewDocument', source => $timers);
    $b->get("$origin/status?page=live&again");
    ok($b->wait_js('return window.waiting.size == 1 &&'
        . ' document.querySelector("#requests").innerText != "\u2013"'),
        'it waits for the next look');
    $b->js('window.seen(true)');
    ok($b->wait_js('return window.waiting.size == 0'), 'not in the dark');
    $b->js('window.seen(false)');
    ok($b->wait_js('return window.waiting.size == 1'), 'but then again');
    $b->js('document.getElementById("state").click()');
    is(text('#state'), 'paused', 'or as people want it');
    ok($b->wait_js('return window.waiting.size == 0'), 'which holds');
    $b->js('document.getElementById("state").click()');
    says('#state', '^live$', 'and ends');
};


is_deeply([ $b->console ], [], 'the console is empty');
my $foreign = $b->js('return performance.getEntries()'
    . '.filter(e => ["resource", "navigation"].includes(e.entryType))'
    . '.map(e => e.name).filter(n => !n.startsWith(arguments[0] + "/")'
    . ' && !n.startsWith("data:"))', $origin);
is_deeply($foreign, [], 'nothing from another origin');

undef $b;
$t->invariants;
done_testing();
