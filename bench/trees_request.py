"""A request that asks a LightGBM model about one row of JSON numbers, against
bare nginx.  Part of bench/trees.py.

Not here: how servers are run (servers.py).
"""

import json
import os
import statistics

import material
import servers

MUST, AIM = .85, .92
CONNECTIONS = 32


def bodies(m, folder):
    """(path without number, no JSON part, count)"""
    path = os.path.join(folder, 'row')
    for i, x in enumerate(m.x()[:material.BODIES]):
        with open(f'{path}.{i}', 'w') as f:
            json.dump([[float('%.7g' % v) for v in x]], f,
                      separators=(',', ':'))
    return path, None, material.BODIES


def table(o, folder, m):
    """Lines of Markdown"""
    files = bodies(m, folder)
    build = os.path.abspath(o.build)
    with open(files[0] + '.0', 'rb') as f:
        body = f.read()

    ours = servers.Nginx(
        'trees', o.nginx, folder,
        os.path.join(build, 'ngx_http_maas_module.so'),
        f'maas_model m {m.ours};', 'location = /m { maas_predict m; }')
    bare = None
    try:
        if ours.wait('/m', body, 30) is None:
            raise SystemExit(f'nginx does not answer, see {folder}')
        answer = ours.post('/m', body)[1].decode()
        bare = servers.Nginx('trees-bare', o.nginx, folder,
                             os.path.join(build, 'bench_echo.so'), '',
                             f"location = /m {{ bench_echo '{answer}'; }}")
        if bare.wait('/m', body, 30) is None:
            raise SystemExit(f'bare nginx does not answer, see {folder}')
        rate, cpu = rounds(o, ours, bare, files)
    finally:
        for s in (ours, bare):
            if s:
                s.stop()

    said = ('aim' if rate >= AIM else 'must' if rate >= MUST
            else '**missed**')
    return ['', '| JSON of 30 numbers to LightGBM 100 x 31 through nginx | of '
            'bare nginx | must / aim | |', '|---|---|---|---|',
            f'| requests a second, {CONNECTIONS} connections (CPU '
            f'{cpu[0]:.2f} us, bare {cpu[1]:.2f} us) | {rate:.3f} | {MUST} / '
            f'{AIM} | {said} |']


def rounds(o, ours, bare, files):
    """Median of rate by rate, and of CPU us a request"""
    ratios, cpu = [], {ours: [], bare: []}
    for i in range(max(o.rounds, 5)):
        got = {}
        for s in ((ours, bare), (bare, ours))[i % 2]:
            got[s] = servers.load(s, '/m', CONNECTIONS, o.seconds, files)
            if got[s]['errors']:
                raise SystemExit(f'{s.name}: {got[s]["errors"]} errors')
            cpu[s].append(got[s]['cpu'])
        ratios.append(got[ours]['rate'] / got[bare]['rate'])
    return (statistics.median(ratios),
            [statistics.median(cpu[s]) for s in (ours, bare)])
