#!/usr/bin/env python3
"""What a request costs whose row maas_cache knows, against the same that runs:
one row of model B in v2, as JSON and as binary data, by CPU time of the worker.
In turn: without a cache, hits, and misses (a zone that is too small for all
rows that come, and is filled with others before).

    bench/cache.py BUILD [-r ROUNDS] [-s SECONDS] [-m MODEL] [-n NGINX]

Quoted are medians of the ratios of the rounds; throughput is that of a worker
which has a core for itself, a second over its CPU time of a request.  Server on
core 0, wrk on core 1.
Not here: how servers are run (servers.py).
"""

import argparse
import array
import json
import os
import random
import statistics

import material
import servers

MUST, AIM = 1.7, 2.1

# more than the smallest zone has room for
ROWS = 2000

SERVER = '''
location / { maas_serve; }
location /hit { maas_serve; maas_cache zone=large:64m; }
location /miss { maas_serve; maas_cache zone=small:96k; }
'''
PLACES = '', '/hit', '/miss'


def bodies(folder, width):
    """{form: (path without number, length of JSON or None, count)}"""
    rng, found = random.Random(2), {}

    def write(form, i, body, head=None):
        path = os.path.join(folder, form)
        with open(f'{path}.{i}', 'wb') as f:
            f.write(body)
        found[form] = path, head, ROWS

    for i in range(ROWS):
        v = material.digit(rng, width)
        f = [float('%.7g' % (x / 255)) for x in v]
        raw = array.array('f', f).tobytes()
        head = material.request(None, width=width,
                                parameters={'binary_data_size': len(raw)})
        write('integers', i, material.request(v, width=width))
        write('fractions', i, material.request(f, width=width))
        write('binary', i, head + raw, len(head))
    return found


def others(width, n=8, rows=250):
    """Two lots of requests whose rows make room in the small zone"""
    rng = random.Random(3)
    return [[json.dumps({'inputs': [{
        'name': 'x', 'shape': [rows, width], 'datatype': 'FP32',
        'data': [rng.randint(0, 255) for _ in range(rows * width)]}]}).encode()
        for _ in range(n)] for _ in range(2)]


def measure(o, server, files, lots):
    """[CPU us of a request] by place, and ratios to the first"""
    cpu, ratios = {p: [] for p in PLACES}, {p: [] for p in PLACES}
    with open(f'{files[0]}.0', 'rb') as f:
        server.wait('/v2/models/m/infer', f.read(), 30)
    for i in range(-1, o.rounds):
        now = {}
        for place in PLACES if i % 2 else PLACES[::-1]:
            path = f'{place}/v2/models/m/infer'
            for body in lots[i % 2] if place == '/miss' else ():
                server.post(path, body)
            got = servers.load(server, path, o.connections, o.seconds, files)
            if got['errors']:
                raise SystemExit(f'{path}: {got["errors"]} errors')
            now[place] = got['cpu']
        for place in PLACES if i >= 0 else ():     # the first round fills it
            cpu[place].append(now[place])
            ratios[place].append(now[''] / now[place])
    return [statistics.median(cpu[p]) for p in PLACES] + [
        statistics.median(ratios[p]) for p in PLACES[1:]]


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('-r', '--rounds', type=int, default=7)
    p.add_argument('-s', '--seconds', type=int, default=1)
    p.add_argument('-c', '--connections', type=int, default=8)
    p.add_argument('-m', '--model', default='B', choices='AB')
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    o = p.parse_args()

    folder = os.path.abspath(os.path.join(o.build, 'bench-cache'))
    os.makedirs(folder, exist_ok=True)
    model = os.path.join(folder, f'{o.model}.safetensors')
    material.write_model(model, material.NETS[o.model])
    files = bodies(folder, material.NETS[o.model][0])
    lots = others(material.NETS[o.model][0])
    server = servers.Nginx(
        'cache', o.nginx, folder,
        os.path.join(os.path.abspath(o.build), 'ngx_http_maas_module.so'),
        f'maas_model m {model};', SERVER)
    try:
        print(f'| one row of {o.model} | runs, CPU us | hit | miss | hits: '
              'throughput | misses | must / aim | |\n'
              '|---|---|---|---|---|---|---|---|')
        for form, several in files.items():
            plain, hit, miss, ratio, loss = measure(o, server, several, lots)
            said = ('aim' if ratio >= AIM else 'must' if ratio >= MUST
                    else '**missed**')
            print(f'| {form} | {plain:.1f} | {hit:.1f} | {miss:.1f} | '
                  f'{ratio:.2f}x | {loss:.2f}x | {MUST} / {AIM} | {said} |',
                  flush=True)
    finally:
        server.stop()


if __name__ == '__main__':
    main()
