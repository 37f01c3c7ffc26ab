
/*
 * What the module's files share: configuration, models, request context.
 * Only nginx and maas.h here: no kernels, no JSON tree, no malloc.
 */


#ifndef _NGX_HTTP_MAAS_MODULE_H_INCLUDED_
#define _NGX_HTTP_MAAS_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <maas.h>


#define NGX_HTTP_MAAS_NONE     0
#define NGX_HTTP_MAAS_SERVE    1
#define NGX_HTTP_MAAS_PREDICT  2
#define NGX_HTTP_MAAS_STATUS   3
#define NGX_HTTP_MAAS_METRICS  4


typedef struct ngx_http_maas_ctx_s    ngx_http_maas_ctx_t;
typedef struct ngx_http_maas_model_s  ngx_http_maas_model_t;


typedef struct ngx_http_maas_batch_s  ngx_http_maas_batch_t;


/* maas_offload */

typedef struct {
#if (NGX_THREADS)
    ngx_thread_pool_t        *pool;
#endif
    ngx_int_t                 above;       /* ns */
    ngx_int_t                 nice;        /* of the threads */
} ngx_http_maas_offload_t;


/* Rows of one model that run together, with memory of their own */

struct ngx_http_maas_batch_s {
    ngx_http_maas_model_t    *model;
    ngx_http_maas_batch_t    *next;        /* of those that are free */
    ngx_http_maas_offload_t  *offload;     /* of the location, or NULL */
    ngx_queue_t               requests;    /* ctx->queue, in row order */
    ngx_uint_t                rows;        /* filled */
    float                    *x;           /* (model->max_batch,in) */
    float                    *y;           /* (model->max_batch,out) */
    maas_err_t                err;         /* of the run */
    uint64_t                  run;         /* when it began and ended, */
    uint64_t                  ran;         /*     ngx_http_maas_now() */
#if (NGX_THREADS)
    ngx_thread_task_t        *task;
    void                     *workspace;   /* for a thread */
    size_t                    workspace_size;
    uint64_t                  ns;          /* of CPU that it took */
#endif
};


#define NGX_HTTP_MAAS_COSTS  13            /* 1, 2, 4 ... 4096 rows */


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
    NGX_HTTP_MAAS_N_COUNTERS = 64
} ngx_http_maas_counter_e;


/* Of one worker and model, in shared memory; whole cache lines */

typedef struct {
    ngx_atomic_t              value[NGX_HTTP_MAAS_N_COUNTERS];
} ngx_http_maas_lane_t;


/* When a request reached what, ngx_http_maas_now(); 0: not yet */

typedef struct {
    uint64_t                  body;        /* is complete */
    uint64_t                  read;        /* rows are out of it */
    uint64_t                  run;         /* its forward pass began */
    uint64_t                  ran;
    uint64_t                  sent;        /* the answer is written */
} ngx_http_maas_times_t;


/* One version of a model: immutable after configuration, but for what a worker
 * adds in init_process and uses from then on */

struct ngx_http_maas_model_s {
    ngx_str_t                 name;        /* as in maas_model */
    ngx_str_t                 version;     /* decimal */
    ngx_int_t                 number;      /* of the version */
    ngx_str_t                 label;
    ngx_str_t                 file;
    maas_model_t             *engine;
    const maas_info_t        *info;
    ngx_http_maas_lane_t     *lanes;       /* of all workers */
    ngx_uint_t                n_lanes;
    ngx_http_maas_lane_t     *lane;        /* of this one */

    ngx_event_t               event;       /* posted: `filling` has rows */
    ngx_http_maas_batch_t    *filling;     /* NULL: none */
    ngx_http_maas_batch_t    *free;
    ngx_uint_t                in_pool;     /* batches that threads have */
    ngx_uint_t                max_batch;   /* rows that batches have room for */
    void                     *workspace;   /* of the worker, for all models */
    size_t                    workspace_size;
    float                     cost[NGX_HTTP_MAAS_COSTS];   /* ns a row */
};


/* Text that grows in a pool.  Puts never fail; the text is asked at the end. */

typedef struct {
    ngx_pool_t               *pool;
    u_char                   *start;
    u_char                   *pos;
    u_char                   *end;
    unsigned                  failed:1;
} ngx_http_maas_text_t;


typedef struct {
    ngx_array_t               models;      /* of ngx_http_maas_model_t * */
    ngx_array_t               predicts;    /* of ngx_http_maas_loc_conf_t * */
    ngx_uint_t                max_batch;   /* over all locations */
    size_t                    zone_size;   /* of maas_zone */
    ngx_uint_t                lanes;       /* of a new zone, for a model */
} ngx_http_maas_main_conf_t;


typedef struct {
    ngx_uint_t                kind;
    ngx_http_handler_pt       handler;     /* of that kind */
    ngx_str_t                 root;        /* what stands before /v2 */

    ngx_str_t                 predict;     /* model name */
    ngx_str_t                 predict_version;
    u_char                   *predict_file;   /* where it stands */
    ngx_uint_t                predict_line;
    ngx_http_maas_model_t    *model;       /* of maas_predict */

    ngx_uint_t                batch;
    ngx_uint_t                max_rows;
    size_t                    body_size;   /* what so many may take */
    ngx_http_maas_offload_t  *offload;     /* NULL: off */
} ngx_http_maas_loc_conf_t;


typedef void (*ngx_http_maas_finish_pt)(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx);


typedef enum {
    ngx_http_maas_form_v2 = 0,
    ngx_http_maas_form_v1_predict,
    ngx_http_maas_form_v1_classify,
    ngx_http_maas_form_v1_regress,
    ngx_http_maas_form_rows,
    ngx_http_maas_form_bytes,
    ngx_http_maas_form_image,
    ngx_http_maas_form_csv,
    ngx_http_maas_form_pairs,

    ngx_http_maas_form_any                 /* the body will say */
} ngx_http_maas_form_e;


struct ngx_http_maas_ctx_s {
    ngx_http_request_t       *request;
    ngx_http_maas_model_t    *model;
    ngx_http_maas_form_e      form;        /* of body and answer */
    maas_request_t            req;
    ngx_http_maas_times_t     at;
    ngx_http_maas_batch_t    *batch;
    ngx_uint_t                row;         /* first one in the batch */
    ngx_queue_t               queue;
    void                     *large;       /* more rows than a batch has */
    ngx_http_maas_finish_pt   finish;      /* set when a thread is done */

    unsigned                  queued:1;
    unsigned                  ours:1;      /* the answer was made here */
    unsigned                  replace:1;   /* an error page becomes JSON */
    unsigned                  replaced:1;
};


/* ngx_http_maas_model.c */

/* maas_model NAME PATH [version=N] [label=L]: load the file, check all, add
 * it to mmcf->models.  NGX_CONF_OK, or NGX_CONF_ERROR with one log line. */
char *ngx_http_maas_model_add(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf);

/* The version of a model, the newest if version is empty; NULL if there is
 * none. */
ngx_http_maas_model_t *ngx_http_maas_model_find(
    ngx_http_maas_main_conf_t *mmcf, ngx_str_t *name, ngx_str_t *version);

/* In a worker: workspace, batches, one warm-up pass of each model. */
ngx_int_t ngx_http_maas_model_init_process(ngx_cycle_t *cycle,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_handler.c */

/* Content handlers of maas_serve and maas_predict */
ngx_int_t ngx_http_maas_serve_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_maas_predict_handler(ngx_http_request_t *r);

/* The context of r, made on the first call; NULL: out of memory */
ngx_http_maas_ctx_t *ngx_http_maas_get_ctx(ngx_http_request_t *r);

/* Read the body, predict, answer; the return value of a handler. */
ngx_int_t ngx_http_maas_infer(ngx_http_request_t *r,
    ngx_http_maas_model_t *model);


/* ngx_http_maas_body.c */

/* Read the body, then call handler; the return value of a content handler.
 * A coding that cannot be undone is refused. */
ngx_int_t ngx_http_maas_read_body(ngx_http_request_t *r,
    ngx_http_client_body_handler_pt handler);

/* In that handler: the whole body as one span, decompressed, in memory of
 * r->pool if it was scattered, compressed or in a file.  INTERNAL, NOMEM,
 * TOOBIG, BADVALUE. */
maas_status_t ngx_http_maas_body(ngx_http_request_t *r, ngx_str_t *body,
    maas_err_t *err);

/* A request header by its lower-case name, NULL if there is none. */
ngx_str_t *ngx_http_maas_header(ngx_http_request_t *r, char *name,
    size_t len);


/* ngx_http_maas_type.c */

/* Is the request's Content-Type one that is read where `form` is? */
ngx_uint_t ngx_http_maas_type_known(ngx_http_request_t *r,
    ngx_http_maas_form_e form);

/* The form of a body where there may be several. */
ngx_http_maas_form_e ngx_http_maas_type_form(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, ngx_str_t *body);

/* Length of the JSON part of a body: all of it, unless a header or the
 * Content-Type says otherwise: *given = 1.  NGX_ERROR if that is no number up
 * to the length of the body. */
ngx_int_t ngx_http_maas_type_json_len(ngx_http_request_t *r, ngx_str_t *body,
    size_t *json_len, ngx_uint_t *given);

/* What a binary answer's type is called: *type is changed if the request's is
 * a vendor's.  NGX_ERROR: out of memory */
ngx_int_t ngx_http_maas_type_answer(ngx_http_request_t *r, size_t json_len,
    ngx_str_t *type);


/* ngx_http_maas_form.c */

/* Most rows, up to max_rows, that a body of ctx->form can hold. */
size_t ngx_http_maas_form_bound(ngx_http_maas_ctx_t *ctx, ngx_str_t *body,
    ngx_uint_t max_rows);

/* Rows out of a body of ctx->form into x, which has room for as many as that;
 * sets ctx->req. */
maas_status_t ngx_http_maas_form_read(ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len, ngx_uint_t max_rows, float *x,
    maas_err_t *err);

/* Answer with y(ctx->req.rows,out) in the form that the request had; what a
 * content handler returns. */
ngx_int_t ngx_http_maas_form_answer(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, const float *y);

/* The same in parts, the first two for any thread: how many bytes the answer
 * may take; the answer into p, its length, *json_len as maas_v2_write(). */
size_t ngx_http_maas_form_size(ngx_http_maas_ctx_t *ctx);
size_t ngx_http_maas_form_write(ngx_http_maas_ctx_t *ctx, const float *y,
    u_char *p, size_t *json_len);
ngx_int_t ngx_http_maas_form_send(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx, ngx_str_t *body, size_t json_len);

/* The error in place of an answer that is not finite. */
ngx_int_t ngx_http_maas_form_infinite(ngx_http_request_t *r,
    ngx_http_maas_ctx_t *ctx);


/* ngx_http_maas_inflate.c */

typedef enum {
    NGX_HTTP_MAAS_IDENTITY = 0,
    NGX_HTTP_MAAS_GZIP,
    NGX_HTTP_MAAS_DEFLATE,
    NGX_HTTP_MAAS_OTHER_CODING
} ngx_http_maas_coding_e;

/* body, compressed -> body in memory of r->pool, at most limit bytes (TOOBIG).
 * BADVALUE if it is cut off or something else. */
maas_status_t ngx_http_maas_inflate(ngx_http_request_t *r,
    ngx_http_maas_coding_e coding, size_t limit, ngx_str_t *body,
    maas_err_t *err);


/* ngx_http_maas_batch.c */

/* The body is complete: read rows out of it and let them ride in this turn's
 * batch.  Finalizes r, now or when the batch has run. */
void ngx_http_maas_batch_add(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len);

/* Run what waits; handler of model->event. */
void ngx_http_maas_batch_run(ngx_event_t *ev);

/* A batch of ngx_cycle->pool, NULL if out of memory. */
ngx_http_maas_batch_t *ngx_http_maas_batch_create(
    ngx_http_maas_model_t *model);


/* ngx_http_maas_large.c */

/* As ngx_http_maas_batch_add(), for a body of up to `bound` rows that does not
 * ride with others. */
void ngx_http_maas_large(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len, size_t bound);


/* ngx_http_maas_pool.c */

/* maas_offload off | pool[=name] above=time [nice=n] */
char *ngx_http_maas_offload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#if (NGX_THREADS)
/* Give a task to the pool; NGX_ERROR: it is full.  Its event's handler calls
 * ngx_http_maas_pool_done() first and returns unless that is NGX_OK. */
ngx_int_t ngx_http_maas_pool_post(ngx_http_maas_offload_t *offload,
    ngx_thread_task_t *task);
ngx_int_t ngx_http_maas_pool_done(ngx_event_t *ev);

/* First thing in a thread */
void ngx_http_maas_pool_enter(ngx_http_maas_offload_t *offload);
#endif

/* Keep r, a main request, alive until ngx_http_maas_release(): a thread works
 * for it.  Release calls finish(), which is to finalize r, or frees r if it
 * has ended meanwhile. */
void ngx_http_maas_hold(ngx_http_request_t *r);
void ngx_http_maas_release(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_finish_pt finish);

/* CPU time of this thread, ns */
uint64_t ngx_http_maas_cpu_time(void);

/* What rows of a model took, and what they will take by that, ns */
void ngx_http_maas_cost_add(ngx_http_maas_model_t *model, ngx_uint_t rows,
    uint64_t ns);
uint64_t ngx_http_maas_cost(ngx_http_maas_model_t *model, ngx_uint_t rows);

/* Where rows stand among powers of two: 0 .. NGX_HTTP_MAAS_COSTS - 1 */
ngx_uint_t ngx_http_maas_cost_bucket(ngx_uint_t rows);

/* Fill *err; NGX_ERROR. */
ngx_int_t ngx_http_maas_fail(maas_err_t *err, maas_status_t code,
    const char *text);


/* ngx_http_maas_v2.c */

/* Open Inference Protocol routes; path is what follows /v2. */
ngx_int_t ngx_http_maas_v2_handler(ngx_http_request_t *r, ngx_str_t *path);


/* {"models":[names]}; what a content handler returns */
ngx_int_t ngx_http_maas_send_models(ngx_http_request_t *r);


/* ngx_http_maas_v1.c */

/* TensorFlow Serving's and KServe's routes; path is what follows /v1. */
ngx_int_t ngx_http_maas_v1_handler(ngx_http_request_t *r, ngx_str_t *path);


/* ngx_http_maas_v2_meta.c */

/* The type of a column's values, as v2 and as TensorFlow call it */
const char *ngx_http_maas_v2_type(const maas_field_t *field);
const char *ngx_http_maas_tf_type(const maas_field_t *field);

/* What a path is about; empty if it names no model, or no version */

typedef struct {
    ngx_http_maas_main_conf_t  *mmcf;
    ngx_str_t                   name;
    ngx_str_t                   version;
    ngx_http_maas_model_t      *model;
} ngx_http_maas_target_t;

/* The JSON of an answer, each for the route of its name. */
void ngx_http_maas_put_server(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_live(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_models(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_model(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_model_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_config(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_v2_stats(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_index(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_trace(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);
void ngx_http_maas_put_logging(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);


/* ngx_http_maas_openapi.c */

/* The OpenAPI document of a model, or of the server with all of them. */
void ngx_http_maas_put_openapi(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);


/* ngx_http_maas_shm.c */

/* At the end of the configuration: the zone, where each model will find its
 * lanes before workers are forked. */
ngx_int_t ngx_http_maas_zone_add(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);

/* In a worker: its lane of each model. */
void ngx_http_maas_zone_attach(ngx_http_maas_main_conf_t *mmcf);

/* The counters of all workers: sum[NGX_HTTP_MAAS_N_COUNTERS]. */
void ngx_http_maas_lane_sum(ngx_http_maas_model_t *model, uint64_t *sum);


/* ngx_http_maas_metrics.c */

/* Nanoseconds of a clock that never goes back. */
uint64_t ngx_http_maas_now(void);

/* Handler of the log phase: counts a request for a model when it ends. */
ngx_int_t ngx_http_maas_count(ngx_http_request_t *r);

/* A forward pass was run. */
void ngx_http_maas_count_run(ngx_http_maas_model_t *model, ngx_uint_t rows,
    uint64_t ns);

/* Triton's statistics object: of the model of that name, or of all if it is
 * NULL; of one version, or of all if `only` is NULL. */
void ngx_http_maas_put_stats(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf, ngx_str_t *name,
    ngx_http_maas_model_t *only);

/* Content handler of maas_metrics: the text form of Prometheus. */
ngx_int_t ngx_http_maas_metrics_handler(ngx_http_request_t *r);


/* ngx_http_maas_text.c */

/* As ngx_sprintf(); at most 512 bytes a call. */
void ngx_http_maas_put(ngx_http_maas_text_t *t, const char *fmt, ...);

/* The same bytes, however many */
void ngx_http_maas_put_text(ngx_http_maas_text_t *t, ngx_str_t *s);

/* A JSON string with quotes; "<" is escaped, so that it may stand in HTML. */
void ngx_http_maas_put_json(ngx_http_maas_text_t *t, const char *s);
void ngx_http_maas_put_quoted(ngx_http_maas_text_t *t, ngx_str_t *s);

/* ["a","b"] of n strings */
void ngx_http_maas_put_list(ngx_http_maas_text_t *t, const char *const *s,
    size_t n);

/* The text so far; NGX_ERROR if memory was out on the way. */
ngx_int_t ngx_http_maas_text(ngx_http_maas_text_t *t, ngx_str_t *out);


/* ngx_http_maas_response.c */

/* A header of the answer, of static text.  NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_maas_add_header(ngx_http_request_t *r, char *name,
    char *value);

/* Send body (memory of r->pool or static) with a status; what a content
 * handler returns. json_len: with binary tensors behind the JSON, else 0. */
ngx_int_t ngx_http_maas_send(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *type, ngx_str_t *body, size_t json_len);

/* The same with JSON text. */
ngx_int_t ngx_http_maas_send_json(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *json);

/* Text as the answer to a request whose body is not wanted. */
ngx_int_t ngx_http_maas_send_text(ngx_http_request_t *r,
    ngx_http_maas_text_t *text);

/* {"error":"..."} with a status. */
ngx_int_t ngx_http_maas_send_error(ngx_http_request_t *r, ngx_uint_t status,
    const char *text);

/* The same from an engine error; logs it. */
ngx_int_t ngx_http_maas_send_failure(ngx_http_request_t *r, maas_err_t *err);

/* Error before the body was read: discards it first. */
ngx_int_t ngx_http_maas_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *text);

/* Is the method in `allowed`?  NGX_OK if so.  Else the error is answered, with
 * an Allow header of `text`, and *answered says so: return what came back. */
ngx_int_t ngx_http_maas_allow(ngx_http_request_t *r, ngx_uint_t allowed,
    const char *text, ngx_uint_t *answered);

/* Filters that turn nginx's own error pages into JSON */
ngx_int_t ngx_http_maas_filter_init(ngx_conf_t *cf);


/* ngx_http_maas_page.c */

/* Content handler of maas_status: page for people, JSON for programs. */
ngx_int_t ngx_http_maas_status_handler(ngx_http_request_t *r);


/* ngx_http_maas_first.c: the part that runs before nginx merges */
extern ngx_module_t  ngx_http_maas_first_module;

extern ngx_module_t  ngx_http_maas_module;


#endif /* _NGX_HTTP_MAAS_MODULE_H_INCLUDED_ */
