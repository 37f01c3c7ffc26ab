/*
 * Sums of the leaves of decision trees: what a file says of them, as an
 * ensemble.
 * Not here: what that computes and how (kernel/maas_trees*.c).
 */

#include "maas_int.h"
#include "maas_op.h"
#include "kernel/maas_trees.h"

#include <math.h>
#include <stddef.h>
#include <string.h>


#define TREES_MAX   (1u << 30)

typedef struct {
    size_t        trees;
    size_t        nodes;
    size_t        outputs;
    size_t        vector;
    size_t        sets;
    size_t        words;
    size_t        terms;
    size_t        cover;
    size_t        tiny;
    size_t        base_last;
    size_t        divide;
    size_t        combine;
    size_t        transform;
    double        slope;

    /* of its input, by shape() */
    size_t        in;
    maas_dtype_t  x;
} maas_op_trees_t;

#define TREES_NAME(c, name)  name,

static const char *const  trees_transforms[] = {
    MAAS_TRANSFORMS(TREES_NAME) NULL
};

static const char *const  trees_combines[] = {
    MAAS_COMBINES(TREES_NAME) NULL
};

#define TREES_SIZE(field, least, most, usual)                                 \
    { .name = #field, .type = MAAS_ATTR_SIZE,                                 \
      .at = offsetof(maas_op_trees_t, field), .low = least, .high = most,     \
      .def = usual, .refused = #field " is not an integer from " #least       \
      " to " #most }

#define TREES_CHOICE(field, list, text)                                       \
    { .name = #field, .type = MAAS_ATTR_CHOICE,                               \
      .at = offsetof(maas_op_trees_t, field), .names = list, .def = 0,        \
      .high = sizeof(list) / sizeof(list[0]) - 2, .refused = text }

static const maas_attr_t  trees_attrs[] = {
    TREES_SIZE(trees, 1, 1073741824, NAN),
    TREES_SIZE(nodes, 0, 1073741824, NAN),
    TREES_SIZE(outputs, 1, 1048576, 1),
    TREES_SIZE(vector, 0, 1, 0),
    TREES_SIZE(sets, 0, 1073741824, 0),
    TREES_SIZE(words, 0, 1073741824, 0),
    TREES_SIZE(terms, 0, 1073741824, 0),
    TREES_SIZE(cover, 0, 1, 0),
    TREES_SIZE(tiny, 0, 1, 0),
    TREES_SIZE(base_last, 0, 1, 0),
    TREES_SIZE(divide, 1, 1073741824, 1),
    TREES_CHOICE(combine, trees_combines,
                 "combine is not sum, min or max"),
    TREES_CHOICE(transform, trees_transforms, "unknown transform"),
    { .name = "slope", .type = MAAS_ATTR_DOUBLE,
      .at = offsetof(maas_op_trees_t, slope), .low = -1e30, .high = 1e30,
      .def = 1, .refused = "slope is not a number" }
};

/* Wide ones first: so all are aligned in the file */

enum {
    TREES_COVER = 0,
    TREES_COEFFICIENT,
    TREES_CONSTANT,
    TREES_THRESHOLD,
    TREES_VALUE,
    TREES_BASE,
    TREES_SIZES,
    TREES_OUTPUT,
    TREES_FEATURE,
    TREES_LEFT,
    TREES_RIGHT,
    TREES_SET,
    TREES_WORD,
    TREES_TERM,
    TREES_TERM_FEATURE,
    TREES_FLAGS,
    TREES_TENSORS
};

#define TREES_REAL  (1 << MAAS_F32 | 1 << MAAS_F64)

static const maas_operand_t  trees_tensors[] = {
    [TREES_COVER] = { "cover", 1 << MAAS_F64 },
    [TREES_COEFFICIENT] = { "coefficient", 1 << MAAS_F64 },
    [TREES_CONSTANT] = { "constant", 1 << MAAS_F64 },
    [TREES_THRESHOLD] = { "threshold", TREES_REAL },
    [TREES_VALUE] = { "value", TREES_REAL },
    [TREES_BASE] = { "base", TREES_REAL },
    [TREES_SIZES] = { "size", 1 << MAAS_U32 },
    [TREES_OUTPUT] = { "output", 1 << MAAS_U32 },
    [TREES_FEATURE] = { "feature", 1 << MAAS_U32 },
    [TREES_LEFT] = { "left", 1 << MAAS_I32 },
    [TREES_RIGHT] = { "right", 1 << MAAS_I32 },
    [TREES_SET] = { "set", 1 << MAAS_U32 },
    [TREES_WORD] = { "word", 1 << MAAS_U32 },
    [TREES_TERM] = { "term", 1 << MAAS_U32 },
    [TREES_TERM_FEATURE] = { "term_feature", 1 << MAAS_U32 },
    [TREES_FLAGS] = { "flags", 1 << MAAS_U8 }
};

typedef struct {
    size_t  size;                      /* bytes, packed */
    size_t  scratch;                   /* the kernel's, bytes a row */
    void   *kernel;                    /* its layout */
} trees_layout_t;

/* The packed form: this, then the kernel's own */

typedef struct {
    maas_trees_t  trees;               /* of its arrays base alone */
    size_t        head;                /* bytes of all this */
    int           divide;
} trees_packed_t;


static size_t
trees_align(size_t n)
{
    return (n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
}


void
maas__trees_of(const maas_node_t *n, maas_trees_t *t)
{
    const maas_tensor_t    *v;
    const maas_op_trees_t  *a = (const void *) n->attrs;

    v = n->tensors;
    memset(t, 0, sizeof(maas_trees_t));

    t->in = a->in;
    t->out = a->outputs;
    t->x = a->x;
    t->trees = a->trees;
    t->nodes = a->nodes;
    t->vector = a->vector != 0;
    t->tiny = a->tiny != 0;
    t->base_last = a->base_last != 0;
    t->divide = a->divide;
    t->combine = (maas_combine_t) a->combine;
    t->transform = (maas_transform_t) a->transform;
    t->slope = a->slope;
    t->compare = v[TREES_THRESHOLD].dtype;
    t->sum = v[TREES_VALUE].dtype;
    t->size = v[TREES_SIZES].data;
    t->feature = v[TREES_FEATURE].data;
    t->threshold = v[TREES_THRESHOLD].data;
    t->left = v[TREES_LEFT].data;
    t->right = v[TREES_RIGHT].data;
    t->flags = v[TREES_FLAGS].data;
    t->value = v[TREES_VALUE].data;
    t->output = v[TREES_OUTPUT].data;
    t->base = v[TREES_BASE].data;
    t->sets = a->sets;
    t->words = a->words;
    t->set = v[TREES_SET].data;
    t->word = v[TREES_WORD].data;
    t->terms = a->terms;
    t->term = v[TREES_TERM].data;
    t->term_feature = v[TREES_TERM_FEATURE].data;
    t->coefficient = v[TREES_COEFFICIENT].data;
    t->constant = v[TREES_CONSTANT].data;
    t->cover = v[TREES_COVER].data;
}


static void
trees_tensor(maas_node_t *n, unsigned which, maas_dtype_t dtype,
    const void *data)
{
    n->tensors[which].dtype = dtype;
    n->tensors[which].data = data;
}


int
maas__trees_to(const maas_trees_t *t, maas_node_t *n)
{
    maas_op_trees_t  *a = (void *) n->attrs;

    if (t->trees > TREES_MAX || t->nodes > TREES_MAX || t->sets > TREES_MAX
        || t->words > TREES_MAX || t->terms > TREES_MAX
        || t->out > MAAS_MAX_WIDTH)
    {
        return 0;
    }

    a->trees = t->trees;
    a->nodes = t->nodes;
    a->outputs = t->out;
    a->vector = t->vector;
    a->sets = t->sets;
    a->words = t->words;
    a->terms = t->terms;
    a->cover = t->cover != NULL;
    a->tiny = t->tiny;
    a->base_last = t->base_last;
    a->divide = t->divide;
    a->combine = t->combine;
    a->transform = t->transform;
    a->slope = t->slope;

    trees_tensor(n, TREES_COVER, MAAS_F64, t->cover);
    trees_tensor(n, TREES_COEFFICIENT, MAAS_F64, t->coefficient);
    trees_tensor(n, TREES_CONSTANT, MAAS_F64, t->constant);
    trees_tensor(n, TREES_THRESHOLD, t->compare, t->threshold);
    trees_tensor(n, TREES_VALUE, t->sum, t->value);
    trees_tensor(n, TREES_BASE, t->sum, t->base);
    trees_tensor(n, TREES_SIZES, MAAS_U32, t->size);
    trees_tensor(n, TREES_OUTPUT, MAAS_U32, t->output);
    trees_tensor(n, TREES_FEATURE, MAAS_U32, t->feature);
    trees_tensor(n, TREES_LEFT, MAAS_I32, t->left);
    trees_tensor(n, TREES_RIGHT, MAAS_I32, t->right);
    trees_tensor(n, TREES_SET, MAAS_U32, t->set);
    trees_tensor(n, TREES_WORD, MAAS_U32, t->word);
    trees_tensor(n, TREES_TERM, MAAS_U32, t->term);
    trees_tensor(n, TREES_TERM_FEATURE, MAAS_U32, t->term_feature);
    trees_tensor(n, TREES_FLAGS, MAAS_U8, t->flags);

    return 1;
}


/* Of one dimension, or none at all */

static void
trees_dim(maas_node_t *n, unsigned which, int there, size_t dim)
{
    n->tensors[which].rank = there != 0;
    n->tensors[which].shape[0] = dim;
}


static maas_status_t
trees_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    size_t            leaves;
    maas_op_trees_t  *a = (void *) n->attrs;

    leaves = a->nodes + a->trees;
    a->in = maas__shape_numbers(in);
    a->x = in->dtype;
    n->shape = maas__shape_flat(MAAS_F32, a->outputs);

    trees_dim(n, TREES_COVER, a->cover != 0, a->nodes + leaves);
    trees_dim(n, TREES_COEFFICIENT, a->terms != 0, a->terms);
    trees_dim(n, TREES_CONSTANT, a->terms != 0, leaves);
    trees_dim(n, TREES_THRESHOLD, 1, a->nodes);
    trees_dim(n, TREES_VALUE, 1, leaves);
    trees_dim(n, TREES_BASE, 1, a->outputs);
    trees_dim(n, TREES_SIZES, 1, a->trees);
    trees_dim(n, TREES_OUTPUT, !a->vector && a->outputs > 1, a->trees);
    trees_dim(n, TREES_FEATURE, 1, a->nodes);
    trees_dim(n, TREES_LEFT, 1, a->nodes);
    trees_dim(n, TREES_RIGHT, 1, a->nodes);
    trees_dim(n, TREES_SET, a->sets != 0, a->sets + 1);
    trees_dim(n, TREES_WORD, a->sets != 0, a->words);
    trees_dim(n, TREES_TERM, a->terms != 0, leaves + 1);
    trees_dim(n, TREES_TERM_FEATURE, a->terms != 0, a->terms);
    trees_dim(n, TREES_FLAGS, 1, a->nodes);

    if (a->vector) {
        n->tensors[TREES_VALUE].rank = 2;
        n->tensors[TREES_VALUE].shape[1] = a->outputs;
    }

    return MAAS_OK;
}


static maas_status_t
trees_check(const maas_node_t *n, maas_arena_t *a, maas_err_t *err)
{
    uint8_t       *room;
    maas_trees_t   t;

    if (n->tensors[TREES_BASE].dtype != n->tensors[TREES_VALUE].dtype) {
        return maas__fail(err, MAAS_BADVALUE, "base is not of the type of "
                          "value");
    }

    maas__trees_of(n, &t);

    room = maas__arena_alloc(a, 2 * t.nodes + t.trees, 1);

    return room == NULL ? maas__fail(err, MAAS_NOMEM, "out of memory")
                        : maas__trees_check(&t, room, err);
}


static const void *
trees_kernel(const maas_node_t *n, maas_isa_t isa)
{
    maas_trees_t  t;

    maas__trees_of(n, &t);

    return maas__trees_choose(&t, isa);
}


static maas_status_t
trees_layout(maas_step_t *s, maas_arena_t *a)
{
    size_t                      sums;
    maas_trees_t                t;
    trees_layout_t             *l;
    const maas_trees_kernel_t  *k = s->kernel;

    maas__trees_of(&s->node, &t);

    l = maas__arena_alloc(a, 1, sizeof(trees_layout_t));
    if (l == NULL) {
        return MAAS_NOMEM;
    }

    l->kernel = k->layout(&t, a, &l->size, &l->scratch);
    if (l->kernel == NULL) {
        return MAAS_NOMEM;
    }

    sums = t.out * maas__dtypes[t.sum].bits / 8;
    s->layout = l;
    s->scratch = trees_align(sums);
    s->fixed = MAAS_TREES_MOST * l->scratch;

    return MAAS_OK;
}


/* The base stands in front of what the kernel packs */

static size_t
trees_head(const maas_trees_t *t)
{
    return trees_align(sizeof(trees_packed_t))
           + trees_align(t->out * maas__dtypes[t->sum].bits / 8);
}


static size_t
trees_size(const maas_step_t *s)
{
    size_t                 n;
    maas_trees_t           t;
    const trees_layout_t  *l = s->layout;

    maas__trees_of(&s->node, &t);

    return maas__add(trees_head(&t), l->size, &n) == MAAS_OK ? n : 0;
}


static void
trees_pack(const maas_step_t *s, void *to)
{
    char                       *base;
    size_t                      i;
    maas_node_t                 bare = s->node;
    maas_trees_t                t;
    trees_packed_t             *p;
    const trees_layout_t       *l = s->layout;
    const maas_trees_kernel_t  *k = s->kernel;

    maas__trees_of(&s->node, &t);

    p = to;
    base = (char *) to + trees_align(sizeof(trees_packed_t));
    memcpy(base, t.base, t.out * maas__dtypes[t.sum].bits / 8);
    k->pack(&t, l->kernel, (char *) to + trees_head(&t));

    for (i = 0; i < TREES_TENSORS; i++) {
        bare.tensors[i].data = NULL;   /* they go with the file */
    }

    maas__trees_of(&bare, &p->trees);
    p->trees.base = base;
    p->head = trees_head(&t);
    p->divide = t.base_last || t.divide != 1;
}


/* Sums of rows, in scratch: as many at a time as share the kernel's */

static inline void *
trees_sums(const maas_step_t *s, const maas_pass_t *p)
{
    const trees_packed_t       *t = s->packed;
    const maas_trees_kernel_t  *k = s->kernel;

    k->run(&t->trees, (const char *) t + t->head, p->in[0].data,
           p->in[0].ld, p->rows, p->scratch, p->fixed);

    if (t->divide) {
        maas__trees_divide(&t->trees, p->scratch, p->rows);
    }

    return p->scratch;
}


static inline double
trees_sum(const maas_trees_t *t, const void *sums, size_t i)
{
    return t->sum == MAAS_F64 ? ((const double *) sums)[i]
                              : (double) ((const float *) sums)[i];
}


static void
trees_run(const maas_step_t *s, const maas_pass_t *p)
{
    void                 *sums;
    float                *y;
    size_t                r, o;
    const maas_trees_t   *t;

    t = &((const trees_packed_t *) s->packed)->trees;
    sums = trees_sums(s, p);
    maas__trees_transform(t, sums, p->rows);

    for (r = 0; r < p->rows; r++) {
        y = (float *) p->out.data + r * p->out.ld;

        for (o = 0; o < t->out; o++) {
            y[o] = (float) trees_sum(t, sums, r * t->out + o);
        }
    }
}


static void
trees_raw(const maas_step_t *s, const maas_pass_t *p, double *y)
{
    void                *sums;
    size_t               i;
    const maas_trees_t  *t;

    t = &((const trees_packed_t *) s->packed)->trees;
    sums = trees_sums(s, p);

    for (i = 0; i < p->rows * t->out; i++) {
        y[i] = trees_sum(t, sums, i);
    }
}


const maas_op_t  maas__op_trees = {
    .name = "trees",
    .n_in = 1,
    .takes = 1 << MAAS_F32 | 1 << MAAS_F64,
    .missing = 1,
    .version = 3,
    .rule = 37,
    .n_attrs = sizeof(trees_attrs) / sizeof(trees_attrs[0]),
    .attrs = trees_attrs,
    .n_tensors = TREES_TENSORS,
    .tensors = trees_tensors,
    .shape = trees_shape,
    .check = trees_check,
    .kernel = trees_kernel,
    .layout = trees_layout,
    .size = trees_size,
    .pack = trees_pack,
    .run = trees_run,
    .raw = trees_raw
};
