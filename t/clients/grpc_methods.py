"""Stubs of conf/grpc/ against ours, whose answers are to be those of JSON:
grpc_methods.py GRPC-HOST:PORT HTTP-HOST:PORT FOLDER-OF-STUBS"""

import json
import sys
from urllib.request import urlopen

import grpc
from google.protobuf.json_format import MessageToDict

from network import ok

url, http, stubs = sys.argv[1:]
sys.path.insert(0, stubs)

import health_pb2 as health
import health_pb2_grpc
import inference_pb2 as v2
import inference_pb2_grpc
import tensorflow_serving_pb2 as tf
import tensorflow_serving_pb2_grpc

channel = grpc.insecure_channel(url)
inference = inference_pb2_grpc.GRPCInferenceServiceStub(channel)
healths = health_pb2_grpc.HealthStub(channel)
serving = tensorflow_serving_pb2_grpc.PredictionServiceStub(channel)
models = tensorflow_serving_pb2_grpc.ModelServiceStub(channel)


def get(path):
    with urlopen("http://" + http + path, timeout=20) as answer:
        return json.load(answer)


def said(message):
    """As JSON has it, with what protobuf leaves out since it is the default;
    large numbers are texts."""
    return MessageToDict(
        message,
        always_print_fields_with_no_presence=True,
        preserving_proto_field_name=True,
    )


def within(part, whole, where=""):
    """All that gRPC says, JSON says as well; it may say more."""
    if isinstance(part, dict):
        for key, value in part.items():
            assert key in whole, (where, key, whole)
            within(value, whole[key], where + "." + key)
    elif isinstance(part, list):
        assert len(part) == len(whole), (where, part, whole)
        for i, value in enumerate(part):
            within(value, whole[i], "%s[%d]" % (where, i))
    else:
        assert str(part) == str(whole), (where, part, whole)


def refused(method, request, code, text):
    try:
        method(request, timeout=20)
    except grpc.RpcError as e:
        assert e.code() == code and text in e.details(), e
    else:
        raise AssertionError("no error: %s" % request)


def raw(path, message=b""):
    method = channel.unary_unary(path, lambda x: x, lambda x: x)
    return method(message, timeout=20)


def raw_refused(path, code, text, message=b""):
    try:
        raw(path, message)
    except grpc.RpcError as e:
        assert e.code() == code and text in e.details(), (path, e)
    else:
        raise AssertionError("no error: " + path)


code = grpc.StatusCode
base = "/inference.GRPCInferenceService/"

assert inference.ServerLive(v2.ServerLiveRequest(), timeout=20).live
assert inference.ServerReady(v2.ServerReadyRequest(), timeout=20).ready
for name, version, ready in (
    ("m", "", True), ("m", "12", True), ("m", "new", True),
    ("m", "2", False), ("m", "old", False), ("none", "", False),
    ("", "", False), ("m/../m", "", False), ("m", "12 ", False),
):
    request = v2.ModelReadyRequest(name=name, version=version)
    assert inference.ModelReady(request, timeout=20).ready == ready, request
ok("live and ready")

within(said(inference.ServerMetadata(v2.ServerMetadataRequest())), get("/v2"))
for name, version, path in (
    ("m", "", "m"), ("m", "1", "m/versions/1"), ("m", "new", "m/versions/12"),
    ("bank", "", "bank"), ("price", "", "price"),
):
    asked = {"name": name, "version": version}
    got = said(inference.ModelMetadata(v2.ModelMetadataRequest(**asked)))
    want = get("/v2/models/" + path)
    facts = {k: v if k in ("task", "sha256") else json.loads(v)
             for k, v in got.pop("properties").items()}
    assert set(facts) | set(got) == set(want), (facts, got, want)
    within({**got, **facts}, want)
    assert len(got["outputs"]) == len(get("/v2/models/" + path)["outputs"])
    got = said(inference.ModelConfig(v2.ModelConfigRequest(**asked)))
    config = get("/v2/models/" + path + "/config")
    within(got["config"], config)
    assert set(config) - set(got["config"]) == {
        "batch_input", "batch_output", "cc_model_filenames", "metric_tags",
        "default_model_filename", "model_transaction_policy",
        "model_warmup", "optimization", "response_cache", "runtime",
    }, got
ok("metadata and configuration are those of JSON")

got = inference.ModelConfig(v2.ModelConfigRequest(name="bank")).config
assert float(got.parameters["threshold"].string_value) == 0.25, got
weights = json.loads(get("/v2/models/weighted/config")["parameters"]
                     ["decision_weights"]["string_value"])
got = inference.ModelConfig(v2.ModelConfigRequest(name="weighted")).config
assert json.loads(got.parameters["decision_weights"].string_value) == weights
assert weights == [1, 2], weights
ok("parameters of the configuration")

for name, version, path in (
    ("", "", ""), ("m", "", "m/"), ("m", "1", "m/versions/1/"),
    ("m", "new", "m/versions/12/"),
):
    asked = v2.ModelStatisticsRequest(name=name, version=version)
    got = said(inference.ModelStatistics(asked))
    want = get("/v2/models/" + path + "stats")
    within(got, want)
    assert len(got["model_stats"]) == (5, 2, 1, 1)[
        ["", "m/", "m/versions/1/", "m/versions/12/"].index(path)], got
stats = inference.ModelStatistics(v2.ModelStatisticsRequest(name="price"))
stats = stats.model_stats[0]
assert stats.inference_count == 7 and stats.execution_count == 2, stats
assert [b.batch_size for b in stats.batch_stats] == [1, 4], stats
assert stats.inference_stats.success.count == 2, stats
assert stats.inference_stats.success.ns > 0, stats
ok("statistics are those of JSON")

for ready in (False, True):
    got = inference.RepositoryIndex(v2.RepositoryIndexRequest(ready=ready))
    index = json.load(urlopen(
        "http://" + http + "/v2/repository/index", b"", timeout=20))
    assert said(got)["models"] == index and len(index) == 5, got
for method in ("RepositoryModelLoad", "RepositoryModelUnload"):
    raw_refused(base + method, code.UNIMPLEMENTED, "configuration")
ok("the repository")

for name, path in (("", ""), ("m", "/models/m")):
    got = inference.TraceSetting(v2.TraceSettingRequest(model_name=name))
    want = get("/v2" + path + "/trace/setting")
    assert {k: list(v.value) for k, v in got.settings.items()} == {
        k: v if isinstance(v, list) else [v] for k, v in want.items()
    }, got
got = inference.LogSettings(v2.LogSettingsRequest())
assert {k: getattr(v, v.WhichOneof("parameter_choice"))
        for k, v in got.settings.items()} == get("/v2/logging"), got
request = v2.TraceSettingRequest()
request.settings["trace_rate"].value.append("1")
refused(inference.TraceSetting, request, code.UNIMPLEMENTED, "configuration")
refused(inference.TraceSetting, v2.TraceSettingRequest(model_name="none"),
        code.NOT_FOUND, "no such model")
request = v2.LogSettingsRequest()
request.settings["log_info"].bool_param = False
refused(inference.LogSettings, request, code.UNIMPLEMENTED, "configuration")
ok("settings are those of JSON, and only read")

for request in (v2.ModelMetadataRequest, v2.ModelConfigRequest,
                v2.ModelStatisticsRequest):
    method = getattr(inference, request.__name__.replace("Request", ""))
    for asked in ({"name": "none"}, {"name": "m", "version": "2"}):
        refused(method, request(**asked), code.NOT_FOUND,
                "there is no such model or version")
refused(inference.ModelMetadata, v2.ModelMetadataRequest(), code.NOT_FOUND, "")
ok("models that are not there")

for name in ("", "inference.GRPCInferenceService", "grpc.health.v1.Health",
             "tensorflow.serving.PredictionService",
             "tensorflow.serving.ModelService", "m", "bank"):
    got = healths.Check(health.HealthCheckRequest(service=name), timeout=20)
    assert got.status == health.HealthCheckResponse.SERVING, name
for name in ("none", "inference", "inference.GRPCInferenceService/"):
    refused(healths.Check, health.HealthCheckRequest(service=name),
            code.NOT_FOUND, "no such service")
got = healths.List(health.HealthListRequest(), timeout=20).statuses
assert len(got) == 5 and got[""].status == 1, got
raw_refused("/grpc.health.v1.Health/Watch", code.UNIMPLEMENTED, "Check")
ok("health")


def spec(name, **more):
    version = more.pop("version", None)
    made = tf.ModelSpec(name=name, **more)
    if version is not None:
        made.version.value = version
    return made


asked = {"metadata_field": ["signature_def"]}
for name, version in (("m", None), ("m", 12), ("m", 1), ("bank", None)):
    got = serving.GetModelMetadata(tf.GetModelMetadataRequest(
        model_spec=spec(name, version=version), **asked), timeout=20)
    path = "/v1/models/" + name + (
        "/versions/%d" % version if version else "") + "/metadata"
    want = get(path)
    assert str(got.model_spec.version.value) == want["model_spec"]["version"]
    signatures = tf.SignatureDefMap()
    assert got.metadata["signature_def"].Unpack(signatures), got
    want = want["metadata"]["signature_def"]["signature_def"]
    within(said(signatures)["signature_def"], want)
    assert set(signatures.signature_def["serving_default"].inputs) == set(
        want["serving_default"]["inputs"]), got
got = serving.GetModelMetadata(tf.GetModelMetadataRequest(
    model_spec=spec("m", version_label="new"), **asked), timeout=20)
assert got.model_spec.version.value == 12, got
for fields in ([], ["other"], ["signature_def", "other"]):
    refused(serving.GetModelMetadata, tf.GetModelMetadataRequest(
        model_spec=spec("m"), metadata_field=fields), code.INVALID_ARGUMENT,
        "signature_def")
for more in ({"name": "none"}, {"name": "m", "version": 2},
             {"name": "m", "version_label": "old"}):
    refused(serving.GetModelMetadata, tf.GetModelMetadataRequest(
        model_spec=spec(**more), **asked), code.NOT_FOUND, "no such model")
ok("TensorFlow Serving's metadata is that of JSON")

for more, versions in (({"name": "m"}, [1, 12]),
                       ({"name": "m", "version": 12}, [12]),
                       ({"name": "m", "version_label": "new"}, [12])):
    got = models.GetModelStatus(tf.GetModelStatusRequest(
        model_spec=spec(**more)), timeout=20).model_version_status
    assert [(x.version, x.state) for x in got] == [
        (x, tf.ModelVersionStatus.AVAILABLE) for x in versions], got
    assert all(x.status.error_code == 0 for x in got), got
refused(models.GetModelStatus, tf.GetModelStatusRequest(
    model_spec=spec("none")), code.NOT_FOUND, "no such model")
base = "/tensorflow.serving."
for method in ("Classify", "Regress", "MultiInference"):
    raw_refused(base + "PredictionService/" + method, code.UNIMPLEMENTED,
                "Predict")
raw_refused(base + "ModelService/HandleReloadConfigRequest",
            code.UNIMPLEMENTED, "configuration")
ok("TensorFlow Serving's status")

base = "/inference.GRPCInferenceService/"
for path in (base, base + "serverlive", base + "ServerLive/",
             base + "ServerLiv", base + "ServerLivee",
             "/inference.GRPCInferenceService", "/grpc.health.v1.Health/Chec",
             "/a/inference.GRPCInferenceService/ServerLive", "/", "/v2",
             "/inference.GRPCInferenceServic/ServerLive",
             "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"):
    raw_refused(path, code.UNIMPLEMENTED, "no such method")
ok("services and methods that are not there")

for message in (b"\x0a", b"\x0a\x05m", b"\x0f", b"\xff" * 11, b"\x00\x00",
                b"\x0b\x0c", b"\x80"):
    for method in ("ServerLive", "ModelReady", "ModelMetadata", "ModelConfig",
                   "ModelStatistics", "RepositoryIndex", "TraceSetting",
                   "LogSettings", "SystemSharedMemoryStatus"):
        raw_refused(base + method, code.INVALID_ARGUMENT, "", message)
    raw_refused("/grpc.health.v1.Health/Check", code.INVALID_ARGUMENT, "",
                message)
    raw_refused("/tensorflow.serving.ModelService/GetModelStatus",
                code.INVALID_ARGUMENT, "", message)
more = b"\xfa\x3f\x02hi" + b"\xf8\x3f\x01"          # fields nobody knows
assert raw(base + "ServerLive", more) == b"\x08\x01"
assert raw(base + "ModelReady", b"\x0a\x01m" + more) == b"\x08\x01"
assert raw(base + "ModelReady", b"\x0a\x01x\x0a\x01m") == b"\x08\x01"
assert raw(base + "ModelReady", b"\x0a\x01x") == b""
raw_refused(base + "ServerLive", code.RESOURCE_EXHAUSTED, "",
            b"\xfa\x3f\x80\x80\x08" + b"x" * 131072)
ok("messages that are malformed, or know more than we do")
