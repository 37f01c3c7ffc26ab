
/*
 * Requests for a model that a shadow sees as well: which, and what is kept of
 * them.
 * Not here: those that variables are made of (ngx_http_maas_shadow_after.c),
 * what a shadow makes of it (ngx_http_maas_shadow_run.c).
 */


#include "ngx_http_maas_shadow.h"


typedef struct {
    ngx_http_maas_ctx_t        *ctx;
    ngx_http_maas_kept_t        kept;
    ngx_array_t                *shadows;
    uint32_t                    chosen;    /* a bit for each */
    ngx_http_maas_offload_t    *offload;
} ngx_http_maas_shadow_seen_t;


/* That of the current generations */

static ngx_http_maas_pair_t *
ngx_http_maas_shadow_pair(ngx_http_maas_shadow_t *shadow,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t              i;
    ngx_http_maas_pair_t  **pairs;

    pairs = shadow->pairs.elts;

    for (i = 0; i < shadow->pairs.nelts; i++) {
        if (pairs[i]->model->first == model->first) {
            return pairs[i]->now;
        }
    }

    return NULL;
}


static void
ngx_http_maas_shadow_keep(ngx_http_maas_shadow_seen_t *seen,
    ngx_http_maas_pair_t *pair)
{
    ngx_http_maas_ctx_t          *ctx;
    ngx_http_maas_shadow_item_t  *item;

    ctx = seen->ctx;

    item = ngx_http_maas_shadow_item(pair, seen->kept.rows,
                                     ctx->body.text.len);
    if (item == NULL) {
        return;
    }

    item->offload = seen->offload;
    item->form = ctx->form;
    item->json_len = ctx->json_len;

    ngx_memcpy(item->body.data, ctx->body.text.data, item->body.len);
    ngx_memcpy(item->score, seen->kept.score, item->n * sizeof(float));
    ngx_memcpy(item->said, seen->kept.said, item->n * sizeof(uint32_t));

    ngx_http_maas_shadow_wait(item);
}


/* The request has ended; its pool is still there. */

static void
ngx_http_maas_shadow_end(void *data)
{
    ngx_http_maas_shadow_seen_t  *seen = data;

    ngx_uint_t               i;
    ngx_http_maas_pair_t    *pair;
    ngx_http_maas_shadow_t  *shadows;

    if (seen->kept.rows == 0) {
        return;
    }

    shadows = seen->shadows->elts;

    for (i = 0; i < seen->shadows->nelts; i++) {

        if (!(seen->chosen & (1u << i))) {
            continue;
        }

        pair = ngx_http_maas_shadow_pair(&shadows[i], seen->ctx->model);

        if (pair == NULL) {
            continue;
        }

        /* a swap may have come between */

        if (pair->model == seen->ctx->model) {
            ngx_http_maas_shadow_keep(seen, pair);

        } else {
            ngx_http_maas_pair_dropped(pair, ngx_min(seen->kept.rows,
                                                     NGX_HTTP_MAAS_KEPT));
        }
    }
}


/* An error_page may lead it elsewhere. */

static void
ngx_http_maas_shadow_here(ngx_http_request_t *r,
    ngx_http_maas_loc_conf_t *mlcf)
{
    ngx_http_maas_state_t  *state;

    state = r == r->main ? ngx_http_maas_state(r) : NULL;

    if (state != NULL) {
        state->shadow = mlcf;
    }
}


/* Of the location's shadows those whose turn it is: a bit for each */

static uint32_t
ngx_http_maas_shadow_choose(ngx_array_t *array)
{
    uint32_t                 chosen;
    ngx_uint_t               i;
    ngx_http_maas_shadow_t  *shadows;

    chosen = 0;
    shadows = array->elts;

    for (i = 0; i < array->nelts; i++) {
        chosen |= (uint32_t) ngx_http_maas_shadow_chosen(&shadows[i]) << i;
    }

    return chosen;
}


/* The answer of r will be kept for them; no shadow is worth an error. */

static void
ngx_http_maas_shadow_watch(ngx_http_request_t *r,
    ngx_http_maas_loc_conf_t *mlcf, uint32_t chosen)
{
    ngx_http_cleanup_t           *cln;
    ngx_http_maas_shadow_seen_t  *seen;

    seen = ngx_palloc(r->pool, sizeof(ngx_http_maas_shadow_seen_t));
    cln = ngx_http_cleanup_add(r, 0);

    if (seen == NULL || cln == NULL) {
        return;
    }

    seen->ctx = ngx_http_maas_get_ctx(r);
    if (seen->ctx == NULL) {
        return;
    }

    seen->kept.rows = 0;
    seen->shadows = mlcf->shadows;
    seen->chosen = chosen;
    seen->offload = mlcf->offload;

    seen->ctx->kept = &seen->kept;

    cln->handler = ngx_http_maas_shadow_end;
    cln->data = seen;
}


void
ngx_http_maas_shadow_begin(ngx_http_request_t *r)
{
    uint32_t                   chosen;
    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->shadows == NULL) {
        return;
    }

    if (mlcf->kind == NGX_HTTP_MAAS_NONE) {
        ngx_http_maas_shadow_here(r, mlcf);
        return;
    }

    /* a phase may be entered again */

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if (r->method != NGX_HTTP_POST || (ctx != NULL && ctx->kept != NULL)) {
        return;
    }

    chosen = ngx_http_maas_shadow_choose(mlcf->shadows);

    if (chosen != 0) {
        ngx_http_maas_shadow_watch(r, mlcf, chosen);
    }
}
