"""The 25 real tables of $MAAS_DATA/tables and their folds: the same rows for
all, and what the peers see of a table.

Folds as in the reference that these tables came with: 5 up to 6500 rows, 3 up
to 12 500, else one quarter held out; classes are spread evenly.
Not here: peers (bench/real_peers.py), figures (bench/real_tables.py).
"""

import csv
import gzip
import json
import os
import re

SEED = 0
WORDS = 1000        # of TF-IDF, for peers that know no text
ISO = re.compile(r'\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?.*)?$')


def folder():
    data = os.environ.get('MAAS_DATA')
    if not data:
        here = os.path.dirname(os.path.abspath(__file__))
        data = os.path.join(here, '..', '..', 'shared', 'data')
    return os.path.join(data, 'tables')


def tables():
    """Facts by name: task (bin, multi, reg), rows, columns, text"""
    with open(os.path.join(folder(), 'tables.json'), encoding='utf-8') as f:
        return json.load(f)


def path(name):
    return os.path.join(folder(), name + '.csv.gz')


def rows(name):
    """Header and rows of a table as they are written"""
    with gzip.open(path(name), 'rt', encoding='utf-8', newline='') as f:
        all_rows = list(csv.reader(f))
    return all_rows[0], all_rows[1:]


def fold_count(count):
    return 5 if count <= 6500 else 3 if count <= 12500 else 1


def folds(task, target):
    """Pairs of row numbers (training, test); TARGET: as it is written"""
    from sklearn.model_selection import (KFold, StratifiedKFold,
                                         StratifiedShuffleSplit, ShuffleSplit)
    k = fold_count(len(target))
    if k > 1:
        kind = KFold if task == 'reg' else StratifiedKFold
        how = kind(k, shuffle=True, random_state=SEED)
    else:
        kind = ShuffleSplit if task == 'reg' else StratifiedShuffleSplit
        how = kind(1, test_size=0.25, random_state=SEED)
    return list(how.split(target, None if task == 'reg' else target))


def split(name, fold):
    """A fold in row numbers, by the target as it is written"""
    header, body = rows(name)
    at = header.index('target')
    return folds(tables()[name]['task'], [r[at] for r in body])[fold]


def write_fold(name, fold, where):
    """train.csv and test.csv in the folder WHERE: cells as they are"""
    header, body = rows(name)
    at = header.index('target')
    parts = folds(tables()[name]['task'], [r[at] for r in body])[fold]
    for part, numbers in zip(('train', 'test'), parts):
        with open(os.path.join(where, part + '.csv'), 'w', newline='',
                  encoding='utf-8') as f:
            w = csv.writer(f, lineterminator='\n')
            w.writerow(header)
            w.writerows(body[i] for i in numbers)


def dated(column):
    values = column.dropna().astype(str)
    return len(values) > 0 and values.map(lambda v: bool(ISO.match(v))).all()


def date_parts(column):
    import pandas
    when = pandas.to_datetime(column, utc=True, format='mixed')
    return {'year': when.dt.year, 'month': when.dt.month, 'day': when.dt.day,
            'weekday': when.dt.weekday, 'hour': when.dt.hour,
            'days': when.astype('int64').where(when.notna()) / 86400e9}


class Frame:
    """A fold as the peers see it: numbers, categories (texts, None where
    missing) and TF-IDF of texts, all by what the training rows say"""

    def __init__(self, name, fold):
        import pandas
        facts = tables()[name]
        train, test = split(name, fold)
        frame = pandas.read_csv(path(name), low_memory=False)
        self.regression = facts['task'] == 'reg'
        target = frame.pop('target')
        if self.regression:
            self.y = target.to_numpy(float)
            self.classes = None
        else:
            self.classes = sorted(target.astype(str).unique())
            code = {c: i for i, c in enumerate(self.classes)}
            self.y = target.astype(str).map(code).to_numpy()
        self.train, self.test = train, test
        self.numbers, self.categories = pandas.DataFrame(), pandas.DataFrame()
        self.words = None
        self.texts = [frame.pop(c) for c in facts['text']]
        self.sort_out(frame)
        if self.texts:
            self.weigh_words()

    def sort_out(self, frame):
        import pandas
        numbers, categories = {}, {}
        for name in frame.columns:
            column = frame[name]
            if column.dtype.kind in 'bif':
                numbers[name] = column.astype(float)
            elif dated(column):
                for part, values in date_parts(column).items():
                    numbers[f'{name}.{part}'] = values.astype(float)
            else:
                categories[name] = column.astype(object).map(str).where(
                    column.notna(), None)
        index = frame.index
        self.numbers = pandas.DataFrame(numbers, index=index)
        self.categories = pandas.DataFrame(categories, index=index)

    def weigh_words(self):
        from scipy import sparse
        from sklearn.feature_extraction.text import TfidfVectorizer
        parts = []
        for text in self.texts:
            text = text.fillna('').astype(str)
            how = TfidfVectorizer(max_features=WORDS)
            how.fit(text.iloc[self.train])
            parts.append(how.transform(text))
        self.words = sparse.hstack(parts).tocsr().astype('float32')

    def native(self):
        """One table with columns of pandas' category, names c0, c1, ..."""
        import pandas
        parts = [self.numbers]
        if len(self.categories.columns):
            parts.append(pandas.DataFrame({
                name: pandas.Categorical(
                    column, categories=sorted(
                        column.iloc[self.train].dropna().unique()))
                for name, column in self.categories.items()}))
        if self.words is not None:
            parts.append(pandas.DataFrame(self.words.toarray()))
        frame = pandas.concat(parts, axis=1)
        frame.columns = [f'c{i}' for i in range(len(frame.columns))]
        return frame

    def category_names(self):
        """Of native()"""
        first = len(self.numbers.columns)
        return [f'c{first + i}' for i in range(len(self.categories.columns))]
