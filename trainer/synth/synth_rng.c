/*
 * Seeded numbers for drawing, the same on every machine.
 * No libm here: its last bits differ between versions.
 */

#include "rng.h"
#include "synth.h"


void
train_synth_rng_init(train_synth_rng_t *g, uint64_t seed, uint64_t set,
    uint64_t index)
{
    uint64_t  s;

    s = train_rng_next(&seed);
    s = train_rng_mix(s + set);
    g->state = train_rng_mix(s + index);
}


unsigned
train_synth_pick(train_synth_rng_t *g, unsigned n)
{
    return (unsigned) (((train_rng_next(&g->state) >> 32) * n) >> 32);
}


float
train_synth_uniform(train_synth_rng_t *g, float lo, float hi)
{
    float  u;

    u = (float) (train_rng_next(&g->state) >> 40) * (1.0f / 16777216.0f);

    return lo + u * (hi - lo);
}


float
train_synth_normal(train_synth_rng_t *g)
{
    uint64_t  a;
    float     sum;

    /* four 16-bit uniforms: the sum has deviation sqrt(4/12) */

    a = train_rng_next(&g->state);
    sum = (float) ((a & 0xffff) + (a >> 16 & 0xffff) + (a >> 32 & 0xffff)
                   + (a >> 48));

    return (sum * (1.0f / 65536.0f) - 2.0f) * 1.7320508f;
}


float
train_synth_sin(float turns)
{
    float  x, x2;

    turns -= (float) (int) turns;

    if (turns < 0) {
        turns += 1;
    }

    /* sin(2 pi t) = -sin(2 pi (t - 1/2)); then fold into a quarter */

    x = turns - 0.5f;

    if (x > 0.25f) {
        x = 0.5f - x;

    } else if (x < -0.25f) {
        x = -0.5f - x;
    }

    x *= 6.2831853f;
    x2 = x * x;

    return -x * (1 - x2 * (1 / 6.0f - x2 * (1 / 120.0f
                 - x2 * (1 / 5040.0f - x2 * (1 / 362880.0f)))));
}
