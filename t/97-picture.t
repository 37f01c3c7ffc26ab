#!/usr/bin/perl

# Promise: docs/img/architecture.svg is what draw.pl makes of its text, and the
# text shows the rooms that there are and arrows that the style check allows.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest::Proc;
use MaasTest::Style;
use Test::More;

chdir "$FindBin::Bin/.." or die;

my $name = 'docs/img/architecture';
my $text = MaasTest::Proc::slurp("$name.txt");

is(`$^X docs/img/draw.pl $name.txt`, MaasTest::Proc::slurp("$name.svg"),
    'make docs was run');

# Folders with C files, but for the tops of the three parts

my %rooms = map { $_ => 1 } map { m{^(.+/.+)/[^/]+$} ? $1 : () }
    map { glob "$_/*.c" } map { ("$_/*", "$_/*/*") }
    qw(engine ngx_maas_module trainer);
my @drawn = $text =~ m{^room(?: +[\d.]+){4} +(\S+)}mg;
is(join(' ', sort @drawn), join(' ', sort keys %rooms), 'all rooms are drawn');

my @files = map { split ' ' } $text =~ m{^files(?: +[\d.]+){4} +(.*?) *\|}mg;
my $there = sub {
    my ($file) = @_;
    return scalar grep { -e } map { glob "engine/$_" } $file, "$file.c", "$file.h";
};
is(join(' ', grep { !$there->($_) } @files), '', 'files are there');

my @wrong;

for my $arrow ($text =~ /^arrow +(.*)$/mg) {
    my ($from, $to) = split / *> */, $arrow;
    next if !$rooms{$to};
    my $path = ($rooms{$from} ? $from : 'engine') . '/a.c';
    push @wrong, $arrow if MaasTest::Style::arrows($path,
        "#include \"b.h\"\n", { 'b.h' => "$to/b.h" });
}

is(join("\n", @wrong), '', 'arrows are allowed');

done_testing();
