/*
 * Is a model file signed by a key?  A signature file is a Sigstore bundle with
 * one DSSE envelope.  Its bytes are untrusted, and nothing of what it says is
 * read before the signature is found to be the key's.
 * Not here: what is signed (maas_statement.c), keys (maas_pem.c).
 */

#include "maas_pem.h"
#include "maas_statement.h"
#include "text/maas_json.h"

#include <openssl/err.h>
#include <string.h>


/* What is made of a signature file is no more than so many times its size. */

#define VERIFY_TIMES  32
#define VERIFY_LEAST  65536

struct maas_verifier_s {
    EVP_PKEY  *key;
    char       hint[MAAS_SHA256_HEX + 1];
};

typedef struct {
    char       *payload;
    size_t      size;
    char       *sig;
    size_t      sig_size;
} verify_envelope_t;


maas_status_t
maas_verifier_create(const void *pem, size_t size, maas_verifier_t **out,
    maas_err_t *err)
{
    EVP_PKEY         *key;
    maas_verifier_t  *v;

    key = maas__pem_key(pem, size, 0, err);
    if (key == NULL) {
        return MAAS_BADVALUE;
    }

    v = OPENSSL_zalloc(sizeof(maas_verifier_t));

    if (v == NULL || !maas__pem_hint(key, v->hint)) {
        OPENSSL_free(v);
        EVP_PKEY_free(key);
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    v->key = key;
    *out = v;

    return MAAS_OK;
}


void
maas_verifier_free(maas_verifier_t *v)
{
    if (v != NULL) {
        EVP_PKEY_free(v->key);
        OPENSSL_free(v);
    }
}


const char *
maas_verifier_hint(const maas_verifier_t *v)
{
    return v->hint;
}


/* Base64 text -> bytes of the arena */

static maas_status_t
verify_bytes(maas_read_t *r, const cJSON *v, const char *what, char **out,
    size_t *size)
{
    maas_str_t  text;

    if (!cJSON_IsString(v)) {
        return MAAS_BAD(r, "it has no %s", what);
    }

    text.data = v->valuestring;
    text.len = strlen(v->valuestring);

    *out = maas__arena_alloc(r->arena, text.len + 1, 1);
    if (*out == NULL) {
        return MAAS_OOM(r);
    }

    *size = maas__base64(text, *out);

    return *size != SIZE_MAX && *size != 0
           ? MAAS_OK : MAAS_BAD(r, "its %s is no base64", what);
}


/* Is it said to be of another key?  Old ones do not say. */

static maas_status_t
verify_hint(const maas_verifier_t *v, maas_read_t *r, const cJSON *bundle)
{
    const cJSON  *material, *hint;

    material = maas_get(bundle, "verificationMaterial");

    if (!cJSON_IsObject(maas_get(material, "publicKey"))) {
        return MAAS_BAD(r, "it is not of a key: expected one that was signed "
                        "with a key file, no certificate and no identity");
    }

    hint = maas_get(maas_get(material, "publicKey"), "hint");

    if (hint == NULL || cJSON_IsNull(hint) || maas__tree_is(hint, v->hint)) {
        return MAAS_OK;
    }

    return MAAS_BAD(r, "it is of another key, %.16s..., not of %.16s...",
                    cJSON_IsString(hint) ? hint->valuestring : "?", v->hint);
}


static maas_status_t
verify_envelope(const maas_verifier_t *v, maas_read_t *r, const cJSON *bundle,
    verify_envelope_t *e)
{
    const cJSON    *type, *envelope, *sigs;
    maas_status_t   rc;

    type = maas_get(bundle, "mediaType");

    if (!maas__tree_is(type, MAAS_BUNDLE_TYPE)) {
        return MAAS_BAD(r, "its media type is \"%.64s\": expected \""
                        MAAS_BUNDLE_TYPE "\"",
                        cJSON_IsString(type) ? type->valuestring : "");
    }

    rc = verify_hint(v, r, bundle);
    if (rc != MAAS_OK) {
        return rc;
    }

    envelope = maas_get(bundle, "dsseEnvelope");
    type = maas_get(envelope, "payloadType");
    sigs = maas_get(envelope, "signatures");

    if (!maas__tree_is(type, MAAS_PAYLOAD_TYPE)) {
        return MAAS_BAD(r, "its payload is of type \"%.64s\": expected \""
                        MAAS_PAYLOAD_TYPE "\"",
                        cJSON_IsString(type) ? type->valuestring : "");
    }

    if (!cJSON_IsArray(sigs)) {
        return MAAS_BAD(r, "it has no list of signatures");
    }

    if (cJSON_GetArraySize(sigs) != 1) {
        return MAAS_BAD(r, "%d signatures: expected one",
                        cJSON_GetArraySize(sigs));
    }

    rc = verify_bytes(r, maas_get(envelope, "payload"), "payload", &e->payload,
                      &e->size);

    return rc != MAAS_OK ? rc : verify_bytes(r, maas_get(sigs->child, "sig"),
                                             "signature", &e->sig,
                                             &e->sig_size);
}


static maas_status_t
verify_signed(const maas_verifier_t *v, maas_read_t *r,
    const verify_envelope_t *e)
{
    int          rc;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return MAAS_OOM(r);
    }

    rc = EVP_DigestVerifyInit(ctx, NULL, maas__pem_hash(v->key), NULL, v->key)
             == 1
         && maas__pem_feed(ctx, EVP_DigestVerifyUpdate, e->payload, e->size)
         && EVP_DigestVerifyFinal(ctx, (unsigned char *) e->sig, e->sig_size)
             == 1;

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();

    return rc ? MAAS_OK
              : MAAS_BAD(r, "the key did not sign it, or it was altered since");
}


static maas_status_t
verify_read(const maas_verifier_t *v, maas_read_t *r, const char *text,
    size_t size, const char *path, const char *sha256)
{
    cJSON              *bundle;
    maas_status_t       rc;
    verify_envelope_t   e;

    rc = maas__tree_parse(r, text, size, "JSON", "bundle", &bundle);
    if (rc != MAAS_OK) {
        return rc;
    }

    rc = verify_envelope(v, r, bundle, &e);
    cJSON_Delete(bundle);

    if (rc == MAAS_OK) {
        rc = verify_signed(v, r, &e);
    }

    return rc != MAAS_OK ? rc
           : maas__statement_check(r, e.payload, e.size, path, sha256);
}


maas_status_t
maas_verify(const maas_verifier_t *v, const void *signature, size_t size,
    const char *path, const char *sha256, maas_err_t *err)
{
    maas_read_t    r;
    maas_status_t  rc;

    if (size > MAAS_MAX_SIGNATURE) {
        return maas__fail(err, MAAS_BADFILE, "it has %zu bytes: expected %u "
                          "at most", size, MAAS_MAX_SIGNATURE);
    }

    r.err = err;
    r.arena = maas__arena_create(VERIFY_TIMES * size + VERIFY_LEAST);
    if (r.arena == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = verify_read(v, &r, signature, size, path, sha256);
    maas__arena_destroy(r.arena);

    return rc;
}
