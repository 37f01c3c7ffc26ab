# Promise: whatever is put in the place of a watched model, the old one goes on
# until there is a good one; what was wrong is said once, and what is otherwise.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use MaasTest;
use MaasTest::Swap;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my $t = MaasTest->new;
my $dir = $t->dir;
my @small = (hidden => 16);
my $elsewhere = "/dev/shm/maas-swap-$$";

END { unlink glob "$elsewhere/*"; rmdir $elsewhere }

# what a ConfigMap of Kubernetes looks like
mkdir "$dir/$_" for 'map', 'map/..v1';
MaasTest::Swap::put($t, 'map/..v1/k', 1, @small);
symlink '..v1', "$dir/map/..data";
symlink '..data/k.safetensors', "$dir/map/k.safetensors";

mkdir $elsewhere or die "$elsewhere: $!";
symlink $elsewhere, "$dir/elsewhere";
MaasTest::Swap::put($t, $_, 1, @small)
    for 'm', 'limited', 'fed', 'columns', 'elsewhere/e', 'good';

my $column = sub { return { name => $_[0], kind => 'number', missing => 0 } };
my @columns = map { inputs => { kind => 'columns',
    columns => [ map { $column->($_) } @$_ ] } },
    [qw(a b c d)], [qw(a b c e)];
MaasTest::Swap::put($t, 'columns', 1, @small, %{ $columns[0] });
MaasTest::Swap::put($t, 'fed', 1, @small, %{ $columns[0] });

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_memory 4m;
    maas_max_rows 4;
    maas_batch 4;
    add_header X-Worker $pid always;
    maas_model m m.safetensors watch=100ms max=100m;
    maas_model limited limited.safetensors watch=100ms max=64k;
    maas_model fed fed.safetensors watch=100ms;
    maas_model columns columns.safetensors watch=100ms;
    maas_model k map/k.safetensors watch=100ms;
    maas_model e elsewhere/e.safetensors watch=100ms;
    maas_model good good.safetensors;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        location = /m { maas_predict m; }
        location = /limited { maas_predict limited; }
        location = /columns { maas_predict columns; }
        location = /k { maas_predict k; }
        location = /e { maas_predict e; }
        location = /good { maas_predict good; }
        location = /fed {
            maas_feature a $arg_a;
            maas_feature d $arg_d model=fed;
            maas_set $fed fed score;
            return 200 $fed;
        }
        location / { maas_serve; }
        location = /metrics { maas_metrics; }
    }
}
EOC
$t->known_good('/good', $MaasTest::Swap::row);
$t->run;
my $lines = MaasTest::Swap::lines($t, '/good');

# Lines of the log from a place on that are of this level

sub said {
    my ($at, $level) = @_;
    return grep { /\[$level\]/ } split /\n/, substr $t->log, $at;
}

# Something is put there: a line like $re is logged, once for all workers, and
# the old generation $g goes on

sub refused {
    my ($what, $name, $g, $put, $re, $level) = @_;
    my $at = length $t->log;
    $level //= 'error';
    $put->();

    ok($t->wait_for(sub { said($at, $level) }), "$what: is said")
        or return;
    sleep 0.5;              # and not again, nor by others
    my @said = said($at, $level);
    is(scalar @said, 1, 'once') or diag(map { "$_\n" } @said);
    like($said[0], qr/maas_model "$name".*$re/, 'and clearly');
    ok(MaasTest::Swap::all($t, $lines, "/$name", $g),
        "generation $g goes on");
    return;
}

sub taken {
    my ($what, $name, $g, $put) = @_;
    my $at = length $t->log;
    $put->();
    ok(MaasTest::Swap::all($t, $lines, "/$name", $g), "$what: is taken over");
    my @notices = grep { /"$name"/ } said($at, 'notice');
    is(scalar @notices, 1, 'one line');
    like($notices[0] // '', qr/SHA-256 [0-9a-f]{64}/, 'with the checksum');
    return $notices[0] // '';
}

# bytes in the place of a file, by rename

sub rename_to {
    my ($name, $bytes) = @_;
    $t->write_file('new', $bytes);
    rename "$dir/new", "$dir/$name.safetensors" or die $!;
    return;
}

my $whole = MaasTest::Swap::bytes('m', 2, @small);

subtest 'bad files' => sub {
    for my $case ([ 'garbage', 'x' x 5000, 'R\d+: ' ], [ 'empty', '', 'R1: ' ],
        [ 'truncated', substr($whole, 0, -100), 'R1\d: ' ],
        [ 'only the header', substr($whole, 0, 300), 'R\d+: ' ],
        [ 'not finite', do { my $b = $whole; substr $b, -8, 4,
            pack 'f<', 'inf'; $b }, 'R24: ' ])
    {
        my ($what, $bytes, $re) = @$case;
        refused($what, 'm', 1, sub { rename_to('m', $bytes) },
            qr/m\.safetensors": $re/);
    }
    refused('a directory', 'm', 1, sub {
        unlink "$dir/m.safetensors"; mkdir "$dir/m.safetensors";
    }, qr/(?:not a regular file|\bis gone|failed)/);
    rmdir "$dir/m.safetensors";
    refused('a FIFO', 'm', 1, sub {
        POSIX::mkfifo("$dir/m.new", 0644);
        rename "$dir/m.new", "$dir/m.safetensors";
    }, qr/not a regular file/);
    taken('a good one', 'm', 2, sub { rename_to('m', $whole) });
};

subtest 'removed' => sub {
    refused('removed', 'm', 2, sub { unlink "$dir/m.safetensors" },
        qr/is gone.*No such file/, 'warn');
    my $at = length $t->log;
    rename_to('m', $whole);
    sleep 0.5;
    is_deeply([ said($at, '(?:notice|error|warn)') ], [],
        'the same file comes back: nothing happens');
    unlink "$dir/m.safetensors";
    taken('another comes back', 'm', 3, sub {
        MaasTest::Swap::put($t, 'm', 3, @small) });
};

subtest 'the same bytes' => sub {
    my $at = length $t->log;
    utime time + 5, time + 5, "$dir/m.safetensors";
    sleep 0.3;
    MaasTest::Swap::put($t, 'm', 3, @small);
    sleep 0.5;
    is_deeply([ said($at, '(?:notice|error|warn)') ], [],
        'touched, and put again');
    ok(MaasTest::Swap::all($t, $lines, '/m', 3), 'nothing happens');
};

subtest 'unreadable' => sub {
    if ($> != 0) {
        pass('root reads everything: only where nginx is started by it');
        return;
    }
    refused('not for workers', 'm', 3, sub {
        $t->write_file('new', MaasTest::Swap::bytes('m', 4, @small));
        chmod 0600, "$dir/new";
        rename "$dir/new", "$dir/m.safetensors";
    }, qr/Permission denied/);
    taken('readable again', 'm', 4, sub { chmod 0644, "$dir/m.safetensors" });

    chmod 0600, "$dir/m.safetensors";
    my ($rc, $said) = $t->check_conf($t->read_file('nginx.conf'));
    is($rc, 1, 'nginx -t fails');
    like($said, qr/\[emerg\].*m\.safetensors.*Permission denied/,
        'and says why');
    chmod 0644, "$dir/m.safetensors";
    sleep 0.3;
};

subtest 'written in place' => sub {
    my $bytes = MaasTest::Swap::bytes('m', 5, hidden => 256);
    open my $fh, '>:raw', "$dir/m.safetensors" or die $!;
    $fh->autoflush(1);
    my $wrong = '';
    for my $part (unpack "(a32768)*", $bytes) {
        my $old = MaasTest::Swap::all($t, $lines, '/m', 4, 1);
        $wrong = tell $fh if !$old;
        print $fh $part;
        sleep 0.13;
    }
    close $fh;
    is($wrong, '', 'no half of it is taken over');
    ok(MaasTest::Swap::all($t, $lines, '/m', 5), 'but all of it');
    MaasTest::Swap::put($t, 'm', 6, @small);
    ok(MaasTest::Swap::all($t, $lines, '/m', 6), 'and the next');
};

subtest 'what is otherwise' => sub {
    my $line = taken('other outputs', 'm', 7, sub {
        MaasTest::Swap::put($t, 'm', 7, @small, outputs => 6) });
    like($line, qr/; 6 numbers a row, not 8$/, 'it says so');

    $line = taken('labels', 'm', 8, sub {
        MaasTest::Swap::put($t, 'm', 8, @small,
            labels => [ map { "l$_" } 1 .. 8 ]) });
    like($line, qr/label/, 'labels are named');

    $line = taken('more inputs', 'm', 'status 400', sub {
        MaasTest::Swap::put($t, 'm', 9, @small, in => 6) });
    like($line, qr/; shape 6, not 4\b/, 'counts are said');

    $line = taken('as before', 'm', 10, sub {
        MaasTest::Swap::put($t, 'm', 10, @small) });
    $line = taken('no change', 'm', 11, sub {
        MaasTest::Swap::put($t, 'm', 11, @small) });
    unlike($line, qr/; /, 'where nothing is otherwise, nothing is said');

    $line = taken('columns', 'columns', 2, sub {
        MaasTest::Swap::put($t, 'columns', 2, @small, %{ $columns[1] }) });
    like($line, qr/(?=.*"?\be\b"?)(?=.*"?\bd\b"?)/, 'columns are named');
    is($t->get('/v2/models/columns')->json->{columns}[3], 'e',
        'metadata is of now');
};

subtest 'what the configuration has no place for' => sub {
    refused('more than max=', 'limited', 1, sub {
        MaasTest::Swap::put($t, 'limited', 2, hidden => 256)
    }, qr/max=/);
    taken('smaller', 'limited', 3, sub {
        MaasTest::Swap::put($t, 'limited', 3, @small) });
    refused('more than maas_memory', 'm', 11, sub {
        MaasTest::Swap::put($t, 'm', 12, hidden => 1, in => 1048576)
    }, qr/maas_memory/);
    taken('smaller', 'm', 13, sub { MaasTest::Swap::put($t, 'm', 13, @small) });

    my $at = length $t->log;
    my $was = $t->get('/fed?a=1&d=2')->body;
    MaasTest::Swap::put($t, 'fed', 2, @small, %{ $columns[1] });
    ok($t->wait_for(sub { said($at, 'error') }), 'a column is not there: said');
    like(join("\n", said($at, 'error')), qr/"fed".*"d"/, 'which');
    is($t->get('/fed?a=1&d=2')->body, $was, 'the old one goes on');
};

subtest 'other ways to a file' => sub {
    taken('a ConfigMap', 'k', 2, sub {
        mkdir "$dir/map/..v2";
        MaasTest::Swap::put($t, 'map/..v2/k', 2, @small);
        symlink '..v2', "$dir/map/..tmp";
        rename "$dir/map/..tmp", "$dir/map/..data";
        unlink "$dir/map/..v1/k.safetensors";
        rmdir "$dir/map/..v1";
    });
    taken('another file system', 'e', 2, sub {
        MaasTest::Swap::put($t, 'elsewhere/e', 2, @small) });
};

my $text = $t->get('/metrics')->body;
my %refused = $text =~ /^maas_model_refused_total\{model="(\w+)",.*\} (\d+)$/mg;
cmp_ok($refused{m}, '>=', 9, 'what was refused is counted');
is($refused{columns}, 0, 'by model');

close $_ for values %$lines;
$t->rebase;
$t->done;
