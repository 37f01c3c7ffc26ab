
/*
 * A hash of names: chains, at least two heads for each name that there is room
 * for.
 * Not here: models (ngx_http_maas_find.c).
 */


#include <string.h>

#include "ngx_http_maas_names.h"


/* FNV-1a, and its high bits in the low ones */

static uint32_t
ngx_http_maas_names_hash(const unsigned char *text, size_t len)
{
    size_t    i;
    uint32_t  hash;

    hash = 2166136261u;

    for (i = 0; i < len; i++) {
        hash = (hash ^ text[i]) * 16777619u;
    }

    return hash ^ hash >> 15;
}


static uint32_t
ngx_http_maas_names_heads(uint32_t room)
{
    uint32_t  n;

    for (n = 8; n / 2 < room; n *= 2) { /* void */ }

    return n;
}


size_t
ngx_http_maas_names_size(uint32_t room)
{
    return room * sizeof(ngx_http_maas_name_t)
           + ngx_http_maas_names_heads(room) * sizeof(uint32_t);
}


void
ngx_http_maas_names_init(ngx_http_maas_names_t *names, void *memory,
    uint32_t room)
{
    names->list = memory;
    names->heads = (uint32_t *) (names->list + room);
    names->mask = ngx_http_maas_names_heads(room) - 1;
    names->room = room;

    ngx_http_maas_names_clear(names);
}


void
ngx_http_maas_names_clear(ngx_http_maas_names_t *names)
{
    names->n = 0;

    /* each NGX_HTTP_MAAS_NO_NAME */

    memset(names->heads, 0xff, (names->mask + 1) * sizeof(uint32_t));
}


void
ngx_http_maas_names_add(ngx_http_maas_names_t *names,
    const unsigned char *text, size_t len)
{
    uint32_t              *link;
    ngx_http_maas_name_t  *name;

    name = &names->list[names->n];
    name->text = text;
    name->len = len;
    name->hash = ngx_http_maas_names_hash(text, len);
    name->next = NGX_HTTP_MAAS_NO_NAME;

    link = &names->heads[name->hash & names->mask];

    while (*link != NGX_HTTP_MAAS_NO_NAME) {
        link = &names->list[*link].next;
    }

    *link = names->n++;
}


/* The first that is so called, in a chain from i on */

static uint32_t
ngx_http_maas_names_from(const ngx_http_maas_names_t *names, uint32_t i,
    const ngx_http_maas_name_t *want)
{
    const ngx_http_maas_name_t  *name;

    for ( /* void */ ; i != NGX_HTTP_MAAS_NO_NAME; i = name->next) {
        name = &names->list[i];

        if (name->hash == want->hash && name->len == want->len
            && (want->len == 0
                || memcmp(name->text, want->text, want->len) == 0))
        {
            break;
        }
    }

    return i;
}


uint32_t
ngx_http_maas_names_first(const ngx_http_maas_names_t *names,
    const unsigned char *text, size_t len)
{
    ngx_http_maas_name_t  want;

    if (names->n == 0) {
        return NGX_HTTP_MAAS_NO_NAME;
    }

    want.text = text;
    want.len = len;
    want.hash = ngx_http_maas_names_hash(text, len);

    return ngx_http_maas_names_from(names,
                                    names->heads[want.hash & names->mask],
                                    &want);
}


uint32_t
ngx_http_maas_names_next(const ngx_http_maas_names_t *names, uint32_t i)
{
    return ngx_http_maas_names_from(names, names->list[i].next,
                                    &names->list[i]);
}
