/*
 * Smaller and faster models of one that is there: what becomes of its layers,
 * what that costs, and what is said of it.  Nothing here reads a command line.
 */

#ifndef TRAIN_COMPRESS_H
#define TRAIN_COMPRESS_H

#include <stdio.h>

#include "maas_desc.h"
#include "data/data.h"


/* small.c: a model file in hand.  Its layers may be changed; all else is as it
 * was read. */

typedef struct {
    const char    *path;
    void          *file;
    size_t         size;
    maas_arena_t  *arena;           /* of desc, and of new tensors */
    maas_desc_t   *desc;
    size_t         n;
    maas_node_t   *nodes;           /* (n) as read, to be changed */
} train_small_t;

/* Dies if it is no good file; to be given to train_small_free(). */
void train_small_open(train_small_t *s, const char *path);
void train_small_free(train_small_t *s);
/* Room for n numbers of so many bytes that lives as long as s; dies if there is
 * none. */
void *train_small_room(train_small_t *s, size_t n, size_t size);
/* Shapes of s->nodes, after they were changed; dies if one is none. */
void train_small_shapes(train_small_t *s);
/* A model with those layers, (n) of them, in memory; dies with the sentence
 * that begins with what. */
maas_model_t *train_small_plan(const train_small_t *s, maas_node_t *nodes);
/* What the first of those layers give, (rows,numbers): value 0 is the network's
 * input, i + 1 what layer i gives.  Of the rows row(rows) of d; to be given to
 * train_free(). */
float *train_small_value(const train_small_t *s, size_t value,
    const train_data_t *d, const uint32_t *row, size_t rows);
/* How many numbers that is. */
size_t train_small_numbers(const train_small_t *s, size_t value);
/* The bytes of a file with those layers, to be given to train_free(), which has
 * been loaded as *m.  how: JSON of an object, the newest entry of "compression"
 * in its training record. */
void *train_small_image(const train_small_t *s, maas_node_t *nodes,
    const char *how, size_t *size, maas_model_t **m);


/* A model before or after */

typedef struct {
    size_t       bytes;             /* of its file */
    double       micros;            /* of a row that comes alone; NAN: not
                                       measured */
    double       score;             /* accuracy or R2; NAN: not measured */
} train_side_t;


/* side.c */

/* Microseconds that a row takes which comes alone, on one core of this machine:
 * the best of some rounds over rows of d; NAN if there are none. */
double train_micros(const maas_model_t *m, const train_data_t *d);
/* The table of both, a line each: bytes, time, score. */
void train_sides_print(FILE *f, const char *score_name,
    const train_side_t *before, const train_side_t *after);
/* An object of w: bytes, microseconds and the score under its name, which are
 * left out where they are not known. */
void train_side_json(maas_writer_t *w, const char *name,
    const char *score_name, const train_side_t *side);


/* recorded.c: what a file says of it, a step each, in their order */

typedef struct {
    char          *what;            /* "quantize int8" */
    char          *from;            /* name of the file before, of the first
                                       teacher */
    train_side_t   side[2];         /* before and after; bytes 0: not known */
} train_recorded_t;

/* (n), to be given to the next. */
train_recorded_t *train_recorded(const maas_info_t *info, size_t *n);
void train_recorded_free(train_recorded_t *r, size_t n);


/* quantize.c: what layers become */

typedef enum {
    TRAIN_INT8 = 0,                 /* weights and rows, sums in integers */
    TRAIN_INT8_WEIGHTS,
    TRAIN_BF16,                     /* weights and rows */
    TRAIN_BF16_WEIGHTS
} train_precision_t;

#define TRAIN_N_PRECISIONS  (TRAIN_BF16_WEIGHTS + 1)

extern const char *const train_precision_names[TRAIN_N_PRECISIONS];

/* A value between layers, quantized: q = round(x / scale) + zero */

typedef struct {
    float          scale;           /* 0: not known */
    unsigned       zero;            /* 0, or 128 if some are below 0 */
} train_range_t;

/* Is it a layer with weights of floats? */
int train_is_dense(const maas_node_t *n);
/* Ranges (n + 1) of the values that dense layers read, of the rows row(rows) of
 * d: from the least to the largest number. */
void train_ranges(const train_small_t *s, const train_data_t *d,
    const uint32_t *row, size_t rows, train_range_t *ranges);
/* made(n): each dense layer of s in that precision, on its own; others as they
 * are. */
void train_quantize(train_small_t *s, train_precision_t to,
    const train_range_t *ranges, maas_node_t *made);
/* to(n): s with those layers of made that take[] says; values that go from one
 * in integers to others stay so. */
void train_quantized(const train_small_t *s, const maas_node_t *made,
    const uint8_t *take, maas_node_t *to);


/* choose.c: which layers */

/* Rows by which it is seen what a change costs */

typedef struct {
    const train_data_t  *data;
    const uint32_t      *row;       /* (rows), NULL: all */
    size_t               rows;      /* 0: nothing is measured */
} train_judged_t;

typedef struct {
    double         score;           /* accuracy or R2 */
    double         error;           /* what a drop is of: accuracy in points, or
                                       RMSE */
} train_scored_t;

train_scored_t train_scored(const maas_model_t *m, const train_judged_t *by);
/* Points of accuracy lost, or per cent by which RMSE grew. */
double train_drop(const train_small_t *s, train_scored_t before,
    train_scored_t after);

typedef struct {
    double         alone;           /* drop by this layer alone; NAN: not
                                       measured */
    unsigned       dense;
    unsigned       asked;           /* was to stay as it is, */
    unsigned       kept;            /*     or stays for the drop's sake */
} train_layer_choice_t;

/* choice(n), in which `asked` is set.  Fills take(n): all dense layers but
 * those that were asked for, then one after the other those that cost most are
 * given back until the drop is at most `most` (NAN: any).  Returns the drop,
 * NAN if nothing is measured. */
double train_choose(const train_small_t *s, const maas_node_t *made,
    const train_judged_t *by, train_scored_t before, double most,
    train_layer_choice_t *choice, uint8_t *take);


/* prune.c */

/* Do all layers make a chain of dense ones, in floats?  The rest is for such
 * models. */
int train_is_chain(const train_small_t *s);
/* The smallest weights of each layer but the last become 0, that share of all;
 * keep(n - 1): of each those that are not. */
void train_prune_weights(train_small_t *s, double share, uint8_t **keep);
/* Of each layer but the last, left(n - 1) neurons stay: those that say most to
 * the next layer of the rows row(rows) of d. */
void train_prune_neurons(train_small_t *s, const size_t *left,
    const train_data_t *d, const uint32_t *row, size_t rows);


#endif /* TRAIN_COMPRESS_H */
