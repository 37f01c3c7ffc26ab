"""Rows for ONNX files and what ONNX Runtime says of them: NAME.csv and
NAME.expected of each NAME.onnx in the second folder.

    onnx_answers.py FOLDER TO
"""

import glob
import os
import sys

import numpy as np
import onnxruntime as ort

rng = np.random.default_rng(5)

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx"))):
    if os.path.exists(path.replace("-tf2onnx", "")[:-4] + "expected"):
        continue                        # it is said there
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    x = rng.normal(size=[1000] + port.shape[1:]) * 2
    if "scaled" in path:
        x = x + 5
    x = x.astype(np.float32 if "float" in port.type else np.float64)
    y = session.run(None, {port.name: x})[0].reshape(1000, -1)
    to = os.path.join(sys.argv[2], os.path.basename(path)[:-len(".onnx")])
    np.savetxt(to + ".expected", y, "%.9g", ",")
    np.savetxt(to + ".csv", x.reshape(1000, -1), "%.9g", ",", comments="",
               header=",".join(f"f{i}" for i in range(x[0].size))
               if "scaled" in path else "")
