/*
 * The form of the Open Inference Protocol: the walk over an infer request's
 * JSON.  Not here: what is in an input (maas_json_v2_input.c,
 * maas_json_v2_column.c), outputs (maas_json_v2_asked.c), HTTP, responses.
 */

#include "maas_int.h"
#include "maas_json_explain.h"
#include "maas_json_rows.h"
#include "maas_json_v2.h"


enum { V2_ID, V2_PARAMETERS, V2_INPUTS, V2_OUTPUTS };

static const char *const  v2_request_names[] = {
    "id", "parameters", "inputs", "outputs", NULL
};

enum { V2_BINARY_OUTPUT, V2_EXPLAIN };

static const char *const  v2_parameter_names[] = {
    "binary_data_output", "explain", NULL
};

/* bytes of the text of "explain", without escapes */

#define V2_EXPLAIN_TEXT  4096


/* The tensor of all numbers, or one for each column */

static maas_status_t
v2_inputs(maas_v2_t *r)
{
    unsigned       more;
    maas_status_t  rc;

    more = 0;

    do {
        rc = maas__json_element(&r->j, &more, r->err);

        if (rc == MAAS_OK && more) {
            rc = maas__v2_input(r);
        }

        if (rc != MAAS_OK) {
            return rc;
        }

    } while (more);

    return maas__v2_inputs_end(r);
}


maas_status_t
maas__v2_inputs_end(maas_v2_t *r)
{
    if (r->r.fields != NULL
        && (r->inputs == 0 ? !r->info->plain : r->in.column != SIZE_MAX))
    {
        return maas__v2_columns_end(r);
    }

    if (r->inputs == 0) {
        return maas__fail(r->err, MAAS_BADVALUE, "no input, expected \"%s\"",
                          r->info->input_name);
    }

    return MAAS_OK;
}


maas_status_t
maas__v2_explain(maas_v2_t *r, const maas_str_t *text, unsigned wanted)
{
    maas_status_t  rc;

    r->req.explain = r->explain != NULL ? *r->explain : maas_explain_preset();
    r->req.explain.said = 1;

    if (text == NULL) {
        r->req.explain.wanted = wanted;
        return MAAS_OK;
    }

    rc = maas_explain_read(r->info, *text, 0, &r->req.explain, r->err);

    return r->r.loose ? MAAS_OK : rc;      /* a label may be another model's */
}


/* true: all there is to tell; or what is to be told, as a text */

static maas_status_t
v2_explain(maas_v2_t *r)
{
    char           text[V2_EXPLAIN_TEXT];
    size_t         at;
    unsigned       wanted;
    maas_str_t     s;
    maas_status_t  rc;

    at = (size_t) (r->j.p - r->j.start);
    if (r->j.p == r->j.end || *r->j.p != '"') {
        rc = maas__json_bool(&r->j, &wanted, r->err);

        if (rc != MAAS_OK) {
            return maas__fail(r->err, rc, "byte %zu: \"explain\": expected "
                              "true, false or a text such as \"top=3\"", at);
        }

        return maas__v2_explain(r, NULL, wanted);
    }

    rc = maas__json_string(&r->j, &s, r->err);

    if (rc == MAAS_OK && s.len > sizeof(text)) {
        return maas__fail(r->err, MAAS_TOOBIG, "byte %zu: \"explain\" is "
                          "longer than %zu bytes", at, sizeof(text));
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    s = (maas_str_t) { text, maas__json_text(s, text) };

    return maas__v2_explain(r, &s, 1);
}


static maas_status_t
v2_parameters(void *data, int which)
{
    maas_v2_t  *r = data;

    return which == V2_EXPLAIN
           ? v2_explain(r)
           : maas__json_bool(&r->j, &r->binary_default, r->err);
}


static maas_status_t
v2_request(void *data, int which)
{
    maas_v2_t      *r = data;
    maas_str_t      s;
    maas_status_t   rc;

    switch (which) {

    case V2_ID:
        rc = maas__json_string(&r->j, &s, r->err);
        if (rc == MAAS_OK) {
            r->req.id.data = s.data - 1;
            r->req.id.len = s.len + 2;
        }

        return rc;

    case V2_PARAMETERS:
        return maas__v2_object(r, v2_parameter_names, v2_parameters, 2,
                               NULL);

    case V2_INPUTS:
        return v2_inputs(r);

    default: /* V2_OUTPUTS */
        return maas__v2_outputs(r);
    }
}


/* The request's id, for who logs what is wrong with it: one that stood before
 * the place, or the first that stands anywhere */

static void
v2_id(maas_v2_t *r)
{
    maas_str_t          s;
    maas_json_t         j;
    maas_json_object_t  o;

    static const char *const  names[] = { "id", NULL };

    maas__json_start(&j, r->j.start, (size_t) (r->j.end - r->j.start));
    maas__json_space(&j);
    o = (maas_json_object_t) { .names = names };

    while (r->req.id.len == 0 && maas__json_member(&j, &o, NULL) == MAAS_OK
           && o.which != MAAS_JSON_END)
    {
        if (o.which == 0 && j.p < j.end && *j.p == '"'
            && maas__json_string(&j, &s, NULL) == MAAS_OK)
        {
            r->req.id = (maas_str_t) { s.data - 1, s.len + 2 };
            return;
        }

        if (maas__json_skip(&j, MAAS_WIRE_DEPTH - 1, NULL) != MAAS_OK) {
            return;
        }
    }
}


static maas_status_t
v2_read(const maas_info_t *info, const maas_body_t *body, void *x,
    maas_request_t *req, maas_err_t *err)
{
    unsigned       seen;
    maas_v2_t      r;
    maas_status_t  rc;

    if (body->json_len > body->len) {
        return maas__fail(err, MAAS_BADVALUE, "the JSON part is %zu bytes "
                          "long by the header, the body only %zu",
                          body->json_len, body->len);
    }

    if (body->json_len == 0) {
        rc = maas_form_bytes.read(info, body, x, req, err);

        if (rc == MAAS_OK) {
            req->explain_bytes = (1u << MAAS_N_EXPLAINED) - 1;
        }

        return rc;
    }

    r = (maas_v2_t) {
        .info = info,
        .err = err,
        .explain = body->explain,
        .tail = body->data + body->json_len,
        .tail_len = body->len - body->json_len
    };

    maas__json_start(&r.j, body->data, body->json_len);
    maas__records_start(&r.r, info, body, maas__v2_bound_pictures(info, body),
                        x);

    rc = maas__v2_object(&r, v2_request_names, v2_request, 1, &seen);

    if (rc == MAAS_OK) {
        rc = maas__json_finish(&r.j, err);
    }

    if (rc == MAAS_OK && !(seen & (1u << V2_INPUTS))) {
        rc = maas__fail(err, MAAS_BADVALUE, "the request has no \"inputs\"");
    }

    if (rc != MAAS_OK) {
        v2_id(&r);
        req->id = r.req.id;
        return rc;
    }

    maas__v2_binary(&r);
    r.req.rows = r.rows;
    *req = r.req;

    return MAAS_OK;
}


static const char *const  v2_sized[] = {
    "application/vnd.sagemaker-triton.binary+json",
    "application/vnd.vertex-ai-triton.binary+json",
    NULL
};

const maas_form_t  maas_form_v2 = {
    .name = "v2",
    .types = maas__json_types,
    .sized = v2_sized,
    .answer = "application/octet-stream",
    .bound = maas__v2_bound_pictures,
    .explains = 1,
    .read = v2_read,
    .size = maas__v2_size,
    .write = maas__v2_write
};
