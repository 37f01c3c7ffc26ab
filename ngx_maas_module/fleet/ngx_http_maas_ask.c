
/*
 * Instances are asked by subrequests, all at once; who does not answer in time
 * is down, which is no error.
 * Not here: what they answer (ngx_http_maas_said.c), what is made of it
 * (ngx_http_maas_fleet_text.c).
 */


#include "ngx_http_maas_fleet.h"
#include "routes/ngx_http_maas_routes.h"


/* What is happening, as programs get it */

static ngx_str_t  ngx_http_maas_ask_live = ngx_string("page=live&format=json");


static ngx_int_t
ngx_http_maas_ask_send(ngx_http_maas_ask_t *ask)
{
    ngx_http_request_t    *r;
    ngx_http_maas_text_t   text;

    static ngx_str_t  plain = ngx_string("text/plain; version=0.0.4");

    r = ask->request;

    ngx_http_maas_text_init(&text, r->pool);

    if (!ask->fleet->metrics) {
        ngx_http_maas_fleet_json(ask, &text);

        return ngx_http_maas_fleet_page(r, &text);
    }

    return ngx_http_maas_fleet_metrics(ask, &text) == NGX_OK
           ? ngx_http_maas_send_text(r, &plain, &text)
           : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/* Who is late is not waited for: what nginx does when a client goes away. */

static void
ngx_http_maas_ask_stop(ngx_http_maas_ask_t *ask)
{
    ngx_uint_t            i;
    ngx_http_request_t   *sr;
    ngx_http_upstream_t  *u;

    for (i = 0; i < ask->fleet->instances.nelts; i++) {
        sr = ask->said[i].request;
        u = sr->upstream;

        if (!ask->said[i].done && u != NULL && u->cleanup != NULL) {
            (*u->cleanup)(sr);
        }
    }
}


/* All have answered, or it is late: the end of the request. */

static void
ngx_http_maas_ask_end(ngx_event_t *ev)
{
    ngx_connection_t     *c;
    ngx_http_request_t   *r;
    ngx_http_maas_ask_t  *ask;

    ask = ev->data;
    r = ask->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ask->over = 1;

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    ngx_http_maas_ask_stop(ask);

    ngx_http_finalize_request(r, ngx_http_maas_ask_send(ask));

    ngx_http_run_posted_requests(c);
}


static void
ngx_http_maas_ask_forget(void *data)
{
    ngx_http_maas_ask_t  *ask = data;

    if (ask->end.timer_set) {
        ngx_del_timer(&ask->end);
    }

    if (ask->end.posted) {
        ngx_delete_posted_event(&ask->end);
    }
}


static ngx_int_t
ngx_http_maas_ask_one(ngx_http_maas_ask_t *ask, ngx_http_maas_said_t *said)
{
    ngx_str_t                    *args;
    ngx_http_request_t           *sr;
    ngx_http_post_subrequest_t   *ps;

    ps = ngx_palloc(ask->request->pool, sizeof(ngx_http_post_subrequest_t));
    if (ps == NULL) {
        return NGX_ERROR;
    }

    ps->handler = ngx_http_maas_said_done;
    ps->data = said;

    args = ask->fleet->metrics ? NULL : &ngx_http_maas_ask_live;

    if (ngx_http_subrequest(ask->request, &ask->fleet->uri, args, &sr, ps,
                            NGX_HTTP_SUBREQUEST_BACKGROUND)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    sr->filter_need_in_memory = 1;
    said->request = sr;
    ask->waiting++;

    /* what the client sent, such as a password, is not for them, nor is the
     * length of a body that they do not get: they would wait for it, or take
     * the next request of the connection for it */

    sr->headers_in.content_length = NULL;
    sr->headers_in.content_length_n = -1;
    sr->headers_in.chunked = 0;

    return ngx_list_init(&sr->headers_in.headers, sr->pool, 1,
                         sizeof(ngx_table_elt_t));
}


static ngx_http_maas_ask_t *
ngx_http_maas_ask_new(ngx_http_request_t *r, ngx_http_maas_fleet_t *fleet)
{
    ngx_uint_t                 i;
    ngx_pool_cleanup_t        *cln;
    ngx_http_maas_ask_t       *ask;
    ngx_http_maas_instance_t  *instances;

    ask = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_ask_t));
    if (ask == NULL) {
        return NULL;
    }

    ask->said = ngx_pcalloc(r->pool, fleet->instances.nelts
                                     * sizeof(ngx_http_maas_said_t));
    if (ask->said == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_maas_ask_forget;
    cln->data = ask;

    ask->request = r;
    ask->fleet = fleet;
    ask->end.handler = ngx_http_maas_ask_end;
    ask->end.data = ask;
    ask->end.log = r->connection->log;

    instances = fleet->instances.elts;

    for (i = 0; i < fleet->instances.nelts; i++) {
        ask->said[i].ask = ask;
        ask->said[i].instance = &instances[i];
        ask->said[i].error = ngx_http_maas_said_late;
        ngx_http_maas_text_init(&ask->said[i].body, r->pool);
    }

    return ask;
}


ngx_int_t
ngx_http_maas_fleet_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_uint_t                 i;
    ngx_http_maas_ask_t       *ask;
    ngx_http_maas_loc_conf_t  *mlcf;

    rc = ngx_http_maas_allow(r, NGX_HTTP_MAAS_READ);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (r != r->main) {
        return ngx_http_maas_refuse(r, NGX_HTTP_FORBIDDEN, "a subrequest gets "
                                    "nothing of a fleet: ask it directly");
    }

    rc = ngx_http_maas_fleet_asked(r, mlcf->fleet->metrics);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ask = ngx_http_maas_ask_new(r, mlcf->fleet);
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (i = 0; i < mlcf->fleet->instances.nelts; i++) {
        if (ngx_http_maas_ask_one(ask, &ask->said[i]) != NGX_OK) {
            ask->over = 1;
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    ngx_add_timer(&ask->end, mlcf->fleet->timeout);

    r->main->count++;
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    return NGX_DONE;
}
