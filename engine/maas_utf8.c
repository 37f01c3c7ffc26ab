/*
 * UTF-8 (RFC 3629): is it, and what is made of a text that is not.
 * Not here: escapes of JSON (maas_json_string.c), other encodings.
 */

#include "maas.h"
#include "maas_utf8.h"

#include <string.h>


#define UTF8_REPAIR  "\xef\xbf\xbd"    /* U+FFFD */


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


/* Eight bytes of ASCII, none of them zero? */

static int
utf8_is_plain(const char *p)
{
    uint64_t               w;
    static const uint64_t  ones = 0x0101010101010101u;
    static const uint64_t  tops = 0x8080808080808080u;

    memcpy(&w, p, sizeof(w));

    return ((w | (w - ones)) & tops) == 0;
}


int
maas_is_text(const char *s, size_t len)
{
    size_t  n;

    while (len > 0) {
        if (len >= sizeof(uint64_t) && utf8_is_plain(s)) {
            n = sizeof(uint64_t);

        } else if ((unsigned char) (*s - 1) < 0x7f) {
            n = 1;

        } else {
            n = *s == '\0' ? 0 : maas__utf8_char(s, len);
        }

        if (n == 0) {
            return 0;
        }

        s += n;
        len -= n;
    }

    return 1;
}


/* Bytes at p that begin a character but do not end one, 1 or more: the maximal
 * subpart of Unicode 3.9.  p is at no character. */

static size_t
utf8_piece(const char *p, size_t left)
{
    char    c[4];
    size_t  n;

    /* it is one if bytes behind it make a character of it; only the second of
     * a character may not be any of 80 to BF */

    for (n = left < 3 ? left : 3; n > 1; n--) {
        memset(c, 0x80, sizeof(c));
        memcpy(c, p, n);
        if (maas__utf8_char(c, sizeof(c)) > n) {
            return n;
        }
    }

    return 1;
}


size_t
maas_text_repair(const char *s, size_t len, char *to)
{
    char    *out;
    size_t   n;

    for (out = to; len > 0; s += n, len -= n) {
        n = *s == '\0' ? 0 : maas__utf8_char(s, len);

        if (n > 0) {
            memcpy(out, s, n);
            out += n;

        } else {
            n = utf8_piece(s, len);
            memcpy(out, UTF8_REPAIR, sizeof(UTF8_REPAIR) - 1);
            out += sizeof(UTF8_REPAIR) - 1;
        }
    }

    return (size_t) (out - to);
}
