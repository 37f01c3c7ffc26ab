
/*
 * Variables about how a client speaks: its ClientHello and the order of its
 * headers.
 * Not here: what a ClientHello is (ngx_http_maas_hello.h).
 */


#ifndef _NGX_HTTP_MAAS_JA4_H_INCLUDED_
#define _NGX_HTTP_MAAS_JA4_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* Before directives are read: $maas_ja4 and $maas_ja4_ro */
ngx_int_t ngx_http_maas_ja4_variables(ngx_conf_t *cf);

/* Once all is merged: every SSL context keeps the ClientHellos of its
 * connections, if the configuration reads one of the two variables. */
ngx_int_t ngx_http_maas_ja4_init(ngx_conf_t *cf);

/* Before directives are read: $maas_header_order */
ngx_int_t ngx_http_maas_header_order_variable(ngx_conf_t *cf);


#endif /* _NGX_HTTP_MAAS_JA4_H_INCLUDED_ */
