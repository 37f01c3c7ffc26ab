"""gRPC's messages against v2's bodies, and against Google's protobuf.

grpc_oracle.py write DIR            models whose answers are their rows
grpc_oracle.py HTTP GRPC N SEED     N random requests, each in both protocols
                                    (the last argument: of these models alone)

The messages are made by Google's library and then written again in another way
that means the same, which that library must read as the same message.
"""

import http.client
import json
import random
import re
import struct
import sys

import grpc
import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tritonclient.grpc import service_pb2

COLUMNS = [
    {"name": "amount", "kind": "number", "missing": 2.5},
    {"name": "member", "kind": "boolean", "missing": 0.25, "missing_slot": True},
    {"name": "country", "kind": "category", "values": ["DE", "FR", "Zürich", "7"],
     "other": True, "missing_slot": True},
    {"name": "note", "kind": "text", "hash": 7, "ngrams": [1, 3]},
    {"name": "id", "kind": "category", "hash": 5},
]


def write(folder):
    """Layers that change nothing, so that an answer is the row."""
    from safetensors.numpy import save_file

    for name, doc in {
        "same": {"inputs": {"kind": "tensor", "shape": [5]}, "task": "regression"},
        "deep": {"inputs": {"kind": "tensor", "shape": [2, 3], "name": "x"},
                 "task": "regression"},
        "table": {"inputs": {"kind": "columns", "columns": COLUMNS},
                  "task": "regression"},
        "picture": {"inputs": {"kind": "tensor", "shape": [3, 2], "image": True},
                    "task": "regression"},
        "pets": {"inputs": {"kind": "tensor", "shape": [3]}, "task": "classification",
                 "outputs": {"labels": ["cat", "dög \"x\"", "z"]}},
    }.items():
        doc = {"version": 1, "name": name, **doc}
        doc["layers"] = [{"kind": "flatten"}]
        if name == "pets":
            doc["layers"] = [{"kind": "activation", "activation": "softmax"}]
        save_file({},
                  f"{folder}/{name}.safetensors", metadata={"maas": json.dumps(doc)})


# TensorFlow Serving's messages by their .proto files, with no code of theirs

def tensorflow():
    f = descriptor_pb2.FileDescriptorProto(name="predict", package="tf", syntax="proto3")
    F = descriptor_pb2.FieldDescriptorProto

    def message(name, *fields, into=f.message_type):
        m = into.add(name=name)
        for number, key, kind, repeated in fields:
            field = m.field.add(name=key, number=number,
                                label=F.LABEL_REPEATED if repeated else F.LABEL_OPTIONAL)
            if isinstance(kind, str):
                field.type, field.type_name = F.TYPE_MESSAGE, kind
            else:
                field.type = kind
        return m

    message("Int64Value", (1, "value", F.TYPE_INT64, 0))
    message("ModelSpec", (1, "name", F.TYPE_STRING, 0), (2, "version", ".tf.Int64Value", 0),
            (4, "version_label", F.TYPE_STRING, 0), (3, "signature_name", F.TYPE_STRING, 0))
    shape = message("TensorShapeProto", (2, "dim", ".tf.TensorShapeProto.Dim", 1),
                    (3, "unknown_rank", F.TYPE_BOOL, 0))
    message("Dim", (1, "size", F.TYPE_INT64, 0), (2, "name", F.TYPE_STRING, 0),
            into=shape.nested_type)
    message("TensorProto", (1, "dtype", F.TYPE_INT32, 0),
            (2, "tensor_shape", ".tf.TensorShapeProto", 0), (4, "tensor_content", F.TYPE_BYTES, 0),
            (13, "half_val", F.TYPE_INT32, 1), (5, "float_val", F.TYPE_FLOAT, 1),
            (6, "double_val", F.TYPE_DOUBLE, 1), (7, "int_val", F.TYPE_INT32, 1),
            (8, "string_val", F.TYPE_BYTES, 1), (10, "int64_val", F.TYPE_INT64, 1),
            (11, "bool_val", F.TYPE_BOOL, 1), (16, "uint32_val", F.TYPE_UINT32, 1),
            (17, "uint64_val", F.TYPE_UINT64, 1))
    for name, key, number in (("Request", "inputs", 2), ("Response", "outputs", 1)):
        m = message(name, (1 if number == 2 else 2, "model_spec", ".tf.ModelSpec", 0),
                    (number, key, f".tf.{name}.Entry", 1))
        if number == 2:
            m.field.add(name="output_filter", number=3, label=F.LABEL_REPEATED,
                        type=F.TYPE_STRING)
        entry = message("Entry", (1, "key", F.TYPE_STRING, 0),
                        (2, "value", ".tf.TensorProto", 0), into=m.nested_type)
        entry.options.map_entry = True
        m.field[1].type_name = f".tf.{name}.Entry"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(f)
    return {n: message_factory.GetMessageClass(pool.FindMessageTypeByName("tf." + n))
            for n in ("Request", "Response")}


# type: struct's letter, InferTensorContents' field, TensorFlow's number and list

TYPES = {
    "BOOL": ("?", "bool_contents", 10, "bool_val"),
    "INT8": ("b", "int_contents", 6, "int_val"),
    "INT16": ("h", "int_contents", 5, "int_val"),
    "INT32": ("i", "int_contents", 3, "int_val"),
    "INT64": ("q", "int64_contents", 9, "int64_val"),
    "UINT8": ("B", "uint_contents", 4, "int_val"),
    "UINT16": ("H", "uint_contents", 17, "int_val"),
    "UINT32": ("I", "uint_contents", 22, "uint32_val"),
    "UINT64": ("Q", "uint64_contents", 23, "uint64_val"),
    "FP32": ("f", "fp32_contents", 1, "float_val"),
    "FP64": ("d", "fp64_contents", 2, "double_val"),
    "FP16": ("e", None, 19, "half_val"),
    "BF16": ("B2", None, 14, "half_val"),
    "BYTES": ("s", "bytes_contents", 7, "string_val"),
}
NUMBERS = [t for t in TYPES if t != "BYTES"]


def packed(dtype, values):
    if dtype == "BYTES":
        return b"".join(struct.pack("<I", len(v)) + v for v in values)
    if dtype == "BF16":
        return b"".join(struct.pack("<f", v)[2:] for v in values)
    return struct.pack(f"<{len(values)}{TYPES[dtype][0]}", *values)


def value(rng, dtype):
    if dtype == "BOOL":
        return rng.random() < 0.5
    if dtype.startswith(("INT", "UINT")):
        bits = int(re.sub(r"\D", "", dtype))
        low = 0 if dtype[0] == "U" else -(1 << bits - 1)
        return rng.choice([low, low + (1 << bits) - 1, rng.randrange(low, low + (1 << bits)),
                           0, 1, rng.randrange(0, 100)])
    v = rng.choice([0.0, -0.0, 1.0, rng.gauss(0, 1), rng.gauss(0, 1000), 1e-40, 6e-8])
    if dtype in ("FP32", "FP64"):
        v = rng.choice([v, rng.gauss(0, 1e30), 3e38, 1e-45])
    if dtype == "FP64" and rng.random() < 0.01:
        v = 1e300
    if rng.random() < 0.003:
        v = rng.choice([float("nan"), float("inf")])
    return v


def text(rng, column):
    if column == "country":
        return rng.choice(["DE", "FR", "Zürich", "7", "other", "", " DE "])
    if column in ("amount", "id"):
        return rng.choice(["1.5", "-3e2", "7", "", "na", "12345678901234567"])
    if column == "member":
        return rng.choice(["true", "no", "1", "", "T", "t"])
    return "".join(rng.choice(["a", "b", " ", "é", "…"]) for _ in range(rng.randrange(9)))


# The same message in other bytes

def varint(v):
    out = b""
    v &= (1 << 64) - 1
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(data):
    """(number, wire, bytes of the whole field, value) of a message"""
    at = 0

    def number():
        nonlocal at
        v = shift = 0
        while True:
            b = data[at]
            at += 1
            v |= (b & 127) << shift
            shift += 7
            if b < 128:
                return v
    while at < len(data):
        start = at
        key = number()
        wire = key & 7
        if wire == 0:
            v = number()
        elif wire == 2:
            n = number()
            v = data[at:at + n]
            at += n
        else:
            n = 8 if wire == 1 else 4
            v = data[at:at + n]
            at += n
        yield key >> 3, wire, data[start:at], v


def unpack(rng, number, data, width):
    """A packed list as single elements and runs; width 0: of varints"""
    if width:
        parts = [data[i:i + width] for i in range(0, len(data), width)]
    else:
        parts, run = [], b""
        for b in data:
            run += bytes([b])
            if b < 128:
                parts.append(run)
                run = b""
    out = b""
    while parts:
        n = rng.randrange(1, 4)
        if rng.random() < 0.5:
            out += field(number, b"".join(parts[:n]))
        else:
            wire = {0: 0, 4: 5, 8: 1}[width]
            out += b"".join(varint(number << 3 | wire) + p for p in parts[:n])
        parts = parts[n:]
    return out


def unknown(rng):
    return rng.choice([b"", b"", field(77, b"what"), varint(90 << 3) + varint(5),
                       varint(91 << 3 | 5) + b"abcd"])


def shuffled(rng, parts):
    """Parts in another order, those of one field among themselves in theirs"""
    out = []
    queues = {}
    for number, part in parts:
        queues.setdefault(number, []).append(part)
    while queues:
        number = rng.choice(list(queues))
        out.append(queues[number].pop(0))
        if not queues[number]:
            del queues[number]
    return b"".join(out)


WIDTH = {"infer": {6: 4, 7: 8}, "tf": {5: 4, 6: 8}}


def rewrite_list(rng, kind, data):
    parts = []
    for number, wire, whole, v in fields(data):
        lists = range(1, 8) if kind == "infer" else (5, 6, 7, 10, 11, 13, 16, 17)
        if wire == 2 and number in lists and not (kind == "infer" and number == 8):
            whole = unpack(rng, number, v, WIDTH[kind].get(number, 0))
        parts.append((number, whole + unknown(rng)))
    return shuffled(rng, parts)


def rewrite(rng, kind, data):
    """ModelInferRequest or PredictRequest"""
    parts = []
    for number, wire, whole, v in fields(data):
        if kind == "infer" and number == 5:
            inner = []
            for n, w, part, x in fields(v):
                if n == 3 and w == 2:
                    part = unpack(rng, 3, x, 0)
                elif n == 5:
                    part = field(5, rewrite_list(rng, kind, x))
                inner.append((n, part + unknown(rng)))
            whole = field(5, shuffled(rng, inner))
        elif kind == "tf" and number == 2:
            inner = []
            for n, w, part, x in fields(v):
                inner.append((n, field(2, rewrite_list(rng, kind, x)) if n == 2 else part))
            whole = field(2, shuffled(rng, inner))
        parts.append((number, whole + unknown(rng)))
    return shuffled(rng, parts)


# Requests

class Input:
    def __init__(self, name, dtype, shape, values):
        self.name, self.dtype, self.shape, self.values = name, dtype, shape, values


def picture(rng):
    w, h = rng.randrange(1, 5), rng.randrange(1, 5)
    return b"P5 %d %d 255\n" % (w, h) + bytes(rng.randrange(256) for _ in range(w * h))


def draw(rng, models):
    """A model and inputs for it, now and then wrong"""
    model = rng.choice(models)
    rows = rng.choice([0, 1, 1, 2, 3, 5])
    if model == "table":
        inputs = []
        for c in COLUMNS:
            dtype = rng.choice(["BYTES", "BYTES", rng.choice(NUMBERS)])
            shape = rng.choice([[rows], [rows, 1]])
            values = [text(rng, c["name"]).encode() if dtype == "BYTES" else value(rng, dtype)
                      for _ in range(rows)]
            inputs.append(Input(c["name"], dtype, shape, values))
        rng.shuffle(inputs)
    elif model == "picture" and rng.random() < 0.7:
        inputs = [Input("input", "BYTES", rng.choice([[rows], [rows, 1]]),
                        [picture(rng) for _ in range(rows)])]
    else:
        size = {"same": [5], "deep": [2, 3], "picture": [3, 2], "pets": [3]}[model]
        shape = rng.choice([[rows] + size, [rows, int(np.prod(size))]])
        if rows == 1 and rng.random() < 0.3:
            shape = size
        dtype = rng.choice(NUMBERS)
        n = int(np.prod(shape))
        inputs = [Input("x" if model == "deep" else "input", dtype, shape,
                        [value(rng, dtype) for _ in range(n)])]
    if rng.random() < 0.15:
        spoil(rng, inputs)
    return model, inputs


def spoil(rng, inputs):
    i = rng.choice(inputs)
    how = rng.randrange(8)
    if how == 0:
        i.name = rng.choice(["", "nothing", "Input", "y" * 300])
    elif how == 1:
        i.shape = i.shape + [2]
    elif how == 2:
        i.shape = [s + 1 for s in i.shape]
    elif how == 3 and i.values:
        i.values.pop()
    elif how == 4:
        inputs.append(i)
    elif how == 5 and len(inputs) > 1:
        inputs.remove(i)
    elif how == 6:
        i.shape = []
    else:
        i.shape = [1] * 9


def outputs(rng, model):
    """[(name, classes)]"""
    if model != "pets" or rng.random() < 0.3:
        return rng.choice([[], [], [("output", 0)]])
    names = ["output", "label", "decision"]
    rng.shuffle(names)
    return [(n, rng.choice([0, 0, 1, 2, 9]) if n == "output" else 0)
            for n in names[:rng.randrange(1, 4)]]


def typed_ok(inputs):
    return all(TYPES[i.dtype][1] for i in inputs)


def grpc_message(model, inputs, asked, raw, id, explain):
    m = service_pb2.ModelInferRequest(model_name=model, id=id)
    if isinstance(explain, bool):
        m.parameters["explain"].bool_param = explain
    elif explain:
        m.parameters["explain"].string_param = explain
    for i in inputs:
        t = m.inputs.add(name=i.name, datatype=i.dtype, shape=i.shape)
        if raw:
            m.raw_input_contents.append(packed(i.dtype, i.values))
        elif i.values:
            getattr(t.contents, TYPES[i.dtype][1]).extend(i.values)
    for name, classes in asked:
        o = m.outputs.add(name=name)
        if classes:
            o.parameters["classification"].int64_param = classes
    return m


def halves(dtype, values):
    data = packed(dtype, values)
    return [struct.unpack("<H", data[k:k + 2])[0] for k in range(0, len(data), 2)]


def tf_message(tf, rng, model, inputs, asked):
    m = tf["Request"]()
    m.model_spec.name = model
    for i in inputs:
        t = m.inputs[i.name]
        _, _, t.dtype, key = TYPES[i.dtype]
        t.tensor_shape.SetInParent()
        for s in i.shape:
            t.tensor_shape.dim.add(size=s)
        if i.dtype != "BYTES" and rng.random() < 0.5:
            t.tensor_content = packed(i.dtype, i.values)
            continue
        values = halves(i.dtype, i.values) if key == "half_val" else list(i.values)
        while len(values) > 1 and values[-1] == values[-2] and i.dtype[0] in "IUB":
            values.pop()               # the last one stands for those behind it
        getattr(t, key).extend(values)
    m.output_filter.extend(name for name, _ in asked)
    return m


def v2_body(inputs, asked, id, explain):
    head = {"id": id, "parameters": {"binary_data_output": True}}
    if explain is not None:
        head["parameters"]["explain"] = explain
    if asked:
        head["outputs"] = [{"name": n, **({"parameters": {"classification": k}} if k else {})}
                           for n, k in asked]
    head["inputs"] = []                # behind what is read first of a message
    tail = b""
    for i in inputs:
        data = packed(i.dtype, i.values)
        t = {"datatype": i.dtype, "shape": i.shape,
             "parameters": {"binary_data_size": len(data)}}
        if i.name:
            t["name"] = i.name
        head["inputs"].append(t)
        tail += data
    data = json.dumps(head).encode()
    return data + tail, len(data)


# Answers: {name: (type, shape, bytes)}, or (code, sentence)

def ask_v2(connection, model, body, size):
    connection.request("POST", f"/v2/models/{model}/infer", body,
                       {"Inference-Header-Content-Length": str(size)})
    r = connection.getresponse()
    data = r.read()
    if r.status != 200:
        return r.status, json.loads(data)["error"]
    size = int(r.headers["Inference-Header-Content-Length"])
    head = json.loads(data[:size])
    data = data[size:]
    found = {}
    for o in head["outputs"]:
        n = o["parameters"]["binary_data_size"]
        found[o["name"]] = o["datatype"], o["shape"], data[:n]
        data = data[n:]
    assert data == b""
    return found, head.get("id")


def answer_infer(m, raw):
    found = {}
    assert bool(m.raw_output_contents) == raw, m
    for k, o in enumerate(m.outputs):
        if raw:
            assert not o.HasField("contents")
            data = m.raw_output_contents[k]
        else:
            data = packed(o.datatype, list(getattr(o.contents, TYPES[o.datatype][1])))
        found[o.name] = o.datatype, list(o.shape), data
    return found, m.id


def answer_tf(m):
    found = {}
    for name, t in m.outputs.items():
        dtype = {1: "FP32", 7: "BYTES", 9: "INT64", 2: "FP64"}[t.dtype]
        found[name] = (dtype, [d.size for d in t.tensor_shape.dim],
                       packed(dtype, list(getattr(t, TYPES[dtype][3]))))
    assert m.model_spec.signature_name == "serving_default"
    assert m.model_spec.version.value == 1
    return found


CODES = {400: grpc.StatusCode.INVALID_ARGUMENT, 413: grpc.StatusCode.RESOURCE_EXHAUSTED,
         501: grpc.StatusCode.UNIMPLEMENTED, 500: grpc.StatusCode.INTERNAL}


def same_sentence(a, b):
    """But for places, and where v2 says what stands behind its JSON"""
    if ("JSON" in a or "binary_data_size" in a or "for its shape" in b
            or "shape []" in a or "has no" in a):
        return True
    number = r"number \d+ is (not finite|out of range for FP32)"
    if re.fullmatch(number, a) and re.fullmatch(number, b):
        return True                    # of several, which is seen first
    return re.sub(r"^byte \d+: ", "", a) == re.sub(r"^byte \d+: ", "", b)


def call(method, data, response):
    try:
        return response.FromString(method(data, timeout=20))
    except grpc.RpcError as e:
        return e.code(), e.details()


def check(what, want, got, echo):
    """echo: an id, and inputs in the same order, so that the first one that is
    wrong is the same"""
    if isinstance(want[0], int):
        assert isinstance(got, tuple) and got[0] in CODES.values(), (what, want, got)
        assert not echo or got[0] == CODES[want[0]], (what, want, got)
        assert not echo or same_sentence(want[1], got[1]), (what, want, got)
        return 0
    assert not isinstance(got[0], grpc.StatusCode), (what, want, got)
    assert got[0] == want[0], (what, want, got)
    assert not echo or got[1] == want[1], (what, want, got)
    return 1


def run(http_at, grpc_at, n, seed, models):
    rng = random.Random(seed)
    tf = tensorflow()
    connection = http.client.HTTPConnection(http_at)
    channel = grpc.insecure_channel(grpc_at)
    infer = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
    predict = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
    good = bad = explained = 0
    for k in range(n):
        model, inputs = draw(rng, models)
        asked = outputs(rng, model)
        explain = rng.choice([None] * 6 + [True, False, "top=2", "top=0"])
        id = rng.choice(["7", "ä \"x\"", "a\nb"])
        want = ask_v2(connection, model, *v2_body(inputs, asked, id, explain))
        explained += "attributions" in want[0] if isinstance(want[0], dict) else 0
        for raw in (True, False):
            if not raw and not typed_ok(inputs):
                continue
            m = grpc_message(model, inputs, asked, raw, id, explain)
            for data in (m.SerializeToString(), rewrite(rng, "infer", m.SerializeToString())):
                back = service_pb2.ModelInferRequest.FromString(data)
                back.DiscardUnknownFields()
                assert str(back) == str(m), (back, m)
                got = call(infer, data, service_pb2.ModelInferResponse)
                if not isinstance(got, tuple):
                    got = answer_infer(got, raw)
                good += check((k, m), want, got, True)
        names = [i.name for i in inputs]
        if explain or "" in names or len(set(names)) < len(names) \
                or any(c for _, c in asked) \
                or any(len(i.values) != np.prod(i.shape) for i in inputs):
            bad += 1
            continue
        m = tf_message(tf, rng, model, inputs, asked)
        for data in (m.SerializeToString(), rewrite(rng, "tf", m.SerializeToString())):
            back = tf["Request"].FromString(data)
            back.DiscardUnknownFields()
            assert str(back) == str(m), (back, m)
            got = call(predict, data, tf["Response"])
            if not isinstance(got, tuple):
                got = answer_tf(got), None
            good += check((k, m), want, got, False)
    assert good > n and bad > n / 30, (good, bad)
    assert (explained > n / 30) == (len(models) > 1), explained
    print(f"ok {n} requests, {good} answers of messages as v2's")


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    run(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]),
        sys.argv[5:] or ["same", "deep", "table", "table", "picture", "pets"])
