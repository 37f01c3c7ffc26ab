
/*
 * Runs a model, tells what it took, and what it will take the next time.
 * Not here: who waits for the rows, and in which thread they run.
 */


#include "ngx_http_maas_batch.h"


maas_status_t
ngx_http_maas_pass_predict(ngx_http_maas_pass_t *pass, ngx_uint_t most)
{
    uint64_t            began;
    ngx_uint_t          rows;
    maas_status_t       rc;
    const maas_info_t  *info;

    info = pass->model->info;
    rows = ngx_min(pass->rows - pass->done, most);

    if (pass->done == 0) {
        pass->err.code = MAAS_OK;
        pass->ns = 0;
        pass->run = pass->clockless ? 0 : ngx_http_maas_now();
    }

    /* CPU time of this thread; asking for it is a system call */

    began = pass->timed ? ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID) : 0;

    rc = maas_run(pass->model->engine,
                  (u_char *) pass->x + pass->done * info->row, rows,
                  pass->y + pass->done * info->out, pass->workspace->data,
                  pass->workspace->size, &pass->err);

    if (pass->timed) {
        pass->ns += ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID) - began;
    }

    pass->done += rows;
    pass->ran = pass->clockless ? 0 : ngx_http_maas_now();

    return rc;
}


maas_status_t
ngx_http_maas_pass_explain(ngx_http_maas_pass_t *pass,
    ngx_http_maas_reasons_t *reasons, uint64_t most)
{
    size_t              i;
    uint64_t            began;
    maas_status_t       rc;
    const maas_info_t  *info;

    info = pass->model->info;
    rc = MAAS_OK;
    began = ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID);

    while (rc == MAAS_OK && reasons->done < pass->rows) {
        i = reasons->done++;

        rc = maas_explain_row(info, pass->model->explainer, &reasons->asked,
                              (u_char *) pass->x + i * info->row,
                              reasons->zeros,
                              reasons->attributions + i * reasons->told.size,
                              &reasons->row[i], reasons->workspace.data,
                              reasons->workspace.size, &pass->err);

        if (ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID) - began >= most) {
            break;
        }
    }

    reasons->ns += ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID) - began;
    reasons->ran = ngx_http_maas_now();

    return rc;
}


float
ngx_http_maas_explain_warm(const maas_info_t *info,
    maas_explainer_t *explainer)
{
    u_char            *p;
    size_t             row, ws, all;
    uint64_t           began;
    ngx_uint_t         i;
    maas_err_t         err;
    maas_explained_t   explained;

    ws = ngx_align(maas_explain_workspace_size(explainer, MAAS_EXPLAIN_STEPS),
                   NGX_CPU_CACHE_LINE);
    row = ngx_align(info->row, NGX_CPU_CACHE_LINE);
    all = ws + row + maas_explainer_size(explainer) * sizeof(double);

    p = maas_buffer(all);
    if (p == NULL) {
        return 0;
    }

    ngx_http_maas_row_ones(info, p + ws);
    began = 0;

    for (i = 0; i < 2; i++) {
        began = ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID);

        (void) maas_explain(explainer, p + ws, NULL, MAAS_EXPLAIN_LIKELIEST,
                            MAAS_EXPLAIN_STEPS, (double *) (p + ws + row),
                            &explained, p, ws, &err);
    }

    began = ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID) - began;
    maas_buffer_free(p, all);

    return (float) began;
}


double
ngx_http_maas_explain_share(ngx_http_maas_model_t *model,
    const maas_explain_asked_t *asked)
{
    return maas_explainer_how(model->explainer) == MAAS_EXPLAIN_GRADIENTS
           ? (double) asked->steps / MAAS_EXPLAIN_STEPS : 1;
}


void
ngx_http_maas_pass_explained(ngx_http_maas_pass_t *pass,
    ngx_http_maas_reasons_t *reasons)
{
    float  *c, a_row;

    if (pass->rows == 0) {
        return;
    }

    c = &pass->model->explain;
    a_row = (float) (reasons->ns / (double) pass->rows
                     / ngx_http_maas_explain_share(pass->model,
                                                   &reasons->asked));

    *c = *c == 0 ? a_row : *c + (a_row - *c) / 8;
}


void
ngx_http_maas_pass_tell(ngx_http_maas_pass_t *pass, ngx_http_maas_ctx_t *ctx)
{
    /* the memory of a batch still has the times of the last one */

    if (pass->done == 0) {
        return;
    }

    ctx->at.run = pass->run;
    ctx->at.ran = pass->ran;
    ctx->known.together = pass->rows;
}


void
ngx_http_maas_pass_count(ngx_http_maas_pass_t *pass)
{
    if (pass->err.code != MAAS_OK) {
        return;
    }

    ngx_http_maas_count_run(pass->model, pass->rows, pass->ran - pass->run);

    if (pass->timed) {
        ngx_http_maas_pass_learn(pass);
    }
}


/* Times are kept by powers of two of rows. */

void
ngx_http_maas_pass_learn(ngx_http_maas_pass_t *pass)
{
    float  *c, a_row;

    if (pass->rows == 0) {
        return;
    }

    c = &pass->model->cost[ngx_http_maas_rows_bucket(pass->rows)];
    a_row = (float) pass->ns / pass->rows;

    *c = *c == 0 ? a_row : *c + (a_row - *c) / 8;
}


uint64_t
ngx_http_maas_pass_cost(ngx_http_maas_model_t *model, ngx_uint_t rows)
{
    ngx_uint_t  i;

    for (i = ngx_http_maas_rows_bucket(rows); i > 0; i--) {
        if (model->cost[i] != 0) {
            break;
        }
    }

    return (uint64_t) (model->cost[i] * rows);
}
