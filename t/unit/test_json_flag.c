/*
 * One flag of a small JSON object.  Whole requests are test_json_v2.c's.
 */

#include "wire.h"


static void
check(const char *text, maas_status_t want, int before, int after)
{
    int             value;
    char           *copy;
    maas_err_t      err;
    maas_status_t   rc;

    copy = malloc(strlen(text) + 1);
    memcpy(copy, text, strlen(text));

    value = before;
    rc = maas_flag_read(copy, strlen(text), "ready", &value, &err);
    free(copy);

    if (rc != want || value != after) {
        fail_msg("%s: status %d, value %d", text, rc, value);
    }
}


static void
read_or_left(void **state)
{
    check("{\"ready\":true}", MAAS_OK, 0, 1);
    check(" { \"ready\" : false } ", MAAS_OK, 1, 0);
    check("{\"a\":[{}],\"ready\":true,\"b\":1}", MAAS_OK, 0, 1);
    check("{}", MAAS_OK, 0, 0);
    check("{\"readyy\":true}", MAAS_OK, 1, 1);
    check("{\"ready\":null}", MAAS_OK, 1, 1);
    check("{\"ready\":null,\"ready\":true}", MAAS_OK, 0, 1);
}


static void
refused(void **state)
{
    static const char *const  bad[] = {
        "", " ", "[]", "1", "{", "{\"ready\":1}", "{\"ready\":\"true\"}",
        "{\"ready\":nul}", "{\"ready\":true,}", "{\"ready\":true}x",
        "{\"ready\":true,\"ready\":true}", "{\"ready\":true} {}",
        "{\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}", "{\"x\":nul}"
    };
    size_t  i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        check(bad[i], MAAS_BADVALUE, 0, 0);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(read_or_left),
        cmocka_unit_test(refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
