#!/usr/bin/perl

# Promise: `sign` and `verify` agree on who signed which bytes; whatever is
# altered, in the model, the signature or the key, is refused with one sentence;
# `encrypt` never loses a key, and what it writes is random.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use MaasTest;
use MaasTest::Model;
use MaasTest::Trust;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $m = 'm.safetensors';
$t->model('m', sizes => [ 4, 3, 2 ]);
my $bytes = $t->read_file($m);
my %hash = (k => 256, k384 => 384, k521 => 512);
MaasTest::Trust::key($t, $_, $hash{$_}) for keys %hash;

sub verified {
    my ($what, @args) = @_;
    my ($rc, $out, $err) = $t->trainer('verify', @args);
    is($rc, 0, "$what: verified") or diag($err);
    return $out;
}

# one sentence, on one line
sub refused {
    my ($what, $re, @args) = @_;
    my ($rc, $out, $err) = $t->trainer(@args);
    is("$rc$out", '1', "$what: refused");
    like($err, qr/\Amaas-trainer: [^\n]*$re[^\n]*\n\z/, 'and why');
    return;
}

subtest 'sign and verify' => sub {
    for my $key (sort keys %hash) {
        my ($rc, $out, $err) = $t->trainer('sign', $m, '--key', "$key.pem");
        is($rc, 0, "$key: signed") or diag($err);
        like($out, qr/^wrote     m\.safetensors\.sig$/m, 'where');
        my $said = verified($key, $m, '--key', "$key.pub");
        my $sum = sha256_hex($bytes);
        my $hint = sha256_hex($t->read_file("$key.pub"));
        like($said, qr/^SHA-256   $sum\nkey       $hint$/m, 'what, by whom');
    }

    my $bundle = JSON::PP::decode_json($t->read_file("$m.sig"));
    my $statement = JSON::PP::decode_json(decode_base64(
        $bundle->{dsseEnvelope}{payload}));
    is($statement->{subject}[0]{name}, $m, 'the name is in it');

    # openssl agrees
    my $payload = decode_base64($bundle->{dsseEnvelope}{payload});
    $t->write_file('pae', 'DSSEv1 28 application/vnd.in-toto+json '
        . length($payload) . " $payload");
    $t->write_file('der',
        decode_base64($bundle->{dsseEnvelope}{signatures}[0]{sig}));
    my ($rc, $said) = $t->command(qw(openssl dgst -sha512 -verify k521.pub
        -signature der pae));
    is("$rc $said", "0 Verified OK\n", 'openssl verifies it');

    MaasTest::Trust::sign($t, $m);
    verified('made by hand', $m, '--key', 'k.pub');
    MaasTest::Trust::sign($t, $m, bundle => sub {
        delete $_[0]{verificationMaterial}{publicKey}{hint} });
    verified('without a hint', $m, '--key', 'k.pub');
    ($rc, my $out) = $t->trainer('sign', $m, '-k', 'k.pem', '-o', '-');
    $t->write_file('other.sig', $out);
    verified('elsewhere', $m, '-k', 'k.pub', '-s', 'other.sig');
};

subtest 'kept signatures of model-signing 1.1.1' => sub {
    for my $name (qw(p256 p384 p521)) {
        my $by = "$FindBin::Bin/data/trust/$name";
        verified($name, "$FindBin::Bin/data/trust/five", '--key', "$by.pub",
            '--signature', "$by.sig");
    }
};

subtest 'of a folder' => sub {
    mkdir "$dir/sub";
    $t->write_file("sub/$m", $bytes);
    $t->write_file("sub/other.safetensors", 'x');
    my @names = ("sub/$m", 'sub/other.safetensors');
    MaasTest::Trust::sign($t, $m, to => 'model.sig', resources => sub {
        @{ $_[0] } = map { { name => $_, algorithm => 'sha256',
            digest => sha256_hex($t->read_file($_)) } } @names });
    my @by = ('--key', 'k.pub', '--signature');
    verified('a file of it', $_, @by, 'model.sig') for @names;
    my ($rc) = $t->command('sh', '-c', "cd sub && '"
        . "$MaasTest::build/maas-trainer' verify $m -k ../k.pub"
        . ' -s ../model.sig');
    is($rc, 0, 'from within');
    refused('not in it', qr/no file "m\.safetensors" is signed, but 2 others/,
        'verify', $m, @by, 'model.sig');
    $t->write_file('sub/other.safetensors', 'y');
    refused('altered', qr/SHA-256 \w{64} was signed, the file's is \w{64}/,
        'verify', 'sub/other.safetensors', @by, 'model.sig');
};

# What is wrong, by whom, and the sentence
my $s = sub { my ($edit) = @_; return (statement => $edit) };
my $b = sub { my ($edit) = @_; return (bundle => $edit) };
my $r = sub { my ($edit) = @_; return (resources => $edit) };
my %two = (name => 'x', digest => { sha256 => '0' x 64 });
my @tampered = (
    [ 'payload', qr/did not sign it/, signed => sub { ${ $_[0] } =~ s/1/2/ } ],
    [ 'allow_symlinks', qr/did not sign it/,
        signed => sub { ${ $_[0] } =~ s/false/true/ or die } ],
    [ 'signature', qr/did not sign it/,
        signed => sub { substr(${ $_[1] }, 20, 1) ^= "\1" } ],
    [ 'another hash', qr/did not sign it/, hash => 384 ],
    [ 'no base64', qr/its payload is no base64/,
        $b->(sub { $_[0]{dsseEnvelope}{payload} =~ s/^../!!/ }) ],
    [ 'two signatures', qr/2 signatures: expected one/, $b->(sub {
        my $all = $_[0]{dsseEnvelope}{signatures}; push @$all, $all->[0] }) ],
    [ 'no signature', qr/0 signatures: expected one/,
        $b->(sub { $_[0]{dsseEnvelope}{signatures} = [] }) ],
    [ 'no list', qr/it has no list of signatures/, $b->(sub {
        my $all = \$_[0]{dsseEnvelope}{signatures}; $$all = { 0 => $$all->[0] }
        }) ],
    [ 'media type', qr/media type is "application\/json": expected/,
        $b->(sub { $_[0]{mediaType} = 'application/json' }) ],
    [ 'payload type', qr/payload is of type "text\/plain": expected/,
        $b->(sub { $_[0]{dsseEnvelope}{payloadType} = 'text/plain' }) ],
    [ 'hint', qr/of another key, 0000000000000000\.\.\., not of/,
        $b->(sub { $_[0]{verificationMaterial}{publicKey}{hint} = '0' x 64 }) ],
    [ 'a certificate', qr/not of a key/, $b->(sub {
        $_[0]{verificationMaterial} = { certificate => {} } }) ],
    [ 'two subjects', qr/2 subjects: expected one/,
        $s->(sub { push @{ $_[0]{subject} }, \%two }) ],
    [ 'no subject', qr/0 subjects: expected one/,
        $s->(sub { $_[0]{subject} = [] }) ],
    [ 'root', qr/the subject's SHA-256 is not/,
        $s->(sub { $_[0]{subject}[0]{digest}{sha256} = '0' x 64 }) ],
    [ 'shards', qr/method is "shards": expected "files": sign it as files/,
        $s->(sub { $_[0]{predicate}{serialization}{method} = 'shards' }) ],
    [ 'hash type', qr/hash_type is "blake3": expected "sha256"/,
        $s->(sub { $_[0]{predicate}{serialization}{hash_type} = 'blake3' }) ],
    [ 'algorithm', qr/digest of "\." is not of algorithm "sha256"/,
        $r->(sub { $_[0][0]{algorithm} = 'blake2b' }) ],
    [ 'digest', qr/SHA-256 0{64} was signed, the file's is/,
        $r->(sub { $_[0][0]{digest} = '0' x 64 }) ],
    [ 'digest cut', qr/the digest of "\." is not 64 hex digits/,
        $r->(sub { $_[0][0]{digest} = '00' }) ],
    [ 'name', qr/no file "m\.safetensors" is signed, but 1 others, as "x"/,
        $r->(sub { $_[0][0]{name} = 'x' }) ],
    [ 'part of a name', qr/no file "m\.safetensors" is signed/,
        $r->(sub { $_[0][0]{name} = 'safetensors' }) ],
    [ 'twice', qr/"m\.safetensors" is signed twice/, $r->(sub {
        $_[0][0]{name} = 'm.safetensors'; push @{ $_[0] }, $_[0][0] }) ],
    [ 'a folder\'s dot', qr/no file "m\.safetensors" is signed/,
        $r->(sub { push @{ $_[0] }, { %{ $_[0][0] }, name => 'x' } }) ],
    [ 'no resources', qr/no resources/, $r->(sub { @{ $_[0] } = () }) ],
    [ 'statement type', qr/_type is "x": expected/,
        $s->(sub { $_[0]{_type} = 'x' }) ],
    [ 'predicate type', qr/predicateType is "https:\/\/model_signing\/Digests/,
        $s->(sub { $_[0]{predicateType} =
            'https://model_signing/Digests/v0.1' }) ],
    [ 'no statement', qr/JSON: the statement does not begin with "\{"/,
        payload => '[]' ],
    [ 'twice the same key', qr/key "_type" stands twice/,
        payload => '{"_type":1,"_type":2}' ],
);

subtest 'tampered' => sub {
    for (@tampered) {
        my ($what, $re, %o) = @$_;
        MaasTest::Trust::sign($t, $m, %o);
        refused($what, qr/m\.safetensors\.sig: .*$re/, 'verify', $m, '--key',
            'k.pub');
    }

    my $bad = sub {
        my ($what, $text, $re) = @_;
        $t->write_file('bad.sig', $text);
        refused($what, qr/bad\.sig: $re/, 'verify', $m, '--key', 'k.pub',
            '--signature', 'bad.sig');
    };
    $bad->('empty', '', qr/JSON: the bundle/);
    $bad->('no JSON', '{"mediaType', qr/JSON: the bundle: /);
    $bad->('deep', '{"a":' . '[' x 100, qr/JSON: the bundle: /);
    $bad->('long', '{"a":"' . 'x' x (1 << 20) . '"}',
        qr/it has 1048584 bytes: expected 1048576 at most/);
    refused('not there', qr/gone\.sig: cannot be opened/, 'verify', $m,
        '--key', 'k.pub', '--signature', 'gone.sig');

    MaasTest::Trust::sign($t, $m);
    refused('another key', qr/of another key/, 'verify', $m, '--key',
        'k384.pub');
    MaasTest::Trust::key($t, 'k2');
    MaasTest::Trust::sign($t, $m, bundle => sub {
        $_[0]{verificationMaterial}{publicKey}{hint}
            = sha256_hex($t->read_file('k2.pub')) });
    refused('another key of this curve', qr/did not sign it/, 'verify', $m,
        '--key', 'k2.pub');

    MaasTest::Trust::sign($t, $m);
    for (substr($bytes, 0, -1), "$bytes\0", $bytes ^ ("\0" x 99 . "\1")) {
        $t->write_file($m, $_);
        refused('the model', qr/SHA-256 \w{64} was signed, the file's is/,
            'verify', $m, '--key', 'k.pub');
    }
    $t->write_file($m, $bytes);
    verified('as it was', $m, '--key', 'k.pub');
};

subtest 'keys' => sub {
    my $run = sub { my ($rc) = $t->command(@_); is($rc, 0, "@_[0 .. 2]") };
    $run->(qw(openssl genrsa -out rsa.pem 2048));
    $run->(qw(openssl genpkey -algorithm ed25519 -out ed.pem));
    $run->(qw(openssl pkey -pubout -in), "$_.pem", '-out', "$_.pub")
        for qw(rsa ed);
    MaasTest::Trust::key($t, 'koblitz', 'secp256k1');
    $run->(qw(openssl pkcs8 -topk8 -passout pass:x -in k.pem -out phrase.pem));
    $run->(qw(openssl ec -aes128 -passout pass:x -in k.pem -out old.pem));
    $run->(qw(openssl req -x509 -new -subj /CN=x -key k.pem -out cert.pem));
    $run->(qw(openssl pkcs8 -topk8 -nocrypt -in k.pem -out pkcs8.pem));
    $t->write_file('none.pem', "no key\n");
    $t->write_file('empty.pem', '');

    my @cases = ([ 'rsa', qr/a key of kind RSA: .* P-256, P-384 or P-521/ ],
        [ 'ed', qr/a key of kind ED25519: / ],
        [ 'koblitz', qr/a key of kind EC secp256k1: / ]);
    for (@cases) {
        my ($name, $re) = @$_;
        refused($name, qr/$name\.pem: $re/, 'sign', $m, '--key', "$name.pem");
        refused($name, qr/$name\.pub: $re/, 'verify', $m, '--key',
            "$name.pub");
    }
    for (qw(phrase old)) {
        refused($_, qr/with a pass phrase: expected one without/, 'sign', $m,
            '--key', "$_.pem");
    }
    refused($_, qr/no private key in PEM/, 'sign', $m, '--key', $_)
        for qw(none.pem empty.pem cert.pem k.pub);
    refused('private', qr/a private key: expected the public one/, 'verify',
        $m, '--key', 'k.pem');
    refused('certificate', qr/a certificate: expected a public key/, 'verify',
        $m, '--key', 'cert.pem');
    my ($rc) = $t->trainer('sign', $m, '--key', 'pkcs8.pem');
    is($rc, 0, 'PKCS #8');
    verified('PKCS #8', $m, '--key', 'k.pub');

    for (['sign', $m], ['verify', $m], ['sign', '--key', 'k.pem'],
        ['encrypt', $m], ['encrypt', $m, '-o', 'x'],
        ['encrypt', $m, '-o', 'x', '--key', 'k.hex', '--new-key', 'l.hex'])
    {
        my ($rc, $out, $err) = $t->trainer(@$_);
        is($rc, 2, "@$_: usage");
    }
    refused('over the key', qr/k\.pem/, 'sign', $m, '--key', 'k.pem', '-o',
        'k.pem');
    refused('over the model', qr/m\.safetensors/, 'sign', $m, '--key', 'k.pem',
        '-o', $m);
};

subtest 'encrypt' => sub {
    my ($rc, $out, $err) = $t->trainer('encrypt', $m, '--new-key', 'k.hex',
        '-o', 'm.enc');
    is($rc, 0, 'with a new key') or diag($err);
    like($t->read_file('k.hex'), qr/\A[0-9a-f]{64}\n\z/, 'the key');
    is((stat "$dir/k.hex")[2] & 07777, 0600, 'is for its owner');
    my $first = $t->read_file('m.enc');
    is(length $first, length($bytes) + 48, 'bytes');
    is(substr($first, 0, 12), "maas\0enc\1\0\0\0", 'magic and version');
    is(index($first, substr $bytes, 100, 50), -1, 'nothing of it is seen');

    my $key = $t->read_file('k.hex');
    refused('a key that is there', qr/k\.hex: is there: a key is never/,
        'encrypt', $m, '--new-key', 'k.hex', '-o', 'n.enc');
    is($t->read_file('k.hex'), $key, 'stays');
    ok(!-e "$dir/n.enc", 'and nothing is written');

    $t->trainer('encrypt', $m, '--key', 'k.hex', '-o', 'm.enc');
    my $second = $t->read_file('m.enc');
    isnt(substr($second, 12, 12), substr($first, 12, 12), 'another nonce');
    isnt(substr($second, 32), substr($first, 32), 'and other bytes');

    refused('twice', qr/m\.enc: is encrypted already/, 'encrypt', 'm.enc',
        '--key', 'k.hex', '-o', 'n.enc');
    refused('no model', qr/k\.pub: R\d+: /, 'encrypt', 'k.pub', '--key',
        'k.hex', '-o', 'n.enc');
    refused('inspect', qr/m\.enc: R\d+: the file is encrypted/, 'inspect',
        'm.enc');

    my %bad = (short => '0' x 63, half => '0' x 32, long => '0' x 65,
        blank => '0' x 64 . " \n", letters => 'g' x 64);
    for (sort keys %bad) {
        $t->write_file("$_.hex", $bad{$_});
        refused("a $_ key", qr/$_\.hex: \d+ bytes that are no key: expected 64/,
            'encrypt', $m, '--key', "$_.hex", '-o', 'n.enc');
    }
    $t->write_file('raw', pack 'H*', '0f' x 32);
    $t->write_file('crlf', '0F' x 32 . "\r\n");
    for (qw(raw crlf)) {
        ($rc) = $t->trainer('encrypt', $m, '--key', $_, '-o', "$_.enc");
        is($rc, 0, "a key, $_");
    }
    is(substr($t->read_file('raw.enc'), 24, 8),
        substr($t->read_file('crlf.enc'), 24, 8), 'is the same');
};

done_testing();
