"""Answers of ONNX Runtime for rows of CSV, a line a row, all digits.

    run_onnx.py MODEL ROWS [MODEL ROWS]...

Before the answers of a model stands "== MODEL".  A model with one input of
several numbers takes rows by place, with names above them or not; one with an
input for each column takes rows by name.  The file is checked first.
"""

import csv
import sys

import numpy as np
import onnx
import onnxruntime as ort

TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64}


WORDS = {"": np.nan, "True": 1.0, "False": 0.0}


def numbers(values, dtype):
    return np.array([WORDS[v] if v in WORDS else float(v) for v in values],
                    dtype=dtype)


def is_names(row):
    try:
        return bool(np.isnan(numbers(row, float)).all())
    except ValueError:
        return True


def text(value):
    """A value of a category as model files have it: 3 for 3.0 and 3e0."""
    value = value.strip()
    if value in ("True", "False"):
        return value.lower()
    try:
        return str(int(value) if float(value) != int(float(value))
                   else int(float(value)))
    except (ValueError, OverflowError):
        return value


def inputs(session, rows):
    first = session.get_inputs()[0]
    if len(session.get_inputs()) == 1 and first.shape[1:] != [1]:
        dtype = TYPES[first.type]
        rows = rows[is_names(rows[0]):]
        x = np.stack([numbers(r, dtype) for r in rows])
        return {first.name: x.reshape([-1] + first.shape[1:])}
    names = rows.pop(0)
    feed = {}
    for i in session.get_inputs():
        values = [r[names.index(i.name)] for r in rows]
        feed[i.name] = (
            np.array([text(v) for v in values], dtype=object)
            if i.type == "tensor(string)" else numbers(values, TYPES[i.type])
        ).reshape(-1, 1)
    return feed


def answer(model, path):
    onnx.checker.check_model(onnx.load(model), full_check=True)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(model, options,
                                   providers=["CPUExecutionProvider"])
    with open(path, newline="", encoding="utf-8") as f:
        rows = list(csv.reader(f))
    for y in session.run(None, inputs(session, rows))[0]:
        print(",".join("%.9g" % v for v in y))


for m, r in zip(sys.argv[1::2], sys.argv[2::2]):
    print("==", m)
    answer(m, r)
