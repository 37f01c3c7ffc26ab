/*
 * Types of numbers: the table, and little-endian elements -> floats.
 * Not here: where the elements come from.
 */

#include "maas_dtype.h"
#include "maas_int.h"
#include "kernel/maas_copy.h"

#include <math.h>
#include <string.h>


#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensors are little-endian, and so must the host be"
#endif


int
maas_rows_finite(const maas_info_t *info, const void *x, size_t rows)
{
    size_t         i;
    const double  *v;

    if (!info->wide) {
        return maas_is_finite(x, rows * info->in);
    }

    v = x;

    for (i = 0; i < rows * info->in && isfinite(v[i]); i++) { /* void */ }

    return i == rows * info->in;
}


/* A number of x is not finite. */

static maas_status_t
dtype_infinite(const float *x, maas_err_t *err)
{
    size_t  i;

    for (i = 0; maas_is_finite(x + i, 1); i++) { /* void */ }

    return maas__fail(err, MAAS_BADVALUE, "number %zu is not finite", i);
}


static maas_status_t
dtype_finite(const float *x, size_t n, maas_err_t *err)
{
    return maas_is_finite(x, n) ? MAAS_OK : dtype_infinite(x, err);
}


/* The element at src as its C type has it. */

#define DTYPE_NUMBER(dt, type)                                                \
    static double                                                             \
    dtype_number_##dt(const char *src)                                        \
    {                                                                         \
        type  v;                                                              \
                                                                              \
        memcpy(&v, src, sizeof(type));                                        \
        return (double) v;                                                    \
    }

DTYPE_NUMBER(f32, float)
DTYPE_NUMBER(f64, double)
DTYPE_NUMBER(bool, uint8_t)


/* Whole numbers: widened, then rounded to nearest.  -O2 of gcc 12 leaves loops
 * of unknown length scalar. */

#pragma GCC push_options
#pragma GCC optimize ("O3")

#define DTYPE_INTEGER(dt, type)                                               \
    DTYPE_NUMBER(dt, type)                                                    \
                                                                              \
    static maas_status_t                                                      \
    dtype_read_##dt(const char *src, size_t n, float *x, maas_err_t *err)     \
    {                                                                         \
        type    v;                                                            \
        size_t  i;                                                            \
                                                                              \
        for (i = 0; i < n; i++) {                                             \
            memcpy(&v, src + i * sizeof(type), sizeof(type));                 \
            x[i] = (float) v;                                                 \
        }                                                                     \
                                                                              \
        return MAAS_OK;                                                       \
    }

DTYPE_INTEGER(i8, int8_t)
DTYPE_INTEGER(i16, int16_t)
DTYPE_INTEGER(i32, int32_t)
DTYPE_INTEGER(i64, int64_t)
DTYPE_INTEGER(u8, uint8_t)
DTYPE_INTEGER(u16, uint16_t)
DTYPE_INTEGER(u32, uint32_t)
DTYPE_INTEGER(u64, uint64_t)

#pragma GCC pop_options


static maas_status_t
dtype_read_f32(const char *src, size_t n, float *x, maas_err_t *err)
{
    return maas__copy_finite(src, n, x) ? MAAS_OK : dtype_infinite(x, err);
}


static maas_status_t
dtype_read_f64(const char *src, size_t n, float *x, maas_err_t *err)
{
    size_t  i;
    double  d;

    for (i = 0; i < n; i++) {
        memcpy(&d, src + i * 8, 8);
        x[i] = (float) d;

        if (isfinite(d) && isinf(x[i])) {
            return maas__fail(err, MAAS_BADVALUE,
                              "number %zu is out of range for FP32", i);
        }
    }

    return dtype_finite(x, n, err);
}


/* IEEE binary16: the exponent gets its new bias.  A denormal has the value of
 * what stands behind the point of a normal number of the next exponent. */

static void
dtype_widen_f16(const char *src, size_t n, float *x)
{
    float     f;
    size_t    i;
    uint16_t  h;
    uint32_t  bits;

    for (i = 0; i < n; i++) {
        memcpy(&h, src + i * 2, 2);

        bits = (uint32_t) (h & 0x7fff) << 13;
        bits += bits >= 0x0f800000 ? 0x70000000 : 0x38000000;
        memcpy(&f, &bits, 4);

        if (bits < 0x38800000) {
            f = (f - 0x1p-15f) * 2.0f;
        }

        x[i] = h & 0x8000 ? -f : f;
    }
}


static void
dtype_widen_bf16(const char *src, size_t n, float *x)
{
    size_t    i;
    uint16_t  h;
    uint32_t  bits;

    for (i = 0; i < n; i++) {
        memcpy(&h, src + i * 2, 2);
        bits = (uint32_t) h << 16;
        memcpy(x + i, &bits, 4);
    }
}


#define DTYPE_WIDENED(dt)                                                     \
    static maas_status_t                                                      \
    dtype_read_##dt(const char *src, size_t n, float *x, maas_err_t *err)     \
    {                                                                         \
        dtype_widen_##dt(src, n, x);                                          \
        return dtype_finite(x, n, err);                                       \
    }                                                                         \
                                                                              \
    static double                                                             \
    dtype_number_##dt(const char *src)                                        \
    {                                                                         \
        float  x;                                                             \
                                                                              \
        dtype_widen_##dt(src, 1, &x);                                         \
        return x;                                                             \
    }

DTYPE_WIDENED(f16)
DTYPE_WIDENED(bf16)


static maas_status_t
dtype_read_bool(const char *src, size_t n, float *x, maas_err_t *err)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if ((unsigned char) src[i] > 1) {
            return maas__fail(err, MAAS_BADVALUE,
                              "number %zu is neither 0 nor 1, as BOOL must "
                              "be", i);
        }

        x[i] = src[i];
    }

    return MAAS_OK;
}


#define DTYPE(name, wire, npy, bits, is_signed, max, dt)                      \
    { name, wire, npy, bits, is_signed, max, dtype_read_##dt,                 \
      dtype_number_##dt }

const maas_dtype_row_t  maas__dtypes[] = {
    [MAAS_F32]   = DTYPE("F32",  "FP32",   "f4", 32, 0, 0, f32),
    [MAAS_F64]   = DTYPE("F64",  "FP64",   "f8", 64, 0, 0, f64),
    [MAAS_F16]   = DTYPE("F16",  "FP16",   "f2", 16, 0, 0, f16),
    [MAAS_BF16]  = DTYPE("BF16", "BF16",   NULL, 16, 0, 0, bf16),
    [MAAS_I8]    = DTYPE("I8",   "INT8",   "i1", 8, 1, INT8_MAX, i8),
    [MAAS_I16]   = DTYPE("I16",  "INT16",  "i2", 16, 1, INT16_MAX, i16),
    [MAAS_I32]   = DTYPE("I32",  "INT32",  "i4", 32, 1, INT32_MAX, i32),
    [MAAS_I64]   = DTYPE("I64",  "INT64",  "i8", 64, 1, INT64_MAX, i64),
    [MAAS_U8]    = DTYPE("U8",   "UINT8",  "u1", 8, 0, UINT8_MAX, u8),
    [MAAS_U16]   = DTYPE("U16",  "UINT16", "u2", 16, 0, UINT16_MAX, u16),
    [MAAS_U32]   = DTYPE("U32",  "UINT32", "u4", 32, 0, UINT32_MAX, u32),
    [MAAS_U64]   = DTYPE("U64",  "UINT64", "u8", 64, 0, UINT64_MAX, u64),
    [MAAS_BOOL]  = DTYPE("BOOL", "BOOL",   "b1", 8, 0, 0, bool),
    [MAAS_C64] = { .name = "C64", .bits = 64 },
    [MAAS_F8_E4M3] = { .name = "F8_E4M3", .bits = 8 },
    [MAAS_F8_E4M3FNUZ] = { .name = "F8_E4M3FNUZ", .bits = 8 },
    [MAAS_F8_E5M2] = { .name = "F8_E5M2", .bits = 8 },
    [MAAS_F8_E5M2FNUZ] = { .name = "F8_E5M2FNUZ", .bits = 8 },
    [MAAS_F8_E8M0] = { .name = "F8_E8M0", .bits = 8 },
    [MAAS_F6_E2M3] = { .name = "F6_E2M3", .bits = 6 },
    [MAAS_F6_E3M2] = { .name = "F6_E3M2", .bits = 6 },
    [MAAS_F4] = { .name = "F4", .bits = 4 },
    [MAAS_BYTES] = { .wire = "BYTES" }
};

_Static_assert(sizeof(maas__dtypes)
               == MAAS_N_DTYPES * sizeof(maas_dtype_row_t),
               "a type without a row");


maas_status_t
maas__dtype_read(maas_dtype_t dt, const char *src, size_t n, float *x,
    maas_err_t *err)
{
    const maas_dtype_row_t  *row;

    row = &maas__dtypes[dt];

    if (row->read == NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED, "%s are not numbers",
                          row->wire != NULL ? row->wire : row->name);
    }

    return row->read(src, n, x, err);
}


/* Element i as a number of a row */

static maas_status_t
dtype_one(maas_dtype_t dt, double v, size_t i, int wide, int nan,
    maas_err_t *err)
{
    if (dt == MAAS_BOOL && v != 0 && v != 1) {
        return maas__fail(err, MAAS_BADVALUE, "number %zu is neither 0 nor 1, "
                          "as BOOL must be", i);
    }

    if (isnan(v) ? !nan : isinf(v)) {
        return maas__fail(err, MAAS_BADVALUE, "number %zu is not finite", i);
    }

    if (!wide && isinf((float) v)) {
        return maas__fail(err, MAAS_BADVALUE, "number %zu is out of range for "
                          "FP32", i);
    }

    return MAAS_OK;
}


maas_status_t
maas__dtype_rows(maas_dtype_t dt, const char *src, size_t n, int wide, int nan,
    void *x, maas_err_t *err)
{
    size_t                   i;
    double                   v;
    maas_status_t            rc;
    const maas_dtype_row_t  *row;

    row = &maas__dtypes[dt];

    if (row->number == NULL || (!wide && !nan)) {
        return maas__dtype_read(dt, src, n, x, err);
    }

    for (i = 0; i < n; i++, src += row->bits / 8) {
        v = row->number(src);

        rc = dtype_one(dt, v, i, wide, nan, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        v = isnan(v) ? NAN : v;        /* of those bits, whatever came */

        if (wide) {
            ((double *) x)[i] = v;

        } else {
            ((float *) x)[i] = (float) v;
        }
    }

    return MAAS_OK;
}
