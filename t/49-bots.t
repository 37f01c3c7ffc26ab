#!/usr/bin/perl

# Promise: `make demo-bots` goes from a log to a gate by itself, in a short
# version: what it logs is what it trains on, the model that comes of it tells
# visitors of a second site apart as no rule on a rate does, and nothing of it
# stays when it is stopped.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use JSON::PP ();
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $bots = $t->dir . '/bots';
my $port = MaasTest::free_port();
my $script = "$MaasTest::top/conf/bots.sh";

$ENV{MAAS_BUILD} = $MaasTest::build;
$ENV{MAAS_BOTS_DIR} = $bots;

sub lines {
    my ($name) = @_;
    return map { JSON::PP::decode_json($_) }
        split /\n/, $t->read_file("bots/$name");
}


# The rows of a file with names, by their first field
sub table {
    my ($name) = @_;
    my ($head, @rows) = split /\n/, $t->read_file("bots/$name");
    return map { my @f = split /,/; $f[0] => [ @f[1 .. $#f] ] } @rows;
}


###############################################################################
# what is wrong is said before anything is done

for (qw(0 x 80800000)) {
    my ($rc, $out, $err) = $t->command('sh', $script, 'start', $port, $_);
    is($rc, 1, "DAY=$_");
    like($err, qr/^$_: expected a whole number: make demo-bots /, 'is said');
}

my $other = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
    or die;
my ($rc, $out, $err) = $t->command('sh', $script, 'start',
    $other->sockport, 1);
is($rc, 1, 'a port that is taken');
like($err, qr/^Port \d+ of 127\.0\.0\.1 is taken/, 'is said');
close $other;

my $program = "$MaasTest::build/maas-bots";

for ([ [ 'day', $port, 'l', 't', '--seed' ], qr/--seed: expected --NAME=VAL/ ],
    [ [ 'day', 'x', 'l', 't' ], qr/PORT: "x" is no number from 1 to 65535/ ],
    [ [ 'day', $port, 'l', 't', '--day=0' ], qr/--day: "0" is no number/ ],
    [ [ 'judge', 'none', 'r', 'a=none' ], qr/cannot read none: No such/ ])
{
    ($rc, $out, $err) = $t->command($program, @{ $_->[0] });
    is($rc, 1, "maas-bots @{ $_->[0] }");
    like($err, qr/^maas-bots: $_->[1]/, 'is said');
}

###############################################################################
# two days to learn from, two to live through, of eight seconds each: some
# figures of so few visitors are left to chance, their order is not

($rc, $out, $err) = $t->command('sh', $script, 'start', $port, 8, 2);
is($rc, 0, 'make demo-bots') or diag($out, $err);
like($out, qr{^What happened: +http://127\.0\.0\.1:$port/$}m, 'says where');

my %label = table('labels.csv');
my %truth = table('truth.csv');
my @watched = lines('watched.jsonl');
my @gated = (lines('same.jsonl'), lines('other.jsonl'));

cmp_ok(scalar @watched, '>', 300, 'days were watched');
cmp_ok(scalar @gated, '>', 300, 'and lived through');
is(scalar(grep { !$label{ $_->{request_id} } } @watched, @gated), 0,
    'each line has a label, all in good time');

my %bad = map { $truth{$_}[0] => $label{$_}[0] eq 'unwanted' } keys %truth;
cmp_ok(scalar(grep { $bad{$_} } keys %bad), '>', 3, 'several kinds of bots');
cmp_ok(scalar(grep { !$bad{$_} } keys %bad), '>', 3, 'and of the welcome');

# what the model sees: nothing that only the generator could know

my @columns = sort keys %{ $watched[0]{features} };
my $conf = MaasTest::Proc::slurp("$MaasTest::top/conf/bots.conf");
is("@columns", join(' ', sort $conf =~ /^ +maas_feature (\w+)/mg),
    'features are the lines of conf/bots.conf');
is(scalar(grep { my $row = $_; grep { defined
    && (/^127\.|shop\.example/ || $_ eq $row->{request_id}) }
    values %{ $row->{features} } } @watched), 0, 'none is an address or an id');

# how it went

my $result = JSON::PP::decode_json($t->read_file('bots/html/result.json'));
is(scalar @{ $result->{days} }, 2, 'two days are judged');

for my $day (@{ $result->{days} }) {
    is($day->{unknown}, 0, "$day->{name}: all are known");
    cmp_ok($day->{caught}, '>', 0.25, "$day->{name}: caught");
    cmp_ok($day->{caught}, '>', $day->{rate_caught} + 0.15,
        "$day->{name}: far more than by a rate");
}

my @refused = grep { $_->{status} == 403 } @gated;
cmp_ok(scalar @refused, '>', 0, 'some were refused');
is(scalar(grep { $_->{reached} } @refused), 0, 'none of these went further');

# the log says what the model says

for my $name (qw(same other)) {
    ($rc, $out, $err) = $t->command("$MaasTest::build/maas-trainer",
        'predict', "$bots/bots.safetensors", '--data', "$bots/$name.jsonl",
        '-f', 'jsonl');
    is($rc, 0, "predict on the log of the $name day") or diag($err);
    my @said = map { sprintf '%.6f', unpack 'f', pack 'f',
        JSON::PP::decode_json($_)->{probabilities}{unwanted} }
        split /\n/, $out;
    my @logged = $t->read_file("bots/$name.jsonl") =~ /"score":([\d.]+)/g;
    is_deeply(\@said, \@logged, 'the same numbers');
}

# the same file answers the protocols; the page is there

my $curl = sub { return ($t->command('curl', '-sf',
    "http://127.0.0.1:$port$_[0]"))[1] };
my $about = JSON::PP::decode_json($curl->('/v2/models/bots'));
is(join(' ', sort map { $_->{name} } @{ $about->{inputs} }), "@columns",
    'metadata: the same columns');
like($curl->('/'), qr/<title>Who was at the gate/, 'the page');
like($curl->('/result.json'), qr/^\{"days":\[/, 'and its figures');
like($curl->('/status'), qr/bots/, 'the try-it page');

unlike($t->read_file('bots/error.log'), qr/\[(?:alert|crit|emerg|error)\]/,
    'a quiet log');

($rc, $out, $err) = $t->command('sh', $script, 'stop');
is($rc, 0, 'make demo-stop') or diag($err);
ok(!-e "$bots/nginx.pid", 'it ended');

done_testing();
