/*
 * A number token -> float, rounded exactly as strtof rounds, locale or not.
 * No arrays here, and no strtof: all arithmetic is our own.
 */

#include "maas_json.h"

#include <math.h>
#include <string.h>


#define NUM_DIGITS    19           /* as many as a uint64_t always holds */
#define NUM_MAX_EXP   1000000000000000ll

#define NUM_POW_MIN   (-65)
#define NUM_POW_MAX   38

#define NUM_BIG_WORDS   24         /* 768 bits, see num_compare() */
#define NUM_BIG_DIGITS  128        /* a midpoint of floats has at most 113 */


typedef struct {
    uint64_t     w;                /* the first digits that count */
    int64_t      exp;              /* value = w * 10^exp, nearly */
    unsigned     negative;
    unsigned     digits;           /* in w */
    const char  *first;            /* first digit that counts */
    const char  *last;             /* behind the last digit or the point */
} num_t;

typedef struct {
    unsigned     len;
    uint32_t     w[NUM_BIG_WORDS];         /* zeros from len on */
} num_big_t;


static const double  num_pow10[NUM_POW_MAX - NUM_POW_MIN + 1] = {
    1e-65, 1e-64, 1e-63, 1e-62, 1e-61, 1e-60, 1e-59, 1e-58,
    1e-57, 1e-56, 1e-55, 1e-54, 1e-53, 1e-52, 1e-51, 1e-50,
    1e-49, 1e-48, 1e-47, 1e-46, 1e-45, 1e-44, 1e-43, 1e-42,
    1e-41, 1e-40, 1e-39, 1e-38, 1e-37, 1e-36, 1e-35, 1e-34,
    1e-33, 1e-32, 1e-31, 1e-30, 1e-29, 1e-28, 1e-27, 1e-26,
    1e-25, 1e-24, 1e-23, 1e-22, 1e-21, 1e-20, 1e-19, 1e-18,
    1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10,
    1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2,
    1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6,
    1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
    1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30,
    1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38
};


static inline int
num_is_digit(const char *p, const char *end)
{
    return p < end && (unsigned char) (*p - '0') <= 9;
}


const char *
maas__json_number(const char *p, const char *end)
{
    if (p < end && *p == '-') {
        p++;
    }

    if (!num_is_digit(p, end)) {
        return NULL;
    }

    if (*p++ != '0') {
        while (num_is_digit(p, end)) {
            p++;
        }
    }

    if (p < end && *p == '.') {
        if (!num_is_digit(++p, end)) {
            return NULL;
        }

        while (num_is_digit(p, end)) {
            p++;
        }
    }

    if (p < end && (*p | 0x20) == 'e') {
        p++;

        if (p < end && (*p == '+' || *p == '-')) {
            p++;
        }

        if (!num_is_digit(p, end)) {
            return NULL;
        }

        while (num_is_digit(p, end)) {
            p++;
        }
    }

    return p;
}


const char *
maas__json_integer(const char *p, const char *end, int *negative,
    uint64_t *magnitude)
{
    uint64_t     v;
    const char  *next;

    next = maas__json_number(p, end);
    if (next == NULL) {
        return NULL;
    }

    *negative = *p == '-';
    p += *negative;

    for (v = 0; p < next; p++) {
        if (!num_is_digit(p, next)
            || __builtin_mul_overflow(v, 10, &v)
            || __builtin_add_overflow(v, (uint64_t) (*p - '0'), &v))
        {
            return NULL;
        }
    }

    if (*negative && v > (1ull << 63)) {
        return NULL;
    }

    *magnitude = v;

    return next;
}


/* Eight digits at once, if there are as many: pairs, then fours, then all. */

static inline int
num_eight(const char *p, const char *end, uint32_t *v)
{
    uint64_t  x, high;

    if (end - p < 8) {
        return 0;
    }

    memcpy(&x, p, 8);

    high = (x + 0x4646464646464646) | (x - 0x3030303030303030);

    if (high & 0x8080808080808080) {
        return 0;
    }

    x -= 0x3030303030303030;
    x = (x * 10 + (x >> 8)) & 0x00ff00ff00ff00ff;
    x = (x * 100 + (x >> 16)) & 0x0000ffff0000ffff;
    *v = (uint32_t) (x * 10000 + (x >> 32));

    return 1;
}


/* Digits from p on into n; those beyond NUM_DIGITS only move the exponent.
 * With `fraction` each digit that is taken moves it too. */

static const char *
num_digits(num_t *n, const char *p, const char *end, int fraction)
{
    uint32_t     eight;
    const char  *start;

    start = p;

    if (n->digits == 0) {
        while (p < end && *p == '0') {
            p++;
        }

        n->first = p;
        n->exp -= fraction ? p - start : 0;
    }

    while (n->digits + 8 <= NUM_DIGITS && num_eight(p, end, &eight)) {
        n->w = n->w * 100000000 + eight;
        n->digits += 8;
        n->exp -= fraction ? 8 : 0;
        p += 8;
    }

    while (n->digits < NUM_DIGITS && num_is_digit(p, end)) {
        n->w = n->w * 10 + (unsigned) (*p++ - '0');
        n->digits++;
        n->exp -= fraction;
    }

    while (num_is_digit(p, end)) {
        p++;
        n->exp += !fraction;
    }

    return p;
}


static const char *
num_exponent(num_t *n, const char *p, const char *end)
{
    int      negative;
    int64_t  exp;

    negative = 0;

    if (p < end && (*p == '+' || *p == '-')) {
        negative = *p++ == '-';
    }

    if (!num_is_digit(p, end)) {
        return NULL;
    }

    for (exp = 0; num_is_digit(p, end); p++) {
        if (exp < NUM_MAX_EXP) {
            exp = exp * 10 + (*p - '0');
        }
    }

    n->exp += negative ? -exp : exp;

    return p;
}


static void
num_big_mul(num_big_t *b, uint32_t factor, uint32_t add)
{
    unsigned  i;
    uint64_t  t;

    t = add;

    for (i = 0; i < b->len; i++) {
        t += (uint64_t) b->w[i] * factor;
        b->w[i] = (uint32_t) t;
        t >>= 32;
    }

    if (t != 0) {
        b->w[b->len++] = (uint32_t) t;
    }
}


static void
num_big_pow5(num_big_t *b, unsigned e)
{
    for ( /* void */ ; e >= 13; e -= 13) {
        num_big_mul(b, 1220703125, 0);
    }

    for ( /* void */ ; e > 0; e--) {
        num_big_mul(b, 5, 0);
    }
}


static void
num_big_shift(num_big_t *b, unsigned e)
{
    unsigned  words;

    for ( /* void */ ; e % 32 != 0; e--) {
        num_big_mul(b, 2, 0);
    }

    words = e / 32;
    memmove(b->w + words, b->w, b->len * sizeof(uint32_t));
    memset(b->w, 0, words * sizeof(uint32_t));
    b->len += words;
}


/* The digits of n as one integer, as many as count; returns how many.
 * *more: another one of those left out is not zero. */

static unsigned
num_big_digits(const num_t *n, num_big_t *b, unsigned *more)
{
    unsigned     digits;
    const char  *p;

    memset(b, 0, sizeof(num_big_t));
    digits = 0;
    *more = 0;

    for (p = n->first; p < n->last; p++) {

        if (*p == '.') {
            continue;
        }

        if (digits < NUM_BIG_DIGITS) {
            num_big_mul(b, 10, (uint32_t) (*p - '0'));
            digits++;

        } else if (*p != '0') {
            *more = 1;
            break;
        }
    }

    return digits;
}


/*
 * The sign of (all digits of n) - mid * 2^exp2, exactly.  The two are within a
 * few parts in 2^50 of each other and between 2^-150 and 2^128, so that both
 * sides have about the same size: that of 128 digits or of mid * 5^174 at
 * most, 430 bits.  Digits beyond 128 cannot lift the number over a midpoint,
 * which has 113 at most; they only break a tie.
 */

static int
num_compare(const num_t *n, uint32_t mid, int exp2)
{
    int        exp10, i;
    unsigned   more;
    num_big_t  a, b;

    exp10 = (int) n->exp + (int) n->digits;
    exp10 -= (int) num_big_digits(n, &a, &more);

    memset(&b, 0, sizeof(num_big_t));
    b.len = 1;
    b.w[0] = mid;

    if (exp10 >= 0) {
        num_big_pow5(&a, (unsigned) exp10);

    } else {
        num_big_pow5(&b, (unsigned) -exp10);
    }

    if (exp10 >= exp2) {
        num_big_shift(&a, (unsigned) (exp10 - exp2));

    } else {
        num_big_shift(&b, (unsigned) (exp2 - exp10));
    }

    for (i = NUM_BIG_WORDS - 1; i >= 0; i--) {
        if (a.w[i] != b.w[i]) {
            return a.w[i] > b.w[i] ? 1 : -1;
        }
    }

    return (int) more;
}


/*
 * w * 10^exp in double is wrong by less than 3 units in the last place: by one
 * half for w, for the power and for the product each, and by nothing to speak
 * of for digits that were left out.  Only if a midpoint between two floats is
 * as near as that, the exact comparison must decide.
 */

static float
num_round(const num_t *n)
{
    float     out;
    double    d, f;
    int       exp2, c;
    uint32_t  bits;
    uint64_t  u;

    if (n->w == 0 || n->exp < NUM_POW_MIN) {
        return n->negative ? -0.0f : 0.0f;
    }

    if (n->exp > NUM_POW_MAX) {
        return HUGE_VALF;
    }

    d = (double) n->w * num_pow10[n->exp - NUM_POW_MIN];

    if (d >= 0x1p-126) {
        memcpy(&u, &d, 8);
        c = (int) (u & 0x1fffffff) - 0x10000000;

        if (d >= 0x1p128) {
            return HUGE_VALF;
        }

        bits = (uint32_t) (u >> 29) - (896u << 23);
        exp2 = (int) (bits >> 23) - 150;

        if (c >= -4 && c <= 4) {
            c = num_compare(n, ((bits & 0x7fffff) | 0x800000) * 2 + 1,
                            exp2 - 1);
        }

    } else {
        d *= 0x1p149;
        bits = (uint32_t) d;
        f = d - bits;
        c = f > 0.5 ? 1 : -1;

        if (fabs(f - 0.5) < 1e-6) {
            c = num_compare(n, bits * 2 + 1, -150);
        }
    }

    if (c > 0 || (c == 0 && (bits & 1))) {
        bits++;
    }

    bits |= (uint32_t) n->negative << 31;
    memcpy(&out, &bits, 4);

    return out;
}


/* Any token: long, with an exponent, near a midpoint, or none at all. */

static __attribute__((noinline)) const char *
num_any(const char *p, const char *end, float *out)
{
    num_t        n;
    const char  *start;

    n.w = 0;
    n.exp = 0;
    n.digits = 0;
    n.negative = 0;

    if (p < end && *p == '-') {
        n.negative = 1;
        p++;
    }

    if (!num_is_digit(p, end)) {
        return NULL;
    }

    start = p;
    p = num_digits(&n, p, end, 0);

    if (*start == '0' && p - start > 1) {
        return NULL;
    }

    if (p < end && *p == '.') {
        start = ++p;
        p = num_digits(&n, p, end, 1);

        if (p == start) {
            return NULL;
        }
    }

    n.last = p;

    if (p < end && (*p | 0x20) == 'e') {
        p = num_exponent(&n, p + 1, end);

        if (p == NULL) {
            return NULL;
        }
    }

    *out = num_round(&n);

    if (isinf(*out)) {
        *out = HUGE_VALF;
        return NULL;
    }

    return p;
}


/* What most tokens are: up to 19 digits, a point among them perhaps, and not
 * near a midpoint.  Whatever else is there is left to num_any(). */

/* 64: where its branches stand in a cache line is worth up to 15 %. */

__attribute__((aligned(64))) const char *
maas__json_float(const char *p, const char *end, float *out)
{
    double       d;
    int32_t      low;
    int64_t      exp;
    uint32_t     eight;
    uint64_t     w, bits;
    unsigned     negative;
    const char  *token, *start, *point;

    token = p;
    negative = p < end && *p == '-';
    p += negative;
    start = p;

    for (w = 0; num_is_digit(p, end); p++) {
        w = w * 10 + (unsigned) (*p - '0');
    }

    if (p == start || (*start == '0' && p - start > 1)) {
        return NULL;
    }

    exp = 0;

    if (p < end && *p == '.') {
        point = ++p;

        while (num_eight(p, end, &eight)) {
            w = w * 100000000 + eight;
            p += 8;
        }

        for ( /* void */ ; num_is_digit(p, end); p++) {
            w = w * 10 + (unsigned) (*p - '0');
        }

        exp = p - point;

        if (exp == 0) {
            return NULL;
        }
    }

    if (p - start > NUM_DIGITS || (p < end && (*p | 0x20) == 'e')) {
        return num_any(token, end, out);
    }

    d = (double) w * num_pow10[-exp - NUM_POW_MIN];

    memcpy(&bits, &d, 8);
    low = (int32_t) (bits & 0x1fffffff) - 0x10000000;

    if (low >= -4 && low <= 4) {
        return num_any(token, end, out);
    }

    *out = (float) (negative ? -d : d);

    return p;
}
