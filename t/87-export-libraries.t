#!/usr/bin/perl

# Promise: models of XGBoost and LightGBM that were imported go out again: as C
# with every bit of the answers, as ONNX within 1e-6, from columns with gaps and
# categories on.  What went out as ONNX comes in again.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(min);
use MaasTest;
use MaasTest::Export qw(numbers same);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $python = "$MaasTest::top/build/import-venv/bin/python";
my $scripts = "$MaasTest::top/t/import";

-x $python or MaasTest::missing('build/import-venv: make test makes it');

my @onnx;            # name, what the engine says
my %back;            # name, has it places of categories?

sub answers {
    my ($name) = @_;
    my ($rc, $out, $err) = $t->trainer('predict', "$name.st", '-d',
        "$name.csv");
    is($rc, 0, "$name: predict") or diag($err);
    return numbers($out);
}

# Lines of predictions may begin with a label

sub strip {
    my ($want, $width) = @_;
    return [ map { [ @$_[ @$_ - $width .. $#$_ ] ] } @$want ];
}

sub in_c {
    my ($name, $want) = @_;
    my ($rc, $out, $err) = $t->trainer('export', "$name.st", '-o', "$name.c",
        '--main');
    is($rc, 0, "$name: to C") or diag($err), return;
    ($rc, $out, $err) = $t->command('gcc', qw(-std=c99 -O1 -Wall -Wextra
        -pedantic -Werror -o), $name, "$name.c", '-lm');
    is($rc, 0, "$name: compiled") or diag($err), return;
    ($rc, $out, $err) = $t->command('sh', '-c',
        "grep -av '^[a-zC]' $name.csv | ./$name");
    is($rc, 0, "$name: runs") or diag($err);
    my @got = numbers($out);
    same("$name in C", \@got, strip($want, scalar @{ $got[0] }), 0);
}

sub in_onnx {
    my ($name, $want) = @_;
    my ($rc, $out, $err) = $t->trainer('export', "$name.st", '-o',
        "$name.onnx");
    if ($rc && $err =~ /its leaves are linear/) {
        pass("$name: refused");
        return;
    }
    is($rc, 0, "$name: to ONNX") or diag($err), return;
    push @onnx, [ $name, $want ];
    back($name, $want);
    return;
}

# What ONNX has of them comes in again, places of categories, too, but for the
# operators of other transforms and of numbers that are no places.  There values
# are texts: 3, not 3.0.

sub back {
    my ($name, $want) = @_;
    my ($rc, $out, $err) = $t->trainer('import', "$name.onnx", '-o',
        "$name-back.st");
    if ($rc) {
        like($err, qr/: (?:Exp|Log|Floor|And) "[^"]+": an operator that(?#
            )|: Mul "[^"]+": of two values of a row/,
            "$name: does not come back");
        return;
    }
    my $rows = $t->read_file("$name.csv");
    $rows =~ s/(?<![^,\n])(True|False|-?\d+\.0|\de\+16)(?![^,\n])/
        my $v = $1; $v =~ m{^[TF]} ? lc $v : sprintf '%.0f', $v/ge;
    $t->write_file("$name.rows", $rows);
    ($rc, $out, $err) = $t->trainer('predict', "$name-back.st", '-d',
        "$name.rows");
    is($rc, 0, "$name: runs again") or diag($err);
    my @is = numbers($out);
    my $width = min(scalar @{ $is[0] }, scalar @{ $want->[0] });
    $width-- if $is[0][0] eq '';       # a label
    same("$name of ONNX", strip(\@is, $width), strip($want, $width), 1e-6);
    $back{$name} = $t->read_file("$name-back.st") =~ /codes/;
    return;
}

for my $library (qw(xgboost lightgbm)) {
    unlink glob "$dir/*";
    my ($rc, $out, $err) = $t->command($python, "$scripts/${library}_models.py",
        $dir);
    is($rc, 0, "models of $library are made") or BAIL_OUT($err);
    my @kinds = grep { -e "$dir/$_.json" || -e "$dir/$_.txt" }
        map { s{.*/}{}r =~ s/\.csv$//r } glob "$dir/*.csv";
    cmp_ok(scalar @kinds, '>', 9, 'of many kinds');

    for my $name (@kinds) {
        my ($file) = grep { -e "$dir/$_" } "$name.json", "$name.txt";
        ($rc, $out, $err) = $t->trainer('import', $file, '-o', "$name.st");
        is($rc, 0, "$name: imported") or diag($err), next;
        my @want = answers($name);
        in_c($name, \@want);
        in_onnx($name, \@want);
    }

    ($rc, $out, $err) = $t->command($python, "$scripts/run_onnx.py",
        map { ("$_->[0].onnx", "$_->[0].csv") } @onnx);
    is($rc, 0, 'ONNX Runtime') or diag($err);
    my %got = $out =~ /^== (\S+)\.onnx\n((?:(?!==).*\n)*)/mg;

    for (@onnx) {
        my ($name, $want) = @$_;
        my @is = numbers($got{$name} // '');
        same("$name in ONNX", \@is, strip($want, scalar @{ $is[0] || [] }),
            1e-6);
    }
    @onnx = ();
}

is(join(' ', grep { $back{$_} } sort keys %back),
    'categories frame onehot ordered', 'places of categories');
cmp_ok(scalar keys %back, '>=', 37, 'come back');

done_testing;
