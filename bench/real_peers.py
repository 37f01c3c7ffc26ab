#!/usr/bin/env python3
"""One peer on one fold of one of the real tables, with its defaults: a line of
JSON with score, log loss and CPU seconds.

    bench/real_peers.py PEER TABLE FOLD [THREADS]

CPU: from the CSV file to the answers; imports are not counted.
Not here: ours, and what becomes of the figures (bench/real_tables.py).
"""

import importlib
import json
import resource
import sys
import time
import warnings

import real_data

CLIP = 1e-15        # probabilities of a log loss
COMMON = ('numpy', 'pandas', 'scipy.sparse', 'sklearn.model_selection',
          'sklearn.compose', 'sklearn.pipeline', 'sklearn.impute')
LIBRARY = {'LightGBM': 'lightgbm', 'XGBoost': 'xgboost',
           'CatBoost': 'catboost', 'MLP': 'sklearn.neural_network',
           'linear': 'sklearn.linear_model', 'RealMLP': 'pytabkit'}


def cpu():
    return sum(r.ru_utime + r.ru_stime for r in (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN)))


def lightgbm(f, threads):
    import lightgbm as l
    kind = l.LGBMRegressor if f.regression else l.LGBMClassifier
    return kind(n_jobs=threads, verbose=-1), f.native(), {}


def xgboost(f, threads):
    import xgboost as x
    kind = x.XGBRegressor if f.regression else x.XGBClassifier
    return kind(n_jobs=threads, enable_categorical=True), f.native(), {}


def catboost(f, threads):
    import catboost as c
    kind = c.CatBoostRegressor if f.regression else c.CatBoostClassifier
    x = f.native()
    names = f.category_names()
    for name in names:      # its categories are texts, also those of the test
        at = names.index(name)
        x[name] = f.categories.iloc[:, at].fillna('missing').to_numpy()
    return kind(thread_count=threads, logging_level='Silent',
                allow_writing_files=False, cat_features=names), x, {}


def dense(f):
    """Scaled numbers, categories one-hot, words: sparse rows"""
    from scipy import sparse
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    parts = []
    if len(f.numbers.columns):
        how = make_pipeline(SimpleImputer(strategy='median'),
                            StandardScaler())
        x = f.numbers.to_numpy()
        parts.append(sparse.csr_matrix(how.fit(x[f.train]).transform(x)))
    if len(f.categories.columns):
        how = OneHotEncoder(handle_unknown='ignore')
        x = f.categories.fillna('missing').to_numpy()
        parts.append(how.fit(x[f.train]).transform(x))
    if f.words is not None:
        parts.append(f.words)
    x = sparse.hstack(parts).tocsr()
    share = x.nnz / (x.shape[0] * x.shape[1])
    return x.toarray() if share > 0.2 and x.shape[1] < 2000 else x


def scaled(model):
    """Its targets are scaled, too: it is lost without"""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def mlp(f, threads):
    from sklearn import neural_network as n
    return (scaled(n.MLPRegressor(random_state=0)) if f.regression
            else n.MLPClassifier(random_state=0)), dense(f), {}


def linear(f, threads):
    from sklearn import linear_model as l
    return (l.Ridge() if f.regression
            else l.LogisticRegression()), dense(f), {}


def realmlp(f, threads):
    import pytabkit as p
    kind = p.RealMLP_TD_Regressor if f.regression else p.RealMLP_TD_Classifier
    x = f.native()
    names = f.category_names()
    for name in x.columns:      # it takes no missing numbers
        if name in names:
            x[name] = x[name].astype(object).fillna('missing').astype(
                'category')
        elif x[name].isna().any():
            x[name] = x[name].fillna(x[name].iloc[f.train].mean()).fillna(0)
    return kind(device='cpu', n_threads=threads, random_state=0), x, {
        'cat_col_names': names}


PEERS = {'LightGBM': lightgbm, 'XGBoost': xgboost, 'CatBoost': catboost,
         'MLP': mlp, 'linear': linear, 'RealMLP': realmlp}


def take(x, rows):
    return x.iloc[rows] if hasattr(x, 'iloc') else x[rows]


def figures(f, model, x):
    import numpy
    truth = f.y[f.test]
    if f.regression:
        said = numpy.asarray(model.predict(take(x, f.test)), float).ravel()
        spread = numpy.square(truth - truth.mean()).sum()
        return {'score': 100 * float(
            1 - numpy.square(truth - said).sum() / spread)}
    p = numpy.asarray(model.predict_proba(take(x, f.test)), float)
    right = numpy.asarray(model.classes_)[p.argmax(1)] == truth
    column = {c: i for i, c in enumerate(model.classes_)}
    own = numpy.array([p[i, column[t]] if t in column else 0
                       for i, t in enumerate(truth)])
    return {'score': 100 * float(right.mean()),
            'log_loss': float(-numpy.log(own.clip(CLIP, 1)).mean())}


def answer(peer, table, fold, threads):
    """Score, log loss, CPU and clock seconds"""
    warnings.simplefilter('ignore')
    importlib.import_module(LIBRARY[peer])
    began, clock = cpu(), time.time()
    f = real_data.Frame(table, fold)
    model, x, more = PEERS[peer](f, threads)
    model.fit(take(x, f.train), f.y[f.train], **more)
    got = figures(f, model, x)
    got.update(cpu=cpu() - began, seconds=time.time() - clock,
               rows=len(f.train), threads=threads)
    return got


def send(pipe, *what):
    """answer(), as a process of its own"""
    try:
        pipe.send(answer(*what))
    except Exception as e:
        pipe.send({'failed': f'{type(e).__name__}: {e}'[:400]})


if __name__ == '__main__':
    for module in COMMON:
        importlib.import_module(module)
    print(json.dumps(answer(sys.argv[1], sys.argv[2], int(sys.argv[3]),
                            int(sys.argv[4]) if len(sys.argv) > 4 else 1)))
