/*
 * Matrix products: every kernel against the oracle, bit for bit where it is a
 * kernel of ours, and the same bits for a row in whatever batch it rides.
 */

#include "maas_int.h"
#include "kernel/maas_gemm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


static const maas_isa_t  isas[] = {
    MAAS_ISA_BLAS, MAAS_ISA_AVX2, MAAS_ISA_AVX512
};


typedef struct {
    size_t    k, n, rows, ldx, ldy;
    float    *w, *bias, *x, *y;
    void     *packed;
} product_t;


static uint64_t  seed;

static uint32_t
rnd(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;

    return (uint32_t) (seed >> 33);
}


static float
uniform(void)
{
    return (float) ((double) rnd() / 1073741824.0 - 1.0);
}


/* Most numbers plain, some zero of either sign, some tiny */

static float
mixed(void)
{
    switch (rnd() % 8) {

    case 0:
    case 1:
        return 0.0f;

    case 2:
        return -0.0f;

    case 3:
        return uniform() * 1e-38f;

    default:
        return uniform();
    }
}


static void *
aligned(size_t size)
{
    void  *p = NULL;

    assert_int_equal(posix_memalign(&p, MAAS_ALIGN, size), 0);
    memset(p, 0, size);

    return p;
}


/* Buffers end where the last row ends, for the sanitizer to see every step
 * beyond; gaps between rows hold a mark. */

static void
product_make(product_t *p, size_t k, size_t n, size_t rows, size_t gap)
{
    size_t  i;

    p->k = k;
    p->n = n;
    p->rows = rows;
    p->ldx = k + gap;
    p->ldy = n + gap;

    p->w = malloc(k * n * sizeof(float));
    p->bias = malloc(n * sizeof(float));
    p->x = malloc(((rows - 1) * p->ldx + k) * sizeof(float));
    p->y = malloc(((rows - 1) * p->ldy + n) * sizeof(float));

    for (i = 0; i < k * n; i++) {
        p->w[i] = mixed();
    }

    for (i = 0; i < n; i++) {
        p->bias[i] = mixed();
    }

    for (i = 0; i < (rows - 1) * p->ldx + k; i++) {
        p->x[i] = mixed();
    }
}


static void
product_free(product_t *p)
{
    free(p->w);
    free(p->bias);
    free(p->x);
    free(p->y);
    free(p->packed);
}


static void
product_pack(product_t *p, const maas_gemm_t *g)
{
    size_t  size;

    size = g->packed_size(p->k, p->n);
    assert_true(size >= (p->k + 1) * p->n * sizeof(float));

    p->packed = aligned(size);
    g->pack(p->w, p->bias, p->k, p->n, p->packed);
}


/* Rows [from, from + rows) of p, each into an own exact buffer -> y(rows,n) */

static void
product_run(const product_t *p, const maas_gemm_t *g, maas_act_t act,
    float *y)
{
    size_t  i, n;

    n = (p->rows - 1) * p->ldy + p->n;

    for (i = 0; i < n; i++) {
        p->y[i] = 12345.0f;
    }

    g->run(p->packed, p->k, p->n, p->x, p->ldx, p->rows, act, 0.25f, p->y,
           p->ldy);

    for (i = 0; i < n; i++) {
        if (i % p->ldy >= p->n) {
            assert_true(p->y[i] == 12345.0f);
        } else {
            y[i / p->ldy * p->n + i % p->ldy] = p->y[i];
        }
    }
}


static double
product_bound(const product_t *p, size_t row, size_t col)
{
    size_t  i;
    double  sum;

    sum = fabs((double) p->bias[col]);

    for (i = 0; i < p->k; i++) {
        sum += fabs((double) p->x[row * p->ldx + i] * p->w[i * p->n + col]);
    }

    return sum * (double) (p->k + 2) * 0x1p-24 + 1e-44 * (double) p->k;
}


/* ULP * K for OpenBLAS, which sums in an order of its own; no bit for ours */

static void
product_compare(const product_t *p, const maas_gemm_t *g, const float *want,
    const float *got)
{
    size_t  i;

    if (g->isa != MAAS_ISA_BLAS) {
        assert_memory_equal(got, want, p->rows * p->n * sizeof(float));
        return;
    }

    for (i = 0; i < p->rows * p->n; i++) {
        assert_true(fabs((double) got[i] - want[i])
                    <= product_bound(p, i / p->n, i % p->n));
    }
}


static void
one_shape(const maas_gemm_t *g, size_t k, size_t n, size_t rows, size_t gap)
{
    float       *want, *got;
    product_t    p;
    maas_act_t   act;

    product_make(&p, k, n, rows, gap);
    want = malloc(rows * n * sizeof(float));
    got = malloc(rows * n * sizeof(float));

    for (act = 0; act < MAAS_N_ACTS; act++) {
        if (!maas__acts[act].fused) {
            continue;
        }

        product_pack(&p, &maas__gemm_ref);
        product_run(&p, &maas__gemm_ref, act, want);
        free(p.packed);

        product_pack(&p, g);
        product_run(&p, g, act, got);
        free(p.packed);

        product_compare(&p, g, want, got);
    }

    p.packed = NULL;
    free(want);
    free(got);
    product_free(&p);
}


static const maas_gemm_t *
kernel(void **state)
{
    const maas_gemm_t  *g;

    g = maas__gemm_choose(MAAS_F32, *(const maas_isa_t *) *state);
    if (g == NULL) {
        print_message("# not on this CPU: isa %d\n", **(int **) state);
    }

    seed = 7;

    return g;
}


static void
small_shapes(void **state)
{
    size_t              k, n, rows;
    const maas_gemm_t  *g = kernel(state);

    if (g == NULL) {
        return;
    }

    for (k = 1; k <= 17; k++) {
        for (n = 1; n <= 17; n++) {
            for (rows = 1; rows <= 17; rows += 1 + (k + n) % 3) {
                one_shape(g, k, n, rows, (k * n + rows) % 4);
            }
        }
    }
}


static void
large_shapes(void **state)
{
    size_t                i;
    const maas_gemm_t    *g = kernel(state);
    static const size_t   shapes[][4] = {
        { 784, 64, 1, 0 }, { 784, 64, 8, 3 }, { 64, 10, 33, 0 },
        { 1, 129, 70, 1 }, { 300, 65, 7, 2 }, { 257, 127, 13, 0 },
        { 1025, 63, 5, 0 }, { 2100, 48, 1, 0 }, { 2100, 40, 2, 9 },
        { 513, 200, 1, 0 }, { 33, 1000, 19, 0 }, { 3000, 1, 3, 0 },
        { 129, 79, 300, 5 }
    };

    if (g == NULL) {
        return;
    }

    for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        one_shape(g, shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][3]);
    }

    for (i = 0; i < 60; i++) {
        one_shape(g, 1 + rnd() % 70, 1 + rnd() % 200, 1 + rnd() % 70,
                  rnd() % 20);
    }
}


/* Weights that L2 does not hold, with inputs that are mostly not 0: few rows
 * of them may go in one pass over all weights (maas_gemm_whole.c). */

static void
few_rows(void **state)
{
    size_t              rows;
    const maas_gemm_t  *g = kernel(state);

    if (g == NULL) {
        return;
    }

    for (rows = 1; rows <= 19; rows++) {
        one_shape(g, 713, 192 + 5 * rows, rows, rows % 3 * 5);
    }

    one_shape(g, 8000, 20, 8, 0);
    one_shape(g, 8000, 9, 2, 0);               /* 16 of 64 columns */
    one_shape(g, 1021, 2100, 1, 0);            /* beyond L3 */
    one_shape(g, 1021, 2100, 5, 3);
}


/* Rows from..from+rows of p alone must equal the same rows of all */

static void
window(const product_t *all, const maas_gemm_t *g, const float *want,
    size_t from, size_t rows, size_t gap)
{
    float      *y;
    size_t      i;
    product_t   p;

    p = *all;
    p.rows = rows;
    p.ldx = p.k + gap;
    p.ldy = p.n + gap;
    p.x = malloc(((rows - 1) * p.ldx + p.k) * sizeof(float));
    p.y = malloc(((rows - 1) * p.ldy + p.n) * sizeof(float));
    y = malloc(rows * p.n * sizeof(float));

    for (i = 0; i < rows; i++) {
        memcpy(p.x + i * p.ldx, all->x + (from + i) * all->ldx,
               p.k * sizeof(float));
    }

    product_run(&p, g, MAAS_ACT_LINEAR, y);
    assert_memory_equal(y, want + from * p.n, rows * p.n * sizeof(float));

    free(p.x);
    free(p.y);
    free(y);
}


static void
same_bits_in_any_batch(void **state)
{
    float              *want;
    size_t              i, rows, from;
    product_t           p;
    const maas_gemm_t  *g = kernel(state);
    static const size_t shapes[][2] = {
        { 784, 64 }, { 64, 10 }, { 131, 77 }, { 1500, 16 }, { 401, 333 }
    };

    if (g == NULL) {
        return;
    }

    for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        product_make(&p, shapes[i][0], shapes[i][1], 70, 1);
        product_pack(&p, g);
        want = malloc(p.rows * p.n * sizeof(float));
        product_run(&p, g, MAAS_ACT_LINEAR, want);

        for (rows = 1; rows <= 70; rows++) {
            for (from = 0; from + rows <= 70; from += 1 + rows / 3) {
                window(&p, g, want, from, rows, (from + rows) % 3 * 5);
            }
        }

        free(want);
        product_free(&p);
    }
}


/* A sum that ends as -0 but for a step of 0 * w: rows with zeros in them go
 * another way than rows without, and must not show it. */

static void
sign_of_zero(void **state)
{
    size_t               i, j;
    const maas_gemm_t   *g = kernel(state);
    product_t            p;
    static const float   x[3][4] = {
        { 0x1p-100f, 0.0f, 0.0f, 0.0f },
        { 0x1p-100f, -0.0f, -0.0f, -0.0f },
        { -0.0f, 0.0f, 0.0f, 1.0f }
    };

    if (g == NULL || g->isa == MAAS_ISA_BLAS) {
        return;                            /* a promise of ours alone */
    }

    product_make(&p, 4, 20, 3, 0);
    memcpy(p.x, x, sizeof(x));

    for (i = 0; i < 20; i++) {
        p.bias[i] = -0.0f;
        for (j = 0; j < 4; j++) {
            p.w[j * 20 + i] = j == 0 ? -0x1p-100f : (float) (i % 3) - 1.0f;
        }
        p.w[3 * 20 + i] = -0.0f;
    }

    product_pack(&p, g);

    for (p.rows = 1; p.rows <= 3; p.rows++) {
        for (i = 0; i < 3; i++) {
            memcpy(p.x, x[i], sizeof(x[i]));
            g->run(p.packed, 4, 20, p.x, 4, p.rows, MAAS_ACT_LINEAR, 0, p.y,
                   20);

            for (j = 0; j < 20; j++) {
                assert_true(p.y[j] == 0.0f && !signbit(p.y[j]));
            }
        }
    }

    p.rows = 3;
    product_free(&p);
}


/* What is not finite must be seen at the end, not vanish on the way. */

static void
not_finite(void **state)
{
    size_t              i, rows;
    product_t           p;
    maas_act_t          act;
    const maas_gemm_t  *g = kernel(state);

    if (g == NULL) {
        return;
    }

    for (rows = 1; rows <= 9; rows++) {
        product_make(&p, 40, 33, rows, 0);
        for (i = 0; i < rows * 40; i++) {
            p.x[i] = 1.0f;
        }

        p.x[(rows - 1) * 40 + 17] = NAN;
        product_pack(&p, g);

        for (act = 0; act < MAAS_N_ACTS; act++) {
            if (!maas__acts[act].fused) {
                continue;
            }

            g->run(p.packed, 40, 33, p.x, 40, rows, act, 0.5f, p.y, 33);

            for (i = 0; i < rows * 33; i++) {
                assert_int_equal(isnan(p.y[i]) != 0, i >= (rows - 1) * 33);
            }
        }

        product_free(&p);
    }
}


static void
sizes_overflow(void **state)
{
    const maas_gemm_t  *g = kernel(state);

    if (g == NULL) {
        return;
    }

    assert_int_equal(g->packed_size(SIZE_MAX, 2), 0);
    assert_int_equal(g->packed_size(SIZE_MAX / 2, SIZE_MAX / 2), 0);
    assert_int_equal(g->packed_size(3, SIZE_MAX - 3), 0);
    assert_int_equal(g->packed_size(SIZE_MAX / 4, 1), 0);
}


static void
choice(void **state)
{
    const maas_gemm_t  *g;

    g = maas__gemm_choose(MAAS_F32, MAAS_ISA_AUTO);
    assert_non_null(g);
    assert_int_not_equal(g->isa, MAAS_ISA_REF);

    g = maas__gemm_choose(MAAS_F32, MAAS_ISA_REF);
    assert_ptr_equal(g, &maas__gemm_ref);

    g = maas__gemm_choose(MAAS_F32, MAAS_ISA_BLAS);
    assert_ptr_equal(g, &maas__gemm_blas);

    assert_null(maas__gemm_choose(MAAS_F32, (maas_isa_t) 99));
    assert_null(maas__gemm_choose(MAAS_F64, MAAS_ISA_AUTO));

#if defined(__x86_64__)
    g = maas__gemm_choose(MAAS_F32, MAAS_ISA_AVX2);
    assert_int_equal(g != NULL, __builtin_cpu_supports("avx2")
                                && __builtin_cpu_supports("fma"));
#endif

}


#define FOR_EACH_ISA(f)                                                      \
    { #f " blas", f, NULL, NULL, (void *) &isas[0] },                        \
    { #f " avx2", f, NULL, NULL, (void *) &isas[1] },                        \
    { #f " avx512", f, NULL, NULL, (void *) &isas[2] }

int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(choice),
        FOR_EACH_ISA(small_shapes),
        FOR_EACH_ISA(large_shapes),
        FOR_EACH_ISA(few_rows),
        FOR_EACH_ISA(same_bits_in_any_batch),
        FOR_EACH_ISA(sign_of_zero),
        FOR_EACH_ISA(not_finite),
        FOR_EACH_ISA(sizes_overflow)
    };

    maas_single_thread();

    return cmocka_run_group_tests(tests, NULL, NULL);
}
