#!/usr/bin/perl

# Promise: the units of conf/systemd/ are ones that systemd takes, give little
# away, and work: a real systemd in a container runs both, with all that they
# forbid; requests are answered, a reload takes a new model, a stop drains.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Container;
use Test::More;

MaasTest::Container::needed('systemd-analyze');

my $t = MaasTest->new;
my $dir = $t->dir;
my $top = $MaasTest::top;
my ($unit, $dropin) = map { MaasTest::Proc::slurp("$top/conf/systemd/$_") }
    'ngx-maas.service', 'nginx-maas.conf';
my ($debian) = grep { -e } map { "$_/systemd/system/nginx.service" }
    '/lib', '/usr/lib';

###############################################################################
# what systemd says of them

mkdir "$dir/$_" for 'units', 'units/nginx.service.d';
(my $here = $unit) =~ s{/usr/local/bin/maas-entry}{$top/conf/container/entry}g;
$t->write_file('units/ngx-maas.service', $here);
$t->write_file('units/nginx.service', MaasTest::Proc::slurp($debian));

sub analyze { my ($rc, $out, $err) = $t->command('systemd-analyze', @_);
    return ($rc, "$out$err") }

sub exposure {
    my ($said) = (analyze('security', '--offline=true', '--no-pager',
        "$dir/units/$_[0]"))[1] =~ /exposure level for \S+: ([\d.]+)/;
    return $said // 99;
}

cmp_ok(exposure('ngx-maas.service'), '<=', 1.5, 'ngx-maas.service');
cmp_ok(exposure('nginx.service'), '>', 9, "Debian's nginx.service");
$t->write_file('units/nginx.service.d/nginx-maas.conf', $dropin);
cmp_ok(exposure('nginx.service'), '<=', 3, 'with nginx-maas.conf');

for my $name ('ngx-maas.service', 'nginx.service') {
    my ($rc, $said) = analyze('verify', '--man=no', '--recursive-errors=no',
        "$dir/units/$name");
    is($rc, 0, "$name: systemd takes it") or diag($said);
    is($said, '', "$name: without a word");
}
$t->write_file('units/ngx-maas.service', $here =~ s/KillMode/KilMode/r);
like((analyze('verify', '--man=no', "$dir/units/ngx-maas.service"))[1],
    qr/Unknown key (?:name )?'KilMode'/, 'a mistake is found');

###############################################################################
# what they do, in a container with systemd

my $c = MaasTest::Container->new($t);
my ($packages) = MaasTest::Proc::slurp("$top/Containerfile")
    =~ /--no-install-recommends (.*?) \\\n    &&/s;
my $root = $c->root(grep({ /\w/ } split ' ', $packages), 'systemd', 'curl')
    or BAIL_OUT('no root');

# A file of the root: a text, or a copy of one that is there
sub put {
    my ($to, $text, $from) = @_;
    system('mkdir', '-p', "$root$to" =~ s{/[^/]*$}{}r);
    $t->write_file("root$to", $from ? MaasTest::Proc::slurp($from) : $text);
    chmod 0755, "$root$to" if $to =~ /bin/;
    return;
}

put('/usr/lib/nginx/modules/ngx_http_maas_module.so', '',
    "$MaasTest::build/ngx_http_maas_module.so");
put('/usr/local/bin/maas-entry', '', "$top/conf/container/entry");
put('/etc/systemd/system/ngx-maas.service', $unit);
put('/etc/systemd/system/nginx.service.d/nginx-maas.conf', $dropin);
put('/etc/nginx/modules-enabled/50-maas.conf', "error_log"
    . " /var/log/nginx/notice.log notice;\n"
    . "load_module modules/ngx_http_maas_module.so;\n");
put('/etc/nginx/conf.d/maas.conf', "maas_model churn"
    . " /srv/models/churn.safetensors;\nserver { listen 127.0.0.1:80;"
    . " location / { maas_serve; } }\n");
unlink "$root/etc/nginx/sites-enabled/default";
mkdir "$root/srv/models";
$t->model('root/srv/models/churn', name => 'churn', sizes => [ 4, 3, 2 ]);
$t->model('root/srv/other', name => 'churn', sizes => [ 4, 3, 2 ], seed => 9);

my ($rc, $out, $err) = $c->podman('run', '-d', '--name', 's', '--network',
    'none', '--systemd=always', '--privileged', '--ulimit', 'nofile=20000:20000',
    '--ulimit', 'nproc=1000:1000', '--rootfs', $root, '/lib/systemd/systemd');
is($rc, 0, 'systemd starts') or diag($out, $err);

# A command in there: its output, or nothing and a failed test
sub inside {
    my ($what, $command) = @_;
    my ($rc, $out, $err) = $c->podman('exec', 's', 'sh', '-c', $command);
    is($rc, 0, $what) or diag($out, $err, ($c->podman('exec', 's',
        'journalctl', '--no-pager', '-n', '40'))[1]);
    return $out;
}

ok($t->wait_for(sub { ($c->podman('exec', 's', 'systemctl', 'is-system-running'
    ))[1] =~ /running|degraded/ }), 'it runs');

my $ask = q(curl -sS --fail-with-body -d '{"instances":[[1,2,3,4]]}') . ' '
    . 'http://127.0.0.1:PORT/v1/models/churn:predict';
my %answer;

for (['ngx-maas', 8080, qr/^Uid:\s+(?!0)\d{5}\s/m, qr/^CapEff:\s+0+$/m],
    ['nginx', 80, qr/^Uid:\s+0\s/m, qr/^CapEff:\s+0{6}[0-9a-f]+$/m])
{
    my ($name, $port, @has) = @$_;
    inside("$name starts", "systemctl start $name && systemctl is-active $name");
    $t->wait_for(sub { ($c->podman('exec', 's', 'curl', '-sSf',
        "http://127.0.0.1:$port/v2/health/ready"))[0] == 0 });
    $answer{$name} = inside("$name answers", $ask =~ s/PORT/$port/r);

    my $status = inside("$name: its master", 'cat /proc/$(systemctl show'
        . " -p MainPID --value $name)/status");
    like($status, $_, "$name: $_")
        for @has, qr/^NoNewPrivs:\s+1$/m, qr/^Seccomp:\s+2$/m;
}
is($answer{nginx}, $answer{'ngx-maas'}, 'the same');

# a new model, by a reload

inside('a new model', 'cp /srv/other.safetensors /srv/models/new'
    . ' && mv /srv/models/new /srv/models/churn.safetensors'
    . ' && systemctl reload nginx ngx-maas');
for (['ngx-maas', 8080, 'journalctl --no-pager -u ngx-maas'],
    ['nginx', 80, 'cat /var/log/nginx/notice.log'])
{
    my ($name, $port, $log) = @$_;
    ok($t->wait_for(sub { my $now = ($c->podman('exec', 's', 'sh', '-c',
        $ask =~ s/PORT/$port/r))[1]; $now =~ /predictions/
        && $now ne $answer{$name} }), "$name: another answer");
    inside("$name stops", "systemctl stop $name;"
        . " test \$(systemctl is-failed $name) = inactive");
    like(inside("$name: its log", $log), qr/SIGQUIT.*shutting down/s,
        "$name: by SIGQUIT");
}

done_testing();
