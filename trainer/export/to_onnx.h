/*
 * A graph of ONNX in the making, for to_onnx*.c alone.
 * Not here: protobuf itself (protobuf_out.h).
 */

#ifndef TRAIN_TO_ONNX_H
#define TRAIN_TO_ONNX_H

#include "exporter.h"
#include "protobuf_out.h"


/* TensorProto.DataType */

#define TRAIN_ONNX_FLOAT   1
#define TRAIN_ONNX_UINT8   2
#define TRAIN_ONNX_INT64   7
#define TRAIN_ONNX_STRING  8
#define TRAIN_ONNX_DOUBLE  11

#define TRAIN_ONNX_OPSET   17          /* of ai.onnx: LayerNormalization */
#define TRAIN_ONNX_ML      3           /* of ai.onnx.ml */
#define TRAIN_ONNX_ML5     5           /* with TreeEnsemble */


typedef struct {
    train_exported_t   *e;
    const maas_desc_t  *d;
    int                 ml;            /* version of ai.onnx.ml */

    train_pb_t          nodes;         /* fields of the graph */
    train_pb_t          tensors;
    train_pb_t          inputs;

    char               *prefix;        /* of names that no column has */
    size_t              n_names;
    char              **names;         /* (n_names) to be freed */
} train_onnx_t;


/* to_onnx_graph.c.  Names of values live as long as the graph. */

void train_onnx_begin(train_onnx_t *g, train_exported_t *e);
void train_onnx_end(train_onnx_t *g);
/* A name of its own, that was printed for it. */
const char *train_onnx_keep(train_onnx_t *g, char *name);

/* A constant; data of the type, or texts. */
const char *train_onnx_tensor(train_onnx_t *g, int type, size_t rank,
    const size_t *dim, const void *data);
/* One of one dimension, and of a number of the type FLOAT or DOUBLE. */
const char *train_onnx_vector(train_onnx_t *g, int type, const void *data,
    size_t n);
const char *train_onnx_number(train_onnx_t *g, int type, double v);

/* An input or output of the graph as its message: rows, then dim(rank). */
train_pb_t train_onnx_info(const char *name, int type, size_t rank,
    const size_t *dim);

/* Attributes of a node */
void train_onnx_int(train_pb_t *a, const char *name, int64_t v);
void train_onnx_real(train_pb_t *a, const char *name, float v);
void train_onnx_ints(train_pb_t *a, const char *name, const int64_t *v,
    size_t n);
void train_onnx_reals(train_pb_t *a, const char *name, const float *v,
    size_t n);
void train_onnx_text(train_pb_t *a, const char *name, const char *s);
void train_onnx_texts(train_pb_t *a, const char *name, const char *const *s,
    size_t n);
/* A tensor of one dimension. */
void train_onnx_data(train_pb_t *a, const char *name, int type,
    const void *data, size_t n);

/* A node; its value is returned.  ml: of ai.onnx.ml.  a: its attributes, empty
 * from now on; NULL: none. */
const char *train_onnx_node(train_onnx_t *g, const char *op, int ml,
    const char *const *in, size_t n, train_pb_t *a);
const char *train_onnx_one(train_onnx_t *g, const char *op, const char *x);
const char *train_onnx_two(train_onnx_t *g, const char *op, const char *x,
    const char *y);
const char *train_onnx_three(train_onnx_t *g, const char *op, const char *x,
    const char *y, const char *z);
const char *train_onnx_cast(train_onnx_t *g, const char *x, int type);
/* With one attribute, a whole number. */
const char *train_onnx_with(train_onnx_t *g, const char *op, const char *x,
    const char *attr, int64_t v);
const char *train_onnx_concat(train_onnx_t *g, const char *const *x,
    size_t n);


/* The value x under a name of the caller's. */
void train_onnx_alias(train_onnx_t *g, const char *x, const char *name);

/* to_onnx_inputs.c: the network's input, of inputs of the graph; NULL with a
 * sentence at e->why. */
const char *train_onnx_input(train_onnx_t *g);

/* to_onnx_prep.c: a value of a column with knots, x(rows,1), and the scaling
 * of x(rows,in), but for columns with knots, as far as there is some. */
const char *train_onnx_bend(train_onnx_t *g, const maas_column_t *c,
    const char *x);
const char *train_onnx_scale(train_onnx_t *g, const char *x);

/* to_onnx_layers.c: the values of all layers, value[0] being the input; -1
 * with a sentence. */
int train_onnx_layers(train_onnx_t *g, const char **value);

/* to_onnx_target.c: a layer of kind target, of x(rows,in). */
const char *train_onnx_target(train_onnx_t *g, const maas_node_t *n,
    const char *x);

/* to_onnx_embed.c: a layer of kind embed, of x(rows,in). */
const char *train_onnx_embed(train_onnx_t *g, const maas_node_t *n,
    const char *x);

/* to_onnx_trees.c: layer i, of x(rows,in); NULL with a sentence.  And the
 * version of ai.onnx.ml that it needs. */
const char *train_onnx_trees(train_onnx_t *g, size_t i, const char *x);
int train_onnx_trees_ml(const maas_node_t *n);


#endif /* TRAIN_TO_ONNX_H */
