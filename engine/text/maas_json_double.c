/*
 * A number token -> double, rounded exactly as strtod rounds, locale or not.
 * Not here: floats (maas_json_num.c), arrays (maas_json_run.c).
 */

#include "maas_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define DOUBLE_DIGITS  19          /* as many as a uint64_t always holds */
#define DOUBLE_POW     22          /* 10^22 is the last that a double is */
#define DOUBLE_TENS    19          /* 10^19 is the last that a uint64_t is */
#define DOUBLE_EXP     1000000     /* more than any that makes a difference */

/* A midpoint of doubles has 767 digits at most; one more breaks a tie */
#define DOUBLE_LONGEST  770


static const double  double_pow10[DOUBLE_POW + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

static const uint64_t  double_tens[DOUBLE_TENS + 1] = {
    1ull, 10ull, 100ull, 1000ull, 10000ull, 100000ull, 1000000ull, 10000000ull,
    100000000ull, 1000000000ull, 10000000000ull, 100000000000ull,
    1000000000000ull, 10000000000000ull, 100000000000000ull,
    1000000000000000ull, 10000000000000000ull, 100000000000000000ull,
    1000000000000000000ull, 10000000000000000000ull
};


static inline int
double_is_digit(const char *p, const char *end)
{
    return p < end && (unsigned char) (*p - '0') <= 9;
}


/* v * 2^exp rounded to nearest, ties to even; v has its top bit set, sticky:
 * more than v is there.  No result is near the ends of the range here. */

static double
double_round(uint64_t v, int exp, int sticky)
{
    uint64_t  low, m;

    m = v >> 11;
    low = v & 0x7ff;

    if (low > 0x400 || (low == 0x400 && (sticky || (m & 1)))) {
        m++;
    }

    return ldexp((double) m, exp + 11);
}


/* w * 10^exp or w / 10^-exp in whole numbers of 128 bits, |exp| <= 19 */

static double
double_whole(uint64_t w, int exp)
{
    int                shift;
    uint64_t           tens;
    unsigned __int128  v, rest;

    tens = double_tens[exp < 0 ? -exp : exp];
    rest = 0;

    if (exp >= 0) {
        v = (unsigned __int128) w * tens;
        exp = 0;

    } else {
        /* so that the quotient has 64 bits or one more */
        shift = __builtin_clzll(w);
        v = (unsigned __int128) (w << shift) << 64;
        rest = v % tens;
        v /= tens;
        exp = -shift - 64;
    }

    shift = (uint64_t) (v >> 64) != 0
            ? 64 - __builtin_clzll((uint64_t) (v >> 64)) : 0;

    if (shift > 0) {
        rest |= v & (((unsigned __int128) 1 << shift) - 1);
        v >>= shift;

    } else {
        shift = -__builtin_clzll((uint64_t) v);
        v <<= -shift;
    }

    return double_round((uint64_t) v, exp + shift, rest != 0);
}


/* Any token p..end, however long: its digits as a whole number, 10^exp */

static double
double_any(const char *p, const char *end)
{
    char     text[DOUBLE_LONGEST + 32];
    int      fraction, more, negative;
    long     exp, e;
    size_t   n;

    n = 0;
    exp = 0;
    fraction = 0;
    more = 0;

    for (p += *p == '-'; p < end && (*p | 0x20) != 'e'; p++) {
        if (*p == '.') {
            fraction = 1;

        } else if ((n == 0 && *p == '0') || n == DOUBLE_LONGEST) {
            more |= *p != '0';
            exp += n == 0 ? -fraction : !fraction;

        } else {
            text[n++] = *p;
            exp -= fraction;
        }
    }

    if (n == 0) {
        return 0;
    }

    if (more) {
        text[n++] = '1';
        exp--;
    }

    e = 0;

    if (p < end) {
        p++;
        negative = *p == '-';

        for (p += *p == '-' || *p == '+'; p < end; p++) {
            e = e < DOUBLE_EXP * 1000L ? e * 10 + (*p - '0') : e;
        }

        exp += negative ? -e : e;
    }

    (void) snprintf(text + n, 32, "e%ld", exp);

    return strtod(text, NULL);
}


/* The short way: *d = w * 10^exp; 0: it is not as plain as that */

static inline int
double_plain(uint64_t w, int64_t exp, double *d)
{
    if (w <= 1ull << 53 && exp >= -DOUBLE_POW && exp <= DOUBLE_POW) {
        *d = exp < 0 ? (double) w / double_pow10[-exp]
                     : (double) w * double_pow10[exp];
        return 1;
    }

    if (w != 0 && exp >= -DOUBLE_TENS && exp <= DOUBLE_TENS) {
        *d = double_whole(w, (int) exp);
        return 1;
    }

    return 0;
}


/* An exponent of three digits at most at p, behind the e: *exp is added to.
 * NULL: another, or none */

static const char *
double_exponent(const char *p, const char *end, int64_t *exp)
{
    int          e, negative;
    const char  *start;

    negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    start = p;

    for (e = 0; double_is_digit(p, end) && p - start < 3; p++) {
        e = e * 10 + (*p - '0');
    }

    *exp += negative ? -e : e;

    return p == start || double_is_digit(p, end) ? NULL : p;
}


/* Digits at p -> w, as if written behind those that it has; up to eight a step:
 * a byte of `other` is not 0 where there is no digit, and the sum of eight
 * digits by their places is three products */

static inline const char *
double_digits(const char *p, const char *end, uint64_t *w)
{
    int       n;
    uint64_t  v, other;

    while (end - p >= 8) {
        memcpy(&v, p, sizeof(v));
        v ^= 0x3030303030303030ull;
        other = ((v + 0x7676767676767676ull) | v) & 0x8080808080808080ull;
        n = other == 0 ? 8 : __builtin_ctzll(other) / 8;

        if (n == 0) {
            return p;
        }

        v <<= 64 - 8 * n;
        v = v * 10 + (v >> 8);
        v = ((v & 0x000000ff000000ffull) * 0x000f424000000064ull
             + (v >> 16 & 0x000000ff000000ffull) * 0x0000271000000001ull)
            >> 32;

        *w = *w * double_tens[n] + v;
        p += n;

        if (n < 8) {
            return p;
        }
    }

    for ( /* void */ ; double_is_digit(p, end); p++) {
        *w = *w * 10 + (unsigned) (*p - '0');
    }

    return p;
}


const char *
maas__json_double(const char *p, const char *end, double *out)
{
    int          negative;
    double       d;
    int64_t      exp, digits;
    uint64_t     w;
    const char  *token, *start, *point;

    token = p;
    negative = p < end && *p == '-';
    p += negative;
    start = p;

    for (w = 0; double_is_digit(p, end); p++) {    /* few, mostly */
        w = w * 10 + (unsigned) (*p - '0');
    }

    digits = p - start - (p < end && p > start && *start == '0');

    if (p == start || (*start == '0' && p - start > 1)) {
        return NULL;
    }

    exp = 0;

    if (p < end && *p == '.') {
        point = ++p;

        p = double_digits(p, end, &w);
        exp = point - p;
        digits -= exp;

        if (exp == 0) {
            return NULL;
        }
    }

    if (p < end && (*p | 0x20) == 'e') {
        p = double_exponent(p + 1, end, &exp);
    }

    if (p == NULL || digits > DOUBLE_DIGITS || !double_plain(w, exp, &d)) {
        p = maas__json_number(token, end);

        if (p == NULL) {
            return NULL;
        }

        d = double_any(token, p);
    }

    *out = isinf(d) ? HUGE_VAL : negative ? -d : d;

    return isinf(d) ? NULL : p;
}
