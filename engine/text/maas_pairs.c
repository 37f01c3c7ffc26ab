/*
 * The grammar of a form, name=value&... with "+" and "%41".
 * Not here: what names and values mean.
 */

#include "maas_int.h"
#include "maas_json.h"
#include "maas_pairs.h"

#include <string.h>


void
maas__pairs_start(maas_pairs_t *c, const char *text, size_t len)
{
    *c = (maas_pairs_t) { text, text + len, text };
}


int
maas__pairs_next(maas_pairs_t *c, maas_pair_t *pair)
{
    const char  *eq, *next;

    while (c->p < c->end && *c->p == '&') {
        c->p++;
    }

    if (c->p == c->end) {
        return 0;
    }

    next = memchr(c->p, '&', (size_t) (c->end - c->p));
    next = next == NULL ? c->end : next;

    eq = memchr(c->p, '=', (size_t) (next - c->p));
    eq = eq == NULL ? next : eq;

    pair->at = (size_t) (c->p - c->start);
    pair->name = (maas_str_t) { c->p, (size_t) (eq - c->p) };

    eq += eq < next;
    pair->value = (maas_str_t) { eq, (size_t) (next - eq) };

    c->p = next;

    return 1;
}


maas_status_t
maas__pairs_plain(const maas_pairs_t *c, maas_str_t s, char *out, size_t *len,
    maas_err_t *err)
{
    char        *o;
    const char  *p, *end;

    p = s.data;
    end = p + s.len;

    for (o = out; p < end; p++) {

        if (*p == '+') {
            *o++ = ' ';

        } else if (*p != '%') {
            *o++ = *p;

        } else if (end - p < 3 || maas__hex_digit(p[1]) > 15
                   || maas__hex_digit(p[2]) > 15)
        {
            return maas__fail(err, MAAS_BADVALUE, "byte %zu: a bad escape",
                              (size_t) (p - c->start));

        } else {
            *o++ = (char) (maas__hex_digit(p[1]) << 4
                           | maas__hex_digit(p[2]));
            p += 2;
        }
    }

    *len = (size_t) (o - out);

    return MAAS_OK;
}
