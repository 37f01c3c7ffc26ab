
/*
 * The directive maas_track.
 * Not here: its zone (ngx_http_maas_track_zone.c), its variables
 * (ngx_http_maas_track_values.c).
 */


#include "ngx_http_maas_track.h"
#include "ngx_http_maas_proxy.h"


/* bytes */

#define NGX_HTTP_MAAS_TRACK_SIZE       (10 * 1024 * 1024)

/* of a window, ms */

#define NGX_HTTP_MAAS_TRACK_SHORTEST   1000
#define NGX_HTTP_MAAS_TRACK_LONGEST    ((ngx_int_t) 30 * 24 * 3600 * 1000)


static char *
ngx_http_maas_track_name(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_track_t *track, ngx_str_t *word)
{
    ngx_uint_t               n;
    ngx_http_maas_track_t  **tracks;

    if (ngx_http_maas_name(cf, word, &track->name) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    tracks = mmcf->tracks.elts;

    for (n = 0; n < mmcf->tracks.nelts; n++) {
        if (tracks[n]->name.len == track->name.len
            && ngx_strncasecmp(tracks[n]->name.data, track->name.data,
                               track->name.len) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "maas_track: \"%V\" is there already", word);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_maas_track_key(ngx_conf_t *cf, ngx_http_maas_track_t *track,
    ngx_str_t *text)
{
    ngx_http_compile_complex_value_t  ccv;

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = text;
    ccv.complex_value = &track->key;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (text->len != 0 && track->key.lengths == NULL) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "maas_track \"$%V\": key \"%V\" has no variable, so "
                           "all requests are of one client", &track->name,
                           text);
    }

    return NGX_CONF_OK;
}


/* A time with its unit, letters and digits alone, since it is part of a name;
 * ms.  NGX_ERROR: it is none, or too short or long */

static ngx_int_t
ngx_http_maas_track_time(ngx_str_t *text)
{
    u_char     *last;
    ngx_int_t   ms;

    last = text->data + text->len;

    if (text->len == 0 || last[-1] < 'a'
        || ngx_strlchr(text->data, last, ' ') != NULL)
    {
        return NGX_ERROR;
    }

    ms = ngx_parse_time(text, 0);

    return ms < NGX_HTTP_MAAS_TRACK_SHORTEST || ms > NGX_HTTP_MAAS_TRACK_LONGEST
           ? NGX_ERROR : ms;
}


static char *
ngx_http_maas_track_window(ngx_conf_t *cf, ngx_http_maas_track_t *track,
    ngx_str_t *text)
{
    u_char                       *p;
    ngx_int_t                     ms;
    ngx_uint_t                    i, n;
    ngx_http_maas_track_table_t  *table;

    table = &track->table;
    n = table->n_windows;
    ms = ngx_http_maas_track_time(text);

    if (ms == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_track \"$%V\": window \"%V\" is no time of 1s "
                           "to 30d with its unit, such as \"10s\" or \"1m\"",
                           &track->name, text);
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < n; i++) {
        if (table->width[i] == (uint64_t) ms) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "maas_track \"$%V\": window \"%V\" is there "
                               "twice", &track->name, text);
            return NGX_CONF_ERROR;
        }
    }

    if (n == NGX_HTTP_MAAS_TRACK_WINDOWS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_track \"$%V\" has more than %d windows",
                           &track->name, NGX_HTTP_MAAS_TRACK_WINDOWS);
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->pool, text->len + 1);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    track->window[n].data = p;
    track->window[n].len = text->len + 1;
    *p++ = '_';
    ngx_memcpy(p, text->data, text->len);

    table->width[n] = ms;
    table->n_windows = n + 1;

    return NGX_CONF_OK;
}


static char *
ngx_http_maas_track_windows(ngx_conf_t *cf, ngx_http_maas_track_t *track,
    ngx_str_t *list)
{
    u_char     *p, *last;
    ngx_str_t   text;

    p = list->data;
    last = p + list->len;

    for ( ;; ) {
        text.data = p;

        while (p < last && *p != ',') {
            p++;
        }

        text.len = p - text.data;

        if (ngx_http_maas_track_window(cf, track, &text) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }

        if (p == last) {
            return NGX_CONF_OK;
        }

        p++;
    }
}


/* A parameter: its text behind the `=`, 0 if it is another one */

static ngx_int_t
ngx_http_maas_track_is(ngx_str_t *word, const char *name, ngx_str_t *text)
{
    size_t  len;

    len = ngx_strlen(name);

    if (word->len < len || ngx_strncmp(word->data, name, len) != 0) {
        return 0;
    }

    text->data = word->data + len;
    text->len = word->len - len;

    return 1;
}


static char *
ngx_http_maas_track_missing(ngx_conf_t *cf, ngx_http_maas_track_t *track,
    const char *what)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "maas_track \"$%V\" has no %s",
                       &track->name, what);

    return NGX_CONF_ERROR;
}


static char *
ngx_http_maas_track_size(ngx_conf_t *cf, ngx_http_maas_track_t *track,
    ngx_str_t *text, ssize_t *size)
{
    *size = ngx_parse_size(text);

    if (*size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_track \"$%V\": \"%V\" is no size, such as "
                           "\"10m\"", &track->name, text);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_maas_track_arg(ngx_conf_t *cf, ngx_http_maas_track_t *track,
    ngx_str_t *word, ssize_t *size)
{
    ngx_str_t  text;

    if (ngx_http_maas_track_is(word, "key=", &text)
        && track->key.value.data == NULL)
    {
        return ngx_http_maas_track_key(cf, track, &text);
    }

    if (ngx_http_maas_track_is(word, "window=", &text)
        && track->table.n_windows == 0)
    {
        return ngx_http_maas_track_windows(cf, track, &text);
    }

    if (ngx_http_maas_track_is(word, "size=", &text)
        && *size == NGX_CONF_UNSET)
    {
        return ngx_http_maas_track_size(cf, track, &text, size);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "maas_track \"$%V\": \"%V\" is none of key=, size= and "
                       "window=, or there twice", &track->name, word);

    return NGX_CONF_ERROR;
}


char *
ngx_http_maas_track(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_main_conf_t  *mmcf = conf;

    ssize_t                 size;
    ngx_str_t              *value;
    ngx_uint_t              i;
    ngx_http_maas_track_t  *track, **slot;

    track = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_track_t));
    if (track == NULL) {
        return NGX_CONF_ERROR;
    }

    size = NGX_CONF_UNSET;
    value = cf->args->elts;
    track->index = mmcf->tracks.nelts;

    if (ngx_http_maas_track_name(cf, mmcf, track, &value[1]) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_maas_track_arg(cf, track, &value[i], &size)
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (track->key.value.len == 0) {
        return ngx_http_maas_track_missing(cf, track, "key=");
    }

    if (track->table.n_windows == 0) {
        return ngx_http_maas_track_missing(cf, track, "window=");
    }

    size = size == NGX_CONF_UNSET ? NGX_HTTP_MAAS_TRACK_SIZE : size;

    if (ngx_http_maas_track_zone_add(cf, track, size) != NGX_CONF_OK
        || ngx_http_maas_track_variables(cf, track) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    slot = ngx_array_push(&mmcf->tracks);
    if (slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = track;

    return NGX_CONF_OK;
}
