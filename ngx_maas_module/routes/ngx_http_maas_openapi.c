
/*
 * OpenAPI documents: of one model, or of the server with all of them.
 * Not here: their text, which is openapi*.json, made C strings by `config`.
 */


#include "ngx_http_maas_routes.h"


static const char  ngx_http_maas_openapi_text[] =
#include "ngx_http_maas_openapi_json.h"
;

/* members of "paths", without the comma between them */

static const char  ngx_http_maas_openapi_server[] =
#include "ngx_http_maas_openapi_server_json.h"
;

static const char  ngx_http_maas_openapi_model[] =
#include "ngx_http_maas_openapi_model_json.h"
;


/* What stands for @MARK@ in those texts */

typedef struct {
    ngx_http_maas_text_t     *text;
    ngx_http_maas_target_t   *target;
    ngx_http_maas_model_t    *model;       /* of which paths are written */
    ngx_uint_t                versioned;   /* with its version in the path */
    ngx_str_t                 root;
} ngx_http_maas_openapi_t;


static void ngx_http_maas_openapi_paths(ngx_http_maas_openapi_t *o);


/* A model of columns takes an input for each; where all are plain numbers one
 * tensor of them as well. */

static void
ngx_http_maas_openapi_inputs(ngx_http_maas_openapi_t *o)
{
    size_t              i;
    const maas_info_t  *info;

    info = o->model->info;

    ngx_http_maas_json_open(o->text, NULL, "[");

    if (info->plain) {
        ngx_http_maas_json_string(o->text, NULL, info->input_name);
    }

    for (i = 0; i < info->n_columns; i++) {
        ngx_http_maas_json_string(o->text, NULL, info->columns[i]);
    }

    ngx_http_maas_json_close(o->text, "]");
}


/* Takes a mark off the front of a text. */

static ngx_uint_t
ngx_http_maas_openapi_take(const char **text, const char *mark)
{
    size_t  len;

    len = ngx_strlen(mark);

    if (ngx_strncmp(*text, mark, len) != 0) {
        return 0;
    }

    *text += len;

    return 1;
}


/* The mark at the front of a text; 0: it is none of the document's. */

static ngx_uint_t
ngx_http_maas_openapi_document(ngx_http_maas_openapi_t *o, const char **text)
{
    ngx_http_maas_model_t  *model;

    static ngx_str_t  server = ngx_string("ngx_maas");
    static ngx_str_t  version = ngx_string(MAAS_VERSION);

    model = o->target->model;

    if (ngx_http_maas_openapi_take(text, "@TITLE@")) {
        ngx_http_maas_put_text(o->text, model != NULL ? &model->name : &server);

    } else if (ngx_http_maas_openapi_take(text, "@VERSION@")) {
        ngx_http_maas_put_text(o->text, model != NULL ? &model->version
                                                      : &version);

    } else if (ngx_http_maas_openapi_take(text, "@ROOT@")) {
        maas_writer_string(&o->text->json, (const char *) o->root.data,
                           o->root.len);

    } else if (ngx_http_maas_openapi_take(text, "@PATHS@")) {
        ngx_http_maas_openapi_paths(o);

    } else {
        return 0;
    }

    return 1;
}


/* The same of the paths of a model.  What is said of a version stands behind
 * a path, and behind an identifier, which is unlike all others. */

static ngx_uint_t
ngx_http_maas_openapi_of_model(ngx_http_maas_openapi_t *o, const char **text)
{
    const maas_info_t  *info;

    info = o->model->info;

    if (ngx_http_maas_openapi_take(text, "@IN_VERSION@")) {
        if (o->versioned) {
            ngx_http_maas_put(o->text, "/versions/%V", &o->model->version);
        }

    } else if (ngx_http_maas_openapi_take(text, "@OF_VERSION@")) {
        if (o->versioned) {
            ngx_http_maas_put(o->text, "_%V", &o->model->version);
        }

    } else if (ngx_http_maas_openapi_take(text, "@NAME@")) {
        ngx_http_maas_put_text(o->text, &o->model->name);

    } else if (ngx_http_maas_openapi_take(text, "@INPUTS@")) {
        ngx_http_maas_openapi_inputs(o);

    } else if (ngx_http_maas_openapi_take(text, "@MIN_INPUTS@")) {
        ngx_http_maas_put(o->text, "%uz", info->plain ? 1 : info->n_columns);

    } else if (ngx_http_maas_openapi_take(text, "@MAX_INPUTS@")) {
        ngx_http_maas_put(o->text, "%uz", ngx_max(1, info->n_columns));

    } else if (ngx_http_maas_openapi_take(text, "@KIND@")) {

        /* of the schemas that values of an input have */

        ngx_http_maas_put(o->text, info->n_columns != 0 ? "Column" : "Tensor");

    } else if (ngx_http_maas_openapi_take(text, "@OUTPUT@")) {
        ngx_http_maas_put(o->text, "%s", info->output_name);

    } else if (ngx_http_maas_openapi_take(text, "@EXAMPLES@")) {
        ngx_http_maas_put_examples(o->text, info);

    } else if (ngx_http_maas_openapi_take(text, "@V1_EXAMPLES@")) {
        ngx_http_maas_put_v1_examples(o->text, info);

    } else {
        return 0;
    }

    return 1;
}


/* JSON text, in which each mark is replaced by JSON of its own */

static void
ngx_http_maas_openapi_expand(ngx_http_maas_openapi_t *o, const char *text)
{
    char           *at;
    ngx_str_t       plain;
    maas_writer_t  *json;

    json = &o->text->json;

    maas_writer_raw(json, "", 0);

    for ( ;; ) {
        at = ngx_strchr(text, '@');

        plain.data = (u_char *) text;
        plain.len = at == NULL ? ngx_strlen(text) : (size_t) (at - text);
        ngx_http_maas_put_text(o->text, &plain);

        if (at == NULL) {
            break;
        }

        text = at;
        json->follows = 0;

        if (!ngx_http_maas_openapi_document(o, &text)
            && (o->model == NULL || !ngx_http_maas_openapi_of_model(o, &text)))
        {
            ngx_http_maas_put(o->text, "@");
            text++;
        }

        json->follows = 1;
    }
}


static void
ngx_http_maas_openapi_paths(ngx_http_maas_openapi_t *o)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    if (o->target->model != NULL) {
        o->model = o->target->model;
        o->versioned = o->target->which.version.len != 0
                       || o->target->which.label.len != 0;
        ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_model);
        return;
    }

    ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_server);

    models = o->target->mmcf->models.elts;

    for (i = 0; i < o->target->mmcf->models.nelts; i++) {
        o->model = models[i];
        o->versioned = 1;
        ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_model);

        if (ngx_http_maas_model_newest(&o->target->mmcf->models, models[i])) {
            o->versioned = 0;
            ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_model);
        }
    }
}


void
ngx_http_maas_put_openapi(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_http_maas_openapi_t    o;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    ngx_memzero(&o, sizeof(o));
    o.text = text;
    o.target = target;
    o.root = mlcf->root;

    if (o.root.len == 0) {
        ngx_str_set(&o.root, "/");
    }

    ngx_http_maas_openapi_expand(&o, ngx_http_maas_openapi_text);
}
