#!/usr/bin/perl

# Promise: what was built is what nginx expects and nothing more: three
# symbols, no state in the engine, no needless library, no trace outside; what
# requests run stands together.

use strict;
use warnings;

use File::Spec ();
use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

chdir $MaasTest::top or die;

my $build = $MaasTest::build;
my $so = $ENV{MAAS_SO} || "$build/ngx_http_maas_module.so";
my $asan = $build =~ /asan/;

ok(-f $so, 'the module is built') or BAIL_OUT('no module');
ok(-x "$build/maas-trainer", 'the trainer is built');

###############################################################################

my @symbols = map { (split)[-1] } split /\n/, `nm -D --defined-only '$so'`;
is(join(' ', sort grep { !/^__?[ao]san|^__odr/i } @symbols),
    'ngx_module_names ngx_module_order ngx_modules',
    'the module exports its three symbols');

my @needed = sort `readelf -d '$so'` =~ /NEEDED.*\[([^]]+)\]/g;
is(join(' ', grep { !/^lib(?:c|m|z|cjson|crypto|openblas|png16|asan|ubsan)\.so/
    && !/^ld-linux/ } @needed), '', 'it needs no other library');
is(join(' ', grep { /^lib(?:csv|pthread|gomp)/ } @needed), '',
    'nothing of the trainer');

my $asked = `nm -D --undefined-only '$so'`;
my @strong = $asked =~ /^\s*U ((?!OPENSSL_)\w*ssl\w*)/gmi;   # libcrypto's
is(join(' ', @strong), '', 'an nginx without SSL has what it asks for');

# the order of functions: each is there, once, and the linker has taken it

my $order = MaasTest::Proc::slurp('ngx_maas_module/ngx_http_maas.order');
my @ordered = $order =~ /\*\(\.text\.(\w+) /g;
my $source = join '', map { MaasTest::Proc::slurp($_) }
    glob('{engine,ngx_maas_module}/{,*/,*/*/}*.c');
my %times;
$times{$_}++ for @ordered;
is(join(' ', grep { $times{$_} > 1 || $source !~ /\b$_\b/ } @ordered), '',
    'functions that requests run have sources');
cmp_ok(scalar @ordered, '>', 100, 'that many');
my ($together) = `readelf -SW '$so'`
    =~ /\s\.text\.requests\s+\S+\s+\S+\s+\S+\s+(\S+)/;
cmp_ok(hex($together // 0), '>', 16_384, 'they stand together');

# named variables in .data and .bss of the engine; constants are elsewhere

sub state_of {
    my ($file) = @_;
    return grep { !/asan|ubsan|odr/i }
        `objdump -t '$file'` =~
        /^\S+ .{6}O \.(?:data|bss)(?:\.(?!rel\.ro)\S+)?\s+\S+\s+(\S+)$/mg;
}

my $t = MaasTest->new;

if (!$asan) {
    my $c = $t->write_file('state.c', "int f(void);\nint f(void)\n"
        . "{ static int here; return here++; }\nint there = 1;\n"
        . "const char *const fixed[] = { \"a\" };\n");
    system('gcc', '-fPIC', '-c', '-o', "$c.o", $c);
    is(join(' ', map { s/\..*//r } sort(state_of("$c.o"))), 'here there',
        'state can be seen');
    is(join(' ', state_of("$build/libmaas.a")), '',
        'the engine has no state');
}

###############################################################################

my $conf = "%%GLOBALS%%\nevents { }\n";

my ($rc, $said) = $t->check_conf($conf);
is($rc, 0, 'nginx loads the module') or diag($said);

# the signature says which nginx a module was made for

my $bytes = MaasTest::Proc::slurp($so);
cmp_ok($bytes =~ s/\b8,4,8,\K([01]{34})/$1 =~ tr{01}{10}r/e, '==', 1,
    'a module for another nginx');
my $other = $t->write_file('other.so', $bytes);
($rc, $said) = $t->check_conf(
    "load_module $other;\npid %%TESTDIR%%/nginx.pid;\nevents { }\n");
is($rc, 1, 'is refused');
like($said, qr/not binary compatible/, 'with nginx saying so');

###############################################################################

my ($help) = $t->trainer('--help');
is($help, 0, 'maas-trainer --help');
is(($t->trainer)[0], 2, 'maas-trainer alone is a usage error');

my $src = $ENV{NGINX_SRC} || '/usr/share/nginx/src';
is(`find '$src' -type f -newer '$build/nginx.key' 2>/dev/null`, '',
    'nothing was written beside nginx');

if (!$asan) {
    delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
    my $b = File::Spec->abs2rel($build, $MaasTest::top);
    system('make', '-q', "B=$b", "NGINX_SRC=$src", 'module', 'trainer',
        'units');
    is($?, 0, 'a second make has nothing to do');
    unlike(`make -n demo 2>&1`, qr/warning/, 'a make within one is no matter');
}

done_testing();
