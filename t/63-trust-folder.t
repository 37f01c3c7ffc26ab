#!/usr/bin/perl

# Promise: in a watched folder with verify= only signed files become models, a
# signature may come later, and no request fails while files and signatures
# come and go under load.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Swap;
use MaasTest::Trust;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = MaasTest->new;
my $dir = $t->dir;
my @small = (hidden => 16);
my $row = '{"instances":[[1,1,1,1]]}';

MaasTest::Trust::key($t, $_) for qw(k other);
mkdir "$dir/in";

sub put { return MaasTest::Swap::put($t, "in/$_[0]", $_[1], @small) }
sub sign {
    my ($name, @o) = @_;
    return MaasTest::Trust::sign($t, "in/$name.safetensors", @o);
}

for (qw(p first)) {
    put($_, 1);
    sign($_);
}

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    keepalive_requests 100000000;
    maas_models in/* watch=100ms max=1m verify=k.pub;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict p; }
        location / { maas_serve; }
    }
}
EOC
$t->known_good('/v1/models/first:predict', $row,
    'Content-Type' => 'application/json');
$t->run;

sub status {
    my ($name) = @_;
    return $t->post("/v1/models/$name:predict", $row,
        'Content-Type' => 'application/json')->status;
}

sub said {
    my @lines = $t->log =~ /^(.*\[error\].*is not taken: .*)$/mg;
    return @lines;
}

is(status('first'), 200, 'signatures are no models');

put('new', 1);
ok($t->wait_for(sub { said() == 1 }), 'without a signature: is said');
like((said())[0], qr/new\.safetensors" is not taken: .*\.sig" failed \(2: /,
    'which');
is(status('new'), 404, 'and is no model');
sign('new', key => 'other');
ok($t->wait_for(sub { said() == 2 }), 'by another key: is said');
like((said())[1], qr/of another key/, 'why');
sleep 0.5;
is(scalar said(), 2, 'once each');
is(status('new'), 404, 'it is no model yet');
sign('new');
ok($t->wait_for(sub { status('new') == 200 }), 'signed: it is one');
like($t->log, qr/maas_models: "\S+new\.safetensors" is model .*, signed, /,
    'the log says that it is signed');

# files and signatures under load: in whatever order they come
my $pids = MaasTest::Swap::load($t, uris => ['/p'], clients => 2);
my %when = ('/p' => [ [ 1, 0, 0 ] ]);
my @generations = (1);
my $works = 1;
for my $g (2 .. 9) {
    my $before = time;
    if ($g % 2) {
        put('p', $g);
        sleep 0.15 if $g % 4 == 1;
        sign('p');
    } else {
        $t->write_file('next.safetensors',
            MaasTest::Swap::bytes('p', $g, @small));
        MaasTest::Trust::sign($t, 'next.safetensors',
            to => 'in/p.safetensors.sig');
        sleep 0.15 if $g % 4 == 2;
        put('p', $g);
    }
    $works &&= $t->wait_for(sub {
        (MaasTest::Swap::generation($t->post('/p',
            $MaasTest::Swap::row)->body) // 0) == $g });
    sleep 0.3;
    push @{ $when{'/p'} }, [ $g, $before, time ];
}
my ($lines, $n) = MaasTest::Swap::stop($t, $pids);
ok($works, 'each is taken over');
cmp_ok($n, '>', 100, 'requests meanwhile');
my @wrong = MaasTest::Swap::wrong($lines, \%when);
is(join("\n", @wrong), '', 'and none of them failed');
unlike($t->log, qr/\[(?:crit|alert|emerg)\]/, 'nothing worse');

unlink "$dir/in/new.safetensors";
ok($t->wait_for(sub { status('new') == 404 }), 'a file that is gone is gone');

$t->rebase;
$t->done;
