/*
 * SHA-256 as digits.
 * Not here: what is hashed.
 */

/* The functions below EVP cannot fail */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "maas_trust.h"

#include <openssl/sha.h>


#define SHA_DIGITS  "0123456789abcdef"


void
maas_sha256(const void *data, size_t size, char hex[MAAS_SHA256_HEX + 1])
{
    size_t         i;
    SHA256_CTX     ctx;
    unsigned char  sum[SHA256_DIGEST_LENGTH];

    SHA256_Init(&ctx);

    if (size != 0) {
        SHA256_Update(&ctx, data, size);
    }

    SHA256_Final(sum, &ctx);

    for (i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = SHA_DIGITS[sum[i] >> 4];
        hex[2 * i + 1] = SHA_DIGITS[sum[i] & 15];
    }

    hex[MAAS_SHA256_HEX] = '\0';
}
