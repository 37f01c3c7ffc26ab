
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
    NGX_HTTP_MAAS_SUCCESS = 0,             /* requests answered with 200 */
    NGX_HTTP_MAAS_SUCCESS_NS,              /* from whole body to answer */
    NGX_HTTP_MAAS_FAIL,
    NGX_HTTP_MAAS_FAIL_NS,
    NGX_HTTP_MAAS_QUEUE_NS,                /* of those answered with 200: */
    NGX_HTTP_MAAS_INPUT_NS,
    NGX_HTTP_MAAS_INFER_NS,
    NGX_HTTP_MAAS_OUTPUT_NS,
    NGX_HTTP_MAAS_ROWS,
    NGX_HTTP_MAAS_BATCHES,                 /* forward passes */
    NGX_HTTP_MAAS_LAST_MS,                 /* since the epoch */
    NGX_HTTP_MAAS_PASS,                    /* BATCHES by rows, doubling, */
    NGX_HTTP_MAAS_PASS_NS = NGX_HTTP_MAAS_PASS + NGX_HTTP_MAAS_COSTS,
                                           /*     and what they took */
    NGX_HTTP_MAAS_BUCKET = NGX_HTTP_MAAS_PASS_NS + NGX_HTTP_MAAS_COSTS,
                                           /* SUCCESS by time, doubling */
    NGX_HTTP_MAAS_VAR = NGX_HTTP_MAAS_BUCKET + NGX_HTTP_MAAS_BUCKETS,
                                           /* requests that variables score, */
    NGX_HTTP_MAAS_VAR_NS,                  /*     what that took, */
    NGX_HTTP_MAAS_VAR_FAIL,                /*     that could not be scored, */
    NGX_HTTP_MAAS_VAR_EARLY,               /*     reads before they could, */
    NGX_HTTP_MAAS_VAR_MISSING,             /*     columns without a value */
    NGX_HTTP_MAAS_SWAPS,                   /* of watched files: taken, */
    NGX_HTTP_MAAS_REFUSED,                 /*     and not */
    NGX_HTTP_MAAS_N_USED,
    NGX_HTTP_MAAS_N_COUNTERS = 72
} ngx_http_maas_counter_e;

_Static_assert(NGX_HTTP_MAAS_N_USED <= NGX_HTTP_MAAS_N_COUNTERS,
               "a lane has room for them");


/* Of one worker and model, in shared memory; whole cache lines */

typedef struct {
    ngx_atomic_t              value[NGX_HTTP_MAAS_N_COUNTERS];
} ngx_http_maas_lane_t;


/* Nanoseconds of a clock; of one that never goes back. */
uint64_t ngx_http_maas_clock(clockid_t clock);

#define ngx_http_maas_now()  ngx_http_maas_clock(CLOCK_MONOTONIC)

/* Add n in this worker's lane. */
void ngx_http_maas_count_add(ngx_http_maas_model_t *model,
    ngx_http_maas_counter_e i, uint64_t n);

/* A forward pass was run. */
void ngx_http_maas_count_run(ngx_http_maas_model_t *model, ngx_uint_t rows,
    uint64_t ns);

/* Where rows stand among powers of two: 0 .. NGX_HTTP_MAAS_COSTS - 1 */
ngx_uint_t ngx_http_maas_rows_bucket(ngx_uint_t rows);

/* The counters of all workers: sum[NGX_HTTP_MAAS_N_COUNTERS]. */
void ngx_http_maas_lane_sum(ngx_http_maas_model_t *model, uint64_t *sum);


#endif /* _NGX_HTTP_MAAS_COUNT_H_INCLUDED_ */
