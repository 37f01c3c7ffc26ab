/*
 * Infer requests and bare rows in JSON: what comes out of them, and for each
 * way to get them wrong the sentence that says so.
 */

#include "wire/json/maas_json_rows.h"
#include "wire.h"


#define IN     "\"inputs\":[{\"name\":\"input\","
#define SHAPE  "\"shape\":[1,4],"
#define FP32   "\"datatype\":\"FP32\","
#define DATA   "\"data\":[1,2,3,4]"
#define GOOD   "{" IN SHAPE FP32 DATA "}]}"


static void
v2(wire_t *w, const char *text)
{
    maas_info_t  info;

    info = wire_info();
    wire_read(w, &info, WIRE_V2, text, strlen(text), WIRE_ALL, 8);
}


static void
v2_good(wire_t *w, const char *text, size_t rows)
{
    v2(w, text);

    if (w->rc != MAAS_OK) {
        fail_msg("%s: %s", text, w->err.msg);
    }

    assert_int_equal(w->req.rows, rows);
    assert_int_equal(w->req.raw, 0);
}


static void
v2_bad(const char *text, maas_status_t rc, const char *msg)
{
    wire_t  w;

    v2(&w, text);

    if (w.rc != rc || strcmp(w.err.msg, msg) != 0) {
        fail_msg("%s: %d \"%s\", expected %d \"%s\"", text, w.rc, w.err.msg,
                 rc, msg);
    }

    assert_int_equal(w.err.code, rc);
    assert_int_equal(w.req.rows, 12345);               /* untouched */
}


static void
orders_and_forms(void **state)
{
    size_t  i, k;
    wire_t  w;

    static const struct { const char *text; size_t rows; }  cases[] = {
        { GOOD, 1 },
        { "{\"inputs\":[{" DATA ",\"datatype\":\"FP32\",\"shape\":[1,4],"
          "\"name\":\"input\"}]}", 1 },
        { "{\"inputs\":[{" FP32 DATA "," SHAPE "\"name\":\"input\"}]}", 1 },
        { " { \"inputs\" : [ { \"name\" : \"input\" , \"shape\" : [ 1 , 4 ] , "
          "\"datatype\" : \"FP32\" , "
          "\"data\" : [ 1 , 2 , 3 , 4 ] } ] } \n", 1 },
        { "{" IN SHAPE FP32 "\"data\":[[1,2,3,4]]}]}", 1 },
        { "{" IN "\"shape\":[2,4]," FP32 "\"data\":[1,2,3,4,5,6,7,8]}]}", 2 },
        { "{" IN "\"shape\":[2,4]," FP32 "\"data\":[[1,2,3,4],[5,6,7,8]]}]}",
          2 },
        { "{" IN "\"shape\":[2,2,2]," FP32
          "\"data\":[[[1,2],[3,4]],[[5,6],[7,8]]]}]}", 2 },
        { "{" IN "\"shape\":[4]," FP32 DATA "}]}", 1 },
        { "{" IN "\"shape\":[2,2]," FP32 "\"data\":[[1,2],[3,4]]}]}", 1 },
        { "{" IN "\"shape\":[1,1,1,4,1,1,1,1]," FP32 DATA "}]}", 1 },

        /* members nobody knows, of every kind, and repeated */
        { "{\"x\":null,\"x\":{\"a\":[{},[]]},\"id\":\"7\","
          "\"parameters\":{\"priority\":1,\"sequence_id\":\"a\",\"b\":true},"
          IN "\"parameters\":{\"headers\":1},\"y\":[1.5e3]," SHAPE FP32 DATA
          "}],\"outputs\":[]}", 1 },
        { "{\"outputs\":[{\"name\":\"probs\",\"z\":[]}]," IN SHAPE FP32 DATA
          "}]}", 1 },
        { "{" IN SHAPE FP32 "\"parameters\":{}," DATA "}],\"parameters\":{}}",
          1 },

        /* what is null is not there */
        { "{\"id\":null,\"parameters\":null,\"outputs\":null,"
          IN "\"parameters\":null," SHAPE FP32 DATA "}]}", 1 },
        { "{\"inputs\":null," IN "\"data\":null," SHAPE FP32 DATA "}]}", 1 },
        { "{\"parameters\":{\"binary_data_output\":null},"
          IN "\"parameters\":{\"binary_data_size\":null,"
          "\"shared_memory_region\": null }," SHAPE FP32 DATA "}],"
          "\"outputs\":[{\"name\":\"probs\",\"parameters\":null}]}", 1 },
        { "{" IN SHAPE FP32 DATA "}],\"outputs\":[{\"name\":\"probs\","
          "\"parameters\":{\"classification\":null,\"binary_data\":null,"
          "\"shared_memory_region\":null}}]}", 1 },

        /* names in escapes */
        { "{\"inp\\u0075ts\":[{\"name\":\"\\u0069nput\",\"sh\\u0061pe\":[1,4],"
          "\"datatype\":\"FP\\u00332\",\"d\\u0061ta\":[1,2,3,4]}]}", 1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        v2_good(&w, cases[i].text, cases[i].rows);

        for (k = 0; k < 4 * cases[i].rows; k++) {
            assert_true(w.x[k] == (float) k + 1);
        }

        assert_int_equal(w.req.binary, 0);
        assert_int_equal(w.req.top_k, 0);
    }
}


static void
ids(void **state)
{
    wire_t  w;

    v2_good(&w, "{\"id\":\"a\\u0041\\\"\"," IN SHAPE FP32 DATA "}]}", 1);
    assert_int_equal(w.req.id.len, 11);
    assert_memory_equal(w.req.id.data, "\"a\\u0041\\\"\"", 11);

    v2_good(&w, "{\"id\":\"\"," IN SHAPE FP32 DATA "}]}", 1);
    assert_int_equal(w.req.id.len, 2);

    v2_good(&w, GOOD, 1);
    assert_int_equal(w.req.id.len, 0);

    v2_bad("{\"id\":7}", MAAS_BADVALUE, "byte 6: expected a string");
}


/* Also where the request is wrong, for logs */

static void
ids_of_wrong_ones(void **state)
{
    size_t  i;
    wire_t  w;

    static const struct { const char *text, *id; }  cases[] = {
        { "{\"id\":\"a1\",\"inputs\":[]}", "\"a1\"" },
        { "{\"inputs\":[7],\"id\":\"a1\"}", "\"a1\"" },
        { "{\"inputs\":[7],\"id\":7,\"i\\u0064\":\"a1\"}", "" },
        { "{\"id\":\"a1\"}", "\"a1\"" },
        { "{\"x\":[{\"id\":\"b\"}]}", "" },
        { "{\"inputs\":[}],\"id\":\"a1\"}", "" },
        { "[\"id\"]", "" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        v2(&w, cases[i].text);
        assert_int_not_equal(w.rc, MAAS_OK);

        if (w.req.id.len != strlen(cases[i].id)
            || (w.req.id.len > 0
                && memcmp(w.req.id.data, cases[i].id, w.req.id.len) != 0))
        {
            fail_msg("%s: %.*s", cases[i].text, (int) w.req.id.len,
                     w.req.id.data);
        }
    }
}


static void
requests_refused(void **state)
{
    size_t  i;

    static const struct { const char *text, *msg; }  cases[] = {
        { " ", "byte 1: expected an object, but the text ends here" },
        { "[]", "byte 0: expected an object" },
        { "{}", "the request has no \"inputs\"" },
        { "{\"outputs\":[]}", "the request has no \"inputs\"" },
        { "{\"inputs\":{}}", "byte 10: expected an array" },
        { "{\"inputs\":null}", "the request has no \"inputs\"" },
        { "{\"id\":nul}", "byte 6: expected a string" },
        { "{\"id\":nulls}", "byte 10: expected a comma or }" },
        { "{\"inputs\":[]}", "no input, expected \"input\"" },
        { "{\"inputs\":[{}]}", "an input has no \"name\"" },
        { "{\"inputs\":[1]}", "byte 11: expected an object" },
        { "{\"inputs\":[,]}", "byte 11: expected an object" },
        { "{\"inputs\":[", "byte 11: expected an object, but the text ends "
          "here" },
        { "{\"inputs\"", "byte 9: expected a colon, but the text ends here" },
        { "{\"inputs\":[{\"name\":\"input\"}]}",
          "tensor \"input\" has no \"shape\"" },
        { "{" IN SHAPE DATA "}]}", "tensor \"input\" has no \"datatype\"" },
        { "{" IN FP32 DATA "}]}", "tensor \"input\" has no \"shape\"" },
        { "{\"inputs\":[{" SHAPE FP32 DATA "}]}", "an input has no \"name\"" },
        { "{\"inputs\":[{\"name\":7}]}", "byte 19: expected a string" },
        { GOOD "x", "byte 78: more text after the value" },
        { GOOD "}", "byte 78: more text after the value" },
        { "{\"inputs\":[{" SHAPE FP32 "\"name\":\"input\"}]}",
          "tensor \"input\" has neither \"data\" nor \"binary_data_size\"" },
        { "{" IN SHAPE FP32 "\"parameters\":{\"binary_data_size\":16}," DATA
          "}]}", "tensor \"input\" has both \"data\" and "
          "\"binary_data_size\"" },
        { "{" IN "\"datatype\":\"FP31\"}]}", "byte 44: unknown datatype, "
          "expected one such as FP32, FP64, INT64, BOOL or BYTES" },
        { "{" IN "\"datatype\":5}]}", "byte 38: expected a string" },
        { "{" IN "\"shape\":4}]}", "byte 35: expected an array" },
        { "{" IN "\"shape\":[1,1,1,1,1,1,1,4,1]}]}",
          "byte 52: a shape of more than 8 dimensions" },
        { "{" IN "\"shape\":[1.0,4]}]}",
          "byte 36: expected a whole number of 0 or more" },
        { "{" IN "\"shape\":[\"1\",4]}]}",
          "byte 36: expected a whole number of 0 or more" },
        { "{" IN "\"shape\":[1 4]}]}", "byte 38: expected a comma or ]" },
        { "{" IN "\"parameters\":[]}]}", "byte 40: expected an object" },
        { "{\"parameters\":1}", "byte 14: expected an object" },
        { "{\"parameters\":{\"binary_data_output\":1}}",
          "byte 36: expected true or false" },
        { "{\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}",
          "byte 20: nested too deep" },
        { "{\"parameters\":{\"x\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}}",
          "byte 33: nested too deep" },
        { "{" IN "\"data\":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]}]}",
          "byte 47: nested too deep" },
        { "{\"x\":1,", "byte 7: expected a member name, but the text ends "
          "here" },
        { "{\"x\":1", "byte 6: expected a comma or }, but the text ends "
          "here" },
        { "{", "byte 1: expected a member name, but the text ends here" },
        { "{\"x\":1 2}", "byte 7: expected a comma or }" },
        { "{\"x\":nul}", "byte 5: expected a value" },
        { "{\"\xff\":1}", "byte 2: a string that is not UTF-8" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        v2_bad(cases[i].text, MAAS_BADVALUE, cases[i].msg);
    }

    v2_bad("{\"inputs\":[{\"name\":\"x\"}]}", MAAS_BADNAME,
           "byte 20: unknown input \"x\", expected \"input\"");

    v2_bad("", MAAS_BADSHAPE, "the body is empty");
    v2_bad("{" IN "\"datatype\":\"BYTES\"}]}", MAAS_UNSUPPORTED,
           "tensor \"input\" takes numbers, not BYTES");
    v2_bad("{" IN "\"parameters\":{\"shared_memory_region\":\"r\"}}]}",
           MAAS_UNSUPPORTED, "shared memory is not supported");
}


static void
t40_count(void **state)
{
    v2_bad("{" IN SHAPE FP32 "\"data\":[1,2,3]}]}", MAAS_BADSHAPE,
           "tensor \"input\": expected 4 numbers for shape [1,4], got 3");
    v2_bad("{" IN SHAPE FP32 "\"data\":[1,2,3,4,5]}]}", MAAS_BADSHAPE,
           "tensor \"input\": expected 4 numbers for shape [1,4], got 5");
    v2_bad("{" IN SHAPE FP32 "\"data\":[]}]}", MAAS_BADSHAPE,
           "tensor \"input\": expected 4 numbers for shape [1,4], got 0");
    v2_bad("{\"inputs\":[{\"data\":[1,2,3]," SHAPE FP32 "\"name\":\"input\"}]}",
           MAAS_BADSHAPE,
           "tensor \"input\": expected 4 numbers for shape [1,4], got 3");
}


static void
t41_ragged_and_mixed(void **state)
{
    size_t  i;

    static const struct { const char *data, *msg; maas_status_t rc; }
    cases[] = {
        { "[[1,2],[3]]", "byte 75: rows of different lengths, 2 and 1",
          MAAS_BADSHAPE },
        { "[[1,2],[[3,4]]]", "byte 74: nested deeper than the rows before",
          MAAS_BADSHAPE },
        { "[[[1,2]],[3,4]]", "byte 76: nested less than the rows before",
          MAAS_BADSHAPE },
        { "[[],[1]]", "byte 72: rows of different lengths, 0 and 1",
          MAAS_BADSHAPE },
        { "[[1],2]", "byte 71: expected an array, as before", MAAS_BADVALUE },
        { "[1,[2]]", "byte 69: expected a number", MAAS_BADVALUE },
        { "[[1],]", "byte 71: expected an array, as before", MAAS_BADVALUE },
        { "[[1],", "byte 71: expected an array, as before, but the text ends "
          "here", MAAS_BADVALUE },
        { "[[1] [2]]", "byte 71: expected a comma or ]", MAAS_BADVALUE },
        { "[[1", "byte 69: expected a comma or ], but the text ends here",
          MAAS_BADVALUE },
        { "[[[[[[1]]]]]]", "byte 71: nested deeper than any tensor may be",
          MAAS_BADSHAPE },
        { "[1,\"2\"]", "byte 69: expected a number", MAAS_BADVALUE },
        { "[1,null]", "byte 69: expected a number", MAAS_BADVALUE },
        { "[1,true]", "byte 69: expected a number", MAAS_BADVALUE },
        { "[1,{}]", "byte 69: expected a number", MAAS_BADVALUE },
        { "[1,]", "byte 69: expected a number", MAAS_BADVALUE },
        { "[1,,2]", "byte 69: expected a number", MAAS_BADVALUE },
        { "[", "byte 67: expected a number, but the text ends here",
          MAAS_BADVALUE },
        { "{}", "byte 66: expected an array", MAAS_BADVALUE },
        { "", "byte 66: expected an array, but the text ends here",
          MAAS_BADVALUE },
        { "5", "byte 66: expected an array", MAAS_BADVALUE },
        { "[[1,2],[3,4]]}]}", "tensor \"input\": data is nested as [2,2], not "
          "as its shape", MAAS_BADSHAPE },
        { "[[[1,2,3,4]]]}]}", "tensor \"input\": data is nested as [1,1,4], "
          "not as its shape", MAAS_BADSHAPE }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char  text[256];

        snprintf(text, sizeof(text), "{" IN SHAPE FP32 "\"data\":%s",
                 cases[i].data);
        v2_bad(text, cases[i].rc, cases[i].msg);
    }
}


/* T42: no rows are no error: 200 with empty data */

static void
t42_zero_rows(void **state)
{
    wire_t  w;

    v2_good(&w, "{" IN "\"shape\":[0,4]," FP32 "\"data\":[]}]}", 0);
    v2_bad("{" IN "\"shape\":[4,0]," FP32 "\"data\":[]}]}", MAAS_BADSHAPE,
           "shape [4,0] does not hold rows of 4 numbers");
    v2_bad("{" IN "\"shape\":[0,4]," FP32 "\"data\":[1]}]}", MAAS_BADSHAPE,
           "tensor \"input\": expected 0 numbers for shape [0,4], got 1");
}


static void
t43_most_rows(void **state)
{
    char         text[1024], *p;
    int          rows, i;
    wire_t       w;
    maas_body_t  body = { 0 };
    maas_info_t  info;

    static const struct { size_t len, rows; }  bounds[] = {
        { 0, 1 }, { 7, 1 }, { 8, 2 }, { 1000, 8 }
    };

    info = wire_info();

    for (rows = 1; rows <= 9; rows++) {
        p = text + snprintf(text, sizeof(text), "{" IN "\"shape\":[%d,4],"
                            FP32 "\"data\":[", rows);
        for (i = 0; i < rows * 4; i++) {
            p += snprintf(p, text + sizeof(text) - p, "%s%d",
                          i > 0 ? "," : "", i);
        }

        stpcpy(p, "]}]}");
        v2(&w, text);

        if (rows <= 8) {
            assert_int_equal(w.rc, MAAS_OK);
            assert_true(w.x[rows * 4 - 1] == (float) (rows * 4 - 1));

        } else {
            assert_int_equal(w.rc, MAAS_TOOBIG);
            assert_string_equal(w.err.msg, "9 rows, at most 8 are allowed");
        }
    }

    /* a bound for the memory of a reader */

    for (i = 0; i < 4; i++) {
        body.len = bounds[i].len;
        body.max_rows = 8;
        assert_int_equal(WIRE_V2->bound(&info, &body), bounds[i].rows);
    }
}


static void
t44_t45_shapes(void **state)
{
    size_t  i;

    static const struct { const char *shape, *msg; }  cases[] = {
        { "[]", "shape [] does not hold rows of 4 numbers" },
        { "[3]", "shape [3] does not hold rows of 4 numbers" },
        { "[1,5]", "shape [1,5] does not hold rows of 4 numbers" },
        { "[4,1]", NULL },
        { "[2147483648,4]", "2147483648 rows, at most 8 are allowed" },
        { "[4294967296,4]", "4294967296 rows, at most 8 are allowed" },
        { "[9223372036854775807,4]",
          "9223372036854775807 rows, at most 8 are allowed" },
        { "[9223372036854775808,4]", "expected a whole number of 0 or more" },
        { "[18446744073709551616,4]", "expected a whole number of 0 or more" },
        { "[-1,4]", "expected a whole number of 0 or more" },
        { "[1,-4]", "expected a whole number of 0 or more" },
        { "[1e0,4]", "expected a whole number of 0 or more" },
        { "[01,4]", "expected a comma or ]" },
        /* products that wrap to 0, to 4 and to a row */
        { "[4294967296,4294967296]", "shape [4294967296,4294967296] does not "
          "hold rows of 4 numbers" },
        { "[1,4294967296,4294967296]", "shape [1,4294967296,4294967296] does "
          "not hold rows of 4 numbers" },
        { "[1,4611686018427387905,4]", "shape [1,4611686018427387905,4] does "
          "not hold rows of 4 numbers" },
        { "[0,4294967296,4294967296]", "shape [0,4294967296,4294967296] does "
          "not hold rows of 4 numbers" },
        { "[4611686018427387905,2,2,1]", "4611686018427387905 rows, at most "
          "8 are allowed" },
        { "[1,9223372036854775807,9223372036854775807,9223372036854775807]",
          "shape [1,9223372036854775807,...] does not hold rows of 4 numbers" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char    text[256];
        wire_t  w;

        snprintf(text, sizeof(text), "{" IN "\"shape\":%s," FP32 DATA "}]}",
                 cases[i].shape);
        v2(&w, text);

        if (cases[i].msg == NULL) {
            assert_int_equal(w.rc, MAAS_OK);
            continue;
        }

        if (w.rc == MAAS_OK || strstr(w.err.msg, cases[i].msg) == NULL) {
            fail_msg("%s: %d \"%s\"", cases[i].shape, w.rc, w.err.msg);
        }

        assert_true(w.rc == MAAS_BADSHAPE || w.rc == MAAS_TOOBIG
                    || strncmp(w.err.msg, "byte ", 5) == 0);
    }
}


static void
t46_range(void **state)
{
    size_t  i;
    wire_t  w;

    static const char *const  big[] = { "3.5e38", "1e39", "1e400", "-1e39" };

    for (i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
        char  text[256];

        snprintf(text, sizeof(text), "{" IN SHAPE FP32 "\"data\":[1,%s,3,4]}]}",
                 big[i]);
        v2_bad(text, MAAS_BADVALUE, "byte 69: out of range for FP32");
    }

    v2_good(&w, "{" IN SHAPE FP32 "\"data\":[1e-50,1e-40,-0,3.4e38]}]}", 1);
    assert_true(w.x[0] == 0);
    assert_true(w.x[1] == 1e-40f);
    assert_true(w.x[3] == 3.4e38f);
    assert_memory_equal(&w.x[2], &(float) { -0.0f }, 4);
}


static void
t48_one_input(void **state)
{
    v2_bad("{" IN SHAPE FP32 DATA "},{\"name\":\"more\"}]}", MAAS_BADVALUE,
           "byte 77: more than one input, expected only \"input\"");
    v2_bad("{" IN SHAPE FP32 DATA "},{\"name\":\"input\"}]}", MAAS_BADVALUE,
           "byte 77: more than one input, expected only \"input\"");
    v2_bad("{\"inputs\":[],\"inputs\":[]}", MAAS_BADVALUE,
           "no input, expected \"input\"");
    v2_bad("{" IN SHAPE FP32 DATA "}],\"inputs\":[]}", MAAS_BADVALUE,
           "byte 87: \"inputs\" is there twice");
    v2_bad("{" IN SHAPE SHAPE, MAAS_BADVALUE,
           "byte 49: \"shape\" is there twice");
    v2_bad("{" IN SHAPE FP32 DATA "," DATA, MAAS_BADVALUE,
           "byte 83: \"data\" is there twice");
    v2_bad("{" IN "\"n\\u0061me\":\"input\"", MAAS_BADVALUE,
           "byte 39: \"name\" is there twice");
    v2_bad("{" IN SHAPE FP32 "\"parameters\":{\"binary_data_size\":1,"
           "\"binary_data_size\":1}", MAAS_BADVALUE,
           "byte 113: \"binary_data_size\" is there twice");
}


/* Several of them, each as it is asked for */

static void
more_outputs(void **state)
{
    wire_t       w;
    maas_info_t  info;

    static const char  all[] = "{" IN SHAPE FP32 DATA "}],\"outputs\":["
        "{\"name\":\"lab\\u0065l\"},{\"name\":\"probs\",\"parameters\":"
        "{\"classification\":2,\"binary_data\":false}},"
        "{\"name\":\"decision\",\"parameters\":{\"binary_data\":null}}],"
        "\"parameters\":{\"binary_data_output\":true}}";
    static const char  two[] = "{\"outputs\":[{\"name\":\"probs\"},"
        "{\"name\":\"label\"}]," IN SHAPE FP32 DATA "}]}";

    v2_good(&w, all, 1);
    assert_int_equal(w.req.n_outputs, 3);
    assert_int_equal(w.req.outputs[0], MAAS_OUTPUT_LABEL);
    assert_int_equal(w.req.outputs[1], MAAS_OUTPUT_NUMBERS);
    assert_int_equal(w.req.outputs[2], MAAS_OUTPUT_DECISION);
    assert_int_equal(w.req.bytes, 5);
    assert_int_equal(w.req.binary, 1);
    assert_int_equal(w.req.top_k, 2);

    v2_good(&w, two, 1);
    assert_int_equal(w.req.n_outputs, 2);
    assert_int_equal(w.req.binary, 0);

    /* a model that says nothing has the numbers alone */

    info = wire_info();
    info.n_labels = 0;
    wire_read(&w, &info, WIRE_V2, two, strlen(two), WIRE_ALL, 8);
    assert_int_equal(w.rc, MAAS_BADVALUE);
    assert_string_equal(w.err.msg, "byte 29: more than one output, there is "
                        "only \"probs\"");

    info = wire_info();
    info.output_name = "label";
    assert_string_equal(maas_output_name(&info, MAAS_OUTPUT_NUMBERS), "label");
    assert_null(maas_output_name(&info, MAAS_OUTPUT_LABEL));
}


static void
outputs(void **state)
{
    size_t       i;
    wire_t       w;
    maas_info_t  info;

    static const struct { const char *tail; unsigned binary; size_t k; }
    good[] = {
        { "\"outputs\":[{\"name\":\"probs\"}]", 0, 0 },
        { "\"outputs\":[{\"name\":\"probs\",\"parameters\":{}}]", 0, 0 },
        { "\"outputs\":[{\"parameters\":{\"binary_data\":true},"
          "\"name\":\"probs\"}]", 1, 0 },
        { "\"parameters\":{\"binary_data_output\":true}", 1, 0 },
        { "\"parameters\":{\"binary_data_output\":true},\"outputs\":[{\"name\":"
          "\"probs\",\"parameters\":{\"binary_data\":false}}]", 0, 0 },
        { "\"outputs\":[{\"name\":\"probs\",\"parameters\":{\"binary_data\":"
          "true}}],\"parameters\":{\"binary_data_output\":false}", 1, 0 },
        { "\"outputs\":[{\"name\":\"probs\",\"parameters\":{\"classification\":"
          "2,\"x\":\"y\"}}]", 0, 2 },
        { "\"outputs\":[{\"name\":\"probs\",\"parameters\":{\"classification\":"
          "1000}}]", 0, 3 },
        { "\"outputs\":[{\"name\":\"probs\",\"parameters\":{\"classification\":"
          "0}}]", 0, 0 }
    };

    static const struct { const char *tail, *msg; maas_status_t rc; }  bad[] = {
        { "\"outputs\":{}", "byte 88: expected an array", MAAS_BADVALUE },
        { "\"outputs\":[7]", "byte 89: expected an object", MAAS_BADVALUE },
        { "\"outputs\":[{}]", "an output has no \"name\"", MAAS_BADVALUE },
        { "\"outputs\":[{\"name\":1}]", "byte 97: expected a string",
          MAAS_BADVALUE },
        { "\"outputs\":[{\"name\":\"x\"}]", "byte 98: unknown output \"x\", "
          "expected \"probs\", \"label\", \"decision\"", MAAS_BADNAME },
        { "\"outputs\":[{\"name\":\"probs\"},{\"name\":\"probs\"}]",
          "output \"probs\" is there twice", MAAS_BADVALUE },
        { "\"outputs\":[{\"name\":\"label\",\"parameters\":"
          "{\"classification\":1}}]", "output \"label\" has no classes to rank",
          MAAS_BADVALUE },
        { "\"outputs\":[{\"parameters\":{\"binary_data\":1}}]",
          "byte 118: expected true or false", MAAS_BADVALUE },
        { "\"outputs\":[{\"parameters\":{\"classification\":-1}}]",
          "byte 121: expected a whole number of 0 or more", MAAS_BADVALUE },
        { "\"outputs\":[{\"parameters\":{\"shared_memory_region\":\"r\"}}]",
          "shared memory is not supported", MAAS_UNSUPPORTED }
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char  text[512];

        snprintf(text, sizeof(text), "{" IN SHAPE FP32 DATA "}],%s}",
                 good[i].tail);
        v2_good(&w, text, 1);
        assert_int_equal(w.req.binary, good[i].binary);
        assert_int_equal(w.req.top_k, good[i].k);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char  text[512];

        snprintf(text, sizeof(text), "{" IN SHAPE FP32 DATA "}],%s}",
                 bad[i].tail);
        v2_bad(text, bad[i].rc, bad[i].msg);
    }

    static const char  rank[] = "{\"outputs\":[{\"name\":\"probs\","
        "\"parameters\":{\"classification\":1}}]}";

    /* what does not classify has nothing to rank; a binary task has two */

    info = wire_info();
    info.task = MAAS_TASK_REGRESSION;
    wire_read(&w, &info, WIRE_V2, rank, strlen(rank), WIRE_ALL, 8);
    assert_int_equal(w.rc, MAAS_BADVALUE);
    assert_string_equal(w.err.msg, "output \"probs\" has no classes to rank");

    info.task = MAAS_TASK_BINARY;
    info.out = 1;
    assert_int_equal(maas__top_classes(&info), 2);
}


/* Each type's own numbers, in JSON. */

static void
types(void **state)
{
    size_t  i, k;

    static const struct { const char *type, *data; float x[4]; }  good[] = {
        { "FP32", "1.5,-2,3e2,0.1", { 1.5f, -2, 300, 0.1f } },
        { "FP64", "1.5,-2,3e2,0.1", { 1.5f, -2, 300, 0.1f } },
        { "FP16", "1.5,-2,65519.99,-65504", { 1.5f, -2, 65519.99f, -65504 } },
        { "BF16", "1,2,3,1e38", { 1, 2, 3, 1e38f } },
        { "INT8", "-128,127,0,-0", { -128, 127, 0, -0.0f } },
        { "INT16", "-32768,32767,0,1", { -32768, 32767, 0, 1 } },
        { "INT32", "-2147483648,2147483647,16777217,1",
          { -2147483648.0f, 2147483648.0f, 16777216, 1 } },
        { "INT64", "-9223372036854775808,9223372036854775807,1,2",
          { -0x1p63f, 0x1p63f, 1, 2 } },
        { "UINT8", "0,255,1,128", { 0, 255, 1, 128 } },
        { "UINT16", "0,65535,1,128", { 0, 65535, 1, 128 } },
        { "UINT32", "0,4294967295,1,128", { 0, 4294967296.0f, 1, 128 } },
        { "UINT64", "0,18446744073709551615,1,128", { 0, 0x1p64f, 1, 128 } },
        { "BOOL", "true, false ,true,false", { 1, 0, 1, 0 } }
    };

    static const struct { const char *type, *data, *msg; }  bad[] = {
        { "INT8", "128", "not a number of type INT8" },
        { "INT8", "-129", "not a number of type INT8" },
        { "INT8", "1.0", "not a number of type INT8" },
        { "INT8", "1e1", "not a number of type INT8" },
        { "INT8", "true", "expected a number" },
        { "INT8", "\"1\"", "expected a number" },
        { "INT8", "01", "expected a comma or ]" },
        { "INT16", "32768", "not a number of type INT16" },
        { "INT16", "-32769", "not a number of type INT16" },
        { "INT32", "2147483648", "not a number of type INT32" },
        { "INT32", "-2147483649", "not a number of type INT32" },
        { "INT64", "9223372036854775808", "not a number of type INT64" },
        { "INT64", "-9223372036854775809", "not a number of type INT64" },
        { "UINT8", "256", "not a number of type UINT8" },
        { "UINT8", "-1", "not a number of type UINT8" },
        { "UINT8", "-0", "not a number of type UINT8" },
        { "UINT16", "65536", "not a number of type UINT16" },
        { "UINT32", "4294967296", "not a number of type UINT32" },
        { "UINT64", "18446744073709551616", "not a number of type UINT64" },
        { "UINT64", "99999999999999999999", "not a number of type UINT64" },
        { "BOOL", "1", "expected true or false" },
        { "BOOL", "\"true\"", "expected true or false" },
        { "BOOL", "True", "expected true or false" },
        { "BOOL", "tru", "expected true or false" },
        { "BOOL", "true false", "expected a comma or ]" },
        { "FP16", "65520", "a number above is out of range for FP16" },
        { "FP16", "-1e5", "a number above is out of range for FP16" },
        { "FP64", "1e39", "out of range for FP32" },
        { "FP32", "true", "expected a number" },
        { "FP32", "\"1\"", "expected a number" }
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char    text[256];
        wire_t  w;

        for (k = 0; k < 2; k++) {
            /* known before the data, or only afterwards */
            snprintf(text, sizeof(text), k == 0
                     ? "{" IN SHAPE "\"datatype\":\"%s\",\"data\":[%s]}]}"
                     : "{\"inputs\":[{\"data\":[%2$s]," SHAPE
                       "\"datatype\":\"%1$s\",\"name\":\"input\"}]}",
                     good[i].type, good[i].data);
            v2_good(&w, text, 1);
            assert_memory_equal(w.x, good[i].x, 16);
        }
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char    text[256];
        wire_t  w;

        snprintf(text, sizeof(text), "{" IN SHAPE "\"datatype\":\"%s\","
                 "\"data\":[%s]}]}", bad[i].type, bad[i].data);
        v2(&w, text);

        if (w.rc != MAAS_BADVALUE || strstr(w.err.msg, bad[i].msg) == NULL) {
            fail_msg("%s: %d \"%s\"", text, w.rc, w.err.msg);
        }
    }

    /* a broken array that could not be read at once is found later */

    v2_bad("{\"inputs\":[{\"data\":[true]," SHAPE FP32 "\"name\":\"input\"}]}",
           MAAS_BADVALUE, "byte 20: expected a number");
}


/* Of each type as many as will not fit: counted, not stored. */

static void
more_than_room(void **state)
{
    char         text[8192], *p;
    size_t       i, k;
    wire_t       w;
    maas_info_t  info;

    static const char *const  types[] = { "FP32", "INT8", "BOOL", "FP16" };

    info = wire_info();

    for (i = 0; i < 4; i++) {
        p = text + snprintf(text, sizeof(text), "{" IN "\"shape\":[2,4],"
                            "\"datatype\":\"%s\",\"data\":[", types[i]);
        for (k = 0; k < 500; k++) {
            p += snprintf(p, text + sizeof(text) - p, "%s%s",
                          k > 0 ? "," : "", i == 2 ? "true" : "1");
        }

        p = stpcpy(p, "]}]}");
        wire_read(&w, &info, WIRE_V2, text, (size_t) (p - text), WIRE_ALL, 2);
        assert_int_equal(w.rc, MAAS_BADSHAPE);
        assert_string_equal(w.err.msg, "tensor \"input\": expected 8 numbers "
                            "for shape [2,4], got 500");
    }
}


/* T36, T37: many names, known or not, repeated or not */

static void
t36_many_members(void **state)
{
    char    *text, *p;
    int      i;
    wire_t   w;

    text = malloc(4 << 20);

    p = stpcpy(text, "{");
    for (i = 0; i < 100000; i++) {
        p += snprintf(p, 32, "\"k%d\":%d,", i, i);
    }
    stpcpy(p, IN SHAPE FP32 DATA "}]}");
    v2_good(&w, text, 1);

    p = stpcpy(text, "{");
    for (i = 0; i < 100000; i++) {
        p = stpcpy(p, "\"id\":\"a\",");
    }
    stpcpy(p, IN SHAPE FP32 DATA "}]}");
    v2_bad(text, MAAS_BADVALUE, "byte 15: \"id\" is there twice");

    free(text);
}


/* T38: every cut of a good request is refused, reading nothing behind it */

static void
t38_cut(void **state)
{
    size_t       i;
    wire_t       w;
    maas_info_t  info;

    static const char  text[] =
        "{\"id\":\"x\",\"parameters\":{\"a\":[1,{}]}," IN
        "\"shape\":[2,4]," FP32 "\"data\":[[1,2,3,4],[5.5,-6,7e0,8]]}],"
        "\"outputs\":[{\"name\":\"probs\",\"parameters\":{\"binary_data\":"
        "false}}]}";

    info = wire_info();

    for (i = 1; i < sizeof(text) - 1; i++) {
        wire_read(&w, &info, WIRE_V2, text, i, WIRE_ALL, 8);
        assert_int_equal(w.rc, MAAS_BADVALUE);
    }

    wire_read(&w, &info, WIRE_V2, text, i, WIRE_ALL, 8);
    assert_int_equal(w.rc, MAAS_OK);
}


/* T39: numbers of JSON and nothing else */

static void
t39_numbers(void **state)
{
    size_t       i;
    char         text[64];
    wire_t       w;
    maas_info_t  info;

    static const char *const  good[] = { "1", "-0", "1e2", "1E+2", "1.5" };
    static const char *const  bad[] = {
        "NaN", "Infinity", "-Infinity", "nan", "0x1", "01", "1.", ".5", "+1",
        "1e", "-", "1_0", "1,", "\xd9\xa1", "1f", "--1", "1..2", "1.2.3", ""
    };

    info = wire_info();
    info.in = 2;
    info.row = info.in * sizeof(float);

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(text, sizeof(text), "[%s,1]", good[i]);
        wire_read(&w, &info, WIRE_ROWS, text, strlen(text), 0, 8);
        assert_int_equal(w.rc, MAAS_OK);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), "[%s,1]", bad[i]);
        wire_read(&w, &info, WIRE_ROWS, text, strlen(text), 0, 8);
        assert_int_equal(w.rc, MAAS_BADVALUE);
        snprintf(text, sizeof(text), "[1,%s]", bad[i]);
        wire_read(&w, &info, WIRE_ROWS, text, strlen(text), 0, 8);
        assert_int_equal(w.rc, MAAS_BADVALUE);
    }
}


static void
bare_rows(void **state)
{
    size_t       i, k;
    wire_t       w;
    maas_info_t  info;

    static const struct { const char *text; size_t rows; }  good[] = {
        { "[1,2,3,4]", 1 }, { "[[1,2,3,4]]", 1 }, { " [ 1 , 2 ,3,4 ] ", 1 },
        { "[[1,2,3,4],[5,6,7,8]]", 2 }, { "[[1,2],[3,4]]", 1 },
        { "[[[1,2],[3,4]],[[5,6],[7,8]]]", 2 }
    };

    static const struct { const char *text, *msg; maas_status_t rc; }  bad[] = {
        { "", "byte 0: expected an array, but the text ends here",
          MAAS_BADVALUE },
        { "  ", "byte 2: expected an array, but the text ends here",
          MAAS_BADVALUE },
        { "5", "byte 0: expected an array", MAAS_BADVALUE },
        { "[]", "no numbers, expected rows of 4", MAAS_BADSHAPE },
        { "[[]]", "no numbers, expected rows of 4", MAAS_BADSHAPE },
        { "[1,2,3]", "expected 4 numbers, got 3", MAAS_BADSHAPE },
        { "[1,2,3,4,5]", "expected 4 numbers, got 5", MAAS_BADSHAPE },
        { "[[1,2,3]]", "shape [1,3] does not hold rows of 4 numbers",
          MAAS_BADSHAPE },
        { "[[1,2,3,4],[5,6,7]]", "byte 17: rows of different lengths, 4 and 3",
          MAAS_BADSHAPE },
        { "[1,2,3,4]x", "byte 9: more text after the value", MAAS_BADVALUE },
        { "[1,2,3,4][", "byte 9: more text after the value", MAAS_BADVALUE },
        { "[[1,2,3,4],[1,2,3,4],[1,2,3,4],[1,2,3,4]]",
          "4 rows, at most 3 are allowed", MAAS_TOOBIG }
    };

    info = wire_info();

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        wire_read(&w, &info, WIRE_ROWS, good[i].text, strlen(good[i].text), 0,
                  3);
        assert_int_equal(w.rc, MAAS_OK);
        assert_int_equal(w.req.rows, good[i].rows);
        assert_true(w.req.binary == 0 && w.req.raw == 0 && w.req.top_k == 0
                    && w.req.id.len == 0);

        for (k = 0; k < 4 * good[i].rows; k++) {
            assert_true(w.x[k] == (float) k + 1);
        }
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        wire_read(&w, &info, WIRE_ROWS, bad[i].text, strlen(bad[i].text), 0,
                  3);

        if (w.rc != bad[i].rc || strcmp(w.err.msg, bad[i].msg) != 0) {
            fail_msg("%s: %d \"%s\"", bad[i].text, w.rc, w.err.msg);
        }
    }

    static const char  one[] =
        "{" IN "\"shape\":[]," FP32 "\"data\":[7]}]}";

    /* a model of one number: a flat array is as many rows */

    info.in = 1;

    info.row = info.in * sizeof(float);
    wire_read(&w, &info, WIRE_ROWS, "[1,2,3]", 7, 0, 3);
    assert_int_equal(w.rc, MAAS_OK);
    assert_int_equal(w.req.rows, 3);
    wire_read(&w, &info, WIRE_V2, one, strlen(one), WIRE_ALL, 3);
    assert_int_equal(w.rc, MAAS_OK);
    assert_int_equal(w.req.rows, 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(orders_and_forms),
        cmocka_unit_test(ids),
        cmocka_unit_test(ids_of_wrong_ones),
        cmocka_unit_test(requests_refused),
        cmocka_unit_test(t40_count),
        cmocka_unit_test(t41_ragged_and_mixed),
        cmocka_unit_test(t42_zero_rows),
        cmocka_unit_test(t43_most_rows),
        cmocka_unit_test(t44_t45_shapes),
        cmocka_unit_test(t46_range),
        cmocka_unit_test(t48_one_input),
        cmocka_unit_test(outputs),
        cmocka_unit_test(more_outputs),
        cmocka_unit_test(types),
        cmocka_unit_test(more_than_room),
        cmocka_unit_test(t36_many_members),
        cmocka_unit_test(t38_cut),
        cmocka_unit_test(t39_numbers),
        cmocka_unit_test(bare_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
