/*
 * SHA-256: FIPS 180-2's examples, and lengths around a block;
 * HMAC.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trust/maas_trust.h"


static void
hash_is(const void *data, size_t size, const char *want)
{
    char  hex[MAAS_SHA256_HEX + 2];

    hex[MAAS_SHA256_HEX + 1] = '!';
    maas_sha256(data, size, hex);

    assert_string_equal(hex, want);
    assert_int_equal(hex[MAAS_SHA256_HEX + 1], '!');
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


/* By Python's hmac, of "a\0" and what follows; keys around a block */

static void
hmac_is(const char *key, size_t size, const char *b, const char *want)
{
    char         hex[MAAS_SHA256_HEX + 1];
    maas_hmac_t  hmac;

    maas_hmac_key(&hmac, key, size);
    maas_hmac(&hmac, "a", b, strlen(b), hex);
    assert_string_equal(hex, want);
}


static void
hmacs(void **state)
{
    char  key[200];

    memset(key, 'k', sizeof(key));
    hmac_is(key, 0, "", "0706b746c18a6da1be5496bce8e30d2e"
            "3018deea370017ffc8269793b60a690d");
    hmac_is(key, 0, "value", "90f3a409f04c66844be8d7ca91ea3d60"
            "397425e900c27d07bc791ce4e6c110f9");
    hmac_is(key, 16, "", "a32ad85d5fb931532440d8ce7c1dd0e9"
            "177edafe4cb95dc5abaf93750caef231");
    hmac_is(key, 16, "value", "8a7e2bf9cae5edc3c056a96218cd8433"
            "c467a97840b44138c3ca8e0edd1e1827");
    hmac_is(key, 63, "", "4747c25254125cd39f1cb73a394d6e8e"
            "b8d5438091a708737bac16aefea19bdd");
    hmac_is(key, 63, "value", "7d8229649f8ea6efb187461ef6d8d03f"
            "3606094bf35e0b1d87712a408af4cbb2");
    hmac_is(key, 64, "", "fe0f9db39ef07f651c9a68620e3606a7"
            "01ce7bccc749cc0b945b70f450f77f00");
    hmac_is(key, 64, "value", "54837eb84c0dd96b15ff8f49388ed85f"
            "b6df904dd68925a74e2792c00009e5af");
    hmac_is(key, 65, "", "46f818af9e3bcc084dc2e628c1820165"
            "b64eb2d82def78ecfcc0280ab78d4aa6");
    hmac_is(key, 65, "value", "ababc589f8e521d8f694ce1029892143"
            "286ba48b3e62c72e85603eae17387247");
    hmac_is(key, 200, "", "2b757891d733fb46fcb341a3cc3477f7"
            "263709233ed851f1e259aa158ca8f35f");
    hmac_is(key, 200, "value", "c161d3255d759b88cbf5c6634a641199"
            "604f5b5e450548920d48a82c05e319d4");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(nothing),
        cmocka_unit_test(hmacs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
