# Explanations of a network of dense layers, in double precision and without
# our code, of the definitions in docs/model-format.md and docs/explain.md.
#
#     oracle.py MODEL ROWS.csv STEPS BASELINE [LABEL]
#
# writes a line of JSON for each row, as maas-trainer explain --json does.
# BASELINE: mean or zero.

import csv
import json
import math
import struct
import sys

import numpy as np


def read_model(path):
    data = open(path, 'rb').read()
    n = struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:8 + n])
    doc = json.loads(header.pop('__metadata__')['maas'])
    tensors = {}
    for name, t in header.items():
        a, b = t['data_offsets']
        tensors[name] = np.frombuffer(data[8 + n + a:8 + n + b], '<f4') \
            .reshape(t['shape']).astype(float)
    return doc, tensors


def width(c):
    return {'category': lambda: len(c['values']) + bool(c.get('other')),
            'number': lambda: 1, 'boolean': lambda: 1}[c['kind']]() \
        + bool(c.get('missing_slot'))


def slots(c, text):
    """What a value is in a row, before scaling."""
    x = [0.0] * width(c)
    if text == '':
        if c['kind'] != 'category':
            x[0] = c['missing']
        if c.get('missing_slot'):
            x[-1] = 1.0
    elif c['kind'] == 'category':
        if text in c['values']:
            x[c['values'].index(text)] = 1.0
        elif c.get('other'):
            x[len(c['values'])] = 1.0
    elif c['kind'] == 'boolean':
        x[0] = float(text in ('true', 'yes', '1'))
    else:
        x[0] = float(text)
    return x


def scaled(c, z):
    z = (z - c.get('shift', 0)) * c.get('factor', 1)
    if 'knots' in c:
        z = float(np.interp(z, c['knots'], c['levels']))
    if 'clip' in c:
        z = z / math.sqrt(1 + (z / c['clip']) ** 2)
    return z


def prepared(inputs, row):
    row = np.array(row, float)
    if inputs['kind'] == 'tensor':
        return (row - inputs.get('shift', 0)) * inputs.get('factor', 1)
    at = 0
    for c in inputs['columns']:
        if c['kind'] in ('number', 'boolean'):
            row[at] = scaled(c, row[at])
        at += width(c)
    return row


def erf(v):
    return np.vectorize(math.erf)(v)


ACTS = {
    'linear': (lambda z: z, lambda z: np.ones_like(z)),
    'relu': (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    'tanh': (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    'gelu': (lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
             lambda z: (1 + erf(z / math.sqrt(2))) / 2
             + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)),
}


def network(doc, tensors):
    out = []
    for i, layer in enumerate(doc['layers']):
        assert layer['kind'] == 'dense' and 'inputs' not in layer
        last = i + 1 == len(doc['layers'])
        out.append((tensors['layers.%d.weight' % i],
                    tensors['layers.%d.bias' % i],
                    ACTS['linear' if last else layer['activation']]))
    return out


def scores(net, z):
    for w, b, act in net:
        z = act[0](z @ w + b)
    return z


def slope(net, z, output):
    sums = []
    for w, b, act in net:
        sums.append(z @ w + b)
        z = act[0](sums[-1])
    d = np.zeros_like(z)
    d[..., output] = 1
    for (w, b, act), s in zip(net[::-1], sums[::-1]):
        d = (d * act[1](s)) @ w.T
    return d


def explain(net, z, base, output, steps):
    t, weight = np.polynomial.legendre.leggauss(steps)
    t, weight = (1 + t) / 2, weight / 2
    path = base + t[:, None] * (z - base)
    return (weight[:, None] * slope(net, path, output)).sum(0) * (z - base)


def main(path, rows, steps, baseline, label=None):
    doc, tensors = read_model(path)
    inputs = doc['inputs']
    net = network(doc, tensors)
    labels = doc['outputs'].get('labels')
    columns = inputs.get('columns')
    lines = list(csv.reader(open(rows)))
    head = None if columns is None else lines.pop(0)
    base = np.zeros(net[0][0].shape[0])
    if baseline == 'mean':
        base = prepared(inputs, doc['reference']['baseline'])

    for line in lines:
        if columns is None:
            row = [float(v) for v in line]
            names = ['number %d' % (i + 1) for i in range(len(row))]
            widths = [1] * len(row)
        else:
            at = [head.index(c['name']) for c in columns]
            row = [x for c, i in zip(columns, at) for x in slots(c, line[i])]
            names = [c['name'] for c in columns]
            widths = [width(c) for c in columns]
        z = prepared(inputs, row)
        out = scores(net, z)
        output = 0 if doc['task'] != 'classification' else \
            labels.index(label) if label else int(out.argmax())
        parts = explain(net, z, base, output, steps)
        ends = np.cumsum([0] + widths)
        print(json.dumps({
            'score': out[output], 'base': scores(net, base)[output],
            'output': output,
            'attributions': {n: parts[a:b].sum() for n, a, b
                             in zip(names, ends, ends[1:])}}))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
