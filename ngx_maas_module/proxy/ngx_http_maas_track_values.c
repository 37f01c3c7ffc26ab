
/*
 * The variables of maas_track: a value of what was known, as text.
 * Not here: what is known (ngx_http_maas_track_entry.c).
 */


#include "ngx_http_maas_track.h"
#include "ngx_http_maas_proxy.h"


typedef enum {
    NGX_HTTP_MAAS_TRACK_COUNT = 0,         /* of a window */
    NGX_HTTP_MAAS_TRACK_GAP,
    NGX_HTTP_MAAS_TRACK_GAP_DEV,
    NGX_HTTP_MAAS_TRACK_LAST,
    NGX_HTTP_MAAS_TRACK_AGE,
    NGX_HTTP_MAAS_TRACK_ERRORS,
    NGX_HTTP_MAAS_TRACK_MISSING,
    NGX_HTTP_MAAS_TRACK_PATHS,
    NGX_HTTP_MAAS_TRACK_BYTES,
    NGX_HTTP_MAAS_TRACK_KEY                /* as the status page has it */
} ngx_http_maas_track_what_e;


/* What a variable is */

typedef struct {
    ngx_http_maas_track_t      *track;
    ngx_http_maas_track_what_e  what;
    ngx_uint_t                  window;
} ngx_http_maas_track_value_t;


static const struct {
    ngx_str_t                   suffix;
    ngx_http_maas_track_what_e  what;
} ngx_http_maas_track_suffixes[] = {
    { ngx_string("_gap"),     NGX_HTTP_MAAS_TRACK_GAP },
    { ngx_string("_gap_dev"), NGX_HTTP_MAAS_TRACK_GAP_DEV },
    { ngx_string("_last"),    NGX_HTTP_MAAS_TRACK_LAST },
    { ngx_string("_age"),     NGX_HTTP_MAAS_TRACK_AGE },
    { ngx_string("_errors"),  NGX_HTTP_MAAS_TRACK_ERRORS },
    { ngx_string("_404"),     NGX_HTTP_MAAS_TRACK_MISSING },
    { ngx_string("_paths"),   NGX_HTTP_MAAS_TRACK_PATHS },
    { ngx_string("_bytes"),   NGX_HTTP_MAAS_TRACK_BYTES },
    { ngx_string("_key"),     NGX_HTTP_MAAS_TRACK_KEY }
};


/* n / 10^decimals, written from the end; p: behind the text.  Its start. */

static u_char *
ngx_http_maas_track_fixed(u_char *p, uint64_t n, ngx_uint_t decimals)
{
    ngx_uint_t  i;

    for (i = 0; i < decimals; i++) {
        *--p = (u_char) ('0' + n % 10);
        n /= 10;
    }

    if (decimals != 0) {
        *--p = '.';
    }

    do {
        *--p = (u_char) ('0' + n % 10);
        n /= 10;
    } while (n != 0);

    return p;
}


/* A value as a whole number of 10^-decimals; below zero: none is known */

static int64_t
ngx_http_maas_track_number(const ngx_http_maas_track_seen_t *seen,
    const ngx_http_maas_track_value_t *value, ngx_uint_t *decimals)
{
    double  number;

    *decimals = 0;

    switch (value->what) {

    case NGX_HTTP_MAAS_TRACK_COUNT:
        return seen->count[value->window];

    case NGX_HTTP_MAAS_TRACK_PATHS:
        return seen->paths;

    case NGX_HTTP_MAAS_TRACK_BYTES:
        return (int64_t) (seen->bytes + 0.5);

    case NGX_HTTP_MAAS_TRACK_LAST:
        *decimals = 3;
        return seen->last;

    case NGX_HTTP_MAAS_TRACK_AGE:
        *decimals = 3;
        return seen->age;

    case NGX_HTTP_MAAS_TRACK_GAP:
        number = seen->gap;
        break;

    case NGX_HTTP_MAAS_TRACK_GAP_DEV:
        number = seen->gap_dev;
        break;

    case NGX_HTTP_MAAS_TRACK_ERRORS:
        number = seen->errors;
        break;

    default: /* NGX_HTTP_MAAS_TRACK_MISSING */
        number = seen->missing;
    }

    *decimals = 6;

    return number < 0 ? -1 : (int64_t) (number * 1e6 + 0.5);
}


static ngx_int_t
ngx_http_maas_track_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_maas_track_value_t *value = (ngx_http_maas_track_value_t *) data;

    u_char                      *p;
    int64_t                      n;
    ngx_uint_t                   decimals;
    ngx_http_maas_state_t       *state;
    ngx_http_maas_track_seen_t  *seen;

    seen = ngx_http_maas_track_see(r, value->track);

    /* without memory it is empty for good: see ngx_http_maas_variable.c */

    state = ngx_http_maas_state_now(r);

    if (state == NULL || state->seen == NULL) {
        return NGX_ERROR;
    }

    v->valid = seen != NULL;               /* otherwise ask again */
    v->no_cacheable = 0;
    v->not_found = 0;
    v->len = 0;
    v->data = (u_char *) "";

    if (seen == NULL) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (value->what == NGX_HTTP_MAAS_TRACK_KEY) {
        v->data = p;
        v->len = ngx_sprintf(p, "%08xD", (uint32_t) seen->key) - p;
        return NGX_OK;
    }

    n = ngx_http_maas_track_number(seen, value, &decimals);
    if (n < 0) {
        return NGX_OK;
    }

    v->data = ngx_http_maas_track_fixed(p + NGX_INT64_LEN + 1, n, decimals);
    v->len = p + NGX_INT64_LEN + 1 - v->data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_maas_track_variable_add(ngx_conf_t *cf, ngx_http_maas_track_t *track,
    const ngx_str_t *suffix, ngx_http_maas_track_what_e what,
    ngx_uint_t window)
{
    ngx_str_t                     name;
    ngx_http_variable_t          *var;
    ngx_http_maas_track_value_t  *value;

    value = ngx_palloc(cf->pool, sizeof(ngx_http_maas_track_value_t));
    name.len = track->name.len + suffix->len;
    name.data = ngx_pnalloc(cf->pool, name.len);

    if (value == NULL || name.data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpymem(ngx_cpymem(name.data, track->name.data,
                                 track->name.len),
                      suffix->data, suffix->len);

    if (ngx_http_maas_name_free(cf, &name) != NGX_OK) {
        return NGX_ERROR;
    }

    /* says itself that there is one */

    var = ngx_http_add_variable(cf, &name, 0);
    if (var == NULL) {
        return NGX_ERROR;
    }

    if (var->get_handler != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_track: there is a variable \"$%V\" already; "
                           "choose another name", &name);
        return NGX_ERROR;
    }

    value->track = track;
    value->what = what;
    value->window = window;

    var->get_handler = ngx_http_maas_track_variable;
    var->data = (uintptr_t) value;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_track_variables(ngx_conf_t *cf, ngx_http_maas_track_t *track)
{
    ngx_uint_t  i;

    for (i = 0; i < track->table.n_windows; i++) {
        if (ngx_http_maas_track_variable_add(cf, track, &track->window[i],
                                             NGX_HTTP_MAAS_TRACK_COUNT, i)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0;
         i < sizeof(ngx_http_maas_track_suffixes)
             / sizeof(ngx_http_maas_track_suffixes[0]);
         i++)
    {
        if (ngx_http_maas_track_variable_add(cf, track,
                                   &ngx_http_maas_track_suffixes[i].suffix,
                                   ngx_http_maas_track_suffixes[i].what, 0)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
