/*
 * Rows: how they are read, what is to be predicted, and what becomes of their
 * numbers before a network sees them.  Nothing of networks.
 */

#ifndef TRAIN_DATA_H
#define TRAIN_DATA_H

#include <stdio.h>

#include "maas_int.h"
#include "rng.h"
#include "field/maas_field.h"
#include "text/maas_json_write.h"


/* dict.c: distinct texts */

typedef struct train_dict_place_s  train_dict_place_t;

typedef struct {
    char         **text;            /* distinct values, in order of arrival */
    double        *value;           /* their numbers; NAN if they are none */
    size_t         n;
    size_t         size;
    train_dict_place_t *places;     /* open addressing */
    size_t         n_places;
} train_dict_t;

/* Number of a text, added if new.  One of no zero byte. */
uint32_t train_dict_add(train_dict_t *t, const char *text);
uint32_t train_dict_put(train_dict_t *t, const char *text, size_t len);
/* UINT32_MAX if it is not there. */
uint32_t train_dict_find(const train_dict_t *t, const char *text, size_t len);
void train_dict_free(train_dict_t *t);

/* nearest.c: the text that s was probably meant to be, NULL if none is near */
const char *train_nearest(const train_dict_t *names, const char *s,
    size_t len);


/* data.c: rows of numbers with what is to be predicted */

typedef enum {
    TRAIN_AUTO = 0,
    TRAIN_YES,
    TRAIN_NO
} train_tri_t;

#define TRAIN_N_TRI  (TRAIN_NO + 1)

extern const char *const train_tri_names[TRAIN_N_TRI];

/* What becomes of that which cannot be read */

typedef enum {
    TRAIN_ERROR_STOP = 0,
    TRAIN_ERROR_SKIP,               /* its row is left out */
    TRAIN_ERROR_MISSING             /* a value of an input is missing, as nginx
                                       has it; else its row is left out */
} train_error_t;

#define TRAIN_N_ERRORS  (TRAIN_ERROR_MISSING + 1)

extern const char *const train_skip_names[TRAIN_N_ERRORS];

#define TRAIN_ONE_HOT  64       /* want.one_hot unless said */

/* How to read: all zero is a good start */

typedef struct {
    const char         *target;     /* NULL: last column; "NAME,..." */
    train_tri_t         header;
    const char         *encoding;   /* of a text file; NULL: by looking */
    int                 task;       /* maas_task_t and 1; 0: look at the data */

    /* columns of a table; NULL: by looking */
    const char         *columns;    /* "NAME=KIND,..." */
    const char         *ignore;     /* "NAME,..." */
    const char         *id;
    const char         *weight;
    const char         *split;      /* "time=NAME" or "group=NAME" */
    const char         *decimal;    /* "." or ",", how numbers are written */
    const char         *thousands;  /* "." "," " " "'" or "_" */
    const char         *na;         /* "TEXT,...": missing */
    const char         *features;   /* JSON: the object with the inputs */
    const char         *labels;     /* another file, where the target is, */
    const char         *on;         /*     and the column that both have */
    unsigned            skip;       /* train_error_t */
    size_t              threads;    /* that read; 0: all cores.  Changes
                                       nothing. */
    size_t              one_hot;    /* values of a category with a slot each */
    size_t              hash;       /* slots of what is hashed; 0: by kind */
    unsigned            decides;    /* train_columns_decide() will be called */

    /* from a model, when reading for it */
    const maas_info_t  *model;
    unsigned            no_target;  /* the target is not wanted */
    unsigned            target_named;   /* target is a name and no number */
    const char         *id_recorded;    /* as id and weight, which must be */
    const char         *weight_recorded;    /* there, these need not */
    const char         *features_recorded;  /* where rows have one of them */
    const maas_column_t *written;   /* (n_written) how texts of targets are; */
    size_t              n_written;  /*     0: not known */
    const maas_column_t *weighed;   /* the same of weight_recorded */
} train_want_t;

typedef struct train_table_s  train_table_t;    /* table.h */
typedef struct train_coded_s  train_coded_t;    /* coded.h */

typedef enum {
    TRAIN_SPLIT_RANDOM = 0,
    TRAIN_SPLIT_TIME,               /* the newest rows validate */
    TRAIN_SPLIT_GROUP               /* no group is in both parts */
} train_split_t;

typedef struct {
    char          *path;            /* as the user gave it */
    size_t         rows;
    size_t         before;          /* rows of earlier blocks, for messages */

    maas_input_t   input;
    size_t         rank;
    size_t         shape[MAAS_MAX_RANK];
    int            image;
    size_t         in;              /* 0: not prepared yet */
    uint8_t       *bytes;           /* (rows,in) or NULL */
    float         *numbers;         /* (rows,in) or NULL */
    double        *exact;           /* the same for a model of doubles */
    train_coded_t *coded;           /* the same, made of the table when they are
                                       asked for: there are many, or most are
                                       0 */
    train_table_t *table;           /* what they are made of, or NULL */
    size_t         n_columns;       /* 0 for a tensor */
    char         **columns;         /* (n_columns) names */
    maas_field_t  *fields;          /* (n_columns) names and kinds */
    maas_arena_t  *arena;           /* of reader */
    maas_fields_t *reader;          /* what texts of columns mean, without what
                                       is fitted; NULL for a tensor */

    maas_task_t    task;
    size_t         out;             /* width of the network's answer */
    uint32_t      *classes;         /* (rows), classification and binary */
    float         *targets;         /* (rows,out), regression */
    float         *weights;         /* (rows), how much a row counts: 0 and
                                       up, about 1; NULL: all the same */
    double        *class_weights;   /* (n_labels) that --class-weight has put
                                       into them; NULL: none */
    size_t         n_labels;
    char         **labels;
    char          *target;          /* column's name, or names with commas
                                       between, which are labels then; NULL for
                                       IDX */

    /* what parts rows: times, NAN: not known, or groups from 0 */
    train_split_t  split;
    double        *split_by;        /* (rows), NULL: at random */
    size_t         n_groups;

    uint32_t       crc32c;          /* of the (unpacked) files read */
} train_data_t;

typedef enum {
    TRAIN_PART_TRAIN = 0,           /* of a folder; all of anything else */
    TRAIN_PART_TEST
} train_part_t;

#define TRAIN_N_PARTS  (TRAIN_PART_TEST + 1)

extern const char *const train_part_names[TRAIN_N_PARTS];

/* Read a folder, an IDX pair or a CSV file; dies with file, line, column and
 * reason.  *d is to be given to train_data_free(). */
void train_data_read(const char *path, train_part_t part,
    const train_want_t *want, train_data_t *d);
void train_data_free(train_data_t *d);
/* Dies if output is one of the files that would be read from path; NULL is
 * nothing. */
void train_data_apart(const char *output, const char *path);
/* Does this path have a test part of its own? */
int train_data_has_test(const char *path);
/* What reading more data for the same network needs: points into d. */
void train_data_info(const train_data_t *d, maas_info_t *info);
/* How texts of the targets are, for want.written, to be given to train_free();
 * NULL: not known. */
maas_column_t *train_data_target(const train_data_t *d, size_t *n);
/* row as wire numbers, x(in): what is read of bytes, numbers or codes, but for
 * batches of tensors, is read by this */
void train_data_row(const train_data_t *d, size_t row, float *x);
/* The same for that model: x is a row of its numbers, info->row bytes. */
void train_data_wire(const train_data_t *d, size_t row,
    const maas_info_t *info, void *x);

/* Is it a table, which may be read in blocks? */
int train_data_is_table(const char *path);

/* blocks.c: a table for a model, without columns of --split.  Its rows are of
 * one block after the other; messages that are of all come with the last. */
typedef struct train_blocks_s  train_blocks_t;

/* want has to stay until the end.  Dies as train_data_read(). */
train_blocks_t *train_blocks_open(const char *path, const train_want_t *want,
    train_data_t *d);
/* d has the next rows, or some that were skipped; 0: there are none. */
int train_blocks_next(train_blocks_t *b);
/* d has the targets and weights of all rows, and nothing else of them. */
void train_blocks_end(train_blocks_t *b);

/* data_idx.c: train_data_read() for a pair of IDX files, plain or .gz */
void train_idx_read(const char *images, const char *labels,
    const train_want_t *want, train_data_t *d);

/* table_read.c: the same for CSV and JSON lines, plain, .gz or "-": a table, no
 * numbers yet */
void train_table_read(const char *path, const train_want_t *want,
    train_data_t *d);
/* table_begin.c */
void train_table_free(train_table_t *t);

/* table_rows.c: where the rows of a table come from; t may be NULL: nobody
 * knows */

typedef struct {
    size_t       row;               /* among those of the file, from 1 */
    size_t       line;              /* of the file, where it begins */
} train_origin_t;

typedef struct {
    size_t       row;
    char        *why;               /* it was skipped: file, line, reason */
    uint32_t    *written;           /* what names it; NULL: not known */
} train_skip_t;

typedef struct {
    const char  *column;
    size_t       at, k;
    unsigned     quoted;            /* its texts are not those of JSON */
} train_row_name_t;

/* NULL if it is not known */
const train_origin_t *train_table_origin(const train_table_t *t, size_t row);
const train_skip_t *train_table_skips(const train_table_t *t, size_t *n);
/* The k-th column that names the rows; 0 if there are not so many. */
int train_table_name(const train_table_t *t, size_t k, train_row_name_t *name);
/* Its text in a row, or in one that was skipped (else NULL), as in the file;
 * NULL where there is none. */
const char *train_table_written(const train_table_t *t,
    const train_row_name_t *name, size_t row, const train_skip_t *skip);
/* The column that says how much rows count, or NULL. */
const char *train_table_weight(const train_table_t *t);

/* summary.c: what stands in a column of a table, in all rows that were kept */

typedef struct {
    const char  *name, *role, *why;
    size_t       rows, missing;
    unsigned     numbers;           /* there are some: */
    double       low, mean, high;
    size_t       different;         /* texts; 0: not counted */
    const char  *usual;             /* the most frequent one, or NULL */
    size_t       usual_rows;
} train_summary_t;

#define TRAIN_SHORT  48

/* What stands in a row of the column of that name, cut where it is long. */
void train_table_value(const train_table_t *t, const char *name, size_t row,
    char out[TRAIN_SHORT]);
/* Of the k-th column of the file; 0 if there are not so many. */
int train_table_summary(const train_table_t *t, size_t k, train_summary_t *s);

/* data_npy.c: the same for NumPy arrays; targets NULL: a column of rows */
void train_npy_read(const char *rows, const char *targets,
    const train_want_t *want, train_data_t *d);
/* The number at p; big: most significant byte first. */
double train_npy_number(maas_dtype_t dtype, const void *p, unsigned big);

/* split_keys.c: what "time=NAME" asks for, and where the name begins; RANDOM
 * if it asks for nothing */
train_split_t train_split_read(const char *spec, const char **name);

/* join.c: leaves with usage if one of --labels and --on is there without the
 * other */
void train_labels_check(const char *cmd, const train_want_t *w);
/* How many rows had a label of another file; nothing if none was read.  width:
 * of what stands in front. */
void train_labels_print(FILE *f, const train_data_t *d, int width);
void train_labels_json(maas_writer_t *w, const train_data_t *d);
/* A warning if some had none. */
void train_labels_warn(const train_data_t *d);

/* target.c */

/* Decide the task, fill task, out, classes or targets, labels of *d.
 * id(rows): from train_dict_add().  where: for messages. */
void train_target_set(train_data_t *d, const train_want_t *want,
    const train_dict_t *t, const uint32_t *id, const char *where);
/* The same of n targets, which are numbers: t[k] has the texts of number k,
 * names[k] is its column. */
void train_targets_set(train_data_t *d, const train_want_t *want,
    const train_dict_t *const *t, const uint32_t *const *id,
    const char *const *names, size_t n, const char *where);


/* weight.c: multiply the rows' weights by what --class-weight says (NULL:
 * nothing; balanced by the n rows that row[] names), which is kept in
 * d->class_weights, then make them 1 on average of these rows. */
void train_weights(train_data_t *d, const char *spec, const uint32_t *row,
    size_t n);

/* scale.c, prepare.c: what becomes of values on their way into the network,
 * fitted on the given rows alone */

#define TRAIN_SCALE_CONSTANT(c, name)  TRAIN_SCALE_##c,

typedef enum {
    TRAIN_SCALE_AUTO = 0,           /* minmax for bytes, else standard, or
                                       quantile for columns with far ends */
    MAAS_SCALINGS(TRAIN_SCALE_CONSTANT)
    TRAIN_N_SCALINGS
} train_scaling_t;

extern const char *const train_scaling_names[TRAIN_N_SCALINGS];

typedef struct {
    train_scaling_t  kind;          /* AUTO: each column has its own */
    unsigned         raw;           /* slots are the values themselves */
    uint8_t         *ordered;       /* (n_columns) codes in an order that means
                                       something */
    size_t           n;             /* slots of a row, or 1 for a tensor */
    float           *shift;
    float           *factor;
    size_t           n_curves;      /* to be applied after them */
    maas_curve_t    *curves;

    size_t           n_columns;     /* 0 for a tensor */
    maas_column_t   *columns;       /* as the model file will say */
    maas_fields_t    fields;
    maas_arena_t    *arena;
} train_scale_t;

/* scale.c: scaling and stand-in for missing ones, from v(n), which it may
 * sort.  c->knots and c->levels are to be given to train_free(). */
void train_scale_numbers(maas_column_t *c, train_scaling_t kind, float *v,
    size_t n);
/* x with a share p of a normal distribution below it, 0 < p < 1. */
double train_scale_normal(double p);

/* prepare.c: fit to n rows of d, those that row[] names; AUTO chooses by the
 * data.  *s is to be given to train_scale_free(). */
void train_scale_fit(train_scale_t *s, train_scaling_t kind,
    const train_data_t *d, const uint32_t *row, size_t n);
/* The same of columns, for layers that scale for themselves: a number is
 * itself, a category the place of its value in its list, the most frequent
 * first; what is missing, or in no list, is NaN.  Of dates and texts, whose
 * slots are as ever, a last slot says that there is none. */
void train_scale_raw(train_scale_t *s, const train_data_t *d,
    const uint32_t *row, size_t n);
void train_scale_free(train_scale_t *s);

/* rows.c: make d->numbers or d->coded, and d->in, of a table, by what was
 * fitted or by a model that the data was read for.  May be called again.
 * Nothing to do for others. */
void train_rows_fitted(const train_scale_t *s, train_data_t *d);
void train_rows_model(const maas_model_t *m, train_data_t *d);


/* decide.c: what n training rows of a table say of those columns of which the
 * user has said nothing: codes among numbers become categories, what only names
 * or counts rows or says nothing new is left out, categories have an order.
 * Before train_scale_raw(); columns, fields and n_columns of d are new.  Of any
 * number of calls the last one counts.  The same seed, the same columns. */
void train_columns_decide(train_data_t *d, const uint32_t *row, size_t n,
    uint64_t seed);
/* The same columns of rows that were read for d before that. */
void train_columns_follow(const train_data_t *d, train_data_t *other);

/* columns.c: what became of the columns of a table; nothing for others */
void train_columns_print(FILE *f, const train_data_t *d,
    const train_scale_t *s);
void train_columns_json(maas_writer_t *w, const train_data_t *d,
    const train_scale_t *s);


/* augment.c: pictures that vary from epoch to epoch */

typedef struct {
    unsigned       any;
    double         shift;           /* pixels, at most, each way */
    double         rotate;          /* degrees, at most, each way */
    double         scale;           /* 0.1: 10 %, each way, in x and y */
    double         shear;           /* 0.1: a tenth of the height aside */
    double         elastic;         /* pixels, deviation of a smooth field */
    double         noise;           /* deviation of each number */
} train_augment_t;

/* text: "shift=2,rotate=10".  Returns 0, or -1 with a sentence in
 * why[TRAIN_WHY]. */
int train_augment_read(train_augment_t *a, const char *text, char *why);
/* x(height,width), what is beyond its edge is `ground` */
void train_augment_row(const train_augment_t *a, train_rng_t *rng,
    size_t height, size_t width, float ground, float *x);


#endif /* TRAIN_DATA_H */
