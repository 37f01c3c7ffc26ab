/*
 * The trainer's own loops, one table for each instruction set.
 * Private to the files that do arithmetic: nothing of data or files here.
 */

#ifndef MAAS_TRAIN_KERNEL_H
#define MAAS_TRAIN_KERNEL_H

#include "trainer.h"


/* Widths (n, ld) are multiples of TRAIN_PAD; rows of w, z, dz are aligned. */

typedef struct {
    const char  *name;
    int        (*usable)(void);

    /* c(rows,n) = a(rows,k) b(k,n) + bias(n), then relu if asked.  bias may be
     * NULL.  Element (i,s) of a is at a[i * ai + s * as]. */
    void       (*product)(const float *a, size_t ai, size_t as, size_t rows,
                          size_t k, const float *b, size_t ldb, size_t n,
                          const float *bias, int relu, float *c, size_t ldc);

    /* z(rows,ld) = x(rows,in) w(in,ld) + bias(ld), x as lists of rows */
    void       (*sparse)(const train_batch_t *x, const float *w, size_t ld,
                         const float *bias, int relu, float *z);

    /* g(in,ld) = transposed x(in,rows) dz(rows,ld), x as lists of columns */
    void       (*sparse_grad)(const train_batch_t *x, const float *dz,
                              size_t ld, float *g);

    /* the same, spent at once on a step of Adam; g is never stored */
    void       (*sparse_adam)(const train_batch_t *x, const float *dz,
                              size_t ld, const train_adam_t *adam, float *w,
                              float *m, float *v);

    /* one step of Adam on n parameters */
    void       (*adam)(const train_adam_t *adam, const float *g, float *w,
                       float *m, float *v, size_t n);

    /* s(ld) = sum of the rows of dz(rows,ld) */
    void       (*column_sum)(const float *dz, size_t rows, size_t ld,
                             float *s);

    /* dz(n) = a(n) > 0 ? dz : 0 */
    void       (*relu_back)(const float *a, float *dz, size_t n);
} train_kernel_t;

extern const train_kernel_t  train_kernel_avx512;   /* kernel_avx512.c */
extern const train_kernel_t  train_kernel_avx2;     /* kernel_avx2.c */
extern const train_kernel_t  train_kernel_base;     /* kernel_base.c */

/* kernel.c: the best for this CPU */
const train_kernel_t *train_kernel(void);

/* As product() above, or OpenBLAS where that is faster */
void train_product(const float *a, size_t ai, size_t as, size_t rows,
    size_t k, const float *b, size_t ldb, size_t n, const float *bias,
    int relu, float *c, size_t ldc);

/* dx(rows,k) = dz(rows,n) w(k,n) transposed; wt: room for n * k floats */
void train_product_back(const float *dz, size_t rows, size_t n, const float *w,
    size_t ldw, size_t k, float *wt, float *dx, size_t ldx);


#endif /* MAAS_TRAIN_KERNEL_H */
