#!/usr/bin/perl

# Promise: the model file is everyone's: ours opens in Python's safetensors,
# and one written by that library, following docs/model-format.md, is ours.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use Test::More;

my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('build/venv with safetensors: make build/venv/.done')
    unless -x $python;

my $t = MaasTest->new;

$t->write_file('d.csv', join '', "x,y\n",
    map { $_ / 10 . ',' . ($_ % 3) . "\n" } 1 .. 60);
my ($rc, $out, $err) = $t->trainer(qw(fit -q -d d.csv --epochs 2 --hidden
    4:relu -o ours.safetensors));
is($rc, 0, 'fit') or diag($err);

# Python answers for x = 3 with our weights

$t->write_file('read.py', <<'PY');
import json
import numpy as np
from safetensors import safe_open

with safe_open("ours.safetensors", "np") as f:
    doc = json.loads(f.metadata()["maas"])
    t = {k: f.get_tensor(k) for k in f.keys()}

c = doc["inputs"]["columns"][0]
x = (np.float32([3]) - np.float32(c["shift"])) * np.float32(c["factor"])
h = np.maximum(x @ t["layers.0.weight"] + t["layers.0.bias"], 0)
z = np.exp(h @ t["layers.1.weight"] + t["layers.1.bias"])
print(*(z / z.sum()))
PY

($rc, $out, $err) = $t->command($python, 'read.py');
is($rc, 0, "ours opens in Python's safetensors") or diag($err);
my @theirs = split ' ', $out;
is(scalar @theirs, 3, 'three classes');

$t->write_file('one.csv', "x\n3\n");
($rc, $out) = $t->trainer(qw(predict ours.safetensors -d one.csv));
my (undef, @ours) = split /,|\n/, $out;
cmp_ok(abs($ours[$_] - $theirs[$_]), '<', 1e-6, "the same answer, $_")
    for 0 .. 2;

# the example of docs/model-format.md, with weights that make it true

open my $fh, '<', "$MaasTest::top/docs/model-format.md" or die;
my $page = do { local $/; <$fh> };
my ($example) = $page =~ /^## From Python.*?^```python\n(.*?)^```/ms;
ok($example, 'the page has an example');

$t->write_file('write.py', <<'PY' . $example);
import numpy as np
w0 = np.float32([[4, 4, 0, 0], [4, 4, 0, 0]])
b0 = np.float32([-2, -6, 0, 0])
w1 = np.float32([[9], [-9], [0], [0]])
b1 = np.float32([-9])
PY

($rc, undef, $err) = $t->command($python, 'write.py');
is($rc, 0, 'Python writes it') or diag($err);
($rc, undef, $err) = $t->trainer(qw(inspect xor.safetensors));
is($rc, 0, 'it keeps all rules') or diag($err);

$t->write_file('xor.csv', "0,0\n0,1\n1,0\n1,1\n");
($rc, $out) = $t->trainer(qw(predict xor.safetensors -d xor.csv));
is(join(' ', $out =~ /^(\w+),/mg), 'same different different same',
    'and answers');

done_testing();
