#!/usr/bin/perl

# Promise: manual pages and the shell's completion say what the trainer's own
# --help and docs/directives.md say, all of it, and nothing else.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $debian = "$MaasTest::top/debian";
my $trainer = $ENV{MAAS_TRAINER} || "$MaasTest::build/maas-trainer";

###############################################################################
# --help for programs

my (undef, $help) = $t->trainer('--help');
my @commands = $help =~ /^  ([a-z]+) {2,}/mg;
my %list;
cmp_ok(scalar @commands, '>', 5, 'subcommands');

for my $command (@commands) {
    my ($rc, $out) = $t->trainer($command, '--help=options');
    is($rc, 0, "$command --help=options");
    (undef, $help) = $t->trainer($command, '--help');
    my @want = $help =~ /^  (?:-\w,|   ) --([\w-]+)/mg;
    is(join(' ', $out =~ /^--([\w-]+)/mg), join(' ', @want),
        "$command: the options of --help");
    is(join("\n", grep { length > 80 } split /\n/, $help), '',
        "$command: lines of 80 columns");
    my @heads = $help =~ /^(\w.*):$/mg;
    my %heads = map { $_ => 1 } @heads;
    is(scalar @heads, scalar keys %heads, "$command: a heading once");
    is(scalar(grep { !/^--[\w-]+(?:=[^\s=]+)?(?: -\w)?$/ } split /\n/, $out),
        0, "$command: a line each");
    $list{$command} = $out;

    ($rc, $out, my $err) = $t->trainer($command, '--help=x');
    is($rc, 2, "$command --help=x");
    like($err, qr/--help: "x": expected nothing, or options/, 'is said');
}

like($list{fit}, qr/^--output=FILE -o$/m, 'a letter');
like($list{fit}, qr/^--resume$/m, 'a flag');
like($list{fit}, qr/^--header=auto,yes,no$/m, 'choices');

###############################################################################
# the pages, beside each command and alone in backquotes (--call-graph is
# perf's)

my %known = map { $_ => 1 } qw(help call-graph), map { /^--([\w-]+)/mg } values %list;
my @wrong;

for my $page ("$MaasTest::top/README.md", glob "$MaasTest::top/docs/*.md") {
    my $text = MaasTest::Proc::slurp($page) =~ s/\\\n//gr;
    my $name = $page =~ s{.*/}{}r;
    while ($text =~ /maas-trainer ([a-z]+)\b([^\n`|;]*)/g) {
        my ($command, $line) = ($1, $2);
        my %has = map { $_ => 1 } 'help', 'version',
            ($list{$command} // next) =~ /^--([\w-]+)/mg,
            $command =~ /^(?:tune|distil)$/ ? $list{fit} =~ /^--([\w-]+)/mg : ();
        push @wrong, "$name: $command --$_"
            for grep { !$has{$_} } $line =~ /(?<!\S)--([a-z][\w-]*)/g;
    }
    push @wrong, map { "$name: --$_" } grep { !$known{$_} }
        $text =~ /`--([a-z][\w-]*)/g;
}

is(join("\n", @wrong), '', 'options that pages name');

###############################################################################
# manual pages

my ($rc, $out, $err) = $t->command("$debian/man/trainer", $trainer, '1.2.3',
    '2026-01-02', '.');
is($rc, 0, 'manual pages of the trainer') or diag($err);

sub page {
    my ($name) = @_;
    local $ENV{MANWIDTH} = 200;
    local $ENV{LC_ALL} = 'C.UTF-8';
    my ($rc, $text, $said) = $t->command('sh', '-c', 'man --warnings -E UTF-8'
        . " --no-hyphenation --no-justification -l $name | col -bx");
    is($rc, 0, "$name: man");
    is($said, '', "$name: and nothing to complain of");
    return $text;
}

my $main = page('maas-trainer.1');
like($main, qr/1\.2\.3\s+2026-01-02/, 'version and date');

for my $command (@commands) {
    like($main, qr/\bmaas-trainer-$command\(1\)/, "$command is named");
    my $text = page("maas-trainer-$command.1");
    my @options = $text =~ /^ {7}(?:-\w, )?--([\w-]+)/mg;
    is(join(' ', @options), join(' ', $list{$command} =~ /^--([\w-]+)/mg,
        'help'), "$command: its options");

    # word by word, but for the layout of choices
    (undef, $help) = $t->trainer($command, '--help');
    my %has = map { s/[.,:]+$//r => 1 } split ' ', $text;
    my @lost = grep { !$has{ s/[.,:]+$//r } } split ' ', $help;
    is(join(' ', grep { $_ ne 'usage:' } @lost), '', "$command: its words");
}

my $md = MaasTest::Proc::slurp("$MaasTest::top/docs/directives.md");
($rc) = $t->command('sh', '-c', "'$debian/man/directives' 1.2.3 2026-01-02"
    . " <'$MaasTest::top/docs/directives.md' >ngx_http_maas_module.5");
is($rc, 0, 'the manual page of directives');
my $text = page('ngx_http_maas_module.5');
like($text, qr/^\Q$_\E$/m, "$_") for $md =~ /^## (.*)$/mg;
is(join("\n", $text =~ /^.*(?:`|\]\(|\*\*).*$/mg), '', 'no Markdown is left');

# but for what stands above the columns of tables
$md =~ s/^\|.*\n(?=\|[-|]+$)//mg;
my %has = map { $_ => 1 } $text =~ /(\w+)/g;
my @lost = grep { !$has{$_} && $_ ne 'Directives' } ($md =~ s/\]\([^)]*\)/]/gr) =~ /(\w+)/g;
is(join(' ', @lost), '', 'and no word is lost');

###############################################################################
# completion by bash

mkdir "$dir/models";
$t->write_file($_, '') for qw(a.safetensors b.csv models/c.safetensors);
my $bin = "$dir/bin";
mkdir $bin;
symlink $trainer, "$bin/maas-trainer";

# the words of a line as bash splits them, where = is a word of its own
sub complete {
    my ($line) = @_;
    my @words = map { split /(=)/ } split / /, $line, -1;
    push @words, '' if $line =~ / $/ && $words[-1] ne '';
    my $words = join ' ', map { "'$_'" } @words;
    my ($rc, $out, $err) = $t->command('env', "PATH=$bin:$ENV{PATH}", 'bash',
        '-c', ". '$debian/maas-trainer.bash-completion'; COMP_WORDS=($words)"
        . '; COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _maas_trainer maas-trainer'
        . '; printf "%s\n" "${COMPREPLY[@]}"');
    is($err =~ s/.*compopt: not currently.*\n//gr, '', "\"$line\"");
    return join ' ', sort split /\n/, $out;
}

is(complete('maas-trainer '), join(' ', sort @commands, '--help', '--version'),
    'subcommands');
is(complete('maas-trainer pre'), 'predict', 'one of them');
is(complete('maas-trainer synth --'),
    '--help --seed= --size= --test= --train=', 'options');
is(complete('maas-trainer fit --res'), '--resume', 'a flag');
is(complete('maas-trainer fit --header='), 'auto no yes', 'choices');
is(complete('maas-trainer fit --header=y'), 'yes', 'that begin so');
is(complete('maas-trainer fit --header n'), 'no', 'in a word of their own');
is(complete('maas-trainer predict a -f js'), 'jsonl', 'by a letter');
is(complete('maas-trainer fit --data='), 'a.safetensors b.csv bin command.err'
    . ' command.out ' . join(' ', sort(map { "maas-trainer$_.1" } '',
    map { "-$_" } @commands)) . ' models ngx_http_maas_module.5', 'files');
is(complete('maas-trainer predict '), 'a.safetensors bin models', 'models');
is(complete('maas-trainer predict models/'), 'models/c.safetensors',
    'in a folder');
is(complete('maas-trainer tune --sched'), '--schedule=', 'fit\'s options');
is(complete('maas-trainer tune --trial'), '--trials=', 'and its own');
is(complete('maas-trainer fit --epochs '), '', 'a number is not known');
is(complete('maas-trainer nonsense --'), '', 'nothing of nothing');

done_testing();
