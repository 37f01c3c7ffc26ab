/*
 * Layers -> steps: what runs each, and its weights, packed, in shared pages.
 * Not here: where values stand (maas_plan_places.c).
 */

#include "maas_int.h"
#include "maas_plan.h"


maas_status_t
maas__plan_steps(maas_model_t *m, const maas_desc_t *d, maas_isa_t isa)
{
    size_t             i;
    maas_step_t       *step;
    const maas_op_t   *op;

    m->n_steps = d->n_nodes;
    m->steps = maas__arena_alloc(m->arena, d->n_nodes, sizeof(maas_planned_t));
    if (m->steps == NULL) {
        return MAAS_NOMEM;
    }

    for (i = 0; i < d->n_nodes; i++) {
        op = d->nodes[i].op;
        step = &m->steps[i].step;
        step->node = d->nodes[i];
        m->steps[i].width = maas__shape_numbers(&step->node.shape);

        if (op->kernel != NULL) {
            step->kernel = op->kernel(&step->node, isa);
            if (step->kernel == NULL) {
                return MAAS_UNSUPPORTED;
            }
        }
    }

    return MAAS_OK;
}


/* Bytes of a step's weights in the shared pages; 0 on overflow */

static size_t
maas_plan_size(const maas_step_t *step)
{
    size_t  n;

    n = step->node.op->size(step);

    return n > SIZE_MAX - MAAS_ALIGN
           ? 0 : (n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
}


maas_status_t
maas__plan_weights(maas_model_t *m)
{
    char         *p;
    size_t        i, j, n, total;
    maas_step_t  *step;

    total = MAAS_ALIGN;

    for (i = 0; i < m->n_steps; i++) {
        step = &m->steps[i].step;

        if (step->node.op->size == NULL) {
            continue;
        }

        n = maas_plan_size(step);
        if (n == 0 || maas__add(total, n, &total) != MAAS_OK) {
            return MAAS_TOOBIG;
        }
    }

    p = maas__pages_map(total);
    if (p == NULL) {
        return MAAS_NOMEM;
    }

    m->pages = p;
    m->pages_size = total;
    m->info.weights_size = total;

    for (i = 0; i < m->n_steps; i++) {
        step = &m->steps[i].step;

        if (step->node.op->size != NULL) {
            step->node.op->pack(step, p);
            step->packed = p;
            p += maas_plan_size(step);
        }

        /* the description may go */

        step->node.name = NULL;
        for (j = 0; j < step->node.op->n_tensors; j++) {
            step->node.tensors[j].data = NULL;
        }
    }

    return maas__pages_seal(m->pages, total) == 0 ? MAAS_OK : MAAS_NOMEM;
}
