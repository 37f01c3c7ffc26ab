/*
 * Columns of a model: values that clients send -> the slots of a row.
 * Not here: what a text means (maas_field_text.c), scaling (maas_prep.c).
 */

#include "maas_plan.h"

#include <math.h>
#include <string.h>


const char *const  maas__field_names[MAAS_N_FIELDS] = {
    "number", "boolean", "category", "text"
};


size_t
maas__column_width(const maas_column_t *c)
{
    size_t  n;

    switch (c->kind) {

    case MAAS_FIELD_CATEGORY:
        n = c->hash > 0 ? c->hash : c->n_values;
        break;

    case MAAS_FIELD_TEXT:
        n = c->hash;
        break;

    default:
        n = 1;
    }

    if (n > MAAS_MAX_WIDTH) {
        return 0;
    }

    n += (c->other != 0) + (c->missing_slot != 0);

    return n > MAAS_MAX_WIDTH ? 0 : n;
}


maas_status_t
maas__columns_place(maas_column_t *c, size_t n, size_t *in)
{
    size_t  i, at;

    at = 0;

    for (i = 0; i < n; i++) {
        c[i].at = at;
        c[i].width = maas__column_width(&c[i]);

        if (c[i].width == 0 || c[i].width > MAAS_MAX_WIDTH - at) {
            return MAAS_TOOBIG;
        }

        at += c[i].width;
    }

    *in = at;
    return MAAS_OK;
}


static maas_status_t
fields_names(maas_arena_t *a, const char *const *names, size_t n,
    maas_names_t *t)
{
    size_t  i, at, size;

    for (size = 4; size < 2 * n; size *= 2) {
        /* at least half of it stays free */
    }

    t->n = n;
    t->names = names;
    t->mask = size - 1;
    t->place = maas__arena_alloc(a, size, sizeof(uint32_t));

    if (t->place == NULL) {
        return MAAS_NOMEM;
    }

    for (i = 0; i < n; i++) {
        at = maas__field_hash(names[i], strlen(names[i])) & t->mask;

        while (t->place[at] != 0) {
            at = (at + 1) & t->mask;
        }

        t->place[at] = (uint32_t) i + 1;
    }

    return MAAS_OK;
}


static size_t
fields_find(const maas_names_t *t, const char *s, size_t len)
{
    size_t       at;
    const char  *name;

    if (t->n == 0 || len > MAAS_MAX_TEXT) {
        return SIZE_MAX;
    }

    at = maas__field_hash(s, len) & t->mask;

    while (t->place[at] != 0) {
        name = t->names[t->place[at] - 1];

        if (strnlen(name, len + 1) == len && memcmp(name, s, len) == 0) {
            return t->place[at] - 1;
        }

        at = (at + 1) & t->mask;
    }

    return SIZE_MAX;
}


static const void *
fields_copy(maas_arena_t *a, const void *p, size_t n, size_t size)
{
    void  *copy;

    copy = maas__arena_alloc(a, n + 1, size);

    return copy == NULL || n == 0 ? copy : memcpy(copy, p, n * size);
}


/* A column with all that it points to; 0 if memory is out */

static int
fields_column(maas_arena_t *a, const maas_column_t *from, maas_column_t *to)
{
    size_t        i;
    const char  **values;

    *to = *from;
    to->name = maas__arena_strndup(a, from->name, strlen(from->name));
    to->knots = fields_copy(a, from->knots, from->n_knots, sizeof(float));
    to->levels = fields_copy(a, from->levels, from->n_knots, sizeof(float));
    values = maas__arena_alloc(a, from->n_values + 1, sizeof(char *));

    if (to->name == NULL || to->knots == NULL || to->levels == NULL
        || values == NULL)
    {
        return 0;
    }

    for (i = 0; i < from->n_values; i++) {
        values[i] = maas__arena_strndup(a, from->values[i],
                                        strlen(from->values[i]));
        if (values[i] == NULL) {
            return 0;
        }
    }

    to->values = values;
    return 1;
}


static void
fields_info(const maas_column_t *c, maas_field_t *info)
{
    info->name = c->name;
    info->kind = c->kind;
    info->at = c->at;
    info->width = c->width;
    info->n_values = c->n_values;
    info->values = c->values;
    info->required = isnan(c->missing)
                     && (c->kind == MAAS_FIELD_NUMBER
                         || c->kind == MAAS_FIELD_BOOLEAN);
}


maas_status_t
maas__fields_create(maas_arena_t *a, const maas_column_t *c, size_t n,
    maas_fields_t *f)
{
    size_t         i;
    maas_status_t  rc;

    memset(f, 0, sizeof(maas_fields_t));

    f->n = n;
    f->columns = maas__arena_alloc(a, n + 1, sizeof(maas_column_t));
    f->info = maas__arena_alloc(a, n + 1, sizeof(maas_field_t));
    f->names = maas__arena_alloc(a, n + 1, sizeof(char *));
    f->values = maas__arena_alloc(a, n + 1, sizeof(maas_names_t));

    if (f->columns == NULL || f->info == NULL || f->names == NULL
        || f->values == NULL)
    {
        return MAAS_NOMEM;
    }

    for (i = 0; i < n; i++) {
        if (!fields_column(a, &c[i], &f->columns[i])) {
            return MAAS_NOMEM;
        }

        f->names[i] = f->columns[i].name;

        rc = fields_names(a, f->columns[i].values, f->columns[i].n_values,
                          &f->values[i]);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    rc = maas__columns_place(f->columns, n, &f->in);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; i < n; i++) {
        fields_info(&f->columns[i], &f->info[i]);
        f->required |= f->info[i].required != 0;
    }

    return fields_names(a, f->names, n, &f->by_name);
}


static maas_status_t
fields_bad(const maas_column_t *c, const char *expected, maas_err_t *err)
{
    return maas__fail(err, MAAS_BADVALUE, "column \"%.64s\": expected %s",
                      c->name, expected);
}


/* x: the column's own slots */

static void
fields_missing(const maas_column_t *c, float *x)
{
    memset(x, 0, c->width * sizeof(float));

    if (c->kind == MAAS_FIELD_NUMBER || c->kind == MAAS_FIELD_BOOLEAN) {
        x[0] = c->missing;
    }

    if (c->missing_slot) {
        x[c->width - 1] = 1;
    }
}


static void
fields_number(const maas_column_t *c, float v, float *x)
{
    x[0] = v;

    if (c->missing_slot) {
        x[1] = 0;
    }
}


static maas_status_t
fields_number_text(const maas_column_t *c, const char *s, size_t len,
    float *x, maas_err_t *err)
{
    int            yes;
    float          v;
    maas_status_t  rc;

    if (maas__field_is_missing(s, len)) {
        fields_missing(c, x);
        return MAAS_OK;
    }

    if (c->kind == MAAS_FIELD_BOOLEAN) {
        yes = maas__field_boolean(s, len);
        if (yes < 0) {
            return fields_bad(c, "true or false, yes or no, 1 or 0", err);
        }

        fields_number(c, (float) yes, x);
        return MAAS_OK;
    }

    rc = maas__field_number(s, len, &v);
    if (rc != MAAS_OK) {
        return fields_bad(c, rc == MAAS_TOOBIG
                             ? "a number that fits in single precision"
                             : "a number", err);
    }

    fields_number(c, v, x);
    return MAAS_OK;
}


/* s is trimmed and not empty */

static void
fields_category(const maas_column_t *c, const maas_names_t *values,
    const char *s, size_t len, float *x)
{
    size_t  at;

    memset(x, 0, c->width * sizeof(float));

    if (c->hash > 0) {
        x[(maas__field_hash(s, len) & 0x7fffffffu) % c->hash] = 1;
        return;
    }

    at = fields_find(values, s, len);

    if (at != SIZE_MAX) {
        x[at] = 1;

    } else if (c->other) {
        x[c->n_values] = 1;
    }
}


void
maas__row_clear(const maas_fields_t *f, float *x)
{
    size_t  i;

    for (i = 0; i < f->n; i++) {
        fields_missing(&f->columns[i], x + f->columns[i].at);
    }
}


size_t
maas__column_find(const maas_fields_t *f, const char *name, size_t len)
{
    return fields_find(&f->by_name, name, len);
}


maas_status_t
maas__row_text(const maas_fields_t *f, size_t column, const char *s,
    size_t len, float *x, maas_err_t *err)
{
    const maas_column_t  *c;

    c = &f->columns[column];
    x += c->at;

    maas__field_trim(&s, &len);

    if (len == 0) {
        fields_missing(c, x);
        return MAAS_OK;
    }

    if (len > MAAS_MAX_VALUE) {
        return maas__fail(err, MAAS_TOOBIG, "column \"%.64s\": a text over "
                          "%u bytes", c->name, MAAS_MAX_VALUE);
    }

    if (c->kind == MAAS_FIELD_NUMBER || c->kind == MAAS_FIELD_BOOLEAN) {
        return fields_number_text(c, s, len, x, err);
    }

    if (!maas__field_utf8(s, len)) {
        return fields_bad(c, "text in UTF-8", err);
    }

    if (c->kind == MAAS_FIELD_CATEGORY) {
        fields_category(c, &f->values[column], s, len, x);
        return MAAS_OK;
    }

    if (c->missing_slot) {
        x[c->width - 1] = 0;
    }

    maas__field_pieces(s, len, c->shortest, c->longest, x, c->hash);

    return MAAS_OK;
}


maas_status_t
maas__row_number(const maas_fields_t *f, size_t column, double v, float *x,
    maas_err_t *err)
{
    char                  buf[MAAS_NUMBER_TEXT];
    const maas_column_t  *c;

    c = &f->columns[column];

    if (!isfinite((float) v)) {
        return fields_bad(c, "a number that fits in single precision", err);
    }

    switch (c->kind) {

    case MAAS_FIELD_NUMBER:
        fields_number(c, (float) v, x + c->at);
        return MAAS_OK;

    case MAAS_FIELD_BOOLEAN:
        if (v != 0 && v != 1) {
            return fields_bad(c, "true or false, yes or no, 1 or 0", err);
        }

        fields_number(c, (float) v, x + c->at);
        return MAAS_OK;

    default:
        return maas__row_text(f, column, buf, maas__field_print(v, buf), x,
                              err);
    }
}


maas_status_t
maas__row_bool(const maas_fields_t *f, size_t column, int v, float *x,
    maas_err_t *err)
{
    const maas_column_t  *c;

    c = &f->columns[column];

    if (c->kind == MAAS_FIELD_NUMBER || c->kind == MAAS_FIELD_BOOLEAN) {
        fields_number(c, v ? 1 : 0, x + c->at);
        return MAAS_OK;
    }

    return maas__row_text(f, column, v ? "true" : "false", v ? 4 : 5, x, err);
}


maas_status_t
maas__row_check(const maas_fields_t *f, const float *x, maas_err_t *err)
{
    size_t  i;

    for (i = 0; f->required && i < f->n; i++) {
        if (isnan(x[f->columns[i].at])) {
            return maas__fail(err, MAAS_BADVALUE,
                              "column \"%.64s\" has no value",
                              f->columns[i].name);
        }
    }

    return MAAS_OK;
}


void
maas_row_clear(const maas_model_t *m, float *x)
{
    maas__row_clear(&m->fields, x);
}


size_t
maas_column_find(const maas_model_t *m, const char *name, size_t len)
{
    return maas__column_find(&m->fields, name, len);
}


maas_status_t
maas_row_text(const maas_model_t *m, size_t column, const char *s,
    size_t len, float *x, maas_err_t *err)
{
    return maas__row_text(&m->fields, column, s, len, x, err);
}


maas_status_t
maas_row_number(const maas_model_t *m, size_t column, double v, float *x,
    maas_err_t *err)
{
    return maas__row_number(&m->fields, column, v, x, err);
}


maas_status_t
maas_row_bool(const maas_model_t *m, size_t column, int v, float *x,
    maas_err_t *err)
{
    return maas__row_bool(&m->fields, column, v, x, err);
}


maas_status_t
maas_row_check(const maas_model_t *m, const float *x, maas_err_t *err)
{
    return maas__row_check(&m->fields, x, err);
}
