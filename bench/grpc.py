#!/usr/bin/env python3
"""What a call of gRPC costs against the same tensor over HTTP/2: one row of FP32
as bytes through a random network of the widths of model A, in nginx, by CPU time of
the worker; and against other servers of gRPC, by requests in a second of CPU time,
which is one of a core that has nothing else to do.

    bench/grpc.py BUILD [-r ROUNDS] [-s SECONDS] [-n NGINX] [-p PEER]...

A peer is a folder of bench/peers-grpc.  Quoted is the median of the ratios of the rounds.  Server on core 0, client
(bench_h2.c) on core 1; 8 connections of 4 streams.
Not here: how servers are run (servers.py).
"""

import argparse
import os
import random
import statistics
import struct
import subprocess
import time

import material
import servers

MUST, AIM = 1.3, 1.1
PEERS = {'triton': 5, 'tonic': 1.5}     # times as many requests a second
PATIENCE = 600      # seconds until a peer is built and answers
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


def run(o, port, way, connections, streams, seconds):
    path, bodies, headers = way
    return subprocess.run(
        ['taskset', '-c', servers.CLIENT_CORE,
         os.path.join(o.build, 'bench/bench_h2'), str(port), str(connections),
         str(streams), str(seconds), bodies, str(material.BODIES), path]
        + headers, capture_output=True, text=True)


def load(o, server, port, way, seconds):
    """{rate, cpu: us of a request}"""
    cpu = server.cpu()
    out = run(o, port, way, CONNECTIONS, STREAMS, seconds).stdout
    n, us, errors = (int(v) for v in out.split()[1:])
    if errors or not n:
        raise SystemExit(f'{way[0]}: {errors} errors of {n}')
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


def peer(o, name, model):
    """A server that answers, and its port"""
    onnx, port = model.replace('.safetensors', '.onnx'), servers.free_port()
    if not os.path.exists(onnx):
        subprocess.run([os.path.join(o.build, 'maas-trainer'), 'export', model,
                        '-o', onnx], check=True, stdout=subprocess.DEVNULL)
    server = servers.Server(name, [
        os.path.join(servers.HERE, 'peers-grpc', name, 'run'), o.build,
        str(port), onnx])
    return server, port


def answers(o, server, port, way):
    for _ in range(PATIENCE):
        out = run(o, port, way, 1, 1, .2).stdout.split()
        if len(out) == 4 and int(out[1]) and not int(out[3]):
            return
        if server.process.poll() is not None:
            break
        time.sleep(1)
    raise SystemExit(f'{server.name} does not answer')


def against(o, ours, way, model):
    """The same core each way; the other server rests meanwhile"""
    print('\n| requests in a second of CPU | ngx_maas | it | times | must | |'
          '\n|---|---|---|---|---|---|')
    for name in o.peer:
        server, port = peer(o, name, model)
        try:
            answers(o, server, port, way)
            rows = [(load(o, *ours, way, o.seconds),
                     load(o, server, port, way, o.seconds))
                    for _ in range(o.rounds)]
        finally:
            server.stop()
        a, b = (1e6 / statistics.median(r[i]['cpu'] for r in rows)
                for i in (0, 1))
        times = statistics.median(y['cpu'] / x['cpu'] for x, y in rows)
        said = 'yes' if times >= PEERS[name] else '**missed**'
        print(f'| {name} | {a:.0f} | {b:.0f} | {times:.2f} | {PEERS[name]} | '
              f'{said} |', flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('-r', '--rounds', type=int, default=5)
    p.add_argument('-s', '--seconds', type=float, default=2)
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    p.add_argument('-p', '--peer', action='append', default=[],
                   choices=list(PEERS))
    o = p.parse_args()

    folder = os.path.abspath(os.path.join(o.build, 'bench-grpc'))
    os.makedirs(folder, exist_ok=True)
    model = os.path.join(folder, 'a.safetensors')
    material.write_model(model, material.NETS['A'])
    found = ways(folder)
    server, port = start(o, folder, model)
    try:
        compare(o, server, port, found)
        if o.peer:
            against(o, (server, port), found['gRPC, raw contents'], model)
    finally:
        server.stop()


if __name__ == '__main__':
    main()
