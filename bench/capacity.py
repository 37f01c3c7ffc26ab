#!/usr/bin/env python3
"""What docs/operate.md says of capacity: CPU of a request, memory of workers.

    bench/capacity.py BUILD [-n NGINX] [-s SECONDS] [-r ROUNDS]

Prints two tables.  CPU is user and system time of one worker on one core by
request, 32 connections; the least of the rounds, which others disturbed least.
Memory is what all processes take together (Pss, so that shared pages count
once) when each worker is warm.
Not here: comparisons with anything else (bench/run).
"""

import argparse
import json
import os
import random
import sys
import tempfile

import material
import servers

ROWS = (1, 64)
WORKERS = (1, 2, 4, 8)

# name, widths, what it is
NETS = [
    ('table', (8, 32, 16, 1), '8 columns, 8-32-16-1'),
    ('A', material.NETS['A'], 'picture, 784-64-64-10'),
    ('B', material.NETS['B'], 'picture, 784-1024-512-10'),
    ('C', material.NETS['C'], '1024-4096-2048-1000'),
]


def weights(widths):
    return sum(k * n + n for k, n in zip(widths, widths[1:]))


def write_bodies(folder, name, widths, rows):
    """64 bodies of JSON; the path without number."""
    rng, path = random.Random(3), os.path.join(folder, f'{name}-{rows}')
    for i in range(material.BODIES):
        if name == 'table':
            body = [{f'c{c}': round(rng.uniform(0, 1000), 2)
                     for c in range(widths[0])} for _ in range(rows)]
        else:
            body = [material.digit(rng, widths[0]) for _ in range(rows)]
        with open(f'{path}.{i}', 'w') as f:
            json.dump(body, f, separators=(',', ':'))
    return path


def pss(server):
    """Bytes that all its processes take together."""
    total = 0
    for pid in server.pids():
        with open(f'/proc/{pid}/smaps_rollup') as f:
            total += sum(int(line.split()[1]) for line in f
                         if line.startswith('Pss:'))
    return total * 1024


def start(o, folder, name, models, workers=1):
    http = '\n'.join(f'maas_model {m} {folder}/{m}.safetensors;'
                     for m in models)
    places = '\n'.join(f'location = /{m} {{ maas_predict {m}; }}'
                       for m in models)
    return servers.Nginx(name, o.nginx, folder,
                         os.path.join(o.build, 'ngx_http_maas_module.so'),
                         http, places + '\nlocation / { return 200 ok; }',
                         workers)


def answers(server):
    """Does it?  A GET of what has no model."""
    if server.wait('/', None, 60) is None:
        sys.exit(f'{server.name}: the server does not answer')


def round_(v):
    """Two digits: the rest is noise."""
    return int(float(f'{v:.2g}'))


def cpu(o, folder):
    bare = None
    server = start(o, folder, 'cpu', [n for n, _, _ in NETS])
    try:
        answers(server)
        cases = [('nginx itself: `return 200`', 0, 0, 0, '/', (None, None, 0))]
        for name, widths, what in NETS:
            for rows in ROWS:
                path = write_bodies(folder, name, widths, rows)
                cases.append((what, weights(widths), rows,
                              os.path.getsize(path + '.0'), f'/{name}',
                              (path, None, material.BODIES)))
        for what, n, rows, size, uri, bodies in cases:
            got = [servers.load(server, uri, 32, o.seconds, bodies)
                   for _ in range(o.rounds)]
            if any(g['errors'] for g in got):
                sys.exit(f'{what}: errors')
            us = min(g['cpu'] for g in got)
            bare = bare or us
            ratio = us / bare
            print(f'| {what} | {n:,} | {rows} | {size:,} | {round_(us):,} | '
                  + (f'{ratio:.1f}' if ratio < 10 else f'{round_(ratio):,}')
                  + f' | {round_(1e6 / us * max(rows, 1)):,} |', flush=True)
    finally:
        server.stop()


def memory(o, folder):
    for name, widths, what in NETS:
        size = os.path.getsize(f'{folder}/{name}.safetensors')
        took = []
        for workers in WORKERS:
            server = start(o, folder, f'{name}-{workers}', [name], workers)
            try:
                answers(server)
                took.append(pss(server))
            finally:
                server.stop()
        more = (took[-1] - took[0]) / (WORKERS[-1] - WORKERS[0])
        print(f'| {what} | {max(size / 1e6, .01):.2f} | '
              + ' | '.join(f'{t / 1e6:.1f}' for t in took)
              + f' | {more / 1e6:.2f} |', flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('build')
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    p.add_argument('-s', '--seconds', type=int, default=2)
    p.add_argument('-r', '--rounds', type=int, default=5)
    o = p.parse_args()

    with tempfile.TemporaryDirectory(prefix='maas-capacity-') as folder:
        os.chmod(folder, 0o755)
        for name, widths, _ in NETS:
            path = f'{folder}/{name}.safetensors'
            if name == 'table':
                material.write_columns(path, widths)
            else:
                material.write_model(path, widths)

        print('| | weights | rows of a request | bytes of JSON | CPU us '
              '| of `return 200` | rows a second and core |\n' + '|---' * 7
              + '|')
        cpu(o, folder)
        print('\n| | file, MB | '
              + ' | '.join(f'{w} worker{"s"[:w > 1]}' for w in WORKERS)
              + ' | each more |\n|' + '---|' * (len(WORKERS) + 3))
        memory(o, folder)


if __name__ == '__main__':
    main()
