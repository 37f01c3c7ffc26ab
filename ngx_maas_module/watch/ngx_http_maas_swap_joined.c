
/*
 * Pipelines of models that are watched: another generation of a model makes
 * another one of each pipeline that it is in, which has that model's until its
 * own last request has ended.
 * Not here: generations of models with files (ngx_http_maas_swap.c).
 */


#include "ngx_http_maas_watch.h"
#include "life/ngx_http_maas_pipeline.h"
#include "proxy/ngx_http_maas_renew.h"


static ngx_uint_t
ngx_http_maas_joined_is(ngx_http_maas_model_t *model)
{
    return model->pipeline != NULL && model->watch != NULL;
}


static void
ngx_http_maas_joined_free(void *data)
{
    maas_model_free(data);
}


/* What it runs now -> engine and all that is said of it; sum: room for its
 * text */

static maas_status_t
ngx_http_maas_joined_fill(ngx_pool_t *pool, ngx_http_maas_model_t *model,
    u_char *sum, maas_err_t *err)
{
    size_t                     i;
    maas_status_t              rc;
    ngx_pool_cleanup_t        *cln;
    ngx_http_maas_model_t     *part;
    ngx_http_maas_pipeline_t  *p;

    p = model->pipeline;

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = ngx_http_maas_pipeline_join(p, &model->engine, sum, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    cln->handler = ngx_http_maas_joined_free;
    cln->data = model->engine;

    model->info = maas_model_info(model->engine);
    model->sum.data = sum;
    model->generation = 1;
    model->written = 0;

    for (i = 0; i < p->how.n; i++) {
        part = ngx_http_maas_model_now(p->members[i]);

        model->generation += part->generation - 1;
        model->written = ngx_max(model->written, part->written);
        model->loaded = ngx_max(model->loaded, part->loaded);
        model->cost[0] += part->cost[0];
    }

    return MAAS_OK;
}


/* A model that is only looked at, in memory of the pool, takes its place. */

static maas_status_t
ngx_http_maas_joined_try(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now, maas_err_t *err)
{
    u_char                  *sum;
    maas_err_t               why;
    maas_status_t            rc;
    ngx_http_maas_model_t   *new, *first, **place;

    first = now->first;
    new = ngx_palloc(pool, sizeof(ngx_http_maas_model_t));
    sum = ngx_palloc(pool, MAAS_SHA256_HEX + 1);

    if (new == NULL || sum == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    ngx_http_maas_swap_begin(new, first);
    rc = ngx_http_maas_joined_fill(pool, new, sum, &why);

    if (rc == MAAS_OK) {
        place = (ngx_http_maas_model_t **) mmcf->models.elts + first->place;
        *place = new;
        first->now = new;

        rc = ngx_http_maas_fit_new(mmcf, now, new, &why);
    }

    if (rc == MAAS_OK) {
        rc = ngx_http_maas_renew_check(pool, mmcf, new, &why);
    }

    return rc == MAAS_OK
           ? rc : ngx_http_maas_fail(err, rc, "maas_pipeline \"%V\": %s",
                                     &first->name, why.msg);
}


static ngx_uint_t
ngx_http_maas_joined_stale(ngx_http_maas_pipeline_t *p)
{
    size_t  i;

    for (i = 0; i < p->how.n; i++) {
        if (p->parts == NULL
            || p->parts[i] != ngx_http_maas_model_now(p->members[i]))
        {
            return 1;
        }
    }

    return 0;
}


/* All as if the model were taken over, one pipeline after the other, and then
 * back again. */

maas_status_t
ngx_http_maas_swap_joined_check(ngx_pool_t *pool,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *new,
    maas_err_t *err)
{
    ngx_uint_t               i;
    maas_status_t            rc;
    ngx_http_maas_model_t   *own, **models, **were;

    models = mmcf->models.elts;
    own = new->first->now;

    were = ngx_palloc(pool, mmcf->models.nelts * sizeof(void *));
    if (were == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    ngx_memcpy(were, models, mmcf->models.nelts * sizeof(void *));
    new->first->now = new;

    for (i = 0, rc = MAAS_OK; rc == MAAS_OK && i < mmcf->models.nelts; i++) {
        if (ngx_http_maas_joined_is(models[i])
            && ngx_http_maas_joined_stale(models[i]->pipeline))
        {
            rc = ngx_http_maas_joined_try(pool, mmcf, models[i], err);
        }
    }

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (ngx_http_maas_joined_is(were[i])) {
            were[i]->first->now = were[i];
        }
    }

    ngx_memcpy(models, were, mmcf->models.nelts * sizeof(void *));
    new->first->now = own;

    return rc;
}


/* A generation of a pipeline, and those of models that it has */

typedef struct {
    size_t                    n;
    ngx_http_maas_model_t   **parts;
} ngx_http_maas_joined_t;


static void
ngx_http_maas_joined_let_go(void *data)
{
    ngx_http_maas_joined_t  *joined = data;

    while (joined->n > 0) {
        ngx_http_maas_model_let_go(joined->parts[--joined->n]);
    }
}


static ngx_int_t
ngx_http_maas_joined_hold(ngx_pool_t *pool, ngx_http_maas_pipeline_t *p,
    ngx_http_maas_model_t ***parts)
{
    size_t                   i;
    ngx_pool_cleanup_t      *cln;
    ngx_http_maas_joined_t  *joined;

    cln = ngx_pool_cleanup_add(pool, sizeof(ngx_http_maas_joined_t));
    *parts = ngx_palloc(pool, p->how.n * sizeof(void *));

    if (cln == NULL || *parts == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_joined_let_go;
    joined = cln->data;
    joined->n = p->how.n;
    joined->parts = *parts;

    for (i = 0; i < p->how.n; i++) {
        (*parts)[i] = ngx_http_maas_model_now(p->members[i]);
        ngx_http_maas_model_hold((*parts)[i]);
    }

    return NGX_OK;
}


/* NGX_ERROR: no memory; the one before goes on. */

static ngx_int_t
ngx_http_maas_joined_renew(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now)
{
    u_char                  *sum;
    maas_err_t               err;
    ngx_pool_t              *pool;
    ngx_http_maas_model_t   *model, *first, **parts;

    first = now->first;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    model = ngx_palloc(pool, sizeof(ngx_http_maas_model_t));
    sum = ngx_palloc(pool, MAAS_SHA256_HEX + 1);

    if (model == NULL || sum == NULL
        || ngx_http_maas_joined_hold(pool, first->pipeline, &parts) != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NGX_ERROR;
    }

    ngx_http_maas_swap_begin(model, first);
    model->pool = pool;

    if (ngx_http_maas_joined_fill(pool, model, sum, &err) != MAAS_OK
        || ngx_http_maas_swap_ready(mmcf, now, model) != NGX_OK)
    {
        ngx_http_maas_swap_destroy(model);
        return NGX_ERROR;
    }

    first->pipeline->parts = parts;
    ngx_http_maas_swap_put(mmcf, first->watch, model);

    return NGX_OK;
}


/* The master's is of generations that may be over. */

void
ngx_http_maas_swap_joined_enter(ngx_http_maas_main_conf_t *mmcf)
{
    maas_err_t               err;
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (ngx_http_maas_joined_is(models[i])) {
            (void) ngx_http_maas_joined_fill(ngx_cycle->pool, models[i],
                                             models[i]->sum.data, &err);
        }
    }
}


ngx_int_t
ngx_http_maas_swap_joined_first(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (ngx_http_maas_joined_is(models[i])
            && ngx_http_maas_joined_renew(mmcf, models[i]) != NGX_OK)
        {
            ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                          "maas_pipeline \"%V\" version %V: no memory in this "
                          "worker", &models[i]->name, &models[i]->version);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Said by the worker that looks after files alone */

static void
ngx_http_maas_joined_tell(ngx_http_maas_model_t *model)
{
    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_SWAPS, 1);

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "maas_pipeline \"%V\" version %V: generation %ui, SHA-256 %V",
                  &model->name, &model->version, model->generation,
                  &model->sum);
}


void
ngx_http_maas_swap_joined(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t   *first, **models;

    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        first = models[i]->first;

        if (!ngx_http_maas_joined_is(first)) {
            continue;
        }

        if (!ngx_http_maas_joined_stale(first->pipeline)) {
            /* void */

        } else if (ngx_http_maas_joined_renew(mmcf, models[i]) == NGX_OK) {
            first->watch->refused = 0;

            if (mmcf->watching->holds) {
                ngx_http_maas_joined_tell(models[i]);
            }

        } else if (!first->watch->refused) {
            first->watch->refused = 1;
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "maas_pipeline \"%V\" version %V: no memory for "
                          "another generation in this worker, which tries "
                          "again", &first->name, &first->version);
        }

        (void) ngx_http_maas_swap_reap(mmcf, first->watch);
    }
}
