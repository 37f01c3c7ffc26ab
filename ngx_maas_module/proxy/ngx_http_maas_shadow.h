
/*
 * Shadows: a second model sees what a first one answered, when the answer is
 * gone.  A request leaves an item in a queue; when the event loop has nothing
 * else to do, or in a thread, items become rows of the shadow, and what it says
 * is compared.
 * Not here: what is counted of it (ngx_http_maas_pair.h).
 */


#ifndef _NGX_HTTP_MAAS_SHADOW_H_INCLUDED_
#define _NGX_HTTP_MAAS_SHADOW_H_INCLUDED_


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_pair.h"
#include "ngx_http_maas_proxy.h"
#include "request/ngx_http_maas_batch.h"


#define NGX_HTTP_MAAS_SHADOW_ALL  10000    /* 100 %, in 0.01 % */
#define NGX_HTTP_MAAS_SHADOWS     32       /* of a location, at most */


/* A line of the configuration: mlcf->shadow_lines */

typedef struct {
    ngx_http_maas_which_t       shadow;
    ngx_http_maas_which_t       of;        /* without a name: the one that
                                              there is */
    ngx_uint_t                  share;     /* in 0.01 % */
    u_char                     *file;
    ngx_uint_t                  line;
} ngx_http_maas_shadow_line_t;


/* One maas_shadow that a location has: mlcf->shadows */

typedef struct {
    uint64_t                    share;     /* of 2^64; 0: all of it */
    uint64_t                    turn;      /* of this worker */
    ngx_array_t                 pairs;     /* of ngx_http_maas_pair_t *, one for
                                              each model that may answer */
    ngx_http_maas_inputs_t     *of;        /* where variables do: what feeds the
                                              model, */
    ngx_http_maas_inputs_t     *inputs;    /*     and the shadow */
} ngx_http_maas_shadow_t;


/* What is kept of a request */

typedef struct {
    ngx_queue_t                 queue;
    ngx_http_maas_pair_t       *pair;
    ngx_http_maas_offload_t    *offload;   /* of the location, or NULL */
    const maas_form_t          *form;      /* NULL: body has a score, of which
                                              values are there */
    ngx_str_t                   body;      /* on 8 bytes */
    size_t                      json_len;
    size_t                      size;      /* bytes that are counted */
    ngx_uint_t                  rows;      /* of the request, of which */
    ngx_uint_t                  n;         /*     so many are compared */
    ngx_uint_t                  at;        /* the first one in its batch */
    float                      *score;     /* (n) of the model */
    uint32_t                   *said;      /* (n) */
    unsigned                    failed:1;
} ngx_http_maas_shadow_item_t;


/* Items that run together */

typedef struct {
    ngx_queue_t                 items;
    ngx_queue_t                *next;      /* the first that is not read yet */
    ngx_http_maas_pair_t       *pair;
    ngx_http_maas_offload_t    *offload;
    size_t                      bytes;     /* of bodies */
    ngx_http_maas_block_t       block;     /* that all of it is in */
    ngx_http_maas_pass_t        pass;
    ngx_http_maas_pair_sum_t    sum;
#if (NGX_THREADS)
    ngx_pool_t                 *pool;
    ngx_http_maas_block_t       workspace;
    void                      (*back)(void);
#endif
} ngx_http_maas_shadow_batch_t;


/* ngx_http_maas_shadow_conf.c */

/* maas_shadow model[:version] [of=name[:version]] [share=N%] */
char *ngx_http_maas_shadow(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Once a location knows what it does: its own lines and those of the level
 * above, each with the models that it shadows; logs what is wrong. */
ngx_int_t ngx_http_maas_shadow_merge(ngx_conf_t *cf,
    ngx_http_maas_loc_conf_t *prev, ngx_http_maas_loc_conf_t *conf);


/* ngx_http_maas_shadow_find.c */

/* What a line means in a location: all of *s.  NGX_ERROR: it cannot be, which
 * is logged. */
ngx_int_t ngx_http_maas_shadow_resolve(ngx_conf_t *cf,
    ngx_http_maas_loc_conf_t *mlcf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_shadow_t *s);


/* ngx_http_maas_shadow_pair.c */

/* The pair of these two, made when it is first asked for; NULL: they cannot be
 * compared, which is logged, or out of memory. */
ngx_http_maas_pair_t *ngx_http_maas_shadow_pair_of(ngx_conf_t *cf,
    ngx_http_maas_shadow_line_t *line, ngx_http_maas_model_t *model,
    ngx_http_maas_model_t *shadow);

/* Can what the two models of a pair say be compared?  Then how is in the pair,
 * and in memory of the pool; else err says why not. */
maas_status_t ngx_http_maas_shadow_fits(ngx_pool_t *pool,
    ngx_http_maas_pair_t *pair, maas_err_t *err);

/* Log what is wrong with a line, as ngx_sprintf(), and where it stands.
 * NGX_ERROR */
ngx_int_t ngx_http_maas_shadow_wrong(ngx_conf_t *cf,
    ngx_http_maas_shadow_line_t *line, const char *fmt, ...);


/* ngx_http_maas_shadow_item.c */

/* Room for an item of n rows and a body of so many bytes; NULL: it is not to be
 * had, and n rows are counted as dropped.  All members are set but form, body's
 * bytes, json_len, score and said. */
ngx_http_maas_shadow_item_t *ngx_http_maas_shadow_item(
    ngx_http_maas_pair_t *pair, ngx_uint_t rows, size_t len);
void ngx_http_maas_shadow_item_free(ngx_http_maas_shadow_item_t *item);

/* Count all rows of items in the queue as dropped, and free them. */
void ngx_http_maas_shadow_items_drop(ngx_queue_t *items);

/* May a shadow take size bytes?  Requests come first. */
ngx_uint_t ngx_http_maas_shadow_may_take(ngx_http_maas_memory_t *memory,
    size_t size);


/* ngx_http_maas_shadow_batch.c */

/* Those at the head of the queue, which is not empty; NULL: there is no memory,
 * and they are dropped. */
ngx_http_maas_shadow_batch_t *ngx_http_maas_shadow_batch(ngx_queue_t *items);

/* Free it and its items; the other counts their rows as dropped. */
void ngx_http_maas_shadow_batch_free(ngx_http_maas_shadow_batch_t *batch);
void ngx_http_maas_shadow_batch_drop(ngx_http_maas_shadow_batch_t *batch);


/* ngx_http_maas_shadow_run.c */

/* Do a bit of work, some hundred microseconds where a row is not longer.  True:
 * that was the last bit, and the batch is gone. */
ngx_uint_t ngx_http_maas_shadow_batch_step(
    ngx_http_maas_shadow_batch_t *batch);

/* Is it one for a thread?  If so: give it to the pool, which calls back() in
 * the event loop when the batch is gone; NGX_ERROR: the pool is full. */
ngx_uint_t ngx_http_maas_shadow_batch_offloads(
    ngx_http_maas_shadow_batch_t *batch);
ngx_int_t ngx_http_maas_shadow_batch_post(ngx_http_maas_shadow_batch_t *batch,
    void (*back)(void));


/* ngx_http_maas_shadow_queue.c */

/* The item waits for its turn. */
void ngx_http_maas_shadow_wait(ngx_http_maas_shadow_item_t *item);

/* The worker exits: what waits is dropped. */
void ngx_http_maas_shadow_exit(void);


/* ngx_http_maas_shadow.c */

/* In the preaccess phase: if a shadow is to see a request for a model, the
 * answer will be kept for it. */
void ngx_http_maas_shadow_begin(ngx_http_request_t *r);

/* In the log phase: shadows see what variables of a model were made of. */
void ngx_http_maas_shadow_after(ngx_http_request_t *r);


/* ngx_http_maas_shadow_share.c: is it the turn of a request that it may see? */
ngx_uint_t ngx_http_maas_shadow_chosen(ngx_http_maas_shadow_t *shadow);


#endif /* _NGX_HTTP_MAAS_SHADOW_H_INCLUDED_ */
