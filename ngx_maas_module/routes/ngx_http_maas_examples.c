
/*
 * Examples of requests for the OpenAPI documents.
 * Not here: the documents (ngx_http_maas_openapi.c).
 */


#include "ngx_http_maas_routes.h"


/* numbers of an example row; of wider ones there is no example */

#define NGX_HTTP_MAAS_EXAMPLE  4096


static void
ngx_http_maas_example_zeros(ngx_http_maas_text_t *t, const char *key,
    size_t n)
{
    ngx_http_maas_json_open(t, key, "[");

    while (n--) {
        ngx_http_maas_json_value(t, NULL, "0");
    }

    ngx_http_maas_json_close(t, "]");
}


static void
ngx_http_maas_example_value(ngx_http_maas_text_t *t, const char *key,
    const maas_field_t *field)
{
    switch (field->kind) {

    case MAAS_FIELD_NUMBER:
        ngx_http_maas_json_value(t, key, "0");
        break;

    case MAAS_FIELD_BOOLEAN:
        ngx_http_maas_json_value(t, key, "false");
        break;

    case MAAS_FIELD_DATE:
        ngx_http_maas_json_string(t, key, "2024-12-31");
        break;

    default: /* MAAS_FIELD_CATEGORY, MAAS_FIELD_TEXT */
        ngx_http_maas_json_string(t, key, field->n_values != 0
                                          ? field->values[0] : "text");
        break;
    }
}


/* "inputs" of one row: zeros in a tensor, or a value for each column */

static void
ngx_http_maas_example_row(ngx_http_maas_text_t *t, const maas_info_t *info)
{
    size_t                 i;
    ngx_http_maas_input_t  input;

    ngx_http_maas_json_open(t, "inputs", "[");

    for (i = 0; ngx_http_maas_input(info, i, &input); i++) {
        ngx_http_maas_json_open(t, NULL, "{");
        ngx_http_maas_json_string(t, "name", input.name);
        ngx_http_maas_put_shape(t, "shape", "1", input.shape,
                                info->plain ? input.rank : 0);
        ngx_http_maas_json_string(t, "datatype", input.type->v2);

        if (info->plain) {
            ngx_http_maas_example_zeros(t, "data", info->in);

        } else {
            ngx_http_maas_json_open(t, "data", "[");
            ngx_http_maas_example_value(t, NULL, &info->fields[i]);
            ngx_http_maas_json_close(t, "]");
        }

        ngx_http_maas_json_close(t, "}");
    }

    ngx_http_maas_json_close(t, "]");
}


void
ngx_http_maas_put_examples(ngx_http_maas_text_t *t, const maas_info_t *info)
{
    if (info->plain && info->in > NGX_HTTP_MAAS_EXAMPLE) {
        return;
    }

    ngx_http_maas_json_open(t, "row", "{");
    ngx_http_maas_json_open(t, "value", "{");
    ngx_http_maas_example_row(t, info);
    ngx_http_maas_json_close(t, "}}");

    if (info->task == MAAS_TASK_REGRESSION) {
        return;
    }

    ngx_http_maas_json_open(t, "best class", "{");
    ngx_http_maas_json_open(t, "value", "{");
    ngx_http_maas_example_row(t, info);
    ngx_http_maas_json_open(t, "outputs", "[{");
    ngx_http_maas_json_string(t, "name", info->output_name);
    ngx_http_maas_json_value(t, "parameters", "{\"classification\":1}");
    ngx_http_maas_json_close(t, "}]}}");
}


/* A row as v1 has it; none of a tensor that would be lists in lists */

void
ngx_http_maas_put_v1_examples(ngx_http_maas_text_t *t,
    const maas_info_t *info, const char *key)
{
    size_t  i;

    if (info->n_columns == 0
        && (info->rank != 1 || info->in > NGX_HTTP_MAAS_EXAMPLE))
    {
        return;
    }

    ngx_http_maas_json_open(t, "row", "{");
    ngx_http_maas_json_open(t, "value", "{");
    ngx_http_maas_json_open(t, key, "[");

    if (info->n_columns != 0) {
        ngx_http_maas_json_open(t, NULL, "{");

        for (i = 0; i < info->n_columns; i++) {
            ngx_http_maas_example_value(t, info->columns[i],
                                        &info->fields[i]);
        }

        ngx_http_maas_json_close(t, "}");

    } else if (ngx_strcmp(key, "examples") == 0) {
        ngx_http_maas_json_open(t, NULL, "{");
        ngx_http_maas_example_zeros(t, info->input_name, info->in);
        ngx_http_maas_json_close(t, "}");

    } else {
        ngx_http_maas_example_zeros(t, NULL, info->in);
    }

    ngx_http_maas_json_close(t, "]}}");
}
