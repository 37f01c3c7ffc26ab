/*
 * An ONNX graph on its way to layers: what was read, and what its values are in
 * terms of input columns and layers of ours.
 * Not here: other formats.
 */

#ifndef TRAIN_ONNX_H
#define TRAIN_ONNX_H

#include "import.h"
#include "text/maas_pb.h"


#define TRAIN_ONNX_DIMS     8
#define TRAIN_ONNX_UNKNOWN  SIZE_MAX   /* a dimension, as of rows */

/* TensorProto.DataType of onnx.proto */

#define TRAIN_ONNX_FLOAT     1
#define TRAIN_ONNX_INT32     6
#define TRAIN_ONNX_INT64     7
#define TRAIN_ONNX_STRING    8
#define TRAIN_ONNX_BOOL      9
#define TRAIN_ONNX_DOUBLE   11


typedef struct {
    int            type;
    size_t         rank;
    size_t         dim[TRAIN_ONNX_DIMS];
    size_t         n;
    double        *number;             /* (n), or NULL: texts */
    maas_str_t    *text;
} train_onnx_tensor_t;

typedef struct {
    maas_str_t     op;
    maas_str_t     domain;
    maas_str_t     name;
    size_t         n_in;
    size_t         n_out;
    maas_str_t    *in;                 /* empty: not given */
    maas_str_t    *out;
    maas_pb_t      body;
    unsigned       needed;
    maas_str_t     weights;            /* of a median; empty: it is none */
} train_onnx_node_t;

/* An input or output of the graph */

typedef struct {
    maas_str_t     name;
    int            type;               /* of its numbers; 0: no tensor */
    size_t         rank;
    size_t         dim[TRAIN_ONNX_DIMS];   /* or TRAIN_ONNX_UNKNOWN */
} train_onnx_port_t;


/* A list of values that a category has */

typedef struct {
    size_t         n;
    const char   **value;
    size_t         missing;            /* place of "", SIZE_MAX: none */
    maas_compare_t compare;
    unsigned       codes;              /* a place, not a number for each */
    double         other;              /* place of those not in it; NAN */
} train_onnx_list_t;

/* A value that a client sends */

typedef struct {
    const char    *name;
    int            text;
    int            whole;              /* sent as an integer, or true, false */
    int            truth;

    /* as layers take it */
    unsigned       used;
    unsigned       by_trees;
    unsigned       by_others;
    int            filled;
    float          fill;
    double         shift;
    double         factor;
    const train_onnx_list_t *list;
    size_t         at;                 /* first slot */
} train_onnx_column_t;

/* A number of a row before any layer: of column c (value - shift) * factor, or,
 * of a category, 1 if it has value k. */

typedef struct {
    size_t         column;
    int            rounded;            /* to a whole number */
    int            filled;             /* missing is `fill` */
    float          fill;
    double         shift;
    double         factor;
    const train_onnx_list_t *list;     /* NULL: a number */
    size_t         k;
} train_onnx_element_t;


typedef enum {
    ONNX_CONST = 0,                    /* the same for each row: tensor */
    ONNX_INPUT,                        /* element(n) */
    ONNX_LAYER,                        /* of layer */
    ONNX_CONCAT,                       /* part(n_parts), one behind another */
    ONNX_ERF,                          /* erf(of * number) */
    ONNX_SIGMOID,                      /* of `of` */
    ONNX_EXP,                          /* exp(of) */
    ONNX_EXP_ONE,                      /* 1 + that */
    ONNX_SOFTPLUS,                     /* log(1 + exp(of)) */
    ONNX_MEAN,                         /* of `of`, over a row */
    ONNX_DEV,                          /* of - mean */
    ONNX_SQUARE,                       /* (of - mean)^2 */
    ONNX_VAR,                          /* its mean + number */
    ONNX_STD,                          /* the root of that */
    ONNX_INV,                          /* 1 / that */
    ONNX_XINV,                         /* of / that */
    ONNX_MINV,                         /* mean / that */
    ONNX_PAIR,                         /* 1 - of, of */
    ONNX_SQUARED,                      /* of * of */
    ONNX_TOTAL,                        /* sum of `of`, over a row */
    ONNX_SOME,                         /* is that other than 0? */
    ONNX_NONE,                         /* is it 0? */
    ONNX_OR_ONE,                       /* of + 1 if its sum is 0 */
    ONNX_OR_ALL,                       /* its sum, or how many they are */
    ONNX_LOG_TOTAL,                    /* log of the sum of exp(of) */
    ONNX_LOG_SHARE,                    /* of - that */
    ONNX_MOST,                         /* the largest of `of` */
    ONNX_BELOW_MOST,                   /* of - that */
    ONNX_STACK,                        /* part(n_parts), each (rows,n) */
    ONNX_SCORE,                        /* of an SVC: `of`, and what it is not */
    ONNX_WHOLE,                        /* a whole number of at least 1 */
    ONNX_APART,                        /* of - each of tensor */
    ONNX_FAR,                          /* |that| */
    ONNX_NEAREST,                      /* place of its smallest */
    ONNX_LEAVES                        /* leaves, see onnx_leaves.h */
} train_onnx_kind_t;

/* What a name of the graph stands for; immutable once bound.  Numbers of a row
 * are dim[], rows are not a dimension. */

typedef struct train_onnx_value_s   train_onnx_value_t;
typedef struct train_onnx_leaves_s  train_onnx_leaves_t;

struct train_onnx_value_s {
    train_onnx_kind_t           kind;
    size_t                      rank;
    size_t                      dim[TRAIN_ONNX_DIMS];
    size_t                      n;
    const train_onnx_tensor_t  *tensor;
    train_onnx_element_t       *element;
    size_t                      layer;
    const train_onnx_value_t   *of;
    size_t                      n_parts;
    const train_onnx_value_t  **part;
    train_onnx_leaves_t        *leaves;
    double                      number;
    int                         plain; /* of VAR and its like: about 0, not the
                                          mean */
    double                     *a;     /* (n) to be multiplied by; NULL: 1 */
    double                     *b;     /* (n) then to be added; NULL: 0 */
    size_t                      n_labels;
    const char                **label;
};


/* An ensemble; a node's children are nodes of its tree or ~leaf */

typedef struct {
    uint32_t       feature;
    unsigned       flags;
    int32_t        left;
    int32_t        right;
    double         threshold;
    size_t         n_words;            /* of a set */
    uint32_t      *word;
} train_onnx_split_t;

typedef struct {
    size_t         n_trees;
    size_t        *size;               /* (n_trees) nodes; leaves: + 1 */
    size_t        *output;             /* (n_trees) */
    train_onnx_split_t *split;
    double        *value;              /* (leaves,vector or 1) */
    size_t         vector;
    size_t         out;
    double        *base;               /* (out) */
    size_t         divide;
    maas_dtype_t   type;
    unsigned       exact;              /* sums are doubles, whatever type */
    maas_combine_t combine;
    maas_transform_t transform;
} train_onnx_trees_t;

typedef enum {
    ONNX_DENSE = 0,
    ONNX_ACT,
    ONNX_ADD,
    ONNX_MULTIPLY,
    ONNX_NORM,                         /* layer_norm */
    ONNX_NORMALIZE,
    ONNX_CLIP,
    ONNX_TREES,
    ONNX_PIECES                        /* each number by itself, see below */
} train_onnx_layer_kind_t;

/* y = transform(slope[i] * x + constant[i]), the first i whose cut[i] x is not
 * above, or the last; cuts rise */

#define TRAIN_ONNX_CUTS     2

typedef struct {
    size_t                      cuts;
    double                      cut[TRAIN_ONNX_CUTS];
    double                      slope[TRAIN_ONNX_CUTS + 1];
    double                      constant[TRAIN_ONNX_CUTS + 1];
    maas_transform_t            transform;
} train_onnx_pieces_t;

typedef struct {
    train_onnx_layer_kind_t     kind;
    const train_onnx_value_t   *in[2];     /* of kind INPUT or LAYER */
    size_t                      n_in;      /* numbers of in[0] */
    size_t                      n;
    double                     *weight;    /* dense: (n_in,n); norm: (n) */
    double                     *bias;      /* (n) */
    maas_act_t                  act;
    float                       alpha;
    double                      number;    /* epsilon, kind of norm */
    double                      low, high; /* of a clip */
    const train_onnx_pieces_t  *pieces;
    train_onnx_trees_t         *trees;
    unsigned                    shared;    /* it must stay as it is */
    unsigned                    made;      /* emitted as node `place` */
    unsigned                    place;     /* 0: network input, else + 1 */
} train_onnx_layer_t;

/* A name of the graph */

typedef struct {
    maas_str_t                  name;
    maas_pb_t               tensor;    /* p NULL: no initializer */
    train_onnx_node_t          *from;
    unsigned                    uses;
    const train_onnx_value_t   *value;
} train_onnx_name_t;

typedef struct {
    train_import_t        *m;
    maas_err_t            *err;
    const char            *file;
    size_t                 size;
    size_t                 outside;        /* bytes read of files beside it */

    const char            *producer;
    size_t                 n_nodes;
    train_onnx_node_t     *node;
    size_t                 n_names;        /* a power of two */
    train_onnx_name_t     *names;
    size_t                 n_inputs;
    train_onnx_port_t     *input;
    size_t                 n_outputs;
    train_onnx_port_t     *output;

    size_t                 n_columns;
    train_onnx_column_t   *column;
    size_t                 n_layers;
    size_t                 room;
    train_onnx_layer_t    *layer;
    int                    wide;           /* trees read doubles */

    size_t                 n_strict;       /* one-hot that refuse others, */
    size_t                 strict;         /* and the column of the first */
    int                    sets;           /* of numbers that may be between */
    int                    cut;            /* those are categories */
    int                    nearest;        /* what stands beside a point */
    double                 far;            /* most that a kernel's exponent is
                                              a difference of */
} train_onnx_t;


/* onnx_model.c: the file */

/* All but values; o->m, err, file and size are set. */
maas_status_t train_onnx_model(train_onnx_t *o);

/* Refuse: legal but not here, or a broken file; about a node if it is not
 * NULL.  Returns the status. */
maas_status_t train_onnx_refuse(train_onnx_t *o, const train_onnx_node_t *n,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
maas_status_t train_onnx_bad(train_onnx_t *o, const train_onnx_node_t *n,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same of memory. */
maas_status_t train_onnx_nomem(train_onnx_t *o);

/* The entry of a name; NULL if the graph has none such. */
train_onnx_name_t *train_onnx_find(const train_onnx_t *o, maas_str_t name);

/* Is it this text? */
int train_onnx_is(maas_str_t s, const char *text);

static inline maas_str_t
train_onnx_str(maas_pb_t p)
{
    return (maas_str_t) { p.p, maas_pb_len(p) };
}

/* The message of an attribute: 0 if the node has none. */
int train_onnx_attr(const train_onnx_node_t *n, const char *name,
    maas_pb_t *a);
/* Attributes with a default. */
double train_attr_float(const train_onnx_node_t *n, const char *name,
    double def);
int64_t train_attr_int(const train_onnx_node_t *n, const char *name,
    int64_t def);
/* An empty text if there is none. */
maas_str_t train_attr_text(const train_onnx_node_t *n, const char *name);
/* Lists, *v NULL and *count 0 if there is none. */
maas_status_t train_attr_floats(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, double **v, size_t *count);
maas_status_t train_attr_ints(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, int64_t **v, size_t *count);
maas_status_t train_attr_texts(train_onnx_t *o, const train_onnx_node_t *n,
    const char *name, maas_str_t **v, size_t *count);
/* The one axis that "axes" says, an attribute or, since opset 13, input 1; 0,
 * that of rows, if it says none or several. */
maas_status_t train_attr_axis(train_onnx_t *o, const train_onnx_node_t *n,
    int64_t *axis);
/* Does it say 0 and nothing else?  0 too if it failed, which was said. */
int train_attr_first_axis(train_onnx_t *o, const train_onnx_node_t *n);


/* onnx_tensor.c: numbers of a TensorProto, of the file or of one beside it;
 * n may be NULL. */
maas_status_t train_onnx_decode(train_onnx_t *o, const train_onnx_node_t *n,
    maas_pb_t p, train_onnx_tensor_t **out);


/* onnx_bind.c: values of a row.  NULL: it failed, and was said. */

train_onnx_value_t *train_onnx_value(train_onnx_t *o, train_onnx_kind_t kind,
    size_t rank, const size_t *dim);
/* One dimension of n numbers. */
train_onnx_value_t *train_onnx_flat(train_onnx_t *o, train_onnx_kind_t kind,
    size_t n);
train_onnx_value_t *train_onnx_copy(train_onnx_t *o,
    const train_onnx_value_t *v);
/* y itself, which has as many numbers as v, in the shape of v.  y may be
 * NULL. */
train_onnx_value_t *train_onnx_shaped(train_onnx_value_t *y,
    const train_onnx_value_t *v);
/* A constant like v, with (v->n) numbers of its own, which are to be set:
 * (*t)->number.  NULL: without memory, which was said. */
train_onnx_value_t *train_onnx_anew(train_onnx_t *o,
    const train_onnx_value_t *v, train_onnx_tensor_t **t);

/* The value of input i of a node; fails if it is not there. */
const train_onnx_value_t *train_onnx_in(train_onnx_t *o,
    const train_onnx_node_t *n, size_t i);
/* Are numbers along an axis those of a row, (n) or (1,n)? */
int train_onnx_over_row(const train_onnx_value_t *v, int64_t axis);
/* Is input i given? */
int train_onnx_has(const train_onnx_node_t *n, size_t i);
/* The numbers of an input that is the same for each row; NULL: it failed. */
const train_onnx_tensor_t *train_onnx_const(train_onnx_t *o,
    const train_onnx_node_t *n, size_t i);
/* Output i is v, which may be NULL: it failed. */
maas_status_t train_onnx_out(train_onnx_t *o, const train_onnx_node_t *n,
    size_t i, const train_onnx_value_t *v);

/* A layer of its own over v, of `out` numbers in one dimension. */
train_onnx_value_t *train_onnx_layer(train_onnx_t *o,
    const train_onnx_node_t *n, train_onnx_layer_kind_t kind,
    const train_onnx_value_t *v, size_t out);
/* n times v, until the import ends; NULL: without memory, which was said. */
double *train_onnx_all(train_onnx_t *o, size_t n, double v);

/* onnx_pick.c: output 0 is what `kind` makes of all numbers of a row, with or
 * without the dimension that they had ("keepdims"). */
maas_status_t train_onnx_out_of_row(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v,
    train_onnx_kind_t kind);


/* onnx_value.c: what is linear, and what layers take.  NULL: it failed, and
 * was said. */

/* x W + b; w(v->n,out), b(out) or NULL. */
const train_onnx_value_t *train_onnx_linear(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v, const double *w,
    const double *b, size_t out);
/* x * a + b, a(v->n) and b(v->n) or NULL. */
const train_onnx_value_t *train_onnx_affine(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v, const double *a,
    const double *b);
/* The same as a layer's output, in whose layer an activation may be added if
 * nothing else uses it. */
const train_onnx_value_t *train_onnx_settle(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v);
/* An activation of v, in v's layer where that may be changed. */
const train_onnx_value_t *train_onnx_act(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v, maas_act_t act,
    float alpha);
/* u + v and u * v, number by number, in the shape of u; sums of trees that are
 * no layers yet stay so. */
const train_onnx_value_t *train_onnx_add(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *u,
    const train_onnx_value_t *v);
const train_onnx_value_t *train_onnx_multiply(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *u,
    const train_onnx_value_t *v);
/* All of v[count], count is not 0; trees become one ensemble. */
const train_onnx_value_t *train_onnx_total(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *const *v,
    size_t count);
/* A layer of kind ONNX_PIECES over v, of its shape. */
const train_onnx_value_t *train_onnx_piece(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v,
    const train_onnx_pieces_t *how);


/* Operators by subject: a row each, which ends with one without a name */

typedef struct {
    const char     *name;
    maas_status_t (*make)(train_onnx_t *o, const train_onnx_node_t *n);
} train_onnx_op_t;

extern const train_onnx_op_t  train_onnx_shapes[];     /* onnx_shape.c */
extern const train_onnx_op_t  train_onnx_picks[];      /* onnx_pick.c */
extern const train_onnx_op_t  train_onnx_maths[];      /* onnx_math.c */
extern const train_onnx_op_t  train_onnx_products[];   /* onnx_product.c */
extern const train_onnx_op_t  train_onnx_chains[];     /* onnx_chain.c */
extern const train_onnx_op_t  train_onnx_networks[];   /* onnx_network.c */
extern const train_onnx_op_t  train_onnx_shares[];     /* onnx_share.c */
extern const train_onnx_op_t  train_onnx_pieced[];     /* onnx_pieces.c */
extern const train_onnx_op_t  train_onnx_sklearns[];   /* onnx_sklearn.c */
extern const train_onnx_op_t  train_onnx_svms[];       /* onnx_svm.c */
extern const train_onnx_op_t  train_onnx_encoders[];   /* onnx_categories.c */
extern const train_onnx_op_t  train_onnx_ensembles[];  /* onnx_trees.c */

/* onnx_shape.c: a constant of the same type in other order or shape: number i
 * is that at place[i], which may be NULL; NULL: without memory. */
const train_onnx_value_t *train_onnx_placed(train_onnx_t *o,
    const train_onnx_tensor_t *t, size_t rank, const size_t *dim,
    const size_t *place);

/* onnx_math.c: a constant as v->n numbers, by NumPy's rules of broadcasting;
 * NULL if it is refused, or without memory. */
double *train_onnx_spread(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const train_onnx_tensor_t *t);

/* onnx_nearest.c: v is of kind ONNX_NEAREST: what the constant `list` has at
 * the place of the point that is nearest; NULL: it failed, and was said. */
const train_onnx_value_t *train_onnx_nearest(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *list,
    const train_onnx_value_t *v);

/* A tree of one number of a row, which are leaves: cut[count] rise, leaf i is
 * that of numbers not above cut i; flags: what NaN is (maas_trees.h). */
train_onnx_value_t *train_onnx_steps(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v,
    const double *cut, size_t count, unsigned flags);

/* onnx_median.c: before all: which nodes are a median of trees.  And one that
 * is. */
void train_onnx_medians(train_onnx_t *o);
maas_status_t train_onnx_median(train_onnx_t *o, const train_onnx_node_t *n);

/* onnx_labels.c: classes of a node, as texts, to v. */
maas_status_t train_onnx_labels(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_value_t *v);
/* The same where the file finds them at the place of the answer's largest
 * number, or of what it is shares of: ArrayFeatureExtractor(labels,
 * ArgMax(answer)).  v stays as it is if
 * it does not. */
maas_status_t train_onnx_labels_found(train_onnx_t *o, maas_str_t answer,
    train_onnx_value_t *v);

/* onnx_hint.c: refuses a node whose operator is not known, with a way out. */
maas_status_t train_onnx_unknown(train_onnx_t *o, const train_onnx_node_t *n);

/* onnx_pieces.c: what a layer of kind ONNX_PIECES becomes. */
maas_status_t train_onnx_emit_pieces(train_onnx_t *o, train_onnx_layer_t *l);

/* onnx_emit.c: columns and layers of m; `answer` is what the model says. */
maas_status_t train_onnx_emit(train_onnx_t *o,
    const train_onnx_value_t *answer);


#endif /* TRAIN_ONNX_H */
