
/*
 * From a request for a model to its rows.
 */


#ifndef _NGX_HTTP_MAAS_HANDLER_H_INCLUDED_
#define _NGX_HTTP_MAAS_HANDLER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_maas_model.h"


/* Read the body, predict, answer in ctx->form; the return value of a content
 * handler. */
ngx_int_t ngx_http_maas_infer(ngx_http_request_t *r,
    ngx_http_maas_model_t *model);


#endif /* _NGX_HTTP_MAAS_HANDLER_H_INCLUDED_ */
