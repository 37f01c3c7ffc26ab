#!/usr/bin/perl

# Promise: the loop closes on the log.  nginx logs features without a model,
# the trainer learns from that log and from labels that come later, nginx
# serves the model; and whatever bytes clients send, predict says of each line
# of its log what nginx has said of the request, to the last digit.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP qw(decode_json);
use MaasTest;
use Test::More;

my @column = qw(num cat txt flag day);
my $features = join '', map { "maas_feature $_ \$http_x_$_;\n" } @column;

sub conf {
    my ($t, $http, $log, $body, $more) = @_;
    $t->conf(<<"EOC");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    $http
    log_format ml escape=none $log;
    log_format json escape=json
        '{"request_id":"\$request_id","raw":"\$http_x_txt",'
        '"features":"\$maas_features"}';
    access_log %%TESTDIR%%/ml.log ml;
    access_log %%TESTDIR%%/json.log json;
    server {
        listen 127.0.0.1:%%PORT%%;
        add_header X-Id \$request_id always;
        location / {
            $features
            return 200 ok;
        }
        location = /body {
            access_log %%TESTDIR%%/body.log ml;
            $body
            try_files /none =204;
        }
        $more
        location = /none { access_log %%TESTDIR%%/none.log ml; return 200 ok; }
        location = /good { access_log off; return 200 ok; }
        location /models { maas_serve; }
    }
}
EOC
    return;
}

# The id that the request had; undef: no value, no header

sub ask {
    my ($t, %value) = @_;
    my @send = map { ("X-$_" => $value{$_}) } grep { defined $value{$_} }
        @column;
    my $answer = $t->get('/', undef, @send);
    is($answer->status, 200, 'answered') if $answer->status != 200;
    return $answer->header('X-Id');
}

###############################################################################
# a log without any model

my $first = MaasTest->new;
conf($first, '', q('{"request_id":"$request_id","status":$status,'
    '"features":$maas_features}'), '', '');
$first->known_good('/good', '');
$first->run;

srand 48;
my @agent = ('curl/8 plain', "Mozilla \xe2\x82\xac (X11; \"q\")", 'back \\ slash',
    'Googlebot in many words');
my (@labels, @asked);

for my $i (1 .. 160) {
    my $bot = $i % 3 == 0;
    my %value = (
        num => $i % 20 ? sprintf('%.2f', ($bot ? 30 : 10) + 9 * rand()) : '-',
        cat => qw(DE fr 7 007)[$bot ? rand 2 : rand 4],
        txt => $agent[rand 4] . " v$i",
        flag => $i % 2 ? 'yes' : 'no',
        day => sprintf('2025-%02d-%02d', 1 + $i % 12, 1 + $i % 28),
    );
    delete $value{num} if $i % 25 == 0;
    my $id = ask($first, %value);
    push @asked, [ $id, \%value ];
    push @labels, [ $id, $bot ? 'bot' : 'person', qw(a b c)[$i % 3],
        $i * 1.75 ] if $i % 10;
}

my $log = $first->read_file('ml.log');
my $text = $first->read_file('json.log');
$first->invariants;

my @line = map { decode_json($_) } split /\n/, $log;
is(scalar @line, 160, 'a line each');
is($line[0]{features}{num}, $asked[0][1]{num}, 'with the value');
like($log, qr/"num":\d/, 'a number stands as such');

###############################################################################
# fit

my $t = MaasTest->new;
$t->write_file('log.jsonl', $log);
$t->write_file('json.jsonl', $text);
$t->write_file('labels.csv', "request_id,who,kind,due\n", map {
    join(',', @$_) . "\n" } reverse @labels);
my @fit = (qw(fit -q --epochs 4 --folds 0 --features features --labels labels.csv
    --on request_id --columns), 'cat=category,txt=text');
my %model = (who => 'bots', kind => 'kinds', due => 'price');

for my $target (sort keys %model) {
    my ($rc, $out, $err) = $t->trainer(@fit, '-d', 'log.jsonl', '-t', $target,
        '-o', "$model{$target}.st");
    is($rc, 0, "fit $target") or diag($err);
    like($out, qr/: 144 of 160 rows have one; 0 of 144 without a row/,
        'rows with a label');
    like($out, qr/^ +\Q$_\E /m, "column $_") for qw(num cat txt flag);
}

my ($rc) = $t->trainer(@fit, qw(-d json.jsonl -t who -o json.st));
is($rc, 0, 'fit of a log with escape=json');
is(($t->trainer(qw(predict json.st -d log.jsonl)))[1],
    ($t->trainer(qw(predict bots.st -d log.jsonl)))[1], 'the same model');

###############################################################################
# serve

conf($t, <<'EOC', q('{"request_id":"$request_id","bots":"$bots",)
    maas_model bots bots.st;
    maas_model kinds kinds.st;
    maas_model price price.st;
    maas_set $bots bots score;
    maas_set $label bots label;
    maas_set $a kinds probability=a;
    maas_set $kind kinds label;
    maas_set $price price score;
EOC
    . q("label":"$label","a":"$a","kind":"$kind","price":"$price",)
    . q("features":$maas_features_bots,"other":$maas_features_kinds}'),
    'maas_feature_body on;', <<'EOC');
        location = /twin {
            maas_feature num 2 model=bots;
            maas_feature num 1;
            maas_feature txt x model=bots;
            maas_feature txt y model=kinds;
            access_log off;
            return 200 $maas_features;
        }
EOC
$t->known_good('/good', '');
$t->run;

my @weird = ('', ' ', '-', '0', '-0', '7', '007', '7.0', '1.0', '+5', '5.', '.5',
    '1e2', '1E+2', '1e400', '-1e400', '1e-400', '3.4028235e38', '3.5e38',
    '0x10', '1,5', '1.234,5', '1 234', '12 %', 'NaN', 'nan', 'inf', 'null',
    'NULL', 'none', 'true', 'TRUE', 'false', 'yes', 'no', 'on', 'y', '1', 'DE',
    'de', ' DE ', "D\xc3\x89", 'fr', 'unknown', '?', '"', '\\', '\\"', '\\u0041',
    '{"a":1}', '[1]', '<script>', "\xff", "\xc3", "\xe2\x82", "a\xe2\x82b",
    "\xed\xa0\x80", "\xf0\x9f\x98\x80", "\xf4\x90\x80\x80", "\xc0\x80",
    "\xef\xbf\xbd", "e\xcc\x81", "\xc2\xa0" . '7', "7\xc2\xa0", "a\tb",
    '2025-02-30', '2025-02-28', '2025-02-28T12:00:00Z', '1700000000',
    '9007199254740993', '16777217', '0.1', '0.10000000149011612', '123456789012',
    'x' x 3000, '9' x 400, '9' x 401, '0.' . '3' x 390, "\xe2\x82\xac" x 700);
my @byte = map { chr } grep { $_ != 10 && $_ != 13 } 1 .. 255;

ask($t, map { $_ => $weird[rand @weird] } @column) for 1 .. 300;

for my $value (@weird) {
    ask($t, map { $_ => $value } @column);
}

for (1 .. 100) {
    ask($t, map { $_ => join '', map { $byte[rand @byte] } 1 .. 1 + rand 9 }
        @column);
}

ask($t);
ask($t, %{ $_->[1] }) for @asked[0 .. 30];

# what nginx said, and what predict says of its log; of a log of all features
# before any model, where what cannot be read is missing, too

sub rounded { return sprintf '%.6f', unpack 'f', pack 'f', $_[0] }

sub said {
    my ($model, @args) = @_;
    my ($rc, $out, $err) = $t->trainer('predict', "$model.st", qw(-f jsonl -d),
        @args);
    is($rc, 0, "predict $model @args") or diag($err);
    $out =~ s/"prediction":([^,}]+)/"prediction":"$1"/g;    # its digits count
    return map { decode_json($_) } split /\n/, $out;
}

# The lines of nginx's own log, beside what predict says of them, or of another
# log of the same requests

sub compared {
    my ($log, $n, @args) = @_;
    my @served = map { decode_json($_) } split /\n/, $t->read_file($log);
    is(scalar @served, $n, "$log: a line for each request");
    my @bots = said('bots', @args);
    my @kinds = said('kinds', @args);
    my @price = said('price', @args);
    my @wrong;

    for my $i (0 .. $#served) {
        my $s = $served[$i];
        my $expected = join ' ', $bots[$i]{request_id},
            rounded($bots[$i]{probabilities}{person}), $bots[$i]{label},
            rounded($kinds[$i]{probabilities}{a}), $kinds[$i]{label},
            $price[$i]{prediction};
        my $got = join ' ', @$s{qw(request_id bots label a kind price)};
        push @wrong, [ $i, $got, $expected, $s->{features} ]
            if $got ne $expected;
    }

    is(scalar(@wrong) . ' wrong', '0 wrong', "@args: all digits of all scores")
        or diag(explain([ @wrong > 3 ? @wrong[0 .. 3] : @wrong ]));

    my %score = map { $_->{bots} => 1 } @served;
    cmp_ok(scalar keys %score, '>', 100, "$log: of which many differ");
    is_deeply([ grep { $_->{bots} !~ /^[01]\.\d{6}$/ } @served ], [],
        "$log: none is a default");
    return @served;
}

my $n = 300 + @weird + 100 + 1 + 31;
compared('ml.log', $n, 'ml.log');
compared('ml.log', $n, qw(json.log --on-error missing));

# fields of bodies, with the types that they have

my @value = (qw(7 7.0 1.0 -0 0.1 1e2 1e400 -1e400 1e-400 3.5e38 101 16777217
    9007199254740993 0.10000000149011612 1700000000 true false null),
    '"7"', '"7.0"', '"007"', '""', '"-"', '"1,5"', '"yes"', '"true"', '"DE"',
    '"\u20ac"', '"\ud83d\ude00"', '"a\u0000b"', '"a\tb"', '"2025-02-28"',
    '"curl/8 plain v7"', '[1]', '{"a":1}', '"' . 'x' x 3000 . '"');
my $type = 'Content-Type';

sub body {
    my ($body, $as) = @_;
    my $answer = $t->post('/body', $body, $type => $as);
    is($answer->status, 204, "$as: answered") if $answer->status != 204;
    return;
}

for (1 .. 300) {
    body('{' . join(',', map { qq("$_":) . $value[rand @value] } grep {
        rand() < 0.9 } @column) . '}', 'application/json');
}

for (1 .. 100) {
    my @some = map { $weird[rand @weird] } @column;
    s/([^a-z])/sprintf '%%%02x', ord $1/ge for @some;
    body(join('&', map { "$column[$_]=$some[$_]" } 0 .. $#column),
        'application/x-www-form-urlencoded');
    @some = map { $weird[rand @weird] } @column;
    s/"/""/g for @some;
    body(join(',', @column) . "\n" . join(',', map { qq("$_") } @some) . "\n",
        'text/csv');
}

compared('body.log', 500, 'body.log');

like($t->get('/twin')->body, qr/^\{"num":1,"txt":"x"\}$|^\{"txt":"x","num":1\}$/,
    'columns that have several lines stand once');
$t->get('/none');
is(decode_json($t->read_file('none.log'))->{features}, undef,
    'no features: null');

$t->done;
