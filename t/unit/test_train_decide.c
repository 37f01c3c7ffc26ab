/*
 * What training rows say of columns: codes among numbers, orders of categories,
 * what is left out; by these rows and no others, and undone by the next call.
 * Not here: what a fit prints of it (t/17-trainer-decide.t).
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"
#include "data/decide.h"


#define ROWS     1200
#define COLUMNS  11


/* A table of which much is known: names, and what writes a cell */

static const char  names[] =
    "case,shop_id,zip,copy,size,size2,grade,mixed,years,age,still,y\n";


/* Even numbers of a seed, one for each row and use */

static uint64_t
draw(uint64_t row, uint64_t use, uint64_t below)
{
    return train_rng_at(use * 977 + 5, row) % below;
}


static void
write_row(FILE *f, size_t i, unsigned other)
{
    uint64_t  zip, size, years;
    double    y;

    static const char *const  sizes[] = { "low", "medium", "high" };
    static const char *const  mixed[] = { "A", "B", "C", "D", "E", "F" };
    static const char *const  spans[] = {
        "1-5 years", "<1 year", ">10 years", "6-10 years"
    };

    zip = draw(i, 1, 40);
    size = draw(i, 2, 3);
    years = draw(i, 3, 4);
    y = (double) (train_rng_mix(zip) % 1000) / 200 + (double) size
        + 3 * (double) (draw(i, 4, 6) % 2)
        + fabs((double) draw(i, 5, 60) - 30) / 20;
    y = other ? (double) draw(i, 6, 100) / 7 : y;

    (void) fprintf(f, "%zu,%u,%u,%u,%s,%s,%c,%s,%s,%u,%s,%.4f\n", 1000 + i,
                   1 + (unsigned) draw(i, 9, 700),
                   10000 + 37 * (unsigned) zip, 10000 + 37 * (unsigned) zip,
                   sizes[size], size ? size > 1 ? "gross" : "mittel" : "klein",
                   'A' + (int) draw(i, 8, 5), mixed[draw(i, 4, 6)],
                   spans[years], (unsigned) draw(i, 5, 60), other ? "b" : "a",
                   y);
}


static void
read_file(train_data_t *d, train_want_t *want, void (*write)(FILE *f))
{
    int    fd;
    char  *path;
    FILE  *f;

    want->one_hot = TRAIN_ONE_HOT;
    path = train_format("%s/maas-decide-XXXXXX", P_tmpdir);
    fd = mkstemp(path);
    assert_true(fd >= 0);
    f = fdopen(fd, "w");
    assert_non_null(f);
    write(f);
    assert_int_equal(fclose(f), 0);
    train_data_read(path, TRAIN_PART_TRAIN, want, d);
    (void) unlink(path);
    train_free(path);
}


static void
write_table(FILE *f)
{
    size_t  i;

    (void) fputs(names, f);

    for (i = 0; i < ROWS; i++) {
        write_row(f, i, 0);
    }
}


/* Five times as many rows behind them, of which other things are true */

static void
write_others(FILE *f)
{
    size_t  i;

    write_table(f);

    for (i = ROWS; i < 6 * ROWS; i++) {
        write_row(f, i, 1);
    }
}


static uint32_t *
rows(size_t n)
{
    size_t     i;
    uint32_t  *row;

    row = train_alloc(n, sizeof(uint32_t));

    for (i = 0; i < n; i++) {
        row[i] = (uint32_t) i;
    }

    return row;
}


static const train_column_t *
column(const train_data_t *d, const char *name)
{
    return &d->table->columns[train_dict_find(&d->table->names, name,
                                              strlen(name))];
}


static void
columns_are_understood(void **state)
{
    uint32_t       *row;
    train_data_t    d = { 0 };
    train_want_t    want = { 0 };

    (void) state;

    read_file(&d, &want, write_table);
    row = rows(ROWS);
    assert_int_equal(column(&d, "zip")->role, TRAIN_ROLE_NUMBER);
    train_columns_decide(&d, row, ROWS, 1);

    /* "still" is left out by its looks */

    assert_int_equal(d.n_columns, 6);
    assert_string_equal(d.columns[0], "zip");
    assert_string_equal(d.columns[1], "size");
    assert_int_equal(column(&d, "case")->role, TRAIN_ROLE_IGNORE);
    assert_string_equal(column(&d, "case")->why, "counts the rows of the file");
    assert_int_equal(column(&d, "shop_id")->role, TRAIN_ROLE_IGNORE);
    assert_non_null(strstr(column(&d, "shop_id")->why, "an id: "));
    assert_int_equal(column(&d, "zip")->role, TRAIN_ROLE_CATEGORY);
    assert_non_null(strstr(column(&d, "zip")->why, "--columns zip=number"));
    assert_string_equal(column(&d, "copy")->why, "says the same as \"zip\"");
    assert_string_equal(column(&d, "size2")->why, "says the same as \"size\"");
    assert_int_equal(column(&d, "age")->role, TRAIN_ROLE_NUMBER);

    /* orders that are known, and one that the targets speak against */

    assert_true(column(&d, "size")->ordered);
    assert_false(column(&d, "grade")->ordered);
    assert_true(column(&d, "years")->ordered);
    assert_false(column(&d, "mixed")->ordered);
    assert_non_null(strstr(column(&d, "years")->why, "in order: <1 year, 1-5 "
                           "years, 6-10 years, >10 years"));

    /* the same again, but by rows of which nothing is told */

    train_columns_decide(&d, row, 20, 1);
    assert_int_equal(column(&d, "zip")->role, TRAIN_ROLE_NUMBER);
    assert_non_null(column(&d, "zip")->number);
    assert_string_equal(column(&d, "zip")->why, "all values are numbers");

    train_data_free(&d);
    train_free(row);
}


static void
order_is_that_of_codes(void **state)
{
    float          *x;
    uint32_t       *row;
    train_data_t    d = { 0 };
    train_want_t    want = { 0 };
    train_scale_t   s;

    (void) state;

    read_file(&d, &want, write_table);
    row = rows(ROWS);
    train_columns_decide(&d, row, ROWS, 1);
    train_scale_raw(&s, &d, row, ROWS);
    train_rows_fitted(&s, &d);
    assert_int_equal(d.in, 6);
    assert_true(s.ordered[column(&d, "size")->place]);
    assert_false(s.ordered[column(&d, "zip")->place]);
    assert_string_equal(s.columns[1].values[0], "low");
    assert_string_equal(s.columns[1].values[2], "high");

    x = d.numbers + d.in;
    assert_float_equal(x[1], draw(1, 2, 3), 0);
    train_scale_free(&s);
    train_data_free(&d);
    train_free(row);
}


/* The user's word stands; what other rows say changes nothing, and they follow
 * what was decided */

static void
training_rows_alone(void **state)
{
    size_t          i;
    uint32_t       *row;
    maas_info_t     info;
    train_data_t    d = { 0 }, e = { 0 };
    train_want_t    want = { 0 };

    (void) state;

    row = rows(ROWS);
    want.columns = "zip=number,case=number";
    read_file(&d, &want, write_others);
    train_columns_decide(&d, row, ROWS, 1);
    assert_int_equal(column(&d, "zip")->role, TRAIN_ROLE_NUMBER);
    assert_int_equal(column(&d, "case")->role, TRAIN_ROLE_NUMBER);
    assert_string_equal(column(&d, "still")->why,
                        "the same in all rows of the training");
    assert_true(column(&d, "size")->ordered);
    train_data_free(&d);

    want.columns = NULL;
    read_file(&d, &want, write_table);
    train_data_info(&d, &info);
    want = (train_want_t) { .model = &info, .target = "y" };
    read_file(&e, &want, write_table);
    train_columns_decide(&d, row, ROWS, 1);
    train_columns_follow(&d, &e);
    assert_int_equal(e.n_columns, d.n_columns);

    for (i = 0; i < e.n_columns; i++) {
        assert_string_equal(e.columns[i], d.columns[i]);
        assert_int_equal(column(&e, d.columns[i])->role,
                         column(&d, d.columns[i])->role);
        assert_int_equal(column(&e, d.columns[i])->place, i);
    }

    assert_int_equal(column(&e, "copy")->role, TRAIN_ROLE_IGNORE);
    assert_string_equal(column(&e, "zip")->dict.text[0],
                        column(&d, "zip")->dict.text[0]);
    train_data_free(&d);
    train_data_free(&e);
    train_free(row);
}


/* Texts of names that say nothing, of words that do, and of words that others
 * have said */

static void
write_texts(FILE *f)
{
    size_t    i, k;
    uint64_t  y;

    (void) fputs("name,note,same,level,y\n", f);

    for (i = 0; i < ROWS; i++) {
        y = draw(i, 30, 2);
        (void) fprintf(f, "N%06u %c%05u,", (unsigned) draw(i, 31, 1000000),
                       'A' + (int) draw(i, 32, 26),
                       (unsigned) draw(i, 33, 100000));

        for (k = 0; k < 6; k++) {
            (void) fprintf(f, "w%u ", (unsigned) draw(i, 40 + k, 400));
        }

        (void) fprintf(f, "%s,", y ? "fine thing" : "bad matter");
        (void) fprintf(f, "S%05u %s,%u,%s\n",
                       (unsigned) draw(i, 34, 100000),
                       draw(i, 35, 2) ? "one" : "two",
                       (unsigned) draw(i, 35, 2),
                       (draw(i, 36, 10) ? y : draw(i, 35, 2)) ? "p" : "q");
    }
}


static void
texts_must_tell(void **state)
{
    uint32_t              *row;
    train_data_t           d = { 0 };
    train_want_t           want = { 0 };
    train_scale_t          s;
    const train_column_t  *c;

    (void) state;

    row = rows(ROWS);
    read_file(&d, &want, write_texts);
    assert_int_equal(column(&d, "name")->role, TRAIN_ROLE_TEXT);
    train_columns_decide(&d, row, ROWS, 1);
    assert_int_equal(column(&d, "note")->role, TRAIN_ROLE_TEXT);
    assert_non_null(strstr(column(&d, "note")->why, "of what other columns"));
    assert_int_equal(column(&d, "note")->slots, TRAIN_PIECES_MORE);
    train_scale_raw(&s, &d, row, ROWS);
    assert_int_equal(s.columns[column(&d, "note")->place].width,
                     TRAIN_PIECES_MORE);
    train_scale_free(&s);
    c = column(&d, "name");
    assert_int_equal(c->role, TRAIN_ROLE_IGNORE);
    assert_non_null(strstr(c->why, "(--columns name=text)"));
    assert_int_equal(column(&d, "same")->role, TRAIN_ROLE_IGNORE);
    train_data_free(&d);

    want.columns = "name=text";
    read_file(&d, &want, write_texts);
    train_columns_decide(&d, row, ROWS, 1);
    assert_int_equal(column(&d, "name")->role, TRAIN_ROLE_TEXT);
    train_data_free(&d);
    train_free(row);
}


static void
write_dates(FILE *f)
{
    size_t  i;

    (void) fputs("when,y\n", f);

    for (i = 0; i < 360; i++) {
        (void) fprintf(f, "2024-%02zu-%02zu,%zu.5\n", i / 30 + 1,
                       i % 28 + 1, i);
    }
}


/* Rows of values have dates as numbers, others as cycles */

static void
dates_are_numbers(void **state)
{
    size_t          i;
    uint32_t       *row;
    train_data_t    d = { 0 };
    train_want_t    want = { 0 };
    train_scale_t   s;

    static const maas_part_kind_t  parts[] = {
        MAAS_PART_SECONDS, MAAS_PART_MONTH_NUMBER, MAAS_PART_DAY_NUMBER,
        MAAS_PART_WEEKDAY_NUMBER, MAAS_PART_YEARDAY
    };

    (void) state;

    row = rows(360);
    read_file(&d, &want, write_dates);
    train_scale_raw(&s, &d, row, 360);
    assert_int_equal(s.columns[0].n_parts, train_nelts(parts));

    for (i = 0; i < train_nelts(parts); i++) {
        assert_int_equal(s.columns[0].parts[i].kind, parts[i]);
    }

    train_rows_fitted(&s, &d);
    assert_float_equal(d.numbers[31 * 5 + 1], 2, 0);
    assert_float_equal(d.numbers[31 * 5 + 2], 4, 0);
    assert_float_equal(d.numbers[31 * 5 + 3], 6, 0);    /* a Sunday */
    assert_float_equal(d.numbers[31 * 5 + 4], 35, 0);
    train_scale_free(&s);

    train_scale_fit(&s, TRAIN_SCALE_AUTO, &d, row, 360);
    assert_int_equal(s.columns[0].n_parts, 4);
    assert_int_equal(s.columns[0].width, 7);
    train_scale_free(&s);
    train_data_free(&d);
    train_free(row);
}


/* Texts in order, a bar between them; NULL: there is none */

static void
scales_are_known(void **state)
{
    char      *text[8], copy[160], *p;
    size_t     i, k, n;
    uint32_t   rank[8];

    static const struct {
        const char  *text;
        enum { O = TRAIN_ORDER_NONE, N = TRAIN_ORDER_NAMES,
               K = TRAIN_ORDER_KNOWN } known;
    } cases[] = {
        { "low|medium|high", K }, { "Very Low|LOW|high", K },
        { "No_Basement|Poor|Fair|Typical|Good", K },
        { "Jan|Feb|May|Dec", K }, { "A+|A|B-|D|F", O },
        { "A+|A|B-|C", N }, { "A|B|C|D|F", N }, { "A|C|G|T", O },
        { "D|E|F|G", N }, { "x|y|z", O }, { "a|b|c", N },
        { "unknown|<$20K|$20K - $40K|$120K +", K },
        { "1 day|2 weeks|1 month|1 year", K }, { "4 doors|5 doors", O },
        { "less than 5|5 to 10|more than 10", K },
        { "1. Never|2. Married|3. Widowed", N },
        { "city 1|city 2|city 3", N }, { "l00|l01|l02", N },
        { "PG-13|PG|R", O },
        { "5|5.0|6", O }, { "red|green|blue", O }, { "B6|C7|D8", O },
        { "level 1|level 2|level 10", K }, { "good|poor|red", O },
        { "low|medium|small", O }, { "none|primary|secondary|tertiary", K }
    };

    (void) state;

    for (i = 0; i < train_nelts(cases); i++) {
        (void) snprintf(copy, sizeof(copy), "%s", cases[i].text);

        for (n = 0, p = copy; p != NULL; n++) {
            text[n] = strsep(&p, "|");
        }

        if ((int) train_scale_known(text, n, rank) != (int) cases[i].known) {
            fail_msg("%s", cases[i].text);
        }

        for (k = 0; cases[i].known != O && k < n; k++) {
            if (rank[k] != k) {
                fail_msg("%s: place %zu is %u", cases[i].text, k, rank[k]);
            }
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(columns_are_understood),
        cmocka_unit_test(order_is_that_of_codes),
        cmocka_unit_test(training_rows_alone),
        cmocka_unit_test(texts_must_tell),
        cmocka_unit_test(dates_are_numbers),
        cmocka_unit_test(scales_are_known)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
