/*
 * The path from a baseline to a row: where all that stands which is run, and
 * run back, along it.  Between the maas_explain_path*.c; not for anyone else.
 */

#ifndef MAAS_EXPLAIN_PATH_H
#define MAAS_EXPLAIN_PATH_H

#include "maas_explain.h"


#define MAAS_PATH_SLICE  16            /* nodes that are run together */
#define MAAS_PATH_ENDS   2             /* rows before them: baseline, x */


/* The workspace, divided */

typedef struct {
    const maas_path_t  *path;
    size_t              rows;          /* that there are places for */
    size_t              nodes;         /* of a slice */
    float              *values;
    char               *scratch;
    void               *fixed;
    double             *sums;          /* slopes of first steps, then of the
                                          input, over all nodes */
    double             *phi;           /* (in + 1) of trees, */
    char               *shap;          /*     and scratch for it */
    float              *slope;         /* (in) */
    const double       *t;             /* of the slice */
    const double       *weight;
} maas_path_room_t;


/* maas_explain_path.c */

/* All places, from ws on, which may be NULL; returns bytes. */
size_t maas__path_rooms(const maas_path_t *p, size_t steps, char *ws,
    maas_path_room_t *r);

/* Row number `row` of the value at `at`; 0: the baseline, 1: x, then nodes */
float *maas__path_row(const maas_path_room_t *r, size_t at, size_t ld,
    size_t row);

/* Rows from `row` on of a value, 0: the input, i + 1: of step i */
maas_rows_t maas__path_value(const maas_path_room_t *r, unsigned value,
    size_t row);
/* Slopes by it, in the rows of the nodes */
maas_rows_t maas__path_slopes(const maas_path_room_t *r, unsigned value);


/* maas_explain_path_back.c */

/* Slopes of score `output` by all values, in the rows of the nodes; of the
 * input and what is linear in it their sums */
void maas__path_backward(const maas_path_room_t *r, size_t output);

/* Slopes of the input, of sums of those of first steps: one product each */
void maas__path_first(const maas_path_room_t *r);


/* maas_explain_path_roots.c */

/* What a root makes at the baseline, once it is run there: of trees the
 * expected score, of embeddings the mean of training where that is known for
 * this baseline. */
void maas__path_base(const maas_path_room_t *r, const maas_path_step_t *s,
    const float *baseline);

/* slots(in) += what the numbers of roots add, by the numbers of the row that
 * they come of; slopes are summed up. */
void maas__path_roots(const maas_path_room_t *r, double *slots);


#endif /* MAAS_EXPLAIN_PATH_H */
