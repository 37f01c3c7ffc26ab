/*
 * Where values stand while a plan runs: the layout of the workspace.
 * Not here: how much of it there is (maas_run.c).
 */

#include "maas_int.h"
#include "maas_plan.h"


/*
 * Slots are matrices that values share one after the other: a value takes a
 * slot that no later step reads, else a new one.  What is part of the answer
 * goes to y.
 */

typedef struct {
    size_t               row;          /* bytes */
    size_t               offset;
    size_t               busy_until;
} maas_slot_t;

typedef struct {
    const maas_shape_t  *shape;
    const maas_output_t *output;       /* NULL: it is no part of the answer */
    size_t               last;         /* when it is read last */
    maas_base_t          base;
    size_t               slot;         /* of the workspace */
} maas_value_t;

typedef struct {
    size_t               n_slots;
    maas_slot_t         *slots;
    maas_value_t        *values;       /* of the input, then of each node */
} maas_layout_t;


/* Whole cache lines, and one more so that rows are never a multiple of 4 KB
 * apart, which would make them share cache sets */

static size_t
maas_layout_row(const maas_shape_t *shape)
{
    size_t  n;

    n = maas__shape_numbers(shape) * maas__dtypes[shape->dtype].bits / 8;

    return ((n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1)) + MAAS_ALIGN;
}


static void
maas_layout_slot(maas_layout_t *l, size_t now, maas_value_t *v)
{
    size_t        s, best, row;
    maas_slot_t  *slots;

    slots = l->slots;
    best = l->n_slots;

    for (s = 0; s < l->n_slots; s++) {
        if (slots[s].busy_until < now
            && (best == l->n_slots || slots[s].row > slots[best].row))
        {
            best = s;
        }
    }

    if (best == l->n_slots) {
        l->n_slots++;
    }

    row = maas_layout_row(v->shape);
    if (slots[best].row < row) {
        slots[best].row = row;
    }

    slots[best].busy_until = v->last;
    v->base = MAAS_PLACE_WS;
    v->slot = best;
}


/* Time 0: preprocessing; time i + 1: step i */

static void
maas_layout_values(maas_layout_t *l, const maas_model_t *m,
    const maas_desc_t *d)
{
    size_t         i, j;
    maas_value_t  *v;

    v = l->values;
    v[0].shape = &d->shape;

    for (i = 0; i < d->n_nodes; i++) {
        v[i + 1].shape = &d->nodes[i].shape;

        for (j = 0; j < d->nodes[i].n_in; j++) {
            v[d->nodes[i].in[j]].last = i + 1;
        }
    }

    for (i = 0; i < d->n_outputs; i++) {
        v[d->outputs[i].from].output = &d->outputs[i];
    }

    for (i = 0; i <= d->n_nodes; i++) {
        if (v[i].output != NULL) {
            v[i].base = MAAS_PLACE_Y;

        } else if (i == 0 && m->n_scales == 0) {
            v[i].base = MAAS_PLACE_X;

        } else {
            maas_layout_slot(l, i, &v[i]);
        }
    }
}


static maas_place_t
maas_layout_place(const maas_layout_t *l, const maas_model_t *m, size_t value)
{
    maas_place_t         p;
    const maas_slot_t   *slot;
    const maas_value_t  *v;

    v = &l->values[value];
    p.base = v->base;

    switch (v->base) {

    case MAAS_PLACE_X:
        p.at = 0;
        p.ld = m->info.in;
        break;

    case MAAS_PLACE_Y:
        p.at = v->output->at;
        p.ld = m->info.out;
        break;

    default:
        slot = &l->slots[v->slot];
        p.at = slot->offset;
        p.ld = slot->row / (maas__dtypes[v->shape->dtype].bits / 8);
    }

    return p;
}


maas_status_t
maas__plan_places(maas_model_t *m, const maas_desc_t *d)
{
    size_t         i, j;
    maas_layout_t  l;

    l.n_slots = 0;
    l.slots = maas__arena_alloc(m->arena, d->n_nodes + 1, sizeof(maas_slot_t));
    l.values = maas__arena_alloc(m->arena, d->n_nodes + 1,
                                 sizeof(maas_value_t));
    if (l.slots == NULL || l.values == NULL) {
        return MAAS_NOMEM;
    }

    maas_layout_values(&l, m, d);

    for (i = 0; i < l.n_slots; i++) {
        l.slots[i].offset = m->row_size;
        m->row_size += l.slots[i].row;
    }

    m->input = maas_layout_place(&l, m, 0);

    for (i = 0; i < d->n_nodes; i++) {
        m->steps[i].out = maas_layout_place(&l, m, i + 1);

        for (j = 0; j < d->nodes[i].n_in; j++) {
            m->steps[i].in[j] = maas_layout_place(&l, m, d->nodes[i].in[j]);
        }
    }

    return MAAS_OK;
}
