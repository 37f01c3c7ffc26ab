"""Small ONNX graphs, an operator or a pitfall each: NAME.onnx, NAME.csv and
NAME.expected, what ONNX Runtime says; names on stdout, those that are to be
refused with "-" before them.

    onnx_graphs.py FOLDER
"""

import os
import sys

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(5)
X = (rng.normal(size=(200, 6)) * 2).astype(np.float32)
X[0], X[1] = 0, 20
W = {f"w{n}": rng.normal(size=(6, n)).astype(np.float32) for n in (1, 4, 7)}
TYPES = {"float": TensorProto.FLOAT, "int": TensorProto.INT64,
         "bool": TensorProto.BOOL, "half": TensorProto.FLOAT16,
         "small": TensorProto.INT32}
ML = ("ArrayFeatureExtractor", "LabelEncoder", "OneHotEncoder",
      "SVMClassifier", "SVMRegressor", "TreeEnsembleRegressor")


def graph(name, text, refused=False, more=(), runs=True, **tensors):
    """text: lines "out[ out]... = Op(in, in, key=value)" from x to y; more:
    inputs of one row; runs: ONNX Runtime takes it"""
    nodes = []
    for line in text.strip().splitlines():
        outs, call = line.split(" = ")
        op, rest = call.rstrip(")").split("(")
        ins, attributes = [], {}
        for part in rest.split(", "):
            key, _, value = part.partition("=")
            if value:
                attributes[key] = TYPES.get(value) or eval(value)
            else:
                ins.append(key)
        nodes.append(helper.make_node(op, ins, outs.split(),
                                      name=outs.split()[0], domain="ai.onnx.ml"
                                      if op in ML else "",
                                      **attributes))
    tensors = {**W, **tensors}
    used = {i for n in nodes for i in n.input}
    model = helper.make_model(helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(
            i, TensorProto.FLOAT, (None if i == "x" else 1, 6))
            for i in ("x", *more)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(v), k)
         for k, v in tensors.items() if k in used]),
        opset_imports=[helper.make_opsetid("", 17),
                       helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = 9
    to = os.path.join(sys.argv[1], name)
    with open(to + ".onnx", "wb") as f:
        f.write(model.SerializeToString())
    if not runs:
        print("-" + name, flush=True)
        return
    y, = ort.InferenceSession(to + ".onnx", providers=[
        "CPUExecutionProvider"]).run(["y"], {"x": X, **dict.fromkeys(
            more, X[:1])})
    np.savetxt(to + ".expected", np.atleast_1d(y).reshape(
        y.shape[0] if y.ndim else 1, -1), "%.9g", ",")
    np.savetxt(to + ".csv", X, "%.9g", ",")
    print("-" * refused + name, flush=True)


def ints(*v):
    return np.array(v, np.int64)


ONE, TWO, END = ints(1), ints(2), ints(2 ** 31)

# two layers above one another are in the order of a row, side by side not

STACKED = """
a = MatMul(x, w4)
b = Tanh(a)
c = Unsqueeze(a, at)
d = Unsqueeze(b, at)
"""
graph("above", STACKED + "e = Concat(c, d, axis=1)\ny = Flatten(e)", at=ONE)
graph("lone", STACKED + "y = Squeeze(d, at)", at=ONE)
graph("lone-softmax", STACKED + "e = Softmax(d, axis=2)\ny = Squeeze(e, at)",
      at=ONE)
graph("beside", STACKED + "e = Concat(c, d, axis=2)\ny = Flatten(e)", True,
      at=TWO)
graph("beside-end", STACKED + "e = Concat(c, d, axis=-1)\ny = Flatten(e)",
      True, at=ints(-1))
graph("across", STACKED + "e = Concat(c, d, axis=1)\nf = Softmax(e, axis=1)\n"
      "y = Flatten(f)", True, at=ONE)
graph("columns-beside", "c = Unsqueeze(x, at)\ne = Concat(c, c, axis=-1)\n"
      "y = Flatten(e)", True, at=ints(-1))

# whole numbers divide as such: half of 7 are 3

graph("halves", """
a = MatMul(x, w7)
s = Shape(a)
n = Gather(s, one, axis=0)
h = Div(n, two)
b = Slice(a, nil, h, one)
c = Slice(a, h, end, one)
d = Tanh(b)
y = Concat(c, d, axis=1)
""", one=ONE, two=TWO, nil=ints(0), end=END)

# numbers of a row are not rounded

for kind in "int", "bool", "half":
    graph("as-" + kind, f"a = Cast(x, to={kind})\nb = Cast(a, to=float)\n"
          "y = MatMul(b, w4)", True)
graph("outer", "m = Mul(u, v)\ny = MatMul(x, m)", True,
      u=X[2:3].T.copy(), v=X[3:4])

# parts of a row

graph("parts", "a b c = Split(x, n, axis=1)\nd = Tanh(b)\n"
      "y = Concat(c, d, a, axis=1)", n=ints(1, 2, 3))
graph("every-second", "a = Slice(x, one, end, one, two)\ny = Tanh(a)",
      one=ONE, two=TWO, end=END)
graph("backwards", "a = Slice(x, last, begin, one, back)\ny = MatMul(a, w4)",
      one=ONE, last=ints(-1), begin=ints(-2 ** 31), back=ints(-1))
graph("two-axes", "a = Slice(x, from, to, axes, steps)\ny = Tanh(a)",
      **{"from": ints(0, 2)}, to=ints(2 ** 31, 5), axes=ints(0, 1),
      steps=ints(1, 1))
graph("some-rows", "a = MatMul(x, w4)\nb = Slice(a, from, to, axes, steps)\n"
      "y = Tanh(b)", True, **{"from": ints(0, 2)}, to=ints(1, 5),
      axes=ints(0, 1), steps=ints(1, 1))
graph("total", "a = MatMul(x, w7)\nb = Tanh(a)\n"
      "y = ReduceSum(b, one, keepdims=0)", one=ONE)
graph("mean", "a = MatMul(x, w7)\nb = Tanh(a)\ny = ReduceMean(b, axes=[1])")

# what a model may end in, and what makes a sigmoid

A = "a = MatMul(x, w4)\n"
SMALL = "a = MatMul(x, w4)\nb = Mul(a, tenth)\n"
TENTH = np.array(0.1, np.float32)
graph("exp", SMALL + "y = Exp(b)", tenth=TENTH)
graph("exp-input", "b = Mul(x, tenth)\ny = Exp(b)", tenth=TENTH)
graph("softplus", SMALL + "y = Softplus(b)", tenth=TENTH)
graph("exp-within", SMALL + "c = Exp(b)\ny = Tanh(c)", tenth=TENTH)
graph("power", SMALL + "c = Neg(b)\nd = Pow(two, c)\ny = Sub(one, d)",
      tenth=TENTH, two=np.float32([2]), one=np.float32(1))
graph("power-of-row", SMALL + "y = Pow(b, b)", True, tenth=TENTH)
graph("filled", A + "s = Shape(a)\nc = ConstantOfShape(s)\ny = Add(a, c)")
OWN = np.random.default_rng(9)
graph("nearest", "a = MatMul(x, w1)\nb = Sub(a, p)\nc = Abs(b)\n"
      "d = ArgMin(c, axis=1)\n"
      "e = ArrayFeatureExtractor(q, d)\ny = Reshape(e, s)",
      p=np.sort(np.r_[-1, -1, OWN.normal(size=9)]).astype(np.float32),
      q=OWN.normal(size=11).astype(np.float32), s=ints(-1, 1))
graph("table", "a = MatMul(x, w1)\nb = Sub(a, p)\ny = MatMul(b, w4)", True,
      p=OWN.normal(size=6).astype(np.float32))
BINS = "a = MatMul(x, w1)\nb = {op}(a, p)\nc = Cast(b, to=float)\n"
for op in "Less", "LessOrEqual":
    graph("bins-" + op, BINS.format(op=op) + "y = MatMul(c, w4)",
          p=np.sort(OWN.normal(size=6)).astype(np.float32))
graph("bins-fall", BINS.format(op="Less") + "y = MatMul(c, w4)", True,
      p=np.array([1, 0, 2, 3, 4, 5], np.float32))
graph("nearest-falls", "a = MatMul(x, w1)\nb = Sub(a, p)\nc = Abs(b)\n"
      "d = ArgMin(c, axis=1)\n"
      "e = ArrayFeatureExtractor(q, d)\ny = Reshape(e, s)", True,
      p=np.array([1, 0, 2], np.float32), q=np.array([1, 2, 3], np.float32),
      s=ints(-1, 1))
graph("sigmoid", SMALL + "c = Exp(b)\nd = Add(one, c)\ny = Div(one, d)",
      tenth=TENTH, one=np.array(1, np.float32))
graph("near-sigmoid", SMALL + "c = Exp(b)\nd = Add(two, c)\ny = Div(two, d)",
      True, tenth=TENTH, two=np.array(2, np.float32))

graph("vector", "a = MatMul(x, v)\ny = Tanh(a)", v=W["w1"][:, 0])
graph("sum", "a = MatMul(x, w4)\nb = Tanh(a)\nc = Relu(a)\n"
      "y = Sum(a, b, c)")
graph("root", "a = Sqrt(v)\nb = Reciprocal(a)\nc = Mul(x, b)\nd = Div(c, a)\n"
      "y = MatMul(d, w4)", v=rng.uniform(2, 4, 6).astype(np.float32))
graph("prelu", "a = MatMul(x, w4)\ny = PRelu(a, s)",
      s=np.full((4,), 0.3, np.float32))
graph("prelu-each", "a = MatMul(x, w4)\ny = PRelu(a, s)", True,
      s=np.arange(4, dtype=np.float32))
graph("celu", "a = MatMul(x, w4)\ny = Celu(a, alpha=0.7)")
for op in "Max", "Min":
    graph(op.lower(), f"a = MatMul(x, w4)\nb = {op}(a, c)\n"
          f"y = {op}(d, b)", c=np.array(0.4, np.float32),
          d=np.array([0.5], np.float32))
graph("max-two", "a = MatMul(x, w4)\nb = Tanh(a)\ny = Max(a, b)", True)

# bounds hold however far away a number is, and take no digits of near ones

FAR = np.float32(1e9)
for name, low, high in (("clip", -1, 1), ("clip-wide", -100, 100),
                        ("clip-most", -1e6, 1e6)):
    bounds = {"low": np.float32(low), "high": np.float32(high)}
    graph(name, "y = Clip(x, low, high)", **bounds)
    graph(name + "-far", "a = Mul(x, far)\ny = Clip(a, low, high)", far=FAR,
          **bounds)
graph("clip-low", "y = Clip(x, low)", low=np.float32(-1e6))
graph("clip-high", "y = Clip(x, , high)", high=np.float32(1e6))
graph("clip-none", A + "b = Clip(a)\ny = Max(b, low)",
      low=np.float32(-3.4028235e38))
graph("clip-twice", A + "b = Min(a, high)\nc = Max(b, low)\n"
      "d = Relu(c)\nb2 = Neg(b)\ne = Add(d, b2)\ny = Add(a, e)",
      low=np.float32(-0.5), high=np.float32(0.7))
graph("clip-chain", A + "b = Min(a, high)\nc = Max(b, low)\n"
      "y = Clip(c, low, top)", low=np.float32(-0.5), high=np.float32(0.7),
      top=np.float32(0.6))
graph("clip-apart", A + "b = Clip(a, low, none)\ny = Min(b, low)",
      low=np.float32(-0.5), none=np.float32(0))
graph("clip-same", A + "b = Clip(a, low, low)\ny = Add(a, b)",
      low=np.float32(0.25))
graph("clip-crossed", A + "y = Clip(a, low, high)", True,
      low=np.float32(1), high=np.float32(0.5))
graph("clip-beyond", A + "y = Min(a, high)", True,
      high=np.float32(-3.4028235e38))
graph("hard-far", "a = Mul(x, far)\ny = HardSigmoid(a)", far=FAR)

# products of two values: gates, a hard swish, what is in a GELU by tanh; not of
# each number with each

graph("hard-swish", A + "b = HardSwish(a)\nc = HardSwish(x)\n"
      "d = MatMul(c, w4)\ny = Add(b, d)")
graph("hard-swish-far", "a = Mul(x, far)\ny = HardSwish(a)", far=FAR)
graph("gate", A + "b = MatMul(x, w4)\nc = Add(b, a)\nd = Sigmoid(c)\n"
      "e = Mul(a, d)\nf = Mul(e, e)\ny = Mul(f, x4)",
      x4=np.arange(4, dtype=np.float32))
graph("cube", "a = Mul(x, x)\nb = Mul(a, x)\nc = Mul(b, k)\nd = Add(x, c)\n"
      "e = MatMul(d, w4)\ny = Mul(e, c4)", c4=np.float32(0.1), k=np.float32(0.044715))
for op in "Add", "Sub", "Mul":
    graph(f"each-{op.lower()}", f"a = Reshape(x, up)\nb = Reshape(x, flat)\n"
          f"y = {op}(a, b)", True, up=np.array([-1, 6, 1]),
          flat=np.array([-1, 1, 6]))
graph("softplus-far", "a = MatMul(x, w4)\nb = Add(a, c)\ny = Softplus(b)",
      c=np.float32(200))

# pieces, squares and their roots, shares of a sum in all spellings

graph("abs", A + "b = Abs(a)\nc = Abs(x)\nd = MatMul(c, w4)\ny = Sub(d, b)")
graph("squares", A + "b = Mul(a, a)\nc = Pow(a, two)\nd = Tanh(c)\n"
      "y = Sub(b, d)", two=np.float32(2))
for op in "Greater", "GreaterOrEqual", "Less", "LessOrEqual":
    for side in "x, c", "c, x":
        graph(f"{op}-{side[0]}", f"a = {op}({side})\nb = Cast(a, to=float)\n"
              "y = MatMul(b, w4)", c=X[7, 2])
graph("sign", "b = Sign(x)\ny = MatMul(b, w4)")
graph("not", "a = Greater(x, c)\nd = Not(a)\nb = Cast(d, to=float)\n"
      "y = MatMul(b, w4)", c=X[7, 2])
graph("greater-itself", "a = Greater(x, x)\nb = Cast(a, to=float)\n"
      "y = MatMul(b, w4)", True)
graph("greater-two", A + "b = Tanh(a)\nc = Greater(a, b)\n"
      "y = Cast(c, to=float)", True)
graph("greater-each", A + "b = Greater(a, ones)\ny = Cast(b, to=float)", True,
      ones=np.ones(4, np.float32))
graph("ramp", A + "y = ThresholdedRelu(a, alpha=0.5)")
EPS, ONES = np.float32(1e-3), np.linspace(0.5, 2, 4).astype(np.float32)
RMS = A + "b = Pow(a, two)\nc = ReduceMean(b, axes=[-1])\nd = Add(c, eps)\n"
graph("rms", RMS + "e = Sqrt(d)\nf = Reciprocal(e)\ng = Mul(a, f)\n"
      "y = Mul(g, ones)", eps=EPS, ones=ONES, two=np.float32(2))
graph("rms-div", RMS + "e = Sqrt(d)\nf = Div(a, e)\ny = Mul(f, ones)",
      eps=EPS, ones=ONES, two=np.float32(2))
graph("rms-about-mean", A + "m = ReduceMean(a, axes=[-1])\nv = Sub(a, m)\n"
      "b = Mul(a, a)\nc = ReduceMean(b, axes=[-1])\nd = Add(c, eps)\n"
      "e = Sqrt(d)\ny = Div(v, e)", True, eps=EPS)
graph("softmax-sum", A + "b = Exp(a)\nc = ReduceSum(b, one)\ny = Div(b, c)",
      one=ONE)
graph("softmax-most", A + "m = ReduceMax(a, axes=[1])\ns = Sub(a, m)\n"
      "b = Exp(s)\nc = ReduceSum(b, one)\ny = Div(b, c)", one=ONE)
graph("softmax-log", A + "l = ReduceLogSumExp(a, axes=[1])\ns = Sub(a, l)\n"
      "y = Exp(s)")
graph("softmax-of-log", A + "l = LogSoftmax(a, axis=1)\ny = Exp(l)")
graph("log-softmax", A + "y = LogSoftmax(a, axis=1)", True)
graph("other-sum", A + "b = Exp(a)\nd = Mul(a, c)\ne = Exp(d)\n"
      "c2 = ReduceSum(e, one)\ny = Div(b, c2)", True, one=ONE,
      c=np.float32(0.5))
graph("shares", A + "b = Sigmoid(a)\nc = ReduceSum(b, one)\ny = Div(b, c)",
      one=ONE)
graph("scores-shares", A + "c = ReduceSum(a, one)\ny = Div(a, c)", True,
      one=ONE)
NONE = ("c = ReduceSum(b, one)\nd = Cast(c, to=bool)\ne = Not(d)\n"
        "f = Cast(e, to=float)\ng = Add(b, f)\nh = Mul(f, k)\n"
        "i = Add(c, h)\ny = Div(g, i)")
graph("shares-or-all", A + "b = Relu(a)\n" + NONE, one=ONE, k=np.float32(4))
graph("shares-or-five", A + "b = Relu(a)\n" + NONE, True, one=ONE,
      k=np.float32(5))
graph("stack-softmax", A + "b = Reshape(a, s)\nc = Concat(b, b, axis=0)\n"
      "d = Softmax(c, axis=2)\ny = ReduceMean(d, axes=[0], keepdims=0)", True,
      s=ints(1, -1, 4))
graph("stack-all", A + "b = Reshape(a, s)\nc = Concat(b, b, axis=0)\n"
      "y = ReduceMean(c, keepdims=0)", True, s=ints(1, -1, 4))
graph("one-row", "a = Sub(x, m)\ny = MatMul(a, w4)", True, ["m"])
graph("all-rows", "a = Reshape(x, s)\nb = Tanh(a)\ny = Flatten(b)", True,
      s=ints(1, -1, 6))

# what is computed of one tree, leaf by leaf: of 1, 2.5 and -3

TREE = ("a = TreeEnsembleRegressor(x, n_targets=1, nodes_treeids=[0]*5, "
        "nodes_nodeids=[0,1,2,3,4], nodes_featureids=[0,0,1,0,0], "
        "nodes_values=[0.5,0.,-1.,0.,0.], "
        "nodes_modes=['BRANCH_LEQ','LEAF','BRANCH_LEQ','LEAF','LEAF'], "
        "nodes_truenodeids=[1,0,3,0,0], nodes_falsenodeids=[2,0,4,0,0], "
        "target_treeids=[0]*3, target_nodeids=[1,3,4], target_ids=[0]*3, "
        "target_weights=[1.,2.5,-3.])\n")
WHOLE = TREE + "b = Cast(a, to=int)\n"

graph("leaf-halves", WHOLE + "c = Div(b, two)\ny = Cast(c, to=float)", two=TWO)
graph("leaf-shares", WHOLE + "c = Add(b, two)\nd = Div(c, b)\n"
      "y = Cast(d, to=float)", two=ints(6))
graph("leaf-floats", WHOLE + "c = Cast(b, to=float)\ny = Div(c, two)",
      two=np.float32(2))
graph("leaf-large", WHOLE + "c = Mul(b, n)\nd = Sub(c, n)\n"
      "y = Cast(d, to=float)", n=ints(2 ** 25 + 1))
graph("leaf-crossed", TREE + "y = Clip(a, low, high)", low=np.float32(2),
      high=np.float32(1))
graph("leaf-keys", WHOLE + "c = LabelEncoder(b, keys_int64s=[1,2,1], "
      "values_int64s=[5,6,7])\ny = Cast(c, to=float)", True)
graph("leaf-category", WHOLE + "c = OneHotEncoder(b, cats_int64s=[1,2,1])\n"
      "y = Flatten(c)", True)
graph("leaf-far", TREE + "b = Mul(a, n)\nc = Cast(b, to=small)\n"
      "y = Cast(c, to=float)", True, n=np.float32(1e9))
graph("leaf-bins", TREE + "b = Less(a, none)\ny = Cast(b, to=float)", True,
      none=np.float32([]))

graph("celu-below", "y = Celu(x, alpha=-2.0)", True)

# whole numbers of a row divide as such, too; a sign is not 0 or 1

graph("sign-halves", "a = Sign(x)\nb = Cast(a, to=int)\nc = Div(b, two)\n"
      "y = Cast(c, to=float)", True, two=TWO)
graph("sign-truth", "a = Sign(x)\nb = Cast(a, to=bool)\n"
      "y = Cast(b, to=float)", True)
graph("sign-whole", "a = Sign(x)\nb = Cast(a, to=small)\n"
      "y = Cast(b, to=float)")

# bins, and what has none

COLUMN = "a = Gather(x, one, axis=1)\n"
graph("bins", COLUMN + "b = Less(a, bins)\ny = Cast(b, to=float)", one=ONE,
      bins=np.float32([-1, 0, 2]))
graph("bins-none", COLUMN + "b = Less(a, bins)\ny = Cast(b, to=float)", True,
      one=ONE, bins=np.float32([]))
graph("bins-many", COLUMN + "b = Less(a, bins)\ny = Cast(b, to=float)", True,
      one=ONE, bins=np.arange(1025, dtype=np.float32))
graph("filled-far", "a = ConstantOfShape(far)\ny = Add(x, a)", True,
      runs=False, far=ints(1, 2 ** 20, 2 ** 20))

# the nearest point of a table: of NaN all are as far, the first one is taken

KEPT, X[::3, 1] = X.copy(), np.nan
graph("nearest-missing", COLUMN + "b = Sub(a, points)\nc = Abs(b)\n"
      "d = ArgMin(c, axis=1, keepdims=0)\ne = ArrayFeatureExtractor(list, d)\n"
      "y = Reshape(e, rows)", one=ONE, points=np.float32([-1, 0, 2]),
      list=np.float32([1, 2, 4]), rows=ints(-1, 1))
X = KEPT

# support vectors

SVM = ("kernel_type='RBF', coefficients=[1.,-2.], rho=[0.1], "
       "support_vectors=[0.,1.,2.,3.,4.,5.,1.,1.,1.,0.,0.,0.]")
graph("svm", f"y = SVMRegressor(x, {SVM}, kernel_params=[0.1,0.,3.], "
      "n_supports=2)")
graph("svm-far", f"y = SVMRegressor(x, {SVM}, kernel_params=[9.,0.,3.], "
      "n_supports=2)")
graph("svm-logistic", f"l y = SVMClassifier(x, {SVM}, "
      "kernel_params=[0.1,0.,3.], vectors_per_class=[1,1], "
      "classlabels_ints=[0,1], post_transform='LOGISTIC')", True)
for kind, text in (
        ("regressor", "y = SVMRegressor(x, {}, n_supports=3)"),
        ("classifier", "l y = SVMClassifier(x, {}, vectors_per_class=[2,1], "
         "classlabels_ints=[0,1])"),
        ("params", "y = SVMRegressor(x, {}, kernel_params=[1.], "
         "n_supports=2)")):
    graph("svm-" + kind, text.format(SVM), True, runs=False)
