/*
 * Keys of signatures: which are taken, how they are named, and what is signed
 * with them.  libcrypto's queue of errors is empty afterwards: nginx would take
 * what is left for its own.
 * Not here: bundles and statements.
 */

#define _GNU_SOURCE                     /* memmem */

#include "maas_pem.h"
#include "maas_int.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>


#define PEM_CURVE  64                   /* bytes of a curve's name */


/* No question at a terminal */

static int
pem_no_phrase(char *buf, int size, int writes, void *ctx)
{
    *(int *) ctx = 1;

    return -1;
}


static int
pem_has(const void *pem, size_t size, const char *what)
{
    return memmem(pem, size, what, strlen(what)) != NULL;
}


/* Why it is no key that is meant */

static void
pem_say(const void *pem, size_t size, int secret, int asked, maas_err_t *err)
{
    if (asked || pem_has(pem, size, "-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
        (void) maas__fail(err, MAAS_BADVALUE, "a key with a pass phrase: "
                          "expected one without, as \"openssl pkey -in FILE\" "
                          "writes it");

    } else if (!secret && pem_has(pem, size, " PRIVATE KEY-----")) {
        (void) maas__fail(err, MAAS_BADVALUE, "a private key: expected the "
                          "public one, as \"openssl pkey -pubout -in FILE\" "
                          "writes it");

    } else if (!secret && pem_has(pem, size, "-----BEGIN CERTIFICATE-----")) {
        (void) maas__fail(err, MAAS_BADVALUE, "a certificate: expected a "
                          "public key, as \"openssl x509 -pubkey -noout -in "
                          "FILE\" writes it");

    } else {
        (void) maas__fail(err, MAAS_BADVALUE, "no %s key in PEM: expected one "
                          "on P-256, P-384 or P-521",
                          secret ? "private" : "public");
    }
}


const EVP_MD *
maas__pem_hash(EVP_PKEY *key)
{
    char    curve[PEM_CURVE];
    size_t  n;

    if (!EVP_PKEY_is_a(key, "EC")
        || !EVP_PKEY_get_group_name(key, curve, sizeof(curve), &n))
    {
        return NULL;
    }

    return strcmp(curve, "prime256v1") == 0 ? EVP_sha256()
           : strcmp(curve, "secp384r1") == 0 ? EVP_sha384()
           : strcmp(curve, "secp521r1") == 0 ? EVP_sha512() : NULL;
}


static void
pem_say_kind(EVP_PKEY *key, maas_err_t *err)
{
    char         curve[PEM_CURVE] = "";
    size_t       n;
    const char  *kind;

    kind = EVP_PKEY_get0_type_name(key);

    if (EVP_PKEY_is_a(key, "EC")) {
        (void) EVP_PKEY_get_group_name(key, curve, sizeof(curve), &n);
    }

    (void) maas__fail(err, MAAS_BADVALUE, "a key of kind %s%s%s: signatures "
                      "of models are of P-256, P-384 or P-521, as \"openssl "
                      "ecparam -name prime256v1 -genkey -noout\" writes one",
                      kind != NULL ? kind : "unknown",
                      curve[0] != '\0' ? " " : "", curve);
}


EVP_PKEY *
maas__pem_key(const void *pem, size_t size, int secret, maas_err_t *err)
{
    int        asked;
    BIO       *bio;
    EVP_PKEY  *key;

    asked = 0;
    bio = size > 0 && size <= INT_MAX ? BIO_new_mem_buf(pem, (int) size)
                                      : NULL;
    key = NULL;

    if (bio != NULL) {
        key = secret ? PEM_read_bio_PrivateKey(bio, NULL, pem_no_phrase, &asked)
                     : PEM_read_bio_PUBKEY(bio, NULL, pem_no_phrase, &asked);
        BIO_free(bio);
    }

    if (key == NULL) {
        pem_say(pem, size, secret, asked, err);

    } else if (maas__pem_hash(key) == NULL) {
        pem_say_kind(key, err);
        EVP_PKEY_free(key);
        key = NULL;
    }

    ERR_clear_error();

    return key;
}


int
maas__pem_hint(EVP_PKEY *key, char hex[MAAS_SHA256_HEX + 1])
{
    int    rc;
    BIO   *bio;
    char  *text;
    long   size;

    /* one key has one name, however its point was written */

    (void) EVP_PKEY_set_utf8_string_param(key,
               OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");

    bio = BIO_new(BIO_s_mem());
    rc = bio != NULL && PEM_write_bio_PUBKEY(bio, key);

    if (rc) {
        size = BIO_get_mem_data(bio, &text);
        maas_sha256(text, (size_t) size, hex);
    }

    BIO_free(bio);
    ERR_clear_error();

    return rc;
}


int
maas__pem_feed(EVP_MD_CTX *ctx,
    int (*update)(EVP_MD_CTX *ctx, const void *data, size_t size),
    const void *payload, size_t size)
{
    int   n;
    char  head[128];

    n = snprintf(head, sizeof(head), "DSSEv1 %zu %s %zu ",
                 sizeof(MAAS_PAYLOAD_TYPE) - 1, MAAS_PAYLOAD_TYPE, size);

    return update(ctx, head, (size_t) n) == 1
           && update(ctx, payload, size) == 1;
}
