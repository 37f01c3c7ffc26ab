#!/usr/bin/perl

# Promise: a CSV text means the same to `predict` and to nginx: the same rows
# with the same bits, or both refuse it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use MaasTest;
use Test::More;

my $t = MaasTest->new;
my @csv = ('Content-Type' => 'text/csv');

###############################################################################
# tables of a number, a category and a text; of a text; of two numbers; one
# whose target stands first and has an id; all with a number to predict

my %fit = (
    acn => [ "a,c,n,y\n" . join('', map { join(',', $_, qw(x y z)[$_ % 3],
        qw(late never paid)[$_ % 3] . " by $_", $_ / 4) . "\n" } 1 .. 60),
        '--columns', 'a=number,c=category,n=text', '--target', 'y' ],
    n => [ "n,y\n" . join('', map { qw(late never paid)[$_ % 3]
        . " by $_," . $_ / 4 . "\n" } 1 .. 60), '--columns', 'n=text' ],
    ab => [ "a,b,y\n" . join('', map { join(',', $_, $_ % 7, $_ / 4) . "\n" }
        1 .. 60) ],
    bare => [ join('', map { join(',', $_, $_ % 7, $_ / 4) . "\n" } 1 .. 60),
        qw(--header no) ],
    euro => [ "a;b;y\n" . join('', map { "$_,5;$_ \xe2\x82\xac;"
        . $_ / 4 . "\n" }
        1 .. 60) ],
    comma => [ "a;y\n" . join('', map { "$_,5;" . $_ / 4 . "\n" } 1 .. 60) ],
    gap => [ ",a,,y\n" . join('', map { join(',', $_ - 1, $_, $_ % 7, $_ / 4)
        . "\n" } 1 .. 60), '--columns', 'column3=number', '--ignore', 'index' ],
    label => [ "a,c,y\n" . join('', map { join(',', $_, qw(x y z)[$_ % 3],
        qw(no yes)[$_ % 2]) . "\n" } 1 .. 60), '--task', 'binary' ],
    digits => [ "0,1,2,3\n" . join('', map { join(',', $_, $_ % 7, 5, $_ / 4)
        . "\n" } 1 .. 60) ],
    first => [ "y,id,a,b\n" . join('', map { join(',', $_ / 4, "k$_", $_,
        $_ % 7) . "\n" } 1 .. 60), qw(--target y --id id) ],
);

for my $name (sort keys %fit) {
    my ($text, @args) = @{$fit{$name}};
    $t->write_file("$name.csv", $text);
    my ($rc, undef, $err) = $t->trainer(qw(fit -q --epochs 1 --hidden none -d),
        "$name.csv", '-o', "$name.safetensors", '--task', 'regression', @args);
    is($rc, 0, "fit $name") or diag($err);
}

$t->model('tensor', sizes => [ 2, 1 ], task => 'regression',
    inputs => { kind => 'tensor', shape => [ 2 ] });

$t->model('alone', sizes => [ 16, 1 ], task => 'regression', inputs => {
    kind => 'columns', columns => [ { name => 'n', kind => 'text',
        hash => 16, ngrams => [ 1, 2 ] } ] });

my @models = (sort(keys %fit), 'tensor', 'alone');
my $models = join '', map { "maas_model $_ %%TESTDIR%%/$_.safetensors;\n" }
    @models;
my $places = join '', map { "location = /$_ { maas_predict $_; }\n" } @models;

$t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    $models
    server { listen 127.0.0.1:%%PORT%%; $places }
}
EOC
$t->known_good('/ab', '[1,2]', 'Content-Type' => 'application/json');
$t->run;

# What both say: rows, or undef

sub both {
    my ($model, $text) = @_;
    $t->write_file('in.csv', $text);
    my ($rc, $out, $err) = $t->trainer('predict', "$model.safetensors",
        qw(-d in.csv));
    $out =~ s/^[^,\n]*,//mg;                      # an id
    my $answer = $t->post("/$model", $text, @csv);
    (my $name = "$model: $text") =~ s/([^\x20-\x7e])/sprintf '\\x%02x',
        ord $1/ge;
    $name = substr($name, 0, 70);
    my $served = $answer->status == 200 ? $answer->body : 'refused';
    is($served, $rc == 0 ? $out : 'refused', "$name: the same")
        or diag("predict: $err\nnginx: ", $answer->body);
    return ($served eq 'refused' ? undef : [ split /\n/, $served ], $err,
        $answer->body, $name);
}

sub rows {
    my ($model, $text, $n) = @_;
    my ($rows, $err, undef, $name) = both($model, $text);
    is($rows ? scalar @$rows : 'refused', $n, "$name: $n rows") or diag($err);
    return join ' ', @{ $rows || [] };
}

sub refused {
    my ($model, $text, $re) = @_;
    my ($rows, $err, $body, $name) = both($model, $text);
    is($rows, undef, "$name: refused");
    like($err, $re, "$name: predict says why") if $re;
    like($body =~ s/\\"/"/gr, $re, "$name: nginx says why") if $re;
    return;
}

###############################################################################
# the same two rows in many clothes

my $want = rows('acn', "1,x,late\n2,y,never\n", 2);
my @head = (a => c => n =>);

for my $by (',', ';', "\t", '|') {
    for my $end ("\n", "\r\n", "\r", "\n\n", "\n\r", "\r\n  \r\n") {
        my $lines = join '', map { join($by, @$_) . $end }
            [ 1, 'x', 'late' ], [ 2, 'y', 'never' ];
        is(rows('acn', $lines, 2), $want, 'rows');
        is(rows('acn', join($by, @head) . $end . $lines, 2), $want, 'names');
    }
}

for my $text (
    "a,c,n\n1,x,late\n2,y,never",
    "\xef\xbb\xbfa,c,n\n1,x,late\n2,y,never\n",
    "\n\na,c,n\n\n1,x,late\n \n2,y,never\n\n",
    "n,a,c\nlate,1,x\nnever,2,y\n",
    " a , c ,n\t\n1 , x,late\n 2,\ty\t,never \n",
    qq("a","c","n"\n"1","x","late"\n"2","y","never"\n),
    qq(a, "c" ,n\n1, "x" ,late\n2 , "y", "never" \n),
    "sep=;\na;c;n\n1;x;late\n2;y;never\n",
    "sep=|\r\n1|x|late\r\n2|y|never\r\n",
    qq("sep=:"\n1:x:late\n2:y:never\n),
    "# a comment\n#\n# one, more\na,c,n\n1,x,late\n2,y,never\n",
    "# a comment\n1,x,late\n2,y,never\n",
    "# a,c,n\n1,x,late\n2,y,never\n",
    "#a;c;n\n1;x;late\n2;y;never\n",
    "a c n\n1 x late\n2  y   never\n",
    ",a,c,n\n0,1,x,late\n1,2,y,never\n",
    "a,,c,n\n1,,x,late\n2,9,y,never\n",
    "a,c,n,\n1,x,late,\n2,y,never,\n",
    "a,c,n,\n1,x,late\n2,y,never\n",
    "a,c,n\n1,x,late,\n2,y,never,\n",
    "1.0,x,late\n2e0,y,never\n",
) {
    is(rows('acn', $text, 2), $want, 'as before');
}

is(rows('acn', qq(1,x,"la,te"\n2,y,"a ""b""\r\nc"\n), 2),
    rows('acn', qq(1;x;la,te\n2;y;"a ""b""\r\nc"\n), 2), 'quotes');
is(rows('acn', qq(1,a"b,late\n1,x,5" long\n1,x,late"\n1,a""b,"la""te"\n), 4),
    rows('acn', qq(1,"a""b",late\n1,x,"5"" long"\n1,x,"late"""\n)
    . qq(1,"a""""b","la""te"\n), 4), 'bare quotes are text');
is(rows('acn', "NA,x,late\n", 1), rows('acn', "c,n\nx,late\n", 1),
    'missing first');
rows('acn', "a,c\n1,x\n", 1);
rows('acn', "n\nlate\n", 1);
is(rows('n', "late paid\n\nnever\n\n", 2), rows('n',
    "n\r\nlate paid\r\n\r\nnever\r\n", 2), 'blank lines are no rows');
rows('n', qq(late\n""\nnever\n), 3);
rows('n', qq(n\n""\n), 1);
rows('n', "#late\nnever\n", 2);
rows('n', "late\n", 1);
rows('ab', "1,2\n3,4\n", 2);
is(rows('ab', "1.5;2.5\n3.5;4.5\n", 2), rows('ab', "b|a\n2.5|1.5\n4.5|3.5\n",
    2), 'separators by the number of columns');
is(rows('euro', "1,5;2 \xe2\x82\xac\n", 1), rows('euro',
    "a;b\n1,5;\xe2\x82\xac\xc2\xa02\n", 1), 'a digit with a sign is a number');
is(rows('n', "late n\npaid 5\n", 2), rows('n', qq("late n"\n"paid 5"\n), 2),
    'blanks of a text of which a word is a name');
is(rows('n', "paid 5\nlate 7\n", 2), rows('n', qq("paid 5"\n"late 7"\n), 2),
    'or looks like a target');
is(rows('alone', "int x;\nint y;\n", 2),
    rows('alone', qq("int x;"\n"int y;"\n), 2), 'a text ends with a semicolon');
is(rows('alone', "n;\nint x;\n", 1), rows('alone', "int x\n", 1),
    'below a name that does, too, it is none of the text');
is(rows('n', "n y\nlate 5\nnever 7\n", 2), rows('n', "late\nnever\n", 2),
    'between names they separate');
is(rows('ab', "1 2\n3  4\n", 2), rows('ab', "1,2\n3,4\n", 2), 'blanks');
is(rows('ab', "\"1\",2\r3,\"4\"\r", 2), rows('ab', "1,2\n3,4\n", 2), 'CR');
rows('ab', ",2\n3,\n", 2);
rows('tensor', "1,2\n3,4\n", 2);
is(rows('tensor', "b,a\n1,2\n", 1), rows('tensor', "1;2\n", 1),
    'names of a tensor say nothing');
rows('bare', "1,2\n3,4\n", 2);

# the file that was trained on, and rows like its own

for my $name (sort grep { $_ ne 'label' } keys %fit) {
    my $rows = rows($name, $fit{$name}[0], 60);
    my ($head, @lines) = split /\n/, $fit{$name}[0];
    next if $name eq 'bare';
    is(rows($name, join("\n", @lines, ''), 60), $rows, 'without its names');
}

is(rows('first', "5,k,1,2\n,,3,4\n", 2), rows('first', "1,2\n3,4\n", 2),
    'the target first, an id');
is(rows('first', "b,y,a\n2,9,1\n4,,3\n", 2), rows('first', "1,2\n3,4\n", 2),
    'by name');
is(rows('first', "k,1,2\nl,3,4\n", 2), rows('first', "1,2\n3,4\n", 2),
    'without the target');
rows('acn', "1,x,late,9\n", 1);
is(rows('comma', "1,5\n2,5\n", 2), rows('comma', "a\n1,5\n2,5\n", 2),
    'a decimal comma separates nothing');
is(rows('gap', "0,1,2,\n1,2,3,\n", 2), rows('gap', "a,column3\n1,2\n2,3\n", 2),
    'a gap and an index');
is(rows('gap', ",a,\n0,1,2\n1,2,3\n", 2), rows('gap', "1,2\n2,3\n", 2),
    'gaps in its names');

{
    $t->write_file('own.csv', "a,who,b\n1,me,2\n");
    my ($rc, $out, $err) = $t->trainer(qw(predict ab.safetensors -d own.csv --id
        who));
    is($rc, 0, 'a name that is asked for may be there') or diag($err);
    like($out, qr/^me,/, 'and is used');
}

rows('acn', "1,x,late,\n", 1);

###############################################################################
# refused

my $closed = qr/a quote that does not end/;

for (
    [ 'acn', "" ], [ 'acn', "\n\n" ], [ 'acn', "a,c,n\n" ],
    [ 'acn', "a,c,n\n\n \n" ],
    [ 'acn', "1,x\n" ], [ 'acn', "1,x,late,9,9\n" ],
    [ 'acn', "1,x,late,bad\n", qr/in place of the target "y" is none of its values/ ],
    [ 'acn', "1,x,late,9\n1,x,late,bad\n", qr/in place of the target "y" is none/ ],
    [ 'acn', "1,x,late\n2,y\n" ], [ 'acn', "1,x,late\n2,y,z,w\n" ],
    [ 'acn', "a,c,n\n1,x\n" ], [ 'acn', "a,c,n\n1,x,late,9\n" ],
    [ 'acn', "a,c,n\na,c,n\n1,x,late\n", qr/expected a number/ ],
    [ 'acn', qq(a,c,n\n1,x,"late\n2,y,never\n), $closed ],
    [ 'acn', qq(a,c,"n\n1,x,late\n), $closed ],
    [ 'acn', qq("1,x,late\n), $closed ],
    [ 'acn', qq(1,"x"y,late\n), qr/behind a quoted field/ ],
    [ 'acn', qq(1,"x";late\n) ],
    [ 'acn', "1,x,la\rte\n" ],
    [ 'acn', "1,x\0,late\n", qr/a zero byte/ ],
    [ 'acn', qq(1,"x\0",late\n), qr/a zero byte/ ],
    [ 'acn', "A,c,n\n1,x,late\n", qr/unknown column "A" \(did you mean "a"\?\), expected "a", "c"/ ],
    [ 'acn', "A,C,N\n1,x,late\n", qr/unknown column "A" \(did you mean "a"\?\), expected "a", "c"/ ],
    [ 'acn', qq(" a",c,n\n1,x,late\n), qr/unknown column " a" \(did you mean "a"\?\), expected "a"/ ],
    [ 'acn', "a,c,n,n\n1,x,late,b\n", qr/the name "n" stands twice/ ],
    [ 'acn', "a,7\n1,2\n" ],
    [ 'acn', "1,x,\xc3\xa9\n1,x,\xff\n", qr/UTF-8/ ],
    [ 'acn', "1,\xc3\xa9,\xc3\xa9\n1,\xc0\xaf,late\n", qr/UTF-8/ ],
    [ 'acn', "1,\xc3\xa9,\xc3\xa9 \xc3\xa9\n1,x,\xed\xa0\x80\n", qr/UTF-8/ ],
    [ 'ab', "1,2,3,4,5\n" ], [ 'ab', "1\n" ], [ 'ab', "x,2\n" ],
    [ 'ab', "1,five\n", qr/expected a number/ ],
    [ 'ab', "1,0x10\n", qr/expected a number/ ],
    [ 'ab', "1,inf\n", qr/expected a number/ ],
    [ 'ab', "1,1e39\n", qr/single precision/ ],
    [ 'ab', "1,true\n", qr/expected a number/ ],
    [ 'ab', "c,d\n1,2\n" ],
    [ 'tensor', "NA,1\n2,3\n" ], [ 'tensor', "u,1\n2,3\n" ],
    [ 'tensor', ",1\n2,3\n" ], [ 'tensor', "1,2,3\n" ],
    [ 'tensor', "1,two\n" ], [ 'tensor', "b,a\n" ],
    [ 'bare', "a,b\n1,2\n" ], [ 'bare', "1,2,3,4\n" ],
    [ 'first', "k1,1,2\n1,2\n" ], [ 'first', "y,id,a,b,z\n1,k,2,3,4\n",
        qr/unknown column "z", expected "a", "b"/ ],
    [ 'label', "1,x,maybe\n", qr/in place of the target "y" is none of its values/ ],
    [ 'label', "x,1\n", qr/expected a number/ ],
) {
    refused(@$_);
}

# names that are numbers, as pandas writes them: of all that training had, with
# a column that was left out and the target, and without them

my $digits = rows('digits', "0,1\n7,3\n", 1);
for my $text ("0,1,2,3\n7,3,5,9\n", "0,1,2\n7,3,5\n", "0,1,3\n7,3,9\n",
    "7,3\n", "7,3,5\n", "7,3,5,9\n")
{
    is(rows('digits', $text, 1), $digits, 'names that are numbers');
}
rows('digits', "0,1,2,3\n$_->[0]", $_->[1]) for [ "7,3,5,9\n1,2,5,3\n", 2 ],
    [ "0,1,2,3\n", 1 ];
rows('digits', "1,0\n", 1);

# a target of the user's that is an input

for my $command (qw(predict evaluate)) {
    my ($rc, undef, $err) = $t->trainer($command, 'ab.safetensors',
        qw(-d ab.csv -t a));
    is($rc, 1, "$command: an input as target");
    like($err, qr/"a" for --target is an input of the model/, 'is refused');
}


# a file that does not say what else was in training's, as of 0.1.0

$t->model('old', sizes => [ 2, 1 ], task => 'regression',
    inputs => { kind => 'columns', columns => [ { name => 'a', kind => 'number' },
        { name => 'b', kind => 'number' } ] });
$t->write_file('old.csv', "1,2\n");
my ($code, $old) = $t->trainer(qw(predict old.safetensors -d old.csv));
is($code, 0, 'rows of the columns');

for (["1,2,9\n", qr/^maas-trainer: in\.csv: the last of 3 fields is taken for (?#
    )the target$/], ["b,z,a\n2,x,1\n", qr/^$/])
{
    $t->write_file('in.csv', $_->[0]);
    my ($rc, $out, $err) = $t->trainer(qw(predict old.safetensors -d in.csv));
    is($out, $old, 'the same with what is not known');
    like($err, $_->[1], 'said');
}

$t->write_file('in.csv', "A,b\n1,2\n");
($code, undef, my $why) = $t->trainer(qw(predict old.safetensors -d in.csv));
is($code, 1, 'but a slip is refused');
like($why, qr/unknown column "A" \(did you mean "a"\?\), expected "a"/, 'by name');

# bodies are UTF-8

my $answer = $t->post('/ab', "1,2\n", 'Content-Type' => 'text/csv; charset=UTF-8');
is($answer->status, 200, 'a charset');
$answer = $t->post('/ab', "1,2\n", 'Content-Type' => 'text/csv; charset=latin1');
is($answer->status, 415, 'another');
like($answer->body, qr/charset of text.csv is not utf-8/, 'is refused by name');
$answer = $t->post('/ab', "\xff\xfe1\0,\x002\0\n\0", @csv);
is($answer->status, 400, 'UTF-16 that does not say so');
like($answer->body, qr/this is UTF-16: expected UTF-8/, 'too');

$t->done;
