# Promise: a model of a pipeline that is replaced while requests run makes
# another generation of the pipeline, too, in every worker: no answer is lost,
# none is of models that were never together, and none of the past is kept.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model qw(model_bytes);
use MaasTest::Swap;
use Test::More;

my $swaps = $ENV{MAAS_SLOW} ? 60 : 12;     # of each; there are 8 slots
my $t = MaasTest->new;

# y = w x + b of single numbers; `in` more of them, which do not count

sub line {
    my ($name, $w, $b, %o) = @_;
    my $in = $o{in} || 1;
    my $bytes = model_bytes(
        doc => { version => 1, name => $name, task => 'regression',
            inputs => { kind => 'tensor', shape => [$in] },
            layers => [ { kind => 'dense', units => 1 } ] },
        tensors => { 'layers.0.weight' => [ [ $in, 1 ],
                [ $w, (0) x ($in - 1) ] ],
            'layers.0.bias' => [ [1], [$b] ] });
    $t->write_file("$name.new", $bytes);
    chmod 0644, $t->dir . "/$name.new";
    rename $t->dir . "/$name.new", $t->dir . "/$name.safetensors" or die $!;
    return;
}

my %g = (a => 1, b => 1);
line('a', 0, 1);
line('b', 1000, 1);
line('c', 0, 5);
line('eight', 1, 0, in => 8);
MaasTest::Swap::put($t, 'wide', 1);

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 3;
events { }
http {
    %%GLOBALS_HTTP%%
    access_log off;
    keepalive_requests 100000000;
    add_header X-Worker $pid always;
    maas_model a a.safetensors watch=100ms;
    maas_models b.safetensors watch=100ms;
    maas_model c c.safetensors;
    maas_pipeline chain a,b;
    maas_pipeline twice mean=chain,chain,c;
    maas_model eight eight.safetensors;
    maas_model wide wide.safetensors watch=100ms;
    maas_pipeline long wide,eight;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location = /chain { maas_predict chain; }
        location = /twice { maas_predict twice; }
        location = /pool { maas_predict chain; maas_offload pool above=0us; }
        location = /long { maas_predict long; maas_max_rows 100000; }
        location = /wide { maas_predict wide; }
        location = /known { maas_predict c; }
        location / { maas_serve; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->known_good('/known', '[1]');
$t->run;

sub says { return "[[" . ($g{a} * 1000 + $g{b}) . "]]" }

my @body = map { $_ => '[7]' } '/chain', '/pool';
my $clients = MaasTest::Swap::load($t, uris => [ '/chain', '/pool' ],
    body => {@body}, connections => 8);
my $lines = MaasTest::Swap::lines($t, '/chain');
my (@was, $have) = (says() =~ /(\d+)/);

# all workers say so, by connections that stay

sub all_say {
    my ($want) = @_;
    my %left = %$lines;
    return $t->wait_for(sub {
        for my $pid (keys %left) {
            my (undef, $is) = MaasTest::Swap::ask($t, $left{$pid}, '/chain',
                '[7]');
            delete $left{$pid} if $is eq $want;
        }
        return !%left;
    });
}

for my $n (1 .. 2 * $swaps) {
    my $name = $n % 2 ? 'a' : 'b';
    $g{$name}++;
    line($name, $name eq 'a' ? (0, $g{a}) : (1000, $g{b}));
    $have++ if all_say(says());
    push @was, says() =~ /(\d+)/;
}
is($have, 2 * $swaps, 'all workers had each of them');

my ($answers, $n) = MaasTest::Swap::stop($t, $clients);
my (%order, %last, %wrong);
@order{@was} = 0 .. $#was;
for (sort { $a->[3] <=> $b->[3] } @$answers) {
    my ($c, $uri, undef, undef, $times, $what) = @$_;
    my ($number) = $what =~ /^body \[\[(\d+)\]\]$/;
    my $at = defined $number ? $order{$number} : undef;
    $wrong{$what} += $times if !defined $at || $at < ($last{"$c$uri"} || 0);
    $last{"$c$uri"} = $at;
}
cmp_ok($n, '>', 20 * $swaps, "$n answers");
is(join(', ', %wrong), '', 'none was lost, of others or out of order');

my $now = $g{a} * 1000 + $g{b};
my $mean = unpack 'f', pack 'f', (2 * $now + 5) / 3;
is_deeply([ map { unpack 'f', pack 'f', $_ } $t->post('/twice', '[7]')->body
    =~ /([\d.]+)/ ], [$mean], 'a pipeline of a pipeline has them, too');

my $metrics = $t->get('/metrics')->body;
is(join(' ', $metrics =~ /^maas_model_swaps_total\{model="(?:chain|twice)"
    [^}]*\}[ ](\d+)$/xmg), join(' ', (2 * $swaps) x 2), 'swaps are counted');
my $generation = 2 * $swaps + 1;
like($t->log, qr/maas_pipeline "chain" version 1: generation $generation, SHA/,
    'and logged');

###############################################################################
# a request that lasts longer than the model it began with is there for others

my $rows = '[' . join(',', ('[1,2,3,4]') x 40000) . ']';
my $first = MaasTest::Swap::answer(1) =~ /(\d+)/ ? $1 : die;
my $socket = $t->send($t->request('POST', '/long', $rows), keep => 1);
MaasTest::Swap::put($t, 'wide', 2);
ok($t->wait_for(sub { $t->post('/wide', '[1,2,3,4]')->body
    eq MaasTest::Swap::answer(2) }), 'replaced meanwhile');
my $long = ($t->answers($t->receive($socket, until => qr/\]\]\z/)))[0];
my %said;
close $socket;
$said{$_}++ for $long->body =~ /([\d.]+)/g;
is(join(' ', %said), "$first 40000", 'it had one generation');

###############################################################################
# a worker that comes later

my ($pid) = keys %$lines;
close $_ for values %$lines;
$t->kill_worker($pid);
$lines = MaasTest::Swap::lines($t, '/chain');
ok(all_say(says()), 'a new worker has what is current');

###############################################################################
# what the pipeline cannot be made of

line('b', 1, 1, in => 2);
my $why = quotemeta 'maas_pipeline "chain": "a" says (rows,1) and "b" takes '
    . '(rows,2)';
ok($t->wait_for(sub { $t->log =~ /"b" .* the new file is not .*: $why/ }),
    'is refused, and the log says why');
ok(all_say(says()), 'what was there goes on');

unlink $t->dir . '/b.safetensors';
ok($t->wait_for(sub { $t->log =~ /b\.safetensors" is gone: model "b"/ }),
    'a model of a folder stays if its file goes');
ok(all_say(says()), 'and the pipeline with it');

close $_ for values %$lines;
$t->done;
