
/*
 * Triton's configuration of a model: the parts that say something of us.
 * Not here: the protocol's metadata (ngx_http_maas_meta.c).
 */


#include "ngx_http_maas_routes.h"


static void
ngx_http_maas_config_inputs(ngx_http_maas_tell_t *t, const maas_info_t *info)
{
    size_t                 i;
    ngx_http_maas_input_t  input;

    ngx_http_maas_tell_list(t, "input");

    for (i = 0; ngx_http_maas_input(info, i, &input); i++) {
        ngx_http_maas_tell_open(t, NULL, 5);
        ngx_http_maas_tell_text(t, "name", 1, input.name);
        ngx_http_maas_tell_word(t, "data_type", 2, input.type->triton,
                                input.type->triton_value);
        ngx_http_maas_tell_word(t, "format", 3, "FORMAT_NONE", 0);
        ngx_http_maas_tell_dims(t, "dims", 4, 0, input.shape, input.rank);
        ngx_http_maas_tell_json(t, "\"is_shape_tensor\":false,"
                                "\"allow_ragged_batch\":false,"
                                "\"optional\":false,"
                                "\"is_non_linear_format_io\":false");
        ngx_http_maas_tell_close(t);
    }

    ngx_http_maas_tell_list_end(t);
}


/* The outputs that a client may ask for */

static void
ngx_http_maas_config_outputs(ngx_http_maas_tell_t *t, const maas_info_t *info)
{
    ngx_uint_t             i;
    ngx_http_maas_input_t  output;

    ngx_http_maas_tell_list(t, "output");

    for (i = 0; i < MAAS_N_OUTPUTS; i++) {
        if (!ngx_http_maas_output_at(info, i, &output)) {
            continue;
        }

        ngx_http_maas_tell_open(t, NULL, 6);
        ngx_http_maas_tell_text(t, "name", 1, output.name);
        ngx_http_maas_tell_word(t, "data_type", 2, output.type->triton,
                                output.type->triton_value);
        ngx_http_maas_tell_dims(t, "dims", 3, 0, output.shape, output.rank);
        ngx_http_maas_tell_json(t, "\"label_filename\":\"\","
                                "\"is_shape_tensor\":false,"
                                "\"is_non_linear_format_io\":false");
        ngx_http_maas_tell_close(t);
    }

    ngx_http_maas_tell_list_end(t);
}


/* What Triton has no member for: texts by name */

static void
ngx_http_maas_config_parameters(ngx_http_maas_tell_t *t,
    ngx_http_maas_model_t *model)
{
    ngx_str_t   value;
    ngx_uint_t  i;

    static const ngx_uint_t  facts[] = {
        NGX_HTTP_MAAS_FACT_THRESHOLD, NGX_HTTP_MAAS_FACT_WEIGHTS
    };

    ngx_http_maas_tell_map(t, "parameters");

    for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        value = ngx_http_maas_fact_text(t->text, model, facts[i]);

        if (value.len != 0) {
            ngx_http_maas_tell_entry(t, 14, ngx_http_maas_fact_name(facts[i]));
            ngx_http_maas_tell_text(t, "string_value", 1, (char *) value.data);
            ngx_http_maas_tell_entry_end(t);
        }
    }

    ngx_http_maas_tell_map_end(t);
}


static void
ngx_http_maas_config_versions(ngx_http_maas_tell_t *t,
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_which_t *all)
{
    ngx_uint_t              n;
    ngx_http_maas_model_t  *model;

    ngx_http_maas_tell_open(t, "version_policy", 3);
    ngx_http_maas_tell_open(t, "specific", 3);
    ngx_http_maas_tell_list(t, "versions");
    n = 0;

    while ((model = ngx_http_maas_model_next(mmcf, all, &n)) != NULL) {
        ngx_http_maas_tell_number(t, NULL, 1, model->number);
    }

    ngx_http_maas_tell_list_end(t);
    ngx_http_maas_tell_close(t);
    ngx_http_maas_tell_close(t);
}


/* How it is run: as many times as there are workers */

static void
ngx_http_maas_config_run(ngx_http_maas_tell_t *t, const char *name)
{
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(ngx_cycle->conf_ctx,
                                           ngx_core_module);

    ngx_http_maas_tell_json(t, "\"batch_input\":[],\"batch_output\":[]");
    ngx_http_maas_tell_open(t, "dynamic_batching", 11);
    ngx_http_maas_tell_json(t, "\"preferred_batch_size\":[],"
                            "\"max_queue_delay_microseconds\":0");
    ngx_http_maas_tell_close(t);
    ngx_http_maas_tell_json(t, "\"optimization\":{\"priority\":"
                            "\"PRIORITY_DEFAULT\","
                            "\"eager_batching\":false}");

    ngx_http_maas_tell_list(t, "instance_group");
    ngx_http_maas_tell_open(t, NULL, 7);
    ngx_http_maas_tell_text(t, "name", 1, name);
    ngx_http_maas_tell_word(t, "kind", 4, "KIND_CPU", 2);
    ngx_http_maas_tell_number(t, "count", 2, ccf->worker_processes);
    ngx_http_maas_tell_json(t, "\"gpus\":[],\"passive\":false");
    ngx_http_maas_tell_close(t);
    ngx_http_maas_tell_list_end(t);
}


void
ngx_http_maas_tell_config(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    const char                *name;
    const maas_info_t         *info;
    ngx_http_maas_which_t      all = { .name = target->model->name };
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);
    info = target->model->info;
    name = (char *) all.name.data;

    ngx_http_maas_tell_open(t, NULL, 1);
    ngx_http_maas_tell_text(t, "name", 1, name);
    ngx_http_maas_tell_text(t, "platform", 2, "maas_safetensors");
    ngx_http_maas_tell_text(t, "backend", 17, "maas");
    ngx_http_maas_tell_text(t, "runtime", 25, "");
    ngx_http_maas_config_versions(t, target->mmcf, &all);
    ngx_http_maas_tell_number(t, "max_batch_size", 4,
                              (int64_t) mlcf->max_rows);
    ngx_http_maas_config_inputs(t, info);
    ngx_http_maas_config_outputs(t, info);
    ngx_http_maas_config_run(t, name);
    ngx_http_maas_tell_json(t, "\"default_model_filename\":\"\","
                            "\"cc_model_filenames\":{},\"metric_tags\":{},"
                            "\"model_warmup\":[],"
                            "\"model_transaction_policy\":"
                            "{\"decoupled\":false}");
    ngx_http_maas_tell_json(t, mlcf->cache != NULL
                               ? "\"response_cache\":{\"enable\":true}"
                               : "\"response_cache\":{\"enable\":false}");
    ngx_http_maas_config_parameters(t, target->model);
    ngx_http_maas_tell_close(t);
}
