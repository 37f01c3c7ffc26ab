/*
 * Memory of a member of a team for batches on their way through a network,
 * and the decision which layers are split.  No arithmetic here.
 */

#include <string.h>

#include "kernel.h"
#include "op.h"


#define WORK_SPLIT  1000000     /* multiplications that are worth a wait */
#define WORK_WIDE   256         /* columns from which strips are kept whole */
#define WORK_OWNED  14          /* arrays of a layer at most, and one */


static int
work_heavy(const train_layer_t *l, size_t rows, size_t n)
{
    return !l->op->whole && rows * l->rows * l->ld >= WORK_SPLIT
           && l->ld / n >= TRAIN_PAD;
}


/* Alike are a hidden layer's, and what adds each other's outputs */

static unsigned *
work_split(const train_net_t *net, size_t rows, size_t n)
{
    int                   again;
    size_t                i, k, alike[2];
    unsigned             *split;
    const train_layer_t  *l;

    split = train_alloc(net->n_layers, sizeof(unsigned));

    for (i = 0; i < net->n_layers; i++) {
        split[i] = n > 1 && work_heavy(&net->layers[i], rows, n);
    }

    do {
        again = 0;

        for (i = 1; i < net->n_layers; i++) {
            l = &net->layers[i];
            alike[0] = (l->hidden == l[-1].hidden) ? i - 1 : i;
            alike[1] = (l->other > 0) ? l->other - 1 : i;

            for (k = 0; k < 2; k++) {
                if (split[i] != split[alike[k]]) {
                    split[i] = split[alike[k]] = 1;
                    again = 1;
                }
            }
        }

    } while (again);

    return split;
}


size_t
train_work_members(const train_net_t *net, size_t rows, size_t n)
{
    size_t     i, most;
    unsigned  *split;

    for (most = 1; n > most; n--) {
        split = work_split(net, rows, n);

        for (i = 0; i < net->n_layers; i++) {
            most = split[i] ? n : most;
        }

        train_free(split);
    }

    return most;
}


/* Room of the member's own, NULL for none; train_work_free() walks the list */

static void *
work_room(train_work_t *w, size_t n, size_t size)
{
    return n ? (w->owned[w->n_owned++] = train_alloc(n, size)) : NULL;
}


static float *
work_floats(train_work_t *w, size_t n)
{
    return work_room(w, n, sizeof(float));
}


/* Room for a batch: output, gradient and what the kind keeps */

static void
work_rows(train_work_t *w, size_t i)
{
    int                   in_place;
    size_t                n;
    train_share_t        *p;
    const train_op_t     *op;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    op = l->op;
    p = &w->part[i];
    n = w->max_rows * l->ld;
    in_place = !op->new_out && !l[-1].fed
               && !(w->training && (l->reads_in || l[-1].reads_out));
    p->a = in_place ? p[-1].a : work_floats(w, n);

    p->stats = work_floats(w, op->stats * (w->max_rows > l->ld ? w->max_rows
                                                               : l->ld));

    if (w->training) {
        p->g = op->new_grad ? work_floats(w, n) : p[-1].g;
        p->keep = work_floats(w, op->keeps ? n : 0);
    }
}


/* Parameters and what has their shape: the network's own, or a copy, of which
 * no average is kept */

static void
work_numbers(train_work_t *w, size_t i, float *ema)
{
    size_t                k;
    float                *all[] = { w->net->params, w->optim.m, w->optim.v,
                                    w->id > 0 ? NULL : ema };
    const train_layer_t  *l;

    l = &w->net->layers[i];

    for (k = 0; k < TRAIN_N_ARRAYS; k++) {
        if (all[k] != NULL) {
            w->part[i].all[k] = (w->id > 0) ? work_floats(w, l->size)
                                             : all[k] + l->at;
        }
    }
}


/* Where a step can follow the product, no gradient of weights is in memory */

static void
work_gradients(train_work_t *w, size_t i)
{
    size_t                rows;
    train_share_t        *p;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    p = &w->part[i];
    p->spends = l->op->spends && w->optim.kind >= TRAIN_OPT_ADAM
                && w->optim.clip_norm == 0 && w->optim.row_clip == 0
                && train_product_fuses(w->max_rows);
    rows = p->spends ? 0 : l->rows;
    p->grad = work_floats(w, (rows + l->vectors) * l->ld);
    p->small = p->grad + rows * l->ld;
}


/* Own columns of the first layer's weights apart: nobody else reads them */

static void
work_panel(train_work_t *w, size_t i)
{
    size_t                k;
    train_share_t        *p;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    p = &w->part[i];
    p->panel = (p->split && i == 0);
    p->ldw = p->panel ? p->to - p->from : l->ld;

    for (k = 0; k < TRAIN_N_ARRAYS; k++) {
        if (p->all[k] != NULL) {
            p->own[k] = p->panel ? work_floats(w, l->rows * p->ldw)
                                 : p->all[k] + p->from;
        }
    }
}


static void
work_columns(train_share_t *p, const train_layer_t *l, size_t id,
    size_t n)
{
    size_t  unit, parts;

    if (!p->split) {
        p->from = 0;
        p->to = l->ld;
        return;
    }

    unit = (l->ld >= WORK_WIDE * n) ? 64 : TRAIN_PAD;
    parts = (l->ld + unit - 1) / unit;
    p->from = parts * id / n * unit;
    p->to = parts * (id + 1) / n * unit;
    p->to = (p->to < l->ld) ? p->to : l->ld;
}


/* first: member 0, whose numbers the split layers share */

static void
work_create(train_work_t *w, const train_work_t *first, float *ema)
{
    size_t                i, n;
    unsigned             *split;
    train_share_t        *p;
    const train_layer_t  *l;

    n = w->net->n_layers;
    w->part = train_alloc(n, sizeof(train_share_t));
    w->owned = train_alloc(n * WORK_OWNED, sizeof(void *));
    split = work_split(w->net, w->max_rows, w->n);

    for (i = 0; i < n; i++) {
        l = &w->net->layers[i];
        p = &w->part[i];

        if (split[i] && w->id > 0) {
            *p = first->part[i];

        } else {
            p->split = split[i];
            work_rows(w, i);
            work_numbers(w, i, ema);

            if (w->training && l->size > 0) {
                work_gradients(w, i);
            }
        }

        work_columns(p, l, w->id, w->n);
        work_panel(w, i);
    }

    w->losses = (split[n - 1] && w->id > 0)
                ? first->losses : work_room(w, w->max_rows, sizeof(double));
    train_free(split);

    if (w->training && w->optim.row_clip > 0) {
        w->factor = (w->id > 0) ? first->factor
                    : work_room(w, w->max_rows, sizeof(double));
        w->noise = (w->id > 0) ? first->noise : work_floats(w, w->net->n);
    }
}


/* Panels are (rows,ldw), what all see has stride ld */

void
train_work_move(train_work_t *w, int publish)
{
    size_t                i, k, size;
    float                *mine, *all;
    const train_layer_t  *l;
    const train_share_t  *p;

    l = &w->net->layers[0];
    p = &w->part[0];
    size = p->ldw * sizeof(float);

    for (k = 0; p->panel && k < TRAIN_N_ARRAYS; k++) {
        for (i = 0; p->own[k] != NULL && i < l->rows; i++) {
            mine = p->own[k] + i * p->ldw;
            all = p->all[k] + i * l->ld + p->from;
            (void) memcpy(publish ? all : mine, publish ? mine : all, size);
        }
    }
}


/* The others' copies become what the network and its optimiser are */

static void
work_copy(train_work_t *w, size_t n)
{
    size_t          i, j, k;
    train_share_t  *p;

    for (i = 0; i < n; i++) {
        train_work_move(&w[i], 0);

        for (j = 0; i > 0 && j < w->net->n_layers; j++) {
            p = &w[i].part[j];

            for (k = 0; !p->split && k < TRAIN_N_ARRAYS; k++) {
                if (p->all[k] != NULL) {
                    (void) memcpy(p->all[k], w[0].part[j].all[k],
                                  w->net->layers[j].size * sizeof(float));
                }
            }
        }
    }
}


void
train_work_create(train_work_t *w, size_t n, train_team_t *team,
    const train_net_t *net, const train_optim_t *o, float *ema, size_t max_rows,
    int training)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        w[i] = (train_work_t) {
            .net = net, .team = (n > 1) ? team : NULL, .id = i, .n = n,
            .max_rows = max_rows, .training = (unsigned) training
        };

        if (o != NULL) {
            w[i].optim = *o;
        }

        work_create(&w[i], &w[0], ema);
    }

    work_copy(w, n);
}


void
train_work_free(train_work_t *w, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        while (w[i].n_owned > 0) {
            train_free(w[i].owned[--w[i].n_owned]);
        }

        train_free(w[i].owned);
        train_free(w[i].part);
        train_pack_free(&w[i].pack);
        train_columns_free(&w[i].columns);
    }

    (void) memset(w, 0, n * sizeof(train_work_t));
}
