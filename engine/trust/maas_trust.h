/*
 * Model files that one can trust: signatures (OpenSSF Model Signing 1.0),
 * SHA-256, HMAC, and files that are encrypted.  Needs libcrypto, which nothing
 * else of the engine does.
 * Not here: files and paths, signing and encrypting (the trainer's).
 */

#ifndef MAAS_TRUST_H
#define MAAS_TRUST_H

#include "maas.h"


#define MAAS_SHA256_HEX     64
#define MAAS_KEY            32             /* bytes of an AES-256 key */

/* The most that a signature file, and a file of a key, may have: bytes */

#define MAAS_MAX_SIGNATURE  (1u << 20)
#define MAAS_MAX_PEM        (64u << 10)


/* The SHA-256 (FIPS 180-4) of size bytes as lower-case digits, with a NUL.
 * Cannot fail, allocates nothing, any thread.  data may be NULL where size is
 * 0. */
void maas_sha256(const void *data, size_t size, char hex[MAAS_SHA256_HEX + 1]);


/* A key for HMAC, as it is mixed in */

#define MAAS_SHA256_BLOCK  64

typedef struct {
    unsigned char  inner[MAAS_SHA256_BLOCK];
    unsigned char  outer[MAAS_SHA256_BLOCK];
} maas_hmac_t;

/* *hmac of a key of size bytes, any number of them.  Cannot fail. */
void maas_hmac_key(maas_hmac_t *hmac, const void *key, size_t size);

/* HMAC-SHA-256 (RFC 2104) of a, a zero byte and b, in which there may be
 * anything but a has no zero; as maas_sha256() otherwise. */
void maas_hmac(const maas_hmac_t *hmac, const char *a, const void *b,
    size_t size, char hex[MAAS_SHA256_HEX + 1]);


/* A public key; immutable, for any thread. */

typedef struct maas_verifier_s  maas_verifier_t;

/* PEM text of a key on P-256, P-384 or P-521 (SubjectPublicKeyInfo, as `openssl
 * ec -pubout` writes it) -> *out, for maas_verifier_free(), which takes NULL.
 * BADVALUE: it is none; NOMEM. */
maas_status_t maas_verifier_create(const void *pem, size_t size,
    maas_verifier_t **out, maas_err_t *err);
void maas_verifier_free(maas_verifier_t *v);

/* How signatures name the key: the SHA-256 of its PEM text, as digits. */
const char *maas_verifier_hint(const maas_verifier_t *v);

/* Is a file signed by the key?  signature[size]: a Sigstore bundle, any bytes.
 * path: the file's; of a signed folder the longest resource whose name is the
 * end of it is meant.  sha256: MAAS_SHA256_HEX digits of its bytes.  BADFILE:
 * no, err says why in a sentence that follows the name of the signature file;
 * NOMEM.  Any thread. */
maas_status_t maas_verify(const maas_verifier_t *v, const void *signature,
    size_t size, const char *path, const char *sha256, maas_err_t *err);


/* A key file: MAAS_KEY bytes, or twice as many hex digits with or without an
 * end of line -> key.  BADVALUE: neither. */
maas_status_t maas_key_read(const void *text, size_t size,
    unsigned char key[MAAS_KEY], maas_err_t *err);

/* Nothing is left of what is secret. */
void maas_wipe(void *secret, size_t size);

/* Does a file begin as an encrypted one? */
int maas_is_encrypted(const void *file, size_t size);

/* Decrypt file[size] where it is: *plain is a part of it, of *plain_size bytes.
 * BADFILE: it is not encrypted, not with this key, or altered; nothing of the
 * plain text is left then. */
maas_status_t maas_decrypt(const unsigned char key[MAAS_KEY], void *file,
    size_t size, void **plain, size_t *plain_size, maas_err_t *err);


#endif /* MAAS_TRUST_H */
