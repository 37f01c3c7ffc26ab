/*
 * The loops of kernel.h in terms of a vector type; kernel_*.c define it and
 * include this.  What depends on an instruction set must not be here.
 *
 * V, VW lanes; VLOAD VSTORE VSET1 VADD VSUB VMUL VMAX; VFMA(a,b,c) = a*b + c;
 * VUPDATE(m,v,eps) = m / (sqrt(v) + eps); VRELU_BACK(a,d)
 * MR rows x NV vectors: a block of product(); SNV vectors: a sparse strip
 * KERNEL, NAME, USABLE: for its table; NONZERO, NONZERO_BYTES: unless base's
 */

#ifndef NONZERO
#define NONZERO        train_nonzero
#define NONZERO_BYTES  train_nonzero_bytes
#endif

#define INLINE  static inline __attribute__((always_inline))
#define UNROLL  _Pragma("GCC unroll 16")
#define LINE    16              /* floats of a cache line */


/* m = beta1 m + g, v = beta2 v + g g, w -= alpha m / (sqrt(v) + eps): Keras's
 * Adam, but for factors of m and v that alpha and eps make up for */

typedef struct {
    V    alpha, beta1, beta2, eps, l2, decay;   /* as they are used below */
    int  shrinks;                               /* l2 or decay */
} adam_vectors_t;


INLINE adam_vectors_t
adam_vectors(const train_adam_t *o)
{
    adam_vectors_t  a;

    a.alpha = VSET1(-o->alpha);
    a.beta1 = VSET1(o->beta1);
    a.beta2 = VSET1(o->beta2);
    a.eps = VSET1(o->eps);
    a.l2 = VSET1(o->l2);
    a.decay = VSET1(-o->decay);
    a.shrinks = (o->l2 != 0 || o->decay != 0);

    return a;
}


INLINE void
adam_vector(const adam_vectors_t *o, V g, float *w, float *m, float *v)
{
    V  wv, mv, vv;

    wv = VLOAD(w);
    mv = VLOAD(m);
    vv = VLOAD(v);

    if (o->shrinks) {
        g = VFMA(o->l2, wv, g);
        wv = VFMA(o->decay, wv, wv);
    }

    mv = VFMA(o->beta1, mv, g);
    vv = VFMA(o->beta2, vv, VMUL(g, g));
    wv = VFMA(o->alpha, VUPDATE(mv, vv, o->eps), wv);

    VSTORE(w, wv);
    VSTORE(m, mv);
    VSTORE(v, vv);
}


/* mr rows by nv vectors of p->c, from row i and column j on */

INLINE void
block(const train_product_t *p, size_t i, size_t j, const size_t mr,
    const size_t nv)
{
    V               acc[MR][NV], bv[NV], av;
    size_t          r, c, s, at;
    const float    *a, *b;
    adam_vectors_t  adam;

    a = p->a + i * p->ai;
    b = p->b + j;

    UNROLL
    for (r = 0; r < mr; r++) {
        UNROLL
        for (c = 0; c < nv; c++) {
            acc[r][c] = (p->init == NULL) ? VSET1(0)
                        : VLOAD(p->init + (i + r) * p->ldi + j + c * VW);
        }

        /* what the step will change is far away: it comes while we add */

        for (c = 0; p->adam != NULL && p->k >= 128 && c < nv * VW; c += LINE) {
            at = (i + r) * p->ldc + j + c;
            __builtin_prefetch(p->c + at, 1);
            __builtin_prefetch(p->m + at, 1);
            __builtin_prefetch(p->v + at, 1);
        }
    }

    for (s = 0; s < p->k; s++) {
        UNROLL
        for (c = 0; c < nv; c++) {
            bv[c] = VLOAD(b + s * p->ldb + c * VW);
        }

        UNROLL
        for (r = 0; r < mr; r++) {
            av = VSET1(a[r * p->ai + s * p->as]);

            UNROLL
            for (c = 0; c < nv; c++) {
                acc[r][c] = VFMA(av, bv[c], acc[r][c]);
            }
        }
    }

    if (p->adam != NULL) {
        adam = adam_vectors(p->adam);

        UNROLL
        for (r = 0; r < mr; r++) {
            UNROLL
            for (c = 0; c < nv; c++) {
                at = (i + r) * p->ldc + j + c * VW;
                adam_vector(&adam, acc[r][c], p->c + at, p->m + at,
                            p->v + at);
            }
        }

        return;
    }

    UNROLL
    for (r = 0; r < mr; r++) {
        UNROLL
        for (c = 0; c < nv; c++) {
            if (p->relu) {
                acc[r][c] = VMAX(acc[r][c], VSET1(0));
            }

            VSTORE(p->c + (i + r) * p->ldc + j + c * VW, acc[r][c]);
        }
    }
}


/* Cases of more than there are never happen */

#define ROWS(r)                                                               \
    case r:                                                                   \
        block(p, i, j, r < MR ? r : 1, nv);                                   \
        break;

INLINE void
block_rows(const train_product_t *p, size_t j, const size_t nv)
{
    size_t  i;

    for (i = 0; i + MR <= p->rows; i += MR) {
        block(p, i, j, MR, nv);
    }

    switch (p->rows - i) {
    ROWS(1)
    ROWS(2)
    ROWS(3)
    ROWS(4)
    ROWS(5)
    }
}


#define VECTORS(v)                                                            \
    case v:                                                                   \
        block_rows(p, j, v < NV ? v : NV);                                    \
        break;

static void
product(const train_product_t *p)
{
    size_t  j, left;

    for (j = 0; j < p->n; j += NV * VW) {
        left = (p->n - j) / VW;

        switch (left < NV ? left : NV) {
        VECTORS(1)
        VECTORS(2)
        VECTORS(3)
        VECTORS(4)
        }
    }
}


/* Some rows side by side: a sum is a chain, and one chain waits for itself.
 * The shorter lists go on with zeros up to the longest. */

INLINE void
sparse_rows(const train_batch_t *x, size_t i, const float *w, size_t ldw,
    const float *bias, int relu, float *z, size_t ldz, const size_t rows,
    const size_t nv)
{
    V                c[SNV][SNV], f;
    size_t           j, r, k, n;
    const float     *v, *line;
    const uint32_t  *at;

    at = x->at + i * x->stride;
    v = x->v + i * x->stride;
    n = x->n[i];

    UNROLL
    for (r = 0; r < rows; r++) {
        n = (x->n[i + r] > n) ? x->n[i + r] : n;

        UNROLL
        for (j = 0; j < nv; j++) {
            c[r][j] = VLOAD(bias + j * VW);
        }
    }

    for (k = 0; k < n; k++) {
        UNROLL
        for (r = 0; r < rows; r++) {
            f = VSET1(v[r * x->stride + k]);
            line = w + at[r * x->stride + k] * ldw;

            UNROLL
            for (j = 0; j < nv; j++) {
                c[r][j] = VFMA(f, VLOAD(line + j * VW), c[r][j]);
            }
        }
    }

    UNROLL
    for (r = 0; r < rows; r++) {
        UNROLL
        for (j = 0; j < nv; j++) {
            VSTORE(z + (i + r) * ldz + j * VW,
                   relu ? VMAX(c[r][j], VSET1(0)) : c[r][j]);
        }
    }
}


/* A wide strip has chains enough with two rows */

INLINE void
sparse_strip(const train_batch_t *x, const float *w, size_t ldw,
    const float *bias, int relu, float *z, size_t ldz, const size_t nv)
{
    size_t        i;
    const size_t  rows = (nv > 2) ? 2 : TRAIN_LISTS;

    for (i = 0; i + rows <= x->rows; i += rows) {
        sparse_rows(x, i, w, ldw, bias, relu, z, ldz, rows, nv);
    }

    for ( /* void */ ; i < x->rows; i++) {
        sparse_rows(x, i, w, ldw, bias, relu, z, ldz, 1, nv);
    }
}


/* A strip of nv vectors: c(nv) = sum of p.v * m[p.at][strip] */

INLINE void
column_strip(const train_columns_t *x, size_t i, const float *m, size_t ld,
    V *c, const size_t nv)
{
    V                    v;
    size_t               j;
    const float         *line;
    const train_pair_t  *p, *end;

    UNROLL
    for (j = 0; j < nv; j++) {
        c[j] = VSET1(0);
    }

    p = x->pairs + i * x->max_rows;

    for (end = x->end[i]; p < end; p++) {
        v = VSET1(p->v);
        line = m + p->at * ld;

        UNROLL
        for (j = 0; j < nv; j++) {
            c[j] = VFMA(v, VLOAD(line + j * VW), c[j]);
        }
    }
}


INLINE void
sparse_grad_strip(const train_columns_t *x, const float *dz, size_t ldz,
    const train_adam_t *adam, float *g, float *m, float *v, size_t ldg,
    size_t from, const size_t nv)
{
    V               c[SNV];
    size_t          i, j, at;
    adam_vectors_t  a;

    if (adam != NULL) {
        a = adam_vectors(adam);
    }

    for (i = 0; i < x->in; i++) {
        column_strip(x, i, dz + from, ldz, c, nv);

        UNROLL
        for (j = 0; j < nv; j++) {
            at = i * ldg + from + j * VW;

            if (adam != NULL) {
                adam_vector(&a, c[j], g + at, m + at, v + at);
            } else {
                VSTORE(g + at, c[j]);
            }
        }
    }
}


#define STRIP  (SNV * VW)

/* call(nv) for each strip from column j on; the last may be narrower, by
 * steps of TRAIN_PAD */

#define STRIPS(n, call)                                                       \
    for (j = 0; j < (n); j += STRIP) {                                        \
        switch (((n) - j < STRIP) ? (n) - j : STRIP) {                        \
        STRIPS_CASE(16, call)                                                 \
        STRIPS_CASE(32, call)                                                 \
        STRIPS_CASE(48, call)                                                 \
        STRIPS_CASE(64, call)                                                 \
        }                                                                     \
    }

#define STRIPS_CASE(width, call)                                              \
    case width:                                                               \
        call(width / VW < SNV ? width / VW : SNV);                            \
        break;


static void
sparse(const train_batch_t *x, const float *w, size_t ldw, size_t n,
    const float *bias, int relu, float *z, size_t ldz)
{
    size_t  j;

#define CALL(nv)  sparse_strip(x, w + j, ldw, bias + j, relu, z + j, ldz, nv)
    STRIPS(n, CALL)
#undef CALL
}


static void
sparse_grad(const train_columns_t *x, const float *dz, size_t ldz, size_t n,
    const train_adam_t *adam, float *g, float *m, float *v, size_t ldg)
{
    size_t  j;

#define CALL(nv)  sparse_grad_strip(x, dz, ldz, adam, g, m, v, ldg, j, nv)
    STRIPS(n, CALL)
#undef CALL
}


static void
adam(const train_adam_t *o, const float *g, float *w, float *m, float *v,
    size_t n)
{
    size_t          i;
    adam_vectors_t  a;

    a = adam_vectors(o);

    for (i = 0; i < n; i += VW) {
        adam_vector(&a, VLOAD(g + i), w + i, m + i, v + i);
    }
}


static void
column_sum(const float *dz, size_t rows, size_t ld, size_t n, float *s)
{
    V       c;
    size_t  i, j;

    for (j = 0; j < n; j += VW) {
        c = VLOAD(dz + j);

        for (i = 1; i < rows; i++) {
            c = VADD(c, VLOAD(dz + i * ld + j));
        }

        VSTORE(s + j, c);
    }
}


static void
relu_back(const float *a, float *dz, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i += VW) {
        VSTORE(dz + i, VRELU_BACK(VLOAD(a + i), VLOAD(dz + i)));
    }
}


static int
kernel_usable(void)
{
    return USABLE;
}


const train_kernel_t  KERNEL = {
    NAME, kernel_usable, MR, NV * VW, product, sparse, sparse_grad, adam,
    column_sum, relu_back, NONZERO, NONZERO_BYTES
};
