#!/usr/bin/perl

# Promise: fit of a table without settings by hand tries trees and networks on
# rows that they have not learnt, keeps what predicts best together, and says
# so; the same seed gives the same bits with any number of threads; a setting
# of one network gives that network, as ever.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;

sub ok_run { return $t->trains(@_) }

sub fit { return decode_json(ok_run(qw(fit -q --json), @_)) }

sub refused { return $t->refuses(@_) }

sub same {
    my ($a, $b, $what, $differ) = @_;
    my ($x, $y) = map { ok_run('inspect', '--json', $_) =~ /"crc32c":"(\w+)"/;
        $1 } $a, $b;
    return $differ ? isnt($x, $y, $what) : is($x, $y, $what);
}

my $state = 7;
sub unit { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

# a corner of a square, which no line finds, words and holes, some noise

sub rows {
    my ($n) = @_;
    return map {
        my ($x, $y) = (unit(), unit());
        my $word = (qw(red green blue))[3 * unit()];
        my $is = ($x > 0.5) ^ ($y > 0.4) ^ (unit() < 0.05);
        my $number = 100 + 40 * ($x > 0.5) * $y + ($word eq 'red' ? 9 : 0)
            + 2 * unit();
        [$x, unit() < 0.1 ? '' : $y, $word, $is ? 'yes' : 'no', $number]
    } 1 .. $n;
}

sub write_rows {
    my ($file, $column, @rows) = @_;
    $t->write_file($file, join '', "x,y,word,$column\n", map {
        join(',', @{$_}[0 .. 2], $_->[$column eq 'is' ? 3 : 4]) . "\n" } @rows);
    return;
}

my @rows = rows(700);
write_rows('is.csv', 'is', @rows[0 .. 399]);
write_rows('is-new.csv', 'is', @rows[400 .. 699]);
write_rows('number.csv', 'number', @rows[0 .. 399]);
write_rows('number-new.csv', 'number', @rows[400 .. 699]);

# classes

my @is = qw(--data is.csv --name m);
my $r = fit(@is, qw(-o a.st --threads 2));
my $p = $r->{portfolio};
is($p->{model}, 'auto', 'both kinds');
is($p->{effort}, 'normal', 'as usual');
my %family = map { $_->{family} => 1 } @{ $p->{tried} };
is(join(' ', sort keys %family), 'network trees', 'were tried');
my $sum = 0;
$sum += $_->{weight} for @{ $p->{tried} };
cmp_ok(abs($sum - 1), '<', 1e-4, 'weights of one whole');
ok(!(grep { $_->{weight} == 0 && !$_->{dropped} } @{ $p->{tried} }),
    'who is not in it is told why');
cmp_ok($p->{work}, '>', 0, 'work was counted');
is($r->{validation}{rows}, 400, 'each row judged');
cmp_ok($r->{validation}{accuracy}, '>', 0.85, 'well');

my $e = decode_json(ok_run(qw(evaluate a.st --json --data is-new.csv)));
cmp_ok(abs($e->{accuracy} - $r->{validation}{accuracy}), '<', 0.06,
    'as the file says of new rows');

my $record = decode_json(ok_run(qw(inspect --json a.st)))->{document}{training};
is_deeply([map { [$_->{name}, $_->{weight}] } @{ $record->{portfolio}{tried} }],
    [map { [$_->{name}, $_->{weight}] } @{ $p->{tried} }], 'it is recorded');
ok(!exists $record->{settings}{hidden} && !exists $record->{settings}{epochs},
    'without settings of one network');
like(ok_run(qw(inspect a.st)), qr/^ +portfolio \{"model":.*\n +tried +loss +score +weight\n(?#
    ) +trees +0\.\d+ +0\.\d{4} +(?:0\.\d\d|-  \w)/m, 'inspect says it as a table');

fit(@is, qw(-o b.st --threads 1));
same('a.st', 'b.st', 'threads change no bit');
fit(@is, qw(-o b.st --seed 2));
same('a.st', 'b.st', 'a seed does', 1);

my $text = ok_run(qw(fit -q -o b.st), @is);
like($text, qr{^search\ +boosted\ trees\ and\ networks,\ at\ most\ about\ \d+
    \ s\ of\ a\ core;\ --effort\ quick:\ one\ network\ndata\ }mx,
    'said before it begins');
like($text, qr/each judged once, by what was learnt of the others/, 'said');
like($text, qr/^tried +by +loss +accuracy +weight$/m, 'a table');
like($text, qr/^  together +0\.\d{4} +0\.\d{4} +1\.00$/m, 'its end');

(undef, undef, my $line) = $t->trainer(qw(fit -o b.st --progress lines), @is);
my $tried = qr/\rtrying \d+ of \d+: [a-z, ]{26} {1,3}/;
my @share = $line =~ /$tried(\d+) % of the work/g;
cmp_ok(scalar @share, '>', 4, 'how far it has come');
is("@share", join(' ', sort { $a <=> $b } @share), 'it only grows');
cmp_ok($share[-1], '>', $share[0], 'and does');

# effort for one network is asked in vain

(undef, undef, $line) = $t->trainer(qw(fit -q -o b.st --effort best --hidden 4
    --epochs 1), @is);
like($line, qr/--hidden is of one network, .*: --effort best tries nothing/,
    'which is told');
(undef, undef, $line) = $t->trainer(qw(fit -q -o b.st --hidden 4 --epochs 1),
    @is);
unlike($line, qr/--effort/, 'if it was asked');
write_rows('few.csv', 'is', @rows[0 .. 28]);
(undef, undef, $line) = $t->trainer(qw(fit -q -o b.st --data few.csv --folds 0
    --effort best));
like($line, qr/few\.csv has too few rows to choose .* tries nothing/, 'or rows');

# folds do it all again

my ($once, $again) = map { $_ =~ /at most about (\d+) s/ } $text,
    ok_run(qw(fit -q -o b.st --folds 3), @is);
cmp_ok($again, '>', 2 * $once, 'what folds take is told as well');

# a page, a card

fit(@is, qw(-o c.st --report page.html));
my $page = MaasTest::Proc::slurp($t->dir . '/page.html');
like($page, qr/<h2>What was tried<\/h2>/, 'in the report');
like($page, qr/<tr class="own"><td>[a-z]/, 'with what is in the file');
like(ok_run(qw(card a.st)), qr/^\| kind \| [a-z]/m, 'a card');

# numbers

$r = fit(qw(--data number.csv -o n.st));
cmp_ok($r->{validation}{r2}, '>', 0.9, 'numbers');
is($r->{portfolio}{target}, 'standard', 'learnt as they are');
$e = decode_json(ok_run(qw(evaluate n.st --json --data number-new.csv)));
cmp_ok(abs($e->{r2} - $r->{validation}{r2}), '<', 0.05, 'and new ones');
ok_run(qw(predict n.st --data number-new.csv --interval 0.9 --format csv));

# one family

for my $model (qw(trees network)) {
    $r = fit(@is, qw(-o f.st --model), $model);
    is_deeply([grep { $_->{family} ne $model } @{ $r->{portfolio}{tried} }],
        [], "$model alone");
}

$r = fit(@is, qw(-o f.st --model trees --effort quick));
is(scalar @{ $r->{portfolio}{tried} }, 1, 'one recipe of trees');
is(decode_json(ok_run(qw(inspect --json f.st)))->{document}{version}, 3,
    'trees alone are a file that older programs read');

# by hand, or quick: one network

fit(@is, qw(-o q.st --effort quick));
fit(@is, qw(-o h.st --hidden 128:relu));
same('q.st', 'h.st', 'a setting of a network: the network that ever was');
ok(!fit(@is, qw(-o h.st --lr 0.002))->{portfolio}, 'of its training as well');
$t->write_file('c.conf', "data = is.csv\nepochs = 3\n");
ok(!fit(qw(-o h.st --config c.conf))->{portfolio}, 'and in a file');
refused(2, qr/^maas-trainer fit: --model trees and --hidden, which is of a (?#
    )network: expected one of them$/m, 'fit', @is,
    qw(-o x.st --model trees --hidden 8));

# parts of the rows

$r = fit(@is, qw(-o v.st --validation 0.25));
is($r->{validation}{rows}, 100, 'a share that was asked for');
$r = fit(@is, qw(-o v.st --valid is-new.csv));
is($r->{validation}{rows}, 300, 'rows of another file');
$r = fit(@is, qw(-o v.st --model trees --folds 3));
is(scalar @{ $r->{folds}{scores} }, 3, 'folds around all of it');
cmp_ok($r->{folds}{mean}, '>', 0.8, 'and what they say');
$r = fit(@is, qw(-o v.st --class-weight), 'yes:3', qw(--cost 1:5));
cmp_ok($r->{threshold}, '<', 0.4, 'a threshold by rows that were not learnt');

# noise is noise

$t->write_file('noise.csv', "a,b,c,is\n" . join '', map {
    join(',', unit(), unit(), unit(), unit() < 0.5 ? 'u' : 'v') . "\n"
} 1 .. 300);
$r = fit(qw(--data noise.csv -o z.st));
cmp_ok($r->{validation}{accuracy}, '<', 0.6, 'nothing is found in noise');
cmp_ok($r->{validation}{loss}, '>', 0.68, 'nor said to be');

# of so few rows that each fold sees another noise: what it says of itself is
# what new rows say, and hardly more is lost than by a constant

for my $i (1 .. 3) {
    $t->write_file("$_->[0].csv", "a,b,c,d,e,is\n" . join '', map {
        join(',', map({ unit() } 1 .. 5), unit() < 0.5 ? 'u' : 'v') . "\n"
    } 1 .. $_->[1]) for ['chance', 150], ['chance-new', 2000];
    $r = fit(qw(--data chance.csv -o z.st --test chance-new.csv));
    cmp_ok($r->{validation}{auc}, '<', 0.6, 'of chance no AUC');
    $sum = ($i == 1) ? 0 : $sum;
    $sum += $r->{test}{loss} / 3;
}

cmp_ok($sum, '<', 0.705, 'and no trust in it');

# pieces of texts are learnt by heart: the network that is held back goes first,
# as the cheapest; dear ones go last

sub networks {
    return map { $_->{name} } grep { $_->{family} eq 'network' }
        @{ fit(@_, qw(-o z.st --model network))->{portfolio}{tried} };
}

my @words = qw(good bad fine poor nice dull);
$t->write_file('texts.csv', "text,is\n" . join '', map {
    my @said = map { $words[6 * unit()] } 1 .. 6;
    "@said," . ((grep { $_ eq 'good' } @said) > 0 ? 'u' : 'v') . "\n"
} 1 .. 60);
is((networks(qw(--data texts.csv --columns text=text)))[0],
    'plain, held back', 'texts');
my @order = networks(qw(--data noise.csv));
is("@order[0, 1]", 'plain, held back plain, small', 'the cheapest first');
is($order[-1], 'waves', 'the dearest last');

# what --effort quick trains is tried on all folds of few rows: it is cheap

($r) = grep { $_->{name} eq 'plain, small' }
    @{ fit(@is, qw(-o z.st))->{portfolio}{tried} };
is($r->{parts}, 5, 'the network of --effort quick is');

# of many rows a sample, as large as there is work for: the dearest network has
# no look rather than all others a smaller one (t/unit/test_train_portfolio says
# who has which work after it)

$t->write_file('many.csv', "a,b,c,d,is\n" . join '', map {
    my @x = map { sprintf '%.3f', unit() } 1 .. 4;
    my $is = ($x[0] > 0.5) ^ ($x[1] > 0.4) ^ (unit() < 0.2);
    join(',', @x, $is ? 'u' : 'v') . "\n" } 1 .. 30_000);
my @many = @{ fit(qw(--data many.csv -o z.st))->{portfolio}{tried} };
is_deeply([grep { $_ != 13_500 } map { $_->{sample_rows} // 13_500 } @many],
    [], 'half of many rows are a sample');
is((grep { $_->{name} eq 'waves' } @many)[0]{dropped},
    'no work was left for it', 'without the dearest');

# few rows choose nothing: one network

$t->write_file('few.csv', "a,is\n" . join '', map { "$_," . ($_ % 2 ? 'u' : 'v')
    . "\n" } 1 .. 20);
ok(!fit(qw(--data few.csv -o z.st))->{portfolio}, 'few rows');

done_testing();
