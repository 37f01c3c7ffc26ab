
/*
 * maas_features_log: which columns logs of features leave out or hash, and the
 * key for that.
 * Not here: the logs (proxy/ngx_http_maas_private.c).
 */


#include "ngx_http_maas_file.h"
#include "ngx_http_maas_life.h"
#include "proxy/ngx_http_maas_proxy.h"


/* bytes of a key */

#define NGX_HTTP_MAAS_KEY_MIN  16
#define NGX_HTTP_MAAS_KEY_MAX  4096

/* of its file, with line ends */

#define NGX_HTTP_MAAS_KEY_FILE  (2 * NGX_HTTP_MAAS_KEY_MAX)


/* a,b,c -> columns, which is empty */

static ngx_int_t
ngx_http_maas_private_list(ngx_conf_t *cf, ngx_str_t *text,
    ngx_array_t *columns)
{
    u_char     *p, *last, *comma;
    ngx_str_t  *column;

    if (columns->nelts > 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there is a list of columns twice: expected one, "
                           "with commas between columns");
        return NGX_ERROR;
    }

    p = text->data;
    last = p + text->len;

    for ( /* void */ ; p <= last; p = comma + 1) {
        comma = ngx_strlchr(p, last, ',');
        comma = comma == NULL ? last : comma;

        column = ngx_array_push(columns);
        if (column == NULL) {
            return NGX_ERROR;
        }

        column->data = p;
        column->len = comma - p;

        if (column->len == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "an empty name of a column in \"%V\"", text);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* A text in a file, but for line ends behind it */

static ngx_int_t
ngx_http_maas_private_key(ngx_conf_t *cf, ngx_str_t *path,
    ngx_http_maas_private_t *line)
{
    size_t                len;
    ngx_str_t             full;
    ngx_http_maas_why_t   why;
    ngx_http_maas_file_t  file;

    full = *path;

    if (ngx_conf_full_name(cf->cycle, &full, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_maas_file_read_most(full.data, NGX_HTTP_MAAS_KEY_FILE, &file,
                                     &why)
        != NGX_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, why.error, "key: %s", why.text);
        return NGX_ERROR;
    }

    for (len = file.size;
         len > 0 && (file.data[len - 1] == '\n' || file.data[len - 1] == '\r');
         len--)
    {
        /* void */
    }

    if (len >= NGX_HTTP_MAAS_KEY_MIN && len <= NGX_HTTP_MAAS_KEY_MAX) {
        maas_hmac_key(&line->key, file.data, len);
    }

    ngx_explicit_memzero(file.data, file.size);
    ngx_http_maas_file_free(&file);

    if (len < NGX_HTTP_MAAS_KEY_MIN || len > NGX_HTTP_MAAS_KEY_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the key in \"%V\" has %uz bytes, expected %d to "
                           "%d, such as \"openssl rand -hex 32\" prints",
                           &full, len, NGX_HTTP_MAAS_KEY_MIN,
                           NGX_HTTP_MAAS_KEY_MAX);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* name|* and what follows; *key: the path behind key= */

static ngx_int_t
ngx_http_maas_private_args(ngx_conf_t *cf, ngx_http_maas_private_t *line,
    ngx_str_t *key)
{
    ngx_int_t    rc;
    ngx_str_t   *value, rest;
    ngx_uint_t   i;

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "*") != 0) {
        line->name = value[1];
    }

    for (i = 2; i < cf->args->nelts; i++) {
        rc = NGX_DECLINED;

        if (ngx_strncmp(value[i].data, "without=", 8) == 0) {
            rest.data = value[i].data + 8;
            rest.len = value[i].len - 8;
            rc = ngx_http_maas_private_list(cf, &rest, &line->without);

        } else if (ngx_strncmp(value[i].data, "hash=", 5) == 0) {
            rest.data = value[i].data + 5;
            rest.len = value[i].len - 5;
            rc = ngx_http_maas_private_list(cf, &rest, &line->hash);

        } else if (ngx_strncmp(value[i].data, "key=", 4) == 0
                   && value[i].len > 4 && key->len == 0)
        {
            key->data = value[i].data + 4;
            key->len = value[i].len - 4;
            rc = NGX_OK;
        }

        if (rc == NGX_DECLINED) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\", expected "
                               "\"without=column,...\", \"hash=column,...\" or "
                               "\"key=file\", each once", &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


char *
ngx_http_maas_features_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_main_conf_t  *mmcf = conf;

    ngx_str_t                   key;
    ngx_http_maas_private_t    *line, **all;

    line = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_private_t));
    all = ngx_array_push(&mmcf->privates);

    if (line == NULL || all == NULL
        || ngx_array_init(&line->without, cf->pool, 4, sizeof(ngx_str_t))
           != NGX_OK
        || ngx_array_init(&line->hash, cf->pool, 4, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    *all = line;
    line->file = cf->conf_file->file.name.data;
    line->line = cf->conf_file->line;
    ngx_str_null(&key);

    if (ngx_http_maas_private_args(cf, line, &key) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if ((line->hash.nelts > 0) != (key.len > 0)) {
        return "needs \"hash=column,...\" and \"key=file\" together, or none "
               "of them";
    }

    if (key.len > 0 && ngx_http_maas_private_key(cf, &key, line) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
