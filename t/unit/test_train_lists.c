/*
 * Rows as lists: what comes out is what went in, to the bit.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/lists.h"
#include "rng.h"
#include "util.h"


/* Of ten numbers about seven are zero; some rows have none else, some no zero;
 * all that is no plain number is among them */

static void
fill(train_rng_t *rng, float *x, size_t in, size_t row)
{
    size_t              j;
    static const float  odd[] = { -0.0f, INFINITY, -INFINITY, 0x1p-149f };

    for (j = 0; j < in; j++) {
        x[j] = (row % 7 == 3) ? 0 : (row % 7 == 5) ? 1
               : train_rng_below(rng, 10) < 7 ? 0
               : train_rng_below(rng, 5) ? (float) train_rng_unit(rng)
               : odd[train_rng_below(rng, train_nelts(odd))];
    }
}


static void
same(size_t rows, size_t in)
{
    float          *all, *x;
    size_t          i;
    train_rng_t     rng;
    train_lists_t  *l;

    train_rng_init(&rng, rows, in);
    all = train_alloc(rows * in + 1, sizeof(float));
    x = train_alloc(in, sizeof(float));
    l = train_lists_create(rows, in);

    for (i = 0; i < rows; i++) {
        fill(&rng, all + i * in, in, i);
        train_lists_add(l, all + i * in);
    }

    train_lists_end(l);

    for (i = rows; i-- > 0; /* void */) {
        (void) memset(x, 0xff, in * sizeof(float));
        train_lists_row(l, i, x);
        assert_memory_equal(x, all + i * in, in * sizeof(float));
    }

    train_lists_free(l);
    train_free(all);
    train_free(x);
}


static void
any_number_of_rows(void **state)
{
    size_t               i;
    static const size_t  rows[] = { 0, 1, 2, 1023, 1024, 1025, 2048, 3000 };

    (void) state;

    for (i = 0; i < train_nelts(rows); i++) {
        same(rows[i], 1);
        same(rows[i], 67);
    }
}


static void
nothing(void **state)
{
    (void) state;
    train_lists_free(NULL);
    train_lists_free(train_lists_create(5000, 3));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(any_number_of_rows),
        cmocka_unit_test(nothing)
    };

    return cmocka_run_group_tests_name("train lists", tests, NULL, NULL);
}
