#!/usr/bin/perl

# Promise: with maas_models watch= files that are added, replaced and removed
# are models that come, change and go, in all workers and without a reload; no
# request fails meanwhile, and whatever cannot be taken is said once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use File::Path qw(make_path remove_tree);
use MaasTest;
use MaasTest::Model qw(forward);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my @row = (0.5, -1, 2, 0.25);
my $seed = 0;

# A file that says something else each time, put in place as a whole; returns
# what it says
sub put {
    my ($path) = @_;
    my $model = $t->model('new', sizes => [ 4, 3, 2 ], name => 'm',
        seed => 13 * ++$seed);
    rename "$dir/new.safetensors", "$dir/$path.safetensors" or die $!;
    return sprintf '%.4f', (forward($model, @row))[0];
}

make_path("$dir/in", "$dir/tree/price/2", "$dir/empty");
my %says = map { $_ => put("in/$_") } qw(b d named);
$says{'price/versions/2'} = put('tree/price/2/model');

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 4;
events { }
http {
    %%GLOBALS_HTTP%%
    add_header X-Worker $pid always;
    maas_models in/*.safetensors watch=200ms;
    maas_models %%TESTDIR%%/tree/*/*/*.safetensors watch=200ms max=1m;
    maas_models empty/* watch=200ms;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location / { maas_serve; }
        location = /named { maas_predict named; }
        location = /metrics { maas_metrics; }
        location = /status { maas_status; }
    }
}
EOC
$t->known_good('/named', '[0.5,-1,2,0.25]',
    'Content-Type' => 'application/json');
$t->run;

# What a model says, or the status
sub says {
    my ($name) = @_;
    my $answer = $t->post("/v1/models/$name:predict",
        '{"instances":[[0.5,-1,2,0.25]]}') or return 'no answer';
    return $answer->status if $answer->status != 200;
    my ($x) = $answer->body =~ /\[\[([-+.\de]+)/;
    return sprintf '%.4f', $x;
}

# Every worker says so, sooner or later, and nothing but that or what was
# before
sub becomes {
    my ($name, $want, $before, $what) = @_;
    my (%odd, %same, $pid);
    my $ok = $t->wait_for(sub {
        for (1 .. 8) {
            my $answer = $t->post("/v1/models/$name:predict",
                '{"instances":[[0.5,-1,2,0.25]]}');
            my ($x) = $answer->body =~ /\[\[([-+.\de]+)/;
            my $got = $answer->status == 200 ? sprintf '%.4f', $x
                : $answer->status;
            $pid = $answer->header('X-Worker');
            $odd{$got}++ if $got ne $want && $got !~ /^(?:$before)\z/;
            $same{$pid} = $got eq $want;
        }
        return keys %same == 4 && !grep { !$_ } values %same;
    });
    ok($ok, "$what: in all workers");
    is(join(' ', keys %odd), '', "$what: nothing else");
    return;
}

sub index_is {
    my ($want, $what) = @_;
    my %got;
    $t->wait_for(sub {
        %got = ();
        $got{ join ' ', map { "$_->{name}:$_->{version}" }
            @{ $t->post('/v2/repository/index', '')->json } }++ for 1 .. 12;
        return join(' | ', keys %got) eq $want;
    }, 5);
    is(join(' | ', keys %got), $want, "$what: the index of all workers");
    return;
}

sub logged {
    my ($re, $n, $what) = @_;
    $t->wait_for(sub { $t->log =~ $re }, 5);
    my @lines = $t->log =~ /^.*(?:$re).*$/mg;
    is(scalar @lines, $n, "$what: in the log");
    return;
}

is(says($_), $says{$_}, "$_ at the start") for sort keys %says;
index_is('b:1 d:1 named:1 price:2', 'start');

###############################################################################
# come, change, go

is(says('c'), 404, 'no c');
my $new = put('in/c');
becomes('c', $new, 404, 'a new file');
index_is('b:1 c:1 d:1 named:1 price:2', 'a new file');
logged(qr{\[notice\] .*maas_models: "\S+/in/c\.safetensors" is model "c" }
    . 'version 1: generation 1, SHA-256 [0-9a-f]{64},', 1, 'a new file');

my $next = put('in/c');
becomes('c', $next, $new, 'the new file replaced');
$new = put('in/b');
becomes('b', $new, $says{b}, 'a first file replaced');

my $eleven = put('in/e');
make_path("$dir/tree/price/11");
rename "$dir/in/e.safetensors", "$dir/tree/price/11/m.safetensors" or die;
becomes('price', $eleven, $says{'price/versions/2'}, 'a new version');
becomes('e', 404, $eleven, 'moved away');
becomes('price/versions/2', $says{'price/versions/2'}, '', 'the old version');
remove_tree("$dir/tree/price/11");
becomes('price', $says{'price/versions/2'}, $eleven, 'without the version');

unlink "$dir/in/c.safetensors";
becomes('c', 404, $next, 'a file removed');
unlink "$dir/in/d.safetensors";
becomes('d', 404, $says{d}, 'a first file removed');
index_is('b:1 named:1 price:2', 'two removed');
logged(qr{\[notice\] .*/in/c\.safetensors" is gone: no more model "c"}, 1,
    'a file removed');
unlike($t->get('/metrics')->body, qr/model="[cd]"/, 'none of their metrics');

$next = put('in/c');
becomes('c', $next, 404, 'a file that comes back');
$new = put('empty/first');
becomes('first', $new, 404, 'in a folder that was empty');
index_is('b:1 c:1 named:1 price:2 first:1', 'in order of lines and paths');

# more than a look takes, all at once

$says{"x$_"} = put("in/x$_") for 10 .. 59;
becomes("x$_", $says{"x$_"}, 404, "one of many ($_)") for 10, 33, 59;
is(join(' ', grep { says("x$_") ne $says{"x$_"} } 10 .. 59), '',
    'each of many answers as itself');
unlink map { "$dir/in/x$_.safetensors" } 10 .. 59;
becomes("x$_", 404, $says{"x$_"}, "many removed ($_)") for 10, 59;

###############################################################################
# what is not taken

$t->write_file('in/broken.safetensors', 'x' x 99);
logged(qr{\[error\] .*maas_models: "\S+/in/broken\.safetensors" is not taken: }
    . '.*R\d+:', 1, 'a broken file');
$t->write_file('in/bad name.safetensors', 'x');
logged(qr{/in/bad name\.safetensors" is not taken: invalid model name}, 1,
    'no name');
make_path("$dir/tree/price/old");
put('in/e');
rename "$dir/in/e.safetensors", "$dir/tree/price/old/m.safetensors" or die;
logged(qr{/old/m\.safetensors" is not taken: its folder is called "old"}, 1,
    'no version');
my $other = put('in/e');
rename "$dir/in/e.safetensors", "$dir/empty/c.safetensors" or die;
logged(qr{/empty/c\.safetensors" is not taken: "\S+/in/c\.safetensors" }
    . 'is model "c" version 1 already', 1, 'a name that is taken');
is(says('c'), $next, 'which goes on');
unlink "$dir/in/c.safetensors";
becomes('c', $other, "$next|404", 'a name that is free again');
unlink "$dir/empty/c.safetensors";
becomes('c', 404, $other, 'and gone');
$next = put('in/c');
becomes('c', $next, 404, 'and back');
index_is('b:1 c:1 named:1 price:2 first:1', 'not taken');

# the same files are not said again, a better one is taken

$says{broken} = put('in/broken');
becomes('broken', $says{broken}, 404, 'a better file');
logged(qr/is not taken:/, 4, 'once for each');

# one that the configuration names stays, and all if no file is left

rename "$dir/in/named.safetensors", "$dir/named" or die;
logged(qr{\[warn\] .*/in/named\.safetensors" is gone: model "named" version 1 }
    . 'goes on, since the configuration names it', 1, 'named');
is(says('named'), $says{named}, 'which goes on');

rename "$dir/in", "$dir/away" or die;
logged(qr{/in/b\.safetensors" is gone: model "b" version 1 goes on, since no},
    1, 'a folder gone');
sleep 1;
is(says('b') =~ /^-?\d\.\d/ && says('c'), $next, 'its models go on');
my $before = says('b');
rename "$dir/away", "$dir/in" or die;
$new = put('in/b');
becomes('b', $new, $before, 'a folder that is back');

###############################################################################
# bodies on the way, dead workers, a reload

my $body = '{"instances":[[0.5,-1,2,0.25]]}';
my $s = $t->send(substr($t->request('POST', '/v1/models/c:predict', $body,
    Connection => 'close'), 0, -5), keep => 1);
unlink "$dir/in/c.safetensors";
becomes('c', 404, $next, 'removed while a body is on the way');
print $s substr $body, -5;
$s->flush;
like($t->receive($s), qr/^HTTP\/1.1 200 .*\Q@{[ substr $next, 0, 5 ]}\E/s,
    'which is answered by what it was for');

$says{y} = put('in/y');
becomes('y', $says{y}, 404, 'after that');
$t->kill_worker($_) for $t->workers;
becomes('y', $says{y}, '', 'workers that were started again');
becomes('c', 404, '', 'what was removed');
becomes('d', 404, '', 'a first file that was removed');
becomes('b', $new, '', 'what was replaced');
$new = put('in/z');
becomes('z', $new, 404, 'a new file for new workers');

unlink "$dir/in/bad name.safetensors", "$dir/tree/price/old/m.safetensors";
rename "$dir/named", "$dir/in/named.safetensors" or die;

# more than there are places for

put("empty/many$_") for 1 .. 65;
logged(qr{\[error\] .*maas_models: no place for "\S+/empty/many\d+\.\w+": }
    . '"\S+/empty/\*" has 64, reload nginx for more', 1, 'too many');
my @served;
$t->wait_for(sub {
    @served = grep { says("many$_") ne '404' } 1 .. 65;
    return @served >= 63;
}, 5);
is(scalar @served, 63, 'as many as there are places for are served');
my $last = (grep { my $i = $_; !grep { $_ == $i } @served } 1 .. 65)[0];

ok($t->reload, 'reload');
is(join(' ', grep { says("many$_") eq '404' } 1 .. 65), '', 'then all are');
unlink map { "$dir/empty/many$_.safetensors" } 1 .. 65;
becomes("many$last", 404, '-?[\d.]+', 'removed again');
index_is('b:1 broken:1 named:1 y:1 z:1 price:2 first:1', 'reload');

$t->rebase;
$t->done;
