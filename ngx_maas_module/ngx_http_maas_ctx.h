
/*
 * The context of a request: what its steps leave for one another.
 */


#ifndef _NGX_HTTP_MAAS_CTX_H_INCLUDED_
#define _NGX_HTTP_MAAS_CTX_H_INCLUDED_


#include "ngx_http_maas_model.h"

#include <maas_form.h>


typedef struct ngx_http_maas_ctx_s  ngx_http_maas_ctx_t;

/* Which model a message of gRPC is for: maas_form.h has such functions. */
typedef maas_status_t (*ngx_http_maas_which_pt)(const char *data, size_t len,
    maas_grpc_which_t *which, maas_err_t *err);

typedef void (*ngx_http_maas_finish_pt)(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx);


/* rows of an answer whose labels are in a header */

#define NGX_HTTP_MAAS_SAID  32


/* What a shadow is compared with, of so many rows, and whose body may have so
 * many bytes */

#define NGX_HTTP_MAAS_KEPT       64
#define NGX_HTTP_MAAS_KEPT_BODY  (1024 * 1024)

typedef struct {
    ngx_uint_t                rows;        /* of the request; 0: there is no
                                              answer yet */
    float                     score[NGX_HTTP_MAAS_KEPT];
    uint32_t                  said[NGX_HTTP_MAAS_KEPT];
} ngx_http_maas_kept_t;


/* What a cache had of its rows; 0: the location has none */

enum {
    NGX_HTTP_MAAS_CACHE_BYPASS = 1,        /* nobody looked */
    NGX_HTTP_MAAS_CACHE_MISS,
    NGX_HTTP_MAAS_CACHE_PARTIAL,
    NGX_HTTP_MAAS_CACHE_HIT
};

typedef struct ngx_http_maas_cache_wait_s  ngx_http_maas_cache_wait_t;


/* When a request reached what, ngx_http_maas_now(); 0: not yet */

typedef struct {
    uint64_t                  body;        /* is complete */
    uint64_t                  read;        /* rows are out of it */
    uint64_t                  run;         /* its forward pass began */
    uint64_t                  ran;
    uint64_t                  sent;        /* the answer is written, or what
                                              stands in its place */
} ngx_http_maas_times_t;


/* Texts that variables have of the model */

enum {
    NGX_HTTP_MAAS_KNOWN_SUM = 0,
    NGX_HTTP_MAAS_KNOWN_SCORE,
    NGX_HTTP_MAAS_KNOWN_LABEL,             /* none of a regression */
    NGX_HTTP_MAAS_KNOWN_TEXTS
};


/* What is known of it for variables, besides times.  Threads write here: whole
 * members, not bits. */

typedef struct {
    ngx_http_maas_model_t    *model;       /* is asked, maybe in vain */
    ngx_uint_t                read;        /* are rows out of the body? */
    ngx_uint_t                together;    /* rows of its pass; 0: none ran */
    ngx_uint_t                ran;         /* is the rest known? */
    ngx_uint_t                label;       /* what is said of the first row */
    float                     score;       /*     and the number for it */
    ngx_str_t                 texts[NGX_HTTP_MAAS_KNOWN_TEXTS];    /* of all of
                                              it, once the model may go */
} ngx_http_maas_known_t;


/* The body, as one span once it is whole (request/ngx_http_maas_body.c) */

typedef struct {
    ngx_str_t                 text;        /* in a buffer of nginx's, or */
    ngx_http_maas_block_t     block;       /*     here */
    ngx_http_maas_memory_t   *memory;      /* that it is counted in */
    ngx_chain_t              *in;          /* what is still to come, */
    off_t                     at;          /*     from this byte of it on */
    void                     *inflate;     /* NULL: it is not compressed */
    unsigned                  todo:1;      /* it is not whole yet */
} ngx_http_maas_body_t;


struct ngx_http_maas_ctx_s {
    ngx_http_request_t       *request;
    ngx_http_maas_model_t    *model;       /* once the body is whole: a
                                              generation of it */
    ngx_http_maas_model_t   **held;        /* the same, where it is watched, */
    ngx_queue_t               asked;       /*     among those that have it */
    unsigned                  settled:1;   /* it does without: `known` has
                                              texts */
    const maas_form_t        *form;        /* of body and answer; NULL: the
                                              body will say */
    ngx_str_t                 type;        /* Content-Type */
    ngx_int_t                 json_given;  /* length of the JSON part; NGX_ERROR
                                              if what says it is no number,
                                              NGX_DECLINED if nothing does */
    ngx_http_maas_body_t      body;
    size_t                    json_len;    /* of the body */
    maas_explain_asked_t      explain;     /* what the route or the location
                                              asks of explanations */
    ngx_uint_t                explain_rows;    /* most rows that are explained;
                                                  0: none are here */
    maas_request_t            req;
    const maas_blunt_t       *blunt;       /* how its answer is blunted, or
                                              NULL */
    ngx_uint_t                n_said;      /* rows of which `said` has what
                                              the model says; 0: of none */
    uint32_t                 *tally;       /* of more rows, how often the model
                                              said each of model->n_says; NULL:
                                              nobody counts */
    ngx_http_maas_kept_t     *kept;        /* to be filled, and the body kept
                                              with it; NULL: nobody asks */
    ngx_http_maas_times_t     at;
    ngx_http_maas_known_t     known;
    ngx_http_maas_reason_e    why;         /* it failed, if said_why */
    ngx_http_maas_batch_t    *batch;
    ngx_uint_t                row;         /* first one in the batch */
    ngx_queue_t               queue;
    void                     *large;       /* more rows than a batch has */
    ngx_http_maas_block_t     rows;        /* of that, */
    ngx_http_maas_block_t     text;        /*     its answer, and what */
    ngx_http_maas_block_t     reasons;     /*     is explained of it */
    ngx_http_maas_cache_wait_t *cache_wait;    /* rows that run, to be kept;
                                              NULL: none */
    size_t                    answer;      /* bytes that are counted for it */
    ngx_queue_t               turn;        /* waits for its turn, */
    ngx_http_maas_finish_pt   take_turn;   /*     to call this */
    ngx_http_maas_finish_pt   finish;      /* set when a thread is done */

    ngx_http_maas_which_pt    which;       /* gRPC: says which model the body
                                              is for; NULL: that is known */
    uint64_t                  deadline;    /* gRPC: nobody wants an answer after
                                              it; 0: there is none */

    unsigned                  cache:3;     /* NGX_HTTP_MAAS_CACHE_... */
    unsigned                  grpc:1;      /* it is one of gRPC */
    unsigned                  explains:1;  /* the route is for that */
    unsigned                  queued:1;
    unsigned                  waits:1;     /* for its turn */
    unsigned                  owns:1;      /* blocks, until the pool is gone */
    unsigned                  counted:1;
    unsigned                  said_why:1;
    unsigned                  ours:1;      /* the answer was made here */
    unsigned                  replace:1;   /* an error page becomes JSON */
    unsigned                  replaced:1;

    uint32_t                  said[NGX_HTTP_MAAS_SAID];    /* of n_said rows;
                                              the last one: it is not zeroed */
};


/* The context of r, made on the first call; NULL: out of memory */
ngx_http_maas_ctx_t *ngx_http_maas_get_ctx(ngx_http_request_t *r);

/* From now on ngx_http_maas_asked() finds ctx, also after redirects, which
 * clear contexts.  NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_maas_ask(ngx_http_maas_ctx_t *ctx);

/* One by one, from *at = NULL on, contexts in which requests of the pool asked
 * a model, the last one first; NULL: there are no more. */
ngx_http_maas_ctx_t *ngx_http_maas_asked_next(ngx_pool_t *pool, void **at);

/* The context in which r, a subrequest or a main request, last asked a model;
 * NULL if it did not.  Until its pool is gone. */
ngx_http_maas_ctx_t *ngx_http_maas_asked(ngx_http_request_t *r);


/* ngx_http_maas_count.c: count a request for a model, once: by the status that
 * is about to be sent, 0 if it ended without an answer of ours.  Not in the log
 * phase: subrequests have none, and after a post_action or an error_page what
 * is logged has another context. */
void ngx_http_maas_count(ngx_http_maas_ctx_t *ctx, ngx_uint_t status);


#endif /* _NGX_HTTP_MAAS_CTX_H_INCLUDED_ */
