
/*
 * gRPC: which path leads to which method.
 * Not here: messages (engine/wire/grpc/), frames and codes.
 */


#include "ngx_http_maas_routes.h"
#include "request/ngx_http_maas_request.h"


ngx_int_t
ngx_http_maas_grpc_handler(ngx_http_request_t *r)
{
    ngx_str_t  name;

    static ngx_str_t  infer =
        ngx_string("/inference.GRPCInferenceService/ModelInfer");
    static ngx_str_t  live =
        ngx_string("/inference.GRPCInferenceService/ServerLive");

    if (ngx_http_maas_text_same(&r->uri, &infer)) {
        return ngx_http_maas_grpc_infer(r, &maas_form_grpc_infer,
                                        maas_grpc_infer_which);
    }

    if (ngx_http_maas_text_same(&r->uri, &live)) {
        ngx_str_set(&name, "\010\001");
        return ngx_http_maas_send_message(r, &name);
    }

    return ngx_http_maas_refuse(r, NGX_HTTP_NOT_IMPLEMENTED,
                                "there is no such method here");
}
