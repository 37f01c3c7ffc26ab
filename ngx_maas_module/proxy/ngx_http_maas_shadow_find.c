
/*
 * Which models a line of maas_shadow means in a location: the shadow, and those
 * whose requests it sees.
 * Not here: whether the two can be compared (ngx_http_maas_shadow_pair.c).
 */


#include "ngx_http_maas_shadow.h"


static ngx_http_maas_model_t *
ngx_http_maas_shadow_find(ngx_conf_t *cf, ngx_http_maas_shadow_line_t *line,
    ngx_http_maas_which_t *which)
{
    ngx_http_maas_model_t      *model;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    model = ngx_http_maas_model_find(mmcf, which);

    if (model == NULL) {
        (void) ngx_http_maas_shadow_wrong(cf, line, "no maas_model \"%V\"%s%V",
                                          &which->name,
                                          which->version.len ? " version " : "",
                                          &which->version);
    }

    return model;
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
    u_char  names[NGX_HTTP_MAAS_NAMES];
    size_t  len;

    len = ngx_http_maas_inputs_unfed(inputs, names, sizeof(names));

    if (len != 0) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "maas_shadow: no maas_feature for %*s, which model "
                      "\"%V\" requires, so that it reads nothing in %s:%ui",
                      len, names, &inputs->model->name, line->file,
                      line->line);
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

    s->inputs = ngx_http_maas_inputs_of(cf, &mlcf->proxy, shadow);
    if (s->inputs == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_shadow_fed(cf, line, s->inputs);

    return ngx_http_maas_shadow_add(cf, line, s, s->of->model, shadow);
}


ngx_int_t
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
