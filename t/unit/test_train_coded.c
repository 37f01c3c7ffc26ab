/*
 * Rows made when they are asked for: to the bit those of the engine, whatever
 * the columns are, as they are scaled and as the values themselves.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/coded.h"
#include "util.h"


#define ROWS  300


static const char *const  cells[][8] = {
    { "1.5", "yes", "DE", "some words in a row", "1.234,5 EUR",
      "31.12.2024", "x", "a" },
    { "", "no", "FR", "other words in a line", "-7 EUR", "1.2.2023", "y",
      "b" },
    { "-3e2", "", "", "", "-", "", "", "a" },
    { "0.1", "NO", "DE", "Gr\xc3\xbc\xc3\x9f" "e an all die Leute", "(0,5)",
      "30.6.2024 12:30", "x", "b" },
    { "-0", "yes", "IT", "", "12", "NaT", "z", "a" }
};


static void
read_table(train_data_t *d)
{
    int           fd;
    char         *path;
    FILE         *f;
    size_t        i, j;
    train_want_t  want = { .columns = "t=text,c=category" };

    path = train_format("%s/maas-coded-XXXXXX", P_tmpdir);
    fd = mkstemp(path);
    assert_true(fd >= 0);
    f = fdopen(fd, "w");
    assert_non_null(f);
    (void) fputs("n;b;c;t;p;d;k;y\n", f);

    for (i = 0; i < ROWS; i++) {
        for (j = 0; j < 8; j++) {
            (void) fprintf(f, "%s%s", cells[(i * (j + 3) / 3) % 5][j],
                           j < 7 ? ";" : "\n");
        }
    }

    assert_int_equal(fclose(f), 0);
    train_data_read(path, TRAIN_PART_TRAIN, &want, d);
    assert_int_equal(unlink(path), 0);
    train_free(path);
}


/* Row by row and column by column, as the engine has them */

static void
same(const train_scale_t *s, const train_data_t *d)
{
    float                 *x, *y;
    size_t                 i, j;
    train_coded_t         *all;
    const train_column_t  *c;

    x = train_alloc(s->fields.in, sizeof(float));
    y = train_alloc(s->fields.in, sizeof(float));
    all = train_coded_create(&s->fields, d->table);

    for (i = d->rows; i-- > 0; /* void */ ) {
        (void) memset(y, 0xff, s->fields.in * sizeof(float));
        train_coded_row(all, i, y);

        for (j = 0; j < d->table->n; j++) {
            c = &d->table->columns[j];

            if (train_role_is_field(c->role)) {
                train_rows_field(&s->fields, c, i, x);
            }
        }

        assert_memory_equal(x, y, s->fields.in * sizeof(float));
    }

    train_coded_free(all);
    train_free(x);
    train_free(y);
}


static void
all_kinds(void **state)
{
    size_t         i;
    uint32_t       row[ROWS];
    train_data_t   d;
    train_scale_t  s;

    (void) state;
    read_table(&d);
    assert_int_equal(d.rows, ROWS);
    assert_int_equal(d.n_columns, 7);

    for (i = 0; i < ROWS; i++) {
        row[i] = (uint32_t) i;
    }

    train_scale_fit(&s, TRAIN_SCALE_AUTO, &d, row, ROWS);
    same(&s, &d);
    train_scale_free(&s);

    /* of values that come later nothing was known */

    train_scale_raw(&s, &d, row, 2);
    same(&s, &d);
    train_scale_free(&s);
    train_coded_free(NULL);
    train_data_free(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(all_kinds)
    };

    return cmocka_run_group_tests_name("train coded", tests, NULL, NULL);
}
