
/*
 * A pipeline of the models that are there now.
 * Not here: which models these are (ngx_http_maas_pipelines.c).
 */


#include "ngx_http_maas_pipeline.h"

#include <trust/maas_trust.h>


/* Its line, and the models' sums in their order */

static ngx_int_t
ngx_http_maas_pipeline_sum(ngx_http_maas_pipeline_t *p, u_char *sum)
{
    u_char                 *text, *last;
    size_t                  i, size;
    ngx_http_maas_model_t  *model;

    size = p->model->file.len + 1 + p->how.n * MAAS_SHA256_HEX;

    text = maas_buffer(size);
    if (text == NULL) {
        return NGX_ERROR;
    }

    last = ngx_cpymem(text, p->model->file.data, p->model->file.len + 1);

    for (i = 0; i < p->how.n; i++) {
        model = ngx_http_maas_model_now(p->members[i]);
        last = ngx_cpymem(last, model->sum.data, MAAS_SHA256_HEX);
    }

    maas_sha256(text, last - text, (char *) sum);
    maas_buffer_free(text, size);

    return NGX_OK;
}


maas_status_t
ngx_http_maas_pipeline_join(ngx_http_maas_pipeline_t *p,
    maas_model_t **engine, u_char *sum, maas_err_t *err)
{
    size_t               i;
    maas_join_t          how;
    const maas_model_t  *parts[MAAS_JOIN_MOST];

    how = p->how;
    how.parts = parts;

    for (i = 0; i < how.n; i++) {
        parts[i] = ngx_http_maas_model_now(p->members[i])->engine;
    }

    if (ngx_http_maas_pipeline_sum(p, sum) != NGX_OK) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "out of memory");
    }

    return maas_join(&how, engine, err);
}


void
ngx_http_maas_pipeline_pin(ngx_http_maas_pipeline_t *p)
{
    size_t  i;

    for (i = 0; i < p->how.n; i++) {
        p->members[i]->pinned = 1;
    }
}
