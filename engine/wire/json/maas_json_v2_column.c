/*
 * Inputs of an infer request that are columns, [rows] or [rows,1] values each,
 * in JSON or as bytes behind it; and how many bytes an input has there.
 * Not here: what a value becomes (maas_json_field.c, maas_fields.c).
 */

#include "maas_int.h"
#include "maas_json_v2.h"

#include <math.h>
#include <string.h>


const char *
maas__v2_name(const maas_v2_t *r)
{
    return r->in.column == SIZE_MAX ? r->info->input_name
                                    : r->info->columns[r->in.column];
}


maas_status_t
maas__v2_behind(const maas_v2_t *r, size_t size)
{
    unsigned     alone;
    const char  *name;

    name = maas__v2_name(r);
    alone = r->in.column == SIZE_MAX;      /* all that is there is its own */

    if (!r->in.has_binary && (!alone || r->tail_len == 0)) {
        return maas__fail(r->err, MAAS_BADVALUE, "tensor \"%.64s\" has "
                          "neither \"data\" nor \"binary_data_size\"", name);
    }

    if (r->in.has_binary && r->in.binary_size != size) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%.64s\": expected "
                          "%zu bytes for its shape, binary_data_size is %zu",
                          name, size, r->in.binary_size);
    }

    if (alone ? r->tail_len != size : r->tail_len < size) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%.64s\": expected "
                          "%zu bytes behind the JSON, got %zu", name, size,
                          r->tail_len);
    }

    return MAAS_OK;
}


/* A column after the first: as many rows as that had, and not there twice */

static maas_status_t
column_again(maas_v2_t *r, const char *name)
{
    if (r->in.shape[0] != r->rows) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%.64s\": %zu "
                          "rows, %zu in the inputs before", name,
                          r->in.shape[0], r->rows);
    }

    if (!maas__column_is_clear(r->r.fields, r->in.column, r->r.x)) {
        return maas__fail(r->err, MAAS_BADVALUE, "tensor \"%.64s\" is "
                          "there twice", name);
    }

    return MAAS_OK;
}


/* The first one says how many rows there are.  Marks them all as empty. */

static maas_status_t
column_first(maas_v2_t *r, const char *name)
{
    void           *x;
    size_t          i, rows;
    maas_status_t   rc;

    rows = r->in.shape[0];

    rc = maas__records_most(&r->r, rows, r->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (rows > r->r.room && rows > 1) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%.64s\": %zu rows, "
                          "more than the body can hold", name, rows);
    }

    r->rows = rows;

    /* without rows the first one tells all the same what was there */

    for (i = 0; i < rows || i == 0; i++) {
        rc = maas__record_begin(&r->r, &x, r->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        r->r.rows += i < rows;
    }

    return MAAS_OK;
}


static maas_status_t
column_rows(maas_v2_t *r)
{
    char         text[MAAS_SHAPE_TEXT];
    const char  *name;

    name = r->info->columns[r->in.column];

    if (r->in.rank < 1 || r->in.rank > 2
        || (r->in.rank == 2 && r->in.shape[1] != 1))
    {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%.64s\": shape %s, "
                          "expected [rows] or [rows,1]", name,
                          maas__shape_text(r->in.shape, r->in.rank, text));
    }

    return r->inputs > 0 ? column_again(r, name) : column_first(r, name);
}


/* Is the value at p one of the type?  null, a missing one, always is. */

static int
column_typed(maas_dtype_t dt, const char *p, const char *end)
{
    float   single;
    double  v;

    if (p == end || *p == 'n') {
        return 1;
    }

    if (dt == MAAS_BYTES || dt == MAAS_BOOL) {
        return dt == MAAS_BYTES ? *p == '"' : *p == 't' || *p == 'f';
    }

    if (maas__dtypes[dt].max == 0) {
        return *p == '-' || (*p >= '0' && *p <= '9');
    }

    return maas__json_whole(dt, p, end, &v, &single) != NULL;
}


/* The value at *j, which *value is within a list of one or the same.  A number
 * of single precision is that number in a row of doubles, too. */

static maas_status_t
column_field(maas_v2_t *r, maas_json_t *j, const maas_json_t *value, void *x)
{
    float          single;
    maas_status_t  rc;

    rc = maas__json_field(j, r->r.fields, r->in.column, x, r->err);

    if (rc != MAAS_OK || !r->info->wide || *value->p == 'n'
        || (r->in.dtype != MAAS_F32 && r->in.dtype != MAAS_F16
            && r->in.dtype != MAAS_BF16)
        || r->r.fields->columns[r->in.column].kind != MAAS_FIELD_NUMBER)
    {
        return rc;
    }

    if (maas__json_float(value->p, value->end, &single) == NULL) {
        return maas__json_bad(value, "out of range for FP32", r->err);
    }

    return maas_row_number(r->r.fields, r->in.column, (double) single, x,
                           r->err);
}


static maas_status_t
column_json(maas_v2_t *r)
{
    size_t         row;
    unsigned       more;
    maas_json_t    j, value;
    maas_status_t  rc;

    j = r->j;
    j.p = r->in.data;
    more = 0;

    for (row = 0; /* void */ ; row++) {
        rc = maas__json_element(&j, &more, r->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (!more || row == r->rows) {
            break;
        }

        value = j;

        if (*value.p == '[') {
            value.p++;
            maas__json_space(&value);
        }

        if (!column_typed(r->in.dtype, value.p, value.end)) {
            return maas__fail(r->err, MAAS_BADVALUE, "byte %zu: not a value of "
                              "type %s", (size_t) (value.p - j.start),
                              maas__dtypes[r->in.dtype].wire);
        }

        rc = column_field(r, &j, &value, maas__record(&r->r, row));
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (more || row != r->rows) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%.64s\": expected "
                          "%zu values for its shape, got %s",
                          r->info->columns[r->in.column], r->rows,
                          more ? "more" : "fewer");
    }

    return MAAS_OK;
}


/* The 64 bits at p: a double has not the digits of all of them */

static maas_status_t
column_digits(const maas_v2_t *r, const char *p, void *x, maas_err_t *err)
{
    int       negative;
    char      digits[MAAS_SIZE_TEXT + 1];
    size_t    len;
    uint64_t  v;

    memcpy(&v, p, sizeof(v));

    negative = r->in.dtype == MAAS_I64 && v > INT64_MAX;
    digits[0] = '-';
    len = maas__size_print(negative ? -v : v, digits + negative);

    return maas_row_digits(r->r.fields, r->in.column, digits,
                           len + (size_t) negative, x, err);
}


/* An element as a tensor of bytes has it, of a text its characters */

static maas_status_t
column_set(const maas_v2_t *r, maas_str_t s, void *x, maas_err_t *err)
{
    float                 f16;
    size_t                column;
    double                v;
    maas_dtype_t          dt;
    maas_status_t         rc;
    const maas_fields_t  *f;

    f = r->r.fields;
    dt = r->in.dtype;
    column = r->in.column;

    if (dt == MAAS_BYTES) {
        return maas_row_text(f, column, s.data, s.len, x, err);
    }

    if (dt == MAAS_I64 || dt == MAAS_U64) {
        return column_digits(r, s.data, x, err);
    }

    /* NaN is a missing value, but not in 16 bits */

    if (dt == MAAS_F16 || dt == MAAS_BF16 || dt == MAAS_BOOL) {
        rc = maas__dtype_read(dt, s.data, 1, &f16, err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    v = maas__dtypes[dt].number(s.data);

    if (isnan(v)) {
        return maas_row_text(f, column, "", 0, x, err);
    }

    return dt == MAAS_BOOL
           ? maas_row_bool(f, column, v != 0, x, err)
           : maas_row_number(f, column, v, x, err);
}


static maas_status_t
column_next(const maas_v2_t *r, maas_cells_t *cells, maas_str_t *s,
    maas_err_t *err)
{
    maas_status_t  rc;

    rc = maas__cells_next(cells, s);

    if (rc == MAAS_BADVALUE) {
        return maas__fail(err, rc, "out of range for %s",
                          maas__dtypes[r->in.dtype].wire);
    }

    return rc == MAAS_OK ? rc
           : maas__fail(err, rc, "a text that does not end within %s",
                        r->cells == NULL ? "binary_data_size" : "its tensor");
}


static maas_status_t
column_cells(maas_v2_t *r, maas_cells_t *cells)
{
    void           *x;
    size_t          row;
    maas_err_t      own;
    maas_str_t      s;
    const char     *name;
    maas_status_t   rc;

    name = r->info->columns[r->in.column];

    for (row = 0; row < r->rows; row++) {
        x = maas__record(&r->r, row);
        rc = column_next(r, cells, &s, &own);

        if (rc == MAAS_OK) {
            rc = column_set(r, s, x, &own);
        }

        if (rc == MAAS_OK
            && maas__column_is_clear(r->r.fields, r->in.column, x))
        {
            rc = maas__fail(&own, MAAS_BADVALUE, "column \"%.64s\" has no "
                            "value", name);
        }

        if (rc != MAAS_OK) {
            return maas__fail(r->err, rc, "row %zu: %s", row, own.msg);
        }
    }

    if (maas_pb_len(cells->bytes) != 0) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%.64s\": %zu bytes "
                          "more than its texts", name,
                          maas_pb_len(cells->bytes));
    }

    return MAAS_OK;
}


static maas_status_t
column_binary(maas_v2_t *r)
{
    size_t         size;
    maas_cells_t   cells;
    maas_status_t  rc;

    size = r->in.dtype == MAAS_BYTES
           ? r->in.binary_size : maas__dtypes[r->in.dtype].bits / 8 * r->rows;

    rc = maas__v2_behind(r, size);

    if (rc == MAAS_OK) {
        cells = maas__cells_bytes(r->in.dtype, r->tail, size);
        rc = column_cells(r, &cells);
    }

    if (rc == MAAS_OK) {
        r->tail += size;
        r->tail_len -= size;
    }

    return rc;
}


/* The same of a message */

static maas_status_t
column_message(maas_v2_t *r)
{
    if (!maas__cells_are(r->cells, r->rows)) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%.64s\": expected "
                          "%zu values for its shape, got %zu",
                          r->info->columns[r->in.column], r->rows,
                          r->cells->listed ? r->cells->count
                          : maas_pb_len(r->cells->bytes)
                            / (maas__dtypes[r->in.dtype].bits / 8));
    }

    return column_cells(r, r->cells);
}


maas_status_t
maas__v2_column(maas_v2_t *r)
{
    maas_status_t  rc;

    rc = column_rows(r);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (r->rows == 0) {
        maas__slot_set(r->info->wide, r->r.x,
                       r->r.fields->columns[r->in.column].at, 0);
    }

    if (r->cells != NULL) {
        return column_message(r);
    }

    return r->in.data != NULL ? column_json(r) : column_binary(r);
}


maas_status_t
maas__v2_columns_end(maas_v2_t *r)
{
    size_t  i;

    if (r->inputs < r->r.fields->n) {
        i = r->inputs > 0 ? maas__records_gap(&r->r) : 0;

        return maas__fail(r->err, MAAS_BADVALUE, "no input for column "
                          "\"%.64s\"", r->info->columns[i]);
    }

    return maas__v2_tail_end(r);
}


maas_status_t
maas__v2_tail_end(const maas_v2_t *r)
{
    if (r->tail_len != 0) {
        return maas__fail(r->err, MAAS_BADSHAPE, "%zu bytes behind the JSON "
                          "that belong to no tensor", r->tail_len);
    }

    return MAAS_OK;
}
