#!/usr/bin/perl

# Promise: `evaluate` judges by what the model was made for: its threshold or
# another, its column of weights or another, beside what one gets who always
# says the same; and it says by what.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use MaasTest::Model qw(write_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;

sub ok_run { return $t->trains(@_) }

sub figures { return decode_json(ok_run('evaluate', '--json', @_)) }

my $state = 3;
sub rnd { $state = ($state * 1103515245 + 12345) % 2**31; $state / 2**31 }

sub model {
    my ($name, $task, $labels, $w, %more) = @_;
    my $n = @$w / 2;
    write_model("$dir/$name.st", doc => { version => $more{version} || 1,
        name => $name, task => $task,
        inputs => { kind => 'columns', columns => [
            { name => 'a', kind => 'number' },
            { name => 'b', kind => 'number' } ] },
        layers => [ { kind => 'dense', units => $n + 0, activation =>
            { binary => 'sigmoid', classification => 'softmax',
              regression => 'linear' }->{$task} } ],
        outputs => { labels => $labels, %{ $more{outputs} || {} } },
        training => { data => { target => 'y' },
            settings => $more{settings} || {} },
        %{ $more{doc} || {} },
    }, tensors => { 'layers.0.weight' => [[2, $n], $w],
        'layers.0.bias' => [[$n], [(0) x $n]] });
}

my %weighted = (settings => { weight => 'w' });
model('bin', 'binary', ['no', 'yes'], [3, -3], %weighted,
    outputs => { threshold => 0.25 });
model('cut', 'binary', ['no', 'yes'], [3, -3], outputs => { threshold => 0.7 });
model('three', 'classification', ['x', 'y', 'z'], [3, 0, 1, 0, 3, 1],
    %weighted);
model('line', 'regression', ['n'], [2, -1], %weighted);

# the same rows twice: by weights, and as often as they weigh

my (@y, @once, @often);
for my $i (0 .. 299) {
    my ($x, $z, $w) = (rnd(), rnd(), int 4 * rnd());
    my $noise = rnd() - 0.5;
    my %y = (bin => $x - $z + $noise > 0 ? 'yes' : 'no',
        three => $x + $noise > 0.7 ? 'x' : $z > 0.5 ? 'y' : 'z',
        line => sprintf('%.3f', 2 * $x - $z + $noise));
    for my $m (keys %y) {
        $once[$i]{$m} = "$x,$z,$y{$m},$w\n";
        $often[$i]{$m} = "$x,$z,$y{$m}\n" x $w;
    }
}
for my $m (qw(bin three line)) {
    $t->write_file("$m.csv", join '', "a,b,y,w\n", map { $_->{$m} } @once);
    $t->write_file("$m-often.csv", join '', "a,b,y\n",
        map { $_->{$m} } @often);
}

###############################################################################
# weights

sub same {
    my ($is, $want, $path) = @_;
    return map { same($is->{$_}, $want->{$_}, "$path $_") } sort keys %$want
        if ref $want eq 'HASH';
    return map { same($is->[$_], $want->[$_], "$path $_") } 0 .. $#$want
        if ref $want eq 'ARRAY';
    return if !defined $want && !defined $is;
    return "$path: " . ($is // 'none') . ", not $want"
        if !defined $is || ($want =~ /^-?[\d.]+(?:e[-+]?\d+)?$/
            ? abs($is - $want) > 1e-9 * (1 + abs $want) : $is ne $want);
    return;
}

for my $m (qw(bin three line)) {
    my $is = figures("$m.st", '-d', "$m.csv", qw(--bootstrap 0));
    my $want = figures("$m.st", '-d', "$m-often.csv", qw(--bootstrap 0));
    is(delete $is->{weight}, 'w', "$m: by the column of the training");
    is(delete $want->{weight}, undef, 'and without it, as null');
    is(delete $is->{rows}, 300, 'rows are rows');
    delete $want->{rows};
    is(join('; ', same($is, $want, $m)), '',
        'a weight of three is as three rows, in every figure');
    my $flat = figures("$m.st", '-d', "$m.csv", qw(--bootstrap 0
        --unweighted));
    isnt($flat->{loss} // $flat->{mse}, $is->{loss} // $is->{mse},
        '--unweighted: another figure');
    my $by = $m eq 'line' ? 'r2' : 'accuracy';
    my $i = figures("$m.st", '-d', "$m.csv")->{intervals}{$by};
    cmp_ok($i->[0], '<', $is->{$by}, 'an interval of it');
    cmp_ok($i->[1], '>', $is->{$by}, 'around it');
}

# importance too

my ($w) = map { $_->{accuracy_lost} }
    @{ figures(qw(bin.st -d bin.csv --importance --repeats 200 --bootstrap 0))
        ->{importance} };
my ($o) = map { $_->{accuracy_lost} }
    @{ figures(qw(bin.st -d bin-often.csv --importance --repeats 200
        --bootstrap 0))->{importance} };
my ($f) = map { $_->{accuracy_lost} }
    @{ figures(qw(bin.st -d bin.csv --importance --repeats 200 --bootstrap 0
        --unweighted))->{importance} };
cmp_ok(abs($w - $o), '<', 0.02, 'importance by weights')
    or diag("$w, $o; without weights $f");

# said in words; another column; none

like(ok_run(qw(evaluate bin.st -d bin.csv --bootstrap 0)),
    qr/^rows count +by the column "w"$/m, 'text: by what');
like(ok_run(qw(evaluate bin.st -d bin-often.csv --bootstrap 0)),
    qr/^rows count +the same, though not in training: there is no column "w"$/m,
    'text: there is none');
like(ok_run(qw(evaluate bin.st -d bin.csv --bootstrap 0 --unweighted)),
    qr/^rows count +the same, though not in training: --unweighted, not by (?#
    )"w"$/m, 'text: not by it');
unlike(ok_run(qw(evaluate cut.st -d bin.csv --bootstrap 0)), qr/^rows count/m,
    'text: nothing of it where there was none in training');

my $two = $t->read_file('bin.csv') =~ s/^(.*)$/$1,5/mgr;
$two =~ s/w,5/w,v/;
$t->write_file('two.csv', $two);
is(figures(qw(bin.st -d two.csv --weight v --bootstrap 0))->{accuracy},
    figures(qw(bin.st -d two.csv --unweighted --bootstrap 0))->{accuracy},
    'another column');
like(ok_run(qw(evaluate cut.st -d two.csv --weight w --bootstrap 0)),
    qr/by the column "w"/, 'of a model without');
model('named', 'binary', ['no', 'yes'], [3, -3], doc => { other_columns => [
    { name => 'y', role => 'target' }, { name => 'w', role => 'weight' } ] });
is(figures(qw(named.st -d bin.csv --bootstrap 0))->{weight}, 'w',
    'the column that the file records');
like(ok_run(qw(predict named.st -d bin.csv -f csv)),
    qr/^row,label,decision,probability_no,probability_yes\n1,/,
    'predict needs no weights');

$t->write_file('other.csv', "a,b,y2,w2\n1,0,yes,3\n0,1,yes,1\n");
is(figures(qw(named.st -d other.csv -t y2 --weight w2))->{accuracy}, 0.75,
    'names that training had not, if they are said');
my ($bad, undef, $why) = $t->trainer(qw(evaluate named.st -d other.csv -t y2));
is($bad, 1, 'else they are refused');
like($why, qr/unknown column "w2", expected/, 'by name');

$t->write_file('bin.jsonl', qq({"a":1,"b":0,"y":"yes","w":2}\n)
    . qq({"a":0,"b":1,"y":"yes","w":1}\n));
is(figures(qw(bin.st -d bin.jsonl))->{accuracy}, 2 / 3, 'in JSON lines, too');
$t->write_file('bin.jsonl', qq({"a":1,"b":0,"y":"yes"}\n));
is(figures(qw(bin.st -d bin.jsonl))->{weight}, undef, 'not there');

###############################################################################
# a threshold: as if the file had it

my $own = figures(qw(bin.st -d bin-often.csv --bootstrap 50));
my $cut = figures(qw(cut.st -d bin-often.csv --bootstrap 50));
my $as = figures(qw(bin.st -d bin-often.csv --bootstrap 50 --threshold 0.7));
delete $as->{weight};
is(join('; ', same($as, $cut, '')), '', 'as a model with this threshold');
isnt($own->{accuracy}, $as->{accuracy}, 'others are said');
is($own->{auc}, $as->{auc}, 'AUC knows no threshold');
cmp_ok(abs($own->{threshold} - 0.25), '<', 1e-6, 'JSON says which');
my @sum = map { my $c = $_; [$c->[0][1] + $c->[1][1]] } map { $_->{confusion} }
    map { figures(qw(cut.st -d bin.csv --bootstrap 0 --threshold), $_) }
    0, 0.5, 1;
is($sum[2][0], 0, 'nothing is above 1');
is($sum[0][0], 300, 'everything is above 0');
like(ok_run(qw(evaluate bin.st -d bin.csv --threshold 0.7 --bootstrap 0)),
    qr/^threshold +0\.7, the model's is 0\.25$/m, 'text: which one');
like(ok_run(qw(evaluate bin.st -d bin.csv --bootstrap 0)),
    qr/^threshold +0\.25$/m, "text: the model's own");
ok_run(qw(evaluate bin.st -d bin.csv --threshold 0.7 --report r.html));
like($t->read_file('r.html'), qr{<tr class=own><td>0\.7</td>},
    'the report has it');

###############################################################################
# what one gets who always says the same

for my $m (qw(bin three)) {
    my %n;
    $n{$_}++ for map { (split /[,\n]/)[2] } map { $_->{$m} } @once;
    my ($most) = sort { $n{$b} <=> $n{$a} } keys %n;
    my $j = figures("$m.st", '-d', "$m.csv", qw(--unweighted --bootstrap 0));
    is($j->{baseline}{label}, $most, "$m: the largest class");
    cmp_ok(abs($j->{baseline}{accuracy} - $n{$most} / 300), '<', 1e-9,
        'its share');
    my $loss = 0;
    $loss -= $_ / 300 * log($_ / 300) for values %n;
    cmp_ok(abs($j->{baseline}{loss} - $loss), '<', 1e-9, 'its loss');
    is_deeply([map { $_->{rows} } @{ $j->{classes} }],
        [map { $n{$_->{label}} } @{ $j->{classes} }], 'rows of each class');
}
my $j = figures(qw(three.st -d three.csv --bootstrap 0));
my $mean = 0;
$mean += $_->{auc} / 3 for @{ $j->{classes} };
cmp_ok(abs($mean - $j->{auc}), '<', 1e-9, 'AUC is the mean of the classes');
$mean = 0;
$mean += $_->{pr_auc} / 3 for @{ $j->{classes} };
cmp_ok(abs($mean - $j->{pr_auc_macro}), '<', 1e-9, 'that of PR AUC is named');
ok(!exists $j->{pr_auc}, 'PR AUC itself is that of the second class of two');
like(ok_run(qw(evaluate three.st -d three.csv --bootstrap 0)),
    qr/^macro PR AUC +0\.\d{4} .*\n(?!.*^PR AUC)/ms, 'as text');
like(ok_run(qw(evaluate three.st -d three.csv --bootstrap 0)),
    qr/^class +rows +AUC +PR AUC\nx +\d+ +0\.\d{4} +0\.\d{4}\ny /m,
    'text: AUC of each class');
is(figures(qw(line.st -d line.csv --bootstrap 0))->{baseline}{r2}, 0,
    'the mean explains nothing');

###############################################################################
# what cannot be

for (
    [[qw(three.st -d three.csv --threshold 0.5)], 2,
        qr/--threshold is for two classes: the model "three" is for classif/],
    [[qw(bin.st -d bin.csv --threshold 2)], 2, qr/--threshold: "2": expected/],
    [[qw(bin.st -d bin.csv --weight v)], 1, qr/no column "v" for --weight/],
    [[qw(bin.st -d bin.csv --weight a)], 1,
        qr/column "a" for --weight is an input of the model/],
    [[qw(bin.st -d bin.csv --weight y)], 1,
        qr/column "y" for --weight is the target/],
    [[qw(bin.st -d bin.csv --weight w --unweighted)], 2,
        qr/--weight and --unweighted: expected one of them/],
) {
    my ($args, $code, $re) = @$_;
    my ($rc, undef, $err) = $t->trainer('evaluate', @$args);
    is($rc, $code, "exit code: @$args");
    like($err, $re, 'what is wrong');
}

(my $none = $t->read_file('bin.csv')) =~ s/,\d+$/,0/mg;
$t->write_file('none.csv', $none);
my ($rc, undef, $err) = $t->trainer(qw(evaluate bin.st -d none.csv));
is($rc, 1, 'no weight at all');
like($err, qr/none\.csv: none of the rows has a weight above 0/, 'says so');

done_testing();
