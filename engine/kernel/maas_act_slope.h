/*
 * Slopes of the activations, for who goes back through a network.
 */

#ifndef MAAS_ACT_SLOPE_H
#define MAAS_ACT_SLOPE_H

#include "maas_act.h"


/* back: a(n) = act(z(n)); the gradient d(n) by a becomes the one by z.  n is
 * one row where the activation is by row.  NULL for linear. */

typedef struct {
    unsigned    of_input;   /* z is read; else a tells enough */
    void      (*back)(float alpha, const float *z, const float *a, float *d,
                      size_t n);
} maas_slope_t;

/* maas_act_slope.c */
extern const maas_slope_t  maas__slopes[MAAS_N_ACTS];


#endif /* MAAS_ACT_SLOPE_H */
