
/*
 * maas_set: which variables are what a model says, line by line and level by
 * level.
 * Not here: their values (ngx_http_maas_variable.c).
 */


#include "ngx_http_maas_proxy.h"
#include "cache/ngx_http_maas_cache.h"


static ngx_str_t *
ngx_http_maas_set_name(ngx_conf_t *cf, ngx_http_maas_set_t *set)
{
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    return &((ngx_http_variable_t **) mmcf->slots.elts)[set->slot]->name;
}


/* The slot of a variable, made for its first line */

static ngx_int_t
ngx_http_maas_set_slot(ngx_conf_t *cf, ngx_str_t *word,
    ngx_http_maas_set_t *set)
{
    ngx_str_t                   name;
    ngx_uint_t                  i;
    ngx_http_variable_t        *v, **slot;
    ngx_http_maas_main_conf_t  *mmcf;

    if (ngx_http_maas_name(cf, word, &name) != NGX_OK
        || ngx_http_maas_name_free(cf, &name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    v = ngx_http_add_variable(cf, &name,
                              NGX_HTTP_VAR_CHANGEABLE
                              |NGX_HTTP_VAR_NOCACHEABLE);
    if (v == NULL) {
        return NGX_ERROR;
    }

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
    slot = mmcf->slots.elts;

    for (i = 0; i < mmcf->slots.nelts; i++) {
        if (slot[i] == v) {
            set->slot = i;
            return NGX_OK;
        }
    }

    if (v->get_handler != NULL || v->set_handler != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "variable \"$%V\" belongs to another directive",
                           &name);
        return NGX_ERROR;
    }

    slot = ngx_array_push(&mmcf->slots);
    if (slot == NULL) {
        return NGX_ERROR;
    }

    *slot = v;
    set->slot = mmcf->slots.nelts - 1;

    v->get_handler = ngx_http_maas_variable;
    v->data = set->slot;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_set_what(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_maas_set_t *set)
{
    size_t      len;
    ngx_uint_t  i;

    static const struct {
        char                  *name;
        ngx_http_maas_what_e   what;
    } whats[] = {
        { "label", NGX_HTTP_MAAS_WHAT_LABEL },
        { "score", NGX_HTTP_MAAS_WHAT_SCORE },
        { "decision", NGX_HTTP_MAAS_WHAT_DECISION },
        { "probability=", NGX_HTTP_MAAS_WHAT_PROBABILITY },
        { "step=", NGX_HTTP_MAAS_WHAT_STEP },
        { "reasons=", NGX_HTTP_MAAS_WHAT_REASONS }
    };

    for (i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
        len = ngx_strlen(whats[i].name);

        if (ngx_strncmp(value->data, whats[i].name, len) == 0
            && (whats[i].name[len - 1] == '=') == (value->len > len))
        {
            set->what = whats[i].what;
            set->arg.data = value->data + len;
            set->arg.len = value->len - len;
            return NGX_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", expected \"label\", "
                       "\"score\", \"probability=label\", \"decision\", "
                       "\"step=number,...\" or \"reasons=number\"", value);
    return NGX_ERROR;
}


static ngx_int_t
ngx_http_maas_set_args(ngx_conf_t *cf, ngx_http_maas_set_t *set)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    if (ngx_http_maas_set_slot(cf, &value[1], set) != NGX_OK
        || ngx_http_maas_which_read(cf, &value[2], &set->which) != NGX_OK
        || ngx_http_maas_set_what(cf, &value[3], set) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_set(&set->preset, "");

    if (cf->args->nelts == 4) {
        return NGX_OK;
    }

    if (ngx_strncmp(value[4].data, "default=", 8) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected "
                           "\"default=value\"", &value[4]);
        return NGX_ERROR;
    }

    set->preset.data = value[4].data + 8;
    set->preset.len = value[4].len - 8;

    if (ngx_strlchr(set->preset.data, set->preset.data + set->preset.len, '$')
        != NULL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected a text without "
                           "variables", &value[4]);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_maas_set_same(const void *a, const void *b)
{
    return (*(ngx_http_maas_set_t *const *) a)->slot
           == (*(ngx_http_maas_set_t *const *) b)->slot;
}


char *
ngx_http_maas_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_http_maas_set_t        *set, **all;
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    set = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_set_t));
    if (set == NULL || ngx_http_maas_set_args(cf, set) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_lines_find(mlcf->proxy.sets, &set,
                                 ngx_http_maas_set_same)
        != NULL)
    {
        return "has this variable twice";
    }

    all = ngx_array_push(&mmcf->sets);
    if (all == NULL) {
        return NGX_CONF_ERROR;
    }

    *all = set;

    set->file = cf->conf_file->file.name.data;
    set->line = cf->conf_file->line;
    set->index = mmcf->sets.nelts - 1;

    return ngx_http_maas_lines_add(cf, &mlcf->proxy.sets, &set, sizeof(set))
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


maas_status_t
ngx_http_maas_set_fits(const maas_info_t *info, ngx_http_maas_set_t *set,
    ngx_uint_t *label, maas_err_t *err)
{
    if (info->reader == NULL) {
        return ngx_http_maas_fail(err, MAAS_BADSHAPE, "model \"%V\" reads a "
                                  "tensor, and has no columns for "
                                  "maas_feature", &set->which.name);
    }

    return ngx_http_maas_what_check(info, set, label, err);
}


ngx_int_t
ngx_http_maas_set_check(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    maas_err_t             err;
    ngx_uint_t             i;
    ngx_http_maas_set_t   *set, **line;

    line = mmcf->sets.elts;

    for (i = 0; i < mmcf->sets.nelts; i++) {
        set = line[i];

        set->model = ngx_http_maas_model_find(mmcf, &set->which);

        if (set->model == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "maas_set: no maas_model \"%V\"%s%V in %s:%ui",
                          &set->which.name,
                          set->which.version.len ? " version " : "",
                          &set->which.version, set->file, set->line);
            return NGX_ERROR;
        }

        if (ngx_http_maas_set_fits(set->model->info, set, &set->label, &err)
            != MAAS_OK)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "maas_set: %s in %s:%ui",
                          err.msg, set->file, set->line);
            return NGX_ERROR;
        }

        if (ngx_http_maas_what_read(cf, set) != NGX_OK) {
            return NGX_ERROR;
        }

        if (set->what == NGX_HTTP_MAAS_WHAT_REASONS) {
            set->model->first->explains = 1;
            set->model->first->reasons = 1;
        }
    }

    return NGX_OK;
}


/* Required columns that nothing feeds, of a location */

static void
ngx_http_maas_set_warn(ngx_conf_t *cf, ngx_http_maas_bound_t *bound)
{
    u_char  names[NGX_HTTP_MAAS_NAMES];
    size_t  len;

    len = ngx_http_maas_inputs_unfed(bound->inputs, names, sizeof(names));

    if (len == 0) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "maas_set: no maas_feature for %*s, which model \"%V\" "
                  "requires, so that \"$%V\" is always the default in %s:%ui",
                  len, names, &bound->set->which.name,
                  ngx_http_maas_set_name(cf, bound->set), bound->set->file,
                  bound->set->line);
}


/* A level that requests end in: one with a name, or a server without such */

static ngx_uint_t
ngx_http_maas_set_ends(ngx_conf_t *cf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    return clcf->name.len != 0 ? !clcf->noname : clcf->locations == NULL;
}


/* A line where maas_output blunts its numbers: what is made once a request is
 * another text.  NULL: out of memory. */

static ngx_http_maas_set_t *
ngx_http_maas_set_output(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_set_t *set, maas_blunt_t *output)
{
    ngx_uint_t             i;
    ngx_http_maas_set_t  **all;

    if (output != NULL && set->what == NGX_HTTP_MAAS_WHAT_REASONS) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "maas_set: \"reasons=\" of \"$%V\" would tell what "
                      "maas_output leaves out in a location that this line "
                      "holds for: expected it in the other locations alone, "
                      "or \"maas_output off\" there in %s:%ui",
                      ngx_http_maas_set_name(cf, set), set->file, set->line);
        return NULL;
    }

    if (output == NULL || (set->what != NGX_HTTP_MAAS_WHAT_SCORE
                           && set->what != NGX_HTTP_MAAS_WHAT_PROBABILITY))
    {
        return set;
    }

    all = mmcf->sets.elts;

    for (i = 0; i < mmcf->sets.nelts; i++) {
        if (all[i]->whole == set && all[i]->output == output) {
            return all[i];
        }
    }

    all = ngx_array_push(&mmcf->sets);
    if (all == NULL) {
        return NULL;
    }

    *all = ngx_palloc(cf->pool, sizeof(ngx_http_maas_set_t));
    if (*all == NULL) {
        return NULL;
    }

    **all = *set;
    (*all)->output = output;
    (*all)->whole = set;
    (*all)->index = mmcf->sets.nelts - 1;

    return *all;
}


ngx_int_t
ngx_http_maas_set_merge(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *above,
    ngx_http_maas_loc_conf_t *here)
{
    ngx_uint_t                   i;
    ngx_http_maas_set_t        **line;
    ngx_http_maas_bound_t       *bound;
    ngx_http_maas_main_conf_t   *mmcf;
    ngx_http_maas_proxy_conf_t  *conf;

    conf = &here->proxy;

    if (ngx_http_maas_lines_inherit(cf, above->proxy.sets, &conf->sets,
                                    ngx_http_maas_set_same)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (conf->sets == NULL) {
        return NGX_OK;
    }

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);

    conf->bound = ngx_array_create(cf->pool, mmcf->slots.nelts,
                                   sizeof(ngx_http_maas_bound_t));
    if (conf->bound == NULL) {
        return NGX_ERROR;
    }

    bound = ngx_array_push_n(conf->bound, mmcf->slots.nelts);
    ngx_memzero(bound, mmcf->slots.nelts * sizeof(ngx_http_maas_bound_t));

    line = conf->sets->elts;

    for (i = 0; i < conf->sets->nelts; i++) {
        bound[line[i]->slot].set =
            ngx_http_maas_set_output(cf, mmcf, line[i], here->output);
        bound[line[i]->slot].inputs =
            ngx_http_maas_inputs_of(cf, conf, line[i]->model);

        if (bound[line[i]->slot].set == NULL
            || bound[line[i]->slot].inputs == NULL)
        {
            return NGX_ERROR;
        }

        if (here->cache != NULL) {
            ngx_http_maas_cache_for(here->cache->zone, line[i]->model);
        }

        if (ngx_http_maas_set_ends(cf)) {
            ngx_http_maas_set_warn(cf, &bound[line[i]->slot]);
        }
    }

    return NGX_OK;
}


/* Nothing feeds its model in any location, which is said once. */

static void
ngx_http_maas_set_unfed(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_set_t *set)
{
    ngx_uint_t                i;
    ngx_http_maas_inputs_t  **inputs, *bare;

    bare = NULL;
    inputs = mmcf->inputs.elts;

    for (i = 0; i < mmcf->inputs.nelts; i++) {

        if (inputs[i]->model != set->model) {
            continue;
        }

        if (inputs[i]->n != 0 || inputs[i]->body || inputs[i]->warned) {
            return;
        }

        bare = inputs[i];
    }

    if (bare == NULL) {
        return;
    }

    bare->warned = 1;

    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "maas_set: no maas_feature for any column of model \"%V\", "
                  "so that \"$%V\" is the same for all requests in %s:%ui",
                  &set->which.name, ngx_http_maas_set_name(cf, set), set->file,
                  set->line);
}


/* A directive behind ours may have taken a name over. */

ngx_int_t
ngx_http_maas_set_init(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t             i;
    ngx_http_maas_set_t  **line;
    ngx_http_variable_t  **slot;

    line = mmcf->sets.elts;

    for (i = 0; i < mmcf->sets.nelts; i++) {
        ngx_http_maas_set_unfed(cf, mmcf, line[i]);
    }

    slot = mmcf->slots.elts;

    for (i = 0; i < mmcf->slots.nelts; i++) {
        if (slot[i]->get_handler != ngx_http_maas_variable) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "maas_set: variable \"$%V\" belongs to another "
                          "directive, too", &slot[i]->name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
