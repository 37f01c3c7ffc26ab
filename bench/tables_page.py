"""bench/TABLES.md, of which two programs write a part each.

Not here: what is in a part (bench/tables.py, bench/real_tables.py).
"""

import os

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'TABLES.md')
HEAD = '# Tables\n'


def parts(text):
    """What a page has: a list of (heading, text with the heading)"""
    got = []
    for line in text.splitlines(keepends=True):
        if line.startswith('## '):
            got.append([line[3:].strip(), ''])
        if got:
            got[-1][1] += line
    return [tuple(p) for p in got]


def put(path, heading, body):
    """Part HEADING of the page is BODY from now on, the others stay"""
    old = []
    if os.path.exists(path):
        with open(path, encoding='utf-8') as f:
            old = parts(f.read())

    new = f'## {heading}\n\n{body.strip()}\n'
    names = [name for name, _ in old]
    if heading in names:
        old[names.index(heading)] = (heading, new)
    else:
        old.append((heading, new))

    with open(path, 'w', encoding='utf-8') as f:
        f.write(HEAD + ''.join(f'\n{text.strip()}\n' for _, text in old))
