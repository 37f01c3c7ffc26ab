#!/usr/bin/perl

# Promise: a model saved in a way that import does not read is told by its
# bytes, with how to save it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use MaasTest;
use MaasTest::Model qw(write_model dense_model);
use Test::More;

my $t = MaasTest->new;
my $dir = $t->dir;
my $python = "$MaasTest::top/build/import-venv/bin/python";

-x $python or MaasTest::missing('build/import-venv: make test makes it');

my ($rc, $out, $err) = $t->command($python,
    "$MaasTest::top/t/import/foreign_models.py", $dir);
is($rc, 0, 'files are made') or diag($err);

my $onnx = qr/skl2onnx\.to_onnx\(model, X\[:1\]\)/;
my $keras = qr/Keras: load it .* model\.export\("model\.onnx", format="onnx"\)/;
my $torch = qr/PyTorch: load it .* torch\.onnx\.export\(model\.eval\(\), /;
my $xgboost = qr/old binary form: .*save_model\("model\.json"\)/;
my $dump = qr/dump of XGBoost.*save_model\("model\.json"\) instead/;

my %why = (
    'sklearn.pkl' => qr/pickle with a model of scikit-learn: .*$onnx/,
    'lightgbm.pkl' => qr/pickle with a model of LightGBM: .*model\.booster_/,
    'xgboost.pkl' => qr/pickle with a model of XGBoost: .*"model\.json"/,
    'catboost.pkl' => qr/pickle with a model of CatBoost: .*format="json"/,
    'any.pkl' => qr/is a pickle, .* never run here: .*$onnx/,
    'plain.joblib' => qr/pickle with a model of scikit-learn: .*$onnx/,
    'zlib.joblib' => qr/packed by zlib, as of joblib: .*$onnx/,
    'gzip.joblib' => qr/packed by gzip: .*$onnx/,
    'bz2.joblib' => qr/packed by bzip2: .*$onnx/,
    'xz.joblib' => qr/packed by xz: .*$onnx/,
    'dump.json' => qr/LightGBM's dump_model\(\): .*save_model\("model\.txt"\)/,
    'xgb-dump.json' => $dump,
    'xgb-dump.txt' => $dump,
    'model.cbm' => qr/CatBoost's own form: .*format="json"/,
    'model.keras' => $keras,
    'model.h5' => $keras,
    'model.pt' => $torch,
    'old.pth' => $torch,
    'other.zip' => qr/zip archive and no model file/,
    'model.tflite' => qr/TensorFlow Lite: .*tf2onnx/,
    'old.model' => $xgboost,
    'raw.model' => $xgboost,
    'model.tl' => qr/Treelite.*import the model that it was made of/,
    'model.pmml' => qr/is PMML: save the model in/,
    'ours.st' => qr/safetensors: one that maas-trainer wrote is a model/,
    'model.bin' => qr/no model file that is known: expected LightGBM text/,
);

write_model("$dir/ours.st", dense_model(sizes => [ 2, 1 ]));
$out .= "ours.st\n";
is(join(' ', sort split /\n/, $out), join(' ', sort keys %why), 'all of them');

for my $name (sort keys %why) {
    (my $code, undef, $err) = $t->trainer('import', $name, '-o',
        'x.safetensors');
    is($code, 1, "$name: exit code");
    like($err, qr/\Amaas-trainer: [^\n]*\Q$name\E: [^\n]+\n\z/,
        "$name: one sentence");
    like($err, $why{$name}, "$name: that says what to do");
}

ok(!-e "$dir/x.safetensors", 'no file');

done_testing();
