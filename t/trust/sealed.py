# Encrypted models as docs/trust.md describes them, by another library:
# sealed.py seal|open KEY FROM TO

import hashlib
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

what, key, source, to = sys.argv[1:]

with open(key, encoding="ascii") as f:
    key = bytes.fromhex(f.read().strip())

with open(source, "rb") as f:
    data = f.read()

if what == "seal":
    nonce = bytes(range(12))
    head = b"maas\0enc" + (1).to_bytes(4, "little") + nonce
    head += hashlib.sha256(key).digest()[:8]
    out = head + AESGCM(key).encrypt(nonce, data, head)
else:
    assert data[:12] == b"maas\0enc\1\0\0\0"
    assert data[24:32] == hashlib.sha256(key).digest()[:8]
    out = AESGCM(key).decrypt(data[12:24], data[32:], data[:32])

with open(to, "wb") as f:
    f.write(out)
