/*
 * The loops of kernel.h in terms of a vector type; kernel_*.c define it and
 * include this.  What depends on an instruction set must not be here.
 *
 * V, VW lanes; VLOAD VSTORE VSET1 VADD VSUB VMUL VMAX; VFMA(a,b,c) = a*b + c;
 * VUPDATE(m,v,eps) = m / (sqrt(v) + eps); VRELU_BACK(a,d)
 * MR rows x NV vectors: a block of product(); SNV vectors: a sparse strip
 */

#define INLINE  static inline __attribute__((always_inline))
#define UNROLL  _Pragma("GCC unroll 16")


INLINE void
block(const float *a, size_t ai, size_t as, size_t k, const float *b,
    size_t ldb, const float *bias, int relu, float *c, size_t ldc,
    const size_t mr, const size_t nv)
{
    V       acc[MR][NV], bv[NV], av;
    size_t  i, j, s;

    UNROLL
    for (i = 0; i < mr; i++) {
        UNROLL
        for (j = 0; j < nv; j++) {
            acc[i][j] = (bias != NULL) ? VLOAD(bias + j * VW) : VSET1(0);
        }
    }

    for (s = 0; s < k; s++) {
        UNROLL
        for (j = 0; j < nv; j++) {
            bv[j] = VLOAD(b + s * ldb + j * VW);
        }

        UNROLL
        for (i = 0; i < mr; i++) {
            av = VSET1(a[i * ai + s * as]);

            UNROLL
            for (j = 0; j < nv; j++) {
                acc[i][j] = VFMA(av, bv[j], acc[i][j]);
            }
        }
    }

    UNROLL
    for (i = 0; i < mr; i++) {
        UNROLL
        for (j = 0; j < nv; j++) {
            if (relu) {
                acc[i][j] = VMAX(acc[i][j], VSET1(0));
            }

            VSTORE(c + i * ldc + j * VW, acc[i][j]);
        }
    }
}


#define BLOCK_ROWS(mr, nv)                                                    \
    block(a, ai, as, k, b, ldb, bias, relu, c, ldc, mr, nv)

INLINE void
block_rows(const float *a, size_t ai, size_t as, size_t rows, size_t k,
    const float *b, size_t ldb, const float *bias, int relu, float *c,
    size_t ldc, const size_t nv)
{
    for ( /* void */ ; rows >= MR; rows -= MR) {
        BLOCK_ROWS(MR, nv);
        a += MR * ai;
        c += MR * ldc;
    }

    switch (rows) {
#if MR > 4
    case 5:
        BLOCK_ROWS(5, nv);
        break;
    case 4:
        BLOCK_ROWS(4, nv);
        break;
#endif
    case 3:
        BLOCK_ROWS(3, nv);
        break;
    case 2:
        BLOCK_ROWS(2, nv);
        break;
    case 1:
        BLOCK_ROWS(1, nv);
        break;
    }
}


static void
product(const float *a, size_t ai, size_t as, size_t rows, size_t k,
    const float *b, size_t ldb, size_t n, const float *bias, int relu,
    float *c, size_t ldc)
{
    size_t  j, left;

    for (j = 0; j < n; j += NV * VW) {
        left = (n - j) / VW;

        switch (left < NV ? left : NV) {
#if NV > 2
        case 4:
            block_rows(a, ai, as, rows, k, b, ldb, bias, relu, c, ldc, 4);
            break;
        case 3:
            block_rows(a, ai, as, rows, k, b, ldb, bias, relu, c, ldc, 3);
            break;
#endif
        case 2:
            block_rows(a, ai, as, rows, k, b, ldb, bias, relu, c, ldc, 2);
            break;
        case 1:
            block_rows(a, ai, as, rows, k, b, ldb, bias, relu, c, ldc, 1);
            break;
        }

        b += NV * VW;
        c += NV * VW;
        bias = (bias != NULL) ? bias + NV * VW : NULL;
    }
}


/* A strip of nv vectors: c(nv) += sum of p[i].v * m[p[i].at][strip] */

INLINE void
pairs(const train_pair_t *p, size_t n, const float *m, size_t ld, V *c,
    const size_t nv)
{
    V                    v;
    size_t               j;
    const float         *line;
    const train_pair_t  *end;

    for (end = p + n; p < end; p++) {
        v = VSET1(p->v);
        line = m + p->at * ld;

        UNROLL
        for (j = 0; j < nv; j++) {
            c[j] = VFMA(v, VLOAD(line + j * VW), c[j]);
        }
    }
}


INLINE void
sparse_strip(const train_batch_t *x, const float *w, size_t ld,
    const float *bias, int relu, float *z, const size_t nv)
{
    V       c[SNV];
    size_t  i, j;

    for (i = 0; i < x->rows; i++) {
        UNROLL
        for (j = 0; j < nv; j++) {
            c[j] = VLOAD(bias + j * VW);
        }

        pairs(x->row + x->row_at[i], x->row_at[i + 1] - x->row_at[i], w, ld, c,
              nv);

        UNROLL
        for (j = 0; j < nv; j++) {
            VSTORE(z + i * ld + j * VW, relu ? VMAX(c[j], VSET1(0)) : c[j]);
        }
    }
}


INLINE void
sparse_grad_strip(const train_batch_t *x, const float *dz, size_t ld,
    float *g, const size_t nv)
{
    V       c[SNV];
    size_t  i, j;

    for (i = 0; i < x->in; i++) {
        UNROLL
        for (j = 0; j < nv; j++) {
            c[j] = VSET1(0);
        }

        pairs(x->col + i * x->max_rows, x->col_n[i], dz, ld, c, nv);

        UNROLL
        for (j = 0; j < nv; j++) {
            VSTORE(g + i * ld + j * VW, c[j]);
        }
    }
}


/* Keras: m += (g - m)(1 - beta1), v += (g g - v)(1 - beta2),
 * w -= m alpha / (sqrt(v) + eps) */

typedef struct {
    V  alpha, beta1, beta2, eps, l2, decay;     /* as they are used below */
} adam_vectors_t;


INLINE adam_vectors_t
adam_vectors(const train_adam_t *o)
{
    adam_vectors_t  a;

    a.alpha = VSET1(-o->alpha);
    a.beta1 = VSET1(1 - o->beta1);
    a.beta2 = VSET1(1 - o->beta2);
    a.eps = VSET1(o->eps);
    a.l2 = VSET1(o->l2);
    a.decay = VSET1(-o->decay);

    return a;
}


INLINE void
adam_vector(const adam_vectors_t *o, V g, float *w, float *m, float *v)
{
    V  wv, mv, vv;

    wv = VLOAD(w);
    mv = VLOAD(m);
    vv = VLOAD(v);

    g = VFMA(o->l2, wv, g);
    mv = VFMA(VSUB(g, mv), o->beta1, mv);
    vv = VFMA(VSUB(VMUL(g, g), vv), o->beta2, vv);
    wv = VFMA(o->decay, wv, wv);
    wv = VFMA(o->alpha, VUPDATE(mv, vv, o->eps), wv);

    VSTORE(w, wv);
    VSTORE(m, mv);
    VSTORE(v, vv);
}


INLINE void
sparse_adam_strip(const train_batch_t *x, const float *dz, size_t ld,
    const train_adam_t *o, float *w, float *m, float *v, const size_t nv)
{
    V               c[SNV];
    size_t          i, j, at;
    adam_vectors_t  a;

    a = adam_vectors(o);

    for (i = 0; i < x->in; i++) {
        UNROLL
        for (j = 0; j < nv; j++) {
            c[j] = VSET1(0);
        }

        pairs(x->col + i * x->max_rows, x->col_n[i], dz, ld, c, nv);

        UNROLL
        for (j = 0; j < nv; j++) {
            at = i * ld + j * VW;
            adam_vector(&a, c[j], w + at, m + at, v + at);
        }
    }
}


#define STRIP  (SNV * VW)

/* call(nv) for each strip from column j on; the last may be narrower, by
 * steps of TRAIN_PAD */

#define STRIPS(ld, call)                                                      \
    for (j = 0; j < (ld); j += STRIP) {                                       \
        switch (((ld) - j < STRIP) ? (ld) - j : STRIP) {                      \
        case 16:                                                              \
            call(16 / VW);                                                    \
            break;                                                            \
        case 32:                                                              \
            call(32 / VW);                                                    \
            break;                                                            \
        case 48:                                                              \
            call(48 / VW > SNV ? SNV : 48 / VW);                              \
            break;                                                            \
        case 64:                                                              \
            call(SNV);                                                        \
            break;                                                            \
        }                                                                     \
    }


static void
sparse(const train_batch_t *x, const float *w, size_t ld, const float *bias,
    int relu, float *z)
{
    size_t  j;

#define CALL(nv)  sparse_strip(x, w + j, ld, bias + j, relu, z + j, nv)
    STRIPS(ld, CALL)
#undef CALL
}


static void
sparse_grad(const train_batch_t *x, const float *dz, size_t ld, float *g)
{
    size_t  j;

#define CALL(nv)  sparse_grad_strip(x, dz + j, ld, g + j, nv)
    STRIPS(ld, CALL)
#undef CALL
}


static void
sparse_adam(const train_batch_t *x, const float *dz, size_t ld,
    const train_adam_t *o, float *w, float *m, float *v)
{
    size_t  j;

#define CALL(nv)  sparse_adam_strip(x, dz + j, ld, o, w + j, m + j, v + j, nv)
    STRIPS(ld, CALL)
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
column_sum(const float *dz, size_t rows, size_t ld, float *s)
{
    V       c;
    size_t  i, j;

    for (j = 0; j < ld; j += VW) {
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
