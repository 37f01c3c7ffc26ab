/*
 * What differential privacy wants of a step: no row's gradient is longer than
 * allowed, and noise is added to their sum.
 *
 * Gradients of single rows are never made.  A row's gradient of a product is
 * the outer product of its input and its output's gradient, so its length is
 * known from both; shortened is then the output's gradient, and the sum over
 * the rows comes out clipped.
 * Not here: when that happens in a step (step.c), what it spends (privacy/).
 */

#include <math.h>
#include <string.h>

#include "op.h"
#include "privacy/secret.h"


#define PRIVATE_MARGIN  1e-5        /* lengths are sums of floats */
#define PRIVATE_LANES   16


TRAIN_VECTORS
double
train_private_squares(const float *x, size_t n)
{
    float   lane[PRIVATE_LANES] = { 0 };
    double  sum;
    size_t  i, j;

    for (i = 0; i + PRIVATE_LANES <= n; i += PRIVATE_LANES) {
        for (j = 0; j < PRIVATE_LANES; j++) {
            lane[j] += x[i + j] * x[i + j];
        }
    }

    sum = 0;

    for ( /* void */ ; i < n; i++) {
        sum += (double) x[i] * (double) x[i];
    }

    for (j = 0; j < PRIVATE_LANES; j++) {
        sum += (double) lane[j];
    }

    return sum;
}


/* To factors that make the rows' gradients short enough, and their sum one by
 * the number of rows that is expected: it has been by that of this batch. */

static void
private_factors(train_work_t *w, const train_batch_t *b, size_t first,
    size_t last)
{
    double                length, rows;
    size_t                i, r;
    train_pass_t          s = { 0 };

    rows = (double) b->rows;
    s.w = w;
    s.b = b;
    s.first = first;
    s.last = last;

    for (r = first; r < last; r++) {
        w->factor[r] = 0;
    }

    for (i = 0; i < w->net->n_layers; i++) {
        s.i = i;
        s.l = &w->net->layers[i];
        s.p = &w->part[i];

        if (s.l->op->squares != NULL) {
            s.l->op->squares(&s, w->factor);
        }
    }

    for (r = first; r < last; r++) {
        length = sqrt(w->factor[r]) * rows;
        w->factor[r] = rows / w->optim.row_expected
                       * fmin(1, w->optim.row_clip * (1 - PRIVATE_MARGIN)
                                 / length);
    }
}


TRAIN_VECTORS
static void
private_scale(float *g, size_t n, float factor)
{
    size_t  j;

    for (j = 0; j < n; j++) {
        g[j] *= factor;
    }
}


void
train_private_clip(train_work_t *w, const train_batch_t *b)
{
    size_t                i, r, first, last;
    train_share_t        *p;
    const train_layer_t  *l;

    first = b->rows * w->id / w->n;
    last = b->rows * (w->id + 1) / w->n;
    train_team_wait(w->team);
    private_factors(w, b, first, last);
    train_team_wait(w->team);

    for (i = 0; i < w->net->n_layers; i++) {
        l = &w->net->layers[i];
        p = &w->part[i];

        for (r = p->split ? first : 0;
             l->size > 0 && r < (p->split ? last : b->rows); r++)
        {
            private_scale(p->g + r * l->ld, l->ld, (float) w->factor[r]);
        }
    }
}


void
train_private_noise(train_work_t *w)
{
    size_t  first, last;

    if (w->secret == NULL) {
        return;
    }

    first = w->net->n * w->id / w->n;
    last = w->net->n * (w->id + 1) / w->n;
    train_secret_normal(w->secret, w->noise + first, last - first,
                        w->optim.row_noise * w->optim.row_clip
                        / w->optim.row_expected);
}


TRAIN_VECTORS
void
train_private_add(train_work_t *w, size_t i)
{
    size_t                j, r, to;
    float                *g;
    const float          *noise;
    const train_layer_t  *l;
    const train_share_t  *p;

    l = &w->net->layers[i];
    p = &w->part[i];
    to = (p->to < l->units) ? p->to : l->units;     /* padding stays 0 */

    for (r = 0; w->secret != NULL && r < l->rows + l->vectors; r++) {
        g = p->grad + r * l->ld;
        noise = w->noise + l->at + r * l->ld;

        for (j = p->from; j < to; j++) {
            g[j] += noise[j];
        }
    }
}


void
train_private_empty(train_work_t *w, size_t i)
{
    size_t                r;
    const train_layer_t  *l;
    const train_share_t  *p;

    l = &w->net->layers[i];
    p = &w->part[i];

    for (r = 0; r < l->rows + l->vectors; r++) {
        (void) memset(p->grad + r * l->ld + p->from, 0,
                      (p->to - p->from) * sizeof(float));
    }
}


const char *
train_private_refuses(const train_net_t *net)
{
    size_t  i;

    for (i = 0; i < net->n_layers; i++) {
        if (net->layers[i].size > 0 && net->layers[i].op->squares == NULL) {
            return net->layers[i].op->items;
        }
    }

    return NULL;
}
