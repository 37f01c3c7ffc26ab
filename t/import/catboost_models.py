"""Models of CatBoost, small, one of each kind, and what CatBoost says of rows.

    catboost_models.py DIR

For each kind: DIR/KIND.json (the model), KIND.csv (rows), KIND.raw (sums) and
KIND.out (as predict of the classifier or regressor), a line a row, 17 digits.
DIR/kinds has their names.
"""

import json
import sys

import catboost as cb
import numpy as np
import pandas as pd

ROWS = 2000
DIR = sys.argv[1]
rng = np.random.default_rng(14)
kinds = []


def numbers(n=ROWS):
    """Floats with holes."""
    x = rng.normal(size=(n, 5)).astype(np.float32)
    x[:, 3] = np.round(x[:, 3] * 2)
    x[rng.random(x.shape) < 0.1] = np.nan
    return x


def borders(path):
    with open(path, encoding='utf-8') as f:
        features = json.load(f)['features_info']['float_features']
    return [(f['flat_feature_index'], b) for f in features
            for b in f['borders'] if abs(b) < 1e38]    # those are NaN's


def beside(x, path):
    """The first rows have what lies on, below and above borders, zeros, and
    what is very large."""
    x = x.copy()
    row = 0
    for feature, b in borders(path)[:300]:
        b = np.float32(b)
        for v in (b, np.nextafter(b, np.float32(-np.inf)),
                  np.nextafter(b, np.float32(np.inf))):
            x[row % len(x), feature] = v
            row += 1
    for f in range(x.shape[1]):
        for v in (0.0, -0.0, 1e30, -1e30, 1e-45):
            x[row % len(x), f] = v
            row += 1
    return x


def text(v):
    if isinstance(v, (float, np.floating)):
        return '' if np.isnan(v) else '%.9g' % v
    return str(v)


def write(name, rows):
    with open(f'{DIR}/{name}', 'w', encoding='utf-8') as f:
        for row in np.asarray(rows, np.float64).reshape(len(rows), -1):
            f.write(','.join('%.17g' % v for v in row) + '\n')


def keep(kind, model, pool, rows=None, answer='RawFormulaVal', both=False):
    path = f'{DIR}/{kind}.json'
    model.save_model(path, format='json', pool=pool)
    framed = isinstance(rows, pd.DataFrame)
    if rows is None:
        rows = beside(numbers(), path)
    names = model.feature_names_
    with open(f'{DIR}/{kind}.csv', 'w', encoding='utf-8') as f:
        if names[0] != '0':
            f.write(','.join(names) + '\n')
        for row in rows.values.tolist() if framed else rows.tolist():
            f.write(','.join(text(v) for v in row) + '\n')
    p = cb.Pool(rows, cat_features=pool.get_cat_feature_indices(),
                feature_names=names)
    write(f'{kind}.raw', model.predict(p, prediction_type='RawFormulaVal'))
    out = model.predict(p, prediction_type=answer)
    write(f'{kind}.out', out[:, 1] if answer == 'Probability' and not both
          else out)
    kinds.append(kind)


NAMES = ['a', 'b', 'net income', 'd', 'e']
X = numbers()
SCORE = np.where(np.isnan(X[:, 0]), 0.3, X[:, 0]) + np.nan_to_num(X[:, 3]) / 2 \
    + rng.normal(size=ROWS) / 3
BINARY = (SCORE > 0).astype(int)
CLASSES = np.array(['low', 'mid', 'high'])[np.digitize(SCORE, [-0.7, 0.7])]
POSITIVE = np.exp(SCORE / 2)
COMMON = {'iterations': 10, 'depth': 5, 'thread_count': 1, 'verbose': 0,
          'allow_writing_files': False, 'random_seed': 3}


def train(kind, label, loss, answer='RawFormulaVal', both=False, names=NAMES,
          **params):
    pool = cb.Pool(X, label, feature_names=names)
    model = cb.CatBoost({**COMMON, 'loss_function': loss, **params}).fit(pool)
    keep(kind, model, pool, answer=answer, both=both)


train('logloss', BINARY, 'Logloss', 'Probability')
train('max', BINARY, 'Logloss', 'Probability', nan_mode='Max')
train('entropy', 1 / (1 + np.exp(-SCORE)), 'CrossEntropy', 'Probability')
train('rmse', SCORE, 'RMSE', depth=8)
train('mae', SCORE, 'MAE')
train('quantile', SCORE, 'MultiQuantile:alpha=0.1,0.5,0.9')
train('poisson', np.round(POSITIVE), 'Poisson', 'Exponent')
train('tweedie', POSITIVE, 'Tweedie:variance_power=1.5', 'Exponent')
train('multiclass', CLASSES, 'MultiClass', 'Probability', True)
train('onevsall', CLASSES, 'MultiClassOneVsAll', 'Probability', True)
train('unnamed', BINARY, 'Logloss', 'Probability', names=None)
for policy in ('Lossguide', 'Depthwise'):
    train(policy.lower(), BINARY, 'Logloss', 'Probability',
          grow_policy=policy)
train('lossmulti', CLASSES, 'MultiClass', 'Probability', True,
      grow_policy='Lossguide')
train('shallow', SCORE, 'RMSE', depth=1)

# categories: texts and whole numbers, which become one hot


def frame(n=ROWS):
    x = numbers(n)
    return pd.DataFrame({
        'age': x[:, 0], 'colour': rng.choice(['red', 'grün', 'NA', '7'], n),
        'income': x[:, 1], 'shop': rng.integers(100, 105, n)})


F = frame()
y = ((F['colour'].isin(['red', 'NA'])) ^ (F['shop'] % 3 == 0)
     ^ (F['age'] > 0)).astype(int)
pool = cb.Pool(F, y, cat_features=['colour', 'shop'])
R = frame()
R.loc[::9, 'colour'] = 'never seen'
R.loc[::11, 'shop'] = 999
for policy in ('SymmetricTree', 'Lossguide'):
    m = cb.CatBoost({**COMMON, 'loss_function': 'Logloss',
                     'one_hot_max_size': 10, 'grow_policy': policy}).fit(pool)
    keep('hot' + policy.lower(), m, pool, rows=R, answer='Probability')
    with open(f'{DIR}/hot{policy.lower()}.json', encoding='utf-8') as f:
        assert 'OneHotFeature' in f.read()

# booleans, which CatBoost calls 0 and 1, as pandas writes them into files

F['member'], R['member'] = rng.random(ROWS) < 0.5, rng.random(ROWS) < 0.5
pool = cb.Pool(F, y ^ F['member'], cat_features=['colour', 'shop', 'member'])
m = cb.CatBoost({**COMMON, 'loss_function': 'Logloss',
                 'one_hot_max_size': 10}).fit(pool)
keep('hotflag', m, pool, rows=R, answer='Probability')
F, R = F.drop(columns='member'), R.drop(columns='member')
pool = cb.Pool(F, y, cat_features=['colour', 'shop'])
m = cb.CatBoost({**COMMON, 'loss_function': 'Logloss',
                 'one_hot_max_size': 10}).fit(pool)

# what is refused: hashes without texts, statistics of a column, the own form

m.save_model(f'{DIR}/hashes.json', format='json')
m = cb.CatBoost({**COMMON, 'loss_function': 'Logloss',
                 'one_hot_max_size': 2}).fit(pool)
m.save_model(f'{DIR}/counters.json', format='json', pool=pool)
m.save_model(f'{DIR}/own.cbm')

with open(f'{DIR}/kinds', 'w', encoding='utf-8') as f:
    f.write('\n'.join(kinds) + '\n')
