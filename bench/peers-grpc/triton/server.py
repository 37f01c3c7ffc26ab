"""Triton's server, whose model is ONNX Runtime in Python, one thread.

Arguments: port, file of the model.
"""

import sys

import numpy as np
import onnxruntime
from pytriton.model_config import ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

port, path = int(sys.argv[1]), sys.argv[2]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(path, options,
                                       providers=['CPUExecutionProvider'])
x, y = session.get_inputs()[0], session.get_outputs()[0]


def infer(requests):
    return [{'y': session.run([y.name], {x.name: r['x']})[0]}
            for r in requests]


config = TritonConfig(grpc_address='127.0.0.1', grpc_port=port,
                      http_address='127.0.0.1', http_port=port + 1,
                      allow_metrics=False, log_verbose=0)
with Triton(config=config) as triton:
    triton.bind(
        model_name='a', infer_func=infer,
        inputs=[Tensor(name='x', dtype=np.float32, shape=(-1, x.shape[-1]))],
        outputs=[Tensor(name='y', dtype=np.float32, shape=(-1, y.shape[-1]))],
        config=ModelConfig(batching=False, max_batch_size=1))
    triton.serve()
