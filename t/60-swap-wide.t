# A watched model whose rows are doubles in one generation and floats in the
# next: rows take twice the memory and half of it again, in batches, large
# requests, threads and variables, while clients ask.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model qw(write_model);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my $t = MaasTest->new;
my $dir = $t->dir;
my $width = 300;
my $last = $ENV{MAAS_SLOW} ? 60 : 12;

# Generation g: x0 <= 0.1 ? g : -g, odd ones of doubles

sub put {
    my ($g) = @_;
    my ($dtype, $pack) = $g % 2 ? ('F64', 'd<*') : ('F32', 'f<*');
    my $real = sub { return { dtype => $dtype, shape => [ scalar @_ ],
        bytes => pack $pack, @_ } };
    my $whole = sub { my $type = shift; return { dtype => $type,
        shape => [ scalar @_ ], bytes => pack $type eq 'U8' ? 'C*' : 'l<*', @_ } };

    write_model("$dir/new", doc => {
        version => 3, name => 'm', task => 'regression',
        inputs => { kind => 'columns', dtype => $dtype, columns => [
            map { { name => "x$_", kind => 'number', missing => 'nan' } }
            0 .. $width - 1 ] },
        layers => [ { kind => 'trees', trees => 1, nodes => 1 } ],
    }, tensors => {
        'layers.0.threshold' => $real->(0.1),
        'layers.0.value' => $real->($g, -$g),
        'layers.0.base' => $real->(0),
        'layers.0.size' => $whole->(U32 => 1),
        'layers.0.feature' => $whole->(U32 => 0),
        'layers.0.left' => $whole->(I32 => -1),
        'layers.0.right' => $whole->(I32 => -2),
        'layers.0.flags' => $whole->(U8 => 4),
    });
    rename "$dir/new", "$dir/m.safetensors" or die $!;
    return;
}

put(1);
$t->model('good', sizes => [ 4, 3, 2 ]);

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
thread_pool pool threads=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_max_rows 64;
    maas_batch 8;
    maas_model m m.safetensors watch=100ms max=1m;
    maas_model good good.safetensors;
    maas_feature x0 $arg_x model=m;
    maas_set $score m score;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict m; }
        location = /good { maas_predict good; }
        location = /thread { maas_predict m; maas_offload pool above=0us; }
        location = /variable { add_header Score $score; return 200 "said"; }
    }
}
EOC

$t->known_good('/good', '[1,2,3,4]', 'Content-Type' => 'application/json');
$t->run;

# Which generation answered, 0: none
sub answered {
    my ($uri, $rows) = @_;

    if ($uri eq '/variable') {
        my $answer = $t->get("$uri?x=0.1") or return 0;
        return $answer->header('Score') // 0;
    }

    # each third row is on the other side
    my $body = join ',', map { '[' . join(',', $_ % 3 ? 0.1 : 0.2,
        (1) x ($width - 1)) . ']' } 1 .. $rows;
    my $answer = $t->post($uri, "[$body]",
        'Content-Type' => 'application/json') or return 0;
    my ($g) = $answer->body =~ /^\[\[(\d+)\]/ or return 0;
    return $answer->body eq '[' . join(',', map { '[' . ($_ % 3 ? $g : -$g)
        . ']' } 1 .. $rows) . ']' ? $g : 0;
}

my @asks = ((map { ['/p', $_] } 1, 2, 2, 3, 3, 4, 4, 7, 64),
    (map { ['/thread', $_] } 3, 64), ['/variable', 1]);

my @children = map {
    my $ask = $_;
    my $pid = fork // die $!;

    if (!$pid) {
        my ($seen, $wrong, $n) = (1, '', 0);
        my $until = time + 120;

        while (!-e "$dir/stop" && time < $until) {
            my $g = answered(@$ask);
            $n++;
            $wrong = "$g after $seen" if $g < 1 || $g > $last || $g + 1 < $seen;
            $seen = $g if $g > $seen;
        }
        $t->write_file("said.$$", "$n,$seen,$wrong");
        POSIX::_exit(0);
    }
    $pid;
} @asks;

for my $g (2 .. $last) {
    put($g);
    ok($t->wait_for(sub {
        !grep { answered('/p', 64) != $g } 1 .. 4;
    }), "generation $g");
}

sleep 0.3;
$t->write_file('stop', '');

for my $i (0 .. $#children) {
    waitpid $children[$i], 0;
    my ($n, $seen, $wrong) = split /,/, $t->read_file("said.$children[$i]"), 3;
    is($wrong, '', "@{ $asks[$i] } rows: nothing wrong");
    is($seen, $last, 'the last one is seen');
    cmp_ok($n, '>', $last, 'many answers');
}

$t->done;
