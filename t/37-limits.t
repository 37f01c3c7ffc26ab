# Promise: how long a body may be, and how much of it stays in memory, follows
# from the model and maas_max_rows where the user set nothing; what the user
# set, here or in a level above, holds.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');

$t->model('wide', sizes => [ 500, 2 ]);
$t->model('m', sizes => [ 4, 2 ]);

sub template {
    my ($http, $server) = @_;
    return <<"EOC";
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model wide %%TESTDIR%%/wide.safetensors;
    maas_model m %%TESTDIR%%/m.safetensors;
    $http
    server {
        listen 127.0.0.1:%%PORT%%;
        $server
        location / { maas_serve; }
        location = /wide { maas_predict wide; }
        location = /few { maas_predict wide; maas_max_rows 100; }
        location = /m { maas_predict m; }
        location = /1m { maas_predict wide; client_max_body_size 1m; }
        location = /8k { maas_predict wide; client_body_buffer_size 8k; }
        location = /2k { maas_predict wide; client_max_body_size 2k; }
        location /in/ {
            client_max_body_size 3k;
            location = /in/wide { maas_predict wide; }
        }
        location = /ask { internal; return 204; }
        location = /copy { internal; proxy_pass
            http://127.0.0.1:%%PORT1%%; }
        location = /yes { return 204; }
        location = /asked { auth_request /ask; maas_predict wide; }
        location = /copied { mirror /copy; maas_predict wide; }
        location = /asked/open { auth_request /yes; maas_predict wide; }
        location = /mirrors { mirror /wide; proxy_pass
            http://127.0.0.1:%%PORT1%%; }
        location = /rewrites { rewrite ^ /wide; }
        location = /tries { root %%TESTDIR%%; try_files /none /wide; }
        location /more/ {
            client_max_body_size 0;
            location = /more/mirrors { mirror /wide; proxy_pass
                http://127.0.0.1:%%PORT1%%; }
            location = /more/rewrites { rewrite ^ /wide; }
            location = /more/tries { root %%TESTDIR%%;
                try_files /none /wide; }
        }
    }
    server {
        listen 127.0.0.1:%%PORT1%%;
        client_max_body_size 0;
        return 200;
    }
}
EOC
}

# The status of a body of just that length
sub status {
    my ($uri, $len) = @_;
    return $t->post($uri, ' ' x $len, @type)->status;
}

# What is the longest body, one of those that may be?
sub longest {
    my ($uri, $len, $name) = @_;
    is(status($uri, $len), 400, "$name: $len bytes are read");
    is(status($uri, $len + 1), 413, 'and not one more');
}

my $per_row = 500 * 25;
my $extra = 8192;

$t->conf(template('', ''));
$t->known_good('/m', '[1,2,3,4]', @type);
$t->run;

subtest 'nothing is set' => sub {
    longest('/wide', 256 * $per_row + $extra, 'by the model');
    longest('/v1/models/m:predict', 256 * $per_row + $extra,
        'by the widest model');
    longest('/few', 100 * $per_row + $extra, 'by maas_max_rows');
    longest('/m', 1024 * 1024, 'at least');
    my $number = '-1.2345678901234567e-10';
    my $row = '[' . join(',', ($number) x 500) . ']';
    my $all = '[' . join(',', ($row) x 256) . ']';
    is(scalar @{ $t->post('/wide', $all, @type)->json }, 256,
        'all rows of the longest numbers');
};

subtest 'other ways to a model' => sub {
    longest($_, 256 * $per_row + $extra, $_) for '/asked', '/copied';

    unlike($t->log, qr/too large body.*subrequest: "\/copy"/, 'and is copied');

    # directives.md says what to set
    my $most = 1024 * 1024;
    is(status('/asked/open', $most + 1), 500, 'a location that is not internal '
        . 'measures by its own');
    $t->allow(qr/auth request unexpected status: 413/);
    for my $way ('mirrors', 'rewrites', 'tries') {
        is(status("/$way", $most + 1), 413, "$way: 1m, if nothing is set");
    }
    is(status("/more/$_", $most + 1), 400, "$_: as much as is set, and the "
        . 'model reads it') for 'rewrites', 'tries';

    my $fail = sub { $t->get('/v2/models/wide/stats')->json->{model_stats}[0]
        {inference_stats}{fail}{count} };
    my $before = $fail->();
    is(status('/more/mirrors', $most + 1), 200, 'mirrors: as much as is set');
    ok($t->wait_for(sub { $fail->() == $before + 1 }), 'the model reads it');
};

subtest 'set in a location' => sub {
    longest('/1m', 1024 * 1024, 'as the default is');
    longest('/2k', 2048, 'less');
    longest('/in/wide', 3072, 'in the location around it');
};

subtest 'what stays in memory' => sub {
    my $body = '[' . '1,' x 499 . '1' . ' ' x 500_000 . ']';
    my $files = sub { scalar(() = $t->log =~ /buffered to a temporary/g) };
    my $before = $files->();
    is($t->post('/wide', $body, @type)->status, 200, 'half a megabyte');
    is($files->(), $before, 'is in no file');
    is($t->post('/8k', $body, @type)->status, 200, 'with a buffer of 8k');
    is($files->(), $before + 1, 'it is');
};

for my $case ([ 'client_max_body_size 1m;', '', 1024 * 1024 ],
    [ '', 'client_max_body_size 1m;', 1024 * 1024 ],
    [ 'client_max_body_size 7k;', 'client_max_body_size 5k;', 5120 ],
    [ 'maas_max_rows 120;', '', 120 * $per_row + $extra ],
    [ 'maas_max_rows 120;', 'maas_max_rows 130;', 130 * $per_row + $extra ])
{
    my ($http, $server, $len) = @$case;
    $t->conf(template($http, $server));
    ok($t->reload, "http: '$http', server: '$server'");
    longest('/wide', $len, 'it holds');
    longest('/2k', 2048, 'and so does what is nearer');
}
$t->rebase;

$t->done;
