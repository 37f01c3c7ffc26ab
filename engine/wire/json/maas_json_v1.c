/*
 * The forms of TensorFlow Serving's protocol, and what classify and regress
 * take.  No HTTP; not here: predict's rows (maas_json_v1_predict.c), answers
 * (maas_json_v1_out.c).
 */

#include "maas_int.h"
#include "maas_json_record.h"
#include "maas_json_rows.h"
#include "maas_json_top.h"
#include "maas_json_v1.h"

#include <string.h>


/* A method's own part of a request */
typedef maas_status_t (*v1_method_pt)(maas_v1_t *v);


/* That server reads all of the text before it looks at anything, and so what
 * is no JSON at all is said first. */

static maas_status_t
v1_syntax(maas_v1_t *v, maas_status_t rc)
{
    maas_err_t   err;
    const char  *what;

    if (v->j.start == v->j.end) {
        return maas__fail(v->err, MAAS_BADVALUE,
                          "JSON Parse error: The document is empty");
    }

    v->j.p = v->j.start;
    maas__json_space(&v->j);

    if (maas__json_skip(&v->j, MAAS_V1_DEPTH, &err) == MAAS_OK
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
v1_read(const maas_info_t *info, const maas_body_t *body, v1_method_pt method,
    float *x, maas_request_t *req, maas_err_t *err)
{
    maas_v1_t      v;
    maas_status_t  rc;

    memset(&v, 0, sizeof(maas_v1_t));

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


enum { V1_SIGNATURE, V1_CONTEXT, V1_EXAMPLES };

static const char *const  v1_example_names[] = {
    "signature_name", "context", "examples", NULL
};


static maas_status_t
v1_examples_member(void *data, int which)
{
    maas_v1_t      *v;
    maas_str_t     *s;
    maas_status_t   rc;

    v = data;

    if (which == V1_SIGNATURE) {
        return maas__v1_signature(v);
    }

    s = which == V1_CONTEXT ? &v->context : &v->examples;
    s->data = v->j.p;
    rc = maas__json_skip(&v->j, MAAS_V1_DEPTH - 1, v->err);
    s->len = (size_t) (v->j.p - s->data);

    return rc;
}


static maas_status_t
v1_examples(maas_v1_t *v)
{
    maas_json_t    end;
    maas_status_t  rc;

    rc = maas__json_members(&v->j, v1_example_names, MAAS_V1_DEPTH - 1,
                            v1_examples_member, v, NULL, v->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    end = v->j;
    v->j.p = v->examples.data;

    if (v->j.p == NULL || *v->j.p != '[' || maas__v1_peek(v) == '\0') {
        return maas__fail(v->err, MAAS_BADVALUE, v->j.p == NULL
                          ? "When method is classify or regress, key "
                            "'examples' is expected and was not found"
                          : "'examples' must be a list/array of one or more");
    }

    rc = maas__json_records(&v->j, &v->r, v->context, v->err);
    v->j = end;

    return rc;
}


static maas_status_t
v1_classify(maas_v1_t *v)
{
    if (maas__top_classes(v->info) == 0) {
        return maas__fail(v->err, MAAS_UNSUPPORTED, "Expected classification "
                          "signature method_name to be tensorflow/serving/"
                          "classify. Was: tensorflow/serving/predict");
    }

    return v1_examples(v);
}


static maas_status_t
v1_regress(maas_v1_t *v)
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
    return v1_read(info, body, maas__v1_predict, x, req, err);
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
