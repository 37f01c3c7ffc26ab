"""What the answers on the real tables come to: ranks, gaps, win rates, CPU.

Not here: where answers come from (bench/real_tables.py).
"""

import os
import time
from statistics import mean

HEADING = 'Real tables'
RIVALS = ('LightGBM', 'XGBoost', 'CatBoost', 'MLP', 'linear')
NOTE = '''`make bench-tables` wrote this (`bench/real_tables.py`). Everybody has default settings, the same rows and {threads};
ours reads the CSV files as they are (`maas-trainer fit --data train.csv --target target -o m.safetensors`, `evaluate`). LightGBM,
XGBoost and CatBoost have native categories; MLP and the linear model are scikit-learn's behind scaling and one-hot; all of them
get dates in parts and TF-IDF for texts. 5 folds up to 6500 rows, 3 up to 12 500, else one quarter held out. Accuracy, or R2, in
per cent, means of those folds that all have. CPU: reading, training and answering, without the imports of Python.'''


def means(answers, who, table, folds, what):
    """Mean over folds, or None where one is not there"""
    got = answers[who].get(table, {})
    values = [got[f].get(what) for f in folds if f in got]
    if len(values) < len(folds) or not folds or None in values:
        return None
    return mean(values)


def shared(answers, group, table):
    """Folds that all of the group have who have any of this table"""
    sets = [set(answers[w][table]) for w in group if table in answers[w]]
    return sorted(set.intersection(*sets)) if sets else []


def ranks(values, up):
    """By name, 1 is the best, ties share"""
    got = {}
    for who, v in values.items():
        better = sum(u > v if up else u < v for u in values.values())
        got[who] = better + (1 + sum(u == v for u in values.values())) / 2
    return got


class Standing:
    """One of ours among the rivals, over the tables that it has"""

    def __init__(self, answers, who, facts):
        self.ranks, self.gaps, self.loss_ranks, self.wins = {}, {}, {}, {}
        self.behind = {}
        for table in facts:
            if table not in answers[who]:
                continue
            group = [who] + [r for r in RIVALS if table in answers[r]]
            folds = shared(answers, group, table)
            score = {w: means(answers, w, table, folds, 'score')
                     for w in group}
            if not folds or len(group) < 2:
                continue
            best = max(score.values())
            for w, r in ranks(score, True).items():
                self.ranks.setdefault(w, []).append(r)
                self.gaps.setdefault(w, []).append(best - score[w])
            self.behind[table] = best - score[who]
            if facts[table]['task'] != 'reg':
                loss = {w: means(answers, w, table, folds, 'log_loss')
                        for w in group}
                for w, r in ranks(loss, False).items():
                    self.loss_ranks.setdefault(w, []).append(r)
        for rival in RIVALS + ('RealMLP',):
            self.compare(answers, who, rival, facts)

    def compare(self, answers, who, rival, facts):
        won, cpu, theirs, gap, loss = [], 0, 0, [], []
        for table in facts:
            if not (table in answers[who] and table in answers[rival]):
                continue
            folds = shared(answers, [who, rival], table)
            a, b = (means(answers, w, table, folds, 'score')
                    for w in (who, rival))
            if a is None or b is None:
                continue
            won.append(1 if a > b else 0.5 if a == b else 0)
            gap.append(a - b)
            cpu += sum(answers[who][table][f]['cpu'] for f in folds)
            theirs += sum(answers[rival][table][f]['cpu'] for f in folds)
            if facts[table]['task'] != 'reg':
                a, b = (means(answers, w, table, folds, 'log_loss')
                        for w in (who, rival))
                loss.append(1 if a < b else 0.5 if a == b else 0)
        if won:
            self.wins[rival] = (mean(won), len(won), mean(gap),
                                mean(loss) if loss else None, cpu, theirs)


def number(v, form='%.2f'):
    return '-' if v is None else form % v


def rows_of(answers, ours, facts):
    """A row a table: scores, then log losses of ours and of LightGBM"""
    people = list(ours) + [w for w in RIVALS + ('RealMLP',) if answers[w]]
    yield ('| table | rows | columns | score | folds | ' + ' | '.join(people)
           + ' | log loss |')
    yield '|---' * (6 + len(people)) + '|'
    for table, f in facts.items():
        if not any(table in answers[w] for w in people):
            continue
        # RealMLP may have fewer folds: it is no reason to show fewer
        folds = shared(answers, [w for w in people if w != 'RealMLP'], table)
        scores = [means(answers, w, table, shared(answers, [w], table)
                        if w == 'RealMLP' else folds, 'score')
                  for w in people]
        losses = [means(answers, w, table, folds, 'log_loss')
                  for w in list(ours) + ['LightGBM']]
        yield (f'| {table} | {f["rows"]} | {f["columns"]} | '
               + ('R2' if f['task'] == 'reg' else 'accuracy')
               + f' | {len(folds)} | '
               + ' | '.join(number(s) for s in scores) + ' | '
               + ('' if f['task'] == 'reg' else
                  ' '.join(number(v, '%.4f') for v in losses)) + ' |')


def summary(answers, ours, facts, commands):
    for who in ours:
        s = Standing(answers, who, facts)
        if not s.ranks:
            continue
        people = [who] + [r for r in RIVALS if r in s.ranks]
        command = f' (`{commands[who]}`)' if commands[who] else ''
        yield f'**{who}**{command}, {len(s.behind)} tables:'
        yield ''
        yield '| | ' + ' | '.join(people) + ' |'
        yield '|---' * (1 + len(people)) + '|'
        yield '| mean rank in score | ' + ' | '.join(
            number(mean(s.ranks[w])) for w in people) + ' |'
        yield '| mean gap to the best, points | ' + ' | '.join(
            number(mean(s.gaps[w])) for w in people) + ' |'
        if s.loss_ranks:
            yield '| mean rank in log loss | ' + ' | '.join(
                number(mean(s.loss_ranks[w])) for w in people) + ' |'
        yield ''
        yield ('| against | tables | wins, % | mean difference, points | wins '
               'in log loss, % | CPU s, ours | CPU s, theirs | ours / theirs |')
        yield '|---' * 8 + '|'
        for rival, (won, n, gap, loss, cpu, theirs) in s.wins.items():
            yield (f'| {rival} | {n} | {100 * won:.0f} | {gap:+.2f} | '
                   + number(loss and 100 * loss, '%.0f')
                   + f' | {cpu:.1f} | {theirs:.1f} | '
                   + number(cpu / theirs if theirs else None) + ' |')
        yield ''
        worst = sorted(s.behind.items(), key=lambda p: -p[1])[:8]
        yield 'Furthest behind the best: ' + ', '.join(
            f'{t} {gap:.2f}' for t, gap in worst if gap > 0) + '.'
        yield ''


def page(answers, ours, facts, commands):
    """Text of the part of bench/TABLES.md"""
    threads = {a.get('threads', 1) for tables in answers.values()
               for folds in tables.values() for a in folds.values()}
    n = max(threads, default=1)
    head = NOTE.format(threads='one thread' if n == 1 else f'{n} threads')
    return '\n'.join([head, '', '- '
                      + time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())
                      + f'; {os.cpu_count()} cores', '']
                     + list(summary(answers, ours, facts, commands))
                     + list(rows_of(answers, ours, facts)))
