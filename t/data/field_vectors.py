"""Prints the vectors in t/unit/test_fields.c: docs/model-format.md again, in
another language, so that the page says enough."""

import math
import re
import sys


def field_hash(data):
    h = 0x811C9DC5
    for byte in data:
        h = (h ^ byte) * 0x01000193 & 0xFFFFFFFF
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return h ^ h >> 16


def pieces(text, slots, shortest, longest):
    x = [0] * slots
    text = re.sub(r"[ \t-\r]+", " ", text.strip(" \t\n\v\f\r"))
    text = re.sub(r"[A-Z]", lambda m: m.group().lower(), text)
    text = " " + text + " "
    for n in range(shortest, longest + 1):
        for at in range(len(text) - n + 1):
            h = field_hash(text[at:at + n].encode())
            x[(h & 0x7FFFFFFF) % slots] += -1 if h >> 31 else 1
    norm = math.sqrt(sum(v * v for v in x))
    return [v / norm for v in x] if norm else x


if __name__ == "__main__":
    for text in ("", "a", "DE", "Zürich", "message digest"):
        print('    { "%s", 0x%08x },' % (text, field_hash(text.encode())))
    for text in ("Grüße,  WELT\tund so", "x", "naïve 日本 🙂"):
        print(", ".join("%.9gf" % v for v in pieces(text, 8, 2, 4)))
    sys.exit(0)
