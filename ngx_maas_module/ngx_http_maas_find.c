
/*
 * A model by its name, version and label: in the same time, however many there
 * are.
 * Not here: how models come to be (life/ngx_http_maas_model.c).
 */


#include "ngx_http_maas_conf.h"


ngx_uint_t
ngx_http_maas_text_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}


ngx_int_t
ngx_http_maas_which_read(ngx_conf_t *cf, ngx_str_t *value,
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

    if (which->name.len != 0
        && (p == NULL
            || ngx_atoi(which->version.data, which->version.len) > 0))
    {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid model \"%V\", expected a name, or a name, a "
                       "colon and the number of a version", value);
    return NGX_ERROR;
}


ngx_uint_t
ngx_http_maas_model_is(ngx_http_maas_model_t *model,
    const ngx_http_maas_which_t *which)
{
    return ngx_http_maas_text_same(&model->name, &which->name)
           && (which->version.len == 0
               || ngx_http_maas_text_same(&model->version, &which->version))
           && (which->label.len == 0
               || ngx_http_maas_text_same(&model->label, &which->label));
}


/* `models` has other names or places now. */

static void
ngx_http_maas_models_changed(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    ngx_http_maas_names_clear(&mmcf->names);

    for (i = 0; i < mmcf->models.nelts; i++) {
        models[i]->first->place = i;
        ngx_http_maas_names_add(&mmcf->names, models[i]->name.data,
                                models[i]->name.len);
    }
}


/* Room for n names */

static ngx_int_t
ngx_http_maas_models_room(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf,
    ngx_uint_t n)
{
    void  *p;

    if (n <= mmcf->names.room) {
        return NGX_OK;
    }

    p = ngx_palloc(pool, ngx_http_maas_names_size((uint32_t) n));
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_names_init(&mmcf->names, p, (uint32_t) n);
    ngx_http_maas_models_changed(mmcf);

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_models_add(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t               n;
    ngx_http_maas_model_t  **slot;

    n = mmcf->models.nelts + 1;

    if (n > mmcf->names.room
        && ngx_http_maas_models_room(pool, mmcf, 2 * n) != NGX_OK)
    {
        return NGX_ERROR;
    }

    slot = ngx_array_push(&mmcf->models);
    if (slot == NULL) {
        return NGX_ERROR;
    }

    *slot = model;
    model->now = model;
    model->order = mmcf->orders;
    model->place = mmcf->models.nelts - 1;
    ngx_http_maas_names_add(&mmcf->names, model->name.data, model->name.len);

    return NGX_OK;
}


/* What was pushed stays behind the last one, as room. */

ngx_int_t
ngx_http_maas_models_reserve(ngx_pool_t *pool, ngx_http_maas_main_conf_t *mmcf)
{
    if (mmcf->spares == 0) {
        return NGX_OK;
    }

    if (ngx_array_push_n(&mmcf->models, mmcf->spares) == NULL) {
        return NGX_ERROR;
    }

    mmcf->models.nelts -= mmcf->spares;

    return ngx_http_maas_models_room(pool, mmcf,
                                     mmcf->models.nelts + mmcf->spares);
}


void
ngx_http_maas_models_insert(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    for (i = mmcf->models.nelts++; i > 0; i--) {

        if (models[i - 1]->order < model->order
            || (models[i - 1]->order == model->order
                && ngx_strcmp(models[i - 1]->file.data, model->file.data) < 0))
        {
            break;
        }

        models[i] = models[i - 1];
    }

    models[i] = model;
    ngx_http_maas_models_changed(mmcf);
}


void
ngx_http_maas_models_remove(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    mmcf->models.nelts--;

    for (i = model->first->place; i < mmcf->models.nelts; i++) {
        models[i] = models[i + 1];
    }

    model->first->place = NGX_HTTP_MAAS_NO_PLACE;
    ngx_http_maas_models_changed(mmcf);
}


ngx_http_maas_model_t *
ngx_http_maas_model_next(ngx_http_maas_main_conf_t *mmcf,
    const ngx_http_maas_which_t *which, ngx_uint_t *n)
{
    uint32_t                i;
    ngx_http_maas_model_t  *model;

    i = *n == 0 ? ngx_http_maas_names_first(&mmcf->names, which->name.data,
                                            which->name.len)
                : ngx_http_maas_names_next(&mmcf->names, (uint32_t) (*n - 1));

    while (i != NGX_HTTP_MAAS_NO_NAME) {
        model = ((ngx_http_maas_model_t **) mmcf->models.elts)[i];

        if (ngx_http_maas_model_is(model, which)) {
            *n = i + 1;
            return model;
        }

        i = ngx_http_maas_names_next(&mmcf->names, i);
    }

    return NULL;
}


ngx_http_maas_model_t *
ngx_http_maas_model_find(ngx_http_maas_main_conf_t *mmcf,
    const ngx_http_maas_which_t *which)
{
    ngx_uint_t              n;
    ngx_http_maas_model_t  *m, *best;

    n = 0;
    best = NULL;

    while ((m = ngx_http_maas_model_next(mmcf, which, &n)) != NULL) {
        if (best == NULL || best->number < m->number) {
            best = m;
        }
    }

    return best;
}


ngx_http_maas_model_t *
ngx_http_maas_model_called(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_which_t *which)
{
    ngx_http_maas_model_t  *model;

    model = ngx_http_maas_model_find(mmcf, which);

    if (model == NULL && which->version.len != 0) {
        which->label = which->version;
        ngx_str_null(&which->version);
        model = ngx_http_maas_model_find(mmcf, which);
    }

    return model;
}


static ngx_str_t
ngx_http_maas_said(maas_str_t text)
{
    return (ngx_str_t) { text.len, (u_char *) text.data };
}


ngx_http_maas_model_t *
ngx_http_maas_model_said(ngx_http_maas_main_conf_t *mmcf,
    const maas_grpc_which_t *said, ngx_http_maas_which_t *which)
{
    which->name = ngx_http_maas_said(said->name);
    which->version = ngx_http_maas_said(said->version);
    which->label = ngx_http_maas_said(said->label);

    return ngx_http_maas_model_called(mmcf, which);
}


ngx_uint_t
ngx_http_maas_model_newest(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    ngx_http_maas_which_t  which = { .name = model->name };

    return ngx_http_maas_model_find(mmcf, &which) == model;
}
