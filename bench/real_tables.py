#!/usr/bin/env python3
"""The 25 real tables: command lines of ours against LightGBM, XGBoost,
CatBoost, scikit-learn's MLP and a linear model, all with their defaults and
the same rows; with --realmlp also RealMLP (pytabkit, installed by hand).

    bench/real_tables.py BUILD [--ours "NAME=OPTION ..."]... [OPTION]...

Answers are kept: peers' in --cache, so that only ours is run again, ours in
--mine as long as program and options are the same.  Writes its part of
bench/TABLES.md; -o none prints only.
Not here: tables and folds (bench/real_data.py), the peers
(bench/real_peers.py), what is said (bench/real_report.py).
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import shlex
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import real_data
import real_peers
import real_report
import tables_page

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ('LightGBM', 'XGBoost', 'linear', 'MLP', 'CatBoost')
LONGEST = 1800      # seconds of one fold of anybody


class Kept:
    """Answers by "table/fold/who" in a JSON file, written after each; others
    may have written to it meanwhile"""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.read()

    def read(self):
        self.got = {}
        if os.path.exists(self.path):
            with open(self.path, encoding='utf-8') as f:
                self.got = json.load(f)

    def put(self, key, value):
        with self.lock:
            self.read()
            self.got[key] = value
            new = f'{self.path}.{os.getpid()}'
            with open(new, 'w', encoding='utf-8') as f:
                json.dump(self.got, f, indent=0, sort_keys=True)
            os.replace(new, self.path)


def quiet(threads):
    """Environment in which libraries use so many threads"""
    e = dict(os.environ)
    for name in ('OMP', 'OPENBLAS', 'MKL', 'NUMEXPR'):
        e[name + '_NUM_THREADS'] = str(threads)
    return e


def run(args, **how):
    """Output, and CPU seconds of the program and what it waited for"""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        p = subprocess.Popen(args, stdout=out, stderr=err, **how)
        clock = threading.Timer(LONGEST, p.kill)
        clock.start()
        _, status, used = os.wait4(p.pid, 0)
        clock.cancel()
        p.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = out.read().decode('utf-8', 'replace')
        if p.returncode != 0:
            why = err.read().decode('utf-8', 'replace').strip()
            return None, ('longer than %d s' % LONGEST
                          if p.returncode == -9 else why[-400:])
        return said, used.ru_utime + used.ru_stime


def peer(o, who, table, fold):
    """In a process that has the libraries already: their imports take longer
    than most folds"""
    mine, theirs = o.fork.Pipe()
    p = o.fork.Process(target=real_peers.send, args=(
        theirs, who, table, fold, o.threads))
    p.start()
    theirs.close()
    got = {'failed': f'longer than {LONGEST} s'}
    if mine.poll(LONGEST):
        try:
            got = mine.recv()
        except EOFError:
            got = {'failed': 'it died'}
    p.kill()
    p.join()
    return got


def realmlp(o, table, fold):
    """By another Python"""
    said, cpu = run([o.realmlp, os.path.join(HERE, 'real_peers.py'),
                     'RealMLP', table, str(fold), str(o.threads)],
                    env=quiet(o.threads))
    if said is None:
        return {'failed': cpu}
    return json.loads(said.splitlines()[-1])


def prepare(threads):
    """What peer() forks from"""
    os.environ.update(quiet(threads))
    # libraries bring an OpenBLAS of their own, which knows the processor
    os.environ.pop('OPENBLAS_CORETYPE', None)
    os.environ.pop('OPENBLAS_L2_SIZE', None)
    fork = multiprocessing.get_context('forkserver')
    fork.set_forkserver_preload(list(real_peers.COMMON) + [
        real_peers.LIBRARY[who] for who in PEERS])
    return fork


def ours(o, options, table, fold):
    """fit on the training rows, evaluate on the others"""
    trainer = os.path.abspath(os.path.join(o.build, 'maas-trainer'))
    how = {'env': quiet(o.threads)}
    with tempfile.TemporaryDirectory(prefix='maas-tables-') as where:
        real_data.write_fold(table, fold, where)
        how['cwd'] = where
        said, cpu = run([trainer, 'fit', '-q', '--json', '--threads',
                         str(o.threads), '--data', 'train.csv', '--target',
                         'target', '-o', 'm.safetensors'] + options, **how)
        if said is None:
            return {'failed': 'fit: ' + cpu}
        size = os.path.getsize(os.path.join(where, 'm.safetensors'))
        got, more = run([trainer, 'evaluate', 'm.safetensors', '--data',
                         'test.csv', '--json', '--bootstrap', '0'], **how)
        if got is None:
            return {'failed': 'evaluate: ' + more}
        got = json.loads(got.splitlines()[-1])
        answer = {'cpu': cpu + more, 'fit_cpu': cpu, 'size': size}
        if 'r2' in got:
            answer['score'] = 100 * got['r2']
        else:
            answer.update(score=100 * got['accuracy'], log_loss=got['loss'])
        return answer


def program(build):
    with open(os.path.join(build, 'maas-trainer'), 'rb') as f:
        return hashlib.sha256(f.read()).hexdigest()[:12]


def work(o, names):
    """What there is to do: (store, key, call), first folds of all before the
    second ones, small tables first, peers by their cost"""
    facts = real_data.tables()
    names = sorted(names, key=lambda n: facts[n]['rows'] * facts[n]['columns'])
    build = program(o.build)
    peers = list(o.peers) + (['RealMLP'] if o.realmlp else [])
    todo = []
    for fold in range(5):
        for who in [None] + peers:
            for name in names:
                if fold >= min(o.folds, real_data.fold_count(
                        facts[name]['rows'])):
                    continue
                if who is None:
                    todo += [(o.mine, mine_key(build, how, name, fold),
                              lambda h=how, n=name, f=fold: ours(o, h, n, f))
                             for how in o.ours.values()]
                else:
                    call = (lambda n=name, f=fold: realmlp(o, n, f)) if (
                        who == 'RealMLP') else (
                        lambda w=who, n=name, f=fold: peer(o, w, n, f))
                    todo.append((o.cache, f'{name}/{fold}/{who}', call))
    return todo


def mine_key(build, options, name, fold):
    return f'{name}/{fold}/{build} {shlex.join(options)}'


def do(job):
    store, key, call = job
    if key in store.got and 'failed' not in store.got[key]:
        return
    value = call()
    store.put(key, value)
    print(key, 'failed: ' + value['failed'] if 'failed' in value else
          '%.2f, %.1f s' % (value['score'], value['cpu']), file=sys.stderr,
          flush=True)


def gather(o, names):
    """answers[who][table] = {fold: answer}, ours first"""
    build = program(o.build)
    answers = {}
    for who in list(o.ours) + list(PEERS) + ['RealMLP']:
        answers[who] = {}
        for name in names:
            got = {}
            for fold in range(5):
                value = (o.mine.got.get(mine_key(build, o.ours[who], name,
                                                 fold))
                         if who in o.ours else
                         o.cache.got.get(f'{name}/{fold}/{who}'))
                if value and 'score' in value and fold < o.folds:
                    got[fold] = value
            if got:
                answers[who][name] = got
    return answers


def options():
    p = argparse.ArgumentParser(
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__)
    p.add_argument('build')
    p.add_argument('--ours', action='append', metavar='"NAME=OPTION ..."',
                   help='a command line of fit; several may be given '
                   '(default: "default=")')
    p.add_argument('--tables', help='NAME,... (all)')
    p.add_argument('--folds', type=int, default=5,
                   help='the first N of each table at most')
    p.add_argument('--peers', default=','.join(PEERS),
                   help='that are run where the cache has no answer; "" for '
                   'none')
    p.add_argument('--realmlp', metavar='PYTHON',
                   help='also RealMLP, by a Python that has pytabkit')
    p.add_argument('--cache', default='build/tables-peers.json')
    p.add_argument('--mine', default='build/tables-ours.json')
    p.add_argument('--threads', type=int, default=1, help='for everybody (1)')
    p.add_argument('--jobs', type=int, default=1, help='at once (1)')
    p.add_argument('-o', '--output', default=tables_page.PAGE)
    o = p.parse_args()
    o.ours = {line.split('=', 1)[0]: shlex.split(line.partition('=')[2])
              for line in o.ours or ['default=']}
    o.peers = [w for w in o.peers.split(',') if w]
    o.fork = prepare(o.threads)
    o.cache, o.mine = Kept(o.cache), Kept(o.mine)
    return p, o


def main():
    p, o = options()
    facts = real_data.tables()
    names = o.tables.split(',') if o.tables else list(facts)
    for name in names:
        if name not in facts:
            p.error(f'no table "{name}"; there are {", ".join(facts)}')
    for who in o.peers:
        if who not in PEERS:
            p.error(f'no peer "{who}"; there are {", ".join(PEERS)}')

    with ThreadPoolExecutor(o.jobs) as pool:
        for done in [pool.submit(do, job) for job in work(o, names)]:
            done.result()

    text = real_report.page(gather(o, names), list(o.ours), facts,
                            {k: shlex.join(v) for k, v in o.ours.items()})
    print(text)
    if o.output != 'none':
        tables_page.put(o.output, real_report.HEADING, text)


if __name__ == '__main__':
    main()
