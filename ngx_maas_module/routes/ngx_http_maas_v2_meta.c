
/*
 * What the Open Inference Protocol and Triton's extensions of it ask about the
 * server and its models, as JSON.
 * Not here: routes (ngx_http_maas_v2.c), counters (ngx_http_maas_metrics.c).
 */


#include <maas.h>

#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_meta.h"
#include "ngx_http_maas_model.h"
#include "answers/ngx_http_maas_text.h"


void
ngx_http_maas_put_server(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_http_maas_put(text, "{\"name\":\"ngx_maas\",\"version\":\""
                      MAAS_VERSION "\",\"extensions\":"
                      "[\"binary_tensor_data\",\"classification\","
                      "\"model_configuration\",\"statistics\"]}");
}


/* Bodies that every client's reader of these routes accepts, also those that
 * look for the other member */

void
ngx_http_maas_put_live(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    ngx_http_maas_put(text, "{\"live\":true}");
}


void
ngx_http_maas_put_ready(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    ngx_http_maas_put(text, "{\"live\":true,\"ready\":true}");
}


void
ngx_http_maas_put_model_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_http_maas_put(text, "{\"name\":\"%V\",\"ready\":true}",
                      &target->model->name);
}


void
ngx_http_maas_put_models(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_str_t                none;
    ngx_uint_t               i;
    const char              *comma;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;
    ngx_str_null(&none);
    comma = "";

    ngx_http_maas_put(text, "{\"models\":[");

    for (i = 0; i < target->mmcf->models.nelts; i++) {

        /* a name once, however many versions it has */

        if (ngx_http_maas_model_find(&target->mmcf->models, &models[i]->name,
                                     &none)
            == models[i])
        {
            ngx_http_maas_put(text, "%s\"%V\"", comma, &models[i]->name);
            comma = ",";
        }
    }

    ngx_http_maas_put(text, "]}");
}


/* The versions of a model's name, each between two of `quote` */

static void
ngx_http_maas_put_versions(ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text, const char *quote)
{
    ngx_str_t               *name;
    ngx_uint_t               i;
    const char              *comma;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;
    name = &target->model->name;
    comma = "";

    for (i = 0; i < target->mmcf->models.nelts; i++) {
        if (models[i]->name.len == name->len
            && ngx_memcmp(models[i]->name.data, name->data, name->len) == 0)
        {
            ngx_http_maas_put(text, "%s%s%V%s", comma, quote,
                              &models[i]->version, quote);
            comma = ",";
        }
    }
}


/* Dimensions of a row */

static void
ngx_http_maas_put_dims(ngx_http_maas_text_t *text, const maas_info_t *info,
    const char *comma)
{
    ngx_uint_t  i;

    for (i = 0; i < info->rank; i++) {
        ngx_http_maas_put(text, "%s%uz", comma, info->shape[i]);
        comma = ",";
    }
}


/* The names of a type: here, in the configuration, in TensorFlow's metadata */

static const struct {
    const char  *oip;
    const char  *triton;
    const char  *tensorflow;
} ngx_http_maas_types[] = {            /* in the order of maas_field_kind_t */
    { "FP32",  "TYPE_FP32",   "DT_FLOAT"  },
    { "BOOL",  "TYPE_BOOL",   "DT_BOOL"   },
    { "BYTES", "TYPE_STRING", "DT_STRING" },
    { "BYTES", "TYPE_STRING", "DT_STRING" }
};


const char *
ngx_http_maas_v2_type(const maas_field_t *field)
{
    return ngx_http_maas_types[field->kind].oip;
}


const char *
ngx_http_maas_tf_type(const maas_field_t *field)
{
    return ngx_http_maas_types[field->kind].tensorflow;
}


/* One tensor of all numbers, or if columns are of several kinds one each */

static void
ngx_http_maas_put_inputs(ngx_http_maas_text_t *text, const maas_info_t *info)
{
    ngx_uint_t  i;

    if (info->plain) {
        ngx_http_maas_put(text, "[{\"name\":\"%s\",\"datatype\":\"FP32\","
                          "\"shape\":[-1", info->input_name);
        ngx_http_maas_put_dims(text, info, ",");
        ngx_http_maas_put(text, "]}]");
        return;
    }

    for (i = 0; i < info->n_columns; i++) {
        ngx_http_maas_put(text, "%s{\"name\":", i == 0 ? "[" : ",");
        ngx_http_maas_put_json(text, info->columns[i]);
        ngx_http_maas_put(text, ",\"datatype\":\"%s\",\"shape\":[-1,1]}",
                          ngx_http_maas_v2_type(&info->fields[i]));
    }

    ngx_http_maas_put(text, "]");
}


static void
ngx_http_maas_put_config_inputs(ngx_http_maas_text_t *text,
    const maas_info_t *info)
{
    ngx_uint_t  i;

    if (info->plain) {
        ngx_http_maas_put(text, "[{\"name\":\"%s\",\"data_type\":"
                          "\"TYPE_FP32\",\"format\":\"FORMAT_NONE\","
                          "\"dims\":[", info->input_name);
        ngx_http_maas_put_dims(text, info, "");
        ngx_http_maas_put(text, "]}]");
        return;
    }

    for (i = 0; i < info->n_columns; i++) {
        ngx_http_maas_put(text, "%s{\"name\":", i == 0 ? "[" : ",");
        ngx_http_maas_put_json(text, info->columns[i]);
        ngx_http_maas_put(text, ",\"data_type\":\"%s\",\"format\":"
                          "\"FORMAT_NONE\",\"dims\":[1]}",
                          ngx_http_maas_types[info->fields[i].kind].triton);
    }

    ngx_http_maas_put(text, "]");
}


void
ngx_http_maas_put_model(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    const maas_info_t  *info;

    info = target->model->info;

    ngx_http_maas_put(text, "{\"name\":\"%V\",\"versions\":[",
                      &target->model->name);
    ngx_http_maas_put_versions(target, text, "\"");
    ngx_http_maas_put(text, "],\"platform\":\"maas_safetensors\","
                      "\"inputs\":");
    ngx_http_maas_put_inputs(text, info);
    ngx_http_maas_put(text, ",\"outputs\":[{\"name\":\"%s\",\"datatype\":"
                      "\"FP32\",\"shape\":[-1,%uz]}],\"task\":\"%s\","
                      "\"labels\":", info->output_name, info->out,
                      info->task_name);
    ngx_http_maas_put_list(text, info->labels, info->n_labels);
    ngx_http_maas_put(text, ",\"columns\":");
    ngx_http_maas_put_list(text, info->columns, info->n_columns);
    ngx_http_maas_put(text, "}");
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

    ngx_http_maas_put(text, "{\"name\":\"%V\",\"platform\":"
                      "\"maas_safetensors\",\"backend\":\"maas\","
                      "\"version_policy\":{\"specific\":{\"versions\":[",
                      &target->model->name);
    ngx_http_maas_put_versions(target, text, "");
    ngx_http_maas_put(text, "]}},\"max_batch_size\":%ui,\"input\":",
                      mlcf->max_rows);
    ngx_http_maas_put_config_inputs(text, info);
    ngx_http_maas_put(text, ",\"output\":[{\"name\":\"%s\",\"data_type\":"
                      "\"TYPE_FP32\",\"dims\":[%uz],\"label_filename\":\"\"}],"
                      "\"dynamic_batching\":{\"preferred_batch_size\":[],"
                      "\"max_queue_delay_microseconds\":0},"
                      "\"model_transaction_policy\":{\"decoupled\":false},"
                      "\"response_cache\":{\"enable\":false}}",
                      info->output_name, info->out);
}


void
ngx_http_maas_put_v2_stats(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_http_maas_put_stats(text, target->mmcf,
                            target->model != NULL ? &target->name : NULL,
                            target->version.len != 0 ? target->model : NULL);
}


void
ngx_http_maas_put_index(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;

    ngx_http_maas_put(text, "[");

    for (i = 0; i < target->mmcf->models.nelts; i++) {
        ngx_http_maas_put(text, "%s{\"name\":\"%V\",\"version\":\"%V\","
                          "\"state\":\"READY\",\"reason\":\"\"}",
                          i == 0 ? "" : ",", &models[i]->name,
                          &models[i]->version);
    }

    ngx_http_maas_put(text, "]");
}


/* There is nothing to trace with; clients that ask are told so. */

void
ngx_http_maas_put_trace(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_text_t *text)
{
    ngx_http_maas_put(text, "{\"trace_level\":[\"OFF\"],\"trace_rate\":\"0\","
                      "\"trace_count\":\"0\",\"log_frequency\":\"0\","
                      "\"trace_file\":\"\",\"trace_mode\":\"triton\"}");
}


/* What error_log of this place lets through; its path is nobody's business */

void
ngx_http_maas_put_logging(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_uint_t  level;

    level = r->connection->log->log_level;

    ngx_http_maas_put(text, "{\"log_file\":\"\",\"log_error\":%s,"
                      "\"log_warning\":%s,\"log_info\":%s,"
                      "\"log_verbose_level\":%d,\"log_format\":\"default\"}",
                      level >= NGX_LOG_ERR ? "true" : "false",
                      level >= NGX_LOG_WARN ? "true" : "false",
                      level >= NGX_LOG_INFO ? "true" : "false",
                      level >= NGX_LOG_DEBUG_FIRST ? 1 : 0);
}
