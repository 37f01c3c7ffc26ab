#!/usr/bin/perl

# Promise: predict and evaluate read large tables in blocks: what they say is
# what they say of the same rows in small files, whatever is at the edge of a
# block, in memory that does not grow with the file.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
my $ROWS = 60_000;
my $PARTS = 4;                  # small files of the same rows

# quoted ends of lines, quotes, gaps, more classes of texts; some rows cannot be
# read
my @rows = map {
    my $i = $_;
    my $text = $i % 7 ? 'k' . $i % 40 : qq("two\nlines, ""k"" $i");
    join(',', "id-$i", ($i * 37 % 1000) / 8, $i % 500 == 3 ? 'bad' : $i % 13,
        $i % 11 ? $text : '', 'x' x ($i % 90), $i * 7 % 10 > $i % 4 ? 'p' : 'q')
        . ($i % 5 ? "\n" : "\r\n");
} 1 .. $ROWS;
my $names = "name,a,b,c,d,y\n";

sub rows { return grep { !/,bad,/ } @_ }

$t->write_file('fit.csv', $names, rows(@rows[0 .. 1999]));
$t->write_file('all.csv', $names, rows(@rows));
$t->write_file('bad.csv', $names, @rows);

my $each = $ROWS / $PARTS;
for my $k (0 .. $PARTS - 1) {
    $t->write_file("part$k.csv", $names,
        @rows[$k * $each .. ($k + 1) * $each - 1]);
}

cmp_ok(-s $t->dir . '/bad.csv', '>', 2 << 20, 'a file of several blocks');

sub run {
    my ($rc, $out, $err) = $t->command($trainer, @_);
    return wantarray ? ($rc, $out, $err) : $out;
}

my ($rc, $out, $err) = run(qw(fit -q -d fit.csv -t y --id name --columns),
    'd=text,b=number', qw(--hash 16 --hidden 4 --epochs 2 -o m.st));
is($rc, 0, 'a model') or diag($err);

# lines, and those of rows that were skipped

for my $format ([], ['--json'], [qw(--format csv)], [qw(--format jsonl)],
    ['--raw']) {
    my $all = run(qw(predict m.st --on-error skip -d bad.csv), @$format);
    my $parts = '';

    for my $k (0 .. $PARTS - 1) {
        my $part = run(qw(predict m.st --on-error skip -d), "part$k.csv",
            @$format);
        $part =~ s/\A[^\n]*\n// if $k && grep { $_ eq 'csv' } @$format;
        $parts .= $part;
    }

    # the place of a row is that in its file
    s/"row":\d+,|"error":"[^"]*(?:\\"[^"]*)*"//g for $all, $parts;
    ok($all eq $parts, "predict @$format") or diag(length $all, length $parts);
    cmp_ok(($all =~ tr/\n//), '>', $ROWS - $ROWS / 400, 'all rows');
}

# places in the file go on

$out = run(qw(predict m.st --format jsonl --on-error skip -d bad.csv));
my @bad = $out =~ /"row":(\d+),"error"/g;
is_deeply(\@bad, [ map { $_ + 3 } map { 500 * $_ } 0 .. $ROWS / 500 - 1 ],
    'places of rows that were skipped');

($rc, $out, $err) = run(qw(predict m.st -d bad.csv));
is($rc, 1, 'a row that cannot be read ends it');
like($err, qr/bad\.csv:\d+:3: column "b" holds "bad"/, 'and is said');

($rc, $out, $err) = run(qw(predict m.st --on-error skip -d bad.csv));
like($err, qr/120 rows skipped; the first: bad\.csv:\d+:3/, 'all are counted');

# figures, with targets of all rows; those of a report need the rows

my @evaluate = qw(evaluate m.st --bootstrap 0 --json -d all.csv);
my $whole = run(@evaluate, qw(--report r.html));
$whole =~ s/,"importance":\[.*?\](?=\})//;
is(run(@evaluate), $whole, 'evaluate');
like(run(@evaluate), qr/"rows":59880,/, 'of all rows');

# JSON lines

$t->write_file('all.json', map {
    sprintf qq({"name":%d,"a":%d,"b":%d,"c":"k%d","d":"%s","y":"p"}\n), $_,
        $_ % 99, $_ % 13, $_ % 50, 'x' x ($_ % 90);
} 1 .. $ROWS);
cmp_ok(-s $t->dir . '/all.json', '>', 4 << 20, 'JSON lines, more than a block');
$out = run(qw(predict m.st -d all.json));
is(($out =~ tr/\n//), $ROWS, 'a line for each');
like($out, qr/\A1,/, 'the first');
like($out, qr/^$ROWS,[^\n]*\n\z/m, 'the last');

# memory: what is enough for the rows once is enough for them 16 times, of which
# the rows and answers alone would be more; how many blocks are under way, chance
# says

# OpenBLAS asks for 128 MB a thread, and asks for ever: that of Debian 13 at the
# start, where they come on top
$ENV{OPENBLAS_NUM_THREADS} = 1;
my $kb = 130_000;
my @within = ('bash', '-c', 'ulimit -d "$0"; exec timeout "$@"');
($rc) = $t->command(@within, $kb, 5, $trainer, '--version');
$kb += 128 << 10 if $rc;
$t->write_file('often.csv', $names, (rows(@rows)) x 16);
($rc, $out, $err) = $t->command(@within, $kb, 300, $trainer,
    qw(predict m.st -d often.csv));
is($rc, 0, 'memory of predict') or diag($err);
is(($out =~ tr/\n//), 16 * 59_880, 'all rows 16 times');

done_testing();
