"""Models of LightGBM of every kind, rows that are hard for them, and what LightGBM says.

    lightgbm_models.py FOLDER [NAME]...

For each model NAME, or those that are named, NAME.txt, as save_model() writes it; NAME.csv, rows as clients have them;
NAME.raw and NAME.out, a line a row: scores before and after the transform, in full precision, of the model as it is read from
that file; NAME.rows, the same rows as Python objects, for lightgbm_back.py.
"""

import pickle
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd

folder, only = sys.argv[1], sys.argv[2:]
rng = np.random.default_rng(82)
TRAIN, ROWS = 800, 2000
TINY = float(np.float32(1e-35))
ODD = [0.0, -0.0, TINY, -TINY, np.nextafter(TINY, 1), np.nextafter(-TINY, -1), 1e-36, 5e-324, -1e-310, 1e300, -1e300, 3e9,
       2147483648.0, -0.5, -1.0, np.nan]


def holes(x, share=0.1):
    x = x.copy()
    x[rng.random(x.shape) < share] = np.nan
    return x


X = rng.normal(size=(TRAIN, 8))
X[:, 0] = np.exp(X[:, 0])
X[:, 5] = rng.integers(0, 6, TRAIN)
X[:, 6] = rng.integers(0, 30, TRAIN)
X[rng.random(TRAIN) < 0.5, 7] = 0
S = X[:, 0] + X[:, 1] * X[:, 2] + (X[:, 5] == 2) * 2 - X[:, 6] % 3 + rng.normal(size=TRAIN) * 0.3
Y2 = (S > np.median(S)).astype(int)
Y3 = np.digitize(S, np.quantile(S, [0.3, 0.7]))
YP = np.floor(np.exp(S / 3)).clip(0, 50)
Y01 = 1 / (1 + np.exp(-S))
BASE = dict(num_leaves=15, learning_rate=0.2, num_threads=1, verbose=-1, seed=3, min_data_in_leaf=5, deterministic=True,
            force_col_wise=True, max_cat_to_onehot=2, min_data_per_group=5)

UNNAMED = "binary", "multiclass", "zero_as_missing"


def own_objective(score, data):
    return score - data.get_label(), np.ones_like(score)


def thresholds(booster, n):
    """By feature, those of splits of numbers."""
    found = [[] for _ in range(n)]
    if any(tree["num_leaves"] > 1 for tree in booster.dump_model()["tree_info"]):
        splits = booster.trees_to_dataframe().dropna(subset=["split_feature"])
        for name, value, how in zip(splits.split_feature, splits.threshold, splits.decision_type):
            if how == "<=" and abs(float(value)) < 1e30:
                found[booster.feature_name().index(name)].append(float(value))
    return found


def hard_rows(booster, x, odd):
    """Rows of training, with values on thresholds, one number beside them, and odd ones in their places."""
    found = thresholds(booster, x.shape[1])
    rows = holes(x[rng.integers(0, len(x), ROWS)], 0.03)
    for row in rows[:-100]:
        for j in rng.integers(0, x.shape[1], 3):
            what = rng.random()
            if what < 0.4 and found[j]:
                t = found[j][rng.integers(len(found[j]))]
                row[j] = (t, np.nextafter(t, np.inf), np.nextafter(t, -np.inf))[rng.integers(3)]
            elif what < 0.6:
                row[j] = odd[rng.integers(len(odd))]
    return rows


def text(value):
    """A number without loss; nothing for NaN."""
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else repr(float(value))
    return "" if value is None or value is pd.NA else str(value)


def write(path, rows):
    with open(f"{folder}/{path}", "w", encoding="utf-8") as f:
        for row in rows:
            f.write(",".join(text(v) for v in row) + "\n")


def save(name, booster, rows, header, shown=None):
    booster.save_model(f"{folder}/{name}.txt")
    booster = lgb.Booster(model_file=f"{folder}/{name}.txt")
    write(name + ".csv", [header] + list(rows if shown is None else shown))
    with open(f"{folder}/{name}.rows", "wb") as f:
        pickle.dump(rows, f)
    for what in ("raw", "out"):
        got = booster.predict(rows, raw_score=what == "raw", num_threads=1).reshape(len(rows), -1)
        if what == "raw" and "average_output" in booster.model_to_string().split("Tree=0")[0]:
            got = got / booster.current_iteration()
        write(f"{name}.{what}", got)


def train(name, x, y, rounds=15, cat="auto", data=None, **params):
    if only and name not in only:
        return
    names = "auto" if name in UNNAMED else [f"c{i}" for i in range(x.shape[1])]
    data = lgb.Dataset(x, y, categorical_feature=cat, feature_name=names, **(data or {}))
    booster = lgb.train({**BASE, **params}, data, rounds)
    odd = [v for v in ODD if not (params.get("linear_tree") and abs(v) > 1e30)]     # answers are floats
    save(name, booster, hard_rows(booster, x, odd), booster.feature_name())


H = holes(X)
GROUPS = dict(group=[40] * (TRAIN // 40))
RF = dict(boosting="rf", bagging_freq=1, bagging_fraction=0.6)

train("binary", H, Y2, objective="binary")
train("sigmoid", X, Y2, objective="binary", sigmoid=0.7, scale_pos_weight=2)
train("multiclass", H, Y3, objective="multiclass", num_class=3)
train("ova", X, Y3, cat=[5, 6], objective="multiclassova", num_class=3, sigmoid=1.3)
train("linear", H, S, objective="regression", linear_tree=True)
train("linear_categories", H, Y2, cat=[5, 6], objective="binary", linear_tree=True)
train("rf", H, Y2, objective="binary", **RF)
train("rf_multiclass", X, Y3, objective="multiclass", num_class=3, **RF)
train("dart", X, Y01, objective="cross_entropy", boosting="dart")
train("goss", X, Y2, objective="binary", data_sample_strategy="goss")
train("poisson", H, YP, objective="poisson", zero_as_missing=True)
train("gamma", X, YP + 0.5, objective="gamma")
train("tweedie", X, YP, objective="tweedie")
train("lambda", X, Y01, objective="cross_entropy_lambda")
train("sqrt", X, S, objective="regression", reg_sqrt=True)
train("l1", X, S, objective="regression_l1", reg_sqrt=True)
train("quantile", X, S, objective="quantile", alpha=0.8)
train("huber", X, S, objective="huber")
train("fair", X, S, objective="fair")
train("mape", X, S + 20, objective="mape")
train("lambdarank", X, Y3, objective="lambdarank", data={**GROUPS, "position": np.tile(np.arange(40), TRAIN // 40)})
train("xendcg", X, Y3, objective="rank_xendcg", data=GROUPS)
train("zero_as_missing", H, Y2, objective="binary", zero_as_missing=True)
train("no_missing", X, Y2, objective="binary", use_missing=False)
train("monotone", X, S, objective="regression", monotone_constraints=[1, 0, 0, 0, 0, 0, 0, -1])
train("one_leaf", X, Y2, rounds=3, objective="binary", min_data_in_leaf=5000)
train("constant", X, np.full(TRAIN, 3.25), rounds=2, objective="regression")
train("own", X, S, objective=own_objective)

# data frames: categories of each type, an ordered one, names with blanks and "="

CATEGORIES = dict(city=["rome", "zürich", "a, b", "1", "Paris"], code=[3, 7, 10, 200], ratio=[0.5, -1.25, 1e16],
                  member=[False, True], size=["small", "middle", "large"])


def frame(n, order):
    f = pd.DataFrame({"amount": rng.normal(size=n)})
    for name, values in CATEGORIES.items():
        codes = rng.integers(-1, len(values), n)
        f[name] = pd.Categorical.from_codes(codes, values, ordered=order and name == "size")
    f["x = y"] = holes(rng.normal(size=n))
    return f


def frame_model(name, order, objective):
    if only and name not in only:
        return
    f = frame(TRAIN, order)
    y = f.amount + (f.city == "rome") + (f.code.cat.codes > 1) - (f.ratio.cat.codes == 0) + f["size"].cat.codes * 0.4 \
        + (f.member.cat.codes > 0)
    booster = lgb.train({**BASE, "objective": objective}, lgb.Dataset(f, (y > y.median()).astype(int)), 15)
    f = frame(ROWS, order)
    cells = [["" if c in CATEGORIES and f[c].cat.codes[i] < 0 else f[c][i] for c in f] for i in range(ROWS)]
    for i in range(0, ROWS, 10):                # values that training did not have: no category
        f.loc[i, "city"] = np.nan
        cells[i][1] = "atlantis"
    shown = [['"%s"' % v if isinstance(v, str) and "," in v else v for v in row] for row in cells]
    save(name, booster, f, booster.feature_name(), shown)


frame_model("frame", False, "binary")
frame_model("ordered", True, "regression")
