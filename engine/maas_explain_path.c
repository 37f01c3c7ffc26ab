/*
 * Integrated gradients: scores and their slopes along the straight path from a
 * baseline to a row, in the network's input.
 * Not here: which models are explained so, slots to columns (maas_explain.c),
 * slopes of a kind of layer (op/).
 */

#include "maas_explain.h"
#include "maas_int.h"
#include "kernel/maas_shap.h"

#include <string.h>


#pragma GCC optimize ("O3")


#define PATH_SLICE  16                 /* nodes that are run together */
#define PATH_ENDS   2                  /* rows before them: baseline, x */


/* The workspace, divided */

typedef struct {
    const maas_path_t  *path;
    size_t              rows;          /* that there are places for */
    size_t              nodes;         /* of a slice */
    float              *values;
    char               *scratch;
    void               *fixed;
    double             *sums;          /* slopes of first steps, then of the
                                          input, over all nodes */
    float              *slope;         /* (in) */
    const double       *t;             /* of the slice */
    const double       *weight;
} path_room_t;


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
    s->first = s->step.node.op->linear;

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
    p->straight &= s->step.node.op->linear && s->act == MAAS_ACT_LINEAR;

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
maas__path_create(maas_path_t *p, const maas_model_t *m, maas_arena_t *a,
    maas_err_t *err)
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

    return MAAS_OK;
}


static size_t
path_nodes(const maas_path_t *p, size_t steps)
{
    return p->straight ? 1 : steps < PATH_SLICE ? steps : PATH_SLICE;
}


/* All places, from ws on; returns bytes */

static size_t
path_rooms(const maas_path_t *p, size_t steps, char *ws, path_room_t *r)
{
    size_t  in, at;

    in = p->model->info.in;
    r->path = p;
    r->nodes = path_nodes(p, steps);
    r->rows = PATH_ENDS + r->nodes;
    r->values = (float *) ws;
    at = path_align(r->rows * p->row * sizeof(float));
    r->scratch = ws + at;
    at += path_align(r->rows * p->scratch);
    r->fixed = ws + at;
    at += path_align(p->fixed);
    r->sums = (double *) (ws + at);
    at += path_align((p->sums + in) * sizeof(double));
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
    path_room_t  r;

    return path_rooms(p, steps, NULL, &r);
}


/* Row number `row` of the value at `at` */

static float *
path_row(const path_room_t *r, size_t at, size_t ld, size_t row)
{
    return r->values + at * r->rows + row * ld;
}


static maas_rows_t
path_value(const path_room_t *r, unsigned value, size_t row)
{
    const maas_path_step_t  *s;

    if (value == 0) {
        return (maas_rows_t) {
            path_row(r, r->path->input, r->path->ld, row), r->path->ld, NULL
        };
    }

    s = &r->path->steps[value - 1];

    return (maas_rows_t) { path_row(r, s->value, s->ld, row), s->ld, NULL };
}


static maas_rows_t
path_slopes(const path_room_t *r, unsigned value, size_t row)
{
    const maas_path_step_t  *s;

    if (value == 0) {
        return (maas_rows_t) {
            path_row(r, r->path->input_slopes, r->path->ld, row), r->path->ld,
            NULL
        };
    }

    s = &r->path->steps[value - 1];

    return (maas_rows_t) { path_row(r, s->slopes, s->ld, row), s->ld, NULL };
}


/* A row of the caller's as the network has it */

static void
path_prepare(const path_room_t *r, const float *x, size_t row)
{
    float               *to;
    const maas_model_t  *m;

    m = r->path->model;
    to = path_row(r, r->path->input, r->path->ld, row);

    if (m->n_scales == 0) {
        memcpy(to, x, m->info.in * sizeof(float));
        return;
    }

    maas__prep(x, 1, m->info.in, m->shift, m->factor, m->n_scales, to);
    maas__prep_curves(m->curves, m->n_curves, to);
}


/* Rows of nodes between those of both ends */

static void
path_between(const path_room_t *r, size_t at, size_t ld, size_t width)
{
    float        *y;
    double        t;
    size_t        k, i;
    const float  *from, *to;

    from = path_row(r, at, ld, 0);
    to = path_row(r, at, ld, 1);

    for (k = 0; k < r->nodes; k++) {
        y = path_row(r, at, ld, PATH_ENDS + k);
        t = r->t[k];

        for (i = 0; i < width; i++) {
            y[i] = (float) (from[i] + t * ((double) to[i] - from[i]));
        }
    }
}


/* What is applied last, on rows [row, end) */

static void
path_act(const path_room_t *r, const maas_path_step_t *s, size_t row,
    size_t end)
{
    float  *y;

    for ( ; row < end; row++) {
        y = path_row(r, s->value, s->ld, row);

        if (s->before != s->value) {
            memcpy(y, path_row(r, s->before, s->ld, row),
                   s->width * sizeof(float));
        }

        if (s->act == MAAS_ACT_LINEAR) {
            continue;
        }

        if (maas__acts[s->act].by_row) {
            maas__softmax(y, 1, s->width, s->ld);
        } else {
            maas__act(s->act, s->alpha, y, s->width);
        }
    }
}


/* Rows from `row` on: 0, all, or those of the nodes */

static void
path_forward(const path_room_t *r, size_t row)
{
    size_t             i, j, end, to;
    maas_pass_t        p;
    maas_path_step_t  *s;

    end = PATH_ENDS + r->nodes;

    if (r->path->inputs) {
        path_between(r, r->path->input, r->path->ld, r->path->model->info.in);
    }

    for (i = 0; i < r->path->n_steps; i++) {
        s = &r->path->steps[i];
        to = s->first ? PATH_ENDS : end;

        if (row < to) {
            p.rows = to - row;
            p.scratch = r->scratch;
            p.fixed = r->fixed;
            p.out = (maas_rows_t) {
                path_row(r, s->before, s->ld, row), s->ld, NULL
            };

            for (j = 0; j < s->step.node.n_in; j++) {
                p.in[j] = path_value(r, s->step.node.in[j], row);
            }

            s->step.node.op->run(&s->step, &p);
        }

        if (s->first) {
            path_between(r, s->before, s->ld, s->width);
        }

        path_act(r, s, row, end);
    }
}


/* sums(width) += slopes of all nodes, weighted */

static void
path_sum(const path_room_t *r, const maas_rows_t *slopes, size_t width,
    double *sums)
{
    double        w;
    size_t        k, i;
    const float  *d;

    d = slopes->data;

    for (k = 0; k < r->nodes; k++, d += slopes->ld) {
        w = r->weight[k];

        for (i = 0; i < width; i++) {
            sums[i] += w * d[i];
        }
    }
}


/* Slopes of a step's inputs, from those of what it makes, on n rows */

static void
path_back_step(const path_room_t *r, const maas_path_step_t *s,
    const maas_rows_t *out, size_t n)
{
    unsigned     j;
    maas_pass_t  p, slope;

    p.rows = slope.rows = n;
    p.scratch = slope.scratch = r->scratch;
    p.fixed = slope.fixed = r->fixed;
    p.out = (maas_rows_t) {
        path_row(r, s->before, s->ld, PATH_ENDS), s->ld, NULL
    };
    slope.out = *out;

    for (j = 0; j < s->step.node.n_in; j++) {
        p.in[j] = path_value(r, s->step.node.in[j], PATH_ENDS);
        slope.in[j] = path_slopes(r, s->step.node.in[j], PATH_ENDS);
    }

    s->step.node.op->back(&s->step, &p, &slope);
}


/* The score is the same in all nodes' rows of a last layer that is linear, and
 * so are its slopes */

static void
path_back_last(const path_room_t *r, const maas_path_step_t *s,
    const maas_rows_t *out)
{
    size_t              k, j;
    maas_rows_t         d;
    const maas_node_t  *n;

    n = &s->step.node;
    path_back_step(r, s, out, n->op->linear ? 1 : r->nodes);

    for (j = 0; n->op->linear && j < n->n_in; j++) {
        d = path_slopes(r, n->in[j], PATH_ENDS);

        for (k = 1; k < r->nodes; k++) {
            memcpy((float *) d.data + k * d.ld, d.data, d.ld * sizeof(float));
        }
    }
}


/* Slopes of score `output` by all values, in the rows of the nodes; of the
 * input and what is linear in it their sums */

static void
path_backward(const path_room_t *r, size_t output)
{
    size_t             i, k;
    double            *sums;
    maas_rows_t        d;
    maas_path_step_t  *s;

    for (i = !r->path->inputs; i <= r->path->n_steps; i++) {
        d = path_slopes(r, (unsigned) i, PATH_ENDS);
        memset(d.data, 0, r->nodes * d.ld * sizeof(float));
    }

    for (k = 0; k < r->nodes; k++) {
        ((float *) d.data)[k * d.ld + output] = 1;
    }

    sums = r->sums + r->path->sums;

    for (i = r->path->n_steps; i-- > 0; ) {
        s = &r->path->steps[i];
        d = path_slopes(r, (unsigned) i + 1, PATH_ENDS);

        for (k = 0; s->slope != NULL && k < r->nodes; k++) {
            s->slope->back(s->alpha,
                           path_row(r, s->before, s->ld, PATH_ENDS + k),
                           path_row(r, s->value, s->ld, PATH_ENDS + k),
                           (float *) d.data + k * d.ld, s->width);
        }

        if (s->first) {
            sums -= s->width;
            path_sum(r, &d, s->width, sums);

        } else if (i + 1 == r->path->n_steps) {
            path_back_last(r, s, &d);

        } else {
            path_back_step(r, s, &d, r->nodes);
        }
    }

    if (r->path->inputs) {
        d = path_slopes(r, 0, PATH_ENDS);
        path_sum(r, &d, r->path->model->info.in, r->sums + r->path->sums);
    }
}


/* Slopes of the input, of sums of those of first steps: one product each */

static void
path_first(const path_room_t *r)
{
    size_t                   i, j;
    float                   *d;
    unsigned                 k;
    maas_pass_t              p, slope;
    const double            *sums;
    const maas_path_step_t  *s;

    sums = r->sums;
    memset(r->slope, 0, r->path->model->info.in * sizeof(float));
    memset(&p, 0, sizeof(p));
    memset(&slope, 0, sizeof(slope));
    p.rows = slope.rows = 1;

    for (i = 0; i < r->path->n_steps; i++) {
        s = &r->path->steps[i];

        if (!s->first) {
            continue;
        }

        d = path_row(r, s->slopes, s->ld, PATH_ENDS);

        for (j = 0; j < s->width; j++) {
            d[j] = (float) *sums++;
        }

        slope.out = (maas_rows_t) { d, s->ld, NULL };

        for (k = 0; k < s->step.node.n_in; k++) {
            slope.in[k] = (maas_rows_t) { r->slope, r->path->ld, NULL };
        }

        s->step.node.op->back(&s->step, &p, &slope);
    }
}


/* What the model says of its answer for row 1, whose scores are there */

static size_t
path_likeliest(const path_room_t *r)
{
    float                   *y;
    const maas_node_t       *last;
    const maas_path_step_t  *s;

    s = &r->path->steps[r->path->n_steps - 1];
    last = &r->path->model->steps[r->path->n_steps - 1].step.node;

    if (r->path->model->info.task != MAAS_TASK_CLASSIFICATION) {
        return 0;
    }

    y = path_row(r, s->slopes, s->ld, 1);
    memcpy(y, path_row(r, s->value, s->ld, 1), s->width * sizeof(float));

    if (maas__acts[last->act].by_row) {
        maas__softmax(y, 1, s->width, s->ld);

    } else if (last->act != MAAS_ACT_LINEAR) {
        maas__act(last->act, last->alpha, y, s->width);
    }

    return maas_decision(&r->path->model->info, y);
}


static void
path_add_up(const path_room_t *r, double *slots, maas_explained_t *out)
{
    size_t        i, in;
    float        *y;
    double        sum;
    const float  *from, *to;

    const maas_path_step_t  *last;

    in = r->path->model->info.in;
    from = path_row(r, r->path->input, r->path->ld, 0);
    to = path_row(r, r->path->input, r->path->ld, 1);
    sum = 0;

    for (i = 0; i < in; i++) {
        slots[i] = ((double) to[i] - from[i])
                   * (r->slope[i] + r->sums[r->path->sums + i]);
        sum += slots[i];
    }

    last = &r->path->steps[r->path->n_steps - 1];
    y = path_row(r, last->value, last->ld, 0);
    out->base = y[out->output];
    out->score = y[last->ld + out->output];
    out->error = out->score - out->base - sum;
}


void
maas__path_run(const maas_path_t *p, const float *x, const float *baseline,
    size_t output, size_t steps, double *slots, maas_explained_t *out,
    void *ws)
{
    size_t        done;
    double       *t, *weight;
    path_room_t   r;

    steps = p->straight ? 1 : steps;
    (void) path_rooms(p, steps, ws, &r);
    t = (double *) r.t;
    weight = (double *) r.weight;

    if (steps == MAAS_EXPLAIN_STEPS) {
        t = p->t;
        weight = p->weight;

    } else {
        maas__shap_rule(steps, t, weight);
    }

    path_prepare(&r, baseline, 0);
    path_prepare(&r, x, 1);
    memset(r.sums, 0, (p->sums + p->model->info.in) * sizeof(double));

    for (done = 0; done < steps; done += r.nodes) {
        r.nodes = steps - done < PATH_SLICE ? steps - done : PATH_SLICE;
        r.t = t + done;
        r.weight = weight + done;
        path_forward(&r, done == 0 ? 0 : PATH_ENDS);

        if (done == 0) {
            out->output = output == MAAS_EXPLAIN_LIKELIEST
                          ? path_likeliest(&r) : output;
        }

        path_backward(&r, out->output);
    }

    path_first(&r);
    path_add_up(&r, slots, out);
}
