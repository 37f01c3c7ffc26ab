"""Models of scikit-learn, LightGBM and XGBoost as ONNX files, with rows and
what ONNX Runtime says of them: NAME.onnx, NAME.csv, NAME.expected.

    onnx_sklearn.py FOLDER [NAME...]
"""

import os
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")

import onnx
import onnxruntime as ort
import pandas as pd
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.data_types import (BooleanTensorType, FloatTensorType,
    Int64TensorType, StringTensorType)
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes,
    calculate_linear_regressor_output_shapes)
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (AdaBoostClassifier, AdaBoostRegressor,
    BaggingClassifier, BaggingRegressor, ExtraTreesClassifier,
    GradientBoostingClassifier, GradientBoostingRegressor,
    HistGradientBoostingClassifier, HistGradientBoostingRegressor,
    IsolationForest, RandomForestClassifier, RandomForestRegressor,
    StackingRegressor, VotingRegressor)
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (LinearRegression, LogisticRegression,
    PoissonRegressor, Ridge, SGDClassifier)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (Binarizer, KBinsDiscretizer, MaxAbsScaler,
    MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder, RobustScaler,
    StandardScaler)
from sklearn.svm import LinearSVC, OneClassSVM, SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

# skl2onnx 1.20 gives some lists of numbers as booleans, which onnx 1.23 refuses

make_attribute = onnx.helper.make_attribute


def whole(key, value, *more, **named):
    if isinstance(value, list) and any(isinstance(v, (bool, np.bool_))
                                       for v in value):
        value = [int(v) for v in value]
    return make_attribute(key, value, *more, **named)


onnx.helper.make_attribute = whole

ROWS = 1000
FEATURES = 6
rng = np.random.default_rng(1)

X = (rng.normal(size=(600, FEATURES)) * [1, 2, 0.5, 2, 1, 1]
     + [0, 1, 1, 3, -1, 0]).astype(np.float32)
SCORE = X[:, 0] + X[:, 1] / 3 - (X[:, 3] - 3) / 2 + X[:, 4] * X[:, 5] / 5
Y2 = (SCORE > 0).astype(int)
Y3 = np.digitize(SCORE, [-1, 1])
NAMES = np.array(["low", "middle", "high"])[Y3]
R = SCORE + rng.normal(size=600) / 10
R2 = np.stack([R, X[:, 2] * 3], 1)
T = (rng.normal(size=(ROWS, FEATURES)) * [1, 2, 0.5, 2, 1, 1]
     + [0, 1, 1, 3, -1, 0]).astype(np.float32)


def holes(x):
    x = x.copy()
    x[np.random.default_rng(2).random(x.shape) < 0.1] = np.nan
    return x


SMALL = {"random_state": 1}

KINDS = {
    "logistic2": (LogisticRegression(max_iter=2000), Y2),
    "logistic3": (LogisticRegression(max_iter=2000), NAMES),
    "ovr": (OneVsRestClassifier(LogisticRegression(max_iter=2000)), Y3),
    "linear": (LinearRegression(), R),
    "ridge2": (Ridge(), R2),
    "forest2": (RandomForestClassifier(20, max_depth=6, **SMALL), Y2),
    "forest3": (RandomForestClassifier(20, max_depth=6, **SMALL), NAMES),
    "extra": (ExtraTreesClassifier(20, max_depth=6, **SMALL), Y3),
    "forest-numbers": (RandomForestRegressor(20, max_depth=6, **SMALL), R),
    "forest-numbers2": (RandomForestRegressor(20, max_depth=6, **SMALL), R2),
    "tree": (DecisionTreeClassifier(max_depth=5), Y2),
    "tree-numbers": (DecisionTreeRegressor(max_depth=5), R),
    "boost2": (GradientBoostingClassifier(n_estimators=20, **SMALL), Y2),
    "boost3": (GradientBoostingClassifier(n_estimators=20, **SMALL), Y3),
    "boost-numbers": (GradientBoostingRegressor(n_estimators=20, **SMALL), R),
    "hist2": (HistGradientBoostingClassifier(max_iter=20), Y2),
    "hist3": (HistGradientBoostingClassifier(max_iter=20), Y3),
    "hist-numbers": (HistGradientBoostingRegressor(max_iter=20), R),
    "mlp2": (make_pipeline(StandardScaler(), MLPClassifier(
        (8, 5), max_iter=60, **SMALL)), Y2),
    "mlp3": (make_pipeline(StandardScaler(), MLPClassifier(
        (8,), activation="tanh", max_iter=60, **SMALL)), NAMES),
    "mlp-numbers": (make_pipeline(StandardScaler(), MLPRegressor(
        hidden_layer_sizes=(8,), activation="logistic", max_iter=60, **SMALL)), R),
    "scaled": (make_pipeline(StandardScaler(),
                             LogisticRegression(max_iter=2000)), Y2),
    "minmax": (make_pipeline(MinMaxScaler(), LogisticRegression(
        max_iter=2000)), Y3),
    "robust": (make_pipeline(RobustScaler(), LogisticRegression(
        max_iter=2000)), Y3),
    "maxabs": (make_pipeline(MaxAbsScaler(), RandomForestClassifier(
        20, max_depth=6, **SMALL)), Y3),
    "pca": (make_pipeline(StandardScaler(), PCA(3), LogisticRegression(
        max_iter=2000)), Y2),
    "norm1": (make_pipeline(Normalizer("l1"), Ridge()), R),
    "norm2": (make_pipeline(Normalizer("l2"), LogisticRegression(
        max_iter=2000)), Y3),
    "union": (make_pipeline(FeatureUnion([("a", PCA(2)),
                                          ("b", StandardScaler())]),
                            Ridge()), R),
    "best": (make_pipeline(SelectKBest(k=3), RandomForestClassifier(
        20, max_depth=6, **SMALL)), Y2),
    "imputed": (make_pipeline(SimpleImputer(strategy="median"),
                              StandardScaler(),
                              LogisticRegression(max_iter=2000)), Y2),
    "ovr-scores": (OneVsRestClassifier(LinearSVC(C=0.003)), Y2),
    "ovr-tree": (OneVsRestClassifier(DecisionTreeClassifier(max_depth=4)), Y2),
    "ovr-two": (OneVsRestClassifier(LogisticRegression(max_iter=2000)), Y2),
    "poisson": (PoissonRegressor(max_iter=500), np.exp(R / 3)),
    "voting": (VotingRegressor([("a", Ridge()), ("b", DecisionTreeRegressor(
        max_depth=3)), ("c", HistGradientBoostingRegressor(max_iter=5))]), R),
    "whiten": (make_pipeline(PCA(3, whiten=True), LogisticRegression(
        max_iter=2000)), Y3),
    "missing-forest": (RandomForestClassifier(20, max_depth=6, **SMALL), Y3),
    "missing-tree": (DecisionTreeRegressor(max_depth=8), R),
    "missing-hist": (HistGradientBoostingClassifier(max_iter=20, max_bins=9),
                     Y3),
    "union-forest": (make_pipeline(FeatureUnion([
        ("a", PCA(4)), ("b", StandardScaler())]), RandomForestRegressor(
            20, max_depth=6, **SMALL)), R),
    "bagging-two": (BaggingClassifier(n_estimators=4, **SMALL), Y2),
    "bagging3": (BaggingClassifier(n_estimators=4, max_features=0.6, **SMALL),
                 NAMES),
    "bagging-linear": (BaggingClassifier(LogisticRegression(), n_estimators=3,
                                         **SMALL), Y3),
    "bagging-numbers": (BaggingRegressor(n_estimators=4, **SMALL), R),
    "calibrated3": (CalibratedClassifierCV(
        LogisticRegression(max_iter=2000), cv=3), NAMES),
    "calibrated-forest": (CalibratedClassifierCV(RandomForestClassifier(
        5, max_depth=4, **SMALL), cv=3), Y3),
    "calibrated-one": (CalibratedClassifierCV(LogisticRegression(
        max_iter=2000), cv=3, ensemble=False), Y2),
    "sgd-log": (make_pipeline(StandardScaler(), SGDClassifier(
        loss="log_loss", alpha=0.05, **SMALL)), Y3),
    "bayes3": (GaussianNB(), NAMES),
    "bayes-binary": (BernoulliNB(binarize=0.5), Y3),
    "bayes-counts": (make_pipeline(MinMaxScaler(clip=True), MultinomialNB()),
                     NAMES),
    "binarizer": (make_pipeline(Binarizer(threshold=0.3), LogisticRegression(
        max_iter=2000)), Y3),
    "clip": (make_pipeline(MinMaxScaler((-1, 1), clip=True),
                           LogisticRegression(max_iter=2000)), Y3),
    "scaled-imputed": (make_pipeline(StandardScaler(), SimpleImputer(
        strategy="median"), LogisticRegression(max_iter=2000)), Y3),
    "svr": (make_pipeline(StandardScaler(), SVR(
        kernel="linear", epsilon=1.5)), R),
    "ada2": (AdaBoostClassifier(n_estimators=20, **SMALL), Y2),
    "ada3": (AdaBoostClassifier(DecisionTreeClassifier(max_depth=3),
                                n_estimators=20, **SMALL), NAMES),
    "ada-numbers": (AdaBoostRegressor(n_estimators=30, **SMALL), R),
    "ada-one": (AdaBoostRegressor(n_estimators=1, **SMALL), R),
    "ada-calibrated": (CalibratedClassifierCV(AdaBoostClassifier(
        n_estimators=5, **SMALL), cv=2), Y2),
    "ada-stacked": (StackingRegressor([
        ("a", AdaBoostRegressor(n_estimators=5, **SMALL)),
        ("b", DecisionTreeRegressor(max_depth=3))], cv=2), R),
    "ada-one-rest": (OneVsRestClassifier(AdaBoostClassifier(
        n_estimators=5, **SMALL)), Y3),
    "bagging-kernels": (BaggingRegressor(make_pipeline(StandardScaler(), SVR(
        C=0.1)), n_estimators=2, **SMALL), R),
    "bins": (make_pipeline(KBinsDiscretizer(5, encode="onehot-dense"),
                           LogisticRegression(max_iter=2000)), NAMES),
    "bins-two": (make_pipeline(KBinsDiscretizer(2, encode="onehot-dense"),
                               Ridge()), R),
    "bins-places": (make_pipeline(StandardScaler(), KBinsDiscretizer(
        6, encode="ordinal"), RandomForestClassifier(
            5, max_depth=4, **SMALL)), Y2),
    "isolation": (IsolationForest(n_estimators=40, **SMALL), None),
    "isolation-one": (IsolationForest(n_estimators=1, **SMALL), None),
    "isolation-missing": (IsolationForest(n_estimators=20, contamination=0.1,
                                          max_samples=64, **SMALL), None),
    "isolation-samples": (IsolationForest(n_estimators=20, **SMALL), None),
    "isotonic-tree": (CalibratedClassifierCV(DecisionTreeClassifier(
        max_depth=4), method="isotonic", cv=3), Y2),
    "isotonic-linear": (CalibratedClassifierCV(LogisticRegression(
        max_iter=2000), method="isotonic", cv=3), Y2),
    "isotonic-forest": (CalibratedClassifierCV(RandomForestClassifier(
        5, max_depth=4, **SMALL), method="isotonic", cv=3), NAMES),
    "kernel-rbf": (make_pipeline(StandardScaler(), SVR()), R),
    "kernel-far": (make_pipeline(MinMaxScaler((300, 400)), SVR(gamma=5e-4)), R),
    "kernel-poly": (make_pipeline(StandardScaler(), SVR(
        kernel="poly", degree=2, coef0=1, C=0.01)), R),
    "kernel-sigmoid": (make_pipeline(StandardScaler(), SVR(
        kernel="sigmoid", gamma=0.01)), R),
    "kernel-one": (OneClassSVM(nu=0.1, gamma=0.1), None),
    "kernel-score": (make_pipeline(StandardScaler(), SVC(C=0.3)), Y2),
    "kernel-line": (SVC(kernel="linear"), NAMES == "low"),
    "imputed-forest": (make_pipeline(SimpleImputer(),
                                     RandomForestRegressor(
        20, max_depth=6, **SMALL)), R),
}
HOLES = {"isolation-missing", "imputed", "scaled-imputed", "imputed-forest",
         "hist2", "hist3", "hist-numbers", "missing-forest", "missing-tree",
         "missing-hist"}
OPTIONS = {"isolation-samples": {"score_samples": True},
           "forest2": {"zipmap": False}, "logistic3": {"zipmap": False}}


def answer(session, feeds):
    """The numbers of the model's answer, (rows,numbers)"""
    out = session.run(None, feeds)[-1]
    if isinstance(out, list):
        out = np.array([list(row.values()) for row in out])
    out = np.asarray(out, dtype=np.float64)
    return out.reshape(len(out), -1)


def save(folder, name, onx, feeds, csv, binary):
    with open(os.path.join(folder, name + ".onnx"), "wb") as f:
        f.write(onx.SerializeToString())
    session = ort.InferenceSession(onx.SerializeToString(),
                                   providers=["CPUExecutionProvider"])
    y = answer(session, feeds)
    if binary and y.shape[1] == 2:
        y = y[:, 1:]
    np.savetxt(os.path.join(folder, name + ".expected"), y, "%.9g", ",")
    csv.to_csv(os.path.join(folder, name + ".csv"), index=False)


def is_binary(name):
    """Of two classes our model says the probability of the second one, but
    of scores that are none"""
    if name == "ovr-scores":
        return False
    return not name.endswith("2") or name.rstrip("2") not in (
        "ridge", "forest-numbers")


def plain(folder, name):
    model, y = KINDS[name]
    x, t = (holes(X), holes(T)) if name in HOLES else (X, T)
    model.fit(x, y)
    options = {id(model): OPTIONS[name]} if name in OPTIONS else None
    onx = to_onnx(model, X[:1], options=options,
                  target_opset={"": 17, "ai.onnx.ml": 3})
    csv = pd.DataFrame(t, columns=[f"f{i}" for i in range(FEATURES)])
    save(folder, name, onx, {"X": t}, csv, is_binary(name))


def sums(folder, name):
    """Sums of hundreds of kernels, which ONNX Runtime adds up as floats: what
    scikit-learn says"""
    model, y = KINDS[name]
    model.fit(X, y)
    onx = to_onnx(model, X[:1], target_opset={"": 17, "ai.onnx.ml": 3})
    to = os.path.join(folder, name)
    with open(to + ".onnx", "wb") as f:
        f.write(onx.SerializeToString())
    say = getattr(model, "decision_function", None) or model.predict
    np.savetxt(to + ".expected", say(T), "%.17g")
    pd.DataFrame(T, columns=[f"f{i}" for i in range(FEATURES)]).to_csv(
        to + ".csv", index=False)


def table(n, seed):
    r = np.random.default_rng(seed)
    return pd.DataFrame({
        "age": r.integers(18, 90, n).astype(np.float32),
        "city": r.choice(["rome", "oslo", "new york", "bonn"], n),
        "income": np.round(r.lognormal(3, 1, n), 3).astype(np.float32),
        "plan": r.choice(["a", "b", "c"], n),
    })


def columns(folder, name):
    """A ColumnTransformer: an input a column"""
    d, t = table(600, 3), table(ROWS, 4)
    y = ((d.age > 50) ^ (d.city == "rome")).astype(int)
    model = make_pipeline(ColumnTransformer([
        ("number", make_pipeline(SimpleImputer(), StandardScaler()),
         ["age", "income"]),
        ("text", OrdinalEncoder(handle_unknown="use_encoded_value",
                                unknown_value=-1) if name == "columns-places"
         else OneHotEncoder(
                 handle_unknown="error" if name == "columns-strict"
                 else "ignore",
                 drop="first" if name == "columns-drop" else None,
                 max_categories=3 if name == "columns-rare" else None),
         ["city", "plan"])]),
        LogisticRegression(max_iter=2000) if name in ("columns", "columns-strict")
        else RandomForestClassifier(20, max_depth=6, **SMALL))
    model.fit(d, y)
    types = [(c, StringTensorType([None, 1]) if d[c].dtype.kind not in "fi"
              else FloatTensorType([None, 1])) for c in d]
    onx = to_onnx(model, initial_types=types, target_opset=17)
    if name != "columns-strict":
        t.loc[::7, "city"] = "paris"
    t.loc[::11, "income"] = np.nan
    feeds = {c: t[[c]].to_numpy(object if d[c].dtype.kind not in "fi"
                                else np.float32) for c in d}
    save(folder, name, onx, feeds, t, is_binary(name))


def flags(folder, name):
    """Booleans, whole numbers and a float, an input each; categories that are
    whole numbers of floats"""
    r = np.random.default_rng(7)
    d = pd.DataFrame({"a": r.normal(size=ROWS).astype(np.float32),
                      "b": r.random(ROWS) < 0.5,
                      "k": r.integers(0, 4, ROWS).astype(
                          np.float32 if name == "flags-cut" else np.int64)})
    model = make_pipeline(ColumnTransformer([
        ("n", "passthrough", ["a", "b"]),
        ("k", OneHotEncoder(handle_unknown="ignore"), ["k"])]),
        LogisticRegression())
    model.fit(d, (d.a > 0) ^ d.b ^ (d.k > 2))
    onx = to_onnx(model, initial_types=[
        ("a", FloatTensorType([None, 1])), ("b", BooleanTensorType([None, 1])),
        ("k", (FloatTensorType if name == "flags-cut" else Int64TensorType)(
            [None, 1]))], target_opset=17)
    save(folder, name, onx, {c: d[[c]].to_numpy() for c in d}, d, True)


def boosted(folder, name):
    """LightGBM and XGBoost through onnxmltools"""
    import lightgbm
    import xgboost
    from onnxmltools.convert.lightgbm.operator_converters.LightGbm import (
        convert_lightgbm)
    from onnxmltools.convert.xgboost.operator_converters.XGBoost import (
        convert_xgboost)

    small = {"n_estimators": 20, "n_jobs": 1}
    made = {
        "lightgbm2": (lightgbm.LGBMClassifier(verbose=-1, **small), Y2),
        "lightgbm3": (lightgbm.LGBMClassifier(verbose=-1, **small), Y3),
        "lightgbm-numbers": (lightgbm.LGBMRegressor(verbose=-1, **small), R),
        "xgboost2": (xgboost.XGBClassifier(max_depth=4, **small), Y2),
        "xgboost3": (xgboost.XGBClassifier(max_depth=4, **small), Y3),
        "xgboost-numbers": (xgboost.XGBRegressor(max_depth=4, **small), R),
    }
    model, y = made[name]
    number = name.endswith("numbers")
    convert = convert_lightgbm if "lightgbm" in name else convert_xgboost
    options = {} if number else {"nocl": [True, False],
                                 "zipmap": [True, False, "columns"]}
    update_registered_converter(
        type(model), type(model).__name__,
        calculate_linear_regressor_output_shapes if number
        else calculate_linear_classifier_output_shapes, convert,
        options=options)
    model.fit(X, y)
    onx = to_onnx(model, X[:1], target_opset={"": 17, "ai.onnx.ml": 3},
                  options=None if number else {id(model): {"zipmap": False}})
    csv = pd.DataFrame(T, columns=[f"f{i}" for i in range(FEATURES)])
    save(folder, name, onx, {"X": T}, csv, is_binary(name))


MAKERS = {name: sums if name.startswith("kernel") else plain for name in KINDS}
MAKERS.update({n: columns for n in (
    "columns", "columns-drop", "columns-forest", "columns-places",
    "columns-rare", "columns-strict")})
MAKERS.update({"flags": flags, "flags-cut": flags})
MAKERS.update({n: boosted for n in (
    "lightgbm2", "lightgbm3", "lightgbm-numbers", "xgboost2", "xgboost3",
    "xgboost-numbers")})

if __name__ == "__main__":
    folder, names = sys.argv[1], sys.argv[2:] or list(MAKERS)
    for name in names:
        MAKERS[name](folder, name)
        print(name, flush=True)
