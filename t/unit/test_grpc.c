/*
 * gRPC's messages: exact bytes of answers as Google's library writes them,
 * requests in every way they may be written, and what is refused with which
 * sentence.
 */

#include "maas_dtype.h"
#include "text/maas_pb.h"
#include "wire.h"

#include <math.h>


#define INFER    (&maas_form_grpc_infer)
#define PREDICT  (&maas_form_grpc_predict)


static char           buf[65536];
static maas_pb_out_t  m;
static maas_info_t    info;
static wire_t         w;


static int
setup(void **state)
{
    info = wire_info();
    m = (maas_pb_out_t) { buf, sizeof(buf), 0 };

    return 0;
}


static void
again(void)
{
    m.len = 0;
}


static maas_status_t
read_as(const maas_form_t *form, size_t max_rows)
{
    wire_read(&w, &info, form, buf, m.len, WIRE_ALL, max_rows);

    return w.rc;
}


/* What a request is refused for */

static void
refused(const maas_form_t *form, maas_status_t rc, const char *sentence)
{
    assert_int_equal(read_as(form, 3), rc);
    assert_string_equal(w.err.msg, sentence);
    again();
}


/* An input: shape (d0,d1), d1 -1: without it; open until input_end() */

static size_t
input(const char *name, const char *type, int64_t d0, int64_t d1)
{
    size_t  at, list;

    at = maas_pb_open(&m, 5);
    maas_pb_put_text(&m, 1, name);
    maas_pb_put_text(&m, 2, type);
    list = maas_pb_open(&m, 3);
    maas_pb_packed(&m, (uint64_t) d0);

    if (d1 != -1) {
        maas_pb_packed(&m, (uint64_t) d1);
    }

    maas_pb_close(&m, list);

    return at;
}


static void
input_end(size_t at)
{
    maas_pb_close(&m, at);
}


static void
raw(const void *p, size_t n)
{
    maas_pb_put_bytes(&m, 7, p, n);
}


static const float  eight[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* tritonclient 2.73's ModelInferRequest and ModelInferResponse, serialized */

static const char  asked[] =
    "\x0a\x03toy\x12\x01" "3\x1a\x02" "42\x2a\x11\x0a\x05input\x12\x04" "FP32"
    "\x1a\x02\x02\x04\x3a\x20\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40"
    "\0\0\xa0\x40\0\0\xc0\x40\0\0\xe0\x40\0\0\0\x41";
static const char  told_raw[] =
    "\x0a\x03toy\x12\x01" "3\x1a\x02" "42\x2a\x11\x0a\x05probs\x12\x04" "FP32"
    "\x1a\x02\x02\x03\x32\x18\0\0\0\x3f\0\0\x80\x3e\0\0\x80\x3e\0\0\0\0"
    "\0\0\x80\x3f\0\0\0\0";
static const char  told_typed[] =
    "\x0a\x03toy\x12\x01" "3\x1a\x02" "42\x2a\x2d\x0a\x05probs\x12\x04" "FP32"
    "\x1a\x02\x02\x03\x2a\x1a\x32\x18\0\0\0\x3f\0\0\x80\x3e\0\0\x80\x3e\0\0\0\0"
    "\0\0\x80\x3f\0\0\0\0";

static const float  answer[6] = { 0.5f, 0.25f, 0.25f, 0, 1, 0 };

static const char  *version = "3";


/* The answer to what was read, in memory of just the size that is promised */

static size_t
writes(const maas_form_t *form, const float *y, char *out, size_t room)
{
    char    *p;
    size_t   n, size, json_len;

    w.req.version = (maas_str_t) { version, strlen(version) };
    size = form->size(&info, &w.req);
    p = malloc(size);
    n = form->write(&info, &w.req, y, p, &json_len);
    assert_in_range(n, 1, size);
    assert_in_range(n, 1, room);
    memcpy(out, p, n);
    free(p);

    return n;
}


static void
as_others_write_it(void **state)
{
    char    out[256];
    size_t  n;

    wire_read(&w, &info, INFER, asked, sizeof(asked) - 1, WIRE_ALL, 3);
    assert_int_equal(w.rc, MAAS_OK);
    assert_int_equal(w.room, 8);
    assert_int_equal(w.req.rows, 2);
    assert_true(w.req.binary);
    assert_memory_equal(w.x, eight, sizeof(eight));
    assert_int_equal(w.req.id.len, 2);
    assert_memory_equal(w.req.id.data, "42", 2);

    n = writes(INFER, answer, out, sizeof(out));
    assert_int_equal(n, sizeof(told_raw) - 1);
    assert_memory_equal(out, told_raw, n);

    w.req.binary = 0;
    n = writes(INFER, answer, out, sizeof(out));
    assert_int_equal(n, sizeof(told_typed) - 1);
    assert_memory_equal(out, told_typed, n);
}


/* Half a message is none, or one that lacks something */

static void
cut(void **state)
{
    size_t  n;

    for (n = 0; n < sizeof(asked) - 1; n++) {
        wire_read(&w, &info, INFER, asked, n, WIRE_ALL, 3);
        assert_int_not_equal(w.rc, MAAS_OK);
        assert_int_not_equal(w.err.msg[0], '\0');
    }
}


/* Every type in raw contents, and in its list, packed or one by one */

static void
types(void **state)
{
    char      bytes[64];
    size_t    at, c, k, list, width;
    unsigned  dt;
    double    d;
    float     f;
    uint64_t  v;

    static const unsigned  lists[MAAS_N_DTYPES] = {
        [MAAS_F32] = 6, [MAAS_F64] = 7, [MAAS_I8] = 2, [MAAS_I16] = 2,
        [MAAS_I32] = 2, [MAAS_I64] = 3, [MAAS_U8] = 4, [MAAS_U16] = 4,
        [MAAS_U32] = 4, [MAAS_U64] = 5, [MAAS_BOOL] = 1
    };

    for (dt = 0; dt < MAAS_N_DTYPES; dt++) {
        if (maas__dtypes[dt].read == NULL) {
            continue;
        }

        /* 0 and 1, and a negative one where there are some */

        width = maas__dtypes[dt].bits / 8;
        memset(bytes, 0, sizeof(bytes));

        for (k = 0; k < 4; k++) {
            v = k % 2 == 0 ? 0 : maas__dtypes[dt].is_signed ? UINT64_MAX : 1;
            d = (double) v;
            f = (float) d;
            memcpy(bytes + k * width, dt == MAAS_F64 ? (void *) &d
                   : dt == MAAS_F32 ? (void *) &f : (void *) &v, width);
        }

        at = input("input", maas__dtypes[dt].wire, 1, 4);
        input_end(at);
        raw(bytes, 4 * width);
        assert_int_equal(read_as(INFER, 3), MAAS_OK);
        assert_int_equal(w.req.rows, 1);
        again();

        for (c = 0; c < 4; c++) {
            v = c % 2;
            assert_true(w.x[c] == 0 || c % 2 == 1);
        }

        if (lists[dt] == 0) {
            at = input("input", maas__dtypes[dt].wire, 1, 4);
            input_end(at);
            assert_int_equal(read_as(INFER, 3), MAAS_BADVALUE);
            again();
            continue;
        }

        if (width == 8 || dt == MAAS_F32) {
            continue;                  /* floats, and digits: values() */
        }

        at = input("input", maas__dtypes[dt].wire, 1, 4);
        list = maas_pb_open(&m, 5);
        c = maas_pb_open(&m, lists[dt]);
        maas_pb_packed(&m, 0);
        maas_pb_packed(&m, maas__dtypes[dt].is_signed ? UINT64_MAX : 1);
        maas_pb_close(&m, c);
        maas_pb_put_varint(&m, lists[dt], 0);
        maas_pb_put_varint(&m, lists[dt], 1);
        maas_pb_close(&m, list);
        input_end(at);
        assert_int_equal(read_as(INFER, 3), MAAS_OK);
        assert_false(w.req.binary);
        assert_true(w.x[0] == 0 && w.x[2] == 0 && w.x[3] == 1);
        assert_true(w.x[1] == (maas__dtypes[dt].is_signed ? -1 : 1));
        again();
    }
}


/* Floats one by one, in two runs, and in one */

static void
floats(void **state)
{
    size_t    at, c, i;
    uint32_t  bits;

    at = input("input", "FP32", 2, 4);
    c = maas_pb_open(&m, 5);
    maas_pb_put_bytes(&m, 6, eight, 8);
    maas_pb_put_bytes(&m, 6, eight + 2, 20);

    memcpy(&bits, eight + 7, 4);
    maas_pb_packed(&m, 6 << 3 | MAAS_PB_FIXED32);

    for (i = 0; i < 4; i++) {
        buf[m.len++] = (char) (bits >> (8 * i));
    }

    maas_pb_close(&m, c);
    input_end(at);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_memory_equal(w.x, eight, sizeof(eight));
    assert_int_equal(w.req.rows, 2);
    again();

    at = input("input", "FP32", 2, 4);
    c = maas_pb_open(&m, 5);
    maas_pb_put_bytes(&m, 6, eight, sizeof(eight));
    maas_pb_close(&m, c);
    input_end(at);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_memory_equal(w.x, eight, sizeof(eight));
    again();
}


/* Rows of doubles keep what floats have not, and a missing number is NaN */

static void
doubles(void **state)
{
    size_t          at, c;
    double          x[4], v[4] = { 0.1, NAN, 1e300, -3 };
    maas_err_t      err;
    maas_body_t     body = { .data = buf, .max_rows = 3 };
    maas_request_t  req;

    info.wide = 1;
    info.nan = 1;
    info.row = sizeof(v);

    at = input("input", "FP64", 1, 4);
    c = maas_pb_open(&m, 5);
    maas_pb_put_bytes(&m, 7, v, 8);
    maas_pb_put_bytes(&m, 7, v + 1, 24);
    maas_pb_close(&m, c);
    input_end(at);
    body.len = m.len;
    assert_int_equal(INFER->bound(&info, &body), 1);
    assert_int_equal(INFER->read(&info, &body, x, &req, &err), MAAS_OK);
    assert_true(x[0] == 0.1 && isnan(x[1]) && x[2] == 1e300 && x[3] == -3);
    again();

    input_end(input("input", "FP64", 1, 4));
    raw(v, sizeof(v));
    body.len = m.len;
    x[2] = 0;
    assert_int_equal(INFER->read(&info, &body, x, &req, &err), MAAS_OK);
    assert_true(x[0] == 0.1 && isnan(x[1]) && x[2] == 1e300 && x[3] == -3);
    again();

    /* 2^63 + 1024 is no float, but a double */

    at = input("input", "UINT64", 1, 4);
    c = maas_pb_open(&m, 5);
    maas_pb_put_varint(&m, 5, 9223372036854776832u);
    maas_pb_put_bytes(&m, 5, "\0\1\2", 3);
    maas_pb_close(&m, c);
    input_end(at);
    body.len = m.len;
    assert_int_equal(INFER->read(&info, &body, x, &req, &err), MAAS_OK);
    assert_true(x[0] == 9223372036854776832.0 && x[3] == 2);
}


/* No rows are answered with none, as in v2 */

static void
no_rows(void **state)
{
    char    out[256];
    size_t  at, n;

    static const char  told[] = "\x0a\x03toy\x12\x01" "3\x2a\x11\x0a\x05probs"
                                "\x12\x04" "FP32\x1a\x02\0\x03\x32\0";

    at = input("input", "FP32", 0, 4);
    input_end(at);
    raw("", 0);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_int_equal(w.req.rows, 0);
    n = writes(INFER, answer, out, sizeof(out));
    assert_int_equal(n, sizeof(told) - 1);
    assert_memory_equal(out, told, n);
    again();

    at = input("input", "FP32", 0, 4);
    input_end(at);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_int_equal(w.req.rows, 0);
    again();
}


/* The order of fields is of no account, and what nobody knows is passed over */

static void
any_order(void **state)
{
    size_t  at;

    raw(eight, sizeof(eight));
    maas_pb_put_varint(&m, 99, 7);
    at = maas_pb_open(&m, 5);
    maas_pb_put_varint(&m, 3, 2);
    maas_pb_put_double(&m, 1, 3);                  /* no name: wire type */
    maas_pb_put_text(&m, 77, "whatever");
    maas_pb_put_text(&m, 2, "FP64");
    maas_pb_put_varint(&m, 3, 4);
    maas_pb_put_text(&m, 2, "FP32");
    maas_pb_put_text(&m, 1, "input");
    maas_pb_close(&m, at);
    maas_pb_put_text(&m, 3, "first");
    maas_pb_put_text(&m, 3, "n\xc3\xa4 \"x\"\n");

    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_memory_equal(w.x, eight, sizeof(eight));
    assert_int_equal(w.req.id.len, 8);
    again();
}


/* A parameter of an output that is asked for, in the last field, as field f
 * with value v */

static void
output(const char *name, const char *key, unsigned f, uint64_t v)
{
    size_t  at, entry, value;

    at = maas_pb_open(&m, 6);
    maas_pb_put_text(&m, 1, name);

    if (key != NULL) {
        entry = maas_pb_open(&m, 2);
        maas_pb_put_text(&m, 1, key);
        value = maas_pb_open(&m, 2);
        maas_pb_put_varint(&m, f, v);
        maas_pb_close(&m, value);
        maas_pb_close(&m, entry);
    }

    maas_pb_close(&m, at);
}


static void
with_input(void)
{
    again();
    input_end(input("input", "FP32", 1, 4));
    raw(eight, 16);
}


static void
outputs(void **state)
{
    char    out[512];
    size_t  n;

    static const char  told[] =
        "\x0a\x03toy\x12\x01" "3"
        "\x2a\x15\x0a\x08" "decision\x12\x05INT64\x1a\x02\x01\x01"
        "\x2a\x12\x0a\x05probs\x12\x05" "BYTES\x1a\x02\x01\x02"
        "\x32\x08\0\0\0\0\0\0\0\0"
        "\x32\x1e\x09\0\0\0" "0.5:0:cat" "\x0d\0\0\0" "0.25:1:dog \"x";

    with_input();
    output("decision", NULL, 0, 0);
    output("probs", "classification", 2, 2);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_int_equal(w.req.n_outputs, 2);
    assert_int_equal(w.req.top_k, 2);
    n = writes(INFER, answer, out, sizeof(out));
    assert_memory_equal(out, told, 60);
    assert_true(n > 60);

    /* as lists */
    w.req.binary = 0;
    n = writes(INFER, answer, out, sizeof(out));
    assert_memory_equal(out + 8, "\x2a\x1a\x0a\x08" "decision\x12\x05INT64"
                        "\x1a\x02\x01\x01\x2a\x03\x1a\x01\x00", 28);

    with_input();
    output("probs", "classification", 5, 7);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_int_equal(w.req.top_k, 3);

    with_input();
    output("probs", "classification", 2, (uint64_t) -1);
    refused(INFER, MAAS_BADVALUE, "\"classification\": expected a whole "
            "number, 0 or more");

    with_input();
    output("probs", "classification", 1, 1);
    refused(INFER, MAAS_BADVALUE, "\"classification\": expected a whole "
            "number, 0 or more");

    with_input();
    output("label", "classification", 2, 1);
    refused(INFER, MAAS_BADVALUE, "output \"label\" has no classes to rank");

    with_input();
    output("probs", "binary_data", 1, 1);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    output("probs", NULL, 0, 0);
    refused(INFER, MAAS_BADVALUE, "output \"probs\" is there twice");

    with_input();
    output("nothing", NULL, 0, 0);
    refused(INFER, MAAS_BADNAME, "unknown output \"nothing\", expected "
            "\"probs\", \"label\", \"decision\"");

    with_input();
    output("", NULL, 0, 0);
    refused(INFER, MAAS_BADVALUE, "an output has no \"name\"");

    with_input();
    output("probs", "shared_memory_region", 3, 0);
    refused(INFER, MAAS_UNSUPPORTED, "shared memory is not supported");
}


/* A parameter of the request: field f of the oneof with a number or a text */

static void
parameter(const char *key, unsigned f, uint64_t v, const char *text)
{
    size_t  entry, value;

    entry = maas_pb_open(&m, 4);
    maas_pb_put_text(&m, 1, key);
    value = maas_pb_open(&m, 2);

    if (text != NULL) {
        maas_pb_put_text(&m, f, text);

    } else if (f != 0) {
        maas_pb_put_varint(&m, f, v);
    }

    maas_pb_close(&m, value);
    maas_pb_close(&m, entry);
}


static void
explains(void **state)
{
    with_input();
    parameter("explain", 1, 1, NULL);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_true(w.req.explain.said && w.req.explain.wanted);
    assert_int_equal(w.req.explain.top, 0);

    with_input();
    parameter("explain", 1, 0, NULL);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_true(w.req.explain.said && !w.req.explain.wanted);

    with_input();
    parameter("explain", 3, 0, "top=2");
    parameter("sequence_id", 2, 7, NULL);
    assert_int_equal(read_as(INFER, 3), MAAS_OK);
    assert_true(w.req.explain.wanted);
    assert_int_equal(w.req.explain.top, 2);

    with_input();
    parameter("explain", 2, 3, NULL);
    refused(INFER, MAAS_BADVALUE, "\"explain\": expected true, false or a text "
            "such as \"top=3\"");

    with_input();
    parameter("explain", 0, 0, NULL);
    refused(INFER, MAAS_BADVALUE, "\"explain\": expected true, false or a text "
            "such as \"top=3\"");
}


static void
refusals(void **state)
{
    float   v[8];
    size_t  at, c;

    refused(INFER, MAAS_BADVALUE, "the request has no \"inputs\"");

    input_end(input("input", "FP32", 2, 4));
    raw(eight, 31);
    refused(INFER, MAAS_BADSHAPE, "tensor \"input\": expected 32 bytes for its "
            "shape, got 31");

    input_end(input("input", "FP32", 2, 4));
    raw(eight, 28);
    refused(INFER, MAAS_BADSHAPE, "tensor \"input\": expected 8 numbers for "
            "shape [2,4], got 7");

    input_end(input("input", "INT32", 2, 4));
    refused(INFER, MAAS_BADSHAPE, "tensor \"input\": expected 8 numbers for "
            "shape [2,4], got 0");

    input_end(input("input", "FP32", 2, 4));
    raw(eight, 32);
    raw(eight, 32);
    refused(INFER, MAAS_BADVALUE, "expected 1 raw_input_contents, one for each "
            "input, got 2");

    input_end(input("input", "FP32", 2, 3));
    raw(eight, 24);
    refused(INFER, MAAS_BADSHAPE, "shape [2,3] does not hold rows of 4 "
            "numbers");

    input_end(input("input", "FP32", -2, -4));
    raw(eight, 32);
    refused(INFER, MAAS_BADSHAPE, "tensor \"input\": a dimension of -4");

    input_end(input("input", "FP32", INT64_MAX, 4));
    raw(eight, 32);
    refused(INFER, MAAS_TOOBIG, "9223372036854775807 rows, at most 3 are "
            "allowed");

    input_end(input("input", "FP32", INT64_MAX, INT64_MAX));
    raw(eight, 32);
    assert_int_equal(read_as(INFER, 3), MAAS_BADSHAPE);
    again();

    input_end(input("input", "FP32", 4, 4));
    raw(eight, 32);
    refused(INFER, MAAS_TOOBIG, "4 rows, at most 3 are allowed");

    input_end(input("output", "FP32", 2, 4));
    raw(eight, 32);
    refused(INFER, MAAS_BADNAME, "unknown input \"output\", expected "
            "\"input\"");

    input_end(input("", "FP32", 2, 4));
    raw(eight, 32);
    refused(INFER, MAAS_BADVALUE, "an input has no \"name\"");

    input_end(input("input", "", 2, 4));
    raw(eight, 32);
    refused(INFER, MAAS_BADVALUE, "tensor \"input\" has no \"datatype\"");

    input_end(input("input", "FLOAT", 2, 4));
    raw(eight, 32);
    refused(INFER, MAAS_BADVALUE, "tensor \"input\": unknown datatype, "
            "expected one such as FP32, INT64 or BYTES");

    input_end(input("input", "BYTES", 2, 4));
    raw(eight, 32);
    refused(INFER, MAAS_UNSUPPORTED, "tensor \"input\" takes numbers, not "
            "BYTES");

    at = maas_pb_open(&m, 5);
    maas_pb_put_text(&m, 1, "input");
    maas_pb_put_text(&m, 2, "FP32");
    input_end(at);
    raw(eight, 32);
    refused(INFER, MAAS_BADVALUE, "tensor \"input\" has no \"shape\"");

    input_end(input("input", "FP16", 2, 4));
    refused(INFER, MAAS_BADVALUE, "tensor \"input\": FP16 is only in "
            "raw_input_contents");

    /* contents of another list, and of both ways at once */

    at = input("input", "FP32", 1, 4);
    c = maas_pb_open(&m, 5);
    maas_pb_put_bytes(&m, 7, eight, 32);
    maas_pb_close(&m, c);
    input_end(at);
    refused(INFER, MAAS_BADVALUE, "tensor \"input\": FP32 stands in "
            "fp32_contents, got fp64_contents");

    at = input("input", "FP32", 1, 4);
    c = maas_pb_open(&m, 5);
    maas_pb_put_bytes(&m, 6, eight, 16);
    maas_pb_close(&m, c);
    input_end(at);
    raw(eight, 16);
    refused(INFER, MAAS_BADVALUE, "tensor \"input\" has both contents and "
            "raw_input_contents");

    at = input("input", "INT8", 1, 4);
    c = maas_pb_open(&m, 5);
    maas_pb_put_bytes(&m, 2, "\x01\x80\x01\x01\x01", 5);
    maas_pb_close(&m, c);
    input_end(at);
    refused(INFER, MAAS_BADVALUE, "number 1 is out of range");

    memcpy(v, eight, sizeof(v));
    v[5] = NAN;
    input_end(input("input", "FP32", 2, 4));
    raw(v, 32);
    refused(INFER, MAAS_BADVALUE, "number 5 is not finite");

    input_end(input("input", "FP32", 2, 4));
    input_end(input("input", "FP32", 2, 4));
    raw(eight, 32);
    raw(eight, 32);
    assert_int_equal(read_as(INFER, 3), MAAS_BADVALUE);
    assert_non_null(strstr(w.err.msg, "more than one input, expected only "
                           "\"input\""));
    again();

    with_input();
    maas_pb_put_text(&m, 3, "\xff");
    refused(INFER, MAAS_BADVALUE, "\"id\" is not UTF-8");

    with_input();
    maas_pb_put_text(&m, 3, "7");
    buf[m.len++] = 0x2b;
    assert_int_equal(read_as(INFER, 3), MAAS_BADVALUE);
    assert_memory_equal(w.req.id.data, "7", 1);
}


/* tensorflow.TensorProto: numbers one by one, packed, as bytes, and one that
 * stands for all */

static size_t
tensor(const char *name, unsigned type, uint64_t d0, uint64_t d1)
{
    size_t  at, shape, dim;

    at = maas_pb_open(&m, 2);
    maas_pb_put_text(&m, 1, name);
    (void) maas_pb_open(&m, 2);
    maas_pb_put_varint(&m, 1, type);
    shape = maas_pb_open(&m, 2);
    dim = maas_pb_open(&m, 2);
    maas_pb_put_varint(&m, 1, d0);
    maas_pb_close(&m, dim);
    dim = maas_pb_open(&m, 2);
    maas_pb_put_varint(&m, 1, d1);
    maas_pb_close(&m, dim);
    maas_pb_close(&m, shape);

    return at;
}


/* The value, a message, begins behind its key in the entry */

static void
tensor_end(size_t at)
{
    maas_pb_close(&m, at + 2 + (uint8_t) buf[at + 1] + 1);
    maas_pb_close(&m, at);
}


static void
predicts(void **state)
{
    char             out[256];
    size_t           at, n;
    maas_pb_field_t  f;

    static const char  told[] =
        "\x0a\x2f\x0a\x05probs\x12\x26\x08\x01\x12\x08\x12\x02\x08\x02\x12\x02"
        "\x08\x03\x2a\x18\0\0\0\x3f\0\0\x80\x3e\0\0\x80\x3e\0\0\0\0\0\0\x80\x3f"
        "\0\0\0\0"
        "\x12\x1a\x0a\x03toy\x12\x02\x08\x03\x1a\x0fserving_default";

    at = tensor("input", 1, 2, 4);
    maas_pb_put_bytes(&m, 4, eight, 32);
    tensor_end(at);
    assert_int_equal(read_as(PREDICT, 3), MAAS_OK);
    assert_int_equal(w.req.rows, 2);
    assert_memory_equal(w.x, eight, sizeof(eight));
    n = writes(PREDICT, answer, out, sizeof(out));
    assert_int_equal(n, sizeof(told) - 1);
    assert_memory_equal(out, told, n);
    again();

    at = tensor("input", 1, 2, 4);
    maas_pb_put_bytes(&m, 5, eight, 32);
    tensor_end(at);
    assert_int_equal(read_as(PREDICT, 3), MAAS_OK);
    assert_memory_equal(w.x, eight, sizeof(eight));
    again();

    /* int_val of DT_INT32, whose last one repeats */

    at = tensor("input", 3, 2, 4);
    maas_pb_put_varint(&m, 7, 1);
    maas_pb_put_varint(&m, 7, (uint64_t) -9);
    tensor_end(at);
    assert_int_equal(read_as(PREDICT, 3), MAAS_OK);
    assert_int_equal(w.req.rows, 2);
    assert_true(w.x[0] == 1 && w.x[1] == -9 && w.x[7] == -9);
    again();

    at = tensor("input", 1, 3, 4);
    maas_pb_put_bytes(&m, 5, eight + 6, 4);
    tensor_end(at);
    assert_int_equal(read_as(PREDICT, 3), MAAS_OK);
    assert_true(w.x[0] == 7 && w.x[11] == 7);
    again();

    /* halves have their bits in half_val: 1.5 */

    at = tensor("input", 19, 1, 4);
    maas_pb_put_varint(&m, 13, 0x3e00);
    tensor_end(at);
    assert_int_equal(read_as(PREDICT, 3), MAAS_OK);
    assert_true(w.x[0] == 1.5f && w.x[3] == 1.5f);
    again();

    /* which outputs */

    at = tensor("input", 1, 1, 4);
    maas_pb_put_bytes(&m, 4, eight, 16);
    tensor_end(at);
    maas_pb_put_text(&m, 3, "label");
    assert_int_equal(read_as(PREDICT, 3), MAAS_OK);
    n = writes(PREDICT, answer, out, sizeof(out));
    assert_memory_equal(out, "\x0a\x1a\x0a\x05label\x12\x11\x08\x07\x12\x08"
                        "\x12\x02\x08\x01\x12\x02\x08\x01\x42\x03" "cat", 28);

    /* the largest version that nginx reads */

    version = "9223372036854775807";
    n = writes(PREDICT, answer, out, sizeof(out));
    version = "3";
    assert_true(maas_pb_find((maas_pb_t) { out, out + n }, 2, MAAS_PB_BYTES,
                             &f));
    assert_true(maas_pb_find(f.bytes, 2, MAAS_PB_BYTES, &f));
    assert_true(maas_pb_find(f.bytes, 1, MAAS_PB_VARINT, &f));
    assert_true(f.value == INT64_MAX);
}


static void
predictions_refused(void **state)
{
    size_t  at;

    refused(PREDICT, MAAS_BADVALUE, "the request has no \"inputs\"");

    at = maas_pb_open(&m, 1);
    maas_pb_put_text(&m, 3, "other");
    maas_pb_close(&m, at);
    refused(PREDICT, MAAS_BADVALUE, "Serving signature key not found, there is "
            "only \"serving_default\"");

    tensor_end(tensor("input", 1, 1, 4));
    refused(PREDICT, MAAS_BADSHAPE, "tensor \"input\": expected 4 numbers for "
            "shape [1,4], got 0");

    tensor_end(tensor("input", 8, 1, 4));
    refused(PREDICT, MAAS_BADVALUE, "tensor \"input\": dtype 8 is not read, "
            "expected one such as DT_FLOAT (1)");

    tensor_end(tensor("x", 1, 1, 4));
    refused(PREDICT, MAAS_BADNAME, "unknown input \"x\", expected \"input\"");

    at = tensor("input", 1, 1, 4);
    maas_pb_put_varint(&m, 7, 1);
    tensor_end(at);
    refused(PREDICT, MAAS_BADVALUE, "tensor \"input\": FP32 stands in "
            "float_val, got int_val");

    at = tensor("input", 3, (uint64_t) 1 << 40, 4);
    maas_pb_put_varint(&m, 7, 1);
    tensor_end(at);
    refused(PREDICT, MAAS_TOOBIG, "tensor \"input\": 4398046511104 values, of "
            "which int_val has 1; the last one may stand for 1048576 at most");
}


static void
which(void **state)
{
    size_t             at, n;
    maas_err_t         err;
    maas_grpc_which_t  x;

    assert_int_equal(maas_grpc_infer_which(asked, sizeof(asked) - 1, &x, &err),
                     MAAS_OK);
    assert_int_equal(x.name.len, 3);
    assert_memory_equal(x.name.data, "toy", 3);
    assert_int_equal(x.version.len, 1);
    assert_memory_equal(x.version.data, "3", 1);
    assert_int_equal(x.label.len, 0);

    assert_int_equal(maas_grpc_infer_which(asked, 3, &x, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "byte 0: not a field of a protobuf message");

    assert_int_equal(maas_grpc_infer_which("", 0, &x, &err), MAAS_OK);
    assert_int_equal(x.name.len + x.version.len, 0);

    at = maas_pb_open(&m, 1);
    maas_pb_put_text(&m, 1, "toy");
    n = maas_pb_open(&m, 2);
    maas_pb_put_varint(&m, 1, 1234567890123456789);
    maas_pb_close(&m, n);
    maas_pb_close(&m, at);
    assert_int_equal(maas_grpc_predict_which(buf, m.len, &x, &err), MAAS_OK);
    assert_int_equal(x.version.len, 19);
    assert_memory_equal(x.version.data, "1234567890123456789", 19);
    again();

    at = maas_pb_open(&m, 1);
    maas_pb_put_text(&m, 4, "stable");
    maas_pb_close(&m, at);
    assert_int_equal(maas_grpc_predict_which(buf, m.len, &x, &err), MAAS_OK);
    assert_int_equal(x.label.len, 6);
    assert_int_equal(x.name.len + x.version.len, 0);
    again();

    at = maas_pb_open(&m, 1);
    n = maas_pb_open(&m, 2);
    maas_pb_put_varint(&m, 1, (uint64_t) -1);
    maas_pb_close(&m, n);
    maas_pb_close(&m, at);
    assert_int_equal(maas_grpc_predict_which(buf, m.len, &x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, "\"model_spec\": version -1, expected 0 or "
                        "more");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(as_others_write_it, setup),
        cmocka_unit_test_setup(cut, setup),
        cmocka_unit_test_setup(types, setup),
        cmocka_unit_test_setup(floats, setup),
        cmocka_unit_test_setup(doubles, setup),
        cmocka_unit_test_setup(no_rows, setup),
        cmocka_unit_test_setup(any_order, setup),
        cmocka_unit_test_setup(outputs, setup),
        cmocka_unit_test_setup(explains, setup),
        cmocka_unit_test_setup(refusals, setup),
        cmocka_unit_test_setup(predicts, setup),
        cmocka_unit_test_setup(predictions_refused, setup),
        cmocka_unit_test_setup(which, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
