
/*
 * The value of a variable of maas_set, in the location that a request is in
 * now.
 * Not here: how a score comes to be (ngx_http_maas_score.c).
 */


#include "ngx_http_maas_why.h"


static ngx_int_t
ngx_http_maas_variable_bound(ngx_http_request_t *r, ngx_uint_t slot,
    ngx_http_maas_bound_t *bound)
{
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (mlcf->proxy.bound == NULL) {
        return NGX_DECLINED;
    }

    *bound = ((ngx_http_maas_bound_t *) mlcf->proxy.bound->elts)[slot];

    return bound->set == NULL ? NGX_DECLINED : NGX_OK;
}


ngx_str_t *
ngx_http_maas_variable_text(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_set_t *set, ngx_http_maas_score_t *score)
{
    ngx_int_t    rc;
    ngx_str_t   *text;
    ngx_pool_t  *pool;

    pool = score->request->pool;

    if (score->texts == NULL) {
        score->texts = ngx_pcalloc(pool, mmcf->sets.nelts * sizeof(ngx_str_t));
        if (score->texts == NULL) {
            return NULL;
        }
    }

    text = &score->texts[set->index];

    if (text->data != NULL) {
        return text;
    }

    rc = set->what == NGX_HTTP_MAAS_WHAT_REASONS
         ? ngx_http_maas_why_text(mmcf, set, score, text)
         : ngx_http_maas_what_text(pool, set, score->inputs->model, score->y,
                                   text);

    return rc == NGX_OK ? text : NULL;
}


ngx_int_t
ngx_http_maas_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t              *text;
    ngx_http_maas_bound_t   bound;
    ngx_http_maas_score_t  *score;

    /* it is not cacheable: scripts and logs ask again, since what it is depends
     * on the location, and early on it is not known */

    v->valid = 1;
    v->not_found = 0;
    v->len = 0;
    v->data = (u_char *) "";

    if (ngx_http_maas_variable_bound(r, (ngx_uint_t) data, &bound) != NGX_OK) {
        return NGX_OK;
    }

    text = &bound.set->preset;

    score = ngx_http_maas_score(r, bound.inputs);

    if (score != NULL) {
        ngx_http_maas_score_run(r, score);

        if (score->state == NGX_HTTP_MAAS_SCORE_DONE) {
            text = ngx_http_maas_variable_text(
                      ngx_http_get_module_main_conf(r, ngx_http_maas_module),
                      bound.set, score);

        } else if (score->state == NGX_HTTP_MAAS_SCORE_NONE && !score->early) {
            score->early = 1;
            ngx_http_maas_count_add(bound.set->model, NGX_HTTP_MAAS_VAR_EARLY,
                                    1);
        }
    }

    if (text == NULL) {
        score->state = NGX_HTTP_MAAS_SCORE_FAILED;     /* from now on */
        text = &bound.set->preset;
    }

    v->data = text->data;
    v->len = text->len;

    return NGX_OK;
}
