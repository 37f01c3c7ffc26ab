# What comes is compared with what training saw: missing and unknown values are
# counted exactly, by column, in every form and for variables; the PSI of a
# column that is not as it was in training is large, that of the others is not;
# of four workers, over reloads, until a model with another reference comes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use POSIX ();
use Test::More;

my $t = MaasTest->new;
my @csv = ('Content-Type' => 'text/csv');
my @json = ('Content-Type' => 'application/json');

# the same rows on each run: xorshift

my $state = 88172645463325252;

sub uniform {
    $state ^= $state << 13;
    $state ^= $state >> 7;
    $state ^= $state << 17;
    return ($state >> 11) / 2**53;
}

my @city = (('rome') x 5, ('oslo') x 3, ('lima') x 2);
my $awkward = 'a "b" \\c';

sub rows {
    my ($n, $shift) = @_;
    return map { [ sprintf('%.3f', uniform() + uniform() + $shift),
        int 100 * uniform() ** 2, $city[10 * uniform()],
        uniform() < 0.3 ? 'yes' : 'no' ] } 1 .. $n;
}

my $names = join ',', qq("a ""b"" \\c"), qw(size city vip);

sub csv {
    return join "\n", $names, map { join ',', @$_ } @_;
}

sub fit {
    my ($file, $seed) = @_;
    $state = $seed;
    my @rows = rows(3000, 0);
    $_->[4] = $_->[0] > 1 ? 'high' : 'low' for @rows;
    $t->write_file('t.csv', "$names,y\n" . join '', map {
        join(',', @$_) . "\n" } @rows);
    my ($rc, undef, $err) = $t->trainer(qw(fit -q -d t.csv --epochs 1 --folds 0
        --hidden 4:tanh -o), $file);
    is($rc, 0, "fit $file") or diag($err);
    return;
}

fit('m.safetensors', 88172645463325252);

$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 4;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    maas_model m %%TESTDIR%%/m.safetensors version=2;
    maas_model m %%TESTDIR%%/m.safetensors version=3;
    maas_model k %%TESTDIR%%/k.safetensors;
    client_max_body_size 4m;
    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        maas_feature size $arg_size;
        maas_feature city $arg_city;
        maas_feature vip $arg_vip;
        location / { maas_serve; }
        location = /p { maas_predict m version=1; }
        location = /psi { maas_predict m version=3; }
        location = /k { maas_predict k; }
        location = /large { maas_predict m version=1; maas_batch 8; }
        location = /pool { maas_predict m version=1;
            maas_offload pool above=0us; }
        location = /metrics { maas_metrics; }
        location = /status { maas_status; }
        location = /known { return 200 "$maas_features_m"; }
        location = /set { maas_set $s m:3 score;
            return 200 "$maas_features_m $s"; }
        location = /sets { maas_set $s m:2 score; maas_set $l m:2 label;
            maas_offload pool above=0us;
            add_header X "$s$l" always; root /nowhere; }
    }
}
EOC
my $row = '["0.5",3,"rome",true]';
$t->write_file('k.safetensors', $t->read_file('m.safetensors'));
$t->known_good('/k', $row, @json);
$t->run;

sub metrics {
    my $text = $t->get('/metrics')->body;
    my %m = (text => $text);
    while ($text =~ /^maas_(\w+?)(?:_values_total)?\{model="m",(?#
        )version="(\d)"(?:,column="((?:[^"\\]|\\.)*)")?(?#
        )(?:,window="(1[hd])")?\} (\S+)$/mg)
    {
        $m{join ' ', "v$2", $1, grep { defined } $3, $4} = $5;
    }
    return \%m;
}

# what was added since the last time, by name

my $before = {};

sub added {
    my ($want, $name) = @_;
    my $now = metrics();
    is_deeply({ map { my $n = $now->{$_} - ($before->{$_} // 0);
        $n ? ($_ => $n) : () } grep { / (?:missing|unknown) / } keys %$now },
        $want, $name);
    $before = $now;
    return;
}

###############################################################################
# what is missing and unknown

my $m = metrics();
is($m->{'v1 missing a \\"b\\" \\\\c'}, 0, 'names are escaped');
is(join(' ', grep { / unknown / } sort keys %$m),
    join(' ', map { "v$_ unknown city" } 1 .. 3), 'categories alone have unknown values');
is(scalar(grep { /psi/ } keys %$m), 0, 'nothing is compared yet');
added({}, 'nothing yet');

my $x = '"a \\"b\\" \\\\c"';
my $a = 'v1 missing a \\"b\\" \\\\c';

for ([ '/p', "[{$x:1,\"size\":null,\"city\":\"rome\",\"vip\":1}]", @json ],
    [ '/p', "{$x:1,\"city\":\"rome\",\"vip\":\"\"}", @json ],
    [ '/p', '["",2,"bonn","no"]', @json ],
    [ '/p', "size,city,vip\n2,bonn,yes\n2,rome,no", @csv ],
    [ '/p', 'size=2&city=bonn&vip=no',
        'Content-Type' => 'application/x-www-form-urlencoded' ],
    [ '/v1/models/m/versions/1:predict',
        "{\"instances\":[{$x:1,\"size\":1,\"city\":\"x\"}]}", @json ],
    [ '/v1/models/m/versions/1:predict', "{\"inputs\":{$x:[1,2],\"size\":"
        . '[1,2],"city":["rome",""],"vip":[null,true]}}', @json ],
    [ '/v2/models/m/versions/1/infer', '{"inputs":[' . join(',', map {
        "{\"name\":$_->[0],\"datatype\":\"$_->[1]\",\"shape\":[2],\"data\":"
        . "$_->[2]}" } ([ $x, 'FP32', '[1,null]' ], [ '"size"', 'FP32', '[1,2]' ],
        [ '"city"', 'BYTES', '["y","lima"]' ],
        [ '"vip"', 'BOOL', '[true,null]' ])) . ']}', @json ])
{
    my ($uri, @rest) = @$_;
    my $r = $t->post($uri, @rest);
    is($r->status, 200, "$uri $rest[0]") or diag($r->body);
}

added({ $a => 5, 'v1 missing size' => 2, 'v1 missing vip' => 4,
    'v1 missing city' => 1, 'v1 unknown city' => 5 }, 'every form');

is($t->post('/p', '["",2,"bonn","what"]', @json)->status, 400, 'refused');
added({}, 'what is refused is not counted');

my $gaps = csv((map { [ '', 1, 'bonn', 'no' ] } 1 .. 50),
    map { [ 1, 1, 'rome', '' ] } 1 .. 50);
is($t->post($_, $gaps, @csv)->status, 200, $_) for qw(/large /pool /p);
added({ $a => 150, 'v1 unknown city' => 150, 'v1 missing vip' => 150 },
    'in batches, in turns, in a thread');

$t->get("/known?size=1&vip=no&city=bonn") for 1 .. 3;
$t->get("/set?size=1&vip=yes&city=bonn") for 1 .. 10;
$t->get("/sets?size=1&vip=maybe&city=") for 1 .. 10;
added({ 'v2 missing a \\"b\\" \\\\c' => 10, 'v2 missing vip' => 10,
    'v2 missing city' => 10, 'v3 missing a \\"b\\" \\\\c' => 10,
    'v3 unknown city' => 10 }, 'variables, once a request');

# the same bits as without marks

for my $city ('', 'bonn', 'rome') {
    my $was = $t->post('/p', "[\"\",null,\"$city\",null]", @json)->body;
    my ($rc, $out) = do {
        $t->write_file('one.csv', csv([ '', '', $city, '' ]));
        $t->trainer(qw(predict m.safetensors -d one.csv));
    };
    my ($p) = $was =~ /([\d.e-]+)/;
    like($out, qr/\Q$p\E/, "prediction of \"$city\"");
}

###############################################################################
# the PSI

sub psi {
    my ($window) = @_;
    my $m = metrics();
    return { map { /^v3 drift_psi (\S+).* \Q$window\E$/ ? ($1 => $m->{$_}) : ()
        } keys %$m };
}

$t->reload;                                # counters stay
$m = metrics();
is($m->{$a}, $before->{$a} + 3, 'over a reload');

# as in training

for (1 .. 40) {
    $t->post('/psi', csv(rows(100, 0)), @csv);
}

cmp_ok(metrics()->{'v3 drift_rows 1h'}, '>=', 1000, 'rows are sampled');
my $same = psi('1h');
is(scalar keys %$same, 4, 'a figure for each column');
cmp_ok($same->{$_}, '<', 0.05, "$_ is as it was") for sort keys %$same;
is_deeply(psi('1d'), $same, 'and so was the day');

$t->reload;
is_deeply(psi('1h'), $same, 'they stay over a reload');

for (1 .. 60) {
    $t->post('/psi', csv(rows(100, 0.8)), @csv);
}

my $other = psi('1h');
my %drift = map { $_->{column} => $_ } @{$t->get('/status?page=live&format=json'
    . '&model=m&version=3')->json->{detail}{drift}};
is(join(',', sort keys %drift), "$awkward,city,size,vip", 'the page has it');
is($drift{size}{psi_1h}, $other->{size}, 'the same figure');
is_deeply($drift{city}{bins}, [ qw(rome oslo lima unknown missing) ],
    'names of bins');
ok(abs(0.5 - $drift{city}{$_}[0]) < 0.05, "$_: half is rome")
    for qw(reference hour day);
is($drift{$awkward}{psi_1h}, $other->{a}, 'and that one');
cmp_ok($other->{a}, '>', 0.25, 'a column that moved');
cmp_ok($other->{$_}, '<', 0.05, "$_ did not") for qw(size city vip);

###############################################################################
# another model under the same name: of the same columns, and of others

$m = metrics();
fit('m.safetensors', 362436069);
$t->reload;
my $new = metrics();
is($new->{'v3 drift_rows 1h'}, 0, 'another reference begins anew');
is(scalar(grep { /drift_psi/ } keys %$new), 0, 'without figures');
is($new->{$_}, $m->{$_}, "$_ goes on") for grep { / (?:miss|unkn)/ } sort
    keys %$m;
$t->post('/psi', csv(rows(10, 0)), @csv);
is(metrics()->{'v3 drift_rows 1h'}, 10, 'and counts');

# columns of the same number and names, but one

sub w {
    return join ' ', metrics()->{text}
        =~ /^maas_missing_values_total\{model="w",.*?column="(\w+)"\} (\d+)$/mg;
}

sub fit_w {
    my (@columns) = @_;
    $t->write_file('w.csv', join(',', @columns, 'y') . "\n" . join '', map {
        join(',', ($_ % 7) x @columns, $_ % 2) . "\n" } 1 .. 100);
    my ($rc) = $t->trainer(qw(fit -q -d w.csv --epochs 1 --folds 0 --hidden
        4:tanh -o w.safetensors));
    return $rc;
}

is(fit_w(qw(p q)), 0, 'fit');
$t->conf($t->read_file('nginx.conf') =~ s{(maas_model k )}
    {maas_model w w.safetensors watch=100ms; $1}r =~ s{(location = /k )}
    {location = /w { maas_predict w; } $1}r);
$t->reload;
$t->post('/w', '{"p":1}', @json) for 1 .. 3;
is(w(), 'p 0 q 3', 'a model that is new');
is(fit_w(qw(p r)), 0, 'fit');
$t->reload;
is(w(), 'p 0 r 0', 'other columns begin anew');
$t->post('/w', '{"r":1}', @json) for 1 .. 3;
is(fit_w(qw(q r p s)), 0, 'fit');
ok($t->wait_for(sub { w() eq 'q 0 r 0 p 0 s 0' }),
    'and where they come without a reload');
ok($t->wait_for(sub { $t->post('/w', '{"r":1}', @json);
    w() =~ /^q ([1-9]\d*) r 0 p \1 s \1$/ }), 'and count');
is(fit_w(qw(p r)), 0, 'fit');
$t->reload;                                # all workers have it
is(w(), 'p 0 r 0', 'and begin anew');

###############################################################################
# not one is lost between workers, or between those of two configurations

my @children;

for my $child (1 .. 4) {
    my $pid = fork // die "fork: $!";
    push @children, $pid;
    next if $pid;
    my $bad = grep { $t->post('/w', csv_w($_), @csv)->status != 200 } 1 .. 100;
    POSIX::_exit($bad ? 1 : 0);
}

sub csv_w { return "p,r\n1,\n" . "1,1\n" x ($_[0] % 5) }

$t->reload for 1 .. 2;
is(scalar(grep { waitpid($_, 0); $? } @children), 0, 'all are answered');
is(w(), 'p 0 r 400', 'and counted');

$t->done;
