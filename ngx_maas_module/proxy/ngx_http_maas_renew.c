
/*
 * Another generation of a model, and what directives say of its columns and
 * labels.
 * Not here: swaps (watch/ngx_http_maas_swap.c), the same for the configuration
 * (ngx_http_maas_set.c, ngx_http_maas_inputs.c, ngx_http_maas_shadow_pair.c).
 */


#include "ngx_http_maas_renew.h"
#include "ngx_http_maas_proxy.h"
#include "ngx_http_maas_shadow.h"


maas_status_t
ngx_http_maas_renew_columns(ngx_http_maas_main_conf_t *mmcf, maas_err_t *err)
{
    ngx_uint_t                 i, quoted;
    ngx_http_maas_feature_t  **line;

    line = mmcf->features.elts;

    for (i = 0; i < mmcf->features.nelts; i++) {
        if (!line[i]->log
            && !ngx_http_maas_feature_known(mmcf, line[i], &quoted))
        {
            return ngx_http_maas_fail(err, MAAS_BADSHAPE, "it has no column "
                       "\"%V\", which maas_feature feeds in %s:%ui",
                       &line[i]->column, line[i]->file, line[i]->line);
        }
    }

    return MAAS_OK;
}


static maas_status_t
ngx_http_maas_renew_sets(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, maas_err_t *err)
{
    maas_err_t             why;
    ngx_uint_t             i, label;
    ngx_http_maas_set_t  **line;

    line = mmcf->sets.elts;

    for (i = 0; i < mmcf->sets.nelts; i++) {
        if (line[i]->model == model->first
            && ngx_http_maas_set_fits(model->info, line[i], &label, &why)
               != MAAS_OK)
        {
            return ngx_http_maas_fail(err, why.code, "%s, as maas_set needs in "
                                      "%s:%ui", why.msg, line[i]->file,
                                      line[i]->line);
        }
    }

    return MAAS_OK;
}


/* Required columns that variables of the model would not feed */

static void
ngx_http_maas_renew_warn(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_inputs_t *inputs)
{
    u_char                 names[NGX_HTTP_MAAS_NAMES];
    size_t                 len;
    ngx_uint_t             i;
    ngx_http_maas_set_t  **line;

    line = mmcf->sets.elts;

    for (i = 0; i < mmcf->sets.nelts; i++) {

        if (line[i]->model != inputs->model->first) {
            continue;
        }

        len = ngx_http_maas_inputs_unfed(inputs, names, sizeof(names));

        if (len != 0) {
            ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                          "maas_model \"%V\" version %V: no maas_feature for "
                          "%*s, which the new file requires, so that "
                          "variables of maas_set are the default",
                          &inputs->model->name, &inputs->model->version, len,
                          names);
        }

        return;
    }
}


/* inputs->next of all inputs of the model */

static ngx_int_t
ngx_http_maas_renew_inputs(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t                i;
    ngx_http_maas_inputs_t  **p;

    p = mmcf->inputs.elts;

    for (i = 0; i < mmcf->inputs.nelts; i++) {

        if (p[i]->model != model->first) {
            continue;
        }

        p[i]->next = ngx_http_maas_inputs_gather(pool, p[i]->features,
                                                 p[i]->body, model);
        if (p[i]->next == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* pair->next of all pairs that the model is in */

static maas_status_t
ngx_http_maas_renew_pairs(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, maas_err_t *err)
{
    ngx_uint_t              i;
    ngx_http_maas_pair_t   *pair, **p;

    p = mmcf->pairs.elts;

    for (i = 0; i < mmcf->pairs.nelts; i++) {

        if (p[i]->model != model->first && p[i]->shadow != model->first) {
            continue;
        }

        pair = ngx_palloc(pool, sizeof(ngx_http_maas_pair_t));
        if (pair == NULL) {
            return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
        }

        *pair = *p[i];
        pair->slice = 0;
        pair->model = ngx_http_maas_model_now(p[i]->model);
        pair->shadow = ngx_http_maas_model_now(p[i]->shadow);

        if (p[i]->model == model->first) {
            pair->model = model;

        } else {
            pair->shadow = model;
        }

        if (ngx_http_maas_shadow_fits(pool, pair, err) != MAAS_OK) {
            return err->code;
        }

        p[i]->next = pair;
    }

    return MAAS_OK;
}


maas_status_t
ngx_http_maas_renew_check(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, maas_err_t *err)
{
    ngx_uint_t                i;
    ngx_http_maas_inputs_t  **p;

    if (ngx_http_maas_renew_columns(mmcf, err) != MAAS_OK
        || ngx_http_maas_renew_sets(mmcf, model, err) != MAAS_OK
        || ngx_http_maas_renew_pairs(pool, mmcf, model, err) != MAAS_OK)
    {
        return err->code;
    }

    if (ngx_http_maas_renew_inputs(pool, mmcf, model) != NGX_OK) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    p = mmcf->inputs.elts;

    for (i = 0; i < mmcf->inputs.nelts; i++) {
        if (p[i]->model == model->first) {
            ngx_http_maas_renew_warn(mmcf, p[i]->next);
        }
    }

    return MAAS_OK;
}


/* Where the labels of probability= are, by line */

static ngx_int_t
ngx_http_maas_renew_labels(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    maas_err_t             err;
    ngx_uint_t             i;
    ngx_http_maas_set_t  **line;

    line = mmcf->sets.elts;

    model->probability = ngx_pcalloc(pool, (mmcf->sets.nelts + 1)
                                           * sizeof(ngx_uint_t));
    if (model->probability == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < mmcf->sets.nelts; i++) {
        if (line[i]->model == model->first
            && ngx_http_maas_set_fits(model->info, line[i],
                                      &model->probability[i], &err)
               != MAAS_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_renew(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    maas_err_t  err;

    return ngx_http_maas_renew_labels(pool, mmcf, model) == NGX_OK
           && ngx_http_maas_renew_inputs(pool, mmcf, model) == NGX_OK
           && ngx_http_maas_renew_pairs(pool, mmcf, model, &err) == MAAS_OK
           ? NGX_OK : NGX_ERROR;
}


void
ngx_http_maas_renew_take(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t                 i, quoted;
    ngx_http_maas_pair_t     **pair;
    ngx_http_maas_inputs_t   **inputs;
    ngx_http_maas_feature_t  **line;

    inputs = mmcf->inputs.elts;

    for (i = 0; i < mmcf->inputs.nelts; i++) {
        if (inputs[i]->model == model->first) {
            inputs[i]->now = inputs[i]->next;
        }
    }

    pair = mmcf->pairs.elts;

    for (i = 0; i < mmcf->pairs.nelts; i++) {
        if (pair[i]->model == model->first
            || pair[i]->shadow == model->first)
        {
            pair[i]->now = pair[i]->next;
        }
    }

    line = mmcf->features.elts;

    for (i = 0; i < mmcf->features.nelts; i++) {
        if (ngx_http_maas_feature_known(mmcf, line[i], &quoted)) {
            line[i]->quoted = quoted;
        }
    }
}
