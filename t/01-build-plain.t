# Promise: the module compiles without a warning also for an nginx that has
# neither SSL nor threads.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use File::Find ();
use MaasTest;
use Test::More;

my $build = $MaasTest::build;
my $src = $ENV{NGINX_SRC} || '/usr/share/nginx/src';
my $t = MaasTest->new;

my $config = MaasTest::Proc::slurp("$build/nginx/ngx_auto_config.h");
my @off = qw(NGX_THREADS NGX_COMPAT NGX_SSL NGX_OPENSSL NGX_HTTP_SSL NGX_QUIC
    NGX_QUIC_OPENSSL_COMPAT NGX_HTTP_V3);
my $without = join '|', @off;
$t->write_file('ngx_auto_config.h', $config =~ s/^#define ($without)\b.*//mgr);
$t->write_file('ngx_auto_headers.h',
    MaasTest::Proc::slurp("$build/nginx/ngx_auto_headers.h"));

my @files;
File::Find::find(sub { push @files, $File::Find::name if /\.c$/ },
    "$MaasTest::top/ngx_maas_module");
cmp_ok(scalar @files, '>', 50, 'files');

my @dirs = ($t->dir, map({ "$src/src/$_" } qw(core event event/modules
    event/quic os/unix http http/modules http/v2 http/v3)), "$MaasTest::top/engine",
    "$MaasTest::top/ngx_maas_module", "$build/nginx");
my $said = '';
for my $file (sort @files) {
    my ($rc, $out, $err) = $t->command('gcc', '-std=gnu11', '-fsyntax-only', '-Wall',
        '-Wextra', '-Wno-unused-parameter', '-Werror', map({ "-I$_" } @dirs),
        $file);
    $said .= "$file: $rc $out$err" if $rc != 0;
}
is($said, '', 'each compiles');

done_testing();
