
/*
 * What the Open Inference Protocol and Triton's extensions of it ask about the
 * server and its models, as JSON.
 * Not here: routes (ngx_http_maas_v2.c), counters (ngx_http_maas_metrics.c).
 */



#include "ngx_http_maas_meta.h"


/* What a kind of column is called in v2, in Triton's configuration and in
 * TensorFlow's metadata */

static const struct {
    const char  *v2;
    const char  *triton;
    const char  *tensorflow;
} ngx_http_maas_kinds[] = {
    [MAAS_FIELD_NUMBER] =
        { "FP32", "TYPE_FP32", "DT_FLOAT" },
    [MAAS_FIELD_BOOLEAN] =
        { "BOOL", "TYPE_BOOL", "DT_BOOL" },
    [MAAS_FIELD_CATEGORY] =
        { "BYTES", "TYPE_STRING", "DT_STRING" },
    [MAAS_FIELD_TEXT] =
        { "BYTES", "TYPE_STRING", "DT_STRING" }
};

_Static_assert(sizeof(ngx_http_maas_kinds) / sizeof(ngx_http_maas_kinds[0])
               == MAAS_N_FIELDS, "a row for each kind");


const char *
ngx_http_maas_kind_v2(const maas_field_t *field)
{
    return ngx_http_maas_kinds[field->kind].v2;
}


const char *
ngx_http_maas_kind_tf(const maas_field_t *field)
{
    return ngx_http_maas_kinds[field->kind].tensorflow;
}


void
ngx_http_maas_put_model_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_http_maas_json_value(text, NULL, "{\"name\":\"%V\",\"ready\":true}",
                             &target->model->name);
}


void
ngx_http_maas_put_models(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_open(text, "models", "[");

    for (i = 0; i < target->mmcf->models.nelts; i++) {

        /* a name once, however many versions it has */

        if (ngx_http_maas_model_newest(&target->mmcf->models, models[i])) {
            ngx_http_maas_json_value(text, NULL, "\"%V\"", &models[i]->name);
        }
    }

    ngx_http_maas_json_close(text, "]}");
}


/* The versions of a model's name; fmt: as numbers or as strings */

static void
ngx_http_maas_put_versions(ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text, const char *fmt)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;

    ngx_http_maas_json_open(text, "versions", "[");

    for (i = 0; i < target->mmcf->models.nelts; i++) {
        if (ngx_http_maas_model_is(models[i], &target->model->name)) {
            ngx_http_maas_json_value(text, NULL, fmt, &models[i]->version);
        }
    }

    ngx_http_maas_json_close(text, "]");
}


void
ngx_http_maas_put_shape(ngx_http_maas_text_t *text, const char *key,
    const char *rows, const maas_info_t *info)
{
    ngx_uint_t  i;

    ngx_http_maas_json_open(text, key, "[");

    if (rows != NULL) {
        ngx_http_maas_json_value(text, NULL, rows);
    }

    for (i = 0; i < info->rank; i++) {
        ngx_http_maas_json_value(text, NULL, "%uz", info->shape[i]);
    }

    ngx_http_maas_json_close(text, "]");
}


/* One tensor of all numbers, or if columns are of several kinds one each */

static void
ngx_http_maas_put_inputs(ngx_http_maas_text_t *text, const maas_info_t *info)
{
    ngx_uint_t  i;

    ngx_http_maas_json_open(text, "inputs", "[");

    if (info->plain) {
        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_value(text, NULL,
                                 "\"name\":\"%s\",\"datatype\":\"FP32\"",
                                 info->input_name);
        ngx_http_maas_put_shape(text, "shape", "-1", info);
        ngx_http_maas_json_close(text, "}");
    }

    for (i = 0; !info->plain && i < info->n_columns; i++) {
        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_string(text, "name", info->columns[i]);
        ngx_http_maas_json_value(text, "datatype", "\"%s\",\"shape\":[-1,1]",
                                 ngx_http_maas_kind_v2(&info->fields[i]));
        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "]");
}


static void
ngx_http_maas_put_config_inputs(ngx_http_maas_text_t *text,
    const maas_info_t *info)
{
    ngx_uint_t         i;
    maas_field_kind_t  kind;

    ngx_http_maas_json_open(text, "input", "[");

    if (info->plain) {
        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_value(text, NULL, "\"name\":\"%s\",\"data_type\":"
                                 "\"TYPE_FP32\",\"format\":\"FORMAT_NONE\"",
                                 info->input_name);
        ngx_http_maas_put_shape(text, "dims", NULL, info);
        ngx_http_maas_json_close(text, "}");
    }

    for (i = 0; !info->plain && i < info->n_columns; i++) {
        kind = info->fields[i].kind;

        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_string(text, "name", info->columns[i]);
        ngx_http_maas_json_value(text, "data_type", "\"%s\",\"format\":"
                                 "\"FORMAT_NONE\",\"dims\":[1]",
                                 ngx_http_maas_kinds[kind].triton);
        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "]");
}


void
ngx_http_maas_put_model(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    const maas_info_t  *info;

    info = target->model->info;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_str(text, "name", &target->model->name);
    ngx_http_maas_put_versions(target, text, "\"%V\"");
    ngx_http_maas_json_string(text, "platform", "maas_safetensors");
    ngx_http_maas_put_inputs(text, info);
    ngx_http_maas_json_value(text, "outputs", "[{\"name\":\"%s\",\"datatype\":"
                             "\"FP32\",\"shape\":[-1,%uz]}]",
                             info->output_name, info->out);
    ngx_http_maas_json_string(text, "task", info->task_name);
    ngx_http_maas_json_list(text, "labels", info->labels, info->n_labels);
    ngx_http_maas_json_list(text, "columns", info->columns, info->n_columns);
    ngx_http_maas_json_close(text, "}");
}


/* The parts of Triton's ModelConfig that say something of us */

void
ngx_http_maas_put_config(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    const maas_info_t         *info;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);
    info = target->model->info;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_value(text, NULL, "\"name\":\"%V\",\"platform\":"
                             "\"maas_safetensors\",\"backend\":\"maas\"",
                             &target->model->name);

    ngx_http_maas_json_open(text, "version_policy", "{");
    ngx_http_maas_json_open(text, "specific", "{");
    ngx_http_maas_put_versions(target, text, "%V");
    ngx_http_maas_json_close(text, "}}");

    ngx_http_maas_json_value(text, "max_batch_size", "%ui", mlcf->max_rows);
    ngx_http_maas_put_config_inputs(text, info);
    ngx_http_maas_json_value(text, "output", "[{\"name\":\"%s\",\"data_type\":"
                             "\"TYPE_FP32\",\"dims\":[%uz],"
                             "\"label_filename\":\"\"}],"
                             "\"dynamic_batching\":{"
                             "\"preferred_batch_size\":[],"
                             "\"max_queue_delay_microseconds\":0},"
                             "\"model_transaction_policy\":"
                             "{\"decoupled\":false},"
                             "\"response_cache\":{\"enable\":false}",
                             info->output_name, info->out);
    ngx_http_maas_json_close(text, "}");
}


void
ngx_http_maas_put_index(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;

    ngx_http_maas_json_open(text, NULL, "[");

    for (i = 0; i < target->mmcf->models.nelts; i++) {
        ngx_http_maas_json_value(text, NULL, "{\"name\":\"%V\",\"version\":"
                                 "\"%V\",\"state\":\"READY\","
                                 "\"reason\":\"\"}", &models[i]->name,
                                 &models[i]->version);
    }

    ngx_http_maas_json_close(text, "]");
}


/* What error_log of this place lets through; its path is nobody's business */

void
ngx_http_maas_put_logging(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_uint_t  level;

    level = r->connection->log->log_level;

    ngx_http_maas_json_value(text, NULL, "{\"log_file\":\"\",\"log_error\":%s,"
                             "\"log_warning\":%s,\"log_info\":%s,"
                             "\"log_verbose_level\":%d,"
                             "\"log_format\":\"default\"}",
                             level >= NGX_LOG_ERR ? "true" : "false",
                             level >= NGX_LOG_WARN ? "true" : "false",
                             level >= NGX_LOG_INFO ? "true" : "false",
                             level >= NGX_LOG_DEBUG_FIRST ? 1 : 0);
}
