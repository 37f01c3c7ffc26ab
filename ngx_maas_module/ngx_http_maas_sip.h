
/*
 * SipHash-1-3, by words: a hash that nobody without its key can steer.  Plain
 * C, so that tests and bench/ link it without nginx.
 * Not here: keys, and what is hashed.
 */


#ifndef _NGX_HTTP_MAAS_SIP_H_INCLUDED_
#define _NGX_HTTP_MAAS_SIP_H_INCLUDED_


#include <maas.h>


/* The state of a hash: v of Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF", 2012 */

typedef struct {
    uint64_t                  v[4];
} ngx_http_maas_sip_t;


static inline uint64_t
ngx_http_maas_sip_rotl(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}


static inline void
ngx_http_maas_sip_round(ngx_http_maas_sip_t *sip)
{
    uint64_t  *v = sip->v;

    v[0] += v[1];
    v[2] += v[3];
    v[1] = ngx_http_maas_sip_rotl(v[1], 13) ^ v[0];
    v[3] = ngx_http_maas_sip_rotl(v[3], 16) ^ v[2];
    v[0] = ngx_http_maas_sip_rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = ngx_http_maas_sip_rotl(v[1], 17) ^ v[2];
    v[3] = ngx_http_maas_sip_rotl(v[3], 21) ^ v[0];
    v[2] = ngx_http_maas_sip_rotl(v[2], 32);
}


static inline void
ngx_http_maas_sip_begin(ngx_http_maas_sip_t *sip, const uint64_t seed[2])
{
    sip->v[0] = seed[0] ^ 0x736f6d6570736575;
    sip->v[1] = seed[1] ^ 0x646f72616e646f6d;
    sip->v[2] = seed[0] ^ 0x6c7967656e657261;
    sip->v[3] = seed[1] ^ 0x7465646279746573;
}


static inline void
ngx_http_maas_sip_word(ngx_http_maas_sip_t *sip, uint64_t word)
{
    sip->v[3] ^= word;
    ngx_http_maas_sip_round(sip);
    sip->v[0] ^= word;
}


/* len bytes; those behind the last whole word, in the low bytes of what is
 * returned, are still to come. */

static inline uint64_t
ngx_http_maas_sip_bytes(ngx_http_maas_sip_t *sip, const void *data, size_t len)
{
    size_t          i;
    uint64_t        word;
    const uint8_t  *p = data;

    for ( /* void */ ; len >= 8; len -= 8, p += 8) {
        __builtin_memcpy(&word, p, 8);
        ngx_http_maas_sip_word(sip, word);
    }

    word = 0;

    for (i = 0; i < len; i++) {
        word |= (uint64_t) p[i] << 8 * i;
    }

    return word;
}


/* Of what came so far; diff is 0xff for 64 bits, and 0xee, then 0xdd, for each
 * half of 128 */

static inline uint64_t
ngx_http_maas_sip_end(ngx_http_maas_sip_t *sip, uint64_t diff)
{
    int  i;

    sip->v[diff == 0xdd ? 1 : 2] ^= diff;

    for (i = 0; i < 3; i++) {
        ngx_http_maas_sip_round(sip);
    }

    return sip->v[0] ^ sip->v[1] ^ sip->v[2] ^ sip->v[3];
}


#endif /* _NGX_HTTP_MAAS_SIP_H_INCLUDED_ */
