
/*
 * OpenAPI documents: of one model, or of the server with all of them.
 * Not here: their text, which is openapi*.json, made C strings by `config`.
 */


#include "ngx_http_maas_routes.h"


static const char  ngx_http_maas_openapi_text[] =
#include "ngx_http_maas_openapi_json.h"
;

/* members of "paths" and of "schemas", without the comma between them */

static const char  ngx_http_maas_openapi_server[] =
#include "ngx_http_maas_openapi_server_json.h"
;

static const char  ngx_http_maas_openapi_server_schemas[] =
#include "ngx_http_maas_openapi_server_schemas_json.h"
;

static const char  ngx_http_maas_openapi_model[] =
#include "ngx_http_maas_openapi_model_json.h"
;

static const char  ngx_http_maas_openapi_schemas_text[] =
#include "ngx_http_maas_openapi_model_schemas_json.h"
;


/* more have no paths of their own in the server's document */

#define NGX_HTTP_MAAS_OPENAPI_MODELS  100


/* What stands for @MARK@ in those texts */

typedef struct {
    ngx_http_maas_text_t     *text;
    ngx_http_maas_target_t   *target;
    ngx_http_maas_model_t    *model;       /* of which is written */
    ngx_uint_t                number;      /* of the model, from 1 on */
    ngx_uint_t                clashes[2];  /* identifiers, [1]: versioned */
    unsigned                  versioned:1; /* with its version in the path */
    unsigned                  any:1;       /* no model: a parameter of paths */
    ngx_str_t                 root;
} ngx_http_maas_openapi_t;


static void ngx_http_maas_openapi_paths(ngx_http_maas_openapi_t *o);
static void ngx_http_maas_openapi_schemas(ngx_http_maas_openapi_t *o);


/* The end of identifiers of a model: letters, digits and _, unlike that of all
 * others in the document */

static void
ngx_http_maas_openapi_id(ngx_http_maas_openapi_t *o, ngx_uint_t versioned)
{
    size_t  i;
    u_char  c;

    for (i = 0; i < o->model->name.len; i++) {
        c = o->model->name.data[i];
        ngx_http_maas_put(o->text, "%c", c == '.' || c == '-' ? '_' : c);
    }

    if (versioned) {
        ngx_http_maas_put(o->text, "_%V", &o->model->version);
    }

    if (o->clashes[versioned]) {
        ngx_http_maas_put(o->text, "_%s%ui", versioned ? "version" : "model",
                          o->number);
    }
}


/* Schemas of the newest version have no number, so that they are the same with
 * and without it in the path. */

static void
ngx_http_maas_openapi_schema(ngx_http_maas_openapi_t *o)
{
    ngx_http_maas_openapi_id(o, o->target->model == NULL
             && !ngx_http_maas_model_newest(o->target->mmcf, o->model));
}


/* Of one row: by column, or numbers in the tensor's shape */

static void
ngx_http_maas_openapi_row(ngx_http_maas_openapi_t *o)
{
    if (o->model->info->n_columns == 0) {
        ngx_http_maas_put_tensor_schema(o->text, o->model->info);
        return;
    }

    ngx_http_maas_put(o->text, "{\"$ref\":\"#/components/schemas/Row_");
    ngx_http_maas_openapi_schema(o);
    ngx_http_maas_put(o->text, "\"}");
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

    } else if (ngx_http_maas_openapi_take(text, "@SCHEMAS@")) {
        ngx_http_maas_openapi_schemas(o);

    } else {
        return 0;
    }

    return 1;
}


/* The same where the name of any model is a parameter of paths */

static ngx_uint_t
ngx_http_maas_openapi_of_any(ngx_http_maas_openapi_t *o, const char **text)
{
    ngx_uint_t  i;

    static const struct {
        const char  *mark;
        const char  *text;
    } marks[] = {
        { "@PARAMETERS@",
          "\"parameters\":[{\"name\":\"model\",\"in\":\"path\","
          "\"required\":true,\"description\":\"One of GET /v2/models.  What "
          "it takes says its own document, /v2/models/{model}/docs and "
          "/v2/models/{model}/docs/openapi.json.\","
          "\"schema\":{\"type\":\"string\"},\"example\":\"" },
        { "@IN_VERSION@", "" },
        { "@NAME@", "{model}" },
        { "@ID@", "by_name" },
        { "@SCHEMA@", "by_name" },
        { "@ROW@", "{}" },
        { "@EXAMPLE@", "{\"$ref\":\"#/components/schemas/V1Values\"}" },
        { "@EXAMPLES@", "" },
        { "@V1_EXAMPLES@", "" },
        { "@CLASSIFY_EXAMPLES@", "" }
    };

    for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (ngx_http_maas_openapi_take(text, marks[i].mark)) {
            ngx_http_maas_put(o->text, "%s", marks[i].text);

            if (i == 0) {
                ngx_http_maas_put(o->text, "%V\"}],", &o->model->name);
            }

            return 1;
        }
    }

    return 0;
}


/* The same of the paths of a model.  What is said of a version stands behind
 * a path, and behind an identifier, which is unlike all others. */

static ngx_uint_t
ngx_http_maas_openapi_of_model(ngx_http_maas_openapi_t *o, const char **text)
{
    const maas_info_t  *info;

    if (o->any) {
        return ngx_http_maas_openapi_of_any(o, text);
    }

    info = o->model->info;

    if (ngx_http_maas_openapi_take(text, "@PARAMETERS@")) {
        return 1;
    }

    if (ngx_http_maas_openapi_take(text, "@IN_VERSION@")) {
        if (o->versioned) {
            ngx_http_maas_put(o->text, "/versions/%V", &o->model->version);
        }

    } else if (ngx_http_maas_openapi_take(text, "@NAME@")) {
        ngx_http_maas_put_text(o->text, &o->model->name);

    } else if (ngx_http_maas_openapi_take(text, "@ID@")) {
        ngx_http_maas_openapi_id(o, o->versioned);

    } else if (ngx_http_maas_openapi_take(text, "@SCHEMA@")) {
        ngx_http_maas_openapi_schema(o);

    } else if (ngx_http_maas_openapi_take(text, "@ROW@")) {
        ngx_http_maas_openapi_row(o);

    } else if (ngx_http_maas_openapi_take(text, "@EXAMPLE@")) {
        if (info->n_columns != 0) {
            ngx_http_maas_openapi_row(o);

        } else {
            ngx_http_maas_put(o->text, "{\"$ref\":"
                              "\"#/components/schemas/V1Values\"}");
        }

    } else if (ngx_http_maas_openapi_take(text, "@COLUMNS@")) {
        ngx_http_maas_put_columns_schema(o->text, info);

    } else if (ngx_http_maas_openapi_take(text, "@EXAMPLES@")) {
        ngx_http_maas_put_examples(o->text, info);

    } else if (ngx_http_maas_openapi_take(text, "@V1_EXAMPLES@")) {
        ngx_http_maas_put_v1_examples(o->text, info, "instances");

    } else if (ngx_http_maas_openapi_take(text, "@CLASSIFY_EXAMPLES@")) {
        ngx_http_maas_put_v1_examples(o->text, info, "examples");

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
ngx_http_maas_openapi_of(ngx_http_maas_openapi_t *o, ngx_uint_t i)
{
    ngx_http_maas_main_conf_t  *mmcf;

    mmcf = o->target->mmcf;

    o->model = ((ngx_http_maas_model_t **) mmcf->models.elts)[i];
    o->number = i + 1;
    o->clashes[0] = ngx_http_maas_schema_clashes(mmcf, o->model, 0);
    o->clashes[1] = ngx_http_maas_schema_clashes(mmcf, o->model, 1);
}


static void
ngx_http_maas_openapi_paths(ngx_http_maas_openapi_t *o)
{
    ngx_uint_t  i;

    if (o->target->model != NULL) {
        o->model = o->target->model;
        o->versioned = o->target->which.version.len != 0
                       || o->target->which.label.len != 0;
        ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_model);
        return;
    }

    ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_server);

    if (o->any) {
        ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_model);
        return;
    }

    for (i = 0; i < o->target->mmcf->models.nelts; i++) {
        ngx_http_maas_openapi_of(o, i);
        o->versioned = 1;
        ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_model);

        if (ngx_http_maas_model_newest(o->target->mmcf, o->model)) {
            o->versioned = 0;
            ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_model);
        }
    }
}


static void
ngx_http_maas_openapi_model_schemas(ngx_http_maas_openapi_t *o)
{
    ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_schemas_text);

    if (o->model->info->n_columns != 0) {
        ngx_http_maas_openapi_expand(o, "\"Row_@SCHEMA@\":@COLUMNS@");
    }
}


static void
ngx_http_maas_openapi_schemas(ngx_http_maas_openapi_t *o)
{
    ngx_uint_t  i;

    o->text->json.follows = 1;

    if (o->target->model != NULL) {
        ngx_http_maas_openapi_model_schemas(o);
        return;
    }

    ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_server_schemas);

    if (o->any) {
        ngx_http_maas_openapi_expand(o, ngx_http_maas_openapi_schemas_text);
        return;
    }

    for (i = 0; i < o->target->mmcf->models.nelts; i++) {
        ngx_http_maas_openapi_of(o, i);
        ngx_http_maas_openapi_model_schemas(o);
    }
}


void
ngx_http_maas_put_openapi(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text)
{
    ngx_array_t               *models;
    ngx_http_maas_openapi_t    o;
    ngx_http_maas_loc_conf_t  *mlcf;

    models = &target->mmcf->models;
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    ngx_memzero(&o, sizeof(o));
    o.text = text;
    o.target = target;
    o.root = mlcf->root;

    if (o.root.len == 0) {
        ngx_str_set(&o.root, "/");
    }

    if (target->model == NULL && models->nelts > NGX_HTTP_MAAS_OPENAPI_MODELS) {
        o.any = 1;
        o.model = ((ngx_http_maas_model_t **) models->elts)[0];
    }

    ngx_http_maas_openapi_expand(&o, ngx_http_maas_openapi_text);
}
