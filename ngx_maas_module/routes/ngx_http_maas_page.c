
/*
 * Pages for people: maas_status, to try models, the same facts as JSON for
 * programs; and docs, the requests of an OpenAPI document.
 * Not here: the pages' text, page.html and docs.html, C strings by `config`.
 */


#include "ngx_http_maas_routes.h"
#include "request/ngx_http_maas_request.h"


static u_char  ngx_http_maas_page[] =
#include "ngx_http_maas_page_html.h"
;

static u_char  ngx_http_maas_docs[] =
#include "ngx_http_maas_docs_html.h"
;

/* each stands once in its page */

static ngx_str_t  ngx_http_maas_page_mark = ngx_string("@MAAS_STATUS@");
static ngx_str_t  ngx_http_maas_docs_mark = ngx_string("@MAAS_OPENAPI@");


/* more of a training record, by whatever tool, is not for this page */

#define NGX_HTTP_MAAS_RECORD  32768


/* What each column takes, and what training saw of it */

static void
ngx_http_maas_page_fields(ngx_http_maas_text_t *text, const maas_info_t *info)
{
    size_t               i;
    const maas_field_t  *f;

    ngx_http_maas_json_open(text, "fields", "[");

    for (i = 0; i < info->n_columns; i++) {
        f = &info->fields[i];

        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_string(text, "name", f->name);
        ngx_http_maas_json_string(text, "kind", f->kind_name);
        ngx_http_maas_json_string(text, "datatype",
                                  ngx_http_maas_datatype(f->kind)->v2);
        ngx_http_maas_json_value(text, "required",
                                 f->required ? "true" : "false");
        ngx_http_maas_json_list(text, "values", f->values, f->n_values);

        if (f->form != NULL) {
            ngx_http_maas_json_string(text, "form", f->form);
        }

        ngx_http_maas_put_usual(text, f);
        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "]");
}


/* The end of a JSON value in a document that was checked: where a "," or the
 * bracket around it stands */

static const char *
ngx_http_maas_page_end(const char *p)
{
    ngx_uint_t  depth, inside;

    depth = inside = 0;

    for ( /* void */ ; *p != '\0'; p++) {

        if (inside) {
            if (*p == '\\' && p[1] != '\0') {
                p++;

            } else if (*p == '"') {
                inside = 0;
            }

        } else if (*p == '"') {
            inside = 1;

        } else if (*p == '{' || *p == '[') {
            depth++;

        } else if (depth == 0 && (*p == ',' || *p == '}' || *p == ']')) {
            break;

        } else if (*p == '}' || *p == ']') {
            depth--;
        }
    }

    return p;
}


/* The training record is as its tool wrote it, and the engine passes over it.
 * "<" must not end the element of the page that the text stands in. */

static void
ngx_http_maas_page_training(ngx_http_maas_text_t *text, const char *p)
{
    const char        *end;

    static const char  name[] = "\"training\"";

    p = ngx_strchr(p, '{');

    while (p != NULL && *p != '\0' && *p != '}') {
        for (p++; *p != '\0' && *p != '"' && *p != '}'; p++) { /* void */ }

        end = ngx_http_maas_page_end(p);

        if (ngx_strncmp(p, name, sizeof(name) - 1) != 0) {
            p = end;
            continue;
        }

        p = ngx_strchr(p + sizeof(name) - 1, ':');

        if (p == NULL || end - p > NGX_HTTP_MAAS_RECORD) {
            return;
        }

        ngx_http_maas_json_value(text, "training", "");

        for (p++; p < end; p++) {
            if (*p == '<') {
                ngx_http_maas_put(text, "\\u003C");

            } else {
                ngx_http_maas_put_text(text, &(ngx_str_t) { 1, (u_char *) p });
            }
        }

        return;
    }
}


static void
ngx_http_maas_page_model(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model)
{
    const maas_info_t  *info;

    info = model->info;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_value(text, NULL, "\"name\":\"%V\",\"version\":\"%V\","
                             "\"path\":\"v2/models/%V/versions/%V/infer\","
                             "\"task\":\"%s\"", &model->name,
                             &model->version, &model->name, &model->version,
                             info->task_name);

    ngx_http_maas_json_open(text, "input", "{");
    ngx_http_maas_json_string(text, "name", info->input_name);
    ngx_http_maas_put_shape(text, "shape", NULL, info->shape, info->rank);
    ngx_http_maas_json_value(text, "image", info->image ? "true" : "false");
    ngx_http_maas_json_value(text, "plain", info->plain ? "true" : "false");
    ngx_http_maas_json_list(text, "columns", info->columns, info->n_columns);
    ngx_http_maas_page_fields(text, info);
    ngx_http_maas_json_close(text, "}");

    ngx_http_maas_json_open(text, "output", "{");
    ngx_http_maas_json_string(text, "name", info->output_name);
    ngx_http_maas_json_list(text, "labels", info->labels, info->n_labels);
    ngx_http_maas_put_decision(text, info);
    ngx_http_maas_json_close(text, "}");

    ngx_http_maas_json_value(text, NULL, "\"parameters\":%uz,\"layers\":%uz,"
                             "\"crc32c\":\"%08xD\",\"sha256\":\"%V\","
                             "\"isa\":\"%s\",\"file_size\":%uz",
                             info->parameters, info->layers, info->crc32c,
                             &model->sum, info->isa, info->file_size);
    ngx_http_maas_json_value(text, "written", "%T", model->written);
    ngx_http_maas_page_training(text, info->document);
    ngx_http_maas_json_close(text, "}");
}


static void
ngx_http_maas_page_status(ngx_http_request_t *r, ngx_http_maas_text_t *text)
{
    ngx_uint_t                   i;
    ngx_http_maas_model_t      **models;
    ngx_http_maas_main_conf_t   *mmcf;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    models = mmcf->models.elts;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_string(text, "version", MAAS_VERSION);
    ngx_http_maas_json_open(text, "models", "[");

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_page_model(text, models[i]);
    }

    ngx_http_maas_json_close(text, "]");
    ngx_http_maas_put_shadows(text, mmcf);
    ngx_http_maas_json_close(text, "}");
}


/* The page up to its mark; what is behind that */

static u_char *
ngx_http_maas_page_begin(ngx_http_maas_text_t *text, u_char *page,
    ngx_str_t *mark)
{
    u_char     *at;
    ngx_str_t   before;

    at = (u_char *) ngx_strstr(page, mark->data);

    before.data = page;
    before.len = at - page;
    ngx_http_maas_put_text(text, &before);

    return at + mark->len;
}


static ngx_int_t
ngx_http_maas_page_send(ngx_http_request_t *r, ngx_http_maas_text_t *text,
    u_char *rest)
{
    ngx_str_t  after;

    static ngx_str_t  html = ngx_string("text/html; charset=utf-8");

    after.data = rest;
    after.len = ngx_strlen(rest);
    ngx_http_maas_put_text(text, &after);

    return ngx_http_maas_send_text(r, &html, text);
}


ngx_int_t
ngx_http_maas_docs_handler(ngx_http_request_t *r,
    ngx_http_maas_target_t *target)
{
    u_char                *rest;
    ngx_http_maas_text_t   text;

    ngx_http_maas_text_init(&text, r->pool);

    rest = ngx_http_maas_page_begin(&text, ngx_http_maas_docs,
                                    &ngx_http_maas_docs_mark);
    ngx_http_maas_put_openapi(r, target, &text);

    return ngx_http_maas_page_send(r, &text, rest);
}


ngx_int_t
ngx_http_maas_status_handler(ngx_http_request_t *r)
{
    u_char                *rest;
    ngx_int_t              rc;
    ngx_str_t             *accept;
    ngx_http_maas_text_t   text;

    rc = ngx_http_maas_allow(r, NGX_HTTP_MAAS_READ);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    ngx_http_maas_text_init(&text, r->pool);

    accept = ngx_http_maas_header(r, "accept", 6);

    if (accept != NULL
        && ngx_strstr(accept->data, "application/json") != NULL
        && ngx_strstr(accept->data, "text/html") == NULL)
    {
        ngx_http_maas_page_status(r, &text);
        return ngx_http_maas_send_text(r, &ngx_http_maas_json_type, &text);
    }

    rest = ngx_http_maas_page_begin(&text, ngx_http_maas_page,
                                    &ngx_http_maas_page_mark);
    ngx_http_maas_page_status(r, &text);

    return ngx_http_maas_page_send(r, &text, rest);
}
