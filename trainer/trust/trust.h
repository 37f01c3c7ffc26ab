/*
 * Signing and encrypting model files.
 * Not here: verifying and decrypting, which nginx does, too
 * (engine/trust/maas_trust.h).
 */

#ifndef TRAIN_TRUST_H
#define TRAIN_TRUST_H

#include <stddef.h>

#include "trust/maas_trust.h"
#include "util.h"


/* sign.c: the signature file (OpenSSF Model Signing 1.0) of a file of its own:
 * its name, without folders, and sha256, MAAS_SHA256_HEX digits.  pem[size]: a
 * private key on P-256, P-384 or P-521.  JSON text of *len bytes, to be given
 * to train_free(), and what signatures call the key to hint; NULL:
 * why[TRAIN_WHY] says why not. */
char *train_sign(const void *pem, size_t size, const char *name,
    const char *sha256, size_t *len, char hint[MAAS_SHA256_HEX + 1],
    char *why);


/* seal.c */

/* A new key as text: twice MAAS_KEY hex digits and an end of line. */
#define TRAIN_KEY_TEXT  (2 * MAAS_KEY + 1)
void train_key_new(char text[TRAIN_KEY_TEXT]);

/* file[size], encrypted: *out_size bytes, to be given to train_free().  Dies
 * if there are no random numbers. */
void *train_seal(const unsigned char key[MAAS_KEY], const void *file,
    size_t size, size_t *out_size);


#endif /* TRAIN_TRUST_H */
