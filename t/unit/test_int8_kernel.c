/*
 * Products of whole numbers: every kernel of this CPU against the oracle, bit
 * for bit, and a row alone against the same row among others.
 * Not here: what layers make of them (test_int8.c).
 */

#include "maas_int.h"
#include "kernel/maas_int8.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif


#if defined(__x86_64__)

/* AVX-VNNI's kernel with the instruction that AVX-512 has for it: all but the
 * choice of the instruction is tested where there is no AVX-VNNI */

#define TARGET  __attribute__((target("avx2,avx512vnni,avx512vl,fma")))
#define Y(name)  as_avxvnni_##name

#define int8_y_dot(c, four, v)  _mm256_dpbusd_epi32(c, four, v)

#include "kernel/maas_int8_dot.h"


static int
as_avxvnni_usable(void)
{
    return __builtin_cpu_supports("avx512vnni")
           && __builtin_cpu_supports("avx512vl");
}


static const maas_int8_t  as_avxvnni = {
    .name = "avxvnni by avx512vnni",
    .isa = MAAS_ISA_AVX2,
    .usable = as_avxvnni_usable,
    .size = maas__int8_strips_size,
    .pack = maas__int8_strips_pack,
    .run = as_avxvnni_run,
    .run_alone = as_avxvnni_run_alone,
    .quantize = as_avxvnni_quantize
};



/* AMX's kernel with tiles in memory: all but its instructions and the system's
 * consent is tested where there is no AMX */

#undef TARGET
#undef INLINE
#undef MR
#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "avx512vnni,fma")))
#define INLINE  static inline __attribute__((always_inline)) TARGET
#define TILES(name)  as_amx_##name

#include "kernel/maas_int8_zmm.h"


static uint8_t  tiles[8][16][64];


static void
tile_copy(int t, const void *p, size_t ld)
{
    size_t  i;

    for (i = 0; i < 16; i++) {
        memcpy(tiles[t][i], (const char *) p + i * ld, 64);
    }
}


static void
tile_write(int t, void *p, size_t ld)
{
    size_t  i;

    for (i = 0; i < 16; i++) {
        memcpy((char *) p + i * ld, tiles[t][i], 64);
    }
}


static void
tile_product(int c, int a, int b)
{
    int      i, j, s, f;
    int32_t  sum;

    for (i = 0; i < 16; i++) {
        for (j = 0; j < 16; j++) {
            memcpy(&sum, &tiles[c][i][4 * j], 4);

            for (s = 0; s < 16; s++) {
                for (f = 0; f < 4; f++) {
                    sum += tiles[a][i][4 * s + f]
                           * (int8_t) tiles[b][s][4 * j + f];
                }
            }

            memcpy(&tiles[c][i][4 * j], &sum, 4);
        }
    }
}

#define tile_begin()          memset(tiles, 0xaa, sizeof(tiles))
#define tile_end()            memset(tiles, 0x55, sizeof(tiles))
#define tile_zero(t)          memset(tiles[t], 0, sizeof(tiles[t]))
#define tile_load(t, p, ld)   tile_copy(t, p, ld)
#define tile_store(t, p, ld)  tile_write(t, p, ld)
#define tile_dot(c, a, b)     tile_product(c, a, b)

#include "kernel/maas_int8_tiles.h"


static int
as_amx_usable(void)
{
    return maas__int8_avx512.usable();
}


static size_t
as_amx_size(size_t k, size_t n, maas_int8_how_t how)
{
    return maas__int8_avx512.size(k, n, how);
}


static void
as_amx_pack(const maas_int8_weights_t *w, void *packed)
{
    maas__int8_avx512.pack(w, packed);
}


static const maas_int8_t  as_amx = {
    .name = "amx with tiles in memory",
    .isa = MAAS_ISA_AVX512,
    .usable = as_amx_usable,
    .size = as_amx_size,
    .pack = as_amx_pack,
    .run = as_amx_all,
    .run_alone = as_avxvnni_run_alone,
    .quantize = as_avxvnni_quantize
};

#endif


static const maas_int8_t *const  kernels[] = {
    &maas__int8_ref,
#if defined(__x86_64__)
    &maas__int8_amx,
    &as_amx,
    &maas__int8_avx512,
    &maas__int8_avxvnni,
    &maas__int8_avx2,
    &as_avxvnni,
#endif
};

#define N_KERNELS  (sizeof(kernels) / sizeof(kernels[0]))


typedef struct {
    maas_int8_weights_t  w;
    size_t               rows, ldx, ldy;
    int8_t              *weights;
    float               *scale, *bias, *floats;
    uint8_t             *codes;
} product_t;


static uint64_t  seed = 88172645463325252ull;

static uint32_t
rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return (uint32_t) (seed >> 33);
}


/* Most numbers plain, some zero of either sign, some tiny */

static float
mixed(void)
{
    float  u = (float) (rnd() >> 7) / 8388608.0f - 1;

    switch (rnd() % 8) {
    case 0:
    case 1:   return 0.0f;
    case 2:   return -0.0f;
    case 3:   return u * 1e-38f;
    default:  return u;
    }
}


/* The largest numbers now and then: what saturates would be seen */

static int
extreme(int low, int high)
{
    switch (rnd() % 4) {
    case 0:   return high;
    case 1:   return low;
    default:  return low + (int) (rnd() % (unsigned) (high - low + 1));
    }
}


static void *
aligned(size_t size)
{
    void  *p = NULL;

    assert_int_equal(posix_memalign(&p, MAAS_ALIGN, size + !size), 0);
    memset(p, 0, size);

    return p;
}


/* sparse: of four codes in a row most are 0.  Behind a row's k codes, up to a
 * multiple of 64, stands anything, and nothing behind the last row's. */

static void
product_make(product_t *p, size_t k, size_t n, size_t rows, int alone,
    int sparse)
{
    size_t  i;

    p->rows = rows;
    p->ldx = (k + 63) / 64 * 64;
    p->ldy = n + rnd() % 3;
    p->weights = malloc(k * n);
    p->scale = malloc(n * sizeof(float));
    p->bias = malloc(n * sizeof(float));
    p->codes = malloc(rows * p->ldx);
    p->floats = malloc(rows * p->ldx * sizeof(float));

    for (i = 0; i < k * n; i++) {
        p->weights[i] = (int8_t) extreme(-128, 127);
    }

    for (i = 0; i < n; i++) {
        p->bias[i] = mixed();
        p->scale[i] = 1 / (float) (1 + rnd() % 1000);
    }

    for (i = 0; i < rows * p->ldx; i++) {
        p->floats[i] = mixed();
        p->codes[i] = sparse && (i / 4 * 2654435761u >> 7) % 4
                      ? 0 : (uint8_t) extreme(0, 255);
    }

    p->w = (maas_int8_weights_t) {
        k, n, p->weights, p->scale, p->bias,
        alone ? 0 : 1 / (float) (1 + rnd() % 100),
        alone ? 0 : rnd() % 2 * 128
    };
}


static void
product_free(product_t *p)
{
    free(p->weights);
    free(p->scale);
    free(p->bias);
    free(p->codes);
    free(p->floats);
}


static maas_int8_how_t
product_how(const product_t *p)
{
    return p->w.input_scale == 0 ? MAAS_INT8_ALONE
           : p->w.input_zero == 0 ? MAAS_INT8_SPARSE : MAAS_INT8_CODES;
}


/* What becomes of the sums, at random */

static maas_int8_pass_t
product_pass(const product_t *p)
{
    maas_int8_pass_t  q = { .rows = p->rows, .ldx = p->ldx, .ldy = p->ldy };

    static const maas_act_t  acts[] = {
        MAAS_ACT_LINEAR, MAAS_ACT_RELU, MAAS_ACT_LEAKY_RELU, MAAS_ACT_TANH
    };

    q.act = acts[rnd() % 4];
    q.alpha = 0.01f;
    q.inverse = rnd() % 2 ? 0 : 1 / mixed();
    q.inverse = isnormal(q.inverse) && q.inverse < 1e20f ? fabsf(q.inverse)
                                                         : 0;
    q.zero = rnd() % 2 * 128;
    q.x_zero = p->w.input_zero;

    return q;
}


/* Rows [from, from + rows) -> y, which is marked between rows */

static void
run(const maas_int8_t *k, const product_t *p, const void *packed,
    maas_int8_pass_t q, size_t from, size_t rows, void *y)
{
    int  alone = p->w.input_scale == 0;

    q.rows = rows;
    q.x = alone ? (const void *) (p->floats + from * p->ldx)
                : p->codes + from * p->ldx;
    q.y = y;
    memset(y, 0xaa, p->rows * p->ldy * sizeof(float));
    (alone ? k->run_alone : k->run)(packed, p->w.k, p->w.n, &q);
}


static void
one_product(const maas_int8_t *k, const product_t *p, const char *want,
    maas_int8_pass_t q)
{
    char    *y, *packed;
    size_t   r, size, alone;

    alone = p->w.input_scale == 0;
    packed = aligned(k->size(p->w.k, p->w.n, product_how(p)));
    k->pack(&p->w, packed);

    size = q.inverse != 0 ? 1 : sizeof(float);
    y = malloc(p->rows * p->ldy * sizeof(float));
    run(k, p, packed, q, 0, p->rows, y);

    if (memcmp(y, want, p->rows * p->ldy * sizeof(float)) != 0) {
        fail_msg("%s, k %zu, n %zu, rows %zu, alone %zu", k->name, p->w.k,
                 p->w.n, p->rows, alone);
    }

    for (r = 0; r < p->rows; r++) {
        run(k, p, packed, q, r, 1, y);
        assert_memory_equal(y, want + r * p->ldy * size, p->w.n * size);
    }

    free(y);
    free(packed);
}


static void
product(size_t k, size_t n, size_t rows, int alone, int sparse)
{
    char              *want, *packed;
    size_t             i;
    product_t          p;
    maas_int8_pass_t   q;

    product_make(&p, k, n, rows, alone, sparse);
    q = product_pass(&p);

    packed = aligned(maas__int8_ref.size(k, n, product_how(&p)));
    maas__int8_ref.pack(&p.w, packed);
    want = malloc(rows * p.ldy * sizeof(float));
    run(&maas__int8_ref, &p, packed, q, 0, rows, want);

    for (i = 0; i < N_KERNELS; i++) {
        if (kernels[i]->usable()) {
            one_product(kernels[i], &p, want, q);
        }
    }

    free(want);
    free(packed);
    product_free(&p);
}


static void
shapes(void **state)
{
    size_t  i, k, n, rows;

    static const size_t  widths[] = { 1, 10, 16, 31, 32, 33, 48, 64, 65, 130 };

    for (k = 1; k <= 40; k++) {
        for (i = 0; i < 10; i++) {
            n = widths[i];
            rows = 1 + rnd() % 30;
            product(k, n, rows, 0, 0);
            product(k, n, rows, 0, 1);
            product(k, n, rows, 1, 0);
        }
    }

    for (rows = 1; rows <= 40; rows++) {
        product(70, 70, rows, 0, 0);
        product(261, 40, rows, 0, 1);
        product(70, 70, rows, 1, 0);
    }

    product(784, 128, 5, 0, 1);
    product(1027, 64, 300, 0, 0);
}


/* The most inputs, all of the largest size: 255 * 128 * 65536 is the largest
 * sum */

static void
largest(void **state)
{
    size_t             i, j, k;
    float             *y, want;
    char              *packed;
    uint8_t           *x;
    int8_t            *w;
    maas_int8_pass_t   q = { .rows = 1, .act = MAAS_ACT_LINEAR };

    static const float  ones[] = { 1, 1 }, zeros[] = { 0, 0 };

    k = MAAS_INT8_MAX_K;
    w = malloc(2 * k);
    x = malloc(k);
    y = malloc(2 * sizeof(float));
    memset(x, 255, k);

    for (i = 0; i < k; i++) {
        w[2 * i] = -128;
        w[2 * i + 1] = 127;
    }

    q.x = x;
    q.y = y;
    q.ldx = k;
    q.ldy = 2;

    for (i = 0; i < N_KERNELS; i++) {
        for (j = 0; kernels[i]->usable() && j < 2; j++) {
            maas_int8_weights_t  m = {
                k, 2, w, ones, zeros, 1, (unsigned) j * 128
            };

            q.x_zero = m.input_zero;

            packed = aligned(kernels[i]->size(k, 2, MAAS_INT8_CODES));
            kernels[i]->pack(&m, packed);
            kernels[i]->run(packed, k, 2, &q);
            want = (float) (255 - 128 * (int) j) * (float) k;
            assert_true(y[0] == want * -128 && y[1] == want * 127);
            free(packed);
        }
    }

    free(w);
    free(x);
    free(y);
}


static void
quantized(void **state)
{
    float    *x;
    size_t    i, j, n, zero;
    uint8_t  *q, *want;

    static const float  odd[] = {
        NAN, -NAN, INFINITY, -INFINITY, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f,
        254.5f, 255.5f, 126.5f, 127.5f, -127.5f, -128.5f, 1e10f, -1e10f, 3e38f,
        -0.0f, 1e-45f, 127.49999f, 0.49999997f
    };

    for (n = 1; n < 100; n++) {
        x = malloc(n * sizeof(float));
        q = malloc(n);
        want = malloc(n);

        for (i = 0; i < n; i++) {
            x[i] = rnd() % 2 ? odd[rnd() % 22] : 300 * mixed();
        }

        for (zero = 0; zero <= 128; zero += 128) {
            maas__int8_ref.quantize(x, n, 1, (unsigned) zero, want);

            for (j = 0; j < N_KERNELS; j++) {
                if (kernels[j]->usable()) {
                    memset(q, 0xaa, n);
                    kernels[j]->quantize(x, n, 1, (unsigned) zero, q);
                    assert_memory_equal(q, want, n);
                }
            }
        }

        free(x);
        free(q);
        free(want);
    }
}


static void
chosen(void **state)
{
    size_t              i;
    const maas_int8_t  *k;

    assert_ptr_equal(maas__int8_choose(MAAS_ISA_REF), &maas__int8_ref);
    assert_ptr_equal(maas__int8_choose(MAAS_ISA_BLAS), &maas__int8_ref);

    for (i = MAAS_ISA_AUTO; i <= MAAS_ISA_AVX512; i++) {
        k = maas__int8_choose((maas_isa_t) i);
        assert_true(k->usable());
        assert_true(k->isa <= i || i == MAAS_ISA_AUTO);
    }

    for (i = 0; i < N_KERNELS; i++) {
        if (!kernels[i]->usable()) {
            (void) fprintf(stderr, "# this CPU has no %s: not tested\n",
                           kernels[i]->name);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(shapes),
        cmocka_unit_test(largest),
        cmocka_unit_test(quantized),
        cmocka_unit_test(chosen)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
