/*
 * SHA-256 as digits, and HMAC with it.
 * Not here: what is hashed.
 */

/* The functions below EVP: a third of the time for a short text, and nothing
 * in them can fail. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "maas_trust.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>


#define SHA_DIGITS  "0123456789abcdef"


static void
sha_hex(const unsigned char sum[SHA256_DIGEST_LENGTH],
    char hex[MAAS_SHA256_HEX + 1])
{
    size_t  i;

    for (i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = SHA_DIGITS[sum[i] >> 4];
        hex[2 * i + 1] = SHA_DIGITS[sum[i] & 15];
    }

    hex[MAAS_SHA256_HEX] = '\0';
}


void
maas_sha256(const void *data, size_t size, char hex[MAAS_SHA256_HEX + 1])
{
    SHA256_CTX     ctx;
    unsigned char  sum[SHA256_DIGEST_LENGTH];

    SHA256_Init(&ctx);

    if (size != 0) {
        SHA256_Update(&ctx, data, size);
    }

    SHA256_Final(sum, &ctx);

    sha_hex(sum, hex);
}


void
maas_hmac_key(maas_hmac_t *hmac, const void *key, size_t size)
{
    size_t         i;
    SHA256_CTX     ctx;
    unsigned char  block[MAAS_SHA256_BLOCK] = { 0 };

    if (size > sizeof(block)) {
        SHA256_Init(&ctx);
        SHA256_Update(&ctx, key, size);
        SHA256_Final(block, &ctx);

    } else if (size != 0) {
        memcpy(block, key, size);
    }

    for (i = 0; i < sizeof(block); i++) {
        hmac->inner[i] = block[i] ^ 0x36;
        hmac->outer[i] = block[i] ^ 0x5c;
    }

    OPENSSL_cleanse(block, sizeof(block));
}


void
maas_hmac(const maas_hmac_t *hmac, const char *a, const void *b, size_t size,
    char hex[MAAS_SHA256_HEX + 1])
{
    SHA256_CTX     ctx;
    unsigned char  sum[SHA256_DIGEST_LENGTH];

    SHA256_Init(&ctx);
    SHA256_Update(&ctx, hmac->inner, sizeof(hmac->inner));
    SHA256_Update(&ctx, a, strlen(a) + 1);

    if (size != 0) {
        SHA256_Update(&ctx, b, size);
    }

    SHA256_Final(sum, &ctx);

    SHA256_Init(&ctx);
    SHA256_Update(&ctx, hmac->outer, sizeof(hmac->outer));
    SHA256_Update(&ctx, sum, sizeof(sum));
    SHA256_Final(sum, &ctx);

    sha_hex(sum, hex);
}
