"""Models of XGBoost, small, one of each kind, and what XGBoost says of rows.

    xgboost_models.py DIR

For each kind: DIR/KIND.json and .ubj (the model), KIND.csv (rows), KIND.raw
(margins) and KIND.out (predictions), a line a row, 17 digits.  DIR/kinds has
their names.
"""

import json
import sys

import numpy as np
import pandas as pd
import xgboost as xgb

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


def frame(n=ROWS):
    """Columns of all types."""
    x = numbers(n)
    f = pd.DataFrame({'age': x[:, 0], 'net income': x[:, 1],
                      'count': rng.integers(0, 9, n)})
    f['colour'] = pd.Categorical(
        rng.choice(['red', 'green', 'blue', 'NA', '7'], n),
        categories=['red', 'green', 'blue', 'NA', '7'])
    f['region'] = pd.Categorical(rng.integers(100, 140, n),
                                 categories=range(100, 140))
    f.loc[rng.random(n) < 0.1, 'colour'] = np.nan
    f['member'] = rng.random(n) < 0.5
    return f


def beside(x, thresholds):
    """The first rows have what lies on, below and above thresholds, both
    zeros, and what is very large."""
    x = x.copy()
    row = 0
    for feature, t in thresholds[:400]:
        t = np.float32(t)
        for v in (t, np.nextafter(t, np.float32(-np.inf)),
                  np.nextafter(t, np.float32(np.inf))):
            x[row % len(x), feature] = v
            row += 1
    for f in range(x.shape[1]):
        for v in (0.0, -0.0, 1e30, -1e30, 1e-45):
            x[row % len(x), f] = v
            row += 1
    return x


def trees(path):
    with open(path, encoding='utf-8') as f:
        booster = json.load(f)['learner']['gradient_booster']
    model = booster.get('model') or booster['gbtree']['model']
    return model.get('trees', [])


def thresholds(path):
    found = []
    for tree in trees(path):
        for i, left in enumerate(tree['left_children']):
            if left != -1 and not tree['split_type'][i]:
                found.append((tree['split_indices'][i],
                              tree['split_conditions'][i]))
    rng.shuffle(found)
    return [(int(f), t) for f, t in found]


def text(v):
    if isinstance(v, (bool, np.bool_)):
        return str(int(v))
    if isinstance(v, (float, np.floating)):
        return '' if np.isnan(v) else '%.9g' % v
    return '' if v is None else str(v)


def write(name, rows):
    with open(f'{DIR}/{name}', 'w', encoding='utf-8') as f:
        for row in np.asarray(rows, np.float64).reshape(len(rows), -1):
            f.write(','.join('%.17g' % v for v in row) + '\n')


def keep(kind, model, rows=None, names=True, **range_of):
    booster = model.get_booster() if hasattr(model, 'get_booster') else model
    for end in ('json', 'ubj'):
        model.save_model(f'{DIR}/{kind}.{end}')
    if rows is None:
        rows = beside(numbers(), thresholds(f'{DIR}/{kind}.json'))
    columns = list(rows.columns) if isinstance(rows, pd.DataFrame) \
        else booster.feature_names or [f'x{i}' for i in range(rows.shape[1])]
    with open(f'{DIR}/{kind}.csv', 'w', encoding='utf-8') as f:
        if names:
            f.write(','.join(columns) + '\n')
        values = rows.values.tolist() if isinstance(rows, pd.DataFrame) \
            else rows.tolist()
        for row in values:
            f.write(','.join(text(v) for v in row) + '\n')
    d = xgb.DMatrix(rows, feature_names=booster.feature_names,
                    enable_categorical=True)
    write(f'{kind}.raw', booster.predict(d, output_margin=True, **range_of))
    write(f'{kind}.out', booster.predict(d, **range_of))
    kinds.append(kind)


NAMES = ['a', 'b', 'c', 'd', 'e']
X = numbers()
SCORE = np.where(np.isnan(X[:, 0]), 0.3, X[:, 0]) + np.nan_to_num(X[:, 3]) / 2 \
    + rng.normal(size=ROWS) / 3
BINARY = (SCORE > 0).astype(int)
CLASSES = np.digitize(SCORE, [-0.7, 0.7])
POSITIVE = np.exp(SCORE / 2)


def train(kind, label, rounds=8, keep_options=None, **params):
    d = xgb.DMatrix(X, label, feature_names=NAMES)
    if kind == 'rank':
        d.set_group([10] * (ROWS // 10))
    params = {'nthread': 1, 'max_depth': 4, 'seed': 3, **params}
    model = xgb.train(params, d, rounds)
    keep(kind, model, **(keep_options or {}))
    return model


train('logistic', BINARY, objective='binary:logistic')
train('softprob', CLASSES, objective='multi:softprob', num_class=3)
train('softmax', CLASSES, objective='multi:softmax', num_class=3)
train('squared', SCORE, objective='reg:squarederror', max_depth=6)
train('absolute', SCORE, objective='reg:absoluteerror')
train('reglogistic', 1 / (1 + np.exp(-SCORE)), objective='reg:logistic',
      base_score=0.25)
train('poisson', np.round(POSITIVE), objective='count:poisson')
train('gamma', POSITIVE, objective='reg:gamma', base_score=1.7)
train('tweedie', POSITIVE, objective='reg:tweedie')
train('cox', np.where(BINARY, POSITIVE, -POSITIVE), objective='survival:cox')
train('dart', BINARY, objective='binary:logistic', booster='dart',
      rate_drop=0.5, rounds=12)
train('rank', CLASSES, objective='rank:ndcg')
train('parallel', BINARY, objective='binary:logistic', num_parallel_tree=5,
      subsample=0.5, base_score=0.3, rounds=4)
train('hinge', BINARY, objective='binary:hinge')
train('logitraw', BINARY, objective='binary:logitraw')
train('quantile', SCORE, objective='reg:quantileerror',
      quantile_alpha=[0.1, 0.5, 0.9])
train('pruned', BINARY, objective='binary:logistic', tree_method='exact',
      gamma=2)
train('targets', np.stack([SCORE, POSITIVE, BINARY], 1),
      objective='reg:squarederror')
train('multilabel', np.stack([BINARY, CLASSES > 1], 1),
      objective='binary:logistic')
train('vector', np.stack([SCORE, POSITIVE, BINARY], 1),
      objective='reg:squarederror', multi_strategy='multi_output_tree')
train('linear', BINARY, objective='binary:logistic', booster='gblinear',
      max_depth=0)
train('linear3', CLASSES, objective='multi:softprob', booster='gblinear',
      num_class=3, max_depth=0)

d = xgb.DMatrix(X)
d.set_float_info('label_lower_bound', POSITIVE)
d.set_float_info('label_upper_bound', np.where(BINARY, POSITIVE, np.inf))
keep('aft', xgb.train({'objective': 'survival:aft', 'nthread': 1}, d, 5),
     names=False)

# no names, and an iteration that was the best: the wrapper takes no more

c = xgb.XGBClassifier(n_estimators=30, max_depth=3, early_stopping_rounds=3,
                      n_jobs=1, learning_rate=1.0)
c.fit(X[:1000], CLASSES[:1000], eval_set=[(X[1000:], CLASSES[1000:])],
      verbose=0)
assert c.best_iteration < c.get_booster().num_boosted_rounds() - 1
keep('all', c, names=False)
keep('best', c, names=False, iteration_range=(0, c.best_iteration + 1))

# categories: lists of the frame; onehot is a set of one

F = frame()
y = ((F['colour'].isin(['red', 'NA'])) ^ (F['region'] .astype(int) % 3 == 0)
     ^ (F['age'] > 0)).astype(int)
for kind, onehot in (('categories', 1), ('onehot', 100)):
    m = xgb.train({'objective': 'binary:logistic', 'nthread': 1,
                   'max_depth': 5, 'max_cat_to_onehot': onehot},
                  xgb.DMatrix(F, y, enable_categorical=True), 8)
    keep(kind, m, rows=frame())
    assert any(1 in t['split_type'] for t in trees(f'{DIR}/{kind}.json'))

# codes without a list, among them what no set can have

C = X.copy()
C[:, 2] = rng.integers(0, 40, ROWS)
d = xgb.DMatrix(C, (C[:, 2] % 3 == 0) ^ BINARY, feature_names=NAMES,
                feature_types=['q', 'q', 'c', 'q', 'q'],
                enable_categorical=True)
m = xgb.train({'objective': 'binary:logistic', 'nthread': 1,
               'max_cat_to_onehot': 1}, d, 8)
R = numbers()
R[:, 2] = rng.choice([0, 1, 2, 3, 39, 40, 41, 1000, 16777216, 1e9,
                      np.nan, *range(40)], ROWS)
for end in ('json', 'ubj'):
    m.save_model(f'{DIR}/codes.{end}')
keep('codes', m, rows=pd.DataFrame(R, columns=NAMES))

with open(f'{DIR}/kinds', 'w', encoding='utf-8') as f:
    f.write('\n'.join(kinds) + '\n')
