"""Makes keras_losses.json: the first ten training losses of Keras for given
weights and batches, one list for each optimiser, loss and extra.

    python3 -m venv v && v/bin/pip install tensorflow-cpu
    v/bin/python make_keras_vectors.py > keras_losses.json

t/unit/test_train_keras.c trains the same and compares.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf

IN, HIDDEN, CLASSES, BATCH, STEPS = 12, 8, 5, 16, 10

rng = np.random.default_rng(7)


def numbers(*shape, scale=1.0):
    return np.round(rng.normal(0, scale, shape), 3).astype("float32")


x = numbers(STEPS * BATCH, IN)
classes = rng.integers(0, CLASSES, STEPS * BATCH)
binary = (x[:, 0] + x[:, 1] > 0).astype(int)
targets = np.round(2 * x[:, 0] - x[:, 3] * x[:, 4], 3).astype("float32")

w0, b0 = numbers(IN, HIDDEN, scale=0.4), numbers(HIDDEN, scale=0.1)
heads = {
    "classification": (numbers(HIDDEN, CLASSES, scale=0.4),
                       numbers(CLASSES, scale=0.1)),
    "binary": (numbers(HIDDEN, 1, scale=0.4), numbers(1, scale=0.1)),
}
heads["regression"] = heads["binary"]

OPTIMIZERS = {
    "sgd": lambda **k: keras.optimizers.SGD(0.1, **k),
    "momentum": lambda **k: keras.optimizers.SGD(0.05, momentum=0.9, **k),
    "nesterov": lambda **k: keras.optimizers.SGD(0.05, momentum=0.9,
                                                 nesterov=True, **k),
    "rmsprop": lambda **k: keras.optimizers.RMSprop(0.01, **k),
    "adam": lambda **k: keras.optimizers.Adam(0.01, **k),
    "adamw": lambda **k: keras.optimizers.AdamW(0.01, weight_decay=0.05, **k),
}
RATES = {"sgd": 0.1, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.01,
         "adam": 0.01, "adamw": 0.01}


def one_hot(c, n=CLASSES):
    return np.eye(n, dtype="float32")[c]


LOSSES = {
    "sparse_categorical_crossentropy": (
        "classification", keras.losses.SparseCategoricalCrossentropy(
            from_logits=True), lambda i: classes[i]),
    "categorical_crossentropy": (
        "classification", keras.losses.CategoricalCrossentropy(
            from_logits=True), lambda i: one_hot(classes[i])),
    "binary_crossentropy": (
        "binary", keras.losses.BinaryCrossentropy(from_logits=True),
        lambda i: binary[i][:, None].astype("float32")),
    "mse": ("regression", keras.losses.MeanSquaredError(),
            lambda i: targets[i][:, None]),
    "mae": ("regression", keras.losses.MeanAbsoluteError(),
            lambda i: targets[i][:, None]),
    "huber": ("regression", keras.losses.Huber(), lambda i: targets[i][:, None]),
}


def run(optimizer, loss, activation="relu", l2=0.0, clip=None):
    task, loss_fn, truth = LOSSES[loss]
    w1, b1 = heads[task]
    penalty = keras.regularizers.L2(l2) if l2 else None
    model = keras.Sequential([
        keras.layers.Input((IN,)),
        keras.layers.Dense(HIDDEN, activation=activation,
                           kernel_regularizer=penalty),
        keras.layers.Dense(w1.shape[1], kernel_regularizer=penalty),
    ])
    model.set_weights([w0, b0, w1, b1])
    opt = OPTIMIZERS[optimizer](**({"global_clipnorm": clip} if clip else {}))

    if optimizer == "adamw":
        opt.exclude_from_weight_decay(var_names=["bias"])

    losses = []

    for step in range(STEPS):
        i = slice(step * BATCH, (step + 1) * BATCH)

        with tf.GradientTape() as tape:
            value = loss_fn(truth(i), model(x[i], training=True))
            whole = value + (sum(model.losses) if l2 else 0.0)

        grads = tape.gradient(whole, model.trainable_variables)
        opt.apply(grads, model.trainable_variables)
        losses.append(float(value))

    return {"optimizer": optimizer, "lr": RATES[optimizer], "loss": loss,
            "task": task, "activation": activation, "l2": l2,
            "clip_norm": clip or 0, "losses": losses}


cases = [run(o, "sparse_categorical_crossentropy") for o in OPTIMIZERS]
cases += [run("adam", loss) for loss in LOSSES
          if loss != "sparse_categorical_crossentropy"]
cases += [run("sgd", "mse", activation=a)
          for a in ("tanh", "sigmoid", "elu", "gelu", "leaky_relu", "linear",
                    "softmax")]
cases += [run(o, "sparse_categorical_crossentropy", l2=0.05)
          for o in OPTIMIZERS]
cases += [run(o, "mse", clip=0.5) for o in ("sgd", "adam")]

# Keras's gelu is exact by default; its leaky_relu has slope 0.2
for c in cases:
    c["alpha"] = 0.2 if c["activation"] == "leaky_relu" else 1


def plain(a):
    return [float(str(v)) for v in np.asarray(a, dtype="float32").ravel()]


json.dump({
    "made_with": "keras %s, tensorflow %s" % (keras.__version__,
                                              tf.__version__),
    "in": IN, "hidden": HIDDEN, "classes": CLASSES, "batch": BATCH,
    "steps": STEPS, "x": plain(x), "labels": classes.tolist(),
    "binary": binary.tolist(), "targets": plain(targets),
    "w0": plain(w0), "b0": plain(b0),
    "heads": {k: {"w": plain(w), "b": plain(b)}
              for k, (w, b) in heads.items() if k != "regression"},
    "cases": cases,
}, sys.stdout, separators=(",", ":"))
print()
