"""Models with random weights and request bodies for bench/run.

Not here: anything that is timed.
"""

import array
import json
import os
import random
import struct

NETS = {
    'A': (784, 64, 64, 10),
    'B': (784, 1024, 512, 10),
    'C': (1024, 4096, 2048, 1000),
}

BODIES = 64         # different ones: one body alone teaches the predictor


def floats(rng, n, scale):
    """n numbers from -scale to scale"""
    raw = array.array('h', rng.randbytes(2 * n))
    scale /= 32768

    return array.array('f', [v * scale for v in raw])


def write_columns(path, widths):
    """The same of number columns c0, c1, ... to one probability"""
    columns = [{'name': f'c{i}', 'kind': 'number', 'missing': 0}
               for i in range(widths[0])]
    write_model(path, widths, 'binary', 'sigmoid',
                {'kind': 'columns', 'columns': columns})


def write_model(path, widths, task='classification', last='softmax',
                inputs=None):
    """A dense network, relu inside."""
    if os.path.exists(path):
        return

    rng = random.Random(1)
    header, data, at = {}, [], 0
    doc = {
        'version': 1, 'name': 'bench', 'task': task,
        'inputs': inputs or {'kind': 'tensor', 'name': 'x',
                             'shape': [widths[0]]},
        'layers': [{'kind': 'dense', 'units': n,
                    'activation': 'relu' if i + 2 < len(widths)
                                  else last}
                   for i, n in enumerate(widths[1:])],
        'outputs': {'name': 'y'},
    }

    for i, (k, n) in enumerate(zip(widths, widths[1:])):
        for name, shape, scale in (('bias', [n], .1), ('weight', [k, n], .05)):
            size = n if name == 'bias' else k * n
            header[f'layers.{i}.{name}'] = {
                'dtype': 'F32', 'shape': shape,
                'data_offsets': [at, at + 4 * size]}
            data.append(floats(rng, size, scale).tobytes())
            at += 4 * size

    header['__metadata__'] = {'maas': json.dumps(doc)}
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)

    with open(path + '.tmp', 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(data))

    os.rename(path + '.tmp', path)


def request(data, **more):
    doc = {'name': 'x', 'shape': [1, more.pop('width')], 'datatype': 'FP32'}

    if data is not None:
        doc['data'] = data

    doc.update(more)

    return json.dumps({'inputs': [doc]}, separators=(',', ':')).encode()


def digit(rng, width):
    """Numbers like a grey picture's: three in four are zeros."""
    return [rng.randint(1, 255) if rng.random() < .25 else 0
            for _ in range(width)]


def write_bodies(folder):
    """Returns {kind: (path without number, length of the JSON part or None)}.

    integers, fractions and binary hold the same pictures; dense has no zero.
    """
    rng, kinds, head = random.Random(2), {}, None

    for i in range(BODIES):
        v = digit(rng, 784)
        f = [float('%.7g' % (x / 255)) for x in v]
        raw = array.array('f', f).tobytes()
        head = request(None, width=784,
                       parameters={'binary_data_size': len(raw)})
        bodies = {
            'integers': request(v, width=784),
            'fractions': request(f, width=784),
            'binary': head + raw,
            'dense': request([float('%.7g' % rng.uniform(.001, 1))
                              for _ in range(784)], width=784),
            'wide': request([float('%.4g' % rng.uniform(.001, 1))
                             for _ in range(1024)], width=1024),
        }

        for kind, body in bodies.items():
            path = os.path.join(folder, kind)
            kinds[kind] = (path, len(head) if kind == 'binary' else None)

            with open(f'{path}.{i}', 'wb') as out:
                out.write(body)

    return kinds
