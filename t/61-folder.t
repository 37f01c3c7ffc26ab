#!/usr/bin/perl

# Promise: maas_models makes a model of each file that matches, by a rule that
# leaves nothing to guess, and says what it cannot take.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use File::Basename qw(dirname);
use File::Path qw(make_path);
use MaasTest;
use MaasTest::Model qw(forward);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my (%model, $seed);
my @row = (0.5, -1, 2, 0.25);

# a model at a path without its extension, unlike all others
sub model {
    my ($path) = @_;
    make_path(dirname("$dir/$path"));
    $model{$path} = $t->model($path, sizes => [ 4, 3, 1 ],
        task => 'regression', name => 'm', seed => 11 * ++$seed);
    return;
}

model("in/$_") for qw(churn a.b-c_D Zeta);
model("tree/$_/model") for 'price/2', 'price/10', 'fraud/1';
model('beside');
symlink "$dir/beside.safetensors", "$dir/in/linked.safetensors" or die;
rename "$dir/in/churn.safetensors", "$dir/in/churn.model" or die;
$t->write_file('in/.hidden', 'no model');

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%GLOBALS_HTTP%%
    maas_models in/*;
    maas_model beside beside.safetensors label=x;
    maas_models %%TESTDIR%%/tree/*/*/*.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /p { maas_predict price version=2; }
    }
}
EOC
$t->conf($conf);
$t->known_good('/p', '[0.5,-1,2,0.25]', 'Content-Type' => 'application/json');
$t->run;

is_deeply([ map { "$_->{name} $_->{version}" }
    @{ $t->post('/v2/repository/index', '')->json } ],
    [ 'Zeta 1', 'a.b-c_D 1', 'churn 1', 'linked 1', 'beside 1', 'fraud 1',
        'price 10', 'price 2' ], 'in the order of their paths');

sub says {
    my ($uri, $path, $what) = @_;
    my ($x) = $t->post("/v1/models/$uri:predict",
        '{"instances":[[0.5,-1,2,0.25]]}')->body =~ /\[+([-+.\de]+)\]/;
    my ($want) = forward($model{$path}, @row);
    ok(defined $x && abs($x - $want) < 1e-5, $what || $uri);
    return;
}

says('churn', 'in/churn', 'another extension');
says('a.b-c_D', 'in/a.b-c_D', 'only the last extension');
says('linked', 'beside', 'a link has its own name');
says('price', 'tree/price/10/model', 'the newest version');
says('price/versions/2', 'tree/price/2/model', 'folders are versions');
says('fraud', 'tree/fraud/1/model');

###############################################################################

sub refused {
    my ($lines, $re, $what) = @_;
    my $text = $conf =~ s/    maas_models in.*?(?=    server)/    $lines\n/sr;
    my ($status, $said) = $t->check_conf($text);
    is($status, 1, "$what: refused");
    my @emerg = grep { /\[emerg\]/ } split /\n/, $said;
    is(scalar @emerg, 1, "$what: one line");
    like($emerg[0] // '', qr/$re in .*check\.conf:\d+$/, "$what: says why");
    return;
}

refused('maas_models none/*.safetensors;',
    qr{maas_models: no file is called as "\Q$dir\E/none/\*\.safetensors"},
    'no file');
refused('maas_models;', qr/invalid number of arguments in "maas_models" directive/,
    'no pattern');
refused('maas_models in/* in/*;',
    qr/invalid parameter "in\/\*", expected watch=.*, verify=file, .* or key=file/,
    'two patterns');
refused('maas_models in/* watch=99ms;',
    qr/invalid parameter "watch=99ms", expected a time of 100 ms or more/,
    'too often');
refused('maas_models in/* watch=1s max=lots;',
    qr/invalid parameter "max=lots", expected a size such as 100m/, 'no size');
refused('maas_models in/* watch=1s max=1k;', qr/"\S+": the model does not fit /
    . 'into max=, 1024 bytes; its file has \d+, a model in memory may need '
    . 'twice as much', 'too little');
refused('maas_models in/* max=1m;', qr/"max=" is the most memory .*/, 'max= alone');
refused("maas_models $_;", qr{maas_models: "\Q$dir\E/$_" is a folder, }
    . qr{expected a pattern of files in it, such as "\S+/in/\*\.safetensors"},
    'a folder, no pattern') for 'in', 'in/';
refused('maas_models tree/*;', qr{"\Q$dir\E/tree/fraud" is not a regular file.*},
    'a folder');
refused('maas_models in/*; maas_model churn in/churn.model;',
    qr{duplicate version or label of model "churn": "\Q$dir\E/in/churn\.model"}
    . ' and "\S+/in/churn\.model"', 'a model twice');
refused('maas_model churn beside.safetensors; maas_models in/c*;',
    qr{model "churn": "\S+/beside\S+" and "\S+/in/churn\.model"},
    'the other way round');

model('bad/my model');
refused('maas_models bad/*;', qr{maas_models: "\Q$dir\E/bad/my model\S+": }
    . 'invalid model name "my model", expected 1 to 64 of .*', 'a blank');
unlink "$dir/bad/my model.safetensors";

model('bad/stats');
refused('maas_models bad/*;', qr{/stats\.safetensors": invalid model name .*},
    'a name that is none');
unlink "$dir/bad/stats.safetensors";

$t->write_file('bad/b.safetensors', 'x' x 100);
refused('maas_models bad/*;', qr{"\Q$dir\E/bad/b.safetensors": R\d+: .*},
    'a broken file');

model("dirs/$_") for 'm/1/a', 'm/1/b';
refused('maas_models dirs/*/*/*;',
    qr{duplicate version or label of model "m": \S+/a\S+ and \S+/b\S+},
    'two files of one version');

for my $folder ('old', '01', '0', '-1', '1e3', '99999999999999999999') {
    model("v/m/$folder/model");
    refused('maas_models v/*/*/*;',
        qr{"\Q$dir\E/v/m/$folder/model\.safetensors": its folder is called }
        . qq{"$folder", expected the number of a version, .*}, $folder);
    rename "$dir/v/m/$folder", "$dir/v/not-$folder" or die;
}

# what the pattern says itself is not a version, whatever it looks like

my ($status, $said) = $t->check_conf($conf =~ s{ in/\*}{ tree/*/2/*}r =~
    s{%%TESTDIR%%/tree/\*/\*/\*\.safetensors}{tree/price/[0-9]*/m*}r =~
    s{model.beside.*}{model model2 beside.safetensors;}r);
is($status, 0, 'a wildcard in a folder further up') or diag($said);

$t->done;
