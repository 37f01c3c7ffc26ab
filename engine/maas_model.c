/*
 * Life of a model: file -> description -> plan, and what it says of itself.
 * Not here: reading files (read/), the parts of a plan (maas_plan*.c), running
 * it (maas_run.c).
 */

#include "maas_int.h"
#include "maas_plan.h"
#include "kernel/maas_gemm.h"
#include "read/maas_read.h"

#include <string.h>


#define MAAS_ARENA_LIMIT  ((size_t) 1 << 33)   /* 2^30 weights, some text */


static const char *
maas_model_strdup(maas_model_t *m, const char *s)
{
    return s == NULL ? NULL : maas__arena_strndup(m->arena, s, strlen(s));
}


static maas_status_t
maas_model_info_fill(maas_model_t *m, const maas_desc_t *d, size_t file_size,
    const char *isa)
{
    float         *decision;
    size_t         i;
    maas_info_t   *info;
    const char   **labels;

    info = &m->info;

    info->task = d->task;
    info->task_name = maas__task_names[d->task];
    info->input = d->input;
    info->rank = d->shape.rank;
    memcpy(info->shape, d->shape.dim, sizeof(info->shape));
    info->in = d->in;
    info->wide = d->shape.dtype == MAAS_F64;
    info->row = d->in * maas__dtypes[d->shape.dtype].bits / 8;
    info->nan = d->nan;
    info->out = d->out;
    info->image = d->image;
    info->layers = d->n_nodes;
    info->parameters = d->parameters;
    info->file_size = file_size;
    info->crc32c = d->crc32c;
    info->isa = isa;
    info->version = d->version;
    info->n_labels = d->n_labels;
    info->threshold = d->threshold > 0 ? d->threshold : 0.5f;

    info->name = maas_model_strdup(m, d->name);
    info->input_name = maas_model_strdup(m, d->input_name);
    info->output_name = maas_model_strdup(m, d->outputs[0].name);
    info->document = maas_model_strdup(m, d->document);
    info->trained_on = maas_model_strdup(m, d->trained_on);
    info->trained_rows = d->trained_rows;
    labels = maas__arena_alloc(m->arena, d->n_labels + 1, sizeof(char *));

    if (info->name == NULL || info->input_name == NULL
        || info->output_name == NULL || labels == NULL
        || (info->document == NULL && d->document != NULL)
        || (info->trained_on == NULL && d->trained_on != NULL))
    {
        return MAAS_NOMEM;
    }

    for (i = 0; i < d->n_labels; i++) {
        labels[i] = maas_model_strdup(m, d->labels[i]);
        if (labels[i] == NULL) {
            return MAAS_NOMEM;
        }
    }

    info->labels = labels;

    if (d->decision != NULL) {
        decision = maas__arena_alloc(m->arena, d->out, sizeof(float));
        if (decision == NULL) {
            return MAAS_NOMEM;
        }

        info->decision = memcpy(decision, d->decision,
                                d->out * sizeof(float));
    }

    return MAAS_OK;
}


/* The parts of a plan; layouts: memory until it stands */

static maas_status_t
maas_model_parts(maas_model_t *m, const maas_desc_t *desc, size_t file_size,
    const maas_gemm_t *gemm)
{
    maas_arena_t   *layouts;
    maas_status_t   rc;

    layouts = maas__arena_create(MAAS_ARENA_LIMIT);
    if (layouts == NULL) {
        return MAAS_NOMEM;
    }

    if ((rc = maas_model_info_fill(m, desc, file_size, gemm->name)) == MAAS_OK
        && (rc = maas__plan_input(m, desc)) == MAAS_OK
        && (rc = maas__plan_steps(m, desc, gemm->isa, layouts)) == MAAS_OK
        && (rc = maas__plan_places(m, desc)) == MAAS_OK)
    {
        rc = maas__plan_weights(m);
    }

    maas__arena_destroy(layouts);

    return rc;
}


maas_status_t
maas__model_plan_in(maas_arena_t *arena, const maas_desc_t *desc,
    size_t file_size, maas_isa_t isa, maas_model_t **out, maas_err_t *err)
{
    maas_model_t       *m;
    maas_status_t       rc;
    const maas_gemm_t  *gemm;

    gemm = maas__gemm_choose(MAAS_F32, isa);
    if (gemm == NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED,
                          "this CPU lacks the wanted instruction set");
    }

    m = arena == NULL ? NULL
                      : maas__arena_alloc(arena, 1, sizeof(maas_model_t));
    if (m == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    m->arena = arena;

    rc = maas_model_parts(m, desc, file_size, gemm);

    if (rc != MAAS_OK) {
        if (m->owns_pages) {
            maas_buffer_free(m->pages, m->pages_size);
        }

        return rc == MAAS_UNSUPPORTED
               ? maas__fail(err, rc, "a layer or an output of a type that is "
                            "not run here")
               : maas__fail(err, rc, "out of memory for a model of %zu "
                            "weights", desc->parameters);
    }

    *out = m;
    return MAAS_OK;
}


/* The model in `arena`, which it takes over */

static maas_status_t
maas_model_plan_in(maas_arena_t *arena, const maas_desc_t *desc,
    size_t file_size, maas_isa_t isa, maas_model_t **out, maas_err_t *err)
{
    maas_status_t  rc;

    rc = maas__model_plan_in(arena, desc, file_size, isa, out, err);

    if (rc != MAAS_OK) {
        maas__arena_destroy(arena);
    }

    return rc;
}


maas_status_t
maas__model_plan(const maas_desc_t *desc, size_t file_size, maas_isa_t isa,
    maas_model_t **out, maas_err_t *err)
{
    return maas_model_plan_in(maas__arena_create(MAAS_ARENA_LIMIT), desc,
                              file_size, isa, out, err);
}


/* file -> description -> plan in `room`, which is destroyed on failure */

static maas_status_t
maas_model_load_in(maas_arena_t *room, const void *file, size_t size,
    maas_isa_t isa, maas_model_t **out, maas_err_t *err)
{
    maas_desc_t    *desc;
    maas_arena_t   *arena;
    maas_status_t   rc;

    arena = maas__arena_create(MAAS_ARENA_LIMIT);
    if (arena == NULL || room == NULL) {
        maas__arena_destroy(arena);
        maas__arena_destroy(room);
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = maas__read(file, size, arena, &desc, err);

    if (rc == MAAS_OK) {
        rc = maas_model_plan_in(room, desc, size, isa, out, err);

    } else {
        maas__arena_destroy(room);
    }

    maas__arena_destroy(arena);

    return rc;
}


maas_status_t
maas_model_load(const void *file, size_t size, maas_isa_t isa,
    maas_model_t **out, maas_err_t *err)
{
    return maas_model_load_in(maas__arena_create(MAAS_ARENA_LIMIT), file, size,
                              isa, out, err);
}


maas_status_t
maas_model_load_at(const void *file, size_t size, maas_isa_t isa, void *at,
    size_t room, maas_model_t **out, size_t *used, maas_err_t *err)
{
    maas_arena_t   *arena;
    maas_status_t   rc;

    arena = maas__arena_in(at, room);
    rc = maas_model_load_in(arena, file, size, isa, out, err);

    if (rc == MAAS_OK) {
        *used = maas__arena_used(arena);

    } else if (rc == MAAS_NOMEM
               && (arena == NULL || maas__arena_short(arena)))
    {
        rc = maas__fail(err, MAAS_TOOBIG, "the model does not fit into %zu "
                        "bytes", room);
    }

    return rc;
}


void
maas_model_free(maas_model_t *m)
{
    if (m == NULL) {
        return;
    }

    if (m->owns_pages) {
        maas_buffer_free(m->pages, m->pages_size);
    }

    maas__arena_destroy(m->arena);         /* m itself lives in it */
}


size_t
maas_decision(const maas_info_t *info, const float *y)
{
    float   v, most;
    size_t  i, best;

    if (info->task == MAAS_TASK_BINARY) {
        return y[0] > info->threshold;
    }

    best = 0;
    most = 0;

    for (i = 0; info->task == MAAS_TASK_CLASSIFICATION && i < info->out; i++) {
        v = info->decision != NULL ? y[i] * info->decision[i] : y[i];

        if (i == 0 || v > most) {
            most = v;
            best = i;
        }
    }

    return best;
}


float
maas_score(const maas_info_t *info, const float *y)
{
    float   most;
    size_t  i;

    most = y[0];

    for (i = 1; info->task == MAAS_TASK_CLASSIFICATION && i < info->out; i++) {
        most = y[i] > most ? y[i] : most;
    }

    return most;
}


maas_layer_t
maas_model_layer(const maas_model_t *m, size_t layer)
{
    size_t              i;
    maas_layer_t        l = { 0 };
    const maas_node_t  *n;

    for (i = 0; m->joined != NULL; /* void */ ) {
        if (layer < m->joined->parts[i]->info.layers) {
            m = m->joined->parts[i];
            i = 0;

        } else {
            layer -= m->joined->parts[i++]->info.layers;
        }
    }

    n = &m->steps[layer].step.node;
    l.kind = n->op->name;

    l.bytes = maas__node_bytes(n);

    if (n->op->rows != NULL) {
        l.weights = maas__dtypes[n->tensors[0].dtype].name;
        l.rows = maas__dtypes[n->op->rows(n)].name;
    }

    return l;
}


const maas_info_t *
maas_model_info(const maas_model_t *m)
{
    return &m->info;
}
