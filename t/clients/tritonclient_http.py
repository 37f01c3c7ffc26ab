"""tritonclient.http against ours: tritonclient_http.py HOST:PORT MODELFILE"""

import sys

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

from network import LABELS, X, expected, ok

client = http.InferenceServerClient(sys.argv[1])
want = expected(sys.argv[2], X)


def infer(x, binary_in, outputs=None, **more):
    """One inference; numbers of the answer."""
    tensor = http.InferInput("input", list(x.shape), "FP32")
    tensor.set_data_from_numpy(x, binary_data=binary_in)
    return client.infer("m", [tensor], outputs=outputs, **more)


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

config = client.get_model_config("m")
assert config["max_batch_size"] == 256, config
assert config["input"][0]["dims"] == [2], config
ok("model configuration")

json_out = [http.InferRequestedOutput("output", binary_data=False)]
binary_out = [http.InferRequestedOutput("output", binary_data=True)]

y = infer(X, False, json_out, request_id="a7").as_numpy("output")
assert y.shape == (3, 3) and np.allclose(y, want, atol=1e-6)
ok("JSON inference")

result = infer(X, False, json_out, request_id="a7").get_response()
assert result["id"] == "a7" and result["model_version"] == "3", result
ok("id and version")

assert np.array_equal(infer(X, True).as_numpy("output"), y)
assert np.array_equal(infer(X, True, binary_out).as_numpy("output"), y)
assert np.array_equal(infer(X, True, json_out).as_numpy("output"), y)
assert np.array_equal(infer(X, False, binary_out).as_numpy("output"), y)
ok("binary tensors in and out, the same bits")

for coding in ("gzip", "deflate"):
    for binary_in in (True, False):
        result = infer(
            X,
            binary_in,
            request_compression_algorithm=coding,
            response_compression_algorithm=coding,
        )
        assert np.array_equal(result.as_numpy("output"), y), coding
ok("compressed both ways")

top = [http.InferRequestedOutput("output", class_count=2)]
classes = infer(X, True, top).as_numpy("output")
best = classes[0][0].decode().split(":")
assert classes.shape == (3, 2), classes
assert int(best[1]) == y[0].argmax(), best
assert best[2] == LABELS[int(best[1])]
ok("classification")

for binary in (True, False):
    said = infer(X, True, [
        http.InferRequestedOutput(name, binary_data=binary)
        for name in ("label", "output", "decision")
    ])
    decision = said.as_numpy("decision")
    label = said.as_numpy("label")
    assert np.array_equal(said.as_numpy("output"), y)
    assert decision.dtype == np.int64 and label.shape == (3, 1), label
    assert np.array_equal(decision[:, 0], y.argmax(axis=1)), decision
    text = [x if isinstance(x, str) else x.decode() for x in label[:, 0]]
    assert text == [LABELS[i] for i in decision[:, 0]], text
ok("label and decision")

result = infer(
    X,
    True,
    sequence_id=7,
    sequence_start=True,
    priority=1,
    timeout=10,
    parameters={"mine": "x"},
)
assert np.array_equal(result.as_numpy("output"), y)
ok("parameters that mean nothing here")

job = client.async_infer("m", [http.InferInput("input", [3, 2], "FP32")
                               .set_data_from_numpy(X)])
assert np.array_equal(job.get_result().as_numpy("output"), y)
ok("asynchronous")

for wrong in (X[:, :1], np.full((1, 2), np.nan, dtype=np.float32)):
    try:
        infer(np.ascontiguousarray(wrong), True)
    except InferenceServerException as e:
        assert e.status() == "400" and e.message(), e
    else:
        raise AssertionError("no error for %r" % wrong)
ok("errors have a text")

stats = client.get_inference_statistics("m")["model_stats"][0]
assert stats["version"] == "3" and stats["inference_count"] > 30, stats
assert stats["inference_stats"]["fail"]["count"] == 2, stats
assert len(client.get_inference_statistics()["model_stats"]) == 1
ok("statistics")

assert client.get_model_repository_index() == [
    {"name": "m", "version": "3", "state": "READY", "reason": ""}
]
for control in (client.load_model, client.unload_model):
    try:
        control("m")
    except InferenceServerException as e:
        assert e.status() == "501" and "configuration" in e.message(), e
    else:
        raise AssertionError("models come from the configuration")
ok("repository")

assert client.get_trace_settings()["trace_level"] == ["OFF"]
assert client.get_trace_settings("m")["trace_level"] == ["OFF"]
assert client.get_log_settings()["log_error"]
ok("settings")
