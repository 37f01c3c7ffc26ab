/*
 * What the files about the Open Inference Protocol's infer request share.
 * Not for others.
 */

#ifndef MAAS_JSON_V2_H
#define MAAS_JSON_V2_H

#include "maas.h"
#include "maas_body.h"
#include "maas_dtype.h"
#include "text/maas_json.h"


#define V2_DEPTH  16               /* containers within containers */


/* One input, as far as it has been read */

typedef struct {
    unsigned            named;
    size_t              column;    /* SIZE_MAX: the tensor of all numbers */
    unsigned            has_dtype;
    maas_dtype_t        dtype;
    unsigned            rank;
    size_t              shape[MAAS_WIRE_DIMS];
    const char         *data;      /* NULL: not seen */
    unsigned            read;      /* `data` is in x */
    maas_dims_t         dims;
    unsigned            has_binary;
    size_t              binary_size;
} v2_input_t;

typedef struct {
    maas_json_t         j;
    const maas_info_t  *info;
    maas_err_t         *err;

    const char         *tail;      /* binary tensors behind the JSON */
    size_t              tail_len;

    maas_records_t      r;         /* where rows go */
    v2_input_t          in;
    size_t              inputs;    /* read so far */
    size_t              rows;      /* that they have */

    /* of the outputs asked for */

    unsigned            binary_default;
    unsigned            binary;
    unsigned            has_output_binary;

    maas_request_t      req;
} v2_t;


typedef maas_status_t (*v2_member_pt)(v2_t *r, int which);

/* maas_json_v2.c: an object, member by member; `depth` is its own level.
 * Members that nobody knows are checked and passed over. */
maas_status_t maas__v2_object(v2_t *r, const char *const *names,
    v2_member_pt member, unsigned depth, unsigned *seen);

/* maas_json_v2_input.c: the input object at r->j.p -> r->r.x */
maas_status_t maas__v2_input(v2_t *r);

/* maas_json_v2_column.c: r->in, which is complete, as values of its column */
maas_status_t maas__v2_column(v2_t *r);

/* The last input was read: are all columns there? */
maas_status_t maas__v2_columns_end(v2_t *r);


#endif /* MAAS_JSON_V2_H */
