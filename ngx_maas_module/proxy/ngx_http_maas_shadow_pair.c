
/*
 * A model and its shadow, one pair for all locations: can what they say be
 * compared?
 * Not here: which models those are (ngx_http_maas_shadow_find.c).
 */


#include "ngx_http_maas_shadow.h"


/* of a label that the model has not */

#define NGX_HTTP_MAAS_SHADOW_NONE  0xffffffff



/* What is wrong with a line, where it stands */

ngx_int_t
ngx_http_maas_shadow_wrong(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    const char *fmt, ...)
{
    u_char   text[NGX_MAX_CONF_ERRSTR], *last;
    va_list  args;

    va_start(args, fmt);
    last = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_shadow: %*s in %s:%ui",
                  (size_t) (last - text), text, line->file, line->line);

    return NGX_ERROR;
}


/* The place of each of the shadow's labels among the model's; in *common how
 * many there are */

static ngx_int_t
ngx_http_maas_shadow_labels(ngx_pool_t *pool, ngx_http_maas_pair_t *pair,
    ngx_uint_t *common)
{
    size_t              i, k;
    uint32_t           *labels;
    const maas_info_t  *model, *shadow;

    model = pair->model->info;
    shadow = pair->shadow->info;

    labels = ngx_palloc(pool, shadow->n_labels * sizeof(uint32_t));
    if (labels == NULL) {
        return NGX_ERROR;
    }

    *common = 0;

    for (i = 0; i < shadow->n_labels; i++) {
        labels[i] = NGX_HTTP_MAAS_SHADOW_NONE;

        for (k = 0; k < model->n_labels; k++) {
            if (ngx_strcmp(shadow->labels[i], model->labels[k]) == 0) {
                labels[i] = (uint32_t) k;
                (*common)++;
                break;
            }
        }
    }

    pair->labels = labels;

    return NGX_OK;
}


/* Do they have other columns, or the same ones in another order? */

static ngx_uint_t
ngx_http_maas_shadow_others(const maas_info_t *a, const maas_info_t *b)
{
    size_t  i;

    if (a->n_columns != b->n_columns) {
        return 1;
    }

    for (i = 0; i < a->n_columns; i++) {
        if (ngx_strcmp(a->columns[i], b->columns[i]) != 0) {
            return 1;
        }
    }

    return 0;
}


maas_status_t
ngx_http_maas_shadow_fits(ngx_pool_t *pool, ngx_http_maas_pair_t *pair,
    maas_err_t *err)
{
    ngx_uint_t          common;
    const maas_info_t  *model, *shadow;

    model = pair->model->info;
    shadow = pair->shadow->info;
    pair->named = ngx_http_maas_shadow_others(model, shadow);
    pair->decides = model->task != MAAS_TASK_REGRESSION;
    pair->labels = NULL;

    if (model->task != shadow->task) {
        return ngx_http_maas_fail(err, MAAS_BADSHAPE, "the task of \"%V\" "
                   "is %s, that of \"%V\" is %s: they cannot be compared",
                   &pair->shadow->name, shadow->task_name,
                   &pair->model->name, model->task_name);
    }

    if (!pair->decides) {
        return MAAS_OK;
    }

    if (model->n_labels == 0 || shadow->n_labels == 0) {

        if (model->out == shadow->out) {
            return MAAS_OK;
        }

        return ngx_http_maas_fail(err, MAAS_BADSHAPE, "\"%V\" has %uz "
                   "classes, \"%V\" has %uz, and labels do not tell which "
                   "are the same", &pair->shadow->name,
                   shadow->out, &pair->model->name,
                   model->out);
    }

    if (ngx_http_maas_shadow_labels(pool, pair, &common) != NGX_OK) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    if (common == 0) {
        return ngx_http_maas_fail(err, MAAS_BADSHAPE, "\"%V\" and \"%V\" "
                   "have no label in common: they cannot be compared",
                   &pair->shadow->name,
                   &pair->model->name);
    }

    return MAAS_OK;
}


static ngx_int_t
ngx_http_maas_shadow_key(ngx_conf_t *cf, ngx_http_maas_pair_t *pair)
{
    pair->key.data = ngx_pnalloc(cf->pool, NGX_HTTP_MAAS_PAIR_KEY);
    if (pair->key.data == NULL) {
        return NGX_ERROR;
    }

    pair->key.len = ngx_sprintf(pair->key.data, "%V:%V %V:%V%Z",
                                &pair->model->name, &pair->model->version,
                                &pair->shadow->name, &pair->shadow->version)
                    - pair->key.data - 1;

    return NGX_OK;
}


/* The pair of these two: one for all locations */

ngx_http_maas_pair_t *
ngx_http_maas_shadow_pair_of(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_model_t *model, ngx_http_maas_model_t *shadow)
{
    maas_err_t                  err;
    ngx_uint_t                  i;
    ngx_http_maas_pair_t       *pair, **pairs;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    pairs = mmcf->pairs.elts;

    for (i = 0; i < mmcf->pairs.nelts; i++) {
        if (pairs[i]->model == model && pairs[i]->shadow == shadow) {
            return pairs[i];
        }
    }

    pair = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_pair_t));
    pairs = ngx_array_push(&mmcf->pairs);
    if (pair == NULL || pairs == NULL) {
        return NULL;
    }

    pair->model = model;
    pair->shadow = shadow;
    pair->now = pair;
    *pairs = pair;

    if (ngx_http_maas_shadow_key(cf, pair) != NGX_OK) {
        return NULL;
    }

    if (ngx_http_maas_shadow_fits(cf->pool, pair, &err) != MAAS_OK) {
        (void) ngx_http_maas_shadow_wrong(cf, line, "%s", err.msg);
        return NULL;
    }

    return pair;
}
