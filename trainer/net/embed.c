/*
 * Rows of values themselves -> the numbers that a network begins with, with
 * the roundings of the engine's layer.
 * Not here: what is learnt on the way (op_embed.c).
 */

#include <math.h>
#include <string.h>

#include "embed.h"
#include "rng.h"
#include "util.h"


#define EMBED_STREAM  21
#define EMBED_TABLE   0.1       /* deviation of a table's first numbers */
#define EMBED_WAVE    0.1       /* of frequencies: RealMLP, arXiv 2407.04491 */


void
train_embed_free(train_embed_t *e)
{
    train_free(e->items);
    train_free(e->numbers);
    (void) memset(e, 0, sizeof(train_embed_t));
}


static void *
embed_longer(void *old, size_t n, size_t more, size_t size)
{
    void  *p;

    p = train_alloc(n + more, size);

    if (n > 0) {
        (void) memcpy(p, old, n * size);
    }

    train_free(old);

    return p;
}


float *
train_embed_add(train_embed_t *e, maas_embed_kind_t kind, size_t from,
    size_t width, size_t n, size_t learnt)
{
    train_embed_item_t  *t;

    e->items = embed_longer(e->items, e->n_items, 1,
                            sizeof(train_embed_item_t));
    e->numbers = embed_longer(e->numbers, e->n_numbers, n, sizeof(float));
    t = &e->items[e->n_items++];
    t->kind = kind;
    t->from = (uint32_t) from;
    t->width = (uint32_t) width;
    t->to = e->units;
    t->at = e->n_numbers;
    t->n = n;
    t->learnt = learnt;
    t->where = e->n_learnt;
    e->units += width;
    e->n_numbers += n;
    e->n_learnt += learnt;

    return e->numbers + t->at;
}


/* As the engine's, in vectors */

TRAIN_VECTORS
static void
fixed_bins(const float *knot, size_t n, float x, float *y)
{
    float   z;
    size_t  i;

    for (i = 0; i < n; i++) {
        z = (x - knot[i]) / (knot[i + 1] - knot[i]);
        z = (z > 0) ? z : 0;            /* of NaN, too */
        y[i] = (z < 1) ? z : 1;
    }
}


static void
fixed_item(const train_embed_t *e, const train_embed_item_t *t,
    const float *x, float *y)
{
    float             *to;
    const float       *p;
    maas_embed_item_t  item;

    p = e->numbers + t->at;
    to = y + t->to;

    switch (t->kind) {

    case MAAS_EMBED_BINS:
        fixed_bins(p, t->width, x[t->from], to);
        break;

    case MAAS_EMBED_TABLE:
        (void) memset(to, 0, t->width * sizeof(float));
        to[0] = (float) maas__embed_row(x[t->from], t->n / t->width);
        break;

    case MAAS_EMBED_PERIODIC:
        (void) memset(to, 0, t->width * sizeof(float));
        to[0] = maas__embed_scale(p, x[t->from]);
        break;

    default:
        item = (maas_embed_item_t) {
            t->kind, t->from, (uint32_t) t->to, t->width, 0, p
        };
        maas__embed_one(&item, x, y);
    }
}


void
train_embed_row(const train_embed_t *e, const float *x, float *y)
{
    size_t                     i;
    const train_embed_item_t  *t;

    for (i = 0; i < e->n_items; i++) {
        t = &e->items[i];
        fixed_item(e, t, x, y);
    }
}


/* Waves of frequencies and phases, and their sums */

static void
first_waves(const train_embed_t *e, const train_embed_item_t *t,
    train_rng_t *rng, float *p)
{
    double  limit;
    size_t  j, m;

    m = (size_t) e->numbers[t->at + MAAS_EMBED_SCALE];
    limit = sqrt(3.0 / (double) m);

    for (j = 0; j < m; j++) {
        p[j] = (float) (EMBED_WAVE * train_rng_normal(rng));
        p[m + j] = (float) train_rng_unit(rng);
    }

    for (j = 0; j < m * t->width; j++) {
        p[2 * m + j] = (float) ((2 * train_rng_unit(rng) - 1) * limit);
    }
}


void
train_embed_init(const train_embed_t *e, uint64_t seed, float *to)
{
    size_t                     i, j;
    train_rng_t                rng;
    const train_embed_item_t  *t;

    train_rng_init(&rng, seed, EMBED_STREAM);
    (void) memset(to, 0, e->n_learnt * sizeof(float));

    for (i = 0; i < e->n_items; i++) {
        t = &e->items[i];

        if (t->kind == MAAS_EMBED_PERIODIC) {
            first_waves(e, t, &rng, to + t->where);
        }

        /* nothing is known of other values: zeros */

        for (j = 0; t->kind == MAAS_EMBED_TABLE && j < t->n - t->width; j++) {
            to[t->where + j] = (float) (EMBED_TABLE * train_rng_normal(&rng));
        }
    }
}
