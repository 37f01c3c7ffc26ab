/*
 * Numbers in the form that a column's texts have -> a number: its decimal sign,
 * what stands between thousands, units and signs around the digits.
 * Not here: plain numbers (maas_field_number.c), which form a column has
 * (trainer/data/look_number.c).
 */

#include "maas_field.h"
#include "maas_int.h"

#include <string.h>


/* What a text begins with that stands for a blank between digits: its bytes,
 * 0 if it is none.  U+00A0, U+2009, U+202F. */

static size_t
format_blank(const char *s, size_t len)
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
format_sign(const char *s, size_t len, int *negative)
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
format_drop(const char **s, size_t *len, size_t n)
{
    *s += n;
    *len -= n;
}


static void
format_blanks(const char **s, size_t *len)
{
    size_t  n, i;

    while ((n = format_blank(*s, *len)) > 0) {
        format_drop(s, len, n);
    }

    for (i = 1; i <= 3 && i <= *len; i++) {
        if (format_blank(*s + *len - i, i) == i) {
            *len -= i;
            i = 0;
        }
    }
}


/* Drop the longest unit at either end, and blanks beside it */

static void
format_unit(const maas_column_t *c, int behind, const char **s, size_t *len)
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
        format_blanks(s, len);
    }
}


/* 5-, as SAP writes it; but 5,- is none */

static int
format_minus_behind(const char *s, size_t *len)
{
    int     negative;
    size_t  n;

    negative = 0;
    n = *len > 1 && s[*len - 1] == '-' ? 1 : 3;

    if (*len <= n || s[*len - n - 1] < '0' || s[*len - n - 1] > '9'
        || format_sign(s + *len - n, n, &negative) != n || !negative)
    {
        return 0;
    }

    *len -= n;

    return 1;
}


/* The sign, "-" within parentheses or behind, and units around the digits are
 * dropped: returns 1 if the number is below 0 */

static int
format_around(const maas_column_t *c, const char **s, size_t *len)
{
    int     negative;
    size_t  n;

    negative = 0;
    format_blanks(s, len);

    if (*len > 2 && (*s)[0] == '(' && (*s)[*len - 1] == ')') {
        negative = 1;
        format_drop(s, len, 1);
        (*len)--;
        format_blanks(s, len);
        format_unit(c, 0, s, len);

    } else {
        n = format_sign(*s, *len, &negative);
        format_drop(s, len, n);
        format_blanks(s, len);
        format_unit(c, 0, s, len);

        if (n == 0) {
            format_drop(s, len, format_sign(*s, *len, &negative));
            format_blanks(s, len);
        }
    }

    format_unit(c, 1, s, len);

    return negative || format_minus_behind(*s, len);
}


/* Bytes of what stands between groups of digits, 0 if nothing does */

static size_t
format_between(const maas_column_t *c, const char *s, size_t len)
{
    if (c->thousands == '\0' || len == 0) {
        return 0;
    }

    if (c->thousands == ' ') {
        return format_blank(s, len);
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
format_groups(const maas_column_t *c, const char **s, size_t *len, char **out)
{
    size_t    n, group;
    unsigned  groups;

    groups = 0;

    for ( ;; ) {
        for (group = 0; *len > 0 && maas__is_digit(**s); group++) {
            *(*out)++ = **s;
            format_drop(s, len, 1);
        }

        n = format_between(c, *s, *len);

        if (n == 0 || *len == n || !maas__is_digit((*s)[n])) {
            return groups == 0 || group == 3;
        }

        if (group == 0 || group > 3 || (groups > 0 && group < 2)) {
            return 0;
        }

        groups++;
        format_drop(s, len, n);
    }
}


maas_status_t
maas__field_formatted_value(const maas_column_t *c, int wide, const char *s,
    size_t len, double *out)
{
    int            negative;
    char           plain[MAAS_MAX_DIGITS + 2], *p;
    char           decimal;
    double         v;
    maas_status_t  rc;

    if (len > MAAS_MAX_DIGITS) {
        return MAAS_BADVALUE;
    }

    negative = format_around(c, &s, &len);
    decimal = c->decimal != '\0' ? c->decimal : '.';
    p = plain;

    if (len == 0 || format_sign(s, len, &(int) { 0 }) > 0
        || !format_groups(c, &s, &len, &p))
    {
        return MAAS_BADVALUE;
    }

    if (len > 0 && *s == decimal) {
        *p++ = '.';
        format_drop(&s, &len, 1);

    } else if (len > 0 && *s == '.') {
        return MAAS_BADVALUE;
    }

    memcpy(p, s, len);                 /* a fraction, an exponent */

    rc = maas__field_value(wide, plain, (size_t) (p - plain) + len, &v);

    if (rc == MAAS_OK) {
        *out = negative ? -v : v;
    }

    return rc;
}


maas_status_t
maas__field_formatted(const maas_column_t *c, const char *s, size_t len,
    float *out)
{
    double         v;
    maas_status_t  rc;

    rc = maas__field_formatted_value(c, 0, s, len, &v);

    if (rc == MAAS_OK) {
        *out = (float) v;
    }

    return rc;
}
