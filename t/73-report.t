#!/usr/bin/perl

# Promise: --report writes one page that needs nothing else: all plots as SVG,
# pictures inside, no script, good in the light, in the dark and on paper; what
# names and labels hold stays text.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasBrowser;
use MaasTest;
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Test::More;

MaasTest::missing('Chromium and its driver') unless MaasBrowser::programs();

my $t = MaasTest->new;
my $dir = $t->dir;

sub ok_run { return $t->trains(@_) }

my $state = 5;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

# Every page: one file, closed elements, nothing from elsewhere

sub page {
    my ($name, @titles) = @_;
    my $html = $t->read_file($name);
    my @cards = $html =~ m{<h2>(.*?)</h2>}g;

    is_deeply(\@cards, \@titles, "$name: its parts");
    unlike($html, qr{<script|javascript:|\son\w+=}i, 'no script');
    unlike($html, qr{(?:src|href)=(?!"data:image/png;base64,)}i,
        'nothing from elsewhere');
    unlike($html, qr{https?:|url\(|\@import}, 'nowhere');
    unlike($html, qr/\b-?(?:nan|inf)\b/i, 'no figure that is none');
    for my $e (qw(section div table tr svg path circle rect text figure)) {
        my $open = () = $html =~ m{<$e[\s>]}g;
        my $closed = () = $html =~ m{</$e>|<$e\b[^<>]*/>}g;
        is($closed, $open, "$e: all are closed");
    }
    return $html;
}

my @curves = ('ROC', 'Precision and recall', 'Reliability');
my @binary = (@curves, 'Thresholds');

# cards of what columns add, of these most

sub adds {
    return ('What the columns add', 'What the columns add, row by row',
        map { "What $_ adds" } @_);
}

###############################################################################
# pictures, with a test part

ok_run(qw(synth digits --train 1500 --test 300 --seed 3));
ok_run(qw(fit -q -d digits -o d.st --name digits --epochs 4 --report fit.html));
my $html = page('fit.html', 'Loss by epoch', 'Validation accuracy by epoch',
    'Confusion', 'Class by class', @curves, 'Where it looks',
    'The worst mistakes', 'The record in the file');
like($html, qr/300 rows: the test part/, 'the test part is judged');
my ($png) = $html =~ m{src="data:image/png;base64,([^"]+)"};
is(substr(decode_base64($png), 0, 8), "\x89PNG\r\n\x1a\n", 'a picture');
is(unpack('N', substr decode_base64($png), 16, 4), 28, 'of its width');
like($html, qr{<b>0\.\d{4}</b><span>0\.\d{4} to }, 'a figure with an interval');
like($html, qr{<span>hidden</span><b>64:relu,64:relu</b>}, 'the record');

ok_run(qw(evaluate d.st -d digits --report e.html));
$html = page('e.html', 'Confusion', 'Class by class', @curves,
    'Where it looks', 'The worst mistakes', 'The record in the file');

###############################################################################
# a table, with names that would be elements

my $evil = '<script>alert(1)</script>';
$t->write_file('t.csv', join '', qq{"$evil","a&b",c,kind,k\n},
    map { my ($x, $y) = (rnd(), rnd());
        join(',', $x, $y, rnd(), $x > 0.5 ? 'red' : 'green',
            $x + 0.3 * rnd() > $y ? $evil : qq{"it's ""so"""}) . "\n" }
    1 .. 400);
ok_run(qw(fit -q -d t.csv -o t.st --validation 0.3 --report t.html --epochs
    20 --name t));
$html = page('t.html', 'Loss by epoch', 'Validation accuracy by epoch',
    'Confusion', 'Class by class', @binary, 'What the columns are worth',
    adds('&lt;script&gt;alert(1)&lt;/script&gt;', 'a&amp;b', 'kind', 'c'),
    'The worst mistakes', 'Columns', 'The record in the file');
like($html, qr/&lt;script&gt;alert\(1\)&lt;\/script&gt;/, 'text stays text');
like($html, qr/it&#39;s &quot;so&quot;/, 'quotes too');
like($html, qr{<td>(?:red|green)</td>}, 'a category by its name');

# of the worst mistakes what was in the file, not what was made of it

$t->write_file('gaps.csv', join '', "note,a,k\n",
    map { my $x = rnd();
        "on day $_ of them,", $_ % 2 ? $x : '', ',', rnd() > $x ? 'p' : 'q',
        "\n" } 1 .. 300);
ok_run(qw(fit -q -d gaps.csv -o g.st --validation 0.3 --report g.html --epochs
    2 --columns note=text --name g));
my ($worst) = MaasTest::Proc::slurp("$dir/g.html")
    =~ m{The worst mistakes.*?<table>(.*?)</table>}s;
like($worst, qr{<td>missing</td>}, 'a missing number is none');
unlike($worst, qr{<th>note</th>}, 'hashes of a text are not shown');

# numbers, many classes, no rows to judge

$t->write_file('n.csv', join '', "a,b,n\n",
    map { my ($x, $y) = (rnd(), rnd());
        "$x,$y," . (3000 * $x - 1000 * $y + 50 * rnd()) . "\n" } 1 .. 300);
ok_run(qw(fit -q -d n.csv -o n.st --validation 0.3 --report n.html --epochs 30
    --name n));
$html = page('n.html', 'Loss by epoch', 'Validation R2 by epoch',
    'Answers against the truth', 'Residuals', 'How far off',
    'What the columns are worth', adds('a', 'b'), 'The worst mistakes',
    'Columns', 'The record in the file');
like($html, qr{Loss by epoch.*?>0</text>.*?</svg>}s, 'losses begin at 0');
my ($said) = $html =~ /the least validation loss, ([\d.e+]+)/;
cmp_ok($said, '>', 10, 'losses in units of the data');

$t->write_file('m.csv', join '', "x,k\n",
    map { my $x = int 40 * rnd(); $x + 0.3 * rnd() . ",c$x\n" } 1 .. 900);
ok_run(qw(fit -q -d m.csv -o m.st --validation 0.3 --report m.html --epochs 3
    --name m));
page('m.html', 'Loss by epoch', 'Validation accuracy by epoch',
    'What is mixed up most', @curves, 'What the columns are worth',
    adds('x'), 'The worst mistakes', 'Columns', 'The record in the file');

$t->write_file('coin.csv', join '', "a,k\n",
    map { rnd() . ',' . (rnd() > 0.5 ? 'p' : 'q') . "\n" } 1 .. 600);
ok_run(qw(fit -q -d coin.csv -o coin.st --validation 0.3 --report coin.html
    --epochs 8));
my ($losses) = MaasTest::Proc::slurp("$dir/coin.html")
    =~ m{Loss by epoch(.*?)</svg>}s;
unlike($losses, qr{>0</text>}, 'but not where all are far from it');

ok_run(qw(fit -q -d n.csv -o v.st --validation 0 --report v.html --epochs 1
    --name v));
page('v.html', 'Loss by epoch', 'Columns', 'The record in the file');

my ($rc, undef, $err) = $t->trainer(qw(fit -q -d n.csv -o v.st --report
    no/r.html));
is($rc, 1, 'a report in no folder');
like($err, qr{no/r\.html: the folder no cannot be written to}, 'says so first');

###############################################################################
# what it says can be looked up: mistakes in the file, thresholds by predict

$t->write_file('look.csv', join '', "no,x,w,town,k\n",
    map { my $x = rnd();
        join(',', "N$_", $x, $_ % 4 ? rnd() : '', $_ % 3 ? 'rome' : 'oslo',
            rnd() < $x ? 'fraud' : 'fine') . "\n" } 1 .. 400);
ok_run(qw(fit -q -d look.csv --id no -o look.st --cost 1:3 --epochs 20));
ok_run(qw(evaluate look.st -d look.csv --report look.html --bootstrap 0));
$html = page('look.html', 'Confusion', 'Class by class', @binary,
    'What the columns are worth', adds('x', 'town', 'w'),
    'The worst mistakes', 'Columns', 'The record in the file');

my @file = split /\n/, $t->read_file('look.csv');
my @rows = $html =~ m{<tr><td>look\.csv:(\d+)</td><td>(N\d+)</td><td>(\w+)</td>(?#
    )<td>(\w+)</td><td>([\d.]+) %</td>}g;
cmp_ok(scalar @rows, '>', 5 * 5, 'mistakes with their place');
my ($wrong, $last) = (0, 100);
my @predicted = split /\n/, ok_run(qw(predict look.st -d look.csv -f csv));
while (my ($line, $id, $was, $is, $sure) = splice @rows, 0, 5) {
    my @cell = split /,/, $file[$line - 1];
    my %p;
    @p{qw(id label decision fine fraud)} = split /,/, $predicted[$line - 1];
    $wrong++ if $cell[0] ne $id || $cell[4] ne $was || $p{label} ne $is
        || abs(100 * $p{$is} - $sure) > 0.06 || $sure > $last;
    $last = $sure;
}
is($wrong, 0, 'the row stands in that line, as sure as predict is, sorted');

my @cuts = $html =~ m{<tr( class=own)?><td>([\d.]+)</td><td>(\d+) \(([\d.]+) %\)(?#
    )</td><td>([\d.]+|-)</td><td>([\d.]+)</td><td>([\d.]+)</td><td>([\d.]+)</td>}g;
cmp_ok(scalar @cuts, '>', 8 * 8, 'thresholds');
my ($own, $off) = (0, 0);
while (my ($model, $cut, $n, $share, @got) = splice @cuts, 0, 8) {
    $own++ if $model;
    my ($hit, $alarm, $there) = (0, 0, 0);
    for (1 .. $#predicted) {
        my $p = (split /,/, $predicted[$_])[4];
        my $fraud = (split /,/, $file[$_])[4] eq 'fraud';
        $there += $fraud;
        next if $p <= $cut;
        $fraud ? $hit++ : $alarm++;
    }
    my @want = ($n ? $hit / ($hit + $alarm) : 0, $hit / $there,
        2 * $hit / ($hit + $alarm + $there), $alarm / (400 - $there));
    $off++ if abs($hit + $alarm - $n) > ($model ? 1 : 0);
    $off++ for grep { $got[$_] ne '-' && abs($got[$_] - $want[$_]) > 0.006 }
        0 .. 3;
}
is($off, 0, 'precision, recall, F1, false alarms and how many are flagged');
is($own, 1, "the model's own among them");
like($html, qr{<tr><td>x</td><td>number</td><td>-</td><td>0\.0\d* to 0\.99\d*, mean 0\.(?:4|5)}, 'a column of numbers');
like($html, qr{<tr><td>w</td><td>number</td><td>100 \(25 %\)</td>}, 'what is missing');
like($html, qr{<tr><td>town</td><td>category</td><td>-</td><td>2 different, most often rome \(267\)}, 'a category');
like($html, qr{<tr><td>no</td><td>id</td><td>-</td><td>400 different</td>}, 'an id');

like($html, qr{<span>baseline 0\.\d{4}</span>.*who always says &quot;f}s,
    'a baseline below the figures');

# a date, an amount and one of many categories stand there as they were written

$t->write_file('day.csv', join '', "day;price;shop;k\n", map {
    my $x = rnd(); sprintf("%02d.%02d.2023;%d.%03d,5;s%d;%s\n", 1 + $_ % 28,
        1 + $_ % 12, 1 + 8 * $x, $_, $_ % 90, rnd() < $x ? 'p' : 'q') }
    1 .. 400);
ok_run(qw(fit -q -d day.csv -o day.st --epochs 3 --folds 0 --columns
    shop=category --one-hot 20));
ok_run(qw(evaluate day.st -d day.csv --report day.html --bootstrap 0));
my ($table) = $t->read_file('day.html')
    =~ m{The worst mistakes.*?<table>(.*?)</table>}s;
my @days = split /\n/, $t->read_file('day.csv');
my @shown = $table =~ m{<tr><td>day\.csv:(\d+)</td>(.*?)</tr>}g;
cmp_ok(scalar @shown, '>', 10, 'mistakes of it');
my $unlike = 0;
while (my ($line, $cells) = splice @shown, 0, 2) {
    my ($day, $price, $shop) = split /;/, $days[$line - 1];
    $price =~ tr/.//d;
    $price =~ tr/,/./;
    $price = sprintf '%.6g', $price;
    $unlike++ if grep { index($cells, "<td>$_</td>") < 0 } $day, $shop;
    $unlike++ if $cells !~ m{<td>\Q$price\E</td>};
}
is($unlike, 0, 'as they stand in the file') or diag($table);

# settings as they were used

for my $file (qw(fit.html t.html n.html day.html)) {
    unlike($t->read_file($file), qr{<b>auto</b>}, "$file: nothing is auto");
}

# curves of classes: each has its own line, and its name beside it

$html = $t->read_file('fit.html');
my ($legend) = $html =~ m{ROC.*?<div class="legend">(.*?)</div>}s;
my %style = reverse $legend =~ m{class="line (c\d d\d)".*?</svg>(\S+) <b>0\.\d{4}</b>}g;
is(join(' ', sort keys %style), '0 1 2 3 4 5 6 7 8 9', 'a legend');
my %styles = map { $_ => 1 } values %style;
is(scalar keys %styles, 10, 'ten lines');
my ($picture) = $html =~ m{<h2>ROC</h2>(.*?)<div class="legend">}s;
is(join(' ', grep { $picture !~ m{class="line $style{$_}"[^>]*><title>$_: area} }
    keys %style), '', 'as in the picture');
like($html, qr/What is above the picture, to epoch \d, is up to 1\./,
    'a first epoch that is off');
is(scalar(() = $t->read_file('m.html') =~ m{class="line c\d d\d" d="M1 4}g), 24,
    'of 40 classes the 12 worst, twice');
like($html, qr{class="line dash"[^>]*><title>always the largest class 0\.1}, 'the largest class');
like($t->read_file('n.html'), qr{<title>always the mean 0</title>}, 'the mean');
for (qw(t.html n.html)) {
    like($t->read_file($_), qr{lost when the values of one column are (?#
        )shuffled among the rows}, "$_: what permutation importance is");
}

# a first epoch that is far off does not press the others flat

$t->write_file('steep.csv', join '', "a,b,n\n", map { my ($x, $y) = (rnd(), rnd());
    "$x,$y," . (3000 * $x - 1000 * $y) . "\n" } 1 .. 400);
ok_run(qw(fit -q -d steep.csv -o s.st --report s.html --epochs 40 --lr 0.05));
like($t->read_file('s.html'), qr{>loss \(logarithmic\)<}, 'losses by their logarithm');

###############################################################################
# in a browser

my $b = MaasBrowser->new(width => 1160, height => 900);

for my $file (qw(fit.html t.html n.html m.html)) {
    $b->get("file://$dir/$file");
    is(join("\n", $b->console), '', "$file: the console is empty");
    ok($b->js('return document.documentElement.scrollWidth <= innerWidth'),
        'no wider than the window');
    ok($b->js('return [...document.images].every(i => i.naturalWidth > 0)'),
        'every picture is one');
    ok($b->js('return [...document.querySelectorAll(".card>svg")].every(s =>
        s.getBoundingClientRect().height > 100)'), 'every plot is seen');
    is($b->js('return performance.getEntriesByType("resource").filter(e =>
        !e.name.startsWith("data:")).length'), 0, 'nothing was loaded');
}

# on a phone

$b->cdp('Emulation.setDeviceMetricsOverride', width => 360, height => 740,
    deviceScaleFactor => 1, mobile => JSON::PP::true());
for my $file (qw(fit.html t.html n.html m.html look.html)) {
    $b->get("file://$dir/$file");
    is($b->js('return document.documentElement.scrollWidth'), 360,
        "$file: no wider than a phone");
    cmp_ok($b->js('return Math.min(...[...document.querySelectorAll(".tick")]
        .map(t => t.getBoundingClientRect().height))'), '>=', 9,
        'numbers that can be read');
}
$b->cdp('Emulation.clearDeviceMetricsOverride');

my $paper = 'return getComputedStyle(document.body).backgroundColor';
my %ground;
for (['light', ''], ['dark', ''], ['dark', 'print']) {
    my ($scheme, $media) = @$_;
    $b->cdp('Emulation.setEmulatedMedia', media => $media, features => [
        { name => 'prefers-color-scheme', value => $scheme } ]);
    $ground{"$scheme$media"} = $b->js($paper);
}
isnt($ground{dark}, $ground{light}, 'another ground in the dark');
is($ground{darkprint}, 'rgb(255, 255, 255)', 'white on paper');

done_testing();
