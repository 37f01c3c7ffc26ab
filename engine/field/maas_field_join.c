/*
 * Columns of several models as one list: a value goes to each model that has a
 * column of its name, and each reads it in its own way into its own part of a
 * row.
 * Not here: reading (maas_fields.c).
 */

#include "maas_field.h"
#include "maas_int.h"


/* A list that is being made */

typedef struct {
    const maas_fields_t *const  *from;
    size_t                       n_from;
    size_t                     **place;    /* (n_from, n) in the list of each
                                              own column */
    maas_fields_t                f;
} join_t;


/* Place in the list of column c of list k: of an earlier list that has it, or
 * SIZE_MAX */

static size_t
join_earlier(const join_t *j, size_t k, size_t c)
{
    size_t       i, own;
    const char  *name;

    name = j->from[k]->names[c];

    for (i = 0; i < k; i++) {
        own = maas_column_find(j->from[i], name, strlen(name));

        if (own != SIZE_MAX) {
            return j->place[i][own];
        }
    }

    return SIZE_MAX;
}


/* What the list says of a column: `at` is in the list's rows. */

static void
join_says(join_t *j, size_t to, size_t k, size_t c, size_t at)
{
    j->f.columns[to] = j->from[k]->columns[c];
    j->f.columns[to].at += at;
    j->f.info[to] = j->from[k]->info[c];
    j->f.info[to].at += at;
    j->f.values[to] = j->from[k]->values[c];
    j->f.names[to] = j->from[k]->names[c];
    j->f.required |= j->f.info[to].required != 0;
}


static maas_status_t
join_lists(join_t *j, maas_arena_t *a)
{
    size_t                k, c, to;
    const maas_fields_t  *f;

    for (k = 0; k < j->n_from; k++) {
        f = j->from[k];

        j->place[k] = maas__arena_alloc(a, f->n + 1, sizeof(size_t));
        if (j->place[k] == NULL) {
            return MAAS_NOMEM;
        }

        for (c = 0; c < f->n; c++) {
            to = join_earlier(j, k, c);

            if (to == SIZE_MAX) {
                to = j->f.n++;
                join_says(j, to, k, c, j->f.in);

            } else if (f->info[c].required && !j->f.info[to].required) {
                join_says(j, to, k, c, j->f.in);
            }

            j->place[k][c] = to;
        }

        if (f->in > MAAS_MAX_WIDTH - j->f.in) {
            return MAAS_TOOBIG;
        }

        j->f.in += f->in;
    }

    return MAAS_OK;
}


/* The other way round: own columns by place */

static maas_status_t
join_parts(join_t *j, maas_arena_t *a)
{
    size_t               k, c, at, *column;
    maas_fields_part_t  *parts;

    parts = maas__arena_alloc(a, j->n_from, sizeof(maas_fields_part_t));
    if (parts == NULL) {
        return MAAS_NOMEM;
    }

    for (k = 0, at = 0; k < j->n_from; k++) {
        column = maas__arena_alloc(a, j->f.n, sizeof(size_t));
        if (column == NULL) {
            return MAAS_NOMEM;
        }

        for (c = 0; c < j->f.n; c++) {
            column[c] = SIZE_MAX;
        }

        for (c = 0; c < j->from[k]->n; c++) {
            column[j->place[k][c]] = c;
        }

        parts[k].fields = j->from[k];
        parts[k].column = column;
        parts[k].at = at;
        at += j->from[k]->in * maas__slot_size(j->f.wide);
    }

    j->f.n_parts = j->n_from;
    j->f.parts = parts;

    return MAAS_OK;
}


static maas_status_t
join_begin(join_t *j, maas_arena_t *a, const maas_fields_t *const *from,
    size_t n)
{
    size_t  k, most;

    memset(j, 0, sizeof(join_t));

    j->from = from;
    j->n_from = n;
    j->f.marks = from[0]->marks;
    j->f.wide = from[0]->wide;

    for (k = 0, most = 1; k < n; k++) {
        most += from[k]->n;
    }

    j->f.columns = maas__arena_alloc(a, most, sizeof(maas_column_t));
    j->f.info = maas__arena_alloc(a, most, sizeof(maas_field_t));
    j->f.values = maas__arena_alloc(a, most, sizeof(maas_names_t));
    j->f.names = maas__arena_alloc(a, most, sizeof(char *));
    j->place = maas__arena_alloc(a, n, sizeof(size_t *));

    return j->f.columns == NULL || j->f.info == NULL || j->f.values == NULL
           || j->f.names == NULL || j->place == NULL ? MAAS_NOMEM
                                                     : join_lists(j, a);
}


maas_status_t
maas__fields_join(maas_arena_t *a, const maas_fields_t *const *from, size_t n,
    maas_fields_t *out)
{
    join_t         j;
    maas_status_t  rc;

    if ((rc = join_begin(&j, a, from, n)) != MAAS_OK
        || (rc = join_parts(&j, a)) != MAAS_OK
        || (rc = maas__names_create(a, j.f.names, j.f.n, &j.f.by_name))
           != MAAS_OK)
    {
        return rc;
    }

    *out = j.f;
    return MAAS_OK;
}


/* Whatever a number is, it is one: its own slot */

static void
join_plain(join_t *j)
{
    size_t          c;
    maas_column_t  *column;

    for (c = 0; c < j->f.n; c++) {
        column = &j->f.columns[c];
        column->at = c;
        column->missing = j->f.info[c].required ? NAN : MAAS_KEEP;
        j->f.info[c].at = c;
    }

    j->f.in = j->f.n;
}


maas_status_t
maas__fields_join_plain(maas_arena_t *a, const maas_fields_t *const *from,
    size_t n, maas_fields_t *out, size_t ***place)
{
    join_t         j;
    size_t         k, c;
    maas_status_t  rc;

    rc = join_begin(&j, a, from, n);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (k = 0; k < n; k++) {
        for (c = 0; c < from[k]->n; c++) {
            if (!maas__column_means(&from[k]->columns[c],
                                    &j.f.columns[j.place[k][c]]))
            {
                return MAAS_BADSHAPE;
            }
        }
    }

    join_plain(&j);

    rc = maas__names_create(a, j.f.names, j.f.n, &j.f.by_name);

    if (rc == MAAS_OK) {
        *out = j.f;
        *place = j.place;
    }

    return rc;
}
