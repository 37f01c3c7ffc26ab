"""ONNX files that are broken on purpose: h-NAME.onnx.

    onnx_hostile.py FOLDER
"""

import os
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

F = TensorProto.FLOAT


def save(name, nodes, shape=(None, 3), tensors=(), outputs=("y",), edit=None,
         kind=F, out=F):
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info(o, out, None) for o in outputs],
        list(tensors))
    model = helper.make_model(graph)
    if edit:
        edit(model)
    with open(os.path.join(sys.argv[1], f"h-{name}.onnx"), "wb") as f:
        f.write(model.SerializeToString())


def node(op, ins, outs, name="first", **attributes):
    return helper.make_node(op, ins, outs, name=name, **attributes)


def tensor(name, *dims):
    return numpy_helper.from_array(np.ones(dims, np.float32), name)


def bad_dims(value):
    t = tensor("w", 3, 2)
    t.dims[0] = value
    return t


def trees(**changed):
    a = dict(nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2],
             nodes_featureids=[1, 0, 0], nodes_values=[0.5, 0.0, 0.0],
             nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"],
             nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
             target_treeids=[0, 0], target_nodeids=[1, 2], target_ids=[0, 0],
             target_weights=[1.0, 2.0])
    a.update(changed)
    return [helper.make_node("TreeEnsembleRegressor", ["x"], ["y"],
                             name="first", domain="ai.onnx.ml", **a)]


relu = node("Relu", ["x"], ["y"])
save("cycle", [node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"],
                                                "second"),
               node("Add", ["x", "b"], ["y"], "third")])
ends = ["x"] + [f"c{i}" for i in range(30)]
save("doubled", [node("Concat", [a, a], [b], b, axis=1)
                 for a, b in zip(ends, ends[1:])]
     + [node("Relu", ["c29"], ["y"], "last")])
save("selected", [node("Concat", [a, a], [b], b, axis=1)
                  for a, b in zip(ends[:17], ends[1:])]
     + [node("Relu", ["c16"], ["y"], "last")])
save("shared", [node("MatMul", [a, "w"], [b], b)
                for a, b in zip(ends, ends[1:])]
     + [node("Relu", ["c29"], ["y"], "last")], (None, 1000),
     [tensor("w", 1000, 1000)])
save("twice", [relu, node("Relu", ["x"], ["y"], "second")])
save("nothing", [node("Relu", ["z"], ["h"]),
                 node("Add", ["x", "h"], ["y"], "second")])
save("count", [node("MatMul", ["x", "w"], ["y"])],
     tensors=[bad_dims(500000000000)])
save("dims", [node("MatMul", ["x", "w"], ["y"])],
     tensors=[bad_dims(-1)])
save("matrix", [node("MatMul", ["x", "w"], ["y"])],
     tensors=[tensor("w", 4, 2)])
save("batch", [node("Reshape", ["x", "s"], ["y"])],
     tensors=[numpy_helper.from_array(np.array([3, -1]), "s")])
save("filled", [node("ConstantOfShape", ["s"], ["c"]),
                node("Add", ["x", "c"], ["y"], "second")],
     tensors=[numpy_helper.from_array(np.array([1] + 4 * [1 << 16]), "s")])
save("two", [relu, node("Tanh", ["x"], ["z"], "second")], outputs=("y", "z"))
save("label", [node("ArgMax", ["x"], ["y"])], out=TensorProto.INT64)
save("double-child", trees(nodes_falsenodeids=[1, 0, 0]), (None, 2))
save("circle", trees(nodes_truenodeids=[0, 0, 0]), (None, 2))
save("child", trees(nodes_falsenodeids=[9, 0, 0]), (None, 2))
save("feature", trees(nodes_featureids=[7, 0, 0]), (None, 2))
save("mode", trees(nodes_modes=["BRANCH_MAYBE", "LEAF", "LEAF"]), (None, 2))
save("leaf", trees(target_nodeids=[0, 2]), (None, 2))
save("lists", trees(nodes_featureids=[1]), (None, 2))
save("set", [helper.make_node(
    "TreeEnsemble", ["x"], ["y"], name="first", domain="ai.onnx.ml",
    tree_roots=[0], n_targets=1, nodes_featureids=[0],
    nodes_modes=numpy_helper.from_array(np.array([6], np.uint8), "m"),
    nodes_splits=numpy_helper.from_array(np.zeros(1, np.float32), "s"),
    membership_values=numpy_helper.from_array(
        np.array([1, 1.5], np.float32), "v"),
    nodes_truenodeids=[0], nodes_trueleafs=[1], nodes_falsenodeids=[1],
    nodes_falseleafs=[1], leaf_targetids=[0, 0],
    leaf_weights=tensor("w", 2))])
save("custom", [node("Frobnicate", ["x"], ["y"], domain="com.example")])
save("tanh-gelu", [node("Gelu", ["x"], ["y"], approximate="tanh")])


def tanh_gelu(first):
    """As PyTorch writes approximate="tanh" """
    numbers = {"k": 0.044715, "s": 0.7978845, "one": 1, "half": 0.5,
               "three": 3}
    save("tanh-" + first[0].op_type.lower(), first + [
        node("Mul", ["cube", "k"], ["a"], "a"),
        node("Add", ["x", "a"], ["b"], "b"),
        node("Mul", ["b", "s"], ["c"], "c"), node("Tanh", ["c"], ["d"], "d"),
        node("Add", ["d", "one"], ["e"], "e"),
        node("Mul", ["x", "half"], ["f"], "f"),
        node("Mul", ["f", "e"], ["y"], "g")],
        tensors=[numpy_helper.from_array(np.array(v, np.float32), k)
                 for k, v in numbers.items()])


tanh_gelu([node("Pow", ["x", "three"], ["cube"])])
save("wide", [node("MatMul", ["x", "w"], ["y"])], kind=TensorProto.DOUBLE,
     out=TensorProto.DOUBLE,
     tensors=[numpy_helper.from_array(np.full((3, 2), 0.1), "w")])
save("sparse", [relu], edit=lambda m: m.graph.sparse_initializer.add())
save("unknown-size", [relu], (None, None))
save("name", [relu], kind=TensorProto.COMPLEX64)
save("gather", [node("Relu", ["x"], ["h"]),
                node("Gather", ["h", "none"], ["y"], "second", axis=1)],
     tensors=[numpy_helper.from_array(np.zeros(0, np.int64), "none")])
save("perm", [node("Transpose", ["w"], ["v"], perm=[0, 0]),
              node("MatMul", ["x", "v"], ["y"], "second")],
     tensors=[tensor("w", 3, 3)])

# a Concat of itself doubles
save("double", [node("Relu", ["x"], ["c0"])] +
     [node("Concat", [f"c{i}", f"c{i}"], [f"c{i + 1}"], "many", axis=1)
      for i in range(40)] + [node("Relu", ["c40"], ["y"])])

# rows in the order that perm says, and a producer that is for no terminal
square = numpy_helper.from_array(np.arange(9, dtype=np.float32).reshape(3, 3),
                                 "w")
for name, perm in ("same", [0, 1]), ("turned", [1, 0]), ("default", None):
    save("order-" + name,
         [node("Transpose", ["w"], ["v"], **({"perm": perm} if perm else {})),
          node("MatMul", ["x", "v"], ["y"], "second")], tensors=[square],
         edit=lambda m: setattr(m, "producer_name", "\x1b[2J\nx"))
