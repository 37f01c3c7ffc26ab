#!/usr/bin/perl

# Pictures of the pages in docs/img, from the real pages in a real browser:
#
#     make docs-pictures          (after `make demo`, whose models are shown)
#
# Starts an nginx of its own with the demo's models and asks them for some
# seconds, so that there is something to see.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../t/lib";

use JSON::PP ();
use MaasBrowser;
use MaasTest;
use POSIX ();

my $top = "$FindBin::Bin/../..";
my $demo = "$top/build/demo";
-s "$demo/payments.safetensors" or die "no models in build/demo: make demo\n";

my $t = MaasTest->new;
$t->conf(<<"EOC");
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model digits $demo/digits.safetensors;
    maas_model iris $demo/iris.safetensors;
    maas_model payments $demo/payments.safetensors watch=5s;
    maas_model price $demo/price-1.safetensors version=1;
    maas_model price $demo/price-2.safetensors version=2;
    server {
        listen 127.0.0.1:%%PORT%%;
        client_header_buffer_size 8k;
        location = / { maas_status; }
        location / { maas_serve; }
    }
}
EOC
$t->run;

my $origin = 'http://127.0.0.1:' . $t->port;
my $json = JSON::PP->new->canonical;
srand 7;

# Requests for all models; payments are of larger amounts than
# those of training
sub ask {
    my ($n) = @_;
    my $put = sub {
        my ($path, @rows) = @_;
        $t->post("/v1/models/$path:predict",
            $json->encode({ instances => \@rows }),
            'Content-Type' => 'application/json');
    };
    for (1 .. $n) {
        my $k = rand;
        if ($k < 0.6) {
            $put->('payments', map { {
                amount => sprintf('%.2f', exp(3 + 4 * rand)) + 0,
                hour => int 24 * rand, country => (qw(DE DE FR PL US CH))[
                    6 * rand ], new_device => rand() < 0.2 ? JSON::PP::true
                    : JSON::PP::false } } 1 .. 1 + int 3 * rand);
        } elsif ($k < 0.8) {
            $put->('iris', [ 5 + rand, 3 + rand, 1 + 5 * rand, 2 * rand ]);
        } elsif ($k < 0.97) {
            $put->('price', { area => 20 + int 180 * rand, rooms => 3 });
        } else {
            $put->('iris', [ 5, 3 ]);
        }
    }
    return;
}

my $b = MaasBrowser->new;

sub picture {
    my ($name, $width, $height, $url, $ready) = @_;
    $b->cdp('Emulation.setEmulatedMedia', features =>
        [ { name => 'prefers-color-scheme', value => 'light' } ]);
    $b->cdp('Emulation.setDeviceMetricsOverride', width => $width,
        height => $height, deviceScaleFactor => 1, mobile => JSON::PP::true);
    $b->get('about:blank');
    $b->get("$origin$url");
    $ready->();
    $b->frames;
    $b->screenshot("$top/docs/img/$name.png");
    return;
}

picture('page', 900, 560, '/', sub {
    $b->draw('#pad', [ map { [ 0.25 + 0.5 * $_->[0], 0.15 + 0.65 * $_->[1] ] }
        [ 0, 0.06 ], [ 0.25, 0.02 ], [ 0.5, 0 ], [ 0.75, 0 ], [ 0.98, 0.02 ],
        [ 1, 0.06 ], [ 0.9, 0.2 ], [ 0.8, 0.4 ], [ 0.66, 0.65 ],
        [ 0.5, 1 ] ]);
    $b->wait_js('return document.querySelector("#bars .best") &&'
        . ' document.getElementById("says").ariaBusy == "false"');
    $b->js('document.activeElement.blur(); scrollTo(0, 0)');
});

ask(500) for 1 .. 4;            # enough rows for the inputs to be compared

picture('live', 1280, 1330, '/?page=live#payments%3A1', sub {
    my $child = fork // die;
    if ($child == 0) {
        for (1 .. 150) {
            ask(10 + 20 * rand);
            select undef, undef, undef, 0.1;
        }
        POSIX::_exit(0);
    }
    waitpid $child, 0;
});

picture('docs', 900, 720, '/v2/models/payments/docs', sub {
    $b->wait_js('return document.querySelector(".curl")');
});

undef $b;
$t->{pid} && $t->_kill;
