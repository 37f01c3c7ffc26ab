
/*
 * Requests of more rows than a batch has: a batch's worth of rows in each turn
 * of the event loop, or all of it in a thread (maas_offload).
 * Not here: rows that ride with others (ngx_http_maas_batch.c).
 */


#include <maas.h>

#include "ngx_http_maas_batch.h"
#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_count.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_model.h"
#include "ngx_http_maas_pool.h"
#include "answers/ngx_http_maas_response.h"


/* ns that a byte of a body takes at most to become numbers, about */

#define NGX_HTTP_MAAS_BYTE_COST     1

/* so many of them with the pool, a worker */

#define NGX_HTTP_MAAS_LARGE_MAX     16

/* a worker that is told to quit waits so long for the next turn, ms */

#define NGX_HTTP_MAAS_TURN_TIMEOUT  60000


typedef struct {
    ngx_event_t                event;      /* the next turn */
    ngx_http_request_t        *request;
    ngx_http_maas_ctx_t       *ctx;
    ngx_str_t                  body;
    size_t                     json_len;
    size_t                     bound;      /* most rows that it may have */
    ngx_uint_t                 max_rows;
    ngx_uint_t                 slice;      /* rows of a turn */
    ngx_uint_t                 done;       /* rows that have run */
    float                     *x;
    float                     *y;
    maas_err_t                 err;

    /* with the pool: what a thread leaves */

    ngx_http_maas_offload_t   *offload;
    ngx_str_t                  text;       /* the answer */
    size_t                     text_json;
    unsigned                   infinite:1;
} ngx_http_maas_large_t;


static void ngx_http_maas_large_begin(ngx_http_request_t *r,
    ngx_http_maas_large_t *large);
static void ngx_http_maas_large_turn(ngx_http_maas_large_t *large);
static void ngx_http_maas_large_event(ngx_event_t *ev);
static void ngx_http_maas_large_cleanup(void *data);

#if (NGX_THREADS)
static ngx_int_t ngx_http_maas_large_post(ngx_http_request_t *r,
    ngx_http_maas_large_t *large, ngx_http_maas_offload_t *offload);

static ngx_uint_t  ngx_http_maas_large_in_pool;    /* of this worker */
#endif


void
ngx_http_maas_large(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_str_t *body, size_t json_len, size_t bound)
{
    ngx_http_maas_large_t     *large;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    large = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_large_t));
    if (large == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    large->request = r;
    large->ctx = ctx;
    large->body = *body;
    large->json_len = json_len;
    large->bound = bound;
    large->max_rows = mlcf->max_rows;
    large->slice = mlcf->batch;

#if (NGX_THREADS)
    if (mlcf->offload != NULL && r == r->main
        && ngx_http_maas_cost(ctx->model, bound)
           + body->len * NGX_HTTP_MAAS_BYTE_COST
           >= (uint64_t) mlcf->offload->above)
    {
        if (ngx_http_maas_large_post(r, large, mlcf->offload) != NGX_OK) {
            ngx_http_finalize_request(r,
                               ngx_http_maas_send_failure(r, &large->err));
        }

        return;
    }
#endif

    ngx_http_maas_large_begin(r, large);
}


static void
ngx_http_maas_large_begin(ngx_http_request_t *r, ngx_http_maas_large_t *large)
{
    ngx_http_cleanup_t   *cln;
    const maas_info_t    *info;
    ngx_http_maas_ctx_t  *ctx;

    ctx = large->ctx;
    info = ctx->model->info;

    large->x = ngx_palloc(r->pool, large->bound * info->in * sizeof(float));
    cln = ngx_http_cleanup_add(r, 0);
    if (large->x == NULL || cln == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    if (ngx_http_maas_form_read(ctx, &large->body, large->json_len,
                                large->max_rows, large->x, &large->err)
        != MAAS_OK)
    {
        ngx_http_finalize_request(r,
                                ngx_http_maas_send_failure(r, &large->err));
        return;
    }

    large->y = ngx_palloc(r->pool, (ctx->req.rows + 1) * info->out
                                   * sizeof(float));
    if (large->y == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    cln->handler = ngx_http_maas_large_cleanup;
    cln->data = large;

    large->event.handler = ngx_http_maas_large_event;
    large->event.data = large;
    large->event.log = r->connection->log;

    ngx_http_maas_large_turn(large);
}


/* The client is gone: no more turns. */

static void
ngx_http_maas_large_cleanup(void *data)
{
    ngx_http_maas_large_t  *large = data;

    if (large->event.posted) {
        ngx_delete_posted_event(&large->event);
    }

    if (large->event.timer_set) {
        ngx_del_timer(&large->event);
    }
}


static void
ngx_http_maas_large_turn(ngx_http_maas_large_t *large)
{
    ngx_int_t               rc;
    ngx_uint_t              rows;
    const maas_info_t      *info;
    ngx_http_request_t     *r;
    ngx_http_maas_ctx_t    *ctx;
    ngx_http_maas_model_t  *model;

    r = large->request;
    ctx = large->ctx;
    model = ctx->model;
    info = model->info;

    rows = ngx_min(ctx->req.rows - large->done, large->slice);

    if (large->done == 0) {
        ctx->at.run = ngx_http_maas_now();
    }

    (void) maas_run(model->engine, large->x + large->done * info->in, rows,
                    large->y + large->done * info->out, model->workspace,
                    model->workspace_size, &large->err);

    large->done += rows;

    if (large->done < ctx->req.rows && large->err.code == MAAS_OK) {
        r->read_event_handler = ngx_http_test_reading;

        /* as long as there is a timer, a worker does not exit */

        ngx_add_timer(&large->event, NGX_HTTP_MAAS_TURN_TIMEOUT);
        ngx_post_event(&large->event, &ngx_posted_next_events);
        return;
    }

    if (large->event.timer_set) {
        ngx_del_timer(&large->event);
    }

    ctx->at.ran = ngx_http_maas_now();
    ngx_http_maas_count_run(model, ctx->req.rows, ctx->at.ran - ctx->at.run);

    rc = large->err.code == MAAS_OK
         ? ngx_http_maas_form_answer(r, ctx, large->y)
         : ngx_http_maas_send_failure(r, &large->err);

    ngx_http_finalize_request(r, rc);
}


static void
ngx_http_maas_large_event(ngx_event_t *ev)
{
    ngx_connection_t       *c;
    ngx_http_maas_large_t  *large = ev->data;

    /* the timer only keeps a worker from quitting: the turn is posted, too */

    if (ev->timedout) {
        ev->timedout = 0;
        return;
    }

    c = large->request->connection;

    ngx_http_set_log_request(c->log, large->request);
    ngx_http_maas_large_turn(large);
    ngx_http_run_posted_requests(c);
}


#if (NGX_THREADS)


/* Of one block that is the thread's own: x, workspace and y */

static void
ngx_http_maas_large_run(ngx_http_maas_large_t *large, ngx_log_t *log)
{
    void                 *memory;
    float                *x, *y;
    size_t                ws_size, in, out;
    ngx_http_maas_ctx_t  *ctx;

    ctx = large->ctx;
    in = large->bound * ctx->model->info->in * sizeof(float);
    out = (large->bound + 1) * ctx->model->info->out * sizeof(float);
    ws_size = maas_workspace_size(ctx->model->engine, large->slice);

    in = ngx_align(in, NGX_CPU_CACHE_LINE);
    ws_size = ngx_align(ws_size, NGX_CPU_CACHE_LINE);

    memory = ngx_memalign(NGX_CPU_CACHE_LINE, in + ws_size + out, log);
    if (memory == NULL) {
        (void) ngx_http_maas_fail(&large->err, MAAS_NOMEM,
                                  "no memory for the rows");
        return;
    }

    x = memory;
    y = (float *) ((u_char *) memory + in + ws_size);

    if (ngx_http_maas_form_read(ctx, &large->body, large->json_len,
                                large->max_rows, x, &large->err)
        != MAAS_OK)
    {
        goto done;
    }

    ctx->at.run = ngx_http_maas_now();

    if (maas_run(ctx->model->engine, x, ctx->req.rows, y,
                 (u_char *) memory + in, ws_size, &large->err)
        != MAAS_OK)
    {
        goto done;
    }

    ctx->at.ran = ngx_http_maas_now();

    if (!maas_is_finite(y, ctx->req.rows * ctx->model->info->out)) {
        large->infinite = 1;
        goto done;
    }

    large->text.data = ngx_alloc(ngx_http_maas_form_size(ctx) + 1, log);
    if (large->text.data == NULL) {
        (void) ngx_http_maas_fail(&large->err, MAAS_NOMEM,
                                  "no memory for the answer");
        goto done;
    }

    large->text.len = ngx_http_maas_form_write(ctx, y, large->text.data,
                                               &large->text_json);

done:

    ngx_free(memory);
}


/* In a thread: the event loop leaves ctx->req and the body alone meanwhile. */

static void
ngx_http_maas_large_thread(void *data, ngx_log_t *log)
{
    ngx_http_maas_large_t  *large;

    large = *(ngx_http_maas_large_t **) data;

    ngx_http_maas_pool_enter(large->offload);
    ngx_http_maas_large_run(large, log);
}


static void
ngx_http_maas_large_finish(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_int_t               rc;
    ngx_http_maas_large_t  *large;

    large = ctx->large;

    if (large->infinite) {
        rc = ngx_http_maas_form_infinite(r, ctx);

    } else if (large->err.code != MAAS_OK) {
        rc = ngx_http_maas_send_failure(r, &large->err);

    } else {
        ngx_http_maas_count_run(ctx->model, ctx->req.rows,
                                ctx->at.ran - ctx->at.run);
        rc = ngx_http_maas_form_send(r, ctx, &large->text, large->text_json);
    }

    ngx_http_finalize_request(r, rc);
}


static void
ngx_http_maas_large_back(ngx_event_t *ev)
{
    ngx_http_maas_large_t  *large;

    if (ngx_http_maas_pool_done(ev) != NGX_OK) {
        return;
    }

    large = ev->data;
    ngx_http_maas_large_in_pool--;

    ngx_http_maas_release(large->request, large->ctx,
                          ngx_http_maas_large_finish);
}


static void
ngx_http_maas_large_free(void *data)
{
    ngx_http_maas_large_t  *large = data;

    if (large->text.data != NULL) {
        ngx_free(large->text.data);
    }
}


/* NGX_OK: a thread has it.  NGX_ERROR: large->err says why not. */

static ngx_int_t
ngx_http_maas_large_post(ngx_http_request_t *r, ngx_http_maas_large_t *large,
    ngx_http_maas_offload_t *offload)
{
    ngx_thread_task_t   *task;
    ngx_pool_cleanup_t  *cln;

    task = ngx_thread_task_alloc(r->pool, sizeof(void *));
    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (task == NULL || cln == NULL) {
        return ngx_http_maas_fail(&large->err, MAAS_NOMEM,
                                  "no memory for a task");
    }

    cln->handler = ngx_http_maas_large_free;
    cln->data = large;

    *(ngx_http_maas_large_t **) task->ctx = large;
    task->handler = ngx_http_maas_large_thread;
    task->event.handler = ngx_http_maas_large_back;
    task->event.data = large;
    task->event.log = ngx_cycle->log;

    large->offload = offload;
    large->ctx->large = large;

    if (ngx_http_maas_large_in_pool >= NGX_HTTP_MAAS_LARGE_MAX
        || ngx_http_maas_pool_post(offload, task) != NGX_OK)
    {
        return ngx_http_maas_fail(&large->err, MAAS_BUSY,
                                  "the thread pool is full");
    }

    ngx_http_maas_large_in_pool++;
    ngx_http_maas_hold(r);

    return NGX_OK;
}


#endif
