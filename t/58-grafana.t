# Promise: each query of conf/grafana.json and of conf/alerts.yml is one that a
# real Prometheus takes, and one that finds something in what it scrapes here.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use MaasTest::Prometheus;
use Test::More;
use Time::HiRes qw(sleep time);

my $board = JSON::PP::decode_json(
    MaasTest::Proc::slurp("$MaasTest::top/conf/grafana.json"));
my $rules = "$MaasTest::top/conf/alerts.yml";

###############################################################################
# the board by itself

my @panels = @{ $board->{panels} };
my %variable = map { $_->{name} => $_ } @{ $board->{templating}{list} };
my (%id, %at, @targets, @wrong);

for my $p (@panels) {
    push @wrong, "panel $p->{id} is there twice" if $id{ $p->{id} }++;
    my $g = $p->{gridPos};
    push @wrong, "$p->{title}: beyond the right edge" if $g->{x} + $g->{w} > 24;
    for my $x ($g->{x} .. $g->{x} + $g->{w} - 1) {
        for my $y ($g->{y} .. $g->{y} + $g->{h} - 1) {
            my $other = $at{"$x,$y"};
            push @wrong, "$p->{title} is on $other" if $other;
            $at{"$x,$y"} = $p->{title};
        }
    }
    next if $p->{type} eq 'row';
    push @wrong, "$p->{title}: no description" if !$p->{description};
    push @wrong, "$p->{title}: no target" if !@{ $p->{targets} || [] };
    push @targets, map { { %$_, panel => $p->{title} } } @{ $p->{targets} };
}

push @targets, map { { %$_, panel => "annotation $_->{name}" } }
    @{ $board->{annotations}{list} };

for my $t (@targets) {
    push @wrong, "$t->{panel}: another data source"
        if $t->{datasource}{uid} ne '${datasource}';
    push @wrong, map { "$t->{panel}: no variable \$$_" }
        grep { !/^__/ && !$variable{$_} } "$t->{expr}" =~ /\$\{?(\w+)/g;
}

is(join("\n", @wrong), '', 'the board');
cmp_ok(scalar @targets, '>', 40, 'queries');

###############################################################################
# nginx with something of everything

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');

# Payments of more than 500 are fraud, mostly; trained, so that the file says
# how values were spread
srand 1;
my @rows = map { my $amount = int rand 1000;
    [ $amount, (qw(DE FR NG))[ rand 3 ],
        $amount > 500 && rand() < 0.9 ? 'fraud' : 'fine' ] } 1 .. 600;
$t->write_file('payments.csv', "amount,country,outcome\n",
    map { join(',', @$_) . "\n" } @rows);
my $many = '[' . join(',', map { qq([$_->[0],"$_->[1]"]) } @rows[ 0 .. 199 ])
    . ']';

for my $name ('payments', 'payments-2') {
    my ($rc, undef, $err) = $t->trainer('fit', '-d', 'payments.csv', '-o',
        "$name.safetensors", '--name', 'payments', '-t', 'outcome', '--epochs',
        $name eq 'payments' ? 5 : 2, '--quiet');
    is($rc, 0, 'trained') or diag($err);
}

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model payments payments.safetensors watch=100ms;
    maas_model payments payments-2.safetensors version=2;
    maas_track $client key=$remote_addr size=1m window=10s;
    maas_feature amount $arg_amount;
    maas_feature country $arg_country;
    maas_set $fraud payments:1 score;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location / { maas_serve; }
        location = /pay { maas_predict payments version=1;
            maas_shadow payments:2; }
        location = /shop { add_header X-Fraud $fraud$client_10s; return 204; }
        location = /metrics { maas_metrics; }
    }
    upstream instances { server 127.0.0.1:%%PORT%%; }
    server {
        listen 127.0.0.1:%%PORT2%%;
        location = /metrics { maas_fleet metrics instances /instance/metrics; }
        location /instance/ {
            internal;
            rewrite ^/instance(/.*)$ $1 break;
            proxy_pass http://$maas_instance;
        }
    }
}
EOC
$t->known_good('/pay', '[[120.5,"DE"]]', @type);
$t->run;

# a second without traffic at most
sub traffic {
    $t->post('/pay', $_, @type) for $many, '[[100,"DE"],[450,"NG"],[600,"FR"]]',
        '[[700,"NG"],[null,"DE"]]', '[[', '[["much","DE"]]', '{"a":1}';
    $t->post('/v2/models/payments/infer', '[[1,"DE"]]', @type);
    $t->get("/shop?amount=$_&country=DE") for 1, 999, 'x';
    return;
}

# a new file that is taken, and one that is not
sub swap {
    my ($content) = @_;
    $t->write_file('next.safetensors', $content);
    rename $t->dir . '/next.safetensors', $t->dir . '/payments.safetensors'
        or die "rename: $!";
    return;
}

traffic();
my $p = MaasTest::Prometheus->new($t, '127.0.0.1:' . $t->port,
    others => [ '127.0.0.1:' . $t->port(2) ], rules => $rules);

# as Grafana does: all of a variable, and an interval that has some scrapes
sub filled {
    my ($expr) = @_;
    $expr =~ s/\$__rate_interval/5s/g;
    $expr =~ s{\$\{?(\w+)\}?}{ $variable{$1}{allValue} }ge;
    return $expr;
}

# Why an answer is none: undef where it is one
sub why {
    my ($query) = @_;
    my $series = $p->query(filled($query->{expr}));
    return 'refused: ' . $p->error if !$series;
    return 'nothing' if !@$series;
    return 'no number: ' . $series->[0]{value}
        if !grep { $_->{value} =~ /\d/ } @$series;
    my @names = ($query->{legendFormat} // $query->{titleFormat})
        =~ /\{\{(\w+)\}\}/g;
    my ($bad) = grep { !defined $series->[0]{metric}{$_} } @names;
    return "no label $bad" if defined $bad;
    return;
}

my @left = @targets;
my $end = time + 40;

while (@left && time < $end) {
    traffic();
    sleep 0.5;
    @left = grep { defined($_->{why} = why($_)) } @left;
}

is(join("\n", map { "$_->{panel}: $_->{expr}: $_->{why}" } @left), '',
    'each query finds something');

for my $v (grep { $_->{type} eq 'query' } values %variable) {
    my ($name) = $v->{definition} =~ /^label_values\((.*), \w+\)$/;
    is(why({ expr => $name, legendFormat => "{{$v->{name}}}" }), undef,
        "variable $v->{name}");
}

# alerts are seldom due: what they look at is there, and they are asked
my @rules = map { @{ $_->{rules} } } @{ $p->api('rules')->{groups} };
cmp_ok(scalar @rules, '>', 10, 'alerts');
is(join("\n", map { "$_->{name}: $_->{lastError}" }
    grep { $_->{health} eq 'err' } @rules), '', 'can be asked');
my %known = map { $_ => 1 } @{ $p->api('label/__name__/values') };
my @unknown = grep { !$known{$_} }
    map { $_->{query} =~ /\b((?:maas|nv)_\w+)/g } @rules;
is("@unknown", '', 'what they are of is there');

# files of a watched model, and the alert of a bad one
my $first = $t->read_file('payments.safetensors');
swap($t->read_file('payments-2.safetensors'));
ok($t->wait_for(sub { ($p->query('maas_model_swaps_total')
    || [])->[0]{value} }), 'a new file is taken');
swap('no model');

my $alert;
$t->wait_for(sub {
    ($alert) = grep { $_->{labels}{alertname} eq 'MaasFileRefused'
        && $_->{labels}{instance} eq '127.0.0.1:' . $t->port
        && $_->{state} eq 'firing' } @{ $p->api('alerts')->{alerts} };
});
is($alert && $alert->{annotations}{summary}, 'A new file of payments/1 was '
    . 'refused on 127.0.0.1:' . $t->port, 'a bad one is an alert');
swap($first);
ok($t->wait_for(sub {
    !grep { $t->_good->body ne $t->{good_body} } 1 .. 16;
}), 'the first again, in both workers');

like(why({ expr => 'maas_request_rows_of_nobody' }), qr/nothing/, 'or not');
like(why({ expr => 'rate(maas' }), qr/refused: .*parse/, 'or is refused');

$p->stop;
$t->done;
