#!/usr/bin/perl

# Promise: --target a,b,c learns several numbers at once, each in its own unit;
# figures, predictions, intervals and reasons are by target, a row needs them
# all, and nginx answers with the same numbers under their names.

use strict;
use warnings;
no warnings 'qw';     # names with commas between

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub ok_run { return $t->trains(@_) }

sub refused { return $t->refuses(@_) }

my $state = 20;

sub unit {
    $state = ($state * 1103515245 + 12345) % 2147483648;
    return ($state + 0.5) / 2147483648;
}

# a price in money, a share and a small count, in the middle of the file
sub table {
    return map {
        my $x = 4 * unit() - 2;
        my $c = (qw(a b c))[3 * unit()];
        my $noise = unit() - 0.5;
        sprintf '%d,%.4f,$%.2f,%s,%.5f,%d', $_, $x,
            100000 + 20000 * $x + { a => 0, b => 5000, c => -9000 }->{$c}
            + 3000 * $noise, $c, 0.1 * $x * $x + 0.02 * $noise,
            2 + ($x > 0) + ($c eq 'a');
    } 1 .. $_[0];
}

my $head = 'id,x,price,c,share,count';
my @train = table(2000);
my @new = table(600);
$t->write_file('train.csv', join "\n", $head, @train, '');
$t->write_file('new.csv', join "\n", $head, @new, '');

my @quick = ($t->trainer(qw(fit --help)))[1] =~ /--effort/
    ? qw(--effort quick) : ();
my @fit = (qw(fit -d train.csv --id id -q --epochs 60 -o m.st), @quick);
my $said = ok_run(@fit, qw(-t price,share,count --test new.csv --report r.html));
like($said, qr/^  $_ .*0\.9\d+$/m, "fit: figures of $_")
    for qw(price share count);

my $j = decode_json(ok_run(qw(inspect m.st --json)));
is_deeply($j->{document}{outputs}{labels}, [qw(price share count)], 'names');
is($j->{document}{training}{data}{target}, 'price,share,count', 'the record');
is(scalar @{ $j->{document}{training}{test}{numbers} }, 3,
    'figures of each in it');
is_deeply([ map { $_->{name} } grep { $_->{role} eq 'target' }
    @{ $j->{document}{other_columns} } ], [qw(price share count)], 'roles');

###############################################################################
# figures of each by their definition

$j = decode_json(ok_run(qw(evaluate m.st -d new.csv --json)));
my @lines = split /\n/, ok_run(qw(predict m.st -d new.csv --format csv));
is(shift @lines, 'id,prediction_price,prediction_share,prediction_count',
    'names of predictions');

for my $k (0 .. 2) {
    my ($mean, $sq, $e, $abs) = (0, 0, 0, 0);
    my @truth = map { (split /,/)[ (2, 4, 5)[$k] ] =~ s/^\$//r } @new;
    $mean += $_ / @truth for @truth;
    for my $i (0 .. $#truth) {
        my $d = (split /,/, $lines[$i])[ 1 + $k ] - $truth[$i];
        $sq += ($truth[$i] - $mean) ** 2;
        $e += $d * $d;
        $abs += abs($d) / @truth;
    }
    my $is = $j->{numbers}[$k];
    cmp_ok(abs($is->{r2} - (1 - $e / $sq)), '<', 1e-4, "R2 of number $k");
    cmp_ok(abs($is->{mae} / $abs - 1), '<', 1e-4, 'MAE');
    cmp_ok(abs($is->{rmse} / sqrt($e / @truth) - 1), '<', 1e-4, 'RMSE');
    cmp_ok($is->{r2}, '>', 0.85, "each is learnt: $is->{r2}");
}

cmp_ok(abs($j->{r2} - ($j->{numbers}[0]{r2} + $j->{numbers}[1]{r2}
    + $j->{numbers}[2]{r2}) / 3), '<', 1e-5, 'R2 is their mean');
is(scalar @{ $j->{prediction_intervals}{covered} }, 3, 'intervals of each');
like(ok_run(qw(evaluate m.st -d new.csv --bootstrap 0)),
    qr/^The mean of 3 numbers; of each:\n.*^share +\S+ +\S+ +\S+ +\S+ +0\.9\d*$/ms,
    'as text');
is((split /\n/, ok_run(qw(predict m.st -d new.csv --format csv --interval
    0.8)))[0], 'id,' . join(',', map { "prediction_$_,low_$_,high_$_" }
    qw(price share count)), 'names of intervals');
like(ok_run(qw(predict m.st -d new.csv --reasons 1)), qr/^1, share: .*\bx\b/m,
    'reasons of each');
is(ok_run(qw(evaluate m.st -d new.csv -t price,share,count --json)),
    ok_run(qw(evaluate m.st -d new.csv --json)), 'the same by name');
ok_run(qw(evaluate m.st -d new.csv --importance --report e.html));

# JSON lines: places do not matter; the same model in any order of columns
my @rows = map {
    my ($id, $x, $price, $c, $share, $count) = split /,/;
    qq({"count":$count,"share":$share,"price":"$price","c":"$c","x":$x,"id":$id})
} @new;
$t->write_file('new.jsonl', join "\n", @rows, '');
is(ok_run(qw(evaluate m.st -d new.jsonl --json)),
    ok_run(qw(evaluate m.st -d new.csv --json)), 'JSON lines: the same');

# --valid is read by the names, and a row needs all of them
$t->write_file('gap.csv', join "\n", $head, @new[0 .. 98],
    '1,0.5,$1,a,,2', '1,0.5,,a,0.1,2', '');
my ($rc, undef, $err) = $t->trainer(@fit, qw(-t price,share,count --valid
    gap.csv));
is($rc, 0, '--valid') or diag($err);
like($err, qr/2 of 101 rows left out: no target in column "price", or in (?#
    )another of them$/m, 'a row needs all targets');

# without names in the file: by number
$t->write_file('bare.csv', join "\n", (map { s/^\d+,//r =~ s/\$//r } @train),
    '');
ok_run(qw(fit -d bare.csv -t 2,4,5 -q --epochs 20 --header no -o b.st), @quick);
$j = decode_json(ok_run(qw(evaluate b.st -d bare.csv --json)));
cmp_ok($j->{numbers}[1]{r2}, '>', 0.5, 'by number');

# what is tried by itself: each counts alike, whatever its unit is
$t->write_file('few.csv', join "\n", $head, @train[0 .. 299], '');
ok_run(qw(fit -d few.csv -t price,share,count --id id -q -o a.st));
$j = decode_json(ok_run(qw(evaluate a.st -d new.csv --json)));
cmp_ok($_->{r2}, '>', 0.9, "by itself: $_->{r2}") for @{ $j->{numbers} };

# a teacher, fewer bits
ok_run(qw(quantize m.st -d train.csv -o small.st));
ok_run(qw(fit -d train.csv --id id -t price,share,count -q --teacher m.st -o
    d.st --epochs 60 --hidden 8:relu), @quick);
$j = decode_json(ok_run(qw(evaluate d.st -d new.csv --json)));
cmp_ok($j->{r2}, '>', 0.6, "a student of three numbers: $j->{r2}");

###############################################################################
# refused

refused(1, qr/no column "shares" for --target \(did you mean "share"\?\)/,
    @fit, qw(-t price,shares));
refused(1, qr/--target: "price" stands there twice/, @fit,
    qw(-t price,share,price));
refused(1, qr/the target "c" holds "[abc]": several targets are numbers/,
    @fit, qw(-t price,c));
refused(1, qr/2 targets: expected one, or numbers for a regression/, @fit,
    qw(-t price,count --task classification));
refused(1, qr/answers with 3 numbers, --target names 1 column: expected as many/,
    qw(evaluate m.st -d new.csv -t price));

# a name with a comma is one column
$t->write_file('comma.csv', join "\n", '"a,b",a,b',
    (map { "$_," . ($_ % 7) . ',' . ($_ % 3) } 1 .. 200), '');
ok_run(qw(fit -d comma.csv -t a,b -q --epochs 2 --task regression -o c.st),
    @quick);
is_deeply(decode_json(ok_run(qw(inspect c.st --json)))->{document}{outputs}
    {labels}, ['a,b'], 'a name with a comma');

###############################################################################
# served

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.st;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict m; }
        location / { maas_serve; }
    }
}
EOC
my $row = '{"x":0.5,"c":"b"}';
$t->known_good('/p', $row, 'Content-Type' => 'application/json');
$t->run;
$t->write_file('one.csv', "x,c\n0.5,b\n");
my @want = split /,/, ok_run(qw(predict m.st -d one.csv)) =~ s/\n//r;
is(scalar @want, 3, 'three numbers');
is_deeply($t->post('/p', $row, 'Content-Type' => 'application/json')->json,
    [ \@want ], 'nginx answers with the same') or diag("@want");
my $meta = $t->get('/v2/models/m');
like($meta->body, qr/"price".*"share".*"count"/s, 'with their names');

$t->done;
