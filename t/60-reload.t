# A reload under load loses no request, twenty times in a row, and requests
# whose body is still on its way are answered.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use POSIX ();
use Test::More;

my $t = MaasTest->new;
my @type = ('Content-Type' => 'application/json');
my $row = '[1,2,3,4]';

$t->model('m', sizes => [ 4, 3, 2 ]);
$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model m %%TESTDIR%%/m.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location = /p { maas_predict m; }
    }
}
EOC
$t->known_good('/p', $row, @type);
$t->run;
my $want = $t->post('/p', $row, @type)->body;

# A client of its own: requests until the file `stop` is there, then a file
# with how many were right and what else came
sub client {
    my ($n) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    my ($right, %other) = (0);
    until (-e $t->dir . '/stop') {
        my $answer = eval { $t->post('/p', $row, @type) };
        my $got = !$answer ? 'no answer' . ($@ // '')
            : $answer->short ? 'cut off' : $answer->status;
        $got eq 200 && $answer->body eq $want ? $right++ : $other{$got}++;
    }
    $t->write_file("client$n", "$right\n", map { "$_: $other{$_}\n" }
        keys %other);
    POSIX::_exit(0);
}

my @clients = map { client($_) } 1, 2;

my $text = $t->request('POST', '/p', $row, @type, Connection => 'close');
my $half = length($text) - 4;
my $good = 0;

for my $n (1 .. 20) {
    my $s = $t->send(substr($text, 0, $half), keep => 1);

    # the worker has it, and so must answer it
    $t->post('/p', $row, @type);
    $t->reload(overlap => 1) or diag("reload $n");
    my ($answer) = $t->answers($t->send(substr($text, $half),
        socket => $s));
    $good++ if $answer && $answer->status == 200 && $answer->body eq $want;
}
is($good, 20, 'requests that began before a reload and ended after it');

$t->write_file('stop', '');
waitpid $_, 0 for @clients;

for my $n (1, 2) {
    my ($right, $other) = $t->read_file("client$n") =~ /^(\d+)\n(.*)/s;
    cmp_ok($right // 0, '>', 20, "client $n: $right answers");
    is($other, '', 'and nothing else');
}

ok($t->wait_for(sub {
    my @left = MaasTest::Proc::children($t->master);
    return $t->workers == 2 && @left == 2;
}), 'the old workers ended');
$t->rebase;

# what a reload changes: another model, taken up whole
$t->model('m', sizes => [ 4, 3, 2 ], seed => 9);
ok($t->reload, 'reload with another model');
isnt($t->post('/p', $row, @type)->body, $want, 'it answers');
$t->model('m', sizes => [ 4, 3, 2 ]);
ok($t->reload, 'and back');
is($t->post('/p', $row, @type)->body, $want, 'the same bits again');

$t->done;
