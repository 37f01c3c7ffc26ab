
/*
 * TensorFlow Serving's and KServe's v1: routes, status and metadata.
 * Not here: predict requests and answers (engine/wire/).
 */


#include "ngx_http_maas_routes.h"
#include "request/ngx_http_maas_request.h"


#define NGX_HTTP_MAAS_V1_SHOWN  64         /* bytes of a name in a sentence */


typedef enum {
    ngx_http_maas_v1_predict = 0,
    ngx_http_maas_v1_classify,
    ngx_http_maas_v1_regress,
    ngx_http_maas_v1_explain,
    ngx_http_maas_v1_metadata,
    ngx_http_maas_v1_status
} ngx_http_maas_v1_verb_e;

/* a path below /v1/models, taken apart */

typedef struct {
    ngx_http_maas_which_t     which;       /* of an empty name: none */
    ngx_http_maas_v1_verb_e   verb;
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


/* Takes "/versions/N" or "/labels/L" off the front of a path. */

static ngx_int_t
ngx_http_maas_v1_which(ngx_str_t *path, ngx_http_maas_which_t *which)
{
    size_t      i;
    ngx_str_t  *version;

    version = &which->version;

    if (ngx_http_maas_v1_word(path, "/labels/")) {
        which->label = ngx_http_maas_path_segment(path, ':');
        return which->label.len == 0 ? NGX_DECLINED : NGX_OK;
    }

    if (!ngx_http_maas_v1_word(path, "/versions/")) {
        return NGX_OK;
    }

    *version = ngx_http_maas_path_segment(path, ':');

    for (i = 0; i < version->len; i++) {
        if (version->data[i] < '0' || version->data[i] > '9') {
            return NGX_DECLINED;
        }
    }

    /* "007" is 7 */

    while (version->len > 1 && version->data[0] == '0') {
        version->data++;
        version->len--;
    }

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
        [ngx_http_maas_v1_explain] = ":explain",
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

    v1->which.name = ngx_http_maas_path_segment(path, ':');

    if (v1->which.name.len == 0
        || ngx_http_maas_v1_which(path, &v1->which) != NGX_OK)
    {
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
    char                    shown[NGX_HTTP_MAAS_V1_SHOWN + 1];
    const char             *fmt;
    ngx_http_maas_which_t  *which, any;

    which = &v1->which;
    any = *which;
    ngx_str_null(&any.label);

    if (which->label.len != 0
        && ngx_http_maas_model_find(mmcf, &any) != NULL)
    {
        return ngx_http_maas_refuse(r, NGX_HTTP_BAD_REQUEST,
                                    "Unrecognized servable version label: %s",
                                    ngx_http_maas_v1_show(&which->label,
                                                          shown));
    }

    ngx_http_maas_v1_show(&which->name, shown);

    if (v1->verb == ngx_http_maas_v1_status && which->version.len != 0) {
        return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND,
                                    "Could not find version %V of model %s",
                                    &which->version, shown);
    }

    fmt = v1->verb == ngx_http_maas_v1_status
          ? "Could not find any versions of model %s"
          : which->version.len != 0
            ? "Servable not found for request: Specific(%s, %V)"
            : "Servable not found for request: Latest(%s)";

    return ngx_http_maas_refuse(r, NGX_HTTP_NOT_FOUND, fmt, shown,
                                &which->version);
}


/* A client whose version is a number that was never set sends 0: the newest */

static ngx_http_maas_model_t *
ngx_http_maas_v1_model(ngx_http_maas_which_t *which,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_http_maas_model_t  *model;
    ngx_http_maas_which_t   any;

    model = ngx_http_maas_model_find(mmcf, which);

    if (model == NULL && which->version.len == 1
        && which->version.data[0] == '0')
    {
        any = *which;
        ngx_str_null(&any.version);
        model = ngx_http_maas_model_find(mmcf, &any);

        if (model != NULL) {
            which->version = model->version;
        }
    }

    return model;
}


/* One object for both kinds of clients: KServe's looks for "ready". */

static void
ngx_http_maas_v1_put_status(ngx_http_maas_text_t *text,
    ngx_http_maas_v1_t *v1, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_http_maas_tell_t  t;

    ngx_http_maas_tell_init(&t, text, 0);

    ngx_http_maas_tell_open(&t, NULL, 0);
    ngx_http_maas_json_value(text, NULL, "\"name\":\"%V\",\"ready\":true",
                             &v1->which.name);
    ngx_http_maas_tell_v1_status(&t, mmcf, &v1->which);
    ngx_http_maas_tell_close(&t);
}


/* model: NULL if the path names none */

static ngx_int_t
ngx_http_maas_v1_answer(ngx_http_request_t *r, ngx_http_maas_v1_t *v1,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model)
{
    ngx_http_maas_tell_t    tell;
    ngx_http_maas_text_t    text;
    ngx_http_maas_target_t  all = { .mmcf = mmcf };

    static const maas_form_t *const  forms[] = {
        [ngx_http_maas_v1_predict] = &maas_form_v1_predict,
        [ngx_http_maas_v1_classify] = &maas_form_v1_classify,
        [ngx_http_maas_v1_regress] = &maas_form_v1_regress
    };

    if (v1->verb == ngx_http_maas_v1_explain) {
        return ngx_http_maas_explain(r, model, &maas_form_v1_predict);
    }

    if (v1->verb < ngx_http_maas_v1_metadata) {
        return ngx_http_maas_infer(r, model, forms[v1->verb]);
    }

    ngx_http_maas_text_init(&text, r->pool);

    if (model == NULL) {
        ngx_http_maas_put_models(r, &all, &text);

    } else if (v1->verb == ngx_http_maas_v1_metadata) {
        ngx_http_maas_tell_init(&tell, &text, 0);
        ngx_http_maas_tell_v1_model(&tell, model);

    } else {
        ngx_http_maas_v1_put_status(&text, v1, mmcf);
    }

    return ngx_http_maas_send_text(r, &ngx_http_maas_json_type, &text);
}


ngx_int_t
ngx_http_maas_v1_handler(ngx_http_request_t *r, ngx_str_t *path)
{
    ngx_int_t                   rc;
    ngx_str_t                   method;
    ngx_http_maas_v1_t          v1;
    ngx_http_maas_model_t      *model;
    ngx_http_maas_main_conf_t  *mmcf;

    if (ngx_http_maas_v1_parse(path, &v1) != NGX_OK) {
        method = r->method_name;
        method.len = ngx_min(method.len, NGX_HTTP_MAAS_V1_SHOWN);

        return ngx_http_maas_refuse(r, NGX_HTTP_BAD_REQUEST,
                                    "Malformed request: %V", &method);
    }

    rc = ngx_http_maas_allow(r, v1.verb < ngx_http_maas_v1_metadata
                                ? NGX_HTTP_POST : NGX_HTTP_MAAS_READ);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (v1.which.version.len != 0
        && ngx_atoi(v1.which.version.data, v1.which.version.len) == NGX_ERROR)
    {
        return ngx_http_maas_refuse(r, NGX_HTTP_BAD_REQUEST,
                                    "Failed to convert version");
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    model = NULL;

    if (v1.which.name.len != 0) {
        model = ngx_http_maas_v1_model(&v1.which, mmcf);
        if (model == NULL) {
            return ngx_http_maas_v1_missing(r, &v1, mmcf);
        }
    }

    return ngx_http_maas_v1_answer(r, &v1, mmcf, model);
}
