#!/usr/bin/env python3
"""Forward passes side by side with ONNX Runtime, one thread each.

Needs: pip install onnxruntime onnx numpy.  Each round times our program, then
ONNX Runtime, for every shape; quoted are the least and the median over rounds
and the ratio of each.

    taskset -c 1 python3 bench/ort_forward.py build/bench/bench_gemm [rounds]
"""

import os
import statistics
import subprocess
import sys
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

NETS = {
    'A': (784, 64, 64, 10),
    'B': (784, 1024, 512, 10),
    'C': (1024, 4096, 2048, 1000),
}

# must and aim: our time as a share of ONNX Runtime's
GOALS = {
    ('A', 0): {1: (.5, .35), 8: (.65, .5), 32: (.85, .7), 256: (1., .9)},
    ('B', 0): {1: (.9, .75), 8: (.85, .74), 32: (.95, .8), 256: (1., .85)},
    ('C', 0): {1: (.95, .68), 8: (.75, .55), 32: (.8, .6), 256: (1.05, .9)},
    ('A', 80): {1: (.2, .1)},
    ('B', 80): {1: (.4, .25)},
}


def network(widths):
    rng = np.random.default_rng(1)
    nodes, init, last = [], [], 'x'

    for i, (k, n) in enumerate(zip(widths, widths[1:])):
        w = (rng.random((k, n), dtype=np.float32) * 2 - 1) * np.float32(.05)
        b = (rng.random(n, dtype=np.float32) * 2 - 1) * np.float32(.1)
        init += [numpy_helper.from_array(w, f'w{i}'),
                 numpy_helper.from_array(b, f'b{i}')]
        act = 'Softmax' if i + 2 == len(widths) else 'Relu'
        out = 'y' if act == 'Softmax' else f'a{i}'
        nodes += [helper.make_node('Gemm', [last, f'w{i}', f'b{i}'], [f'h{i}']),
                  helper.make_node(act, [f'h{i}'], [out])]
        last = out

    graph = helper.make_graph(
        nodes, 'g',
        [helper.make_tensor_value_info('x', TensorProto.FLOAT,
                                       ['b', widths[0]])],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT,
                                       ['b', widths[-1]])], init)
    model = helper.make_model(graph,
                              opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 9

    return model.SerializeToString()


def session(widths):
    o = ort.SessionOptions()
    o.intra_op_num_threads = 1
    o.inter_op_num_threads = 1
    o.add_session_config_entry('session.intra_op.allow_spinning', '0')
    o.add_session_config_entry('session.inter_op.allow_spinning', '0')

    return ort.InferenceSession(network(widths), o,
                                providers=['CPUExecutionProvider'])


def binding(sess, widths, batch, zeros):
    """Inputs and outputs bound once: what ONNX Runtime is quickest with."""
    rng = np.random.default_rng(2)
    x = rng.random((batch, widths[0]), dtype=np.float32) * 2 - 1
    x[rng.random(x.shape) < zeros / 100] = 0
    y = np.empty((batch, widths[-1]), dtype=np.float32)
    b = sess.io_binding()
    b.bind_ortvalue_input('x', ort.OrtValue.ortvalue_from_numpy(x))
    b.bind_ortvalue_output('y', ort.OrtValue.ortvalue_from_numpy(y))

    return b


def ort_time(sess, b, seconds):
    def go():
        # the session underneath: without the Python wrapper's checks
        sess._sess.run_with_iobinding(b._iobinding, None)

    go()
    t = time.perf_counter()
    go()
    reps = int(1e-4 / (time.perf_counter() - t)) + 1
    times = []
    end = time.perf_counter() + seconds

    while time.perf_counter() < end or len(times) < 3:
        t = time.perf_counter()
        for _ in range(reps):
            go()
        times.append((time.perf_counter() - t) / reps * 1e6)

    return min(times), statistics.median(times)


def our_time(program, name, batch, zeros, isa, seconds):
    cmd = [program, '-m', name, '-b', str(batch), '-i', isa,
           '-t', str(seconds)] + (['-z'] if zeros else [])
    out = subprocess.run(cmd, check=True, capture_output=True, text=True)

    return tuple(float(v) for v in out.stdout.split()[4:6])


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    only = sys.argv[3] if len(sys.argv) > 3 else 'ABC'
    isas = os.environ.get('ISAS', 'auto').split(',')
    sessions = {name: session(w) for name, w in NETS.items() if name in only}

    print(subprocess.run([program, '-p'], check=True, capture_output=True,
                         text=True).stdout, end='')
    print(f'ONNX Runtime {ort.__version__}, {rounds} rounds; us, '
          'least / median; ratio of the least, of the medians')
    print('| model | zeros % | batch | kernels | ours | ONNX Runtime '
          '| ratio | must | aim |\n' + '|---' * 9 + '|')

    for (name, zeros), goals in GOALS.items():
        if name not in only:
            continue

        for batch, (must, aim) in goals.items():
            b = binding(sessions[name], NETS[name], batch, zeros)
            ours, theirs = {i: [] for i in isas}, []

            for _ in range(rounds):
                for i in isas:
                    ours[i].append(our_time(program, name, batch, zeros, i,
                                            .15))
                theirs.append(ort_time(sessions[name], b, .15))

            t = (min(v[0] for v in theirs),
                 statistics.median(v[1] for v in theirs))

            for i in isas:
                o = (min(v[0] for v in ours[i]),
                     statistics.median(v[1] for v in ours[i]))
                print(f'| {name} | {zeros} | {batch} | {i} '
                      f'| {o[0]:.2f} / {o[1]:.2f} | {t[0]:.2f} / {t[1]:.2f} '
                      f'| {o[0] / t[0]:.2f} / {o[1] / t[1]:.2f} '
                      f'| {must} | {aim} |', flush=True)


if __name__ == '__main__':
    main()
