/*
 * Steps that make numbers of the values of a row, some of which may be none or
 * codes: trees and embeddings.  The path from a baseline to a row is straight
 * behind them, so that no slope by a code is ever asked for.
 * Not here: what their numbers add (maas_explain_path_roots.c), the mean of
 * embeddings (maas_explain_mean.c).
 */

#include "maas_explain.h"
#include "maas_int.h"
#include "kernel/maas_trees.h"

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
            && (s->mean = maas__explain_mean(p->model, &s->step, usual, a))
               == NULL)
        {
            return MAAS_NOMEM;
        }
    }

    return MAAS_OK;
}
