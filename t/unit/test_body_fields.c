/*
 * Fields of a body of one record: which there are, in which words it is said
 * that there are none, and that a row of them has the bits that the forms'
 * readers give.
 */

#include "field/maas_field.h"
#include "wire.h"

#include <math.h>


#define JSON   "application/json"
#define FORM   "application/x-www-form-urlencoded"
#define CSV    "text/csv"

#define SLOTS  8                   /* of a row, below */


typedef struct {
    char   text[400];              /* name=kind:value and a blank, each */
    char  *end;
} seen_t;


static void
see(void *data, const maas_body_field_t *f)
{
    seen_t  *s = data;

    static const char  kinds[] = {
        [MAAS_VALUE_TEXT] = 't', [MAAS_VALUE_DIGITS] = 'd',
        [MAAS_VALUE_TRUE] = '1', [MAAS_VALUE_FALSE] = '0',
        [MAAS_VALUE_NULL] = 'n', [MAAS_VALUE_NESTED] = 'x'
    };

    s->end += snprintf(s->end, sizeof(s->text) - (size_t) (s->end - s->text),
                       "%.*s=%c:%.*s ", (int) f->name.len, f->name.data,
                       kinds[f->kind], (int) f->value.len, f->value.data);
}


/* Body and scratch are in memory of just their sizes. */

static maas_status_t
fields_of(const char *type, const char *body, size_t len, seen_t *s,
    maas_err_t *err)
{
    char           *text, *scratch;
    maas_status_t   rc;

    text = malloc(len);
    scratch = malloc(len);
    memcpy(text, body, len);

    s->text[0] = '\0';
    s->end = s->text;
    memset(err, 0, sizeof(maas_err_t));

    rc = maas_body_fields((maas_str_t) { type, strlen(type) },
                          (maas_str_t) { text, len }, scratch, see, s, err);
    assert_int_equal(err->code, rc);

    free(text);
    free(scratch);

    return rc;
}


static void
they_are_seen(void **state)
{
    size_t       i;
    seen_t       s;
    maas_err_t   err;

    static const struct {
        const char  *type, *body, *fields;
    }  cases[] = {
        { JSON, "{\"a\":1,\"b\":\"x y\",\"c\":true,\"d\":false,\"e\":null}",
          "a=d:1 b=t:x y c=1:true d=0:false e=n:null " },
        { JSON, " [ { \"a\" : -1.50e+300 } ] \n", "a=d:-1.50e+300 " },
        { "", "{\"a\":\"\"}", "a=t: " },
        { "text/plain", "{\"a\":2}", "a=d:2 " },
        { "application/cloudevents+json; charset=utf-8", "{\"a\":2}",
          "a=d:2 " },
        { FORM, " {\"a\":2}", "a=d:2 " },
        { JSON, "{}", "" },
        { JSON, "{\"a\":{\"b\":[1,{}]},\"c\":[\"x\"],\"d\":1}",
          "a=x:{\"b\":[1,{}]} c=x:[\"x\"] d=d:1 " },
        { JSON, "{\"\\u0061\\n\":\"\\ud83d\\ude42\\\"\",\"b\":\"\\\\\"}",
          "a\n=t:\xf0\x9f\x99\x82\" b=t:\\ " },
        { JSON, "{\"a\":1,\"a\":2}", "a=d:1 a=d:2 " },
        { FORM, "a=1&b=x+y%21&&c&d=%C3%A4&%61=", "a=t:1 b=t:x y! c=t: "
          "d=t:\xc3\xa4 a=t: " },
        { FORM, "a=b=c", "a=t:b=c " },
        { CSV, "a,b,c\n1,x,\"y \"\"z\"\"\"\n", "a=t:1 b=t:x c=t:y \"z\" " },
        { CSV, "\xef\xbb\xbf" "a;\"b\"\"\"\r\n1,5;x;\r\n\r\n",
          "a=t:1,5 b\"=t:x " },
        { CSV "; header=present", "sep=|\na|b\n1;2|\"\"", "a=t:1;2 b=t: " },
        { CSV, "a\n7", "a=t:7 " },
        { CSV, "a\n1,5", "a=t:1,5 " },
        { CSV, "a b\n1;2\n", "a b=t:1;2 " },
        { CSV, "a,b,\n7,8", "a=t:7 b=t:8 " },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(fields_of(cases[i].type, cases[i].body,
                                   strlen(cases[i].body), &s, &err), MAAS_OK);
        assert_string_equal(s.text, cases[i].fields);
    }
}


static void
refused(void **state)
{
    size_t          i;
    seen_t          s;
    maas_err_t      err;
    maas_status_t   rc;

    static const struct {
        const char     *type, *body;
        maas_status_t   code;
        const char     *msg;
    }  cases[] = {
        { JSON, "", MAAS_BADSHAPE, "no record" },
        { JSON, " \n", MAAS_BADSHAPE, "no record" },
        { JSON, "[]", MAAS_BADSHAPE, "no record" },
        { JSON, "[{\"a\":1},{\"a\":2}]", MAAS_BADSHAPE,
          "byte 9: more than one record" },
        { JSON, "[{\"a\":1} 2", MAAS_BADVALUE,
          "byte 9: expected a comma or ]" },
        { JSON, "[1]", MAAS_BADVALUE, "byte 1: expected an object" },
        { JSON, "a=1", MAAS_BADVALUE, "byte 0: expected an object" },
        { "text/plain", "a=1", MAAS_BADVALUE, "byte 0: expected an object" },
        { JSON, "{\"a\":1}}", MAAS_BADVALUE,
          "byte 7: more text after the value" },
        { JSON, "{\"a\":01}", MAAS_BADVALUE, "byte 6: expected a comma or }" },
        { JSON, "{\"a\":\"\xff\"}", MAAS_BADVALUE,
          "byte 6: a string that is not UTF-8" },
        { JSON, "{\"a\":", MAAS_BADVALUE,
          "byte 5: expected a value, but the text ends here" },
        { FORM, "a=%4", MAAS_BADVALUE, "byte 2: a bad escape" },
        { FORM, "%zz=1", MAAS_BADVALUE, "byte 0: a bad escape" },
        { FORM, "&&", MAAS_BADSHAPE, "no record" },
        { CSV, "a,b\n", MAAS_BADSHAPE,
          "expected a line of names and one of values" },
        { CSV, "a,b\n1,2\n3,4\n", MAAS_BADSHAPE,
          "byte 8: more than one record" },
        { CSV, "a,b\n1\n", MAAS_BADSHAPE,
          "byte 4: expected as many fields as in the line of names" },
        { CSV, "a,b\n1,2,3\n", MAAS_BADSHAPE,
          "byte 4: expected as many fields as in the line of names" },
        { CSV, "a,b\n1,\"2\n", MAAS_BADVALUE,
          "byte 6: a quote that does not end" },
        { CSV, "\xff\xfe" "a", MAAS_BADVALUE,
          "byte 0: this is UTF-16: expected UTF-8" },
        { CSV ";charset=latin1", "a\n1", MAAS_UNSUPPORTED,
          "Content-Type is none of JSON, a form or text/csv in UTF-8" },
        { "multipart/form-data; boundary=x", "--x", MAAS_UNSUPPORTED,
          "Content-Type is none of JSON, a form or text/csv in UTF-8" },
        { "image/png", "{\"a\":1}", MAAS_UNSUPPORTED,
          "Content-Type is none of JSON, a form or text/csv in UTF-8" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rc = fields_of(cases[i].type, cases[i].body, strlen(cases[i].body), &s,
                       &err);
        assert_string_equal(err.msg, cases[i].msg);
        assert_int_equal(rc, cases[i].code);
        assert_int_equal(maas_body_has_fields((maas_str_t) { cases[i].type,
                                                 strlen(cases[i].type) }),
                         rc != MAAS_UNSUPPORTED);
    }
}


/* Much, nested deep, and no text at all */

static void
bounds(void **state)
{
    char        body[2000], *p;
    size_t      i;
    seen_t      s;
    maas_err_t  err;

    static const char  open[] = "{\"a\":";

    memcpy(body, open, 5);
    memset(body + 5, '[', 32);
    memset(body + 37, ']', 32);
    body[69] = '}';
    assert_int_equal(fields_of(JSON, body, 70, &s, &err), MAAS_OK);

    memset(body + 5, '[', 1000);
    assert_int_equal(fields_of(JSON, body, 1005, &s, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "byte 37: nested too deep");

    /* all of it in escapes: scratch has just the room */

    for (p = body, i = 0; i < 10; i++, p += 13) {
        memcpy(p, "%61%62=%2b&&&", 13);
    }

    assert_int_equal(fields_of(FORM, body, (size_t) (p - body), &s, &err),
                     MAAS_OK);
    assert_memory_equal(s.text, "ab=t:+ ab=t:+ ", 14);

    for (p = body, i = 0; i < 10; i++, p += 4) {
        memcpy(p, "+=+&", 4);
    }

    assert_int_equal(fields_of(FORM, body, (size_t) (p - body), &s, &err),
                     MAAS_OK);
}


static maas_arena_t   *arena;
static maas_fields_t   fields;
static maas_info_t     info;


static int
setup(void **state)
{
    static const char *const  values[] = { "DE", "7" };
    static const maas_column_t  columns[] = {
        { .name = "a", .kind = MAAS_FIELD_NUMBER, .missing = 3 },
        { .name = "b", .kind = MAAS_FIELD_BOOLEAN, .missing = 0.25 },
        { .name = "c", .kind = MAAS_FIELD_CATEGORY, .n_values = 2,
          .values = values, .other = 1 },
        { .name = "d", .kind = MAAS_FIELD_TEXT, .hash = 3, .shortest = 1,
          .longest = 2 },
    };

    arena = maas__arena_create(1 << 20);
    assert_int_equal(maas__fields_create(arena, columns, 4, &fields), MAAS_OK);
    assert_int_equal(fields.in, SLOTS);

    info = wire_info();
    info.in = fields.in;
    info.row = info.in * sizeof(float);
    info.shape[0] = fields.in;
    info.n_columns = fields.n;
    info.columns = fields.names;
    info.fields = fields.info;
    info.reader = &fields;
    info.plain = 0;

    return 0;
}


static int
teardown(void **state)
{
    maas__arena_destroy(arena);

    return 0;
}


static void
fill(void *data, const maas_body_field_t *f)
{
    float       *x = data;
    size_t       column;

    column = maas_column_find(&fields, f->name.data, f->name.len);
    assert_true(column < fields.n);
    assert_int_equal(maas_row_field(&fields, column, f, x, NULL), MAAS_OK);
}


static void
the_same_row(void **state)
{
    char         scratch[100];
    float        x[SLOTS];
    size_t       i;
    wire_t       w;
    maas_str_t   type, text;
    maas_body_t  body;

    static const struct {
        const char  *type, *body;
    }  cases[] = {
        { JSON, "{\"a\":1.5,\"b\":true,\"c\":\"DE\",\"d\":\"x \\u00e9\"}" },
        { JSON, "{\"a\":\"2\",\"b\":0,\"c\":7,\"d\":null}" },
        { JSON, "{\"b\":false,\"c\":true,\"d\":1e3}" },
        { FORM, "a=1&b=on&c=%37&d=a+text&&" },
        { CSV, "a,c,b,d\n-2,D,yes,\"a \"\"b\"\"\"\n" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        type = (maas_str_t) { cases[i].type, strlen(cases[i].type) };
        text = (maas_str_t) { cases[i].body, strlen(cases[i].body) };
        body = (maas_body_t) { .data = text.data, .len = text.len,
                               .json_len = text.len, .max_rows = 1 };

        wire_read(&w, &info, maas_form_find(&info, type.data, type.len, &body),
                  text.data, text.len, WIRE_ALL, 1);
        assert_int_equal(w.rc, MAAS_OK);

        maas_row_clear(&fields, x);
        assert_int_equal(maas_body_fields(type, text, scratch, fill, x, NULL),
                         MAAS_OK);
        assert_memory_equal(x, w.x, sizeof(x));
    }
}


static void
a_nested_value_is_none(void **state)
{
    float              x[SLOTS];
    maas_err_t         err;
    maas_body_field_t  f = { { "a", 1 }, MAAS_VALUE_NESTED, { "[1]", 3 } };

    assert_int_equal(maas_row_field(&fields, 0, &f, x, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "expected one value, not an object or a list");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(they_are_seen),
        cmocka_unit_test(refused),
        cmocka_unit_test(bounds),
        cmocka_unit_test(the_same_row),
        cmocka_unit_test(a_nested_value_is_none),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
