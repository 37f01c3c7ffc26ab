/*
 * Models of other libraries -> a model file of ours.
 * An importer reads untrusted bytes: it returns a failure with one sentence
 * (what, where, what was expected, a way out), never dies, never guesses.
 * Not here: what is asked of the user (cmd/).
 */

#ifndef TRAIN_IMPORT_H
#define TRAIN_IMPORT_H

#include "maas_desc.h"
#include "maas_mem.h"
#include "kernel/maas_trees.h"


/* Bytes of memory that an importer may take for a byte of a file */
#define TRAIN_IMPORT_ROOM  64

/* A model in the making.  All memory is the arena's. */

typedef struct {
    maas_arena_t      *arena;

    /* what the importer is told */
    int                best;           /* trees up to best_iteration only */
    int                named;          /* the user names the classes */
    const char        *folder;         /* of the file, for data beside it */
    const char        *answer;         /* which of its outputs; NULL: it has
                                          one.  A reader that has a choice sets
                                          it to NULL. */

    /* what it fills in.  name may stay NULL. */
    const char        *source;         /* "LightGBM v4", as told to people */
    const char        *objective;      /* as the file has it; NULL: none */
    maas_task_t        task;

    maas_dtype_t       dtype;          /* of the inputs: MAAS_F64 if the source
                                          reads doubles */
    size_t             in;             /* numbers a row */
    int                missing;        /* a tensor may have NaN */
    size_t             rank;           /* of a tensor with no names; 0: one
                                          dimension of `in` */
    size_t             shape[MAAS_MAX_RANK];
    size_t             n_columns;      /* 0: the source has no names: a tensor.
                                          A number column of trees has missing
                                          = MAAS_KEEP (NaN goes on) */
    maas_column_t     *columns;

    size_t             n_nodes;        /* layers in running order */
    maas_node_t       *nodes;

    float              threshold;      /* 0: as usual */
    size_t             n_labels;
    const char       **labels;         /* NULL: none */

    size_t             n_notes;        /* what was understood, and what people
                                          should know, a sentence each */
    const char       **notes;
} train_import_t;


/* The kinds of files, each in a file of its own, whose train_import_NAME is a
 * row.  The first one that says yes reads. */

#define TRAIN_IMPORTERS(X)                                                    \
    X(lightgbm)                        /* text: "tree", then "version=v4" */  \
    X(xgboost)                         /* JSON and UBJSON */                  \
    X(catboost)                        /* JSON */                             \
    X(onnx)                            /* protobuf */

typedef struct {
    const char      *name;             /* for people: "LightGBM" */
    /* do the first bytes look so? */
    int            (*is)(const char *file, size_t size);
    maas_status_t  (*read)(train_import_t *m, const char *file, size_t size,
                           maas_err_t *err);
} train_importer_t;

#define TRAIN_IMPORTER_DECLARE(name)                                          \
    extern const train_importer_t  train_import_##name;

TRAIN_IMPORTERS(TRAIN_IMPORTER_DECLARE)


/* import.c */

/* Read file[0..size) by whatever importer knows it into m, whose arena and
 * what is told are set.  BADFILE, UNSUPPORTED, TOOBIG or NOMEM with a
 * sentence. */
maas_status_t train_import_read(train_import_t *m, const char *file,
    size_t size, maas_err_t *err);


/* import_foreign.c: of a file that no importer takes, what it is and how to
 * save it so that one does; NULL: it is not known. */
const char *train_import_foreign(const char *file, size_t size);


/* import_parts.c */

/* A sentence for m->notes, printf's format.  NOMEM. */
maas_status_t train_import_note(train_import_t *m, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A layer behind the others, with its defaults, whose input is the layer
 * before; NULL: no memory or too many. */
maas_node_t *train_import_layer(train_import_t *m, const char *kind);

/* Zeroed memory of the arena, at least one byte; NULL if there is none. */
void *train_import_alloc(train_import_t *m, size_t n, size_t size);
/* A copy, NUL-terminated. */
char *train_import_text(train_import_t *m, const char *s, size_t len);

/* import_file.c: the model file, for train_free(), after it was read back
 * by the engine.  name: of the model. */
maas_status_t train_import_file(const train_import_t *m, const char *name,
    void **file, size_t *size, maas_err_t *err);


/* trees.c: an ensemble, tree by tree.  Functions fail with NOMEM or TOOBIG and
 * tell once: train_trees_layer() says it. */

typedef struct train_trees_s  train_trees_t;

/* f: MAAS_F32 or F64, of thresholds and of values; vector: numbers of a leaf,
 * 0 if it has one, for the tree's output. */
train_trees_t *train_trees_new(train_import_t *m, size_t out,
    maas_dtype_t compare, maas_dtype_t sum, size_t vector);

/* A tree with so many nodes, whose leaves add to `output`.  Its nodes and
 * leaves follow, each in order, in any mix. */
void train_trees_tree(train_trees_t *t, size_t nodes, size_t output);

/* Left if x <= threshold; children as in maas_trees_t.  cover: rows of
 * training, NAN if the source does not say: then nobody's cover is kept. */
void train_trees_node(train_trees_t *t, size_t feature, double threshold,
    unsigned flags, int32_t left, int32_t right, double cover);

/* A node with MAAS_TREE_SET: the set is bits of word(n). */
void train_trees_set(train_trees_t *t, size_t feature, const uint32_t *word,
    size_t n, unsigned flags, int32_t left, int32_t right, double cover);

/* value(vector or 1) */
void train_trees_leaf(train_trees_t *t, const double *value, double cover);

/* The last leaf is linear. */
void train_trees_linear(train_trees_t *t, double constant, const double *coef,
    const uint32_t *feature, size_t n);

/* What is left of maas_trees_t: base, base_last, divide, transform, slope,
 * tiny, combine, and `in`: the numbers of what it takes, where that is not the
 * row of columns.  base(out) */
void train_trees_base(train_trees_t *t, const double *base, int last);
maas_trees_t *train_trees_options(train_trees_t *t);

/* The layer, behind those that m has.  Checks all trees first. */
maas_status_t train_trees_layer(train_trees_t *t, maas_err_t *err);

/* The largest number below x, which is one of the type: "x < t" is
 * "x <= that". */
double train_trees_below(double x, maas_dtype_t type);


#endif /* TRAIN_IMPORT_H */
