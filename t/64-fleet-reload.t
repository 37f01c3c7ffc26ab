# Promise: a fleet is shown as before by a worker that is started after a reload
# has failed, whatever that was to change.

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
    my ($fleet, $listen) = @_;
    return <<"EOC";
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    upstream all { server 127.0.0.1:%%PORT%%; }
    server {
        listen 127.0.0.1:%%PORT%%;
        $listen
        location = /m { maas_predict m; }
        location = /live { maas_status; }
        $fleet
    }
}
EOC
}

my $fleet = <<'EOC';
location = /fleet { maas_fleet status all /ask; }
location = /ask { internal; proxy_pass http://$maas_instance/live$is_args$args; }
EOC

$t->conf(conf($fleet, ''));
$t->known_good('/m', '[1,2,3,4]');
$t->run;

sub up {
    my $answer = eval { $t->get('/fleet?format=json')->json } || {};
    return $answer->{instances} && $answer->{instances}[0]{up};
}

ok(up(), 'an instance is up');

# without the fleet, and with a port that is taken
my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
    or die $!;
$t->conf(conf('', 'listen 127.0.0.1:' . $taken->sockport . ';'));
ok($t->reload_refused(qr/bind\(\) to .* failed/), 'a reload fails');
ok($t->kill_worker, 'a worker is started');
ok(up(), 'the instance is still up');

$t->done;
