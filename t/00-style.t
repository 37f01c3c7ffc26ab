#!/usr/bin/perl

# Promise: the walls stand and nothing unsafe is called.  Files over 300
# lines, functions over 40 and lines over 80 columns are only reported
# (make style).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest::Proc;
use MaasTest::Style;
use Test::More;

chdir "$FindBin::Bin/.." or die;

###############################################################################

subtest 'the checks themselves' => sub {
    my $room = 'engine/maas_x.c';

    my $see = sub {
        my ($check, $path, $text, $re, @more) = @_;
        my $name = (split /::/, $check)[-1];
        my $all = join '; ', MaasTest::Style->can($check)->($path, $text,
            @more);
        (my $label = substr $text, 0, 40) =~ s/\n/ /g;
        return is($all, '', "$name: $label") if !defined $re;
        return like($all, $re, "$name: $label");
    };

    $see->('hygiene', 'a.c', "int a; \n", qr/1: blanks/);
    $see->('hygiene', 'a.c', "int a;\r\n", qr/blanks/);
    $see->('hygiene', 'a.c', "\tint a;\n", qr/a tab/);
    $see->('hygiene', 'Makefile', "\tint a;\n");
    $see->('hygiene', 'debian/rules', "\tint a;\n");
    $see->('hygiene', 'a.c', "int a;", qr/no newline/);
    $see->('hygiene', 'a.c', "int a;\n\n", qr/empty lines/);
    $see->('hygiene', 'a.c', "cd /" . "work/x\n", qr/1: a path/);
    $see->('hygiene', 'a.c', "cd '/" . "home/x'\n", qr/1: a path/);
    $see->('hygiene', 'a.md', "https://host/home/x build/tmp/y\n");
    $see->('hygiene', 'a.c', "\n/* TO" . "DO */\n", qr/2: an unfinished/);

    $see->('includes', $room, "#include <ngx_core.h>\n", qr/may not/);
    $see->('includes', $room, "#include <cblas.h>\n", qr/1: may not/);
    $see->('includes', $room, "#include <cjson/cJSON.h>\n", qr/may not/);
    $see->('includes', $room, "#include <pthread.h>\n", qr/may not/);
    $see->('includes', $room, "#include \"trainer.h\"\n", qr/may not/);
    $see->('includes', $room, "#include <math.h>\n#include \"maas_int.h\"\n");
    $see->('includes', 'engine/kernel/maas_gemm.c', "#include <cblas.h>\n");

    my $glue = 'ngx_maas_module/ngx_http_maas_x.c';
    $see->('includes', $glue, "#include \"maas_int.h\"\n", qr/may not/);
    $see->('includes', $glue, "#include <cblas.h>\n", qr/may not/);
    $see->('includes', $glue, "#include <stdlib.h>\n", qr/may not/);
    $see->('includes', $glue, "#include <ngx_http.h>\n#include \"maas.h\"\n");
    $see->('includes', 'trainer/x.c', "#include <ngx_core.h>\n", qr/may not/);
    $see->('includes', 'trainer/x.c', "#include <cblas.h>\n");

    for my $call (qw(malloc free strcpy sprintf alloca atoi getenv exit
        printf system fopen))
    {
        $see->('calls', $room, "\n    x = $call(y);\n", qr/2: calls $call/);
    }

    $see->('calls', $room, "/* free(x) */ s = \"exit(1)\"; a->free(x);\n");
    $see->('calls', $room, "    ngx_free(x); do_exit(1); snprintf(x);\n");
    $see->('calls', 'engine/maas_mem.c', "p = malloc(1);\n");
    $see->('calls', 'engine/maas_mem.c', "exit(1);\n", qr/calls exit/);
    $see->('calls', $glue, "p = malloc(1);\n", qr/calls malloc/);
    $see->('calls', $glue, "fd = open(p, 0);\n", qr/calls open/);
    $see->('calls', 'ngx_maas_module/life/ngx_http_maas_file.c', "open(p);\n");
    $see->('calls', 'trainer/x.c', "printf(x); exit(1);\n");
    $see->('calls', 'trainer/x.c', "malloc(1);\n", qr/calls malloc/);
    $see->('calls', 't/unit/x.c', "strcpy(a, b);\n", qr/calls strcpy/);

    my $two = "int\nf(int a,\n    int b)\n{\n    return a;\n}\n\n\n"
        . "static int\ng(void)\n{\n}\n";
    is_deeply([ MaasTest::Style::functions($two) ],
        [ [ 'f', 2, 6, 0 ], [ 'g', 10, 4, 1 ] ], 'functions are found');

    is_deeply([ MaasTest::Style::functions(
        "#define INLINE static inline\nINLINE int\nf(void)\n{\n}\n") ],
        [ [ 'f', 3, 4, 1 ] ], 'static by a macro');

    is_deeply([ MaasTest::Style::functions(
        "}\n\nMAKE(a)\nMAKE(b)\n\n\nint\nf(void)\n{\n}\n") ],
        [ [ 'f', 8, 4, 0 ] ], 'uses of macros are no functions');

    my $with = MaasTest::Style::contracts(
        "/* Does a thing well. */\nint f(int a,\n    int b);\n");
    $see->('undeclared', $room, $two, undef, $with);
    $see->('undeclared', $room, $two, qr/2: f\(\) has no prototype/, {});
    for my $bare ("int f(int a, int b);\n", "/* x.c */\nint f(int a);\n",
        "/* About another thing. */\nint a;\n\nint b;\n\nint f(int a);\n")
    {
        $see->('undeclared', $room, $two, qr/2: f\(\) has no contract/,
            MaasTest::Style::contracts($bare));
    }

    my $paths = { 'maas_act.h' => 'engine/kernel/maas_act.h',
        'maas_int.h' => 'engine/maas_int.h',
        'maas_csv.h' => 'engine/wire/maas_csv.h',
        'loop.h' => 'trainer/fit/loop.h', 'data.h' => 'trainer/data/data.h' };
    for (['engine/op/a.c', 'kernel/maas_act.h'],
        ['engine/op/a.c', 'maas_int.h'], ['engine/wire/a.c', 'maas_csv.h'],
        ['trainer/fit/a.c', 'data/data.h'], ['engine/op/a.c', 'stdio.h'])
    {
        $see->('arrows', $_->[0], "#include \"$_->[1]\"\n", undef, $paths);
    }
    for (['engine/text/a.c', 'kernel/maas_act.h'],
        ['engine/field/a.c', 'wire/maas_csv.h'],
        ['engine/maas_run.c', 'wire/maas_csv.h'],
        ['ngx_maas_module/answers/a.c', 'kernel/maas_act.h'],
        ['trainer/data/a.c', 'fit/loop.h'])
    {
        $see->('arrows', $_->[0], "#include \"$_->[1]\"\n",
            qr/1: may not include \Q$_->[1]/, $paths);
    }

    my $deep = { 'ngx_maas_module/a.h' => "#include <ngx_config.h>\n",
        'engine/b.h' => "#include <stddef.h>\n" };
    for (['a.h', 'b.h'], ['b.h', 'a.h', qr/1: includes stddef\.h before/],
        ['b.h'], ['stdio.h', 'a.h', qr/stdio\.h/])
    {
        my ($re) = grep { ref } @$_;
        $see->('nginx_first', $glue, join('', map { "#include \"$_\"\n" }
            grep { !ref } @$_), $re, { 'a.h' => 'ngx_maas_module/a.h',
            'b.h' => 'engine/b.h' }, $deep);
    }

    is_deeply([ MaasTest::Style::circles(MaasTest::Style::include_graph({
        'e/a.h' => "#include \"b.h\"\n", 'e/b.h' => "#include \"e/c.h\"\n",
        'e/c.h' => "#include \"a.h\"\n", 'e/d.h' => "#include \"a.h\"\n" }))
        ], [ 'e/a.h e/b.h e/c.h' ], 'a circle of headers');

    my %calls = (a => "0 T fa\n U fb\n U own\n", b => "0 T fb\n U fc\n",
        c => "0 D fc\n U fb\n", d => "0 B own\n U fa\n");
    is_deeply([ MaasTest::Style::circles(
        MaasTest::Style::call_graph(\%calls, qr/^own$/)) ], [ 'b c' ],
        'a circle of calls');
    is_deeply([ MaasTest::Style::circles(
        MaasTest::Style::call_graph(\%calls, qr/^none$/)) ], [ 'b c', 'a d' ],
        'one more, through a table');

    $see->('width', 'a.c', 'x' x 81 . "\n", qr/1: more than 80/);
    $see->('width', 'a.c', 'x' x 80 . "\n");

    my %static = ('a.c' => "static int\nf(void)\n{\n}\n",
        'b.c' => "\nstatic void\nf(int a)\n{\n}\n",
        'c.c' => "static const int  t[] = { 1 };\n",
        'd.c' => "static int  t;\nstatic int\ng(void)\n{\n}\n");
    is_deeply([ MaasTest::Style::twice(\%static) ],
        [ 'f is static in a.c:2 b.c:3', 't is static in c.c:1 d.c:1' ],
        'static names');

    my $guard = "#ifndef MAAS_X_H\n#define MAAS_X_H\n";
    for ("typedef struct {\n    int a;\n} x_t;\n", "#define X  1\n",
        "typedef int  x_t;\n", "typedef int (*x_pt)(int a);\n")
    {
        $see->('prefixes', 'engine/maas_x.h', $guard . $_, qr/: [xX]\w* has not/);
        $see->('prefixes', 'engine/maas_x.h', $_);
    }
    $see->('prefixes', 'engine/maas_x.h',
        $guard . "typedef struct maas_s  maas_t;\n");

    $see->('places', $room, "int  a[X_N_Y] = {\n    b, c };\n", qr/1: a table/);
    $see->('places', $room, "int  a[X_N_Y] = {\n    [B] = b };\n");

    $see->('heads', $room, "int f(int a)\n{\n", qr/1: the name of f/);
    $see->('heads', $room, "\nstatic void *f(int a,\n    b)\n{\n",
        qr/2: the name of f/);
    $see->('heads', $room, "int f(int a,\n    int b);\nint\nf(int a)\n{\n"
        . "    if (a) {\n");

    $see->('skips', 't/a.t', "plan skip" . "_all => 1;\n", qr/1: skips/);
    $see->('skips', 't/a.t', "    skip" . "('why', 2);\n", qr/1: skips/);
    $see->('purpose', $room, "#include <a.h>\n", qr/no header comment/);
    $see->('purpose', $room,
        "/*\n * Reads a thing from bytes.\n * Never writes one.\n */\n");
};

###############################################################################

my @files = -e '.git'
    ? split /\0/, `git ls-files -z --cached --others --exclude-standard`
    : split /\n/, `find . -type f -not -path './build/*' -printf '%P\n'`;
my %text;

for my $path (@files) {
    next if $path =~ m{^t/data/|^t/compat/\w+/|\.(?:png|gz|bin|safetensors)$}
        || $path =~ m{^t/fuzz/corpus} || !-f $path;
    my $text = MaasTest::Proc::slurp($path);
    $text{$path} = $text if index($text, "\0") < 0;
}

my @c = grep { m{\.[ch]$} } sort keys %text;
cmp_ok(scalar @c, '>', 10, 'there is C to look at');

my %headers;

for my $path (grep { /\.h$/ } @c) {
    my $has = MaasTest::Style::contracts($text{$path});
    for my $name (keys %$has) {
        my $room = (split m{/}, $path)[0];
        $headers{$room}{$name} ||= $has->{$name};
    }
}

sub clean {
    my ($check, @paths) = @_;
    my @wrong;
    for my $path (@paths) {
        my ($room) = split m{/}, $path;
        push @wrong, map { "$path:$_" } MaasTest::Style->can($check)->(
            $path, $text{$path}, $headers{$room} || {});
    }
    return is(join("\n", @wrong), '', $check);
}

clean('hygiene', sort keys %text);
clean('includes', @c);
clean('calls', @c);
clean('heads', @c);
clean('undeclared',
    grep { m{^(?:engine|ngx_maas_module|trainer)/.*\.c$} } @c);
clean('skips', grep { /\.t$/ } sort keys %text);
clean('purpose', @c);
clean('width', @c);
clean('prefixes', @c);
clean('places', @c);

# Arrows between rooms point one way, and no circle is left in them: neither
# of headers nor, as nm sees it, of calls and tables

my @ours = grep { m{^(?:engine|ngx_maas_module|trainer)/} } @c;
my %paths = map { s{.*/}{}r => $_ } grep { /\.h$/ } @ours;
is(join("\n", map { my $path = $_; map { "$path:$_" }
    MaasTest::Style::arrows($path, $text{$path}, \%paths) } @ours), '',
    'arrows');

my %own = map { $_ => $text{$_} } @ours;
is(join("\n", MaasTest::Style::circles(
    MaasTest::Style::include_graph(\%own))), '', 'no circle of headers');
is(join("\n", map { my $path = $_; map { "$path:$_" }
    MaasTest::Style::nginx_first($path, $text{$path}, \%paths, \%own) } @ours),
    '', 'nginx first');
is(join("\n", MaasTest::Style::twice(\%own)), '', 'static names');

my %names;
$names{ s{.*/}{}r }++ for @ours;
is(join("\n", grep { $names{$_} > 1 } sort keys %names), '', 'file names');

# The module's handle names every handler, and every handler asks for it.

my $build = $ENV{MAAS_BUILD} || 'build';

for (["$build/obj/engine", qr/^none$/], ["$build/obj/trainer", qr/^none$/],
    ["$build/nginx/addon", qr/^ngx_http_maas_module$/])
{
    my ($folder, $exempt) = @$_;
    my %symbols = map { chomp; $_ => scalar `nm '$_'` }
        grep { -f s{^\Q$build\E/obj/}{}r =~ s{o
?$}{c}r || m{/addon/} }
        `find '$folder' -name '*.o'`;
    cmp_ok(scalar keys %symbols, '>', 10, "objects in $folder");
    is(join("\n", MaasTest::Style::circles(
        MaasTest::Style::call_graph(\%symbols, $exempt))), '',
        'no circle of calls');
}

# The tour leads to every file that is compiled; a header stands beside its file

my %toured = map { $_ => 1 } $text{'docs/tour.md'} =~ /`([\w.]+)`/g;
is(join("\n", grep { my $name = s{.*/}{}r;
        !$toured{$name} && !$toured{ $name =~ s/\.h$/.c/r } }
    grep { m{^(?:engine|ngx_maas_module|trainer)/} } @c), '', 'tour');

# ... once in each part: merges leave a paragraph twice

my @twice;
for my $part (split /^(?=## )/m, $text{'docs/tour.md'}) {
    my %times;
    $times{$_}++ for $part =~ /`([\w.]+\.c)`/g;
    push @twice, grep { $times{$_} > 1 } sort keys %times;
}
is(join("\n", @twice), '', 'each file once');

###############################################################################

# Aims, worst first

sub report {
    my ($what, @rows) = @_;
    note("$what: " . (@rows || 'none'));
    note(sprintf '%6d  %s', @$_) for sort { $b->[0] <=> $a->[0] } @rows;
    return;
}

my @sized = grep { !m{^(?:docs|LICENSE|CHANGES)|\.(?:html|md)$} } sort keys %text;

report('files over 300 lines', grep { $_->[0] > 300 }
    map { [ $text{$_} =~ tr/\n//, $_ ] } @sized);

report('functions over 40 lines', grep { $_->[0] > 40 }
    map { my $p = $_; map { [ $_->[2], "$p:$_->[1] $_->[0]()" ] }
        MaasTest::Style::functions($text{$p}) } grep { /\.c$/ } @c);

report('lines over 80 columns', grep { $_->[0] } map {
    my $n = () = $text{$_} =~ /^.{81,}$/mg; [ $n, $_ ] } @sized);

done_testing();
