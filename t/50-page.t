# The try-it page in a real browser: a person who draws a 7 reads 7, and what
# the page shows is what curl gets.

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

# By WebDriver's numbers
my ($ESCAPE, $BACKSPACE, $DOWN, $RIGHT, $LEFT)
    = map { chr } 0xE00C, 0xE003, 0xE015, 0xE014, 0xE012;


sub trainer {
    my ($rc, $out, $err) = $t->trainer(@_);
    is($rc, 0, "trainer: $_[0]") or BAIL_OUT($err);
}

trainer('synth', 'drawn', '--train', 12000, '--test', 500);
trainer('fit', '--data', 'drawn', '--hidden', '64:relu', '--epochs', 6,
    '--seed', 1, '-o', 'digits.safetensors');
$t->model('payments', task => 'binary', sizes => [ 3, 4, 1 ],
    labels => [ 'fine', '<i>fraud</i>' ],
    inputs => { kind => 'columns', columns => [
        map { { name => $_, kind => 'number' } }
            'amount', 'age', '</script><b>bold' ] });
$t->model('table', task => 'binary', sizes => [ 9, 3, 1 ],
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number', missing => 1 },
        { name => 'member', kind => 'boolean' },
        { name => 'country', kind => 'category', values => [qw(DE FR IT)] },
        { name => 'no"te', kind => 'text', hash => 4, ngrams => [ 1, 2 ] } ] });
$t->model('plain', task => 'regression', sizes => [ 6, 1 ],
    inputs => { kind => 'tensor', shape => [ 2, 3 ] });


my %m = MaasTest::Model::dense_model(sizes => [ 7, 1 ], task => 'binary',
    labels => [qw(fine fraud)], outputs => { threshold => 0.0001 },
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number', factor => 0.0001 },
        { name => 'member', kind => 'boolean' },
        { name => 'city', kind => 'category', values => [qw(rome paris)] },
        { name => 'when', kind => 'date', format => 'dmy',
          missing_slot => JSON::PP::true,
          parts => [ { part => 'month' } ] } ] });
$m{doc}{version} = 2;
$m{doc}{reference} = { rows => 12345, columns => {
    amount => { mean => 120.537, low => 1, high => 5000.25 },
    member => { usual => 'true' }, city => { usual => 'paris' },
    when => { usual => '1.12.2024 6:16' } } };
$m{doc}{training} = { tool => 'a "tool"\\', data => { name => '</script>.csv',
    rows => 12345, target => 'kind' }, metrics => {
    validation_accuracy => 0.7 }, validation => { accuracy => 0.71,
    baseline => { accuracy => 0.8 } }, folds => { scores => [ 0.8, 0.9 ],
    figures => { accuracy => { mean => 0.8833 } } } };
$m{tensors}{'layers.0.bias'}[1] = [ -2 ];
$t->model('seen', %m);
%m = MaasTest::Model::dense_model(sizes => [ 1, 3 ], labels => [qw(a b c)],
    outputs => { decision_weights => [ 1, 1, 1000 ] });
$m{doc}{version} = 2;
$m{tensors}{'layers.0.bias'}[1] = [ 2, 0, -1 ];
$t->model('weighed', %m);
$t->model('several', task => 'regression', sizes => [ 2, 14 ]);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model digits %%TESTDIR%%/digits.safetensors;
    maas_model payments %%TESTDIR%%/payments.safetensors;
    maas_model plain %%TESTDIR%%/plain.safetensors;
    maas_model table %%TESTDIR%%/table.safetensors;
    maas_model seen %%TESTDIR%%/seen.safetensors;
    maas_model weighed %%TESTDIR%%/weighed.safetensors;
    maas_model several %%TESTDIR%%/several.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        client_header_buffer_size 8k;
        location = / { maas_status; }
        location /  { maas_serve; }
        location "/a b/" { maas_serve; }
        location = /gone/ { maas_status; }
    }
}
EOC
$t->known_good('/v2/models/plain/infer', '{"inputs":[{"name":"input",'
    . '"datatype":"FP32","shape":[1,2,3],"data":[1,2,3,4,5,6]}]}',
    'Content-Type' => 'application/json');
$t->run;

my $origin = 'http://127.0.0.1:' . $t->port;
my $b = MaasBrowser->new;

sub text {
    return $b->js('return document.querySelector(arguments[0]).textContent',
        $_[0]);
}

# Until the last change of a drawing has its answer
sub settle {
    $b->frames;
    ok($b->wait_js('return document.getElementById("says")'
        . '.getAttribute("aria-busy") == "false"'), 'all was answered');
}

# Until an element says what it should; what it said at the end
sub says {
    my ($selector, $re, $name) = @_;
    $b->wait_js('const e = document.querySelector(arguments[0]);'
        . 'return new RegExp(arguments[1]).test(e.textContent)',
        $selector, "$re");
    like(text($selector), qr/$re/, $name);
}

sub choose {
    $b->js('const s = document.getElementById("models");'
        . 's.value = arguments[0]; s.dispatchEvent(new Event("change"))',
        "$_[0]");
}

# A field of the form, or the one below an open list
sub fill {
    my ($field, $value, $which) = @_;
    $b->js('const e = document.getElementById("form").children[arguments[0]]'
        . '.querySelectorAll("select, input, textarea")[arguments[2]];'
        . 'e.value = arguments[1];'
        . 'for (const name of ["input", "change"]) {'
        . 'e.dispatchEvent(new Event(name, {bubbles: true})); }',
        $field, $value, $which // 0);
}

# The numbers of the bars, as the page got them
sub bars {
    return $b->js('return [...document.querySelectorAll("#bars li")]'
        . '.map(e => [e.dataset.label, Number(e.dataset.value)])');
}

# What the page's own curl line gets, run by a shell
sub curl {
    my $line = text('#curl');
    like($line, qr{^curl -s '\Q$origin\E/v2/models/}, 'the curl line');
    $t->write_file('line.sh', $line);
    my $answer = qx(sh @{[ $t->dir ]}/line.sh);
    return JSON::PP::decode_json($answer)->{outputs}[0]{data};
}


my @seven = map { [ 0.2 + 0.5 * $_->[0], 0.15 + 0.6 * $_->[1] ] }
    [ 0, 0.04 ], [ 0.25, 0.02 ], [ 0.5, 0.01 ], [ 0.75, 0 ], [ 0.98, 0 ],
    [ 1, 0.02 ], [ 0.92, 0.15 ], [ 0.84, 0.3 ], [ 0.76, 0.45 ],
    [ 0.68, 0.6 ], [ 0.6, 0.75 ], [ 0.52, 0.9 ], [ 0.48, 1 ];

subtest 'a drawn 7' => sub {
    $b->get("$origin/");
    is(text('#what'), "\x{2013}", 'no answer before the drawing');

    $b->draw('#pad', \@seven);
    settle();
    says('#what', '^7$', 'the page reads 7');
    says('#time', 'ms in the browser, of it .* waiting for nginx',
        'the time it took');

    my $numbers = curl();
    is_deeply([ map { $_->[1] } @{ bars() } ], $numbers,
        'the bars are the numbers that curl gets');
    is_deeply([ map { $_->[0] } @{ bars() } ], [ 0 .. 9 ], 'and the labels');

    my $ink = $b->js('const c = document.getElementById("sees");'
        . 'const d = c.getContext("2d").getImageData(0, 0, 28, 28).data;'
        . 'return [...d].filter((v, i) => i % 4 == 0)');
    my ($sent) = text('#curl') =~ /"data": \[([\d\s,]+)\]/;
    is_deeply($ink, [ map { $_ + 0 } split /,/, $sent ],
        'the preview is what is sent');
};


subtest 'why' => sub {
    ok($b->wait_js('return !document.getElementById("warm").hidden'),
        'a heat map of the drawing');
    my ($green, $red) = @{ $b->js('const c = document.getElementById("heat");'
        . 'const d = c.getContext("2d").getImageData(0, 0, 28, 28).data;'
        . 'let g = 0, r = 0; for (let i = 0; i < d.length; i += 4) {'
        . 'g += d[i + 1] > d[i] + 9; r += d[i] > d[i + 1] + 9; }'
        . 'return [g, r]') };
    cmp_ok($green, '>', 10, 'pixels speak for it');
    cmp_ok($red, '>', 0, 'and against');
    like($b->js('return document.getElementById("heat")'
        . '.getAttribute("aria-label")'), qr/^What each pixel .* of 7$/,
        'said to those who do not see it');
    is($b->js('return document.getElementById("why").hidden'),
        JSON::PP::true, 'no bars of a picture');

    choose(1);
    ok($b->wait_js('return !document.getElementById("why").hidden'),
        'reasons of a table');
    fill(0, 7);
    fill(1, -2);
    ok($b->wait_js('return document.querySelectorAll("#reasons li").length'
        . ' == 2'), 'a bar for each column that adds');
    like(text('#adds'), qr{^What adds to the score of <i>fraud</i>$},
        'whose score it is');
    my @adds = @{ $b->js('return [...document.querySelectorAll("#reasons li")]'
        . '.map(e => e.querySelector("span").textContent)') };
    is(scalar(grep { /^[-+]\d/ } @adds), 2, 'with a sign') or diag "@adds";
    like(text('#sum'), qr/^From the usual -?[\d.]+ to -?[\d.]+\.$/, 'the sum');
    my ($over) = $b->js('return document.documentElement.scrollWidth'
        . ' > document.documentElement.clientWidth');
    is($over, JSON::PP::false, 'nothing sticks out');

    choose(0);
    $b->draw('#pad', \@seven);
    settle();
};


subtest 'prepared as the data was' => sub {
    my $pixels = sub {
        my ($sent) = text('#curl') =~ /"data": \[([\d\s,]+)\]/;
        return map { $_ + 0 } split /,/, $sent;
    };

    # bounding box and centre of mass of the rows and of the columns
    my $measure = sub {
        my @p = $pixels->();
        my ($sum, $sx, $sy) = (0, 0, 0);
        my @ink = grep { $p[$_] } 0 .. 783;
        for my $i (@ink) {
            $sum += $p[$i];
            $sx += $p[$i] * ($i % 28);
            $sy += $p[$i] * int($i / 28);
        }
        my $high = int($ink[-1] / 28) - int($ink[0] / 28) + 1;
        return ($high, $sx / $sum, $sy / $sum, $sum / 255);
    };

    my @big = $measure->();
    is($big[0], 20, 'the ink is 20 high');

    $b->js('document.getElementById("clear").click()');
    $b->draw('#pad', [ map { [ 0.1 + $_->[0] / 3, 0.6 + $_->[1] / 3 ] }
        @seven ]);
    settle();
    says('#what', '^7$', 'a small 7 in a corner is a 7');

    my @small = $measure->();
    is($small[0], 20, 'it is as high');
    cmp_ok(abs($small[3] - $big[3]), '<', 0.1 * $big[3],
        'its lines are as wide');
    for my $m (\@big, \@small) {
        cmp_ok(abs($_ - 14), '<', 0.51, 'centred') for @{$m}[ 1, 2 ];
    }
};


subtest 'undo, clear, keyboard' => sub {
    $b->js('document.getElementById("clear").click()');
    is(text('#what'), "\x{2013}", 'cleared');

    $b->draw('#pad', [ [ 0.5, 0.2 ], [ 0.5, 0.5 ], [ 0.5, 0.8 ] ],
        [ [ 0.1, 0.1 ], [ 0.9, 0.9 ] ]);
    settle();
    my $both = text('#curl');
    $b->js('document.getElementById("undo").click()');
    says('#what', '^1$', 'undo leaves the bar: 1');
    isnt(text('#curl'), $both, 'and another picture');

    $b->js('document.getElementById("pad").focus()');
    $b->keys($BACKSPACE);
    is(text('#what'), "\x{2013}", 'Backspace undoes the bar');

    $b->keys(($LEFT) x 5, ' ', ($RIGHT) x 8, ($DOWN) x 12, ' ');
    says('#what', '^7$', 'a 7 drawn with the keyboard');
    $b->keys($ESCAPE);
    is(text('#what'), "\x{2013}", 'Escape clears');
};


subtest 'a form for columns' => sub {
    choose(1);
    is($b->js('return document.querySelectorAll("#form input").length'), 3,
        'a field for each column');
    is($b->js('return document.querySelectorAll("#form label")[2]'
        . '.firstChild.data'), '</script><b>bold', 'names are text');

    fill(0, '120.5');
    fill(1, '-3e-1');
    says('#curl', '120\.5, -0\.3, 0\]', 'fields are sent');
    my $p = curl()->[0];
    $b->wait_js('return document.querySelectorAll("#bars li")[1]'
        . '.dataset.value == String(arguments[0])', $p);
    is_deeply(bars(), [ [ fine => 1 - $p ], [ '<i>fraud</i>' => $p ] ],
        'both labels, as curl says');

    fill(1, '');
    says('#error', '^age: not a number\.$', 'a missing number is named');
};


subtest 'a form for columns of several kinds' => sub {
    choose(3);
    is($b->js('return document.getElementById("form").children.length'), 4,
        'a field for each column');
    is($b->js('return [...document.querySelectorAll("#form select")]'
        . '.map(s => [...s.options].map(o => o.text).join()).join(" ")'),
        "true,false missing,DE,FR,IT,another\x{2026}", 'lists of values');

    fill(0, '120.50');
    fill(2, 'FR');
    fill(3, q(it's "late"));
    says('#curl', '\[120\.5\][\s\S]*\[false\][\s\S]*\["FR"\]', 'values are sent');
    my $p = curl()->[0];
    is($p, $t->post('/v1/models/table:predict', '{"instances":[{"amount":'
        . '120.5,"member":false,"country":"FR","no\"te":"it\'s '
        . '\"late\""}]}')->json->{predictions}[0][0], 'as they were meant');
    $b->wait_js('return document.querySelectorAll("#bars li")[1]'
        . '.dataset.value == String(arguments[0])', $p);
    pass('and answered on the page');

    fill(0, 'much');
    says('#error', '^amount: not a number\.$', 'a word is no number');
    is($b->js('return [...document.querySelectorAll("#form .wrong")]'
        . '.map(e => e.innerText).join()'), "amount\nnot a number",
        'it is said at the field');
    fill(0, '');
    says('#curl', '\[null\][\s\S]*\[false\]', 'nothing is missing');
    is(ref curl(), 'ARRAY', 'and answered');
    is($b->js('return document.querySelectorAll("#form .wrong").length'), 0,
        'no field is wrong any more');

    my $known = text('#curl');
    fill(2, "\0");
    fill(2, 'XY', 1);
    says('#curl', '\["XY"\]', 'a value that is not in the list');
    fill(2, 'FR');
    is(text('#curl'), $known, 'and one that is');
};


subtest 'what training saw' => sub {
    choose(4);
    my $values = 'return [...document.querySelectorAll("#form label > '
        . ':is(input, select)")].map(e => e.value).join("|")';
    is($b->js($values), '120.537|true|paris||2024-12-01T06:16',
        'fields begin at usual values');
    is($b->js('return [...document.querySelectorAll("#form small")]'
        . '.map(e => e.textContent).join("|")'), '1 to 5000.25|||',
        'and show the range');
    says('#curl', '"when".*\["01\.12\.2024 06:16"\]', 'a date as the column has it');
    fill(3, '2023-02-01T00:00');
    says('#curl', '\["01\.02\.2023"\]', 'also without a time');
    is(ref curl(), 'ARRAY', 'answered');
    fill(0, '1e300');
    says('#error', '^400: ', 'what the server refuses');
    is($b->js('return document.querySelector("#form .wrong").dataset.name'),
        'amount', 'is marked as well');
    fill(0, '120.537');

    my @facts = split /\|/, $b->js('return [...document.querySelectorAll('
        . '"#facts dt")].map(e => e.textContent).join("|")');
    is("@facts[0 .. 4]", 'Accuracy Trained on Predicts File of Threshold',
        'facts for people first');
    is($b->js('return document.querySelector("#facts dd").textContent'),
        '88.3 % in 2 folds; always one answer: 80.0 %', 'how good');
    is($b->js('return [...document.querySelectorAll("#facts dd")][1]'
        . '.textContent'), '12,345 rows of </script>.csv', 'of what');
};


subtest 'the decision' => sub {
    my $y = curl()->[0];
    $b->wait_js('return document.querySelectorAll("#bars li")[1]'
        . '.dataset.value == String(arguments[0])', $y);
    cmp_ok($y, '<', 0.5, 'more probable is the first label');
    is(text('#what'), 'fraud', 'the second is said, as the threshold has it');
    like(text('#sure'), qr/, fraud above 0\.01 %$/, 'and why');
    choose(5);
    my $p = curl();
    says('#what', '^c$', 'classes by their weights');
    cmp_ok($p->[2], '<', $p->[0], 'not the most probable one');
};


subtest 'several numbers' => sub {
    choose(6);
    says('#what', '^14 numbers$', 'how many');
    is($b->js('return [...document.querySelectorAll("#bars li")]'
        . '.map(e => e.dataset.label).join(" ")'), "@{[ 0 .. 13 ]}",
        'in the order of the file');
    is($b->js('const top = e => Math.round(e.getBoundingClientRect().top);'
        . 'return new Set([...document.querySelectorAll("#bars b")].map(top))'
        . '.size'), 14, 'a line each');
    is($b->js('const at = e => e.getBoundingClientRect().left;'
        . 'return new Set([...document.querySelectorAll("#bars b")].map(at))'
        . '.size'), 1, 'below one another');
};


subtest 'a text area for a tensor' => sub {
    choose(2);
    fill(0, '1 2 3, 4;5');
    says('#error', '^6 numbers are needed, here are 5\.$', 'too few');
    fill(0, '1 2 3, 4;5 6');
    says('#what', '\d', 'an answer');
    my $y = curl()->[0];
    $b->wait_js('return document.querySelector("#bars li").dataset.value'
        . ' == String(arguments[0])', $y);
    is(bars()->[0][1], $y, 'as curl says');
};


subtest 'light, dark, phone' => sub {
    choose(0);
    my $ground = 'return getComputedStyle(document.body).backgroundColor';
    my @media = map {
        $b->cdp('Emulation.setEmulatedMedia', features =>
            [ { name => 'prefers-color-scheme', value => $_ } ]);
        my ($sum) = (0);
        $sum += $_ for $b->js($ground) =~ /(\d+)/g;
        $sum;
    } qw(light dark);
    cmp_ok($media[0], '>', 600, 'light ground');
    cmp_ok($media[1], '<', 150, 'dark ground');

    $b->cdp('Emulation.setDeviceMetricsOverride', width => 360,
        height => 740, deviceScaleFactor => 3, mobile => JSON::PP::true);
    is($b->js('return document.documentElement.scrollWidth'), 360,
        'nothing is wider than a phone');
    $b->draw('#pad', \@seven);
    says('#what', '^7$', 'a 7 on a phone');
    is($b->js('const e = document.getElementById("curl");'
        . 'return e.scrollWidth - e.clientWidth'), 0, 'its curl line fits');
    is($b->js('return getComputedStyle(document.getElementById("pad"))'
        . '.touchAction'), 'none', 'a finger draws and does not scroll');
    choose(4);
    is($b->js('const e = document.getElementById("curl");'
        . 'return [e.scrollWidth - e.clientWidth,'
        . 'e.scrollHeight - e.clientHeight].join()'), '0,0',
        'the curl line is seen whole');
    is($b->js('return document.documentElement.scrollWidth'), 360,
        'and a form fits');
    $b->cdp('Emulation.clearDeviceMetricsOverride');
};


subtest 'requests, from the document' => sub {
    is($b->js('return document.getElementById("docs").href'),
        "$origin/v2/models/seen/versions/1/docs", 'a link');
    for my $place ('/v2/models/seen/docs', '/v2/docs', '/docs') {
        my $answer = $t->get($place);
        is($answer->status, 200, $place);
        is($answer->header('Content-Type'), 'text/html; charset=utf-8',
            'a page');
    }
    is($t->post('/docs', '')->status, 405, 'to be read');
    is($t->get('/docs/openapi.json')->body, $t->get('/v2/docs/openapi.json')
        ->body, 'the document beside it');

    $b->get("$origin/v2/models/seen/docs");
    is($b->js('return document.querySelectorAll("details").length'), 12,
        'all requests of the model');
    is($b->js('return document.querySelector("details[open] summary code")'
        . '.textContent'), '/v2/models/seen/infer', 'one is open');
    my $body = $b->js('return document.querySelector("details[open] textarea")'
        . '.value');
    is(JSON::PP::decode_json($body)->{inputs}[0]{data}[0], 120.537,
        'with an example of usual values');
    $b->js('document.querySelector("details[open] button").click()');
    says('details[open] [role=status] h3', '^200', 'which is answered');
    is($b->js('return JSON.parse(document.querySelector('
        . '"details[open] [role=status] pre").textContent).model_name'),
        'seen', 'by the model');
    $b->js('const a = document.querySelector("details[open] textarea");'
        . 'a.value = "{}"; '
        . 'document.querySelector("details[open] button").click()');
    says('details[open] [role=status] h3', '^400', 'a wrong one is refused');
    $b->js('document.getElementById("v1Predict_seen").open = true');
    says('#v1Predict_seen', 'Row_seen[\s\S]*amountnumber', 'types of a row');

    $b->cdp('Emulation.setDeviceMetricsOverride', width => 360,
        height => 740, deviceScaleFactor => 3, mobile => JSON::PP::true);
    is($b->js('return document.documentElement.scrollWidth'), 360,
        'nothing is wider than a phone');
    is($b->js('const broken = [];'
        . 'for (const td of document.querySelectorAll("td:nth-child(2)")) {'
        . '  const text = td.firstChild, range = document.createRange();'
        . '  for (const word of (text ? text.data : "").matchAll(/\\w+/g)) {'
        . '    range.setStart(text, word.index);'
        . '    range.setEnd(text, word.index + word[0].length);'
        . '    if (range.getClientRects().length > 1) broken.push(word[0]);'
        . '  }'
        . '}'
        . 'return broken.join(" ")'), '', 'no type is broken within a word');
    $b->cdp('Emulation.clearDeviceMetricsOverride');

    $b->get("$origin/a%20b/docs");
    is($b->js('return document.querySelector("details[open] summary code")'
        . '.textContent'), '/a b/v2/models/digits/infer',
        'below a prefix');
    $b->js('document.querySelector("details[open] button").click()');
    says('details[open] [role=status] h3', '^200', 'too');
    is_deeply([ grep { !/the server responded with a status of 400/ }
        $b->console ], [], 'the console is empty');
    $b->get("$origin/");
};


subtest 'alone and quiet' => sub {
    my $foreign = $b->js('return performance.getEntries()'
        . '.filter(e => ["resource", "navigation"].includes(e.entryType))'
        . '.map(e => e.name).filter(n => !n.startsWith(arguments[0] + "/")'
        . ' && !n.startsWith("data:"))', $origin);
    is_deeply($foreign, [], 'nothing from another origin');

    my @loud = $b->console;
    is_deeply(\@loud, [], 'the console is empty');
};


subtest 'an error of the server' => sub {
    $b->get("$origin/gone/");
    $b->draw('#pad', \@seven);
    says('#error', '^404: \S', 'its text is shown');
    is(text('#what'), "\x{2013}", 'and no answer');
};

# the browser's connections close with it
undef $b;
$t->invariants;
done_testing();
