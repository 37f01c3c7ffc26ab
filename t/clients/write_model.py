"""Writes a small model with Python's safetensors alone: write_model.py FILE"""

import json
import sys

import numpy as np
from safetensors.numpy import save_file

rng = np.random.default_rng(1)

doc = {
    "version": 1,
    "name": "shapes",
    "task": "classification",
    "inputs": {"kind": "tensor", "shape": [2], "shift": 0.5, "factor": 2},
    "layers": [
        {"kind": "dense", "units": 4, "activation": "tanh"},
        {"kind": "dense", "units": 3, "activation": "softmax"},
    ],
    "outputs": {"labels": ["circle", "square", "other"]},
}

save_file(
    {
        "layers.0.weight": rng.normal(size=(2, 4)).astype(np.float32),
        "layers.0.bias": rng.normal(size=4).astype(np.float32),
        "layers.1.weight": rng.normal(size=(4, 3)).astype(np.float32),
        "layers.1.bias": rng.normal(size=3).astype(np.float32),
    },
    sys.argv[1],
    metadata={"maas": json.dumps(doc)},
)
