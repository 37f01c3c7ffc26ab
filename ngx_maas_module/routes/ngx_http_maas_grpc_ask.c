
/*
 * Requests of gRPC that ask for something other than a prediction: their
 * messages, and which model they mean.
 * Not here: answers (ngx_http_maas_grpc.c), predictions (engine/wire/grpc/).
 */


#include "ngx_http_maas_grpc.h"


static const char  ngx_http_maas_no_model[] =
    "there is no such model or version";


const char *
ngx_http_maas_grpc_service(ngx_uint_t service)
{
    static const char *const  names[] = {
        [NGX_HTTP_MAAS_GRPC_INFERENCE] = "inference.GRPCInferenceService",
        [NGX_HTTP_MAAS_GRPC_HEALTH] = "grpc.health.v1.Health",
        [NGX_HTTP_MAAS_GRPC_PREDICTION] =
            "tensorflow.serving.PredictionService",
        [NGX_HTTP_MAAS_GRPC_MODELS] = "tensorflow.serving.ModelService"
    };

    return names[service];
}


static maas_pb_t
ngx_http_maas_ask_fields(ngx_str_t *message)
{
    maas_pb_t  fields;

    fields.p = (const char *) message->data;
    fields.end = fields.p + message->len;

    return fields;
}


ngx_uint_t
ngx_http_maas_ask_nothing(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    if (maas_pb_whole(ngx_http_maas_ask_fields(message))) {
        return 0;
    }

    *why = "the message is malformed, expected one of protobuf";

    return NGX_HTTP_BAD_REQUEST;
}


ngx_uint_t
ngx_http_maas_ask_whether(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    maas_grpc_which_t  which;

    if (maas_grpc_infer_which((const char *) message->data, message->len,
                              &which, err)
        != MAAS_OK)
    {
        *why = err->msg;
        return NGX_HTTP_BAD_REQUEST;
    }

    target->model = ngx_http_maas_model_said(target->mmcf, &which,
                                             &target->which);

    return 0;
}


ngx_uint_t
ngx_http_maas_ask_models(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    ngx_uint_t  status;

    status = ngx_http_maas_ask_whether(message, target, err, why);

    if (status == 0 && target->which.name.len != 0 && target->model == NULL) {
        *why = ngx_http_maas_no_model;
        return NGX_HTTP_NOT_FOUND;
    }

    return status;
}


ngx_uint_t
ngx_http_maas_ask_model(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    ngx_uint_t  status;

    status = ngx_http_maas_ask_whether(message, target, err, why);

    if (status == 0 && target->model == NULL) {
        *why = ngx_http_maas_no_model;
        return NGX_HTTP_NOT_FOUND;
    }

    return status;
}


/* Settings are read.  A client that wants to change one is told who can. */

static ngx_uint_t
ngx_http_maas_ask_settings(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    maas_pb_field_t  setting;

    if (maas_pb_find(ngx_http_maas_ask_fields(message), 1, MAAS_PB_BYTES,
                     &setting))
    {
        *why = "settings are changed by the server's configuration";
        return NGX_HTTP_NOT_IMPLEMENTED;
    }

    return ngx_http_maas_ask_nothing(message, target, err, why);
}


ngx_uint_t
ngx_http_maas_ask_logging(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    return ngx_http_maas_ask_settings(message, target, err, why);
}


ngx_uint_t
ngx_http_maas_ask_tracing(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    ngx_uint_t       status;
    maas_pb_field_t  name;

    status = ngx_http_maas_ask_settings(message, target, err, why);

    if (status != 0
        || !maas_pb_find(ngx_http_maas_ask_fields(message), 2, MAAS_PB_BYTES,
                         &name)
        || maas_pb_len(name.bytes) == 0)
    {
        return status;
    }

    target->which.name.data = (u_char *) name.bytes.p;
    target->which.name.len = maas_pb_len(name.bytes);
    target->model = ngx_http_maas_model_find(target->mmcf, &target->which);

    if (target->model == NULL) {
        *why = ngx_http_maas_no_model;
        return NGX_HTTP_NOT_FOUND;
    }

    return 0;
}


/* The server as a whole, if it has no name; one of its services, or a model */

ngx_uint_t
ngx_http_maas_ask_health(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    ngx_uint_t       i, status;
    maas_pb_field_t  name;

    status = ngx_http_maas_ask_nothing(message, target, err, why);

    if (status != 0
        || !maas_pb_find(ngx_http_maas_ask_fields(message), 1, MAAS_PB_BYTES,
                         &name)
        || maas_pb_len(name.bytes) == 0)
    {
        return status;
    }

    for (i = 0; i < NGX_HTTP_MAAS_GRPC_N_SERVICES; i++) {
        if (maas_pb_is(name.bytes, ngx_http_maas_grpc_service(i))) {
            return 0;
        }
    }

    target->which.name.data = (u_char *) name.bytes.p;
    target->which.name.len = maas_pb_len(name.bytes);

    if (ngx_http_maas_model_find(target->mmcf, &target->which) != NULL) {
        return 0;
    }

    *why = "there is no such service or model";

    return NGX_HTTP_NOT_FOUND;
}


ngx_uint_t
ngx_http_maas_ask_status(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    maas_grpc_which_t  which;

    if (maas_grpc_predict_which((const char *) message->data, message->len,
                                &which, err)
        != MAAS_OK)
    {
        *why = err->msg;
        return NGX_HTTP_BAD_REQUEST;
    }

    target->model = ngx_http_maas_model_said(target->mmcf, &which,
                                             &target->which);

    if (target->model == NULL) {
        *why = ngx_http_maas_no_model;
        return NGX_HTTP_NOT_FOUND;
    }

    /* digits, which may be a label, are in `which` */

    if (target->which.version.len != 0) {
        target->which.version = target->model->version;
    }

    if (target->which.label.len != 0) {
        target->which.label = target->model->label;
    }

    return 0;
}


/* There is one kind of metadata, and clients must say that they want it. */

ngx_uint_t
ngx_http_maas_ask_metadata(ngx_str_t *message, ngx_http_maas_target_t *target,
    maas_err_t *err, const char **why)
{
    int              rc;
    maas_pb_t        fields;
    ngx_uint_t       n, others;
    maas_pb_field_t  f;

    n = 0;
    others = 0;
    fields = ngx_http_maas_ask_fields(message);

    while ((rc = maas_pb_next(&fields, &f)) > 0) {
        if (f.number == 2 && f.wire == MAAS_PB_BYTES) {
            n++;
            others |= !maas_pb_is(f.bytes, "signature_def");
        }
    }

    if (rc == 0 && (n == 0 || others)) {
        *why = "\"metadata_field\": expected \"signature_def\" alone";
        return NGX_HTTP_BAD_REQUEST;
    }

    return ngx_http_maas_ask_status(message, target, err, why);
}
