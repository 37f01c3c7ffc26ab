# A real browser for tests: headless Chromium driven through its WebDriver.
# Nothing of nginx or of models here; core Perl only.
package MaasBrowser;

use strict;
use warnings;

use File::Temp ();
use HTTP::Tiny;
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Time::HiRes qw(sleep time);

my @FLAGS = qw(--headless --no-sandbox --disable-gpu --disable-quic
    --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-dev-shm-usage
    --force-color-profile=srgb);


# The two programs, or () if one is missing.
sub programs {
    my $chromium = $ENV{MAAS_CHROMIUM} || '/usr/bin/chromium';
    my $driver = $ENV{MAAS_CHROMEDRIVER} || '/usr/bin/chromedriver';

    return -x $chromium && -x $driver ? ($chromium, $driver) : ();
}


# new(width => 1000, height => 900, flags => [...]); dies with the reason.
sub new {
    my ($class, %o) = @_;
    my ($chromium, $driver) = programs() or die "no chromium\n";
    my $self = bless {
        http => HTTP::Tiny->new(timeout => 60, keep_alive => 1),
        json => JSON::PP->new->utf8->allow_nonref,
        home => File::Temp->newdir(),
        owner => $$,
    }, $class;

    $self->_start($driver);

    my $size = join ',', $o{width} || 1000, $o{height} || 900;
    my $profile = "$self->{home}/profile";
    my $s = $self->_call(POST => '/session', { capabilities => {
        alwaysMatch => {
            'goog:loggingPrefs' => { browser => 'ALL' },
            'goog:chromeOptions' => {
                binary => $chromium,
                args => [@FLAGS, "--window-size=$size",
                         "--user-data-dir=$profile", @{ $o{flags} || [] }],
            },
        },
    } });
    $self->{session} = "/session/$s->{sessionId}";

    return $self;
}


# It chooses a free port and says which.
sub _start {
    my ($self, $driver) = @_;

    $self->{pid} = open $self->{out}, '-|';
    defined $self->{pid} or die "cannot fork: $!\n";

    if ($self->{pid} == 0) {
        open STDERR, '>', "$self->{home}/driver.log";
        $ENV{HOME} = "$self->{home}";
        exec $driver, '--port=0' or exit 127;
    }

    while (defined(my $line = readline $self->{out})) {
        next unless $line =~ /successfully on port (\d+)/;
        $self->{base} = "http://127.0.0.1:$1";
        return;
    }

    die "chromedriver did not start\n";
}


sub _call {
    my ($self, $method, $path, $body) = @_;
    my %o = (headers => { 'Content-Type' => 'application/json' });

    $o{content} = $self->{json}->encode($body) if $body;
    my $r = $self->{http}->request($method, $self->{base} . $path, \%o);
    my $v = eval { $self->{json}->decode($r->{content}) };

    return $v->{value} if $r->{success} && $v;

    my $why = ref $v && ref $v->{value} ? $v->{value}{message} : $r->{content};
    die "browser: $method $path: $r->{status} $why\n";
}


sub _session {
    my ($self, $method, $path, $body) = @_;
    return $self->_call($method, $self->{session} . $path, $body);
}


sub get {
    my ($self, $url) = @_;
    return $self->_session(POST => '/url', { url => $url });
}


# The value of a JavaScript function body; @args are its arguments[].
sub js {
    my ($self, $script, @args) = @_;
    return $self->_session(POST => '/execute/sync',
        { script => $script, args => \@args });
}


# Until the function body gives something true: that, or undef at the end.
sub wait_js {
    my ($self, $script, @args) = @_;
    my $end = time() + 20;

    do {
        my $v = $self->js($script, @args);
        return $v if $v;
        sleep 0.05;
    } while (time() < $end);

    return undef;
}


# Two frames later: what was to happen at the next one has happened.
sub frames {
    my ($self) = @_;
    return $self->_session(POST => '/execute/async', { args => [], script =>
        'const done = arguments[0];'
        . 'requestAnimationFrame(() => requestAnimationFrame(done))' });
}


# Chromium's own protocol, such as Emulation.setEmulatedMedia.
sub cdp {
    my ($self, $command, %params) = @_;
    return $self->_session(POST => '/goog/cdp/execute',
        { cmd => $command, params => \%params });
}


# Draws with a real pointer on the element: strokes of [x,y], 0..1 over it.
sub draw {
    my ($self, $selector, @strokes) = @_;
    my $box = $self->js('const e = document.querySelector(arguments[0]);'
        . 'e.scrollIntoView({block: "nearest"});'
        . 'const r = e.getBoundingClientRect();'
        . 'return [r.left, r.top, r.width, r.height]', $selector);
    my @do;

    for my $stroke (@strokes) {
        my $down = 0;
        for my $p (@$stroke) {
            push @do, { type => 'pointerMove', duration => 10,
                origin => 'viewport',
                x => int($box->[0] + $p->[0] * $box->[2]),
                y => int($box->[1] + $p->[1] * $box->[3]) };
            push @do, { type => 'pointerDown', button => 0 } unless $down++;
        }
        push @do, { type => 'pointerUp', button => 0 };
    }

    return $self->_session(POST => '/actions', { actions => [ {
        type => 'pointer', id => 'hand', actions => \@do,
        parameters => { pointerType => 'mouse' } } ] });
}


# Keys to the element that has the focus; WebDriver's codes for special ones.
sub keys {
    my ($self, @keys) = @_;
    my @do = map { ({ type => 'keyDown', value => $_ },
                    { type => 'keyUp', value => $_ }) } @keys;
    return $self->_session(POST => '/actions', { actions => [ {
        type => 'key', id => 'keys', actions => \@do } ] });
}


# What the console got since the last time: lines of "LEVEL message".
sub console {
    my ($self) = @_;
    my $log = $self->_session(POST => '/se/log', { type => 'browser' });
    return map { "$_->{level} $_->{message}" } @$log;
}


sub screenshot {
    my ($self, $file) = @_;
    my $png = decode_base64($self->_session(GET => '/screenshot'));

    open my $f, '>:raw', $file or die "$file: $!\n";
    print $f $png;
    close $f or die "$file: $!\n";
}


sub DESTROY {
    my ($self) = @_;
    return unless $self->{pid} && $self->{owner} == $$;
    local ($@, $?, $!);

    eval { $self->_session(DELETE => '') } if $self->{session};
    kill 'TERM', $self->{pid};
    close $self->{out};
}


1;
