/*
 * Activations against double precision, bounds in units in the last place
 * (ULP) of the right result; the same bits in any position and on any CPU
 * with vectors.
 */

#include "kernel/maas_gemm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define STEP   2003                    /* of the 2^32 floats, each 2003rd */
#define CHUNK  1000
#define ALPHA  0.75f


static const float  edges[] = {
    0.0f, -0.0f, 1e-45f, -1e-45f, 1e-39f, -1e-39f, 1.17549435e-38f,
    -1.17549435e-38f, 1e-20f, -1e-20f, 1e-7f, -1e-7f, 0.34657359f,
    -0.34657359f, 0.34657362f, 1.0f, -1.0f, 5.0f, -5.0f, 8.99f, 9.01f,
    -0x1.7c16d4p+2f, -0x1.65a3bap+1f, -13.0f, -14.0f, -14.9999f, -15.0001f,
    15.0001f, 16.63f, -17.4f, 87.0f, -87.4f, 88.72f, 88.73f, -88.73f, -95.0f,
    -103.9f, -104.0f, -110.0f, 1e10f, -1e10f, 3.4028234e38f, -3.4028234e38f,
    INFINITY, -INFINITY
};


static double
right(maas_act_t act, double x)
{
    switch (act) {

    case MAAS_ACT_RELU:
        return x < 0 ? 0 : x;

    case MAAS_ACT_LEAKY_RELU:
        return x < 0 ? (double) ALPHA * x : x;

    case MAAS_ACT_ELU:
        return x < 0 ? (double) ALPHA * expm1(x) : x;

    case MAAS_ACT_GELU:
        return x < -40 ? 0 : x * 0.5 * erfc(-x * M_SQRT1_2);

    case MAAS_ACT_SILU:
        return x < -200 ? 0 : x / (1 + exp(-x));

    case MAAS_ACT_SIGMOID:
        return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));

    case MAAS_ACT_TANH:
        return tanh(x);

    default:
        return x;
    }
}


static double
ulps(float got, double want)
{
    int  e;

    if (isinf(want) || fabs(want) > 3.4028235677973366e38) {
        return isinf(got) && (got > 0) == (want > 0) ? 0 : INFINITY;
    }

    frexp(want, &e);
    e = e < -125 ? -125 : e;           /* denormals share one unit */

    return fabs((double) got - want) / ldexp(1, e - 24);
}


/* The bounds that docs/adr/0001-kernels.md promises */

static double
bound(maas_act_t act)
{
    switch (act) {

    case MAAS_ACT_ELU:
        return 2;

    case MAAS_ACT_GELU:
        return 7.5;

    case MAAS_ACT_SILU:
        return 3.5;

    case MAAS_ACT_SIGMOID:
        return 2.5;

    case MAAS_ACT_TANH:
        return 3;

    default:
        return 0.5;
    }
}


static void
check(const maas_acts_t *acts, maas_act_t act, const float *x, size_t n,
    double *worst)
{
    float   y[CHUNK];
    size_t  i;
    double  u;

    memcpy(y, x, n * sizeof(float));
    acts->act(act, ALPHA, y, n);

    for (i = 0; i < n; i++) {
        if (isnan(x[i])) {
            assert_true(isnan(y[i]));
            continue;
        }

        u = ulps(y[i], right(act, x[i]));
        if (!(u <= bound(act))) {
            fail_msg("%s(%a) = %a is %g ULP off", maas__acts[act].name,
                     (double) x[i], (double) y[i], u);
        }

        *worst = u > *worst ? u : *worst;
    }
}


static void
sweep(const maas_acts_t *acts, const char *name)
{
    float       x[CHUNK];
    size_t      n;
    double      worst;
    uint64_t    bits;
    uint32_t    b;
    maas_act_t  act;

    for (act = 0; act < MAAS_N_ACTS; act++) {
        if (act == MAAS_ACT_LINEAR || maas__acts[act].by_row) {
            continue;
        }

        worst = 0;
        check(acts, act, edges, sizeof(edges) / sizeof(float), &worst);

        for (bits = 0, n = 0; bits <= UINT32_MAX; bits += STEP) {
            b = (uint32_t) bits;
            memcpy(&x[n++], &b, sizeof(b));

            if (n == CHUNK) {
                check(acts, act, x, n, &worst);
                n = 0;
            }
        }

        check(acts, act, x, n, &worst);
        print_message("# %s %s: %.3f ULP\n", name, maas__acts[act].name,
                      worst);
    }
}


static const maas_acts_t  chosen = { maas__act, maas__softmax };


static void
right_chosen(void **state)
{
    sweep(&chosen, "chosen");
}


static void
right_plain(void **state)
{
    sweep(&maas__acts_plain, "plain");
}


#if defined(__x86_64__)

static void
right_avx2(void **state)
{
    if (maas__gemm_avx2.usable()) {
        sweep(&maas__acts_avx2, "avx2");
    }
}


/* Both sets of vectors, all tails, exact buffers for the sanitizer */

static void
same_bits_on_all(void **state)
{
    float       *a, *b;
    size_t       n, i;
    maas_act_t   act;

    if (!maas__gemm_avx512.usable() || !maas__gemm_avx2.usable()) {
        return;
    }

    for (n = 1; n <= 100; n++) {
        a = malloc(n * sizeof(float));
        b = malloc(n * sizeof(float));

        for (act = 0; act < MAAS_N_ACTS; act++) {
            for (i = 0; i < n; i++) {
                a[i] = (float) sin((double) (i * n + 1)) * 9;
            }

            memcpy(b, a, n * sizeof(float));

            if (maas__acts[act].by_row) {
                maas__acts_avx512.softmax(a, 1, n, n);
                maas__acts_avx2.softmax(b, 1, n, n);
            } else if (act != MAAS_ACT_LINEAR) {
                maas__acts_avx512.act(act, ALPHA, a, n);
                maas__acts_avx2.act(act, ALPHA, b, n);
            }

            assert_memory_equal(a, b, n * sizeof(float));
        }

        free(a);
        free(b);
    }
}

#endif


static void
same_bits_in_any_position(void **state)
{
    float        all[200], *x;
    size_t       from, n, i;
    maas_act_t   act;

    for (act = 0; act < MAAS_N_ACTS; act++) {
        if (maas__acts[act].by_row) {
            continue;
        }

        for (i = 0; i < 200; i++) {
            all[i] = (float) cos((double) i) * 6;
        }

        maas__act(act, ALPHA, all, 200);

        for (n = 1; n <= 40; n++) {
            for (from = 0; from + n <= 200; from += 7) {
                x = malloc(n * sizeof(float));
                for (i = 0; i < n; i++) {
                    x[i] = (float) cos((double) (from + i)) * 6;
                }

                maas__act(act, ALPHA, x, n);
                assert_memory_equal(x, all + from, n * sizeof(float));
                free(x);
            }
        }
    }
}


static double
softmax_worst(const float *x, const float *y, size_t n)
{
    size_t  i;
    double  max, sum, u, worst;

    max = -INFINITY;
    for (i = 0; i < n; i++) {
        max = (double) x[i] > max ? (double) x[i] : max;
    }

    sum = 0;
    for (i = 0; i < n; i++) {
        sum += exp((double) x[i] - max);
    }

    worst = 0;
    for (i = 0; i < n; i++) {
        /* x - max is rounded, which e^ makes larger by what it is */
        u = ulps(y[i], exp((double) x[i] - max) / sum)
            - (max - (double) x[i]);
        worst = u > worst ? u : worst;
    }

    return worst;
}


static void
softmax_right(void **state)
{
    float   *x, *y;
    size_t   n, i, r, ld;
    double   u, worst;

    worst = 0;

    for (n = 1; n <= 1000; n += n < 70 ? 1 : 93) {
        ld = n + n % 3;
        x = malloc((4 * ld + n) * sizeof(float));
        y = malloc((4 * ld + n) * sizeof(float));

        for (i = 0; i < 4 * ld + n; i++) {
            x[i] = (float) sin((double) (i * 7 + n)) * 30;
        }

        memcpy(y, x, (4 * ld + n) * sizeof(float));
        maas__softmax(y, 5, n, ld);

        for (r = 0; r < 5; r++) {
            u = softmax_worst(x + r * ld, y + r * ld, n);
            worst = u > worst ? u : worst;

            for (i = n; i < ld && r < 4; i++) {
                assert_true(y[r * ld + i] == x[r * ld + i]);
            }

            /* alone: the same bits */
            maas__softmax(x + r * ld, 1, n, n);
            assert_memory_equal(x + r * ld, y + r * ld, n * sizeof(float));
        }

        free(x);
        free(y);
    }

    print_message("# softmax: %.3f ULP + max - x\n", worst);
    assert_true(worst <= 4);
}


static void
softmax_edges(void **state)
{
    size_t  i, n;
    float   x[40];

    for (n = 1; n <= 40; n++) {
        for (i = 0; i < n; i++) {
            x[i] = -3e38f;
        }

        x[n / 2] = 3e38f;
        maas__softmax(x, 1, n, n);

        for (i = 0; i < n; i++) {
            assert_true(x[i] == (i == n / 2 ? 1.0f : 0.0f));
        }

        for (i = 0; i < n; i++) {
            x[i] = -INFINITY;
        }

        x[n - 1] = 5;
        maas__softmax(x, 1, n, n);
        assert_true(x[n - 1] == 1.0f);
        assert_true(n == 1 || x[0] == 0.0f);

        x[n - 1] = NAN;
        maas__softmax(x, 1, n, n);

        for (i = 0; i < n; i++) {
            assert_true(isnan(x[i]));
        }

        x[n - 1] = 1;
        x[0] = INFINITY;
        maas__softmax(x, 1, n, n);
        assert_true(isnan(x[0]));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(right_chosen),
        cmocka_unit_test(right_plain),
#if defined(__x86_64__)
        cmocka_unit_test(right_avx2),
        cmocka_unit_test(same_bits_on_all),
#endif
        cmocka_unit_test(same_bits_in_any_position),
        cmocka_unit_test(softmax_right),
        cmocka_unit_test(softmax_edges)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
