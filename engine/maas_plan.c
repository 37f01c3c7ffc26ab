/*
 * A description -> the parts of a plan: fields, scales and curves of its
 * input; steps, with what runs each and its weights, packed, in shared pages.
 * Not here: where values stand (maas_plan_places.c), what is done to a row
 * (field/, op/).
 */

#include "maas_int.h"
#include "maas_plan.h"

#include <string.h>


/* What shift and factor cannot do */

static maas_status_t
maas_plan_curves(maas_model_t *m, const maas_fields_t *f)
{
    size_t                i;
    maas_curve_t         *curve;
    const maas_column_t  *c;

    curve = maas__arena_alloc(m->arena, f->n + 1, sizeof(maas_curve_t));
    if (curve == NULL) {
        return MAAS_NOMEM;
    }

    m->curves = curve;

    for (i = 0; i < f->n; i++) {
        c = &f->columns[i];

        if (c->clip == 0 && c->n_knots == 0) {
            continue;
        }

        curve->slot = c->at;
        curve->clip = c->clip;
        curve->n_knots = c->n_knots;
        curve->knots = c->knots;
        curve->levels = c->levels;
        curve++;
        m->n_curves++;
    }

    return MAAS_OK;
}


/* n_scales stays 0 where preprocessing changes nothing. */

static maas_status_t
maas_plan_scales(maas_model_t *m, const maas_desc_t *d)
{
    int      used;
    float   *shift, *factor;
    size_t   i, n, at;

    n = d->input == MAAS_INPUT_COLUMNS ? d->in : 1;
    shift = maas__arena_alloc(m->arena, n, sizeof(float));
    factor = maas__arena_alloc(m->arena, n, sizeof(float));
    if (shift == NULL || factor == NULL) {
        return MAAS_NOMEM;
    }

    for (i = 0; i < n; i++) {
        factor[i] = 1;
    }

    used = m->n_curves != 0;

    for (i = 0; i < d->n_columns; i++) {
        at = m->fields.n > 0 ? m->fields.columns[i].at : 0;
        shift[at] = d->columns[i].shift;
        factor[at] = d->columns[i].factor;
        used |= shift[at] != 0.0f || factor[at] != 1.0f;
    }

    m->shift = shift;
    m->factor = factor;
    m->n_scales = used ? n : 0;

    return MAAS_OK;
}


/* What is no input of the model but may be sent to it */

static maas_status_t
maas_plan_others(maas_model_t *m, const maas_desc_t *d)
{
    size_t         i;
    const char   **names;
    maas_other_t  *others;

    names = maas__arena_alloc(m->arena, d->n_others + 1, sizeof(char *));
    others = maas__arena_alloc(m->arena, d->n_others + 1,
                               sizeof(maas_other_t));

    if (names == NULL || others == NULL) {
        return MAAS_NOMEM;
    }

    for (i = 0; i < d->n_others; i++) {
        names[i] = maas__arena_strndup(m->arena, d->others[i].name,
                                       strlen(d->others[i].name));
        if (names[i] == NULL) {
            return MAAS_NOMEM;
        }

        others[i] = d->others[i];
        others[i].name = names[i];
    }

    m->info.n_others = d->n_others;
    m->info.others = others;

    return maas__fields_others(m->arena, &m->fields, names, d->n_others);
}


static maas_status_t
maas_plan_usual(maas_model_t *m, const maas_desc_t *d)
{
    size_t        i;
    const char   *text;

    for (i = 0; d->usual != NULL && i < d->n_columns; i++) {
        text = d->usual[i].text;
        m->fields.info[i].usual = d->usual[i];

        if (text != NULL) {
            text = maas__arena_strndup(m->arena, text, strlen(text));
            if (text == NULL) {
                return MAAS_NOMEM;
            }

            m->fields.info[i].usual.text = text;
        }
    }

    return MAAS_OK;
}


static const double *
maas_plan_doubles(maas_model_t *m, const double *from, size_t n)
{
    double  *to;

    to = maas__arena_alloc(m->arena, n + 1, sizeof(double));

    return to == NULL || n == 0 ? to : memcpy(to, from, n * sizeof(double));
}


static maas_status_t
maas_plan_reference(maas_model_t *m, const maas_desc_t *d)
{
    size_t             i;
    maas_reference_t  *to;

    for (i = 0; d->reference != NULL && i < d->n_columns; i++) {
        to = &m->fields.info[i].reference;
        *to = d->reference[i];
        to->counts = maas_plan_doubles(m, to->counts, to->n);
        to->edges = maas_plan_doubles(m, to->edges, to->n_edges);

        if (to->counts == NULL || to->edges == NULL) {
            return MAAS_NOMEM;
        }
    }

    return MAAS_OK;
}


/* Is a row of the column just its number, whatever that is? */

static int
maas_plan_plain(const maas_column_t *c)
{
    size_t  i;
    double  v;

    for (i = 0; i < c->n_blanks; i++) {
        if (maas__field_double(c->blanks[i], strlen(c->blanks[i]), &v)) {
            return 0;
        }
    }

    return c->kind == MAAS_FIELD_NUMBER && c->width == 1;
}


/* May each of its numbers be no value? */

static int
maas_plan_keeps(const maas_fields_t *f)
{
    size_t  i;

    for (i = 0; i < f->n && f->columns[i].missing == MAAS_KEEP; i++) {
        /* void */
    }

    return i == f->n;
}


maas_status_t
maas__plan_input(maas_model_t *m, const maas_desc_t *d)
{
    size_t         i;
    maas_info_t   *info;
    maas_status_t  rc;

    info = &m->info;
    info->plain = 1;

    if (d->input == MAAS_INPUT_COLUMNS) {
        if ((rc = maas__fields_create(m->arena, d->columns, d->n_columns,
                                      &m->fields)) != MAAS_OK
            || (rc = maas_plan_others(m, d)) != MAAS_OK
            || (rc = maas_plan_usual(m, d)) != MAAS_OK
            || (rc = maas_plan_reference(m, d)) != MAAS_OK)
        {
            return rc;
        }

        m->fields.wide = info->wide;
        m->marking = m->fields;
        m->marking.marks = 1;

        info->n_columns = m->fields.n;
        info->columns = m->fields.names;
        info->fields = m->fields.info;
        info->reader = &m->fields;
        info->marking = &m->marking;

        for (i = 0; i < m->fields.n; i++) {
            info->plain &= maas_plan_plain(&m->fields.columns[i]);
        }

        info->nan = info->plain && maas_plan_keeps(&m->fields);
    }

    rc = maas_plan_curves(m, &m->fields);

    return rc == MAAS_OK ? maas_plan_scales(m, d) : rc;
}


maas_status_t
maas__plan_steps(maas_model_t *m, const maas_desc_t *d, maas_isa_t isa,
    maas_arena_t *layouts)
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

        if (op->layout != NULL && op->layout(step, layouts) != MAAS_OK) {
            return MAAS_NOMEM;
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

    p = maas__arena_pages(m->arena, total, &m->owns_pages);
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
        step->layout = NULL;
        for (j = 0; j < step->node.op->n_tensors; j++) {
            step->node.tensors[j].data = NULL;
        }
    }

    return !m->owns_pages || maas__pages_seal(m->pages, total) == 0
           ? MAAS_OK : MAAS_NOMEM;
}
