#!/usr/bin/perl

# Promise: with verify= nginx serves signed models and no others, at its start
# and where files are watched; with key= it serves encrypted ones, and nobody
# can read them otherwise.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use MaasTest;
use MaasTest::Swap;
use MaasTest::Trust;
use Test::More;
use Time::HiRes qw(sleep);

my $t = MaasTest->new;
my $dir = $t->dir;
my @small = (hidden => 16);

MaasTest::Trust::key($t, $_) for qw(k other);
MaasTest::Trust::key($t, 'k384', 384);

sub put { return MaasTest::Swap::put($t, @_, @small) }
sub sign { return MaasTest::Trust::sign($t, "$_[0].safetensors", @_[1 .. $#_]) }

mkdir "$dir/$_" for qw(in keys);
for my $name (qw(m still in/a in/b folder)) {
    put($name, 1);
    sign($name);
}
my @all = map { "in/$_.safetensors" } qw(a b);
unlink "$dir/in/b.safetensors.sig";
MaasTest::Trust::sign($t, 'folder.safetensors', to => 'in.sig', hash => 384,
    key => 'k384', resources => sub { @{ $_[0] } = map {
        { name => $_, algorithm => 'sha256',
            digest => sha256_hex($t->read_file($_)) } } @all });
my ($rc) = $t->trainer(qw(encrypt still.safetensors --new-key keys/k.hex -o
    sealed.safetensors));
is($rc, 0, 'encrypted');
MaasTest::Trust::sign($t, 'sealed.safetensors');

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    add_header X-Worker $pid always;
    maas_headers on;
    maas_model m m.safetensors watch=100ms verify=k.pub;
    maas_model still still.safetensors verify=k.pub
        signature=still.safetensors.sig;
    maas_model sealed sealed.safetensors key=keys/k.hex verify=k.pub;
    maas_models in/*.safetensors verify=k384.pub signature=in.sig;
    MORE
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location = /m { maas_predict m; }
        location = /still { maas_predict still; }
        location = /sealed { maas_predict sealed; }
        location = /a { maas_predict a; }
        location / { maas_serve; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->conf($conf =~ s/MORE//r);
$t->known_good('/still', $MaasTest::Swap::row);
$t->run;
my $lines = MaasTest::Swap::lines($t, '/still');

# nginx -t with lines more: one line, clear
sub refused {
    my ($what, $more, $re) = @_;
    my ($rc, $said) = $t->check_conf($conf =~ s/MORE/$more/r);
    my @emerg = $said =~ /(\[emerg\].*)/g;
    is($rc, 1, "$what: nginx -t fails");
    is(scalar @emerg, 1, 'one line') or diag($said);
    like($emerg[0] // '', $re, 'which is clear');
    return;
}

sub said {
    my ($at, $level) = @_;
    return grep { /\[$level\]/ } split /\n/, substr $t->log, $at;
}

# What is done to the watched model is refused once, and generation $g goes on
sub goes_on {
    my ($what, $g, $re, $do) = @_;
    my $at = length $t->log;
    $do->();
    ok($t->wait_for(sub { said($at, 'error') }), "$what: is said") or return;
    sleep 0.5;
    my @said = said($at, 'error');
    is(scalar @said, 1, 'once') or diag(map { "$_\n" } @said);
    like($said[0], qr/maas_model "m".*is not taken over, generation $g goes/,
        'what goes on');
    like($said[0], $re, 'and why');
    ok(MaasTest::Swap::all($t, $lines, '/m', $g), "generation $g goes on");
    return;
}

sub taken {
    my ($what, $g, $do) = @_;
    my $at = length $t->log;
    $do->();
    ok(MaasTest::Swap::all($t, $lines, '/m', $g), "$what: is taken over");
    my @said = said($at, '(?:notice|error)');
    is(scalar @said, 1, 'one line') or diag(map { "$_\n" } @said);
    like($said[0], qr/SHA-256 [0-9a-f]{64}, signed, /, 'that it is signed');
    return;
}

subtest 'at the start' => sub {
    for my $uri (qw(/still /sealed /a)) {
        my $answer = $t->post($uri, $MaasTest::Swap::row);
        is($answer->status, 200, "$uri is served");
    }
    is($t->post('/sealed', $MaasTest::Swap::row)->body,
        $t->post('/still', $MaasTest::Swap::row)->body, 'encrypted: the same');
    is($t->post('/sealed', $MaasTest::Swap::row)->header('Maas-File'),
        sha256_hex($t->read_file('sealed.safetensors')),
        'its SHA-256 is that of the file as it lies');
    is(scalar(() = $t->log =~ /generation 1, SHA-256 \w{64}, signed, /g), 5,
        'the log says that they are signed');
};

subtest 'nginx -t' => sub {
    my $x = 'maas_model x folder.safetensors verify=k.pub;';
    put('folder', 2);
    refused('altered', $x, qr/maas_model: ".*folder\.safetensors\.sig": SHA-256 /);
    put('folder', 1);
    refused('no signature', 'maas_model x folder.safetensors verify=k.pub'
        . ' signature=gone.sig;', qr/open ".*gone\.sig" failed \(2: No such/);
    refused('another key', 'maas_model x folder.safetensors verify=other.pub;',
        qr/folder\.safetensors\.sig": it is of another key/);
    refused('another file\'s', 'maas_model x folder.safetensors verify=k384.pub'
        . ' signature=in.sig;', qr/in\.sig": no file "folder\.safetensors"/);
    refused('a private key', 'maas_model x folder.safetensors verify=k.pem;',
        qr/verify=: ".*k\.pem": a private key: expected the public one/);
    refused('no key', 'maas_model x folder.safetensors verify=gone.pub;',
        qr/verify=: open ".*gone\.pub" failed/);
    $t->write_file('big', 'x' x 70000);
    refused('a large key', 'maas_model x folder.safetensors verify=big;',
        qr/verify=: ".*big" is not a regular file of at most 64k/);
    $t->write_file('big.sig', 'x' x 1100000);
    refused('a large signature', 'maas_model x folder.safetensors verify=k.pub'
        . ' signature=big.sig;',
        qr/".*big\.sig" is not a regular file of at most 1024k/);
    refused('signature= alone', 'maas_model x folder.safetensors'
        . ' signature=in.sig;', qr/"signature=" is the file that "verify="/);
    refused('a folder', 'maas_models fold*.safetensors verify=other.pub;',
        qr/folder\.safetensors\.sig": it is of another key/);
    refused('twice', 'maas_model x folder.safetensors verify=k.pub'
        . ' verify=other.pub;', qr/"verify=" is there twice in one line/);
    refused('empty', 'maas_model x folder.safetensors verify=;',
        qr/invalid parameter "verify="/);
};

subtest 'key=' => sub {
    my $x = 'maas_model x sealed.safetensors';
    refused('no key', "$x;", qr/sealed\.safetensors": the file is encrypted: exp/);
    refused('watched', "$x key=keys/k.hex watch=1s;",
        qr/"key=" and "watch=": an encrypted model cannot be watched/);
    refused('watched, in a folder', 'maas_models seal*.safetensors'
        . ' key=keys/k.hex watch=1s;', qr/cannot be watched/);
    refused('not there', "$x key=keys/gone;",
        qr/key=: open ".*keys\/gone" failed/);
    $t->write_file('keys/short', '00');
    refused('no key', "$x key=keys/short;",
        qr/key=: ".*short": 2 bytes that are no key: expected 64 hex/);
    $t->write_file('keys/other', '00' x 32);
    refused('another key', "$x key=keys/other;",
        qr/sealed\.safetensors": the file is encrypted with another key/);
    refused('not encrypted', 'maas_model x still.safetensors key=keys/k.hex;',
        qr/still\.safetensors": the file is not encrypted: expected/);

    my $bytes = $t->read_file('sealed.safetensors');
    my $last = length($bytes) - 1;
    my %why = (8 => 'encrypted as version 0: expected 1',
        9 => 'encrypted as version 257: expected 1', map { $_ =>
        'the file is encrypted with another key' } 24, 31);
    for my $at (8, 9, 12, 20, 24, 31, 40, $last - 20, $last) {
        my $why = $why{$at} // 'the encrypted file was altered';
        my $b = $bytes;
        substr($b, $at, 1) ^= "\1";
        $t->write_file('x.enc', $b);
        refused("byte $at", 'maas_model x x.enc key=keys/k.hex;',
            qr/x\.enc": $why/);
    }
    for (8, 32, 48, $last) {
        $t->write_file('x.enc', substr $bytes, 0, $_);
        refused("cut at $_", 'maas_model x x.enc key=keys/k.hex;',
            qr/x\.enc": the encrypted file (?:is cut off|was altered)/);
    }
    substr($bytes, 8, 1) = "\2";
    $t->write_file('x.enc', $bytes);
    refused('a later version', 'maas_model x x.enc key=keys/k.hex;',
        qr/x\.enc": encrypted as version 2: expected 1/);
};

subtest 'watched' => sub {
    goes_on('no new signature', 1, qr/m\.safetensors\.sig": SHA-256/,
        sub { put('m', 2) });
    taken('the signature comes', 2, sub { sign('m') });

    my $at = length $t->log;
    $t->write_file('m3', MaasTest::Swap::bytes('m', 3, @small));
    MaasTest::Trust::sign($t, 'm3', to => 'm.safetensors.sig');
    sleep 0.4;
    is_deeply([ said($at, '(?:notice|error|warn)') ], [],
        'the signature comes first: nothing happens');
    taken('then the file', 3, sub { put('m', 3) });

    goes_on('by another key', 3, qr/of another key/, sub {
        $t->write_file('m4', MaasTest::Swap::bytes('m', 4, @small));
        MaasTest::Trust::sign($t, 'm4', to => 'm.safetensors.sig',
            key => 'other');
        put('m', 4);
    });
    goes_on('no signature', 3, qr/open ".*m\.safetensors\.sig" failed/,
        sub { unlink "$dir/m.safetensors.sig" });
    taken('signed', 4, sub { sign('m') });

    $at = length $t->log;
    unlink "$dir/m.safetensors.sig";
    sleep 0.4;
    is_deeply([ said($at, '(?:notice|error|warn)') ], [],
        'the signature of what runs is removed: it goes on');
    sign('m');
    my ($n) = $t->get('/metrics')->body
        =~ /^maas_model_refused_total\{model="m",.*\} (\d+)$/m;
    is($n, 3, 'refusals are counted');
};

subtest 'reload' => sub {
    put('still', 2);
    ok($t->reload_refused(qr/was signed, the file's is/), 'not with a file that is altered');
    is(MaasTest::Swap::generation($t->post('/still',
        $MaasTest::Swap::row)->body), 1, 'the old one goes on');
    put('still', 1);
};

close $_ for values %$lines;
$t->rebase;
$t->done;
