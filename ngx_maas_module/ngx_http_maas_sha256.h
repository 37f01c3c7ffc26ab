
/*
 * SHA-256, of files and fingerprints.
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


#endif /* _NGX_HTTP_MAAS_SHA256_H_INCLUDED_ */
