# Promise: in a folder with more files that are no models than one remembers,
# each is said once and no more, and models are taken all the same.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Swap;
use Test::More;
use Time::HiRes qw(sleep);

my $t = MaasTest->new;
my $dir = $t->dir;

mkdir "$dir/$_" or die $! for 'in', map { "in/$_" } qw(a few);
MaasTest::Swap::put($t, "in/$_", 1, hidden => 4) for 'a/good', 'few/first';

# as long as a path may be, and longer than one is kept
my $long = "$dir/in/few/";
while (length $long < 1100) {
    $long .= 'l' x 200;
    mkdir $long or die $!;
    $long .= '/';
}

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_models in/a/* watch=100ms max=1m;
    maas_models in/few/*.safetensors watch=100ms max=1m;
    maas_models %%LONG%%/*.safetensors watch=100ms max=1m;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
    }
}
EOC
my $folders = substr($long, length("$dir/in/few/"), -1) =~ s/l+/l*/gr;
$t->conf($conf =~ s/%%LONG%%/in\/few\/$folders/r);
$t->known_good('/v1/models/good:predict', '{"instances":[[1,2,3,4]]}',
    'Content-Type' => 'application/json');
$t->run;

sub said { return scalar(() = $t->log =~ /is not taken: /g) }

sub served {
    my ($name) = @_;
    return $t->wait_for(sub {
        $t->post("/v1/models/$name:predict", '{"instances":[[1,2,3,4]]}')
            ->status == 200;
    });
}

# Looks that come: a file that a look takes is there two intervals later

sub looks {
    my ($name) = @_;
    for my $n (1, 2) {
        MaasTest::Swap::put($t, "in/few/$name$n", 1, hidden => 4);
        ok(served("$name$n"), "looks go on ($name$n)");
        sleep 0.4;
    }
    return;
}

# Files that come and go between two looks, not during one

sub between_looks {
    my ($change) = @_;
    kill 'STOP', $t->workers;
    $change->();
    kill 'CONT', $t->workers;
    return;
}

between_looks(sub {
    $t->write_file("in/a/no model $_", '') for 1 .. 300;
});
ok($t->wait_for(sub { said() >= 256 }), 'files that are no models');
looks('x');
is(said(), 256, 'each is said once');
is(scalar(() = $t->log =~ /256 files of "\S+\/a\/\*" are not taken, 44 more /g),
    1, 'and that there are more');

between_looks(sub {
    unlink map { "$dir/in/a/no model $_" } (sort 1 .. 300)[ 0 .. 279 ];
});
$t->write_file('new', MaasTest::Swap::bytes('z', 1, hidden => 4));
rename "$dir/new", "$dir/in/a/z.model" or die $!;
ok(served('z'), 'once some are gone a model is taken');
looks('y');
ok($t->wait_for(sub { said() >= 276 }), 'and the others are said, too');

open my $f, '>', "$long/m.safetensors" or die $!;
close $f;
ok($t->wait_for(sub { $t->log =~ /the path is longer than 1022 bytes/ }),
    'a path that is too long');
looks('w');
is(said(), 277, 'is said once');

$t->rebase;
$t->done;
