/*
 * Products with weights of BF16: every kernel against the oracle, bit for bit,
 * whatever rows a row comes with, and the oracle against its definition.
 */

#include "maas_int.h"
#include "kernel/maas_bf16.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


static const maas_bf16_t *const  kernels[] = {
#if defined(__x86_64__)
    &maas__bf16_wide_avx2, &maas__bf16_wide_avx512, &maas__bf16_avx2,
    &maas__bf16_avx512, &maas__bf16_pairs
#endif
};

#define N_KERNELS  (sizeof(kernels) / sizeof(void *))


static uint64_t  seed;

static uint32_t
rnd(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;

    return (uint32_t) (seed >> 33);
}


/* Most numbers plain, some zero of either sign, some near the least normal
 * number or denormal */

static float
mixed(void)
{
    float  f = (float) ((double) rnd() / 1073741824.0 - 1.0);

    switch (rnd() % 8) {

    case 0:
        return 0.0f;

    case 1:
        return -0.0f;

    case 2:
        return f * 0x1p-62f;

    case 3:
        return f * 0x1p-125f;

    default:
        return f;
    }
}


static float
from_bits(uint32_t u)
{
    float  f;

    memcpy(&f, &u, sizeof(f));

    return f;
}


static uint32_t
to_bits(float f)
{
    uint32_t  u;

    memcpy(&u, &f, sizeof(u));

    return u;
}


static void *
take(size_t size)
{
    void  *p = NULL;

    assert_int_equal(posix_memalign(&p, MAAS_ALIGN, size + 1), 0);
    memset(p, 0, size + 1);

    return p;
}


/* y(rows,n) of one kernel, in a buffer that ends with the last row; gaps hold
 * a mark */

static float *
run(const maas_bf16_t *g, size_t k, size_t n, const uint16_t *w,
    const float *bias, const float *x, size_t rows, size_t gap, maas_act_t act)
{
    char    *q;
    void    *packed;
    float   *y, *out;
    size_t   r, j, ldx, ldy;

    ldx = (g->round != NULL ? g->row(k) : k) + gap;
    ldy = n + gap;
    q = take(((rows - 1) * ldx + ldx - gap) * sizeof(float));
    y = take(((rows - 1) * ldy + n) * sizeof(float));
    out = take(rows * n * sizeof(float));
    packed = take(g->size(k, n));
    g->pack(w, bias, k, n, packed);

    for (r = 0; r < rows; r++) {
        if (g->round != NULL) {
            g->round(x + r * k, k, q + r * ldx * sizeof(float));
        } else {
            memcpy(q + r * ldx * sizeof(float), x + r * k, k * sizeof(float));
        }
    }

    for (j = 0; j < (rows - 1) * ldy + n; j++) {
        y[j] = 12345.0f;
    }

    g->run(packed, k, n, q, ldx, rows, act, 0.25f, y, ldy);

    for (j = 0; j < (rows - 1) * ldy + n; j++) {
        if (j % ldy < n) {
            out[j / ldy * n + j % ldy] = y[j];
        } else {
            assert_true(y[j] == 12345.0f);
        }
    }

    free(q);
    free(y);
    free(packed);

    return out;
}


static void
one_shape(const maas_bf16_t *g, size_t k, size_t n, size_t rows, size_t gap)
{
    float              *x, *bias, *got, *want;
    size_t              i;
    uint16_t           *w;
    maas_act_t          act;
    const maas_bf16_t  *ref;

    ref = g->round != NULL ? &maas__bf16_ref : &maas__bf16_wide_ref;
    w = take(k * n * sizeof(uint16_t));
    bias = take(n * sizeof(float));
    x = take(rows * k * sizeof(float));

    for (i = 0; i < k * n; i++) {
        w[i] = (uint16_t) (to_bits(mixed()) >> 16);
    }

    for (i = 0; i < n; i++) {
        bias[i] = mixed();
    }

    for (i = 0; i < rows * k; i++) {
        x[i] = mixed();
    }

    for (act = 0; act < MAAS_N_ACTS; act++) {
        if (maas__acts[act].fused) {
            want = run(ref, k, n, w, bias, x, rows, 0, act);
            got = run(g, k, n, w, bias, x, rows, gap, act);
            assert_memory_equal(got, want, rows * n * sizeof(float));
            free(want);
            free(got);
        }
    }

    free(w);
    free(bias);
    free(x);
}


static const maas_bf16_t *
kernel(void **state)
{
    const maas_bf16_t  *g = kernels[(size_t) *state];

    seed = 11;

    if (!g->usable()) {
        print_message("# not on this CPU: %s\n", g->name);
        return NULL;
    }

    return g;
}


static void
small_shapes(void **state)
{
    size_t              k, n, rows;
    const maas_bf16_t  *g = kernel(state);

    for (k = 1; g != NULL && k <= 9; k++) {
        for (n = 1; n <= 17; n++) {
            for (rows = 1; rows <= 14; rows += 1 + (k + n) % 3) {
                one_shape(g, k, n, rows, (k * n + rows) % 4);
            }
        }
    }
}


static void
large_shapes(void **state)
{
    size_t              i;
    const maas_bf16_t  *g = kernel(state);

    for (i = 0; g != NULL && i < 60; i++) {
        one_shape(g, 1 + rnd() % 70, 1 + rnd() % 200, 1 + rnd() % 40,
                  rnd() % 20);
    }

    if (g != NULL) {
        one_shape(g, 784, 64, 25, 3);
        one_shape(g, 20001, 3, 30, 0);         /* rows in groups */
        one_shape(g, 65, 2101, 13, 0);         /* that fetch ahead */
    }
}


static void
same_bits_in_any_batch(void **state)
{
    float              *x, *bias, *all, *y;
    size_t              i, from, rows;
    uint16_t           *w;
    const maas_bf16_t  *g = kernel(state);
    const size_t        k = 131, n = 77;

    if (g == NULL) {
        return;
    }

    w = take(k * n * sizeof(uint16_t));
    bias = take(n * sizeof(float));
    x = take(40 * k * sizeof(float));

    for (i = 0; i < k * n; i++) {
        w[i] = (uint16_t) (to_bits(mixed()) >> 16);
    }

    for (i = 0; i < 40 * k; i++) {
        x[i] = mixed();
    }

    all = run(g, k, n, w, bias, x, 40, 0, MAAS_ACT_LINEAR);

    for (rows = 1; rows <= 40; rows++) {
        for (from = 0; from + rows <= 40; from += 1 + rows / 3) {
            y = run(g, k, n, w, bias, x + from * k, rows, from % 3,
                    MAAS_ACT_LINEAR);
            assert_memory_equal(y, all + from * n, rows * n * sizeof(float));
            free(y);
        }
    }

    free(w);
    free(bias);
    free(x);
    free(all);
}


/* What is not finite must be seen at the end, and only there. */

static void
not_finite(void **state)
{
    float               x[9 * 41], bias[33] = { 0 }, *y;
    size_t              i, rows;
    uint16_t            w[41 * 33];
    const maas_bf16_t  *g = kernel(state);

    for (i = 0; i < 41 * 33; i++) {
        w[i] = 0x3f80;
    }

    for (rows = 1; g != NULL && rows <= 9; rows++) {
        for (i = 0; i < rows * 41; i++) {
            x[i] = 1;
        }

        x[(rows - 1) * 41 + 17] = NAN;
        y = run(g, 41, 33, w, bias, x, rows, 0, MAAS_ACT_RELU);

        for (i = 0; i < rows * 33; i++) {
            assert_int_equal(isnan(y[i]) != 0, i >= (rows - 1) * 33);
        }

        free(y);
    }
}


static void
sizes_overflow(void **state)
{
    const maas_bf16_t  *g = kernel(state);

    if (g != NULL) {
        assert_int_equal(g->size(SIZE_MAX, 2), 0);
        assert_int_equal(g->size(SIZE_MAX / 2, SIZE_MAX / 2), 0);
        assert_int_equal(g->size(3, SIZE_MAX - 3), 0);
        assert_int_equal(g->size(SIZE_MAX / 2, 1), 0);
    }
}


/* Rounding of rows: where a kernel has an instruction, it is the oracle's */

static void
rounding(void **state)
{
    float               x[33];
    size_t              i;
    uint16_t            want[34], got[34];
    uint32_t            high, low;
    const maas_bf16_t  *g = kernel(state);

    if (g == NULL || g->round == NULL || g->row(64) != 32) {
        return;
    }

    for (high = 0; high < 65536; high += 11) {
        for (i = 0; i < 33; i++) {
            low = i % 4 == 0 ? 0x8000 : i % 4 == 1 ? 0x7fff : rnd() & 0xffff;
            x[i] = from_bits((high + (uint32_t) i) % 65536 << 16 | low);
        }

        maas__bf16_ref.round(x, 33, want);
        g->round(x, 33, got);
        assert_memory_equal(got, want, sizeof(want));
    }
}


/* One pair (x0 w0, x1 w1) on a sum, by the oracle */

static float
pair(float x0, float w0, float x1, float w1, float sum)
{
    float     x[2] = { x0, x1 }, *y, answer;
    uint16_t  w[2] = { (uint16_t) (to_bits(w0) >> 16),
                       (uint16_t) (to_bits(w1) >> 16) };

    y = run(&maas__bf16_ref, 2, 1, w, &sum, x, 1, 0, MAAS_ACT_LINEAR);
    answer = *y;
    free(y);

    return answer;
}


static void
oracle(void **state)
{
    uint16_t      q[4];
    static float  x[3] = { 0x1.01p+0f, 0x1.03p+0f, -0x1.018p+0f };

    assert_true(pair(2, 3, 5, 7, 1) == 42);
    assert_true(pair(1, 1, 1, 1, 0x1p24f) == 0x1p24f);     /* two steps */
    assert_true(pair(-0x1p24f, 1, 0x1p24f, 1, 1) == 0);    /* odd one first */
    assert_true(pair(0x1p24f, 1, -0x1p24f, 1, 1) == 1);
    assert_true(pair(1, 0x1p-127f, 0, 0, 0) == 0);         /* denormal */
    assert_true(pair(0x1p-127f, 0x1p100f, 0, 0, 0) == 0);
    assert_true(pair(0, 0, 0, 0, 0x1p-127f) == 0);
    assert_true(pair(-0x1.4p-75f, 0x1p-76f, 0, 0, 0x1p-126f) == 0);
    assert_true(pair(-0x1p-75f, 0x1p-76f, 0, 0, 0x1p-126f) == 0x1p-126f);
    assert_int_equal(to_bits(pair(0, -1, 0, -1, -0.0f)), 0);

    maas__bf16_ref.round(x, 3, q);                         /* ties to even */
    assert_int_equal(q[0], 0x3f80);
    assert_int_equal(q[1], 0x3f82);
    assert_int_equal(q[2], 0xbf81);
    assert_int_equal(q[3], 0);
}


static void
choice(void **state)
{
    int  rows;

    for (rows = 0; rows < 2; rows++) {
        assert_non_null(maas__bf16_choose(rows, MAAS_ISA_AUTO));
        assert_int_equal(maas__bf16_choose(rows, MAAS_ISA_AUTO)->round != NULL,
                         rows);
        assert_ptr_equal(maas__bf16_choose(rows, MAAS_ISA_REF),
                         rows ? &maas__bf16_ref : &maas__bf16_wide_ref);
        assert_ptr_equal(maas__bf16_choose(rows, MAAS_ISA_BLAS),
                         rows ? &maas__bf16_ref : &maas__bf16_wide_ref);
    }

#if defined(__x86_64__)
    assert_int_equal(maas__bf16_choose(1, MAAS_ISA_AUTO) == &maas__bf16_pairs,
                     __builtin_cpu_supports("avx512bf16") != 0);
#endif
}


#define FOR_EACH(f)                                                          \
    { #f " 0", f, NULL, NULL, (void *) 0 },                                  \
    { #f " 1", f, NULL, NULL, (void *) 1 },                                  \
    { #f " 2", f, NULL, NULL, (void *) 2 },                                  \
    { #f " 3", f, NULL, NULL, (void *) 3 },                                  \
    { #f " 4", f, NULL, NULL, (void *) 4 }

int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(oracle),
        cmocka_unit_test(choice),
#if defined(__x86_64__)
        FOR_EACH(small_shapes),
        FOR_EACH(large_shapes),
        FOR_EACH(same_bits_in_any_batch),
        FOR_EACH(not_finite),
        FOR_EACH(sizes_overflow),
        FOR_EACH(rounding)
#endif
    };

    maas_single_thread();

    return cmocka_run_group_tests(tests, NULL, NULL);
}
