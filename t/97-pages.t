#!/usr/bin/perl

# Promise: what the pages name is there: files, links between pages and their
# headings; and docs/img/architecture.svg is drawn from its text, which shows
# all rooms, and no arrow that the style check forbids.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use File::Basename qw(dirname);
use File::Find ();
use MaasTest::Proc;
use MaasTest::Style;
use Test::More;

chdir "$FindBin::Bin/.." or die;

my @pages = ('README.md', 'CONTRIBUTING.md', glob 'docs/*.md docs/adr/*.md');
my %text = map { $_ => MaasTest::Proc::slurp($_) } @pages;
my (@paths, @wrong);

File::Find::find({ no_chdir => 1, wanted => sub { push @paths, "/$_" } },
    qw(engine ngx_maas_module trainer t bench bots conf docs));

# Files in backquotes, by the end of their path; capitals stand for what the
# reader puts there

for my $page (@pages) {
    for my $name ($text{$page} =~ /`([\w\/.-]+\.(?:[cht]|pm|pl|py|svg))`/g) {
        push @wrong, "$page: $name" if $name !~ /[A-Z]{2}/
            && !grep { m{/\Q$name\E$} } @paths;
    }
}

is(join("\n", @wrong), '', 'files that pages name');

# Links: GitHub makes an anchor of a heading's letters, digits and blanks

my %anchor;

for my $page (@pages) {
    for ($text{$page} =~ /^#+ +(.*)$/mg) {
        my $anchor = lc s/[^\w\s-]//gr;
        $anchor{$page}{ $anchor =~ tr/ /-/r } = 1;
    }
}

@wrong = ();

for my $page (@pages) {
    for my $link ($text{$page} =~ /\]\(([^)\s]+)\)/g) {
        my ($path, $at) = $link =~ /^([^#]*)#?(.*)$/;
        next if $path =~ /^https?:/;
        my $to = $path eq '' ? $page : dirname($page) . "/$path";
        1 while $to =~ s{^\./|[^/]+/\.\./}{};
        push @wrong, "$page: $link"
            if !-e $to || $at ne '' && $anchor{$to} && !$anchor{$to}{$at};
    }
}

is(join("\n", @wrong), '', 'links lead somewhere');

# What pages start of conf/ they ask as that file's own head does, which is
# what t/55-conf-examples.t holds

@wrong = ();

for my $page (@pages) {
    for my $block ($text{$page} =~ /^```sh\n(.*?)^```/msg) {
        my ($conf) = $block =~ m{^nginx -p build/demo -c \.\./\.\./(conf/\S+)}m
            or next;
        my ($head) = MaasTest::Proc::slurp($conf) =~ /\A((?:#.*\n)+)/;
        $_ = s/^#? +//mgr =~ s/\\\n/ /gr =~ tr/ / /sr for $head, $block;
        push @wrong, map { "$page: $_" } grep { index($head, $_) < 0 }
            $block =~ /^((?:curl|tail) .*)$/mg;
    }
}

is(join("\n", @wrong), '', 'lines that ask an example');

# The picture

my $name = 'docs/img/architecture';
my $picture = MaasTest::Proc::slurp("$name.txt");

is(`$^X docs/img/draw.pl $name.txt`, MaasTest::Proc::slurp("$name.svg"),
    'the picture is that of its text: make docs');

# Rooms are folders with C files, but for the tops of the three parts

my %rooms = map { $_ => 1 } map { m{^(.+/.+)/[^/]+$} ? $1 : () }
    map { glob "$_/*/*.c $_/*/*/*.c" } qw(engine ngx_maas_module trainer);
my @drawn = $picture =~ m{^room(?: +[\d.]+){4} +(\S+)}mg;
is(join(' ', sort @drawn), join(' ', sort keys %rooms), 'it has all rooms');

my @files = map { split ' ' }
    $picture =~ m{^files(?: +[\d.]+){4} +(.*?) *\|}mg;
my $there = sub { return grep { -e } map { glob "$_$_[0]\{,.c,.h}" }
    'engine/', 'trainer/', 'ngx_maas_module/ngx_http_maas_' };
is(join(' ', grep { !$there->($_) } @files), '', 'its files are there');

@wrong = ();

for my $arrow ($picture =~ /^arrow +(.*)$/mg) {
    my ($from, $to) = split / *> */, $arrow;
    next if !$rooms{$to};
    my $path = ($rooms{$from} ? $from : 'engine') . '/a.c';
    push @wrong, $arrow if MaasTest::Style::arrows($path,
        "#include \"b.h\"\n", { 'b.h' => "$to/b.h" });
}

is(join("\n", @wrong), '', 'its arrows are allowed');

done_testing();
