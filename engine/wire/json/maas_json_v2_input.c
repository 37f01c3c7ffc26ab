/*
 * One input of an infer request: its members, and the tensor of all numbers in
 * JSON or behind it.
 * Not here: inputs that are columns (maas_json_v2_column.c).
 */

#include "maas_int.h"
#include "maas_json_v2.h"
#include "field/maas_unknown.h"

#include <string.h>


enum { V2_NAME, V2_SHAPE, V2_DATATYPE, V2_INPUT_PARAMETERS, V2_DATA };

static const char *const  v2_input_names[] = {
    "name", "shape", "datatype", "parameters", "data", NULL
};

enum { V2_BINARY_SIZE, V2_SHARED };

static const char *const  v2_input_parameter_names[] = {
    "binary_data_size", "shared_memory_region", NULL
};


static maas_status_t
v2_datatype(maas_v2_t *r)
{
    unsigned       i;
    maas_str_t     s;
    maas_status_t  rc;

    rc = maas__json_string(&r->j, &s, r->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; i < MAAS_N_DTYPES; i++) {
        if (maas__dtypes[i].wire != NULL
            && maas__json_is(s, maas__dtypes[i].wire))
        {
            break;
        }
    }

    if (i == MAAS_N_DTYPES) {
        return maas__json_bad(&r->j, "unknown datatype, expected one such as "
                              "FP32, FP64, INT64, BOOL or BYTES", r->err);
    }

    return maas__v2_typed(r, (maas_dtype_t) i);
}


maas_status_t
maas__v2_typed(maas_v2_t *r, maas_dtype_t dt)
{
    if (dt == MAAS_BYTES && r->r.fields == NULL && !r->info->image) {
        return maas__fail(r->err, MAAS_UNSUPPORTED, "tensor \"%s\" takes "
                          "numbers, not BYTES", r->info->input_name);
    }

    r->in.has_dtype = 1;
    r->in.dtype = dt;

    return MAAS_OK;
}


static maas_status_t
v2_shape(maas_v2_t *r)
{
    unsigned       more;
    maas_status_t  rc;

    more = 0;

    do {
        rc = maas__json_element(&r->j, &more, r->err);

        if (rc == MAAS_OK && more && r->in.rank == MAAS_WIRE_DIMS) {
            return maas__json_bad(&r->j, "a shape of more than 8 dimensions",
                                  r->err);
        }

        if (rc == MAAS_OK && more) {
            rc = maas__json_size(&r->j, &r->in.shape[r->in.rank++], r->err);
        }

    } while (rc == MAAS_OK && more);

    return rc;
}


static maas_status_t
v2_data(maas_v2_t *r)
{
    r->in.read = 1;

    return maas__json_tensor(&r->j, r->in.dtype, r->info, r->r.x,
                             r->r.room * r->info->in, &r->in.dims, r->err);
}


static maas_status_t
v2_input_parameters(void *data, int which)
{
    maas_v2_t  *r = data;

    if (which == V2_SHARED) {
        return maas__fail(r->err, MAAS_UNSUPPORTED,
                          "shared memory is not supported");
    }

    r->in.has_binary = 1;

    return maas__json_size(&r->j, &r->in.binary_size, r->err);
}


/* Behind the tensor of all numbers there is no other input. */

static maas_status_t
v2_more(const maas_v2_t *r)
{
    return maas__fail(r->err, MAAS_BADVALUE, "byte %zu: more than one input, "
                      "expected only \"%s\"", r->in.at, r->info->input_name);
}


static int
v2_is_input(const maas_v2_t *r, maas_str_t s)
{
    size_t  n;

    n = strlen(r->info->input_name);

    return s.len == n && memcmp(s.data, r->info->input_name, n) == 0;
}


maas_status_t
maas__v2_named(maas_v2_t *r, maas_str_t s)
{
    maas_status_t  rc;

    r->in.named = 1;

    if (r->r.fields != NULL) {
        r->in.column = maas_column_find(r->r.fields, s.data, s.len);
        r->in.other = r->in.column == SIZE_MAX
                      && ((r->r.loose && !v2_is_input(r, s))
                          || maas_other_find(r->r.fields, s.data, s.len)
                             != SIZE_MAX);
    }

    if (r->in.other) {
        return MAAS_OK;
    }

    if (r->whole) {
        return v2_more(r);
    }

    if (r->in.column != SIZE_MAX || (r->r.loose && r->r.fields == NULL)) {
        return MAAS_OK;
    }

    if (v2_is_input(r, s)) {
        rc = maas__records_nameless(&r->r, r->err);
        return rc == MAAS_OK ? maas__raw_numbers(r->info, r->err) : rc;
    }

    return maas__unknown_input(r->info, s, r->err);
}


static maas_status_t
v2_name(maas_v2_t *r)
{
    char           text[MAAS_NAME_TEXT];
    size_t         at;
    maas_str_t     s;
    maas_status_t  rc;

    rc = maas__json_string(&r->j, &s, r->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    at = (size_t) (s.data - r->j.start);
    rc = maas__v2_named(r, maas__json_name(s, text));

    return rc == MAAS_BADNAME ? maas__record_at(at, rc, r->err) : rc;
}


static maas_status_t
v2_input(void *data, int which)
{
    maas_v2_t  *r = data;

    switch (which) {

    case V2_NAME:
        return v2_name(r);

    case V2_SHAPE:
        return v2_shape(r);

    case V2_DATATYPE:
        return v2_datatype(r);

    case V2_INPUT_PARAMETERS:
        return maas__v2_object(r, v2_input_parameter_names,
                               v2_input_parameters, 4, NULL);

    default: /* V2_DATA */
        r->in.data = r->j.p;

        if (!r->in.has_dtype || r->in.dtype == MAAS_BYTES
            || r->in.column != SIZE_MAX || r->in.other
            || (r->r.fields != NULL && !r->in.named))
        {
            /* how to read it is not known yet, or is another's business */
            return maas__json_skip(&r->j, MAAS_WIRE_DEPTH - 3, r->err);
        }

        return v2_data(r);
    }
}


/* `data` of a shape with n numbers; it may have come before its datatype. */

static maas_status_t
v2_numbers(maas_v2_t *r, size_t n)
{
    char           text[MAAS_SHAPE_TEXT];
    maas_json_t    at;
    maas_status_t  rc;

    if (!r->in.read) {
        at = r->j;
        r->j.p = r->in.data;

        rc = v2_data(r);
        if (rc != MAAS_OK) {
            return rc;
        }

        r->j = at;
    }

    if (r->in.dims.n != n) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": expected %zu "
                          "numbers for shape %s, got %zu", r->info->input_name,
                          n, maas__shape_text(r->in.shape, r->in.rank, text),
                          r->in.dims.n);
    }

    if (r->in.dims.rank > 1
        && (r->in.dims.rank != r->in.rank
            || memcmp(r->in.dims.dim, r->in.shape,
                      r->in.rank * sizeof(size_t)) != 0))
    {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": data is "
                          "nested as %s, not as its shape",
                          r->info->input_name,
                          maas__shape_text(r->in.dims.dim, r->in.dims.rank,
                                           text));
    }

    return MAAS_OK;
}


/* The same of a message */

static maas_status_t
v2_cells(maas_v2_t *r, size_t n)
{
    char    text[MAAS_SHAPE_TEXT];
    size_t  got, len, width;

    if (!maas__cells_are(r->cells, n)) {
        width = maas__dtypes[r->in.dtype].bits / 8;
        len = maas_pb_len(r->cells->bytes);

        if (!r->cells->listed && len % width != 0) {
            return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": expected "
                              "%zu bytes for its shape, got %zu",
                              r->info->input_name, n * width, len);
        }

        got = r->cells->listed ? r->cells->count : len / width;

        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": expected "
                          "%zu numbers for shape %s, got %zu",
                          r->info->input_name, n,
                          maas__shape_text(r->in.shape, r->in.rank, text), got);
    }

    if (r->rows > r->r.room) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": %zu rows, "
                          "more than the body can hold", r->info->input_name,
                          r->rows);
    }

    return maas__cells_rows(r->cells, n, r->info->wide, r->info->nan, r->r.x,
                            r->err);
}


/* The input object is complete: its shape, and then its numbers from the one
 * place where they are. */

static maas_status_t
v2_tensor(maas_v2_t *r)
{
    size_t         n;
    maas_status_t  rc;

    if (r->in.dtype == MAAS_BYTES && r->info->image) {
        return maas__v2_pictures(r);
    }

    if (r->in.dtype == MAAS_BYTES) {
        return maas__fail(r->err, MAAS_UNSUPPORTED, "tensor \"%s\" takes "
                          "numbers, not BYTES", r->info->input_name);
    }

    rc = r->in.data != NULL ? maas__v2_tail_end(r) : MAAS_OK;

    if (rc == MAAS_OK) {
        rc = maas__wire_rows(r->in.shape, r->in.rank, r->info->in, &r->rows,
                             r->err);
    }

    if (rc == MAAS_OK) {
        rc = maas__records_most(&r->r, r->rows, r->err);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    n = r->rows * r->info->in;

    if (r->cells != NULL) {
        return v2_cells(r, n);
    }

    if (r->in.data != NULL) {
        return v2_numbers(r, n);
    }

    rc = maas__v2_behind(r, n * (maas__dtypes[r->in.dtype].bits / 8));

    return rc == MAAS_OK
           ? maas__dtype_rows(r->in.dtype, r->tail, n, r->info->wide,
                              r->info->nan, r->r.x, r->err) : rc;
}


/* What every input has, but one that is passed over */

static maas_status_t
v2_complete(const maas_v2_t *r, unsigned has_shape)
{
    if (!has_shape || !r->in.has_dtype) {
        return maas__fail(r->err, MAAS_BADVALUE, "tensor \"%.64s\" has no "
                          "\"%s\"", maas__v2_name(r),
                          has_shape ? "datatype" : "shape");
    }

    if (r->in.data != NULL && r->in.has_binary) {
        return maas__fail(r->err, MAAS_BADVALUE, "tensor \"%.64s\" has both "
                          "\"data\" and \"binary_data_size\"",
                          maas__v2_name(r));
    }

    return MAAS_OK;
}


/* A column of the training data that is no input, and its bytes */

static maas_status_t
v2_other(maas_v2_t *r)
{
    if (r->in.binary_size > r->tail_len) {
        return maas__fail(r->err, MAAS_BADSHAPE, "expected %zu bytes behind "
                          "the JSON for an input that is passed over, got %zu",
                          r->in.binary_size, r->tail_len);
    }

    r->tail += r->in.binary_size;
    r->tail_len -= r->in.binary_size;

    return MAAS_OK;
}


/* The input, which is complete, behind `last` */

static maas_status_t
v2_values(maas_v2_t *r, const maas_v2_input_t *last)
{
    if (r->in.column != SIZE_MAX) {
        return maas__v2_column(r);
    }

    if (r->inputs > 0) {
        return maas__fail(r->err, MAAS_BADVALUE, "inputs \"%.64s\" and "
                          "\"%.64s\" at once",
                          r->info->columns[last->column],
                          r->info->input_name);
    }

    r->whole = 1;

    return v2_tensor(r);
}


maas_status_t
maas__v2_input(maas_v2_t *r)
{
    unsigned         seen;
    maas_status_t    rc;
    maas_v2_input_t  last;

    last = r->in;

    r->in = (maas_v2_input_t) {
        .at = (size_t) (r->j.p - r->j.start), .column = SIZE_MAX
    };

    rc = maas__v2_object(r, v2_input_names, v2_input, 3, &seen);

    return rc == MAAS_OK
           ? maas__v2_input_end(r, &last, seen & (1u << V2_SHAPE)) : rc;
}


maas_status_t
maas__v2_input_end(maas_v2_t *r, const maas_v2_input_t *last,
    unsigned has_shape)
{
    maas_status_t  rc;

    if (!r->in.other && r->whole) {
        return v2_more(r);
    }

    if (!r->in.named) {
        return maas__fail(r->err, MAAS_BADVALUE, "an input has no \"name\"");
    }

    if (r->in.other) {
        rc = v2_other(r);
        r->in = *last;

        return rc;
    }

    rc = v2_complete(r, has_shape);

    if (rc == MAAS_OK) {
        rc = v2_values(r, last);
        r->inputs++;
    }

    return rc;
}
