
/*
 * Random bits for ids of traces and spans: xoshiro256** of Blackman and Vigna,
 * which nobody may take for secrets.
 * Not here: what they are for.
 */


#include "ngx_http_maas_trace.h"

#include <sys/random.h>


/* An odd constant that spreads bits, of splitmix64 */

#define NGX_HTTP_MAAS_TRACE_MIX  0x9e3779b97f4a7c15ull


/* Of the system; early after its start it may have none yet, and nobody waits
 * for that */

static void
ngx_http_maas_trace_seed(uint64_t seed[4])
{
    size_t  size;

    size = 4 * sizeof(uint64_t);

    if (getrandom(seed, size, GRND_NONBLOCK) != (ssize_t) size) {
        seed[0] = ngx_http_maas_clock(CLOCK_REALTIME) ^ (uintptr_t) seed;
        seed[1] = ngx_http_maas_clock(CLOCK_MONOTONIC);
        seed[2] = (uint64_t) ngx_pid * NGX_HTTP_MAAS_TRACE_MIX;
        seed[3] = (uint64_t) ngx_random() << 32 ^ (uint64_t) ngx_random();
    }

    seed[0] |= 1;
}


static ngx_inline uint64_t
ngx_http_maas_trace_turn(uint64_t n, ngx_uint_t bits)
{
    return n << bits | n >> (64 - bits);
}


uint64_t
ngx_http_maas_trace_random(uint64_t seed[4])
{
    uint64_t  n, next;

    if ((seed[0] | seed[1] | seed[2] | seed[3]) == 0) {
        ngx_http_maas_trace_seed(seed);
    }

    n = ngx_http_maas_trace_turn(seed[1] * 5, 7) * 9;
    next = seed[1] << 17;

    seed[2] ^= seed[0];
    seed[3] ^= seed[1];
    seed[1] ^= seed[2];
    seed[0] ^= seed[3];
    seed[2] ^= next;
    seed[3] = ngx_http_maas_trace_turn(seed[3], 45);

    return n;
}
