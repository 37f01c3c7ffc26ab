
/*
 * maas_status: the try-it page for people, the same facts as JSON for programs.
 * Not here: the page itself, which is page.html, made a C string by `config`.
 */


#include "ngx_http_maas_routes.h"
#include "request/ngx_http_maas_request.h"


static u_char  ngx_http_maas_page[] =
#include "ngx_http_maas_page_html.h"
;

/* stands once in page.html */

#define NGX_HTTP_MAAS_MARK  "@MAAS_STATUS@"


/* What each column takes, unless all take plain numbers */

static void
ngx_http_maas_page_fields(ngx_http_maas_text_t *text, const maas_info_t *info)
{
    size_t                 i;
    const maas_field_t    *f;
    ngx_http_maas_input_t  input;

    ngx_http_maas_json_open(text, "fields", "[");

    for (i = 0; !info->plain && ngx_http_maas_input(info, i, &input); i++) {
        f = &info->fields[i];

        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_string(text, "name", f->name);
        ngx_http_maas_json_string(text, "kind", f->kind_name);
        ngx_http_maas_json_string(text, "datatype", input.type->v2);
        ngx_http_maas_json_list(text, "values", f->values, f->n_values);
        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "]");
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
    ngx_http_maas_json_list(text, "columns", info->columns, info->n_columns);
    ngx_http_maas_page_fields(text, info);
    ngx_http_maas_json_close(text, "}");

    ngx_http_maas_json_open(text, "output", "{");
    ngx_http_maas_json_string(text, "name", info->output_name);
    ngx_http_maas_json_list(text, "labels", info->labels, info->n_labels);
    ngx_http_maas_json_close(text, "}");

    ngx_http_maas_json_value(text, NULL, "\"parameters\":%uz,\"layers\":%uz,"
                             "\"crc32c\":\"%08xD\",\"isa\":\"%s\","
                             "\"file_size\":%uz", info->parameters,
                             info->layers, info->crc32c, info->isa,
                             info->file_size);
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

    ngx_http_maas_json_close(text, "]}");
}


ngx_int_t
ngx_http_maas_status_handler(ngx_http_request_t *r)
{
    u_char                *mark;
    ngx_int_t              rc;
    ngx_str_t              before, after, *accept;
    ngx_http_maas_text_t   text;

    static ngx_str_t  html = ngx_string("text/html; charset=utf-8");

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

    mark = (u_char *) ngx_strstr(ngx_http_maas_page, NGX_HTTP_MAAS_MARK);
    if (mark == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    before.data = ngx_http_maas_page;
    before.len = mark - before.data;
    after.data = mark + sizeof(NGX_HTTP_MAAS_MARK) - 1;
    after.len = ngx_strlen(after.data);

    ngx_http_maas_put_text(&text, &before);
    ngx_http_maas_page_status(r, &text);
    ngx_http_maas_put_text(&text, &after);

    return ngx_http_maas_send_text(r, &html, &text);
}
