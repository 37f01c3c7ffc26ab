/*
 * Strings of JSON: checked as they are passed over, compared, made plain, and
 * written; UTF-8; and what is wrong at a place, as a sentence.
 * Nothing but strings here.
 */

#include "maas_int.h"
#include "maas_json.h"

#include <string.h>


maas_status_t
maas__json_expected(const maas_json_t *j, const char *what, maas_err_t *err)
{
    return maas__fail(err, MAAS_BADVALUE, "byte %zu: expected %s%s",
                      (size_t) (j->p - j->start), what,
                      j->p == j->end ? ", but the text ends here" : "");
}


maas_status_t
maas__json_bad(const maas_json_t *j, const char *sentence, maas_err_t *err)
{
    return maas__fail(err, MAAS_BADVALUE, "byte %zu: %s",
                      (size_t) (j->p - j->start), sentence);
}


unsigned
maas__hex_digit(char c)
{
    char  low = c | 0x20;

    return c >= '0' && c <= '9' ? (unsigned) (c - '0')
           : low >= 'a' && low <= 'f' ? (unsigned) (low - 'a') + 10 : 16;
}


/* Four hexadecimal digits, or 0x10000. */

static unsigned
json_hex4(const char *p, const char *end)
{
    unsigned  i, v, digit;

    if (end - p < 4) {
        return 0x10000;
    }

    for (v = 0, i = 0; i < 4; i++) {
        digit = maas__hex_digit(p[i]);

        if (digit > 15) {
            return 0x10000;
        }

        v = v << 4 | digit;
    }

    return v;
}


/* The escape at p -> first byte after it; half a surrogate pair is bad. */

static const char *
json_escaped(const char *p, const char *end)
{
    unsigned  u;

    if (end - p < 2) {
        return NULL;
    }

    if (p[1] != 'u') {
        return memchr("\"\\/bfnrt", p[1], 8) != NULL ? p + 2 : NULL;
    }

    u = json_hex4(p + 2, end);

    if (u < 0xd800 || (u > 0xdfff && u < 0x10000)) {
        return p + 6;
    }

    if (u > 0xdbff || end - p < 8 || p[6] != '\\' || p[7] != 'u') {
        return NULL;
    }

    u = json_hex4(p + 8, end);

    return u >= 0xdc00 && u <= 0xdfff ? p + 12 : NULL;
}


/* The first byte that is no plain one of ASCII, or one of the last seven.  A
 * borrow of a mark goes up: the lowest mark is right. */

static const char *
json_plain(const char *p, const char *end)
{
    uint64_t  v, marks;

    const uint64_t  ones = 0x0101010101010101;

    for ( /* void */ ; end - p >= 8; p += 8) {
        memcpy(&v, p, 8);

        marks = (v ^ '"' * ones) - ones;
        marks |= (v ^ '\\' * ones) - ones;
        marks |= v - ' ' * ones;
        marks = (marks | v) & 0x80 * ones;

        if (marks != 0) {
            return p + (__builtin_ctzll(marks) >> 3);
        }
    }

    return p;
}


maas_status_t
maas__json_string(maas_json_t *j, maas_str_t *raw, maas_err_t *err)
{
    size_t          n;
    unsigned char   c;
    const char     *next, *start;

    if (j->p == j->end || *j->p != '"') {
        return maas__json_expected(j, "a string", err);
    }

    start = ++j->p;
    j->p = json_plain(start, j->end);

    while (j->p < j->end) {
        c = (unsigned char) *j->p;

        if (c == '"') {
            raw->data = start;
            raw->len = j->p - start;
            j->p++;
            return MAAS_OK;
        }

        if (c < 0x20) {
            return maas__json_bad(j, "a control character in a string", err);
        }

        if (c == '\\') {
            next = json_escaped(j->p, j->end);
            if (next == NULL) {
                return maas__json_bad(j, "a bad escape in a string", err);
            }

        } else if (c >= 0x80) {
            n = maas__utf8_char(j->p, (size_t) (j->end - j->p));
            if (n == 0) {
                return maas__json_bad(j, "a string that is not UTF-8", err);
            }

            next = j->p + n;

        } else {
            next = j->p + 1;
        }

        j->p = next;
    }

    return maas__json_expected(j, "the end of a string", err);
}


static char *
json_put_utf8(char *p, unsigned u)
{
    unsigned  n;

    static const unsigned char  lead[] = { 0, 0xc0, 0xe0, 0xf0 };

    if (u < 0x80) {
        *p++ = (char) u;
        return p;
    }

    n = u < 0x800 ? 1 : u < 0x10000 ? 2 : 3;           /* bytes that follow */
    *p++ = (char) (lead[n] | u >> 6 * n);

    while (n-- > 0) {
        *p++ = (char) (0x80 | (u >> 6 * n & 0x3f));
    }

    return p;
}


/* The escape at *p, of a raw string that ends at `end`, to UTF-8 at out, at
 * most 4 bytes; *p goes behind it.  Returns the end. */

static char *
json_unescape(const char **p, const char *end, char *out)
{
    unsigned     u;
    const char  *at;

    static const char  letter[] = "\"\\/bfnrt";
    static const char  plain[] = "\"\\/\b\f\n\r\t";

    if ((*p)[1] != 'u') {
        at = memchr(letter, (*p)[1], sizeof(letter) - 1);
        *out++ = plain[at - letter];
        *p += 2;
        return out;
    }

    u = json_hex4(*p + 2, end);
    *p += 6;

    if (u >= 0xd800 && u <= 0xdbff) {
        u = 0x10000 + ((u - 0xd800) << 10) + (json_hex4(*p + 2, end) - 0xdc00);
        *p += 6;
    }

    return json_put_utf8(out, u);
}


/* Does what an escape begins mean s? */

static int
json_is_escaped(const char *p, const char *end, const char *s)
{
    char    c[4];
    size_t  n;

    for ( /* void */ ; p < end; s += n) {

        if (*p != '\\') {
            if (*p == '\0' || *p++ != *s) {
                return 0;
            }

            n = 1;
            continue;
        }

        n = (size_t) (json_unescape(&p, end, c) - c);

        if (c[0] == '\0' || strncmp(c, s, n) != 0) {
            return 0;
        }
    }

    return *s == '\0';
}


int
maas__json_is(maas_str_t raw, const char *s)
{
    size_t  i;

    /* s ends where it first differs, and no byte of a name is NUL */

    for (i = 0; i < raw.len && raw.data[i] != '\\'; i++) {
        if (raw.data[i] != s[i] || s[i] == '\0') {
            return 0;
        }
    }

    return i == raw.len ? s[i] == '\0'
                        : json_is_escaped(raw.data + i, raw.data + raw.len,
                                          s + i);
}


size_t
maas__json_text(maas_str_t raw, char *out)
{
    char        *o;
    const char  *p, *end;

    o = out;
    end = raw.data + raw.len;

    for (p = raw.data; p < end; /* void */ ) {

        if (*p != '\\') {
            *o++ = *p++;

        } else {
            o = json_unescape(&p, end, o);
        }
    }

    return (size_t) (o - out);
}


size_t
maas__json_escape(char c, unsigned page, char *out)
{
    const char  *special, *digits;

    static const char  plain[] = "\"\\\b\f\n\r\t";
    static const char  letter[] = "\"\\bfnrt";

    special = memchr(plain, c, sizeof(plain) - 1);

    if (special != NULL) {
        out[0] = '\\';
        out[1] = letter[special - plain];
        return 2;
    }

    if ((unsigned char) c >= 0x20 && !(page && c == '<')) {
        return 0;
    }

    digits = page && c != '<' ? "0123456789ABCDEF" : "0123456789abcdef";
    memcpy(out, "\\u00", 4);
    out[4] = digits[c >> 4];
    out[5] = digits[c & 15];

    return 6;
}


size_t
maas__json_quote(const char *s, size_t len, char *out)
{
    char           *p;
    size_t          i;
    unsigned char   c;

    p = out;
    *p++ = '"';

    for (i = 0; i < len; i++) {
        c = (unsigned char) s[i];

        if (c >= 0x20 && c != '"' && c != '\\') {
            *p++ = (char) c;

        } else {
            p += maas__json_escape((char) c, 0, p);
        }
    }

    *p++ = '"';

    return (size_t) (p - out);
}
