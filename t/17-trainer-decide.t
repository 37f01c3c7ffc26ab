#!/usr/bin/perl

# Promise: where fit looks for the best model itself, the training rows say what
# columns are: codes, orders, dates as numbers, what tells nothing; the table of
# columns says so and how to overrule it; a network set by hand has none of it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;

my @zip = map { 10000 + $_ * 37 } 0 .. 39;
my @size = qw(low medium high);

# effects of codes that have no order

my @effect = map { $_ * 17 % 40 < 20 ? 1 : 0 } 0 .. 39;

sub rows {
    my ($seed, $n) = @_;
    my $text = "zip,size,level,city,when,copy,name,y\n";

    srand $seed;

    for my $i (1 .. $n) {
        my ($z, $s) = (int rand 40, int rand 3);
        my $name = join ' ', map {
            join '', map { chr 97 + int rand 26 } 1 .. 6 } 1 .. 2;
        my $y = rand() < 0.9 ? $effect[$z] : int rand 2;

        $text .= join(',', $zip[$z], $size[$s],
            'level ' . (1 + int rand 4), 'city ' . (1 + int rand 9),
            sprintf('2024-%02d-%02d', 1 + int rand 12, 1 + int rand 28),
            [qw(klein mittel gross)]->[$s], $name, $y ? 'yes' : 'no') . "\n";
    }

    return $text;
}

$t->write_file('d.csv', rows(1, 800));
$t->write_file('new.csv', rows(2, 600));

sub fit {
    my ($rc, $out, $err) = $t->trainer('fit', '-q', '--json', '-o', 'm.st',
        '-d', 'd.csv', '--threads', 1, @_);
    is($rc, 0, "fit @_") or diag($err);
    return $rc ? {} : decode_json($out);
}

sub kinds {
    return { map { $_->{name} => $_->{kind} } @{shift->{columns}} };
}

sub accuracy {
    my ($rc, $out, $err) = $t->trainer(qw(evaluate --json --bootstrap 0 m.st
        -d new.csv));
    is($rc, 0, 'evaluate') or diag($err);
    return $rc ? 0 : decode_json($out)->{accuracy};
}

###############################################################################
# by default

my $r = fit(qw(--model trees));
is_deeply(kinds($r), { zip => 'category', size => 'category',
    level => 'category', city => 'category', when => 'date', copy => 'left out',
    name => 'left out', y => 'target' }, 'kinds by the training rows');

my %why = map { $_->{name} => $_->{why} } @{$r->{columns}};
like($why{zip}, qr/^a code: values tell [\d.]+ % of the target, their order (?#
    )[\d.]+ % \(--columns zip=number\)$/, 'why: a code');
like($why{size}, qr/in order: low, medium, high$/, 'why: an order');
like($why{level}, qr/in order: level 1, level 2, level 3, level 4$/,
    'an order by numbers in texts');
unlike($why{city}, qr/in order/, 'but not of names');
is($why{copy}, 'says the same as "size"', 'why: the same');
like($why{name}, qr/which tell nothing that other columns do not (?#
    )\(--columns name=text\)$/, 'why: names');

my (undef, $out) = $t->trainer(qw(inspect --json m.st));
my $doc = decode_json($out)->{document};
my %c = map { $_->{name} => $_ } @{$doc->{inputs}{columns}};
like($doc->{training}{columns}{zip}, qr/^a code: /, 'and in the record');
is($doc->{version}, 5, 'the version that has parts as numbers');
is_deeply($c{size}{values}, \@size, 'codes in their order');
is(join(' ', map { $_->{part} } @{$c{when}{parts}}),
    'seconds month_number day_number weekday_number year_day',
    'parts of dates are numbers');
is(join(' ', sort keys %c), 'city level size when zip',
    'the others are no inputs');

my $right = accuracy();
cmp_ok($right, '>', 0.88, 'codes are learnt');

my ($rc, undef, $err) = $t->trainer(qw(predict m.st -d new.csv));
is($rc, 0, 'predict finds the columns') or diag($err);

# rows beside it are read as the columns are now

$t->write_file('valid.csv', rows(3, 300));
$r = fit(qw(--model trees --valid valid.csv));
is(kinds($r)->{zip}, 'category', 'with rows to validate');
cmp_ok(accuracy(), '>', 0.88, 'which are understood in the same way');

###############################################################################
# overruled

$r = fit(qw(--model trees --columns), 'zip=number,name=text');
is(kinds($r)->{zip}, 'number', 'a number if the user says so');
is(kinds($r)->{name}, 'text', 'and a text');

$r = fit(qw(--epochs 2));
is_deeply(kinds($r), { zip => 'number', size => 'category',
    level => 'category', city => 'category', when => 'date', copy => 'category',
    name => 'text', y => 'target' }, 'by looks, for a network set by hand');
(undef, $out) = $t->trainer(qw(inspect --json m.st));
is(decode_json($out)->{document}{version}, 2, 'in the version it had');

###############################################################################
# single words that all differ: ids, unless pieces of them tell something

sub words {
    my ($name, $n, $word) = @_;
    my $text = "ref,serial,x,y\n";

    srand $n;

    for my $i (1 .. $n) {
        my $k = int rand 6;
        $text .= sprintf "%s,%08x-%04x,%.3f,%s\n", $word->($i, $k),
            rand 2 ** 32, $i, rand, $k % 2 ? 'yes' : 'no';
    }

    return $t->write_file($name, $text);
}

sub of_words {
    my ($name, @args) = @_;
    my ($rc, $out, $err) = $t->trainer(qw(fit -q --json --threads 1 -o w.st -d),
        $name, @args);
    is($rc, 0, "fit $name @args") or diag($err);
    return $rc ? { columns => [] } : decode_json($out);
}

my @host = qw(ada bob cod dan eve fox);
my $mail = sub { sprintf 'u%d@%s.com', $_[0] * 7919, $host[$_[1]] };

words('few.csv', 400, $mail);
words('mails.csv', 600, $mail);
$r = of_words('few.csv', qw(--model trees));
my $kinds = { ref => 'text', serial => 'left out', x => 'number',
    y => 'target' };
is_deeply(kinds($r), $kinds,
    'addresses are a text, numbers of no meaning an id');
like($r->{columns}[0]{why}, qr/^400 different texts in 400 rows; they tell (?#
    )[\d.]+ % of what other columns leave$/, 'and why');
is($r->{columns}[1]{why}, 'an id: all values differ', 'as before');
(undef, $out) = $t->trainer(qw(evaluate w.st --json --bootstrap 0 -d
    mails.csv));
cmp_ok(decode_json($out)->{accuracy}, '>', 0.95, 'which new ones have, too');
is(kinds(of_words('few.csv', qw(--effort quick --epochs 2)))->{ref}, 'left out',
    'an id by looks, for one network');

# of more texts than a first look keeps

words('many.csv', 21000, $mail);
$r = of_words('many.csv', qw(--model trees --effort quick));
is_deeply(kinds($r), $kinds, 'of many rows, too');
(undef, $out) = $t->trainer(qw(evaluate w.st --json --bootstrap 0 -d
    mails.csv));
cmp_ok(decode_json($out)->{accuracy}, '>', 0.95, 'as well');

# nothing else: said as before

$t->write_file('ids.csv', "serial,y\n" . join '', map { sprintf "%08x,%s\n",
    rand 2 ** 32, rand > 0.5 ? 'a' : 'b' } 1 .. 200);
($rc, undef, $err) = $t->trainer(qw(fit -q -d ids.csv -o w.st));
is($rc, 1, 'ids alone: refused');
like($err, qr/^maas-trainer: ids\.csv:1: nothing but a target and ids: /m,
    'says so');

###############################################################################

done_testing();
