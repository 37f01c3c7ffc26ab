"""KServe's InferenceGRPCClient, by TLS where a certificate is given:
kserve_grpc.py HOST:PORT MODELFILE [CERTIFICATE]"""

import asyncio
import sys

import grpc
import numpy as np
from kserve import InferInput, InferRequest
from kserve.inference_client import InferenceGRPCClient

from network import X, expected, ok


async def main(url, path, certificate=None):
    want = expected(path, X)

    async with InferenceGRPCClient(
        url, use_ssl=certificate is not None, root_certificates=certificate
    ) as client:
        assert await client.is_server_live() is True
        assert await client.is_server_ready() is True
        assert await client.is_model_ready("m") is True
        assert await client.is_model_ready("none") is False
        ok("health")

        answers = []
        for binary in (False, True):
            tensor = InferInput("input", [3, 2], "FP32")
            tensor.set_data_from_numpy(X, binary_data=binary)
            request = InferRequest("m", [tensor], request_id="k1")
            answer = await client.infer(request)
            assert answer.id == "k1" and answer.model_name == "m", answer
            answers.append(answer.outputs[0].as_numpy())
        assert np.allclose(answers[0], want, atol=1e-6)
        assert np.array_equal(answers[0], answers[1])
        ok("inference, typed and raw contents")

        tensor = InferInput("input", [1, 2], "FP16")
        tensor.set_data_from_numpy(X[:1].astype(np.float16), binary_data=True)
        answer = await client.infer(InferRequest("m", [tensor]))
        assert np.allclose(answer.outputs[0].as_numpy(), want[:1], atol=1e-3)
        ok("half precision")

        for request, code in (
            (InferRequest("none", [tensor]), grpc.StatusCode.NOT_FOUND),
            (InferRequest("m", []), grpc.StatusCode.INVALID_ARGUMENT),
        ):
            try:
                await client.infer(request)
            except grpc.RpcError as e:
                assert e.code() == code and e.details(), e
            else:
                raise AssertionError("no error")
        ok("errors have a code and a text")


asyncio.run(main(*sys.argv[1:]))
