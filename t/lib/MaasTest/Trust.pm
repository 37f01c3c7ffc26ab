package MaasTest::Trust;

# Keys as openssl makes them, and signature files made by hand, so that anything
# may be wrong in them.
#
#     MaasTest::Trust::key($t, 'k');                # k.pem, k.pub
#     MaasTest::Trust::sign($t, 'm.safetensors');   # m.safetensors.sig

use strict;
use warnings;

use Digest::SHA qw(sha256 sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);

my $json = JSON::PP->new->canonical->utf8;
my %curves = (256 => 'prime256v1', 384 => 'secp384r1', 512 => 'secp521r1');

sub _run {
    my ($t, @command) = @_;
    my ($rc, $out, $err) = $t->command(@command);
    die "@command: $err" if $rc != 0;
    return $out;
}

# NAME.pem and NAME.pub; hash: 256, 384, 512, for P-256, P-384, P-521, or the
# name of another curve

sub key {
    my ($t, $name, $hash) = @_;
    my $curve = $curves{ $hash || 256 } || $hash;
    _run($t, qw(openssl ecparam -genkey -noout -name), $curve, '-out',
        "$name.pem");
    _run($t, qw(openssl pkey -pubout -in), "$name.pem", '-out', "$name.pub");
    return;
}

# The signature file of FILE to `to` (FILE.sig), by `key` (k) and `hash`, after
# statement->($statement), signed->(\$payload) and bundle->($bundle) had their
# way with what is signed, what was, and what is written

sub sign {
    my ($t, $file, %o) = @_;
    my $key = $o{key} || 'k';
    my $digest = sha256_hex($t->read_file($file));
    my $statement = {
        _type => 'https://in-toto.io/Statement/v1',
        subject => [ { name => $file, digest => {} } ],
        predicateType => 'https://model_signing/signature/v1.0',
        predicate => {
            serialization => { method => 'files', hash_type => 'sha256',
                allow_symlinks => JSON::PP::false, ignore_paths => [] },
            resources => [ { name => '.', algorithm => 'sha256',
                digest => $digest } ],
        },
    };
    $statement->{subject}[0]{digest}{sha256} = '';
    $o{resources}->($statement->{predicate}{resources}) if $o{resources};
    $statement->{subject}[0]{digest}{sha256} = sha256_hex(join '',
        map { pack 'H*', $_->{digest} }
        @{ $statement->{predicate}{resources} });
    $o{statement}->($statement) if $o{statement};

    my $payload = $o{payload} // $json->encode($statement);
    my $type = 'application/vnd.in-toto+json';
    $t->write_file('pae', 'DSSEv1 ' . length($type) . " $type "
        . length($payload) . " $payload");
    _run($t, qw(openssl dgst), '-sha' . ($o{hash} || 256), '-sign', "$key.pem",
        '-out', 'pae.sig', 'pae');
    my $sig = $t->read_file('pae.sig');
    $o{signed}->(\$payload, \$sig) if $o{signed};

    my $bundle = {
        mediaType => 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial => { tlogEntries => [], publicKey => {
            hint => sha256_hex($t->read_file("$key.pub")) } },
        dsseEnvelope => { payload => encode_base64($payload, ''),
            payloadType => $type, signatures => [ { keyid => '',
                sig => encode_base64($sig, '') } ] },
    };
    $o{bundle}->($bundle) if $o{bundle};
    my $to = $o{to} || "$file.sig";
    $t->write_file("$to.new", $json->encode($bundle));
    rename $t->dir . "/$to.new", $t->dir . "/$to" or die $!;
    return;
}

1;
