/*
 * What is taken out of a network: single weights, which become zeros, or whole
 * neurons with their rows and columns.
 * Not here: training again what is left (retrain.c).
 */

#include <math.h>
#include <string.h>

#include "compress.h"
#include "util.h"
#include "op/maas_dense.h"


#define PRUNE_NUMBERS  ((size_t) 1 << 24)   /* of a layer's values, at most */


int
train_is_chain(const train_small_t *s)
{
    size_t  i;

    for (i = 0; i < s->n; i++) {
        if (!train_is_dense(&s->nodes[i]) || s->nodes[i].in[0] != i
            || (i + 1 < s->n && s->nodes[i].act == MAAS_ACT_SOFTMAX))
        {
            return 0;
        }
    }

    return s->desc->outputs[0].from == s->n;
}


/* Weights of layer i that may be changed: a copy that stays */

static float *
prune_own(train_small_t *s, size_t i)
{
    float          *w;
    size_t          n;
    maas_tensor_t  *t;

    t = &s->nodes[i].tensors[MAAS_DENSE_WEIGHT];
    n = t->shape[0] * t->shape[1];
    w = train_small_room(s, n, sizeof(float));
    (void) memcpy(w, t->data, n * sizeof(float));
    t->data = w;

    return w;
}


void
train_prune_weights(train_small_t *s, double share, uint8_t **keep)
{
    float         *w;
    size_t         i, j, n, gone;
    train_rank_t  *rank;

    for (i = 0; i + 1 < s->n; i++) {
        n = s->nodes[i].tensors[MAAS_DENSE_WEIGHT].shape[0]
            * s->nodes[i].tensors[MAAS_DENSE_WEIGHT].shape[1];
        w = prune_own(s, i);
        rank = train_alloc(n, sizeof(train_rank_t));

        for (j = 0; j < n; j++) {
            rank[j] = (train_rank_t) { -fabs((double) w[j]), j };
        }

        train_rank(rank, n);            /* the smallest first */
        keep[i] = train_small_room(s, n, 1);
        (void) memset(keep[i], 1, n);
        gone = (size_t) floor(share * (double) n);

        for (j = 0; j < gone; j++) {
            keep[i][rank[j].at] = 0;
            w[rank[j].at] = 0;
        }

        train_free(rank);
    }
}


/* Of each neuron of layer i: mean(units) of what it says, and how much of it
 * arrives in the next layer: root of its mean square, times the length of what
 * it is multiplied by */

static void
prune_weigh(const train_small_t *s, size_t i, const train_data_t *d,
    const uint32_t *row, size_t rows, double *mean, double *score)
{
    float        *y;
    double        sum;
    size_t        j, k, units, next;
    const float  *w;

    units = s->nodes[i].tensors[MAAS_DENSE_WEIGHT].shape[1];
    next = s->nodes[i + 1].tensors[MAAS_DENSE_WEIGHT].shape[1];
    w = s->nodes[i + 1].tensors[MAAS_DENSE_WEIGHT].data;
    rows = (rows * units > PRUNE_NUMBERS) ? PRUNE_NUMBERS / units : rows;
    y = train_small_value(s, i + 1, d, row, rows);

    for (j = 0; j < units; j++) {
        mean[j] = 0;
        score[j] = 0;

        for (k = 0; k < rows; k++) {
            mean[j] += (double) y[k * units + j] / (double) rows;
            score[j] += (double) y[k * units + j] * (double) y[k * units + j];
        }

        sum = 0;

        for (k = 0; k < next; k++) {
            sum += (double) w[j * next + k] * (double) w[j * next + k];
        }

        score[j] = sqrt(score[j] / (double) rows * sum);
    }

    train_free(y);
}


/* Tensors of layer i without columns that stay[] does not name, and of the next
 * without the same rows; what those said on average stays, in the bias */

static void
prune_cut(train_small_t *s, size_t i, const uint8_t *stay, size_t left,
    const double *mean)
{
    float          *w, *b, *v, *c;
    size_t          j, k, at, in, units, next;
    const float    *from, *bias, *to;
    maas_node_t    *n;

    n = &s->nodes[i];
    in = n->tensors[MAAS_DENSE_WEIGHT].shape[0];
    units = n->tensors[MAAS_DENSE_WEIGHT].shape[1];
    next = n[1].tensors[MAAS_DENSE_WEIGHT].shape[1];
    from = n->tensors[MAAS_DENSE_WEIGHT].data;
    bias = n->tensors[MAAS_DENSE_BIAS].data;
    to = n[1].tensors[MAAS_DENSE_WEIGHT].data;
    w = train_small_room(s, in * left, sizeof(float));
    b = train_small_room(s, left, sizeof(float));
    v = train_small_room(s, left * next, sizeof(float));
    c = train_small_room(s, next, sizeof(float));
    (void) memcpy(c, n[1].tensors[MAAS_DENSE_BIAS].data,
                  next * sizeof(float));
    at = 0;

    for (j = 0; j < units; j++) {
        if (!stay[j]) {
            for (k = 0; k < next; k++) {
                c[k] += (float) (mean[j] * (double) to[j * next + k]);
            }

            continue;
        }

        for (k = 0; k < in; k++) {
            w[k * left + at] = from[k * units + j];
        }

        (void) memcpy(v + at * next, to + j * next, next * sizeof(float));
        b[at++] = bias[j];
    }

    n->tensors[MAAS_DENSE_WEIGHT].data = w;
    n->tensors[MAAS_DENSE_BIAS].data = b;
    n[1].tensors[MAAS_DENSE_WEIGHT].data = v;
    n[1].tensors[MAAS_DENSE_BIAS].data = c;
    (void) maas__node_set(n, "units", (double) left);
}


void
train_prune_neurons(train_small_t *s, const size_t *left,
    const train_data_t *d, const uint32_t *row, size_t rows)
{
    double        *mean, *score;
    size_t         i, j, units;
    uint8_t       *stay;
    train_rank_t  *rank;

    for (i = 0; i + 1 < s->n; i++) {
        units = s->nodes[i].tensors[MAAS_DENSE_WEIGHT].shape[1];

        if (left[i] >= units) {
            continue;
        }

        mean = train_alloc(units, sizeof(double));
        score = train_alloc(units, sizeof(double));
        stay = train_alloc(units, 1);
        rank = train_alloc(units, sizeof(train_rank_t));
        prune_weigh(s, i, d, row, rows, mean, score);

        for (j = 0; j < units; j++) {
            rank[j] = (train_rank_t) { score[j], j };
        }

        train_rank(rank, units);        /* the most telling first */

        for (j = 0; j < left[i]; j++) {
            stay[rank[j].at] = 1;
        }

        prune_cut(s, i, stay, left[i], mean);
        train_small_shapes(s);
        train_free(mean);
        train_free(score);
        train_free(stay);
        train_free(rank);
    }
}
