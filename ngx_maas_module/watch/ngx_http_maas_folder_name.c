
/*
 * What a model is called by the path of its file.
 * Not here: which files there are.
 */


#include "ngx_http_maas_folder.h"


/* Where the component of a path that ends at `last` begins, behind a "/" */

static u_char *
ngx_http_maas_folder_component(u_char *first, u_char *last)
{
    while (last > first && last[-1] != '/') {
        last--;
    }

    return last;
}


/* The first wildcard, or `last` */

static u_char *
ngx_http_maas_folder_wildcard(u_char *p, u_char *last)
{
    for ( /* void */ ; p < last; p++) {

        if (*p == '\\') {
            p++;

        } else if (*p == '*' || *p == '?' || *p == '[') {
            return p;
        }
    }

    return last;
}


ngx_uint_t
ngx_http_maas_folder_versioned(ngx_str_t *pattern)
{
    u_char  *end;

    end = ngx_http_maas_folder_component(pattern->data,
                                         pattern->data + pattern->len);
    if (end == pattern->data) {
        return 0;
    }

    end--;

    return ngx_http_maas_folder_wildcard(
               ngx_http_maas_folder_component(pattern->data, end), end)
           != end;
}


ngx_str_t
ngx_http_maas_folder_base(ngx_str_t *pattern)
{
    u_char     *p;
    ngx_str_t   base;

    p = ngx_http_maas_folder_wildcard(pattern->data,
                                      pattern->data + pattern->len);
    p = ngx_http_maas_folder_component(pattern->data, p);

    base.data = pattern->data;
    base.len = p - pattern->data > 1 ? p - pattern->data - 1 : 1;

    return base;
}


/* Version and name, out of a path with a folder for each version */

static ngx_int_t
ngx_http_maas_folder_version(ngx_http_maas_model_t *model, u_char *base,
    maas_err_t *err)
{
    u_char  *first, *last, *p;

    first = model->file.data;
    last = base > first ? base - 1 : first;
    p = ngx_http_maas_folder_component(first, last);

    model->version.data = p;
    model->version.len = last - p;
    model->number = ngx_atoi(p, last - p);

    if (model->number <= 0 || *p == '0') {
        (void) ngx_http_maas_fail(err, MAAS_BADFILE, "its folder is called "
                                  "\"%V\", expected the number of a version, "
                                  "since the pattern has a wildcard there",
                                  &model->version);
        return NGX_ERROR;
    }

    last = p > first ? p - 1 : first;
    model->name.data = ngx_http_maas_folder_component(first, last);
    model->name.len = last - model->name.data;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_folder_name(ngx_http_maas_model_t *model, ngx_uint_t versioned,
    maas_err_t *err)
{
    u_char  *p, *base, *last;

    last = model->file.data + model->file.len;
    base = ngx_http_maas_folder_component(model->file.data, last);

    if (versioned) {
        if (ngx_http_maas_folder_version(model, base, err) != NGX_OK) {
            return NGX_ERROR;
        }

    } else {
        for (p = last; p > base + 1; p--) {
            if (p[-1] == '.') {
                last = p - 1;
                break;
            }
        }

        model->number = 1;
        ngx_str_set(&model->version, "1");
        model->name.data = base;
        model->name.len = last - base;
    }

    if (!maas_is_model_name((char *) model->name.data, model->name.len)) {
        (void) ngx_http_maas_fail(err, MAAS_BADFILE, "invalid model name "
                                  "\"%V\", expected 1 to %d of "
                                  MAAS_NAME_RULE " other than \""
                                  MAAS_RESERVED_NAME "\"", &model->name,
                                  MAAS_MAX_NAME);
        return NGX_ERROR;
    }

    return NGX_OK;
}
