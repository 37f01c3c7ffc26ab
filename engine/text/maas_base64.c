/*
 * Base64 (RFC 4648, section 4) -> bytes.  No JSON here but for escapes.
 */

#include "maas_json.h"


/* 0..63, or 64 */

static unsigned
base64_value(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned) (c - 'A')
           : c >= 'a' && c <= 'z' ? (unsigned) (c - 'a') + 26
           : c >= '0' && c <= '9' ? (unsigned) (c - '0') + 52
           : c == '+' ? 62 : c == '/' ? 63 : 64;
}


/* The character at s[*i] of a raw string, which may be an escape: *i goes
 * behind it.  A line break is "\n". */

static char
base64_char(maas_str_t s, size_t *i)
{
    char      c;
    size_t    end;
    unsigned  u;

    c = s.data[(*i)++];

    if (c != '\\' || *i == s.len) {
        return c;
    }

    c = s.data[(*i)++];

    if (c != 'u') {
        return c == 'n' || c == 'r' ? '\n' : c == '/' ? c : '\0';
    }

    end = *i + 4;

    for (u = 0; *i < end && *i < s.len; (*i)++) {
        u = u << 4 | maas__hex_digit(s.data[*i]);
    }

    return u == '\r' ? '\n' : u < 0x80 ? (char) u : '\0';
}


size_t
maas__base64(maas_str_t raw, char *out)
{
    char        *p, c;
    size_t       i, digits, padding;
    unsigned     v;
    uint32_t     bits;

    p = out;
    bits = 0;
    digits = 0;
    padding = 0;

    for (i = 0; i < raw.len; /* void */ ) {
        c = base64_char(raw, &i);

        /* programs that write e-mail break it into lines */

        if (c == '\n' || c == '=') {
            padding += c == '=';
            continue;
        }

        v = base64_value(c);

        if (v == 64 || padding > 0) {
            return SIZE_MAX;
        }

        bits = bits << 6 | v;
        digits++;

        if (digits % 4 != 1) {
            /* of the bits so far 4, 2 or none belong to the next byte */
            *p++ = (char) (bits >> (8 - 2 * (digits % 4)) % 8);
        }
    }

    /* without padding, or with as much as there should be */

    if (digits % 4 == 1
        || (padding != 0 && (padding > 2 || (digits + padding) % 4 != 0)))
    {
        return SIZE_MAX;
    }

    return (size_t) (p - out);
}
