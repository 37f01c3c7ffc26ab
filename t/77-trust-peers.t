#!/usr/bin/perl

# Promise: PyPI's model-signing verifies what `sign` signs, and refuses it once
# it is altered; `verify` and nginx take what model-signing signs, a file or a
# folder; another library reads what `encrypt` writes, and nginx what that one
# writes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model;
use MaasTest::Trust;
use Test::More;

my $venv = "$MaasTest::top/build/trust-venv/bin";
MaasTest::missing('build/trust-venv: make build/trust-venv/.done')
    unless -x "$venv/python";

my $t = MaasTest->new;
my $dir = $t->dir;
my $m = 'm.safetensors';
my %hash = (p256 => 256, p384 => 384, p521 => 512);
my $conf = "%%GLOBALS%%\nevents { }\nhttp {\n%%GLOBALS_HTTP%%\nLINE\n}\n";

$t->model('m', sizes => [ 4, 3, 2 ]);
MaasTest::Trust::key($t, $_, $hash{$_}) for keys %hash;

sub peer {
    my ($what, @args) = @_;
    my ($rc, $out, $err) = $t->command("$venv/python", '-B',
        "$venv/model_signing", $what, 'key', @args);
    return ($rc, "$out$err");
}

sub runs {
    my ($what, @command) = @_;
    my ($rc, $out, $err) = $t->command(@command);
    is($rc, 0, $what) or diag($out, $err);
    return;
}

# nginx -t with a line: what it says, nothing if it is taken
sub nginx {
    my ($line) = @_;
    my ($rc, $said) = $t->check_conf($conf =~ s/LINE/$line/r);
    return $rc == 0 ? '' : $said;
}

for my $key (sort keys %hash) {
    my @by = ('--public_key', "$key.pub", '--signature', "$m.sig");
    $t->trainer('sign', $m, '--key', "$key.pem");
    my ($rc, $said) = peer('verify', $m, @by);
    is($rc, 0, "$key: theirs verifies ours") or diag($said);

    ($rc, $said) = peer('sign', $m, '--private_key', "$key.pem", '--signature',
        "$m.sig");
    is($rc, 0, "$key: theirs signs") or diag($said);
    runs("$key: ours verifies theirs", "$MaasTest::build/maas-trainer",
        'verify', $m, '--key', "$key.pub");
    is(nginx("maas_model m $m verify=$key.pub;"), '', "$key: so does nginx");
}

subtest 'altered' => sub {
    $t->trainer('sign', $m, '--key', 'p256.pem');
    my $bytes = $t->read_file($m);
    my @by = ('--public_key', 'p256.pub', '--signature', "$m.sig");
    $t->write_file($m, $bytes ^ ("\0" x 60 . "\1"));
    my ($rc) = peer('verify', $m, @by);
    isnt($rc, 0, 'the model');
    $t->write_file($m, $bytes);

    my $sig = $t->read_file("$m.sig");
    $t->write_file("$m.sig", $sig =~ s/"payload":"\K(.{40})./$1x/r);
    ($rc) = peer('verify', $m, @by);
    isnt($rc, 0, 'the signature');
    $t->write_file("$m.sig", $sig);
    ($rc) = peer('verify', $m, @by);
    is($rc, 0, 'as it was');
};

subtest 'a folder' => sub {
    mkdir "$dir/$_" for qw(all all/one all/one/1);
    $t->write_file("all/one/1/$m", $t->read_file($m));
    $t->write_file('all/README.md', "x\n");
    my ($rc, $said) = peer('sign', 'all', '--private_key', 'p256.pem',
        '--signature', 'all/model.sig');
    is($rc, 0, 'theirs signs') or diag($said);
    runs('ours verifies', "$MaasTest::build/maas-trainer", 'verify',
        "all/one/1/$m", '--key', 'p256.pub', '--signature', 'all/model.sig');
    my $by = 'verify=p256.pub signature=all/model.sig;';
    is(nginx("maas_models all/*/*/*.safetensors $by"), '', 'so does nginx');
    like(nginx("maas_model m $m $by"), qr/no file "m\.safetensors" is signed/,
        'but of no other file');
};

subtest 'encrypted' => sub {
    my $sealed = "$MaasTest::top/t/trust/sealed.py";
    runs('ours', "$MaasTest::build/maas-trainer", 'encrypt', $m, '--new-key',
        'k.hex', '-o', 'm.sealed');
    runs('theirs opens it', "$venv/python", '-B', $sealed, 'open', 'k.hex',
        'm.sealed', 'm.open');
    is($t->read_file('m.open'), $t->read_file($m), 'and it is the model');
    runs('theirs', "$venv/python", '-B', $sealed, 'seal', 'k.hex', $m,
        'm.theirs');
    is(nginx('maas_model m m.theirs key=k.hex;'), '', 'nginx opens it');
};

done_testing();
