"""KServe's InferenceRESTClient, v2 and v1: kserve_rest.py HOST:PORT FILE"""

import asyncio
import sys

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

from network import X, expected, ok


async def v2(url, want):
    client = InferenceRESTClient(RESTConfig(protocol="v2"))

    assert await client.is_server_live(url) is True
    assert await client.is_server_ready(url) is True
    assert await client.is_model_ready(url, "m") is True
    assert await client.is_model_ready(url, "none") is False
    ok("v2 health")

    answers = []
    for binary in (False, True):
        tensor = InferInput("input", [3, 2], "FP32")
        tensor.set_data_from_numpy(X, binary_data=binary)
        request = InferRequest("m", [tensor], request_id="k1")
        answer = await client.infer(url, request, model_name="m")
        assert answer.id == "k1" and answer.model_name == "m", answer
        answers.append(answer.outputs[0].as_numpy())
    assert np.allclose(answers[0], want, atol=1e-6)
    assert np.array_equal(answers[0], answers[1].astype(answers[0].dtype))
    ok("v2 inference, JSON and binary")

    tensor = InferInput("input", [1, 2], "FP16")
    tensor.set_data_from_numpy(X[:1].astype(np.float16), binary_data=True)
    answer = await client.infer(
        url, InferRequest("m", [tensor]), model_name="m"
    )
    assert np.allclose(answer.outputs[0].as_numpy(), want[:1], atol=1e-3)
    ok("v2 half precision")

    try:
        await client.infer(url, {"inputs": []}, model_name="m")
    except httpx.HTTPStatusError as e:
        assert e.response.status_code == 400 and "input" in str(e), e
    else:
        raise AssertionError("no error")
    ok("v2 errors have a text")

    await client.close()


async def v1(url, want):
    client = InferenceRESTClient(RESTConfig(protocol="v1"))

    assert await client.is_server_live(url) is True
    assert await client.is_model_ready(url, "m") is True
    ok("v1 health")

    for key in ("instances", "inputs"):
        answer = await client.infer(url, {key: X.tolist()}, model_name="m")
        got = answer["predictions" if key == "instances" else "outputs"]
        assert np.allclose(got, want, atol=1e-6), answer
    ok("v1 predictions")

    await client.close()


url = "http://" + sys.argv[1]
asyncio.run(v2(url, expected(sys.argv[2], X)))
asyncio.run(v1(url, expected(sys.argv[2], X)))
