/*
 * What the files about gRPC's messages share: numbers of their fields, and a
 * request on its way.  Source: KServe's grpc_predict_v2.proto; TensorFlow's
 * tensor.proto and types.proto, TensorFlow Serving's predict.proto and
 * model.proto.  Not for others.
 */

#ifndef MAAS_GRPC_H
#define MAAS_GRPC_H

#include "text/maas_pb.h"
#include "wire/json/maas_json_v2.h"


/* inference.ModelInferRequest, and ModelInferResponse, which begins alike */

enum {
    INFER_NAME = 1, INFER_VERSION, INFER_ID, INFER_PARAMETERS, INFER_INPUTS,
    INFER_OUTPUTS, INFER_RAW
};

enum { INFER_ANSWER_OUTPUTS = 5, INFER_ANSWER_RAW };

/* Its inputs, and outputs of the response; those that are asked for */

enum {
    TENSOR_NAME = 1, TENSOR_TYPE, TENSOR_SHAPE, TENSOR_PARAMETERS,
    TENSOR_CONTENTS
};

enum { ASKED_NAME = 1, ASKED_PARAMETERS };

/* inference.InferParameter, of which one is set */

enum {
    PARAMETER_BOOL = 1, PARAMETER_INT64, PARAMETER_STRING, PARAMETER_DOUBLE,
    PARAMETER_UINT64
};

/* tensorflow.serving.PredictRequest, PredictResponse, ModelSpec */

enum { PREDICT_SPEC = 1, PREDICT_INPUTS, PREDICT_FILTER };
enum { PREDICT_ANSWER_OUTPUTS = 1, PREDICT_ANSWER_SPEC };
enum { SPEC_NAME = 1, SPEC_VERSION, SPEC_SIGNATURE, SPEC_LABEL };
enum { SPEC_NUMBER = 1 };              /* google.protobuf.Int64Value */
enum { ENTRY_KEY = 1, ENTRY_VALUE };   /* of any map */

/* tensorflow.TensorProto, without lists of values; TensorShapeProto */

enum { VALUE_TYPE = 1, VALUE_SHAPE, VALUE_CONTENT = 4 };
enum { SHAPE_DIM = 2, SHAPE_UNKNOWN };
enum { DIM_SIZE = 1 };


/* Where an element of a type stands: a field of InferTensorContents, and one of
 * TensorProto with the type's number there (types.proto).  0: nowhere. */

typedef struct {
    uint32_t     contents;
    uint32_t     type;
    uint32_t     value;
} maas_grpc_type_t;

extern const maas_grpc_type_t  maas__grpc_types[MAAS_N_DTYPES];

/* Names of those fields, NULL where there is none. */
const char *maas__grpc_contents_name(uint32_t number);
const char *maas__grpc_value_name(uint32_t number);


typedef struct {
    maas_v2_t     v2;
    const char   *start;           /* of the message, for sentences */
    size_t        inputs;
    size_t        raws;
    maas_pb_t     raw;             /* where the next one is sought */
    maas_cells_t  cells;
} maas_grpc_t;

/* One tensor that was found in a message: rank and shape are of v2.in. */

typedef struct {
    maas_pb_t     name;
    maas_pb_t     message;         /* with its lists of values */
    unsigned      has_shape;
    unsigned      has_bytes;
    maas_pb_t     bytes;           /* all of it */
    int64_t       negative;        /* a dimension; 0: none is */
} maas_grpc_tensor_t;


static inline maas_pb_t
maas__grpc_message(const maas_body_t *body)
{
    return (maas_pb_t) { body->data, body->data + body->len };
}

static inline maas_str_t
maas__grpc_text(maas_pb_t p)
{
    return (maas_str_t) { p.p, maas_pb_len(p) };
}

/* maas_grpc_which.c: BADVALUE, "byte N: ..." where a walk ended that began at
 * `start` and should have come further. */
maas_status_t maas__grpc_bad(const char *start, maas_pb_t at,
    maas_err_t *err);


/* maas_grpc_tensor.c */

/* An empty request on its way; room: rows in x. */
void maas__grpc_start(maas_grpc_t *g, const maas_info_t *info,
    const maas_body_t *body, size_t room, void *x, maas_err_t *err);

/* A dimension more of v2.in: BADVALUE if there are too many. */
maas_status_t maas__grpc_dim(maas_grpc_t *g, maas_grpc_tensor_t *t,
    uint64_t size);

/* Of a tensor of the model: BADSHAPE if one is below 0. */
maas_status_t maas__grpc_dims(const maas_grpc_t *g,
    const maas_grpc_tensor_t *t);

/* Rows that a body may have whose tensors' first dimensions are at most so
 * many, as in maas_form_t.  least: of numbers it may have without a byte for
 * each. */
size_t maas__grpc_bound(const maas_info_t *info, const maas_body_t *body,
    size_t dim, size_t least);

/* What is wrong with a tensor's lists of values: BADVALUE if one has elements
 * that is not field `wanted`, or they are malformed. */
typedef const char *(*maas_grpc_name_pt)(uint32_t number);
maas_status_t maas__grpc_lists(const maas_grpc_t *g,
    const maas_grpc_tensor_t *t, uint32_t wanted, maas_grpc_name_pt name);


/* maas_grpc_input.c: an entry of "inputs" -> rows */
maas_status_t maas__grpc_input(maas_grpc_t *g, maas_pb_t m);

/* The first dimension of such an entry; 0: it has none. */
size_t maas__grpc_input_dim(maas_pb_t m);

/* A parameter: its key, and which of the oneof it has with its value. */
maas_status_t maas__grpc_parameter(const maas_grpc_t *g, maas_pb_t entry,
    maas_pb_t *key, maas_pb_field_t *value);

/* maas_grpc_asked.c: an entry of "outputs" -> v2.req */
maas_status_t maas__grpc_asked(maas_grpc_t *g, maas_pb_t m);


/* maas_grpc_infer_out.c, maas_grpc_predict_out.c: answers, as in
 * maas_form_t */
size_t maas__grpc_infer_size(const maas_info_t *info,
    const maas_request_t *req);
size_t maas__grpc_infer_write(const maas_info_t *info,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len);
size_t maas__grpc_predict_size(const maas_info_t *info,
    const maas_request_t *req);
size_t maas__grpc_predict_write(const maas_info_t *info,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len);

/* The elements of an output as a list of values in field `number`; scratch has
 * maas__v2_told_room() bytes. */
void maas__grpc_list(maas_pb_out_t *o, uint32_t number,
    const maas_info_t *info, const maas_request_t *req, const maas_told_t *t,
    const float *y, char *scratch);

/* The most bytes of all outputs with that scratch, of which it is so much. */
size_t maas__grpc_outputs_size(const maas_info_t *info,
    const maas_request_t *req, size_t *scratch);

/* What the answer calls the model, as field `number`. */
void maas__grpc_put_name(maas_pb_out_t *o, uint32_t number,
    const maas_info_t *info, const maas_request_t *req);


#endif /* MAAS_GRPC_H */
