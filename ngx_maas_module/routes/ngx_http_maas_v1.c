
/*
 * TensorFlow Serving's and KServe's v1: routes, status and metadata.
 * Not here: predict requests and answers (engine/wire/).
 */



#include "ngx_http_maas_meta.h"
#include "ngx_http_maas_routes.h"
#include "answers/ngx_http_maas_response.h"
#include "request/ngx_http_maas_request.h"


#define NGX_HTTP_MAAS_V1_TEXT   200        /* of a sentence */

#define NGX_HTTP_MAAS_V1_SHOWN  64         /* bytes of a name in it */


typedef enum {
    ngx_http_maas_v1_predict = 0,
    ngx_http_maas_v1_classify,
    ngx_http_maas_v1_regress,
    ngx_http_maas_v1_metadata,
    ngx_http_maas_v1_status
} ngx_http_maas_v1_verb_e;

/* a path below /v1/models, taken apart */

typedef struct {
    ngx_str_t                 name;        /* empty: none */
    ngx_str_t                 version;     /* digits */
    ngx_str_t                 label;
    ngx_http_maas_v1_verb_e   verb;

    ngx_int_t                 number;      /* of the version */
} ngx_http_maas_v1_t;


/* Takes `word` off the front of a path; that server's routes have no case. */

static ngx_uint_t
ngx_http_maas_v1_word(ngx_str_t *path, char *word)
{
    size_t  len;

    len = ngx_strlen(word);

    if (path->len < len
        || ngx_strncasecmp(path->data, (u_char *) word, len) != 0)
    {
        return 0;
    }

    path->data += len;
    path->len -= len;

    return 1;
}


/* Takes what stands before the next "/" or ":" off the front of a path. */

static void
ngx_http_maas_v1_name(ngx_str_t *path, ngx_str_t *name)
{
    *name = *path;

    while (path->len > 0 && *path->data != '/' && *path->data != ':') {
        path->data++;
        path->len--;
    }

    name->len = path->data - name->data;
}


/* Takes "/versions/N" or "/labels/L" off the front of a path. */

static ngx_int_t
ngx_http_maas_v1_which(ngx_str_t *path, ngx_http_maas_v1_t *v1)
{
    size_t  i;

    if (ngx_http_maas_v1_word(path, "/labels/")) {
        ngx_http_maas_v1_name(path, &v1->label);
        return v1->label.len == 0 ? NGX_DECLINED : NGX_OK;
    }

    if (!ngx_http_maas_v1_word(path, "/versions/")) {
        return NGX_OK;
    }

    ngx_http_maas_v1_name(path, &v1->version);

    for (i = 0; i < v1->version.len; i++) {
        if (v1->version.data[i] < '0' || v1->version.data[i] > '9') {
            return NGX_DECLINED;
        }
    }

    v1->number = ngx_atoi(v1->version.data, v1->version.len);

    return i == 0 ? NGX_DECLINED : NGX_OK;
}


static ngx_int_t
ngx_http_maas_v1_parse(ngx_str_t *path, ngx_http_maas_v1_t *v1)
{
    ngx_uint_t  i;

    static char  *verbs[] = {
        [ngx_http_maas_v1_predict] = ":predict",
        [ngx_http_maas_v1_classify] = ":classify",
        [ngx_http_maas_v1_regress] = ":regress",
        [ngx_http_maas_v1_metadata] = "/metadata",
        [ngx_http_maas_v1_status] = ""
    };

    ngx_memzero(v1, sizeof(ngx_http_maas_v1_t));
    v1->verb = ngx_http_maas_v1_status;

    if (!ngx_http_maas_v1_word(path, "/models")) {
        return NGX_DECLINED;
    }

    if (path->len == 0 || (path->len == 1 && *path->data == '/')) {
        return NGX_OK;
    }

    if (!ngx_http_maas_v1_word(path, "/")) {
        return NGX_DECLINED;
    }

    ngx_http_maas_v1_name(path, &v1->name);

    if (v1->name.len == 0 || ngx_http_maas_v1_which(path, v1) != NGX_OK) {
        return NGX_DECLINED;
    }

    for (i = 0; i <= ngx_http_maas_v1_status; i++) {
        if (path->len == ngx_strlen(verbs[i])
            && ngx_strncasecmp(path->data, (u_char *) verbs[i], path->len)
               == 0)
        {
            v1->verb = (ngx_http_maas_v1_verb_e) i;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/* Is m what the path names?  Without version and label any version is. */

static ngx_uint_t
ngx_http_maas_v1_is(ngx_http_maas_v1_t *v1, ngx_http_maas_model_t *m)
{
    if (!ngx_http_maas_model_is(m, &v1->name)) {
        return 0;
    }

    if (v1->version.len != 0) {
        return m->number == v1->number;
    }

    return v1->label.len == 0
           || (m->label.len == v1->label.len
               && ngx_memcmp(m->label.data, v1->label.data, m->label.len)
                  == 0);
}


static ngx_http_maas_model_t *
ngx_http_maas_v1_find(ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_v1_t *v1)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    if (v1->version.len == 0 && v1->label.len == 0) {
        return ngx_http_maas_model_find(&mmcf->models, &v1->name,
                                        &v1->version);
    }

    models = mmcf->models.elts;

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (ngx_http_maas_v1_is(v1, models[i])) {
            return models[i];
        }
    }

    return NULL;
}


/* Part of a path for a sentence; what is not plain text becomes "?". */

static char *
ngx_http_maas_v1_show(ngx_str_t *s, char *shown)
{
    size_t  i, len;

    len = ngx_min(s->len, NGX_HTTP_MAAS_V1_SHOWN);

    for (i = 0; i < len; i++) {
        shown[i] = s->data[i] > ' ' && s->data[i] < 0x7f ? (char) s->data[i]
                                                         : '?';
    }

    shown[i] = '\0';

    return shown;
}


static ngx_int_t
ngx_http_maas_v1_missing(ngx_http_request_t *r, ngx_http_maas_v1_t *v1,
    ngx_http_maas_main_conf_t *mmcf)
{
    char        shown[NGX_HTTP_MAAS_V1_SHOWN + 1];
    u_char      text[NGX_HTTP_MAAS_V1_TEXT];
    ngx_str_t   none;
    ngx_uint_t  status;

    ngx_str_null(&none);
    status = NGX_HTTP_NOT_FOUND;

    if (v1->label.len != 0
        && ngx_http_maas_model_find(&mmcf->models, &v1->name, &none) != NULL)
    {
        status = NGX_HTTP_BAD_REQUEST;
        ngx_sprintf(text, "Unrecognized servable version label: %s%Z",
                    ngx_http_maas_v1_show(&v1->label, shown));

    } else {
        ngx_http_maas_v1_show(&v1->name, shown);

        if (v1->verb == ngx_http_maas_v1_status && v1->version.len != 0) {
            ngx_sprintf(text, "Could not find version %i of model %s%Z",
                        v1->number, shown);

        } else if (v1->verb == ngx_http_maas_v1_status) {
            ngx_sprintf(text, "Could not find any versions of model %s%Z",
                        shown);

        } else if (v1->version.len != 0) {
            ngx_sprintf(text, "Servable not found for request: Specific(%s, "
                        "%i)%Z", shown, v1->number);

        } else {
            ngx_sprintf(text, "Servable not found for request: Latest(%s)%Z",
                        shown);
        }
    }

    return ngx_http_maas_refuse(r, status, (char *) text);
}


/* One object for both kinds of clients: KServe's looks for "ready". */

static void
ngx_http_maas_v1_put_status(ngx_http_maas_text_t *text,
    ngx_http_maas_v1_t *v1, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = mmcf->models.elts;

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_value(text, NULL, "\"name\":\"%V\",\"ready\":true",
                             &v1->name);
    ngx_http_maas_json_open(text, "model_version_status", "[");

    for (i = 0; i < mmcf->models.nelts; i++) {
        if (ngx_http_maas_v1_is(v1, models[i])) {
            ngx_http_maas_json_value(text, NULL, "{\"version\":\"%V\","
                                     "\"state\":\"AVAILABLE\",\"status\":"
                                     "{\"error_code\":\"OK\","
                                     "\"error_message\":\"\"}}",
                                     &models[i]->version);
        }
    }

    ngx_http_maas_json_close(text, "]}");
}


/* model: NULL if the path names none */

static ngx_int_t
ngx_http_maas_v1_answer(ngx_http_request_t *r, ngx_http_maas_v1_t *v1,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model)
{
    ngx_http_maas_text_t    text;
    ngx_http_maas_target_t  all;

    static const maas_form_t *const  forms[] = {
        [ngx_http_maas_v1_predict] = &maas_form_v1_predict,
        [ngx_http_maas_v1_classify] = &maas_form_v1_classify,
        [ngx_http_maas_v1_regress] = &maas_form_v1_regress
    };

    if (v1->verb < ngx_http_maas_v1_metadata) {
        return ngx_http_maas_infer(r, model, forms[v1->verb]);
    }

    ngx_http_maas_text_init(&text, r->pool);

    if (model == NULL) {
        ngx_memzero(&all, sizeof(all));
        all.mmcf = mmcf;
        ngx_http_maas_put_models(r, &all, &text);

    } else if (v1->verb == ngx_http_maas_v1_metadata) {
        ngx_http_maas_put_v1_model(&text, model);

    } else {
        ngx_http_maas_v1_put_status(&text, v1, mmcf);
    }

    return ngx_http_maas_send_text(r, &text);
}


ngx_int_t
ngx_http_maas_v1_handler(ngx_http_request_t *r, ngx_str_t *path)
{
    u_char                      text[NGX_HTTP_MAAS_V1_TEXT];
    ngx_int_t                   rc;
    ngx_str_t                   method;
    ngx_http_maas_v1_t          v1;
    ngx_http_maas_model_t      *model;
    ngx_http_maas_main_conf_t  *mmcf;

    if (ngx_http_maas_v1_parse(path, &v1) != NGX_OK) {
        method = r->method_name;
        method.len = ngx_min(method.len, NGX_HTTP_MAAS_V1_SHOWN);
        ngx_sprintf(text, "Malformed request: %V%Z", &method);

        return ngx_http_maas_refuse(r, NGX_HTTP_BAD_REQUEST, (char *) text);
    }

    rc = ngx_http_maas_allow(r, v1.verb < ngx_http_maas_v1_metadata
                                ? NGX_HTTP_POST : NGX_HTTP_MAAS_READ);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (v1.number == NGX_ERROR) {
        return ngx_http_maas_refuse(r, NGX_HTTP_BAD_REQUEST,
                                    "Failed to convert version");
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    model = NULL;

    if (v1.name.len != 0) {
        model = ngx_http_maas_v1_find(mmcf, &v1);
        if (model == NULL) {
            return ngx_http_maas_v1_missing(r, &v1, mmcf);
        }
    }

    return ngx_http_maas_v1_answer(r, &v1, mmcf, model);
}
