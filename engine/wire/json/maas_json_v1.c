/*
 * The forms of TensorFlow Serving's protocol: predict in rows and in columns,
 * classify and regress.  No HTTP, and no answers (maas_json_v1_out.c).
 */

#include "maas_dtype.h"
#include "maas_form.h"
#include "maas_int.h"
#include "maas_json_record.h"
#include "maas_json_row.h"
#include "maas_json_rows.h"
#include "maas_json_top.h"
#include "maas_json_v1.h"
#include "text/maas_json.h"
#include "wire/maas_records.h"

#include <string.h>


#define V1_DEPTH  16               /* containers within containers */


typedef struct {
    maas_json_t         j;
    const maas_info_t  *info;
    maas_err_t         *err;
    maas_records_t      r;
    unsigned            columns;   /* column format */
} v1_t;


static maas_status_t v1_instances(v1_t *v);
static maas_status_t v1_inputs(v1_t *v);
static maas_status_t v1_rows(v1_t *v);
static maas_status_t v1_tensor(v1_t *v);
static maas_status_t v1_syntax(v1_t *v, maas_status_t rc);


/* A method's own part of a request */
typedef maas_status_t (*v1_method_pt)(v1_t *v);


static maas_status_t
v1_read(const maas_info_t *info, const maas_body_t *body, v1_method_pt method,
    float *x, maas_request_t *req, maas_err_t *err)
{
    v1_t           v;
    maas_status_t  rc;

    memset(&v, 0, sizeof(v1_t));

    maas__json_start(&v.j, body->data, body->len);
    maas__records_start(&v.r, info, body, maas__bound_objects(info, body), x);
    v.info = info;
    v.err = err;

    rc = method(&v);

    if (rc == MAAS_OK) {
        rc = maas__json_finish(&v.j, err);
    }

    if (rc != MAAS_OK) {
        return v1_syntax(&v, rc);
    }

    memset(req, 0, sizeof(maas_request_t));
    req->rows = v.r.rows;
    req->columns = v.columns;

    return MAAS_OK;
}


/* That server reads all of the text before it looks at anything, and so what
 * is no JSON at all is said first. */

static maas_status_t
v1_syntax(v1_t *v, maas_status_t rc)
{
    maas_err_t   err;
    const char  *what;

    if (v->j.start == v->j.end) {
        return maas__fail(v->err, MAAS_BADVALUE,
                          "JSON Parse error: The document is empty");
    }

    v->j.p = v->j.start;
    maas__json_space(&v->j);

    if (maas__json_skip(&v->j, V1_DEPTH, &err) == MAAS_OK
        && maas__json_finish(&v->j, &err) == MAAS_OK)
    {
        return rc;
    }

    /* behind "byte N: " */
    what = strchr(err.msg, ':');
    what = what == NULL ? err.msg : what + 2;

    return maas__fail(v->err, MAAS_BADVALUE, "JSON Parse error: %s at offset: "
                      "%zu", what, (size_t) (v->j.p - v->j.start));
}


static maas_status_t
v1_signature(v1_t *v)
{
    maas_str_t     s;
    maas_status_t  rc;

    if (v->j.p == v->j.end || *v->j.p != '"') {
        return maas__json_bad(&v->j, "'signature_name' key must be a string "
                              "value.", v->err);
    }

    rc = maas__json_string(&v->j, &s, v->err);

    if (rc == MAAS_OK && s.len > 0 && !maas__json_is(s, "serving_default")) {
        return maas__fail(v->err, MAAS_BADVALUE, "byte %zu: Serving signature "
                          "key not found, there is only \"serving_default\"",
                          (size_t) (s.data - v->j.start));
    }

    return rc;
}


static maas_status_t
v1_predict(v1_t *v)
{
    maas_status_t       rc;
    maas_json_object_t  o;

    enum { V1_SIGNATURE, V1_INSTANCES, V1_INPUTS };

    static const char *const  names[] = {
        "signature_name", "instances", "inputs", NULL
    };

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;

    do {
        rc = maas__json_member(&v->j, &o, v->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if ((o.seen >> V1_INSTANCES & 1) && (o.seen >> V1_INPUTS & 1)) {
            return maas__fail(v->err, MAAS_BADVALUE, "Not formatted correctly "
                              "expecting only one of 'inputs' or 'instances' "
                              "keys to exist ");
        }

        switch (o.which) {
        case MAAS_JSON_END:
            break;
        case MAAS_JSON_OTHER:
            rc = maas__json_skip(&v->j, V1_DEPTH - 1, v->err);
            break;
        case V1_SIGNATURE:
            rc = v1_signature(v);
            break;
        case V1_INSTANCES:
            rc = v1_instances(v);
            break;
        case V1_INPUTS:
            v->columns = 1;
            rc = v1_inputs(v);
            break;
        }

    } while (rc == MAAS_OK && o.which != MAAS_JSON_END);

    if (rc == MAAS_OK && v->r.rows == 0) {
        return maas__fail(v->err, MAAS_BADVALUE,
                          "Missing 'inputs' or 'instances' key");
    }

    return rc;
}


/* What is the first byte of the first element?  0: there is none. */

static char
v1_peek(const v1_t *v)
{
    maas_json_t  j;

    j = v->j;
    j.p++;
    maas__json_space(&j);

    return j.p < j.end && *j.p != ']' ? *j.p : '\0';
}


static maas_status_t
v1_instances(v1_t *v)
{
    char  first;

    if (v->j.p == v->j.end || *v->j.p != '[') {
        return maas__json_bad(&v->j, "Excepting 'instances' to be an "
                              "list/array", v->err);
    }

    first = v1_peek(v);

    if (first == '\0') {
        return maas__json_bad(&v->j, "No values in 'instances' array", v->err);
    }

    return first == '{'
           ? maas__json_records(&v->j, &v->r, MAAS_NO_CONTEXT, v->err)
           : v1_rows(v);
}


/* Lists of values.  If all are numbers, as numbers; else, or if some are not,
 * one by one. */

static maas_status_t
v1_rows(v1_t *v)
{
    maas_json_t    from;
    maas_status_t  rc;

    from = v->j;

    if (v->info->plain) {
        rc = v1_tensor(v);

        if (rc != MAAS_BADVALUE || v->r.fields == NULL) {
            return rc;
        }
    }

    v->j = from;

    return maas__json_records(&v->j, &v->r, MAAS_NO_CONTEXT, v->err);
}


/* All rows as one nested list */

static maas_status_t
v1_tensor(v1_t *v)
{
    size_t         rows;
    maas_dims_t    dims;
    maas_status_t  rc;

    if (v->info->image && v->j.p < v->j.end && *v->j.p == '['
        && v1_peek(v) == '{')
    {
        return maas__json_records(&v->j, &v->r, MAAS_NO_CONTEXT, v->err);
    }

    rc = maas__json_tensor(&v->j, MAAS_F32, v->r.x,
                           v->r.room * v->info->in, &dims, v->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (dims.n == 0) {
        return maas__fail(v->err, MAAS_BADSHAPE, "no numbers, expected rows of "
                          "%zu", v->info->in);
    }

    rc = maas__wire_rows(dims.dim, dims.rank, v->info->in, &rows, v->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    /* an instance is a row, whatever its numbers might make up together */

    if (!v->columns && rows != dims.dim[0]) {
        return maas__fail(v->err, MAAS_BADSHAPE, "instances of %zu numbers, "
                          "expected %zu", dims.n / dims.dim[0], v->info->in);
    }

    v->r.rows = rows;

    return maas__records_most(&v->r, rows, v->err);
}


static maas_status_t
v1_inputs(v1_t *v)
{
    const char          *names[2];
    maas_status_t        rc;
    maas_json_object_t   o;

    if (v->j.p == v->j.end || *v->j.p != '{') {
        return v1_rows(v);
    }

    if (v->r.fields != NULL) {
        return maas__json_columns(&v->j, &v->r, v->err);
    }

    names[0] = v->info->input_name;
    names[1] = NULL;

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;

    do {
        rc = maas__json_member(&v->j, &o, v->err);

        if (rc == MAAS_OK && o.which == 0) {
            rc = v1_tensor(v);

        } else if (rc == MAAS_OK && o.which == MAAS_JSON_OTHER) {
            rc = maas__json_skip(&v->j, V1_DEPTH - 2, v->err);
        }

    } while (rc == MAAS_OK && o.which != MAAS_JSON_END);

    if (rc == MAAS_OK && !(o.seen & 1)) {
        return maas__fail(v->err, MAAS_BADVALUE, "Missing named input: %s in "
                          "'inputs' object.", v->info->input_name);
    }

    return rc;
}


static maas_status_t
v1_examples(v1_t *v)
{
    maas_str_t           context;
    const char          *examples;
    maas_json_t          end;
    maas_status_t        rc;
    maas_json_object_t   o;

    enum { V1_SIGNATURE, V1_CONTEXT, V1_EXAMPLES };

    static const char *const  names[] = {
        "signature_name", "context", "examples", NULL
    };

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;

    context = MAAS_NO_CONTEXT;
    examples = NULL;

    do {
        rc = maas__json_member(&v->j, &o, v->err);
        if (rc != MAAS_OK) {
            return rc;
        }

        switch (o.which) {
        case MAAS_JSON_END:
            break;
        case V1_SIGNATURE:
            rc = v1_signature(v);
            break;
        case V1_CONTEXT:
            context.data = v->j.p;
            rc = maas__json_skip(&v->j, V1_DEPTH - 1, v->err);
            context.len = (size_t) (v->j.p - context.data);
            break;
        case V1_EXAMPLES:
            examples = v->j.p;
            /* fall through */
        default:
            rc = maas__json_skip(&v->j, V1_DEPTH - 1, v->err);
        }

    } while (rc == MAAS_OK && o.which != MAAS_JSON_END);

    if (rc != MAAS_OK) {
        return rc;
    }

    end = v->j;
    v->j.p = examples;

    if (examples == NULL || *examples != '[' || v1_peek(v) == '\0') {
        return maas__fail(v->err, MAAS_BADVALUE, examples == NULL
                          ? "When method is classify or regress, key "
                            "'examples' is expected and was not found"
                          : "'examples' must be a list/array of one or more");
    }

    rc = maas__json_records(&v->j, &v->r, context, v->err);
    v->j = end;

    return rc;
}


static maas_status_t
v1_classify(v1_t *v)
{
    if (maas__top_classes(v->info) == 0) {
        return maas__fail(v->err, MAAS_UNSUPPORTED, "Expected classification "
                          "signature method_name to be tensorflow/serving/"
                          "classify. Was: tensorflow/serving/predict");
    }

    return v1_examples(v);
}


static maas_status_t
v1_regress(v1_t *v)
{
    if (v->info->out != 1) {
        return maas__fail(v->err, MAAS_UNSUPPORTED, "Expected regression "
                          "signature method_name to be tensorflow/serving/"
                          "regress. Was: tensorflow/serving/predict");
    }

    return v1_examples(v);
}


static maas_status_t
v1_predict_read(const maas_info_t *info, const maas_body_t *body, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return v1_read(info, body, v1_predict, x, req, err);
}


static maas_status_t
v1_classify_read(const maas_info_t *info, const maas_body_t *body, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return v1_read(info, body, v1_classify, x, req, err);
}


static maas_status_t
v1_regress_read(const maas_info_t *info, const maas_body_t *body, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return v1_read(info, body, v1_regress, x, req, err);
}


static int
v1_is(const maas_info_t *info, const maas_body_t *body)
{
    return maas__json_kind(info, body) == MAAS_JSON_V1;
}


const maas_form_t  maas_form_v1_predict = {
    .name = "v1_predict",
    .types = maas__json_types,
    .is = v1_is,
    .bound = maas__bound_objects,
    .read = v1_predict_read,
    .size = maas__v1_predict_size,
    .write = maas__v1_predict_write
};

const maas_form_t  maas_form_v1_classify = {
    .name = "v1_classify",
    .types = maas__json_types,
    .bound = maas__bound_objects,
    .read = v1_classify_read,
    .size = maas__v1_classify_size,
    .write = maas__v1_classify_write
};

const maas_form_t  maas_form_v1_regress = {
    .name = "v1_regress",
    .types = maas__json_types,
    .bound = maas__bound_objects,
    .read = v1_regress_read,
    .size = maas__v1_predict_size,
    .write = maas__v1_regress_write
};
