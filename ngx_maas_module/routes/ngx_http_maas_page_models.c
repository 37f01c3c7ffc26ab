
/*
 * What the try-it page knows of models, and its JSON: what they take, what they
 * give, what their training was.
 * Not here: which page is asked for (ngx_http_maas_page.c).
 */


#include "ngx_http_maas_routes.h"


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
                                  ngx_http_maas_datatype(info, f->kind)->v2);
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
ngx_http_maas_page_name(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model)
{
    ngx_http_maas_json_value(text, NULL, "\"name\":\"%V\",\"version\":\"%V\","
                             "\"path\":\"v2/models/%V/versions/%V/infer\","
                             "\"task\":\"%s\"", &model->name,
                             &model->version, &model->name, &model->version,
                             model->info->task_name);
}


static void
ngx_http_maas_page_model(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model)
{
    const maas_info_t  *info;

    info = model->info;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_page_name(text, model);

    ngx_http_maas_json_open(text, "input", "{");
    ngx_http_maas_json_string(text, "name", info->input_name);
    ngx_http_maas_put_shape(text, 0, info->shape, info->rank);
    ngx_http_maas_json_value(text, "image", info->image ? "true" : "false");
    ngx_http_maas_json_value(text, "plain", info->plain ? "true" : "false");
    ngx_http_maas_json_value(text, "nan", info->nan ? "true" : "false");
    ngx_http_maas_json_string(text, "datatype",
                         ngx_http_maas_datatype(info, MAAS_FIELD_NUMBER)->v2);
    ngx_http_maas_json_list(text, "columns", info->columns, info->n_columns);
    ngx_http_maas_page_fields(text, info);
    ngx_http_maas_json_close(text, "}");

    ngx_http_maas_json_open(text, "output", "{");
    ngx_http_maas_json_string(text, "name", info->output_name);
    ngx_http_maas_json_list(text, "labels", info->labels, info->n_labels);
    ngx_http_maas_put_decision(text, model);
    ngx_http_maas_json_close(text, "}");

    ngx_http_maas_json_value(text, NULL, "\"parameters\":%uz,\"layers\":%uz,"
                             "\"crc32c\":\"%08xD\",\"sha256\":\"%V\","
                             "\"isa\":\"%s\",\"file_size\":%uz",
                             info->parameters, info->layers, info->crc32c,
                             &model->sum, info->isa, info->file_size);
    ngx_http_maas_json_value(text, "written", "%T", model->written);
    ngx_http_maas_json_value(text, "explains",
                             model->explainer != NULL ? "true" : "false");
    ngx_http_maas_page_training(text, info->document);
    ngx_http_maas_json_close(text, "}");
}


void
ngx_http_maas_put_tried(ngx_http_maas_text_t *text,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *only, size_t most)
{
    size_t                   from;
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    from = text->pos - text->start;
    models = mmcf->models.elts;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_string(text, "version", MAAS_VERSION);
    ngx_http_maas_json_open(text, "models", "[");

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (only != NULL && models[i] != only) {
            continue;
        }

        if ((size_t) (text->pos - text->start) - from < most) {
            ngx_http_maas_page_model(text, models[i]);
            continue;
        }

        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_page_name(text, models[i]);
        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "]");
    ngx_http_maas_put_shadows(text, mmcf);
    ngx_http_maas_json_close(text, "}");
}
