
/*
 * OpenAPI documents: of one model, or of the server with all of them.
 * Not here: their text, which is openapi*.json, made C strings by `config`.
 */



#include "ngx_http_maas_meta.h"


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
    ngx_str_t                *root;
} ngx_http_maas_openapi_t;


typedef struct {
    ngx_str_t                 name;        /* with both "@" */
    void                    (*put)(ngx_http_maas_openapi_t *o);
} ngx_http_maas_mark_t;


static void ngx_http_maas_openapi_paths(ngx_http_maas_openapi_t *o);


static void
ngx_http_maas_openapi_title(ngx_http_maas_openapi_t *o)
{
    if (o->target->model == NULL) {
        ngx_http_maas_put(o->text, "ngx_maas");
        return;
    }

    ngx_http_maas_put(o->text, "%V", &o->target->name);
}


static void
ngx_http_maas_openapi_version(ngx_http_maas_openapi_t *o)
{
    if (o->target->model == NULL) {
        ngx_http_maas_put(o->text, MAAS_VERSION);
        return;
    }

    ngx_http_maas_put(o->text, "%V", &o->target->model->version);
}


static void
ngx_http_maas_openapi_root(ngx_http_maas_openapi_t *o)
{
    ngx_str_t  root;

    root = *o->root;

    if (root.len == 0) {
        ngx_str_set(&root, "/");
    }

    ngx_http_maas_json_str(o->text, NULL, &root);
}


/* Of a version: behind a path, and behind an identifier, which is unlike all
 * others in the document */

static void
ngx_http_maas_openapi_in_version(ngx_http_maas_openapi_t *o)
{
    if (o->versioned) {
        ngx_http_maas_put(o->text, "/versions/%V", &o->model->version);
    }
}


static void
ngx_http_maas_openapi_of_version(ngx_http_maas_openapi_t *o)
{
    if (o->versioned) {
        ngx_http_maas_put(o->text, "_%V", &o->model->version);
    }
}


static void
ngx_http_maas_openapi_name(ngx_http_maas_openapi_t *o)
{
    ngx_http_maas_put(o->text, "%V", &o->model->name);
}


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


static void
ngx_http_maas_openapi_min_inputs(ngx_http_maas_openapi_t *o)
{
    const maas_info_t  *info;

    info = o->model->info;
    ngx_http_maas_put(o->text, "%uz", info->plain ? 1 : info->n_columns);
}


static void
ngx_http_maas_openapi_max_inputs(ngx_http_maas_openapi_t *o)
{
    ngx_http_maas_put(o->text, "%uz", ngx_max(1, o->model->info->n_columns));
}


/* Of the schemas that values of an input have */

static void
ngx_http_maas_openapi_kind(ngx_http_maas_openapi_t *o)
{
    ngx_http_maas_put(o->text, o->model->info->n_columns != 0 ? "Column"
                                                              : "Tensor");
}


static void
ngx_http_maas_openapi_output(ngx_http_maas_openapi_t *o)
{
    ngx_http_maas_put(o->text, "%s", o->model->info->output_name);
}


static void
ngx_http_maas_openapi_examples(ngx_http_maas_openapi_t *o)
{
    ngx_http_maas_put_examples(o->text, o->model->info);
}


static void
ngx_http_maas_openapi_v1_examples(ngx_http_maas_openapi_t *o)
{
    ngx_http_maas_put_v1_examples(o->text, o->model->info);
}


static const ngx_http_maas_mark_t  ngx_http_maas_marks[] = {
    { ngx_string("@TITLE@"),    ngx_http_maas_openapi_title },
    { ngx_string("@VERSION@"),  ngx_http_maas_openapi_version },
    { ngx_string("@ROOT@"),     ngx_http_maas_openapi_root },
    { ngx_string("@PATHS@"),    ngx_http_maas_openapi_paths },
    { ngx_string("@IN_VERSION@"), ngx_http_maas_openapi_in_version },
    { ngx_string("@OF_VERSION@"), ngx_http_maas_openapi_of_version },
    { ngx_string("@NAME@"),     ngx_http_maas_openapi_name },
    { ngx_string("@INPUTS@"),   ngx_http_maas_openapi_inputs },
    { ngx_string("@MIN_INPUTS@"), ngx_http_maas_openapi_min_inputs },
    { ngx_string("@MAX_INPUTS@"), ngx_http_maas_openapi_max_inputs },
    { ngx_string("@KIND@"),     ngx_http_maas_openapi_kind },
    { ngx_string("@OUTPUT@"),   ngx_http_maas_openapi_output },
    { ngx_string("@EXAMPLES@"), ngx_http_maas_openapi_examples },
    { ngx_string("@V1_EXAMPLES@"), ngx_http_maas_openapi_v1_examples }
};


/* JSON text, in which each mark is replaced by JSON of its own */

static void
ngx_http_maas_openapi_expand(ngx_http_maas_openapi_t *o, const char *text)
{
    char           *at;
    ngx_str_t       plain;
    ngx_uint_t      i, n;
    maas_writer_t  *json;

    n = sizeof(ngx_http_maas_marks) / sizeof(ngx_http_maas_marks[0]);
    json = &o->text->json;

    maas_writer_raw(json, "", 0);

    while (*text != '\0') {
        at = ngx_strchr(text, '@');

        plain.data = (u_char *) text;
        plain.len = at == NULL ? ngx_strlen(text) : (size_t) (at - text);
        ngx_http_maas_put_text(o->text, &plain);

        if (at == NULL) {
            break;
        }

        text = at;

        for (i = 0; i < n; i++) {
            if (ngx_strncmp(text, ngx_http_maas_marks[i].name.data,
                            ngx_http_maas_marks[i].name.len)
                == 0)
            {
                json->follows = 0;
                ngx_http_maas_marks[i].put(o);
                json->follows = 1;

                text += ngx_http_maas_marks[i].name.len;
                break;
            }
        }

        if (i == n) {
            ngx_http_maas_put(o->text, "@");
            text++;
        }
    }
}


static void
ngx_http_maas_openapi_paths(ngx_http_maas_openapi_t *o)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    if (o->target->model != NULL) {
        o->model = o->target->model;
        o->versioned = o->target->version.len != 0;
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
    o.root = &mlcf->root;

    ngx_http_maas_openapi_expand(&o, ngx_http_maas_openapi_text);
}
