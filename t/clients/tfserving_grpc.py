"""TensorFlow Serving's Predict, whose answers are to be those of its REST:
tfserving_grpc.py GRPC-HOST:PORT HTTP-HOST:PORT FOLDER-OF-STUBS"""

import json
import sys
from urllib.request import Request, urlopen

import grpc
import numpy as np

from network import ok

url, http, stubs = sys.argv[1:]
sys.path.insert(0, stubs)

import tensorflow_pb2 as tensors
import tensorflow_serving_pb2 as tf
import tensorflow_serving_pb2_grpc

service = tensorflow_serving_pb2_grpc.PredictionServiceStub(
    grpc.insecure_channel(url))


def rest(model, body, where=""):
    request = Request("http://%s/v1/models/%s%s:predict" % (http, model, where),
                      json.dumps(body).encode(),
                      {"Content-Type": "application/json"})
    with urlopen(request, timeout=20) as answer:
        return np.array(json.load(answer)["outputs"], dtype=np.float32)


def tensor(dtype, shape, content=None, **values):
    made = tensors.TensorProto(dtype=dtype, **values)
    for size in shape:
        made.tensor_shape.dim.add().size = size
    if content is not None:
        made.tensor_content = content
    return made


def predict(model, inputs, outputs=(), **spec):
    request = tf.PredictRequest(output_filter=outputs)
    request.model_spec.name = model
    version = spec.pop("version", None)
    if version is not None:
        request.model_spec.version.value = version
    for key, value in spec.items():
        setattr(request.model_spec, key, value)
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(value)
    return service.Predict(request, timeout=20)


def numbers(answer, name="output"):
    got = answer.outputs[name]
    shape = [d.size for d in got.tensor_shape.dim]
    if got.tensor_content:
        assert got.dtype == tensors.DT_FLOAT, got
        return np.frombuffer(got.tensor_content, np.float32).reshape(shape)
    return np.array(got.float_val, dtype=np.float32).reshape(shape)


def refused(code, text, *args, **more):
    try:
        predict(*args, **more)
    except grpc.RpcError as e:
        assert e.code() == code and text in e.details(), e
    else:
        raise AssertionError("no error: %s %s" % (args, more))


code = grpc.StatusCode
x = np.array([[[1, 2], [3, -4]], [[0.1, 0], [1e-3, 7]]], dtype=np.float32)
want = rest("m", {"inputs": x.tolist()})
bits = tensor(tensors.DT_FLOAT, x.shape, x.tobytes())
listed = tensor(tensors.DT_FLOAT, x.shape, float_val=x.ravel())
for one in (bits, listed):
    for spec in ({}, {"version": 12}, {"version_label": "new"},
                 {"signature_name": "serving_default"}):
        got = predict("m", {"x": one}, **spec)
        assert np.array_equal(numbers(got), want), (got, want)
        assert got.model_spec.name == "m", got
        assert got.model_spec.version.value == 12, got
got = predict("m", {"x": bits}, version=1)
assert got.model_spec.version.value == 1, got
ok("rows of a tensor, the bits of REST")

twice = x.astype(np.float64)
got = predict("m", {"x": tensor(tensors.DT_DOUBLE, x.shape, twice.tobytes())})
assert np.array_equal(numbers(got), want), got
whole = np.array([[[1, 2], [3, -4]]])
want = rest("m", {"inputs": whole.tolist()})
for dtype, kind in ((tensors.DT_INT32, np.int32), (tensors.DT_INT64, np.int64),
                    (tensors.DT_INT8, np.int8), (tensors.DT_HALF, np.float16)):
    got = predict("m", {"x": tensor(dtype, whole.shape,
                                    whole.astype(kind).tobytes())})
    assert np.array_equal(numbers(got), want), (dtype, got, want)
ok("other types of numbers")

columns = {
    "amount": tensor(tensors.DT_FLOAT, [3], float_val=[1, 250, -3]),
    "new": tensor(tensors.DT_BOOL, [3], bool_val=[True, False, True]),
    "age": tensor(tensors.DT_FLOAT, [3, 1], float_val=[5, 60.5, 0]),
}
want = rest("bank", {"inputs": {
    "amount": [1, 250, -3], "new": [True, False, True], "age": [5, 60.5, 0],
}})
got = numbers(predict("bank", columns))
assert np.array_equal(got.ravel(), want.ravel()), (got, want)
ok("columns by name")

got = predict("m", {"x": bits}, ["output"])
assert list(got.outputs) == ["output"], got
refused(code.INVALID_ARGUMENT, "other", "m", {"x": bits}, ["other"])
ok("outputs that are asked for")

refused(code.NOT_FOUND, "no such model", "none", {"x": bits})
refused(code.NOT_FOUND, "no such model", "m", {"x": bits}, version=2)
refused(code.NOT_FOUND, "no such model", "m", {"x": bits}, version_label="old")
refused(code.INVALID_ARGUMENT, "", "m", {"y": bits})
refused(code.INVALID_ARGUMENT, "", "m", {})
refused(code.INVALID_ARGUMENT, "", "m", {"x": tensor(tensors.DT_FLOAT, [2, 3],
                                                     float_val=[1] * 6)})
refused(code.INVALID_ARGUMENT, "", "m", {
    "x": tensor(tensors.DT_STRING, [1, 2, 2], string_val=[b"a"] * 4)})
big = np.zeros((257, 2, 2), dtype=np.float32)
refused(code.RESOURCE_EXHAUSTED, "", "m",
        {"x": tensor(tensors.DT_FLOAT, big.shape, big.tobytes())})
ok("errors have a code and a text")
