/*
 * What is learnt of an embedding: rows of tables, and waves with their sums.
 * The other numbers pass.
 * Not here: what is fixed, which comes with the batch (embed.c).
 */

#include <math.h>
#include <string.h>

#include "embed.h"
#include "op.h"


#define LEARNT_ROWS   64        /* looked at together */
#define LEARNT_WIDTH  TRAIN_EMBED_SUMS
#define LEARNT_WAVES  TRAIN_EMBED_WAVES


static int
learnt_shape(train_net_t *net, size_t i, char *why)
{
    size_t          k;
    train_layer_t  *l;

    l = &net->layers[i];

    for (k = 0; l->embed->items[k].learnt == 0; k++) {
        /* there is one that learns */
    }

    l->quiet = l->embed->items[k].to / TRAIN_PAD * TRAIN_PAD;
    l->rows = (l->embed->n_learnt + l->ld - 1) / l->ld;
    l->by = TRAIN_BY_COLUMN;

    return 0;
}


/* cos(2 pi t) for |t| < 2^22, as maas__embed_cos() but for roundings: odd
 * powers of what is left to a zero */

static inline float
learnt_cos(float t)
{
    float  u, q, p;

    u = (t + 0x1.8p23f) - 0x1.8p23f;            /* the nearest whole number */
    u = 0.25f - fabsf(t - u);
    q = u * u;
    p = 0x1.3daff6p+5f;
    p = p * q + -0x1.324ccap+6f;
    p = p * q + 0x1.4668b0p+6f;
    p = p * q + -0x1.4abbc2p+5f;
    p = p * q + 0x1.921fb6p+2f;

    return u * p;
}


/* p: waves(m), phases(m), matrix(m,width), bias(width); of numbers z(n) their
 * sums y(n,width), which are ld apart.  n is LEARNT_ROWS at most. */

TRAIN_VECTORS
static void
learnt_waves(const float *p, size_t m, size_t width, const float *z, size_t n,
    float *y, size_t ld)
{
    float         c[LEARNT_ROWS], sum[LEARNT_WIDTH][LEARNT_ROWS];
    size_t        j, k, r;
    const float  *w;

    w = p + 2 * m;

    for (j = 0; j < width; j++) {
        for (r = 0; r < LEARNT_ROWS; r++) {
            sum[j][r] = w[m * width + j];
        }
    }

    for (k = 0; k < m; k++) {
        for (r = 0; r < LEARNT_ROWS; r++) {
            c[r] = learnt_cos(p[k] * z[r] + p[m + k]);
        }

        for (j = 0; j < width; j++) {
            for (r = 0; r < LEARNT_ROWS; r++) {
                sum[j][r] += c[r] * w[k * width + j];
            }
        }
    }

    for (r = 0; r < n; r++) {
        for (j = 0; j < width; j++) {
            y[r * ld + j] = sum[j][r];
        }
    }
}


/* d(n,width): gradients by those sums, ld apart; to g, which is as p.  All is
 * added up wave by wave, side by side. */

TRAIN_VECTORS
static void
learnt_waves_gradient(const float *p, size_t m, size_t width, const float *z,
    size_t n, const float *d, size_t ld, float *g)
{
    float         by, w[LEARNT_WIDTH][LEARNT_WAVES];
    float         sum[LEARNT_WIDTH][LEARNT_WAVES] = { 0 };
    float         c[LEARNT_WAVES], s[LEARNT_WAVES];
    size_t        j, k, r;

    for (j = 0; j < width; j++) {
        for (k = 0; k < m; k++) {
            w[j][k] = (float) (-2 * M_PI) * p[2 * m + k * width + j];
        }
    }

    for (r = 0; r < n; r++, d += ld) {
        for (k = 0; k < m; k++) {
            by = p[k] * z[r] + p[m + k];
            c[k] = learnt_cos(by);
            s[k] = learnt_cos(by - 0.25f);
        }

        for (k = 0; k < m; k++) {
            by = 0;

            for (j = 0; j < width; j++) {
                by += d[j] * w[j][k];
                sum[j][k] += d[j] * c[k];
            }

            by *= s[k];
            g[k] += by * z[r];
            g[m + k] += by;
        }

        for (j = 0; j < width; j++) {
            g[(2 + width) * m + j] += d[j];
        }
    }

    for (k = 0; k < m; k++) {
        for (j = 0; j < width; j++) {
            g[2 * m + k * width + j] += sum[j][k];
        }
    }
}


static size_t
learnt_count(const train_embed_t *e, const train_embed_item_t *t)
{
    return (size_t) e->numbers[t->at + MAAS_EMBED_SCALE];
}


/* x of item t in rows from.. of the batch; returns how many */

static size_t
learnt_numbers(const train_pass_t *s, const train_embed_item_t *t, size_t from,
    float *z)
{
    size_t  i, n;

    n = s->b->rows - from;
    n = (n < LEARNT_ROWS) ? n : LEARNT_ROWS;

    for (i = 0; i < LEARNT_ROWS; i++) {
        z[i] = (i < n) ? s->b->x[(from + i) * s->b->in + t->to] : 0;
    }

    return n;
}


static void
learnt_item(const train_pass_t *s, const train_embed_item_t *t)
{
    float         z[LEARNT_ROWS], *y;
    size_t        r, i, n, ld;
    const float  *p;

    p = s->p->p + t->where;
    ld = s->l->ld;

    for (r = 0; r < s->b->rows; r += n) {
        n = learnt_numbers(s, t, r, z);
        y = s->p->a + r * ld + t->to;

        if (t->kind == MAAS_EMBED_PERIODIC) {
            learnt_waves(p, learnt_count(s->l->embed, t), t->width, z, n, y,
                         ld);
        }

        for (i = 0; t->kind == MAAS_EMBED_TABLE && i < n; i++) {
            (void) memcpy(y + i * ld, p + (size_t) z[i] * t->width,
                          t->width * sizeof(float));
        }
    }
}


static void
learnt_forward(const train_pass_t *s)
{
    size_t                r, i;
    const train_embed_t  *e;

    e = s->l->embed;

    for (r = 0; r < s->b->rows; r++) {
        (void) memcpy(s->p->a + r * s->l->ld, s->b->x + r * e->units,
                      e->units * sizeof(float));
    }

    for (i = 0; i < e->n_items; i++) {
        if (e->items[i].learnt > 0) {
            learnt_item(s, &e->items[i]);
        }
    }
}


/* It is the first layer: there is nothing below */

static void
learnt_backward(const train_pass_t *s)
{
}


static void
learnt_item_gradient(const train_pass_t *s, const train_embed_item_t *t)
{
    float         z[LEARNT_ROWS], *g, *to;
    size_t        r, i, j, n, ld;
    const float  *d;

    g = s->p->grad + t->where;
    ld = s->l->ld;

    for (r = 0; r < s->b->rows; r += n) {
        n = learnt_numbers(s, t, r, z);
        d = s->p->g + r * ld + t->to;

        if (t->kind == MAAS_EMBED_PERIODIC) {
            learnt_waves_gradient(s->p->p + t->where,
                                  learnt_count(s->l->embed, t), t->width, z,
                                  n, d, ld, g);
            continue;
        }

        for (i = 0; i < n; i++, d += ld) {
            to = g + (size_t) z[i] * t->width;

            for (j = 0; j < t->width; j++) {
                to[j] += d[j];
            }
        }
    }
}


static void
learnt_gradient(const train_pass_t *s)
{
    size_t                i;
    const train_embed_t  *e;

    e = s->l->embed;
    (void) memset(s->p->grad, 0, s->l->rows * s->l->ld * sizeof(float));

    for (i = 0; i < e->n_items; i++) {
        if (e->items[i].learnt > 0) {
            learnt_item_gradient(s, &e->items[i]);
        }
    }
}


const train_op_t  train_op_embed = {
    .place = TRAIN_PLACE_PRODUCT,
    .new_out = 1,
    .new_grad = 1,
    .whole = 1,
    .shape = learnt_shape,
    .forward = learnt_forward,
    .backward = learnt_backward,
    .gradient = learnt_gradient
};
