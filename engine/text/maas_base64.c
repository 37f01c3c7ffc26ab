/*
 * Base64 (RFC 4648, section 4) -> bytes.  No JSON here but for one escape.
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


size_t
maas__base64(maas_str_t raw, char *out)
{
    char        *p;
    size_t       i, digits, padding;
    unsigned     v;
    uint32_t     bits;

    p = out;
    bits = 0;
    digits = 0;
    padding = 0;

    for (i = 0; i < raw.len; i++) {

        /* some write "/" as "\/" */
        if (raw.data[i] == '\\' && i + 1 < raw.len && raw.data[i + 1] == '/') {
            continue;
        }

        if (raw.data[i] == '=') {
            padding++;
            continue;
        }

        v = base64_value(raw.data[i]);

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
