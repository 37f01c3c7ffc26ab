
/*
 * SHA-256, of files and fingerprints, and HMAC with it.
 * Not here: nginx, so that a unit test can link it.
 */


#ifndef _NGX_HTTP_MAAS_SHA256_H_INCLUDED_
#define _NGX_HTTP_MAAS_SHA256_H_INCLUDED_


#include <stddef.h>


#define NGX_HTTP_MAAS_SHA256_HEX  64


/* The SHA-256 (FIPS 180-4) of size bytes as NGX_HTTP_MAAS_SHA256_HEX lower-case
 * digits, without a zero at the end.  Cannot fail, allocates nothing, any
 * thread.  data may be NULL where size is 0. */
void ngx_http_maas_sha256(const void *data, size_t size, unsigned char *hex);


/* A key for HMAC, as it is mixed in */

#define NGX_HTTP_MAAS_SHA256_BLOCK  64

typedef struct {
    unsigned char  inner[NGX_HTTP_MAAS_SHA256_BLOCK];
    unsigned char  outer[NGX_HTTP_MAAS_SHA256_BLOCK];
} ngx_http_maas_hmac_t;

/* *hmac of a key of size bytes, any number of them.  Cannot fail. */
void ngx_http_maas_hmac_key(ngx_http_maas_hmac_t *hmac, const void *key,
    size_t size);

/* HMAC-SHA-256 (RFC 2104) of a, a zero byte and b, in which there may be
 * anything but a has no zero; as ngx_http_maas_sha256() otherwise. */
void ngx_http_maas_hmac(const ngx_http_maas_hmac_t *hmac, const char *a,
    const void *b, size_t size, unsigned char *hex);


#endif /* _NGX_HTTP_MAAS_SHA256_H_INCLUDED_ */
