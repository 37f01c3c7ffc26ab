
/*
 * The directive maas_cache.
 * Not here: the shared memory (ngx_http_maas_cache_zone.c).
 */


#include "ngx_http_maas_cache.h"


/* of an answer, ms */

#define NGX_HTTP_MAAS_CACHE_SHORTEST  1000
#define NGX_HTTP_MAAS_CACHE_EVER      ((ngx_int_t) 365 * 24 * 3600 * 1000)


/* The zone of a name, made where it is new */

static ngx_http_maas_cache_t *
ngx_http_maas_cache_named(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_str_t *name)
{
    ngx_uint_t              i;
    ngx_http_maas_cache_t  *cache, **caches;

    caches = mmcf->caches.elts;

    for (i = 0; i < mmcf->caches.nelts; i++) {
        if (ngx_http_maas_text_same(&caches[i]->name, name)) {
            return caches[i];
        }
    }

    cache = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_cache_t));
    caches = ngx_array_push(&mmcf->caches);

    if (cache == NULL || caches == NULL) {
        return NULL;
    }

    cache->name = *name;
    cache->file = cf->conf_file->file.name.data;
    cache->line = cf->conf_file->line;
    *caches = cache;

    return cache;
}


/* Letters, digits, "_", "-" and ".": it stands in labels of metrics. */

static ngx_uint_t
ngx_http_maas_cache_name(ngx_str_t *name)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < name->len; i++) {
        c = name->data[i];

        if ((c < '0' || c > '9') && ((c | 0x20) < 'a' || (c | 0x20) > 'z')
            && c != '_' && c != '-' && c != '.')
        {
            return 0;
        }
    }

    return name->len > 0;
}


/* name[:size] */

static char *
ngx_http_maas_cache_zone_arg(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_str_t *text, ngx_http_maas_cache_t **zone)
{
    u_char                 *colon;
    ssize_t                 size;
    ngx_str_t               name, rest;
    ngx_http_maas_cache_t  *cache;

    size = 0;
    name = *text;
    colon = ngx_strlchr(name.data, name.data + name.len, ':');

    if (colon != NULL) {
        name.len = colon - name.data;
        rest.data = colon + 1;
        rest.len = text->len - name.len - 1;
        size = ngx_parse_size(&rest);
    }

    if (!ngx_http_maas_cache_name(&name) || size < 0
        || (colon != NULL && size == 0))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_cache: \"zone=%V\" is no name and size, such "
                           "as \"zone=answers:64m\"", text);
        return NGX_CONF_ERROR;
    }

    cache = ngx_http_maas_cache_named(cf, mmcf, &name);
    if (cache == NULL) {
        return NGX_CONF_ERROR;
    }

    if (size != 0 && cache->size != 0 && size != cache->size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_cache: zone \"%V\" has another size in "
                           "%s:%ui: give it in one place", &name, cache->file,
                           cache->line);
        return NGX_CONF_ERROR;
    }

    if (size != 0) {
        cache->size = size;
    }

    *zone = cache;

    return NGX_CONF_OK;
}


static char *
ngx_http_maas_cache_ttl(ngx_conf_t *cf, ngx_str_t *text, uint64_t *ttl)
{
    ngx_int_t  ms;

    ms = ngx_parse_time(text, 0);

    if (text->len == 0 || ms < NGX_HTTP_MAAS_CACHE_SHORTEST
        || ms > NGX_HTTP_MAAS_CACHE_EVER)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_cache: \"ttl=%V\" is no time of 1s to 365d, "
                           "such as \"10m\"", text);
        return NGX_CONF_ERROR;
    }

    *ttl = ms;

    return NGX_CONF_OK;
}


static char *
ngx_http_maas_cache_arg(ngx_conf_t *cf, ngx_http_maas_cached_t *cached,
    ngx_str_t *word)
{
    ngx_str_t                   text;
    ngx_http_maas_main_conf_t  *mmcf;

    if (ngx_strncmp(word->data, "zone=", 5) == 0 && cached->zone == NULL) {
        mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
        text.data = word->data + 5;
        text.len = word->len - 5;

        return ngx_http_maas_cache_zone_arg(cf, mmcf, &text, &cached->zone);
    }

    if (ngx_strncmp(word->data, "ttl=", 4) == 0 && cached->ttl == 0) {
        text.data = word->data + 4;
        text.len = word->len - 4;

        return ngx_http_maas_cache_ttl(cf, &text, &cached->ttl);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "maas_cache: \"%V\" is none of zone= and ttl=, each "
                       "once, or just \"off\"", word);

    return NGX_CONF_ERROR;
}


char *
ngx_http_maas_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_str_t               *value;
    ngx_uint_t               i;
    ngx_http_maas_cached_t  *cached;

    if (mlcf->cache != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        mlcf->cache = NULL;
        return NGX_CONF_OK;
    }

    cached = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_cached_t));
    if (cached == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_http_maas_cache_arg(cf, cached, &value[i]) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (cached->zone == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_cache has no zone, such as "
                           "\"zone=answers:64m\"");
        return NGX_CONF_ERROR;
    }

    mlcf->cache = cached;

    return NGX_CONF_OK;
}


void
ngx_http_maas_cache_for(ngx_http_maas_cache_t *cache,
    ngx_http_maas_model_t *model)
{
    if (cache->model == NULL || cache->model->info->out < model->info->out) {
        cache->model = model;
    }
}


void
ngx_http_maas_cache_mark(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_loc_conf_t *mlcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    if (mlcf->cache == NULL) {
        return;
    }

    if (mlcf->kind == NGX_HTTP_MAAS_PREDICT) {
        ngx_http_maas_cache_for(mlcf->cache->zone, mlcf->model);

    } else if (mlcf->kind == NGX_HTTP_MAAS_SERVE) {
        models = mmcf->models.elts;

        for (i = 0; i < mmcf->models.nelts; i++) {
            ngx_http_maas_cache_for(mlcf->cache->zone, models[i]);
        }
    }
}
