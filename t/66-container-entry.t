#!/usr/bin/perl

# Promise: the entry of the container image serves what is in a folder, by the
# names that docs/containers.md says, takes its share of the machine from the
# cgroup, and refuses in one line what it cannot serve; nothing of a name or a
# variable becomes a directive.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Entry;
use Test::More;

MaasTest::missing('shellcheck')
    if system('command -v shellcheck >' . '/dev/null');

my $t = MaasTest->new;
my $e = MaasTest::Entry->new($t);
my $infer = '{"inputs":[{"name":"input","datatype":"FP32","shape":[1,4],'
    . '"data":[1,2,3,4]}]}';

$t->model('m', sizes => [ 4, 3, 2 ]);
my $bytes = $t->read_file('m.safetensors');

# A folder with copies of the model
sub folder {
    my ($name, @files) = @_;
    my $dir = $t->dir . "/$name";
    for my $file ('', @files) {
        system('mkdir', '-p', '--', "$dir/$file" =~ s{/[^/]*$}{}r);
        $t->write_file("$name/$file", $bytes) if $file ne '';
    }
    return $dir;
}

# What is served, as "name/version ..."
sub served { return join ' ', sort map { "$_->{name}/$_->{version}" }
    @{ $_[0]->json('/?format=json')->{models} } }

my ($bad, $found) = $t->command('shellcheck',
    "$MaasTest::top/conf/container/entry");
is($bad, 0, 'shellcheck') or diag($found);

###############################################################################
# layouts, and names that are text

my $odd = q(a $b; "c" 'd' \\e {f} #g.safetensors);

for ([ flat => '', [ 'churn.safetensors', 'fraud.v2.safetensors' ],
        'churn/1 fraud.v2/1' ],
    [ one => 'isvc', [ 'model.safetensors' ], 'isvc/1' ],
    [ odd => 'isvc', [ $odd ], 'isvc/1' ],
    [ q(o $d;d "x" {} 'y' #) => '', [ 'a.safetensors' ], 'a/1' ],
    [ tree => '', [ 'a/1/model.safetensors', 'a/3/x.safetensors',
        'b/1/model.safetensors' ], 'a/1 a/3 b/1' ],
    [ both => '', [ 'a/2/model.safetensors', 'b.safetensors' ], 'a/2 b/1' ],
    [ base => 'isvc', [ '1/model.safetensors', '20/model.safetensors' ],
        'isvc/1 isvc/20' ],
    [ under => 'isvc', [ 'a/1/model.safetensors', 'a/2/model.safetensors' ],
        'isvc/1 isvc/2' ])
{
    my ($name, $model, $files, $want) = @$_;
    my $run = $e->start([ folder($name, @$files) ],
        $model eq '' ? () : (MODEL_NAME => $model)) or next;
    is(served($run), $want, "$name: $want");
    is($run->status('/v2/health/ready'), 200, "$name: ready");
    my ($first) = $want =~ m{^([^/]+)};
    is($run->post("/v2/models/$first/infer", $infer)->status, 200,
        "$name: an answer");
    $run->end;
}

my $run = $e->start([ $t->dir . '/one/model.safetensors' ]);
is(served($run), 'model/1', 'a file is a model, too');
my ($out) = $t->command('curl', '-sS', '--fail', '--http2-prior-knowledge',
    '-d', $infer, $run->url(1) . '/v2/models/model/infer');
is($out, 0, 'HTTP/2 on the port of gRPC');
like($run->get('/metrics', 2)->body, qr/^maas_workers 1$/m, 'metrics');
is($run->status('/metrics'), 404, 'not where clients are');
like($run->said, qr/model "model"/, 'it says what it has loaded');
$run->end;

###############################################################################
# what it refuses, in one line and at once

folder('none');
folder('unreadable', 'm.safetensors');
chmod 0, $t->dir . '/unreadable/m.safetensors';
chmod 0755, map { $t->dir . $_ } '', '/unreadable';
my @nobody = $> ? () : qw(setpriv --reuid 65534 --regid 65534 --clear-groups);
my $dir = $t->dir;

for ([ 'none', {}, qr{^no models in \Q$dir\E/none: expected } ],
    [ 'nowhere', {}, qr{^no models in } ],
    [ 'flat', { MODEL_NAME => 'm' }, qr{has 2 model files and MODEL_NAME} ],
    [ 'tree', { MODEL_NAME => 'm' }, qr{has several models and MODEL_NAME} ],
    [ 'base', {}, qr{does not say how models are called: set MODEL_NAME} ],
    [ 'one', { MODEL_NAME => 'stats' }, qr{MODEL_NAME: expected 1 to 64} ],
    [ 'one', { MODEL_NAME => 'x' x 65 }, qr{MODEL_NAME: expected 1 to 64} ],
    [ 'one', { MODEL_NAME => 'a b' }, qr{MODEL_NAME: .* got 'a b'} ],
    [ 'one', { MODEL_NAME => "m;\nuser root" }, qr{MODEL_NAME has a line end} ],
    [ folder("l\nl", 'm.safetensors') => {}, qr{folder of models has a line} ],
    [ folder('bad', "m\n.safetensors") => {}, qr{name of a file in .* line} ],
    [ folder('star*', 'm.safetensors') => {}, qr{expected a path without \*} ],
    [ 'unreadable', {}, qr{m\.safetensors: cannot be read by user } ],
    [ folder('v', 'x/model.safetensors') => { MODEL_NAME => 'm' },
        qr{v/x: expected a folder called by the number of a version} ],
    [ folder('w', '1/a.safetensors', '1/b.safetensors') =>
        { MODEL_NAME => 'm' }, qr{w/1 has 2 model files: expected one} ],
    [ 'one', { MAAS_PORT => 9000 }, qr{^port 9000 is there twice} ],
    [ 'one', { MAAS_METRICS_PORT => 9000 }, qr{^port 9000 is there twice} ],
    (map { [ 'one', { $_->[0] => $_->[1] }, qr{^$_->[0]: expected } ] }
        [ MAAS_WORKERS => '0' ], [ MAAS_WORKERS => 'auto; user root' ],
        [ MAAS_PORT => '65536' ], [ MAAS_GRPC_PORT => '-1' ],
        [ MAAS_METRICS_PORT => '1.0' ], [ MAAS_BATCH => '5000' ],
        [ MAAS_MAX_ROWS => '1e3' ], [ MAAS_MEMORY => '1t' ],
        [ MAAS_MEMORY => '64' ], [ MAAS_WATCH => 's' ],
        [ MAAS_DRAIN => '1d' ], [ MAAS_LOG => 'loud' ],
        [ MAAS_ACCESS_LOG => 'yes' ], [ MAAS_ADDRESS => 'localhost; x' ],
        [ MAAS_CONF => 'conf' ], [ MAAS_VERIFY => '/a*' ],
        [ MAAS_KEY => 'a' ], [ MAAS_WAIT => 'long' ]))
{
    my ($folder, $env, $re) = @$_;
    $folder = "$dir/$folder" if $folder !~ m{^/};
    my ($rc, $said) = $e->refused([ $folder ], $env, @nobody);
    my $what = join ' ', $re;
    is($rc, 1, "refused: $what");
    like($said, qr/^maas-entry: /, 'by the entry');
    like($said =~ s/^maas-entry: //r, $re, 'says why');
    is($said =~ tr/\n//, 1, 'in one line');
}

# one that is not signed, where models have to be

$t->command('sh', '-ec', 'openssl ecparam -name prime256v1 -genkey -noout'
    . ' -out a.pem; openssl pkey -in a.pem -pubout -out a.pub');
my @signed = ([ "$dir/one" ], { MODEL_NAME => 'm', MAAS_VERIFY =>
    "$dir/a.pub" });
my ($rc, $said) = $e->refused(@signed);
is($rc, 1, 'without a signature');
like($said, qr/\[emerg\].*model\.safetensors\.sig/, "nginx's line");
($rc, $said) = $t->trainer('sign', 'one/model.safetensors', '--key', 'a.pem');
is($rc, 0, 'signed');
$run = $e->start($signed[0], %{ $signed[1] });
is(served($run), 'm/1', 'with one');
$run->end;
unlink "$dir/one/model.safetensors.sig";

$t->write_file('junk.safetensors', 'x' x 100);
($rc, $said) = $e->refused([ "$dir/junk.safetensors" ], {});
is($rc, 1, 'a bad file');
like($said, qr/\[emerg\].*junk\.safetensors/, "nginx's line");

###############################################################################
# its share of the machine

# A cgroup as files: version 2 or 1
sub cgroup {
    my ($name, %file) = @_;
    for my $file (sort keys %file) {
        system('mkdir', '-p', "$dir/$name/$file" =~ s{/[^/]*$}{}r);
        $t->write_file("$name/$file", "$file{$file}\n");
    }
    return "$dir/$name";
}

chomp(my $cores = `nproc`);
my $quota = $cores > 1 ? 150000 : 100000;

for ([ 'two', cgroup('two', 'cpu.max' => "$quota 100000",
        'memory.max' => 134217728), $cores > 1 ? 2 : 1, '9\dm|4\dm' ],
    [ 'half a core', cgroup('half', 'cpu.max' => '50000 100000',
        'memory.max' => 'max'), 1, '256m' ],
    [ 'none', cgroup('max', 'cpu.max' => 'max 100000',
        'memory.max' => 'max'), $cores, '256m' ],
    [ 'version 1', cgroup('v1', 'cpu/cpu.cfs_quota_us' => 100000,
        'cpu/cpu.cfs_period_us' => 100000,
        'memory/memory.limit_in_bytes' => 67108864), 1, '35m' ],
    [ 'version 1, none', cgroup('v1max', 'cpu/cpu.cfs_quota_us' => -1,
        'cpu/cpu.cfs_period_us' => 100000, 'memory/memory.limit_in_bytes' =>
        9223372036854771712), $cores, '256m' ],
    [ 'nothing is known', cgroup('empty'), $cores, '256m' ])
{
    my ($name, $cgroup, $workers, $memory) = @$_;
    my $run = $e->start([ "$dir/one" ], MODEL_NAME => 'm',
        MAAS_WORKERS => '', MAAS_CGROUP => $cgroup) or next;
    like($run->conf, qr/^worker_processes $workers;$/m, "$name: workers");
    like($run->conf, qr/^ +maas_memory (?:$memory);$/m, "$name: memory");
    $run->end;
}

($rc, $said) = $e->refused([ "$dir/one" ], { MAAS_WORKERS => 8, MAAS_CGROUP =>
    cgroup('small', 'memory.max' => 33554432) });
is($rc, 1, 'too little memory');
like($said, qr/^maas-entry: a memory limit of 32 MiB has no room .*\n\z/,
    'one line');

# models of more bytes than 31 bits count: a file with a hole
folder('huge');
truncate $t->write_file('huge/a.safetensors', ''), 3 << 30
    or die "truncate: $!";
($rc, $said) = $e->refused([ "$dir/huge" ], { MAAS_WORKERS => 1, MAAS_CGROUP =>
    cgroup('gigabytes', 'memory.max' => 3 << 30) });
like($said, qr/ has no room for models of 3072 MiB /, 'large models');
unlink "$dir/huge/a.safetensors";

###############################################################################
# lines of one's own, as the page has them; a log, a model that comes later

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/containers.md");
mkdir "$dir/$_" for 'etc', 'etc/http.d', 'etc/server.d', 'late';
while ($page =~ m{^```nginx\n# (\w+\.d/\w+\.conf)\n(.*?)^```}msg) {
    $t->write_file("etc/$1", $2 =~ s/ratio=0\.01/ratio=1/r);
}
system("(sleep 0.3; mv '$dir/m.safetensors' '$dir/late/m.safetensors') &");
$run = $e->start([ "$dir/late" ], MAAS_CONF => "$dir/etc", MAAS_WAIT => 20,
    MAAS_ACCESS_LOG => 'on', MAAS_WATCH => '100ms');
is(served($run), 'm/1', 'a model that came later');
$run->post('/v2/models/m/infer', $infer);
ok($t->wait_for(sub { $run->said =~ /^\{"time".*"status":200,"model":"m"/m }),
    'the access log');

my ($ok, $slow) = (0, 0);
for (1 .. 300) {
    my $status = $run->status('/v2/health/live');
    $status == 200 ? $ok++ : $status == 429 && $slow++;
}
is($ok + $slow, 300, 'all are answered');
cmp_ok($slow, '>', 0, 'lines of one\'s own: a limit');
like($run->get('/metrics', 2)->body, qr/^maas_cache_misses_total\{.*\} 1$/m,
    'a cache');
like($run->said, qr/^\{"resourceSpans":.*"models"/m, 'spans');
unlike($run->said, qr{"uri":"/metrics"}, 'of clients alone');
is($run->get('/metrics', 2)->status, 200, 'not for who watches');
like($run->conf, qr/maas_models ".*" watch=100ms;/, 'watched');
$run->end;

# the page has all variables, with their defaults

my $entry = MaasTest::Proc::slurp("$MaasTest::top/conf/container/entry");
my %default = $entry =~ /\$\{(MAAS_\w+):=(.*?)\}/g;
my %used = map { $_ => 1 } $entry =~ /\$\{?((?:MAAS_\w+|MODEL_NAME))/g;
delete @used{qw(MAAS_CGROUP MAAS_MODULE MAAS_NGINX)};  # for this test
my ($table) = $page =~ /^## Variables\n(.*?)^## /ms;
is(join(' ', sort map { /`(\w+)`/g } $table =~ /^\|( `.*?)\|/mg),
    join(' ', sort keys %used), 'the page has all variables');
for my $line ($table =~ /^\| (`.*?\| .*?) \|/mg) {
    my ($names, $values) = split / \| /, $line;
    my @names = $names =~ /`(\w+)`/g;
    my @values = split /, /, $values =~ tr/`//dr;
    for (0 .. $#names) {
        my $is = $default{ $names[$_] } or next;
        is($values[$_], $is, "the default of $names[$_]");
    }
}

done_testing();
