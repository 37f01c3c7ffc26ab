"""What predictions cost requests that others answer: a variable, a decision
with tracked keys, a gate before proxy_pass, a shadow.

    bench/proxy.py BUILD [-r ROUNDS] [-s SECONDS] [-n NGINX] [-o FILE]

Each figure is of two locations of one nginx that take turns, with and without,
server on core 0, client and upstream on core 1; medians of rounds.
Not here: how servers are run (servers.py), models (material.py).
"""

import argparse
import os
import statistics
import subprocess
import time

import material
import servers

HERE = os.path.dirname(os.path.abspath(__file__))
ARGS = 'abcdefghijklmnop'
VALUES = [f'{1.5 * i + 0.25:g}' for i in range(len(ARGS))]
QUERY = '?' + '&'.join(f'{a}={v}' for a, v in zip(ARGS[:8], VALUES))
NOTHING = ('', None, 0)

HTTP = '''
    maas_model m8 {folder}/m8.safetensors;
    maas_model m16 {folder}/m16.safetensors;
    maas_model a {folder}/A.safetensors;
    maas_model b {folder}/A.safetensors version=2;

    map $uri $who {{ default ""; /decision $remote_addr; }}
    map $uri $where {{ default ""; /decision $http_host; }}
    maas_track $p key=$who window=10s,1m,10m;
    maas_track $q key=$where window=10s,1m,10m;
'''


def features(values, model):
    return '\n'.join(f'maas_feature c{i} {v} model={model};'
                     for i, v in enumerate(values))


def server():
    few = [f'$arg_{a}' for a in ARGS[:8]]
    tracked = ([f'${t}_{w}' for t in 'pq'
                for w in ('10s', '1m', '10m', 'gap', 'age')]
               + [f'$arg_{a}' for a in ARGS[:6]])

    return f'''
        location = /none {{ if ($is_args = x) {{ return 403; }} return 204; }}
        location = /texts {{
            {features(VALUES[:8], 'm8')}
            maas_set $m8 m8 decision;
            if ($m8 = x) {{ return 403; }}
            return 204;
        }}
        location = /variable {{
            {features(few, 'm8')}
            maas_set $m8 m8 decision;
            if ($m8 = x) {{ return 403; }}
            return 204;
        }}
        location = /decision {{
            {features(tracked, 'm16')}
            maas_set $step m16 step=0.999998,0.999999;
            maas_deny $step;
            try_files /none =204;
        }}
        location = /plain {{ try_files /none =204; }}
        location = /proxied {{ proxy_pass http://up/; }}
        location = /gated {{
            {features(few, 'm8')}
            maas_set $gate m8 step=0.999999;
            maas_deny $gate;
            proxy_pass http://up/;
        }}
        location = /alone {{ maas_predict a; }}
        location = /shadowed {{ maas_predict a; maas_shadow b; }}
'''


class Bench:
    def __init__(self, options):
        self.o = options
        self.folder = os.path.abspath(os.path.join(options.build,
                                                   'bench-proxy'))
        os.makedirs(self.folder, exist_ok=True)
        for n in (8, 16):
            material.write_columns(f'{self.folder}/m{n}.safetensors',
                                   (n, 32, 16, 1))
        material.write_model(f'{self.folder}/A.safetensors',
                             material.NETS['A'])
        self.bodies = material.write_bodies(self.folder)['fractions']
        so = os.path.join(options.build, 'ngx_http_maas_module.so')

        # the upstream on the client's core: it is none of our business
        self.up = servers.Nginx('upstream', options.nginx, self.folder, so, '',
                                'location / { return 204; }')
        subprocess.run(['taskset', '-apc', servers.CLIENT_CORE,
                        str(self.up.process.pid)], check=True,
                       stdout=subprocess.DEVNULL)
        time.sleep(.5)
        for pid in self.up.pids():
            subprocess.run(['taskset', '-apc', servers.CLIENT_CORE, str(pid)],
                           check=True, stdout=subprocess.DEVNULL)

        http = HTTP.format(folder=self.folder) + f'''
    upstream up {{ server 127.0.0.1:{self.up.port}; keepalive 64; }}
    proxy_http_version 1.1; proxy_set_header Connection "";'''
        self.s = servers.Nginx('proxy', options.nginx, self.folder, so, http,
                               server())
        if self.s.wait('/alone', b'[[' + b','.join([b'0'] * 784) + b']]',
                       20) is None:
            self.stop()
            raise SystemExit(f'nginx does not answer, see {self.folder}')

    def stop(self):
        self.s.stop()
        self.up.stop()

    def pair(self, a, b, connections, bodies=NOTHING):
        """Rounds of [(got of a, got of b)], in turn first"""
        rounds = []
        for i in range(self.o.rounds):
            got = {}
            for path in ((a, b), (b, a))[i % 2]:
                got[path] = servers.load(self.s, path + ('' if bodies[2]
                                                         else QUERY),
                                         connections, self.o.seconds, bodies)
                if got[path]['errors']:
                    raise SystemExit(f'{path}: {got[path]["errors"]} errors')
            rounds.append((got[a], got[b]))
        return rounds

    def cpu(self, a, b):
        """us of CPU a request that b takes more than a"""
        return statistics.median(y['cpu'] - x['cpu']
                                 for x, y in self.pair(a, b, 32))

    def ratio(self, a, b, connections, what, bodies=NOTHING):
        return statistics.median(y[what] / x[what] for x, y in
                                 self.pair(a, b, connections, bodies))

    def run(self):
        return [
            ('variable of 8 features, 8-32-16-1: CPU a request',
             f'{self.cpu("/none", "/texts"):.2f} us', '0.5 us', '0.3 us'),
            ('the same with features that nginx finds among 8 arguments',
             f'{self.cpu("/none", "/variable"):.2f} us', '', ''),
            ('decision: 2 tracked keys, 16 features, 16-32-16-1, ladder: CPU '
             'a request', f'{self.cpu("/plain", "/decision"):.2f} us',
             '3 us', '1.5 us'),
            ('throughput of a proxied location with a gate',
             f'{self.ratio("/proxied", "/gated", 32, "rate"):.3f}', '0.92',
             '0.97'),
            ('p50 of a client beside a shadow of the same size, 1 connection',
             f'{self.ratio("/alone", "/shadowed", 1, "p50", self.posts()):.3f}',
             '1.10', '1.02'),
            ('the same, 32 connections',
             f'{self.ratio("/alone", "/shadowed", 32, "p50", self.posts()):.3f}',
             '1.10', '1.02'),
        ]

    def posts(self):
        return (self.bodies[0], self.bodies[1], material.BODIES)


def text(rows, o):
    lines = ['# Predictions as part of nginx', '',
             '`make bench` wrote this (`bench/proxy.py`): two locations of one '
             'nginx in turn, with and without, one',
             f'worker, medians of {o.rounds} rounds of {o.seconds} s. The '
             'shadow is 784-64-64-10, as what it shadows.', '',
             f'- {time.strftime("%Y-%m-%d %H:%M", time.gmtime())} UTC', '',
             '| | figure | must | aim |', '|---|---|---|---|']
    lines += ['| ' + ' | '.join(r) + ' |' for r in rows]
    return '\n'.join(lines) + '\n'


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('-r', '--rounds', type=int, default=9)
    p.add_argument('-s', '--seconds', type=int, default=2)
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    p.add_argument('-o', '--output', default=os.path.join(HERE, 'PROXY.md'))

    o = p.parse_args()
    b = Bench(o)
    try:
        said = text(b.run(), o)
    finally:
        b.stop()

    with open(o.output, 'w') as f:
        f.write(said)
    print(said)


if __name__ == '__main__':
    main()
