
/*
 * What columns add to a score, for variables of maas_set.
 * Not here: the same for who sends rows (request/ngx_http_maas_explain.h).
 */


#ifndef _NGX_HTTP_MAAS_WHY_H_INCLUDED_
#define _NGX_HTTP_MAAS_WHY_H_INCLUDED_


#include "ngx_http_maas_proxy.h"


/* The largest ones, largest first */

struct ngx_http_maas_whys_s {
    size_t                     n;
    size_t                     column[NGX_HTTP_MAAS_WHYS];
    double                     adds[NGX_HTTP_MAAS_WHYS];
};


/* Bytes of a workspace for it */
size_t ngx_http_maas_why_size(ngx_http_maas_model_t *model);

/* In any thread: a row of a model that has an explainer -> *whys, with ws of
 * that size on a cache line */
maas_status_t ngx_http_maas_why_run(ngx_http_maas_model_t *model,
    const void *x, void *ws, ngx_http_maas_whys_t *whys, maas_err_t *err);

/* The text of a line of maas_set, reasons=, of a score that is DONE: the
 * default, which is logged, if they are not to be had.  NGX_ERROR: out of
 * memory. */
ngx_int_t ngx_http_maas_why_text(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_set_t *set, ngx_http_maas_score_t *score, ngx_str_t *text);

/* Does a variable of the location, by what is bound there, ask for them? */
ngx_uint_t ngx_http_maas_why_wanted(ngx_array_t *bounds,
    ngx_http_maas_inputs_t *inputs);


#endif /* _NGX_HTTP_MAAS_WHY_H_INCLUDED_ */
