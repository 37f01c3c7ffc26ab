package MaasTest::Prometheus;

# A real Prometheus that scrapes nginx every second, its promtool, and the text
# form of metrics taken apart.  Knows nothing of which metrics there are.
#
#     my $p = MaasTest::Prometheus->new($t, "127.0.0.1:$port", rules => $file,
#         others => [ "127.0.0.1:$router" ]);
#     my @series = $p->query('sum(rate(x[10s]))');
#     $p->stop;

use strict;
use warnings;

use JSON::PP ();
use MaasTest;
use POSIX ();

my $installed = "$MaasTest::top/build/prometheus/usr/bin";

# The path of a program of it, or the end of the test

sub program {
    my ($name) = @_;
    for ($installed, split /:/, $ENV{PATH}) {
        return "$_/$name" if -x "$_/$name";
    }
    return MaasTest::missing("$name: make build/prometheus/.done");
}

# promtool with arguments: (exit status, all that it said).  `stdin`: a text.

sub promtool {
    my ($t, $stdin, @args) = @_;
    $t->write_file('promtool.in', $stdin // '');
    my ($rc, $out, $err) = $t->command('sh', '-c',
        'exec "$@" <promtool.in', 'sh', program('promtool'), @args);
    return ($rc, $out . $err);
}

sub new {
    my ($class, $t, $target, %o) = @_;
    my $self = bless { t => $t, port => MaasTest::free_port() }, $class;
    my $dir = $t->dir;
    my $program = program('prometheus');
    my $targets = join ', ', map { "'$_'" } $target, @{ $o{others} || [] };

    $t->write_file('prometheus.yml', <<"EOC");
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ @{[ $o{rules} || '' ]} ]
scrape_configs:
  - { job_name: maas, static_configs: [ { targets: [ $targets ] } ] }
EOC

    $self->{pid} = fork // die "fork: $!";

    if (!$self->{pid}) {
        open STDOUT, '>', "$dir/prometheus.log" or POSIX::_exit(127);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(127);
        exec { $program } $program, "--config.file=$dir/prometheus.yml",
            "--storage.tsdb.path=$dir/prometheus",
            "--web.listen-address=127.0.0.1:$self->{port}"
            or POSIX::_exit(127);
    }

    $t->wait_for(sub { $self->api('query?query=up') })
        or die "prometheus: " . $t->read_file('prometheus.log');
    return $self;
}

# data of an answer of its API, or undef

sub api {
    my ($self, $path) = @_;
    my $sock = eval { $self->{t}->connect($self->{port}) } or return;
    my $text = $self->{t}->send("GET /api/v1/$path HTTP/1.1\r\n"
        . "Host: p\r\nConnection: close\r\n\r\n", socket => $sock);
    my ($answer) = $self->{t}->answers($text) or return;
    my $json = eval { JSON::PP::decode_json($answer->body) } or return;
    $self->{error} = $json->{error};
    return $json->{data};
}

# Series of an expression now: [ { metric => { labels }, value => text } ... ]
# An expression that is wrong: undef, and error() says why.

sub query {
    my ($self, $expr) = @_;
    $expr =~ s/([^\w.~-])/sprintf '%%%02X', ord $1/ge;
    my $data = $self->api("query?query=$expr") or return;
    return [ { metric => {}, value => $data->{result}[1] } ]
        if $data->{resultType} eq 'scalar';
    return [ map { { metric => $_->{metric}, value => $_->{value}[1] } }
        @{ $data->{result} } ];
}

sub error { return $_[0]{error} // '' }

sub stop {
    my ($self) = @_;
    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

# What is wrong with a text of metrics, as the format has it: lines that are
# none, a HELP or TYPE that is not once and before its series, series of a name
# that do not stand together, or are there twice.  Empty: nothing.

sub wrong {
    my ($text) = @_;
    my $label = qr/\w+="(?:[^"\\\n]|\\[\\"n])*"/;
    my $number = qr/[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf/;
    my (@wrong, %head, %seen, %closed);
    my $now = '';

    for (split /\n/, $text) {
        if (/^# (HELP|TYPE) (\w+) (.+)$/) {
            push @wrong, "twice: $_" if $head{"$1 $2"}++;
            push @wrong, "not at the head of its series: $_"
                if $closed{$2} || ($now eq $2 && $seen{$2});
            $closed{$now} = 1 if $now ne $2 && $now ne '';
            $now = $2;
            $head{$2} = $3 if $1 eq 'TYPE';
            next;
        }
        if (!/^(\w+)(\{$label(?:,$label)*\})? $number$/) {
            push @wrong, "no line of a metric: $_";
            next;
        }
        my ($name, $labels) = ($1, $2 // '');
        push @wrong, "there twice: $name$labels" if $seen{"$name$labels"}++;
        my $family = $name;
        $family =~ s/_(?:bucket|sum|count)$//
            if ($head{$now} || '') eq 'histogram';
        push @wrong, "under the head of $now: $_" if $family ne $now;
        push @wrong, "no HELP and TYPE: $_"
            if !$head{"HELP $family"} || !$head{"TYPE $family"};
        $seen{$family} = 1;
    }

    push @wrong, 'the last line does not end' if $text !~ /\n\z/;
    return @wrong;
}

1;
