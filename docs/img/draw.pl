#!/usr/bin/perl

# Draws a picture of boxes from a text: docs/img/draw.pl NAME.txt > NAME.svg
# Lines of the text, X Y W H in steps of 10 pixels:
#
#   size  W H
#   way   LETTER COLOUR WORDS                   goes to the legend
#   panel X Y W H  PATH | WORDS                 around other boxes
#   room  X Y W H  PATH | WORDS | WAYS          a folder
#   files X Y W H  NAME ... | WORDS | WAYS      files beside the rooms
#   thing X Y W H  NAME | WORDS | WAYS          not in the source
#   arrow NAME > NAME                           straight, from box to box
#
# A NAME is a PATH for panels and rooms.  ";" breaks WORDS into lines.  WAYS are steps of ways: "r1 r4 f2".
# Not here: what is in the picture.

use strict;
use warnings;

use List::Util qw(max min);

my $ink = '#1f2328';
my $grey = '#57606a';

my %look = (
    panel => 'rx="8" fill="#eef1f4" stroke="#8c959f"',
    room  => 'rx="5" fill="#ffffff" stroke="#57606a"',
    files => 'rx="5" fill="#ffffff" stroke="#57606a" stroke-dasharray="5 3"',
    thing => 'rx="5" fill="#fff8c5" stroke="#9a6700"',
);

my (%colour, %box, @legend, @boxes, @arrows, @size);

sub text {
    my ($x, $y, $words, $more) = @_;
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;');
    $words =~ s/([&<>])/$entity{$1}/g;
    return sprintf "<text x=\"%g\" y=\"%g\" %s>%s</text>\n", $x, $y,
        $more || qq{fill="$grey"}, $words;
}

sub disc {
    my ($x, $y, $colour, $words) = @_;
    return sprintf "<circle cx=\"%g\" cy=\"%g\" r=\"9\" fill=\"%s\"/>\n%s",
        $x, $y, $colour, text($x, $y + 4, $words, 'fill="#ffffff" '
        . 'font-weight="bold" font-size="11" text-anchor="middle"');
}

sub box {
    my ($kind, $rest) = @_;
    my ($at, $words, $ways) = split / *\| */, $rest;
    my ($x, $y, $w, $h, $name) = split ' ', $at, 5;
    $_ *= 10 for $x, $y, $w, $h;
    $box{$name} = [ $x, $y, $x + $w, $y + $h ];

    my $out = qq{<rect x="$x" y="$y" width="$w" height="$h" $look{$kind}/>\n};
    my $title = $kind =~ /panel|room/ ? $name =~ s{.*/}{}r . '/' : $name;
    $out .= text($x + 10, $y + 19, $title, qq{fill="$ink" font-weight="bold" }
        . ($kind eq 'panel' ? 'font-size="15"' : 'font-size="13"'));

    my $line = $y + 36;
    for (split / *; */, $words // '') {
        $out .= text($x + 10, $line, $_);
        $line += 15;
    }

    my $right = $x + $w - 15;
    for (reverse split ' ', $ways // '') {
        my ($way, $n) = /^(\w)(\d)$/ or die "no step: $_\n";
        $out .= disc($right, $y + 15, $colour{$way}, $n);
        $right -= 21;
    }
    return $out;
}

# The middle of what two boxes have in common, on one axis
sub common {
    my ($one, $two, $i) = @_;
    my $from = max($one->[$i], $two->[$i]);
    my $to = min($one->[$i + 2], $two->[$i + 2]);
    return $from < $to ? ($from + $to) / 2 : undef;
}

sub arrow {
    my ($from, $to) = map { $box{$_} || die "no box $_\n" } split / *> */, $_[0];
    my ($x, $y) = (common($from, $to, 0), common($from, $to, 1));
    my @at = defined $x
        ? ($x, $from->[1] < $to->[1] ? ($from->[3], $x, $to->[1])
            : ($from->[1], $x, $to->[3]))
        : defined $y
        ? ($from->[0] < $to->[0] ? ($from->[2], $y, $to->[0], $y)
            : ($from->[0], $y, $to->[2], $y))
        : die "not beside each other: $_[0]\n";
    return sprintf "<path d=\"M%g,%g L%g,%g\" stroke=\"$grey\" "
        . "stroke-width=\"1.5\" marker-end=\"url(#head)\"/>\n", @at;
}

while (my $line = <>) {
    next if $line =~ /^\s*(?:#|$)/;
    my ($what, $rest) = $line =~ /^(\w+) +(.*?)\s*$/ or die "line $.\n";
    if ($what eq 'size') {
        @size = map { $_ * 10 } split ' ', $rest;
    } elsif ($what eq 'way') {
        my ($way, $colour, $words) = split ' ', $rest, 3;
        $colour{$way} = $colour;
        push @legend, [ $colour, $words ];
    } elsif ($what eq 'arrow') {
        push @arrows, arrow($rest);
    } elsif ($look{$what}) {
        push @boxes, box($what, $rest);
    } else {
        die "line $.: what is $what?\n";
    }
}

# An opaque background: the picture stands on light and on dark pages.

print qq{<svg xmlns="http://www.w3.org/2000/svg" width="$size[0]" },
    qq{height="$size[1]" viewBox="0 0 $size[0] $size[1]" },
    qq{font-family="Helvetica,Arial,sans-serif" font-size="12">\n},
    qq{<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" },
    qq{markerWidth="7" markerHeight="7" orient="auto">},
    qq{<path d="M0,0 L8,4 L0,8 z" fill="$grey"/></marker></defs>\n},
    qq{<rect width="$size[0]" height="$size[1]" rx="10" fill="#ffffff"/>\n},
    @boxes, @arrows;

my $x = 30;

for (@legend) {
    my ($colour, $words) = @$_;
    print disc($x, $size[1] - 22, $colour, ''),
        text($x + 15, $size[1] - 18, $words);
    $x += 45 + 7 * length $words;
}

print "</svg>\n";
