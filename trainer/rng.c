/*
 * Random numbers: xoshiro256** seeded by splitmix64 (Blackman and Vigna).
 * Integers only decide, so that every machine draws the same.
 */

#include <math.h>

#include "rng.h"


uint64_t
train_rng_next(uint64_t *state)
{
    *state += TRAIN_RNG_STEP;

    return train_rng_mix(*state);
}


static uint64_t
train_rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}


void
train_rng_init(train_rng_t *r, uint64_t seed, uint64_t stream)
{
    int       i;
    uint64_t  x;

    x = stream;
    x = seed ^ train_rng_next(&x);

    for (i = 0; i < 4; i++) {
        r->s[i] = train_rng_next(&x);
    }
}


uint64_t
train_rng_u64(train_rng_t *r)
{
    uint64_t  result, t, *s;

    s = r->s;
    result = train_rotl(s[1] * 5, 7) * 9;
    t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = train_rotl(s[3], 45);

    return result;
}


uint32_t
train_rng_below(train_rng_t *r, uint32_t n)
{
    uint32_t  low, least;
    uint64_t  m;

    /* Lemire: multiply, and throw away the uneven rest */

    least = -n % n;

    do {
        m = (train_rng_u64(r) >> 32) * n;
        low = (uint32_t) m;
    } while (low < least);

    return (uint32_t) (m >> 32);
}


double
train_rng_unit(train_rng_t *r)
{
    return (double) (train_rng_u64(r) >> 11) * 0x1p-53;
}


void
train_rng_shuffle(train_rng_t *r, uint32_t *a, size_t n)
{
    size_t    i, j;
    uint32_t  t;

    for (i = n; i > 1; i--) {
        j = train_rng_below(r, (uint32_t) i);
        t = a[i - 1];
        a[i - 1] = a[j];
        a[j] = t;
    }
}


double
train_rng_normal(train_rng_t *r)
{
    int     i;
    double  sum;

    /* twelve even numbers: near enough, and free of libm's roundings */

    sum = -6;

    for (i = 0; i < 12; i++) {
        sum += train_rng_unit(r);
    }

    return sum;
}


double
train_rng_beta(train_rng_t *r, double alpha)
{
    double  x, y;

    /* Johnk: a pair of powers that sum up to at most 1 */

    do {
        x = pow(train_rng_unit(r), 1 / alpha);
        y = pow(train_rng_unit(r), 1 / alpha);
    } while (x + y > 1 || x + y == 0);

    return x / (x + y);
}
