
/*
 * $maas_ja4 and $maas_ja4_ro: the ClientHello of a connection is kept when it
 * comes, and read when a variable is.
 * Not here: its bytes (ngx_http_maas_hello.c).
 */


#include "ngx_http_maas_ja4.h"
#include "ngx_http_maas_hello.h"


static ngx_int_t ngx_http_maas_ja4_get(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_http_variable_t  ngx_http_maas_ja4_vars[] = {

    { .name = ngx_string("maas_ja4"), .get_handler = ngx_http_maas_ja4_get,
      .data = 0 },

    { .name = ngx_string("maas_ja4_ro"), .get_handler = ngx_http_maas_ja4_get,
      .data = 1 },

      ngx_http_null_variable
};


#if (NGX_HTTP_SSL)

/* bytes: browsers send 500 to 2000, a peer may send 131 000 */
#define NGX_HTTP_MAAS_JA4_MAX  16384


/* In the ex_data of an SSL, memory of the connection */

typedef struct {
    ngx_str_t                 text[2];     /* data NULL: not made yet */
    size_t                    size;        /* 0: it was too long */
    u_char                    hello[];
} ngx_http_maas_ja4_t;


/* nginx may have been built without SSL, or know no library of it yet */

#pragma weak SSL_CTX_set_msg_callback
#pragma weak SSL_get_ex_data
#pragma weak SSL_set_ex_data
#pragma weak ngx_ssl_connection_index


/* Of this process: indices are never given back.  Nothing is to be freed with
 * it, so that no SSL can call a library that is gone. */
static int  ngx_http_maas_ja4_index = -1;


/* What OpenSSL receives and sends, piece by piece */

static void
ngx_http_maas_ja4_message(int sent, int version, int type, const void *buf,
    size_t len, SSL *ssl, void *arg)
{
    ngx_connection_t     *c;
    ngx_http_maas_ja4_t  *ja4;

    if (sent || type != SSL3_RT_HANDSHAKE || len == 0
        || *(const u_char *) buf != SSL3_MT_CLIENT_HELLO)
    {
        return;
    }

    /* after a HelloRetryRequest there is a second one */

    c = ngx_ssl_get_connection(ssl);

    if (c == NULL || SSL_get_ex_data(ssl, ngx_http_maas_ja4_index) != NULL) {
        return;
    }

    if (len > NGX_HTTP_MAAS_JA4_MAX) {
        len = 0;
    }

    ja4 = ngx_palloc(c->pool, sizeof(ngx_http_maas_ja4_t) + len);
    if (ja4 == NULL) {
        return;
    }

    ngx_memzero(ja4, sizeof(ngx_http_maas_ja4_t));
    ja4->size = len;
    ngx_memcpy(ja4->hello, buf, len);

    (void) SSL_set_ex_data(ssl, ngx_http_maas_ja4_index, ja4);
}


/* One of the two texts, in memory of the connection; empty: it is no
 * ClientHello that we know */

static ngx_int_t
ngx_http_maas_ja4_make(ngx_http_request_t *r, ngx_pool_t *pool,
    ngx_http_maas_ja4_t *ja4, uintptr_t raw)
{
    int                     transport;
    u_char                 *work;
    size_t                  len;
    u_char                  text[NGX_HTTP_MAAS_JA4_LEN];
    ngx_http_maas_hello_t   hello;

    if (!ngx_http_maas_hello_read(ja4->hello, ja4->size, &hello)) {
        ngx_str_set(&ja4->text[raw], "");
        return NGX_OK;
    }

    transport = 't';

#if (nginx_version >= 1025000 && (NGX_QUIC || NGX_COMPAT))
    if (r->connection->quic) {
        transport = 'q';
    }
#endif

    work = ngx_palloc(r->pool, NGX_HTTP_MAAS_HELLO_ROOM(ja4->size));
    if (work == NULL) {
        return NGX_ERROR;
    }

    if (raw) {
        len = ngx_http_maas_hello_ja4_ro(&hello, transport, work);

    } else {
        len = NGX_HTTP_MAAS_JA4_LEN;
        ngx_http_maas_hello_ja4(&hello, transport, text, work);
        ngx_memcpy(work, text, len);
    }

    ja4->text[raw].data = ngx_pnalloc(pool, len);
    if (ja4->text[raw].data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(ja4->text[raw].data, work, len);
    ja4->text[raw].len = len;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_ja4_get(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    SSL                  *ssl;
    ngx_connection_t     *c;
    ngx_http_maas_ja4_t  *ja4;

    v->not_found = 1;

    if (r->connection->ssl == NULL || ngx_http_maas_ja4_index == -1) {
        return NGX_OK;
    }

    ssl = r->connection->ssl->connection;

    ja4 = SSL_get_ex_data(ssl, ngx_http_maas_ja4_index);
    if (ja4 == NULL) {
        return NGX_OK;
    }

    /* of HTTP/2 and HTTP/3, r->connection is but a stream */

    c = ngx_ssl_get_connection(ssl);

    if (ja4->text[data].data == NULL
        && ngx_http_maas_ja4_make(r, c->pool, ja4, data) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ja4->text[data].len == 0) {
        return NGX_OK;
    }

    v->data = ja4->text[data].data;
    v->len = ja4->text[data].len;
    v->valid = 1;
    v->not_found = 0;

    return NGX_OK;
}


/* Does the configuration read one of our variables?  What is only looked up by
 * its name at run time, as SSI and scripts do, cannot be seen. */

static ngx_uint_t
ngx_http_maas_ja4_used(ngx_conf_t *cf)
{
    ngx_uint_t                  i, k;
    ngx_http_variable_t        *v, *own;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    v = cmcf->variables.elts;

    for (i = 0; i < cmcf->variables.nelts; i++) {
        for (k = 0; k < 2; k++) {
            own = &ngx_http_maas_ja4_vars[k];

            if (v[i].name.len == own->name.len
                && ngx_memcmp(v[i].name.data, own->name.data, own->name.len)
                   == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}


/* The module is not linked with nginx's own SSL module, which may be missing */

static ngx_module_t *
ngx_http_maas_ja4_ssl_module(ngx_cycle_t *cycle)
{
    ngx_uint_t  i;

    for (i = 0; cycle->modules[i]; i++) {
        if (ngx_strcmp(cycle->modules[i]->name, "ngx_http_ssl_module") == 0) {
            return cycle->modules[i];
        }
    }

    return NULL;
}


ngx_int_t
ngx_http_maas_ja4_init(ngx_conf_t *cf)
{
    ngx_uint_t                   i;
    ngx_module_t                *module;
    ngx_http_ssl_srv_conf_t     *sscf;
    ngx_http_core_srv_conf_t   **cscf;
    ngx_http_core_main_conf_t   *cmcf;

    module = ngx_http_maas_ja4_ssl_module(cf->cycle);

    if (module == NULL || SSL_CTX_set_msg_callback == NULL
        || !ngx_http_maas_ja4_used(cf))
    {
        return NGX_OK;
    }

    if (ngx_http_maas_ja4_index == -1) {
        ngx_http_maas_ja4_index = SSL_get_ex_new_index(0, NULL, NULL, NULL,
                                                       NULL);
        if (ngx_http_maas_ja4_index == -1) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "maas: SSL_get_ex_new_index() failed");
            return NGX_ERROR;
        }
    }

    /* a connection begins with the context of its address's default server,
     * and keeps its callback when SNI leads to another */

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscf = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        sscf = cscf[i]->ctx->srv_conf[module->ctx_index];

        if (sscf->ssl.ctx != NULL) {
            SSL_CTX_set_msg_callback(sscf->ssl.ctx, ngx_http_maas_ja4_message);
        }
    }

    return NGX_OK;
}

#else

static ngx_int_t
ngx_http_maas_ja4_get(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    v->not_found = 1;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_ja4_init(ngx_conf_t *cf)
{
    return NGX_OK;
}

#endif


ngx_int_t
ngx_http_maas_ja4_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *own, *v;

    for (own = ngx_http_maas_ja4_vars; own->name.len; own++) {
        v = ngx_http_add_variable(cf, &own->name, own->flags);
        if (v == NULL) {
            return NGX_ERROR;
        }

        v->get_handler = own->get_handler;
        v->data = own->data;
    }

    return NGX_OK;
}
