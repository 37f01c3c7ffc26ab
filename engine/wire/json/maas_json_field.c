/*
 * One value of JSON -> the slots of a column.
 * Not here: which column it is of (maas_json_record.c), what its text means
 * (maas_field_text.c).
 */

#include "maas_int.h"
#include "maas_json_field.h"
#include "text/maas_base64.h"

#include <math.h>
#include <string.h>


#define FIELD_WHOLE  (1ull << 53)      /* as exact as a double is */


/* A sentence about a column, with its place in front */

static maas_status_t
field_failed(size_t at, maas_status_t rc, maas_err_t *err)
{
    maas_err_t  own;

    if (rc == MAAS_OK || err == NULL) {
        return rc;
    }

    own = *err;

    return maas__fail(err, rc, "byte %zu: %s", at, own.msg);
}


size_t
maas__json_column(const maas_fields_t *f, maas_str_t raw)
{
    char  name[6 * MAAS_MAX_TEXT];

    if (memchr(raw.data, '\\', raw.len) == NULL) {
        return maas_column_find(f, raw.data, raw.len);
    }

    if (raw.len > sizeof(name)) {
        return SIZE_MAX;
    }

    return maas_column_find(f, name, maas__json_text(raw, name));
}


/* A raw string */

static maas_status_t
field_text(const maas_fields_t *f, size_t column, maas_str_t raw,
    float *x, maas_err_t *err)
{
    char           *text;
    maas_arena_t   *a;
    maas_status_t   rc;

    if (memchr(raw.data, '\\', raw.len) == NULL) {
        return maas_row_text(f, column, raw.data, raw.len, x, err);
    }

    a = maas__arena_create(raw.len + MAAS_ALIGN);
    text = a == NULL ? NULL : maas__arena_alloc(a, raw.len, 1);

    rc = text == NULL
         ? maas__fail(err, MAAS_NOMEM, "no memory for a text")
         : maas_row_text(f, column, text, maas__json_text(raw, text), x, err);

    maas__arena_destroy(a);

    return rc;
}


/* The string in an object of "b64" alone, decoded */

static maas_status_t
field_base64(maas_json_t *j, const maas_fields_t *f, size_t column, float *x,
    maas_err_t *err)
{
    char                *text;
    size_t               at, len;
    maas_str_t           s;
    maas_arena_t        *a;
    maas_status_t        rc;
    maas_json_object_t   o;

    static const char *const  names[] = { "b64", NULL };

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;
    at = (size_t) (j->p - j->start);
    s.len = 0;

    do {
        rc = maas__json_member(j, &o, err);

        if (rc == MAAS_OK && o.which == 0) {
            rc = maas__json_string(j, &s, err);
        }

    } while (rc == MAAS_OK && o.which == 0);

    if (rc != MAAS_OK) {
        return rc;
    }

    if (o.which != MAAS_JSON_END || o.seen == 0) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: expected an object "
                          "of \"b64\" alone", at);
    }

    a = maas__arena_create(s.len + 2 * MAAS_ALIGN);
    text = a == NULL ? NULL : maas__arena_alloc(a, s.len / 4 * 3 + 3, 1);

    if (text == NULL) {
        rc = maas__fail(err, MAAS_NOMEM, "no memory for a text");

    } else if (maas__base64(s, text, &len) != MAAS_OK) {
        rc = maas__fail(err, MAAS_BADVALUE, "byte %zu: Unable to base64 "
                        "decode", at);

    } else {
        rc = field_failed(at, maas_row_text(f, column, text, len, x, err),
                          err);
    }

    maas__arena_destroy(a);

    return rc;
}


/* Is the number token p..end whole and below 2^53, however it is written?
 * Then *v is its magnitude. */

static int
field_whole(const char *p, const char *end, uint64_t *v)
{
    int       fraction, negative;
    long      exp;
    uint64_t  w;

    p += *p == '-';
    fraction = 0;
    exp = 0;

    for (w = 0; p < end && (*p | 0x20) != 'e'; p++) {

        if (*p == '.') {
            fraction = 1;
            continue;
        }

        if (w >= FIELD_WHOLE) {
            return 0;
        }

        w = w * 10 + (uint64_t) (*p - '0');
        exp -= fraction;
    }

    if (p < end) {
        p++;
        negative = *p == '-';
        p += *p == '-' || *p == '+';

        if (end - p > 4) {
            return 0;
        }

        for (fraction = 0; p < end; p++) {
            fraction = fraction * 10 + (*p - '0');
        }

        exp += negative ? -fraction : fraction;
    }

    for ( /* void */ ; exp < 0 && w % 10 == 0 && w > 0; exp++) {
        w /= 10;
    }

    for ( /* void */ ; exp > 0 && w < FIELD_WHOLE && w > 0; exp--) {
        w *= 10;
    }

    *v = w;

    return w == 0 || (exp == 0 && w < FIELD_WHOLE);
}


static maas_status_t
field_number(maas_json_t *j, const maas_fields_t *f, size_t column, float *x,
    maas_err_t *err)
{
    float        v;
    double       d;
    size_t       at;
    uint64_t     whole;
    const char  *p, *end;

    p = j->p;
    at = (size_t) (p - j->start);

    end = maas__json_number(p, j->end);
    if (end == NULL) {
        return maas__json_expected(j, "a value", err);
    }

    j->p = end;

    if (f->columns[column].kind == MAAS_FIELD_NUMBER) {
        return field_failed(at, maas_row_text(f, column, p,
                                              (size_t) (end - p), x, err),
                            err);
    }

    if (field_whole(p, end, &whole)) {
        d = *p == '-' ? -(double) whole : (double) whole;

    } else {
        v = 0;
        d = maas__json_float(p, end, &v) == NULL ? 1e300 : (double) v;
    }

    return field_failed(at, maas_row_number(f, column, d, x, err), err);
}


static maas_status_t
field_scalar(maas_json_t *j, const maas_fields_t *f, size_t column, float *x,
    maas_err_t *err)
{
    size_t         at;
    unsigned       v;
    maas_str_t     s;
    maas_status_t  rc;

    at = (size_t) (j->p - j->start);

    switch (j->p < j->end ? *j->p : '\0') {

    case '"':
        rc = maas__json_string(j, &s, err);

        return rc != MAAS_OK ? rc
               : field_failed(at, field_text(f, column, s, x, err),
                              err);

    case 't':
    case 'f':
        rc = maas__json_bool(j, &v, err);

        return rc != MAAS_OK ? rc
               : field_failed(at, maas_row_bool(f, column, (int) v, x, err),
                              err);

    case 'n':
        rc = maas__json_skip(j, 1, err);

        return rc != MAAS_OK ? rc : maas_row_text(f, column, "", 0, x, err);

    case '{':
        return field_base64(j, f, column, x, err);

    default:
        return field_number(j, f, column, x, err);
    }
}


/* One value, or a list of one */

static maas_status_t
field_value(maas_json_t *j, const maas_fields_t *f, size_t column, float *x,
    maas_err_t *err)
{
    size_t         at, n;
    unsigned       started, more;
    maas_status_t  rc;

    if (j->p == j->end || *j->p != '[') {
        return field_scalar(j, f, column, x, err);
    }

    at = (size_t) (j->p - j->start);
    started = 0;

    for (n = 0; /* void */ ; n++) {
        rc = maas__json_element(j, &started, &more, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (!more || n == 1) {
            break;
        }

        rc = field_scalar(j, f, column, x, err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (more || n != 1) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: column \"%.64s\": "
                          "expected one value, got a list of %s", at,
                          f->columns[column].name, more ? "more" : "none");
    }

    return MAAS_OK;
}


maas_status_t
maas__json_field(maas_json_t *j, const maas_fields_t *f, size_t column,
    float *x, maas_err_t *err)
{
    size_t         at;
    maas_status_t  rc;

    at = (size_t) (j->p - j->start);

    rc = field_value(j, f, column, x, err);

    /* a row keeps NaN for what has not come yet */

    if (rc == MAAS_OK && isnan(x[f->columns[column].at])) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: column \"%.64s\" has "
                          "no value", at, f->columns[column].name);
    }

    return rc;
}
