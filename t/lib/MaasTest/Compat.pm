package MaasTest::Compat;

# The frozen answers of t/compat: how they are kept, what of an answer is made
# alike before it is compared, and what differs.  Used by t/compat/make, which
# wrote them once, and by the tests that hold every later version to them.
#
# A file *.jsonl has a JSON object a line.  Bytes in it are a text, or an
# object: {"x": hex}, {"z": base64 of zlib's format}, and for what is long
# {"sha256", "size", "begin": the first bytes}.

use strict;
use warnings;

use Compress::Zlib ();
use Cwd qw(abs_path);
use Digest::SHA qw(sha256_hex);
use Encode ();
use File::Basename qw(dirname);
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64);
use MaasTest;
use MaasTest::Proc;

our $dir = abs_path(dirname(__FILE__) . '/../..') . '/compat';

my $json = JSON::PP->new->canonical->utf8->allow_nonref;

# Headers that are nginx's own or differ each time; the length is compared
# with that of the body
# maas-label: new, beside what 0.1.0 said
my %passed = map { $_ => 1 } qw(server date connection content-length
    maas-label);

our $full = 9000;       # characters of base64
my $begin = 1200;

###############################################################################
# how it is kept

# What most entries have is not written down
my %usual = (method => 'POST', status => 200,
    headers => [ 'Content-Type' => 'application/json' ],
    type => { 'content-type' => 'application/json' });

sub entries {
    my ($name) = @_;
    return map { my $e = $json->decode($_); $e->{uri} ? { %usual, %$e } : $e }
        split /\n/, MaasTest::Proc::slurp("$dir/$name");
}

sub line {
    my %e = %{ $_[0] };
    for (keys %usual) {
        delete $e{$_} if $e{uri} && defined $e{$_}
            && $json->encode($e{$_}) eq $json->encode($usual{$_});
    }
    return $json->encode(\%e) . "\n";
}

# bytes -> what stands in the file

sub keep {
    my ($bytes) = @_;

    return $bytes if !defined $bytes
        || length $bytes <= 600 && $bytes =~ /\A[\n\x20-\x7e]*\z/;
    return { x => unpack 'H*', $bytes } if length $bytes <= 40;

    my $z = encode_base64(Compress::Zlib::compress($bytes, 9), '');
    return { z => $z } if length $z <= $full;
    return {
        sha256 => sha256_hex($bytes),
        size   => length $bytes,
        begin  => encode_base64(Compress::Zlib::compress(
            substr($bytes, 0, $begin), 9), ''),
    };
}

# and back; of a long one what is left of it

sub bytes {
    my ($kept) = @_;
    return $kept if !ref $kept;
    return pack 'H*', $kept->{x} if defined $kept->{x};
    return Compress::Zlib::uncompress(decode_base64(
        $kept->{z} // $kept->{begin}));
}

# '' where these bytes are those, else a sentence

sub differ {
    my ($kept, $bytes) = @_;
    my $want = bytes($kept);

    return '' if !defined $want && !defined $bytes;
    return 'something is there, or is not' if !defined $want
        || !defined $bytes;

    if (ref $kept && $kept->{sha256}) {
        return '' if sha256_hex($bytes) eq $kept->{sha256};
        my $why = "$kept->{size} bytes before, now " . length $bytes;
        my $place = place($want, substr $bytes, 0, length $want);
        return $place ? "$why; $place" : "$why; the first "
            . length($want) . ' are the same';
    }

    return place($want, $bytes);
}

# The first place where two texts differ, with what is around it

sub place {
    my ($want, $got) = @_;
    return '' if $want eq $got;

    my $xor = substr($want, 0, length $got) ^ substr $got, 0, length $want;
    my $at = $xor =~ /[^\0]/ ? $-[0] : length $xor;
    my $from = $at > 30 ? $at - 30 : 0;
    my ($was, $is) = map { my $s = substr $_, $from, 90;
        $s =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ger } $want, $got;
    my @parsed = map { eval { $json->encode($json->decode($_)) } // '' }
        $want, $got;
    my $same = length $parsed[0] && $parsed[0] eq $parsed[1]
        ? ' (the same JSON in other bytes)' : '';
    return "byte $at$same:\n    was ...$was\n    is  ...$is";
}

###############################################################################
# what may differ: the version of this software, times, the kernels' name

sub version {
    my ($t) = @_;
    my (undef, $out) = $t->trainer('--version');
    my ($v) = $out =~ /^maas-trainer (\S+)$/m or die 'no version';
    return $v;
}

sub alike {
    my ($text, $version) = @_;
    return $text if !defined $text;

    $text =~ s/("version":\s*")\Q$version\E"/$1\@"/g;
    my $tool = qr/\bmaas-trainer (?:\Q$version\E|0\.1\.0)(?![\w.])/;
    $text =~ s/$tool/maas-trainer \@/g;
    $text =~ s/("isa":\s*")\w+"/$1\@"/g;
    $text =~ s/^(runs on +)\w+$/$1\@/mg;

    # inspect says it, too, since 0.2.0
    $text =~ s/("crc32c":"\w+",)"sha256":"\w{64}",/$1/g;
    $text =~ s/^SHA-256     \w{64}\n//mg;

    # fit, tune and their records
    $text =~ s/("(?:training_)?seconds":)[\d.e+-]+/$1\@/g;
    $text =~ s/^time      .*$/time \@/mg;

    # statistics: nanoseconds, the memory that kernels pack weights into
    $text =~ s/("(?:ns|last_inference|byte_size)":)\d+/$1\@/g;
    $text =~ s/^(\w+\{model=.*\} )\S+$/$1\@/mg;
    return $text;
}

# Of a model file its weights count: what it says beside them grows

sub weights {
    my ($file) = @_;
    my $n = unpack 'Q<', $file;
    return length $file < 8 + $n ? $file : substr $file, 8 + $n;
}

my $weights = qr/\.(?:safetensors|st)$/;

sub sum {
    my ($name, $bytes) = @_;
    return sha256_hex($name =~ $weights ? weights($bytes) : $bytes);
}

###############################################################################
# what is not as it was, and why: changed.jsonl, {"of", "at": place in that
# file from 0, "name", "why", and the new "status" or "rc"}

sub changed {
    my ($of) = @_;
    return map { $_->{at} => $_ } grep { $_->{of} eq $of }
        entries('changed.jsonl');
}

###############################################################################
# requests

# What an entry's request gets: the same entry with the answer that came

sub ask {
    my ($t, $entry, $version) = @_;
    my $answer = $t->http($entry->{method}, $entry->{uri},
        bytes($entry->{body}), @{ $entry->{headers} || [] });
    return { %$entry, status => 0, answer => '' } if !$answer;

    my %h = %{ $answer->{headers} };
    my $length = $h{'content-length'};
    delete @h{ keys %passed };
    $h{'inference-header-content-length'} = '@'
        if defined $h{'inference-header-content-length'}
            && $answer->{body} =~ /"version":"\Q$version\E"/;

    return {
        %$entry,
        status => $answer->status + 0,
        type   => \%h,
        answer => alike($answer->body, $version),
        length => !defined $length || $entry->{method} eq 'HEAD'
            || $length == length $answer->body ? 1 : 0,
    };
}

# '' or what is not as it was

sub unlike_before {
    my ($was, $is) = @_;
    my @wrong;

    push @wrong, "status $was->{status} before, now $is->{status}"
        if $was->{status} != $is->{status};
    my @type = map { $json->encode($_->{type} || {}) } $was, $is;
    push @wrong, "headers $type[0] before, now $type[1]"
        if $type[0] ne $type[1];
    push @wrong, 'Content-Length is not the length' if !$is->{length};
    my $place = differ($was->{answer}, $is->{answer});
    push @wrong, "the answer, $place" if $place;

    return join "\n", @wrong;
}

# The same for a request or a configuration that is checked, with the status
# that it has now

sub wrong {
    my ($t, $was, $version) = @_;

    if (defined $was->{more}) {
        my $is = check($t, $was);
        return { status => $is->{rc}, why => "$is->{rc} $is->{said}" eq
            "$was->{rc} $was->{said}" ? '' : "was $was->{said}\nis $is->{said}" };
    }

    my $is = ask($t, $was, $version);
    return { status => $is->{status}, why => unlike_before($was, $is) };
}

# Is the answer numbers of a model?  No reason is good enough to change it; the
# order of classes is not meant.

sub is_prediction {
    my ($was) = @_;
    return !defined $was->{more} && $was->{status} == 200
        && $was->{method} eq 'POST'
        && "$was->{uri} $was->{name}" !~ m{/repository/|classif|context};
}

# What nginx -t says of a configuration with errors, without the places of
# files

sub check {
    my ($t, $entry) = @_;
    my $conf = <<'EOC' =~ s/MORE/$entry->{more}/r
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%COMPAT%%/models/t1.safetensors;
    MORE
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        LOCATION
    }
}
EOC
        =~ s/LOCATION/$entry->{location}/r =~ s/%%COMPAT%%/$dir/gr;
    my ($rc, $said) = $t->check_conf($conf);
    my $tmp = $t->dir;
    $t->allow(qr/\[emerg\]/);
    return { %$entry, rc => $rc, said => join '', map {
        s/\Q$dir\E/@/gr =~ s/\Q$tmp\E/@/gr =~ s/check\.conf:\d+/check.conf:@/r
        . "\n" } $said =~ /^nginx: (\[.*)$/mg };
}

# nginx with the models of t/compat

sub serve {
    my ($t) = @_;
    my $conf = MaasTest::Proc::slurp("$dir/nginx.conf");
    $conf =~ s/%%COMPAT%%/$dir/g;
    $t->conf($conf);
    $t->known_good('/p/t2', '[' . join(',', 1 .. 12) . ']',
        'Content-Type' => 'application/json');
    return $t->run;
}

###############################################################################
# commands

# The data and the models into the folder of a test; before each group, since
# trainings write models of the same names

sub lay_out {
    my ($t) = @_;
    for (glob "$dir/data/* $dir/models/*") {
        m{([^/]+)\z} or next;
        $t->write_file($1, MaasTest::Proc::slurp($_));
    }
    return;
}

# The kernels that this CPU, or what MAAS_CPU leaves of it, is given

sub kernels {
    my ($t) = @_;
    my ($rc, $out) = $t->trainer('inspect', '--json',
        "$dir/models/one.safetensors");
    my ($isa) = $out =~ /"isa":"(\w+)"/ or die 'no kernels';
    return $isa;
}

# The sets of kernels and how a program is made to take one: what the CPU is
# said to have, and what inspect then says
my %set = (avx512 => 'avx512', avx2 => 'avx2', base => 'blas');

our @sets = qw(avx512 avx2 base);

my $asan;

# A folder for the commands whose programs take that set; undef if this CPU
# lacks it

sub with_set {
    my ($t, $set) = @_;
    $asan //= $ENV{ASAN_OPTIONS} // '';
    delete @ENV{qw(LD_PRELOAD MAAS_CPU)};
    $ENV{ASAN_OPTIONS} = $asan;

    my $has = kernels($t);
    return 1 if $has eq $set{$set};
    return 0 if $has eq 'blas' || $set eq 'avx512';

    my $so = "$MaasTest::build/cpu.so";
    die "$so: not built" unless -e $so;
    $ENV{LD_PRELOAD} = $so;
    $ENV{MAAS_CPU} = $set;
    $ENV{ASAN_OPTIONS} = "$asan:verify_asan_link_order=0";
    die "MAAS_CPU=$set changes nothing" if kernels($t) ne $set{$set};
    return 1;
}

# What trained bits depend on beside the kernels: the C library's exp() and
# its kin, and the approximations of AVX-512

sub arithmetic {
    my ($t, $set) = @_;
    my ($rc, $out) = $t->command("$MaasTest::build/unit/test_compat", 'libm');
    my %has = $out =~ /^(\w+) ([0-9a-f]{8})$/mg;
    die 'no arithmetic' if !$has{libm};
    return join '-', $has{libm}, $set eq 'avx512'
        ? $has{approximations} // () : ();
}

# A command with what came of it; `sums`: SHA-256 of the files it wrote, made
# alike

sub carry_out {
    my ($t, $command, $version) = @_;
    $t->write_file($_, bytes($command->{input}{$_}))
        for keys %{ $command->{input} || {} };
    my ($rc, $out, $err) = $t->trainer(@{ $command->{args} });
    my %sums;

    for my $file (@{ $command->{files} || [] }) {
        next if $file !~ $weights && $file !~ /ubyte$/;
        $sums{$file} = -e $t->dir . "/$file" ? sum($file,
            $t->read_file($file)) : 'not written';
    }

    return { %$command, rc => $rc + 0, out => alike($out, $version),
        err => alike($err, $version), sums => \%sums };
}

# Groups of commands in the order in which they run in one folder.  With
# OpenBLAS numbers are those of the CPU: only what no model was run for.

our $trained = qr/^fit/;    # what these say is not kept: their weights are

sub groups {
    my ($set) = @_;
    return ('fit', 'fit-tables', 'fit-digits',
        $set eq 'base' ? () : ('outputs', 'broken'));
}

sub commands {
    my ($set, $commands) = @_;
    return grep { $set ne 'base' || !$_->{judged} } @$commands;
}

sub differs {
    my ($was, $is) = @_;
    my @wrong;

    push @wrong, "exit code $was->{rc} before, now $is->{rc}"
        if $was->{rc} != $is->{rc};
    for my $file (sort keys %{ $was->{sums} }) {
        push @wrong, "$file: other bytes" . ($is->{sums}{$file} eq
            'not written' ? ', it is not there' : '')
            if $was->{sums}{$file} ne $is->{sums}{$file};
    }
    for my $what (grep { exists $was->{$_} } qw(out err)) {
        my $place = differ($was->{$what}, $is->{$what});
        push @wrong, "std$what, $place" if $place;
    }

    return join "\n", @wrong;
}

1;
