#!/usr/bin/perl

# Promise: what README says about serving works as it stands: its
# configuration starts, each of its curl lines and programs is answered, and
# the same row gets the same numbers from all of them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use Compress::Zlib ();
use JSON::PP ();
use MaasTest;
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv with the clients: make build/venv/.done')
    unless -x $python;

# what the files that README names look like
my %model = (
    iris => [ sizes => [ 4, 6, 3 ],
        labels => [qw(setosa versicolor virginica)] ],
    digits => [ sizes => [ 784, 8, 10 ], labels => [ map { "$_" } 0 .. 9 ],
        inputs => { kind => 'tensor', shape => [ 28, 28 ],
            image => JSON::PP::true, factor => 0.003921569 } ],
    score => [ sizes => [ 4, 3, 2 ],
        inputs => { kind => 'columns', columns => [
            { name => 'amount', kind => 'number' },
            { name => 'country', kind => 'category',
                values => [qw(DE FR IT)] } ] } ],
);

my $readme = MaasTest::Proc::slurp("$MaasTest::top/README.md");
my ($conf) = $readme =~ /^```nginx\n(.*?)^```/ms;
my @shell = $readme =~ /^```sh\n(.*?)^```/msg;
my @python = $readme =~ /^```python\n(.*?)^```/msg;

my $t = MaasTest->new;
$t->model($_, name => $_, @{ $model{$_} }) for keys %model;

# a grey picture of 28 x 28 pixels
sub png {
    my $chunk = sub {
        my ($type, $data) = @_;
        return pack('N', length $data) . "$type$data"
            . pack 'N', Compress::Zlib::crc32("$type$data");
    };
    my $rows = join '', map { my $y = $_; "\0" . join '',
        map { chr(($_ * $y) % 256) } 1 .. 28 } 1 .. 28;
    return "\x89PNG\r\n\x1a\n" . $chunk->('IHDR', pack 'NNC5', 28, 28, 8, 0,
        0, 0, 0) . $chunk->('IDAT', Compress::Zlib::compress($rows))
        . $chunk->('IEND', '');
}

$t->write_file('seven.png', png());
$t->write_file('row.bin', pack 'f<4', 5.1, 3.5, 1.4, 0.2);

# paths and the port are those of this test, all else is README's
like($conf, qr/^load_module modules\//, 'README has a configuration');
$conf =~ s/^load_module .*\n/%%GLOBALS%%\nevents { }\n/;
$conf =~ s/^http \{\n/http {\n%%GLOBALS_HTTP%%\n/m;
$conf =~ s{/etc/nginx/}{%%TESTDIR%%/}g;
is(($conf =~ s/listen 8080;/listen 127.0.0.1:%%PORT%%;/g), 1, 'on 8080');
$t->conf($conf);
$t->known_good('/iris', '[5.1,3.5,1.4,0.2]');
$t->run;

my $port = $t->port;
my @want = @{ $t->post('/iris', '[5.1,3.5,1.4,0.2]')->json->[0] };

# The numbers in a text are those of the row, wherever they stand in it
sub has_numbers {
    my ($text, $name) = @_;
    my @numbers = $text =~ /(?<![\w.])(0\.\d{3,}(?:e-\d+)?)/g;
    my @missing = grep { my $w = $_;
        !grep { abs($_ - $w) < 1e-6 } @numbers } @want;
    return is("@missing", '', "$name: the same numbers") || diag($text);
}

my @lines = map { s/\\\n\s*/ /g; grep { /^curl / } split /\n/ } @shell;
cmp_ok(scalar @lines, '>', 6, 'curl lines');

for my $line (@lines) {
    (my $run = $line) =~ s/127\.0\.0\.1:8080/127.0.0.1:$port/g;
    $run =~ s/^curl /curl -sS --fail-with-body -o curl.out /;
    my ($status, undef, $why) = $t->command('sh', '-c', $run);
    my $out = $t->read_file('curl.out');
    is($status, 0, $line) or diag($out, $why);
    next if $line !~ /5\.1|row\.bin/;
    $out = join ' ', map { sprintf '%.9g', $_ } unpack 'f<*', $out
        if $line =~ /row\.bin/;
    has_numbers($out, substr $line, 0, 40);
}

is(scalar @python, 2, 'two programs');

for my $program (@python) {
    (my $run = $program) =~ s/127\.0\.0\.1:8080/127.0.0.1:$port/g;
    $t->write_file('program.py', $run);
    my ($status, $out, $why) = $t->command($python, '-B', 'program.py');
    my ($name) = $program =~ /(\w+)/ && $program =~ /(tritonclient|kserve)/;
    is($status, 0, $name) or diag($out, $why);
    has_numbers($out, $name);
}

$t->done;
