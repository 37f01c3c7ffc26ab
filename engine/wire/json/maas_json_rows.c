/*
 * The form of bare JSON: rows of numbers, or of a model's columns; and which
 * form a JSON text is of.
 * Not here: how a row is read (maas_json_row.c, maas_json_record.c).
 */

#include "maas_int.h"
#include "maas_json_explain.h"
#include "maas_json_rows.h"

#include <string.h>


maas_json_kind_t
maas__json_kind(const maas_info_t *info, const maas_body_t *body)
{
    unsigned              row;
    maas_err_t            err;
    maas_json_t           j;
    maas_json_object_t    o;
    const maas_fields_t  *fields;

    enum { ROWS_INSTANCES, ROWS_INPUTS };

    /* the others may well be columns, too */

    static const char *const  names[] = {
        "instances", "inputs", "id", "parameters", "outputs",
        "signature_name", NULL
    };

    fields = info->reader;
    maas__json_start(&j, body->data, body->len);
    maas__json_space(&j);

    if (j.p == j.end || *j.p != '{') {
        return MAAS_JSON_ROWS;
    }

    o = (maas_json_object_t) { .names = names };

    row = 0;

    while (maas__json_member(&j, &o, &err) == MAAS_OK
           && o.which != MAAS_JSON_END)
    {
        /* a slip in a column's name is better told as such */

        row |= fields != NULL && o.which == MAAS_JSON_OTHER;

        if ((o.which == ROWS_INSTANCES || o.which == ROWS_INPUTS)
            && (j.p == j.end || *j.p != 'n'))
        {
            return o.which == ROWS_INPUTS ? MAAS_JSON_V2 : MAAS_JSON_V1;
        }

        if (fields != NULL && maas__json_column(fields, o.key) != SIZE_MAX) {
            row = 1;

            if (o.which == MAAS_JSON_OTHER) {
                return MAAS_JSON_ROWS;
            }
        }

        if (maas__json_skip(&j, MAAS_WIRE_DEPTH - 1, &err) != MAAS_OK) {
            break;
        }
    }

    return row ? MAAS_JSON_ROWS : MAAS_JSON_V2;
}


maas_status_t
maas__rows_numbers(maas_json_t *j, maas_records_t *r, maas_numbers_t kind,
    maas_err_t *err)
{
    size_t         in;
    maas_dims_t    dims;
    maas_status_t  rc;

    in = r->info->in;

    rc = maas__json_tensor(j, maas__row_dtype(r->info), r->info, r->x,
                           r->room * in, &dims, err);

    if (rc == MAAS_OK && kind == MAAS_NUMBERS_ALONE) {
        rc = maas__json_finish(j, err);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    if (dims.n == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "no numbers, expected rows of "
                          "%zu", in);
    }

    if (kind == MAAS_NUMBERS_ALONE && dims.rank == 1 && dims.n != in
        && in != 1)
    {
        return maas__fail(err, MAAS_BADSHAPE, "expected %zu numbers, got %zu",
                          in, dims.n);
    }

    rc = maas__wire_rows(dims.dim, dims.rank, in, &r->rows, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    /* an instance is a row, whatever its numbers might make up together */

    if (kind == MAAS_NUMBERS_ROWS && r->rows != dims.dim[0]) {
        return maas__fail(err, MAAS_BADSHAPE, "instances of %zu numbers, "
                          "expected %zu", dims.n / dims.dim[0], in);
    }

    return maas__records_most(r, r->rows, err);
}


/* What an array begins with says whether it is a row or rows; of what is no
 * array, its own first byte */

static char
rows_first(const maas_json_t *j)
{
    maas_json_t  k;

    k = *j;
    k.p += k.p < k.end && *k.p == '[';
    maas__json_space(&k);

    return k.p < k.end ? *k.p : '\0';
}


/* Rows of columns, or one alone */

static maas_status_t
rows_columns(maas_json_t *j, maas_records_t *r, maas_err_t *err)
{
    char           first;
    unsigned       several;
    maas_status_t  rc;

    first = rows_first(j);

    several = j->p < j->end && *j->p == '['
              && (first == '[' || first == '{' || r->fields->n == 1);

    rc = several ? maas__json_records(j, r, MAAS_NO_CONTEXT, err)
                 : maas__json_one(j, r, MAAS_NO_CONTEXT, err);

    if (rc == MAAS_OK) {
        rc = maas__json_finish(j, err);
    }

    if (rc == MAAS_OK && r->rows == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "no rows");
    }

    return rc;
}


static maas_status_t
rows_read(const maas_info_t *info, const maas_body_t *body, void *x,
    maas_request_t *req, maas_err_t *err)
{
    unsigned        numbers;
    maas_json_t     j;
    maas_status_t   rc;
    maas_records_t  r;

    maas__records_start(&r, info, body, maas__bound_objects(info, body), x);
    maas__json_start(&j, body->data, body->len);
    maas__json_space(&j);

    numbers = info->plain && !r.named
              && (r.fields == NULL || rows_first(&j) != '{');

    rc = numbers ? maas__rows_numbers(&j, &r, MAAS_NUMBERS_ALONE, err)
                 : MAAS_BADVALUE;

    if (rc == MAAS_BADVALUE && r.fields != NULL) {
        /* not all of it numbers, or no array */
        j.p = body->data;
        maas__json_space(&j);
        rc = rows_columns(&j, &r, err);
    }

    if (rc == MAAS_OK) {
        *req = (maas_request_t) { .rows = r.rows };
    }

    return rc;
}


static int
rows_is(const maas_info_t *info, const maas_body_t *body)
{
    return maas__json_kind(info, body) == MAAS_JSON_ROWS;
}


size_t
maas__rows_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * (info->out * (MAAS_FLOAT_MAX + 1) + 3) + 2
           + sizeof("{\"predictions\":}") + maas__explanations_size(info, req);
}


size_t
maas__rows_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len)
{
    char    *p;
    size_t   i;

    p = buf;

    if (req->explained != NULL) {
        p = stpcpy(p, "{\"predictions\":");
    }

    *p++ = '[';

    for (i = 0; i < req->rows; i++) {
        *p++ = '[';
        p += maas__floats_print(y + i * info->out, info->out, p);
        *p++ = ']';
        *p++ = ',';
    }

    p -= req->rows > 0;
    *p++ = ']';

    if (req->explained != NULL) {
        p = maas__explanations_write(info, req, p);
        *p++ = '}';
    }

    return (size_t) (p - buf);
}


const char *const  maas__json_types[] = {
    "application/json",
    "text/json",
    "*+json",
    "application/x-www-form-urlencoded",       /* curl -d */
    "text/plain",
    NULL
};

const maas_form_t  maas_form_rows = {
    .name = "rows",
    .types = maas__json_types,
    .is = rows_is,
    .bound = maas__bound_objects,
    .read = rows_read,
    .explains = 1,
    .size = maas__rows_size,
    .write = maas__rows_write
};
