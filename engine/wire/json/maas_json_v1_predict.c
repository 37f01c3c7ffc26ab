/*
 * A predict request of TensorFlow Serving's protocol: "instances", or "inputs"
 * by column.  Not here: the form (maas_json_v1.c).
 */

#include "maas_int.h"
#include "maas_json_rows.h"
#include "maas_json_v1.h"


maas_status_t
maas__v1_signature(maas_v1_t *v)
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


char
maas__v1_peek(const maas_v1_t *v)
{
    maas_json_t  j;

    j = v->j;
    j.p++;
    maas__json_space(&j);

    return j.p < j.end && *j.p != ']' ? *j.p : '\0';
}


/* All rows as one nested list */

static maas_status_t
v1_tensor(void *data, int which)
{
    maas_v1_t  *v = data;

    if (v->r.info->image && v->j.p < v->j.end && *v->j.p == '['
        && maas__v1_peek(v) == '{')
    {
        return maas__json_records(&v->j, &v->r, MAAS_NO_CONTEXT, v->err);
    }

    return maas__rows_numbers(&v->j, &v->r, v->columns ? MAAS_NUMBERS_ANY
                              : MAAS_NUMBERS_ROWS, v->err);
}


/* Lists of values.  If all are numbers, as numbers; else, or if some are not,
 * one by one. */

static maas_status_t
v1_rows(maas_v1_t *v)
{
    maas_json_t    from;
    maas_status_t  rc;

    from = v->j;

    if (v->r.info->plain && !v->r.named) {
        rc = v1_tensor(v, 0);

        if (rc != MAAS_BADVALUE || v->r.fields == NULL) {
            return rc;
        }
    }

    v->j = from;

    return maas__json_records(&v->j, &v->r, MAAS_NO_CONTEXT, v->err);
}


static maas_status_t
v1_instances(maas_v1_t *v)
{
    char  first;

    if (v->j.p == v->j.end || *v->j.p != '[') {
        return maas__json_bad(&v->j, "Excepting 'instances' to be an "
                              "list/array", v->err);
    }

    first = maas__v1_peek(v);

    if (first == '\0') {
        return maas__json_bad(&v->j, "No values in 'instances' array", v->err);
    }

    return first == '{'
           ? maas__json_records(&v->j, &v->r, MAAS_NO_CONTEXT, v->err)
           : v1_rows(v);
}


static maas_status_t
v1_inputs(maas_v1_t *v)
{
    unsigned       seen;
    const char    *names[] = { v->r.info->input_name, NULL };
    maas_status_t  rc;

    if (v->j.p == v->j.end || *v->j.p != '{') {
        return v1_rows(v);
    }

    if (v->r.fields != NULL) {
        return maas__json_columns(&v->j, &v->r, v->err);
    }

    rc = maas__json_members(&v->j, names, MAAS_WIRE_DEPTH - 2, v1_tensor, v,
                            &seen, v->err);

    if (rc == MAAS_OK && seen == 0) {
        return maas__fail(v->err, MAAS_BADVALUE, "Missing named input: %s in "
                          "'inputs' object.", v->r.info->input_name);
    }

    return rc;
}


enum { V1_PREDICT_SIGNATURE, V1_INSTANCES, V1_INPUTS };

static const char *const  v1_predict_names[] = {
    "signature_name", "instances", "inputs", NULL
};


static maas_status_t
v1_predict_member(void *data, int which)
{
    maas_v1_t  *v = data;

    if (which == V1_PREDICT_SIGNATURE) {
        return maas__v1_signature(v);
    }

    if (v->format) {
        return maas__fail(v->err, MAAS_BADVALUE, "Not formatted correctly "
                          "expecting only one of 'inputs' or 'instances' "
                          "keys to exist ");
    }

    v->format = 1;
    v->columns = which == V1_INPUTS;

    return v->columns ? v1_inputs(v) : v1_instances(v);
}


maas_status_t
maas__v1_predict(maas_v1_t *v)
{
    maas_status_t  rc;

    rc = maas__json_members(&v->j, v1_predict_names, MAAS_WIRE_DEPTH - 1,
                            v1_predict_member, v, NULL, v->err);

    if (rc == MAAS_OK && v->r.rows == 0) {
        return maas__fail(v->err, MAAS_BADVALUE,
                          "Missing 'inputs' or 'instances' key");
    }

    return rc;
}
