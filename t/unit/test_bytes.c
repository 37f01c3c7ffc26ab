/*
 * Binary tensors: every element type, every length that is wrong, and numbers
 * that are none.  JSON around them only as far as it says where they are.
 */

#include "maas.h"
#include "wire/json/maas_body.h"
#include "wire/maas_bytes.h"
#include "wire.h"

#include <math.h>


/* n elements at an odd address, in memory of just their size. */

static maas_status_t
read_tensor(maas_dtype_t dt, const void *src, size_t n, float *x,
    maas_err_t *err)
{
    char           *copy;
    size_t          size;
    maas_status_t   rc;

    size = n * maas__dtypes[dt].size;
    copy = malloc(size + 1);
    memcpy(copy + 1, src, size);
    memset(err, 0, sizeof(maas_err_t));
    rc = maas__tensor_read(dt, copy + 1, n, x, err);
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
        assert_int_equal(sizeof(type), maas__dtypes[dt].size);                \
        assert_int_equal(read_tensor(dt, v_, n_, x_, &err_), MAAS_OK);        \
                                                                              \
        for (i_ = 0; i_ < n_; i_++) {                                         \
            assert_true(x_[i_] == (float) v_[i_]);                            \
        }                                                                     \
    } while (0)


static void
integers(void **state)
{
    GOOD(MAAS_DT_INT8, int8_t, 0, 1, -1, 127, -128);
    GOOD(MAAS_DT_UINT8, uint8_t, 0, 1, 128, 255);
    GOOD(MAAS_DT_INT16, int16_t, 0, -1, 32767, -32768);
    GOOD(MAAS_DT_UINT16, uint16_t, 0, 1, 65535);
    GOOD(MAAS_DT_INT32, int32_t, 0, -1, 16777217, INT32_MAX, INT32_MIN);
    GOOD(MAAS_DT_UINT32, uint32_t, 0, 1, 4294967295u);
    GOOD(MAAS_DT_INT64, int64_t, 0, -1, INT64_MAX, INT64_MIN, 1ll << 53);
    GOOD(MAAS_DT_UINT64, uint64_t, 0, 1, UINT64_MAX, 1ull << 63);
}


static void
booleans(void **state)
{
    float       x[4];
    maas_err_t  err;

    GOOD(MAAS_DT_BOOL, uint8_t, 0, 1, 1, 0);

    assert_int_equal(read_tensor(MAAS_DT_BOOL, "\0\1\2\1", 4, x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 2 is neither 0 nor 1, as BOOL must "
                        "be");
    assert_int_equal(read_tensor(MAAS_DT_BOOL, "\xff", 1, x, &err),
                     MAAS_BADVALUE);
}


static void
not_numbers(void **state)
{
    float       x[1];
    maas_err_t  err;

    assert_int_equal(read_tensor(MAAS_DT_BYTES, "", 0, x, &err),
                     MAAS_UNSUPPORTED);
    assert_string_equal(err.msg, "BYTES are not numbers");
}


/* Each number that is not finite is found at each place. */

static void
floats(void **state)
{
    float       v[40], x[40];
    char        msg[64];
    size_t      i, n, k;
    maas_err_t  err;

    static const float  bad[] = { INFINITY, -INFINITY, NAN, -NAN };

    for (i = 0; i < 40; i++) {
        v[i] = (float) i * 0.37f - 5;
    }

    v[7] = -0.0f;
    v[8] = 1e-45f;
    v[9] = 3.4028235e38f;
    v[20] = -3.4028235e38f;

    for (n = 0; n <= 40; n++) {
        assert_int_equal(read_tensor(MAAS_DT_FP32, v, n, x, &err), MAAS_OK);
        assert_memory_equal(x, v, n * sizeof(float));
    }

    for (n = 1; n <= 40; n++) {
        for (i = 0; i < n; i++) {
            for (k = 0; k < 4; k++) {
                float  kept = v[i];

                v[i] = bad[k];
                assert_int_equal(read_tensor(MAAS_DT_FP32, v, n, x, &err),
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

    GOOD(MAAS_DT_FP64, double, 0.0, 0.1, -1e300 * 0, 3.4e38, 1e-50, 1e-44);

    double  big[] = { 1, 3.5e38 }, inf[] = { 1, 2, -INFINITY }, nan[] = { NAN };

    assert_int_equal(read_tensor(MAAS_DT_FP64, big, 2, x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 1 is out of range for FP32");
    assert_int_equal(read_tensor(MAAS_DT_FP64, inf, 3, x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, "number 2 is not finite");
    assert_int_equal(read_tensor(MAAS_DT_FP64, nan, 1, x, &err),
                     MAAS_BADVALUE);
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

        rc = read_tensor(MAAS_DT_FP16, &h, 1, &x, &err);

        if (e == 31) {
            assert_int_equal(rc, MAAS_BADVALUE);

        } else {
            assert_int_equal(rc, MAAS_OK);
            want = e == 0 ? ldexp(f, -24) : ldexp(f + 1024, (int) e - 25);
            assert_true(fabsf(x) == (float) want);
            assert_int_equal(signbit(x) != 0, i >> 15);
        }

        rc = read_tensor(MAAS_DT_BF16, &h, 1, &x, &err);
        memcpy(&bits, &x, 4);

        assert_int_equal(bits, i << 16);
        assert_int_equal(rc, ((i >> 7) & 255) == 255 ? MAAS_BADVALUE
                                                     : MAAS_OK);
    }
}


/* T49: a bare body of FP32 */

static void
t49_raw(void **state)
{
    size_t       len;
    float        v[16];
    wire_t       w;
    maas_info_t  info;

    info = wire_info();

    for (len = 0; len < 16; len++) {
        v[len] = (float) len - 3.5f;
    }

    for (len = 0; len <= 64; len++) {
        wire_read(&w, &info, WIRE_BYTES, v, len, 0, 3);

        if (len == 0) {
            assert_int_equal(w.rc, MAAS_BADSHAPE);
            assert_string_equal(w.err.msg, "the body is empty");

        } else if (len % 16 != 0) {
            assert_int_equal(w.rc, MAAS_BADSHAPE);

        } else if (len == 64) {
            assert_int_equal(w.rc, MAAS_TOOBIG);
            assert_string_equal(w.err.msg, "4 rows, at most 3 are allowed");

        } else {
            assert_int_equal(w.rc, MAAS_OK);
            assert_int_equal(w.req.rows, len / 16);
            assert_true(w.req.raw && w.req.binary);
            assert_int_equal(w.req.top_k, 0);
            assert_int_equal(w.req.id.len, 0);
            assert_memory_equal(w.x, v, len);
        }
    }

    wire_read(&w, &info, WIRE_BYTES, v, 15, 0, 3);
    assert_string_equal(w.err.msg, "expected rows of 16 bytes, 4 numbers of "
                        "FP32 each, got 15 bytes");

    /* as a v2 request it is the form without any JSON */
    wire_read(&w, &info, WIRE_V2, v, 32, 0, 3);
    assert_int_equal(w.rc, MAAS_OK);
    assert_int_equal(w.req.rows, 2);
    assert_true(w.req.raw && w.req.binary);

    v[2] = NAN;
    wire_read(&w, &info, WIRE_BYTES, v, 32, 0, 3);
    assert_int_equal(w.rc, MAAS_BADVALUE);
    assert_string_equal(w.err.msg, "number 2 is not finite");
}


/* A v2 request with bytes behind its JSON. */

static void
v2_tail(wire_t *w, const char *json, const void *tail, size_t len)
{
    char         body[1024];
    size_t       json_len;
    maas_info_t  info;

    info = wire_info();
    json_len = strlen(json);
    memcpy(body, json, json_len);
    memcpy(body + json_len, tail, len);
    wire_read(w, &info, WIRE_V2, body, json_len + len, json_len, 3);
}


#define HEAD  "{\"inputs\":[{\"name\":\"input\",\"shape\":[2,4],"

static void
t49_behind_json(void **state)
{
    size_t   i, k;
    wire_t   w;
    uint8_t  bytes[64] = { 1, 0, 1, 1, 0, 0, 1, 1 };

    static const float  v[8] = { 1, 2, 3, 4, 5, 6, 7, 8.5f };

    static const char  fp32[] = HEAD "\"datatype\":\"FP32\",\"parameters\":"
                                "{\"binary_data_size\":32}}]}";
    static const char  no_size[] = HEAD "\"datatype\":\"FP32\"}]}";

    v2_tail(&w, fp32, v, 32);
    assert_int_equal(w.rc, MAAS_OK);
    assert_int_equal(w.req.rows, 2);
    assert_true(!w.req.binary && !w.req.raw);
    assert_memory_equal(w.x, v, 32);

    /* the size is known without being told, too */
    v2_tail(&w, no_size, v, 32);
    assert_int_equal(w.rc, MAAS_OK);
    assert_memory_equal(w.x, v, 32);

    /* too few, too many, another size than the shape's, both sources */

    v2_tail(&w, fp32, v, 31);
    assert_int_equal(w.rc, MAAS_BADSHAPE);
    assert_string_equal(w.err.msg, "tensor \"input\": expected 32 bytes behind "
                        "the JSON, got 31");
    v2_tail(&w, fp32, bytes, 33);
    assert_int_equal(w.rc, MAAS_BADSHAPE);
    v2_tail(&w, no_size, v, 31);
    assert_int_equal(w.rc, MAAS_BADSHAPE);
    v2_tail(&w, fp32, v, 0);
    assert_int_equal(w.rc, MAAS_BADSHAPE);

    v2_tail(&w, HEAD "\"datatype\":\"FP32\",\"parameters\":"
            "{\"binary_data_size\":28}}]}", v, 28);
    assert_int_equal(w.rc, MAAS_BADSHAPE);
    assert_string_equal(w.err.msg, "tensor \"input\": expected 32 bytes for "
                        "its shape, binary_data_size is 28");

    v2_tail(&w, HEAD "\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,8]}]}", v,
            32);
    assert_int_equal(w.rc, MAAS_BADSHAPE);
    assert_string_equal(w.err.msg, "32 bytes behind the JSON that belong to no "
                        "tensor");

    v2_tail(&w, HEAD "\"datatype\":\"FP32\",\"parameters\":"
            "{\"binary_data_size\":-1}}]}", v, 32);
    assert_int_equal(w.rc, MAAS_BADVALUE);

    /* every type of a fixed size */

    for (i = 0; i < MAAS_N_DTYPES; i++) {
        char  json[256];

        snprintf(json, sizeof(json), HEAD "\"datatype\":\"%s\"}]}",
                 maas__dtypes[i].name);
        v2_tail(&w, json, bytes, 8 * maas__dtypes[i].size);

        if (i == MAAS_DT_BYTES) {
            assert_int_equal(w.rc, MAAS_UNSUPPORTED);
            continue;
        }

        assert_int_equal(w.rc, MAAS_OK);
        assert_int_equal(w.req.rows, 2);

        for (k = 0; maas__dtypes[i].size == 1 && k < 8; k++) {
            assert_true(w.x[k] == bytes[k]);
        }
    }

    /* a length of the JSON part that the body does not have */

    maas_info_t  info = wire_info();

    wire_read(&w, &info, WIRE_V2, fp32, 10, 11, 3);
    assert_int_equal(w.rc, MAAS_BADVALUE);
    assert_string_equal(w.err.msg, "the JSON part is 11 bytes long by the "
                        "header, the body only 10");
    wire_read(&w, &info, WIRE_V2, fp32, 10, (size_t) 1 << 63, 3);
    assert_int_equal(w.rc, MAAS_BADVALUE);

    /* one that cuts the JSON makes a tail of its rest */
    wire_read(&w, &info, WIRE_V2, fp32, sizeof(fp32) - 1, sizeof(fp32) - 3, 3);
    assert_int_equal(w.rc, MAAS_BADSHAPE);
    wire_read(&w, &info, WIRE_V2, fp32, sizeof(fp32) - 1, 20, 3);
    assert_int_equal(w.rc, MAAS_BADVALUE);
}


static void
t42_no_rows(void **state)
{
    wire_t  w;

    v2_tail(&w, "{\"inputs\":[{\"name\":\"input\",\"shape\":[0,4],\"datatype\":"
            "\"FP32\",\"parameters\":{\"binary_data_size\":0}}]}", "", 0);
    assert_int_equal(w.rc, MAAS_OK);
    assert_int_equal(w.req.rows, 0);
}


static void
written(void **state)
{
    char            buf[24];
    maas_info_t     info;
    maas_request_t  req;

    static const float  y[6] = { 0, -0.0f, 1.5f, 3.4e38f, 1e-45f, -7 };

    info = wire_info();
    memset(&req, 0, sizeof(req));
    req.rows = 2;

    assert_int_equal(maas__bytes_size(&info, &req), 24);
    assert_int_equal(maas__bytes_write(&info, &req, y, buf), 24);
    assert_memory_equal(buf, y, 24);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(booleans),
        cmocka_unit_test(not_numbers),
        cmocka_unit_test(floats),
        cmocka_unit_test(doubles),
        cmocka_unit_test(halves),
        cmocka_unit_test(t49_raw),
        cmocka_unit_test(t49_behind_json),
        cmocka_unit_test(t42_no_rows),
        cmocka_unit_test(written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
