#!/usr/bin/perl

# Promise: figures of the best model that a table allows are honest.  What the
# test part says changes the test's figures and nothing else in the file; of
# rows without a rule folds find none, however many recipes are tried in each;
# the same checks see a part that is looked at.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;

srand 11;       # Perl's numbers are the same in every run
sub unit { return rand }

sub fit {
    my ($rc, $out, $err) = $t->trainer(qw(fit -q --json), @_);
    is($rc, 0, "fit @_") or diag($err);
    return decode_json($out);
}

# document and tensors of a model file

sub parts {
    my ($name) = @_;
    my $bytes = $t->read_file($name);
    my $n = unpack 'Q<', $bytes;
    my $header = decode_json(substr $bytes, 8, $n);
    return (decode_json($header->{__metadata__}{maas}), substr $bytes, 8 + $n);
}

my $json = JSON::PP->new->canonical->allow_nonref;

sub table {
    my ($file, @rows) = @_;
    $t->write_file($file, join '', "a,b,c,d,y\n",
        map { join(',', @$_) . "\n" } @rows);
    return;
}

sub shuffled {
    my @rows = map { [@$_] } @_;
    my @y = map { $_->[4] } @rows;
    $_->[4] = splice @y, unit() * @y, 1 for @rows;
    return @rows;
}

###############################################################################
# the test part, as it is and with the truths dealt out anew; beside it the
# validation part, of which the file is meant to hang

sub rows {
    my ($n, $y) = @_;
    return map { my @x = (unit(), unit(), (qw(u v w))[3 * unit()], unit());
        [@x, $y->(@x)] } 1 .. $n;
}

for my $kind (
    [classes => sub { ($_[0] > 0.5) ^ ($_[1] > 0.4) ^ (unit() < 0.1)
        ? 'yes' : 'no' }],
    [numbers => sub { sprintf '%.4f', 50 * $_[0] * $_[1] + 5 * unit() }])
{
    my ($name, $y) = @$kind;
    my @test = rows(80, $y);
    my @valid = rows(60, $y);
    table('d.csv', rows(160, $y));
    table('t.csv', @test);
    table('other.csv', shuffled(@test));
    table('v.csv', @valid);
    table('v-other.csv', shuffled(@valid));

    my $is = fit(qw(-d d.csv --name m -o m.st --test t.csv));
    my $other = fit(qw(-d d.csv --name m -o o.st --test other.csv));
    my ($doc, $tensors) = parts('m.st');
    my ($doc2, $tensors2) = parts('o.st');

    ok($tensors eq $tensors2, "$name: the same tensors");
    ok(defined delete $doc->{training}{test}, "$name: figures of the test");
    delete $doc2->{training}{test};

    # a warning of the test's figures is one of them

    for my $r ($doc->{training}, $doc2->{training}, $is, $other) {
        $r->{warnings} = [grep { !/of the test part/ } @{ $r->{warnings} }];
        delete @{ $r->{metrics} }{grep { /^test_/ } keys %{ $r->{metrics} }};
    }

    is($json->encode($doc2), $json->encode($doc), "$name: the same record");
    is($json->encode($other->{$_}), $json->encode($is->{$_}),
        "$name: the same $_") for qw(validation portfolio columns warnings);
    isnt($json->encode($other->{test}), $json->encode($is->{test}),
        "$name: other figures of the test");

    fit(qw(-d d.csv --name m -o m.st --valid v.csv));
    fit(qw(-d d.csv --name m -o o.st --valid v-other.csv));
    ok((parts('m.st'))[1] ne (parts('o.st'))[1],
        "$name: a part that is looked at would have been seen");
}

###############################################################################
# noise: 150 rows of chance, whose AUC has a deviation of 0.047

my @noise = map { [unit(), unit(), 'k' . int(20 * unit()), unit(),
    unit() < 0.5 ? 'yes' : 'no'] } 1 .. 150;

table('n.csv', @noise);
my $r = fit(qw(-d n.csv -o n.st --folds 3));
cmp_ok($r->{folds}{mean}, '<', 0.65, 'noise: folds say so');
cmp_ok($r->{folds}{figures}{auc}{mean}, '<', 0.65, 'also by AUC');
cmp_ok($r->{folds}{loss}, '>', 0.66, 'and by the loss, of which chance is 0.69');

# each row three times, so that most rows held back have been learnt: seen

table('n.csv', map { ($_) x 3 } @noise);
$r = fit(qw(-d n.csv -o n.st --folds 3));
cmp_ok($r->{validation}{auc}, '>', 0.75, 'rows that are known would show');
cmp_ok($r->{folds}{figures}{auc}{mean}, '>', 0.75, 'in folds too');

# as groups they are not known

my $id = 0;
$t->write_file('g.csv', join '', "a,b,c,d,g,y\n", map { $id++;
    (join(',', @$_[0 .. 3], "g$id", $_->[4]) . "\n") x 3 } @noise);
$r = fit(qw(-d g.csv -o n.st --folds 3 --split group=g));
cmp_ok($r->{folds}{figures}{auc}{mean}, '<', 0.65,
    'groups: nothing of what is known');

done_testing();
