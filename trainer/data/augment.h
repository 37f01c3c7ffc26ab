/*
 * Pictures that vary from epoch to epoch.  Which rows are seen when is not
 * known here.
 */

#ifndef TRAIN_AUGMENT_H
#define TRAIN_AUGMENT_H

#include <stddef.h>

#include "rng.h"


/* augment.c */

typedef struct {
    unsigned       any;
    double         shift;           /* pixels, at most, each way */
    double         rotate;          /* degrees, at most, each way */
    double         scale;           /* 0.1: 10 %, each way, in x and y */
    double         shear;           /* 0.1: a tenth of the height aside */
    double         elastic;         /* pixels, deviation of a smooth field */
    double         noise;           /* deviation of each number */
} train_augment_t;

/* text: "shift=2,rotate=10".  Returns 0, or -1 with a sentence in why[160]. */
int train_augment_read(train_augment_t *a, const char *text, char *why);
/* x(height,width), what is beyond its edge is `ground` */
void train_augment_row(const train_augment_t *a, train_rng_t *rng,
    size_t height, size_t width, float ground, float *x);


#endif /* TRAIN_AUGMENT_H */
