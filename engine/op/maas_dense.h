/*
 * Between dense layers (maas_op_dense.c) and what runs them by the type of
 * their weights.  Not for anyone else.
 */

#ifndef MAAS_DENSE_H
#define MAAS_DENSE_H

#include "maas_op.h"


/* Its tensors, in this order; scale is there for weights of I8 */

enum {
    MAAS_DENSE_WEIGHT = 0,             /* (in,units/groups) */
    MAAS_DENSE_BIAS,                   /* (units) */
    MAAS_DENSE_SCALE                   /* (units) */
};

/* Of weights of BF16: rows are floats, or rounded to BF16, too */

typedef enum {
    MAAS_DENSE_FLOAT = 0,
    MAAS_DENSE_BF16
} maas_dense_rows_t;


typedef struct {
    size_t  units;
    float   input_scale;               /* 0: none, as below */
    size_t  input_zero;
    float   output_scale;
    size_t  output_zero;
    size_t  activations;               /* maas_dense_rows_t */
    size_t  groups;                    /* products side by side */
    size_t  coded;                     /* by shape(): the input is U8 */
} maas_dense_t;


/* What a kind's functions are for weights of one type, as maas_op_t has
 * them; layout may be NULL, and back, where
 * there are no slopes. */

typedef struct {
    const void    *(*kernel)(const maas_node_t *n, maas_isa_t isa);
    maas_status_t  (*layout)(maas_step_t *s, maas_arena_t *a);
    size_t         (*size)(const maas_step_t *s);
    void           (*pack)(const maas_step_t *s, void *to);
    void           (*run)(const maas_step_t *s, const maas_pass_t *p);
    void           (*back)(const maas_step_t *s, const maas_pass_t *p,
                           const maas_pass_t *slope);
} maas_dense_how_t;

/* maas_dense_int8.c; kernels are maas_int8_t */
extern const maas_dense_how_t  maas__dense_int8;
/* maas_dense_bf16.c; kernels are maas_bf16_t */
extern const maas_dense_how_t  maas__dense_bf16;


#endif /* MAAS_DENSE_H */
