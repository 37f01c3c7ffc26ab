
/*
 * maas_shadow share=: which requests it is the turn of.
 * Not here: which a shadow may see at all (ngx_http_maas_shadow.c).
 */


#include "ngx_http_maas_shadow.h"


/* 2^64 divided by the golden ratio */

#define NGX_HTTP_MAAS_SHADOW_STEP  0x9e3779b97f4a7c15


/*
 * Points that are a golden ratio of a circle apart fill it evenly, from
 * anywhere on, and so does every n-th of them: a share of requests is exact to
 * one or two, and whatever order the kinds of requests come in, each has the
 * same share.
 */

ngx_uint_t
ngx_http_maas_shadow_chosen(ngx_http_maas_shadow_t *shadow)
{
    if (shadow->share == 0) {
        return 1;
    }

    if (shadow->turn == 0) {
        shadow->turn = (uint64_t) ngx_random() << 33 | ngx_random();
    }

    shadow->turn += NGX_HTTP_MAAS_SHADOW_STEP;

    return shadow->turn < shadow->share;
}
