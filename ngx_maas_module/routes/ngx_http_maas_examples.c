
/*
 * Examples of requests for the OpenAPI documents.
 * Not here: the documents (ngx_http_maas_openapi.c).
 */


#include "ngx_http_maas_routes.h"


/* numbers of an example row; of wider ones there is no example */

#define NGX_HTTP_MAAS_EXAMPLE  4096


/* The mean, or NaN; a whole number where both ends are, as of counts, and of 0
 * and 1 */

static double
ngx_http_maas_example_number(const maas_field_t *field)
{
    double  mean, low, high;

    mean = field->usual.mean;
    low = field->usual.low;
    high = field->usual.high;

    if (!(low > -1e9 && low <= mean && mean <= high && high < 1e9)
        || low != (double) (int64_t) low || high != (double) (int64_t) high)
    {
        return mean;
    }

    return (double) (int64_t) (mean + (mean < 0 ? -0.5 : 0.5));
}


void
ngx_http_maas_put_usual(ngx_http_maas_text_t *t, const maas_field_t *field)
{
    size_t  i;

    const struct {
        char   *name;
        double  value;
    } numbers[] = {
        { "usual", ngx_http_maas_example_number(field) },
        { "low", field->usual.low },
        { "high", field->usual.high }
    };

    if (field->usual.text != NULL) {
        ngx_http_maas_json_string(t, "usual", field->usual.text);
    }

    for (i = field->usual.text != NULL; i < 3; i++) {
        if (ngx_http_maas_is_known(numbers[i].value)) {
            maas_writer_key(&t->json, numbers[i].name);
            maas_writer_value(&t->json, "%.6g", numbers[i].value);
        }
    }
}


/* 2024-12-31 as a column of dates has it */

static const char *
ngx_http_maas_example_date(const char *form)
{
    size_t  i;

    static const char  *dates[][2] = {
        { "dmy", "31.12.2024" },
        { "mdy", "12/31/2024" },
        { "unix", "1735603200" },
        { "unix_ms", "1735603200000" }
    };

    for (i = 0; form != NULL && i < sizeof(dates) / sizeof(dates[0]); i++) {
        if (ngx_strcmp(form, dates[i][0]) == 0) {
            return dates[i][1];
        }
    }

    return "2024-12-31";
}


/* A usual value, or just one that fits */

static void
ngx_http_maas_example_value(ngx_http_maas_text_t *t, const char *key,
    const maas_field_t *field)
{
    const char  *usual;

    usual = field->usual.text;

    if (key != NULL) {
        maas_writer_key(&t->json, key);
    }

    switch (field->kind) {

    case MAAS_FIELD_NUMBER:
        maas_writer_value(&t->json, "%.6g",
                          ngx_http_maas_is_known(field->usual.mean)
                          ? ngx_http_maas_example_number(field) : 0.0);
        break;

    case MAAS_FIELD_BOOLEAN:
        maas_writer_value(&t->json, "%s",
                          usual != NULL && ngx_strcmp(usual, "true") == 0
                          ? "true" : "false");
        break;

    case MAAS_FIELD_DATE:
        maas_writer_text(&t->json, usual != NULL
                                   ? usual
                                   : ngx_http_maas_example_date(field->form));
        break;

    default: /* MAAS_FIELD_CATEGORY, MAAS_FIELD_TEXT */
        maas_writer_text(&t->json, usual != NULL ? usual
                                   : field->n_values != 0 ? field->values[0]
                                   : "text");
        break;
    }
}


/* The tensor of a row */

static void
ngx_http_maas_example_tensor(ngx_http_maas_text_t *t, const char *key,
    const maas_info_t *info)
{
    size_t  i;

    ngx_http_maas_json_open(t, key, "[");

    for (i = 0; i < info->in; i++) {
        if (info->n_columns != 0) {
            ngx_http_maas_example_value(t, NULL, &info->fields[i]);

        } else {
            ngx_http_maas_json_value(t, NULL, "0");
        }
    }

    ngx_http_maas_json_close(t, "]");
}


/* "inputs" of one row: a tensor, or a value for each column */

static void
ngx_http_maas_example_row(ngx_http_maas_text_t *t, const maas_info_t *info)
{
    size_t                 i;
    ngx_http_maas_input_t  input;

    ngx_http_maas_json_open(t, "inputs", "[");

    for (i = 0; ngx_http_maas_input(info, i, &input); i++) {
        ngx_http_maas_json_open(t, NULL, "{");
        ngx_http_maas_json_string(t, "name", input.name);
        ngx_http_maas_put_shape(t, 1, input.shape,
                                info->plain ? input.rank : 0);
        ngx_http_maas_json_string(t, "datatype", input.type->v2);

        if (info->plain) {
            ngx_http_maas_example_tensor(t, "data", info);

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
        ngx_http_maas_example_tensor(t, info->input_name, info);
        ngx_http_maas_json_close(t, "}");

    } else {
        ngx_http_maas_example_tensor(t, NULL, info);
    }

    ngx_http_maas_json_close(t, "]}}");
}
