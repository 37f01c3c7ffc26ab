
/*
 * maas_cache: answers of served rows are kept, and given again to equal rows
 * of the same model file.
 * Not here: the table itself (ngx_http_maas_cache_table.h), who asks and sends
 * (request/).
 */


#ifndef _NGX_HTTP_MAAS_CACHE_H_INCLUDED_
#define _NGX_HTTP_MAAS_CACHE_H_INCLUDED_


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_cache_table.h"


/* A zone, of any number of lines */

typedef struct {
    ngx_str_t                    name;
    ssize_t                      size;     /* bytes; 0: no line says yet */
    u_char                      *file;     /* of the line that named it */
    ngx_uint_t                   line;
    ngx_http_maas_model_t       *model;    /* with the longest answers, of all
                                              that use it; NULL: none do */
    size_t                       bucket;   /* bytes */
    ngx_http_maas_cache_table_t  table;
} ngx_http_maas_cache_t;


/* maas_cache of a location */

struct ngx_http_maas_cached_s {
    ngx_http_maas_cache_t       *zone;
    uint64_t                     ttl;      /* ms; 0: as long as there is room */
};


/* maas_cache zone=name[:size] [ttl=time] | off */
char *ngx_http_maas_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* A zone keeps rows of a model; those of all models that a location, which is
 * merged, serves. */
void ngx_http_maas_cache_for(ngx_http_maas_cache_t *cache,
    ngx_http_maas_model_t *model);
void ngx_http_maas_cache_mark(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_loc_conf_t *mlcf);

/* Once all is merged: the shared memory of all zones; logs why not. */
ngx_int_t ngx_http_maas_cache_zones(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);

/* In a worker: its lane of each zone. */
void ngx_http_maas_cache_attach(ngx_http_maas_main_conf_t *mmcf);


/* Rows x(ctx->req.rows,in), one or more, were read, and are to run: those whose
 * answer is known have it in y(ctx->req.rows,out), and the others are the first
 * ones of x from now on; how many that is.  0: y is all of the answer. */
ngx_uint_t ngx_http_maas_cache_look(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, ngx_http_maas_cached_t *cached, void *x,
    float *y);

/* With ctx->cache_wait: these rows have run, and y is theirs, which is kept;
 * where all of the answer is. */
float *ngx_http_maas_cache_keep(ngx_http_maas_ctx_t *ctx, float *y);

/* A row x(1,in) for a variable, in any thread: is its answer known, y(out)?  If
 * not, its key is for when it has run. */
ngx_uint_t ngx_http_maas_cache_row(ngx_http_maas_model_t *model,
    ngx_http_maas_cached_t *cached, const void *x, float *y,
    ngx_http_maas_cache_key_t *key);

/* y(out) of a model, which it is: keep it. */
void ngx_http_maas_cache_row_keep(ngx_http_maas_model_t *model,
    ngx_http_maas_cached_t *cached, const ngx_http_maas_cache_key_t *key,
    const float *y);


#endif /* _NGX_HTTP_MAAS_CACHE_H_INCLUDED_ */
