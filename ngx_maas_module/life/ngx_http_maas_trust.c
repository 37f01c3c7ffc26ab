
/*
 * verify=, signature= and key=: only files that are signed, files that are
 * encrypted.  What is verified is what was read: nothing is read twice.
 * Not here: who reads them, and what becomes of those that are refused.
 */


#include "life/ngx_http_maas_trust.h"


#define NGX_HTTP_MAAS_SIG  ".sig"


/* Parameters, by their place in what a line says */

static const struct {
    ngx_str_t   name;
    size_t      at;
} ngx_http_maas_trust_params[] = {
    { ngx_string("verify="), offsetof(ngx_http_maas_trust_t, verify) },
    { ngx_string("signature="), offsetof(ngx_http_maas_trust_t, signature) },
    { ngx_string("key="), offsetof(ngx_http_maas_trust_t, key) }
};


ngx_int_t
ngx_http_maas_trust_param(ngx_conf_t *cf, ngx_http_maas_trust_t **trust,
    ngx_str_t *value)
{
    ngx_str_t         s, *to;
    const ngx_str_t  *name;
    ngx_uint_t        i, n;

    n = sizeof(ngx_http_maas_trust_params)
        / sizeof(ngx_http_maas_trust_params[0]);

    for (i = 0; i < n; i++) {
        name = &ngx_http_maas_trust_params[i].name;

        if (value->len > name->len
            && ngx_strncmp(value->data, name->data, name->len) == 0)
        {
            break;
        }
    }

    if (i == n) {
        return NGX_DECLINED;
    }

    if (*trust == NULL) {
        *trust = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_trust_t));
        if (*trust == NULL) {
            return NGX_ERROR;
        }
    }

    s.data = value->data + name->len;
    s.len = value->len - name->len;

    if (ngx_conf_full_name(cf->cycle, &s, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    to = (ngx_str_t *) ((u_char *) *trust + ngx_http_maas_trust_params[i].at);

    if (to->len != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is there twice in one "
                           "line", name);
        return NGX_ERROR;
    }

    *to = s;

    return NGX_OK;
}


static void
ngx_http_maas_trust_cleanup(void *data)
{
    maas_verifier_free(data);
}


static ngx_int_t
ngx_http_maas_trust_verifier(ngx_conf_t *cf, ngx_http_maas_trust_t *trust)
{
    maas_err_t             err;
    maas_status_t          rc;
    ngx_pool_cleanup_t    *cln;
    ngx_http_maas_why_t    why;
    ngx_http_maas_file_t   file;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    if (ngx_http_maas_file_read_most(trust->verify.data, MAAS_MAX_PEM, &file,
                                     &why)
        != NGX_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, why.error, "verify=: %s",
                           why.text);
        return NGX_ERROR;
    }

    rc = maas_verifier_create(file.data, file.size, &trust->verifier, &err);
    maas_wipe(file.data, file.size);       /* it may be a private key */
    ngx_http_maas_file_free(&file);

    if (rc != MAAS_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "verify=: \"%V\": %s",
                           &trust->verify, err.msg);
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_trust_cleanup;
    cln->data = trust->verifier;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_trust_begin(ngx_conf_t *cf, ngx_http_maas_trust_t *trust,
    ngx_uint_t watched)
{
    if (trust == NULL) {
        return NGX_OK;
    }

    if (trust->key.len != 0 && watched) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"key=\" and \"watch=\": an "
                           "encrypted model cannot be watched, since workers "
                           "have no key: expected one of them");
        return NGX_ERROR;
    }

    if (trust->signature.len != 0 && trust->verify.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"signature=\" is the file "
                           "that \"verify=\" asks for: expected both, or "
                           "\"verify=\" alone");
        return NGX_ERROR;
    }

    return trust->verify.len == 0 ? NGX_OK
                                  : ngx_http_maas_trust_verifier(cf, trust);
}


const char *
ngx_http_maas_trust_said(ngx_http_maas_trust_t *trust)
{
    return trust != NULL && trust->verifier != NULL ? ", signed" : "";
}


ngx_uint_t
ngx_http_maas_trust_signature(ngx_http_maas_trust_t *trust, u_char *path,
    u_char signature[NGX_MAX_PATH])
{
    if (trust == NULL || trust->verifier == NULL) {
        return 0;
    }

    if (trust->signature.len != 0) {
        (void) ngx_cpystrn(signature, trust->signature.data, NGX_MAX_PATH);

    } else {
        *ngx_snprintf(signature, NGX_MAX_PATH - 1, "%s" NGX_HTTP_MAAS_SIG,
                      path) = '\0';
    }

    return 1;
}


void
ngx_http_maas_trust_ident(ngx_http_maas_trust_t *trust, u_char *path,
    ngx_http_maas_ident_t *ident)
{
    u_char                 signature[NGX_MAX_PATH];
    ngx_http_maas_ident_t  other;

    ngx_http_maas_ident(path, ident);

    if (ngx_http_maas_trust_signature(trust, path, signature)) {
        ngx_http_maas_ident(signature, &other);

        ident->signature.uniq = other.uniq;
        ident->signature.changed = other.changed;
        ident->signature.error = other.error;
    }
}


ngx_uint_t
ngx_http_maas_trust_is_signature(ngx_http_maas_trust_t *trust,
    ngx_str_t *path)
{
    size_t  n;

    n = sizeof(NGX_HTTP_MAAS_SIG) - 1;

    return trust != NULL && trust->verifier != NULL && path->len > n
           && ngx_strncmp(path->data + path->len - n, NGX_HTTP_MAAS_SIG, n)
              == 0;
}


ngx_int_t
ngx_http_maas_trust_check(ngx_http_maas_trust_t *trust, u_char *path,
    const char *sum, ngx_http_maas_why_t *why)
{
    u_char                 signature[NGX_MAX_PATH];
    maas_err_t             err;
    maas_status_t          rc;
    ngx_http_maas_file_t   file;

    if (!ngx_http_maas_trust_signature(trust, path, signature)) {
        return NGX_OK;
    }

    if (ngx_http_maas_file_read_most(signature, MAAS_MAX_SIGNATURE, &file, why)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = maas_verify(trust->verifier, file.data, file.size, (char *) path,
                     sum, &err);
    ngx_http_maas_file_free(&file);

    return rc == MAAS_OK ? NGX_OK
                         : ngx_http_maas_why(why, 0, "\"%s\": %s", signature,
                                             err.msg);
}


ngx_int_t
ngx_http_maas_trust_open(ngx_http_maas_trust_t *trust, u_char *path,
    ngx_http_maas_file_t *file, u_char **data, size_t *size,
    ngx_http_maas_why_t *why)
{
    void                  *plain;
    u_char                 key[MAAS_KEY];
    maas_err_t             err;
    maas_status_t          rc;
    ngx_http_maas_why_t    gone;
    ngx_http_maas_file_t   text;

    *data = file->data;
    *size = file->size;

    if (trust == NULL || trust->key.len == 0) {
        return maas_is_encrypted(file->data, file->size)
               ? ngx_http_maas_why(why, 0, "\"%s\": the file is encrypted: "
                                   "expected key= of the same line", path)
               : NGX_OK;
    }

    if (ngx_http_maas_file_read_most(trust->key.data, MAAS_MAX_PEM, &text,
                                     &gone)
        != NGX_OK)
    {
        return ngx_http_maas_why(why, gone.error, "key=: %s", gone.text);
    }

    rc = maas_key_read(text.data, text.size, key, &err);
    maas_wipe(text.data, text.size);
    ngx_http_maas_file_free(&text);

    if (rc != MAAS_OK) {
        return ngx_http_maas_why(why, 0, "key=: \"%V\": %s", &trust->key,
                                 err.msg);
    }

    rc = maas_decrypt(key, file->data, file->size, &plain, size, &err);
    maas_wipe(key, sizeof(key));

    if (rc != MAAS_OK) {
        return ngx_http_maas_why(why, 0, "\"%s\": %s", path, err.msg);
    }

    *data = plain;

    return NGX_OK;
}
