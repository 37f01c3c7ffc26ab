
/*
 * gRPC: which service and method lead where, and what methods without a
 * prediction answer.
 * Not here: frames and codes (request/, answers/), messages of predictions
 * (engine/wire/grpc/), what is in requests (ngx_http_maas_grpc_ask.c).
 *
 * Sources: KServe's and Triton's grpc_service.proto, grpc.health.v1, TensorFlow
 * Serving's prediction_service.proto and model_service.proto.
 */


#include "ngx_http_maas_grpc.h"
#include "request/ngx_http_maas_request.h"


/* What a method does: a prediction in a form, or an answer to what it asks, or
 * nothing, because of what is said. */

typedef struct {
    const char               *name;
    const maas_form_t        *form;
    ngx_http_maas_which_pt    which;
    ngx_http_maas_ask_pt      ask;
    void                    (*tell)(ngx_http_request_t *r,
                                    ngx_http_maas_target_t *target,
                                    ngx_http_maas_tell_t *t);
    const char               *refusal;
} ngx_http_maas_method_t;


/* A message without fields, or with none that are not as they begin */

static void
ngx_http_maas_tell_nothing(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
}


/* What answers is healthy. */

static void
ngx_http_maas_tell_health(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    ngx_http_maas_tell_word(t, "status", 1, "SERVING", 1);
}


static void
ngx_http_maas_tell_healths(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    ngx_uint_t  i;

    ngx_http_maas_tell_entry(t, 1, "");
    ngx_http_maas_tell_health(r, target, t);
    ngx_http_maas_tell_entry_end(t);

    for (i = 0; i < NGX_HTTP_MAAS_GRPC_N_SERVICES; i++) {
        ngx_http_maas_tell_entry(t, 1, ngx_http_maas_grpc_service(i));
        ngx_http_maas_tell_health(r, target, t);
        ngx_http_maas_tell_entry_end(t);
    }
}


static void
ngx_http_maas_tell_metadata(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    ngx_http_maas_tell_v1_model(t, target->model);
}


static void
ngx_http_maas_tell_status(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    ngx_http_maas_tell_v1_status(t, target->mmcf, &target->which);
}


#define NGX_HTTP_MAAS_NO_CONTROL                                              \
    "models are loaded and unloaded by the server's configuration"

#define NGX_HTTP_MAAS_NO_SHARING                                              \
    "tensors are not read from shared memory, expected in the message"

#define NGX_HTTP_MAAS_NO_EXAMPLES                                             \
    "rows are not read from tf.Example, expected tensors, by the method "     \
    "Predict"


static const ngx_http_maas_method_t  ngx_http_maas_inference[] = {
    { "ModelInfer", .form = &maas_form_grpc_infer,
      .which = maas_grpc_infer_which },
    { "ServerLive", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_live },
    { "ServerReady", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_ready },
    { "ModelReady", .ask = ngx_http_maas_ask_whether,
      .tell = ngx_http_maas_tell_model_ready },
    { "ServerMetadata", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_server },
    { "ModelMetadata", .ask = ngx_http_maas_ask_model,
      .tell = ngx_http_maas_tell_model },
    { "ModelConfig", .ask = ngx_http_maas_ask_model,
      .tell = ngx_http_maas_tell_config },
    { "ModelStatistics", .ask = ngx_http_maas_ask_models,
      .tell = ngx_http_maas_tell_stats },
    { "RepositoryIndex", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_index },
    { "RepositoryModelLoad", .refusal = NGX_HTTP_MAAS_NO_CONTROL },
    { "RepositoryModelUnload", .refusal = NGX_HTTP_MAAS_NO_CONTROL },
    { "TraceSetting", .ask = ngx_http_maas_ask_tracing,
      .tell = ngx_http_maas_tell_tracing },
    { "LogSettings", .ask = ngx_http_maas_ask_logging,
      .tell = ngx_http_maas_tell_logging },

    /* clients begin by taking back what they may have registered before */

    { "SystemSharedMemoryStatus", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_nothing },
    { "SystemSharedMemoryRegister", .refusal = NGX_HTTP_MAAS_NO_SHARING },
    { "SystemSharedMemoryUnregister", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_nothing },
    { "CudaSharedMemoryStatus", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_nothing },
    { "CudaSharedMemoryRegister", .refusal = NGX_HTTP_MAAS_NO_SHARING },
    { "CudaSharedMemoryUnregister", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_nothing },

    { "ModelStreamInfer", .refusal = "there are no streams of predictions, "
      "expected the method ModelInfer for each" },
    { NULL }
};


static const ngx_http_maas_method_t  ngx_http_maas_health[] = {
    { "Check", .ask = ngx_http_maas_ask_health,
      .tell = ngx_http_maas_tell_health },
    { "List", .ask = ngx_http_maas_ask_nothing,
      .tell = ngx_http_maas_tell_healths },
    { "Watch", .refusal = "health is not watched, expected the method Check" },
    { NULL }
};


static const ngx_http_maas_method_t  ngx_http_maas_prediction[] = {
    { "Predict", .form = &maas_form_grpc_predict,
      .which = maas_grpc_predict_which },
    { "GetModelMetadata", .ask = ngx_http_maas_ask_metadata,
      .tell = ngx_http_maas_tell_metadata },
    { "Classify", .refusal = NGX_HTTP_MAAS_NO_EXAMPLES },
    { "Regress", .refusal = NGX_HTTP_MAAS_NO_EXAMPLES },
    { "MultiInference", .refusal = NGX_HTTP_MAAS_NO_EXAMPLES },
    { NULL }
};


static const ngx_http_maas_method_t  ngx_http_maas_models_of[] = {
    { "GetModelStatus", .ask = ngx_http_maas_ask_status,
      .tell = ngx_http_maas_tell_status },
    { "HandleReloadConfigRequest", .refusal = NGX_HTTP_MAAS_NO_CONTROL },
    { NULL }
};


static const ngx_http_maas_method_t *const  ngx_http_maas_services[] = {
    [NGX_HTTP_MAAS_GRPC_INFERENCE] = ngx_http_maas_inference,
    [NGX_HTTP_MAAS_GRPC_HEALTH] = ngx_http_maas_health,
    [NGX_HTTP_MAAS_GRPC_PREDICTION] = ngx_http_maas_prediction,
    [NGX_HTTP_MAAS_GRPC_MODELS] = ngx_http_maas_models_of
};


/* Takes "/NAME" off the front of a path; what follows must be `end`, "/", or
 * nothing if that is 0. */

static ngx_uint_t
ngx_http_maas_grpc_cut(ngx_str_t *path, const char *name, u_char end)
{
    size_t  len;

    len = 1 + ngx_strlen(name);

    if (path->len < len || path->data[0] != '/'
        || ngx_memcmp(path->data + 1, name, len - 1) != 0)
    {
        return 0;
    }

    if (end == 0 ? path->len != len
                 : path->len == len || path->data[len] != end)
    {
        return 0;
    }

    path->data += len;
    path->len -= len;

    return 1;
}


/* The method; NULL: there is none.  `service` is NULL if that is not there. */

static const ngx_http_maas_method_t *
ngx_http_maas_grpc_find(ngx_str_t path, const char **service)
{
    ngx_uint_t                     i;
    const ngx_http_maas_method_t  *method;

    for (i = 0; i < NGX_HTTP_MAAS_GRPC_N_SERVICES; i++) {
        *service = ngx_http_maas_grpc_service(i);

        if (!ngx_http_maas_grpc_cut(&path, *service, '/')) {
            continue;
        }

        for (method = ngx_http_maas_services[i]; method->name != NULL;
             method++)
        {
            if (ngx_http_maas_grpc_cut(&path, method->name, 0)) {
                return method;
            }
        }

        return NULL;
    }

    *service = NULL;

    return NULL;
}


/* What follows the root of the location; a rewrite may have led here from
 * elsewhere. */

static ngx_str_t
ngx_http_maas_grpc_path(ngx_http_request_t *r)
{
    ngx_str_t                  path;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    path = r->uri;

    if (path.len >= mlcf->root.len
        && ngx_memcmp(path.data, mlcf->root.data, mlcf->root.len) == 0)
    {
        path.data += mlcf->root.len;
        path.len -= mlcf->root.len;
    }

    return path;
}


/* The body of a method that asks for something is there. */

static void
ngx_http_maas_grpc_asked(ngx_http_request_t *r)
{
    ngx_str_t                      message;
    maas_err_t                     err;
    ngx_uint_t                     status;
    const char                    *why, *service;
    ngx_http_maas_tell_t           tell;
    ngx_http_maas_text_t           text;
    ngx_http_maas_target_t         target;
    const ngx_http_maas_method_t  *method;

    if (ngx_http_maas_body(r, &message, &err) != MAAS_OK) {
        ngx_http_finalize_request(r, ngx_http_maas_send_failure(r, &err));
        return;
    }

    method = ngx_http_maas_grpc_find(ngx_http_maas_grpc_path(r), &service);

    ngx_memzero(&target, sizeof(target));
    target.mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    status = method->ask(&message, &target, &err, &why);
    if (status != 0) {
        ngx_http_finalize_request(r, ngx_http_maas_refuse(r, status, "%s",
                                                          why));
        return;
    }

    ngx_http_maas_text_init(&text, r->pool);
    ngx_http_maas_tell_init(&tell, &text, 1);
    method->tell(r, &target, &tell);

    if (ngx_http_maas_text(&text, &message) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    ngx_http_finalize_request(r, ngx_http_maas_send_message(r, &message));
}


ngx_int_t
ngx_http_maas_grpc_handler(ngx_http_request_t *r)
{
    const char                    *service;
    const ngx_http_maas_method_t  *method;

    method = ngx_http_maas_grpc_find(ngx_http_maas_grpc_path(r), &service);

    if (method == NULL) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_IMPLEMENTED,
                                    "there is no such method of %s, expected "
                                    "one that this server's documentation "
                                    "names", service == NULL ? "gRPC"
                                                             : service);
    }

    if (method->refusal != NULL) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_IMPLEMENTED, "%s",
                                    method->refusal);
    }

    if (method->form != NULL) {
        return ngx_http_maas_grpc_infer(r, method->form, method->which);
    }

    return ngx_http_maas_read_body(r, ngx_http_maas_grpc_asked);
}
