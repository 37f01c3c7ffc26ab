# Promise: under load, instances are killed, reloaded, told to quit, given new
# models and new versions by weight, and no client of the router sees any of
# it: each request has an answer, which is right for the version it claims.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Fleet;
use Test::More;
use Time::HiRes qw(sleep);

my @models = ('a' .. 'h', 'price');
my $f = MaasTest::Fleet->new(good => 'good');
$f->put($_, 1, 1) for @models;
$f->put('price', 2, 2);
$f->put('good', 1, 1);
$f->run;

my $router = $f->router;
my %g = map { ("$_ 1:1" => 1) } @models;    # what answers may be
$g{'price 2:2'} = 1;

# While the code runs there is load; how many answers, and of what
sub under_load {
    my ($name, $code, @uris) = @_;
    my $load = $f->load(@uris ? @uris : @models);
    sleep 0.3;
    $code->();
    sleep 0.3;
    my ($n, $all) = $f->stop($load);
    my @wrong = map { "$_ ($n->{$_} times)" } sort grep { !$g{$_} } keys %$n;
    is(join("\n", @wrong), '', "$name: none of $all answers is wrong");
    cmp_ok($all, '>', 1000, "$name: there was load");
    return $n;
}

under_load('nothing' => sub { });

under_load('a worker is killed' => sub {
    for my $t ($f->instances) {
        ok($t->kill_worker, 'another one comes');
        sleep 0.1;
    }
});

under_load('an instance is killed' => sub {
    ok($f->kill_instance(1), 'it is gone');
    sleep 0.5;
    $f->instance(1)->run;
    sleep 0.2;
    ok($f->kill_instance(2), 'another one');
    sleep 0.2;
    $f->instance(2)->run;
});

under_load('reload' => sub {
    for my $t ($f->instances) {
        ok($t->reload, 'new workers');
    }
});

under_load('quit' => sub {
    ok($f->quit_instance(0), 'it ends');
    sleep 0.2;
    $f->instance(0)->run;
    ok($f->quit_instance(3), 'another one');
    $f->instance(3)->run;
});

my $n = under_load('a new file everywhere' => sub {
    $g{"$_ 1:3"} = 1 for 'a' .. 'h';
    $f->put($_, 1, 3) for 'a' .. 'h';
    for my $t ($f->instances) {
        for my $model ('a' .. 'h') {
            ok($t->wait_for(sub {
                MaasTest::Swap::generation($t->post(
                    MaasTest::Fleet::infer($model), $MaasTest::Fleet::body)
                    ->body) == 3;
            }), "$model is taken over");
        }
    }
});
ok($n->{'a 1:1'} && $n->{'a 1:3'}, 'the old one before, the new one after');

# Version 2 comes to all, then more and more users have it.  A router that is
# reloaded closes idle connections; a request that meets that has no answer at
# all, and clients send it again: that is not asked of the router.
my @users = map { MaasTest::Fleet::infer('price') . "?user=$_" } 1 .. 40;
my %share;

sub weight {
    my ($percent) = @_;
    my $old = 100 - $percent;
    my $text = $router->{template} =~ s/90% 1;/$old% 1;/r
        =~ s/split_clients \$http_x_user/split_clients \$arg_user/r;
    $router->write_file('nginx.conf', $router->expand($text));
    return ok($router->reload, "$percent % of users");
}

$g{'price 1:1'} = $g{'price 2:4'} = $g{'price closed after 0'} = 1;
weight(10);
$share{10} = under_load('a tenth have the new one' => sub { }, @users);
$share{50} = under_load('half of them' => sub {
    $f->put('price', 2, 4);
    weight(50);
    sleep 0.5;
}, @users);
$share{90} = under_load('most of them' => sub { weight(90); sleep 0.5 }, @users);

for my $percent (sort keys %share) {
    my %of = (1 => 0, 2 => 0);
    /^price (\d):/ and $of{$1} += $share{$percent}{$_} for keys %{ $share{$percent} };
    cmp_ok($of{1}, '>', 0, "$percent %: some have the old one");
    cmp_ok($of{2}, '>', 0, 'some the new one');
    cmp_ok($of{2} / ($of{1} + $of{2}), $percent > 50 ? '>' : '<', 0.5, 'so many')
        if $percent != 50;
}


$f->done;
