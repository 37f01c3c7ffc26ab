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
    size_t               last;         /* when it is read last */
    maas_place_t         place;        /* in the workspace: at is the slot */
} maas_value_t;


/* Whole cache lines, and one more so that rows are never a multiple of 4 KB
 * apart, which would make them share cache sets */

static size_t
maas_places_row(const maas_shape_t *shape)
{
    size_t  n;

    n = maas__shape_numbers(shape) * maas__dtypes[shape->dtype].bits / 8;

    return ((n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1)) + MAAS_ALIGN;
}


static void
maas_places_slot(maas_slot_t *slots, size_t *n, size_t now, maas_value_t *v)
{
    size_t  s, best, row;

    best = *n;

    for (s = 0; s < *n; s++) {
        if (slots[s].busy_until < now
            && (best == *n || slots[s].row > slots[best].row))
        {
            best = s;
        }
    }

    if (best == *n) {
        (*n)++;
    }

    row = maas_places_row(v->shape);
    if (slots[best].row < row) {
        slots[best].row = row;
    }

    slots[best].busy_until = v->last;
    v->place.base = MAAS_PLACE_WS;
    v->place.at = best;
}


/* Time 0: preprocessing; time i + 1: step i.  Answers are of single precision:
 * UNSUPPORTED for another. */

static maas_status_t
maas_places_values(const maas_desc_t *d, maas_value_t *v)
{
    size_t  i, j;

    v[0].shape = &d->shape;

    for (i = 0; i < d->n_nodes; i++) {
        v[i + 1].shape = &d->nodes[i].shape;

        for (j = 0; j < d->nodes[i].n_in; j++) {
            v[d->nodes[i].in[j]].last = i + 1;
        }
    }

    for (i = 0; i < d->n_outputs; i++) {
        if (v[d->outputs[i].from].shape->dtype != MAAS_F32) {
            return MAAS_UNSUPPORTED;
        }

        v[d->outputs[i].from].place = (maas_place_t) {
            MAAS_PLACE_Y, d->outputs[i].at, d->out
        };
    }

    return MAAS_OK;
}


/* Values of the workspace, all the others being X or Y, and its layout */

static void
maas_places_layout(maas_model_t *m, const maas_desc_t *d, maas_value_t *v,
    maas_slot_t *slots)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i <= d->n_nodes; i++) {
        if (v[i].place.base == MAAS_PLACE_X && (i > 0 || m->n_scales != 0)) {
            maas_places_slot(slots, &n, i, &v[i]);
        }
    }

    for (i = 0; i < n; i++) {
        slots[i].offset = m->row_size;
        m->row_size += slots[i].row;
    }

    for (i = 0; i <= d->n_nodes; i++) {
        if (v[i].place.base == MAAS_PLACE_WS) {
            n = v[i].place.at;
            v[i].place.at = slots[n].offset;
            v[i].place.ld = slots[n].row
                            / (maas__dtypes[v[i].shape->dtype].bits / 8);
        }
    }
}


/* One for all steps, the most that any of them needs */

static void
maas_places_scratch(maas_model_t *m)
{
    size_t  i, most;

    most = 0;

    for (i = 0; i < m->n_steps; i++) {
        if (m->steps[i].step.scratch > most) {
            most = m->steps[i].step.scratch;
        }

        if (m->steps[i].step.fixed > m->fixed) {
            m->fixed = m->steps[i].step.fixed;
        }
    }

    m->scratch = m->row_size;
    m->row_size += most;
}


/* Is the model one step from x to y?  Then a row needs nothing else: m->one. */

static void
maas_places_one(maas_model_t *m)
{
    const maas_planned_t  *t = m->steps;

    if (m->n_steps == 1 && m->n_scales == 0 && t->step.node.n_in == 1
        && t->in[0].base == MAAS_PLACE_X && t->out.base == MAAS_PLACE_Y)
    {
        m->one = maas_workspace_size(m, 1);
    }
}


maas_status_t
maas__plan_places(maas_model_t *m, const maas_desc_t *d)
{
    size_t         i, j;
    maas_slot_t   *slots;
    maas_value_t  *v;              /* of the input, then of each node */

    slots = maas__arena_alloc(m->arena, d->n_nodes + 1, sizeof(maas_slot_t));
    v = maas__arena_alloc(m->arena, d->n_nodes + 1, sizeof(maas_value_t));
    if (slots == NULL || v == NULL) {
        return MAAS_NOMEM;
    }

    v[0].place.ld = d->in;

    if (maas_places_values(d, v) != MAAS_OK) {
        return MAAS_UNSUPPORTED;
    }

    maas_places_layout(m, d, v, slots);
    maas_places_scratch(m);

    m->input = v[0].place;

    for (i = 0; i < d->n_nodes; i++) {
        m->steps[i].out = v[i + 1].place;

        for (j = 0; j < d->nodes[i].n_in; j++) {
            m->steps[i].in[j] = v[d->nodes[i].in[j]].place;
        }
    }

    maas_places_one(m);

    return MAAS_OK;
}
