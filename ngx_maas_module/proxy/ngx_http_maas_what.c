
/*
 * What maas_set asks a model for, as a text: probabilities with six decimals,
 * so that "map" can compare them, other numbers as the shortest decimal.
 * Not here: variables (ngx_http_maas_variable.c).
 */


#include "ngx_http_maas_proxy.h"

#include <text/maas_json_write.h>


#define NGX_HTTP_MAAS_MILLION  1000000


/* 0.5,0.9: numbers in ascending order */

static ngx_int_t
ngx_http_maas_what_steps(ngx_pool_t *pool, ngx_http_maas_set_t *set)
{
    char       *end;
    float       v;
    u_char     *p, *last, *comma;
    ngx_uint_t  n;

    n = 1;
    p = set->arg.data;
    last = p + set->arg.len;

    for (comma = p; comma < last; comma++) {
        n += *comma == ',';
    }

    set->n_steps = 0;
    set->steps = ngx_palloc(pool, n * sizeof(float));
    if (set->steps == NULL) {
        return NGX_ERROR;
    }

    for ( /* void */ ; p <= last; p = comma + 1) {
        comma = ngx_strlchr(p, last, ',');
        comma = comma == NULL ? last : comma;

        v = strtof((char *) p, &end);

        if ((u_char *) end != comma || comma == p || !maas_is_finite(&v, 1)
            || (set->n_steps > 0 && v <= set->steps[set->n_steps - 1]))
        {
            return NGX_DECLINED;
        }

        set->steps[set->n_steps++] = v;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_what_read(ngx_conf_t *cf, ngx_http_maas_set_t *set)
{
    ngx_int_t  rc;

    if (set->what == NGX_HTTP_MAAS_WHAT_REASONS) {
        rc = ngx_atoi(set->arg.data, set->arg.len);
        set->n_reasons = (ngx_uint_t) rc;

        if (rc < 1 || rc > NGX_HTTP_MAAS_WHYS) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "maas_set: \"reasons=\" is how many columns are told "
                          "for model \"%V\", expected 1 to %d in %s:%ui",
                          &set->which.name, NGX_HTTP_MAAS_WHYS, set->file,
                          set->line);
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    if (set->what != NGX_HTTP_MAAS_WHAT_STEP) {
        return NGX_OK;
    }

    rc = ngx_http_maas_what_steps(cf->pool, set);

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "maas_set: \"step=\" needs ascending numbers with "
                      "commas for model \"%V\" in %s:%ui", &set->which.name,
                      set->file, set->line);
    }

    return rc == NGX_OK ? NGX_OK : NGX_ERROR;
}


static maas_status_t
ngx_http_maas_what_label(const maas_info_t *info, ngx_http_maas_set_t *set,
    ngx_uint_t *label, maas_err_t *err)
{
    ngx_uint_t  i;

    for (i = 0; i < info->n_labels; i++) {
        if (ngx_strlen(info->labels[i]) == set->arg.len
            && ngx_strncmp(info->labels[i], set->arg.data, set->arg.len) == 0)
        {
            *label = i;
            return MAAS_OK;
        }
    }

    return info->n_labels == 0
           ? ngx_http_maas_fail(err, MAAS_BADVALUE, "\"%V\" is no label of "
                                "model \"%V\", which has none",
                                &set->arg, &set->which.name)
           : ngx_http_maas_fail(err, MAAS_BADVALUE, "\"%V\" is no label of "
                                "model \"%V\", expected one of %uz, \"%s\" "
                                "to \"%s\"", &set->arg, &set->which.name,
                                info->n_labels, info->labels[0],
                                info->labels[info->n_labels - 1]);
}


maas_status_t
ngx_http_maas_what_check(const maas_info_t *info, ngx_http_maas_set_t *set,
    ngx_uint_t *label, maas_err_t *err)
{
    const char  *wrong;

    *label = 0;
    wrong = NULL;

    switch (set->what) {

    case NGX_HTTP_MAAS_WHAT_LABEL:

        if (info->task == MAAS_TASK_REGRESSION) {
            wrong = "there are no labels of";
        }

        break;

    case NGX_HTTP_MAAS_WHAT_PROBABILITY:
        return ngx_http_maas_what_label(info, set, label, err);

    case NGX_HTTP_MAAS_WHAT_DECISION:

        if (info->task != MAAS_TASK_BINARY) {
            wrong = "\"decision\" needs a model of two labels, unlike";
        }

        break;

    case NGX_HTTP_MAAS_WHAT_STEP:
    case NGX_HTTP_MAAS_WHAT_SCORE:
    case NGX_HTTP_MAAS_WHAT_REASONS:
        break;
    }

    return wrong == NULL
           ? MAAS_OK
           : ngx_http_maas_fail(err, MAAS_BADVALUE, "%s model \"%V\"",
                                wrong, &set->which.name);
}


/* The same digits as "%.6f": a float times a million is exact in double, and
 * both round half to even. */

static ngx_int_t
ngx_http_maas_what_probability(ngx_pool_t *pool, double p, ngx_str_t *text)
{
    u_char      *d;
    ngx_uint_t   n;

    text->data = ngx_pnalloc(pool, sizeof("0.000000") - 1);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    n = (ngx_uint_t) __builtin_lrint(p * NGX_HTTP_MAAS_MILLION);

    text->len = sizeof("0.000000") - 1;
    text->data[0] = (u_char) ('0' + n / NGX_HTTP_MAAS_MILLION);
    text->data[1] = '.';

    for (d = text->data + text->len - 1; d > text->data + 1; d--) {
        *d = (u_char) ('0' + n % 10);
        n /= 10;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_what_number(ngx_pool_t *pool, float v, ngx_str_t *text)
{
    text->data = ngx_pnalloc(pool, MAAS_FLOAT_TEXT);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    maas_float_text(v, (char *) text->data);
    text->len = ngx_strlen(text->data);

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_what_count(ngx_pool_t *pool, ngx_uint_t n, ngx_str_t *text)
{
    text->data = ngx_pnalloc(pool, NGX_INT_T_LEN);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    text->len = ngx_sprintf(text->data, "%ui", n) - text->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_what_label_text(ngx_pool_t *pool, const maas_info_t *info,
    ngx_uint_t said, ngx_str_t *text)
{
    size_t     i;
    u_char     c;
    ngx_str_t  label;

    if (said >= info->n_labels) {
        return ngx_http_maas_what_count(pool, said, text);
    }

    /* the request may last longer than the model */

    label.data = (u_char *) info->labels[said];
    label.len = ngx_strlen(label.data);

    text->len = label.len;
    text->data = ngx_pstrdup(pool, &label);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (c < 0x20 || c == 0x7f) {
            text->data[i] = ' ';
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_what_score_text(ngx_pool_t *pool, const maas_info_t *info,
    float score, ngx_str_t *text)
{
    return info->task == MAAS_TASK_REGRESSION
           ? ngx_http_maas_what_number(pool, score, text)
           : ngx_http_maas_what_probability(pool, score, text);
}


static ngx_uint_t
ngx_http_maas_what_step(ngx_http_maas_set_t *set, float v)
{
    ngx_uint_t  i;

    for (i = 0; i < set->n_steps && v > set->steps[i]; i++) { /* void */ }

    return i;
}


/* y(out) as it is said where maas_output stands; NULL: out of memory */

static const float *
ngx_http_maas_what_blunt(ngx_pool_t *pool, ngx_http_maas_set_t *set,
    const maas_info_t *info, const float *y)
{
    float  *blunted;

    if (set->output == NULL) {
        return y;
    }

    blunted = ngx_palloc(pool, info->out * sizeof(float));

    if (blunted != NULL) {
        ngx_memcpy(blunted, y, info->out * sizeof(float));
        maas_blunt(info, set->output, maas_decision(info, y), blunted);
    }

    return blunted;
}


ngx_int_t
ngx_http_maas_what_text(ngx_pool_t *pool, ngx_http_maas_set_t *set,
    ngx_http_maas_model_t *model, const float *y, ngx_str_t *text)
{
    double              p;
    ngx_uint_t          label;
    const maas_info_t  *info;

    info = model->info;

    y = ngx_http_maas_what_blunt(pool, set, info, y);
    if (y == NULL) {
        return NGX_ERROR;
    }

    switch (set->what) {

    case NGX_HTTP_MAAS_WHAT_LABEL:
        return ngx_http_maas_what_label_text(pool, info,
                                             maas_decision(info, y), text);

    case NGX_HTTP_MAAS_WHAT_DECISION:
        return ngx_http_maas_what_count(pool, maas_decision(info, y), text);

    case NGX_HTTP_MAAS_WHAT_STEP:
        return ngx_http_maas_what_count(pool,
                   ngx_http_maas_what_step(set, maas_score(info, y)),
                   text);

    case NGX_HTTP_MAAS_WHAT_PROBABILITY:
        label = model->probability == NULL ? set->label
                                           : model->probability[set->index];
        p = info->task != MAAS_TASK_BINARY ? y[label]
            : label == 1 ? y[0] : 1 - (double) y[0];
        return ngx_http_maas_what_probability(pool, p, text);

    case NGX_HTTP_MAAS_WHAT_REASONS:       /* ngx_http_maas_why.c */
    case NGX_HTTP_MAAS_WHAT_SCORE:
        break;
    }

    return ngx_http_maas_what_score_text(pool, info, maas_score(info, y),
                                         text);
}
