
/*
 * What an instance answers, as it comes, and whether it is an answer.
 * Not here: asking (ngx_http_maas_ask.c).
 */


#include "ngx_http_maas_fleet.h"


static ngx_http_output_body_filter_pt  ngx_http_maas_said_next_body_filter;


const char  ngx_http_maas_said_late[] = "no answer in time";


/* Did all come that was to come?  Upstreams end well where they do not. */

static ngx_uint_t
ngx_http_maas_said_whole(ngx_http_request_t *sr, ngx_http_maas_said_t *said)
{
    off_t                 len;
    ngx_event_pipe_t     *p;
    ngx_http_upstream_t  *u;

    len = said->body.pos - said->body.start;

    if (sr->headers_out.content_length_n != -1) {
        return len == sr->headers_out.content_length_n;
    }

    u = sr->upstream;

    if (u == NULL) {
        return 1;
    }

    p = u->pipe;

    return u->buffering && p != NULL
           ? p->upstream_done || (p->upstream_eof && p->length == -1)
           : u->length == 0 || u->length == -1;
}


/* Why there is nothing to be had of an answer; NULL: there is. */

static const char *
ngx_http_maas_said_error(ngx_http_request_t *sr, ngx_http_maas_said_t *said,
    ngx_int_t rc)
{
    if (said->longer) {
        return "the answer is longer than max=";
    }

    if (rc == NGX_HTTP_GATEWAY_TIME_OUT) {
        return ngx_http_maas_said_late;
    }

    if (sr->headers_out.status == NGX_HTTP_OK && rc < NGX_HTTP_OK
        && (rc != NGX_OK || !ngx_http_maas_said_whole(sr, said)))
    {
        return "the answer is cut";
    }

    if (rc != NGX_OK || sr->headers_out.status != NGX_HTTP_OK) {
        return "no answer";
    }

    if (sr->headers_out.content_encoding != NULL
        && sr->headers_out.content_encoding->hash != 0)
    {
        return "the answer is compressed";
    }

    return ngx_http_maas_text(&said->body, &said->text) == NGX_OK
           ? NULL : "no memory";
}


/* An instance has answered, or will not. */

ngx_int_t
ngx_http_maas_said_done(ngx_http_request_t *sr, void *data, ngx_int_t rc)
{
    ngx_http_maas_said_t  *said = data;

    ngx_http_maas_ask_t  *ask;

    ask = said->ask;

    if (ask->over || said->done) {
        return NGX_OK;
    }

    said->done = 1;
    said->error = ngx_http_maas_said_error(sr, said, rc);

    if (rc < NGX_HTTP_OK && sr->headers_out.status != NGX_HTTP_OK) {
        said->status = sr->headers_out.status;
    }

    ask->waiting--;

    if (ask->waiting == 0) {
        ngx_post_event(&ask->end, &ngx_posted_events);
    }

    /* whatever it was, the request goes on */

    return NGX_OK;
}


/*
 * What an instance answers is kept here, and goes no further.  nginx would keep
 * it as well (NGX_HTTP_SUBREQUEST_IN_MEMORY), but one that is too long would
 * end the whole connection there.
 */

static ngx_int_t
ngx_http_maas_said_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_str_t              part;
    ngx_http_maas_said_t  *said;

    if (r->post_subrequest == NULL
        || r->post_subrequest->handler != ngx_http_maas_said_done)
    {
        return ngx_http_maas_said_next_body_filter(r, in);
    }

    said = r->post_subrequest->data;

    for ( /* void */ ; in != NULL; in = in->next) {

        if (ngx_buf_in_memory(in->buf) && !said->done) {
            part.data = in->buf->pos;
            part.len = in->buf->last - in->buf->pos;

            said->longer |= part.len > said->ask->fleet->max
                                       - (said->body.pos - said->body.start);

            if (!said->longer) {
                ngx_http_maas_put_text(&said->body, &part);
            }
        }

        in->buf->pos = in->buf->last;
        in->buf->file_pos = in->buf->file_last;
    }

    return NGX_OK;
}


void
ngx_http_maas_fleet_filter_init(void)
{
    ngx_http_maas_said_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_maas_said_body_filter;
}


/* Empty, where nobody is asked */

static ngx_int_t
ngx_http_maas_instance_get(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_maas_said_t  *said;

    while (r != NULL
           && (r->post_subrequest == NULL
               || r->post_subrequest->handler != ngx_http_maas_said_done))
    {
        r = r->parent;
    }

    if (r == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    said = r->post_subrequest->data;

    v->len = (unsigned) said->instance->name.len;
    v->data = said->instance->name.data;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_instance_variable(ngx_conf_t *cf)
{
    static ngx_http_variable_t  list[] = {
        { .name = ngx_string("maas_instance"),
          .get_handler = ngx_http_maas_instance_get },

        { .name = ngx_null_string }
    };

    return ngx_http_maas_variables(cf, list);
}
