"""tritonclient.grpc against ours: tritonclient_grpc.py HOST:PORT MODELFILE"""

import queue
import sys

import numpy as np
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException

from network import LABELS, X, expected, ok, refused

client = grpc.InferenceServerClient(sys.argv[1])
want = expected(sys.argv[2], X)


def tensor(x, kind="FP32", name="input"):
    made = grpc.InferInput(name, list(x.shape), kind)
    return made.set_data_from_numpy(x)


def infer(x, outputs=None, **more):
    return client.infer("m", [tensor(x)], outputs=outputs, **more)


assert client.is_server_live() and client.is_server_ready()
assert client.is_model_ready("m") and client.is_model_ready("m", "3")
assert client.is_model_ready("m", "new")
assert not client.is_model_ready("m", "4")
assert not client.is_model_ready("none")
ok("health")

meta = client.get_server_metadata()
assert meta.name == "ngx_maas" and "statistics" in meta.extensions, meta
ok("server metadata")

meta = client.get_model_metadata("m", as_json=True)
assert meta["inputs"] == [
    {"name": "input", "datatype": "FP32", "shape": ["-1", "2"]}
], meta
assert meta["outputs"][0]["shape"] == ["-1", "3"], meta
assert meta["versions"] == ["3"], meta
ok("model metadata")

config = client.get_model_config("m").config
assert config.max_batch_size == 256 and config.backend == "maas", config
assert config.input[0].dims == [2] and config.input[0].data_type == 11
assert config.version_policy.specific.versions == [3], config
assert config.HasField("dynamic_batching"), config
ok("model configuration")

result = infer(X, request_id="a7")
y = result.as_numpy("output")
assert y.shape == (3, 3) and np.allclose(y, want, atol=1e-6)
answer = result.get_response()
assert answer.id == "a7" and answer.model_version == "3", answer
assert answer.model_name == "m", answer
ok("inference")

for coding in ("gzip", "deflate"):
    got = infer(X, compression_algorithm=coding).as_numpy("output")
    assert np.array_equal(got, y), coding
ok("compressed requests")

top = [grpc.InferRequestedOutput("output", class_count=2)]
classes = infer(X, top).as_numpy("output")
best = classes[0][0].decode().split(":")
assert classes.shape == (3, 2), classes
assert int(best[1]) == y[0].argmax() and best[2] == LABELS[int(best[1])]
ok("classification")

said = infer(X, [grpc.InferRequestedOutput(name)
                 for name in ("label", "output", "decision")])
decision = said.as_numpy("decision")
assert np.array_equal(said.as_numpy("output"), y)
assert decision.dtype == np.int64 and decision.shape == (3, 1), decision
assert np.array_equal(decision[:, 0], y.argmax(axis=1)), decision
assert [x.decode() for x in said.as_numpy("label")[:, 0]] == [
    LABELS[i] for i in decision[:, 0]
]
ok("label and decision")

got = infer(
    X,
    sequence_id=7,
    sequence_start=True,
    priority=1,
    timeout=10,
    parameters={"mine": "x", "n": 3, "b": True},
)
assert np.array_equal(got.as_numpy("output"), y)
ok("parameters that mean nothing here")

half = client.infer("m", [tensor(X.astype(np.float16), "FP16")])
assert np.allclose(half.as_numpy("output"), y, atol=1e-3)
twice = client.infer("m", [tensor(X.astype(np.float64), "FP64")])
assert np.array_equal(twice.as_numpy("output"), y)
ok("other types of numbers")

rows = [
    tensor(np.array([["round", "square"][i % 2]] * 3, dtype=object)
           .reshape(3, 1), "BYTES", "form")
    for i in range(2)
]
size = tensor(np.array([[1.5], [2], [0]], dtype=np.float32), name="size")
named = client.infer("named", [rows[0], size]).as_numpy("output")
assert named.shape == (3, 3), named
assert not np.array_equal(
    client.infer("named", [rows[1], size]).as_numpy("output"), named
)
ok("strings, columns by name")

done = queue.Queue()
for _ in range(20):
    client.async_infer(
        "m", [tensor(X)], lambda result, error: done.put((result, error))
    )
for _ in range(20):
    result, error = done.get(timeout=20)
    assert error is None and np.array_equal(result.as_numpy("output"), y)
ok("asynchronous")

refused(lambda: infer(np.ascontiguousarray(X[:, :1])), "INVALID_ARGUMENT")
refused(lambda: infer(np.full((1, 2), np.nan, dtype=np.float32)),
        "INVALID_ARGUMENT")
refused(lambda: infer(np.zeros((257, 2), dtype=np.float32)),
        "RESOURCE_EXHAUSTED")
refused(lambda: client.infer("none", [tensor(X)]), "NOT_FOUND", "no such model")
refused(lambda: client.infer("m", [tensor(X)], model_version="4"), "NOT_FOUND")
refused(lambda: client.get_model_metadata("none"), "NOT_FOUND")
refused(lambda: client.get_model_config("m", "4"), "NOT_FOUND")
refused(lambda: client.get_inference_statistics("none"), "NOT_FOUND")
ok("errors have a code and a text")

got = infer(X, client_timeout=20).as_numpy("output")
assert np.array_equal(got, y)
ok("a deadline that is kept")

stats = client.get_inference_statistics("m").model_stats
assert len(stats) == 1 and stats[0].version == "3", stats
assert stats[0].inference_count > 30 * 3 // 2, stats
assert stats[0].inference_stats.fail.count == 3, stats
assert stats[0].inference_stats.success.ns > 0, stats
assert len(client.get_inference_statistics().model_stats) == 2
ok("statistics")

index = client.get_model_repository_index(as_json=True)
assert index == {"models": [
    {"name": "m", "version": "3", "state": "READY"},
    {"name": "named", "version": "1", "state": "READY"},
]}, index
refused(lambda: client.load_model("m"), "UNIMPLEMENTED", "configuration")
refused(lambda: client.unload_model("m"), "UNIMPLEMENTED", "configuration")
ok("repository")

trace = client.get_trace_settings("m").settings
assert trace["trace_level"].value == ["OFF"], trace
refused(lambda: client.update_trace_settings(settings={"trace_rate": "1"}),
        "UNIMPLEMENTED", "configuration")
refused(lambda: client.get_trace_settings("none"), "NOT_FOUND")
assert client.get_log_settings().settings["log_error"].bool_param
refused(lambda: client.update_log_settings({"log_info": False}),
        "UNIMPLEMENTED", "configuration")
ok("settings")

client.unregister_system_shared_memory()
client.unregister_cuda_shared_memory()
assert len(client.get_system_shared_memory_status().regions) == 0
assert len(client.get_cuda_shared_memory_status().regions) == 0
refused(lambda: client.register_system_shared_memory("a", "/a", 8),
        "UNIMPLEMENTED", "shared memory")
ok("shared memory")

said = queue.Queue()
client.start_stream(lambda result, error: said.put((result, error)))
try:
    client.async_stream_infer("m", [tensor(X)])
except InferenceServerException:
    pass                                       # it has ended already
result, error = said.get(timeout=20)
client.stop_stream()
assert result is None and "ModelInfer" in error.message(), error
assert "UNIMPLEMENTED" in error.status(), error
ok("no streams")
