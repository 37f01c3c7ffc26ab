/*
 * Between the choice of activations (maas_op_act.c) and those for one
 * instruction set (maas_op_act_*.c).  Not for anyone else.
 */

#ifndef MAAS_ACT_H
#define MAAS_ACT_H

#include "maas_int.h"


/* As maas__act() and maas__softmax(); act is not LINEAR. */

typedef struct {
    void  (*act)(maas_act_t act, float alpha, float *x, size_t n);
    void  (*softmax)(float *x, size_t rows, size_t n, size_t ld);
} maas_acts_t;

extern const maas_acts_t  maas__acts_plain;    /* maas_op_act.c */

/* The same bits from both. */
extern const maas_acts_t  maas__acts_avx2;     /* maas_op_act_avx2.c */
extern const maas_acts_t  maas__acts_avx512;   /* maas_op_act_avx512.c */


#endif /* MAAS_ACT_H */
