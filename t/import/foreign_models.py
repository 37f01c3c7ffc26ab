"""Files of models that import does not read, by the libraries where they are
there, else by their first bytes: one a line on stdout.

    foreign_models.py FOLDER
"""

import gzip
import json
import os
import pickle
import struct
import sys
import zipfile

import catboost
import joblib
import lightgbm as lgb
import numpy as np
import xgboost as xgb
from sklearn.linear_model import LogisticRegression


def path(name):
    print(name)
    return os.path.join(sys.argv[1], name)


def write(name, data):
    with open(path(name), "wb") as f:
        f.write(data)


def archive(name, *members):
    with zipfile.ZipFile(path(name), "w") as z:
        for m in members:
            z.writestr(m, bytes(1000))


rng = np.random.default_rng(1)
x = rng.normal(size=(60, 3))
y = (x[:, 0] > 0).astype(int)

linear = LogisticRegression().fit(x, y)
light = lgb.LGBMClassifier(n_estimators=2, num_leaves=4, n_jobs=1,
                           verbose=-1).fit(x, y)
boost = xgb.XGBClassifier(n_estimators=2, max_depth=2, n_jobs=1).fit(x, y)
cat = catboost.CatBoostClassifier(iterations=2, depth=2, thread_count=1,
                                  verbose=False, allow_writing_files=False)
cat.fit(x, y)

for name, model in (("sklearn", linear), ("lightgbm", light),
                    ("xgboost", boost), ("catboost", cat)):
    write(name + ".pkl", pickle.dumps(model))

write("any.pkl", pickle.dumps({"a": 1}))
joblib.dump(linear, path("plain.joblib"))
joblib.dump(linear, path("zlib.joblib"), compress=("zlib", 3))
joblib.dump(linear, path("gzip.joblib"), compress=("gzip", 3))
joblib.dump(linear, path("bz2.joblib"), compress=("bz2", 3))
joblib.dump(linear, path("xz.joblib"), compress=("xz", 3))
write("dump.json", json.dumps(light.booster_.dump_model()).encode())
boost.get_booster().dump_model(path("xgb-dump.json"), dump_format="json")
boost.get_booster().dump_model(path("xgb-dump.txt"))
cat.save_model(path("model.cbm"))

# by what is known of them

archive("model.keras", "metadata.json", "config.json", "model.weights.h5")
archive("model.pt", "model/data.pkl", "model/data/0")
archive("other.zip", "readme")
write("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(1000))
write("old.pth", pickle.dumps(0x1950a86a20f9469cfc6c, 2) + bytes(100))
write("model.tflite", b"\x1c\0\0\0TFL3" + bytes(1000))
write("old.model", b"binf" + bytes(136))
write("raw.model", struct.pack("<fIi", 0.5, 3, 0) + bytes(124)
      + struct.pack("<Q", 15) + b"binary:logistic"
      + struct.pack("<Q", 6) + b"gbtree" + bytes(200))
write("model.tl", struct.pack("<iii", 4, 3, 0) + bytes(1000))
write("model.pmml", b'<?xml version="1.0"?>\n<PMML version="4.4"></PMML>\n')
write("model.bin", bytes(range(200, 256)))
