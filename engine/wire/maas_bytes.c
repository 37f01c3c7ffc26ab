/*
 * Tensors as raw little-endian bytes -> floats, and back: the element types.
 * No JSON here.
 */

#include "maas_bytes.h"
#include "maas_int.h"
#include "wire/json/maas_body.h"

#include <math.h>
#include <string.h>


#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensors on the wire are little-endian, and so must the host be"
#endif


const maas_dtype_info_t  maas__dtypes[MAAS_N_DTYPES] = {
    { "FP32",   4, 0, 0  },
    { "FP64",   8, 0, 0  },
    { "FP16",   2, 0, 0  },
    { "BF16",   2, 0, 0  },
    { "INT8",   1, 1, 8  },
    { "INT16",  2, 1, 16 },
    { "INT32",  4, 1, 32 },
    { "INT64",  8, 1, 64 },
    { "UINT8",  1, 0, 8  },
    { "UINT16", 2, 0, 16 },
    { "UINT32", 4, 0, 32 },
    { "UINT64", 8, 0, 64 },
    { "BOOL",   1, 0, 0  },
    { "BYTES",  0, 0, 0  }
};


/* One loop for each integer type: widened, then rounded to nearest. */

#define BYTES_INTEGER(name, type)                                             \
    name(const char *src, size_t n, float *x)                                 \
    {                                                                         \
        type    v;                                                            \
        size_t  i;                                                            \
                                                                              \
        for (i = 0; i < n; i++) {                                             \
            memcpy(&v, src + i * sizeof(type), sizeof(type));                 \
            x[i] = (float) v;                                                 \
        }                                                                     \
    }

static void BYTES_INTEGER(bytes_int8, int8_t)
static void BYTES_INTEGER(bytes_int16, int16_t)
static void BYTES_INTEGER(bytes_int32, int32_t)
static void BYTES_INTEGER(bytes_int64, int64_t)
static void BYTES_INTEGER(bytes_uint8, uint8_t)
static void BYTES_INTEGER(bytes_uint16, uint16_t)
static void BYTES_INTEGER(bytes_uint32, uint32_t)
static void BYTES_INTEGER(bytes_uint64, uint64_t)


/* IEEE binary16: the exponent gets its new bias.  A denormal has the value of
 * what stands behind the point of a normal number of the next exponent. */

static void
bytes_half(const char *src, size_t n, float *x)
{
    float     f;
    size_t    i;
    uint16_t  h;
    uint32_t  bits;

    for (i = 0; i < n; i++) {
        memcpy(&h, src + i * 2, 2);

        bits = (uint32_t) (h & 0x7fff) << 13;

        if (bits >= 0x0f800000) {
            bits += 0x70000000;
            memcpy(&f, &bits, 4);

        } else {
            bits += 0x38000000;
            memcpy(&f, &bits, 4);

            if (bits < 0x38800000) {
                f = (f - 0x1p-15f) * 2.0f;
            }
        }

        x[i] = h & 0x8000 ? -f : f;
    }
}


static void
bytes_bfloat(const char *src, size_t n, float *x)
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


static maas_status_t
bytes_double(const char *src, size_t n, float *x, maas_err_t *err)
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

    return MAAS_OK;
}


static maas_status_t
bytes_bool(const char *src, size_t n, float *x, maas_err_t *err)
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


/* Sixteen numbers a step: the largest exponent tells. */

typedef uint32_t  bytes_u32x4_t __attribute__((vector_size(16)));

static int
bytes_finite(const float *x, size_t n)
{
    size_t         i, j;
    uint32_t       bits;
    bytes_u32x4_t  v, bad;

    bad = (bytes_u32x4_t) { 0, 0, 0, 0 };

    for (i = 0; i + 16 <= n; i += 16) {
        for (j = 0; j < 16; j += 4) {
            memcpy(&v, x + i + j, sizeof(v));
            /* all ones in the exponent carry into the sign's place */
            bad |= (v & 0x7fffffff) + 0x00800000;
        }
    }

    bits = bad[0] | bad[1] | bad[2] | bad[3];

    for ( /* void */ ; i < n; i++) {
        memcpy(&bad, x + i, 4);
        bits |= (bad[0] & 0x7fffffff) + 0x00800000;
    }

    return !(bits >> 31);
}


int
maas__half_range(const float *x, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        /* 65504 and half a unit in the last place */
        if (fabsf(x[i]) >= 65520.0f) {
            return 0;
        }
    }

    return 1;
}


maas_status_t
maas__tensor_read(maas_dtype_t dt, const char *src, size_t n, float *x,
    maas_err_t *err)
{
    size_t         i;
    maas_status_t  rc;

    rc = MAAS_OK;

    switch (dt) {
    case MAAS_DT_FP32:
        memcpy(x, src, n * sizeof(float));
        break;
    case MAAS_DT_FP64:
        rc = bytes_double(src, n, x, err);
        break;
    case MAAS_DT_FP16:
        bytes_half(src, n, x);
        break;
    case MAAS_DT_BF16:
        bytes_bfloat(src, n, x);
        break;
    case MAAS_DT_INT8:
        bytes_int8(src, n, x);
        return MAAS_OK;
    case MAAS_DT_INT16:
        bytes_int16(src, n, x);
        return MAAS_OK;
    case MAAS_DT_INT32:
        bytes_int32(src, n, x);
        return MAAS_OK;
    case MAAS_DT_INT64:
        bytes_int64(src, n, x);
        return MAAS_OK;
    case MAAS_DT_UINT8:
        bytes_uint8(src, n, x);
        return MAAS_OK;
    case MAAS_DT_UINT16:
        bytes_uint16(src, n, x);
        return MAAS_OK;
    case MAAS_DT_UINT32:
        bytes_uint32(src, n, x);
        return MAAS_OK;
    case MAAS_DT_UINT64:
        bytes_uint64(src, n, x);
        return MAAS_OK;
    case MAAS_DT_BOOL:
        return bytes_bool(src, n, x, err);
    case MAAS_DT_BYTES:
        return maas__fail(err, MAAS_UNSUPPORTED,
                          "BYTES are not numbers");
    }

    if (rc != MAAS_OK || bytes_finite(x, n)) {
        return rc;
    }

    for (i = 0; bytes_finite(x + i, 1); i++) { /* void */ }

    return maas__fail(err, MAAS_BADVALUE, "number %zu is not finite", i);
}


size_t
maas__rows_bound(const maas_info_t *info, size_t len, size_t max_rows)
{
    size_t  rows, named;

    /* a number takes a byte at least: as BOOL or INT8, or as one digit */
    rows = len / info->in;

    if (info->n_columns > 0) {
        /* so does a value, and an input around a column's values takes 40 */
        named = len / info->n_columns;
        named = named > 40 ? named - 40 : 0;
        rows = named > rows ? named : rows;
    }

    rows = rows < max_rows ? rows : max_rows;

    return rows > 0 ? rows : 1;
}


maas_status_t
maas__bytes_read(const maas_info_t *info, const char *body, size_t len,
    size_t max_rows, float *x, maas_request_t *req, maas_err_t *err)
{
    size_t         rows, row;
    maas_status_t  rc;

    row = info->in * sizeof(float);
    rows = len / row;

    if (len == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "the body is empty");
    }

    if (len % row != 0) {
        return maas__fail(err, MAAS_BADSHAPE, "expected rows of %zu bytes, "
                          "%zu numbers of FP32 each, got %zu bytes", row,
                          info->in, len);
    }

    if (rows > max_rows) {
        return maas__fail(err, MAAS_TOOBIG, "%zu rows, at most %zu are "
                          "allowed", rows, max_rows);
    }

    rc = maas__tensor_read(MAAS_DT_FP32, body, rows * info->in, x, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    memset(req, 0, sizeof(maas_request_t));
    req->rows = rows;
    req->binary = 1;
    req->raw = 1;

    return MAAS_OK;
}


size_t
maas__bytes_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * info->out * sizeof(float);
}


size_t
maas__bytes_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf)
{
    size_t  size;

    size = maas__bytes_size(info, req);
    memcpy(buf, y, size);

    return size;
}
