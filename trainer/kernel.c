/*
 * Who computes: the best of the trainer's own loops, or OpenBLAS.
 * The one file of the trainer with cblas.h; no arithmetic of its own.
 */

#include <cblas.h>

#include "kernel.h"


#define KERNEL_MAX_N  128       /* columns; own loops win up to here */


const train_kernel_t *
train_kernel(void)
{
    size_t                              i;
    static const train_kernel_t *const  all[] = {
        &train_kernel_avx512, &train_kernel_avx2, &train_kernel_base
    };

    for (i = 0; i + 1 < train_nelts(all) && !all[i]->usable(); i++) {
        /* void */
    }

    return all[i];
}


static void
kernel_bias(float *c, size_t rows, size_t n, size_t ldc, const float *bias,
    int relu)
{
    float   *p, v;
    size_t   i, j;

    for (i = 0; i < rows; i++) {
        p = c + i * ldc;

        for (j = 0; j < n; j++) {
            v = p[j] + bias[j];
            p[j] = (relu && v < 0) ? 0 : v;
        }
    }
}


void
train_product(const float *a, size_t ai, size_t as, size_t rows, size_t k,
    const float *b, size_t ldb, size_t n, const float *bias, int relu,
    float *c, size_t ldc)
{
    int     transposed;
    size_t  lda;

    if (n <= KERNEL_MAX_N) {
        train_kernel()->product(a, ai, as, rows, k, b, ldb, n, bias, relu, c,
                                ldc);
        return;
    }

    transposed = (as != 1);
    lda = transposed ? as : ai;

    if (!transposed && lda < k) {
        lda = k;                /* one row: its stride means nothing */
    }

    cblas_sgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans,
                CblasNoTrans, (int) rows, (int) n, (int) k, 1, a, (int) lda, b,
                (int) ldb, 0, c, (int) ldc);

    if (bias != NULL) {
        kernel_bias(c, rows, n, ldc, bias, relu);
    }
}


void
train_product_back(const float *dz, size_t rows, size_t n, const float *w,
    size_t ldw, size_t k, float *wt, float *dx, size_t ldx)
{
    size_t  i, j;

    if (ldx > KERNEL_MAX_N || n > KERNEL_MAX_N) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int) rows,
                    (int) k, (int) n, 1, dz, (int) ldw, w, (int) ldw, 0, dx,
                    (int) ldx);
        return;
    }

    /* wt(n,ldx); the columns beyond k stay zero */

    for (i = 0; i < n; i++) {
        for (j = 0; j < k; j++) {
            wt[i * ldx + j] = w[j * ldw + i];
        }

        for ( /* void */ ; j < ldx; j++) {
            wt[i * ldx + j] = 0;
        }
    }

    train_kernel()->product(dz, ldw, 1, rows, n, wt, ldx, ldx, NULL, 0, dx,
                            ldx);
}
