# Inside an "if" or "limit_except" a model's location is still that location.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');

$t->model('m');
$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;

        location = /status {
            maas_status;
            if ($http_x_mark) { add_header X-Mark $http_x_mark; }
        }
        location /ml/ {
            maas_serve;
            if ($http_x_mark) { add_header X-Mark $http_x_mark; }
            if ($http_x_no) { return 403; }
        }
        location = /m {
            maas_predict m;
            if ($http_x_mark) { add_header X-Mark $http_x_mark; }
            limit_except POST { deny all; }
        }
        location = /other {
            maas_predict m;
            if ($http_x_no) { proxy_pass http://127.0.0.1:%%PORT1%%; }
        }
    }
    server {
        listen 127.0.0.1:%%PORT1%%;
        return 200 elsewhere;
    }
}
EOC
$t->known_good('/m', '[1,2,3,4]', @type);
$t->run;

for my $case ([ '/m', '[1,2,3,4]', @type ], [ '/other', '[1,2,3,4]', @type ],
    [ '/ml/v2/models/m' ], [ '/status' ])
{
    my ($uri, $body, @headers) = @$case;
    my $method = $body ? 'POST' : 'GET';
    my $plain = $t->http($method, $uri, $body, @headers);
    my $marked = $t->http($method, $uri, $body, @headers, 'X-Mark' => 'seen');

    is($plain->status, 200, "$uri answers");
    is($marked->body, $plain->body, "$uri: the same inside the if");
    is($marked->header('X-Mark'), 'seen', "$uri: and it was inside")
        if $uri ne '/other';
}

my $no = $t->get('/ml/v2', undef, 'X-No' => 1);
is($no->status, 403, 'refused inside the if');
isnt($no->error, '', 'with a JSON body');

$no = $t->get('/m');
is($no->status, 403, 'refused by limit_except');
isnt($no->error, '', 'with a JSON body');

is($t->get('/other', undef, 'X-No' => 1)->body, 'elsewhere',
    'an if that has its own handler keeps it');

$t->done;
