package MaasTest::Style;

# The checks of t/00-style.t: functions from a path and a text to complaints.
# They read no files, so that they can be fed with bad examples.

use strict;
use warnings;

# Walls and banned calls, one row a room: a path belongs to the first row that
# matches it.  `includes`: what may stand in #include, with its brackets;
# `except`: path => more of them.  `banned`: calls; `owners`: path => of
# those, the ones that it alone may make.

my @unsafe = qw(alloca strcpy strcat sprintf vsprintf gets strtok);
my @vague = qw(atoi atof atol sscanf system popen getenv secure_getenv sleep
    usleep);
my @memory = qw(malloc calloc realloc free strdup strndup aligned_alloc
    posix_memalign mmap);
my @program = qw(exit _exit abort printf fprintf vprintf vfprintf puts fputs
    putchar perror);
my @files = qw(open openat read pread readv fopen fread fdopen ngx_open_file
    ngx_read_file ngx_read_fd);

our @rooms = (
    {
        path     => qr{^engine/},
        includes => qr{^(?:"(?:\w+/)*maas\w*\.h"|<(?!ngx_|cblas|cjson|pthread|csv|png|zlib)[^>]+>)$},
        except   => {
            'engine/wire/image/maas_image_png.c' => qr{^<png\.h>$},
            'engine/kernel/maas_gemm.c' => qr{^<cblas\.h>$},
            'engine/read/maas_read_tree.h' => qr{^<cjson/cJSON\.h>$},
        },
        banned => [ @unsafe, @vague, @memory, @program, @files ],
        owners => { qr{^engine/maas_mem\.c$} => \@memory },
    },
    {
        path     => qr{^ngx_maas_module/},
        includes => qr{^(?:<(?:ngx_\w+|nginx|maas(?:_form)?|text/maas_(?:json_write|pb)|trust/maas_trust)\.h>|"maas\.h"|"(?:\w+/)?ngx_http_maas_\w+\.h")$},
        except   => {
            'ngx_maas_module/request/ngx_http_maas_inflate.c' => qr{^<zlib\.h>$},
            'ngx_maas_module/proxy/ngx_http_maas_track_entry.c' =>
                qr{^<math\.h>$},
            'ngx_maas_module/ngx_http_maas_names.c' => qr{^<string\.h>$},
            'ngx_maas_module/proxy/ngx_http_maas_hello.h' =>
                qr{^<stddef\.h>$},
            'ngx_maas_module/proxy/ngx_http_maas_hello.c' =>
                qr{^<string\.h>$},
            'ngx_maas_module/fleet/ngx_http_maas_line.h' => qr{^<stddef\.h>$},
            'ngx_maas_module/fleet/ngx_http_maas_line.c' => qr{^<string\.h>$},
            'ngx_maas_module/fleet/ngx_http_maas_line_part.c' =>
                qr{^<string\.h>$},
            'ngx_maas_module/fleet/ngx_http_maas_merge_put.c' =>
                qr{^<string\.h>$},
            'ngx_maas_module/fleet/ngx_http_maas_merge.c' =>
                qr{^<(?:stdint|string)\.h>$},
            'ngx_maas_module/proxy/ngx_http_maas_hello_ja4.c' =>
                qr{^<(?:stdlib|string)\.h>$},
            'ngx_maas_module/trace/ngx_http_maas_trace_context.h' =>
                qr{^<std(?:def|int)\.h>$},
            'ngx_maas_module/trace/ngx_http_maas_trace_random.c' =>
                qr{^<sys/random\.h>$},
        },
        banned   => [ @unsafe, @vague, @memory, @program, @files ],
        owners   => { qr{_(?:body|file)\.c$} => \@files,
                      qr{_slots\.c$} => ['mmap'] },
    },
    {
        path     => qr{^trainer/},
        includes => qr{^(?:"(?!ngx_)[\w/]+\.h"|<(?!ngx_)[^>]+>)$},
        except   => {},
        banned   => [ @unsafe, @vague, @memory ],
        owners   => { qr{^trainer/util\.c$} => \@memory,
                      qr{^trainer/data/data_} => ['mmap'] },
    },
    {
        path     => qr{^(?:t|bench|bots)/},
        includes => qr{.},
        except   => {},
        banned   => \@unsafe,
        owners   => {},
    },
);

# Who may include what of ours, besides the own folder: the first row that
# matches a path, then headers by their paths.  Arrows point one way: what both
# of two rooms need stands on the ground.

my $ground = qr{^engine/maas(?:_int|_mem|_dtype|_utf8)?\.h$};
my $desc = qr{^engine/maas_desc\.h$};
my $engine = sub { my $r = join '|', @_; return qr{^engine/(?:$r)/[^/]+$} };
my $util = qr{^trainer/\w+\.h$};
my $trainer = sub { my $r = join '|', @_; return qr{^trainer/(?:$r)/[^/]+$} };
my $maas = sub { my $r = join '|', @_;
    return qr{^ngx_maas_module/(?:$r)/[^/]+$} };
my $http = qr{^ngx_maas_module/\w+\.h$};
my @face = (qr{^engine/maas(?:_form)?\.h$},
    qr{^engine/(?:text/maas_(?:json_write|pb)|trust/maas_trust)\.h$});

our @arrows = (
    [ qr{^engine/text/},       $ground ],
    [ qr{^engine/kernel/},     $ground ],
    [ qr{^engine/op/},         $ground, $engine->('kernel') ],
    [ qr{^engine/field/},      $ground, $desc, $engine->('text') ],
    [ qr{^engine/read/},       $ground, $desc,
                               $engine->('text', 'kernel', 'op', 'field') ],
    [ qr{^engine/trust/},      $ground, $engine->('text', 'read') ],
    [ qr{^engine/wire/image/}, $ground ],
    [ qr{^engine/wire/},       $ground, qr{^engine/maas_form\.h$},
                               $engine->('text', 'field', 'wire',
                                         'wire/json', 'wire/grpc', 'wire/image') ],
    [ qr{^engine/},            $engine->('text', 'kernel', 'op', 'field',
                                         'read') ],

    [ qr{^ngx_maas_module/answers/}, @face, $http ],
    [ qr{^ngx_maas_module/cache/},   @face, $http ],
    [ qr{^ngx_maas_module/request/}, @face, $http,
                               $maas->('answers', 'cache') ],
    [ qr{^ngx_maas_module/routes/},  @face, $http,
                               $maas->('answers', 'cache', 'request',
                                       'proxy') ],
    [ qr{^ngx_maas_module/fleet/},   @face, $http,
                               $maas->('answers', 'routes') ],
    [ qr{^ngx_maas_module/proxy/},   @face, $http,
                               $maas->('answers', 'cache', 'request') ],
    [ qr{^ngx_maas_module/trace/},   @face, $http,
                               $maas->('answers', 'proxy') ],
    [ qr{^ngx_maas_module/watch/},   @face, $http,
                               $maas->('request', 'proxy', 'life') ],
    [ qr{^ngx_maas_module/life/}, @face, $http, $maas->('\w+') ],
    [ qr{^ngx_maas_module/},   @face ],

    [ qr{^trainer/synth/},     $util ],
    [ qr{^trainer/privacy/},   $util ],
    [ qr{^trainer/trust/},     qr{^engine/}, $util ],
    [ qr{^trainer/data/},      qr{^engine/}, $util ],
    [ qr{^trainer/net/},       qr{^engine/}, $util,
                               $trainer->('data', 'privacy') ],
    [ qr{^trainer/judge/},     qr{^engine/}, $util, $trainer->('data') ],
    [ qr{^trainer/fit/},       qr{^engine/}, $util,
                               $trainer->('data', 'net', 'judge',
                                          'privacy') ],
    [ qr{^trainer/trees/},     qr{^engine/}, $util, $trainer->('data') ],
    [ qr{^trainer/learn/},     qr{^engine/}, $util,
                               $trainer->('data', 'net', 'fit', 'judge',
                                          'trees') ],
    [ qr{^trainer/portfolio/}, qr{^engine/}, $util,
                               $trainer->('data', 'net', 'fit', 'judge',
                                          'learn') ],
    [ qr{^trainer/export/},    qr{^engine/}, $util,
                               $trainer->('data', 'net', 'judge', 'fit') ],
    [ qr{^trainer/compress/},  qr{^engine/}, $util,
                               $trainer->('data', 'net', 'judge', 'fit',
                                          'export') ],
    [ qr{^trainer/import/},    qr{^engine/}, $util, $trainer->('export') ],
    [ qr{^trainer/explain/},   qr{^engine/}, $util, $trainer->('data') ],
    [ qr{^trainer/report/},    qr{^engine/}, $util,
                               $trainer->('data', 'judge', 'fit', 'compress',
                                          'explain', 'portfolio') ],
    [ qr{^trainer/tune/},      qr{^engine/text/}, $util,
                               $trainer->('data', 'fit') ],
    [ qr{^trainer/cmd/},       qr{^engine/}, $util, $trainer->('\w+') ],
    [ qr{^trainer/},           qr{^engine/}, $util ],
);

sub room {
    my ($path) = @_;
    return (grep { $path =~ $_->{path} } @rooms)[0];
}

###############################################################################

# C text without what stands in comments and strings; lines stay

sub bare {
    my ($text) = @_;
    $text =~ s{(/\*.*?\*/)|(//[^\n]*)|("(?:[^"\\\n]|\\.)*")|('(?:[^'\\\n]|\\.)+')}
              {defined $1 ? "\n" x ($1 =~ tr/\n//) : defined $2 ? ''
                  : defined $3 ? '""' : '0'}gse;
    return $text;
}

sub _each_line {
    my ($text, $code) = @_;
    my ($n, @wrong) = (0);
    for (split /\n/, $text, -1) {
        $n++;
        push @wrong, map { "$n: $_" } $code->($_);
    }
    return @wrong;
}

# Lines of C

sub width {
    my ($path, $text) = @_;
    return if $path !~ /\.[ch]$/;
    return _each_line($text, sub {
        return length $_[0] > 80 ? 'more than 80 columns' : ();
    });
}

# Any text file

sub hygiene {
    my ($path, $text) = @_;
    my @wrong = _each_line($text, sub {
        my ($line) = @_;
        return (
            $line =~ /[ \t\r]+$/ ? 'blanks at the end of the line' : (),
            $line =~ /\t/ && $path !~ m{(?:^|/)Makefile$|^debian/rules$} ? 'a tab' : (),
            $line =~ m{(?<![\w.\$%\}-])/(?:work|home|root|Users|tmp)/[\w.]}
                ? 'a path of one machine' : (),
            $line =~ /\b(?:TO[D]O|FIX[M]E|XX[X])\b/ ? 'an unfinished thing'
                : (),
        );
    });
    push @wrong, 'no newline at the end of the file'
        if length $text && $text !~ /\n\z/;
    push @wrong, 'empty lines at the end of the file' if $text =~ /\n\n\z/;
    return @wrong;
}

sub includes {
    my ($path, $text) = @_;
    my $room = room($path) or return;
    my $more = $room->{except}{$path};
    return _each_line($text, sub {
        my ($what) = $_[0] =~ /^\s*#\s*include\s+(\S+)/ or return;
        return if $what =~ $room->{includes} || $more && $what =~ $more;
        return "may not include $what";
    });
}

# Headers of ours by the table of arrows.  $paths: name of a header => its path

sub arrows {
    my ($path, $text, $paths) = @_;
    my ($may) = grep { $path =~ $_->[0] } @arrows or return;
    my $own = $path =~ s{[^/]+$}{}r;
    return _each_line($text, sub {
        my ($what) = $_[0] =~ /^\s*#\s*include\s+["<]([^">]+)[">]/ or return;
        my $full = $paths->{ $what =~ s{.*/}{}r } or return;
        return "may not include $what" if $full !~ /^$own[^\/]+$/
            && !grep { $full =~ $_ } @$may[1 .. $#$may];
        return;
    });
}

# Headers include each other in no circle.  $texts: path => text

sub include_graph {
    my ($texts) = @_;
    my %paths = map { s{.*/}{}r => $_ } grep { /\.h$/ } keys %$texts;
    my %to;
    for my $path (grep { /\.h$/ } keys %$texts) {
        $to{$path} = [ grep { defined }
            map { $paths{ s{.*/}{}r } }
            bare_includes($texts->{$path}) ];
    }
    return \%to;
}

sub bare_includes {
    my ($text) = @_;
    return $text =~ /^\s*#\s*include\s+["<]([^">]+)[">]/mg;
}

# What a file of the module includes in the end, in order, of what is not ours:
# nginx's first header sets what the system's show.  $paths: name of a header
# => its path; $texts: path => text

sub nginx_first {
    my ($path, $text, $paths, $texts) = @_;
    return if $path !~ m{^ngx_maas_module/};
    my @outside = _outside($text, $paths, $texts);
    return if !grep { /^ngx_/ } @outside;
    return if $outside[0] eq 'ngx_config.h';
    return "1: includes $outside[0] before ngx_config.h";
}

sub _outside {
    my ($text, $paths, $texts) = @_;
    return map {
        my $full = $paths->{s{.*/}{}r};
        $full ? _outside($texts->{$full}, $paths, $texts) : $_;
    } bare_includes($text);
}

# Who calls whom, from nm's words about objects.  $symbols: object => lines of
# nm; $exempt: a symbol that makes no arrow

sub call_graph {
    my ($symbols, $exempt) = @_;
    my (%home, %wants);
    for my $object (keys %$symbols) {
        for (split /\n/, $symbols->{$object}) {
            my ($type, $name) = /([A-Za-z]) (\w+)$/ or next;
            if ($type eq 'U') { $wants{$object}{$name} = 1 }
            elsif ($type =~ /[TDRBVWC]/) { $home{$name} = $object }
        }
    }
    my %to;
    for my $object (keys %$symbols) {
        my %seen;
        $to{$object} = [ grep { $_ ne $object && !$seen{$_}++ }
            map { $home{$_} } grep { exists $home{$_} && $_ !~ $exempt }
            sort keys %{ $wants{$object} } ];
    }
    return \%to;
}

# Circles of a graph, each as the names that are in it (Tarjan 1972)

sub circles {
    my ($to) = @_;
    my ($n, @stack, %at, %low, %on, @found) = (0);
    my $walk;
    $walk = sub {
        my ($v) = @_;
        $at{$v} = $low{$v} = $n++;
        push @stack, $v;
        $on{$v} = 1;
        for my $w (@{ $to->{$v} || [] }) {
            if (!exists $at{$w}) {
                $walk->($w);
                $low{$v} = $low{$w} if $low{$w} < $low{$v};
            } elsif ($on{$w}) {
                $low{$v} = $at{$w} if $at{$w} < $low{$v};
            }
        }
        return if $low{$v} != $at{$v};
        my (@in, $w);
        do { $w = pop @stack; $on{$w} = 0; push @in, $w } while $w ne $v;
        push @found, join ' ', sort @in if @in > 1;
        return;
    };
    for (sort keys %$to) { $walk->($_) if !exists $at{$_} }
    undef $walk;
    return @found;
}

sub calls {
    my ($path, $text) = @_;
    my $room = room($path) or return;
    my %may;
    for my $re (keys %{ $room->{owners} }) {
        @may{ @{ $room->{owners}{$re} } } = () if $path =~ $re;
    }
    my $names = join '|', grep { !exists $may{$_} } @{ $room->{banned} };
    return _each_line(bare($text), sub {
        return map { "calls $_()" }
            $_[0] =~ /(?<![\w.>])($names)\s*\(/g;
    });
}

# What C functions a text defines: [name, line, lines, is static]

sub functions {
    my ($text) = @_;
    my @lines = split /\n/, bare($text);
    my @found;

    # macros that stand for `static inline` and the like
    my $static = join '|', 'static',
        $text =~ /^#define[ ]+(\w+)[ ]+(?:\\\n)?[^\n]*\bstatic\b/mg;

    for my $i (1 .. $#lines) {
        my ($name) = $lines[$i] =~ /^(?!__attribute__)(\w+)\(/ or next;
        my $type = $i - 1;
        $type-- while $type && $lines[$type] =~ /^__attribute__/;
        next if $lines[$type] !~ /[\w*]\s*$/;   # no type: a macro's use
        my $j = $i;
        $j++ while $j < $#lines && $lines[$j] !~ /^[{}]|;\s*$/;
        next if $lines[$j] !~ /^\{/;
        my $end = $j;
        $end++ while $end < $#lines && $lines[$end] !~ /^\}/;
        push @found, [ $name, $i + 1, $end - $i + 2,
            $lines[$type] =~ /\b(?:$static)\b/ ? 1 : 0 ];
    }

    return @found;
}

# Definitions with type and name in one line, as other projects have them

sub heads {
    my ($path, $text) = @_;
    return if $path !~ m{^(?:engine|ngx_maas_module|trainer)/.*\.c$};
    my $bare = bare($text);
    my @wrong;
    while ($bare =~ /^(?!__attr)\w[\w \t]*[ *]+(?!__attr)(\w+)
        \((?:[^;\{\}()]|\([^()]*\))*\)\s*^\{/mgx) {
        my ($name, $before) = ($1, substr $bare, 0, $-[0]);
        my $line = 1 + ($before =~ tr/\n//);
        push @wrong, "$line: the name of $name() is not where a line starts";
    }
    return @wrong;
}

# What a header declares with a contract: name => true where a comment of some
# words stands right above, or above the paragraph that it is in

my $comment = qr~(/\*.*?\*/)~s;
my $attribute = qr~(?:\s*__attribute__\s*\(\(.*?\)\)\s*)?~s;

sub contracts {
    my ($text) = @_;
    my %has;
    my ($about, $fresh) = (0, 0);

    # paragraphs; a comment holds for its own and for the next one
    for my $part (split /\n(?:[ \t]*\n)+/, _join_comments($text)) {
        my $own = 0;

        while ($part =~ m~$comment|\b(\w+)\([^;\{]*\)$attribute;~gs) {
            if (defined $1) {
                my @words = $1 =~ /(\w{2,})/g;
                $own = 1 if @words >= 3;
                next;
            }
            $has{$2} ||= $own || $about;
        }

        $about = $own;
    }

    return \%has;
}

# empty lines inside comments are no ends of paragraphs

sub _join_comments {
    my ($text) = @_;
    $text =~ s{(/\*.*?\*/)}{(my $c = $1) =~ s/\n\s*\n/\n*\n/g; $c}gse;
    return $text;
}

# Static functions and tables of a file: [name, line]

sub statics {
    my ($text) = @_;
    my $bare = bare($text);
    my @found = map { [ $_->[0], $_->[1] ] }
        grep { $_->[3] } functions($text);
    while ($bare =~ /^static\s[^\n;(]*?\b(\w+)(?:\[[^\]]*\])*\s*(?:=|;)/mg) {
        my ($name, $before) = ($1, substr $bare, 0, $-[0]);
        push @found, [ $name, 1 + ($before =~ tr/\n//) ];
    }
    return @found;
}

# Names that are static in several files, but for the vectors that
# maas_act_simd.h and maas_gemm_simd.h are compiled on.  $texts: path => text

sub twice {
    my ($texts) = @_;
    my %where;
    for my $path (sort keys %$texts) {
        my %mine;
        for (statics($texts->{$path})) {
            push @{ $where{ $_->[0] } }, "$path:$_->[1]"
                if !$mine{ $_->[0] }++;
        }
    }
    return map { "$_ is static in @{ $where{$_} }" }
        grep { @{ $where{$_} } > 1 && !/^maas_v_/ } sort keys %where;
}

# Types and macros in headers begin as their room's do; not in those that are
# compiled several times, which have no guard.

sub prefixes {
    my ($path, $text) = @_;
    return if $path !~ m{^(engine|ngx_maas_module|trainer)/.*\.h$};
    my $is = { engine => qr/^maas/i, trainer => qr/^train/i,
        ngx_maas_module => qr/^_?ngx_http_maas/i }->{$1};
    my $bare = bare($text);
    return if $bare !~ /^#ifndef \w+_H(?:_INCLUDED_)?$/m;
    return _each_line($bare, sub {
        my @names = $_[0] =~ /^\s*#\s*define\s+(\w+)/;
        push @names, $1 if $_[0] =~ /^\}\s*(\w+);/;
        push @names, $1 if $_[0] =~ /^typedef\s[^;(]*?(\w+);/;
        push @names, $1 if $_[0] =~ /^typedef\s[^;]*?\(\*(\w+)\)/;
        return map { "$_ has not the prefix of its room" }
            grep { $_ !~ $is } @names;
    });
}

# Tables as long as an enum name their places

sub places {
    my ($path, $text) = @_;
    return if $path !~ m{^(?:engine|ngx_maas_module|trainer)/.*\.c$};
    my $bare = bare($text);
    my @wrong;
    while ($bare =~ /\[\w*_N_\w+\]\s*=\s*\{\s*(?![\[\s0A-Z])/g) {
        my $before = substr $bare, 0, $-[0];
        push @wrong, 1 + ($before =~ tr/\n//)
            . ': a table by an enum without designated initialisers';
    }
    return @wrong;
}

# Non-static functions without a prototype or without a contract.  $headers:
# what contracts() said of all headers of the room, merged

sub undeclared {
    my ($path, $text, $headers) = @_;
    my @wrong;

    for (functions($text)) {
        my ($name, $line, undef, $static) = @$_;
        next if $static || $name eq 'main';
        push @wrong, "$line: $name() has no prototype in a header"
            if !exists $headers->{$name};
        push @wrong, "$line: $name() has no contract comment in the header"
            if exists $headers->{$name} && !$headers->{$name};
    }

    return @wrong;
}

# Tests that could pass over something in silence: only the harness skips

sub skips {
    my ($path, $text) = @_;
    return if $path !~ /\.t$/;
    return _each_line($text, sub {
        return $_[0] =~ /\b(?:skip_all|todo_skip)\b|^\s*SKIP:|\bskip\s*\(/
            ? 'skips by itself: MaasTest::missing() does that' : ();
    });
}

# The first lines say what a file is for

sub purpose {
    my ($path, $text) = @_;
    return if $path !~ m{^(?:engine|ngx_maas_module|trainer)/.*\.[ch]$};
    return $text =~ m{\A\n?/\*.{30,}?\*/}s ? () : '1: no header comment';
}

1;
