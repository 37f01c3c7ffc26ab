/*
 * Reasons for a prediction: what each number of a row adds to its scores.
 * Not here: how that is computed (kernel/maas_shap*.c), whom it is told.
 */

#include "maas_explain.h"
#include "maas_int.h"
#include "maas_plan.h"
#include "kernel/maas_shap.h"
#include "read/maas_read.h"


#define MAAS_REASONS_LIMIT  ((size_t) 1 << 34)
#define MAAS_REASONS_ROWS   8          /* that are prepared at a time */

struct maas_reasons_s {
    maas_model_t   model;              /* its input, and memory of all */
    maas_shap_t   *shap;
};


/* The ensemble, if that is all of the model */

static maas_status_t
maas_reasons_trees(const maas_desc_t *d, maas_trees_t *t, maas_err_t *err)
{
    if (d->n_nodes != 1 || d->nodes[0].op != &maas__op_trees
        || d->nodes[0].act != MAAS_ACT_LINEAR || d->outputs[0].from != 1)
    {
        return maas__fail(err, MAAS_UNSUPPORTED, "no reasons: the model is "
                          "not one layer of kind trees");
    }

    maas__trees_of(&d->nodes[0], t);

    return MAAS_OK;
}


maas_status_t
maas__reasons_create(const maas_desc_t *d, maas_isa_t isa, maas_arena_t *arena,
    maas_reasons_t **out, maas_err_t *err)
{
    maas_trees_t     t;
    maas_status_t    rc;
    maas_reasons_t  *r;

    rc = maas_reasons_trees(d, &t, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    r = maas__arena_alloc(arena, 1, sizeof(maas_reasons_t));
    if (r == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    r->model.arena = arena;
    r->model.info.in = d->in;
    r->model.info.out = d->out;
    r->model.info.wide = d->shape.dtype == MAAS_F64;
    r->model.info.row = d->in * maas__dtypes[d->shape.dtype].bits / 8;

    if (maas__plan_input(&r->model, d) != MAAS_OK) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = maas__shap_create(&t, isa, arena, &r->shap, err);
    if (rc == MAAS_OK) {
        *out = r;
    }

    return rc;
}


maas_status_t
maas_reasons_load(const void *file, size_t size, maas_isa_t isa,
    maas_reasons_t **out, maas_err_t *err)
{
    maas_desc_t    *desc;
    maas_arena_t   *arena, *room;
    maas_status_t   rc;

    arena = maas__arena_create(MAAS_REASONS_LIMIT);
    room = maas__arena_create(MAAS_REASONS_LIMIT);

    if (arena == NULL || room == NULL) {
        rc = maas__fail(err, MAAS_NOMEM, "out of memory");

    } else {
        rc = maas__read(file, size, room, &desc, err);
        if (rc == MAAS_OK) {
            rc = maas__reasons_create(desc, isa, arena, out, err);
        }
    }

    maas__arena_destroy(room);

    if (rc != MAAS_OK) {
        maas__arena_destroy(arena);
    }

    return rc;
}


void
maas_reasons_free(maas_reasons_t *r)
{
    if (r != NULL) {
        maas__arena_destroy(r->model.arena);   /* r itself lives in it */
    }
}


/* Prepared rows, then what the trees need */

static size_t
maas_reasons_prepared(const maas_reasons_t *r)
{
    size_t  n;

    n = r->model.n_scales == 0 ? 0 : MAAS_REASONS_ROWS * r->model.info.row;

    return (n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
}


size_t
maas_reasons_workspace_size(const maas_reasons_t *r)
{
    return maas_reasons_prepared(r) + maas__shap_scratch(r->shap);
}


static void
maas_reasons_prepare(const maas_model_t *m, const float *x, size_t rows,
    float *to)
{
    size_t  i;

    for (i = 0; i < rows; i++, x += m->info.in, to += m->info.in) {
        maas__prep(x, 1, m->info.in, m->shift, m->factor, m->n_scales, to);
        maas__prep_curves(m->curves, m->n_curves, to);
    }
}


maas_status_t
maas_reasons_run(const maas_reasons_t *r, const void *x, size_t rows,
    double *phi, void *ws, size_t ws_size, maas_err_t *err)
{
    char                *scratch;
    size_t               n;
    const maas_model_t  *m;

    m = &r->model;

    if (ws_size < maas_reasons_workspace_size(r)) {
        return maas__fail(err, MAAS_BADSHAPE, "workspace of %zu bytes is below "
                          "the %zu that reasons need", ws_size,
                          maas_reasons_workspace_size(r));
    }

    scratch = (char *) ws + maas_reasons_prepared(r);

    if (m->n_scales == 0) {
        maas__shap_run(r->shap, x, m->info.in, rows, phi, scratch);
        return MAAS_OK;
    }

    for ( ; rows > 0; rows -= n) {     /* floats: R36 */
        n = rows < MAAS_REASONS_ROWS ? rows : MAAS_REASONS_ROWS;
        maas_reasons_prepare(m, x, n, ws);
        maas__shap_run(r->shap, ws, m->info.in, n, phi, scratch);
        x = (const char *) x + n * m->info.row;
        phi += n * m->info.out * (m->info.in + 1);
    }

    return MAAS_OK;
}


void
maas__reasons_one(const maas_reasons_t *r, const void *x, size_t output,
    double *phi, void *ws)
{
    if (r->model.n_scales != 0) {
        maas_reasons_prepare(&r->model, x, 1, ws);
    }

    maas__shap_run_one(r->shap, r->model.n_scales != 0 ? ws : x, output, phi,
                       (char *) ws + maas_reasons_prepared(r));
}
