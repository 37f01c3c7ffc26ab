# A bad model file or directive never starts nginx and never stops it: one
# clear line at nginx -t, and the old model goes on serving.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use MaasTest::Model qw(model_bytes);
use POSIX ();
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $dir = $t->dir;
my $row = '[1,2,3,4]';

my $m = $t->model('m', sizes => [ 4, 3, 2 ], crc => 1);
my $good = $t->read_file('m.safetensors');

my $conf = <<'EOC';
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    MORE
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict m; }
        LOCATION
    }
}
EOC

# the template with lines for http and for the server
sub with {
    my ($more, $location) = @_;
    return $conf =~ s/MORE/$more/r =~ s/LOCATION/$location/r;
}

$t->conf(with('', ''));
$t->known_good('/p', $row, @type);
$t->run;
my $want = $t->post('/p', $row, @type)->body;

# nginx -t fails with one [emerg] line like $re
sub refused {
    my ($template, $re, $what) = @_;
    my ($rc, $said) = $t->check_conf($template);
    my @emerg = $said =~ /(\[emerg\].*)/g;
    is($rc, 1, "$what: nginx -t fails");
    is(scalar @emerg, 1, 'one line') or diag($said);
    like($emerg[0] // '', $re, 'which is clear');
    $t->allow(qr/\[emerg\]/);
    return;
}

sub bad_file {
    my ($what, $re) = @_;
    refused(with('maas_model bad %%TESTDIR%%/bad;', ''), $re, $what);
    return;
}

subtest 'not a file' => sub {
    bad_file('missing', qr{maas_model: open ".*/bad" failed \(2: No such});
    mkdir "$dir/bad";
    bad_file('a directory', qr/maas_model: ".*bad" is not a regular file/);
    rmdir "$dir/bad";
    POSIX::mkfifo("$dir/bad", 0600) or die $!;
    bad_file('a FIFO', qr/maas_model: ".*bad" is not a regular file/);
    unlink "$dir/bad";
    $t->write_file('bad', '{"learner":{}}');
    bad_file('a model of XGBoost', qr/R2: it is no safetensors file: .* expected (?#
        )a header of 2 to \d+ bytes; "maas-trainer import" makes one of a model/);
    unlink "$dir/bad";
    symlink '/dev/zero', "$dir/bad";
    bad_file('/dev/zero', qr/maas_model: ".*bad" is not a regular file/);
    unlink "$dir/bad";
};

subtest 'bytes' => sub {
    my %plain = (doc => $m->{doc}, tensors => $m->{tensors});
    my $flip = $good;
    substr($flip, -5, 1) ^= "\x10";

    for my $case ([ 'empty', '', 'R1' ], [ 'short', 'x' x 7, 'R1' ],
        [ 'gzip', "\x1f\x8b\x08\0\0\0\0\0" . 'x' x 100, 'R[23]' ],
        [ 'zip', "PK\3\4\0\0\0\0" . 'x' x 100, 'R\d' ],
        [ 'wrong magic', pack('Q<', 20) . 'x' x 100, 'R4' ],
        [ 'length over the file', pack('Q<', 4000) . '{}', 'R3' ],
        [ 'cut by one', substr($good, 0, -1), 'R1[0-3]' ],
        [ 'cut in half', substr($good, 0, length($good) / 2), 'R\d+' ],
        [ 'a tail', "${good}x", 'R13' ],
        [ 'a bit', $flip, 'R25' ],
        [ 'no document', model_bytes(tensors => $m->{tensors}), 'R6|R14' ],
        [ 'a later version', model_bytes(%plain,
            doc => { %{ $m->{doc} }, version => 6 }), 'R15' ])
    {
        my ($what, $bytes, $rule) = @$case;
        $t->write_file('bad', $bytes);
        bad_file($what, qr/maas_model: ".*bad": (?:$rule): \w/);
    }

    # and every truncation of the file, without a process for each
    my @steps = grep { $_ % 97 == 0 } 1 .. length($good) - 1;
    my $passed = 0;
    for my $n (@steps) {
        $t->write_file('bad', substr $good, 0, $n);
        my ($rc, $out, $err) = $t->trainer('inspect', "$dir/bad");
        $passed++ if $rc == 0 || $rc > 100 || $err !~ /R\d+: /;
    }
    is($passed, 0, scalar(@steps) . ' truncations');
    unlink "$dir/bad";
};

subtest 'directives' => sub {
    my $file = 'maas_model m %%TESTDIR%%/m.safetensors';
    for my $case (
        [ "$file;", '', qr/duplicate version or label of model "m"/ ],
        [ "$file version=0;", '', qr/invalid parameter "version=0"/ ],
        [ "$file version=x;", '', qr/invalid parameter "version=x"/ ],
        [ "$file version=02;", '', qr/invalid parameter "version=02"/ ],
        [ "$file label=;", '', qr/invalid parameter "label="/ ],
        [ "$file fast;", '', qr/invalid parameter "fast"/ ],
        [ 'maas_model a/b x;', '', qr{invalid model name "a/b"} ],
        [ 'maas_model stats x;', '', qr/invalid model name "stats"/ ],
        [ 'maas_model ' . 'n' x 65 . ' x;', '', qr/invalid model name "n+"/ ],
        [ 'maas_model m;', '', qr/number of arguments in "maas_model"/ ],
        [ 'maas_serve;', '', qr/"maas_serve" directive is not allowed here/ ],
        [ 'maas_max_rows 0;', '', qr/must be between 1 and 1048576/ ],
        [ 'maas_max_rows x;', '', qr/"maas_max_rows" directive invalid num/ ],
        [ 'maas_batch 5000;', '', qr/value must be between 1 and 4096/ ],
        [ 'maas_batch 1; maas_batch 2;', '', qr/"maas_batch".* duplicate/ ],
        [ '', "$file;", qr/"maas_model" directive is not allowed here/ ],
        [ '', 'location /x { maas_predict none; }',
            qr/maas_predict: no maas_model "none" in .*check\.conf:\d+/ ],
        [ '', 'location /x { maas_predict m version=9; }',
            qr/maas_predict: no maas_model "m" version 9/ ],
        [ '', 'location /x { maas_predict m fast; }',
            qr/invalid parameter "fast"/ ],
        [ '', 'location /x { maas_predict m; maas_predict m; }',
            qr/"maas_predict" directive is duplicate/ ],
        [ '', 'location /x { maas_predict m; maas_serve; }',
            qr/"maas_serve" directive conflicts with another/ ],
        [ '', 'location ~ x { maas_serve; }', qr/"maas_serve" .* prefix/ ],
        [ '', 'location /x { maas_predict; }',
            qr/number of arguments in "maas_predict"/ ])
    {
        my ($more, $location, $re) = @$case;
        refused(with($more, $location), $re, "$more$location");
    }

    # whoever takes a location over, before or after
    for my $pass ('proxy_pass http://127.0.0.1:1', 'fastcgi_pass 127.0.0.1:1',
        'uwsgi_pass 127.0.0.1:1', 'scgi_pass 127.0.0.1:1',
        'grpc_pass 127.0.0.1:1', 'memcached_pass 127.0.0.1:1', 'stub_status',
        'empty_gif')
    {
        for my $ours ('maas_serve', 'maas_predict m', 'maas_status',
            'maas_metrics')
        {
            my ($name) = split ' ', $ours;
            my $why = qr/$name"?.* conflicts with another handler of (?:lo|th)/;
            refused(with('', "location /x { $ours; $pass; }"), $why,
                "$ours, then $pass");
            refused(with('', "location /x { $pass; $ours; }"),
                qr{conflicts|duplicate}, "$pass, then $ours")
                if $pass ne 'empty_gif';   # which does not mind
        }
    }
    my ($rc) = $t->check_conf(with('', 'location /x { maas_serve; '
        . 'if ($arg_a) { proxy_pass http://127.0.0.1:1; } location /x/y '
        . '{ proxy_pass http://127.0.0.1:1; } } location = /y { '
        . 'maas_predict m; limit_except POST { proxy_pass '
        . 'http://127.0.0.1:1; } }'));
    is($rc, 0, 'inside a location others may answer');
};

# rows of two dimensions, which the first layer takes away

subtest 'flatten' => sub {
    my %doc = (%{ $m->{doc} },
        inputs => { kind => 'tensor', shape => [ 2, 2 ] },
        layers => [ { kind => 'flatten' }, @{ $m->{doc}{layers} } ]);
    my %tensors = map { s/(\d+)/$1 + 1/er => $m->{tensors}{$_} }
        keys %{ $m->{tensors} };

    $t->model('m', doc => \%doc, tensors => \%tensors);
    ok($t->reload, 'a file with flatten');
    is($t->post('/p', '[[[1,2],[3,4]]]', @type)->body, $want,
        'answers as without it');

    $t->write_file('m.safetensors', $good);
    ok($t->reload, 'and back');
};

subtest 'reload' => sub {
    $t->write_file('m.safetensors', substr $good, 0, 100);
    is($t->post('/p', $row, @type)->body, $want, 'cut while it serves');
    ok($t->reload_refused(qr/maas_model: ".*m\.safetensors": R\d+: /),
        'a reload with it is refused');
    is($t->post('/p', $row, @type)->body, $want, 'the old one serves');

    $t->write_file('m.safetensors', "\xff" x length $good);
    is($t->post('/p', $row, @type)->body, $want, 'overwritten in place');
    unlink "$dir/m.safetensors";
    ok($t->reload_refused(qr/open ".*m\.safetensors" failed/), 'gone');
    is($t->post('/p', $row, @type)->body, $want, 'the old one serves');

    $t->model('m', sizes => [ 4, 3, 2 ], seed => 5);
    ok($t->reload, 'another model');
    my $other = $t->post('/p', $row, @type);
    is($other->status, 200, 'answers');
    isnt($other->body, $want, 'with other numbers');

    $t->write_file('m.safetensors', $good);
    ok($t->reload, 'and back');
    is($t->post('/p', $row, @type)->body, $want, 'to the same bits');
    $t->rebase;
};

$t->done;
