/*
 * A model made of others: what does it say of itself, what does it need to run?
 * Not here: whether they fit (maas_join_fit.c), running it (maas_join_run.c),
 * weights, which stay the parts' own.
 */

#include "maas_int.h"
#include "maas_plan.h"
#include "read/maas_crc.h"

#include <string.h>


#define MAAS_JOIN_LIMIT  ((size_t) 1 << 27)    /* numbers of a gate, pointers */


/* Bytes a row of values between parts */

static void
join_rooms(const maas_join_t *how, maas_joined_t *j)
{
    size_t              i, row, most;
    const maas_info_t  *a;

    a = &how->parts[0]->info;

    for (i = 0, most = 0; i < how->n; i++) {
        row = how->parts[i]->info.row;
        most = most < row ? row : most;
    }

    if (how->kind == MAAS_JOIN_MEAN) {
        j->room[0] = a->out * sizeof(double);
        j->room[1] = a->out * sizeof(float);
        j->room[2] = j->own != NULL ? most : 0;
        return;
    }

    if (how->kind == MAAS_JOIN_GATE) {
        j->room[0] = sizeof(float);
        j->room[1] = most;
        return;
    }

    for (i = 0; i + 1 < how->n; i++) {
        row = how->parts[i + 1]->info.row;
        j->room[i % 2] = j->room[i % 2] < row ? row : j->room[i % 2];
    }

    j->room[2] = 1;
}


static void
join_workspace(const maas_join_t *how, maas_model_t *m,
    const maas_joined_t *j)
{
    size_t               i;
    const maas_model_t  *p;

    for (i = 0; i < how->n; i++) {
        p = how->parts[i];
        m->row_size = m->row_size < p->row_size ? p->row_size : m->row_size;
        m->fixed = m->fixed < p->fixed ? p->fixed : m->fixed;
    }

    for (i = 0; i < MAAS_JOIN_ROOMS; i++) {
        m->row_size += j->room[i];
        m->fixed += MAAS_ALIGN;
    }
}


static uint32_t
join_crc(const maas_join_t *how, const maas_joined_t *j, size_t out)
{
    size_t    i;
    uint32_t  crc, kind;

    kind = how->kind;
    crc = maas__crc32c(0, &kind, sizeof(kind));
    crc = maas__crc32c(crc, &how->threshold, sizeof(float));
    crc = maas__crc32c(crc, &how->above, sizeof(float));
    crc = maas__crc32c(crc, j->weights, how->n * sizeof(double));

    if (j->otherwise != NULL) {
        crc = maas__crc32c(crc, j->otherwise, out * sizeof(float));
    }

    for (i = 0; i < how->n; i++) {
        crc = maas__crc32c(crc, &how->parts[i]->info.crc32c,
                           sizeof(uint32_t));
    }

    return crc;
}


/* What training had beside columns, of all parts, where it is no column now */

static maas_status_t
join_others(const maas_join_t *how, maas_model_t *m)
{
    size_t          i, k, n, most;
    const char    **names;
    maas_info_t    *info;
    maas_other_t   *others;

    info = &m->info;

    for (i = 0, most = 1; i < how->n; i++) {
        most += how->parts[i]->info.n_others;
    }

    names = maas__arena_alloc(m->arena, most, sizeof(char *));
    others = maas__arena_alloc(m->arena, most, sizeof(maas_other_t));

    if (names == NULL || others == NULL) {
        return MAAS_NOMEM;
    }

    for (i = 0, n = 0; i < how->n; i++) {
        for (k = 0; k < how->parts[i]->info.n_others; k++) {
            others[n] = how->parts[i]->info.others[k];
            names[n] = others[n].name;

            n += maas_column_find(&m->fields, names[n], strlen(names[n]))
                 == SIZE_MAX;
        }
    }

    info->n_others = n;
    info->others = others;

    return maas__fields_others(m->arena, &m->fields, names, n);
}


/* Each reads a value in its own way, into its own part of a row. */

static maas_status_t
join_ways(const maas_join_t *how, maas_model_t *m, maas_join_own_t *own,
    const maas_fields_t *const *from)
{
    size_t                i, at;
    maas_status_t         rc;
    const maas_fields_t  *marking[MAAS_JOIN_MOST];

    for (i = 0, at = 0; i < how->n; i++) {
        marking[i] = how->parts[i]->info.marking;
        own[i].at = at;
        at += how->parts[i]->info.row;
    }

    m->info.plain = 0;
    m->info.nan = 0;
    rc = maas__fields_join(m->arena, from, how->n, &m->fields);

    return rc == MAAS_OK ? maas__fields_join(m->arena, marking, how->n,
                                             &m->marking)
                         : rc;
}


/* A row is just numbers, of which each takes its own. */

static maas_status_t
join_numbers(const maas_join_t *how, maas_model_t *m, maas_join_own_t *own,
    const maas_fields_t *const *from)
{
    float           v;
    double         *missing;
    size_t          i, c, **place;
    maas_status_t   rc;

    rc = maas__fields_join_plain(m->arena, from, how->n, &m->fields, &place);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; i < how->n; i++) {
        missing = maas__arena_alloc(m->arena, from[i]->n, sizeof(double));
        if (missing == NULL) {
            return MAAS_NOMEM;
        }

        for (c = 0; c < from[i]->n; c++) {
            v = from[i]->columns[c].missing;
            missing[c] = v == MAAS_KEEP ? NAN : (double) v;
        }

        own[i].from = place[i];
        own[i].missing = missing;
    }

    m->marking = m->fields;
    m->marking.marks = 1;

    return MAAS_OK;
}


/* Parts that read the same values in other ways: each has its own row in the
 * model's row. */

static maas_status_t
join_fields(const maas_join_t *how, maas_model_t *m, maas_joined_t *j)
{
    int                   plain;
    size_t                i;
    maas_info_t          *info;
    maas_status_t         rc;
    maas_join_own_t      *own;
    const maas_fields_t  *from[MAAS_JOIN_MOST];

    info = &m->info;
    own = maas__arena_alloc(m->arena, how->n, sizeof(maas_join_own_t));
    if (own == NULL) {
        return MAAS_NOMEM;
    }

    for (i = 0, plain = 1; i < how->n; i++) {
        from[i] = how->parts[i]->info.reader;
        plain &= how->parts[i]->info.plain;
    }

    rc = plain ? join_numbers(how, m, own, from) : MAAS_BADSHAPE;

    if (rc == MAAS_BADSHAPE) {
        rc = join_ways(how, m, own, from);
    }

    if (rc != MAAS_OK || (rc = join_others(how, m)) != MAAS_OK) {
        return rc;
    }

    m->marking.others = m->fields.others;
    j->own = own;

    info->in = m->fields.in;
    info->row = m->fields.in * maas__slot_size(info->wide);
    info->rank = 1;
    info->shape[0] = info->in;
    info->n_columns = m->fields.n;
    info->columns = m->fields.names;
    info->fields = m->fields.info;
    info->reader = &m->fields;
    info->marking = &m->marking;

    return MAAS_OK;
}


/* Do all parts but the first read what that one reads, in the same way? */

static int
join_same(const maas_join_t *how)
{
    size_t              i;
    const maas_info_t  *a;

    a = &how->parts[0]->info;

    for (i = 1; how->kind != MAAS_JOIN_CHAIN && i < how->n; i++) {
        if (a->input == MAAS_INPUT_COLUMNS
            && maas__fields_differ(a->reader, how->parts[i]->info.reader)
               != SIZE_MAX)
        {
            return 0;
        }
    }

    return 1;
}


/* It takes what the first part takes and says what the last one says. */

static void
join_info(const maas_join_t *how, maas_model_t *m, const maas_joined_t *j)
{
    size_t              i;
    maas_info_t        *info;
    const maas_info_t  *last, *p;

    info = &m->info;
    *info = how->parts[0]->info;
    last = &how->parts[how->n - 1]->info;

    info->task = last->task;
    info->task_name = last->task_name;
    info->output_name = last->output_name;
    info->out = last->out;
    info->n_labels = last->n_labels;
    info->labels = last->labels;
    info->threshold = last->threshold;
    info->decision = last->decision;

    if (how->kind == MAAS_JOIN_MEAN) {
        info->threshold = how->threshold > 0 ? how->threshold : 0.5f;
        info->decision = NULL;
    }

    info->layers = 0;
    info->parameters = 0;
    info->file_size = 0;
    info->weights_size = 0;

    for (i = 0; i < how->n; i++) {
        p = &how->parts[i]->info;
        info->layers += p->layers;
        info->parameters += p->parameters;
        info->file_size += p->file_size;
        info->weights_size += p->weights_size;
        info->version = info->version < p->version ? p->version
                                                   : info->version;
        info->nan &= p->nan || how->kind == MAAS_JOIN_CHAIN;
    }

    info->name = how->name != NULL ? how->name : info->name;
    info->document = "{}";
    info->trained_on = NULL;
    info->trained_rows = 0;
    info->crc32c = join_crc(how, j, last->out);
}


/* Copies of what `how` points to */

static maas_joined_t *
join_copy(const maas_join_t *how, maas_arena_t *a)
{
    float          *otherwise;
    size_t          i, out;
    double         *weights;
    maas_joined_t  *j;

    out = how->parts[how->n - 1]->info.out;

    j = maas__arena_alloc(a, 1, sizeof(maas_joined_t));
    weights = maas__arena_alloc(a, how->n, sizeof(double));
    otherwise = maas__arena_alloc(a, out, sizeof(float));

    if (j == NULL || weights == NULL || otherwise == NULL
        || (j->parts = maas__arena_alloc(a, how->n, sizeof(void *))) == NULL)
    {
        return NULL;
    }

    j->run = maas__join_run;
    j->kind = how->kind;
    j->n = how->n;
    j->weights = weights;
    j->above = how->above;

    for (i = 0; i < how->n; i++) {
        j->parts[i] = how->parts[i];
        weights[i] = how->weights != NULL ? how->weights[i] : 1;
        j->total += weights[i];
    }

    if (how->kind == MAAS_JOIN_GATE && how->otherwise != NULL) {
        j->otherwise = memcpy(otherwise, how->otherwise, out * sizeof(float));
    }

    return j;
}


maas_status_t
maas_join(const maas_join_t *how, maas_model_t **out, maas_err_t *err)
{
    maas_arena_t   *a;
    maas_model_t   *m;
    maas_joined_t  *j;
    maas_status_t   rc;

    rc = maas__join_fits(how, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    a = maas__arena_create(MAAS_JOIN_LIMIT);
    m = a == NULL ? NULL : maas__arena_alloc(a, 1, sizeof(maas_model_t));
    j = m == NULL ? NULL : join_copy(how, a);

    if (j == NULL) {
        maas__arena_destroy(a);
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    m->arena = a;
    m->joined = j;
    join_info(how, m, j);

    if (!join_same(how) && (rc = join_fields(how, m, j)) != MAAS_OK) {
        maas__arena_destroy(a);
        return maas__fail(err, rc, rc == MAAS_TOOBIG
                          ? "more than %u numbers a row" : "out of memory",
                          MAAS_MAX_WIDTH);
    }

    join_rooms(how, j);
    join_workspace(how, m, j);

    *out = m;
    return MAAS_OK;
}
