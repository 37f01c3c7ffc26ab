
/*
 * maas_pipeline: what the directive says.
 * Not here: models that it is made of (ngx_http_maas_pipelines.c).
 */


#include "ngx_http_maas_life.h"
#include "ngx_http_maas_pipeline.h"


/* Parameters of a kind, for people */

static const char  *ngx_http_maas_pipeline_expected[] = {
    [MAAS_JOIN_CHAIN] = "version=number or label=name",
    [MAAS_JOIN_MEAN] = "weights=number,..., threshold=number, version=number "
                       "or label=name",
    [MAAS_JOIN_GATE] = "above=number, then=model, else=number,..., "
                       "else=label, else=gate, version=number or label=name"
};


/* What stands behind name= of a parameter; 0: it is another one */

static ngx_uint_t
ngx_http_maas_pipeline_is(ngx_str_t *value, const char *name, ngx_str_t *rest)
{
    size_t  len;

    len = ngx_strlen(name);

    if (value->len < len || ngx_strncmp(value->data, name, len) != 0) {
        return 0;
    }

    rest->data = value->data + len;
    rest->len = value->len - len;

    return 1;
}


static ngx_int_t
ngx_http_maas_pipeline_bad(ngx_conf_t *cf, ngx_http_maas_pipeline_t *p,
    ngx_str_t *value)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", expected %s", value,
                       ngx_http_maas_pipeline_expected[p->how.kind]);
    return NGX_ERROR;
}


ngx_int_t
ngx_http_maas_pipeline_numbers(ngx_pool_t *pool, ngx_str_t *list,
    double **numbers, size_t *n)
{
    char    *p, *end;
    float    v;
    size_t   i, most;

    for (i = 0, most = 1; i < list->len; i++) {
        most += list->data[i] == ',';
    }

    *n = 0;
    *numbers = ngx_palloc(pool, most * sizeof(double));
    if (*numbers == NULL) {
        return NGX_ERROR;
    }

    for (p = (char *) list->data; /* void */ ; p = end + 1) {

        (*numbers)[*n] = strtod(p, &end);
        v = (float) (*numbers)[(*n)++];

        if (end == p || (*end != ',' && *end != '\0')
            || ngx_strchr("+-.0123456789", *p) == NULL
            || !maas_is_finite(&v, 1))
        {
            return NGX_DECLINED;
        }

        if (*end == '\0') {
            return NGX_OK;
        }
    }
}


static ngx_int_t
ngx_http_maas_pipeline_number(ngx_conf_t *cf, ngx_str_t *value, float *number)
{
    size_t      n;
    double     *numbers;
    ngx_int_t   rc;

    rc = ngx_http_maas_pipeline_numbers(cf->pool, value, &numbers, &n);

    if (rc == NGX_OK) {
        *number = (float) numbers[0];
        rc = n == 1 ? NGX_OK : NGX_DECLINED;
    }

    return rc;
}


/* name, name:version or name:label */

static ngx_int_t
ngx_http_maas_pipeline_which(ngx_conf_t *cf, u_char *p, u_char *last,
    ngx_http_maas_which_t *which)
{
    u_char     *colon;
    ngx_str_t   rest;

    ngx_memzero(which, sizeof(ngx_http_maas_which_t));

    colon = ngx_strlchr(p, last, ':');

    which->name.data = p;
    which->name.len = (colon == NULL ? last : colon) - p;

    if (colon != NULL) {
        rest.data = colon + 1;
        rest.len = last - rest.data;

        if (ngx_atoi(rest.data, rest.len) > 0) {
            which->version = rest;

        } else {
            which->label = rest;
        }
    }

    if (maas_is_model_name((char *) which->name.data, which->name.len)
        && (which->label.data == NULL
            || maas_is_name((char *) which->label.data, which->label.len)))
    {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid model \"%*s\", expected a name, or a name, a "
                       "colon and the number or the label of a version",
                       (size_t) (last - p), p);
    return NGX_ERROR;
}


/* More of its models, with commas between them */

static ngx_int_t
ngx_http_maas_pipeline_models(ngx_conf_t *cf, ngx_http_maas_pipeline_t *p,
    ngx_str_t *list)
{
    u_char  *from, *last, *comma;

    last = list->data + list->len;

    for (from = list->data; /* void */ ; from = comma + 1) {
        comma = ngx_strlchr(from, last, ',');

        if (p->how.n == MAAS_JOIN_MOST) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "too many models, "
                               "expected %d at most", MAAS_JOIN_MOST);
            return NGX_ERROR;
        }

        if (ngx_http_maas_pipeline_which(cf, from,
                                         comma == NULL ? last : comma,
                                         &p->which[p->how.n++])
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (comma == NULL) {
            return NGX_OK;
        }
    }
}


/* NGX_DECLINED: there is no such parameter, or it is not well formed. */

static ngx_int_t
ngx_http_maas_pipeline_param(ngx_conf_t *cf, ngx_http_maas_pipeline_t *p,
    ngx_str_t *value)
{
    size_t             n;
    double            *weights;
    ngx_int_t          rc;
    ngx_str_t          rest;
    maas_join_kind_t   kind;

    kind = p->how.kind;

    if (kind == MAAS_JOIN_MEAN
        && ngx_http_maas_pipeline_is(value, "weights=", &rest))
    {
        rc = ngx_http_maas_pipeline_numbers(cf->pool, &rest, &weights, &n);

        if (rc == NGX_OK && n != p->how.n) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "%uz weights for %uz models in \"%V\"", n,
                               p->how.n, value);
            return NGX_ERROR;
        }

        p->how.weights = weights;
        return rc;
    }

    if (kind == MAAS_JOIN_MEAN
        && ngx_http_maas_pipeline_is(value, "threshold=", &rest))
    {
        rc = ngx_http_maas_pipeline_number(cf, &rest, &p->how.threshold);
        return rc == NGX_OK && p->how.threshold > 0 && p->how.threshold < 1
               ? NGX_OK : NGX_DECLINED;
    }

    if (kind == MAAS_JOIN_GATE
        && ngx_http_maas_pipeline_is(value, "above=", &rest))
    {
        p->gated = 1;
        return ngx_http_maas_pipeline_number(cf, &rest, &p->how.above);
    }

    if (kind == MAAS_JOIN_GATE
        && ngx_http_maas_pipeline_is(value, "then=", &rest)
        && p->how.n == 1)
    {
        return ngx_http_maas_pipeline_models(cf, p, &rest);
    }

    if (kind == MAAS_JOIN_GATE
        && ngx_http_maas_pipeline_is(value, "else=", &rest)
        && rest.len != 0)
    {
        p->otherwise = rest;
        return NGX_OK;
    }

    return ngx_http_maas_model_version(p->model, value);
}


static ngx_int_t
ngx_http_maas_pipeline_gate(ngx_conf_t *cf)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "a gate is one model and needs "
                       "\"above=\", \"then=\" with one model and \"else=\"");
    return NGX_ERROR;
}


/* A gate has three more parameters than others, and one model behind it. */

static ngx_int_t
ngx_http_maas_pipeline_check(ngx_conf_t *cf, ngx_http_maas_pipeline_t *p)
{
    if (p->how.kind == MAAS_JOIN_GATE
        && (p->how.n != 2 || p->otherwise.len == 0
            || !p->gated))
    {
        return ngx_http_maas_pipeline_gate(cf);
    }

    if (p->how.n < 2) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "expected two models or "
                           "more, such as \"maas_pipeline %V a,b\"",
                           &p->model->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_pipeline_args(ngx_conf_t *cf, ngx_http_maas_pipeline_t *p)
{
    ngx_int_t    rc;
    ngx_str_t   *value, list;
    ngx_uint_t   i;

    value = cf->args->elts;
    list = value[2];

    if (ngx_http_maas_pipeline_is(&value[2], "mean=", &list)) {
        p->how.kind = MAAS_JOIN_MEAN;

    } else if (ngx_http_maas_pipeline_is(&value[2], "gate=", &list)) {
        p->how.kind = MAAS_JOIN_GATE;
    }

    if (ngx_http_maas_pipeline_models(cf, p, &list) != NGX_OK) {
        return NGX_ERROR;
    }

    if (p->how.kind == MAAS_JOIN_GATE && p->how.n != 1) {
        return ngx_http_maas_pipeline_gate(cf);
    }

    for (i = 3; i < cf->args->nelts; i++) {
        rc = ngx_http_maas_pipeline_param(cf, p, &value[i]);

        if (rc != NGX_OK) {
            return rc == NGX_DECLINED
                   ? ngx_http_maas_pipeline_bad(cf, p, &value[i]) : NGX_ERROR;
        }
    }

    return ngx_http_maas_pipeline_check(cf, p);
}


/* Its line, in place of a file; digests are of it, too. */

static ngx_int_t
ngx_http_maas_pipeline_text(ngx_conf_t *cf, ngx_str_t *text)
{
    size_t       len;
    u_char      *p;
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;
    len = 0;

    for (i = 2; i < cf->args->nelts; i++) {
        len += value[i].len + 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    text->len = len - 1;

    for (i = 2; i < cf->args->nelts; i++) {
        p = ngx_cpymem(p, value[i].data, value[i].len);
        *p++ = i + 1 < cf->args->nelts ? ' ' : '\0';
    }

    return NGX_OK;
}


char *
ngx_http_maas_pipeline(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_main_conf_t  *mmcf = conf;

    ngx_str_t                 *value;
    ngx_http_maas_model_t     *model;
    ngx_http_maas_pipeline_t  *p;

    value = cf->args->elts;

    model = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_model_t));
    p = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_pipeline_t));

    if (model == NULL || p == NULL) {
        return NGX_CONF_ERROR;
    }

    p->which = ngx_pcalloc(cf->pool, MAAS_JOIN_MOST
                                     * sizeof(ngx_http_maas_which_t));
    if (p->which == NULL) {
        return NGX_CONF_ERROR;
    }

    p->model = model;
    p->file = cf->conf_file->file.name.data;
    p->line = cf->conf_file->line;

    model->pipeline = p;

    if (ngx_http_maas_model_begin(cf, model, &value[1]) != NGX_OK
        || ngx_http_maas_pipeline_args(cf, p) != NGX_OK
        || ngx_http_maas_pipeline_text(cf, &model->file) != NGX_OK
        || ngx_http_maas_model_twice(cf, mmcf, model) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    mmcf->orders++;

    return ngx_http_maas_models_add(cf->pool, mmcf, model) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}
