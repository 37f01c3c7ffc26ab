/*
 * SHA-256 of the module: FIPS 180-2's examples, and lengths around a block.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ngx_maas_module/ngx_http_maas_sha256.h"


static void
hash_is(const void *data, size_t size, const char *want)
{
    unsigned char  hex[NGX_HTTP_MAAS_SHA256_HEX + 1];

    hex[NGX_HTTP_MAAS_SHA256_HEX] = '!';
    ngx_http_maas_sha256(data, size, hex);

    assert_memory_equal(hex, want, NGX_HTTP_MAAS_SHA256_HEX);
    assert_int_equal(hex[NGX_HTTP_MAAS_SHA256_HEX], '!');
}


static void
examples(void **state)
{
    char  *million;

    hash_is("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
            "f20015ad");
    hash_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");

    million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    hash_is(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e"
            "046d39ccc7112cd0");
    free(million);
}


static void
nothing(void **state)
{
    hash_is(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
            "7852b855");
    hash_is("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
            "7852b855");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
