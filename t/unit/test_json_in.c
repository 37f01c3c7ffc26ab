/*
 * The strict walk over JSON text: what is accepted and what is refused.
 * Requests and tensors are test_json_v2.c's, numbers test_json_num.c's.
 */

#include "text/maas_json.h"
#include "wire.h"


static maas_status_t
check(const char *text, size_t len, unsigned depth, maas_err_t *err)
{
    char           *copy;
    maas_status_t   rc;

    copy = malloc(len);
    memcpy(copy, text, len);
    memset(err, 0, sizeof(maas_err_t));
    rc = maas__json_check(copy, len, depth, err);
    free(copy);

    return rc;
}


static void
good(const char *text)
{
    maas_err_t  err;

    if (check(text, strlen(text), 16, &err) != MAAS_OK) {
        fail_msg("%s: %s", text, err.msg);
    }
}


static void
bad(const char *text, const char *msg)
{
    maas_err_t  err;

    if (check(text, strlen(text), 16, &err) != MAAS_BADVALUE) {
        fail_msg("%s: expected a refusal", text);
    }

    if (msg != NULL && strcmp(err.msg, msg) != 0) {
        fail_msg("%s: \"%s\", expected \"%s\"", text, err.msg, msg);
    }
}


static void
accepted(void **state)
{
    size_t  i;

    static const char *const  texts[] = {
        "0", "-0", "1e5", "true", "false", "null", "\"\"", "[]", "{}",
        " \t\r\n[ \t\r\n1 , 2 ] \n", "{\"a\":1}",
        "{ \"a\" : [ ] , \"\" : { } }",
        "[[],[[]],{}]", "{\"a\":1,\"a\":2}", "[1,\"a\",null,true,false,{}]",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uABcd\"",
        "\"\\ud83d\\ude00\\uD800\\uDC00\\udbff\\udfff\"",
        "\"\\ud7ff\\ue000\\uffff\"", "\"\x7f\"",
        /* the first and the last of each length in UTF-8 */
        "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80"
        "\xf4\x8f\xbf\xbf\"", "\"\xed\x9f\xbf\xee\x80\x80\"",
        "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        good(texts[i]);
    }
}


static void
refused(void **state)
{
    size_t  i;

    static const struct { const char *text, *msg; }  cases[] = {
        { "[1,]", "byte 3: expected a value" },
        { "[,1]", "byte 1: expected a value" },
        { "[1,,2]", "byte 3: expected a value" },
        { "[1 2]", "byte 3: expected a comma or ]" },
        { "[1", "byte 2: expected a comma or ], but the text ends here" },
        { "[", "byte 1: expected a value, but the text ends here" },
        { "]", "byte 0: expected a value" },
        { "[1}", "byte 2: expected a comma or ]" },
        { "{1:2}", "byte 1: expected a member name" },
        { "{\"a\"}", "byte 4: expected a colon" },
        { "{\"a\"", "byte 4: expected a colon, but the text ends here" },
        { "{\"a\":}", "byte 5: expected a value" },
        { "{\"a\":1,}", "byte 7: expected a member name" },
        { "{\"a\":1 \"b\":2}", "byte 7: expected a comma or }" },
        { "{\"a\":1]", "byte 6: expected a comma or }" },
        { "{", "byte 1: expected a member name, but the text ends here" },
        { "{'a':1}", NULL }, { "{a:1}", NULL }, { "{]", NULL }, { "[}", NULL },
        { "\"", "byte 1: expected the end of a string, but the text ends "
          "here" },
        { "\"a\nb\"", "byte 2: a control character in a string" },
        { "\"\t\"", NULL }, { "\"\x1f\"", NULL },
        { "\"\\x\"", "byte 1: a bad escape in a string" },
        { "\"\\", "byte 1: a bad escape in a string" },
        { "\"\\u12\"", NULL }, { "\"\\u12g4\"", NULL }, { "\"\\u123", NULL },
        { "\"\\u/234\"", NULL }, { "\"\\u@234\"", NULL },
        { "\"\\U1234\"", NULL },
        { "\"\\ud800\"", NULL }, { "\"\\udc00\"", NULL },
        { "\"\\ud800\\ud800\"", NULL }, { "\"\\ud800x\\udc00\"", NULL },
        { "\"\\ud800\\xdc00\"", NULL }, { "\"\\ud800\\u12\"", NULL },
        { "\"\\ud800\\ue000\"", NULL }, { "\"\\ud800\\uzzzz\"", NULL },
        { "\"\x80\"", "byte 1: a string that is not UTF-8" },
        { "\"\xc1\xbf\"", NULL }, { "\"\xc2\"", NULL },
        { "\"\xc2\xc2\"", NULL },
        { "\"\xe0\x9f\xbf\"", NULL }, { "\"\xed\xa0\x80\"", NULL },
        { "\"\xf0\x8f\xbf\xbf\"", NULL }, { "\"\xf4\x90\x80\x80\"", NULL },
        { "\"\xf5\x80\x80\x80\"", NULL }, { "\"\xe1\x80\"", NULL },
        { "\"\xe1\x80\x7f\"", NULL }, { "\"\xff\"", NULL },
        { "\"\xc2", NULL }, { "\"\xf1\x80\x80", NULL },
        { "tru", NULL }, { "True", NULL }, { "nul", NULL }, { "fals", NULL },
        { "truex", "byte 4: more text after the value" },
        { "nan", NULL }, { "NaN", NULL }, { "[NaN]", NULL },
        { "Infinity", NULL },
        { "-Infinity", NULL }, { "-", NULL }, { "+1", NULL }, { "01", NULL },
        { "1.", NULL }, { ".5", NULL }, { "0x1", NULL }, { "1e", NULL },
        { "[1]x", "byte 3: more text after the value" },
        { "[1]]", NULL }, { "1 2", NULL }, { "[]\f", NULL }, { "\f[]", NULL },
        { "//\n1", NULL }, { "/**/1", NULL }, { "[1]\v", NULL },
        { "\xef\xbb\xbf[]", "byte 0: expected a value" },       /* BOM */
        { "\xa0[]", NULL },
        { "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "byte 16: nested too deep" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bad(cases[i].text, cases[i].msg);
    }
}


static void
t33_empty(void **state)
{
    bad("", "byte 0: expected a value, but the text ends here");
    bad(" \r\n\t ", "byte 5: expected a value, but the text ends here");
}


static void
t34_deep(void **state)
{
    char        *text;
    size_t       i, n;
    maas_err_t   err;

    n = 100000;
    text = malloc(n);
    memset(text, '[', n);
    assert_int_equal(check(text, n, 16, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "byte 16: nested too deep");

    for (i = 0; i + 5 <= 50000; i += 5) {
        memcpy(text + i, "{\"a\":", 5);
    }

    assert_int_equal(check(text, 50000, 16, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "byte 80: nested too deep");

    /* the depth that is asked for counts, and 64 at the most */
    memset(text, '[', n);
    assert_int_equal(check(text, n, 3, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "byte 3: nested too deep");
    assert_int_equal(check(text, n, 1000, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "byte 64: nested too deep");
    assert_int_equal(check("[]", 2, 0, &err), MAAS_BADVALUE);
    assert_int_equal(check("7", 1, 0, &err), MAAS_OK);

    free(text);
}


/* T35, T38: a valid text is refused when cut anywhere, and when any byte of it
 * is one that JSON never has there; and nothing behind its end is read */

static void
t35_cut_and_broken(void **state)
{
    char        copy[128];
    size_t      i, len;
    maas_err_t  err;

    static const char  text[] =
        "{\"a\":[1,-2.5e+3,true,false,null,\"x\\u00e4\\n\xc3\xa4\"],"
        "\"b\":{\"c\":[]}}";

    len = strlen(text);
    assert_int_equal(check(text, len, 16, &err), MAAS_OK);

    for (i = 0; i < len; i++) {
        assert_int_equal(check(text, i, 16, &err), MAAS_BADVALUE);

        memcpy(copy, text, len);
        copy[i] = '\0';
        assert_int_equal(check(copy, len, 16, &err), MAAS_BADVALUE);
        copy[i] = '\f';
        assert_int_equal(check(copy, len, 16, &err), MAAS_BADVALUE);
        copy[i] = '\xff';
        assert_int_equal(check(copy, len, 16, &err), MAAS_BADVALUE);
    }
}


static void
t37_trailing(void **state)
{
    maas_err_t  err;

    assert_int_equal(check("[1]\0", 4, 16, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "byte 3: more text after the value");
    bad("{}{}", "byte 2: more text after the value");
    bad("1,", "byte 1: more text after the value");
}


/* Names with escapes mean what they mean. */

static void
names(void **state)
{
    size_t  i;

    static const struct { const char *raw, *text; int same; }  cases[] = {
        { "data", "data", 1 }, { "d\\u0061ta", "data", 1 },
        { "\\u0064\\u0061\\u0074\\u0061", "data", 1 }, { "", "", 1 },
        { "dat", "data", 0 }, { "datas", "data", 0 }, { "", "data", 0 },
        { "data\\u0000", "data", 0 }, { "\\u0000", "", 0 },
        { "a\\/b", "a/b", 1 }, { "a\\\"b", "a\"b", 1 }, { "a\\\\b", "a\\b", 1 },
        { "a\\nb", "anb", 0 }, { "\\ud83d\\ude00", "data", 0 },
        { "\\u0164ata", "data", 0 }, { "z\\u00fcrich", "z\xc3\xbcrich", 1 },
        { "z\\u00fcrich", "z\xc3", 0 }, { "\\ud83d\\ude00",
          "\xf0\x9f\x98\x80", 1 }, { "a\\tb", "a\tb", 1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        maas_str_t  raw = { cases[i].raw, strlen(cases[i].raw) };

        if (maas__json_is(raw, cases[i].text) != cases[i].same) {
            fail_msg("%s against %s", cases[i].raw, cases[i].text);
        }
    }
}


/* The first byte that ends a string, or must not stand in it, is found at each
 * place of strings of each length: each byte, one by one. */

static void
every_byte(void **state)
{
    char           text[48], *copy;
    size_t         len, i, at;
    unsigned       c;
    maas_err_t     err;
    maas_str_t     raw;
    maas_json_t    j;
    maas_status_t  rc;

    for (len = 1; len < 40; len++) {
        for (i = 0; i < len; i++) {
            for (c = 0; c < 256; c++) {
                memset(text, 0x7f, sizeof(text));
                text[0] = '"';
                text[1 + i] = (char) c;
                text[1 + len] = '"';

                maas__json_start(&j, text, len + 2);
                rc = maas__json_string(&j, &raw, &err);

                /* before the quote at the end it is an escape of that */

                at = c == '\\' && i + 1 == len ? len + 2 : i + 1;
                assert_int_equal(rc, c < 0x20 || c >= 0x80 || c == '\\'
                                     ? MAAS_BADVALUE : MAAS_OK);
                assert_ptr_equal(j.p, text + (rc != MAAS_OK ? at
                                              : c == '"' ? at + 1 : len + 2));

                if (rc == MAAS_OK) {
                    assert_int_equal(raw.len, c == '"' ? i : len);
                }

            }

            /* cut before it: nothing behind the text is read */

            at = i + 1;
            copy = malloc(at);
            memcpy(copy, text, at);
            maas__json_start(&j, copy, at);
            assert_int_equal(maas__json_string(&j, &raw, &err), MAAS_BADVALUE);
            assert_ptr_equal(j.p, copy + at);
            free(copy);
        }
    }
}


/* A member is found by its name however it is written, and by no other. */

static void
members(void **state)
{
    size_t              i;
    maas_err_t          err;
    maas_json_t         j;
    maas_json_object_t  o;

    static const char *const  list[] = { "shape", "data", "d", "", NULL };
    static const struct { const char *text; int which; }  cases[] = {
        { "{\"data\":1}", 1 }, { "{\"d\":1}", 2 }, { "{\"dat\":1}", -1 },
        { "{\"\\u0064ata\":1}", 1 }, { "{\"\\u0064\":1}", 2 },
        { "{\"\":1}", 3 }, { "{\"\\u0000\":1}", -1 },
        { "{\"d\\u0000\":1}", -1 }, { "{\"shape\":1}", 0 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        maas__json_start(&j, cases[i].text, strlen(cases[i].text));
        o = (maas_json_object_t) { .names = list };

        assert_int_equal(maas__json_member(&j, &o, &err), MAAS_OK);
        assert_int_equal(o.which, cases[i].which);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(refused),
        cmocka_unit_test(t33_empty),
        cmocka_unit_test(t34_deep),
        cmocka_unit_test(t35_cut_and_broken),
        cmocka_unit_test(t37_trailing),
        cmocka_unit_test(names),
        cmocka_unit_test(every_byte),
        cmocka_unit_test(members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
