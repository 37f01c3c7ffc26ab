
/*
 * maas_shadow: lines of the configuration, level by level.
 * Not here: which models they mean (ngx_http_maas_shadow_find.c).
 */


#include "ngx_http_maas_shadow.h"


/* "10%", "0.01%" in 0.01 %; NGX_ERROR if it is none */

static ngx_int_t
ngx_http_maas_shadow_share(ngx_str_t *value)
{
    ngx_int_t  n;

    if (value->len < 2 || value->data[value->len - 1] != '%') {
        return NGX_ERROR;
    }

    n = ngx_atofp(value->data, value->len - 1, 2);

    return n < 1 || n > NGX_HTTP_MAAS_SHADOW_ALL ? NGX_ERROR : n;
}


static ngx_int_t
ngx_http_maas_shadow_args(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line)
{
    ngx_int_t    n;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    value = cf->args->elts;

    line->share = NGX_HTTP_MAAS_SHADOW_ALL;

    if (ngx_http_maas_which_read(cf, &value[1], &line->shadow) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "of=", 3) == 0) {
            s.data = value[i].data + 3;
            s.len = value[i].len - 3;

            if (ngx_http_maas_which_read(cf, &s, &line->of) != NGX_OK) {
                return NGX_ERROR;
            }

            continue;
        }

        if (ngx_strncmp(value[i].data, "share=", 6) == 0) {
            s.data = value[i].data + 6;
            s.len = value[i].len - 6;

            n = ngx_http_maas_shadow_share(&s);

            if (n != NGX_ERROR) {
                line->share = n;
                continue;
            }
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_shadow: invalid parameter \"%V\", expected "
                           "of=name, or share= and 0.01%% to 100%%",
                           &value[i]);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Are two lines about the same two models? */

static ngx_uint_t
ngx_http_maas_shadow_same(const void *one, const void *other)
{
    const ngx_http_maas_shadow_line_t  *a = one;
    const ngx_http_maas_shadow_line_t  *b = other;

    return ngx_http_maas_text_same(&a->shadow.name, &b->shadow.name)
           && ngx_http_maas_text_same(&a->shadow.version, &b->shadow.version)
           && ngx_http_maas_text_same(&a->of.name, &b->of.name)
           && ngx_http_maas_text_same(&a->of.version, &b->of.version);
}


char *
ngx_http_maas_shadow(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_http_maas_main_conf_t    *mmcf;
    ngx_http_maas_shadow_line_t   line;

    ngx_memzero(&line, sizeof(line));
    line.file = cf->conf_file->file.name.data;
    line.line = cf->conf_file->line;

    if (ngx_http_maas_shadow_args(cf, &line) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_lines_find(mlcf->shadow_lines, &line,
                                 ngx_http_maas_shadow_same)
        != NULL)
    {
        return "is duplicate";
    }

    if (ngx_http_maas_lines_add(cf, &mlcf->shadow_lines, &line, sizeof(line))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    mmcf->shadow_lines++;

    return NGX_CONF_OK;
}


/* What the lines of a location mean there */

static ngx_int_t
ngx_http_maas_shadow_resolve_all(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *conf,
    ngx_str_t *name)
{
    ngx_uint_t                    i, n;
    ngx_http_maas_shadow_t       *s;
    ngx_http_maas_shadow_line_t  *lines;

    n = conf->shadow_lines->nelts;
    lines = conf->shadow_lines->elts;

    if (n > NGX_HTTP_MAAS_SHADOWS) {
        return ngx_http_maas_shadow_wrong(cf, lines, "location \"%V\" has %ui "
                   "shadows, %d is the most", name, n, NGX_HTTP_MAAS_SHADOWS);
    }

    conf->shadows = ngx_array_create(cf->pool, n,
                                     sizeof(ngx_http_maas_shadow_t));
    if (conf->shadows == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        s = ngx_array_push(conf->shadows);

        if (s == NULL
            || ngx_http_maas_shadow_resolve(cf, conf, &lines[i], s) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_shadow_merge(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *prev,
    ngx_http_maas_loc_conf_t *conf)
{
    ngx_uint_t                 runs;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    runs = conf->kind == NGX_HTTP_MAAS_SERVE
           || conf->kind == NGX_HTTP_MAAS_PREDICT
           || (conf->kind == NGX_HTTP_MAAS_NONE && conf->proxy.bound != NULL);

    if (!runs && conf->shadow_lines != NULL && clcf->locations == NULL) {
        return ngx_http_maas_shadow_wrong(cf, conf->shadow_lines->elts,
                   "location \"%V\" runs no model, expected maas_predict, "
                   "maas_serve or maas_set there", &clcf->name);
    }

    if (ngx_http_maas_lines_inherit(cf, prev->shadow_lines,
                                    &conf->shadow_lines,
                                    ngx_http_maas_shadow_same)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return runs && conf->shadow_lines != NULL
           ? ngx_http_maas_shadow_resolve_all(cf, conf, &clcf->name) : NGX_OK;
}
