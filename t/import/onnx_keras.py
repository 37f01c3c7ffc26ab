"""Networks of Keras as ONNX files, by Keras 3 and by tf2onnx; TensorFlow is too
large for every test run, so what this writes is kept in t/import/networks.

    pip install tensorflow-cpu==2.21.0 tf2onnx==1.17.0 && onnx_keras.py FOLDER
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf
import tf2onnx
from keras import layers

keras.utils.set_random_seed(1)


def functional():
    x = keras.Input((6,), name="x")
    h = layers.Dense(10, activation="gelu")(x)
    h = layers.LayerNormalization()(h)
    h = layers.Add()([h, layers.Dense(10, activation="silu")(h)])
    h = layers.Concatenate()([h, x])
    return keras.Model(x, layers.Dense(1, activation="sigmoid")(h))


def normed():
    m = keras.Sequential([
        keras.Input((6,), name="x"), layers.Dense(12),
        layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.2),
        layers.Dense(8, activation="selu"), layers.Dense(8),
        layers.LeakyReLU(negative_slope=0.2), layers.Dense(3),
        layers.Softmax()])
    rng = np.random.default_rng(1)
    m.layers[1].set_weights([rng.uniform(0.5, 2, 12) for _ in range(4)])
    return m


def scaled():
    # of Normalization tf2onnx 1.17 makes inputs of the graph
    return keras.Sequential([keras.Input((6,), name="x"),
                             layers.Rescaling([1, 2, 3, 0.5, 1, 1],
                                              [-5, -10, -15, -2.5, -5, -5]),
                             layers.Dense(8, activation="elu"),
                             layers.Dense(5, activation="relu6"),
                             layers.Dense(2)])


NETWORKS = {
    "keras-mlp": lambda: keras.Sequential([
        keras.Input((6,), name="x"), layers.Dense(16, activation="relu"),
        layers.Dense(8, activation="tanh"),
        layers.Dense(3, activation="softmax")]),
    "keras-normed": normed,
    "keras-scaled": scaled,
    "keras-functional": functional,
    "keras-flat": lambda: keras.Sequential([
        keras.Input((3, 4), name="x"), layers.Flatten(),
        layers.Dense(8, activation="relu"), layers.Dense(1)]),
}

if __name__ == "__main__":
    folder = sys.argv[1]
    for name, make in NETWORKS.items():
        model = make()
        model(np.zeros((1,) + model.input_shape[1:], np.float32))
        model.export(f"{folder}/{name}.onnx", format="onnx", verbose=False)
        if name == "keras-functional":    # which ONNX Runtime has no Erfc for
            x = np.random.default_rng(3).normal(size=(100, 6))
            x = x.astype(np.float32)
            for kind, v in ("csv", x), ("expected", model.predict(x)):
                np.savetxt(f"{folder}/{name}.{kind}", v, "%.9g", ",")
        fn = tf.function(lambda x: model(x, training=False))
        shape = (None,) + model.input_shape[1:]
        tf2onnx.convert.from_function(
            fn, [tf.TensorSpec(shape, tf.float32, name="x")], opset=15,
            output_path=f"{folder}/{name}-tf2onnx.onnx")
