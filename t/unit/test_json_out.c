/*
 * Answers: their text, their bytes, and that they fit in what was promised.
 * Numbers alone are test_json_num.c's.
 */

#include "wire/json/maas_json_rows.h"
#include "wire.h"


static const maas_str_t  version = { "3", 1 };

static const float  y[6] = { 0.1f, 0.7f, 0.2f, 0.25f, 0.25f, 0.5f };


/* Written to memory of just the size that was asked for. */

static size_t
write_v2(const maas_info_t *info, const maas_request_t *req, const float *rows,
    char *out, size_t *json_len)
{
    char    *buf;
    size_t   size, len;

    size = WIRE_V2->size(info, req);
    buf = malloc(size);
    len = WIRE_V2->write(info, req, rows, buf, json_len);
    assert_true(len <= size);
    assert_true(*json_len <= len);
    assert_int_equal(maas__json_check(buf, *json_len, 16, NULL), MAAS_OK);
    memcpy(out, buf, len);
    out[len] = '\0';
    free(buf);

    return len;
}


static maas_request_t
request(size_t rows)
{
    maas_request_t  req;

    memset(&req, 0, sizeof(req));
    req.rows = rows;
    req.version = version;

    return req;
}


static void
v2_json(void **state)
{
    char            out[2048];
    size_t          json_len, len;
    maas_info_t     info;
    maas_request_t  req;

    info = wire_info();
    req = request(2);

    len = write_v2(&info, &req, y, out, &json_len);
    assert_int_equal(len, json_len);
    assert_string_equal(out, "{\"model_name\":\"toy\",\"model_version\":\"3\","
        "\"outputs\":[{\"name\":\"probs\",\"datatype\":\"FP32\","
        "\"shape\":[2,3],\"data\":[0.1,0.7,0.2,0.25,0.25,0.5]}]}");

    req.rows = 1;
    req.id = (maas_str_t) { "\"a\\u0041\"", 9 };
    write_v2(&info, &req, y, out, &json_len);
    assert_string_equal(out, "{\"id\":\"a\\u0041\",\"model_name\":\"toy\","
        "\"model_version\":\"3\",\"outputs\":[{\"name\":\"probs\",\"datatype\":"
        "\"FP32\",\"shape\":[1,3],\"data\":[0.1,0.7,0.2]}]}");
}


/* T42: no rows give an empty tensor */

static void
t42_no_rows(void **state)
{
    char            out[2048];
    size_t          json_len, len;
    maas_info_t     info;
    maas_request_t  req;

    info = wire_info();
    req = request(0);

    write_v2(&info, &req, y, out, &json_len);
    assert_non_null(strstr(out, "\"shape\":[0,3],\"data\":[]}]}"));

    req.top_k = 2;
    write_v2(&info, &req, y, out, &json_len);
    assert_non_null(strstr(out, "\"shape\":[0,2],\"data\":[]}]}"));

    req.binary = 1;
    len = write_v2(&info, &req, y, out, &json_len);
    assert_int_equal(len, json_len);
    assert_non_null(strstr(out, "\"parameters\":{\"binary_data_size\":0}}]}"));

    assert_int_equal(WIRE_ROWS->write(&info, &req, y, out, &json_len), 2);
    assert_memory_equal(out, "[]", 2);
}


static void
v2_binary(void **state)
{
    char            out[2048];
    size_t          json_len, len;
    maas_info_t     info;
    maas_request_t  req;

    info = wire_info();
    req = request(2);
    req.binary = 1;

    len = write_v2(&info, &req, y, out, &json_len);
    assert_int_equal(len, json_len + 24);
    assert_memory_equal(out + json_len, y, 24);
    out[json_len] = '\0';
    assert_string_equal(out, "{\"model_name\":\"toy\",\"model_version\":\"3\","
        "\"outputs\":[{\"name\":\"probs\",\"datatype\":\"FP32\","
        "\"shape\":[2,3],\"parameters\":{\"binary_data_size\":24}}]}");
}


static void
classification(void **state)
{
    char            out[2048];
    size_t          json_len, len;
    maas_info_t     info;
    maas_request_t  req;

    info = wire_info();
    req = request(2);
    req.top_k = 2;

    write_v2(&info, &req, y, out, &json_len);
    assert_string_equal(strstr(out, "\"datatype\""), "\"datatype\":\"BYTES\","
        "\"shape\":[2,2],\"data\":[\"0.7:1:dog \\\"x\\\"\","
        "\"0.2:2:a\xc3\xa4\",\"0.5:2:a\xc3\xa4\",\"0.25:0:cat\"]}]}");

    /* of equal ones the first comes first; all of them */
    req.rows = 1;
    req.top_k = 3;
    write_v2(&info, &req, y + 3, out, &json_len);
    assert_string_equal(strstr(out, "\"data\":"), "\"data\":["
        "\"0.5:2:a\xc3\xa4\",\"0.25:0:cat\",\"0.25:1:dog \\\"x\\\"\"]}]}");

    req.top_k = 1;
    req.binary = 1;
    len = write_v2(&info, &req, y, out, &json_len);
    assert_int_equal(len - json_len, 4 + 13);
    assert_memory_equal(out + json_len, "\x0d\0\0\0" "0.7:1:dog \"x\"", 17);
    assert_non_null(strstr(out, "\"shape\":[1,1],\"parameters\":{"
                           "\"binary_data_size\":17}}]}"));

    /* without labels */
    info.n_labels = 0;
    len = write_v2(&info, &req, y, out, &json_len);
    assert_int_equal(len - json_len, 4 + 5);
    assert_memory_equal(out + json_len, "\5\0\0\0" "0.7:1", 9);
    req.binary = 0;
    write_v2(&info, &req, y, out, &json_len);
    assert_non_null(strstr(out, "\"data\":[\"0.7:1\"]}]}"));

    /* a binary task says the probability of class 1, and has two */
    info.n_labels = 2;
    info.task = MAAS_TASK_BINARY;
    info.out = 1;
    req.rows = 2;
    req.top_k = 2;
    write_v2(&info, &req, y + 3, out, &json_len);
    assert_non_null(strstr(out, "\"data\":[\"0.75:0:cat\","
        "\"0.25:1:dog \\\"x\\\"\",\"0.75:0:cat\",\"0.25:1:dog \\\"x\\\"\"]"));
}


/* What the model says comes first, whatever its probability. */

static void
said_first(void **state)
{
    char            out[2048];
    size_t          json_len;
    maas_info_t     info;
    maas_request_t  req;

    static const float  weights[] = { 8, 1, 1 };

    info = wire_info();
    info.decision = weights;
    req = request(1);
    req.top_k = 3;
    write_v2(&info, &req, y, out, &json_len);
    assert_non_null(strstr(out, "\"data\":[\"0.1:0:cat\","
        "\"0.7:1:dog \\\"x\\\"\",\"0.2:2:a\xc3\xa4\"]"));

    req.top_k = 1;
    write_v2(&info, &req, y, out, &json_len);
    assert_non_null(strstr(out, "\"data\":[\"0.1:0:cat\"]"));

    info = wire_info();
    info.task = MAAS_TASK_BINARY;
    info.out = 1;
    info.threshold = 0.2f;
    req.top_k = 2;
    write_v2(&info, &req, y + 3, out, &json_len);
    assert_non_null(strstr(out, "\"data\":[\"0.25:1:dog \\\"x\\\"\","
        "\"0.75:0:cat\"]"));
}


/* The label and its place, in JSON, as bytes, and with the numbers */

static void
said(void **state)
{
    char            out[2048];
    size_t          json_len, len;
    maas_info_t     info;
    maas_request_t  req;

    info = wire_info();
    req = request(2);
    req.n_outputs = 2;
    req.outputs[0] = MAAS_OUTPUT_LABEL;
    req.outputs[1] = MAAS_OUTPUT_DECISION;
    len = write_v2(&info, &req, y, out, &json_len);
    assert_int_equal(len, json_len);
    assert_string_equal(strstr(out, "\"outputs\""), "\"outputs\":[{\"name\":"
        "\"label\",\"datatype\":\"BYTES\",\"shape\":[2,1],\"data\":"
        "[\"dog \\\"x\\\"\",\"a\xc3\xa4\"]},{\"name\":\"decision\","
        "\"datatype\":\"INT64\",\"shape\":[2,1],\"data\":[1,2]}]}");

    req.n_outputs = 3;
    req.outputs[2] = MAAS_OUTPUT_NUMBERS;
    req.bytes = 7;
    req.binary = 1;
    len = write_v2(&info, &req, y, out, &json_len);
    assert_int_equal(len - json_len, 4 + 7 + 4 + 3 + 16 + 24);
    assert_memory_equal(out + json_len, "\7\0\0\0dog \"x\"\3\0\0\0a\xc3\xa4"
                        "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 34);
    assert_memory_equal(out + json_len + 34, y, 24);
    out[json_len] = '\0';
    assert_non_null(strstr(out, "\"name\":\"label\",\"datatype\":\"BYTES\","
        "\"shape\":[2,1],\"parameters\":{\"binary_data_size\":18}},"));

    /* one of them as bytes, the others in JSON */
    req.bytes = 2;
    req.top_k = 1;
    len = write_v2(&info, &req, y, out, &json_len);
    assert_int_equal(len - json_len, 16);
    out[json_len] = '\0';
    assert_non_null(strstr(out, "\"shape\":[2,1],\"data\":[\"0.7:1:dog "
        "\\\"x\\\"\",\"0.5:2:a\xc3\xa4\"]}]}"));

    req = request(0);
    req.n_outputs = 1;
    req.outputs[0] = MAAS_OUTPUT_LABEL;
    write_v2(&info, &req, y, out, &json_len);
    assert_non_null(strstr(out, "\"shape\":[0,1],\"data\":[]}]}"));
}


/* The k best of many, against a plain search. */

static void
best_of_many(void **state)
{
    char            *out, *p, *end;
    float            v[300];
    size_t           i, j, k, m, before;
    uint64_t         seed;
    maas_info_t      info;
    maas_request_t   req;

    info = wire_info();
    info.n_labels = 0;
    info.out = 300;
    seed = 9;

    for (k = 1; k <= 300; k += 23) {
        for (i = 0; i < 300; i++) {
            v[i] = (float) (wire_random(&seed) % 200);
        }

        req = request(1);
        req.top_k = k;
        out = malloc(maas__top_size(&info, &req));
        end = out + maas__top_write(&info, &req, v, out);

        for (p = out, j = 0; j < k; j++) {
            p = strchr(p, ':') + 1;
            i = strtoul(p, &p, 10);

            for (before = 0, m = 0; m < 300; m++) {
                before += v[m] > v[i] || (v[m] == v[i] && m < i);
            }

            assert_int_equal(before, j);
            p++;
        }

        assert_ptr_equal(p, end);
        free(out);
    }
}


static void
bare_rows(void **state)
{
    char            out[2048], *buf;
    size_t          len, json_len;
    maas_info_t     info;
    maas_request_t  req;

    info = wire_info();
    req = request(2);

    buf = malloc(WIRE_ROWS->size(&info, &req));
    len = WIRE_ROWS->write(&info, &req, y, buf, &json_len);
    memcpy(out, buf, len);
    out[len] = '\0';
    assert_string_equal(out, "[[0.1,0.7,0.2],[0.25,0.25,0.5]]");
    free(buf);
}


/* The longest of everything fits. */

static void
longest(void **state)
{
    char            *out, name[65], text[257], id[400];
    float            v[40];
    size_t           i, json_len;
    const char      *labels[4];
    maas_info_t      info;
    maas_request_t   req;

    memset(name, 'n', 64);
    name[64] = '\0';
    memset(text, 1, 256);
    text[256] = '\0';
    memset(id, 'i', sizeof(id));
    id[0] = id[399] = '"';

    for (i = 0; i < 4; i++) {
        labels[i] = text;
    }

    for (i = 0; i < 40; i++) {
        v[i] = -1.2345678e-38f;
    }

    info = wire_info();
    info.name = info.output_name = name;
    info.labels = labels;
    info.n_labels = 4;
    info.out = 4;
    req = request(10);
    req.id = (maas_str_t) { id, sizeof(id) };
    out = malloc(100000);

    for (i = 0; i < 32; i++) {
        req.top_k = i & 1 ? 4 : 0;
        req.binary = i >> 1 & 1;
        req.n_outputs = i > 3 ? 3 : 0;
        req.bytes = (unsigned) i >> 2;
        req.outputs[i % 3] = MAAS_OUTPUT_NUMBERS;
        req.outputs[(i + 1) % 3] = MAAS_OUTPUT_LABEL;
        req.outputs[(i + 2) % 3] = MAAS_OUTPUT_DECISION;
        write_v2(&info, &req, v, out, &json_len);
    }

    free(out);
}


static void
quoted(void **state)
{
    char         out[600];
    size_t       i, len;
    const char  *in = "a\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa4";

    len = maas__json_quote(in, strlen(in), out);
    out[len] = '\0';
    assert_string_equal(out, "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f"
                        "\xc3\xa4\"");
    assert_int_equal(maas__json_check(out, len, 1, NULL), MAAS_OK);

    assert_int_equal(maas__json_quote("", 0, out), 2);
    assert_int_equal(maas__json_quote("\0", 1, out), 8);
    assert_memory_equal(out, "\"\\u0000\"", 8);

    for (i = 0; i < 128; i++) {
        char  c = (char) i;

        len = maas__json_quote(&c, 1, out);
        assert_in_range(len, 3, 8);
        assert_int_equal(maas__json_check(out, len, 1, NULL), MAAS_OK);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(v2_json),
        cmocka_unit_test(t42_no_rows),
        cmocka_unit_test(v2_binary),
        cmocka_unit_test(classification),
        cmocka_unit_test(said_first),
        cmocka_unit_test(said),
        cmocka_unit_test(best_of_many),
        cmocka_unit_test(bare_rows),
        cmocka_unit_test(longest),
        cmocka_unit_test(quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
