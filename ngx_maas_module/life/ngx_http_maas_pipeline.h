
/*
 * A pipeline: models that run in one pass, as a model of its own.
 * Not here: how they run (maas_join() of maas.h).
 */


#ifndef _NGX_HTTP_MAAS_PIPELINE_H_INCLUDED_
#define _NGX_HTTP_MAAS_PIPELINE_H_INCLUDED_


#include "ngx_http_maas_conf.h"


struct ngx_http_maas_pipeline_s {
    ngx_http_maas_model_t    *model;       /* that it is */
    maas_join_t               how;         /* but for its parts */
    ngx_http_maas_which_t    *which;       /* (how.n) as the line names them, */
    ngx_http_maas_model_t   **members;     /*     and `first` of each */
    ngx_str_t                 otherwise;   /* else=, as it stands */
    unsigned                  gated:1;     /* above= was there */
    ngx_http_maas_model_t   **parts;       /* (how.n) generations of `members`
                                              that the current one of this
                                              worker runs; NULL: they have
                                              none */
    u_char                   *file;        /* where it stands */
    ngx_uint_t                line;
};


/* ngx_http_maas_pipeline.c: numbers with commas between them -> *numbers(*n);
 * NGX_DECLINED: they are none. */
ngx_int_t ngx_http_maas_pipeline_numbers(ngx_pool_t *pool, ngx_str_t *list,
    double **numbers, size_t *n);


/* ngx_http_maas_pipeline_join.c */

/* The models that it runs now -> *engine, which is to be freed, and sum[], the
 * SHA-256 over its line and theirs, hex with NUL. */
maas_status_t ngx_http_maas_pipeline_join(ngx_http_maas_pipeline_t *pipeline,
    maas_model_t **engine, u_char *sum, maas_err_t *err);

/* Its models stay though their files go. */
void ngx_http_maas_pipeline_pin(ngx_http_maas_pipeline_t *pipeline);


/* ngx_http_maas_pipelines.c */

/* Once all models are known: they are found and joined; logs what is wrong. */
ngx_int_t ngx_http_maas_pipelines(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);


#endif /* _NGX_HTTP_MAAS_PIPELINE_H_INCLUDED_ */
