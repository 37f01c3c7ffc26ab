
/*
 * A TLS ClientHello and its JA4 fingerprint, after FoxIO's description
 * (github.com/FoxIO-LLC/ja4, technical_details/JA4.md).
 * Not here: nginx and connections (ngx_http_maas_ja4.c), so that a unit test
 * and a fuzzer can link it.
 */


#ifndef _NGX_HTTP_MAAS_HELLO_H_INCLUDED_
#define _NGX_HTTP_MAAS_HELLO_H_INCLUDED_


#include <stddef.h>


#define NGX_HTTP_MAAS_JA4_LEN  36

/* Numbers of extensions (IANA, TLS ExtensionType Values) */
#define NGX_HTTP_MAAS_HELLO_SNI   0x0000
#define NGX_HTTP_MAAS_HELLO_ALPN  0x0010

/* Bytes that are enough for what is made of a message of that size */
#define NGX_HTTP_MAAS_HELLO_ROOM(size)  (4 * (size) + 64)


typedef struct {
    const unsigned char      *data;
    size_t                    len;
} ngx_http_maas_span_t;


typedef struct {
    unsigned                  version;     /* 0: none that is known by text */
    unsigned                  sni;         /* 0 or 1 */
    ngx_http_maas_span_t      ciphers;     /* numbers of two bytes */
    ngx_http_maas_span_t      extensions;  /* number, length, body; checked */
    ngx_http_maas_span_t      algorithms;  /* of signatures: as ciphers */
    ngx_http_maas_span_t      alpn;        /* the first protocol */
} ngx_http_maas_hello_t;


/* Reads a handshake message, its header of four bytes included (RFC 8446, 4 and
 * 4.1.2; RFC 5246, 7.4.1.2).  hello points into msg.  1, or 0 where it is not
 * exactly one ClientHello; what cannot be read in an extension counts as empty.
 */
int ngx_http_maas_hello_read(const unsigned char *msg, size_t size,
    ngx_http_maas_hello_t *hello);

/* Is it one of the 16 values that clients say so that servers learn to ignore
 * what they do not know (RFC 8701)? */
int ngx_http_maas_hello_grease(size_t n);

/* JA4 into out, NGX_HTTP_MAAS_JA4_LEN bytes without a zero at the end.
 * transport: 't' TCP, 'q' QUIC.  work: NGX_HTTP_MAAS_HELLO_ROOM() bytes. */
void ngx_http_maas_hello_ja4(const ngx_http_maas_hello_t *hello,
    int transport, unsigned char *out, unsigned char *work);

/* JA4_ro, raw and in the original order; returns its length.  out:
 * NGX_HTTP_MAAS_HELLO_ROOM() bytes. */
size_t ngx_http_maas_hello_ja4_ro(const ngx_http_maas_hello_t *hello,
    int transport, unsigned char *out);


#endif /* _NGX_HTTP_MAAS_HELLO_H_INCLUDED_ */
