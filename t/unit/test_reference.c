/*
 * The reference of a file's columns (R35): what is refused; in which bin a
 * value is; marks of values that numbers do not tell of; how far counts are
 * from those of training.
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


/* slots: age 0, vip 1, city 2-4 5, rest 6-9, shop 10-14, note 15-18, born 19,
 * day 20 21, tall 22 */

static const char  columns[] =
    "{\"name\":\"age\",\"missing\":3},"
    "{\"name\":\"vip\",\"kind\":\"boolean\",\"missing\":1},"
    "{\"name\":\"city\",\"kind\":\"category\",\"values\":[\"rome\",\"oslo\","
    "\"lima\"],\"other\":true},"
    "{\"name\":\"rest\",\"kind\":\"category\",\"values\":[\"a\",\"b\",\"c\","
    "\"d\"]},"
    "{\"name\":\"shop\",\"kind\":\"category\",\"hash\":5},"
    "{\"name\":\"note\",\"kind\":\"text\",\"hash\":3,\"ngrams\":[1,2],"
    "\"missing_slot\":true},"
    "{\"name\":\"born\",\"kind\":\"date\",\"format\":\"iso\",\"parts\":["
    "{\"part\":\"seconds\",\"shift\":1e9,\"factor\":1e-8}]},"
    "{\"name\":\"day\",\"kind\":\"date\",\"format\":\"iso\",\"parts\":["
    "{\"part\":\"weekday\"}]},"
    "{\"name\":\"tall\",\"missing\":0}";

static const char  reference[] =
    "\"age\":{\"mean\":4,\"edges\":[0.1,0.7,5],\"counts\":[1,2,3,4],"
    "\"missing\":5},"
    "\"vip\":{\"counts\":[30,10]},"
    "\"city\":{\"counts\":[3,2,1],\"unknown\":4},"
    "\"rest\":{\"counts\":[3,2,1],\"missing\":7},"
    "\"shop\":{\"counts\":[5,6]},"
    "\"note\":{\"counts\":[9],\"missing\":1},"
    "\"born\":{\"edges\":[978307200,1009843200],\"counts\":[1,1,1]},"
    "\"day\":{\"counts\":[8]}";

enum { AGE, VIP, CITY, REST, SHOP, NOTE, BORN, DAY, TALL, N };

static maas_model_t       *model;
static const maas_info_t  *info;


/* A file of those columns with that member; NULL and its failure in err */

static maas_model_t *
load(const char *member, maas_err_t *err)
{
    char           doc[4096], quoted[6 * sizeof(doc)];
    char           header[sizeof(quoted) + 512];
    size_t         n, size, in;
    maas_model_t  *m;
    unsigned char *file;

    in = 23;
    (void) snprintf(doc, sizeof(doc), "{\"version\":2,\"name\":\"m\",\"task\":"
                    "\"regression\",\"inputs\":{\"kind\":\"columns\","
                    "\"columns\":[%s]},\"layers\":[{\"kind\":\"dense\","
                    "\"units\":1}]%s}", columns, member);
    quoted[maas__json_quote(doc, strlen(doc), quoted)] = '\0';
    n = (size_t) snprintf(header, sizeof(header), "{\"__metadata__\":{"
                          "\"maas\":%s},\"layers.0.weight\":{\"dtype\":"
                          "\"F32\",\"shape\":[%zu,1],\"data_offsets\":[0,"
                          "%zu]},\"layers.0.bias\":{\"dtype\":\"F32\","
                          "\"shape\":[1],\"data_offsets\":[%zu,%zu]}}",
                          quoted, in, 4 * in, 4 * in, 4 * in + 4);

    while (n % 8 != 0) {
        header[n++] = ' ';
    }

    size = 8 + n + 4 * in + 4;
    file = calloc(size, 1);
    assert_non_null(file);
    memcpy(file, &n, 8);
    memcpy(file + 8, header, n);

    m = NULL;
    err->msg[0] = '\0';
    (void) maas_model_load(file, size, MAAS_ISA_REF, &m, err);
    free(file);

    return m;
}


static maas_model_t *
load_columns(const char *members, maas_err_t *err)
{
    char  member[4096];

    (void) snprintf(member, sizeof(member), ",\"reference\":{\"columns\":{%s}}",
                    members);

    return load(member, err);
}


static int
setup(void **state)
{
    maas_err_t  err;

    model = load_columns(reference, &err);
    assert_string_equal(err.msg, "");
    info = maas_model_info(model);

    return 0;
}


static int
teardown(void **state)
{
    maas_model_free(model);

    return 0;
}


static void
accepts(const char *member)
{
    maas_err_t     err;
    maas_model_t  *m;

    m = load(member, &err);
    assert_string_equal(err.msg, "");
    maas_model_free(m);
}


static void
refuses(const char *column, const char *kind, const char *members)
{
    char           all[512], begin[128];
    maas_err_t     err;
    maas_model_t  *m;

    (void) snprintf(all, sizeof(all), "\"%s\":{%s}", column, members);
    (void) snprintf(begin, sizeof(begin), "R35: reference of column \"%s\", a "
                    "%s: ", column, kind);

    m = load_columns(all, &err);

    if (m != NULL || strncmp(err.msg, begin, strlen(begin)) != 0) {
        fail_msg("%s: %s", all, m != NULL ? "accepted" : err.msg);
    }

    assert_int_equal(err.code, MAAS_BADFILE);
}


/* R35 */

static void
test_r35(void **state)
{
    size_t  i;

    static const struct {
        const char  *column, *kind, *members;
    } bad[] = {
        { "age", "number", "\"edges\":[1,2],\"counts\":[1,2]" },
        { "age", "number", "\"edges\":[1,2],\"counts\":[1,2,3,4]" },
        { "age", "number", "\"edges\":[2,2],\"counts\":[1,2,3]" },
        { "age", "number", "\"edges\":[1,1.00000001],\"counts\":[1,2,3]" },
        { "age", "number", "\"edges\":[2,1],\"counts\":[1,2,3]" },
        { "age", "number", "\"edges\":[1e39],\"counts\":[1,2]" },
        { "age", "number", "\"edges\":[\"1\"],\"counts\":[1,2]" },
        { "age", "number", "\"edges\":[],\"counts\":[1]" },
        { "age", "number", "\"edges\":5,\"counts\":[1,2]" },
        { "age", "number", "\"edges\":[5]" },
        { "age", "number", "\"edges\":[5],\"counts\":[1,-1]" },
        { "age", "number", "\"edges\":[5],\"counts\":[1,1e16]" },
        { "age", "number", "\"edges\":[5],\"counts\":[1,null]" },
        { "age", "number", "\"edges\":[5],\"counts\":[0,0]" },
        { "age", "number", "\"edges\":[5],\"counts\":{}" },
        { "age", "number", "\"counts\":[]" },
        { "age", "number", "\"counts\":[1],\"missing\":-1" },
        { "age", "number", "\"counts\":[1],\"missing\":\"1\"" },
        { "age", "number", "\"counts\":[1],\"unknown\":1" },
        { "vip", "boolean", "\"counts\":[1]" },
        { "vip", "boolean", "\"edges\":[1],\"counts\":[1,2]" },
        { "city", "category", "\"counts\":[1,2,3,4]" },
        { "city", "category", "\"counts\":[1,2,3],\"unknown\":[]" },
        { "shop", "category", "\"counts\":[1,2,3,4,5,6]" },
        { "note", "text", "\"counts\":[1,2]" },
        { "born", "date", "\"counts\":[1,2]" },
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        refuses(bad[i].column, bad[i].kind, bad[i].members);
    }

    /* as before there were histograms: what is not for the reader */

    accepts("");
    accepts(",\"reference\":7");
    accepts(",\"reference\":{\"columns\":[]}");
    accepts(",\"reference\":{\"columns\":{\"age\":{\"mean\":\"x\"},\"vip\":8,"
            "\"nobody\":{\"counts\":7}}}");
    accepts(",\"reference\":{\"columns\":{\"age\":{\"missing\":[]}}}");

    /* and some more */

    accepts(",\"reference\":{\"columns\":{\"age\":{\"counts\":[0],\"missing\":"
            "1}}}");
    accepts(",\"reference\":{\"columns\":{\"shop\":{\"counts\":[1,0,0,0,0]}}}");
}


/* R38: (in) numbers, the last one as it is given */

static maas_model_t *
load_baseline(size_t n, const char *last, maas_err_t *err)
{
    char    text[2048];
    size_t  i, at;

    at = (size_t) snprintf(text, sizeof(text),
                           ",\"reference\":{\"baseline\":[");

    for (i = 1; i < n; i++) {
        at += (size_t) snprintf(text + at, sizeof(text) - at, "0.5,");
    }

    (void) snprintf(text + at, sizeof(text) - at, "%s]}", last);

    return load(text, err);
}


static void
test_r38(void **state)
{
    size_t         i;
    maas_err_t     err;
    maas_model_t  *m;

    static const struct {
        int          more;
        const char  *last;
    } bad[] = {
        { 1, "1" }, { -1, "1" }, { 0, "1e39" }, { 0, "null" }, { 0, "\"1\"" }
    };

    m = load_baseline(info->in, "-1e38", &err);
    assert_string_equal(err.msg, "");
    maas_model_free(m);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        m = load_baseline(info->in + (size_t) bad[i].more, bad[i].last, &err);
        assert_null(m);
        assert_int_equal(err.code, MAAS_BADFILE);
        assert_int_equal(strncmp(err.msg, "R38: ", 5), 0);
    }

    assert_null(load(",\"reference\":{\"baseline\":7}", &err));
    assert_int_equal(strncmp(err.msg, "R38: ", 5), 0);
}


static void
test_most_bins(void **state)
{
    char           text[2048];
    size_t         i, n, edges;
    maas_err_t     err;
    maas_model_t  *m;

    for (edges = MAAS_MAX_BINS - 1; edges <= MAAS_MAX_BINS; edges++) {
        n = (size_t) snprintf(text, sizeof(text), "\"age\":{\"edges\":[0");

        for (i = 1; i < edges; i++) {
            n += (size_t) snprintf(text + n, sizeof(text) - n, ",%zu", i);
        }

        n += (size_t) snprintf(text + n, sizeof(text) - n, "],\"counts\":[1");

        for (i = 0; i < edges; i++) {
            n += (size_t) snprintf(text + n, sizeof(text) - n, ",1");
        }

        (void) snprintf(text + n, sizeof(text) - n, "]}");
        m = load_columns(text, &err);
        assert_int_equal(m != NULL, edges < MAAS_MAX_BINS);

        if (m != NULL) {
            assert_true(maas_model_info(m)->fields[AGE].reference.n
                        <= MAAS_BINS);
        }

        maas_model_free(m);
    }
}


/* The bin of a text, by its name */

static void
is_in(size_t column, const char *text, const char *bin)
{
    char        name[MAAS_BIN_TEXT];
    float       x[32];
    maas_err_t  err;

    assert_int_equal(maas_row_text(info->marking, column, text, strlen(text),
                                   x, &err), MAAS_OK);
    maas_bin_text(info->marking, column, maas_row_bin(info->marking, column,
                                                      x), name);
    assert_string_equal(name, bin);
}


static void
test_bins(void **state)
{
    const maas_reference_t  *r;

    r = &info->fields[AGE].reference;
    assert_int_equal(r->n, 5);
    assert_int_equal(r->missing, 4);
    assert_true(r->counts[3] == 4 && r->counts[4] == 5);
    assert_int_equal(r->unknown, r->n);

    is_in(AGE, "0.0999", "below 0.1");
    is_in(AGE, "0.1", "0.1 to 0.7");
    is_in(AGE, "0.7", "0.7 to 5");
    is_in(AGE, "3", "0.7 to 5");
    is_in(AGE, "5", "5 and up");
    is_in(AGE, "", "missing");
    is_in(AGE, "NA", "missing");

    is_in(VIP, "yes", "true");
    is_in(VIP, "0", "false");
    is_in(VIP, "", "missing");

    is_in(CITY, "rome", "rome");
    is_in(CITY, "lima", "lima");
    is_in(CITY, "bonn", "unknown");
    is_in(CITY, " ", "missing");

    r = &info->fields[REST].reference;
    assert_int_equal(r->n, 5);
    is_in(REST, "a", "a");
    is_in(REST, "b", "b");
    is_in(REST, "c", "other known values");
    is_in(REST, "d", "other known values");
    is_in(REST, "e", "unknown");
    is_in(REST, "", "missing");

    is_in(NOTE, "something", "a value");
    is_in(NOTE, "", "missing");

    is_in(BORN, "2000-12-31", "below 2001-01-01");
    is_in(BORN, "2001-06-01", "2001-01-01 to 2002-01-01");
    is_in(BORN, "2011-06-01", "2002-01-01 and up");
    is_in(BORN, "", "missing");
    is_in(DAY, "2011-06-01", "a value");

    assert_int_equal(info->fields[TALL].reference.n, 0);
}


/* Two groups of a hash of five: those of even slots, and of odd ones */

static void
test_groups(void **state)
{
    char        text[8];
    float       x[32];
    size_t      i, slot;
    maas_err_t  err;

    is_in(SHOP, "", "missing");

    for (i = 0; i < 100; i++) {
        (void) snprintf(text, sizeof(text), "s%zu", i);
        assert_int_equal(maas_row_text(info->marking, SHOP, text,
                                       strlen(text), x, &err), MAAS_OK);

        for (slot = 0; x[info->fields[SHOP].at + slot] == 0; slot++) {
            /* void */
        }

        assert_int_equal(maas_row_bin(info->marking, SHOP, x), slot % 2);
        is_in(SHOP, text, slot % 2 ? "group 2 of hashes" : "group 1 of hashes");
    }
}


/* What is missing, or not known, is told though its numbers are not; without
 * marks they are the ones that are read without */

static void
test_marks(void **state)
{
    float       x[32], plain[32];
    size_t      i, k;
    maas_err_t  err;

    static const char *const  texts[] = { "", "1", "bonn", "2001-06-01" };

    for (k = 0; k < 4; k++) {
        maas_row_clear(info->reader, x);
        maas_row_clear(info->reader, plain);
        assert_true(maas_is_finite(x, info->in));

        for (i = 0; i < N; i++) {
            if (maas_row_text(info->reader, i, texts[k], strlen(texts[k]),
                              plain, &err) != MAAS_OK)
            {
                assert_int_not_equal(maas_row_text(info->marking, i, texts[k],
                                                   strlen(texts[k]), x, &err),
                                     MAAS_OK);
                maas_row_clear(info->reader, x);
                maas_row_clear(info->reader, plain);
                continue;
            }

            assert_int_equal(maas_row_text(info->marking, i, texts[k],
                                           strlen(texts[k]), x, &err),
                             MAAS_OK);
            assert_int_equal(maas_row_mark(info->marking, i, x),
                             texts[k][0] == '\0' ? MAAS_MARK_MISSING
                             : i == CITY || i == REST ? MAAS_MARK_UNKNOWN
                                                      : MAAS_MARK_NONE);
            assert_int_equal(maas_is_finite(x + info->fields[i].at,
                                            info->fields[i].width),
                             maas_row_mark(info->marking, i, x)
                             == MAAS_MARK_NONE);
            assert_true(maas_is_finite(plain, info->in));
        }

        maas_row_unmark(info->marking, x);
        assert_memory_equal(x, plain, info->in * sizeof(float));
    }
}


static void
test_psi(void **state)
{
    double            psi;
    uint64_t          counts[4] = { 100, 100, 100, 0 };
    const double      training[4] = { 1000, 1000, 1000, 0 };
    maas_reference_t  r = { .n = 4, .counts = training };

    psi = maas_psi(&r, counts);
    assert_true(psi >= 0 && psi < 1e-4);

    /* half of the first bin is gone to the second: by hand */

    counts[0] = 50;
    counts[1] = 150;
    psi = maas_psi(&r, counts);
    assert_true(fabs(psi - (-1 / 6.0 * log(0.5) + 1 / 6.0 * log(1.5))) < 5e-3);

    /* a bin that training had nothing in */

    counts[3] = 100;
    assert_true(maas_psi(&r, counts) > 1);

    /* too few rows for three bins */

    counts[3] = 0;
    counts[0] = counts[1] = 50;
    counts[2] = 50;
    assert_false(isnan(maas_psi(&r, counts)));
    counts[2] = 49;
    assert_true(isnan(maas_psi(&r, counts)));

    memset(counts, 0, sizeof(counts));
    assert_true(isnan(maas_psi(&r, counts)));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_r35),
        cmocka_unit_test(test_r38),
        cmocka_unit_test(test_most_bins),
        cmocka_unit_test(test_bins),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_psi),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
