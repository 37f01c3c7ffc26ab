
/*
 * Requests and tables of clients: what was known is read once, at the first use
 * or in preaccess, and the arrival counted; what came of it counts at the end.
 * Not here: directives (ngx_http_maas_track_conf.c), texts
 * (ngx_http_maas_track_values.c).
 */


#include "ngx_http_maas_track.h"
#include "ngx_http_maas_proxy.h"


/* The path as the client asked for it, whatever it was rewritten to */

static uint64_t
ngx_http_maas_track_path(ngx_http_request_t *r,
    ngx_http_maas_track_table_t *table)
{
    size_t   len;
    u_char  *args;

    len = r->unparsed_uri.len;
    args = len ? ngx_strlchr(r->unparsed_uri.data, r->unparsed_uri.data + len,
                             '?')
               : NULL;

    return ngx_http_maas_track_hash(table, r->unparsed_uri.data,
                                    args ? (size_t) (args
                                                     - r->unparsed_uri.data)
                                         : len);
}


uint64_t
ngx_http_maas_track_now(void)
{
    return ngx_current_msec ? ngx_current_msec : 1;
}


/* The key of r, empty: it has none yet.  What is not there now, such as a
 * header of the answer, is asked for again. */

static ngx_int_t
ngx_http_maas_track_key_of(ngx_http_request_t *r, ngx_http_complex_value_t *cv,
    ngx_str_t *key)
{
    ngx_uint_t  *index;

    if (ngx_http_complex_value(r, cv, key) != NGX_OK) {
        return NGX_ERROR;
    }

    if (key->len == 0 && cv->flushes != NULL) {
        for (index = cv->flushes; *index != (ngx_uint_t) -1; index++) {
            r->variables[*index].not_found = 0;
        }
    }

    return NGX_OK;
}


/* Where r, a main request, keeps what was known; NULL: out of memory */

static ngx_http_maas_track_seen_t *
ngx_http_maas_track_place(ngx_http_request_t *r, ngx_http_maas_track_t *track)
{
    ngx_http_maas_state_t      *state;
    ngx_http_maas_main_conf_t  *mmcf;

    state = ngx_http_maas_state(r);
    if (state == NULL) {
        return NULL;
    }

    if (state->seen == NULL) {
        mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

        state->seen = ngx_pcalloc(r->pool, mmcf->tracks.nelts
                                         * sizeof(ngx_http_maas_track_seen_t));
        if (state->seen == NULL) {
            return NULL;
        }
    }

    return &state->seen[track->index];
}


ngx_http_maas_track_seen_t *
ngx_http_maas_track_see(ngx_http_request_t *r, ngx_http_maas_track_t *track)
{
    uint64_t                     hash;
    ngx_str_t                    key;
    ngx_http_maas_track_seen_t  *seen;

    /* of a subrequest, it is the client's request that counts */

    r = r->main;
    seen = ngx_http_maas_track_place(r, track);

    if (seen == NULL || seen->key != 0) {
        return seen;
    }

    /* a key that asks for what is known by it gets nothing */

    if (seen->asked) {
        return NULL;
    }

    seen->asked = 1;

    /* without memory for the key nothing is known of it for good */

    if (ngx_http_maas_track_key_of(r, &track->key, &key) != NGX_OK) {
        return NULL;
    }

    seen->asked = 0;

    if (key.len == 0) {
        return NULL;
    }

    hash = ngx_http_maas_track_hash(&track->table, key.data, key.len);
    ngx_http_maas_track_ahead(&track->table, hash);
    ngx_http_maas_track_count(&track->table, hash,
                              ngx_http_maas_track_path(r, &track->table),
                              ngx_http_maas_track_now(), seen);

    return seen;
}


void
ngx_http_maas_track_arrive(ngx_http_request_t *r)
{
    ngx_uint_t                   i;
    ngx_http_maas_track_t      **tracks;
    ngx_http_maas_main_conf_t   *mmcf;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    tracks = mmcf->tracks.elts;

    for (i = 0; i < mmcf->tracks.nelts; i++) {
        (void) ngx_http_maas_track_see(r, tracks[i]);
    }
}


/* as $status */

static ngx_uint_t
ngx_http_maas_track_status(ngx_http_request_t *r)
{
    return r->err_status ? r->err_status : r->headers_out.status;
}


void
ngx_http_maas_track_finish(ngx_http_request_t *r)
{
    ngx_uint_t                   i;
    ngx_http_maas_track_t      **tracks;
    ngx_http_maas_main_conf_t   *mmcf;
    ngx_http_maas_track_seen_t  *seen;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);
    tracks = mmcf->tracks.elts;

    for (i = 0; i < mmcf->tracks.nelts; i++) {
        seen = ngx_http_maas_track_see(r, tracks[i]);

        if (seen != NULL) {
            ngx_http_maas_track_end(&tracks[i]->table, seen->key,
                                    ngx_http_maas_track_now(),
                                    ngx_http_maas_track_status(r),
                                    r->connection->sent);
        }
    }
}


void
ngx_http_maas_track_attach(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                     i;
    ngx_http_maas_track_t        **tracks;
    ngx_http_maas_track_table_t   *table;

    tracks = mmcf->tracks.elts;

    /* two processes that run at the same time have different slots */

    for (i = 0; i < mmcf->tracks.nelts; i++) {
        table = &tracks[i]->table;
        table->lane = &table->zone->lane[ngx_process_slot
                                         % NGX_HTTP_MAAS_TRACK_LANES];
    }
}
