/*
 * Columns that come as a list each -> rows.
 * Not here: single values (maas_json_field.c), rows (maas_json_record.c).
 */

#include "maas_int.h"
#include "maas_json_record.h"
#include "field/maas_unknown.h"


/* A list of a column's values, one for each row; the first one says how many
 * rows there are. */

static maas_status_t
columns_one(maas_json_t *j, maas_records_t *r, size_t column, unsigned first,
    maas_err_t *err)
{
    void           *x;
    size_t          row, at;
    unsigned        more;
    maas_status_t   rc;

    more = 0;
    at = (size_t) (j->p - j->start);

    for (row = 0; /* void */ ; row++) {
        rc = maas__json_element(j, &more, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (!more || (!first && row == r->rows)) {
            break;
        }

        if (first) {
            rc = maas__record_begin(r, &x, err);
            r->rows++;

        } else {
            x = maas__record(r, row < r->room ? row : 0);
        }

        if (rc == MAAS_OK) {
            rc = maas__json_field(j, r->fields, column, x, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (more || row != r->rows || row == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: column \"%.64s\" "
                          "has %s", at, r->fields->columns[column].name,
                          row == 0 ? "no values"
                                   : "not as many values as the one before");
    }

    return MAAS_OK;
}


/* The rows were counted by the first column; now each is complete. */

static maas_status_t
columns_rows(maas_json_t *j, maas_records_t *r, maas_err_t *err)
{
    void           *x;
    size_t          rows;
    maas_status_t   rc;

    rows = r->rows;

    for (r->rows = 0; r->rows < rows; /* void */ ) {
        x = maas__record(r, r->rows);

        rc = maas__record_end(r, x, (size_t) (j->p - j->start), err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}


/* {column: [value,...],...}: all columns, or rows might outnumber bytes */

maas_status_t
maas__json_columns(maas_json_t *j, maas_records_t *r, maas_err_t *err)
{
    char                  text[MAAS_NAME_TEXT];
    size_t                n, column;
    maas_status_t         rc;
    maas_json_object_t    o;
    const maas_fields_t  *f;

    o = (maas_json_object_t) { 0 };
    f = r->fields;

    for (n = 0; /* void */ ; /* void */ ) {
        rc = maas__json_member(j, &o, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (o.which == MAAS_JSON_END) {
            break;
        }

        column = maas__json_column(f, o.key);

        if (column == SIZE_MAX && r->info->n_others > 0 && !r->loose
            && !maas__json_other(f, o.key))
        {
            /* files of version 0.1.0 do not say what else training had */

            rc = maas__record_at((size_t) (o.key.data - j->start),
                                 maas__unknown_column(r->info,
                                     maas__json_name(o.key, text), err), err);

        } else if (column == SIZE_MAX) {
            rc = maas__json_skip(j, MAAS_ROW_DEPTH, err);

        } else if (n > 0 && !maas__column_is_clear(f, column, r->x)) {
            rc = maas__fail(err, MAAS_BADVALUE, "byte %zu: \"%.64s\" is "
                            "there twice", (size_t) (o.key.data - j->start),
                            f->columns[column].name);

        } else {
            rc = columns_one(j, r, column, n++ == 0, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (n < f->n) {
        return maas__fail(err, MAAS_BADVALUE, "Missing named input: %.64s "
                          "in 'inputs' object.", f->columns[n > 0
                          ? maas__records_gap(r) : 0].name);
    }

    return columns_rows(j, r, err);
}
