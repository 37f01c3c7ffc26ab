
/*
 * Items of the same model and shadow that run together, and memory for their
 * rows.
 * Not here: running them (ngx_http_maas_shadow_run.c).
 */


#include "ngx_http_maas_shadow.h"


/* Of the items at the head: how many run together, and the rows that reading
 * them needs room for */

static ngx_uint_t
ngx_http_maas_shadow_together(ngx_queue_t *items, ngx_uint_t *room)
{
    ngx_uint_t                    n, most;
    ngx_queue_t                  *q;
    ngx_http_maas_shadow_item_t  *item, *first;

    q = ngx_queue_head(items);
    first = ngx_queue_data(q, ngx_http_maas_shadow_item_t, queue);

    n = 1;
    most = ngx_min(NGX_HTTP_MAAS_KEPT, first->pair->shadow->max_batch);
    *room = first->rows;

    for (q = ngx_queue_next(q); q != items; q = ngx_queue_next(q)) {
        item = ngx_queue_data(q, ngx_http_maas_shadow_item_t, queue);

        if (item->pair != first->pair || item->offload != first->offload
            || *room + item->rows > most)
        {
            break;
        }

        *room += item->rows;
        n++;
    }

    return n;
}


/* Move the first n items into the batch. */

static void
ngx_http_maas_shadow_move(ngx_http_maas_shadow_batch_t *batch,
    ngx_queue_t *items, ngx_uint_t n)
{
    ngx_queue_t                  *q;
    ngx_http_maas_shadow_item_t  *item;

    for ( /* void */ ; n > 0; n--) {
        q = ngx_queue_head(items);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&batch->items, q);

        item = ngx_queue_data(q, ngx_http_maas_shadow_item_t, queue);
        batch->pair = item->pair;
        batch->offload = item->offload;
        batch->bytes += item->body.len;
    }

    batch->next = ngx_queue_head(&batch->items);
}


/* Memory for a batch of that many rows, and the workspace of a thread if ws is
 * not 0; NULL: it is not to be had. */

static ngx_http_maas_shadow_batch_t *
ngx_http_maas_shadow_batch_alloc(ngx_http_maas_model_t *shadow,
    ngx_uint_t room, size_t ws)
{
    u_char                        *p;
    size_t                         in, out, size;
    maas_err_t                     err;
    ngx_http_maas_block_t          block;
    ngx_http_maas_shadow_batch_t  *batch;

    in = ngx_align(room * shadow->info->row, NGX_CPU_CACHE_LINE);
    out = ngx_align(ngx_min(room, NGX_HTTP_MAAS_KEPT) * shadow->info->out
                    * sizeof(float), NGX_CPU_CACHE_LINE);
    ws = ngx_align(ws, NGX_CPU_CACHE_LINE);
    size = in + out + ws + sizeof(ngx_http_maas_shadow_batch_t);

    if (!ngx_http_maas_shadow_may_take(shadow->memory, size)
        || ngx_http_maas_block_take(shadow->memory, &block, size, &err)
           != MAAS_OK)
    {
        return NULL;
    }

    p = block.data;
    batch = (ngx_http_maas_shadow_batch_t *) (p + in + out + ws);

    ngx_memzero(batch, sizeof(ngx_http_maas_shadow_batch_t));
    ngx_queue_init(&batch->items);

    batch->block = block;
    batch->pass.model = shadow;
    batch->pass.x = p;
    batch->pass.y = (float *) (p + in);
#if (NGX_THREADS)
    batch->workspace.data = p + in + out;
    batch->workspace.size = ws;
#endif

    return batch;
}


void
ngx_http_maas_shadow_batch_free(ngx_http_maas_shadow_batch_t *batch)
{
    ngx_queue_t            *q;
    ngx_http_maas_block_t   block;

    while (!ngx_queue_empty(&batch->items)) {
        q = ngx_queue_head(&batch->items);
        ngx_queue_remove(q);
        ngx_http_maas_shadow_item_free(ngx_queue_data(q,
                                       ngx_http_maas_shadow_item_t, queue));
    }

#if (NGX_THREADS)
    if (batch->pool != NULL) {
        ngx_destroy_pool(batch->pool);
    }
#endif

    block = batch->block;
    ngx_http_maas_block_give(batch->pass.model->memory, &block);
}


void
ngx_http_maas_shadow_batch_drop(ngx_http_maas_shadow_batch_t *batch)
{
    ngx_http_maas_shadow_items_drop(&batch->items);
    ngx_http_maas_shadow_batch_free(batch);
}


ngx_http_maas_shadow_batch_t *
ngx_http_maas_shadow_batch(ngx_queue_t *items)
{
    size_t                         ws;
    ngx_uint_t                     n, room;
    ngx_queue_t                    dropped, *q;
    ngx_http_maas_model_t         *shadow;
    ngx_http_maas_shadow_item_t   *item;
    ngx_http_maas_shadow_batch_t  *batch;

    item = ngx_queue_data(ngx_queue_head(items), ngx_http_maas_shadow_item_t,
                          queue);
    shadow = item->pair->shadow;

    n = ngx_http_maas_shadow_together(items, &room);
    ws = item->offload == NULL
         ? 0 : maas_workspace_size(shadow->engine, shadow->max_batch);

    batch = ngx_http_maas_shadow_batch_alloc(shadow, room, ws);

    if (batch != NULL) {
        ngx_http_maas_shadow_move(batch, items, n);
        return batch;
    }

    ngx_queue_init(&dropped);

    for ( /* void */ ; n > 0; n--) {
        q = ngx_queue_head(items);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&dropped, q);
    }

    ngx_http_maas_shadow_items_drop(&dropped);

    return NULL;
}
