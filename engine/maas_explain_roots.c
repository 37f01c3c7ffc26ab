/*
 * Steps that make numbers of the values of a row, some of which may be none or
 * codes: trees and embeddings.  The path from a baseline to a row is straight
 * behind them, so that no slope by a code is ever asked for.
 * Not here: what their numbers add (maas_explain_path_roots.c).
 */

#include "maas_explain.h"
#include "maas_int.h"
#include "kernel/maas_embed.h"
#include "kernel/maas_trees.h"

#include <math.h>
#include <string.h>


int
maas__explain_root(const maas_node_t *n)
{
    return n->in[0] == 0
           && (n->op == &maas__op_trees || n->op == &maas__op_embed);
}


static maas_status_t
roots_trees(maas_path_t *p, maas_path_step_t *s, const maas_node_t *n,
    maas_isa_t isa, maas_arena_t *a, maas_err_t *err)
{
    float          *mean;
    size_t          i, size;
    maas_trees_t    t;
    maas_status_t   rc;

    maas__trees_of(n, &t);

    if (t.transform != MAAS_TRANSFORM_NONE) {
        return maas__fail(err, MAAS_UNSUPPORTED, "no explanations: a layer of "
                          "kind \"trees\" has a transform, and other layers "
                          "behind it or beside it");
    }

    rc = maas__shap_create(&t, isa, a, &s->shap, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    mean = maas__arena_alloc(a, s->width, sizeof(float));
    if (mean == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    for (i = 0; i < s->width; i++) {
        mean[i] = (float) maas__shap_bias(s->shap, i);
    }

    s->mean = mean;
    size = maas__shap_scratch(s->shap);
    p->shap = size > p->shap ? size : p->shap;

    return MAAS_OK;
}


/* What is summed up for the mean of an embedding */

typedef struct {
    const maas_embed_item_t  *item;
    size_t                    n;
    float                    *x;       /* (in) a row, */
    float                    *y;       /*     and its embedding */
    double                   *sum;     /* (units) */
} roots_mean_t;


/* Items of number `at` of a row, which has that value in such a share */

static void
roots_share(const roots_mean_t *m, size_t at, double value, double share)
{
    size_t  i, j, end;

    m->x[at] = (float) value;

    for (i = 0; share > 0 && i < m->n; i++) {
        const maas_embed_item_t  *e = &m->item[i];

        end = e->kind == MAAS_EMBED_COPY ? e->from + e->width : e->from + 1;

        if (e->from > at || at >= end) {
            continue;
        }

        maas__embed_one(e, m->x, m->y);

        if (e->kind == MAAS_EMBED_COPY) {
            m->sum[e->to + at - e->from] += share
                                            * m->y[e->to + at - e->from];
            continue;
        }

        for (j = e->to; j < e->to + e->width; j++) {
            m->sum[j] += share * m->y[j];
        }
    }
}


/* Rows of a bin of numbers are in its middle */

static double
roots_middle(const maas_field_t *f, size_t bin)
{
    double                   low, high;
    const maas_reference_t  *r = &f->reference;

    low = bin > 0 ? r->edges[bin - 1] : f->usual.low;
    high = bin < r->n_edges ? r->edges[bin] : f->usual.high;
    low = isfinite(low) ? low : high;
    high = isfinite(high) ? high : low;

    return low / 2 + high / 2;
}


static double
roots_number(const maas_field_t *f, size_t bin)
{
    if (f->kind == MAAS_FIELD_BOOLEAN) {
        return (double) bin;
    }

    return f->reference.n_edges > 0 ? roots_middle(f, bin)
           : isfinite(f->usual.mean) ? f->usual.mean : 0;
}


/* Values of a column as training had them: a code each, those not listed all
 * alike; what is unknown or missing is NaN */

static void
roots_column(const roots_mean_t *m, const maas_column_t *c,
    const maas_field_t *f)
{
    size_t                   i, k, rest;
    double                   rows;
    const maas_reference_t  *r = &f->reference;

    rows = 0;

    for (i = 0; i < r->n; i++) {
        rows += r->counts[i];
    }

    rest = c->codes && c->n_values > r->listed ? c->n_values - r->listed : 0;

    for (i = 0; i < r->n; i++) {
        if (i == r->missing || (c->codes && i == r->unknown)) {
            roots_share(m, c->at, (double) NAN, r->counts[i] / rows);

        } else if (!c->codes) {
            roots_share(m, c->at, roots_number(f, i), r->counts[i] / rows);

        } else if (i < r->listed) {
            roots_share(m, c->at, (double) i, r->counts[i] / rows);

        } else {
            for (k = 0; k < rest; k++) {
                roots_share(m, c->at, (double) (r->listed + k),
                            r->counts[i] / rows / (double) rest);
            }
        }
    }
}


/* Is it known how the values of its only slot were spread? */

static int
roots_spread(const maas_model_t *model, size_t i)
{
    size_t                   j;
    const maas_column_t     *c = &model->fields.columns[i];
    const maas_reference_t  *r = &model->fields.info[i].reference;

    if (c->width != 1 || model->n_scales != 0
        || !(c->codes || maas__field_is_number(c)))
    {
        return 0;
    }

    for (j = 0; j < r->n && !(r->counts[j] > 0); j++) {
        /* void */
    }

    return j < r->n;
}


/* The mean embedding of training, as the file's reference tells; other numbers
 * are those of the row `usual` */

static maas_status_t
roots_embed(const maas_model_t *model, maas_path_step_t *s,
    const float *usual, maas_arena_t *a)
{
    float          *mean;
    size_t          i, j, in;
    roots_mean_t    m;

    in = model->info.in;
    m.item = maas__embed_of(&s->step, &m.n);
    m.x = maas__arena_alloc(a, in, sizeof(float));
    m.y = maas__arena_alloc(a, s->width, sizeof(float));
    m.sum = maas__arena_alloc(a, s->width, sizeof(double));
    mean = maas__arena_alloc(a, s->width, sizeof(float));

    if (m.x == NULL || m.y == NULL || m.sum == NULL || mean == NULL) {
        return MAAS_NOMEM;
    }

    memcpy(m.x, usual, in * sizeof(float));

    for (i = 0; i < model->fields.n; i++) {
        if (roots_spread(model, i)) {
            roots_column(&m, &model->fields.columns[i],
                         &model->fields.info[i]);
            continue;
        }

        for (j = 0; j < model->fields.columns[i].width; j++) {
            roots_share(&m, model->fields.columns[i].at + j,
                (double) usual[model->fields.columns[i].at + j], 1);
        }
    }

    for (i = 0; i < s->width; i++) {
        mean[i] = (float) m.sum[i];
    }

    s->mean = mean;

    return MAAS_OK;
}


maas_status_t
maas__roots_create(maas_path_t *p, const maas_desc_t *d, maas_isa_t isa,
    maas_arena_t *a, maas_err_t *err)
{
    size_t             i;
    maas_status_t      rc;
    maas_path_step_t  *s;

    p->exact = p->straight;

    for (i = 0; i < p->n_steps; i++) {
        s = &p->steps[i];
        p->exact &= !s->first || s->step.node.op == &maas__op_trees;

        if (!s->root || s->step.node.op != &maas__op_trees) {
            continue;
        }

        rc = roots_trees(p, s, &d->nodes[i], isa, a, err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}


maas_status_t
maas__roots_means(maas_path_t *p, const float *usual, maas_arena_t *a)
{
    size_t             i;
    maas_path_step_t  *s;

    p->usual = usual;

    for (i = 0; i < p->n_steps && p->model->fields.n > 0; i++) {
        s = &p->steps[i];

        if (s->root && s->step.node.op == &maas__op_embed
            && roots_embed(p->model, s, usual, a) != MAAS_OK)
        {
            return MAAS_NOMEM;
        }
    }

    return MAAS_OK;
}
