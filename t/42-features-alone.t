# $maas_features_NAME where no line of maas_set asks the model anything.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use Test::More;

my $wide = 20000;

my $t = MaasTest->new;

$t->model('wide',
    doc => {
        version => 1, name => 'wide', task => 'regression',
        inputs => { kind => 'columns', columns => [
            map { { name => "c$_", kind => 'number', missing => 0 } }
                1 .. $wide ] },
        layers => [ { kind => 'dense', units => 1, activation => 'linear' } ],
    },
    tensors => {
        'layers.0.weight' => [ [ $wide, 1 ], [ (1) x $wide ] ],
        'layers.0.bias' => [ [ 1 ], [ 0 ] ],
    });

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model wide wide.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location /lines {
            maas_feature c1 $arg_a;
            maas_feature c20000 $arg_b;
            add_header Used $maas_features_wide;
            return 204;
        }
        location /body {
            maas_feature_body on;
            add_header Used $maas_features_wide;
            proxy_pass http://127.0.0.1:%%PORT%%/ok;
        }
        location /ok { return 204; }
        location /api { maas_predict wide; }
    }
}
EOC

$t->known_good('/api', '{"c1":1.5,"c2":2}');
$t->run;

is($t->get('/lines?a=1.5&b=x')->header('Used'), '{"c1":1.5,"c20000":null}',
    'a row is read, though nothing is predicted') for 1 .. 3;
like($t->post('/body', '{"c2":7}')->header('Used'), qr/^\{"c1":null,"c2":7,/,
    'nor of a body');

$t->done;
