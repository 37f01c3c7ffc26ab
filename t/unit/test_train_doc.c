/*
 * Documents of other libraries: the same tree from JSON and UBJSON, numbers
 * rounded once, and what is refused.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "import/doc.h"


static maas_err_t     err;
static maas_arena_t  *arena;


static maas_status_t
doc_of(const char *text, size_t len, int floats, const train_doc_t **root)
{
    maas__arena_destroy(arena);
    arena = maas__arena_create((size_t) 1 << 24);
    assert_non_null(arena);
    memset(&err, 0, sizeof(err));

    return train_doc_read(arena, text, len, floats, root, &err);
}


static void
test_json(void **state)
{
    size_t              n;
    const train_doc_t  *d, *e;

    static const char  text[] =
        " {\"a\": {\"b\": [1, -2.5e1, 2147483647, NaN, -Infinity]},\n"
        "\"t\":\"x\\u00e4\\\"\", \"f\":[true,false], \"l\":[1,[2]], \"e\":[],"
        "\"o\":{}, \"n\":null, \"s\":\"12\", \"z\":-0}";

    assert_int_equal(doc_of(text, strlen(text), 1, &d), MAAS_OK);
    e = train_doc_find(d, "a.b");
    assert_true(train_doc_is_numbers(e));
    assert_int_equal(e->n, 5);
    assert_true(train_doc_number(e, 1) == -25);
    assert_true(train_doc_number(e, 2) == 2147483647.0);
    assert_true(isnan(train_doc_number(e, 3)));
    assert_true(train_doc_number(e, 4) == -INFINITY);

    assert_true(train_doc_is(train_doc_get(d, "t"), "x\xc3\xa4\""));
    assert_string_equal(train_doc_text(arena, train_doc_get(d, "t")),
                        "x\xc3\xa4\"");
    assert_true(train_doc_number(train_doc_get(d, "f"), 0) == 1);
    assert_true(train_doc_number(train_doc_get(d, "f"), 1) == 0);
    assert_int_equal(train_doc_get(d, "l")->kind, TRAIN_DOC_LIST);
    assert_true(train_doc_is_numbers(train_doc_get(d, "e")));
    assert_int_equal(train_doc_get(d, "o")->n, 0);
    assert_string_equal(train_doc_what(train_doc_get(d, "n")), "null");
    assert_true(signbit(train_doc_get(d, "z")->u.number));
    assert_null(train_doc_find(d, "a.c.d"));
    assert_string_equal(train_doc_what(NULL), "nothing");

    assert_true(train_doc_size(train_doc_get(d, "s"), 0, 12, &n) && n == 12);
    assert_false(train_doc_size(train_doc_get(d, "s"), 0, 11, &n));
    assert_false(train_doc_size(train_doc_get(d, "t"), 0, 11, &n));
    assert_false(train_doc_size(NULL, 0, 11, &n));
}


/* A decimal between two floats, closer to the upper one than a double can say:
 * by way of a double it would be the lower, even one */

static void
test_rounded_once(void **state)
{
    const train_doc_t  *d;

    static const char  text[] = "[1.00000005960464477540,0.1]";

    assert_int_equal(doc_of(text, strlen(text), 1, &d), MAAS_OK);
    assert_true(train_doc_number(d, 0) == (double) 0x1.000002p0f);
    assert_true(train_doc_number(d, 1) == (double) 0.1f);

    assert_int_equal(doc_of(text, strlen(text), 0, &d), MAAS_OK);
    assert_true((float) train_doc_number(d, 0) == 1);
    assert_true(train_doc_number(d, 1) == 0.1);
}


static void
test_ubjson(void **state)
{
    const train_doc_t  *d, *e;

    static const char  text[] =
        "{U\1a[$d#U\2\x3f\x80\0\0\xc0\0\0\0"           /* 1, -2 */
        "i\1b[#U\3I\xff\xfel\0\1\0\0D\x3f\xe0\0\0\0\0\0\0"
        "L\0\0\0\0\0\0\0\1c[SU\2xyTZ]"
        "U\1d[i\5U\xff]U\1e{}}";

    assert_int_equal(doc_of(text, sizeof(text) - 1, 1, &d), MAAS_OK);
    e = train_doc_get(d, "a");
    assert_true(train_doc_is_numbers(e) && e->n == 2);
    assert_true(train_doc_number(e, 0) == 1 && train_doc_number(e, 1) == -2);

    e = train_doc_get(d, "b");
    assert_true(train_doc_is_numbers(e) && e->n == 3);
    assert_true(train_doc_number(e, 0) == -2);
    assert_true(train_doc_number(e, 1) == 65536);
    assert_true(train_doc_number(e, 2) == 0.5);

    e = train_doc_get(d, "c");
    assert_int_equal(e->kind, TRAIN_DOC_LIST);
    assert_true(train_doc_is(e->u.first, "xy"));
    assert_int_equal(e->u.first->next->next->kind, TRAIN_DOC_NULL);

    assert_true(train_doc_number(train_doc_get(d, "d"), 1) == 255);
}


#define BAD(text, why)  { text, sizeof(text) - 1, why }

static void
test_refused(void **state)
{
    size_t              i;
    const train_doc_t  *d;

    static const struct { const char *text; size_t len; const char *why; }
        cases[] = {
        BAD("", "byte 0: expected a value, but the file ends here"),
        BAD("{\"a\":1", "byte 6: expected a comma or }, but the file ends"),
        BAD("{\"a\" 1}", "byte 5: expected a colon"),
        BAD("{a:1}", "byte 1: expected a string"),
        BAD("[1,]", "byte 3: expected a number"),
        BAD("[1 2]", "byte 3: expected a comma or ]"),
        BAD("[01]", "byte 1: expected a number"),
        BAD("[[1],", "byte 5: expected a value, but the file ends here"),
        BAD("1 1", "byte 2: expected the end of the file"),
        BAD("\"\\x\"", "byte 1: a bad escape in a string"),
        BAD("{i\1a", "byte 4: expected a value, but the file ends here"),
        BAD("{i\1a[$d#L\x7f\0\0\0\0\0\0\0}",
            "byte 17: expected a length that the file has bytes for"),
        BAD("{i\1a[$d#i\3\0\0\0\0}",
            "byte 10: expected a count that the file has bytes for"),
        BAD("{i\1a[$T#i\3}", "byte 6: expected a type of numbers"),
        BAD("{i\1aHi\1" "2}", "byte 4: expected a value"),
        BAD("{i\xff" "a1}", "byte 3: expected a length"),
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(doc_of(cases[i].text, cases[i].len, 1, &d),
                         MAAS_BADFILE);
        assert_int_equal(err.code, MAAS_BADFILE);

        if (strstr(err.msg, cases[i].why) != err.msg) {
            fail_msg("case %zu: \"%s\", expected \"%s\"", i, err.msg,
                     cases[i].why);
        }
    }
}


static void
test_deep(void **state)
{
    char                text[2 * TRAIN_DOC_DEPTH + 2];
    const train_doc_t  *d;

    memset(text, '[', TRAIN_DOC_DEPTH + 1);
    memset(text + TRAIN_DOC_DEPTH + 1, ']', TRAIN_DOC_DEPTH + 1);

    assert_int_equal(doc_of(text, sizeof(text), 1, &d), MAAS_BADFILE);
    assert_non_null(strstr(err.msg, "more than 256 lists and objects"));
    assert_int_equal(doc_of(text + 1, sizeof(text) - 2, 1, &d), MAAS_OK);
}


int
main(void)
{
    int  rc;

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_rounded_once),
        cmocka_unit_test(test_ubjson),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_deep)
    };

    rc = cmocka_run_group_tests(tests, NULL, NULL);
    maas__arena_destroy(arena);

    return rc;
}
