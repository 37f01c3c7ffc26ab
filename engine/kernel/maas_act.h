/*
 * Activations on rows, the table that has them for each instruction set, and
 * their slopes.
 * Not here: which layer has which.
 */

#ifndef MAAS_ACT_H
#define MAAS_ACT_H

#include <stddef.h>


/* One row an activation, and nothing else lists them: its constant and name in
 * model files; alpha where a layer says none (the slope of leaky_relu, the
 * scale of elu); whether kernels of products apply it to their sums; whether it
 * is over a row, not number by number; whether weights before it begin as He's
 * (JMLR W&CP 9, 2010; arXiv 1502.01852), else as Glorot's. */

#define MAAS_ACTS(X)                                                          \
    /* constant     name          alpha  has  fused  by row  He */            \
    X(LINEAR,      "linear",      1,     0,   1,     0,      0)               \
    X(RELU,        "relu",        1,     0,   1,     0,      1)               \
    X(LEAKY_RELU,  "leaky_relu",  0.01f, 1,   1,     0,      1)               \
    X(ELU,         "elu",         1,     1,   0,     0,      1)               \
    X(GELU,        "gelu",        1,     0,   0,     0,      1)               \
    X(SILU,        "silu",        1,     0,   0,     0,      1)               \
    X(SIGMOID,     "sigmoid",     1,     0,   0,     0,      0)               \
    X(TANH,        "tanh",        1,     0,   0,     0,      0)               \
    X(SOFTMAX,     "softmax",     1,     0,   0,     1,      0)

#define MAAS_ACT_CONSTANT(c, ...)  MAAS_ACT_##c,

typedef enum {
    MAAS_ACTS(MAAS_ACT_CONSTANT)
    MAAS_N_ACTS
} maas_act_t;

typedef struct {
    const char  *name;
    float        alpha;
    unsigned     has_alpha;
    unsigned     fused;
    unsigned     by_row;
    unsigned     he;
} maas_act_row_t;

extern const maas_act_row_t  maas__acts[MAAS_N_ACTS];

/* The activation of that name, -1 if there is none. */
int maas__act_find(const char *name);


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
extern const maas_acts_t  maas__acts_avx2;     /* maas_simd_avx2.c */
extern const maas_acts_t  maas__acts_avx512;   /* maas_simd_avx512.c */


/* Slopes, for who goes back through a network: a(n) = act(z(n)); the gradient
 * d(n) by a becomes the one by z.  n is one row where the activation is by row.
 * NULL for linear. */

typedef struct {
    unsigned    of_input;   /* z is read; else a tells enough */
    void      (*back)(float alpha, const float *z, const float *a, float *d,
                      size_t n);
} maas_slope_t;

/* maas_act_slope.c */
extern const maas_slope_t  maas__slopes[MAAS_N_ACTS];


#endif /* MAAS_ACT_H */
