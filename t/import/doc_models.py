"""What docs/import.md and docs/export.md begin with, as variables and files.

    doc_models.py: to be run by exec() in a folder, before the page's lines
"""

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(1)
X = rng.normal(size=(400, 3)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)

pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
booster = lgb.LGBMClassifier(n_estimators=5, num_leaves=7, n_jobs=1,
                             verbose=-1).fit(X, Y).booster_

np.savetxt("rows.csv", X, "%.9g", ",")


def churn():
    people = pd.DataFrame({
        "age": rng.integers(18, 90, 400).astype(np.float32),
        "city": pd.Categorical(rng.choice(["bonn", "oslo", "rome"], 400))})
    leaves = (people.age > 40) ^ (people.city == "rome")
    model = xgb.XGBClassifier(n_estimators=5, max_depth=3, n_jobs=1,
                              enable_categorical=True)
    model.fit(people, leaves)
    model.save_model("churn.json")
