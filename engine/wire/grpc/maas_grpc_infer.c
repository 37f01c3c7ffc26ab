/*
 * The form of gRPC's ModelInfer: the walk over a ModelInferRequest.
 * Not here: an input (maas_grpc_input.c), which model is meant
 * (maas_grpc_which.c), the answer (maas_grpc_infer_out.c).
 */

#include "maas_int.h"
#include "maas_grpc.h"
#include "maas_utf8.h"


#define INFER_EXPLAIN_TEXT  4096       /* bytes of the text of "explain" */


static size_t
infer_bound(const maas_info_t *info, const maas_body_t *body)
{
    size_t           dim, one;
    maas_pb_t        m;
    maas_pb_field_t  f;

    m = maas__grpc_message(body);

    for (dim = 0; maas_pb_next(&m, &f) > 0; /* void */ ) {
        if (f.number == INFER_INPUTS && f.wire == MAAS_PB_BYTES) {
            one = maas__grpc_input_dim(f.bytes);
            dim = one > dim ? one : dim;
        }
    }

    return maas__grpc_bound(info, body, dim, 0);
}


/* Bool: all there is to tell, or nothing; or what is to be told, as a text */

static maas_status_t
infer_parameter(maas_grpc_t *g, maas_pb_t entry)
{
    maas_pb_t        key;
    maas_str_t       text;
    maas_status_t    rc;
    maas_pb_field_t  value;

    rc = maas__grpc_parameter(g, entry, &key, &value);

    if (rc != MAAS_OK || !maas_pb_is(key, "explain")) {
        return rc;
    }

    if (value.number == PARAMETER_BOOL) {
        return maas__v2_explain(&g->v2, NULL, value.value != 0);
    }

    if (value.number != PARAMETER_STRING) {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "\"explain\": expected "
                          "true, false or a text such as \"top=3\"");
    }

    text = maas__grpc_text(value.bytes);

    return text.len <= INFER_EXPLAIN_TEXT
           ? maas__v2_explain(&g->v2, &text, 1)
           : maas__fail(g->v2.err, MAAS_TOOBIG, "\"explain\" is longer than "
                        "%u bytes", INFER_EXPLAIN_TEXT);
}


static maas_status_t
infer_field(maas_grpc_t *g, const maas_pb_field_t *f)
{
    if (f->wire != MAAS_PB_BYTES) {
        return MAAS_OK;
    }

    switch (f->number) {

    case INFER_ID:

        if (!maas__utf8(f->bytes.p, maas_pb_len(f->bytes))) {
            return maas__fail(g->v2.err, MAAS_BADVALUE, "\"id\" is not UTF-8");
        }

        g->v2.req.id = maas__grpc_text(f->bytes);
        break;

    case INFER_PARAMETERS:
        return infer_parameter(g, f->bytes);

    case INFER_INPUTS:
        g->inputs++;
        break;

    case INFER_OUTPUTS:
        return maas__grpc_asked(g, f->bytes);

    case INFER_RAW:
        g->raws++;
        break;

    default:
        break;
    }

    return MAAS_OK;
}


/* All but the inputs, whose raw contents may stand before them */

static maas_status_t
infer_around(maas_grpc_t *g, maas_pb_t m)
{
    int              rc;
    maas_status_t    status;
    maas_pb_field_t  f;

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        status = infer_field(g, &f);
        if (status != MAAS_OK) {
            return status;
        }
    }

    if (rc < 0) {
        return maas__grpc_bad(g->start, m, g->v2.err);
    }

    if (g->inputs == 0) {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "the request has no "
                          "\"inputs\"");
    }

    if (g->raws > 0 && g->raws != g->inputs) {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "expected %zu "
                          "raw_input_contents, one for each input, got %zu",
                          g->inputs, g->raws);
    }

    return MAAS_OK;
}


static maas_status_t
infer_inputs(maas_grpc_t *g, maas_pb_t m)
{
    maas_status_t    rc;
    maas_pb_field_t  f;

    while (maas_pb_next(&m, &f) > 0) {
        if (f.number == INFER_INPUTS && f.wire == MAAS_PB_BYTES) {
            rc = maas__grpc_input(g, f.bytes);
            if (rc != MAAS_OK) {
                return rc;
            }
        }
    }

    return maas__v2_inputs_end(&g->v2);
}


static maas_status_t
infer_read(const maas_info_t *info, const maas_body_t *body, void *x,
    maas_request_t *req, maas_err_t *err)
{
    maas_pb_t      m;
    maas_grpc_t    g;
    maas_status_t  rc;

    maas__grpc_start(&g, info, body, infer_bound(info, body), x, err);
    m = maas__grpc_message(body);

    rc = infer_around(&g, m);

    if (rc == MAAS_OK) {
        rc = infer_inputs(&g, m);
    }

    if (rc != MAAS_OK) {
        req->id = g.v2.req.id;
        return rc;
    }

    g.v2.req.rows = g.v2.rows;
    g.v2.req.binary = g.raws > 0;
    *req = g.v2.req;

    return MAAS_OK;
}


const maas_form_t  maas_form_grpc_infer = {
    .name = "grpc_infer",
    .answer = "application/grpc",
    .bound = infer_bound,
    .explains = 1,
    .read = infer_read,
    .size = maas__grpc_infer_size,
    .write = maas__grpc_infer_write
};
