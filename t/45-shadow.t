# Promise: a shadow sees what a model answered, when the answer is gone; what it
# says is compared and counted, and nothing of it reaches the client.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Compress::Zlib ();
use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(dense_model forward);
use Test::More;

my $t = MaasTest->new;
my @json = ('Content-Type' => 'application/json');
my @octets = ('Content-Type' => 'application/octet-stream');
my @csv = ('Content-Type' => 'text/csv');

sub columns {
    my (@names) = @_;
    return (inputs => { kind => 'columns',
        columns => [ map { { name => $_, kind => 'number' } } @names ] });
}

my %model = (
    a    => [ sizes => [ 4, 3, 2 ] ],
    b    => [ sizes => [ 4, 5, 2 ], seed => 7 ],
    bin1 => [ sizes => [ 2, 4, 1 ], task => 'binary', seed => 3,
        columns(qw(x y)) ],
    bin2 => [ sizes => [ 2, 4, 1 ], task => 'binary', seed => 5,
        columns(qw(y z)) ],
    reg1 => [ sizes => [ 2, 3, 1 ], task => 'regression', seed => 1 ],
    reg2 => [ sizes => [ 2, 3, 1 ], task => 'regression', seed => 2 ],
    abc  => [ sizes => [ 4, 3, 3 ], seed => 3, labels => [qw(class1 class0 x)] ],
    none => [ sizes => [ 4, 3, 2 ], labels => [qw(x y)] ],
    need => [ sizes => [ 2, 4, 1 ], task => 'binary', columns(qw(x w)) ],
    slow => [ sizes => [ 4, 64, 64, 2 ], seed => 9 ],
);
my %made;

for my $name (sort keys %model) {
    my %m = dense_model(name => $name, @{ $model{$name} });
    $m{doc}{other_columns} = [ { name => 'z', role => 'ignored' } ]
        if $name eq 'bin1';
    $_->{missing} = 0.5
        for $name eq 'need' ? () : @{ $m{doc}{inputs}{columns} || [] };
    $made{$name} = $t->model($name, %m);
}

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 1;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model a %%TESTDIR%%/a.safetensors;
    maas_model a %%TESTDIR%%/b.safetensors version=2;
    maas_model b %%TESTDIR%%/b.safetensors;
    maas_model bin1 %%TESTDIR%%/bin1.safetensors;
    maas_model bin2 %%TESTDIR%%/bin2.safetensors;
    maas_model reg1 %%TESTDIR%%/reg1.safetensors;
    maas_model reg2 %%TESTDIR%%/reg2.safetensors;
    maas_model abc %%TESTDIR%%/abc.safetensors;
    maas_model none %%TESTDIR%%/none.safetensors;
    maas_model need %%TESTDIR%%/need.safetensors;
    maas_model slow %%TESTDIR%%/slow.safetensors;
    maas_max_rows 1000;
    client_max_body_size 4m;
    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT1%% http2;
        location = /plain { maas_predict b; }
        location = /b { maas_predict b; maas_shadow a:1; }
        location = /bin { maas_predict bin1; maas_shadow bin2; }
        location = /reg { maas_predict reg1; maas_shadow reg2; }
        location = /abc { maas_predict abc; maas_shadow b; }
        location = /file {
            maas_predict b;
            maas_shadow a:1;
            client_body_in_file_only clean;
        }
        location = /mirrored { mirror /mirror; maas_predict b; }
        location = /mirror { internal; maas_predict b; maas_shadow a:1; }
        location = /after { maas_predict b; maas_shadow a:1; post_action /no; }
        location = /no { internal; return 204; }
        location = /two {
            maas_predict b;
            maas_shadow a:1;
            maas_shadow a:2;
            maas_shadow slow;
        }
        location = /share { maas_predict abc; maas_shadow a:1 share=25%; }
        location = /rare { maas_predict abc; maas_shadow a:2 share=0.01%; }
        location = /pool {
            maas_predict a version=1;
            maas_shadow slow of=a;
            maas_offload pool above=0us;
        }
        location = /metrics { maas_metrics; }
        location = /status { maas_status; }
        location /serve/ { maas_serve; maas_shadow b of=a; }

        maas_feature x $arg_x;
        maas_feature y $arg_y;
        maas_feature z $http_z;
        maas_set $one bin1 score;
        maas_set $denied bin1 step=0.5;
        location /set/ {
            maas_shadow bin2 of=bin1;
            add_header Score $one;
            return 200;
        }
        location /deny {
            maas_shadow bin2;
            maas_deny $denied;
            error_page 403 = /elsewhere;
        }
        location /some { maas_shadow bin2 share=25%; return 200 $one; }
        location /elsewhere { return 418; }
        location /lazy { maas_shadow bin2; return 200; }
%%MORE%%
    }
    server {
        listen 127.0.0.1:%%PORT%%;
        server_name other;
%%OTHER%%
    }
}
EOC

# more: where variables are; other: in a server without
sub conf {
    my ($more, $other) = (@_, '', '');
    return $conf =~ s/%%MORE%%/$more/r =~ s/%%OTHER%%/$other/r;
}

# The counters of a pair, "a:1 b:1"
sub counts {
    my ($pair) = @_;
    my ($m, $v, $s, $w) = $pair =~ /^(\w+):(\d+) (\w+):(\d+)$/ or die $pair;
    my $text = $t->get('/metrics')->body;
    my %got;
    $got{$1} = $2 while $text =~ /^maas_shadow_(\w+)\{model="$m",version="$v",
        shadow="$s",shadow_version="$w"\}[ ](\S+)$/gmx;
    return \%got;
}

# The same once as many rows as that were seen, failed or dropped
sub all {
    my ($pair, $want) = @_;
    my $got;
    $t->wait_for(sub {
        $got = counts($pair);
        return $got->{rows_total} + $got->{failed_total}
            + $got->{dropped_total} >= $want;
    }, 5);
    return $got;
}

sub near {
    my ($got, $want, $name) = @_;
    cmp_ok(abs($got - $want), '<', 1e-4 * (1 + abs $want), $name)
        or diag("$got, expected $want");
}

sub largest { return (sort { $b <=> $a } @_)[0] }
sub place { my ($best) = sort { $_[$b] <=> $_[$a] } 0 .. $#_; return $best }

sub rows {
    my ($n, $in) = @_;
    return map { my $i = $_; [ map { ($i * 7 + $_ * 3) % 11 / 4 - 1 }
        1 .. $in ] } 1 .. $n;
}

$t->conf(conf(''));
$t->known_good('/plain', '[1,2,3,4]', @json);
$t->run;

subtest 'what is compared' => sub {
    my @rows = rows(20, 4);
    my ($agreed, $diff, $abs) = (0, 0, 0);
    for (@rows) {
        my @b = forward($made{b}, @$_);
        my @a = forward($made{a}, @$_);
        $agreed += place(@a) == place(@b);
        $diff += largest(@a) - largest(@b);
        $abs += abs(largest(@a) - largest(@b));
    }
    my $body = JSON::PP::encode_json(\@rows);
    my $plain = $t->post('/plain', $body, @json);
    my $answer = $t->post('/b', $body, @json);
    is($answer->body, $plain->body, 'the answer has the same bits');
    is(join(' ', sort keys %{ $answer->{headers} }),
        join(' ', sort keys %{ $plain->{headers} }), 'and the same headers');
    my $got = all('b:1 a:1', 20);
    is($got->{rows_total}, 20, 'each row');
    is($got->{agreed_total}, $agreed, "the same decision: $agreed");
    near($got->{difference}, $diff, 'the difference of scores');
    near($got->{absolute_difference_total}, $abs, 'and without signs');
    cmp_ok($got->{seconds_total}, '>', 0, 'its time');
    is($got->{failed_total} + $got->{dropped_total}, 0, 'nothing else');

    my ($s) = grep { $_->{model} eq 'b' && $_->{shadow} eq 'a' }
        @{ $t->get('/status', undef, Accept => 'application/json')
            ->json->{shadows} };
    near($s->{agreement}, $agreed / 20, 'status: agreement');
    near($s->{mean_difference}, $diff / 20, 'status: mean');
    near($s->{mean_absolute_difference}, $abs / 20, 'status: absolute');
    is("$s->{version} $s->{shadow_version} $s->{rows} $s->{failed} "
        . $s->{dropped}, '1 1 20 0 0', 'status: the rest');

    my $stats = $t->get('/serve/v2/models/a/versions/1/stats')->json
        ->{model_stats}[0];
    is($stats->{inference_count} + $stats->{execution_count}, 0,
        'no request of the shadow');
};


sub bin_difference {
    my ($x, $y, $z) = @_;
    return (forward($made{bin2}, $y, $z))[0]
        - (forward($made{bin1}, $x, $y))[0];
}

subtest 'its own columns, out of any form' => sub {
    my ($n, $diff) = (0, 0);
    my $v2 = sub { my ($name, $v) = @_;
        qq({"name":"$name","datatype":"FP32","shape":[1,1],"data":[$v]}) };
    for my $case ([ '{"x":1,"y":2,"z":-1}', @json ],
        [ '[{"x":1,"y":2,"z":-1}]', @json ],
        [ '{"instances":[{"x":1,"y":2,"z":-1}]}', @json ],
        [ '{"inputs":[' . join(',', $v2->(x => 1), $v2->(y => 2),
            $v2->(z => -1)) . ']}', @json ],
        [ "z,x,y\n-1,1,2\n", @csv ],
        [ 'y=2&x=1&z=-1',
            'Content-Type' => 'application/x-www-form-urlencoded' ])
    {
        my ($body, @type) = @$case;
        is($t->post('/bin', $body, @type)->status, 200, $body);
        $diff += bin_difference(1, 2, -1);
        my $got = all('bin1:1 bin2:1', ++$n);
        is($got->{rows_total}, $n, 'seen');
        near($got->{difference}, $diff, 'with its columns');
    }
    is($t->post('/bin', '{"x":1,"y":2}', @json)->status, 200, 'without z');
    $diff += bin_difference(1, 2, 0.5);
    near(all('bin1:1 bin2:1', ++$n)->{difference}, $diff, 'is missing');

    is($t->post('/bin', $_->[0], $_->[1] || @json)->status, 200, 'no names')
        for [ '[1,2]' ], [ '[[1,"2"]]' ];
    is($t->post('/bin', pack('f<2', 1, 2), @octets)->status, 200, 'bytes');
    my $got = all('bin1:1 bin2:1', $n + 3);
    is("$got->{rows_total} $got->{failed_total} $got->{dropped_total}",
        "$n 3 0", 'are not taken for those of others');
};

subtest 'regression' => sub {
    my ($diff, $abs) = (0, 0);
    for my $row ([ 1, 2 ], [ -3, 0.5 ]) {
        is($t->post('/reg', "[@{[ join ',', @$row ]}]", @json)->status, 200,
            'answered');
        my $d = (forward($made{reg2}, @$row))[0]
            - (forward($made{reg1}, @$row))[0];
        $diff += $d;
        $abs += abs $d;
    }
    my $got = all('reg1:1 reg2:1', 2);
    near($got->{difference}, $diff, 'difference');
    near($got->{absolute_difference_total}, $abs, 'absolute');
    ok(!exists $got->{agreed_total}, 'no decision to agree on');
};

subtest 'labels by their names' => sub {
    my @rows = rows(40, 4);
    my $agreed = grep {
        my $label = $made{abc}{doc}{outputs}{labels}
            [ place(forward($made{abc}, @$_)) ];
        $label eq 'class' . place(forward($made{b}, @$_));
    } @rows;
    $t->post('/abc', JSON::PP::encode_json(\@rows), @json);
    is(all('abc:1 b:1', 40)->{agreed_total}, $agreed, "$agreed of 40");
    cmp_ok($agreed, '>', 0, 'some');
    cmp_ok($agreed, '<', 40, 'not all');
};

subtest 'which requests' => sub {
    my $before = all('b:1 a:1', 0)->{rows_total};
    is($t->post('/b', '[1,2]', @json)->status, 400, 'refused');
    is($t->get('/b')->status, 405, 'nor this');
    is($t->post('/plain', '[1,2,3,4]', @json)->status, 200,
        'in a location without');
    $t->post('/b', '[1,2,3,4]', @json);
    is(all('b:1 a:1', $before + 1)->{rows_total}, $before + 1,
        'only what was answered');

    my $n = all('a:1 b:1', 0)->{rows_total};
    my $m = all('a:2 b:1', 0)->{rows_total};
    for my $path ('a/versions/1', 'a', 'b', 'none') {
        is($t->post("/serve/v2/models/$path/infer", '{"inputs":[{"name":'
            . '"input","datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}]}',
            @json)->status, 200, $path);
    }
    is(all('a:1 b:1', $n + 1)->{rows_total}, $n + 1, 'of a');
    is(all('a:2 b:1', $m + 1)->{rows_total}, $m + 1, 'in all its versions');
};

subtest 'rows of a large request' => sub {
    my @before = @{ all('b:1 a:1', 0) }{qw(rows_total difference)};
    my @rows = rows(300, 4);
    my $diff = 0;
    $diff += largest(forward($made{a}, @$_)) - largest(forward($made{b}, @$_))
        for @rows[ 0 .. 63 ];
    is($t->post('/b', JSON::PP::encode_json(\@rows), @json)->status, 200,
        '300 rows');
    my $got = all('b:1 a:1', $before[0] + 64);
    is($got->{rows_total}, $before[0] + 64, 'the first 64');
    near($got->{difference} - $before[1], $diff, 'are these');
    is($got->{dropped_total}, 0, 'the rest is no loss');

    is($t->post('/b', '[1,2,3,4' . ' ' x (1 << 20) . ']', @json)->status, 200,
        'a body of more than 1m');
    is(all('b:1 a:1', $before[0] + 65)->{dropped_total}, 1, 'is dropped');
};

subtest 'a share' => sub {
    my $row = $t->request('POST', '/share', '[1,2,3,4]', @json);
    my $n = grep { $_->status == 200 } $t->pipeline(($row) x 399,
        $t->request('POST', '/share', '[1,2,3,4]', @json,
            Connection => 'close'));
    is($n, 400, 'answered');
    my $got;
    $t->wait_for(sub { $got = all('abc:1 a:1', 99) });
    cmp_ok(abs($got->{rows_total} - 100), '<=', 2, 'a quarter of them')
        or diag($got->{rows_total});
    is($got->{dropped_total}, 0, 'none is dropped');

    $t->pipeline((map { $t->request('POST', '/rare', '[1,2,3,4]', @json) }
        1 .. 399), $t->request('POST', '/rare', '[1,2,3,4]', @json,
            Connection => 'close'));
    cmp_ok(all('abc:1 a:2', 0)->{rows_total}, '<=', 1, 'one in 10000');
};

subtest 'in threads' => sub {
    my @rows = rows(300, 4);
    my $n = 0;
    for my $n_rows (1, 40, 300) {
        my @some = @rows[ 0 .. $n_rows - 1 ];
        my $answer = $t->post('/pool', JSON::PP::encode_json(\@some), @json);
        is($answer->status, 200, "$n_rows rows");
        $n += $n_rows > 64 ? 64 : $n_rows;
        is(all('a:1 slow:1', $n)->{rows_total}, $n, 'seen');
    }
    my $diff = 0;
    $diff += largest(forward($made{slow}, @$_)) - largest(forward($made{a}, @$_))
        for @rows[ 0, 0 .. 39, 0 .. 63 ];
    near(all('a:1 slow:1', $n)->{difference}, $diff, 'compared');
};

subtest 'fields that variables score' => sub {
    my $before = all('bin1:1 bin2:1', 0);
    my ($n, $diff) = @$before{qw(rows_total difference)};
    my $seen = sub {
        my ($name, @row) = @_;
        my $got = all('bin1:1 bin2:1', ++$n + 3);
        is("$got->{rows_total} $got->{failed_total} $got->{dropped_total}",
            "$n 3 0", $name);
        $diff += bin_difference(@row);
        near($got->{difference}, $diff, 'its difference');
    };
    my $answer = $t->get('/set/?x=1&y=-1', undef, Z => 2);
    near($answer->header('Score'), (forward($made{bin1}, 1, -1))[0], 'score');
    $seen->('once', 1, -1, 2);
    $t->get('/set/?x=1&y=-1');
    $seen->('a field that is missing', 1, -1, 0.5);
    $t->get('/set/?x=1&y=word', undef, Z => 'word');
    $seen->('fields that are not to be read', 1, 0.5, 0.5);
    my @rows = ([ 9, 9 ], [ -9, -9 ], [ 9, -9 ], [ -9, 9 ]);
    my ($row) = grep { (forward($made{bin1}, @$_))[0] > 0.5 } @rows;
    is($t->get("/deny?x=$row->[0]&y=$row->[1]")->status, 418, 'denied');
    $seen->('wherever an error leads', @$row, 0.5);

    $t->get('/lazy?x=1&y=2');
    $t->get('/elsewhere?x=1&y=2');
    $t->get('/set/?x=1&y=-1');
    $seen->('nothing was scored before', 1, -1, 0.5);

    my $get = $t->request('GET', '/some?x=1&y=2');
    $t->pipeline(($get) x 199, $t->request('GET', '/some?x=1&y=2', undef,
        Connection => 'close'));
    my $got;
    $t->wait_for(sub { $got = all('bin1:1 bin2:1', $n + 52) });
    cmp_ok(abs($got->{rows_total} - $n - 50), '<=', 2, 'a share of them');
};

subtest 'bodies and requests of all kinds' => sub {
    my $n = all('b:1 a:1', 0)->{rows_total};
    my $gzip = Compress::Zlib::memGzip('[1,2,3,4]');
    is($t->post('/b', $gzip, @json, 'Content-Encoding' => 'gzip')->status, 200,
        'in gzip');
    is(all('b:1 a:1', ++$n + 1)->{rows_total}, $n, 'seen');
    for my $uri ('/file', '/mirrored', '/after') {
        is($t->post($uri, '[1,2,3,4]', @json)->status, 200, $uri);
        is(all('b:1 a:1', ++$n + 1)->{rows_total}, $n, 'seen');
    }
    is($t->post('/two', '[1,2,3,4]', @json)->status, 200, 'three shadows');
    is(all('b:1 a:1', ++$n + 1)->{rows_total}, $n, 'one');
    is(all("b:1 $_", 1)->{rows_total}, 1, $_) for 'a:2', 'slow:1';
};

subtest 'clients that go, and other protocols' => sub {
    my $n = all('b:1 a:1', 0);
    my $seen = $n->{rows_total} + $n->{dropped_total} + $n->{failed_total};
    for (1 .. 20) {
        $t->send($t->request('POST', '/b', '[1,2,3,4]', @json), rst => 1);
        $t->send($t->request('POST', '/pool', '[1,2,3,4]', @json), rst => 1);
    }
    is($t->h2($t->port(1), 'POST', '/b', '[1,2,3,4]')->status, 200, 'HTTP/2');
    cmp_ok(all('b:1 a:1', $seen + 1)->{rows_total}, '>=',
        $n->{rows_total} + 1, 'is seen as well');
    my @drip = $t->answers($t->send($t->request('POST', '/b', '[1,2,3,4]',
        @json, Connection => 'close'), drip => 40, pause => 0.001));
    is($drip[0]->status, 200, 'in drips');
    my @chunked = $t->answers($t->send($t->request('POST', '/b', undef, @json,
        'Transfer-Encoding' => 'chunked', Connection => 'close')
        . $t->chunked('[1,2,3,4]', 2)));
    is($chunked[0]->status, 200, 'in chunks');
};

subtest 'a reload' => sub {
    my $before = all('reg1:1 reg2:1', 2);
    is($before->{rows_total}, 2, 'before');
    my $row = $t->request('POST', '/reg', '[1,2]', @json);
    $t->pipeline(($row) x 50, $t->request('POST', '/reg', '[1,2]', @json,
        Connection => 'close'));
    ok($t->reload, 'a reload meanwhile');
    my $got = all('reg1:1 reg2:1', 53);
    is($got->{rows_total} + $got->{dropped_total}, 53,
        'keeps what was counted; what waited was dropped');
    is($got->{failed_total}, 0, 'nothing failed');
    $t->rebase;
};

subtest 'a worker that exits' => sub {
    my $row = $t->request('POST', '/reg', '[1,2]', @json);
    my $n = 0;
    my $sum = sub {
        my $got = all('reg1:1 reg2:1', shift);
        return $got->{rows_total} + $got->{dropped_total};
    };
    my $before = $sum->(53);
    for (1 .. 5) {
        my ($pid) = $t->workers;
        $t->pipeline(($row) x 29, $t->request('POST', '/reg', '[1,2]', @json,
            Connection => 'close'));
        $t->get('/no');            # the last of them has ended
        kill 'TERM', $pid;
        $n++ if $t->wait_for(sub {
            my @now = $t->workers;
            return @now == 1 && $now[0] != $pid;
        });
    }
    is($n, 5, 'and the next one');
    is($sum->($before + 150), $before + 150, 'count what waited');
    $t->rebase;
};

subtest 'what the directive refuses' => sub {
    for my $bad (
        [ 'maas_predict a; maas_shadow c;', qr/no maas_model "c" in .*conf:\d/ ],
        [ 'maas_predict a; maas_shadow a:3;', qr/no maas_model "a" version 3/ ],
        [ 'maas_predict a; maas_shadow a;',
            qr/"a" version 2 would be a shadow of itself in .*conf:\d/ ],
        [ 'maas_predict a; maas_shadow b of=c;', qr/no maas_model "c"/ ],
        [ 'maas_predict a; maas_shadow b of=reg1;',
            qr/of=reg1 is not the model that answers here, which is "a"/ ],
        [ 'maas_predict a; maas_shadow reg1;',
            qr/task of "reg1" is regression, that of "a" is classification/ ],
        [ 'maas_predict a; maas_shadow none;', qr/no label in common/ ],
        [ 'maas_predict a; maas_shadow b; maas_shadow b;', qr/is duplicate/ ],
        [ 'maas_shadow b;', qr/location "\/x" runs no model, expected/ ],
        [ 'maas_predict a; maas_shadow b share=0%;',
            qr/invalid parameter "share=0%", expected/ ],
        [ 'maas_predict a; maas_shadow b share=100.1%;', qr/invalid param/ ],
        [ 'maas_predict a; maas_shadow b share=0.001%;', qr/invalid param/ ],
        [ 'maas_predict a; maas_shadow b share=10;', qr/invalid param/ ],
        [ 'maas_predict a; maas_shadow b to=c;', qr/invalid param/ ],
        [ 'maas_predict a; maas_shadow b:;', qr/invalid model "b:"/ ],
        [ 'maas_predict a; maas_shadow :1;', qr/invalid model ":1"/ ],
    ) {
        my ($rc, $said) = $t->check_conf(conf('',
            "location = /x { $bad->[0] }"));
        is($rc, 1, $bad->[0]);
        like($said, $bad->[1], 'says why');
    }
    for my $bad ([ 'maas_shadow a:1;', qr/of=name is needed, since "a" and "b"/ ],
        [ 'maas_shadow reg1 of=reg1;', qr/"reg1" version 1 would be a shadow/ ])
    {
        my ($rc, $said) = $t->check_conf(
            conf("location /x/ { maas_serve; $bad->[0] }"));
        is($rc, 1, $bad->[0]);
        like($said, $bad->[1], 'says why');
    }
    for my $bad (
        [ 'maas_shadow bin1;', qr/"bin1" version 1 would be a shadow of itself/ ],
        [ 'maas_shadow b;', qr/model "b" reads a tensor, and has no columns/ ],
        [ 'maas_shadow bin2 of=a;', qr/no maas_set here is of "a"/ ],
        [ 'maas_set $two bin2 score; maas_shadow bin2;',
            qr/of=name:version is needed, since "bin1" version 1 and "bin2"/ ],
    ) {
        my ($rc, $said) = $t->check_conf(conf("location /x { $bad->[0] "
            . 'return 200; }'));
        is($rc, 1, $bad->[0]);
        like($said, $bad->[1], 'says why');
    }
    my ($rc, $said) = $t->check_conf(conf('', <<'EOC'));
location /x {
    maas_shadow b share=1%;
    location /x/1 { maas_predict a; }
    location /x/2 { maas_predict a; maas_shadow b share=5%; }
    location /x/3 { maas_predict a; maas_shadow a:1; if ($arg_x) { } }
    location /x/4 { return 204; }
}
EOC
    is($rc, 0, 'levels') or diag($said);
    (undef, $said) = $t->check_conf(conf('location /x { maas_shadow need; }'));
    like($said, qr/maas_shadow: no maas_feature for "w", which model "need" /,
        'a warning of what its shadow is not fed');
    unlike($said, qr/no maas_feature.*no maas_feature/s, 'is said once');
    (undef, $said) = $t->check_conf(
        conf('location /x { maas_feature_body on; maas_shadow need; }'));
    unlike($said, qr/no maas_feature/, 'none where a body may');
    for my $n (32, 33) {
        my $models = join ' ', map {
            "maas_model s$_ %%TESTDIR%%/b.safetensors;" } 1 .. $n;
        my $lines = join ' ', map { "maas_shadow s$_;" } 1 .. $n;
        ($rc, $said) = $t->check_conf(conf('', "location = /x { maas_predict a; "
            . "$lines }") =~ s/(maas_max_rows)/$models $1/r);
        is($rc, $n == 32 ? 0 : 1, "$n shadows");
    }
    like($said, qr/location "\/x" has 33 shadows, 32 is the most/, 'says so');
};

subtest 'more than there is time or memory for' => sub {
    my $row = $t->request('POST', '/b', '[1,2,3,4]', @json);
    my $burst = sub {
        my ($n, $name, $all) = @_;
        my $got = all('b:1 a:1', 0);
        my $before = 0;
        $before += $got->{$_} for qw(rows_total failed_total dropped_total);
        my @codes = map { $_->status } $t->pipeline(($row) x ($n - 1),
            $t->request('POST', '/b', '[1,2,3,4]', @json,
                Connection => 'close'));
        is(scalar(grep { $_ == 200 } @codes), $n, "$name: all are answered");
        $got = all('b:1 a:1', $before + $n);
        is($got->{rows_total} + $got->{dropped_total} + $got->{failed_total},
            $before + $n, "$name: all are counted");
        return $got;
    };
    my $was = all('b:1 a:1', 0)->{dropped_total};
    is($burst->(1000, 'a burst')->{dropped_total}, $was, 'none is dropped');

    my (undef, $said) = $t->check_conf(
        conf('') =~ s/(maas_max_rows)/maas_memory 1k; $1/r);
    my ($need) = $said =~ /which takes (\d+)/;
    $need += 60000;
    $t->conf(conf('') =~ s/(maas_max_rows)/maas_memory $need; $1/r);
    ok($t->reload, 'with little memory');
    $t->rebase;
    my $n = $burst->(1000, 'little memory');
    cmp_ok($n->{dropped_total}, '>', $was, 'some are dropped');
};

$t->done;
