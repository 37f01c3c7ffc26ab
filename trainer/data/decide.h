/*
 * What the training rows say of columns: a sample of them with targets and
 * folds, and the tests that decide.c puts to it.
 * Not here: what columns look like (look.h), and what is made of them.
 */

#ifndef TRAIN_DECIDE_H
#define TRAIN_DECIDE_H

#include "table.h"


#define TRAIN_DECIDE_FOLDS  5
#define TRAIN_DECIDE_NONE   UINT32_MAX  /* the code of no value */
#define TRAIN_DECIDE_LEAST  50          /* rows that say something */


/* decide_set.c */

/* A role that is not that of the looks, and why */
void train_decide_set(train_column_t *c, train_role_t role, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* From numbers to their texts, in all rows. */
void train_decide_category(train_column_t *c, size_t rows);
/* All as it was by its looks. */
void train_decide_undo(train_table_t *t);


/* decide_sample.c: some of the training rows */

typedef struct {
    const train_data_t *d;
    size_t              n;
    uint32_t           *row;        /* (n) one fold after the other */
    size_t              at[TRAIN_DECIDE_FOLDS + 1];     /* where they begin;
                                       rows of a group are in one */
    size_t              out;
    float              *y;          /* (out,n) what is to be told: classes as 0
                                       and 1, ranks of numbers; each with mean 0
                                       and deviation 1 */
} train_sample_t;

/* From n training rows of d, at most `most` of them. */
void train_sample_make(train_sample_t *s, const train_data_t *d,
    const uint32_t *row, size_t n, size_t most, uint64_t seed);
void train_sample_free(train_sample_t *s);


/* decide_order.c: do values say more of the targets than their order? */

typedef struct {
    double  order;                  /* share of the variance told, out of fold,
                                       by intervals of the order; 0: nothing */
    double  values;                 /* by as many groups of values */
    double  sure;                   /* the difference, in its own deviations */
} train_told_t;

/* code(n): places of the values in their order, below k; NONE: no value. */
void train_order_told(const train_sample_t *s, const uint32_t *code, size_t k,
    train_told_t *told);


/* decide_codes.c: what becomes of a column of numbers, of one of categories, by
 * a sample of n training rows; code(s->n) is the caller's room. */
void train_decide_number(const train_data_t *d, train_column_t *c,
    const train_sample_t *s, uint32_t *code, const uint32_t *row, size_t n);
void train_decide_values(train_column_t *c, const train_sample_t *s,
    uint32_t *code, const uint32_t *row, size_t n);


/* decide_linear.c */

/* Rows of mostly zeros */

typedef struct {
    size_t     n, width;
    size_t    *at;                  /* (n + 1) */
    size_t     room_index, room_value;
    uint32_t  *index;
    float     *value;
} train_sparse_t;

/* Rows without any; n of them are to come. */
void train_sparse_begin(train_sparse_t *r, size_t n);
/* One more number of the row at hand, */
void train_sparse_add(train_sparse_t *r, size_t index, float value);
/*     which is whole. */
void train_sparse_next(train_sparse_t *r, size_t n);
void train_sparse_free(train_sparse_t *r);
/* left(n) of y(n): what linear functions of the rows of a sample do not tell,
 * each row by one that has not learnt from its fold. */
void train_linear_left(const train_sparse_t *r, const train_sample_t *s,
    const float *y, float *left);


/* decide_text.c: do the texts of a column tell of the targets? */

#define TRAIN_PIECES          512   /* slots of a text, */
#define TRAIN_PIECES_MORE     4096  /*     and where more of them tell more */
#define TRAIN_PIECE_SHORTEST  2
#define TRAIN_PIECE_LONGEST   4

typedef struct {
    double  share, sure;            /* told by TRAIN_PIECES slots, of what the
                                       other columns leave; in deviations */
    double  share_more, sure_more;  /* by more slots */
    double  better, sure_better;    /* the difference */
} train_text_told_t;

/* What is left of the targets by all columns that are no texts; to be given to
 * train_free(). */
float *train_text_base(const train_sample_t *s);
/* base: by train_text_base() of the same sample. */
void train_text_told(const train_sample_t *s, const float *base,
    const train_column_t *c, size_t slots, size_t more,
    train_text_told_t *told);


/* decide_scale.c: an order that texts have by what they mean */

typedef enum {
    TRAIN_ORDER_NONE = 0,
    TRAIN_ORDER_NAMES,              /* A, B, C; 1. this, 2. that; city 3: the
                                       order may mean nothing */
    TRAIN_ORDER_KNOWN
} train_order_t;

/* rank(n), places of text(n) in their order: that of a known scale, such as low
 * and high, or of the numbers in them. */
train_order_t train_scale_known(char *const *text, size_t n, uint32_t *rank);


/* decide_number.c: the same of numbers in texts */

/* The beginning of a text in lower case; one blank for what is neither letter
 * nor digit */
typedef char  train_plain_t[64];

/* Has a text no place but below all others: nothing, or not known? */
int train_order_is_none(const char *plain);
/* key(n) of texts that have numbers, all but one, which is none; plain(n) are
 * the same texts.  NONE: they have not, or two are alike. */
train_order_t train_order_numbers(char *const *text,
    const train_plain_t *plain, size_t n, double *key);


/* decide_same.c: by nothing but the values of n training rows */

/* The same for two columns of one role that say the same in every row, be it in
 * other words. */
uint64_t train_column_print(const train_column_t *c, const uint32_t *row,
    size_t n);
/* Is column i always the same, or does it say what an earlier input says?
 * print(i + 1): of the columns so far.  Returns 1, and why[TRAIN_WHY]. */
int train_column_same(const train_table_t *t, const uint64_t *print, size_t i,
    const uint32_t *row, size_t n, char *why);
/* Numbers that count the rows of the file? */
int train_column_counts(const train_data_t *d, const train_column_t *c,
    const uint32_t *row, size_t n);


#endif /* TRAIN_DECIDE_H */
