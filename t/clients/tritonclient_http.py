"""tritonclient.http against ours: tritonclient_http.py HOST:PORT MODELFILE"""

import sys

import numpy as np
import tritonclient.http as http
from safetensors.numpy import load_file
from tritonclient.utils import InferenceServerException

client = http.InferenceServerClient(sys.argv[1])
w = load_file(sys.argv[2])


def expected(x):
    """The network in numpy."""
    h = np.tanh((x - 0.5) * 2 @ w["layers.0.weight"] + w["layers.0.bias"])
    z = np.exp(h @ w["layers.1.weight"] + w["layers.1.bias"])
    return z / z.sum(axis=1, keepdims=True)


def infer(x, binary_in, outputs=None, **more):
    """One inference; numbers of the answer."""
    tensor = http.InferInput("input", list(x.shape), "FP32")
    tensor.set_data_from_numpy(x, binary_data=binary_in)
    return client.infer("m", [tensor], outputs=outputs, **more)


def ok(name):
    print("ok", name)


assert client.is_server_live()
assert client.is_server_ready()
assert client.is_model_ready("m") and client.is_model_ready("m", "3")
assert not client.is_model_ready("m", "4")
ok("health")

meta = client.get_server_metadata()
assert meta["name"] == "ngx_maas" and isinstance(meta["extensions"], list)
ok("server metadata")

meta = client.get_model_metadata("m")
assert meta["inputs"] == [
    {"name": "input", "datatype": "FP32", "shape": [-1, 2]}
], meta
assert meta["outputs"][0]["shape"] == [-1, 3] and meta["versions"] == ["3"]
ok("model metadata")

x = np.array([[1, 2], [0.25, -3], [0, 0]], dtype=np.float32)
json_out = [http.InferRequestedOutput("output", binary_data=False)]
binary_out = [http.InferRequestedOutput("output", binary_data=True)]

y = infer(x, False, json_out, request_id="a7").as_numpy("output")
assert y.shape == (3, 3) and np.allclose(y, expected(x), atol=1e-6)
ok("JSON inference")

result = infer(x, False, json_out, request_id="a7").get_response()
assert result["id"] == "a7" and result["model_version"] == "3", result
ok("id and version")

assert np.array_equal(infer(x, True).as_numpy("output"), y)
assert np.array_equal(infer(x, True, binary_out).as_numpy("output"), y)
assert np.array_equal(infer(x, True, json_out).as_numpy("output"), y)
assert np.array_equal(infer(x, False, binary_out).as_numpy("output"), y)
ok("binary tensors in and out, the same bits")

top = [http.InferRequestedOutput("output", class_count=2)]
classes = infer(x, True, top).as_numpy("output")
best = classes[0][0].decode().split(":")
assert classes.shape == (3, 2), classes
assert int(best[1]) == y[0].argmax(), best
assert best[2] == ["circle", "square", "other"][int(best[1])]
ok("classification")

for wrong in (x[:, :1], np.full((1, 2), np.nan, dtype=np.float32)):
    try:
        infer(np.ascontiguousarray(wrong), True)
    except InferenceServerException as e:
        assert e.status() == "400" and e.message(), e
    else:
        raise AssertionError("no error for %r" % wrong)
ok("errors have a text")
