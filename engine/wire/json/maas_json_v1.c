/*
 * TensorFlow Serving's requests -> rows: predict in rows and in columns,
 * classify and regress.  No HTTP, and no answers here.
 */

#include "maas_body.h"
#include "maas_dtype.h"
#include "maas_int.h"
#include "field/maas_field.h"
#include "text/maas_json.h"

#include <string.h>


#define V1_DEPTH  16               /* containers within containers */


typedef struct {
    maas_json_t         j;
    const maas_info_t  *info;
    maas_err_t         *err;
    maas_records_t      r;
    unsigned            columns;   /* column format */
} v1_t;


static maas_status_t v1_predict(v1_t *v);
static maas_status_t v1_instances(v1_t *v);
static maas_status_t v1_inputs(v1_t *v);
static maas_status_t v1_rows(v1_t *v);
static maas_status_t v1_tensor(v1_t *v);
static maas_status_t v1_examples(v1_t *v);
static maas_status_t v1_signature(v1_t *v);
static maas_status_t v1_method(v1_t *v, maas_v1_t method);
static maas_status_t v1_syntax(v1_t *v, const char *body, size_t len,
    maas_status_t rc);


maas_status_t
maas__v1_read(const maas_info_t *info, const maas_fields_t *fields,
    maas_v1_t method, const char *body, size_t len, size_t max_rows, float *x,
    maas_request_t *req, maas_err_t *err)
{
    v1_t           v;
    maas_status_t  rc;

    memset(&v, 0, sizeof(v1_t));

    v.j.start = body;
    v.j.p = body;
    v.j.end = body + len;
    v.info = info;
    v.err = err;
    v.r.info = info;
    v.r.fields = fields;
    v.r.x = x;
    v.r.room = maas__objects_bound(info, body, len, max_rows);
    v.r.max_rows = max_rows;

    rc = v1_method(&v, method);

    if (rc == MAAS_OK) {
        rc = method == MAAS_V1_PREDICT ? v1_predict(&v) : v1_examples(&v);
    }

    if (rc == MAAS_OK) {
        rc = maas__json_finish(&v.j, err);
    }

    if (rc != MAAS_OK) {
        return v1_syntax(&v, body, len, rc);
    }

    memset(req, 0, sizeof(maas_request_t));
    req->rows = v.r.rows;
    req->columns = v.columns;

    return MAAS_OK;
}


/* That server reads all of the text before it looks at anything, and so what
 * is no JSON at all is said first. */

static maas_status_t
v1_syntax(v1_t *v, const char *body, size_t len, maas_status_t rc)
{
    maas_err_t   err;
    const char  *what;

    if (len == 0) {
        return maas__fail(v->err, MAAS_BADVALUE,
                          "JSON Parse error: The document is empty");
    }

    v->j.p = body;
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
                      "%zu", what, (size_t) (v->j.p - body));
}


static maas_status_t
v1_method(v1_t *v, maas_v1_t method)
{
    if (method == MAAS_V1_CLASSIFY && maas__top_classes(v->info) == 0) {
        return maas__fail(v->err, MAAS_UNSUPPORTED, "Expected classification "
                          "signature method_name to be tensorflow/serving/"
                          "classify. Was: tensorflow/serving/predict");
    }

    if (method == MAAS_V1_REGRESS && v->info->out != 1) {
        return maas__fail(v->err, MAAS_UNSUPPORTED, "Expected regression "
                          "signature method_name to be tensorflow/serving/"
                          "regress. Was: tensorflow/serving/predict");
    }

    return MAAS_OK;
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

    return first == '{' ? maas__json_records(&v->j, &v->r, MAAS_NO_CONTEXT, v->err)
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

    if (rows > v->r.max_rows) {
        return maas__fail(v->err, MAAS_TOOBIG, "%zu rows, at most %zu are "
                          "allowed", rows, v->r.max_rows);
    }

    v->r.rows = rows;

    return MAAS_OK;
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
