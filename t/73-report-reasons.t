#!/usr/bin/perl

# Promise: the report's summary of explanations is that of the rows which
# `maas-trainer explain` explains: how much columns add, row by row, and by
# their values; it is the same each time.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(dense_model);
use Test::More;

my $t = MaasTest->new;

sub ok_run { return $t->trains(@_) }

my $state = 5;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

sub explained {
    my ($model, $data) = @_;
    my @rows = map { decode_json($_) } split /\n/,
        ok_run('explain', $model, '--data', $data, '--json');
    return (\@rows, [ map { $_->{attributions} } @rows ]);
}

# What the page has: [column, mean] of the bars; dots of the second card

sub bars {
    my ($html) = @_;
    my ($card) = $html =~ m{<h2>What the columns add</h2>(.*?)</section>}s
        or return;
    my @found = $card =~ m{<span>([^<]*)</span><i [^>]*></i>(?#
        )<span>([^<]*)</span>}g;
    return [ map { [ @found[ 2 * $_, 2 * $_ + 1 ] ] } 0 .. $#found / 2 ];
}

sub mean_sizes {
    my ($adds) = @_;
    my %mean;
    for my $row (@$adds) {
        $mean{$_} += abs($row->{$_}) / @$adds for keys %$row;
    }
    return [ map { [ $_, sprintf '%.4g', $mean{$_} ] }
        sort { $mean{$b} <=> $mean{$a} } grep { $mean{$_} > 0 } keys %mean ];
}

###############################################################################
# a table: two labels; numbers, gaps, a boolean, a category, a text

$t->write_file('t.csv', join '', "x,w,town,ok,note,k\n", map {
    my $x = rnd();
    join(',', $x, $_ % 4 ? rnd() : '', (qw(rome oslo bonn))[$_ % 3],
        $_ % 2 ? 'yes' : 'no', "on day $_ of them",
        rnd() + ($_ % 3 ? 0 : 0.3) < $x ? 'fraud' : 'fine') . "\n" } 1 .. 300);
ok_run(qw(fit -q -d t.csv -o t.st --columns note=text --epochs 10 --folds 0));
ok_run(qw(evaluate t.st -d t.csv --report t.html --bootstrap 0));
my $html = $t->read_file('t.html');
my ($rows, $adds) = explained('t.st', 't.csv');

is_deeply(bars($html), mean_sizes($adds), 'mean sizes');
like($html, qr/To the score of &quot;fraud&quot;, .* over 300 rows\. (?#
    )Integrated gradients .* but for [\d.e-]+ %\./s, 'of which label, how');
my ($card) = $html =~ m{<h2>What the columns add, row by row(.*?)</section>}s;
my $dots = () = $card =~ /h0/g;
is($dots, 5 * 300, 'a dot for each row and column');
my %dots = map { my ($class, $d) = @$_; ($class => $d =~ tr/h//) }
    map { [ /v(\d)" d="([^"]*)/ ] } $card =~ /class="dots (v\d" d="[^"]*)/g;
cmp_ok(keys %dots, '>=', 5, 'colours');
my @grey = $card =~ /class="dots v5" d="([^"]*)"/g;
is((map { s/M//gr =~ tr/h// } join '', @grey)[0], 300 + 300 + 75,
    'grey: a category, a text, gaps');

my %town;
for (0 .. $#$adds) {
    my $town = (qw(rome oslo bonn))[ ($_ + 1) % 3 ];
    $town{$town}[0]++;
    $town{$town}[1] += $adds->[$_]{town};
}
my ($table) = $html =~ m{<h2>What town adds</h2>(.*?)</section>}s;
my %got = map { my @c = m{<td>([^<]*)</td>}g; ($c[0] => [ @c[1, 2] ]) }
    $table =~ m{<tr>(<td>.*?)</tr>}g;
is_deeply(\%got, { map { ($_ => [ $town{$_}[0],
    sprintf '%+.4g', $town{$_}[1] / $town{$_}[0] ]) } keys %town },
    'values of a category');
my ($curve) = $html =~ m{<h2>What w adds</h2>(.*?)</section>}s;
is(scalar(() = ($curve // '') =~ /h0/g), 225, 'where it has a value')
    if defined $curve;
unlike($html, qr/What note adds/, 'a text has no values to show');
ok_run(qw(evaluate t.st -d t.csv --report again.html --bootstrap 0));
ok($t->read_file('again.html') eq $html, 'the same page again');

###############################################################################
# many rows: some of them, in even steps; numbers without names; one class

$t->write_file('n.csv', join '', "a,b,n\n", map { my ($x, $y) = (rnd(), rnd());
    "$x,$y," . (3 * $x - $y) . "\n" } 1 .. 5000);
ok_run(qw(fit -q -d n.csv -o n.st --hidden none --epochs 2 --folds 0));
ok_run(qw(evaluate n.st -d n.csv --report n.html --bootstrap 0));
$html = $t->read_file('n.html');
like($html, qr/To the score of the answer, .* over 2000 rows\. Exact: weight/s,
    'a part of them');
(undef, $adds) = explained('n.st', 'n.csv');
is_deeply(bars($html), mean_sizes([ map { $adds->[ int($_ * 5000 / 2000) ] }
    0 .. 1999 ]), 'every second or third');
($card) = $html =~ m{<h2>What the columns add, row by row(.*?)</section>}s;
is(scalar(() = $card =~ /h0/g), 2 * 400, 'fewer dots');

# nothing to tell: a model that says always the same

my %m = dense_model(name => 'same', sizes => [ 2, 1 ], task => 'regression',
    inputs => { kind => 'columns', columns => [ { name => 'a',
        kind => 'number' }, { name => 'b', kind => 'number' } ] });
$m{tensors}{'layers.0.weight'} = [ [ 2, 1 ], [ 0, 0 ] ];
$t->model('same', %m);
ok_run(qw(evaluate same.safetensors -d n.csv -t n --report same.html
    --bootstrap 0));
unlike($t->read_file('same.html'), qr/What the columns add/, 'no cards');

done_testing();
