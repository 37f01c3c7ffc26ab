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
use MIME::Base64 qw(decode_base64);
use Test::More;

MaasTest::missing('Chromium and its driver') unless MaasBrowser::programs();

my $t = MaasTest->new;
my $dir = $t->dir;

sub ok_run {
    my ($rc, $out, $err) = $t->trainer(@_);
    is($rc, 0, "@_") or diag($err);
    return $out;
}

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

###############################################################################
# pictures, with a test part

ok_run(qw(synth digits --train 1500 --test 300 --seed 3));
ok_run(qw(fit -q -d digits -o d.st --name digits --epochs 4 --report fit.html));
my $html = page('fit.html', 'Loss by epoch', 'Validation accuracy by epoch',
    'Confusion', 'Class by class', @curves, 'The worst mistakes',
    'The record in the file');
like($html, qr/300 rows: the test part/, 'the test part is judged');
my ($png) = $html =~ m{src="data:image/png;base64,([^"]+)"};
is(substr(decode_base64($png), 0, 8), "\x89PNG\r\n\x1a\n", 'a picture');
is(unpack('N', substr decode_base64($png), 16, 4), 28, 'of its width');
like($html, qr{<b>0\.\d{4}</b><span>0\.\d{4} to }, 'a figure with an interval');
like($html, qr{<span>hidden</span><b>64:relu,64:relu</b>}, 'the record');

ok_run(qw(evaluate d.st -d digits --report e.html));
$html = page('e.html', 'Confusion', 'Class by class', @curves,
    'The worst mistakes', 'The record in the file');

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
    'Confusion', 'Class by class', @curves, 'What the columns are worth',
    'The worst mistakes', 'The record in the file');
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
    'What the columns are worth', 'The worst mistakes',
    'The record in the file');
my ($said) = $html =~ /the least validation loss, ([\d.e+]+)/;
cmp_ok($said, '>', 10, 'losses in units of the data');

$t->write_file('m.csv', join '', "x,k\n",
    map { my $x = int 40 * rnd(); $x + 0.3 * rnd() . ",c$x\n" } 1 .. 900);
ok_run(qw(fit -q -d m.csv -o m.st --validation 0.3 --report m.html --epochs 3
    --name m));
page('m.html', 'Loss by epoch', 'Validation accuracy by epoch',
    'What is mixed up most', @curves, 'What the columns are worth',
    'The worst mistakes', 'The record in the file');

ok_run(qw(fit -q -d n.csv -o v.st --validation 0 --report v.html --epochs 1
    --name v));
page('v.html', 'Loss by epoch', 'The record in the file');

my ($rc, undef, $err) = $t->trainer(qw(fit -q -d n.csv -o v.st --report
    no/r.html));
is($rc, 1, 'a report in no folder');
like($err, qr{no/r\.html: the folder no cannot be written to}, 'says so first');

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
    ok($b->js('return [...document.querySelectorAll("svg")].every(s =>
        s.getBoundingClientRect().height > 100)'), 'every plot is seen');
    is($b->js('return performance.getEntriesByType("resource").filter(e =>
        !e.name.startsWith("data:")).length'), 0, 'nothing was loaded');
}

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
