/*
 * Kinds of layers: what a row of the table says, and what its functions are
 * given.  One file a kind; reader, planner, runner and writer walk the table.
 * Not here: what a plan is, and where values stand in it.
 */

#ifndef MAAS_OP_H
#define MAAS_OP_H

#include "maas_dtype.h"
#include "maas_mem.h"
#include "kernel/maas_act.h"


/* One row a kind, and nothing else lists them: maas__op_NAME is in
 * maas_op_NAME.c, and NAME is the kind in model files. */

#define MAAS_OPS(X)                                                           \
    X(dense)                           /* x W + b */                          \
    X(embed)                           /* values of columns to numbers */     \
    X(activation)                      /* x */                                \
    X(add)                             /* x1 + x2 */                          \
    X(multiply)                        /* x1 * x2 */                          \
    X(flatten)                         /* x, in one dimension */              \
    X(clip)                            /* x within bounds */                  \
    X(normalize)                       /* x / a norm of it */                 \
    X(layer_norm)                      /* (x-mean)/sqrt(var+eps) * w + b */   \
    X(trees)                           /* sums of leaves of decision trees */ \
    X(target)                          /* scores, in units of a target */

#define MAAS_OP_INPUTS   4             /* most a kind has */
#define MAAS_OP_TENSORS  16
#define MAAS_OP_ATTRS    192           /* bytes */
#define MAAS_OP_NAMES    16            /* attributes */

typedef struct maas_op_s  maas_op_t;


/* One row of a value; rows are not a dimension.  Ragged: each row has its own
 * dim[0] (words of a text), and the one here is the most. */

typedef struct {
    maas_dtype_t  dtype;               /* F32, F64; U8: quantized, as below */
    unsigned      ragged;
    size_t        rank;                /* 1 to MAAS_MAX_RANK */
    size_t        dim[MAAS_MAX_RANK];
    float         scale;               /* of U8: (u - zero) * scale is meant */
    unsigned      zero;
} maas_shape_t;

/* maas_op_shape.c */

/* Numbers in an array, SIZE_MAX if that is more. */
size_t maas__numbers(size_t rank, const size_t *dim);
/* Numbers a row. */
size_t maas__shape_numbers(const maas_shape_t *s);
/* Of a layer that takes two values number by number (R21): *y is that of the
 * first one, if both have as many; else BADSHAPE, "VERB n numbers TO m". */
maas_status_t maas__shape_pair(const maas_shape_t *in, const char *verb,
    const char *to, maas_shape_t *y, maas_err_t *err);

/* A shape of n numbers in one dimension. */
maas_shape_t maas__shape_flat(maas_dtype_t dtype, size_t n);


/* A layer: what a model file says of one, with its place among the others.
 * `activation` and `alpha` are no attributes of a kind: all have them. */

typedef struct {
    const maas_op_t  *op;
    const char       *name;            /* NULL: layers.N */
    unsigned          n_in;
    unsigned          in[MAAS_OP_INPUTS];  /* 0: network input, i + 1: node i */
    maas_act_t        act;             /* applied last */
    float             alpha;
    maas_shape_t      shape;           /* of the value that it makes */
    maas_tensor_t     tensors[MAAS_OP_TENSORS];
    char              attrs[MAAS_OP_ATTRS] __attribute__((aligned(8)));
} maas_node_t;

/* maas_op_shape.c: bytes of its tensors, as a file has them */
size_t maas__node_bytes(const maas_node_t *n);


/* An attribute: a number in the struct that a kind has in node->attrs */

typedef enum {
    MAAS_ATTR_SIZE = 0,                /* size_t; whole */
    MAAS_ATTR_FLOAT,                   /* float; finite, rounded from double; a
                                          default may be infinite: none */
    MAAS_ATTR_DOUBLE,                  /* double; finite */
    MAAS_ATTR_CHOICE                   /* size_t: place among names */
} maas_attr_type_t;

typedef struct {
    const char        *name;
    size_t             version;        /* of the document that it came with
                                          later than its kind; 0: as that */
    maas_attr_type_t   type;
    size_t             at;             /* offset in node->attrs */
    double             low, high;      /* both are allowed */
    double             def;            /* NAN: it must be given */
    const char        *refused;        /* the sentence if it is not as above */
    const char *const *names;          /* of a choice; ends with NULL */
} maas_attr_t;


/* A tensor layers.N.NAME; shape() says its dimensions, rank 0 if there is
 * none. */

typedef struct {
    const char        *name;
    unsigned           dtypes;         /* set of 1 << MAAS_F32 ... */
} maas_operand_t;


/* A node in a plan: weights are packed, tensors have no data any more. */

typedef struct {
    maas_node_t        node;
    const void        *kernel;         /* as kernel() chose it */
    const void        *layout;         /* as layout() left it, until packed */
    size_t             scratch;        /* bytes a row, */
    size_t             fixed;          /*     and for all rows together */
    const void        *packed;         /* as pack() left it */
} maas_step_t;


/* Rows of a value: row r begins `ld` numbers of its dtype behind row r - 1.
 * length: of each row if the value is ragged, else NULL. */

typedef struct {
    void              *data;
    size_t             ld;
    const uint32_t    *length;
} maas_rows_t;

/* maas_op_shape.c: to(rows,n) += from(rows,n), floats; nothing where `to` has
 * no data. */
void maas__rows_add(const maas_rows_t *from, size_t rows, size_t n,
    const maas_rows_t *to);

typedef struct {
    size_t             rows;
    maas_rows_t        in[MAAS_OP_INPUTS];
    maas_rows_t        out;
    void              *scratch;        /* both aligned, of any content */
    void              *fixed;
} maas_pass_t;


/* A kind.  kernel, size and pack are NULL where there are no tensors, kernel
 * also where any CPU will do, check where any finite numbers will, layout where
 * size() is all, raw where it is run() without the activation, back where there
 * are no explanations. */

struct maas_op_s {
    const char            *name;
    unsigned               n_in;
    unsigned               takes;      /* set of types of values, as above */
    unsigned               ragged;     /* takes ragged values as well */
    unsigned               missing;    /* and NaN: no value */
    size_t                 version;    /* of the document that it came with;
                                          0: the first */
    unsigned               linear;     /* sums of multiples of its inputs, and
                                          constants, before the activation */
    unsigned               later;      /* types of its tensors that came with
                                          a later version, */
    size_t                 later_version;  /* this */
    unsigned               fused;      /* run() applies the activations that
                                          kernels of products apply, of a
                                          value of U8 all; the others are
                                          left to its caller */
    unsigned               rule;       /* that check() is about, and what
                                          shape() says is BADVALUE */
    size_t                 n_attrs;
    const maas_attr_t     *attrs;
    size_t                 n_tensors;
    const maas_operand_t  *tensors;

    /* in[n_in] and attributes -> n->shape and dimensions of n->tensors, or
     * BADSHAPE with what is wrong, as in "adds 2 numbers to 3"; BADVALUE for
     * attributes that do not go together.  Types of tensors are known where a
     * version added some. */
    maas_status_t        (*shape)(maas_node_t *n, const maas_shape_t *in,
                                  maas_err_t *err);
    /* is what a file says in tensors meant?  BADVALUE and what is wrong, as in
     * "tree 3, node 2: feature 31 of 30", or NOMEM: the arena is for marks */
    maas_status_t        (*check)(const maas_node_t *n, maas_arena_t *a,
                                  maas_err_t *err);
    /* of a product with its first tensor: what rows are in it; else NULL */
    maas_dtype_t         (*rows)(const maas_node_t *n);
    /* what runs it on `isa`, for s->kernel; NULL: it is not to be had here */
    const void          *(*kernel)(const maas_node_t *n, maas_isa_t isa);
    /* s->layout, scratch and fixed, before size(), in an arena that goes after
     * pack().  NOMEM */
    maas_status_t        (*layout)(maas_step_t *s, maas_arena_t *a);
    /* bytes that pack() writes, 0 on overflow */
    size_t               (*size)(const maas_step_t *s);
    /* to: MAAS_ALIGN aligned, zeroed */
    void                 (*pack)(const maas_step_t *s, void *to);
    /* p->out from p->in, which do not overlap.  A row gives the same bits
     * whatever rows it comes with.  Allocates nothing, cannot fail. */
    void                 (*run)(const maas_step_t *s, const maas_pass_t *p);
    /* y(rows,numbers) dense: the same before what is applied last, and not
     * rounded to F32; p->out is not there */
    void                 (*raw)(const maas_step_t *s, const maas_pass_t *p,
                                double *y);
    /* slope->in[i] += slope of one number of the answer by p->in[i]; given
     * slope->out, its slope by p->out before the activation.  Shapes and
     * types are those of the values; p is as run() left it.  An in[i] without
     * data is not wanted; a linear kind looks at nothing of p. */
    void                 (*back)(const maas_step_t *s, const maas_pass_t *p,
                                 const maas_pass_t *slope);
    /* does back() know it?  NULL: whatever it is */
    int                  (*has_back)(const maas_step_t *s);
};

/* maas_op_trees.c: the ensemble of a layer of that kind, whose arrays are its
 * tensors' */
struct maas_trees_s;
void maas__trees_of(const maas_node_t *n, struct maas_trees_s *t);
/* A new layer of it, whose tensors are t's arrays; 0: t is over a limit. */
int maas__trees_to(const struct maas_trees_s *t, maas_node_t *n);


/* maas_op_embed.c: items of a layer of that kind, as many as it says, whose
 * numbers are those of its tensor, or a copy; and of a planned one, *n of
 * them */
struct maas_embed_item_s;
void maas__embed_items(const maas_node_t *n, const float *number,
    struct maas_embed_item_s *to);
const struct maas_embed_item_s *maas__embed_of(const maas_step_t *s,
    size_t *n);


#define MAAS_OP_DECLARE(name)  extern const maas_op_t  maas__op_##name;
MAAS_OPS(MAAS_OP_DECLARE)


/* maas_op.c: the table */

/* The kind of that name, NULL if there is none. */
const maas_op_t *maas__op_find(const char *name);

/* A layer of a kind of which nothing more is said: attributes and activation
 * with their defaults, inputs the network's, tensors of F32 without data. */
void maas__node_init(maas_node_t *n, const maas_op_t *op);

/* nodes[i].shape and the dimensions of its tensors, from its inputs, which
 * are `input` or nodes before it, and its attributes.  Fails as op->shape(),
 * and for a value of a type that the kind or the activation does not take. */
maas_status_t maas__node_shape(maas_node_t *nodes, size_t i,
    const maas_shape_t *input, maas_err_t *err);

/* An attribute's value.  Is v one that the attribute may have?  Else it is as
 * it was. */
double maas__attr_get(const maas_node_t *n, const maas_attr_t *a);
int maas__attr_set(maas_node_t *n, const maas_attr_t *a, double v);

/* The lowest version of the document that a node of that shape can stand in */
size_t maas__node_version(const maas_node_t *n);

/* maas__attr_set() by name, for who makes a layer of its own: "units". */
int maas__node_set(maas_node_t *n, const char *attr, double v);


#endif /* MAAS_OP_H */
