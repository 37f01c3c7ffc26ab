#!/usr/bin/env python3
"""Small tables against scikit-learn, all with default settings: accuracy, or
R2, over five folds.  Part of `make bench`; writes its part of bench/TABLES.md.

    bench/tables.py BUILD [-r REPEATS] [-s SET,...] [-o FILE] [-- OPTION...]

The sets come with the installed scikit-learn package.  OPTIONs go to `fit`, to
try other defaults; -o none prints only.
Not here: time (bench/run), tables from the world (bench/real_tables.py).
"""

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from statistics import mean

import numpy
import sklearn
from sklearn import (compose, datasets, ensemble, model_selection,
                     neural_network)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tables_page

SETS = {'breast cancer': datasets.load_breast_cancer,
        'wine': datasets.load_wine,
        'digits': datasets.load_digits,
        'diabetes': datasets.load_diabetes}
REGRESSION = ('diabetes',)
FOLDS = 5
MUST = -1.0         # points behind the better of the two

HEADING = 'Small tables'
HEAD = """`make bench` wrote this (`bench/tables.py`). Everybody has default settings and sees the same rows: ours reads a
CSV file (`maas-trainer fit --data train.csv -o m.safetensors --test test.csv`), scikit-learn has HistGradientBoosting
and an MLP behind a StandardScaler (targets scaled as well). Mean of {folds} folds, {repeats} times in different ways, in points (accuracy,
or R2, in per cent).

- {date}; {machine}, Python {python}, scikit-learn {sklearn}

| set | rows | columns | score | ours | HistGradientBoosting | scaled MLP | ours against the better | must {must:+.0f} |
|---|---|---|---|---|---|---|---|---|
"""


def write(path, names, x, y):
    with open(path, 'w', newline='', encoding='utf-8') as f:
        w = csv.writer(f)
        w.writerow(list(names) + ['target'])
        for row, value in zip(x, y):
            w.writerow([repr(float(v)) for v in row] + [value])


class Set:
    def __init__(self, name):
        d = SETS[name]()
        self.name = name
        self.regression = name in REGRESSION
        self.x = d.data
        self.columns = [str(n) for n in d.feature_names]
        self.y = d.target if self.regression else numpy.array(
            [str(d.target_names[i]) for i in d.target])
        self.score = 'R2' if self.regression else 'accuracy'

    def folds(self, repeat):
        kind = (model_selection.KFold if self.regression
                else model_selection.StratifiedKFold)
        return kind(FOLDS, shuffle=True, random_state=repeat).split(
            self.x, self.y)

    def peers(self):
        if self.regression:
            return (
                ensemble.HistGradientBoostingRegressor(random_state=0),
                # its targets are scaled too: it is lost without
                compose.TransformedTargetRegressor(
                    make_pipeline(StandardScaler(),
                                  neural_network.MLPRegressor(random_state=0)),
                    transformer=StandardScaler()))
        return (ensemble.HistGradientBoostingClassifier(random_state=0),
                make_pipeline(StandardScaler(),
                              neural_network.MLPClassifier(random_state=0)))


def ours(trainer, s, train, test, folder, options):
    for part, rows in (('train', train), ('test', test)):
        write(os.path.join(folder, part + '.csv'), s.columns, s.x[rows],
              s.y[rows])

    done = subprocess.run(
        [trainer, 'fit', '-q', '--json', '--data', 'train.csv', '--test',
         'test.csv', '-o', 'm.safetensors'] + options, cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    if done.returncode != 0:
        sys.exit(f'{s.name}: fit failed: {done.stderr}')

    got = json.loads(done.stdout.splitlines()[-1])

    return got['test_r2' if s.regression else 'test_accuracy']


def measure(s, o, folder):
    """Points of ours, HistGradientBoosting and MLP"""
    got = [[], [], []]

    for repeat in range(o.repeats):
        for train, test in s.folds(repeat):
            got[0].append(ours(os.path.abspath(o.trainer), s, train, test,
                               folder, o.options))

            for scores, peer in zip(got[1:], s.peers()):
                if o.alone:
                    scores.append(0)
                    continue
                with warnings.catch_warnings():
                    # its MLP stops at 200 epochs, and says so
                    warnings.simplefilter('ignore')
                    peer.fit(s.x[train], s.y[train])
                scores.append(peer.score(s.x[test], s.y[test]))

    return [100 * mean(v) for v in got]


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('-r', '--repeats', type=int, default=5)
    p.add_argument('-s', '--sets', default=','.join(SETS))
    p.add_argument('-a', '--alone', action='store_true',
                   help='ours alone, to try settings')
    p.add_argument('-o', '--output', default=tables_page.PAGE)
    mine = sys.argv[1:]
    options = []
    if '--' in mine:
        options = mine[mine.index('--') + 1:]
        mine = mine[:mine.index('--')]
    o = p.parse_args(mine)
    o.options = options
    o.trainer = os.path.join(o.build, 'maas-trainer')

    text = HEAD.format(
        folds=FOLDS, repeats=o.repeats, must=MUST, sklearn=sklearn.__version__,
        date=time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime()),
        machine=f'{os.cpu_count()} cores', python=platform.python_version())

    with tempfile.TemporaryDirectory() as folder:
        for name in o.sets.split(','):
            s = Set(name)
            points = measure(s, o, folder)
            ahead = points[0] - max(points[1:])
            line = (f'| {name} | {len(s.x)} | {len(s.columns)} | {s.score} | '
                    + ' | '.join(f'{v:.2f}' for v in points)
                    + f' | {ahead:+.2f} | '
                    + ('better' if ahead > 0 else 'kept' if ahead >= MUST
                       else '**missed**') + ' |\n')
            print(line, end='', flush=True)
            text += line

    if o.output != 'none':
        tables_page.put(o.output, HEADING, text)


if __name__ == '__main__':
    main()
