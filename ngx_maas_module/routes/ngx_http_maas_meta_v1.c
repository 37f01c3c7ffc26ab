
/*
 * What TensorFlow Serving says of a model.
 * Not here: routes (ngx_http_maas_v1.c, ngx_http_maas_grpc.c).
 */


#include "ngx_http_maas_routes.h"


/* A size, which JSON has as a text */

static void
ngx_http_maas_v1_dim(ngx_http_maas_tell_t *t, int64_t size)
{
    u_char  digits[NGX_INT64_LEN + 1];

    ngx_http_maas_tell_open(t, NULL, 2);

    if (t->protobuf) {
        ngx_http_maas_tell_field(t, 1, (uint64_t) size);

    } else {
        ngx_sprintf(digits, "%L%Z", size);
        ngx_http_maas_tell_text(t, "size", 0, (char *) digits);
        ngx_http_maas_tell_text(t, "name", 0, "");
    }

    ngx_http_maas_tell_close(t);
}


/* A tensor of rank dimensions behind the rows, as member `number` of those of
 * a signature */

static void
ngx_http_maas_v1_tensor(ngx_http_maas_tell_t *t, ngx_uint_t number,
    const ngx_http_maas_input_t *tensor, size_t rank)
{
    size_t  i;

    ngx_http_maas_tell_entry(t, number, tensor->name);
    ngx_http_maas_tell_word(t, "dtype", 2, tensor->type->tensorflow,
                            tensor->type->tensorflow_value);
    ngx_http_maas_tell_open(t, "tensor_shape", 3);
    ngx_http_maas_tell_list(t, "dim");
    ngx_http_maas_v1_dim(t, -1);

    for (i = 0; i < rank; i++) {
        ngx_http_maas_v1_dim(t, (int64_t) tensor->shape[i]);
    }

    ngx_http_maas_tell_list_end(t);
    ngx_http_maas_tell_flag(t, "unknown_rank", 3, 0);
    ngx_http_maas_tell_close(t);
    ngx_http_maas_tell_text(t, "name", 1, tensor->name);
    ngx_http_maas_tell_entry_end(t);
}


/* A map of tensors: JSON has an object, protobuf has its members only. */

static void
ngx_http_maas_v1_tensors(ngx_http_maas_tell_t *t, const maas_info_t *info)
{
    size_t                 i;
    ngx_http_maas_input_t  tensor;

    ngx_http_maas_tell_map(t, "inputs");

    for (i = 0; ngx_http_maas_input(info, i, &tensor); i++) {
        ngx_http_maas_v1_tensor(t, 1, &tensor, info->plain ? tensor.rank : 0);
    }

    ngx_http_maas_tell_map_end(t);
    ngx_http_maas_tell_map(t, "outputs");
    (void) ngx_http_maas_output_at(info, MAAS_OUTPUT_NUMBERS, &tensor);
    ngx_http_maas_v1_tensor(t, 2, &tensor, 1);
    ngx_http_maas_tell_map_end(t);
    ngx_http_maas_tell_text(t, "method_name", 3,
                            "tensorflow/serving/predict");
}


static void
ngx_http_maas_v1_spec(ngx_http_maas_tell_t *t, ngx_http_maas_model_t *model)
{
    ngx_http_maas_tell_open(t, "model_spec", 1);
    ngx_http_maas_tell_text(t, "name", 1, (char *) model->name.data);

    if (t->protobuf) {
        ngx_http_maas_tell_open(t, NULL, 2);
        ngx_http_maas_tell_field(t, 1, (uint64_t) model->number);
        ngx_http_maas_tell_close(t);

    } else {
        ngx_http_maas_tell_text(t, "signature_name", 0, "");
        ngx_http_maas_tell_text(t, "version", 0,
                                (char *) model->version.data);
    }

    ngx_http_maas_tell_close(t);
}


void
ngx_http_maas_tell_v1_model(ngx_http_maas_tell_t *t,
    ngx_http_maas_model_t *model)
{
    const maas_info_t  *info;

    info = model->info;

    ngx_http_maas_tell_open(t, NULL, 0);
    ngx_http_maas_v1_spec(t, model);

    if (!t->protobuf) {

        if (info->n_labels != 0) {
            ngx_http_maas_json_list(t->text, "labels", info->labels,
                                    info->n_labels);
        }

        ngx_http_maas_put_decision(t->text, model);
    }

    ngx_http_maas_tell_map(t, "metadata");
    ngx_http_maas_tell_entry(t, 2, "signature_def");

    /* protobuf has a message of any type here, and says which */

    if (t->protobuf) {
        ngx_http_maas_tell_text(t, NULL, 1, "type.googleapis.com/"
                                "tensorflow.serving.SignatureDefMap");
        ngx_http_maas_tell_open(t, NULL, 2);
    }

    ngx_http_maas_tell_map(t, "signature_def");
    ngx_http_maas_tell_entry(t, 1, "serving_default");
    ngx_http_maas_v1_tensors(t, info);
    ngx_http_maas_tell_entry_end(t);
    ngx_http_maas_tell_map_end(t);

    if (t->protobuf) {
        ngx_http_maas_tell_close(t);
    }

    ngx_http_maas_tell_entry_end(t);
    ngx_http_maas_tell_map_end(t);
    ngx_http_maas_tell_close(t);
}


void
ngx_http_maas_tell_v1_status(ngx_http_maas_tell_t *t,
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_which_t *which)
{
    ngx_uint_t              n;
    ngx_http_maas_model_t  *model;

    ngx_http_maas_tell_list(t, "model_version_status");
    n = 0;

    while ((model = ngx_http_maas_model_next(mmcf, which, &n)) != NULL) {
        ngx_http_maas_tell_open(t, NULL, 1);

        if (t->protobuf) {
            ngx_http_maas_tell_field(t, 1, (uint64_t) model->number);

        } else {
            ngx_http_maas_tell_text(t, "version", 0,
                                    (char *) model->version.data);
        }

        ngx_http_maas_tell_word(t, "state", 2, "AVAILABLE", 30);
        ngx_http_maas_tell_open(t, "status", 3);
        ngx_http_maas_tell_word(t, "error_code", 1, "OK", 0);
        ngx_http_maas_tell_text(t, "error_message", 2, "");
        ngx_http_maas_tell_close(t);
        ngx_http_maas_tell_close(t);
    }

    ngx_http_maas_tell_list_end(t);
}
