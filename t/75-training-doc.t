#!/usr/bin/perl

# Promise: every command of docs/training.md works as it stands there, in
# order, and the page says what comes out.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $nginx = $ENV{MAAS_NGINX} || '/usr/sbin/nginx';

open my $fh, '<', "$MaasTest::top/docs/training.md" or die;
my $page = do { local $/; <$fh> };
my @blocks = $page =~ /^```sh\n(.*?)^```$/msg;
cmp_ok(scalar @blocks, '>', 8, 'commands');

# where they are run: a folder with build/ in it, and a free port

symlink $MaasTest::build, "$dir/build" or die "symlink: $!";
my $port = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
    ->sockport;

for (@blocks) {
    s{/usr/sbin/nginx}{$nginx}g;
    s{127\.0\.0\.1:8080}{127.0.0.1:$port}g;
}

# one shell for all of them; a line between two blocks

my $mark = '=== block';
my $script = "set -e\n" . join '', map { "echo '$mark $_'\n$blocks[$_]" }
    0 .. $#blocks;
$t->write_file('doc.sh', $script);
my ($rc, $out, $err) = $t->command('sh', 'doc.sh');
is($rc, 0, 'every command ends well') or diag($err, $out);

my %out;
while ($out =~ /\Q$mark\E (\d+)\n(.*?)(?=\Q$mark\E|\z)/sg) { $out{$1} = $2 }
is(scalar keys %out, scalar @blocks, 'all of them were run');

# what a block, named by a part of it, printed

sub said {
    my ($part, $re, $name) = @_;
    my ($n) = grep { $blocks[$_] =~ /\Q$part\E/ } 0 .. $#blocks;
    like($out{$n}, $re, $name);
    return $out{$n};
}

said('head -n 3 payments.csv',
    qr/^amount,hour,country,new_device,outcome\n[\d.]*,\d+,[A-Z]{2},(?:yes|no),/,
    'the table');
said('--report payments.html', qr/country +category\b.*new_device +boolean/s,
    'fit: columns by their kind');
said('inspect', qr/payments/, 'inspect');
said('--importance', qr/^accuracy +0\.\d+  \(0\.\d+ to.*^without the column/ms,
    'evaluate: figures, intervals, importance');
said('predict payments',
    qr/^\d+,(?:fine|fraud),[01],0\.\d+,0\.\d+\n/m, 'predict: label and probability');
said('cat best.conf', qr/^# maas-trainer tune: .*\ndata = payments\.csv\n/m,
    'tune: settings');
said('--log epochs', qr/^\{"epoch":\d+,.*"best":/m, 'a log');
said('--cost 1:10', qr/^threshold 0\.\d+: above it "fraud" is said/m,
    'a threshold');

my $answers = said('instances', qr/"predictions"/, 'served');
my ($v1) = $answers =~ /^(\{\s*"predictions".*?\})\s*[\[{]/s;
my @p = map { ref $_ ? $_->[0] : $_ } @{ decode_json($v1)->{predictions} };
is(scalar @p, 2, 'a probability for each row');
cmp_ok($p[0], '>', 0.5, 'a suspicious payment');
cmp_ok($p[1], '<', 0.2, 'a usual one');

ok(-s "$dir/payments.html", 'the report');
ok($t->wait_for(sub { !-e "$dir/serve/nginx.pid" }), 'nginx has ended');
unlike($t->read_file('serve/error.log'), qr/\[(?:alert|crit|emerg)\]/,
    'a clean error log');

# it is a good model: what the page promises by its figures

my $e = decode_json(said('--json', qr/^\{/, 'JSON') =~ s/\n.*//sr);
cmp_ok($e->{auc}, '>', 0.8, 'frauds are found');

# if a command fails nginx may be left: by its own pid file, and no other

END {
    if ($dir && -s "$dir/serve/nginx.pid") {
        kill 'QUIT', $t->read_file('serve/nginx.pid') + 0;
    }
}

done_testing();
