"""Networks of PyTorch as ONNX files, by both exporters; torch is too large for
every test run, so what this writes is kept in t/import/networks.

    pip install torch==2.9.1 onnxscript==0.7.2 && onnx_torch.py FOLDER
"""

import sys

import onnx
import torch
from torch import nn

torch.manual_seed(1)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 12), nn.Linear(12, 12)
        self.norm, self.out = nn.LayerNorm(12), nn.Linear(12, 1)

    def forward(self, x):
        h = torch.nn.functional.gelu(self.a(x))
        h = self.norm(h + torch.nn.functional.silu(self.b(h)))
        return torch.sigmoid(self.out(h))


class Wide(nn.Module):
    """Wide and deep: two ways that meet"""

    def __init__(self):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(6, 8), nn.ReLU6())
        self.out = nn.Linear(14, 2)

    def forward(self, x):
        return self.out(torch.cat([self.deep(x), x], 1))


def normed():
    m = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.LeakyReLU(0.2),
                      nn.Dropout(0.3), nn.Linear(16, 8), nn.ELU(),
                      nn.BatchNorm1d(8), nn.Linear(8, 3), nn.Softmax(1))
    for layer in m:
        if isinstance(layer, nn.BatchNorm1d):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
            layer.weight.data.uniform_(0.5, 2)
            layer.bias.data.normal_()
    return m


def strip(path):
    """Without the paths of this machine, which the newer exporter notes"""
    model = onnx.load(path, load_external_data=False)
    graph = model.graph
    for thing in [model, graph, *graph.node, *graph.value_info, *graph.input,
                  *graph.output, *graph.initializer]:
        thing.doc_string = ""
        del thing.metadata_props[:]
    with open(path, "wb") as f:
        f.write(model.SerializeToString())


NETWORKS = {
    "torch-mlp": nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 8),
                               nn.Tanh(), nn.Linear(8, 3), nn.Softmax(1)),
    "torch-normed": normed(),
    "torch-residual": Residual(),
    "torch-wide": Wide(),
    "torch-acts": nn.Sequential(nn.Linear(6, 9), nn.SELU(), nn.Linear(9, 7),
                                nn.Hardtanh(), nn.Linear(7, 7), nn.SiLU(),
                                nn.Linear(7, 5), nn.Hardsigmoid(),
                                nn.Linear(5, 2)),
    "torch-flat": nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.ReLU(),
                                nn.Linear(8, 2), nn.Softmax(1)),
    "torch-conv": nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(),
                                nn.Linear(8, 2)),
}
SHAPES = {"torch-flat": (1, 3, 4), "torch-conv": (1, 4, 4)}

folder = sys.argv[1]
for name, network in NETWORKS.items():
    network.eval()
    x = torch.randn(2, *SHAPES.get(name, (6,)))
    torch.onnx.export(network, (x,), f"{folder}/{name}-old.onnx",
                      dynamo=False, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "rows"}, "y": {0: "rows"}})
    program = torch.onnx.export(network, (x,), dynamo=True, verbose=False,
                                input_names=["x"], output_names=["y"],
                                dynamic_shapes=({0: torch.export.Dim(
                                    "rows")},))
    program.save(f"{folder}/{name}.onnx", external_data=name == "torch-mlp")
    strip(f"{folder}/{name}.onnx")
    strip(f"{folder}/{name}-old.onnx")
