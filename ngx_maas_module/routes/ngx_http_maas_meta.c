
/*
 * What the Open Inference Protocol and Triton's extensions of it say of the
 * server and its models, as JSON.
 * Not here: TensorFlow's metadata (ngx_http_maas_meta_v1.c), routes
 * (ngx_http_maas_v2.c), counters (ngx_http_maas_metrics.c).
 */


#include "ngx_http_maas_routes.h"


static const ngx_http_maas_datatype_t  ngx_http_maas_datatypes[] = {
    [MAAS_FIELD_NUMBER] = { "FP32", "TYPE_FP32", "DT_FLOAT" },
    [MAAS_FIELD_BOOLEAN] = { "BOOL", "TYPE_BOOL", "DT_BOOL" },
    [MAAS_FIELD_CATEGORY] = { "BYTES", "TYPE_STRING", "DT_STRING" },
    [MAAS_FIELD_TEXT] = { "BYTES", "TYPE_STRING", "DT_STRING" },
    [MAAS_FIELD_DATE] = { "BYTES", "TYPE_STRING", "DT_STRING" }
};

_Static_assert(sizeof(ngx_http_maas_datatypes)
               == MAAS_N_FIELDS * sizeof(ngx_http_maas_datatype_t),
               "a row for each kind");


const ngx_http_maas_datatype_t *
ngx_http_maas_datatype(const maas_info_t *info, maas_field_kind_t kind)
{
    static const ngx_http_maas_datatype_t  twice = {
        "FP64", "TYPE_FP64", "DT_DOUBLE"
    };

    return info->wide && kind == MAAS_FIELD_NUMBER
           ? &twice : &ngx_http_maas_datatypes[kind];
}


ngx_uint_t
ngx_http_maas_input(const maas_info_t *info, size_t i,
    ngx_http_maas_input_t *input)
{
    static const size_t  one[] = { 1 };

    if (info->plain) {
        input->name = info->input_name;
        input->type = ngx_http_maas_datatype(info, MAAS_FIELD_NUMBER);
        input->shape = info->shape;
        input->rank = info->rank;
        return i == 0;
    }

    if (i == info->n_columns) {
        return 0;
    }

    input->name = info->columns[i];
    input->type = ngx_http_maas_datatype(info, info->fields[i].kind);
    input->shape = one;
    input->rank = 1;

    return 1;
}


ngx_str_t
ngx_http_maas_path_segment(ngx_str_t *path, u_char end)
{
    ngx_str_t  seg;

    seg.data = path->data;

    while (path->len > 0 && *path->data != '/' && *path->data != end) {
        path->data++;
        path->len--;
    }

    seg.len = path->data - seg.data;

    return seg;
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

        if (ngx_http_maas_model_newest(target->mmcf, models[i])) {
            ngx_http_maas_json_value(text, NULL, "\"%V\"", &models[i]->name);
        }
    }

    ngx_http_maas_json_close(text, "]}");
}


void
ngx_http_maas_put_versions(ngx_http_maas_text_t *text, const char *key,
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_which_t *which,
    const char *fmt)
{
    ngx_uint_t              n;
    ngx_http_maas_model_t  *model;

    n = 0;

    ngx_http_maas_json_open(text, key, "[");

    while ((model = ngx_http_maas_model_next(mmcf, which, &n)) != NULL) {
        ngx_http_maas_json_value(text, NULL, fmt, &model->version);
    }

    ngx_http_maas_json_close(text, "]");
}


void
ngx_http_maas_put_shape(ngx_http_maas_text_t *text, const char *key,
    const char *rows, const size_t *shape, size_t rank)
{
    size_t  i;

    ngx_http_maas_json_open(text, key, "[");

    if (rows != NULL) {
        ngx_http_maas_json_value(text, NULL, rows);
    }

    for (i = 0; i < rank; i++) {
        ngx_http_maas_json_value(text, NULL, "%uz", shape[i]);
    }

    ngx_http_maas_json_close(text, "]");
}


/* config: as Triton's ModelConfig has them */

static void
ngx_http_maas_put_inputs(ngx_http_maas_text_t *text, const char *key,
    const maas_info_t *info, ngx_uint_t config)
{
    size_t                 i;
    ngx_http_maas_input_t  input;

    ngx_http_maas_json_open(text, key, "[");

    for (i = 0; ngx_http_maas_input(info, i, &input); i++) {
        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_string(text, "name", input.name);

        if (config) {
            ngx_http_maas_json_string(text, "data_type", input.type->triton);
            ngx_http_maas_json_string(text, "format", "FORMAT_NONE");
            ngx_http_maas_put_shape(text, "dims", NULL, input.shape,
                                    input.rank);
            ngx_http_maas_json_value(text, NULL, "\"is_shape_tensor\":false,"
                                     "\"allow_ragged_batch\":false,"
                                     "\"optional\":false,"
                                     "\"is_non_linear_format_io\":false");

        } else {
            ngx_http_maas_json_string(text, "datatype", input.type->v2);
            ngx_http_maas_put_shape(text, "shape", "-1", input.shape,
                                    input.rank);
        }

        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "]");
}


/* The outputs that a client may ask for */

static void
ngx_http_maas_put_outputs(ngx_http_maas_text_t *text, const char *key,
    const maas_info_t *info, ngx_uint_t config)
{
    size_t                           n;
    ngx_uint_t                       i;
    const char                      *name;
    const ngx_http_maas_datatype_t  *type;

    static const ngx_http_maas_datatype_t  types[] = {
        [MAAS_OUTPUT_NUMBERS] = { "FP32", "TYPE_FP32", "DT_FLOAT" },
        [MAAS_OUTPUT_LABEL] = { "BYTES", "TYPE_STRING", "DT_STRING" },
        [MAAS_OUTPUT_DECISION] = { "INT64", "TYPE_INT64", "DT_INT64" }
    };

    ngx_http_maas_json_open(text, key, "[");

    for (i = 0; i < MAAS_N_OUTPUTS; i++) {
        name = maas_output_name(info, (maas_output_kind_t) i);
        if (name == NULL) {
            continue;
        }

        type = &types[i];
        n = i == MAAS_OUTPUT_NUMBERS ? info->out : 1;

        ngx_http_maas_json_open(text, NULL, "{");
        ngx_http_maas_json_string(text, "name", name);

        if (config) {
            ngx_http_maas_json_string(text, "data_type", type->triton);
            ngx_http_maas_json_value(text, NULL, "\"dims\":[%uz],"
                                     "\"label_filename\":\"\","
                                     "\"is_shape_tensor\":false,"
                                     "\"is_non_linear_format_io\":false", n);

        } else {
            ngx_http_maas_json_string(text, "datatype", type->v2);
            ngx_http_maas_json_value(text, "shape", "[-1,%uz]", n);
        }

        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "]");
}


void
ngx_http_maas_put_decision(ngx_http_maas_text_t *text, const maas_info_t *info)
{
    char    number[MAAS_FLOAT_TEXT];
    size_t  i;

    if (info->task == MAAS_TASK_BINARY) {
        maas_float_text(info->threshold, number);
        ngx_http_maas_json_value(text, "threshold", "%s", number);
    }

    if (info->decision == NULL) {
        return;
    }

    ngx_http_maas_json_open(text, "decision_weights", "[");

    for (i = 0; i < info->out; i++) {
        maas_float_text(info->decision[i], number);
        ngx_http_maas_json_value(text, NULL, "%s", number);
    }

    ngx_http_maas_json_close(text, "]");
}


void
ngx_http_maas_put_model(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    const maas_info_t         *info;
    ngx_http_maas_which_t      all = { .name = target->model->name };
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);
    info = target->model->info;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_value(text, "name", "\"%V\"", &all.name);
    ngx_http_maas_put_versions(text, "versions", target->mmcf, &all,
                               "\"%V\"");
    ngx_http_maas_json_string(text, "platform", "maas_safetensors");
    ngx_http_maas_put_inputs(text, "inputs", info, 0);
    ngx_http_maas_put_outputs(text, "outputs", info, 0);
    ngx_http_maas_json_string(text, "task", info->task_name);
    ngx_http_maas_json_list(text, "labels", info->labels, info->n_labels);
    ngx_http_maas_put_decision(text, info);
    ngx_http_maas_json_list(text, "columns", info->columns, info->n_columns);

    if (mlcf->headers) {
        ngx_http_maas_json_value(text, "sha256", "\"%V\"",
                                 &target->model->sum);
    }

    ngx_http_maas_json_close(text, "}");
}


/* What Triton has no member for: texts by name */

static void
ngx_http_maas_put_parameters(ngx_http_maas_text_t *text,
    const maas_info_t *info)
{
    char    number[MAAS_FLOAT_TEXT];
    size_t  i;

    ngx_http_maas_json_open(text, "parameters", "{");

    if (info->task == MAAS_TASK_BINARY) {
        maas_float_text(info->threshold, number);
        ngx_http_maas_json_open(text, "threshold", "{");
        ngx_http_maas_json_string(text, "string_value", number);
        ngx_http_maas_json_close(text, "}");
    }

    if (info->decision != NULL) {
        ngx_http_maas_json_open(text, "decision_weights", "{");
        ngx_http_maas_json_value(text, "string_value", "\"");

        for (i = 0; i < info->out; i++) {
            maas_float_text(info->decision[i], number);
            ngx_http_maas_put(text, "%s%s", i == 0 ? "[" : ",", number);
        }

        ngx_http_maas_put(text, "]\"");
        ngx_http_maas_json_close(text, "}");
    }

    ngx_http_maas_json_close(text, "}");
}


/* The parts of Triton's ModelConfig that say something of us */

void
ngx_http_maas_put_config(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    const maas_info_t         *info;
    ngx_core_conf_t           *ccf;
    ngx_http_maas_which_t      all = { .name = target->model->name };
    ngx_http_maas_loc_conf_t  *mlcf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(ngx_cycle->conf_ctx,
                                           ngx_core_module);
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);
    info = target->model->info;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_value(text, NULL, "\"name\":\"%V\",\"platform\":"
                             "\"maas_safetensors\",\"backend\":\"maas\","
                             "\"runtime\":\"\"", &all.name);

    ngx_http_maas_json_open(text, "version_policy", "{");
    ngx_http_maas_json_open(text, "specific", "{");
    ngx_http_maas_put_versions(text, "versions", target->mmcf, &all, "%V");
    ngx_http_maas_json_close(text, "}}");

    ngx_http_maas_json_value(text, "max_batch_size", "%ui", mlcf->max_rows);
    ngx_http_maas_put_inputs(text, "input", info, 1);
    ngx_http_maas_put_outputs(text, "output", info, 1);
    ngx_http_maas_json_value(text, NULL, "\"batch_input\":[],"
                             "\"batch_output\":[],"
                             "\"dynamic_batching\":{"
                             "\"preferred_batch_size\":[],"
                             "\"max_queue_delay_microseconds\":0},"
                             "\"optimization\":{\"priority\":"
                             "\"PRIORITY_DEFAULT\",\"eager_batching\":false},"
                             "\"instance_group\":[{\"name\":\"%V\",\"kind\":"
                             "\"KIND_CPU\",\"count\":%i,\"gpus\":[],"
                             "\"passive\":false}],"
                             "\"default_model_filename\":\"\","
                             "\"cc_model_filenames\":{},\"metric_tags\":{},"
                             "\"model_warmup\":[],"
                             "\"model_transaction_policy\":"
                             "{\"decoupled\":false},"
                             "\"response_cache\":{\"enable\":false}",
                             &all.name, ccf->worker_processes);
    ngx_http_maas_put_parameters(text, info);
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
