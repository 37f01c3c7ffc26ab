# Promise: answers are counted by the labels of the generation that serves, also
# after hundreds of swaps and reloads to other labels: what is counted of labels
# of the past makes room for new ones; counters of the model itself go on.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $n = 64;             # labels: a page of the zone for eight lanes
my $rounds = 24;        # more than there are pages

sub put {
    my ($g) = @_;
    $t->model('new', sizes => [ 4, $n ],
        labels => [ map { "g$g-$_" } 1 .. $n ]);
    rename $t->dir . '/new.safetensors', $t->dir . '/m.safetensors'
        or die "rename: $!";
    return;
}

put(0);
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_zone 128k;
    maas_model m %%TESTDIR%%/m.safetensors watch=100ms;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /m { maas_predict m; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->known_good('/m', '[1,2,3,4]', @type);
$t->run;

my ($asked, $text) = (1);

# Answers of a generation, and whether there are some of others
sub answers {
    my ($g) = @_;
    $text = $t->get('/metrics')->body;
    my ($sum, $others) = (0, 0);
    while ($text =~ /^maas_answers_total\{.*label="g(\d+)-\d+"\} (\d+)$/mg) {
        $1 == $g ? $sum += $2 : $others++;
    }
    return "$sum $others";
}

sub requests {
    return $text =~ /^nv_inference_request_success\{.*\} (\d+)$/m ? $1 : -1;
}

sub ask {
    $asked++;
    return $t->post('/m', '[1,2,3,4]', @type)->status == 200;
}

is(answers(0), '1 0', 'those of the first one');

for my $g (1 .. $rounds) {
    put($g);
    ok($t->wait_for(sub { answers($g); $text =~ /label="g$g-1"/ }),
        "swap $g") or last;
    ask() for 1 .. 2;
    is(answers($g), '2 0', 'answers by its labels');
}
is(requests(), $asked, 'all are requests of the model');

for my $g ($rounds + 1 .. 2 * $rounds) {
    put($g);
    ok($t->reload, "reload $g");
    ask();
    is(answers($g), '1 0', 'answers by its labels') or last;
}
is(requests(), $asked, 'all are requests of the model');

my $same = $2 if answers(2 * $rounds) =~ /((\d+) 0)/;
ok($t->reload, 'one with the same labels');
ask();
is(answers(2 * $rounds), $same + 1 . ' 0', 'goes on');

$t->rebase;
$t->done;
