/*
 * Binary tensors in requests: every type, every length that is wrong, and
 * numbers that are none.  JSON only as far as it says where they are.
 */

#include "maas_dtype.h"
#include "wire.h"

#include <math.h>


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

        if (maas__dtypes[i].wire == NULL) {
            continue;
        }

        snprintf(json, sizeof(json), HEAD "\"datatype\":\"%s\"}]}",
                 maas__dtypes[i].wire);
        v2_tail(&w, json, bytes, maas__dtypes[i].bits);

        if (i == MAAS_BYTES) {
            assert_int_equal(w.rc, MAAS_UNSUPPORTED);
            continue;
        }

        assert_int_equal(w.rc, MAAS_OK);
        assert_int_equal(w.req.rows, 2);

        for (k = 0; maas__dtypes[i].bits == 8 && k < 8; k++) {
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

    assert_int_equal(WIRE_BYTES->size(&info, &req), 24);
    assert_int_equal(WIRE_BYTES->write(&info, &req, y, buf, NULL), 24);
    assert_memory_equal(buf, y, 24);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(t49_raw),
        cmocka_unit_test(t49_behind_json),
        cmocka_unit_test(t42_no_rows),
        cmocka_unit_test(written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
