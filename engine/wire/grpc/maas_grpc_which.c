/*
 * Which model a request in protobuf means: known before the model is, and so
 * before its body can be read.
 * Not here: finding models.
 */

#include "maas_int.h"
#include "maas_grpc.h"
#include "text/maas_json.h"


maas_status_t
maas__grpc_bad(const char *start, maas_pb_t at, maas_err_t *err)
{
    return maas__fail(err, MAAS_BADVALUE, "byte %zu: not a field of a protobuf "
                      "message", (size_t) (at.p - start));
}


maas_status_t
maas_grpc_infer_which(const char *data, size_t len, maas_grpc_which_t *which,
    maas_err_t *err)
{
    int                rc;
    maas_pb_t          m;
    maas_pb_field_t    f;
    maas_grpc_which_t  w = { 0 };

    m = (maas_pb_t) { data, data + len };

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        if (f.wire != MAAS_PB_BYTES) {
            continue;
        }

        if (f.number == INFER_NAME) {
            w.name = maas__grpc_text(f.bytes);

        } else if (f.number == INFER_VERSION) {
            w.version = maas__grpc_text(f.bytes);
        }
    }

    if (rc < 0) {
        return maas__grpc_bad(data, m, err);
    }

    *which = w;

    return MAAS_OK;
}


/* A version is a message with a number, which is 0 if it is not there */

static maas_status_t
which_version(const char *data, maas_pb_t m, maas_grpc_which_t *w,
    maas_err_t *err)
{
    int              rc;
    uint64_t         v;
    maas_pb_field_t  f;

    for (v = 0; (rc = maas_pb_next(&m, &f)) > 0; /* void */ ) {
        if (f.number == SPEC_NUMBER && f.wire == MAAS_PB_VARINT) {
            v = f.value;
        }
    }

    if (rc < 0) {
        return maas__grpc_bad(data, m, err);
    }

    if (v > INT64_MAX) {
        return maas__fail(err, MAAS_BADVALUE, "\"model_spec\": version %lld, "
                          "expected 0 or more", (long long) v);
    }

    w->version = (maas_str_t) { w->digits, maas__size_print(v, w->digits) };
    w->label.len = 0;

    return MAAS_OK;
}


static maas_status_t
which_spec(const char *data, maas_pb_t m, maas_grpc_which_t *w,
    maas_err_t *err)
{
    int              rc;
    maas_pb_field_t  f;
    maas_status_t    status;

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        if (f.wire != MAAS_PB_BYTES) {
            continue;
        }

        switch (f.number) {

        case SPEC_NAME:
            w->name = maas__grpc_text(f.bytes);
            break;

        case SPEC_VERSION:
            status = which_version(data, f.bytes, w, err);
            if (status != MAAS_OK) {
                return status;
            }

            break;

        case SPEC_LABEL:               /* one of the two */
            w->label = maas__grpc_text(f.bytes);
            w->version.len = 0;
            break;

        default:
            break;
        }
    }

    return rc < 0 ? maas__grpc_bad(data, m, err) : MAAS_OK;
}


maas_status_t
maas_grpc_predict_which(const char *data, size_t len, maas_grpc_which_t *which,
    maas_err_t *err)
{
    int              rc;
    maas_pb_t        m;
    maas_status_t    status;
    maas_pb_field_t  f;

    *which = (maas_grpc_which_t) { 0 };
    m = (maas_pb_t) { data, data + len };

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        if (f.number != PREDICT_SPEC || f.wire != MAAS_PB_BYTES) {
            continue;
        }

        status = which_spec(data, f.bytes, which, err);
        if (status != MAAS_OK) {
            return status;
        }
    }

    return rc < 0 ? maas__grpc_bad(data, m, err) : MAAS_OK;
}
