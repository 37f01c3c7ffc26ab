
/*
 * Content handlers, and the trees of paths that maas_serve leads to.
 */


#ifndef _NGX_HTTP_MAAS_ROUTES_H_INCLUDED_
#define _NGX_HTTP_MAAS_ROUTES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* Content handlers of maas_serve and maas_predict */
ngx_int_t ngx_http_maas_serve_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_maas_predict_handler(ngx_http_request_t *r);

/* maas_status: page for people, JSON for programs. */
ngx_int_t ngx_http_maas_status_handler(ngx_http_request_t *r);

/* maas_metrics: the text form of Prometheus. */
ngx_int_t ngx_http_maas_metrics_handler(ngx_http_request_t *r);

/* Open Inference Protocol routes; path is what follows /v2. */
ngx_int_t ngx_http_maas_v2_handler(ngx_http_request_t *r, ngx_str_t *path);

/* TensorFlow Serving's and KServe's routes; path is what follows /v1. */
ngx_int_t ngx_http_maas_v1_handler(ngx_http_request_t *r, ngx_str_t *path);


#endif /* _NGX_HTTP_MAAS_ROUTES_H_INCLUDED_ */
