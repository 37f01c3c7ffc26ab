"""Models of a library, rows, and what the library says each feature adds to their scores.

    reasons_models.py FOLDER catboost|lightgbm|xgboost

For each model NAME: NAME.model, its file; NAME.csv, rows as clients have them; NAME.phi, a line a row and output: what each feature
adds, in the order of the columns, then the bias.
"""

import sys

import numpy as np

folder, library = sys.argv[1:]
rng = np.random.default_rng(84)
TRAIN, ROWS = 600, 100
NAMES = ["age", "income", "city", "visits", "score"]


def table(n):
    x = rng.normal(size=(n, 5))
    x[:, 2] = rng.integers(0, 12, n)
    x[:, 3] = rng.integers(0, 9, n)
    return x


X = table(TRAIN)
S = X[:, 0] * X[:, 1] + (X[:, 2] % 3 == 1) + X[:, 3] / 4 + np.sin(3 * X[:, 4]) + rng.normal(size=TRAIN) / 4
Y2 = (S > np.median(S)).astype(int)
Y3 = np.digitize(S, np.quantile(S, [0.3, 0.7]))
X[rng.random(X.shape) < 0.1] = np.nan
R = table(ROWS)
R[rng.random(R.shape) < 0.1] = np.nan


def write(name, phi):
    with open(f"{folder}/{name}.csv", "w") as f:
        f.write(",".join(NAMES) + "\n")
        for r in R:
            f.write(",".join("" if np.isnan(v) else repr(float(v)) for v in r) + "\n")
    with open(f"{folder}/{name}.phi", "w") as f:
        for r in np.asarray(phi, dtype=np.float64).reshape(-1, len(NAMES) + 1):
            f.write(",".join(repr(float(v)) for v in r) + "\n")


def lightgbm():
    import lightgbm as lgb

    base = dict(num_leaves=31, num_threads=1, verbose=-1, seed=1, min_data_in_leaf=3, max_cat_to_onehot=2, min_data_per_group=3)
    for name, y, more, rounds in (
        ("binary", Y2, dict(objective="binary"), 40),
        ("multiclass", Y3, dict(objective="multiclass", num_class=3), 10),
        ("regression", S, dict(objective="regression", zero_as_missing=True), 20),
        ("chain", S, dict(objective="regression", num_leaves=100, min_data_in_leaf=1, max_depth=-1), 10),
        ("dart", Y2, dict(objective="binary", boosting="dart", drop_rate=0.5), 20),
    ):
        data = lgb.Dataset(X, y, feature_name=NAMES, categorical_feature=["city"])
        booster = lgb.train({**base, **more}, data, rounds)
        booster.save_model(f"{folder}/{name}.model")
        write(name, lgb.Booster(model_file=f"{folder}/{name}.model").predict(R, pred_contrib=True, num_threads=1))


def xgboost():
    import xgboost as xgb

    types = ["q", "q", "c", "q", "q"]
    base = dict(nthread=1, seed=1, max_depth=6, tree_method="hist", max_cat_to_onehot=2)
    for name, y, more, rounds in (
        ("logistic", Y2, dict(objective="binary:logistic"), 40),
        ("softprob", Y3, dict(objective="multi:softprob", num_class=3), 10),
        ("squared", S, dict(objective="reg:squarederror", num_parallel_tree=3, subsample=0.5), 10),
        ("dart", Y2, dict(objective="binary:logistic", booster="dart", rate_drop=0.5), 20),
    ):
        data = xgb.DMatrix(X, y, feature_names=NAMES, feature_types=types, enable_categorical=True)
        booster = xgb.train({**base, **more}, data, rounds)
        booster.save_model(f"{folder}/{name}.model")
        rows = xgb.DMatrix(R, feature_names=NAMES, feature_types=types, enable_categorical=True)
        write(name, booster.predict(rows, pred_contribs=True))


def catboost():
    import catboost as cb

    model = cb.CatBoostClassifier(iterations=30, depth=5, thread_count=1, verbose=0, allow_writing_files=False)
    model.fit(cb.Pool(X.astype(np.float32), Y2, feature_names=NAMES))
    model.save_model(f"{folder}/oblivious.model", format="json")
    rows = cb.Pool(R.astype(np.float32), feature_names=NAMES)
    write("oblivious", model.get_feature_importance(rows, type="ShapValues", thread_count=1))


{"catboost": catboost, "lightgbm": lightgbm, "xgboost": xgboost}[library]()
