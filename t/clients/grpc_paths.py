"""Which paths of gRPC are served where locations are for some of them:
grpc_paths.py HOST:PORT"""

import sys

import grpc

from network import ok

channel = grpc.insecure_channel(sys.argv[1])


def code(path):
    method = channel.unary_unary(path, lambda x: x, lambda x: x)
    try:
        method(b"", timeout=20)
    except grpc.RpcError as e:
        return e.code().name
    return "OK"


for path in ("/inference.GRPCInferenceService/ServerLive",
             "/inference.GRPCInferenceService/RepositoryIndex",
             "/grpc.health.v1.Health/Check",
             "/ml/inference.GRPCInferenceService/ServerLive",
             "/ml/grpc.health.v1.Health/Check"):
    assert code(path) == "OK", (path, code(path))
path = "/tensorflow.serving.ModelService/GetModelStatus"
assert code(path) == "NOT_FOUND", code(path)
ok("those that locations are for")

for path in ("/grpc.health.v1.Health/List", "/ml/ServerLive",
             "/inference.GRPCInferenceService/v2",
             "/inference.GRPCInferenceService/inference.GRPCInferenceService/"
             "ServerLive"):
    assert code(path) == "UNIMPLEMENTED", (path, code(path))
ok("and no others")
