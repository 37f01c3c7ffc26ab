package MaasTest::Swap;

# Models whose answer says which generation they are, clients that write down
# what was answered when, and which of that was wrong.  What nginx keeps of
# memory.  Knows the model format and /proc, nothing of how a swap is done.

use strict;
use warnings;

use IO::Select;
use MaasTest;
use MaasTest::Model qw(model_bytes);
use MaasTest::Proc;
use POSIX ();
use Time::HiRes qw(sleep time);

our $row = '[1,2,3,4]';         # what clients ask
my $n_out = 8;
my %of;                         # generations by row

###############################################################################
# models

# The bytes of generation $g, 1 .. 255, of a network 4-hidden-hidden-8: every
# bias and weight of the wide layers depends on $g, and sums are exact, so that
# an answer made of two generations is that of none.
# Options: hidden (512, a power of two), inputs, labels, outputs, doc => {more}

sub bytes {
    my ($name, $g, %o) = @_;
    my $h = $o{hidden} || 512;
    my $in = $o{in} || 4;
    my $out = $o{outputs} || $n_out;
    my $tensor = sub {
        my ($shape, $each) = @_;
        return { dtype => 'F32', shape => $shape, bytes => $each };
    };
    my $all = sub { return pack('f<', $_[0]) x $_[1] };

    return model_bytes(
        doc => {
            version => 1,
            name    => $name,
            task    => $o{task} || 'regression',
            inputs  => $o{inputs} || { kind => 'tensor', shape => [$in] },
            layers  => [ map { { kind => 'dense', units => $_ + 0,
                activation => 'linear' } } $h, $h, $out ],
            outputs => $o{labels} ? { labels => $o{labels} } : {},
            %{ $o{doc} || {} },
        },
        tensors => {
            'layers.0.weight' => $tensor->([ $in, $h ], $all->(0, $in * $h)),
            'layers.0.bias'   => $tensor->([$h], $all->(10 + $g % 16, $h)),
            'layers.1.weight' => $tensor->([ $h, $h ],
                $all->($g / $h, $h * $h)),
            'layers.1.bias'   => $tensor->([$h], $all->(0, $h)),
            'layers.2.weight' => $tensor->([ $h, $out ],
                $all->(1 / $h, $h * $out)),
            'layers.2.bias'   => $tensor->([$out],
                pack 'f<*', map { $g * $_ } 0 .. $out - 1),
        });
}

# What generation $g answers: one row of the form of maas_predict

sub answer {
    my ($g, $out) = @_;
    my $sum = $g * (10 + $g % 16);
    return '[[' . join(',', map { $sum + $g * $_ } 0 .. ($out || $n_out) - 1)
        . ']]';
}

# Of an answer's body: rows of maas_predict or of v2 that are all the same, or
# the number that a variable has for variable_bytes(); undef: of none

sub generation {
    my ($body) = @_;
    return if !defined $body;
    return $1 if $body =~ /^(\d+)(?:\.0+)?$/;

    my ($row) = $body =~ /^\[\[([^\]]*)\](?:,\[\1\])*\]$/;
    ($row) = $body =~ /"data":\[([^\]]*)\]/ if !defined $row;
    return if !defined $row;
    return $of{$row} if exists $of{$row};

    my @numbers = grep { /^\d+$/ } split /,/, $row;
    my $g = @numbers > 1 ? $numbers[1] - $numbers[0] : 0;
    return if answer($g, scalar @numbers) ne "[[$row]]";
    return $of{$row} = $g;
}

# The bytes of a model with a column `x` and $g as its score, whatever that is

sub variable_bytes {
    my ($name, $g) = @_;
    return model_bytes(
        doc => {
            version => 1,
            name    => $name,
            task    => 'regression',
            inputs  => { kind => 'columns', columns => [
                { name => 'x', kind => 'number', missing => 0 } ] },
            layers  => [ { kind => 'dense', units => 1 } ],
        },
        tensors => {
            'layers.0.weight' => [ [ 1, 1 ], [0] ],
            'layers.0.bias'   => [ [1], [$g] ],
        });
}

# Puts it where NAME.safetensors is, by rename.  variable: of variable_bytes()

sub put {
    my ($t, $name, $g, %o) = @_;
    $t->write_file("$name.new", $o{variable} ? variable_bytes($name, $g)
        : bytes($name =~ s{.*/}{}r, $g, %o));
    chmod 0644, $t->dir . "/$name.new";
    rename $t->dir . "/$name.new", $t->dir . "/$name.safetensors" or die $!;
    return;
}

###############################################################################
# clients

# Starts processes that ask until the file `stop` is there, each over so many
# connections at once.  Options: clients (2), connections (16), uris, keep
# (true: connections stay open), body (by URI), what (head and body of an answer
# to what is written down of it)

sub load {
    my ($t, %o) = @_;
    unlink $t->dir . '/stop';
    unlink glob $t->dir . '/load.* ' . $t->dir . '/began.*';
    my @pids;

    for my $n (1 .. $o{clients} || 2) {
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            $SIG{PIPE} = 'IGNORE';
            eval { _client($t, $n, %o); 1 }
                or $t->write_file("load.$n", "- 0 0 died $@\n");
            POSIX::_exit(0);
        }
        push @pids, $pid;
    }

    # they are at work
    $t->wait_for(sub { @pids == grep { -s $_ } glob $t->dir . '/began.*' });

    return \@pids;
}

# Lines, one for equal answers that followed each other: connection (`-` if it
# was not kept), URI, when the last of them was sent, when the first was
# received, how many, generation or what else came

sub _client {
    my ($t, $n, %o) = @_;
    my @uris = @{ $o{uris} || ['/p'] };
    my $keep = $o{keep} // 1;
    my @request = map { $t->request('POST', $_, $o{body}{$_} // $row,
        'Content-Type' => 'application/json',
        $keep ? () : (Connection => 'close')) } @uris;
    my $select = IO::Select->new;
    my (%at, $turn, $answers);
    my $stop = $t->dir . '/stop';

    open my $log, '>', $t->dir . "/load.$n" or die $!;
    $log->autoflush(1);

    my %run;
    my $write = sub {
        my ($run) = @_;
        printf $log "%s %s %.6f %.6f %d %s\n", @$run;
    };
    my $note = sub {
        my ($r, $answer) = @_;
        my $key = "$r->{c} $r->{uri}";
        my $run = $run{$key};
        if (!$run || $run->[5] ne $answer) {
            $write->($run) if $run;
            $run = $run{$key} = [ $keep ? $r->{c} : '-', $uris[ $r->{uri} ],
                0, time, 0, $answer ];
        }
        $run->[2] = $r->{sent};
        $run->[4]++;
    };

    my $ask = sub {
        my ($s, $c) = @_;
        $turn++;
        my $uri = $turn % @uris;
        if (!$s) {
            $s = $t->connect;
            $select->add($s);
        }
        $at{$s} = { c => $c, uri => $uri, sent => time, got => '' };
        syswrite $s, $request[$uri];
    };

    $ask->(undef, "$n.$_") for 1 .. $o{connections} || 16;

    while ($select->count) {
        my @ready = $select->can_read(10);
        if (!@ready) {
            $note->($_, 'no answer in time') for values %at;
            last;
        }
        my $stopping = -e $stop;

        for my $s (@ready) {
            my $r = $at{$s};
            my $got = sysread $s, $r->{got}, 65536, length $r->{got};
            my ($answer, $whole) = _whole($r->{got}, $o{what});
            next if !$whole && $got;

            $note->($r, $answer);
            $t->write_file("began.$n", 1) if ++$answers == 200;

            if (!$keep || !$whole || $stopping) {
                delete $at{$s};
                $select->remove($s);
                close $s;
                $s = undef;
            }
            $ask->($s, $r->{c}) if !$stopping;
        }
    }

    $write->($_) for values %run;
    return;
}

# (what an answer is, whether it is all there).  What it is may be said by the
# header X-Is.

sub _whole {
    my ($text, $what) = @_;
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    return ('closed after ' . length($text), 0) if !defined $body;
    my ($status) = $head =~ /^HTTP\/1\.1 (\d+)/ or return ('no HTTP', 0);
    my ($length) = $status == 204 ? 0 : $head =~ /^Content-Length: (\d+)/mi;
    return ('cut', 0) if !defined $length || length $body < $length;
    return ($what->($head, $body), 1) if $what;
    $body = $1 if $head =~ /^X-Is: ([^\r\n]*)/mi;
    return ("status $status", 1) if $status > 204;
    return (generation($body) // "body $body", 1);
}

# Ends them: what they wrote, a list a line, and how many answers came

sub stop {
    my ($t, $pids) = @_;
    $t->write_file('stop', '');
    waitpid $_, 0 for @$pids;
    my @lines = map { [ split ' ', $_, 6 ] } map { split /\n/ }
        map { MaasTest::Proc::slurp($_) } sort glob $t->dir . '/load.*';
    my $n = 0;
    $n += $_->[4] for @lines;
    return (\@lines, $n);
}

# What was wrong of such lines, a sentence each, none twice.  $when: by URI a
# list of [generation, time before its file was there, time when all workers
# were seen with it, or undef], oldest first

sub wrong {
    my ($lines, $when) = @_;
    my (%wrong, %last);

    for (sort { $a->[3] <=> $b->[3] } @$lines) {
        my ($c, $uri, $sent, $got, $n, $what) = @$_;

        if ($what !~ /^\d+$/) {
            $wrong{"$uri: $what"} += $n;
            next;
        }

        my @generations = @{ $when->{$uri} };
        my ($mine) = grep { $_->[0] == $what } @generations;
        my ($least) = reverse grep { $_->[2] && $_->[2] < $sent }
            @generations;
        my $last = \$last{"$c $uri"};

        if (!$mine) {
            $wrong{"$uri: generation $what never was"}++;
        } elsif ($mine->[1] > $got) {
            $wrong{"$uri: generation $what before its file"}++;
        } elsif ($least && $mine->[1] < $least->[1]) {
            $wrong{"$uri: generation $what after all had $least->[0]"}++;
        } elsif ($c ne '-' && $$last && $$last > $mine->[1]) {
            $wrong{"$uri: back to generation $what on a connection"}++;
        }
        $$last = $mine->[1] if $mine;
    }

    return join "\n", map { "$_ ($wrong{$_} times)" } sort keys %wrong;
}

###############################################################################
# one connection to each worker, which says its pid in X-Worker

sub lines {
    my ($t, $uri) = @_;
    my %of;
    my @workers = $t->workers;

    $t->wait_for(sub {
        my $s = $t->connect;
        my ($pid) = ask($t, $s, $uri);
        $of{$pid} ||= $s if defined $pid;
        return @workers == grep { $of{$_} } @workers;
    });
    return \%of;
}

# (pid, generation or what else) of an answer on such a connection

sub ask {
    my ($t, $s, $uri, $body) = @_;
    my $text = $t->send($t->request('POST', $uri, $body // $row,
        'Content-Type' => 'application/json'), socket => $s, keep => 1)
        && $t->receive($s, until => qr/\r\n\r\n[^\r\n]+\z/);
    my ($answer) = $t->answers($text) or return (undef, 'no answer');
    return ($answer->header('X-Worker'), $answer->status != 200
        ? 'status ' . $answer->status : generation($answer->body)
            // $answer->body);
}

# Do all of them answer so, within the patience?

sub all {
    my ($t, $lines, $uri, $g, $seconds) = @_;
    my %left = %$lines;

    return $t->wait_for(sub {
        for my $pid (keys %left) {
            my (undef, $is) = ask($t, $left{$pid}, $uri);
            delete $left{$pid} if $is eq $g;
        }
        return !%left;
    }, $seconds);
}

###############################################################################
# memory

# kB of nginx's processes: private (not shared with any other), and what is
# behind their shared anonymous mappings, mapped in or not

sub memory {
    my ($t) = @_;
    my @pids = ($t->master, $t->workers);
    my ($private, %shared) = (0);

    for my $pid (@pids) {
        my $rollup = MaasTest::Proc::slurp("/proc/$pid/smaps_rollup");
        $private += $1 while $rollup =~ /^Private_\w+:\s+(\d+) kB/mg;

        for (split /\n/, MaasTest::Proc::slurp("/proc/$pid/maps")) {
            my ($range, $inode) = m{^(\S+) \S+s \S+ \S+ (\d+) +/dev/zero}
                or next;
            my @stat = stat "/proc/$pid/map_files/$range";
            $shared{$inode} = $stat[12] / 2 if @stat;
        }
    }

    my $shared = 0;
    $shared += $_ for values %shared;
    return { private => $private, shared => $shared };
}

1;
