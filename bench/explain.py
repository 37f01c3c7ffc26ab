#!/usr/bin/env python3
"""What a request costs whose answer says why, against the same without: one
row of JSON numbers through a random network of the widths of model A, in nginx, by
CPU time of the worker.  v1's :explain and v2's explain, 16 nodes, in turn with
:predict and infer.

    bench/explain.py BUILD [-r ROUNDS] [-s SECONDS] [-q top=3] [-n NGINX]

Quoted is the median of the ratios of the rounds.  Server on core 0, wrk on core 1.
Not here: how servers are run (servers.py).
"""

import argparse
import json
import os
import random
import statistics

import material
import servers

MUST, AIM = 8, 4
CONNECTIONS = 8

PATHS = {
    'v1': ('/v1/models/a:predict', '/v1/models/a:explain'),
    'v2': ('/v2/models/a/infer', '/v2/models/a/explain'),
}


def bodies(folder):
    """{version: (path without number, no length of JSON, count)}"""
    rng, found = random.Random(2), {}
    for version in PATHS:
        path = os.path.join(folder, version)
        found[version] = path, None, material.BODIES
        for i in range(material.BODIES):
            v = material.digit(rng, material.NETS['A'][0])
            with open(f'{path}.{i}', 'wb') as f:
                f.write(material.request(v, width=len(v)) if version == 'v2'
                        else json.dumps({'instances': [v]}).encode())
    return found


def measure(o, server, version, files):
    """CPU us of a request: plain, explained; and their ratio"""
    paths = [p + ('?' + o.query if 'explain' in p else '')
             for p in PATHS[version]]
    cpu, ratios = {p: [] for p in paths}, []
    with open(files[0] + '.0', 'rb') as f:
        body = f.read()
    for p in paths:
        if server.wait(p, body, 30) is None:
            raise SystemExit(f'{p}: {server.post(p, body)}')
    for i in range(o.rounds):
        for p in paths if i % 2 else paths[::-1]:
            got = servers.load(server, p, CONNECTIONS, o.seconds, files)
            if got['errors']:
                raise SystemExit(f'{p}: {got["errors"]} errors')
            cpu[p].append(got['cpu'])
        ratios.append(cpu[paths[1]][-1] / cpu[paths[0]][-1])
    return [statistics.median(cpu[p]) for p in paths] + [
        statistics.median(ratios)]


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('-r', '--rounds', type=int, default=5)
    p.add_argument('-s', '--seconds', type=int, default=2)
    p.add_argument('-q', '--query', default='top=3',
                   help='what is asked of the explanation')
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    o = p.parse_args()

    folder = os.path.abspath(os.path.join(o.build, 'bench-explain'))
    os.makedirs(folder, exist_ok=True)
    model = os.path.join(folder, 'a.safetensors')
    material.write_model(model, material.NETS['A'])
    files = bodies(folder)
    server = servers.Nginx(
        'explain', o.nginx, folder,
        os.path.join(os.path.abspath(o.build), 'ngx_http_maas_module.so'),
        f'maas_model a {model};', 'location / { maas_serve; }')
    try:
        print(f'| one row, {o.query} | plain, CPU us | explained | ratio | '
              'must / aim | |\n|---|---|---|---|---|---|')
        for version in PATHS:
            plain, told, ratio = measure(o, server, version, files[version])
            said = ('aim' if ratio <= AIM else 'must' if ratio <= MUST
                    else '**missed**')
            print(f'| {version} | {plain:.1f} | {told:.1f} | {ratio:.2f} | '
                  f'{MUST} / {AIM} | {said} |', flush=True)
    finally:
        server.stop()


if __name__ == '__main__':
    main()
