/*
 * The JSON writer: commas, strings and numbers.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "text/maas_json_write.h"


typedef struct {
    char    text[256];
    size_t  n;
} sink_t;


static void
sink_put(void *ctx, const char *s, size_t len)
{
    sink_t  *sink;

    sink = ctx;
    assert_true(sink->n + len < sizeof(sink->text));
    memcpy(sink->text + sink->n, s, len);
    sink->n += len;
    sink->text[sink->n] = '\0';
}


static void
test_commas(void **state)
{
    sink_t         sink = { 0 };
    maas_writer_t  w = { sink_put, &sink, 0, 0 };

    static const char *const  list[] = { "x", "y" };

    maas_writer_open(&w, '{');
    maas_writer_key(&w, "a");
    maas_writer_value(&w, "%d", 1);
    maas_writer_key(&w, "b");
    maas_writer_open(&w, '[');
    maas_writer_close(&w, ']');
    maas_writer_key(&w, "c");
    maas_writer_open(&w, '[');
    maas_writer_open(&w, '{');
    maas_writer_close(&w, '}');
    maas_writer_open(&w, '[');
    maas_writer_raw(&w, "1,2", 3);
    maas_writer_value(&w, "%.1f", 0.5);
    maas_writer_close(&w, ']');
    maas_writer_list(&w, list, 2);
    maas_writer_list(&w, list, 0);
    maas_writer_close(&w, ']');
    maas_writer_key(&w, "d");
    maas_writer_text(&w, "");
    maas_writer_close(&w, '}');

    assert_string_equal(sink.text, "{\"a\":1,\"b\":[],\"c\":[{},[1,2,0.5],"
                        "[\"x\",\"y\"],[]],\"d\":\"\"}");
}


static void
test_strings(void **state)
{
    sink_t         sink = { 0 };
    maas_writer_t  w = { sink_put, &sink, 0, 0 };

    maas_writer_string(&w, "a\"\\\b\f\n\r\t\0\x1f<\x7f\xc3\xa9", 14);
    assert_string_equal(sink.text, "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f<"
                        "\x7f\xc3\xa9\"");

    sink.n = 0;
    w.follows = 0;
    w.page = 1;
    maas_writer_string(&w, "<\x1f>", 3);
    assert_string_equal(sink.text, "\"\\u003c\\u001F>\"");
}


static void
test_long_value(void **state)
{
    sink_t         sink = { 0 };
    maas_writer_t  w = { sink_put, &sink, 0, 0 };

    maas_writer_value(&w, "%0100d", 7);
    assert_int_equal(sink.n, 63);
}


static void
test_floats(void **state)
{
    char  text[MAAS_FLOAT_TEXT];

    maas_float_text(0.2f, text);
    assert_string_equal(text, "0.2");
    maas_float_text(-1.17549435e-38f, text);
    assert_string_equal(text, "-1.1754944e-38");
}


/* What somebody else wrote: as it is where it is an object, or nothing */

static void
test_object(void **state)
{
    size_t         i;
    sink_t         sink = { 0 };
    maas_writer_t  w = { sink_put, &sink, 1, 0 };

    static const char *const  bad[] = {
        "", " ", "1", "[]", "[{}]", "null", "\"{}\"", "{", "{}}", "{}{}",
        "{\"a\":}", "{a:1}", "{\"a\":\"\xff\"}", "{\"a\":[[[]]]}"
    };

    (void) state;

    maas_writer_open(&w, '{');

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(maas_writer_object(&w, "x", bad[i], strlen(bad[i]), 3),
                         MAAS_BADVALUE);
    }

    assert_string_equal(sink.text, "{");

    assert_int_equal(maas_writer_object(&w, "a", " {\"<\":[[1,\"</\"]]} ", 18,
                                        3), MAAS_OK);
    assert_int_equal(maas_writer_object(&w, "b", "{}", 2, 1), MAAS_OK);
    maas_writer_close(&w, '}');

    assert_string_equal(sink.text, "{\"a\": {\"\\u003c\":[[1,\"\\u003c/\"]]}"
                        " ,\"b\":{}}");

    sink.n = 0;
    w = (maas_writer_t) { sink_put, &sink, 0, 0 };
    assert_int_equal(maas_writer_object(&w, "a", "{\"<\":1}", 7, 3), MAAS_OK);
    assert_string_equal(sink.text, "\"a\":{\"<\":1}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_commas),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_long_value),
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
