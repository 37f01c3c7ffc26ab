/*
 * Activations on rows, and the table that has them for each instruction set.
 * Not here: which layer has which.
 */

#ifndef MAAS_ACT_H
#define MAAS_ACT_H

#include "maas_desc.h"


/* In place on n numbers.  Not for softmax. */
void maas__act(maas_act_t act, float alpha, float *x, size_t n);
/* In place, each row of x(rows,n) with stride ld: exp(x - max) / sum. */
void maas__softmax(float *x, size_t rows, size_t n, size_t ld);


/* As maas__act() and maas__softmax(); act is not LINEAR. */

typedef struct {
    void  (*act)(maas_act_t act, float alpha, float *x, size_t n);
    void  (*softmax)(float *x, size_t rows, size_t n, size_t ld);
} maas_acts_t;

extern const maas_acts_t  maas__acts_plain;    /* maas_act.c */

/* The same bits from both. */
extern const maas_acts_t  maas__acts_avx2;     /* maas_act_avx2.c */
extern const maas_acts_t  maas__acts_avx512;   /* maas_act_avx512.c */


#endif /* MAAS_ACT_H */
