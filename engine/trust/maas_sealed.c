/*
 * Opens encrypted model files (AES-256-GCM), and reads keys.
 * Not here: who encrypts (the trainer), files.
 */

#include "maas_sealed.h"
#include "text/maas_json.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>


/* bytes of a call: libcrypto takes an int */

#define SEALED_STEP  ((size_t) 1 << 24)


void
maas_wipe(void *secret, size_t size)
{
    OPENSSL_cleanse(secret, size);
}


/* Hex digits at the beginning of a text */

static size_t
sealed_digits(const char *s, size_t size)
{
    size_t  i;

    for (i = 0; i < size && maas__hex_digit(s[i]) < 16; i++) {
        /* void */
    }

    return i;
}


maas_status_t
maas_key_read(const void *text, size_t size, unsigned char key[MAAS_KEY],
    maas_err_t *err)
{
    size_t       i, n;
    const char  *s;

    s = text;
    n = sealed_digits(s, size);

    if (n == 2 * MAAS_KEY
        && (size == n || (size == n + 1 && s[n] == '\n')
            || (size == n + 2 && s[n] == '\r' && s[n + 1] == '\n')))
    {
        for (i = 0; i < MAAS_KEY; i++) {
            key[i] = (unsigned char) (maas__hex_digit(s[2 * i]) << 4
                                      | maas__hex_digit(s[2 * i + 1]));
        }

        return MAAS_OK;
    }

    /* half a key in digits is no key in bytes */

    if (size == MAAS_KEY && n != MAAS_KEY) {
        (void) memcpy(key, s, MAAS_KEY);
        return MAAS_OK;
    }

    return maas__fail(err, MAAS_BADVALUE, "%zu bytes that are no key: expected "
                      "%d hex digits or %d bytes, as \"maas-trainer encrypt "
                      "--new-key FILE\" writes one", size, 2 * MAAS_KEY,
                      MAAS_KEY);
}


void
maas__sealed_head(const unsigned char key[MAAS_KEY],
    unsigned char head[MAAS_SEALED_HEAD])
{
    char    hex[MAAS_SHA256_HEX + 1];
    size_t  i;

    (void) memset(head, 0, MAAS_SEALED_HEAD);
    (void) memcpy(head, MAAS_SEALED_MAGIC, sizeof(MAAS_SEALED_MAGIC) - 1);
    head[MAAS_SEALED_AT] = MAAS_SEALED_VERSION;

    maas_sha256(key, MAAS_KEY, hex);

    for (i = 0; i < MAAS_SEALED_KEY; i++) {
        head[MAAS_SEALED_NAME + i] = (unsigned char)
            (maas__hex_digit(hex[2 * i]) << 4
             | maas__hex_digit(hex[2 * i + 1]));
    }

    OPENSSL_cleanse(hex, sizeof(hex));
}


int
maas_is_encrypted(const void *file, size_t size)
{
    return size >= sizeof(MAAS_SEALED_MAGIC) - 1
           && memcmp(file, MAAS_SEALED_MAGIC, sizeof(MAAS_SEALED_MAGIC) - 1)
              == 0;
}


/* Is the head that of a file of this key? */

static maas_status_t
sealed_check(const unsigned char key[MAAS_KEY], const unsigned char *file,
    size_t size, maas_err_t *err)
{
    uint32_t       version;
    unsigned char  want[MAAS_SEALED_HEAD];

    if (!maas_is_encrypted(file, size)) {
        return maas__fail(err, MAAS_BADFILE, "the file is not encrypted: "
                          "expected one of \"maas-trainer encrypt\"");
    }

    if (size <= MAAS_SEALED_HEAD + MAAS_SEALED_TAG) {
        return maas__fail(err, MAAS_BADFILE, "the encrypted file is cut off "
                          "after %zu bytes", size);
    }

    maas__sealed_head(key, want);

    if (memcmp(file + MAAS_SEALED_AT, want + MAAS_SEALED_AT, 4) != 0) {
        (void) memcpy(&version, file + MAAS_SEALED_AT, sizeof(version));

        return maas__fail(err, MAAS_UNSUPPORTED, "encrypted as version %u: "
                          "expected %d", version, MAAS_SEALED_VERSION);
    }

    if (memcmp(file + MAAS_SEALED_NAME, want + MAAS_SEALED_NAME,
               MAAS_SEALED_KEY) != 0)
    {
        return maas__fail(err, MAAS_BADFILE, "the file is encrypted with "
                          "another key");
    }

    return MAAS_OK;
}


/* In place: body[size], whose tag follows it.  1: it is what was encrypted. */

static int
sealed_open(EVP_CIPHER_CTX *ctx, const unsigned char *key, unsigned char *file,
    unsigned char *body, size_t size)
{
    int     n;
    size_t  at, step;

    if (EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key,
                           file + MAAS_SEALED_NONCE) != 1
        || EVP_DecryptUpdate(ctx, NULL, &n, file, MAAS_SEALED_HEAD) != 1
        || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, MAAS_SEALED_TAG,
                               body + size) != 1)
    {
        return 0;
    }

    for (at = 0; at < size; at += step) {
        step = size - at < SEALED_STEP ? size - at : SEALED_STEP;

        if (EVP_DecryptUpdate(ctx, body + at, &n, body + at, (int) step)
            != 1)
        {
            return 0;
        }
    }

    return EVP_DecryptFinal_ex(ctx, body + size, &n) == 1;
}


maas_status_t
maas_decrypt(const unsigned char key[MAAS_KEY], void *file, size_t size,
    void **plain, size_t *plain_size, maas_err_t *err)
{
    int              ok;
    size_t           n;
    unsigned char   *body;
    EVP_CIPHER_CTX  *ctx;
    maas_status_t    rc;

    rc = sealed_check(key, file, size, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    body = (unsigned char *) file + MAAS_SEALED_HEAD;
    n = size - MAAS_SEALED_HEAD - MAAS_SEALED_TAG;

    ok = sealed_open(ctx, key, file, body, n);
    EVP_CIPHER_CTX_free(ctx);               /* and wipes it */
    ERR_clear_error();

    if (!ok) {
        OPENSSL_cleanse(body, n);
        return maas__fail(err, MAAS_BADFILE, "the encrypted file was altered");
    }

    *plain = body;
    *plain_size = n;

    return MAAS_OK;
}
