#!/usr/bin/perl

# Promise: the commands of docs/explain.md do what the page shows, and nginx
# answers what stands there.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json encode_json);
use MaasTest;
use Test::More;

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/explain.md");
my $t = MaasTest->new;

# The data and the model that training.md makes
my $training = MaasTest::Proc::slurp("$MaasTest::top/docs/training.md");
my ($make) = $training =~ /^```sh\n(make_payments.*?)^```/ms
    or BAIL_OUT('training.md makes no payments');
my ($rc, $out, $err) = $t->command('sh', '-ec', $make);
is($rc, 0, 'the data of training.md') or diag($err);
($rc, $out, $err) = $t->trainer(qw(fit --data payments.csv --target outcome
    --effort quick -o payments.safetensors));
is($rc, 0, 'a model') or diag($err);

# What a command prints begins as the page has it, and nothing is to be said
# beside it; numbers of a row that is in words add up

my ($commands, $sums) = (0, 0);

while ($page =~ /^\$ ((?:build\/maas-trainer|head) \S.*)\n([^`\$]*)/mg) {
    my ($command, $shown) = ($1, $2);
    my $line = $command =~ s{^build/}{$MaasTest::build/}r;
    ($rc, $out, $err) = $t->command('sh', '-ec', $line);
    is($rc, 0, $command) or diag($err);
    is($err, '', 'no warning');
    $commands++;
    my ($want) = split /\n/, $shown;
    ($line) = split /\n/, $out;
    next if !defined $want || $want eq '';

    if ($want !~ /^row \d/) {
        is($line, $want, 'as the page shows');
        next;
    }

    for ($want, $line) {
        like($_, qr/^row \d+: \S+ = bias \S+(?:, \w+ \S+){4}$/, 'in words');
        my ($score, @adds) = (split /: /)[1]
            =~ /(?<!\S)([-+]?\d\S*?)(?=,|\s|$)/g;
        $score -= $_ for @adds;
        cmp_ok(abs $score, '<', 1e-3, 'the sum is the score');
        $sums++;
    }
}

cmp_ok($commands, '>=', 5, 'commands');
is($sums, 2, 'sums');
like($t->read_file('why.csv'), qr/^row,.*\n(?:\d.*\n){3000}\z/, 'a file');

###############################################################################
# On the wire: a model of which it is known what each column adds

$t->model('wire', doc => {
    version => 1, name => 'payments', task => 'binary',
    inputs => { kind => 'columns', columns => [
        { name => 'amount', kind => 'number' },
        { name => 'country', kind => 'category', values => [qw(de it)] } ] },
    layers => [ { kind => 'dense', units => 1, activation => 'sigmoid' } ],
    outputs => { labels => [qw(fine fraud)] },
}, tensors => {
    'layers.0.weight' => [ [ 3, 1 ], [ 1, 0, 2 ] ],
    'layers.0.bias' => [ [ 1 ], [ -3 ] ],
});

my ($wire) = $page =~ /^## On the wire\n(.*?)^## /ms;
my ($predict, $set) = map { $wire =~ /^\| \[`($_ [^`]*;)`/m } qw(maas_explain
    maas_set);
ok($predict && $set, 'directives of the table');

$t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model payments %%TESTDIR%%/wire.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location /own { maas_predict payments; $predict }
        location /pay {
            maas_feature amount \$arg_amount;
            maas_feature country \$arg_country;
            $set
            return 200 "\$why\n";
        }
    }
}
EOC

my @json = ('Content-Type' => 'application/json');
my $row = '{"amount": 5, "country": "it"}';
$t->known_good('/v1/models/payments:predict', qq({"instances":[$row]}), @json);
$t->run;

my $port = $t->port;
my $curls = 0;
my $told;

while ($wire =~ /^\$ (curl .*)\n(.*)\n/mg) {
    my ($command, $shown) = ($1, $2);
    $command =~ s/localhost:8080/127.0.0.1:$port/ or fail("port: $command");
    $command =~ s/^curl/curl -m 20/;
    my ($rc, $out, $err) = $t->command('sh', '-c', $command);
    is($rc, 0, $command) or diag($err);
    is($out =~ s/\n\z//r, $shown, 'answers what the page shows');
    $told = decode_json($shown)->{explanations}[0];
    $curls++;
}

cmp_ok($curls, '>=', 1, 'requests');

# The other rows of the table tell the same

my @inputs = map { { name => $_->[0], datatype => $_->[1], shape => [1],
    data => [ $_->[2] ] } } [ amount => 'FP32', 5 ], [ country => 'BYTES', 'it' ];
my $infer = '/v2/models/payments/infer';
my ($parameters) = $wire =~ /^\| `("parameters": .*)` of `infer`/m;
my $asked = encode_json({ inputs => \@inputs });
my @v2 = ([ $infer =~ s/infer$/explain?top=3/r, $asked ],
    [ $infer, $asked =~ s/^\{/{$parameters,/r ]);

for (@v2) {
    my $r = $t->post(@$_, @json);
    is($r->status, 200, $_->[0]) or diag($r->body);
    my %of = map { $_->{name} => $_->{data} } @{ $r->json->{outputs} };
    is_deeply({ map { ($of{reasons}[$_] => $of{attributions}[$_]) } 0, 1 },
        $told->{attributions}, 'the same');
    is($of{base}[0], $told->{base}, 'from the same base');
}

is_deeply($t->post('/own', "[$row]", @json)->json->{explanations}[0]
    {attributions}, $told->{attributions}, 'a route of its own');
is($t->get('/pay?amount=5&country=it')->body, "amount +5, country +2\n",
    'a variable');
like($wire, qr/\Q`amount +5, country +2`\E/, 'as the page has it');

$t->invariants;
done_testing();
