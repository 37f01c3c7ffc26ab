/*
 * Types of numbers: a row for each, and every element of every type as float
 * and as double.
 */

#include "maas_dtype.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


/* A row that was forgotten has no name at all. */

static void
rows(void **state)
{
    size_t                   i, j, names, wires;
    const maas_dtype_row_t  *a, *b;

    names = 0;
    wires = 0;

    for (i = 0; i < MAAS_N_DTYPES; i++) {
        a = &maas__dtypes[i];
        names += (a->name != NULL);
        wires += (a->wire != NULL);

        assert_true(a->name != NULL || a->wire != NULL);
        assert_true(a->name == NULL || a->bits != 0);
        assert_int_equal(a->read != NULL, a->number != NULL);
        assert_true(a->max == 0
                    || a->max == UINT64_MAX >> (64 - a->bits + a->is_signed));

        for (j = 0; j < i; j++) {
            b = &maas__dtypes[j];
            assert_true(a->name == NULL || b->name == NULL
                        || strcmp(a->name, b->name) != 0);
            assert_true(a->wire == NULL || b->wire == NULL
                        || strcmp(a->wire, b->wire) != 0);
            assert_true(a->npy == NULL || b->npy == NULL
                        || strcmp(a->npy, b->npy) != 0);
        }
    }

    assert_int_equal(names, 22);
    assert_int_equal(wires, 14);
}


/* n elements at an odd address, in memory of just their size. */

static maas_status_t
read_tensor(maas_dtype_t dt, const void *src, size_t n, float *x,
    maas_err_t *err)
{
    char           *copy;
    size_t          size;
    maas_status_t   rc;

    size = n * maas__dtypes[dt].bits / 8;
    copy = malloc(size + 1);
    memcpy(copy + 1, src, size);
    memset(err, 0, sizeof(maas_err_t));
    rc = maas__dtype_read(dt, copy + 1, n, x, err);
    free(copy);

    return rc;
}


#define GOOD(dt, type, ...)                                                   \
    do {                                                                      \
        size_t      i_, n_;                                                   \
        float       x_[64];                                                   \
        maas_err_t  err_;                                                     \
        const type  v_[] = { __VA_ARGS__ };                                   \
                                                                              \
        n_ = sizeof(v_) / sizeof(type);                                       \
        assert_int_equal(sizeof(type), maas__dtypes[dt].bits / 8);            \
        assert_int_equal(read_tensor(dt, v_, n_, x_, &err_), MAAS_OK);        \
                                                                              \
        for (i_ = 0; i_ < n_; i_++) {                                         \
            assert_true(x_[i_] == (float) v_[i_]);                            \
            assert_true(maas__dtypes[dt].number((const char *) &v_[i_])       \
                        == (double) v_[i_]);                                  \
        }                                                                     \
    } while (0)


/* Rounded to double and then to float it is another number. */

#define TWICE  ((1ll << 54) + (1ll << 30) + 1)

static void
integers(void **state)
{
    GOOD(MAAS_I8, int8_t, 0, 1, -1, 127, -128);
    GOOD(MAAS_U8, uint8_t, 0, 1, 128, 255);
    GOOD(MAAS_I16, int16_t, 0, -1, 32767, -32768);
    GOOD(MAAS_U16, uint16_t, 0, 1, 65535);
    GOOD(MAAS_I32, int32_t, 0, -1, 16777217, INT32_MAX, INT32_MIN);
    GOOD(MAAS_U32, uint32_t, 0, 1, 4294967295u);
    GOOD(MAAS_I64, int64_t, 0, -1, INT64_MAX, INT64_MIN, 1ll << 53, TWICE);
    GOOD(MAAS_U64, uint64_t, 0, 1, UINT64_MAX, 1ull << 63, TWICE);
}


/* Any bits, any length: each as the compiler converts one. */

#define SWEEP(dt, type)                                                       \
    do {                                                                      \
        size_t          i_, n_;                                               \
        uint64_t        bits_;                                                \
        static type     v_[4096];                                             \
        static float    x_[4096];                                             \
        volatile float  want_;                                                \
                                                                              \
        bits_ = 0x9e3779b97f4a7c15;                                           \
                                                                              \
        for (n_ = 4096; n_ > 4000; n_--) {                                    \
            for (i_ = 0; i_ < n_; i_++) {                                     \
                bits_ ^= bits_ << 13;                                         \
                bits_ ^= bits_ >> 7;                                          \
                bits_ ^= bits_ << 17;                                         \
                v_[i_] = (type) (bits_ >> (bits_ & 63));                      \
            }                                                                 \
                                                                              \
            assert_int_equal(maas__dtype_read(dt, (const char *) v_, n_, x_,  \
                                              NULL), MAAS_OK);                \
                                                                              \
            for (i_ = 0; i_ < n_; i_++) {                                     \
                want_ = (float) *(volatile type *) &v_[i_];                   \
                assert_true(x_[i_] == want_);                                 \
            }                                                                 \
        }                                                                     \
    } while (0)

static void
many_integers(void **state)
{
    SWEEP(MAAS_I8, int8_t);
    SWEEP(MAAS_U8, uint8_t);
    SWEEP(MAAS_I16, int16_t);
    SWEEP(MAAS_U16, uint16_t);
    SWEEP(MAAS_I32, int32_t);
    SWEEP(MAAS_U32, uint32_t);
    SWEEP(MAAS_I64, int64_t);
    SWEEP(MAAS_U64, uint64_t);
}


static void
booleans(void **state)
{
    float       x[4];
    maas_err_t  err;

    GOOD(MAAS_BOOL, uint8_t, 0, 1, 1, 0);

    assert_int_equal(read_tensor(MAAS_BOOL, "\0\1\2\1", 4, x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 2 is neither 0 nor 1, as BOOL must "
                        "be");
    assert_int_equal(read_tensor(MAAS_BOOL, "\xff", 1, x, &err),
                     MAAS_BADVALUE);
}


static void
not_numbers(void **state)
{
    float       x[1];
    maas_err_t  err;

    assert_int_equal(read_tensor(MAAS_BYTES, "", 0, x, &err),
                     MAAS_UNSUPPORTED);
    assert_string_equal(err.msg, "BYTES are not numbers");
    assert_int_equal(read_tensor(MAAS_F4, "", 0, x, &err), MAAS_UNSUPPORTED);
}


/* Each number that is not finite is found at each place. */

static void
floats(void **state)
{
    float       v[40], x[40];
    char        msg[64];
    size_t      i, n, k;
    maas_err_t  err;

    static const float  bad[] = { INFINITY, -INFINITY, NAN, -NAN,
                                  __builtin_nansf("") };

    for (i = 0; i < 40; i++) {
        v[i] = (float) i * 0.37f - 5;
    }

    v[7] = -0.0f;
    v[8] = 1e-45f;
    v[9] = 3.4028235e38f;
    v[20] = -3.4028235e38f;

    for (n = 0; n <= 40; n++) {
        assert_int_equal(read_tensor(MAAS_F32, v, n, x, &err), MAAS_OK);
        assert_memory_equal(x, v, n * sizeof(float));
    }

    for (n = 1; n <= 40; n++) {
        for (i = 0; i < n; i++) {
            for (k = 0; k < 5; k++) {
                float  kept = v[i];

                v[i] = bad[k];
                assert_int_equal(read_tensor(MAAS_F32, v, n, x, &err),
                                 MAAS_BADVALUE);
                snprintf(msg, sizeof(msg), "number %zu is not finite", i);
                assert_string_equal(err.msg, msg);
                v[i] = kept;
            }
        }
    }
}


static void
doubles(void **state)
{
    float       x[4];
    maas_err_t  err;

    GOOD(MAAS_F64, double, 0.0, 0.1, -1e300 * 0, 3.4e38, 1e-50, 1e-44);

    double  big[] = { 1, 3.5e38 }, inf[] = { 1, 2, -INFINITY }, nan[] = { NAN };

    assert_int_equal(read_tensor(MAAS_F64, big, 2, x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 1 is out of range for FP32");
    assert_int_equal(read_tensor(MAAS_F64, inf, 3, x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 2 is not finite");
    assert_int_equal(read_tensor(MAAS_F64, nan, 1, x, &err),
                     MAAS_BADVALUE);
}


/* As a model takes them that has doubles, or knows missing numbers: all else is
 * refused as ever */

static void
model_rows(void **state)
{
    float       x[3];
    double      wide[3];
    maas_err_t  err;

    static const double  v[] = { 1, NAN, 3.5e38 }, inf[] = { NAN, -INFINITY };

    memset(&err, 0, sizeof(maas_err_t));

    assert_int_equal(maas__dtype_rows(MAAS_F64, (const char *) v, 3, 1, 1,
                                      wide, &err), MAAS_OK);
    assert_true(wide[0] == 1 && isnan(wide[1]) && wide[2] == 3.5e38);
    assert_int_equal(maas__dtype_rows(MAAS_F64, (const char *) v, 2, 0, 1, x,
                                      &err), MAAS_OK);
    assert_true(x[0] == 1 && isnan(x[1]));
    assert_int_equal(maas__dtype_rows(MAAS_BOOL, "\0\1", 2, 1, 0, wide, &err),
                     MAAS_OK);
    assert_true(wide[0] == 0 && wide[1] == 1);

    assert_int_equal(maas__dtype_rows(MAAS_F64, (const char *) v, 3, 0, 1, x,
                                      &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 2 is out of range for FP32");
    assert_int_equal(maas__dtype_rows(MAAS_F64, (const char *) v, 3, 1, 0,
                                      wide, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 1 is not finite");
    assert_int_equal(maas__dtype_rows(MAAS_F64, (const char *) inf, 2, 1, 1,
                                      wide, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 1 is not finite");
    assert_int_equal(maas__dtype_rows(MAAS_BOOL, "\1\2", 2, 0, 1, x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 1 is neither 0 nor 1, as BOOL must "
                        "be");
}


/* All 65 536 of them: what ldexp says of sign, exponent and fraction. */

static void
halves(void **state)
{
    float          x;
    double         want;
    uint16_t       h;
    uint32_t       i, e, f, bits;
    maas_err_t     err;
    maas_status_t  rc;

    for (i = 0; i < 65536; i++) {
        h = (uint16_t) i;
        e = (i >> 10) & 31;
        f = i & 1023;

        rc = read_tensor(MAAS_F16, &h, 1, &x, &err);

        if (e == 31) {
            assert_int_equal(rc, MAAS_BADVALUE);

        } else {
            assert_int_equal(rc, MAAS_OK);
            want = e == 0 ? ldexp(f, -24) : ldexp(f + 1024, (int) e - 25);
            assert_true(fabsf(x) == (float) want);
            assert_int_equal(signbit(x) != 0, i >> 15);
        }

        rc = read_tensor(MAAS_BF16, &h, 1, &x, &err);
        memcpy(&bits, &x, 4);

        assert_int_equal(bits, i << 16);
        assert_int_equal(rc, ((i >> 7) & 255) == 255 ? MAAS_BADVALUE
                                                     : MAAS_OK);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(integers),
        cmocka_unit_test(many_integers),
        cmocka_unit_test(booleans),
        cmocka_unit_test(not_numbers),
        cmocka_unit_test(floats),
        cmocka_unit_test(doubles),
        cmocka_unit_test(model_rows),
        cmocka_unit_test(halves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
