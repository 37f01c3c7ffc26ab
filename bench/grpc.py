#!/usr/bin/env python3
"""What a call of gRPC costs against the same tensor over HTTP/2: one row of FP32
as bytes through a random network of the widths of model A, in nginx, by CPU time of
the worker.

    bench/grpc.py BUILD [-r ROUNDS] [-s SECONDS] [-n NGINX]

Quoted is the median of the ratios of the rounds.  Server on core 0, client
(bench_h2.c) on core 1; 8 connections of 4 streams.
Not here: how servers are run (servers.py).
"""

import argparse
import os
import random
import statistics
import struct
import subprocess

import material
import servers

MUST, AIM = 1.3, 1.1
CONNECTIONS, STREAMS = 8, 4
METHOD = '/inference.GRPCInferenceService/ModelInfer'


def field(number, value):
    """A field of protobuf: bytes"""
    n, size = len(value), b''
    while n > 127:
        size += bytes([n & 127 | 128])
        n >>= 7
    return bytes([number << 3 | 2]) + size + bytes([n]) + value


def call(raw, width):
    """A frame with a ModelInferRequest"""
    tensor = (field(1, b'x') + field(2, b'FP32')
              + field(3, bytes([1, width & 127 | 128, width >> 7])))
    message = field(1, b'a') + field(5, tensor) + field(7, raw)
    return struct.pack('>BI', 0, len(message)) + message


def ways(folder):
    """{name: (path, bodies, headers)}"""
    rng, width = random.Random(2), material.NETS['A'][0]
    for i in range(material.BODIES):
        raw = struct.pack(f'<{width}f', *(v / 255 for v in
                                          material.digit(rng, width)))
        head = material.request(None, width=width,
                                parameters={'binary_data_size': len(raw)})
        for name, body in (('grpc', call(raw, width)), ('http', head + raw)):
            with open(os.path.join(folder, f'{name}.{i}'), 'wb') as f:
                f.write(body)
    return {
        'gRPC, raw contents': (
            METHOD, os.path.join(folder, 'grpc'),
            ['te', 'trailers', 'content-type', 'application/grpc',
             'user-agent', 'bench', 'grpc-accept-encoding',
             'identity, deflate, gzip']),
        'HTTP/2, binary tensor': (
            '/v2/models/a/infer', os.path.join(folder, 'http'),
            ['content-type', 'application/octet-stream', 'user-agent', 'bench',
             'inference-header-content-length', str(len(head)),
             'content-length', str(len(head) + len(raw))]),
    }


def load(o, server, port, way, seconds):
    """{rate, cpu: us of a request}"""
    path, bodies, headers = way
    cpu = server.cpu()
    out = subprocess.run(
        ['taskset', '-c', servers.CLIENT_CORE,
         os.path.join(o.build, 'bench/bench_h2'), str(port), str(CONNECTIONS),
         str(STREAMS), str(seconds), bodies, str(material.BODIES), path]
        + headers, check=True, capture_output=True, text=True).stdout
    n, us, errors = (int(v) for v in out.split()[1:])
    if errors or not n:
        raise SystemExit(f'{path}: {errors} errors of {n}')
    return {'rate': n / us * 1e6, 'cpu': (server.cpu() - cpu) / n * 1e6}


def start(o, folder, model):
    port = servers.free_port()
    server = servers.Nginx(
        'grpc', o.nginx, folder,
        os.path.join(os.path.abspath(o.build), 'ngx_http_maas_module.so'),
        f'maas_model a {model};',
        'location / { maas_serve; } } server { '
        f'listen 127.0.0.1:{port} http2; location / {{ maas_serve; }}')
    if server.wait('/v2/health/live', None, 30) is None:
        raise SystemExit('nginx does not answer')
    return server, port


def compare(o, server, port, found):
    rows, names = {n: [] for n in found}, list(found)
    for way in found.values():
        load(o, server, port, way, o.seconds)
    for i in range(o.rounds):
        for n in names if i % 2 else names[::-1]:
            rows[n].append(load(o, server, port, found[n], o.seconds))
    print('| one row of model A | CPU us | requests/s |\n|---|---|---|')
    for n, r in rows.items():
        print(f'| {n} | {statistics.median(v["cpu"] for v in r):.1f} | '
              f'{statistics.median(v["rate"] for v in r):.0f} |')
    ratio = statistics.median(a['cpu'] / b['cpu']
                              for a, b in zip(*(rows[n] for n in names)))
    said = ('aim' if ratio <= AIM else 'must' if ratio <= MUST
            else '**missed**')
    print(f'\nratio {ratio:.2f}, must {MUST}, aim {AIM}: {said}', flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('-r', '--rounds', type=int, default=5)
    p.add_argument('-s', '--seconds', type=float, default=2)
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    o = p.parse_args()

    folder = os.path.abspath(os.path.join(o.build, 'bench-grpc'))
    os.makedirs(folder, exist_ok=True)
    model = os.path.join(folder, 'a.safetensors')
    material.write_model(model, material.NETS['A'])
    found = ways(folder)
    server, port = start(o, folder, model)
    try:
        compare(o, server, port, found)
    finally:
        server.stop()


if __name__ == '__main__':
    main()
