"""Makes metrics.json: what scikit-learn says of given answers and truths.

    python3 -m venv v && v/bin/pip install scikit-learn
    v/bin/python make_metrics_vectors.py > metrics.json

t/unit/test_train_metrics.c computes the same and compares.
"""

import json

import numpy as np
from scipy import optimize
from sklearn import metrics

ROWS, BINS = 240, 15
rng = np.random.default_rng(11)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def as_float(x):
    return np.asarray(x, dtype="float32").astype(float)


def ece(sure, hit):
    """Expected calibration error, bins of a probability"""
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    return sum(abs(sure[place == b].sum() - hit[place == b].sum())
               for b in range(BINS)) / len(sure)


def temperature(loss):
    """Of the least loss"""
    found = optimize.minimize_scalar(lambda t: loss(np.exp(t)),
                                     bounds=(-3, 3), method="bounded",
                                     options={"xatol": 1e-7})
    return float(np.exp(found.x))


def classification(classes):
    truth = rng.integers(0, classes, ROWS)
    z = rng.normal(0, 1, (ROWS, classes))
    z[np.arange(ROWS), truth] += 1.5
    # too sure of itself, and rounded: there are ties
    p = as_float(np.round(softmax(np.round(2 * z, 1)), 3).clip(.001))
    labels = list(range(classes))
    said = p.argmax(axis=1)
    one = np.eye(classes)[truth]

    def loss(t):
        q = np.maximum(p, 1e-30) ** (1 / t)
        q /= q.sum(axis=1, keepdims=True)
        return -np.log(q[np.arange(ROWS), truth]).mean()

    # its own log_loss normalises the rows, which rounding needs not
    least = np.maximum(p[np.arange(ROWS), truth], 1e-7)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, said, labels=labels, zero_division=0)
    return {
        "task": "classification", "truth": truth.tolist(),
        "answers": p.round(3).tolist(),
        "accuracy": metrics.accuracy_score(truth, said),
        # its own top_k_accuracy_score lets the last of equals win
        "top": (np.argsort(-p, kind="stable")[:, :3]
                == truth[:, None]).any(axis=1).mean(),
        "loss": -np.log(least).mean(),
        "f1": f1.mean(),
        "auc": np.mean([metrics.roc_auc_score(one[:, c], p[:, c])
                        for c in labels]),
        "pr_auc": np.mean([metrics.average_precision_score(one[:, c], p[:, c])
                           for c in labels]),
        "ece": ece(p.max(axis=1), said == truth),
        "confusion": metrics.confusion_matrix(truth, said,
                                              labels=labels).tolist(),
        "precision": precision.tolist(), "recall": recall.tolist(),
        "temperature": temperature(loss),
    }


def binary():
    truth = rng.integers(0, 2, ROWS)
    z = rng.normal(0, 2, ROWS) + np.where(truth, 1, -1)
    p = as_float(np.round(1 / (1 + np.exp(-z)), 2).clip(.01, .99))
    said = (p > .5).astype(int)

    def loss(t):
        return metrics.log_loss(truth, 1 / (1 + np.exp(
            -np.log(p / (1 - p)) / t)))

    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, said)
    fpr, tpr, _ = metrics.roc_curve(truth, p, drop_intermediate=False)
    return {
        "task": "binary", "truth": truth.tolist(),
        "answers": [[v] for v in p.round(2).tolist()],
        "accuracy": metrics.accuracy_score(truth, said),
        "loss": metrics.log_loss(truth, p),
        "f1": f1.mean(),
        "auc": metrics.roc_auc_score(truth, p),
        "pr_auc": metrics.average_precision_score(truth, p),
        "ece": ece(p, truth),
        "confusion": metrics.confusion_matrix(truth, said).tolist(),
        "precision": precision.tolist(), "recall": recall.tolist(),
        "temperature": temperature(loss),
        "fpr": fpr.tolist(), "tpr": tpr.tolist(),
    }


def regression(targets):
    truth = np.round(rng.normal(20, 5, (ROWS, targets)), 2)
    y = np.round(truth + rng.normal(.5, 2, (ROWS, targets)), 2)
    return {
        "task": "regression", "truth": truth.tolist(), "answers": y.tolist(),
        "loss": metrics.mean_squared_error(truth, y),
        "mae": metrics.mean_absolute_error(truth, y),
        "rmse": metrics.mean_squared_error(truth, y) ** .5,
        "r2": metrics.r2_score(truth, y),
    }


print(json.dumps([classification(6), classification(3), binary(),
                  regression(1), regression(2)]))
