#!/usr/bin/perl

# Promise: columns of a table become what they look like or what the user
# says; what is fitted to them knows the training rows alone; predict makes
# the same rows again from names, places and JSON.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub fit {
    my ($rc, $out, $err) = $t->trainer('fit', '-q', '--json', '-o', 'm.st',
        '--epochs', 2, @_);
    is($rc, 0, "fit @_") or diag($err);
    return $rc ? {} : decode_json($out);
}

sub document {
    my ($rc, $out) = $t->trainer('inspect', '--json', @_);
    return decode_json($out)->{document};
}

sub inputs {
    my $doc = document('m.st');
    return { map { $_->{name} => $_ } @{$doc->{inputs}{columns}} };
}

sub refused {
    my ($re, @args) = @_;
    my ($rc, undef, $err) = $t->trainer('fit', '-q', '-o', 'x.st', '--epochs',
        1, @args);
    isnt($rc, 0, "refused: @args");
    like($err, $re, 'says why');
}

###############################################################################
# by looking

srand 1;
my @city = qw(Rome Oslo Lima);
my @word = qw(late paid never again twice);
my @rows;

for my $i (1 .. 120) {
    my $age = $i % 9 ? 20 + $i % 50 : '';
    my $city = $i % 40 ? $city[$i % 3] : "Far$i";
    my $note = join ' ', map { $word[rand @word] } 1 .. 4;
    push @rows, [ 1000 + $i, $age, $city, $i % 2 ? 'yes' : 'No', $note,
        "C$i", $i % 4 / 8, '', $i % 5 < 2 ? 'bad' : 'good' ];
}

my @names = qw(id age city vip note code rate void y);
my $csv = sub { join '', map { join(',', @$_) . "\n" } \@names, @_ };
$t->write_file('d.csv', $csv->(@rows));

my $r = fit(qw(-d d.csv));
is_deeply({ map { $_->{name} => $_->{kind} } @{$r->{columns}} },
    { id => 'left out', age => 'number', city => 'category', vip => 'boolean',
        note => 'text', code => 'left out', rate => 'number',
        void => 'left out', y => 'target' }, 'kinds by looking');

my $c = inputs();
is(join(' ', sort keys %$c), 'age city note rate vip', 'what is in the file');
ok($c->{age}{missing_slot} && !$c->{rate}{missing_slot}, 'missing values');
is(join(' ', sort @{$c->{city}{values}}), 'Lima Oslo Rome',
    'values that stand more than once');
ok($c->{city}{other}, 'and others');
is_deeply($c->{note}{ngrams}, [2, 4], 'pieces of text');

my ($rc, $out) = $t->trainer(qw(fit -q -d d.csv -o m.st --epochs 1));
like($out, qr/^columns   id {4,}left out +an id: all values differ\n(?#
    ) +age +number +2  all values are numbers; some are missing\n(?#
    ) +city +category +4  6 different texts in 120 rows; 3 values and others$/m,
    'a table for people');

###############################################################################
# as the user says

fit(qw(-d d.csv --columns), 'age=category,vip=ignore,code=text,id=number',
    '--ignore', 'note,3');
$c = inputs();
is(join(' ', map { "$_=$c->{$_}{kind}" } sort keys %$c),
    'age=category code=text id=number rate=number', 'kinds as said');

fit(qw(-d d.csv --target city --id code --weight rate));
$c = inputs();
is(join(' ', sort keys %$c), 'age note vip y', 'target, id and weight are no '
    . 'inputs');

refused(qr/--columns: "bits": expected number/, qw(-d d.csv --columns
    age=bits));
refused(qr/--columns: "age": expected NAME=KIND/, qw(-d d.csv --columns age));
refused(qr/no column "agee" for --columns/, qw(-d d.csv --columns
    agee=number));
refused(qr/no column "x" for --ignore/, qw(-d d.csv --ignore x));
refused(qr/no column "10" for --id/, qw(-d d.csv --id 10));
refused(qr/d\.csv:2:3: column "city" holds "Oslo": expected a number/,
    qw(-d d.csv --columns city=number));
refused(qr/d\.csv:2:2: column "age" holds "21": expected true or false/,
    qw(-d d.csv --columns age=boolean));
refused(qr/d\.csv:10:2: column "age" is empty/, qw(-d d.csv --weight age));
refused(qr/nothing but a target/, '-d', 'd.csv', '--ignore',
    'id,age,city,vip,note,code,rate,void');

###############################################################################
# hashed beyond a few values

$t->write_file('many.csv', "k,y\n" . join '', map { 'k' . $_ % 80 . ',' . $_ % 2
    . "\n" } 1 .. 400);
fit(qw(-d many.csv));
is(inputs()->{k}{hash}, 256, 'a category of many values is hashed');
fit(qw(-d many.csv --hash 16));
is(inputs()->{k}{hash}, 16, 'as wide as said');
fit(qw(-d many.csv --one-hot 80));
is(scalar @{inputs()->{k}{values}}, 80, 'or not');

$t->write_file('pandas.csv', ",x,y\n" . join '', map { "$_," . $_ % 7 . ','
    . $_ % 2 . "\n" } 0 .. 40);
$r = fit(qw(-d pandas.csv));
is(join(' ', map { "$_->{name}=$_->{kind}" } @{$r->{columns}}),
    'index=left out x=number y=target', 'an index without a name');

###############################################################################
# rows that cannot be read

my @spoilt = map { [@$_] } @rows;
$spoilt[4][1] = 'old';
$spoilt[7] = [1, 2];
$spoilt[9][8] = '';
$t->write_file('spoilt.csv', $csv->(@spoilt));
refused(qr/^maas-trainer: spoilt\.csv:9:2: 2 fields: expected 9/, qw(-d
    spoilt.csv));
$r = fit(qw(-d spoilt.csv --on-error skip));
is($r->{skipped}, 2, 'rows are skipped and counted');
is($r->{without_target}, 1, 'and those that have no target');
is($r->{rows}, 117, 'the others are used');
(undef, undef, my $err) = $t->trainer(qw(fit -q -d spoilt.csv -o m.st --epochs
    1 --on-error skip));
like($err, qr/^maas-trainer: spoilt\.csv: 2 rows skipped; the first: (?#
    )spoilt\.csv:6:2: column "age" holds "old": expected a number (?#
    )\(no numbers: "old" \(1\); --na-values if they mean missing\)$/m,
    'and said');

###############################################################################
# no leakage: of 40 rows, a change of one shows in the preparation if and only
# if that row trains

my @few = map { [ $_ * $_ % 17, ('a', 'b', 'c')[$_ % 3], $_ % 2 ] } 1 .. 40;
my $write = sub { $t->write_file('few.csv', "n,k,y\n" . join '',
    map { join(',', @$_) . "\n" } @_) };

for my $scaling (qw(standard robust quantile)) {
    $write->(@few);
    my $rows = fit('-d', 'few.csv', '--scaling', $scaling)->{rows};
    my $doc = document('m.st');
    my $json = JSON::PP->new->canonical;
    my $before = $json->encode($doc->{inputs});
    my ($same, $target) = (0, $doc->{training}{data}{validation_rows});

    for my $i (0 .. $#few) {
        my @changed = map { [@$_] } @few;
        $changed[$i][0] = 1e6;
        $changed[$i][1] = 'z';
        $write->(@changed);
        $t->trainer(qw(fit -q -d few.csv -o c.st --epochs 1 --scaling),
            $scaling);
        $same += $json->encode(document('c.st')->{inputs}) eq $before;
    }

    is($same, $target, "$scaling: validation rows do not show");
}

$write->(@few);
my @held = map { [ 1e9, 'new', $_ % 2 ] } 1 .. 9;
$t->write_file('held.csv', "n,k,y\n" . join '', map { join(',', @$_) . "\n" }
    @held);
fit(qw(-d few.csv --valid few.csv));
my $one = inputs();
fit(qw(-d few.csv --valid held.csv));
is_deeply(inputs(), $one, 'nor does a file for validation');

###############################################################################
# predict: by name, by place, from JSON, with unknown and missing values

fit(qw(-d d.csv));
like(($t->trainer(qw(inspect m.st)))[1], qr/^input +input: 5 columns: age, (?#
    )city \(category\), vip \(boolean\), note \(text\), rate$/m, 'inspect');
my @some = @rows[0 .. 29];
$t->write_file('named.csv', $csv->(@some));
$t->write_file('swapped.csv', join '', map { join(',', reverse @$_) . "\n" }
    \@names, @some);
$t->write_file('some.jsonl', join '', map { my $row = $_;
    my %h = map { $names[$_] => $row->[$_] } 0 .. 8;
    $h{vip} = $h{vip} eq 'yes' ? JSON::PP::true : JSON::PP::false;
    $h{rate} += 0;
    length $h{age} ? $h{age} += 0 : delete $h{age};
    JSON::PP->new->encode(\%h) . "\n" } @some);
$t->write_file('place.csv', join '', map { join(',', @$_[1 .. 4, 6]) . "\n" }
    @some);

my $said = ($t->trainer(qw(predict m.st -d named.csv)))[1];
is(() = $said =~ /\n/g, 30, 'a line for each row');
is(($t->trainer(qw(predict m.st -d), $_))[1], $said, "the same from $_")
    for qw(swapped.csv some.jsonl);
is(($t->trainer(qw(predict m.st -d place.csv --header no)))[1], $said,
    'the same by place');

$t->write_file('bare.csv', join '', map { join(',', @$_) . "\n" } @rows);
fit(qw(-d bare.csv --valid bare.csv --header no --ignore), 'column5,4');
is(join(' ', sort keys %{inputs()}), 'column1 column2 column3 column7',
    'columns without names have numbers');
is(() = ($t->trainer(qw(predict m.st -d bare.csv --header no)))[1] =~ /\n/g,
    120, 'and keep them');

fit(qw(-d d.csv));
$t->write_file('odd.jsonl', qq({"age":null,"city":"Atlantis","id":1}\n{}\n));
($rc, $out) = $t->trainer(qw(predict m.st -d odd.jsonl));
is($rc, 0, 'unknown and missing values, and names that training knew');
is(() = $out =~ /\n/g, 2, 'are no reason to refuse');

$t->write_file('more.jsonl', qq({"age":1,"extra":1}\n));
($rc, undef, $err) = $t->trainer(qw(predict m.st -d more.jsonl));
is($rc, 1, 'another name is one');
like($err, qr/^maas-trainer: more\.jsonl: unknown column "extra", expected (?#
    )"age", "city", .*$/, 'with those that there are');

$t->write_file('bad.jsonl', qq({"age":1}\n{"age":"old"}\n));
($rc, undef, $err) = $t->trainer(qw(predict m.st -d bad.jsonl));
is($rc, 1, 'a wrong one is');
like($err, qr/^maas-trainer: bad\.jsonl:2: column "age" holds "old": expected a (?#
    )number$/, 'with line, column and reason');

($rc, $out) = $t->trainer(qw(evaluate m.st -d named.csv --json --importance
    --repeats 2));
is(scalar @{decode_json($out)->{importance}}, 5, 'importance by column');

###############################################################################
# an id goes through, rows that cannot be read are passed over

fit(qw(-d d.csv --id code));
($rc, $out) = $t->trainer(qw(predict m.st -d named.csv));
is(join(' ', $out =~ /^([^,]*),(?:bad|good),/mg), join(' ', map { "C$_" }
    1 .. 30), 'ids');
($rc, $out) = $t->trainer(qw(predict m.st -d some.jsonl --json));
like($out, qr/^\{"id":"C1","label":"(?:bad|good)","outputs":\[/, 'in JSON too');
unlike(($t->trainer(qw(predict m.st -d odd.jsonl)))[1], qr/C/, 'no id');

($rc, $out, $err) = $t->trainer(qw(predict m.st -d bad.jsonl --on-error skip));
is($rc, 0, 'skipped');
is(() = $out =~ /\n/g, 1, 'the others are answered');
like($err, qr/bad\.jsonl: 1 row skipped/, 'and it is said');

done_testing();
