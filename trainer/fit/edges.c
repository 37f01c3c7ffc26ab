/*
 * What pictures are made of, known before any is seen: edges in eight
 * directions at many places, and how many there are in each region.  Noise for
 * privacy then falls on few weights instead of one set for each pixel.
 *
 * A network learns from numbers of the regions; in the model file the edges
 * are a first layer, and regions are part of the weights of the second.
 * Not here: who wants that (dp.c).
 */

#include <math.h>
#include <string.h>

#include "edges.h"
#include "net/kernel.h"


#define EDGES_SIDE     16           /* places in each direction, */
#define EDGES_TURNS    8            /*     directions of an edge at each */
#define EDGES_REGIONS  7            /* in each direction */
#define EDGES_FIRST    (EDGES_SIDE * EDGES_SIDE * EDGES_TURNS)
#define EDGES_ALL      (EDGES_REGIONS * EDGES_REGIONS * EDGES_TURNS)

#define EDGES_FRAME    (1 / 7.0)    /* of a side has no places */
#define EDGES_WIDTH    (0.92 / 28)  /* deviation of an edge's window */
#define EDGES_REGION   0.6          /* the same of a region, by its distance */
#define EDGES_GAIN     4.5          /* digits are about 6 long then */
#define EDGES_ROWS     256          /* at a time */


size_t
train_edges_count(const train_data_t *d)
{
    return (d->input == MAAS_INPUT_TENSOR && d->rank == 2 && d->bytes != NULL
            && d->shape[0] >= EDGES_SIDE && d->shape[1] >= EDGES_SIDE)
           ? EDGES_ALL : 0;
}


static double
edges_place(size_t i, size_t side)
{
    return (double) side * EDGES_FRAME
           + (double) i / (EDGES_SIDE - 1)
             * ((double) (side - 1) - 2 * (double) side * EDGES_FRAME);
}


/* w(in,EDGES_FIRST): a step across the middle of a window, of weight 1 */

static void
edges_filter(const train_data_t *d, size_t at, float *w)
{
    double  y, x, cy, cx, turn, s, sum, v;
    size_t  i, j, pass;

    cy = edges_place(at / EDGES_TURNS / EDGES_SIDE, d->shape[0]);
    cx = edges_place(at / EDGES_TURNS % EDGES_SIDE, d->shape[1]);
    turn = 2 * M_PI * (double) (at % EDGES_TURNS) / EDGES_TURNS;
    sum = 0;

    for (pass = 0; pass < 2; pass++) {
        for (i = 0; i < d->shape[0]; i++) {
            for (j = 0; j < d->shape[1]; j++) {
                s = EDGES_WIDTH * (double) d->shape[0];
                y = ((double) i - cy) / s;
                s = EDGES_WIDTH * (double) d->shape[1];
                x = ((double) j - cx) / s;
                v = (x * cos(turn) + y * sin(turn))
                    * exp(-(x * x + y * y) / 2);
                sum += (pass == 0) ? fabs(v) : 0;

                if (pass == 1) {
                    w[(i * d->shape[1] + j) * EDGES_FIRST + at] = (float)
                                                                  (v / sum);
                }
            }
        }
    }
}


/* p(EDGES_SIDE,EDGES_REGIONS): share of a place in a region, in one
 * direction */

static void
edges_regions(double *p)
{
    double  step, x, sum;
    size_t  i, k;

    step = (EDGES_SIDE - 1) / (double) (EDGES_REGIONS - 1);

    for (k = 0; k < EDGES_REGIONS; k++) {
        sum = 0;

        for (i = 0; i < EDGES_SIDE; i++) {
            x = ((double) i - step * (double) k) / (EDGES_REGION * step);
            p[i * EDGES_REGIONS + k] = exp(-x * x / 2);
            sum += p[i * EDGES_REGIONS + k];
        }

        for (i = 0; i < EDGES_SIDE; i++) {
            p[i * EDGES_REGIONS + k] /= sum;
        }
    }
}


void
train_edges_create(train_edges_t *e, const train_data_t *d)
{
    double  p[EDGES_SIDE * EDGES_REGIONS];
    size_t  i, k, y, x;

    e->in = d->in;
    e->n_first = EDGES_FIRST;
    e->n = EDGES_ALL;
    e->first = train_alloc(e->in * e->n_first, sizeof(float));
    e->ld = train_pad(e->n);
    e->regions = train_alloc(e->n_first * e->ld, sizeof(float));

    for (i = 0; i < e->n_first; i++) {
        edges_filter(d, i, e->first);
    }

    edges_regions(p);

    for (i = 0; i < e->n_first; i++) {
        y = i / EDGES_TURNS / EDGES_SIDE;
        x = i / EDGES_TURNS % EDGES_SIDE;

        for (k = i % EDGES_TURNS; k < e->n; k += EDGES_TURNS) {
            e->regions[i * e->ld + k] = (float)
                (EDGES_GAIN
                 * p[y * EDGES_REGIONS + k / EDGES_TURNS / EDGES_REGIONS]
                 * p[x * EDGES_REGIONS + k / EDGES_TURNS % EDGES_REGIONS]);
        }
    }
}


void
train_edges_free(train_edges_t *e)
{
    train_free(e->first);
    train_free(e->regions);
    (void) memset(e, 0, sizeof(train_edges_t));
}


/* c(rows,n) = a(rows,k) b(k,n), relu if asked */

static void
edges_product(const float *a, size_t rows, size_t k, const float *b, size_t n,
    int relu, float *c, train_pack_t *room)
{
    train_product_t  q = { 0 };

    q.rows = rows;
    q.k = k;
    q.n = n;
    q.a = a;
    q.ai = k;
    q.as = 1;
    q.b = b;
    q.ldb = n;
    q.relu = relu;
    q.c = c;
    q.ldc = n;
    train_product(&q, room);
}


void
train_edges_data(const train_edges_t *e, const train_data_t *d,
    train_data_t *to)
{
    float         *x, *h, *y;
    size_t         i, j, n;
    train_pack_t   room = { 0 };

    *to = *d;
    to->rank = 1;
    to->shape[0] = e->n;
    to->in = e->n;
    to->bytes = NULL;
    to->numbers = train_alloc(d->rows * e->n, sizeof(float));
    x = train_alloc(EDGES_ROWS * e->in, sizeof(float));
    h = train_alloc(EDGES_ROWS * e->n_first, sizeof(float));
    y = train_alloc(EDGES_ROWS * e->ld, sizeof(float));

    for (i = 0; i < d->rows; i += n) {
        n = (d->rows - i < EDGES_ROWS) ? d->rows - i : EDGES_ROWS;

        for (j = 0; j < n * e->in; j++) {
            x[j] = (float) d->bytes[i * e->in + j] / 255;
        }

        edges_product(x, n, e->in, e->first, e->n_first, 1, h, &room);
        edges_product(h, n, e->n_first, e->regions, e->ld, 0, y, &room);

        for (j = 0; j < n; j++) {
            (void) memcpy(to->numbers + (i + j) * e->n, y + j * e->ld,
                          e->n * sizeof(float));
        }
    }

    train_pack_free(&room);
    train_free(x);
    train_free(h);
    train_free(y);
}


/* Rows of weights of the layer that saw regions, for what sees edges */

static void
edges_weights(const train_edges_t *e, const train_layer_t *l, const float *w,
    float *to)
{
    float   share;
    size_t  i, k, j;

    for (i = 0; i < e->n_first; i++) {
        for (k = 0; k < e->n; k++) {
            share = e->regions[i * e->ld + k];

            for (j = 0; share != 0 && j < l->units; j++) {
                to[i * l->ld + j] += share * w[k * l->ld + j];
            }
        }
    }
}


void
train_edges_net(const train_edges_t *e, train_net_t *net, maas_task_t task,
    const char *spec)
{
    char                 *all, why[TRAIN_WHY];
    float                *to;
    size_t                i, j;
    train_net_t           more;
    const train_layer_t  *l, *k;

    all = train_format("%d:relu%s%s", EDGES_FIRST, *spec != '\0' ? "," : "",
                       spec);

    if (train_net_create(&more, e->in, net->out, task, all, why) != 0) {
        train_die("--dp-features edges: %s", why);
    }

    train_free(all);
    l = &more.layers[0];

    for (i = 0; i < e->in; i++) {
        for (j = 0; j < e->n_first; j++) {
            more.params[l->at + i * l->ld + j] = e->first[i * e->n_first + j];
        }
    }

    edges_weights(e, &net->layers[0], net->params + net->layers[0].at,
                  more.params + more.layers[2].at);

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        k = &more.layers[i + 2];
        to = train_vector(k, more.params + k->at, 0);

        if (i > 0) {
            to = more.params + k->at;
        }

        (void) memcpy(to, i > 0 ? net->params + l->at
                      : train_vector(l, net->params + l->at, 0),
                      (l->size - (i > 0 ? 0 : l->rows * l->ld))
                      * sizeof(float));
    }

    train_net_free(net);
    *net = more;
}
