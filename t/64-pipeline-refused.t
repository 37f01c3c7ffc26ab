# Promise: models of a pipeline that do not fit fail nginx -t, with one line
# that says what does not and where.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;

my @text = ({ name => 'word', kind => 'category', values => [ 'a', 'b' ] });
my @xy = map { { name => $_, kind => 'number' } } 'x', 'y';

$t->model('four', sizes => [ 4, 3, 5 ], task => 'regression');
$t->model('five', sizes => [ 5, 2 ]);
$t->model('other', sizes => [ 4, 2 ], labels => [ 'class0', 'b' ]);
$t->model('same', sizes => [ 4, 2 ]);
$t->model('one', sizes => [ 4, 1 ], task => 'binary');
$t->model('number', sizes => [ 4, 1 ], task => 'regression');
$t->model('words', sizes => [ 2, 2 ],
    inputs => { kind => 'columns', columns => \@text });
$t->model('xy', sizes => [ 2, 1 ], task => 'binary',
    inputs => { kind => 'columns', columns => \@xy });

sub says {
    my ($line, $re, $more) = @_;
    my $p = $line =~ /^maas_explain/ ? 'four,five' : $line;
    $t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_pipeline p $p;
    maas_models %%TESTDIR%%/*.safetensors;
    @{[ $more || '' ]}
}
EOC
    my ($rc, $said) = $t->check_conf;
    my @lines = grep { /\[(?:emerg|alert|crit|error)\]/ } split /\n/, $said;
    ok($rc != 0 && @lines == 1 && $lines[0] =~ $re, $line)
        or diag("$rc: $said");
    like($lines[0] // '', qr/nginx\.conf:\d+/, 'and where')
        if $line !~ /^maas_explain/;
    return;
}

says('five,four', qr/"five" says \(rows,2\) and "four" takes \(rows,4\)/);
says('same,words', qr/"words" takes columns that are more than a number/);
says('four', qr/expected two models or more, such as "maas_pipeline p a,b"/);
says('four,nobody', qr/no maas_model "nobody"/);
says('four:2,five', qr/no maas_model "four:2"/);
says('four:new,five', qr/no maas_model "four:new"/);
says('four,,five', qr/invalid model "", expected a name/);
says('four,five:a/b', qr/invalid model "five:a\/b", expected/);
says('four,five weights=1,2',
    qr/invalid parameter "weights=1,2", expected version=number or label/);
says('four,five version=0', qr/invalid parameter "version=0"/);
says('four,p', qr/expected the line above this one of the .* "p"/);
says('four,five', qr/duplicate version or label of model "p"/,
    'maas_pipeline p same,four;');

says('mean=same,five', qr/"same" takes \(rows,4\) of FP32, "five" \(rows,5\)/);
says('mean=same,words', qr/"same" takes a tensor, "words" columns/);
says('mean=same,one', qr/"same" says \(rows,2\) of task classification, "one"/);
says('mean=same,other', qr/label 2 of "same" is "class1", of "other" it is "b"/);
says('mean=same,same weights=1', qr/1 weights for 2 models/);
says('mean=same,same weights=1,-1', qr/weight 2 is not above 0/);
says('mean=same,same weights=1,x', qr/invalid parameter "weights=1,x"/);
says('mean=same,same weights=1,nan', qr/invalid parameter "weights=1,nan"/);
says('mean=same,same weights=1,1e99', qr/invalid parameter "weights=1,1e99"/);
says('mean=one,one threshold=1', qr/invalid parameter "threshold=1"/);
says('mean=' . join(',', ('same') x 65), qr/too many models, expected 64/);

says('gate=one', qr/a gate is one model and needs "above=", "then="/);
says('gate=one then=same else=class0', qr/a gate is one model and needs/);
says('gate=one above=0.5 then=same', qr/a gate is one model and needs/);
says('gate=one,one above=0.5 then=same else=class0', qr/a gate is one model/);
says('gate=same above=0.5 then=four else=0,0,0,0,0',
    qr/"same" says \(rows,2\), expected one number of a gate/);
says('gate=one above=0.5 then=same else=cat',
    qr/"same" has no label "cat", which "else=" names/);
says('gate=one above=0.5 then=four else=1,2',
    qr/"four" says \(rows,5\), expected "else=gate" or as many numbers/);
says('gate=one above=0.5 then=one else=2',
    qr/number 1 for rows that the gate stops is no probability/);
says('gate=one above=0.5 then=number else=gate',
    qr/"one" says \(rows,1\) of task binary, "number" .* regression/);
says('gate=one above=x then=same else=class0', qr/invalid parameter "above=x"/);
says('gate=one above=0.5 then=five else=class0',
    qr/"one" takes \(rows,4\) of FP32, "five" \(rows,5\)/);
says('gate=one above=0.5 then=xy else=0', qr/"one" takes a tensor, "xy" col/);

says('maas_explain', qr/"p" has no explanations, which are asked for: it is a/,
    'server { listen 127.0.0.1:%%PORT%%; location = /p { maas_predict p; '
    . 'maas_explain top=3; } }');

done_testing();
