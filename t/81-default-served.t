#!/usr/bin/perl

# Promise: a model that fit makes by default answers in nginx as in predict,
# for values that are missing, unknown, far off or nonsense too, in JSON, CSV
# and forms; what it cannot take is refused with a status and a sentence.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $state = 17;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

$t->write_file('d.csv', join '', "n,c,b,d,y\n", map {
    my ($n, $c, $b) = (rnd(), (qw(red green blue))[3 * rnd()], int 2 * rnd());
    join(',', rnd() < 0.1 ? '' : $n, rnd() < 0.1 ? '' : $c, $b ? 'yes' : 'no',
        sprintf('2024-%02d-%02d', 1 + 12 * rnd(), 1 + 28 * rnd()),
        3 * $n + ($c eq 'red') + $b * $n) . "\n" } 1 .. 200);
my ($rc, undef, $err) = $t->trainer(qw(fit -q -d d.csv -o m.st));
is($rc, 0, 'fit') or diag($err);

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.st;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /m { maas_predict m; }
    }
}
EOC
my @json = ('Content-Type' => 'application/json');
my @form = ('Content-Type' => 'application/x-www-form-urlencoded');
my @csv = ('Content-Type' => 'text/csv');
$t->known_good('/m', '{"n":0.5,"c":"red","b":true,"d":"2024-05-01"}', @json);
$t->run;

# JSON and the line of CSV that means the same
my @row = (
    ['{"n":0.5,"c":"red","b":true,"d":"2024-05-01"}', '0.5,red,yes,2024-05-01'],
    ['{"n":null,"c":null,"b":null,"d":null}', ',,,'],
    ['{"n":0.25,"c":"never seen","b":false,"d":"1900-01-01"}',
        '0.25,never seen,no,1900-01-01'],
    ['{"n":-1e6,"c":"red ","b":true,"d":"9999-12-31"}',
        '-1e6,red ,yes,9999-12-31'],
    ['{"n":1e-40,"c":"","b":true,"d":"2024-02-29"}',
        '1e-40,,yes,2024-02-29'],
    ['{"n":"0.5","c":"blue","b":"no","d":"2024-05-01"}',
        '0.5,blue,no,2024-05-01'],
);
$t->write_file('rows.csv', join '', "n,c,b,d\n", map { "$_->[1]\n" } @row);
(undef, my $out) = $t->trainer(qw(predict m.st -d rows.csv));
my @want = map { (split /,/)[-1] } split /\n/, $out;
is(scalar @want, scalar @row, 'predict answers each row');

for my $i (0 .. $#row) {
    my $r = $t->post('/m', $row[$i][0], @json);
    is($r->status, 200, "JSON $row[$i][0]") or diag($r->body);
    is($r->json->[0][0], $want[$i], 'the same as predict');
    $r = $t->post('/m', "n,c,b,d\n$row[$i][1]\n", @csv);
    is($r->status, 200, "CSV $row[$i][1]") or diag($r->body);
    like($r->body, qr/^\Q$want[$i]\E$/m, 'the same as predict');
    my @cell = split /,/, $row[$i][1], -1;
    $r = $t->post('/m', join('&', map { "$_=" . ((shift @cell) =~ tr/ /+/r) }
        qw(n c b d)), @form);
    is($r->status, 200, "form $row[$i][1]") or diag($r->body);
    is($r->json->[0][0], $want[$i], 'the same as predict');
}

for (['{"n":"many","c":"red","b":true,"d":"2024-05-01"}', 'no number'],
    ['{"n":1e39,"c":"red","b":true,"d":"2024-05-01"}', 'beyond'],
    ['{"n":0.5,"c":"red","b":true,"d":"2024-13-01"}', 'no date'],
    ['{"n":0.5,"c":["red","blue"],"b":true,"d":"2024-05-01"}', 'a list'],
    ['{"n":NaN,"c":"red","b":true,"d":"2024-05-01"}', 'NaN'])
{
    my ($body, $what) = @$_;
    my $r = $t->post('/m', $body, @json);
    is($r->status, 400, $what) or diag($r->body);
    like($r->json->{error}, qr/./, "$what: is said");
}

$t->done;
