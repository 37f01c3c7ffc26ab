
/*
 * Requests that last while models come and go: what is said of them is made
 * while the generation that said it is there.
 * Not here: generations (life/ngx_http_maas_swap.c).
 */


#include "ngx_http_maas_proxy.h"


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


void
ngx_http_maas_settle(ngx_http_maas_main_conf_t *mmcf,
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

        if (score->state == NGX_HTTP_MAAS_SCORE_BUSY) {
            continue;
        }

        if (score->state != NGX_HTTP_MAAS_SCORE_NONE
            && score->state != NGX_HTTP_MAAS_SCORE_READ
            && ngx_http_maas_settle_texts(mmcf, score) != NGX_OK)
        {
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
