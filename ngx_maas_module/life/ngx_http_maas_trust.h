/*
 * verify=, signature= and key= of a directive: which files of models are taken,
 * and how encrypted ones are read.
 * Not here: signatures and ciphers themselves (the engine's).
 */


#ifndef _NGX_HTTP_MAAS_TRUST_H_INCLUDED_
#define _NGX_HTTP_MAAS_TRUST_H_INCLUDED_


#include "life/ngx_http_maas_file.h"
#include "ngx_http_maas_model.h"

#include <trust/maas_trust.h>


/* Of one line; what a model has of it is NULL where the line says nothing.  All
 * functions take that. */

struct ngx_http_maas_trust_s {
    ngx_str_t                 verify;      /* file of a public key, as text;
                                              empty: none */
    ngx_str_t                 signature;   /* file; empty: that of the model,
                                              with .sig behind it */
    ngx_str_t                 key;         /* file; empty: none */
    maas_verifier_t          *verifier;
};


/* One of the three -> *trust, made if it is NULL; NGX_DECLINED: none of them;
 * NGX_ERROR: it was there before, or out of memory; logged. */
ngx_int_t ngx_http_maas_trust_param(ngx_conf_t *cf,
    ngx_http_maas_trust_t **trust, ngx_str_t *value);

/* Once all parameters are read: the public key; logs what is wrong. */
ngx_int_t ngx_http_maas_trust_begin(ngx_conf_t *cf,
    ngx_http_maas_trust_t *trust, ngx_uint_t watched);

/* Text for a line of the log */
const char *ngx_http_maas_trust_said(ngx_http_maas_trust_t *trust);

/* In any thread.  path: a model's, with NUL. */

/* ngx_http_maas_ident(), to which belongs the signature's file. */
void ngx_http_maas_trust_ident(ngx_http_maas_trust_t *trust, u_char *path,
    ngx_http_maas_ident_t *ident);

/* Is it the file of a signature, and no model? */
ngx_uint_t ngx_http_maas_trust_is_signature(ngx_http_maas_trust_t *trust,
    ngx_str_t *path);

/* The path of its signature, with NUL; 0: there is to be none. */
ngx_uint_t ngx_http_maas_trust_signature(ngx_http_maas_trust_t *trust,
    u_char *path, u_char signature[NGX_MAX_PATH]);

/* Are the bytes, of which sum is the maas_sha256(), to be taken?  NGX_ERROR:
 * no, and why. */
ngx_int_t ngx_http_maas_trust_check(ngx_http_maas_trust_t *trust,
    u_char *path, const char *sum, ngx_http_maas_why_t *why);

/* The model in a file that was read: data[size], a part of it. */
ngx_int_t ngx_http_maas_trust_open(ngx_http_maas_trust_t *trust, u_char *path,
    ngx_http_maas_file_t *file, u_char **data, size_t *size,
    ngx_http_maas_why_t *why);


#endif /* _NGX_HTTP_MAAS_TRUST_H_INCLUDED_ */
