/*
 * The trainer's own loops, one table for each instruction set.
 * Private to the files that do arithmetic: nothing of data or files here.
 */

#ifndef TRAIN_KERNEL_H
#define TRAIN_KERNEL_H

#include "step.h"


/* Widths (n, ld) are multiples of TRAIN_PAD; rows of w, z, dz are aligned. */

/* c(rows,n) = init + a(rows,k) b(k,n), then relu if asked; every element is
 * one chain of fused multiply-adds with k ascending, whatever the shape. */

typedef struct {
    size_t               rows, k, n;
    const float         *a;         /* element (i,s) at a[i * ai + s * as] */
    size_t               ai, as;
    const float         *b;         /* turned: given as its transposed (n,k): */
    size_t               ldb;       /*     element (s,j) at b[j * ldb + s] */
    int                  turned;    /*     train_product() alone knows it */
    const float         *init;      /* rows ldi apart: 0 for a bias; NULL: 0 */
    size_t               ldi;
    int                  relu;
    float               *c;
    size_t               ldc;

    /* not NULL: the product is the gradient by c and is spent at once on a
     * step of Adam, with moments m and v as c; init is none */
    const train_adam_t  *adam;
    float               *m;
    float               *v;
} train_product_t;


typedef struct {
    const char  *name;
    int        (*usable)(void);
    size_t       rows;              /* of a block of product() */
    size_t       columns;

    /* best where all of b stays in the cache */
    void       (*product)(const train_product_t *p);

    /* z(rows,n) = x(rows,in) w(in,n) + bias(n), x as lists of rows */
    void       (*sparse)(const train_batch_t *x, const float *w, size_t ldw,
                         size_t n, const float *bias, int relu, float *z,
                         size_t ldz);

    /* g(in,n) = transposed x(in,rows) dz(rows,n), x as lists of columns; with
     * adam it is spent at once on a step, and g is w, with moments m and v */
    void       (*sparse_grad)(const train_columns_t *x, const float *dz,
                              size_t ldz, size_t n, const train_adam_t *adam,
                              float *g, float *m, float *v, size_t ldg);

    /* one step of Adam on n parameters */
    void       (*adam)(const train_adam_t *adam, const float *g, float *w,
                       float *m, float *v, size_t n);

    /* s(n) = sum of the rows of dz(rows,n) */
    void       (*column_sum)(const float *dz, size_t rows, size_t ld,
                             size_t n, float *s);

    /* dz(n) = a(n) > 0 ? dz : 0 */
    void       (*relu_back)(const float *a, float *dz, size_t n);

    /* the numbers of x(n) that are not zero: places and values; both have
     * room for 64 more.  Returns how many. */
    size_t     (*nonzero)(const float *x, size_t n, uint32_t *at, float *v);

    /* the same for bytes that become (byte - shift) * factor, or lut[byte];
     * lut[0] is 0 */
    size_t     (*nonzero_bytes)(const uint8_t *x, size_t n, const float *lut,
                                float shift, float factor, uint32_t *at,
                                float *v);
} train_kernel_t;

extern const train_kernel_t  train_kernel_avx512;   /* kernel_avx512.c */
extern const train_kernel_t  train_kernel_avx2;     /* kernel_avx2.c */
extern const train_kernel_t  train_kernel_base;     /* kernel_base.c */

/* kernel.c: all of them, up to NULL; base can be used everywhere */
extern const train_kernel_t *const  train_kernels[];
/* The best for this CPU. */
const train_kernel_t *train_kernel(void);
/* From now on that is base, so that all CPUs give the same bits but for what
 * the engine's activations do without AVX2; called before there is a network
 * or a thread. */
void train_kernel_portable(void);

/* kernel_base.c: nonzero and nonzero_bytes of those without their own */
size_t train_nonzero(const float *x, size_t n, uint32_t *at, float *v);
size_t train_nonzero_bytes(const uint8_t *x, size_t n, const float *lut,
    float shift, float factor, uint32_t *at, float *v);


/* product.c: as product() for matrices of any size, on one core.  A thread
 * brings its own room to pack into.  Of a turned b, columns of c become zero
 * up to the next TRAIN_PAD. */

void train_product(const train_product_t *p, train_pack_t *room);
void train_pack_free(train_pack_t *room);
/* May a product over k rows of b be spent on a step of Adam? */
int train_product_fuses(size_t k);


#endif /* TRAIN_KERNEL_H */
