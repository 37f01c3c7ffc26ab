/*
 * Values by column -> slots of a row -> the network's input, for every kind.
 * Not here: the rules of the file (test_read.c).
 */

#include "maas_int.h"
#include "field/maas_field.h"
#include "text/maas_json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define IN  22

/* A network that hands its input through: one row of the identity is its
 * weights.  Slots: age 0 1, member 2 3, country 4-7, shop 8-10, note 11-19,
 * plain 20, bent 21. */

static const char  columns[] =
    "{\"name\":\"age\",\"scaling\":\"robust\",\"shift\":40,\"factor\":0.5,"
    "\"clip\":3,\"missing\":38,\"missing_slot\":true},"
    "{\"name\":\"member\",\"kind\":\"boolean\",\"missing\":0.25,"
    "\"missing_slot\":true},"
    "{\"name\":\"country\",\"kind\":\"category\",\"values\":[\"DE\","
    "\"Z\xc3\xbcrich\"],\"other\":true,\"missing_slot\":true},"
    "{\"name\":\"shop\",\"kind\":\"category\",\"hash\":3},"
    "{\"name\":\"note\",\"kind\":\"text\",\"hash\":8,\"ngrams\":[2,4],"
    "\"missing_slot\":true},"
    "{\"name\":\"plain\",\"kind\":\"number\"},"
    "{\"name\":\"bent\",\"kind\":\"number\",\"scaling\":\"quantile\","
    "\"knots\":[0,1,3],\"levels\":[-2,0,1],\"missing\":0}";

enum { AGE, MEMBER, COUNTRY, SHOP, NOTE, PLAIN, BENT };

static maas_model_t         *model;
static const maas_fields_t  *reader;


/* A file with the given columns and one dense layer, all weights of which are
 * zero but one an output: the identity */

static maas_model_t *
build(const char *cols, size_t in)
{
    char           doc[4096], quoted[6 * sizeof(doc)], header[sizeof(quoted)
                                                              + 512];
    float         *w;
    size_t         n, size, i;
    maas_err_t     err;
    unsigned char *file;
    maas_model_t  *m;

    (void) snprintf(doc, sizeof(doc), "{\"version\":1,\"name\":\"m\",\"task\":"
                    "\"regression\",\"inputs\":{\"kind\":\"columns\","
                    "\"columns\":[%s]},\"layers\":[{\"kind\":\"dense\","
                    "\"units\":%zu}]}", cols, in);
    quoted[maas__json_quote(doc, strlen(doc), quoted)] = '\0';
    n = (size_t) snprintf(header, sizeof(header), "{\"__metadata__\":{"
                          "\"maas\":%s},\"layers.0.weight\":{\"dtype\":"
                          "\"F32\",\"shape\":[%zu,%zu],\"data_offsets\":[0,"
                          "%zu]},\"layers.0.bias\":{\"dtype\":\"F32\","
                          "\"shape\":[%zu],\"data_offsets\":[%zu,%zu]}}",
                          quoted, in, in, 4 * in * in, in, 4 * in * in,
                          4 * in * (in + 1));

    while (n % 8 != 0) {
        header[n++] = ' ';
    }

    size = 8 + n + 4 * in * (in + 1);
    file = calloc(size, 1);
    assert_non_null(file);
    memcpy(file, &n, 8);
    memcpy(file + 8, header, n);
    w = (float *) (file + 8 + n);

    for (i = 0; i < in; i++) {
        w[i * in + i] = 1;
    }

    m = NULL;
    err.msg[0] = '\0';
    (void) maas_model_load(file, size, MAAS_ISA_REF, &m, &err);
    assert_string_equal(err.msg, "");
    free(file);

    return m;
}


static int
setup(void **state)
{
    model = build(columns, IN);
    reader = maas_model_info(model)->reader;

    return 0;
}


static int
teardown(void **state)
{
    maas_model_free(model);

    return 0;
}


/* The slots of a column that are to be, the others as cleared */

static void
expect(const float *x, size_t column, const float *want)
{
    float                c[IN];
    size_t               i;
    const maas_field_t  *f;

    f = &maas_model_info(model)->fields[column];
    maas_row_clear(reader, c);

    for (i = 0; i < IN; i++) {
        if (i >= f->at && i < f->at + f->width) {
            c[i] = want[i - f->at];
        }

        if (memcmp(&x[i], &c[i], sizeof(float)) != 0
            && !(isnan(x[i]) && isnan(c[i])))
        {
            fail_msg("%s, slot %zu: %.9g, wanted %.9g", f->name, i,
                     (double) x[i], (double) c[i]);
        }
    }
}


static void
text(size_t column, const char *s, const float *want)
{
    float       x[IN];
    maas_err_t  err;

    maas_row_clear(reader, x);
    err.msg[0] = '\0';
    (void) maas_row_text(reader, column, s, strlen(s), x, &err);
    assert_string_equal(err.msg, "");
    expect(x, column, want);

    /* a value replaces what was there */

    (void) maas_row_text(reader, column, "1", 1, x, &err);
    assert_int_equal(maas_row_text(reader, column, s, strlen(s), x, &err),
                     MAAS_OK);
    expect(x, column, want);
}


static void
refused(size_t column, const char *s, size_t len, const char *want)
{
    float       x[IN];
    maas_err_t  err;

    maas_row_clear(reader, x);
    assert_int_equal(maas_row_text(reader, column, s, len, x, &err),
                     MAAS_BADVALUE);
    assert_string_equal(err.msg, want);
}


static void
number(size_t column, double v, const float *want)
{
    float       x[IN];
    maas_err_t  err;

    maas_row_clear(reader, x);
    assert_int_equal(maas_row_number(reader, column, v, x, &err), MAAS_OK);
    expect(x, column, want);
}


#define WANT(...)  (const float[]) { __VA_ARGS__ }


static void
test_says_its_columns(void **state)
{
    size_t               i;
    const maas_info_t   *info;
    static const size_t  at[] = { 0, 2, 4, 8, 11, 20, 21 };
    static const size_t  width[] = { 2, 2, 4, 3, 9, 1, 1 };

    info = maas_model_info(model);
    assert_int_equal(info->n_columns, 7);
    assert_int_equal(info->in, IN);
    assert_int_equal(info->shape[0], IN);
    assert_false(info->plain);

    for (i = 0; i < 7; i++) {
        assert_string_equal(info->fields[i].name, info->columns[i]);
        assert_int_equal(info->fields[i].at, at[i]);
        assert_int_equal(info->fields[i].width, width[i]);
        assert_int_equal(info->fields[i].required, i == PLAIN);
        assert_int_equal(maas_column_find(reader, info->columns[i],
                                          strlen(info->columns[i])), i);
    }

    assert_int_equal(info->fields[NOTE].kind, MAAS_FIELD_TEXT);
    assert_int_equal(info->fields[COUNTRY].n_values, 2);
    assert_string_equal(info->fields[COUNTRY].values[0], "DE");

    assert_true(maas_column_find(reader, "ag", 2) == SIZE_MAX);
    assert_true(maas_column_find(reader, "agee", 4) == SIZE_MAX);
    assert_true(maas_column_find(reader, "", 0) == SIZE_MAX);
    assert_true(maas_column_find(reader, "age\0x", 5) == SIZE_MAX);
}


static void
test_missing(void **state)
{
    float       x[IN];
    size_t      i;
    maas_err_t  err;

    maas_row_clear(reader, x);
    expect(x, AGE, WANT(38, 1));
    expect(x, MEMBER, WANT(0.25f, 1));
    expect(x, COUNTRY, WANT(0, 0, 0, 1));
    expect(x, SHOP, WANT(0, 0, 0));
    expect(x, NOTE, WANT(0, 0, 0, 0, 0, 0, 0, 0, 1));
    expect(x, BENT, WANT(0));

    assert_int_equal(maas_row_check(reader, x, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "column \"plain\" has no value");

    for (i = 0; i <= NOTE; i++) {
        assert_int_equal(maas_row_text(reader, i, "1", 1, x, &err), MAAS_OK);
        assert_int_equal(maas_row_text(reader, i, " \t\r\n", 4, x, &err),
                         MAAS_OK);
    }

    expect(x, PLAIN, WANT(NAN));
    assert_int_equal(maas_row_number(reader, PLAIN, 7, x, &err), MAAS_OK);
    assert_int_equal(maas_row_check(reader, x, &err), MAAS_OK);

    text(AGE, "NA", WANT(38, 1));
    text(AGE, " n/a ", WANT(38, 1));
    text(MEMBER, "null", WANT(0.25f, 1));
    text(AGE, "?", WANT(38, 1));
    text(COUNTRY, "NA", WANT(0, 0, 1, 0));      /* Namibia, unknown here */
}


static void
test_numbers(void **state)
{
    float       x[IN];
    maas_err_t  err;

    text(AGE, "12.5", WANT(12.5f, 0));
    text(AGE, " +007 ", WANT(7, 0));
    text(AGE, ".5", WANT(0.5f, 0));
    text(AGE, "-5.", WANT(-5, 0));
    text(AGE, "5.e1", WANT(50, 0));
    text(AGE, "1E2", WANT(100, 0));
    text(AGE, "-0", WANT(-0.0f, 0));
    text(AGE, "0.1", WANT(0.1f, 0));
    text(AGE, "16777217", WANT(16777216, 0));
    text(AGE, "3.4028235e38", WANT(3.4028235e38f, 0));
    text(AGE, "1e-60", WANT(0, 0));
    number(AGE, 0.1, WANT(0.1f, 0));
    text(MEMBER, "YES", WANT(1, 0));
    text(MEMBER, "f", WANT(0, 0));
    number(MEMBER, 1, WANT(1, 0));

    refused(AGE, "1,5", 3, "column \"age\": expected a number");
    refused(AGE, "0x10", 4, "column \"age\": expected a number");
    refused(AGE, "inf", 3, "column \"age\": expected a number");
    refused(AGE, ".", 1, "column \"age\": expected a number");
    refused(AGE, "+", 1, "column \"age\": expected a number");
    refused(AGE, "--1", 3, "column \"age\": expected a number");
    refused(AGE, "1e", 2, "column \"age\": expected a number");
    refused(AGE, "1 2", 3, "column \"age\": expected a number");
    refused(AGE, "1\0", 2, "column \"age\": expected a number");
    refused(AGE, ".e5", 3, "column \"age\": expected a number");
    refused(AGE, "1e39", 4, "column \"age\": expected a number that fits in "
            "single precision");
    refused(MEMBER, "maybe", 5, "column \"member\": expected true or false, "
            "yes or no, 1 or 0");

    maas_row_clear(reader, x);
    assert_int_equal(maas_row_number(reader, AGE, 1e39, x, &err),
                     MAAS_BADVALUE);
    assert_int_equal(maas_row_number(reader, AGE, NAN, x, &err),
                     MAAS_BADVALUE);
    assert_int_equal(maas_row_number(reader, MEMBER, 2, x, &err),
                     MAAS_BADVALUE);
    assert_int_equal(maas_row_bool(reader, AGE, 7, x, &err), MAAS_OK);
    expect(x, AGE, WANT(1, 0));
}


static void
test_long_number(void **state)
{
    char  s[500];

    memset(s, '0', sizeof(s));
    s[399] = '\0';
    text(AGE, s, WANT(0, 0));
    refused(AGE, s, 401, "column \"age\": expected a number");
}


static void
test_categories(void **state)
{
    float       x[IN];
    maas_err_t  err;

    text(COUNTRY, "DE", WANT(1, 0, 0, 0));
    text(COUNTRY, "  Z\xc3\xbcrich\n", WANT(0, 1, 0, 0));
    text(COUNTRY, "de", WANT(0, 0, 1, 0));
    text(COUNTRY, "Z\xc3\xbcri", WANT(0, 0, 1, 0));

    /* 0x1e305306 % 3 = 2, (0xad5bb597 & 0x7fffffff) % 3 = 0 */

    text(SHOP, "DE", WANT(0, 0, 1));
    text(SHOP, "Z\xc3\xbcrich", WANT(1, 0, 0));

    refused(COUNTRY, "Z\xfcrich", 6, "column \"country\": expected text in "
            "UTF-8");
    refused(COUNTRY, "\xed\xa0\x80", 3, "column \"country\": expected text in "
            "UTF-8");

    maas_row_clear(reader, x);
    assert_int_equal(maas_row_bool(reader, COUNTRY, 1, x, &err), MAAS_OK);
    expect(x, COUNTRY, WANT(0, 0, 1, 0));
}


static void
test_number_as_text(void **state)
{
    char    buf[MAAS_NUMBER_TEXT + 1];
    size_t  i;

    static const struct { double v; const char *want; } cases[] = {
        { 0, "0" }, { -0.0, "0" }, { 12, "12" }, { -7, "-7" },
        { 9007199254740991.0, "9007199254740991" }, { 0.1, "0.1" },
        { -9007199254740991.0, "-9007199254740991" }, { 1.5, "1.5" },
        { 123456789, "123456789" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf[maas__field_print(cases[i].v, buf)] = '\0';
        assert_string_equal(buf, cases[i].want);
    }
}


/* By t/data/field_vectors.py, which follows the page on the format */

static void
test_hash_and_pieces(void **state)
{
    float   x[8];
    size_t  i;

    static const struct { const char *s; uint32_t want; } hashes[] = {
        { "", 0xab3e7c0b }, { "a", 0x1a80b1b3 }, { "DE", 0x1e305306 },
        { "Z\xc3\xbcrich", 0xad5bb597 }, { "message digest", 0x41b971cc }
    };

    for (i = 0; i < 5; i++) {
        assert_int_equal(maas__field_hash(hashes[i].s, strlen(hashes[i].s)),
                         hashes[i].want);
    }

    text(NOTE, "Gr\xc3\xbc\xc3\x9f" "e,  WELT\tund so",
         WANT(0, 0, 0.381000381f, 0.381000381f, -0.254000254f, 0.254000254f,
              0.762000762f, 0, 0));
    text(NOTE, " gr\xc3\xbc\xc3\x9f" "e, Welt Und so\n",
         WANT(0, 0, 0.381000381f, 0.381000381f, -0.254000254f, 0.254000254f,
              0.762000762f, 0, 0));
    text(NOTE, "x", WANT(0, 0, 0.577350269f, -0.577350269f, 0, -0.577350269f,
                         0, 0, 0));
    text(NOTE, "na\xc3\xafve \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x99\x82",
         WANT(0.182574186f, 0.365148372f, 0.182574186f, 0.365148372f,
              -0.547722558f, 0.182574186f, 0.547722558f, 0.182574186f, 0));

    refused(NOTE, "\xc3", 1, "column \"note\": expected text in UTF-8");
    refused(NOTE, "a\xf8\x88\x80\x80", 5, "column \"note\": expected text in "
            "UTF-8");

    maas__field_pieces("", 0, 1, 8, x, 8);
    for (i = 0; i < 8; i++) {
        assert_true(x[i] == 0);
    }
}


static void
test_too_long_text(void **state)
{
    char        *s;
    float        x[IN];
    maas_err_t   err;

    s = malloc(MAAS_MAX_VALUE + 1);
    assert_non_null(s);
    memset(s, 'x', MAAS_MAX_VALUE + 1);
    maas_row_clear(reader, x);
    assert_int_equal(maas_row_text(reader, NOTE, s, MAAS_MAX_VALUE, x, &err),
                     MAAS_OK);
    assert_int_equal(maas_row_text(reader, NOTE, s, MAAS_MAX_VALUE + 1, x,
                                   &err), MAAS_TOOBIG);
    assert_string_equal(err.msg, "column \"note\": a text over 1048576 bytes");
    free(s);
}


static void
run(const float *x, float *y)
{
    char        ws[8192] __attribute__((aligned(64)));
    maas_err_t  err;

    assert_true(maas_workspace_size(model, 1) <= sizeof(ws));
    assert_int_equal(maas_run(model, x, 1, y, ws, sizeof(ws), &err), MAAS_OK);
}


/* What the network gets */

static void
test_scaling(void **state)
{
    float        x[IN], y[IN];
    size_t       i;
    maas_err_t   err;

    static const struct { float v, want; } bent[] = {
        { -5, -2 }, { 0, -2 }, { 0.25f, -1.5f }, { 1, 0 }, { 2, 0.5f },
        { 3, 1 }, { 4, 1 }, { 3e38f, 1 }
    };

    maas_row_clear(reader, x);
    assert_int_equal(maas_row_number(reader, PLAIN, 7, x, &err), MAAS_OK);
    assert_int_equal(maas_row_text(reader, COUNTRY, "DE", 2, x, &err), MAAS_OK);

    for (i = 0; i < 8; i++) {
        (void) maas_row_number(reader, BENT, bent[i].v, x, &err);
        run(x, y);
        assert_true(y[21] == bent[i].want);
    }

    /* slots without scaling go through */

    for (i = 1; i < 21; i++) {
        assert_true(y[i] == x[i]);
    }

    /* (v - 40) / 2, bounded by 3 */

    (void) maas_row_number(reader, AGE, 40, x, &err);
    run(x, y);
    assert_true(y[0] == 0);
    (void) maas_row_number(reader, AGE, 46, x, &err);
    run(x, y);
    assert_true(fabs((double) y[0] - 3 / sqrt(2)) < 1e-6);
    (void) maas_row_number(reader, AGE, -3e38, x, &err);
    run(x, y);
    assert_true(y[0] == -3);
}


static void
test_plain(void **state)
{
    float                x[3];
    maas_err_t           err;
    maas_model_t        *m;
    const maas_info_t   *info;

    m = build("{\"name\":\"a\"},{\"name\":\"b\",\"shift\":1},"
              "{\"name\":\"c\",\"missing\":2}", 3);
    info = maas_model_info(m);
    assert_true(info->plain);
    assert_int_equal(info->in, 3);
    assert_true(info->threshold == 0.5f);

    maas_row_clear(info->reader, x);
    assert_true(isnan(x[0]) && isnan(x[1]) && x[2] == 2);
    assert_int_equal(maas_row_text(info->reader, 0, "1", 1, x, &err), MAAS_OK);
    assert_int_equal(maas_row_check(info->reader, x, &err), MAAS_BADVALUE);
    assert_string_equal(err.msg, "column \"b\" has no value");
    maas_model_free(m);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_says_its_columns),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_long_number),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_number_as_text),
        cmocka_unit_test(test_hash_and_pieces),
        cmocka_unit_test(test_too_long_text),
        cmocka_unit_test(test_scaling),
        cmocka_unit_test(test_plain)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
