/*
 * Keys of signatures, and what is signed: shared by who verifies and by who
 * signs.
 * Not here: bundles and statements.
 */

#ifndef MAAS_PEM_H
#define MAAS_PEM_H

#include "maas_trust.h"

#include <openssl/evp.h>


#define MAAS_BUNDLE_TYPE     "application/vnd.dev.sigstore.bundle.v0.3+json"
#define MAAS_PAYLOAD_TYPE    "application/vnd.in-toto+json"
#define MAAS_STATEMENT_TYPE  "https://in-toto.io/Statement/v1"
#define MAAS_PREDICATE_TYPE  "https://model_signing/signature/v1.0"


/* PEM text -> a key that fits, for EVP_PKEY_free(); the private one, or the
 * public one.  NULL: err says why. */
EVP_PKEY *maas__pem_key(const void *pem, size_t size, int secret,
    maas_err_t *err);

/* The hash that goes with its curve; NULL: signatures are of no such key. */
const EVP_MD *maas__pem_hash(EVP_PKEY *key);

/* maas_verifier_hint() of it; 0: no memory. */
int maas__pem_hint(EVP_PKEY *key, char hex[MAAS_SHA256_HEX + 1]);

/* Feed what is signed (DSSE v1: type and payload with their lengths) to a
 * context; update: EVP_DigestSignUpdate or EVP_DigestVerifyUpdate.  1: done. */
int maas__pem_feed(EVP_MD_CTX *ctx,
    int (*update)(EVP_MD_CTX *ctx, const void *data, size_t size),
    const void *payload, size_t size);


#endif /* MAAS_PEM_H */
