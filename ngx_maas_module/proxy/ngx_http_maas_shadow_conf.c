
/*
 * maas_shadow: which models a location's shadows follow, and whether they can
 * be compared with them.
 * Not here: requests (ngx_http_maas_shadow.c).
 */


#include "ngx_http_maas_shadow.h"


#define NGX_HTTP_MAAS_SHADOW_ALL  10000    /* 100 %, in 0.01 % */

/* of a label that the model has not */

#define NGX_HTTP_MAAS_SHADOW_NONE  0xffffffff


/* A line of the configuration: mlcf->shadow_lines */

typedef struct {
    ngx_http_maas_which_t       shadow;
    ngx_http_maas_which_t       of;        /* without a name: the one there is */
    ngx_uint_t                  share;     /* in 0.01 % */
    u_char                     *file;
    ngx_uint_t                  line;
} ngx_http_maas_shadow_line_t;


/* name or name:version */

static ngx_int_t
ngx_http_maas_shadow_which(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_maas_which_t *which)
{
    u_char  *p, *last;

    last = value->data + value->len;
    p = ngx_strlchr(value->data, last, ':');

    which->name = *value;

    if (p != NULL) {
        which->name.len = p - value->data;
        which->version.data = p + 1;
        which->version.len = last - (p + 1);
    }

    if (which->name.len == 0
        || (p != NULL && ngx_atoi(which->version.data, which->version.len) < 1))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_shadow: invalid model \"%V\", expected a name "
                           "or name:version", value);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* "10%", "0.01%" in 0.01 %; NGX_ERROR if it is none */

static ngx_int_t
ngx_http_maas_shadow_share(ngx_str_t *value)
{
    ngx_int_t  n;

    if (value->len < 2 || value->data[value->len - 1] != '%') {
        return NGX_ERROR;
    }

    n = ngx_atofp(value->data, value->len - 1, 2);

    return n < 1 || n > NGX_HTTP_MAAS_SHADOW_ALL ? NGX_ERROR : n;
}


static ngx_int_t
ngx_http_maas_shadow_args(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line)
{
    ngx_int_t    n;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    value = cf->args->elts;

    line->share = NGX_HTTP_MAAS_SHADOW_ALL;

    if (ngx_http_maas_shadow_which(cf, &value[1], &line->shadow) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "of=", 3) == 0) {
            s.data = value[i].data + 3;
            s.len = value[i].len - 3;

            if (ngx_http_maas_shadow_which(cf, &s, &line->of) != NGX_OK) {
                return NGX_ERROR;
            }

            continue;
        }

        if (ngx_strncmp(value[i].data, "share=", 6) == 0) {
            s.data = value[i].data + 6;
            s.len = value[i].len - 6;

            n = ngx_http_maas_shadow_share(&s);

            if (n != NGX_ERROR) {
                line->share = n;
                continue;
            }
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_shadow: invalid parameter \"%V\", expected "
                           "of=name, or share= and 0.01%% to 100%%",
                           &value[i]);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_maas_shadow_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len && ngx_memcmp(a->data, b->data, a->len) == 0;
}


/* Are two lines about the same two models? */

static ngx_uint_t
ngx_http_maas_shadow_alike(const ngx_http_maas_shadow_line_t *a,
    const ngx_http_maas_shadow_line_t *b)
{
    return ngx_http_maas_shadow_same(&a->shadow.name, &b->shadow.name)
           && ngx_http_maas_shadow_same(&a->shadow.version, &b->shadow.version)
           && ngx_http_maas_shadow_same(&a->of.name, &b->of.name)
           && ngx_http_maas_shadow_same(&a->of.version, &b->of.version);
}


static ngx_uint_t
ngx_http_maas_shadow_has(ngx_array_t *lines,
    const ngx_http_maas_shadow_line_t *line)
{
    ngx_uint_t                    i;
    ngx_http_maas_shadow_line_t  *l;

    l = lines->elts;

    for (i = 0; i < lines->nelts; i++) {
        if (ngx_http_maas_shadow_alike(&l[i], line)) {
            return 1;
        }
    }

    return 0;
}


char *
ngx_http_maas_shadow(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_http_maas_main_conf_t    *mmcf;
    ngx_http_maas_shadow_line_t   line, *slot;

    ngx_memzero(&line, sizeof(line));
    line.file = cf->conf_file->file.name.data;
    line.line = cf->conf_file->line;

    if (ngx_http_maas_shadow_args(cf, &line) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (mlcf->shadow_lines == NULL) {
        mlcf->shadow_lines = ngx_array_create(cf->pool, 2, sizeof(line));
        if (mlcf->shadow_lines == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_http_maas_shadow_has(mlcf->shadow_lines, &line)) {
        return "is duplicate";
    }

    slot = ngx_array_push(mlcf->shadow_lines);
    if (slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = line;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    mmcf->shadow_lines++;

    return NGX_CONF_OK;
}


/* What is wrong with a line, where it stands */

static ngx_int_t
ngx_http_maas_shadow_wrong(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    const char *fmt, ...)
{
    u_char   text[NGX_MAX_CONF_ERRSTR], *last;
    va_list  args;

    va_start(args, fmt);
    last = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_shadow: %*s in %s:%ui",
                  (size_t) (last - text), text, line->file, line->line);

    return NGX_ERROR;
}


static ngx_http_maas_model_t *
ngx_http_maas_shadow_find(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_which_t *which)
{
    ngx_http_maas_model_t      *model;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    model = ngx_http_maas_model_find(&mmcf->models, which);

    if (model == NULL) {
        (void) ngx_http_maas_shadow_wrong(cf, line, "no maas_model \"%V\"%s%V",
                                          &which->name,
                                          which->version.len ? " version " : "",
                                          &which->version);
    }

    return model;
}


/* The place of each of the shadow's labels among the model's; in *common how
 * many there are */

static ngx_int_t
ngx_http_maas_shadow_labels(ngx_conf_t *cf, ngx_http_maas_pair_t *pair,
    ngx_uint_t *common)
{
    size_t              i, k;
    uint32_t           *labels;
    const maas_info_t  *model, *shadow;

    model = pair->model->info;
    shadow = pair->shadow->info;

    labels = ngx_palloc(cf->pool, shadow->n_labels * sizeof(uint32_t));
    if (labels == NULL) {
        return NGX_ERROR;
    }

    *common = 0;

    for (i = 0; i < shadow->n_labels; i++) {
        labels[i] = NGX_HTTP_MAAS_SHADOW_NONE;

        for (k = 0; k < model->n_labels; k++) {
            if (ngx_strcmp(shadow->labels[i], model->labels[k]) == 0) {
                labels[i] = (uint32_t) k;
                (*common)++;
                break;
            }
        }
    }

    pair->labels = labels;

    return NGX_OK;
}


/* Do they have other columns, or the same ones in another order? */

static ngx_uint_t
ngx_http_maas_shadow_others(const maas_info_t *a, const maas_info_t *b)
{
    size_t  i;

    if (a->n_columns != b->n_columns) {
        return 1;
    }

    for (i = 0; i < a->n_columns; i++) {
        if (ngx_strcmp(a->columns[i], b->columns[i]) != 0) {
            return 1;
        }
    }

    return 0;
}


/* Can what they say be compared? */

static ngx_int_t
ngx_http_maas_shadow_check(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_pair_t *pair)
{
    ngx_uint_t          common;
    const maas_info_t  *model, *shadow;

    model = pair->model->info;
    shadow = pair->shadow->info;
    pair->named = ngx_http_maas_shadow_others(model, shadow);
    pair->decides = model->task != MAAS_TASK_REGRESSION;

    if (model->task != shadow->task) {
        return ngx_http_maas_shadow_wrong(cf, line, "the task of \"%V\" is %s, "
                   "that of \"%V\" is %s: they cannot be compared",
                   &pair->shadow->name, shadow->task_name, &pair->model->name,
                   model->task_name);
    }

    if (!pair->decides) {
        return NGX_OK;
    }

    if (model->n_labels == 0 || shadow->n_labels == 0) {

        if (model->out == shadow->out) {
            return NGX_OK;
        }

        return ngx_http_maas_shadow_wrong(cf, line, "\"%V\" has %uz classes, "
                   "\"%V\" has %uz, and labels do not tell which are the same",
                   &pair->shadow->name, shadow->out, &pair->model->name,
                   model->out);
    }

    if (ngx_http_maas_shadow_labels(cf, pair, &common) != NGX_OK) {
        return NGX_ERROR;
    }

    if (common == 0) {
        return ngx_http_maas_shadow_wrong(cf, line, "\"%V\" and \"%V\" have no "
                   "label in common: they cannot be compared",
                   &pair->shadow->name, &pair->model->name);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_shadow_key(ngx_conf_t *cf, ngx_http_maas_pair_t *pair)
{
    pair->key.data = ngx_pnalloc(cf->pool, NGX_HTTP_MAAS_PAIR_KEY);
    if (pair->key.data == NULL) {
        return NGX_ERROR;
    }

    pair->key.len = ngx_sprintf(pair->key.data, "%V:%V %V:%V%Z",
                                &pair->model->name, &pair->model->version,
                                &pair->shadow->name, &pair->shadow->version)
                    - pair->key.data - 1;

    return NGX_OK;
}


/* The pair of these two: one for all locations */

static ngx_http_maas_pair_t *
ngx_http_maas_shadow_pair_of(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_model_t *model, ngx_http_maas_model_t *shadow)
{
    ngx_uint_t                  i;
    ngx_http_maas_pair_t       *pair, **pairs;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    pairs = mmcf->pairs.elts;

    for (i = 0; i < mmcf->pairs.nelts; i++) {
        if (pairs[i]->model == model && pairs[i]->shadow == shadow) {
            return pairs[i];
        }
    }

    pair = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_pair_t));
    pairs = ngx_array_push(&mmcf->pairs);
    if (pair == NULL || pairs == NULL) {
        return NULL;
    }

    pair->model = model;
    pair->shadow = shadow;
    *pairs = pair;

    return ngx_http_maas_shadow_key(cf, pair) == NGX_OK
           && ngx_http_maas_shadow_check(cf, line, pair) == NGX_OK
           ? pair : NULL;
}


static ngx_int_t
ngx_http_maas_shadow_add(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_shadow_t *s, ngx_http_maas_model_t *model,
    ngx_http_maas_model_t *shadow)
{
    ngx_http_maas_pair_t  *pair, **slot;

    pair = ngx_http_maas_shadow_pair_of(cf, line, model, shadow);
    slot = ngx_array_push(&s->pairs);

    if (pair == NULL || slot == NULL) {
        return NGX_ERROR;
    }

    *slot = pair;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_shadow_itself(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_model_t *shadow)
{
    return ngx_http_maas_shadow_wrong(cf, line, "\"%V\" version %V would be a "
               "shadow of itself", &shadow->name, &shadow->version);
}


/* maas_predict: one model */

static ngx_int_t
ngx_http_maas_shadow_predict(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_shadow_t *s, ngx_http_maas_model_t *model,
    ngx_http_maas_model_t *shadow)
{
    if (line->of.name.len != 0 && !ngx_http_maas_model_is(model, &line->of)) {
        return ngx_http_maas_shadow_wrong(cf, line, "of=%V%s%V is not the "
                   "model that answers here, which is \"%V\" version %V",
                   &line->of.name, line->of.version.len ? ":" : "",
                   &line->of.version, &model->name, &model->version);
    }

    if (model == shadow) {
        return ngx_http_maas_shadow_itself(cf, line, shadow);
    }

    return ngx_http_maas_shadow_add(cf, line, s, model, shadow);
}


/* maas_serve: of all models those that `of` names, or that have the one name
 * there is */

static ngx_int_t
ngx_http_maas_shadow_serve(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_shadow_t *s, ngx_http_maas_model_t *shadow)
{
    ngx_uint_t                   i;
    ngx_http_maas_which_t        of;
    ngx_http_maas_model_t      **models;
    ngx_http_maas_main_conf_t   *mmcf;

    of = line->of;
    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {

        if (models[i] == shadow) {
            continue;
        }

        if (of.name.len == 0) {
            of.name = models[i]->name;
        }

        if (line->of.name.len == 0
            && !ngx_http_maas_model_is(models[i], &of))
        {
            return ngx_http_maas_shadow_wrong(cf, line, "of=name is needed, "
                       "since \"%V\" and \"%V\" are both served here", &of.name,
                       &models[i]->name);
        }

        if (ngx_http_maas_model_is(models[i], &of)
            && ngx_http_maas_shadow_add(cf, line, s, models[i], shadow)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return s->pairs.nelts != 0 ? NGX_OK
                               : ngx_http_maas_shadow_itself(cf, line, shadow);
}


/* maas_set: of all models whose variables there are the one that `of` names, or
 * the only one */

static ngx_int_t
ngx_http_maas_shadow_of(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *mlcf,
    ngx_http_maas_shadow_line_t *line, ngx_http_maas_shadow_t *s)
{
    ngx_uint_t              i;
    ngx_http_maas_bound_t  *bound;

    bound = mlcf->proxy.bound->elts;

    for (i = 0; i < mlcf->proxy.bound->nelts; i++) {

        if (bound[i].set == NULL || bound[i].inputs == s->of
            || (line->of.name.len != 0
                && !ngx_http_maas_model_is(bound[i].set->model, &line->of)))
        {
            continue;
        }

        if (s->of != NULL) {
            return ngx_http_maas_shadow_wrong(cf, line, "of=name:version is "
                       "needed, since \"%V\" version %V and \"%V\" version %V "
                       "both have variables here", &s->of->model->name,
                       &s->of->model->version, &bound[i].set->model->name,
                       &bound[i].set->model->version);
        }

        s->of = bound[i].inputs;
    }

    return s->of != NULL ? NGX_OK
           : ngx_http_maas_shadow_wrong(cf, line, "no maas_set here is of "
                                        "\"%V\"", &line->of.name);
}


/* Required columns that nothing feeds */

static void
ngx_http_maas_shadow_fed(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_inputs_t *inputs)
{
    ngx_uint_t          i, n;
    const maas_info_t  *info;

    info = inputs->model->info;

    for (i = 0, n = 0; i < info->n_columns; i++) {

        if (n < inputs->n && inputs->input[n].column == i) {
            n++;

        } else if (info->fields[i].required) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "maas_shadow: no maas_feature for \"%s\", which model "
                          "\"%V\" requires, so that it reads nothing in %s:%ui",
                          info->columns[i], &inputs->model->name, line->file,
                          line->line);
            return;
        }
    }
}


static ngx_int_t
ngx_http_maas_shadow_variables(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *mlcf,
    ngx_http_maas_shadow_line_t *line, ngx_http_maas_shadow_t *s,
    ngx_http_maas_model_t *shadow)
{
    if (shadow->info->reader == NULL) {
        return ngx_http_maas_shadow_wrong(cf, line, "model \"%V\" reads a "
                   "tensor, and has no columns for maas_feature",
                   &shadow->name);
    }

    if (ngx_http_maas_shadow_of(cf, mlcf, line, s) != NGX_OK) {
        return NGX_ERROR;
    }

    if (s->of->model == shadow) {
        return ngx_http_maas_shadow_itself(cf, line, shadow);
    }

    s->inputs = ngx_http_maas_feature_inputs(cf, &mlcf->proxy, shadow);
    if (s->inputs == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_shadow_fed(cf, line, s->inputs);

    return ngx_http_maas_shadow_add(cf, line, s, s->of->model, shadow);
}


static ngx_int_t
ngx_http_maas_shadow_resolve(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *mlcf,
    ngx_http_maas_shadow_line_t *line, ngx_http_maas_shadow_t *s)
{
    ngx_http_maas_model_t  *shadow;

    shadow = ngx_http_maas_shadow_find(cf, line, &line->shadow);

    if (shadow == NULL
        || (line->of.name.len != 0
            && ngx_http_maas_shadow_find(cf, line, &line->of) == NULL)
        || ngx_array_init(&s->pairs, cf->pool, 1,
                          sizeof(ngx_http_maas_pair_t *))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    s->turn = 0;
    s->of = NULL;
    s->inputs = NULL;
    s->share = line->share == NGX_HTTP_MAAS_SHADOW_ALL
               ? 0 : (uint64_t) -1 / NGX_HTTP_MAAS_SHADOW_ALL * line->share;

    switch (mlcf->kind) {

    case NGX_HTTP_MAAS_PREDICT:
        return ngx_http_maas_shadow_predict(cf, line, s, mlcf->model, shadow);

    case NGX_HTTP_MAAS_SERVE:
        return ngx_http_maas_shadow_serve(cf, line, s, shadow);

    default:
        return ngx_http_maas_shadow_variables(cf, mlcf, line, s, shadow);
    }
}


/* Lines of the level above, but those that stand here as well */

static ngx_int_t
ngx_http_maas_shadow_inherit(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *prev,
    ngx_http_maas_loc_conf_t *conf)
{
    ngx_uint_t                    i;
    ngx_http_maas_shadow_line_t  *above, *slot;

    if (conf->shadow_lines == NULL) {
        conf->shadow_lines = prev->shadow_lines;
        return NGX_OK;
    }

    if (prev->shadow_lines == NULL) {
        return NGX_OK;
    }

    above = prev->shadow_lines->elts;

    for (i = 0; i < prev->shadow_lines->nelts; i++) {

        if (ngx_http_maas_shadow_has(conf->shadow_lines, &above[i])) {
            continue;
        }

        slot = ngx_array_push(conf->shadow_lines);
        if (slot == NULL) {
            return NGX_ERROR;
        }

        *slot = above[i];
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_shadow_merge(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *prev,
    ngx_http_maas_loc_conf_t *conf)
{
    ngx_uint_t                    i;
    ngx_http_maas_shadow_t       *s;
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_maas_shadow_line_t  *lines;

    lines = conf->shadow_lines == NULL ? NULL : conf->shadow_lines->elts;
    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (conf->kind == NGX_HTTP_MAAS_STATUS
        || conf->kind == NGX_HTTP_MAAS_METRICS
        || (conf->kind == NGX_HTTP_MAAS_NONE && conf->proxy.bound == NULL))
    {
        if (lines != NULL && clcf->locations == NULL) {
            return ngx_http_maas_shadow_wrong(cf, lines, "location \"%V\" has "
                       "no model whose shadow that could be", &clcf->name);
        }

        return ngx_http_maas_shadow_inherit(cf, prev, conf);
    }

    if (ngx_http_maas_shadow_inherit(cf, prev, conf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (conf->shadow_lines == NULL) {
        return NGX_OK;
    }

    conf->shadows = ngx_array_create(cf->pool, conf->shadow_lines->nelts,
                                     sizeof(ngx_http_maas_shadow_t));
    if (conf->shadows == NULL) {
        return NGX_ERROR;
    }

    lines = conf->shadow_lines->elts;

    for (i = 0; i < conf->shadow_lines->nelts; i++) {
        s = ngx_array_push(conf->shadows);

        if (s == NULL
            || ngx_http_maas_shadow_resolve(cf, conf, &lines[i], s) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
