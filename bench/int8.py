#!/usr/bin/env python3
"""Networks with weights of int8 side by side: this engine, ONNX Runtime
(dynamic and QDQ) and OpenVINO (quantized by NNCF), one thread and one core
each, in turn.  Writes bench/INT8.md.

    taskset -c 1 bench/int8.py BUILD [-r ROUNDS] [-m B,C] [-b 1,8,32,256]
                                     [-p PEERS] [-o FILE]

Needs bench/int8-requirements.txt.  -o none prints only; -p none asks no
others.  Quoted is the least of all rounds; peers are called from Python, which
is 2 to 5 us of theirs at one row.
"""

import argparse
import json
import os
import platform
import struct
import subprocess
import sys
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))

NETS = {
    'A': (784, 64, 64, 10),
    'B': (784, 1024, 512, 10),
    'C': (1024, 4096, 2048, 1000),
}

# times faster than the better of the others: must, aim
GOALS = {
    'B': {1: (1.7, 2.0), 8: (1.4, 1.7), 32: (1.05, 1.15), 256: (1.0, 1.05)},
    'C': {1: (1.2, 1.35), 8: (1.1, 1.2), 32: (1.05, 1.1), 256: (1.0, 1.1)},
}


# networks: weights, and the same quantized

class Net:
    def __init__(self, name):
        rng = np.random.default_rng(1)
        self.name, self.widths = name, NETS[name]
        self.w, self.b = [], []
        for k, n in zip(self.widths, self.widths[1:]):
            self.w.append((rng.standard_normal((k, n)) * (2 / k) ** .5)
                          .astype(np.float32))
            self.b.append((rng.standard_normal(n) * .1).astype(np.float32))
        self.x = rng.random((512, self.widths[0]), dtype=np.float32)

    def forward(self, x):
        """Values of all layers before softmax"""
        values = [x]
        for i, (w, b) in enumerate(zip(self.w, self.b)):
            x = x @ w + b
            x = np.maximum(x, 0) if i + 1 < len(self.w) else x
            values.append(x)
        return values


def write(path, net, precision):
    """A model file: precision f32, int8 or int8-weights"""
    layers, tensors = [], {}
    scales = [float(np.float32(v.max() / 255)) for v in net.forward(net.x)]
    for i, (w, b) in enumerate(zip(net.w, net.b)):
        last = i + 1 == len(net.w)
        layer = {'kind': 'dense', 'units': w.shape[1],
                 'activation': 'softmax' if last else 'relu'}
        tensors[f'layers.{i}.bias'] = b
        if precision == 'f32':
            tensors[f'layers.{i}.weight'] = w
        else:
            s = (np.abs(w).max(0) / 127).astype(np.float32)
            tensors[f'layers.{i}.weight'] = np.rint(w / s).astype(np.int8)
            tensors[f'layers.{i}.scale'] = s
        if precision == 'int8':
            layer['input_scale'] = scales[i]
            if not last:
                layer['output_scale'] = scales[i + 1]
        layers.append(layer)

    doc = {'version': 1 if precision == 'f32' else 4, 'name': net.name,
           'task': 'classification',
           'inputs': {'kind': 'tensor', 'shape': [net.widths[0]]},
           'layers': layers, 'outputs': {}}
    header, data = {'__metadata__': {'maas': json.dumps(doc)}}, b''
    for name, t in sorted(tensors.items(), key=lambda i: i[1].itemsize,
                          reverse=True):
        header[name] = {'dtype': 'I8' if t.dtype == np.int8 else 'F32',
                        'shape': list(t.shape),
                        'data_offsets': [len(data), len(data) + t.nbytes]}
        data += t.tobytes()
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 64)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + data)


def onnx_file(path, net):
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    nodes, init, last = [], [], 'x'
    for i, (w, b) in enumerate(zip(net.w, net.b)):
        init += [numpy_helper.from_array(w, f'w{i}'),
                 numpy_helper.from_array(b, f'b{i}')]
        end = i + 1 == len(net.w)
        out = 'y' if end else f'a{i}'
        nodes += [helper.make_node('MatMul', [last, f'w{i}'], [f'm{i}']),
                  helper.make_node('Add', [f'm{i}', f'b{i}'], [f'h{i}']),
                  helper.make_node('Softmax' if end else 'Relu', [f'h{i}'],
                                   [out])]
        last = out
    graph = helper.make_graph(
        nodes, 'g',
        [helper.make_tensor_value_info('x', TensorProto.FLOAT,
                                       ['n', net.widths[0]])],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT,
                                       ['n', net.widths[-1]])], init)
    model = helper.make_model(graph,
                              opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 9
    onnx.save(model, path)


# peers: each gives a function of rows that is called

def ort_peer(path, net):
    import onnxruntime as ort
    o = ort.SessionOptions()
    o.intra_op_num_threads = o.inter_op_num_threads = 1
    o.log_severity_level = 3
    s = ort.InferenceSession(path, o, providers=['CPUExecutionProvider'])

    def bound(rows):
        b = s.io_binding()
        x = ort.OrtValue.ortvalue_from_numpy(net.x[:rows].copy())
        b.bind_ortvalue_input('x', x)
        b.bind_output('y')
        return lambda: s.run_with_iobinding(b)
    return bound


def ov_peer(model, net):
    import openvino as ov
    core = ov.Core()

    def bound(rows):
        m = model.clone()
        m.reshape([rows, net.widths[0]])
        c = core.compile_model(m, 'CPU', {'INFERENCE_NUM_THREADS': 1,
                                          'PERFORMANCE_HINT': 'LATENCY',
                                          'INFERENCE_PRECISION_HINT': 'f32'})
        r = c.create_infer_request()
        r.set_input_tensor(ov.Tensor(net.x[:rows].copy()))
        return r.infer
    return bound


def peers(net, folder, asked):
    found = {}
    path = os.path.join(folder, f'{net.name}.onnx')
    onnx_file(path, net)
    at = lambda s: os.path.join(folder, f'{net.name}.{s}.onnx')
    if 'ort' in asked:
        from onnxruntime import quantization as q
        q.quantize_dynamic(path, at('dynamic'), weight_type=q.QuantType.QInt8,
                           per_channel=True)
        found['ORT dynamic'] = ort_peer(at('dynamic'), net)

        class Rows(q.CalibrationDataReader):
            def __init__(self):
                self.rows = iter(np.split(net.x, 8))

            def get_next(self):
                x = next(self.rows, None)
                return None if x is None else {'x': x}
        q.quantize_static(path, at('qdq'), Rows(),
                          quant_format=q.QuantFormat.QDQ,
                          activation_type=q.QuantType.QUInt8,
                          weight_type=q.QuantType.QInt8, per_channel=True)
        found['ORT QDQ'] = ort_peer(at('qdq'), net)
    if 'ov' in asked:
        import nncf
        import openvino as ov
        nncf.set_log_level(40)
        m = ov.Core().read_model(path)
        data = nncf.Dataset(np.split(net.x, 128))
        found['OpenVINO'] = ov_peer(nncf.quantize(m, data), net)
    return found


# measuring: all in turn, the least of all rounds

class Ours:
    def __init__(self, program, files, rows='-'):
        self.p = subprocess.Popen([program, rows, *files], text=True,
                                  stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)

    def time(self, model, rows, calls):
        self.p.stdin.write(f'{model} {rows} {calls}\n')
        self.p.stdin.flush()
        return float(self.p.stdout.readline())

    def close(self):
        self.p.stdin.close()
        self.p.wait()


def timed(call, calls):
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6


def compare(net, folder, o):
    files = []
    for precision in ('f32', 'int8', 'int8-weights'):
        files.append(os.path.join(folder, f'{net.name}.{precision}'))
        write(files[-1], net, precision)
    ours = Ours(os.path.join(o.build, 'bench/bench_forward'), files)
    others = peers(net, folder, o.peers.split(','))
    found = []
    for rows in o.batches:
        ways = {'int8': lambda n: ours.time(1, rows, n),
                'fp32': lambda n: ours.time(0, rows, n),
                'int8 weights': lambda n: ours.time(2, rows, n)}
        for name, make in others.items():
            call = make(rows)
            ways[name] = lambda n, call=call: timed(call, n)
        counts = {k: max(1, int(1500 / f(3))) for k, f in ways.items()}
        best = {}
        for _ in range(o.rounds):
            for k, f in ways.items():
                t = f(counts[k])
                best[k] = min(best.get(k, t), t)
        found.append((rows, best))
        print(net.name, rows, {k: round(v, 2) for k, v in best.items()},
              file=sys.stderr, flush=True)
    ours.close()
    return found


def table(name, found):
    ways = list(found[0][1])
    text = [f'| {name}, rows | ' + ' | '.join(ways)
            + ' | times faster | must / aim |',
            '|' + '---|' * (len(ways) + 3)]
    for rows, best in found:
        others = [v for k, v in best.items() if k.startswith(('ORT', 'Open'))]
        ratio = min(others) / best['int8'] if others else 0
        must = GOALS.get(name, {}).get(rows, ('', ''))
        missed = ' **missed**' if others and must[0] and ratio < must[0] else ''
        text.append(f'| {rows} | '
                    + ' | '.join(f'{best[k]:.1f}' for k in ways)
                    + f' | {ratio:.2f}{missed} | {must[0]} / {must[1]} |')
    return '\n'.join(text) + '\n'


def cpu():
    with open('/proc/cpuinfo') as f:
        for line in f:
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.machine()


def main():
    a = argparse.ArgumentParser()
    a.add_argument('build')
    a.add_argument('-r', dest='rounds', type=int, default=200)
    a.add_argument('-m', dest='models', default='B,C')
    a.add_argument('-b', dest='batches', default='1,8,32,256')
    a.add_argument('-p', dest='peers', default='ort,ov')
    a.add_argument('-o', dest='output', default=os.path.join(HERE, 'INT8.md'))
    o = a.parse_args()
    o.batches = [int(b) for b in o.batches.split(',')]
    folder = os.path.join(o.build, 'bench-int8')
    os.makedirs(folder, exist_ok=True)
    text = ('# Weights of int8, forward\n\n'
            f'{cpu()}, one core, microseconds a call, the least of {o.rounds} '
            'rounds in turn; `bench/int8.py`.\n')
    for name in o.models.split(','):
        text += '\n' + table(name, compare(Net(name), folder, o))
    print(text)
    if o.output != 'none':
        with open(o.output, 'w') as f:
            f.write(text)


if __name__ == '__main__':
    main()
