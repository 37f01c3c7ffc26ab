#!/usr/bin/env python3
"""The seed network 784-64-64-10 in other programs: batch 32, Adam, cross-entropy.

    bench/train_peers.py keras|jax|sklearn DATA EPOCHS

Prints a line an epoch: seconds, after a first one that compiles and warms up;
then "accuracy X" on the test part.  Part of train.py.
"""

import gzip
import os
import sys
import time
import warnings

import numpy

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
BATCH = 32


def idx(folder, name):
    """The array of an IDX file, plain or .gz"""
    path = os.path.join(folder, name)
    if os.path.exists(path):
        with open(path, 'rb') as f:
            raw = f.read()
    else:
        with gzip.open(path + '.gz') as f:
            raw = f.read()
    rank = raw[3]
    shape = numpy.frombuffer(raw, '>u4', rank, 4)
    return numpy.frombuffer(raw, numpy.uint8, -1, 4 + 4 * rank).reshape(shape)


def part(folder, name):
    x = idx(folder, name + '-images-idx3-ubyte')
    y = idx(folder, name + '-labels-idx1-ubyte')
    return x.reshape(len(x), -1).astype(numpy.float32) / 255, y.astype('i4')


def keras(x, y):
    import keras as k

    m = k.Sequential([k.Input((x.shape[1],)), k.layers.Dense(64, 'relu'),
                      k.layers.Dense(64, 'relu'),
                      k.layers.Dense(10, 'softmax')])
    m.compile('adam', 'sparse_categorical_crossentropy')
    return (lambda: m.fit(x, y, batch_size=BATCH, epochs=1, verbose=0),
            lambda t: m.predict(t, verbose=0, batch_size=1000).argmax(1))


def jax(x, y):
    """One compiled program an epoch: scan over steps, Keras's Adam"""
    import jax as j
    import jax.numpy as np

    def answer(p, x):
        for w, b in p[:-1]:
            x = j.nn.relu(x @ w + b)
        return x @ p[-1][0] + p[-1][1]

    def loss(p, x, y):
        z = answer(p, x)
        right = np.take_along_axis(z, y[:, None], 1)[:, 0]
        return np.mean(j.nn.logsumexp(z, 1) - right)

    def step(state, rows):
        p, m, v, t = state
        g = j.grad(loss)(p, data[0][rows], data[1][rows])
        t = t + 1
        m = j.tree.map(lambda m, g: m + .1 * (g - m), m, g)
        v = j.tree.map(lambda v, g: v + .001 * (g * g - v), v, g)
        a = .001 * np.sqrt(1 - .999 ** t) / (1 - .9 ** t)
        p = j.tree.map(lambda p, m, v: p - a * m / (np.sqrt(v) + 1e-7),
                       p, m, v)
        return (p, m, v, t), None

    @j.jit
    def epoch(state, rows):
        return j.lax.scan(step, state, rows)[0]

    data = np.array(x), np.array(y)
    rng = numpy.random.default_rng(1)
    sizes = [x.shape[1], 64, 64, 10]
    p = [(np.array(rng.normal(0, (2 / a) ** .5, (a, b)), np.float32),
          np.zeros(b)) for a, b in zip(sizes, sizes[1:])]
    zero = j.tree.map(np.zeros_like, p)
    state = [(p, zero, zero, np.float32(0))]
    whole = len(x) // BATCH * BATCH

    def run():
        rows = rng.permutation(len(x))[:whole].reshape(-1, BATCH)
        state[0] = epoch(state[0], np.array(rows))
        j.block_until_ready(state[0])

    return run, lambda t: numpy.array(answer(state[0][0], t)).argmax(1)


def sklearn(x, y):
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter('ignore')
    m = MLPClassifier((64, 64), batch_size=BATCH, max_iter=1, warm_start=True)
    return lambda: m.fit(x, y), m.predict


def main():
    who, folder, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    x, y = part(folder, 'train')
    run, predict = {'keras': keras, 'jax': jax, 'sklearn': sklearn}[who](x, y)

    for i in range(epochs + 1):
        begin = time.perf_counter()
        run()
        if i > 0:
            print(time.perf_counter() - begin, flush=True)

    x, y = part(folder, 't10k')
    print('accuracy', float((predict(x) == y).mean()))


if __name__ == '__main__':
    main()
