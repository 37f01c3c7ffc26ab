#!/usr/bin/env python3
"""What docs/fleet.md says of a router: CPU of a request in it, beside that of
the instance behind it.

    bench/fleet.py BUILD [-n NGINX] [-s SECONDS] [-r ROUNDS]

Four instances and the router of conf/fleet/router.conf, one worker each, all on
one core; wrk is on the other one with 32 connections.  CPU is user and system
time by request, the least of the rounds.  Prints a table.
Not here: what a model costs (bench/capacity.py), what is lost when instances
go (t/64-fleet-load.t).
"""

import argparse
import os
import re
import sys
import tempfile

import capacity
import material
import servers

CONF = os.path.join(servers.HERE, '../conf/fleet/router.conf')
NETS = capacity.NETS[:3]
INSTANCES = 4


def instance(o, folder, n):
    http = 'keepalive_timeout 300s; maas_headers on;\n' + '\n'.join(
        f'maas_model {m} {folder}/{m}.safetensors;' for m, _, _ in NETS)
    return servers.Nginx(f'instance-{n}', o.nginx, folder,
                         os.path.join(o.build, 'ngx_http_maas_module.so'),
                         http, 'location / { maas_serve; }')


def router(o, folder, ports):
    """Its maps and upstreams, then its first server without where it listens."""
    with open(CONF) as f:
        text = f.read()
    for i, port in enumerate(ports):
        text = text.replace(f'127.0.0.1:{8081 + i}', f'127.0.0.1:{port}')
    maps, server = re.search(r'(    # the model that is asked.*?)'
                             r'    server \{\n.*?\n\n(.*?)\n    \}\n',
                             text, re.S).groups()
    return servers.Nginx('router', o.nginx, folder,
                         os.path.join(o.build, 'ngx_http_maas_module.so'),
                         maps, server)


def write_bodies(folder, name, widths, rows):
    """v1's, whose rows are those of bench/capacity.py."""
    path = capacity.write_bodies(folder, name, widths, rows)
    for i in range(material.BODIES):
        with open(f'{path}.{i}') as f:
            body = f.read()
        with open(f'{path}.{i}', 'w') as f:
            f.write(f'{{"instances":{body}}}')
    return path


def least(o, path, uri, loaded, parts):
    """CPU us a request of each of the parts while one of them is asked."""
    best = [float('inf')] * len(parts)
    for _ in range(o.rounds):
        before = [sum(s.cpu() for s in p) for p in parts]
        got = servers.load(loaded, uri, 32, o.seconds,
                           (path, None, material.BODIES))
        if got['errors']:
            sys.exit(f'{uri}: errors')
        for i, p in enumerate(parts):
            spent = sum(s.cpu() for s in p) - before[i]
            best[i] = min(best[i], 1e6 * spent / got['requests'])
    return best


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('build')
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    p.add_argument('-s', '--seconds', type=int, default=2)
    p.add_argument('-r', '--rounds', type=int, default=5)
    o = p.parse_args()

    with tempfile.TemporaryDirectory(prefix='maas-fleet-') as folder:
        os.chmod(folder, 0o755)
        for name, widths, _ in NETS:
            path = f'{folder}/{name}.safetensors'
            if name == 'table':
                material.write_columns(path, widths)
            else:
                material.write_model(path, widths)

        running = []
        try:
            for n in range(INSTANCES):
                running.append(instance(o, folder, n))
            running.append(router(o, folder, [s.port for s in running]))
            for s in running:
                if s.wait('/v2', None, 60) is None:
                    sys.exit(f'{s.name}: does not answer')
            print('| | rows of a request | bytes of JSON | instance alone '
                  '| instance behind a router | router |\n' + '|---' * 6 + '|')
            *instances, front = running
            for name, widths, what in NETS:
                for rows in capacity.ROWS:
                    path = write_bodies(folder, name, widths, rows)
                    uri = f'/v1/models/{name}:predict'
                    alone, = least(o, path, uri, instances[0], [instances])
                    behind, inside = least(o, path, uri, front,
                                           [instances, [front]])
                    size = os.path.getsize(path + '.0')
                    print(f'| {what} | {rows} | {size:,} | '
                          f'{capacity.round_(alone):,} | '
                          f'{capacity.round_(behind):,} | '
                          f'{capacity.round_(inside):,} |', flush=True)
        finally:
            for s in running:
                s.stop()


if __name__ == '__main__':
    main()
