/*
 * Answers that say less than the model knows: fewer classes, fewer decimals, or
 * nothing but the label.
 * Not here: what is said (maas_decision()), and who is told less.
 */

#include "maas.h"

#include <math.h>
#include <string.h>


static const double  blunt_tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };

_Static_assert(sizeof(blunt_tens) / sizeof(blunt_tens[0])
               == MAAS_BLUNT_DIGITS + 1, "a power for each number of digits");


int
maas_blunts(const maas_info_t *info, const maas_blunt_t *blunt)
{
    return blunt->digits >= 0
           || (blunt->label && info->task != MAAS_TASK_REGRESSION)
           || (blunt->top > 0 && info->task == MAAS_TASK_CLASSIFICATION);
}


/* The product is exact for a float; adding 0 makes 0 of -0. */

float
maas_blunt_round(const maas_blunt_t *blunt, float v)
{
    double  tens;

    if (blunt->digits < 0) {
        return v;
    }

    tens = blunt_tens[blunt->digits];

    return (float) (rint((double) v * tens) / tens) + 0.0f;
}


/* Integers in the order of floats, which are no NaN */

static inline uint32_t
blunt_order(float v)
{
    uint32_t  u;

    memcpy(&u, &v, sizeof(u));

    return u >> 31 ? ~u : u | 0x80000000;
}


/* How many but `said` are at least `least` */

static size_t
blunt_count(const float *y, size_t n, size_t said, uint32_t least)
{
    size_t  i, count;

    count = 0;

    for (i = 0; i < n; i++) {
        count += i != said && blunt_order(y[i]) >= least;
    }

    return count;
}


/* `said` and the most - 1 largest others stay, of equal ones the first.
 * Without memory for an order: the largest bound which so many reach is found
 * bit by bit. */

static void
blunt_top(float *y, size_t n, size_t said, size_t most)
{
    int       bit;
    size_t    i, above;
    uint32_t  least;

    if (most >= n) {
        return;
    }

    least = 0;

    for (bit = 31; bit >= 0; bit--) {
        if (blunt_count(y, n, said, least | 1u << bit) >= most - 1) {
            least |= 1u << bit;
        }
    }

    above = least == UINT32_MAX ? 0 : blunt_count(y, n, said, least + 1);
    most -= 1 + above;                     /* of those that are `least` */

    for (i = 0; i < n; i++) {

        if (i == said || blunt_order(y[i]) > least) {
            continue;
        }

        if (blunt_order(y[i]) == least && most > 0) {
            most--;
            continue;
        }

        y[i] = 0;
    }
}


void
maas_blunt(const maas_info_t *info, const maas_blunt_t *blunt, size_t said,
    float *y)
{
    size_t  i;

    if (blunt->label && info->task == MAAS_TASK_BINARY) {
        y[0] = (float) said;
        return;
    }

    if (blunt->label && info->task == MAAS_TASK_CLASSIFICATION) {
        memset(y, 0, info->out * sizeof(float));
        y[said] = 1;
        return;
    }

    if (blunt->top > 0 && info->task == MAAS_TASK_CLASSIFICATION) {
        blunt_top(y, info->out, said, blunt->top);
    }

    for (i = 0; i < info->out; i++) {
        y[i] = maas_blunt_round(blunt, y[i]);
    }
}
