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
            'engine/read/maas_read.h' => qr{^<cjson/cJSON\.h>$},
            'engine/read/maas_read.c' => qr{^<cjson/cJSON\.h>$},
            'engine/read/maas_read_doc.c' => qr{^<cjson/cJSON\.h>$},
        },
        banned => [ @unsafe, @vague, @memory, @program, @files ],
        owners => { qr{^engine/maas_mem\.c$} => \@memory },
    },
    {
        path     => qr{^ngx_maas_module/},
        includes => qr{^(?:<(?:ngx_\w+|nginx|maas)\.h>|"maas\.h"|"ngx_http_maas_\w+\.h")$},
        except   => {
            'ngx_maas_module/request/ngx_http_maas_inflate.c' => qr{^<zlib\.h>$},
        },
        banned   => [ @unsafe, @vague, @memory, @program, @files ],
        owners   => { qr{_(?:body|model)\.c$} => \@files },
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
        path     => qr{^(?:t|bench)/},
        includes => qr{.},
        except   => {},
        banned   => \@unsafe,
        owners   => {},
    },
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

# Any text file

sub hygiene {
    my ($path, $text) = @_;
    my @wrong = _each_line($text, sub {
        my ($line) = @_;
        return (
            $line =~ /[ \t\r]+$/ ? 'blanks at the end of the line' : (),
            $line =~ /\t/ && $path !~ m{(?:^|/)Makefile$} ? 'a tab' : (),
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
