
/*
 * Requests of more rows than a batch has: a batch's worth of rows in each turn
 * of the event loop, or all of it in a thread (maas_offload).
 * Not here: rows that ride with others (ngx_http_maas_batch.c).
 */


#include "ngx_http_maas_batch.h"
#include "ngx_http_maas_form.h"
#include "answers/ngx_http_maas_response.h"


/* ns that a byte of a body takes at most to become numbers, about */

#define NGX_HTTP_MAAS_BYTE_COST     1

/* so many of them with the pool, a worker */

#define NGX_HTTP_MAAS_LARGE_MAX     16

/* a worker that is told to quit waits so long for the next turn, ms */

#define NGX_HTTP_MAAS_TURN_TIMEOUT  60000


typedef struct {
    ngx_event_t                event;      /* the next turn */
    ngx_http_maas_ctx_t       *ctx;
    ngx_str_t                  body;
    size_t                     json_len;
    size_t                     bound;      /* most rows that it may have */
    ngx_uint_t                 max_rows;
    ngx_uint_t                 slice;      /* rows of a turn */
    ngx_http_maas_pass_t       pass;

    /* with the pool: what a thread leaves */

    ngx_http_maas_workspace_t  workspace;
    ngx_str_t                  text;       /* the answer */
    size_t                     text_json;
    unsigned                   infinite:1;
} ngx_http_maas_large_t;


static void
ngx_http_maas_large_finish(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_int_t               rc;
    ngx_http_maas_pass_t   *pass;
    ngx_http_maas_large_t  *large;

    large = ctx->large;
    pass = &large->pass;

    ctx->at.run = pass->run;
    ctx->at.ran = pass->ran;

    if (large->infinite) {
        rc = ngx_http_maas_form_infinite(r, ctx);

    } else if (pass->err.code != MAAS_OK) {
        rc = ngx_http_maas_send_failure(r, &pass->err);

    } else {
        ngx_http_maas_pass_count(pass);

        rc = large->text.data != NULL
             ? ngx_http_maas_form_send(r, ctx, &large->text, large->text_json)
             : ngx_http_maas_form_answer(r, ctx, pass->y);
    }

    ngx_http_finalize_request(r, rc);
}


static void
ngx_http_maas_large_turn(ngx_http_maas_large_t *large)
{
    ngx_http_request_t    *r;
    ngx_http_maas_pass_t  *pass;

    r = large->ctx->request;
    pass = &large->pass;

    if (ngx_http_maas_pass_predict(pass, large->slice) == MAAS_OK
        && pass->done < pass->rows)
    {
        r->read_event_handler = ngx_http_test_reading;

        /* as long as there is a timer, a worker does not exit */

        ngx_add_timer(&large->event, NGX_HTTP_MAAS_TURN_TIMEOUT);
        ngx_post_event(&large->event, &ngx_posted_next_events);
        return;
    }

    if (large->event.timer_set) {
        ngx_del_timer(&large->event);
    }

    ngx_http_maas_large_finish(r, large->ctx);
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

    c = large->ctx->request->connection;

    ngx_http_set_log_request(c->log, large->ctx->request);
    ngx_http_maas_large_turn(large);
    ngx_http_run_posted_requests(c);
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
ngx_http_maas_large_begin(ngx_http_request_t *r, ngx_http_maas_large_t *large)
{
    ngx_http_cleanup_t    *cln;
    const maas_info_t     *info;
    ngx_http_maas_ctx_t   *ctx;
    ngx_http_maas_pass_t  *pass;

    ctx = large->ctx;
    pass = &large->pass;
    info = ctx->model->info;

    pass->x = ngx_palloc(r->pool, large->bound * info->in * sizeof(float));
    cln = ngx_http_cleanup_add(r, 0);
    if (pass->x == NULL || cln == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    if (ngx_http_maas_form_read(ctx, &large->body, large->json_len,
                                large->max_rows, pass->x, &pass->err)
        != MAAS_OK)
    {
        ngx_http_maas_large_finish(r, ctx);
        return;
    }

    pass->rows = ctx->req.rows;
    pass->y = ngx_palloc(r->pool, (pass->rows + 1) * info->out
                                  * sizeof(float));
    if (pass->y == NULL) {
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


#if (NGX_THREADS)


static ngx_uint_t  ngx_http_maas_large_in_pool;    /* of this worker */


/* The answer, in memory of its own */

static void
ngx_http_maas_large_write(ngx_http_maas_large_t *large, ngx_log_t *log)
{
    ngx_http_maas_ctx_t   *ctx;
    ngx_http_maas_pass_t  *pass;

    ctx = large->ctx;
    pass = &large->pass;

    if (!maas_is_finite(pass->y, pass->rows * ctx->model->info->out)) {
        large->infinite = 1;
        return;
    }

    large->text.data = ngx_alloc(ngx_http_maas_form_size(ctx) + 1, log);
    if (large->text.data == NULL) {
        (void) ngx_http_maas_fail(&pass->err, MAAS_NOMEM,
                                  "no memory for the answer");
        return;
    }

    large->text.len = ngx_http_maas_form_write(ctx, pass->y, large->text.data,
                                               &large->text_json);
}


/* In a thread: the event loop leaves ctx->req and the body alone meanwhile.
 * One block is the thread's own: x, workspace and y. */

static void
ngx_http_maas_large_work(void *data, ngx_log_t *log)
{
    ngx_http_maas_large_t  *large = data;

    u_char                *memory;
    size_t                 ws, in, out;
    ngx_http_maas_ctx_t   *ctx;
    ngx_http_maas_pass_t  *pass;

    ctx = large->ctx;
    pass = &large->pass;

    in = large->bound * ctx->model->info->in * sizeof(float);
    out = (large->bound + 1) * ctx->model->info->out * sizeof(float);
    ws = maas_workspace_size(ctx->model->engine, large->slice);

    in = ngx_align(in, NGX_CPU_CACHE_LINE);
    ws = ngx_align(ws, NGX_CPU_CACHE_LINE);

    memory = ngx_memalign(NGX_CPU_CACHE_LINE, in + ws + out, log);
    if (memory == NULL) {
        (void) ngx_http_maas_fail(&pass->err, MAAS_NOMEM,
                                  "no memory for the rows");
        return;
    }

    large->workspace.data = memory + in;
    large->workspace.size = ws;

    pass->x = (float *) memory;
    pass->y = (float *) (memory + in + ws);
    pass->workspace = &large->workspace;

    if (ngx_http_maas_form_read(ctx, &large->body, large->json_len,
                                large->max_rows, pass->x, &pass->err)
        == MAAS_OK)
    {
        pass->rows = ctx->req.rows;

        if (ngx_http_maas_pass_predict(pass, pass->rows) == MAAS_OK) {
            ngx_http_maas_large_write(large, log);
        }
    }

    ngx_free(memory);
}


static void
ngx_http_maas_large_back(void *data)
{
    ngx_http_maas_large_t  *large = data;

    ngx_http_maas_large_in_pool--;

    ngx_http_maas_release(large->ctx->request, large->ctx,
                          ngx_http_maas_large_finish);
}


static void
ngx_http_maas_large_free(void *data)
{
    ngx_http_maas_large_t  *large = data;

    ngx_free(large->text.data);
}


/* OK: a thread has it.  Else large->pass.err says why not. */

static maas_status_t
ngx_http_maas_large_post(ngx_http_request_t *r, ngx_http_maas_large_t *large,
    ngx_http_maas_offload_t *offload)
{
    ngx_pool_cleanup_t    *cln;
    ngx_http_maas_task_t  *task;

    task = ngx_http_maas_task_create(r->pool, large, ngx_http_maas_large_work,
                                     ngx_http_maas_large_back);
    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (task == NULL || cln == NULL) {
        return ngx_http_maas_fail(&large->pass.err, MAAS_NOMEM,
                                  "no memory for a task");
    }

    cln->handler = ngx_http_maas_large_free;
    cln->data = large;

    if (ngx_http_maas_large_in_pool >= NGX_HTTP_MAAS_LARGE_MAX
        || ngx_http_maas_task_post(task, offload) != NGX_OK)
    {
        return ngx_http_maas_fail(&large->pass.err, MAAS_BUSY,
                                  "the thread pool is full");
    }

    ngx_http_maas_large_in_pool++;
    ngx_http_maas_hold(r);

    return MAAS_OK;
}


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

    large->ctx = ctx;
    large->body = *body;
    large->json_len = json_len;
    large->bound = bound;
    large->max_rows = mlcf->max_rows;
    large->slice = mlcf->batch;
    large->pass.model = ctx->model;
    large->pass.workspace = &ctx->model->workspace;

    ctx->large = large;

#if (NGX_THREADS)
    if (mlcf->offload != NULL && r == r->main
        && ngx_http_maas_pass_cost(ctx->model, bound)
           + body->len * NGX_HTTP_MAAS_BYTE_COST
           >= (uint64_t) mlcf->offload->above)
    {
        if (ngx_http_maas_large_post(r, large, mlcf->offload) != MAAS_OK) {
            ngx_http_maas_large_finish(r, ctx);
        }

        return;
    }
#endif

    ngx_http_maas_large_begin(r, large);
}
