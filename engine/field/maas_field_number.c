/*
 * Numbers as people write them -> a number, or the one text that all ways of
 * writing it share.
 * Not here: what a column makes of it (maas_fields.c), JSON's own numbers
 * (text/maas_json_num.c).
 */

#include "maas_field.h"
#include "maas_int.h"
#include "text/maas_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define FIELD_MAX_DIGITS  400          /* more than any number needs */


static inline int
field_is_digit(char c)
{
    return c >= '0' && c <= '9';
}


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

    while (end - p > 1 && *p == '0' && field_is_digit(p[1])) {
        p++;
    }

    if (p == end || !field_is_digit(*p)) {
        *o++ = '0';                    /* .5 */
    }

    while (p < end && field_is_digit(*p)) {
        *o++ = *p++;
    }

    if (p < end && *p == '.') {
        if (p == digits && (end - p < 2 || !field_is_digit(p[1]))) {
            return 0;
        }

        if (end - p > 1 && field_is_digit(p[1])) {
            *o++ = '.';
        }

        for (p++; p < end && field_is_digit(*p); p++) {
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
    char         buf[FIELD_MAX_DIGITS + 2];
    float        v;
    size_t       n;
    const char  *end;

    if (len > FIELD_MAX_DIGITS) {
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


int
maas__field_double(const char *s, size_t len, double *out)
{
    char    text[FIELD_MAX_DIGITS + 3];
    size_t  n;

    n = len > FIELD_MAX_DIGITS ? 0 : field_number_json(s, s + len, text);

    if (n == 0 || maas__json_number(text, text + n) != text + n) {
        return 0;
    }

    text[n] = '\0';
    *out = strtod(text, NULL);

    return isfinite(*out);
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
    char    digits[FIELD_MAX_DIGITS];  /* no zero at either end */
} field_decimal_t;


/* 0: it is no number */

static int
field_decimal(const char *s, size_t len, field_decimal_t *d)
{
    char         text[FIELD_MAX_DIGITS + 3];
    long         e;
    size_t       i, n;
    unsigned     point;
    const char  *end;

    if (len == 0 || len > FIELD_MAX_DIGITS) {
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
maas__field_is_blank(const maas_column_t *c, double v)
{
    double  d;
    size_t  i;

    for (i = 0; i < c->n_blanks; i++) {
        if (maas__field_double(c->blanks[i], strlen(c->blanks[i]), &d)
            && (d == v || (c->kind == MAAS_FIELD_NUMBER
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


/* What a text begins with that stands for a blank between digits: its bytes,
 * 0 if it is none.  U+00A0, U+2009, U+202F. */

static size_t
field_blank(const char *s, size_t len)
{
    if (len > 0 && s[0] == ' ') {
        return 1;
    }

    if (len > 1 && memcmp(s, "\xc2\xa0", 2) == 0) {
        return 2;
    }

    return len > 2 && (memcmp(s, "\xe2\x80\x89", 3) == 0
                       || memcmp(s, "\xe2\x80\xaf", 3) == 0) ? 3 : 0;
}


/* Bytes of the sign that a text begins with, 0 if there is none */

static size_t
field_sign(const char *s, size_t len, int *negative)
{
    if (len > 0 && (s[0] == '-' || s[0] == '+')) {
        *negative ^= s[0] == '-';
        return 1;
    }

    if (len > 2 && memcmp(s, "\xe2\x88\x92", 3) == 0) {    /* U+2212 */
        *negative ^= 1;
        return 3;
    }

    return 0;
}


static void
field_drop(const char **s, size_t *len, size_t n)
{
    *s += n;
    *len -= n;
}


static void
field_blanks(const char **s, size_t *len)
{
    size_t  n, i;

    while ((n = field_blank(*s, *len)) > 0) {
        field_drop(s, len, n);
    }

    for (i = 1; i <= 3 && i <= *len; i++) {
        if (field_blank(*s + *len - i, i) == i) {
            *len -= i;
            i = 0;
        }
    }
}


/* Drop the longest unit at either end, and blanks beside it */

static void
field_unit(const maas_column_t *c, int behind, const char **s, size_t *len)
{
    size_t       i, n, best;
    const char  *at;

    best = 0;

    for (i = 0; i < c->n_units; i++) {
        n = strlen(c->units[i]);
        if (n > best && n <= *len) {
            at = behind ? *s + *len - n : *s;
            best = memcmp(at, c->units[i], n) == 0 ? n : best;
        }
    }

    if (best > 0) {
        *s += behind ? 0 : best;
        *len -= best;
        field_blanks(s, len);
    }
}


/* The sign, "-" within parentheses, and units around the digits are dropped:
 * returns 1 if the number is below 0 */

static int
field_around(const maas_column_t *c, const char **s, size_t *len)
{
    int     negative;
    size_t  n;

    negative = 0;
    field_blanks(s, len);

    if (*len > 2 && (*s)[0] == '(' && (*s)[*len - 1] == ')') {
        negative = 1;
        field_drop(s, len, 1);
        (*len)--;
        field_blanks(s, len);
        field_unit(c, 0, s, len);

    } else {
        n = field_sign(*s, *len, &negative);
        field_drop(s, len, n);
        field_blanks(s, len);
        field_unit(c, 0, s, len);

        if (n == 0) {
            field_drop(s, len, field_sign(*s, *len, &negative));
            field_blanks(s, len);
        }
    }

    field_unit(c, 1, s, len);

    return negative;
}


/* Bytes of what stands between groups of digits, 0 if nothing does */

static size_t
field_between(const maas_column_t *c, const char *s, size_t len)
{
    if (c->thousands == '\0' || len == 0) {
        return 0;
    }

    if (c->thousands == ' ') {
        return field_blank(s, len);
    }

    if (c->thousands == '\'' && len > 2
        && memcmp(s, "\xe2\x80\x99", 3) == 0)              /* U+2019 */
    {
        return 3;
    }

    return s[0] == c->thousands;
}


/* Digits in groups -> digits; 0 if the groups are none: the last one has
 * three, those before it two or three, the first one to three */

static int
field_groups(const maas_column_t *c, const char **s, size_t *len, char **out)
{
    size_t    n, group;
    unsigned  groups;

    groups = 0;

    for ( ;; ) {
        for (group = 0; *len > 0 && field_is_digit(**s); group++) {
            *(*out)++ = **s;
            field_drop(s, len, 1);
        }

        n = field_between(c, *s, *len);

        if (n == 0 || *len == n || !field_is_digit((*s)[n])) {
            return groups == 0 || group == 3;
        }

        if (group == 0 || group > 3 || (groups > 0 && group < 2)) {
            return 0;
        }

        groups++;
        field_drop(s, len, n);
    }
}


maas_status_t
maas__field_formatted(const maas_column_t *c, const char *s, size_t len,
    float *out)
{
    int            negative;
    char           plain[FIELD_MAX_DIGITS + 2], *p;
    char           decimal;
    float          v;
    maas_status_t  rc;

    if (len > FIELD_MAX_DIGITS) {
        return MAAS_BADVALUE;
    }

    negative = field_around(c, &s, &len);
    decimal = c->decimal != '\0' ? c->decimal : '.';
    p = plain;

    if (len == 0 || field_sign(s, len, &(int) { 0 }) > 0
        || !field_groups(c, &s, &len, &p))
    {
        return MAAS_BADVALUE;
    }

    if (len > 0 && *s == decimal) {
        *p++ = '.';
        field_drop(&s, &len, 1);

    } else if (len > 0 && *s == '.') {
        return MAAS_BADVALUE;
    }

    memcpy(p, s, len);                 /* a fraction, an exponent */

    rc = maas__field_number(plain, (size_t) (p - plain) + len, &v);

    if (rc == MAAS_OK) {
        *out = negative ? -v : v;
    }

    return rc;
}
