#!/usr/bin/perl

# Promise: each command of docs/trust.md works as it stands, in their order, and
# nginx takes the lines that stand there.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $venv = "$MaasTest::top/build/trust-venv";
MaasTest::missing('build/trust-venv: make build/trust-venv/.done')
    unless -x "$venv/bin/python";

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/trust.md");
my @blocks = $page =~ /^(```(?:sh|nginx)\n.*?)^```/msg;
my $t = MaasTest->new;
my $dir = $t->dir;

$t->model('churn', sizes => [ 4, 3, 2 ]);
mkdir "$dir/$_" for qw(models models/eu bin credentials);
$t->write_file('models/eu/churn.safetensors',
    $t->read_file('churn.safetensors'));

my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";
symlink $trainer, "$dir/bin/maas-trainer";

# the credential is a copy here: what reads it is systemd's
$t->write_file('bin/systemd-creds', "#!/bin/sh\n"
    . 'test "$1 $2" = "encrypt --name=churn.key" && test "$#" = 4' . "\n");
chmod 0755, "$dir/bin/systemd-creds";
local $ENV{PATH} = "$dir/bin:$venv/bin:$ENV{PATH}";
my $lines = 0;

for my $block (@blocks) {
    my ($kind, $text) = $block =~ /^```(\w+)\n(.*)/s;

    if ($kind eq 'sh') {
        for my $line (split /\n/, $text) {
            my ($rc, $out, $err) = $t->command('sh', '-c', $line);
            is($rc, 0, $line) or diag($out, $err);
            $lines++;
        }
        next;
    }

    my ($rc, $said) = $t->check_conf("%%GLOBALS%%\nevents { }\nhttp {\n"
        . "%%GLOBALS_HTTP%%\n" . $text =~ s/^maas_models/#/mr . '}');
    is($rc, 0, 'nginx takes it') or diag($said);
    ($rc, $said) = $t->check_conf("%%GLOBALS%%\nevents { }\nhttp {\n"
        . "%%GLOBALS_HTTP%%\n" . $text =~ s/^maas_model /#/mr . '}');
    is($rc, 0, 'nginx takes the folder') or diag($said);
}

cmp_ok($lines, '>=', 12, 'all of them');
done_testing();
