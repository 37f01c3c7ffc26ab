
/*
 * What is said of a model that no protocol has a member for: members of JSON,
 * or texts where there is room for texts alone.
 * Not here: where they are said (ngx_http_maas_meta.c and others).
 */


#include "ngx_http_maas_routes.h"


const char *
ngx_http_maas_fact_name(ngx_uint_t fact)
{
    static const char *const  names[] = {
        [NGX_HTTP_MAAS_FACT_TASK] = "task",
        [NGX_HTTP_MAAS_FACT_LABELS] = "labels",
        [NGX_HTTP_MAAS_FACT_THRESHOLD] = "threshold",
        [NGX_HTTP_MAAS_FACT_WEIGHTS] = "decision_weights",
        [NGX_HTTP_MAAS_FACT_COLUMNS] = "columns",
        [NGX_HTTP_MAAS_FACT_SUM] = "sha256"
    };

    return names[fact];
}


static void
ngx_http_maas_fact_numbers(ngx_http_maas_text_t *text, const char *key,
    const float *values, size_t n)
{
    char    number[MAAS_FLOAT_TEXT];
    size_t  i;

    ngx_http_maas_json_open(text, key, "[");

    for (i = 0; i < n; i++) {
        maas_float_text(values[i], number);
        ngx_http_maas_json_value(text, NULL, "%s", number);
    }

    ngx_http_maas_json_close(text, "]");
}


static void
ngx_http_maas_fact_put(ngx_http_maas_text_t *text, const char *key,
    ngx_http_maas_model_t *model, ngx_uint_t fact)
{
    char                number[MAAS_FLOAT_TEXT];
    const maas_info_t  *info;

    info = model->info;

    switch (fact) {

    case NGX_HTTP_MAAS_FACT_TASK:
        ngx_http_maas_json_string(text, key, info->task_name);
        break;

    case NGX_HTTP_MAAS_FACT_LABELS:
        ngx_http_maas_json_list(text, key, info->labels, info->n_labels);
        break;

    case NGX_HTTP_MAAS_FACT_THRESHOLD:
        if (info->task == MAAS_TASK_BINARY) {
            maas_float_text(info->threshold, number);
            ngx_http_maas_json_value(text, key, "%s", number);
        }

        break;

    case NGX_HTTP_MAAS_FACT_WEIGHTS:
        if (info->decision != NULL) {
            ngx_http_maas_fact_numbers(text, key, info->decision, info->out);
        }

        break;

    case NGX_HTTP_MAAS_FACT_COLUMNS:
        ngx_http_maas_json_list(text, key, info->columns, info->n_columns);
        break;

    default: /* NGX_HTTP_MAAS_FACT_SUM */
        ngx_http_maas_json_string(text, key, (char *) model->sum.data);
        break;
    }
}


void
ngx_http_maas_put_fact(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model, ngx_uint_t fact)
{
    ngx_http_maas_fact_put(text, ngx_http_maas_fact_name(fact), model, fact);
}


void
ngx_http_maas_put_decision(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model)
{
    ngx_http_maas_put_fact(text, model, NGX_HTTP_MAAS_FACT_THRESHOLD);
    ngx_http_maas_put_fact(text, model, NGX_HTTP_MAAS_FACT_WEIGHTS);
}


ngx_str_t
ngx_http_maas_fact_text(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model, ngx_uint_t fact)
{
    ngx_str_t             value;
    ngx_http_maas_text_t  json;

    ngx_http_maas_text_init(&json, text->pool);
    ngx_http_maas_fact_put(&json, NULL, model, fact);

    if (ngx_http_maas_text(&json, &value) != NGX_OK
        || ngx_http_maas_text_reserve(&json, 1) == NULL)
    {
        text->failed = 1;
        ngx_str_null(&value);
        return value;
    }

    value.data = json.start;
    *json.pos = '\0';

    /* a string of JSON is a text as it is: a word, or digits */

    if (value.len > 2 && value.data[0] == '"') {
        value.data++;
        value.len -= 2;
        value.data[value.len] = '\0';
    }

    return value;
}
