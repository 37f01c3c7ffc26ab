"""The text of bench/RESULTS.md.

Not here: measuring.
"""

import os
import platform
import re
import subprocess
import time
from statistics import median

# must and aim, as shares of bare nginx or as they stand
RATE = {('A', 'integers'): (.65, .78), ('A', 'fractions'): (.55, .68),
        ('A', 'binary'): (.80, .90), ('B', 'fractions'): (.16, .25)}
CPU = {('A', 'integers'): (2.5, 1.8), ('A', 'fractions'): (4, 3),
       ('A', 'binary'): (1.5, 1.0)}
QUIET = .05         # of both cores: above it others decide, not we
PEAK = {'A': 85, 'B': 75, 'C': 65}


def said(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        return done.stdout.strip()
    except OSError:
        return '?'


def goal(value, goals, less=False, runs=()):
    """'must / aim' and what was reached of it; nothing is judged by runs that
    others disturbed."""
    if goals is None:
        return '| |'
    must, aim = goals
    reached = [value <= g if less else value >= g for g in (must, aim)]
    word = 'aim' if reached[1] else 'must' if reached[0] else '**missed**'
    if any(g['others'] > QUIET for g in runs):
        word = f'disturbed ({word})'
    return f'| {must} / {aim} | {word}'


def spread(values, form='.2f'):
    return (f'{median(values):{form}} ({min(values):{form}}-'
            f'{max(values):{form}})')


class Report:
    def __init__(self):
        self.lines = []

    def put(self, *lines):
        self.lines += lines

    def table(self, *heads):
        self.put('', '| ' + ' | '.join(heads) + ' |',
                 '|---' * len(heads) + '|')

    def text(self):
        return '\n'.join(self.lines) + '\n'

    def machine(self, options, so):
        cpu = re.search(r'model name\s*: (.*)', open('/proc/cpuinfo').read())
        flags = [f for f in ('avx2', 'avx512f', 'amx_tile')
                 if f' {f} ' in open('/proc/cpuinfo').read()]
        self.put(
            '# Measured side by side',
            '',
            '`make bench` wrote this. Every ratio is between things that ran '
            'in the same minute; absolute figures belong to',
            'this machine and this hour.',
            '',
            f'- {time.strftime("%Y-%m-%d %H:%M %Z")}, commit '
            f'{said("git", "rev-parse", "--short", "HEAD")}',
            f'- {cpu.group(1) if cpu else "?"}, {os.cpu_count()} cores, '
            f'{" ".join(flags)}; Linux {platform.release()}; load average '
            f'at the start {os.getloadavg()[0]:.2f}',
            f'- {said(options.nginx, "-v")}; '
            f'{said("gcc", "--version").splitlines()[0]}; '
            f'{said("wrk", "-v").splitlines()[0].split(" Copy")[0]}',
            f'- {options.rounds} rounds, medians (least-greatest); '
            f'{options.seconds} s a run, the rounds that others disturbed '
            f'least out of at most {options.rounds * options.tries}; '
            'server on core 0 with one worker, '
            'wrk with one thread on core 1',
            '- A = 784-64-64-10, B = 784-1024-512-10, '
            'C = 1024-4096-2048-1000, random weights; 64 different bodies in '
            'turn')

    def requests(self, rows, peers):
        names = []
        for key in rows:
            if key[3] not in names:
                names.append(key[3])

        self.put('', '## Requests', '',
                 'Bare: nginx reads the same body and answers the bytes that '
                 'we answer (bench/echo); same settings, one after the',
                 'other in each round. CPU: user and system time of the '
                 'worker by request. Busy: share of its core that the server',
                 'used. Others: share of both cores that other programs '
                 'took meanwhile; where it is not near 0, latencies and',
                 'requests/s are theirs as much as ours (they flatter the '
                 'slower server, since neither gets its core), the',
                 'ratio of CPU times is nearer to the truth, and what was '
                 'reached counts for nothing ("disturbed").',
                 'integers, fractions and binary are pictures with three '
                 'quarters zeros; dense has no zero.')
        self.rates(rows, names)
        self.cpu(rows)
        self.alone(rows, names)
        self.against(rows, names, peers)

    def rates(self, rows, names):
        self.table('body, 32 connections', 'server', 'requests/s', 'of bare',
                   'must / aim', 'reached', 'p50 us', 'p99 us',
                   'p99 of bare', 'CPU: bare / this', 'busy', 'others',
                   'errors')
        for model, kind, n in dict.fromkeys(k[:3] for k in rows if k[2] > 1):
            bare = rows[model, kind, n, 'bare']
            for name in names:
                if (model, kind, n, name) not in rows:
                    continue
                got = rows[model, kind, n, name]
                part = [g['rate'] / b['rate'] for g, b in zip(got, bare)]
                less = [b['cpu'] / g['cpu'] for g, b in zip(got, bare)]
                tail = [g['p99'] / b['p99'] for g, b in zip(got, bare)]
                goals = RATE.get((model, kind)) if name == 'ours' else None
                self.put(
                    f'| {model} {kind} | {name} '
                    f'| {median(g["rate"] for g in got):.0f} '
                    f'| {spread(part, ".3f")} '
                    f'{goal(median(part), goals, False, bare + got)} '
                    f'| {median(g["p50"] for g in got):.0f} '
                    f'| {median(g["p99"] for g in got):.0f} '
                    f'| {spread(tail)} '
                    f'| {spread(less, ".3f")} '
                    f'| {median(g["busy"] for g in got):.2f} '
                    f'| {median(g["others"] for g in got):.2f} '
                    f'| {sum(g["errors"] for g in got)} |')
        self.put('', 'p99 of bare, A: must 2.2, aim 1.5.')

    def cpu(self, rows):
        self.table('CPU us a request, 32 connections', 'bare', 'ours',
                   'beyond bare', 'must / aim', 'reached',
                   'least of all rounds: bare', 'ours', 'beyond')
        for model, kind, n in dict.fromkeys(k[:3] for k in rows if k[2] > 1):
            runs = (rows[model, kind, n, 'bare'], rows[model, kind, n, 'ours'])
            bare, ours = ([g['cpu'] for g in r] for r in runs)
            more = [o - b for o, b in zip(ours, bare)]
            self.put(f'| {model} {kind} | {median(bare):.2f} '
                     f'| {median(ours):.2f} | {spread(more)} '
                     + goal(median(more), CPU.get((model, kind)), True,
                            runs[0] + runs[1])
                     + f' | {min(bare):.2f} | {min(ours):.2f} '
                     f'| {min(ours) - min(bare):.2f} |')

    def alone(self, rows, names):
        self.table('body, 1 connection', 'server', 'p50 us', 'of bare',
                   'must / aim', 'reached', 'p99 us')
        for model, kind, n in dict.fromkeys(k[:3] for k in rows if k[2] == 1):
            bare = rows[model, kind, n, 'bare']
            for name in names:
                if (model, kind, n, name) not in rows:
                    continue
                got = rows[model, kind, n, name]
                part = [g['p50'] / b['p50'] for g, b in zip(got, bare)]
                goals = None
                if name == 'ours' and model == 'A':
                    goals = (1.10, 1.03)
                self.put(f'| {model} {kind} | {name} '
                         f'| {median(g["p50"] for g in got):.0f} '
                         f'| {spread(part)} '
                         f'{goal(median(part), goals, True, bare + got)} '
                         f'| {median(g["p99"] for g in got):.0f} |')

    def against(self, rows, names, peers):
        peers = {k: v for k, v in peers.items() if k in names}
        if not peers:
            return
        cases = list(dict.fromkeys(k[:3] for k in rows if k[2] > 1))
        self.table('ours against, requests/s, 32 connections',
                   *(f'{model} {kind}' for model, kind, _ in cases))
        strongest = None
        for name, what in peers.items():
            cells = []
            for case in cases:
                if (*case, name) not in rows:
                    cells.append('none')
                    continue
                more = [o['rate'] / t['rate'] for o, t
                        in zip(rows[(*case, 'ours')], rows[(*case, name)])]
                cells.append(spread(more) + 'x')
                if case == ('A', 'integers', 32):
                    strongest = min(strongest or median(more), median(more))
            self.put(f'| {name} ({what}) | ' + ' | '.join(cells) + ' |')
        self.put('', f'A integers against the strongest: {strongest:.2f}x; '
                 'must 3x, aim 3.6x.')

    def other(self, rows, pool):
        """The other wrk takes a share of the client's core in all of them,
        which disturbs nobody more than the rest."""
        self.put('', '`location = /other { return 204; }` of the same worker '
                 'while 32 connections ask B (fractions), one connection;',
                 f'ours-pool: `{pool}`', '')
        self.table('server', 'p50 us', 'p99 us', 'B requests/s',
                   'must / aim', 'reached')
        for name, got in rows.items():
            p50 = median(g['p50'] for g in got)
            goals = (150, 100) if name == 'ours-pool' else None
            self.put(f'| {name} | {p50:.0f} '
                     f'| {median(g["p99"] for g in got):.0f} '
                     f'| {median(g["load"] for g in got):.0f} '
                     f'{goal(p50, goals, True)} |')

    def forward(self, text, peak, nets):
        lines = text.strip().splitlines()
        limits = [v for v in lines if not v.startswith('|')]
        table = [v for v in lines if v.startswith('|')]

        self.put('', '## Forward passes, one thread, against ONNX Runtime', '')
        self.put(*(f'- {v}' for v in limits))
        self.put('- kernels: auto is what the module chooses here, avx2 is '
                 'forced, sgemm is OpenBLAS called by hand (one product a',
                 '  layer, weights not packed)', '')
        self.put(*table)

        self.table('AVX2, 256 rows', 'us', 'GFLOP/s', '256-bit FMA peak',
                   'share %', 'must %', 'reached')
        for model, (us, fma) in peak.items():
            widths = nets[model]
            flops = 2 * 256 * sum(a * b for a, b in zip(widths, widths[1:]))
            speed = flops / us / 1e3
            share = 100 * speed / fma
            self.put(f'| {model} | {us:.0f} | {speed:.1f} | {fma:.1f} '
                     f'| {share:.0f} | {PEAK[model]} '
                     f'| {"must" if share >= PEAK[model] else "**missed**"} |')

    def program(self, name, text):
        self.put('', f'## {name}', '', '```', text.rstrip(), '```')

    def memory(self, got, size):
        more = {n: (got[n, 4] - got[n, 1]) / 3 / 1e6 for n in ('bare', 'C')}
        self.put('', f'## Memory and start of C, a file of {size / 1e6:.1f} '
                 'MB', '', 'Private memory of master and workers after 64 '
                 'connections asked for a second, MB.')
        self.table('server', '1 worker', '4 workers', 'one more worker',
                   'must', 'reached')
        self.put(f'| bare nginx | {got["bare", 1] / 1e6:.1f} '
                 f'| {got["bare", 4] / 1e6:.1f} | {more["bare"]:.2f} | | |',
                 f'| ours | {got["C", 1] / 1e6:.1f} '
                 f'| {got["C", 4] / 1e6:.1f} | {more["C"]:.2f} | 3 '
                 f'| {"must" if more["C"] <= 3 else "**missed**"} |')

    def start(self, s):
        load = s['C'] - s['A']
        cpu = s['C cpu'] - s['A cpu']
        self.table('start of C', 'ms', 'CPU ms')
        self.put(f'| from exec to the first answer; CPU: nginx -t '
                 f'| {s["C"] * 1e3:.0f} | {s["C cpu"] * 1e3:.0f} |',
                 f'| the same with A | {s["A"] * 1e3:.0f} '
                 f'| {s["A cpu"] * 1e3:.0f} |',
                 f'| the difference | {load * 1e3:.0f} | {cpu * 1e3:.0f} |',
                 f'| `cat file \\| wc -c`, file in the page cache '
                 f'| {s["cat"] * 1e3:.0f} | {s["cat cpu"] * 1e3:.0f} |',
                 f'| read() into new memory | {s["read"] * 1e3:.0f} | |', '',
                 f'The difference is {load / s["cat"]:.2f} times the cat and '
                 f'{load / s["read"]:.2f} times the read, in CPU time '
                 f'{cpu / s["cat cpu"]:.2f} times the cat; must be below 2.')

    def finish(self, skipped):
        self.put('', '## Skipped', '')
        self.put(*(f'- {v}' for v in skipped or ['nothing']))
        self.put('', f'Load average at the end {os.getloadavg()[0]:.2f}.')
