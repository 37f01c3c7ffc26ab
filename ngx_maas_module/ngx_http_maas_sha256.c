
/*
 * SHA-256 as hex digits, from libcrypto, and HMAC of it.
 * Not here: what is hashed.
 */


/* The functions below EVP: a third of the time for a short text, and nothing
 * in them can fail. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/sha.h>
#include <string.h>

#include "ngx_http_maas_sha256.h"


static void
ngx_http_maas_sha256_hex(const unsigned char *sum, unsigned char *hex)
{
    size_t             i;
    static const char  digits[] = "0123456789abcdef";

    for (i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
}


void
ngx_http_maas_sha256(const void *data, size_t size, unsigned char *hex)
{
    SHA256_CTX     ctx;
    unsigned char  sum[SHA256_DIGEST_LENGTH];

    SHA256_Init(&ctx);

    if (size != 0) {
        SHA256_Update(&ctx, data, size);
    }

    SHA256_Final(sum, &ctx);

    ngx_http_maas_sha256_hex(sum, hex);
}


void
ngx_http_maas_hmac_key(ngx_http_maas_hmac_t *hmac, const void *key,
    size_t size)
{
    size_t         i;
    SHA256_CTX     ctx;
    unsigned char  block[NGX_HTTP_MAAS_SHA256_BLOCK] = { 0 };

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
}


void
ngx_http_maas_hmac(const ngx_http_maas_hmac_t *hmac, const char *a,
    const void *b, size_t size, unsigned char *hex)
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

    ngx_http_maas_sha256_hex(sum, hex);
}
