
/*
 * Columns that a log of features does not have, or has as hashes.
 * Not here: the directive and its key (life/ngx_http_maas_private_conf.c).
 */


#include "ngx_http_maas_proxy.h"


static ngx_uint_t
ngx_http_maas_private_has(ngx_array_t *columns, const char *column)
{
    size_t       len;
    ngx_str_t   *name;
    ngx_uint_t   i;

    len = ngx_strlen(column);
    name = columns->elts;

    for (i = 0; i < columns->nelts; i++) {
        if (name[i].len == len && ngx_memcmp(name[i].data, column, len) == 0) {
            return 1;
        }
    }

    return 0;
}


/* A log of all models has what is private for none of them. */

static ngx_uint_t
ngx_http_maas_private_is(ngx_http_maas_private_t *line, ngx_str_t *model)
{
    return model == NULL || line->name.len == 0
           || ngx_http_maas_text_same(&line->name, model);
}


static void
ngx_http_maas_private_hash(ngx_http_maas_private_t *line, const char *column,
    ngx_http_maas_value_t *value, u_char *hex)
{
    ngx_str_t  text;

    switch (value->kind) {

    case NGX_HTTP_MAAS_VALUE_TRUE:
        ngx_str_set(&text, "true");
        break;

    case NGX_HTTP_MAAS_VALUE_FALSE:
        ngx_str_set(&text, "false");
        break;

    case NGX_HTTP_MAAS_VALUE_TEXT:
    case NGX_HTTP_MAAS_VALUE_DIGITS:
        text = value->text;
        break;

    default: /* there is nothing to hide */
        return;
    }

    maas_hmac(&line->key, column, text.data, text.len, (char *) hex);

    value->kind = NGX_HTTP_MAAS_VALUE_TEXT;
    value->text.data = hex;
    value->text.len = NGX_HTTP_MAAS_PRIVATE_HEX;
}


ngx_int_t
ngx_http_maas_private(ngx_http_maas_main_conf_t *mmcf, ngx_str_t *model,
    const char *column, ngx_http_maas_value_t *value, u_char *hex)
{
    ngx_uint_t                 i;
    ngx_http_maas_private_t  **line, *by;

    by = NULL;
    line = mmcf->privates.elts;

    for (i = 0; i < mmcf->privates.nelts; i++) {

        if (!ngx_http_maas_private_is(line[i], model)) {
            continue;
        }

        if (ngx_http_maas_private_has(&line[i]->without, column)) {
            return NGX_DECLINED;
        }

        if (by == NULL && ngx_http_maas_private_has(&line[i]->hash, column)) {
            by = line[i];
        }
    }

    if (by != NULL) {
        ngx_http_maas_private_hash(by, column, value, hex);
    }

    return NGX_OK;
}


/* Does any log that the line is about have the column?  Those of models to come
 * have what maas_feature feeds. */

static ngx_uint_t
ngx_http_maas_private_known(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_private_t *line, ngx_str_t *column)
{
    ngx_uint_t                 i;
    ngx_http_maas_model_t    **model;
    ngx_http_maas_feature_t  **feature;

    model = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (ngx_http_maas_private_is(line, &model[i]->name)
            && model[i]->info->reader != NULL
            && maas_column_find(model[i]->info->reader, (char *) column->data,
                                column->len)
               != SIZE_MAX)
        {
            return 1;
        }
    }

    feature = mmcf->features.elts;

    for (i = 0; i < mmcf->features.nelts; i++) {
        if (ngx_http_maas_text_same(&feature[i]->column, column)
            && (feature[i]->model.len == 0
                || ngx_http_maas_private_is(line, &feature[i]->model)))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_maas_private_columns(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_private_t *line, ngx_array_t *columns)
{
    ngx_str_t   *column;
    ngx_uint_t   i;

    column = columns->elts;

    for (i = 0; i < columns->nelts; i++) {
        if (!ngx_http_maas_private_known(mmcf, line, &column[i])) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "maas_features_log: no model%s%V has a column "
                          "\"%V\", and no maas_feature feeds one, in %s:%ui",
                          line->name.len > 0 ? " " : "", &line->name,
                          &column[i], line->file, line->line);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_private_check(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                 i;
    ngx_http_maas_which_t      which;
    ngx_http_maas_private_t  **line;

    line = mmcf->privates.elts;

    for (i = 0; i < mmcf->privates.nelts; i++) {

        ngx_memzero(&which, sizeof(ngx_http_maas_which_t));
        which.name = line[i]->name;

        if (which.name.len > 0
            && ngx_http_maas_model_find(mmcf, &which) == NULL)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "maas_features_log: no maas_model \"%V\" in %s:%ui",
                          &which.name, line[i]->file, line[i]->line);
            return NGX_ERROR;
        }

        if (ngx_http_maas_private_columns(cf, mmcf, line[i],
                                          &line[i]->without)
            != NGX_OK
            || ngx_http_maas_private_columns(cf, mmcf, line[i],
                                             &line[i]->hash)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
