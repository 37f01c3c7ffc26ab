/*
 * Memory of a member of a team for batches on their way through a network,
 * and the decision which layers are split.  No arithmetic here.
 */

#include <string.h>

#include "kernel.h"
#include "op.h"


#define WORK_SPLIT  1000000     /* multiplications that are worth a wait */
#define WORK_WIDE   256         /* columns from which strips are kept whole */


static int
work_heavy(const train_layer_t *l, size_t rows, size_t n)
{
    return rows * l->rows * l->ld >= WORK_SPLIT && l->ld / n >= TRAIN_PAD;
}


/* Layers a and b are split alike; was one of them not? */

static int
work_alike(unsigned *split, size_t a, size_t b)
{
    if (split[a] == split[b]) {
        return 0;
    }

    split[a] = 1;
    split[b] = 1;

    return 1;
}


/* Alike are a hidden layer's, and what adds each other's outputs */

static unsigned *
work_split(const train_net_t *net, size_t rows, size_t n)
{
    int                   again;
    size_t                i;
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

            if (l->hidden == l[-1].hidden) {
                again |= work_alike(split, i, i - 1);
            }

            if (l->other > 0) {
                again |= work_alike(split, i, l->other - 1);
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


/* Room for a batch: output, gradient and what the kind keeps */

static void
work_rows(train_work_t *w, size_t i)
{
    int                   in_place;
    size_t                n, stats;
    train_share_t        *p;
    const train_op_t     *op;
    const train_layer_t  *l;

    l = &w->net->layers[i];
    op = l->op;
    p = &w->part[i];
    n = w->max_rows * l->ld;
    in_place = !op->new_out && !l[-1].fed
               && !(w->training && (l->reads_in || l[-1].reads_out));
    p->a = in_place ? p[-1].a : train_alloc(n, sizeof(float));

    stats = op->stats * (w->max_rows > l->ld ? w->max_rows : l->ld);
    p->stats = stats ? train_alloc(stats, sizeof(float)) : NULL;

    if (w->training) {
        p->g = op->new_grad ? train_alloc(n, sizeof(float)) : p[-1].g;
        p->keep = op->keeps ? train_alloc(n, sizeof(float)) : NULL;
    }
}


/* Can the step follow the product, without a gradient in memory? */

static int
work_spends(const train_optim_t *o, size_t rows)
{
    return o != NULL && o->kind >= TRAIN_OPT_ADAM && o->clip_norm == 0
           && train_product_fuses(rows);
}


/* Parameters and what has their shape: the network's own, or a copy */

static void
work_numbers(train_work_t *w, size_t i, float *ema, int own)
{
    const train_layer_t  *l;
    train_share_t        *p;

    l = &w->net->layers[i];
    p = &w->part[i];

    if (own) {
        p->p = train_alloc(l->size, sizeof(float));
        p->m = w->optim.m ? train_alloc(l->size, sizeof(float)) : NULL;
        p->v = w->optim.v ? train_alloc(l->size, sizeof(float)) : NULL;
        return;
    }

    p->p = w->net->params + l->at;
    p->m = w->optim.m ? w->optim.m + l->at : NULL;
    p->v = w->optim.v ? w->optim.v + l->at : NULL;
    p->ema = ema ? ema + l->at : NULL;
}


static void
work_gradients(train_share_t *p, const train_layer_t *l, int spends)
{
    size_t  rows;

    p->spends = spends && l->op->spends;
    rows = p->spends ? 0 : l->rows;
    p->grad = train_alloc((rows + l->vectors) * l->ld, sizeof(float));
    p->small = p->grad + rows * l->ld;
}


/* Own columns of the first layer's weights apart: nobody else reads them */

static void
work_panel(train_work_t *w, size_t i)
{
    size_t                n;
    const train_layer_t  *l;
    train_share_t        *p;

    l = &w->net->layers[i];
    p = &w->part[i];
    p->panel = (p->split && i == 0);

    if (!p->panel) {
        p->ldw = l->ld;
        p->w = p->p + p->from;
        p->wm = p->m ? p->m + p->from : NULL;
        p->wv = p->v ? p->v + p->from : NULL;
        p->wema = p->ema ? p->ema + p->from : NULL;
        return;
    }

    p->ldw = p->to - p->from;
    n = l->rows * p->ldw;
    p->w = train_alloc(n, sizeof(float));
    p->wm = p->m ? train_alloc(n, sizeof(float)) : NULL;
    p->wv = p->v ? train_alloc(n, sizeof(float)) : NULL;
    p->wema = p->ema ? train_alloc(n, sizeof(float)) : NULL;
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


/* Member `id`; first: member 0, whose numbers the split layers share */

static void
work_create(train_work_t *w, const train_work_t *first, size_t id, size_t n,
    const train_net_t *net, const train_optim_t *o, float *ema, size_t rows,
    int training)
{
    size_t         i;
    unsigned      *split;
    train_share_t  *p;

    (void) memset(w, 0, sizeof(train_work_t));
    w->net = net;
    w->id = id;
    w->n = n;
    w->max_rows = rows;
    w->training = training;
    w->part = train_alloc(net->n_layers, sizeof(train_share_t));

    if (o != NULL) {
        w->optim = *o;
    }

    split = work_split(net, rows, n);

    for (i = 0; i < net->n_layers; i++) {
        p = &w->part[i];

        if (split[i] && id > 0) {
            *p = first->part[i];

        } else {
            p->split = split[i];
            work_rows(w, i);
            work_numbers(w, i, ema, id > 0);

            if (training) {
                work_gradients(p, &net->layers[i], work_spends(o, rows));
            }
        }

        work_columns(p, &net->layers[i], id, n);
        work_panel(w, i);
    }

    w->losses = (id > 0 && split[net->n_layers - 1])
                ? first->losses : train_alloc(rows, sizeof(double));
    train_free(split);
}


void
train_work_create(train_work_t *w, const train_net_t *net,
    const train_optim_t *o, size_t max_rows, int training)
{
    work_create(w, NULL, 0, 1, net, o, NULL, max_rows, training);
}


void
train_work_team(train_work_t *w, size_t n, train_team_t *team,
    const train_net_t *net, const train_optim_t *o, float *ema,
    size_t max_rows)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        work_create(&w[i], &w[0], i, n, net, o, ema, max_rows, 1);
        w[i].team = (n > 1) ? team : NULL;
    }

    train_work_copy(w, n);
}


/* Between a panel (rows,n) and columns of a matrix with stride ld */

static void
work_move(float *panel, float *shared, const train_layer_t *l,
    const train_share_t *p, int publish)
{
    size_t  i, size;
    float  *mine, *all;

    size = p->ldw * sizeof(float);

    for (i = 0; panel != NULL && i < l->rows; i++) {
        mine = panel + i * p->ldw;
        all = shared + i * l->ld + p->from;
        (void) memcpy(publish ? all : mine, publish ? mine : all, size);
    }
}


static void
work_move_panels(train_work_t *w, int publish)
{
    const train_layer_t  *l;
    train_share_t        *p;

    l = &w->net->layers[0];
    p = &w->part[0];

    if (p->panel) {
        work_move(p->w, p->p, l, p, publish);
        work_move(p->wm, p->m, l, p, publish);
        work_move(p->wv, p->v, l, p, publish);
        work_move(p->wema, p->ema, l, p, publish);
    }
}


void
train_work_publish(train_work_t *w)
{
    work_move_panels(w, 1);
}


/* The others' copies become what the network and its optimiser are */

void
train_work_copy(train_work_t *w, size_t n)
{
    size_t         i, j, size;
    train_share_t  *p, *first;

    for (i = 0; i < n; i++) {
        work_move_panels(&w[i], 0);

        for (j = 0; i > 0 && j < w->net->n_layers; j++) {
            p = &w[i].part[j];
            first = &w[0].part[j];
            size = w->net->layers[j].size * sizeof(float);

            if (p->split) {
                continue;
            }

            (void) memcpy(p->p, first->p, size);

            if (p->m != NULL) {
                (void) memcpy(p->m, first->m, size);
            }

            if (p->v != NULL) {
                (void) memcpy(p->v, first->v, size);
            }
        }
    }
}


static void
work_free_part(train_work_t *w, size_t i)
{
    train_share_t  *p;

    p = &w->part[i];

    if (p->panel) {
        train_free(p->w);
        train_free(p->wm);
        train_free(p->wv);
        train_free(p->wema);
    }

    if (w->id > 0 && p->split) {
        return;                         /* member 0's */
    }

    if (i == 0 || p->a != p[-1].a) {
        train_free(p->a);
    }

    if (i == 0 || p->g != p[-1].g) {
        train_free(p->g);
    }

    train_free(p->keep);
    train_free(p->stats);
    train_free(p->grad);

    if (w->id > 0) {
        train_free(p->p);
        train_free(p->m);
        train_free(p->v);
    }
}


void
train_work_free(train_work_t *w, size_t n)
{
    size_t  i, j, last;

    last = w->net->n_layers - 1;

    for (i = n; i-- > 0; /* void */ ) {
        if (i == 0 || !w[i].part[last].split) {
            train_free(w[i].losses);
        }

        for (j = last + 1; j-- > 0; /* void */ ) {
            work_free_part(&w[i], j);
        }

        train_free(w[i].part);
        train_pack_free(&w[i].pack);
        train_columns_free(&w[i].columns);
    }

    (void) memset(w, 0, n * sizeof(train_work_t));
}
