"""Models of real libraries for bench/trees.py, and what compiles them.

Not here: anything that is timed.
"""

import os
import shutil
import subprocess

import numpy as np

ROWS = 4096         # that are asked about
TRAIN = 20000
CC = ['gcc', '-O3', '-march=native', '-fPIC', '-shared']


def data(n, width, kind, seed):
    """x(n,width) and y(n): 4 columns matter; kind 'cat': NaN here and there,
    and 5 columns of codes"""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, width))
    s = x[:, 0] + x[:, 1] * x[:, 2] + .5 * x[:, 3] ** 2

    if kind == 'cat':
        weight = np.random.default_rng(9).normal(size=(5, 400))
        for c in range(5):
            code = np.minimum(rng.geometric(.02 + .03 * c, n) - 1, 399)
            x[:, c + 5] = code
            s = s + weight[c][code]
        x[rng.random(x.shape) < .05] = np.nan

    if kind != 'double':
        x = x.astype(np.float32).astype(np.float64)

    return x, (s + .5 * rng.normal(size=n) > .5).astype(int)


class Model:
    """In folder: model file, rows.bin, compiled trees.  own: the library."""

    def __init__(self, folder, name, own, trees, leaves, width=30, kind='',
                 depth=0):
        self.folder = os.path.join(folder, name)
        self.name = name
        self.own = own
        self.trees, self.leaves, self.width = trees, leaves, width
        self.depth = depth
        self.kind = 'double' if own == 'LightGBM' and not kind else kind
        self.rows = self.at('rows.bin')
        self.ours = self.at('ours.safetensors')
        self.file = self.at({'XGBoost': 'model.json',
                             'CatBoost': 'model.json'}.get(own, 'model.txt'))
        os.makedirs(self.folder, exist_ok=True)

    def at(self, name):
        return os.path.join(self.folder, name)

    def make(self, all_compilers=True):
        """The model, the rows, and who compiles it; what is there stays.
        lleaves takes minutes for large models."""
        if not os.path.exists(self.rows):
            data(ROWS, self.width, self.kind, 2)[0].tofile(self.rows)
        if not os.path.exists(self.file):
            x, y = data(TRAIN, self.width, self.kind, 1)
            {'LightGBM': self.lightgbm, 'XGBoost': self.xgboost,
             'CatBoost': self.catboost, 'YDF': self.ydf}[self.own](x, y)
        if self.own in ('LightGBM', 'XGBoost'):
            self.tl2cgen(0)
        if self.own in ('LightGBM', 'XGBoost') and self.trees > 100:
            self.tl2cgen(1)
        if self.own == 'LightGBM' and all_compilers:
            self.lleaves()

    def x(self):
        return np.fromfile(self.rows).reshape(-1, self.width)

    def lightgbm(self, x, y):
        import lightgbm
        cats = list(range(5, 10)) if self.kind == 'cat' else 'auto'
        b = lightgbm.train(
            {'objective': 'binary', 'num_leaves': self.leaves,
             'num_threads': 1, 'verbose': -1, 'seed': 1,
             'deterministic': True},
            lightgbm.Dataset(x, y, categorical_feature=cats), self.trees)
        b.save_model(self.file)

    def xgboost(self, x, y):
        import xgboost
        types = None
        if self.kind == 'cat':
            types = ['c' if 5 <= i < 10 else 'q' for i in range(self.width)]
        d = xgboost.DMatrix(x.astype(np.float32), y, feature_types=types,
                            enable_categorical=types is not None)
        b = xgboost.train(
            {'objective': 'binary:logistic', 'tree_method': 'hist',
             'grow_policy': 'lossguide', 'max_leaves': self.leaves,
             'max_depth': 0, 'nthread': 1, 'seed': 1}, d, self.trees)
        b.save_model(self.file)

    def catboost(self, x, y):
        import catboost
        b = catboost.CatBoostClassifier(
            iterations=self.trees, depth=self.depth, thread_count=1,
            random_seed=1, verbose=False, allow_writing_files=False)
        b.fit(x.astype(np.float32), y)
        b.save_model(self.file, format='json')
        b.save_model(self.at('model.cbm'))

    def ydf(self, x, y):
        import ydf
        ydf.verbose(0)
        b = ydf.GradientBoostedTreesLearner(
            label='y', num_trees=self.trees, max_num_nodes=self.leaves,
            growing_strategy='BEST_FIRST_GLOBAL', max_depth=-1,
            validation_ratio=0., early_stopping='NONE', num_threads=1,
            random_seed=1).train(dict(columns(x), y=y))
        b.save(self.at('ydf'))
        with open(self.file, 'w') as f:
            f.write(as_lightgbm(b, self.width))

    def tl2cgen(self, quantize):
        out = self.at(f'tl2cgen{quantize}.so')
        if os.path.exists(out):
            return
        import tl2cgen
        import treelite
        load = (treelite.frontend.load_lightgbm_model
                if self.own == 'LightGBM'
                else treelite.frontend.load_xgboost_model)
        c = self.at('c')
        shutil.rmtree(c, ignore_errors=True)
        tl2cgen.generate_c_code(
            load(self.file), dirpath=c,
            params={'parallel_comp': 16, 'quantize': quantize})
        files = [os.path.join(c, f) for f in os.listdir(c) if f[-2:] == '.c']
        subprocess.run(CC + sorted(files) + ['-lm', '-o', out], check=True)
        shutil.rmtree(c)

    def lleaves(self):
        out = self.at('lleaves.so')
        if os.path.exists(out):
            return
        import lleaves
        m = lleaves.Model(self.file)
        m.compile(cache=self.at('lleaves.o'), raw_score=True)
        subprocess.run(CC + [self.at('lleaves.o'), '-lm', '-o', out],
                       check=True)


def columns(x):
    return {f'f{i}': x[:, i].astype(np.float32) for i in range(x.shape[1])}


def as_lightgbm(model, width):
    """Trees of YDF as LightGBM writes them: "x >= t" is "not x <= the float
    below t", and where it begins a tree of one leaf"""
    names = model.input_feature_names()
    spec = [c.name for c in model.data_spec().columns]
    blocks = [f'num_leaves=1\nnum_cat=0\nleaf_value='
              f'{float(model.initial_predictions()[0])!r}\n']

    for t in range(model.num_trees()):
        nodes, values = [], []
        walk(model.get_tree(t).root, spec, nodes, values)
        lists = [' '.join(str(n[i]) for n in nodes) for i in range(5)]
        blocks.append(f'num_leaves={len(values)}\nnum_cat=0\n'
                      f'split_feature={lists[0]}\nthreshold={lists[1]}\n'
                      f'decision_type={lists[2]}\nleft_child={lists[3]}\n'
                      f'right_child={lists[4]}\n'
                      f'leaf_value={" ".join(repr(v) for v in values)}\n')

    assert len(names) == width, names
    head = ('tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\n'
            f'label_index=0\nmax_feature_idx={width - 1}\n'
            'objective=binary sigmoid:1\n'
            f'feature_names={" ".join(f"f{i}" for i in range(width))}\n'
            f'feature_infos={" ".join(["[-9:9]"] * width)}\n')
    texts = [f'Tree={i}\n{b}is_linear=0\nshrinkage=1\n\n\n'
             for i, b in enumerate(blocks)]
    return (head + f'tree_sizes={" ".join(str(len(t)) for t in texts)}\n\n'
            + ''.join(texts) + 'end of trees\n\nparameters:\n'
            'end of parameters\n')


def walk(root, spec, nodes, values):
    """Fills both; a child is a node, or ~leaf"""
    todo = [(root, None, None)]
    while todo:
        n, parent, side = todo.pop()
        if n.is_leaf:
            place = ~len(values)
            values.append(float(np.float32(n.value.value)))
        else:
            c = n.condition
            place = len(nodes)
            below = np.nextafter(np.float32(c.threshold),
                                 np.float32(-np.inf))
            nodes.append([int(spec[c.attribute][1:]), repr(float(below)),
                          8 if c.missing else 10, 0, 0])
            todo += [(n.pos_child, place, 4), (n.neg_child, place, 3)]
        if parent is not None:
            nodes[parent][side] = place
