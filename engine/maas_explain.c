/*
 * Explanations of scores: which way for which model, and what is told by
 * column.
 * Not here: how the numbers of a row come about (maas_reasons.c,
 * maas_explain_path.c).
 */

#include "maas_explain.h"
#include "maas_int.h"
#include "read/maas_read.h"

#include <math.h>
#include <string.h>


#define EXPLAIN_LIMIT  ((size_t) 1 << 34)


/* The network that has slopes: the model, or one with floats for weights */

static maas_status_t
explain_network(maas_explainer_t *e, const maas_desc_t *d, maas_isa_t isa,
    maas_arena_t *room, maas_err_t *err)
{
    maas_desc_t    wide;
    maas_status_t  rc;

    if (!maas__explain_is_narrow(d)) {
        return maas__path_create(&e->path, e->model, d, isa, e->arena, err);
    }

    rc = maas__explain_widen(d, room, &wide, err);

    if (rc == MAAS_OK) {
        rc = maas__model_plan_in(e->arena, &wide, 0, isa, &e->wide, err);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    rc = maas__path_create(&e->path, e->wide, &wide, isa, e->arena, err);

    /* what rounding does is told as error */
    e->path.straight = 0;

    return rc;
}


/* As far as how, which may fail with a sentence; room: for the time being */

static maas_status_t
explain_make(maas_explainer_t *e, const maas_desc_t *d, maas_isa_t isa,
    maas_arena_t *room, maas_err_t *err)
{
    maas_status_t  rc;

    if (d->n_nodes == 1 && d->nodes[0].op == &maas__op_trees) {
        e->how = MAAS_EXPLAIN_SHAP;

        return maas__reasons_create(d, isa, e->arena, &e->reasons, err);
    }

    rc = explain_network(e, d, isa, room, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    e->how = e->path.exact ? MAAS_EXPLAIN_SHAP
             : e->path.straight ? MAAS_EXPLAIN_LINEAR : MAAS_EXPLAIN_GRADIENTS;
    e->baseline = maas__explain_base(e->model, d, e->arena);


    return e->baseline != NULL
           && maas__roots_means(&e->path, e->baseline, e->arena) == MAAS_OK
           ? MAAS_OK
           : maas__fail(err, MAAS_NOMEM, "out of memory");
}


static void
explain_pages_free(const maas_explainer_t *e)
{
    if (e->wide != NULL && e->wide->owns_pages) {
        maas_buffer_free(e->wide->pages, e->wide->pages_size);
    }
}


/* Of a description, in an arena that is not destroyed here */

static maas_status_t
explain_create(const maas_model_t *m, const maas_desc_t *d, maas_isa_t isa,
    maas_arena_t *arena, maas_arena_t *room, maas_explainer_t **out,
    maas_err_t *err)
{
    maas_status_t      rc;
    maas_explainer_t  *e;

    if (d->crc32c != m->info.crc32c || d->in != m->info.in) {
        return maas__fail(err, MAAS_BADFILE, "the file is not the one that "
                          "the model was loaded from");
    }

    e = maas__arena_alloc(arena, 1, sizeof(maas_explainer_t));
    if (e == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    e->arena = arena;
    e->model = m;
    e->size = m->info.n_columns > 0 ? m->info.n_columns : m->info.in;

    rc = explain_make(e, d, isa, room, err);

    if (rc == MAAS_OK) {
        *out = e;

    } else {
        explain_pages_free(e);
    }

    return rc;
}


static maas_status_t
explain_load_in(const maas_model_t *m, const void *file, size_t size,
    maas_isa_t isa, maas_arena_t *arena, maas_explainer_t **out,
    maas_err_t *err)
{
    maas_desc_t    *d;
    maas_arena_t   *room;
    maas_status_t   rc;

    room = maas__arena_create(EXPLAIN_LIMIT);

    if (arena == NULL || room == NULL) {
        rc = maas__fail(err, MAAS_NOMEM, "out of memory");

    } else {
        rc = maas__read(file, size, room, &d, err);
        if (rc == MAAS_OK) {
            rc = explain_create(m, d, isa, arena, room, out, err);
        }
    }

    maas__arena_destroy(room);

    return rc;
}


maas_status_t
maas_explainer_load(const maas_model_t *m, const void *file, size_t size,
    maas_isa_t isa, maas_explainer_t **out, maas_err_t *err)
{
    maas_arena_t   *arena;
    maas_status_t   rc;

    arena = maas__arena_create(EXPLAIN_LIMIT);
    rc = explain_load_in(m, file, size, isa, arena, out, err);

    if (rc != MAAS_OK) {
        maas__arena_destroy(arena);
    }

    return rc;
}


maas_status_t
maas_explainer_load_at(const maas_model_t *m, const void *file, size_t size,
    maas_isa_t isa, void *at, size_t room, maas_explainer_t **out,
    size_t *used, maas_err_t *err)
{
    maas_arena_t   *arena;
    maas_status_t   rc;

    arena = maas__arena_in(at, room);
    rc = explain_load_in(m, file, size, isa, arena, out, err);

    if (rc == MAAS_OK) {
        *used = maas__arena_used(arena);

    } else if (rc == MAAS_NOMEM
               && (arena == NULL || maas__arena_short(arena)))
    {
        rc = maas__fail(err, MAAS_TOOBIG, "explanations do not fit into %zu "
                        "bytes", room);
    }

    return rc;
}


void
maas_explainer_free(maas_explainer_t *e)
{
    if (e != NULL) {
        explain_pages_free(e);
        maas__arena_destroy(e->arena);     /* e itself lives in it */
    }
}


maas_explain_t
maas_explainer_how(const maas_explainer_t *e)
{
    return e->how;
}


size_t
maas_explainer_size(const maas_explainer_t *e)
{
    return e->size;
}


const void *
maas_explainer_baseline(const maas_explainer_t *e)
{
    return e->how != MAAS_EXPLAIN_SHAP ? e->baseline : NULL;
}


void
maas_explainer_zero(const maas_explainer_t *e, void *x)
{
    if (e->how == MAAS_EXPLAIN_SHAP) {
        memset(x, 0, e->model->info.row);
        return;
    }

    maas__explain_zero(e->model, x);
}


static size_t
explain_align(size_t n)
{
    return (n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
}


/* What is found by number of a row, in front of all else */

static size_t
explain_slots(const maas_explainer_t *e)
{
    return explain_align((e->model->info.in + 1) * sizeof(double));
}


/* What the model itself says, where it is not what slopes are of: scores and
 * answers, then what those who make them need */

static size_t
explain_answers(const maas_explainer_t *e)
{
    return explain_align(e->model->info.out * sizeof(double))
           + explain_align(e->model->info.out * sizeof(float));
}


size_t
maas_explain_workspace_size(const maas_explainer_t *e, size_t steps)
{
    size_t  model, rest;

    if (e->reasons == NULL && e->wide == NULL) {
        return explain_slots(e) + maas__path_size(&e->path, steps);
    }

    model = maas_workspace_size(e->model, 1);
    rest = e->wide != NULL ? maas__path_size(&e->path, steps)
                           : maas_reasons_workspace_size(e->reasons);

    return explain_slots(e) + explain_answers(e)
           + (model > rest ? model : rest);
}


/* The model's own score of x in ws, whose output is chosen where it is the
 * likeliest */

static maas_status_t
explain_score(const maas_explainer_t *e, const void *x, size_t output,
    maas_explained_t *out, void *ws, maas_err_t *err)
{
    float         *y;
    double        *scores;
    size_t         ws_size;
    maas_status_t  rc;

    scores = ws;
    y = (float *) ((char *) ws + explain_align(e->model->info.out
                                               * sizeof(double)));
    ws = (char *) ws + explain_answers(e);
    ws_size = maas_workspace_size(e->model, 1);
    out->output = output == MAAS_EXPLAIN_LIKELIEST ? 0 : output;

    if (output == MAAS_EXPLAIN_LIKELIEST
        && e->model->info.task == MAAS_TASK_CLASSIFICATION)
    {
        rc = maas_run(e->model, x, 1, y, ws, ws_size, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        out->output = maas_decision(&e->model->info, y);
    }

    rc = maas_raw(e->model, x, 1, scores, ws, ws_size, err);
    out->score = scores[out->output];

    return rc;
}


/* slots(in + 1): the bias is last */

static maas_status_t
explain_trees(const maas_explainer_t *e, const void *x, size_t output,
    double *slots, maas_explained_t *out, void *ws, maas_err_t *err)
{
    size_t         i;
    maas_status_t  rc;

    rc = explain_score(e, x, output, out, ws, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    maas__reasons_one(e->reasons, x, out->output, slots,
                      (char *) ws + explain_answers(e));

    out->base = slots[e->model->info.in];
    out->error = out->score - out->base;

    for (i = 0; i < e->model->info.in; i++) {
        out->error -= slots[i];
    }

    return MAAS_OK;
}


/* Slopes of floats, scores of the model: the rest is in the error */

static maas_status_t
explain_narrow(const maas_explainer_t *e, const void *x, const void *baseline,
    size_t output, size_t steps, double *slots, maas_explained_t *out,
    void *ws, maas_err_t *err)
{
    maas_status_t     rc;
    maas_explained_t  base, wide;

    base.score = 0;
    rc = explain_score(e, x, output, out, ws, err);

    if (rc == MAAS_OK && !e->path.roots) {
        rc = explain_score(e, baseline, out->output, &base, ws, err);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    maas__path_run(&e->path, x, baseline, out->output, steps, slots, &wide,
                   (char *) ws + explain_answers(e));
    out->base = e->path.roots ? wide.base : base.score;
    out->error = out->score - out->base
                 - (wide.score - wide.base - wide.error);

    return MAAS_OK;
}


/* Numbers of a row to columns */

static void
explain_columns(const maas_info_t *info, const double *slots,
    double *attributions)
{
    size_t  i, j;

    if (info->n_columns == 0) {
        memcpy(attributions, slots, info->in * sizeof(double));
        return;
    }

    for (i = 0; i < info->n_columns; i++) {
        attributions[i] = 0;

        for (j = 0; j < info->fields[i].width; j++) {
            attributions[i] += slots[info->fields[i].at + j];
        }
    }
}


maas_status_t
maas_explain(const maas_explainer_t *e, const void *x, const void *baseline,
    size_t output, size_t steps, double *attributions, maas_explained_t *out,
    void *ws, size_t ws_size, maas_err_t *err)
{
    double         *slots;
    maas_status_t   rc;

    if (steps == 0 || steps > MAAS_EXPLAIN_STEPS_MAX) {
        return maas__fail(err, MAAS_BADSHAPE, "%zu steps: expected 1 to %d",
                          steps, MAAS_EXPLAIN_STEPS_MAX);
    }

    if (output != MAAS_EXPLAIN_LIKELIEST && output >= e->model->info.out) {
        return maas__fail(err, MAAS_BADSHAPE, "output %zu: the model has %zu",
                          output, e->model->info.out);
    }

    if (ws_size < maas_explain_workspace_size(e, steps)) {
        return maas__fail(err, MAAS_BADSHAPE, "workspace of %zu bytes is below "
                          "the %zu that explanations need", ws_size,
                          maas_explain_workspace_size(e, steps));
    }

    slots = ws;
    ws = (char *) ws + explain_slots(e);
    baseline = baseline != NULL ? baseline : e->baseline;
    rc = MAAS_OK;

    if (e->reasons != NULL) {
        rc = explain_trees(e, x, output, slots, out, ws, err);

    } else if (e->wide != NULL) {
        rc = explain_narrow(e, x, baseline, output, steps, slots, out, ws,
                            err);

    } else {
        maas__path_run(&e->path, x, baseline, output, steps, slots, out, ws);
    }

    if (rc == MAAS_OK) {
        explain_columns(&e->model->info, slots, attributions);
    }

    return rc;
}


size_t
maas_explain_top(const double *attributions, size_t n, size_t top,
    size_t *places)
{
    size_t  i, at, found;

    found = 0;

    for (i = 0; i < n; i++) {
        if (!(fabs(attributions[i]) > 0)) {
            continue;
        }

        for (at = found; at > 0 && fabs(attributions[i])
                         > fabs(attributions[places[at - 1]]); at--)
        {
            if (at < top) {
                places[at] = places[at - 1];
            }
        }

        if (at < top) {
            places[at] = i;
            found += found < top;
        }
    }

    return found;
}
