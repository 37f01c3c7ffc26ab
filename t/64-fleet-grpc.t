# Promise: calls of gRPC are not lost either: instances are killed, reloaded
# and told to quit under load, and no client of the router sees any of it.  A model
# has its instance there as well.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Fleet;
use MaasTest::Grpc;
use Test::More;
use Time::HiRes qw(sleep);

my @models = ('a' .. 'f');
my $f = MaasTest::Fleet->new(good => 'good', router => sub {
    $_[0] =~ s/(?=grpc_connect_timeout)/'add_header at $upstream_addr; '
        . 'add_header named "$maas_grpc_model.";'/er;
});
$f->put($_, 1, $_ eq 'b' ? 2 : 1) for @models, 'good';
$f->run;

my $router = $f->router;
my %right = map { ($_ eq 'b' ? "$_ 1:2" : "$_ 1:1") => 1 } @models;

sub under_load {
    my ($name, $code) = @_;
    my $load = $f->grpc_load(8, @models);
    sleep 0.5;
    $code->();
    sleep 0.5;
    my ($n, $all) = $f->grpc_stop($load);
    my @wrong = map { "$_ ($n->{$_} times)" } sort grep { !$right{$_} } keys %$n;
    is(join("\n", @wrong), '', "$name: none of $all answers is wrong");
    cmp_ok($all, '>', 100, "$name: there was load");
    return;
}

under_load('workers are killed' => sub {
    for my $t ($f->instances) {
        ok($t->kill_worker, 'another one comes');
    }
});

under_load('an instance is killed' => sub {
    ok($f->kill_instance(1), 'it is gone');
    sleep 0.3;
    $f->instance(1)->run;
});

under_load('reload' => sub {
    ok($_->reload, 'new workers') for $f->instances;
});

under_load('quit' => sub {
    ok($f->quit_instance(3), 'it ends');
    $f->instance(3)->run;
});

sub ask {
    my ($model, %o) = @_;
    my $message = MaasTest::Grpc::infer_message(model => $model,
        rows => [ [ 1, 2, 3, 4 ] ], %o);
    return MaasTest::Grpc->new($router->port(1))->infer($message);
}

# Where a call was answered
sub at { return $_[0]{headers}{at} }

sub call {
    my ($path, @body) = @_;
    my $g = MaasTest::Grpc->new($router->port(1));
    my $s = $g->begin($path);
    while (@body) {
        my $part = shift @body;
        $g->data($s, $part, !@body);
        select undef, undef, undef, 0.05 if @body;
    }
    return $g->end($s);
}

my @names = (@models, map { "x$_" } 1 .. 18);      # some do not exist
my %at = map { $_ => at(ask($_)) } @names;
cmp_ok(scalar keys %{ { reverse %at } }, '>', 1, 'models are spread');
is_deeply({ map { $_ => at(ask($_, typed => 1)) } @names }, \%at,
    'each has its instance');

my $name = MaasTest::Grpc::bytes_field(1, 'a');
my $spec = MaasTest::Grpc::bytes_field(1, $name);
my $framed = \&MaasTest::Grpc::framed;
my $v2 = '/inference.GRPCInferenceService';
is(at(call("$v2/ModelReady", $framed->($name))), $at{a}, 'metadata of it');
is(at(call('/tensorflow.serving.PredictionService/Predict', $framed->($spec))),
    $at{a}, 'TensorFlow Serving names it otherwise');
is(at(call("$v2/ModelReady", split /(?<=.)/s, $framed->($name))), $at{a},
    'byte by byte');

# those that name none, or cannot be read, have any; none does harm
for my $case ([ 'none is named', "$v2/ServerLive", $framed->('') ],
    [ 'of another meaning', "$v2/RepositoryIndex", $framed->($name) ],
    [ 'compressed', "$v2/ModelReady", $framed->($name, 1) ],
    [ 'no message', "$v2/ModelReady", $framed->("\xff") ],
    [ 'no frame', "$v2/ModelReady", "\0\0" ], [ 'nothing', "$v2/ModelReady", '' ],
    [ 'long', "$v2/ModelReady", $framed->($name . "\x7a\x80\x80\x40"
        . 'x' x 0x100000) ]) {
    my ($what, $path, $body) = @$case;
    my %any = map { at(call($path, $body)) => 1 } 1 .. 24;
    cmp_ok(scalar keys %any, '>', 1, "$what: any instance");
}

for my $bad ("a\r\nx: y", "a\0", "a b", "\xff", '../a', 'a' x 300) {
    is(ask($bad)->{headers}{named}, '.', 'no name: ' . $bad =~ s/\W/_/gr);
}
is(ask('a')->{headers}{named}, 'a.', 'a name');

is(ask('none')->{code}, 5, 'NOT_FOUND is that of an instance');

ok($f->kill_instance($_), 'it is killed') for 0 .. 3;
my $a = ask('a');
is($a->{code}, 14, 'UNAVAILABLE');
is($a->{text}, 'no instance answers, try again', 'with a sentence');
ok($a->{only}, 'in trailers alone');
$_->run for $f->instances;
ok($router->wait_for(sub { !ask('a')->{code} }), 'and back');

$f->done;
