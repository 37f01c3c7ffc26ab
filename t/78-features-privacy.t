# Promise: logs of features have no column that maas_features_log leaves out,
# and of one that it hashes the first 64 bits of HMAC-SHA-256; the model is
# given the values as they are.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(dense_model);
use Test::More;

my $t = MaasTest->new;

sub table {
    my ($name, @more) = @_;
    my @columns = ({ name => 'amount', kind => 'number', missing => 0 },
        { name => 'tool', kind => 'category', values => [ 'wget', 'curl' ] },
        { name => 'new', kind => 'boolean', missing => 0 });
    my %m = dense_model(name => $name, sizes => [ 4, 1 ], task => 'binary',
        inputs => { kind => 'columns', columns => \@columns });
    $t->model($name, %m);
    return;
}

table($_) for qw(pay other);
$t->write_file('key', "0123456789abcdef0123456789abcdef\n");
$t->write_file('key2', 'a key of another kind');
$t->write_file('short', "0123456789abcde\n");
$t->write_file('long', 'x' x 5000);
$t->write_file('endless', 'x' x 10000);

sub conf {
    my ($lines) = @_;
    return <<"EOC";
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model pay %%TESTDIR%%/pay.safetensors;
    maas_model other %%TESTDIR%%/other.safetensors;
    $lines
    log_format f escape=none '{"pay":\$maas_features_pay,'
        '"other":\$maas_features_other,"all":\$maas_features,'
        '"score":"\$score"}';
    access_log %%TESTDIR%%/f.log f;

    maas_feature amount \$arg_amount;
    maas_feature ip \$arg_ip log;
    maas_feature tool \$arg_tool model=pay;
    maas_feature tool "x\$arg_tool" model=other;
    maas_set \$score pay score;
    maas_set \$more other score;

    server {
        listen 127.0.0.1:%%PORT%%;
        location / { return 200 \$score; }
        location /body { maas_feature_body on; try_files /none =204; }
        location = /good { maas_predict pay; }
    }
}
EOC
}

# what the last line of the log has

sub logged {
    my ($uri, $body) = @_;
    my $before = -s $t->dir . '/f.log' || 0;
    my $answer = defined $body
        ? $t->post($uri, $body, 'Content-Type' => 'application/json')
        : $t->get($uri);
    like($answer->status, qr/^20[04]$/, $uri);
    $t->wait_for(sub { (-s $t->dir . '/f.log' || 0) > $before });
    my ($line) = substr($t->read_file('f.log'), $before) =~ /^(.*)\n\z/s
        or die 'no line';
    return JSON::PP::decode_json($line);
}

my $key = '0123456789abcdef0123456789abcdef';
sub hash { return substr hmac_sha256_hex("$_[0]\0$_[1]", $_[2] // $key), 0, 16 }

$t->conf(conf(''));
$t->known_good('/good', '[{"amount":1}]', 'Content-Type' => 'application/json');
$t->run;

my $uri = '/?amount=12.5&tool=curl&ip=10.1.2.3';
my $plain = logged($uri);
is_deeply($plain->{pay}, { amount => 12.5, tool => 'curl' }, 'as it is');
is_deeply($plain->{all}, { amount => 12.5, tool => 'curl', ip => '10.1.2.3' },
    'all of it');

$t->conf(conf('maas_features_log pay without=amount hash=tool key=key;'));
$t->reload;
my $got = logged($uri);
is_deeply($got->{pay}, { tool => hash('tool', 'curl') }, 'left out, hashed');
is_deeply($got->{other}, { amount => 12.5, tool => 'xcurl' },
    'another model, another log');
is_deeply($got->{all}, { tool => hash('tool', 'curl'), ip => '10.1.2.3' },
    'a log of all has neither');
is($got->{score}, $plain->{score}, 'the model is given what it was');
is_deeply(logged('/?ip=10.1.2.3')->{pay}, { tool => undef },
    'what is missing is');

# a boolean of a body, one that is no text, and a number that is long
$t->conf(conf('maas_features_log * hash=ip,new,amount,tool key=key;'));
$t->reload;
$got = logged('/body?ip=10.1.2.3', '{"amount":1e2,"new":true,"tool":"é"}');
is_deeply($got->{pay}, { amount => undef, tool => undef,
    new => hash('new', 'true') }, 'of a body');
$got = logged($uri);
is_deeply($got->{all}, { amount => hash('amount', '12.5'),
    tool => hash('tool', 'curl'), ip => hash('ip', '10.1.2.3') },
    'a column that no model has');
isnt(hash('amount', 'curl'), hash('tool', 'curl'),
    'another column, another hash');

# several lines
$t->conf(conf(<<'EOC'));
maas_features_log pay hash=tool,amount key=key;
    maas_features_log other hash=tool key=%%TESTDIR%%/key2;
    maas_features_log * without=amount;
EOC
$t->reload;
$got = logged($uri);
is_deeply($got->{pay}, { tool => hash('tool', 'curl') },
    'what one leaves out is not there');
is_deeply($got->{other}, { tool => hash('tool', 'xcurl',
    'a key of another kind') }, 'another key');
is_deeply($got->{all}, { tool => hash('tool', 'curl'), ip => '10.1.2.3' },
    'the line of its model');

unlike($t->log, qr/0123456789abcdef|another kind/, 'no key in a log');

my %bad = (
    'pay;' => qr/invalid number of arguments/,
    'none without=amount;' => qr/no maas_model "none" in .*check\.conf:\d+/,
    'pay without=x;' => qr/no model pay has a column "x", and no maas_feature (?#
        )feeds one, in .*check\.conf:\d+/,
    '* without=x;' => qr/no model has a column "x"/,
    'pay without=;' => qr/an empty name of a column in ""/,
    'pay without=tool,;' => qr/an empty name/,
    'pay without=tool without=amount;' => qr/there is a list of columns twice/,
    'pay hash=tool;' => qr/needs "hash=column,..." and "key=file" together/,
    'pay without=tool key=key;' => qr/needs "hash=/,
    'pay hash=tool key=;' => qr/invalid parameter "key=", expected "without=/,
    'pay columns=tool;' => qr/invalid parameter "columns=tool", expected/,
    'pay hash=tool key=none;' => qr/key: open ".*none" failed \(2: /,
    'pay hash=tool key=/dev/zero;' => qr/key: "\/dev\/zero" is not a regular/,
    'pay hash=tool key=short;' => qr/the key in ".*short" has 15 bytes, (?#
        )expected 16 to 4096, such as "openssl rand -hex 32" prints/,
    'pay hash=tool key=long;' => qr/ has 5000 bytes/,
    'pay hash=tool key=endless;' => qr/key: ".*endless" is not a regular file (?#
        )of at most 8k/,
);
for my $args (sort keys %bad) {
    my ($failed, $said) = $t->check_conf(conf("maas_features_log $args"));
    is($failed, 1, $args);
    like($said, $bad{$args}, 'says why');
}

$t->done;
