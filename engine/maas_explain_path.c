/*
 * Integrated gradients: what is to be known of a network before any path is
 * walked in it, and where rows stand in the workspace.
 * Not here: which models are explained so, slots to columns (maas_explain.c),
 * running it (maas_explain_path_run.c).
 */

#include "maas_explain_path.h"
#include "maas_int.h"
#include "kernel/maas_shap.h"


static size_t
path_align(size_t n)
{
    return (n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
}


/* Floats of a row of a value: whole cache lines, and one more so that rows are
 * never a multiple of 4 KB apart */

static size_t
path_ld(size_t width)
{
    return path_align(width * sizeof(float)) / sizeof(float)
           + MAAS_ALIGN / sizeof(float);
}


static size_t
path_take(maas_path_t *p, size_t ld)
{
    size_t  at;

    at = p->row;
    p->row += ld;

    return at;
}


/* What is to be known of a step before any of it can be run */

static void
path_step(maas_path_t *p, maas_path_step_t *s, const maas_planned_t *from,
    int last)
{
    unsigned             i;
    const maas_slope_t  *slope;

    s->step = from->step;
    s->width = from->width;
    s->ld = path_ld(s->width);
    s->alpha = s->step.node.alpha;
    s->root = (unsigned) maas__explain_root(&s->step.node);
    s->first = s->step.node.op->linear || s->root;
    p->roots |= s->root;

    for (i = 0; i < s->step.node.n_in; i++) {
        s->first &= s->step.node.in[i] == 0;
    }

    s->act = last ? MAAS_ACT_LINEAR : s->step.node.act;
    slope = &maas__slopes[s->act];
    s->slope = slope->back != NULL ? slope : NULL;

    s->value = path_take(p, s->ld);
    s->before = s->first || slope->of_input ? path_take(p, s->ld) : s->value;
    s->slopes = path_take(p, s->ld);
    p->sums += s->first ? s->width : 0;
    p->straight &= (s->step.node.op->linear || s->root)
                   && s->act == MAAS_ACT_LINEAR;

    /* a kernel may do it at once where nobody asks what was before it */

    if (s->before == s->value && s->step.node.op->fused
        && maas__acts[s->act].fused)
    {
        s->step.node.act = s->act;
        s->act = MAAS_ACT_LINEAR;

    } else {
        s->step.node.act = MAAS_ACT_LINEAR;
    }

    for (i = 0; i < s->step.node.n_in && !s->first; i++) {
        p->inputs |= s->step.node.in[i] == 0;
    }

    p->scratch = s->step.scratch > p->scratch ? s->step.scratch : p->scratch;
    p->fixed = s->step.fixed > p->fixed ? s->step.fixed : p->fixed;
}


static maas_status_t
path_check(const maas_model_t *m, maas_err_t *err)
{
    size_t              i;
    const maas_node_t  *n;

    for (i = 0; i < m->n_steps; i++) {
        n = &m->steps[i].step.node;

        if (maas__explain_root(n) && !m->info.wide) {
            continue;
        }

        if (n->op->back == NULL || n->shape.dtype != MAAS_F32
            || m->info.wide
            || (n->op->has_back != NULL
                && !n->op->has_back(&m->steps[i].step)))
        {
            return maas__fail(err, MAAS_UNSUPPORTED, "no explanations: layer "
                              "%zu is of kind \"%s\", whose slopes are not "
                              "known", i, n->op->name);
        }
    }

    return MAAS_OK;
}


maas_status_t
maas__path_create(maas_path_t *p, const maas_model_t *m, const maas_desc_t *d,
    maas_isa_t isa, maas_arena_t *a, maas_err_t *err)
{
    size_t  i;

    if (path_check(m, err) != MAAS_OK) {
        return MAAS_UNSUPPORTED;
    }

    p->model = m;
    p->n_steps = m->n_steps;
    p->straight = 1;
    p->steps = maas__arena_alloc(a, m->n_steps, sizeof(maas_path_step_t));
    p->t = maas__arena_alloc(a, 2 * MAAS_EXPLAIN_STEPS, sizeof(double));

    if (p->steps == NULL || p->t == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    p->weight = p->t + MAAS_EXPLAIN_STEPS;
    maas__shap_rule(MAAS_EXPLAIN_STEPS, p->t, p->weight);
    p->ld = path_ld(m->info.in);
    p->input = path_take(p, p->ld);
    p->input_slopes = path_take(p, p->ld);

    for (i = 0; i < m->n_steps; i++) {
        path_step(p, &p->steps[i], &m->steps[i], i + 1 == m->n_steps);
    }

    return p->roots ? maas__roots_create(p, d, isa, a, err) : MAAS_OK;
}


static size_t
path_nodes(const maas_path_t *p, size_t steps)
{
    return p->straight ? 1 : steps < MAAS_PATH_SLICE ? steps : MAAS_PATH_SLICE;
}


size_t
maas__path_rooms(const maas_path_t *p, size_t steps, char *ws,
    maas_path_room_t *r)
{
    size_t  in, at;

    in = p->model->info.in;
    r->path = p;
    r->nodes = path_nodes(p, steps);
    r->rows = MAAS_PATH_ENDS + r->nodes;
    r->values = (float *) ws;
    at = path_align(r->rows * p->row * sizeof(float));
    r->scratch = ws + at;
    at += path_align(r->rows * p->scratch);
    r->fixed = ws + at;
    at += path_align(p->fixed);
    r->sums = (double *) (ws + at);
    at += path_align((p->sums + in) * sizeof(double));
    r->phi = (double *) (ws + at);
    at += path_align(p->shap != 0 ? (in + 1) * sizeof(double) : 0);
    r->shap = ws + at;
    at += p->shap;
    r->slope = (float *) (ws + at);
    at += path_align(in * sizeof(float));
    r->t = (double *) (ws + at);
    at += path_align(steps * sizeof(double));
    r->weight = (double *) (ws + at);
    at += path_align(steps * sizeof(double));

    return at;
}


size_t
maas__path_size(const maas_path_t *p, size_t steps)
{
    maas_path_room_t  r;

    return maas__path_rooms(p, steps, NULL, &r);
}


float *
maas__path_row(const maas_path_room_t *r, size_t at, size_t ld, size_t row)
{
    return r->values + at * r->rows + row * ld;
}


maas_rows_t
maas__path_value(const maas_path_room_t *r, unsigned value, size_t row)
{
    const maas_path_step_t  *s;

    if (value == 0) {
        return (maas_rows_t) {
            maas__path_row(r, r->path->input, r->path->ld, row), r->path->ld,
            NULL
        };
    }

    s = &r->path->steps[value - 1];

    return (maas_rows_t) {
        maas__path_row(r, s->value, s->ld, row), s->ld, NULL
    };
}


maas_rows_t
maas__path_slopes(const maas_path_room_t *r, unsigned value)
{
    const maas_path_step_t  *s;

    if (value == 0) {
        return (maas_rows_t) {
            maas__path_row(r, r->path->input_slopes, r->path->ld,
                           MAAS_PATH_ENDS),
            r->path->ld, NULL
        };
    }

    s = &r->path->steps[value - 1];

    return (maas_rows_t) {
        maas__path_row(r, s->slopes, s->ld, MAAS_PATH_ENDS), s->ld, NULL
    };
}
