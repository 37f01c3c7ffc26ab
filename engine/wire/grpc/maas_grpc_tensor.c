/*
 * What tensors of both protocols share: which type's elements are in which
 * field, dimensions, how many rows a body may have.
 * Not here: the messages around them.
 */

#include "maas_int.h"
#include "maas_grpc.h"


/* types.proto: DT_FLOAT 1, DT_DOUBLE 2, ... ; a type of 16 bits has its bits in
 * half_val */

const maas_grpc_type_t  maas__grpc_types[MAAS_N_DTYPES] = {
    [MAAS_F32]   = { 6, 1, 5 },
    [MAAS_F64]   = { 7, 2, 6 },
    [MAAS_F16]   = { 0, 19, 13 },
    [MAAS_BF16]  = { 0, 14, 13 },
    [MAAS_I8]    = { 2, 6, 7 },
    [MAAS_I16]   = { 2, 5, 7 },
    [MAAS_I32]   = { 2, 3, 7 },
    [MAAS_I64]   = { 3, 9, 10 },
    [MAAS_U8]    = { 4, 4, 7 },
    [MAAS_U16]   = { 4, 17, 7 },
    [MAAS_U32]   = { 4, 22, 16 },
    [MAAS_U64]   = { 5, 23, 17 },
    [MAAS_BOOL]  = { 1, 10, 11 },
    [MAAS_BYTES] = { 8, 7, 8 }
};

static const char *const  contents_names[] = {
    NULL, "bool_contents", "int_contents", "int64_contents", "uint_contents",
    "uint64_contents", "fp32_contents", "fp64_contents", "bytes_contents"
};

static const char *const  value_names[] = {
    NULL, NULL, NULL, NULL, NULL, "float_val", "double_val", "int_val",
    "string_val", "scomplex_val", "int64_val", "bool_val", "dcomplex_val",
    "half_val", NULL, NULL, "uint32_val", "uint64_val"
};


const char *
maas__grpc_contents_name(uint32_t number)
{
    return number < sizeof(contents_names) / sizeof(contents_names[0])
           ? contents_names[number] : NULL;
}


const char *
maas__grpc_value_name(uint32_t number)
{
    return number < sizeof(value_names) / sizeof(value_names[0])
           ? value_names[number] : NULL;
}


void
maas__grpc_start(maas_grpc_t *g, const maas_info_t *info,
    const maas_body_t *body, size_t room, void *x, maas_err_t *err)
{
    *g = (maas_grpc_t) {
        .v2 = { .info = info, .err = err, .explain = body->explain },
        .start = body->data,
        .raw = maas__grpc_message(body)
    };

    maas__records_start(&g->v2.r, info, body, room, x);
}


maas_status_t
maas__grpc_dim(maas_grpc_t *g, maas_grpc_tensor_t *t, uint64_t size)
{
    maas_v2_input_t  *in;

    in = &g->v2.in;
    t->has_shape = 1;

    if (in->rank == MAAS_WIRE_DIMS) {
        return maas__fail(g->v2.err, MAAS_BADVALUE, "a shape of more than 8 "
                          "dimensions");
    }

    if (size > INT64_MAX) {
        t->negative = (int64_t) size;
    }

    in->shape[in->rank++] = size;

    return MAAS_OK;
}


maas_status_t
maas__grpc_dims(const maas_grpc_t *g, const maas_grpc_tensor_t *t)
{
    return t->negative == 0 ? MAAS_OK
           : maas__fail(g->v2.err, MAAS_BADSHAPE, "tensor \"%.64s\": a "
                        "dimension of %lld", maas__v2_name(&g->v2),
                        (long long) t->negative);
}


size_t
maas__grpc_bound(const maas_info_t *info, const maas_body_t *body, size_t dim,
    size_t least)
{
    size_t  rows, other;

    /* a value takes a byte at least, as a number and as an empty text two */

    rows = (body->len > least ? body->len : least) / info->in;

    if (info->n_columns > 0) {
        other = body->len / info->n_columns;
        rows = other > rows ? other : rows;
    }

    if (info->image) {
        other = body->len / 2;
        rows = other > rows ? other : rows;
    }

    rows = dim < rows ? dim : rows;
    rows = rows < body->max_rows ? rows : body->max_rows;

    return rows > 0 ? rows : 1;
}


maas_status_t
maas__grpc_lists(const maas_grpc_t *g, const maas_grpc_tensor_t *t,
    uint32_t wanted, maas_grpc_name_pt name)
{
    int              rc;
    maas_pb_t        m;
    maas_pb_field_t  f;

    m = t->message;

    while ((rc = maas_pb_next(&m, &f)) > 0) {
        if (f.number != wanted && name(f.number) != NULL
            && (f.wire != MAAS_PB_BYTES || maas_pb_len(f.bytes) > 0))
        {
            return maas__fail(g->v2.err, MAAS_BADVALUE, "tensor \"%.64s\": %s "
                              "stands in %s, got %s", maas__v2_name(&g->v2),
                              maas__dtypes[g->v2.in.dtype].wire, name(wanted),
                              name(f.number));
        }
    }

    return rc < 0 ? maas__grpc_bad(g->start, m, g->v2.err) : MAAS_OK;
}
