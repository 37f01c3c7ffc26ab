"""What the model that `fit` makes of a table costs a request, as a variable.

    bench/served.py BUILD TABLE.csv[.gz] [-t TARGET] [-r ROUNDS] [-s SECONDS]
        [-n NGINX] [EFFORT ...]

Trains one model for each effort (quick and normal), then asks for one row of
the table: two locations of one nginx take turns, one with a prediction from
arguments of the request, one that looks at the same arguments and predicts
nothing; CPU of the worker, medians of rounds.
Not here: how good the models are (real_tables.py).
"""

import argparse
import csv
import gzip
import os
import statistics
import subprocess
import urllib.parse

import servers

HTTP = '    maas_model {effort} {folder}/{effort}.safetensors;\n'


def first_row(path, target):
    """The first row of the table without the target, as texts by name"""
    opened = gzip.open if path.endswith('.gz') else open
    with opened(path, 'rt', newline='') as f:
        row = next(csv.DictReader(f))
    row.pop(target)
    return row


def location(path, row, model):
    """One that predicts, or just looks: values are as they stand in a URI"""
    features = '\n'.join(f'maas_feature "{name}" $arg_a{i} model={model};'
                         for i, name in enumerate(row))
    looks = '\n'.join(f'if ($arg_a{i} = x) {{ return 403; }}'
                      for i in range(len(row)))
    says = (f'{features}\nmaas_set $said_{model} {model} decision;\n'
            f'if ($said_{model} = x) {{ return 403; }}')
    does = looks if path.startswith('/without') else says
    return f'location = {path} {{ {does}\nreturn 204; }}\n'


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('table')
    p.add_argument('efforts', nargs='*', default=['quick', 'normal'])
    p.add_argument('-t', '--target', default='target')
    p.add_argument('-r', '--rounds', type=int, default=9)
    p.add_argument('-s', '--seconds', type=float, default=1)
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    o = p.parse_args()
    o.build = os.path.abspath(o.build)

    folder = os.path.join(o.build, 'bench-served')
    os.makedirs(folder, exist_ok=True)
    row = first_row(o.table, o.target)
    query = '?' + '&'.join(f'a{i}={urllib.parse.quote(v)}'
                           for i, v in enumerate(row.values()))

    for effort in o.efforts:
        subprocess.run([f'{o.build}/maas-trainer', 'fit', '--quiet', '--data',
                        o.table, '--target', o.target, '--effort', effort,
                        '-o', f'{folder}/{effort}.safetensors'], check=True,
                       stdout=subprocess.DEVNULL)

    s = servers.Nginx('served', o.nginx, folder,
                      os.path.join(o.build, 'ngx_http_maas_module.so'),
                      ''.join(HTTP.format(effort=e, folder=folder)
                              for e in o.efforts),
                      'location = /ready { return 200; }\n'
                      + ''.join(location(f'/{w}-{e}', row, e)
                              for e in o.efforts for w in ('with', 'without')))
    try:
        if s.wait('/ready', None, 20) is None:
            raise SystemExit(f'nginx does not answer, see {folder}')
        for effort in o.efforts:
            more = []
            for i in range(o.rounds):
                got = {}
                for w in ('with', 'without')[::1 if i % 2 else -1]:
                    got[w] = servers.load(s, f'/{w}-{effort}' + query, 32,
                                          o.seconds, ('', None, 0))
                    if got[w]['errors']:
                        raise SystemExit(f'{w}: {got[w]["errors"]} errors')
                more.append(got['with']['cpu'] - got['without']['cpu'])
            print(f'{effort}: {statistics.median(more):.2f} us of CPU a '
                  f'request, {len(row)} columns, '
                  f'{os.path.getsize(f"{folder}/{effort}.safetensors")} bytes')
    finally:
        s.stop()


if __name__ == '__main__':
    main()
