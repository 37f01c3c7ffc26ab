/*
 * The forms of TensorFlow Serving's protocol, what classify and regress take,
 * and answers: predictions, outputs, results.
 * Not here: HTTP, predict's rows (maas_json_v1_predict.c).
 */

#include "maas_int.h"
#include "maas_json_explain.h"
#include "maas_json_rows.h"
#include "maas_json_v1.h"

#include <string.h>


#define V1_NUMBER  (MAAS_FLOAT_MAX + 3)        /* ".0" and a comma */


/* A method's own part of a request */
typedef maas_status_t (*v1_method_pt)(maas_v1_t *v);

/* The part of a row of y(req->rows,out) in the answer, at p; returns its end */
typedef char *(*v1_row_pt)(char *p, const maas_info_t *info,
    const maas_request_t *req, const float *y, size_t row);


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

    if (maas__json_skip(&v->j, MAAS_WIRE_DEPTH, &err) == MAAS_OK
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
    void *x, maas_request_t *req, maas_err_t *err)
{
    maas_v1_t      v = { .err = err };
    maas_status_t  rc;

    maas__json_start(&v.j, body->data, body->len);
    maas__records_start(&v.r, info, body, maas__bound_objects(info, body), x);

    rc = method(&v);

    if (rc == MAAS_OK) {
        rc = maas__json_finish(&v.j, err);
    }

    if (rc != MAAS_OK) {
        return v1_syntax(&v, rc);
    }

    *req = (maas_request_t) { .rows = v.r.rows, .columns = v.columns };

    return MAAS_OK;
}


enum { V1_SIGNATURE, V1_CONTEXT, V1_EXAMPLES };

static const char *const  v1_example_names[] = {
    "signature_name", "context", "examples", NULL
};


static maas_status_t
v1_examples_member(void *data, int which)
{
    maas_v1_t      *v = data;
    maas_str_t     *s;
    maas_status_t   rc;

    if (which == V1_SIGNATURE) {
        return maas__v1_signature(v);
    }

    s = which == V1_CONTEXT ? &v->context : &v->examples;
    s->data = v->j.p;
    rc = maas__json_skip(&v->j, MAAS_WIRE_DEPTH - 1, v->err);
    s->len = (size_t) (v->j.p - s->data);

    return rc;
}


/* does: the model has what is asked for */

static maas_status_t
v1_examples(maas_v1_t *v, unsigned does, const char *task, const char *method)
{
    maas_json_t    end;
    maas_status_t  rc;

    if (!does) {
        return maas__fail(v->err, MAAS_UNSUPPORTED, "Expected %s signature "
                          "method_name to be tensorflow/serving/%s. Was: "
                          "tensorflow/serving/predict", task, method);
    }

    rc = maas__json_members(&v->j, v1_example_names, MAAS_WIRE_DEPTH - 1,
                            v1_examples_member, v, NULL, v->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    /* as that server, which asks a graph for the features that it names */

    v->r.loose = 1;
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
    return v1_examples(v, maas__top_classes(v->r.info) > 0, "classification",
                       "classify");
}


static maas_status_t
v1_regress(maas_v1_t *v)
{
    return v1_examples(v, v->r.info->out == 1, "regression", "regress");
}


/* As that server writes floats: whole ones can be told from integers. */

static char *
v1_number(char *p, float v)
{
    size_t  len;

    len = maas__float_print(v, p);

    if (memchr(p, '.', len) == NULL && memchr(p, 'e', len) == NULL) {
        memcpy(p + len, ".0", 2);
        len += 2;
    }

    return p + len;
}


static char *
v1_row(char *p, const maas_info_t *info, const maas_request_t *req,
    const float *y, size_t row)
{
    size_t  i;

    *p++ = '[';
    y += row * info->out;

    for (i = 0; i < info->out; i++) {
        p = v1_number(p, y[i]);
        *p++ = ',';
    }

    p[-1] = ']';

    return p;
}


/* Without labels a class goes by its number. */

static char *
v1_label(char *p, const maas_info_t *info, size_t class)
{
    char         digits[MAAS_SIZE_TEXT];
    const char  *label;

    if (class < info->n_labels) {
        label = info->labels[class];
        return p + maas__json_quote(label, strlen(label), p);
    }

    return p + maas__json_quote(digits, maas__size_print(class, digits), p);
}


/* [["label",score],...] in the order of the file, as TensorFlow Serving has it;
 * what a model says that decides by more than the largest probability comes
 * first, and so it does where that is blunted */

static char *
v1_classes(char *p, const maas_info_t *info, const maas_request_t *req,
    const float *y, size_t row)
{
    size_t  i, class, said, n;

    *p++ = '[';
    n = maas__top_classes(info);
    said = 0;

    if (info->decision != NULL || info->threshold != 0.5f
        || req->said != NULL)
    {
        said = maas__said(info, req, y, row);
    }

    y += row * info->out;

    for (i = 0; i < n; i++) {
        class = i == 0 ? said : i <= said ? i - 1 : i;

        *p++ = '[';
        p = v1_label(p, info, class);
        *p++ = ',';
        p = v1_number(p, maas__top_value(info, req, y, class));
        *p++ = ']';
        *p++ = ',';
    }

    p[-1] = ']';

    return p;
}


/* A regression is one number. */

static char *
v1_value(char *p, const maas_info_t *info, const maas_request_t *req,
    const float *y, size_t row)
{
    return v1_number(p, y[row]);
}


/* All rows in the array that `head` opens */

static size_t
v1_write(const char *head, v1_row_pt row, const maas_info_t *info,
    const maas_request_t *req, const float *y, char *buf)
{
    char    *p;
    size_t   i;

    p = stpcpy(buf, head);

    for (i = 0; i < req->rows; i++) {
        p = row(p, info, req, y, i);
        *p++ = ',';
    }

    p -= req->rows > 0;
    *p++ = ']';

    if (req->explained != NULL) {
        p = maas__explanations_write(info, req, p);
    }

    *p++ = '}';

    return (size_t) (p - buf);
}


/* Predictions, and a regression's values, which are no longer */

static size_t
v1_predict_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * (info->out * V1_NUMBER + 3)
           + sizeof("{\"predictions\":[]}")
           + maas__explanations_size(info, req);
}


static size_t
v1_classify_size(const maas_info_t *info, const maas_request_t *req)
{
    size_t  i, row;

    row = 3 + maas__top_classes(info) * (V1_NUMBER + MAAS_SIZE_TEXT + 6);

    for (i = 0; i < info->n_labels; i++) {
        row += 6 * strlen(info->labels[i]);
    }

    return req->rows * row + sizeof("{\"results\":[]}");
}


static int
v1_is(const maas_info_t *info, const maas_body_t *body)
{
    return maas__json_kind(info, body) == MAAS_JSON_V1;
}


/* A form: who reads the methods's part of a request, how long its answer is at
 * most, which array that is, and who writes a row of it */

#define V1_FORM(form, what, method, length, head, row, tells)                 \
                                                                              \
static maas_status_t                                                          \
v1_##form##_read(const maas_info_t *info, const maas_body_t *body, void *x,  \
    maas_request_t *req, maas_err_t *err)                                     \
{                                                                             \
    return v1_read(info, body, method, x, req, err);                          \
}                                                                             \
                                                                              \
static size_t                                                                 \
v1_##form##_write(const maas_info_t *info, const maas_request_t *req,         \
    const float *y, char *buf, size_t *json_len)                              \
{                                                                             \
    return v1_write(head, row, info, req, y, buf);                            \
}                                                                             \
                                                                              \
const maas_form_t  maas_form_v1_##form = {                                    \
    .name = "v1_" #form,                                                      \
    .types = maas__json_types,                                                \
    .is = what,                                                               \
    .bound = maas__bound_objects,                                             \
    .read = v1_##form##_read,                                                 \
    .size = length,                                                           \
    .explains = tells,                                                        \
    .write = v1_##form##_write                                                \
};

V1_FORM(predict, v1_is, maas__v1_predict, v1_predict_size,
        req->columns ? "{\"outputs\":[" : "{\"predictions\":[", v1_row, 1)

V1_FORM(classify, NULL, v1_classify, v1_classify_size, "{\"results\":[",
        v1_classes, 0)

V1_FORM(regress, NULL, v1_regress, v1_predict_size, "{\"results\":[", v1_value,
        0)
