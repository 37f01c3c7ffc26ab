#!/usr/bin/perl

# Promise: lines of a log are rows: the members of objects in them are columns,
# of one object alone with --features; whatever else stands in a line, and bytes
# that are no UTF-8 beside them, change no bit of what is predicted.

use strict;
use warnings;

use Compress::Zlib qw(memGzip);
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my $t = MaasTest->new;
my $json = JSON::PP->new->canonical->utf8;

# rows: (rate, agent, bot); lines: how they stand in a log

my @agent = ("curl/8", "Firefox \x{20ac}", 'a "b" \\c', '', undef);
my @row = map { my $b = $_ % 3 == 0;
    { id => "r$_", rate => ($b ? 40 : 4) + $_ % 7 + 0.25,
      agent => $agent[$_ % 5], bot => $b ? 'yes' : 'no' } } 1 .. 120;

sub features { my ($r) = @_; return { map { $_ => $r->{$_} } qw(rate agent) } }

sub lines {
    my ($name, $code) = @_;
    return $t->write_file($name, join '', map { $code->($_) . "\n" } @row);
}

my $plain = sub { my ($r) = @_; $json->encode({ %{ features($r) },
    bot => $r->{bot} }) };
my $nested = sub { my ($r, %more) = @_; $json->encode({ request_id => $r->{id},
    status => 200 + length($r->{bot}), features => features($r),
    bot => $r->{bot}, %more }) };

sub fit {
    my ($model, $data, @more) = @_;
    my ($rc, $out, $err) = $t->trainer(qw(fit -q --epochs 3 --folds 0 -o),
        $model, '-d', $data, @more);
    is($rc, 0, "fit $data @more") or diag($err);
    return ($out, $err);
}

sub predicted {
    my ($model, $data, @more) = @_;
    my ($rc, $out, $err) = $t->trainer('predict', $model, '-d', $data,
        qw(--format csv), @more);
    is($rc, 0, "predict $data @more") or diag($err);
    $out =~ s/^[^,]*,//mg;              # the row, or its id
    return $out;
}

sub refused {
    my ($re, $cmd, @args) = @_;
    my ($rc, $out, $err) = $t->trainer($cmd, @args);
    is($rc, $re =~ /--help/ ? 2 : 1, "refused: @args");
    like($err, $re, 'says why');
    return;
}

lines('plain.jsonl', $plain);
lines('log.jsonl', $nested);
my ($out, $err) = fit('plain.st', 'plain.jsonl', qw(-t bot));
unlike($out, qr/objects/, 'nothing is said of objects');

###############################################################################
# with --features: only its members are inputs, the target stands outside

($out, $err) = fit('log.st', 'log.jsonl', qw(-t bot --features features));
like($out, qr/^objects   members of "features" are columns; left out beside (?#
    )them: "request_id", "status"$/m, 'said');
unlike($out, qr/^ +status/m, 'the status is no column');
my $said = predicted('plain.st', 'plain.jsonl');
is(predicted('log.st', 'log.jsonl'), $said, 'the same model and answers');
is(($t->trainer(qw(evaluate log.st -d log.jsonl --json)))[1],
    ($t->trainer(qw(evaluate plain.st -d plain.jsonl --json)))[1],
    'evaluate, too');
is(predicted('log.st', 'plain.jsonl'), $said, 'the model takes flat rows');
is(predicted('plain.st', 'log.jsonl', qw(--features features)), $said,
    'and a model of flat rows those of a log');

($out) = fit('id.st', 'log.jsonl', qw(-t bot --features features --id
    request_id));
like(($t->trainer(qw(predict id.st -d log.jsonl -f csv)))[1],
    qr/^request_id,.*\nr1,/, 'an id from outside');
fit('w.st', 'log.jsonl', qw(-t bot --features features --weight status));
fit('s.st', 'log.jsonl', qw(-t bot --features features --split), 'group=status');

# the times of a split are no input, unless they are a feature
lines('times.jsonl', sub { $nested->($_[0], time => substr $_[0]{id}, 1) });
fit('t.st', 'times.jsonl', qw(-t bot --features features --split), 'time=time');
is_deeply([ sort map { $_->{name} } @{ decode_json(
    ($t->trainer(qw(inspect --json t.st)))[1])->{document}{inputs}{columns} } ],
    [ 'agent', 'rate' ], 'a split by time beside the features');

# the same name outside; other objects; the features first, or as a text, as
# nginx's escape=json has them; bytes that are no UTF-8; several lines of none

my $fj = sub { $json->encode(features($_[0])) };
my %log = (
    twin => sub { $nested->($_[0], agent => 'x', rate => [1]) },
    others => sub { $nested->($_[0], server => { rate => 1, a => { b => 1 } }) },
    first => sub { '{"features":' . $fj->($_[0]) . '}' },
    text => sub { $nested->($_[0], features => $fj->($_[0])
        =~ s/\xe2\x82\xac/\x{20ac}/r) },
    bytes => sub { $nested->($_[0]) =~ s/^\{/{"ua":"\xff\xe2\x82","/r
        =~ s/,""/,"/r },
    blanks => sub { " \n\t" . $nested->($_[0]) . "\r" },
    more => sub { $nested->($_[0], score => '0.999', new => undef) },
);
for (sort keys %log) {
    lines("$_.jsonl", $log{$_});
    is(predicted('log.st', "$_.jsonl"), $said, "$_: the same answers");
    is(predicted('plain.st', "$_.jsonl", qw(--features features)), $said,
        "$_: so says an option");
}
like(($t->trainer(qw(predict log.st -d bytes.jsonl)))[2],
    qr/^maas-trainer: bytes\.jsonl: 120 lines with bytes that are no UTF-8: (?#
    )read as U\+FFFD$/m, 'bytes: said');
fit('bytes.st', 'bytes.jsonl', qw(-t bot --features features));
is(predicted('bytes.st', 'log.jsonl'), $said, 'bytes: the same model');

$t->write_file('one.jsonl', $log{first}->($row[0]) . "\n");
is((split /\n/, predicted('log.st', 'one.jsonl'))[1], (split /\n/, $said)[1],
    'a line alone is a row');

$t->write_file('array.json', '[' . join(',', map { $nested->($_) } @row) . ']');
is(predicted('log.st', 'array.json'), $said, 'an array of objects');

my $all = $t->read_file('log.jsonl');
my $cut = index($all, '"r60"');
$cut = rindex($all, "\n", $cut) + 1;
$t->write_file('rotated.gz', memGzip(substr $all, 0, $cut)
    . memGzip(substr $all, $cut));
is(predicted('log.st', 'rotated.gz'), $said, 'rotated logs, one after another');

###############################################################################
# without it all are columns; nothing is guessed

($out, $err) = fit('all.st', 'log.jsonl', qw(-t bot));
like($out, qr/^ +status +number.*\n/m, 'what is beside is an input');
like($err, qr/^maas-trainer: log\.jsonl: "status" beside the object (?#
    )"features" is an input, too: if only its members are to be, --features (?#
    )features$/m, 'which is said');
($out, $err) = fit('ign.st', 'log.jsonl', qw(-t bot --ignore),
    'status,request_id');
unlike($err, qr/beside/, 'unless it is told');
is(predicted('ign.st', 'log.jsonl'), $said, 'the same model');
$t->write_file('two.jsonl', join '', map { $json->encode({ bot => $_->{bot},
    a => { agent => $_->{agent} }, b => { rate => $_->{rate} } }) . "\n" } @row);
fit('two.st', 'two.jsonl', qw(-t bot));
is(predicted('two.st', 'two.jsonl'), $said, 'two objects');

($out, $err) = fit('as.st', 'text.jsonl', qw(-t bot));
like($err, qr/"features" is taken for a text, though it holds objects of JSON: (?#
    )--features features has/, 'objects in texts: said');

my @fit = qw(fit -q --epochs 1 -o x.st -t bot -d);
lines('twin.jsonl', sub { $nested->($_[0], agent => undef) });
refused(qr/twin\.jsonl:1: the name "agent" stands in "features" and elsewhere: (?#
    )expected it once, or --features NAME/, @fit, 'twin.jsonl');
$t->write_file('twice.jsonl', $json->encode({ a => { x => 1 }, b => { x => 2 },
    bot => 'yes' }) . "\n");
refused(qr/twice\.jsonl:1: the name "x" stands in "b" and elsewhere/, @fit,
    'twice.jsonl');
refused(qr/twin\.jsonl:1: the name "agent" stands in "features" and outside, (?#
    )where an option asks for it/, @fit, 'twin.jsonl', qw(--features features
    --id agent));
$t->write_file('mix.jsonl', qq({"bot":"yes","f":{"a":1}}\n{"bot":"no","f":2}\n));
refused(qr/mix\.jsonl:2: "f" is an object in other rows: expected one/, @fit,
    'mix.jsonl');
refused(qr/log\.jsonl:1: no object "feature": expected \{"feature": \{"name": (?#
    )value, ...\}, ...\}/, @fit, 'log.jsonl', qw(--features feature));
refused(qr/log\.jsonl:1: "bot" holds a text that is no object/, @fit,
    'log.jsonl', qw(--features bot));
refused(qr/log\.jsonl:1: no object "x"/, 'predict', 'log.st', '-d',
    'log.jsonl', qw(--features x));
$t->write_file('deep.jsonl', qq({"bot":"yes","f":{"a":{"b":1}}}\n));
refused(qr/deep\.jsonl:1: column "a" holds an object or a list/, @fit,
    'deep.jsonl', qw(--features f));
$t->write_file('c.csv', "a,bot\n1,yes\n");
refused(qr/c\.csv: --features is for JSON/, @fit, 'c.csv', qw(--features f));
refused(qr/--target or --labels is missing\n.*--help/,
    qw(fit -q -o x.st -d log.jsonl --features features));
refused(qr/log\.jsonl: unknown column "status"/, 'predict', 'plain.st', '-d',
    'log.jsonl', qw(--id request_id));

# a line that is not whole, the last one or, of two programs, one between

$t->write_file('torn.jsonl', substr($all, 0, -31));
refused(qr/torn\.jsonl:120: not JSON: .* the text ends here \(--on-error (?#
    )skip leaves out what is not whole\)$/m, @fit, 'torn.jsonl');
($out, $err) = fit('torn.st', 'torn.jsonl', qw(-t bot --features features
    --on-error skip));
like($err, qr/torn\.jsonl: 1 row skipped; the first: torn\.jsonl:120:/,
    'is left out');
$t->write_file('torn.jsonl', substr($all, 0, 40) . $all);
refused(qr/torn\.jsonl:1: not JSON: byte \d+/, @fit, 'torn.jsonl');
# as nginx writes an object without escape=none

$t->write_file('escaped.jsonl', $all =~ s/(features":\{.*?\})/
    $1 =~ s{(?<!^features)"}{\\x22}gr/egr);
refused(qr/escaped\.jsonl:1: not JSON: .*needs escape=none\)$/m, @fit,
    'escaped.jsonl');
refused(qr/escaped\.jsonl: no row can be read; the first: (?#
    )escaped\.jsonl:1: not JSON: /, @fit, 'escaped.jsonl',
    qw(--on-error missing));

$t->write_file('torn.gz', substr(memGzip($all), 0, -300));
refused(qr/torn\.gz:\d+: cannot be read: the file ends too early/, @fit,
    'torn.gz');

# requests without features say nothing

for my $text ('nullified', '{} {', '7') {
    $t->write_file('null.jsonl', qq({"request_id":"x","features":"$text"}\n)
        . $t->read_file('log.jsonl'));
    refused(qr/:1: "features" holds a text that is no object/, @fit,
        'null.jsonl', qw(--features features));
}

for my $null ('null', '""', '"null"', '{}', '"{ }"') {
    $t->write_file('null.jsonl', qq({"request_id":"x","features":$null}\n)
        . $all);
    (undef, $err) = fit('null.st', 'null.jsonl', qw(-t bot --features features));
    like($err, qr/^maas-trainer: null\.jsonl: 1 row skipped; the first: (?#
        )null\.jsonl:1: "features" is empty$/m, "$null: said");
    is(predicted('null.st', 'log.jsonl'), $said, "$null: is left out");
    like((split /\n/, ($t->trainer(qw(predict log.st -d null.jsonl -f csv)))[1]
        )[1], qr/^1,,*$/, "$null: no prediction");
}

###############################################################################
# values that cannot be read, as nginx has them for features

my @odd = map { { %$_ } } @row;
@$_{qw(day ok)} = ('2025-01-' . sprintf('%02d', 1 + ($_->{rate} * 4) % 28),
    $_->{rate} > 7 ? 'true' : 'false') for @odd;
my @gone = map { { %$_ } } @odd;
($odd[5]{rate}, $odd[8]{day}, $odd[9]{ok}) = ('fast', 'soon', 'maybe');
$gone[5]{rate} = $gone[8]{day} = $gone[9]{ok} = undef;
$t->write_file($$_[0], join '', map { my $r = $_; $json->encode({ map {
    $_ => $r->{$_} } qw(rate agent day ok bot) }) . "\n" } @{$$_[1]})
    for ['odd.jsonl', \@odd], ['gone.jsonl', \@gone];
my @kinds = ('-t', 'bot', '--columns', 'ok=boolean');
fit('gone.st', 'gone.jsonl', @kinds);
refused(qr/odd\.jsonl:6: column "rate" holds "fast": expected a number/, @fit,
    'odd.jsonl', @kinds);
($out, $err) = fit('odd.st', 'odd.jsonl', @kinds, qw(--on-error missing));
like($err, qr/^maas-trainer: odd\.jsonl: 3 values taken as missing; the first: (?#
    )odd\.jsonl:6: column "rate" holds "fast": expected a number$/m, 'said');
is(predicted('odd.st', 'gone.jsonl'), predicted('gone.st', 'gone.jsonl'),
    'the model of a file without them');
is(predicted('gone.st', 'odd.jsonl', qw(--on-error missing)),
    predicted('gone.st', 'gone.jsonl'), 'predict');
($out, $err) = fit('skip.st', 'odd.jsonl', @kinds, qw(--on-error skip));
like($err, qr/3 rows skipped/, 'skipped as before');
$t->write_file('num.jsonl', join '', map { qq({"x":"$_->{rate}","y":)
    . ($_->{id} eq 'r7' ? '"?!"' : $_->{rate} * 2) . "}\n" } @row);
($out, $err) = fit('num.st', 'num.jsonl', qw(-t y --on-error missing));
like($err, qr/1 row skipped; the first: num\.jsonl:7: column "y" holds "\?!"/,
    'a target has to be there');
like(($t->trainer(qw(fit -o x.st -d odd.jsonl --on-error none)))[2],
    qr/expected one of stop, skip, missing/, 'no other way');

done_testing();
