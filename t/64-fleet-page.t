# The page of a fleet in a real browser: instances and models are what was
# asked of them, it moves by itself, and instances may go, come back as others,
# and say what would be code.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasBrowser;
use MaasTest;
use MaasTest::Fleet;
use Test::More;

MaasTest::missing('Chromium and its driver') unless MaasBrowser::programs();

my $f = MaasTest::Fleet->new(good => 'good');
$f->put($_, 1, 1) for 'good', 'a';
$f->put('a', 1, 2, $f->instance(3));
$f->put('alone', 1, 1, $f->instance(1));
$f->run;

my $router = $f->router;
my @name = map { $f->address($_) } 0 .. 3;

my $b = MaasBrowser->new(width => 1200, height => 900);
$b->get('http://127.0.0.1:' . $router->port . '/fleet');

# Cells of a table as [ row, row ... ], each with its name first
sub table {
    my ($id) = @_;
    return { map { $_->[0] => $_ } @{ $b->js(<<'EOC', $id) } };
return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)]
    .map(tr => [...tr.children].map(e => e.textContent));
EOC
}

sub shows {
    my ($code, $name) = @_;
    return ok($router->wait_for($code), $name)
        || diag(JSON::PP->new->canonical->encode([ map { table($_) }
            'instances', 'models' ]));
}

my $state = sub { (table('instances')->{ $name[ $_[0] ] } || [])->[1] // '' };


is_deeply([ sort keys %{ table('instances') } ], [ sort @name ], 'all of them');
is($b->js('return document.getElementById("up").textContent'), '4 up', 'up');
is($state->(0), 'up', 'each');
my $models = table('models');
is_deeply({ map { $_ => $models->{$_}[1] } keys %$models }, {
    'a:1' => '4 of 4, 2 different files', 'good:1' => '4 of 4',
    'alone:1' => '1 of 4' }, 'models, where they are, whether they are the same');

subtest 'it moves' => sub {
    shows(sub { table('instances')->{ $name[2] }[2] eq '0' }, 'nothing is asked');
    my $n = 0;
    my $ask = sub {
        $f->instance(2)->post(MaasTest::Fleet::infer('a'), $MaasTest::Fleet::body);
        $n++;
    };
    shows(sub { $ask->(); table('instances')->{ $name[2] }[2] =~ /[1-9]/ },
        'requests a second of the one that is asked');
    like(table('instances')->{ $name[2] }[5], qr/^\d.* \S+s$/, 'its p99');
    is(table('instances')->{ $name[0] }[2], '0', 'the others are idle');
    $f->instance(2)->post(MaasTest::Fleet::infer('a'), '{') for 1 .. 3;
    shows(sub { table('instances')->{ $name[2] }[6] eq '3' }, 'failures');
    shows(sub { table('models')->{'a:1'}[6] eq '3' }, 'of the model, too');
    shows(sub { table('models')->{'a:1'}[7] eq $n }, 'all requests');
};

subtest 'one goes and comes back' => sub {
    ok($f->kill_instance(2), 'it is killed');
    shows(sub { $state->(2) eq 'no answer' }, 'it is said');
    is($b->js('return document.getElementById("up").className'), 'bad', '3 of 4');
    is(table('models')->{'good:1'}[1], '3 of 3', 'the others go on');
    $f->instance(2)->run;
    shows(sub { $state->(2) eq 'up' }, 'and back');
    shows(sub { table('instances')->{ $name[2] }[6] eq '0' },
        'what it counted begins anew');
};

subtest 'what another version may say' => sub {
    my $evil = '<img src=x onerror=window.hurt=1>';
    my $json = JSON::PP::encode_json({ version => $evil, now => $router->get(
        '/fleet?format=json')->json->{now}, upstream => $evil, instances => [
            { instance => $evil, up => JSON::PP::true, weight => 1, live => {
                version => '9', models => [ { name => $evil, version => $evil },
                    { name => 'x', version => 1, requests => 5, more => [] } ],
                workers => { n => 2, deaths => 1, used => 5 } } },
            { instance => 'b', up => JSON::PP::true, weight => 1, live => {} },
            { instance => 'c', up => JSON::PP::false, error => $evil,
              down => JSON::PP::true } ] });
    $b->js('const json = arguments[0]; window.fetch = async () => ({ ok: true,'
        . 'json: async () => JSON.parse(json) });', $json);
    shows(sub { table('instances')->{c} }, 'all are shown');
    is_deeply([ @{ table('instances')->{$evil} }[ 1, 9, 11 ] ], [ 'up', 1, '9' ],
        'what is known');
    is(table('instances')->{c}[1], $evil, 'as a text');
    is(table('models')->{"$evil:$evil"}[1], '1 of 2', 'a model');
    ok(!$b->js('return window.hurt'), 'nothing runs');
};

is_deeply([ grep { !/favicon/ } $b->console ], [], 'the console is empty');

undef $b;
$f->done;
