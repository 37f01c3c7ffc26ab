# All workers share one physical copy of the weights, which none can write,
# and a worker is one thread.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my @octets = ('Content-Type' => 'application/octet-stream');
my ($in, $hidden) = (1000, 700);

# 2.8 MB of weights in one layer
$t->model('m', sizes => [ $in, $hidden, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    add_header X-Worker $pid always;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location = /p { maas_predict m; client_max_body_size 10m; }
    }
}
EOC
my $body = pack 'f<*', map { $_ / 1000 } 1 .. $in;
$t->known_good('/p', $body, @octets);
$t->run;
my $want = $t->post('/p', $body, @octets)->body;

# every worker answers, one row and many
my (%answers, %seen);
for (1 .. 200) {
    my $answer = $t->post('/p', $body, @octets);
    $seen{ $answer->header('X-Worker') }++;
    $answers{ $answer->body }++;
    last if $_ >= 20 && keys %seen == 2;
}
is(scalar keys %seen, 2, 'both workers answered');
is_deeply([ keys %answers ], [$want], 'with the same bits');
is($t->post('/p', $body x 200, @octets)->body, $want x 200, '200 rows')
    for 1 .. 10;

# mappings of a process of at least the weights' size: kB by key
sub mappings {
    my ($pid) = @_;
    my @maps;
    for (split /\n/, MaasTest::Proc::slurp("/proc/$pid/smaps")) {
        push @maps, { range => $1, perms => $2, name => $3 }
            if /^([0-9a-f]+-[0-9a-f]+) (\S+) \S+ \S+ \d+\s*(.*)/;
        $maps[-1]{$1} = $2 if /^(\w+):\s+(\d+) kB/;
    }
    return @maps;
}

my $kb = $in * $hidden * 4 / 1024;
my %ranges;

for my $pid ($t->workers) {
    my @weights = grep { $_->{perms} =~ /^r--/ && $_->{name} !~ /\.so/
        && $_->{Rss} >= $kb } mappings($pid);
    is(scalar @weights, 1, "worker $pid: the weights are read-only memory");
    my $w = $weights[0] || {};
    $ranges{ $w->{range} // '' }++;
    is($w->{Private_Dirty}, 0, 'no page is its own');
    is($w->{Private_Clean}, 0, 'not one');
    cmp_ok(($w->{Pss} // 1e9), '<', 0.7 * ($w->{Rss} // 0),
        'all are shared with other processes');
    is(MaasTest::Proc::status($pid, 'Threads'), 1, 'one thread');
}

is(join(' ', values %ranges), 2, 'at the same place in both');

# a new worker in the place of a killed one shares them too
ok($t->kill_worker, 'one is killed');
$t->rebase;
is($t->post('/p', $body, @octets)->body, $want, 'the same bits')
    for 1 .. 20;
for my $pid ($t->workers) {
    my $own = 0;
    $own += $_->{Private_Dirty} for grep { $_->{perms} =~ /^r--/
        && $_->{name} !~ /\.so/ && $_->{Rss} >= $kb } mappings($pid);
    is($own, 0, "worker $pid: no copy");
    is(MaasTest::Proc::status($pid, 'Threads'), 1, 'one thread');
}

$t->done;
