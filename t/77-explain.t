#!/usr/bin/perl

# Promise: maas-trainer explain says what each column adds to a score, as the
# definition has it in double precision; what it writes and what it refuses.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP;
use List::Util qw(max sum0);
use MaasTest;
use MaasTest::Model qw(write_model dense_model);
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv: make build/venv/.done') unless -x $python;

my $t = MaasTest->new;
my $dir = $t->dir;

sub told {
    my (@o) = @_;
    my ($rc, $out, $err) = $t->trainer('explain', @o);
    is($rc, 0, "explain @o") or diag($err);
    return $out;
}

sub lines { return map { decode_json($_) } split /\n/, $_[0] }

###############################################################################
# a table: numbers far from each other, a category, a boolean, gaps

my $seed = 7;
sub random { $seed = ($seed * 1103515245 + 12345) % 2**31; return $seed / 2**31 }

my @rows;
for (1 .. 400) {
    my ($amount, $age) = (exp(9 * random()), 18 + int 60 * random());
    my $country = (qw(de fr it), '')[4 * random()];
    my $vip = random() < 0.3 ? 'true' : 'false';
    my $y = log($amount) - $age / 20 + ($country eq 'fr') * 2
        + ($vip eq 'true') * ($age > 40) * 2;
    push @rows, join ',', sprintf('%.6g', $amount), random() < 0.1 ? '' : $age,
        $country, $vip, $y > 3.5 ? 'yes' : 'no', sprintf('%.5g', $y),
        $y > 5 ? 'high' : $y > 2 ? 'middle' : 'low';
}

my $head = "amount,age,country,vip,buys,spent,class\n";
$t->write_file('d.csv', $head . join("\n", @rows) . "\n");
$t->write_file('few.csv', $head . join("\n", @rows[0 .. 39]) . "\n");
my @columns = qw(amount age country vip);

sub fit {
    my ($name, $target, $hidden, @o) = @_;
    my ($rc, $out, $err) = $t->trainer('fit', '-d', 'd.csv', '-t', $target,
        '--ignore', join(',', grep { $_ ne $target } qw(buys spent class)),
        '--hidden', $hidden, '--epochs', 30, '--seed', 3, '-o',
        "$name.safetensors", @o);
    is($rc, 0, "fit $name") or diag($err);
    return;
}

# Against the definition: within 1e-5 of the largest; shares that are missing of
# a score, for the median of rows

sub against {
    my ($model, $data, $steps, $baseline, @o) = @_;
    my @got = lines(told("$model.safetensors", '-d', $data, '--json',
        '--steps', $steps, '--baseline', $baseline,
        @o ? ('--label', @o) : (), $data =~ /tensor/ ? ('--header', 'no') : ()));
    my ($rc, $out, $err) = $t->command($python,
        "$MaasTest::top/t/explain/oracle.py", "$dir/$model.safetensors",
        "$dir/$data", $steps, $baseline, @o);
    is($rc, 0, 'oracle') or diag($err);
    my @want = lines($out);
    is(scalar @got, scalar @want, 'rows');

    my ($off, $sums, @missing) = (0, 0);
    for my $i (0 .. $#want) {
        my ($g, $w) = ($got[$i], $want[$i]);
        my @names = sort keys %{ $w->{attributions} };
        is_deeply([ sort keys %{ $g->{attributions} } ], \@names, 'names')
            if $i == 0;
        my $scale = max(map { abs } $w->{score}, $w->{base},
            values %{ $w->{attributions} });
        $off = max($off, map { abs($g->{$_} - $w->{$_}) / $scale } qw(score
            base));
        $off = max($off, map { abs($g->{attributions}{$_}
            - $w->{attributions}{$_}) / $scale } @names);
        $sums = max($sums, abs($g->{score} - $g->{base} - $g->{error}
            - sum0(values %{ $g->{attributions} })) / $scale);
        push @missing, abs($g->{error}) / (abs($g->{score} - $g->{base})
            || 1);
    }
    cmp_ok($off, '<=', 1e-5, sprintf '%s, %d steps, %s: as the definition has '
        . 'it (%.1e)', $model, $steps, $baseline, $off);
    cmp_ok($sums, '<=', 1e-12, 'sums are scores minus bases');
    return (sort { $a <=> $b } @missing)[@missing / 2];
}

fit('yes', 'buys', '16:tanh,8:gelu', '--scaling', 'standard');
cmp_ok(against('yes', 'few.csv', $_, 'mean'), '<=', $_ > 16 ? 1e-5 : 0.02,
    'complete') for 16, 256;
against('yes', 'few.csv', 7, 'zero');

fit('spent', 'spent', '48,24');
cmp_ok(against('spent', 'few.csv', $_->[0], 'mean'), '<=', $_->[1],
    "complete: $_->[0]") for [ 16, 0.02 ], [ 256, 1e-3 ];

fit('class', 'class', '12:tanh', '--scaling', 'quantile');
against('class', 'few.csv', 16, 'zero');
against('class', 'few.csv', 33, 'mean', 'middle');

fit('straight', 'spent', 'none', '--scaling', 'standard');
cmp_ok(against('straight', 'few.csv', 1, 'mean'), '<=', 1e-6, 'linear: exact');

# numbers without names; the same with scores of four labels

write_model("$dir/net.safetensors", dense_model(sizes => [ 30, 20, 10, 4 ],
    labels => [qw(a b c d)], inputs => { kind => 'tensor', shape => [ 30 ],
        shift => 0.5, factor => 2 }));
$t->write_file('tensor.csv', join '', map { join(',', map { sprintf '%.4f',
    2 * random() } 1 .. 30) . "\n" } 1 .. 20);
against('net', 'tensor.csv', 16, 'zero', 'c');

###############################################################################
# what is written

my @all = lines(told('yes.safetensors', '-d', 'few.csv', '--json'));
my @turned = lines(told('yes.safetensors', '-d', 'few.csv', '--json', '--label',
    'no'));
is("$turned[0]{label} $turned[0]{score} $turned[0]{attributions}{age}",
    join(' ', 'no', -$all[0]{score}, -$all[0]{attributions}{age}),
    'of the first of two labels: turned, as nginx tells it');
my ($code, undef, $warning) = $t->trainer(qw(explain yes.safetensors -d few.csv
    --baseline country=DE));
is($code, 0, 'a category that training did not see');
like($warning, qr/--baseline: training saw no "DE" in column "country"/,
    'is said');
(undef, undef, $warning) = $t->trainer(qw(explain yes.safetensors -d few.csv
    --baseline country=de));
is($warning, '', 'one that it saw is not');
my $csv = told('yes.safetensors', '-d', 'few.csv');
my @csv = map { [ split /,/ ] } split /\n/, $csv;
is("@{ $csv[0] }", "row label score base error @columns", 'header');
is(scalar @csv, 41, 'a line a row');
is("$csv[1][0] $csv[1][1] $csv[40][0]", '1 yes 40', 'rows');
for my $i (0 .. 3) {
    my $want = $all[0]{attributions}{ $columns[$i] };
    cmp_ok(abs($csv[1][5 + $i] - $want), '<=', 1e-8 * abs $want,
        "$columns[$i]: as in JSON");
}

my @top = map { [ split /,/, $_, -1 ] }
    split /\n/, told('yes.safetensors', '-d', 'few.csv', '--top', 2);
is("@{ $top[0] }", 'row label score base error column_1 adds_1 column_2 adds_2',
    'header of the largest');
my @order = sort { abs $all[0]{attributions}{$b}
    <=> abs $all[0]{attributions}{$a} } @columns;
is("$top[1][5] $top[1][7]", "@order[0, 1]", 'the largest ones');
is_deeply([ sort keys %{ (lines(told('yes.safetensors', '-d', 'few.csv',
    '--json', '--top', 2)))[0]{attributions} } ], [ sort @order[0, 1] ],
    'in JSON');

is(told('yes.safetensors', '-d', 'few.csv', '-o', 'out.csv'), '',
    'to a file');
is($t->read_file('out.csv'), $csv, 'the same bytes');

# predict says the same of every score

my ($rc, $reasons, $err) = $t->trainer(qw(predict yes.safetensors -d few.csv
    --json --reasons 9));
is($rc, 0, 'predict --reasons of a network') or diag($err);
my ($reason) = map { $_->{reasons}[0] } lines($reasons);
is_deeply([ @$reason{qw(score bias error)}, { map { $_->{name} => $_->{adds} }
    @{ $reason->{columns} } } ], [ @{ $all[0] }{qw(score base error
    attributions)} ], 'the same numbers');
($rc, $reasons) = $t->trainer(qw(predict yes.safetensors -d few.csv --reasons
    1));
like($reasons, qr/^row 1: \S+ = bias \S+, $order[0] \S+, others \S+, error \S+$/m,
    'in words');
($rc, $reasons) = $t->trainer(qw(predict straight.safetensors -d few.csv
    --reasons 1));
unlike($reasons, qr/error/, 'of a linear model exactly');

# weights of fewer bits: slopes of what they stand for, scores of the model

for my $to (qw(int8 int8-weights bf16)) {
    ($rc, my $out, $err) = $t->trainer(qw(quantize yes.safetensors -d d.csv
        --to), $to, '-o', "$to.safetensors");
    is($rc, 0, "quantize --to $to") or diag($err);
    ($rc, $out) = $t->trainer('predict', "$to.safetensors", qw(-d few.csv
        --raw));
    my @raw = split /\n/, $out;
    my @few = lines(told("$to.safetensors", qw(-d few.csv --json)));
    my ($scores, $off, $sums) = (0, 0, 0);
    for my $i (0 .. $#few) {
        my ($few, $full) = ($few[$i], $all[$i]);
        $scores++ if abs($few->{score} - $raw[$i]) < 1e-12;
        $off = max($off, map { abs($few->{attributions}{$_}
            - $full->{attributions}{$_}) } @columns);
        $sums = max($sums, abs($few->{score} - $few->{base} - $few->{error}
            - sum0(values %{ $few->{attributions} })));
    }
    is($scores, 40, "$to: scores are the model's");
    cmp_ok($off, '<', 0.5, "$to: near those of floats ($off)");
    cmp_ok($off, '>', 0, "$to: and not those");
    cmp_ok($sums, '<', 1e-9, "$to: sums");
}

# a baseline of one's own: a column as it is adds nothing, and a row that is
# one adds nothing at all

my ($first) = lines(told('yes.safetensors', '-d', 'few.csv', '--json',
    '--baseline', 'country=' . (split /,/, $rows[0])[2] . ',amount='
    . (split /,/, $rows[0])[0]));
is($first->{attributions}{country} + $first->{attributions}{amount}, 0,
    'column=value');
isnt($first->{attributions}{age}, 0, 'others are compared with means');
$t->write_file('one.csv', $head . $rows[0] . "\n");
($first) = lines(told('yes.safetensors', '-d', 'few.csv', '--json',
    '--baseline', 'one.csv'));
is($first->{score}, $first->{base}, 'a row of a file');
is(sum0(map { abs } values %{ $first->{attributions} }), 0, 'adds nothing');

###############################################################################
# files without means

my $file = $t->read_file('yes.safetensors');
my ($meta) = $file =~ /\\"baseline\\":(\[[^\]]+\])/;
is(scalar(() = $meta =~ /,/g), 7, 'a mean for each number of a row')
    or diag($meta);
(my $old = $file) =~ s/\\"baseline\\":\[[^\]]+\],//;
$old =~ s/"maas_crc32c":"\w+",//;
substr($old, 0, 8) = pack 'Q<', unpack('Q<', $old)
    - (length($file) - length($old));
$t->write_file('old.safetensors', $old);
my ($mean) = lines(told('old.safetensors', '-d', 'few.csv', '--json'));
cmp_ok(abs($mean->{base} - $all[0]{base}), '<', 0.3,
    'what training saw of columns is near it');

###############################################################################
# what is refused

sub refused {
    my ($code, $re, @o) = @_;
    my ($rc, $out, $err) = $t->trainer('explain', @o);
    is($rc, $code, "refused: @o");
    is($out, '', 'nothing is said');
    return like($err, qr/^maas-trainer(?: explain)?: $re/, 'but why');
}

# a score beyond all numbers is an empty field, and null

$t->model('beyond', doc => { version => 1, name => 'beyond',
        task => 'regression', inputs => { kind => 'columns', columns => [
            { name => 'a', kind => 'number' } ] },
        layers => [ { kind => 'dense', units => 1 } ] },
    tensors => { 'layers.0.weight' => [ [ 1, 1 ], [3e38] ],
        'layers.0.bias' => [ [1], [0] ] });
$t->write_file('beyond.csv', "a\n2e38\n1\n");
like(told(qw(beyond.safetensors -d beyond.csv)),
    qr/\A.*\n1,,0,,\d\S+e\+76\n2,\S+e\+38,0,\d\S*,\S+e\+38\n\z/, 'CSV');

my @few = ('yes.safetensors', '-d', 'few.csv');
refused(2, qr/--label: the model has no label "nay": expected "no" or "yes"\n/,
    @few, '--label', 'nay');
refused(2, qr/--label: the model has no label "x": expected one as "high"/,
    'class.safetensors', '-d', 'few.csv', '--label', 'x');
refused(2, qr/--steps: "257": expected/, @few, '--steps', 257);
refused(2, qr/--baseline: "x": expected mean, zero, a file, or COLUMN=VALUE/,
    @few, '--baseline', 'x');
refused(2, qr/--baseline: the model has no column "x"/, @few, '--baseline',
    'x=1');
refused(2, qr/--baseline: column "age" has two values: expected one\n/, @few,
    '--baseline', 'age=1,age=2');
refused(2, qr/--baseline: .*age/, @few, '--baseline', 'age=old');
refused(1, qr/--baseline: few.csv has 40 rows: expected one/, @few,
    '--baseline', 'few.csv');
refused(2, qr/--baseline: the model has no columns/, 'net.safetensors', '-d',
    'tensor.csv', '--header', 'no', '--baseline', 'a=1');
refused(2, qr/--data is missing/, 'yes.safetensors');
refused(1, qr/few.csv/, @few, '-o', 'few.csv');

(my $bad = $file) =~ s/\\"baseline\\":\[[^,]+,/\\"baseline\\":[/;
$bad =~ s/"maas_crc32c":"\w+",//;
substr($bad, 0, 8) = pack 'Q<', unpack('Q<', $bad)
    - (length($file) - length($bad));
$t->write_file('bad.safetensors', $bad);
refused(1, qr/bad\.safetensors: R38: reference: baseline is not a list of 8/,
    'bad.safetensors', '-d', 'few.csv');

done_testing();
