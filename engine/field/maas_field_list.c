/*
 * The columns of a model as a list that values can be set by: which slots each
 * has, and tables that find columns and values by name.
 * Not here: values (maas_fields.c).
 */

#include "maas_field.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


/* Slots that a column takes; more than there may be if it has too many */

static size_t
list_width(const maas_column_t *c)
{
    size_t  n;

    switch (c->kind) {

    case MAAS_FIELD_CATEGORY:
        n = c->hash > 0 ? c->hash : c->codes ? 1 : c->n_values;
        break;

    case MAAS_FIELD_TEXT:
        n = c->hash;
        break;

    case MAAS_FIELD_DATE:
        n = maas__date_slots(c->parts, c->n_parts);
        break;

    default:
        n = 1;
    }

    return n > MAAS_MAX_WIDTH ? n
                              : n + (c->other != 0) + (c->missing_slot != 0);
}


maas_status_t
maas__columns_place(maas_column_t *c, size_t n, size_t *in)
{
    size_t  i, at;

    at = 0;

    for (i = 0; i < n; i++) {
        c[i].at = at;
        c[i].width = list_width(&c[i]);

        if (c[i].width == 0 || c[i].width > MAAS_MAX_WIDTH - at) {
            return MAAS_TOOBIG;
        }

        at += c[i].width;
    }

    *in = at;
    return MAAS_OK;
}


maas_status_t
maas__names_create(maas_arena_t *a, const char *const *names, size_t n,
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


size_t
maas__names_find(const maas_names_t *t, const char *s, size_t len)
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
list_copy(maas_arena_t *a, const void *p, size_t n, size_t size)
{
    void  *copy;

    copy = maas__arena_alloc(a, n + 1, size);

    return copy == NULL || n == 0 ? copy : memcpy(copy, p, n * size);
}


/* Copies of n texts; NULL: no memory */

static const char *const *
list_texts(maas_arena_t *a, const char *const *from, size_t n)
{
    size_t        i;
    const char  **texts;

    texts = maas__arena_alloc(a, n + 1, sizeof(char *));

    for (i = 0; texts != NULL && i < n; i++) {
        texts[i] = maas__arena_strndup(a, from[i], strlen(from[i]));
        if (texts[i] == NULL) {
            return NULL;
        }
    }

    return texts;
}


/* A column with all that it points to */

static maas_status_t
list_column(maas_arena_t *a, const maas_column_t *from, maas_column_t *to)
{
    *to = *from;
    to->name = maas__arena_strndup(a, from->name, strlen(from->name));
    to->knots = list_copy(a, from->knots, from->n_knots, sizeof(float));
    to->levels = list_copy(a, from->levels, from->n_knots, sizeof(float));
    to->values = list_texts(a, from->values, from->n_values);
    to->blanks = list_texts(a, from->blanks, from->n_blanks);
    to->units = list_texts(a, from->units, from->n_units);
    to->parts = list_copy(a, from->parts, from->n_parts, sizeof(maas_part_t));

    return to->name == NULL || to->knots == NULL || to->levels == NULL
           || to->values == NULL || to->blanks == NULL || to->units == NULL
           || to->parts == NULL ? MAAS_NOMEM : MAAS_OK;
}


static void
list_info(const maas_column_t *c, maas_field_t *info)
{
    info->name = c->name;
    info->kind = c->kind;
    info->kind_name = maas__field_names[c->kind];
    info->at = c->at;
    info->width = c->width;
    info->n_values = c->n_values;
    info->values = c->values;
    info->form = c->kind == MAAS_FIELD_DATE ? maas__date_names[c->date] : NULL;
    info->usual = (maas_usual_t) { NULL, NAN, NAN, NAN };
    info->required = isnan(c->missing)
                     && (c->kind == MAAS_FIELD_NUMBER
                         || c->kind == MAAS_FIELD_BOOLEAN);
}


maas_status_t
maas__fields_create(maas_arena_t *a, const maas_column_t *c, size_t n,
    maas_fields_t *out)
{
    size_t         i;
    maas_status_t  rc;
    maas_fields_t  f;

    memset(&f, 0, sizeof(maas_fields_t));

    f.n = n;
    f.columns = maas__arena_alloc(a, n + 1, sizeof(maas_column_t));
    f.info = maas__arena_alloc(a, n + 1, sizeof(maas_field_t));
    f.names = maas__arena_alloc(a, n + 1, sizeof(char *));
    f.values = maas__arena_alloc(a, n + 1, sizeof(maas_names_t));

    if (f.columns == NULL || f.info == NULL || f.names == NULL
        || f.values == NULL)
    {
        return MAAS_NOMEM;
    }

    for (i = 0; i < n; i++) {
        if ((rc = list_column(a, &c[i], &f.columns[i])) != MAAS_OK
            || (rc = maas__names_create(a, f.columns[i].values, c[i].n_values,
                                        &f.values[i])) != MAAS_OK)
        {
            return rc;
        }

        f.names[i] = f.columns[i].name;
    }

    if ((rc = maas__columns_place(f.columns, n, &f.in)) != MAAS_OK
        || (rc = maas__names_create(a, f.names, n, &f.by_name)) != MAAS_OK)
    {
        return rc;
    }

    for (i = 0; i < n; i++) {
        list_info(&f.columns[i], &f.info[i]);
        f.required |= f.info[i].required != 0;
    }

    *out = f;
    return MAAS_OK;
}


maas_status_t
maas__fields_others(maas_arena_t *a, maas_fields_t *f,
    const char *const *names, size_t n)
{
    return maas__names_create(a, names, n, &f->others);
}
