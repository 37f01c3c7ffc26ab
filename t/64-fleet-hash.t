# Promise: a model has its instance; when one of four goes, only its models
# move, and when it is back, so are they.  One that is too much for an instance
# has several, users of a new version always have it, and lists come from any.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Fleet;
use Test::More;

my @models = map { sprintf 'm%02d', $_ } 1 .. 48;

my $f = MaasTest::Fleet->new(good => 'good',
    router => sub {
        return $_[0] =~ s/(?=proxy_http_version)/add_header X-At \$upstream_addr;\n/r
            =~ s/proxy_read_timeout 10s/proxy_read_timeout 400ms/r
            =~ s/proxy_next_upstream_timeout 15s/proxy_next_upstream_timeout 600ms/r;
    });
$f->put($_, 1, 1) for @models, 'digits', 'good', 'price';
$f->put('price', 2, 2);
$f->run;

my $router = $f->router;

sub ask {
    my ($model, @headers) = @_;
    return $router->post(MaasTest::Fleet::infer($model), $MaasTest::Fleet::body,
        @headers);
}

# Where the answer for each came from
sub places { return { map { $_ => ask($_)->header('X-At') } @models } }

sub moved {
    my ($before, $after) = @_;
    return grep { $before->{$_} ne $after->{$_} } @models;
}


my $before = places();
my %n;
$n{$_}++ for values %$before;
is_deeply([ sort keys %n ], [ sort map { $f->address($_) } 0 .. 3 ],
    'all have some: ' . join ' ', sort values %n);
is_deeply(places(), $before, 'the same again');

my $gone = $f->address(2);
ok($f->quit_instance(2), 'one goes');
places() for 1 .. 2;        # until it is passed over
my $after = places();
is_deeply([ moved($before, $after) ],
    [ grep { $before->{$_} eq $gone } @models ], 'only its models move');
my %to = map { $after->{$_} => 1 } moved($before, $after);
cmp_ok(scalar keys %to, '>', 1, 'and not all to one: ' . keys %to);

$f->instance(2)->run;
ok($router->wait_for(sub { !moved($before, places()) }), 'back where they were');

# One that has the connection and says nothing: a second one is asked
my ($stuck) = grep { $before->{$_} eq $f->address(1) } @models;
kill 'STOP', $f->instance(1)->workers;
my $answer = ask($stuck);
is($answer->status, 200, 'an instance is stuck: another one answers');
like($answer->header('X-At'), qr/^\Q@{[ $f->address(1) ]}\E, 127\.0\.0\.1:\d+$/,
    'as the second one');
kill 'CONT', $f->instance(1)->workers;

my %digits = map { ask('digits')->header('X-At') => 1 } 1 .. 60;
cmp_ok(scalar keys %digits, '>', 1, 'one model in several: ' . keys %digits);

my %lists = map { $router->get('/v2/health/ready')->header('X-At') => 1 } 1 .. 60;
cmp_ok(scalar keys %lists, '>', 2, 'health in any: ' . keys %lists);


subtest 'versions for users' => sub {
    my %users;
    for my $user (1 .. 150) {
        my @is = map {
            my $answer = ask('price', 'X-User' => $user);
            my $g = MaasTest::Swap::generation($answer->body);
            my $version = $answer->header('Maas-Version');
            $answer->json->{model_version} eq $version && $g == $version
                ? $version : "version $version: $g";
        } 1 .. 2;
        push @{ $users{"@is"} }, $user;
    }
    is(join(', ', sort keys %users), '1 1, 2 2', 'one version for a user');
    my $new = @{ $users{'2 2'} || [] };
    cmp_ok($new, '>=', 4, 'some have the new one');
    cmp_ok($new, '<=', 35, 'most have not');
    is(ask('price')->header('Maas-Version'), 1, 'who is no user has not');

    for my $version (1, 2) {
        my $answer = $router->post("/v2/models/price/versions/$version/infer",
            $MaasTest::Fleet::body);
        is(MaasTest::Swap::generation($answer->body), $version,
            'who names a version gets that');
    }
};


subtest 'errors are those of an instance' => sub {
    my $answer = ask("none");
    is($answer->status, 404, 'no such model');
    like($answer->json->{error}, qr/\w/, 'a sentence');
    is($router->post(MaasTest::Fleet::infer('m01'), '{')->status, 400, 'no JSON');
};


subtest 'nobody is there' => sub {
    ok($f->kill_instance($_), 'one is killed') for 0 .. 3;
    my $answer = ask('m01');
    is($answer->status, 503, 'it is said');
    is($answer->json->{error}, 'no instance answers, try again', 'in JSON');
    is($answer->header('Content-Type'), 'application/json', 'which it says');
    is($answer->header('Retry-After'), 1, 'and when');
    $_->run for $f->instances;
    ok($router->wait_for(sub { !moved($before, places()) }), 'all are back');
};


$f->done;
