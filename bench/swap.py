"""What swaps of a watched model (`maas_model ... watch=1s`) cost: requests of
the same worker for something else, and predictions out of a watched slot.

    bench/swap.py BUILD [-r ROUNDS] [-s SECONDS] [-n NGINX] [-o FILE]

Server on core 0, client on core 1, before others where the kernel groups
processes by session; what is compared takes turns in one nginx; medians of
rounds.  The model is C of material.py, 58 MB.
Not here: how servers are run (servers.py), models (material.py).
"""

import argparse
import array
import os
import random
import re
import shutil
import statistics
import threading
import time

import material
import servers

HERE = os.path.dirname(os.path.abspath(__file__))
BODIES = 16
WAIT = 60               # s, for a swap

HTTP = '''
    maas_max_rows 64;
    maas_model start {folder}/C.safetensors;
    maas_model slot {folder}/slot.safetensors watch=1s max=80m;
    maas_model small {folder}/A.safetensors;
    maas_model small_slot {folder}/small_slot.safetensors watch=1s;
    maas_model swapped {folder}/swapped.safetensors watch=1s max=80m;
'''

SERVER = '''
    location = /constant { return 200 "ok"; }
    location = /start { maas_predict start; }
    location = /slot { maas_predict slot; }
    location = /small { maas_predict small; }
    location = /small_slot { maas_predict small_slot; }
    location = /swapped { maas_predict swapped; }
    location = /metrics { maas_metrics; }
'''


def prefer(pid):
    """All of its session before all that others run, but not before each
    other: what a swap takes from requests is as ever"""
    try:
        with open(f'/proc/{pid}/autogroup', 'w') as f:
            f.write('-20')
    except OSError:
        pass


def rows(folder, name, width, n):
    """Bodies of n rows of bytes: the path without number"""
    rng = random.Random(width)
    path = os.path.join(folder, f'{name}-{n}')

    for i in range(BODIES):
        with open(f'{path}.{i}', 'wb') as f:
            f.write(array.array('f', [rng.uniform(.1, 1)
                                      for _ in range(n * width)]).tobytes())
    return path


def other(path, to):
    """The same model with another last weight"""
    shutil.copyfile(path, to)
    with open(to, 'r+b') as f:
        f.seek(-4, os.SEEK_END)
        f.write(array.array('f', [.0123]).tobytes())


class Swaps(threading.Thread):
    """One swap after the other until end(); `took`: s from rename until the
    worker says that it has the new one"""

    def __init__(self, bench):
        super().__init__()
        self.bench = bench
        self.took = []
        self.ended = threading.Event()

    def run(self):
        while not self.ended.is_set():
            b = self.bench
            b.turn += 1
            self.took.append(b.swap('swapped', 'C' if b.turn % 2 else 'C2'))

    def end(self):
        self.ended.set()
        self.join()


class Bench:
    def __init__(self, options):
        self.o = options
        self.folder = os.path.abspath(os.path.join(options.build,
                                                   'bench-swap'))
        os.makedirs(self.folder, exist_ok=True)
        self.turn = 0

        for name in 'CA':
            material.write_model(self.at(name), material.NETS[name])
            other(self.at(name), self.at(name + '2'))
        for name, model in (('slot', 'C'), ('small_slot', 'A'), ('swapped', 'C')):
            self.put(name, model + '2')

        self.bodies = {
            'one': (rows(self.folder, 'C', 1024, 1), BODIES),
            'many': (rows(self.folder, 'C', 1024, 64), BODIES),
            'small': (rows(self.folder, 'A', 784, 1), BODIES),
        }

        so = os.path.join(options.build, 'ngx_http_maas_module.so')
        self.s = servers.Nginx('swap', options.nginx, self.folder, so,
                               HTTP.format(folder=self.folder), SERVER)
        if self.s.wait('/constant', None, 30) is None:
            self.s.stop()
            raise SystemExit(f'nginx does not answer, see {self.folder}')
        prefer(self.s.process.pid)

    def at(self, name):
        return os.path.join(self.folder, name + '.safetensors')

    def put(self, name, model):
        """A link to that file, by rename"""
        new = self.at('new')
        if os.path.exists(new):
            os.unlink(new)
        os.link(self.at(model), new)
        os.rename(new, self.at(name))

    def swaps(self, name):
        text = self.s.post('/metrics', None)[1].decode()
        found = re.search(r'^maas_model_swaps_total\{model="%s",.*\} (\d+)$'
                          % name, text, re.M)
        if not found:
            raise SystemExit(f'no maas_model_swaps_total of {name}')
        return int(found[1])

    def swap(self, name, model):
        """To that file: seconds until it is counted"""
        n, start = self.swaps(name), time.monotonic()
        self.put(name, model)
        while self.swaps(name) == n:
            if time.monotonic() - start > WAIT:
                raise SystemExit(f'{name} is not swapped, see {self.folder}')
            time.sleep(.05)
        return time.monotonic() - start

    def constant(self):
        """p99.9 of /constant in us: [(without, with swaps)], and what the
        swaps took"""
        rounds, took = [], []
        for i in range(2 * self.o.rounds):
            got = {}
            for swapping in ((0, 1), (1, 0))[i % 2]:
                swaps = Swaps(self) if swapping else None
                if swaps:
                    swaps.start()
                    time.sleep(.5)
                wrk = servers.wrk_start(self.s, '/constant', 16,
                                        self.o.seconds, ('', None, 0),
                                        delay=2)
                prefer(wrk.pid)
                got[swapping] = servers.wrk_end(wrk)
                if swaps:
                    swaps.end()
                    took += swaps.took
                if got[swapping]['errors']:
                    raise SystemExit('/constant: errors')
            rounds.append((got[0]['p999'], got[1]['p999']))
        return rounds, took

    def ratio(self, a, b, kind):
        """CPU a request of b by that of a, 1 connection"""
        ratios, (path, count) = [], self.bodies[kind]
        for i in range(self.o.rounds):
            cpu = {}
            for uri in ((a, b), (b, a))[i % 2]:
                got = servers.load(self.s, uri, 1, self.o.seconds,
                                   (path, 0, count))
                if got['errors']:
                    raise SystemExit(f'{uri}: {got["errors"]} errors')
                cpu[uri] = got['cpu']
            ratios.append(cpu[b] / cpu[a])
        return statistics.median(ratios)

    def run(self):
        # what was loaded by a swap, not at the start
        self.swap('slot', 'C')
        self.swap('small_slot', 'A')
        rounds, took = self.constant()
        more = statistics.median(y - x for x, y in rounds) / 1000
        alone, beside = (statistics.median(r[k] for r in rounds) / 1000
                         for k in (0, 1))

        return [
            (f'p99.9 of a constant location while 58 MB are swapped, one swap '
             f'after the other, against none ({beside:.2f} and {alone:.2f} ms; '
             'twice as many rounds)',
             f'{more:+.2f} ms', '+2 ms', '+0.5 ms'),
            ('forward pass out of a watched slot against one loaded at start: '
             '58 MB, one row', f'{self.ratio("/start", "/slot", "one"):.3f}',
             '1.1', '1.0'),
            ('the same, 64 rows',
             f'{self.ratio("/start", "/slot", "many"):.3f}', '1.1', '1.0'),
            ('the same of 784-64-64-10, the whole request',
             f'{self.ratio("/small", "/small_slot", "small"):.3f}', '1.1',
             '1.0'),
            ('from rename to the new one, 58 MB, `watch=1s`, beside 16 '
             'connections', f'{statistics.median(took):.1f} s', '', ''),
        ]


def text(out, o):
    lines = ['# Swaps without a reload', '',
             '`make bench` wrote this (`bench/swap.py`): one worker on one '
             'core, what is compared in turn in one nginx,',
             f'medians of {o.rounds} rounds of {o.seconds} s. The model of '
             '58 MB is 1024-4096-2048-1000.', '',
             f'- {time.strftime("%Y-%m-%d %H:%M", time.gmtime())} UTC; load '
             f'average before it {o.busy:.0f}: what others run lengthens p99.9, '
             'with swaps and without', '',
             '| | figure | must | aim |', '|---|---|---|---|']
    lines += ['| ' + ' | '.join(r) + ' |' for r in out]
    return '\n'.join(lines) + '\n'


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('-r', '--rounds', type=int, default=9)
    p.add_argument('-s', '--seconds', type=int, default=2)
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    p.add_argument('-o', '--output', default=os.path.join(HERE, 'SWAP.md'))

    o = p.parse_args()
    o.busy = os.getloadavg()[0]
    b = Bench(o)
    try:
        said = text(b.run(), o)
    finally:
        b.s.stop()

    with open(o.output, 'w') as f:
        f.write(said)
    print(said)


if __name__ == '__main__':
    main()
