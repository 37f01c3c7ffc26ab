
/*
 * Items of one model and shadow -> rows of the shadow -> what it says, beside
 * what the model said.  In bits, or in a thread.
 * Not here: when that is (ngx_http_maas_shadow_queue.c), memory for it
 * (ngx_http_maas_shadow_batch.c).
 */


#include "ngx_http_maas_shadow.h"


/* ns that rows in a bit of work may take, and how many are tried at first */

#define NGX_HTTP_MAAS_SHADOW_NS     100000
#define NGX_HTTP_MAAS_SHADOW_FIRST  1


static maas_status_t
ngx_http_maas_shadow_rows(ngx_http_maas_shadow_batch_t *batch,
    ngx_http_maas_shadow_item_t *item, void *x, maas_err_t *err)
{
    maas_body_t     body;
    maas_status_t   rc;
    maas_request_t  req;

    if (item->form == NULL) {
        return ngx_http_maas_score_row((ngx_http_maas_score_t *)
                                       item->body.data, x, err);
    }

    body.data = (const char *) item->body.data;
    body.len = item->body.len;
    body.json_len = item->json_len;
    body.max_rows = item->rows;
    body.loose = 1;
    body.named = batch->pair->named;
    body.marks = 0;
    body.explain = NULL;

    rc = item->form->read(batch->pass.model->info, &body, x, &req, err);

    return rc != MAAS_OK || req.rows == item->rows ? rc : MAAS_BADSHAPE;
}


/* Rows out of the next item, behind those that there are */

static void
ngx_http_maas_shadow_read(ngx_http_maas_shadow_batch_t *batch)
{
    maas_err_t                    err;
    ngx_http_maas_shadow_item_t  *item;

    item = ngx_queue_data(batch->next, ngx_http_maas_shadow_item_t, queue);
    batch->next = ngx_queue_next(batch->next);

    item->at = batch->pass.rows;

    if (ngx_http_maas_shadow_rows(batch, item, (u_char *) batch->pass.x
                                  + item->at * batch->pass.model->info->row,
                                  &err)
        != MAAS_OK)
    {
        item->failed = 1;
        batch->sum.failed += item->n;
        return;
    }

    batch->pass.rows += item->n;
}


/* A bit of work, up to `most` rows of it; true: there is no more.  In any
 * thread. */

static ngx_uint_t
ngx_http_maas_shadow_work(ngx_http_maas_shadow_batch_t *batch, ngx_uint_t most)
{
    uint64_t               began;
    ngx_uint_t             done;
    ngx_http_maas_pass_t  *pass;

    began = ngx_http_maas_now();
    pass = &batch->pass;

    if (batch->next != ngx_queue_sentinel(&batch->items)) {
        ngx_http_maas_shadow_read(batch);
        done = 0;

    } else if (pass->done < pass->rows) {
        done = ngx_http_maas_pass_predict(pass, most) != MAAS_OK
               || pass->done == pass->rows;

    } else {
        return 1;
    }

    batch->sum.ns += ngx_http_maas_now() - began;

    return done;
}


/* What both have said of a row, y(out) the shadow */

static void
ngx_http_maas_shadow_row(ngx_http_maas_shadow_batch_t *batch, const float *y,
    float score, uint32_t said)
{
    size_t                     label;
    double                     diff;
    const maas_info_t         *info;
    ngx_http_maas_pair_t      *pair;
    ngx_http_maas_pair_sum_t  *sum;

    pair = batch->pair;
    sum = &batch->sum;
    info = pair->shadow->info;

    if (!maas_is_finite(y, info->out)) {
        sum->failed++;
        return;
    }

    diff = (double) maas_score(info, y) - score;

    sum->rows++;
    sum->difference += diff;
    sum->distance += ngx_abs(diff);

    if (pair->decides) {
        label = maas_decision(info, y);
        label = pair->labels != NULL ? pair->labels[label] : label;
        sum->agreed += label == said;
    }
}


static void
ngx_http_maas_shadow_compare(ngx_http_maas_shadow_batch_t *batch)
{
    size_t                        out;
    ngx_uint_t                    i;
    ngx_queue_t                  *q;
    ngx_http_maas_pass_t         *pass;
    ngx_http_maas_shadow_item_t  *item;

    pass = &batch->pass;
    out = pass->model->info->out;

    for (q = ngx_queue_head(&batch->items);
         q != ngx_queue_sentinel(&batch->items);
         q = ngx_queue_next(q))
    {
        item = ngx_queue_data(q, ngx_http_maas_shadow_item_t, queue);

        if (item->failed) {
            continue;
        }

        if (pass->done < pass->rows) {
            batch->sum.failed += item->n;
            continue;
        }

        for (i = 0; i < item->n; i++) {
            ngx_http_maas_shadow_row(batch, pass->y + (item->at + i) * out,
                                     item->score[i], item->said[i]);
        }
    }
}


static void
ngx_http_maas_shadow_batch_done(ngx_http_maas_shadow_batch_t *batch)
{
    ngx_http_maas_pair_count(batch->pair, &batch->sum);
    ngx_http_maas_shadow_batch_free(batch);
}


/* As many rows at a time as take NGX_HTTP_MAAS_SHADOW_NS */

ngx_uint_t
ngx_http_maas_shadow_batch_step(ngx_http_maas_shadow_batch_t *batch)
{
    uint64_t               ns;
    ngx_uint_t             last, rows;
    ngx_http_maas_pair_t  *pair;
    ngx_http_maas_pass_t  *pass;

    pair = batch->pair;
    pass = &batch->pass;
    pass->workspace = pass->model->workspace;

    if (ngx_http_maas_batch_workspace(pass->model, &pass->err) != MAAS_OK) {
        ngx_http_maas_shadow_batch_drop(batch);
        return 1;
    }

    if (pair->slice == 0) {
        pair->slice = NGX_HTTP_MAAS_SHADOW_FIRST;
    }

    rows = pass->done;
    ns = batch->sum.ns;

    last = ngx_http_maas_shadow_work(batch, pair->slice);

    rows = pass->done - rows;
    ns = batch->sum.ns - ns;

    if (rows == pair->slice && ns < NGX_HTTP_MAAS_SHADOW_NS / 3) {
        pair->slice = ngx_min(2 * pair->slice, NGX_HTTP_MAAS_KEPT);

    } else if (rows > 1 && ns > NGX_HTTP_MAAS_SHADOW_NS) {
        pair->slice = rows / 2;
    }

    if (!last) {
        return 0;
    }

    ngx_http_maas_shadow_compare(batch);
    ngx_http_maas_shadow_batch_done(batch);

    return 1;
}


#if (NGX_THREADS)


ngx_uint_t
ngx_http_maas_shadow_batch_offloads(ngx_http_maas_shadow_batch_t *batch)
{
    ngx_uint_t                    rows;
    ngx_queue_t                  *q;
    ngx_http_maas_shadow_item_t  *item;

    if (batch->offload == NULL) {
        return 0;
    }

    rows = 0;

    for (q = ngx_queue_head(&batch->items);
         q != ngx_queue_sentinel(&batch->items);
         q = ngx_queue_next(q))
    {
        item = ngx_queue_data(q, ngx_http_maas_shadow_item_t, queue);
        rows += item->n;
    }

    return ngx_http_maas_pass_cost(batch->pass.model, rows)
           + batch->bytes * NGX_HTTP_MAAS_BYTE_COST
           >= (uint64_t) batch->offload->above;
}


/* In a thread */

static void
ngx_http_maas_shadow_thread(void *data, ngx_log_t *log)
{
    ngx_http_maas_shadow_batch_t  *batch = data;

    while (!ngx_http_maas_shadow_work(batch, NGX_HTTP_MAAS_KEPT)) {
        /* void */
    }

    ngx_http_maas_shadow_compare(batch);
}


static void
ngx_http_maas_shadow_back(void *data)
{
    ngx_http_maas_shadow_batch_t  *batch = data;

    void  (*back)(void);

    back = batch->back;

    ngx_http_maas_pass_learn(&batch->pass);
    ngx_http_maas_shadow_batch_done(batch);

    back();
}


ngx_int_t
ngx_http_maas_shadow_batch_post(ngx_http_maas_shadow_batch_t *batch,
    void (*back)(void))
{
    ngx_http_maas_task_t  *task;

    batch->back = back;
    batch->pass.workspace = &batch->workspace;
    batch->pass.timed = 1;

    batch->pool = ngx_create_pool(1024, ngx_cycle->log);
    if (batch->pool == NULL) {
        return NGX_ERROR;
    }

    task = ngx_http_maas_task_create(batch->pool, batch,
                                     ngx_http_maas_shadow_thread,
                                     ngx_http_maas_shadow_back);

    return task == NULL ? NGX_ERROR
                        : ngx_http_maas_task_post(task, batch->offload);
}


#else


ngx_uint_t
ngx_http_maas_shadow_batch_offloads(ngx_http_maas_shadow_batch_t *batch)
{
    return 0;
}


ngx_int_t
ngx_http_maas_shadow_batch_post(ngx_http_maas_shadow_batch_t *batch,
    void (*back)(void))
{
    return NGX_ERROR;
}


#endif
