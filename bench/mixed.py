#!/usr/bin/env python3
"""A drawn table with missing numbers, far ends, categories and true or false,
against scikit-learn's HistGradientBoosting: accuracy on 5000 rows that nobody
has seen.  Both have default settings; scikit-learn is told which columns are
categories, ours looks at the file.

    bench/mixed.py BUILD

Not here: tables that come with scikit-learn (bench/tables.py).
"""

import json
import os
import subprocess
import sys
import tempfile
from statistics import mean

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier

ROWS = (500, 3000, 20000)
TEST = 5000
REPEATS = 3
CITIES = 40
DEVICES = ('ios', 'android', 'web', 'tv')


def draw(rows, seed):
    r = numpy.random.default_rng(seed)
    effect = numpy.random.default_rng(0).normal(size=CITIES)
    age = r.integers(18, 80, rows).astype(float)
    amount = numpy.exp(r.normal(3, 1.5, rows))
    city = r.integers(0, CITIES, rows)
    vip = r.integers(0, 2, rows)
    device = r.integers(0, len(DEVICES), rows)
    score = ((age - 45) / 15 + 0.7 * numpy.log(amount) - 2.1 + effect[city]
             + 1.2 * vip * (device == 2) - 0.8 * (device == 0)
             + 0.7 * r.logistic(size=rows))
    age[r.random(rows) < 0.15] = numpy.nan

    return numpy.column_stack([age, amount, city, vip, device]), score > 0


def write(path, x, y):
    with open(path, 'w', encoding='utf-8') as f:
        f.write('age,amount,city,vip,device,answer\n')
        for (age, amount, city, vip, device), bad in zip(x, y):
            f.write('{},{!r},city{:.0f},{},{},{}\n'.format(
                '' if numpy.isnan(age) else int(age), float(amount), city,
                'yes' if vip else 'no', DEVICES[int(device)],
                'bad' if bad else 'good'))


def ours(trainer, folder):
    done = subprocess.run(
        [trainer, 'fit', '-q', '--json', '--data', 'train.csv', '--test',
         'test.csv', '-o', 'm.safetensors'], cwd=folder, check=True,
        stdout=subprocess.PIPE, text=True)

    return json.loads(done.stdout.splitlines()[-1])['test_accuracy']


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)

    trainer = os.path.abspath(os.path.join(sys.argv[1], 'maas-trainer'))
    print('| rows | ours | HistGradientBoosting |\n|---|---|---|')

    for rows in ROWS:
        got = [[], []]

        with tempfile.TemporaryDirectory() as folder:
            for repeat in range(REPEATS):
                x, y = draw(rows, 10 + repeat)
                test_x, test_y = draw(TEST, 100 + repeat)
                write(os.path.join(folder, 'train.csv'), x, y)
                write(os.path.join(folder, 'test.csv'), test_x, test_y)
                got[0].append(ours(trainer, folder))
                peer = HistGradientBoostingClassifier(
                    categorical_features=[2, 4], random_state=0).fit(x, y)
                got[1].append(peer.score(test_x, test_y))

        print(f'| {rows} | {100 * mean(got[0]):.2f} | '
              f'{100 * mean(got[1]):.2f} |', flush=True)


if __name__ == '__main__':
    main()
