/*
 * TensorFlow Serving's requests and answers: what comes out of each form, and
 * the sentence for each way to get one wrong.
 */

#include "wire.h"


static void
v1(wire_t *w, const maas_form_t *form, const char *text)
{
    maas_info_t  info;

    info = wire_info();

    if (form == WIRE_V1_REGRESS) {
        info.task = MAAS_TASK_REGRESSION;
        info.out = 1;
    }

    wire_read(w, &info, form, text, strlen(text), WIRE_ALL, 8);
}


typedef struct {
    const maas_form_t     *form;
    const char     *text;
    size_t          rows;
    unsigned        columns;
} v1_good_t;

typedef struct {
    const maas_form_t     *form;
    maas_status_t   rc;
    const char     *text;
    const char     *msg;
} v1_bad_t;


static void
forms(void **state)
{
    size_t  i, k;
    wire_t  w;

    static const v1_good_t  cases[] = {
        { WIRE_V1, "{\"instances\":[[1,2,3,4]]}", 1, 0 },
        { WIRE_V1, "{\"instances\":[[1,2,3,4],[5,6,7,8]]}", 2, 0 },
        { WIRE_V1, " { \"instances\" : [ [ [1,2],[3,4] ] ,\n"
          "[[5,6],[7,8]] ] } ", 2, 0 },
        { WIRE_V1, "{\"instances\":[{\"input\":[1,2,3,4]}]}", 1, 0 },
        { WIRE_V1, "{\"instances\":[{\"input\":[1,2,3,4]},"
          "{\"input\":[[5,6],[7,8]]}]}", 2, 0 },
        { WIRE_V1, "{\"signature_name\":\"serving_default\",\"x\":[{}],"
          "\"instances\":[[1,2,3,4]],\"y\":null}", 1, 0 },
        { WIRE_V1, "{\"instances\":[[1,2,3,4]],\"signature_name\":\"\"}", 1,
          0 },
        { WIRE_V1, "{\"signature_name\":null,\"inputs\":null,"
          "\"instances\":[[1,2,3,4]]}", 1, 0 },
        { WIRE_V1, "{\"inputs\":[[1,2,3,4],[5,6,7,8]],\"instances\": null }",
          2, 1 },
        { WIRE_V1_REGRESS, "{\"examples\":[{\"x\":[[{}]],"
          "\"input\":[1,2,3,4],\"y\":null}],\"context\":{\"z\":1}}", 1, 0 },
        { WIRE_V1_REGRESS, "{\"examples\":[{\"input\":null}],"
          "\"context\":{\"input\":[1,2,3,4]}}", 1, 0 },
        { WIRE_V1, "{\"instances\":[{\"input\": null ,"
          "\"input\":[1,2,3,4]}]}", 1, 0 },
        { WIRE_V1_CLASSIFY, "{\"signature_name\":null,\"context\":null,"
          "\"examples\":[{\"input\":[1,2,3,4]}]}", 1, 0 },
        { WIRE_V1, "{\"inputs\":[[1,2,3,4],[5,6,7,8]]}", 2, 1 },
        { WIRE_V1, "{\"inputs\":[1,2,3,4]}", 1, 1 },
        { WIRE_V1, "{\"inputs\":{\"other\":1,\"input\":[[1,2,3,4],[5,6,7,8]]"
          "}}", 2, 1 },
        { WIRE_V1_CLASSIFY, "{\"examples\":[{\"input\":[1,2,3,4]},"
          "{\"input\":[5,6,7,8]}]}", 2, 0 },
        { WIRE_V1_REGRESS, "{\"signature_name\":\"serving_default\","
          "\"examples\":[{\"input\":[1,2,3,4]}]}", 1, 0 },
        { WIRE_V1_CLASSIFY, "{\"examples\":[{},{\"input\":[5,6,7,8]}],"
          "\"context\":{\"input\":[1,2,3,4]}}", 2, 0 },
        { WIRE_V1_CLASSIFY, "{\"context\":{\"input\":[9,9,9,9]},"
          "\"examples\":[{\"input\":[1,2,3,4]},{\"input\":[5,6,7,8]}]}", 2,
          0 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        v1(&w, cases[i].form, cases[i].text);

        if (w.rc != MAAS_OK) {
            fail_msg("%s: %s", cases[i].text, w.err.msg);
        }

        assert_int_equal(w.req.rows, cases[i].rows);
        assert_int_equal(w.req.columns, cases[i].columns);
        assert_int_equal(w.req.binary, 0);

        for (k = 0; k < 4 * cases[i].rows; k++) {
            assert_true(w.x[k] == (float) (k + 1));
        }
    }
}


/* One number a row: values need no list around them. */

static void
scalars(void **state)
{
    size_t       i;
    wire_t       w;
    maas_info_t  info;

    static const char *const  cases[] = {
        "{\"instances\":[1,2,3]}",
        "{\"instances\":[[1],[2],[3]]}",
        "{\"instances\":[{\"input\":1},{\"input\":[2]},{\"input\":[[3]]}]}",
        "{\"inputs\":[1,2,3]}",
        "{\"inputs\":{\"input\":[[1],[2],[3]]}}",
    };

    info = wire_info();
    info.in = 1;
    info.row = info.in * sizeof(float);
    info.shape[0] = 1;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wire_read(&w, &info, WIRE_V1, cases[i], strlen(cases[i]), WIRE_ALL, 8);
        assert_int_equal(w.rc, MAAS_OK);
        assert_int_equal(w.req.rows, 3);
        assert_true(w.x[0] == 1 && w.x[1] == 2 && w.x[2] == 3);
    }
}


/* Rows that say nothing themselves: more of them than the text has numbers
 * for, each with all that they share. */

static void
shared(void **state)
{
    char         text[512];
    size_t       i, rows, at;
    wire_t       w;
    maas_info_t  info;

    static const char  one[] = "{\"context\":{\"input\":[1";
    static const char  many[] = "]},\"examples\":[{}";

    info = wire_info();
    info.in = 64;
    info.row = info.in * sizeof(float);
    info.shape[0] = 64;

    for (rows = 1; rows <= 9; rows++) {
        memcpy(text, one, sizeof(one) - 1);
        at = sizeof(one) - 1;

        for (i = 1; i < 64; i++, at += 2) {
            memcpy(text + at, ",7", 2);
        }

        memcpy(text + at, many, sizeof(many) - 1);
        at += sizeof(many) - 1;

        for (i = 1; i < rows; i++, at += 3) {
            memcpy(text + at, ",{}", 3);
        }

        memcpy(text + at, "]}", 2);

        wire_read(&w, &info, WIRE_V1_CLASSIFY, text, at + 2, WIRE_ALL, 8);

        if (rows > 8) {
            assert_int_equal(w.rc, MAAS_TOOBIG);
            continue;
        }

        assert_int_equal(w.rc, MAAS_OK);
        assert_int_equal(w.req.rows, rows);
        assert_true(w.room >= rows * 64);

        for (i = 0; i < rows * 64; i++) {
            assert_true(w.x[i] == (i % 64 == 0 ? 1 : 7));
        }
    }
}


#define ROW  "[1,2,3,4]"

static void
refusals(void **state)
{
    size_t  i;
    wire_t  w;

    static const v1_bad_t  cases[] = {
        { WIRE_V1, MAAS_BADVALUE, "",
          "JSON Parse error: The document is empty" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[[1,2,3,4]}",
          "JSON Parse error: expected a comma or ] at offset: 23" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[" ROW "]} x",
          "JSON Parse error: more text after the value at offset: 26" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[[1,2,3,NaN]]}",
          "JSON Parse error: expected a value at offset: 21" },
        { WIRE_V1, MAAS_BADVALUE, "[1]", "byte 0: expected an object" },
        { WIRE_V1, MAAS_BADVALUE, "{}",
          "Missing 'inputs' or 'instances' key" },
        { WIRE_V1, MAAS_BADVALUE, "{\"examples\":[]}",
          "Missing 'inputs' or 'instances' key" },
        { WIRE_V1, MAAS_BADVALUE, "{\"inputs\":" ROW ",\"instances\":[]}",
          "Not formatted correctly expecting only one of 'inputs' or "
          "'instances' keys to exist " },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":{\"input\":" ROW "}}",
          "byte 13: Excepting 'instances' to be an list/array" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[ ]}",
          "byte 13: No values in 'instances' array" },
        { WIRE_V1, MAAS_BADVALUE, "{\"signature_name\":7}",
          "byte 18: 'signature_name' key must be a string value." },
        { WIRE_V1, MAAS_BADVALUE, "{\"signature_name\":\"train\"}",
          "byte 19: Serving signature key not found, there is only "
          "\"serving_default\"" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[[1,2,3,\"4\"]]}",
          "byte 21: expected a number" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[[1,2,3,1e39]]}",
          "byte 21: out of range for FP32" },
        { WIRE_V1, MAAS_BADSHAPE, "{\"instances\":[" ROW ",[1,2,3]]}",
          "byte 30: rows of different lengths, 4 and 3" },
        { WIRE_V1, MAAS_BADSHAPE, "{\"instances\":[1,2,3,4]}",
          "instances of 1 numbers, expected 4" },
        { WIRE_V1, MAAS_BADSHAPE, "{\"instances\":[[1,2],[3,4]]}",
          "instances of 2 numbers, expected 4" },
        { WIRE_V1, MAAS_BADSHAPE, "{\"instances\":[[]]}",
          "no numbers, expected rows of 4" },
        { WIRE_V1, MAAS_BADSHAPE, "{\"inputs\":[1,2,3]}",
          "shape [3] does not hold rows of 4 numbers" },
        { WIRE_V1, MAAS_BADVALUE, "{\"inputs\":{\"x\":" ROW "}}",
          "Missing named input: input in 'inputs' object." },
        { WIRE_V1, MAAS_BADVALUE, "{\"inputs\":7}",
          "byte 10: expected an array" },
        { WIRE_V1, MAAS_BADNAME, "{\"instances\":[{\"x\":" ROW "}]}",
          "byte 19: unknown input \"x\", expected \"input\"" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[{\"input\":null}]}",
          "byte 14: Missing named input: input" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[{}]}",
          "byte 14: Missing named input: input" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[{\"input\":" ROW
          ",\"input\":" ROW "}]}", "byte 41: \"input\" is there twice" },
        { WIRE_V1, MAAS_BADSHAPE, "{\"instances\":[{\"input\":[1,2,3]}]}",
          "byte 23: expected 4 numbers, got 3" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[{\"input\":" ROW "}," ROW
          "]}", "byte 34: expected an object" },
        { WIRE_V1, MAAS_BADVALUE, "{\"instances\":[" ROW ",{}]}",
          "byte 24: expected an array, as before" },
        { WIRE_V1, MAAS_TOOBIG, "{\"instances\":[" ROW "," ROW "," ROW ","
          ROW "," ROW "," ROW "," ROW "," ROW "," ROW "]}",
          "9 rows, at most 8 are allowed" },

        { WIRE_V1_CLASSIFY, MAAS_BADVALUE, "{\"instances\":[" ROW "]}",
          "When method is classify or regress, key 'examples' is expected and "
          "was not found" },
        { WIRE_V1_CLASSIFY, MAAS_BADVALUE, "{\"examples\":[]}",
          "'examples' must be a list/array of one or more" },
        { WIRE_V1_CLASSIFY, MAAS_BADVALUE, "{\"examples\":{}}",
          "'examples' must be a list/array of one or more" },
        { WIRE_V1_CLASSIFY, MAAS_BADVALUE, "{\"examples\":[" ROW "]}",
          "byte 13: expected an object" },
        { WIRE_V1_CLASSIFY, MAAS_BADVALUE, "{\"examples\":[{}],\"context\":"
          "{}}", "byte 13: Missing named input: input" },
        { WIRE_V1_CLASSIFY, MAAS_BADVALUE, "{\"examples\":[{}],\"context\":7"
          "}", "byte 27: expected an object" },
        { WIRE_V1_REGRESS, MAAS_BADVALUE, "{\"examples\":[{\"x\":1}]}",
          "byte 13: Missing named input: input" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        v1(&w, cases[i].form, cases[i].text);

        if (w.rc != cases[i].rc || strcmp(w.err.msg, cases[i].msg) != 0) {
            fail_msg("%s: %d \"%s\", expected %d \"%s\"", cases[i].text, w.rc,
                     w.err.msg, cases[i].rc, cases[i].msg);
        }

        assert_int_equal(w.req.rows, 12345);           /* untouched */
    }
}


static void
wrong_method(void **state)
{
    wire_t       w;
    maas_info_t  info;

    static const char  text[] = "{\"examples\":[{\"input\":" ROW "}]}";

    info = wire_info();
    wire_read(&w, &info, WIRE_V1_REGRESS, text, strlen(text), WIRE_ALL, 8);
    assert_int_equal(w.rc, MAAS_UNSUPPORTED);

    info.task = MAAS_TASK_REGRESSION;
    wire_read(&w, &info, WIRE_V1_CLASSIFY, text, strlen(text), WIRE_ALL, 8);
    assert_int_equal(w.rc, MAAS_UNSUPPORTED);
}


/* Rows beyond the room of x, some of them not complete, write nowhere else:
 * wire_read() gives just that room. */

static void
rows_without_numbers(void **state)
{
    wire_t  w;

    v1(&w, WIRE_V1, "{\"instances\":[{\"input\":" ROW "},{},{},{},{},{}]}");
    assert_int_equal(w.rc, MAAS_BADVALUE);

    v1(&w, WIRE_V1, "{\"instances\":[{\"input\":[1]},{\"input\":[1]}]}");
    assert_int_equal(w.rc, MAAS_BADSHAPE);
}


static void
protocols(void **state)
{
    size_t       i;
    maas_info_t  info;

    static const struct { const char *text, *form; }  cases[] = {
        { "{\"instances\":[", "v1_predict" },
        { " {\"a\":{\"inputs\":1},\"instances\":", "v1_predict" },
        { "{\"inputs\":[],\"instances\":[]}", "v2" },
        { "{\"inputs\":[{\"name\":\"instances\"}]}", "v2" },
        { "{\"a\":\"instances\"}", "v2" },
        { "{}", "v2" },
        { "{", "v2" },
        { "", "rows" },
        { "[\"instances\"]", "rows" },
    };

    info = wire_info();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(wire_form(&info, "application/json; q=1",
                                      cases[i].text), cases[i].form);
    }
}


/* The answer in memory of the size that was promised */

static void
writes(const maas_info_t *info, const maas_form_t *form, maas_request_t *req,
    const float *y, const char *want)
{
    char    *buf;
    size_t   size, n, json_len;

    size = form->size(info, req);
    buf = malloc(size);
    n = form->write(info, req, y, buf, &json_len);

    assert_true(n <= size);

    if (n != strlen(want) || memcmp(buf, want, n) != 0) {
        fail_msg("%.*s, expected %s", (int) n, buf, want);
    }

    free(buf);
}


static void
answers(void **state)
{
    maas_info_t     info;
    maas_request_t  req;

    static const float  y[] = { 0.1f, 1, -3.402823466e38f, 1e-45f, -0.0f, 7 };

    info = wire_info();
    memset(&req, 0, sizeof(req));
    req.rows = 2;

    writes(&info, WIRE_V1, &req, y,
           "{\"predictions\":[[0.1,1.0,-3.4028235e38],[1e-45,-0.0,7.0]]}");

    writes(&info, WIRE_V1_CLASSIFY, &req, y,
           "{\"results\":[[[\"cat\",0.1],[\"dog \\\"x\\\"\",1.0],"
           "[\"a\xc3\xa4\",-3.4028235e38]],[[\"cat\",1e-45],"
           "[\"dog \\\"x\\\"\",-0.0],[\"a\xc3\xa4\",7.0]]]}");

    /* weights decide: what is said stands first */

    info.decision = (const float[]) { 1, 1, 1e30f };
    req.rows = 1;
    writes(&info, WIRE_V1_CLASSIFY, &req, y + 3,
           "{\"results\":[[[\"a\xc3\xa4\",7.0],[\"cat\",1e-45],"
           "[\"dog \\\"x\\\"\",-0.0]]]}");
    info.decision = NULL;

    req.columns = 1;
    req.rows = 1;
    writes(&info, WIRE_V1, &req, y,
           "{\"outputs\":[[0.1,1.0,-3.4028235e38]]}");

    /* a class without a label goes by its number */

    info.task = MAAS_TASK_BINARY;
    info.n_labels = 0;
    info.out = 1;
    req.columns = 0;
    req.rows = 2;

    writes(&info, WIRE_V1_CLASSIFY, &req, y + 1,
           "{\"results\":[[[\"0\",0.0],[\"1\",1.0]],"
           "[[\"0\",3.4028235e38],[\"1\",-3.4028235e38]]]}");
    writes(&info, WIRE_V1_REGRESS, &req, y, "{\"results\":[0.1,1.0]}");

    /* what is said stands first, by the model's threshold */

    info.threshold = 0.0625f;
    writes(&info, WIRE_V1_CLASSIFY, &req, y,
           "{\"results\":[[[\"1\",0.1],[\"0\",0.9]],"
           "[[\"1\",1.0],[\"0\",0.0]]]}");
    writes(&info, WIRE_V1, &req, y, "{\"predictions\":[[0.1],[1.0]]}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(scalars),
        cmocka_unit_test(shared),
        cmocka_unit_test(refusals),
        cmocka_unit_test(wrong_method),
        cmocka_unit_test(rows_without_numbers),
        cmocka_unit_test(protocols),
        cmocka_unit_test(answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
