"""Tree ensembles of ONNX as no converter writes them: every mode, version of
the operator, aggregate and special case; NAME.onnx, NAME.csv, NAME.expected.

    onnx_trees.py FOLDER
"""

import os
import sys

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(1)
FEATURES = 3
X = np.round(rng.normal(size=(1000, FEATURES)) * 2) / 2     # often equal
X[rng.random(X.shape) < 0.1] = np.nan


def forest(trees, depth, modes, outputs, weights):
    """Attributes of versions 1 and 3; weights: (leaves in order of the file)"""
    a = {k: [] for k in ("treeids", "nodeids", "featureids", "values", "modes",
                         "truenodeids", "falsenodeids",
                         "missing_value_tracks_true")}
    leaves = []
    for t in range(trees):
        for i in range(2 ** (depth + 1) - 1):
            leaf = i >= 2 ** depth - 1
            a["treeids"].append(t)
            a["nodeids"].append(i)
            a["featureids"].append(0 if leaf else int(rng.integers(FEATURES)))
            a["values"].append(0.0 if leaf else float(rng.integers(-3, 4)) / 2)
            a["modes"].append("LEAF" if leaf
                              else modes[int(rng.integers(len(modes)))])
            a["truenodeids"].append(0 if leaf else 2 * i + 1)
            a["falsenodeids"].append(0 if leaf else 2 * i + 2)
            a["missing_value_tracks_true"].append(0 if leaf
                                                  else int(rng.integers(2)))
            if leaf:
                leaves.append((t, i))
    own = [(t, i, o) for t, i in leaves for o in outputs(t)]
    return {"nodes_" + k: v for k, v in a.items()}, dict(
        treeids=[o[0] for o in own], nodeids=[o[1] for o in own],
        ids=[o[2] for o in own],
        weights=[float(w) for w in weights(len(own))])


def save(name, op, attributes, out, opset=3, kind=TensorProto.FLOAT,
         second=False):
    outs = ["label", "y"] if op == "TreeEnsembleClassifier" else ["y"]
    node = helper.make_node(op, ["x"], outs, domain="ai.onnx.ml", **attributes)
    ports = [helper.make_tensor_value_info(
        o, TensorProto.INT64 if o == "label" else out, None) for o in outs]
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info(
        "x", kind, (None, FEATURES))], ports)
    model = helper.make_model(graph, opset_imports=[
        helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", opset)])
    model.ir_version = 9
    text = model.SerializeToString()
    to = os.path.join(sys.argv[1], name)
    with open(to + ".onnx", "wb") as f:
        f.write(text)
    x = X.astype(np.float32 if kind == TensorProto.FLOAT else np.float64)
    y = ort.InferenceSession(text, providers=["CPUExecutionProvider"]).run(
        ["y"], {"x": x})[0].reshape(len(x), -1)
    np.savetxt(to + ".expected", y[:, 1:] if second else y, "%.17g", ",")
    with open(to + ".csv", "w") as f:
        for row in x:
            f.write(",".join("nan" if np.isnan(v) else repr(float(v))
                             for v in row) + "\n")
    print(name, flush=True)


ALL = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ",
       "BRANCH_NEQ"]
F, D = TensorProto.FLOAT, TensorProto.DOUBLE
normal = lambda n: rng.normal(size=n)
positive = lambda n: rng.random(n) / 5


def regressor(name, modes=ALL, outputs=lambda t: [0], n=1, wide=False, **more):
    nodes, own = forest(5, 3, modes, outputs, normal)
    a = dict(nodes, n_targets=n, **{"target_" + k: v for k, v in own.items()},
             **more)
    if wide:
        for k in "nodes_values", "target_weights", "base_values":
            v = np.array(a.pop(k, [0.25]))
            v = v + (0.1 if k == "target_weights" else 0)
            a[k + "_as_tensor"] = numpy_helper.from_array(v, k)
    save(name, "TreeEnsembleRegressor", a, F, kind=D if wide else F)


for mode in ALL:
    regressor("mode-" + mode[7:].lower(), [mode])
regressor("modes", base_values=[0.5])
regressor("doubles", wide=True)
regressor("outputs", outputs=lambda t: [t % 2], n=2, base_values=[1.0, -1.0])
regressor("vectors", outputs=lambda t: [0, 1, 2], n=3)
regressor("softmax", outputs=lambda t: [0, 1, 2], n=3,
          post_transform="SOFTMAX")
for how in "AVERAGE", "MIN", "MAX":
    regressor("by-" + how.lower(), aggregate_function=how, base_values=[0.75])

for name, weights, base, post in (
        ("plus", positive, None, "NONE"), ("plus-base", positive, [0.1], "NONE"),
        ("plus-logistic", positive, None, "LOGISTIC"),
        ("mixed-logistic", normal, None, "LOGISTIC"),
        ("mixed-logistic-base", normal, [0.5], "LOGISTIC"),
        ("mixed", normal, None, "NONE")):
    for one in (0,) if name == "mixed" else (0, 1):
        nodes, own = forest(5, 3, ["BRANCH_LEQ"], lambda t: [one], weights)
        a = dict(nodes, post_transform=post, classlabels_int64s=[0, 1],
                 **{"class_" + k: v for k, v in own.items()})
        if base:
            a["base_values"] = base
        save(f"{name}-{one}", "TreeEnsembleClassifier", a, F,
             second=name != "mixed")


def tensor(v, kind=np.float32):
    return numpy_helper.from_array(np.array(v, kind), "t")


# version 5: two trees, one of which is a leaf; a set
for name, kind in ("five", np.float32), ("five-doubles", np.float64):
    save(name, "TreeEnsemble", dict(
        tree_roots=[0, 3], n_targets=2, post_transform=0, aggregate_function=1,
        nodes_featureids=[0, 1, 2, 0],
        nodes_modes=tensor([0, 4, 3, 0], np.uint8),
        nodes_splits=tensor([0.5, 1, -0.5, 0], kind),
        nodes_truenodeids=[1, 0, 2, 4], nodes_trueleafs=[0, 1, 1, 1],
        nodes_falsenodeids=[2, 1, 3, 4], nodes_falseleafs=[0, 1, 1, 1],
        nodes_missing_value_tracks_true=[0, 1, 1, 0],
        leaf_targetids=[0, 1, 0, 1, 0],
        leaf_weights=tensor([1.5, -2, 0.25, 3, 0.125], kind)),
        F if kind == np.float32 else D, 5, F if kind == np.float32 else D)


# sets: of one number, which may be any, and of several, which are whole
X = np.round(X)
for name, members in (("set-one", [1.5, np.nan, -2]),
                      ("set-many", [0, 2, np.nan, 1])):
    if name == "set-one":
        X[::5, 0] = 1.5
    save(name, "TreeEnsemble", dict(
        tree_roots=[0], n_targets=1, post_transform=0, aggregate_function=1,
        nodes_featureids=[0, 1], nodes_modes=tensor([6, 6], np.uint8),
        nodes_splits=tensor([0, 0]), membership_values=tensor(members),
        nodes_truenodeids=[0, 1], nodes_trueleafs=[1, 1],
        nodes_falsenodeids=[1, 2], nodes_falseleafs=[0, 1],
        nodes_missing_value_tracks_true=[0, 1], leaf_targetids=[0, 0, 0],
        leaf_weights=tensor([1.5, -2, 0.25])), F, 5)
    X = np.round(X)
