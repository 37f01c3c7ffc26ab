
/*
 * What is kept of requests for shadows, and how much of it: a worker has no
 * more than it can soon deal with.
 * Not here: what is in it (ngx_http_maas_shadow.c).
 */


#include "ngx_http_maas_shadow.h"


/* rows and bytes of a worker that wait for shadows, or run */

#define NGX_HTTP_MAAS_SHADOW_ROWS   1024
#define NGX_HTTP_MAAS_SHADOW_BYTES  (4 * 1024 * 1024)


typedef struct {
    ngx_uint_t                  rows;
    size_t                      bytes;
} ngx_http_maas_shadow_held_t;


static ngx_http_maas_shadow_held_t  ngx_http_maas_shadow_held;


ngx_uint_t
ngx_http_maas_shadow_may_take(ngx_http_maas_memory_t *memory, size_t size)
{
    size_t  used, most;

    used = memory->used - ngx_min(memory->fixed, memory->used);
    most = (memory->limit - memory->fixed) / 2;

    return size <= most - ngx_min(used, most);
}


/* NULL: it is not to be had */

static ngx_http_maas_shadow_item_t *
ngx_http_maas_shadow_alloc(ngx_http_maas_memory_t *memory, ngx_uint_t n,
    size_t size)
{
    maas_err_t                    err;
    ngx_http_maas_shadow_held_t  *held;
    ngx_http_maas_shadow_item_t  *item;

    held = &ngx_http_maas_shadow_held;

    if (held->rows + n > NGX_HTTP_MAAS_SHADOW_ROWS
        || held->bytes + size > NGX_HTTP_MAAS_SHADOW_BYTES
        || !ngx_http_maas_shadow_may_take(memory, size)
        || ngx_http_maas_memory_take(memory, size, &err) != MAAS_OK)
    {
        return NULL;
    }

    item = ngx_alloc(size, ngx_cycle->log);
    if (item == NULL) {
        ngx_http_maas_memory_give(memory, size);
        return NULL;
    }

    held->rows += n;
    held->bytes += size;

    return item;
}


ngx_http_maas_shadow_item_t *
ngx_http_maas_shadow_item(ngx_http_maas_pair_t *pair, ngx_uint_t rows,
    size_t len)
{
    size_t                        size;
    ngx_uint_t                    n;
    ngx_http_maas_shadow_item_t  *item;

    item = NULL;
    n = ngx_min(rows, NGX_HTTP_MAAS_KEPT);

    if (len <= NGX_HTTP_MAAS_KEPT_BODY) {
        size = sizeof(ngx_http_maas_shadow_item_t)
               + n * (sizeof(float) + sizeof(uint32_t)) + len;
        item = ngx_http_maas_shadow_alloc(pair->shadow->memory, n, size);
    }

    if (item == NULL) {
        ngx_http_maas_pair_dropped(pair, n);
        return NULL;
    }

    item->pair = pair;
    ngx_http_maas_model_hold(pair->model);
    ngx_http_maas_model_hold(pair->shadow);
    item->offload = NULL;
    item->size = size;
    item->rows = rows;
    item->n = n;
    item->at = 0;
    item->score = (float *) (item + 1);
    item->said = (uint32_t *) (item->score + n);
    item->body.data = (u_char *) (item->said + n);
    item->body.len = len;
    item->failed = 0;

    return item;
}


void
ngx_http_maas_shadow_item_free(ngx_http_maas_shadow_item_t *item)
{
    ngx_http_maas_shadow_held_t  *held;

    held = &ngx_http_maas_shadow_held;
    held->rows -= item->n;
    held->bytes -= item->size;

    ngx_http_maas_memory_give(item->pair->shadow->memory, item->size);
    ngx_http_maas_model_let_go(item->pair->model);
    ngx_http_maas_model_let_go(item->pair->shadow);
    ngx_free(item);
}


void
ngx_http_maas_shadow_items_drop(ngx_queue_t *items)
{
    ngx_queue_t                  *q;
    ngx_http_maas_shadow_item_t  *item;

    while (!ngx_queue_empty(items)) {
        q = ngx_queue_head(items);
        ngx_queue_remove(q);

        item = ngx_queue_data(q, ngx_http_maas_shadow_item_t, queue);
        ngx_http_maas_pair_dropped(item->pair, item->n);
        ngx_http_maas_shadow_item_free(item);
    }
}
