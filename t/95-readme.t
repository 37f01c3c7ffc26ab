#!/usr/bin/perl

# Promise: what README says works as it stands: `make demo` leaves the files
# that commands name, and answers its curl lines; the configuration starts,
# programs are answered, and the same row gets the same numbers from all.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use MaasTest;
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv with the clients: make build/venv/.done')
    unless -x $python;

my $readme = MaasTest::Proc::slurp("$MaasTest::top/README.md");
my ($conf, $more) = $readme =~ /^```nginx\n(.*?)^```/msg;
my @shell = $readme =~ /^```sh\n(.*?)^```/msg;
my @python = $readme =~ /^```python\n(.*?)^```/msg;

my $t = MaasTest->new;
my $dir = $t->dir;

###############################################################################
# make demo, with fewer digits, in a folder of this test

my $build = "$dir/build";
mkdir $build;
symlink "$MaasTest::build/$_", "$build/$_"
    for 'ngx_http_maas_module.so', 'maas-trainer';
chmod 0755, $build;

my $demo = "$MaasTest::top/conf/demo.sh";
my $port = MaasTest::free_port();
$ENV{MAAS_DEMO_DIR} = "$build/demo";
$ENV{MAAS_DEMO_SYNTH} = '--train 2000 --test 200';

for (qw(0 x 65536 123456 080)) {
    my ($rc, $out, $err) = $t->command('sh', $demo, 'check', $_);
    is($rc, 1, "PORT=$_");
    is($err, "PORT=$_: expected a number from 1 to 65535\n", 'is said');
}

# one that speaks no HTTP
my $other = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
    or die;
my ($rc, $out, $err) = $t->command('sh', $demo, 'start', $other->sockport);
is($rc, 1, 'a port that is taken');
like($err, qr/^Port \d+ of 127\.0\.0\.1 is taken by another server: .*PORT=/,
    'is said');
is($out, '', 'before anything is done');
close $other;

($rc, $out, $err) = $t->command('sh', $demo, 'start', $port);
is($rc, 0, 'make demo PORT=') or diag($out, $err);
like($out, qr{^Draw a digit: +http://127\.0\.0\.1:$port/$}m, 'says where');
is(($t->command('curl', '-sf', "http://127.0.0.1:$port/v2/models/$_"))[0], 0,
    "$_ is served") for qw(digits iris payments);

# all that commands of README name is there, and models that conf/ names

my @named = map { m{\bbuild/demo/[\w.-]+}g } @shell;
push @named, map { "build/demo/$_" }
    map { MaasTest::Proc::slurp($_) =~ /^\s+maas_model \S+ (\S+?)[; ]/mg }
    grep { !/bots/ } glob "$MaasTest::top/conf/*.conf";
cmp_ok(scalar @named, '>', 3, 'files');
ok(-s "$dir/$_", $_) for @named;

for my $line (map { split /\n/ } grep { /maas-trainer fit/ } @shell) {
    my ($status, $out, $why) = $t->command('sh', '-c', $line);
    is($status, 0, $line) or diag($out, $why);
}

# the first screen: the model of that training says what is shown there

my ($form, $says) = $readme =~ /^\$ curl -d '(\S+)' \S+\n\[\[([\d.]+)\]\]$/m;
my %field = map { split /=/ } split /&/, $form;
$t->write_file('first.csv', join(',', sort keys %field) . "\n"
    . join(',', map { $field{$_} } sort keys %field) . "\n");
(undef, $out) = $t->trainer(qw(predict payments.safetensors --data first.csv));
like($out, qr/^fraud,0\.\d+$/, 'the first screen: an answer');
cmp_ok(abs($says - ($out =~ /,(\S+)/)[0]), '<', 0.02, 'which is that number');

my @lines = map { s/\\\n\s*/ /g; grep { /^curl / } split /\n/ } @shell;
cmp_ok(scalar @lines, '>', 6, 'curl lines');

for my $line (@lines) {
    (my $run = $line) =~ s/127\.0\.0\.1:8080/127.0.0.1:$port/g;
    $run =~ s/^curl /curl -sS --fail-with-body -o curl.out /;
    my ($status, undef, $why) = $t->command('sh', '-c', $run);
    is($status, 0, "the demo: $line") or diag($t->read_file('curl.out'), $why);
}

($rc, $out, $err) = $t->command('sh', $demo, 'stop');
is($rc, 0, 'make demo-stop') or diag($err);
ok(!-e "$build/demo/nginx.pid", 'it ended');

###############################################################################
# README's configuration: paths and the port are those of this test

like($conf, qr/^load_module modules\//, 'README has a configuration');
like($conf, qr/^events \{\}$/m, 'a whole one');
$conf =~ s/^load_module .*\n/%%GLOBALS%%\n/;
$conf =~ s/^http \{\n/http {\n%%GLOBALS_HTTP%%\n/m;
$conf =~ s{/etc/nginx/}{%%TESTDIR%%/build/demo/}g;
is(($conf =~ s/listen 8080;/listen 127.0.0.1:%%PORT%%;/g), 1, 'on 8080');

# what is predicted of any request, in the same http {}; its upstream answers
# with what it was told
is(($more =~ s/listen 8082;/listen 127.0.0.1:%%PORT1%%;/g), 1, 'on 8082');
is(($more =~ s/127\.0\.0\.1:8083;/127.0.0.1:%%PORT2%%;/g), 1, 'to 8083');
$more =~ s{access_log /var/log/nginx/}{access_log %%TESTDIR%%/};
$conf =~ s/\}\n\z//;
$conf .= "$more\nserver { listen 127.0.0.1:%%PORT2%%; location / {"
    . " return 200 \$http_x_fraud; } }\n}\n";
$t->conf($conf);
$t->known_good('/iris', '[5.1,3.5,1.4,0.2]');
$t->run;

$port = $t->port;
my @want = @{ $t->post('/iris', '[5.1,3.5,1.4,0.2]')->json->[0] };

# The numbers in a text are those of the row, wherever they stand in it
sub has_numbers {
    my ($text, $name) = @_;
    my @numbers = $text =~ /(?<![\w.])(\d(?:\.\d+)?(?:e[-+]?\d+)?)(?![\w.])/g;
    my @missing = grep { my $w = $_;
        !grep { abs($_ - $w) < 1e-6 } @numbers } @want;
    return is("@missing", '', "$name: the same numbers") || diag($text);
}

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

sub pay {
    my ($amount, $country) = @_;
    return ($t->answers($t->send($t->request('GET', "/?amount=$amount", undef,
        'X-Country' => $country, Connection => 'close'),
        port => $t->port(1))))[0];
}

like(pay(12, 'DE')->body, qr/^0\.\d{6}$/, 'any request has a score');
is(pay(390, 'NG')->status, 429, 'or is refused');
like($t->read_file('pay.log'), qr/^\{"id":"[0-9a-f]{32}","before":\d+,"features":\{"amount":12,"hour":\d+,"country":"DE"\}\}\n\{"id":"[0-9a-f]{32}","before":\d+,.*"NG"\}\}\n\z/,
    'and logged');

$t->done;
