# Wrote captum.json, once: networks, rows and what Captum 0.9 with PyTorch 2.9
# says of them (integrated gradients, Gauss-Legendre nodes, in double precision).
#
#     make_captum.py > captum.json
#
# Or compares a model file of dense layers and what explain said of its rows:
#
#     make_captum.py MODEL ROWS.csv EXPLAINED.jsonl STEPS
#
# ROWS.csv: numbers as the network takes them, without names; the baseline is 0.

import json
import struct
import sys

import torch
from captum.attr import IntegratedGradients

torch.manual_seed(15)

ACTS = {'relu': torch.relu, 'tanh': torch.tanh,
        'gelu': torch.nn.functional.gelu, 'silu': torch.nn.functional.silu,
        'elu': torch.nn.functional.elu, 'sigmoid': torch.sigmoid,
        'leaky_relu': lambda z: torch.nn.functional.leaky_relu(z, 0.01),
        'linear': lambda z: z}


def forward(layers):
    def run(z):
        for w, b, act in layers:
            z = ACTS[act](z @ w + b)
        return z
    return run


def attributions(layers, rows, base, output, steps, dtype):
    f = forward([(w.to(dtype), b.to(dtype), a) for w, b, a in layers])
    ig = IntegratedGradients(f)
    got, delta = ig.attribute(rows.to(dtype), base.to(dtype), target=output,
                              n_steps=steps, method='gausslegendre',
                              return_convergence_delta=True)
    return got, delta, f(rows.to(dtype))


def network(sizes, act):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        last = i + 2 == len(sizes)
        layers.append((torch.randn(a, b) * (2 / a) ** 0.5,
                       torch.randn(b) * 0.2, 'linear' if last else act))
    return layers


def round7(t):
    return [float('%.7g' % v) for v in t.flatten().tolist()]


def make():
    out = []
    for act, sizes, steps in [('relu', [12, 20, 15, 3], 16),
                              ('leaky_relu', [12, 20, 3], 16),
                              ('tanh', [12, 20, 3], 16),
                              ('gelu', [12, 10, 10, 3], 16),
                              ('silu', [12, 16, 2], 7),
                              ('elu', [12, 16, 2], 50),
                              ('sigmoid', [12, 16, 2], 200)]:
        # what is written is what was used
        layers = [(torch.tensor(round7(w)).reshape(w.shape),
                   torch.tensor(round7(b)), a)
                  for w, b, a in network(sizes, act)]
        rows = torch.tensor(round7(torch.randn(6, 12) * 1.5)).reshape(6, 12)
        base = torch.tensor(round7(torch.randn(1, 12) * 0.3)).reshape(1, 12)
        got, delta, score = attributions(layers, rows, base, 1, steps,
                                         torch.float64)
        out.append({
            'sizes': sizes, 'activation': act, 'steps': steps, 'output': 1,
            'weights': [[round7(w), round7(b)] for w, b, _ in layers],
            'rows': [round7(r) for r in rows], 'baseline': round7(base),
            'score': score[:, 1].tolist(), 'delta': delta.tolist(),
            'attributions': got.tolist()})
    print(json.dumps(out, separators=(',', ':')))


def compare(path, rows, said, steps):
    data = open(path, 'rb').read()
    n = struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:8 + n])
    doc = json.loads(header.pop('__metadata__')['maas'])

    def tensor(name):
        t = header[name]
        a, b = t['data_offsets']
        return torch.frombuffer(bytearray(data[8 + n + a:8 + n + b]),
                                dtype=torch.float32).reshape(t['shape'])

    layers = [(tensor('layers.%d.weight' % i), tensor('layers.%d.bias' % i),
               'linear' if i + 1 == len(doc['layers']) else l['activation'])
              for i, l in enumerate(doc['layers'])]
    for dtype in torch.float64, torch.float32:
        worst, off = [], 0
        for line, told in zip(open(rows), open(said)):
            told = json.loads(told)
            x = torch.tensor([[float(v) for v in line.split(',')]])
            x = (x - doc['inputs'].get('shift', 0)) \
                * doc['inputs'].get('factor', 1)
            output = doc['outputs']['labels'].index(told['label'])
            got = attributions(layers, x, torch.zeros_like(x), output, steps,
                               dtype)[0][0]
            ours = torch.tensor(list(told['attributions'].values()),
                                dtype=torch.float64)
            worst.append(float((ours - got).abs().max() / got.abs().max()))
        worst.sort()
        print(dtype, 'of the largest: median %.2g, worst %.2g' %
              (worst[len(worst) // 2], worst[-1]))


if len(sys.argv) == 1:
    make()
else:
    compare(*sys.argv[1:4], int(sys.argv[4]))
