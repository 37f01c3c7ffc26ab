
/*
 * Which rows of a request have an answer already, and the answers of those that
 * have not.  Where memory is short a request does without: all its rows run.
 * Not here: tables (ngx_http_maas_cache_table.c), batches, the text of answers.
 */


#include "ngx_http_maas_cache.h"


/* A row that has to run */

typedef struct {
    ngx_http_maas_cache_key_t   key;
    ngx_uint_t                  row;       /* of the request */
} ngx_http_maas_cache_miss_t;


/* What a request waits for */

struct ngx_http_maas_cache_wait_s {
    ngx_http_maas_cache_t      *zone;
    float                      *y;         /* of all rows; NULL: none is known
                                              but those that run */
    ngx_uint_t                  n;
    ngx_http_maas_cache_miss_t  miss[];
};


/* Counted memory of the request; NULL: there is none. */

static void *
ngx_http_maas_cache_alloc(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    size_t size)
{
    maas_err_t  err;

    if (ngx_http_maas_memory_take(ctx->model->memory, size, &err) != MAAS_OK) {
        return NULL;
    }

    ctx->answer += size;

    return ngx_palloc(r->pool, size);
}


/* Look for each row; what those wait for that are not there, NULL: all of them
 * are, or there is no memory, and *n rows are not. */

static ngx_http_maas_cache_wait_t *
ngx_http_maas_cache_rows(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_cached_t *cached, const u_char *x, float *y, ngx_uint_t *n)
{
    ngx_uint_t                   i, rows;
    const maas_info_t           *info;
    ngx_http_maas_sip_t          model;
    ngx_http_maas_cache_key_t    key;
    ngx_http_maas_cache_wait_t  *wait;

    wait = NULL;
    info = ctx->model->info;
    rows = ctx->req.rows;

    ngx_http_maas_cache_begin(&cached->zone->table, ctx->model->sum.data,
                              ctx->model->sum.len, &model);

    for (i = 0; i < rows; i++) {
        ngx_http_maas_cache_key(&model, x + i * info->row, info->row, &key);

        if (ngx_http_maas_cache_get(&cached->zone->table, &key,
                                    ngx_current_msec, cached->ttl,
                                    y + i * info->out, info->out))
        {
            continue;
        }

        if (wait == NULL) {
            wait = ngx_http_maas_cache_alloc(r, ctx,
                                  sizeof(ngx_http_maas_cache_wait_t)
                                  + (rows - i)
                                    * sizeof(ngx_http_maas_cache_miss_t));
            if (wait == NULL) {
                *n = rows;
                return NULL;
            }

            wait->zone = cached->zone;
            wait->y = NULL;
            wait->n = 0;
        }

        wait->miss[wait->n].key = key;
        wait->miss[wait->n++].row = i;
    }

    *n = wait != NULL ? wait->n : 0;

    return wait;
}


/* Some rows are known: their answers go where all of them will be, and those
 * that are not go together. */

static ngx_int_t
ngx_http_maas_cache_part(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_cache_wait_t *wait, u_char *x, const float *y)
{
    size_t              size;
    ngx_uint_t          i;
    const maas_info_t  *info;

    info = ctx->model->info;
    size = ctx->req.rows * info->out * sizeof(float);

    wait->y = ngx_http_maas_cache_alloc(r, ctx, size);
    if (wait->y == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(wait->y, y, size);

    for (i = 0; i < wait->n; i++) {
        ngx_memmove(x + i * info->row, x + wait->miss[i].row * info->row,
                    info->row);
    }

    return NGX_OK;
}


ngx_uint_t
ngx_http_maas_cache_look(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_cached_t *cached, void *x, float *y)
{
    uint64_t                     now;
    ngx_uint_t                   n, rows;
    ngx_http_maas_cache_wait_t  *wait;
    ngx_http_maas_cache_lane_t  *lane;

    rows = ctx->req.rows;

    if (!ngx_http_maas_cache_fits(&cached->zone->table,
                                  ctx->model->info->out))
    {
        return rows;
    }

    wait = ngx_http_maas_cache_rows(r, ctx, cached, x, y, &n);

    if (n != 0
        && (wait == NULL
            || (n < rows
                && ngx_http_maas_cache_part(r, ctx, wait, x, y) != NGX_OK)))
    {
        return rows;
    }

    now = ngx_http_maas_now();
    lane = cached->zone->table.lane;

    if (n == 0) {
        ctx->at.run = ctx->at.read;
        ctx->at.ran = now;
        ctx->cache = NGX_HTTP_MAAS_CACHE_HIT;

    } else {
        ctx->cache_wait = wait;
        ctx->cache = n < rows ? NGX_HTTP_MAAS_CACHE_PARTIAL
                              : NGX_HTTP_MAAS_CACHE_MISS;
    }

    if (n < rows) {
        ngx_http_maas_cache_add(&lane->hits, rows - n);
    }

    if (n > 0) {
        ngx_http_maas_cache_add(&lane->misses, n);
    }

    ngx_http_maas_count_cache(ctx->model, rows - n, n, now - ctx->at.read);

    return n;
}


float *
ngx_http_maas_cache_keep(ngx_http_maas_ctx_t *ctx, float *y)
{
    float                       *row;
    uint64_t                     began;
    ngx_uint_t                   i, out;
    ngx_http_maas_cache_wait_t  *wait;

    wait = ctx->cache_wait;
    out = ctx->model->info->out;
    began = ngx_http_maas_now();

    for (i = 0; i < wait->n; i++) {
        row = y + i * out;

        ngx_http_maas_cache_put(&wait->zone->table, &wait->miss[i].key,
                                ngx_current_msec, row, out);

        if (wait->y != NULL) {
            ngx_memcpy(wait->y + wait->miss[i].row * out, row,
                       out * sizeof(float));
        }
    }

    ngx_http_maas_count_cache_ns(ctx->model, ngx_http_maas_now() - began);

    return wait->y != NULL ? wait->y : y;
}


ngx_uint_t
ngx_http_maas_cache_row(ngx_http_maas_model_t *model,
    ngx_http_maas_cached_t *cached, const void *x, float *y,
    ngx_http_maas_cache_key_t *key)
{
    ngx_uint_t                    found;
    ngx_http_maas_sip_t           sip;
    ngx_http_maas_cache_table_t  *table;

    table = &cached->zone->table;

    ngx_http_maas_cache_begin(table, model->sum.data, model->sum.len, &sip);
    ngx_http_maas_cache_key(&sip, x, model->info->row, key);

    found = ngx_http_maas_cache_get(table, key, ngx_current_msec, cached->ttl,
                                    y, model->info->out);

    ngx_http_maas_cache_add(found ? &table->lane->hits : &table->lane->misses,
                            1);

    return found;
}


void
ngx_http_maas_cache_row_keep(ngx_http_maas_model_t *model,
    ngx_http_maas_cached_t *cached, const ngx_http_maas_cache_key_t *key,
    const float *y)
{
    ngx_http_maas_cache_table_t  *table;

    table = &cached->zone->table;

    if (ngx_http_maas_cache_fits(table, model->info->out)) {
        ngx_http_maas_cache_put(table, key, ngx_current_msec, y,
                                model->info->out);
    }
}


void
ngx_http_maas_cache_attach(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                     i;
    ngx_http_maas_cache_t        **caches;
    ngx_http_maas_cache_table_t   *table;

    caches = mmcf->caches.elts;

    /* two processes that run at the same time have different slots */

    for (i = 0; i < mmcf->caches.nelts; i++) {
        table = &caches[i]->table;
        table->lane = &table->zone->lane[ngx_process_slot
                                         % NGX_HTTP_MAAS_CACHE_LANES];
    }
}
