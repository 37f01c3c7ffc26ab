
/*
 * What feeds which column of a model, by the lines of a level.
 * Not here: the lines (ngx_http_maas_feature.c), their texts for a request
 * (ngx_http_maas_feature_text.c).
 */


#include "ngx_http_maas_proxy.h"


size_t
ngx_http_maas_inputs_column(ngx_http_maas_feature_t *feature,
    ngx_http_maas_model_t *model)
{
    ngx_http_maas_which_t  which = { .name = feature->model };

    if (model->info->reader == NULL
        || (feature->model.len != 0
            && !ngx_http_maas_model_is(model, &which)))
    {
        return SIZE_MAX;
    }

    return maas_column_find(model->info->reader, (char *) feature->column.data,
                            feature->column.len);
}


/* The line of a level that feeds a column: one that names the model wins */

static ngx_http_maas_feature_t *
ngx_http_maas_inputs_line(ngx_array_t *features, ngx_http_maas_model_t *model,
    ngx_uint_t column)
{
    ngx_uint_t                 i;
    ngx_http_maas_feature_t  **line, *found;

    if (features == NULL) {
        return NULL;
    }

    found = NULL;
    line = features->elts;

    for (i = 0; i < features->nelts; i++) {
        if (ngx_http_maas_inputs_column(line[i], model) == column
            && (found == NULL || line[i]->model.len != 0))
        {
            found = line[i];
        }
    }

    return found;
}


ngx_http_maas_inputs_t *
ngx_http_maas_inputs_gather(ngx_pool_t *pool, ngx_array_t *features,
    ngx_uint_t body, ngx_http_maas_model_t *model)
{
    ngx_uint_t                i;
    const maas_info_t        *info;
    ngx_http_maas_input_t    *input;
    ngx_http_maas_inputs_t   *inputs;
    ngx_http_maas_feature_t  *feature;

    info = model->info;

    inputs = ngx_pcalloc(pool, sizeof(ngx_http_maas_inputs_t));
    if (inputs == NULL) {
        return NULL;
    }

    inputs->model = model;
    inputs->features = features;
    inputs->now = inputs;
    inputs->body = body && info->reader != NULL;

    inputs->input = ngx_pcalloc(pool, info->n_columns
                                      * sizeof(ngx_http_maas_input_t));
    if (inputs->input == NULL) {
        return NULL;
    }

    for (i = 0; i < info->n_columns; i++) {
        feature = ngx_http_maas_inputs_line(features, model, i);

        if (feature != NULL) {
            input = &inputs->input[inputs->n++];

            input->column = i;
            input->feature = feature;
        }
    }

    return inputs;
}


ngx_http_maas_inputs_t *
ngx_http_maas_inputs_of(ngx_conf_t *cf, ngx_http_maas_proxy_conf_t *conf,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t                  i;
    ngx_http_maas_inputs_t     *inputs, **p;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    inputs = ngx_http_maas_inputs_gather(cf->pool, conf->features, conf->body,
                                         model);
    if (inputs == NULL) {
        return NULL;
    }

    /* what is fed by the same lines is the same, also for a request that is
     * sent from one location to another; another generation may have columns
     * that lines for no column are about today */

    p = mmcf->inputs.elts;

    for (i = 0; i < mmcf->inputs.nelts; i++) {
        if (p[i]->model == model && p[i]->n == inputs->n
            && p[i]->body == inputs->body
            && (model->watch == NULL || p[i]->features == inputs->features)
            && ngx_memcmp(p[i]->input, inputs->input,
                          inputs->n * sizeof(ngx_http_maas_input_t)) == 0)
        {
            return p[i];
        }
    }

    p = ngx_array_push(&mmcf->inputs);
    if (p == NULL) {
        return NULL;
    }

    *p = inputs;

    for (i = 0; i < inputs->n; i++) {
        inputs->input[i].feature->readers++;
    }

    return inputs;
}


size_t
ngx_http_maas_inputs_unfed(ngx_http_maas_inputs_t *inputs, u_char *names,
    size_t room)
{
    u_char             *p;
    ngx_uint_t          i, n;
    const maas_info_t  *info;

    if (inputs->warned || inputs->body) {
        return 0;
    }

    p = names;
    info = inputs->model->info;

    for (i = 0, n = 0; i < info->n_columns; i++) {

        if (n < inputs->n && inputs->input[n].column == i) {
            n++;

        } else if (info->fields[i].required) {
            p = ngx_slprintf(p, names + room, "%s\"%s\"",
                             p == names ? "" : ", ", info->columns[i]);
            inputs->warned = 1;
        }
    }

    inputs->warned = p != names;

    return p - names;
}


ngx_int_t
ngx_http_maas_inputs_each(ngx_conf_t *cf, ngx_http_maas_proxy_conf_t *conf)
{
    ngx_uint_t                   i;
    ngx_http_maas_model_t      **models;
    ngx_http_maas_inputs_t      *inputs, **p;
    ngx_http_maas_main_conf_t   *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    models = mmcf->models.elts;

    conf->inputs = ngx_array_create(cf->pool, 2, sizeof(void *));
    if (conf->inputs == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < mmcf->models.nelts; i++) {

        inputs = ngx_http_maas_inputs_of(cf, conf, models[i]);
        if (inputs == NULL) {
            return NGX_ERROR;
        }

        if (inputs->n == 0 && !inputs->body) {
            continue;
        }

        p = ngx_array_push(conf->inputs);
        if (p == NULL) {
            return NGX_ERROR;
        }

        *p = inputs;
    }

    return NGX_OK;
}
