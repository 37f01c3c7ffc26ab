
/*
 * maas_feature: which text of a request feeds which column, line by line and
 * level by level.
 * Not here: what feeds a model by them (ngx_http_maas_inputs.c), their texts
 * for a request (ngx_http_maas_feature_text.c).
 */


#include "ngx_http_maas_proxy.h"


static char *
ngx_http_maas_feature_args(ngx_conf_t *cf, ngx_http_maas_feature_t *feature)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    feature->column = value[1];

    for (i = 3; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "log") == 0 && !feature->log) {
            feature->log = 1;
            continue;
        }

        if (ngx_strncmp(value[i].data, "model=", 6) == 0
            && value[i].len > 6 && feature->model.len == 0)
        {
            feature->model.data = value[i].data + 6;
            feature->model.len = value[i].len - 6;
            continue;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected \"model=name\" "
                           "or \"log\", once", &value[i]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* Most values are just a variable, which need not be copied: its index; or
 * NGX_DECLINED */

static ngx_int_t
ngx_http_maas_feature_variable(ngx_conf_t *cf, ngx_str_t *value)
{
    ngx_str_t  name;

    if (!ngx_http_maas_name_is(value)) {
        return NGX_DECLINED;
    }

    name.data = value->data + 1;
    name.len = value->len - 1;

    return ngx_http_get_variable_index(cf, &name);
}


static ngx_int_t
ngx_http_maas_feature_compile(ngx_conf_t *cf, ngx_http_maas_feature_t *feature,
    ngx_str_t *value)
{
    ngx_http_compile_complex_value_t  ccv;

    feature->variable = ngx_http_maas_feature_variable(cf, value);

    if (feature->variable != NGX_DECLINED) {
        return feature->variable == NGX_ERROR ? NGX_ERROR : NGX_OK;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = value;
    ccv.complex_value = &feature->value;

    return ngx_http_compile_complex_value(&ccv);
}


static ngx_uint_t
ngx_http_maas_feature_same(const void *one, const void *other)
{
    const ngx_http_maas_feature_t  *a = *(ngx_http_maas_feature_t *const *) one;
    const ngx_http_maas_feature_t  *b =
                                     *(ngx_http_maas_feature_t *const *) other;

    return ngx_http_maas_text_same(&a->column, &b->column)
           && ngx_http_maas_text_same(&a->model, &b->model);
}


char *
ngx_http_maas_feature(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_str_t                  *value;
    ngx_http_maas_feature_t    *feature, **all;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    value = cf->args->elts;

    feature = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_feature_t));
    if (feature == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_feature_args(cf, feature) != NGX_CONF_OK
        || ngx_http_maas_feature_compile(cf, feature, &value[2]) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_lines_find(mlcf->proxy.features, &feature,
                                 ngx_http_maas_feature_same)
        != NULL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "column \"%V\" has a maas_feature here already",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    all = ngx_array_push(&mmcf->features);
    if (all == NULL) {
        return NGX_CONF_ERROR;
    }

    *all = feature;

    feature->file = cf->conf_file->file.name.data;
    feature->line = cf->conf_file->line;

    return ngx_http_maas_lines_add(cf, &mlcf->proxy.features, &feature,
                                   sizeof(feature))
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


ngx_uint_t
ngx_http_maas_feature_known(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_feature_t *feature, ngx_uint_t *quoted)
{
    size_t                   column;
    ngx_uint_t               i, known;
    ngx_http_maas_model_t  **models;

    known = 0;
    *quoted = 0;
    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        column = ngx_http_maas_inputs_column(feature, models[i]);

        if (column != SIZE_MAX) {
            known = 1;
            *quoted |= models[i]->info->fields[column].kind
                       != MAAS_FIELD_NUMBER;
        }
    }

    return known;
}


ngx_int_t
ngx_http_maas_feature_check(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                 i, known, quoted;
    ngx_http_maas_which_t      which;
    ngx_http_maas_feature_t  **line;

    line = mmcf->features.elts;
    ngx_memzero(&which, sizeof(ngx_http_maas_which_t));

    for (i = 0; i < mmcf->features.nelts; i++) {
        which.name = line[i]->model;

        if (which.name.len != 0
            && ngx_http_maas_model_find(mmcf, &which) == NULL)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "maas_feature: no maas_model \"%V\" in %s:%ui",
                          &which.name, line[i]->file, line[i]->line);
            return NGX_ERROR;
        }

        known = ngx_http_maas_feature_known(mmcf, line[i], &quoted);
        line[i]->quoted = quoted;

        /* before there is any model a log is to train the first one */

        if (known || line[i]->log || mmcf->models.nelts == 0) {
            continue;
        }

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "maas_feature: \"%V\" is no column of %s%V in %s:%ui "
                      "(\"maas-trainer inspect\" lists them; \"log\" behind "
                      "the value keeps it for a model to come)",
                      &line[i]->column,
                      which.name.len ? "maas_model " : "any maas_model",
                      &which.name, line[i]->file, line[i]->line);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_feature_merge(ngx_conf_t *cf, ngx_http_maas_proxy_conf_t *prev,
    ngx_http_maas_proxy_conf_t *conf)
{
    ngx_array_t  *own;

    own = conf->features;

    if (ngx_http_maas_lines_inherit(cf, prev->features, &conf->features,
                                    ngx_http_maas_feature_same)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (own == NULL && prev->inputs != NULL && conf->body == prev->body) {
        conf->inputs = prev->inputs;
        return NGX_OK;
    }

    return conf->features == NULL && !conf->body
           ? NGX_OK : ngx_http_maas_inputs_each(cf, conf);
}
