
/*
 * maas_trace: which requests have spans, and what they are of.
 * Not here: requests (ngx_http_maas_trace.c).
 */


#include "ngx_http_maas_trace.h"


#define NGX_HTTP_MAAS_TRACE_DIGITS  15     /* of a ratio */
#define NGX_HTTP_MAAS_TRACE_ALL     (1ull << 63)


static ngx_str_t  ngx_http_maas_trace_slot = ngx_string("maas trace");


static ngx_int_t
ngx_http_maas_trace_none(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    v->not_found = 1;
    return NGX_OK;
}


/* Where requests keep their place in a trace, which they only have room for if
 * it is on somewhere: mmcf->trace */

static ngx_int_t
ngx_http_maas_trace_init(ngx_conf_t *cf)
{
    ngx_http_variable_t        *v;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    if (mmcf->trace != NGX_CONF_UNSET) {
        return NGX_OK;
    }

    v = ngx_http_add_variable(cf, &ngx_http_maas_trace_slot,
                              NGX_HTTP_VAR_NOHASH);
    if (v == NULL) {
        return NGX_ERROR;
    }

    v->get_handler = ngx_http_maas_trace_none;

    mmcf->trace = ngx_http_get_variable_index(cf, &ngx_http_maas_trace_slot);

    return mmcf->trace == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


/* "0", "0.01", "1": times 2^63, or NGX_ERROR */

static ngx_int_t
ngx_http_maas_trace_ratio(u_char *p, size_t len, uint64_t *below)
{
    size_t    i, digits;
    uint64_t  n, unit;

    n = 0;
    unit = 0;
    digits = 0;

    for (i = 0; i < len; i++) {
        if (p[i] == '.' && unit == 0 && digits > 0) {
            unit = 1;
            continue;
        }

        if (p[i] < '0' || p[i] > '9' || ++digits > NGX_HTTP_MAAS_TRACE_DIGITS) {
            return NGX_ERROR;
        }

        n = n * 10 + (p[i] - '0');
        unit *= 10;
    }

    if (digits == 0 || unit == 1) {
        return NGX_ERROR;
    }

    unit = ngx_max(unit, 1);

    if (n > unit) {
        return NGX_ERROR;
    }

    *below = n == unit ? NGX_HTTP_MAAS_TRACE_ALL
             : (uint64_t) ((double) n / (double) unit
                           * (double) NGX_HTTP_MAAS_TRACE_ALL);

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_trace_parent(u_char *p, size_t len,
    ngx_http_maas_parent_e *parent)
{
    ngx_uint_t  i;

    static const ngx_str_t  words[] = {
        [NGX_HTTP_MAAS_PARENT_ON] = ngx_string("on"),
        [NGX_HTTP_MAAS_PARENT_JOIN] = ngx_string("join"),
        [NGX_HTTP_MAAS_PARENT_OFF] = ngx_string("off")
    };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].len == len && ngx_strncmp(words[i].data, p, len) == 0) {
            *parent = i;
            return NGX_OK;
        }
    }

    return NGX_ERROR;
}


/* What lines begin with: who says it, up to the list of spans */

static ngx_int_t
ngx_http_maas_trace_head(ngx_conf_t *cf, ngx_str_t *service, ngx_str_t *head)
{
    ngx_str_t             *host;
    ngx_http_maas_text_t   t;

    host = &cf->cycle->hostname;

    ngx_http_maas_text_init(&t, cf->pool);

    ngx_http_maas_json_open(&t, NULL, "{");
    ngx_http_maas_json_open(&t, "resourceSpans", "[{");
    ngx_http_maas_json_open(&t, "resource", "{");
    ngx_http_maas_json_open(&t, "attributes", "[");
    ngx_http_maas_trace_text(&t, "service.name", service->data, service->len);
    ngx_http_maas_trace_text(&t, "host.name", host->data, host->len);
    ngx_http_maas_json_close(&t, "]}");
    ngx_http_maas_json_open(&t, "scopeSpans", "[{");
    ngx_http_maas_json_open(&t, "scope", "{");
    ngx_http_maas_json_string(&t, "name", "ngx_maas");
    ngx_http_maas_json_string(&t, "version", MAAS_VERSION);
    ngx_http_maas_json_close(&t, "}");
    ngx_http_maas_json_open(&t, "spans", "[");

    return ngx_http_maas_text(&t, head);
}


/* One word of the line */

static ngx_int_t
ngx_http_maas_trace_arg(ngx_str_t *value, ngx_http_maas_tracing_t *tracing,
    ngx_str_t *service)
{
    if (ngx_strncmp(value->data, "ratio=", 6) == 0) {
        return ngx_http_maas_trace_ratio(value->data + 6, value->len - 6,
                                         &tracing->below);
    }

    if (ngx_strncmp(value->data, "parent=", 7) == 0) {
        return ngx_http_maas_trace_parent(value->data + 7, value->len - 7,
                                          &tracing->parent);
    }

    if (ngx_strncmp(value->data, "service=", 8) == 0 && value->len > 8
        && maas_is_text((char *) value->data + 8, value->len - 8))
    {
        service->data = value->data + 8;
        service->len = value->len - 8;

        return NGX_OK;
    }

    return NGX_ERROR;
}


char *
ngx_http_maas_trace_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_str_t                *value, service;
    ngx_uint_t                i;
    ngx_http_maas_tracing_t  *tracing;

    if (mlcf->tracing != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        mlcf->tracing = NULL;
        return NGX_CONF_OK;
    }

    tracing = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_tracing_t));
    if (tracing == NULL) {
        return NGX_CONF_ERROR;
    }

    tracing->below = NGX_HTTP_MAAS_TRACE_ALL;
    ngx_str_set(&service, "nginx");

    i = ngx_strcmp(value[1].data, "on") == 0 ? 2 : 1;

    for ( /* void */ ; i < cf->args->nelts; i++) {
        if (ngx_http_maas_trace_arg(&value[i], tracing, &service) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\", expected \"on\", "
                               "\"off\" alone, \"ratio=\" and 0 to 1 such as "
                               "\"ratio=0.01\", \"parent=\" and \"on\", "
                               "\"join\" or \"off\", or \"service=name\"",
                               &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_http_maas_trace_init(cf) != NGX_OK
        || ngx_http_maas_trace_head(cf, &service, &tracing->head) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    mlcf->tracing = tracing;

    return NGX_CONF_OK;
}


/* Is a variable in use whose name begins so? */

static ngx_uint_t
ngx_http_maas_trace_used(ngx_conf_t *cf, const char *name)
{
    ngx_uint_t                  i;
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    v = cmcf->variables.elts;

    for (i = 0; i < cmcf->variables.nelts; i++) {
        if (v[i].name.len >= ngx_strlen(name)
            && ngx_strncmp(v[i].name.data, name, ngx_strlen(name)) == 0)
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_http_maas_trace_check(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t  on, span;

    on = mmcf->trace != NGX_CONF_UNSET;
    span = ngx_http_maas_trace_used(cf, "maas_span");

    if (on && !span && !ngx_http_maas_trace_used(cf, "maas_trace")
        && !ngx_http_maas_trace_used(cf, "maas_sampled"))
    {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "maas_trace is on, but no log or header has "
                      "\"$maas_span\" or another of its variables");
    }

    if (!on && span) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"$maas_span\" or \"$maas_span_id\" is used, but "
                      "maas_trace is on nowhere");
    }
}
