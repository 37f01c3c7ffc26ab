/*
 * Text of LightGBM files: lines, words, numbers, key=value.
 * Not here: what a key means.
 */

#include "lightgbm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


#define LIGHTGBM_DIGITS  64            /* of a number; it needs 25 */


int
train_lightgbm_line(train_lightgbm_t *r)
{
    const char  *nl;

    if (r->p == r->end) {
        return 0;
    }

    nl = memchr(r->p, '\n', (size_t) (r->end - r->p));

    r->line.data = r->p;
    r->line.len = (size_t) ((nl != NULL ? nl : r->end) - r->p);
    r->p = nl != NULL ? nl + 1 : r->end;
    r->at++;

    if (r->line.len > 0 && r->line.data[r->line.len - 1] == '\r') {
        r->line.len--;
    }

    return 1;
}


int
train_lightgbm_is(maas_str_t s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}


int
train_lightgbm_begins(maas_str_t *s, const char *text)
{
    size_t  len;

    len = strlen(text);

    if (s->len < len || memcmp(s->data, text, len) != 0) {
        return 0;
    }

    s->data += len;
    s->len -= len;

    return 1;
}


maas_str_t
train_lightgbm_word(maas_str_t *s)
{
    maas_str_t  word;

    while (s->len > 0 && *s->data == ' ') {
        s->data++;
        s->len--;
    }

    word.data = s->data;
    word.len = 0;

    while (s->len > 0 && *s->data != ' ') {
        s->data++;
        s->len--;
        word.len++;
    }

    return word;
}


size_t
train_lightgbm_words(maas_str_t s)
{
    size_t  n;

    for (n = 0; train_lightgbm_word(&s).len > 0; n++) { /* void */ }

    return n;
}


int
train_lightgbm_number(maas_str_t s, double *out)
{
    char     buf[LIGHTGBM_DIGITS], *end;
    double   v;

    if (s.len == 0 || s.len >= sizeof(buf)) {
        return 0;
    }

    memcpy(buf, s.data, s.len);
    buf[s.len] = '\0';

    if (strspn(buf, "0123456789+-.eE") != s.len) {
        return 0;                      /* hexadecimal, nan, inf */
    }

    v = strtod(buf, &end);

    if (end != buf + s.len || !isfinite(v)) {
        return 0;
    }

    *out = v;

    return 1;
}


int
train_lightgbm_size(maas_str_t s, size_t max, size_t *out)
{
    size_t  i, n;

    if (s.len == 0) {
        return 0;
    }

    for (i = 0, n = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9' || n > max / 10) {
            return 0;
        }

        n = n * 10 + (size_t) (s.data[i] - '0');
    }

    if (n > max) {
        return 0;
    }

    *out = n;

    return 1;
}


maas_status_t
train_lightgbm_key(train_lightgbm_t *r, const char *const *names, size_t n,
    maas_str_t *value, const char *where)
{
    size_t       i;
    maas_str_t   key;
    const char  *eq;

    key = r->line;
    eq = memchr(key.data, '=', key.len);
    key.len = eq != NULL ? (size_t) (eq - key.data) : key.len;

    for (i = 0; i < n && !train_lightgbm_is(key, names[i]); i++) { /* void */ }

    if (i == n) {
        return TRAIN_LIGHTGBM_BAD(r, r->at, "\"%.*s\" in %s is not known: "
                                  "expected LightGBM's text, as save_model() "
                                  "writes it", TRAIN_LIGHTGBM_SHOWN(key),
                                  where);
    }

    if (value[i].data != NULL) {
        return TRAIN_LIGHTGBM_BAD(r, r->at, "\"%s\" is in %s twice", names[i],
                                  where);
    }

    value[i].data = key.data + key.len;
    value[i].len = r->line.len - key.len;

    if (eq != NULL) {
        value[i].data++;
        value[i].len--;
    }

    return MAAS_OK;
}
