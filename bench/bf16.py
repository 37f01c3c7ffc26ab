#!/usr/bin/env python3
"""Forward passes in bf16 side by side with OpenVINO's, one thread each.

Needs: pip install openvino numpy, a CPU with AVX512-BF16.  OpenVINO runs in
this process, our program beside it; each round times one, then the other.
Quoted are the least of all rounds and the ratio.  Not here: int8, F32 against
ONNX Runtime (bench/ort_forward.py).

    taskset -c 1 python3 bench/bf16.py build/bench/bench_gemm [rounds]
"""

import subprocess
import sys
import time

import numpy as np
import openvino as ov
from openvino import opset13 as op

NETS = {'B': (784, 1024, 512, 10), 'C': (1024, 4096, 2048, 1000)}
MUST = {1: (1.3, 1.55), 8: (1.25, 1.4), 32: (1.05, 1.2)}   # and aim


def request(widths, batch):
    """A compiled request whose input stands in its tensor."""
    rng = np.random.default_rng(1)
    x = op.parameter([batch, widths[0]], np.float32)
    h = x
    for i, (k, n) in enumerate(zip(widths, widths[1:])):
        w = (rng.random((k, n), dtype=np.float32) * 2 - 1) * np.float32(.05)
        b = (rng.random((1, n), dtype=np.float32) * 2 - 1) * np.float32(.1)
        h = op.add(op.matmul(h, op.constant(w), False, False), op.constant(b))
        h = op.relu(h) if i + 2 < len(widths) else op.softmax(h, 1)

    net = ov.Core().compile_model(ov.Model([h], [x], 'net'), 'CPU', {
        'INFERENCE_PRECISION_HINT': 'bf16', 'INFERENCE_NUM_THREADS': 1,
        'NUM_STREAMS': 1, 'PERFORMANCE_HINT': 'LATENCY',
        'ENABLE_CPU_PINNING': False})
    if net.get_property('INFERENCE_PRECISION_HINT').get_type_name() != 'bf16':
        sys.exit('OpenVINO does not run bf16 here')

    r = net.create_infer_request()
    r.input_tensors[0].data[:] = rng.random((batch, widths[0])) * 2 - 1
    return r


def their_time(r, seconds):
    r.infer()
    t = time.perf_counter()
    r.infer()
    reps = int(2e-4 / (time.perf_counter() - t)) + 1
    best = 1e9
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        t = time.perf_counter()
        for _ in range(reps):
            r.infer()
        best = min(best, (time.perf_counter() - t) / reps * 1e6)
    return best


def our_time(program, name, batch, weights, seconds):
    out = subprocess.run([program, '-m', name, '-b', str(batch), '-w', weights,
                          '-t', str(seconds)], check=True,
                         capture_output=True, text=True).stdout
    return float(out.split()[4])


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5

    print(f'OpenVINO {ov.__version__}, {rounds} rounds; us, least\n')
    print('| model | rows | F32 | bf16 weights | bf16 | OpenVINO bf16 | '
          'times faster | must / aim |\n|' + '---|' * 8)

    for name, widths in NETS.items():
        for batch in MUST:
            r = request(widths, batch)
            ours = {w: [] for w in ('f32', 'half', 'bf16')}
            theirs = []
            for _ in range(rounds):
                for w, got in ours.items():
                    got.append(our_time(program, name, batch, w, .15))
                theirs.append(their_time(r, .15))
            f, h, b = (min(v) for v in ours.values())
            t = min(theirs)
            goal = ' / '.join(map(str, MUST[batch]))
            print(f'| {name} | {batch} | {f:.1f} | {h:.1f} | {b:.1f} | {t:.1f} '
                  f'| {t / b:.2f} | {goal} |', flush=True)


if __name__ == '__main__':
    main()
