
/*
 * What TensorFlow Serving says of a model: its signature.
 * Not here: paths and status (ngx_http_maas_v1.c).
 */



#include "ngx_http_maas_meta.h"


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
    ngx_uint_t          i;
    const maas_info_t  *info;

    info = model->info;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_value(text, "model_spec", "{\"name\":\"%V\","
                             "\"signature_name\":\"\",\"version\":\"%V\"}",
                             &model->name, &model->version);
    ngx_http_maas_json_open(text, "metadata", "{");
    ngx_http_maas_json_open(text, "signature_def", "{");
    ngx_http_maas_json_open(text, "signature_def", "{");
    ngx_http_maas_json_open(text, "serving_default", "{");
    ngx_http_maas_json_open(text, "inputs", "{");

    if (info->plain) {
        ngx_http_maas_v1_tensor(text, info->input_name, "DT_FLOAT",
                                info->shape, info->rank);
    }

    for (i = 0; !info->plain && i < info->n_columns; i++) {
        ngx_http_maas_v1_tensor(text, info->columns[i],
                                ngx_http_maas_kind_tf(&info->fields[i]), NULL,
                                0);
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
