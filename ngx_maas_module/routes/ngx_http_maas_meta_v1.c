
/*
 * What TensorFlow Serving says of a model, as JSON.
 * Not here: routes (ngx_http_maas_v1.c).
 */


#include "ngx_http_maas_routes.h"


/* A tensor of n dimensions behind the rows */

static void
ngx_http_maas_v1_tensor(ngx_http_maas_text_t *text, const char *name,
    const char *dtype, const size_t *shape, size_t n)
{
    size_t  i;

    ngx_http_maas_json_open(text, name, "{");
    ngx_http_maas_json_string(text, "dtype", dtype);
    ngx_http_maas_json_open(text, "tensor_shape", "{");
    ngx_http_maas_json_open(text, "dim", "[");
    ngx_http_maas_json_value(text, NULL, "{\"size\":\"-1\",\"name\":\"\"}");

    for (i = 0; i < n; i++) {
        ngx_http_maas_json_value(text, NULL,
                                 "{\"size\":\"%uz\",\"name\":\"\"}",
                                 shape[i]);
    }

    ngx_http_maas_json_close(text, "]");
    ngx_http_maas_json_value(text, "unknown_rank", "false");
    ngx_http_maas_json_close(text, "}");
    ngx_http_maas_json_string(text, "name", name);
    ngx_http_maas_json_close(text, "}");
}


void
ngx_http_maas_put_v1_model(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model)
{
    size_t                 i;
    const maas_info_t     *info;
    ngx_http_maas_input_t  input;

    info = model->info;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_value(text, "model_spec", "{\"name\":\"%V\","
                             "\"signature_name\":\"\",\"version\":\"%V\"}",
                             &model->name, &model->version);

    if (info->n_labels != 0) {
        ngx_http_maas_json_list(text, "labels", info->labels, info->n_labels);
    }

    ngx_http_maas_put_decision(text, info);
    ngx_http_maas_json_open(text, "metadata", "{");
    ngx_http_maas_json_open(text, "signature_def", "{");
    ngx_http_maas_json_open(text, "signature_def", "{");
    ngx_http_maas_json_open(text, "serving_default", "{");
    ngx_http_maas_json_open(text, "inputs", "{");

    for (i = 0; ngx_http_maas_input(info, i, &input); i++) {
        ngx_http_maas_v1_tensor(text, input.name, input.type->tensorflow,
                                input.shape, info->plain ? input.rank : 0);
    }

    ngx_http_maas_json_close(text, "}");
    ngx_http_maas_json_open(text, "outputs", "{");
    ngx_http_maas_v1_tensor(text, info->output_name, "DT_FLOAT", &info->out,
                            1);
    ngx_http_maas_json_close(text, "}");
    ngx_http_maas_json_string(text, "method_name",
                              "tensorflow/serving/predict");
    ngx_http_maas_json_close(text, "}}}}}");
}
