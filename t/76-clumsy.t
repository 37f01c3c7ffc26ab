#!/usr/bin/perl

# Promise: a slip on the command line costs no data and no training: what is
# read is not written over, an id is no column, a text that hardly ever comes
# again no target, and help fits a terminal.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

my @ids = ('id', 'customer_id', 'Order ID', 'userId', 'row-id');
my @measures = ('paid', 'grid', 'Idle', 'VOID');
my $table = join(',', @ids, @measures, 'note', 'y') . "\n";

for my $i (1 .. 60) {
    $table .= join(',', map({ $i + 1000 } @ids), map({ $i * 1.5 } @measures),
        "called again on day $i", $i % 3 ? 'a' : 'b') . "\n";
}

my @fit = ('fit', '-t', 'y', '--epochs', 1, '--hidden', 'none');


sub refused {
    my ($re, $kept, @command) = @_;
    my ($rc, undef, $err) = $t->trainer(@command);

    subtest "@command" => sub {
        is($rc, 1, 'refused');
        like($err, $re, 'in one clear sentence');
        is($err =~ tr/\n//, 1, 'and no more');
        is($t->read_file($kept), $table, 'nothing is lost') if defined $kept;
    };
}


$t->write_file('d.csv', $table);
link "$dir/d.csv", "$dir/other.csv" or die "link: $!";

my $read = qr/: is read, too: expected another file to write to$/;

refused($read, 'd.csv', @fit, '-d', 'd.csv', '-o', 'd.csv');
refused($read, 'd.csv', @fit, '-d', 'd.csv', '-o', 'other.csv');
refused($read, 'd.csv', @fit, '-d', 'x,d.csv', '-o', 'd.csv');
refused($read, 'd.csv', @fit, '-d', 'd.csv', '-o', 'm.st', $_, './d.csv')
    for '--log', '--report', '--checkpoint';
refused($read, 'd.csv', @fit, '-d', 'x.csv', "--$_", 'd.csv', '-o', 'd.csv')
    for 'valid', 'test';
refused($read, 'd.csv', 'tune', '-d', 'd.csv', '-o', $_)
    for 'd.csv', 'other.csv';
refused($read, 'd.csv', 'tune', '-d', 'd.csv', '-o', 'c', '--state', 'd.csv');

refused(qr/: the target has 60 different texts in 60 rows: expected classes of/,
    undef, 'fit', '-d', 'd.csv', '-t', 'note', '-o', 'm.st');

my ($rc, $out, $err) = $t->trainer('fit', '-d', 'd.csv', '-t', 'note', '-o',
    'm.st', qw(--task classification --epochs 1));
is($rc, 0, 'unless it is meant') or diag($err);

($rc, $out, $err) = $t->trainer(@fit, '-d', 'd.csv', '-o', 'm.st');
is($rc, 0, 'fit') or diag($err);
my $model = decode_json(($t->trainer('inspect', 'm.st', '--json'))[1]);
is(join(' ', grep { $_ ne 'note' } map { $_->{name} }
    @{ $model->{document}{inputs}{columns} }), "@measures", 'ids are no columns');

# another file's names, which are none of the model's

$t->write_file('ab.csv', join '', "a,b,y\n", map {
    sprintf "%d,%d,%s\n", $_, $_ * 3 % 7, $_ % 2 ? 'yes' : 'no' } 1 .. 60);
$t->write_file('uv.csv', "u,v\n1,2\n");
($rc, $out, $err) = $t->trainer(qw(fit -d ab.csv -o ab.st --epochs 1));
is($rc, 0, 'a model of a and b') or diag($err);
($rc, $out, $err) = $t->trainer(qw(predict ab.st -d uv.csv));
is($rc, 1, 'rows of u and v');
is($err, 'maas-trainer: uv.csv:1:1: column "a" holds "u": expected a number, or '
    . "names of the model's columns in this line, such as \"a\"\n", 'which is said');

for my $command (qw(fit tune evaluate predict inspect import
    export synth privacy audit)) {
    ($rc, $out) = $t->trainer($command, '--help');
    is($rc, 0, "$command --help");
    is_deeply([ grep { length > 80 } split /\n/, $out ], [],
        'in 80 columns');

    ($rc, undef, $err) = $t->trainer($command,
        $command eq 'tune' ? ('-o', 'c') : (), '--nonsense');
    is($rc, 2, "$command --nonsense");
    like($err, qr/^maas-trainer $command: unrecognized option '--nonsense'\n/,
        'is said');
}

done_testing;
