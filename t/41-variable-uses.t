# Variables of maas_set wherever nginx takes variables.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;

# The probability of a bot is 1 / (1 + exp(-z)).
$t->model('bots', doc => {
    version => 1, name => 'bots', task => 'binary',
    inputs => { kind => 'columns', columns => [
        { name => 'z', kind => 'number', missing => 0 } ] },
    layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
    outputs => { labels => [ 'person', 'bot' ] },
}, tensors => {
    'layers.0.weight' => [ [ 1, 1 ], [ 1 ] ],
    'layers.0.bias' => [ [ 1 ], [ 0 ] ],
});

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model bots bots.safetensors;

    maas_feature z $arg_z;
    maas_set $bot bots score;
    maas_set $is_bot bots decision;
    maas_set $step bots step=0.5,0.9;

    map $is_bot $limit_key { 1 $arg_who; default ""; }
    map $step $backend { 0 people; 1 people; 2 robots; }
    map "$step:$arg_gold" $tier { ~^2 slow; ~:yes$ gold; default silver; }
    limit_req_zone $limit_key zone=bots:1m rate=1r/m;
    limit_req_status 429;

    upstream people { server 127.0.0.1:%%PORT1%%; }
    upstream robots { server 127.0.0.1:%%PORT2%%; }

    log_format score '$request_uri $bot';

    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT3%% http2;
        access_log off;

        location = /p { maas_predict bots; }
        location = /limit { limit_req zone=bots; try_files /n =204; }
        location = /limit-header {
            limit_req zone=bots;
            add_header X $bot always;
            try_files /n =204;
        }
        location = /route { proxy_pass http://$backend/seen?$args; }
        location = /header {
            proxy_pass http://people/seen?$args;
            proxy_set_header X-Bot $bot;
            proxy_set_header X-Label $is_bot;
        }
        location = /tier { return 200 $tier; }
        location = /redirect { return 302 /elsewhere?bot=$bot; }
        location = /log {
            access_log %%TESTDIR%%/bots.log score if=$is_bot;
            return 200;
        }
        location = /error {
            maas_deny $is_bot;
            error_page 403 /denied;
            try_files /n =204;
        }
        location = /denied { internal; return 403 "denied $bot $step"; }

        location = /error-named {
            maas_deny $is_bot 429;
            error_page 429 = @challenge;
            try_files /n =204;
        }
        location @challenge { return 200 "challenge $bot"; }

        location = /auth {
            auth_request /auth-sub;
            auth_request_set $seen $bot;
            add_header X "$seen $bot";
            try_files /n =204;
        }
        location = /auth-sub {
            internal;
            return 204;
        }
        location = /auth-gate {
            auth_request /auth-gate-sub;
            try_files /n =204;
        }
        location = /auth-gate-sub {
            internal;
            if ($is_bot) { return 403; }
            return 204;
        }

        location = /mirror {
            mirror /mirrored;
            proxy_pass http://people/seen?$args;
        }
        location = /mirrored {
            internal;
            proxy_pass http://robots/mirrored?bot=$bot;
            access_log %%TESTDIR%%/mirror.log score;
            log_subrequest on;
        }

        location = /try { try_files /n-$step @step; }
        location @step { return 200 "step $step"; }

        location = /rewrite { rewrite ^ /landed-$step? last; }
        location /landed- { return 200 "$uri $bot"; }

        location = /sub { sub_filter_once off; sub_filter BOT $bot;
            sub_filter_types *; proxy_pass http://people/text?$args; }

        location = /satisfy {
            satisfy any;
            allow 127.0.0.1;
            deny all;
            maas_deny $is_bot 429;
            try_files /n =204;
        }
        location = /satisfy-one {
            satisfy any;
            allow 127.0.0.1;
            deny all;
            maas_deny $is_bot;
            try_files /n =204;
        }
    }

    server {
        listen 127.0.0.1:%%PORT1%%;
        location /seen { return 200 "people $http_x_bot $http_x_label"; }
        location /text { return 200 "it is BOT"; }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        location / { return 200 "robots $http_x_bot"; }
    }
}
EOC
$t->known_good('/p', '[1]', 'Content-Type' => 'application/json');
$t->run;

sub text { return $t->get($_[0])->body }
sub status { return $t->get($_[0])->status }

is(status('/limit?who=a&z=-1'), 204, 'limit_req: people are not limited')
    for 1 .. 3;
is(status('/limit?who=a&z=1'), 204, 'limit_req: a bot, once');
is(status('/limit?who=a&z=1'), 429, 'not twice');
is(status('/limit?who=b&z=1'), 204, 'another one is');
is($t->get('/limit-header?who=a&z=1')->header('X'), '0.731059',
    'a score on the answer of limit_req');

is(text('/route?z=9'), 'robots ', 'proxy_pass by a map');
is(text('/route?z=1'), 'people  ', 'to the other');
is(text('/header?z=2'), 'people 0.880797 1', 'proxy_set_header');
is($t->get('/header?z=-2', undef, 'X-Bot' => '1.000000')->body, 'people 0.119203 0',
    'which a client cannot forge');
is(text('/tier?z=0&gold=yes'), 'gold', 'map of several');
is(text('/tier?z=5&gold=yes'), 'slow', 'and a score');
like($t->get('/redirect?z=0')->header('Location'), qr/bot=0\.500000$/,
    'a header of a redirect');

status("/log?z=$_") for -1, 1, -2, 2;
is($t->read_file('bots.log'), "/log?z=1 0.731059\n/log?z=2 0.880797\n",
    'access_log if=');

is(text('/error?z=3'), 'denied 0.952574 2', 'error_page');
is(status('/error?z=-3'), 204, 'passed');
is(text('/error-named?z=3'), 'challenge 0.952574', 'error_page, named');
is($t->get('/auth?z=1')->header('X'), '0.731059 0.731059',
    'read in a subrequest first');
is(status('/auth-gate?z=1'), 403, 'if of a subrequest');
is(status('/auth-gate?z=-1'), 204, 'passed');
like(text('/mirror?z=1'), qr/^people/, 'mirror');
ok($t->wait_for(sub { -e $t->dir . '/mirror.log'
    && $t->read_file('mirror.log') =~ m{^\S+ 0\.731059\n$} }),
    'the mirrored subrequest shares the variable');
is(text('/try?z=1'), 'step 1', 'try_files');
is(text('/rewrite?z=1'), '/landed-1 0.731059', 'rewrite, kept behind it');
is(text('/sub?z=1'), 'it is 0.731059', 'sub_filter');
is(status('/satisfy?z=-1'), 204, 'satisfy any');
is(status('/satisfy?z=1'), 429, 'does not lift 429');
is(status('/satisfy-one?z=1'), 204, 'but 403, of which another access is enough');

is($t->h2($t->port(3), 'GET', '/tier?z=5&gold=yes')->body, 'slow', 'HTTP/2');
is_deeply([ map { $_->body } $t->pipeline(
    (map { $t->request('GET', "/rewrite?z=$_") } 1, -1),
    $t->request('GET', '/rewrite?z=1', undef, Connection => 'close')) ],
    [ '/landed-1 0.731059', '/landed-0 0.268941', '/landed-1 0.731059' ],
    'pipelined requests have their own');

$t->done;
