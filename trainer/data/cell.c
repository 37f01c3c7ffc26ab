/*
 * What a cell means for its column: a number, a text to keep, or nothing, by
 * the engine's own functions.
 * Rows are not known here (table.c), nor how columns are read in the first
 * place (roles_*.c).
 */

#include <math.h>
#include <string.h>

#include "table.h"
#include "util.h"
#include "text/maas_json.h"


static const char *const  cell_beyond[] = {
    "a number that fits in single precision",
    "a number that fits in double precision"
};


void
train_cell_text(const train_cell_t *cell, char buf[MAAS_CANONICAL],
    const char **s, size_t *len)
{
    *s = cell->s;
    *len = (cell->type == TRAIN_CELL_NULL) ? 0 : cell->len;

    if (cell->type == TRAIN_CELL_NUMBER && cell->s == NULL) {
        *s = buf;
        *len = isfinite((float) cell->v)
               ? maas__field_print(cell->v, buf)
               : (size_t) snprintf(buf, MAAS_CANONICAL, "%.9g", cell->v);
    }

    maas__field_trim(s, len);
}


/* Version 1 writes numbers of JSON anew */

static void
cell_respelt(const train_cell_t *cell, char buf[MAAS_CANONICAL],
    const char **s, size_t *len)
{
    double  v;

    if (cell->type == TRAIN_CELL_NUMBER && cell->s != NULL
        && maas__field_double(cell->s, cell->len, &v))
    {
        *s = buf;
        *len = maas__field_print(v, buf);
    }
}


static int
cell_is_blank(const train_column_t *c, const train_cell_t *cell, const char *s,
    size_t len)
{
    size_t                i;
    const maas_column_t  *f = &c->format;

    for (i = 0; i < f->n_blanks; i++) {
        if (strlen(f->blanks[i]) == len && memcmp(f->blanks[i], s, len) == 0) {
            return 1;
        }
    }

    if (len == 0) {
        return 1;
    }

    return cell->type == TRAIN_CELL_TEXT && c->role != TRAIN_ROLE_ID
           && f->kind != MAAS_FIELD_TEXT
           && (f->kind != MAAS_FIELD_CATEGORY
               || f->compare == MAAS_COMPARE_NUMBER)
           && maas__field_is_missing(s, len);
}


static int
cell_is_formatted(const train_column_t *c, const train_cell_t *cell)
{
    return cell->type == TRAIN_CELL_TEXT
           && (c->format.decimal || c->format.thousands || c->format.n_units);
}


static const char *
cell_boolean(const char *s, size_t len, double *out)
{
    int    yes;
    float  v;

    yes = maas__field_boolean(s, len);

    if (yes < 0 && maas__field_number(s, len, &v) == MAAS_OK
        && (v == 0 || v == 1))
    {
        yes = (v == 1);
    }

    *out = yes;

    return yes < 0 ? "true or false, yes or no, 1 or 0" : NULL;
}


/* A number that a program gave */

static const char *
cell_given(const train_column_t *c, const train_cell_t *cell, int wide,
    double *out)
{
    *out = wide ? cell->v : (double) (float) cell->v;

    if (maas__field_is_blank(&c->format, wide, cell->v)) {
        *out = NAN;
        return NULL;
    }

    return isfinite(*out) ? NULL : cell_beyond[wide];
}


const char *
train_cell_number(const train_column_t *c, const train_cell_t *cell, int wide,
    double *out)
{
    int            flag;
    char           buf[MAAS_CANONICAL];
    size_t         len;
    const char    *s;
    maas_status_t  rc;

    *out = NAN;

    if (cell->type == TRAIN_CELL_NUMBER && cell->s == NULL) {
        return cell_given(c, cell, wide, out);
    }

    train_cell_text(cell, buf, &s, &len);

    if (cell_is_blank(c, cell, s, len)) {
        return NULL;
    }

    if (cell->type == TRAIN_CELL_BOOL) {
        *out = (s[0] == 't');
        return NULL;
    }

    if (c->role == TRAIN_ROLE_BOOLEAN) {
        return cell_boolean(s, len, out);
    }

    rc = cell_is_formatted(c, cell)
         ? maas__field_formatted_value(&c->format, wide, s, len, out)
         : maas__field_value(wide, s, len, out);

    if (rc == MAAS_OK) {
        *out = maas__field_is_blank(&c->format, wide, *out) ? NAN : *out;
        return NULL;
    }

    flag = rc == MAAS_BADVALUE ? maas__field_flag(&c->format, s, len) : -1;

    if (flag >= 0) {
        *out = flag;
        return NULL;
    }

    return rc == MAAS_TOOBIG ? cell_beyond[wide] : "a number";
}


/* A number of a target, as programs write it */

static size_t
cell_amount(const train_column_t *c, const train_cell_t *cell, const char *s,
    size_t len, char *buf)
{
    float  v;

    if (cell->type == TRAIN_CELL_NUMBER) {
        return maas__field_canonical(s, len, buf);
    }

    if (!c->amounts || !cell_is_formatted(c, cell)
        || maas__field_formatted(&c->format, s, len, &v) != MAAS_OK)
    {
        return 0;
    }

    return maas__field_print((double) v, buf);
}


/* A number that means "missing", however it is written */

static int
cell_is_blank_number(const train_column_t *c, const char *s, size_t len)
{
    double  v;

    return c->format.n_blanks > 0 && maas__field_double(s, len, &v)
           && maas__field_is_blank(&c->format, 0, v);
}


void
train_cell_keep(const train_column_t *c, const train_cell_t *cell,
    char buf[MAAS_CANONICAL], const char **s, size_t *len)
{
    size_t  n;

    train_cell_text(cell, buf, s, len);

    if (cell_is_blank(c, cell, *s, *len)) {
        *len = 0;
        return;
    }

    n = 0;

    if (c->role == TRAIN_ROLE_TARGET) {
        if (cell_is_blank_number(c, *s, *len)) {
            *len = 0;
            return;
        }

        n = cell_amount(c, cell, *s, *len, buf);

    } else if (c->role == TRAIN_ROLE_DATE || c->role == TRAIN_ROLE_ID) {
        if (c->role == TRAIN_ROLE_DATE && c->format.date >= MAAS_DATE_UNIX
            && cell_is_blank_number(c, *s, *len))
        {
            *len = 0;
        }

        return;                     /* as it is written */

    } else if (c->format.compare == MAAS_COMPARE_NUMBER) {
        if (cell->type == TRAIN_CELL_BOOL) {
            *s = (*s)[0] == 't' ? "1" : "0";
            *len = 1;
            return;
        }

        n = maas__field_canonical(*s, *len, buf);

        if (n > 0 && maas__field_is_blank_text(&c->format, buf, n)) {
            *len = 0;
            return;
        }

    } else if (c->format.compare == MAAS_COMPARE_BOOLEAN) {
        n = maas__field_truth(*s, *len, buf);

    } else if (c->format.compare == MAAS_COMPARE_DIGITS) {
        cell_respelt(cell, buf, s, len);
    }

    if (n > 0) {
        *s = buf;
        *len = n;
    }
}


const char *
train_cell_date(const train_column_t *c, const train_cell_t *cell)
{
    char         buf[MAAS_CANONICAL];
    int          known;
    size_t       len;
    const char  *s;
    maas_date_t  d;

    static const char *const  expected[MAAS_N_DATE_FORMS] = {
        [MAAS_DATE_ISO] = "a date such as 2024-12-31",
        [MAAS_DATE_DMY] = "a date such as 31.12.2024",
        [MAAS_DATE_MDY] = "a date such as 12/31/2024",
        [MAAS_DATE_UNIX] = "seconds since 1970",
        [MAAS_DATE_UNIX_MS] = "milliseconds since 1970"
    };

    train_cell_text(cell, buf, &s, &len);

    if (cell_is_blank(c, cell, s, len)) {
        return NULL;
    }

    known = (cell->type == TRAIN_CELL_NUMBER || cell->type == TRAIN_CELL_TEXT)
            && maas__date_text(c->format.date, s, len, &d);

    return known ? NULL : expected[c->format.date];
}
