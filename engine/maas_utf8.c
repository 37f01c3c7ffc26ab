/*
 * UTF-8 (RFC 3629): is it?
 * Not here: escapes of JSON (maas_json_string.c), other encodings.
 */

#include "maas_utf8.h"


size_t
maas__utf8_char(const char *p, size_t left)
{
    size_t                n, i;
    unsigned              low, high;
    const unsigned char  *c;

    c = (const unsigned char *) p;

    if (c[0] < 0x80) {
        return 1;
    }

    if (c[0] < 0xc2 || c[0] > 0xf4) {
        return 0;
    }

    n = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    low = c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80;
    high = c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf;

    if (left < n || c[1] < low || c[1] > high) {
        return 0;
    }

    for (i = 2; i < n; i++) {
        if (c[i] < 0x80 || c[i] > 0xbf) {
            return 0;
        }
    }

    return n;
}


int
maas__utf8(const char *s, size_t len)
{
    size_t  n;

    for ( /* void */ ; len > 0; s += n, len -= n) {
        n = (unsigned char) *s < 0x80 ? 1 : maas__utf8_char(s, len);
        if (n == 0) {
            return 0;
        }
    }

    return 1;
}
