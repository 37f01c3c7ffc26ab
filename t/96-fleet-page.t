# Promise: what docs/fleet.md shows works as it stands: a fleet starts by its
# lines, one of it goes, all of it ends; its figures of conf/fleet/ are those.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MaasTest;
use Test::More;

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/fleet.md");
my @shell = $page =~ /^```sh\n(.*?)^```/msg;
is(scalar @shell, 3, 'start, one goes, all go');

my $t = MaasTest->new;
my $dir = $t->dir;
mkdir "$dir/$_" for 'build', 'build/demo', 'conf', 'conf/fleet';
symlink "$MaasTest::build/ngx_http_maas_module.so",
    "$dir/build/ngx_http_maas_module.so" or die $!;
$t->model('digits', sizes => [ 784, 4, 10 ], labels => [ map { "$_" } 0 .. 9 ]);
rename "$dir/digits.safetensors", "$dir/build/demo/digits.safetensors" or die $!;

# Ports of this test in place of those of the page
my %port = map { $_ => MaasTest::free_port() } 8080 .. 8084, 9080 .. 9084;
my $ports = sub { return $_[0] =~ s/\b([89]08[0-4])\b/$port{$1}/gr };
$t->write_file("conf/fleet/$_.conf", $ports->(MaasTest::Proc::slurp(
    "$MaasTest::top/conf/fleet/$_.conf"))) for 'instance', 'router';
# 808$n is that of the n-th
my $named = join '', map { "P$_=$port{$_}\n" } sort keys %port;
$_ = $named . $ports->($_) =~ s/\b([89]08)\$n/\$(eval echo \\\$P$1\$n)/gr for @shell;
$_ =~ s/^( *)nginx /$1$MaasTest::nginx /mg for @shell;

sub shell {
    my ($name, $text) = @_;
    my ($rc, $out, $err) = $t->command('sh', '-e', '-c', $text);
    is($rc, 0, $name) or diag($err);
    return $out;
}

sub get {
    my ($path) = @_;
    my $text = $t->send($t->request('GET', $path, undef, Connection => 'close'),
        port => $port{8080});
    return ($t->answers($text))[0];
}

shell('it starts', $shell[0]);

# masters, whose parent is this test
my @masters = MaasTest::Proc::children($$);
is(scalar @masters, 5, 'four instances and a router');

my $up = sub { return scalar(() = get('/metrics')->body
    =~ /^maas_instance_up\{[^}]*\} 1$/mg) };
is($up->(), 4, 'all are up');
is($t->answers($t->send($t->request('POST', '/v1/models/digits:predict',
    JSON::PP::encode_json({ instances => [ [ (0) x 784 ] ] }),
    'Content-Type' => 'application/json', Connection => 'close'),
    port => $port{8080})), 1, 'it answers');

my $said = shell('one goes', $shell[1]);
is(scalar(() = $said =~ /"name":"digits"/g), 2, 'nobody notices');
my $one = "maas_instance_up{instance=\"127.0.0.1:$port{8082}\"}";
like($said, qr/^\Q$one\E [01]$/m, 'but the metrics');
ok($t->wait_for(sub { $up->() == 3 }), 'it is down');

shell('all end', $shell[2]);
ok($t->wait_for(sub {
    1 while waitpid(-1, POSIX::WNOHANG()) > 0;
    return !MaasTest::Proc::children($$);
}), 'and are gone');

for my $name (1 .. 4, 'router') {
    my $log = "$dir/build/fleet/$name/error.log";
    my @bad = grep { /\[(?:alert|crit|emerg|warn)\]/ } split /\n/,
        MaasTest::Proc::slurp($log);
    # nginx 1.25.1 and later: the files say what to write for it
    @bad = grep { !/"listen \.\.\. http2" directive is deprecated/ } @bad
        if MaasTest::nginx_version() >= 1_025_001;
    is("@bad", '', "$name: nothing bad in error.log");
}

# Numbers in the text that are those of the files

my $conf = join '', map { MaasTest::Proc::slurp(
    "$MaasTest::top/conf/fleet/$_.conf") } 'instance', 'router';

for my $line ($page =~ /`((?:max_fails|proxy_|client_body|keepalive_t|watch=|worker_sh)[^`]* ?[^`]*\d[^`]*)`/g) {
    next if $line eq 'max_fails=2';         # what it is not
    like($conf, qr/\Q$line\E/, "$line stands there");
}
like($page, qr/up to three in all/, 'tries');
like($conf, qr/proxy_next_upstream_tries 3;/, 'are so many');
like($page, qr/no answer in 10 s \(`proxy_read_timeout`\)/, 'the time');
like($conf, qr/proxy_read_timeout 10s;/, 'is that');

done_testing();
