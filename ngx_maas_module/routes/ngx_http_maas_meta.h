
/*
 * What is said of the server and its models: a target of a path, and the JSON
 * of each answer about it.
 */


#ifndef _NGX_HTTP_MAAS_META_H_INCLUDED_
#define _NGX_HTTP_MAAS_META_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <maas.h>

#include "answers/ngx_http_maas_text.h"
#include "ngx_http_maas_conf.h"


/* The type of a column's values, as v2 and as TensorFlow call it */
const char *ngx_http_maas_v2_type(const maas_field_t *field);
const char *ngx_http_maas_tf_type(const maas_field_t *field);

/* What a path is about; empty if it names no model, or no version */

typedef struct {
    ngx_http_maas_main_conf_t  *mmcf;
    ngx_str_t                   name;
    ngx_str_t                   version;
    ngx_http_maas_model_t      *model;
} ngx_http_maas_target_t;

/* The JSON of an answer, each for the route of its name. */
void ngx_http_maas_put_server(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_live(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_models(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_model(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_model_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_config(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_v2_stats(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_index(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_trace(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_logging(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);


/* ngx_http_maas_openapi.c */

/* The OpenAPI document of a model, or of the server with all of them. */
void ngx_http_maas_put_openapi(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);

/* ngx_http_maas_metrics.c */

/* Triton's statistics object: of the model of that name, or of all if it is
 * NULL; of one version, or of all if `only` is NULL. */
void ngx_http_maas_put_stats(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf, ngx_str_t *name,
    ngx_http_maas_model_t *only);


#endif /* _NGX_HTTP_MAAS_META_H_INCLUDED_ */
