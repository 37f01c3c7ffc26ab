
/*
 * What is counted of models, and when.
 * Not here: the shared memory of it (life/ngx_http_maas_shm.c), how it is shown
 * (routes/ngx_http_maas_metrics.c).
 */


#ifndef _NGX_HTTP_MAAS_COUNT_H_INCLUDED_
#define _NGX_HTTP_MAAS_COUNT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct ngx_http_maas_model_s  ngx_http_maas_model_t;


#define NGX_HTTP_MAAS_COSTS  13            /* 1, 2, 4 ... 4096 rows */

/* Bounds of the buckets: 8 microseconds, doubling, the last one without */

#define NGX_HTTP_MAAS_BUCKET_NS  8000
#define NGX_HTTP_MAAS_BUCKETS    21


/* What is counted for a model.  Times are sums of nanoseconds. */

typedef enum {
    NGX_HTTP_MAAS_SUCCESS_NS = 0,          /* from whole body to answer */
    NGX_HTTP_MAAS_FAIL,
    NGX_HTTP_MAAS_FAIL_NS,
    NGX_HTTP_MAAS_QUEUE_NS,                /* of those answered with 200: */
    NGX_HTTP_MAAS_INPUT_NS,
    NGX_HTTP_MAAS_INFER_NS,
    NGX_HTTP_MAAS_OUTPUT_NS,
    NGX_HTTP_MAAS_ROWS,
    NGX_HTTP_MAAS_LAST_MS,                 /* since the epoch */
    NGX_HTTP_MAAS_PASS,                    /* passes by rows, doubling, */
    NGX_HTTP_MAAS_PASS_NS = NGX_HTTP_MAAS_PASS + NGX_HTTP_MAAS_COSTS,
                                           /*     and what they took */
    NGX_HTTP_MAAS_BUCKET = NGX_HTTP_MAAS_PASS_NS + NGX_HTTP_MAAS_COSTS,
                                           /* requests answered with 200 by
                                              time, doubling */
    NGX_HTTP_MAAS_VAR = NGX_HTTP_MAAS_BUCKET + NGX_HTTP_MAAS_BUCKETS,
                                           /* requests that variables score, */
    NGX_HTTP_MAAS_VAR_NS,                  /*     what that took, */
    NGX_HTTP_MAAS_VAR_FAIL,                /*     that could not be scored, */
    NGX_HTTP_MAAS_VAR_EARLY,               /*     reads before they could, */
    NGX_HTTP_MAAS_VAR_MISSING,             /*     columns without a value */
    NGX_HTTP_MAAS_SWAPS,                   /* of watched files: taken, */
    NGX_HTTP_MAAS_REFUSED,                 /*     and not */
    NGX_HTTP_MAAS_EXPLAINED,               /* rows */
    NGX_HTTP_MAAS_N_USED,
    NGX_HTTP_MAAS_N_STORED = 64,

    /* sums of others, where these are summed */

    NGX_HTTP_MAAS_SUCCESS = NGX_HTTP_MAAS_N_STORED,    /* answered with 200 */
    NGX_HTTP_MAAS_BATCHES,                 /* forward passes */
    NGX_HTTP_MAAS_N_COUNTERS
} ngx_http_maas_counter_e;

_Static_assert(NGX_HTTP_MAAS_N_USED <= NGX_HTTP_MAAS_N_STORED,
               "a lane has room for them");


/* Of one worker and model, in shared memory; whole cache lines */

typedef struct {
    ngx_atomic_t              value[NGX_HTTP_MAAS_N_STORED];
} ngx_http_maas_lane_t;


/* Histograms of phases: bounds from a microsecond on, doubling up to 4.2 s, the
 * last one without; of rows: 1, 2, 4 ... 4096, and more */

#define NGX_HTTP_MAAS_TIME_NS     1000
#define NGX_HTTP_MAAS_TIMES       24
#define NGX_HTTP_MAAS_ROW_COUNTS  14

typedef enum {
    NGX_HTTP_MAAS_PARSE = 0,               /* whole body -> rows */
    NGX_HTTP_MAAS_QUEUE,                   /* rows -> their pass */
    NGX_HTTP_MAAS_COMPUTE,                 /* the pass */
    NGX_HTTP_MAAS_WRITE,                   /* pass -> answer */
    NGX_HTTP_MAAS_N_TIMED
} ngx_http_maas_timed_e;


/* Why a request for a model has no prediction: X(constant, word) */

#define NGX_HTTP_MAAS_REASONS(X)                                              \
    X(VALUE,       "value")         /* malformed, out of range, missing */    \
    X(COLUMN,      "column")        /* a column that the model has not */     \
    X(SHAPE,       "shape")         /* counts or shapes disagree */           \
    X(TOO_LARGE,   "too_large")     /* over a limit: bytes, rows, memory */   \
    X(UNSUPPORTED, "unsupported")   /* legal, but not of this model */        \
    X(MEDIA_TYPE,  "media_type")    /* Content-Type, Content-Encoding */      \
    X(METHOD,      "method")                                                  \
    X(BUSY,        "busy")          /* maas_memory, the thread pool */        \
    X(TIMEOUT,     "timeout")       /* the body, or gRPC's answer, is late */ \
    X(CLOSED,      "closed")        /* the client went away */                \
    X(NOT_FINITE,  "not_finite")    /* the result */                          \
    X(MEMORY,      "memory")        /* the system has none */                 \
    X(INTERNAL,    "internal")

#define NGX_HTTP_MAAS_REASON_CONSTANT(c, word)  NGX_HTTP_MAAS_WHY_##c,

typedef enum {
    NGX_HTTP_MAAS_REASONS(NGX_HTTP_MAAS_REASON_CONSTANT)
    NGX_HTTP_MAAS_N_REASONS
} ngx_http_maas_reason_e;

/* (NGX_HTTP_MAAS_N_REASONS): the words */
extern const char *const  ngx_http_maas_reasons[];


/* The same for what may fail to have room: of one worker and model, whole cache
 * lines.  Phases of about the same time share one. */

typedef struct {
    ngx_atomic_t              time[NGX_HTTP_MAAS_TIMES][NGX_HTTP_MAAS_N_TIMED];
    ngx_atomic_t              rows[NGX_HTTP_MAAS_ROW_COUNTS];
    ngx_atomic_t              passes[NGX_HTTP_MAAS_ROW_COUNTS];
    ngx_atomic_t              pass_rows;
    ngx_atomic_t              why[NGX_HTTP_MAAS_N_REASONS];
    ngx_atomic_t              cache_hits;  /* requests without a pass, */
    ngx_atomic_t              cache_hit_ns;    /*     what looking took, */
    ngx_atomic_t              cache_hit_rows;  /*     rows that were there */
    ngx_atomic_t              cache_misses;    /* requests with one, */
    ngx_atomic_t              cache_miss_ns;   /*     looking and keeping, */
    ngx_atomic_t              cache_miss_rows; /*     rows that were not */
} ngx_http_maas_hist_t;

_Static_assert(sizeof(ngx_http_maas_hist_t) % 64 == 0,
               "workers do not share cache lines");


/* Labels whose answers are counted each; of more, the last number has the rest
 * of them. */

#define NGX_HTTP_MAAS_SAYS  64


/* Nanoseconds of a clock; of one that never goes back. */
uint64_t ngx_http_maas_clock(clockid_t clock);

#define ngx_http_maas_now()  ngx_http_maas_clock(CLOCK_MONOTONIC)

/* In a worker: does it share its lanes with others? */
void ngx_http_maas_count_share(ngx_uint_t shared);

/* Add n to a number of this worker's lane of a model, in the event loop. */
void ngx_http_maas_count_add(ngx_http_maas_model_t *model,
    ngx_http_maas_counter_e i, uint64_t n);

/* A forward pass was run. */
void ngx_http_maas_count_run(ngx_http_maas_model_t *model, ngx_uint_t rows,
    uint64_t ns);

/* A request was not answered as it wanted, for a reason: */
void ngx_http_maas_count_reason(ngx_http_maas_model_t *model,
    ngx_http_maas_reason_e why);

/* maas_cache had so many rows of a request, and did not have others: looking
 * took ns.  The same of keeping those, later. */
void ngx_http_maas_count_cache(ngx_http_maas_model_t *model,
    ngx_uint_t hits, ngx_uint_t misses, uint64_t ns);
void ngx_http_maas_count_cache_ns(ngx_http_maas_model_t *model, uint64_t ns);

/* The model said this label of a row. */
void ngx_http_maas_count_said(ngx_http_maas_model_t *model, ngx_uint_t label);

/* Where rows stand among powers of two: 0 .. NGX_HTTP_MAAS_COSTS - 1 */
ngx_uint_t ngx_http_maas_rows_bucket(ngx_uint_t rows);

/* The counters of all workers, and what follows from them:
 * sum[NGX_HTTP_MAAS_N_COUNTERS]. */
void ngx_http_maas_lane_sum(ngx_http_maas_model_t *model, uint64_t *sum);

/* Bytes of a lane for n labels; sums of all: sum[model->n_says]. */
size_t ngx_http_maas_says_size(ngx_uint_t n);
void ngx_http_maas_says_sum(ngx_http_maas_model_t *model, uint64_t *sum);

/* The same of histograms: zeros where they have no room */
void ngx_http_maas_hist_sum(ngx_http_maas_model_t *model,
    ngx_http_maas_hist_t *sum);


#endif /* _NGX_HTTP_MAAS_COUNT_H_INCLUDED_ */
