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
         "bool": TensorProto.BOOL, "half": TensorProto.FLOAT16}


def graph(name, text, refused=False, **tensors):
    """text: lines "out[ out]... = Op(in, in, key=value)" from x to y"""
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
                                      name=outs.split()[0], **attributes))
    tensors = {**W, **tensors}
    used = {i for n in nodes for i in n.input}
    model = helper.make_model(helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(
            "x", TensorProto.FLOAT, (None, 6))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(v), k)
         for k, v in tensors.items() if k in used]),
        opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    to = os.path.join(sys.argv[1], name)
    with open(to + ".onnx", "wb") as f:
        f.write(model.SerializeToString())
    y, = ort.InferenceSession(to + ".onnx", providers=[
        "CPUExecutionProvider"]).run(["y"], {"x": X})
    np.savetxt(to + ".expected", y.reshape(len(X), -1), "%.9g", ",")
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
