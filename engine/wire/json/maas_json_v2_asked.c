/*
 * The outputs that an infer request asks for: which, as bytes or not, ranked
 * or not.
 * Not here: writing them (maas_json_v2_out.c).
 */

#include "maas_int.h"
#include "maas_json_explain.h"
#include "maas_json_rows.h"
#include "maas_json_v2.h"

#include <stdio.h>
#include <string.h>


enum { V2_OUTPUT_NAME, V2_OUTPUT_PARAMETERS };

static const char *const  v2_output_names[] = {
    "name", "parameters", NULL
};

enum { V2_BINARY_DATA, V2_CLASSIFICATION, V2_OUTPUT_SHARED };

static const char *const  v2_output_parameter_names[] = {
    "binary_data", "classification", "shared_memory_region", NULL
};


static maas_status_t
asked_parameters(void *data, int which)
{
    maas_v2_t  *r = data;

    switch (which) {

    case V2_BINARY_DATA:
        r->out.has_binary = 1;
        return maas__json_bool(&r->j, &r->out.binary, r->err);

    case V2_OUTPUT_SHARED:
        return maas__fail(r->err, MAAS_UNSUPPORTED,
                          "shared memory is not supported");

    default: /* V2_CLASSIFICATION */
        r->out.ranked = 1;
        return maas__json_size(&r->j, &r->out.k, r->err);
    }
}


/* The second one of a model that has only one */

static maas_status_t
asked_more(maas_v2_t *r)
{
    return maas__fail(r->err, MAAS_BADVALUE, "byte %zu: more than one output, "
                      "there is only \"%s\"", r->out.at,
                      r->info->output_name);
}


/* All names that may be asked for, for a sentence */

static maas_status_t
asked_unknown(maas_v2_t *r, maas_str_t s)
{
    char         list[MAAS_MAX_NAME + 32];
    int          shown;
    size_t       len;
    unsigned     i;
    const char  *name;

    for (len = 0, i = 0; i < MAAS_N_OUTPUTS; i++) {
        name = maas_output_name(r->info, (maas_output_kind_t) i);

        if (name != NULL) {
            len += (size_t) snprintf(list + len, sizeof(list) - len,
                                     "%s\"%s\"", len > 0 ? ", " : "", name);
        }
    }

    shown = (int) (s.len < MAAS_MAX_NAME ? s.len : MAAS_MAX_NAME);

    return maas__fail(r->err, MAAS_BADNAME, "unknown output \"%.*s\", "
                      "expected %s", shown, s.data, list);
}


static int
asked_is(maas_str_t s, const char *name)
{
    return name != NULL && s.len == strlen(name)
           && memcmp(s.data, name, s.len) == 0;
}


maas_status_t
maas__v2_asked_name(maas_v2_t *r, maas_str_t s)
{
    unsigned  i;

    for (i = 0; i < MAAS_N_OUTPUTS; i++) {
        if (asked_is(s, maas_output_name(r->info, (maas_output_kind_t) i))) {
            r->out.what = (maas_output_kind_t) i;
            return MAAS_OK;
        }
    }

    for (i = 0; i < MAAS_N_EXPLAINED; i++) {
        if (asked_is(s, maas__v2_explained_names[i])) {
            r->out.explains = 1u << i;
            return MAAS_OK;
        }
    }

    return r->req.n_outputs > 0 && !maas_says(r->info)
           ? asked_more(r) : asked_unknown(r, s);
}


static maas_status_t
asked_name(maas_v2_t *r)
{
    char           text[MAAS_NAME_TEXT];
    size_t         at;
    maas_str_t     s;
    maas_status_t  rc;

    rc = maas__json_string(&r->j, &s, r->err);

    if (rc == MAAS_OK) {
        at = (size_t) (s.data - r->j.start);
        rc = maas__v2_asked_name(r, maas__json_name(s, text));

        return rc == MAAS_BADNAME ? maas__record_at(at, rc, r->err) : rc;
    }

    return rc;
}


static maas_status_t
asked_member(void *data, int which)
{
    maas_v2_t  *r = data;

    return which == V2_OUTPUT_NAME
           ? asked_name(r)
           : maas__v2_object(r, v2_output_parameter_names, asked_parameters,
                             4, NULL);
}


/* One of explanations, which are all told, whoever asks for some */

static maas_status_t
asked_explained(maas_v2_t *r)
{
    unsigned  bit;

    bit = r->out.explains;

    if (r->req.explain_named & bit) {
        return maas__fail(r->err, MAAS_BADVALUE, "output \"%s\" is there "
                          "twice",
                          maas__v2_explained_names[__builtin_ctz(bit)]);
    }

    r->req.explain_named |= bit;
    r->explain_has |= r->out.has_binary ? bit : 0;
    r->req.explain_bytes |= r->out.binary ? bit : 0;

    return MAAS_OK;
}


static maas_status_t
asked_rank(maas_v2_t *r)
{
    size_t  classes;

    classes = r->out.what == MAAS_OUTPUT_NUMBERS && r->out.explains == 0
              ? maas__top_classes(r->info) : 0;

    if (classes == 0) {
        return maas__fail(r->err, MAAS_BADVALUE, "output \"%s\" has no "
                          "classes to rank",
                          maas_output_name(r->info, r->out.what));
    }

    r->req.top_k = r->out.k < classes ? r->out.k : classes;

    return MAAS_OK;
}


static maas_status_t
asked_output(maas_v2_t *r)
{
    unsigned       seen;
    maas_status_t  rc;

    r->out = (maas_v2_output_t) { .at = (size_t) (r->j.p - r->j.start) };

    rc = maas__v2_object(r, v2_output_names, asked_member, 3, &seen);

    return rc == MAAS_OK
           ? maas__v2_asked_end(r, seen & (1u << V2_OUTPUT_NAME)) : rc;
}


maas_status_t
maas__v2_asked_end(maas_v2_t *r, unsigned named)
{
    unsigned       i;
    maas_status_t  rc;

    if (r->out.explains != 0 && !r->out.ranked) {
        return asked_explained(r);
    }

    rc = r->out.ranked ? asked_rank(r) : MAAS_OK;

    if (rc != MAAS_OK) {
        return rc;
    }

    if (!named) {
        return maas__fail(r->err, MAAS_BADVALUE, "an output has no \"name\"");
    }

    if (r->req.n_outputs > 0 && !maas_says(r->info)) {
        return asked_more(r);
    }

    for (i = 0; i < r->req.n_outputs; i++) {
        if (r->req.outputs[i] == r->out.what) {
            return maas__fail(r->err, MAAS_BADVALUE, "output \"%s\" is there "
                              "twice",
                              maas_output_name(r->info, r->out.what));
        }
    }

    r->req.outputs[i] = r->out.what;
    r->req.n_outputs++;
    r->req.bytes |= r->out.binary << i;
    r->has_binary |= r->out.has_binary << i;

    return MAAS_OK;
}


maas_status_t
maas__v2_outputs(maas_v2_t *r)
{
    unsigned       more;
    maas_status_t  rc;

    more = 0;

    do {
        rc = maas__json_element(&r->j, &more, r->err);

        if (rc == MAAS_OK && more) {
            rc = asked_output(r);
        }

    } while (rc == MAAS_OK && more);

    return rc;
}


void
maas__v2_binary(maas_v2_t *r)
{
    unsigned  i;

    for (i = 0; i < r->req.n_outputs; i++) {
        if (!(r->has_binary & (1u << i))) {
            r->req.bytes |= r->binary_default << i;
        }
    }

    if (r->binary_default) {
        r->req.explain_bytes |= ((1u << MAAS_N_EXPLAINED) - 1)
                                & ~r->explain_has;
    }

    r->req.binary = r->req.n_outputs > 0 ? r->req.bytes != 0
                                         : r->binary_default;
}
