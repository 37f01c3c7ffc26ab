
/*
 * SHA-256 as hex digits, from libcrypto.
 * Not here: what is hashed.
 */


/* The functions below EVP: a third of the time for a short text, and nothing
 * in them can fail. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/sha.h>

#include "ngx_http_maas_sha256.h"


void
ngx_http_maas_sha256(const void *data, size_t size, unsigned char *hex)
{
    size_t             i;
    SHA256_CTX         ctx;
    unsigned char      sum[SHA256_DIGEST_LENGTH];
    static const char  digits[] = "0123456789abcdef";

    SHA256_Init(&ctx);

    if (size != 0) {
        SHA256_Update(&ctx, data, size);
    }

    SHA256_Final(sum, &ctx);

    for (i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
}
