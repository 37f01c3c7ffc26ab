"""Prints the vectors in t/unit/test_fields.c and test_values.c:
docs/model-format.md again, in another language, so that the page says
enough."""

import calendar
import datetime
import decimal
import math
import re
import struct
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


def canonical(text):
    sign, digits, exponent = decimal.Decimal(text).as_tuple()
    digits = "".join(map(str, digits)).lstrip("0")
    exponent += len(digits) - len(digits.rstrip("0"))
    digits = digits.rstrip("0")
    whole = len(digits) + exponent
    if not digits:
        return "0"
    if whole > 40 or whole < -20:
        text = "%se%d" % (digits, exponent)
    elif exponent >= 0:
        text = digits + "0" * exponent
    elif whole > 0:
        text = digits[:whole] + "." + digits[whole:]
    else:
        text = "0." + "0" * -whole + digits
    return "-" * sign + text


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def date(text, shift=0, factor=1):
    """All parts of an ISO date, in the order of the page."""
    t = datetime.datetime.fromisoformat(text)
    utc = t if t.tzinfo else t.replace(tzinfo=datetime.timezone.utc)
    clock = t.hour * 3600 + t.minute * 60 + t.second + t.microsecond / 1e6
    days = calendar.monthrange(t.year, t.month)[1]
    x = [single((utc.timestamp() - shift) * factor),
         single((t.year - shift) * factor)]
    for turn in ((t.month - 1) / 12, (t.day - 1) / days, t.weekday() / 7,
                 clock / 86400):
        x += [single(math.sin(2 * math.pi * turn)),
              single(math.cos(2 * math.pi * turn))]
    return x


if __name__ == "__main__":
    for text in ("", "a", "DE", "Zürich", "message digest"):
        print('    { "%s", 0x%08x },' % (text, field_hash(text.encode())))
    for text in ("Grüße,  WELT\tund so", "x", "naïve 日本 🙂"):
        print(", ".join("%.9gf" % v for v in pieces(text, 8, 2, 4)))
    for text in ("-0012.5000", "1e-21", "1e-20", "12e-22", "99e38", "100e38",
                 "123456789012345678901234567890123456789012.0",
                 "0.000000000000000000001230", "-7e+40", "18446744073709551617"):
        print('        { "%s", "%s" },' % (text, canonical(text)))
    for text in ("2024-02-29T06:00:00+01:00", "1969-07-20T20:17:40",
                 "2023-12-31T23:59:59.500000-05:30", "1900-03-01", "9999-12-31"):
        print('        { "%s", { %s } },' % (text, ", ".join(
            "%.9g" % v for v in date(text, 1000, 0.25))))
    sys.exit(0)
