
/*
 * What the Open Inference Protocol says of models: metadata, readiness.
 * Not here: Triton's configuration of them (ngx_http_maas_config.c),
 * TensorFlow's metadata (ngx_http_maas_meta_v1.c), routes (ngx_http_maas_v2.c,
 * ngx_http_maas_grpc.c).
 */


#include "ngx_http_maas_routes.h"


static const ngx_http_maas_datatype_t  ngx_http_maas_datatypes[] = {
    [MAAS_FIELD_NUMBER] = { "FP32", "TYPE_FP32", 11, "DT_FLOAT", 1 },
    [MAAS_FIELD_BOOLEAN] = { "BOOL", "TYPE_BOOL", 1, "DT_BOOL", 10 },
    [MAAS_FIELD_CATEGORY] = { "BYTES", "TYPE_STRING", 13, "DT_STRING", 7 },
    [MAAS_FIELD_TEXT] = { "BYTES", "TYPE_STRING", 13, "DT_STRING", 7 },
    [MAAS_FIELD_DATE] = { "BYTES", "TYPE_STRING", 13, "DT_STRING", 7 }
};

_Static_assert(sizeof(ngx_http_maas_datatypes)
               == MAAS_N_FIELDS * sizeof(ngx_http_maas_datatype_t),
               "a row for each kind");


const ngx_http_maas_datatype_t *
ngx_http_maas_datatype(const maas_info_t *info, maas_field_kind_t kind)
{
    static const ngx_http_maas_datatype_t  twice = {
        "FP64", "TYPE_FP64", 12, "DT_DOUBLE", 2
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


ngx_uint_t
ngx_http_maas_output_at(const maas_info_t *info, ngx_uint_t i,
    ngx_http_maas_input_t *output)
{
    static const size_t  one[] = { 1 };

    static const ngx_http_maas_datatype_t  types[] = {
        [MAAS_OUTPUT_NUMBERS] = { "FP32", "TYPE_FP32", 11, "DT_FLOAT", 1 },
        [MAAS_OUTPUT_LABEL] = { "BYTES", "TYPE_STRING", 13, "DT_STRING", 7 },
        [MAAS_OUTPUT_DECISION] = { "INT64", "TYPE_INT64", 9, "DT_INT64", 9 }
    };

    _Static_assert(sizeof(types)
                   == MAAS_N_OUTPUTS * sizeof(ngx_http_maas_datatype_t),
                   "a row for each kind");

    output->name = maas_output_name(info, (maas_output_kind_t) i);
    output->type = &types[i];
    output->shape = i == MAAS_OUTPUT_NUMBERS ? &info->out : one;
    output->rank = 1;

    return output->name != NULL;
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
ngx_http_maas_tell_model_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    ngx_http_maas_tell_open(t, NULL, 0);

    if (!t->protobuf) {
        ngx_http_maas_tell_text(t, "name", 0,
                                (char *) target->model->name.data);
    }

    ngx_http_maas_tell_flag(t, "ready", 1, target->model != NULL);
    ngx_http_maas_tell_close(t);
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
ngx_http_maas_tell_dims(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, ngx_int_t rows, const size_t *shape, size_t rank)
{
    size_t  i;

    ngx_http_maas_tell_list(t, name);

    if (rows != 0) {
        ngx_http_maas_tell_number(t, NULL, number, rows);
    }

    for (i = 0; i < rank; i++) {
        ngx_http_maas_tell_number(t, NULL, number, (int64_t) shape[i]);
    }

    ngx_http_maas_tell_list_end(t);
}


void
ngx_http_maas_put_shape(ngx_http_maas_text_t *text, ngx_int_t rows,
    const size_t *shape, size_t rank)
{
    ngx_http_maas_tell_t  t;

    ngx_http_maas_tell_init(&t, text, 0);
    ngx_http_maas_tell_dims(&t, "shape", 0, rows, shape, rank);
}


static void
ngx_http_maas_tell_tensor(ngx_http_maas_tell_t *t, ngx_uint_t number,
    const ngx_http_maas_input_t *tensor)
{
    ngx_http_maas_tell_open(t, NULL, number);
    ngx_http_maas_tell_text(t, "name", 1, tensor->name);
    ngx_http_maas_tell_text(t, "datatype", 2, tensor->type->v2);
    ngx_http_maas_tell_dims(t, "shape", 3, -1, tensor->shape, tensor->rank);
    ngx_http_maas_tell_close(t);
}


/* What the protocol has no members for: JSON allows others, protobuf has
 * properties, which are texts. */

static void
ngx_http_maas_tell_facts(ngx_http_request_t *r, ngx_http_maas_model_t *model,
    ngx_http_maas_tell_t *t)
{
    ngx_str_t                  value;
    ngx_uint_t                 i;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    for (i = 0; i < NGX_HTTP_MAAS_N_FACTS; i++) {
        if (i == NGX_HTTP_MAAS_FACT_SUM && !mlcf->headers) {
            continue;
        }

        if (!t->protobuf) {
            ngx_http_maas_put_fact(t->text, model, i);
            continue;
        }

        value = ngx_http_maas_fact_text(t->text, model, i);

        if (value.len != 0) {
            ngx_http_maas_tell_open(t, NULL, 6);
            ngx_http_maas_tell_text(t, NULL, 1, ngx_http_maas_fact_name(i));
            ngx_http_maas_tell_text(t, NULL, 2, (char *) value.data);
            ngx_http_maas_tell_close(t);
        }
    }
}


void
ngx_http_maas_tell_model(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_tell_t *t)
{
    ngx_uint_t              i, n;
    const maas_info_t      *info;
    ngx_http_maas_which_t   all = { .name = target->model->name };
    ngx_http_maas_model_t  *model;
    ngx_http_maas_input_t   tensor;

    info = target->model->info;

    ngx_http_maas_tell_open(t, NULL, 0);
    ngx_http_maas_tell_text(t, "name", 1, (char *) all.name.data);
    ngx_http_maas_tell_list(t, "versions");
    n = 0;

    while ((model = ngx_http_maas_model_next(target->mmcf, &all, &n)) != NULL) {
        ngx_http_maas_tell_text(t, NULL, 2, (char *) model->version.data);
    }

    ngx_http_maas_tell_list_end(t);
    ngx_http_maas_tell_text(t, "platform", 3, "maas_safetensors");
    ngx_http_maas_tell_list(t, "inputs");

    for (i = 0; ngx_http_maas_input(info, i, &tensor); i++) {
        ngx_http_maas_tell_tensor(t, 4, &tensor);
    }

    ngx_http_maas_tell_list_end(t);
    ngx_http_maas_tell_list(t, "outputs");

    for (i = 0; i < MAAS_N_OUTPUTS; i++) {
        if (ngx_http_maas_output_at(info, i, &tensor)) {
            ngx_http_maas_tell_tensor(t, 5, &tensor);
        }
    }

    ngx_http_maas_tell_list_end(t);
    ngx_http_maas_tell_facts(r, target->model, t);
    ngx_http_maas_tell_close(t);
}
