#!/usr/bin/perl

# Promise: what docs/proxy.md shows, nginx takes without a warning, and what
# the page says the first of it does, it does.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/proxy.md");
my @blocks = $page =~ /^```nginx\n(.*?)^```/msg;
my $t = MaasTest->new;

# amount -> fraud above 50
sub columns {
    my ($name, $task, @columns) = @_;
    my @head = $task eq 'binary'
        ? ('sigmoid', outputs => { labels => [ 'no', 'yes' ] }) : ('linear');
    my $activation = shift @head;
    return (doc => { version => 1, name => $name, task => $task, @head,
        inputs => { kind => 'columns', columns => [
            map { { name => $_, kind => $_ =~ /agent|country/ ? 'category'
                    : 'number', $_ =~ /agent|country/
                    ? (values => ['DE']) : (missing => 0) } } @columns ] },
        layers => [ { kind => 'dense', units => 1,
                activation => $activation } ],
    }, tensors => {
        'layers.0.weight' => [ [ scalar @columns, 1 ],
            [ map { $_ eq 'amount' ? 1 : 0 } @columns ] ],
        'layers.0.bias' => [ [1], [-50] ],
    });
}

$t->model(payments => columns('payments', 'binary', qw(amount country)));
$t->model(bots => columns('bots', 'binary', qw(agent bytes)));
$t->model("price-$_" => columns('price', 'regression', qw(area)))
    for 1, 2;

# Models that a block speaks of, unless it loads them
sub models {
    my ($block) = @_;
    my $text = '';
    return $text if $block =~ /maas_model/;
    $text .= "maas_model payments payments.safetensors;\n"
        if $block =~ /\bpayments\b/;
    $text .= "maas_model price price-$_.safetensors version=$_;\n"
        for $block =~ /\bprice\b/ ? (1, 2) : ();
    return $text;
}

sub conf {
    my ($block) = @_;
    my $server = $block =~ /^location/ ? $block : 'location / { return 204; }';
    my $http = $block =~ /^(?:location|http \{)/ ? '' : $block;
    $http .= 'map $remote_addr $net24 { default x; }' if $http =~ /\$net24/;
    $http .= 'maas_feature agent $http_user_agent;' if $http =~ /features_bots/;
    return $block =~ s/\Ahttp \{\n/
            "%%GLOBALS%%\nevents { }\nhttp {\n%%GLOBALS_HTTP%%\n"/er
            =~ s/server \{\n/server { listen 127.0.0.1:%%PORT%%;\n/r
            =~ s/127\.0\.0\.1:8081/127.0.0.1:%%PORT1%%/r
            =~ s/\}\n\z/server { listen 127.0.0.1:%%PORT1%%; location \/ {
                return 200 \$http_x_fraud; } location \/good {
                maas_predict payments; } } }/r
        if $block =~ /^http/;
    return "%%GLOBALS%%\nevents { }\nhttp {\n%%GLOBALS_HTTP%%\n"
        . models($block) . "$http\nserver { listen 127.0.0.1:%%PORT%%;\n"
        . "$server } }\n";
}

cmp_ok(scalar @blocks, '>', 6, 'blocks');

for my $block (@blocks) {
    my ($rc, $said) = $t->check_conf(conf($block));
    my ($first) = $block =~ /(maas_.*)/;
    is($rc, 0, "nginx -t: $first") or diag($said);
    unlike($said, qr/\[warn\]/, 'without a warning');
}

$t->conf(conf($blocks[0]));
$t->known_good('/good', '[[1,"DE"]]', 'Content-Type' => 'application/json');
$t->run;

is($t->get('/?amount=1')->body, '0.000000', 'a score for the application');
is($t->get('/?amount=51')->status, 429, 'refused');
is($t->get('/?amount=x')->body, '0.000000', 'nothing is known');

$t->done;
