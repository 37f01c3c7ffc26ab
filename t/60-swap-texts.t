# Promise: what variables say of a model stays what it was for as long as their
# request lasts, wherever nginx keeps them, and whatever becomes of the model.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(sha256_hex);
use IO::Select;
use MaasTest;
use MaasTest::Model qw(model_bytes);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $rows = '[' . join(',', ('[7]') x 20_000) . ']';

# A model that says the label "said by $g" of all rows

sub put {
    my ($g) = @_;
    my %tensors = (
        'layers.0.weight' => [ [ 1, 3 ], [ 0, 0, 0 ] ],
        'layers.0.bias'   => [ [3], [ 0, 9, 0 ] ],
    );
    my $bytes = model_bytes(
        doc => {
            version => 1, name => 'm', task => 'classification',
            inputs  => { kind => 'columns', columns => [
                { name => 'x', kind => 'number', missing => 0 } ] },
            layers  => [ { kind => 'dense', units => 3,
                activation => 'softmax' } ],
            outputs => { labels => [ 'no', "said by $g", 'nor' ] },
        },
        tensors => \%tensors);
    $t->write_file('new', $bytes);
    rename "$dir/new", "$dir/m.safetensors" or die $!;
    return sha256_hex($bytes);
}

my $sum = put(1);
$t->write_file('large.txt', 'x' x 4_000_000);
$t->conf(<<'EOC');
%%GLOBALS%%
worker_processes 1;
events { }
http {
    %%GLOBALS_HTTP%%
    log_format said '"$set" "$maas_label" "$maas_file"';
    maas_model m m.safetensors watch=100ms;
    server {
        listen 127.0.0.1:%%PORT%% sndbuf=16k;
        add_header X-Set $set always;
        add_header X-Label $maas_label always;
        add_header X-File $maas_file always;
        maas_feature x 1;
        maas_set $set m label;
        location = /predict {
            maas_predict m;
            access_log predict.log said;
        }
        location = /large.txt {
            root %%TESTDIR%%;
            access_log set.log said;
        }
    }
}
EOC
$t->known_good('/predict', '[[7]]');
$t->run;

# A request whose answer nobody reads yet

sub unread {
    my $s = $t->send($t->request(@_), keep => 1);
    IO::Select->new($s)->can_read(10);
    return $s;
}

my @s = (
    unread('POST', '/predict', $rows, Connection => 'close'),
    unread('GET', '/large.txt', undef, Connection => 'close'),
);

for my $g (2 .. 9) {
    put($g);
    ok($t->wait_for(sub {
        ($t->post('/predict', '[[7]]')->header('X-Label') // '')
            eq "said by $g";
    }), "generation $g");
}

my ($predict, $file) = map { $t->answers($t->receive($_)) } @s;
is($predict->header('X-File'), $sum, 'its file');
is($file->header('X-Set'), 'said by 1', 'a variable in the answer');

ok($t->wait_for(sub {
    return -s "$dir/set.log" && $t->read_file('predict.log') =~ /$sum/;
}), 'both are logged');
like($t->read_file('predict.log'), qr/^"[^"]*" "said by 1" "$sum"$/m,
    'a label and a file in the log');
like($t->read_file('set.log'), qr/^"said by 1" /, 'a variable in the log');

put(1);
$t->wait_for(sub {
    ($t->post('/predict', '[[7]]')->header('X-File') // '') eq $sum;
});
$t->rebase;
$t->done;
