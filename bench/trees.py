#!/usr/bin/env python3
"""Ensembles of trees side by side: this engine, the libraries that the models
come from, and those who compile them.  Part of `make bench`; writes
bench/TREES.md.

    bench/trees.py BUILD [-r ROUNDS] [-m MODEL,...] [-x PARTS] [-q] [-o FILE]
                   [-n NGINX]

Everybody has one thread and one core, in turn in one process (bench_trees.c),
on the same rows.  -o none prints only.
Not here: how models are made (trees_models.py).
"""

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import time

import numpy as np

import servers
import trees_models
import trees_request

HERE = os.path.dirname(os.path.abspath(__file__))
CORE = servers.SERVER_CORE
COMPILED = ('lleaves', 'tl2cgen', 'tl2cgen+quantized')

# name: what is built, and the name for people
MODELS = {
    'lgb31': (('LightGBM', 100, 31), 'LightGBM 100 x 31'),
    'lgb63': (('LightGBM', 500, 63), 'LightGBM 500 x 63'),
    'lgb255': (('LightGBM', 100, 255), 'LightGBM 100 x 255'),
    'lgb200': (('LightGBM', 100, 31, 200), 'LightGBM 100 x 31, 200 columns'),
    'lgbcat': (('LightGBM', 100, 31, 30, 'cat'),
               'LightGBM 100 x 31, NaN and 5 categories'),
    'xgb31': (('XGBoost', 100, 31), 'XGBoost 100 x 31'),
    'xgb63': (('XGBoost', 500, 63), 'XGBoost 500 x 63'),
    'ydf31': (('YDF', 100, 31), 'YDF 100 x 31'),
    'ydf63': (('YDF', 500, 63), 'YDF 500 x 63'),
    'cat6': (('CatBoost', 500, 64, 30, '', 6),
             'CatBoost 500, depth 6'),
}

# (must, aim) of the issue, by model and rows a call
OWN = {('lgb31', 1): (15, 25), ('lgb31', 64): (20, 35),
       ('lgb63', 1): (14, 20), ('lgb63', 64): (24, 34)}
BEST = {('lgb31', 1): (4, 6), ('lgb31', 64): (5, 8),
        ('lgb63', 1): (4, 6), ('lgb63', 64): (5, 8),
        ('xgb31', 1): (6, 9), ('xgb31', 64): (8, 15),
        ('xgb63', 1): (6, 9), ('xgb63', 64): (8, 15),
        ('lgbcat', 1): (4, 6), ('lgb200', 1): (2.2, 3),
        ('lgb255', 1): (1.8, 2.2), ('ydf31', 64): (2.5, 3.5),
        ('ydf63', 64): (2.5, 3.5)}
AVX2 = {('lgb31', 1): (2.5, 3.5)}
SHAP = {('lgb31', 1): (12, 15), ('lgb31', 8): (50, 80)}

NONE = (None, None)


def library(package, name):
    found = __import__(package)
    path = os.path.join(os.path.dirname(found.__file__), 'lib', name)
    return path


class Bench:
    def __init__(self, o):
        self.o = o
        self.folder = os.path.abspath(os.path.join(o.build, 'bench-trees'))
        self.program = os.path.join(o.build, 'bench/bench_trees')
        self.trainer = os.path.join(o.build, 'maas-trainer')
        self.missed = []

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def make(self, name):
        m = trees_models.Model(self.folder, name, *MODELS[name][0])
        m.make(not self.o.quick)
        done = subprocess.run([self.trainer, 'import', m.file, '-o', m.ours],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        if done.returncode != 0:
            raise SystemExit(f'{name}: import: {done.stdout}')
        return m

    def engines(self, m):
        """Arguments of bench_trees; the first is what must be equal"""
        found = [f'ours={m.ours}']
        if m.own in ('LightGBM', 'YDF'):
            lib = library('lightgbm', 'lib_lightgbm.so')
            found.insert(0, f'LightGBM={lib},{m.file}')
        if m.own == 'XGBoost':
            lib = library('xgboost', 'libxgboost.so')
            found.insert(0, f'XGBoost={lib},{m.file}')
        if m.own == 'CatBoost':
            found.insert(0, f'answers={self.answers(m)}')
        found.append(f'ours:avx2={m.ours}')
        for q, name in enumerate(COMPILED[1:]):
            so = m.at(f'tl2cgen{q}.so')
            if os.path.exists(so):
                if m.own == 'XGBoost':
                    name = name.replace('tl2cgen', 'tl2cgen:float')
                found.append(f'{name}={so}')
        if os.path.exists(m.at('lleaves.so')):
            found.append(f'lleaves={m.at("lleaves.so")}')
        return found

    def answers(self, m):
        import catboost
        b = catboost.CatBoostClassifier().load_model(m.at('model.cbm'))
        path = m.at('answers.bin')
        np.asarray(b.predict(m.x().astype(np.float32),
                             prediction_type='RawFormulaVal'),
                   dtype=np.float64).tofile(path)
        return path

    def rounds(self, m, engines):
        """{(engine, rows): (median ns, answers with other bits, largest
        difference)}"""
        got = {}
        for _ in range(self.o.rounds):
            said = subprocess.run(
                ['taskset', '-c', CORE, self.program, m.rows, str(m.width)]
                + engines, check=True, stdout=subprocess.PIPE, text=True,
                env=dict(os.environ, OMP_NUM_THREADS='1')).stdout
            if m.own == 'YDF':
                self.ydf(m, got)
            if m.own == 'CatBoost':
                self.catboost(m, got)
            for line in said.splitlines():
                name, rows, ns, other, largest = line.split()
                name = name.replace(':float', '')
                if name == 'answers':
                    continue
                got.setdefault((name, int(rows)), []).append(
                    (float(ns), int(other), float(largest)))
        return {k: (statistics.median(v[0] for v in r), r[0][1], r[0][2])
                for k, r in got.items()}

    def ydf(self, m, got):
        """Its own benchmark of its C++ engine"""
        import ydf
        b = ydf.load_model(m.at('ydf'))
        x = trees_models.columns(m.x())
        os.sched_setaffinity(0, [int(CORE)])
        for rows in (1, 16, 64):
            # means of few milliseconds, so that others' load does not count
            ns = min(b.benchmark(x, benchmark_duration=.004, num_threads=1,
                                 warmup_duration=.002, batch_size=rows)
                     .duration_per_example for _ in range(50)) * 1e9
            got.setdefault(('YDF', rows), []).append((ns, 0, 0))

    def catboost(self, m, got):
        """Python is all there is: large batches, so that it is fair"""
        import catboost
        b = catboost.CatBoostClassifier().load_model(m.at('model.cbm'))
        x = np.tile(m.x().astype(np.float32), (2, 1))
        least = 1e9
        for _ in range(25):
            start = time.perf_counter()
            b.predict(x, prediction_type='RawFormulaVal', thread_count=1)
            least = min(least, time.perf_counter() - start)
        got.setdefault(('CatBoost', 64), []).append(
            (least / len(x) * 1e9, 0, 0))

    # tables

    def goal(self, ratio, goal):
        """A cell of three"""
        must, aim = goal
        if ratio is None:
            return '| | | '
        if must is None:
            return f'| {ratio:.1f} | | '
        said = ('aim' if ratio >= aim else 'must' if ratio >= must
                else '**missed**')
        return f'| {ratio:.1f} | {must} / {aim} | {said} '

    def table(self, names):
        lines = ['| model | rows a call | ours | AVX2 | own library | lleaves '
                 '| tl2cgen | other answers | times faster than the library | '
                 'must / aim | | than the best compiled | must / aim | |',
                 '|' + '---|' * 14]
        for name in names:
            m = self.make(name)
            got = self.rounds(m, self.engines(m))
            own = 'LightGBM' if m.own == 'YDF' else m.own
            for rows in (1, 16, 64):
                def ns(engine):
                    return got.get((engine, rows), (None,))[0]

                best = [ns(e) for e in COMPILED + ('YDF', 'CatBoost')
                        if ns(e)]
                tl = [ns(e) for e in COMPILED[1:] if ns(e)]
                ours = ns('ours')
                other = (f'{got[("ours", rows)][1]}, '
                         f'{got[("ours:avx2", rows)][1]}')
                cells = [MODELS[name][1], str(rows), f'{ours:.0f}',
                         f'{ns("ours:avx2"):.0f}',
                         f'{ns(m.own):.0f}' if ns(m.own) else '',
                         f'{ns("lleaves"):.0f}' if ns('lleaves') else '',
                         f'{min(tl):.0f}' if tl else '', other]
                self.say(' '.join(cells))
                lines.append(
                    '| ' + ' | '.join(cells) + ' '
                    + self.goal(ns(own) / ours if ns(own) else None,
                                OWN.get((name, rows), NONE))
                    + self.goal(min(best) / ours if best else None,
                                BEST.get((name, rows), NONE)) + '|')
                if (name, rows) in AVX2:
                    lines.append(
                        f'| the same, AVX2 forced | {rows} | | '
                        f'{ns("ours:avx2"):.0f} | | | | | | | '
                        + self.goal(min(best) / ns('ours:avx2'),
                                    AVX2[name, rows]) + '|')
        return lines

    def shap(self):
        m = self.make('lgb31')
        lib = library('lightgbm', 'lib_lightgbm.so')
        got = self.rounds(m, [f'LightGBM:shap={lib},{m.file}',
                              f'shap={m.ours}', f'shap:avx2={m.ours}'])
        lines = ['', '| exact SHAP of LightGBM 100 x 31 | us, ours | AVX2 | '
                 "LightGBM's pred_contrib | largest difference | times faster "
                 '| must / aim | |', '|' + '---|' * 8]
        for rows in (1, 8, 64):
            ours, a, lgb = (got[e, rows] for e in
                            ('shap', 'shap:avx2', 'LightGBM:shap'))
            lines.append(f'| {rows} row{"s" * (rows > 1)} a call | '
                         f'{ours[0] / 1e3:.2f} | {a[0] / 1e3:.2f} | '
                         f'{lgb[0] / 1e3:.1f} | {ours[2]:.1e} '
                         + self.goal(lgb[0] / ours[0],
                                     SHAP.get(('lgb31', rows), NONE)) + '|')
        return lines


HEAD = """# Trees side by side

`make bench-trees` wrote this (`bench/trees.py`): nanoseconds a row, raw scores, one thread on one core, everybody in turn in one
process over 4096 different rows; the least of 25 short repetitions, medians of {rounds} rounds. LightGBM by its C API (`SingleRowFast`, `PredictForMat`),
XGBoost by `PredictFromDense`; lleaves and tl2cgen compiled the same file (tl2cgen quantised where that is faster); YDF by its own
benchmark of its C++ engine, ours with the same trees; CatBoost from Python, 8192 rows a call. "Other answers": of how many of 4096 rows our scores have other bits than
the library's, by the fastest kernel and by AVX2. "Best compiled": the fastest of all that are not the library itself, YDF and CatBoost for their own models.

- {date}; {machine}; {versions}

"""


def machine():
    with open('/proc/cpuinfo') as f:
        name = re.search(r'model name\s*:\s*(.*)', f.read())
    return name[1] if name else platform.machine()


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('-r', '--rounds', type=int, default=5)
    p.add_argument('-m', '--models', default=','.join(MODELS))
    p.add_argument('-x', '--parts', default='table,shap,request')
    p.add_argument('-q', '--quick', action='store_true',
                   help='no compiler that takes minutes')
    p.add_argument('-s', '--seconds', type=int, default=2)
    p.add_argument('-n', '--nginx', default='/usr/sbin/nginx')
    p.add_argument('-o', '--output', default=os.path.join(HERE, 'TREES.md'))
    o = p.parse_args()

    b = Bench(o)
    lines = []
    parts = o.parts.split(',')
    if 'table' in parts:
        lines += b.table(o.models.split(','))
    if 'shap' in parts:
        lines += b.shap()
    if 'request' in parts:
        lines += trees_request.table(o, b.folder, b.make('lgb31'))

    from importlib.metadata import version
    text = HEAD.format(
        rounds=o.rounds, machine=machine(),
        date=time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime()),
        versions=', '.join(f'{p} {version(p)}' for p in (
            'lightgbm', 'xgboost-cpu', 'lleaves', 'tl2cgen', 'ydf',
            'catboost')))
    text += '\n'.join(lines) + '\n'
    print(text)
    if o.output != 'none':
        with open(o.output, 'w', encoding='utf-8') as f:
            f.write(text)


if __name__ == '__main__':
    main()
