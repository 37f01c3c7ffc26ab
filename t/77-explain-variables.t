# reasons=N of maas_set: the columns that add most, as a text for logs and
# headers; at once, late, in a thread, while watched models come and go.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model qw(model_bytes);
use MaasTest::Trees qw(random_trees);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

# The logit: $k * amount - 3, plus 10 if the tool is curl, and 0.0123 a try.

sub fraud {
    my ($k) = @_;
    return (
        doc => {
            version => 1, name => 'fraud', task => 'binary',
            inputs => { kind => 'columns', columns => [
                { name => 'amount', kind => 'number', missing => 0 },
                { name => "the\ttool", kind => 'category',
                    values => [ 'wget', 'curl' ] },
                { name => 'tries', kind => 'number', missing => 0 },
            ] },
            layers => [ { kind => 'dense', units => 1,
                activation => 'sigmoid' } ],
            outputs => { labels => [ 'fine', 'fraud' ] },
        },
        tensors => {
            'layers.0.weight' => [ [ 4, 1 ], [ $k, 0, 10, 0.0123 ] ],
            'layers.0.bias' => [ [ 1 ], [ -3 ] ],
        },
    );
}

my ($layer, $tensors) = random_trees(in => 1);
my %leaves = (doc => { version => 3, name => 'fraud', task => 'regression',
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number', missing => 0 } ] },
    layers => [$layer] }, tensors => $tensors);

sub put {
    $t->write_file('new', model_bytes(@_));
    rename "$dir/new", "$dir/watched.safetensors" or die $!;
    return;
}

$t->model('fraud', fraud(1));
$t->model('leaves', %leaves);
put(fraud(1));
# ten thousand relus, so that a thread is worth it
$t->model('deep', sizes => [ 3, 200, 200, 1 ], task => 'regression',
    inputs => { kind => 'columns', columns => [
        map { { name => $_, kind => 'number' } } qw(a b c) ] });
# slopes beyond what a number can be
$t->model('steep', doc => { version => 1, name => 'steep',
    task => 'regression', inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number', missing => 0 } ] },
    layers => [ map { { kind => 'dense', units => 1, activation => $_ } }
        qw(tanh linear) ] },
    tensors => { map { ("layers.$_.weight" => [ [ 1, 1 ], [1e30] ],
        "layers.$_.bias" => [ [1], [0] ]) } 0, 1 });

my $conf = <<'EOC';
%%GLOBALS%%
thread_pool own threads=1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model fraud fraud.safetensors;
    maas_model watched watched.safetensors watch=100ms;
    maas_model deep deep.safetensors;
    maas_model steep steep.safetensors;
    log_format why escape=json '$why|$late';
    maas_feature amount $arg_amount;
    maas_feature "the\ttool" $arg_tool;
    maas_feature tries $arg_tries;
    maas_feature a $arg_a;
    maas_feature b $arg_b;
    maas_feature c $arg_c;
    server {
        listen 127.0.0.1:%%PORT%%;
        maas_set $why fraud reasons=2;
        maas_set $all fraud reasons=16 default=unknown;
        location / {
            add_header Why "$why";
            maas_set $late watched reasons=1;
            access_log why.log why;
            return 200 "$all\n";
        }
        location = /now {
            maas_set $now watched reasons=3;
            return 200 $now;
        }
        location = /deep {
            maas_set $deep deep reasons=3;
            return 200 $deep;
        }
        location = /steep {
            maas_set $steep steep reasons=1;
            return 200 $steep;
        }
        location = /thread {
            maas_set $deep deep reasons=3;
            maas_set $score deep score;
            maas_offload pool=own above=1us;
            limit_rate 1000k;
            add_header Score "$score";
            add_header Why "$deep";
            try_files /none =204;
        }
        location /v1/ { maas_serve; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->conf($conf);
$t->known_good("/v1/models/fraud:explain", q({"instances":[{"amount":1}]}),
    "Content-Type" => "application/json");
$t->run;

my $r = $t->get('/?amount=5&tool=curl&tries=3');
is($r->body, "the tool +10, amount +5, tries +0.0369\n",
    'columns that add most, by three digits');
is($r->header('Why'), 'the tool +10, amount +5', 'as many as are asked for');
is($t->get('/?amount=-1234.5')->body, "amount -1234\n",
    'none that adds nothing');
is($t->get('/?amount=0.00012345')->body, "amount +0.000123\n", 'small ones');
is($t->get('/?amount=1e-9')->body, "amount +1.00e-09\n", 'smaller ones');
is($t->get('/')->body, "\n", 'nothing adds anything');

like($t->read_file('why.log'), qr/^the tool \+10, amount \+5\|the tool \+10$/m,
    'in a log, where one is asked for first');

is($t->get('/steep?amount=1e-30')->body, 'amount +inf',
    'more than a number says');

my $deep = $t->get('/deep?a=1&b=-2&c=3');
like($deep->body, qr/^[abc] [-+]\S+, [abc] [-+]\S+, [abc] [-+]\S+$/,
    'a network');
my $thread = $t->get('/thread?a=1&b=-2&c=3');
is($thread->header('Why'), $deep->body, 'the same in a thread');
like($thread->header('Score'), qr/^-?\d/, 'and its score');

my $metrics = $t->get('/metrics')->body;
my %n = $metrics =~ /^maas_explained_rows_total\{model="(\w+)",\S+ (\d+)$/mg;
is_deeply(\%n, { fraud => 7, watched => 5, deep => 2, steep => 1 },
    'each explained once, for all that ask: a thread does all of a location');

subtest 'a watched model' => sub {
    put(fraud(7));
    my $now;
    $t->wait_for(sub { $now = $t->get('/now?amount=1')->body;
        $now eq 'amount +7' });
    is($now, 'amount +7', 'the new one explains');

    put(%leaves, doc => { %{ $leaves{doc} }, name => 'watched' });
    $t->wait_for(sub { $t->log =~ /has no explanations/ });
    like($t->log, qr/has no explanations, which the configuration asks for: /,
        'one without them is not taken');
    is($t->get('/now?amount=1')->body, 'amount +7', 'the old one goes on');
};

for my $case (
    [ 'maas_set $x leaves reasons=1;',
        qr/model "leaves" has no explanations, which are asked for: \w/ ],
    [ 'maas_set $x fraud reasons=17;', qr/"reasons=" .* expected 1 to 16/ ],
    [ 'maas_set $x fraud reasons=;', qr/or "reasons=number"/ ],
    [ 'maas_output round=1; maas_set $x fraud reasons=1;',
        qr/"reasons=" of "\$x" would tell what maas_output leaves out/ ],
) {
    my ($rc, $says) = $t->check_conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model fraud fraud.safetensors;
    maas_model leaves leaves.safetensors;
    maas_feature amount \$arg_amount;
    server {
        listen 127.0.0.1:%%PORT2%%;
        location / { $case->[0] return 204; }
    }
}
EOC
    is($rc, 1, $case->[0]);
    like($says, $case->[1], 'as nginx -t says');
}

$t->done;
