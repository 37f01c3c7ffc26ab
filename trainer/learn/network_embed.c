/*
 * From the columns of rows of values themselves to the items of an embedding.
 * It is made by the values alone, of all rows of the lesson, so that members
 * that learn from different ones of them have the same.
 * Not here: what is learnt of it (net/op_embed.c).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn_network.h"


#define EMBED_SAMPLE  50000     /* rows that tell of a column, and */
#define EMBED_VALUES  (8u << 20)    /*     values of them, at most */


typedef struct {
    const train_network_t  *s;
    const train_lesson_t   *l;
    train_embed_t          *e;
    size_t                  n;          /* rows looked at */
    float                  *x;          /* (n,in) */
    float                  *v;          /* (n) of a slot, sorted */
    size_t                  n_v;
    size_t                  missing;
} items_look_t;


static void
items_slot(items_look_t *k, size_t slot)
{
    float   x;
    size_t  i, in;

    in = k->l->data->in;
    k->n_v = 0;

    for (i = 0; i < k->n; i++) {
        x = k->x[i * in + slot];

        if (!isnan(x)) {
            k->v[k->n_v++] = x;
        }
    }

    k->missing = k->n - k->n_v;
    qsort(k->v, k->n_v, sizeof(float), train_by_float);
}


static double
items_quantile(const items_look_t *k, double q)
{
    double  at, rest;
    size_t  i;

    at = q * (double) (k->n_v - 1);
    i = (size_t) at;
    rest = at - (double) i;

    return (i + 1 < k->n_v) ? k->v[i] + rest * ((double) k->v[i + 1] - k->v[i])
                            : k->v[i];
}


/* p: shift, factor, clip, fill */

static void
items_scaling(const items_look_t *k, float *p)
{
    double  sum, sq, d, width;
    size_t  i;

    sum = 0;
    sq = 0;

    for (i = 0; i < k->n_v; i++) {
        sum += k->v[i] / (double) k->n_v;
    }

    for (i = 0; i < k->n_v; i++) {
        d = k->v[i] - sum;
        sq += d * d / (double) k->n_v;
    }

    width = sqrt(sq);

    if (k->s->robust > 0 && k->n_v > 0) {
        d = items_quantile(k, 0.75) - items_quantile(k, 0.25);

        if (d > 0) {
            sum = items_quantile(k, 0.5);
            width = d / 1.35;           /* as a deviation, if it is normal */
        }
    }

    p[0] = (float) sum;
    p[1] = (float) (1 / width);

    if (!(width > 0) || !isfinite(p[1]) || !isnormal(p[1])) {
        p[1] = 1;
    }

    p[2] = (float) k->s->clip;
    p[3] = 0;
}


static void
items_bins(items_look_t *k, size_t slot)
{
    float   *knot, x;
    size_t   i, j, n, most, different;

    most = (size_t) k->s->bins;
    knot = train_alloc(most + 1, sizeof(float));
    different = 1;

    for (i = 1; i < k->n_v && different <= most + 1; i++) {
        different += (k->v[i] != k->v[i - 1]);
    }

    n = 0;

    if (different <= most + 1) {
        for (i = 0; i < k->n_v; i++) {
            if (n == 0 || k->v[i] != knot[n - 1]) {
                knot[n++] = k->v[i];
            }
        }

    } else {
        for (i = 0; i <= most; i++) {
            x = k->v[i * (k->n_v - 1) / most];

            if (n == 0 || x > knot[n - 1]) {
                knot[n++] = x;
            }
        }
    }

    /* a bin whose width is no normal number could not be divided by */

    for (i = 1, j = 1; i < n; i++) {
        if (isnormal(knot[i] - knot[j - 1])) {
            knot[j++] = knot[i];
        }
    }

    if (n > 0 && j > 2) {
        (void) memcpy(train_embed_add(k->e, MAAS_EMBED_BINS, slot, j - 1, j,
                                      0), knot, j * sizeof(float));
    }

    train_free(knot);
}


static void
items_number(items_look_t *k, size_t slot)
{
    float   p[MAAS_EMBED_SCALE], *to;
    size_t  m, width;

    items_slot(k, slot);

    if (k->missing > 0) {
        (void) train_embed_add(k->e, MAAS_EMBED_MISSING, slot, 1, 0, 0);
    }

    if (k->n_v == 0 || k->v[0] == k->v[k->n_v - 1]) {
        return;
    }

    items_scaling(k, p);
    (void) memcpy(train_embed_add(k->e, MAAS_EMBED_NUMBER, slot, 1, 4, 0), p,
                  sizeof(p));

    if (k->s->bins > 0) {
        items_bins(k, slot);
    }

    m = (size_t) k->s->waves;
    width = (size_t) k->s->sums;

    if (m > 0) {
        to = train_embed_add(k->e, MAAS_EMBED_PERIODIC, slot, width,
                             MAAS_EMBED_WAVES + (2 + width) * m + width,
                             (2 + width) * m + width);
        (void) memcpy(to, p, sizeof(p));
        to[MAAS_EMBED_SCALE] = (float) m;
    }
}


static void
items_codes(items_look_t *k, size_t slot, size_t n)
{
    float   *p;
    size_t   i, most, other;

    items_slot(k, slot);
    most = (size_t) k->s->one_hot;

    if (n > most && k->s->table > 0) {
        (void) train_embed_add(k->e, MAAS_EMBED_TABLE, slot,
                               (size_t) k->s->table,
                               (n + 1) * (size_t) k->s->table,
                               (n + 1) * (size_t) k->s->table);
        return;
    }

    most = (n < most) ? n : most;
    other = k->missing;

    for (i = 0; i < k->n_v; i++) {
        other += (k->v[i] >= (float) most);
    }

    p = train_embed_add(k->e, MAAS_EMBED_ONE_HOT, slot, most + (other > 0),
                        1, 0);
    p[0] = (other > 0);
}


static void
items_copy(train_embed_t *e, size_t slot, size_t width)
{
    float  *p;

    if (width > 0) {
        p = train_embed_add(e, MAAS_EMBED_COPY, slot, width, 2, 0);
        p[1] = 1;
    }
}


static void
items_column(items_look_t *k, const maas_column_t *c, int ordered)
{
    size_t  i, n;

    if (c->kind == MAAS_FIELD_CATEGORY && c->codes) {
        if (ordered) {
            items_number(k, c->at);
        }

        if (!ordered || k->s->bins <= 0) {
            items_codes(k, c->at, c->n_values);
        }

    } else if (c->kind == MAAS_FIELD_CATEGORY || c->kind == MAAS_FIELD_TEXT) {
        items_copy(k->e, c->at, c->width);

    } else {
        n = c->width - (c->kind == MAAS_FIELD_DATE && c->missing_slot);

        for (i = 0; i < n; i++) {
            items_number(k, c->at + i);
        }

        items_copy(k->e, c->at + n, c->width - n);
    }
}


/* What is learnt goes behind what is fixed: on the way back the others are
 * left out */

static void
items_learnt_last(train_embed_t *e)
{
    float                     *p;
    size_t                     i, j, learnt;
    train_embed_t              to = { 0 };
    const train_embed_item_t  *t;

    for (learnt = 0; learnt < 2; learnt++) {
        for (i = 0; i < e->n_items; i++) {
            t = &e->items[i];

            if ((t->learnt > 0) == learnt) {
                p = train_embed_add(&to, t->kind, t->from, t->width, t->n,
                                    t->learnt);

                for (j = 0; j < t->n; j++) {
                    p[j] = e->numbers[t->at + j];
                }
            }
        }
    }

    train_embed_free(e);
    *e = to;
}


void
train_network_embed(const train_network_t *s, const train_lesson_t *l,
    train_embed_t *e)
{
    size_t        i, at, all, step, most;
    uint8_t      *is;
    items_look_t  k = { .s = s, .l = l, .e = e };

    (void) memset(e, 0, sizeof(train_embed_t));
    all = l->n + l->n_valid;
    most = EMBED_VALUES / l->data->in + 1;
    most = (most < EMBED_SAMPLE) ? most : EMBED_SAMPLE;
    step = all / most + 1;
    k.x = train_alloc((all / step + 1) * l->data->in, sizeof(float));
    is = train_alloc(l->data->rows, 1);

    for (i = 0; i < all; i++) {
        is[(i < l->n) ? l->row[i] : l->valid[i - l->n]] = 1;
    }

    for (i = 0, at = 0; i < l->data->rows; i++) {
        if (is[i] && at++ % step == 0) {
            train_data_row(l->data, i, k.x + k.n++ * l->data->in);
        }
    }

    train_free(is);
    k.v = train_alloc(k.n, sizeof(float));

    for (i = 0; i < l->scale->n_columns; i++) {
        items_column(&k, &l->scale->columns[i],
                     l->scale->ordered != NULL && l->scale->ordered[i]);
    }

    if (e->units == 0) {
        items_copy(e, 0, 1);            /* nothing is known of any row */
    }

    items_learnt_last(e);
    train_free(k.v);
    train_free(k.x);
}
