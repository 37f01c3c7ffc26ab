# Promise: NGINX_SRC= takes any source tree of nginx, writes nothing into it,
# and asks nginx's configure for what the module can use.

use strict;
use warnings;

use File::Find ();
use File::Spec ();
use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
chdir $MaasTest::top or die;

my $given = $ENV{NGINX_SRC} || '/usr/share/nginx/src';
my $t = MaasTest->new;
my $b = File::Spec->abs2rel($t->dir . '/b', $MaasTest::top);

sub configured {
    my (@args) = @_;
    my $said = `make B=$b @args $b/nginx/Makefile 2>&1`;
    return ($? >> 8, $said, $t->read_file('b/nginx/ngx_auto_config.h'));
}

# what is not source is said, whatever it is

my $past = $t->dir . '/past';
mkdir "$past$_" for '', qw(/src /src/core);
$t->write_file('past/src/core/nginx.h', "#define nginx_version      1020002\n");

for my $src ($t->dir . '/none', $t->dir, $past) {
    my ($rc, $said) = configured("NGINX_SRC=$src");
    isnt($rc, 0, "$src is not it");
    like($said, qr{NGINX_SRC=\Q$src\E: expected .* nginx 1\.22 .*\bsrc/core/nginx\.h},
        'and that is said');
}

###############################################################################
# as from nginx's repository: auto/configure, which leaves a Makefile where it
# runs, and none of Debian's flags

my $tree = $t->dir . '/tree';
mkdir $tree;
system('cp', '-RL', "$given/auto", $tree) == 0 or die;
symlink "$given/src", "$tree/src";
rename "$tree/configure", "$tree/auto/configure" if -e "$tree/configure";
system('cp', "$given/configure", "$tree/auto/") == 0 or die
    if -e "$given/configure";
open my $init, '>>', "$tree/auto/init" or die $!;
print $init "\necho all: > Makefile\n";
close $init;

sub files_of {
    my @files;
    File::Find::find(sub { push @files, $File::Find::name }, $tree);
    return join "\n", sort @files;
}

my $files = files_of();
my ($rc, $said, $config) = configured("NGINX_SRC=$tree");
is($rc, 0, 'configured') or diag($said);
like($config, qr/^#define NGX_HTTP_\Q$_\E\s+1$/m, "with $_") for qw(SSL V2);
like($config, qr/^#define NGX_\Q$_\E\s+1$/m, "with $_") for qw(COMPAT THREADS);
is(files_of(), $files, 'nothing was written there');

# nginx without --with-compat wants what it was built with

$said = `make -n B=$b NGINX_SRC=$tree NGINX_FLAGS=--with-threads $b/nginx/Makefile`;
like($said, qr/NGX_CONF_FLAGS=\(--with-threads\)/, 'NGINX_FLAGS');

done_testing();
