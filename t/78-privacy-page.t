# Promise: what docs/privacy.md says of serving works as it stands: its lines
# start, answers are blunted, and its command finds the hash in the log.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $page = MaasTest::Proc::slurp("$MaasTest::top/docs/privacy.md");
my ($serving) = $page =~ /^(## Answers that say less.*)/ms or die;
my ($output, $log) = $serving =~ /^```nginx\n(.*?)^```/msg;
my @shell = grep { /openssl/ } $serving =~ /^```sh\n(.*?)^```/msg;
is(@shell, 2, 'two commands');

my $t = MaasTest->new;
my $dir = $t->dir;
my @json = ('Content-Type' => 'application/json');

$t->model('digits', sizes => [ 2, 5 ]);
$t->model('pay', sizes => [ 8, 2 ], inputs => { kind => 'columns', columns => [
    map { { name => $_, kind => 'category', values => [qw(x y)] } }
    qw(name email ip card) ] });

is(system("cd $dir && $shell[0]"), 0, 'a key is made');

$t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model digits %%TESTDIR%%/digits.safetensors;
    maas_model pay %%TESTDIR%%/pay.safetensors;
    $log
    log_format f escape=none '\$maas_features_pay';
    access_log %%TESTDIR%%/f.log f;
    server {
        listen 127.0.0.1:%%PORT%%;
        $output
        location /pay {
            maas_feature name \$arg_name;
            maas_feature ip \$arg_ip;
            maas_set \$paid pay label;
            return 200 \$paid;
        }
    }
}
EOC
$t->known_good('/inhouse', '[1,2]', @json);
$t->run;

my @whole = @{ $t->post('/inhouse', '[1,2]', @json)->json->[0] };
my @kept = (sort { $b <=> $a } @whole)[0 .. 2];
is_deeply($t->post('/public', '[1,2]', @json)->json->[0],
    [ map { my $p = $_; (grep { $_ == $p } @kept) ? 0 + sprintf '%.2f', $p : 0 }
    @whole ], 'three, of two decimals');
is_deeply($t->post('/strict', '[1,2]', @json)->json->[0],
    [ map { 0 + ($_ == $kept[0]) } @whole ], 'the label');

is($t->get('/pay?name=Ann&ip=10.1.2.3')->status, 200, 'a request');
$t->wait_for(sub { $t->read_file('f.log') =~ /"ip"/ });
my $hash = `cd $dir && $shell[1]` =~ s/\n//r;
like($hash, qr/^[0-9a-f]{16}$/, 'the command');
like($t->read_file('f.log'), qr/^\{"ip":"$hash"\}$/m, 'finds the line');

$t->done;
