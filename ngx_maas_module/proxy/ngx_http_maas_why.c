
/*
 * reasons=N of maas_set: the columns that add most to a score, as a text for a
 * line of a log or a header.
 * Not here: what a column adds (engine/), when a score is there
 * (ngx_http_maas_score.c).
 */


#include "ngx_http_maas_why.h"
#include "request/ngx_http_maas_batch.h"

#define NGX_HTTP_MAAS_WHY_NUMBER  32       /* bytes */
#define NGX_HTTP_MAAS_WHY_DIGITS  6        /* behind the point, at most */


size_t
ngx_http_maas_why_size(ngx_http_maas_model_t *model)
{
    size_t  size;

    size = ngx_align(maas_explain_workspace_size(model->explainer,
                                                 MAAS_EXPLAIN_STEPS),
                     NGX_CPU_CACHE_LINE);

    return size + maas_explainer_size(model->explainer) * sizeof(double);
}


maas_status_t
ngx_http_maas_why_run(ngx_http_maas_model_t *model, const void *x, void *ws,
    ngx_http_maas_whys_t *whys, maas_err_t *err)
{
    size_t                 i, size, n;
    double                *adds;
    maas_explained_t       explained;
    maas_explain_asked_t   asked;

    asked = maas_explain_preset();
    n = maas_explainer_size(model->explainer);
    size = ngx_http_maas_why_size(model) - n * sizeof(double);
    adds = (double *) ((u_char *) ws + size);

    if (maas_explain_row(model->info, model->explainer, &asked, x, NULL, adds,
                         &explained, ws, size, err)
        != MAAS_OK)
    {
        return err->code;
    }

    whys->n = maas_explain_top(adds, n, NGX_HTTP_MAAS_WHYS, whys->column);

    for (i = 0; i < whys->n; i++) {
        whys->adds[i] = adds[whys->column[i]];
    }

    return MAAS_OK;
}


/* Values of a score that is DONE -> its whys, in the event loop */

static maas_status_t
ngx_http_maas_why_find(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_score_t *score, maas_err_t *err)
{
    void                   *x;
    maas_status_t           rc;
    ngx_http_maas_block_t   ws;
    ngx_http_maas_whys_t   *whys;
    ngx_http_maas_model_t  *model;

    model = score->inputs->model;
    x = ngx_http_maas_score_x(mmcf);
    whys = ngx_palloc(score->request->pool, sizeof(ngx_http_maas_whys_t));

    if (x == NULL || whys == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory");
    }

    if (ngx_http_maas_score_row(score, x, err) != MAAS_OK
        || ngx_http_maas_block_take(model->memory, &ws,
                                    ngx_http_maas_why_size(model), err)
           != MAAS_OK)
    {
        return err->code;
    }

    rc = ngx_http_maas_why_run(model, x, ws.data, whys, err);
    ngx_http_maas_block_give(model->memory, &ws);

    if (rc == MAAS_OK) {
        score->whys = whys;
        ngx_http_maas_count_add(model, NGX_HTTP_MAAS_EXPLAINED, 1);
    }

    return rc;
}


/* With its sign, by three digits, of which zeros at the end are left out */

static size_t
ngx_http_maas_why_number(double v, u_char *p)
{
    int     digits, n;
    double  size;

    size = v < 0 ? -v : v;

    for (digits = 2; size < 1 && digits < 12; digits++) {
        size *= 10;
    }

    for ( /* void */ ; size >= 10 && digits > -13; digits--) {
        size /= 10;
    }

    if (digits > NGX_HTTP_MAAS_WHY_DIGITS + 2 || digits < -12) {
        return (size_t) snprintf((char *) p, NGX_HTTP_MAAS_WHY_NUMBER, "%+.2e",
                                 v);
    }

    digits = ngx_max(digits, 0);

    n = snprintf((char *) p, NGX_HTTP_MAAS_WHY_NUMBER, "%+.*f", digits, v);

    while (digits > 0 && p[n - 1] == '0') {
        n--;
        digits--;
    }

    return (size_t) (n - (n > 0 && p[n - 1] == '.'));
}


/* "amount +1.3, country -0.4"; control characters are blanks */

static ngx_int_t
ngx_http_maas_why_put(ngx_pool_t *pool, const maas_info_t *info,
    ngx_http_maas_whys_t *whys, ngx_uint_t most, ngx_str_t *text)
{
    u_char      *p;
    size_t       len;
    ngx_uint_t   i, n;
    const char  *name;

    n = ngx_min(most, whys->n);

    for (len = 1, i = 0; i < n; i++) {
        len += ngx_strlen(info->columns[whys->column[i]])
               + NGX_HTTP_MAAS_WHY_NUMBER + sizeof(" , ");
    }

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;

    for (i = 0; i < n; i++) {

        if (i > 0) {
            *p++ = ',';
            *p++ = ' ';
        }

        for (name = info->columns[whys->column[i]]; *name != '\0'; name++) {
            *p++ = (u_char) *name < 0x20 || *name == 0x7f ? ' '
                                                          : (u_char) *name;
        }

        *p++ = ' ';
        p += ngx_http_maas_why_number(whys->adds[i], p);
    }

    text->len = p - text->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_why_text(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_set_t *set, ngx_http_maas_score_t *score, ngx_str_t *text)
{
    maas_err_t  err;

    if (score->whys == NULL
        && ngx_http_maas_why_find(mmcf, score, &err) != MAAS_OK)
    {
        ngx_http_maas_score_complain(score->request, score->inputs->model,
                                     err.msg);

        *text = set->preset;
        return NGX_OK;
    }

    return ngx_http_maas_why_put(score->request->pool,
                                 score->inputs->model->info, score->whys,
                                 set->n_reasons, text);
}


ngx_uint_t
ngx_http_maas_why_wanted(ngx_array_t *bounds, ngx_http_maas_inputs_t *inputs)
{
    ngx_uint_t              i;
    ngx_http_maas_bound_t  *bound;

    bound = bounds->elts;

    for (i = 0; i < bounds->nelts; i++) {
        if (bound[i].inputs == inputs && bound[i].set != NULL
            && bound[i].set->what == NGX_HTTP_MAAS_WHAT_REASONS)
        {
            return inputs->now->model->explainer != NULL;
        }
    }

    return 0;
}
