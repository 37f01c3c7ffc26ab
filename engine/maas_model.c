/*
 * Description -> plan: packed weights in shared pages, workspace layout.
 * Not here: reading files (maas_read.c), running (maas_run.c).
 */

#include "maas_desc.h"
#include "maas_int.h"
#include "maas_mem.h"
#include "maas_plan.h"
#include "field/maas_field.h"
#include "kernel/maas_gemm.h"
#include "read/maas_read.h"

#include <string.h>


#define MAAS_ARENA_LIMIT  ((size_t) 1 << 33)   /* 2^30 weights, some text */

/* 16: a zmm register of floats, added once more so that rows are never a
 * multiple of 4 KB apart, which would make them share cache sets */

#define maas_ld(width)  ((((width) + 15) & ~(size_t) 15) + 16)


static const char *
maas_model_strdup(maas_model_t *m, const char *s)
{
    return s == NULL ? NULL : maas__arena_strndup(m->arena, s, strlen(s));
}


static maas_status_t
maas_model_info_fill(maas_model_t *m, const maas_desc_t *d, size_t file_size)
{
    size_t         i;
    maas_info_t   *info;
    const char   **labels;

    info = &m->info;

    info->task = d->task;
    info->task_name = maas__task_names[d->task];
    info->input = d->input;
    info->rank = d->rank;
    memcpy(info->shape, d->shape, sizeof(info->shape));
    info->in = d->in;
    info->out = d->out;
    info->image = d->image;
    info->layers = d->n_layers;
    info->parameters = d->parameters;
    info->file_size = file_size;
    info->crc32c = d->crc32c;
    info->isa = m->gemm->name;
    info->n_labels = d->n_labels;
    info->threshold = d->threshold > 0 ? d->threshold : 0.5f;

    info->name = maas_model_strdup(m, d->name);
    info->input_name = maas_model_strdup(m, d->input_name);
    info->output_name = maas_model_strdup(m, d->output_name);
    info->document = maas_model_strdup(m, d->document);
    labels = maas__arena_alloc(m->arena, d->n_labels + 1, sizeof(char *));

    if (info->name == NULL || info->input_name == NULL
        || info->output_name == NULL || labels == NULL
        || (info->document == NULL && d->document != NULL))
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

    return MAAS_OK;
}


/* What shift and factor cannot do */

static maas_status_t
maas_model_curves(maas_model_t *m, const maas_fields_t *f)
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
maas_model_scales(maas_model_t *m, const maas_desc_t *d)
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


static maas_status_t
maas_model_fields(maas_model_t *m, const maas_desc_t *d)
{
    size_t         i;
    maas_info_t   *info;
    maas_status_t  rc;

    info = &m->info;
    info->plain = 1;

    if (d->input == MAAS_INPUT_COLUMNS) {
        rc = maas__fields_create(m->arena, d->columns, d->n_columns,
                                 &m->fields);
        if (rc != MAAS_OK) {
            return rc;
        }

        info->n_columns = m->fields.n;
        info->columns = m->fields.names;
        info->fields = m->fields.info;
        info->reader = &m->fields;

        for (i = 0; i < m->fields.n; i++) {
            info->plain &= m->fields.info[i].kind == MAAS_FIELD_NUMBER
                           && m->fields.info[i].width == 1;
        }
    }

    rc = maas_model_curves(m, &m->fields);

    return rc == MAAS_OK ? maas_model_scales(m, d) : rc;
}


/*
 * Slots are matrices that values share one after the other: a value takes a
 * slot that no later step reads, else a new one.  value_slot has a place for
 * the network's input and for each layer but the last, which goes to y.
 */

static void
maas_model_slot(maas_model_t *m, size_t *busy_until, size_t now, size_t until,
    size_t width, unsigned *slot)
{
    size_t  s, best;

    best = m->n_slots;

    for (s = 0; s < m->n_slots; s++) {
        if (busy_until[s] < now
            && (best == m->n_slots || m->slots[s].ld > m->slots[best].ld))
        {
            best = s;
        }
    }

    if (best == m->n_slots) {
        m->n_slots++;
    }

    if (m->slots[best].ld < maas_ld(width)) {
        m->slots[best].ld = maas_ld(width);
    }

    busy_until[best] = until;
    *slot = (unsigned) best;
}


static maas_status_t
maas_model_slots(maas_model_t *m, const maas_desc_t *d)
{
    size_t     i, j, *last, *busy_until;
    unsigned  *slot;

    last = maas__arena_alloc(m->arena, d->n_layers + 1, sizeof(size_t));
    busy_until = maas__arena_alloc(m->arena, d->n_layers + 1, sizeof(size_t));
    slot = maas__arena_alloc(m->arena, d->n_layers + 1, sizeof(unsigned));
    m->slots = maas__arena_alloc(m->arena, d->n_layers + 1,
                                 sizeof(maas_slot_t));

    if (last == NULL || busy_until == NULL || slot == NULL
        || m->slots == NULL)
    {
        return MAAS_NOMEM;
    }

    /* time 0: preprocessing; time i + 1: layer i */

    for (i = 0; i < d->n_layers; i++) {
        for (j = 0; j < d->layers[i].n_in; j++) {
            last[d->layers[i].in[j]] = i + 1;
        }
    }

    if (m->n_scales == 0) {
        slot[0] = MAAS_SLOT_X;
    } else {
        maas_model_slot(m, busy_until, 0, last[0], d->in, &slot[0]);
    }

    for (i = 0; i < d->n_layers; i++) {
        if (i == d->n_layers - 1) {
            slot[i + 1] = MAAS_SLOT_Y;
        } else {
            maas_model_slot(m, busy_until, i + 1, last[i + 1],
                            d->layers[i].units, &slot[i + 1]);
        }

        m->steps[i].dst = slot[i + 1];
        for (j = 0; j < d->layers[i].n_in; j++) {
            m->steps[i].src[j] = slot[d->layers[i].in[j]];
        }
    }

    m->input_slot = slot[0];

    for (i = 0; i < m->n_slots; i++) {
        m->slots[i].offset = m->row_floats;
        m->row_floats += m->slots[i].ld;
    }

    return MAAS_OK;
}


/* Bytes of weights of layer l in the shared pages; 0 on overflow */

static size_t
maas_model_weight_size(const maas_model_t *m, const maas_layer_t *l)
{
    size_t  n;

    if (l->kind == MAAS_LAYER_DENSE) {
        n = m->gemm->packed_size(l->in_width, l->units);
    } else {
        n = 2 * l->units * sizeof(float);
    }

    return n > SIZE_MAX - MAAS_ALIGN
           ? 0 : (n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
}


static void
maas_model_pack(maas_model_t *m, const maas_layer_t *l, maas_step_t *step,
    char *to)
{
    float  *w;

    if (l->kind == MAAS_LAYER_DENSE) {
        m->gemm->pack(l->weight, l->bias, l->in_width, l->units, to);
        step->packed = to;
        return;
    }

    w = (float *) to;
    memcpy(w, l->weight, l->units * sizeof(float));
    memcpy(w + l->units, l->bias, l->units * sizeof(float));
    step->weight = w;
    step->bias = w + l->units;
}


static maas_status_t
maas_model_weights(maas_model_t *m, const maas_desc_t *d)
{
    char    *p;
    size_t   i, n, total;

    total = MAAS_ALIGN;

    for (i = 0; i < d->n_layers; i++) {
        if (d->layers[i].weight == NULL) {
            continue;
        }

        n = maas_model_weight_size(m, &d->layers[i]);
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

    for (i = 0; i < d->n_layers; i++) {
        if (d->layers[i].weight == NULL) {
            continue;
        }

        maas_model_pack(m, &d->layers[i], &m->steps[i], p);
        p += maas_model_weight_size(m, &d->layers[i]);
    }

    return maas__pages_seal(m->pages, total) == 0 ? MAAS_OK : MAAS_NOMEM;
}


static maas_status_t
maas_model_steps(maas_model_t *m, const maas_desc_t *d)
{
    size_t               i;
    maas_step_t         *step;
    const maas_layer_t  *l;

    m->n_steps = d->n_layers;
    m->steps = maas__arena_alloc(m->arena, d->n_layers, sizeof(maas_step_t));
    if (m->steps == NULL) {
        return MAAS_NOMEM;
    }

    for (i = 0; i < d->n_layers; i++) {
        l = &d->layers[i];
        step = &m->steps[i];

        step->kind = l->kind;
        step->act = l->act;
        step->alpha = l->alpha;
        step->eps = l->eps;
        step->in_width = l->in_width;
        step->units = l->units;
    }

    return MAAS_OK;
}


maas_status_t
maas__model_plan(const maas_desc_t *desc, size_t file_size, maas_isa_t isa,
    maas_model_t **out, maas_err_t *err)
{
    maas_model_t       *m;
    maas_arena_t       *arena;
    maas_status_t       rc;
    const maas_gemm_t  *gemm;

    gemm = maas__gemm_choose(isa);
    if (gemm == NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED,
                          "this CPU lacks the wanted instruction set");
    }

    arena = maas__arena_create(MAAS_ARENA_LIMIT);
    m = arena == NULL ? NULL
                      : maas__arena_alloc(arena, 1, sizeof(maas_model_t));
    if (m == NULL) {
        maas__arena_destroy(arena);
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    m->arena = arena;
    m->gemm = gemm;

    if ((rc = maas_model_info_fill(m, desc, file_size)) != MAAS_OK
        || (rc = maas_model_fields(m, desc)) != MAAS_OK
        || (rc = maas_model_steps(m, desc)) != MAAS_OK
        || (rc = maas_model_slots(m, desc)) != MAAS_OK
        || (rc = maas_model_weights(m, desc)) != MAAS_OK)
    {
        maas_model_free(m);
        return maas__fail(err, rc, "out of memory for a model of %zu weights",
                          desc->parameters);
    }

    *out = m;
    return MAAS_OK;
}


maas_status_t
maas_model_load(const void *file, size_t size, maas_isa_t isa,
    maas_model_t **out, maas_err_t *err)
{
    maas_desc_t    *desc;
    maas_arena_t   *arena;
    maas_status_t   rc;

    arena = maas__arena_create(MAAS_ARENA_LIMIT);
    if (arena == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = maas__read(file, size, arena, &desc, err);
    if (rc == MAAS_OK) {
        rc = maas__model_plan(desc, size, isa, out, err);
    }

    maas__arena_destroy(arena);

    return rc;
}


void
maas_model_free(maas_model_t *m)
{
    if (m == NULL) {
        return;
    }

    maas__pages_unmap(m->pages, m->pages_size);
    maas__arena_destroy(m->arena);         /* m itself lives in it */
}


const maas_info_t *
maas_model_info(const maas_model_t *m)
{
    return &m->info;
}
