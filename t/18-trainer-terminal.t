#!/usr/bin/perl

# Promise: what a file of another says reaches a terminal as text: no control
# character, escape, mark of direction or invisible one of its names, labels
# and records is printed, not even in a sentence of an error; JSON has them
# escaped, and they read back.

use strict;
use warnings;
use utf8;

use Encode qw(decode encode);
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use MaasTest;
use MaasTest::Model qw(dense_model);
use Test::More;

my $t = MaasTest->new;

# a window's title, colours, DEL, C1, a line turned round, tags
my $bad = "\e]0;owned\a\e[31m\x7f\x{9b}2J\x{85}\x{202e}\x{2066}\x{200f}"
    . "\x{feff}\x{e0041}";
my $good = "grün \x{1f600} 数";
my $evil = qr/[\x00-\x09\x0b-\x1f\x7f-\x9f]|[\x{61c}\x{200e}\x{200f}]|(?#
    )[\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]|[\x{e0000}-\x{e0fff}]/;

my @column = ("a$bad", "b$good", "c");
my @label = ("no$bad", "yes$good");
$t->write_file('d.csv', encode 'UTF-8', join(',', @column, "y$bad") . "\n"
    . join '', map { "$_," . ($_ % 7) . ',' . ($_ % 3 ? "v$bad" : 'w') . ','
        . $label[ $_ % 2 ] . "\n" } 1 .. 200);
$t->write_file('broken.csv', encode 'UTF-8', "a$bad,b$good,c,y$bad\n"
    . "1,x$bad,v,no$bad\n");
$t->write_file('short.csv', encode 'UTF-8', "b$good,q$bad\n1,2\n");

# What a command prints, as characters; invalid bytes would be seen
sub said {
    my ($name, $want, @command) = @_;
    my ($rc, $out, $err) = $t->trainer(@command);
    my $text = eval { decode('UTF-8', "$out$err", Encode::FB_CROAK) };
    is($rc, $want, $name) or diag($out, $err);
    ok(defined $text, 'is UTF-8');
    unlike($text, $evil, 'is text');
    return $text;
}

my @fit = (qw(fit -q -d d.csv --epochs 2 --hidden 4 -o m.st --report r.html));
my $text = said('fit', 0, @fit);
like($text, qr/"y\\u001b\]0;owned\\u0007\\u001b\[31m\\u007f\\u009b2J(?#
    )\\u0085\\u202e\\u2066\\u200f\\ufeff\\udb40\\udc41"/, 'escapes are seen');
like($text, qr/\Qb$good\E/, 'other characters stay');
like(said('inspect', 0, qw(inspect m.st)), qr/\Qb$good\E/, 'so they do');
said('evaluate', 0, qw(evaluate m.st -d d.csv --importance --repeats 1));
said('fit --false-alarms', 0, @fit, qw(--false-alarms 0.1));
said("$_->[0] --json", 0, @$_, '--json') for \@fit,
    [ qw(evaluate m.st -d d.csv) ], [ qw(predict m.st -d d.csv) ];
said('a value that is none', 1, qw(evaluate m.st -d broken.csv));
said('rows that are skipped', 1, qw(evaluate m.st -d broken.csv --on-error
    skip));
said('a column that is missing', 1, qw(predict m.st -d short.csv));
said('a target that is missing', 1, @fit, '-t', encode('UTF-8', "z$bad"));
said('a file that is missing', 1, 'inspect', encode('UTF-8', "z$bad"));
$t->write_file('mixed.csv', encode 'UTF-8', "n$bad,y\n" . join '',
    map { ($_ % 3 ? $_ : "x$bad") . ',' . ($_ % 2) . "\n" } 1 .. 90);
like(said('a column of numbers and others', 0, qw(fit -q -d mixed.csv
    --epochs 1 -o x.st)), qr/^maas-trainer: mixed.csv: column "n\\u001b/m,
    'a warning');
$t->write_file('c.conf', encode 'UTF-8', "z$bad = 1\n");
said('settings', 2, qw(fit -d d.csv -o x.st --config c.conf));

my $json = said('inspect --json', 0, qw(inspect m.st --json));
my $model = JSON::PP->new->decode($json)->{document};
is_deeply([ map { $_->{name} } @{ $model->{inputs}{columns} } ], \@column,
    'names read back');
is_deeply([ sort @{ $model->{outputs}{labels} } ], [ sort @label ],
    'and labels');

# a file by hand: a record of its own, bytes that are no UTF-8 in it
my %hand = dense_model(name => 'hand', sizes => [ 1, 2 ],
    labels => [ "p\e[2J", "q\x{202e}" ]);
$hand{doc}{training} = { "note\x{9b}" => "\e[5m\x7f\n" };
$t->model('hand', %hand);
$text = said('a file by hand', 0, qw(inspect hand.safetensors));
like($text, qr/note\\u009b "\\u001b\[5m\\u007f\\n"/, 'its record');

done_testing();
