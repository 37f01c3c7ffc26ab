#!/usr/bin/perl

# Promise: numbers and dates are read as people write them, column by column;
# what was found is said and kept in the model file, so that predict reads the
# same; where two readings are left, fit ends with both.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use POSIX qw(strftime);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub fit {
    my ($rc, $out, $err) = $t->trainer('fit', '-q', '--json', '-o', 'm.st',
        '--epochs', 1, '--hidden', 'none', @_);
    return ($rc ? undef : decode_json($out), $err);
}

sub document {
    my ($rc, $out) = $t->trainer(qw(inspect --json m.st));
    return decode_json($out)->{document};
}

# Columns name => sub of a row's number, from 1; y is the target

sub table {
    my ($rows, @columns) = @_;
    my (@names, @values);
    while (my ($name, $code) = splice @columns, 0, 2) {
        push @names, $name;
        push @values, $code;
    }
    return join('', map { join("\t", @$_) . "\n" } [@names, 'y'], map {
        my $i = $_;
        [(map { $_->($i) } @values), $i % 2 ? 'a' : 'b'] } 1 .. $rows);
}

sub commas { my ($n, $sign) = @_; my $s = reverse $n;
    $s =~ s/(\d{3})(?=\d)/$1,/g; return scalar(reverse $s) =~ s/,/$sign/gr }
sub day { my ($i) = @_; return (1 + $i % 28, 1 + $i % 12, 2020 + $i % 4) }
sub utc { strftime($_[0], gmtime(1577836800 + 1_000_000 * $_[1])) }

my $nb = "\xc2\xa0";
my $thin = "\xe2\x80\xaf";
my $minus = "\xe2\x88\x92";
my $euro = "\xe2\x82\xac";

###############################################################################
# each alone is known by itself: kind, lowest and highest number, what is said

my @cases = (
    plain => sub { $_[0] }, ['number', 1, 40, qr/^all values are numbers$/],
    decimals => sub { $_[0] / 4 }, ['number', 0.25, 10, qr/numbers$/],
    three => sub { sprintf '%.3f', $_[0] }, ['number', 1, 40, qr/numbers$/],
    exponent => sub { "${\ $_[0]}e3" }, ['number', 1000, 40000, qr/numbers$/],
    signs => sub { ($_[0] % 2 ? '-' : '+') . $_[0] },
        ['number', -39, 40, qr/numbers$/],
    points => sub { '.' . (10 + $_[0]) }, ['number', 0.11, 0.5, qr/numbers$/],
    comma => sub { $_[0] . ',5' }, ['number', 1.5, 40.5, qr/decimal comma$/],
    comma2 => sub { ($_[0] / 4) =~ tr/./,/r },
        ['number', 0.25, 10, qr/; decimal comma$/],
    comma3 => sub { sprintf('%.3f', $_[0] / 8) =~ tr/./,/r },
        ['number', 0.125, 5, qr/; decimal comma$/],
    comma_e => sub { "1,5e$_[0]" =~ s/\d+$/$_[0] % 3/er },
        ['number', 1.5, 150, qr/; decimal comma$/],
    comma_e3 => sub { sprintf('%.3e', $_[0] / 8) =~ tr/./,/r },
        ['number', 0.125, 5, qr/; decimal comma$/],
    us => sub { commas(1234567 * $_[0], ',') },
        ['number', 1234567, 49382680, qr/; thousands by commas$/],
    us2 => sub { commas(1000 + $_[0], ',') . '.50' },
        ['number', 1001.5, 1040.5, qr/; thousands by commas$/],
    us_small => sub { commas($_[0] * 100, ',') },
        ['number', 100, 4000, qr/; thousands by commas$/],
    indian => sub { "1,23,4" . (10 + $_[0]) },
        ['number', 123411, 123450, qr/; thousands by commas$/],
    de => sub { commas(1000 * $_[0], '.') . ',5' },
        ['number', 1000.5, 40000.5, qr/; decimal comma; thousands by points$/],
    de2 => sub { commas(1234567 * $_[0], '.') },
        ['number', 1234567, 49382680, qr/; decimal comma; thousands by points$/],
    blank => sub { commas(1000 + $_[0], ' ') },
        ['number', 1001, 1040, qr/; thousands by blanks$/],
    blank2 => sub { commas(1000 + $_[0], ' ') . ',25' },
        ['number', 1001.25, 1040.25, qr/; decimal comma; thousands by blanks$/],
    hard => sub { commas(1000 + $_[0], $nb) },
        ['number', 1001, 1040, qr/; thousands by blanks$/],
    narrow => sub { commas(1000 + $_[0], $thin) . ',5' },
        ['number', 1001.5, 1040.5, qr/; decimal comma; thousands by blanks$/],
    swiss => sub { commas(1000 + $_[0], "'") . '.05' },
        ['number', 1001.05, 1040.05, qr/; thousands by '$/],
    swiss2 => sub { commas(1000 + $_[0], "\xe2\x80\x99") },
        ['number', 1001, 1040, qr/; thousands by '$/],
    python => sub { commas(1000 + $_[0], '_') },
        ['number', 1001, 1040, qr/; thousands by _$/],
    dollar => sub { '$' . $_[0] . '.99' },
        ['number', 1.99, 40.99, qr/; units "\$" \(40\)$/],
    dollars => sub { '$' . commas(75000 + $_[0], ',') },
        ['number', 75001, 75040, qr/; thousands by commas; units "\$" \(40\)$/],
    debt => sub { '-$' . $_[0] }, ['number', -40, -1, qr/; units "\$"/],
    debt2 => sub { '$-' . $_[0] }, ['number', -40, -1, qr/; units "\$"/],
    debt3 => sub { "$minus$_[0] $euro" }, ['number', -40, -1, qr/; units "\S+"/],
    euro => sub { "$_[0],50 $euro" },
        ['number', 1.5, 40.5, qr/; decimal comma; units "\S+" \(40\)$/],
    euro2 => sub { "$euro$nb" . commas(1000 + $_[0], '.') . ',00' },
        ['number', 1001, 1040, qr/; thousands by points; units/],
    pound => sub { "\xc2\xa3" . commas(1000 * $_[0], ',') . '.50' },
        ['number', 1000.5, 40000.5, qr/commas; units "\S+"/],
    code => sub { "USD $_[0]" }, ['number', 1, 40, qr/; units "USD"/],
    code2 => sub { "$_[0].5 CHF" }, ['number', 1.5, 40.5, qr/; units "CHF"/],
    rupee => sub { "\xe2\x82\xb9" . "1,23,4" . (10 + $_[0]) },
        ['number', 123411, 123450, qr/; thousands by commas; units/],
    real => sub { "R\$ " . commas(1000 * $_[0], '.') . ',00' },
        ['number', 1000, 40000, qr/; units "R\$"/],
    rs => sub { 'Rs. ' . commas(1000 * $_[0], ',') . '.50' },
        ['number', 1000.5, 40000.5, qr/; units "Rs\."/],
    both => sub { $_[0] % 2 ? "\$$_[0]" : "$_[0] USD" },
        ['number', 1, 40, qr/; units "\$" \(20\), "USD" \(20\)$/],
    some => sub { $_[0] % 2 ? "\$$_[0]" : $_[0] },
        ['number', 1, 40, qr/; units "\$" \(20\)$/],
    percent => sub { "$_[0]%" }, ['number', 1, 40, qr/; units "%"/],
    percent2 => sub { "$_[0],5 %" },
        ['number', 1.5, 40.5, qr/; decimal comma; units "%"/],
    kilos => sub { "$_[0].5 kg" }, ['number', 1.5, 40.5, qr/; units "kg"/],
    months => sub { 12 * $_[0] . ' months' },
        ['number', 12, 480, qr/; units "months"/],
    degrees => sub { "$_[0]\xc2\xb0" . 'C' }, ['number', 1, 40, qr/; units/],
    account => sub { $_[0] % 2 ? "($_[0].50)" : "$_[0].50" },
        ['number', -39.5, 40.5, qr/; \(1\) is -1$/],
    account2 => sub { $_[0] % 2 ? '($' . commas(1000 + $_[0], ',') . '.00)'
        : '$' . $_[0] . '.00' }, ['number', -1039, 40, qr/; \(1\) is -1$/],
    behind => sub { $_[0] % 2 ? "$_[0].50-" : "$_[0].50" },
        ['number', -39.5, 40.5, qr/numbers; 1- is -1$/],
    behind2 => sub { commas(1000 + $_[0], '.') . ($_[0] % 2 ? ',5- EUR'
        : ',5 EUR') }, ['number', -1039.5, 1040.5, qr/"EUR" \(40\); 1- is -1$/],
    behind3 => sub { $_[0] . ($_[0] % 2 ? $minus : '') },
        ['number', -39, 40, qr/numbers; 1- is -1$/],
    unicode => sub { $minus . $_[0] . ',5' },
        ['number', -40.5, -1.5, qr/; decimal comma$/],
    no_minus => sub { "$minus$_[0]" }, ['number', -40, -1, qr/numbers$/],

    dash => sub { $_[0] % 10 ? $_[0] : '-' },
        ['number', 1, 39, qr/; missing: "-" \(4\)$/],
    dashes => sub { $_[0] % 10 ? $_[0] : '--' }, ['number', 1, 39, qr/"--"/],
    dot => sub { $_[0] % 10 ? $_[0] : '.' }, ['number', 1, 39, qr/"\."/],
    na => sub { $_[0] % 10 ? $_[0] : 'n.a.' }, ['number', 1, 39, qr/"n\.a\."/],
    excel => sub { $_[0] % 10 ? $_[0] : '#N/A' },
        ['number', 1, 39, qr/"#N\/A" \(4\)/],
    div => sub { $_[0] % 10 ? $_[0] : '#DIV/0!' },
        ['number', 1, 39, qr/"#DIV\/0!" \(4\)/],
    wert => sub { $_[0] % 10 ? $_[0] : '#WERT!' },
        ['number', 1, 39, qr/"#WERT!" \(4\)/],
    nv => sub { $_[0] % 10 ? $_[0] : '#NV' }, ['number', 1, 39, qr/"#NV" \(4\)/],
    valor => sub { $_[0] % 10 ? $_[0] : "#\xc2\xa1VALOR!" },
        ['number', 1, 39, qr/"#\S+VALOR!" \(4\)/],
    wide => sub { $_[0] % 10 ? $_[0] : '####' }, ['number', 1, 39, qr/"####"/],
    value => sub { $_[0] % 10 ? $_[0] : '#VALUE!' },
        ['number', 1, 39, qr/"#VALUE!" \(4\)/],
    null => sub { $_[0] % 10 ? $_[0] : 'NULL' },
        ['number', 1, 39, qr/"NULL" \(4\)/],
    nan => sub { $_[0] % 10 ? $_[0] : 'NaN' },
        ['number', 1, 39, qr/"NaN" \(4\)/],
    sql => sub { $_[0] % 10 ? $_[0] : '\\N' }, ['number', 1, 39, qr/"\\N"/],
    pandas => sub { $_[0] % 10 ? $_[0] : '<NA>' },
        ['number', 1, 39, qr/"<NA>" \(4\)/],
    unknown => sub { $_[0] % 10 ? $_[0] : 'unknown' },
        ['number', 1, 39, qr/"unknown" \(4\)/],
    gone => sub { $_[0] % 10 ? $_[0] : 'missing' },
        ['number', 1, 39, qr/"missing" \(4\)/],
    two => sub { $_[0] % 10 ? $_[0] : $_[0] % 20 ? '-' : 'N/A' },
        ['number', 1, 39, qr/missing: "-" \(2\), "N\/A" \(2\)/],
    rare => sub { $_[0] % 5 ? '-' : $_[0] }, ['number', 5, 40, qr/"-" \(32\)/],
    price_na => sub { $_[0] % 10 ? "\$$_[0].50" : '-' },
        ['number', 1.5, 39.5, qr/; units "\$" \(36\); missing: "-" \(4\)/],

    iso => sub { sprintf '%3$04d-%2$02d-%1$02d', day($_[0]) },
        ['date', qr/^dates, year-month-day, from 2020-\d\d-\d\d to 2023-/],
    iso_t => sub { utc('%Y-%m-%dT%H:%M:%S', $_[0]) }, ['date', qr/year-month/],
    iso_z => sub { utc('%Y-%m-%dT%H:%M:%SZ', $_[0]) }, ['date', qr/year-month/],
    iso_o => sub { utc('%Y-%m-%d %H:%M:%S+02:00', $_[0]) },
        ['date', qr/year-month/],
    iso_f => sub { utc('%Y-%m-%d %H:%M:%S.250', $_[0]) },
        ['date', qr/year-month/],
    slashes => sub { utc('%Y/%m/%d', $_[0]) }, ['date', qr/year-month/],
    ym => sub { utc('%Y-%m', 3 * $_[0]) }, ['date', qr/year-month/],
    date => sub { utc('%Y%m%d', $_[0]) }, ['date', qr/year-month/],
    dmy => sub { utc('%d.%m.%Y', $_[0]) }, ['date', qr/day\.month\.year/],
    dmy2 => sub { utc('%d/%m/%Y', $_[0]) }, ['date', qr/day\.month\.year/],
    dmy3 => sub { utc('%d.%m.%Y %H:%M', $_[0]) }, ['date', qr/day\.month/],
    dmy4 => sub { utc('%d.%m.%y', $_[0]) }, ['date', qr/day\.month\.year/],
    dmy5 => sub { utc('%d-%m-%Y', $_[0]) }, ['date', qr/day\.month\.year/],
    dot_twelve => sub { utc('0%u.%m.%Y', $_[0]) }, ['date', qr/day\.month/],
    mdy => sub { utc('%m/%d/%Y', $_[0]) }, ['date', qr/month\/day\/year/],
    mdy2 => sub { utc('%m/%d/%Y %I:%M %p', $_[0]) }, ['date', qr/month\/day/],
    word => sub { utc('%d-%b-%Y', $_[0]) }, ['date', qr/day\.month\.year/],
    words => sub { utc('%b %d, %Y', $_[0]) }, ['date', qr/month\/day\/year/],
    gaps => sub { $_[0] % 10 ? utc('%Y-%m-%d', $_[0]) : '-' },
        ['date', qr/; missing: "-" \(4\)/],
    nat => sub { $_[0] % 10 ? utc('%Y-%m-%d', $_[0]) : 'NaT' },
        ['date', qr/; missing: "NaT" \(4\)/],
    last_seen => sub { 1577836800 + 1e5 * $_[0] },
        ['date', qr/^dates, seconds since 1970, from 2020-/],
    trialEnd => sub { 1577836800000 + 1e8 * $_[0] },
        ['date', qr/^dates, milliseconds since 1970/],
    end => sub { 1000 * $_[0] }, ['number', 1000, 40000, qr/numbers$/],
    created_at => sub { 1577836800 + 1e5 * $_[0] },
        ['date', qr/^dates, seconds since 1970, from 2020-/],
    timestamp => sub { 1577836800 + 1e5 * $_[0] . '.5' }, ['date', qr/seconds/],
    eventTime => sub { 1577836800123 + 1e8 * $_[0] },
        ['date', qr/^dates, milliseconds since 1970/],

    clicks => sub { 1577836800 + 1e5 * $_[0] }, ['number', 1.57793683e9,
        1.58183680e9, qr/numbers$/],
    amount => sub { 20200100 + $_[0] % 28 }, ['number', 20200100, 20200127,
        qr/numbers$/],
    time => sub { 600 + $_[0] }, ['number', 601, 640, qr/numbers$/],
    version => sub { "1.$_[0].0" }, ['left out', qr/an id/],
    ip => sub { "10.0.0.$_[0]" }, ['left out', qr/an id/],
    letters => sub { "C$_[0]" }, ['left out', qr/an id/],
    long => sub { '900719925474099' . (3 + $_[0] % 4) }, ['category',
        qr/^4 different texts in 40 rows; numbers of so many digits are no am/],
    client_id => sub { '10000000' . ($_[0] % 4) . '0000000000' }, ['category',
        qr/; numbers of so many digits/],
    nano => sub { (1577836800 + $_[0]) . '000000000' }, ['number',
        1577836801e9, 1577836840e9, qr/numbers$/],
    'Unnamed: 0' => sub { $_[0] - 1 }, ['left out', qr/^an id/],
    hash => sub { '#' . $_[0] % 4 }, ['category', qr/4 different/],
    clock => sub { sprintf '%02d:30', $_[0] % 4 }, ['category', qr/4 diff/],
    range => sub { $_[0] % 4 . '-' . ($_[0] % 4 + 5) },
        ['category', qr/4 different texts/],
    sizes => sub { ('S', 'M', '40', '42')[$_[0] % 4] },
        ['category', qr/4 different texts/],
    street => sub { $_[0] % 5 . ('th', 'st', 'nd')[$_[0] % 3] },
        ['category', qr/15 different texts/],
    mixed => sub { $_[0] % 5 . ('D', 'A', 'C')[$_[0] % 3] },
        ['category', qr/different texts/],
    vote => sub { ('-', '+', '0')[$_[0] % 3] }, ['category', qr/3 different/],
    flag => sub { ('yes', 'no')[$_[0] % 2] }, ['boolean', qr/true and false/],
    truth => sub { ('True', 'False')[$_[0] % 2] }, ['boolean', qr/true and/],
    truth_na => sub { ('TRUE', 'FALSE', 'NA')[$_[0] % 3] },
        ['boolean', qr/true and false; missing: "NA" \(13\)$/],
    maybe => sub { ('yes', 'no', '-')[$_[0] % 3] }, ['category', qr/3 diff/],
    always => sub { 7 }, ['left out', qr/^all values are the same$/],
    always2 => sub { $_[0] % 2 ? '7' : '7.0' },
        ['left out', qr/^all values are the same$/],
    never => sub { '' }, ['left out', qr/^nothing in it$/],
    nothing => sub { 'NA' }, ['left out', qr/^nothing in it$/],
    mostly => sub { $_[0] % 10 ? '' : 5 }, ['number', 5, 5, qr/numbers/],
);

my (@columns, @expected);
for (my $i = 0; $i < @cases; $i += 3) {
    push @columns, @cases[$i, $i + 1];
    push @expected, [@cases[$i, $i + 2]];
}

$t->write_file('all.tsv', table(40, @columns));
my ($r, $err) = fit(qw(-d all.tsv));
ok($r, "fit") or BAIL_OUT($err);
cmp_ok(scalar @expected, '>=', 100, 'a hundred ways to write');
my %found = map { $_->{name} => $_ } @{$r->{columns}};
my $doc = document();
my $reference = $doc->{reference}{columns};

for (@expected) {
    my ($name, $want) = @$_;
    my ($kind, $low, $high, $why) = @$want == 2 ? ($want->[0], undef, undef,
        $want->[1]) : @$want;
    my $got = $found{$name};
    is($got->{kind}, $kind, "$name: kind");
    like($got->{why}, $why, "$name: why");

    if (defined $low) {
        my $seen = $reference->{$name};
        ok(abs($seen->{low} - $low) <= 1e-6 * abs $low
            && abs($seen->{high} - $high) <= 1e-6 * abs $high,
            "$name: $low to $high")
            or diag("$seen->{low} to $seen->{high}");
    }
}

is($doc->{version}, 2, 'a document of version 2');
is($doc->{reference}{rows}, 40, 'rows that the reference is of');

# what nobody has to be told is not in the file, and predict reads it again

my %column = map { $_->{name} => $_ } @{$doc->{inputs}{columns}};
is_deeply([@{$column{de}}{qw(decimal thousands)}], [',', '.'], 'signs');
is_deeply($column{both}{units}, ['$', 'USD'], 'units');
is_deeply($column{two}{missing_values}, ['-'], 'missing');
is(scalar(grep { exists $column{plain}{$_} } qw(decimal thousands units
    missing_values)), 0, 'a plain number is what it was');
is($column{mdy}{format}, 'mdy', 'form of a date');
is(join(' ', map { $_->{part} } @{$column{iso_t}{parts}}),
    'seconds year month day weekday hour', 'parts with a time');
is(join(' ', map { $_->{part} } @{$column{ym}{parts}}),
    'seconds year month weekday', 'parts of months');
my ($rc, $out) = $t->trainer(qw(predict m.st -d all.tsv));
is($rc, 0, 'predict reads the same');
is(() = $out =~ /\n/g, 40, 'all rows');

# the same rows written plainly give the same bits

my @n = map { 1000 * $_ + 0.5 } 1 .. 40;
my $y = sub { $_[0] % 2 ? 'a' : 'b' };
$t->write_file('de.csv', "n;y\n" . join '', map { my $s = commas(1000 * $_, '.')
    . ',5'; "$s;" . $y->($_) . "\n" } 1 .. 40);
$t->write_file('plain.csv', "n,y\n" . join '', map { "$n[$_ - 1],"
    . $y->($_) . "\n" } 1 .. 40);
$t->write_file('plain.jsonl', join '', map { "{\"n\":$n[$_ - 1]}\n" } 1 .. 40);
fit(qw(-d plain.csv));
my $said = ($t->trainer(qw(predict m.st -d plain.csv)))[1];
fit(qw(-d de.csv));
is(($t->trainer(qw(predict m.st -d de.csv)))[1], $said, 'the same weights and '
    . 'answers');
is(($t->trainer(qw(predict m.st -d plain.jsonl)))[1], $said,
    'numbers of JSON are numbers');

###############################################################################
# two readings

my $ambiguous = sub { commas(1000 + 37 * $_[0], ',') };

sub ends {
    my ($name, $re, $text, @more) = @_;
    $t->write_file('e.tsv', $text);
    my ($got, $why) = fit('-d', 'e.tsv', @more);
    ok(!$got, "$name: ends");
    like($why, $re, "$name: says why");
}

sub goes {
    my ($name, $check, $text, @more) = @_;
    $t->write_file('e.tsv', $text);
    my ($got, $why) = fit('-d', 'e.tsv', @more);
    ok($got, "$name: goes") or return diag($why);
    my %c = map { $_->{name} => $_ } @{$got->{columns}};
    $check->(\%c, $why, document());
}

ends('1,234', qr/^maas-trainer: e\.tsv: column "p": "1,037" may be 1037 or (?#
    )1\.037: expected --thousands , or --decimal , to say which$/,
    table(40, p => $ambiguous));
goes('by option', sub { is($_[2]{reference}{columns}{p}{low}, 1037,
    'thousands') }, table(40, p => $ambiguous), '--thousands', ',');
goes('by option', sub { like($_[2]{reference}{columns}{p}{low},
    qr/^1\.037/, 'decimals') }, table(40, p => $ambiguous), '--decimal', ',');
goes('by neighbours', sub {
    is($_[2]{reference}{columns}{p}{low}, 1037, 'as the others');
    like($_[1], qr/column "p": the comma is taken as sign of thousands, as (?#
    )other columns have decimal points \(--decimal ,\)/, 'and says so') },
    table(40, p => $ambiguous, q => sub { $_[0] / 8 }));
goes('by neighbours', sub {
    like($_[2]{reference}{columns}{p}{low}, qr/^1\.037/, 'as the others');
    like($_[1], qr/taken as sign of decimals/, 'and says so') },
    table(40, p => $ambiguous, q => sub { "$_[0],5" }));
goes('points by neighbours', sub {
    is($_[2]{reference}{columns}{p}{low}, 1037, 'as the others');
    like($_[1], qr/the point is taken as sign of thousands/, 'and says so') },
    table(40, p => sub { $ambiguous->($_[0]) =~ tr/,/./r },
        q => sub { "$_[0],5" }));
ends('1/2/2020', qr/^maas-trainer: e\.tsv: column "d": "02\/03\/2020" may be (?#
    )2020-03-02 or 2020-02-03: expected --columns NAME=date:dmy or (?#
    )NAME=date:mdy to say which$/,
    table(40, d => sub { sprintf '%02d/%02d/2020', 1 + $_[0] % 12,
        1 + ($_[0] * 5 - 3) % 12 }));
my $days = sub { sprintf '%02d/%02d/2020', 1 + $_[0] % 12, 1 + $_[0] * 5 % 12 };
for my $form (qw(dmy mdy)) {
    goes("date:$form", sub { is($_[2]{inputs}{columns}[0]{format}, $form,
        'as said') }, table(40, d => $days), '--columns', "d=date:$form");
}
goes('days by neighbours', sub {
    is($_[2]{inputs}{columns}[0]{format}, 'mdy', 'as the others');
    like($_[1], qr/column "d": the month is taken to be first/, 'says so') },
    table(40, d => $days, e => sub { utc('%m/%d/%Y', $_[0]) }));

# a year in front, of two digits; the first or last of months is no year

my $short = sub { sprintf '%02d-%02d-%02d', 21 + $_[0] % 3, 1 + $_[0] % 12,
    1 + $_[0] * 5 % 28 };
ends('21-07-31', qr/^maas-trainer: e\.tsv: column "d": "22-05-05" may be (?#
    )2005-05-22 or 2022-05-05: expected years of four digits, or --columns (?#
    )NAME=date:dmy if the day is first$/, table(40, d => $short));
goes('21-07-31 by option', sub { is($_[2]{inputs}{columns}[0]{format}, 'dmy',
    'as said') }, table(40, d => $short), '--columns', 'd=date:dmy');
goes('days of one month, in front', sub {
    is($_[2]{inputs}{columns}[0]{format}, 'dmy', 'the day') },
    table(40, d => sub { sprintf '%02d-07-%02d', 1 + $_[0] % 28, 20 }));
goes('firsts of months', sub {
    is($_[2]{inputs}{columns}[0]{format}, 'dmy', 'the day') },
    table(40, d => sub { sprintf '01.%02d.%02d', 1 + $_[0] % 12,
        1 + $_[0] % 24 }));
goes('years of birth', sub {
    like($_[1], qr/column "d": years of two digits are 1969 to 2068: (?#
        )"02\.02\.61" is read as 2061-02-02$/m, 'which century is said') },
    table(40, d => sub { sprintf '%02d.%02d.%02d', 1 + $_[0] % 28,
        1 + $_[0] % 12, 60 + $_[0] % 30 }));
goes('years of four digits', sub {
    unlike($_[1], qr/two digits/, 'are what they are') },
    table(40, d => sub { sprintf '%02d.%02d.%04d', 1 + $_[0] % 28,
        1 + $_[0] % 12, 2040 + $_[0] % 29 }));
goes('no date', sub {
    is($_[2]{inputs}{columns}[0]{kind}, 'date', 'a date');
    like($_[0]{d}{why}, qr/; missing: "0000-00-00" \(10\)$/, 'or none') },
    table(40, d => sub { $_[0] % 4 ? utc('%Y-%m-%d', $_[0])
        : '0000-00-00' }));

ends('no form', qr/--columns: "date:abc": expected iso, dmy, mdy/,
    table(40, d => $days), '--columns', 'd=date:abc');
ends('no dates', qr/column "d" does not look like dates/,
    table(40, d => sub { "C$_[0]" }), '--columns', 'd=date');
ends('a number has no form', qr/--columns: "number": expected number/,
    table(40, d => sub { $_[0] }), '--columns', 'd=number:abc');
ends('a sign', qr/--decimal "x": expected \. or ,/,
    table(40, d => sub { $_[0] }), '--decimal', 'x');
ends('a sign', qr/--decimal and --thousands are both ","/,
    table(40, d => sub { $_[0] }), '--decimal', ',', '--thousands', ',');

###############################################################################
# almost numbers

ends('one other', qr/^maas-trainer: e\.tsv:21:1: column "p" holds "soon": (?#
    )expected a number \(no numbers: "soon" \(2\); --na-values if they mean (?#
    )missing\)$/, table(40, p => sub { $_[0] % 20 ? $_[0] : 'soon' }));
goes('--na-values', sub {
    like($_[0]{p}{why}, qr/; missing: "soon" \(2\)$/, 'said');
    is_deeply($_[2]{inputs}{columns}[0]{missing_values}, ['soon', 'later'],
        'kept') }, table(40, p => sub { $_[0] % 20 ? $_[0] : 'soon' }),
    '--na-values', 'soon,later');
goes('two signs of decimals', sub {
    is($_[0]{p}{kind}, 'text', 'a text');
    like($_[1], qr/column "p": 20 of 40 values are numbers, the others with (?#
        )another sign of decimals or thousands: read as texts$/m, 'and why') },
    table(40, p => sub { sprintf('%.2f', ($_[0] % 38) / 8)
        =~ s/\./$_[0] % 2 ? '.' : ','/er }));
goes('many others', sub {
    is($_[0]{p}{kind}, 'text', 'a text');
    like($_[1], qr/column "p": 30 of 40 values are numbers, but not "soon" (?#
    )\(10\): read as texts/, 'said') },
    table(40, p => sub { $_[0] % 4 ? $_[0] : 'soon' }));
goes('two kinds of money', sub {
    like($_[1], qr/column "p": 0 of 40 values are numbers, but not of one (?#
    )unit, "\$" \(20\), "EUR" \(20\)/, 'said') },
    table(40, p => sub { $_[0] % 2 ? "\$$_[0]" : "$_[0] EUR" }));
goes('numbers for "missing"', sub {
    is_deeply([@{$_[2]{reference}{columns}{p}}{qw(low high)}], [1, 39],
        'no value, however written');
    ok($_[2]{inputs}{columns}[0]{missing_slot}, 'but missing') },
    table(40, p => sub { $_[0] % 10 ? $_[0] : ('-999', '-999.0', '-9.99e2')[
        $_[0] % 3] }), '--na-values', '-999');
goes('numbers if so said', sub {
    is($_[0]{p}{kind}, 'number', 'numbers');
    is_deeply($_[2]{inputs}{columns}[0]{units}, ['$', 'EUR'], 'of two units') },
    table(40, p => sub { $_[0] % 2 ? "\$$_[0]" : "$_[0] EUR" }), '--columns',
    'p=number');
goes('a missing value of categories', sub {
    is(join(' ', sort @{$_[2]{inputs}{columns}[0]{values}}), 'a b', 'is none');
    ok($_[2]{inputs}{columns}[0]{missing_slot}, 'but missing') },
    table(40, p => sub { ('a', 'b', '-')[$_[0] % 3] }), '--na-values', '-');

goes('percent here and there', sub {
    is($_[2]{reference}{columns}{p}{high}, 39, 'as they stand');
    like($_[1], qr/column "p": 20 values have a %, 20 have none: both are (?#
    )read as they stand, 5 % as 5/, 'said') },
    table(40, p => sub { $_[0] % 2 ? "$_[0]%" : $_[0] / 100 }));
goes('1.234 beside numbers below 1000', sub {
    is($_[2]{reference}{columns}{p}{high}, 999, 'has a point');
    like($_[1], qr/column "p": the point is taken as sign of decimals, as (?#
    )always, although all .* below 1000 \(--thousands \.\)/, 'said') },
    table(40, p => sub { commas(111 * $_[0], '.') }));
goes('a weight', sub { is($_[0]{w}{kind}, 'weight', 'with a decimal comma') },
    table(40, w => sub { $_[0] % 3 . ',5 kg' }, x => sub { $_[0] % 7 }),
    qw(--weight w));
($rc, $out, $err) = $t->trainer(qw(evaluate m.st -d e.tsv --bootstrap 0));
is($rc, 0, 'evaluate reads it the same') or diag($err);
goes('a blank of its own', sub {
    is($_[2]{reference}{columns}{p}{high}, 40, 'is no part of a number') },
    table(40, p => sub { $nb . $_[0] }));
for my $times ([sub { sprintf '%02d:%02d', $_[0] % 24, $_[0] }, '01:01'],
    [sub { "$_[0],-" }, '1,-'], [sub { "$_[0]--" }, '1--'], [sub { $_[0] % 2 ? "$_[0]K" : "$_[0]M" }, '1K'],
    [sub { "\$$_[0]M" }, '$1M'], [sub { "<$_[0]" }, '<1'])
{
    goes($times->[1], sub {
        like($_[1], qr/column "p": values such as "\Q$times->[1]\E" are (?#
        )neither numbers nor dates: left out as an id/, 'said') },
        table(40, p => $times->[0], x => sub { $_[0] % 7 }));
}
goes('addresses', sub {
    unlike($_[1], qr/neither numbers nor dates/, 'are what they are') },
    table(40, p => sub { "$_[0] Main St, Town" }, x => sub { $_[0] % 7 }));
goes('times in words', sub {
    like($_[1], qr/neither numbers nor dates/, 'are not') },
    table(40, p => sub { "$_[0] days ago" }, x => sub { $_[0] % 7 }));
goes('dates of two forms', sub {
    like($_[1], qr/values such as "2020-01-12" are dates of several forms/,
        'said') }, table(40, p => sub { utc($_[0] % 2 ? '%Y-%m-%d'
        : '%d.%m.%Y', $_[0]) }, x => sub { $_[0] % 7 }));
ends('constants', qr/nothing but a target and columns with one value each/,
    table(40, p => sub { 5 }, q => sub { 'x' }));
goes('as JSON', sub {
    is_deeply([@{$_[0]{p}}{qw(decimal thousands units missing)}],
        [',', '.', { EUR => 36 }, { '-' => 4 }], 'signs, units, what is missing');
    is($_[0]{d}{format}, 'dmy', 'form of a date') },
    table(40, p => sub { $_[0] % 10 ? commas(1000 * $_[0], '.') . ',5 EUR'
        : '-' }, d => sub { utc('%d.%m.%Y', $_[0]) }));

# as the user says: near names

for (['--target', 'z1', undef], ['--target', 'Y', 'y'], ['--columns',
    'pryce=number', 'price'], ['--ignore', 'prices', 'price'])
{
    my ($option, $value, $near) = @$_;
    ends("$option $value", $near ? qr/\(did you mean "$near"\?\)/
        : qr/^(?!.*did you mean)/, table(40, price => sub { $_[0] }), $option,
        $value);
}

###############################################################################
# targets

sub target {
    my ($code) = @_;
    return "x\tt\n" . join '', map { "$_\t" . $code->($_) . "\n" } 1 .. 60;
}

my $price = sub { '$' . commas(75000 + 41 * $_[0], ',') };
goes('a price', sub {
    is($_[2]{task}, 'regression', 'is a number');
    like($_[0]{t}{why}, qr/; thousands by commas; units "\$" \(60\)/, 'said') },
    target($price));
is((() = ($t->trainer(qw(evaluate m.st -d e.tsv)))[1] =~ /^rows +60$/mg), 1,
    'evaluate reads it');
goes('a price or nothing', sub {
    is($_[2]{task}, 'regression', 'is a number');
    like($_[1], qr/e\.tsv: 6 of 60 rows left out: no target in column "t"/,
        'rows are left out') }, target(sub { $_[0] % 10 ? $price->(@_) : '-' }));
is((() = ($t->trainer(qw(evaluate m.st -d e.tsv)))[1] =~ /^rows +54$/mg), 1,
    'evaluate leaves them out, too');
ends('a price or a word', qr/the target "t": 54 of 60 values are numbers, (?#
    )but not "call" \(6\): expected numbers alone or classes/,
    target(sub { $_[0] % 10 ? $price->(@_) : 'call' }));
goes('classes if so said', sub { is($_[2]{task}, 'classification', 'so') },
    target(sub { $_[0] % 10 ? $price->(@_) : 'call' }),
    qw(--task classification));
goes('a decimal comma', sub { is($_[2]{task}, 'regression', 'a number') },
    target(sub { "$_[0],5" }));
ends('a target of two readings', qr/column "t": "1,037" may be 1037 or 1\.037/,
    target($ambiguous));
ends('dates', qr/the target "t" is dates, such as "2020-01-12"/,
    target(sub { utc('%Y-%m-%d', $_[0]) }));
ends('most of it missing', qr/more than half of the rows have no target/,
    target(sub { $_[0] % 3 ? '' : 'ab' }));
goes('NA among classes', sub {
    is(join(' ', @{$_[2]{outputs}{labels}}), 'NA no yes', 'is a class');
    like($_[1], qr/the target "t" holds "NA" \(20\), classes like the (?#
    )others: --na-values/, 'that is said') },
    target(sub { ('NA', 'yes', 'no')[$_[0] % 3] }));
goes('or none', sub {
    is(join(' ', @{$_[2]{outputs}{labels}}), 'no yes', 'if so said') },
    target(sub { ('NA', 'yes', 'no')[$_[0] % 3] }), '--na-values', 'NA');

# a yes is a yes; classes of other words are what they are

my $spelt = sub { (qw(no Yes No yes YES NO y))[$_[0] % 7] };
goes('yes and no in seven ways', sub {
    is($_[2]{task}, 'binary', 'are two classes');
    is(join(' ', @{$_[2]{outputs}{labels}}), 'No Yes', 'no, then yes');
    like($_[1], qr/e\.tsv: the target says yes and no in 7 ways, such as (?#
        )"Yes" and "no": two classes \(--task classification takes each as (?#
        )one\)$/m, 'that is said') }, target($spelt));
is((() = ($t->trainer(qw(evaluate m.st -d e.tsv)))[1] =~ /^rows +60$/mg), 1,
    'evaluate reads it');
$t->write_file('more.tsv', "x\tt\n1\ttrue\n2\t0\n");
is((() = ($t->trainer(qw(evaluate m.st -d more.tsv)))[1] =~ /^rows +2$/mg), 1,
    'and other ways');
goes('each as one', sub { is(@{$_[2]{outputs}{labels}}, 7, 'if so said') },
    target($spelt), qw(--task classification));
goes('JSON', sub {
    is(join(' ', @{$_[2]{outputs}{labels}}), 'false true', 'are words') },
    join '', map { my $y = (qw(true 0 1 false))[$_ % 4];
        qq({"x":$_,"t":$y}\n) } 2 .. 61);
goes('capital letters', sub {
    is(join(' ', @{$_[2]{outputs}{labels}}), 'Spam ham spam', 'tell apart');
    like($_[1], qr/e\.tsv: "Spam" and "spam" are two classes, which differ in (?#
        )capital letters alone$/m, 'that is said') },
    target(sub { (qw(ham Spam spam))[$_[0] % 3] }));

goes('or a mark', sub {
    is(join(' ', @{$_[2]{outputs}{labels}}), '0 1', 'is none, beside numbers');
    like($_[0]{t}{why}, qr/; missing: "\?" \(20\)$/, 'that is said') },
    target(sub { (0, 1, '?')[$_[0] % 3] }));

# more rows of the same kind

$t->write_file('e.tsv', target($price));
($r, $err) = fit(qw(-d e.tsv --valid e.tsv --test e.tsv));
is($r->{rows}, 60, 'validation and test are written as the data');

###############################################################################
# one value, several spellings

my @id = ('9007199254740993', '9007199254740992', '0.10', '1e3');
my @same = ('9007199254740993.0', '9.007199254740992e15', '.1', '1000');
my $ids = sub { $id[$_[0] % 4] };
$t->write_file('ids.tsv', table(40, k => $ids));
fit(qw(-d ids.tsv --columns k=category));
$doc = document();
is_deeply([sort @{$doc->{inputs}{columns}[0]{values}}], ['0.1', '1000',
    '9007199254740992', '9007199254740993'], 'values are numbers, exactly');
is($doc->{inputs}{columns}[0]{compare}, 'number', 'and compared as such');
$t->write_file('a.tsv', "k\n" . join '', map { "$_\n" } @id);
$t->write_file('b.tsv', "k\n" . join '', map { "$_\n" } @same);
$t->write_file('a.jsonl', join '', map { "{\"k\":$_}\n" } @id);
$t->write_file('b.jsonl', join '', map { "{\"k\":\"$_\"}\n" } @same);
$said = ($t->trainer(qw(predict m.st -d a.tsv --header yes)))[1];
is(() = $said =~ /\n/g, 4, 'an answer each');
is(($t->trainer(qw(predict m.st --header yes -d), $_))[1], $said, "as in $_")
    for qw(b.tsv a.jsonl b.jsonl);

my $values = sub { my ($code, @more) = @_;
    $t->write_file('v.tsv', table(40, k => $code));
    fit(qw(-d v.tsv --columns k=category), @more);
    my $c = document();
    return join ' ', $c->{version}, $c->{inputs}{columns}[0]{compare} // '-',
        sort @{$c->{inputs}{columns}[0]{values}};
};

is($values->(sub { ('01234', '4321')[$_[0] % 2] }), '2 text 01234 4321',
    'a code is a text');
is($values->(sub { ('+1', '2')[$_[0] % 2] }), '2 text +1 2', 'with a plus, too');
is($values->(sub { ('True', 'false', 'x')[$_[0] % 3] }),
    '2 boolean false true x', 'truth in any case');
is($values->(sub { ('red', 'green')[$_[0] % 2] }), '1 - green red',
    'words need no version 2');
is($values->(sub { ('1', 'a')[$_[0] % 2] }), '2 text 1 a', 'numbers and words');
is($values->(sub { ('1', '1.0', 'NA')[$_[0] % 3] }), '2 number 1',
    'NA is none of the numbers');

# zeros in front of digits of one length, and nothing said of the column

my $kind = sub { my ($code) = @_;
    $t->write_file('z.tsv', table(40, k => $code));
    fit(qw(-d z.tsv));
    return join ' ', map { $_->{kind}, $_->{compare} // '-' }
        document()->{inputs}{columns}[0];
};

is($kind->(sub { ('01234', '12345', '00501')[$_[0] % 3] }), 'category text',
    'a code');
is($kind->(sub { ('01234', '', '12345', 'NA', '00501')[$_[0] % 5] }),
    'category text', 'a code with gaps');
is($kind->(sub { ('01234', '1234', '501')[$_[0] % 3] }), 'number -',
    'of several lengths: numbers');
is($kind->(sub { ('0.50', '1.25', '0.75')[$_[0] % 3] }), 'number -',
    'with fractions: numbers');
is($kind->(sub { $_[0] % 10 }), 'number -', 'one digit: a number');

# labels: 1.0 of a column with gaps is 1, True is true

$t->write_file('l.tsv', "x\ty\n" . join '', map { "$_\t" . ('1.0', '0.0', '')[
    $_ % 3] . "\n" } 1 .. 60);
$t->write_file('l.jsonl', join '', map { "{\"x\":$_,\"y\":" . $_ % 2 . "}\n" }
    1 .. 60);
($r, $err) = fit(qw(-d l.tsv));
is($r->{without_target}, 20, 'rows without a label');
is(join(' ', @{document()->{outputs}{labels}}), '0.0 1.0', 'labels as written');
is(($t->trainer(qw(evaluate m.st -d l.jsonl)))[0], 0, 'are met by 0 and 1');
$t->write_file('l.tsv', "x\ty\n" . join '', map { "$_\t" . ('True', 'False',
    'true')[$_ % 3] . "\n" } 1 .. 60);
$t->write_file('l.jsonl', join '', map { "{\"x\":$_,\"y\":" . ('true', 'false')[
    $_ % 2] . "}\n" } 1 .. 60);
fit(qw(-d l.tsv));
is(scalar @{document()->{outputs}{labels}}, 2, 'True and true are one');
is(($t->trainer(qw(evaluate m.st -d l.jsonl)))[0], 0, 'and a truth of JSON');

# ids are as written

$t->write_file('i.tsv', "id\tx\ty\n" . join '', map { "90071992547409"
    . (10 + $_) . "\t" . $_ % 7 . "\t" . $_ % 2 . "\n" } 1 .. 60);
fit(qw(-d i.tsv --id id));
$t->write_file('i.jsonl', join '', map { "{\"x\":1,\"id\":90071992547409$_}\n" }
    (91, 93));
like(($t->trainer(qw(predict m.st -d i.jsonl)))[1],
    qr/^9007199254740991,.*\n9007199254740993,/, 'ids of 64 bits');

# columns that are no input are in the file, at their places

is_deeply([map { [@$_{qw(name role at)}] } @{document()->{other_columns}}],
    [['id', 'id', 0], ['y', 'target', 2]], 'other columns');

# a row whose target is no number is one that cannot be read

$t->write_file('skip.tsv', "x\ty\n" . join('', map { "$_\t$_.5\n" } 1 .. 60)
    . "7\toops\n");
isnt(($t->trainer(qw(fit -d skip.tsv -o m.st -q -e 1)))[0], 0, 'oops');
($r, $err) = fit(qw(-d skip.tsv --on-error skip));
is($r->{skipped}, 1, 'a target that is no number is skipped');
like($err, qr/skip\.tsv:62:2: column "y" holds "oops"/, 'and told');

done_testing();
