
/*
 * Requests of more rows than a batch has: a batch's worth of rows in a turn of
 * the event loop, or all of it in a thread (maas_offload), where long bodies go
 * as well.
 * Not here: rows that ride with others (ngx_http_maas_batch.c).
 */


#include "ngx_http_maas_explain.h"
#include "ngx_http_maas_form.h"
#include "ngx_http_maas_gather.h"
#include "answers/ngx_http_maas_response.h"
#include "cache/ngx_http_maas_cache.h"


/* so many of them with the pool, a worker */

#define NGX_HTTP_MAAS_LARGE_MAX     16

/* bytes of rows that are tried first, and how many times more next */

#define NGX_HTTP_MAAS_LARGE_FIRST   1048576
#define NGX_HTTP_MAAS_LARGE_MORE    8

/* ns of a turn in which rows are explained, and of one that nobody waits for */

#define NGX_HTTP_MAAS_LARGE_TURN    500000
#define NGX_HTTP_MAAS_LARGE_EVER    ((uint64_t) -1)

typedef struct {
    size_t                     bound;      /* most rows that it may have */
    ngx_uint_t                 max_rows;
    ngx_uint_t                 slice;      /* rows of a turn */
    ngx_http_maas_pass_t       pass;
    ngx_http_maas_reasons_t    reasons;    /* if ctx->req.explain.wanted */

    /* with the pool: what a thread leaves */

    ngx_http_maas_ctx_t       *ctx;
    ngx_http_maas_block_t      workspace;  /* in ctx->rows */
    ngx_str_t                  text;       /* the answer, in ctx->text */
    size_t                     text_json;
    unsigned                   infinite:1;
    unsigned                   late:1;
} ngx_http_maas_large_t;


static void
ngx_http_maas_large_finish(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    float                  *y;
    ngx_int_t               rc;
    ngx_http_maas_pass_t   *pass;
    ngx_http_maas_large_t  *large;

    large = ctx->large;
    pass = &large->pass;
    y = pass->y;

    ngx_http_maas_pass_tell(pass, ctx);

    if (large->late) {
        rc = ngx_http_maas_form_late(r);

    } else if (large->infinite) {
        rc = ngx_http_maas_form_infinite(r, ctx);

    } else if (pass->err.code != MAAS_OK) {
        rc = ngx_http_maas_send_failure(r, &pass->err);

    } else {
        if (ctx->cache != NGX_HTTP_MAAS_CACHE_HIT) {
            ngx_http_maas_pass_count(pass);
        }

        if (ctx->cache_wait != NULL) {
            y = ngx_http_maas_cache_keep(ctx, y);
        }

        if (ctx->req.explain.wanted) {
            ngx_http_maas_pass_explained(pass, &large->reasons);
            ngx_http_maas_explain_tell(ctx, &large->reasons);
        }

        rc = large->text.data != NULL
             ? ngx_http_maas_form_send(r, ctx, &large->text, large->text_json)
             : ngx_http_maas_form_answer(r, ctx, y);
    }

    /* not later, which may be when the client has closed the connection */

    ngx_http_maas_body_close(ctx);
    ngx_http_maas_block_give(ctx->model->memory, &ctx->rows);
    ngx_http_maas_block_give(ctx->model->memory, &ctx->reasons);

    ngx_http_finalize_request(r, rc);
}


/* Memory for x and y of so many rows and, if ws is not 0, a workspace of that
 * size */

static maas_status_t
ngx_http_maas_large_memory(ngx_http_maas_large_t *large, size_t rows, size_t ws,
    maas_err_t *err)
{
    u_char               *p;
    size_t                in, out;
    ngx_http_maas_ctx_t  *ctx;

    ctx = large->ctx;

    in = rows * ctx->model->info->row;
    out = (rows + 1) * ctx->model->info->out * sizeof(float);

    in = ngx_align(in, NGX_CPU_CACHE_LINE);
    ws = ngx_align(ws, NGX_CPU_CACHE_LINE);

    if (ngx_http_maas_block_take(ctx->model->memory, &ctx->rows, in + ws + out,
                                 err)
        != MAAS_OK)
    {
        return err->code;
    }

    p = ctx->rows.data;

    large->pass.x = p;
    large->pass.y = (float *) (p + in + ws);
    large->workspace.data = p + in;
    large->workspace.size = ws;

    return MAAS_OK;
}


/* Rows are in pass.x. */

static maas_status_t
ngx_http_maas_large_read_rows(ngx_http_maas_large_t *large, maas_err_t *err)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = large->ctx;
    large->pass.rows = ctx->req.rows;

    return ctx->req.explain.wanted
           ? ngx_http_maas_explain_open(ctx, &large->reasons, err) : MAAS_OK;
}


/*
 * Rows out of the body, and memory for them.  The bound counts bytes, of which
 * a row of text has many and most bodies one: where memory for the bound is
 * much, the first try is with less.
 */

static maas_status_t
ngx_http_maas_large_rows_of(ngx_http_maas_large_t *large, size_t ws,
    maas_err_t *err)
{
    size_t                rows, most;
    maas_status_t         rc;
    ngx_http_maas_ctx_t  *ctx;

    ctx = large->ctx;

    rows = ngx_max(NGX_HTTP_MAAS_LARGE_FIRST
                   / ngx_http_maas_batch_size(ctx->model, 1), 1);

    for ( ;; ) {
        rows = ngx_min(rows, large->bound);
        most = rows < large->bound ? rows : large->max_rows;

        if (ngx_http_maas_large_memory(large, rows, ws, err) != MAAS_OK) {
            return err->code;
        }

        rc = ngx_http_maas_form_read(ctx, most, large->pass.x, err);

        if (rc == MAAS_OK) {
            return ngx_http_maas_large_read_rows(large, err);
        }

        if (rc != MAAS_TOOBIG || most == large->max_rows) {
            return rc;
        }

        ngx_http_maas_block_give(ctx->model->memory, &ctx->rows);

        rows *= NGX_HTTP_MAAS_LARGE_MORE;
    }
}


/* A turn's worth of rows: they run first, then they are explained. */

static maas_status_t
ngx_http_maas_large_slice(ngx_http_maas_large_t *large)
{
    ngx_http_maas_ctx_t   *ctx;
    ngx_http_maas_pass_t  *pass;

    ctx = large->ctx;
    pass = &large->pass;

    if (pass->done < pass->rows || pass->rows == 0) {

        if (ngx_http_maas_batch_workspace(ctx->model, &pass->err) != MAAS_OK
            || ngx_http_maas_pass_predict(pass, large->slice) != MAAS_OK)
        {
            return pass->err.code;
        }

        if (pass->rows != 1) {
            return MAAS_OK;
        }
    }

    return ctx->req.explain.wanted
           ? ngx_http_maas_pass_explain(pass, &large->reasons,
                                        NGX_HTTP_MAAS_LARGE_TURN)
           : MAAS_OK;
}


static void
ngx_http_maas_large_turn(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_http_maas_pass_t   *pass;
    ngx_http_maas_large_t  *large;

    large = ctx->large;
    pass = &large->pass;

    if (ngx_http_maas_form_is_late_now(ctx)) {
        large->late = 1;
        ngx_http_maas_large_finish(r, ctx);
        return;
    }

    if (ngx_http_maas_large_slice(large) == MAAS_OK
        && (pass->done < pass->rows
            || (ctx->req.explain.wanted && large->reasons.done < pass->rows)))
    {
        ngx_http_maas_turn_wait(r, ctx, ngx_http_maas_large_turn);
        return;
    }

    ngx_http_maas_large_finish(r, ctx);
}


static void
ngx_http_maas_large_read(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_http_maas_pass_t      *pass;
    ngx_http_maas_large_t     *large;
    ngx_http_maas_loc_conf_t  *mlcf;

    large = ctx->large;
    pass = &large->pass;

    if (ngx_http_maas_large_rows_of(large, 0, &pass->err) != MAAS_OK) {
        ngx_http_maas_large_finish(r, ctx);
        return;
    }

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->cache != NULL && !ctx->req.explain.wanted && pass->rows > 0) {
        pass->rows = ngx_http_maas_cache_look(r, ctx, mlcf->cache, pass->x,
                                              pass->y);

        if (pass->rows == 0) {
            ngx_http_maas_large_finish(r, ctx);
            return;
        }
    }

    ngx_http_maas_turn_wait(r, ctx, ngx_http_maas_large_turn);
}


#if (NGX_THREADS)


static ngx_uint_t  ngx_http_maas_large_in_pool;    /* of this worker */


/* The answer, in memory of its own */

static void
ngx_http_maas_large_write(ngx_http_maas_large_t *large)
{
    ngx_http_maas_ctx_t   *ctx;
    ngx_http_maas_pass_t  *pass;

    ctx = large->ctx;
    pass = &large->pass;

    if (!maas_is_finite(pass->y, pass->rows * ctx->model->info->out)) {
        large->infinite = 1;
        return;
    }

    if (ngx_http_maas_block_text(ctx->model->memory, &ctx->text,
                                 ngx_http_maas_form_size(ctx) + 1, &pass->err)
        != MAAS_OK)
    {
        return;
    }

    large->text.data = ctx->text.data;
    large->text.len = ngx_http_maas_form_write(ctx, pass->y, large->text.data,
                                               &large->text_json);
}


/* Bytes of a workspace for a thread */

static size_t
ngx_http_maas_large_workspace(ngx_http_maas_large_t *large)
{
    return maas_workspace_size(large->ctx->model->engine, large->slice);
}


/* Rows of a body that may not even be whole */

static maas_status_t
ngx_http_maas_large_gather(ngx_http_maas_large_t *large, ngx_log_t *log)
{
    maas_err_t           *err;
    ngx_http_maas_ctx_t  *ctx;

    ctx = large->ctx;
    err = &large->pass.err;

    if (ctx->body.todo
        && (ngx_http_maas_body_more(ctx, NGX_MAX_SIZE_T_VALUE, log, err)
            != MAAS_OK
            || ngx_http_maas_form_open(ctx, err) != MAAS_OK))
    {
        return err->code;
    }

    large->bound = ngx_http_maas_form_bound(ctx, large->max_rows);

    return ngx_http_maas_large_rows_of(large,
                                       ngx_http_maas_large_workspace(large),
                                       err);
}


/* In a thread: the event loop leaves ctx->req and the body alone meanwhile. */

static void
ngx_http_maas_large_work(void *data, ngx_log_t *log)
{
    ngx_http_maas_large_t  *large = data;

    ngx_http_maas_ctx_t   *ctx;
    ngx_http_maas_pass_t  *pass;

    ctx = large->ctx;
    pass = &large->pass;

    pass->workspace = &large->workspace;

    if (ngx_http_maas_form_is_late_now(ctx)) {
        large->late = 1;
        return;
    }

    if (pass->rows == 0 && ngx_http_maas_large_gather(large, log) != MAAS_OK) {
        return;
    }

    if (ngx_http_maas_pass_predict(pass, pass->rows) == MAAS_OK
        && (!ctx->req.explain.wanted
            || ngx_http_maas_pass_explain(pass, &large->reasons,
                                          NGX_HTTP_MAAS_LARGE_EVER)
               == MAAS_OK))
    {
        ngx_http_maas_large_write(large);
    }

    ngx_http_maas_block_give(ctx->model->memory, &ctx->rows);
}


static void
ngx_http_maas_large_back(void *data)
{
    ngx_http_maas_large_t  *large = data;

    ngx_http_maas_large_in_pool--;

    ngx_http_maas_release(large->ctx->request, large->ctx,
                          ngx_http_maas_large_finish);
}


#endif


static ngx_http_maas_large_t *
ngx_http_maas_large_create(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx)
{
    ngx_http_maas_large_t     *large;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    large = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_large_t));
    if (large == NULL || ngx_http_maas_own(r, ctx) != NGX_OK
        || ngx_http_maas_form_tally(r, ctx) != NGX_OK)
    {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return NULL;
    }

    large->ctx = ctx;
    large->max_rows = mlcf->max_rows;
    large->slice = ngx_min(mlcf->batch, ctx->model->max_batch);
    large->pass.model = ctx->model;
    large->pass.workspace = ctx->model->workspace;

    ctx->large = large;

    ngx_http_maas_batch_trim(ctx->model->memory);

    return large;
}


#if (NGX_THREADS)


/* OK: a thread has it.  Else large->pass.err says why not. */

static maas_status_t
ngx_http_maas_large_task(ngx_http_request_t *r, ngx_http_maas_large_t *large,
    ngx_http_maas_offload_t *offload)
{
    ngx_http_maas_task_t  *task;

    task = ngx_http_maas_task_create(r->pool, large, ngx_http_maas_large_work,
                                     ngx_http_maas_large_back);
    if (task == NULL) {
        return ngx_http_maas_fail(&large->pass.err, MAAS_NOMEM,
                                  "no memory for a task");
    }

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


void
ngx_http_maas_large_post(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_offload_t *offload)
{
    ngx_http_maas_large_t  *large;

    large = ngx_http_maas_large_create(r, ctx);

    if (large != NULL
        && ngx_http_maas_large_task(r, large, offload) != MAAS_OK)
    {
        ngx_http_maas_large_finish(r, ctx);
    }
}


#endif


void
ngx_http_maas_large(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    size_t bound)
{
    ngx_http_maas_large_t     *large;
#if (NGX_THREADS)
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->offload != NULL && r == r->main
        && ngx_http_maas_pass_cost(ctx->model, bound)
           + ngx_http_maas_explain_cost(ctx->model, &ctx->explain, bound)
           + ctx->body.text.len * NGX_HTTP_MAAS_BYTE_COST
           >= (uint64_t) mlcf->offload->above)
    {
        ngx_http_maas_large_post(r, ctx, mlcf->offload);
        return;
    }
#endif

    large = ngx_http_maas_large_create(r, ctx);

    if (large != NULL) {
        large->bound = bound;
        ngx_http_maas_turn_wait(r, ctx, ngx_http_maas_large_read);
    }
}


/* Rows of the worker's batch, which others are to have */

static maas_status_t
ngx_http_maas_large_copy(ngx_http_maas_large_t *large, const void *x, size_t ws)
{
    maas_err_t           *err;
    ngx_http_maas_ctx_t  *ctx;

    ctx = large->ctx;
    err = &large->pass.err;

    if (ngx_http_maas_large_memory(large, ctx->req.rows, ws, err) != MAAS_OK) {
        return err->code;
    }

    ngx_memcpy(large->pass.x, x, ctx->req.rows * ctx->model->info->row);

    return ngx_http_maas_large_read_rows(large, err);
}


void
ngx_http_maas_large_rows(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    const void *x)
{
    size_t                     ws;
    uint64_t                   cost;
    ngx_http_maas_large_t     *large;
#if (NGX_THREADS)
    ngx_http_maas_offload_t   *offload;
    ngx_http_maas_loc_conf_t  *mlcf;
#endif

    cost = ngx_http_maas_pass_cost(ctx->model, ctx->req.rows)
           + ngx_http_maas_explain_cost(ctx->model, &ctx->req.explain,
                                        ctx->req.rows);

    large = ngx_http_maas_large_create(r, ctx);
    if (large == NULL) {
        return;
    }

    ws = 0;

#if (NGX_THREADS)
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);
    offload = NULL;

    if (mlcf->offload != NULL && r == r->main && ctx->req.rows > 0
        && cost >= (uint64_t) mlcf->offload->above)
    {
        offload = mlcf->offload;
        ws = ngx_http_maas_large_workspace(large);
    }
#endif

    if (ngx_http_maas_large_copy(large, x, ws) != MAAS_OK) {
        ngx_http_maas_large_finish(r, ctx);
        return;
    }

#if (NGX_THREADS)
    if (offload != NULL) {
        if (ngx_http_maas_large_task(r, large, offload) != MAAS_OK) {
            ngx_http_maas_large_finish(r, ctx);
        }

        return;
    }
#endif

    if (cost > NGX_HTTP_MAAS_LARGE_TURN) {
        ngx_http_maas_turn_wait(r, ctx, ngx_http_maas_large_turn);
        return;
    }

    ngx_http_maas_large_turn(r, ctx);
}
