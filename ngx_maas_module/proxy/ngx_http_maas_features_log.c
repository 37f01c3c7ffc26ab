
/*
 * Features as a JSON object, for a log that is a training file:
 * $maas_features_NAME has the values that model NAME was given, $maas_features
 * the texts of all lines of the location.
 * Not here: reading them (ngx_http_maas_feature_text.c, ngx_http_maas_score.c).
 */


#include "ngx_http_maas_proxy.h"

#include <text/maas_json_write.h>


#define NGX_HTTP_MAAS_OBJECT  256          /* bytes that one begins with */


static ngx_str_t  ngx_http_maas_features_name = ngx_string("maas_features");
static ngx_str_t  ngx_http_maas_features_prefix =
    ngx_string("maas_features_");


/* JSON text that grows; failed: out of memory */

typedef struct {
    ngx_pool_t                *pool;
    ngx_str_t                  text;
    size_t                     size;
    unsigned                   failed:1;
} ngx_http_maas_object_t;


static void
ngx_http_maas_object_put(void *ctx, const char *s, size_t len)
{
    ngx_http_maas_object_t  *object = ctx;

    size_t   size;
    u_char  *p;

    if (object->size - object->text.len < len) {
        size = 2 * object->size + len + NGX_HTTP_MAAS_OBJECT;

        p = ngx_pnalloc(object->pool, size);
        if (p == NULL) {
            object->failed = 1;
            return;
        }

        if (object->text.len > 0) {
            ngx_memcpy(p, object->text.data, object->text.len);
        }

        object->text.data = p;
        object->size = size;
    }

    ngx_memcpy(object->text.data + object->text.len, s, len);
    object->text.len += len;
}


static void
ngx_http_maas_object_value(maas_writer_t *w, ngx_http_maas_value_t *value,
    ngx_uint_t quoted)
{
    static const char  *words[] = {
        [NGX_HTTP_MAAS_VALUE_NONE] = "null",
        [NGX_HTTP_MAAS_VALUE_MISSING] = "null",
        [NGX_HTTP_MAAS_VALUE_TRUE] = "true",
        [NGX_HTTP_MAAS_VALUE_FALSE] = "false"
    };

    switch (value->kind) {

    case NGX_HTTP_MAAS_VALUE_TEXT:
        if (quoted) {
            maas_writer_string(w, (char *) value->text.data, value->text.len);
            break;
        }

        /* fall through */

    case NGX_HTTP_MAAS_VALUE_DIGITS:
        maas_writer_raw(w, (char *) value->text.data, value->text.len);
        break;

    default:
        maas_writer_value(w, "%s", words[value->kind]);
    }
}


static ngx_int_t
ngx_http_maas_features_done(ngx_http_maas_object_t *object,
    ngx_http_variable_value_t *v)
{
    if (object->failed) {
        return NGX_ERROR;
    }

    v->valid = 1;
    v->not_found = 0;
    v->data = object->text.data;
    v->len = object->text.len;

    return NGX_OK;
}


/* A name stands once in an object: a line for one model alone gives way to one
 * for all of them, or to the first of its kind */

static ngx_uint_t
ngx_http_maas_features_again(ngx_http_maas_feature_t **line, ngx_uint_t n,
    ngx_uint_t at)
{
    ngx_str_t   *column;
    ngx_uint_t   i;

    column = &line[at]->column;

    for (i = 0; line[at]->model.len > 0 && i < n; i++) {
        if (i != at && (i < at || line[i]->model.len == 0)
            && line[i]->column.len == column->len
            && ngx_memcmp(line[i]->column.data, column->data, column->len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_maas_features_all(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                      hex[MAAS_SHA256_HEX + 1];
    maas_writer_t               w = { .put = ngx_http_maas_object_put };
    ngx_int_t                   shown;
    ngx_uint_t                  i;
    ngx_http_maas_state_t      *state;
    ngx_http_maas_value_t       value;
    ngx_http_maas_object_t      object = { .pool = r->pool };
    ngx_http_maas_feature_t   **line;
    ngx_http_maas_loc_conf_t   *mlcf;
    ngx_http_maas_main_conf_t  *mmcf;

    w.ctx = &object;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);
    state = ngx_http_maas_state(r);

    if (state == NULL) {
        return NGX_ERROR;
    }

    maas_writer_open(&w, '{');

    if (mlcf->proxy.features != NULL) {
        line = mlcf->proxy.features->elts;

        for (i = 0; i < mlcf->proxy.features->nelts; i++) {

            if (ngx_http_maas_features_again(line, mlcf->proxy.features->nelts,
                                             i))
            {
                continue;
            }

            if (ngx_http_maas_feature_value(r, state, line[i], &value)
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            shown = ngx_http_maas_private(mmcf, line[i]->model.len > 0
                                                ? &line[i]->model : NULL,
                                          (char *) line[i]->column.data,
                                          &value, hex);
            if (shown != NGX_OK) {
                continue;
            }

            maas_writer_key(&w, (char *) line[i]->column.data);
            ngx_http_maas_object_value(&w, &value,
                line[i]->quoted || value.text.data == hex
                || !maas_is_number((char *) value.text.data,
                                   value.text.len));
        }
    }

    maas_writer_close(&w, '}');

    return ngx_http_maas_features_done(&object, v);
}


/* Is it what a variable has behind its prefix?  There are letters, digits and
 * "_" only, so that "_" stands for "." and "-", too. */

static ngx_uint_t
ngx_http_maas_features_is(ngx_http_maas_model_t *model, ngx_str_t *name)
{
    u_char      c;
    ngx_uint_t  i;

    if (model->name.len != name->len) {
        return 0;
    }

    for (i = 0; i < name->len; i++) {
        c = ngx_tolower(model->name.data[i]);
        c = (c == '.' || c == '-') ? '_' : c;

        if (c != ngx_tolower(name->data[i])) {
            return 0;
        }
    }

    return 1;
}


/* What feeds a model of that name here, that of the newest version first */

static ngx_http_maas_inputs_t *
ngx_http_maas_features_inputs(ngx_http_maas_loc_conf_t *mlcf, ngx_str_t *name)
{
    ngx_uint_t                i;
    ngx_http_maas_inputs_t  **p, *best;

    best = NULL;

    if (mlcf->proxy.inputs == NULL) {
        return NULL;
    }

    p = mlcf->proxy.inputs->elts;

    for (i = 0; i < mlcf->proxy.inputs->nelts; i++) {
        if (ngx_http_maas_features_is(p[i]->model, name)
            && (best == NULL || best->model->number < p[i]->model->number))
        {
            best = p[i];
        }
    }

    return best;
}


ngx_int_t
ngx_http_maas_features_text(ngx_pool_t *pool, ngx_http_maas_score_t *score,
    ngx_str_t *text)
{
    u_char                      hex[MAAS_SHA256_HEX + 1];
    ngx_uint_t                  i;
    maas_writer_t               w = { .put = ngx_http_maas_object_put };
    const maas_info_t          *info;
    ngx_http_maas_value_t       value;
    ngx_http_maas_object_t      object = { .pool = pool };
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = ngx_http_get_module_main_conf(score->request, ngx_http_maas_module);

    w.ctx = &object;
    info = score->inputs->model->info;

    maas_writer_open(&w, '{');

    for (i = 0; i < info->n_columns; i++) {
        value = score->values[i];

        if (value.kind != NGX_HTTP_MAAS_VALUE_NONE
            && ngx_http_maas_private(mmcf, &score->inputs->model->name,
                                     info->columns[i], &value, hex)
               == NGX_OK)
        {
            maas_writer_key(&w, info->columns[i]);
            ngx_http_maas_object_value(&w, &value,
                value.text.data == hex
                || !maas_row_is_digits(info->reader, i,
                                       (char *) value.text.data,
                                       value.text.len));
        }
    }

    maas_writer_close(&w, '}');

    *text = object.text;

    return object.failed ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_maas_features_write(ngx_http_request_t *r,
    ngx_http_maas_score_t *score, ngx_http_variable_value_t *v)
{
    ngx_str_t  text;

    text = score->log;

    if (score->inputs != NULL
        && ngx_http_maas_features_text(r->pool, score, &text) != NGX_OK)
    {
        return NGX_ERROR;
    }

    v->data = text.data;
    v->len = text.len;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_features_of(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                name;
    ngx_http_maas_score_t   *score;
    ngx_http_maas_inputs_t  *inputs;

    name = *(ngx_str_t *) data;
    name.data += ngx_http_maas_features_prefix.len;
    name.len -= ngx_http_maas_features_prefix.len;

    /* an object that is not there, so that a line stays JSON */

    v->valid = 1;
    v->not_found = 0;
    v->len = 4;
    v->data = (u_char *) "null";

    inputs = ngx_http_maas_features_inputs(
                 ngx_http_get_module_loc_conf(r, ngx_http_maas_module), &name);
    if (inputs == NULL) {
        return NGX_OK;
    }

    score = ngx_http_maas_score(r, inputs);
    if (score == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_score_known(r, score);

    if (score->state == NGX_HTTP_MAAS_SCORE_READ && !score->known) {
        return NGX_ERROR;                  /* no memory, for good */
    }

    /* or it is too early */

    return score->values == NULL ? NGX_OK
                                 : ngx_http_maas_features_write(r, score, v);
}


ngx_int_t
ngx_http_maas_features_log_add(ngx_conf_t *cf)
{
    ngx_http_variable_t  *all, *of;

    all = ngx_http_add_variable(cf, &ngx_http_maas_features_name,
                                NGX_HTTP_VAR_NOCACHEABLE);
    of = ngx_http_add_variable(cf, &ngx_http_maas_features_prefix,
                               NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX);
    if (all == NULL || of == NULL) {
        return NGX_ERROR;
    }

    all->get_handler = ngx_http_maas_features_all;
    of->get_handler = ngx_http_maas_features_of;

    return NGX_OK;
}


/* One model has the name, in some versions; logs if there is none, or two that
 * only differ in what variables cannot say. */

static ngx_int_t
ngx_http_maas_features_known(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf,
    ngx_str_t *name, ngx_str_t *variable)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models, *found;

    found = NULL;
    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {

        if (!ngx_http_maas_features_is(models[i], name)) {
            continue;
        }

        if (found != NULL
            && ngx_strcmp(found->name.data, models[i]->name.data) != 0)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "variable \"$%V\" could be of maas_model \"%V\" or "
                          "\"%V\"", variable, &found->name,
                          &models[i]->name);
            return NGX_ERROR;
        }

        models[i]->pinned = 1;
        found = models[i];
    }

    if (found == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "no maas_model \"%V\" for variable \"$%V\"", name,
                      variable);
    }

    return found == NULL ? NGX_ERROR : NGX_OK;
}


/* Places of what several read; `all`: a log reads every line, too */

static void
ngx_http_maas_features_share(ngx_http_maas_main_conf_t *mmcf, ngx_uint_t all)
{
    ngx_uint_t                 i;
    ngx_http_maas_feature_t  **line;

    line = mmcf->features.elts;

    for (i = 0; i < mmcf->features.nelts; i++) {
        line[i]->readers += all ? 2 : 0;

        if (line[i]->readers > 1) {
            line[i]->index = mmcf->n_shared++;
        }
    }
}


ngx_int_t
ngx_http_maas_features_log_check(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_str_t                   name, *prefix;
    ngx_uint_t                  i, all;
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    all = 0;
    v = cmcf->variables.elts;
    prefix = &ngx_http_maas_features_prefix;

    for (i = 0; i < cmcf->variables.nelts; i++) {
        name = v[i].name;

        all |= name.len == ngx_http_maas_features_name.len
               && ngx_strncmp(name.data, ngx_http_maas_features_name.data,
                              name.len)
                  == 0;

        if (name.len <= prefix->len
            || ngx_strncmp(name.data, prefix->data, prefix->len) != 0)
        {
            continue;
        }

        name.data += prefix->len;
        name.len -= prefix->len;

        if (ngx_http_maas_features_known(cf, mmcf, &name, &v[i].name)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ngx_http_maas_features_share(mmcf, all);

    return NGX_OK;
}
