
/*
 * Features of a request -> a row -> what the model says of it, once for all
 * variables of the model.  A failure is counted, and logged now and then; it
 * never breaks the request.
 * Not here: where texts come from (ngx_http_maas_feature_text.c).
 */


#include "ngx_http_maas_wait.h"
#include "cache/ngx_http_maas_cache.h"


#define NGX_HTTP_MAAS_COMPLAIN  60         /* seconds */

/* a clock takes a third of a small pass: one of so many is timed */

#define NGX_HTTP_MAAS_SAMPLE    16


/* It is among those of its generation, until the request has ended. */

static void
ngx_http_maas_score_cleanup(void *data)
{
    ngx_http_maas_score_t  *score = data;

    if (*score->held != NULL) {
        ngx_queue_remove(&score->queue);
    }
}


static ngx_int_t
ngx_http_maas_score_hold(ngx_http_request_t *r, ngx_http_maas_score_t *score,
    ngx_http_maas_model_t *model)
{
    ngx_pool_cleanup_t  *cln;

    if (model->watch == NULL) {
        return NGX_OK;
    }

    /* the last one is the first to be called: the generation is held longer */

    if (ngx_http_maas_model_hold_by(r->pool, model, &score->held) != NGX_OK) {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_maas_score_cleanup;
    cln->data = score;

    ngx_queue_insert_tail(&model->scores, &score->queue);

    return NGX_OK;
}


ngx_http_maas_score_t *
ngx_http_maas_score(ngx_http_request_t *r, ngx_http_maas_inputs_t *inputs)
{
    ngx_http_maas_model_t   *model;
    ngx_http_maas_score_t   *score;
    ngx_http_maas_state_t   *state;

    state = ngx_http_maas_state(r);
    if (state == NULL || state->failed) {
        return NULL;
    }

    for (score = state->scores; score != NULL; score = score->next) {
        if (score->lines == inputs) {
            return score;
        }
    }

    score = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_score_t));
    model = inputs->now->model;

    if (score == NULL
        || ngx_http_maas_score_hold(r, score, model) != NGX_OK)
    {
        state->failed = 1;
        return NULL;
    }

    score->lines = inputs;
    score->inputs = inputs->now;
    score->request = r->main;
    score->next = state->scores;
    state->scores = score;

    return score;
}


/* Fields of the body; why there are none, unless there is no body */

static void
ngx_http_maas_score_body(ngx_http_request_t *r, ngx_http_maas_score_t *score,
    maas_err_t *err)
{
    maas_err_t          why;
    const maas_info_t  *info;

    info = score->inputs->model->info;

    if (ngx_http_maas_body_values(r, info, score->values, &why) != MAAS_OK) {
        ngx_memzero(score->values,
                    info->n_columns * sizeof(ngx_http_maas_value_t));
        (void) ngx_http_maas_fail(err, why.code, "no fields of the body: %s",
                                  why.msg);
    }
}


static maas_status_t
ngx_http_maas_score_gather(ngx_http_request_t *r,
    ngx_http_maas_score_t *score, maas_err_t *err)
{
    ngx_uint_t               i;
    ngx_http_maas_state_t   *state;
    ngx_http_maas_input_t   *input;
    ngx_http_maas_inputs_t  *inputs;

    inputs = score->inputs;
    state = ngx_http_maas_state(r);

    score->values = ngx_pcalloc(r->pool, inputs->model->info->n_columns
                                         * sizeof(ngx_http_maas_value_t));
    if (score->values == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory");
    }

    err->code = MAAS_OK;

    if (inputs->body) {
        ngx_http_maas_score_body(r, score, err);
    }

    for (i = 0; i < inputs->n; i++) {
        input = &inputs->input[i];

        if (ngx_http_maas_feature_value(r, state, input->feature,
                                        &score->values[input->column])
            != NGX_OK)
        {
            return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory");
        }
    }

    return err->code;
}


void
ngx_http_maas_score_complain(ngx_http_request_t *r,
    ngx_http_maas_model_t *model, const char *msg)
{
    time_t  now;

    now = ngx_time();

    if (now - model->complained < NGX_HTTP_MAAS_COMPLAIN) {
        return;
    }

    model->complained = now;

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "maas_set: model \"%V\": %s; the default is used (said once "
                  "in %d s)", &model->name, msg, NGX_HTTP_MAAS_COMPLAIN);
}


static void
ngx_http_maas_score_fail(ngx_http_request_t *r, ngx_http_maas_score_t *score,
    const char *msg)
{
    ngx_http_maas_model_t  *model;

    model = score->inputs->model;
    score->state = NGX_HTTP_MAAS_SCORE_FAILED;

    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_VAR_FAIL, 1);
    ngx_http_maas_score_complain(r, model, msg);
}


void
ngx_http_maas_score_read(ngx_http_request_t *r, ngx_http_maas_score_t *score)
{
    maas_err_t  err;

    if (score->state != NGX_HTTP_MAAS_SCORE_NONE
        || ngx_http_maas_early(r, score->inputs))
    {
        return;
    }

    /* a feature may lead here again */

    score->state = NGX_HTTP_MAAS_SCORE_BUSY;

    if (ngx_http_maas_score_gather(r, score, &err) != MAAS_OK) {
        ngx_http_maas_score_fail(r, score, err.msg);
        return;
    }

    score->state = NGX_HTTP_MAAS_SCORE_READ;
}


static maas_status_t
ngx_http_maas_score_value(const maas_fields_t *reader, ngx_uint_t column,
    const ngx_http_maas_value_t *value, void *x)
{
    maas_body_field_t  field;

    static const maas_value_kind_t  kinds[] = {
        [NGX_HTTP_MAAS_VALUE_TEXT] = MAAS_VALUE_TEXT,
        [NGX_HTTP_MAAS_VALUE_DIGITS] = MAAS_VALUE_DIGITS,
        [NGX_HTTP_MAAS_VALUE_TRUE] = MAAS_VALUE_TRUE,
        [NGX_HTTP_MAAS_VALUE_FALSE] = MAAS_VALUE_FALSE
    };

    if (value->kind == NGX_HTTP_MAAS_VALUE_NONE
        || value->kind == NGX_HTTP_MAAS_VALUE_MISSING)
    {
        return maas_row_text(reader, column, "", 0, x, NULL);
    }

    field.kind = kinds[value->kind];
    field.value.data = (char *) value->text.data;
    field.value.len = value->text.len;

    return maas_row_field(reader, column, &field, x, NULL);
}


maas_status_t
ngx_http_maas_score_row(ngx_http_maas_score_t *score, void *x,
    maas_err_t *err)
{
    ngx_uint_t              i;
    const maas_info_t      *info;
    ngx_http_maas_model_t  *model;
    ngx_http_maas_value_t  *value;

    model = score->inputs->model;
    info = model->info;

    score->missing = 0;

    for (i = 0; i < info->n_columns; i++) {
        value = &score->values[i];

        if (ngx_http_maas_score_value(info->marking, i, value, x) != MAAS_OK)
        {
            value->kind = NGX_HTTP_MAAS_VALUE_MISSING;
            (void) maas_row_text(info->marking, i, "", 0, x, NULL);
        }

        score->missing += value->kind == NGX_HTTP_MAAS_VALUE_MISSING;
    }

    score->known = 1;

    if (maas_row_check(info->marking, x, err) != MAAS_OK) {
        return err->code;
    }

    ngx_http_maas_seen(model, x, 1, !score->seen);
    score->seen = 1;

    return MAAS_OK;
}


void *
ngx_http_maas_score_x(ngx_http_maas_main_conf_t *mmcf)
{
    if (mmcf->row.data == NULL) {
        mmcf->row.data = ngx_pmemalign(ngx_cycle->pool, mmcf->row.size,
                                       NGX_CPU_CACHE_LINE);
    }

    return mmcf->row.data;
}


void
ngx_http_maas_score_known(ngx_http_request_t *r, ngx_http_maas_score_t *score)
{
    void        *x;
    unsigned     seen;
    maas_err_t   err;

    ngx_http_maas_score_read(r, score);

    if (score->state != NGX_HTTP_MAAS_SCORE_READ || score->known) {
        return;
    }

    x = ngx_http_maas_score_x(ngx_http_get_module_main_conf(r,
                                                     ngx_http_maas_module));
    if (x != NULL) {

        /* no row that the model runs */

        seen = score->seen;
        score->seen = 1;
        (void) ngx_http_maas_score_row(score, x, &err);
        score->seen = seen;
    }
}


maas_status_t
ngx_http_maas_score_pass(ngx_http_maas_score_t *score,
    ngx_http_maas_cached_t *cached, ngx_http_maas_pass_t *pass,
    maas_err_t *err)
{
    ngx_http_maas_cache_key_t  key;

    if (ngx_http_maas_score_row(score, pass->x, err) != MAAS_OK) {
        return err->code;
    }

    if (cached != NULL
        && ngx_http_maas_cache_row(pass->model, cached, pass->x, pass->y,
                                   &key))
    {
        return MAAS_OK;
    }

    if (ngx_http_maas_pass_predict(pass, 1) != MAAS_OK) {
        *err = pass->err;
        return err->code;
    }

    if (cached != NULL) {
        ngx_http_maas_cache_row_keep(pass->model, cached, &key, pass->y);
    }

    return MAAS_OK;
}


/* In the event loop */

static maas_status_t
ngx_http_maas_score_predict(ngx_http_request_t *r,
    ngx_http_maas_score_t *score, maas_err_t *err)
{
    ngx_http_maas_pass_t       pass;
    ngx_http_maas_model_t     *model;
    ngx_http_maas_loc_conf_t  *mlcf;

    model = score->inputs->model;
    score->y = ngx_palloc(r->pool, model->info->out * sizeof(float));

    pass.model = model;
    pass.x = ngx_http_maas_score_x(ngx_http_get_module_main_conf(r,
                                                     ngx_http_maas_module));
    pass.y = score->y;
    pass.rows = 1;
    pass.done = 0;
    pass.timed = 0;
    pass.clockless = ++model->scored % NGX_HTTP_MAAS_SAMPLE != 0;
    pass.workspace = model->workspace;

    if (pass.x == NULL || pass.y == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory");
    }

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (ngx_http_maas_batch_workspace(model, err) != MAAS_OK
        || ngx_http_maas_score_pass(score, mlcf->cache, &pass, err) != MAAS_OK)
    {
        return err->code;
    }

    /* no pass of requests for the model, which statistics are of; one whose
     * answer was known has not run */

    if (!pass.clockless && pass.done > 0) {
        ngx_http_maas_count_add(model, NGX_HTTP_MAAS_VAR_NS,
                                (pass.ran - pass.run) * NGX_HTTP_MAAS_SAMPLE);
    }

    return MAAS_OK;
}


void
ngx_http_maas_score_end(ngx_http_request_t *r, ngx_http_maas_score_t *score,
    maas_err_t *err)
{
    ngx_http_maas_model_t  *model;

    model = score->inputs->model;

    if (err->code == MAAS_OK && !maas_is_finite(score->y, model->info->out)) {
        (void) ngx_http_maas_fail(err, MAAS_BADVALUE,
                                  "the prediction is not finite");
    }

    if (err->code != MAAS_OK) {
        ngx_http_maas_score_fail(r, score, err->msg);
        return;
    }

    score->state = NGX_HTTP_MAAS_SCORE_DONE;

    ngx_http_maas_count_add(model, NGX_HTTP_MAAS_VAR, 1);
    ngx_http_maas_count_said(model, maas_decision(model->info, score->y));

    if (score->missing > 0) {
        ngx_http_maas_count_add(model, NGX_HTTP_MAAS_VAR_MISSING,
                                score->missing);
    }
}


void
ngx_http_maas_score_run(ngx_http_request_t *r, ngx_http_maas_score_t *score)
{
    maas_err_t  err;

    ngx_http_maas_score_read(r, score);

    if (score->state != NGX_HTTP_MAAS_SCORE_READ) {
        return;
    }

    err.code = MAAS_OK;

    (void) ngx_http_maas_score_predict(r, score, &err);
    ngx_http_maas_score_end(r, score, &err);
}
