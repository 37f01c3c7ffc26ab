"""What LightGBM says with models that came back to it.

    lightgbm_back.py FOLDER NAME...

Loads NAME.back, runs the rows of lightgbm_models.py through it and prints for each model: how many raw scores have other bits
than NAME.raw says, and how far NAME.out is away at most.
"""

import pickle
import sys

import lightgbm as lgb
import numpy as np

folder = sys.argv[1]

for name in sys.argv[2:]:
    booster = lgb.Booster(model_file=f"{folder}/{name}.back")
    with open(f"{folder}/{name}.rows", "rb") as f:
        rows = pickle.load(f)
    got = {what: booster.predict(rows, raw_score=what == "raw", num_threads=1).reshape(len(rows), -1)
           for what in ("raw", "out")}
    if "average_output" in booster.model_to_string().split("Tree=0")[0]:
        got["raw"] /= booster.current_iteration()
    want = {what: np.loadtxt(f"{folder}/{name}.{what}", delimiter=",", ndmin=2) for what in got}
    print(name, int((got["raw"] != want["raw"]).sum()), float(abs(got["out"] - want["out"]).max()))
