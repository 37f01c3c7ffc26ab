/*
 * What the files about the Open Inference Protocol's infer request share, those
 * about its JSON and those about its protobuf (wire/grpc/).
 * Not for others.
 */

#ifndef MAAS_JSON_V2_H
#define MAAS_JSON_V2_H

#include "maas_json_explain.h"
#include "maas_json_record.h"
#include "wire/maas_cells.h"


/* One input, as far as it has been read */

typedef struct {
    size_t              at;        /* its place in the text */
    unsigned            named;
    unsigned            other;     /* no input, to be passed over */
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
} maas_v2_input_t;

/* One output that is asked for, as far as it has been read */

typedef struct {
    size_t              at;        /* its place in the text */
    maas_output_kind_t  what;
    unsigned            explains;  /* one of explanations: its bit; or 0 */
    unsigned            has_binary;
    unsigned            binary;
    unsigned            ranked;    /* its k best classes are meant */
    size_t              k;
} maas_v2_output_t;

typedef struct {
    maas_json_t         j;
    const maas_info_t  *info;
    maas_err_t         *err;

    const char         *tail;      /* binary tensors behind the JSON */
    size_t              tail_len;
    maas_cells_t       *cells;     /* of protobuf: what the input has, and then
                                      there is no JSON */

    maas_records_t      r;         /* where rows go */
    maas_v2_input_t     in;
    size_t              inputs;    /* read so far */
    unsigned            whole;     /* one was the tensor of all numbers */
    size_t              rows;      /* that they have */

    /* of the outputs asked for */

    maas_v2_output_t    out;
    unsigned            binary_default;
    unsigned            has_binary;        /* a bit for each output */
    unsigned            explain_has;       /* the same of explanations */

    const maas_explain_asked_t  *explain;      /* as in maas_body_t */
    maas_request_t      req;
} maas_v2_t;


/* An object, member by member; `depth` is its own level. */

static inline maas_status_t
maas__v2_object(maas_v2_t *r, const char *const *names,
    maas_json_member_pt member, unsigned depth, unsigned *seen)
{
    return maas__json_members(&r->j, names, MAAS_WIRE_DEPTH - depth, member, r,
                              seen, r->err);
}

/* maas_json_v2_input.c: the input object at r->j.p -> r->r.x.  One that is
 * passed over leaves r->in and r->inputs alone. */
maas_status_t maas__v2_input(maas_v2_t *r);

/* What it says of itself, whatever it is written in: a name, as text, and a
 * type.  BADNAME: the model has no such input; UNSUPPORTED: numbers are
 * wanted. */
maas_status_t maas__v2_named(maas_v2_t *r, maas_str_t name);
maas_status_t maas__v2_typed(maas_v2_t *r, maas_dtype_t dt);

/* r->in has all that it is to have, and came behind `last`: its values -> rows,
 * from JSON, from behind it or from r->cells. */
maas_status_t maas__v2_input_end(maas_v2_t *r, const maas_v2_input_t *last,
    unsigned has_shape);

/* maas_json_v2.c: behind the last one; and what "explain" is to tell, as text
 * (NULL: all, or none). */
maas_status_t maas__v2_inputs_end(maas_v2_t *r);
maas_status_t maas__v2_explain(maas_v2_t *r, const maas_str_t *text,
    unsigned wanted);

/* maas_json_v2_column.c: r->in, which is complete, as values of its column */
maas_status_t maas__v2_column(maas_v2_t *r);

/* maas_json_v2_picture.c: r->in, which is complete, as pictures; and the most
 * rows of a body for a model that takes some, as in maas_form_t */
maas_status_t maas__v2_pictures(maas_v2_t *r);
size_t maas__v2_bound_pictures(const maas_info_t *info,
    const maas_body_t *body);

/* What a sentence calls the input */
const char *maas__v2_name(const maas_v2_t *r);

/* Are the input's `size` bytes behind the JSON, as many as it says? */
maas_status_t maas__v2_behind(const maas_v2_t *r, size_t size);

/* The last input was read: are all columns there? */
maas_status_t maas__v2_columns_end(maas_v2_t *r);

/* BADSHAPE if bytes are left behind the JSON */
maas_status_t maas__v2_tail_end(const maas_v2_t *r);

/* maas_json_v2_asked.c: the list of outputs at r->j.p -> r->req */
maas_status_t maas__v2_outputs(maas_v2_t *r);

/* The same of one output in r->out, whatever it is written in: its name, as
 * text (BADNAME: the model has it not), and then all of it -> r->req. */
maas_status_t maas__v2_asked_name(maas_v2_t *r, maas_str_t name);
maas_status_t maas__v2_asked_end(maas_v2_t *r, unsigned named);

/* All of the request was read: which outputs are bytes? */
void maas__v2_binary(maas_v2_t *r);

/* maas_json_v2_out.c: the outputs of an answer one after the other, those of
 * explanations too: *place is 0 at the first call.  0: there is none any more.
 * Its elements as bytes, at most so many; returns the end. */
int maas__v2_told(const maas_info_t *info, const maas_request_t *req,
    unsigned *place, maas_told_t *t);
size_t maas__v2_told_room(const maas_info_t *info, const maas_request_t *req,
    const maas_told_t *t);
char *maas__v2_told_bytes(const maas_info_t *info, const maas_request_t *req,
    const maas_told_t *t, const float *y, char *p);

/* The response, as in maas_form_t */
size_t maas__v2_size(const maas_info_t *info, const maas_request_t *req);
size_t maas__v2_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf, size_t *json_len);


#endif /* MAAS_JSON_V2_H */
