/*
 * What is learnt of an embedding: rows of tables, and waves with their sums.
 * The other numbers pass.
 * Not here: what is fixed, which comes with the batch (embed.c).
 */

#include <math.h>
#include <string.h>

#include "embed.h"
#include "op.h"


static int
learnt_shape(train_net_t *net, size_t i, char *why)
{
    train_layer_t  *l;

    l = &net->layers[i];
    l->rows = (l->embed->n_learnt + l->ld - 1) / l->ld;
    l->by = TRAIN_BY_COLUMN;

    return 0;
}


/* p: waves, phases, matrix, bias; of width numbers y from z = y[0]; c: cosines
 * of the m waves */

static void
learnt_waves(const float *p, size_t m, size_t width, float *y, float *c)
{
    float   a;
    size_t  j, k;

    for (k = 0; k < m; k++) {
        a = p[k] * y[0] + p[m + k];
        c[k] = cosf((float) (2 * M_PI) * a);
    }

    p += 2 * m;

    for (j = 0; j < width; j++) {
        y[j] = p[m * width + j];
    }

    for (k = 0; k < m; k++) {
        for (j = 0; j < width; j++) {
            y[j] = y[j] + c[k] * p[k * width + j];
        }
    }
}


static size_t
learnt_count(const train_embed_t *e, const train_embed_item_t *t)
{
    return (size_t) e->numbers[t->at + MAAS_EMBED_SCALE];
}


static void
learnt_forward(const train_pass_t *s)
{
    float                     *y, c[MAAS_EMBED_MOST];
    size_t                     r, i;
    const float               *p;
    const train_embed_t       *e;
    const train_embed_item_t  *t;

    e = s->l->embed;

    for (r = 0; r < s->b->rows; r++) {
        y = s->p->a + r * s->l->ld;
        (void) memcpy(y, s->b->x + r * e->units, e->units * sizeof(float));

        for (i = 0; i < e->n_items; i++) {
            t = &e->items[i];
            p = s->p->p + t->where;

            if (t->kind == MAAS_EMBED_TABLE) {
                (void) memcpy(y + t->to, p + (size_t) y[t->to] * t->width,
                              t->width * sizeof(float));

            } else if (t->kind == MAAS_EMBED_PERIODIC) {
                learnt_waves(p, learnt_count(e, t), t->width, y + t->to, c);
            }
        }
    }
}


/* It is the first layer: there is nothing below */

static void
learnt_backward(const train_pass_t *s)
{
}


/* d(width): gradient by the numbers that came of z; to g, which is as p */

static void
learnt_waves_gradient(const float *p, size_t m, size_t width, float z,
    const float *d, float *g)
{
    float         a, c, by;
    size_t        j, k;
    const float  *w;

    w = p + 2 * m;

    for (k = 0; k < m; k++) {
        a = (float) (2 * M_PI) * (p[k] * z + p[m + k]);
        c = cosf(a);
        by = 0;

        for (j = 0; j < width; j++) {
            by += d[j] * w[k * width + j];
            g[2 * m + k * width + j] += d[j] * c;
        }

        by *= (float) (-2 * M_PI) * sinf(a);
        g[k] += by * z;
        g[m + k] += by;
    }

    for (j = 0; j < width; j++) {
        g[(2 + width) * m + j] += d[j];
    }
}


static void
learnt_gradient(const train_pass_t *s)
{
    float                     *g;
    size_t                     r, i, j;
    const float               *d, *x;
    const train_embed_t       *e;
    const train_embed_item_t  *t;

    e = s->l->embed;
    (void) memset(s->p->grad, 0, s->l->rows * s->l->ld * sizeof(float));

    for (r = 0; r < s->b->rows; r++) {
        x = s->b->x + r * e->units;

        for (i = 0; i < e->n_items; i++) {
            t = &e->items[i];
            d = s->p->g + r * s->l->ld + t->to;
            g = s->p->grad + t->where;

            if (t->kind == MAAS_EMBED_TABLE) {
                g += (size_t) x[t->to] * t->width;

                for (j = 0; j < t->width; j++) {
                    g[j] += d[j];
                }

            } else if (t->kind == MAAS_EMBED_PERIODIC) {
                learnt_waves_gradient(s->p->p + t->where, learnt_count(e, t),
                                     t->width, x[t->to], d, g);
            }
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
