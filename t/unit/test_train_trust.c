/*
 * Signatures and encrypted files: both ways, at all sizes, and every bit that
 * is altered.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trust/maas_sealed.h"
#include "trust/trust.h"


#define SUM  "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4"

static const unsigned char  key[MAAS_KEY] = "thirty-two bytes that are a key";

static const char  secret[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIKrOEcmq0IHDJ2hNQoMTcQV2OeshOwzJrBTluxKMAk30oAoGCCqGSM49\n"
    "AwEHoUQDQgAEciUYCQoYORVGDPhMxAyPQrYPYS1j7UZrh08Uhasb2Sn1CNkjmEbm\n"
    "fQ3nk2wgiU3hCvsXe9freZ8j0tVBp//pAQ==\n"
    "-----END EC PRIVATE KEY-----\n";

/* The same key, its point in two ways */

static const char  public[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEciUYCQoYORVGDPhMxAyPQrYPYS1j\n"
    "7UZrh08Uhasb2Sn1CNkjmEbmfQ3nk2wgiU3hCvsXe9freZ8j0tVBp//pAQ==\n"
    "-----END PUBLIC KEY-----\n";

static const char  compressed[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADciUYCQoYORVGDPhMxAyPQrYPYS1j\n"
    "7UZrh08Uhasb2Sk=\n"
    "-----END PUBLIC KEY-----\n";


static void
sha256(void **state)
{
    char  hex[MAAS_SHA256_HEX + 1];

    maas_sha256("model", 5, hex);
    assert_string_equal(hex, SUM);
    maas_sha256(NULL, 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934c"
                        "a495991b7852b855");
}


static void
signatures(void **state)
{
    char             *text, hint[MAAS_SHA256_HEX + 1], why[TRAIN_WHY];
    char              other[] = SUM;
    size_t            n;
    maas_err_t        err;
    maas_verifier_t  *v, *w;

    text = train_sign(secret, sizeof(secret) - 1, "m\"\\\xc3\xa9", SUM, &n,
                      hint, why);
    assert_non_null(text);

    assert_int_equal(maas_verifier_create(public, sizeof(public) - 1, &v, &err),
                     MAAS_OK);
    assert_int_equal(maas_verifier_create(compressed, sizeof(compressed) - 1,
                                          &w, &err), MAAS_OK);
    assert_string_equal(maas_verifier_hint(v), hint);
    assert_string_equal(maas_verifier_hint(w), hint);

    assert_int_equal(maas_verify(v, text, n, "/a/b", SUM, &err), MAAS_OK);
    assert_int_equal(maas_verify(w, text, n, "c", SUM, &err), MAAS_OK);
    other[0] ^= 1;
    assert_int_equal(maas_verify(v, text, n, "c", other, &err),
                     MAAS_BADFILE);

    train_free(text);
    maas_verifier_free(v);
    maas_verifier_free(w);
}


/* What was encrypted comes back; returns the file */

static unsigned char *
there_and_back(const unsigned char *plain, size_t size, size_t *n)
{
    void           *back;
    size_t          len;
    maas_err_t      err;
    unsigned char  *file, *copy;

    file = train_seal(key, plain, size, n);
    assert_int_equal(*n, size + MAAS_SEALED_HEAD + MAAS_SEALED_TAG);

    copy = malloc(*n);
    assert_non_null(copy);
    memcpy(copy, file, *n);

    assert_int_equal(maas_decrypt(key, copy, *n, &back, &len, &err), MAAS_OK);
    assert_int_equal(len, size);
    assert_memory_equal(back, plain, size);
    free(copy);

    return file;
}


static void
sizes(void **state)
{
    size_t          i, n;
    unsigned char  *plain;

    /* libcrypto is called for 16 MiB at a time */

    static const size_t  at[] = { 1, 15, 16, 17, 4096, (16 << 20) - 1,
                                  16 << 20, (16 << 20) + 1, (32 << 20) + 5 };

    plain = malloc(33 << 20);
    assert_non_null(plain);

    for (i = 0; i < 33 << 20; i++) {
        plain[i] = (unsigned char) (i * 2654435761u >> 13);
    }

    for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
        train_free(there_and_back(plain, at[i], &n));
    }

    free(plain);
}


/* Every bit of a file is of some meaning; of one that is altered no plain text
 * is left. */

static void
altered(void **state)
{
    void           *back;
    size_t          i, n, len;
    maas_err_t      err;
    unsigned char  *file, copy[128];

    file = there_and_back((const unsigned char *) "some secret text", 16, &n);
    assert_true(n <= sizeof(copy));

    for (i = 0; i < 8 * n; i++) {
        memcpy(copy, file, n);
        copy[i / 8] ^= (unsigned char) (1 << i % 8);

        back = NULL;
        assert_int_not_equal(maas_decrypt(key, copy, n, &back, &len, &err),
                             MAAS_OK);
        assert_null(back);
        assert_memory_not_equal(copy + MAAS_SEALED_HEAD, "some secret", 11);
    }

    for (i = 0; i < n; i++) {
        memcpy(copy, file, n);
        assert_int_not_equal(maas_decrypt(key, copy, i, &back, &len, &err),
                             MAAS_OK);
    }

    train_free(file);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(sha256),
        cmocka_unit_test(signatures),
        cmocka_unit_test(sizes),
        cmocka_unit_test(altered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
