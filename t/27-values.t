#!/usr/bin/perl

# Promise: a value is the same value everywhere: however it is spelt, in CSV, in
# JSON, in a form, as number or text, nginx answers with the bits that
# maas-trainer predict prints.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json encode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @csv = ('Content-Type' => 'text/csv');
my @form = ('Content-Type' => 'application/x-www-form-urlencoded');

# columns by name, and what stands in row i

my @names = qw(store zip flag price share when ts id big y);
my @stores = qw(101.0 205.0 309.0);

sub row {
    my ($i) = @_;
    my $d = 1 + $i % 28;
    my $m = 1 + $i % 12;
    return ($stores[$i % 3], ('01234', '56789')[$i % 2],
        ('True', 'False', 'maybe')[$i % 3],
        $i % 9 ? sprintf('%d.%03d,50 EUR', 1 + $i % 7, $i) : '-',
        ($i % 50) . ' %', sprintf('%02d.%02d.2023', $d, $m),
        1700000000 + 86400 * $i, "r$i", '9007199254740' . (990 + $i % 5),
        $i % 3 == 1 || $i % 2 ? 'p' : 'n');
}

my @rows = map { [row($_)] } 1 .. 200;
sub csv { return join '', map { join(';', @$_) . "\n" } @_ }

$t->write_file('train.csv', csv(\@names, @rows));
my ($rc, $said, $err) = $t->trainer(qw(fit -q -d train.csv -o m.safetensors
    --epochs 20 --hidden 8:relu --id id --na-values), '-999,-1', '--columns',
    'store=category,zip=category,flag=category,big=category');
is($rc, 0, 'trained') or diag($err);
like($said, qr/price +number .*decimal comma; thousands by points; units "EUR"/,
    'what a price is');
like($said, qr/ts +date .*seconds since 1970/, 'what ts is');

my @test = @rows[0 .. 9];
$t->write_file('test.csv', csv(\@names, @test));
($rc, $said, $err) = $t->trainer(qw(predict --json -d test.csv m.safetensors));
is($rc, 0, 'predicted') or diag($err);
my @want = $said =~ /"outputs":\[([^\]]+)\]/g;
is(@want, @test, 'a line a row');

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /p { maas_predict m; }
    }
}
EOC
$t->known_good('/p', '{"store":101}', @json);
$t->run;

sub answers {
    my ($type, $body, $name) = @_;
    my $answer = $t->post('/p', $body, @$type);
    is($answer->status, 200, "$name: answered") or diag($answer->body);
    return split /\n/, $answer->body if $type == \@csv;
    return map { s/[\[\]\s]//gr } $answer->body =~ /(\[[^\[\]]+\])/g;
}

# all of the file, target and id included, as CSV and as JSON

is_deeply([answers(\@csv, csv(\@names, @test), 'CSV')], \@want,
    'the file that was trained on');

sub object {
    my ($plain, @v) = @_;
    my %r;
    @r{@names} = @v;

    if ($plain) {           # as programs send it
        $r{store} += 0;
        $r{price} =~ tr/.//d;
        $r{price} = $r{price} eq '-' ? undef
            : ($r{price} =~ s/,/./r =~ s/ EUR//r) + 0;
        $r{share} = ($r{share} =~ s/ %//r) + 0;
        $r{ts} += 0;
        $r{flag} = { True => JSON::PP::true, False => JSON::PP::false }
            ->{$r{flag}} // $r{flag};
    }

    delete @r{qw(id y)};
    my $s = encode_json(\%r);
    $s =~ s/"big":"(\d+)"/"big":$1/ if $plain;      # 64 bits, no quotes
    return $s;
}

is_deeply([answers(\@json, '[' . join(',', map { object(0, @$_) } @test) . ']',
    'strings')], \@want, 'strings as they stand in the file');
is_deeply([answers(\@json, '[' . join(',', map { object(1, @$_) } @test) . ']',
    'values')], \@want, 'numbers and booleans');

# spellings of one value

my $one = (answers(\@json, '{"store":101}', 'one'))[0];
my $other = (answers(\@json, '{"store":999}', 'other'))[0];
isnt($one, $other, 'a store makes a difference');

for my $spelt ('101.0', '101.00', '1.01e2', '"101"', '"101.0"', '" 101 "',
    '"1.01E+2"', '"0101"', '"+101"')
{
    is((answers(\@json, "{\"store\":$spelt}", $spelt))[0], $one, $spelt);
}

is((answers(\@form, 'store=101.0', 'form'))[0], $one, 'a form');
is((answers(\@csv, "store\n101\n", 'csv'))[0], $one, 'CSV');
isnt((answers(\@json, '{"zip":"01234"}', 'zip'))[0],
    (answers(\@json, '{"zip":"1234"}', 'zip'))[0], 'a code is a text');
isnt((answers(\@json, '{"big":9007199254740992}', 'big'))[0],
    (answers(\@json, '{"big":9007199254740993}', 'big'))[0], '64 bits');

for my $spelt ('"TRUE"', '"true"', 'true') {
    is((answers(\@json, "{\"flag\":$spelt}", $spelt))[0],
        (answers(\@json, '{"flag":"True"}', 'True'))[0], $spelt);
}

for my $spelt ('"1.234,5 EUR"', '"1234,5"', '"EUR 1.234,5"', '"1234,50 EUR"',
    '1234.5')
{
    is((answers(\@json, "{\"price\":$spelt}", $spelt))[0],
        (answers(\@json, '{"price":1234.5}', 'number'))[0], $spelt);
}

for my $missing ('"-"', '"NA"', '""', 'null', '-999', '-999.0', '"-999"',
    '"-999,0"', '"-9,99e2"', '"-999 EUR"')
{
    is((answers(\@json, "{\"price\":$missing}", $missing))[0],
        (answers(\@json, '{"zip":null}', 'nothing'))[0], "missing: $missing");
}

for my $name (qw(store share ts big)) {
    for my $missing ('null', '-999', '-999.0', '"-999"', '"-999.00"') {
        is((answers(\@json, "{\"$name\":$missing}", $missing))[0],
            (answers(\@json, '{"zip":null}', 'nothing'))[0], "$name: $missing");
    }
}

my $bad = $t->post('/p', '{"price":"soon"}', @json);
is($bad->status, 400, 'no price');
like($bad->body, qr/column \\"price\\": expected a number/, 'says so');
$bad = $t->post('/p', '{"when":"2023-12-31"}', @json);
is($bad->status, 400, 'no such date');
like($bad->body, qr/column \\"when\\": expected a date such as 31\.12\.2024/,
    'says which');

$t->done;
