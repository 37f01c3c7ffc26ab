
/*
 * maas_models: each file that matches a pattern is a model.
 * Not here: what it is called (ngx_http_maas_folder_name.c), what is in a file
 * (ngx_http_maas_model.c), files that come and go.
 */


#include "watch/ngx_http_maas_folder.h"


/* places for models that come: as many as there are, and some; bytes of a slot
 * where max= does not say it: times the largest file, at least */

#define NGX_HTTP_MAAS_SPARES       64
#define NGX_HTTP_MAAS_FOLDER_TIMES 4
#define NGX_HTTP_MAAS_FOLDER_LEAST (64 * 1024 * 1024)


typedef struct {
    ngx_conf_t                 *cf;
    ngx_http_maas_main_conf_t  *mmcf;
    ngx_str_t                   pattern;
    ngx_uint_t                  versioned;
    ngx_http_maas_watch_t      *watch;     /* parameters; NULL: none */
    ngx_http_maas_trust_t      *trust;     /* the same */
    ngx_http_maas_folder_t     *folder;    /* NULL: not watched */
} ngx_http_maas_models_t;


/* A text as it is kept, with a NUL behind it */

static ngx_int_t
ngx_http_maas_models_keep(ngx_conf_t *cf, ngx_str_t *text)
{
    u_char  *p;

    p = ngx_pnalloc(cf->pool, text->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpystrn(p, text->data, text->len + 1);
    text->data = p;

    return NGX_OK;
}


/* A model without a name, watched if the folder is */

static ngx_http_maas_model_t *
ngx_http_maas_models_place(ngx_http_maas_models_t *m)
{
    ngx_http_maas_watch_t   *watch;
    ngx_http_maas_model_t   *model;
    ngx_http_maas_folder_t  *folder;

    model = ngx_pcalloc(m->cf->pool, sizeof(ngx_http_maas_model_t));
    if (model == NULL) {
        return NULL;
    }

    model->first = model;
    model->trust = m->trust;
    folder = m->folder;

    if (folder == NULL) {
        return model;
    }

    watch = ngx_palloc(m->cf->pool, sizeof(ngx_http_maas_watch_t));
    if (watch == NULL) {
        return NULL;
    }

    *watch = *m->watch;
    watch->model = model;
    watch->folder = folder;
    watch->slots = ngx_http_maas_slots_part(&folder->slots, folder->n++);

    model->watch = watch;

    return model;
}


static ngx_int_t
ngx_http_maas_models_one(ngx_http_maas_models_t *m, ngx_str_t *path)
{
    ngx_conf_t             *cf;
    maas_err_t              err;
    ngx_http_maas_model_t  *model;

    cf = m->cf;

    if (ngx_http_maas_trust_is_signature(m->trust, path)) {
        return NGX_OK;
    }

    model = ngx_http_maas_models_place(m);
    if (model == NULL) {
        return NGX_ERROR;
    }

    model->file = *path;

    if (ngx_http_maas_folder_name(model, m->versioned, &err) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "maas_models: \"%V\": %s",
                           path, err.msg);
        return NGX_ERROR;
    }

    if (ngx_http_maas_models_keep(cf, &model->file) != NGX_OK
        || ngx_http_maas_models_keep(cf, &model->name) != NGX_OK
        || ngx_http_maas_models_keep(cf, &model->version) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_maas_model_new(cf, m->mmcf, model);
}


/* Places for files to come */

static ngx_int_t
ngx_http_maas_models_spares(ngx_http_maas_models_t *m, ngx_uint_t n)
{
    ngx_http_maas_model_t  *model;

    m->mmcf->spares += n;

    while (n--) {
        model = ngx_http_maas_models_place(m);

        if (model == NULL) {
            return NGX_ERROR;
        }

        model->now = model;
        model->order = m->mmcf->orders;
        model->place = NGX_HTTP_MAAS_NO_PLACE;

        if (ngx_http_maas_watch_add(m->cf, m->mmcf, model) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The most that a file of these may take */

static size_t
ngx_http_maas_models_most(ngx_http_maas_models_t *m, ngx_glob_t *gl)
{
    size_t                 size, most;
    ngx_str_t              path;
    ngx_http_maas_ident_t  ident;

    if (m->watch->max != 0) {
        return m->watch->max;
    }

    most = NGX_HTTP_MAAS_FOLDER_LEAST;

    while (ngx_read_glob(gl, &path) == NGX_OK) {
        ngx_http_maas_ident(path.data, &ident);

        size = NGX_HTTP_MAAS_FOLDER_TIMES * (size_t) ident.size;
        most = ngx_max(most, size);
    }

    gl->n = 0;

    return most;
}


/* The folder will be watched: memory for n models and those to come. */

static ngx_int_t
ngx_http_maas_models_watch(ngx_http_maas_models_t *m, ngx_glob_t *gl,
    ngx_uint_t n)
{
    size_t                   size;
    ngx_http_maas_folder_t  *folder;

    folder = ngx_pcalloc(m->cf->pool, sizeof(ngx_http_maas_folder_t));

    if (folder == NULL
        || ngx_http_maas_watch_folder(m->cf, m->mmcf, folder) != NGX_OK)
    {
        return NGX_ERROR;
    }

    size = ngx_http_maas_models_most(m, gl);

    folder->pattern = m->pattern;
    folder->base = ngx_http_maas_folder_base(&m->pattern);
    folder->versioned = m->versioned;
    folder->interval = m->watch->interval;
    folder->trust = m->trust;
    folder->first = m->mmcf->watching->watches.nelts;

    if (ngx_http_maas_models_keep(m->cf, &folder->base) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_maas_slots_reserve(m->cf->pool, &folder->slots, size, n)
        != NGX_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, m->cf, 0, "maas_models: no address "
                           "space for %d generations of %ui models of up to "
                           "%uz bytes, which max= may say",
                           NGX_HTTP_MAAS_SLOTS, n, size);
        return NGX_ERROR;
    }

    m->folder = folder;

    return NGX_OK;
}


/* A folder in place of a pattern of its files */

static ngx_uint_t
ngx_http_maas_models_is_folder(ngx_http_maas_models_t *m)
{
    ngx_file_info_t  fi;

    if (ngx_file_info(m->pattern.data, &fi) == NGX_FILE_ERROR
        || !ngx_is_dir(&fi))
    {
        return 0;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, m->cf, 0, "maas_models: \"%V\" is a "
                       "folder, expected a pattern of files in it, such as "
                       "\"%V%s*.safetensors\"", &m->pattern, &m->pattern,
                       m->pattern.data[m->pattern.len - 1] == '/' ? "" : "/");

    return 1;
}


static ngx_int_t
ngx_http_maas_models_all(ngx_http_maas_models_t *m, ngx_glob_t *gl)
{
    ngx_str_t   path;
    ngx_uint_t  n, spares;

    n = gl->pglob.gl_pathc;
    spares = n + NGX_HTTP_MAAS_SPARES;

    if (n == 0) {
        ngx_conf_log_error(m->watch == NULL ? NGX_LOG_EMERG : NGX_LOG_WARN,
                           m->cf, 0, "maas_models: no file is called as "
                           "\"%V\"", &m->pattern);

        if (m->watch == NULL) {
            return NGX_ERROR;
        }
    }

    if (m->watch != NULL
        && ngx_http_maas_models_watch(m, gl, n + spares) != NGX_OK)
    {
        return NGX_ERROR;
    }

    while (ngx_read_glob(gl, &path) == NGX_OK) {
        if (ngx_http_maas_models_one(m, &path) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return m->watch == NULL ? NGX_OK : ngx_http_maas_models_spares(m, spares);
}


static ngx_int_t
ngx_http_maas_models_args(ngx_http_maas_models_t *m)
{
    ngx_int_t    rc;
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = m->cf->args->elts;

    for (i = 2; i < m->cf->args->nelts; i++) {
        rc = ngx_http_maas_trust_param(m->cf, &m->trust, &value[i]);

        if (rc == NGX_DECLINED) {
            rc = ngx_http_maas_watch_param(m->cf, &m->watch, &value[i]);
        }

        if (rc == NGX_DECLINED) {
            ngx_conf_log_error(NGX_LOG_EMERG, m->cf, 0,
                               "invalid parameter \"%V\", expected watch=time, "
                               "max=size, verify=file, signature=file or "
                               "key=file", &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    m->pattern = value[1];

    return ngx_http_maas_watch_check(m->cf, m->watch) == NGX_OK
           && ngx_http_maas_trust_begin(m->cf, m->trust, m->watch != NULL)
              == NGX_OK
           ? ngx_conf_full_name(m->cf->cycle, &m->pattern, 0) : NGX_ERROR;
}


char *
ngx_http_maas_models(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_main_conf_t  *mmcf = conf;

    ngx_int_t               rc;
    ngx_glob_t              gl;
    ngx_http_maas_models_t  m;

    ngx_memzero(&m, sizeof(ngx_http_maas_models_t));
    m.cf = cf;
    m.mmcf = mmcf;

    if (ngx_http_maas_models_args(&m) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_maas_models_is_folder(&m)) {
        return NGX_CONF_ERROR;
    }

    m.versioned = ngx_http_maas_folder_versioned(&m.pattern);
    mmcf->orders++;

    ngx_memzero(&gl, sizeof(ngx_glob_t));
    gl.pattern = m.pattern.data;
    gl.log = cf->log;
    gl.test = 1;

    if (ngx_open_glob(&gl) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_glob_n " \"%V\" failed", &m.pattern);
        return NGX_CONF_ERROR;
    }

    rc = ngx_http_maas_models_all(&m, &gl);

    ngx_close_glob(&gl);

    return rc == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}
