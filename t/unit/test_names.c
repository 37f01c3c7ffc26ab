/*
 * Names by their hash: found where they stand, in the same number of steps
 * however many there are.
 * Not here: models (t/61-many.t).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ngx_maas_module/ngx_http_maas_names.c"


#define TEXT  24


static ngx_http_maas_names_t  names;
static char                   texts[100000][TEXT];


static void
make(uint32_t room)
{
    void  *memory;

    memory = malloc(ngx_http_maas_names_size(room));
    assert_non_null(memory);

    memset(memory, 0x5a, ngx_http_maas_names_size(room));
    ngx_http_maas_names_init(&names, memory, room);
}


static int
drop(void **state)
{
    (void) state;

    free(names.list);
    return 0;
}


static void
add(const char *text)
{
    assert_true(names.n < names.room);
    ngx_http_maas_names_add(&names, (const unsigned char *) text,
                            strlen(text));
}


static uint32_t
first(const char *text)
{
    return ngx_http_maas_names_first(&names, (const unsigned char *) text,
                                     strlen(text));
}


static void
finds(void **state)
{
    (void) state;

    memset(&names, 0, sizeof(names));
    assert_int_equal(first("a"), NGX_HTTP_MAAS_NO_NAME);

    make(5);
    assert_int_equal(first("a"), NGX_HTTP_MAAS_NO_NAME);
    assert_int_equal(first(""), NGX_HTTP_MAAS_NO_NAME);

    add("a");
    add("b");
    add("a");
    add("ab");
    add("a");

    assert_int_equal(first("a"), 0);
    assert_int_equal(ngx_http_maas_names_next(&names, 0), 2);
    assert_int_equal(ngx_http_maas_names_next(&names, 2), 4);
    assert_int_equal(ngx_http_maas_names_next(&names, 4),
                     NGX_HTTP_MAAS_NO_NAME);
    assert_int_equal(first("b"), 1);
    assert_int_equal(ngx_http_maas_names_next(&names, 1),
                     NGX_HTTP_MAAS_NO_NAME);
    assert_int_equal(first("ab"), 3);
    assert_int_equal(first("abc"), NGX_HTTP_MAAS_NO_NAME);
    assert_int_equal(first(""), NGX_HTTP_MAAS_NO_NAME);

    /* made again in place, of others */

    ngx_http_maas_names_clear(&names);
    assert_int_equal(first("a"), NGX_HTTP_MAAS_NO_NAME);

    add("c");
    add("a");
    assert_int_equal(first("c"), 0);
    assert_int_equal(first("a"), 1);
    assert_int_equal(first("b"), NGX_HTTP_MAAS_NO_NAME);
}


/* Names that are looked at for one that is found, in the mean */

static double
steps(uint32_t n, const char *fmt)
{
    uint32_t  i, at, sum, most;

    make(n);
    sum = most = 0;

    for (i = 0; i < n; i++) {
        snprintf(texts[i], TEXT, fmt, i);
        add(texts[i]);
    }

    for (i = 0; i < n; i++) {
        uint32_t  steps = 1;

        assert_int_equal(first(texts[i]), i);

        for (at = names.heads[names.list[i].hash & names.mask]; at != i;
             at = names.list[at].next)
        {
            steps++;
        }

        sum += steps;
        most = steps > most ? steps : most;
    }

    free(names.list);
    names.list = NULL;

    assert_true(most <= 12);

    return (double) sum / n;
}


static void
constant(void **state)
{
    size_t    i;
    uint32_t  n;

    static const char  *forms[] = { "m%04u", "customer-%u", "%u", "%u.model",
                                    "region_%08x_churn" };

    (void) state;

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        for (n = 10; n <= 100000; n *= 10) {
            assert_true(steps(n, forms[i]) < 1.5);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_teardown(finds, drop),
        cmocka_unit_test_teardown(constant, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
