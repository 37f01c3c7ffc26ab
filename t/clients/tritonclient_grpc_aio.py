"""tritonclient.grpc.aio, by TLS where a certificate is given:
tritonclient_grpc_aio.py HOST:PORT MODELFILE [CERTIFICATE]"""

import asyncio
import sys

import numpy as np
import tritonclient.grpc.aio as grpc
from tritonclient.utils import InferenceServerException

from network import X, expected, ok


async def main(url, path, certificate=None):
    want = expected(path, X)

    async with grpc.InferenceServerClient(
        url, ssl=certificate is not None, root_certificates=certificate
    ) as client:
        assert await client.is_server_live()
        assert await client.is_server_ready()
        assert await client.is_model_ready("m")
        ok("health")

        assert (await client.get_server_metadata()).name == "ngx_maas"
        meta = await client.get_model_metadata("m")
        assert meta.inputs[0].name == "input", meta
        config = await client.get_model_config("m")
        assert config.config.name == "m", config
        ok("metadata")

        assert len((await client.get_model_repository_index()).models) == 2
        assert (await client.get_log_settings()).settings["log_error"]
        ok("repository and settings")

        tensor = grpc.InferInput("input", [3, 2], "FP32")
        tensor.set_data_from_numpy(X)
        results = await asyncio.gather(
            *(client.infer("m", [tensor]) for _ in range(50))
        )
        first = results[0].as_numpy("output")
        assert np.allclose(first, want, atol=1e-6)
        assert all(np.array_equal(r.as_numpy("output"), first)
                   for r in results)
        ok("50 inferences at once, the same bits")

        for coding in ("gzip", "deflate"):
            result = await client.infer(
                "m", [tensor], compression_algorithm=coding
            )
            assert np.array_equal(result.as_numpy("output"), first)
        ok("compressed requests")

        tensor = grpc.InferInput("input", [3, 1], "FP32")
        tensor.set_data_from_numpy(np.ascontiguousarray(X[:, :1]))
        try:
            await client.infer("m", [tensor])
        except InferenceServerException as e:
            assert "INVALID_ARGUMENT" in e.status() and e.message(), e
        else:
            raise AssertionError("no error")
        ok("errors have a text")

        stats = (await client.get_inference_statistics("m")).model_stats
        assert stats[0].inference_count > 150, stats
        ok("statistics")


asyncio.run(main(*sys.argv[1:]))
