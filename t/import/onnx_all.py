"""One ONNX file of each estimator that skl2onnx converts, for who says which of
its operators are not known: all-NAME.onnx, and for those that are, rows, what
ONNX Runtime says, and the last number of that.

    onnx_all.py FOLDER
"""

import os
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")

import onnxruntime as ort
from skl2onnx import supported_converters, to_onnx
from sklearn.utils import all_estimators

rng = np.random.default_rng(1)
X = np.abs(rng.normal(size=(40, 4))).astype(np.float32)
Y = (X[:, 0] > X[:, 1]).astype(int)

known = set(supported_converters(True))
for name, make in all_estimators():
    if "Sklearn" + name not in known and name not in known:
        continue
    try:
        model = make()
        for key, value in {"n_estimators": 2, "random_state": 1,
                           "max_iter": 50}.items():
            if key in model.get_params():
                model.set_params(**{key: value})
        model.fit(X, Y)
        onx = to_onnx(model, X[:1], target_opset=17)
        session = ort.InferenceSession(onx.SerializeToString(),
                                       providers=["CPUExecutionProvider"])
        out = session.run(None, {"X": X})[-1]
    except Exception:
        continue
    with open(os.path.join(sys.argv[1], f"all-{name}.onnx"), "wb") as f:
        f.write(onx.SerializeToString())
    if isinstance(out, list):
        out = np.array([list(row.values()) for row in out])
    out = np.asarray(out).reshape(len(X), -1)
    if name in ("SVC", "NuSVC"):       # of the second class, and its negative
        out = out[:, :1]
    to = os.path.join(sys.argv[1], "all-" + name)
    if out.dtype.kind == "f":
        np.savetxt(to + ".expected", out, "%.9g", ",")
        np.savetxt(to + ".second", out[:, -1:], "%.9g", ",")
        np.savetxt(to + ".csv", X, "%.9g", ",", comments="",
                   header="f0,f1,f2,f3")
    print("all-" + name, flush=True)
