# Promise: a router shows all instances as one: metrics of each under its name,
# and JSON; who does not answer, or not well, is down, in time, and spoils
# nothing of the others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Fleet;
use MaasTest::Prometheus;
use Test::More;

MaasTest::Prometheus::program('promtool');

my $f = MaasTest::Fleet->new(good => 'good',
    router => sub { $_[0] =~ s/proxy_read_timeout 1s;/proxy_read_timeout 3s;/r });
$f->put($_, 1, 1) for 'good', 'a';
$f->run;

my $router = $f->router;
my @all = map { $f->address($_) } 0 .. $MaasTest::Fleet::n - 1;

sub metrics {
    my ($t, $uri) = @_;
    my $answer = $t->get($uri || '/metrics');
    is($answer->status, 200, 'metrics');
    is($answer->header('Content-Type'), 'text/plain; version=0.0.4', 'type');
    my $text = $answer->body;
    is(join("\n", MaasTest::Prometheus::wrong($text)), '', 'are well formed');
    my ($rc, $said) = MaasTest::Prometheus::promtool($t, $text, 'check',
        'metrics');
    # as those of an instance: names that are Triton's
    unlike($said, qr/error|maas_instance/, 'promtool has no objection');
    return $text;
}

# Values of a metric by its instance, of one series each
sub values_of {
    my ($text, $name, $more) = @_;
    $more //= '';
    return { $text =~ /^\Q$name\E\{instance="([^"]*)"\Q$more\E\} (\S+)$/mg };
}

sub instances { return $_[0]->get($_[1] || '/fleet?format=json')->json->{instances} }


# curl from another address than those that conf/fleet/ lets in
sub stranger {
    my ($port, $path, @options) = @_;
    my (undef, $said) = $router->command('curl', '-sg', '-m', 20,
        '--interface', '127.0.0.2', '--path-as-is', @options,
        '-w', '%{http_code}', "http://127.0.0.1:$port$path");
    return $said;
}

subtest 'clients see models, and no pages' => sub {
    my @paths = ('/', '/?page=live', '/metrics', '/fleet', '//metrics',
        '/v2/../metrics', '/%6detrics', '/./?page=live');
    like(stranger($router->port, $_), qr/403$/, $_) for @paths;
    like(stranger($router->port, '/v2/models/a'), qr/200$/, 'a model');
    for my $path (@paths, '/instance/', '/instance/metrics', '/whole') {
        like(stranger($router->port(1), $path, '--http2-prior-knowledge'),
            qr/^\{"status":"alive"\}200$|404$/, "$path of the port of gRPC");
    }
    like(stranger($router->port(1), '/v2/models/a',
        '--http2-prior-knowledge'), qr/200$/, 'a model there');
    $router->allow(qr/access forbidden by rule/);
};


subtest 'all are up' => sub {
    for my $i (0 .. $#all) {
        $f->instance($i)->post(MaasTest::Fleet::infer('a'),
            $MaasTest::Fleet::body) for 0 .. $i;
    }
    my $text = metrics($router);
    is_deeply(values_of($text, 'maas_instance_up'), { map { $_ => 1 } @all },
        'up');
    is_deeply(values_of($text, 'nv_inference_request_success',
        ',model="a",version="1"'),
        { map { $all[$_] => $_ + 1 } 0 .. $#all }, 'each says what it did');
    is_deeply(values_of($text, 'maas_instance_left_out_lines'),
        { map { $_ => 0 } @all }, 'nothing is left out');

    # what an instance says alone is what it says here
    for my $i (0, $#all) {
        my $own = $f->instance($i)->get('/metrics')->body;
        my $here = join '', map { s/instance="\Q$all[$i]\E",?//r =~ s/\{\}//r }
            grep { /instance="\Q$all[$i]\E"/ && !/^maas_instance/ }
            split /^/, $text;
        my $clean = sub { $_[0] =~ s/^#.*\n//mgr =~ s/^maas_memory.*\n//mgr };
        is($clean->($here), $clean->($own), "instance $i, sample by sample");
    }
};


subtest 'as JSON' => sub {
    my $json = $router->get('/fleet', undef, Accept => 'application/json')->json;
    is_deeply([ sort keys %$json ], [qw(instances now upstream version)], 'members');
    is($json->{upstream}, 'instances', 'of an upstream');
    is_deeply([ map { $_->{instance} } @{ $json->{instances} } ], \@all, 'each');
    is_deeply([ map { join ' ', @$_{qw(up weight backup down)} }
        @{ $json->{instances} } ], [ map { '1 1 0 0' } @all ], 'how it is');
    is_deeply([ map { my ($a) = grep { $_->{name} eq 'a' }
        @{ $_->{live}{models} }; $a->{requests} } @{ $json->{instances} } ],
        [ 1 .. @all ], 'what it does');
    is($router->get('/fleet?format=xml')->status, 400, 'no such form');
    my $post = $router->post('/fleet', 'x');
    is($post->status, 405, 'nothing is posted');
    is($post->header('Allow'), 'GET, HEAD', 'it says what is');
    my $head = $router->http('HEAD', '/metrics');
    is($head->status, 200, 'HEAD');
    cmp_ok($head->header('Content-Length'), '>', 1000, 'has a length');
    like($router->get('/fleet')->body, qr/^<!DOCTYPE html>.*"instances":\[/s,
        'the page has it, too');
    is($router->get('/instance/metrics')->status, 404,
        'clients do not ask instances');
};


subtest 'one is gone, one does not answer' => sub {
    ok($f->quit_instance(1), 'it ends');
    kill 'STOP', $f->instance(2)->workers;
    my $text = metrics($router);
    my %up = map { $_ => 1 } @all;
    @up{ @all[ 1, 2 ] } = (0, 0);
    is_deeply(values_of($text, 'maas_instance_up'), \%up, 'both are down');
    is_deeply([ sort keys %{ values_of($text, 'maas_workers') } ],
        [ sort @all[ 0, 3 ] ], 'the others say what they say');
    my $json = instances($router);
    is($json->[1]{error}, 'no answer', 'gone');
    is($json->[2]{error}, 'no answer in time', 'in time');
    is(join(',', map { $_->{up} } @$json), '1,0,0,1', 'in JSON as well');
    ok(!$json->[1]{live}, 'nothing is known of it');
    kill 'CONT', $f->instance(2)->workers;
    $f->instance(1)->run;
    is_deeply(values_of(metrics($router), 'maas_instance_up'),
        { map { $_ => 1 } @all }, 'all are back');
};

subtest 'a client that goes away' => sub {
    kill 'STOP', $f->instance(2)->workers;
    for (1 .. 5) {
        my $s = $router->send($router->request('GET', '/metrics'), keep => 1);
        select undef, undef, undef, 0.02;
        close $s;
    }
    kill 'CONT', $f->instance(2)->workers;
    is(metrics($router) ne '', 1, 'the next one is answered');
};

$f->done;
