/*
 * One output that a ModelInferRequest asks for.
 * Not here: which there are (json/maas_json_v2_asked.c).
 */

#include "maas_int.h"
#include "maas_grpc.h"


static maas_status_t
asked_parameter(maas_grpc_t *g, maas_pb_t entry)
{
    maas_pb_t        key;
    maas_status_t    rc;
    maas_pb_field_t  value;

    rc = maas__grpc_parameter(g, entry, &key, &value);

    if (rc != MAAS_OK) {
        return rc;
    }

    if (maas_pb_is(key, "shared_memory_region")) {
        return maas__fail(g->v2.err, MAAS_UNSUPPORTED,
                          "shared memory is not supported");
    }

    if (!maas_pb_is(key, "classification")) {
        return MAAS_OK;
    }

    if ((value.number != PARAMETER_INT64 || value.value > INT64_MAX)
        && value.number != PARAMETER_UINT64)
    {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "\"classification\": "
                          "expected a whole number, 0 or more");
    }

    g->v2.out.ranked = 1;
    g->v2.out.k = value.value;

    return MAAS_OK;
}


maas_status_t
maas__grpc_asked(maas_grpc_t *g, maas_pb_t m)
{
    int              rc;
    maas_pb_t        name = { NULL, NULL };
    maas_status_t    status;
    maas_pb_field_t  f;

    g->v2.out = (maas_v2_output_t) { .at = (size_t) (m.p - g->start) };

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        if (f.wire != MAAS_PB_BYTES) {
            continue;
        }

        status = MAAS_OK;

        if (f.number == ASKED_NAME) {
            name = f.bytes;

        } else if (f.number == ASKED_PARAMETERS) {
            status = asked_parameter(g, f.bytes);
        }

        if (status != MAAS_OK) {
            return status;
        }
    }

    if (rc < 0) {
        return maas__grpc_bad(g->start, m, g->v2.err);
    }

    if (name.p == name.end) {
        return maas__v2_asked_end(&g->v2, 0);
    }

    status = maas__v2_asked_name(&g->v2, maas__grpc_text(name));

    return status == MAAS_OK ? maas__v2_asked_end(&g->v2, 1) : status;
}
