
/*
 * Services and methods of gRPC that are answered without asking a model.
 * Not here: predictions (request/), what all protocols tell
 * (ngx_http_maas_routes.h).
 */


#ifndef _NGX_HTTP_MAAS_GRPC_H_INCLUDED_
#define _NGX_HTTP_MAAS_GRPC_H_INCLUDED_


#include "ngx_http_maas_routes.h"


enum {
    NGX_HTTP_MAAS_GRPC_INFERENCE = 0,
    NGX_HTTP_MAAS_GRPC_HEALTH,
    NGX_HTTP_MAAS_GRPC_PREDICTION,
    NGX_HTTP_MAAS_GRPC_MODELS,
    NGX_HTTP_MAAS_GRPC_N_SERVICES
};


/*
 * Reads the message of a request, looks up what it is about: 0, or an HTTP
 * status and the sentence that goes with it, static or in err.  `target` has
 * mmcf, the rest is zeroed.
 */
typedef ngx_uint_t (*ngx_http_maas_ask_pt)(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);


/* ngx_http_maas_grpc_ask.c, by messages: nothing that matters; a model of
 * inference by name and version, which must be there, may be left out or may be
 * missing; nothing to be changed, in settings of a model or of logs; a service
 * whose health is asked for; a model of TensorFlow Serving, for its metadata or
 * for its status. */
ngx_uint_t ngx_http_maas_ask_nothing(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);
ngx_uint_t ngx_http_maas_ask_model(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);
ngx_uint_t ngx_http_maas_ask_models(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);
ngx_uint_t ngx_http_maas_ask_whether(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);
ngx_uint_t ngx_http_maas_ask_tracing(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);
ngx_uint_t ngx_http_maas_ask_logging(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);
ngx_uint_t ngx_http_maas_ask_health(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);
ngx_uint_t ngx_http_maas_ask_metadata(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);
ngx_uint_t ngx_http_maas_ask_status(ngx_str_t *message,
    ngx_http_maas_target_t *target, maas_err_t *err, const char **why);


/* The full name of a service */
const char *ngx_http_maas_grpc_service(ngx_uint_t service);


#endif /* _NGX_HTTP_MAAS_GRPC_H_INCLUDED_ */
