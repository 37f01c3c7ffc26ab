/*
 * What texts and numbers of a document of version 2 mean: numbers as people
 * write them, dates, when two values of a category are the same.
 * Not here: what version 1 says (test_fields.c), rules of the file
 * (test_read.c).
 */

#include "maas_int.h"
#include "field/maas_field.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>


#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))


static void
test_canonical(void **state)
{
    char    out[MAAS_CANONICAL];
    size_t  i, n;

    static const char *const  cases[][2] = {
        { "101", "101" }, { "101.0", "101" }, { "1.01e2", "101" },
        { "+101", "101" }, { "00101", "101" }, { "1010e-1", "101" },
        { "0.10", "0.1" }, { ".1", "0.1" }, { "1e-1", "0.1" },
        { "-0.0", "0" }, { "0e9", "0" }, { "0.00", "0" }, { "-5.", "-5" },
        { "1e3", "1000" }, { "1E+3", "1000" }, { "0.050", "0.05" },
        { "12.340", "12.34" }, { "-1.5e-3", "-0.0015" },
        { "9223372036854775807", "9223372036854775807" },
        { "9223372036854775807.0", "9223372036854775807" },
        { "18446744073709551615", "18446744073709551615" },
        { "1e40", "1e40" }, { "10e39", "1e40" }, { "120e50", "12e51" },
        { "1e39", "1000000000000000000000000000000000000000" },
        { "1e-25", "1e-25" }, { "0.1e-24", "1e-25" },
        { "", "" }, { "a", "" }, { "1a", "" }, { "1e", "" }, { ".", "" },
        { "1,5", "" }, { "1 ", "" }, { "0x10", "" }, { "inf", "" },
        { "nan", "" }, { "--1", "" }, { "1e99999999", "" }
    };

    for (i = 0; i < COUNT(cases); i++) {
        n = maas__field_canonical(cases[i][0], strlen(cases[i][0]), out);
        out[n] = '\0';

        if (strcmp(out, cases[i][1]) != 0) {
            fail_msg("\"%s\": \"%s\", wanted \"%s\"", cases[i][0], out,
                     cases[i][1]);
        }
    }
}


/* NAN: refused */

typedef struct {
    const char  *text;
    double       want;
} number_t;


static void
expect_numbers(const maas_column_t *c, const number_t *cases, size_t n)
{
    float          v;
    size_t         i;
    maas_status_t  rc;

    for (i = 0; i < n; i++) {
        v = -99;
        rc = maas__field_formatted(c, cases[i].text, strlen(cases[i].text),
                                   &v);

        if (isnan(cases[i].want) ? rc == MAAS_OK
                                 : rc != MAAS_OK || v != (float) cases[i].want)
        {
            fail_msg("\"%s\": %d, %.9g, wanted %.9g", cases[i].text, rc,
                     (double) v, cases[i].want);
        }
    }
}


static void
test_formats(void **state)
{
    static const char *const  signs[] = { "$", "%", "EUR", "E",
                                          "\xe2\x82\xac" };

    static const maas_column_t  german = {
        .name = "a", .decimal = ',', .thousands = '.', .n_units = 5,
        .units = signs
    };
    static const maas_column_t  comma = { .name = "a", .decimal = ',' };
    static const maas_column_t  english = {
        .name = "a", .thousands = ',', .n_units = 5, .units = signs
    };
    static const maas_column_t  french = {
        .name = "a", .decimal = ',', .thousands = ' '
    };
    static const maas_column_t  swiss = { .name = "a", .thousands = '\'' };

    static const number_t  of_german[] = {
        { "1.234,5", 1234.5 }, { "1234,5", 1234.5 }, { "-1.234", -1234 },
        { "1.234.567,89", 1234567.89 }, { "0,5", 0.5 }, { ",5", 0.5 },
        { "7", 7 }, { "1,5e3", 1500 }, { "1.234,50 EUR", 1234.5 },
        { "EUR 1.234,50", 1234.5 }, { "5 %", 5 }, { "5%", 5 },
        { "\xe2\x82\xac\xc2\xa0" "12,00", 12 }, { "-$5", -5 }, { "$-5", -5 },
        { "(1,5)", -1.5 }, { "(5%)", -5 }, { "\xe2\x88\x92" "3", -3 },
        { "1.5", NAN }, { "1.23,4", NAN }, { "12345.678", NAN },
        { "1,5,5", NAN }, { "1,234.5", NAN }, { "", NAN }, { "EUR", NAN },
        { "--5", NAN }, { "-$-5", NAN }, { "5 USD", NAN }, { "1 234", NAN },
        { "()", NAN }, { "(-5)", NAN }, { ",", NAN }, { "1.234.5", NAN }
    };
    static const number_t  of_comma[] = {
        { "1,5", 1.5 }, { "-1,5", -1.5 }, { "15", 15 }, { "1.5", NAN },
        { "1.234,5", NAN }, { "5%", NAN }
    };
    static const number_t  of_english[] = {
        { "1,234", 1234 }, { "$1,234.50", 1234.5 }, { "1234.5", 1234.5 },
        { "12,34,567", 1234567 }, { "1,23", NAN }, { "1.5", 1.5 },
        { "1,2345", NAN }, { "$ 5", 5 }, { "0.25", 0.25 }, { "1.234,5", NAN }
    };
    static const number_t  of_french[] = {
        { "1 234,5", 1234.5 }, { "1\xc2\xa0" "234", 1234 },
        { "1\xe2\x80\xaf" "234\xe2\x80\xaf" "567", 1234567 },
        { "1  234", NAN }, { "1 23", NAN }
    };
    static const number_t  of_swiss[] = {
        { "1'234.50", 1234.5 }, { "1\xe2\x80\x99" "234", 1234 },
        { "1''234", NAN }
    };

    expect_numbers(&german, of_german, COUNT(of_german));
    expect_numbers(&comma, of_comma, COUNT(of_comma));
    expect_numbers(&english, of_english, COUNT(of_english));
    expect_numbers(&french, of_french, COUNT(of_french));
    expect_numbers(&swiss, of_swiss, COUNT(of_swiss));
}


/* "year-month-day weekday clock seconds", weekday 0: Monday; NULL: refused */

typedef struct {
    maas_date_form_t   form;
    const char        *text;
    const char        *want;
} date_case_t;


static void
test_dates(void **state)
{
    int          is;
    char         got[96];
    size_t       i;
    maas_date_t  d;

    static const date_case_t  cases[] = {
        { MAAS_DATE_ISO, "1970-01-01", "1970-1-1 3 0 0" },
        { MAAS_DATE_ISO, "2024-02-29", "2024-2-29 3 0 1709164800" },
        { MAAS_DATE_ISO, "2000-02-29", "2000-2-29 1 0 951782400" },
        { MAAS_DATE_ISO, "1900-03-01", "1900-3-1 3 0 -2203891200" },
        { MAAS_DATE_ISO, "0001-01-01", "1-1-1 0 0 -62135596800" },
        { MAAS_DATE_ISO, "2024/5/1", "2024-5-1 2 0 1714521600" },
        { MAAS_DATE_ISO, "20240501", "2024-5-1 2 0 1714521600" },
        { MAAS_DATE_ISO, "2024-05", "2024-5-1 2 0 1714521600" },
        { MAAS_DATE_ISO, "2024-05-01T10:30:00Z",
          "2024-5-1 2 37800 1714559400" },
        { MAAS_DATE_ISO, "2024-05-01 10:30", "2024-5-1 2 37800 1714559400" },
        { MAAS_DATE_ISO, "20240501T103000Z", "2024-5-1 2 37800 1714559400" },
        { MAAS_DATE_ISO, "2024-05-01T10:30:00+02:00",
          "2024-5-1 2 37800 1714552200" },
        { MAAS_DATE_ISO, "2024-05-01T10:30:00.25-0530",
          "2024-5-1 2 37800.25 1714579200.25" },
        { MAAS_DATE_ISO, "2024-05-01 10:30:00 UTC",
          "2024-5-1 2 37800 1714559400" },
        { MAAS_DATE_DMY, "31.12.2024", "2024-12-31 1 0 1735603200" },
        { MAAS_DATE_DMY, "31.12.24", "2024-12-31 1 0 1735603200" },
        { MAAS_DATE_DMY, "31/12/99", "1999-12-31 4 0 946598400" },
        { MAAS_DATE_DMY, "1-Jan-2024", "2024-1-1 0 0 1704067200" },
        { MAAS_DATE_DMY, "1 January 2024 00:30",
          "2024-1-1 0 1800 1704069000" },
        { MAAS_DATE_DMY, "Mon, 01 Jan 2024 10:00:00 GMT",
          "2024-1-1 0 36000 1704103200" },
        { MAAS_DATE_MDY, "12/31/2024 11:59 PM",
          "2024-12-31 1 86340 1735689540" },
        { MAAS_DATE_MDY, "Jan 1, 2024", "2024-1-1 0 0 1704067200" },
        { MAAS_DATE_MDY, "1/2/2024 12:00 am", "2024-1-2 1 0 1704153600" },
        { MAAS_DATE_UNIX, "1714559400", "2024-5-1 2 37800 1714559400" },
        { MAAS_DATE_UNIX, "1714559400.5", "2024-5-1 2 37800.5 1714559400.5" },
        { MAAS_DATE_UNIX, "-1", "1969-12-31 2 86399 -1" },
        { MAAS_DATE_UNIX, "0", "1970-1-1 3 0 0" },
        { MAAS_DATE_UNIX, "-62135596800", "1-1-1 0 0 -62135596800" },
        { MAAS_DATE_UNIX_MS, "1714559400250",
          "2024-5-1 2 37800.25 1714559400.25" },
        { MAAS_DATE_ISO, "", NULL }, { MAAS_DATE_ISO, "2024-13-01", NULL },
        { MAAS_DATE_ISO, "2023-02-29", NULL },
        { MAAS_DATE_ISO, "1900-02-29", NULL },
        { MAAS_DATE_ISO, "2024-05-01T", NULL },
        { MAAS_DATE_ISO, "2024-05-01T25:00", NULL },
        { MAAS_DATE_ISO, "2024-05-01T10:60", NULL },
        { MAAS_DATE_ISO, "2024-05-01x", NULL },
        { MAAS_DATE_ISO, "2024-05-01T10:30+1", NULL },
        { MAAS_DATE_ISO, "2024-05-01T10:30 CET", NULL },
        { MAAS_DATE_ISO, "24-05-01", NULL }, { MAAS_DATE_ISO, "1", NULL },
        { MAAS_DATE_ISO, "31.12.2024", NULL },
        { MAAS_DATE_DMY, "12/31/2024", NULL },
        { MAAS_DATE_DMY, "31.12.124", NULL },
        { MAAS_DATE_MDY, "31/12/2024", NULL },
        { MAAS_DATE_MDY, "1/2/2024 13:00 pm", NULL },
        { MAAS_DATE_UNIX, "2024-05-01", NULL },
        { MAAS_DATE_UNIX, "1e12", NULL }, { MAAS_DATE_UNIX, "nan", NULL }
    };

    for (i = 0; i < COUNT(cases); i++) {
        is = maas__date_text(cases[i].form, cases[i].text,
                             strlen(cases[i].text), &d);
        got[0] = '\0';

        if (is) {
            (void) snprintf(got, sizeof(got), "%ld-%u-%u %u %.15g %.15g",
                            d.year, d.month, d.day, d.weekday, d.clock,
                            d.seconds);
        }

        if (is != (cases[i].want != NULL)
            || (is && strcmp(got, cases[i].want) != 0))
        {
            fail_msg("\"%s\": \"%s\", wanted \"%s\"", cases[i].text, got,
                     cases[i].want != NULL ? cases[i].want : "none");
        }
    }
}


/* Every day of 800 years: counted one by one, and back */

static void
test_calendar(void **state)
{
    long         day;
    char         text[32];
    unsigned     weekday;
    maas_date_t  d, back;

    weekday = 3;

    for (day = 0; day < 800 * 365; day++) {
        maas__date_set(&d, (double) day * 86400 + 5);
        assert_int_equal(d.weekday, weekday);
        weekday = (weekday + 1) % 7;

        (void) snprintf(text, sizeof(text), "%04ld-%02u-%02uT00:00:05", d.year,
                        d.month, d.day);
        assert_true(maas__date_text(MAAS_DATE_ISO, text, strlen(text),
                                    &back));
        assert_true(back.seconds == d.seconds);
    }
}


#define IN  16

/* Slots: zip 0-2, store 3-5, flag 6-8, hashed 9-12, price 13-14 */

enum { ZIP, STORE, FLAG, HASHED, PRICE };

static maas_arena_t   *arena;
static maas_fields_t   fields;


static int
setup(void **state)
{
    static const char *const  zips[] = { "01234", "12345", "0.10" };
    static const char *const  stores[] = { "101", "0.1",
                                           "9007199254740993" };
    static const char *const  flags[] = { "true", "false", "maybe" };
    static const char *const  blanks[] = { "-", "unknown" };

    static const maas_column_t  columns[] = {
        { .name = "zip", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = zips, .compare = MAAS_COMPARE_TEXT },
        { .name = "store", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = stores, .compare = MAAS_COMPARE_NUMBER },
        { .name = "flag", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = flags, .compare = MAAS_COMPARE_BOOLEAN },
        { .name = "hashed", .kind = MAAS_FIELD_CATEGORY, .hash = 4,
          .compare = MAAS_COMPARE_NUMBER },
        { .name = "price", .kind = MAAS_FIELD_NUMBER, .missing = -7,
          .missing_slot = 1, .decimal = ',', .n_blanks = 2,
          .blanks = blanks }
    };

    arena = maas__arena_create(1 << 20);
    assert_non_null(arena);

    return maas__fields_create(arena, columns, COUNT(columns), &fields);
}


static int
teardown(void **state)
{
    maas__arena_destroy(arena);

    return 0;
}


/* The slot of the column in which 1 stands, -1: none, -2: refused; of a price
 * the number */

static double
slot(maas_status_t rc, size_t column, const float *x)
{
    size_t                i;
    const maas_column_t  *c;

    c = &fields.columns[column];

    if (rc != MAAS_OK) {
        return -2;
    }

    if (column == PRICE) {
        return (double) x[c->at];
    }

    for (i = 0; i < c->width; i++) {
        if (x[c->at + i] != 0) {
            return (double) i;
        }
    }

    return -1;
}


static void
test_rows(void **state)
{
    float       x[IN];
    double      want, is;
    size_t      i;
    maas_err_t  err;

    /* t: a text, d: digits of JSON, b: a boolean */

    static const struct {
        char         how;
        size_t       column;
        const char  *text;
        double       want;
    } cases[] = {
        { 't', ZIP, "01234", 0 }, { 'd', ZIP, "1234", -1 },
        { 'd', ZIP, "12345", 1 }, { 't', ZIP, "12345.0", -1 },
        { 'd', ZIP, "12345.0", -1 }, { 't', ZIP, "0.10", 2 },
        { 'd', ZIP, "0.10", 2 }, { 'd', ZIP, "0.1", -1 },
        { 't', STORE, "101", 0 }, { 't', STORE, "101.0", 0 },
        { 'd', STORE, "101.0", 0 }, { 'd', STORE, "1.01e2", 0 },
        { 't', STORE, " 0101 ", 0 }, { 't', STORE, ".10", 1 },
        { 'd', STORE, "0.1", 1 }, { 'd', STORE, "9007199254740993", 2 },
        { 't', STORE, "9007199254740993.0", 2 },
        { 'd', STORE, "9007199254740992", -1 }, { 't', STORE, "x", -1 },
        { 't', STORE, "NA", -1 }, { 'b', STORE, "true", -1 },
        { 'd', STORE, "1e400", -1 },
        { 't', FLAG, "TRUE", 0 }, { 'b', FLAG, "true", 0 },
        { 't', FLAG, "False", 1 }, { 't', FLAG, "maybe", 2 },
        { 't', FLAG, "Maybe", -1 }, { 'd', FLAG, "1", -1 },
        { 't', PRICE, "1,5", 1.5 }, { 'd', PRICE, "1.5", 1.5 },
        { 't', PRICE, "1.5", -2 }, { 't', PRICE, "-", -7 },
        { 't', PRICE, "unknown", -7 }, { 't', PRICE, "NA", -7 },
        { 't', PRICE, "Unknown", -2 }, { 't', PRICE, "", -7 },
        { 'b', PRICE, "true", 1 }
    };

    for (i = 0; i < COUNT(cases); i++) {
        maas_row_clear(&fields, x);
        want = cases[i].want;
        is = slot(cases[i].how == 'b'
                  ? maas_row_bool(&fields, cases[i].column, 1, x, &err)
                  : (cases[i].how == 'd' ? maas_row_digits : maas_row_text)
                    (&fields, cases[i].column, cases[i].text,
                     strlen(cases[i].text), x, &err), cases[i].column, x);

        if (is != want) {
            fail_msg("%c %s \"%s\": %g, wanted %g", cases[i].how,
                     fields.names[cases[i].column], cases[i].text, is, want);
        }
    }

    /* hashed by the one text that they share, and numbers of doubles */

    maas_row_clear(&fields, x);
    assert_int_equal(maas_row_text(&fields, HASHED, "1e1", 3, x, &err), 0);
    want = slot(MAAS_OK, HASHED, x);
    maas_row_clear(&fields, x);
    assert_int_equal(maas_row_number(&fields, HASHED, 10, x, &err), 0);
    assert_true(slot(MAAS_OK, HASHED, x) == want);
    assert_true(want == (double) ((maas__field_hash("10", 2) & 0x7fffffffu)
                                  % 4));

    assert_int_equal(maas_row_number(&fields, STORE, 0.1, x, &err), 0);
    assert_true(slot(MAAS_OK, STORE, x) == 1);
    assert_int_equal(maas_row_number(&fields, STORE, (double) 0.1f, x, &err),
                     0);
    assert_true(slot(MAAS_OK, STORE, x) == 1);
}


/* What a log may have without quotes: the same value as a text and as digits,
 * also where some numbers mean "missing" */

static void
test_is_digits(void **state)
{
    int            digits;
    float          x[2][IN];
    size_t         i, k;
    maas_err_t     err;
    maas_arena_t  *a;
    maas_fields_t  f;
    maas_status_t  rc[2];

    static const char *const    unit[] = { "EUR" };
    static const char *const    blanks[] = { "-1", "999" };
    static const maas_column_t  columns[] = {
        { .name = "plain", .kind = MAAS_FIELD_NUMBER, .missing = -7,
          .missing_slot = 1, .n_blanks = 2, .blanks = blanks },
        { .name = "comma", .kind = MAAS_FIELD_NUMBER, .decimal = ',' },
        { .name = "groups", .kind = MAAS_FIELD_NUMBER, .thousands = '.' },
        { .name = "units", .kind = MAAS_FIELD_NUMBER, .n_units = 1,
          .units = unit },
        { .name = "flag", .kind = MAAS_FIELD_BOOLEAN },
        { .name = "code", .kind = MAAS_FIELD_CATEGORY, .hash = 2 }
    };
    static const char *const  texts[] = {
        "1", "-1.5", "0", "-0", "1e3", "0.1", "3.4028235e38", "999", "999.0",
        "-1", "-1e0", "1e-999", "1e400", "16777217", "007", "1.", ".5", "+5",
        "0x10", "true", "null", "NaN", "", " 1", "1 ", "1,5", "-", "1 EUR"
    };

    a = maas__arena_create(1 << 20);
    assert_non_null(a);
    assert_int_equal(maas__fields_create(a, columns, COUNT(columns), &f), 0);

    for (i = 0; i < COUNT(texts); i++) {
        digits = maas_row_is_digits(&f, 0, texts[i], strlen(texts[i]));
        assert_int_equal(digits, i < 14);

        for (k = 1; k < COUNT(columns); k++) {
            assert_false(maas_row_is_digits(&f, k, texts[i],
                                            strlen(texts[i])));
        }

        if (!digits) {
            continue;
        }

        for (k = 0; k < 2; k++) {
            maas_row_clear(&f, x[k]);
            rc[k] = (k ? maas_row_digits : maas_row_text)
                    (&f, 0, texts[i], strlen(texts[i]), x[k], &err);
        }

        assert_int_equal(rc[0], rc[1]);
        assert_memory_equal(x[0], x[1], f.in * sizeof(float));
    }

    maas__arena_destroy(a);
}


static void
test_decision(void **state)
{
    static const float  weights[] = { 1, 2, 1 };
    maas_info_t         info = { .task = MAAS_TASK_BINARY, .out = 1,
                                 .threshold = 0.25f };

    assert_int_equal(maas_decision(&info, (const float[]) { 0.25f }), 0);
    assert_int_equal(maas_decision(&info, (const float[]) { 0.26f }), 1);

    assert_true(maas_score(&info, (const float[]) { 0.25f, 0.75f }) == 0.25f);

    info.task = MAAS_TASK_CLASSIFICATION;
    info.out = 3;
    assert_int_equal(maas_decision(&info, (const float[]) { 0.5f, 0.3f,
                                                            0.5f }), 0);
    assert_true(maas_score(&info, (const float[]) { 0.2f, 0.5f, 0.3f })
                == 0.5f);
    info.decision = weights;
    assert_int_equal(maas_decision(&info, (const float[]) { 0.5f, 0.3f,
                                                            0.5f }), 1);
}


/* Parts of a date: trends, points on a circle, and numbers */

static void
test_parts(void **state)
{
    float        x[9], y[5];
    size_t       i;
    maas_date_t  d;

    static const maas_part_t  numbers[] = {
        { MAAS_PART_MONTH_NUMBER, 0, 1 }, { MAAS_PART_DAY_NUMBER, 0, 0.5 },
        { MAAS_PART_WEEKDAY_NUMBER, 0, 1 }, { MAAS_PART_HOUR_NUMBER, 0, 1 },
        { MAAS_PART_YEARDAY, 0, 1 }
    };
    static const maas_part_t  parts[] = {
        { MAAS_PART_YEAR, 2000, 0.5 }, { MAAS_PART_SECONDS, 1714559400, 2 },
        { MAAS_PART_MONTH, 0, 1 }, { MAAS_PART_HOUR, 0, 1 },
        { MAAS_PART_WEEKDAY, 0, 1 }
    };
    static const float  want[] = { 12, 3, 0, -1, 0, -1, 0, 1 };

    assert_int_equal(maas__date_slots(parts, 5), 8);
    assert_true(maas__date_text(MAAS_DATE_ISO, "2024-05-01T10:30:01.5Z", 22,
                                &d));
    maas__date_row(parts, 2, &d, x);
    assert_true(x[0] == 12 && x[1] == 3);

    /* 1 July 2024 was a Monday */

    assert_true(maas__date_text(MAAS_DATE_ISO, "2024-07-01T12:00", 16, &d));
    maas__date_row(parts, 5, &d, x);
    maas__date_row(numbers, 5, &d, y);
    assert_int_equal(maas__date_slots(numbers, 5), 5);
    assert_true(y[0] == 7 && y[1] == 0.5f && y[2] == 0 && y[3] == 12
                && y[4] == 31 + 29 + 31 + 30 + 31 + 30 + 1);

    for (i = 2; i < 8; i++) {
        if (!(fabsf(x[i] - want[i]) < 1e-6f)) {
            fail_msg("slot %zu: %g", i, (double) x[i]);
        }
    }
}


/* By t/data/field_vectors.py, which follows the page on the format */

static void
test_vectors(void **state)
{
    char         out[MAAS_CANONICAL];
    float        x[10];
    size_t       i, j, n;
    maas_date_t  d;

    static const char *const  numbers[][2] = {
        { "-0012.5000", "-12.5" },
        { "1e-21", "0.000000000000000000001" },
        { "1e-20", "0.00000000000000000001" },
        { "12e-22", "0.0000000000000000000012" },
        { "99e38", "9900000000000000000000000000000000000000" },
        { "100e38", "1e40" },
        { "123456789012345678901234567890123456789012.0",
          "123456789012345678901234567890123456789012e0" },
        { "0.000000000000000000001230", "0.00000000000000000000123" },
        { "-7e+40", "-7e40" },
        { "18446744073709551617", "18446744073709551617" }
    };
    static const maas_part_t  parts[] = {
        { MAAS_PART_SECONDS, 1000, 0.25 }, { MAAS_PART_YEAR, 1000, 0.25 },
        { MAAS_PART_MONTH, 0, 1 }, { MAAS_PART_DAY, 0, 1 },
        { MAAS_PART_WEEKDAY, 0, 1 }, { MAAS_PART_HOUR, 0, 1 }
    };
    static const struct {
        const char  *text;
        float        want[10];
    } dates[] = {
        { "2024-02-29T06:00:00+01:00", {
            427295456, 256, 0.5, 0.866025388, -0.21497044,
            0.976620555, 0.433883727, -0.90096885, 1, 6.12323426e-17 } },
        { "1969-07-20T20:17:40", {
            -3545985, 242.25, 1.22464685e-16, -1, -0.651372492,
            -0.758758128, -0.781831503, 0.623489797, -0.824949145,
            0.565207005 } },
        { "2023-12-31T23:59:59.500000-05:30", {
            426021504, 255.75, -0.5, 0.866025388, -0.20129852,
            0.979529917, -0.781831503, 0.623489797, -3.6361027e-05, 1 } },
        { "1900-03-01", {
            -550973056, 225, 0.866025388, 0.5, 0, 1, 0.433883727,
            -0.90096885, 0, 1 } },
        { "9999-12-31", {
            6.33505546e+10, 2249.75, -0.5, 0.866025388, -0.20129852,
            0.979529917, -0.433883727, -0.90096885, 0, 1 } }
    };

    for (i = 0; i < COUNT(numbers); i++) {
        n = maas__field_canonical(numbers[i][0], strlen(numbers[i][0]), out);
        out[n] = '\0';
        assert_string_equal(out, numbers[i][1]);
    }

    for (i = 0; i < COUNT(dates); i++) {
        assert_true(maas__date_text(MAAS_DATE_ISO, dates[i].text,
                                    strlen(dates[i].text), &d));
        maas__date_row(parts, COUNT(parts), &d, x);

        /* trends are exact, a sine may differ in its last bit */

        for (j = 0; j < 10; j++) {
            if (!(j < 2 ? x[j] == dates[i].want[j]
                        : fabsf(x[j] - dates[i].want[j]) < 1e-7f))
            {
                fail_msg("%s, slot %zu: %.9g, wanted %.9g", dates[i].text,
                         j, (double) x[j], (double) dates[i].want[j]);
            }
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_calendar),
        cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
        cmocka_unit_test(test_is_digits),
        cmocka_unit_test(test_decision),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_vectors)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
