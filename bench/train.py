#!/usr/bin/env python3
"""Training: the seed network against Keras, JAX and scikit-learn, large
networks against the machine's matrix products, threads, memory.  Part of
`make bench`; writes bench/TRAINING.md.

    bench/train.py BUILD PYTHON [-r ROUNDS] [-p PEER,...] [-b] [-o FILE]

PYTHON has train-requirements.txt.  Data is MNIST from MAAS_DATA, or drawn by
`synth`.  -b: also the best network, which takes minutes; else what is written
about it stays.  All of one round runs one after the other, medians count.
Not here: the other programs (train_peers.py).
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from statistics import median

HERE = os.path.dirname(os.path.abspath(__file__))
EPOCHS = {'ours': 10, 'keras': 3, 'jax': 3, 'sklearn': 1}
NAMES = {'keras': 'Keras (TensorFlow)', 'jax': 'JAX (jit, scan)',
         'sklearn': 'scikit-learn'}
GOALS = {'keras': (25, 45), 'jax': (6, 10)}
SEED = ['--hidden', '64:relu,64:relu', '--batch', '32', '--optimizer', 'adam',
        '--schedule', 'constant', '--weight-decay', '0', '--validation', '0',
        '--patience', '0']
BEST = ['--hidden', '1024:relu:bn:drop=0.2,1024:relu:bn:drop=0.3',
        '--batch', '256', '--epochs', '70', '--schedule', 'one-cycle',
        '--lr', '0.004', '--ema', '0.999', '--weight-decay', '0', '--augment',
        'shift=2,rotate=12,scale=0.12,shear=0.12,elastic=1',
        '--validation', '0', '--patience', '0']
BEST_HEAD = '## The best network on MNIST'
BEST_GOAL = (99.0, 99.4)


def goal(value, must, aim, less=False):
    def over(g):
        return value <= g if less else value >= g
    word = 'aim' if over(aim) else 'must' if over(must) else '**missed**'
    return f'{must} / {aim} | {word}'


class Bench:
    def __init__(self, o, folder):
        self.o = o
        self.folder = folder
        self.trainer = os.path.abspath(os.path.join(o.build, 'maas-trainer'))
        self.data = os.path.join(os.environ.get('MAAS_DATA', ''), 'mnist')
        self.name = 'MNIST'
        if not os.path.isdir(self.data):
            self.data = os.path.join(folder, 'digits')
            self.name = 'digits drawn by `synth`'
            self.run([self.trainer, 'synth', self.data, '--train', '60000',
                      '--test', '10000'])

    def run(self, command):
        done = subprocess.run(command, cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        if done.returncode != 0:
            sys.exit(f'{command}: {done.stderr[-2000:]}')
        return done.stdout

    def fit(self, *options):
        got = json.loads(self.run([self.trainer, 'fit', '-q', '--json', '-d',
                                   self.data, '-o', 'm.safetensors',
                                   *options]))
        return got['training_seconds'] / got['epochs'], got['test_accuracy']

    def peer(self, who):
        lines = self.run([self.o.python, os.path.join(HERE, 'train_peers.py'),
                          who, self.data, str(EPOCHS[who])]).splitlines()
        return (median(float(v) for v in lines[:-1]),
                float(lines[-1].split()[1]))

    def seed(self):
        """{who: [(seconds an epoch, accuracy)]}"""
        ours = SEED + ['--epochs', str(EPOCHS['ours'])]
        got = {}
        for _ in range(self.o.rounds):
            got.setdefault('one', []).append(self.fit(*ours, '--threads', '1'))
            got.setdefault('all', []).append(self.fit(*ours))
            for who in self.o.peers.split(','):
                got.setdefault(who, []).append(self.peer(who))
        return got

    def memory(self):
        """Peak of fit in MB, and the data's"""
        pid = os.posix_spawn(self.trainer, [
            self.trainer, 'fit', '-q', '-d', self.data, '-o',
            os.path.join(self.folder, 'm.safetensors'), *SEED, '--epochs',
            '2'], os.environ, file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
        _, status, usage = os.wait4(pid, 0)
        if status != 0:
            sys.exit('fit failed')
        return usage.ru_maxrss / 1024, 70000 * 785 / 2 ** 20

    def steps(self):
        text = self.run([os.path.abspath(os.path.join(
            self.o.build, 'bench', 'bench_train_steps'))])
        peaks = dict(re.findall(r'^peak (\S+) (\S+)$', text, re.M))
        nets = re.findall(r'^net (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)$', text,
                          re.M)
        return ({k: float(v) for k, v in peaks.items()},
                [(n[0].replace(',', '-'), int(n[1]), *map(float, n[2:]))
                 for n in nets])


def seed_text(name, got):
    ours = min(median(s for s, _ in got[k]) for k in ('one', 'all'))
    text = f"""
## The seed network

784-64-64-10, batch 32, Adam, constant rate, 60000 rows of {name}; seconds an epoch, after compilation and a first epoch
where a program needs one, without evaluation; ours: training seconds that `fit` reports over {EPOCHS['ours']} epochs.
How many times faster: our faster line against the other's median.

| who | s an epoch | test accuracy | ours is so many times faster | must / aim | reached |
|---|---|---|---|---|---|
"""
    for who, runs in got.items():
        v = [s for s, _ in runs]
        label = {'one': 'ours, one thread', 'all': 'ours, all cores'}.get(
            who, NAMES.get(who))
        line = (f'| {label} | {median(v):.4f} ({min(v):.4f}-{max(v):.4f}) | '
                f'{median(a for _, a in runs):.4f} |')
        if who in NAMES:
            times = median(v) / ours
            line += f' {times:.1f} | '
            line += (goal(times, *GOALS[who]) if who in GOALS else ' | ') + ' |'
        else:
            line += ' | | |'
        text += line + '\n'
    return text


def steps_text(peaks, nets):
    big, b = nets
    share = 100 * big[5] / peaks['OpenBLAS']
    return f"""
## Large networks

Batch 256, Adam, dense rows; 2 flops a multiply-add, forward, gradients of weights, and back to all but the input. The
peaks are square products of 2048 on all cores: {peaks['OpenBLAS']:.0f} GFLOP/s by OpenBLAS, {peaks['own']:.0f} by the
trainer's own loops.

| network | parameters | ms a step, one thread | all cores | GFLOP/s | of OpenBLAS's peak | of our own | threads gain |
|---|---|---|---|---|---|---|---|
""" + ''.join(
        f'| {n} | {p / 1e6:.1f} M | {one * 1e3:.2f} | {all_ * 1e3:.2f} | '
        f'{rate:.0f} | {100 * rate / peaks["OpenBLAS"]:.0f} % | '
        f'{100 * rate / peaks["own"]:.0f} % | {one / all_:.2f} |\n'
        for n, p, one, all_, _, rate in nets) + f"""
| promise | measured | must / aim | reached |
|---|---|---|---|
| {big[0]}: share of sgemm's peak, % | {share:.0f} | {goal(share, 60, 80)} |
| {b[0]}: all cores against one | {b[2] / b[3]:.2f} | {goal(b[2] / b[3], 1.6, 1.9)} |
"""


def best_text(bench):
    begin = time.time()
    _, accuracy = bench.fit(*BEST)
    seconds = time.time() - begin
    return f"""{BEST_HEAD}

An MLP with augmentation, the test part measured once at the end; at most 10 minutes on this machine:

```
maas-trainer fit --data mnist -o best.safetensors {' '.join(BEST)}
```

| accuracy, % | minutes | must / aim | reached |
|---|---|---|---|
| {100 * accuracy:.2f} | {seconds / 60:.1f} | {goal(100 * accuracy, *BEST_GOAL)} |
"""


def kept(path):
    """What is written about the best network, from the file before"""
    if not os.path.exists(path):
        return ''
    with open(path, encoding='utf-8') as f:
        text = f.read()
    return text[text.index(BEST_HEAD):] if BEST_HEAD in text else ''


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('python')
    p.add_argument('-r', '--rounds', type=int, default=3)
    p.add_argument('-p', '--peers', default='keras,jax,sklearn')
    p.add_argument('-b', '--best', action='store_true')
    p.add_argument('-o', '--output', default=os.path.join(HERE,
                                                          'TRAINING.md'))
    o = p.parse_args()
    o.python = os.path.abspath(o.python)

    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(o, folder)
        seed = bench.seed()
        peak, data = bench.memory()
        text = f"""# Training

`make bench` wrote this (`bench/train.py`); {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, {os.cpu_count()} cores,
Python {platform.python_version()}, {o.rounds} rounds, median (least-most).
""" + seed_text(bench.name, seed) + steps_text(*bench.steps()) + f"""
| memory of `fit` on {bench.name} | MB | must / aim | reached |
|---|---|---|---|
| peak | {peak:.0f} | | |
| the data itself | {data:.0f} | | |
| beyond it | {peak - data:.0f} | {goal(peak - data, 60, 30, True)} |

""" + (best_text(bench) if o.best else kept(o.output))

    print(text)
    if o.output != 'none':
        with open(o.output, 'w', encoding='utf-8') as f:
            f.write(text.rstrip('\n') + '\n')


if __name__ == '__main__':
    main()
