/*
 * Smaller and faster models of one that is there: what becomes of its layers,
 * what that costs, and what is said of it.  Nothing here reads a command line.
 */

#ifndef TRAIN_COMPRESS_H
#define TRAIN_COMPRESS_H

#include <stdio.h>

#include "data/data.h"


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


#endif /* TRAIN_COMPRESS_H */
