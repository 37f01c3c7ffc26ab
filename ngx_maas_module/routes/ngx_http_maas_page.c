
/*
 * Pages for people: the two of maas_status, to try models and to see what is
 * happening, that of a fleet, and docs, the requests of an OpenAPI document.
 * What a page knows programs get as JSON.
 * Not here: the pages' texts, *.html and page.css, C strings by `config`; what
 * they know (ngx_http_maas_page_models.c, ngx_http_maas_live.c).
 */


#include "ngx_http_maas_routes.h"
#include "request/ngx_http_maas_request.h"


static u_char  ngx_http_maas_try[] =
#include "ngx_http_maas_page_html.h"
;

static u_char  ngx_http_maas_live[] =
#include "ngx_http_maas_live_html.h"
;

static u_char  ngx_http_maas_fleet[] =
#include "ngx_http_maas_fleet_html.h"
;

static u_char  ngx_http_maas_docs[] =
#include "ngx_http_maas_docs_html.h"
;

static u_char  ngx_http_maas_style[] =
#include "ngx_http_maas_page_css.h"
;


/* each stands once in a page, in this order */

static ngx_str_t  ngx_http_maas_mark_style = ngx_string("@MAAS_STYLE@");
static ngx_str_t  ngx_http_maas_mark_data = ngx_string("@MAAS_DATA@");


/* bytes of what the try-it page knows from the start: it asks for the rest */

#define NGX_HTTP_MAAS_PAGE_MODELS  65536


/* What is asked of maas_status */

typedef struct {
    ngx_http_maas_main_conf_t  *mmcf;
    ngx_http_maas_model_t      *model;     /* NULL: all of them */
    unsigned                    live:1;
    unsigned                    json:1;
} ngx_http_maas_asked_t;


static void
ngx_http_maas_page_put(ngx_http_maas_text_t *text, u_char *begin, u_char *end)
{
    ngx_str_t  part;

    part.data = begin;
    part.len = end - begin;

    ngx_http_maas_put_text(text, &part);
}


/* The page up to where its data belongs; what is behind that */

static u_char *
ngx_http_maas_page_begin(ngx_http_maas_text_t *text, u_char *page)
{
    u_char  *at;

    at = (u_char *) ngx_strstr(page, ngx_http_maas_mark_style.data);
    ngx_http_maas_page_put(text, page, at);
    ngx_http_maas_page_put(text, ngx_http_maas_style,
                           ngx_http_maas_style
                           + sizeof(ngx_http_maas_style) - 1);

    page = at + ngx_http_maas_mark_style.len;

    at = (u_char *) ngx_strstr(page, ngx_http_maas_mark_data.data);
    ngx_http_maas_page_put(text, page, at);

    return at + ngx_http_maas_mark_data.len;
}


static ngx_int_t
ngx_http_maas_page_send(ngx_http_request_t *r, ngx_http_maas_text_t *text,
    u_char *rest)
{
    static ngx_str_t  html = ngx_string("text/html; charset=utf-8");

    ngx_http_maas_page_put(text, rest, rest + ngx_strlen(rest));

    return ngx_http_maas_send_text(r, &html, text);
}


ngx_int_t
ngx_http_maas_docs_handler(ngx_http_request_t *r,
    ngx_http_maas_target_t *target)
{
    u_char                *rest;
    ngx_http_maas_text_t   text;

    ngx_http_maas_text_init(&text, r->pool);

    rest = ngx_http_maas_page_begin(&text, ngx_http_maas_docs);
    ngx_http_maas_put_openapi(r, target, &text);

    return ngx_http_maas_page_send(r, &text, rest);
}


/* An argument that has two values, the first of which is meant where it is not
 * given: 0 or 1; NGX_ERROR: it is another one. */

static ngx_int_t
ngx_http_maas_page_arg(ngx_http_request_t *r, const char *name,
    const char *const *values)
{
    ngx_int_t  i;
    ngx_str_t  value;

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &value) != NGX_OK) {
        return 0;
    }

    for (i = 0; i < 2; i++) {
        if (value.len == ngx_strlen(values[i])
            && ngx_strncmp(value.data, values[i], value.len) == 0)
        {
            return i;
        }
    }

    return NGX_ERROR;
}


static ngx_uint_t
ngx_http_maas_page_accepts(ngx_http_request_t *r)
{
    ngx_str_t  *accept;

    accept = ngx_http_maas_header(r, "accept", 6);

    return accept != NULL
           && ngx_strstr(accept->data, "application/json") != NULL
           && ngx_strstr(accept->data, "text/html") == NULL;
}


/* Is it for a program?  0, 1, or NGX_ERROR: that cannot be had. */

static ngx_int_t
ngx_http_maas_page_json(ngx_http_request_t *r)
{
    ngx_int_t  format;

    static const char  *formats[] = { "html", "json" };

    format = ngx_http_maas_page_arg(r, "format", formats);

    return format == 0 ? (ngx_int_t) ngx_http_maas_page_accepts(r) : format;
}


static ngx_int_t
ngx_http_maas_page_no_format(ngx_http_request_t *r)
{
    return ngx_http_maas_refuse(r, NGX_HTTP_BAD_REQUEST,
                                "format is \"html\" or \"json\"");
}


ngx_int_t
ngx_http_maas_fleet_asked(ngx_http_request_t *r, ngx_uint_t metrics)
{
    return metrics || ngx_http_maas_page_json(r) != NGX_ERROR
           ? NGX_DECLINED : ngx_http_maas_page_no_format(r);
}


ngx_int_t
ngx_http_maas_fleet_page(ngx_http_request_t *r, ngx_http_maas_text_t *data)
{
    u_char                *rest;
    ngx_str_t              json;
    ngx_http_maas_text_t   text;

    if (ngx_http_maas_text(data, &json) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_maas_page_json(r)) {
        return ngx_http_maas_send_text(r, &ngx_http_maas_json_type, data);
    }

    ngx_http_maas_text_init(&text, r->pool);

    rest = ngx_http_maas_page_begin(&text, ngx_http_maas_fleet);
    ngx_http_maas_put_text(&text, &json);

    return ngx_http_maas_page_send(r, &text, rest);
}


/* NGX_DECLINED, or what a content handler returns: it is answered */

static ngx_int_t
ngx_http_maas_page_asked(ngx_http_request_t *r, ngx_http_maas_asked_t *asked)
{
    ngx_int_t              page, json;
    ngx_http_maas_which_t  which;

    static const char  *pages[] = { "try", "live" };

    ngx_memzero(asked, sizeof(ngx_http_maas_asked_t));
    ngx_memzero(&which, sizeof(ngx_http_maas_which_t));

    asked->mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    page = ngx_http_maas_page_arg(r, "page", pages);
    if (page == NGX_ERROR) {
        return ngx_http_maas_refuse(r, NGX_HTTP_BAD_REQUEST,
                                    "page is \"try\" or \"live\"");
    }

    json = ngx_http_maas_page_json(r);
    if (json == NGX_ERROR) {
        return ngx_http_maas_page_no_format(r);
    }

    asked->live = page;
    asked->json = json;

    if (ngx_http_arg(r, (u_char *) "model", 5, &which.name) != NGX_OK) {
        return NGX_DECLINED;
    }

    (void) ngx_http_arg(r, (u_char *) "version", 7, &which.version);

    asked->model = ngx_http_maas_model_find(asked->mmcf, &which);

    return asked->model != NULL ? NGX_DECLINED
           : ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND,
                                  "there is no such model or version");
}


static void
ngx_http_maas_page_data(ngx_http_maas_text_t *text,
    const ngx_http_maas_asked_t *asked)
{
    if (asked->live) {
        ngx_http_maas_put_live(text, asked->mmcf, asked->model);
        return;
    }

    ngx_http_maas_put_tried(text, asked->mmcf, asked->model,
                            asked->json ? SIZE_MAX
                                        : NGX_HTTP_MAAS_PAGE_MODELS);
}


ngx_int_t
ngx_http_maas_status_handler(ngx_http_request_t *r)
{
    u_char                 *rest;
    ngx_int_t               rc;
    ngx_http_maas_text_t    text;
    ngx_http_maas_asked_t   asked;

    rc = ngx_http_maas_allow(r, NGX_HTTP_MAAS_READ);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    rc = ngx_http_maas_page_asked(r, &asked);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    ngx_http_maas_text_init(&text, r->pool);

    if (asked.json) {
        ngx_http_maas_page_data(&text, &asked);
        return ngx_http_maas_send_text(r, &ngx_http_maas_json_type, &text);
    }

    /* a page has all models: it chooses */

    asked.model = NULL;

    rest = ngx_http_maas_page_begin(&text, asked.live ? ngx_http_maas_live
                                                      : ngx_http_maas_try);
    ngx_http_maas_page_data(&text, &asked);

    return ngx_http_maas_page_send(r, &text, rest);
}
