/*
 * A bare JSON request: rows of numbers, or of a model's columns; and which
 * protocol a JSON text is of.
 * Not here: how a row is read (maas_json_row.c, maas_json_record.c).
 */

#include "maas_body.h"
#include "maas_dtype.h"
#include "maas_int.h"
#include "field/maas_field.h"
#include "text/maas_json.h"

#include <string.h>


#define ROWS_DEPTH  16             /* containers within containers */


maas_json_form_t
maas__json_form(const maas_fields_t *fields, const char *body, size_t len)
{
    unsigned            row;
    maas_err_t          err;
    maas_json_t         j;
    maas_json_object_t  o;

    enum { ROWS_INSTANCES, ROWS_INPUTS };

    /* the others may well be columns, too */

    static const char *const  names[] = {
        "instances", "inputs", "id", "parameters", "outputs",
        "signature_name", NULL
    };

    j.start = body;
    j.p = body;
    j.end = body + len;

    maas__json_space(&j);

    if (j.p == j.end || *j.p != '{') {
        return MAAS_JSON_ROWS;
    }

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;

    for (row = 0; /* void */ ; /* void */ ) {

        if (maas__json_member(&j, &o, &err) != MAAS_OK
            || o.which == MAAS_JSON_END)
        {
            return row ? MAAS_JSON_ROWS : MAAS_JSON_V2;
        }

        /* a slip in a column's name is better told as such */

        row |= fields != NULL && o.which == MAAS_JSON_OTHER;

        if (o.which == ROWS_INSTANCES || o.which == ROWS_INPUTS) {
            return o.which == ROWS_INPUTS ? MAAS_JSON_V2 : MAAS_JSON_V1;
        }

        if (fields != NULL && maas__json_column(fields, o.key) != SIZE_MAX) {
            row = 1;

            if (o.which == MAAS_JSON_OTHER) {
                return MAAS_JSON_ROWS;
            }
        }

        if (maas__json_skip(&j, ROWS_DEPTH - 1, &err) != MAAS_OK) {
            return row ? MAAS_JSON_ROWS : MAAS_JSON_V2;
        }
    }
}


/* Numbers, nested or flat */

static maas_status_t
rows_numbers(maas_json_t *j, maas_records_t *r, maas_err_t *err)
{
    size_t         rows;
    maas_dims_t    dims;
    maas_status_t  rc;

    rc = maas__json_tensor(j, MAAS_F32, r->x, r->room * r->info->in, &dims,
                           err);
    if (rc != MAAS_OK) {
        return rc;
    }

    rc = maas__json_finish(j, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (dims.n == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "no numbers, expected rows of "
                          "%zu", r->info->in);
    }

    if (dims.rank == 1 && dims.n != r->info->in && r->info->in != 1) {
        return maas__fail(err, MAAS_BADSHAPE, "expected %zu numbers, got %zu",
                          r->info->in, dims.n);
    }

    rc = maas__wire_rows(dims.dim, dims.rank, r->info->in, &rows, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (rows > r->max_rows) {
        return maas__fail(err, MAAS_TOOBIG, "%zu rows, at most %zu are "
                          "allowed", rows, r->max_rows);
    }

    r->rows = rows;

    return MAAS_OK;
}


/* Rows of columns, or one alone */

static maas_status_t
rows_columns(maas_json_t *j, maas_records_t *r, maas_err_t *err)
{
    char            first;
    float          *x;
    size_t          at;
    maas_json_t     k;
    maas_status_t   rc;

    /* what an array begins with says whether it is a row or rows */

    k = *j;
    k.p += k.p < k.end && *k.p == '[';
    maas__json_space(&k);
    first = k.p < k.end ? *k.p : '\0';

    if (j->p < j->end && *j->p == '['
        && (first == '[' || first == '{' || r->fields->n == 1))
    {
        rc = maas__json_records(j, r, MAAS_NO_CONTEXT, err);

    } else {
        at = (size_t) (j->p - j->start);
        rc = maas__record_begin(r, &x, err);

        if (rc == MAAS_OK) {
            rc = maas__json_record(j, r, 0, x, err);
        }

        if (rc == MAAS_OK) {
            rc = maas__record_end(r, x, at, err);
        }
    }

    if (rc == MAAS_OK) {
        rc = maas__json_finish(j, err);
    }

    if (rc == MAAS_OK && r->rows == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "no rows");
    }

    return rc;
}


maas_status_t
maas__rows_read(const maas_info_t *info, const maas_fields_t *fields,
    const char *body, size_t len, size_t max_rows, float *x,
    maas_request_t *req, maas_err_t *err)
{
    maas_json_t     j;
    maas_status_t   rc;
    maas_records_t  r;

    j.p = body;
    j.end = body + len;
    j.start = body;

    memset(&r, 0, sizeof(maas_records_t));
    r.info = info;
    r.fields = fields;
    r.x = x;
    r.room = maas__objects_bound(info, body, len, max_rows);
    r.max_rows = max_rows;

    maas__json_space(&j);

    rc = info->plain ? rows_numbers(&j, &r, err) : MAAS_BADVALUE;

    if (rc == MAAS_BADVALUE && fields != NULL) {
        /* not all of it numbers, or no array */
        j.p = body;
        maas__json_space(&j);
        rc = rows_columns(&j, &r, err);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    memset(req, 0, sizeof(maas_request_t));
    req->rows = r.rows;

    return MAAS_OK;
}
