#!/usr/bin/perl

# Promise: nginx answers with LightGBM's own numbers: rows of numbers with
# null for NaN, named values with the categories of pandas, several multiclass.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $python = "$MaasTest::top/build/import-venv/bin/python";
MaasTest::missing('build/import-venv: make build/import-venv/.done')
    unless -x $python;

my $t = MaasTest->new;
my ($rc, $out, $err) = $t->command($python,
    "$MaasTest::top/t/import/lightgbm_models.py", $t->dir,
    qw(frame binary multiclass));
is($rc, 0, 'LightGBM trains') or BAIL_OUT($err);

for my $m (qw(frame binary multiclass)) {
    ($rc, $out, $err) = $t->trainer('import', "$m.txt", '-o',
        "$m.safetensors");
    is($rc, 0, "$m is imported") or diag($err);
}

$t->conf(<<'EOC');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    maas_model frame %%TESTDIR%%/frame.safetensors;
    maas_model binary %%TESTDIR%%/binary.safetensors;
    maas_model multiclass %%TESTDIR%%/multiclass.safetensors;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { maas_serve; }
        location = /frame { maas_predict frame; }
        location = /binary { maas_predict binary; }
        location = /multiclass { maas_predict multiclass; }
    }
}
EOC
my @json = ('Content-Type' => 'application/json');
my $rows = 200;

# The first lines of a table behind its names, as lists of texts

sub table {
    my ($file) = @_;
    my @lines = split /\n/, $t->read_file($file);
    return map { [ "$_," =~ /("[^"]*"|[^,]*),/g ] } @lines[ 0 .. $rows ];
}

# A cell as JSON, its digits as they are

sub value {
    my ($s) = @_;
    return $s eq '' ? 'null' : $s =~ /^(?:True|False)$/ ? lc $s
        : $s =~ /^-?\d[-+.\de]*$/ ? $s : $s =~ /^"/ ? $s : qq("$s");
}

sub near {
    my ($answer, $file, $what) = @_;
    my @want = split /[,\n]/, $t->read_file($file);
    return fail($what) || diag($answer->status . ' ' . $answer->body)
        if $answer->status != 200;
    my ($text) = $answer->body =~ /"predictions":(.*)\}\s*$/s;
    my @got = ($text // $answer->body) =~ /-?\d[\d.]*(?:e[-+]?\d+)?/g;
    my @far = grep { abs($got[$_] - $want[$_]) > 1e-7 } 0 .. $#got;
    return ok(@got == $rows * @want / 2000 && !@far, $what)
        || diag(scalar(@got) . ' numbers, far off: ' . scalar @far);
}

my ($names, @first) = table('frame.csv');
$t->known_good('/frame', '{"amount":0.5}', @json);
$t->run;

my $records = join ',', map { my $row = $_; '{' . join(',', map {
    qq("$names->[$_]":) . value($row->[$_]) } 0 .. $#$names) . '}' } @first;
near($t->post('/v1/models/frame:predict', qq({"instances":[$records]}),
    @json), 'frame.out', 'named values, categories of pandas');
near($t->post('/frame', "[$records]", @json), 'frame.out', 'bare objects');
near($t->post('/frame', join('', map { join(',', @$_) . "\n" } $names,
    @first), 'Content-Type' => 'text/csv'), 'frame.out', 'CSV');

for my $m (qw(binary multiclass)) {
    (undef, my @plain) = table("$m.csv");
    my $body = join ',', map { '[' . join(',', map { value($_) }
        @$_[ 0 .. 7 ]) . ']' } @plain;
    near($t->post("/v1/models/$m:predict", qq({"instances":[$body]}), @json),
        "$m.out", "$m: numbers, null for NaN");
    near($t->post("/$m", "[$body]", @json), "$m.out", "$m: bare");
}

$t->done;
