/*
 * Numbers as people write them -> a number, or the one text that all ways of
 * writing it share.
 * Not here: the form that a column's texts have (maas_field_format.c), what it
 * makes of them (maas_fields.c), JSON's own numbers (text/maas_json_num.c).
 */

#include "maas_field.h"
#include "maas_int.h"
#include "text/maas_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define FIELD_WHOLE  (1ull << 53)      /* as exact as a double is */


/* The number as JSON would write it: no plus sign, no zeros in front, digits
 * on both sides of a point.  Returns bytes, 0 if it is no number. */

static size_t
field_number_json(const char *p, const char *end, char *out)
{
    char        *o;
    const char  *digits;

    o = out;

    if (p < end && (*p == '-' || *p == '+')) {
        if (*p == '-') {
            *o++ = '-';
        }
        p++;
    }

    digits = p;

    while (end - p > 1 && *p == '0' && maas__is_digit(p[1])) {
        p++;
    }

    if (p == end || !maas__is_digit(*p)) {
        *o++ = '0';                    /* .5 */
    }

    while (p < end && maas__is_digit(*p)) {
        *o++ = *p++;
    }

    if (p < end && *p == '.') {
        if (p == digits && (end - p < 2 || !maas__is_digit(p[1]))) {
            return 0;
        }

        if (end - p > 1 && maas__is_digit(p[1])) {
            *o++ = '.';
        }

        for (p++; p < end && maas__is_digit(*p); p++) {
            *o++ = *p;
        }

    } else if (p == digits) {
        return 0;
    }

    memcpy(o, p, (size_t) (end - p));  /* an exponent, or nothing good */

    return (size_t) (o - out) + (size_t) (end - p);
}


maas_status_t
maas__field_number(const char *s, size_t len, float *out)
{
    char         buf[MAAS_MAX_DIGITS + 2];
    float        v;
    size_t       n;
    const char  *end;

    if (len > MAAS_MAX_DIGITS) {
        return MAAS_BADVALUE;
    }

    n = field_number_json(s, s + len, buf);
    v = 0;
    end = n == 0 ? NULL : maas__json_float(buf, buf + n, &v);

    if (end == NULL && v == HUGE_VALF) {
        return MAAS_TOOBIG;
    }

    if (end != buf + n || n == 0) {
        return MAAS_BADVALUE;
    }

    *out = v;
    return MAAS_OK;
}


maas_status_t
maas__field_value(int wide, const char *s, size_t len, double *out)
{
    char           buf[MAAS_MAX_DIGITS + 2];
    float          single;
    double         v;
    size_t         n;
    const char    *end;
    maas_status_t  rc;

    if (!wide) {
        rc = maas__field_number(s, len, &single);

        if (rc == MAAS_OK) {
            *out = (double) single;
        }

        return rc;
    }

    n = len > MAAS_MAX_DIGITS ? 0 : field_number_json(s, s + len, buf);
    v = 0;
    end = n == 0 ? NULL : maas__json_double(buf, buf + n, &v);

    if (end == NULL && v == HUGE_VAL) {
        return MAAS_TOOBIG;
    }

    if (end != buf + n || n == 0) {
        return MAAS_BADVALUE;
    }

    *out = v;
    return MAAS_OK;
}


int
maas__field_double(const char *s, size_t len, double *out)
{
    char    text[MAAS_MAX_DIGITS + 3];
    size_t  n;

    n = len > MAAS_MAX_DIGITS ? 0 : field_number_json(s, s + len, text);

    if (n == 0 || maas__json_number(text, text + n) != text + n) {
        return 0;
    }

    text[n] = '\0';
    *out = strtod(text, NULL);

    return isfinite(*out);
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


double
maas__field_json(const char *s, size_t len)
{
    float     v;
    uint64_t  whole;

    if (field_whole(s, s + len, &whole)) {
        return *s == '-' ? -(double) whole : (double) whole;
    }

    return maas__json_float(s, s + len, &v) == NULL ? 1e300 : (double) v;
}


size_t
maas__field_print(double v, char *out)
{
    if (!(fabs(v) < 9007199254740992.0) || v != floor(v)) {
        return maas__float_print((float) v, out);
    }

    if (v < 0) {
        *out = '-';
        return 1 + maas__size_print((size_t) -v, out + 1);
    }

    return maas__size_print((size_t) v, out);
}


size_t
maas__field_print_exact(double v, char *out)
{
    int  digits;

    if ((double) (float) v == v
        || (v == floor(v) && fabs(v) < 9007199254740992.0))
    {
        return maas__field_print(v, out);
    }

    for (digits = 15; digits < 17; digits++) {
        (void) snprintf(out, MAAS_NUMBER_TEXT, "%.*g", digits, v);
        if (strtod(out, NULL) == v) {
            break;
        }
    }

    return (size_t) snprintf(out, MAAS_NUMBER_TEXT, "%.*g", digits, v);
}


/* A decimal number: -0.digits * 10^point */

typedef struct {
    int     negative;
    size_t  n;                         /* 0: zero */
    long    point;
    char    digits[MAAS_MAX_DIGITS];  /* no zero at either end */
} field_decimal_t;


/* 0: it is no number */

static int
field_decimal(const char *s, size_t len, field_decimal_t *d)
{
    char         text[MAAS_MAX_DIGITS + 3];
    long         e;
    size_t       i, n;
    unsigned     point;
    const char  *end;

    if (len == 0 || len > MAAS_MAX_DIGITS) {
        return 0;
    }

    n = field_number_json(s, s + len, text);
    end = n == 0 ? NULL : maas__json_number(text, text + n);

    if (end != text + n || n == 0) {
        return 0;
    }

    d->negative = text[0] == '-';
    d->n = 0;
    d->point = 0;
    point = 0;

    for (i = (size_t) d->negative; i < n && (text[i] | 0x20) != 'e'; i++) {
        if (text[i] == '.') {
            point = 1;
            continue;
        }

        if (d->n == 0 && text[i] == '0') {
            d->point -= point;
            continue;
        }

        d->digits[d->n++] = text[i];
        d->point += !point;
    }

    while (d->n > 0 && d->digits[d->n - 1] == '0') {
        d->n--;
    }

    if (i++ < n && n - i <= 7) {       /* an exponent of six digits and sign */
        text[n] = '\0';
        e = strtol(text + i, NULL, 10);
        d->point += e;

    } else if (i < n) {
        return 0;
    }

    return 1;
}


size_t
maas__field_canonical(const char *s, size_t len, char *out)
{
    char             *p;
    size_t            i, whole;
    field_decimal_t   d;

    if (!field_decimal(s, len, &d)) {
        return 0;
    }

    p = out;

    if (d.n == 0) {
        *p++ = '0';
        return 1;
    }

    if (d.negative) {
        *p++ = '-';
    }

    if (d.point > 40 || d.point < -20) {
        memcpy(p, d.digits, d.n);
        p += d.n;
        return (size_t) (p - out)
               + (size_t) snprintf(p, 24, "e%ld", d.point - (long) d.n);
    }

    whole = d.point > 0 ? (size_t) d.point : 0;

    if (whole == 0) {
        *p++ = '0';
    }

    for (i = 0; i < whole; i++) {
        *p++ = i < d.n ? d.digits[i] : '0';
    }

    if (d.n > whole) {
        *p++ = '.';

        for (i = 0; d.point < 0 && i < (size_t) -d.point; i++) {
            *p++ = '0';
        }

        memcpy(p, d.digits + whole, d.n - whole);
        p += d.n - whole;
    }

    return (size_t) (p - out);
}


int
maas__field_is_blank(const maas_column_t *c, int wide, double v)
{
    double  d;
    size_t  i;

    for (i = 0; i < c->n_blanks; i++) {
        if (maas__field_double(c->blanks[i], strlen(c->blanks[i]), &d)
            && (d == v || (!wide && c->kind == MAAS_FIELD_NUMBER
                           && (float) d == (float) v)))
        {
            return 1;
        }
    }

    return 0;
}


int
maas__field_is_blank_text(const maas_column_t *c, const char *s, size_t len)
{
    char    buf[MAAS_CANONICAL];
    size_t  i;

    for (i = 0; i < c->n_blanks; i++) {
        if (maas__field_canonical(c->blanks[i], strlen(c->blanks[i]), buf)
            == len && memcmp(buf, s, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
