/*
 * The Open Inference Protocol's infer request -> rows of one model's input.
 * Its JSON, and the binary tensor behind it; no HTTP and no responses here.
 */

#include "maas_json.h"

#include <string.h>


#define V2_DEPTH  16               /* containers within containers */


typedef struct {
    maas_json_t         j;
    const maas_info_t  *info;
    maas_err_t         *err;

    const char         *tail;      /* binary tensors behind the JSON */
    size_t              tail_len;

    float              *x;
    size_t              room;      /* numbers in x */
    size_t              max_rows;

    /* of the one input, as far as it has been read */

    unsigned            has_dtype;
    maas_dtype_t        dtype;
    unsigned            rank;
    size_t              shape[MAAS_WIRE_DIMS];
    const char         *data;      /* NULL: not seen */
    unsigned            read;      /* `data` is in x */
    maas_dims_t         dims;
    unsigned            has_binary;
    size_t              binary_size;

    /* of the outputs asked for */

    unsigned            binary_default;
    unsigned            binary;
    unsigned            has_output_binary;

    maas_request_t      req;
} v2_t;


typedef maas_status_t (*v2_member_pt)(v2_t *r, int which);


static maas_status_t v2_object(v2_t *r, const char *const *names,
    v2_member_pt member, unsigned depth, unsigned *seen);
static maas_status_t v2_request(v2_t *r, int which);
static maas_status_t v2_parameters(v2_t *r, int which);
static maas_status_t v2_inputs(v2_t *r);
static maas_status_t v2_input(v2_t *r, int which);
static maas_status_t v2_input_parameters(v2_t *r, int which);
static maas_status_t v2_outputs(v2_t *r);
static maas_status_t v2_output(v2_t *r, int which);
static maas_status_t v2_output_parameters(v2_t *r, int which);
static maas_status_t v2_data(v2_t *r);
static maas_status_t v2_tensor(v2_t *r);


enum { V2_ID, V2_PARAMETERS, V2_INPUTS, V2_OUTPUTS };

static const char *const  v2_request_names[] = {
    "id", "parameters", "inputs", "outputs", NULL
};

static const char *const  v2_parameter_names[] = {
    "binary_data_output", NULL
};

enum { V2_NAME, V2_SHAPE, V2_DATATYPE, V2_INPUT_PARAMETERS, V2_DATA };

static const char *const  v2_input_names[] = {
    "name", "shape", "datatype", "parameters", "data", NULL
};

enum { V2_BINARY_SIZE, V2_SHARED };

static const char *const  v2_input_parameter_names[] = {
    "binary_data_size", "shared_memory_region", NULL
};

enum { V2_OUTPUT_NAME, V2_OUTPUT_PARAMETERS };

static const char *const  v2_output_names[] = {
    "name", "parameters", NULL
};

enum { V2_BINARY_DATA, V2_CLASSIFICATION, V2_OUTPUT_SHARED };

static const char *const  v2_output_parameter_names[] = {
    "binary_data", "classification", "shared_memory_region", NULL
};


maas_status_t
maas__v2_read(const maas_info_t *info, const char *body, size_t len,
    size_t json_len, size_t max_rows, float *x, maas_request_t *req,
    maas_err_t *err)
{
    v2_t           r;
    unsigned       seen;
    maas_status_t  rc;

    if (json_len > len) {
        return maas__fail(err, MAAS_BADVALUE, "the JSON part is %zu bytes "
                          "long by the header, the body only %zu", json_len,
                          len);
    }

    if (json_len == 0) {
        return maas__bytes_read(info, body, len, max_rows, x, req, err);
    }

    memset(&r, 0, sizeof(v2_t));

    r.j.start = body;
    r.j.p = body;
    r.j.end = body + json_len;
    r.info = info;
    r.err = err;
    r.tail = body + json_len;
    r.tail_len = len - json_len;
    r.x = x;
    r.max_rows = max_rows;
    r.room = maas__rows_bound(info, len, max_rows) * info->in;

    rc = v2_object(&r, v2_request_names, v2_request, 1, &seen);
    if (rc != MAAS_OK) {
        return rc;
    }

    rc = maas__json_finish(&r.j, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (!(seen & (1u << V2_INPUTS))) {
        return maas__fail(err, MAAS_BADVALUE, "the request has no \"inputs\"");
    }

    r.req.binary = r.has_output_binary ? r.binary : r.binary_default;
    *req = r.req;

    return MAAS_OK;
}


/* An object, member by member; `depth` is its own level.  Members that nobody
 * knows are checked and passed over. */

static maas_status_t
v2_object(v2_t *r, const char *const *names, v2_member_pt member,
    unsigned depth, unsigned *seen)
{
    maas_status_t       rc;
    maas_json_object_t  o;

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;

    for ( ;; ) {
        rc = maas__json_member(&r->j, &o, r->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (o.which == MAAS_JSON_END) {
            break;
        }

        rc = o.which == MAAS_JSON_OTHER
             ? maas__json_skip(&r->j, V2_DEPTH - depth, r->err)
             : member(r, o.which);

        if (rc != MAAS_OK) {
            return rc;
        }
    }

    *seen = o.seen;

    return MAAS_OK;
}


static maas_status_t
v2_request(v2_t *r, int which)
{
    unsigned       seen;
    maas_str_t     s;
    maas_status_t  rc;

    switch (which) {

    case V2_ID:
        rc = maas__json_string(&r->j, &s, r->err);
        if (rc == MAAS_OK) {
            r->req.id.data = s.data - 1;
            r->req.id.len = s.len + 2;
        }

        return rc;

    case V2_PARAMETERS:
        return v2_object(r, v2_parameter_names, v2_parameters, 2, &seen);

    case V2_INPUTS:
        return v2_inputs(r);

    default: /* V2_OUTPUTS */
        return v2_outputs(r);
    }
}


static maas_status_t
v2_parameters(v2_t *r, int which)
{
    return maas__json_bool(&r->j, &r->binary_default, r->err);
}


static maas_status_t
v2_inputs(v2_t *r)
{
    unsigned       started, more, seen;
    maas_status_t  rc;

    started = 0;
    seen = 0;

    for ( ;; ) {
        rc = maas__json_element(&r->j, &started, &more, r->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (!more) {
            break;
        }

        if (seen != 0) {
            return maas__fail(r->err, MAAS_BADVALUE, "byte %zu: more than one "
                              "input, expected only \"%s\"",
                              (size_t) (r->j.p - r->j.start),
                              r->info->input_name);
        }

        rc = v2_object(r, v2_input_names, v2_input, 3, &seen);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (!(seen & (1u << V2_NAME))) {
            return maas__fail(r->err, MAAS_BADVALUE,
                              "an input has no \"name\"");
        }

        if (!(seen & (1u << V2_SHAPE)) || !(seen & (1u << V2_DATATYPE))) {
            return maas__fail(r->err, MAAS_BADVALUE,
                              "tensor \"%s\" has no \"%s\"",
                              r->info->input_name,
                              seen & (1u << V2_SHAPE) ? "datatype" : "shape");
        }

        rc = v2_tensor(r);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (seen == 0) {
        return maas__fail(r->err, MAAS_BADVALUE, "no input, expected \"%s\"",
                          r->info->input_name);
    }

    return MAAS_OK;
}


static maas_status_t
v2_datatype(v2_t *r)
{
    unsigned       i;
    maas_str_t     s;
    maas_status_t  rc;

    rc = maas__json_string(&r->j, &s, r->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; i < MAAS_N_DTYPES; i++) {
        if (maas__json_is(s, maas__dtypes[i].name)) {
            break;
        }
    }

    if (i == MAAS_N_DTYPES) {
        return maas__json_bad(&r->j, "unknown datatype", r->err);
    }

    if (i == MAAS_DT_BYTES) {
        return maas__fail(r->err, MAAS_UNSUPPORTED, "tensor \"%s\" takes "
                          "numbers, not BYTES", r->info->input_name);
    }

    r->has_dtype = 1;
    r->dtype = (maas_dtype_t) i;

    return MAAS_OK;
}


static maas_status_t
v2_shape(v2_t *r)
{
    unsigned       started, more;
    maas_status_t  rc;

    started = 0;

    for ( ;; ) {
        rc = maas__json_element(&r->j, &started, &more, r->err);
        if (rc != MAAS_OK || !more) {
            return rc;
        }

        if (r->rank == MAAS_WIRE_DIMS) {
            return maas__json_bad(&r->j, "a shape of more than 8 dimensions",
                                  r->err);
        }

        rc = maas__json_size(&r->j, &r->shape[r->rank], r->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        r->rank++;
    }
}


static maas_status_t
v2_input(v2_t *r, int which)
{
    unsigned       seen;
    maas_str_t     s;
    maas_status_t  rc;

    switch (which) {

    case V2_NAME:
        rc = maas__json_string(&r->j, &s, r->err);

        if (rc == MAAS_OK && !maas__json_is(s, r->info->input_name)) {
            return maas__fail(r->err, MAAS_BADVALUE, "byte %zu: unknown input,"
                              " expected \"%s\"",
                              (size_t) (s.data - r->j.start),
                              r->info->input_name);
        }

        return rc;

    case V2_SHAPE:
        return v2_shape(r);

    case V2_DATATYPE:
        return v2_datatype(r);

    case V2_INPUT_PARAMETERS:
        return v2_object(r, v2_input_parameter_names, v2_input_parameters, 4,
                         &seen);

    default: /* V2_DATA */
        r->data = r->j.p;

        if (!r->has_dtype) {
            /* how to read it is not known yet: v2_tensor() comes back */
            return maas__json_skip(&r->j, V2_DEPTH - 3, r->err);
        }

        return v2_data(r);
    }
}


static maas_status_t
v2_input_parameters(v2_t *r, int which)
{
    if (which == V2_SHARED) {
        return maas__fail(r->err, MAAS_UNSUPPORTED,
                          "shared memory is not supported");
    }

    r->has_binary = 1;

    return maas__json_size(&r->j, &r->binary_size, r->err);
}


static maas_status_t
v2_outputs(v2_t *r)
{
    unsigned       started, more, seen;
    maas_status_t  rc;

    started = 0;
    seen = 0;

    for ( ;; ) {
        rc = maas__json_element(&r->j, &started, &more, r->err);
        if (rc != MAAS_OK || !more) {
            return rc;
        }

        if (seen != 0) {
            return maas__fail(r->err, MAAS_BADVALUE, "byte %zu: more than one "
                              "output, there is only \"%s\"",
                              (size_t) (r->j.p - r->j.start),
                              r->info->output_name);
        }

        rc = v2_object(r, v2_output_names, v2_output, 3, &seen);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (!(seen & (1u << V2_OUTPUT_NAME))) {
            return maas__fail(r->err, MAAS_BADVALUE,
                              "an output has no \"name\"");
        }
    }
}


static maas_status_t
v2_output(v2_t *r, int which)
{
    unsigned       seen;
    maas_str_t     s;
    maas_status_t  rc;

    if (which == V2_OUTPUT_PARAMETERS) {
        return v2_object(r, v2_output_parameter_names, v2_output_parameters, 4,
                         &seen);
    }

    rc = maas__json_string(&r->j, &s, r->err);

    if (rc == MAAS_OK && !maas__json_is(s, r->info->output_name)) {
        return maas__fail(r->err, MAAS_BADVALUE, "byte %zu: unknown output, "
                          "there is only \"%s\"",
                          (size_t) (s.data - r->j.start),
                          r->info->output_name);
    }

    return rc;
}


static maas_status_t
v2_output_parameters(v2_t *r, int which)
{
    size_t         k, classes;
    maas_status_t  rc;

    switch (which) {

    case V2_BINARY_DATA:
        r->has_output_binary = 1;
        return maas__json_bool(&r->j, &r->binary, r->err);

    case V2_OUTPUT_SHARED:
        return maas__fail(r->err, MAAS_UNSUPPORTED,
                          "shared memory is not supported");

    default: /* V2_CLASSIFICATION */
        rc = maas__json_size(&r->j, &k, r->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        classes = maas__top_classes(r->info);

        if (classes == 0) {
            return maas__fail(r->err, MAAS_BADVALUE, "output \"%s\" has no "
                              "classes to rank", r->info->output_name);
        }

        r->req.top_k = k < classes ? k : classes;

        return MAAS_OK;
    }
}


static maas_status_t
v2_data(v2_t *r)
{
    r->read = 1;

    return maas__json_tensor(&r->j, r->dtype, r->x, r->room, &r->dims, r->err);
}


static maas_status_t
v2_mismatch(v2_t *r, size_t want, size_t got)
{
    char  text[MAAS_SHAPE_TEXT];

    return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": expected %zu "
                      "numbers for shape %s, got %zu", r->info->input_name,
                      want, maas__shape_text(r->shape, r->rank, text), got);
}


static maas_status_t
v2_binary(v2_t *r, size_t n)
{
    size_t  size;

    size = maas__dtypes[r->dtype].size;

    if (r->has_binary && r->binary_size != n * size) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": expected %zu "
                          "bytes for its shape, binary_data_size is %zu",
                          r->info->input_name, n * size, r->binary_size);
    }

    if (r->tail_len != n * size) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": expected %zu "
                          "bytes behind the JSON, got %zu",
                          r->info->input_name, n * size, r->tail_len);
    }

    return maas__tensor_read(r->dtype, r->tail, n, r->x, r->err);
}


/* The input object is complete: its shape, and then its numbers from the one
 * place where they are. */

static maas_status_t
v2_tensor(v2_t *r)
{
    char           text[MAAS_SHAPE_TEXT];
    size_t         n;
    maas_json_t    at;
    maas_status_t  rc;

    if (r->data != NULL && r->has_binary) {
        return maas__fail(r->err, MAAS_BADVALUE, "tensor \"%s\" has both "
                          "\"data\" and \"binary_data_size\"",
                          r->info->input_name);
    }

    if (r->data != NULL && r->tail_len != 0) {
        return maas__fail(r->err, MAAS_BADSHAPE, "%zu bytes behind the JSON "
                          "that belong to no tensor", r->tail_len);
    }

    rc = maas__wire_rows(r->shape, r->rank, r->info->in, &r->req.rows, r->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (r->req.rows > r->max_rows) {
        return maas__fail(r->err, MAAS_TOOBIG, "%zu rows, at most %zu are "
                          "allowed", r->req.rows, r->max_rows);
    }

    n = r->req.rows * r->info->in;

    if (r->data == NULL) {

        if (!r->has_binary && r->tail_len == 0) {
            return maas__fail(r->err, MAAS_BADVALUE, "tensor \"%s\" has "
                              "neither \"data\" nor \"binary_data_size\"",
                              r->info->input_name);
        }

        return v2_binary(r, n);
    }

    if (!r->read) {
        at = r->j;
        r->j.p = r->data;

        rc = v2_data(r);
        if (rc != MAAS_OK) {
            return rc;
        }

        r->j = at;
    }

    if (r->dims.n != n) {
        return v2_mismatch(r, n, r->dims.n);
    }

    if (r->dims.rank > 1
        && (r->dims.rank != r->rank
            || memcmp(r->dims.dim, r->shape, r->rank * sizeof(size_t)) != 0))
    {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": data is "
                          "nested as %s, not as its shape",
                          r->info->input_name,
                          maas__shape_text(r->dims.dim, r->dims.rank, text));
    }

    return MAAS_OK;
}
