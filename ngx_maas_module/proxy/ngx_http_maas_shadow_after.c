
/*
 * Requests whose fields a model has scored for variables, and which a shadow
 * sees as well: its own columns of the same fields.
 * Not here: what it makes of them (ngx_http_maas_shadow_run.c).
 */


#include "ngx_http_maas_shadow.h"


/* The score that was made of the same inputs; NULL: no variable was read. */

static ngx_http_maas_score_t *
ngx_http_maas_shadow_scored(ngx_http_maas_state_t *state,
    ngx_http_maas_inputs_t *inputs)
{
    ngx_http_maas_score_t  *score;

    for (score = state->scores; score != NULL; score = score->next) {
        if (score->lines == inputs) {
            return score->state == NGX_HTTP_MAAS_SCORE_DONE
                   && score->inputs != NULL ? score : NULL;
        }
    }

    return NULL;
}


/* Values and their texts, in memory of the item's own */

static void
ngx_http_maas_shadow_copy(ngx_http_maas_shadow_item_t *item,
    const ngx_http_maas_score_t *from)
{
    u_char                 *p;
    ngx_uint_t              i, n;
    ngx_http_maas_score_t  *score;

    n = from->inputs->model->info->n_columns;
    score = (ngx_http_maas_score_t *) item->body.data;

    ngx_memzero(score, sizeof(ngx_http_maas_score_t));
    score->lines = from->lines;
    score->inputs = from->inputs;
    score->seen = 1;
    score->values = (ngx_http_maas_value_t *) (score + 1);

    p = (u_char *) (score->values + n);

    for (i = 0; i < n; i++) {
        score->values[i] = from->values[i];
        score->values[i].text.data = p;

        if (from->values[i].text.len > 0) {
            p = ngx_cpymem(p, from->values[i].text.data,
                           from->values[i].text.len);
        }
    }
}


static void
ngx_http_maas_shadow_fields(ngx_http_request_t *r, ngx_http_maas_shadow_t *s,
    ngx_http_maas_score_t *scored, ngx_http_maas_offload_t *offload)
{
    size_t                        size;
    ngx_uint_t                    i, n;
    const maas_info_t            *info;
    ngx_http_maas_pair_t         *pair;
    ngx_http_maas_score_t        *score;
    ngx_http_maas_shadow_item_t  *item;

    score = ngx_http_maas_score(r, s->inputs);
    if (score == NULL) {
        return;
    }

    ngx_http_maas_score_read(r, score);

    if (score->values == NULL) {
        return;
    }

    pair = (*(ngx_http_maas_pair_t **) s->pairs.elts)->now;

    /* a swap came between the two */

    if (score->inputs == NULL || pair->model != scored->inputs->model
        || pair->shadow != score->inputs->model)
    {
        ngx_http_maas_pair_dropped(pair, 1);
        return;
    }

    n = pair->shadow->info->n_columns;
    size = sizeof(ngx_http_maas_score_t) + n * sizeof(ngx_http_maas_value_t);

    for (i = 0; i < n; i++) {
        size += score->values[i].text.len;
    }

    item = ngx_http_maas_shadow_item(pair, 1, size);
    if (item == NULL) {
        return;
    }

    info = pair->model->info;

    item->offload = offload;
    item->form = NULL;
    item->score[0] = maas_score(info, scored->y);
    item->said[0] = (uint32_t) maas_decision(info, scored->y);

    ngx_http_maas_shadow_copy(item, score);
    ngx_http_maas_shadow_wait(item);
}


void
ngx_http_maas_shadow_after(ngx_http_request_t *r)
{
    ngx_uint_t                 i;
    ngx_http_maas_score_t     *scored;
    ngx_http_maas_state_t     *state;
    ngx_http_maas_shadow_t    *shadows;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);
    state = ngx_http_maas_state_now(r);

    if (state == NULL || r != r->main) {
        return;
    }

    if (state->shadow != NULL) {
        mlcf = state->shadow;
    }

    if (mlcf->shadows == NULL || mlcf->kind != NGX_HTTP_MAAS_NONE) {
        return;
    }

    shadows = mlcf->shadows->elts;

    for (i = 0; i < mlcf->shadows->nelts; i++) {
        scored = ngx_http_maas_shadow_scored(state, shadows[i].of);

        if (scored != NULL && ngx_http_maas_shadow_chosen(&shadows[i])) {
            ngx_http_maas_shadow_fields(r, &shadows[i], scored, mlcf->offload);
        }
    }
}
