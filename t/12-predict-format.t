#!/usr/bin/perl

# Promise: `predict --format csv|jsonl` has a line for each row of the file, in
# its order, with names that say what stands there, ids as they were written
# and what the model decides; so the answers join back to the file.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub predict {
    my ($model, $file, $text, @more) = @_;
    $t->write_file($file, $text);
    my ($rc, $out, $err) = $t->trainer('predict', $model, '-d', $file, @more);
    return $rc == 0 ? $out : "$rc: $err";
}

sub columns {
    my ($name, $task, $labels, $w, %more) = @_;
    my $n = @$w / 2;
    write_model("$dir/$name.st", doc => { version => 1, name => $name,
        task => $task, inputs => { kind => 'columns', columns => [
            { name => 'a', kind => 'number', %{ $more{column} || {} } },
            { name => 'b', kind => 'number' } ] },
        layers => [ { kind => 'dense', units => $n + 0,
            activation => $more{activation} } ],
        outputs => { @$labels ? (labels => $labels) : (),
            %{ $more{outputs} || {} } },
        training => { data => { target => 'y', %{ $more{data} || {} } } },
        %{ $more{doc} || {} },
    }, tensors => { 'layers.0.weight' => [[2, $n], $w],
        'layers.0.bias' => [[$n], [(0) x $n]] });
}

###############################################################################
# a threshold of 0.2: what is decided is not what is likelier

columns('bin', 'binary', ['fine', 'fraud'], [1, 0], activation => 'sigmoid',
    outputs => { threshold => 0.2 }, data => { id => 'order' });

my $rows = "order,a,b,y\n007,0,1,fine\n1.50,-1,1,fraud\n"
    . "\"x, \"\"y\"\"\",-2,1,fine\n,1,1,fine\n";
my @p = (0.5, 0.26894143, 0.11920292, 0.7310586);
my @q = (0.5, 0.7310586, 0.8807971, 0.2689414);

is(predict('bin.st', 'd.csv', $rows, qw(--format csv)), <<CSV, 'CSV');
order,label,decision,probability_fine,probability_fraud
007,fraud,1,$q[0],$p[0]
1.50,fraud,1,$q[1],$p[1]
"x, ""y""",fine,0,$q[2],$p[2]
,fraud,1,$q[3],$p[3]
CSV
is(predict('bin.st', 'd.csv', $rows, qw(-f jsonl)), <<JSON, 'JSON lines');
{"order":"007","label":"fraud","decision":1,"probabilities":{"fine":$q[0],"fraud":$p[0]}}
{"order":"1.50","label":"fraud","decision":1,"probabilities":{"fine":$q[1],"fraud":$p[1]}}
{"order":"x, \\"y\\"","label":"fine","decision":0,"probabilities":{"fine":$q[2],"fraud":$p[2]}}
{"order":null,"label":"fraud","decision":1,"probabilities":{"fine":$q[3],"fraud":$p[3]}}
JSON
is(predict('bin.st', 'd.csv', $rows), "007,fraud,$p[0]\n1.50,fraud,$p[1]\n"
    . "\"x, \"\"y\"\"\",fine,$p[2]\n,fraud,$p[3]\n", 'without --format as ever');

# no id in the file, then another one, two, an input, the truth

(my $bare = $rows) =~ s/^(?:"[^\n]*"|[^,"\n]*),(?=[-\d]+,|a,)//mg;
is((split /\n/, $bare)[3], '-2,1,fine', 'the id is off');
is(predict('bin.st', 'n.csv', $bare, qw(-f csv)), <<CSV, 'a number instead');
row,label,decision,probability_fine,probability_fraud
1,fraud,1,$q[0],$p[0]
2,fraud,1,$q[1],$p[1]
3,fine,0,$q[2],$p[2]
4,fraud,1,$q[3],$p[3]
CSV
like(predict('bin.st', 'n.csv', $bare, qw(-f jsonl)),
    qr/^\{"row":1,"label":"fraud",.*\n\{"row":2,/, 'in JSON lines, too');
like(predict('bin.st', 'd.csv', $rows, qw(-f csv --id a)),
    qr/^a,label,.*\n0,fraud,.*\n-1,fraud/, 'an input may name the rows');
like(predict('bin.st', 'd.csv', $rows, '-f', 'csv', '--id', 'y,order'),
    qr/^order,y,label,.*\n007,fine,fraud,.*\n1\.50,fraud,fraud,/,
    'several columns, the truth among them');
like(predict('bin.st', 'd.csv', $rows, qw(-f csv --id oder)),
    qr/^1: .*d\.csv:1: no column "oder" for --id/, 'one that is not there');
like(predict('bin.st', 'j.jsonl', qq({"a":1,"b":2}\n), qw(-f csv --id oder)),
    qr/^1: .*j\.jsonl:1: no column "oder" for --id/, 'nor in JSON lines');

# what the file says of the columns that are no input; several ids

columns('rec', 'binary', ['fine', 'fraud'], [1, 0], activation => 'sigmoid',
    doc => { other_columns => [ { name => 'shop', role => 'id', at => 0 },
        { name => 'y', role => 'target', at => 1 },
        { name => 'order', role => 'id', at => 4 } ] });
my $shops = "shop,y,a,b,order\nx 1,fine,0,1,007\n";
is(predict('rec.st', 'd.csv', $shops, qw(-f csv)), "shop,order,label,decision,"
    . "probability_fine,probability_fraud\nx 1,007,fine,0,0.5,0.5\n",
    'ids that the file records');
like(predict('rec.st', 'j.jsonl', qq({"a":0,"b":1,"order":7}\n), qw(-f jsonl)),
    qr/^\{"order":7,"label"/, 'one of them is there');

# names that training had not, if the user says what they are; no others

my $more = "shop,a,b,note\nx 1,0,1,n 7\n";
like(predict('rec.st', 'd.csv', $more, qw(-f csv)),
    qr/^1: .*d\.csv:1:4: unknown column "note", expected/, 'a name too much');
like(predict('rec.st', 'd.csv', $more, qw(-f csv --id note)),
    qr/^note,label.*\nn 7,fine/, 'it names the rows');
like(predict('rec.st', 'd.csv', $more, qw(-f csv --id 4)),
    qr/^note,label.*\nn 7,fine/, 'by its number');
like(predict('rec.st', 'd.csv', $more =~ s/shop/shap/r, qw(-f csv --id note)),
    qr/^1: .*d\.csv: unknown column "shap", expected/, 'but no other one');
like(predict('rec.st', 'j.jsonl', qq({"a":0,"b":1,"note":5}\n), qw(-f jsonl
    --id note)), qr/^\{"note":5,"label"/, 'in JSON lines');
like(predict('rec.st', 'j.jsonl', qq({"a":0,"b":1,"note":5,"c":1}\n), qw(-f
    jsonl --id note)), qr/^1: .*unknown column "c", expected/, 'nor there');

# weights for the decision between classes

columns('weighed', 'classification', ['a', 'b'], [0, 0, 0, 0],
    activation => 'softmax', doc => { version => 2 },
    outputs => { decision_weights => [1, 3] });
is(predict('weighed.st', 'd.csv', "a,b\n0,0\n", qw(-f csv)), "row,label,"
    . "decision,probability_a,probability_b\n1,b,1,0.5,0.5\n",
    'what is decided is not the first of the likeliest');
is(predict('weighed.st', 'd.csv', "a,b\n0,0\n"), "b,0.5,0.5\n",
    'without --format neither');

# numbers of JSON stay numbers, to the last digit

is(predict('bin.st', 'j.jsonl', qq({"order":9007199254740993,"a":0,"b":1}\n)
    . qq({"a":-1,"b":1,"order":1.50}\n\n{"a":-2,"b":1}\n), qw(-f jsonl)),
    <<JSON, 'ids of JSON lines');
{"order":9007199254740993,"label":"fraud","decision":1,"probabilities":{"fine":$q[0],"fraud":$p[0]}}
{"order":1.50,"label":"fraud","decision":1,"probabilities":{"fine":$q[1],"fraud":$p[1]}}
{"order":null,"label":"fine","decision":0,"probabilities":{"fine":$q[2],"fraud":$p[2]}}
JSON
like(predict('bin.st', 'j.jsonl', qq({"order":1,"a":0,"b":1}\n)
    . qq({"a":-1,"b":1,"order":"1"}\n), qw(-f jsonl)),
    qr/^\{"order":"1",.*\n\{"order":"1",/, 'one text among them: all are texts');
like(predict('bin.st', 'j.jsonl', qq({"a":0,"b":1}\n), qw(-f jsonl)),
    qr/^\{"row":1,/, 'no id at all: the number');
like(predict('bin.st', 'j.jsonl',
    qq({"order":12345678901234567890,"a":0,"b":1}\n), qw(-f csv)), qr/\n12345678901234567890,fraud/, 'in CSV');

###############################################################################
# rows that cannot be read have their line, and their name where it is known

my $broken = "order,a,b\n1,x,1\n2,0,1\n3,0\n\n\"4,5\",-2,\"?\"\n6,1,1\n7,,x\n";
is(predict('bin.st', 'd.csv', $broken, qw(--on-error skip -f csv)),
    <<CSV, 'skipped rows: nothing is said of them');
order,label,decision,probability_fine,probability_fraud
1,,,,
2,fraud,1,$q[0],$p[0]
,,,,
"4,5",,,,
6,fraud,1,$q[3],$p[3]
7,,,,
CSV
my @j = map { decode_json($_) } split /\n/,
    predict('bin.st', 'd.csv', $broken, qw(--on-error skip -f jsonl));
is(join(' ', map { $_->{row} // '-' } @j), '1 - 3 4 - 6', 'which rows');
is($j[0]{order}, 1, 'what it is called');
like($j[0]{error}, qr/^d\.csv:2:2: column "a" holds "x": expected a number$/,
    'why');
like($j[2]{error}, qr/^d\.csv:4:2: 2 fields: expected 3/, 'a short row');
ok(!exists $j[2]{label}, 'no label');
(my $plain = $broken) =~ s/^[^,\n]*,(?!5)|^"4,5",//mg;
like(predict('bin.st', 'd.csv', $plain, qw(--on-error skip -f csv)),
    qr/\n1,,,,\n2,fraud,.*\n3,,,,\n4,,,,\n5,fraud,.*\n6,,,,\n\z/,
    'numbers of the rows of the file');

###############################################################################
# other tasks

columns('pick', 'classification', ['a b', 'c,"d"', 'e'],
    [5, 0, 0, 0, 5, 0], activation => 'softmax');
like(predict('pick.st', 'd.csv', "a,b\n1,0\n0,1\n", qw(-f csv)),
    qr/^row,label,decision,probability_a b,"probability_c,""d""",(?#
    )probability_e\n1,a b,0,0\.9\d+,0\.00\d+,0\.00\d+\n(?#
    )2,"c,""d""",1,/, 'names of classes are quoted where they must be');
is_deeply([sort keys %{ decode_json(predict('pick.st', 'd.csv', "a,b\n1,0\n",
    qw(-f jsonl)))->{probabilities} }], ['a b', 'c,"d"', 'e'], 'in JSON');

columns('bare', 'classification', [], [5, 0, 0, 5], activation => 'softmax');
like(predict('bare.st', 'd.csv', "a,b\n0,1\n", qw(-f csv)),
    qr/^row,label,decision,probability_0,probability_1\n1,1,1,0\.00/,
    'without labels: their places');
columns('bare2', 'binary', [], [5, 0], activation => 'sigmoid');
like(predict('bare2.st', 'd.csv', "a,b\n1,1\n", qw(-f csv)),
    qr/^row,label,decision,probability_0,probability_1\n1,1,1,0\.00/, 'binary');

columns('price', 'regression', ['price'], [2, 1], activation => 'linear',
    data => { id => 'order' });
is(predict('price.st', 'd.csv', "order,a,b\n8,2,1\n9,0.5,0\n", qw(-f csv)),
    "order,prediction\n8,5\n9,1\n", 'a number');
is(predict('price.st', 'd.csv', "order,a,b\n8,2,1\n", qw(-f jsonl)),
    qq({"order":"8","prediction":5}\n), 'in JSON');
columns('two', 'regression', [], [2, 1, 1, 0], activation => 'linear');
is(predict('two.st', 'd.csv', "a,b\n8,2\n", qw(-f csv)),
    "row,prediction_1,prediction_2\n1,18,8\n", 'two numbers');

###############################################################################
# a table that came out joins back: pandas' merge in small

my $n = 300;
my %truth;
my $csv = "order,a,b\n";
for (1 .. $n) {
    my $id = sprintf '%05d', $_ * 7919 % 100000;
    $truth{$id} = 1 / (1 + exp -($_ / 100));
    $csv .= "$id," . $_ / 100 . ",0\n";
}
my (undef, @lines) = split /\n/, predict('bin.st', 'd.csv', $csv, qw(-f csv));
my $worst = 0;
for (@lines) {
    my ($id, undef, undef, undef, $p) = split /,/;
    my $off = abs($p - delete $truth{$id});
    $worst = $off if $off > $worst;
}
is(scalar @lines, $n, 'all rows');
is(scalar keys %truth, 0, 'each once');
cmp_ok($worst, '<', 1e-6, 'each its own probability');

###############################################################################
# what cannot be

for (
    [[qw(-f xml)], 2, qr/--format: "xml": expected lines, csv or jsonl/],
    [[qw(-f csv --json)], 2, qr/--json and --format: expected one of them/],
) {
    my ($args, $code, $re) = @$_;
    my ($rc, $out, $err) = $t->trainer(qw(predict bin.st -d n.csv), @$args);
    is($rc, $code, "exit code: @$args");
    like($err, $re, 'what is wrong');
}

columns('clash', 'binary', ['no', 'yes'], [1, 0], activation => 'sigmoid');
for (['label', 'csv'], ['decision', 'csv'], ['probability_yes', 'csv'],
    ['error', 'jsonl'], ['probabilities', 'jsonl'], ['probability_no', 'csv'])
{
    my ($name, $format) = @$_;
    like(predict('clash.st', 'd.csv', "$name,a,b\n1,1,1\n", '--id', $name, '-f',
        $format), qr/^1: .*the id column "$name" is called as a column of the/,
        "an id called $name");
}

done_testing();
