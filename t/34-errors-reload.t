# Promise: what is logged of an error is what the worker's own configuration has,
# also in a worker that is started when a reload has failed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use MaasTest;
use Test::More;

my $t = MaasTest->new;
$t->model('m', sizes => [ 4, 2 ]);

sub conf {
    my ($more, $listen) = @_;
    return <<"EOC";
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    $more
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        $listen
        location = /m { maas_predict m; }
    }
}
EOC
}

$t->conf(conf('', ''));
$t->known_good('/m', '[1,2,3,4]');
$t->run;

my $id = qr/request_id: [0-9a-f]{32}, client: /;

sub said {
    my $at = length $t->log;
    is($t->post('/m', '[1,2')->status, 400, 'refused');
    return (substr($t->log, $at) =~ /(maas: .*)/)[0];
}

like(said(), $id, 'the id of the request');

# other variables, of which an old worker knows nothing, and a port that is taken
my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
    or die $!;
$t->conf(conf('log_format more "$host $uri $pid $status $connection"; '
    . 'access_log more.log more; maas_trace on;',
    'listen 127.0.0.1:' . $taken->sockport . ';'));
ok($t->reload_refused(qr/bind\(\) to .* failed/), 'a reload fails');
ok($t->kill_worker, 'a worker is started');

my $log = said();
like($log, $id, 'the id of the request, still');
unlike($log, qr/trace_id/, 'of no trace');

$t->done;
