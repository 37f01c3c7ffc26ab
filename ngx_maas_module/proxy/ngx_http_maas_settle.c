
/*
 * Requests that last while models come and go: what is said of them is made
 * while the generation that said it is there.
 * Not here: generations (watch/ngx_http_maas_swap.c).
 */


#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_proxy.h"
#include "request/ngx_http_maas_batch.h"


/* All that anybody may ask for later; NGX_ERROR: out of memory. */

static ngx_int_t
ngx_http_maas_settle_texts(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_score_t *score)
{
    ngx_uint_t              i;
    ngx_http_maas_set_t   **line;

    line = mmcf->sets.elts;

    for (i = 0; score->state == NGX_HTTP_MAAS_SCORE_DONE
                && i < mmcf->sets.nelts; i++)
    {
        if (line[i]->model == score->lines->model
            && ngx_http_maas_variable_text(mmcf, line[i], score) == NULL)
        {
            return NGX_ERROR;
        }
    }

    return score->values == NULL
           ? NGX_OK : ngx_http_maas_features_text(score->request->pool, score,
                                                  &score->log);
}


/* Nobody has seen anything of it. */

static void
ngx_http_maas_settle_anew(ngx_http_maas_score_t *score)
{
    ngx_http_maas_model_t  *model;

    model = score->lines->now->model;

    score->inputs = score->lines->now;
    score->state = NGX_HTTP_MAAS_SCORE_NONE;
    score->values = NULL;
    score->known = 0;

    *score->held = model;
    ngx_http_maas_model_hold(model);
    ngx_queue_insert_tail(&model->scores, &score->queue);
}


/* It cannot be settled yet: others come first the next time. */

static void
ngx_http_maas_settle_later(ngx_queue_t *queue, ngx_queue_t *q)
{
    ngx_queue_remove(q);
    ngx_queue_insert_tail(queue, q);
}


static void
ngx_http_maas_settle_scores(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, ngx_uint_t n)
{
    ngx_queue_t            *q, *next;
    ngx_http_maas_score_t  *score;

    for (q = ngx_queue_head(&model->scores);
         q != ngx_queue_sentinel(&model->scores) && n > 0;
         q = next, n--)
    {
        next = ngx_queue_next(q);
        score = ngx_queue_data(q, ngx_http_maas_score_t, queue);

        if (score->state == NGX_HTTP_MAAS_SCORE_BUSY
            || (score->state != NGX_HTTP_MAAS_SCORE_NONE
                && score->state != NGX_HTTP_MAAS_SCORE_READ
                && ngx_http_maas_settle_texts(mmcf, score) != NGX_OK))
        {
            ngx_http_maas_settle_later(&model->scores, q);
            continue;
        }

        ngx_queue_remove(q);
        ngx_http_maas_model_let_go(model);
        *score->held = NULL;

        if (score->state == NGX_HTTP_MAAS_SCORE_NONE
            || score->state == NGX_HTTP_MAAS_SCORE_READ)
        {
            ngx_http_maas_settle_anew(score);

        } else {
            score->inputs = NULL;
        }
    }
}


/* What $maas_file, $maas_score and $maas_label are; NGX_ERROR: no memory. */

static ngx_int_t
ngx_http_maas_settle_known(ngx_http_maas_ctx_t *ctx)
{
    ngx_str_t          *texts;
    ngx_pool_t         *pool;
    const maas_info_t  *info;

    pool = ctx->request->pool;
    info = ctx->model->info;
    texts = ctx->known.texts;

    texts[NGX_HTTP_MAAS_KNOWN_SUM].len = ctx->model->sum.len;
    texts[NGX_HTTP_MAAS_KNOWN_SUM].data = ngx_pstrdup(pool, &ctx->model->sum);

    if (texts[NGX_HTTP_MAAS_KNOWN_SUM].data == NULL) {
        return NGX_ERROR;
    }

    if (!ctx->known.ran) {
        return NGX_OK;
    }

    if (ngx_http_maas_what_score_text(pool, info, ctx->known.score,
                                      &texts[NGX_HTTP_MAAS_KNOWN_SCORE])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (info->task == MAAS_TASK_REGRESSION) {
        return NGX_OK;
    }

    return ngx_http_maas_what_label_text(pool, info, ctx->known.label,
                                         &texts[NGX_HTTP_MAAS_KNOWN_LABEL]);
}


/* Answers that clients are slow to read */

static void
ngx_http_maas_settle_asked(ngx_http_maas_model_t *model, ngx_uint_t n)
{
    ngx_queue_t          *q, *next;
    ngx_http_maas_ctx_t  *ctx;

    for (q = ngx_queue_head(&model->asked);
         q != ngx_queue_sentinel(&model->asked) && n > 0;
         q = next, n--)
    {
        next = ngx_queue_next(q);
        ctx = ngx_queue_data(q, ngx_http_maas_ctx_t, asked);

        /* not before the answer is made */

        if (!ctx->counted || ctx->request->aio
            || ngx_http_maas_settle_known(ctx) != NGX_OK)
        {
            ngx_http_maas_settle_later(&model->asked, q);
            continue;
        }

        ngx_queue_remove(q);
        ngx_http_maas_model_let_go(model);
        *ctx->held = NULL;

        ctx->settled = 1;
        ctx->model = model->first;
        ctx->known.model = model->first;
    }
}


void
ngx_http_maas_settle(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, ngx_uint_t n)
{
    /* texts of reasons take about as long as so many others */

    ngx_http_maas_settle_scores(mmcf, model, model->first->reasons
                                             ? n / NGX_HTTP_MAAS_EXPLAIN_ROW
                                             : n);
    ngx_http_maas_settle_asked(model, n);
}
